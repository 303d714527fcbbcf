#!/usr/bin/env atf-sh
#
# A kernel that dies: every caller gets ENOSYS, and none hangs.

. "$(atf_get_srcdir)/wayin.subr"

w_test enosys "callers asleep and awake get ENOSYS when the kernel is killed"
enosys_body()
{
	wayin_boot
	timeout 60 warren exec -H "$W_ID-m" "$(atf_get_srcdir)/h_busy" dead \
	    >out &
	client=$!
	w_made proc $client
	w_wait 10 grep -q waiting out
	sleep 0.2
	pkill -KILL -f "^[^ ]*warren-kernel -n $W_ID-m " ||
	    atf_fail "no kernel process to kill"
	wait $client || atf_fail "the client ended with status $?"
}

atf_init_test_cases()
{
	w_add_tests
}

#!/usr/bin/env atf-sh
#
# A client killed at any instant leaves nothing behind in the kernel.

. "$(atf_get_srcdir)/wayin.subr"

w_test thousand 280 "a thousand kills at random instants leak nothing"
thousand_body()
{
	dir=$(atf_get_srcdir)
	wayin_boot
	# What is made once and kept, is made now: sixteen threads for calls.
	w_hexec m "$dir/h_threads" share || atf_fail "threads"
	w_hexec m "$dir/h_storm" 20 1 "$dir/h_busy" || atf_fail "storm"
	wayin_settled
	wayin_held >before
	w_hexec m "$dir/h_storm" 1000 2 "$dir/h_busy" || atf_fail "storm"
	wayin_settled
	diff before was || atf_fail "the kernel holds more than before"
	w_halt m
}

# Let the last hang-ups arrive.
wayin_settled()
{
	wayin_held >was
	sleep 0.5
	while ! wayin_holds was; do
		wayin_held >was
		sleep 0.5
	done
}

wayin_holds()
{
	wayin_held >now
	cmp -s "$1" now
}

atf_init_test_cases()
{
	w_add_tests
}

#!/usr/bin/env atf-sh
#
# The same from inside: in the machine's own root and process namespace.

. "$(atf_get_srcdir)/wayin.subr"

wayin_run()
{
	cp "$(atf_get_srcdir)/h_$1" m/m/var/wayin
	timeout 100 warren exec "$W_ID-m" env WAYIN_DIR=/var /var/wayin "$2"
}

wayin_setup="ifconfig lo1 create && ifconfig lo1 rdomain 1"
wayin_tests block rain kill
wayin_tests cred setuid
wayin_tests inherit exec spawn
wayin_tests poll edge libevent
wayin_tests rights drop
wayin_tests state orphan abort
wayin_tests threads echo exit

atf_init_test_cases()
{
	w_add_tests
}

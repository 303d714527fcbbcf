#!/usr/bin/env atf-sh
#
# The same on a host without what Linux has added since 6.1.

. "$(atf_get_srcdir)/wayin.subr"

WARREN_KERNEL=$(atf_get_srcdir)/h_old
OLD_KERNEL=$OBJ/sys/usermode/warren-kernel
export WARREN_KERNEL OLD_KERNEL

wayin_setup="ifconfig lo1 create && ifconfig lo1 rdomain 1"
wayin_tests block restart rain kill
wayin_tests cred drop setuid
wayin_tests poll libevent
wayin_tests rights flight
wayin_tests state orphan abort
wayin_tests threads echo exit exec signal

atf_init_test_cases()
{
	w_add_tests
}

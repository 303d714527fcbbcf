#!/usr/bin/env atf-sh
#
# What a process inherits of the kernel's own: routing table and promises.

. "$(atf_get_srcdir)/wayin.subr"

wayin_setup="ifconfig lo1 create && ifconfig lo1 rdomain 1"
wayin_tests state rtable orphan limit pledge execpledge abort

atf_init_test_cases()
{
	w_add_tests
}

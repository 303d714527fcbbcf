#!/usr/bin/env atf-sh
#
# Privileges, set-uid programs, and what nobody may.

. "$(atf_get_srcdir)/wayin.subr"

wayin_tests cred drop setuid families aside host

atf_init_test_cases()
{
	w_add_tests
}

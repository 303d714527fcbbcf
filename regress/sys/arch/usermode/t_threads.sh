#!/usr/bin/env atf-sh
#
# Threads of one process that call at once.

. "$(atf_get_srcdir)/wayin.subr"

wayin_tests threads echo share exit exec signal

atf_init_test_cases()
{
	w_add_tests
}

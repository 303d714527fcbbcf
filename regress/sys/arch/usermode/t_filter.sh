#!/usr/bin/env atf-sh
#
# A program's own system call filter on top of the machine's.

. "$(atf_get_srcdir)/wayin.subr"

wayin_tests filter stacked listener

atf_init_test_cases()
{
	w_add_tests
}

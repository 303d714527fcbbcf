#!/usr/bin/env atf-sh
#
# Passing sockets to a chrooted, unprivileged process.

. "$(atf_get_srcdir)/wayin.subr"

wayin_tests rights drop flight

atf_init_test_cases()
{
	w_add_tests
}

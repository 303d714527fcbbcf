#!/usr/bin/env atf-sh
#
# Sockets as descriptors: fork, exec, dup, close-on-exec.

. "$(atf_get_srcdir)/wayin.subr"

wayin_tests inherit fork lastclose rebind dup standard exec spawn many

atf_init_test_cases()
{
	w_add_tests
}

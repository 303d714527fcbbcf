#!/usr/bin/env atf-sh
#
# Vectors, sendmmsg, control messages, bad arguments.

. "$(atf_get_srcdir)/wayin.subr"

wayin_tests msg vectors mmsg control truncation large bad

atf_init_test_cases()
{
	w_add_tests
}

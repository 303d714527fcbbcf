#!/usr/bin/env atf-sh
#
# Calls that sleep: non-blocking, time limits, EINTR, SA_RESTART.

. "$(atf_get_srcdir)/wayin.subr"

wayin_tests block nonblock shared timeout eintr restart blocked stop rain kill

atf_init_test_cases()
{
	w_add_tests
}

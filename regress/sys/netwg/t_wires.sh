#! /usr/bin/env atf-sh
# wg(4) on wires that are not kind to it (wires.subr).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/wg.subr"
CARDS=''
. "$(atf_get_srcdir)/wires.subr"

atf_init_test_cases()
{
	w_add_tests
}

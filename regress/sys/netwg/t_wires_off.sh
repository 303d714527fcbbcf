#! /usr/bin/env atf-sh
# wg(4) on the same with the cards' offloads off (wires.subr).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/wg.subr"
CARDS='offload off'
. "$(atf_get_srcdir)/wires.subr"

atf_init_test_cases()
{
	w_add_tests
}

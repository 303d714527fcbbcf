#! /usr/bin/env atf-sh
# iked(8): forty of its processes die, at any moment.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sys/netipsec/ipsec.subr"
. "$(atf_get_srcdir)/iked.subr"

w_test killed 600 "processes of either side die at any moment, under traffic"
killed_body()
{
	w_init
	ipsec_gateways
	iked_killed 40
}

atf_init_test_cases()
{
	w_add_tests
}

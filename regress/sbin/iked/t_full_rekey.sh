#! /usr/bin/env atf-sh
# iked(8): a hundred changes of SAs, none of 10,000 packets a second is lost.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sys/netipsec/ipsec.subr"
. "$(atf_get_srcdir)/iked.subr"

w_test hundred 900 "lifetimes of 5 s, a hundred changes"
hundred_body()
{
	iked_life 480 100 'lifetime 5'
}

atf_init_test_cases()
{
	w_add_tests
}

#! /usr/bin/env atf-sh
# Scapy's IPsec as the peer of one gateway (ipsec.subr's topology, host w).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/ipsec.subr"

# peer WHAT [WORD ...]: words go behind the cards
peer()
{
	_what=$1
	shift
	w_init
	ipsec_gateways "$@"
	w_in w ip addr add 10.0.0.3/24 dev br0
	w_in w ip addr add fd00::3/64 dev br0 nodad
	w_exec r route -qn add -net 10.0.3.0/24 10.0.0.3
	w_exec r route -qn add -inet6 -net fd03::/64 fd00::3
	w_in w /usr/bin/python3 -B "$(atf_get_srcdir)/h_peer.py" \
	    "$W_ID-r" "$_what" ||
	    atf_fail "see what failed above"
}

w_test cases 300 "every transform and mode, both ways"
cases_body()
{
	# without offloads, so that a checksum in UDP can be looked at
	peer cases offload off
}

w_test hostile 240 "what is malformed is dropped, and counted by reason"
hostile_body()
{
	peer hostile
}

atf_init_test_cases()
{
	w_add_tests
}

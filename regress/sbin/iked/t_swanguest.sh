#! /usr/bin/env atf-sh
# iked(8) and strongSwan with Linux's own xfrm (swanguest.subr), in both roles:
# plain ESP, transport mode, IPv6, certificates.  The rest of the matrix is in
# t_full_swanguest.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../lib/guest.subr"
. "$(atf_get_srcdir)/../../sys/netipsec/ipsec.subr"
. "$(atf_get_srcdir)/swan.subr"
. "$(atf_get_srcdir)/ca.subr"
. "$(atf_get_srcdir)/swanguest.subr"

w_test psk 300 "plain ESP, transport mode, IPv6; rekeys and no ping lost"
psk_body()
{
	w_init
	sites
	both tunnel 10.0.1.0/24 10.0.2.0/24 10.0.0.2 10.0.0.1 "$K"
	both transport fd00::1 fd00::2 fd00::2 fd00::1 "$K"
	# Rekeys of both, by both, and nothing is lost.
	S_CHILD='mode = tunnel'
	swan_conn 10.0.0.2 10.0.0.1 10.0.2.0/24 10.0.1.0/24 | conf
	begins swan 'tunnel 10.0.1.0/24 10.0.2.0/24 10.0.0.2' \
	    "ikelifetime 6 lifetime 4 $K"
	w_in a ping -q -n -i 0.05 -c 200 10.0.2.1 >lost &
	p=$!
	for i in 1 2; do
		ctl rekey --child net >out || atf_fail "no rekey"
		ctl rekey --ike c >out || atf_fail "no rekey"
	done
	wait $p
	atf_check -o match:' 0% packet loss' cat lost
	[ "$(iked_stat r 'Child SAs* created')" -ge 8 ] ||
	    atf_fail "child SAs were not replaced"
	[ "$(iked_stat r 'IKE SAs* rekeyed')" -ge 3 ] ||
	    atf_fail "IKE SAs were not replaced"
}

w_test certificates 300 "certificates, IKE in fragments, ESP with Linux"
certificates_body()
{
	w_init
	sites
	peers
	identity rsa p256
	both tunnel 10.0.1.0/24 10.0.2.0/24 10.0.0.2 10.0.0.1 \
	    'dstid x.example'
	[ "$(iked_stat r 'fragments* reassembled')" -ge 1 ] ||
	    atf_fail "nothing came in fragments"
}

atf_init_test_cases()
{
	w_add_tests
}

#! /usr/bin/env atf-sh
# iked(8): traffic selectors between two machines (RFC 7296, 2.9).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sys/netipsec/ipsec.subr"
. "$(atf_get_srcdir)/iked.subr"

# flows M LINE ...: its flows are these, as ipsecctl prints their selectors
flows()
{
	_f_m=$1
	shift
	w_exec "$_f_m" ipsecctl -s flow |
	    sed -n 's/^flow esp \(.*\) local .*/\1/p' | sort >got
	printf '%s\n' "$@" | sort >want
	atf_check diff -u want got
}

w_test narrow "a peer that asks for more gets what we have; flows are that"
narrow_body()
{
	w_init
	ipsec_gateways
	iked s "ikev2 esp from 10.0.2.0/24 to 10.0.1.0/24 $K"
	iked r "ikev2 active esp from 10.0.0.0/16 to 10.0.0.0/16 \
	    peer 10.0.0.2 $K"
	iked_up r
	flows r 'in from 10.0.2.0/24 to 10.0.1.0/24' \
	    'out from 10.0.1.0/24 to 10.0.2.0/24'
	flows s 'out from 10.0.2.0/24 to 10.0.1.0/24' \
	    'in from 10.0.1.0/24 to 10.0.2.0/24'
	w_ping a 10.0.2.2 -c 1
}

w_test disjoint "a peer that asks for another net gets TS_UNACCEPTABLE"
disjoint_body()
{
	w_init
	ipsec_gateways
	iked s "ikev2 esp from 10.0.2.0/24 to 10.0.1.0/24 $K"
	iked r "ikev2 active esp from 10.0.1.0/24 to 10.0.3.0/24 \
	    peer 10.0.0.2 $K"
	w_wait 20 iked_log r 'no child SA: TS_UNACCEPTABLE' ||
	    atf_fail "no TS_UNACCEPTABLE came"
	iked_log s 'no child SA: TS_UNACCEPTABLE' || atf_fail "none was sent"
	iked_none s
	for m in r s; do
		w_exec $m ipsecctl -s flow >left
		atf_check -o match:'No flows' cat left
	done
	[ "$(iked_stat s 'traffic selector negotiations* refused')" -ge 1 ] ||
	    atf_fail "it is not counted"
}

w_test several "several flows, and several policies for one peer"
several_body()
{
	w_init
	ipsec_gateways
	iked s "ikev2 esp from 10.0.2.0/24 to 10.0.1.0/24 \
	    from 10.0.22.0/24 to 10.0.1.0/24 $K" \
	    "ikev2 esp from 10.0.23.0/24 to 10.0.1.0/24 $K"
	iked r "ikev2 active esp from 10.0.1.0/24 to 10.0.2.0/24 \
	    from 10.0.1.0/24 to 10.0.22.0/24 peer 10.0.0.2 $K" \
	    "ikev2 active esp from 10.0.1.0/24 to 10.0.23.0/24 \
	    peer 10.0.0.2 $K"
	iked_up r 2
	iked_up s 2
	flows r 'in from 10.0.2.0/24 to 10.0.1.0/24' \
	    'in from 10.0.22.0/24 to 10.0.1.0/24' \
	    'in from 10.0.23.0/24 to 10.0.1.0/24' \
	    'out from 10.0.1.0/24 to 10.0.2.0/24' \
	    'out from 10.0.1.0/24 to 10.0.22.0/24' \
	    'out from 10.0.1.0/24 to 10.0.23.0/24'
	w_ping a 10.0.2.2 -c 1
}

w_test ports "protocols and ports: only these are protected"
ports_body()
{
	w_init
	ipsec_gateways
	iked s "ikev2 esp proto tcp from 10.0.2.0/24 port 5001 \
	    to 10.0.1.0/24 $K"
	iked r "ikev2 active esp proto tcp from 10.0.1.0/24 \
	    to 10.0.2.0/24 port 5001 peer 10.0.0.2 $K"
	iked_up r
	ipsec_watch
	w_ping a 10.0.2.2 -c 2
	w_in b socat -u TCP-LISTEN:5001,reuseaddr OPEN:heard,creat &
	w_made proc $!
	w_wait 10 sh -c "echo hello | ip netns exec $(w_ns a) \
	    socat -u - TCP:10.0.2.2:5001,connect-timeout=2"
	w_wait 10 grep -q hello heard
	ipsec_watched
	ipsec_want 4 'icmp and net 10.0.1.0/24'
	ipsec_want 0 'tcp'
	[ "$(ipsec_seen esp)" -ge 6 ] || atf_fail "no ESP"
}

atf_init_test_cases()
{
	w_add_tests
}

#! /usr/bin/env atf-sh
# iked(8) and IPv6: tunnels of both families within both, and transport mode,
# as tshark sees them with the key log.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sys/netipsec/ipsec.subr"
. "$(atf_get_srcdir)/iked.subr"

# turn R S: both sides load these policies when nothing is left of others
turn()
{
	for _6_m in r s; do
		w_exec $_6_m ikectl reset all >/dev/null
	done
	iked_none r
	iked_none s
	iked_conf s "$2 $S $K"
	w_exec s ikectl reload || atf_fail "s: not loaded: $2"
	iked_conf r "$1 $S $K"
	w_exec r ikectl reload || atf_fail "r: not loaded: $1"
	iked_up r
	iked_up s
}

# inner TEXT DESTINATIONS: six echoes were in packets to these, outer first
inner()
{
	n=$(grep -c "^$1	$2\$" echoes)
	[ "$n" = 3 ] || {
		cat echoes
		atf_fail "$n echo requests to $1 and $2"
	}
}

w_test families "IPv4 and IPv6 in tunnels of each; transport mode; two at once"
families_body()
{
	w_init
	ipsec_gateways
	ipsec_watch
	IKED_FLAGS='-l /tmp/keys'
	iked s '# none'
	iked r '# none'
	r4='from 10.0.1.0/24 to 10.0.2.0/24'
	s4='from 10.0.2.0/24 to 10.0.1.0/24'
	r6='from fd01::/64 to fd02::/64'
	s6='from fd02::/64 to fd01::/64'
	turn "ikev2 active $r4 peer 10.0.0.2" "ikev2 $s4"
	w_ping a 10.0.2.2 -c 3
	turn "ikev2 active $r6 peer 10.0.0.2" "ikev2 $s6"
	w_ping a fd02::2 -c 3
	turn "ikev2 active $r4 peer fd00::2" "ikev2 $s4"
	w_ping a 10.0.2.2 -c 3
	w_exec r ipsecctl -s sa >sas
	atf_check -o match:'^esp tunnel from fd00::1 to fd00::2' cat sas
	turn "ikev2 active inet6 $r6 peer fd00::2" "ikev2 inet6 $s6"
	w_ping a fd02::2 -c 3
	turn 'ikev2 active transport from 10.0.0.1 to 10.0.0.2' \
	    'ikev2 transport from 10.0.0.2 to 10.0.0.1'
	w_exec r ping -n -c 3 -i 0.2 10.0.0.2 || atf_fail "no answer"
	turn 'ikev2 active transport from fd00::1 to fd00::2' \
	    'ikev2 transport from fd00::2 to fd00::1'
	w_exec r ping6 -n -c 3 -i 0.2 fd00::2 || atf_fail "no answer"
	# Both families in one child are in the clear nowhere, either.
	turn "ikev2 active $r4 $r6 peer fd00::2" "ikev2 $s4 $s6"
	w_ping b 10.0.1.2 -c 1
	w_ping b fd01::2 -c 1
	w_exec r ikectl show flows >flows
	atf_check -o inline:'4\n' grep -c '^iked_flows: ESP' flows
	ipsec_watched
	ipsec_want 0 'icmp and (net 10.0.1.0/24 or host 10.0.0.2) and not
	    host 10.0.0.100'
	ipsec_want 0 'icmp6 and ip6[40] >= 128 and ip6[40] <= 129'
	w_exec r cat /tmp/keys >keys
	set -- -o esp.enable_encryption_decode:TRUE
	while read -r line; do
		set -- "$@" -o "uat:$line"
	done <keys
	HOME=$PWD tshark -r wan.pcap "$@" -T fields -e ip.dst -e ipv6.dst \
	    -Y 'esp && (icmp.type == 8 || icmpv6.type == 128)' \
	    >echoes 2>err || atf_fail "tshark: $(cat err)"
	inner 10.0.0.2,10.0.2.2 ''
	inner 10.0.0.2 fd02::2
	inner 10.0.2.2 fd00::2
	inner '' fd00::2,fd02::2
	inner 10.0.0.2 ''
	inner '' fd00::2
	HOME=$PWD tshark -r wan.pcap "$@" -V -Y 'isakmp.exchangetype == 35 &&
	    ipv6' >ike 2>err || atf_fail "tshark: $(cat err)"
	atf_check -o match:'Starting Addr: fd01::' \
	    -o match:'USE_TRANSPORT_MODE' cat ike
}

atf_init_test_cases()
{
	w_add_tests
}

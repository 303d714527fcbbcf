#! /usr/bin/env atf-sh
# iked(8) behind a NAT of nftables: detection, the other port, UDP
# encapsulation, keepalives, a NAT that forgets.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sys/netipsec/ipsec.subr"
. "$(atf_get_srcdir)/iked.subr"

w_test nat "a NAT between: ESP in UDP, both ways; the initiator keeps it alive"
nat_body()
{
	w_init
	iked_nat
	w_capture w ts wan.pcap
	iked s "$B $S $K"
	iked r "$A $S $K"
	iked_up r
	iked_up s
	w_ping a 10.0.2.2 -c 3
	w_ping b 10.0.1.2 -c 3
	# one byte after twenty seconds, from behind the NAT only
	w_wait 40 eval '[ "$(ipsec_seen "udp dst port 4500 and udp[4:2] = 9")" \
	    -gt 0 ]' || atf_fail "no keepalive"
	ipsec_want 0 'src host 10.0.0.2 and udp src port 4500 and udp[4:2] = 9'
	ipsec_want 0 'icmp and net 10.0.1.0/24'
	ipsec_want 0 'esp'
	# IKE_SA_INIT goes to port 500, all that follows to 4500
	ipsec_want 2 'udp port 500'
	[ "$(ipsec_seen 'udp port 4500 and udp[8:4] != 0 and greater 60')" \
	    -ge 12 ] || atf_fail "no ESP in UDP"
	w_exec s ikectl show sa >sa
	atf_check -o match:'10.0.0.2:4500->10.0.0.1:20' -o match:' natt' \
	    cat sa
	[ "$(iked_stat r 'keepalive messages* sent')" -ge 1 ] ||
	    atf_fail "keepalives are not counted"
}

w_test forgets "the NAT forgets: the peer's new port is found out"
forgets_body()
{
	w_init
	iked_nat
	iked s "$B $S $K"
	iked r 'set dpd_check_interval 2' "$A $S $K"
	iked_up r
	iked_up s
	w_ping a 10.0.2.2 -c 1
	w_exec s ikectl show sa >before
	atf_check -o match:'->10.0.0.1:20' cat before
	# masquerade drops its mappings with the interface
	iked_nat_ports 30000-30099
	w_in w ip link set ts down
	w_in w ip link set ts up
	w_wait 60 eval 'w_exec s ikectl show sa | grep -q "10.0.0.1:30"' || {
		w_exec s ikectl show sa
		atf_fail "the peer did not move"
	}
	w_ping b 10.0.1.2 -c 3
	w_ping a 10.0.2.2 -c 3
	iked_children s 1 || atf_fail "s lost its SA"
}

w_test forced "natt, -t, and another port"
forced_body()
{
	w_init
	ipsec_gateways
	ipsec_watch
	iked s "$B $S $K"
	iked r "$(echo "$A" | sed 's/active/& natt/') $S $K"
	iked_up r
	iked_up s
	w_ping a 10.0.2.2 -c 3
	iked_stop r
	iked_none s
	IKED_FLAGS=-t iked r "$A $S $K"
	iked_up r
	w_ping a 10.0.2.2 -c 3
	iked_stop r
	iked_stop s
	for m in r s; do
		w_exec $m sysctl net.inet.esp.udpencap_port=9999
	done
	IKED_FLAGS='-p 9999' iked s "$B $S $K"
	IKED_FLAGS='-p 9999' iked r "$A $S $K"
	iked_up r
	iked_up s
	w_ping a 10.0.2.2 -c 3
	iked_stop r
	iked_none s
	ipsec_watched
	ipsec_want 0 'esp'
	ipsec_want 0 'icmp and net 10.0.1.0/24'
	ipsec_want 12 'udp port 4500 and udp[8:4] != 0 and greater 60'
	ipsec_want 6 'udp port 9999 and udp[8:4] != 0 and greater 60'
}

w_test never "-T: no NAT detection, no port 4500"
never_body()
{
	w_init
	ipsec_gateways
	ipsec_watch
	iked s "$B $S $K"
	IKED_FLAGS=-T iked r "$A $S $K"
	iked_up r
	iked_up s
	w_ping a 10.0.2.2 -c 3
	ipsec_watched
	ipsec_want 6 'esp'
	ipsec_want 0 'udp port 4500'
	# of its two messages in the clear only the other side's has them
	tshark -r wan.pcap -Y 'isakmp.notify.msgtype == 16388' >natd
	atf_check -o inline:'0\n' -s exit:1 grep -c '10.0.0.1 . 10.0.0.2' natd
}

atf_init_test_cases()
{
	w_add_tests
}

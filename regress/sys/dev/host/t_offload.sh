#! /usr/bin/env atf-sh
# Trains of UDP datagrams: whole where both sides can, cut where not, and the
# same datagrams come out in every case.
#
#	host a: va ------ paN [em0 machine r em1] pbN ------ vb: host b

. "$(atf_get_srcdir)/../../../lib/warren.subr"
. "$(atf_get_srcdir)/dev.subr"

COUNT=60

# trains: send them from a to b, and see that every datagram arrives.
trains()
{
	w_ping a 10.0.2.2
	w_in b python3 "$DEV/h_frames.py" recv 10.0.2.2 9 got >recv.out 2>&1 &
	receiver=$!
	w_made proc $receiver
	w_wait 10 grep -q ready recv.out
	w_in a python3 "$DEV/h_frames.py" send 10.0.2.2 9 $COUNT ||
	    atf_fail "cannot send"
	wait $receiver
	atf_check -o inline:"$((COUNT * 20)) $((COUNT * 20 * 1400)) 0\n" cat got
}

# How many frames longer than the MTU did b's capture see?
large()
{
	w_captured b.pcap
	tcpdump -nr b.pcap 'greater 1515 and udp and src 10.0.1.2' \
	    2>/dev/null | wc -l
}

w_test packet "packet cards: a train passes whole"
packet_body()
{
	w_init
	d_packet
	w_capture b vb b.pcap
	trains
	n=$(large)
	[ "$n" -ge $((COUNT / 2)) ] || atf_fail "$n frames were whole"
}

w_test packet_off "packet cards without offloads: no train leaves"
packet_off_body()
{
	w_init
	d_packet offload off
	w_in b ethtool -K vb gro off >/dev/null
	w_capture b vb b.pcap
	trains
	atf_check_equal 0 "$(large)"
}

w_test tap "tap cards: a train passes whole where the host can"
tap_body()
{
	w_init
	w_router
	w_capture b tb b.pcap
	trains
	n=$(large)
	if warren list -v | grep -q '^uso.*yes'; then
		[ "$n" -ge $((COUNT / 2)) ] || atf_fail "$n frames were whole"
	fi
}

w_test tap_off "tap cards without offloads: no train leaves"
tap_off_body()
{
	w_init
	w_router offload off
	w_capture b tb b.pcap
	trains
	atf_check_equal 0 "$(large)"
}

w_test tap_half "offloads on the way in only: the machine cuts"
tap_half_body()
{
	w_init
	w_host a
	w_host b
	w_machine r <<-END
		card em0 tap ta $(w_ns a)
		card em1 tap tb $(w_ns b) offload off
	END
	w_etc r hostname.em0 'inet 10.0.1.1/24'
	w_etc r hostname.em1 'inet 10.0.2.1/24'
	w_etc r sysctl.conf 'net.inet.ip.forwarding=1'
	w_boot r
	w_addr a ta 10.0.1.2/24 10.0.1.1
	w_addr b tb 10.0.2.2/24 10.0.2.1
	w_capture b tb b.pcap
	trains
	atf_check_equal 0 "$(large)"
	tcpdump -nvvr b.pcap udp 2>/dev/null >sums
	atf_check -s exit:1 grep -i 'bad udp cksum' sums
}

w_test wire "two machines on a wire"
wire_body()
{
	w_init
	w_two_routers
	w_capture b tb b.pcap
	trains
}

w_test wire_off "two machines on a wire without offloads"
wire_off_body()
{
	w_init
	w_two_routers offload off
	trains
}

atf_init_test_cases()
{
	w_add_tests
}

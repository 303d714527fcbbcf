#! /usr/bin/env atf-sh
# The packet card: a machine takes over the host's ends of two veth pairs.
#
#	host a: va ------ paN [em0 machine r em1] pbN ------ vb: host b
#	     10.0.1.2          10.0.1.1  10.0.2.1          10.0.2.2

. "$(atf_get_srcdir)/../../../lib/warren.subr"
. "$(atf_get_srcdir)/dev.subr"

w_test forward "ping, TCP and UDP both ways"
forward_body()
{
	w_init
	d_packet
	w_ping a 10.0.2.2
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 2
	w_iperf a b 10.0.2.2 -t 2 -R
	w_iperf a b 10.0.2.2 -u -b 50M -l 1400 -t 1
}

w_test large "large segments cross whole, though the MTU is 1500"
large_body()
{
	w_init
	d_packet
	w_capture b vb b.pcap
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -n 20M
	w_wait 10 eval "tcpdump -nr b.pcap 'greater 9000' 2>/dev/null | \
	    grep -q 'IP 10.0.1.2'"
}

w_test no_offload "the same with offloads off: nothing large leaves"
no_offload_body()
{
	w_init
	d_packet offload off
	w_in a ethtool -K va gro off >/dev/null
	w_in b ethtool -K vb gro off >/dev/null
	w_capture b vb b.pcap
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -n 20M
	w_iperf a b 10.0.2.2 -n 20M -R
	w_captured b.pcap
	tcpdump -nr b.pcap 'greater 1515 and src 10.0.1.2' 2>/dev/null >large
	atf_check cat large
	tcpdump -nvvr b.pcap 'src 10.0.1.2' 2>/dev/null >sums
	atf_check -s exit:1 grep -i 'incorrect' sums
}

w_test vlan "a tagged frame does not pass as an untagged one"
vlan_body()
{
	w_init
	d_packet
	atf_check -o inline:'answered\n' ip netns exec "$(w_ns a)" \
	    python3 "$DEV/h_arp.py" va 10.0.1.2 10.0.1.1
	atf_check -o inline:'silence\n' ip netns exec "$(w_ns a)" \
	    python3 "$DEV/h_arp.py" va 10.0.1.2 10.0.1.1 7
}

w_test host_down "the host takes the interface down and up again"
host_down_body()
{
	w_init
	d_packet
	w_ping a 10.0.1.1
	ip link set "pa$$" down
	d_link r em0 'no carrier'
	w_ping b 10.0.2.1
	ip link set "pa$$" up
	d_link r em0 active
	w_ping a 10.0.1.1
}

w_test deleted "the host deletes the interface: the machine lives on"
deleted_body()
{
	w_init
	d_packet
	w_ping a 10.0.1.1
	ip link delete "pa$$"
	w_ping b 10.0.2.1
	d_link r em0 'no carrier'
}

w_test lost "what the host has no room for is counted"
lost_body()
{
	w_init
	d_lost
}

atf_init_test_cases()
{
	w_add_tests
}

#! /usr/bin/env atf-sh
# IPv4 between two Linux hosts through one machine (w_router's topology).

. "$(atf_get_srcdir)/../../lib/warren.subr"

w_test ping "ping passes both ways and the TTL falls by one"
ping_body()
{
	w_init
	w_router
	w_ping a 10.0.1.1
	w_ping b 10.0.2.1
	w_in a ping -n -c 3 -i 0.2 -W 3 10.0.2.2 >out || atf_fail "a to b"
	atf_check -o match:'ttl=63' cat out
	w_ping b 10.0.1.2
	w_ping a 10.0.2.2 -s 1472 -M do
}

w_test tcp "iperf3 passes TCP both ways"
tcp_body()
{
	w_init
	w_router
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 2
	w_iperf a b 10.0.2.2 -t 2 -R
	w_iperf a b 10.0.2.2 -t 2 -P 4
}

w_test tcp_no_offload "the same with the card's offloads off"
tcp_no_offload_body()
{
	w_init
	w_router offload off
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 2
	w_iperf a b 10.0.2.2 -t 2 -R
}

w_test tcp_half_offload "offloads on one card only: the machine finishes"
tcp_half_offload_body()
{
	w_init
	w_host a
	w_host b
	w_machine r <<-EOF
		card em0 tap ta $(w_ns a)
		card em1 tap tb $(w_ns b) offload off
	EOF
	w_etc r hostname.em0 'inet 10.0.1.1/24'
	w_etc r hostname.em1 'inet 10.0.2.1/24'
	w_etc r sysctl.conf 'net.inet.ip.forwarding=1'
	w_boot r
	w_addr a ta 10.0.1.2/24 10.0.1.1
	w_addr b tb 10.0.2.2/24 10.0.2.1
	w_serve_iperf b
	w_capture b tb b.pcap
	w_iperf a b 10.0.2.2 -n 2M
	w_iperf a b 10.0.2.2 -n 2M -R
	w_captured b.pcap
	bad_checksums b.pcap 'ip.src == 10.0.1.2'
}

# bad_checksums FILE FILTER: fail when a packet has one.
bad_checksums()
{
	tshark -r "$1" -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE \
	    -o udp.check_checksum:TRUE -Y "($2) && (ip.checksum.status == 0 ||
	    tcp.checksum.status == 0 || udp.checksum.status == 0)" \
	    >bad 2>/dev/null
	[ -s bad ] && atf_fail "bad checksums: $(head -n 3 bad)"
	tshark -r "$1" -Y "$2" 2>/dev/null | grep -q . ||
	    atf_fail "nothing captured"
}

w_test udp "iperf3 passes UDP both ways"
udp_body()
{
	w_init
	w_router
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -u -b 50M -l 1400 -t 2
	w_iperf a b 10.0.2.2 -u -b 50M -l 1400 -t 2 -R
}

w_test udp_no_offload "the same with the card's offloads off"
udp_no_offload_body()
{
	w_init
	w_router offload off
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -u -b 50M -l 1400 -t 2
}

w_test traceroute "traceroute sees the machine as the first hop"
traceroute_body()
{
	w_init
	w_router
	# Sixteen probes leave at once: more than ARP holds back.
	w_ping a 10.0.2.2
	w_in a traceroute -n -q 1 -w 3 10.0.2.2 >out ||
	    atf_fail "traceroute failed"
	cat out
	atf_check -o match:'^ *1  10\.0\.1\.1 ' cat out
	atf_check -o match:'^ *2  10\.0\.2\.2 ' cat out
	w_in a traceroute -n -I -q 1 -w 3 10.0.2.2 >out ||
	    atf_fail "traceroute -I failed"
	atf_check -o match:'^ *1  10\.0\.1\.1 ' cat out
}

w_test pmtu "a small link: fragmentation needed, with its MTU"
pmtu_body()
{
	w_init
	w_router
	w_exec r ifconfig em1 mtu 1300 || atf_fail "cannot set the MTU"
	w_in a ping -n -c 2 -W 3 -M do -s 1372 10.0.2.2 >out
	cat out
	atf_check -o match:'From 10\.0\.1\.1.*mtu ?= ?1300' cat out
	w_in a ip route get 10.0.2.2 >out
	atf_check -o match:'mtu 1300' cat out
	# What fits passes.
	w_ping a 10.0.2.2 -M do -s 1272
	# TCP finds its way, too.
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 1
}

w_test fragment "a large datagram is fragmented for a small link"
fragment_body()
{
	w_init
	w_router
	w_exec r ifconfig em1 mtu 600 || atf_fail "cannot set the MTU"
	w_capture b tb b.pcap
	w_ping a 10.0.2.2 -M dont -s 1472
	# Fragments of the host's own pass and are put together there.
	w_ping a 10.0.2.2 -M dont -s 4000
	w_captured b.pcap
	tshark -r b.pcap -Y 'ip.src == 10.0.1.2 && ip.len > 600' >big
	[ -s big ] && atf_fail "larger than the link: $(head -n 3 big)"
	tshark -r b.pcap -Y 'ip.src == 10.0.1.2 && ip.flags.mf == 1' >frag
	[ -s frag ] || atf_fail "no fragments seen"
}

w_test reassemble "the machine puts fragments together and answers"
reassemble_body()
{
	w_init
	w_router
	w_ping a 10.0.1.1 -s 8000
	w_ping a 10.0.1.1 -s 30000
	w_ping a 10.0.1.1 -s 65507
}

w_test ttl "a TTL that ends gives time exceeded"
ttl_body()
{
	w_init
	w_router
	w_in a ping -n -c 1 -W 3 -t 1 10.0.2.2 >out
	cat out
	atf_check -o match:'From 10\.0\.1\.1.*Time to live exceeded' cat out
}

w_test unreachable "no route: network unreachable; no host: host unreachable"
unreachable_body()
{
	w_init
	w_router
	w_in a ping -n -c 1 -W 3 192.0.2.1 >out
	cat out
	atf_check -o match:'From 10\.0\.1\.1.*Unreachable' cat out
	w_in a ping -n -c 1 -W 15 10.0.2.99 >out
	cat out
	atf_check -o match:'From 10\.0\.1\.1.*Host Unreachable' cat out
}

w_test forwarding_off "without net.inet.ip.forwarding nothing passes"
forwarding_off_body()
{
	w_init
	w_router
	w_ping a 10.0.2.2
	w_exec r sysctl net.inet.ip.forwarding=0 || atf_fail "sysctl"
	w_in a ping -n -c 2 -i 0.2 -W 1 10.0.2.2 &&
	    atf_fail "forwarded all the same"
	w_exec r sysctl net.inet.ip.forwarding=1 || atf_fail "sysctl"
	w_ping a 10.0.2.2
}

atf_init_test_cases()
{
	w_add_tests
}

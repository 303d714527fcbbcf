#! /usr/bin/env atf-sh
# IPv6 between two Linux hosts through one machine (inet6.subr's topology).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/inet6.subr"

w_test ping "ping passes both ways and the hop limit falls by one"
ping_body()
{
	w_init
	w_router6
	w_in a ping -n -c 3 -i 0.2 -W 3 $B6 >out || atf_fail "a to b"
	atf_check -o match:'ttl=63' cat out
	w_ping b $A6
	w_ping a $B6 -s 1452 -M do
	w_exec r ping6 -n -c 2 -i 0.2 $A6 || atf_fail "r to a"
	w_exec r ping6 -n -c 2 -i 0.2 "$(w_linklocal b tb)%em1" ||
	    atf_fail "r to b's link-local address"
	w_exec r ping6 -n -c 1 ff02::1%em0 || atf_fail "all nodes"
}

w_test tcp "iperf3 passes TCP both ways"
tcp_body()
{
	w_init
	w_router6
	w_serve_iperf b
	w_iperf a b $B6 -t 2
	w_iperf a b $B6 -t 2 -R
	w_iperf a b $B6 -t 2 -P 4
}

w_test tcp_no_offload "the same with the card's offloads off"
tcp_no_offload_body()
{
	w_init
	w_router6 offload off
	w_serve_iperf b
	w_iperf a b $B6 -t 2
	w_iperf a b $B6 -t 2 -R
	# All that is on either wire is right, whoever sent it.
	w_capture a ta a.pcap
	w_capture b tb b.pcap
	w_ping a $B6 -s 3000
	w_ping b $RB6 -s 3000
	w_iperf a b $B6 -n 2M
	w_iperf a b $B6 -n 2M -R
	w_iperf a b $B6 -u -n 200K -l 1000
	w_captured a.pcap
	w_captured b.pcap
	for f in a.pcap b.pcap; do
		for p in tcp udp icmpv6; do
			bad_checksums $f "ipv6 && $p"
		done
	done
}

w_test tcp_half_offload "offloads on one card only: the machine finishes"
tcp_half_offload_body()
{
	w_init
	w_host a
	w_host b
	w_machine r <<-EOT
		card em0 tap ta $(w_ns a)
		card em1 tap tb $(w_ns b) offload off
	EOT
	w_etc r hostname.em0 "inet6 $RA6/64"
	w_etc r hostname.em1 "inet6 $RB6/64"
	w_etc r sysctl.conf 'net.inet6.ip6.forwarding=1'
	w_boot r
	w_addr a ta $A6/64 $RA6
	w_addr b tb $B6/64 $RB6
	w_wait 20 w_in a ping -n -c 1 -W 1 $B6
	w_serve_iperf b
	w_capture b tb b.pcap
	w_iperf a b $B6 -n 2M
	w_iperf a b $B6 -n 2M -R
	w_captured b.pcap
	bad_checksums b.pcap "ipv6.src == $A6"
}

# bad_checksums FILE FILTER: fail when a packet has one.
bad_checksums()
{
	tshark -r "$1" -o tcp.check_checksum:TRUE \
	    -o udp.check_checksum:TRUE -Y "($2) && (tcp.checksum.status == 0 ||
	    udp.checksum.status == 0 || icmpv6.checksum.status == 0)" \
	    >bad 2>/dev/null
	[ -s bad ] && atf_fail "bad checksums: $(head -n 3 bad)"
	tshark -r "$1" -Y "$2" 2>/dev/null | grep -q . ||
	    atf_fail "nothing captured"
}

w_test udp "iperf3 passes UDP both ways"
udp_body()
{
	w_init
	w_router6
	w_serve_iperf b
	w_iperf a b $B6 -u -b 50M -l 1400 -t 2
	w_iperf a b $B6 -u -b 50M -l 1400 -t 2 -R
}

w_test traceroute "traceroute sees the machine as the first hop"
traceroute_body()
{
	w_init
	w_router6
	w_ping a $B6
	w_in a traceroute -6 -n -q 1 -w 3 $B6 >out ||
	    atf_fail "traceroute failed"
	cat out
	atf_check -o match:"^ *1  $RA6 " cat out
	atf_check -o match:"^ *2  $B6 " cat out
}

w_test pmtu "a small link: packet too big, with its MTU"
pmtu_body()
{
	w_init
	w_router6
	w_exec r ifconfig em1 mtu 1300 || atf_fail "cannot set the MTU"
	w_in a ping -n -c 2 -W 3 -M do -s 1352 $B6 >out
	cat out
	atf_check -o match:"From $RA6.*mtu ?= ?1300" cat out
	w_in a ip -6 route get $B6 >out
	atf_check -o match:'mtu 1300' cat out
	# What fits passes, and the host cuts what does not.
	w_ping a $B6 -M do -s 1252
	w_ping a $B6 -s 4000
	w_grew6 r ip6 'not forwarded, larger than the' 0
	# TCP finds its way, too.
	w_serve_iperf b
	w_iperf a b $B6 -t 1
}

w_test pmtu_own "the machine learns a path's MTU from others"
pmtu_own_body()
{
	w_init
	w_router6
	w_host c
	w_link b bc c cb 1300
	w_in b sysctl -qw net.ipv6.conf.all.forwarding=1
	w_addr b bc 2001:db8:3::1/64
	w_addr c cb 2001:db8:3::2/64 2001:db8:3::1
	w_exec r route add -inet6 2001:db8:3::/64 $B6 ||
	    atf_fail "cannot add the route"
	w_capture b tb b.pcap
	w_capture c cb c.pcap
	w_exec r ping6 -mn -c 5 -i 0.3 -w 2 -s 1400 2001:db8:3::2 >out ||
	    atf_fail "r to c: $(cat out)"
	w_exec r route -n get -inet6 2001:db8:3::2 >out
	cat out
	w_exec r netstat -rn -f inet6 >out
	atf_check -o match:'2001:db8:3::2 .* 1300 ' cat out
	w_captured c.pcap
	tshark -r c.pcap -Y 'ipv6.src == 2001:db8:2::1 && ipv6.fraghdr' \
	    >frag 2>/dev/null
	[ -s frag ] || atf_fail "no fragments seen"
}

w_test reassemble "the machine puts fragments together and answers in some"
reassemble_body()
{
	w_init
	w_router6
	w_ping a $RA6 -s 8000
	w_ping a $RA6 -s 30000
	w_ping a $RA6 -s 65000
}

w_test hlim "a hop limit that ends gives time exceeded"
hlim_body()
{
	w_init
	w_router6
	w_in a ping -n -c 1 -W 3 -t 1 $B6 >out
	cat out
	atf_check -o match:"From $RA6.*Time exceeded: Hop limit" cat out
}

w_test unreachable "no route, no host, no port"
unreachable_body()
{
	w_init
	w_router6
	w_in a ping -n -c 1 -W 3 2001:db8:99::1 >out
	atf_check -o match:"From $RA6.*unreachable: No route" cat out
	w_in a ping -n -c 1 -W 15 2001:db8:2::99 >out
	atf_check -o match:"From $RA6.*unreachable: Address" cat out
	w_in a $PYTHON - <<-EOT || atf_fail "no port unreachable"
	import socket
	s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
	s.connect(("$RA6", 9))
	s.settimeout(5)
	s.send(b"x")
	try:
	    s.recv(10)
	except ConnectionRefusedError:
	    raise SystemExit(0)
	raise SystemExit(1)
	EOT
}

w_test forwarding_off "without net.inet6.ip6.forwarding nothing passes"
forwarding_off_body()
{
	w_init
	w_router6
	w_ping a $B6
	w_exec r sysctl net.inet6.ip6.forwarding=0 || atf_fail "sysctl"
	w_in a ping -n -c 2 -i 0.2 -W 1 $B6 &&
	    atf_fail "forwarded all the same"
	w_exec r sysctl net.inet6.ip6.forwarding=1 || atf_fail "sysctl"
	w_ping a $B6
}

w_test redirect "a sender on the next hop's link is told of it"
redirect_body()
{
	w_init
	w_router6
	w_host c
	w_in a ip link add br0 type bridge mcast_snooping 0
	w_in a ip link set br0 up
	w_in a ip -6 addr flush dev ta
	w_in a ip link set ta master br0
	w_link a ac c ca
	w_in a ip link set ac master br0
	w_addr a br0 $A6/64
	w_addr c ca 2001:db8:1::3/64
	w_in c ip -6 addr add 2001:db8:7::1/64 dev lo
	w_wait 10 w_in a ping -n -c 1 -W 1 2001:db8:1::3
	w_exec r route add -inet6 2001:db8:7::/64 "$(w_linklocal c ca)%em0" ||
	    atf_fail "cannot add the route"
	w_in a sysctl -qw net.ipv6.conf.br0.accept_redirects=1
	w_in a ip -6 route replace default via \
	    "$(w_exec r ifconfig em0 | awk '/fe80/ { sub("%.*", "", $2);
	    print $2; exit }')" dev br0
	w_in a ping -n -c 3 -i 0.3 -W 3 2001:db8:7::1 ||
	    atf_fail "no answer"
	w_in a ip -6 route get 2001:db8:7::1 >out
	cat out
	atf_check -o match:"via $(w_linklocal c ca)" cat out
}

w_test two_machines "two machines on a wire forward between two hosts"
two_machines_body()
{
	w_init
	w_host a
	w_host b
	w_machine r <<-EOT
		card em0 tap ta $(w_ns a)
		card em1 wire $PWD/wire
	EOT
	w_etc r hostname.em0 "inet6 $RA6/64"
	w_etc r hostname.em1 'inet6 2001:db8:f::1/64' \
	    '!route -qn add -inet6 2001:db8:2::/64 2001:db8:f::2'
	w_etc r sysctl.conf 'net.inet6.ip6.forwarding=1'
	w_machine s <<-EOT
		card em0 wire $PWD/wire
		card em1 tap tb $(w_ns b)
	EOT
	w_etc s hostname.em0 'inet6 2001:db8:f::2/64' \
	    '!route -qn add -inet6 2001:db8:1::/64 2001:db8:f::1'
	w_etc s hostname.em1 "inet6 $RB6/64"
	w_etc s sysctl.conf 'net.inet6.ip6.forwarding=1'
	w_boot r
	w_boot s
	w_addr a ta $A6/64 $RA6
	w_addr b tb $B6/64 $RB6
	w_wait 20 w_in a ping -n -c 1 -W 1 $B6
	w_in a ping -n -c 3 -i 0.2 -W 3 $B6 >out || atf_fail "a to b"
	atf_check -o match:'ttl=62' cat out
	w_serve_iperf b
	w_iperf a b $B6 -t 2
	w_iperf a b $B6 -t 2 -R
}

w_test rdomain "routing domains keep their addresses and neighbours apart"
rdomain_body()
{
	w_init
	w_host a
	w_host b
	w_machine r <<-EOT
		card em0 tap ta $(w_ns a)
		card em1 tap tb $(w_ns b)
	EOT
	# The same addresses on both sides.
	w_etc r hostname.em0 "inet6 $RA6/64"
	w_etc r hostname.em1 'rdomain 1' "inet6 $RA6/64"
	w_etc r sysctl.conf 'net.inet6.ip6.forwarding=1'
	w_boot r
	w_addr a ta $A6/64
	w_addr b tb $A6/64
	w_wait 20 w_in a ping -n -c 1 -W 1 $RA6
	w_wait 20 w_in b ping -n -c 1 -W 1 $RA6
	w_exec r ping6 -n -c 2 -i 0.2 $A6 || atf_fail "rdomain 0"
	w_exec r ping6 -n -c 2 -i 0.2 -V 1 $A6 || atf_fail "rdomain 1"
	w_exec r ping6 -n -c 1 -V 1 ::1 || atf_fail "rdomain 1's loopback"
	w_exec r netstat -T 1 -rn -f inet6 >out
	atf_check -o match:"^$A6 .*$(w_mac b tb).*em1" cat out
	w_exec r netstat -rn -f inet6 >out
	atf_check -o match:"^$A6 .*$(w_mac a ta).*em0" cat out
}

w_test amd64 240 "the amd64 port forwards, as its boot arguments tell it"
amd64_body()
{
	w_init
	W_PORT=qemu
	w_router6
	w_wait 60 w_in a ping -n -c 1 -W 1 $B6
	w_in a ping -n -c 3 -i 0.2 -W 3 $B6 >out || atf_fail "a to b"
	atf_check -o match:'ttl=63' cat out
	w_ping a $RA6 -s 8000
	w_serve_iperf b
	w_iperf a b $B6 -t 2
	w_iperf a b $B6 -t 2 -R
	w_in a ping -n -c 1 -W 3 -t 1 $B6 >out
	atf_check -o match:"From $RA6.*Time exceeded" cat out
}

atf_init_test_cases()
{
	w_add_tests
}

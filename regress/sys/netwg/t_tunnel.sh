#! /usr/bin/env atf-sh
# A tunnel between the gateways of two sites (wg.subr's topology).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/wg.subr"

w_test ping "hosts and gateways reach each other through it, nothing in clear"
ping_body()
{
	w_init
	wg_sites
	wg_tunnel
	w_exec r ping -c 3 -w 5 10.99.0.2 >out || atf_fail "gateway to gateway"
	atf_check -o match:'0.0% packet loss' cat out
	w_ping a 10.0.2.2
	w_ping b 10.0.1.2 -s 1392 -M do
	w_exec r ifconfig wg0
	w_exec s netstat -ss -p wg
	w_exec r netstat -ss -p wg
}

w_test tcp "iperf3 passes TCP both ways"
tcp_body()
{
	w_init
	wg_sites
	wg_tunnel
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 2
	w_iperf a b 10.0.2.2 -t 2 -R
	w_exec s netstat -ss -p wg
	w_exec r netstat -ss -p wg
}

w_test inet6 "IPv6 outside, both families inside"
inet6_body()
{
	w_init
	wg_sites
	w_exec r ifconfig em1 inet6 2001:db8::1/64
	w_exec s ifconfig em0 inet6 2001:db8::2/64
	w_wait 10 w_hexec r ping -6 -n -c 1 -W 1 2001:db8::2
	wg_tunnel
	w_exec r ifconfig wg0 inet6 fd00:99::1/64
	w_exec s ifconfig wg0 inet6 fd00:99::2/64
	w_exec r ifconfig wg0 wgpeer "$(cat s.pub)" \
	    wgendpoint 2001:db8::2 51820 \
	    wgaip 10.99.0.2/32 wgaip 10.0.2.0/24 wgaip fd00:99::2/128
	w_exec s ifconfig wg0 wgpeer "$(cat r.pub)" \
	    wgendpoint 2001:db8::1 51820 \
	    wgaip 10.99.0.1/32 wgaip 10.0.1.0/24 wgaip fd00:99::1/128
	w_ping a 10.0.2.2
	w_wait 10 w_hexec r ping -6 -n -c 1 -W 1 fd00:99::2
	w_exec s ifconfig wg0 | grep -q 'wgendpoint 2001:db8::1 51820' ||
	    atf_fail "not by IPv6"
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 1
	w_iperf a b 10.0.2.2 -t 1 -R
}

w_test no_offload "the same with the cards' offloads off"
no_offload_body()
{
	w_init
	wg_sites offload off
	wg_tunnel
	w_ping a 10.0.2.2 -s 1392 -M do
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 1
	w_iperf a b 10.0.2.2 -t 1 -R
	w_iperf a b 10.0.2.2 -t 1 -u -b 50M -l 1300
}

w_test udp "UDP passes in both sizes without loss"
udp_body()
{
	w_init
	wg_sites
	wg_tunnel
	w_serve_iperf b
	# Few enough packets that a busy host carries them all.
	for rate in 20M:1300 2M:64; do
		len=${rate#*:}
		w_iperf a b 10.0.2.2 -t 1 -u -b "${rate%:*}" -l "$len"
		python3 -c 'import json
s = json.load(open("iperf.json"))["end"]["sum"]
assert s["lost_percent"] < 5, s' || atf_fail "lost UDP of $len"
	done
}

w_test drivers "any driver of crypto(9) at either end, shown and forced"
drivers_body()
{
	w_init
	wg_sites
	w_exec r sysctl -n kern.crypto.drivers >out || atf_fail "drivers"
	cat out
	warren exec -u user "$W_ID-r" sysctl kern.crypto.force=soft >out.err \
	    2>&1 &&
	    atf_fail "forced by anybody"
	w_exec r sysctl kern.crypto.force=none >out.err 2>&1 &&
	    atf_fail "forced to what is not there"
	atf_check -o match:'No such file' cat out.err
	wg_tunnel
	w_serve_iperf b
	for d in $(sed 's/ .*//' out); do
		w_exec r sysctl kern.crypto.force="$d" >/dev/null ||
		    atf_fail "force $d"
		w_exec r ifconfig wg0 down
		w_exec r ifconfig wg0 up
		w_wait 20 w_in a ping -n -c 1 -W 1 10.0.2.2
		w_iperf a b 10.0.2.2 -n 2M
		w_exec r sysctl -n kern.crypto.sessions >sessions
		cat sessions
		grep -q "^chacha20-poly1305 .* driver $d requests [1-9]" \
		    sessions || atf_fail "no session of $d"
		grep -v " driver $d " sessions && atf_fail "another's"
	done
	w_exec r sysctl kern.crypto.force= >/dev/null || atf_fail "unforce"
}

w_test errors "the sender is told why there is no way"
errors_body()
{
	w_init
	wg_sites
	wg_tunnel
	# The network is on wg0, but nobody there has the address.
	w_exec r route -qn add -net 10.7.0.0/16 10.99.0.2
	w_exec r ping -c 1 -w 2 10.7.0.1 >out 2>&1 && atf_fail "reached"
	atf_check -o match:'[Nn]etwork is unreachable' cat out
	w_in a ping -c 1 -W 2 10.7.0.1 >out 2>&1 && atf_fail "reached"
	atf_check -o match:'Unreachable' cat out
	# A peer whose place nobody knows.
	wg_keys x
	w_exec r ifconfig wg0 wgpeer "$(cat x.pub)" \
	    wgaip 10.7.0.0/16
	w_exec r ping -c 1 -w 2 10.7.0.1 >out 2>&1 && atf_fail "reached"
	atf_check -o match:'Destination address required' cat out
	# A peer that would be reached through the tunnel itself.
	w_exec r ifconfig wg0 wgpeer "$(cat s.pub)" \
	    wgendpoint 10.0.2.9 51820 wgaip 0.0.0.0/0
	w_exec r ping -c 1 -w 2 10.0.2.2 >out 2>&1 && atf_fail "reached"
	atf_check -o match:'Too many levels' cat out
}

# inet6_inside: the tunnel and the LANs have IPv6, too.
inet6_inside()
{
	w_exec r sysctl net.inet6.ip6.forwarding=1 >/dev/null
	w_exec s sysctl net.inet6.ip6.forwarding=1 >/dev/null
	w_exec r ifconfig em0 inet6 fd00:1::1/64
	w_exec s ifconfig em1 inet6 fd00:2::1/64
	w_exec r ifconfig wg0 inet6 fd00:99::1/64
	w_exec s ifconfig wg0 inet6 fd00:99::2/64
	w_exec r ifconfig wg0 wgpeer "$(cat s.pub)" wgaip 10.99.0.2/32 \
	    wgaip 10.0.2.0/24 wgaip fd00:99::2/128 wgaip fd00:2::/64
	w_exec s ifconfig wg0 wgpeer "$(cat r.pub)" wgaip 10.99.0.1/32 \
	    wgaip 10.0.1.0/24 wgaip fd00:99::1/128 wgaip fd00:1::/64
	w_exec r route -qn add -inet6 fd00:2::/64 fd00:99::2
	w_exec s route -qn add -inet6 fd00:1::/64 fd00:99::1
	w_addr a ta fd00:1::2/64 fd00:1::1
	w_addr b tb fd00:2::2/64 fd00:2::1
	w_wait 20 w_in a ping -6 -n -c 1 -W 1 fd00:2::2
}

w_test errors6 "IPv6: the sender is told why there is no way"
errors6_body()
{
	w_init
	wg_sites
	wg_tunnel
	inet6_inside
	w_exec r route -qn add -inet6 fd00:7::/64 fd00:99::2
	w_in a ping -6 -n -c 1 -W 2 fd00:7::1 >out 2>&1 && atf_fail "reached"
	atf_check -o match:'Destination unreachable' cat out
	w_exec r ping6 -n -c 1 -w 2 fd00:7::1 >out 2>&1 && atf_fail "reached"
	atf_check -o match:'[Nn]etwork is unreachable' cat out
	# Only what is allowed comes in: the other way is no way.
	w_exec s ifconfig wg0 wgpeer "$(cat r.pub)" wgaip 10.99.0.1/32 \
	    wgaip fd00:99::1/128
	w_in a ping -6 -n -c 1 -W 1 fd00:2::2 && atf_fail "let in"
	w_exec s netstat -ss -p wg >out
	atf_check -o match:'[1-9][0-9]* in: source not allowed' cat out
}

w_test mtu "what does not fit: told inside, cut outside"
mtu_body()
{
	w_init
	wg_sites
	wg_tunnel
	inet6_inside
	w_ping a 10.0.2.2 -s 1392 -M do
	w_in a ping -n -c 1 -W 2 -s 1393 -M do 10.0.2.2 >out 2>&1 &&
	    atf_fail "too large"
	atf_check -o match:'mtu ?= ?1420' cat out
	w_ping a 10.0.2.2 -s 3000 -M dont
	w_in a ping -6 -n -c 1 -W 2 -s 1400 -M do fd00:2::2 >out 2>&1 &&
	    atf_fail "too large for IPv6"
	atf_check -o match:'mtu ?= ?1420' cat out
	# A narrow way outside.
	w_exec r ifconfig em1 mtu 1300
	w_exec s ifconfig em0 mtu 1300
	w_ping a 10.0.2.2 -s 1392 -M do
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -n 1M
}

w_test rtable "the tunnel's own packets go by another routing table"
rtable_body()
{
	w_init
	wg_sites
	w_exec r ifconfig em1 rdomain 1
	w_exec r ifconfig em1 inet 10.0.0.1/24
	# The route to b's network went with em1.
	w_exec r route -qn add -net 10.0.2.0/24 10.0.1.2
	wg_tunnel
	w_exec r ping -n -c 1 -w 2 10.99.0.2 && atf_fail "by table 0"
	w_exec r ifconfig wg0 wgrtable 1 || atf_fail "wgrtable"
	w_exec r ifconfig wg0 | grep -q 'wgrtable 1$' || atf_fail "not shown"
	w_wait 20 w_in a ping -n -c 1 -W 1 10.0.2.2
	w_in a ping -n -c 1 -W 1 10.0.0.2 && atf_fail "domains leak"
	return 0
}

w_test bpf "tcpdump shows what is inside, on wg0, and what debug tells"
bpf_body()
{
	w_init
	wg_sites
	wg_tunnel
	inet6_inside
	w_exec r ifconfig wg0 debug
	w_exec r ifconfig wg0 | grep -q '^wg0: .*DEBUG' || atf_fail "no flag"
	w_exec r tcpdump -ni wg0 -c 4 icmp or icmp6 >dump 2>dump.err &
	pid=$!
	w_wait 10 grep -q 'listening on wg0' dump.err
	atf_check -o match:'link-type LOOP' cat dump.err
	# Until it has seen the four.
	w_wait 20 both_families $pid
	wait $pid || atf_fail "tcpdump: $(cat dump.err)"
	cat dump
	for l in '10.0.1.2 > 10.0.2.2: .*echo request' \
	    '10.0.2.2 > 10.0.1.2: .*echo reply' \
	    'fd00:1::2 > fd00:2::2: .*echo request' \
	    'fd00:2::2 > fd00:1::2: .*echo reply'; do
		grep -q "$l" dump || atf_fail "no $l"
	done
	# Outside there is nothing of it.
	w_exec r tcpdump -ni em1 -c 2 udp port 51820 >dump 2>dump.err &
	pid=$!
	w_wait 10 grep -q 'listening on em1' dump.err
	w_wait 20 both_families $pid
	grep -q '10.0.0.[12].51820 > 10.0.0.[12].51820' dump ||
	    atf_fail "$(cat dump)"
	w_exec r ifconfig wg0 down
	w_exec r ifconfig wg0 up
	w_ping a 10.0.2.2
	w_exec r dmesg >out
	atf_check -o match:'wg0: Sending handshake initiation to peer' \
	    -o match:'wg0: Receiving handshake response from peer' cat out
}

# A packet each way of each family; true when process $1 has ended.
both_families()
{
	w_in a ping -n -c 1 -W 1 10.0.2.2
	w_in a ping -6 -n -c 1 -W 1 fd00:2::2
	! kill -0 "$1"
}

w_test tshark "tshark decodes what is on the wire without complaint"
tshark_body()
{
	w_init
	wg_tshark_sites
	wg_tunnel
	w_capture w wire0 wire.pcap
	w_ping a 10.0.2.2
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -n 1M
	tshark -r wire.pcap -Y 'wg' -T fields -e wg.type >types 2>&1
	sort types | uniq -c
	for t in 1 2 4; do
		grep -q "^$t" types || atf_fail "no message of type $t"
	done
	tshark -r wire.pcap -Y 'ip && udp && !wg' 2>/dev/null | grep . &&
	    atf_fail "something beside the tunnel"
	tshark -r wire.pcap -o udp.check_checksum:TRUE \
	    -Y '_ws.malformed || _ws.expert.severity >= 0x600000' \
	    2>/dev/null | grep . && atf_fail "tshark complains"
	tshark -r wire.pcap -Y 'icmp || tcp' 2>/dev/null | grep . &&
	    atf_fail "inner packets in clear"
	return 0
}

# The wire as a bridge in a host w, where it can be heard.
wg_tshark_sites()
{
	w_host a
	w_host b
	w_host w
	w_machine r <<-EOF
		card em0 tap ta $(w_ns a)
		card em1 tap wire0 $(w_ns w) offload off
	EOF
	w_etc r hostname.em0 'inet 10.0.1.1/24'
	w_etc r hostname.em1 'inet 10.0.0.1/24' \
	    '!route -qn add -net 10.0.2.0/24 10.0.0.2'
	w_etc r sysctl.conf 'net.inet.ip.forwarding=1'
	w_machine s <<-EOF
		card em0 tap wire1 $(w_ns w) offload off
		card em1 tap tb $(w_ns b)
	EOF
	w_etc s hostname.em0 'inet 10.0.0.2/24' \
	    '!route -qn add -net 10.0.1.0/24 10.0.0.1'
	w_etc s hostname.em1 'inet 10.0.2.1/24'
	w_etc s sysctl.conf 'net.inet.ip.forwarding=1'
	w_boot r
	w_boot s
	w_in w ip link add br0 type bridge
	for i in wire0 wire1; do
		w_in w ip link set $i master br0 up
	done
	w_in w ip link set br0 up
	w_addr a ta 10.0.1.2/24 10.0.1.1
	w_addr b tb 10.0.2.2/24 10.0.2.1
	wg_keys r s
}

atf_init_test_cases()
{
	w_add_tests
}

#! /usr/bin/env atf-sh
# The handbook's tunnel, its commands as they stand there, between two sites
# with a routed WAN between them; then with wireguard-go in site B's place.
#
#	host a ---- em1 site-a em0 ---- wan ---- em0 site-b em1 ---- host b
#	10.0.0.50   .1  198.51.100.10     203.0.113.10   .1   10.20.0.50
#	                    wg0 10.99.0.1     wg0 10.99.0.2

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/wg.subr"

# wan: the hosts, and the way between the sites.
wan()
{
	for h in a b w; do
		w_host $h
	done
	w_in w sysctl -qw net.ipv4.ip_forward=1
	wg_keys site-a site-b
	A=$(cat site-a.pub)
	B=$(cat site-b.pub)
}

# site NAME WAN-ADDRESS GATEWAY LAN-ADDRESS CARD HOST
site()
{
	w_machine "$1" <<-EOF
		card em0 tap w$5 $(w_ns w)
		card em1 tap t$5 $(w_ns "$6")
	EOF
	w_etc "$1" hostname.em0 "inet $2/24"
	w_etc "$1" hostname.em1 "inet $4/24"
	w_etc "$1" mygate "$3"
	w_etc "$1" sysctl.conf net.inet.ip.forwarding=1
	w_etc "$1" wg/private.key "$(cat "$1.key")"
	w_boot "$1"
	w_addr w "w$5" "$3/24"
}

# commands SITE: what is on standard input is typed there, as it stands.
commands()
{
	while read -r _ l; do
		w_exec "$1" sh -c "$l" || atf_fail "$1# $l"
	done
}

site_a()
{
	site site-a 198.51.100.10 198.51.100.1 10.0.0.1 a a
	w_addr a ta 10.0.0.50/24 10.0.0.1
	commands site-a <<-EOF
		# ifconfig wg0 create
		# ifconfig wg0 inet 10.99.0.1/30
		# ifconfig wg0 wgport 51820
		# ifconfig wg0 wgkey \`cat /etc/wg/private.key\`
		# ifconfig wg0 wgpeer $B wgendpoint 203.0.113.10 51820
		# ifconfig wg0 wgpeer $B wgaip 10.99.0.2/32
		# route add -net 10.20.0.0/24 10.99.0.2
	EOF
}

site_b()
{
	site site-b 203.0.113.10 203.0.113.1 10.20.0.1 b b
	w_addr b tb 10.20.0.50/24 10.20.0.1
	commands site-b <<-EOF
		# ifconfig wg0 create
		# ifconfig wg0 inet 10.99.0.2/30
		# ifconfig wg0 wgport 51820
		# ifconfig wg0 wgkey \`cat /etc/wg/private.key\`
		# ifconfig wg0 wgpeer $A wgendpoint 198.51.100.10 51820
		# ifconfig wg0 wgpeer $A wgaip 10.99.0.1/32
		# route add -net 10.0.0.0/24 10.99.0.1
	EOF
}

# lan_of_X: the networks behind the sites are let in, too.
lan_of_b()
{
	commands site-a <<-EOF
		# ifconfig wg0 wgpeer $B wgaip 10.99.0.2/32 wgaip 10.20.0.0/24
	EOF
}

lan_of_a()
{
	commands site-b <<-EOF
		# ifconfig wg0 wgpeer $A wgaip 10.99.0.1/32 wgaip 10.0.0.0/24
	EOF
}

# shown SITE PEER ENDPOINT: ifconfig wg0 has it all.
shown()
{
	w_exec "$1" ifconfig wg0 >out
	for l in 'wgport 51820' "wgpubkey $(cat "$1.pub")" \
	    "wgpeer $(cat "$2.pub")" "wgendpoint $3 51820" \
	    'tx: [1-9][0-9]*, rx: [1-9][0-9]*' \
	    'last handshake: [0-9]* seconds ago'; do
		grep -q "^	*$l\$" out || atf_fail "$1: no $l in $(cat out)"
	done
}

w_test machines "two machines: ping, iperf3, peers and statistics"
machines_body()
{
	w_init
	wan
	site_a
	site_b
	# Allowed IPs of hosts only: the LANs' do not pass, and are told so.
	w_exec site-a ping -n -c 3 10.99.0.2 >out || atf_fail "$(cat out)"
	atf_check -o match:' 0(\.0)?% packet loss' cat out
	w_in a ping -n -c 1 -W 2 10.20.0.50 >out && atf_fail "not allowed"
	atf_check -o match:'Unreachable' cat out
	lan_of_b
	lan_of_a
	w_capture w wa wan.pcap
	w_ping a 10.20.0.50
	w_serve_iperf b
	w_iperf a b 10.20.0.50 -t 1
	w_iperf a b 10.20.0.50 -t 1 -R
	shown site-a site-b 203.0.113.10
	shown site-b site-a 198.51.100.10
	w_exec site-a netstat -rn >out
	atf_check -o match:'^10\.20\.0/24 +10\.99\.0\.2 ' cat out
	tcpdump -nr wan.pcap 'ip and not udp port 51820' 2>/dev/null |
	    grep . && atf_fail "in clear"
	return 0
}

w_test wireguard_go "the same commands make one with wireguard-go"
wireguard_go_body()
{
	w_init
	wan
	site_a
	# Host b itself is site B.
	w_link w wb b tb
	w_addr w wb 203.0.113.1/24
	w_addr b tb 203.0.113.10/24 203.0.113.1
	w_in b ip addr add 10.20.0.50/24 dev lo
	wg_go b
	w_in b ip addr add 10.99.0.2/30 dev "$WG_GO"
	wg set "$WG_GO" private-key site-b.key listen-port 51820 \
	    peer "$(cat site-a.pub)" endpoint 198.51.100.10:51820 \
	    allowed-ips 10.99.0.1/32,10.0.0.0/24 || atf_fail "wg set"
	w_in b ip route add 10.0.0.0/24 dev "$WG_GO" src 10.20.0.50
	w_exec site-a ping -n -c 3 10.99.0.2 >out || atf_fail "$(cat out)"
	lan_of_b
	w_ping a 10.20.0.50
	w_in b ping -n -c 3 -i 0.2 -W 3 10.0.0.50 || atf_fail "b to a"
	w_serve_iperf b
	w_iperf a b 10.20.0.50 -t 1
	w_iperf a b 10.20.0.50 -t 1 -R
	shown site-a site-b 203.0.113.10
}

atf_init_test_cases()
{
	w_add_tests
}

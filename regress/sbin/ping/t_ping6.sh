#! /usr/bin/env atf-sh
# ping6(8) in a machine: one card, host a behind it (user.subr).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../user.subr"

A=2001:db8:1::2

setup()
{
	u_machine
	w_addr a ta $A/64
	u_do ifconfig em0 inet6 2001:db8:1::1/64
	w_wait 10 x ping6 -q -c 1 -w 1 $A
}

w_test output "the lines and the sum, by both names"
output_body()
{
	setup
	for p in ping6 ping; do
		x $p -n -c 2 -i 0.1 $A >out || atf_fail "no answer"
		sed 's/[0-9.]*\/[0-9.\/]* ms/MS/
		    s/time=[0-9.]* ms/time=MS/' out >got
		atf_check -o inline:"PING $A ($A): 56 data bytes
64 bytes from $A: icmp_seq=0 hlim=64 time=MS
64 bytes from $A: icmp_seq=1 hlim=64 time=MS

--- $A ping statistics ---
2 packets transmitted, 2 packets received, 0.0% packet loss
round-trip min/avg/max/std-dev = MS
" cat got
	done
	u_match "^8 bytes from $A: icmp_seq=0 hlim=64\$" ping6 -s 0 -c 1 $A
	u_match '1 packets received' ping6 -q -c 1 -I 2001:db8:1::1 $A
}

w_test sizes "fragments of 1280 bytes, whole packets, none larger"
sizes_body()
{
	setup
	w_capture a ta sizes.pcap
	u_match '^3008 bytes from' ping6 -s 3000 -c 1 $A
	u_match '^1408 bytes from' ping6 -m -s 1400 -c 1 $A
	u_match '^1408 bytes from' ping6 -D -m -s 1400 -c 1 $A
	atf_check -s exit:1 -o match:'100.0% packet loss' \
	    -e match:'sendto: Message too long' \
	    warren exec "$M" ping6 -D -m -s 3000 -c 1 -w 1 $A
	w_captured sizes.pcap
	tcpdump -nr sizes.pcap 'ip6 src 2001:db8:1::1' >out 2>/dev/null
	# 3008 bytes in three pieces; two requests of 1408 whole.
	atf_check -o inline:'3
' grep -c 'frag (' out
	atf_check -o inline:'2
' grep -c 'echo request.*length 1408$' out
}

w_test errors "what routers and hosts say"
errors_body()
{
	setup
	w_in a sysctl -q net.ipv6.conf.all.forwarding=1
	w_in a ip -6 route add unreachable 2001:db8:9::/64
	u_do route -qn add -inet6 2001:db8:9::/64 $A
	atf_check -s exit:1 -o match:"bytes from $A: No Route to Destin" \
	    warren exec "$M" ping6 -c 1 -w 1 2001:db8:9::1
	w_in a ip -6 route add 2001:db8:8::/64 via 2001:db8:1::1
	u_do route -qn add -inet6 2001:db8:8::/64 $A
	atf_check -s exit:1 -o match:"bytes from $A: Time to live exceeded" \
	    warren exec "$M" ping6 -h 1 -c 1 -w 1 2001:db8:8::1
	atf_check -s exit:1 -o match:'100.0% packet loss' \
	    warren exec "$M" ping6 -c 1 -w 1 2001:db8:1::77
}

w_test links "addresses and groups of one link"
links_body()
{
	setup
	ll=$(w_in a ip -6 -o addr show dev ta scope link |
	    sed 's/.*inet6 \([^/]*\).*/\1/')
	u_match "^64 bytes from $ll%em0: icmp_seq=0" ping6 -c 1 "$ll%em0"
	u_match '^64 bytes from fe80::.*%em0: icmp_seq=0' \
	    ping6 -c 1 ff02::1%em0
	x ping6 -L -c 1 ff02::1%em0 >out
	atf_check -o match:"^64 bytes from $ll%em0" cat out
}

w_test refused "options that do not go together, who may not"
refused_body()
{
	setup
	atf_check -s exit:1 -e match:'^usage: ping6' \
	    warren exec "$M" ping6 -R $A
	atf_check -s exit:1 -e match:'no route can be recorded' \
	    warren exec "$M" ping -R -c 1 $A
	u_fail 1 'ping6: hop limit is too large: 256
' ping6 -h 256 $A
	u_denied 'ping6: only root may use interval < 1s' ping6 -i 0.1 $A
	atf_check -o match:'1 packets received' \
	    warren exec -u nobody "$M" ping6 -q -c 1 $A
}

atf_init_test_cases()
{
	w_add_tests
}

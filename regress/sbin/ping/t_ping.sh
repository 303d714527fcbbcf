#! /usr/bin/env atf-sh
# ping(8) in a machine: one card, host a behind it (user.subr).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../user.subr"

w_test output "the lines and the sum"
output_body()
{
	u_machine
	x ping -n -c 3 -i 0.1 10.0.1.2 >out || atf_fail "no answer"
	sed 's/[0-9.]*\/[0-9.\/]* ms/MS/; s/time=[0-9.]* ms/time=MS/' out >got
	atf_check -o inline:'PING 10.0.1.2 (10.0.1.2): 56 data bytes
64 bytes from 10.0.1.2: icmp_seq=0 ttl=64 time=MS
64 bytes from 10.0.1.2: icmp_seq=1 ttl=64 time=MS
64 bytes from 10.0.1.2: icmp_seq=2 ttl=64 time=MS

--- 10.0.1.2 ping statistics ---
3 packets transmitted, 3 packets received, 0.0% packet loss
round-trip min/avg/max/std-dev = MS
' cat got
	x ping -q -c 2 -i 0.1 10.0.1.2 >out || atf_fail "no answer"
	atf_check -o inline:'5
' grep -c '' out
	u_match '^8 bytes from 10.0.1.2: icmp_seq=0 ttl=64$' \
	    ping -s 0 -c 1 10.0.1.2
	u_match 'PATTERN: 0xff00' ping -p ff00 -c 1 10.0.1.2
}

w_test silence "nobody answers: exit 1, and how long it waits"
silence_body()
{
	u_machine
	atf_check -s exit:1 -o match:'^1 packets transmitted, 0 packets ' \
	    -o match:'received, 100.0% packet loss' -o not-match:round-trip \
	    warren exec "$M" ping -c 1 -w 1 10.0.1.77
}

w_test errors "what routers say"
errors_body()
{
	u_machine
	atf_check -o ignore warren exec "$M" route add default 10.0.1.2
	w_in a sysctl -qw net.ipv4.ip_forward=1
	w_in a ip route add unreachable 192.0.2.0/24
	x ping -c 1 -w 1 192.0.2.1 >out
	atf_check -o match:'from 10.0.1.2: Destination Host Unreachable' \
	    cat out
	w_in a ip route add 198.51.100.0/24 via 10.0.1.1
	x ping -c 1 -w 1 -t 1 198.51.100.1 >out
	atf_check -o match:'bytes from 10.0.1.2: Time to live exceeded' cat out
	x ping -v -c 1 -w 1 -t 1 198.51.100.1 >out
	atf_check -o match:'Vr HL TOS  Len   ID Flg  off TTL Pro  cks ' cat out
}

w_test size "large packets, fragments and -D"
size_body()
{
	u_machine
	u_match '^1480 bytes from' ping -D -s 1472 -c 1 10.0.1.2
	u_match '^4008 bytes from' ping -s 4000 -c 1 10.0.1.2
	u_match '^65515 bytes from' ping -s 65507 -c 1 10.0.1.2
	atf_check -s exit:1 -o match:'0 packets received' \
	    -e inline:'ping: sendto: Message too long
' warren exec "$M" ping -D -s 1473 -c 1 -w 1 10.0.1.2
	u_fail 1 'ping: packet size is too large: 65508
' ping -s 65508 -c 1 10.0.1.2
}

w_test source "-I, -t, -T and -R are seen by the other side"
source_body()
{
	u_machine
	u_do ifconfig em0 inet 10.0.1.9/24 alias
	w_capture a ta cap.pcap
	atf_check -o ignore warren exec "$M" \
	    ping -I 10.0.1.9 -t 7 -T lowdelay -c 1 10.0.1.2
	w_captured cap.pcap
	atf_check -o match:'tos 0x10, ttl 7,' \
	    -o match:'10.0.1.9 > 10.0.1.2' -e ignore \
	    tcpdump -nvr cap.pcap icmp
	u_match '^RR: 	10.0.1.2' ping -R -c 1 10.0.1.2
}

w_test flood "-f: dots that backspaces take away; 5,000 without loss"
flood_body()
{
	u_machine
	u_match '5000 packets transmitted, 5000 packets received' \
	    ping -q -f -c 5000 10.0.1.2
	# Three dots, each taken away: how soon depends on the other side.
	x ping -f -c 3 10.0.1.2 | sed -n 2p | tr '\b' B >out
	atf_check -o match:'^\.[.B]*B$' cat out
	atf_check -o inline:'...BBB' sh -c 'tr -dc . <out; tr -dc B <out'
	x ping -g -c 2 10.0.1.2 | sed -n 2p >out
	atf_check -o inline:'!!
' cat out
}

w_test privilege "set-uid, but not for everything"
privilege_body()
{
	u_machine
	atf_check -o match:'1 packets received' \
	    warren exec -u nobody "$M" ping -c 1 10.0.1.2
	for words in -f '-l 3'; do
		# shellcheck disable=SC2086
		u_denied 'ping: Operation not permitted' \
		    ping $words -c 1 10.0.1.2
	done
	u_denied 'ping: only root may use interval < 1s' \
	    ping -i 0.5 -c 1 10.0.1.2
}

w_test interrupt "SIGQUIT prints the sum so far, SIGINT the last one"
interrupt_body()
{
	u_machine
	x sh -c 'ping -i 0.1 10.0.1.2 >/tmp/out & p=$!
	    until grep -q icmp_seq=3 /tmp/out; do sleep 0.1; done
	    kill -QUIT $p
	    until grep -q statistics /tmp/out; do sleep 0.1; done
	    kill -INT $p
	    wait $p'
	x cat /tmp/out >out
	atf_check -o inline:'2
' grep -c 'ping statistics' out
}

atf_init_test_cases()
{
	w_add_tests
}

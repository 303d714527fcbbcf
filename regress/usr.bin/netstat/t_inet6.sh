#! /usr/bin/env atf-sh
# netstat(1) and IPv6 in a machine: one card, host a behind it (user.subr).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sbin/user.subr"

setup()
{
	u_machine
	u_do ifconfig em0 lladdr 02:00:00:00:00:11
	w_addr a ta 2001:db8:1::2/64
	u_do ifconfig em0 inet6 2001:db8:1::1/64
	w_wait 10 x ping6 -q -c 1 -w 1 2001:db8:1::2
}

w_test tables "routes and interfaces of the family"
tables_body()
{
	setup
	x netstat -rn -f inet6 >out
	atf_check -o match:'^Internet6:$' -o not-match:'^Internet:$' \
	    -o match:'^2001:db8:1::/64 +2001:db8:1::1 +UCn ' cat out
	x netstat -rn >out
	atf_check -o match:'^Internet6:$' -o match:'^Internet:$' cat out
	x netstat -I em0 -n -f inet6 >out
	atf_check -o match:'^em0 +1500  2001:db8:1::/64 2001:db8:1::1 ' \
	    -o match:'^em0 +1500  fe80::%em0/64 fe80::ff:fe00:11%em0 ' \
	    -o not-match:10.0.1 -o not-match:Link cat out
}

w_test counters "each protocol's, and all of the family"
counters_body()
{
	setup
	before=$(w_counter m icmp6 'message response')
	w_in a ping -q -c 3 -i 0.2 2001:db8:1::1 >/dev/null
	after=$(w_counter m icmp6 'message response')
	atf_check_equal 3 $((after - before))
	x netstat -s -f inet6 >out
	atf_check -o match:'^ip6:$' -o match:'^icmp6:$' -o match:'^nd6:$' \
	    -o not-match:'^ip:$' -o match:'^		echo: 3$' \
	    -o match:'^		ipv6-icmp: ' \
	    -o match:'total packets? received' cat out
	x netstat -ss -p nd6 >out
	atf_check -o not-match:'^	0 ' \
	    -o match:'address(es)? found unique' cat out
}

w_test sockets "sockets of both families, bound and connected"
sockets_body()
{
	setup
	mkfifo hold
	w_hexec m python3 -c '
import socket, sys
s = []
for a, p in (("2001:db8:1::1", 5000), ("::", 5001)):
	s.append(socket.socket(socket.AF_INET6, socket.SOCK_DGRAM))
	s[-1].bind((a, p))
c = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
c.connect(("2001:db8:1::2", 53))
r = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
w = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
w.bind(("0.0.0.0", 5002))
print("ready", flush=True)
sys.stdin.read()
' <hold >ready 2>&1 &
	exec 9>hold
	w_wait 10 grep -q ready ready
	x netstat -an >out
	x netstat -n -f inet6 >out6
	exec 9>&-
	wait
	atf_check -o match:'^udp6 +0 +0  2001:db8:1::1.5000 +\*\.\* *$' \
	    -o match:'^udp6 +0 +0  \*\.5001 +\*\.\* *$' \
	    -o match:'^udp6 +0 +0  2001:db8:1::1\.[0-9]+ +2001:db8:1::2.53 *$' \
	    -o match:'^icmp6 +0 +0  \*\.\* +\*\.\* *$' \
	    -o match:'^udp +0 +0  \*\.5002 ' cat out
	atf_check -o match:2001:db8:1::2.53 -o not-match:5000 \
	    -o not-match:5002 cat out6
}

w_test others "-T, -v, -g: another table, labels, lost packets, multicast"
others_body()
{
	setup
	u_do ifconfig lo7 rdomain 7
	u_do ifconfig lo7 inet6 2001:db8:7::1/128
	x route -T 7 add -inet6 -label far -reject 2001:db8:77::/48 \
	    2001:db8:7::1
	x netstat -rn -T 7 >out
	atf_check -o match:'^2001:db8:77::/48 +2001:db8:7::1 +UGRS ' \
	    -o not-match:2001:db8:1: -o not-match:far cat out
	u_match '^2001:db8:77::/48 .* lo7 +"far"$' netstat -rnv -T 7
	atf_check -o not-match:2001:db8:77 warren exec "$M" netstat -rn
	u_match '^no multicast routing compiled into this system$' netstat -g
	w_hexec m python3 -c '
import socket, time
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
s.bind(("::1", 5005))
for i in range(200):
	s.sendto(bytes(1000), ("::1", 5005))
print("ready", flush=True)
time.sleep(120)' >ready 2>&1 &
	w_made proc $!
	w_wait 20 grep -q ready ready
	x netstat -anv -f inet6 >out
	atf_check -o match:'^udp6 +[1-9][0-9]+ +0  ::1.5005 ' \
	    -o match:'^	[0-9]+ dropped for lack of room$' cat out
	atf_check -o not-match:'lack of room' warren exec "$M" netstat -an
}

atf_init_test_cases()
{
	w_add_tests
}

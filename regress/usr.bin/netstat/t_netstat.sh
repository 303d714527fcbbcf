#! /usr/bin/env atf-sh
# netstat(1) in a machine: one card, host a behind it (user.subr).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sbin/user.subr"

w_test interfaces "-i, -I, -b, -d, -q and -w"
interfaces_body()
{
	u_machine
	u_do ifconfig em0 lladdr 02:00:00:00:00:11
	atf_check -o ignore warren exec "$M" ping -q -c 5 -i 0.1 10.0.1.2
	x netstat -in >out
	h='Name    Mtu   Network     Address      '
	atf_check -o inline:"$h        Ipkts Ifail    Opkts Ofail Colls
" head -1 out
	atf_check -o match:'^lo0     32768 <Link>  ' \
	    -o match:'^lo0     32768 127/8       127.0.0.1  ' \
	    -o match:'^em0     1500  <Link>      02:00:00:00:00:11 ' \
	    -o match:'^em0     1500  10.0.1/24   10.0.1.1  ' cat out
	x netstat -I em0 -n >out
	atf_check -o match:'^em0' -o not-match:'^lo0' cat out
	set -- $(awk '$3 == "<Link>" { print $5, $7 }' out)
	[ "$1" -ge 5 ] && [ "$2" -ge 5 ] || atf_fail "counts: $*"
	u_match 'Ibytes     Obytes$' netstat -inb
	u_match 'Ipkts Idrop    Opkts Odrop Colls$' netstat -ind
	u_match 'Ipkts Ierrs    Opkts Oerrs Colls$' netstat -ine
	u_do ifconfig lo3 create
	x ifconfig lo3 down
	u_match '^lo3\*  ' netstat -in
	atf_check -o not-match:'^lo3' warren exec "$M" netstat -inq
	x netstat -w 1 -c 2 -I em0 >out
	atf_check -o inline:'4
' grep -c '' out
	atf_check -o match:'em0 in .*em0 out .*total in .*total out' cat out
	u_fail 1 'netstat: nosuch0: no such interface
' netstat -I nosuch0
}

w_test encap "-r: flows stand behind the routes; only root sees them"
encap_body()
{
	u_machine
	atf_check -o not-match:Encap warren exec "$M" netstat -rn
	(umask 077; printf '%s\n' "flow esp from 10.0.1.0/24 to 10.0.2.0/24 \
peer 10.0.0.2" \
	    "flow ah out proto udp from 10.0.1.1 port 53 to any peer \
10.0.0.3 type use" \
	    "flow esp in proto tcp from fd02::/64 to fd01::/64 port 80 peer \
fd00::2 type dontacq" \
	    'flow out from 10.0.1.0/24 to 10.0.1.0/24 type bypass' \
	    >m/m/etc/ipsec.conf)
	u_do ipsecctl -f /etc/ipsec.conf
	x netstat -rn >out
	sed '1,/^Encap:/d' out | sort >encap
	atf_check -o inline:"10.0.1.1/32        53    default            0  \
   17    10.0.0.3/ah/use/out
10.0.1/24          0     10.0.1/24          0     0     none/esp/bypass/out
10.0.1/24          0     10.0.2/24          0     0     \
10.0.0.2/esp/require/out
10.0.2/24          0     10.0.1/24          0     0     \
10.0.0.2/esp/require/in
Source             Port  Destination        Port  Proto \
SA(Address/Proto/Type/Direction)
fd02::/64          0     fd01::/64          80    6     fd00::2/esp/dontacq/in
" cat encap
	atf_check -o match:'^Internet:' cat out
	atf_check -o not-match:'^Internet' -o match:'^Encap:' \
	    warren exec "$M" netstat -rn -f encap
	atf_check -o match:' tcp +fd00::2/' warren exec "$M" netstat -r -f encap
	atf_check -o not-match:Encap warren exec "$M" netstat -rn -f inet
	atf_check -o not-match:Encap warren exec -u nobody "$M" netstat -rn
	atf_check -s exit:1 -o inline:'Routing tables
' -e inline:'netstat: flows: Operation not permitted
' warren exec -u nobody "$M" netstat -rn -f encap
}

w_test stats "-s, -p, -ss, and that they count"
stats_body()
{
	u_machine
	x netstat -s -p icmp >before
	atf_check -o ignore warren exec "$M" ping -q -c 3 -i 0.1 10.0.1.2
	w_in a ping -q -c 4 -i 0.2 10.0.1.1 >/dev/null
	x netstat -s -p icmp >after
	atf_check -o match:'^icmp:$' -o match:'	0 calls to icmp_error$' \
	    cat before
	atf_check -o match:'		echo reply: 3$' \
	    -o match:'		echo: 4$' cat after
	x netstat -s >out
	for p in ip icmp igmp arp tcp udp link socket; do
		grep -q "^$p:\$" out || atf_fail "no $p"
	done
	atf_check -o match:'	[0-9]+ total packets received' \
	    -o match:'	[0-9]+ packets? for this host' cat out
	atf_check -o not-match:'	0 ' warren exec "$M" netstat -ss
	u_match '^routing:$' netstat -rs
	u_fail 1 'netstat: nosuch: unknown or uninstrumented protocol
' netstat -p nosuch
	atf_check -o match:'^udp:$' warren exec -u nobody "$M" netstat -s -p udp
}

w_test drops "every packet that is dropped has a counter"
drops_body()
{
	u_machine
	w_in a python3 - <<-'EOF'
	import socket
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.bind(("10.0.1.2", 0))
	for i in range(7):
	    s.sendto(b"x", ("10.0.1.1", 4321))
	EOF
	w_wait 5 sh -c "warren exec $M netstat -s -p udp |
	    grep -q '	7 dropped due to no socket'"
}

w_test sockets "-a, -l and the states of sockets"
sockets_body()
{
	u_machine
	atf_check warren exec "$M" netstat -an
	w_hexec m python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("10.0.1.1", 5555))
c = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
c.connect(("10.0.1.2", 53))
s.settimeout(60)
s.recv(1)' &
	w_made proc $!
	w_wait 5 sh -c "warren exec $M netstat -an | grep -q 5555"
	x netstat -an >out
	atf_check -o inline:'Active Internet connections (including servers)
Proto   Recv-Q Send-Q  Local Address          Foreign Address        TCP-State
' head -2 out
	atf_check \
	    -o match:'^udp          0      0  10.0.1.1.5555 +\*\.\* +$' \
	    -o match:'^udp          0      0  10.0.1.1.[0-9]+ +10.0.1.2.53 +$' \
	    cat out
	atf_check -o match:'10.0.1.1.5555' -o not-match:'10.0.1.2.53' \
	    warren exec "$M" netstat -ln
	atf_check -o match:'10.0.1.2.53' -o not-match:'10.0.1.1.5555' \
	    warren exec "$M" netstat -n
	atf_check warren exec "$M" netstat -an -p tcp
}

w_test memory "-m: mbufs and clusters"
memory_body()
{
	u_machine
	x netstat -m >out
	atf_check -o match:'^[0-9]+ mbufs? in use:$' \
	    -o match:'^[0-9]+/[0-9]+ mbuf 2048 byte clusters in use' \
	    -o match:'^[0-9]+ Kbytes allocated to network' \
	    -o match:'^0 requests for memory denied$' cat out
}

w_test rdomains "-R: interfaces and tables of each domain"
rdomains_body()
{
	u_machine
	u_do ifconfig em0 rdomain 4
	x netstat -R >out
	atf_check -o inline:'Rdomain 0
  Interfaces: lo0
  Routing table: 0

Rdomain 4
  Interfaces: em0 lo4
  Routing table: 4

' sed '/Interfaces/s/ enc0//' out
	u_fail 1 'netstat: routing table 9: No such file or directory
' netstat -rn -T 9
}

atf_init_test_cases()
{
	w_add_tests
}

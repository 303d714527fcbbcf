#! /usr/bin/env atf-sh
# A machine as an IPv6 host: what it answers to packets that scapy makes, and
# what it learns from routers and neighbours (inet6.subr's topology).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/inet6.subr"

# send6 TEST: from a's address to the machine's.
send6()
{
	w_send6 a "$1" ta "$MAC" "${2:-$A6}" $RA6 >out ||
	    atf_fail "$1: $(cat out)"
}

# host6: the machine, reachable; its station's address in MAC.
host6()
{
	w_init
	w_machine6 "$@"
	MAC=$(w_exec r ifconfig em0 | awk '$1 == "lladdr" { print $2 }')
	# Errors are not to be rationed here.
	w_exec r sysctl net.inet6.icmp6.errppslimit=-1
}

ready6()
{
	w_wait 20 w_in a ping -n -c 1 -W 1 $RA6
}

w_test exthdrs "extension headers that are known are passed over"
exthdrs_body()
{
	host6
	ready6
	send6 exthdrs
}

w_test options "unknown options are skipped, dropped or answered"
options_body()
{
	host6
	ready6
	send6 options
	w_grew6 r ip6 'unknown option' 2
	w_grew6 r ip6 'bad options' 0
}

w_test routing "routing headers are refused"
routing_body()
{
	host6
	ready6
	send6 routing
	w_grew6 r ip6 'routing header' 1
}

w_test order "misplaced and unknown headers are answered"
order_body()
{
	host6
	ready6
	send6 order
	w_grew6 r ip6 'misplaced hop-by-hop' 0
	send6 toomany
	w_grew6 r ip6 'too many headers' 0
	send6 jumbo
	w_grew6 r ip6 'jumbo' 0
}

w_test fragments "fragments are put together, overlaps are not"
fragments_body()
{
	host6
	ready6
	send6 fragments
	w_grew6 r ip6 'overlapping' 0
	w_grew6 r ip6 'atomic' 1
	w_grew6 r ip6 'duplicate fragment' 0
	send6 badfrags
	w_grew6 r ip6 'malformed fragment' 1
	w_grew6 r ip6 'without all headers' 0
}

w_test addresses "impossible addresses are dropped and counted"
addresses_body()
{
	host6
	ready6
	send6 addresses
	w_grew6 r ip6 'impossible address' 1
	w_grew6 r ip6 'violated scope' 3
}

w_test udp "checksums and errors of UDP"
udp_body()
{
	host6
	ready6
	send6 udp
}

w_test hostile_nd "neighbour discovery that is not from here is refused"
hostile_nd_body()
{
	host6
	ready6
	send6 hostile_nd
	w_grew6 r icmp6 'bad neighbor advertisement' 1
	w_grew6 r icmp6 'bad neighbor solicitation' 1
	# The entry is what it was.
	w_exec r ndp -n $A6 >out
	atf_check -o match:"$(w_mac a ta)" cat out
}

w_test dad "an address that another has is never used"
dad_body()
{
	host6 up
	w_in a ip -6 addr add $RA6/64 dev ta nodad
	w_exec r ifconfig em0 inet6 $RA6/64 || atf_fail "ifconfig"
	w_wait 20 dad_says duplicated
	grep -q 'duplicate IPv6 address 2001:db8:1::1' \
	    m/r/var/log/console || w_exec r dmesg | grep -q duplicate ||
	    atf_fail "nothing logged"
	w_in a ip -6 addr del $RA6/64 dev ta
	w_in a ping -n -c 2 -i 0.2 -W 1 $RA6 &&
	    atf_fail "the duplicate answers"
	# It is probed anew when the interface comes up again.
	w_exec r ifconfig em0 down
	w_exec r ifconfig em0 up
	ready6
	w_exec r ifconfig em0 >out
	atf_check -o not-match:'duplicated|tentative' cat out
}

dad_says()
{
	w_exec r ifconfig em0 | grep "$RA6" | grep -q "$1"
}

w_test autoconf "a router's advertisement: route, address, link"
autoconf_body()
{
	host6 'inet6 autoconf'
	LL=$(w_linklocal a ta)
	send6 ra "$LL"
	w_wait 20 autoconf_says 'inet6 2001:db8:aaaa:.*autoconf'
	w_exec r ifconfig em0 >out
	cat out
	atf_check -o match:'pltime 3[0-9]*' -o match:'vltime 7[0-9]*' \
	    -o match:'2001:db8:aaaa.*autoconf temporary' cat out
	w_exec r netstat -rn -f inet6 >out
	cat out
	atf_check -o match:"^default +$LL%em0" cat out
	atf_check -o match:'^2001:db8:bbbb::/64' cat out
	w_exec r ndp -i em0 >out
	cat out
	atf_check -o match:'linkmtu=1400' -o match:'curhlim=33' cat out
	# The address serves.
	ADDR=$(w_exec r ifconfig em0 |
	    awk '/2001:db8:aaaa/ && !/temporary/ { print $2 }')
	w_in a ip -6 addr add 2001:db8:aaaa::2/64 dev ta nodad
	w_wait 10 w_in a ping -n -c 1 -W 1 "$ADDR"
	w_in a ping -n -c 1 -W 3 "$ADDR" >out
	# Nobody takes it away at once; the router may go.
	send6 ra_end "$LL"
	w_wait 10 autoconf_no_default
	w_exec r ifconfig em0 >out
	atf_check -o match:'2001:db8:aaaa:.*deprecated' cat out
	w_grew6 r nd6 'not believed' 0
	# And all goes with the word.
	w_exec r ifconfig em0 -inet6 autoconf 2>/dev/null ||
	    w_exec r ifconfig em0 inet6 -autoconf
	w_exec r ifconfig em0 >out
	atf_check -o not-match:'2001:db8:aaaa' cat out
}

autoconf_says()
{
	w_exec r ifconfig em0 | grep -Eq "$1"
}

autoconf_no_default()
{
	! w_exec r netstat -rn -f inet6 | grep -q '^default'
}

w_test mld "groups are reported to routers that ask"
mld_body()
{
	host6
	ready6
	send6 mld "$(w_linklocal a ta)"
}

w_test sockets "programs of the host's: both families, options, errors"
sockets_body()
{
	host6
	ready6
	w_exec r ifconfig em0 inet 10.0.1.1/24 || atf_fail "ifconfig"
	w_in a ip addr add 10.0.1.2/24 dev ta
	cp "$(atf_get_srcdir)/h_sock6.py" .
	w_made proc "$(w_hexec r $PYTHON "$PWD/h_sock6.py" serve \
	    >serve.out 2>&1 & echo $!)"
	w_wait 10 grep -q ready serve.out
	w_in a $PYTHON h_sock6.py ask 2001:db8:1::1 10.0.1.1 >out 2>&1 ||
	    atf_fail "a: $(cat out serve.out)"
	w_wait 10 grep -q done serve.out
	w_hexec r $PYTHON "$PWD/h_sock6.py" local $A6 >out 2>&1 ||
	    atf_fail "r: $(cat out)"
}

atf_init_test_cases()
{
	w_add_tests
}

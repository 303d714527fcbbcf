#! /usr/bin/env atf-sh
# traceroute(8) in a machine that reaches host b behind a router:
#
#	m em0 ====== em0 r em1 ---------- host b
#	   10.0.1.2  10.0.1.1  10.0.2.1   10.0.2.2
#	   fd01::2   fd01::1   fd02::1    fd02::2

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sbin/user.subr"

way()
{
	w_init
	w_host b
	w_machine m <<-EOF
		card em0 wire $PWD/wire
	EOF
	w_etc m hostname.em0 'inet 10.0.1.2/24' 'inet6 fd01::2/64' \
	    '!route -qn add default 10.0.1.1' \
	    '!route -qn add -inet6 default fd01::1'
	w_machine r <<-EOF
		card em0 wire $PWD/wire
		card em1 tap tb $(w_ns b)
	EOF
	w_etc r hostname.em0 'inet 10.0.1.1/24' 'inet6 fd01::1/64'
	w_etc r hostname.em1 'inet 10.0.2.1/24' 'inet6 fd02::1/64'
	w_etc r sysctl.conf 'net.inet.ip.forwarding=1' \
	    'net.inet6.ip6.forwarding=1'
	w_boot r
	w_boot m
	w_addr b tb 10.0.2.2/24 10.0.2.1
	w_addr b tb fd02::2/64
	w_in b ip -6 route add default via fd02::1
	# Linux answers the first probes only, unless told.
	w_in b sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
	M=$W_ID-m
	w_wait 1 x ping -q -c 1 -w 1 10.0.2.2
	w_wait 1 x ping6 -q -c 1 -w 1 fd02::2
}

# trace ARG ...: a trace that arrives; times become T, in `got'.
trace()
{
	x traceroute "$@" >out 2>err || atf_fail "traceroute $*: $(cat err)"
	sed 's/[0-9.]* ms/T/g' out >got
}

w_test inet "UDP, ICMP and another protocol, by way of the router"
inet_body()
{
	way
	trace -n 10.0.2.2
	atf_check -o inline:' 1  10.0.1.1  T  T  T
 2  10.0.2.2  T  T  T
' cat got
	atf_check -o inline:'traceroute to 10.0.2.2 (10.0.2.2), 64 hops max, '\
'40 byte packets
' cat err
	for o in -I '-P 99' -c '-p 40000' '-t 16' '-s 10.0.1.2'; do
		trace -n -q 1 $o 10.0.2.2
		atf_check -o match:'^ 1  10.0.1.1  T$' \
		    -o match:'^ 2  10.0.2.2  T( !P)?$' cat got
	done
	trace -n -l -S -q 2 10.0.2.2 1000
	atf_check -o match:'^ 1  10.0.1.1  T \(255\)  T \(255\) \(0% loss\)$' \
	    cat got
	atf_check -o match:', 1000 byte packets$' cat err
	trace -n -f 2 -q 1 10.0.2.2
	atf_check -o inline:' 2  10.0.2.2  T
' cat got
	trace -q 1 10.0.2.2
	atf_check -o match:'^ 1  10.0.1.1 \(10.0.1.1\)  T$' cat got
}

w_test inet6 "UDP and ICMPv6"
inet6_body()
{
	way
	trace -n fd02::2
	atf_check -o inline:' 1  fd01::1  T  T  T
 2  fd02::2  T  T  T
' cat got
	x traceroute6 -n -I -q 1 fd02::2 >out 2>err
	atf_check -o match:'^ 2  fd02::2  ' cat out
	atf_check -o match:'^traceroute6 to fd02::2 .*, 60 byte packets$' \
	    cat err
	atf_check -s exit:1 -e match:'^usage: traceroute6 ' \
	    warren exec "$M" traceroute6
}

w_test unreachable "nobody there, and a router that says so"
unreachable_body()
{
	way
	w_in b ip route add unreachable 203.0.113.0/24
	w_in b sysctl -qw net.ipv4.ip_forward=1
	x route -qn add 203.0.113.0/24 10.0.1.1
	warren exec "$W_ID-r" route -qn add -net 203.0.113.0/24 10.0.2.2
	atf_check -s exit:1 -o match:'^ 2  10.0.2.2  [0-9.]* ms !H$' \
	    -e ignore warren exec "$M" traceroute -n -q 1 203.0.113.1
	atf_check -s exit:1 -o match:'^ 2  \*$' -e ignore \
	    warren exec "$M" traceroute -n -q 1 -w 2 -m 2 10.0.2.77
}

w_test user "anybody may, and mistakes are told"
user_body()
{
	way
	u_user traceroute -n -q 1 10.0.2.2 >out 2>/dev/null ||
	    atf_fail "not for nobody"
	atf_check -o match:'^ 2  10.0.2.2  ' cat out
	u_fail 1 'traceroute: max ttl is too large: 256
' traceroute -m 256 10.0.2.2
	u_fail 1 'traceroute: first ttl (9) may not be greater than max ttl '\
'(3)
' traceroute -f 9 -m 3 10.0.2.2
	u_fail 1 'traceroute: illegal tos value fast
' traceroute -t fast 10.0.2.2
	atf_check -s exit:1 -e match:'^usage: traceroute ' \
	    warren exec "$M" traceroute
}

atf_init_test_cases()
{
	w_add_tests
}

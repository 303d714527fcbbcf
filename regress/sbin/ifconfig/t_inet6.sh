#! /usr/bin/env atf-sh
# ifconfig(8) and IPv6 in a machine: one card, host a behind it (user.subr).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../user.subr"

PYTHON=/usr/bin/python3

# addresses: those of em0, as ifconfig shows them
addresses()
{
	x ifconfig em0 inet6 | sed -n 's/^	inet6 //p'
}

# settled: no address of em0 is being probed
settled()
{
	! addresses | grep -q tentative
}

w_test set "add, change and remove addresses"
set_body()
{
	u_machine
	u_do ifconfig em0 lladdr 02:00:00:00:00:11
	u_do ifconfig em0 inet6 2001:db8:1::1/48
	u_do ifconfig em0 inet6 2001:db8:2::1
	u_do ifconfig em0 inet6 2001:db8:3::1 prefixlen 56
	u_do ifconfig em0 inet6 2001:db8:4::/64 eui64
	u_do ifconfig em0 inet6 alias 2001:db8:5::1/64 anycast
	w_wait 10 settled
	addresses >out
	ll="fe80::ff:fe00:11%em0 prefixlen 64 scopeid 0x$(u_index)"
	atf_check -o inline:"$ll
2001:db8:1::1 prefixlen 48
2001:db8:2::1 prefixlen 64
2001:db8:3::1 prefixlen 56
2001:db8:4::ff:fe00:11 prefixlen 64
2001:db8:5::1 prefixlen 64 anycast
" cat out
	u_do ifconfig em0 inet6 2001:db8:2::1 -alias
	u_do ifconfig em0 inet6 2001:db8:3::1 delete
	u_do ifconfig em0 inet6 2001:db8:4::ff:fe00:11/64 -alias
	u_do ifconfig em0 inet 10.0.1.1 -alias inet6 2001:db8:5::1 -alias
	addresses >out
	atf_check -o inline:"$ll
2001:db8:1::1 prefixlen 48
" cat out
	x ifconfig em0 inet >out
	atf_check -o not-match:inet6 -o not-match:'inet ' cat out
}

w_test lifetime "preferred and valid lifetimes"
lifetime_body()
{
	u_machine
	u_do ifconfig em0 inet6 2001:db8:1::1/64 pltime 1000 vltime 2000
	addresses >out
	t='pltime (1000|99.) vltime (2000|199.)'
	atf_check -o match:"^2001:db8:1::1 .* $t\$" cat out
	u_do ifconfig em0 inet6 2001:db8:1::1/64 pltime 0 vltime 3600
	addresses >out
	atf_check -o match:'^2001:db8:1::1 .* deprecated.* pltime 0 vltime 3' \
	    cat out
	u_do ifconfig em0 inet6 2001:db8:1::1/64 vltime 1
	w_wait 10 gone
}

gone()
{
	! addresses | grep -q '^2001:db8:1::1 '
}

w_test off "no IPv6 at all, and again"
off_body()
{
	u_machine
	u_do ifconfig em0 inet6 2001:db8:1::1/64
	u_do ifconfig em0 -inet6
	x ifconfig em0 >out
	atf_check -o not-match:inet6 -o match:'inet 10.0.1.1' cat out
	u_do ifconfig em0 inet6 eui64
	addresses >out
	atf_check -o match:'^fe80::.*%em0 ' cat out
}

w_test duplicate "an address that host a has"
duplicate_body()
{
	u_machine
	w_addr a ta 2001:db8:1::2/64
	u_do ifconfig em0 inet6 2001:db8:1::2/64
	w_wait 10 settled
	addresses >out
	atf_check -o match:'^2001:db8:1::2 .* duplicated' cat out
	u_match 'DAD detected duplicate IPv6 address 2001:db8:1::2' dmesg
}

w_test autoconf "addresses from a router's advertisement"
autoconf_body()
{
	u_machine
	u_do ifconfig em0 lladdr 02:00:00:00:00:11
	u_do ifconfig em0 inet6 autoconf
	x ifconfig em0 >out
	atf_check -o match:'AUTOCONF6TEMP,AUTOCONF6' cat out
	advertise 2001:db8:77:: 3600
	w_wait 10 found 2001:db8:77::ff:fe00:11
	addresses >out
	t='pltime (1800|179.) vltime (3600|359.)'
	atf_check -o match:"^2001:db8:77::ff:fe00:11 .* autoconf $t\$" \
	    -o match:"^2001:db8:77:.* autoconf temporary pltime" cat out
	u_match '^default +fe80::.*%em0 +UG' route -n show -inet6
	u_match '^fe80::.*%em0 if=em0' ndp -rn
	u_match '^2001:db8:77::/64 if=em0, vltime=3600, pltime=1800' ndp -p
	u_do ifconfig em0 inet6 -autoconf -temporary
	x ifconfig em0 >out
	atf_check -o not-match:AUTOCONF cat out
	advertise 2001:db8:78:: 3600
	u_match 'ignored by configuration' netstat -s -p nd6
	addresses >out
	atf_check -o not-match:2001:db8:78: cat out
}

found()
{
	addresses | grep "^$1 " | grep -qv tentative
}

# advertise PREFIX VLTIME: host a is a router.
advertise()
{
	w_in a $PYTHON - "$1" "$2" <<-'EOT' >/dev/null 2>&1
	import sys
	from scapy.all import *
	i = "ta"
	mac = get_if_hwaddr(i)
	ll = [a for a in in6_getifaddr() if a[2] == i and a[1] == 0x20][0][0]
	sendp(Ether(src=mac, dst="33:33:00:00:00:01") /
	    IPv6(src=ll, dst="ff02::1", hlim=255) /
	    ICMPv6ND_RA(routerlifetime=1800) /
	    ICMPv6NDOptSrcLLAddr(lladdr=mac) /
	    ICMPv6NDOptPrefixInfo(prefix=sys.argv[1], prefixlen=64,
	    validlifetime=int(sys.argv[2]), preferredlifetime=1800),
	    iface=i, verbose=0)
	EOT
}

w_test flags "soii and temporary are flags of the interface"
flags_body()
{
	u_machine
	u_do ifconfig em0 inet6 -soii
	u_match 'INET6_NOSOII' ifconfig em0
	u_do ifconfig em0 lladdr 02:00:00:00:00:11 soii
	x sysctl -q net.inet6.ip6.soiikey=000102030405060708090a0b0c0d0e0f
	u_do ifconfig em0 inet6 eui64
	x ifconfig em0 >out
	atf_check -o not-match:INET6_NOSOII -o not-match:'fe80::ff:fe00:11' \
	    -o match:'inet6 fe80::' cat out
	u_do ifconfig em0 -inet6 -soii inet6 eui64
	u_match 'inet6 fe80::ff:fe00:11%em0' ifconfig em0
}

w_test refused "what is no address, what belongs elsewhere, who may not"
refused_body()
{
	u_machine
	u_fail 1 'ifconfig: 2001:db8::1: bad value
' ifconfig em0 2001:db8::1
	u_fail 1 'ifconfig: 10.0.0.1: bad value
' ifconfig em0 inet6 10.0.0.1
	u_fail 1 'ifconfig: 2001:db8::1/129: bad value
' ifconfig em0 inet6 2001:db8::1/129
	u_fail 1 'ifconfig: fe80::1%em1: bad value
' ifconfig em0 inet6 fe80::1%em1
	u_fail 1 'ifconfig: anycast: not allowed for this address family
' ifconfig em0 anycast
	u_fail 1 'ifconfig: autoconf: not allowed for this address family
' ifconfig em0 autoconf
	u_fail 1 'ifconfig: netmask: not allowed for this address family
' ifconfig em0 inet6 netmask 255.255.255.0
	u_fail 1 'ifconfig: an address is required
' ifconfig em0 inet6 -alias
	u_fail 1 'ifconfig: eui64: interface index is already filled
' ifconfig em0 inet6 2001:db8::1 eui64
	u_fail 1 'ifconfig: SIOCDIFADDR: Cannot assign requested address
' ifconfig em0 inet6 2001:db8::9 -alias
	u_denied 'ifconfig: SIOCAIFADDR: Operation not permitted' \
	    ifconfig em0 inet6 2001:db8::1/64
	u_denied 'ifconfig: SIOCIFAFDETACH: Operation not permitted' \
	    ifconfig em0 -inet6
}

w_test boot "hostname.if and mygate with IPv6"
boot_body()
{
	w_init
	w_host a
	echo "card em0 tap ta $(w_ns a)" | w_machine m
	w_etc m hostname.em0 '# the office' 'inet 10.0.1.1/24' \
	    'inet6 2001:db8:1::1 64' 'inet6 alias 2001:db8:1::9/128' \
	    'inet6 2001:db8:2::/64 eui64' 'lladdr 02:00:00:00:00:11'
	w_etc m mygate 2001:db8:1::2 10.0.1.2
	w_boot m
	M=$W_ID-m
	addresses | grep -v fe80 >out
	atf_check -o match:'^2001:db8:1::1 prefixlen 64$' \
	    -o match:'^2001:db8:1::9 prefixlen 128$' \
	    -o match:'^2001:db8:2:.* prefixlen 64$' cat out
	u_match '^default +2001:db8:1::2 +UGS' route -n show -inet6
	u_match '^default +10.0.1.2 +UGS' route -n show -inet
	x sh -c 'echo "inet6 autoconf -temporary" >/etc/hostname.em0'
	u_says 0 'ifconfig em0 inet6 autoconf -temporary' \
	    sh /etc/netstart -n em0
	u_do sh /etc/netstart em0
	u_match ',AUTOCONF6>' ifconfig em0
}

atf_init_test_cases()
{
	w_add_tests
}

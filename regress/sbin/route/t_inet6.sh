#! /usr/bin/env atf-sh
# route(8) and IPv6 in a machine: one card, host a behind it (user.subr).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../user.subr"

setup()
{
	u_machine
	u_do ifconfig em0 lladdr 02:00:00:00:00:11
	u_do ifconfig em0 inet6 2001:db8:1::1/64
}

w_test modify "add, get, change and delete"
modify_body()
{
	setup
	u_ok 'add net default: gateway fe80::5%em0
' route add -inet6 default fe80::5%em0
	u_ok 'add net 2001:db8:20::/48: gateway 2001:db8:1::2
' route add -inet6 2001:db8:20::/48 2001:db8:1::2
	u_ok 'add host 2001:db8:30::1: gateway 2001:db8:1::3
' route add 2001:db8:30::1 2001:db8:1::3
	u_ok 'add net 2001:db8:40::: gateway 2001:db8:1::4
' route add -inet6 -net 2001:db8:40:: -prefixlen 44 2001:db8:1::4
	u_match '^default +fe80::5%em0 +UGS .* 8 em0 *$' \
	    route -n show -inet6
	u_match '^2001:db8:40::/44 +2001:db8:1::4 +UGS ' \
	    route -n show -inet6
	x route -n get -inet6 2001:db8:20:5::1 >out
	atf_check -o match:'^   route to: 2001:db8:20:5::1$' \
	    -o match:'^destination: 2001:db8:20::$' \
	    -o match:'^       mask: ffff:ffff:ffff::$' \
	    -o match:'^    gateway: 2001:db8:1::2$' \
	    -o match:'^  interface: em0$' cat out
	u_match '^    gateway: fe80::5%em0$' route -n get -inet6 default
	u_ok 'change net 2001:db8:20::/48: gateway 2001:db8:1::7
' route change -inet6 2001:db8:20::/48 2001:db8:1::7
	u_match '^    gateway: 2001:db8:1::7$' \
	    route -n get -inet6 2001:db8:20::1
	u_ok 'delete net 2001:db8:20::/48
' route delete -inet6 2001:db8:20::/48
	u_says 1 'delete net 2001:db8:20::/48: not in table' \
	    route delete -inet6 2001:db8:20::/48
	s='add net 2001:db8:20::/48: gateway 2001:db8:9::1'
	u_says 1 "$s: Network is unreachable" \
	    route -n add -inet6 2001:db8:20::/48 2001:db8:9::1
}

w_test label "labels, and a family's table only"
label_body()
{
	setup
	u_ok 'add net 2001:db8:20::/48: gateway 2001:db8:1::2
' route add -inet6 -label office 2001:db8:20::/48 2001:db8:1::2
	u_ok 'add net 10.9/16: gateway 10.0.1.2
' route add -inet -label office 10.9/16 10.0.1.2
	x route -nv show -label office >out
	atf_check -o match:'^10.9/16 .* em0 +"office"$' \
	    -o match:'^2001:db8:20::/48 .* em0 +"office"$' cat out
	x route -n show -inet6 -label office >out
	atf_check -o match:^Internet6: -o not-match:10.9/16 \
	    -o match:^2001:db8:20::/48 -o not-match:^fe80 cat out
	x route -n show -inet6 -gateway >out
	atf_check -o match:^2001:db8:20::/48 -o not-match:02:00:00 cat out
	x route -n flush -inet6 >out
	atf_check -o match:'^2001:db8:20::/48 +2001:db8:1::2 +done$' \
	    -o not-match:'^10' cat out
	u_match '^10.9/16' route -n show -inet
	u_match '^2001:db8:1::/64 ' route -n show -inet6
}

w_test scopes "networks and groups of one link are shown with it"
scopes_body()
{
	setup
	x route -n show -inet6 >out
	atf_check -o match:'^fe80::%em0/64 +fe80::ff:fe00:11%em0 +UCn ' \
	    -o match:'^fe80::1%lo0 +fe80::1%lo0 +UHl ' \
	    -o match:'^ff01::%em0/32 ' -o match:'^ff02::%lo0/32 ' \
	    -o match:'^::1 +::1 +UHl ' cat out
}

# monitored: route monitor has begun to tell.
monitored()
{
	x route -qn add -host 2001:db8:1::99 2001:db8:1::2
	x route -qn delete -host 2001:db8:1::99
	[ -s mon ]
}

w_test monitor "changes are told as they happen"
monitor_body()
{
	setup
	warren exec "$M" route -n monitor >mon 2>&1 &
	w_made proc $!
	w_wait 10 monitored
	u_do route -q add -inet6 -label wan 2001:db8:20::/48 2001:db8:1::2
	u_do ifconfig em0 inet6 2001:db8:7::1/64
	u_do ifconfig em0 inet6 2001:db8:7::1 delete
	u_do route -q delete -inet6 2001:db8:20::/48
	w_wait 10 grep -q 'RTM_DELETE.*' mon
	w_wait 10 grep -q 'RTM_DELADDR' mon
	for line in 'RTM_ADD: Add Route: len ' \
	    '^flags:<UP,GATEWAY,DONE,STATIC>$' \
	    '^sockaddrs: <DST,GATEWAY,NETMASK,.*LABEL' \
	    '^ 2001:db8:20:: 2001:db8:1::2 /48 .*"wan"' \
	    'RTM_NEWADDR: address being added' \
	    'RTM_DELADDR: address being removed' \
	    '^ /64 02:00:00:00:00:11 2001:db8:7::1$'; do
		grep -q -e "$line" mon || atf_fail "no $line in $(cat mon)"
	done
}

atf_init_test_cases()
{
	w_add_tests
}

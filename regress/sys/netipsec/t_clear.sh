#! /usr/bin/env atf-sh
# Nothing that a flow covers leaves in the clear, whatever becomes of its SAs
# (ipsec.subr's topology): the WAN is watched under load.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/ipsec.subr"

# What the hosts and the gateways have with each other, which the WAN must
# never see.
CLEAR='(net 10.0.1.0/24 and net 10.0.2.0/24) or
	(net fd01::/64 and net fd02::/64)'

# flows TYPE: both families through the same SAs
flows()
{
	ipsec_rules r "flow esp from { 10.0.1.0/24 fd01::/64 } to \
	    { 10.0.2.0/24 fd02::/64 } peer 10.0.0.2 type $1"
	ipsec_rules s "flow esp from { 10.0.2.0/24 fd02::/64 } to \
	    { 10.0.1.0/24 fd01::/64 } peer 10.0.0.1 type $1"
}

# load HOST ADDR4 ADDR6: small, large, and in trains, until the test ends
load()
{
	w_in "$1" ping -q -n -i 0.005 "$2" >/dev/null 2>&1 &
	w_made proc $!
	w_in "$1" ping -q -n -i 0.02 -s 4000 "$2" >/dev/null 2>&1 &
	w_made proc $!
	w_in "$1" ping -6 -q -n -i 0.01 "$3" >/dev/null 2>&1 &
	w_made proc $!
	w_in "$1" sh -c "while :; do
		timeout 30 iperf3 -c $2 -u -b 100M -l 1300 -t 20
		timeout 30 iperf3 -c $2 -t 20 --connect-timeout 300
	done" >/dev/null 2>&1 &
	w_made proc $!
}

churn()
{
	w_hexec "$1" /usr/bin/python3 -B "$(atf_get_srcdir)/h_churn.py" \
	    "$2" "$3" "$4" 24 >"churn.$1" 2>&1
}

# never TYPE: under load, while SAs come and go and are not there at all
never()
{
	w_init
	ipsec_gateways
	flows "$1"
	w_serve_iperf a
	w_serve_iperf b
	ipsec_watch
	load a 10.0.2.2 fd02::2
	load b 10.0.1.2 fd01::2
	churn r 10.0.0.1 10.0.0.2 0x10000 &
	_r=$!
	churn s 10.0.0.2 10.0.0.1 0x10001 || atf_fail "s: $(cat churn.s)"
	wait "$_r" || atf_fail "r: $(cat churn.r)"
	cat churn.r churn.s
	# The flows have outlived them all.
	[ "$(w_exec r ipsecctl -s flow | grep -c '^flow')" = 4 ] ||
	    atf_fail "flows: $(w_exec r ipsecctl -s flow)"
	ipsec_watched
	n=$(ipsec_seen esp)
	echo "$n packets of ESP"
	[ "$n" -gt 1000 ] || atf_fail "no load"
	ipsec_want 0 "$CLEAR"
}

w_test require 180 "a flow that requires: SAs deleted, expired, replaced"
require_body()
{
	never require
}

w_test dontacq 180 "a flow that does not even ask for one"
dontacq_body()
{
	never dontacq
}

# reload_rules M US PEER NET NET6 FAR FAR6 SPIS KEYS: two files of a gateway,
# which say the same with other peers' SAs, and one that is refused
reload_rules()
{
	for _x in 1 2 3; do
		_d=m/$1/etc/conf.$_x
		(umask 077
		echo "flow esp from { $4 $5 } to { $6 $7 } peer $3
		    esp from $2 to $3 spi $8 enc aes-128-gcm enckey $9
		    esp from $2 to 10.0.0.$((200 + _x)) spi 0x2001 \\
		    enc aes-128-gcm enckey ${9%:*}" >"$_d"
		[ $_x = 1 ] || echo 'flow out from 10.9.0.0/24 to 10.8.0.0/24 \
		    type deny' >>"$_d"
		[ $_x != 3 ] || echo "esp from $2 to 10.0.0.203 spi 0x2001 \
		    enc aes-128-gcm enckey ${9%:*}" >>"$_d")
	done
}

# reload M: one after the other, for some seconds
reload()
{
	_n=0
	while [ $_n -lt 40 ]; do
		_n=$((_n + 1))
		w_exec "$1" ipsecctl -F -f /etc/conf.1 || return 1
		w_exec "$1" ipsecctl -F -f /etc/conf.2 || return 1
		w_exec "$1" ipsecctl -F -f /etc/conf.3 2>/dev/null && return 1
	done
	w_exec "$1" ipsecctl -F -f /etc/conf.1
}

w_test reload 180 "all rules loaded anew with ipsecctl -F -f, some refused"
reload_body()
{
	w_init
	ipsec_gateways
	k1=$(ipsec_key 20 1)
	k2=$(ipsec_key 20 2)
	reload_rules r 10.0.0.1 10.0.0.2 10.0.1.0/24 fd01::/64 \
	    10.0.2.0/24 fd02::/64 0x1001:0x1002 "$k1:$k2"
	reload_rules s 10.0.0.2 10.0.0.1 10.0.2.0/24 fd02::/64 \
	    10.0.1.0/24 fd01::/64 0x1002:0x1001 "$k2:$k1"
	w_exec r ipsecctl -F -f /etc/conf.1 || atf_fail "r"
	w_exec s ipsecctl -F -f /etc/conf.1 || atf_fail "s"
	w_serve_iperf a
	w_serve_iperf b
	ipsec_watch
	load a 10.0.2.2 fd02::2
	load b 10.0.1.2 fd01::2
	reload r &
	_r=$!
	reload s || atf_fail "s does not load"
	wait "$_r" || atf_fail "r does not load"
	w_wait 20 w_in a ping -n -c 1 -W 1 10.0.2.2
	ipsec_watched
	n=$(ipsec_seen esp)
	echo "$n packets of ESP"
	[ "$n" -gt 1000 ] || atf_fail "no load"
	ipsec_want 0 "$CLEAR"
}

w_test watched "what the flows do not cover, this test would see"
watched_body()
{
	w_init
	ipsec_gateways
	flows require
	ipsec_rules r 'flow out from 10.0.1.0/24 to 10.0.2.0/24 type bypass' \
	    'flow out from fd01::/64 to fd02::/64 type bypass'
	ipsec_watch
	w_in a ping -n -c 3 -i 0.2 -W 1 10.0.2.2 >/dev/null
	w_in a ping -6 -n -c 3 -i 0.2 -W 1 fd02::2 >/dev/null
	ipsec_watched
	[ "$(ipsec_seen "$CLEAR")" -ge 6 ] || atf_fail "it is blind"
}

atf_init_test_cases()
{
	w_add_tests
}

#! /usr/bin/env atf-sh
# 100,000 initiations from sources that are made up, through one of the cards
# of a gateway with a tunnel.
#
#	host a ------ em0 r em1 ====== em0 s em1 ------ host b
#	              r em2 ------ host e, the enemy
#	              10.0.9.1     10.0.9.2

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/wg.subr"

FLOOD=100000

# counted TEXT: of r's counters of wg(4), or 0.
counted()
{
	w_exec r netstat -s -p wg | awk -v t="$1" 'index($0, t) { n = $1 }
	    END { print n + 0 }'
}

# memory: what r's kernel takes, in kB.
memory()
{
	pid=$(warren list | awk -v m="$W_ID-r" '$1 == m { print $3 }')
	awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"
}

# flood NUMBER: so many, and the tunnel carries packets meanwhile.
flood()
{
	w_in e /usr/bin/python3 "$(atf_get_srcdir)/h_wgflood.py" te \
	    "$(w_exec r ifconfig em2 | sed -n 's/.*lladdr //p')" \
	    "$(cat r.pub)" 10.0.9.1 "$1" &
	pid=$!
	w_in a ping -n -c 10 -i 0.2 -W 2 10.0.2.2 >out
	wait $pid || atf_fail "the flood did not come"
	n=$(grep -c 'ttl=62' out)
	[ "$n" -ge 7 ] || atf_fail "only $n of 10: $(tail -n 3 out)"
}

w_test flood 180 "established tunnels live, memory is bounded, cookies are sent"
flood_body()
{
	w_init
	w_host a
	w_host b
	w_host e
	w_machine r <<-EOF
		card em0 tap ta $(w_ns a)
		card em1 wire $PWD/wire
		card em2 tap te $(w_ns e)
	EOF
	w_etc r hostname.em0 'inet 10.0.1.1/24'
	w_etc r hostname.em1 'inet 10.0.0.1/24'
	w_etc r hostname.em2 'inet 10.0.9.1/24'
	w_etc r mygate 10.0.9.2
	w_etc r sysctl.conf 'net.inet.ip.forwarding=1'
	w_machine s <<-EOF
		card em0 wire $PWD/wire
		card em1 tap tb $(w_ns b)
	EOF
	w_etc s hostname.em0 'inet 10.0.0.2/24'
	w_etc s hostname.em1 'inet 10.0.2.1/24'
	w_etc s sysctl.conf 'net.inet.ip.forwarding=1'
	w_boot r
	w_boot s
	w_addr a ta 10.0.1.2/24 10.0.1.1
	w_addr b tb 10.0.2.2/24 10.0.2.1
	w_addr e te 10.0.9.2/24
	w_exec r route -qn add -net 10.0.2.0/24 10.0.0.2
	w_exec s route -qn add -net 10.0.1.0/24 10.0.0.1
	wg_keys r s
	wg_tunnel
	w_ping a 10.0.2.2
	# The first makes room, for what the second finds there.
	flood 10000
	before=$(memory)
	until [ "$(sent)" -ge $FLOOD ]; do
		flood $((FLOOD / 4))
	done
	after=$(memory)
	echo "memory: $before kB before, $after kB after"
	[ $((after - before)) -lt 32768 ] || atf_fail "memory is not bounded"
	for c in 'cookie replies sent' \
	    'under load, answered by a cookie'; do
		[ "$(counted "$c")" -gt 100 ] || atf_fail "$c: $(counted "$c")"
	done
	# Those that came have all been dropped, for one reason or another.
	w_exec r netstat -ss -p wg
	[ "$(counted 'handshake initiations accepted')" -le 5 ] ||
	    atf_fail "accepted"
	# And when it is over, a new session is made.
	w_exec s ifconfig wg0 down
	w_exec s ifconfig wg0 up
	w_wait 40 w_in b ping -n -c 1 -W 1 10.0.1.2
}

# sent: initiations that have come to r's wg0, by what became of them.
sent()
{
	n=0
	for c in 'in: handshake queue full' 'in: bad initiation' \
	    'in: under load, answered by a cookie'; do
		n=$((n + $(counted "$c")))
	done
	echo $n
}

atf_init_test_cases()
{
	w_add_tests
}

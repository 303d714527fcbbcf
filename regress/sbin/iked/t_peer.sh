#! /usr/bin/env atf-sh
# iked(8) and a peer of our own that shares no code with it (ikepeer.py):
# the keys, and what an enemy may send.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/swan.subr"

B='ikev2 "b" passive esp from 10.0.1.0/24 to 10.0.2.0/24'
S='srcid gw.example.com'
MORE='group 14 group 15 group 16 group 19 group 20 group 21
    group 28 group 29 group 30'
C="childsa enc aes-256-gcm childsa enc aes-256-gcm group 31 $MORE"
K='psk "change-this-shared-secret"'

# site [WORD ...]: machine r with iked, and host x for the peer
site()
{
	w_init
	trap 'swan_exit $?' EXIT
	w_host a
	w_host x
	w_machine r <<-EOF
		card em0 tap ta $(w_ns a)
		card em1 tap tr $(w_ns x)
	EOF
	w_etc r hostname.em0 'inet 10.0.1.1/24'
	w_etc r hostname.em1 'inet 10.0.0.1/24' \
	    '!route -qn add -net 10.0.2.0/24 10.0.0.2'
	w_etc r sysctl.conf 'net.inet.ip.forwarding=1'
	w_boot r
	w_addr a ta 10.0.1.2/24 10.0.1.1
	w_addr x tr 10.0.0.2/24
	# an answer out of ESP is for the peer alone
	w_in x ip addr add 10.0.2.1/24 dev lo
	iked r 'set fragmentation' "$B ikesa group 31 $MORE $C $S $K $*"
}

# peer CASE ...: h_peer.py does it
peer()
{
	w_in x timeout 100 /usr/bin/python3 -B \
	    "$(atf_get_srcdir)/h_peer.py" "$@" || atf_fail "peer $*"
}

w_test keys "IKE_AUTH by PSK with our own keys; a packet each way"
keys_body()
{
	site
	for g in 31 14 15 16 19 20 21 28 29 30; do
		peer up $g gcm
	done
	peer up 31 cbc
	w_exec r grep -q established /tmp/iked.log || atf_fail "not established"
}


w_test cookies "wrong cookies, a flood of first messages, bounded memory"
cookies_body()
{
	site
	peer flood
	[ "$(iked_stat r 'cookies* asked for')" -gt 100 ] ||
	    atf_fail "no cookies asked for"
	small
}

# small: no process of iked's has taken more than 60 MB
small()
{
	w_exec r sh -c 'for p in $(pidof iked); do
		sed -n "s/VmRSS:[[:blank:]]*//p" /proc/$p/status; done' >sizes
	while read -r n _; do
		[ "$n" -lt 60000 ] || atf_fail "$n kB"
	done <sizes
	[ "$(wc -l <sizes)" -ge 4 ] || atf_fail "not all are there"
}

w_test crowd "half-open SAs have a limit, and established ones live on"
crowd_body()
{
	site
	peer crowd
	n=$(iked_stat r 'requests* dropped, too many half-open SAs')
	[ "$n" -ge 20 ] || atf_fail "$n are counted"
	small
}

w_test replays "replayed, reordered and altered messages"
replays_body()
{
	site
	peer replays
	peer flips
}

w_test fragments "fragments that lie"
fragments_body()
{
	site
	peer fragments
	[ "$(iked_stat r 'fragments* could not be reassembled')" -ge 1 ] ||
	    atf_fail "a message without end was kept"
}

w_test values "public values that are none: zero, one, p - 1, of small order"
values_body()
{
	site
	peer values 31 14 15 16
}

w_test points "points that are not on the curve, of each group"
points_body()
{
	site
	peer values 19 20 21 28 29 30
}

w_test selectors "selectors that are none of ours, or nonsense"
selectors_body()
{
	site
	peer selectors
	w_exec r ipsecctl -s flow >left
	atf_check -o match:'No flows' cat left
}

w_test syntax "each payload cut, turned and grown, before and after keys"
syntax_body()
{
	site
	peer syntax
}

w_test scan "ike-scan finds a responder that answers by the rules"
scan_body()
{
	site
	w_in x ike-scan --ikev2 --sport=0 --retry=2 10.0.0.1 >scan ||
	    atf_fail "ike-scan"
	atf_check -o match:'10.0.0.1.*IKEv2|1 returned notify|1 returned hand' \
	    cat scan
	peer up 31 gcm
}

atf_init_test_cases()
{
	w_add_tests
}

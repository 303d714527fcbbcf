#! /usr/bin/env atf-sh
# The wg words of ifconfig(8): what they do, show, and refuse.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/wg.subr"

one()
{
	w_init
	w_machine r </dev/null
	w_boot r
	wg_keys r a b
	w_exec r ifconfig wg0 create || atf_fail "create"
}

# refused TEXT WORD ...: ifconfig wg0 says so, and fails.
refused()
{
	text=$1
	shift
	w_exec r ifconfig wg0 "$@" >out 2>&1 && atf_fail "taken: $*"
	grep -qF -e "$text" out || atf_fail "$*: $(cat out)"
}

w_test display "the lines of an interface and its peers, as they were set"
display_body()
{
	one
	w_exec r ifconfig wg0 >out
	grep -q wgpeer out && atf_fail "a peer"
	grep -q 'status: no carrier' out || atf_fail "a link: $(cat out)"
	psk=$(openssl rand -base64 32)
	w_exec r ifconfig wg0 wgport 51820 wgkey "$(cat r.key)" \
	    wgpeer "$(cat a.pub)" wgdescr 'the other site' wgpsk "$psk" \
	    wgpka 25 wgendpoint 192.0.2.1 1234 wgaip 10.1.0.0/16 \
	    wgaip fd00:1::/64 wgaip 10.2.0.1 \
	    wgpeer "$(cat b.pub)" wgaip 10.3.0.0/16 inet 10.99.0.1/30 ||
	    atf_fail "words"
	w_exec r ifconfig wg0 | sed -n '/wgport/,/groups/p' >out
	cat >want <<-EOF
		|	wgport 51820
		|	wgpubkey $(cat r.pub)
		|	wgpeer $(cat a.pub)
		|		wgdescr: the other site
		|		wgpsk (present)
		|		wgpka 25 (sec)
		|		wgendpoint 192.0.2.1 1234
		|		tx: 0, rx: 0
		|		wgaip 10.1.0.0/16
		|		wgaip fd00:1::/64
		|		wgaip 10.2.0.1/32
		|	wgpeer $(cat b.pub)
		|		tx: 0, rx: 0
		|		wgaip 10.3.0.0/16
		|	groups: wg
	EOF
	sed -i 's/tx: [0-9]*/tx: 0/' out
	sed 's/^|//' want | diff - out || atf_fail "differs"
	# Peers are for who names the interface, or says -A.
	w_exec r ifconfig | grep -q wgpeer && atf_fail "peers without -A"
	w_exec r ifconfig -A | grep -q wgpeer || atf_fail "no peers with -A"
	w_exec r ifconfig wg0 wgrtable 0 wgpeer "$(cat a.pub)" -wgdescr \
	    -wgpsk wgaip 10.4.0.0/16 -wgpeer "$(cat b.pub)"
	w_exec r ifconfig wg0 >out
	grep -q 'wgaip 10.4.0.0/16' out || atf_fail "wgaip"
	grep -qE 'wgdescr|wgpsk|10.1.0.0|10.3.0.0' out &&
	    atf_fail "still there: $(cat out)"
	w_exec r ifconfig wg0 -wgpeerall
	w_exec r ifconfig wg0 | grep wgpeer && atf_fail "peers are left"
	return 0
}

w_test endpoints "what is shown of an endpoint can be said again"
endpoints_body()
{
	one
	for e in '192.0.2.1 1' '2001:db8::7 65535' 'fe80::7%lo0 51820'; do
		# Word splitting wanted.
		# shellcheck disable=SC2086
		w_exec r ifconfig wg0 wgpeer "$(cat a.pub)" wgendpoint $e ||
		    atf_fail "wgendpoint $e"
		w_exec r ifconfig wg0 | grep -q "wgendpoint $e\$" ||
		    atf_fail "not shown: $e"
	done
}

w_test refused "words that make no sense change nothing"
refused_body()
{
	one
	refused 'wgkey (key): invalid length' wgkey abc
	refused 'wgkey (key): invalid base64' wgkey \
	    "$(tr A-Za-z0-9 '*' <a.pub)"
	refused 'wgpeer (key): invalid length' wgpeer abc=
	refused 'wgpsk (key): invalid length' wgpeer "$(cat a.pub)" wgpsk ''
	refused 'wgaip: wgpeer not set' wgaip 10.0.0.0/8
	refused 'wgpka: wgpeer not set' wgpka 25
	refused 'wgendpoint: wgpeer not set' wgendpoint 192.0.2.1 1
	refused '-wgpsk: wgpeer not set' -wgpsk
	for a in 10.0.0.0/33 fd00::/129 nowhere 10.0.0 10.0.0.0/-1; do
		refused "$a" wgpeer "$(cat a.pub)" wgaip "$a"
	done
	refused 'wgport' wgport 65536
	refused 'wgpka' wgpeer "$(cat a.pub)" wgpka 43201
	refused "requires argument" wgport
	refused 'Invalid argument' wgrtable 77
	w_exec r ifconfig wg0 | grep -E 'wgpeer|wgport|wgpubkey' &&
	    atf_fail "something changed"
	w_exec r ifconfig wg0 wgkey "$(cat r.key)" wgpeer "$(cat r.pub)" \
	    wgaip 10.0.0.0/8 || atf_fail "our own key as a peer"
	w_exec r ifconfig wg0 | grep wgpeer && atf_fail "we are our own peer"
	return 0
}

w_test names "an endpoint without an address fails alone"
names_body()
{
	one
	w_etc r hosts '127.0.0.1 localhost' '192.0.2.7 site-b'
	w_exec r ifconfig wg0 wgpeer "$(cat a.pub)" wgendpoint site-b 77 ||
	    atf_fail "a name that there is"
	w_exec r ifconfig wg0 | grep -q 'wgendpoint 192.0.2.7 77' ||
	    atf_fail "not resolved"
	refused 'wgendpoint: site-x' wgpeer "$(cat a.pub)" \
	    wgendpoint site-x 77 wgaip 10.7.0.0/16
	w_exec r ifconfig wg0 | grep -q 'wgaip 10.7.0.0/16' ||
	    atf_fail "the other words are lost"
}

w_test stolen "a prefix that another peer loses is told of"
stolen_body()
{
	one
	w_exec r ifconfig wg0 wgpeer "$(cat a.pub)" wgaip 10.7.0.0/16 \
	    wgaip 10.8.0.0/16
	w_exec r ifconfig wg0 wgpeer "$(cat b.pub)" wgaip 10.7.1.1/16 \
	    >out 2>&1 || atf_fail "not taken"
	grep -q "wgaip: 10.7.1.1/16 is taken from peer $(cat a.pub)" out ||
	    atf_fail "not told: $(cat out)"
	w_exec r ifconfig wg0 wgpeer "$(cat b.pub)" wgaip 10.7.0.0/17 \
	    >out 2>&1
	[ -s out ] && atf_fail "told of nothing: $(cat out)"
	return 0
}

w_test ports "a port is chosen, changed, and refused when it is in use"
ports_body()
{
	one
	w_exec r ifconfig wg0 wgkey "$(cat r.key)" up
	w_exec r ifconfig wg0 | grep -qE 'wgport [1-9]' ||
	    atf_fail "no port was chosen"
	w_exec r ifconfig wg0 | grep -q 'status: active' || atf_fail "no link"
	w_exec r ifconfig wg0 wgport 5555
	w_exec r ifconfig wg1 create
	w_exec r ifconfig wg1 wgkey "$(cat a.key)" up
	w_exec r ifconfig wg1 wgport 5555 2>out && atf_fail "a port twice"
	grep -q 'Address already in use' out || atf_fail "$(cat out)"
	w_exec r ifconfig wg1 | grep -q 'status: active' ||
	    atf_fail "wg1 is dead"
	w_exec r ifconfig wg0 down
	w_exec r ifconfig wg1 wgport 5555 || atf_fail "a port that is free"
	w_exec r ifconfig wg0 up 2>out && atf_fail "up on a port in use"
	w_exec r ifconfig wg0 destroy
	w_exec r ifconfig wg1 destroy
}

w_test handbook "the handbook's commands, one at a time"
handbook_body()
{
	w_init
	wg_sites
	for g in r s; do
		w_etc $g wg/private.key "$(cat $g.key)"
	done
	for l in 'create' 'inet 10.99.0.1/30' 'wgport 51820' \
	    "wgkey \`cat /etc/wg/private.key\`" \
	    "wgpeer $(cat s.pub) wgendpoint 10.0.0.2 51820" \
	    "wgpeer $(cat s.pub) wgaip 10.99.0.2/32"; do
		w_exec r sh -c "ifconfig wg0 $l" || atf_fail "r: $l"
	done
	for l in 'create' 'inet 10.99.0.2/30' 'wgport 51820' \
	    "wgkey \`cat /etc/wg/private.key\`" \
	    "wgpeer $(cat r.pub) wgendpoint 10.0.0.1 51820" \
	    "wgpeer $(cat r.pub) wgaip 10.99.0.1/32"; do
		w_exec s sh -c "ifconfig wg0 $l" || atf_fail "s: $l"
	done
	w_exec r ping -c 3 -w 10 10.99.0.2 || atf_fail "no tunnel"
	w_exec s ifconfig wg0 | grep -q 'last handshake' ||
	    atf_fail "no handshake"
}

atf_init_test_cases()
{
	w_add_tests
}

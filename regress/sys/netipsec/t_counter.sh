#! /usr/bin/env atf-sh
# Counters of netstat(1) -s: what passes is counted exactly, and what does not
# by its reason (ipsec.subr's topology).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/ipsec.subr"

# mark M: remember all counters of IPsec
mark()
{
	for _p in ipsec esp ah ipcomp; do
		w_exec "$1" netstat -s -p $_p >"mark.$1.$_p"
	done
}

# was M PROTO TEXT: the counter when it was marked
was()
{
	awk -v t="$3" 'index($0, t) { print $1; exit }' "mark.$1.$2"
}

# counts M PROTO NUMBER TEXT: has it grown by so much since?
counts()
{
	_n=$(w_counter "$1" "$2" "$4")
	[ -n "$_n" ] || atf_fail "no counter of $2: $4"
	_n=$((_n - $(was "$1" "$2" "$4")))
	[ "$_n" = "$3" ] || {
		w_exec "$1" netstat -ss -p ipsec
		w_exec "$1" netstat -ss -p "$2"
		atf_fail "$1, $2: $_n, not $3, $4"
	}
}

# bytes M PROTO N: the bytes of N packets, the same out as in at the far end
bytes()
{
	_o=$(($(w_counter r "$1" 'output byte') - $(was r "$1" 'output byte')))
	_i=$(($(w_counter s "$1" 'input byte') - $(was s "$1" 'input byte')))
	# 100 bytes and the headers of ICMP and IP, each
	[ $_o -ge $(($2 * 128)) ] && [ $_o = $_i ] ||
	    atf_fail "$1: $_o bytes out, $_i in"
}

# five PROTO NAME: as many packets each way, of 100 bytes
five()
{
	mark r
	mark s
	w_ping a 10.0.2.2 -c 5 -s 100
	for m in r s; do
		counts $m "$1" 5 "input $2 packet"
		counts $m "$1" 5 "output $2 packet"
		counts $m ipsec 5 ' received'
		counts $m ipsec 5 ' sent'
		counts $m ipsec 0 'dropped on input'
		counts $m ipsec 0 'dropped on output'
	done
	bytes "$1" 5
}

w_test traffic "packets, bytes and SAs, by protocol"
traffic_body()
{
	w_init
	ipsec_gateways
	g="enckey $(ipsec_key 20 1) $(ipsec_key 20 2)"
	mark r
	ipsec_tunnel 4 4 'enc aes-128-gcm' "$g"
	counts r ipsec 2 'created'
	counts r ipsec 0 'are gone'
	five esp ESP
	counts r esp 0 'input UDP encapsulated'
	ipsec_tunnel 4 4 'enc aes-128-gcm udpencap' "$g"
	five esp ESP
	counts r esp 5 'input UDP encapsulated'
	counts r esp 5 'output UDP encapsulated'
	mark r
	ipsec_tunnel 4 4 'auth hmac-sha2-256' \
	    "authkey $(ipsec_key 32 3) $(ipsec_key 32 4)" ah
	counts r ipsec 2 'created'
	counts r ipsec 2 'are gone'
	five ah AH
	for m in r s; do
		[ $m = r ] && f=10.0.0.1 t=10.0.0.2 x=0x101:0x102 n=1 o=2 ||
		    f=10.0.0.2 t=10.0.0.1 x=0x102:0x101 n=2 o=1
		ipsec_rules $m \
		    "flow ipcomp from 10.0.$n.0/24 to 10.0.$o.0/24 peer $t" \
		    "ipcomp from $f to $t spi $x"
	done
	mark r
	mark s
	w_ping a 10.0.2.2 -c 5 -s 900 -p 41
	for m in r s; do
		counts $m ipcomp 5 'input IPCOMP'
		counts $m ipcomp 5 'output IPCOMP'
		counts $m ipsec $((5 * 928)) 'input bytes, decompressed'
		counts $m ipsec $((5 * 928)) 'output bytes, uncompressed'
	done
	# Too small to begin with, and what deflate makes no smaller: in ESP,
	# as it is.
	e="esp transport from 10.0.0.1 to 10.0.0.2 spi 0x1001 enc aes-128-gcm"
	e="$e enckey $(ipsec_key 20 1) bundle x"
	d="esp transport from 10.0.0.2 to 10.0.0.1 spi 0x1002 enc aes-128-gcm"
	d="$d enckey $(ipsec_key 20 2) bundle x"
	ipsec_rules r \
	    'flow ipcomp from 10.0.1.0/24 to 10.0.2.0/24 peer 10.0.0.2' \
	    'ipcomp from 10.0.0.1 to 10.0.0.2 spi 0x101:0x102 bundle x' \
	    "$e" "$d"
	ipsec_rules s \
	    'flow ipcomp from 10.0.2.0/24 to 10.0.1.0/24 peer 10.0.0.1' \
	    'ipcomp from 10.0.0.2 to 10.0.0.1 spi 0x102:0x101 bundle x' \
	    "$e" "$d"
	mark r
	w_ping a 10.0.2.2 -c 2 -s 10
	counts r ipcomp 2 'less than minimum'
	w_in a python3 - <<-'EOF2' || atf_fail "cannot send"
	import os, socket
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	for i in range(3):
	    s.sendto(os.urandom(1000), ("10.0.2.2", 9))
	EOF2
	w_wait 10 sh -c "[ \$(warren exec $W_ID-r netstat -s -p ipcomp |
	    awk '/would not have shrunk/ { print \$1 }') -ge 3 ]"
}

# refuses HOST ADDR: a ping that is not answered
refuses()
{
	w_in "$1" ping -n -q -c 2 -i 0.2 -W 1 -s 400 -p 41 "$2" &&
	    atf_fail "$2 answers $1"
}

w_test reasons "what does not pass, by its reason"
reasons_body()
{
	w_init
	ipsec_gateways
	w_exec r ipsecctl -F
	w_exec s ipsecctl -F
	mark r
	ipsec_rules r 'flow out from 10.0.1.0/24 to 10.0.2.0/24 type deny'
	refuses a 10.0.2.2
	counts r ipsec 2 'refused by a flow'
	mark r
	ipsec_rules r 'flow in from 10.0.2.0/24 to 10.0.1.0/24 type deny'
	refuses a 10.0.2.2
	counts r ipsec 2 'refused by a flow'
	# A flow that wants an SA, and one that asks for it.
	mark r
	ipsec_rules r \
	    'flow out from 10.0.1.0/24 to 10.0.2.0/24 peer 10.0.0.2'
	refuses a 10.0.2.2
	counts r ipsec 2 'no SA was found'
	counts r ipsec 1 'asked for'
	counts r ipsec 1 'asked lately'
	# What must be protected comes in the clear.
	mark r
	ipsec_rules r \
	    'flow in from 10.0.2.0/24 to 10.0.1.0/24 peer 10.0.0.2'
	refuses a 10.0.2.2
	counts r ipsec 2 'in the clear that must not'
	# The far end of the SA cannot be reached.
	k="authkey $(ipsec_key 32 3)"
	for p in esp ah ipcomp; do
		case $p in
		esp)	w="enc null $k" ;;
		ah)	w=$k ;;
		ipcomp)	w= ;;
		esac
		ipsec_rules r \
	    "flow $p out from 10.0.1.0/24 to 10.0.2.0/24 peer 192.0.2.9" \
		    "$p from 10.0.0.1 to 192.0.2.9 spi 0x1001 $w"
		mark r
		refuses a 10.0.2.2
		counts r $p 2 'the network refused'
		# What the SA makes larger than any packet may be.
		ipsec_rules r "flow $p out from 10.0.0.1 to 10.0.0.2" \
		    "$p transport from 10.0.0.1 to 10.0.0.2 spi 0x1001 $w"
		[ $p != ipcomp ] || continue
		mark r
		w_exec r ping -n -q -c 2 -i 0.2 -w 1 -s 65500 10.0.0.2
		counts r $p 2 'larger than maximum'
	done
	w_exec r ipsecctl -F
	u='a socket that requires sends nothing in the clear'
	mark r
	w_hexec r /usr/bin/python3 - <<-'EOF2' || atf_fail "$u"
	import errno, socket, sys
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.setsockopt(socket.IPPROTO_IP, 0x1015, 3)	# IP_ESP_TRANS_LEVEL
	for i in range(2):
	    try:
	        s.sendto(b"x", ("10.0.0.2", 9))
	        sys.exit(1)
	    except OSError as e:
	        print(errno.errorcode[e.errno])
	EOF2
	counts r ipsec 2 "refused by a socket's level"
}

w_test zero "-ss leaves out what is zero; a user may look; all are there"
zero_body()
{
	w_init
	ipsec_gateways
	for p in ipsec esp ah ipcomp; do
		w_exec r netstat -s -p $p >all
		atf_check -o match:"^$p:\$" head -1 all
		[ "$(wc -l <all)" -ge 18 ] || atf_fail "few of $p"
		w_exec r netstat -ss -p $p >some
		atf_check -s exit:1 grep '	0 ' some
		warren exec -u nobody "$W_ID-r" netstat -s -p $p >theirs
		atf_check cmp all theirs
	done
}

atf_init_test_cases()
{
	w_add_tests
}

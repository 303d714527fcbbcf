#! /usr/bin/env atf-sh
# ipsec(4) with Linux's own kernel as its peer: Debian 12's in a guest
# (guest.subr), which has the addresses of s and b.
#
#	host a ----- em0 r em1 -- [ host w: br0 ] -- eth0 guest
#	10.0.1.2 10.0.1.1 10.0.0.1           10.0.0.2 10.0.2.1
#	fd01::2  fd01::1  fd00::1            fd00::2  fd02::1

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../lib/guest.subr"
. "$(atf_get_srcdir)/ipsec.subr"

linux_gateway()
{
	guest_program ip
	guest_file "$(atf_get_srcdir)/h_espinudp" /bin/h_espinudp
	ipsec_gateway
	guest_boot w tg esp4 esp6 ah4 ah6 ipcomp ipcomp6 xfrm_user \
	    xfrm4_tunnel xfrm6_tunnel
	w_in w ip link set tg master br0
	guest 'set -e
	    busybox ip addr add 10.0.0.2/24 dev eth0
	    busybox ip addr add 10.0.2.1/24 dev lo
	    busybox ip addr add fd00::2/64 dev eth0
	    busybox ip addr add fd02::1/64 dev lo
	    busybox ip route add 10.0.1.0/24 via 10.0.0.1
	    busybox ip route add fd01::/64 via fd00::1
	    echo 1 >/proc/sys/net/ipv4/ip_forward
	    h_espinudp 4500 &' || atf_fail "the guest's network"
	w_wait 1 w_exec r ping -n -c 1 -w 1 10.0.0.2
	w_wait 1 w_exec r ping6 -n -c 1 -w 1 fd00::2
}

# x_enc, x_auth NAME KEY: what Linux calls a cipher or MAC
x_enc()
{
	case $1 in
	aes-*-gcm)	echo "aead rfc4106(gcm(aes)) 0x$2 128" ;;
	aes-*-gmac)	echo "aead rfc4543(gcm(aes)) 0x$2 128" ;;
	chacha20*)	echo "aead rfc7539esp(chacha20,poly1305) 0x$2 128" ;;
	aes-*-ctr)	echo "enc rfc3686(ctr(aes)) 0x$2" ;;
	3des-cbc)		echo "enc cbc(des3_ede) 0x$2" ;;
	null)		echo "enc ecb(cipher_null) \"\"" ;;
	aes-*)		echo "enc cbc(aes) 0x$2" ;;
	esac
}

x_auth()
{
	case $1 in
	hmac-sha1)	echo "auth-trunc hmac(sha1) 0x$2 96" ;;
	hmac-sha2-256)	echo "auth-trunc hmac(sha256) 0x$2 128" ;;
	hmac-sha2-384)	echo "auth-trunc hmac(sha384) 0x$2 192" ;;
	hmac-sha2-512)	echo "auth-trunc hmac(sha512) 0x$2 256" ;;
	esac
}

# x_quote: "aead rfc4106(gcm(aes)) ..." for the guest's shell
x_quote()
{
	echo "$1" | sed -E "s/ ([a-z0-9]+\([^ ]*\)) /\ '\1' /g"
}

# linux_sa SRC DST SPI PROTO MODE WORDS: into the guest's script
linux_sa()
{
	echo "/bin/ip xfrm state add src $1 dst $2 proto $4 spi $3 reqid 1 \
	    mode $5 $(x_quote "$6") || exit 1"
}

linux_policy()
{
	echo "/bin/ip xfrm policy add src $1 dst $2 dir $3 tmpl src $4 dst $5 \
	    proto $6 reqid 1 mode $7 || exit 1"
}

# linux_tunnel INNER OUTER PROTO WORDS OURS ENC AUTH: as ipsec_tunnel, with
# the guest's half; WORDS are more of its own, OURS of ours; ENC and AUTH are
# "NAME KEYBYTES" or nothing
linux_tunnel()
{
	case $1 in
	4)	_i_a=10.0.1.0/24
		_i_b=10.0.2.0/24 ;;
	6)	_i_a=fd01::/64
		_i_b=fd02::/64 ;;
	esac
	linux_ends "$2"
	_x_flow="flow $3 from $_i_a to $_i_b peer $_i_s"
	linux_both tunnel "$@"
}

linux_transport()
{
	linux_ends "$2"
	_i_a=$_i_r
	_i_b=$_i_s
	_x_flow="flow $3 from $_i_r to $_i_s"
	linux_both transport "$@"
}

linux_ends()
{
	case $1 in
	4)	_i_r=10.0.0.1
		_i_s=10.0.0.2 ;;
	6)	_i_r=fd00::1
		_i_s=fd00::2 ;;
	esac
}

# linux_both MODE INNER OUTER PROTO WORDS OURS ENC AUTH
linux_both()
{
	_x_line="$4 $([ "$1" = tunnel ] || echo "$1") from $_i_r to $_i_s"
	_x_line="$_x_line spi 0x1001:0x1002 $6"
	_x_flag=
	# RFC 4302, 3.3.3.2.1: for IPv4 that is a matter of asking Linux
	[ "$4$3" != ah4 ] || _x_flag="$_x_flag align4"
	[ "$2" = "$3" ] || _x_flag="$_x_flag af-unspec"
	case $5 in
	*flag*)	_x_out="$5 $_x_flag" ;;
	*)	_x_out="$5 ${_x_flag:+flag $_x_flag}" ;;
	esac
	_x_in=$_x_out
	for _x_w in "enc $7" "auth $8"; do
		set -- "$1" "$2" "$3" "$4" $_x_w
		[ $# -eq 7 ] || continue
		_x_k=$(ipsec_key "$7" 5)
		_x_l=$(ipsec_key "$7" 6)
		_x_line="$_x_line $5 $6"
		[ "$7" = 0 ] || _x_line="$_x_line ${5}key $_x_k:$_x_l"
		_x_out="$_x_out $("x_$5" "$6" "$_x_k")"
		_x_in="$_x_in $("x_$5" "$6" "$_x_l")"
	done
	ipsec_rules r "$_x_flow" "$_x_line"
	guest "/bin/ip xfrm state flush; /bin/ip xfrm policy flush
	    $(linux_sa "$_i_r" "$_i_s" 0x1001 "$4" "$1" "$_x_out")
	    $(linux_sa "$_i_s" "$_i_r" 0x1002 "$4" "$1" "$_x_in")
	    $(linux_policy "$_i_a" "$_i_b" in "$_i_r" "$_i_s" "$4" "$1")
	    $(linux_policy "$_i_b" "$_i_a" out "$_i_s" "$_i_r" "$4" "$1")" ||
	    atf_fail "Linux does not take it: $_x_out"
}

# linux_fail TEXT: with what both have counted
linux_fail()
{
	guest 'grep -v "[^0-9]0$" /proc/net/xfrm_stat; /bin/ip -s xfrm state'
	for _x_p in ipsec esp ah ipcomp; do
		w_exec r netstat -s -p $_x_p | grep -v '	0 '
	done
	atf_fail "$1"
}

# linux_pings INNER: from host a, small and large, and back
linux_pings()
{
	[ "$1" = 4 ] && _x_to=10.0.2.1 _x_from=10.0.1.2 ||
	    _x_to=fd02::1 _x_from=fd01::2
	w_in a ping -n -c 2 -i 0.2 -w 10 "$_x_to" ||
	    linux_fail "no answer of Linux"
	w_in a ping -n -c 1 -s 1200 -w 10 "$_x_to" ||
	    linux_fail "no answer to a large one"
	guest "ping -c 1 -w 10 -I ${_x_to} $_x_from" ||
	    linux_fail "Linux does not reach host a"
}

# the gateways': small and large
linux_gwpings()
{
	[ "$1" = 4 ] && _x_p=ping || _x_p=ping6
	w_exec r $_x_p -n -c 1 -w 10 "$_i_s" || linux_fail "no answer of Linux"
	w_exec r $_x_p -n -c 1 -s 1200 -w 10 "$_i_s" ||
	    linux_fail "no answer to a large one"
}

# The words of every cipher and MAC that both have.
ENCS='aes-128-gcm:20 aes-192-gcm:28 aes-256-gcm:36 aes-128-gmac:20
aes-192-gmac:28 aes-256-gmac:36 chacha20-poly1305:36'
CTRS='aes-128-ctr:20 aes-192-ctr:28 aes-256-ctr:36 null:0'
CBCS='aes-128:16 aes-192:24 aes-256:32'
MACS='hmac-sha1:20 hmac-sha2-256:32 hmac-sha2-384:48 hmac-sha2-512:64'

w_test esp 300 "ESP with Linux's kernel: every cipher and MAC, both modes"
esp_body()
{
	w_init
	linux_gateway
	ipsec_watch
	for x in $ENCS; do
		echo "$x"
		linux_tunnel 4 4 esp '' '' "${x%:*} ${x#*:}" ''
		linux_pings 4
		linux_transport 4 4 esp '' '' "${x%:*} ${x#*:}" ''
		linux_gwpings 4
	done
	for x in $CTRS; do
		echo "$x"
		linux_tunnel 4 4 esp '' '' "${x%:*} ${x#*:}" \
		    'hmac-sha2-256 32'
		linux_pings 4
	done
	for x in $CBCS; do
		for y in $MACS; do
			echo "$x $y"
			linux_transport 4 4 esp '' '' "${x%:*} ${x#*:}" \
			    "${y%:*} ${y#*:}"
			linux_gwpings 4
		done
	done
	echo 3des-cbc
	w_exec r sysctl -q net.inet.esp.legacy=1
	linux_tunnel 4 4 esp '' '' '3des-cbc 24' 'hmac-sha1 20'
	linux_pings 4
	ipsec_watched
	ipsec_want 0 'icmp and not host 10.0.0.100'
	[ "$(ipsec_seen esp)" -ge 64 ] || atf_fail "hardly any ESP"
}

w_test families 300 "IPv6 inside and outside, ESN, ESP in UDP, AH, IPcomp"
families_body()
{
	w_init
	linux_gateway
	g='aes-128-gcm 20'
	h='hmac-sha2-256 32'
	for inner in 4 6; do
		for outer in 4 6; do
			echo "$inner in $outer"
			linux_tunnel $inner $outer esp '' '' "$g" ''
			linux_pings $inner
			linux_tunnel $inner $outer ah '' '' '' "$h"
			linux_pings $inner
		done
	done
	linux_transport 6 6 esp '' '' "$g" ''
	linux_gwpings 6
	for f in 4 6; do
		linux_transport $f $f ah '' '' '' "$h"
		linux_gwpings $f
	done
	echo esn
	esn='replay-window 128 flag esn'
	linux_tunnel 4 4 esp "$esn" esn "$g" ''
	linux_pings 4
	linux_tunnel 4 6 esp "$esn" esn 'aes-128 16' "$h"
	linux_pings 4
	linux_tunnel 4 4 ah "$esn" esn '' "$h"
	linux_pings 4
	echo udp
	linux_tunnel 4 4 esp 'encap espinudp 4500 4500 0.0.0.0' udpencap \
	    "$g" ''
	ipsec_watch
	linux_pings 4
	ipsec_watched
	[ "$(ipsec_seen 'udp port 4500')" -ge 8 ] || atf_fail "no UDP"
	ipsec_want 0 esp
	linux_tunnel 6 6 esp 'encap espinudp 4500 4500 ::' udpencap "$g" ''
	ipsec_watch
	linux_pings 6
	ipsec_watched
	[ "$(ipsec_seen 'ip6 and udp port 4500')" -ge 8 ] ||
	    atf_fail "no UDP over IPv6"
	ipsec_want 0 'ip6 proto 50'
}

w_test ipcomp 300 "IPcomp in ESP with Linux's kernel"
ipcomp_body()
{
	w_init
	linux_gateway
	k=$(ipsec_key 20 1)
	l=$(ipsec_key 20 2)
	ipsec_rules r \
	    'flow ipcomp from 10.0.1.0/24 to 10.0.2.0/24 peer 10.0.0.2' \
	    'ipcomp from 10.0.0.1 to 10.0.0.2 spi 0x101:0x102 bundle x' \
	    "esp transport from 10.0.0.1 to 10.0.0.2 spi 0x1001 \
	    enc aes-128-gcm enckey $k bundle x" \
	    "esp transport from 10.0.0.2 to 10.0.0.1 spi 0x1002 \
	    enc aes-128-gcm enckey $l bundle x"
	tmpl="proto comp reqid 2 mode tunnel"
	tmpl2="proto esp reqid 1 mode transport"
	guest "/bin/ip xfrm state flush; /bin/ip xfrm policy flush
	    $(linux_sa 10.0.0.1 10.0.0.2 0x1001 esp transport \
	    "aead rfc4106(gcm(aes)) 0x$k 128")
	    $(linux_sa 10.0.0.2 10.0.0.1 0x1002 esp transport \
	    "aead rfc4106(gcm(aes)) 0x$l 128")
	    /bin/ip xfrm state add src 10.0.0.1 dst 10.0.0.2 proto comp \
	    spi 0x101 reqid 2 mode tunnel comp deflate || exit 1
	    /bin/ip xfrm state add src 10.0.0.2 dst 10.0.0.1 proto comp \
	    spi 0x102 reqid 2 mode tunnel comp deflate || exit 1
	    /bin/ip xfrm policy add src 10.0.1.0/24 dst 10.0.2.0/24 dir in \
	    tmpl src 10.0.0.1 dst 10.0.0.2 $tmpl level use \
	    tmpl src 10.0.0.1 dst 10.0.0.2 $tmpl2 || exit 1
	    /bin/ip xfrm policy add src 10.0.2.0/24 dst 10.0.1.0/24 dir out \
	    tmpl src 10.0.0.2 dst 10.0.0.1 $tmpl \
	    tmpl src 10.0.0.2 dst 10.0.0.1 $tmpl2 || exit 1" ||
	    atf_fail "Linux does not take it"
	ipsec_watch
	w_ping a 10.0.2.1 -c 2 -s 1000 -p 41
	w_ping a 10.0.2.1 -c 1 -s 10
	ipsec_watched
	ipsec_want 6 'esp and less 300'
	ipsec_want 0 'icmp and net 10.0.1.0/24'
}

# The sites of the manual: Linux is B.
#
#	host a ----- em0 r em1 ------- host w ------- eth0 guest
#	10.0.0.2  10.0.0.1 198.51.100.10  203.0.113.10  10.20.0.1
handbook_sites()
{
	w_host a
	w_host w
	w_machine r <<-EOF
		card em0 tap ta $(w_ns a)
		card em1 tap tr $(w_ns w)
	EOF
	w_etc r hostname.em0 'inet 10.0.0.1/24'
	w_etc r hostname.em1 'inet 198.51.100.10/24'
	w_etc r mygate 198.51.100.1
	w_etc r sysctl.conf 'net.inet.ip.forwarding=1'
	w_boot r
	w_addr a ta 10.0.0.2/24 10.0.0.1
	w_addr w tr 198.51.100.1/24
	guest_program ip
	guest_boot w tg esp4 xfrm_user xfrm4_tunnel
	w_addr w tg 203.0.113.1/24
	w_in w sysctl -qw net.ipv4.ip_forward=1
	guest 'set -e
	    busybox ip addr add 203.0.113.10/24 dev eth0
	    busybox ip addr add 10.20.0.1/24 dev lo
	    busybox ip route add default via 203.0.113.1
	    echo 1 >/proc/sys/net/ipv4/ip_forward' ||
	    atf_fail "the guest's network"
	w_wait 10 w_exec r ping -n -c 1 -w 1 203.0.113.10
}

# handbook_seen KEY KEY: how many pings tshark reads with these keys
handbook_seen()
{
	a='"IPv4","198.51.100.10","203.0.113.10","0x00001001"'
	b='"IPv4","203.0.113.10","198.51.100.10","0x00001002"'
	g='"AES-GCM with 16 octet ICV [RFC4106]"'
	HOME=$PWD tshark -n -r wan.pcap -o esp.enable_encryption_decode:TRUE \
	    -o "uat:esp_sa:$a,$g,\"0x$1\",\"NULL\",\"\"" \
	    -o "uat:esp_sa:$b,$g,\"0x$2\",\"NULL\",\"\"" \
	    -Y 'esp && icmp && ip.addr == 10.0.0.2 && ip.addr == 10.20.0.1' \
	    2>tshark.err | wc -l
}

# handbook_mtu: has host a learned that not all goes through the WAN?
handbook_mtu()
{
	w_in a ping -n -c 1 -W 1 -s 1380 -M do 10.20.0.1 >mtu 2>&1 ||
	    grep -qi 'message too long\|frag needed' mtu
}

w_test handbook 300 "the LANs of two sites, Linux's kernel at B; path MTU"
handbook_body()
{
	w_init
	handbook_sites
	k=$(ipsec_key 36 5)
	l=$(ipsec_key 36 6)
	ipsec_rules r 'flow esp from 10.0.0.0/24 to 10.20.0.0/24 \
peer 203.0.113.10' "esp from 198.51.100.10 to 203.0.113.10 \
spi 0x1001:0x1002 enc aes-256-gcm enckey $k:$l"
	w=198.51.100.10
	g=203.0.113.10
	c='aead rfc4106(gcm(aes))'
	t='proto esp reqid 1 mode tunnel'
	guest "$(linux_sa $w $g 0x1001 esp tunnel "$c 0x$k 128")
	    $(linux_sa $g $w 0x1002 esp tunnel "$c 0x$l 128")
	    /bin/ip xfrm policy add src 10.0.0.0/24 dst 10.20.0.0/24 dir in \
	    tmpl src $w dst $g $t || exit 1
	    /bin/ip xfrm policy add src 10.20.0.0/24 dst 10.0.0.0/24 dir out \
	    tmpl src $g dst $w $t || exit 1" ||
	    atf_fail "Linux does not take it"
	w_capture w tr wan.pcap
	w_ping a 10.20.0.1 -c 3
	guest "ping -c 2 -w 10 -I 10.20.0.1 10.0.0.2" ||
	    linux_fail "Linux does not reach host a"
	w_captured wan.pcap
	[ "$(handbook_seen $k $l)" = 10 ] ||
	    atf_fail "tshark reads $(handbook_seen $k $l) pings, wanted 10"
	[ "$(handbook_seen $l $k)" = 0 ] || atf_fail "by any key?"
	ipsec_want 0 'net 10.0.0.0/24 or net 10.20.0.0/24'
	# Fragments before and after; then a narrow WAN.
	w_ping a 10.20.0.1 -c 1 -s 3000
	guest "ping -c 1 -w 10 -s 3000 -I 10.20.0.1 10.0.0.2" ||
	    linux_fail "no large one from Linux"
	w_in w ip link set tg mtu 1400
	w_in a ping -n -c 1 -W 1 -s 1380 -M do 10.20.0.1
	w_wait 10 handbook_mtu
	w_ping a 10.20.0.1 -c 1 -s 1300 -M do
	w_ping a 10.20.0.1 -c 1 -s 3000
}

atf_init_test_cases()
{
	w_add_tests
}

#! /usr/bin/env atf-sh
# Every mode with every pair of families, algorithm and encapsulation, between
# two gateways (ipsec.subr's topology), with offloads and without.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/ipsec.subr"

AEADS='aes-128-gcm:20 aes-192-gcm:28 aes-256-gcm:36 aes-128-gmac:20
	aes-192-gmac:28 aes-256-gmac:36 chacha20-poly1305:36'
CIPHERS='aes-128:16 aes-192:24 aes-256:32 aes-128-ctr:20 aes-192-ctr:28
	aes-256-ctr:36 3des-cbc:24 null:0'
MACS='hmac-sha1:20 hmac-sha2-256:32 hmac-sha2-384:48 hmac-sha2-512:64'

# pair WORD BYTES DIGIT DIGIT: two keys
pair()
{
	[ "$2" = 0 ] || echo "$1 $(ipsec_key "$2" "$3") $(ipsec_key "$2" "$4")"
}

# one PROTO WORDS KEYS: in each mode and pair of families
one()
{
	for outer in 4 6; do
		for inner in 4 6; do
			ipsec_tunnel $inner $outer "$2" "$3" "$1"
			passes tunnel a $inner "$outer $1 $2"
		done
		ipsec_transport $outer "$2" "$3" "$1"
		passes transport r $outer "$outer $1 $2"
	done
}

# passes MODE WHERE INNER WHAT: small and large, and nothing else on the WAN
passes()
{
	case $2$3 in
	a4)	w_in a ping -n -q -c 1 -W 5 -s 1200 10.0.2.2 ;;
	a6)	w_in a ping -6 -n -q -c 1 -W 5 -s 1200 fd02::2 ;;
	r4)	w_exec r ping -n -q -c 1 -w 5 -s 1200 10.0.0.2 ;;
	r6)	w_exec r ping6 -n -q -c 1 -w 5 -s 1200 fd00::2 ;;
	esac >ping.out || {
		cat ping.out
		atf_fail "$1, IPv$3 in IPv$4"
	}
	done_=$((done_ + 1))
}

# matrix: all of it; how many there were is checked
matrix()
{
	done_=0
	for m in r s; do
		w_exec $m sysctl net.inet.esp.legacy=1 >/dev/null
	done
	ipsec_watch
	for udp in '' ' udpencap'; do
		for x in $AEADS; do
			one esp "enc ${x%:*}$udp" "$(pair enckey "${x#*:}" 1 2)"
		done
		one esp "enc aes-128-gcm esn$udp" "$(pair enckey 20 1 2)"
		for x in $CIPHERS; do
			for y in $MACS; do
				one esp "enc ${x%:*} auth ${y%:*}$udp" \
				    "$(pair enckey "${x#*:}" 1 2) \
				    $(pair authkey "${y#*:}" 3 4)"
			done
		done
	done
	for y in $MACS; do
		for esn in '' ' esn'; do
			one ah "auth ${y%:*}$esn" \
			    "$(pair authkey "${y#*:}" 3 4)"
		done
	done
	ipsec_watched
	# 8 with an AEAD and 32 with a MAC, plain and in UDP, and 8 of AH
	atf_check_equal $((((8 + 32) * 2 + 8) * 6)) $done_
	# what asks for nobody (ipsec_watched) is no echo: it finds no address
	ipsec_want 0 'net 10.0.1.0/24 or net fd01::/64 or icmp[0] == 8 or
	    (ip6[6] == 58 and ip6[40] == 128)'
	for m in r s; do
		atf_check_equal 0 "$(w_counter $m esp 'failed verification')"
		atf_check_equal 0 "$(w_counter $m ah 'failed verification')"
		w_exec $m netstat -ss -p esp
	done
}

w_test offload 1800 "528 of them, offloads on"
offload_body()
{
	w_init
	ipsec_gateways
	matrix
}

w_test no_offload 1800 "528 of them, offloads off"
no_offload_body()
{
	w_init
	ipsec_gateways offload off
	matrix
}

atf_init_test_cases()
{
	w_add_tests
}

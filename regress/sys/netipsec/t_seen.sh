#! /usr/bin/env atf-sh
# What others see of a tunnel with keys by hand (ipsec.subr's topology): tshark
# with the keys reads it on the WAN, and tcpdump on enc0 sees the inside.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/ipsec.subr"

# reads WORDS ENC AUTH INNER OUTER KEYS: ENC and AUTH by tshark's names of the
# algorithms; KEYS are "enckey K1 K2 [authkey K3 K4]".
reads()
{
	ipsec_tunnel "$4" "$5" "$1" "$6"
	case $4 in
	4)	there=10.0.2.2 kind=icmp ;;
	6)	there=fd02::2 kind=icmpv6 ;;
	esac
	case $5 in
	4)	v=IPv4 r=10.0.0.1 s=10.0.0.2 ;;
	6)	v=IPv6 r=fd00::1 s=fd00::2 ;;
	esac
	ipsec_watch
	w_ping a $there -c 3
	ipsec_watched
	# Word splitting wanted.
	# shellcheck disable=SC2086
	set -- "$1" "$2" "$3" $6
	out="\
\"$v\",\"$r\",\"$s\",\"0x00001001\",\"$2\",\"0x$5\",\"$3\",\"${8:+0x$8}\""
	in="\
\"$v\",\"$s\",\"$r\",\"0x00001002\",\"$2\",\"0x$6\",\"$3\",\"${9:+0x$9}\""
	for want in 6 0; do
		HOME=$PWD tshark -n -r wan.pcap \
		    -o esp.enable_encryption_decode:TRUE \
		    -o "uat:esp_sa:$out" -o "uat:esp_sa:$in" \
		    -Y "esp && $kind" >seen 2>err || {
			cat err
			atf_fail "tshark"
		}
		n=$(grep -c 'Echo (ping)' seen)
		[ "$n" = $want ] || {
			cat seen err
			atf_fail "$1, $v: $n pings, wanted $want"
		}
		# Another key shows nothing.
		out=$(echo "$out" | sed 's/"0x1/"0x9/')
		in=$(echo "$in" | sed 's/"0x2/"0x9/')
	done
	echo "$1, $v: read"
}

w_test tshark "tshark with the keys reads the WAN, every cipher that it has"
tshark_body()
{
	w_init
	ipsec_gateways
	null='NULL'
	gcm='AES-GCM with 16 octet ICV [RFC4106]'
	for k in 20 28 36; do
		reads "enc aes-$((k * 8 - 32))-gcm" "$gcm" "$null" 4 4 \
		    "enckey $(ipsec_key $k 1) $(ipsec_key $k 2)"
	done
	reads 'enc aes-256-gcm' "$gcm" "$null" 6 6 \
	    "enckey $(ipsec_key 36 1) $(ipsec_key 36 2)"
	reads 'enc aes-256-gcm' "$gcm" "$null" 6 4 \
	    "enckey $(ipsec_key 36 1) $(ipsec_key 36 2)"
	reads 'enc aes-256 auth hmac-sha2-256' 'AES-CBC [RFC3602]' \
	    'HMAC-SHA-256-128 [RFC4868]' 4 4 \
	    "enckey $(ipsec_key 32 1) $(ipsec_key 32 2) \
	    authkey $(ipsec_key 32 3) $(ipsec_key 32 4)"
	reads 'enc aes-128-ctr auth hmac-sha1' 'AES-CTR [RFC3686]' \
	    'HMAC-SHA-1-96 [RFC2404]' 4 6 \
	    "enckey $(ipsec_key 20 1) $(ipsec_key 20 2) \
	    authkey $(ipsec_key 20 3) $(ipsec_key 20 4)"
}

# dump COMMAND ...: what tcpdump of r says while the hosts ping each other
dump()
{
	rm -f dump dump.err
	timeout 60 warren exec "$W_ID-r" tcpdump -l "$@" >dump 2>dump.err &
	_d=$!
	w_made proc $_d
	w_wait 10 grep -qs 'listening on' dump.err
	w_ping a 10.0.2.2 -c 3
	w_wait 20 sh -c '[ $(wc -l <dump) -ge 6 ]'
	kill $_d
	wait $_d
}

w_test enc0 "enc0 shows the inside, with SPI, and the WAN's card the outside"
enc0_body()
{
	w_init
	ipsec_gateways
	ipsec_tunnel 4 4 'enc aes-256-gcm' \
	    "enckey $(ipsec_key 36 1) $(ipsec_key 36 2)"
	w_exec r ifconfig enc0 up
	dump -ni enc0
	for x in '1001: IP 10.0.1.2 > 10.0.2.2: ICMP echo request' \
	    '1002: IP 10.0.2.2 > 10.0.1.2: ICMP echo reply'; do
		n=$(grep -c "(authentic,confidential): SPI 0x0000$x" dump)
		[ "$n" = 3 ] || {
			cat dump
			atf_fail "$n of $x"
		}
	done
	dump -ni em1 esp
	for x in '10.0.0.1 > 10.0.0.2: ESP(spi=0x00001001' \
	    '10.0.0.2 > 10.0.0.1: ESP(spi=0x00001002'; do
		[ "$(grep -cF "$x" dump)" = 3 ] || {
			cat dump
			atf_fail "$x"
		}
	done
	# AH is authentic alone.
	ipsec_tunnel 4 4 'auth hmac-sha2-256' \
	    "authkey $(ipsec_key 32 3) $(ipsec_key 32 4)" ah
	dump -ni enc0
	atf_check -o match:'\(authentic\): SPI 0x00001001: IP 10.0.1.2 > ' \
	    cat dump
}

atf_init_test_cases()
{
	w_add_tests
}

#! /usr/bin/env atf-sh
# Transport mode between two gateways (ipsec.subr's topology).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/ipsec.subr"

AB='transport from 10.0.0.1 to 10.0.0.2'
BA='transport from 10.0.0.2 to 10.0.0.1'

# gateway_pings FAMILY
gateway_pings()
{
	case $1 in
	4)	w_exec r ping -n -c 2 -w 5 10.0.0.2 || atf_fail "r to s"
		w_exec s ping -n -c 1 -s 2000 -w 5 10.0.0.1 ||
		    atf_fail "s to r" ;;
	6)	w_exec r ping6 -n -c 2 -w 5 fd00::2 || atf_fail "r to s"
		w_exec s ping6 -n -c 1 -s 2000 -w 5 fd00::1 ||
		    atf_fail "s to r" ;;
	esac
}

w_test esp "ESP, both families, plain and in UDP"
esp_body()
{
	w_init
	ipsec_gateways
	k="enckey $(ipsec_key 36 1) $(ipsec_key 36 2)"
	for af in 4 6; do
		for udp in '' udpencap; do
			ipsec_transport $af "enc aes-256-gcm $udp" "$k"
			ipsec_watch
			gateway_pings $af
			ipsec_watched
			ipsec_want 0 'icmp or
			    (icmp6 and (ip6[40] == 128 or ip6[40] == 129))'
		done
	done
}

w_test ah "AH, both families"
ah_body()
{
	w_init
	ipsec_gateways
	k="authkey $(ipsec_key 32 1) $(ipsec_key 32 2)"
	for af in 4 6; do
		ipsec_transport $af "auth hmac-sha2-256" "$k" ah
		ipsec_watch
		gateway_pings $af
		ipsec_watched
		n=$(ipsec_seen ah)
		[ "$n" -ge 4 ] || atf_fail "$n packets of AH"
	done
}

w_test ah_esp "AH over ESP"
ah_esp_body()
{
	w_init
	ipsec_gateways
	e1="enc aes-128-gcm enckey $(ipsec_key 20 1)"
	e2="enc aes-128-gcm enckey $(ipsec_key 20 2)"
	a1="auth hmac-sha2-256 authkey $(ipsec_key 32 1)"
	a2="auth hmac-sha2-256 authkey $(ipsec_key 32 2)"
	for m in r s; do
		[ $m = r ] && f='from 10.0.0.1 to 10.0.0.2' ||
		    f='from 10.0.0.2 to 10.0.0.1'
		ipsec_rules $m "flow esp $f" \
		    "esp $AB spi 0x1001 $e1 bundle x" \
		    "ah $AB spi 0x2001 $a1 bundle x" \
		    "esp $BA spi 0x1002 $e2 bundle x" \
		    "ah $BA spi 0x2002 $a2 bundle x"
	done
	ipsec_watch
	gateway_pings 4
	ipsec_watched
	n=$(ipsec_seen 'ip[9] == 51')
	[ "$n" -ge 4 ] || atf_fail "$n packets of AH"
	ipsec_want 0 'icmp or esp'
}

atf_init_test_cases()
{
	w_add_tests
}

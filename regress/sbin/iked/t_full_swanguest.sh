#! /usr/bin/env atf-sh
# iked(8) and strongSwan with Linux's own xfrm (swanguest.subr): every family
# in every other, both modes, more ciphers and keys, in both roles.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../lib/guest.subr"
. "$(atf_get_srcdir)/../../sys/netipsec/ipsec.subr"
. "$(atf_get_srcdir)/swan.subr"
. "$(atf_get_srcdir)/ca.subr"
. "$(atf_get_srcdir)/swanguest.subr"

w_test families 300 "IPv4 and IPv6 in each; transport mode"
families_body()
{
	w_init
	sites
	both transport 10.0.0.1 10.0.0.2 10.0.0.2 10.0.0.1 "$K"
	both tunnel fd01::/64 fd02::/64 10.0.0.2 10.0.0.1 "$K"
	both tunnel 10.0.1.0/24 10.0.2.0/24 fd00::2 fd00::1 "$K"
	both tunnel fd01::/64 fd02::/64 fd00::2 fd00::1 "$K"
}

w_test suites 300 "ciphers that Linux has, ESN"
suites_body()
{
	w_init
	sites
	for words in aes256-sha256=aes-256+hmac-sha2-256 \
	    aes128-sha512=aes-128+hmac-sha2-512 \
	    aes192gcm16=aes-192-gcm aes128gcm16-esn=aes-128-gcm \
	    chacha20poly1305=chacha20-poly1305; do
		S_ESP=${words%=*}
		w=${words#*=}
		case $w in
		*+*)	w="${w%+*} auth ${w#*+}" ;;
		esac
		case $S_ESP in
		*-esn)	w="$w esn" ;;
		*)	w="$w noesn" ;;
		esac
		S="ikesa enc aes-256-gcm prf sha256 group curve25519 childsa \
enc $w"
		both tunnel 10.0.1.0/24 10.0.2.0/24 10.0.0.2 10.0.0.1 "$K"
	done
}

w_test certificates 300 "RSA, ECDSA and Ed25519; transport mode over IPv6"
certificates_body()
{
	w_init
	sites
	peers
	for kinds in p384:rsa ed:p256 p256:ed; do
		identity "${kinds%:*}" "${kinds#*:}"
		both transport fd00::1 fd00::2 fd00::2 fd00::1 \
		    'dstid x.example'
	done
}

atf_init_test_cases()
{
	w_add_tests
}

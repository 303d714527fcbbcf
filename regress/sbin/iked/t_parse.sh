#! /usr/bin/env atf-sh
# iked(8)'s grammar: `iked -n` on the host's own.

: "${OBJ:?OBJ is the object directory}"

N='lifetime 10800 bytes 4294967296 psk "********"'

# conf LINE ...
conf()
{
	umask 077
	printf '%s\n' "$@" >conf
}

# ok PRINTED LINE ...: is loaded, and printed so; printed, it loads again
ok()
{
	printf '%s\n' "$1" >want
	shift
	conf "$@"
	atf_check -o file:want -e inline:'configuration OK\n' \
	    "$OBJ/sbin/iked/iked" -nv -f conf
	(umask 077; cp want conf)
	atf_check -o file:want -e inline:'configuration OK\n' \
	    "$OBJ/sbin/iked/iked" -nv -f conf
}

# fail MESSAGE LINE ...: is refused, with that message first
fail()
{
	m=$1
	shift
	conf "$@"
	atf_check -s exit:1 -e match:"^$m\$" "$OBJ/sbin/iked/iked" -n -f conf
}

P='from 10.0.0.0/24 to 10.20.0.0/24'

atf_test_case handbook
handbook_head()
{
	atf_set descr "the handbook's files load as they stand"
}
handbook_body()
{
	I='ikesa enc aes-256-gcm prf hmac-sha2-256 group modp2048'
	C='childsa enc aes-256-gcm esn noesn srcid'
	h=$(hostname)
	ok "ikev2 \"s2s-a2b\" active tunnel esp $P local any peer \
203.0.113.10 $I $C $h $N" \
	    'ikev2 "s2s-a2b" active esp from 10.0.0.0/24 to 10.20.0.0/24 \' \
	    '    peer 203.0.113.10 \' \
	    '    ikesa enc aes-256-gcm prf sha256 group 14 \' \
	    '    childsa enc aes-256-gcm \' \
	    '    psk "change-this-shared-secret"'
	ok "ikev2 \"s2s-b2a\" passive tunnel esp from 10.20.0.0/24 to \
10.0.0.0/24 local any peer any $I $C $h $N" \
	    'ikev2 "s2s-b2a" passive esp from 10.20.0.0/24 to 10.0.0.0/24 \' \
	    '    ikesa enc aes-256-gcm prf sha256 group 14 \' \
	    '    childsa enc aes-256-gcm \' \
	    '    psk "change-this-shared-secret"'
}

atf_test_case clauses
clauses_head()
{
	atf_set descr "every clause, macros, includes"
}
clauses_body()
{
	I='ikesa enc aes-128 prf hmac-sha1 auth hmac-sha1 group curve25519'
	C='childsa enc aes-128-ctr auth hmac-sha2-512 group ecp384 noesn'
	ok "ikev2 \"all\" quick passive transport natt esp inet proto \
{ tcp, udp } rdomain 3 from 10.0.0.1 port 80 to 10.0.0.2 port 443 local \
10.0.0.1 peer 10.0.0.2 $I $C srcid a.example dstid b@example ikelifetime \
7200 lifetime 1800 bytes 1048576 psk \"********\" tag \"vpn\" tap \"enc1\"" \
	    'me = "a.example" # a comment' \
	    'ikev2 all quick transport natt esp inet proto { tcp udp } \' \
	    'rdomain 3 from 10.0.0.1 port 80 to 10.0.0.2 port https \' \
	    'ikesa enc aes-128 prf sha1 auth sha1 group 31 \' \
	    'childsa enc aes-128-ctr auth sha512 group grp20 noesn \' \
	    'srcid $me dstid b@example ikelifetime 2h lifetime 30m bytes 1M \' \
	    'psk 0x6162 tag vpn tap enc1'
	(umask 077; printf 'set passive\nset nomobike' >more)
	ok "ikev2 \"x\" passive tunnel ah inet6 from 2001:db8::/32 to \
2001:db8:1::1 local any peer any ikesa enc chacha20-poly1305 prf \
hmac-sha2-512 group ecp521 childsa auth hmac-sha2-256 esn srcid \
\"/C=DE/CN=x\" $N" \
	    'include "more"' 'set novendorid' 'set dpd_check_interval 10' \
	    'ikev2 "x" ah inet6 from 2001:db8::/32 to 2001:db8:1::1 \' \
	    'ikesa enc chacha20-poly1305 prf sha512 group 21 \' \
	    'childsa auth hmac-sha2-256 esn srcid "/C=DE/CN=x" psk "p"'
}

atf_test_case refused
refused_head()
{
	atf_set descr "what is wrong is said with file and line"
}
refused_body()
{
	fail 'conf: 2: syntax error' '' 'ikev2 esp esp'
	(umask 077; printf '\nset nothing\n' >more)
	fail 'more: 2: syntax error' 'include "more"'
	fail 'conf: 1: "aktive" is no keyword: .active.* policy\)' \
	    "ikev2 aktive esp $P psk \"x\""
	fail 'conf: 1: aes-1 not a valid transform' \
	    "ikev2 $P ikesa enc aes-1 psk \"x\""
	fail 'conf: 1: modp768 is not supported, use modp2048' \
	    "ikev2 $P ikesa group modp768 psk \"x\""
	fail 'conf: 1: sntrup761x25519 is not supported, use curve25519' \
	    "ikev2 $P ikesa group sntrup761x25519 psk \"x\""
	fail 'conf: 1: IKE group can not be "none".' \
	    "ikev2 $P ikesa group none psk \"x\""
	fail 'conf: 1: cannot use ESN with ikesa.' \
	    "ikev2 $P ikesa esn psk \"x\""
	fail 'conf: 1: cannot mix encryption transforms with .*' \
	    "ikev2 $P childsa enc aes-128 enc aes-128-gcm psk \"x\""
	fail 'conf: 1: authentication is implicit for given .*' \
	    "ikev2 $P childsa enc aes-128-gcm auth sha256 psk \"x\""
	fail 'conf: 1: cannot mix different address families.' \
	    'ikev2 from 10.0.0.0/8 to 2001:db8::/32 psk "x"'
	fail 'conf: 1: active mode requires peer specification' \
	    "ikev2 active $P psk \"x\""
	fail 'conf: 1: active mode requires local/peer address' \
	    "ikev2 active $P peer 192.0.2.0/24 psk \"x\""
	fail 'conf: 1: keys need to be specified in hex digits' \
	    "ikev2 $P psk 0xzz"
	fail 'conf: 1: macro .x. not defined' 'ikev2 from $x to any psk "x"'
	fail 'conf: 1: invalid time unit' "ikev2 $P lifetime 3d psk \"x\""
	fail 'conf: 1: unknown protocol: zzz' "ikev2 proto zzz $P psk \"x\""
	fail 'conf: 1: rdomain outside range' "ikev2 rdomain 256 $P psk \"x\""
	for x in 'set mobike' 'user "a" "b"' \
	    "ikev2 $P eap \"mschap-v2\"" \
	    "ikev2 ipcomp $P psk \"x\"" \
	    "ikev2 $P psk \"x\" config address 10.1.0.0/24" \
	    "ikev2 $P psk \"x\" iface em0"; do
		fail 'conf: 1: .* is not supported yet.*' "$x"
	done
	conf "ikev2 $P psk \"x\""
	chmod 644 conf
	atf_check -s exit:1 -e match:'group writable or world read' \
	    "$OBJ/sbin/iked/iked" -n -f conf
}

atf_init_test_cases()
{
	atf_add_test_case handbook
	atf_add_test_case clauses
	atf_add_test_case refused
}

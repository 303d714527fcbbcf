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

# unsupported: what is not there yet says so; old transforms and that of no
# standard name another
unsupported()
{
	for x in 'mobike:set mobike' 'stickyaddress:set stickyaddress' \
	    'ocsp:set ocsp "http://x" tolerate 10 maxage 20' \
	    'user:user "a" "b"' "eap:ikev2 $P eap \"mschap-v2\"" \
	    "eap:ikev2 $P eap \"radius\"" "ipcomp:ikev2 ipcomp $P psk \"x\"" \
	    "config:ikev2 $P psk \"x\" config address 10.1.0.0/24" \
	    "request:ikev2 $P psk \"x\" request address any" \
	    "iface:ikev2 $P psk \"x\" iface em0" \
	    "dynamic:ikev2 from dynamic to any psk \"x\"" \
	    'radius:radius server 10.0.0.1 secret x' \
	    "\\\$eapid:ikev2 $P tag \"\$eapid\""; do
		fail "conf: 2: '${x%%:*}' is not supported yet" '' "${x#*:}"
	done
	for x in 'auth hmac-md5 hmac-sha2-256' 'auth md5 hmac-sha2-256' \
	    'prf hmac-md5 hmac-sha2-256' 'group modp768 modp2048' \
	    'group 1 modp2048' 'group grp22 modp2048' 'group 23 modp2048' \
	    'group 24 modp2048' 'group ecp192 ecp256' 'group ecp224 ecp256' \
	    'group 25 ecp256' 'group 26 ecp256' 'group 27 brainpool256' \
	    'group brainpool224 brainpool256' 'enc des aes-128' \
	    'enc blowfish aes-128' 'enc cast aes-128' \
	    'group sntrup761x25519 curve25519'; do
		set -- $x
		fail "conf: 1: $2 is not supported, use $3" \
		    "ikev2 $P ikesa $1 $2"
		[ "$1" = prf ] || fail "conf: 1: $2 is not supported, use $3" \
		    "ikev2 $P childsa $1 $2"
	done
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
	fail 'conf: 2: Flow NAT address family mismatch' '' \
	    'ikev2 from 10.0.0.0/8 (fd00::1) to any psk "x"'
	fail 'conf: 1: no flow NAT support for destination network' \
	    'ikev2 from 10.0.0.0/8 to 10.1.0.0/16 (10.0.0.1) psk "x"'
	fail 'conf: 1: could not get local/peer specification' \
	    "ikev2 inet6 $P peer 10.0.0.1 psk \"x\""
	fail 'conf: 1: cannot mix different address families.' \
	    "ikev2 $P local 10.0.0.1 peer fd00::1 psk \"x\""
	fail 'conf: 1: protocol outside range' "ikev2 proto 256 $P"
	fail 'conf: 1: port outside range' \
	    'ikev2 proto tcp from any port 65536 to any'
	fail 'conf: 1: unknown port: zzz' \
	    'ikev2 proto tcp from any port zzz to any'
	fail 'conf: 1: a port needs a protocol: proto tcp' \
	    'ikev2 from any port 80 to any'
	fail 'conf: 1: could not parse host specification' \
	    'ikev2 from 10.0.0.0/33 to any'
	fail 'conf: 1: not a valid authentication mode' "ikev2 $P dsa"
	fail 'conf: 1: unsupported EAP method: md5' "ikev2 $P eap \"md5\""
	fail 'conf: 1: invalid byte unit' "ikev2 $P lifetime 3h bytes 3T"
	fail 'conf: 1: invalid byte specification: 3KB' \
	    "ikev2 $P lifetime 3h bytes 3KB"
	fail 'conf: 1: invalid time specification: h' "ikev2 $P lifetime h"
	fail 'conf: 1: timeout outside range' 'set dpd_check_interval -1'
	fail 'conf: 1: invalid tap interface name: em0' "ikev2 $P tap em0"
	fail 'conf: 1: invalid tap interface unit: encx' "ikev2 $P tap encx"
	fail 'conf: 1: psk is empty' "ikev2 $P psk \"\""
	fail 'conf: 1: psk file none: No such file or directory' \
	    "ikev2 $P psk file none"
	fail 'conf: 1: macro name cannot contain whitespace' '"a b" = c'
	fail 'conf: 1: failed to include file none' 'include "none"'
	fail 'conf: 2: reached end of file while parsing quoted string' \
	    'ikev2 "x'
	fail 'conf: 2: there is a default policy already' \
	    "ikev2 default $P" "ikev2 default $P"
	fail 'conf: 1: psk too long' "ikev2 $P psk $(printf 'x%.0s' \
	    $(seq 1025))"
	fail 'conf: 1: srcid too long' "ikev2 $P srcid $(printf 'x%.0s' \
	    $(seq 1025))"
	fail 'conf: 1: dstid is not valid' "ikev2 $P dstid \"/nonsense\""
	fail 'conf: 1: tag too long' "ikev2 $P tag $(printf 'x%.0s' \
	    $(seq 64))"
	fail 'conf: 1: name too long' "ikev2 $(printf 'x%.0s' $(seq 64)) $P"
	fail 'conf: 1: too many protocols' \
	    "ikev2 proto { $(seq -s ' ' 17) } $P"
	fail 'conf: 1: too many traffic selectors' "ikev2 $(for i in \
	    $(seq 0 255); do printf 'from 10.0.%d.0/24 to 10.1.0.0/16 ' $i
	    done) psk x"
	unsupported
	conf "ikev2 $P psk \"x\""
	chmod 644 conf
	atf_check -s exit:1 -e match:'group writable or world read' \
	    "$OBJ/sbin/iked/iked" -n -f conf
}

atf_test_case words
words_head()
{
	atf_set descr "quotes, backslashes, macros, lists, the other order"
}
words_body()
{
	I='ikesa enc aes-256-gcm prf hmac-sha2-256 group curve25519'
	C='childsa enc aes-256-gcm esn noesn srcid'
	i='ikesa enc aes-256-gcm prf sha256 group 31 childsa enc aes-256-gcm'
	ok "ikev2 \"a\\\"b\" passive tunnel esp $P local any peer any $I $C \
\"my host\" dstid \"/C=DE/O=a\\/b/CN=x\\=y\" $N tag \"x y\"" \
	    "ikev2 'a\"b' $P $i srcid 'my host' \\" \
	    "dstid '/C=DE/O=a\\/b/CN=x\\=y' psk x tag 'x y'"
	ok "ikev2 \"policy1\" default passive tunnel esp from 10.1.0.0/24 \
(192.0.2.1) to 10.2.0.0/24 from 10.3.0.0/24 (192.0.2.0/28) to 0.0.0.0/0 \
local any peer fd00::2 $I $C \"any\" dstid \"1234\" $N" \
	    'nat = "192.0.2.1"' 'mine = 10.1.0.0/24' \
	    'ikev2 default from $mine ($nat) to 10.2.0.0/24, \' \
	    'to any from 10.3.0.0/24 (192.0.2.0/28) \' \
	    "peer fd00::2 $i srcid 'any' dstid '1234' psk y"
	ok "ikev2 \"policy1\" passive tunnel esp proto { tcp, udp, esp, 200 } \
$P local any peer any $I $C x $N" \
	    'ikev2 proto { tcp,' 'udp' '50 200' "} $P $i srcid x psk z"
	# -D wins over the file, and standard input is a file.
	conf 'a = 10.0.0.1' "ikev2 from \$a to any $i srcid x psk z"
	atf_check -o match:'from 10.9.9.9 to' -e match:OK -x \
	    "$OBJ/sbin/iked/iked -nv -D a=10.9.9.9 -f - <conf"
	atf_check -o empty -e inline:'configuration OK\n' \
	    "$OBJ/sbin/iked/iked" -n -f conf
	conf
	atf_check -e match:'conf: no valid configuration rules found' \
	    -e match:'configuration OK' "$OBJ/sbin/iked/iked" -nv -f conf
}

atf_test_case shared
shared_head()
{
	atf_set descr "ipsecctl(8)'s lines are passed over"
}
shared_body()
{
	conf 'ike esp from 10.0.0.0/24 to 10.1.0.0/24 peer 10.0.0.1' \
	    'flow esp from 10.0.0.0/24 to 10.1.0.0/24 peer 10.0.0.1' \
	    'esp = 5'  "ikev2 $P psk x" \
	    'tcpmd5 from 10.0.0.1 to 10.0.0.2 spi 0x10:0x11' \
	    'sa from 10.0.0.1'
	sed -i 3d conf
	atf_check -o match:'^ikev2 "policy1"' -e inline:'configuration OK\n' \
	    "$OBJ/sbin/iked/iked" -nv -f conf
}

atf_test_case examples
examples_head()
{
	atf_set descr "the examples of the manual, and /etc/examples/iked.conf"
}
examples_body()
{
	umask 077
	awk '/^\.Sh EXAMPLES/ { on = 1 } /^\.Ed/ { show = 0 }
	    show { gsub(/\\e/, "\\"); print }
	    on && /^\.Bd -literal/ { show = 1 }' \
	    "$(atf_get_srcdir)/iked.conf.5" >conf
	[ "$(grep -c '^ikev2' conf)" -ge 3 ] || atf_fail "no examples"
	for f in conf "$OBJ/image/etc/examples/iked.conf"; do
		cat "$f" >one
		atf_check -o save:out -e inline:'configuration OK\n' \
		    "$OBJ/sbin/iked/iked" -nv -f one
		# Every policy is there, and no secret.
		[ "$(grep -c '^ikev2 "' out)" = "$(grep -c ^ikev2 one)" ] ||
		    atf_fail "$f: not all of its policies"
		atf_check -s exit:1 grep -i -e change-this -e a-long-s out
	done
}

# literal N FILE: the Nth example of a manual page
literal()
{
	awk -v n="$1" '/^\.Ed/ { on = 0 }
	    on { gsub(/\\e/, "\\"); print }
	    /^\.Bd -literal/ { on = ++i == n }' "$2"
}

atf_test_case manual
manual_head()
{
	atf_set descr "the commands of iked(8) make a key and its public half"
}
manual_body()
{
	mkdir -p iked/private
	literal 1 "$(atf_get_srcdir)/iked.8" |
	    sed -e 's/^# //' -e 's,/etc/iked,iked,g' >cmds
	[ "$(grep -c ^openssl cmds)" = 2 ] || atf_fail "no commands"
	atf_check -e ignore sh -e cmds
	atf_check -o inline:'600\n' stat -c %a iked/private/local.key
	openssl pkey -in iked/private/local.key -pubout >pub
	atf_check cmp pub iked/local.pub
}

atf_test_case table
table_head()
{
	atf_set descr "each word of the grammar has its test (clauses)"
}
table_body()
{
	sed -n '/^} keywords\[\] = {/,/^};/s/^	{ \(.*\) },$/{ \1 },/p' \
	    "$(atf_get_srcdir)/lex.c" | tr ',' '\n' |
	    sed -n 's/.*{ "\([a-z0-9_]*\)".*/\1/p' | sort >words
	[ "$(wc -l <words)" -ge 60 ] || atf_fail "no words in lex.c"
	grep -v '^#' "$(atf_get_srcdir)/clauses" >clauses
	awk '{ print $1 }' clauses | sort >known
	atf_check -o empty comm -23 words known
	for t in $(sed 's/.*	\(.*\):.*/\1/' clauses | sort -u); do
		"$(atf_get_srcdir)/$t" -l 2>/dev/null |
		    sed -n "s/^ident: /$t:/p"
	done | sort -u >there
	awk '{ print $2 }' clauses | sort -u >told
	atf_check -o empty comm -13 there told
}

atf_init_test_cases()
{
	for t in words shared examples manual table; do
		atf_add_test_case $t
	done
	atf_add_test_case handbook
	atf_add_test_case clauses
	atf_add_test_case refused
}

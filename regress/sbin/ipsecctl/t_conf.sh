#! /usr/bin/env atf-sh
# ipsec.conf(5), as ipsecctl -n understands it: no machine is needed.

IPSECCTL=$OBJ/sbin/ipsecctl/ipsecctl

# test NAME DESCR
declare_test()
{
	atf_test_case "$1"
	eval "${1}_head()
	{
		atf_set descr \"$2\"
	}"
	TESTS="$TESTS $1"
}

# conf LINE ...: the file
conf()
{
	rm -f conf
	(umask 077; printf '%s\n' "$@" >conf)
}

# same OUT: what the file is understood as
same()
{
	atf_check -o "inline:$1
" "$IPSECCTL" -nv -f conf
}

# rule LINE [OUT]: one rule, which is shown as itself, or so
rule()
{
	conf "$1"
	same "${2:-$1}"
}

# fault LINE TEXT: what is said of it
fault()
{
	conf '# one line before' "$1"
	atf_check -s exit:1 -e "inline:conf: 2: $2
ipsecctl: Syntax error in config file: ipsec rules not loaded
" "$IPSECCTL" -n -f conf
}

key()
{
	printf "%$(($1 * 2))s" '' | tr ' ' "${2:-1}"
}

declare_test flows "flows: both directions, types, protocols, ports, ids"
flows_body()
{
	f='from 10.0.1.0/24 to 10.0.2.0/24 peer 10.0.0.2'
	b='from 10.0.2.0/24 to 10.0.1.0/24 peer 10.0.0.2'
	rule "flow esp $f" "flow esp out $f type require
flow esp in $b type require"
	rule "flow $f" "flow esp out $f type require
flow esp in $b type require"
	for p in esp ah ipcomp; do
		for t in use acquire require bypass deny dontacq; do
			rule "flow $p out $f type $t"
			rule "flow $p in $b type $t"
		done
	done
	rule "flow out proto tcp from 10.0.1.0/24 port 1024 to 10.0.2.1 \
port www local 10.0.0.1 peer 10.0.0.2 srcid a.example dstid b@b.example \
type use" \
	    "flow esp out proto tcp from 10.0.1.0/24 port 1024 to 10.0.2.1 \
port 80 local 10.0.0.1 peer 10.0.0.2 srcid FQDN/a.example dstid \
UFQDN/b@b.example type use"
	rule 'flow proto tcp from 10.0.1.0/24 to 10.0.2.1 port 80' \
	    "flow esp out proto tcp from 10.0.1.0/24 to 10.0.2.1 port 80 \
peer 10.0.2.1 type require
flow esp in proto tcp from 10.0.2.1 port 80 to 10.0.1.0/24 peer 10.0.2.1 \
type require"
	rule "flow out from 10.0.0.1 to 10.0.0.2 srcid 10.0.0.1 dstid \
\"/C=DE/CN=b\"" \
	    "flow esp out from 10.0.0.1 to 10.0.0.2 peer 10.0.0.2 srcid \
PREFIX/10.0.0.1/32 dstid ASN1_DN//C=DE/CN=b type require"
	rule 'flow out from fd01::/64 to fd02::/64 peer fd00::2 srcid fd00::1' \
	    "flow esp out from fd01::/64 to fd02::/64 peer fd00::2 srcid \
PREFIX/fd00::1/128 type require"
	# The prefix is what counts of an address.
	rule 'flow out from 10.0.1.77/24 to any peer 10.0.0.2' \
	    "flow esp out from 10.0.1.0/24 to 0.0.0.0/0 peer 10.0.0.2 type \
require"
	rule 'flow in from fd01::/64 to any type deny' \
	    'flow esp in from fd01::/64 to ::/0 type deny'
	rule 'flow out proto ipv6-icmp from any to fd00::1 type bypass' \
	    "flow esp out proto ipv6-icmp from ::/0 to fd00::1 peer fd00::1 \
type bypass"
	rule 'flow out proto 251 from any to 10.0.0.1 type bypass' \
	    "flow esp out proto 251 from 0.0.0.0/0 to 10.0.0.1 peer \
10.0.0.1 type bypass"
}

declare_test lists "lists multiply a rule; families do not mix"
lists_body()
{
	rule "flow out from { 10.0.1.0/24 fd01::/64 } to { fd02::/64, \
10.0.2.0/24 10.0.3.0/24 } type deny" \
'flow esp out from 10.0.1.0/24 to 10.0.2.0/24 type deny
flow esp out from 10.0.1.0/24 to 10.0.3.0/24 type deny
flow esp out from fd01::/64 to fd02::/64 type deny'
	rule "flow out proto {tcp,udp} from 10.0.1.0/24 to 10.0.2.0/24 port \
{53 domain 853} type deny" \
'flow esp out proto tcp from 10.0.1.0/24 to 10.0.2.0/24 port 53 type deny
flow esp out proto tcp from 10.0.1.0/24 to 10.0.2.0/24 port 53 type deny
flow esp out proto tcp from 10.0.1.0/24 to 10.0.2.0/24 port 853 type deny
flow esp out proto udp from 10.0.1.0/24 to 10.0.2.0/24 port 53 type deny
flow esp out proto udp from 10.0.1.0/24 to 10.0.2.0/24 port 53 type deny
flow esp out proto udp from 10.0.1.0/24 to 10.0.2.0/24 port 853 type deny'
	fault 'flow from { } to 10.0.0.1' 'empty list'
	fault 'flow from { 10.0.0.1 to 10.0.0.2' 'no such address: to'
	fault 'flow from { 10.0.0.1' "'from' wants something after it"
	fault 'flow from 10.0.0.0/8 to fd00::/8' \
	    'no two addresses of one family'
}

declare_test sas "SAs: every transform, both modes, one or two of them"
sas_body()
{
	e='from 10.0.0.1 to 10.0.0.2 spi 0x00001001'
	for x in aes-128:16 aes-192:24 aes-256:32 aes-128-ctr:20 \
	    aes-192-ctr:28 aes-256-ctr:36 3des-cbc:24; do
		conf "esp $e enc ${x%:*} enckey $(key "${x#*:}") authkey \
$(key 32)"
		same "esp tunnel $e auth hmac-sha2-256 enc ${x%:*}"
	done
	for x in aes-128-gcm:20 aes-192-gcm:28 aes-256-gcm:36 \
	    aes-128-gmac:20 aes-192-gmac:28 aes-256-gmac:36 \
	    chacha20-poly1305:36; do
		conf "esp transport $e enc ${x%:*} enckey 0x$(key "${x#*:}")"
		same "esp transport $e enc ${x%:*}"
	done
	for y in hmac-sha1:20 hmac-sha2-256:32 hmac-sha2-384:48 \
	    hmac-sha2-512:64; do
		conf "ah tunnel $e auth ${y%:*} authkey $(key "${y#*:}")" \
		    "esp $e auth ${y%:*} authkey $(key "${y#*:}") enc null"
		same "ah tunnel $e auth ${y%:*}
esp tunnel $e auth ${y%:*} enc null"
	done
	conf "esp $e authkey $(key 32) enckey $(key 16)"
	same "esp tunnel $e auth hmac-sha2-256 enc aes-128"
	conf 'ipcomp from fd00::1 to fd00::2 spi 0x100 comp deflate'
	same 'ipcomp tunnel from fd00::1 to fd00::2 spi 0x00000100 comp deflate'
	conf 'esp from 10.0.0.1 to 10.0.0.2 spi 4097:0x1002 \' \
	    "	enc aes-256-gcm \\" \
	    "	enckey $(key 36 a):$(key 36 b) udpencap port 4501 esn"
	same "esp tunnel from 10.0.0.1 to 10.0.0.2 spi 0x00001001 udpencap \
port 4501 enc aes-256-gcm esn
esp tunnel from 10.0.0.2 to 10.0.0.1 spi 0x00001002 udpencap port 4501 enc \
aes-256-gcm esn"
	# Their keys with -k only.
	atf_check -o inline:"esp tunnel from 10.0.0.1 to 10.0.0.2 spi \
0x00001001 udpencap port 4501 enc aes-256-gcm esn
	enckey 0x$(key 36 a)
esp tunnel from 10.0.0.2 to 10.0.0.1 spi 0x00001002 udpencap port 4501 enc \
aes-256-gcm esn
	enckey 0x$(key 36 b)
" "$IPSECCTL" -nvk -f conf
	atf_check -o match:'^@0 esp .*1001' -o match:'^@1 esp .*1002' \
	    "$IPSECCTL" -nvv -f conf
}

declare_test sa_faults "what is wrong with an SA"
sa_faults_body()
{
	e='from 10.0.0.1 to 10.0.0.2 spi 0x1001'
	g="enc aes-128-gcm enckey $(key 20)"
	fault "esp from 10.0.0.1 to 10.0.0.2 $g" 'no spi'
	fault "esp from 10.0.0.1 spi 0x1001 $g" \
	    'an SA is from one host to another'
	fault "esp from 10.0.0.1 to 10.0.0.0/24 spi 0x1001 $g" \
	    'no such host: 10.0.0.0/24'
	fault "esp from any to 10.0.0.2 spi 0x1001 $g" 'no such host: any'
	fault "esp from 10.0.0.1 to fd00::1 spi 0x1001 $g" \
	    'the two hosts are of different families'
	for s in 0 255 0x 0x100000000 -1 1001x 0x1001: 0x1001:9; do
		b=${s#*:}
		fault "esp from 10.0.0.1 to 10.0.0.2 spi $s $g" "bad SPI: $b"
	done
	fault 'ipcomp from 10.0.0.1 to 10.0.0.2 spi 0x10000' \
	    'bad SPI: 0x10000'
	fault "esp $e enc aes-128-gcm enckey $(key 19)" \
	    'enckey has 152 bits, should have 160'
	fault "esp $e enc aes-128-gcm" 'enckey has 0 bits, should have 160'
	fault "esp $e enc aes-256 enckey $(key 32) authkey $(key 31)" \
	    'authkey has 248 bits, should have 256'
	fault "esp $e enc aes-128-gcm enckey 0x1" 'bad length of a key'
	fault "esp $e enc aes-128-gcm enckey $(key 20 g)" \
	    'a key is not hexadecimal'
	fault "esp $e $g:$(key 20)" 'two keys, but one spi'
	fault "esp $e:0x1002 $g" 'enckey has 0 bits, should have 160'
	fault "esp $e $g auth hmac-sha1 authkey $(key 20)" \
	    'this cipher authenticates by itself'
	fault "ah $e enc null auth hmac-sha1 authkey $(key 20)" \
	    'ah does not encrypt'
	fault "ah $e auth hmac-sha1 authkey $(key 20) udpencap" \
	    'only esp travels in UDP'
	fault "ah $e auth hmac-sha1 authkey $(key 20) comp deflate" \
	    'only ipcomp compresses'
	fault "ipcomp $e enckey $(key 20)" 'ipcomp has no keys'
	fault "ipcomp $e esn" 'ipcomp has no sequence numbers'
	fault "ipcomp $e comp lzs" 'no such algorithm: lzs'
	fault "esp $e enc aes-512 enckey $(key 64)" \
	    'no such algorithm: aes-512'
	for w in des-cbc blowfish cast128; do
		fault "esp $e enc $w enckey $(key 16)" \
		    "$w is too weak to be used"
	done
	for w in hmac-md5 hmac-ripemd160; do
		fault "esp $e auth $w authkey $(key 16)" \
		    "$w is too weak to be used"
	done
	fault "esp $e $g tap enc-1" 'no such unit of enc: -1'
	fault "esp $e $g iface sec1" "'iface' is for two SAs"
	fault "esp $e $g tag $(key 40 t)" 'tag too long'
	fault "esp $e $g $g" "'enc' twice"
	fault "esp $e $g frobnicate" 'unknown word: frobnicate'
	fault "esp $e $g udpencap port" 'no port'
	fault 'tcpmd5 from 10.0.0.1 to 10.0.0.2 spi 0x100 authkey 0x00' \
	    'tcpmd5 is not supported'
	fault 'ipip from 10.0.0.1 to 10.0.0.2 spi 0x100' \
	    'ipip is not supported'
	fault 'ike esp from 10.0.0.1 to 10.0.0.2' \
	    "ike is isakmpd's, which is not here: see iked.conf(5)"
	fault 'ikev2 from 10.0.0.1 to 10.0.0.2' "ikev2 is iked.conf(5)'s"
}

declare_test flow_faults "what is wrong with a flow"
flow_faults_body()
{
	fault 'flow from 10.0.0.1' 'a flow is from somewhere to somewhere'
	fault 'flow from 10.0.0.1 to 10.0.0.2 from 10.0.0.3' "'from' twice"
	fault 'flow from 10.0.0.1 port 1 to 10.0.0.2' 'a port needs a protocol'
	fault 'flow proto tcp from 10.0.0.1 port 0 to 10.0.0.2' \
	    'no such port: 0'
	fault 'flow proto udp from 10.0.0.1 to 10.0.0.2 port 65536' \
	    'no such port: 65536'
	fault 'flow proto nosuch from 10.0.0.1 to 10.0.0.2' \
	    'no such protocol: nosuch'
	fault 'flow from 10.0.0.1 to 10.0.0.2 type maybe' 'no such type: maybe'
	fault 'flow from 10.0.0.1/33 to 10.0.0.2' \
	    'no such address: 10.0.0.1/33'
	fault 'flow from 10.0.0.1 to 10.0.0.2 local fd00::1 peer 10.0.0.2' \
	    'local and peer are of different families'
	fault 'flow from 10.0.0.1 to 10.0.0.2 peer' \
	    "'peer' wants something after it"
	fault 'flow from 10.0.0.1 to 10.0.0.2 upside down' \
	    'unknown word: upside'
	fault 'rivers from 10.0.0.1 to 10.0.0.2' 'unknown word: rivers'
	# Two faults are told both.
	conf 'flow from 10.0.0.1' 'flow to 10.0.0.1'
	atf_check -s exit:1 -e match:'^conf: 1: a flow' \
	    -e match:'^conf: 2: a flow' "$IPSECCTL" -n -f conf
}

declare_test lines "macros, quotes, comments, long lines, files within files"
lines_body()
{
	conf 'lan = "10.0.1.0/24"	# ours' \
	    'all = "{ 10.0.2.0/24 10.0.3.0/24 }"' \
	    'flow out from $lan to $all type deny' \
	    'lan = 10.0.9.0/24' \
	    'flow out from \' \
	    '    $lan \' \
	    '    to 10.0.2.0/24 type deny'
	same 'flow esp out from 10.0.1.0/24 to 10.0.2.0/24 type deny
flow esp out from 10.0.1.0/24 to 10.0.3.0/24 type deny
flow esp out from 10.0.9.0/24 to 10.0.2.0/24 type deny'
	atf_check -o match:'^flow esp out from 10.0.7.0/24 to 10.0.2' \
	    -o not-match:'10.0.[19].0/24' \
	    "$IPSECCTL" -nv -D lan=10.0.7.0/24 -f conf
	atf_check -s exit:1 -e match:'could not parse macro definition lan' \
	    "$IPSECCTL" -nv -D lan -f conf
	# Between quotes nothing is special.
	conf 'flow out from 10.0.0.1 to 10.0.0.2 dstid "a $b#c@d {=}" type use'
	same "flow esp out from 10.0.0.1 to 10.0.0.2 peer 10.0.0.2 dstid \
UFQDN/a \$b#c@d {=} type use"
	fault 'flow from $nosuch to 10.0.0.1' "macro 'nosuch' not defined"
	fault 'flow from "10.0.0.1 to 10.0.0.1' 'unterminated quote'
	fault 'flow from 10.0"x"' 'quote within a word'
	fault 'a-b = 1' 'a macro is: name = "value"'
	fault 'a = 1 2' 'a macro is: name = "value"'
	fault "flow from $(key 8200 1) to 10.0.0.1" 'line too long'
	conf 'a flow' 'begins' '' '\' 'flow from'
	atf_check -s exit:1 -e match:"^conf: 5: 'from' wants" \
	    "$IPSECCTL" -n -f conf
	printf 'flow out from 10.0.0.1 to 10.0.0.2\0 type bypass\n' >conf
	atf_check -s exit:1 -e match:'^conf: 1: not a text' \
	    "$IPSECCTL" -n -f conf
	# The last line may lack its end.
	printf 'flow out from 10.0.0.1 to 10.0.0.2 type deny' >conf
	same 'flow esp out from 10.0.0.1 to 10.0.0.2 peer 10.0.0.2 type deny'
	printf 'flow from' >conf
	atf_check -s exit:1 -e match:'^conf: 1: ' "$IPSECCTL" -n -f conf
	conf 'include "inner"'
	(umask 077; echo 'flow out from 10.0.0.1 to 10.0.0.3 type deny' >inner)
	same 'flow esp out from 10.0.0.1 to 10.0.0.3 peer 10.0.0.3 type deny'
	echo nonsense >>inner
	atf_check -s exit:1 -e match:'^inner: 2: unknown word: nonsense' \
	    "$IPSECCTL" -n -f conf
	conf 'include "conf"'
	atf_check -s exit:1 -e match:'files include one another' \
	    "$IPSECCTL" -n -f conf
	fault 'include "nosuch"' 'nosuch: No such file or directory'
	atf_check -s exit:1 -e inline:"ipsecctl: nosuch: No such file or \
directory
" "$IPSECCTL" -n -f nosuch
	echo 'flow from' | atf_check -s exit:1 -e match:'^stdin: 1: ' \
	    "$IPSECCTL" -n -f -
}

declare_test secrets "files that hold keys are their owner's only"
secrets_body()
{
	conf 'flow out from 10.0.0.1 to 10.0.0.2 type deny'
	chmod 640 conf
	atf_check "$IPSECCTL" -n -f conf
	for m in 644 660 602 610; do
		chmod $m conf
		atf_check -s exit:1 \
		    -e match:'^conf: group writable or world read/writable$' \
		    "$IPSECCTL" -n -f conf
	done
	(umask 077; key 20 a >k1; key 20 b >k2; echo >>k2)
	conf 'esp from 10.0.0.1 to 10.0.0.2 spi 0x1001:0x1002 \' \
	    'enc aes-128-gcm enckey file "k1:k2"'
	atf_check -o match:"enckey 0x$(key 20 a)\$" \
	    -o match:"enckey 0x$(key 20 b)\$" "$IPSECCTL" -nvk -f conf
	chmod 644 k2
	atf_check -s exit:1 -e match:'^conf: 2: k2: others may read it' \
	    "$IPSECCTL" -n -f conf
	fault 'esp from 10.0.0.1 to 10.0.0.2 spi 0x1001 enckey file k3' \
	    'k3: No such file or directory'
}

declare_test options "options that make no sense together"
options_body()
{
	conf 'flow out from 10.0.0.1 to 10.0.0.2 type deny'
	for o in '' -n -v -k -z '-f conf x' '-s nosuch'; do
		# Word splitting wanted.
		# shellcheck disable=SC2086
		atf_check -s exit:1 -e match:'^usage: ipsecctl ' \
		    "$IPSECCTL" $o
	done
}

atf_init_test_cases()
{
	for t in $TESTS; do
		atf_add_test_case "$t"
	done
}

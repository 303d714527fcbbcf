#! /usr/bin/env atf-sh
# iked(8): which of several policies of iked.conf(5) is a peer's, and clauses
# and options that t_clause.sh has no room for, each by what the peer, the
# kernel or the wire sees of it.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sys/netipsec/ipsec.subr"
. "$(atf_get_srcdir)/iked.subr"

# two: both machines, without policies
two()
{
	w_init
	ipsec_gateways
	iked s '# none'
	iked r '# none'
}

# fresh R S: each a file's lines; both load them when nothing is left
fresh()
{
	for _p_m in r s; do
		w_exec $_p_m ikectl reset all >/dev/null
	done
	iked_none r
	iked_none s
	iked_conf s "$2"
	w_exec s ikectl reload || atf_fail "s: not loaded: $2"
	iked_conf r "$1"
	w_exec r ikectl reload || atf_fail "r: not loaded: $1"
	iked_up r
}

# pick WANT R S: of which policy s takes r to be
pick()
{
	fresh "$2" "$3"
	iked_up s
	w_exec s ikectl show sa |
	    sed -n 's/^iked_sas: .* pol "\(.*\)" .*/\1/p' >got
	[ "$(cat got)" = "$1" ] ||
	    atf_fail "$(cat got), not $1: $2 / $(echo "$3" | tr '\n' ';')"
}

# flows M LINE ...: the kernel's, as ipsecctl prints their selectors
flows()
{
	_p_m=$1
	shift
	printf '%s\n' "$@" | sort >want
	_p_i=0
	until w_exec "$_p_m" ipsecctl -s flow >all && sed -n \
	    's/^flow esp \(.*\) local .*/\1/p' all | sort | cmp -s want -; do
		_p_i=$((_p_i + 1))
		[ $_p_i -lt 50 ] || {
			cat all
			w_exec "$_p_m" tail -n 20 /tmp/iked.log
			atf_fail "its flows are not: $(tr '\n' ';' <want)"
		}
		sleep 0.1
	done
}

F='from 10.0.2.0/24 to 10.0.1.0/24'
NL='
'

w_test choice "the last that matches counts: quick, skip, default, and by what"
choice_body()
{
	two
	R="$A $S srcid r.example $K"
	pick two "$R" "ikev2 one $F $S $K${NL}ikev2 two $F $S $K"
	pick one "$R" "ikev2 one quick $F $S $K${NL}ikev2 two $F $S $K"
	pick one "$R" "ikev2 one $F $S $K${NL}ikev2 two skip $F $S $K"
	pick one "$R" "ikev2 one $F $S $K${NL}ikev2 two default $F $S $K"
	# what does not match: addresses, identities, transforms, mode, protocol
	pick def "$R" "ikev2 def default $F $S $K${NL}ikev2 $F $S dstid x $K"
	for x in "inet6 $F $S" "$F local 192.0.2.0/24 $S" "ah $F" \
	    "$F peer 192.0.2.0/24 $S" "$F peer fd00::/16 $S" \
	    "transport $F $S" "$F ikesa group 20" "$F ikesa prf sha384" \
	    "$F ikesa enc aes-128-gcm" "$F childsa enc aes-128" \
	    "$F $S dstid r@example" "$F $S dstid 10.0.0.1"; do
		pick one "$R" \
		    "ikev2 one $F $S dstid r.example $K${NL}ikev2 two $x $K"
	done
	pick one "$R" "ikev2 one inet $F local 10.0.0.0/30 peer \
10.0.0.0/24 $S $K${NL}ikev2 two $F $S rsa"
	# whom the peer asks for
	pick one "$A $S dstid one.example $K" "ikev2 one $F $S srcid \
one.example $K${NL}ikev2 two $F $S srcid two.example $K"
	pick two "$A $S dstid two.example $K" "ikev2 one $F $S srcid \
one.example $K${NL}ikev2 two $F $S srcid two.example $K"
	w_exec r ikectl show sa >sa
	atf_check -o match:'<FQDN/two.example>' cat sa
}

w_test secrets "psk as text, in hexadecimal, in a file; a wrong one"
secrets_body()
{
	two
	printf 'a shared "secret"\n' | w_exec s sh -c 'cat >/etc/psk'
	hex=$(printf 'a shared "secret"' | od -An -v -tx1 | tr -d ' \n')
	fresh "$A psk 0x$hex" "$B psk file '/etc/psk'"
	fresh "$A psk 'a shared \"secret\"'" "$B psk 0x$hex"
	fresh "$A psk \"0x$hex\"" "$B psk \"0x$hex\""
	iked_conf r "$A psk 0x$hex"
	w_exec r ikectl reset all >/dev/null
	iked_none r
	w_exec r ikectl reload
	w_wait 20 iked_log s 'authentication failed for' ||
	    atf_fail "text is hexadecimal"
}

w_test ends "interfaces and names as addresses, any, a list of protocols"
ends_body()
{
	two
	fresh "ikev2 active from em0 to 10.0.2.0/24 local em1 peer \
10.0.0.2 $K" \
	    "ikev2 from any to any local em0 peer 10.0.0.0/24 $K"
	flows r 'in from 10.0.2.0/24 to 10.0.1.1' \
	    'out from 10.0.1.1 to 10.0.2.0/24'
	w_exec r ping -n -c 1 -I 10.0.1.1 10.0.2.2
	# the same of the other family, and of two families at once
	fresh "ikev2 active from any to any local em1 peer fd00::2 $K" \
	    "ikev2 inet6 to fd01::/64 from fd02::/64 to 10.0.1.0/24 from \
10.0.2.0/24 local em0 $K"
	flows r 'in from 10.0.2.0/24 to 10.0.1.0/24' \
	    'out from 10.0.1.0/24 to 10.0.2.0/24' \
	    'in from fd02::/64 to fd01::/64' \
	    'out from fd01::/64 to fd02::/64'
	w_exec r ikectl show sa >sa
	atf_check -o match:'\[fd00::1\]:500->\[fd00::2\]:500' cat sa
	w_ping a 10.0.2.2 -c 1
	w_ping a fd02::2 -c 1
	fresh "$(echo "$A" | sed 's/esp/& proto { icmp, udp 47 }/') $K" \
	    "$(echo "$B" | sed 's/esp/& proto { 47 icmp tcp }/') $K"
	flows r 'in proto icmp from 10.0.2.0/24 to 10.0.1.0/24' \
	    'out proto icmp from 10.0.1.0/24 to 10.0.2.0/24' \
	    'in proto gre from 10.0.2.0/24 to 10.0.1.0/24' \
	    'out proto gre from 10.0.1.0/24 to 10.0.2.0/24'
	w_ping a 10.0.2.2 -c 1
}

w_test srcnat "from SRC (NAT): NAT is agreed upon, SRC goes into the tunnel"
srcnat_body()
{
	two
	fresh "ikev2 active from 10.0.1.0/24 (192.168.7.0/24) to 10.0.2.0/24 \
from 10.0.9.0/24 (192.168.7.0/24) to 10.0.2.0/24 peer 10.0.0.2 $K" \
	    "ikev2 from 10.0.2.0/24 to 192.168.0.0/16 $K"
	iked_up s
	flows s 'in from 192.168.7.0/24 to 10.0.2.0/24' \
	    'out from 10.0.2.0/24 to 192.168.7.0/24'
	flows r 'in from 10.0.2.0/24 to 192.168.7.0/24' \
	    'out from 10.0.1.0/24 to 10.0.2.0/24' \
	    'out from 10.0.9.0/24 to 10.0.2.0/24'
	w_exec r ikectl show flows >got
	atf_check -o match:'ESP out 192.168.7.0/24 -> 10.0.2.0/24 \[10.0.1' \
	    cat got
	w_exec r ikectl -j show flows >got
	atf_check -o match:'"prenat":"10.0.1.0/24"' cat got
	w_wait 10 iked_log r \
	    'loaded flows: ESP-192.168.7.0/24\[10.0.1.0/24\]=10.0.2'
	# What is not translated does not come in there, nor leave in clear.
	ipsec_watch
	w_in a ping -n -c 2 -i 0.2 -W 1 10.0.2.2 && atf_fail "an answer"
	ipsec_watched
	ipsec_want 2 'esp'
	ipsec_want 0 'icmp and net 10.0.1.0/24'
	# One of the two goes, and what is for both stays.
	w_exec r ikectl decouple
	w_exec r ipsecctl -s flow >got
	atf_check -o match:'No flows' cat got
}

w_test single "set enforcesingleikesa: a peer has one IKE SA"
single_body()
{
	two
	both="ikev2 active from 10.0.1.0/24 to 10.0.2.0/24 peer 10.0.0.2 \
srcid r $K${NL}ikev2 active from 10.0.1.0/24 to 10.0.22.0/24 peer 10.0.0.2 \
srcid r $K"
	s="ikev2 from 10.0.2.0/24 to 10.0.1.0/24 srcid s $K${NL}ikev2 from \
10.0.22.0/24 to 10.0.1.0/24 srcid s $K"
	fresh "$both" "set noenforcesingleikesa${NL}$s"
	iked_up s 2
	! iked_log s 'replaced by IKESA' || atf_fail "it is replaced"
	fresh "$both" "set enforcesingleikesa${NL}$s"
	w_wait 20 iked_log s 'replaced by IKESA (identical DSTID)'
	w_wait 20 iked_log r 'sa_free: received delete'
}

# first SIDE FIELD: of its IKE_SA_INIT
first()
{
	tshark -r wan.pcap -Y "isakmp.exchangetype == 34 && ip.src == $1" \
	    -T fields -e "$2" 2>/dev/null | head -n 1
}

w_test offers "vendorid, fragmentation, several proposals: IKE_SA_INIT has them"
offers_body()
{
	two
	ipsec_watch
	fresh "set novendorid${NL}$A ikesa enc aes-256-gcm group 19 group 31 \
ikesa enc aes-256 auth sha512 prf sha384 group 21 $K" \
	    "set vendorid${NL}set fragmentation${NL}$B ikesa enc aes-256-gcm \
group 20 ikesa enc aes-256 group 21 $K"
	w_exec r ikectl show sa >sa
	atf_check -o match:'enc aes-256 auth hmac-sha2-512 group ecp521 prf' \
	    -o match:'hmac-sha2-384' cat sa
	ipsec_watched
	first 10.0.0.1 isakmp.typepayload >r
	atf_check -o not-match:'(^|,)43(,|$)' cat r
	first 10.0.0.1 isakmp.prop.number >r
	atf_check -o inline:'1,2\n' cat r
	first 10.0.0.1 isakmp.tf.id.dh >r
	atf_check -o inline:'19,31,21\n' cat r
	first 10.0.0.1 isakmp.notify.msgtype >r
	atf_check -o not-match:16430 cat r
	tshark -r wan.pcap -Y 'isakmp.exchangetype == 34 && ip.src ==
	    10.0.0.2 && isakmp.typepayload == 43' >s 2>/dev/null
	atf_check -o match:. cat s
	# The other way round.
	ipsec_watch
	fresh "set fragmentation${NL}$A $K" "set novendorid${NL}$B $K"
	ipsec_watched
	first 10.0.0.1 isakmp.typepayload >r
	atf_check -o match:'(^|,)43(,|$)' cat r
	first 10.0.0.1 isakmp.notify.msgtype >r
	atf_check -o match:16430 cat r
	first 10.0.0.2 isakmp.typepayload >s
	atf_check -o not-match:'(^|,)43(,|$)' cat s
	first 10.0.0.2 isakmp.notify.msgtype >s
	atf_check -o not-match:16430 cat s
}

w_test flags "-D, -f, -S, -s, -v, -6, and without -d; HUP, USR1, PIPE, INT"
flags_body()
{
	w_init
	ipsec_gateways
	iked s "$B $K"
	iked_conf r 'gw = 192.0.2.1' \
	    "ikev2 active from 10.0.1.0/24 to 10.0.2.0/24 peer \$gw $K"
	w_exec r mv /etc/iked.conf /etc/other.conf
	w_exec r iked -6vS -s /tmp/other.sock -D gw=10.0.0.2 \
	    -f /etc/other.conf </dev/null >out 2>&1 ||
	    atf_fail "it does not start: $(head -n 1 out)"
	# It answers as soon as the command has ended.
	ctl='w_exec r ikectl -s /tmp/other.sock'
	w_wait 10 $ctl show sa
	[ "$(w_exec r stat -c '%a %U' /tmp/other.sock)" = '600 root' ] ||
	    atf_fail "anybody may ask"
	w_exec r test ! -e /var/run/iked.sock || atf_fail "two sockets"
	w_exec r ping -n -c 1 -w 1 10.0.0.2
	[ -z "$($ctl show sa)" ] || atf_fail "it is not passive"
	$ctl active
	w_wait 20 eval "$ctl show sa | grep -q sa_childsas"
	parent=$(w_exec r pidof iked | tr ' ' '\n' | sort -n | head -1)
	w_exec r kill -USR1 "$parent"
	w_exec r kill -PIPE "$parent"
	# A file with an error changes nothing; one without policies all.
	w_exec r sh -c 'echo "ikev2 nonsense" >/etc/other.conf'
	w_exec r kill -HUP "$parent"
	$ctl show stats >/dev/null || atf_fail "a signal ended it"
	$ctl show sa >sa
	atf_check -o match:sa_childsas cat sa
	w_exec r sh -c 'echo "# none" >/etc/other.conf'
	w_exec r kill -HUP "$parent"
	w_wait 20 eval "[ -z \"\$($ctl show sa)\" ]"
	iked_none s
	w_exec r kill -INT "$parent"
	w_wait 20 w_exec r sh -c '! pidof iked'
	w_exec r test ! -e /tmp/other.sock || atf_fail "its socket is left"
	# the standard input, once
	iked_conf r "$A $K"
	w_exec r sh -c 'iked -dv -f - </etc/iked.conf >/tmp/iked.log 2>&1 &'
	iked_up s
	w_wait 10 iked_log r ' -> ESTABLISHED'
	w_exec r ikectl reload 2>out && atf_fail "it was read twice"
	atf_check -o inline:'ikectl: stdin: it has been read already\n' cat out
	iked_children r 1 || atf_fail "the tunnel is gone"
	w_exec r sh -c 'cd /etc && cp iked.conf here && ikectl load here' ||
	    atf_fail "a file of the directory is not found"
	w_exec r iked -n 2>out
	atf_check -o match:'configuration OK' cat out
	w_exec r iked -p 4501 -T 2>out && atf_fail "-p and -T"
	atf_check -o match:'^usage: iked' cat out
	w_exec r iked -p 65536 2>out && atf_fail "a port too large"
	atf_check -o match:'65536 is too large' cat out
	w_exec r iked -V 2>out || atf_fail "-V"
	atf_check -o match:iked cat out
}

atf_init_test_cases()
{
	w_add_tests
}

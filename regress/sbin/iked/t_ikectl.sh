#! /usr/bin/env atf-sh
# ikectl(8), command by command, on two gateways; and iked's key log.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sys/netipsec/ipsec.subr"
. "$(atf_get_srcdir)/iked.subr"

# ctl_up: two machines with a tunnel
ctl_up()
{
	w_init
	ipsec_gateways
	iked s "$B local 10.0.0.2 $S srcid s.example ikelifetime 600 $K"
	iked r "$A $S srcid r.example ikelifetime 600 lifetime 300 bytes 1G $K"
	iked_up r
	iked_up s
}

ctl()
{
	w_exec r ikectl "$@"
}

# says TEXT WORD ...: ikectl succeeds and says it
says()
{
	_x_t=$1
	shift
	_x_o=$(ctl "$@") || atf_fail "ikectl $*: it fails"
	[ "$_x_o" = "$_x_t" ] || atf_fail "ikectl $*: $_x_o"
}

w_test words "words that are abbreviated, missing, ambiguous, too many"
words_body()
{
	i=$OBJ/usr.sbin/ikectl/ikectl
	atf_check -s exit:1 -e match:'^missing argument: $' \
	    -e match:'^valid commands/args:$' -e match:'^  certinfo$' \
	    -e match:'^  sa$' "$i" show
	atf_check -s exit:1 -e match:'^ambiguous argument: r$' \
	    -e match:'^  reload$' -e match:'^  reset$' "$i" r
	atf_check -s exit:1 -e match:'^unknown argument: x$' "$i" x
	atf_check -s exit:1 -e match:'^superfluous argument: x$' "$i" active x
	atf_check -s exit:1 -e match:'^missing argument: $' \
	    -e match:'^  <path>$' "$i" load
	atf_check -s exit:1 -e match:'^missing argument: $' \
	    -e match:'^  <ikeid>$' "$i" reset id
	atf_check -s exit:1 -e match:'connect: ./none: ' "$i" -s ./none sh sa
	atf_check -s exit:1 -e match:'EAP, which is not supported yet' \
	    "$i" reset user
	atf_check -s exit:1 -e match:'^usage: ikectl' "$i"
}

w_test show "show sa, flows, stats; the same as JSON lines"
show_body()
{
	ctl_up
	w_ping a 10.0.2.2 -c 3 -s 1000
	ctl show sa >sa
	ike='^iked_sas: rspi 0x[0-9a-f]{16} ispi 0x[0-9a-f]{16} '
	ike="${ike}10.0.0.1:500->10.0.0.2:500<FQDN/s.example>\[\] ESTABLISHED "
	ike="${ike}i pol \"a\" srcid FQDN/r.example enc aes-256-gcm group "
	ike="${ike}curve25519 prf hmac-sha2-256 age [0-9]+s rekey in [45]..s\$"
	in='^  sa_childsas: ESP 0x[0-9a-f]{8} in 10.0.0.2:500 -> 10.0.0.1:500 '
	in="$in\(LA\) tunnel enc aes-256-gcm( esn)? age [0-9]+s "
	in="${in}lifetime 300s left (2[0-9]{2}|300)s "
	in="${in}bytes [0-9]{4}/1073741824\$"
	out='^  sa_childsas: ESP 0x[0-9a-f]{8} out 10.0.0.1:500 -> '
	out="${out}10.0.0.2:500 \(L\) tunnel "
	flow='^  sa_flows: ESP in 10.0.2.0/24 -> 10.0.1.0/24 \[\] '
	atf_check -o match:"$ike" -o match:"$in" -o match:"$out" \
	    -o match:"$flow\[0\]@0 \(L\)\$" \
	    -o match:'^  sa_flows: ESP out 10.0.1.0/24 -> 10.0.2.0/24' \
	    cat sa
	# The kernel has the same SPIs.
	w_exec r ipsecctl -s sa >kernel
	for spi in $(sed -n 's/.*sa_childsas: ESP \(0x[0-9a-f]*\).*/\1/p' sa)
	do
		atf_check -o match:"spi $spi " cat kernel
	done
	ctl show flows >flows
	tail='[] [0]@0 (L) peer 10.0.0.2 pol "a"'
	cat >want <<-EOF
		iked_flows: ESP in 10.0.2.0/24 -> 10.0.1.0/24 $tail
		iked_flows: ESP out 10.0.1.0/24 -> 10.0.2.0/24 $tail
	EOF
	atf_check cmp want flows
	ctl show stats >stats
	atf_check -o match:'^ike:$' -o match:'^	1 IKE SA created$' \
	    -o match:'^	1 IKE SA currently established$' \
	    -o match:'^	0 IKE SAs rekeyed$' -o match:'^	[0-9]+ messages sent$' \
	    cat stats
	ctl -q show stats >quiet
	atf_check -s exit:1 grep '^	0 ' quiet
	ctl -j show sa >json
	ctl -j show flows >>json
	ctl -j show stats >>json
	ctl -jq show stats >>json
	atf_check -o inline:'sa child child flow flow flow flow stats stats\n' \
	    python3 - json <<-'END'
		import json, sys
		o = [json.loads(l) for l in open(sys.argv[1])]
		print(*[x["type"] for x in o])
		sa, i, out = o[0], o[1], o[2]
		assert sa["state"] == "ESTABLISHED" and not sa["natt"]
		assert sa["srcid"] == "FQDN/r.example" and sa["policy"] == "a"
		assert sa["role"] == "initiator" and 400 < sa["rekey_in"] < 600
		assert i["direction"] == "in" and out["direction"] == "out"
		assert i["ispi"] == sa["ispi"] and i["spi"] != out["spi"]
		assert i["bytes"] >= 3000 and out["bytes"] >= 3000
		assert i["loaded"] and 200 < i["left"] <= 300
		assert o[6]["src"] == "10.0.1.0/24" and o[6]["policy"] == "a"
		assert o[7]["established"] == 1 and "rekeyed" in o[7]
		assert "rekeyed" not in o[8]
	END
}

w_test modes "active, passive, couple, decouple"
modes_body()
{
	ctl_up
	says '' decouple
	w_exec r ipsecctl -s all >all
	atf_check -o match:'No flows' -o not-match:'^esp ' cat all
	ctl show sa >sa
	atf_check -o match:'sa_childsas' cat sa
	says '' couple
	w_exec r ipsecctl -s all >all
	atf_check -o match:'^flow esp out' -o match:'^esp tunnel' cat all
	w_ping a 10.0.2.2 -c 1
	says '' passive
	ctl reset sa
	iked_none r
	says '' reload
	w_exec r ping -n -c 1 -w 1 10.0.0.2
	[ -z "$(ctl show sa)" ] || atf_fail "it is not passive"
	says '' active
	says '' reload
	iked_up r
}

w_test resets "reset id, sa, policy, all; load"
resets_body()
{
	ctl_up
	ispi=$(ctl show sa | grep -o 'ispi 0x[0-9a-f]*')
	says 'reset request sent.' reset id FQDN/x
	[ "$(ctl show sa | grep -o 'ispi 0x[0-9a-f]*')" = "$ispi" ] ||
	    atf_fail "the SA of another is gone"
	says '' passive
	says 'reset request sent.' reset id FQDN/s.example
	iked_none r
	iked_none s
	says '' active
	says '' reload
	iked_up r
	says 'reset request sent.' reset policy
	iked_none r
	iked_none s
	w_exec r cp /etc/iked.conf /tmp/other.conf
	says '' load /tmp/other.conf
	iked_up r
	says 'reset request sent.' reset all
	iked_none r
	iked_none s
	w_exec r sh -c 'echo "ikev2 nonsense nonsense" >/tmp/other.conf'
	ctl load /tmp/other.conf 2>why && atf_fail "a bad file was loaded"
	atf_check -o match:'/tmp/other.conf: 1: ' cat why
	ctl load /tmp/none.conf 2>why && atf_fail "no file was loaded"
	atf_check -o inline:'ikectl: /tmp/none.conf: No such file or directory
' cat why
	# Of several errors and warnings the first error is told.
	printf '%s\n' 'ikev2 from 10.0.0.0/8 to fd00::/8' \
	    'ikev2 from 10.0.0.0/8, to any to any' \
	    'ikev2 from any to 10.0.0.0/8 from any to 10.0.0.0/8 psk x' |
	    w_exec r sh -c 'cat >/tmp/other.conf'
	ctl load /tmp/other.conf 2>why && atf_fail "a bad file was loaded"
	atf_check -o inline:"ikectl: /tmp/other.conf: 1: cannot mix \
different address families.
" cat why
	w_exec r chmod 644 /tmp/other.conf
	ctl load /tmp/other.conf 2>why && atf_fail "an open file was loaded"
	atf_check -o inline:'ikectl: /tmp/other.conf: group writable or world '\
'read/writable
' cat why
	# Nobody but root may ask, and what is nonsense is not answered.
	w_exec r su -s /bin/sh _iked -c 'ikectl show sa' 2>why &&
	    atf_fail "anybody may ask"
	atf_check -o match:'connect: /var/run/iked.sock: Permission' cat why
}

w_test logs "log verbose and brief"
logs_body()
{
	ctl_up
	says 'logging request sent.' log verbose
	ctl reset sa
	w_wait 10 iked_log r ' -> CLOSING'
	iked_none r
	says 'logging request sent.' log brief
	w_exec r sh -c ': >/tmp/iked.log'
	ctl reload
	iked_up r
	w_wait 10 iked_log r 'established peer'
	! iked_log r ' -> ESTABLISHED' || atf_fail "it is verbose"
}

seen()
{
	grep -q "$1" seen
}

w_test monitor "monitor shows what the processes say to each other"
monitor_body()
{
	ctl_up
	w_exec r ikectl monitor >seen </dev/null &
	w_made proc $!
	w_exec r ikectl -j monitor >seen.json </dev/null &
	w_made proc $!
	# Until it looks.
	w_wait 10 sh -c "warren exec $W_ID-r ikectl show stats; grep -q \
'^control: imsg type [0-9]* CTL_SHOW_STATS len 16 peerid 0 pid' seen"
	w_wait 10 seen '^ikev2: imsg type [0-9]* CTL_SHOW_STATS'
	ctl reload
	w_wait 10 seen '^parent: imsg type [0-9]* CTL_RELOAD'
	w_wait 10 seen '^ca: imsg type [0-9]* CA_LOAD'
	w_wait 10 seen '^ikev2: imsg type [0-9]* CFG_POLICY'
	w_wait 10 seen '^	timestamp: [0-9]*, '
	w_wait 10 grep -q '"process":"ca","imsg":"CA_LOAD"' seen.json
	iked_stop r
	wait
}

w_test keylog "iked -l: tshark reads IKE and ESP with it, and no other does"
keylog_body()
{
	w_init
	ipsec_gateways
	ipsec_watch
	IKED_FLAGS='-l /tmp/keys'
	iked s "$B local 10.0.0.2 $S srcid s.example $K"
	iked r "$A $S srcid r.example $K"
	iked_up r
	iked_up s
	w_ping a 10.0.2.2 -c 3
	ipsec_watched
	w_exec r cat /tmp/keys >keys
	[ "$(w_exec r stat -c %a /tmp/keys)" = 600 ] || atf_fail "its mode"
	# One line for the IKE SA, one for each ESP SA.
	atf_check -o inline:'1\n' grep -c '^ikev2_decryption_table:' keys
	atf_check -o inline:'2\n' grep -c '^esp_sa:' keys
	set -- -o esp.enable_encryption_decode:TRUE
	while read -r line; do
		set -- "$@" -o "uat:$line"
	done <keys
	HOME=$PWD tshark -r wan.pcap "$@" -V -Y 'isakmp.exchangetype == 35' \
	    >ike 2>err || {
		cat err
		atf_fail "tshark"
	}
	atf_check -o match:'r.example' -o match:'s.example' \
	    -o match:'Starting Addr: 10.0.1.0' cat ike
	HOME=$PWD tshark -r wan.pcap "$@" -Y 'esp && icmp' >esp 2>err
	[ "$(grep -c 'Echo (ping)' esp)" -eq 6 ] || {
		cat esp
		atf_fail "tshark does not see the pings"
	}
	# The commands of iked(8) show it, too.
	cp wan.pcap capture
	awk '/^\.Ed/ { on = 0 } on { gsub(/\\e/, "\\"); print }
	    /^\.Bd -literal/ { on = ++i == 2 }' \
	    "$(atf_get_srcdir)/iked.8" | sed -n 's/^\$ //p' >cmds
	HOME=$PWD sh -e cmds >shown 2>err || atf_fail "iked(8)'s example"
	[ "$(grep -c 'Echo (ping)' shown)" -eq 6 ] ||
	    atf_fail "iked(8)'s example shows no pings"
	HOME=$PWD tshark -r wan.pcap -V >plain 2>err
	atf_check -s exit:1 grep r.example plain
	# Both have the same keys.
	w_exec s cat /tmp/keys | sort >keys.s
	sort keys | atf_check cmp - keys.s
}

# holds M: each process of its iked, and whether it holds the bytes of
# needle
holds()
{
	python3 "$(atf_get_srcdir)/h_holds.py" "$(w_exec "$1" readlink \
	    /proc/self/ns/pid)" "$(cat needle)"
}

w_test secrets "only ca has the private key; nobody prints a secret"
secrets_body()
{
	w_init
	ipsec_gateways
	openssl genpkey -algorithm ed25519 -out key
	openssl pkey -in key -pubout -out pub
	for m in r s; do
		w_exec $m sh -c 'umask 077; mkdir -p /etc/iked/private &&
		    cat >/etc/iked/private/local.key' <key
		w_exec $m sh -c 'chmod 755 /etc/iked; cd /etc/iked &&
		    mkdir -p pubkeys/fqdn && cat >pubkeys/fqdn/both' <pub
	done
	iked s "$B local 10.0.0.2 $S srcid both dstid both" \
	    "ikev2 from 10.9.0.0/24 to 10.8.0.0/24 psk \"change-this-secret\""
	iked r "$A $S srcid both dstid both"
	iked_up s
	openssl pkey -in key -outform DER | tail -c 32 |
	    od -An -v -tx1 | tr -d ' \n' >needle
	holds s >who
	atf_check -o inline:'ca yes\ncontrol no\nikev2 no\nparent no\n' cat who
	# The secret of the other policy is ikev2's.
	printf change-this-secret | od -An -v -tx1 | tr -d ' \n' >needle
	holds s >who
	atf_check -o inline:'ca no\ncontrol no\nikev2 yes\nparent no\n' cat who
	w_exec s ikectl log verbose >out
	w_exec s ikectl reload
	for x in 'show sa' 'show stats' 'show certinfo' '-j show sa'; do
		w_exec s ikectl $x >>out
	done
	w_exec s iked -nv >>out 2>&1
	w_exec s cat /tmp/iked.log >>out
	atf_check -s exit:1 grep -e change-this-secret -e PRIVATE out
}

atf_init_test_cases()
{
	w_add_tests
}

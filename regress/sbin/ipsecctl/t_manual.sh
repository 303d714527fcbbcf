#! /usr/bin/env atf-sh
# The examples of the manual pages of ipsec(4), as they stand there.
#
#	host a ------- em0 r em1 ====== em0 s em1 ------- host b
#	  10.0.1.2  10.0.1.1  10.0.0.1  10.0.0.2  10.0.2.1  10.0.2.2

. "$(atf_get_srcdir)/../../lib/warren.subr"

# literal N PAGE: the Nth example in its section EXAMPLES
literal()
{
	awk -v n="$1" '/^\.Sh EXAMPLES/ { in_ = 1 } /^\.Ed/ { on = 0 }
	    on { gsub(/\\e/, "\\"); print }
	    in_ && /^\.Bd -literal/ { on = ++i == n }' \
	    "$(atf_get_srcdir)/$2"
}

# commands PAGE: what is behind the prompts of single lines
commands()
{
	sed -n 's/^\.Dl # //p' "$(atf_get_srcdir)/$1"
}

# keys M FIRST SECOND: /etc/ipsec/{out,in}.key of a machine
keys()
{
	mkdir -p "m/$1/etc/ipsec"
	(umask 077
	printf "%72s\n" '' | tr ' ' "$2" >"m/$1/etc/ipsec/out.key"
	printf "%72s\n" '' | tr ' ' "$3" >"m/$1/etc/ipsec/in.key")
}

# conf M: its /etc/ipsec.conf, from the standard input
conf()
{
	rm -f "m/$1/etc/ipsec.conf"
	(umask 077; cat >"m/$1/etc/ipsec.conf")
}

# other: a file of 10.0.0.1's as 10.0.0.2 has it
other()
{
	sed -e 's/10\.0\.0\.1\>/SELF/g; s/10\.0\.0\.2/10.0.0.1/g' \
	    -e 's/SELF/10.0.0.2/g; s/10\.0\.1\.0/LAN/' \
	    -e 's/10\.0\.2\.0/10.0.1.0/; s/LAN/10.0.2.0/' \
	    -e 's/\(0x[0-9]*\):\(0x[0-9]*\)/\2:\1/'
}

# esp_only COMMAND ...: while it runs, s gets ESP and no clear text
esp_only()
{
	_before=$(w_counter s esp 'input ESP')
	"$@"
	[ "$(w_counter s esp 'input ESP')" -ge $((_before + 3)) ] ||
	    atf_fail "not through the tunnel: $*"
}

# look: the commands of ipsec(4) show something of the tunnel each
look()
{
	literal 1 ipsec.4 | sed -n 's/^# //p' >look
	atf_check_equal 4 "$(grep -c '' look)"
	while read -r _line; do
		# Word splitting wanted.
		# shellcheck disable=SC2086
		w_exec r $_line >out.look </dev/null || atf_fail "$_line"
		grep -Eq '10\.0\.0\.2|[1-9] packets? sent|output ESP' \
		    out.look ||
		    atf_fail "$_line: $(cat out.look)"
	done <look
}

w_test conf "the examples of ipsec.conf(5) and ipsecctl(8)"
conf_body()
{
	w_init
	w_two_routers
	keys r a b
	keys s b a
	literal 1 ipsec.conf.5 >one
	[ "$(grep -c -e ^flow -e ^esp one)" = 2 ] || atf_fail "no example"
	conf r <one
	other <one | conf s
	w_exec s ipsecctl -f /etc/ipsec.conf || atf_fail "the other side"
	commands ipsecctl.8 >cmds
	atf_check_equal 5 "$(grep -c '^ipsecctl ' cmds)"
	while read -r line; do
		echo "$line"
		# Word splitting wanted.
		# shellcheck disable=SC2086
		w_exec r $line >out </dev/null || atf_fail "$line"
		[ -s out ] || case $line in
		*'-s '*)	atf_fail "$line shows nothing" ;;
		esac
		case $line in
		*-F*)	esp_only w_ping a 10.0.2.2
			look ;;
		esac
	done <cmds
	# The last one was to take it away.
	w_exec r ipsecctl -s all | atf_check -o match:'^No flows' \
	    -o match:'^No entries' cat
	for i in 2 3; do
		literal $i ipsec.conf.5 >more
		[ -s more ] || atf_fail "no example $i"
		w_exec r mkdir -p /etc/ipsec
		conf r <more
		w_exec r ipsecctl -F -f /etc/ipsec.conf ||
		    atf_fail "example $i"
		w_exec r ipsecctl -s all >out
		cat out
	done
	atf_check -o match:'flow ipcomp out from 10.0.0.1 to 10.0.0.3' \
	    -o match:'^ipcomp transport .*0x00000102' \
	    -o match:'^esp transport .*2002 enc chacha20' cat out
}

w_test sec "the example of sec(4): routed into a tunnel"
sec_body()
{
	w_init
	w_two_routers
	keys r a b
	keys s b a
	literal 1 sec.4 >one
	[ -s one ] || atf_fail "no example"
	literal 2 sec.4 | sed -n 's/^# //p' >cmds
	atf_check_equal 5 "$(grep -c '' cmds)"
	conf r <one
	other <one | conf s
	w_exec r route -qn delete -net 10.0.2.0/24
	w_exec s route -qn delete -net 10.0.1.0/24
	w_exec r sh -e -c "$(cat cmds)" || atf_fail "the commands"
	w_exec s sh -e -c "$(sed -e 's/169.254.1.1/SELF/' \
	    -e 's/169.254.1.2/169.254.1.1/; s/SELF/169.254.1.2/' \
	    -e 's/10.0.2.0/10.0.1.0/' cmds)" || atf_fail "the other side's"
	esp_only w_ping a 10.0.2.2
	w_ping b 10.0.1.2
	# Too large for the MTU of 1280: the host is told, and cuts.
	w_in a ping -n -c 1 -s 1300 -M do -W 2 10.0.2.2 >out 2>&1 &&
	    atf_fail "1300 bytes pass whole"
	w_ping a 10.0.2.2 -s 2000 -M dont
	# A route into it, but no SA: nothing passes, nothing leaks.
	w_exec r ipsecctl -F
	w_in a ping -n -c 2 -i 0.2 -W 1 10.0.2.2 &&
	    atf_fail "a ping passes without SAs"
	w_exec r ifconfig sec0
	w_exec s ifconfig sec0 >out
	atf_check -o match:'mtu 1280' cat out
}

w_test enc "enc(4): an SA's packets are seen on the unit that it names"
enc_body()
{
	w_init
	w_two_routers
	keys r a b
	keys s b a
	literal 1 ipsec.conf.5 >one
	sed 's/^esp /esp tunnel /; s/enc aes-256-gcm/tap enc1 &/' one |
	    conf r
	other <one | conf s
	w_exec r ifconfig enc1 create
	w_exec r ifconfig enc1 up
	w_exec r ifconfig enc0 up
	for m in r s; do
		w_exec $m ipsecctl -f /etc/ipsec.conf || atf_fail "rules of $m"
	done
	# The command of the page, for both.
	cmd=$(commands enc.4)
	atf_check_equal 'tcpdump -n -i enc0' "$cmd"
	for i in enc0 enc1; do
		# Word splitting wanted.
		# shellcheck disable=SC2086
		timeout 60 warren exec "$W_ID-r" ${cmd%enc0}$i -l \
		    >out.$i 2>err.$i &
		w_made proc $!
		w_wait 10 grep -q 'listening on' err.$i
	done
	w_ping a 10.0.2.2
	w_wait 20 sh -c '[ "$(grep -c ICMP out.enc1)" -ge 6 ]'
	x='\(authentic,confidential\): SPI 0x00001001: IP 10.0.1.2 > 10.0.2.2'
	atf_check -o match:"$x: ICMP echo request" cat out.enc1
	atf_check cat out.enc0
}

atf_init_test_cases()
{
	w_add_tests
}

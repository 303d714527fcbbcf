#! /usr/bin/env atf-sh
# ipsecctl(8) in a machine: what it loads, takes away and shows (user.subr).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../user.subr"

K1=00112233445566778899aabbccddeeff0123456789abcdef0123456789abcdefdeadbeef
K2=ffeeddccbbaa99887766554433221100fedcba9876543210fedcba9876543210cafecafe
CONF=/etc/ipsec.conf
F='from 10.0.1.0/24 to 10.0.2.0/24'
E='from 10.0.1.1 to 10.0.1.2 spi 0x1001'
G='enc aes-128-gcm enckey 0102030405060708090a0b0c0d0e0f1011121314'

# rules LINE ...: a file of rules in the machine
rules()
{
	rm -f m/m/etc/ipsec.conf
	(umask 077; printf '%s\n' "$@" >m/m/etc/ipsec.conf)
}

# load OPTIONS LINE ...
load()
{
	_o=$1
	shift
	rules "$@"
	# Word splitting wanted.
	# shellcheck disable=SC2086
	u_do ipsecctl $_o -f $CONF
}

nothing()
{
	u_ok 'FLOWS:
No flows

SAD:
No entries
' ipsecctl -s all
}

w_test show "-s, -v and -k: what is loaded, in the shape that can be loaded"
show_body()
{
	u_machine
	nothing
	load '' 'flow esp from 10.0.1.0/24 to 10.0.2.0/24 peer 10.0.0.2' \
	    "flow ah out proto udp from 10.0.1.1 port 53 to any peer \
fd00::2 type use" \
	    "flow esp in proto tcp from fd02::/64 to fd01::/64 port 80 \
local fd00::1 peer fd00::2 srcid a.example dstid b@b.example type dontacq" \
	    "esp from 10.0.1.1 to 10.0.1.2 spi 0x1001:0x1002 enc \
aes-256-gcm enckey $K1:$K2" \
	    "esp transport from fd00::1 to fd00::2 spi 0x12345678 udpencap \
port 4501 enc chacha20-poly1305 enckey $K1 esn tag red tap enc0" \
	    "ah from 10.0.1.1 to 10.0.1.3 spi 0x2001 auth hmac-sha1 authkey \
$(echo $K1 | cut -c 1-40)" \
	    'ipcomp from 10.0.1.1 to 10.0.1.4 spi 0x3001'
	u_ok "FLOWS:
flow esp in from 10.0.2.0/24 to 10.0.1.0/24 peer 10.0.0.2 type require
flow esp in proto tcp from fd02::/64 to fd01::/64 port 80 local fd00::1 \
peer fd00::2 srcid FQDN/a.example dstid UFQDN/b@b.example type dontacq
flow esp out from 10.0.1.0/24 to 10.0.2.0/24 peer 10.0.0.2 type require
flow ah out proto udp from 10.0.1.1 port 53 to 0.0.0.0/0 peer fd00::2 type use
" ipsecctl -s flow
	x ipsecctl -s sa >sas
	atf_check -o inline:"SAD:
esp tunnel from 10.0.1.1 to 10.0.1.2 spi 0x00001001 enc aes-256-gcm
esp tunnel from 10.0.1.2 to 10.0.1.1 spi 0x00001002 enc aes-256-gcm
esp transport from fd00::1 to fd00::2 spi 0x12345678 udpencap port 4501 enc \
chacha20-poly1305 esn
ah tunnel from 10.0.1.1 to 10.0.1.3 spi 0x00002001 auth hmac-sha1
ipcomp tunnel from 10.0.1.1 to 10.0.1.4 spi 0x00003001 comp deflate
" cat sas
	# The modifiers, shortened.
	x ipsecctl -s flow >flows
	x ipsecctl -s all >all
	{ cat flows; echo; cat sas; } >both
	atf_check cmp all both
	atf_check -o file:all warren exec "$M" ipsecctl -s a
	atf_check -o file:flows warren exec "$M" ipsecctl -s f
	atf_check -o file:sas warren exec "$M" ipsecctl -s s
	x ipsecctl -s sa -v >v
	atf_check -o match:'	sa: spi 0x00001001 enc aes-256-gcm$' \
	    -o match:'^		state mature replay 64 flags 0x4<tunnel>$' \
	    -o match:'flags 0x600<udpencap,esn>$' \
	    -o match:'^	lifetime_cur: alloc 0 bytes 0 add [0-9]+ first 0$' \
	    -o match:'^	address_src: 10.0.1.1$' \
	    -o match:'^	address_dst: fd00::2$' \
	    -o match:'^	key_encrypt: bits 288: <not shown>$' \
	    -o match:'^	key_auth: bits 160: <not shown>$' \
	    -o match:'^	udpencap: udpencap port 4501$' \
	    -o match:'^	tag: red$' -o match:'^	replay: .*rpl ' \
	    -o match:'^		0 input packets, 0 output packets$' cat v
	x ipsecctl -s sa -vk >vk
	atf_check -o match:"^	key_encrypt: bits 288: $K1\$" \
	    -o match:"^	key_encrypt: bits 288: $K2\$" cat vk
	for f in sas v all; do
		! grep -q -e "${K1%????}" -e "${K2%????}" $f ||
		    atf_fail "$f shows a key"
	done
	u_do ipsecctl -F
	nothing
}

# monitored FILE: does it see what passes?
monitored()
{
	x ipsecctl -F
	grep -q 'sadb_flush: ' "$1"
}

w_test monitor "-m: every message that passes; keys with -k only"
monitor_body()
{
	u_machine
	for o in -m -mv -mvk; do
		x ipsecctl $o >"out$o" 2>&1 &
		w_made proc $!
		w_wait 10 monitored "out$o"
	done
	load '' "flow esp $F peer 10.0.1.2" \
	    "esp $E enc aes-256-gcm enckey $K1"
	for o in -m -mv -mvk; do
		w_wait 10 grep -q 'sadb_add: ' "out$o"
	done
	atf_check -o match:"^sadb_x_addflow: satype esp vers 2 len [0-9]+ \
seq [0-9]+ pid [0-9]+\$" \
	    -o match:'^sadb_add: satype esp vers 2 ' \
	    -o not-match:'address' cat out-m
	atf_check -o match:'^	address_dst: 10.0.1.2$' \
	    -o match:'^	sa: spi 0x00001001 enc aes-' \
	    -o match:'^	src_flow: 10.0.1.0$' \
	    -o match:'^	flow_type: type require direction out$' cat out-mv
	! grep -q "$K1" out-m out-mv || atf_fail "a key is shown"
}

w_test flush_delete "-F, -d, and both with -f"
flush_delete_body()
{
	u_machine
	load '' "flow esp $F peer 10.0.1.2" "esp $E $G" "esp from 10.0.1.1 \
to 10.0.1.2 spi 0x1005 $G"
	rules "flow esp $F peer 10.0.1.2" "esp $E $G"
	u_do ipsecctl -d -f $CONF
	u_ok 'FLOWS:
No flows

SAD:
esp tunnel from 10.0.1.1 to 10.0.1.2 spi 0x00001005 enc aes-128-gcm
' ipsecctl -s all
	u_fail 1 '/etc/ipsec.conf: 2: failed to delete SA: No such process
/etc/ipsec.conf: 1: failed to delete flow: No such process
/etc/ipsec.conf: 1: failed to delete flow: No such process
' ipsecctl -d -f $CONF
	# -n changes nothing, whatever else is said.
	u_do ipsecctl -n -F -f $CONF
	u_do ipsecctl -n -F
	u_match '1005' ipsecctl -s sa
	# In place of all: what is in both stays, what is not goes.
	load '' 'flow esp from 10.0.7.0/24 to 10.0.8.0/24 peer 10.0.1.2'
	load -F "flow esp $F peer 10.0.1.3" \
	    "esp from 10.0.1.1 to 10.0.1.3 spi 0x1005 $G"
	u_ok 'FLOWS:
flow esp in from 10.0.2.0/24 to 10.0.1.0/24 peer 10.0.1.3 type require
flow esp out from 10.0.1.0/24 to 10.0.2.0/24 peer 10.0.1.3 type require

SAD:
esp tunnel from 10.0.1.1 to 10.0.1.3 spi 0x00001005 enc aes-128-gcm
' ipsecctl -s all
	u_do ipsecctl -F
	nothing
	u_denied 'ipsecctl: PF_KEY socket: Permission denied' \
	    ipsecctl -F
}

w_test atomic "a rule that the kernel refuses leaves nothing behind"
atomic_body()
{
	u_machine
	load '' "flow esp out $F peer 10.0.1.2 type use" \
	    "esp from 10.0.1.1 to 10.0.1.9 spi 0x1009 $G"
	x ipsecctl -s all >before
	# An SA that is there already, after others and before others.
	rules "flow esp $F peer 10.0.1.7 type require" \
	    'flow esp from 10.0.5.0/24 to 10.0.6.0/24 peer 10.0.1.7' \
	    "esp $E $G bundle x" \
	    "ah from 10.0.1.1 to 10.0.1.2 spi 0x2001 authkey $(echo $K1 | \
cut -c 1-64) bundle x" \
	    'ipcomp from 10.0.1.1 to 10.0.1.2 spi 0x301:0x302' \
	    "esp from 10.0.1.2 to 10.0.1.9 spi 0x1009 $G" \
	    "esp from 10.0.1.1 to 10.0.1.8 spi 0x1010 $G"
	u_fail 1 '/etc/ipsec.conf: 6: failed to add SA: File exists
ipsecctl: ipsec rules not loaded
' ipsecctl -f $CONF
	atf_check -o file:before warren exec "$M" ipsecctl -s all
	# What is refused at once, and a flow.
	rules "flow esp $F peer 10.0.1.7" \
	    "esp $E enc 3des-cbc enckey $(echo $K1 | cut -c 1-48) authkey \
$(echo $K1 | cut -c 1-64)"
	atf_check -s exit:1 -e match:'^/etc/ipsec.conf: 2: failed to add SA: ' \
	    warren exec "$M" ipsecctl -f $CONF
	atf_check -o file:before warren exec "$M" ipsecctl -s all
	rules "esp $E $G" "flow out from 10.0.5.0/24 to 10.0.6.0/24 peer \
10.0.1.7" \
	    'flow out from 10.0.6.0/24 to 10.0.7.0/24 peer 10.0.0.0/32' \
	    'flow out from 10.0.6.0/24 to 10.0.7.0/24 peer 224.0.0.5'
	x ipsecctl -f $CONF 2>err || {
		atf_check -o match:"^/etc/ipsec.conf: [34]: failed to add \
flow: " cat err
		atf_check -o file:before warren exec "$M" ipsecctl -s all
	}
	x ipsecctl -F
	load '' "flow esp out $F peer 10.0.1.2 type use" \
	    "esp from 10.0.1.1 to 10.0.1.9 spi 0x1009 $G"
	# With -F: the flows that were there stay, so that nothing leaks.
	rules "flow esp $F peer 10.0.1.7" "esp $E $G" "esp $E $G"
	u_fail 1 '/etc/ipsec.conf: 3: failed to add SA: File exists
ipsecctl: the SAs that were there are gone
ipsecctl: ipsec rules not loaded
' ipsecctl -F -f $CONF
	u_ok "FLOWS:
flow esp out $F peer 10.0.1.2 type use

SAD:
No entries
" ipsecctl -s all
	# And a file with faults changes nothing at all.
	x ipsecctl -s all >before
	rules "flow esp $F peer 10.0.1.7" 'nonsense'
	u_fail 1 '/etc/ipsec.conf: 2: unknown word: nonsense
ipsecctl: Syntax error in config file: ipsec rules not loaded
' ipsecctl -F -f $CONF
	atf_check -o file:before warren exec "$M" ipsecctl -s all
}

w_test hosts "addresses of interfaces, their networks, and names"
hosts_body()
{
	u_machine
	u_do ifconfig em0 inet6 fd01::1/64
	w_etc m hosts '10.0.1.77 far.example'
	load '' 'flow out from em0:network to 10.0.9.0/24 type deny' \
	    'flow out from em0 to far.example type deny' \
	    'flow out from em0:network to fd09::/64 type bypass'
	u_ok 'FLOWS:
flow esp out from 10.0.1.0/24 to 10.0.9.0/24 type deny
flow esp out from 10.0.1.1 to 10.0.1.77 peer 10.0.1.77 type deny
flow esp out from fd01::/64 to fd09::/64 type bypass
' ipsecctl -s flow
	rules 'flow out from em7 to 10.0.9.0/24 type deny'
	atf_check -s exit:1 -e match:"^/etc/ipsec.conf: 1: no such address: \
em7\$" \
	    warren exec "$M" ipsecctl -f $CONF
}

w_test boot "rc(8) loads /etc/ipsec.conf, if it is told to"
boot_body()
{
	w_etc m rc.conf.local 'ipsec=YES'
	rules "flow esp out $F peer 10.0.1.2" "esp $E $G"
	u_machine
	u_ok "FLOWS:
flow esp out $F peer 10.0.1.2 type require

SAD:
esp tunnel from 10.0.1.1 to 10.0.1.2 spi 0x00001001 enc aes-128-gcm
" ipsecctl -s all
}

atf_init_test_cases()
{
	w_add_tests
}

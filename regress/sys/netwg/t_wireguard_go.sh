#! /usr/bin/env atf-sh
# wg(4) with Debian's wireguard-go as its peer (wg.subr's second topology).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/wg.subr"

w_test initiator "we begin, and TCP passes both ways"
initiator_body()
{
	w_init
	wg_with_go wgendpoint 10.0.1.2 51820
	w_exec r ping -c 3 -w 10 10.99.0.2 || atf_fail "r does not reach a"
	wg_shook || atf_fail "wireguard-go knows of no handshake"
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 2
	w_iperf a b 10.0.2.2 -t 2 -R
	w_exec r netstat -ss -p wg
}

w_test responder "it begins; we learn where it is"
responder_body()
{
	w_init
	GO_PEER="endpoint 10.0.1.1:51820"
	wg_with_go
	w_exec r ping -c 1 -w 1 10.99.0.2 &&
	    atf_fail "nobody told r where a is"
	w_ping a 10.99.0.1
	w_exec r ping -c 3 -w 10 10.99.0.2 || atf_fail "r does not reach a"
	w_exec r ifconfig wg0 | grep -q 'wgendpoint 10.0.1.2 51820' ||
	    atf_fail "no endpoint"
}

w_test psk "a preshared key; a wrong one makes no session"
psk_body()
{
	w_init
	openssl rand -base64 32 >psk
	GO_PEER="preshared-key psk"
	wg_with_go wgendpoint 10.0.1.2 51820 wgpsk "$(cat psk)"
	w_exec r ping -c 3 -w 10 10.99.0.2 || atf_fail "r does not reach a"
	w_exec r ifconfig wg0 | grep -q 'wgpsk (present)' ||
	    atf_fail "psk not shown"
	openssl rand -base64 32 >psk
	w_exec r ifconfig wg0 wgpeer "$(cat a.pub)" wgpsk "$(cat psk)"
	w_exec r ifconfig wg0 down
	w_exec r ifconfig wg0 up
	w_exec r ping -c 1 -w 2 10.99.0.2 &&
	    atf_fail "a wrong preshared key is accepted"
	w_exec r ifconfig wg0 wgpeer "$(cat a.pub)" -wgpsk
	wg set "$WG_GO" peer "$(cat r.pub)" preshared-key /dev/null
	w_exec r ifconfig wg0 down
	w_exec r ifconfig wg0 up
	w_exec r ping -c 3 -w 10 10.99.0.2 ||
	    atf_fail "without a preshared key"
}

w_test keepalive "persistent keepalives make the session by themselves"
keepalive_body()
{
	w_init
	wg_with_go wgendpoint 10.0.1.2 51820 wgpka 1
	w_wait 10 wg_shook
	w_exec r ifconfig wg0 | grep -q 'wgpka 1 (sec)' ||
	    atf_fail "wgpka not shown"
	rx=$(wg show "$WG_GO" transfer | cut -f 2)
	w_wait 10 received_more "$rx"
}

received_more()
{
	[ "$(wg show "$WG_GO" transfer | cut -f 2)" -gt "$1" ]
}

w_test roaming "either end moves to another address in mid-transfer"
roaming_body()
{
	w_init
	wg_with_go wgendpoint 10.0.1.2 51820
	w_serve_iperf b
	w_exec r ping -c 1 -w 10 10.99.0.2 || atf_fail "r does not reach a"
	w_in a sysctl -qw net.ipv4.conf.ta.promote_secondaries=1
	w_in a ip addr add 10.0.1.7/24 dev ta
	(
		w_wait 10 a_sent
		w_in a ip addr del 10.0.1.2/24 dev ta
	) &
	w_iperf a b 10.0.2.2 -t 4
	wait $!
	w_exec r ifconfig wg0 | grep -q 'wgendpoint 10.0.1.7 51820' ||
	    atf_fail "r has not followed a"
	w_exec r ifconfig em0 inet 10.0.1.9/24 alias
	w_exec r ifconfig em0 inet 10.0.1.1 -alias
	w_exec r ping -c 3 -w 10 10.99.0.2 || atf_fail "after r has moved"
	wg show "$WG_GO" endpoints | grep -q '10.0.1.9:51820' ||
	    atf_fail "a has not followed r"
}

# inet6_outside: r and a have IPv6 addresses on their link.
inet6_outside()
{
	w_exec r ifconfig em0 inet6 2001:db8::1/64
	w_in a ip addr add 2001:db8::2/64 dev ta nodad
	w_wait 20 w_in a ping -6 -n -c 1 -W 1 2001:db8::1
}

w_test inet6 "IPv6 outside, whoever begins; both families inside"
inet6_body()
{
	w_init
	wg_with_go
	inet6_outside
	w_exec r ifconfig wg0 inet6 fd00:99::1/64
	w_in a ip addr add fd00:99::2/64 dev "$WG_GO" nodad
	wg set "$WG_GO" peer "$(cat r.pub)" \
	    allowed-ips 10.99.0.1/32,10.0.2.0/24,fd00:99::1/128
	w_exec r ifconfig wg0 wgpeer "$(cat a.pub)" wgaip 10.99.0.2/32 \
	    wgaip fd00:99::2/128 wgendpoint 2001:db8::2 51820
	w_exec r ping -c 3 -w 10 10.99.0.2 || atf_fail "we do not begin"
	wg show "$WG_GO" endpoints | grep -qF '[2001:db8::1]:51820' ||
	    atf_fail "not by IPv6: $(wg show "$WG_GO" endpoints)"
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 1
	w_iperf a b 10.0.2.2 -t 1 -R
	w_in a ping -6 -n -c 3 -i 0.2 -W 3 fd00:99::1 ||
	    atf_fail "IPv6 in IPv6"
	# Now it begins, and we learn.
	w_exec r ifconfig wg0 -wgpeer "$(cat a.pub)"
	w_exec r ifconfig wg0 wgpeer "$(cat a.pub)" wgaip 10.99.0.2/32 \
	    wgaip fd00:99::2/128
	wg set "$WG_GO" peer "$(cat r.pub)" remove
	wg set "$WG_GO" peer "$(cat r.pub)" endpoint '[2001:db8::1]:51820' \
	    allowed-ips 10.99.0.1/32,fd00:99::1/128
	w_wait 20 w_in a ping -n -c 1 -W 1 10.99.0.1
	w_exec r ifconfig wg0 | grep -q 'wgendpoint 2001:db8::2 51820' ||
	    atf_fail "no endpoint"
}

w_test psk_responder "it begins, with a preshared key"
psk_responder_body()
{
	w_init
	openssl rand -base64 32 >psk
	GO_PEER="preshared-key psk endpoint 10.0.1.1:51820"
	wg_with_go wgpsk "$(cat psk)"
	w_wait 20 w_in a ping -n -c 1 -W 1 10.99.0.1
	wg set "$WG_GO" peer "$(cat r.pub)" remove
	openssl rand -base64 32 >psk
	# Word splitting wanted.
	# shellcheck disable=SC2086
	wg set "$WG_GO" peer "$(cat r.pub)" $GO_PEER \
	    allowed-ips 10.99.0.1/32
	w_in a ping -n -c 1 -W 2 10.99.0.1 && atf_fail "another key"
	return 0
}

w_test keepalive_responder "its persistent keepalives, to who knows nobody"
keepalive_responder_body()
{
	w_init
	GO_PEER="endpoint 10.0.1.1:51820 persistent-keepalive 1"
	wg_with_go
	w_wait 20 w_exec r ping -n -c 1 -w 1 10.99.0.2
	w_exec r netstat -ss -p wg | grep -q 'keepalives* received' ||
	    atf_fail "no keepalives"
}

# The transfer is under way.
a_sent()
{
	[ "$(wg show "$WG_GO" transfer | cut -f 3)" -gt 1000000 ]
}

atf_init_test_cases()
{
	w_add_tests
}

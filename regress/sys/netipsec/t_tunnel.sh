#! /usr/bin/env atf-sh
# ESP tunnels between two gateways (ipsec.subr's topology): every transform,
# both families inside and outside.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/ipsec.subr"

# Each of "NAME KEYBYTES" with pings, and nothing but ESP on the WAN.
aeads='aes-128-gcm:20 aes-192-gcm:28 aes-256-gcm:36 aes-256-gmac:36
	chacha20-poly1305:36'
ciphers='aes-128:16 aes-192:24 aes-256:32 aes-128-ctr:20 aes-256-ctr:36
	null:0'
macs='hmac-sha1:20 hmac-sha2-256:32 hmac-sha2-384:48 hmac-sha2-512:64'

w_test aead "every AEAD carries a tunnel, and the WAN sees only ESP"
aead_body()
{
	w_init
	ipsec_gateways
	ipsec_watch
	for x in $aeads; do
		k=${x#*:}
		ipsec_tunnel 4 4 "enc ${x%:*}" \
		    "enckey $(ipsec_key "$k" 1) $(ipsec_key "$k" 2)"
		echo "$x"
		w_ping a 10.0.2.2 -c 2
	done
	ipsec_watched
	ipsec_want 0 'icmp and (net 10.0.1.0/24)'
	ipsec_want 20 'esp'
}

w_test cipher_mac "every cipher with every MAC carries a tunnel"
cipher_mac_body()
{
	w_init
	ipsec_gateways
	for x in $ciphers; do
		for y in $macs; do
			k=${x#*:}
			keys="authkey $(ipsec_key "${y#*:}" 3)"
			keys="$keys $(ipsec_key "${y#*:}" 4)"
			[ "$k" = 0 ] || keys="$keys enckey \
			    $(ipsec_key "$k" 1) $(ipsec_key "$k" 2)"
			ipsec_tunnel 4 4 "enc ${x%:*} auth ${y%:*}" "$keys"
			echo "$x $y"
			w_ping a 10.0.2.2 -c 1
		done
	done
}

w_test families "IPv4 and IPv6, in IPv4 and IPv6"
families_body()
{
	w_init
	ipsec_gateways
	k="enckey $(ipsec_key 36 1) $(ipsec_key 36 2)"
	for outer in 4 6; do
		for inner in 4 6; do
			ipsec_tunnel $inner $outer 'enc aes-256-gcm' "$k"
			ipsec_watch
			ipsec_pings $inner
			ipsec_watched
			[ "$outer" = 4 ] && f=ip || f=ip6
			n=$(ipsec_seen "$f and (esp or (ip6[6] == 44) or \
			    (ip[6:2] & 0x3fff != 0))")
			[ "$n" -ge 10 ] || atf_fail "$n packets of ESP"
			ipsec_want 0 'net 10.0.1.0/24 or net fd01::/64'
		done
	done
}

w_test esn "extended sequence numbers, with an AEAD and with a MAC"
esn_body()
{
	w_init
	ipsec_gateways
	ipsec_tunnel 4 4 'enc aes-128-gcm esn' \
	    "enckey $(ipsec_key 20 1) $(ipsec_key 20 2)"
	ipsec_pings 4
	ipsec_tunnel 4 4 'enc aes-128 auth hmac-sha2-256 esn' \
	    "enckey $(ipsec_key 16 1) $(ipsec_key 16 2) \
	    authkey $(ipsec_key 32 3) $(ipsec_key 32 4)"
	ipsec_pings 4
}

w_test tcp "TCP passes both ways, large segments too"
tcp_body()
{
	w_init
	ipsec_gateways
	ipsec_tunnel 4 4 'enc aes-256-gcm' \
	    "enckey $(ipsec_key 36 1) $(ipsec_key 36 2)"
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 2
	w_iperf a b 10.0.2.2 -t 2 -R
	w_iperf a b 10.0.2.2 -u -b 20M -l 1300 -t 1
}

w_test tcp_no_offload "the same with offloads off"
tcp_no_offload_body()
{
	w_init
	ipsec_gateways offload off
	ipsec_tunnel 4 4 'enc aes-256-gcm' \
	    "enckey $(ipsec_key 36 1) $(ipsec_key 36 2)"
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 2
	w_iperf a b 10.0.2.2 -t 1 -R
}

w_test udpencap "ESP in UDP over IPv4 and IPv6, on two ports"
udpencap_body()
{
	w_init
	ipsec_gateways
	k="enckey $(ipsec_key 20 1) $(ipsec_key 20 2)"
	for outer in 4 6; do
		ipsec_tunnel 4 $outer 'enc aes-128-gcm udpencap' "$k"
		ipsec_watch
		ipsec_pings 4
		ipsec_watched
		n=$(ipsec_seen 'udp port 4500')
		[ "$n" -ge 8 ] || atf_fail "$n datagrams"
		ipsec_want 0 'esp or net 10.0.1.0/24'
	done
	for m in r s; do
		w_exec $m sysctl net.inet.esp.udpencap_port=9999
	done
	ipsec_tunnel 4 4 'enc aes-128-gcm udpencap port 9999' "$k"
	ipsec_watch
	ipsec_pings 4
	ipsec_watched
	n=$(ipsec_seen 'udp port 9999')
	[ "$n" -ge 8 ] || atf_fail "$n datagrams"
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 2
}

w_test ah "AH tunnels, both families outside"
ah_body()
{
	w_init
	ipsec_gateways
	for y in $macs; do
		k="authkey $(ipsec_key "${y#*:}" 3) $(ipsec_key "${y#*:}" 4)"
		ipsec_tunnel 4 4 "auth ${y%:*}" "$k" ah
		w_ping a 10.0.2.2 -c 1
		ipsec_tunnel 6 6 "auth ${y%:*}" "$k" ah
		w_ping a fd02::2 -c 1
	done
	ipsec_tunnel 4 6 "auth hmac-sha2-256 esn" "authkey \
	    $(ipsec_key 32 3) $(ipsec_key 32 4)" ah
	ipsec_pings 4
}

w_test ipcomp "compressed and encrypted, in one bundle"
ipcomp_body()
{
	w_init
	ipsec_gateways
	e="enc aes-128-gcm enckey $(ipsec_key 20 1)"
	e2="enc aes-128-gcm enckey $(ipsec_key 20 2)"
	ipsec_rules r \
	    'flow ipcomp from 10.0.1.0/24 to 10.0.2.0/24 peer 10.0.0.2' \
	    'ipcomp from 10.0.0.1 to 10.0.0.2 spi 0x101:0x102 bundle x' \
	    "esp transport from 10.0.0.1 to 10.0.0.2 spi 0x1001 $e bundle x" \
	    "esp transport from 10.0.0.2 to 10.0.0.1 spi 0x1002 $e2 bundle x"
	ipsec_rules s \
	    'flow ipcomp from 10.0.2.0/24 to 10.0.1.0/24 peer 10.0.0.1' \
	    'ipcomp from 10.0.0.2 to 10.0.0.1 spi 0x102:0x101 bundle x' \
	    "esp transport from 10.0.0.2 to 10.0.0.1 spi 0x1002 $e2 bundle x" \
	    "esp transport from 10.0.0.1 to 10.0.0.2 spi 0x1001 $e bundle x"
	ipsec_watch
	w_ping a 10.0.2.2 -c 2 -s 1000 -p 41
	w_ping a 10.0.2.2 -c 1 -s 10
	ipsec_watched
	ipsec_want 6 'esp and less 300'
	ipsec_want 0 'icmp and net 10.0.1.0/24'
	atf_check_equal 2 "$(w_counter r ipcomp 'less than minimum' |
	    awk '{ print $1 + 1 }')"
}

# forged SRC: pings for b in IP from SRC, which is no end of a tunnel
forged()
{
	w_in w /usr/bin/python3 -c 'import sys
from scapy.all import IP, ICMP, Ether, sendp, getmacbyip, conf
conf.verb = 0
p = IP(src=sys.argv[1], dst="10.0.0.2") / \
    IP(src="10.0.1.2", dst="10.0.2.2") / ICMP(id=0x7777)
sendp([Ether(dst=sys.argv[2]) / p] * 5, iface="br0")' "$1" \
	    "$(w_exec s ifconfig em0 | sed -n 's/.*lladdr //p')" ||
	    atf_fail "scapy"
}

w_test ipcomp_alone "compressed only: what does not shrink passes as it is"
ipcomp_alone_body()
{
	w_init
	ipsec_gateways
	for outer in 4 6; do
		for inner in 4 6; do
			ipsec_tunnel $inner $outer 'comp deflate' '' ipcomp
			ipsec_pings $inner
		done
	done
	# Nobody else's: from another address, or of a tunnel inside ESP.
	ipsec_tunnel 4 4 'comp deflate' '' ipcomp
	w_capture b tb b.pcap
	before=$(w_counter s icmp 'protocol unreachable')
	forged 10.0.0.77
	w_ping a 10.0.2.2 -c 2
	ipsec_rules r
	ipsec_rules s
	forged 10.0.0.1
	w_ping b 10.0.2.1 -c 1
	w_captured b.pcap
	n=$(tcpdump -n -r b.pcap 'icmp[4:2] == 0x7777' 2>/dev/null | wc -l)
	[ "$n" = 0 ] || atf_fail "$n forged packets have passed"
	tcpdump -n -r b.pcap 'icmp and src host 10.0.1.2' 2>/dev/null |
	    grep -q 'echo request' || atf_fail "b sees nothing"
}

atf_init_test_cases()
{
	w_add_tests
}

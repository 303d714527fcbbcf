#! /usr/bin/env atf-sh
# iked(8): clauses of iked.conf(5), each by an SA or a packet that differs.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sys/netipsec/ipsec.subr"
. "$(atf_get_srcdir)/iked.subr"

# both R S: start both sides with these words behind A and B; again: other
# words, loaded anew
both()
{
	iked s "$B $2 $K"
	iked r "$A $1 $K"
	iked_up r
	iked_up s
}

again()
{
	iked_stop r
	iked_none s
	iked_conf s "$B $2 $K"
	w_exec s ikectl reload || atf_fail "not loaded: $2"
	iked r "$A $1 $K"
	iked_up r
}

# sas PATTERN: r's SAs, as the kernel has them, all look so
sas()
{
	w_exec r ipsecctl -s sa | grep '^esp\|^ah' >sas
	atf_check -o inline:"2\n" grep -c -e "$1" sas
}

w_test suites "enc, auth, group, esn of the child; the kernel has them"
suites_body()
{
	w_init
	ipsec_gateways
	I='ikesa enc aes-256 auth sha512 prf sha512 group 19 childsa'
	both "$I enc aes-128 auth sha384 noesn" "$I enc aes-128 auth sha384"
	sas ' auth hmac-sha2-384 enc aes'
	atf_check -o inline:"0\n" -s exit:1 grep -c esn sas
	w_exec r ikectl show sa >sa
	atf_check -o match:'enc aes-256 auth hmac-sha2-512 group ecp256' \
	    -o match:'prf hmac-sha2-512' cat sa
	# of old ciphers the kernel wants to be told
	for m in r s; do
		w_exec $m sysctl net.inet.esp.legacy=1
	done
	for x in 'chacha20-poly1305 esn' 'aes-256-ctr auth sha256' \
	    'aes-128-gcm noesn' '3des auth sha1' 'aes-192-gmac' \
	    'null auth sha512'; do
		again "childsa enc $x" "childsa enc $x"
		sas " enc $(echo "$x" | sed 's/-[0-9].*//; s/ .*//')"
		case $x in
		*gmac | null*)	;;
		*)	w_ping a 10.0.2.2 -c 1 ;;
		esac
	done
}

w_test kinds "ah, transport, lifetime, bytes, tag, tap"
kinds_body()
{
	w_init
	ipsec_gateways
	w_exec r ifconfig enc1 create
	iked s "$B srcid s.example.org $K"
	iked r "$A lifetime 20m bytes 2M $K tag \"\$name-\$domain\" tap enc1"
	iked_up r
	w_exec r ipsecctl -v -s sa >sas
	atf_check -o match:'tag: a-example.org' -o match:'1200' \
	    -o match:'2097152' cat sas
	w_exec r sh -c 'tcpdump -n -c 2 -i enc1 icmp >/tmp/enc1 2>&1 &'
	w_wait 10 eval 'w_in a ping -n -c 1 -W 1 10.0.2.2 >/dev/null
	    w_exec r grep -q "10.0.2.2.*echo" /tmp/enc1' ||
	    atf_fail "nothing on enc1"
	iked_stop r
	iked_stop s
	iked s 'ikev2 passive transport ah from 10.0.0.2 to 10.0.0.1 '"$K"
	iked r 'ikev2 active transport ah from 10.0.0.1 to 10.0.0.2 '"$K"
	iked_up r
	sas '^ah transport from'
	ipsec_watch
	w_exec r ping -n -c 2 10.0.0.2 || atf_fail "no answer"
	ipsec_watched
	ipsec_want 4 'ah'
}

w_test names "names of hosts are the parent's to find, also at a reload"
names_body()
{
	w_init
	ipsec_gateways
	w_exec r sh -c 'echo "10.0.0.2 other.example.org" >>/etc/hosts'
	iked s "$B $K"
	iked r "$(echo "$A" | sed 's/peer .*/peer other.example.org/') $K"
	iked_up r
	w_exec r ikectl show sa | grep -o 'ispi 0x[0-9a-f]*' >before
	w_exec r ikectl reload || atf_fail "not loaded"
	w_exec r ikectl show sa | grep -o 'ispi 0x[0-9a-f]*' >after
	atf_check cmp before after
}

w_test options "set passive, decouple, fragmentation, vendorid, dpd"
options_body()
{
	w_init
	ipsec_gateways
	ipsec_watch
	long=$(printf 'x%.0s' $(seq 400))
	iked s 'set fragmentation' "$B srcid s$long $K"
	iked r 'set fragmentation' 'set novendorid' \
	    'set dpd_check_interval 1' "$A srcid r$long $K"
	iked_up r
	w_wait 20 eval '[ "$(iked_stat s "messages* received")" -ge 5 ]' ||
	    atf_fail "nobody asks whether s is there"
	[ "$(iked_stat r 'dpd requests* sent')" -ge 1 ] ||
	    atf_fail "that is not counted"
	iked_stop r
	iked_none s
	iked_conf s "$B srcid s$long $K"
	w_exec s ikectl reload
	iked r 'set decouple' "$A srcid r$long $K"
	iked_up r
	w_exec r ipsecctl -s all >kernel
	atf_check -o not-match:'10.0.2.0' cat kernel
	w_exec r ikectl couple
	w_exec r ipsecctl -s all >kernel
	atf_check -o match:'10.0.2.0' cat kernel
	w_ping a 10.0.2.2 -c 1
	w_exec r ikectl decouple
	w_exec r ipsecctl -s all >kernel
	atf_check -o not-match:'10.0.2.0' cat kernel
	iked_stop r
	iked_none s
	iked r 'set passive' "$A $K"
	ipsec_watched
	tshark -r wan.pcap -T fields -e ip.len -e isakmp.typepayload \
	    -Y isakmp >ike 2>/dev/null
	# in pieces of at most 576 bytes, then in one
	atf_check -o match:'53' cat ike
	atf_check -o inline:"0\n" -s exit:1 sh -c \
	    "awk '\$2 ~ /53/ && \$1 > 576' ike | wc -l | grep -c -v '^0'"
	atf_check -o match:. sh -c "awk '\$1 > 576 && \$2 ~ /46/' ike"
	# r has said nothing of a vendor the first time
	tshark -r wan.pcap -Y 'isakmp.vid_string' >vid 2>/dev/null
	[ "$(iked_stat r 'messages* sent')" = 0 ] ||
	    atf_fail "a passive r has begun"
}

w_test domain "rdomain: the clear side is in another one"
domain_body()
{
	w_init
	ipsec_gateways
	w_exec r ifconfig em0 rdomain 1
	w_exec r ifconfig em0 inet 10.0.1.1/24
	# where there is no way there is no packet for a flow to take
	w_exec r route -T 1 add -net 10.0.2.0/24 10.0.1.2
	iked s "$B $K"
	iked r "$(echo "$A" | sed 's/ from/ rdomain 1&/') $K"
	iked_up r
	w_exec r ipsecctl -s flow >flows
	w_wait 20 w_in a ping -n -c 1 -W 1 10.0.2.2 || {
		w_exec r ipsecctl -v -s all
		atf_fail "no answer"
	}
}

atf_init_test_cases()
{
	w_add_tests
}

#! /usr/bin/env atf-sh
# iked(8): SAs are replaced before they end, and no packet is lost meanwhile.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sys/netipsec/ipsec.subr"
. "$(atf_get_srcdir)/iked.subr"

# load SECONDS: 10,000 packets a second each way, none of which may be lost
load()
{
	w_in b "$(atf_get_srcdir)/h_echo" serve 7000 &
	w_made proc $!
	w_in a "$(atf_get_srcdir)/h_echo" run 10.0.2.2 7000 "$1" 10000 && return
	for m in r s; do
		echo "--- $m"
		w_exec $m netstat -s | grep -v '	0 '
		w_exec $m netstat -in
		w_exec $m cat /tmp/iked.log
	done
	atf_fail "packets were lost"
}

# rekeyed NUMBER: so many pairs were made, and each was used
rekeyed()
{
	n=$(iked_stat r 'Child SAs* created')
	[ "$n" -gt "$1" ] || atf_fail "only $n child SAs"
	ipsec_watched
	tcpdump -n -r wan.pcap esp 2>/dev/null |
	    sed -n 's/.*spi=\(0x[0-9a-f]*\).*/\1/p' | sort -u >used
	w_exec r cat /tmp/iked.log |
	    sed -n 's/.*loaded SPIs: \(0x[0-9a-f]*\), \(0x[0-9a-f]*\) .*/\1\n\2/p' |
	    sort -u >loaded
	atf_check -o ignore comm -23 used loaded
	m=$(wc -l <used)
	[ "$m" -ge $((2 * $1)) ] || atf_fail "only $m SPIs were seen"
}

# life SECONDS REKEYS POLICY-WORDS
life()
{
	w_init
	ipsec_gateways
	iked s "$B $S $3 $K"
	iked r "$A $S $3 $K"
	iked_up r
	iked_up s
	rm -f wan.pcap
	ip netns exec "$(w_ns w)" tcpdump -q -s 60 -U -i br0 -w wan.pcap \
	    esp or arp 2>/dev/null &
	_i_watch=$!
	w_made capture $_i_watch
	w_wait 10 test -s wan.pcap
	load "$1"
	rekeyed "$2"
	w_exec r ipsecctl -s sa >sas
	# one pair, or two while one is just being replaced
	[ "$(grep -c '^esp' sas)" -le 4 ] || atf_fail "$(cat sas)"
}

w_test time 120 "lifetimes of 5 s, ten changes at 10,000 packets a second"
time_body()
{
	life 48 10 'lifetime 5'
}

w_test bytes "a limit of bytes"
bytes_body()
{
	life 10 5 'lifetime 1h bytes 1500K'
}

w_test all 120 "the IKE SA, too, with new Diffie-Hellman keys for the children"
all_body()
{
	w_init
	ipsec_gateways
	P='group 31 ikelifetime 6 lifetime 5'
	iked s "$B $S $P $K"
	iked r "$A $S $P $K"
	iked_up r
	iked_up s
	load 20
	for m in r s; do
		n=$(iked_stat $m 'IKE SAs* rekeyed')
		[ "$n" -ge 2 ] || atf_fail "$m: only $n changes of the IKE SA"
	done
	iked_log r 'loaded SPIs: .* group curve25519' ||
	    atf_fail "the children's keys are not new"
	iked_log r 'rekeyed as new IKESA' || atf_fail "nothing of it in the log"
	[ "$(iked_stat r 'IKE SAs* failed to establish')" = 0 ] ||
	    atf_fail "an IKE SA failed"
	[ "$(iked_stat r 'IKE SAs* currently established')" -le 2 ] ||
	    atf_fail "too many IKE SAs"
}

atf_init_test_cases()
{
	w_add_tests
}

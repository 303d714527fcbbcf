#! /usr/bin/env atf-sh
# iked(8): SAs are replaced before they end, and no packet is lost meanwhile.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sys/netipsec/ipsec.subr"
. "$(atf_get_srcdir)/iked.subr"

w_test time 120 "lifetimes of 5 s, ten changes at 10,000 packets a second"
time_body()
{
	iked_life 48 10 'lifetime 5'
}

w_test bytes "a limit of bytes"
bytes_body()
{
	iked_life 10 5 'lifetime 1h bytes 1500K'
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
	iked_load 20
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

w_test both 150 "both sides at once: theirs cross on a WAN that takes 200 ms"
both_body()
{
	w_init
	ipsec_gateways
	iked_watch
	iked_wan 200
	for m in s r; do
		[ $m = s ] && x=$B || x=$A
		iked $m "$x $S lifetime 5 $K"
	done
	iked_up r
	iked_up s
	(iked_load 25 200) &
	load=$!
	w_made proc $load
	x='resolving simultaneous CHILD'
	for i in 1 2; do
		# made at the same time here and there, and so to be replaced
		n=$(iked_times "$x")
		iked_wan slow
		w_wait 40 iked_more "$n" "$x" || atf_fail "they do not cross"
		w_wait 20 iked_few || atf_fail "more than one pair stays"
		n=$(iked_times 'loaded SPIs')
		iked_wan fast
		w_wait 20 iked_more "$n" 'loaded SPIs'
	done
	wait $load || atf_fail "packets were lost"
	iked_compared 3
}

w_test ikeboth 150 "both sides at once, the IKE SA"
ikeboth_body()
{
	w_init
	ipsec_gateways
	iked_wan 300
	for m in s r; do
		[ $m = s ] && x=$B || x=$A
		iked $m "$x $S ikelifetime 6 $K"
	done
	iked_up r
	iked_up s
	(iked_load 15 200) &
	load=$!
	w_made proc $load
	iked_wan slow
	x='resolving simultaneous IKE'
	w_wait 100 iked_more 0 "$x" || atf_fail "they do not cross"
	iked_wan fast
	wait $load || atf_fail "packets were lost"
	for m in r s; do
		w_wait 20 iked_one $m || atf_fail "$m: more than one IKE SA"
		[ "$(iked_children_of $m)" = 1 ] ||
		    atf_fail "$m: not one child"
	done
	w_ping a 10.0.2.2 -c 2
}

iked_one()
{
	[ "$(w_exec "$1" ikectl show sa | grep -c '^iked_sas')" = 1 ]
}

iked_children_of()
{
	w_exec "$1" ikectl show sa | grep -c 'sa_childsas: .* out '
}

atf_init_test_cases()
{
	w_add_tests
}

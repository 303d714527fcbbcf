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

atf_init_test_cases()
{
	w_add_tests
}

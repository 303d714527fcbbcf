#!/usr/bin/env atf-sh
#
# A client killed at any instant leaves nothing behind in the kernel.

. "$(atf_get_srcdir)/wayin.subr"

w_test thousand 280 "a thousand kills at random instants leak nothing"
thousand_body()
{
	dir=$(atf_get_srcdir)
	wayin_boot
	# What is made once and kept, is made now: sixteen threads for calls.
	w_hexec m "$dir/h_threads" share || atf_fail "threads"
	w_hexec m "$dir/h_storm" 20 1 "$dir/h_busy" || atf_fail "storm"
	wayin_settled
	cp was before
	w_hexec m "$dir/h_storm" 1000 2 "$dir/h_busy" || atf_fail "storm"
	n=60
	until wayin_holds before; do
		[ $((n -= 1)) -gt 0 ] || {
			diff before now
			atf_fail "the kernel holds something else than before"
		}
		sleep 0.5
	done
	w_halt m
}

# Let the last hang-ups arrive: five looks at what is held, all the same.
wayin_settled()
{
	n=0
	wayin_held >was
	while [ $n -lt 5 ]; do
		sleep 0.3
		n=$((n + 1))
		wayin_holds was || {
			cp now was
			n=0
		}
	done
}

wayin_holds()
{
	wayin_held >now
	cmp -s "$1" now
}

atf_init_test_cases()
{
	w_add_tests
}

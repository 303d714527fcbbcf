#! /usr/bin/env atf-sh
# Virtual time: hours of timers pass in milliseconds, for all machines alike.

. "$(atf_get_srcdir)/../../../lib/warren.subr"
. "$(atf_get_srcdir)/dev.subr"

# Two machines on a wire and one clock.
machines()
{
	for i in 1 2; do
		w_machine "m$i" <<-END
			card em0 wire $PWD/w
			vtime $PWD/clock
		END
		w_etc "m$i" hostname.em0 "inet 10.0.0.$i/24"
		w_boot "m$i"
	done
	d_link m1 em0 active
}

reach()
{
	w_exec m1 ping -n -q -c 2 -w 10 10.0.0.2 >/dev/null ||
	    atf_fail "m1 does not reach m2"
}

w_test hold "the clock stands until it is told to move, and then by so much"
hold_body()
{
	w_init
	machines
	atf_check -o inline:'0.000000000\n' warren-clock clock
	reach
	atf_check -o inline:'0.000000000\n' warren-clock clock
	warren-clock clock +3600 || atf_fail "+3600"
	atf_check -o inline:'3600.000000000\n' warren-clock clock
	warren-clock clock +0.5 || atf_fail "+0.5"
	atf_check -o inline:'3600.500000000\n' warren-clock clock
	reach
}

# An ARP entry lives for 20 minutes.
w_test arp "an ARP entry expires after its twenty minutes, not before"
arp_body()
{
	w_init
	machines
	reach
	atf_check -o match:'10.0.0.2 +[0-9a-f][0-9a-f]:' \
	    warren exec "$W_ID-m1" arp -an
	warren-clock clock +1100
	atf_check -o match:'10.0.0.2 +[0-9a-f][0-9a-f]:' \
	    warren exec "$W_ID-m1" arp -an
	warren-clock clock +200
	atf_check -o not-match:'10.0.0.2 +[0-9a-f][0-9a-f]:' \
	    warren exec "$W_ID-m1" arp -an
	reach
}

w_test day "a day passes at once"
day_body()
{
	w_init
	machines
	reach
	timeout 100 warren-clock clock +86400 || atf_fail "did not end"
	atf_check -o inline:'86400.000000000\n' warren-clock clock
	reach
}

w_test dead "a member that is killed does not stop the clock"
dead_body()
{
	w_init
	machines
	reach
	kill -9 "$(d_pid m2)"
	timeout 20 warren-clock clock +600 || atf_fail "the clock stands"
	timeout 20 warren-clock clock +600 || atf_fail "the clock stands"
	atf_check -o inline:'1200.000000000\n' warren-clock clock
}

w_test free "a free clock runs until it is held"
free_body()
{
	w_init
	machines
	reach
	warren-clock clock free
	w_wait 20 eval '[ "$(warren-clock clock | cut -d . -f 1)" -gt 7200 ]'
	warren-clock clock hold
	a=$(warren-clock clock)
	sleep 0.3
	atf_check_equal "$a" "$(warren-clock clock)"
}

# The hub's delay is of virtual time: nothing arrives while the clock stands.
w_test hub "a hub lives by the same clock"
hub_body()
{
	w_init
	d_hub "$PWD/w" -t clock -d 1000
	machines
	w_exec m1 ping -n -q -c 1 -w 2 10.0.0.2 >/dev/null &&
	    atf_fail "arrived though time stands"
	(w_exec m1 ping -n -c 1 -w 20 10.0.0.2 >out; echo $? >status) &
	pinger=$!
	n=100
	while kill -0 $pinger 2>/dev/null && [ $((n -= 1)) -gt 0 ]; do
		sleep 0.2
		warren-clock clock +1
	done
	wait $pinger
	atf_check -o inline:'0\n' cat status
}

w_test usage "words that make no sense"
usage_body()
{
	w_init
	atf_check -s exit:1 -e match:usage warren-clock
	atf_check -s exit:1 -e match:usage warren-clock clock now
	atf_check -s exit:1 -e match:'not a number' warren-clock clock +x
	atf_check -s exit:1 -e match:'No such file' warren-clock no/clock
	echo hello >other
	atf_check -s exit:1 -e match:'not a clock' warren-clock other
}

atf_init_test_cases()
{
	w_add_tests
}

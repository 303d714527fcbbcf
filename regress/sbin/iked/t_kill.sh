#! /usr/bin/env atf-sh
# iked(8): each of its processes is killed, the parent included: the others
# end, the kernel keeps no SA, and nothing leaves in the clear.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sys/netipsec/ipsec.subr"
. "$(atf_get_srcdir)/iked.subr"

w_test kill "each process is killed: the others end, no SA stays"
kill_body()
{
	w_init
	ipsec_gateways
	iked s "$B $S $K"
	iked r "$A $S $K"
	iked_up r
	n=$(w_exec r pidof iked | wc -w)
	[ "$n" -ge 3 ] || atf_fail "only $n processes"
	ipsec_watch
	for i in $(seq "$n"); do
		w_ping a 10.0.2.2
		w_exec r kill -9 "$(iked_pid r "$i")"
		w_wait 20 w_exec r sh -c '! pidof iked' ||
		    atf_fail "processes live on without number $i"
		w_exec r ipsecctl -s sa >left
		atf_check -o match:'No entries' cat left
		# the flows stay, and let nothing out
		w_in a ping -n -c 2 -i 0.2 -W 1 10.0.2.2 >/dev/null &&
		    atf_fail "an answer without iked"
		iked_start r
		iked_up r
	done
	w_ping a 10.0.2.2
	ipsec_watched
	ipsec_want 0 'icmp and net 10.0.1.0/24'
	# a clean end leaves nothing
	iked_stop r
	w_exec r ipsecctl -s flow >left
	atf_check -o match:'No flows' cat left
	iked_none s
}

w_test random "a process of either side dies at any moment, under traffic"
random_body()
{
	w_init
	ipsec_gateways
	iked_killed 6
}

w_test orphans "flows of a dead iked go, unless they are still wanted"
orphans_body()
{
	w_init
	ipsec_gateways
	iked s "$B $S $K"
	iked r "$A $S $K"
	iked_up r
	w_exec r kill -9 "$(iked_pid r 1)"
	w_wait 20 w_exec r sh -c '! pidof iked'
	w_exec r ipsecctl -s flow >left
	atf_check -o match:'10.0.2.0/24' cat left
	iked r "$(echo "$A" | sed 's,10.0.2.0/24,10.0.3.0/24,') $S $K"
	w_wait 10 eval 'w_exec r ipsecctl -s flow | grep -q "No flows"'
}

w_test privileges "who they are, and where"
privileges_body()
{
	w_init
	ipsec_gateways
	iked r "$A $S $K"
	w_exec r sh -c 'for p in $(pidof iked); do
		echo "$(sed -n "s/^Uid:.//p" /proc/$p/status | cut -f1-3)" \
		    "$(readlink /proc/$p/root)"
	done' >who
	# all but the parent are in the chroot, and are _iked
	uid=$(w_exec r id -u _iked)
	n=$(wc -l <who)
	atf_check -o inline:"$((n - 1))\n" \
	    grep -c "^$uid.$uid.$uid .*/etc/iked\$" who
	w_exec r sh -c 'for p in $(pidof iked); do
		ls /proc/$p/fd | wc -l; done' >fds
	while read -r n; do
		[ "$n" -le 24 ] || atf_fail "$n descriptors"
	done <fds
}

atf_init_test_cases()
{
	w_add_tests
}

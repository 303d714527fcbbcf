#! /usr/bin/env atf-sh
# warren boot, halt, list, log: a machine's life, and what can be wrong.

. "$(atf_get_srcdir)/../../lib/warren.subr"

w_test life "boot, list, log, halt"
life_body()
{
	w_init
	w_machine m </dev/null
	w_boot m
	atf_check -o match:"^$W_ID-m +usermode +[0-9]+ +0 +up +$PWD/m/m\$" \
	    warren list
	atf_check -o not-empty warren log "$W_ID-m"
	w_halt m
	atf_check -o not-match:"$W_ID-m" warren list
	atf_check -s exit:1 -e match:'no such machine runs' \
	    warren halt "$W_ID-m"
	# The log outlives the machine.
	atf_check -o not-empty warren log m/m
}

w_test pipe "once a machine is up nothing of it holds its caller's pipe"
pipe_body()
{
	w_init
	w_machine m </dev/null
	w_made machine "$W_ID-m"
	timeout 20 sh -c 'warren boot -n "$1" m/m 2>&1 | cat' sh "$W_ID-m" ||
	    atf_fail "the pipe stays open"
	w_exec m true || atf_fail "no machine"
	w_halt m
}

w_test twice "a name and a directory serve one machine at a time"
twice_body()
{
	w_init
	w_machine m </dev/null
	w_boot m
	atf_check -s exit:1 -e match:'already runs' \
	    warren boot -n "$W_ID-m" m/m
	atf_check -s exit:1 -e match:'in use by another machine' \
	    warren boot -n "$W_ID-n" m/m
	w_exec m true || atf_fail "it did not survive"
	w_halt m
	w_boot m
	w_exec m true || atf_fail "no second boot"
}

w_test etc "etc/ holds what differs from the defaults, before and after"
etc_body()
{
	w_init
	w_machine m </dev/null
	w_etc m myname gate
	w_boot m
	atf_check -o inline:'gate\n' warren exec "$W_ID-m" hostname
	atf_check -o match:'^root:' warren exec "$W_ID-m" cat /etc/passwd
	# An edit from outside is seen inside, and the reverse.
	echo hello >m/m/etc/motd
	atf_check -o inline:'hello\n' warren exec "$W_ID-m" cat /etc/motd
	w_exec m sh -c 'echo 10.9.9.9 x >>/etc/hosts; echo in >/etc/new'
	atf_check -o inline:'in\n' cat m/m/etc/new
	w_halt m
	atf_check -o inline:'hosts\nmotd\nmyname\nnew\n' ls m/m/etc
	w_boot m
	atf_check -o match:'10.9.9.9 x' warren exec "$W_ID-m" cat /etc/hosts
}

w_test daemons "rc.conf.local says which daemons run; the log has their words"
daemons_body()
{
	w_init
	w_machine m </dev/null
	w_etc m iked.conf 'ikev2 passive from 10.0.1.0/24 to 10.0.2.0/24 \
	    peer 192.0.2.1 psk "a-shared-secret"'
	chmod 600 m/m/etc/iked.conf
	w_boot m
	atf_check -s exit:1 warren exec "$W_ID-m" pidof iked
	w_exec m logger -p daemon.info said
	w_wait 10 grep -q 'daemon.info root: said' m/m/var/log/daemon
	atf_check -o inline:'640\n' stat -c %a m/m/var/log/daemon
	w_halt m
	w_etc m rc.conf.local 'iked_flags=-v'
	w_boot m
	w_wait 20 grep -q 'iked\[[0-9]*\]: startup' m/m/var/log/daemon
	atf_check -o not-empty warren exec "$W_ID-m" pidof iked
	w_halt m
	w_etc m rc.conf.local 'syslogd_flags=NO' 'wgsockd_flags=NO'
	w_boot m
	atf_check -s exit:1 warren exec "$W_ID-m" pidof syslogd wgsockd iked
}

w_test killed "a kernel that was killed: list says so, halt clears away"
killed_body()
{
	w_init
	w_machine m </dev/null
	w_boot m
	pid=$(warren list | awk -v n="$W_ID-m" '$1 == n { print $3 }')
	kill -9 "$pid"
	w_wait 5 sh -c "warren list | grep -q '^$W_ID-m .*dead (Killed)'"
	atf_check -s exit:1 -e match:'kernel is dead' \
	    warren exec "$W_ID-m" true
	w_halt m
	w_boot m
	w_exec m true || atf_fail "no second boot"
}

w_test monitor_killed "a monitor that was killed takes its machine along"
monitor_killed_body()
{
	w_init
	w_machine m </dev/null
	w_boot m
	pid=$(warren list | awk -v n="$W_ID-m" '$1 == n { print $3 }')
	kill -9 "$(awk '$1 == "PPid:" { print $2 }' "/proc/$pid/status")"
	w_wait 5 sh -c "! kill -0 $pid"
	atf_check -o not-match:"$W_ID-m" warren list
	w_boot m
	w_exec m true || atf_fail "no second boot"
}

w_test rc_fails "a boot script that fails is told, and the machine runs"
rc_fails_body()
{
	w_init
	w_machine m </dev/null
	w_etc m rc.local 'echo said by rc.local' 'exit 3'
	w_made machine "$W_ID-m"
	atf_check -s exit:1 -e match:'/etc/rc: exit status 1' \
	    warren boot -n "$W_ID-m" m/m
	atf_check -o match:'said by rc.local' warren log "$W_ID-m"
	w_exec m true || atf_fail "it does not run"
}

w_test chroot "a host that is itself a chroot"
chroot_body()
{
	w_init
	w_machine m </dev/null
	w_made machine "$W_ID-m"
	mkdir host
	for d in bin sbin lib lib64; do
		[ -h /$d ] && ln -s usr/$d host/$d
	done
	cat >enter <<-EOF
		set -e
		for d in \$(ls /); do
			[ -d /\$d ] && [ ! -h /\$d ] || continue
			mkdir host/\$d
			mount --rbind /\$d host/\$d
		done
		exec chroot host sh $PWD/inside
	EOF
	cat >inside <<-EOF
		set -ex
		cd $PWD
		warren boot -n $W_ID-m m/m
		warren exec $W_ID-m ping -c 1 -w 5 127.0.0.1
		test "\$(warren exec -H $W_ID-m pwd)" = $PWD
		warren halt $W_ID-m
	EOF
	unshare -m sh enter || atf_fail "see above"
}

w_test again "halt, and boot at once"
again_body()
{
	w_init
	w_machine m </dev/null
	for i in 1 2 3 4 5 6 7 8; do
		w_boot m -s
		w_halt m
	done
}

# Each line of $1 as a machine.conf of one line: the message names file, line
# and word, and nothing is left behind.
bad_conf()
{
	printf '# comment\n%b\n' "$1" >m/bad/machine.conf
	atf_check -s exit:1 -e match:"^m/bad/machine.conf:$2: \"$3\": $4" \
	    warren boot -n "$W_ID-bad" m/bad
	atf_check -s exit:1 test -e "$W_RUN/$W_ID-bad"
}

w_test bad_conf "a bad machine.conf: file, line and word"
bad_conf_body()
{
	w_init
	w_machine bad </dev/null
	bad_conf 'card' 2 card 'wants a name'
	bad_conf 'card em tap t' 2 em 'not a card name'
	bad_conf 'card em0' 2 em0 'wants tap'
	bad_conf 'card em0 tup t' 2 tup 'not an attachment'
	bad_conf 'card em0 tap' 2 tap 'wants the name'
	bad_conf 'card em0 tap muchtoolonganame0' 2 muchtoolonganame0 \
	    'not an interface name'
	bad_conf 'card em0 tap t n1 n2' 2 n2 'not a word of a tap card'
	bad_conf 'card em0 tap t mode vnet' 2 vnet 'not a word of a tap card'
	bad_conf 'card em0 packet e mode fast' 2 fast 'not vnet or xdp'
	bad_conf 'card em0 wire' 2 wire 'wants a path'
	bad_conf 'card em0 tap t lladdr 1:2' 2 '1:2' 'not an Ethernet'
	bad_conf 'card em0 tap t lladdr 01:00:00:00:00:00' 2 \
	    '01:00:00:00:00:00' "a group's"
	bad_conf 'card em0 tap t offload maybe' 2 maybe 'not on or off'
	bad_conf 'card em0 tap t mtu 20' 2 20 'not a number from'
	bad_conf 'card em0 tap t\ncard em0 tap u' 3 em0 \
	    'already a card, on line 2'
	bad_conf 'memory lots' 2 lots 'not a size'
	bad_conf 'memory 1m' 2 1m 'not between'
	bad_conf 'vtime a\nvtime b' 3 vtime 'said twice'
	bad_conf 'set x' 2 x 'not NAME=VALUE'
	bad_conf 'frobnicate' 2 frobnicate 'unknown word'
	bad_conf 'memory 64m now' 2 now 'unexpected'
	bad_conf 'card em0 tap "t' 2 t 'quote not closed'
}

w_test no_conf "no machine.conf, no directory, no good name"
no_conf_body()
{
	w_init
	mkdir empty
	atf_check -s exit:1 -e match:'empty/machine.conf: No such file' \
	    warren boot empty
	atf_check -s exit:1 -e match:'nowhere: No such file' \
	    warren boot nowhere
	w_machine m </dev/null
	atf_check -s exit:1 -e match:'not a machine name' \
	    warren boot -n 'a b' m/m
	atf_check -s exit:1 -e match:'not a machine name' \
	    warren boot -n ../up m/m
	atf_check -s exit:1 -e match:'not a port' \
	    warren boot -p vax m/m
	atf_check -s exit:2 -e match:'^usage: ' warren boot
	atf_check -s exit:2 -e match:'^usage: ' warren frob
}

# no_card CONF WHICH WHY: the message names the card and the reason.
no_card()
{
	echo "$1" >m/bad/machine.conf
	atf_check -s exit:1 -o ignore -e match:"$2.*$3" \
	    warren boot -n "$W_ID-bad" m/bad
	atf_check -s exit:1 test -e "$W_RUN/$W_ID-bad"
}

w_test no_card "a card that cannot be opened: which, and why"
no_card_body()
{
	w_init
	w_machine bad </dev/null
	no_card "card em0 tap t0 $W_ID-nons" 'card em0' "$W_ID-nons.*No such"
	no_card "card em3 packet nodev0" 'card em3' 'nodev0.*No such'
	no_card "card em1 wire /nonexistent/dir/wire" 'card em1' \
	    '/nonexistent/dir/wire.*No such'
	# A TAP that another one holds.
	w_host a
	w_machine m <<-EOF
		card em0 tap ta $(w_ns a)
	EOF
	w_boot m
	no_card "card em0 tap ta $(w_ns a)" 'card em0' 'ta.*busy'
}

atf_init_test_cases()
{
	w_add_tests
}

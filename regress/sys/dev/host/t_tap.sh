#! /usr/bin/env atf-sh
# The tap card.  What it forwards is regress/sys/netinet's business.

. "$(atf_get_srcdir)/../../../lib/warren.subr"
. "$(atf_get_srcdir)/dev.subr"

one_machine()
{
	w_host a
	w_machine m <<-END
		card em0 tap t0 $(w_ns a) $*
	END
	w_etc m hostname.em0 'inet 10.0.1.1/24'
	w_boot m
	w_addr a t0 10.0.1.2/24
}

w_test life "the interface lives as long as the machine"
life_body()
{
	w_init
	one_machine
	w_ping a 10.0.1.1
	w_in a ethtool -k t0 >features || atf_fail "no features"
	atf_check -o match:'tcp-segmentation-offload: on' cat features
	w_halt m
	atf_check -s exit:1 -e ignore -o ignore \
	    ip netns exec "$(w_ns a)" ip link show t0
}

w_test persistent "a persistent TAP is taken over, and stays"
persistent_body()
{
	w_init
	w_host a
	w_in a ip tuntap add t0 mode tap vnet_hdr
	w_machine m <<-END
		card em0 tap t0 $(w_ns a)
	END
	w_etc m hostname.em0 'inet 10.0.1.1/24'
	w_boot m
	w_addr a t0 10.0.1.2/24
	w_ping a 10.0.1.1
	w_halt m
	atf_check -o ignore ip netns exec "$(w_ns a)" ip link show t0
}

w_test lladdr "addresses: made from names, the same each time, or told"
lladdr_body()
{
	w_init
	w_host a
	w_machine m <<-END
		card em0 tap t0 $(w_ns a)
		card em1 tap t1 $(w_ns a)
		card em2 tap t2 $(w_ns a) lladdr 02:00:00:00:00:2a
	END
	w_boot m
	for i in 0 1 2; do
		w_exec m ifconfig em$i | awk '/lladdr/ { print $2 }' >was.$i
	done
	atf_check -o inline:'02:00:00:00:00:2a\n' cat was.2
	atf_check -s exit:1 cmp -s was.0 was.1
	w_halt m
	w_boot m
	for i in 0 1; do
		w_exec m ifconfig em$i | awk '/lladdr/ { print $2 }' >now.$i
		atf_check cmp was.$i now.$i
	done
}

w_test mtu "jumbo frames, as the card is told"
mtu_body()
{
	w_init
	one_machine mtu 9000
	atf_check -o match:'mtu 9000' warren exec "$W_ID-m" ifconfig em0
	w_in a ip link set t0 mtu 9000
	w_ping a 10.0.1.1 -s 8972 -M do
	atf_check -s exit:1 -e ignore \
	    warren exec "$W_ID-m" ifconfig em0 mtu 66000
}

w_test updown "a card that is down passes nothing, and comes up again"
updown_body()
{
	w_init
	one_machine
	w_ping a 10.0.1.1
	w_exec m ifconfig em0 down || atf_fail "down"
	atf_check -s exit:1 -o ignore ip netns exec "$(w_ns a)" \
	    ping -n -c 2 -i 0.2 -W 1 10.0.1.1
	w_exec m ifconfig em0 up || atf_fail "up"
	w_ping a 10.0.1.1
}

w_test deleted "the host deletes the interface: the machine lives on"
deleted_body()
{
	w_init
	w_host a
	w_machine m <<-END
		card em0 tap t0 $(w_ns a)
		card em1 tap t1 $(w_ns a)
	END
	w_etc m hostname.em0 'inet 10.0.1.1/24'
	w_etc m hostname.em1 'inet 10.0.2.1/24'
	w_boot m
	w_addr a t0 10.0.1.2/24
	w_addr a t1 10.0.2.2/24
	w_ping a 10.0.1.1
	w_in a ip link delete t0
	w_ping a 10.0.2.1
	d_link m em0 'no carrier'
	w_exec m ifconfig em0 down
	w_exec m ifconfig em0 up
	w_ping a 10.0.2.1
}

w_test nombuf "without mbufs frames are lost and counted, and then no more"
nombuf_body()
{
	w_init
	one_machine
	w_ping a 10.0.1.1
	was=$(w_exec m sysctl -n kern.maxclusters)
	w_exec m sysctl kern.maxclusters=64 || atf_fail "cannot set the limit"
	w_in a ping -n -q -f -w 3 10.0.1.1 >flood
	w_exec m sysctl "kern.maxclusters=$was" || atf_fail "cannot set it back"
	w_ping a 10.0.1.1
	w_exec m netstat -dI em0 >drops
	awk 'NR == 2 && $6 > 100 { found = 1 } END { exit !found }' drops ||
	    atf_fail "not counted: $(cat drops)"
}

w_test idle "an idle machine sleeps"
idle_body()
{
	w_init
	one_machine
	w_ping a 10.0.1.1
	w_in a ip link set t0 multicast off
	sleep 1
	pid=$(d_pid m)
	was=$(awk '/^voluntary/ { print $2 }' "/proc/$pid/status")
	sleep 3
	now=$(awk '/^voluntary/ { print $2 }' "/proc/$pid/status")
	[ $((now - was)) -le 60 ] ||
	    atf_fail "woke $((now - was)) times in three idle seconds"
}

atf_init_test_cases()
{
	w_add_tests
}

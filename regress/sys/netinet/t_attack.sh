#! /usr/bin/env atf-sh
# Hostile packets from a real host (w_router's topology): each bad packet is
# counted for its reason, and many that are nearly good leave the machine as
# it was.

. "$(atf_get_srcdir)/../../lib/warren.subr"

# b's link is small, so that packets to it may need fragmentation.
victim()
{
	w_init
	w_router "$@"
	w_exec r ifconfig em1 mtu 1280 || atf_fail "mtu"
	w_ping a 10.0.1.1
	w_ping b 10.0.2.1
	# What a sends is the attack alone, and b sends nothing.
	w_quiet 8 1
	w_in b sysctl -qw net.ipv6.conf.tb.disable_ipv6=1
	w_in a ip neigh replace 10.0.1.1 lladdr "$(w_lladdr)" dev ta
}

# w_quiet ARP_IGNORE DISABLE_IPV6: does host a answer?
w_quiet()
{
	w_in a sysctl -qw "net.ipv4.conf.ta.arp_ignore=$1" \
	    "net.ipv6.conf.ta.disable_ipv6=$2" || atf_fail "sysctl"
}

# Host a asks again where the machine is, which then knows where a is.
alive()
{
	w_quiet 0 0
	w_in a ip neigh flush nud all dev ta
	w_ping a 10.0.1.1
	w_ping a 10.0.2.2
	w_ping b 10.0.1.2
}

w_lladdr()
{
	w_in a ip neigh show 10.0.1.1 | sed -n 's/.*lladdr \([^ ]*\).*/\1/p'
}

attack()
{
	w_in a /usr/bin/python3 "$(atf_get_srcdir)/attack.py" ta "$W_ID-r" \
	    "$1" || atf_fail "not counted as they should be"
	alive
}

w_test inet "bad IPv4, ICMP, UDP and IGMP packets are counted by reason"
inet_body()
{
	victim
	attack inet
}

w_test arp "bad ARP packets are counted by reason"
arp_body()
{
	victim
	attack arp
}

w_test link "frames that nobody wants are counted by reason"
link_body()
{
	victim
	attack link
}

# kernel_pid MACHINE: the process of its kernel
kernel_pid()
{
	pgrep -f -- "warren-kernel .*-n $W_ID-$1( |\$)" | head -n 1
}

# pss: of the kernel, KB
pss()
{
	sed -n 's/^Pss: *\([0-9]*\) kB/\1/p' "/proc/$pid/smaps_rollup"
}

# mbufs: in use
mbufs()
{
	w_exec r netstat -m | sed -n 's/^\([0-9]*\) mbufs* in use:.*/\1/p'
}

# flat NAME BEFORE AFTER SLACK
flat()
{
	echo "$1: $2, then $3"
	[ "$3" -le $(($2 + $4)) ] || atf_fail "$1 grew: $2, then $3"
}

mbufs_are()
{
	[ "$(mbufs)" -le "$1" ]
}

w_test mutated 200 "100,000 mutated frames: ping answers, memory is flat"
mutated_body()
{
	victim
	w_exec r ifconfig em0 inet6 fd00:1::1/64 || atf_fail "inet6"
	pid=$(kernel_pid r)
	mac=$(w_lladdr)
	send="$(atf_get_srcdir)/h_mutate ta $mac"
	# Caches fill up to their limits first.
	w_in a $send 50000 1
	alive
	before=$(pss)
	held=$(mbufs)
	w_in a $send 100000 2
	alive
	flat "PSS in KB" "$before" "$(pss)" 4096
	# What was held for resolution or reassembly goes.
	w_wait 90 mbufs_are $((held + 64))
	echo "mbufs: $held, then $(mbufs)"
}

atf_init_test_cases()
{
	w_add_tests
}

#! /usr/bin/env atf-sh
# Routing domains: two pairs of hosts with the same addresses, one machine
# between all four, and nothing passes from one domain to the other.
#
#	host a1 --- em0 +-- rdomain 1 --+ em1 --- host b1
#	host a2 --- em2 +-- rdomain 2 --+ em3 --- host b2
#	    10.0.1.2   .1              .1   10.0.2.2	(both)

. "$(atf_get_srcdir)/../../lib/warren.subr"

domains()
{
	w_init
	for h in a1 b1 a2 b2; do
		w_host $h
	done
	w_machine r <<-EOF
		card em0 tap t0 $(w_ns a1)
		card em1 tap t0 $(w_ns b1)
		card em2 tap t0 $(w_ns a2)
		card em3 tap t0 $(w_ns b2)
	EOF
	w_etc r hostname.em0 'rdomain 1' 'inet 10.0.1.1/24'
	w_etc r hostname.em1 'rdomain 1' 'inet 10.0.2.1/24'
	w_etc r hostname.em2 'rdomain 2' 'inet 10.0.1.1/24'
	w_etc r hostname.em3 'rdomain 2' 'inet 10.0.2.1/24'
	w_etc r sysctl.conf 'net.inet.ip.forwarding=1'
	w_boot r
	for i in 1 2; do
		w_addr a$i t0 10.0.1.2/24 10.0.1.1
		w_addr b$i t0 10.0.2.2/24 10.0.2.1
	done
}

w_test apart "the same addresses twice, each pair for itself"
apart_body()
{
	domains
	w_ping a1 10.0.2.2
	w_ping a2 10.0.2.2
	# Only the first pair's far host sees the first pair's packets.
	w_capture b2 t0 b2.pcap
	w_ping a1 10.0.2.2 -c 5
	w_captured b2.pcap
	tcpdump -n -r b2.pcap icmp >seen 2>/dev/null
	[ -s seen ] && atf_fail "passed over: $(head -n 1 seen)"
	# One pair's far host gone: the other's does not answer for it.
	w_in b1 ip link set t0 down
	w_in a1 ping -n -c 2 -i 0.2 -W 1 10.0.2.2 &&
	    atf_fail "answered by the other domain"
	w_ping a2 10.0.2.2
}

w_test programs "ping -V, route -T, netstat -T, ifconfig say the domain"
programs_body()
{
	domains
	atf_check -o match:'0.0% packet loss' \
	    warren exec "$W_ID-r" ping -n -c 1 -w 3 -V 1 10.0.1.2
	atf_check -o match:'0.0% packet loss' \
	    warren exec "$W_ID-r" ping -n -c 1 -w 3 -V 2 10.0.2.2
	# A domain reaches its own addresses: its loopback interface is up.
	atf_check -o match:'0.0% packet loss' \
	    warren exec "$W_ID-r" ping -n -c 1 -w 3 -V 2 10.0.2.1
	# The first table holds none of these networks.
	atf_check -s not-exit:0 -o ignore -e ignore \
	    warren exec "$W_ID-r" ping -n -c 1 -w 1 10.0.1.2
	atf_check -o match:'rdomain 2' warren exec "$W_ID-r" ifconfig em2
	atf_check -s exit:0 -o ignore warren exec "$W_ID-r" \
	    route -T 1 -n add -net 10.7.0.0/16 10.0.2.2
	atf_check -o match:'10\.7/16' warren exec "$W_ID-r" \
	    netstat -rn -T 1 -f inet
	atf_check -o not-match:'10\.7/16' warren exec "$W_ID-r" \
	    netstat -rn -T 2 -f inet
	atf_check -o not-match:'10\.7/16' warren exec "$W_ID-r" \
	    netstat -rn -f inet
}

w_test no_domain "no way between domains, and no redirect to one"
no_domain_body()
{
	domains
	w_exec r route -T 1 -qn add -net 10.9.0.0/16 -blackhole 10.0.1.1
	w_in a1 ping -n -c 1 -W 1 10.9.0.1 && atf_fail "out of a black hole"
	w_in a2 ping -n -c 1 -W 3 10.9.0.1 >out
	atf_check -o match:'Unreachable' cat out
}

atf_init_test_cases()
{
	w_add_tests
}

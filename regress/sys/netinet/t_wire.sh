#! /usr/bin/env atf-sh
# Two machines joined by a wire, a Linux host behind each (w_two_routers's
# topology).

. "$(atf_get_srcdir)/../../lib/warren.subr"

w_test ping "ping passes both ways through both"
ping_body()
{
	w_init
	w_two_routers
	w_exec r ping -n -c 2 -w 5 10.0.0.2 || atf_fail "r to s"
	w_exec s ping -n -c 2 -w 5 10.0.0.1 || atf_fail "s to r"
	w_in a ping -n -c 3 -i 0.2 -W 3 10.0.2.2 >out || atf_fail "a to b"
	atf_check -o match:'ttl=62' cat out
	w_ping b 10.0.1.2
}

w_test iperf "iperf3 passes TCP and UDP both ways"
iperf_body()
{
	w_init
	w_two_routers
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 2
	w_iperf a b 10.0.2.2 -t 2 -R
	w_iperf a b 10.0.2.2 -u -b 50M -l 1400 -t 2
	w_iperf a b 10.0.2.2 -u -b 50M -l 1400 -t 2 -R
}

w_test iperf_no_offload "the same with offloads off"
iperf_no_offload_body()
{
	w_init
	w_two_routers offload off
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 2
	w_iperf a b 10.0.2.2 -t 2 -R
	w_iperf a b 10.0.2.2 -u -b 50M -l 1400 -t 2
}

w_test peer_gone "one machine halts: the other lives, and the wire heals"
peer_gone_body()
{
	w_init
	w_two_routers
	w_ping a 10.0.2.2
	w_halt s
	w_in a ping -n -c 1 -W 1 10.0.2.2 && atf_fail "answered by nobody"
	w_ping a 10.0.1.1
	w_boot s
	w_addr b tb 10.0.2.2/24 10.0.2.1
	w_wait 10 w_in a ping -n -c 1 -W 1 10.0.2.2
}

atf_init_test_cases()
{
	w_add_tests
}

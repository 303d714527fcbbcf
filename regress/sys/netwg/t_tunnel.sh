#! /usr/bin/env atf-sh
# A tunnel between the gateways of two sites (wg.subr's topology).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/wg.subr"

w_test ping "hosts and gateways reach each other through it, nothing in clear"
ping_body()
{
	w_init
	wg_sites
	wg_tunnel
	w_exec r ping -c 3 -w 5 10.99.0.2 >out || atf_fail "gateway to gateway"
	atf_check -o match:'0.0% packet loss' cat out
	w_ping a 10.0.2.2
	w_ping b 10.0.1.2 -s 1392 -M do
	w_exec r ifconfig wg0
	w_exec s netstat -ss -p wg
	w_exec r netstat -ss -p wg
}

w_test tcp "iperf3 passes TCP both ways"
tcp_body()
{
	w_init
	wg_sites
	wg_tunnel
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 2
	w_iperf a b 10.0.2.2 -t 2 -R
	w_exec s netstat -ss -p wg
	w_exec r netstat -ss -p wg
}

atf_init_test_cases()
{
	w_add_tests
}

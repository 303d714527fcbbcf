#! /usr/bin/env atf-sh
# The packet card in mode xdp, in t_packet's topology.  The far ends must
# finish their checksums: nobody does it for them.

. "$(atf_get_srcdir)/../../../lib/warren.subr"
. "$(atf_get_srcdir)/dev.subr"

finish_sums()
{
	w_in a ethtool -K va tx off >/dev/null
	w_in b ethtool -K vb tx off >/dev/null
}

w_test forward "ping, TCP and UDP both ways"
forward_body()
{
	w_init
	d_packet mode xdp
	finish_sums
	atf_check -o match:'pa[0-9]+, xdp' warren log "$W_ID-r"
	w_ping a 10.0.2.2
	w_serve_iperf b
	w_iperf a b 10.0.2.2 -t 2
	w_iperf a b 10.0.2.2 -t 2 -R
	w_iperf a b 10.0.2.2 -u -b 50M -l 1400 -t 1
}

w_test many "more frames than the rings hold"
many_body()
{
	w_init
	d_packet mode xdp
	finish_sums
	w_in a ping -n -q -f -c 20000 -W 3 10.0.2.2 >out ||
	    atf_fail "$(cat out)"
	atf_check -o match:' 0% packet loss| 0\.[0-9]+% packet loss' cat out
}

w_test lost "what the host has no room for is counted"
lost_body()
{
	w_init
	d_lost mode xdp
}

w_test released "the interface is the host's again when the machine ends"
released_body()
{
	w_init
	d_packet mode xdp
	w_ping a 10.0.1.1
	atf_check -o match:xdp ip link show "pa$$"
	w_halt r
	atf_check -o not-match:xdp ip link show "pa$$"
	ip addr add 10.0.1.9/24 dev "pa$$"
	w_ping a 10.0.1.9
}

w_test busy "what another program uses is refused"
busy_body()
{
	w_init
	d_packet mode xdp
	atf_check -s exit:1 -o match:'something else uses XDP' -e ignore \
	    "$OBJ/sys/usermode/warren-kernel" "card=em0,packet,pa$$,mode=xdp"
}

atf_init_test_cases()
{
	w_add_tests
}

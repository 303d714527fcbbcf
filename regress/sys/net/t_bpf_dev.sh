#! /usr/bin/env atf-sh
# /dev/bpf in a machine without cards, as a program of the host's finds it
# (bpf_dev.py).

. "$(atf_get_srcdir)/../../lib/warren.subr"

dev()
{
	w_init
	w_machine m </dev/null
	w_boot m
	atf_check warren exec -H "$W_ID-m" \
	    python3 "$(atf_get_srcdir)/bpf_dev.py" "$1"
}

w_test ready "poll, select and epoll know when there is something"
ready_body()
{
	dev ready
}

w_test inherited "descriptors are duplicated and inherited"
inherited_body()
{
	dev inherited
}

w_test paths "only the very path is a device, and not in a chroot"
paths_body()
{
	dev paths
}

w_test rights "only root may open it"
rights_body()
{
	dev rights
}

w_test packet_socket "AF_PACKET is refused"
packet_socket_body()
{
	dev packet_socket
}

w_test signal "a signal by fcntl, when there is something to read"
signal_body()
{
	dev signal
}

w_test many "a thousand openings leave nothing behind"
many_body()
{
	dev many
}

atf_init_test_cases()
{
	w_add_tests
}

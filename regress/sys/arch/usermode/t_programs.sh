#!/usr/bin/env atf-sh
#
# Unmodified programs of the host on a machine's network.

. "$(atf_get_srcdir)/wayin.subr"

w_test python "python3: asyncio, selectors, subprocesses, passing sockets"
python_body()
{
	wayin_boot
	w_hexec m python3 "$(atf_get_srcdir)/client.py" ||
	    atf_fail "python3 as a client"
	w_halt m
}

w_test ping "Debian's ping"
ping_body()
{
	wayin_boot
	w_hexec m /usr/bin/ping -n -c 3 -i 0.2 127.0.0.1 >out ||
	    atf_fail "$(cat out)"
	grep -q ' 0% packet loss' out || atf_fail "$(cat out)"
	w_halt m
}

w_test dig "Debian's dig, asking a server in python"
dig_body()
{
	wayin_boot
	warren exec -H "$W_ID-m" python3 "$(atf_get_srcdir)/nameserver.py" \
	    >up &
	w_made proc $!
	w_wait 10 grep -q up up
	w_hexec m dig +short +tries=1 @127.0.0.1 -p 5300 warren.example A \
	    >out || atf_fail "$(cat out)"
	atf_check_equal 192.0.2.77 "$(cat out)"
	w_halt m
}

w_test traceroute "Debian's traceroute: ICMP errors by the error queue and poll"
traceroute_body()
{
	wayin_boot
	w_hexec m traceroute -n -q 1 -w 2 -m 2 127.0.0.1 >out ||
	    atf_fail "$(cat out)"
	grep -q '^ 1  127.0.0.1  ' out || atf_fail "$(cat out)"
	w_halt m
}

w_test interfaces "ip(8) and the C library see the machine's interfaces"
interfaces_body()
{
	wayin_boot
	w_hexec m ip -o addr show >out || atf_fail "$(cat out)"
	grep -q 'lo0 *inet 127.0.0.1/8 scope host lo0' out ||
	    atf_fail "$(cat out)"
	w_hexec m python3 -c 'if True:
	    import socket
	    names = dict((n, i) for i, n in socket.if_nameindex())
	    assert names["lo0"] == socket.if_nametoindex("lo0")
	    assert "lo" not in names' || atf_fail "the C library"
	w_halt m
}

w_test golang "a static Go program"
golang_body()
{
	wayin_boot
	wayin_run golang "" || atf_fail "the Go program"
	w_halt m
}

atf_init_test_cases()
{
	w_add_tests
}

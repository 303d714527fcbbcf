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

w_test inet6 "Debian's ping, traceroute and dig over IPv6"
inet6_body()
{
	wayin_boot
	w_hexec m /usr/bin/ping -6 -n -c 3 -i 0.2 ::1 >out ||
	    atf_fail "$(cat out)"
	grep -q ' 0% packet loss' out || atf_fail "$(cat out)"
	w_hexec m traceroute -6 -n -q 1 -w 2 -m 2 ::1 >out ||
	    atf_fail "$(cat out)"
	grep -q '^ 1  ::1  ' out || atf_fail "$(cat out)"
	warren exec -H "$W_ID-m" python3 "$(atf_get_srcdir)/nameserver.py" \
	    ::1 >up &
	w_made proc $!
	w_wait 10 grep -q up up
	w_hexec m dig +short +tries=1 @::1 -p 5300 warren.example A >out ||
	    atf_fail "$(cat out)"
	atf_check_equal 192.0.2.77 "$(cat out)"
	w_halt m
}

# talk ADDRESS: a line there and one back, by nc -u.
talk()
{
	mkfifo ask answer
	warren exec -H "$W_ID-m" nc -n -u -l "$1" 5301 <answer >heard &
	w_made proc $!
	exec 8>answer
	w_wait 10 listens "$1.5301"
	warren exec -H "$W_ID-m" nc -n -u "$1" 5301 <ask >told &
	w_made proc $!
	exec 9>ask
	w_wait 10 said 9 question heard
	w_wait 10 said 8 reply told
	exec 8>&- 9>&-
	rm ask answer
}

listens()
{
	w_exec m netstat -an | grep -qF " $1 "
}

# said DESCRIPTOR WORD FILE: say it until it is heard.
said()
{
	echo "$2" >&"$1"
	grep -q "$2" "$3"
}

w_test nc "Debian's nc -u, both families"
nc_body()
{
	wayin_boot
	talk 127.0.0.1
	talk ::1
	w_halt m
}

w_test busybox "BusyBox's ping, ping6, traceroute and nslookup"
busybox_body()
{
	wayin_boot
	for words in "ping -c 2 127.0.0.1" "ping6 -c 2 ::1"; do
		w_hexec m busybox $words >out || atf_fail "$(cat out)"
		grep -q ' 0% packet loss' out || atf_fail "$(cat out)"
	done
	w_hexec m busybox traceroute -n -q 1 -w 2 -m 2 127.0.0.1 >out ||
	    atf_fail "$(cat out)"
	grep -q '^ *1  127.0.0.1 ' out || atf_fail "$(cat out)"
	w_hexec m busybox traceroute6 -n -q 1 -w 2 -m 2 ::1 >out ||
	    atf_fail "$(cat out)"
	grep -q '^ *1  ::1 ' out || atf_fail "$(cat out)"
	warren exec -H "$W_ID-m" python3 "$(atf_get_srcdir)/nameserver.py" \
	    >up &
	w_made proc $!
	w_wait 10 grep -q up up
	w_hexec m busybox nslookup -type=a warren.example 127.0.0.1:5300 \
	    >out || atf_fail "$(cat out)"
	grep -q 192.0.2.77 out || atf_fail "$(cat out)"
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

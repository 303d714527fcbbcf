#!/usr/bin/env atf-sh
#
# What the host sees of a machine's sockets: AF_UNIX pairs, and no network.

. "$(atf_get_srcdir)/wayin.subr"

w_test unix_only "each socket of the machine's processes is AF_UNIX"
unix_only_body()
{
	wayin_boot
	wayin_client
	python3 "$(atf_get_srcdir)/sockets.py" "$pid" >list ||
	    atf_fail "$(cat list)"
	# Two datagram sockets, a raw one, a stream, and a host's own pair.
	atf_check_equal 6 "$(wc -l <list)"
	w_halt m
}

w_test empty "the host's tables in the machine's namespace are empty"
empty_body()
{
	wayin_boot
	wayin_client
	nsenter -t "$pid" -n ss -H -a -t -u -w -0 >list
	atf_check_equal "" "$(cat list)"
	nsenter -t "$pid" -n ip -o link show up >list
	atf_check_equal "" "$(cat list)"
	w_halt m
}

# A python of the host's with sockets open; its number in $pid.
wayin_client()
{
	cat >client.py <<-'EOF'
	import os, socket, sys
	held = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
	    socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
	    socket.socket(socket.AF_INET, socket.SOCK_RAW, 1),
	    socket.socket(socket.AF_INET, socket.SOCK_STREAM),
	    *socket.socketpair()]
	held[0].bind(("127.0.0.1", 5000))
	open("pid", "w").write(str(os.getpid()))
	held[0].recv(1)
	EOF
	warren exec -H "$W_ID-m" python3 client.py &
	w_made proc $!
	w_wait 10 test -s pid
	pid=$(cat pid)
	w_made proc "$pid"
}

atf_init_test_cases()
{
	w_add_tests
}

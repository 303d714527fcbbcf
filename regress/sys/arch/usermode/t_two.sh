#!/usr/bin/env atf-sh
#
# Two machines at once: each has files, processes and a network of its own.

. "$(atf_get_srcdir)/wayin.subr"

two()
{
	w_init
	for m in a b; do
		w_machine $m </dev/null
		w_boot $m
		w_exec $m ifconfig lo0 inet 127.0.0.1/8 ||
		    atf_fail "no loopback address in $m"
	done
}

w_test files "a file of one is not the other's"
files_body()
{
	two
	w_exec a sh -c 'echo of-a >/var/run/mark; echo of-a >/tmp/mark'
	w_exec b sh -c 'test ! -e /var/run/mark -a ! -e /tmp/mark' ||
	    atf_fail "b sees a file of a"
	w_exec b sh -c 'echo of-b >/var/run/mark'
	atf_check_equal of-a "$(w_exec a cat /var/run/mark)"
	w_halt a
	w_halt b
}

w_test processes "a process of one is not the other's"
processes_body()
{
	two
	warren exec "$W_ID-a" sleep 61 &
	w_made proc $!
	w_wait 10 sleeps a
	sleeps b && atf_fail "b sees a process of a"
	w_halt a
	w_halt b
}

sleeps()
{
	w_exec "$1" ps | grep -q 'sleep [6]1'
}

w_test network "a port of one is not the other's"
network_body()
{
	two
	cat >client.py <<-'EOF'
	import socket, sys
	s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
	s.bind(("127.0.0.1", 5001))
	s.settimeout(1)
	open(sys.argv[1], "w").write("up")
	if sys.argv[2:] == ["send"]:
	    s.sendto(b"x", ("127.0.0.1", 5001))
	    sys.exit(s.recv(9) != b"x")
	try:
	    s.recv(9)
	except socket.timeout:
	    sys.exit(0)
	sys.exit("heard the other machine")
	EOF
	warren exec -H "$W_ID-b" python3 client.py b.up &
	b=$!
	w_wait 10 test -s b.up
	w_hexec a python3 client.py a.up send || atf_fail "a does not hear"
	wait $b || atf_fail "b hears a"
	w_halt a
	w_halt b
}

atf_init_test_cases()
{
	w_add_tests
}

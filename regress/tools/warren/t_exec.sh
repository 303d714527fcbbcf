#! /usr/bin/env atf-sh
# warren exec: programs in a machine.

. "$(atf_get_srcdir)/../../lib/warren.subr"

# one: a machine with no cards.
one()
{
	w_init
	w_machine m </dev/null
	w_boot m
}

w_test status "exit status and signals pass through"
status_body()
{
	one
	atf_check -s exit:0 warren exec "$W_ID-m" true
	atf_check -s exit:7 warren exec "$W_ID-m" sh -c 'exit 7'
	atf_check -s signal:9 warren exec "$W_ID-m" sh -c 'kill -9 $$'
	atf_check -s signal:15 warren exec "$W_ID-m" sh -c 'kill -15 $$'
	atf_check -s exit:127 -e match:'nosuch: No such file' \
	    warren exec "$W_ID-m" nosuch
	atf_check -s exit:126 -e match:'Permission denied' \
	    warren exec "$W_ID-m" /etc/passwd
	atf_check -s exit:2 -e match:'^usage: ' warren exec
	atf_check -s exit:1 -e match:'no such machine runs' \
	    warren exec "$W_ID-nobody" true
}

w_test stdio "standard input, output and error are the caller's"
stdio_body()
{
	one
	echo in >input
	atf_check -o inline:'in\nout\n' -e inline:'err\n' sh -c \
	    "warren exec $W_ID-m sh -c 'cat; echo out; echo err >&2' <input"
	# Megabytes through a pipe.
	head -c 3000000 /dev/urandom >big
	warren exec "$W_ID-m" cat <big >copy
	cmp big copy || atf_fail "not the same"
}

w_test signal "signals sent to warren exec reach the program"
signal_body()
{
	one
	warren exec "$W_ID-m" sh -c \
	    'trap "echo got; exit 5" TERM; echo up
	    while :; do sleep 0.05; done' >out &
	pid=$!
	w_wait 5 grep -q up out
	kill -TERM $pid
	wait $pid
	atf_check_equal 5 $?
	atf_check -o inline:'up\ngot\n' cat out
	# A killed warren exec takes its program along.
	warren exec "$W_ID-m" sleep 1234 &
	pid=$!
	w_wait 5 in_machine 'sleep 1234'
	kill -9 $pid
	wait $pid
	w_wait 5 sh -c "! warren exec $W_ID-m ps | grep -q '[s]leep 1234'"
}

in_machine()
{
	warren exec "$W_ID-m" ps | grep -q "$1"
}

w_test user "-u: user, groups, home; nobody but root is asked"
user_body()
{
	one
	atf_check -o match:'^uid=65534\(nobody\) gid=65534\(nobody\)' \
	    warren exec -u nobody "$W_ID-m" id
	atf_check -o match:'uid=180\(_iked\)' \
	    warren exec -u _iked "$W_ID-m" id
	atf_check -o inline:'/tmp\n' \
	    warren exec -u user "$W_ID-m" sh -c 'echo $HOME'
	atf_check -s exit:1 -e match:'nosuchuser: no such user' \
	    warren exec -u nosuchuser "$W_ID-m" id
	atf_check -s not-exit:0 -e match:'Permission denied' \
	    warren exec -u nobody "$W_ID-m" touch /etc/x
}

w_test environment "a machine's programs get an environment of its own"
environment_body()
{
	one
	SECRET=1 warren exec "$W_ID-m" env >out
	cat out
	atf_check -o not-match:'SECRET' cat out
	atf_check -o match:'^HOME=/root$' cat out
	atf_check -o match:'^PATH=/sbin:/usr/sbin:/bin:/usr/bin$' cat out
	atf_check -o inline:'1\n' env SECRET=1 warren exec -H "$W_ID-m" \
	    sh -c 'echo $SECRET'
}

w_test root "a machine's root: its own /etc and /var, the rest read-only"
root_body()
{
	one
	w_exec m sh -c 'cd /var/db; echo x | tee x /tmp/x /etc/x' ||
	    atf_fail "cannot write"
	atf_check -o inline:'x\n' cat m/m/var/db/x
	atf_check -s not-exit:0 -e match:'Read-only' \
	    warren exec "$W_ID-m" touch /bin/x
	# Nothing of the host shows.
	atf_check -s not-exit:0 -e ignore warren exec "$W_ID-m" ls "$OBJ"
	atf_check -o match:'^ *1 ' warren exec "$W_ID-m" ps
	w_exec m ps >ps
	[ "$(wc -l <ps)" -lt 6 ] || atf_fail "foreign processes: $(cat ps)"
	# One pid namespace serves every exec.
	warren exec "$W_ID-m" sleep 4321 &
	w_wait 5 in_machine 'sleep 4321'
	w_exec m killall sleep
	w_wait 5 sh -c "! warren exec $W_ID-m ps | grep -q '[s]leep 4321'"
}

w_test tty "a person's terminal: job control, size, exit status"
tty_body()
{
	one
	cat >play.py <<-'EOF'
	import fcntl, os, pty, select, signal, struct, sys, termios, time
	signal.alarm(60)
	pid, fd = pty.fork()
	if pid == 0:
	    os.execvp("warren", ["warren", "exec", sys.argv[1]])
	fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 99, 0, 0))
	def expect(what, t=10):
	    seen, end = b"", time.time() + t
	    while what not in seen:
	        if time.time() > end or not select.select([fd], [], [], 1)[0]:
	            if time.time() > end:
	                sys.exit("no %r in %r" % (what, seen))
	            continue
	        try:
	            seen += os.read(fd, 4096)
	        except OSError:
	            sys.exit("ended: no %r in %r" % (what, seen))
	    return seen
	def say(s):
	    os.write(fd, s)
	expect(b"# ")
	say(b"tty\n"); expect(b"/dev/pts/")
	say(b"stty size\n"); expect(b"33 99")
	# What is echoed is not what is printed.
	busy = b"sh -c 'echo wo''rks; exec sleep 1000'\n"
	say(busy); expect(b"works")
	say(b"\x03"); expect(b"# ")
	say(busy); expect(b"works")
	say(b"\x1a"); expect(b"Stopped")
	say(b"kill -9 %1; wait; echo do''ne\n"); expect(b"done")
	# Twice: the shell may not have noticed yet that its job is gone.
	say(b"exit 9\nexit 9\n")
	while True:
	    try:
	        if not os.read(fd, 4096):
	            break
	    except OSError:
	        break
	st = os.waitpid(pid, 0)[1]
	sys.exit(0 if os.WEXITSTATUS(st) == 9 else "status %d" % st)
	EOF
	atf_check python3 play.py "$W_ID-m"
}

w_test host_program "-H: the host's files, the machine's network"
host_program_body()
{
	one
	atf_check -o inline:"$PWD\n" warren exec -H "$W_ID-m" pwd
	# No interface of the host's is there, nor a socket of its kernel's.
	atf_check -o inline:'0\n' sh -c \
	    "warren exec -H $W_ID-m cat /proc/net/dev | grep -c eth || :"
	# The machine's WireGuard sockets and resolver stand over the host's.
	w_exec m sh -c 'echo nameserver 192.0.2.53 >/etc/resolv.conf;
	    echo here >/var/run/wireguard/mark' || atf_fail "cannot write"
	atf_check -o inline:'here\n' warren exec -H "$W_ID-m" \
	    cat /var/run/wireguard/mark
	[ -e /etc/resolv.conf ] && atf_check -o match:192.0.2.53 \
	    warren exec -H "$W_ID-m" cat /etc/resolv.conf
	[ -e /var/run/wireguard/mark ] && atf_fail "seen by the host"
	# Halt ends such programs, too.
	warren exec -H "$W_ID-m" sleep 5678 &
	pid=$!
	w_wait 5 pgrep -P $pid
	w_halt m
	w_wait 5 sh -c "! kill -0 $pid"
}

w_test many "twenty at once"
many_body()
{
	one
	i=0
	pids=
	while [ $i -lt 20 ]; do
		warren exec "$W_ID-m" sh -c "sleep 0.2; exit $i" &
		pids="$pids $!"
		i=$((i + 1))
	done
	i=0
	for pid in $pids; do
		wait "$pid"
		atf_check_equal $i $?
		i=$((i + 1))
	done
}

w_test apart "two machines never see each other's files, processes, network"
apart_body()
{
	w_init
	w_machine m </dev/null
	w_machine n </dev/null
	w_boot m
	w_boot n
	w_exec m sh -c 'echo x >/tmp/x; echo x >/var/db/x; echo x >/etc/x'
	atf_check -s not-exit:0 -e ignore warren exec "$W_ID-n" \
	    sh -c 'ls /tmp/x || ls /var/db/x || ls /etc/x'
	warren exec "$W_ID-m" sleep 2468 &
	w_wait 5 in_machine 'sleep 2468'
	w_exec n ps | grep 'sleep 2468' && atf_fail "sees its processes"
	for t in net mnt pid uts ipc; do
		[ "$(w_exec m readlink /proc/self/ns/$t)" != \
		    "$(w_exec n readlink /proc/self/ns/$t)" ] ||
		    atf_fail "one $t namespace for both"
	done
	w_halt m
	w_exec n true || atf_fail "n went with m"
}

# A user who is not root boots and enters a machine of his own: /etc/passwd
# and /etc/subuid with him in it are bound over the host's, in a mount
# namespace of this test's.
w_test not_root "a user who is not root: a machine in a user namespace"
not_root_body()
{
	w_init
	d=$(mktemp -d /tmp/warren.XXXXXX)
	echo "$d" >dir
	for f in passwd group; do
		cp /etc/$f "$d/$f"
	done
	echo 'wtester:x:4242:4242::/tmp:/bin/sh' >>"$d/passwd"
	echo 'wtester:x:4242:' >>"$d/group"
	echo 'wtester:300000:65536' >"$d/subuid"
	cp "$d/subuid" "$d/subgid"
	mkdir -p "$d/run" "$d/m/a"
	cp -a "$OBJ/image" "$d/image"
	cp "$OBJ/tools/warren/warren" "$OBJ/sys/usermode/warren-kernel" "$d"
	: >"$d/m/a/machine.conf"
	cat >"$d/go" <<-EOF
		set -ex
		cd $d/m
		export XDG_RUNTIME_DIR=$d/run PATH=$d:\$PATH
		export WARREN_IMAGE=$d/image WARREN_KERNEL=$d/warren-kernel
		id -u | grep -x 4242
		warren boot a
		trap 'warren log a >&2; warren halt a' EXIT
		warren list | grep '^a .* up '
		warren exec a id -u | grep -x 0
		warren exec -u nobody a id -u | grep -x 65534
		warren exec a ifconfig lo0 | grep 127.0.0.1
		warren exec a ping -c 1 -w 5 127.0.0.1
		! warren exec -u nobody a ifconfig lo0 down
		warren exec a ps | grep -v warren-init >ps
		! grep kthreadd ps
		warren exec -H a python3 -c 'import socket
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(("127.0.0.1", 0))'
	EOF
	chown -R 4242:4242 "$d/run" "$d/m" "$d/image"
	chmod 755 "$d"
	unshare -m sh -c "
		for f in passwd group subuid subgid; do
			[ -e /etc/\$f ] || : >/etc/\$f
			mount --bind $d/\$f /etc/\$f || exit
		done
		exec setpriv --reuid 4242 --regid 4242 --clear-groups \
		    sh $d/go" ||
	    atf_fail "see above"
}
not_root_cleanup()
{
	w_cleanup
	[ -f dir ] && rm -rf "$(cat dir)"
	return 0
}

atf_init_test_cases()
{
	w_add_tests
}

#! /usr/bin/env atf-sh
# pledge(2): what the kernel keeps, and what the host's filter keeps for it.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sbin/user.subr"

setup()
{
	u_machine
	mkdir -p m/m/var/t
	cp "$(atf_get_srcdir)/h_pledge" m/m/var/t/pledge
	chmod 755 m/m/var/t/pledge
}

# keeps OUT PROMISES ACT ...
keeps()
{
	_out=$1
	shift
	u_ok "$_out" /var/t/pledge "$@"
}

# breaks OUT PROMISES ACT ...: these acts succeed, then a signal ends it
breaks()
{
	_out=$1
	shift
	atf_check -s not-exit:0 -o inline:"$_out" -e ignore \
	    warren exec "$M" sh -c '/var/t/pledge "$@"; s=$?
	    [ $s -gt 128 ] || echo "ended with $s"; exit $s' sh "$@"
}

w_test files "files: rpath, wpath, cpath, and the soft answer to reading"
files_body()
{
	setup
	keeps 'read: ok
' 'stdio rpath' read /etc/passwd
	keeps 'read: Operation not permitted
' stdio read /etc/passwd
	keeps 'create: ok
write: ok
' 'stdio wpath cpath' create /tmp/f write /tmp/f
	breaks '' stdio write /tmp/f
	breaks '' 'stdio rpath' write /tmp/f
	breaks 'write: ok
' 'stdio rpath wpath' write /tmp/f create /tmp/g
	breaks '' 'stdio rpath wpath cpath' chown /tmp/f
	keeps 'chown: ok
' 'stdio chown' chown /tmp/f
}

w_test sockets "sockets: inet and route, and they work behind the filter"
sockets_body()
{
	setup
	keeps 'recv: ok
' 'stdio inet' recv
	keeps 'inet: ok
' 'stdio dns' inet
	breaks '' stdio inet
	breaks 'inet: ok
pledge: ok
' 'stdio inet' inet pledge stdio inet
}

w_test processes "processes: proc, exec and id"
processes_body()
{
	setup
	keeps 'fork: ok
' 'stdio proc' fork
	breaks '' stdio fork
	breaks '' stdio kill
	keeps 'kill: ok
' 'stdio proc' kill
	breaks '' 'stdio proc' setuid
	keeps 'setuid: ok
' 'stdio id' setuid
	breaks '' 'stdio rpath' exec /bin/echo
	# With exec promised nothing of it binds the new program.
	keeps 'done
' 'stdio rpath exec' exec /bin/echo
}

w_test narrow "promises are only ever given up"
narrow_body()
{
	setup
	keeps 'pledge: ok
pledge: Operation not permitted
' 'stdio rpath inet' pledge 'stdio inet' pledge 'stdio rpath'
	keeps 'pledge: Invalid argument
' stdio pledge nonsense
	atf_check -s exit:1 -o inline:'pledge: Invalid argument
' warren exec "$M" /var/t/pledge 'stdio nonsense' fork
	keeps 'read: ok
pledge: ok
read: Operation not permitted
' 'stdio rpath' read /etc/passwd pledge stdio read /etc/passwd
}

atf_init_test_cases()
{
	w_add_tests
}

#! /usr/bin/env atf-sh
# sysctl(8) and dmesg(8) in a machine (user.subr).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../user.subr"

w_test get "names, nodes, -n and -a"
get_body()
{
	u_machine
	u_ok 'net.inet.ip.forwarding=0
' sysctl net.inet.ip.forwarding
	u_ok '0
' sysctl -n net.inet.ip.forwarding
	u_ok "kern.hostname=$M
" sysctl kern.hostname
	u_match '^kern.clockrate=tick = [0-9]+, hz = [0-9]+, profhz' \
	    sysctl kern.clockrate
	u_match '^kern.boottime=[A-Z][a-z][a-z] [A-Z][a-z][a-z] ' \
	    sysctl kern.boottime
	x sysctl net.inet.icmp >node
	atf_check -o match:'^net.inet.icmp.bmcastecho=' -o not-match:'^kern' \
	    cat node
	x sysctl -a >all
	x sysctl >plain
	atf_check -o file:all cat plain
	atf_check -o match:'^kern.ostype=' -o match:'^hw.ncpu=' \
	    -o match:'^net.inet.udp.recvspace=' cat all
}

w_test set "a value is set, and what is said of it"
set_body()
{
	u_machine
	u_ok 'net.inet.ip.forwarding: 0 -> 1
' sysctl net.inet.ip.forwarding=1
	u_ok 'net.inet.ip.forwarding=1
' sysctl net.inet.ip.forwarding
	u_do sysctl -q net.inet.ip.forwarding=0
	u_ok '64
' sysctl -n net.inet.ip.ttl
	u_ok 'kern.domainname:  -> example.org
' sysctl kern.domainname=example.org
	u_ok 'net.inet.udp.rootonly: 2049 -> 80,2049
' sysctl net.inet.udp.rootonly=+80
	x sh -c 'printf "%s\n" "# a comment" "" \
	    " net.inet.ip.forwarding = 1  # routes" \
	    "net.inet.ip.ttl=77" >/tmp/conf'
	u_ok 'net.inet.ip.forwarding: 0 -> 1
net.inet.ip.ttl: 64 -> 77
' sysctl -f /tmp/conf
}

w_test inet6 "IPv6: values, a key that is not told"
inet6_body()
{
	u_machine
	u_ok 'net.inet6.ip6.forwarding: 0 -> 1
' sysctl net.inet6.ip6.forwarding=1
	u_ok '64
' sysctl -n net.inet6.ip6.hlim
	k=000102030405060708090a0b0c0d0e0f
	u_ok 'net.inet6.ip6.soiikey: (secret) -> (secret)
' sysctl net.inet6.ip6.soiikey=$k
	u_ok 'net.inet6.ip6.soiikey=(secret)
' sysctl net.inet6.ip6.soiikey
	u_fail 1 'sysctl: net.inet6.ip6.soiikey: invalid key
' sysctl net.inet6.ip6.soiikey=0001
	x sysctl net.inet6 >node
	atf_check -o match:'^net.inet6.ip6.ifq.maxlen=' \
	    -o match:'^net.inet6.icmp6.nd6_delay=5$' cat node
}

w_test refused "what is not there and what may not be"
refused_body()
{
	u_machine
	while IFS='|' read -r words error; do
		u_fail 1 "sysctl: $error
" sysctl "$words"
	done <<-'EOF'
		nonsense|top level name nonsense in nonsense is invalid
		kern.foo|second level name foo in kern.foo is invalid
		net.foo|second level name foo in net.foo is invalid
		kern.ostype.x|name x in kern.ostype.x is invalid
		kern=1|kern: specification is incomplete
		kern.ostype=x|kern.ostype: Operation not permitted
		net.inet.ip.mtudisc=9|net.inet.ip.mtudisc: Invalid argument
		net.inet.ip.forwarding=x|net.inet.ip.forwarding: x is invalid
		net.inet.ip.ttl=0|net.inet.ip.ttl: Invalid argument
		net.inet.udp.rootonly=x|net.inet.udp.rootonly: invalid port: x
	EOF
	atf_check -e inline:'sysctl: use dmesg to view kern.msgbuf
' warren exec "$M" sysctl kern.msgbuf
	atf_check -s exit:1 warren exec "$M" sysctl -q kern.foo
	u_denied 'sysctl: net.inet.ip.forwarding: Operation not permitted' \
	    sysctl net.inet.ip.forwarding=1
	u_ok 'net.inet.ip.forwarding=0
' sysctl net.inet.ip.forwarding
}

w_test conf "/etc/sysctl.conf is obeyed at boot"
conf_body()
{
	w_init
	w_machine m </dev/null
	w_etc m sysctl.conf 'net.inet.ip.forwarding=1	# route' '' '# no' \
	    'net.inet.ip.ttl=99'
	w_boot m
	M=$W_ID-m
	u_ok 'net.inet.ip.forwarding=1
net.inet.ip.ttl=99
' sysctl net.inet.ip.forwarding net.inet.ip.ttl
}

w_test dmesg "the message buffer, its console and bad arguments"
dmesg_body()
{
	u_machine
	u_match '^Warren ' dmesg
	u_match '^em0 at ' dmesg
	u_match '^Warren ' dmesg -s
	atf_check -s exit:1 -e inline:'usage: dmesg [-s]
' warren exec "$M" dmesg extra
	atf_check -o match:'^Warren ' warren exec -u nobody "$M" dmesg
}

atf_init_test_cases()
{
	w_add_tests
}

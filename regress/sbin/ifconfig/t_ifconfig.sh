#! /usr/bin/env atf-sh
# ifconfig(8) in a machine: one card, host a behind it (user.subr).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../user.subr"

w_test display "what an interface looks like"
display_body()
{
	u_machine
	u_do ifconfig em0 lladdr 02:00:00:00:00:11 description 'LAN side'
	u_do ifconfig em0 group lan
	u_ok "em0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> mtu 1500
	lladdr 02:00:00:00:00:11
	description: LAN side
	index $(u_index) priority 0 llprio 3
	groups: lan
	media: Ethernet autoselect (autoselect full-duplex)
	status: active
	inet 10.0.1.1 netmask 0xffffff00 broadcast 10.0.1.255
" ifconfig em0
	u_ok 'lo0: flags=8049<UP,LOOPBACK,RUNNING,MULTICAST> mtu 32768
	index 1 priority 0 llprio 3
	groups: lo
	inet6 ::1 prefixlen 128
	inet6 fe80::1%lo0 prefixlen 64 scopeid 0x1
	inet 127.0.0.1 netmask 0xff000000
' ifconfig lo0
	x ifconfig >all || atf_fail "ifconfig"
	atf_check -o file:all warren exec "$M" ifconfig -a
	atf_check -o file:all warren exec "$M" ifconfig -A
	x ifconfig em0 >em0
	for name in lan em; do
		atf_check -o file:em0 warren exec "$M" ifconfig $name
	done
	atf_check -o match:'^lo0: ' -o not-match:'^em0: ' \
	    warren exec "$M" ifconfig lo
	u_match 'hwfeatures=.*<.*CSUM_TCPv4.*> hardmtu' ifconfig em0 hwfeatures
}

w_test address "addresses: replace, add, remove"
address_body()
{
	u_machine
	cat >show <<-EOF
		#! /bin/sh
		warren exec $M ifconfig em0 | sed -n 's/^	inet //p'
	EOF
	chmod +x show
	u_do ifconfig em0 10.0.2.1 netmask 255.255.255.0
	atf_check -o inline:'10.0.2.1 netmask 0xffffff00 broadcast 10.0.2.255
' ./show
	u_do ifconfig em0 inet 10.0.3.1/25 alias
	u_do ifconfig em0 inet 10.0.4.1 prefixlen 30 \
	    broadcast 10.0.4.0 alias
	atf_check -o inline:'10.0.2.1 netmask 0xffffff00 broadcast 10.0.2.255
10.0.3.1 netmask 0xffffff80 broadcast 10.0.3.127
10.0.4.1 netmask 0xfffffffc broadcast 10.0.4.0
' ./show
	u_do ifconfig em0 inet 10.0.3.1 -alias
	atf_check -o inline:'10.0.2.1 netmask 0xffffff00 broadcast 10.0.2.255
10.0.4.1 netmask 0xfffffffc broadcast 10.0.4.0
' ./show
	u_do ifconfig em0 inet 10.0.5.1/24
	atf_check -o match:'^10.0.5.1' -o not-match:'^10.0.2.1' ./show
	u_do ifconfig em0 netmask 0xffff0000
	atf_check -o match:'^10.0.4.1 netmask 0xffff0000 ' ./show
	u_do ifconfig em0 delete
	atf_check -o not-match:'^10.0.4.1' -o match:'^10.0.5.1' ./show
	u_do ifconfig em0 -inet
	atf_check ./show
	u_fail 1 'ifconfig: SIOCDIFADDR: Cannot assign requested address
' ifconfig em0 delete
	u_fail 1 'ifconfig: SIOCDIFADDR: Cannot assign requested address
' ifconfig em0 inet 10.9.9.9 -alias
}

w_test words "several words on a line, each of them obeyed"
words_body()
{
	u_machine
	u_do ifconfig em0 inet 10.0.1.9/24 mtu 1400 metric 3 \
	    priority 5 llprio 6 debug link0 up inet 10.0.1.10/32 alias
	f='<UP,BROADCAST,DEBUG,RUNNING,SIMPLEX,LINK0,MULTICAST>'
	u_match "flags=9847$f metric 3 mtu 1400" ifconfig em0
	u_match 'index [0-9]+ priority 5 llprio 6' ifconfig em0
	u_match 'inet 10.0.1.10 netmask 0xffffffff' ifconfig em0
	u_do ifconfig em0 -debug -link0 metric 0 down
	u_match 'flags=8802<BROADCAST,SIMPLEX,MULTICAST> mtu 1400' ifconfig em0
	u_do ifconfig em0 up mtu 1500 -arp
	u_match 'flags=88c3<UP,BROADCAST,RUNNING,NOARP,SIMPLEX,MULTICAST> mtu' \
	    ifconfig em0
	u_do ifconfig em0 arp staticarp
	u_match '<UP,BROADCAST,STATICARP,RUNNING,' ifconfig em0
	u_do ifconfig em0 -staticarp rtlabel inside
	u_match 'rtlabel: inside' ifconfig em0
	u_do ifconfig em0 -rtlabel -description
	atf_check -o not-match:'rtlabel|description' \
	    warren exec "$M" ifconfig em0
}

w_test clones "create, destroy and -C"
clones_body()
{
	u_machine
	u_match '(^| )lo( |$)' ifconfig -C
	u_do ifconfig lo5 create
	u_match '^lo5: flags=' ifconfig lo5
	u_fail 1 'ifconfig: SIOCIFCREATE: File exists
' ifconfig lo5 create
	u_do ifconfig lo5 destroy
	u_fail 1 'ifconfig: lo5: no such interface
' ifconfig lo5
	# Words for what can be created create it.
	u_do ifconfig lo6 inet 10.6.6.6/32
	u_match 'inet 10.6.6.6 netmask 0xffffffff' ifconfig lo6
	u_fail 1 'ifconfig: SIOCIFDESTROY: Operation not permitted
' ifconfig lo0 destroy
	u_match '^lo0: flags=.*<UP,' ifconfig lo0
	u_fail 1 'ifconfig: SIOCIFCREATE: Invalid argument
' ifconfig nosuch0 create
}

w_test groups "groups and their names"
groups_body()
{
	u_machine
	u_do ifconfig em0 group wan group lan
	u_match 'groups: wan lan' ifconfig em0
	u_do ifconfig em0 -group wan
	u_match 'groups: lan$' ifconfig em0
	u_fail 1 'ifconfig: wan: no such interface
' ifconfig wan
	u_fail 1 'ifconfig: setifgroup: group names may not end in a digit
' ifconfig em0 group lan1
	u_fail 1 'ifconfig: setifgroup: group name too long
' ifconfig em0 group abcdefghijklmnop
	# The interface of the default route is in the group egress.
	atf_check -o ignore warren exec "$M" route add default 10.0.1.2
	u_match '^em0: ' ifconfig egress
}

w_test rdomain "an interface moves between routing domains"
rdomain_body()
{
	u_machine
	u_do ifconfig em0 rdomain 2 inet 10.0.1.1/24
	u_match '^em0: flags=.*> rdomain 2 mtu 1500' ifconfig em0
	u_match '^lo2: flags=.*> rdomain 2 mtu' ifconfig lo2
	atf_check -o match:'^10.0.1/24 ' warren exec "$M" netstat -rn -T 2
	atf_check -o not-match:'^10.0.1/24 ' warren exec "$M" netstat -rn
	u_match '1 packets received' ping -V 2 -c 1 10.0.1.2
	u_fail 1 'ping: sendto: No route to host
' sh -c 'ping -q -c 1 -w 1 10.0.1.2 >/dev/null'
	u_match '1 packets received' route -T 2 exec ping -c 1 10.0.1.2
	u_do ifconfig em0 -rdomain
	atf_check -o not-match:rdomain warren exec "$M" ifconfig em0
	u_fail 1 'ifconfig: rdomain 256: too large
' ifconfig em0 rdomain 256
}

w_test refused "bad words and values, in OpenBSD's words"
refused_body()
{
	u_machine
	while IFS='|' read -r words error; do
		# shellcheck disable=SC2086
		u_fail 1 "ifconfig: $error
" ifconfig $words
	done <<-'EOF'
		em9|em9: no such interface
		em0 nonsense|nonsense: bad value
		em0 10.0.1.1/33|10.0.1.1/33: bad value
		em0 10.0.1.1 netmask 255.0.255.0|255.0.255.0: bad mask
		em0 mtu|'mtu' requires argument
		em0 mtu many|mtu many: invalid
		em0 mtu 1|SIOCSIFMTU: Invalid argument
		em0 mtu 1000000|SIOCSIFMTU: Invalid argument
		em0 lladdr 0:1:2|malformed link-level address
		em0 prefixlen 33|prefixlen 33: too large
		em0 llprio 8|llprio 8: too large
		em0 priority -1|priority -1: too small
		em0 alias|alias requires an address
	EOF
	atf_check -s exit:1 -e match:'^usage: ifconfig ' \
	    warren exec "$M" ifconfig -Z
}

w_test privilege "anybody may look, only root may touch"
privilege_body()
{
	u_machine
	x ifconfig >want
	atf_check -o file:want warren exec -u nobody "$M" ifconfig
	while IFS='|' read -r words error; do
		# shellcheck disable=SC2086
		u_denied "ifconfig: $error: Operation not permitted" \
		    ifconfig $words
	done <<-'EOF'
		em0 down|SIOCSIFFLAGS
		em0 mtu 1400|SIOCSIFMTU
		em0 10.0.1.1/25|SIOCAIFADDR
		em0 10.0.1.1 -alias|SIOCDIFADDR
		em0 group g| SIOCAIFGROUP
		em0 description d|SIOCSIFDESCR
		em0 lladdr random|SIOCSIFLLADDR
		em0 rdomain 1|SIOCSIFRDOMAIN
		em0 metric 1|SIOCSIFMETRIC
		em0 priority 1|SIOCSIFPRIORITY
		lo7 create|SIOCIFCREATE
		lo7 up|SIOCIFCREATE
	EOF
	atf_check -o file:want warren exec "$M" ifconfig
}

atf_init_test_cases()
{
	w_add_tests
}

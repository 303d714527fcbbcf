#! /usr/bin/env atf-sh
# arp(8) in a machine: one card, host a behind it (user.subr).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sbin/user.subr"

w_test learnt "what the kernel has learnt, and forgetting it"
learnt_body()
{
	u_machine
	u_do ifconfig em0 lladdr 02:00:00:00:00:11
	w_in a ip link set ta address 02:00:00:00:00:22
	w_in a ping -q -c 1 -W 2 10.0.1.1 >/dev/null
	x arp -an >out
	h='Host                                 '
	atf_check -o inline:"${h}Ethernet Address    Netif Expire    Flags
" head -1 out
	g='                            '
	e='02:00:00:00:00'
	atf_check -o match:"^10.0.1.1 $g$e:11     em0 permanent l\$" \
	    -o match:"^10.0.1.2 $g$e:22     em0 [0-9]+m[0-9]+s *\$" cat out
	u_match '^10.0.1.2  ' arp -n 10.0.1.2
	u_ok '10.0.1.2 (10.0.1.2) deleted
' arp -d 10.0.1.2
	atf_check -s exit:1 -o inline:'10.0.1.2 (10.0.1.2) -- no entry
' warren exec "$M" arp 10.0.1.2
}

w_test static "entries by hand: permanent, temporary, published"
static_body()
{
	u_machine
	u_do arp -s 10.0.1.9 2:0:0:0:0:9
	u_match '^10.0.1.9 +02:00:00:00:00:09     em0 permanent $' \
	    arp -n 10.0.1.9
	u_fail 1 'arp: set: 10.0.1.9: entry exists, use -F to replace it
' arp -s 10.0.1.9 2:0:0:0:0:8
	u_do arp -F -s 10.0.1.9 2:0:0:0:0:8 temp
	u_match '^10.0.1.9 +02:00:00:00:00:08     em0 (20m0s|19m5.s) ' \
	    arp -n 10.0.1.9
	u_do arp -s 10.0.1.10 auto pub
	u_match '^10.0.1.10 .* em0 permanent p$' arp -n 10.0.1.10
	w_in a arping -q -c 1 -w 3 -I ta 10.0.1.10 2>/dev/null ||
	    w_in a ping -q -c 1 -W 1 10.0.1.10 >/dev/null
	w_in a ip neigh show 10.0.1.10 >neigh
	atf_check -o match:'lladdr' cat neigh
	x sh -c 'printf "%s\n" "# hosts" "" "10.0.1.11 2:0:0:0:0:11 temp" \
	    "10.0.1.12	2:0:0:0:0:12" >/tmp/hosts'
	u_do arp -f /tmp/hosts
	u_match '^10.0.1.12 +02:00:00:00:00:12 ' arp -n 10.0.1.12
	x arp -ad >out
	atf_check -o match:'10.0.1.11 \(10.0.1.11\) deleted' cat out
	x arp -an | grep -c em0 >count
	atf_check -o inline:'1
' cat count
}

w_test refused "who is no neighbour, what is no address, who may not"
refused_body()
{
	u_machine
	u_do route -q add default 10.0.1.2
	u_fail 1 'arp: cannot intuit interface index and type for 192.0.2.1
' arp -s 192.0.2.1 2:0:0:0:0:9
	u_fail 1 "arp: invalid link-level address '2:0:0'
" arp -s 10.0.1.9 2:0:0
	u_fail 1 'arp: 10.0.1.1 is an address of this machine
' arp -s 10.0.1.1 2:0:0:0:0:9
	u_denied 'arp: set 10.0.1.9: Permission denied' \
	    arp -s 10.0.1.9 2:0:0:0:0:9
	u_do arp -s 10.0.1.9 2:0:0:0:0:9
	u_denied 'arp: delete 10.0.1.9: Permission denied' arp -d 10.0.1.9
	atf_check -s exit:1 -e match:'^usage: arp' warren exec "$M" arp
}

atf_init_test_cases()
{
	w_add_tests
}

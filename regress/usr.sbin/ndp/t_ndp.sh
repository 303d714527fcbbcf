#! /usr/bin/env atf-sh
# ndp(8) in a machine: one card, host a behind it (user.subr).

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sbin/user.subr"

setup()
{
	u_machine
	u_do ifconfig em0 lladdr 02:00:00:00:00:11
	w_in a ip link set ta address 02:00:00:00:00:22
	w_addr a ta 2001:db8:1::2/64
	u_do ifconfig em0 inet6 2001:db8:1::1/64
	w_wait 10 x ping6 -q -c 1 -w 1 2001:db8:1::2
}

w_test learnt "what the kernel has learnt, and forgetting it"
learnt_body()
{
	setup
	x ndp -an >out
	h='Neighbor                             '
	atf_check -o inline:"${h}Linklayer Address   Netif Expire     S Flags
" head -1 out
	e='02:00:00:00:00'
	atf_check -o match:"^2001:db8:1::1 +$e:11     em0 permanent  R l\$" \
	    -o match:"^2001:db8:1::2 +$e:22     em0 [0-9]+s +R\$" \
	    -o match:"^fe80::ff:fe00:11%em0 +$e:11     em0 permanent  R l\$" \
	    cat out
	u_match '^2001:db8:1::2  ' ndp -n 2001:db8:1::2
	u_ok '2001:db8:1::2 (2001:db8:1::2) deleted
' ndp -d 2001:db8:1::2
	u_says 1 '2001:db8:1::2 (2001:db8:1::2) -- no entry' \
	    ndp 2001:db8:1::2
	u_says 1 '2001:db8:1::2 (2001:db8:1::2) -- no entry' \
	    ndp -d 2001:db8:1::2
	x ping6 -q -c 1 2001:db8:1::2 >/dev/null
	x ndp -nc >out
	atf_check -o match:'^2001:db8:1::2 \(2001:db8:1::2\) deleted$' cat out
	x ndp -an | grep -c em0 >count
	atf_check -o inline:'2
' cat count
}

w_test silent "a neighbour that does not answer"
silent_body()
{
	setup
	x ping6 -q -c 1 -w 1 2001:db8:1::77 >/dev/null
	u_match '^2001:db8:1::77 +\(incomplete\) +em0 .* I' ndp -an
}

w_test static "entries by hand: permanent, temporary, published"
static_body()
{
	setup
	u_do ndp -s 2001:db8:1::9 2:0:0:0:0:9
	u_match '^2001:db8:1::9 +02:00:00:00:00:09     em0 permanent  R$' \
	    ndp -n 2001:db8:1::9
	u_do ndp -s 2001:db8:1::9 2:0:0:0:0:8 temp
	u_match '^2001:db8:1::9 +02:00:00:00:00:08     em0 (20m0s|19m5.s)' \
	    ndp -n 2001:db8:1::9
	u_do ndp -s 2001:db8:1::10 2:0:0:0:0:11 proxy
	u_match '^2001:db8:1::10 .* em0 permanent  R p$' \
	    ndp -n 2001:db8:1::10
	w_in a ping -q -c 1 -W 1 2001:db8:1::10 >/dev/null
	w_in a ip neigh show 2001:db8:1::10 >neigh
	atf_check -o match:'lladdr 02:00:00:00:00:11' cat neigh
	x sh -c 'printf "%s\n" "# hosts" "" \
	    "2001:db8:1::12 2:0:0:0:0:12 temp" \
	    "2001:db8:1::13	2:0:0:0:0:13" >/tmp/hosts'
	u_do ndp -f /tmp/hosts
	u_match '^2001:db8:1::13 +02:00:00:00:00:13 ' ndp -n 2001:db8:1::13
	x ndp -nc >out
	atf_check -o match:'^2001:db8:1::12 ' -o not-match:'^2001:db8:1::13 ' \
	    cat out
}

w_test link "what is known of the link"
link_body()
{
	setup
	l='linkmtu=0, basereachable=30s0ms, reachable=[0-9]+s, retrans=1s0ms'
	u_match "^$l, curhlim=0\$" ndp -i em0
	u_match '^Flags: nud$' ndp -i em0
	u_match '^2001:db8:1::/64 if=em0, vltime=infinity, pltime=infinity' \
	    ndp -p
	u_fail 1 'ndp: em9: No such device or address
' ndp -i em9
}

w_test refused "who is no neighbour, what is no address, who may not"
refused_body()
{
	setup
	u_fail 1 'ndp: cannot intuit interface index and type for 2001:db8:9::1
' ndp -s 2001:db8:9::1 2:0:0:0:0:9
	u_fail 1 "ndp: invalid link-level address '2:0:0'
" ndp -s 2001:db8:1::9 2:0:0
	u_fail 1 'ndp: 2001:db8:1::1 is an address of this machine
' ndp -s 2001:db8:1::1 2:0:0:0:0:9
	u_denied 'ndp: delete 2001:db8:1::2: Permission denied' \
	    ndp -d 2001:db8:1::2
	u_denied 'ndp: set 2001:db8:1::9: Permission denied' \
	    ndp -s 2001:db8:1::9 2:0:0:0:0:9
	atf_check -s exit:1 -e match:'^usage: ndp' warren exec "$M" ndp -a x
	atf_check -s exit:1 -e match:'^usage: ndp' warren exec "$M" ndp -t
}

atf_init_test_cases()
{
	w_add_tests
}

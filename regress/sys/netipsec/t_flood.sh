#! /usr/bin/env atf-sh
# A tunnel between two gateways (ipsec.subr's topology) while somebody on the
# WAN sends what is not authentic, and a program what is no PF_KEY message.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/ipsec.subr"

# memory: what r's kernel takes, in kB
memory()
{
	pid=$(warren list | awk -v m="$W_ID-r" '$1 == m { print $3 }')
	awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"
}

mbufs()
{
	w_exec r netstat -m | sed -n 's/^\([0-9]*\) mbufs* in use:.*/\1/p'
}

mbufs_are()
{
	[ "$(mbufs)" -le "$1" ]
}

# flood KIND NUMBER: so many from w, which says that it is s; the tunnel
# carries packets meanwhile.
flood()
{
	w_in w /usr/bin/python3 -B "$(atf_get_srcdir)/h_espflood.py" br0 \
	    "$(w_exec r ifconfig em1 | sed -n 's/.*lladdr //p')" \
	    10.0.0.2 10.0.0.1 0x1002 "$1" "$2" >sent &
	pid=$!
	w_in a ping -n -c 10 -i 0.2 -W 3 10.0.2.2 >out
	wait $pid || atf_fail "the flood did not come"
	grep -q 'ttl=62' out || atf_fail "$1: no answer: $(tail -n 3 out)"
	grep 'received' out
}

# rose PROTO TEXT BEFORE
rose()
{
	[ "$(w_counter r "$1" "$2")" -gt "$3" ]
}

w_test icv 240 "a flood of bad ICVs: ping through the tunnel answers, memory \
is flat"
icv_body()
{
	w_init
	ipsec_gateways
	k="$(ipsec_key 36 1) $(ipsec_key 36 2)"
	ipsec_tunnel 4 4 'enc aes-256-gcm' "enckey $k"
	w_ping a 10.0.2.2
	# The first makes room, for what the others find there.
	flood esp 20000
	before=$(memory)
	held=$(mbufs)
	bad=$(w_counter r esp 'failed verification')
	flood esp 60000
	w_wait 20 rose esp 'failed verification' "$bad"
	other=$(w_counter r ah 'no SA was found')
	flood ah 20000
	w_wait 20 rose ah 'no SA was found' "$other"
	other=$(w_counter r esp 'incorrect UDP')
	flood udp 20000
	w_wait 20 rose esp 'incorrect UDP' "$other"
	after=$(memory)
	echo "memory: $before kB, then $after kB; mbufs: $held, then $(mbufs)"
	[ $((after - before)) -lt 16384 ] || atf_fail "memory grew"
	w_wait 20 mbufs_are $((held + 64))
	# No SA has been used up, or believes that it has had those numbers.
	w_ping a 10.0.2.2
	w_exec r ipsecctl -s sa >sas
	[ "$(grep -c '^esp' sas)" = 2 ] || atf_fail "SAs: $(cat sas)"
}

w_test pfkey "malformed PF_KEY messages: EINVAL, and the tunnel stays"
pfkey_body()
{
	w_init
	ipsec_gateways
	k="$(ipsec_key 36 1) $(ipsec_key 36 2)"
	ipsec_tunnel 4 4 'enc aes-256-gcm' "enckey $k"
	w_ping a 10.0.2.2
	w_hexec r /usr/bin/python3 -B "$(atf_get_srcdir)/h_keybad.py" ||
	    atf_fail "see above"
	w_hexec r setpriv --reuid=65534 --clear-groups /usr/bin/python3 -B \
	    "$(atf_get_srcdir)/h_keybad.py" refused || atf_fail "privileges"
	w_exec r ipsecctl -s sa >sas
	[ "$(grep -c '^esp.*spi 0x0000100[12]' sas)" = 2 ] ||
	    atf_fail "SAs: $(cat sas)"
	w_ping a 10.0.2.2
}

atf_init_test_cases()
{
	w_add_tests
}

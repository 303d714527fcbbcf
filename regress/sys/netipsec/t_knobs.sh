#! /usr/bin/env atf-sh
# ipsec(4) by sysctl(8): names, what they are at first, and what they do.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/ipsec.subr"

w_test names "every name, and its value after boot"
names_body()
{
	w_init
	w_machine m </dev/null
	w_boot m
	while read -r name value; do
		w_exec m sysctl -n "$name" >out || atf_fail "$name"
		[ "$(cat out)" = "$value" ] ||
		    atf_fail "$name is $(cat out), not $value"
	done <<-EOF
		net.inet.esp.enable 1
		net.inet.esp.udpencap 1
		net.inet.esp.udpencap_port 4500
		net.inet.esp.legacy 0
		net.inet.ah.enable 1
		net.inet.ipcomp.enable 0
		net.inet.ip.encdebug 0
		net.inet.ip.ipsec-expire-acquire 30
		net.inet.ip.ipsec-invalid-life 60
		net.inet.ip.ipsec-pfs 1
		net.inet.ip.ipsec-soft-allocs 0
		net.inet.ip.ipsec-allocs 0
		net.inet.ip.ipsec-soft-bytes 0
		net.inet.ip.ipsec-bytes 0
		net.inet.ip.ipsec-timeout 86400
		net.inet.ip.ipsec-soft-timeout 80000
		net.inet.ip.ipsec-firstuse 7200
		net.inet.ip.ipsec-soft-firstuse 3600
		net.inet.ip.ipsec-enc-alg aes
		net.inet.ip.ipsec-auth-alg hmac-sha1
		net.inet.ip.ipsec-comp-alg deflate
	EOF
	w_exec m sysctl net.inet.ip.ipsec-enc-alg=rot13 &&
	    atf_fail "rot13 is no cipher"
	w_exec m sysctl net.inet.esp.udpencap_port=70000 &&
	    atf_fail "70000 is no port"
	w_exec m sysctl net.inet.ip.ipsec-timeout=100 || atf_fail "timeout"
	[ "$(w_exec m sysctl -n net.inet.ip.ipsec-timeout)" = 100 ] ||
	    atf_fail "the timeout did not stay"
	w_exec m netstat -s -p ipsec >out || atf_fail "netstat"
	w_exec m netstat -s -p esp >>out || atf_fail "netstat"
	w_exec m netstat -s -p ah >>out || atf_fail "netstat"
	w_exec m netstat -s -p ipcomp >>out || atf_fail "netstat"
}

# dropped PROTO: more packets of it than before were, as it is switched off
dropped()
{
	[ "$(w_counter s "$1" 'dropped due to policy')" -gt 0 ]
}

w_test off "ESP and AH that are switched off let nothing pass"
off_body()
{
	w_init
	ipsec_gateways
	for p in esp ah; do
		if [ $p = esp ]; then
			ipsec_tunnel 4 4 'enc aes-256-gcm' \
			    "enckey $(ipsec_key 36 1) $(ipsec_key 36 2)"
		else
			ipsec_tunnel 4 4 'auth hmac-sha2-256' \
			    "authkey $(ipsec_key 32 1) $(ipsec_key 32 2)" ah
		fi
		w_ping a 10.0.2.2
		w_exec s sysctl "net.inet.$p.enable=0" || atf_fail "$p"
		w_in a ping -n -c 1 -W 1 10.0.2.2 &&
		    atf_fail "$p is off, and answers"
		w_wait 10 dropped $p
		w_exec s sysctl "net.inet.$p.enable=1" || atf_fail "$p"
		w_ping a 10.0.2.2
	done
}

atf_init_test_cases()
{
	w_add_tests
}

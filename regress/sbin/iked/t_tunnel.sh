#! /usr/bin/env atf-sh
# iked(8) on two gateways (ipsec.subr's topology), with shared secrets.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sys/netipsec/ipsec.subr"

# iked M LINE ...: write iked.conf and start iked, which logs to a file
iked()
{
	m=$1
	shift
	printf '%s\n' "$@" >conf."$m"
	w_exec "$m" sh -c 'umask 077; cat >/etc/iked.conf' <conf."$m"
	w_exec "$m" sh -c 'iked -d </dev/null >>/tmp/iked.log 2>&1 &'
}

# up M: wait until M has a child SA
up()
{
	w_wait 20 w_exec "$1" sh -c 'ikectl show sa |
	    grep -q "sa_childsas: .* out .* (L"' || {
		w_exec r cat /tmp/iked.log
		w_exec s cat /tmp/iked.log
		atf_fail "no child SA on $1"
	}
}

A='ikev2 "a" active esp from 10.0.1.0/24 to 10.0.2.0/24 peer 10.0.0.2'
B='ikev2 "b" passive esp from 10.0.2.0/24 to 10.0.1.0/24'
S='ikesa enc aes-256-gcm prf sha256 group 14 childsa enc aes-256-gcm'
K='psk "change-this-shared-secret"'

w_test tunnel "the handbook's tunnel: pings cross it, the WAN sees ESP only"
tunnel_body()
{
	w_init
	ipsec_gateways
	iked s "$B $S $K"
	iked r "$A $S $K"
	up r
	up s
	ipsec_watch
	w_ping a 10.0.2.2 -c 3
	ipsec_watched
	ipsec_want 0 'icmp and net 10.0.1.0/24'
	ipsec_want 6 'esp'
	w_exec r ikectl show sa >sa
	atf_check -o match:'^iked_sas: .*10.0.0.1:500->10.0.0.2:500<.*ESTABL' \
	    -o match:'sa_childsas: ESP 0x[0-9a-f]{8} out 10.0.0.1' cat sa
	w_exec r ikectl show flows >flows
	atf_check -o match:'ESP out 10.0.1.0/24 -> 10.0.2.0/24' \
	    -o match:'ESP in 10.0.2.0/24 -> 10.0.1.0/24' cat flows
	w_exec s ipsecctl -s all >all
	atf_check -o match:'^flow esp in from 10.0.1.0/24 to 10.0.2.0/24' \
	    -o match:'^esp tunnel from 10.0.0.1 to 10.0.0.2' cat all
	# One goes, and says so.
	w_exec r sh -c 'kill $(pidof iked | tr " " "\n" | sort -n | head -1)'
	w_wait 10 w_exec s sh -c 'test -z "$(ikectl show sa)"'
	w_exec r ipsecctl -s flow >left
	atf_check -o match:'No flows' cat left
}

w_test reload "a bad file changes nothing, and ikectl says why"
reload_body()
{
	w_init
	ipsec_gateways
	iked s "$B $S $K"
	iked r "$A $S $K"
	up r
	w_exec r ikectl show sa | grep -o 'ispi 0x[0-9a-f]*' >before
	w_exec r sh -c 'echo "ikev2 aktive esp" >/etc/iked.conf'
	w_exec r ikectl reload 2>why && atf_fail "a bad file was loaded"
	atf_check -o match:'/etc/iked.conf: 1: ' cat why
	w_exec r ikectl show sa | grep -o 'ispi 0x[0-9a-f]*' >after
	atf_check cmp before after
	w_exec r sh -c 'cat >/etc/iked.conf' <conf.r
	w_exec r ikectl reload || atf_fail "a good file was not loaded"
	w_exec r ikectl show sa | grep -o 'ispi 0x[0-9a-f]*' >after
	atf_check cmp before after
	w_exec r sh -c 'echo "# none" >/etc/iked.conf'
	w_exec r ikectl reload || atf_fail "a good file was not loaded"
	w_wait 10 w_exec s sh -c 'test -z "$(ikectl show sa)"'
}

w_test rekey "SAs of four seconds are replaced, and no ping is lost"
rekey_body()
{
	w_init
	ipsec_gateways
	iked s "$B $S lifetime 4 $K"
	iked r "$A $S lifetime 4 $K"
	up r
	up s
	w_in a ping -q -n -i 0.01 -c 1000 10.0.2.2 >pings
	atf_check -o match:' 0% packet loss' cat pings
	w_exec r ikectl show stats >stats
	n=$(sed -n 's/^\t\([0-9]*\) Child SAs* created$/\1/p' stats)
	[ "$n" -ge 3 ] || atf_fail "only $n child SAs"
}

atf_init_test_cases()
{
	w_add_tests
}

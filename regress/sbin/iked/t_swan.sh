#! /usr/bin/env atf-sh
# iked(8) and strongSwan, in both roles.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/swan.subr"

A='ikev2 "a" active natt esp from 10.0.1.0/24 to 10.0.2.0/24 peer 10.0.0.2'
B='ikev2 "b" passive natt esp from 10.0.1.0/24 to 10.0.2.0/24'
S='ikesa enc aes-256-gcm prf sha256 group curve25519 childsa enc aes-256-gcm'
K='psk "change-this-shared-secret"'
NETS='10.0.2.0/24 10.0.1.0/24'

w_test themselves "strongSwan to strongSwan: what this rests on"
themselves_body()
{
	w_init
	w_host x
	w_host y
	w_link x vx y vy
	w_addr x vx 10.0.0.2/24
	w_addr y vy 10.0.0.1/24
	w_in x ip addr add 10.0.2.1/24 dev lo
	w_in y ip addr add 10.0.1.2/24 dev lo
	swan_start x
	swan_start y
	swan_conn 10.0.0.2 10.0.0.1 $NETS | swan_conf x
	swan_conn 10.0.0.1 10.0.0.2 10.0.1.0/24 10.0.2.0/24 | swan_conf y
	swan_up x
	w_ping x 10.0.1.2 -I 10.0.2.1
}

w_test initiator "iked begins; pings; it goes, and says so"
initiator_body()
{
	w_init
	swan_site
	swan_conn 10.0.0.2 10.0.0.1 $NETS | swan_conf x
	iked r "$A $S srcid 10.0.0.1 $K"
	w_wait 20 iked_has r
	w_wait 10 swan_has x
	swan_pings
	w_exec r ikectl reset sa
	w_wait 10 swan_has x 0
}

w_test responder "strongSwan begins; pings; it goes, and we know"
responder_body()
{
	w_init
	swan_site
	swan_conn 10.0.0.2 10.0.0.1 $NETS | swan_conf x
	iked r "$B $S srcid 10.0.0.1 $K"
	swan_up x
	iked_has r || atf_fail "no child SA"
	swan_pings
	swan_ctl x terminate --ike c >term || atf_fail "not terminated"
	w_wait 10 iked_has r 0
	w_exec r ipsecctl -s flow >left
	atf_check -o match:'No flows' cat left
}

# suite IKED IKE ESP: as initiator and as responder
suite()
{
	S_IKE=$2
	S_ESP=$3
	swan_conn 10.0.0.2 10.0.0.1 $NETS | swan_conf x
	iked_conf r "$A $1 $K"
	w_wait 20 swan_has x
	w_wait 20 iked_has r
	w_ping a 10.0.2.1 -c 1
	iked_conf r "$B $1 srcid 10.0.0.1 $K"
	w_wait 10 swan_has x 0
	swan_up x
	w_wait 10 iked_has r
	w_ping a 10.0.2.1 -c 1
	swan_ctl x terminate --ike c >term || atf_fail "not terminated"
	w_wait 10 iked_has r 0
}

w_test suites "each suite of both, in both roles"
suites_body()
{
	w_init
	swan_site
	iked r '# none yet'
	suite 'ikesa enc aes-256-gcm prf sha256 group 14
	    childsa enc aes-256-gcm' aes256gcm16-prfsha256-modp2048 aes256gcm16
	suite 'ikesa enc aes-128 auth sha256 prf sha384 group ecp256
	    childsa enc aes-128 auth sha256' \
	    aes128-sha256-prfsha384-ecp256 aes128-sha256
	suite 'ikesa enc chacha20-poly1305 prf sha512 group ecp521
	    childsa enc chacha20-poly1305' \
	    chacha20poly1305-prfsha512-ecp521 chacha20poly1305
	suite 'ikesa enc aes-256 auth sha512 prf sha1 group brainpool256
	    childsa enc aes-256 auth sha512' \
	    aes256-sha512-prfsha1-ecp256bp aes256-sha512
	suite 'ikesa enc 3des auth sha1 prf sha1 group modp1024
	    childsa enc aes-256-gcm group 31' \
	    3des-sha1-prfsha1-modp1024 aes256gcm16-x25519
	suite '' default default
}

w_test defaults "the defaults of both"
defaults_body()
{
	w_init
	swan_site
	S_IKE=default
	S_ESP=default
	swan_conn 10.0.0.2 10.0.0.1 $NETS | swan_conf x
	iked r "$B srcid 10.0.0.1 $K"
	swan_up x
	swan_pings
}

w_test secret "another secret, and nothing is up"
secret_body()
{
	w_init
	swan_site
	swan_conn 10.0.0.2 10.0.0.1 $NETS | sed 's/change/chance/' |
	    swan_conf x
	iked r "$B $S srcid 10.0.0.1 $K"
	swan_ctl x initiate --child net --timeout 5 >up 2>&1 &&
	    atf_fail "a wrong secret was taken"
	atf_check -o match:'AUTHENTICATION_FAILED|AUTH_FAILED' cat swan.x/log
	iked_conf r "$A $S srcid 10.0.0.1 $K"
	w_wait 10 grep -q 'tried.*shared key' swan.x/log
	w_wait 10 w_exec r grep -q 'authentication failed notification' \
	    /tmp/iked.log
	iked_has r 0 || atf_fail "a child SA"
}

w_test identities "srcid and dstid of both"
identities_body()
{
	w_init
	swan_site
	S_LOCAL='auth = psk
	            id = x@example.com'
	S_REMOTE='auth = psk
	            id = gw.example.com'
	swan_conn 10.0.0.2 10.0.0.1 $NETS | swan_conf x
	iked r "$B $S srcid gw.example.com dstid x@example.com $K"
	swan_up x
	iked_conf r "$B $S srcid gw.example.com dstid y@example.com $K"
	w_wait 10 swan_has x 0
	swan_ctl x initiate --child net --timeout 5 >up 2>&1 &&
	    atf_fail "another identity was taken"
	iked_conf r "$A $S srcid gw.example.com dstid x@example.com $K"
	w_wait 20 swan_has x
	w_wait 20 iked_has r
	iked_conf r "$A $S srcid gw.example.org dstid x@example.com $K"
	w_wait 10 swan_has x 0
	w_wait 10 grep -q 'no matching peer config found' swan.x/log
}

w_test narrow "a wide offer is narrowed, by either; a disjoint one refused"
narrow_body()
{
	w_init
	swan_site
	swan_conn 10.0.0.2 10.0.0.1 0.0.0.0/0 10.0.0.0/8 | swan_conf x
	iked r "$B $S srcid 10.0.0.1 $K"
	swan_up x
	swan_ctl x list-sas >sas
	atf_check -o match:'local  10.0.2.0/24' -o match:'remote 10.0.1.0/24' \
	    cat sas
	swan_pings
	swan_ctl x terminate --ike c >term
	w_wait 10 iked_has r 0
	swan_conn 10.0.0.2 10.0.0.1 10.0.3.0/24 10.0.1.0/24 | swan_conf x
	swan_ctl x initiate --child net --timeout 5 >up 2>&1 &&
	    atf_fail "disjoint selectors were taken"
	atf_check -o match:'received TS_UNACCEPTABLE' cat swan.x/log
	swan_ctl x terminate --ike c >term
	# We are narrowed.
	swan_conn 10.0.0.2 10.0.0.1 10.0.2.0/25 10.0.1.0/28 | swan_conf x
	iked_conf r "$A $S srcid 10.0.0.1 $K"
	w_wait 20 iked_has r
	w_exec r ikectl show flows >flows
	atf_check -o match:'ESP out 10.0.1.0/28 -> 10.0.2.0/25' cat flows
	swan_pings
}

w_test rekey "IKE and child SAs replaced by each, and no ping lost"
rekey_body()
{
	w_init
	swan_site
	S_ESP=aes256gcm16-x25519
	swan_conn 10.0.0.2 10.0.0.1 $NETS | swan_conf x
	S2="$S group 31"
	iked r "$B $S2 srcid 10.0.0.1 ikelifetime 6 lifetime 4 $K"
	swan_up x
	w_in a ping -q -n -i 0.02 -c 600 10.0.2.1 >pings &
	p=$!
	for i in 1 2 3; do
		swan_ctl x rekey --child net >out || atf_fail "no rekey"
		swan_ctl x rekey --ike c >out || atf_fail "no rekey"
	done
	wait $p
	atf_check -o match:' 0% packet loss' cat pings
	w_wait 10 swan_has x
	w_wait 10 iked_has r
	[ "$(iked_stat r 'IKE SAs* rekeyed')" -ge 3 ] ||
	    atf_fail "IKE SAs were not replaced"
	[ "$(iked_stat r 'Child SAs* created')" -ge 6 ] ||
	    atf_fail "child SAs were not replaced"
	swan_pings
	! grep -E 'failed|malformed|ignoring' swan.x/log ||
	    atf_fail "strongSwan complains"
}

w_test fragments "IKE_AUTH in fragments, both ways"
fragments_body()
{
	w_init
	SWAN_OPTIONS='fragment_size = 400'
	swan_site
	id=$(printf '%0500d' 0 | tr 0 i)
	S_LOCAL="auth = psk
	            id = x.$id"
	S_REMOTE="auth = psk
	            id = r.$id"
	S_CONN='fragmentation = force'
	swan_conn 10.0.0.2 10.0.0.1 $NETS | swan_conf x
	iked r 'set fragmentation' "$B $S srcid r.$id dstid x.$id $K"
	swan_up x
	swan_pings
	[ "$(iked_stat r 'fragments* reassembled')" -ge 1 ] ||
	    atf_fail "nothing reassembled"
	[ "$(iked_stat r 'fragments* sent')" -ge 2 ] ||
	    atf_fail "no fragments sent"
	iked_conf r 'set fragmentation' "$A $S srcid r.$id dstid x.$id $K"
	w_wait 20 swan_has x
	w_wait 20 iked_has r
	swan_pings
}

w_test nat "strongSwan behind a NAT: ports float, pings"
nat_body()
{
	w_init
	swan_site nat
	swan_conn 10.9.0.2 10.0.0.1 $NETS | swan_conf x
	# nothing forced here
	iked r "ikev2 \"b\" passive esp from 10.0.1.0/24 to 10.0.2.0/24
	    $S srcid 10.0.0.1 $K"
	swan_up x
	swan_pings
	atf_check -o match:'local host is behind NAT' cat swan.x/log
}

kept_alive()
{
	[ "$(iked_stat r 'keepalive messages* sent')" -ge 1 ]
}

w_test natus "iked behind a NAT: ports float, pings, keepalives"
natus_body()
{
	w_init
	swan_site natus
	S_REMOTE='auth = psk
	            id = gw.example.com'
	swan_conn 10.0.0.2 %any $NETS | swan_conf x
	iked r "ikev2 \"a\" active esp from 10.0.1.0/24 to 10.0.2.0/24
	    peer 10.0.0.2 $S srcid gw.example.com $K"
	w_wait 20 iked_has r
	w_wait 10 swan_has x
	swan_pings
	atf_check -o match:'remote host is behind NAT' cat swan.x/log
	w_wait 25 kept_alive
}

atf_init_test_cases()
{
	w_add_tests
}

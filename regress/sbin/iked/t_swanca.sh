#! /usr/bin/env atf-sh
# iked(8) and strongSwan know each other by certificates and raw keys, in both
# roles.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/swan.subr"
. "$(atf_get_srcdir)/ca.subr"

A='ikev2 "a" active natt esp from 10.0.1.0/24 to 10.0.2.0/24 peer 10.0.0.2'
B='ikev2 "b" passive natt esp from 10.0.1.0/24 to 10.0.2.0/24'
S='ikesa enc aes-256-gcm prf sha256 group curve25519 childsa enc aes-256-gcm'
I='srcid r.example dstid x.example'
NETS='10.0.2.0/24 10.0.1.0/24'

# peer CERT: strongSwan is x.example by that certificate
peer()
{
	S_LOCAL="auth = pubkey
	            certs = x.crt
	            id = x.example"
	S_REMOTE='auth = pubkey
	            id = r.example'
	cp "$1.crt" swan.x/swanctl/x509/x.crt
	cp "$1.key" swan.x/swanctl/private/x.key
	cp root.crt swan.x/swanctl/x509ca/
	swan_conn 10.0.0.2 10.0.0.1 $NETS | swan_conf x
}

# both WORDS: as responder, then as initiator
both()
{
	iked_conf r "$B $S $I $*"
	w_wait 10 swan_has x 0
	swan_up x
	w_wait 10 iked_has r
	w_ping a 10.0.2.1 -c 1
	swan_ctl x terminate --ike c >term || atf_fail "not terminated"
	w_wait 10 iked_has r 0
	iked_conf r "$A $S $I $*"
	w_wait 20 swan_has x
	w_wait 20 iked_has r
	w_ping a 10.0.2.1 -c 1
}

w_test certificates "RSA, ECDSA and Ed25519, on either side"
certificates_body()
{
	w_init
	swan_site
	ca_root root
	iked r '# none yet'
	for kinds in rsa:p256 p256:rsa p384:ed ed:p521; do
		ca_cert "r-${kinds%:*}" DNS:r.example root "${kinds%:*}"
		ca_cert "x-${kinds#*:}" DNS:x.example root "${kinds#*:}"
		ca_equip r "r-${kinds%:*}" root
		peer "x-${kinds#*:}"
		both
	done
}

w_test pss "strongSwan signs by RSA-PSS; so do we with such a key"
pss_body()
{
	w_init
	SWAN_OPTIONS='rsa_pss = yes'
	swan_site
	ca_root root
	ca_cert r DNS:r.example root pss
	ca_cert x DNS:x.example root rsa
	ca_equip r r root
	iked r '# none yet'
	peer x
	both
	grep -q "authentication of 'x.example' (myself) with RSA_EMSA_PSS" \
	    swan.x/log || atf_fail "it did not sign by PSS"
	grep -q "authentication of 'r.example' with RSA_EMSA_PSS.*successful" \
	    swan.x/log || atf_fail "we did not sign by PSS"
}

w_test old "without RFC 7427: methods 1 and 9 to 11"
old_body()
{
	w_init
	SWAN_OPTIONS='signature_authentication = no'
	swan_site
	ca_root root
	iked r '# none yet'
	for kinds in rsa:p256:signature p384:p384:ecdsa384 rsa:rsa:rsa; do
		words=${kinds##*:}
		kinds=${kinds%:*}
		ca_cert "r-${kinds%:*}" DNS:r.example root "${kinds%:*}"
		ca_cert "x-${kinds#*:}" DNS:x.example root "${kinds#*:}"
		ca_equip r "r-${kinds%:*}" root
		peer "x-${kinds#*:}"
		both "$words"
	done
}

w_test rawkeys "raw keys on both sides"
rawkeys_body()
{
	w_init
	swan_site
	ca_key r.key ed
	ca_key x.key p256
	openssl pkey -in r.key -pubout -out r.pub
	openssl pkey -in x.key -pubout -out x.pub
	ca_give r private/local.key r.key
	ca_give r pubkeys/fqdn/x.example x.pub
	cp r.pub x.pub swan.x/swanctl/pubkey/
	cp x.key swan.x/swanctl/private/
	S_LOCAL='auth = pubkey
	            pubkeys = x.pub
	            id = x.example'
	S_REMOTE='auth = pubkey
	            pubkeys = r.pub
	            id = r.example'
	swan_conn 10.0.0.2 10.0.0.1 $NETS | swan_conf x
	iked r '# none yet'
	both
}

# refuse WHY: strongSwan begins, and is refused
refuse()
{
	w_exec r sh -c ': >/tmp/iked.log'
	swan_ctl x initiate --child net --timeout 5 >up 2>&1 &&
	    atf_fail "it is up"
	w_wait 10 w_exec r grep -q "failed for FQDN/x.example: $1" \
	    /tmp/iked.log
	iked_has r 0 || atf_fail "a child SA"
}

w_test refused "of another authority, expired, revoked"
refused_body()
{
	w_init
	swan_site
	ca_root root
	ca_root other
	ca_cert r DNS:r.example root p256
	ca_equip r r root
	iked r "$B $S $I"
	ca_cert x DNS:x.example other p256
	peer x
	refuse 'certificate: unable to get local issuer'
	ca_cert x DNS:x.example root p256 20200101000000Z 20210101000000Z
	peer x
	refuse 'certificate: certificate has expired'
	# Good, and then revoked.
	ca_cert x DNS:x.example root p256
	peer x
	swan_up x
	swan_ctl x terminate --ike c >term
	w_wait 10 iked_has r 0
	openssl ca -config ca.cnf -cert root.crt -keyfile root.key \
	    -revoke x.crt 2>/dev/null || atf_fail "not revoked"
	openssl ca -config ca.cnf -cert root.crt -keyfile root.key -gencrl \
	    -crldays 10 -out root.crl 2>/dev/null || atf_fail "no list"
	ca_give r crls/root.crl root.crl
	w_exec r ikectl reset ca >/dev/null
	refuse 'certificate: certificate revoked'
}

atf_init_test_cases()
{
	w_add_tests
}

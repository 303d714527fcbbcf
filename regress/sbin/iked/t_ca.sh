#! /usr/bin/env atf-sh
# iked(8) on two gateways, which know each other by certificates and raw keys
# of every kind; and what they say of those that are not good.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sys/netipsec/ipsec.subr"
. "$(atf_get_srcdir)/iked.subr"
. "$(atf_get_srcdir)/ca.subr"

# ca_sites R_WORDS S_WORDS: the two start, and the first is active
ca_sites()
{
	iked s "$B local 10.0.0.2 $S $2"
	iked r "$A $S $1"
}

# ca_again: both load anew, and the first tries anew
ca_again()
{
	w_exec s ikectl reset sa >/dev/null
	w_exec r ikectl reset sa >/dev/null
	iked_none r
	iked_none s
	w_exec s sh -c ': >/tmp/iked.log'
	w_exec r sh -c ': >/tmp/iked.log'
	w_exec s ikectl reload || atf_fail "s does not load"
	w_exec r ikectl reload || atf_fail "r does not load"
}

R='srcid r.example dstid s.example'
Q='srcid s.example dstid r.example'

w_test certificates "certificates of every kind of key, loaded without a stop"
certificates_body()
{
	w_init
	ipsec_gateways
	ca_root root
	ca_cert s DNS:s.example root p256
	ca_equip s s root
	ca_sites "$R" "$Q"
	for kind in rsa pss p256 p384 p521 ed; do
		ca_cert "$kind" DNS:r.example root $kind
		ca_equip r $kind root
		ca_again
		iked_up r
		iked_up s
		w_ping a 10.0.2.2 -c 1
	done
	# By turns, each as responder.
	ca_cert q DNS:s.example root ed
	ca_equip s q root
	ca_again
	iked_up r
	w_exec r ikectl show certstore >store
	atf_check -o inline:'CA: /C=DE/CN=root\nCERT: /C=DE/CN=ed\n' cat store
	w_exec r ikectl -j show certinfo >json
	atf_check -o inline:'ca /C=DE/CN=root False\ncert /C=DE/CN=ed True\n' \
	    python3 -c 'import json, sys
for x in map(json.loads, sys.stdin):
    print(x["type"], x["subject"], x["ours"])' <json
	w_exec r ikectl show certinfo >info
	atf_check -o match:'^CERT: /C=DE/CN=ed$' -o match:'FQDN/r.example' \
	    -o match:'key: ED25519, ours' -o match:'issuer: /C=DE/CN=root' \
	    cat info
}

w_test identities "IPV4, IPV6, UFQDN and ASN1_DN as identities"
identities_body()
{
	w_init
	ipsec_gateways
	ca_root root
	ca_cert s IP:10.0.0.2,IP:fd00::2,email:s@example,DNS:s root p256
	ca_cert r IP:10.0.0.1,IP:fd00::1,email:r@example,DNS:r root p256
	ca_equip s s root
	ca_equip r r root
	ca_sites 'srcid 10.0.0.1 dstid 10.0.0.2' 'srcid 10.0.0.2'
	for x in '10.0.0.1 10.0.0.2' 'fd00::1 fd00::2' 'r@example s@example' \
	    'r s' '"/C=DE/CN=r" "/C=DE/CN=s"'; do
		set -- $x
		iked_conf s "$B local 10.0.0.2 $S srcid $2 dstid $1"
		iked_conf r "$A $S srcid $1 dstid $2"
		ca_again
		iked_up r
		iked_up s
	done
	w_exec r ikectl show sa >sa
	atf_check -o match:'<ASN1_DN//C=DE/CN=s>' cat sa
}

w_test rawkeys "raw keys of every kind, under each type of name"
rawkeys_body()
{
	w_init
	ipsec_gateways
	ca_key s.key ed
	openssl pkey -in s.key -pubout -out s.pub
	ca_give s private/local.key s.key
	ca_give r pubkeys/fqdn/s.example s.pub
	ca_sites "$R" "$Q"
	for x in rsa:ipv4:10.0.0.1 p256:fqdn:r.example p384:ufqdn:r@example \
	    ed:ipv6:fd00::1; do
		id=${x#*:}
		dir=${id%%:*}
		id=${id#*:}
		ca_key r.key "${x%%:*}"
		openssl pkey -in r.key -pubout -out r.pub
		ca_give r private/local.key r.key
		ca_give s "pubkeys/$dir/$id" r.pub
		iked_conf r "$A $S srcid $id dstid s.example"
		iked_conf s "$B local 10.0.0.2 $S srcid s.example dstid $id"
		ca_again
		iked_up r
		iked_up s
		w_ping a 10.0.2.2 -c 1
	done
	# Another key under the name.
	ca_key other.key ed
	openssl pkey -in other.key -pubout -out other.pub
	ca_give s pubkeys/ipv6/fd00::1 other.pub
	ca_again
	w_wait 20 iked_log s 'failed for IPV6/fd00::1: the signature is wrong'
	! iked_children s 1 || atf_fail "a child SA"
}

w_test methods "rsa, ecdsa256 and rfc7427 take what they say, and no more"
methods_body()
{
	w_init
	ipsec_gateways
	ca_root root
	ca_cert rsa DNS:r.example root rsa
	ca_cert p256 DNS:r.example root p256
	ca_cert s-rsa DNS:s.example root rsa
	ca_cert s-p256 DNS:s.example root p256
	ca_equip r rsa root
	ca_equip s s-rsa root
	ca_sites "$R rsa" "$Q rsa"
	iked_up r
	ca_equip r p256 root
	ca_equip s s-p256 root
	iked_conf r "$A $S $R ecdsa256"
	iked_conf s "$B local 10.0.0.2 $S $Q ecdsa256"
	ca_again
	iked_up r
	iked_conf s "$B local 10.0.0.2 $S $Q rfc7427"
	iked_conf r "$A $S $R rfc7427"
	ca_again
	iked_up r
	# We have no such key.
	iked_conf r "$A $S $R rsa"
	ca_again
	w_wait 20 iked_log r 'cannot sign as FQDN/r.example: ECDSA key'
	# The peer has none.
	iked_conf r "$A $S $R"
	iked_conf s "$B local 10.0.0.2 $S $Q ecdsa384"
	ca_again
	w_wait 20 iked_log s 'authentication failed for FQDN/r.example: ECDSA'
}

# ca_refused M WHY: nothing is up, and M says why
ca_refused()
{
	ca_again
	w_wait 20 iked_log "$1" "authentication failed for FQDN/.*$2"
	! iked_children r 1 || atf_fail "a child SA on r"
	! iked_children s 1 || atf_fail "a child SA on s"
}

w_test refused "expired, not yet valid, of a wrong authority, self-signed"
refused_body()
{
	w_init
	ipsec_gateways
	ca_root root
	ca_root other
	ca_cert r DNS:r.example root p256
	ca_cert s DNS:s.example root p256
	ca_cert old DNS:r.example root p256 20200101000000Z 20210101000000Z
	ca_cert soon DNS:r.example root p256 20390101000000Z 20400101000000Z
	ca_cert wrong DNS:r.example other p256
	ca_cert name DNS:x.example root p256
	ca_key self.key p256
	openssl req -x509 -new -key self.key -out self.crt -subj /C=DE/CN=r \
	    -addext subjectAltName=DNS:r.example -days 30
	ca_equip s s root
	ca_equip r r root
	ca_sites "$R" "$Q"
	iked_up s
	for x in 'old certificate has expired' \
	    'soon certificate is not yet valid' \
	    'wrong unable to get local issuer' \
	    'self self-signed certificate' \
	    'name no certificate, and no key in pubkeys'; do
		ca_equip r "${x%% *}" root
		ca_refused s "${x#* }"
		[ "${x%% *}" != wrong ] ||
		    iked_log s 'issuer: /C=DE/CN=other' ||
		    atf_fail "no issuer in the log"
	done
	# The same of the responder.
	ca_equip r r root
	ca_cert s-old DNS:s.example root p256 20200101000000Z 20210101000000Z
	ca_equip s s-old root
	ca_refused r 'certificate has expired'
	ca_cert s-wrong DNS:s.example other p256
	ca_equip s s-wrong root
	ca_refused r 'unable to get local issuer'
	# A name that leads elsewhere.
	ca_equip s s root
	iked_conf s "$B local 10.0.0.2 $S srcid s.example"
	iked_conf r "$A $S srcid \"../fqdn/s.example\" dstid s.example"
	w_exec s ikectl reload
	ca_refused s 'no certificate, and no key in pubkeys'
	# And all is well again.
	iked_conf r "$A $S $R"
	ca_again
	iked_up r
	iked_up s
}

w_test partial "an authority between, with and without cert_partial_chain"
partial_body()
{
	w_init
	ipsec_gateways
	ca_root root
	ca_key mid.key p256
	openssl req -new -key mid.key -out mid.csr -subj /C=DE/CN=mid
	printf 'basicConstraints=critical,CA:TRUE\n' >mid.ext
	openssl x509 -req -in mid.csr -CA root.crt -CAkey root.key -days 30 \
	    -CAcreateserial -extfile mid.ext -out mid.crt 2>/dev/null
	ca_cert r DNS:r.example mid p256
	ca_cert s DNS:s.example mid p256
	ca_equip s s mid
	ca_equip r r mid
	ca_sites "$R" "$Q"
	w_wait 20 iked_log s 'unable to get issuer certificate'
	iked_conf s 'set cert_partial_chain' "$B local 10.0.0.2 $S $Q"
	iked_conf r 'set cert_partial_chain' "$A $S $R"
	ca_again
	iked_up r
	# Who has the root gets what is between.
	iked_conf s "$B local 10.0.0.2 $S $Q"
	ca_give s ca/root.crt root.crt
	ca_again
	iked_up s
}

w_test permissions "a key that others may read is none; one that is put right"
permissions_body()
{
	w_init
	ipsec_gateways
	ca_root root
	ca_cert r DNS:r.example root p256
	ca_cert s DNS:s.example root p256
	ca_equip s s root
	ca_equip r r root
	w_exec r chmod 640 /etc/iked/private/local.key
	ca_sites "$R" "$Q"
	w_wait 20 iked_log r 'local.key: group or world may use it'
	w_wait 20 iked_log r 'cannot sign as FQDN/r.example: no private key'
	w_exec r chmod 600 /etc/iked/private/local.key
	w_exec r ikectl reset ca >said
	atf_check -o inline:'reset request sent.\n' cat said
	w_exec r ikectl reload
	iked_up r
}

atf_init_test_cases()
{
	w_add_tests
}

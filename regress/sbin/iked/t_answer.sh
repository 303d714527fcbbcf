#! /usr/bin/env atf-sh
# iked(8) as initiator, and a peer of our own that answers (ikeanswer.py),
# honest and hostile; and signatures of that peer's in both roles.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/swan.subr"
. "$(atf_get_srcdir)/ca.subr"

A='ikev2 "a" active esp from 10.0.1.0/24 to 10.0.2.0/24 peer 10.0.0.2'
P='ikev2 "p" passive esp from 10.0.1.0/24 to 10.0.2.0/24'
S='srcid gw.example.com dstid peer.example'
K='psk "change-this-shared-secret"'
C='childsa enc aes-256-gcm childsa enc aes-256-gcm group 31'

# site LINE ...: machine r with iked, which begins again and again, and host
# x for the peer
site()
{
	w_init
	trap 'swan_exit $?' EXIT
	w_host a
	w_host x
	w_machine r <<-EOF
		card em0 tap ta $(w_ns a)
		card em1 tap tr $(w_ns x)
	EOF
	w_etc r hostname.em0 'inet 10.0.1.1/24'
	w_etc r hostname.em1 'inet 10.0.0.1/24' \
	    '!route -qn add -net 10.0.2.0/24 10.0.0.2'
	w_etc r sysctl.conf 'net.inet.ip.forwarding=1'
	w_boot r
	w_addr a ta 10.0.1.2/24 10.0.1.1
	w_addr x tr 10.0.0.2/24
	# an answer out of ESP is for the peer alone
	w_in x ip addr add 10.0.2.1/24 dev lo
	iked r "$@"
	w_exec r sh -c '{ while ikectl reload; do sleep 0.2; done
	    } </dev/null >/dev/null 2>&1 &'
}

# peer CASE ...: h_answer.py does it
peer()
{
	w_in x timeout 150 /usr/bin/python3 -B \
	    "$(atf_get_srcdir)/h_answer.py" "$@" || atf_fail "peer $*"
}

w_test up "an honest responder: our own keys, children and IKE SAs replaced"
up_body()
{
	site 'set fragmentation' "$A ikesa group 31 $C $S $K"
	peer up
}

w_test served "iked replaces children and its IKE SA; we answer in both roles"
served_body()
{
	site 'set fragmentation' \
	    "$A ikesa group 31 $C $S ikelifetime 9 lifetime 4 $K"
	peer served
	iked_conf r "$P ikesa group 31 $C $S ikelifetime 9 lifetime 4 $K"
	peer served ask
}

w_test first "answers to the first message that are none"
first_body()
{
	site 'set fragmentation' "$A ikesa group 31 $C $S $K"
	peer first
}

w_test choices "what was not offered is not taken"
choices_body()
{
	site "$A ikesa enc aes-256-gcm prf hmac-sha2-256 group 31 $S $K"
	peer choices
}

w_test values 240 "public values that are none, in answers"
values_body()
{
	site "$A ikesa group 31 group 19 $S $K"
	peer values 31 19
}

w_test flips "any byte of the answer to IKE_AUTH changed on its way"
flips_body()
{
	site "$A ikesa group 31 $S $K"
	peer flips
}

w_test fragments "an answer in fragments that lie"
fragments_body()
{
	site 'set fragmentation' "$A ikesa group 31 $S $K"
	peer fragments
}

w_test proofs "a wrong secret, another name, no proof, our own reflected"
proofs_body()
{
	site "$A ikesa group 31 $S $K"
	peer proofs
}

w_test narrow "selectors that are more than was asked for, others, or less"
narrow_body()
{
	site "$A ikesa group 31 $S $K"
	peer narrow
}

# certs: an authority, ours, and the peer's of each kind
certs()
{
	ca_root root
	ca_root other
	ca_cert gw DNS:gw.example.com root p256
	for kind in rsa p256 ed; do
		ca_cert $kind DNS:peer.example root $kind
	done
	ca_cert name DNS:else.example root p256
	ca_cert old DNS:peer.example root p256 20200101000000Z \
	    20210101000000Z
	ca_cert wrong DNS:peer.example other p256
	ca_key self.key p256
	openssl req -x509 -new -key self.key -out self.crt -subj /C=DE/CN=r \
	    -addext subjectAltName=DNS:peer.example -days 30
	ca_equip r gw root
}

# signed ROLE: each kind, then what must not be taken
signed()
{
	for x in '14 rsa' 'pss rsa' '14 p256' '14 ed'; do
		peer sign "$1" ${x% *} "$PWD/${x#* }.key" "$PWD/${x#* }.crt" \
		    "$PWD/root.crt"
	done
	for x in name old wrong self; do
		peer sign "$1" 14 "$PWD/$x.key" "$PWD/$x.crt" \
		    "$PWD/root.crt" bad
	done
	# another's certificate, and a signature of something else
	peer sign "$1" 14 "$PWD/name.key" "$PWD/p256.crt" "$PWD/root.crt" bad
	peer sign "$1" 14 "$PWD/p256.key" "$PWD/p256.crt" "$PWD/root.crt" flip
}

w_test signer "signatures, as responder: good ones and bad ones"
signer_body()
{
	site 'set fragmentation' "$A ikesa group 31 $C $S signature"
	certs
	w_exec r ikectl reset ca >/dev/null
	signed answer
}

w_test asker "signatures, as initiator: good ones and bad ones"
asker_body()
{
	site 'set fragmentation' "$P ikesa group 31 $C $S signature"
	certs
	w_exec r ikectl reset ca >/dev/null
	signed ask
}

w_test older "the methods of RFC 7296 and RFC 4754, by name, in both roles"
older_body()
{
	site 'set fragmentation' "$A ikesa group 31 $C $S rsa"
	certs
	ca_cert gwrsa DNS:gw.example.com root rsa
	ca_equip r gwrsa root
	w_exec r ikectl reset ca >/dev/null
	peer sign answer 1 "$PWD/rsa.key" "$PWD/rsa.crt" "$PWD/root.crt"
	ca_equip r gw root
	w_exec r ikectl reset ca >/dev/null
	iked_conf r 'set fragmentation' "$A ikesa group 31 $C $S ecdsa256"
	peer sign answer 9 "$PWD/p256.key" "$PWD/p256.crt" "$PWD/root.crt"
	iked_conf r 'set fragmentation' "$P ikesa group 31 $C $S ecdsa256"
	peer sign ask 9 "$PWD/p256.key" "$PWD/p256.crt" "$PWD/root.crt"
}

atf_init_test_cases()
{
	w_add_tests
}

#! /usr/bin/env atf-sh
# iked(8) as ike-scan sees it: what is IKEv2 gets the answer that RFC 7296
# has for it, what is malformed none and is counted.

. "$(atf_get_srcdir)/../../lib/warren.subr"
. "$(atf_get_srcdir)/../../sys/netipsec/ipsec.subr"
. "$(atf_get_srcdir)/iked.subr"

# scan OPTION ...: probe r once with these
scan()
{
	w_in w ike-scan --sport=0 --retry=1 --timeout=1000 "$@" 10.0.0.1 \
	    >scan ||
	    atf_fail "ike-scan $*"
}

# refused NOTIFY OPTION ...: that is the answer, and no SA comes of it
refused()
{
	why=$1
	shift
	n=$(w_exec r ikectl show sa | wc -l)
	scan "$@"
	atf_check -o match:"($why).*CKY-R=0000000000000000" \
	    -o match:'0 returned handshake; 1 returned notify' cat scan
	[ "$(w_exec r ikectl show sa | wc -l)" -eq "$n" ] ||
	    atf_fail "an SA: $*"
}

# silent OPTION ...: no answer; one message more was dropped
silent()
{
	n=$(iked_stat r 'messages* dropped')
	scan "$@"
	atf_check -o match:'0 returned handshake; 0 returned notify' cat scan
	[ "$(iked_stat r 'messages* dropped')" -eq $((n + 1)) ] || {
		w_exec r cat /tmp/iked.log
		atf_fail "it is not counted: $*"
	}
}

w_test probes "the answers: a proposal, INVALID_KE, NO_PROPOSAL, versions"
probes_body()
{
	w_init
	ipsec_gateway
	IKED_FLAGS=-v iked r "ikev2 from any to any ikesa enc 3des \
enc aes-256 prf sha1 auth sha1 group 2 group 14 $K"
	# Its only proposal has 3DES, SHA-1 and the group it is told.
	scan --ikev2 --dhgroup=2
	atf_check -o match:'10.0.0.1	IKEv2 SA_INIT Handshake returned' \
	    -o match:'1 returned handshake; 0 returned notify' cat scan
	w_exec r ikectl show sa >sa
	atf_check -o match:'enc 3des auth hmac-sha1 group modp1024' cat sa
	# The KE is of another group than the proposal's.
	refused 'INVALID_KE_PAYLOAD' --ikev2 --dhgroup=14
	# A nonce too short, and one too long; no chain of payloads.
	refused 'INVALID_SYNTAX' --ikev2 --dhgroup=2 --noncelen=8
	refused 'INVALID_SYNTAX' --ikev2 --dhgroup=2 --noncelen=300
	refused 'INVALID_SYNTAX' --ikev2 --nextpayload=99
	# IKEv1 is not spoken.
	silent --trans=5,2,1,2
	silent --aggressive --id=x --dhgroup=2
	w_wait 10 iked_log r 'IKEv1 not supported'
	# The header lies: lengths, exchange, message ID, flags.
	silent --ikev2 --headerlen=28
	silent --ikev2 --headerlen=0xffffffff
	silent --ikev2 --exchange=43
	silent --ikev2 --hdrmsgid=7
	silent --ikev2 --hdrflags=0x20
	iked_conf r "ikev2 from any to any $S $K"
	w_exec r ikectl reload || atf_fail "not loaded"
	refused 'NO_PROPOSAL_CHOSEN' --ikev2 --dhgroup=2
	[ "$(iked_stat r 'failed proposal negotiations*')" -ge 1 ] ||
	    atf_fail "that is not counted"
}

atf_init_test_cases()
{
	w_add_tests
}

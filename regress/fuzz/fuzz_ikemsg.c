/*
 * Each payload of IKEv2 by itself, and what a child's selectors and proposals
 * are compared with.
 *
 * The first octet is the type of the first payload; 0: a header.
 */
#include <sys/types.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "ikev2.h"
#include "select.h"
#include "wire.h"

#define REQUIRE(e)	do {						\
	if (!(e)) {							\
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,	\
		    __LINE__, #e);					\
		abort();						\
	}								\
} while (0)

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct policy	*policy;
static struct msg	 m, again;
static struct tslist	 local, remote;

static void
init(void)
{
	struct proposal	 none;
	struct flow	 f;

	if (policy != NULL)
		return;
	policy = policy_new();
	memset(&none, 0, sizeof(none));
	REQUIRE(proposals_build(&policy->p_ike, &policy->p_nike, PROTO_IKE,
	    &none) == 0);
	REQUIRE(proposals_build(&policy->p_child, &policy->p_nchild,
	    PROTO_ESP, &none) == 0);
	memset(&f, 0, sizeof(f));
	addr_parse(&f.f_src.pf_addr, "10.0.0.0");
	addr_parse(&f.f_dst.pf_addr, "10.20.0.0");
	f.f_src.pf_len = f.f_dst.pf_len = 24;
	REQUIRE(policy_add_flow(policy, &f) == 0);
	addr_parse(&f.f_src.pf_addr, "fd00::");
	addr_parse(&f.f_dst.pf_addr, "fd01::");
	f.f_src.pf_len = f.f_dst.pf_len = 64;
	f.f_proto = 6;
	f.f_dport = 80;
	REQUIRE(policy_add_flow(policy, &f) == 0);
}

/* What was narrowed lies within what was offered and what is ours. */
static void
narrow(void)
{
	struct flow	*flows = NULL;
	unsigned int	 n = 0, i;

	if (ts_narrow(policy, &m.m_tsi, &m.m_tsr, &local, &remote, &flows,
	    &n) == -1)
		return;
	REQUIRE(n > 0 && local.tl_n > 0 && remote.tl_n > 0);
	for (i = 0; i < n; i++) {
		if (flows[i].f_src.pf_addr.a_ver == 4)
			REQUIRE(flows[i].f_src.pf_addr.a_bytes[0] == 10 &&
			    flows[i].f_src.pf_len >= 24);
		else
			REQUIRE(flows[i].f_src.pf_addr.a_bytes[0] == 0xfd &&
			    flows[i].f_src.pf_len >= 64 &&
			    flows[i].f_proto == 6);
	}
	free(flows);
}

static struct blob
view(const struct rbuf *r)
{
	struct blob	 b;

	b.b_data = (uint8_t *)r->r_ptr;
	b.b_len = r->r_left;
	return (b);
}

static int
same(const struct rbuf *a, const struct rbuf *b)
{
	return (a->r_left == b->r_left && (a->r_left == 0 ||
	    memcmp(a->r_ptr, b->r_ptr, a->r_left) == 0));
}

/* What was read, written again. */
static void
build(struct chain *c)
{
	struct blob	 b;
	unsigned int	 i;

	if (m.m_nprops > 0)
		sa_build(c, m.m_props, m.m_nprops);
	b = view(&m.m_ke);
	if (MSG_HAS(&m, PLD_KE))
		ke_build(c, m.m_group, &b);
	b = view(&m.m_nonce);
	if (MSG_HAS(&m, PLD_NONCE))
		nonce_build(c, &b);
	if (MSG_HAS(&m, PLD_IDi))
		id_build(c, PLD_IDi, &m.m_idi);
	for (i = 0; i < m.m_ncerts; i++)
		cert_build(c, m.m_certs[i].ce_type, m.m_certs[i].ce_data.r_ptr,
		    m.m_certs[i].ce_data.r_left);
	b = view(&m.m_certreq);
	if (b.b_len != 0)
		certreq_build(c, &b);
	b = view(&m.m_authdata);
	if (MSG_HAS(&m, PLD_AUTH))
		auth_build(c, m.m_auth, &b);
	for (i = 0; i < m.m_nnotify; i++)
		notify_build(c, i & 1 ? PROTO_ESP : PROTO_NONE, i,
		    m.m_notify[i].n_type, m.m_notify[i].n_data.r_ptr,
		    m.m_notify[i].n_data.r_left);
	if (m.m_ndel > 0)
		delete_build(c, m.m_delproto, m.m_del, m.m_ndel);
	if (m.m_tsi.tl_n > 0)
		ts_build(c, PLD_TSi, &m.m_tsi);
	vendor_build(c, "vendor");
}

/* What an identity is called, what is said of it in a file, and its likes. */
static void
identity(const struct ident *id)
{
	struct ident	 copy;
	char		 text[300], word[2 * IDENT_MAX];

	ident_str(id, text, sizeof(text));
	ident_word(id, word, sizeof(word));
	if (ident_parse(&copy, word) == 0)
		ident_equal(&copy, id);
	copy = *id;
	REQUIRE(ident_hash(&copy) == ident_hash(id));
}

/* It is what it was, in a message with a header. */
static void
rebuild(void)
{
	struct blob	 out = { NULL, 0 };
	struct ike_hdr	 h, g;
	struct chain	 c;
	struct rbuf	 r;
	unsigned int	 i;

	memset(&h, 0, sizeof(h));
	h.h_spii = 1;
	h.h_exch = EXCH_INFORMATIONAL;
	chain_init(&c);
	build(&c);
	REQUIRE(chain_message(&c, &h, &out) == 0);
	chain_free(&c);
	rbuf_init(&r, out.b_data, out.b_len);
	REQUIRE(hdr_parse(&r, &g) == 0 && g.h_spii == 1 &&
	    g.h_exch == h.h_exch);
	memset(&again, 0, sizeof(again));
	REQUIRE(msg_parse(&again, g.h_next, &r) == 0);
	REQUIRE(again.m_nprops == m.m_nprops);
	REQUIRE(again.m_group == m.m_group && same(&again.m_ke, &m.m_ke));
	REQUIRE(same(&again.m_nonce, &m.m_nonce));
	REQUIRE(again.m_idi.id_len == m.m_idi.id_len &&
	    memcmp(again.m_idi.id_data, m.m_idi.id_data, m.m_idi.id_len) == 0);
	REQUIRE(again.m_ncerts == m.m_ncerts);
	for (i = 0; i < m.m_ncerts; i++)
		REQUIRE(same(&again.m_certs[i].ce_data, &m.m_certs[i].ce_data));
	REQUIRE(same(&again.m_certreq, &m.m_certreq));
	REQUIRE(same(&again.m_authdata, &m.m_authdata));
	REQUIRE(again.m_nnotify == m.m_nnotify);
	for (i = 0; i < m.m_nnotify; i++)
		REQUIRE(again.m_notify[i].n_type == m.m_notify[i].n_type &&
		    same(&again.m_notify[i].n_data, &m.m_notify[i].n_data));
	REQUIRE(again.m_ndel == m.m_ndel && memcmp(again.m_del, m.m_del,
	    m.m_ndel * sizeof(m.m_del[0])) == 0);
	REQUIRE(again.m_tsi.tl_n == m.m_tsi.tl_n);
	blob_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proposal	 chosen;
	struct ike_hdr	 h;
	struct rbuf	 r;

	init();
	if (size == 0)
		return (0);
	rbuf_init(&r, data + 1, size - 1);
	if (data[0] == 0) {
		hdr_parse(&r, &h);
		return (0);
	}
	memset(&m, 0, sizeof(m));
	if (msg_parse(&m, data[0], &r) != 0)
		return (0);
	msg_notify(&m, N_COOKIE);
	msg_error(&m);
	proposal_select(policy->p_ike, policy->p_nike, m.m_props, m.m_nprops,
	    0, &chosen);
	proposal_select(policy->p_child, policy->p_nchild, m.m_props,
	    m.m_nprops, 1, &chosen);
	if (MSG_HAS(&m, PLD_IDi))
		identity(&m.m_idi);
	if (MSG_HAS(&m, PLD_IDr))
		identity(&m.m_idr);
	narrow();
	rebuild();
	return (0);
}

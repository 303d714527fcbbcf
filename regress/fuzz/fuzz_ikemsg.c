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

/* Proposals and selectors are built as they were read. */
static void
rebuild(void)
{
	struct chain	 c;
	struct rbuf	 r;

	chain_init(&c);
	if (m.m_nprops > 0)
		sa_build(&c, m.m_props, m.m_nprops);
	if (m.m_tsi.tl_n > 0)
		ts_build(&c, PLD_TSi, &m.m_tsi);
	rbuf_init(&r, c.c_w.w_buf, c.c_w.w_len);
	memset(&again, 0, sizeof(again));
	REQUIRE(msg_parse(&again, c.c_first, &r) == 0);
	REQUIRE(again.m_nprops == m.m_nprops);
	REQUIRE(again.m_tsi.tl_n == m.m_tsi.tl_n);
	chain_free(&c);
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
	narrow();
	rebuild();
	return (0);
}

/*
 * The configuration in memory: defaults, policies, and the proposals that
 * follow from what was written.
 */
#include <sys/types.h>

#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "ikev2.h"

/* Offered when nothing is said of a kind; best first (RFC 8247, 8221). */
static const struct xform	 aead[] = {
	{ XF_ENCR, ENCR_AES_GCM_16, 256 },
	{ XF_ENCR, ENCR_AES_GCM_16, 128 },
};
static const struct xform	 cbc[] = {
	{ XF_ENCR, ENCR_AES_CBC, 256 },
	{ XF_ENCR, ENCR_AES_CBC, 192 },
	{ XF_ENCR, ENCR_AES_CBC, 128 },
};
static const struct xform	 integ[] = {
	{ XF_INTEG, INTEG_HMAC_SHA2_256, 0 },
	{ XF_INTEG, INTEG_HMAC_SHA2_384, 0 },
	{ XF_INTEG, INTEG_HMAC_SHA2_512, 0 },
	{ XF_INTEG, INTEG_HMAC_SHA1_96, 0 },
};
static const struct xform	 prf[] = {
	{ XF_PRF, PRF_HMAC_SHA2_256, 0 },
	{ XF_PRF, PRF_HMAC_SHA2_384, 0 },
	{ XF_PRF, PRF_HMAC_SHA2_512, 0 },
	{ XF_PRF, PRF_HMAC_SHA1, 0 },
};
static const struct xform	 groups[] = {
	{ XF_DH, DH_CURVE25519, 0 },
	{ XF_DH, DH_ECP521, 0 },
	{ XF_DH, DH_ECP384, 0 },
	{ XF_DH, DH_ECP256, 0 },
	{ XF_DH, DH_MODP4096, 0 },
	{ XF_DH, DH_MODP3072, 0 },
	{ XF_DH, DH_MODP2048, 0 },
};
static const struct xform	 esn[] = {
	{ XF_ESN, ESN_YES, 0 },
	{ XF_ESN, ESN_NO, 0 },
};

#define LIST(l)	(l), sizeof(l) / sizeof((l)[0])

/*
 * An empty configuration with the defaults of all options.
 */
void
conf_init(struct conf *c)
{
	memset(c, 0, sizeof(*c));
	TAILQ_INIT(&c->c_policies);
	c->c_dpd = 60;
}

/*
 * Let go of all policies.
 */
void
conf_free(struct conf *c)
{
	struct policy	*p;

	while ((p = TAILQ_FIRST(&c->c_policies)) != NULL) {
		TAILQ_REMOVE(&c->c_policies, p, p_entry);
		policy_put(p);
	}
}

/*
 * A policy with one reference and its defaults; NULL: no memory.
 */
struct policy *
policy_new(void)
{
	struct policy	*p;

	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return (NULL);
	p->p_refs = 1;
	p->p_saproto = PROTO_ESP;
	p->p_lifetime = LIFETIME_DEFAULT;
	p->p_lifebytes = LIFEBYTES_DEFAULT;
	p->p_auth = AUTH_SIG_ANY;
	return (p);
}

/*
 * Hold a policy, and let go of it; the last one frees it.
 */
struct policy *
policy_ref(struct policy *p)
{
	p->p_refs++;
	return (p);
}

void
policy_put(struct policy *p)
{
	if (p == NULL || --p->p_refs > 0)
		return;
	blob_free(&p->p_psk);
	free(p->p_flows);
	free(p->p_ike);
	free(p->p_child);
	free(p);
}

/*
 * Append a flow.  -1: too many, or no memory; 1: it is there already.
 */
int
policy_add_flow(struct policy *p, const struct flow *f)
{
	struct flow	*flows;
	unsigned int	 i;

	for (i = 0; i < p->p_nflows; i++)
		if (prefix_equal(&p->p_flows[i].f_src, &f->f_src) &&
		    prefix_equal(&p->p_flows[i].f_dst, &f->f_dst) &&
		    prefix_equal(&p->p_flows[i].f_prenat, &f->f_prenat) &&
		    p->p_flows[i].f_sport == f->f_sport &&
		    p->p_flows[i].f_dport == f->f_dport)
			return (1);
	if (p->p_nflows == FLOWS_MAX)
		return (-1);
	flows = reallocarray(p->p_flows, p->p_nflows + 1, sizeof(*flows));
	if (flows == NULL)
		return (-1);
	p->p_flows = flows;
	flows[p->p_nflows++] = *f;
	return (0);
}

/*
 * Do two policies say the same?  What is not told from their packed forms
 * makes no difference.
 */
int
policy_same(const struct policy *a, const struct policy *b)
{
	struct wbuf	 wa, wb;
	int		 same;

	wbuf_init(&wa);
	wbuf_init(&wb);
	policy_pack(&wa, a);
	policy_pack(&wb, b);
	same = !wa.w_error && !wb.w_error && wa.w_len == wb.w_len &&
	    memcmp(wa.w_buf, wb.w_buf, wa.w_len) == 0;
	wbuf_free(&wa);
	wbuf_free(&wb);
	return (same);
}

/*
 * Does this cipher authenticate by itself?
 */
int
xform_is_aead(const struct xform *x)
{
	return (x->x_type == XF_ENCR && (x->x_id == ENCR_AES_GCM_12 ||
	    x->x_id == ENCR_AES_GCM_16 || x->x_id == ENCR_AES_GMAC ||
	    x->x_id == ENCR_CHACHA20_POLY1305));
}

/*
 * Append a transform, once; -1: too many.
 */
int
xform_add(struct proposal *pr, uint8_t type, uint16_t id, uint16_t keylen)
{
	unsigned int	 i;

	for (i = 0; i < pr->pr_n; i++)
		if (pr->pr_xf[i].x_type == type && pr->pr_xf[i].x_id == id &&
		    pr->pr_xf[i].x_keylen == keylen)
			return (0);
	if (pr->pr_n == XFORMS_MAX)
		return (-1);
	pr->pr_xf[pr->pr_n].x_type = type;
	pr->pr_xf[pr->pr_n].x_id = id;
	pr->pr_xf[pr->pr_n++].x_keylen = keylen;
	return (0);
}

/*
 * How many transforms of a type a proposal has.
 */
unsigned int
proposal_count(const struct proposal *pr, uint8_t type)
{
	unsigned int	 i, n = 0;

	for (i = 0; i < pr->pr_n; i++)
		n += pr->pr_xf[i].x_type == type;
	return (n);
}

/* The transforms of a type as written, else the defaults. */
static int
fill(struct proposal *pr, const struct proposal *said, uint8_t type,
    const struct xform *def, size_t ndef)
{
	size_t	 i;
	int	 error = 0;

	if (proposal_count(said, type) != 0) {
		def = said->pr_xf;
		ndef = said->pr_n;
	}
	for (i = 0; i < ndef; i++)
		if (def[i].x_type == type)
			error |= xform_add(pr, type, def[i].x_id,
			    def[i].x_keylen);
	return (error);
}

static struct proposal *
append(struct proposal **list, unsigned int *n, uint8_t proto)
{
	struct proposal	*pr;

	if (*n == PROPS_MAX)
		return (NULL);
	pr = reallocarray(*list, *n + 1, sizeof(*pr));
	if (pr == NULL)
		return (NULL);
	*list = pr;
	pr += (*n)++;
	memset(pr, 0, sizeof(*pr));
	pr->pr_num = *n;
	pr->pr_proto = proto;
	return (pr);
}

/* One proposal, with ciphers that need (sep) or bring authentication. */
static int
build(struct proposal **list, unsigned int *n, uint8_t proto,
    const struct proposal *said, int sep)
{
	struct proposal	*pr;
	int		 error = 0;

	pr = append(list, n, proto);
	if (pr == NULL)
		return (-1);
	if (proto != PROTO_AH && sep)
		error |= fill(pr, said, XF_ENCR, LIST(cbc));
	else if (proto != PROTO_AH)
		error |= fill(pr, said, XF_ENCR, LIST(aead));
	if (proto == PROTO_IKE)
		error |= fill(pr, said, XF_PRF, LIST(prf));
	if (sep)
		error |= fill(pr, said, XF_INTEG, LIST(integ));
	if (proto == PROTO_IKE)
		error |= fill(pr, said, XF_DH, LIST(groups));
	else {
		error |= fill(pr, said, XF_DH, NULL, 0);
		error |= fill(pr, said, XF_ESN, LIST(esn));
	}
	return (error);
}

/*
 * Append what a clause of a protocol says to a list of n proposals, with
 * the defaults of whatever it leaves open: one proposal, or one each for
 * ciphers with and without authentication.  The clause does not mix them.
 * -1: too many.
 */
int
proposals_build(struct proposal **list, unsigned int *n, uint8_t proto,
    const struct proposal *said)
{
	unsigned int	 i;

	if (proto == PROTO_AH)
		return (build(list, n, proto, said, 1));
	for (i = 0; i < said->pr_n; i++)
		if (said->pr_xf[i].x_type == XF_ENCR)
			return (build(list, n, proto, said,
			    !xform_is_aead(&said->pr_xf[i])));
	if (proposal_count(said, XF_INTEG) == 0 &&
	    build(list, n, proto, said, 0) == -1)
		return (-1);
	return (build(list, n, proto, said, 1));
}

/*
 * Choosing.
 *
 * Proposals (RFC 7296, 2.7): the first of ours that any of the peer's
 * satisfies; of each type of transform the first of ours that the peer's
 * has, too.
 *
 * Traffic selectors (2.9): each flow of the policy meets each pair of the
 * peer's selectors; what they have in common is agreed upon.  A flow of the
 * kernel has networks, and one port or all: what cannot be said with these
 * is left out.
 */
#include <sys/types.h>

#include <stdlib.h>
#include <string.h>

#include "ikev2.h"
#include "select.h"

#define SPLIT_MAX	64		/* networks that a range becomes */

/* Is a transform in a proposal?  INTEG and DH: none is as good as NONE. */
static int
has(const struct proposal *pr, const struct xform *x)
{
	unsigned int	 i;

	for (i = 0; i < pr->pr_n; i++)
		if (pr->pr_xf[i].x_type == x->x_type &&
		    pr->pr_xf[i].x_id == x->x_id &&
		    pr->pr_xf[i].x_keylen == x->x_keylen)
			return (1);
	return (x->x_id == 0 && x->x_type != XF_ENCR &&
	    x->x_type != XF_PRF && proposal_count(pr, x->x_type) == 0);
}

/* Choose one type; -1: nothing in common. */
static int
select_type(const struct proposal *ours, const struct proposal *theirs,
    uint8_t type, struct proposal *out)
{
	static const struct xform	 none;
	struct xform			 x;
	unsigned int			 i;

	if (proposal_count(theirs, type) == 0 &&
	    proposal_count(ours, type) == 0)
		return (0);
	x = none;
	x.x_type = type;
	if (proposal_count(ours, type) == 0) {
		if (!has(ours, &x) || !has(theirs, &x))
			return (-1);
	} else {
		for (i = 0; i < ours->pr_n; i++)
			if (ours->pr_xf[i].x_type == type &&
			    has(theirs, &ours->pr_xf[i]))
				break;
		if (i == ours->pr_n)
			return (-1);
		x = ours->pr_xf[i];
	}
	if (proposal_count(theirs, type) != 0)
		return (xform_add(out, type, x.x_id, x.x_keylen));
	return (0);
}

static int
select_one(const struct proposal *ours, const struct proposal *theirs,
    int nodh, struct proposal *out)
{
	unsigned int	 i;
	uint8_t		 type;

	if (ours->pr_proto != theirs->pr_proto)
		return (-1);
	memset(out, 0, sizeof(*out));
	out->pr_num = theirs->pr_num;
	out->pr_proto = theirs->pr_proto;
	out->pr_spilen = theirs->pr_spilen;
	memcpy(out->pr_spi, theirs->pr_spi, sizeof(out->pr_spi));
	for (i = 0; i < theirs->pr_n; i++)
		if (theirs->pr_xf[i].x_type == 0 ||
		    theirs->pr_xf[i].x_type > XF_MAX)
			return (-1);
	for (type = 1; type <= XF_MAX; type++)
		if (!(nodh && type == XF_DH) &&
		    select_type(ours, theirs, type, out) == -1)
			return (-1);
	return (0);
}

/*
 * Choose from nours proposals and ntheirs of the peer's; nodh leaves groups
 * aside.  The choice has the peer's number and SPI and only what the peer
 * named.  -1: none.
 */
int
proposal_select(const struct proposal *ours, unsigned int nours,
    const struct proposal *theirs, unsigned int ntheirs, int nodh,
    struct proposal *out)
{
	unsigned int	 i, j;

	for (i = 0; i < nours; i++)
		for (j = 0; j < ntheirs; j++)
			if (select_one(&ours[i], &theirs[j], nodh, out) == 0)
				return (0);
	return (-1);
}

static int
ts_within(const struct ts *a, const struct ts *b)
{
	return ((b->ts_proto == 0 || a->ts_proto == b->ts_proto) &&
	    a->ts_port_lo >= b->ts_port_lo && a->ts_port_hi <= b->ts_port_hi &&
	    range_within(&a->ts_addr, &b->ts_addr));
}

static void
ts_add(struct tslist *list, const struct ts *ts)
{
	unsigned int	 i;

	for (i = 0; i < list->tl_n; i++)
		if (ts_within(ts, &list->tl_ts[i]) &&
		    ts_within(&list->tl_ts[i], ts))
			return;
	if (list->tl_n < TS_MAX)
		list->tl_ts[list->tl_n++] = *ts;
}

static void
ts_make(struct ts *ts, const struct prefix *p, uint16_t port, uint8_t proto)
{
	ts->ts_proto = proto;
	ts->ts_port_lo = port;
	ts->ts_port_hi = port != 0 ? port : 65535;
	range_of_prefix(&ts->ts_addr, p);
}

/*
 * All selectors of a policy, each once.
 */
void
ts_of_policy(const struct policy *p, struct tslist *local,
    struct tslist *remote)
{
	struct ts	 ts;
	unsigned int	 i, j;

	local->tl_n = remote->tl_n = 0;
	for (i = 0; i < p->p_nflows; i++)
		for (j = 0; j < (p->p_nprotos ? p->p_nprotos : 1); j++) {
			ts_make(&ts, &p->p_flows[i].f_src,
			    p->p_flows[i].f_sport, p->p_protos[j]);
			ts_add(local, &ts);
			ts_make(&ts, &p->p_flows[i].f_dst,
			    p->p_flows[i].f_dport, p->p_protos[j]);
			ts_add(remote, &ts);
		}
}

/* What two selectors have in common; 0: nothing that a flow can say. */
static int
ts_meet(struct ts *out, const struct ts *a, const struct ts *b)
{
	if (a->ts_proto != 0 && b->ts_proto != 0 &&
	    a->ts_proto != b->ts_proto)
		return (0);
	out->ts_proto = a->ts_proto != 0 ? a->ts_proto : b->ts_proto;
	out->ts_port_lo = a->ts_port_lo > b->ts_port_lo ? a->ts_port_lo :
	    b->ts_port_lo;
	out->ts_port_hi = a->ts_port_hi < b->ts_port_hi ? a->ts_port_hi :
	    b->ts_port_hi;
	if (out->ts_port_lo != out->ts_port_hi &&
	    (out->ts_port_lo != 0 || out->ts_port_hi != 65535))
		return (0);
	/* Nor is there a port without a protocol. */
	if (out->ts_port_lo == out->ts_port_hi && out->ts_proto == 0)
		return (0);
	return (range_meet(&out->ts_addr, &a->ts_addr, &b->ts_addr));
}

struct pair {
	struct ts	 pa_l;
	struct ts	 pa_r;
	struct prefix	 pa_prenat;	/* of the flow it comes from */
};

struct pairs {
	unsigned int	 ps_n;
	struct pair	 ps_pair[FLOWS_MAX];
};

/* Is all of a in b? */
static int
pair_within(const struct pair *a, const struct pair *b)
{
	return (ts_within(&a->pa_l, &b->pa_l) &&
	    ts_within(&a->pa_r, &b->pa_r) &&
	    prefix_equal(&a->pa_prenat, &b->pa_prenat));
}

/* Add a pair, unless another has all of it; drop those that it has. */
static void
pair_add(struct pairs *ps, const struct pair *new)
{
	struct pair	*p = ps->ps_pair;
	unsigned int	 i;

	for (i = 0; i < ps->ps_n; i++)
		if (pair_within(new, &p[i]))
			return;
	for (i = 0; i < ps->ps_n;)
		if (pair_within(&p[i], new))
			p[i] = p[--ps->ps_n];
		else
			i++;
	if (ps->ps_n < FLOWS_MAX)
		p[ps->ps_n++] = *new;
}

/* One flow of the policy against all selectors of the peer. */
static void
narrow_flow(struct pairs *ps, const struct pair *flow,
    const struct tslist *local, const struct tslist *remote)
{
	struct pair	 new = *flow;
	struct ts	 ml, mr;
	unsigned int	 i, j;

	for (i = 0; i < local->tl_n; i++) {
		if (!ts_meet(&ml, &flow->pa_l, &local->tl_ts[i]))
			continue;
		for (j = 0; j < remote->tl_n; j++) {
			if (!ts_meet(&mr, &flow->pa_r, &remote->tl_ts[j]))
				continue;
			if (ml.ts_proto != 0 && mr.ts_proto != 0 &&
			    ml.ts_proto != mr.ts_proto)
				continue;
			new.pa_l = ml;
			new.pa_r = mr;
			new.pa_l.ts_proto = new.pa_r.ts_proto =
			    ml.ts_proto != 0 ? ml.ts_proto : mr.ts_proto;
			pair_add(ps, &new);
		}
	}
}

static int
flow_append(struct flow **flows, unsigned int *n, const struct flow *f)
{
	struct flow	*p;

	if (*n == FLOWS_MAX)
		return (-1);
	p = reallocarray(*flows, *n + 1, sizeof(*p));
	if (p == NULL)
		return (-1);
	*flows = p;
	p[(*n)++] = *f;
	return (0);
}

/* The flows of a pair. */
static int
pair_flows(const struct pair *p, struct flow **flows, unsigned int *n)
{
	struct prefix	 l[SPLIT_MAX], r[SPLIT_MAX];
	struct flow	 f;
	int		 nl, nr, i, j;

	nl = range_split(&p->pa_l.ts_addr, l, SPLIT_MAX);
	nr = range_split(&p->pa_r.ts_addr, r, SPLIT_MAX);
	if (nl == -1 || nr == -1)
		return (-1);
	memset(&f, 0, sizeof(f));
	f.f_proto = p->pa_l.ts_proto;
	f.f_prenat = p->pa_prenat;
	if (p->pa_l.ts_port_lo == p->pa_l.ts_port_hi)
		f.f_sport = p->pa_l.ts_port_lo;
	if (p->pa_r.ts_port_lo == p->pa_r.ts_port_hi)
		f.f_dport = p->pa_r.ts_port_lo;
	for (i = 0; i < nl; i++)
		for (j = 0; j < nr; j++) {
			f.f_src = l[i];
			f.f_dst = r[j];
			if (flow_append(flows, n, &f) == -1)
				return (-1);
		}
	return (0);
}

/*
 * Narrow: what a policy and the selectors of our side (local) and of the
 * peer's (remote) have in common, as selectors and as flows, which are the
 * caller's to free.  -1: nothing, or too much.
 */
int
ts_narrow(const struct policy *p, const struct tslist *local,
    const struct tslist *remote, struct tslist *lout, struct tslist *rout,
    struct flow **flows, unsigned int *nflows)
{
	struct pairs	*ps;
	struct pair	 flow;
	unsigned int	 i, j;
	int		 error = -1;

	*flows = NULL;
	*nflows = 0;
	lout->tl_n = rout->tl_n = 0;
	ps = calloc(1, sizeof(*ps));
	if (ps == NULL)
		return (-1);
	for (i = 0; i < p->p_nflows; i++)
		for (j = 0; j < (p->p_nprotos ? p->p_nprotos : 1); j++) {
			ts_make(&flow.pa_l, &p->p_flows[i].f_src,
			    p->p_flows[i].f_sport, p->p_protos[j]);
			ts_make(&flow.pa_r, &p->p_flows[i].f_dst,
			    p->p_flows[i].f_dport, p->p_protos[j]);
			flow.pa_prenat = p->p_flows[i].f_prenat;
			narrow_flow(ps, &flow, local, remote);
		}
	for (i = 0; i < ps->ps_n; i++) {
		if (pair_flows(&ps->ps_pair[i], flows, nflows) == -1)
			break;
		ts_add(lout, &ps->ps_pair[i].pa_l);
		ts_add(rout, &ps->ps_pair[i].pa_r);
	}
	if (ps->ps_n != 0 && i == ps->ps_n)
		error = 0;
	else {
		free(*flows);
		*flows = NULL;
		*nflows = 0;
	}
	free(ps);
	return (error);
}

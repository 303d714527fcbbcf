/*
 * Child SAs: what IKE_AUTH and CREATE_CHILD_SA have in common (SA, TS,
 * keys), and the latter for new and rekeyed children (RFC 7296, 1.3.1,
 * 1.3.3, 2.8, 2.9, 2.17).
 */
#include <sys/types.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ike.h"
#include "ikev2.h"
#include "log.h"
#include "select.h"

/*
 * Order nonces as RFC 7296, 2.8.1 does: as strings of bytes.
 */
int
nonce_cmp(const struct blob *a, const struct blob *b)
{
	size_t	 n = a->b_len < b->b_len ? a->b_len : b->b_len;
	int	 d = memcmp(a->b_data, b->b_data, n);

	return (d != 0 ? d : a->b_len < b->b_len ? -1 : a->b_len > b->b_len);
}

/*
 * Keep the smaller of two nonces.
 */
void
nonce_smaller(struct blob *out, const struct blob *a, const struct blob *b)
{
	blob_copy(out, nonce_cmp(a, b) < 0 ? a : b);
}

static void
spi_put(struct proposal *pr, uint32_t spi)
{
	pr->pr_spilen = 4;
	pr->pr_spi[0] = spi >> 24;
	pr->pr_spi[1] = spi >> 16;
	pr->pr_spi[2] = spi >> 8;
	pr->pr_spi[3] = spi;
}

static uint32_t
spi_get(const struct proposal *pr)
{
	return ((uint32_t)pr->pr_spi[0] << 24 | pr->pr_spi[1] << 16 |
	    pr->pr_spi[2] << 8 | pr->pr_spi[3]);
}

/* Leave groups out: IKE_AUTH has none. */
static void
strip_dh(struct proposal *pr)
{
	unsigned int	 i, n = 0;

	for (i = 0; i < pr->pr_n; i++)
		if (pr->pr_xf[i].x_type != XF_DH)
			pr->pr_xf[n++] = pr->pr_xf[i];
	pr->pr_n = n;
}

/*
 * Offer a child to the peer, as initiator of the exchange: mode, proposals,
 * nonce and KE of x (not in IKE_AUTH), selectors.  -1: no memory.
 */
int
child_offer(struct ike_sa *sa, struct chain *c, struct exchange *x, int auth)
{
	struct child	*ch = x->x_child;
	struct policy	*p = sa->sa_policy;
	struct proposal	*list;
	struct tslist	*ts;
	unsigned int	 i;

	list = calloc(p->p_nchild + 1, sizeof(*list));
	ts = calloc(2, sizeof(*ts));
	if (list == NULL || ts == NULL) {
		free(list);
		free(ts);
		return (-1);
	}
	if (p->p_flags & POL_TRANSPORT)
		notify_build(c, PROTO_NONE, 0, N_USE_TRANSPORT_MODE, NULL, 0);
	for (i = 0; i < p->p_nchild; i++) {
		list[i] = p->p_child[i];
		spi_put(&list[i], ch->ch_spi_in);
		if (auth)
			strip_dh(&list[i]);
	}
	sa_build(c, list, p->p_nchild);
	if (!auth) {
		nonce_build(c, &x->x_ni);
		if (x->x_group != DH_NONE)
			ke_build(c, x->x_group, &x->x_pub);
	}
	ts_of_policy(p, &ts[0], &ts[1]);
	ts_build(c, PLD_TSi, &ts[0]);
	ts_build(c, PLD_TSr, &ts[1]);
	free(list);
	free(ts);
	return (0);
}

/* Derive and keep the keys; secret may be empty. */
static int
child_keys(struct ike_sa *sa, struct child *ch, const struct blob *secret,
    const struct blob *ni, const struct blob *nr)
{
	struct blob	 e[2] = { { NULL, 0 } }, a[2] = { { NULL, 0 } };
	int		 in = ch->ch_flags & CH_INITIATOR ? 1 : 0, i;

	if (keys_child(&sa->sa_keys, sa->sa_suite.su_prf, &ch->ch_suite,
	    secret, ni, nr, e, a) == -1)
		return (-1);
	for (i = 0; i < 2; i++) {
		blob_move(&ch->ch_encr[i], &e[i == 0 ? in : !in]);
		blob_move(&ch->ch_integ[i], &a[i == 0 ? in : !in]);
	}
	nonce_smaller(&ch->ch_nonce, ni, nr);
	return (0);
}

/* Narrow to what the policy and the peer's selectors have in common. */
static int
narrow(struct ike_sa *sa, struct child *ch, const struct tslist *local,
    const struct tslist *remote, struct tslist out[2])
{
	free(ch->ch_flows);
	return (ts_narrow(sa->sa_policy, local, remote, &out[0], &out[1],
	    &ch->ch_flows, &ch->ch_nflows));
}

/* The mode that both want. */
static int
mode(struct ike_sa *sa, const struct msg *m, struct child *ch)
{
	if (msg_notify(m, N_USE_TRANSPORT_MODE) == NULL)
		return (0);
	if (sa->sa_policy->p_flags & POL_TRANSPORT)
		ch->ch_flags |= CH_TRANSPORT;
	return (1);
}

/* The responder's part of a KE; error is what is to be said. */
static int
answer_ke(struct child *ch, const struct msg *m, struct exchange *x,
    struct blob *secret, uint16_t *error)
{
	x->x_group = ch->ch_suite.su_dh;
	if (x->x_group == DH_NONE)
		return (0);
	*error = N_INVALID_KE_PAYLOAD;
	if (!MSG_HAS(m, PLD_KE) || m->m_group != x->x_group)
		return (-1);
	x->x_dh = dh_new(x->x_group, &x->x_pub);
	*error = N_INVALID_SYNTAX;
	if (x->x_dh == NULL || dh_secret(x->x_dh, m->m_ke.r_ptr,
	    m->m_ke.r_left, secret) == -1)
		return (-1);
	*error = 0;
	return (0);
}

/* The nonces of an exchange: IKE_AUTH uses those of IKE_SA_INIT. */
static int
answer_nonces(struct ike_sa *sa, const struct msg *m, int auth,
    struct exchange *x)
{
	if (auth)
		return (blob_copy(&x->x_ni, &sa->sa_ni) == -1 ||
		    blob_copy(&x->x_nr, &sa->sa_nr) == -1 ? -1 : 0);
	return (blob_set(&x->x_ni, m->m_nonce.r_ptr, m->m_nonce.r_left) ==
	    -1 || rand_blob(&x->x_nr, NONCE_LEN) == -1 ? -1 : 0);
}

/* The payloads of the answer. */
static void
answer_build(struct chain *c, struct child *ch, const struct proposal *pr,
    const struct exchange *x, const struct tslist ts[2], int auth)
{
	if (ch->ch_flags & CH_TRANSPORT)
		notify_build(c, PROTO_NONE, 0, N_USE_TRANSPORT_MODE, NULL, 0);
	sa_build(c, pr, 1);
	if (!auth) {
		nonce_build(c, &x->x_nr);
		if (x->x_group != DH_NONE)
			ke_build(c, x->x_group, &x->x_pub);
	}
	ts_build(c, PLD_TSi, &ts[1]);
	ts_build(c, PLD_TSr, &ts[0]);
}

/*
 * Answer an offered child as responder of the exchange: choose, narrow,
 * derive keys, and add the answer's payloads to c.  -1: error is the
 * notification that says why, and nothing was added.
 */
int
child_answer(struct ike_sa *sa, const struct msg *m, struct child *ch,
    struct chain *c, int auth, uint16_t *error)
{
	struct policy	*p = sa->sa_policy;
	struct exchange	 x;
	struct proposal	 pr;
	struct blob	 secret = { NULL, 0 };
	struct tslist	*ts;
	int		 ret = -1;

	memset(&x, 0, sizeof(x));
	ts = calloc(2, sizeof(*ts));
	*error = N_NO_PROPOSAL_CHOSEN;
	if (ts == NULL || proposal_select(p->p_child, p->p_nchild, m->m_props,
	    m->m_nprops, auth, &pr) == -1 || pr.pr_spilen != 4)
		goto done;
	suite_of(&ch->ch_suite, &pr);
	ch->ch_spi_out = spi_get(&pr);
	spi_put(&pr, ch->ch_spi_in);
	mode(sa, m, ch);
	if (narrow(sa, ch, &m->m_tsr, &m->m_tsi, ts) == -1) {
		sa->sa_eng->e_stats.st_ts_refused++;
		*error = N_TS_UNACCEPTABLE;
		goto done;
	}
	if (answer_ke(ch, m, &x, &secret, error) == -1)
		goto done;
	*error = N_NO_ADDITIONAL_SAS;
	if (answer_nonces(sa, m, auth, &x) == -1 ||
	    child_keys(sa, ch, &secret, &x.x_ni, &x.x_nr) == -1)
		goto done;
	answer_build(c, ch, &pr, &x, ts, auth);
	*error = 0;
	ret = 0;
 done:
	free(ts);
	blob_free(&secret);
	exchange_free(&x);
	return (ret);
}

/*
 * Take the answer to the child that we offered.  -1: it is refused, or not
 * what we offered; error is the peer's reason, or ours.
 */
int
child_accept(struct ike_sa *sa, const struct msg *m, struct exchange *x,
    int auth, uint16_t *error)
{
	const struct notify	*n = msg_error(m);
	struct policy		*p = sa->sa_policy;
	struct child		*ch = x->x_child;
	struct proposal		 pr;
	struct blob		 secret = { NULL, 0 }, nr;
	struct tslist		*ts;
	int			 ret = -1;

	*error = n != NULL ? n->n_type : N_NO_PROPOSAL_CHOSEN;
	if (n != NULL || m->m_nprops != 1 || !MSG_HAS(m, PLD_TSi) ||
	    !MSG_HAS(m, PLD_TSr) || proposal_select(p->p_child, p->p_nchild,
	    m->m_props, 1, auth, &pr) == -1 || pr.pr_spilen != 4 ||
	    pr.pr_n != m->m_props[0].pr_n)
		return (-1);
	suite_of(&ch->ch_suite, &pr);
	ch->ch_spi_out = spi_get(&pr);
	if (mode(sa, m, ch) == 0 && (p->p_flags & POL_TRANSPORT))
		sa_log(sa, "peer wants tunnel mode");
	ts = calloc(2, sizeof(*ts));
	*error = N_TS_UNACCEPTABLE;
	if (ts == NULL || narrow(sa, ch, &m->m_tsi, &m->m_tsr, ts) == -1) {
		free(ts);
		return (-1);
	}
	free(ts);
	*error = N_INVALID_SYNTAX;
	nr = sa->sa_nr;
	if (!auth) {
		nr.b_data = (uint8_t *)m->m_nonce.r_ptr;
		nr.b_len = m->m_nonce.r_left;
		if (!MSG_HAS(m, PLD_NONCE) ||
		    x->x_group != ch->ch_suite.su_dh)
			return (-1);
		if (x->x_group != DH_NONE && (m->m_group != x->x_group ||
		    dh_secret(x->x_dh, m->m_ke.r_ptr, m->m_ke.r_left,
		    &secret) == -1))
			return (-1);
	}
	ret = child_keys(sa, ch, &secret, auth ? &sa->sa_ni : &x->x_ni, &nr);
	blob_free(&secret);
	return (ret);
}

/* The first group of the child's proposals. */
static uint16_t
child_group(const struct policy *p)
{
	unsigned int	 i, j;

	for (i = 0; i < p->p_nchild; i++)
		for (j = 0; j < p->p_child[i].pr_n; j++)
			if (p->p_child[i].pr_xf[j].x_type == XF_DH)
				return (p->p_child[i].pr_xf[j].x_id);
	return (DH_NONE);
}

/*
 * Ask for a child, or for the replacement of old; with that group, if it is
 * not DH_NONE.
 */
void
child_start(struct ike_sa *sa, struct child *old, uint16_t group)
{
	struct request	*r;
	struct exchange	*x;
	struct child	*ch;
	struct chain	 c;

	r = request_new(sa, old != NULL ? JOB_REKEY_CHILD : JOB_CHILD,
	    old != NULL ? old->ch_spi_in : 0);
	if (r == NULL)
		return;
	x = &r->r_x;
	x->x_group = group != DH_NONE ? group : child_group(sa->sa_policy);
	x->x_child = ch = child_new(sa, sa->sa_policy->p_saproto);
	if (ch == NULL || rand_blob(&x->x_ni, NONCE_LEN) == -1 ||
	    (x->x_group != DH_NONE &&
	    (x->x_dh = dh_new(x->x_group, &x->x_pub)) == NULL)) {
		request_free(r);
		return;
	}
	ch->ch_flags |= CH_INITIATOR;
	ch->ch_maker = x;
	chain_init(&c);
	if (old != NULL) {
		old->ch_flags |= CH_REKEYING;
		ch->ch_old = old->ch_spi_in;
		notify_build(&c, old->ch_proto, old->ch_spi_in, N_REKEY_SA,
		    NULL, 0);
	}
	child_offer(sa, &c, x, 0);
	msg_request(r, EXCH_CREATE_CHILD_SA, &c);
}

/* Which child does a request replace?  0, or what is to be said. */
static uint16_t
rekeyed(struct ike_sa *sa, const struct msg *m, struct child **old)
{
	const struct notify	*n = msg_notify(m, N_REKEY_SA);
	struct rbuf		 spi;
	uint32_t		 v;

	*old = NULL;
	if (n == NULL)
		return (0);
	spi = n->n_spi;
	if (rbuf_u32(&spi, &v) == -1 || spi.r_left != 0)
		return (N_INVALID_SYNTAX);
	*old = child_by_out(sa, n->n_proto, v);
	if (*old == NULL)
		return (N_CHILD_SA_NOT_FOUND);
	return ((*old)->ch_flags & CH_DELETED ? N_TEMPORARY_FAILURE : 0);
}

/*
 * A request for a child.
 */
void
child_request(struct ike_sa *sa, const struct msg *m)
{
	const struct notify	*n = msg_notify(m, N_REKEY_SA);
	struct child		*old, *ch;
	struct chain		 c;
	struct rbuf		 spi;
	uint32_t		 v = 0;
	uint16_t		 error;
	uint8_t			 group[2];

	if (!MSG_HAS(m, PLD_SA) || !MSG_HAS(m, PLD_NONCE) ||
	    !MSG_HAS(m, PLD_TSi) || !MSG_HAS(m, PLD_TSr)) {
		msg_respond_error(sa, m, N_INVALID_SYNTAX, NULL, 0);
		return;
	}
	if (request_find(sa, JOB_REKEY_IKE, 0) != NULL) {
		msg_respond_error(sa, m, N_TEMPORARY_FAILURE, NULL, 0);
		return;
	}
	chain_init(&c);
	error = rekeyed(sa, m, &old);
	if (error != 0) {
		if (error != N_CHILD_SA_NOT_FOUND) {
			chain_free(&c);
			msg_respond_error(sa, m, error, NULL, 0);
			return;
		}
		/* RFC 7296, 2.25: the SPI that it named comes back. */
		sa->sa_told = error;
		sa_log(sa, "send error %s", name_notify(error));
		spi = n->n_spi;
		rbuf_u32(&spi, &v);
		notify_build(&c, n->n_proto, v, error, NULL, 0);
		msg_respond(sa, m, &c);
		return;
	}
	error = N_NO_ADDITIONAL_SAS;
	ch = child_new(sa, sa->sa_policy->p_saproto);
	if (ch == NULL || child_answer(sa, m, ch, &c, 0, &error) == -1) {
		group[0] = ch == NULL ? 0 : ch->ch_suite.su_dh >> 8;
		group[1] = ch == NULL ? 0 : ch->ch_suite.su_dh;
		chain_free(&c);
		if (ch != NULL)
			child_free(ch);
		msg_respond_error(sa, m, error, group,
		    error == N_INVALID_KE_PAYLOAD ? 2 : 0);
		return;
	}
	if (old != NULL) {
		ch->ch_flags |= CH_OUT_PENDING;
		ch->ch_old = old->ch_spi_in;
		old->ch_flags |= CH_REKEYING;
	}
	/* The inbound SA is there before the peer can use it. */
	if (child_load(ch, sa->sa_policy->p_name) == -1) {
		chain_free(&c);
		child_free(ch);
		msg_respond_error(sa, m, N_NO_ADDITIONAL_SAS, NULL, 0);
		return;
	}
	msg_respond(sa, m, &c);
}

/* The peer's replacement of the same child, if it asked, too. */
static struct child *
theirs(struct ike_sa *sa, const struct child *ours)
{
	struct child	*ch;

	TAILQ_FOREACH(ch, &sa->sa_children, ch_entry)
		if (ch != ours && ch->ch_old == ours->ch_old &&
		    ours->ch_old != 0 && !(ch->ch_flags & CH_INITIATOR))
			return (ch);
	return (NULL);
}

/*
 * Both replaced the same child: the exchange with the smallest of the four
 * nonces loses, and its initiator deletes what it made (2.8.1).  What loses
 * is never used to send.
 */
static int
loses(struct ike_sa *sa, const struct child *ch)
{
	const struct child	*other = theirs(sa, ch);

	if (other == NULL)
		return (0);
	sa_log(sa, "resolving simultaneous CHILD SA rekeying");
	return (nonce_cmp(&ch->ch_nonce, &other->ch_nonce) < 0);
}

/* A refusal: try again, with another group, or later, or not at all. */
static void
refused(struct request *rq, const struct msg *m, uint16_t error)
{
	struct ike_sa		*sa = rq->r_sa;
	const struct notify	*n = msg_notify(m, N_INVALID_KE_PAYLOAD);
	struct child		*old;
	struct rbuf		 r;
	uint16_t		 group;

	old = child_by_in(sa, sa->sa_policy->p_saproto, rq->r_spi);
	sa_log(sa, "CREATE_CHILD_SA refused: %s", name_notify(error));
	if (n != NULL) {
		r = n->n_data;
		if (rbuf_u16(&r, &group) == 0 && dh_supported(group) &&
		    rq->r_x.x_group != group) {
			child_start(sa, old, group);
			return;
		}
	}
	if (error == N_TEMPORARY_FAILURE)
		sa_job_later(sa, rq->r_job, sa->sa_policy->p_saproto,
		    rq->r_spi, T_TEMPORARY);
	else if (error == N_CHILD_SA_NOT_FOUND && old != NULL) {
		child_free(old);
		sa_job_add(sa, JOB_CHILD, sa->sa_policy->p_saproto, 0);
	} else if (error == N_NO_ADDITIONAL_SAS && old != NULL) {
		/* RFC 7296, 4: it only does new IKE SAs. */
		sa_job_add(sa, JOB_DELETE_IKE, PROTO_IKE, 0);
	} else if (old != NULL)
		old->ch_flags &= ~CH_REKEYING;
}

/*
 * The answer to our request for a child.
 */
void
child_response(struct request *r, const struct msg *m)
{
	struct ike_sa	*sa = r->r_sa;
	struct child	*ch = r->r_x.x_child, *old;
	uint16_t	 error;
	int		 lost;

	if (ch == NULL || child_accept(sa, m, &r->r_x, 0, &error) == -1) {
		refused(r, m, ch == NULL ? 0 : error);
		return;
	}
	r->r_x.x_child = NULL;
	ch->ch_maker = NULL;
	lost = loses(sa, ch);
	if (lost)
		ch->ch_flags |= CH_OUT_PENDING | CH_LOST;
	if (child_load(ch, sa->sa_policy->p_name) == -1 || lost) {
		sa_job_add(sa, JOB_DELETE_CHILD, ch->ch_proto, ch->ch_spi_in);
		return;
	}
	old = child_by_in(sa, ch->ch_proto, ch->ch_old);
	if (old != NULL)
		sa_job_add(sa, JOB_DELETE_CHILD, old->ch_proto,
		    old->ch_spi_in);
}

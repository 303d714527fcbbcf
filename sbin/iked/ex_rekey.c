/*
 * CREATE_CHILD_SA for the IKE SA itself (RFC 7296, 1.3.2, 2.8, 2.18): new
 * SPIs and keys; the children move.
 */
#include <sys/types.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ike.h"
#include "ikev2.h"
#include "log.h"
#include "select.h"

static void
spi_put(struct proposal *pr, uint64_t spi)
{
	int	 i;

	pr->pr_spilen = 8;
	for (i = 0; i < 8; i++)
		pr->pr_spi[i] = spi >> (56 - 8 * i);
}

static uint64_t
spi_get(const struct proposal *pr)
{
	uint64_t	 spi = 0;
	int		 i;

	for (i = 0; i < 8; i++)
		spi = spi << 8 | pr->pr_spi[i];
	return (spi);
}

/* An SA that is to replace another. */
static struct ike_sa *
heir(struct ike_sa *sa, int initiator)
{
	struct ike_sa	*new;

	new = sa_new(sa->sa_eng, sa->sa_policy, initiator);
	if (new == NULL)
		return (NULL);
	new->sa_local = sa->sa_local;
	new->sa_peer = sa->sa_peer;
	new->sa_nat_here = sa->sa_nat_here;
	new->sa_nat_peer = sa->sa_nat_peer;
	new->sa_frag = sa->sa_frag;
	new->sa_id = sa->sa_id;
	new->sa_peerid = sa->sa_peerid;
	return (new);
}

/* The children, and what waits to be asked, are the new one's. */
static void
inherit(struct ike_sa *sa, struct ike_sa *new)
{
	struct xform	 enc = { XF_ENCR, new->sa_suite.su_encr,
			    new->sa_suite.su_keylen };
	struct xform	 dh = { XF_DH, new->sa_suite.su_dh, 0 };
	struct xform	 pr = { XF_PRF, new->sa_suite.su_prf, 0 };
	struct child	*ch;
	struct job	*j;

	TAILQ_FOREACH(ch, &sa->sa_children, ch_entry)
		ch->ch_sa = new;
	TAILQ_CONCAT(&new->sa_children, &sa->sa_children, ch_entry);
	while ((j = TAILQ_FIRST(&sa->sa_jobs)) != NULL) {
		TAILQ_REMOVE(&sa->sa_jobs, j, j_entry);
		if (j->j_type == JOB_REKEY_IKE)
			free(j);
		else
			TAILQ_INSERT_TAIL(&new->sa_jobs, j, j_entry);
	}
	sa_log(sa, "rekeyed as new IKESA 0x%016llx (enc %s group %s prf %s)",
	    (unsigned long long)new->sa_spii, xform_name(PROTO_IKE, &enc),
	    xform_name(PROTO_IKE, &dh), xform_name(PROTO_IKE, &pr));
	sa->sa_eng->e_stats.st_rekeyed++;
	sa_set_state(sa, SA_REKEYED);
	timer_del(sa->sa_eng, &sa->sa_t_dpd);
	timer_del(sa->sa_eng, &sa->sa_t_alive);
	timer_del(sa->sa_eng, &sa->sa_t_life);
	sa_jobs_run(new);
}

static void
linger_due(struct engine *e, void *arg)
{
	sa_close(arg, "SA rekeyed");
}

/* What a request to replace an IKE SA needs; -1: no memory. */
static int
rekey_make(struct request *r)
{
	struct ike_sa	*sa = r->r_sa;
	struct exchange	*x = &r->r_x;

	x->x_group = sa->sa_group != DH_NONE ? sa->sa_group :
	    sa->sa_suite.su_dh;
	sa->sa_group = DH_NONE;
	x->x_dh = dh_new(x->x_group, &x->x_pub);
	x->x_sa = heir(sa, 1);
	if (x->x_sa == NULL)
		return (-1);
	x->x_sa->sa_maker = x;
	return (x->x_dh == NULL || rand_blob(&x->x_ni, NONCE_LEN) == -1 ?
	    -1 : 0);
}

/*
 * Ask for a replacement of an IKE SA.
 */
void
rekey_start(struct ike_sa *sa)
{
	struct request	*r = request_new(sa, JOB_REKEY_IKE, 0);
	struct policy	*p = sa->sa_policy;
	struct proposal	*list;
	struct chain	 c;
	unsigned int	 i;

	list = calloc(p->p_nike + 1, sizeof(*list));
	if (r == NULL || list == NULL || rekey_make(r) == -1) {
		free(list);
		if (r != NULL)
			request_free(r);
		sa_job_later(sa, JOB_REKEY_IKE, PROTO_IKE, 0, T_TEMPORARY);
		return;
	}
	for (i = 0; i < p->p_nike; i++) {
		list[i] = p->p_ike[i];
		spi_put(&list[i], r->r_x.x_sa->sa_spii);
	}
	chain_init(&c);
	sa_build(&c, list, p->p_nike);
	nonce_build(&c, &r->r_x.x_ni);
	ke_build(&c, r->r_x.x_group, &r->r_x.x_pub);
	free(list);
	msg_request(r, EXCH_CREATE_CHILD_SA, &c);
}

/* The responder's new SA; NULL: error says why. */
static struct ike_sa *
rekey_answer(struct ike_sa *sa, const struct msg *m, struct chain *c,
    struct proposal *pr, uint16_t *error)
{
	struct blob	 ni = { NULL, 0 }, nr = { NULL, 0 };
	struct blob	 pub = { NULL, 0 }, secret = { NULL, 0 };
	struct ike_sa	*new;
	struct dh	*dh;
	int		 good;

	*error = N_NO_ADDITIONAL_SAS;
	new = heir(sa, 0);
	if (new == NULL)
		return (NULL);
	new->sa_spii = spi_get(pr);
	LIST_INSERT_HEAD(&sa->sa_eng->e_ihash[new->sa_spii % SA_HASH], new,
	    sa_ihash);
	suite_of(&new->sa_suite, pr);
	dh = dh_new(new->sa_suite.su_dh, &pub);
	good = dh != NULL && rand_blob(&nr, NONCE_LEN) == 0 &&
	    blob_set(&ni, m->m_nonce.r_ptr, m->m_nonce.r_left) == 0 &&
	    dh_secret(dh, m->m_ke.r_ptr, m->m_ke.r_left, &secret) == 0 &&
	    keys_rekey(&new->sa_keys, &new->sa_suite, sa->sa_suite.su_prf,
	    &sa->sa_keys.k_d, &secret, &ni, &nr, new->sa_spii, new->sa_spir)
	    == 0;
	if (good) {
		sa_keyed(new);
		nonce_smaller(&new->sa_nonce, &ni, &nr);
		spi_put(pr, new->sa_spir);
		sa_build(c, pr, 1);
		nonce_build(c, &nr);
		ke_build(c, new->sa_suite.su_dh, &pub);
	} else {
		*error = N_INVALID_SYNTAX;
		sa_close(new, "rekey failed");
		new = NULL;
	}
	dh_free(dh);
	blob_free(&ni);
	blob_free(&nr);
	blob_free(&pub);
	blob_free(&secret);
	return (new);
}

/* May the IKE SA be replaced now? */
static int
busy(struct ike_sa *sa)
{
	const struct child	*ch;

	if (sa_children_busy(sa))
		return (1);
	TAILQ_FOREACH(ch, &sa->sa_children, ch_entry)
		if (ch->ch_flags & CH_OUT_PENDING)
			return (1);
	return (0);
}

/*
 * A request to replace an IKE SA.
 */
void
rekey_request(struct ike_sa *sa, const struct msg *m)
{
	struct policy	*p = sa->sa_policy;
	struct proposal	 pr;
	struct ike_sa	*new = NULL;
	struct chain	 c;
	uint16_t	 error = 0;
	uint8_t		 group[2] = { 0, 0 };
	int		 i;

	if (!MSG_HAS(m, PLD_KE) || !MSG_HAS(m, PLD_NONCE))
		error = N_INVALID_SYNTAX;
	else if (sa->sa_doomed || busy(sa))
		error = N_TEMPORARY_FAILURE;
	else if (proposal_select(p->p_ike, p->p_nike, m->m_props,
	    m->m_nprops, 0, &pr) == -1 || pr.pr_spilen != 8)
		error = N_NO_PROPOSAL_CHOSEN;
	for (i = 0; error == 0 && i < (int)pr.pr_n; i++)
		if (pr.pr_xf[i].x_type == XF_DH &&
		    pr.pr_xf[i].x_id != m->m_group) {
			error = N_INVALID_KE_PAYLOAD;
			group[0] = pr.pr_xf[i].x_id >> 8;
			group[1] = pr.pr_xf[i].x_id;
		}
	chain_init(&c);
	if (error == 0)
		new = rekey_answer(sa, m, &c, &pr, &error);
	if (new == NULL) {
		chain_free(&c);
		msg_respond_error(sa, m, error, group,
		    error == N_INVALID_KE_PAYLOAD ? 2 : 0);
		return;
	}
	msg_respond(sa, m, &c);
	sa_established(new);
	if (request_find(sa, JOB_REKEY_IKE, 0) != NULL) {
		/* Ours is under way, too: our answer will decide. */
		sa->sa_theirs = new;
		new->sa_rival = sa;
		return;
	}
	inherit(sa, new);
	timer_set(sa->sa_eng, &sa->sa_t_life, T_LINGER, linger_due, sa);
}

/* The new SA's keys; -1: what came back is not what we offered. */
static int
rekey_keys(struct request *r, const struct msg *m)
{
	struct ike_sa	*sa = r->r_sa;
	struct policy	*p = sa->sa_policy;
	struct exchange	*x = &r->r_x;
	struct ike_sa	*new = x->x_sa;
	struct proposal	 pr;
	struct blob	 secret = { NULL, 0 }, nr;
	int		 error;

	if (new == NULL || m->m_nprops != 1 || !MSG_HAS(m, PLD_KE) ||
	    !MSG_HAS(m, PLD_NONCE) || proposal_select(p->p_ike, p->p_nike,
	    m->m_props, 1, 0, &pr) == -1 || pr.pr_spilen != 8 ||
	    pr.pr_n != m->m_props[0].pr_n)
		return (-1);
	suite_of(&new->sa_suite, &pr);
	if (new->sa_suite.su_dh != x->x_group || m->m_group != x->x_group ||
	    dh_secret(x->x_dh, m->m_ke.r_ptr, m->m_ke.r_left, &secret) == -1)
		return (-1);
	new->sa_spir = spi_get(&pr);
	nr.b_data = (uint8_t *)m->m_nonce.r_ptr;
	nr.b_len = m->m_nonce.r_left;
	error = keys_rekey(&new->sa_keys, &new->sa_suite,
	    sa->sa_suite.su_prf, &sa->sa_keys.k_d, &secret, &x->x_ni, &nr,
	    new->sa_spii, new->sa_spir);
	nonce_smaller(&new->sa_nonce, &x->x_ni, &nr);
	blob_free(&secret);
	if (error == 0)
		sa_keyed(new);
	return (error);
}

/*
 * Of a simultaneous rekey only the peer's is left: its new SA inherits.
 */
void
rekey_theirs(struct ike_sa *sa)
{
	struct ike_sa	*new = sa->sa_theirs;

	sa->sa_theirs = new->sa_rival = NULL;
	inherit(sa, new);
	timer_set(sa->sa_eng, &sa->sa_t_life, T_LINGER, linger_due, sa);
}

/* Refused: with another group at once, or later. */
static void
refused(struct request *rq, const struct msg *m)
{
	const struct notify	*n = msg_error(m);
	struct ike_sa		*sa = rq->r_sa;
	struct rbuf		 r;
	uint16_t		 group = DH_NONE;

	if (rq->r_x.x_sa != NULL)
		sa_close(rq->r_x.x_sa, n != NULL ? name_notify(n->n_type) :
		    "rekey failed");
	if (sa->sa_theirs != NULL) {
		rekey_theirs(sa);
		return;
	}
	if (n != NULL && n->n_type == N_NO_ADDITIONAL_SAS) {
		/* RFC 7296, 4: it only does new ones. */
		sa_job_add(sa, JOB_DELETE_IKE, PROTO_IKE, 0);
		return;
	}
	if (n != NULL && n->n_type == N_INVALID_KE_PAYLOAD) {
		r = n->n_data;
		if (rbuf_u16(&r, &group) == 0 && dh_supported(group))
			sa->sa_group = group;
	}
	sa_job_later(sa, JOB_REKEY_IKE, PROTO_IKE, 0,
	    group != DH_NONE ? 0 : T_TEMPORARY);
}

/*
 * The answer to our request to replace an IKE SA.
 */
void
rekey_response(struct request *r, const struct msg *m)
{
	struct ike_sa	*sa = r->r_sa;
	struct ike_sa	*new = r->r_x.x_sa, *other = sa->sa_theirs;

	if (rekey_keys(r, m) == -1) {
		refused(r, m);
		return;
	}
	r->r_x.x_sa = NULL;
	new->sa_maker = NULL;
	sa_established(new);
	if (other != NULL) {
		sa_log(sa, "resolving simultaneous IKE SA rekeying");
		sa->sa_theirs = other->sa_rival = NULL;
		if (nonce_cmp(&new->sa_nonce, &other->sa_nonce) < 0) {
			inherit(sa, other);
			sa_job_add(new, JOB_DELETE_IKE, PROTO_IKE, 0);
			timer_set(sa->sa_eng, &sa->sa_t_life, T_LINGER,
			    linger_due, sa);
			return;
		}
		/* The peer deletes it, if it has it at all. */
		timer_set(sa->sa_eng, &other->sa_t_life, T_LINGER, linger_due,
		    other);
	}
	inherit(sa, new);
	sa_job_add(sa, JOB_DELETE_IKE, PROTO_IKE, 0);
}

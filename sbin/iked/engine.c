/*
 * The engine's entries: messages, answers of ca, wishes of the kernel and
 * of the administrator.  Here is decided whose a message is; what it says
 * is for the exchanges (ex_*.c).
 */
#include <sys/types.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ike.h"
#include "ikev2.h"
#include "log.h"

/*
 * An engine without a configuration; now is its clock in ms.  NULL: no
 * memory.
 */
struct engine *
engine_new(const struct engine_ops *ops, void *arg, uint64_t now)
{
	struct engine	*e;
	int		 i;

	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return (NULL);
	e->e_ops = ops;
	e->e_arg = arg;
	e->e_now = now;
	e->e_port = IKE_NATT_PORT;
	conf_init(&e->e_conf);
	RB_INIT(&e->e_timers);
	TAILQ_INIT(&e->e_sas);
	TAILQ_INIT(&e->e_dead);
	TAILQ_INIT(&e->e_doomed);
	for (i = 0; i < SA_HASH; i++) {
		LIST_INIT(&e->e_hash[i]);
		LIST_INIT(&e->e_ihash[i]);
		LIST_INIT(&e->e_idhash[i]);
	}
	return (e);
}

/*
 * The end of an engine, and of its SAs.
 */
void
engine_free(struct engine *e)
{
	struct ike_sa	*sa;

	TAILQ_FOREACH(sa, &e->e_sas, sa_entry)
		sa_close(sa, "closed");
	sa_reap(e);
	timer_del(e, &e->e_active);
	timer_del(e, &e->e_sweep);
	conf_free(&e->e_conf);
	blob_free(&e->e_certreq);
	explicit_bzero(e->e_secret, sizeof(e->e_secret));
	free(e);
}

/* Start every active policy that has no SA. */
static void
active_due(struct engine *e, void *arg)
{
	struct policy	*p;

	TAILQ_FOREACH(p, &e->e_conf.c_policies, p_entry)
		if (p->p_flags & POL_ACTIVE)
			engine_acquire(e, p);
	timer_set(e, &e->e_active, T_RETRY, active_due, NULL);
}

/*
 * An active policy has lost its SA: it tries soon.
 */
void
engine_again(struct engine *e)
{
	if (!e->e_down && (e->e_active.t_when == 0 ||
	    e->e_active.t_when > e->e_now + T_AGAIN))
		timer_set(e, &e->e_active, T_AGAIN, active_due, NULL);
}

/* The policy of the new configuration that says what an old one said. */
static struct policy *
successor(struct conf *new, const struct policy *old)
{
	struct policy	*p;

	TAILQ_FOREACH(p, &new->c_policies, p_entry)
		if (policy_same(p, old))
			return (p);
	return (NULL);
}

/*
 * Swap the configuration in; what was in new is the engine's, and new is
 * empty.  SAs whose policy stays the same live on, the others are deleted.
 */
void
engine_conf(struct engine *e, struct conf *new)
{
	struct conf	 old = e->e_conf;
	struct policies	 moved;
	struct ike_sa	*sa;
	struct policy	*p;

	TAILQ_INIT(&moved);
	TAILQ_CONCAT(&moved, &old.c_policies, p_entry);
	e->e_conf = *new;
	TAILQ_INIT(&e->e_conf.c_policies);
	TAILQ_CONCAT(&e->e_conf.c_policies, &new->c_policies, p_entry);
	TAILQ_FOREACH(sa, &e->e_sas, sa_entry) {
		p = successor(&e->e_conf, sa->sa_policy);
		if (p != NULL) {
			policy_put(sa->sa_policy);
			sa->sa_policy = policy_ref(p);
		} else if (sa->sa_state == SA_ESTABLISHED) {
			sa_log(sa, "No matching Policy found, terminating "
			    "SA.");
			sa_doom(sa);
		} else if (sa->sa_state < SA_ESTABLISHED)
			sa_close(sa, "reload");
	}
	while ((p = TAILQ_FIRST(&moved)) != NULL) {
		TAILQ_REMOVE(&moved, p, p_entry);
		policy_put(p);
	}
	sa_reap(e);
	timer_set(e, &e->e_active, 0, active_due, NULL);
}

/*
 * The SA with an SPI of ours, or NULL.
 */
struct ike_sa *
engine_find(struct engine *e, uint64_t spi)
{
	struct ike_sa	*sa;

	LIST_FOREACH(sa, &e->e_hash[spi % SA_HASH], sa_hash)
		if (sa_spi(sa) == spi)
			return (sa);
	return (NULL);
}

/* An authentic request. */
static void
request(struct ike_sa *sa, const struct msg *m)
{
	window_take(sa, m->m_hdr.h_id);
	switch (m->m_hdr.h_exch) {
	case EXCH_IKE_AUTH:
		auth_request(sa, m);
		break;
	case EXCH_CREATE_CHILD_SA:
		if (sa->sa_state != SA_ESTABLISHED)
			msg_respond_error(sa, m, N_TEMPORARY_FAILURE, NULL, 0);
		else if (m->m_nprops != 0 &&
		    m->m_props[0].pr_proto == PROTO_IKE)
			rekey_request(sa, m);
		else
			child_request(sa, m);
		break;
	case EXCH_INFORMATIONAL:
		info_request(sa, m);
		break;
	default:
		msg_respond_error(sa, m, N_INVALID_SYNTAX, NULL, 0);
		break;
	}
}

/* An authentic response to a request under way. */
static void
response(struct request *r, const struct msg *m)
{
	struct ike_sa	*sa = r->r_sa;

	request_done(r);
	/* RFC 7296, 2.21.3: the peer has closed it, too. */
	if (sa->sa_state >= SA_ESTABLISHED &&
	    msg_notify(m, N_INVALID_SYNTAX) != NULL) {
		sa_close(sa, "peer found a request malformed");
		request_free(r);
		return;
	}
	/* Nothing is begun any more, or goes on. */
	if (sa->sa_state == SA_CLOSING && r->r_job != JOB_DELETE_IKE) {
		request_free(r);
		return;
	}
	switch (r->r_job) {
	case JOB_AUTH:
		auth_response(sa, m);
		break;
	case JOB_CHILD:
	case JOB_REKEY_CHILD:
		child_response(r, m);
		break;
	case JOB_REKEY_IKE:
		rekey_response(r, m);
		break;
	default:
		info_response(r, m);
		break;
	}
	request_free(r);
	sa_jobs_run(sa);
}

/* Is an exchange in place in this state? */
static int
in_place(struct ike_sa *sa, const struct ike_hdr *h)
{
	int	 up = sa->sa_state >= SA_ESTABLISHED;

	if (h->h_flags & FLAG_RESPONSE)
		return (request_answered(sa, h) != NULL);
	if (sa->sa_keys.k_d.b_len == 0)
		return (0);
	return (h->h_exch == EXCH_IKE_AUTH ? sa->sa_state == SA_INIT_DONE ||
	    (!up && !sa->sa_initiator) || up : up);
}

/* A request that we have answered comes again; 1: it was that. */
static int
retransmission(struct ike_sa *sa, const struct ike_hdr *h,
    const uint8_t *data)
{
	struct engine	*e = sa->sa_eng;
	struct sent	*s;

	if ((h->h_flags & FLAG_RESPONSE) || !window_seen(sa, h->h_id))
		return (0);
	if (h->h_next == PLD_SKF && h->h_len >= 36 &&
	    (data[32] << 8 | data[33]) != 1)
		return (1);
	s = sent_find(sa, h);
	if (s != NULL) {
		e->e_stats.st_resp_retrans++;
		msg_resend(sa, s);
	} else if (h->h_id + 1 == sa->sa_next_in)
		e->e_stats.st_busy++;
	else
		e->e_stats.st_dropped++;
	return (1);
}

/*
 * The peer was heard.  IKE_AUTH may come to the other port, and a peer behind
 * a NAT from another address (RFC 7296, 2.11 and 2.23): its children move.
 */
static void
heard(struct ike_sa *sa, const struct endpoint *local,
    const struct endpoint *peer)
{
	struct engine	*e = sa->sa_eng;
	struct endpoint	 old = sa->sa_peer;
	struct child	*ch;

	sa->sa_heard = e->e_now;
	if (sa->sa_state != SA_INIT_DONE &&
	    (!sa->sa_nat_peer || sa->sa_nat_here))
		return;
	sa->sa_local = *local;
	if (endpoint_equal(&sa->sa_peer, peer))
		return;
	sa->sa_peer = *peer;
	TAILQ_FOREACH(ch, &sa->sa_children, ch_entry)
		if (ch->ch_flags & CH_KERNEL)
			e->e_ops->op_child_move(e->e_arg, ch, &old);
}

/*
 * A request that is beyond the window is not answered; an authentic one is
 * told of (RFC 7296, 3.10.1), but not often.
 */
static void
beyond(struct ike_sa *sa, const struct ike_hdr *h, const uint8_t *data,
    size_t len)
{
	struct engine	*e = sa->sa_eng;
	struct blob	 plain = { NULL, 0 };

	e->e_stats.st_dropped++;
	if (sa->sa_state != SA_ESTABLISHED || h->h_next != PLD_SK ||
	    (sa->sa_badid != 0 && e->e_now - sa->sa_badid < T_HINT) ||
	    msg_open(sa, data, len, IKE_HDRLEN + 4, &plain) == -1)
		return;
	blob_free(&plain);
	sa->sa_badid = e->e_now;
	sa_job_add(sa, JOB_BAD_ID, PROTO_NONE, h->h_id);
}

static void
sa_input(struct ike_sa *sa, const struct ike_hdr *h,
    const struct endpoint *local, const struct endpoint *peer,
    const uint8_t *data, size_t len)
{
	struct engine	*e = sa->sa_eng;
	struct blob	 plain = { NULL, 0 };
	struct rbuf	 r;
	struct msg	*m;
	uint8_t		 first;
	uint16_t	 error;
	int		 ok;

	if (retransmission(sa, h, data))
		return;
	if (!in_place(sa, h)) {
		e->e_stats.st_dropped++;
		return;
	}
	if (!(h->h_flags & FLAG_RESPONSE) && !window_in(sa, h->h_id)) {
		beyond(sa, h, data, len);
		return;
	}
	ok = msg_decrypt(sa, h, data, len, &first, &plain);
	m = ok == 1 ? calloc(1, sizeof(*m)) : NULL;
	if (m == NULL) {
		e->e_stats.st_dropped += ok == -1;
		blob_free(&plain);
		return;
	}
	heard(sa, local, peer);
	msg_log(sa, "recv", h, len);
	m->m_hdr = *h;
	rbuf_init(&r, plain.b_data, plain.b_len);
	error = msg_parse(m, first, &r);
	if (error == 0)
		msg_heed(sa, m);
	if (error == 0 && h->h_exch == EXCH_IKE_AUTH &&
	    sa->sa_state < SA_ESTABLISHED) {
		blob_copy(&sa->sa_auth_msg, &plain);
		sa->sa_auth_first = first;
		sa->sa_auth_id = h->h_id;
	}
	if (h->h_flags & FLAG_RESPONSE) {
		/* RFC 7296, 2.21: nothing is said against a response. */
		if (error != 0)
			sa_close(sa, "malformed response");
		else
			response(request_answered(sa, h), m);
	} else if (error != 0) {
		window_take(sa, h->h_id);
		msg_respond_error(sa, m, error, &m->m_critical,
		    error == N_UNSUPPORTED_CRITICAL_PAYLOAD);
		if (h->h_exch == EXCH_IKE_AUTH || error == N_INVALID_SYNTAX)
			sa_close(sa, "malformed request");
	} else
		request(sa, m);
	free(m);
	blob_free(&plain);
}

/* Nobody vouches for what is said: ask the peer whether it is there. */
static void
look(struct ike_sa *sa)
{
	struct engine	*e = sa->sa_eng;

	if (!TAILQ_EMPTY(&sa->sa_requests) || (sa->sa_hinted != 0 &&
	    e->e_now - sa->sa_hinted < T_HINT))
		return;
	sa->sa_hinted = e->e_now;
	e->e_stats.st_dpd++;
	sa_job_add(sa, JOB_DPD, 0, 0);
}

/*
 * INVALID_SPI outside of any IKE SA (RFC 7296, 1.5): there is no answer to
 * it, but if the SPI is that of a child with this peer, a look.
 */
static void
stray(struct engine *e, const struct endpoint *peer, const struct ike_hdr *h,
    const uint8_t *data, size_t len)
{
	const struct notify	*n;
	struct ike_sa		*sa;
	struct rbuf		 r;
	struct msg		*m;
	uint32_t		 spi;

	e->e_stats.st_dropped++;
	/* All SAs are gone through, so not often. */
	if ((e->e_stray != 0 && e->e_now - e->e_stray < T_STRAY) ||
	    (m = calloc(1, sizeof(*m))) == NULL)
		return;
	e->e_stray = e->e_now;
	rbuf_init(&r, data + IKE_HDRLEN, len - IKE_HDRLEN);
	n = msg_parse(m, h->h_next, &r) == 0 ? msg_notify(m, N_INVALID_SPI) :
	    NULL;
	if (n != NULL)
		r = n->n_data;
	if (n == NULL || rbuf_u32(&r, &spi) == -1 || r.r_left != 0) {
		free(m);
		return;
	}
	free(m);
	TAILQ_FOREACH(sa, &e->e_sas, sa_entry)
		if (sa->sa_state == SA_ESTABLISHED &&
		    addr_cmp(&sa->sa_peer.e_addr, &peer->e_addr) == 0 &&
		    child_by_out(sa, sa->sa_policy->p_saproto, spi) != NULL) {
			look(sa);
			return;
		}
}

/*
 * The peer of an SA that has never been says that it knows none of these
 * SPIs, or nobody vouches for it (2.4, 2.21.4): ask whether it is there.
 */
static void
hint(struct ike_sa *sa, const struct ike_hdr *h, const uint8_t *data,
    size_t len)
{
	struct engine	*e = sa->sa_eng;
	struct rbuf	 r;
	struct msg	*m;

	e->e_stats.st_dropped++;
	if ((sa->sa_state != SA_ESTABLISHED && sa->sa_state != SA_CLOSING) ||
	    (m = calloc(1, sizeof(*m))) == NULL)
		return;
	rbuf_init(&r, data + IKE_HDRLEN, len - IKE_HDRLEN);
	if (msg_parse(m, h->h_next, &r) != 0 ||
	    msg_notify(m, N_INVALID_IKE_SPI) == NULL) {
		free(m);
		return;
	}
	if (sa->sa_state == SA_CLOSING) {
		/* That is what we wanted. */
		sa_close(sa, "closed");
	} else
		look(sa);
	free(m);
}

/* A request for an SA that we do not have: say so, but not often. */
static void
unknown(struct engine *e, const struct endpoint *local,
    const struct endpoint *peer, const struct ike_hdr *in)
{
	struct ike_hdr	 h = *in;
	struct blob	 out = { NULL, 0 };
	struct chain	 c;

	e->e_stats.st_dropped++;
	if ((in->h_flags & FLAG_RESPONSE) || in->h_exch < EXCH_IKE_AUTH ||
	    in->h_exch > EXCH_INFORMATIONAL || e->e_down ||
	    (e->e_hint != 0 && e->e_now - e->e_hint < T_HINT / 100))
		return;
	e->e_hint = e->e_now;
	chain_init(&c);
	notify_build(&c, PROTO_NONE, 0, N_INVALID_IKE_SPI, NULL, 0);
	h.h_flags = FLAG_RESPONSE |
	    (in->h_flags & FLAG_INITIATOR ? 0 : FLAG_INITIATOR);
	if (chain_message(&c, &h, &out) == 0)
		e->e_ops->op_send(e->e_arg, local, peer, out.b_data,
		    out.b_len);
	chain_free(&c);
	blob_free(&out);
}

/* A version that we do not speak (RFC 7296, 2.5). */
static void
bad_version(struct engine *e, const struct endpoint *local,
    const struct endpoint *peer, const struct ike_hdr *in)
{
	struct ike_hdr	 h = *in;
	struct blob	 out = { NULL, 0 };
	struct chain	 c;

	e->e_stats.st_dropped++;
	if ((in->h_version & 0xf0) < IKE_VERSION) {
		log_debug("IKEv1 not supported");
		return;
	}
	if (in->h_flags & FLAG_RESPONSE)
		return;
	chain_init(&c);
	notify_build(&c, PROTO_NONE, 0, N_INVALID_MAJOR_VERSION, NULL, 0);
	h.h_flags = FLAG_RESPONSE |
	    (in->h_flags & FLAG_INITIATOR ? 0 : FLAG_INITIATOR);
	if (chain_message(&c, &h, &out) == 0)
		e->e_ops->op_send(e->e_arg, local, peer, out.b_data,
		    out.b_len);
	chain_free(&c);
	blob_free(&out);
}

/*
 * A datagram, its non-ESP marker taken off, came to our address local from
 * peer.
 */
void
engine_input(struct engine *e, uint64_t now, const struct endpoint *local,
    const struct endpoint *peer, const void *data, size_t len)
{
	struct ike_hdr	 h;
	struct ike_sa	*sa;
	struct rbuf	 r;

	e->e_now = now;
	e->e_stats.st_received++;
	rbuf_init(&r, data, len);
	if (hdr_parse(&r, &h) == -1) {
		e->e_stats.st_dropped++;
		return;
	}
	if ((h.h_version & 0xf0) != IKE_VERSION) {
		bad_version(e, local, peer, &h);
		return;
	}
	if (h.h_exch == EXCH_IKE_SA_INIT && !(h.h_flags & FLAG_RESPONSE)) {
		init_request(e, local, peer, &h, data, len);
		sa_reap(e);
		return;
	}
	sa = engine_find(e, h.h_flags & FLAG_INITIATOR ? h.h_spir : h.h_spii);
	if (sa == NULL && h.h_exch == EXCH_INFORMATIONAL &&
	    h.h_next == PLD_NOTIFY && !(h.h_flags & FLAG_RESPONSE))
		stray(e, peer, &h, data, len);
	else if (sa == NULL)
		unknown(e, local, peer, &h);
	else if (sa->sa_initiator == !!(h.h_flags & FLAG_INITIATOR))
		e->e_stats.st_dropped++;
	else if (h.h_exch == EXCH_IKE_SA_INIT)
		init_response(sa, &h, data, len);
	else if (sa->sa_spii != h.h_spii || sa->sa_spir != h.h_spir)
		e->e_stats.st_dropped++;
	else if ((h.h_flags & FLAG_RESPONSE) && h.h_next == PLD_NOTIFY)
		hint(sa, &h, data, len);
	else
		sa_input(sa, &h, local, peer, data, len);
	sa_reap(e);
}

/*
 * The kernel has a packet for a policy and no SA: make one.
 */
void
engine_acquire(struct engine *e, struct policy *p)
{
	struct ike_sa	*sa;

	if (e->e_conf.c_passive || e->e_down)
		return;
	TAILQ_FOREACH(sa, &e->e_sas, sa_entry)
		if (sa->sa_policy == p && sa->sa_state <= SA_ESTABLISHED)
			break;
	if (sa == NULL)
		init_start(e, p, NULL);
	else if (sa->sa_state == SA_ESTABLISHED &&
	    TAILQ_EMPTY(&sa->sa_children))
		sa_job_add(sa, JOB_CHILD, p->p_saproto, 0);
	sa_reap(e);
}

/*
 * ca has signed for the SA with our SPI; sg NULL: it cannot.
 */
void
engine_signed(struct engine *e, uint64_t spi, const struct signature *sg)
{
	struct ike_sa	*sa = engine_find(e, spi);

	if (sa != NULL && sa->sa_state == SA_AUTH_SIGN)
		auth_signed(sa, sg);
	sa_reap(e);
}

/*
 * ca has verified the peer of the SA with our SPI; why says what is wrong,
 * NULL nothing.
 */
void
engine_verified(struct engine *e, uint64_t spi, const char *why)
{
	struct ike_sa	*sa = engine_find(e, spi);

	if (sa != NULL && sa->sa_state == SA_AUTH_VERIFY)
		auth_verified(sa, why);
	sa_reap(e);
}

/* The child of an SPI towards an address (NULL: any), ours or the peer's. */
static struct child *
child_at(struct ike_sa *sa, const struct addr *dst, uint32_t spi,
    uint8_t proto)
{
	struct child	*ch = NULL;

	if (dst == NULL || addr_cmp(dst, &sa->sa_local.e_addr) == 0)
		ch = child_by_in(sa, proto, spi);
	if (ch == NULL &&
	    (dst == NULL || addr_cmp(dst, &sa->sa_peer.e_addr) == 0))
		ch = child_by_out(sa, proto, spi);
	return (ch);
}

/*
 * A child has come to its soft or hard end.  The caller reaps.
 */
void
engine_overdue(struct child *ch, int hard)
{
	struct ike_sa	*sa = ch->ch_sa;

	if (sa->sa_state != SA_ESTABLISHED)
		return;
	if (hard)
		sa_job_add(sa, JOB_DELETE_CHILD, ch->ch_proto, ch->ch_spi_in);
	else if (!(ch->ch_flags & (CH_REKEYING | CH_DELETED))) {
		ch->ch_flags |= CH_REKEYING;
		sa_job_add(sa, JOB_REKEY_CHILD, ch->ch_proto, ch->ch_spi_in);
	}
}

/*
 * The kernel says that the SA with this SPI towards dst has come to its soft
 * or hard end; the peers choose the SPIs of what leads to them, so two may
 * have the same.
 */
void
engine_expire_at(struct engine *e, const struct addr *dst, uint32_t spi,
    uint8_t proto, int hard)
{
	struct ike_sa	*sa;
	struct child	*ch = NULL;

	TAILQ_FOREACH(sa, &e->e_sas, sa_entry) {
		ch = child_at(sa, dst, spi, proto);
		if (ch != NULL)
			break;
	}
	if (ch != NULL)
		engine_overdue(ch, hard);
	sa_reap(e);
}

/*
 * The same for the only SA with this SPI.
 */
void
engine_expire(struct engine *e, uint32_t spi, uint8_t proto, int hard)
{
	engine_expire_at(e, NULL, spi, proto, hard);
}

/*
 * We go: tell all peers.  How many SAs still wait for an answer.
 */
int
engine_shutdown(struct engine *e)
{
	struct ike_sa	*sa;

	e->e_down = 1;
	TAILQ_FOREACH(sa, &e->e_sas, sa_entry) {
		if (sa->sa_state == SA_ESTABLISHED)
			sa_job_add(sa, JOB_DELETE_IKE, PROTO_IKE, 0);
		else if (sa->sa_state != SA_CLOSING)
			sa_close(sa, "closed");
	}
	sa_reap(e);
	return (e->e_nsas);
}

/*
 * Give all children to the kernel, or take them out.
 */
void
engine_couple(struct engine *e, int on)
{
	struct ike_sa	*sa;
	struct child	*ch;

	e->e_conf.c_decouple = !on;
	TAILQ_FOREACH(sa, &e->e_sas, sa_entry)
		TAILQ_FOREACH(ch, &sa->sa_children, ch_entry)
			child_couple(ch, on);
}

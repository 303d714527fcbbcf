/*
 * Requests and responses of an IKE SA that has keys: encryption, fragments,
 * retransmission (RFC 7296, 2.1 and 2.2); fragments are cut by sk_seal.
 */
#include <sys/types.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ike.h"
#include "ikev2.h"
#include "log.h"

/*
 * Log a message that was sent ("send") or received ("recv").
 */
void
msg_log(const struct ike_sa *sa, const char *verb, const struct ike_hdr *h,
    size_t len)
{
	char	 peer[ADDR_STRLEN], local[ADDR_STRLEN], tail[NAME_MAXLEN + 16];

	if (h->h_exch == EXCH_INFORMATIONAL && !log_getverbose())
		return;
	tail[0] = '\0';
	if (verb[0] == 'r')
		snprintf(tail, sizeof(tail), ", policy '%s'",
		    sa->sa_policy->p_name);
	sa_log(sa, "%s %s %s %u peer %s local %s, %zu bytes%s%s", verb,
	    name_exchange(h->h_exch), h->h_flags & FLAG_RESPONSE ? "res" :
	    "req", h->h_id, endpoint_str(&sa->sa_peer, peer),
	    endpoint_str(&sa->sa_local, local), len, verb[0] == 's' &&
	    sa->sa_local.e_port == sa->sa_eng->e_port ? ", NAT-T" : "", tail);
}

static void
sent_free(struct sent *s)
{
	while (s->s_n > 0)
		blob_free(&s->s_list[--s->s_n]);
	free(s->s_list);
	memset(s, 0, sizeof(*s));
}

/*
 * Forget the answers that are kept.
 */
void
sents_free(struct ike_sa *sa)
{
	struct sent	*s;

	while ((s = TAILQ_FIRST(&sa->sa_responses)) != NULL) {
		TAILQ_REMOVE(&sa->sa_responses, s, s_entry);
		sent_free(s);
		free(s);
	}
}

/*
 * The answer that was sent to a request; NULL: there is none.
 */
struct sent *
sent_find(struct ike_sa *sa, const struct ike_hdr *h)
{
	struct sent	*s;

	TAILQ_FOREACH(s, &sa->sa_responses, s_entry)
		if (s->s_id == h->h_id && s->s_exch == h->h_exch)
			return (s);
	return (NULL);
}

/* Room for another answer. */
static struct sent *
sent_new(struct ike_sa *sa)
{
	struct sent	*s;
	unsigned int	 n = 0;

	TAILQ_FOREACH(s, &sa->sa_responses, s_entry)
		n++;
	if (n >= WINDOW) {
		s = TAILQ_FIRST(&sa->sa_responses);
		TAILQ_REMOVE(&sa->sa_responses, s, s_entry);
		sent_free(s);
	} else
		s = calloc(1, sizeof(*s));
	if (s != NULL)
		TAILQ_INSERT_TAIL(&sa->sa_responses, s, s_entry);
	return (s);
}

/*
 * A request that is going to be made, with whatever its exchange needs.
 * NULL: no memory.  msg_request takes it.
 */
struct request *
request_new(struct ike_sa *sa, enum job_type job, uint32_t spi)
{
	struct request	*r;

	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return (NULL);
	r->r_sa = sa;
	r->r_job = job;
	r->r_spi = spi;
	return (r);
}

/*
 * The request of a job that is under way, or NULL; spi 0: of any child.
 */
struct request *
request_find(struct ike_sa *sa, enum job_type job, uint32_t spi)
{
	struct request	*r;

	TAILQ_FOREACH(r, &sa->sa_requests, r_entry)
		if (r->r_job == job && (spi == 0 || r->r_spi == spi))
			return (r);
	return (NULL);
}

/*
 * The request that a response belongs to, or NULL.
 */
struct request *
request_answered(struct ike_sa *sa, const struct ike_hdr *h)
{
	struct request	*r;

	TAILQ_FOREACH(r, &sa->sa_requests, r_entry)
		if (r->r_sent.s_id == h->h_id && r->r_sent.s_exch == h->h_exch)
			return (r);
	return (NULL);
}

/*
 * A request is answered: it is not under way any more.
 */
void
request_done(struct request *r)
{
	timer_del(r->r_sa->sa_eng, &r->r_timer);
	TAILQ_REMOVE(&r->r_sa->sa_requests, r, r_entry);
}

/*
 * Free a request that is not under way, and what is half made.
 */
void
request_free(struct request *r)
{
	if (r->r_x.x_sa != NULL)
		sa_close(r->r_x.x_sa, "rekey failed");
	exchange_free(&r->r_x);
	sent_free(&r->r_sent);
	free(r);
}

/*
 * Send what is kept, again or for the first time.
 */
void
msg_resend(struct ike_sa *sa, const struct sent *s)
{
	struct engine	*e = sa->sa_eng;
	unsigned int	 i;

	for (i = 0; i < s->s_n; i++)
		e->e_ops->op_send(e->e_arg, &sa->sa_local, &sa->sa_peer,
		    s->s_list[i].b_data, s->s_list[i].b_len);
	e->e_stats.st_sent++;
	if (s->s_n > 1)
		e->e_stats.st_frag_sent += s->s_n;
}

static void
retrans_due(struct engine *e, void *arg)
{
	struct request	*r = arg;
	struct ike_sa	*sa = r->r_sa;
	char		 peer[ADDR_STRLEN], local[ADDR_STRLEN];

	if (++r->r_tries >= RETRANS_MAX) {
		e->e_stats.st_timeouts++;
		if (sa->sa_theirs != NULL)
			rekey_theirs(sa);
		sa_close(sa, "retransmit limit reached");
		return;
	}
	sa_log(sa, "retransmit %u %s req %u peer %s local %s", r->r_tries,
	    name_exchange(r->r_sent.s_exch), r->r_sent.s_id,
	    endpoint_str(&sa->sa_peer, peer),
	    endpoint_str(&sa->sa_local, local));
	e->e_stats.st_req_retrans++;
	msg_resend(sa, &r->r_sent);
	timer_set(e, &r->r_timer, (uint64_t)T_RETRANS << r->r_tries,
	    retrans_due, r);
}

/* Encrypt a chain under a header into what is kept. */
static int
seal(struct ike_sa *sa, struct sent *s, struct ike_hdr *h, struct chain *c)
{
	int		 i = sa->sa_initiator;
	size_t		 mtu = 0;

	if (sa->sa_frag)
		mtu = sa->sa_peer.e_addr.a_ver == 6 ? 1280 - 48 - 4 :
		    576 - 28 - 4;
	if (sk_seal(&sa->sa_suite, i ? &sa->sa_keys.k_ei : &sa->sa_keys.k_er,
	    i ? &sa->sa_keys.k_ai : &sa->sa_keys.k_ar, h, c, mtu, &s->s_list,
	    &s->s_n) == -1) {
		sa->sa_eng->e_stats.st_send_failed++;
		s->s_list = NULL;
		s->s_n = 0;
		return (-1);
	}
	s->s_id = h->h_id;
	s->s_exch = h->h_exch;
	return (0);
}

/* A message in the clear is one piece. */
static int
keep_clear(struct sent *s, const struct ike_hdr *h, const struct blob *b)
{
	s->s_list = calloc(1, sizeof(*s->s_list));
	if (s->s_list == NULL || blob_copy(&s->s_list[0], b) == -1)
		return (-1);
	s->s_n = 1;
	s->s_id = h->h_id;
	s->s_exch = h->h_exch;
	return (0);
}

static void
header(const struct ike_sa *sa, struct ike_hdr *h, uint8_t exch, uint32_t id,
    uint8_t flags)
{
	memset(h, 0, sizeof(*h));
	h->h_spii = sa->sa_spii;
	h->h_spir = sa->sa_spir;
	h->h_exch = exch;
	h->h_id = id;
	h->h_flags = flags | (sa->sa_initiator ? FLAG_INITIATOR : 0);
}

/*
 * Send a request with the payloads of a chain, which is freed, and go on
 * sending it until it is answered.  Without keys (IKE_SA_INIT) it goes in
 * the clear.  -1: it could not be made, and is freed.
 */
int
msg_request(struct request *r, uint8_t exch, struct chain *c)
{
	struct ike_sa	*sa = r->r_sa;
	struct sent	*s = &r->r_sent;
	struct ike_hdr	 h;
	int		 error;

	header(sa, &h, exch, exch == EXCH_IKE_SA_INIT ? 0 : sa->sa_next_out,
	    0);
	if (exch == EXCH_IKE_SA_INIT) {
		error = chain_message(c, &h, &sa->sa_init_i);
		if (error == 0)
			error = keep_clear(s, &h, &sa->sa_init_i);
		sa->sa_next_out = 1;
	} else {
		if (exch == EXCH_CREATE_CHILD_SA)
			window_tell(sa, c);
		error = seal(sa, s, &h, c);
		sa->sa_next_out++;
	}
	chain_free(c);
	/* The last number is never used (RFC 7296, 2.2). */
	if (error == -1 || sa->sa_next_out == 0) {
		request_free(r);
		sa_close(sa, "request cannot be made");
		return (-1);
	}
	TAILQ_INSERT_TAIL(&sa->sa_requests, r, r_entry);
	msg_log(sa, "send", &h, s->s_list[0].b_len);
	msg_resend(sa, s);
	timer_set(sa->sa_eng, &r->r_timer, T_RETRANS, retrans_due, r);
	return (0);
}

/*
 * Answer a request with a chain, which is freed; kept for when the request
 * comes again.
 */
int
msg_respond(struct ike_sa *sa, const struct msg *m, struct chain *c)
{
	struct sent	*s = sent_new(sa);
	struct ike_hdr	 h;
	int		 error = -1;

	header(sa, &h, m->m_hdr.h_exch, m->m_hdr.h_id, FLAG_RESPONSE);
	if (h.h_exch == EXCH_CREATE_CHILD_SA)
		window_tell(sa, c);
	if (s != NULL)
		error = seal(sa, s, &h, c);
	chain_free(c);
	if (error == -1)
		return (-1);
	msg_log(sa, "send", &h, s->s_list[0].b_len);
	msg_resend(sa, s);
	return (0);
}

/*
 * The same in the clear: an answer to IKE_SA_INIT, b, is kept and sent.
 */
int
msg_keep(struct ike_sa *sa, const struct ike_hdr *h, const struct blob *b)
{
	struct sent	*s = sent_new(sa);

	if (s == NULL || keep_clear(s, h, b) == -1)
		return (-1);
	msg_log(sa, "send", h, b->b_len);
	msg_resend(sa, s);
	return (0);
}

/*
 * Answer with one notification.  INVALID_SYNTAX is the end of the SA, on both
 * sides (RFC 7296, 2.21.3).
 */
int
msg_respond_error(struct ike_sa *sa, const struct msg *m, uint16_t type,
    const void *data, size_t len)
{
	struct chain	 c;
	int		 error;

	sa->sa_told = type;
	sa_log(sa, "send error %s", name_notify(type));
	chain_init(&c);
	notify_build(&c, PROTO_NONE, 0, type, data, len);
	error = msg_respond(sa, m, &c);
	/* One IKE_AUTH too many is well formed: its caller decides. */
	if (type == N_INVALID_SYNTAX && m->m_hdr.h_exch != EXCH_IKE_AUTH)
		sa_close(sa, "malformed request");
	return (error);
}

/* Packets of a child went astray (1.5): is it still there? */
static void
astray(struct ike_sa *sa, const struct notify *n)
{
	struct rbuf	 r = n->n_data;
	struct child	*ch;
	uint32_t	 spi;

	if (rbuf_u32(&r, &spi) == -1 || r.r_left != 0)
		return;
	ch = child_by_out(sa, sa->sa_policy->p_saproto, spi);
	if (ch != NULL && !(ch->ch_flags & (CH_REKEYING | CH_DELETED |
	    CH_OUT_PENDING)))
		sa_job_add(sa, JOB_REKEY_CHILD, ch->ch_proto, ch->ch_spi_in);
}

/*
 * Heed the notifications of an authentic message that are of no particular
 * exchange, and log the first error.
 */
void
msg_heed(struct ike_sa *sa, const struct msg *m)
{
	const struct notify	*n;

	n = msg_notify(m, N_SET_WINDOW_SIZE);
	if (n != NULL)
		window_told(sa, n);
	if (msg_notify(m, N_ADDITIONAL_TS_POSSIBLE) != NULL)
		sa_log(sa, "recv ADDITIONAL_TS_POSSIBLE");
	n = msg_error(m);
	if (n == NULL)
		return;
	sa->sa_error = n->n_type;
	sa_log(sa, "recv error %s", name_notify(n->n_type));
	if (n->n_type == N_INVALID_SPI && sa->sa_state == SA_ESTABLISHED)
		astray(sa, n);
}

/*
 * Open one SK or SKF payload whose IV is at head; -1: it is not authentic.
 */
int
msg_open(struct ike_sa *sa, const uint8_t *data, size_t len, size_t head,
    struct blob *out)
{
	int	 i = sa->sa_initiator;

	return (sk_open(&sa->sa_suite, i ? &sa->sa_keys.k_er :
	    &sa->sa_keys.k_ei, i ? &sa->sa_keys.k_ar : &sa->sa_keys.k_ai,
	    data, len, head, out));
}

/*
 * Decrypt a message of len bytes.  1: out is its chain, whose first payload
 * is of type first; 0: fragments are missing; -1: it is not authentic.
 */
int
msg_decrypt(struct ike_sa *sa, const struct ike_hdr *h, const uint8_t *data,
    size_t len, uint8_t *first, struct blob *out)
{
	size_t	 sk = h->h_next == PLD_SKF ? 8 : 4;

	if ((h->h_next != PLD_SK && h->h_next != PLD_SKF) ||
	    len < IKE_HDRLEN + sk ||
	    (size_t)(data[30] << 8 | data[31]) != len - IKE_HDRLEN)
		return (-1);
	if (h->h_next == PLD_SKF)
		return (frag_input(sa, h, data, len, first, out));
	*first = data[28];
	return (msg_open(sa, data, len, IKE_HDRLEN + 4, out) == -1 ? -1 : 1);
}

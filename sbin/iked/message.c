/*
 * Requests and responses of an IKE SA that has keys: encryption, fragments,
 * retransmission (RFC 7296, 2.1 and 2.2; RFC 7383).  The window is one.
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

/*
 * Forget a message that was kept.
 */
void
sent_free(struct sent *s)
{
	while (s->s_n > 0)
		blob_free(&s->s_list[--s->s_n]);
	free(s->s_list);
	memset(s, 0, sizeof(*s));
}

/*
 * Forget fragments.
 */
void
frags_free(struct frags *f)
{
	unsigned int	 i;

	for (i = 0; i < f->f_total; i++)
		blob_free(&f->f_list[i]);
	free(f->f_list);
	memset(f, 0, sizeof(*f));
}

/*
 * Send what is kept, again or for the first time.
 */
void
msg_resend(struct ike_sa *sa, struct sent *s)
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
	struct ike_sa	*sa = arg;
	struct sent	*s = &sa->sa_request;
	char		 peer[ADDR_STRLEN], local[ADDR_STRLEN];

	if (++s->s_tries >= RETRANS_MAX) {
		e->e_stats.st_timeouts++;
		if (sa->sa_theirs != NULL)
			rekey_theirs(sa);
		sa_close(sa, "retransmit limit reached");
		return;
	}
	sa_log(sa, "retransmit %u %s req %u peer %s local %s", s->s_tries,
	    name_exchange(s->s_exch), s->s_id,
	    endpoint_str(&sa->sa_peer, peer),
	    endpoint_str(&sa->sa_local, local));
	e->e_stats.st_req_retrans++;
	msg_resend(sa, s);
	timer_set(e, &sa->sa_t_retrans, (uint64_t)T_RETRANS << s->s_tries,
	    retrans_due, sa);
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
	sent_free(s);
	if (sk_seal(&sa->sa_suite, i ? &sa->sa_keys.k_ei : &sa->sa_keys.k_er,
	    i ? &sa->sa_keys.k_ai : &sa->sa_keys.k_ar, h, c, mtu, &s->s_list,
	    &s->s_n) == -1) {
		sa->sa_eng->e_stats.st_send_failed++;
		return (-1);
	}
	s->s_id = h->h_id;
	s->s_exch = h->h_exch;
	s->s_valid = 1;
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
 * the clear.  -1: it could not be made.
 */
int
msg_request(struct ike_sa *sa, uint8_t exch, struct chain *c,
    enum job_type job)
{
	struct sent	*s = &sa->sa_request;
	struct ike_hdr	 h;
	int		 error;

	header(sa, &h, exch, exch == EXCH_IKE_SA_INIT ? 0 : sa->sa_next_out,
	    0);
	if (exch == EXCH_IKE_SA_INIT) {
		sent_free(s);
		error = chain_message(c, &h, &sa->sa_init_i);
		s->s_list = calloc(1, sizeof(*s->s_list));
		if (error == 0 && s->s_list != NULL)
			error = blob_copy(&s->s_list[0], &sa->sa_init_i);
		s->s_n = s->s_valid = error == 0 && s->s_list != NULL;
		s->s_exch = exch;
		sa->sa_next_out = 1;
	} else {
		error = seal(sa, s, &h, c);
		sa->sa_next_out++;
	}
	chain_free(c);
	if (error == -1 || !s->s_valid) {
		sa_close(sa, "request cannot be made");
		return (-1);
	}
	sa->sa_job = job;
	s->s_tries = 0;
	msg_log(sa, "send", &h, s->s_list[0].b_len);
	msg_resend(sa, s);
	timer_set(sa->sa_eng, &sa->sa_t_retrans, T_RETRANS, retrans_due, sa);
	return (0);
}

/*
 * The request under way is answered.
 */
void
msg_done(struct ike_sa *sa)
{
	timer_del(sa->sa_eng, &sa->sa_t_retrans);
	sent_free(&sa->sa_request);
}

/*
 * Answer a request with a chain, which is freed; kept for when the request
 * comes again.
 */
int
msg_respond(struct ike_sa *sa, const struct msg *m, struct chain *c)
{
	struct ike_hdr	 h;
	int		 error;

	header(sa, &h, m->m_hdr.h_exch, m->m_hdr.h_id, FLAG_RESPONSE);
	error = seal(sa, &sa->sa_response, &h, c);
	chain_free(c);
	if (error == -1)
		return (-1);
	msg_log(sa, "send", &h, sa->sa_response.s_list[0].b_len);
	msg_resend(sa, &sa->sa_response);
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

/* The peer's window (RFC 7296, 2.3), which never shrinks. */
static void
window(struct ike_sa *sa, const struct notify *n)
{
	struct rbuf	 r = n->n_data;
	uint32_t	 size;

	if (rbuf_u32(&r, &size) == -1 || r.r_left != 0 ||
	    size <= sa->sa_window)
		return;
	sa_log(sa, "peer has a window of %u", size);
	sa->sa_window = size;
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
		window(sa, n);
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

/* Open one SK or SKF payload whose IV is at head. */
static int
open_one(struct ike_sa *sa, const uint8_t *data, size_t len, size_t head,
    struct blob *out)
{
	int	 i = sa->sa_initiator;

	return (sk_open(&sa->sa_suite, i ? &sa->sa_keys.k_er :
	    &sa->sa_keys.k_ei, i ? &sa->sa_keys.k_ar : &sa->sa_keys.k_ai,
	    data, len, head, out));
}

static int
frags_join(struct frags *f, struct blob *out)
{
	struct wbuf	 w;
	unsigned int	 i;

	wbuf_init(&w);
	for (i = 0; i < f->f_total; i++)
		wbuf_add(&w, f->f_list[i].b_data, f->f_list[i].b_len);
	if (w.w_error) {
		wbuf_free(&w);
		return (-1);
	}
	wbuf_take(&w, out);
	return (0);
}

/*
 * One fragment (RFC 7383, 2.6), authenticated before it is kept.  A set
 * with a larger total replaces one with a smaller; others are dropped.
 */
static int
frag_input(struct ike_sa *sa, const struct ike_hdr *h, const uint8_t *data,
    size_t len, uint8_t *first, struct blob *out)
{
	struct engine_stats	*st = &sa->sa_eng->e_stats;
	struct frags		*f = &sa->sa_frags;
	uint16_t		 number, total;
	struct blob		 piece = { NULL, 0 };

	number = data[32] << 8 | data[33];
	total = data[34] << 8 | data[35];
	st->st_frag_received++;
	if (!sa->sa_frag || number == 0 || number > total || total > 128 ||
	    (f->f_total != 0 && f->f_id == h->h_id && total < f->f_total) ||
	    open_one(sa, data, len, IKE_HDRLEN + 8, &piece) == -1) {
		st->st_frag_dropped++;
		return (-1);
	}
	if (f->f_total == 0 || f->f_id != h->h_id || total != f->f_total) {
		frags_free(f);
		f->f_list = calloc(total, sizeof(*f->f_list));
		if (f->f_list == NULL) {
			blob_free(&piece);
			return (-1);
		}
		f->f_id = h->h_id;
		f->f_total = total;
	}
	if (f->f_list[number - 1].b_data != NULL) {
		blob_free(&piece);
		return (0);
	}
	f->f_bytes += piece.b_len;
	if (f->f_bytes > FRAGS_BYTES) {
		st->st_frag_failed++;
		blob_free(&piece);
		frags_free(f);
		return (-1);
	}
	blob_move(&f->f_list[number - 1], &piece);
	if (number == 1)
		f->f_first = data[28];
	if (++f->f_have < f->f_total)
		return (0);
	*first = f->f_first;
	if (frags_join(f, out) == -1) {
		st->st_frag_failed++;
		frags_free(f);
		return (-1);
	}
	st->st_frag_done++;
	frags_free(f);
	return (1);
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
	return (open_one(sa, data, len, IKE_HDRLEN + 4, out) == -1 ? -1 : 1);
}

/*
 * INFORMATIONAL (RFC 7296, 1.4): DELETE, and "are you there?".
 */
#include <sys/types.h>

#include <stdio.h>
#include <string.h>

#include "ike.h"
#include "ikev2.h"
#include "log.h"

/* Send a request. */
static void
ask(struct ike_sa *sa, struct chain *c, enum job_type job, uint32_t spi)
{
	struct request	*r = request_new(sa, job, spi);

	if (r != NULL)
		msg_request(r, EXCH_INFORMATIONAL, c);
	else {
		chain_free(c);
		sa_close(sa, "no memory");
	}
}

/*
 * Tell the peer that a child ends.  The inbound SA stays until it answers.
 */
void
info_delete_child(struct ike_sa *sa, uint8_t proto, uint32_t spi)
{
	struct child	*ch = child_by_in(sa, proto, spi);
	struct chain	 c;

	if (ch == NULL || (ch->ch_flags & CH_DELETED))
		return;
	ch->ch_flags |= CH_DELETED;
	chain_init(&c);
	delete_build(&c, proto, &spi, 1);
	ask(sa, &c, JOB_DELETE_CHILD, spi);
}

/*
 * Tell the peer that the IKE SA ends.
 */
void
info_delete_ike(struct ike_sa *sa)
{
	struct chain	 c;

	chain_init(&c);
	delete_build(&c, PROTO_IKE, NULL, 0);
	sa_set_state(sa, SA_CLOSING);
	ask(sa, &c, JOB_DELETE_IKE, 0);
}

/*
 * Ask for a sign of life.
 */
void
info_dpd(struct ike_sa *sa)
{
	struct chain	 c;

	chain_init(&c);
	ask(sa, &c, JOB_DPD, 0);
}

/*
 * Tell the peer that a number of its is beyond the window.
 */
void
info_bad_id(struct ike_sa *sa, uint32_t id)
{
	struct chain	 c;
	uint8_t		 data[4];
	int		 i;

	for (i = 0; i < 4; i++)
		data[i] = id >> (24 - 8 * i);
	chain_init(&c);
	notify_build(&c, PROTO_NONE, 0, N_INVALID_MESSAGE_ID, data,
	    sizeof(data));
	ask(sa, &c, JOB_BAD_ID, id);
}

/*
 * Tell a responder, which takes us for a friend already, that we do not take
 * it for one (RFC 7296, 2.21.2).  Nobody waits for its answer.
 */
void
info_auth_failed(struct ike_sa *sa)
{
	struct chain	 c;

	chain_init(&c);
	notify_build(&c, PROTO_NONE, 0, N_AUTHENTICATION_FAILED, NULL, 0);
	ask(sa, &c, JOB_NONE, 0);
}

/*
 * The peer deletes children: of its inbound SPIs, our outbound ones.  What
 * replaces them is used from now on; ours of the same pairs are named in
 * the answer, unless our own DELETE crosses.
 */
static void
delete_children(struct ike_sa *sa, const struct msg *m, struct chain *c)
{
	struct child	*ch, *new;
	uint32_t	 gone[DELETES_MAX];
	unsigned int	 i, n = 0;
	char		 text[DELETES_MAX * 12 + 1];
	size_t		 len = 0;

	for (i = 0; i < m->m_ndel; i++) {
		ch = child_by_out(sa, m->m_delproto, m->m_del[i]);
		if (ch == NULL)
			continue;
		TAILQ_FOREACH(new, &sa->sa_children, ch_entry)
			if (new->ch_old == ch->ch_spi_in)
				child_out(new);
		len += snprintf(text + len, sizeof(text) - len, " 0x%08x",
		    ch->ch_spi_in);
		if (!(ch->ch_flags & CH_DELETED))
			gone[n++] = ch->ch_spi_in;
		else if (request_find(sa, JOB_DELETE_CHILD,
		    ch->ch_spi_in) != NULL)
			continue;
		child_retire(ch);
	}
	if (n != 0)
		delete_build(c, m->m_delproto, gone, n);
	if (len != 0)
		sa_log(sa, "deleted %u SPI(s):%s", m->m_ndel, text);
}

/*
 * A request: deletions, or nothing but the wish for an answer.
 */
void
info_request(struct ike_sa *sa, const struct msg *m)
{
	struct chain	 c;
	int		 had = !TAILQ_EMPTY(&sa->sa_children);

	chain_init(&c);
	if (!m->m_delike)
		delete_children(sa, m, &c);
	msg_respond(sa, m, &c);
	if (msg_notify(m, N_AUTHENTICATION_FAILED) != NULL)
		sa_close(sa, "authentication failed notification from peer");
	else if (m->m_delike) {
		/* Ours crosses, and the peer never saw it. */
		if (sa->sa_theirs != NULL)
			rekey_theirs(sa);
		sa_close(sa, sa->sa_state == SA_REKEYED ? "SA rekeyed" :
		    "received delete");
	} else if (had && TAILQ_EMPTY(&sa->sa_children) &&
	    sa->sa_state == SA_ESTABLISHED)
		sa_log(sa, "no child SA is left");
}

/*
 * The answer to what we sent.
 */
void
info_response(struct request *r, const struct msg *m)
{
	struct ike_sa	*sa = r->r_sa;
	struct child	*ch;

	if (r->r_job == JOB_DELETE_IKE) {
		sa_close(sa, "closed");
		return;
	}
	if (r->r_job != JOB_DELETE_CHILD)
		return;
	ch = child_by_in(sa, sa->sa_policy->p_saproto, r->r_spi);
	if (ch != NULL && (ch->ch_flags & CH_DELETED)) {
		sa_log(sa, "deleted 1 SPI(s): 0x%08x", ch->ch_spi_in);
		child_retire(ch);
	}
}

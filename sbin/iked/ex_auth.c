/*
 * IKE_AUTH (RFC 7296, 1.2, 2.15; RFC 7427): who is it, and the first child.
 *
 * Shared secrets are checked here; signatures are ca's, which answers
 * later: the message waits in sa_auth_msg and is parsed again.
 */
#include <sys/types.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ike.h"
#include "ikev2.h"
#include "log.h"

/* What a side's AUTH covers; ours, or the peer's. */
static int
octets(struct ike_sa *sa, int ours, const void *id, size_t idlen,
    struct blob *out)
{
	int	 initiator = ours ? sa->sa_initiator : !sa->sa_initiator;

	return (auth_octets(sa->sa_suite.su_prf, initiator ?
	    &sa->sa_keys.k_pi : &sa->sa_keys.k_pr, initiator ?
	    &sa->sa_init_i : &sa->sa_init_r, initiator ? &sa->sa_nr :
	    &sa->sa_ni, id, idlen, out));
}

/* Prove who we are: at once, or by ca. */
static void
sign(struct ike_sa *sa)
{
	struct signature	 sg;
	struct blob		 out = { NULL, 0 };
	struct wbuf		 id;
	int			 error;

	sa_set_state(sa, SA_AUTH_SIGN);
	wbuf_init(&id);
	id_body(&id, &sa->sa_id);
	error = octets(sa, 1, id.w_buf, id.w_len, &out);
	wbuf_free(&id);
	if (error == -1) {
		sa_close(sa, "IKE_AUTH failed");
	} else if (sa->sa_policy->p_auth != AUTH_PSK) {
		sa->sa_eng->e_ops->op_sign(sa->sa_eng->e_arg, sa, &out);
	} else {
		memset(&sg, 0, sizeof(sg));
		sg.sg_method = AUTH_PSK;
		if (auth_psk(sa->sa_suite.su_prf, &sa->sa_policy->p_psk, &out,
		    &sg.sg_data) == 0)
			auth_signed(sa, &sg);
		else
			sa_close(sa, "IKE_AUTH failed");
		blob_free(&sg.sg_data);
	}
	blob_free(&out);
}

/*
 * The initiator has keys: prove who it is.
 */
void
auth_start(struct ike_sa *sa)
{
	sign(sa);
}

static void
certs_build(struct chain *c, const struct signature *sg)
{
	unsigned int	 i;

	for (i = 0; i < sg->sg_ncerts; i++)
		cert_build(c, sg->sg_types[i], sg->sg_certs[i].b_data,
		    sg->sg_certs[i].b_len);
}

/* Is this the only SA with this peer, as far as we know? */
static int
first_contact(struct ike_sa *sa)
{
	struct ike_sa	*o;

	TAILQ_FOREACH(o, &sa->sa_eng->e_sas, sa_entry)
		if (o != sa && o->sa_state != SA_CLOSED &&
		    addr_cmp(&o->sa_peer.e_addr, &sa->sa_peer.e_addr) == 0 &&
		    ident_equal(&o->sa_id, &sa->sa_id))
			return (0);
	return (1);
}

static void
send_request(struct ike_sa *sa, const struct signature *sg)
{
	struct request	*r = request_new(sa, JOB_AUTH, 0);
	struct child	*ch;
	struct chain	 c;

	ch = r == NULL ? NULL : child_new(sa, sa->sa_policy->p_saproto);
	if (ch == NULL) {
		free(r);
		sa_close(sa, "no SPI");
		return;
	}
	ch->ch_flags |= CH_INITIATOR;
	sa->sa_x.x_child = ch;
	ch->ch_maker = &sa->sa_x;
	chain_init(&c);
	id_build(&c, PLD_IDi, &sa->sa_id);
	certs_build(&c, sg);
	if (sa->sa_policy->p_auth != AUTH_PSK &&
	    sa->sa_eng->e_certreq.b_len != 0)
		certreq_build(&c, &sa->sa_eng->e_certreq);
	if (sa->sa_policy->p_dstid.id_type != ID_NONE)
		id_build(&c, PLD_IDr, &sa->sa_policy->p_dstid);
	auth_build(&c, sg->sg_method, &sg->sg_data);
	if (first_contact(sa))
		notify_build(&c, PROTO_NONE, 0, N_INITIAL_CONTACT, NULL, 0);
	window_tell(sa, &c);
	child_offer(sa, &c, &sa->sa_x, 1);
	sa->sa_next_out = 1;
	sa_set_state(sa, SA_AUTH_SENT);
	msg_request(r, EXCH_IKE_AUTH, &c);
}

static struct msg *
parse_again(struct ike_sa *sa)
{
	struct rbuf	 r;
	struct msg	*m;

	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return (NULL);
	m->m_hdr.h_exch = EXCH_IKE_AUTH;
	m->m_hdr.h_id = sa->sa_auth_id;
	rbuf_init(&r, sa->sa_auth_msg.b_data, sa->sa_auth_msg.b_len);
	if (msg_parse(m, sa->sa_auth_first, &r) != 0) {
		free(m);
		return (NULL);
	}
	return (m);
}

static void
log_established(struct ike_sa *sa)
{
	struct xform	 enc = { XF_ENCR, sa->sa_suite.su_encr,
			    sa->sa_suite.su_keylen };
	struct xform	 dh = { XF_DH, sa->sa_suite.su_dh, 0 };
	struct xform	 pr = { XF_PRF, sa->sa_suite.su_prf, 0 };
	struct xform	 in = { XF_INTEG, sa->sa_suite.su_integ, 0 };
	char		 peer[ADDR_STRLEN], local[ADDR_STRLEN];
	char		 pid[300], lid[300], auth[40];

	snprintf(auth, sizeof(auth), " auth %s", xform_name(PROTO_IKE, &in));
	sa_log(sa, "established peer %s[%s] local %s[%s] policy '%s' as %s "
	    "(enc %s%s group %s prf %s)", endpoint_str(&sa->sa_peer, peer),
	    ident_str(&sa->sa_peerid, pid, sizeof(pid)),
	    endpoint_str(&sa->sa_local, local),
	    ident_str(&sa->sa_id, lid, sizeof(lid)), sa->sa_policy->p_name,
	    sa->sa_initiator ? "initiator" : "responder",
	    xform_name(PROTO_IKE, &enc), in.x_id != 0 ? auth : "",
	    xform_name(PROTO_IKE, &dh), xform_name(PROTO_IKE, &pr));
}

/* Older SAs with the same peer, which it has forgotten, or may not have. */
static void
replace_others(struct ike_sa *sa, int forgotten)
{
	struct engine	*e = sa->sa_eng;
	struct ike_sa	*o;

	LIST_FOREACH(o, &e->e_idhash[ident_hash(&sa->sa_peerid) % SA_HASH],
	    sa_idhash) {
		if (o == sa || o->sa_state != SA_ESTABLISHED ||
		    !ident_equal(&o->sa_peerid, &sa->sa_peerid) ||
		    !ident_equal(&o->sa_id, &sa->sa_id))
			continue;
		if (forgotten)
			sa_close(o, "sa replaced");
		else if (e->e_conf.c_enforcesingle) {
			sa_log(o, "replaced by IKESA (identical DSTID)");
			sa_job_add(o, JOB_DELETE_IKE, PROTO_IKE, 0);
		}
	}
}

/* What a responder says of itself. */
static void
ourselves(struct ike_sa *sa, const struct signature *sg, struct chain *c)
{
	chain_init(c);
	id_build(c, PLD_IDr, &sa->sa_id);
	certs_build(c, sg);
	auth_build(c, sg->sg_method, &sg->sg_data);
	window_tell(sa, c);
}

/*
 * The child is in the kernel before the peer hears of it, whose first packet
 * may come as soon as that.
 */
static void
send_response(struct ike_sa *sa, const struct msg *m,
    const struct signature *sg)
{
	struct child	*ch;
	struct chain	 c;
	uint16_t	 error = 0;
	int		 loaded = -1;

	ourselves(sa, sg, &c);
	log_established(sa);
	ch = child_new(sa, sa->sa_policy->p_saproto);
	if (ch != NULL && child_answer(sa, m, ch, &c, 1, &error) == 0) {
		loaded = child_load(ch, sa->sa_policy->p_name);
		if (loaded == -1) {
			chain_free(&c);
			sa->sa_window_told = 0;
			ourselves(sa, sg, &c);
		}
	}
	if (loaded == -1) {
		if (error == 0)
			error = N_NO_ADDITIONAL_SAS;
		sa->sa_told = error;
		notify_build(&c, PROTO_NONE, 0, error, NULL, 0);
		sa_log(sa, "no child SA: %s", name_notify(error));
	}
	if (msg_respond(sa, m, &c) == -1) {
		sa_close(sa, "response cannot be made");
		return;
	}
	sa_established(sa);
	/* Afterwards, so that flows of both are never missing. */
	replace_others(sa, msg_notify(m, N_INITIAL_CONTACT) != NULL);
	if (loaded == -1 && ch != NULL)
		child_free(ch);
}

/*
 * Our proof is there; sg NULL: there is none.
 */
void
auth_signed(struct ike_sa *sa, const struct signature *sg)
{
	struct msg	*m;

	if (sg == NULL) {
		if (!sa->sa_initiator && (m = parse_again(sa)) != NULL) {
			msg_respond_error(sa, m, N_AUTHENTICATION_FAILED,
			    NULL, 0);
			free(m);
		}
		sa_close(sa, "no key for us");
		return;
	}
	if (sa->sa_initiator) {
		send_request(sa, sg);
		return;
	}
	m = parse_again(sa);
	if (m == NULL)
		sa_close(sa, "IKE_AUTH failed");
	else
		send_response(sa, m, sg);
	free(m);
}

/* Check the peer's proof: at once, or by ca. */
static void
verify(struct ike_sa *sa, const struct msg *m)
{
	const struct rbuf	*id;
	struct blob		 out = { NULL, 0 }, mac = { NULL, 0 };

	sa_set_state(sa, SA_AUTH_VERIFY);
	id = sa->sa_initiator ? &m->m_idr_raw : &m->m_idi_raw;
	if (!policy_method(sa->sa_policy, m->m_auth)) {
		auth_verified(sa, "method is not the policy's");
	} else if (octets(sa, 0, id->r_ptr, id->r_left, &out) == -1) {
		auth_verified(sa, "no memory");
	} else if (sa->sa_policy->p_auth != AUTH_PSK) {
		sa->sa_eng->e_ops->op_verify(sa->sa_eng->e_arg, sa, m, &out);
	} else if (auth_psk(sa->sa_suite.su_prf, &sa->sa_policy->p_psk, &out,
	    &mac) == 0 && blob_equal(&mac, m->m_authdata.r_ptr,
	    m->m_authdata.r_left)) {
		auth_verified(sa, NULL);
	} else
		auth_verified(sa, "shared secrets differ");
	blob_free(&out);
	blob_free(&mac);
}

/*
 * A request to authenticate.
 */
void
auth_request(struct ike_sa *sa, const struct msg *m)
{
	struct policy	*p;

	if (sa->sa_state != SA_INIT_DONE) {
		msg_respond_error(sa, m, N_INVALID_SYNTAX, NULL, 0);
		return;
	}
	if (!MSG_HAS(m, PLD_IDi) || !MSG_HAS(m, PLD_SA) ||
	    !MSG_HAS(m, PLD_TSi) || !MSG_HAS(m, PLD_TSr)) {
		msg_respond_error(sa, m, N_INVALID_SYNTAX, NULL, 0);
		sa_close(sa, "incomplete IKE_AUTH");
		return;
	}
	sa->sa_peerid = m->m_idi;
	if (m->m_certreq.r_left != 0)
		blob_set(&sa->sa_certreq, m->m_certreq.r_ptr,
		    m->m_certreq.r_left);
	p = policy_authenticate(sa, m);
	if (p != NULL) {
		policy_put(sa->sa_policy);
		sa->sa_policy = policy_ref(p);
		sa->sa_id = p->p_srcid;
	}
	if (p == NULL) {
		sa_set_state(sa, SA_AUTH_VERIFY);
		auth_verified(sa, "no policy for this identity");
	} else if (!MSG_HAS(m, PLD_AUTH)) {
		sa_set_state(sa, SA_AUTH_VERIFY);
		auth_verified(sa, "EAP is not supported");
	} else
		verify(sa, m);
}

/*
 * The responder's answer.
 */
void
auth_response(struct ike_sa *sa, const struct msg *m)
{
	const struct notify	*n;
	struct policy		*p = sa->sa_policy;

	n = msg_error(m);
	if (!MSG_HAS(m, PLD_IDr) || !MSG_HAS(m, PLD_AUTH)) {
		if (n != NULL && n->n_type == N_AUTHENTICATION_FAILED)
			sa_close(sa, "authentication failed notification "
			    "from peer");
		else
			sa_close(sa, n != NULL ? name_notify(n->n_type) :
			    "IKE_AUTH failed");
		return;
	}
	sa->sa_auth_id = m->m_hdr.h_id;
	sa->sa_peerid = m->m_idr;
	if (p->p_dstid.id_type != ID_NONE &&
	    !ident_equal(&p->p_dstid, &m->m_idr)) {
		sa_set_state(sa, SA_AUTH_VERIFY);
		auth_verified(sa, "policy mismatch");
		return;
	}
	/* ca's answer finds the message here. */
	verify(sa, m);
}

/* The responder is who it says: take its child. */
static void
finish(struct ike_sa *sa, const struct msg *m)
{
	struct child	*ch = sa->sa_x.x_child;
	uint16_t	 error = 0;
	int		 good;

	log_established(sa);
	good = ch != NULL && child_accept(sa, m, &sa->sa_x, 1, &error) == 0;
	if (ch != NULL)
		sa->sa_x.x_child = NULL, ch->ch_maker = NULL;
	exchange_free(&sa->sa_x);
	sa_established(sa);
	if (good)
		good = child_load(ch, sa->sa_policy->p_name) == 0;
	replace_others(sa, 0);
	if (good)
		return;
	sa_log(sa, "no child SA: %s", name_notify(error));
	if (ch != NULL)
		child_free(ch);
	sa_job_add(sa, JOB_DELETE_IKE, PROTO_IKE, 0);
}

/* Not who it says, or not to our liking. */
static void
fail(struct ike_sa *sa, const struct msg *m, const char *why)
{
	char	 id[300];

	sa_log(sa, "ikev2_send_auth_failed: authentication failed for %s: %s",
	    ident_str(&sa->sa_peerid, id, sizeof(id)), why);
	if (sa->sa_initiator)
		info_auth_failed(sa);
	else if (m != NULL)
		msg_respond_error(sa, m, N_AUTHENTICATION_FAILED, NULL, 0);
	sa_close(sa, "authentication failed");
}

/*
 * The peer's proof is checked; why NULL: it is good.
 */
void
auth_verified(struct ike_sa *sa, const char *why)
{
	struct msg	*m;

	m = parse_again(sa);
	if (why != NULL || m == NULL)
		fail(sa, m, why == NULL ? "no memory" : why);
	else if (sa->sa_initiator)
		finish(sa, m);
	else
		sign(sa);
	free(m);
}

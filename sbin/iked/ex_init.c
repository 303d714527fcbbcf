/*
 * IKE_SA_INIT (RFC 7296, 1.2, 2.6, 2.23): proposals, Diffie-Hellman,
 * nonces; cookies when too many SAs are half open; where the NATs are.
 */
#include <sys/types.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "ike.h"
#include "ikev2.h"
#include "log.h"
#include "select.h"

#define COOKIE_LEN	32
#define COOKIE_LIFE	60000		/* ms that a secret is used */

/*
 * SHA-1(SPIi | SPIr | address | port), which NAT detection compares.
 */
void
natd_hash(uint64_t spii, uint64_t spir, const struct endpoint *ep,
    uint8_t hash[20])
{
	struct wbuf	 w;
	struct blob	 b = { NULL, 0 };

	wbuf_init(&w);
	wbuf_u64(&w, spii);
	wbuf_u64(&w, spir);
	wbuf_add(&w, ep->e_addr.a_bytes, addr_bytes(&ep->e_addr));
	wbuf_u16(&w, ep->e_port);
	memset(hash, 0, 20);
	wbuf_take(&w, &b);
	sha1_parts(&b, 1, hash);
	blob_free(&b);
}

static void
natd_build(struct ike_sa *sa, struct chain *c)
{
	struct endpoint	 local = sa->sa_local;
	uint8_t		 hash[20];

	if (sa->sa_eng->e_nonatt)
		return;
	natd_hash(sa->sa_spii, sa->sa_spir, &local, hash);
	/* Forced: a hash that fits nothing. */
	if (sa->sa_eng->e_forcenatt || (sa->sa_policy->p_flags & POL_NATT))
		RAND_bytes(hash, sizeof(hash));
	notify_build(c, PROTO_NONE, 0, N_NAT_DETECTION_SOURCE_IP, hash, 20);
	natd_hash(sa->sa_spii, sa->sa_spir, &sa->sa_peer, hash);
	notify_build(c, PROTO_NONE, 0, N_NAT_DETECTION_DESTINATION_IP, hash,
	    20);
}

/* Is one of a type of notifications this hash?  None: no NAT detection. */
static int
natd_has(const struct msg *m, uint16_t type, const uint8_t hash[20])
{
	const struct notify	*n;
	unsigned int		 i;

	for (i = 0; i < m->m_nnotify; i++) {
		n = &m->m_notify[i];
		if (n->n_type == type && n->n_data.r_left == 20 &&
		    memcmp(n->n_data.r_ptr, hash, 20) == 0)
			return (1);
	}
	return (msg_notify(m, type) == NULL);
}

static void
natd_check(struct ike_sa *sa, const struct msg *m)
{
	struct engine	*e = sa->sa_eng;
	uint8_t		 hash[20];

	if (e->e_nonatt)
		return;
	natd_hash(m->m_hdr.h_spii, m->m_hdr.h_spir, &sa->sa_peer, hash);
	sa->sa_nat_peer = !natd_has(m, N_NAT_DETECTION_SOURCE_IP, hash);
	natd_hash(m->m_hdr.h_spii, m->m_hdr.h_spir, &sa->sa_local, hash);
	sa->sa_nat_here = !natd_has(m, N_NAT_DETECTION_DESTINATION_IP, hash);
	if (e->e_forcenatt || (sa->sa_policy->p_flags & POL_NATT))
		sa->sa_nat_peer = 1;
}

/* What both sides may say beside SA, KE and nonce. */
static void
extras_build(struct ike_sa *sa, struct chain *c)
{
	static const uint8_t	 hashes[] = { 0, SIGHASH_SHA2_256, 0,
				    SIGHASH_SHA2_384, 0, SIGHASH_SHA2_512, 0,
				    SIGHASH_IDENTITY };
	struct engine		*e = sa->sa_eng;

	if (!e->e_conf.c_novendorid)
		vendor_build(c, "Warren iked");
	if (e->e_conf.c_fragmentation)
		notify_build(c, PROTO_NONE, 0, N_FRAGMENTATION_SUPPORTED, NULL,
		    0);
	natd_build(sa, c);
	notify_build(c, PROTO_NONE, 0, N_SIGNATURE_HASH_ALGORITHMS, hashes,
	    sizeof(hashes));
}

static void
extras_check(struct ike_sa *sa, const struct msg *m)
{
	const struct notify	*n;
	struct rbuf		 r;
	uint16_t		 id;

	sa->sa_frag = sa->sa_eng->e_conf.c_fragmentation &&
	    msg_notify(m, N_FRAGMENTATION_SUPPORTED) != NULL;
	n = msg_notify(m, N_SIGNATURE_HASH_ALGORITHMS);
	if (n != NULL) {
		r = n->n_data;
		while (rbuf_u16(&r, &id) == 0)
			if (id < 8)
				sa->sa_sighash |= 1 << id;
	}
	blob_set(&sa->sa_certreq, m->m_certreq.r_ptr, m->m_certreq.r_left);
	natd_check(sa, m);
}

/*
 * Begin an SA with a policy's peer, unless one is there or under way; peer
 * NULL: the policy's.
 */
void
init_start(struct engine *e, struct policy *p, const struct endpoint *peer)
{
	struct ike_sa	*sa;

	if (e->e_down)
		return;
	TAILQ_FOREACH(sa, &e->e_sas, sa_entry)
		if (sa->sa_policy == p && sa->sa_state <= SA_ESTABLISHED)
			return;
	sa = sa_new(e, p, 1);
	if (sa == NULL)
		return;
	if (peer != NULL)
		sa->sa_peer = *peer;
	else
		sa->sa_peer.e_addr = p->p_peer.pf_addr;
	sa->sa_peer.e_port = IKE_PORT;
	if (prefix_is_host(&p->p_local))
		sa->sa_local.e_addr = p->p_local.pf_addr;
	else if (e->e_ops->op_local(e->e_arg, &sa->sa_peer, &sa->sa_local) ==
	    -1) {
		sa_close(sa, "no address of ours leads to the peer");
		return;
	}
	sa->sa_local.e_port = IKE_PORT;
	log_info("ikev2_init_ike_sa: initiating \"%s\"", p->p_name);
	sa->sa_x.x_group = DH_NONE;
	init_send(sa);
}

/* A key of the group, or of the first of the policy's. */
static int
init_key(struct ike_sa *sa)
{
	struct exchange	*x = &sa->sa_x;
	unsigned int	 i, j;
	struct proposal	*pr;

	for (i = 0; x->x_group == DH_NONE && i < sa->sa_policy->p_nike; i++) {
		pr = &sa->sa_policy->p_ike[i];
		for (j = 0; j < pr->pr_n && x->x_group == DH_NONE; j++)
			if (pr->pr_xf[j].x_type == XF_DH)
				x->x_group = pr->pr_xf[j].x_id;
	}
	if (x->x_dh == NULL)
		x->x_dh = dh_new(x->x_group, &x->x_pub);
	return (x->x_dh == NULL ? -1 : 0);
}

/*
 * Send the first message, again with what a cookie or INVALID_KE_PAYLOAD
 * changed.
 */
void
init_send(struct ike_sa *sa)
{
	struct policy	*p = sa->sa_policy;
	struct request	*r;
	struct chain	 c;

	if (init_key(sa) == -1 || (sa->sa_ni.b_len == 0 &&
	    rand_blob(&sa->sa_ni, NONCE_LEN) == -1)) {
		sa_close(sa, "no key");
		return;
	}
	chain_init(&c);
	if (sa->sa_cookie.b_len != 0)
		notify_build(&c, PROTO_NONE, 0, N_COOKIE, sa->sa_cookie.b_data,
		    sa->sa_cookie.b_len);
	sa_build(&c, p->p_ike, p->p_nike);
	ke_build(&c, sa->sa_x.x_group, &sa->sa_x.x_pub);
	nonce_build(&c, &sa->sa_ni);
	extras_build(sa, &c);
	sa_set_state(sa, SA_INIT_SENT);
	r = request_new(sa, JOB_INIT, 0);
	if (r != NULL)
		msg_request(r, EXCH_IKE_SA_INIT, &c);
	else {
		chain_free(&c);
		sa_close(sa, "no memory");
	}
}

/*
 * A cookie: the number of the secret, and the start of prf(secret, Ni |
 * address | SPIi).  which 0 is today's secret, 1 the one before.
 */
int
cookie_make(struct engine *e, int which, const struct blob *ni,
    const struct endpoint *peer, uint64_t spii, uint8_t out[COOKIE_LEN])
{
	struct blob	 key, parts[3], mac = { NULL, 0 };

	if (e->e_secret_born == 0 || e->e_now - e->e_secret_born >
	    COOKIE_LIFE) {
		memcpy(e->e_secret[1], e->e_secret[0], 32);
		if (RAND_bytes(e->e_secret[0], 32) != 1 ||
		    (e->e_secret_born == 0 &&
		    RAND_bytes(e->e_secret[1], 32) != 1))
			return (-1);
		e->e_secret_born = e->e_now + (e->e_now == 0);
	}
	key.b_data = e->e_secret[which];
	key.b_len = 32;
	parts[0] = *ni;
	parts[1].b_data = (uint8_t *)peer->e_addr.a_bytes;
	parts[1].b_len = 16;
	parts[2].b_data = (uint8_t *)&spii;
	parts[2].b_len = sizeof(spii);
	if (prf(PRF_HMAC_SHA2_256, &key, parts, 3, &mac) == -1)
		return (-1);
	memcpy(out, mac.b_data, COOKIE_LEN);
	blob_free(&mac);
	return (0);
}

static int
cookie_good(struct engine *e, const struct msg *m, const struct blob *ni,
    const struct endpoint *peer)
{
	const struct notify	*n = msg_notify(m, N_COOKIE);
	uint8_t			 want[COOKIE_LEN];
	int			 i;

	if (n == NULL || n->n_data.r_left != COOKIE_LEN)
		return (0);
	for (i = 0; i < 2; i++)
		if (cookie_make(e, i, ni, peer, m->m_hdr.h_spii, want) == 0 &&
		    CRYPTO_memcmp(want, n->n_data.r_ptr, COOKIE_LEN) == 0)
			return (1);
	return (0);
}

/* Answer in the clear, without an SA. */
static void
answer(struct engine *e, const struct endpoint *local,
    const struct endpoint *peer, const struct ike_hdr *in, uint16_t type,
    const void *data, size_t len)
{
	struct blob	 out = { NULL, 0 };
	struct ike_hdr	 h = *in;
	struct chain	 c;

	chain_init(&c);
	notify_build(&c, PROTO_NONE, 0, type, data, len);
	h.h_flags = FLAG_RESPONSE;
	log_info("spi=0x%016llx: send IKE_SA_INIT res 0: %s",
	    (unsigned long long)in->h_spii, name_notify(type));
	if (chain_message(&c, &h, &out) == 0)
		e->e_ops->op_send(e->e_arg, local, peer, out.b_data,
		    out.b_len);
	e->e_stats.st_sent++;
	chain_free(&c);
	blob_free(&out);
}

/* The request of an SA that is half open already? */
static int
known(struct engine *e, const struct ike_hdr *h,
    const struct endpoint *peer, const uint8_t *data, size_t len)
{
	struct ike_sa	*sa;
	struct sent	*s;

	LIST_FOREACH(sa, &e->e_ihash[h->h_spii % SA_HASH], sa_ihash)
		if (sa->sa_spii == h->h_spii &&
		    endpoint_equal(&sa->sa_peer, peer) &&
		    blob_equal(&sa->sa_init_i, data, len)) {
			if (sa->sa_state == SA_INIT_DONE &&
			    (s = sent_find(sa, h)) != NULL) {
				e->e_stats.st_resp_retrans++;
				msg_resend(sa, s);
			}
			return (1);
		}
	return (0);
}

static void
half_open_due(struct engine *e, void *arg)
{
	sa_close(arg, "exchange not finished");
}

/* The answer of a responder that has chosen; -1: failure. */
static int
init_answer(struct ike_sa *sa, const struct msg *m,
    const struct proposal *chosen)
{
	struct blob	 secret = { NULL, 0 };
	struct ike_hdr	 h = m->m_hdr;
	struct chain	 c;
	int		 error;

	sa->sa_x.x_dh = dh_new(sa->sa_suite.su_dh, &sa->sa_x.x_pub);
	if (sa->sa_x.x_dh == NULL || rand_blob(&sa->sa_nr, NONCE_LEN) == -1 ||
	    dh_secret(sa->sa_x.x_dh, m->m_ke.r_ptr, m->m_ke.r_left, &secret)
	    == -1 || keys_first(&sa->sa_keys, &sa->sa_suite, &secret,
	    &sa->sa_ni, &sa->sa_nr, sa->sa_spii, sa->sa_spir) == -1) {
		blob_free(&secret);
		return (-1);
	}
	blob_free(&secret);
	sa_keyed(sa);
	chain_init(&c);
	sa_build(&c, chosen, 1);
	ke_build(&c, sa->sa_suite.su_dh, &sa->sa_x.x_pub);
	nonce_build(&c, &sa->sa_nr);
	extras_build(sa, &c);
	if (sa->sa_eng->e_certreq.b_len != 0)
		certreq_build(&c, &sa->sa_eng->e_certreq);
	h.h_spir = sa->sa_spir;
	h.h_flags = FLAG_RESPONSE;
	error = chain_message(&c, &h, &sa->sa_init_r);
	chain_free(&c);
	exchange_free(&sa->sa_x);
	return (error == -1 ? -1 : msg_keep(sa, &h, &sa->sa_init_r));
}

/* All is well with a request: make an SA and answer. */
static void
init_accept(struct engine *e, struct policy *p, const struct endpoint *local,
    const struct endpoint *peer, const struct msg *m,
    const struct proposal *chosen, const struct blob *raw)
{
	struct ike_sa	*sa;

	sa = sa_new(e, p, 0);
	if (sa == NULL)
		return;
	sa->sa_spii = m->m_hdr.h_spii;
	LIST_INSERT_HEAD(&e->e_ihash[sa->sa_spii % SA_HASH], sa, sa_ihash);
	sa->sa_local = *local;
	sa->sa_peer = *peer;
	suite_of(&sa->sa_suite, chosen);
	msg_log(sa, "recv", &m->m_hdr, raw->b_len);
	if (blob_copy(&sa->sa_init_i, raw) == -1 ||
	    blob_set(&sa->sa_ni, m->m_nonce.r_ptr, m->m_nonce.r_left) == -1) {
		sa_close(sa, "no memory");
		return;
	}
	extras_check(sa, m);
	sa_set_state(sa, SA_INIT_DONE);
	sa->sa_next_in = 1;
	if (init_answer(sa, m, chosen) == -1) {
		sa_close(sa, "invalid KE");
		return;
	}
	timer_set(e, &sa->sa_t_life, T_HANDSHAKE, half_open_due, sa);
}

/* The first message of a peer, parsed. */
static void
init_consider(struct engine *e, const struct endpoint *local,
    const struct endpoint *peer, struct msg *m, const struct blob *raw)
{
	struct proposal	 chosen;
	struct policy	*p;
	struct suite	 s;
	struct blob	 ni;
	uint8_t		 cookie[COOKIE_LEN], group[2];

	ni.b_data = (uint8_t *)m->m_nonce.r_ptr;
	ni.b_len = m->m_nonce.r_left;
	if (e->e_nhalf >= HALFOPEN_COOKIE &&
	    !cookie_good(e, m, &ni, peer)) {
		e->e_stats.st_cookies++;
		if (cookie_make(e, 0, &ni, peer, m->m_hdr.h_spii, cookie) == 0)
			answer(e, local, peer, &m->m_hdr, N_COOKIE, cookie,
			    COOKIE_LEN);
		return;
	}
	p = policy_match(e, local, peer, m);
	if (p == NULL || proposal_select(p->p_ike, p->p_nike, m->m_props,
	    m->m_nprops, 0, &chosen) == -1) {
		e->e_stats.st_noproposal++;
		log_info("spi=0x%016llx: no compatible policy found",
		    (unsigned long long)m->m_hdr.h_spii);
		answer(e, local, peer, &m->m_hdr, N_NO_PROPOSAL_CHOSEN, NULL,
		    0);
		return;
	}
	suite_of(&s, &chosen);
	if (s.su_dh != m->m_group) {
		log_info("spi=0x%016llx: want dh %u, KE has %u",
		    (unsigned long long)m->m_hdr.h_spii, s.su_dh, m->m_group);
		group[0] = s.su_dh >> 8;
		group[1] = s.su_dh;
		answer(e, local, peer, &m->m_hdr, N_INVALID_KE_PAYLOAD, group,
		    2);
		return;
	}
	init_accept(e, p, local, peer, m, &chosen, raw);
}

/*
 * A request to make an SA.
 */
void
init_request(struct engine *e, const struct endpoint *local,
    const struct endpoint *peer, const struct ike_hdr *h, const uint8_t *data,
    size_t len)
{
	struct blob	 raw;
	struct rbuf	 r;
	struct msg	*m;
	uint16_t	 error;

	if (h->h_spir != 0 || h->h_spii == 0 || h->h_id != 0 ||
	    !(h->h_flags & FLAG_INITIATOR)) {
		e->e_stats.st_dropped++;
		return;
	}
	if (known(e, h, peer, data, len))
		return;
	if (e->e_nhalf >= HALFOPEN_MAX || e->e_down) {
		e->e_stats.st_halfopen_drops++;
		return;
	}
	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return;
	m->m_hdr = *h;
	rbuf_init(&r, data + IKE_HDRLEN, len - IKE_HDRLEN);
	error = msg_parse(m, h->h_next, &r);
	if (error == 0 && (!MSG_HAS(m, PLD_SA) || !MSG_HAS(m, PLD_KE) ||
	    !MSG_HAS(m, PLD_NONCE)))
		error = N_INVALID_SYNTAX;
	raw.b_data = (uint8_t *)data;
	raw.b_len = len;
	if (error != 0)
		answer(e, local, peer, h, error, &m->m_critical,
		    error == N_UNSUPPORTED_CRITICAL_PAYLOAD);
	else
		init_consider(e, local, peer, m, &raw);
	free(m);
}

/* The request is answered. */
static void
init_done(struct ike_sa *sa)
{
	struct request	*r = TAILQ_FIRST(&sa->sa_requests);

	request_done(r);
	request_free(r);
}

/* Another try with what the responder wants; 1: it was one. */
static int
init_again(struct ike_sa *sa, const struct msg *m)
{
	const struct notify	*n;
	struct proposal		*pr;
	struct rbuf		 r;
	uint16_t		 group;
	unsigned int		 i, j, ok = 0;

	if (sa->sa_retries >= 5)
		return (0);
	n = msg_notify(m, N_COOKIE);
	if (n != NULL && n->n_data.r_left >= 1 &&
	    n->n_data.r_left <= COOKIE_MAX) {
		sa->sa_retries++;
		blob_set(&sa->sa_cookie, n->n_data.r_ptr, n->n_data.r_left);
		init_done(sa);
		init_send(sa);
		return (1);
	}
	n = msg_notify(m, N_INVALID_KE_PAYLOAD);
	if (n == NULL)
		return (0);
	r = n->n_data;
	if (rbuf_u16(&r, &group) == -1 || group == sa->sa_x.x_group)
		return (0);
	for (i = 0; i < sa->sa_policy->p_nike; i++) {
		pr = &sa->sa_policy->p_ike[i];
		for (j = 0; j < pr->pr_n; j++)
			ok |= pr->pr_xf[j].x_type == XF_DH &&
			    pr->pr_xf[j].x_id == group;
	}
	if (!ok)
		return (0);
	sa->sa_retries++;
	sa_log(sa, "reinitiating with new DH group");
	exchange_free(&sa->sa_x);
	sa->sa_x.x_group = group;
	init_done(sa);
	init_send(sa);
	return (1);
}

/* The responder has chosen; -1: not from what we offered. */
static int
init_keys(struct ike_sa *sa, const struct msg *m)
{
	struct policy	*p = sa->sa_policy;
	struct proposal	 chosen;
	struct blob	 secret = { NULL, 0 };
	unsigned int	 n = m->m_props[0].pr_num;
	int		 error;

	/* Its number is that of ours which it is chosen from (3.3.1). */
	if (m->m_nprops != 1 || n == 0 || n > p->p_nike ||
	    proposal_select(&p->p_ike[n - 1], 1, m->m_props, 1, 0, &chosen) ==
	    -1 || chosen.pr_n != m->m_props[0].pr_n || chosen.pr_spilen != 0)
		return (-1);
	suite_of(&sa->sa_suite, &chosen);
	if (sa->sa_suite.su_dh != sa->sa_x.x_group ||
	    m->m_group != sa->sa_x.x_group)
		return (-1);
	error = blob_set(&sa->sa_nr, m->m_nonce.r_ptr, m->m_nonce.r_left);
	if (error == 0)
		error = dh_secret(sa->sa_x.x_dh, m->m_ke.r_ptr,
		    m->m_ke.r_left, &secret);
	sa->sa_spir = m->m_hdr.h_spir;
	if (error == 0)
		error = keys_first(&sa->sa_keys, &sa->sa_suite, &secret,
		    &sa->sa_ni, &sa->sa_nr, sa->sa_spii, sa->sa_spir);
	blob_free(&secret);
	exchange_free(&sa->sa_x);
	if (error == 0)
		sa_keyed(sa);
	return (error);
}

static void
init_take(struct ike_sa *sa, const struct msg *m, const uint8_t *data,
    size_t len)
{
	const struct notify	*n;

	if (init_again(sa, m))
		return;
	n = msg_error(m);
	if (n != NULL) {
		/*
		 * Nobody vouches for it (RFC 7296, 2.21.1): a wrong one must
		 * not end the SA, so go on asking.
		 */
		sa_log(sa, "recv IKE_SA_INIT res 0: %s",
		    name_notify(n->n_type));
		sa->sa_eng->e_stats.st_noproposal +=
		    n->n_type == N_NO_PROPOSAL_CHOSEN;
		return;
	}
	if (!MSG_HAS(m, PLD_SA) || !MSG_HAS(m, PLD_KE) ||
	    !MSG_HAS(m, PLD_NONCE) || m->m_hdr.h_spir == 0)
		return;
	msg_log(sa, "recv", &m->m_hdr, len);
	if (blob_set(&sa->sa_init_r, data, len) == -1 ||
	    init_keys(sa, m) == -1) {
		sa_close(sa, "no proposal chosen");
		return;
	}
	init_done(sa);
	extras_check(sa, m);
	if ((sa->sa_nat_here || sa->sa_nat_peer) && !sa->sa_eng->e_nonatt) {
		sa->sa_local.e_port = sa->sa_eng->e_port;
		sa->sa_peer.e_port = IKE_NATT_PORT;
		if (sa->sa_eng->e_port != IKE_NATT_PORT)
			sa->sa_peer.e_port = sa->sa_eng->e_port;
	}
	auth_start(sa);
}

/*
 * The answer to our request to make an SA.
 */
void
init_response(struct ike_sa *sa, const struct ike_hdr *h,
    const uint8_t *data, size_t len)
{
	struct rbuf	 r;
	struct msg	*m;

	if (sa->sa_state != SA_INIT_SENT || h->h_id != 0 ||
	    TAILQ_EMPTY(&sa->sa_requests) || h->h_spii != sa->sa_spii) {
		sa->sa_eng->e_stats.st_dropped++;
		return;
	}
	m = calloc(1, sizeof(*m));
	if (m == NULL)
		return;
	m->m_hdr = *h;
	rbuf_init(&r, data + IKE_HDRLEN, len - IKE_HDRLEN);
	if (msg_parse(m, h->h_next, &r) == 0)
		init_take(sa, m, data, len);
	else
		sa->sa_eng->e_stats.st_dropped++;
	free(m);
}

/*
 * wg(4): handshake messages.
 *
 * Each costs several multiplications on the curve to whoever gets it, so they
 * wait in a queue, and a task takes them a few at a time, beside the
 * network's thread: a flood of them slows nobody down who has a session.
 * With many in the queue we are under load, and for a second after:
 * initiators then have to show a cookie first.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>

#include <netwg/wg_var.h>

#define HS_COSTLY	2		/* answered in one turn of the task */
#define HS_CHEAP	32		/* or refused */
#define LOAD_AFTER_NS	1000000000ULL	/* load lasts */

/*
 * The length of a handshake message of that type; 0 for no such type.
 */
size_t
wg_hs_len(uint32_t type)
{
	switch (type) {
	case WG_MSG_INITIATION:
		return (sizeof(struct wg_msg_initiation));
	case WG_MSG_RESPONSE:
		return (sizeof(struct wg_msg_response));
	case WG_MSG_COOKIE:
		return (sizeof(struct wg_msg_cookie));
	default:
		return (0);
	}
}

/* Send a message to an endpoint; ro is NULL for one that is no peer's. */
static int
hs_send(struct wg_softc *sc, const struct wg_endpoint *e, struct route *ro,
    const void *msg, size_t len)
{
	struct route	 none;
	struct mbuf	*m;
	int		 error;

	if ((m = m_clget(NULL, M_DONTWAIT, WG_HEADROOM + len)) == NULL)
		return (ENOBUFS);
	m->m_data += WG_HEADROOM;
	m->m_len = m->m_pkthdr.len = len;
	memcpy(mtod(m, caddr_t), msg, len);
	if (ro != NULL)
		return (wg_udp_send(sc, e, ro, m, WG_TOS_HANDSHAKE));
	memset(&none, 0, sizeof(none));
	error = wg_udp_send(sc, e, &none, m, WG_TOS_HANDSHAKE);
	route_flush(&none);
	return (error);
}

/* The same to a peer. */
static void
hs_send_peer(struct wg_peer *p, const void *msg, size_t len)
{
	wg_timers_authentic_sent(&p->p_timers);
	wg_timers_traversal(&p->p_timers);
	if (hs_send(p->p_sc, &p->p_endpoint, &p->p_route, msg, len) != 0)
		wgc_inc(WGC_OUT_SEND);
	else
		p->p_txbytes += len;
}

/*
 * Begin a handshake with a peer, unless one was begun just before.  retry:
 * the last one was not answered.
 */
void
wg_initiate(struct wg_peer *p, int retry)
{
	struct wg_msg_initiation	 mi;
	uint32_t			 idx;

	if (p->p_endpoint.e_sa.sa_family == AF_UNSPEC ||
	    !wg_timers_may_initiate(&p->p_timers, retry))
		return;
	memset(&mi, 0, sizeof(mi));
	if (noise_create_initiation(p->p_remote, &idx, mi.mi_ue, mi.mi_es,
	    mi.mi_ets) != 0)
		return;
	WGDEBUG(p->p_sc, "Sending handshake initiation to peer %llu",
	    (unsigned long long)p->p_id);
	mi.mi_type = htole32(WG_MSG_INITIATION);
	mi.mi_sender = idx;
	cookie_maker_mac(&p->p_cookie, &mi.mi_macs, &mi,
	    offsetof(struct wg_msg_initiation, mi_macs));
	wgc_inc(WGC_INIT_OUT);
	wg_timers_initiated(&p->p_timers);
	hs_send_peer(p, &mi, sizeof(mi));
}

static void
hs_respond(struct wg_peer *p)
{
	struct wg_msg_response	 mr;
	uint32_t		 s_idx, r_idx;

	memset(&mr, 0, sizeof(mr));
	if (noise_create_response(p->p_remote, &s_idx, &r_idx, mr.mr_ue,
	    mr.mr_en) != 0) {
		wgc_inc(WGC_IN_BADINIT);
		return;
	}
	WGDEBUG(p->p_sc, "Sending handshake response to peer %llu",
	    (unsigned long long)p->p_id);
	mr.mr_type = htole32(WG_MSG_RESPONSE);
	mr.mr_sender = s_idx;
	mr.mr_receiver = r_idx;
	cookie_maker_mac(&p->p_cookie, &mr.mr_macs, &mr,
	    offsetof(struct wg_msg_response, mr_macs));
	wgc_inc(WGC_RESP_OUT);
	wg_timers_session(&p->p_timers);
	hs_send_peer(p, &mr, sizeof(mr));
}

/* An authentic handshake message of a peer. */
static void
hs_authentic(struct wg_peer *p, const struct wg_hs *h)
{
	wg_peer_seen_at(p, &h->h_endpoint);
	p->p_rxbytes += h->h_len;
	wg_timers_authentic_received(&p->p_timers);
	wg_timers_traversal(&p->p_timers);
}

static enum wg_counter
initiation_why(int error)
{
	switch (error) {
	case ENOENT:
		return (WGC_IN_NOPEER);
	case EALREADY:
		return (WGC_IN_REPLAYEDINIT);
	case EAGAIN:
		return (WGC_IN_EARLYINIT);
	default:
		return (WGC_IN_BADINIT);
	}
}

static void
hs_initiation(struct wg_softc *sc, const struct wg_hs *h)
{
	const struct wg_msg_initiation	*mi = (const void *)h->h_msg;
	struct noise_remote		*r;
	struct wg_peer			*p;
	int				 error;

	r = noise_consume_initiation(sc->sc_local, mi->mi_sender, mi->mi_ue,
	    mi->mi_es, mi->mi_ets, &error);
	if (r == NULL) {
		wgc_inc(initiation_why(error));
		WGDEBUG(sc, "Invalid handshake initiation: %d", error);
		return;
	}
	p = noise_remote_arg(r);
	wgc_inc(WGC_INIT_IN);
	WGDEBUG(sc, "Receiving handshake initiation from peer %llu",
	    (unsigned long long)p->p_id);
	hs_authentic(p, h);
	hs_respond(p);
}

static void
hs_response(struct wg_softc *sc, const struct wg_hs *h)
{
	const struct wg_msg_response	*mr = (const void *)h->h_msg;
	struct noise_remote		*r;
	struct wg_peer			*p;

	r = noise_consume_response(sc->sc_local, mr->mr_sender,
	    mr->mr_receiver, mr->mr_ue, mr->mr_en);
	if (r == NULL) {
		wgc_inc(WGC_IN_BADRESP);
		WGDEBUG(sc, "Invalid handshake response");
		return;
	}
	p = noise_remote_arg(r);
	wgc_inc(WGC_RESP_IN);
	WGDEBUG(sc, "Receiving handshake response from peer %llu",
	    (unsigned long long)p->p_id);
	hs_authentic(p, h);
	wg_timers_session(&p->p_timers);
	wg_timers_complete(&p->p_timers);
	/* The responder waits for a packet before it trusts the session. */
	if (ml_empty(&p->p_staged))
		wg_send_keepalive(p);
	else
		wg_send_staged(p);
}

static void
hs_cookie(struct wg_softc *sc, const struct wg_hs *h)
{
	const struct wg_msg_cookie	*mc = (const void *)h->h_msg;
	struct noise_remote		*r;
	struct wg_peer			*p;

	r = noise_index_remote(sc->sc_local, mc->mc_receiver);
	if (r == NULL) {
		wgc_inc(WGC_IN_BADCOOKIE);
		return;
	}
	p = noise_remote_arg(r);
	if (cookie_maker_consume(&p->p_cookie, mc->mc_nonce, mc->mc_ec) != 0) {
		wgc_inc(WGC_IN_BADCOOKIE);
		return;
	}
	wgc_inc(WGC_COOKIE_IN);
	WGDEBUG(sc, "Receiving cookie response from peer %llu",
	    (unsigned long long)p->p_id);
}

/* Answer a message whose sender must prove its address. */
static void
hs_send_cookie(struct wg_softc *sc, const struct wg_hs *h,
    const struct cookie_macs *macs)
{
	struct wg_msg_cookie	 mc;

	memset(&mc, 0, sizeof(mc));
	mc.mc_type = htole32(WG_MSG_COOKIE);
	/* Both kinds of message have the sender's index second. */
	memcpy(&mc.mc_receiver, h->h_msg +
	    offsetof(struct wg_msg_initiation, mi_sender),
	    sizeof(mc.mc_receiver));
	cookie_checker_reply(&sc->sc_cookie, macs, mc.mc_nonce, mc.mc_ec,
	    &h->h_endpoint.e_sa);
	if (hs_send(sc, &h->h_endpoint, NULL, &mc, sizeof(mc)) == 0)
		wgc_inc(WGC_COOKIE_OUT);
	else
		wgc_inc(WGC_OUT_SEND);
}

static int
under_load(struct wg_softc *sc)
{
	uint64_t	 now = getnsecuptime();

	if (sc->sc_nhsq >= WG_HSQ_LOAD)
		sc->sc_loaded = now;
	return (sc->sc_loaded != 0 && now - sc->sc_loaded < LOAD_AFTER_NS);
}

/* May this message be worked on?  A refusal is counted and answered. */
static int
hs_admit(struct wg_softc *sc, const struct wg_hs *h)
{
	const struct cookie_macs	*macs;
	size_t				 len = h->h_len - sizeof(*macs);

	macs = (const struct cookie_macs *)(h->h_msg + len);
	switch (cookie_checker_validate(&sc->sc_cookie, macs, h->h_msg, len,
	    under_load(sc), &h->h_endpoint.e_sa)) {
	case 0:
		return (1);
	case EAGAIN:
		wgc_inc(WGC_IN_MAC2);
		hs_send_cookie(sc, h, macs);
		return (0);
	case ECONNREFUSED:
		wgc_inc(WGC_IN_RATELIMIT);
		return (0);
	default:
		wgc_inc(WGC_IN_MAC1);
		WGDEBUG(sc, "Invalid MAC of handshake, dropping packet");
		return (0);
	}
}

/* One message.  True if it was costly. */
static int
hs_one(struct wg_softc *sc, const struct wg_hs *h)
{
	uint32_t	 type;

	memcpy(&type, h->h_msg, sizeof(type));
	if (le32toh(type) == WG_MSG_COOKIE) {
		hs_cookie(sc, h);
		return (0);
	}
	if (!hs_admit(sc, h))
		return (0);
	if (le32toh(type) == WG_MSG_INITIATION)
		hs_initiation(sc, h);
	else
		hs_response(sc, h);
	return (1);
}

/*
 * Keep a handshake message, len bytes as its type wants, for the task.
 */
void
wg_hs_enqueue(struct wg_softc *sc, const struct wg_endpoint *e,
    const uint8_t *msg, size_t len)
{
	struct wg_hs	*h;

	KASSERT(len <= sizeof(h->h_msg));
	if (sc->sc_nhsq >= WG_HSQ_MAX) {
		wgc_inc(WGC_IN_HSFULL);
		return;
	}
	if ((h = malloc(sizeof(*h), M_WG, M_NOWAIT)) == NULL) {
		wgc_inc(WGC_IN_NOMEM);
		return;
	}
	h->h_endpoint = *e;
	h->h_len = len;
	memcpy(h->h_msg, msg, len);
	TAILQ_INSERT_TAIL(&sc->sc_hsq, h, h_entry);
	if (++sc->sc_nhsq >= WG_HSQ_LOAD)
		(void)under_load(sc);
	task_add(systqmp, &sc->sc_hstask);
}

/*
 * The task: some of what waits.
 */
void
wg_hs_run(void *arg)
{
	struct wg_softc	*sc = arg;
	struct wg_hs	*h;
	u_int		 cheap = 0, costly = 0;

	NET_LOCK();
	while (cheap < HS_CHEAP && costly < HS_COSTLY &&
	    (h = TAILQ_FIRST(&sc->sc_hsq)) != NULL) {
		TAILQ_REMOVE(&sc->sc_hsq, h, h_entry);
		sc->sc_nhsq--;
		if (hs_one(sc, h))
			costly++;
		else
			cheap++;
		free(h, M_WG, sizeof(*h));
	}
	if (!TAILQ_EMPTY(&sc->sc_hsq))
		task_add(systqmp, &sc->sc_hstask);
	NET_UNLOCK();
}

/*
 * Forget what waits.
 */
void
wg_hs_purge(struct wg_softc *sc)
{
	struct wg_hs	*h;

	while ((h = TAILQ_FIRST(&sc->sc_hsq)) != NULL) {
		TAILQ_REMOVE(&sc->sc_hsq, h, h_entry);
		free(h, M_WG, sizeof(*h));
	}
	sc->sc_nhsq = 0;
}

/*
 * wg(4): peers.
 *
 * A peer is found by its public key (wg_noise_id.c), by an inner address
 * (wg_aip.c) or by the index in a packet, whose session knows its remote, and
 * that its peer.  So a peer that is destroyed is taken out of those three
 * first; then its timers are stopped, and nothing leads to it any more.
 * Packets in the hands of crypto(9) hold the session only, which then has
 * no remote.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/malloc.h>

#include <netwg/wg_var.h>

static void	 peer_initiate(void *, int);
static void	 peer_keepalive(void *);
static void	 peer_give_up(void *);
static void	 peer_new_path(void *);
static void	 peer_zero(void *);

static const struct wg_timer_ops peer_timer_ops = {
	.to_initiate = peer_initiate,
	.to_keepalive = peer_keepalive,
	.to_give_up = peer_give_up,
	.to_new_path = peer_new_path,
	.to_zero = peer_zero,
};

/*
 * A new peer with this public key, which no other has.  NULL when there is no
 * memory or there are too many.
 */
struct wg_peer *
wg_peer_create(struct wg_softc *sc, const uint8_t *public)
{
	struct wg_peer	*p;

	if (sc->sc_npeers >= WG_PEERS_MAX)
		return (NULL);
	p = malloc(sizeof(*p), M_WG, M_NOWAIT | M_ZERO);
	if (p == NULL)
		return (NULL);
	p->p_remote = noise_remote_alloc(sc->sc_local, p, public);
	if (p->p_remote == NULL) {
		free(p, M_WG, sizeof(*p));
		return (NULL);
	}
	p->p_sc = sc;
	p->p_id = sc->sc_lastid++;
	cookie_maker_init(&p->p_cookie, public);
	wg_timers_init(&p->p_timers, &peer_timer_ops, p);
	ml_init(&p->p_staged);
	TAILQ_INIT(&p->p_aips);
	TAILQ_INSERT_TAIL(&sc->sc_peers, p, p_entry);
	sc->sc_npeers++;
	if (ISSET(sc->sc_if.if_flags, IFF_RUNNING))
		wg_timers_enable(&p->p_timers);
	WGDEBUG(sc, "Peer %llu created", (unsigned long long)p->p_id);
	return (p);
}

/*
 * Remove a peer, and wipe and free it.
 */
void
wg_peer_destroy(struct wg_peer *p)
{
	struct wg_softc	*sc = p->p_sc;

	aip_remove_all(&sc->sc_aip4, &p->p_aips);
	aip_remove_all(&sc->sc_aip6, &p->p_aips);
	TAILQ_REMOVE(&sc->sc_peers, p, p_entry);
	sc->sc_npeers--;
	wg_peer_down(p);
	noise_remote_free(p->p_remote);
	WGDEBUG(sc, "Peer %llu destroyed", (unsigned long long)p->p_id);
	explicit_bzero(p, sizeof(*p));
	free(p, M_WG, sizeof(*p));
}

/*
 * The peer with a public key, or NULL.
 */
struct wg_peer *
wg_peer_lookup(struct wg_softc *sc, const uint8_t *public)
{
	struct noise_remote	*r = noise_remote_lookup(sc->sc_local, public);

	return (r == NULL ? NULL : noise_remote_arg(r));
}

/*
 * The interface has come up: who wants keepalives begins.
 */
void
wg_peer_up(struct wg_peer *p)
{
	wg_timers_enable(&p->p_timers);
	if (p->p_timers.t_persistent != 0)
		wg_send_keepalive(p);
}

/*
 * The interface goes down, or the peer away: no timers, no packets, no keys.
 */
void
wg_peer_down(struct wg_peer *p)
{
	wg_timers_disable(&p->p_timers);
	wg_peer_purge(p, WGC_OUT_DOWN);
	if (p->p_isready) {
		TAILQ_REMOVE(&p->p_sc->sc_ready, p, p_ready);
		p->p_isready = 0;
	}
	noise_remote_clear(p->p_remote);
	route_flush(&p->p_route);
}

/*
 * Set by hand where the peer is: an AF_INET or AF_INET6 address and port.
 */
void
wg_peer_set_endpoint(struct wg_peer *p, const struct sockaddr *sa)
{
	memset(&p->p_endpoint, 0, sizeof(p->p_endpoint));
	if (sa->sa_family == AF_INET)
		memcpy(&p->p_endpoint.e_sin, sa, sizeof(struct sockaddr_in));
	else
		memcpy(&p->p_endpoint.e_sin6, sa,
		    sizeof(struct sockaddr_in6));
	route_flush(&p->p_route);
}

/*
 * An authentic packet came from there: that is where the peer is now, and
 * the address that it came to is ours for the way back.
 */
void
wg_peer_seen_at(struct wg_peer *p, const struct wg_endpoint *e)
{
	if (memcmp(&p->p_endpoint, e, sizeof(*e)) == 0)
		return;
	if (p->p_endpoint.e_sa.sa_family != AF_UNSPEC &&
	    memcmp(&p->p_endpoint.e_sin6, &e->e_sin6,
	    sizeof(e->e_sin6)) != 0) {
		wgc_inc(WGC_ROAMED);
		WGDEBUG(p->p_sc, "Peer %llu has a new endpoint",
		    (unsigned long long)p->p_id);
	}
	p->p_endpoint = *e;
	route_flush(&p->p_route);
}

/*
 * The path may be dead: let the next packet find its source address anew.
 */
void
wg_peer_clear_source(struct wg_peer *p)
{
	memset(&p->p_endpoint.e_local6, 0, sizeof(p->p_endpoint.e_local6));
	route_flush(&p->p_route);
}

/*
 * Append a packet to what waits for the peer; the oldest gives way when it
 * is full.  Consumes m.
 */
void
wg_peer_stage(struct wg_peer *p, struct mbuf *m)
{
	if (ml_len(&p->p_staged) >= WG_STAGED_MAX)
		wg_drop(ml_dequeue(&p->p_staged), WGC_OUT_STAGEFULL);
	ml_enqueue(&p->p_staged, m);
}

/*
 * Drop what waits, for a reason.
 */
void
wg_peer_purge(struct wg_peer *p, enum wg_counter why)
{
	wg_counters[why] += ml_purge(&p->p_staged);
}

static void
peer_initiate(void *arg, int retry)
{
	struct wg_peer	*p = arg;

	if (retry)
		WGDEBUG(p->p_sc, "Handshake for peer %llu did not complete "
		    "after %d seconds, retrying (try %u)",
		    (unsigned long long)p->p_id, REKEY_TIMEOUT,
		    p->p_timers.t_attempts + 1);
	else
		WGDEBUG(p->p_sc, "Retrying handshake with peer %llu because "
		    "we stopped hearing back after %d seconds",
		    (unsigned long long)p->p_id,
		    KEEPALIVE_TIMEOUT + REKEY_TIMEOUT);
	wg_initiate(p, retry);
}

static void
peer_keepalive(void *arg)
{
	wg_send_keepalive(arg);
}

static void
peer_give_up(void *arg)
{
	struct wg_peer	*p = arg;

	WGDEBUG(p->p_sc, "Handshake for peer %llu did not complete after "
	    "%u retries, giving up", (unsigned long long)p->p_id,
	    p->p_timers.t_attempts + 1);
	wgc_inc(WGC_GAVEUP);
	wg_peer_purge(p, WGC_OUT_UNANSWERED);
}

static void
peer_new_path(void *arg)
{
	wg_peer_clear_source(arg);
}

static void
peer_zero(void *arg)
{
	struct wg_peer	*p = arg;

	WGDEBUG(p->p_sc, "Zeroing out keys for peer %llu",
	    (unsigned long long)p->p_id);
	noise_remote_clear(p->p_remote);
}

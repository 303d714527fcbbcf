/*
 * wg(4): the WireGuard interface.
 *
 * It looks like a broadcast link without addresses: IP packets of both
 * families, each of which goes to the peer that its destination belongs to.
 * Up, with a key and a port, it has a link.
 *
 * if_output finds the peer, so that a sender learns at once that there is
 * none; if_start_list gets what one batch or system call has caused to be
 * sent, stages it with the peers, and has each of them send.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/sockio.h>
#include <sys/syslog.h>
#include <sys/ucred.h>

#include <net/if_types.h>
#include <net/netisr.h>
#include <net/rtable.h>

#include <netinet/in_var.h>
#include <netinet/ip.h>

#include <netwg/wg_var.h>

#define LOOPS_MAX	8		/* tunnels in tunnels */

static int	 wg_clone_create(struct if_clone *, int);
static int	 wg_clone_destroy(struct ifnet *);

static struct if_clone	 wg_cloner =
    IF_CLONE_INITIALIZER("wg", wg_clone_create, wg_clone_destroy);

/*
 * Once at boot.
 */
void
wg_init(void)
{
	wg_stat_init();
	if_clone_attach(&wg_cloner);
}

/*
 * ifconfig wgN debug.
 */
void
wg_log(struct wg_softc *sc, const char *fmt, ...)
{
	char	 text[128];
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log(LOG_DEBUG, "%s: %s\n", sc->sc_if.if_xname, text);
}

/*
 * There is a link when packets could go: up, with a port and a key.
 */
void
wg_link_update(struct wg_softc *sc)
{
	struct ifnet	*ifp = &sc->sc_if;
	int		 state;

	state = ISSET(ifp->if_flags, IFF_RUNNING) && sc->sc_bound != 0 &&
	    noise_local_keys(sc->sc_local, NULL, NULL) == 0 ?
	    LINK_STATE_UP : LINK_STATE_DOWN;
	if (ifp->if_link_state == state)
		return;
	ifp->if_link_state = state;
	if_link_state_change(ifp);
}

/* The peer that a packet's destination belongs to, or NULL. */
static struct wg_peer *
output_peer(struct wg_softc *sc, struct mbuf *m, sa_family_t af)
{
	struct in6_addr	 dst;

	if (af == AF_INET) {
		if (m->m_pkthdr.len < sizeof(struct ip))
			return (NULL);
		m_copydata(m, 16, 4, &dst);
		return (aip_lookup(&sc->sc_aip4, &dst));
	}
	if (m->m_pkthdr.len < 40)
		return (NULL);
	m_copydata(m, 24, 16, &dst);
	return (aip_lookup(&sc->sc_aip6, &dst));
}

/* Does the way to the peer's endpoint lead back through the tunnel? */
static int
output_loops(struct wg_softc *sc, struct wg_peer *p)
{
	struct rtentry	*rt;

	rt = wg_endpoint_route(sc, &p->p_endpoint, &p->p_route);
	return (rt != NULL && rt->rt_ifidx == sc->sc_if.if_index);
}

static int
output_refuse(struct mbuf *m, enum wg_counter why, int error)
{
	wg_drop(m, why);
	return (error);
}

/*
 * if_output: ENETDOWN; ENETUNREACH no peer has the destination; EDESTADDRREQ
 * nobody knows where the peer is; ELOOP; EAFNOSUPPORT.
 */
static int
wg_output(struct ifnet *ifp, struct mbuf *m, struct sockaddr *dst,
    struct rtentry *rt)
{
	struct wg_softc	*sc = ifp->if_softc;
	struct wg_peer	*p;

	if (!ISSET(ifp->if_flags, IFF_RUNNING))
		return (output_refuse(m, WGC_OUT_DOWN, ENETDOWN));
	if (dst->sa_family != AF_INET && dst->sa_family != AF_INET6)
		return (output_refuse(m, WGC_OUT_BADAF, EAFNOSUPPORT));
	if ((p = output_peer(sc, m, dst->sa_family)) == NULL)
		return (output_refuse(m, WGC_OUT_NOPEER, ENETUNREACH));
	if (p->p_endpoint.e_sa.sa_family == AF_UNSPEC)
		return (output_refuse(m, WGC_OUT_NOENDPOINT, EDESTADDRREQ));
	if (m->m_pkthdr.ph_loopcnt++ >= LOOPS_MAX || output_loops(sc, p))
		return (output_refuse(m, WGC_OUT_LOOP, ELOOP));
	m->m_pkthdr.ph_family = dst->sa_family;
	m->m_pkthdr.ph_cookie = p;
	return (if_enqueue(ifp, m));
}

/* if_start_list: stage all, then let each peer send. */
static void
wg_start(struct ifnet *ifp, struct mbuf_list *ml)
{
	struct wg_softc	*sc = ifp->if_softc;
	struct wg_peer	*p;
	struct mbuf	*m;

	while ((m = ml_dequeue(ml)) != NULL) {
		p = m->m_pkthdr.ph_cookie;
		m->m_pkthdr.ph_cookie = NULL;
		if (!p->p_isready) {
			p->p_isready = 1;
			TAILQ_INSERT_TAIL(&sc->sc_ready, p, p_ready);
		}
		wg_peer_stage(p, m);
	}
	while ((p = TAILQ_FIRST(&sc->sc_ready)) != NULL) {
		TAILQ_REMOVE(&sc->sc_ready, p, p_ready);
		p->p_isready = 0;
		wg_send_staged(p);
	}
}

/* Come up: sockets, then the peers' timers. */
static int
wg_up(struct wg_softc *sc)
{
	struct wg_peer	*p;
	int		 error;

	if (ISSET(sc->sc_if.if_flags, IFF_RUNNING))
		return (0);
	if ((error = wg_sockets_open(sc)) != 0)
		return (error);
	SET(sc->sc_if.if_flags, IFF_RUNNING);
	TAILQ_FOREACH(p, &sc->sc_peers, p_entry)
		wg_peer_up(p);
	wg_link_update(sc);
	return (0);
}

static void
wg_down(struct wg_softc *sc)
{
	struct wg_peer	*p;

	if (!ISSET(sc->sc_if.if_flags, IFF_RUNNING))
		return;
	CLR(sc->sc_if.if_flags, IFF_RUNNING);
	TAILQ_FOREACH(p, &sc->sc_peers, p_entry)
		wg_peer_down(p);
	wg_sockets_close(sc);
	wg_hs_purge(sc);
	wg_counters[WGC_OUT_DOWN] += ml_purge(&sc->sc_rxq);
	wg_link_update(sc);
}

/* What opens and closes sockets, under sc_lock, which comes first. */
static int
wg_ioctl_locked(struct wg_softc *sc, u_long cmd, caddr_t data)
{
	int	 error;

	NET_UNLOCK();
	rw_enter_write(&sc->sc_lock);
	NET_LOCK();
	if (cmd == SIOCSWG)
		error = wg_ioctl_set(sc, (struct wg_data_io *)data);
	else if (ISSET(sc->sc_if.if_flags, IFF_UP))
		error = wg_up(sc);
	else {
		wg_down(sc);
		error = 0;
	}
	rw_exit_write(&sc->sc_lock);
	return (error);
}

/* if_ioctl. */
int
wg_ioctl(struct ifnet *ifp, u_long cmd, caddr_t data)
{
	struct wg_softc	*sc = ifp->if_softc;
	struct ifreq	*ifr = (struct ifreq *)data;
	int		 error;

	switch (cmd) {
	case SIOCSWG:
		if ((error = suser(curproc)) != 0)
			return (error);
		return (wg_ioctl_locked(sc, cmd, data));
	case SIOCGWG:
		return (wg_ioctl_get(sc, (struct wg_data_io *)data));
	case SIOCSIFADDR:
		SET(ifp->if_flags, IFF_UP);
		/* FALLTHROUGH */
	case SIOCSIFFLAGS:
		return (wg_ioctl_locked(sc, cmd, data));
	case SIOCSIFMTU:
		if (ifr->ifr_mtu <= 0 || ifr->ifr_mtu > WG_MTU_MAX)
			return (EINVAL);
		ifp->if_mtu = ifr->ifr_mtu;
		return (0);
	case SIOCADDMULTI:
	case SIOCDELMULTI:
		return (0);
	default:
		return (ENOTTY);
	}
}

static void
wg_ifnet_init(struct wg_softc *sc, struct if_clone *ifc, int unit)
{
	struct ifnet	*ifp = &sc->sc_if;

	snprintf(ifp->if_xname, sizeof(ifp->if_xname), "%s%d", ifc->ifc_name,
	    unit);
	ifp->if_softc = sc;
	ifp->if_dunit = unit;
	ifp->if_mtu = WG_MTU;
	ifp->if_hardmtu = WG_MTU_MAX;
	ifp->if_flags = IFF_BROADCAST | IFF_MULTICAST | IFF_NOARP;
	ifp->if_type = IFT_TUNNEL;
	ifp->if_hdrlen = sizeof(u_int32_t);	/* what bpf(4) shows */
	ifp->if_link_state = LINK_STATE_DOWN;
	/* Large packets stay so until they are sealed. */
	ifp->if_capabilities = IFCAP_CSUM_MASK | IFCAP_TSOv4 | IFCAP_TSOv6 |
	    IFCAP_USO;
	ifp->if_output = wg_output;
	ifp->if_start_list = wg_start;
	ifp->if_input_handler = p2p_input;
	ifp->if_ioctl = wg_ioctl;
}

static int
wg_clone_create(struct if_clone *ifc, int unit)
{
	struct wg_softc	*sc;

	sc = malloc(sizeof(*sc), M_WG, M_WAITOK | M_ZERO);
	if ((sc->sc_local = noise_local_alloc(sc)) == NULL) {
		free(sc, M_WG, sizeof(*sc));
		return (ENOMEM);
	}
	rw_init(&sc->sc_lock, "wglock");
	cookie_checker_init(&sc->sc_cookie);
	TAILQ_INIT(&sc->sc_peers);
	TAILQ_INIT(&sc->sc_ready);
	TAILQ_INIT(&sc->sc_hsq);
	aip_init(&sc->sc_aip4, AF_INET);
	aip_init(&sc->sc_aip6, AF_INET6);
	ml_init(&sc->sc_rxq);
	task_set(&sc->sc_rxtask, wg_receive, sc);
	task_set(&sc->sc_hstask, wg_hs_run, sc);
	wg_ifnet_init(sc, ifc, unit);
	if_attach(&sc->sc_if);
	return (0);
}

/* The sockets first, so that nothing comes in; then the peers. */
static int
wg_clone_destroy(struct ifnet *ifp)
{
	struct wg_softc	*sc = ifp->if_softc;
	struct wg_peer	*p;

	rw_enter_write(&sc->sc_lock);
	NET_LOCK();
	wg_down(sc);
	while ((p = TAILQ_FIRST(&sc->sc_peers)) != NULL)
		wg_peer_destroy(p);
	netisr_task_del(&sc->sc_rxtask);
	NET_UNLOCK();
	taskq_del_barrier(systqmp, &sc->sc_hstask);
	rw_exit_write(&sc->sc_lock);
	if_detach(ifp);
	NET_LOCK();
	wg_hs_purge(sc);
	ml_purge(&sc->sc_rxq);
	NET_UNLOCK();
	cookie_checker_fini(&sc->sc_cookie);
	noise_local_free(sc->sc_local);
	explicit_bzero(sc, sizeof(*sc));
	free(sc, M_WG, sizeof(*sc));
	return (0);
}

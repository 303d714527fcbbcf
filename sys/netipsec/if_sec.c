/*
 * sec(4): IPsec by route.  What a route sends to secN goes through the newest
 * outgoing SA of unit N (SADB_X_EXT_IFACE); what comes out of an incoming one
 * has been received by secN.  No flow is asked.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/socket.h>
#include <sys/sockio.h>

#include <net/if.h>
#include <net/if_tso.h>
#include <net/if_types.h>
#include <net/if_var.h>

#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_var.h>

#include <netipsec/ipsec_xform.h>

#define SEC_MTU		1280
#define SEC_MTU_MIN	1280
#define SEC_MTU_MAX	32768
#define SEC_LOOPS_MAX	8

struct sec_softc {
	struct ifnet		 sc_if;
	u_int			 sc_unit;
	LIST_ENTRY(sec_softc)	 sc_entry;
	struct tdb		*sc_tdb;	/* referenced */
	u_int64_t		 sc_tdbgen;
};

static LIST_HEAD(, sec_softc) sec_units = LIST_HEAD_INITIALIZER(sec_units);

static int	 sec_clone_create(struct if_clone *, int);
static int	 sec_clone_destroy(struct ifnet *);

static struct if_clone sec_cloner =
    IF_CLONE_INITIALIZER("sec", sec_clone_create, sec_clone_destroy);

/* The unit's interface, if it is up; or NULL. */
struct ifnet *
sec_getif(u_int unit)
{
	struct sec_softc	*sc;

	LIST_FOREACH(sc, &sec_units, sc_entry)
		if (sc->sc_unit == unit)
			return (ISSET(sc->sc_if.if_flags, IFF_RUNNING) ?
			    &sc->sc_if : NULL);
	return (NULL);
}

/* The SA that packets go out by; remembered until any SA changes. */
static struct tdb *
sec_tdb(struct sec_softc *sc)
{
	struct tdb	*tdb;

	if (sc->sc_tdb != NULL && sc->sc_tdbgen == tdb_generation)
		return (sc->sc_tdb);
	tdb = tdb_find_iface(sc->sc_unit, IPSP_DIRECTION_OUT);
	if (tdb != NULL)
		tdb_ref(tdb);
	tdb_unref(sc->sc_tdb);
	sc->sc_tdb = tdb;
	sc->sc_tdbgen = tdb_generation;
	return (tdb);
}

static int
sec_refuse(struct ifnet *ifp, struct mbuf *m, int error)
{
	ifp->if_oerrors++;
	m_freem(m);
	return (error);
}

/*
 * if_output: ENETDOWN; EAFNOSUPPORT; ENETUNREACH without an SA; ELOOP.
 */
static int
sec_output(struct ifnet *ifp, struct mbuf *m, struct sockaddr *dst,
    struct rtentry *rt)
{
	struct sec_softc	*sc = ifp->if_softc;

	(void)rt;
	if (!ISSET(ifp->if_flags, IFF_RUNNING))
		return (sec_refuse(ifp, m, ENETDOWN));
	if (dst->sa_family != AF_INET && dst->sa_family != AF_INET6)
		return (sec_refuse(ifp, m, EAFNOSUPPORT));
	if (sec_tdb(sc) == NULL)
		return (sec_refuse(ifp, m, ENETUNREACH));
	if (m->m_pkthdr.ph_loopcnt >= SEC_LOOPS_MAX)
		return (sec_refuse(ifp, m, ELOOP));
	m->m_pkthdr.ph_family = dst->sa_family;
	return (if_enqueue(ifp, m));
}

static void
sec_start(struct ifnet *ifp, struct mbuf_list *ml)
{
	struct sec_softc	*sc = ifp->if_softc;
	struct mbuf		*m;
	struct tdb		*tdb;
	u_int			 hlen;

	while ((m = ml_dequeue(ml)) != NULL) {
		if ((tdb = sec_tdb(sc)) == NULL) {
			ifp->if_oerrors++;
			m_freem(m);
			continue;
		}
		hlen = m->m_pkthdr.ph_family == AF_INET ?
		    sizeof(struct ip) : sizeof(struct ip6_hdr);
		if (m->m_len < hlen && (m = m_pullup(m, hlen)) == NULL) {
			ifp->if_oerrors++;
			continue;
		}
		if (ipsec_output_start(m, tdb_chain_head(tdb), 1, NULL) != 0)
			ifp->if_oerrors++;
	}
}

static int
sec_ioctl(struct ifnet *ifp, u_long cmd, caddr_t data)
{
	struct ifreq	*ifr = (struct ifreq *)data;

	switch (cmd) {
	case SIOCSIFADDR:
		SET(ifp->if_flags, IFF_UP);
		/* FALLTHROUGH */
	case SIOCSIFFLAGS:
		if (ISSET(ifp->if_flags, IFF_UP))
			SET(ifp->if_flags, IFF_RUNNING);
		else
			CLR(ifp->if_flags, IFF_RUNNING);
		return (0);
	case SIOCSIFMTU:
		if (ifr->ifr_mtu < SEC_MTU_MIN || ifr->ifr_mtu > SEC_MTU_MAX)
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

static int
sec_clone_create(struct if_clone *ifc, int unit)
{
	struct sec_softc	*sc;
	struct ifnet		*ifp;

	sc = malloc(sizeof(*sc), M_DEVBUF, M_WAITOK | M_ZERO);
	sc->sc_unit = unit;
	ifp = &sc->sc_if;
	snprintf(ifp->if_xname, sizeof(ifp->if_xname), "%s%d", ifc->ifc_name,
	    unit);
	ifp->if_softc = sc;
	ifp->if_dunit = unit;
	ifp->if_type = IFT_TUNNEL;
	ifp->if_mtu = SEC_MTU;
	ifp->if_hardmtu = SEC_MTU_MAX;
	ifp->if_flags = IFF_POINTOPOINT | IFF_MULTICAST;
	ifp->if_hdrlen = sizeof(u_int32_t);	/* what bpf(4) shows */
	/* Large packets stay so until they are sealed. */
	ifp->if_capabilities = IFCAP_CSUM_MASK | IFCAP_TSOv4 | IFCAP_TSOv6 |
	    IFCAP_USO;
	ifp->if_output = sec_output;
	ifp->if_start_list = sec_start;
	ifp->if_input_handler = p2p_input;
	ifp->if_ioctl = sec_ioctl;
	if_attach(ifp);
	NET_LOCK();
	LIST_INSERT_HEAD(&sec_units, sc, sc_entry);
	NET_UNLOCK();
	return (0);
}

static int
sec_clone_destroy(struct ifnet *ifp)
{
	struct sec_softc	*sc = ifp->if_softc;

	NET_LOCK();
	CLR(ifp->if_flags, IFF_RUNNING);
	LIST_REMOVE(sc, sc_entry);
	tdb_unref(sc->sc_tdb);
	sc->sc_tdb = NULL;
	NET_UNLOCK();
	if_detach(ifp);
	free(sc, M_DEVBUF, sizeof(*sc));
	return (0);
}

/*
 * Offer the interfaces; once.
 */
void
sec_init(void)
{
	if_clone_attach(&sec_cloner);
}

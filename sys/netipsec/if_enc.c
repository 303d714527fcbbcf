/*
 * enc(4): where packets are seen, and filtered, as they are inside of IPsec.
 *
 * Outgoing packets appear before the first SA of their chain, incoming ones
 * after the last.  enc0 is there from the start; others are made on demand.
 * An SA says which unit shows its packets (SADB_X_EXT_TAP); without such a
 * unit it is the one of its routing domain.
 *
 * What bpf(4) gets has a header of 12 bytes in front: family and flags in
 * host order, and between them the SPI in network order.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/socket.h>
#include <sys/sockio.h>

#include <net/bpf.h>
#include <net/if.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/rtable.h>

#include <netipsec/ipsec_var.h>
#include <netipsec/if_enc.h>

#define ENCMTU		1536
#define ENCMTU_MAX	65535

struct enc_softc {
	struct ifnet		 sc_if;
	u_int			 sc_unit;
	LIST_ENTRY(enc_softc)	 sc_entry;
};

static LIST_HEAD(, enc_softc) enc_units = LIST_HEAD_INITIALIZER(enc_units);

static int	 enc_clone_create(struct if_clone *, int);
static int	 enc_clone_destroy(struct ifnet *);

static struct if_clone enc_cloner =
    IF_CLONE_INITIALIZER("enc", enc_clone_create, enc_clone_destroy);

/* Packets come here through flows, never by a route. */
static int
enc_output(struct ifnet *ifp, struct mbuf *m, struct sockaddr *dst,
    struct rtentry *rt)
{
	(void)dst;
	(void)rt;
	ifp->if_oerrors++;
	m_freem(m);
	return (ENETUNREACH);
}

static void
enc_start(struct ifnet *ifp, struct mbuf_list *ml)
{
	ifp->if_oerrors += ml_purge(ml);
}

static int
enc_ioctl(struct ifnet *ifp, u_long cmd, caddr_t data)
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
		if (ifr->ifr_mtu <= 0 || ifr->ifr_mtu > ENCMTU_MAX)
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
enc_clone_create(struct if_clone *ifc, int unit)
{
	struct enc_softc	*sc;
	struct ifnet		*ifp;

	sc = malloc(sizeof(*sc), M_DEVBUF, M_WAITOK | M_ZERO);
	sc->sc_unit = unit;
	ifp = &sc->sc_if;
	snprintf(ifp->if_xname, sizeof(ifp->if_xname), "%s%d", ifc->ifc_name,
	    unit);
	ifp->if_softc = sc;
	ifp->if_dunit = unit;
	ifp->if_type = IFT_ENC;
	ifp->if_mtu = ENCMTU;
	ifp->if_hdrlen = ENC_HDRLEN;
	ifp->if_output = enc_output;
	ifp->if_start_list = enc_start;
	ifp->if_input_handler = p2p_input;
	ifp->if_ioctl = enc_ioctl;
	if_attach(ifp);
	NET_LOCK();
	bpfattach(&ifp->if_bpf, ifp, DLT_ENC, ENC_HDRLEN);
	LIST_INSERT_HEAD(&enc_units, sc, sc_entry);
	NET_UNLOCK();
	return (0);
}

/* enc0 stays. */
static int
enc_clone_destroy(struct ifnet *ifp)
{
	struct enc_softc	*sc = ifp->if_softc;

	if (sc->sc_unit == 0)
		return (EPERM);
	NET_LOCK();
	LIST_REMOVE(sc, sc_entry);
	NET_UNLOCK();
	if_detach(ifp);
	free(sc, M_DEVBUF, sizeof(*sc));
	return (0);
}

/*
 * Offer the interfaces, and make enc0; once, when interfaces can be attached.
 */
void
enc_init(void)
{
	if_clone_attach(&enc_cloner);
	if (if_clone_create("enc0", 0) != 0)
		panic("no enc0");
}

/*
 * The interface on which packets of an SA are seen: the unit that it names,
 * if it is of this routing domain, else the domain's first; or NULL.
 */
struct ifnet *
enc_getif(u_int rdomain, u_int unit)
{
	struct enc_softc	*sc, *best = NULL;

	LIST_FOREACH(sc, &enc_units, sc_entry) {
		if (sc->sc_if.if_rdomain != rdomain)
			continue;
		if (sc->sc_unit == unit)
			return (&sc->sc_if);
		if (best == NULL || sc->sc_unit < best->sc_unit)
			best = sc;
	}
	return (best == NULL ? NULL : &best->sc_if);
}

/* The SA of the chain that the header names: the one that encrypts. */
static const struct tdb *
tap_tdb(const struct tdb *tdb, u_int *flags)
{
	const struct tdb	*t, *best = tdb;
	u_int			 n = 0;

	*flags = 0;
	for (t = tdb; t != NULL && n++ < IPSEC_MAXCHAIN; t = t->tdb_onext) {
		if (t->tdb_sproto == IPPROTO_AH)
			*flags |= M_AUTH;
		if (t->tdb_sproto != IPPROTO_ESP)
			continue;
		best = t;
		*flags |= M_AUTH;
		if (t->tdb_ealg->ea_id != SADB_EALG_NULL &&
		    t->tdb_ealg->ea_id != SADB_X_EALG_AESGMAC)
			*flags |= M_CONF;
	}
	return (best);
}

/*
 * Show a packet of family af that goes into the chain beginning with tdb
 * (BPF_DIRECTION_OUT), or has come out of tdb (IN), and count it.
 */
void
enc_tap(struct ifnet *ifp, const struct tdb *tdb, struct mbuf *m, int af,
    u_int dir)
{
	struct enchdr	 hdr;
	u_int		 flags;

	if (dir == BPF_DIRECTION_IN) {
		ifp->if_ipackets++;
		ifp->if_ibytes += m->m_pkthdr.len;
	} else {
		ifp->if_opackets++;
		ifp->if_obytes += m->m_pkthdr.len;
	}
	if (ifp->if_bpf == NULL)
		return;
	memset(&hdr, 0, sizeof(hdr));
	hdr.spi = tap_tdb(tdb, &flags)->tdb_spi;
	if (dir == BPF_DIRECTION_IN)
		flags = m->m_flags & (M_AUTH | M_CONF);
	hdr.af = af;
	hdr.flags = flags;
	(void)bpf_mtap_hdr(ifp->if_bpf, &hdr, sizeof(hdr), m, dir);
}

/*
 * Ethernet (IEEE 802.3, RFC 894).
 *
 * Received frames come as lists.  A frame for this station, for all, or for a
 * group that somebody here has joined loses its header and goes to whoever
 * has registered its type; everything else is counted and dropped.
 *
 * Everything here needs the net lock.
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/systm.h>

#include <net/ethertypes.h>
#include <net/if_var.h>
#include <net/if_dl.h>
#include <net/if_types.h>
#include <net/netisr.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/if_ether.h>

#define ETHER_TYPES	8		/* registered types */
#define ETHER_FAMILIES	4		/* registered families */
#define ETHER_LLC_MAX	1536		/* smaller ones are lengths */
#define ETHER_MULTIMAX	4096		/* groups that one card has joined */
#define EVL_VLID(tag)	((tag) & 0xfff)

const u_int8_t etherbroadcastaddr[ETHER_ADDR_LEN] =
    { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static struct ether_type {
	u_int16_t	 et_type;	/* network order */
	if_af_input	*et_input;
	if_af_ahead	*et_ahead;
} ether_types[ETHER_TYPES];

static struct ether_family {
	sa_family_t	 ef_family;
	u_int16_t	 ef_type;	/* network order */
	ether_resolve_fn *ef_resolve;
	if_rtrequest_fn	*ef_rtrequest;
} ether_families[ETHER_FAMILIES];

/*
 * Frames of that type go to fn(ifp, m), without their header; it consumes
 * them.  Registered at boot, for ever.
 */
void
ether_register(u_int16_t type, if_af_input *fn)
{
	struct ether_type *et;

	for (et = ether_types; et < &ether_types[ETHER_TYPES]; et++) {
		if (et->et_input == NULL || et->et_type == htons(type)) {
			et->et_type = htons(type);
			et->et_input = fn;
			return;
		}
	}
	panic("%s: too many types", __func__);
}

/*
 * fn(m, off, step) looks at frames of a registered type before their turn has
 * come, with the packet at offset off, in step 0 and then in step 1: it may
 * have the processor fetch what their input will want.
 */
void
ether_register_ahead(u_int16_t type, if_af_ahead *fn)
{
	struct ether_type *et;

	for (et = ether_types; et < &ether_types[ETHER_TYPES]; et++) {
		if (et->et_type == htons(type))
			et->et_ahead = fn;
	}
}

/*
 * Packets of a family are sent with that type, to the station that
 * resolve(ifp, rt, m, dst, lladdr) finds: 0; or EAGAIN, it holds the packet
 * until it knows; or an error, it has consumed the packet.  rtrequest is told
 * of the family's routes.  Registered at boot, for ever.
 */
void
ether_register_af(sa_family_t af, u_int16_t type, ether_resolve_fn *resolve,
    if_rtrequest_fn *rtrequest)
{
	struct ether_family *ef;

	for (ef = ether_families; ef < &ether_families[ETHER_FAMILIES]; ef++) {
		if (ef->ef_resolve == NULL || ef->ef_family == af) {
			ef->ef_family = af;
			ef->ef_type = htons(type);
			ef->ef_resolve = resolve;
			ef->ef_rtrequest = rtrequest;
			return;
		}
	}
	panic("%s: too many families", __func__);
}

static const struct ether_family *
ether_family(sa_family_t af)
{
	const struct ether_family *ef;

	for (ef = ether_families; ef < &ether_families[ETHER_FAMILIES] &&
	    ef->ef_resolve != NULL; ef++) {
		if (ef->ef_family == af)
			return (ef);
	}
	return (NULL);
}

/*
 * if_rtrequest of Ethernet interfaces.
 */
void
ether_rtrequest(struct ifnet *ifp, int req, struct rtentry *rt)
{
	const struct ether_family *ef;

	ef = ether_family(rt->rt_dest->sa_family);
	if (ef != NULL && ef->ef_rtrequest != NULL)
		(*ef->ef_rtrequest)(ifp, req, rt);
}

/*
 * Find out what header a packet gets: *eh is filled in network order.  Whole
 * headers come in dst from ARP and its kin (AF_UNSPEC: the source is ours;
 * pseudo_AF_HDRCMPLT: it is given).
 */
static int
ether_resolve(struct ifnet *ifp, struct mbuf *m, struct sockaddr *dst,
    struct rtentry *rt, struct ether_header *eh)
{
	struct arpcom *ac = (struct arpcom *)ifp;
	const struct ether_family *ef;

	switch (dst->sa_family) {
	case AF_UNSPEC:
	case pseudo_AF_HDRCMPLT:
		memcpy(eh, dst->sa_data, sizeof(*eh));
		if (dst->sa_family == AF_UNSPEC)
			memcpy(eh->ether_shost, ac->ac_enaddr,
			    ETHER_ADDR_LEN);
		return (0);
	}
	if ((ef = ether_family(dst->sa_family)) == NULL) {
		if_drop(ifp, m, IFD_NOAF);
		return (EAFNOSUPPORT);
	}
	memcpy(eh->ether_shost, ac->ac_enaddr, ETHER_ADDR_LEN);
	eh->ether_type = ef->ef_type;
	return ((*ef->ef_resolve)(ifp, rt, m, dst, eh->ether_dhost));
}

/* A broadcast is for us too, but the card does not hear itself. */
static void
ether_output_self(struct ifnet *ifp, const struct mbuf *m, sa_family_t af)
{
	struct mbuf *mcopy;

	mcopy = m_copym(m, 0, M_COPYALL, M_NOWAIT);
	if (mcopy == NULL) {
		if_drops[IFD_NOMEM]++;
		return;
	}
	(void)if_input_local(ifp, mcopy, af);
}

static int
ether_output_check(struct ifnet *ifp, struct mbuf *m, struct rtentry *rt)
{
	if (rtable_l2(m->m_pkthdr.ph_rtableid) != ifp->if_rdomain) {
		if_drop(ifp, m, IFD_RDOMAIN);
		return (ENETDOWN);
	}
	if ((ifp->if_flags & (IFF_UP | IFF_RUNNING)) !=
	    (IFF_UP | IFF_RUNNING)) {
		if_drop(ifp, m, IFD_OQDOWN);
		return (ENETDOWN);
	}
	if (rt != NULL && ISSET(rt->rt_flags, RTF_REJECT | RTF_BLACKHOLE) &&
	    !ISSET(rt->rt_flags, RTF_LLINFO)) {
		if_drop(ifp, m, IFD_REJECT);
		return (ISSET(rt->rt_flags, RTF_BLACKHOLE) ? 0 :
		    ISSET(rt->rt_flags, RTF_HOST) ? EHOSTUNREACH :
		    ENETUNREACH);
	}
	return (-1);
}

/*
 * if_output of Ethernet interfaces: give a packet its header and send it to
 * the station of dst, by way of rt.  Consumes it.  Returns 0 (a packet that
 * waits for its station's address included), ENETDOWN, EAFNOSUPPORT, ENOBUFS,
 * EHOSTUNREACH or ENETUNREACH.
 */
int
ether_output(struct ifnet *ifp, struct mbuf *m, struct sockaddr *dst,
    struct rtentry *rt)
{
	struct ether_header eh;
	int error;

	KASSERT(ISSET(m->m_flags, M_PKTHDR));
	if ((error = ether_output_check(ifp, m, rt)) != -1)
		return (error);
	error = ether_resolve(ifp, m, dst, rt, &eh);
	if (error != 0)
		return (error == EAGAIN ? 0 : error);
	if (__predict_false(ISSET(m->m_flags, M_BCAST)) &&
	    ISSET(ifp->if_flags, IFF_SIMPLEX) && m->m_pkthdr.pf.routed == 0 &&
	    (dst->sa_family == AF_INET || dst->sa_family == AF_INET6))
		ether_output_self(ifp, m, dst->sa_family);
	m = m_prepend(m, ETHER_HDR_LEN, M_DONTWAIT);
	if (m == NULL) {
		if_drops[IFD_NOMEM]++;
		ifp->if_oerrors++;
		return (ENOBUFS);
	}
	memcpy(mtod(m, void *), &eh, sizeof(eh));
	return (if_enqueue(ifp, m));
}

/* Has somebody joined the group? */
static int
ether_hasmulti(struct ifnet *ifp, const u_int8_t *group)
{
	struct arpcom *ac = (struct arpcom *)ifp;
	struct ether_multi *enm;

	if (ISSET(ifp->if_flags, IFF_ALLMULTI | IFF_PROMISC))
		return (1);
	LIST_FOREACH(enm, &ac->ac_multiaddrs, enm_list) {
		if (memcmp(group, enm->enm_addrlo, ETHER_ADDR_LEN) >= 0 &&
		    memcmp(group, enm->enm_addrhi, ETHER_ADDR_LEN) <= 0)
			return (1);
	}
	return (0);
}

/* The kind of destination; IFD_MAX when the frame may pass. */
static enum if_drop
ether_input_dest(struct ifnet *ifp, struct mbuf *m,
    const struct ether_header *eh)
{
	const struct arpcom *ac = (const struct arpcom *)ifp;

	if (ETHER_IS_MULTICAST(eh->ether_shost)) {
		ifp->if_ierrors++;
		return (IFD_BADSRC);
	}
	if (!ETHER_IS_MULTICAST(eh->ether_dhost)) {
		if (ETHER_IS_EQ(ac->ac_enaddr, eh->ether_dhost))
			return (IFD_MAX);
		return (IFD_NOTFORUS);
	}
	ifp->if_imcasts++;
	if (ETHER_IS_EQ(etherbroadcastaddr, eh->ether_dhost)) {
		SET(m->m_flags, M_BCAST);
		return (IFD_MAX);
	}
	SET(m->m_flags, M_MCAST);
	return (ether_hasmulti(ifp, eh->ether_dhost) ? IFD_MAX : IFD_MCAST);
}

/*
 * The length of the frame's header and its type, in network order.  A tag of
 * VLAN 0 only says a priority (IEEE 802.1Q) and is skipped.
 */
static enum if_drop
ether_input_type(struct mbuf *m, const struct ether_header *eh, u_int *hlen,
    u_int16_t *type)
{
	u_int16_t tag[2];

	*hlen = ETHER_HDR_LEN;
	*type = eh->ether_type;
	if (ISSET(m->m_flags, M_VLANTAG)) {
		if (EVL_VLID(m->m_pkthdr.ether_vtag) != 0)
			return (IFD_VLAN);
		CLR(m->m_flags, M_VLANTAG);
	}
	if (*type == htons(ETHERTYPE_VLAN)) {
		if (m->m_pkthdr.len < ETHER_HDR_LEN + sizeof(tag))
			return (IFD_RUNT);
		m_copydata(m, ETHER_HDR_LEN, sizeof(tag), tag);
		if (EVL_VLID(ntohs(tag[0])) != 0)
			return (IFD_VLAN);
		*hlen += sizeof(tag);
		*type = tag[1];
	}
	if (*type == htons(ETHERTYPE_QINQ) || *type == htons(ETHERTYPE_VLAN))
		return (IFD_VLAN);
	if (ntohs(*type) < ETHER_LLC_MAX)
		return (IFD_LLC);
	return (IFD_MAX);
}

static const struct ether_type *
ether_input_handler(u_int16_t type)
{
	const struct ether_type *et;

	for (et = ether_types; et < &ether_types[ETHER_TYPES] &&
	    et->et_input != NULL; et++) {
		if (et->et_type == type)
			return (et);
	}
	return (NULL);
}

static void
ether_input_one(struct ifnet *ifp, struct mbuf *m)
{
	const struct ether_header *eh;
	const struct ether_type *et;
	enum if_drop why;
	u_int16_t type;
	u_int hlen;

	if (m->m_pkthdr.len < ETHER_HDR_LEN) {
		ifp->if_ierrors++;
		if_drop(ifp, m, IFD_RUNT);
		return;
	}
	if (m->m_len < ETHER_HDR_LEN &&
	    (m = m_pullup(m, ETHER_HDR_LEN)) == NULL) {
		if_drops[IFD_NOMEM]++;
		return;
	}
	eh = mtod(m, const struct ether_header *);
	why = ether_input_dest(ifp, m, eh);
	if (why == IFD_MAX)
		why = ether_input_type(m, eh, &hlen, &type);
	if (why == IFD_MAX && !ISSET(m->m_pkthdr.csum_flags, MCS_SEG) &&
	    m->m_pkthdr.len > MAX(ifp->if_hardmtu, ifp->if_mtu) + hlen) {
		ifp->if_ierrors++;
		why = IFD_OVERSIZE;
	}
	if (why != IFD_MAX) {
		if_drop(ifp, m, why);
		return;
	}
	if ((et = ether_input_handler(type)) == NULL) {
		ifp->if_noproto++;
		if_drop(ifp, m, IFD_NOPROTO);
		return;
	}
	m_adj(m, hlen);
	(*et->et_input)(ifp, m);
}

static void
ether_ahead_one(const struct mbuf *m, int step)
{
	const struct ether_header *eh;
	const struct ether_type *et;

	if (m->m_len < ETHER_HDR_LEN)
		return;
	eh = mtod(m, const struct ether_header *);
	et = ether_input_handler(eh->ether_type);
	if (et != NULL && et->et_ahead != NULL)
		(*et->et_ahead)(m, ETHER_HDR_LEN, step);
}

/*
 * While a packet is at work, what later ones need is on its way: headers,
 * then what their input looks for, each step two packets ahead of the next.
 */
static void
ether_ahead(const struct mbuf_list *ml)
{
	const struct mbuf *m;
	u_int i;

	m = MBUF_LIST_FIRST(ml);
	for (i = 1; m != NULL && i < 6; i++, m = m->m_nextpkt) {
		if (i == 2)
			ether_ahead_one(m, 1);
		else if (i == 4)
			ether_ahead_one(m, 0);
	}
	if (m != NULL)
		__builtin_prefetch(m->m_data);
}

/*
 * if_input_handler of Ethernet interfaces.
 */
void
ether_input(struct ifnet *ifp, struct mbuf_list *ml)
{
	struct mbuf *m;

	while ((m = ml_dequeue(ml)) != NULL) {
		ether_ahead(ml);
		ether_input_one(ifp, m);
	}
}

/*
 * Fill in what all Ethernet interfaces have in common.  Called before
 * if_attach(), with ac_enaddr set.
 */
void
ether_ifattach(struct ifnet *ifp)
{
	struct arpcom *ac = (struct arpcom *)ifp;

	ifp->if_type = IFT_ETHER;
	ifp->if_addrlen = ETHER_ADDR_LEN;
	ifp->if_hdrlen = ETHER_HDR_LEN;
	ifp->if_mtu = ETHERMTU;
	if (ifp->if_hardmtu == 0)
		ifp->if_hardmtu = ETHERMTU;
	ifp->if_output = ether_output;
	ifp->if_input_handler = ether_input;
	ifp->if_rtrequest = ether_rtrequest;
	SET(ifp->if_flags, IFF_BROADCAST | IFF_SIMPLEX | IFF_MULTICAST);
	LIST_INIT(&ac->ac_multiaddrs);
	if_alloc_sadl(ifp);
	memcpy(LLADDR(ifp->if_sadl), ac->ac_enaddr, ETHER_ADDR_LEN);
	if (if_bpf_attach != NULL)
		(*if_bpf_attach)(ifp);
}

/*
 * Give ifp another link address.  Returns 0 or EINVAL.
 */
int
if_setlladdr(struct ifnet *ifp, const uint8_t *lladdr)
{
	if (ifp->if_sadl == NULL || ifp->if_type != IFT_ETHER)
		return (EINVAL);
	memcpy(((struct arpcom *)ifp)->ac_enaddr, lladdr, ETHER_ADDR_LEN);
	memcpy(LLADDR(ifp->if_sadl), lladdr, ETHER_ADDR_LEN);
	return (0);
}

/*
 * Invent a station address: locally administered, not a group.
 */
void
ether_fakeaddr(struct ifnet *ifp)
{
	u_int8_t *enaddr = ((struct arpcom *)ifp)->ac_enaddr;

	arc4random_buf(enaddr, ETHER_ADDR_LEN);
	enaddr[0] = 0xfe;
	enaddr[1] = 0xe1;
	enaddr[2] = 0xba;
}

/*
 * A station address as text, in a buffer that the next call uses again.
 */
char *
ether_sprintf(const u_int8_t *ap)
{
	static char buf[ETHER_ADDR_LEN * 3];

	snprintf(buf, sizeof(buf), "%02x:%02x:%02x:%02x:%02x:%02x", ap[0],
	    ap[1], ap[2], ap[3], ap[4], ap[5]);
	return (buf);
}

/*
 * What an Ethernet driver does with an ioctl that it does not know itself.
 * Returns 0, ENETRESET (the card's filter is to be set anew), EINVAL, ENOMEM
 * or ENOTTY.
 */
int
ether_ioctl(struct ifnet *ifp, u_long cmd, caddr_t data)
{
	struct arpcom *ac = (struct arpcom *)ifp;
	struct ifreq *ifr = (struct ifreq *)data;

	switch (cmd) {
	case SIOCSIFADDR:
		SET(ifp->if_flags, IFF_UP);
		return (0);
	case SIOCSIFMTU:
		if (ifr->ifr_mtu < (int)ETHERMIN ||
		    ifr->ifr_mtu > (int)ifp->if_hardmtu)
			return (EINVAL);
		ifp->if_mtu = ifr->ifr_mtu;
		return (0);
	case SIOCADDMULTI:
		return (ether_addmulti(ifr, ac));
	case SIOCDELMULTI:
		return (ether_delmulti(ifr, ac));
	}
	return (ENOTTY);
}

/* The groups that an address stands for: from addrlo to addrhi. */
static int
ether_multiaddr(const struct sockaddr *sa, u_int8_t *addrlo, u_int8_t *addrhi)
{
	static const u_int8_t ipmin[] = { 0x01, 0x00, 0x5e, 0, 0, 0 };
	static const u_int8_t ipmax[] = { 0x01, 0x00, 0x5e, 0x7f, 0xff, 0xff };
	const struct sockaddr_in *sin = (const struct sockaddr_in *)sa;

	switch (sa->sa_family) {
	case AF_UNSPEC:
		memcpy(addrlo, sa->sa_data, ETHER_ADDR_LEN);
		break;
	case AF_INET:
		if (sin->sin_addr.s_addr == INADDR_ANY) {
			memcpy(addrlo, ipmin, ETHER_ADDR_LEN);
			memcpy(addrhi, ipmax, ETHER_ADDR_LEN);
			return (0);
		}
		ETHER_MAP_IP_MULTICAST(&sin->sin_addr, addrlo);
		break;
	case AF_INET6:
		ETHER_MAP_IPV6_MULTICAST((const char *)sa + 8, addrlo);
		break;
	default:
		return (EAFNOSUPPORT);
	}
	memcpy(addrhi, addrlo, ETHER_ADDR_LEN);
	return (ETHER_IS_MULTICAST(addrlo) ? 0 : EINVAL);
}

static struct ether_multi *
ether_lookupmulti(struct arpcom *ac, const u_int8_t *lo, const u_int8_t *hi)
{
	struct ether_multi *enm;

	LIST_FOREACH(enm, &ac->ac_multiaddrs, enm_list) {
		if (ETHER_IS_EQ(enm->enm_addrlo, lo) &&
		    ETHER_IS_EQ(enm->enm_addrhi, hi))
			return (enm);
	}
	return (NULL);
}

/*
 * Listen to a group (or all of IPv4, for INADDR_ANY).  Returns ENETRESET if
 * it is a new one, else 0, EAFNOSUPPORT, EINVAL (no group), ENOBUFS.
 */
int
ether_addmulti(struct ifreq *ifr, struct arpcom *ac)
{
	u_int8_t hi[ETHER_ADDR_LEN], lo[ETHER_ADDR_LEN];
	struct ether_multi *enm;
	int error;

	if ((error = ether_multiaddr(&ifr->ifr_addr, lo, hi)) != 0)
		return (error);
	if ((enm = ether_lookupmulti(ac, lo, hi)) != NULL) {
		enm->enm_refcnt++;
		return (0);
	}
	if (ac->ac_multicnt >= ETHER_MULTIMAX ||
	    (enm = malloc(sizeof(*enm), M_ETHERMULTI, M_NOWAIT)) == NULL)
		return (ENOBUFS);
	memcpy(enm->enm_addrlo, lo, ETHER_ADDR_LEN);
	memcpy(enm->enm_addrhi, hi, ETHER_ADDR_LEN);
	enm->enm_refcnt = 1;
	LIST_INSERT_HEAD(&ac->ac_multiaddrs, enm, enm_list);
	ac->ac_multicnt++;
	if (!ETHER_IS_EQ(lo, hi))
		ac->ac_multirangecnt++;
	return (ENETRESET);
}

/*
 * Stop listening.  Returns ENETRESET if nobody else does, else 0,
 * EAFNOSUPPORT, EINVAL or ENXIO (nobody did).
 */
int
ether_delmulti(struct ifreq *ifr, struct arpcom *ac)
{
	u_int8_t hi[ETHER_ADDR_LEN], lo[ETHER_ADDR_LEN];
	struct ether_multi *enm;
	int error;

	if ((error = ether_multiaddr(&ifr->ifr_addr, lo, hi)) != 0)
		return (error);
	if ((enm = ether_lookupmulti(ac, lo, hi)) == NULL)
		return (ENXIO);
	if (--enm->enm_refcnt > 0)
		return (0);
	LIST_REMOVE(enm, enm_list);
	free(enm, M_ETHERMULTI, sizeof(*enm));
	ac->ac_multicnt--;
	if (!ETHER_IS_EQ(lo, hi))
		ac->ac_multirangecnt--;
	return (ENETRESET);
}

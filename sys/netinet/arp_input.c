/*
 * ARP: packets (RFC 826, RFC 5227).
 *
 * A packet that asks for an address of ours, or tells us one, makes or
 * renews the sender's entry; others only renew what there is.  An entry set
 * by hand is never changed, nor is one that belongs to another interface.  A
 * station that uses an address of ours is logged and answered, though not
 * more often than every ten seconds.
 *
 * Everything here is protected by the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mbuf.h>
#include <sys/socket.h>
#include <sys/syslog.h>
#include <sys/time.h>

#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/in.h>
#include <netinet/arp_var.h>
#include <netinet/if_ether.h>
#include <netinet/in_var.h>

static const u_int8_t *
arp_lladdr(const struct ifnet *ifp)
{
	return (((const struct arpcom *)ifp)->ac_enaddr);
}

/* May something be logged?  Not much, whatever a neighbour sends. */
static int
arp_maylog(void)
{
	static struct timeval	 last;
	static int		 count;

	return (ppsratecheck(&last, &count, ARP_LOGPPS));
}

/* Send an ARP packet, which is consumed, to a station. */
static void
arp_send(struct ifnet *ifp, struct mbuf *m, const u_int8_t *to)
{
	struct ether_header	*eh;
	struct sockaddr		 sa;

	sa.sa_family = AF_UNSPEC;
	sa.sa_len = sizeof(sa);
	eh = (struct ether_header *)sa.sa_data;
	memcpy(eh->ether_dhost, to, ETHER_ADDR_LEN);
	memcpy(eh->ether_shost, arp_lladdr(ifp), ETHER_ADDR_LEN);
	eh->ether_type = htons(ETHERTYPE_ARP);
	if (ETHER_IS_BROADCAST(to))
		m->m_flags |= M_BCAST;
	else
		m->m_flags &= ~(M_BCAST | M_MCAST);
	ifp->if_output(ifp, m, &sa, NULL);
}

static struct mbuf *
arp_packet(struct ifnet *ifp, int op)
{
	struct ether_arp	*ea;
	struct mbuf		*m;

	if ((m = m_gethdr(M_DONTWAIT, MT_DATA)) == NULL) {
		arpstat.as_nomem++;
		return (NULL);
	}
	m->m_len = m->m_pkthdr.len = sizeof(*ea);
	m->m_pkthdr.ph_rtableid = ifp->if_rdomain;
	m_align(m, sizeof(*ea));
	ea = mtod(m, struct ether_arp *);
	memset(ea, 0, sizeof(*ea));
	ea->arp_hrd = htons(ARPHRD_ETHER);
	ea->arp_pro = htons(ETHERTYPE_IP);
	ea->arp_hln = ETHER_ADDR_LEN;
	ea->arp_pln = sizeof(struct in_addr);
	ea->arp_op = htons(op);
	return (m);
}

/*
 * Ask everybody on the link for tip, as sip.  The sender's link address is
 * lladdr, or the interface's own when NULL; with tip equal to sip this
 * announces an address (RFC 5227 2.3).
 */
void
arprequest(struct ifnet *ifp, const struct in_addr *sip,
    const struct in_addr *tip, const u_int8_t *lladdr)
{
	struct ether_arp	*ea;
	struct mbuf		*m;

	if ((m = arp_packet(ifp, ARPOP_REQUEST)) == NULL)
		return;
	ea = mtod(m, struct ether_arp *);
	memcpy(ea->arp_sha, lladdr != NULL ? lladdr : arp_lladdr(ifp),
	    sizeof(ea->arp_sha));
	memcpy(ea->arp_spa, sip, sizeof(ea->arp_spa));
	memcpy(ea->arp_tpa, tip, sizeof(ea->arp_tpa));
	arpstat.as_snd_requests++;
	arp_send(ifp, m, etherbroadcastaddr);
}

/* An interface has got an address: announce it. */
void
arp_ifinit(struct ifnet *ifp, struct ifaddr *ifa)
{
	struct in_addr	*in = &satosin(ifa->ifa_addr)->sin_addr;

	if ((ifp->if_flags & (IFF_UP | IFF_NOARP)) == IFF_UP)
		arprequest(ifp, in, in, NULL);
}

/* Answer the request ea: tip is at lladdr. */
static void
arp_reply(struct ifnet *ifp, const struct ether_arp *ea,
    const struct in_addr *tip, const u_int8_t *lladdr)
{
	struct ether_arp	*rea;
	struct mbuf		*m;

	if ((m = arp_packet(ifp, ARPOP_REPLY)) == NULL)
		return;
	rea = mtod(m, struct ether_arp *);
	memcpy(rea->arp_sha, lladdr, sizeof(rea->arp_sha));
	memcpy(rea->arp_spa, tip, sizeof(rea->arp_spa));
	memcpy(rea->arp_tha, ea->arp_sha, sizeof(rea->arp_tha));
	memcpy(rea->arp_tpa, ea->arp_spa, sizeof(rea->arp_tpa));
	arpstat.as_snd_replies++;
	arp_send(ifp, m, ea->arp_sha);
}

/* The entry's held packets can go now. */
static void
arp_release(struct ifnet *ifp, struct rtentry *rt, struct llinfo_arp *la)
{
	struct mbuf_list	 ml = la->la_ml;
	struct mbuf		*m;

	ml_init(&la->la_ml);
	la_hold_total -= ml_len(&ml);
	arp_ask_stop(la);
	while ((m = ml_dequeue(&ml)) != NULL)
		ifp->if_output(ifp, m, rt_key(rt), rt);
}

/* May the sender's address replace what the entry has? */
static int
arp_mayupdate(struct ifnet *ifp, struct rtentry *rt,
    const struct ether_arp *ea)
{
	struct sockaddr_dl	*sdl = satosdl(rt->rt_gateway);
	struct ifnet		*rifp;
	struct in_addr		 spa;
	char			 buf[INET_ADDRSTRLEN];
	int			 differs;

	memcpy(&spa, ea->arp_spa, sizeof(spa));
	differs = sdl->sdl_alen != 0 &&
	    memcmp(ea->arp_sha, LLADDR(sdl), ETHER_ADDR_LEN) != 0;
	if (rt->rt_ifidx != ifp->if_index) {
		arpstat.as_otherif++;
		if (!arp_maylog())
			return (0);
		rifp = if_get(rt->rt_ifidx);
		log(LOG_WARNING, "arp: attempt to %s entry for %s on %s by %s "
		    "on %s\n", differs ? "overwrite" : "add",
		    inet_ntop4(spa, buf, sizeof(buf)),
		    rifp != NULL ? rifp->if_xname : "none",
		    ether_sprintf(ea->arp_sha), ifp->if_xname);
		if_put(rifp);
		return (0);
	}
	if (!differs)
		return (1);
	if (ISSET(rt->rt_flags, RTF_LOCAL) || rt->rt_expire == 0) {
		arpstat.as_permanent++;
		if (arp_maylog())
			log(LOG_WARNING, "arp: attempt to overwrite permanent "
			    "entry for %s by %s on %s\n",
			    inet_ntop4(spa, buf, sizeof(buf)),
			    ether_sprintf(ea->arp_sha), ifp->if_xname);
		return (0);
	}
	arpstat.as_moved++;
	if (arp_maylog())
		log(LOG_INFO, "arp info overwritten for %s by %s on %s\n",
		    inet_ntop4(spa, buf, sizeof(buf)),
		    ether_sprintf(ea->arp_sha), ifp->if_xname);
	return (1);
}

/* The sender of ea has told its address: keep it in the entry rt. */
static void
arp_update(struct ifnet *ifp, struct rtentry *rt, const struct ether_arp *ea)
{
	struct llinfo_arp	*la = (struct llinfo_arp *)rt->rt_llinfo;
	struct sockaddr_dl	*sdl = satosdl(rt->rt_gateway);

	if ((ifp->if_flags & IFF_STATICARP) || !arp_mayupdate(ifp, rt, ea))
		return;
	if (rt->rt_expire != 0) {
		sdl->sdl_alen = ETHER_ADDR_LEN;
		memcpy(LLADDR(sdl), ea->arp_sha, ETHER_ADDR_LEN);
		rt->rt_expire = getuptime() + arpt_keep;
	}
	rt->rt_flags &= ~RTF_REJECT;
	la->la_refreshed = 0;
	if (sdl->sdl_alen == ETHER_ADDR_LEN)
		arp_release(ifp, rt, la);
}

/* Somebody else says that it has our address ia (RFC 5227 2.4 (b)). */
static void
arp_conflict(struct ifnet *ifp, struct in_ifaddr *ia,
    const struct ether_arp *ea)
{
	char	 buf[INET_ADDRSTRLEN];
	time_t	 now = getuptime();

	arpstat.as_dupaddr++;
	if (ia->ia_defended != 0 && now - ia->ia_defended < ARP_DEFEND)
		return;
	ia->ia_defended = MAX(now, 1);
	log(LOG_ERR, "duplicate IP address %s sent from ethernet address "
	    "%s\n", inet_ntop4(ia->ia_addr.sin_addr, buf, sizeof(buf)),
	    ether_sprintf(ea->arp_sha));
	arprequest(ifp, &ia->ia_addr.sin_addr, &ia->ia_addr.sin_addr, NULL);
}

/* A request for an address that is published here (arp -s ... pub). */
static void
arp_proxy(struct ifnet *ifp, const struct ether_arp *ea,
    const struct in_addr *tip)
{
	struct rtentry		*rt;
	struct sockaddr_dl	*sdl;

	if ((rt = arplookup(tip, 0, ifp->if_rdomain)) == NULL)
		return;
	sdl = satosdl(rt->rt_gateway);
	if (ISSET(rt->rt_flags, RTF_ANNOUNCE) &&
	    rt->rt_ifidx == ifp->if_index &&
	    sdl->sdl_alen == ETHER_ADDR_LEN) {
		arpstat.as_snd_proxy++;
		arp_reply(ifp, ea, tip, (u_int8_t *)LLADDR(sdl));
	}
	rtfree(rt);
}

/* A well-formed packet. */
static void
in_arpinput(struct ifnet *ifp, const struct ether_arp *ea)
{
	struct in_addr		 spa, tpa;
	struct in_ifaddr	*target, *ours;
	struct rtentry		*rt;
	int			 op = ntohs(ea->arp_op);

	memcpy(&spa, ea->arp_spa, sizeof(spa));
	memcpy(&tpa, ea->arp_tpa, sizeof(tpa));
	if (in_ismulticast(spa.s_addr) || spa.s_addr == INADDR_BROADCAST ||
	    in_bcast_lookup(spa, ifp->if_rdomain) != NULL) {
		arpstat.as_rcv_badspa++;
		return;
	}
	target = in_ifaddr_lookup(tpa, ifp->if_rdomain);
	if (target != NULL && target->ia_ifp != ifp)
		target = NULL;
	ours = in_ifaddr_lookup(spa, ifp->if_rdomain);
	if (ours != NULL && ours->ia_ifp == ifp) {
		arp_conflict(ifp, ours, ea);
		return;
	}
	/* A sender without an address only probes (RFC 5227 2.1.1). */
	if (spa.s_addr != INADDR_ANY) {
		rt = arplookup(&spa, target != NULL, ifp->if_rdomain);
		if (rt != NULL)
			arp_update(ifp, rt, ea);
		rtfree(rt);
	}
	if (op != ARPOP_REQUEST)
		return;
	if (target != NULL)
		arp_reply(ifp, ea, &tpa, arp_lladdr(ifp));
	else
		arp_proxy(ifp, ea, &tpa);
}

/*
 * An ARP packet from an Ethernet interface, without its Ethernet header.
 * The packet is consumed.
 */
void
arpinput(struct ifnet *ifp, struct mbuf *m)
{
	struct ether_arp	 ea;
	char			 buf[INET_ADDRSTRLEN];
	struct in_addr		 spa;

	arpstat.as_rcv_total++;
	if (ifp->if_flags & IFF_NOARP)
		goto drop;
	if (m->m_pkthdr.len < sizeof(ea)) {
		arpstat.as_rcv_tooshort++;
		goto drop;
	}
	m_copydata(m, 0, sizeof(ea), &ea);
	if (ea.arp_hrd != htons(ARPHRD_ETHER) ||
	    ea.arp_pro != htons(ETHERTYPE_IP) ||
	    ea.arp_hln != ETHER_ADDR_LEN ||
	    ea.arp_pln != sizeof(struct in_addr)) {
		arpstat.as_rcv_badhdr++;
		goto drop;
	}
	if (ea.arp_op == htons(ARPOP_REQUEST))
		arpstat.as_rcv_requests++;
	else if (ea.arp_op == htons(ARPOP_REPLY))
		arpstat.as_rcv_replies++;
	else {
		arpstat.as_rcv_badop++;
		goto drop;
	}
	if (ETHER_IS_EQ(ea.arp_sha, arp_lladdr(ifp))) {
		arpstat.as_rcv_own++;
		goto drop;
	}
	if (ETHER_IS_MULTICAST(ea.arp_sha) || ETHER_IS_ANYADDR(ea.arp_sha)) {
		memcpy(&spa, ea.arp_spa, sizeof(spa));
		arpstat.as_rcv_badsha++;
		if (arp_maylog())
			log(LOG_ERR, "arp: ether address %s for IP address "
			    "%s on %s is not one station's\n",
			    ether_sprintf(ea.arp_sha),
			    inet_ntop4(spa, buf, sizeof(buf)), ifp->if_xname);
		goto drop;
	}
	if (in_ifp2ia(ifp) == NULL) {
		arpstat.as_rcv_noaddr++;
		goto drop;
	}
	in_arpinput(ifp, &ea);
drop:
	m_freem(m);
}

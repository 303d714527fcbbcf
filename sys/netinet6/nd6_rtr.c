/*
 * Routers: soliciting them, and what they advertise (RFC 4861 section 6, RFC
 * 4191, RFC 4862).
 *
 * An interface with `autoconf' (IFXF_AUTOCONF6) asks for routers when it
 * comes up, at most three times, and takes what they advertise: default
 * routes, the link's parameters, and prefixes (nd6_prefix.c).  All that is
 * learnt has its time; one timeout runs for whatever ends first.  Without the
 * flag advertisements are counted and left alone.
 *
 * Everything here is protected by the net lock.
 */
#include <sys/param.h>
#include <sys/limits.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timeout.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/nd6.h>

static struct timeout	nd6_rtr_to;
static time_t		nd6_rtr_at;	/* uptime that it is set to */

static void	 nd6_rtr_timer(void *);

/* Something ends at a time (uptime, s; 0 never): be there. */
void
nd6_rtr_wake(time_t due)
{
	time_t	 now = getuptime();

	if (due == 0)
		return;
	if (!timeout_initialized(&nd6_rtr_to))
		timeout_set_proc(&nd6_rtr_to, nd6_rtr_timer, NULL);
	if (timeout_pending(&nd6_rtr_to) && nd6_rtr_at <= due)
		return;
	/* Lifetimes may be longer than a timeout: it comes early, then. */
	due = MIN(MAX(due, now + 1), now + INT_MAX);
	nd6_rtr_at = due;
	timeout_add_sec(&nd6_rtr_to, due - now);
}

/*
 * Bytes of a packet that an interface carries: its MTU, or less when a router
 * says so.
 */
u_int
nd6_linkmtu(const struct ifnet *ifp)
{
	const struct nd_ifinfo	*ndi;

	if (!in6_attached(ifp))
		return (ifp->if_mtu);
	ndi = ND_IFINFO(ifp);
	return (ndi->linkmtu != 0 ? MIN(ndi->linkmtu, ifp->if_mtu) :
	    ifp->if_mtu);
}

/*
 * Default routers.
 */

/* The default route by way of a router; add it, or take it away. */
static int
nd6_router_route(struct ifnet *ifp, struct nd_defrouter *dr, int add)
{
	struct sockaddr_in6	 dst, gate, mask;
	struct rt_addrinfo	 info;
	struct rtentry		*rt;
	struct in6_ifaddr	*ia;
	int			 error;

	if ((ia = in6_ifpforlinklocal(ifp, 0)) == NULL)
		return (EADDRNOTAVAIL);
	in6_sin6(&dst, &in6addr_any);
	in6_sin6(&mask, &in6addr_any);
	in6_sin6(&gate, &dr->dr_addr);
	memset(&info, 0, sizeof(info));
	info.rti_flags = RTF_GATEWAY | RTF_MPATH | RTF_DYNAMIC;
	info.rti_ifa = &ia->ia_ifa;
	info.rti_info[RTAX_DST] = sin6tosa(&dst);
	info.rti_info[RTAX_NETMASK] = sin6tosa(&mask);
	info.rti_info[RTAX_GATEWAY] = sin6tosa(&gate);
	error = add ? rtrequest(RTM_ADD, &info, dr->dr_prio, &rt,
	    ifp->if_rdomain) : rtrequest_delete(&info, dr->dr_prio, ifp, &rt,
	    ifp->if_rdomain);
	if (error == 0) {
		rtm_send(rt, add ? RTM_ADD : RTM_DELETE, 0, ifp->if_rdomain);
		rtfree(rt);
	}
	return (error);
}

static struct nd_defrouter *
nd6_router_lookup(struct in6_ifextra *ife, const struct in6_addr *addr)
{
	struct nd_defrouter	*dr;

	LIST_FOREACH(dr, &ife->ife_routers, dr_list)
		if (IN6_ARE_ADDR_EQUAL(&dr->dr_addr, addr))
			return (dr);
	return (NULL);
}

static void
nd6_router_delete(struct ifnet *ifp, struct nd_defrouter *dr)
{
	struct in6_ifextra	*ife = ifp->if_afdata[AF_INET6];

	(void)nd6_router_route(ifp, dr, 0);
	LIST_REMOVE(dr, dr_list);
	ife->ife_nrouters--;
	free(dr, M_RTABLE, sizeof(*dr));
}

/* A neighbour is no router any more (RFC 4861 7.2.5). */
void
nd6_rtr_gone(struct ifnet *ifp, const struct in6_addr *addr)
{
	struct nd_defrouter	*dr;

	if (!in6_attached(ifp))
		return;
	dr = nd6_router_lookup(ifp->if_afdata[AF_INET6], addr);
	if (dr != NULL)
		nd6_router_delete(ifp, dr);
}

/* RFC 4191 2.2: the better the preference, the lower the priority. */
static uint8_t
nd6_router_prio(uint8_t flags)
{
	switch (flags & ND_RA_FLAG_RTPREF_MASK) {
	case ND_RA_FLAG_RTPREF_HIGH:
		return (RTP_DEFAULT - 1);
	case ND_RA_FLAG_RTPREF_LOW:
		return (RTP_DEFAULT + 1);
	default:
		return (RTP_DEFAULT);
	}
}

static struct nd_defrouter *
nd6_router_add(struct ifnet *ifp, const struct in6_addr *addr, uint8_t prio)
{
	struct in6_ifextra	*ife = ifp->if_afdata[AF_INET6];
	struct nd_defrouter	*dr;

	if (ife->ife_nrouters >= ND6_MAXROUTERS) {
		nd6stat.nd6s_routerlimit++;
		return (NULL);
	}
	dr = malloc(sizeof(*dr), M_RTABLE, M_NOWAIT | M_ZERO);
	if (dr == NULL) {
		nd6stat.nd6s_nomem++;
		return (NULL);
	}
	dr->dr_addr = *addr;
	dr->dr_prio = prio;
	LIST_INSERT_HEAD(&ife->ife_routers, dr, dr_list);
	ife->ife_nrouters++;
	if (nd6_router_route(ifp, dr, 1) != 0) {
		nd6_router_delete(ifp, dr);
		return (NULL);
	}
	nd6stat.nd6s_routers++;
	return (dr);
}

/* What an advertisement says of its sender as a default router. */
static void
nd6_ra_router(struct ifnet *ifp, const struct in6_addr *src,
    const struct nd_router_advert *ra)
{
	struct in6_ifextra	*ife = ifp->if_afdata[AF_INET6];
	struct nd_defrouter	*dr;
	u_int			 lifetime = ntohs(ra->nd_ra_router_lifetime);
	uint8_t			 prio;

	prio = nd6_router_prio(ra->nd_ra_flags_reserved);
	dr = nd6_router_lookup(ife, src);
	if (dr != NULL && (lifetime == 0 || dr->dr_prio != prio)) {
		nd6_router_delete(ifp, dr);
		dr = NULL;
	}
	if (lifetime == 0)
		return;
	if (dr == NULL && (dr = nd6_router_add(ifp, src, prio)) == NULL)
		return;
	dr->dr_expire = getuptime() + lifetime;
	nd6_rtr_wake(dr->dr_expire);
}

/*
 * Router advertisements.
 */

/* The link's parameters (RFC 4861 6.3.4). */
static void
nd6_ra_link(struct ifnet *ifp, const struct nd_router_advert *ra,
    const struct nd_opts *ndo)
{
	struct nd_ifinfo	*ndi = ND_IFINFO(ifp);
	uint32_t		 reachable = ntohl(ra->nd_ra_reachable);
	uint32_t		 retrans = ntohl(ra->nd_ra_retransmit), mtu;

	if (reachable != 0 && reachable <= ND6_MAX_REACHABLE &&
	    ndi->basereachable != reachable) {
		ndi->basereachable = reachable;
		ndi->reachable = ND_COMPUTE_RTIME(reachable);
		ndi->recalctm = ND6_RECALC;
	}
	if (ra->nd_ra_curhoplimit != 0)
		ndi->chlim = ra->nd_ra_curhoplimit;
	if (retrans >= ND6_MIN_RETRANS && retrans <= ND6_MAX_RETRANS)
		ndi->retrans = retrans;
	if (ndo->ndo_mtu == NULL)
		return;
	mtu = ntohl(ndo->ndo_mtu->nd_opt_mtu_mtu);
	if (mtu < IPV6_MMTU || mtu > ifp->if_mtu) {
		icmp6stat.icp6s_nd_badopt++;
		return;
	}
	if (ndi->linkmtu != mtu) {
		ndi->linkmtu = mtu;
		rtgeneration++;
	}
}

/*
 * A router advertisement of len bytes at off, whose hop limit, code and
 * length have been checked.  The packet is consumed.
 */
void
nd6_ra_input(struct mbuf *m, u_int off, u_int len, struct ifnet *ifp)
{
	const struct nd_router_advert	*ra;
	struct in6_addr			 src;
	struct nd_opts			 ndo;
	u_int				 i;

	if ((m = nd6_options(m, off, len, sizeof(*ra), &ndo)) == NULL)
		return;
	ra = (const struct nd_router_advert *)(mtod(m, caddr_t) + off);
	ip6_srcaddr(m, &src);
	if (!IN6_IS_ADDR_LINKLOCAL(&src))
		nd6_bad(m, &icmp6stat.icp6s_badra, "router advertisement");
	else if (!(ifp->if_xflags & IFXF_AUTOCONF6) || (m->m_flags & M_LOOP))
		nd6stat.nd6s_ignored++;
	else {
		ND_IFINFO(ifp)->rs_due = 0;	/* there is one */
		nd6_cache_lladdr(ifp, &src, ndo.ndo_srclla, ND_ROUTER_ADVERT,
		    0);
		nd6_ra_link(ifp, ra, &ndo);
		nd6_ra_router(ifp, &src, ra);
		for (i = 0; i < ndo.ndo_npi; i++)
			nd6_ra_prefix(ifp, ndo.ndo_pi[i]);
	}
	m_freem(m);
}

/*
 * Router solicitations.
 */

/* Ask for routers; from the link-local address, or none while probing. */
static void
nd6_rs_output(struct ifnet *ifp)
{
	struct nd_router_solicit	*rs;
	struct in6_ifaddr		*ia;
	struct in6_addr			 src = in6addr_any, dst;
	struct mbuf			*m;
	const u_int8_t			*lladdr = NULL;
	u_int				 len = sizeof(*rs);

	ia = in6_ifpforlinklocal(ifp, IN6_IFF_TENTATIVE | IN6_IFF_DUPLICATED);
	if (ia != NULL) {
		src = *IA6_IN6(ia);
		if ((lladdr = nd6_ifptolladdr(ifp)) != NULL)
			len += ND6_LLADDROPT;
	}
	dst = in6addr_linklocal_allrouters;
	in6_scope_set(&dst, ifp->if_index);
	if ((m = nd6_packet(ifp, len, &src, &dst)) == NULL)
		return;
	rs = (struct nd_router_solicit *)(mtod(m, struct ip6_hdr *) + 1);
	if (lladdr != NULL)
		nd6_put_lladdr(rs + 1, ND_OPT_SOURCE_LINKADDR, lladdr);
	nd6stat.nd6s_snd_rs++;
	nd6_send(ifp, m, ND_ROUTER_SOLICIT);
}

/*
 * A router solicitation.  Whoever advertises is a program; here only its
 * sender's link address is learnt (RFC 4861 6.2.6).
 */
void
nd6_rs_input(struct mbuf *m, u_int off, u_int len, struct ifnet *ifp)
{
	struct in6_addr	 src;
	struct nd_opts	 ndo;

	if ((m = nd6_options(m, off, len, sizeof(struct nd_router_solicit),
	    &ndo)) == NULL)
		return;
	ip6_srcaddr(m, &src);
	if (IN6_IS_ADDR_UNSPECIFIED(&src)) {
		if (ndo.ndo_srclla != NULL)
			nd6_bad(m, &icmp6stat.icp6s_badrs,
			    "router solicitation");
	} else if (ip6_forwarding && nd6_is_neighbor(ifp, &src))
		nd6_cache_lladdr(ifp, &src, ndo.ndo_srclla,
		    ND_ROUTER_SOLICIT, 0);
	else
		nd6stat.nd6s_ignored++;
	m_freem(m);
}

/* Its time has come, or not yet. */
static void
nd6_rs_timer(struct ifnet *ifp, time_t now)
{
	struct nd_ifinfo	*ndi = ND_IFINFO(ifp);

	if (ndi->rs_due == 0)
		return;
	if (ndi->rs_due <= now) {
		if (!(ifp->if_flags & IFF_UP)) {
			ndi->rs_due = 0;
			return;
		}
		nd6_rs_output(ifp);
		ndi->rs_due = ++ndi->rs_sent < MAX_RTR_SOLICITATIONS ?
		    now + RTR_SOLICITATION_INTERVAL : 0;
	}
	nd6_rtr_wake(ndi->rs_due);
}

/* Routers whose time is over, on one interface. */
static void
nd6_routers_timer(struct ifnet *ifp, time_t now)
{
	struct in6_ifextra	*ife = ifp->if_afdata[AF_INET6];
	struct nd_defrouter	*dr, *next;

	for (dr = LIST_FIRST(&ife->ife_routers); dr != NULL; dr = next) {
		next = LIST_NEXT(dr, dr_list);
		if (dr->dr_expire <= now)
			nd6_router_delete(ifp, dr);
		else
			nd6_rtr_wake(dr->dr_expire);
	}
}

static void
nd6_rtr_timer(void *unused)
{
	struct ifnet	*ifp;
	time_t		 now = getuptime();

	(void)unused;
	NET_LOCK();
	TAILQ_FOREACH(ifp, &ifnetlist, if_list) {
		if (!in6_attached(ifp))
			continue;
		nd6_rs_timer(ifp, now);
		nd6_routers_timer(ifp, now);
		nd6_prefix_timer(ifp, now);
	}
	if_flush();
	NET_UNLOCK();
}

/*
 * An interface has come up, or its flags have changed: ask for routers; or
 * forget what they said.
 */
void
nd6_rtr_xflags(struct ifnet *ifp)
{
	struct nd_ifinfo	*ndi = ND_IFINFO(ifp);

	if (!(ifp->if_xflags & IFXF_AUTOCONF6)) {
		nd6_rtr_detach(ifp);
		return;
	}
	if (!(ifp->if_xflags & IFXF_AUTOCONF6TEMP))
		nd6_temp_purge(ifp);
	if (!(ifp->if_flags & IFF_UP) || !(ifp->if_flags & IFF_MULTICAST))
		return;
	/* RFC 4861 6.3.7: not all at once; the address is probed, too. */
	ndi->rs_sent = 0;
	ndi->rs_due = getuptime() + 1 + arc4random_uniform(2);
	nd6_rtr_wake(ndi->rs_due);
}

/* Forget all that routers said on an interface. */
void
nd6_rtr_detach(struct ifnet *ifp)
{
	struct in6_ifextra	*ife = ifp->if_afdata[AF_INET6];
	struct nd_defrouter	*dr;

	if (ife == NULL)
		return;
	ife->ife_nd->rs_due = 0;
	ife->ife_nd->linkmtu = 0;
	ife->ife_nd->chlim = 0;
	while ((dr = LIST_FIRST(&ife->ife_routers)) != NULL)
		nd6_router_delete(ifp, dr);
	nd6_prefix_detach(ifp);
}

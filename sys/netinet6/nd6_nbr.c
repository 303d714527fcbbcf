/*
 * Neighbour discovery: solicitations and advertisements (RFC 4861 section 7).
 *
 * Everything here is protected by the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/socket.h>
#include <sys/syslog.h>
#include <sys/time.h>

#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip6.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/nd6.h>

/* The station address of an interface, or NULL. */
const u_int8_t *
nd6_ifptolladdr(const struct ifnet *ifp)
{
	if (ifp->if_sadl == NULL || ifp->if_sadl->sdl_alen != ETHER_ADDR_LEN)
		return (NULL);
	return ((const u_int8_t *)LLADDR(ifp->if_sadl));
}

/*
 * A packet for a message of len bytes on the interface, zero but for its IPv6
 * header; NULL, counted, without memory.
 */
struct mbuf *
nd6_packet(struct ifnet *ifp, u_int len, const struct in6_addr *src,
    const struct in6_addr *dst)
{
	struct ip6_hdr	*ip6;
	struct mbuf	*m;

	if ((m = m_gethdr(M_DONTWAIT, MT_DATA)) == NULL) {
		nd6stat.nd6s_nomem++;
		return (NULL);
	}
	CTASSERT(IP6_LINKHDR + sizeof(*ip6) + ICMP6_ND_MAXLEN <= MCLBYTES);
	m_clget(m, M_DONTWAIT, MCLBYTES);
	if (!(m->m_flags & M_EXT)) {
		nd6stat.nd6s_nomem++;
		m_freem(m);
		return (NULL);
	}
	m->m_data += IP6_LINKHDR;
	m->m_len = m->m_pkthdr.len = sizeof(*ip6) + len;
	m->m_pkthdr.ph_rtableid = ifp->if_rdomain;
	ip6 = mtod(m, struct ip6_hdr *);
	memset(ip6, 0, m->m_len);
	ip6->ip6_vfc = IPV6_VERSION;
	ip6->ip6_plen = htons(len);
	ip6->ip6_nxt = IPPROTO_ICMPV6;
	ip6->ip6_hlim = IPV6_MAXHLIM;
	ip6->ip6_src = *src;
	ip6->ip6_dst = *dst;
	return (m);
}

/* Make the checksum of a message of a type, and send it. */
void
nd6_send(struct ifnet *ifp, struct mbuf *m, int type)
{
	struct ip6_hdr		*ip6 = mtod(m, struct ip6_hdr *);
	struct icmp6_hdr	*icmp6 = (struct icmp6_hdr *)(ip6 + 1);
	struct ip6_moptions	 im6o;
	u_int			 len = ntohs(ip6->ip6_plen);

	icmp6->icmp6_type = type;
	icmp6->icmp6_cksum = in6_cksum(m, IPPROTO_ICMPV6, sizeof(*ip6), len);
	icmp6stat.icp6s_outhist[type]++;
	memset(&im6o, 0, sizeof(im6o));
	im6o.im6o_ifidx = ifp->if_index;
	im6o.im6o_hlim = IPV6_MAXHLIM;
	(void)ip6_output(m, NULL, NULL, IPV6_UNSPECSRC, &im6o, NULL);
}

/* Store an option with a link address, ND6_LLADDROPT bytes, at p. */
void
nd6_put_lladdr(void *p, int type, const u_int8_t *lladdr)
{
	struct nd_opt_hdr	*opt = p;

	opt->nd_opt_type = type;
	opt->nd_opt_len = ND6_LLADDROPT / 8;
	memcpy(opt + 1, lladdr, ETHER_ADDR_LEN);
}

/* The source of a solicitation: the one proposed, if it may be used. */
static int
nd6_ns_source(struct ifnet *ifp, const struct in6_addr *taddr,
    const struct in6_addr *proposed, struct in6_addr *src)
{
	struct in6_ifaddr	*ia = NULL;

	if (proposed != NULL && !IN6_IS_ADDR_UNSPECIFIED(proposed))
		ia = in6_ifpwithaddr(ifp, proposed);
	if (ia == NULL || (ia->ia6_flags & (IN6_IFF_TENTATIVE |
	    IN6_IFF_DUPLICATED | IN6_IFF_ANYCAST)))
		ia = in6_ifawithscope(ifp, taddr, ifp->if_rdomain, NULL);
	if (ia == NULL)
		return (EADDRNOTAVAIL);
	*src = *IA6_IN6(ia);
	return (0);
}

/*
 * Solicit the neighbour taddr: at daddr, or at its solicited-node group when
 * that is NULL; from src if that may be (NULL: any).  With a dadq, this is a
 * probe for duplicates of taddr (RFC 4862 5.4.2).
 */
void
nd6_ns_output(struct ifnet *ifp, const struct in6_addr *daddr,
    const struct in6_addr *taddr, const struct in6_addr *proposed,
    const struct dadq *dp)
{
	struct nd_neighbor_solicit	*ns;
	struct nd_opt_hdr		*opt;
	struct in6_addr			 dst, src = in6addr_any;
	struct mbuf			*m;
	u_int				 len = sizeof(*ns);

	if (dp == NULL && nd6_ns_source(ifp, taddr, proposed, &src) != 0) {
		nd6stat.nd6s_nosource++;
		return;
	}
	if (daddr != NULL)
		dst = *daddr;
	else {
		in6_solicited(&dst, taddr);
		in6_scope_set(&dst, ifp->if_index);
	}
	len += ND6_LLADDROPT;
	if ((m = nd6_packet(ifp, len, &src, &dst)) == NULL)
		return;
	if (daddr == NULL)
		m->m_flags |= M_MCAST;
	ns = (struct nd_neighbor_solicit *)(mtod(m, struct ip6_hdr *) + 1);
	ns->nd_ns_target = *taddr;
	in6_scope_clear(&ns->nd_ns_target);
	opt = (struct nd_opt_hdr *)(ns + 1);
	if (dp != NULL) {
		opt->nd_opt_type = ND_OPT_NONCE;
		opt->nd_opt_len = 1;
		memcpy(opt + 1, nd6_dad_nonce(dp), ND6_NONCE_LEN);
	} else if (nd6_ifptolladdr(ifp) != NULL)
		nd6_put_lladdr(opt, ND_OPT_SOURCE_LINKADDR,
		    nd6_ifptolladdr(ifp));
	nd6stat.nd6s_snd_ns++;
	nd6_send(ifp, m, ND_NEIGHBOR_SOLICIT);
}

/*
 * Advertise taddr to dst, with ND_NA_FLAG_*.  lladdr is told as its link
 * address; NULL for none.
 */
void
nd6_na_output(struct ifnet *ifp, const struct in6_addr *dst,
    const struct in6_addr *taddr, u_int32_t flags, const u_int8_t *lladdr)
{
	struct nd_neighbor_advert	*na;
	struct in6_ifaddr		*ia;
	struct in6_addr			 d = *dst, src;
	struct mbuf			*m;
	u_int				 len = sizeof(*na);

	in6_scope_set(&d, ifp->if_index);
	ia = in6_ifpwithaddr(ifp, taddr);
	if (ia == NULL || (ia->ia6_flags & IN6_IFF_ANYCAST))
		ia = in6_ifawithscope(ifp, &d, ifp->if_rdomain, NULL);
	if (ia == NULL) {
		nd6stat.nd6s_nosource++;
		return;
	}
	src = *IA6_IN6(ia);
	if (lladdr != NULL)
		len += ND6_LLADDROPT;
	if ((m = nd6_packet(ifp, len, &src, &d)) == NULL)
		return;
	if (IN6_IS_ADDR_MULTICAST(&d))
		m->m_flags |= M_MCAST;
	na = (struct nd_neighbor_advert *)(mtod(m, struct ip6_hdr *) + 1);
	na->nd_na_flags_reserved = flags;
	na->nd_na_target = *taddr;
	in6_scope_clear(&na->nd_na_target);
	if (lladdr != NULL)
		nd6_put_lladdr(na + 1, ND_OPT_TARGET_LINKADDR, lladdr);
	nd6stat.nd6s_snd_na++;
	nd6_send(ifp, m, ND_NEIGHBOR_ADVERT);
}

/* Another station uses an address of ours: say so, but not too often. */
static void
nd6_conflict(struct ifnet *ifp, const struct in6_ifaddr *ia)
{
	static time_t	 last;
	char		 buf[INET6_ADDRSTRLEN];
	struct in6_addr	 addr = *IA6_IN6(ia);
	time_t		 now = getuptime();

	nd6stat.nd6s_dup++;
	if (last != 0 && now - last < 10)
		return;
	last = MAX(now, 1);
	in6_scope_clear(&addr);
	log(LOG_ERR, "%s: duplicate IPv6 address %s\n", ifp->if_xname,
	    inet_ntop6(&addr, buf, sizeof(buf)));
}

/* RFC 4861 7.1.1: what any solicitation must be, beside its options. */
static int
nd6_ns_ok(const struct mbuf *m, const struct nd_neighbor_solicit *ns,
    const struct nd_opts *ndo)
{
	const struct ip6_hdr	*ip6 = mtod(m, const struct ip6_hdr *);
	struct in6_addr		 group;

	if (IN6_IS_ADDR_MULTICAST(&ns->nd_ns_target) ||
	    !in6_scope_zero(&ns->nd_ns_target))
		return (0);
	if (!IN6_IS_ADDR_UNSPECIFIED(&ip6->ip6_src))
		return (1);
	in6_solicited(&group, &ns->nd_ns_target);
	return (ndo->ndo_srclla == NULL &&
	    IN6_ARE_ADDR_EQUAL(&group, &ip6->ip6_dst));
}

/* Is the sender one of the link's, as far as we know? */
int
nd6_is_neighbor(struct ifnet *ifp, const struct in6_addr *addr)
{
	return (IN6_IS_ADDR_LINKLOCAL(addr) ||
	    in6_ifaddr_onlink(ifp, addr) != NULL);
}

/* A solicitation for taddr, which is published here (ndp -s ... proxy). */
static void
nd6_proxy(struct ifnet *ifp, const struct in6_addr *taddr,
    const struct in6_addr *dst, u_int32_t flags)
{
	struct sockaddr_dl	*sdl;
	struct rtentry		*rt;

	if ((rt = nd6_lookup(taddr, 0, ifp)) == NULL)
		return;
	sdl = satosdl(rt->rt_gateway);
	if (ISSET(rt->rt_flags, RTF_ANNOUNCE) &&
	    sdl->sdl_alen == ETHER_ADDR_LEN) {
		nd6stat.nd6s_snd_proxy++;
		nd6_na_output(ifp, dst, taddr, flags & ~ND_NA_FLAG_OVERRIDE,
		    (u_int8_t *)LLADDR(sdl));
	}
	rtfree(rt);
}

/* A good solicitation from src for taddr, both with their scope. */
static void
nd6_ns_answer(struct ifnet *ifp, const struct in6_addr *src,
    const struct in6_addr *taddr, const struct nd_opts *ndo)
{
	struct in6_ifaddr	*ia;
	const struct in6_addr	*dst = src;
	u_int32_t		 flags = ND_NA_FLAG_SOLICITED;
	int			 unspec = IN6_IS_ADDR_UNSPECIFIED(src);

	ia = in6_ifpwithaddr(ifp, taddr);
	if (ia != NULL && (ia->ia6_flags & IN6_IFF_TENTATIVE)) {
		if (unspec)
			nd6_dad_ns_input(ia, ndo->ndo_nonce);
		return;
	}
	if (ia != NULL && (ia->ia6_flags & IN6_IFF_DUPLICATED))
		return;
	if (unspec) {
		dst = &in6addr_linklocal_allnodes;
		flags = 0;
	} else if (in6_ifpwithaddr(ifp, src) != NULL) {
		nd6_conflict(ifp, in6_ifpwithaddr(ifp, src));
		return;
	}
	if (ip6_forwarding)
		flags |= ND_NA_FLAG_ROUTER;
	if (ia == NULL || !(ia->ia6_flags & IN6_IFF_ANYCAST))
		flags |= ND_NA_FLAG_OVERRIDE;
	if (ia == NULL) {
		nd6_proxy(ifp, taddr, dst, flags);
		return;
	}
	if (!unspec)
		nd6_cache_lladdr(ifp, src, ndo->ndo_srclla,
		    ND_NEIGHBOR_SOLICIT, 0);
	nd6_na_output(ifp, dst, taddr, flags, nd6_ifptolladdr(ifp));
}

/*
 * A neighbour solicitation of len bytes at off, whose hop limit, code and
 * length have been checked.  The packet is consumed.
 */
void
nd6_ns_input(struct mbuf *m, u_int off, u_int len, struct ifnet *ifp)
{
	const struct nd_neighbor_solicit *ns;
	struct in6_addr			 src, taddr;
	struct nd_opts			 ndo;

	if ((m = nd6_options(m, off, len, sizeof(*ns), &ndo)) == NULL)
		return;
	ns = (const struct nd_neighbor_solicit *)(mtod(m, caddr_t) + off);
	ip6_srcaddr(m, &src);
	taddr = ns->nd_ns_target;
	in6_scope_set(&taddr, ifp->if_index);
	if (!nd6_ns_ok(m, ns, &ndo) || (!IN6_IS_ADDR_UNSPECIFIED(&src) &&
	    !nd6_is_neighbor(ifp, &src)))
		nd6_bad(m, &icmp6stat.icp6s_badns, "solicitation");
	else
		nd6_ns_answer(ifp, &src, &taddr, &ndo);
	m_freem(m);
}

/* RFC 4861 7.2.5: a neighbour that we asked for. */
static void
nd6_na_incomplete(struct ifnet *ifp, struct rtentry *rt,
    struct llinfo_nd6 *ln, const u_int8_t *lladdr, u_int32_t flags)
{
	struct sockaddr_dl	*sdl = satosdl(rt->rt_gateway);

	if (lladdr == NULL)
		return;
	sdl->sdl_alen = ETHER_ADDR_LEN;
	memcpy(LLADDR(sdl), lladdr, ETHER_ADDR_LEN);
	nd6_set_state(ln, flags & ND_NA_FLAG_SOLICITED ?
	    ND6_LLINFO_REACHABLE : ND6_LLINFO_STALE);
	ln->ln_router = (flags & ND_NA_FLAG_ROUTER) != 0;
	nd6_release(ifp, rt, ln);
}

/* One whose address is known already. */
static void
nd6_na_known(struct ifnet *ifp, struct rtentry *rt, struct llinfo_nd6 *ln,
    const u_int8_t *lladdr, u_int32_t flags)
{
	struct sockaddr_dl	*sdl = satosdl(rt->rt_gateway);
	int			 changes, wasrouter = ln->ln_router;

	changes = lladdr != NULL && !ETHER_IS_EQ(LLADDR(sdl), lladdr);
	if (changes && !(flags & ND_NA_FLAG_OVERRIDE)) {
		/* I: it may have moved, or another pretends. */
		if (ln->ln_state == ND6_LLINFO_REACHABLE)
			nd6_set_state(ln, ND6_LLINFO_STALE);
		return;
	}
	if (changes) {
		nd6stat.nd6s_moved++;
		memcpy(LLADDR(sdl), lladdr, ETHER_ADDR_LEN);
	}
	if (flags & ND_NA_FLAG_SOLICITED)
		nd6_set_state(ln, ND6_LLINFO_REACHABLE);
	else if (changes)
		nd6_set_state(ln, ND6_LLINFO_STALE);
	ln->ln_router = (flags & ND_NA_FLAG_ROUTER) != 0;
	if (wasrouter && !ln->ln_router)
		nd6_rtr_gone(ifp, &satosin6(rt_key(rt))->sin6_addr);
}

/* A good advertisement of taddr, which has its scope. */
static void
nd6_na_update(struct ifnet *ifp, const struct in6_addr *taddr,
    const u_int8_t *lladdr, u_int32_t flags)
{
	struct llinfo_nd6	*ln;
	struct in6_ifaddr	*ia;
	struct rtentry		*rt;

	if ((ia = in6_ifpwithaddr(ifp, taddr)) != NULL) {
		if (ia->ia6_flags & IN6_IFF_TENTATIVE)
			nd6_dad_na_input(ia);
		else
			nd6_conflict(ifp, ia);
		return;
	}
	if ((rt = nd6_lookup(taddr, 0, ifp)) == NULL) {
		nd6stat.nd6s_unwanted++;
		return;
	}
	ln = (struct llinfo_nd6 *)rt->rt_llinfo;
	if (rt->rt_expire == 0)
		nd6stat.nd6s_permanent++;
	else if (satosdl(rt->rt_gateway)->sdl_alen == 0)
		nd6_na_incomplete(ifp, rt, ln, lladdr, flags);
	else
		nd6_na_known(ifp, rt, ln, lladdr, flags);
	rtfree(rt);
}

/*
 * A neighbour advertisement; see nd6_ns_input().
 */
void
nd6_na_input(struct mbuf *m, u_int off, u_int len, struct ifnet *ifp)
{
	const struct nd_neighbor_advert	*na;
	const struct ip6_hdr		*ip6;
	struct in6_addr			 taddr;
	struct nd_opts			 ndo;
	const u_int8_t			*lladdr = NULL;

	if ((m = nd6_options(m, off, len, sizeof(*na), &ndo)) == NULL)
		return;
	ip6 = mtod(m, const struct ip6_hdr *);
	na = (const struct nd_neighbor_advert *)(mtod(m, caddr_t) + off);
	taddr = na->nd_na_target;
	if (IN6_IS_ADDR_MULTICAST(&taddr) || !in6_scope_zero(&taddr) ||
	    IN6_IS_ADDR_UNSPECIFIED(&taddr) ||
	    (IN6_IS_ADDR_MULTICAST(&ip6->ip6_dst) &&
	    (na->nd_na_flags_reserved & ND_NA_FLAG_SOLICITED))) {
		nd6_bad(m, &icmp6stat.icp6s_badna, "advertisement");
		m_freem(m);
		return;
	}
	if (ndo.ndo_tgtlla != NULL &&
	    (lladdr = nd6_opt_lladdr(ndo.ndo_tgtlla)) == NULL)
		icmp6stat.icp6s_nd_badopt++;
	else {
		in6_scope_set(&taddr, ifp->if_index);
		nd6_na_update(ifp, &taddr, lladdr, na->nd_na_flags_reserved);
	}
	m_freem(m);
}

/*
 * Choice of source addresses (RFC 6724 section 5).
 *
 * Candidates are the addresses of the interface that a packet leaves by, and
 * for destinations beyond the link those of the whole routing domain.  Of two
 * the better one is the first that a rule prefers, in the RFC's order.  There
 * are no home addresses (rule 4) here.
 *
 * Everything here is protected by the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/socket.h>
#include <sys/socketvar.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/in_pcb.h>
#include <netinet/ip6.h>
#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/nd6.h>

int	ip6_use_deprecated = 1;

/* RFC 6724 2.1: the default policy table, longest prefix first. */
static const struct {
	struct in6_addr	pt_prefix;
	int		pt_plen;
	int		pt_label;
} in6_policies[] = {
	{ IN6ADDR_LOOPBACK_INIT, 128, 0 },
	{ { { { [10] = 0xff, 0xff } } }, 96, 4 },
	{ { { { 0 } } }, 96, 3 },
	{ { { { 0x20, 0x01, 0x00, 0x00 } } }, 32, 5 },
	{ { { { 0x20, 0x02 } } }, 16, 2 },
	{ { { { 0x3f, 0xfe } } }, 16, 12 },
	{ { { { 0xfe, 0xc0 } } }, 10, 11 },
	{ { { { 0xfc } } }, 7, 13 },
};

static int
in6_label(const struct in6_addr *a)
{
	size_t	 i;

	for (i = 0; i < nitems(in6_policies); i++)
		if (in6_are_prefix_equal(&in6_policies[i].pt_prefix, a,
		    in6_policies[i].pt_plen))
			return (in6_policies[i].pt_label);
	return (1);
}

/* What is asked for. */
struct in6_srcreq {
	const struct in6_addr	*sr_dst;
	struct ifnet		*sr_ifp;	/* it leaves by this */
	int			 sr_scope;
	int			 sr_label;
};

/* May the address be one at all? */
static int
in6_src_candidate(const struct in6_srcreq *sr, const struct in6_ifaddr *ia)
{
	if (ia->ia6_flags & (IN6_IFF_TENTATIVE | IN6_IFF_DUPLICATED |
	    IN6_IFF_ANYCAST))
		return (0);
	if ((ia->ia6_flags & IN6_IFF_DEPRECATED) && !ip6_use_deprecated)
		return (0);
	if (ia->ia_ifp->if_rdomain != sr->sr_ifp->if_rdomain)
		return (0);
	/* A link's addresses, ::1 too, mean nothing elsewhere. */
	if (ia->ia_ifp != sr->sr_ifp &&
	    (sr->sr_scope <= IPV6_ADDR_SCOPE_LINKLOCAL ||
	    in6_addrscope(IA6_IN6(ia)) <= IPV6_ADDR_SCOPE_LINKLOCAL))
		return (0);
	return (1);
}

/* Rule 2: a smaller scope than the destination's is worse than a larger. */
static int
in6_src_scope(const struct in6_srcreq *sr, const struct in6_ifaddr *a,
    const struct in6_ifaddr *b)
{
	int	 sa = in6_addrscope(IA6_IN6(a)), sb = in6_addrscope(IA6_IN6(b));

	if (sa == sb)
		return (0);
	if (sa < sb)
		return (sa < sr->sr_scope ? -1 : 1);
	return (sb < sr->sr_scope ? 1 : -1);
}

/* Rule 8: bits in common with the destination, inside of its own prefix. */
static int
in6_src_common(const struct in6_srcreq *sr, const struct in6_ifaddr *ia)
{
	return (MIN(in6_matchlen(IA6_IN6(ia), sr->sr_dst),
	    in6_mask2len(IA6_MASKIN6(ia), NULL)));
}

/* More than 0 when a is better than b, less when it is worse. */
static int
in6_src_compare(const struct in6_srcreq *sr, const struct in6_ifaddr *a,
    const struct in6_ifaddr *b)
{
	int	 c;

	/* 1: the destination itself */
	c = IN6_ARE_ADDR_EQUAL(IA6_IN6(a), sr->sr_dst) -
	    IN6_ARE_ADDR_EQUAL(IA6_IN6(b), sr->sr_dst);
	if (c != 0)
		return (c);
	/* 2: appropriate scope */
	if ((c = in6_src_scope(sr, a, b)) != 0)
		return (c);
	/* 3: not deprecated */
	c = ((b->ia6_flags & IN6_IFF_DEPRECATED) != 0) -
	    ((a->ia6_flags & IN6_IFF_DEPRECATED) != 0);
	if (c != 0)
		return (c);
	/* 5: of the outgoing interface */
	c = (a->ia_ifp == sr->sr_ifp) - (b->ia_ifp == sr->sr_ifp);
	if (c != 0)
		return (c);
	/* 6: same label */
	c = (in6_label(IA6_IN6(a)) == sr->sr_label) -
	    (in6_label(IA6_IN6(b)) == sr->sr_label);
	if (c != 0)
		return (c);
	/* 7: temporary */
	c = ((a->ia6_flags & IN6_IFF_TEMPORARY) != 0) -
	    ((b->ia6_flags & IN6_IFF_TEMPORARY) != 0);
	if (c != 0)
		return (c);
	/* 8: longest common prefix */
	return (in6_src_common(sr, a) - in6_src_common(sr, b));
}

/* Count what was chosen. */
static void
in6_src_count(const struct in6_srcreq *sr, const struct in6_ifaddr *ia)
{
	int	 scope;

	if (ia == NULL) {
		ip6stat_inc(&ip6stat.ip6s_sources_none);
		return;
	}
	scope = in6_addrscope(IA6_IN6(ia)) & 0x0f;
	ip6stat_inc(ia->ia_ifp == sr->sr_ifp ?
	    &ip6stat.ip6s_sources_sameif[scope] :
	    &ip6stat.ip6s_sources_otherif[scope]);
	ip6stat_inc(scope == sr->sr_scope ?
	    &ip6stat.ip6s_sources_samescope[scope] :
	    &ip6stat.ip6s_sources_otherscope[scope]);
	if (ia->ia6_flags & IN6_IFF_DEPRECATED)
		ip6stat_inc(&ip6stat.ip6s_sources_deprecated[scope]);
}

/*
 * The best source address for a packet to dst (with its scope) that leaves by
 * ifp in the routing domain of a table; rt, its route, or NULL, belongs to an
 * address that wins where the rules do not decide.  NULL when there is none.
 */
struct in6_ifaddr *
in6_ifawithscope(struct ifnet *ifp, const struct in6_addr *dst,
    u_int rtableid, struct rtentry *rt)
{
	struct in6_srcreq	 sr;
	struct in6_ifaddr	*ia, *best = NULL;
	int			 c;

	(void)rtableid;
	sr.sr_dst = dst;
	sr.sr_ifp = ifp;
	sr.sr_scope = in6_addrscope(dst);
	sr.sr_label = in6_label(dst);
	TAILQ_FOREACH(ia, &in6_ifaddrlist, ia_list) {
		if (!in6_src_candidate(&sr, ia))
			continue;
		c = best == NULL ? 1 : in6_src_compare(&sr, ia, best);
		if (c > 0 || (c == 0 && rt != NULL &&
		    rt->rt_ifa == &ia->ia_ifa))
			best = ia;
	}
	in6_src_count(&sr, best);
	return (best);
}

/* An interface that the socket or the address names for dst, or 0. */
static u_int
in6_pcbselif(const struct inpcb *inp, const struct in6_addr *dst)
{
	const struct in6pcb	*in6p = inp->inp_pcb6;

	if (in6_scope_get(dst) != 0)
		return (in6_scope_get(dst));
	if (IN6_IS_ADDR_MULTICAST(dst) && in6p->in6p_moptions != NULL &&
	    in6p->in6p_moptions->im6o_ifidx != 0)
		return (in6p->in6p_moptions->im6o_ifidx);
	if (in6p->in6p_ifidx != 0)
		return (in6p->in6p_ifidx);
	return (inp->inp_socket->so_ifidx);
}

/*
 * Choose a source address for sending to dst (with its scope): what is bound,
 * else the best one for the interface which the socket or the route names, or
 * the routing table's preferred one.  EADDRNOTAVAIL, EHOSTUNREACH, ENXIO.
 */
int
in6_pcbselsrc(struct in6_addr *src, const struct sockaddr_in6 *dst,
    struct inpcb *inp)
{
	const struct in6_addr	*d = &dst->sin6_addr;
	struct in6_ifaddr	*ia;
	struct ifnet		*ifp;
	struct rtentry		*rt = NULL;
	struct sockaddr		*sa;
	u_int			 ifidx;

	if (!IN6_IS_ADDR_UNSPECIFIED(&inp->inp_laddr6) &&
	    !IN6_IS_ADDR_MULTICAST(&inp->inp_laddr6)) {
		*src = inp->inp_laddr6;
		return (0);
	}
	if ((ifidx = in6_pcbselif(inp, d)) == 0) {
		rt = route6_mpath(&inp->inp_route, d, NULL,
		    inp->inp_rtableid);
		if (!rtisvalid(rt)) {
			if (!IN6_IS_ADDR_MULTICAST(d))
				return (EHOSTUNREACH);
			ifidx = ip6_mcastif(d, inp->inp_rtableid);
		} else
			ifidx = rt->rt_ifidx;
	}
	if (rt != NULL && ISSET(rt->rt_flags, RTF_GATEWAY) &&
	    (sa = rtable_getsource(inp->inp_rtableid, AF_INET6)) != NULL) {
		*src = satosin6(sa)->sin6_addr;
		return (0);
	}
	if ((ifp = if_get(ifidx)) == NULL)
		return (ENXIO);
	ia = in6_ifawithscope(ifp, d, inp->inp_rtableid, rt);
	if (ia != NULL)
		*src = *IA6_IN6(ia);
	if_put(ifp);
	return (ia == NULL ? EADDRNOTAVAIL : 0);
}

/*
 * The hop limit of what a socket sends: its own, else what the routers of its
 * route's link say, else the system's.
 */
int
in6_selecthlim(const struct inpcb *inp)
{
	const struct in6pcb	*in6p = inp->inp_pcb6;
	const struct rtentry	*rt = inp->inp_route.ro_rt;
	struct ifnet		*ifp;
	int			 hlim = in6p->in6p_hops;

	if (hlim < 0 && rtisvalid(rt) &&
	    (ifp = if_get(rt->rt_ifidx)) != NULL) {
		if (in6_attached(ifp) && ND_IFINFO(ifp)->chlim != 0)
			hlim = ND_IFINFO(ifp)->chlim;
		if_put(ifp);
	}
	return (hlim < 0 ? ip6_defhlim : hlim);
}

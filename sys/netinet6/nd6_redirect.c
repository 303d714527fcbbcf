/*
 * Redirects, received and sent (RFC 4861 section 8).
 *
 * A host takes them from its own router only (rtredirect()), and the routes
 * that they make live for net.inet6.icmp6.redirtimeout seconds; there are no
 * more of them than net.inet6.ip6.maxdynroutes.
 *
 * Everything here is protected by the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/protosw.h>
#include <sys/socket.h>

#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_tso.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/nd6.h>

int				ip6_maxdynroutes = 4096;
static struct rttimer_queue	nd6_redirect_timeout_q;

/* A route that a redirect made has had its time. */
static void
nd6_redirect_timeout(struct rtentry *rt, u_int rtableid)
{
	struct ifnet	*ifp;

	if (!ISSET(rt->rt_flags, RTF_DYNAMIC) ||
	    !ISSET(rt->rt_flags, RTF_HOST))
		return;
	if ((ifp = if_get(rt->rt_ifidx)) != NULL)
		(void)rtdeletemsg(rt, ifp, rtableid);
	if_put(ifp);
}

void
nd6_redirect_init(void)
{
	rt_timer_queue_init(&nd6_redirect_timeout_q, icmp6_redirtimeout,
	    nd6_redirect_timeout);
}

/* Seconds that routes of redirects to come will live. */
void
nd6_redirect_settimeout(int timeout)
{
	rt_timer_queue_change(&nd6_redirect_timeout_q, timeout);
}

/*
 * RFC 4861 8.1: from a link-local address, for one host, to a router's
 * link-local address or to the host itself.
 */
static int
nd6_redirect_ok(const struct mbuf *m, const struct nd_redirect *rd)
{
	const struct ip6_hdr	*ip6 = mtod(m, const struct ip6_hdr *);

	if (!IN6_IS_ADDR_LINKLOCAL(&ip6->ip6_src) ||
	    IN6_IS_ADDR_MULTICAST(&rd->nd_rd_dst) ||
	    IN6_IS_ADDR_UNSPECIFIED(&rd->nd_rd_dst) ||
	    !in6_scope_zero(&rd->nd_rd_dst) ||
	    !in6_scope_zero(&rd->nd_rd_target))
		return (0);
	return (IN6_IS_ADDR_LINKLOCAL(&rd->nd_rd_target) ||
	    IN6_ARE_ADDR_EQUAL(&rd->nd_rd_target, &rd->nd_rd_dst));
}

/* The destination is a neighbour: a route of its own, by the link. */
static int
nd6_redirect_onlink(struct ifnet *ifp, const struct in6_addr *dst,
    const struct in6_addr *src, struct rtentry **rtp)
{
	struct sockaddr_in6	 sdst;
	struct sockaddr_dl	 sdl;
	struct rt_addrinfo	 info;
	struct in6_ifaddr	*ia;
	struct rtentry		*rt;
	int			 ok;

	in6_sin6(&sdst, dst);
	rt = rtalloc(sin6tosa(&sdst), 0, ifp->if_rdomain);
	ok = rt != NULL && ISSET(rt->rt_flags, RTF_GATEWAY) &&
	    !ISSET(rt->rt_flags, RTF_HOST) &&
	    rt->rt_ifidx == ifp->if_index &&
	    rt->rt_gateway->sa_family == AF_INET6 &&
	    IN6_ARE_ADDR_EQUAL(&satosin6(rt->rt_gateway)->sin6_addr, src);
	rtfree(rt);
	if (!ok || (ia = in6_ifpforlinklocal(ifp, 0)) == NULL)
		return (EINVAL);
	memset(&sdl, 0, sizeof(sdl));
	sdl.sdl_len = sizeof(sdl);
	sdl.sdl_family = AF_LINK;
	sdl.sdl_index = ifp->if_index;
	sdl.sdl_type = ifp->if_type;
	memset(&info, 0, sizeof(info));
	info.rti_ifa = &ia->ia_ifa;
	info.rti_flags = RTF_HOST | RTF_DYNAMIC | RTF_CLONED;
	info.rti_info[RTAX_DST] = sin6tosa(&sdst);
	info.rti_info[RTAX_GATEWAY] = (struct sockaddr *)&sdl;
	return (rtrequest(RTM_ADD, &info, RTP_DEFAULT, rtp,
	    ifp->if_rdomain));
}

/* Believe a redirect, whose addresses have their scope. */
static void
nd6_redirect_take(struct ifnet *ifp, const struct in6_addr *src,
    const struct in6_addr *dst, const struct in6_addr *target)
{
	struct sockaddr_in6	 sdst, sgate, ssrc;
	struct rtentry		*newrt = NULL;

	if (rt_timer_queue_count(&nd6_redirect_timeout_q) >=
	    (u_long)ip6_maxdynroutes) {
		icmp6stat.icp6s_badredirect++;
		return;
	}
	in6_sin6(&sdst, dst);
	in6_sin6(&sgate, target);
	in6_sin6(&ssrc, src);
	if (IN6_ARE_ADDR_EQUAL(dst, target)) {
		if (nd6_redirect_onlink(ifp, dst, src, &newrt) != 0)
			newrt = NULL;
	} else
		rtredirect(sin6tosa(&sdst), sin6tosa(&sgate),
		    sin6tosa(&ssrc), &newrt, ifp->if_rdomain);
	if (newrt == NULL) {
		icmp6stat.icp6s_badredirect++;
		return;
	}
	nd6stat.nd6s_redirects++;
	if (icmp6_redirtimeout != 0)
		(void)rt_timer_add(newrt, &nd6_redirect_timeout_q,
		    ifp->if_rdomain);
	rtfree(newrt);
	pfctlinput(PRC_REDIRECT_HOST, sin6tosa(&sdst));
}

/*
 * A redirect of len bytes at off, whose hop limit, code and length have been
 * checked.  The packet is consumed.
 */
void
nd6_redirect_input(struct mbuf *m, u_int off, u_int len, struct ifnet *ifp)
{
	const struct nd_redirect	*rd;
	struct in6_addr			 src, dst, target;
	struct nd_opts			 ndo;
	int				 code;

	/* A router has its own sources of routes. */
	if (!icmp6_rediraccept || ip6_forwarding) {
		icmp6stat.icp6s_ignored++;
		m_freem(m);
		return;
	}
	if ((m = nd6_options(m, off, len, sizeof(*rd), &ndo)) == NULL)
		return;
	rd = (const struct nd_redirect *)(mtod(m, caddr_t) + off);
	if (!nd6_redirect_ok(m, rd)) {
		nd6_bad(m, &icmp6stat.icp6s_badredirect, "redirect");
		m_freem(m);
		return;
	}
	ip6_srcaddr(m, &src);
	dst = rd->nd_rd_dst;
	target = rd->nd_rd_target;
	in6_scope_set(&dst, ifp->if_index);
	in6_scope_set(&target, ifp->if_index);
	code = IN6_ARE_ADDR_EQUAL(&dst, &target) ? ND_REDIRECT_ONLINK :
	    ND_REDIRECT_ROUTER;
	nd6_redirect_take(ifp, &src, &dst, &target);
	nd6_cache_lladdr(ifp, &target, ndo.ndo_tgtlla, ND_REDIRECT, code);
	m_freem(m);
}

/* Where the sender had better gone: a neighbour's link-local address. */
static int
nd6_redirect_target(const struct ip6_hdr *ip6, const struct rtentry *rt,
    struct in6_addr *target)
{
	if (!ISSET(rt->rt_flags, RTF_GATEWAY)) {
		*target = ip6->ip6_dst;
		return (0);
	}
	if (rt->rt_gateway->sa_family != AF_INET6)
		return (EINVAL);
	*target = satosin6_const(rt->rt_gateway)->sin6_addr;
	/* RFC 4861 8.3: others cannot be told. */
	return (IN6_IS_ADDR_LINKLOCAL(target) ? 0 : EINVAL);
}

/* The link address of the target, if it is known. */
static const u_int8_t *
nd6_redirect_lladdr(struct rtentry *rt)
{
	struct rtentry	*ll;

	if ((ll = rt_getll(rt)) == NULL ||
	    ll->rt_gateway->sa_family != AF_LINK ||
	    satosdl(ll->rt_gateway)->sdl_alen != ETHER_ADDR_LEN)
		return (NULL);
	return ((const u_int8_t *)LLADDR(satosdl(ll->rt_gateway)));
}

/* Append what was redirected, as much as fits into the least MTU. */
static struct mbuf *
nd6_redirect_quote(struct mbuf *m, const struct mbuf *old)
{
	struct nd_opt_rd_hdr	*rh;
	struct ip6_hdr		*ip6;
	u_int			 len, room, at = m->m_pkthdr.len;

	room = (IPV6_MMTU - at - sizeof(*rh)) & ~7U;
	len = MIN(old->m_pkthdr.len & ~7U, room);
	if (m_trailingspace(m) < sizeof(*rh) + len)
		return (m);
	rh = (struct nd_opt_rd_hdr *)(mtod(m, caddr_t) + at);
	memset(rh, 0, sizeof(*rh));
	rh->nd_opt_rh_type = ND_OPT_REDIRECTED_HEADER;
	rh->nd_opt_rh_len = (sizeof(*rh) + len) / 8;
	m_copydata(old, 0, len, rh + 1);
	m->m_len = m->m_pkthdr.len = at + sizeof(*rh) + len;
	ip6 = mtod(m, struct ip6_hdr *);
	ip6->ip6_plen = htons(m->m_pkthdr.len - sizeof(*ip6));
	return (m);
}

/*
 * Tell the sender of m, which was passed on by rt and left by the interface
 * that it came through, of the better way.  m is consumed.
 */
void
nd6_redirect_output(struct mbuf *m, struct rtentry *rt, struct ifnet *ifp)
{
	struct nd_redirect	*rd;
	struct in6_ifaddr	*ia;
	struct in6_addr		 dst, target;
	struct mbuf		*n;
	const u_int8_t		*lladdr;
	u_int			 len = sizeof(*rd);

	if ((m = m_cksum_finish(m, 0, MCS_OUT)) == NULL)
		return;
	ip6_srcaddr(m, &dst);
	ia = in6_ifpforlinklocal(ifp, IN6_IFF_TENTATIVE | IN6_IFF_DUPLICATED);
	if (ia == NULL || nd6_redirect_target(mtod(m, struct ip6_hdr *), rt,
	    &target) != 0) {
		nd6stat.nd6s_nosource++;
		m_freem(m);
		return;
	}
	if ((lladdr = nd6_redirect_lladdr(rt)) != NULL)
		len += ND6_LLADDROPT;
	if ((n = nd6_packet(ifp, len, IA6_IN6(ia), &dst)) == NULL) {
		m_freem(m);
		return;
	}
	rd = (struct nd_redirect *)(mtod(n, struct ip6_hdr *) + 1);
	rd->nd_rd_target = target;
	in6_scope_clear(&rd->nd_rd_target);
	rd->nd_rd_dst = mtod(m, struct ip6_hdr *)->ip6_dst;
	if (lladdr != NULL)
		nd6_put_lladdr(rd + 1, ND_OPT_TARGET_LINKADDR, lladdr);
	n = nd6_redirect_quote(n, m);
	m_freem(m);
	icmp6_errcount(ND_REDIRECT, 0);
	nd6_send(ifp, n, ND_REDIRECT);
}

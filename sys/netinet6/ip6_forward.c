/*
 * IPv6 forwarding (RFC 8200, RFC 8504, RFC 4007 section 9).
 *
 * A packet costs one look-up of a one-entry route cache, which stays right
 * because every change of a routing table changes rtgeneration.  A large
 * packet (TSO, a UDP train) is judged by the pieces that it will be on the
 * wire.  Routers do not fragment: what is too large is answered.
 *
 * Everything here runs under the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <net/if.h>
#include <net/if_tso.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <netinet/ip_var.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/nd6.h>

#define IP6_REDIRECT_PPS	10	/* redirects a second */

int			ip6_sendredirects = 1;
static struct route	ip6_forward_ro;

/* The packet goes nowhere: answer it; why is counted, too, unless NULL. */
static void
ip6_forward_refuse(struct mbuf *m, uint64_t *why, int type, int code,
    uint32_t param)
{
	if (why != NULL)
		ip6stat_inc(why);
	ip6stat_inc(&ip6stat.ip6s_cantforward);
	icmp6_error(m, type, code, param);
}

static void
ip6_forward_drop(struct mbuf *m, uint64_t *why)
{
	ip6stat_inc(why);
	ip6stat_inc(&ip6stat.ip6s_cantforward);
	m_freem(m);
}

/* May it be passed on at all?  If not, it has gone. */
static int
ip6_forward_ok(struct mbuf *m, const struct ip6_hdr *ip6)
{
	if ((m->m_flags & (M_BCAST | M_MCAST)) ||
	    IN6_IS_ADDR_MULTICAST(&ip6->ip6_dst) ||
	    IN6_IS_ADDR_UNSPECIFIED(&ip6->ip6_src)) {
		ip6stat_inc(&ip6stat.ip6s_cantforward);
		m_freem(m);
		return (0);
	}
	if (IN6_IS_ADDR_LOOPBACK(&ip6->ip6_src) ||
	    IN6_IS_ADDR_LOOPBACK(&ip6->ip6_dst) ||
	    IN6_IS_ADDR_LINKLOCAL(&ip6->ip6_dst)) {
		ip6_forward_drop(m, &ip6stat.ip6s_badscope);
		return (0);
	}
	if (ip6->ip6_hlim <= IPV6_HLIMDEC) {
		ip6_forward_refuse(m, &ip6stat.ip6s_hlim,
		    ICMP6_TIME_EXCEEDED, ICMP6_TIME_EXCEED_TRANSIT, 0);
		return (0);
	}
	return (1);
}

/*
 * The route that the packet takes; NULL when there is none and the packet,
 * counted, has been answered.  The reference is the cache's.
 */
static struct rtentry *
ip6_forward_route(struct mbuf *m, const struct ip6_hdr *ip6)
{
	struct route	*ro = &ip6_forward_ro;
	struct rtentry	*rt = ro->ro_rt;
	u_long		 generation = ro->ro_generation;

	route6_mpath(ro, &ip6->ip6_dst, ip6_multipath ? &ip6->ip6_src : NULL,
	    m->m_pkthdr.ph_rtableid);
	ip6stat_inc(ro->ro_rt == rt && ro->ro_generation == generation ?
	    &ip6stat.ip6s_rtcachehit : &ip6stat.ip6s_rtcachemiss);
	rt = ro->ro_rt;
	if (!rtisvalid(rt)) {
		ip6_forward_refuse(m, &ip6stat.ip6s_noroute,
		    ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOROUTE, 0);
		return (NULL);
	}
	if (ISSET(rt->rt_flags, RTF_BLACKHOLE)) {
		ip6_forward_drop(m, &ip6stat.ip6s_reject);
		return (NULL);
	}
	if (ISSET(rt->rt_flags, RTF_REJECT)) {
		ip6_forward_refuse(m, &ip6stat.ip6s_reject,
		    ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOROUTE, 0);
		return (NULL);
	}
	/* RFC 4007 9: a link's address does not leave the link. */
	if (IN6_IS_ADDR_LINKLOCAL(&ip6->ip6_src) &&
	    rt->rt_ifidx != m->m_pkthdr.ph_ifidx) {
		ip6_forward_refuse(m, &ip6stat.ip6s_badscope,
		    ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_BEYONDSCOPE, 0);
		return (NULL);
	}
	return (rt);
}

/*
 * Should the sender have gone to the next hop itself (RFC 4861 8.2)?  Only
 * when it is a neighbour, and the route is no redirect's.
 */
static int
ip6_redirect_due(struct mbuf *m, struct rtentry *rt, struct ifnet *ifp)
{
	static struct timeval	 last;
	static int		 count;
	struct in6_addr		 src;

	if (!ip6_sendredirects || rt->rt_ifidx != ifp->if_index ||
	    ISSET(rt->rt_flags, RTF_DYNAMIC | RTF_MODIFIED) ||
	    (ifp->if_flags & (IFF_POINTOPOINT | IFF_LOOPBACK | IFF_NOARP)))
		return (0);
	ip6_srcaddr(m, &src);
	if (!IN6_IS_ADDR_LINKLOCAL(&src) &&
	    in6_ifaddr_onlink(ifp, &src) == NULL)
		return (0);
	return (ppsratecheck(&last, &count, IP6_REDIRECT_PPS));
}

/* IPsec's say on a packet that passes through; not 0 when it is gone. */
static int
ip6_forward_ipsec(struct mbuf *m)
{
	struct ip6_hdr	*ip6 = mtod(m, struct ip6_hdr *);
	int		 error, hlen = sizeof(*ip6);

	if (ip_ipsec->ii_input(m, hlen, ip6->ip6_nxt, NULL, 1) != 0) {
		ip6_forward_drop(m, &ip6stat.ip6s_policy);
		return (EHOSTUNREACH);
	}
	error = ip_ipsec->ii_output(m, hlen, NULL, IP_FORWARDING);
	if (error == 0)
		return (0);		/* no policy, or one to bypass */
	if (error == EJUSTRETURN)
		ip6stat_inc(&ip6stat.ip6s_forward);
	else if (error == EMSGSIZE)
		ip6_forward_refuse(m, &ip6stat.ip6s_toobig,
		    ICMP6_PACKET_TOO_BIG, 0, m->m_pkthdr.ph_mss);
	else
		ip6_forward_drop(m, &ip6stat.ip6s_policy);
	return (error);
}

/* As much as an ICMPv6 error may quote (RFC 4443, 2.4 c). */
#define IP6_QUOTE_MAX	(IPV6_MMTU - sizeof(struct ip6_hdr) -		\
			    sizeof(struct icmp6_hdr))

/* What is left of a packet that a tunnel has been given. */
struct ip6_quote {
	uint8_t		iq_data[IP6_QUOTE_MAX];
	u_int		iq_len;
	u_int		iq_ifidx;
	u_int		iq_rtableid;
	u_int		iq_flags;
};

static struct ip6_quote	ip6_forward_quote;

static void
ip6_quote_save(struct ip6_quote *iq, struct mbuf *m)
{
	iq->iq_len = MIN(IP6_QUOTE_MAX, m->m_pkthdr.len);
	m_copydata(m, 0, iq->iq_len, iq->iq_data);
	iq->iq_ifidx = m->m_pkthdr.ph_ifidx;
	iq->iq_rtableid = m->m_pkthdr.ph_rtableid;
	iq->iq_flags = m->m_flags & (M_BCAST | M_MCAST | M_CONF | M_AUTH);
}

/* The tunnel has refused it: tell its sender why. */
static void
ip6_forward_failed(const struct ip6_quote *iq, int error, u_int mtu)
{
	struct mbuf	*m;

	/* A filter answers itself; no memory is no fault of the way. */
	if (error == EACCES || error == ENOBUFS ||
	    (m = m_clget(NULL, M_DONTWAIT, MCLBYTES)) == NULL)
		return;
	memcpy(mtod(m, caddr_t), iq->iq_data, iq->iq_len);
	m->m_len = m->m_pkthdr.len = iq->iq_len;
	m->m_pkthdr.ph_ifidx = iq->iq_ifidx;
	m->m_pkthdr.ph_rtableid = iq->iq_rtableid;
	m->m_flags |= iq->iq_flags;
	if (error == EMSGSIZE)
		icmp6_error(m, ICMP6_PACKET_TOO_BIG, 0, mtu);
	else
		icmp6_error(m, ICMP6_DST_UNREACH, error == ENETUNREACH ?
		    ICMP6_DST_UNREACH_NOROUTE : ICMP6_DST_UNREACH_ADDR, 0);
}

/*
 * Hand the packet, whose hop limit has been counted down, on.  Other links
 * than tunnels do not refuse at once.
 */
static void
ip6_forward_send(struct mbuf *m, struct ifnet *ifp, struct rtentry *rt)
{
	struct sockaddr_in6	 sin6;
	u_int			 mtu;
	int			 error, tunnel = ifp->if_type == IFT_TUNNEL;

	sin6 = *satosin6(&ip6_forward_ro.ro_dstsa);
	mtu = nd6_linkmtu(ifp);
	if (rt->rt_mtu != 0)
		mtu = MIN(mtu, rt->rt_mtu);
	if (m->m_pkthdr.len > mtu && m_wirelen(m, 0) > mtu) {
		ip6_forward_refuse(m, &ip6stat.ip6s_toobig,
		    ICMP6_PACKET_TOO_BIG, 0, mtu);
		return;
	}
	if (ip6_filter_out(&m, ifp, IPV6_FORWARDING) != 0)
		return;
	if (tunnel)
		ip6_quote_save(&ip6_forward_quote, m);
	error = ifp->if_output(ifp, m, ISSET(rt->rt_flags, RTF_GATEWAY) ?
	    rt->rt_gateway : sin6tosa(&sin6), rt);
	if (error == 0) {
		ip6stat_inc(&ip6stat.ip6s_forward);
		rt->rt_use++;
		return;
	}
	ip6stat_inc(&ip6stat.ip6s_cantforward);
	if (tunnel)
		ip6_forward_failed(&ip6_forward_quote, error, mtu);
}

/*
 * Pass a packet on that came through ifp and is not for us; its fixed header
 * lies in the first mbuf, it has been checked, and its hop-by-hop options
 * have been worked on.  srcrt: a routing header named the next hop, so no
 * redirect is due.  The packet is consumed.
 */
void
ip6_forward(struct mbuf *m, struct ifnet *ifp, int srcrt)
{
	struct ip6_hdr	*ip6 = mtod(m, struct ip6_hdr *);
	struct ifnet	*oifp;
	struct mbuf	*copy = NULL;
	struct rtentry	*rt;

	if (!ip6_forward_ok(m, ip6) || (rt = ip6_forward_route(m, ip6)) ==
	    NULL || (m = ip6_own(m, sizeof(*ip6))) == NULL)
		return;
	ip6 = mtod(m, struct ip6_hdr *);
	if ((oifp = if_get(rt->rt_ifidx)) == NULL) {
		ip6_forward_refuse(m, &ip6stat.ip6s_noroute,
		    ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOROUTE, 0);
		return;
	}
	rtref(rt);		/* the cache may be used for an error */
	if (!srcrt && ip6_redirect_due(m, rt, ifp))
		copy = m_dup_pkt(m, IP6_LINKHDR, M_DONTWAIT);
	if (ip_ipsec == NULL || ip6_forward_ipsec(m) == 0) {
		if (ip6_forwarding == 2 &&
		    !(m->m_flags & (M_CONF | M_AUTH))) {
			/* Only what IPsec has seen may pass. */
			ip6stat_inc(&ip6stat.ip6s_cantforward);
			m_freem(m);
			m_freem(copy);
			copy = NULL;
		} else {
			ip6->ip6_hlim -= IPV6_HLIMDEC;
			ip6_forward_send(m, oifp, rt);
		}
	}
	if (copy != NULL) {
		ip6stat_inc(&ip6stat.ip6s_redirectsent);
		nd6_redirect_output(copy, rt, oifp);
	}
	if_put(oifp);
	rtfree(rt);
}

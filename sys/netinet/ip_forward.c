/*
 * IPv4 forwarding (RFC 1812 5.2).
 *
 * A packet costs one look-up of a one-entry route cache, which stays right
 * because every change of a routing table changes rtgeneration.  Nothing is
 * allocated: what an ICMP error must quote is kept on the stack until the
 * packet is safely away.  A large packet (TSO, a UDP train) is judged by the
 * pieces that it will be on the wire.
 *
 * Everything here runs under the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/protosw.h>
#include <sys/socket.h>

#include <net/if.h>
#include <net/if_tso.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/in.h>
#include <netinet/in_systm.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/ip_var.h>

int			ipsendredirects = 1;
static struct route	ip_forward_ro;

/* A header with options, and the 8 bytes behind it (RFC 792). */
#define QUOTE_MAX	(15 * 4 + 8)

/* What is left of a packet that has been handed on. */
struct ip_quote {
	uint8_t		iq_data[QUOTE_MAX];
	u_int		iq_len;
	u_int		iq_ifidx;
	u_int		iq_rtableid;
	u_int		iq_flags;
};

static void
ip_quote_save(struct ip_quote *iq, struct mbuf *m)
{
	iq->iq_len = MIN(QUOTE_MAX, m->m_pkthdr.len);
	if (iq->iq_len <= m->m_len)
		memcpy(iq->iq_data, mtod(m, caddr_t), iq->iq_len);
	else
		m_copydata(m, 0, iq->iq_len, iq->iq_data);
	iq->iq_ifidx = m->m_pkthdr.ph_ifidx;
	iq->iq_rtableid = m->m_pkthdr.ph_rtableid;
	iq->iq_flags = m->m_flags & (M_BCAST | M_MCAST | M_CONF | M_AUTH);
}

/* A packet made of it, for icmp_error(); NULL without memory. */
static struct mbuf *
ip_quote_mbuf(const struct ip_quote *iq)
{
	struct mbuf	*m;

	if ((m = m_gethdr(M_DONTWAIT, MT_DATA)) == NULL)
		return (NULL);
	CTASSERT(QUOTE_MAX <= MHLEN);
	memcpy(mtod(m, caddr_t), iq->iq_data, iq->iq_len);
	m->m_len = m->m_pkthdr.len = iq->iq_len;
	m->m_pkthdr.ph_ifidx = iq->iq_ifidx;
	m->m_pkthdr.ph_rtableid = iq->iq_rtableid;
	m->m_flags |= iq->iq_flags;
	return (m);
}

static void
ip_forward_error(const struct ip_quote *iq, int type, int code, n_long dest,
    int mtu)
{
	struct mbuf	*m;

	if ((m = ip_quote_mbuf(iq)) != NULL)
		icmp_error(m, type, code, dest, mtu);
}

/* The link refused the packet: tell its sender why. */
static void
ip_forward_failed(const struct ip_quote *iq, int error, int mtu)
{
	switch (error) {
	case EACCES:		/* the filter's; it answers itself */
	case ENOBUFS:		/* RFC 1812 4.3.3.3: no source quench */
		return;
	case EMSGSIZE:
		ip_forward_error(iq, ICMP_UNREACH, ICMP_UNREACH_NEEDFRAG, 0,
		    mtu);
		return;
	default:
		ip_forward_error(iq, ICMP_UNREACH, ICMP_UNREACH_HOST, 0, 0);
		return;
	}
}

/*
 * Should the sender have gone to the next hop itself (RFC 1812 5.2.7.2)?
 * Only when it is on the same network, and the route is no redirect's.
 */
static int
ip_redirect_due(const struct ip *ip, struct rtentry *rt, struct ifnet *ifp,
    struct in_addr *gw)
{
	struct in_ifaddr	*ia = ifatoia(rt->rt_ifa);

	if (!ipsendredirects || rt->rt_ifidx != ifp->if_index ||
	    ISSET(rt->rt_flags, RTF_DYNAMIC | RTF_MODIFIED) ||
	    rt->rt_ifa->ifa_addr->sa_family != AF_INET ||
	    satosin(rt_key(rt))->sin_addr.s_addr == INADDR_ANY ||
	    (ifp->if_flags & (IFF_POINTOPOINT | IFF_LOOPBACK | IFF_NOARP)))
		return (0);
	if ((ip->ip_src.s_addr & ia->ia_netmask) != ia->ia_net)
		return (0);
	if (!ISSET(rt->rt_flags, RTF_GATEWAY))
		*gw = ip->ip_dst;
	else if (rt->rt_gateway->sa_family == AF_INET)
		*gw = satosin(rt->rt_gateway)->sin_addr;
	else
		return (0);
	return (1);
}

/*
 * The route that the packet takes; NULL when there is none and the packet,
 * counted, has been answered.  The reference is the cache's.
 */
static struct rtentry *
ip_forward_route(struct mbuf *m, struct ip *ip)
{
	struct route	*ro = &ip_forward_ro;
	struct rtentry	*rt = ro->ro_rt;

	route_mpath(ro, &ip->ip_dst, ipmultipath ? &ip->ip_src : NULL,
	    m->m_pkthdr.ph_rtableid);
	if (ro->ro_rt == rt && rt != NULL)
		ipstat_inc(&ipstat.ips_rtcachehit);
	else
		ipstat_inc(&ipstat.ips_rtcachemiss);
	rt = ro->ro_rt;
	if (!rtisvalid(rt)) {
		ipstat_inc(&ipstat.ips_noroute);
		ipstat_inc(&ipstat.ips_cantforward);
		icmp_error(m, ICMP_UNREACH, ICMP_UNREACH_NET, 0, 0);
		return (NULL);
	}
	if (ISSET(rt->rt_flags, RTF_BLACKHOLE)) {
		ipstat_inc(&ipstat.ips_reject);
		m_freem(m);
		return (NULL);
	}
	if (ISSET(rt->rt_flags, RTF_REJECT) && !ISSET(rt->rt_flags,
	    RTF_LLINFO)) {
		ipstat_inc(&ipstat.ips_reject);
		icmp_error(m, ICMP_UNREACH, ICMP_UNREACH_HOST, 0, 0);
		return (NULL);
	}
	if (ISSET(rt->rt_flags, RTF_BROADCAST)) {
		if (!ip_directedbcast) {
			ipstat_inc(&ipstat.ips_bcastfwd);
			ipstat_inc(&ipstat.ips_cantforward);
			m_freem(m);
			return (NULL);
		}
		m->m_flags |= M_BCAST;
	}
	return (rt);
}

/*
 * One hop less to live (RFC 1812 5.3.1).  The checksum follows: the TTL is
 * the high byte of its word.
 */
static void
ip_forward_ttl(struct ip *ip)
{
	uint16_t	 was, is;

	memcpy(&was, &ip->ip_ttl, sizeof(was));
	ip->ip_ttl -= IPTTLDEC;
	memcpy(&is, &ip->ip_ttl, sizeof(is));
	ip->ip_sum = in_cksum_fixup(ip->ip_sum, was, is);
}

/* IPsec's say on a packet that passes through; not 0 when it is gone. */
static int
ip_forward_ipsec(struct mbuf *m, const struct ip_quote *iq, int hlen)
{
	int	 error;

	if (ip_ipsec->ii_input(m, hlen, mtod(m, struct ip *)->ip_p, NULL,
	    1) != 0) {
		ipstat_inc(&ipstat.ips_policy);
		m_freem(m);
		return (EHOSTUNREACH);
	}
	error = ip_ipsec->ii_output(m, hlen, NULL, IP_FORWARDING);
	if (error == 0)
		return (0);		/* no policy, or one to bypass */
	if (error == EJUSTRETURN) {
		ipstat_inc(&ipstat.ips_forward);
		return (error);
	}
	if (error == EMSGSIZE)
		ip_forward_error(iq, ICMP_UNREACH, ICMP_UNREACH_NEEDFRAG, 0,
		    m->m_pkthdr.ph_mss);
	ipstat_inc(&ipstat.ips_policy);
	m_freem(m);
	return (error);
}

/* Hand the packet, whose TTL has been counted down, to the interface. */
static void
ip_forward_send(struct mbuf *m, struct ifnet *ifp, struct rtentry *rt,
    const struct ip_quote *iq)
{
	struct sockaddr_in	 sin;
	struct ip		*ip;
	u_int			 mtu;
	int			 error;

	if (ip_filter_out(&m, ifp, IP_FORWARDING) != 0)
		return;
	ip = mtod(m, struct ip *);
	sin = ip_forward_ro.ro_dstsin;
	mtu = rt->rt_mtu != 0 ? MIN(rt->rt_mtu, ifp->if_mtu) : ifp->if_mtu;
	if (m->m_pkthdr.len > mtu && (ip->ip_off & htons(IP_DF)) &&
	    m_wirelen(m, 0) > mtu) {
		ipstat_inc(&ipstat.ips_needfrag);
		ipstat_inc(&ipstat.ips_cantfrag);
		ipstat_inc(&ipstat.ips_cantforward);
		m_freem(m);
		ip_forward_failed(iq, EMSGSIZE, mtu);
		return;
	}
	error = ip_output_if(ifp, m, ISSET(rt->rt_flags, RTF_GATEWAY) ?
	    rt->rt_gateway : sintosa(&sin), rt, mtu);
	if (error == 0) {
		ipstat_inc(&ipstat.ips_forward);
		rt->rt_use++;
		return;
	}
	ipstat_inc(&ipstat.ips_cantforward);
	ip_forward_failed(iq, error, mtu);
}

/*
 * Pass a packet on that came through ifp and is not for us; its header lies
 * in the first mbuf and has been checked.  srcroute: a source route named
 * the next hop, so no redirect is due.  The packet is consumed.
 */
void
ip_forward(struct mbuf *m, struct ifnet *ifp, int srcroute)
{
	struct ip		*ip = mtod(m, struct ip *);
	struct ip_quote		 iq;
	struct ifnet		*oifp;
	struct in_addr		 gw;
	struct rtentry		*rt;
	int			 redirect;

	if ((m->m_flags & (M_BCAST | M_MCAST)) ||
	    !in_canforward(ip->ip_src) || !in_canforward(ip->ip_dst)) {
		ipstat_inc(&ipstat.ips_cantforward);
		m_freem(m);
		return;
	}
	if (ip->ip_ttl <= IPTTLDEC) {
		ipstat_inc(&ipstat.ips_ttl);
		icmp_error(m, ICMP_TIMXCEED, ICMP_TIMXCEED_INTRANS, 0, 0);
		return;
	}
	if ((rt = ip_forward_route(m, ip)) == NULL)
		return;
	if ((m = ip_own(m, ip->ip_hl << 2)) == NULL)
		return;
	ip = mtod(m, struct ip *);
	if ((oifp = if_get(rt->rt_ifidx)) == NULL) {
		ipstat_inc(&ipstat.ips_noroute);
		icmp_error(m, ICMP_UNREACH, ICMP_UNREACH_HOST, 0, 0);
		return;
	}
	rtref(rt);		/* the cache may be used for an error */
	ip_quote_save(&iq, m);
	redirect = !srcroute && ip_redirect_due(ip, rt, ifp, &gw);
	ip_forward_ttl(ip);
	if (ip_ipsec == NULL || ip_forward_ipsec(m, &iq, ip->ip_hl << 2) == 0) {
		if (ipforwarding == 2 && !(m->m_flags & (M_CONF | M_AUTH))) {
			/* Only what IPsec has seen may pass. */
			ipstat_inc(&ipstat.ips_cantforward);
			m_freem(m);
			redirect = 0;
		} else
			ip_forward_send(m, oifp, rt, &iq);
	}
	if (redirect) {
		ipstat_inc(&ipstat.ips_redirectsent);
		ip_forward_error(&iq, ICMP_REDIRECT, ICMP_REDIRECT_HOST,
		    gw.s_addr, 0);
	}
	if_put(oifp);
	rtfree(rt);
}

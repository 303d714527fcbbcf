/*
 * IPv4 input (RFC 791, RFC 1122 3.2.1, RFC 1812 4.2.2 and 5.2).
 *
 *	ipv4_input -> checks -> filter -> for us? --yes--> options, reassembly
 *	                                    |                   |
 *	                                    no          transport protocols
 *	                                    |
 *	                              options, ip_forward
 *
 * Every packet that goes no further is counted by its reason.  Everything
 * here runs under the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/protosw.h>
#include <sys/socket.h>

#include <net/if.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/in.h>
#include <netinet/in_systm.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/ip_var.h>

struct ipstat		 ipstat;
int			 ipforwarding;
int			 ip_dosourceroute;
int			 ip_directedbcast;
const struct protosw	*ip_protox[IPPROTO_MAX];
const struct ip_ipsec_hooks *ip_ipsec;
int			(*pf_test_hook)(int, int, struct ifnet *,
			    struct mbuf **);

/*
 * A room above takes the packets of protocol pr_protocol; raw sockets then
 * get them only from its pr_input.
 */
void
ip_proto_register(const struct protosw *pr)
{
	KASSERT(pr->pr_protocol > 0 && pr->pr_protocol < IPPROTO_MAX);
	ip_protox[pr->pr_protocol] = pr;
}

/*
 * The address checks of any packet that came over a wire: RFC 1122 3.2.1.3
 * names sources that no sender may have, and loopback belongs to no wire.
 */
static int
ip_addr_ok(const struct ip *ip, const struct ifnet *ifp)
{
	uint32_t	 src = ntohl(ip->ip_src.s_addr);
	uint32_t	 dst = ntohl(ip->ip_dst.s_addr);

	if (IN_MULTICAST(src) || src == INADDR_BROADCAST)
		return (0);
	if (((src >> IN_CLASSA_NSHIFT) == IN_LOOPBACKNET ||
	    (dst >> IN_CLASSA_NSHIFT) == IN_LOOPBACKNET) &&
	    (ifp->if_flags & IFF_LOOPBACK) == 0)
		return (0);
	return (1);
}

/* Is the header's checksum right?  The card may have said so. */
static int
ip_hdr_cksum_ok(struct mbuf *m, const struct ip *ip, u_int hlen)
{
	uint32_t	 flags = m->m_pkthdr.csum_flags;

	if (flags & (M_IPV4_CSUM_IN_OK | M_IPV4_CSUM_OUT))
		return (1);
	if (flags & M_IPV4_CSUM_IN_BAD)
		return (0);
	ipstat_inc(&ipstat.ips_inswcsum);
	return (in_cksum_hdr(ip, hlen) == 0);
}

/*
 * The checks of every packet.  Returns the packet with its whole header in
 * the first mbuf and nothing behind its end, or NULL; the reason is counted.
 */
static struct mbuf *
ipv4_check(struct ifnet *ifp, struct mbuf *m)
{
	struct ip	*ip;
	u_int		 hlen, len;
	uint64_t	*why;

	if (m->m_len < sizeof(*ip) && (m = m_pullup(m, sizeof(*ip))) == NULL) {
		ipstat_inc(&ipstat.ips_toosmall);
		return (NULL);
	}
	ip = mtod(m, struct ip *);
	why = &ipstat.ips_badvers;
	if (ip->ip_v != IPVERSION)
		goto bad;
	hlen = ip->ip_hl << 2;
	why = &ipstat.ips_badhlen;
	if (hlen < sizeof(*ip))
		goto bad;
	if (hlen > m->m_len) {
		if ((m = m_pullup(m, hlen)) == NULL) {
			ipstat_inc(&ipstat.ips_badhlen);
			return (NULL);
		}
		ip = mtod(m, struct ip *);
	}
	why = &ipstat.ips_badaddr;
	if (!ip_addr_ok(ip, ifp))
		goto bad;
	why = &ipstat.ips_badsum;
	if (!ip_hdr_cksum_ok(m, ip, hlen))
		goto bad;
	len = ntohs(ip->ip_len);
	why = &ipstat.ips_badlen;
	if (len < hlen)
		goto bad;
	why = &ipstat.ips_tooshort;
	if (m->m_pkthdr.len < len)
		goto bad;
	if (m->m_pkthdr.len > len)	/* padding of a short frame */
		m_adj(m, (int)len - (int)m->m_pkthdr.len);
	return (m);
bad:
	ipstat_inc(why);
	m_freem(m);
	return (NULL);
}

/* Where a packet goes: */
enum ip_where {
	IPW_OURS,
	IPW_FORWARD,
	IPW_DROP		/* and it has been counted */
};

/*
 * A host that is no router takes packets only from the interface that has
 * the address (the strong model of RFC 1122 3.3.4.2), or out of a tunnel.
 */
static int
ip_wrongif(const struct mbuf *m, const struct ifnet *ifp,
    const struct in_ifaddr *ia)
{
	return (!ipforwarding && ia->ia_ifp != ifp &&
	    ((ifp->if_flags | ia->ia_ifp->if_flags) & IFF_LOOPBACK) == 0 &&
	    ifp->if_type != IFT_ENC &&
	    (m->m_flags & (M_TUNNEL | M_LOOP | M_CONF | M_AUTH)) == 0);
}

static enum ip_where
ip_where(struct mbuf *m, struct ifnet *ifp, const struct ip *ip)
{
	struct in_ifaddr	*ia;
	u_int			 rtableid = m->m_pkthdr.ph_rtableid;

	if ((ia = in_ifaddr_lookup(ip->ip_dst, rtableid)) != NULL) {
		if (ip_wrongif(m, ifp, ia)) {
			ipstat_inc(&ipstat.ips_wrongif);
			return (IPW_DROP);
		}
		/* RFC 1122 3.3.6: unicast inside a link broadcast. */
		if (m->m_flags & (M_BCAST | M_MCAST)) {
			ipstat_inc(&ipstat.ips_llmcast);
			return (IPW_DROP);
		}
		return (IPW_OURS);
	}
	if (in_ismulticast(ip->ip_dst.s_addr)) {
		if (in_hasmulti(&ip->ip_dst, ifp))
			return (IPW_OURS);
		ipstat_inc(&ipstat.ips_notmember);
		return (IPW_DROP);
	}
	if (ip->ip_dst.s_addr == INADDR_BROADCAST ||
	    ip->ip_dst.s_addr == INADDR_ANY)
		return (IPW_OURS);
	ia = in_bcast_lookup(ip->ip_dst, rtableid);
	if (ia != NULL && (ia->ia_ifp == ifp ||
	    (ifp->if_flags & IFF_LOOPBACK)))
		return (IPW_OURS);
	if (!ipforwarding) {
		ipstat_inc(&ipstat.ips_cantforward);
		return (IPW_DROP);
	}
	return (IPW_FORWARD);
}

/*
 * Fragments of one datagram come from one routing domain, and either all or
 * none of them were protected by IPsec.
 */
static u_int
ip_reass_realm(const struct mbuf *m, u_int rdomain)
{
	return (rdomain << 16 | (m->m_flags & (M_AUTH | M_CONF)));
}

/*
 * A packet for us: put fragments together.  Returns the next header to
 * deliver, its offset in *offp, or IPPROTO_DONE.
 */
static int
ip_ours(struct mbuf **mp, int *offp, struct ifnet *ifp)
{
	struct mbuf	*m = *mp;
	struct ip	*ip = mtod(m, struct ip *);

	if (in_bcast_lookup(ip->ip_src, m->m_pkthdr.ph_rtableid) != NULL) {
		ipstat_inc(&ipstat.ips_badaddr);
		m_freem(m);
		*mp = NULL;
		return (IPPROTO_DONE);
	}
	if (ip->ip_off & htons(IP_MF | IP_OFFMASK)) {
		*mp = m = ip_reass(m, ip_reass_realm(m, ifp->if_rdomain));
		if (m == NULL)
			return (IPPROTO_DONE);
		ip = mtod(m, struct ip *);
	}
	*offp = ip->ip_hl << 2;
	return (ip->ip_p);
}

/* The filter's verdict on the packet; the reason is counted. */
static int
ip_filter_in(struct mbuf **mp, struct ifnet *ifp)
{
	if (pf_test_hook(AF_INET, PF_IN, ifp, mp) != 0) {
		ipstat_inc(&ipstat.ips_filtered);
		m_freem(*mp);
		*mp = NULL;
	}
	return (*mp == NULL);
}

/*
 * Work on an IPv4 packet that came through ifp.  Returns the protocol that
 * *mp is to be delivered to, from offset *offp on; or IPPROTO_DONE when the
 * packet has gone.  (Tunnels call this with what they unwrapped.)
 */
int
ip_input_if(struct mbuf **mp, int *offp, int nxt, int af, struct ifnet *ifp)
{
	struct mbuf	*m;
	struct ip	*ip;
	struct in_addr	 dst;
	int		 forward = 0, srcroute = 0;

	(void)nxt;
	(void)af;
	ipstat_inc(&ipstat.ips_total);
	if ((m = *mp = ipv4_check(ifp, *mp)) == NULL)
		return (IPPROTO_DONE);
	if (pf_test_hook != NULL) {
		if (ip_filter_in(mp, ifp))
			return (IPPROTO_DONE);
		m = *mp;
	}
	ip = mtod(m, struct ip *);
	switch (ip_where(m, ifp, ip)) {
	case IPW_DROP:
		m_freem(m);
		*mp = NULL;
		return (IPPROTO_DONE);
	case IPW_FORWARD:
		forward = 1;
		break;
	case IPW_OURS:
		break;
	}
	if (ip->ip_hl << 2 > (int)sizeof(*ip)) {
		dst = ip->ip_dst;
		if ((m = *mp = ip_own(m, ip->ip_hl << 2)) == NULL)
			return (IPPROTO_DONE);
		if (ip_dooptions(m, ifp, &srcroute) != 0) {
			*mp = NULL;
			return (IPPROTO_DONE);
		}
		/* A source route may have named one of us twice. */
		ip = mtod(m, struct ip *);
		if (srcroute && ip->ip_dst.s_addr != dst.s_addr)
			forward = in_ifaddr_lookup(ip->ip_dst,
			    m->m_pkthdr.ph_rtableid) == NULL;
	}
	if (forward) {
		*mp = NULL;
		if (!ipforwarding) {
			ipstat_inc(&ipstat.ips_cantforward);
			m_freem(m);
		} else
			ip_forward(m, ifp, srcroute);
		return (IPPROTO_DONE);
	}
	return (ip_ours(mp, offp, ifp));
}

/*
 * Deliver m, whose transport header of protocol nxt is at off, and whatever
 * is found inside of it.  The packet is consumed.
 */
void
ip_deliver(struct mbuf *m, int off, int nxt)
{
	const struct protosw	*pr;
	int			 first = 1;

	while (nxt != IPPROTO_DONE) {
		if (nxt < 0 || nxt >= IPPROTO_MAX) {
			ipstat_inc(&ipstat.ips_noproto);
			m_freem(m);
			return;
		}
		if (ip_ipsec != NULL &&
		    ip_ipsec->ii_input(m, off, nxt, NULL, 0) != 0) {
			ipstat_inc(&ipstat.ips_policy);
			m_freem(m);
			return;
		}
		if (first) {
			ipstat_inc(&ipstat.ips_delivered);
			first = 0;
		}
		pr = ip_protox[nxt];
		nxt = pr->pr_input(&m, &off, nxt, AF_INET);
	}
}

/*
 * An IPv4 packet from an interface, without its link header; the way in from
 * the link layers.  The packet is consumed.
 */
void
ipv4_input(struct ifnet *ifp, struct mbuf *m)
{
	int	 nxt, off = 0;

	nxt = ip_input_if(&m, &off, IPPROTO_IPV4, AF_UNSPEC, ifp);
	if (nxt != IPPROTO_DONE)
		ip_deliver(m, off, nxt);
}

/*
 * A packet at offset off of m comes in soon: fetch what its route takes.
 */
void
ipv4_ahead(const struct mbuf *m, u_int off, int step)
{
	const struct ip	*ip;

	if (m->m_len < off + sizeof(*ip))
		return;
	ip = (const struct ip *)(mtod(m, const char *) + off);
	rtable_ahead(m->m_pkthdr.ph_rtableid, ip->ip_dst.s_addr, step);
}

/*
 * Make the first len bytes of a packet contiguous and writable: they may lie
 * in a cluster that others read, too.  NULL, and the packet is gone, without
 * memory.
 */
struct mbuf *
ip_own(struct mbuf *m, u_int len)
{
	struct mbuf	*n;

	if (m->m_len >= len && !M_READONLY(m))
		return (m);
	if ((n = m_gethdr(M_DONTWAIT, MT_DATA)) != NULL &&
	    len > MHLEN - IP_LINKHDR)
		m_clget(n, M_DONTWAIT, MCLBYTES);
	if (n == NULL || M_SIZE(n) < len + IP_LINKHDR ||
	    m->m_pkthdr.len < len) {
		ipstat_inc(&ipstat.ips_idropped);
		m_freem(n);
		m_freem(m);
		return (NULL);
	}
	m_move_pkthdr(n, m);
	n->m_data += IP_LINKHDR;
	n->m_len = len;
	n->m_next = m;
	m_copydata(m, 0, len, mtod(n, caddr_t));
	m_adj(m, len);
	return (n);
}

/*
 * ICMPv6: sending (RFC 4443).
 *
 * No error is sent about an ICMPv6 error or a redirect, a packet to a group
 * (but for packet too big and unknown options), or one whose source is not
 * one host; nor more of them in a second than net.inet6.icmp6.errppslimit.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <net/if.h>
#include <net/if_tso.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>

struct icmp6stat	icmp6stat;
int			icmp6errppslim = 100;
int			ip6_mcast_pmtu;		/* PTB about multicasts */

/* Have there been too many errors in this second?  Counts this one. */
int
icmp6_ratelimit(void)
{
	static struct timeval	 last;
	static int		 count;

	if (icmp6errppslim < 0)
		return (0);
	if (icmp6errppslim > 0 &&
	    ppsratecheck(&last, &count, icmp6errppslim))
		return (0);
	icmp6stat.icp6s_toofreq++;
	return (1);
}

/* Count an error that is sent, by what it says. */
void
icmp6_errcount(int type, int code)
{
	struct icmp6errstat	*es = &icmp6stat.icp6s_outerrhist;
	uint64_t		*unreach[] = {
		&es->icp6errs_dst_unreach_noroute,
		&es->icp6errs_dst_unreach_admin,
		&es->icp6errs_dst_unreach_beyondscope,
		&es->icp6errs_dst_unreach_addr,
		&es->icp6errs_dst_unreach_noport,
	};
	uint64_t		*exceed[] = {
		&es->icp6errs_time_exceed_transit,
		&es->icp6errs_time_exceed_reassembly,
	};
	uint64_t		*param[] = {
		&es->icp6errs_paramprob_header,
		&es->icp6errs_paramprob_nextheader,
		&es->icp6errs_paramprob_option,
	};
	uint64_t		*which = &es->icp6errs_unknown;

	if (type == ICMP6_DST_UNREACH && code < (int)nitems(unreach))
		which = unreach[code];
	else if (type == ICMP6_PACKET_TOO_BIG)
		which = &es->icp6errs_packet_too_big;
	else if (type == ICMP6_TIME_EXCEEDED && code < (int)nitems(exceed))
		which = exceed[code];
	else if (type == ICMP6_PARAM_PROB && code < (int)nitems(param))
		which = param[code];
	else if (type == ND_REDIRECT)
		which = &es->icp6errs_redirect;
	(*which)++;
}

/* Is the packet an ICMPv6 error, or a redirect? */
static int
icmp6_is_error(const struct mbuf *m)
{
	uint8_t	 type;
	int	 off, nxt;

	off = ip6_lasthdr(m, 0, IPPROTO_IPV6, &nxt);
	if (nxt != IPPROTO_ICMPV6 || off + (int)sizeof(type) >
	    (int)m->m_pkthdr.len)
		return (0);
	m_copydata(m, off, sizeof(type), &type);
	return (!(type & ICMP6_INFOMSG_MASK) || type == ND_REDIRECT);
}

/* RFC 4443 2.4 (e): may an error be sent about m?  If not, it is counted. */
static int
icmp6_error_due(const struct mbuf *m, int type, int code)
{
	const struct ip6_hdr	*ip6 = mtod(m, const struct ip6_hdr *);
	struct in6_ifaddr	*ia;
	struct in6_addr		 src;

	if (icmp6_is_error(m)) {
		icmp6stat.icp6s_canterror++;
		return (0);
	}
	if ((IN6_IS_ADDR_MULTICAST(&ip6->ip6_dst) ||
	    (m->m_flags & (M_BCAST | M_MCAST))) &&
	    !(type == ICMP6_PACKET_TOO_BIG && ip6_mcast_pmtu) &&
	    !(type == ICMP6_PARAM_PROB && code == ICMP6_PARAMPROB_OPTION)) {
		icmp6stat.icp6s_olddst++;
		return (0);
	}
	ip6_srcaddr(m, &src);
	ia = in6_ifaddr_lookup(&src, m->m_pkthdr.ph_rtableid);
	if (IN6_IS_ADDR_UNSPECIFIED(&src) || IN6_IS_ADDR_MULTICAST(&src) ||
	    (ia != NULL && (ia->ia6_flags & IN6_IFF_ANYCAST))) {
		icmp6stat.icp6s_oldsrc++;
		return (0);
	}
	return (!icmp6_ratelimit());
}

/*
 * The packet as it was, or would have been, on the wire: checksums finished,
 * and a large one no longer than its pieces.
 */
static struct mbuf *
icmp6_wire_form(struct mbuf *m)
{
	struct ip6_hdr	*ip6;
	u_int		 len;

	if (m->m_pkthdr.csum_flags & MCS_SEG) {
		len = m_wirelen(m, 0);
		m_adj(m, (int)len - (int)m->m_pkthdr.len);
		if ((m = ip6_own(m, sizeof(*ip6))) == NULL)
			return (NULL);
		ip6 = mtod(m, struct ip6_hdr *);
		ip6->ip6_plen = htons(len - sizeof(*ip6));
		m->m_pkthdr.csum_flags &= ~(MCS_SEG | MCS_OUT);
	}
	return (m_cksum_finish(m, 0, MCS_OUT));
}

/* The message about m, the addresses still as m has them; NULL w/o memory. */
static struct mbuf *
icmp6_error_build(struct mbuf *m, int type, int code, uint32_t param)
{
	struct icmp6_hdr	*icmp6;
	struct ip6_hdr		*nip6;
	struct mbuf		*n;
	u_int			 hlen = sizeof(*nip6) + sizeof(*icmp6), len;

	len = MIN(IPV6_MMTU - hlen, m->m_pkthdr.len);
	if ((n = m_gethdr(M_DONTWAIT, MT_HEADER)) == NULL)
		return (NULL);
	m_clget(n, M_DONTWAIT, MCLBYTES);
	if ((n->m_flags & M_EXT) == 0) {
		m_freem(n);
		return (NULL);
	}
	n->m_data += IP6_LINKHDR;
	n->m_len = n->m_pkthdr.len = hlen + len;
	n->m_pkthdr.ph_rtableid = m->m_pkthdr.ph_rtableid;
	n->m_pkthdr.ph_ifidx = m->m_pkthdr.ph_ifidx;
	nip6 = mtod(n, struct ip6_hdr *);
	memset(nip6, 0, hlen);
	nip6->ip6_vfc = IPV6_VERSION;
	nip6->ip6_plen = htons(sizeof(*icmp6) + len);
	nip6->ip6_nxt = IPPROTO_ICMPV6;
	ip6_srcaddr(m, &nip6->ip6_src);
	ip6_dstaddr(m, &nip6->ip6_dst);
	icmp6 = (struct icmp6_hdr *)(nip6 + 1);
	icmp6->icmp6_type = type;
	icmp6->icmp6_code = code;
	icmp6->icmp6_data32[0] = htonl(param);
	m_copydata(m, 0, len, (caddr_t)(icmp6 + 1));
	return (n);
}

/*
 * Make the ICMPv6 error of a type and code about m, which starts with the
 * IPv6 header as received.  param is the MTU of a PACKET_TOO_BIG, or a
 * parameter problem's pointer.  m is consumed.  The message has the addresses
 * of m, with their scope, not yet turned round, and no checksum; NULL when
 * none may or can be sent, which is counted.
 */
struct mbuf *
icmp6_do_error(struct mbuf *m, int type, int code, uint32_t param)
{
	struct mbuf	*n = NULL;

	icmp6stat.icp6s_error++;
	if (m->m_len < sizeof(struct ip6_hdr) &&
	    (m = m_pullup(m, sizeof(struct ip6_hdr))) == NULL) {
		icmp6stat.icp6s_oldshort++;
		return (NULL);
	}
	if (!icmp6_error_due(m, type, code) ||
	    (m = icmp6_wire_form(m)) == NULL)
		goto done;
	n = icmp6_error_build(m, type, code, param);
	if (n == NULL)
		icmp6stat.icp6s_nomem++;
	else {
		icmp6_errcount(type, code);
		icmp6stat.icp6s_outhist[type]++;
	}
done:
	m_freem(m);
	return (n);
}

/* Make the error and send it; see icmp6_do_error(). */
void
icmp6_error(struct mbuf *m, int type, int code, uint32_t param)
{
	struct mbuf	*n;

	if ((n = icmp6_do_error(m, type, code, param)) != NULL)
		icmp6_reflect(n, sizeof(struct ip6_hdr));
}

/* The address to answer to dst from: the one that was meant, or the best. */
static int
icmp6_reflect_source(struct mbuf *m, const struct in6_addr *meant,
    const struct in6_addr *dst, struct in6_addr *src)
{
	struct in6_ifaddr	*ia;
	struct sockaddr_in6	 sin6;
	struct rtentry		*rt;
	struct ifnet		*ifp;
	u_int			 rtableid = m->m_pkthdr.ph_rtableid;

	ia = in6_ifaddr_lookup(meant, rtableid);
	if (ia != NULL && !(ia->ia6_flags & (IN6_IFF_ANYCAST |
	    IN6_IFF_TENTATIVE | IN6_IFF_DUPLICATED))) {
		*src = *meant;
		return (0);
	}
	in6_sin6(&sin6, dst);
	rt = rtalloc(sin6tosa(&sin6), RT_RESOLVE, rtableid);
	ia = NULL;
	if (rtisvalid(rt) && (ifp = if_get(rt->rt_ifidx)) != NULL) {
		ia = in6_ifawithscope(ifp, dst, rtableid, rt);
		if_put(ifp);
	}
	rtfree(rt);
	if (ia == NULL)
		return (EADDRNOTAVAIL);
	*src = *IA6_IN6(ia);
	return (0);
}

/*
 * Turn an ICMPv6 message, which begins at off, round, and send it: its
 * addresses carry their scope.  The packet is consumed.
 */
void
icmp6_reflect(struct mbuf *m, u_int off)
{
	struct icmp6_hdr	*icmp6;
	struct ip6_hdr		*ip6 = mtod(m, struct ip6_hdr *);
	struct in6_addr		 src;
	u_int			 rtableid = m->m_pkthdr.ph_rtableid;
	u_int			 len = m->m_pkthdr.len - off;

	KASSERT(off == sizeof(*ip6));
	if (icmp6_reflect_source(m, &ip6->ip6_dst, &ip6->ip6_src, &src) != 0) {
		icmp6stat.icp6s_badrefl++;
		m_freem(m);
		return;
	}
	m_resethdr(m);
	m->m_pkthdr.ph_rtableid = rtableid;
	m->m_flags &= ~(M_BCAST | M_MCAST | M_LOOP);
	ip6->ip6_dst = ip6->ip6_src;
	ip6->ip6_src = src;
	ip6->ip6_flow = 0;
	ip6->ip6_vfc = IPV6_VERSION;
	ip6->ip6_plen = htons(len);
	ip6->ip6_nxt = IPPROTO_ICMPV6;
	ip6->ip6_hlim = ip6_defhlim;
	icmp6 = (struct icmp6_hdr *)(ip6 + 1);
	icmp6->icmp6_cksum = 0;
	icmp6->icmp6_cksum = in6_cksum(m, IPPROTO_ICMPV6, off, len);
	(void)ip6_output(m, NULL, NULL, 0, NULL, NULL);
}

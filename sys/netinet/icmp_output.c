/*
 * ICMP: sending (RFC 792, RFC 1122 3.2.2, RFC 1812 4.3.2).
 *
 * No error is sent about an ICMP error, a later fragment, a packet to more
 * than one host, or one whose source is not one host; nor more of them in a
 * second than net.inet.icmp.errppslimit.
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

#include <netinet/icmp_var.h>
#include <netinet/in.h>
#include <netinet/in_systm.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/ip_var.h>

struct icmpstat		icmpstat;
int			icmperrppslim = 100;

/* The longest error message: a minimal reassembly buffer holds it. */
#define ICMP_ERROR_MAX	IP_MSS

/* Have there been too many errors in this second?  Counts this one. */
int
icmp_ratelimit(void)
{
	static struct timeval	 last;
	static int		 count;

	if (icmperrppslim < 0)
		return (0);
	if (icmperrppslim > 0 && ppsratecheck(&last, &count, icmperrppslim))
		return (0);
	icmpstat.icps_toofreq++;
	return (1);
}

/* Is the source one host that can be answered? */
static int
icmp_source_ok(const struct mbuf *m, const struct ip *ip)
{
	uint32_t	 src = ntohl(ip->ip_src.s_addr);

	return (src != INADDR_ANY && !IN_MULTICAST(src) &&
	    !IN_EXPERIMENTAL(src) &&
	    in_bcast_lookup(ip->ip_src, m->m_pkthdr.ph_rtableid) == NULL);
}

/* May an error be sent about m?  If not, the reason is counted. */
static int
icmp_error_due(struct mbuf *m, const struct ip *ip, int type)
{
	uint8_t	 inner;
	u_int	 hlen = ip->ip_hl << 2;

	if (hlen < sizeof(*ip) || m->m_pkthdr.len < hlen) {
		icmpstat.icps_oldshort++;
		return (0);
	}
	if (ip->ip_off & htons(IP_OFFMASK)) {
		icmpstat.icps_oldfrag++;
		return (0);
	}
	if (ip->ip_p == IPPROTO_ICMP && type != ICMP_REDIRECT) {
		if (m->m_pkthdr.len < hlen + 1) {
			icmpstat.icps_oldshort++;
			return (0);
		}
		m_copydata(m, hlen, 1, &inner);
		if (!ICMP_INFOTYPE(inner)) {
			icmpstat.icps_oldicmp++;
			return (0);
		}
	}
	if ((m->m_flags & (M_BCAST | M_MCAST)) ||
	    in_ismulticast(ip->ip_dst.s_addr) ||
	    in_broadcast(ip->ip_dst, m->m_pkthdr.ph_rtableid)) {
		icmpstat.icps_olddst++;
		return (0);
	}
	if (!icmp_source_ok(m, ip)) {
		icmpstat.icps_oldsrc++;
		return (0);
	}
	return (!icmp_ratelimit());
}

/*
 * The packet as it was, or would have been, on the wire: checksums finished,
 * and a large one no longer than its pieces.
 */
static struct mbuf *
icmp_wire_form(struct mbuf *m)
{
	struct ip	*ip;
	u_int		 len;

	if (m->m_pkthdr.csum_flags & MCS_SEG) {
		len = m_wirelen(m, 0);
		m_adj(m, (int)len - (int)m->m_pkthdr.len);
		if ((m = ip_own(m, sizeof(*ip))) == NULL)
			return (NULL);
		ip = mtod(m, struct ip *);
		ip->ip_len = htons(len);
		m->m_pkthdr.csum_flags &= ~(MCS_SEG | MCS_OUT);
	}
	return (m_cksum_finish(m, 0, MCS_OUT));
}

/* The message about m, whose header is ip; NULL without memory. */
static struct mbuf *
icmp_error_build(struct mbuf *m, const struct ip *ip, int type, int code)
{
	struct icmp	*icp;
	struct ip	*nip;
	struct mbuf	*n;
	u_int		 len, room;

	room = ICMP_ERROR_MAX - sizeof(*nip) - ICMP_MINLEN;
	len = MIN(room, MIN(m->m_pkthdr.len, ntohs(ip->ip_len)));
	if ((n = m_gethdr(M_DONTWAIT, MT_HEADER)) == NULL)
		return (NULL);
	m_clget(n, M_DONTWAIT, MCLBYTES);
	if ((n->m_flags & M_EXT) == 0) {
		m_freem(n);
		return (NULL);
	}
	n->m_data += IP_LINKHDR;
	n->m_len = n->m_pkthdr.len = sizeof(*nip) + ICMP_MINLEN + len;
	n->m_pkthdr.ph_rtableid = m->m_pkthdr.ph_rtableid;
	n->m_pkthdr.ph_ifidx = m->m_pkthdr.ph_ifidx;
	nip = mtod(n, struct ip *);
	memset(nip, 0, sizeof(*nip));
	nip->ip_v = IPVERSION;
	nip->ip_hl = sizeof(*nip) >> 2;
	/* RFC 1812 4.3.2.5: internetwork control, the same service. */
	nip->ip_tos = IPTOS_PREC_INTERNETCONTROL |
	    (ip->ip_tos & ~(IPTOS_PREC_NETCONTROL | IPTOS_ECN_MASK));
	nip->ip_len = htons(n->m_len);
	nip->ip_p = IPPROTO_ICMP;
	nip->ip_src = ip->ip_src;
	nip->ip_dst = ip->ip_dst;
	icp = (struct icmp *)(nip + 1);
	memset(icp, 0, ICMP_MINLEN);
	icp->icmp_type = type;
	icp->icmp_code = code;
	m_copydata(m, 0, len, (caddr_t)icp + ICMP_MINLEN);
	return (n);
}

/*
 * Make the ICMP error of a type and code about m, which starts with the IP
 * header as received.  dest is a redirect's gateway (network order), or a
 * parameter problem's pointer in its first byte; destmtu the MTU of a
 * NEEDFRAG.  m is consumed.  The message has the addresses of m, not yet
 * turned round, and no checksum; NULL when none may or can be sent, which is
 * counted.
 */
struct mbuf *
icmp_do_error(struct mbuf *m, int type, int code, n_long dest, int destmtu)
{
	struct icmp	*icp;
	struct ip	*ip;
	struct mbuf	*n = NULL;

	icmpstat.icps_error++;
	if (m->m_len < sizeof(*ip) && (m = m_pullup(m, sizeof(*ip))) == NULL) {
		icmpstat.icps_oldshort++;
		return (NULL);
	}
	ip = mtod(m, struct ip *);
	if (!icmp_error_due(m, ip, type) || (m = icmp_wire_form(m)) == NULL)
		goto done;
	ip = mtod(m, struct ip *);
	if ((n = icmp_error_build(m, ip, type, code)) == NULL) {
		icmpstat.icps_nomem++;
		goto done;
	}
	icp = (struct icmp *)(mtod(n, caddr_t) + sizeof(*ip));
	if (type == ICMP_REDIRECT)
		icp->icmp_gwaddr.s_addr = dest;
	else if (type == ICMP_PARAMPROB)
		icp->icmp_pptr = *(uint8_t *)&dest;
	else if (type == ICMP_UNREACH && code == ICMP_UNREACH_NEEDFRAG)
		icp->icmp_nextmtu = htons(MIN(destmtu, IP_MAXPACKET));
	icmpstat.icps_outhist[type]++;
done:
	m_freem(m);
	return (n);
}

/* Make the error and send it; see icmp_do_error(). */
void
icmp_error(struct mbuf *m, int type, int code, n_long dest, int destmtu)
{
	struct mbuf	*n;

	n = icmp_do_error(m, type, code, dest, destmtu);
	if (n != NULL && icmp_reflect(n, NULL) == 0)
		(void)icmp_send(n, NULL);
}

/* The address to answer to from: ours that was meant, else the route's. */
static int
icmp_reflect_source(struct mbuf *m, struct ip *ip, struct in_addr *src)
{
	struct sockaddr_in	 sin;
	struct rtentry		*rt;
	int			 found;

	if (in_ifaddr_lookup(*src, m->m_pkthdr.ph_rtableid) != NULL)
		return (0);
	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	sin.sin_addr = ip->ip_dst;
	rt = rtalloc(sintosa(&sin), RT_RESOLVE, m->m_pkthdr.ph_rtableid);
	found = rtisvalid(rt) && rt->rt_ifa->ifa_addr->sa_family == AF_INET;
	if (found)
		*src = ifatoia(rt->rt_ifa)->ia_addr.sin_addr;
	rtfree(rt);
	return (found ? 0 : EHOSTUNREACH);
}

/*
 * Turn an ICMP message round, so that it goes back to its source.  With
 * optsp, the options of a request are taken out of the packet and those of
 * the answer stored there (NULL when there are none).  0; or EHOSTUNREACH,
 * and the packet, counted, is gone.
 */
int
icmp_reflect(struct mbuf *m, struct mbuf **optsp)
{
	struct ip	*ip = mtod(m, struct ip *);
	struct in_addr	 src = ip->ip_dst;
	u_int		 rtableid = m->m_pkthdr.ph_rtableid;

	if (optsp != NULL)
		*optsp = NULL;
	if (!in_canforward(ip->ip_src) &&
	    (ntohl(ip->ip_src.s_addr) >> IN_CLASSA_NSHIFT) !=
	    IN_LOOPBACKNET) {
		icmpstat.icps_oldsrc++;
		m_freem(m);
		return (EHOSTUNREACH);
	}
	ip->ip_dst = ip->ip_src;
	if (icmp_reflect_source(m, ip, &src) != 0) {
		icmpstat.icps_badrefl++;
		m_freem(m);
		return (EHOSTUNREACH);
	}
	if (optsp != NULL && ip->ip_hl << 2 > (int)sizeof(*ip)) {
		*optsp = ip_reflectopts(ip);
		ip_stripoptions(m);
		ip = mtod(m, struct ip *);
	}
	ip->ip_src = src;
	ip->ip_ttl = MAXTTL;
	ip->ip_off = 0;
	m_resethdr(m);
	m->m_pkthdr.ph_rtableid = rtableid;
	m->m_flags &= ~(M_BCAST | M_MCAST);
	return (0);
}

/*
 * Send an ICMP message: make its checksum and let it go.  opts is consumed as
 * m is; 0 or ip_output()'s errno.
 */
int
icmp_send(struct mbuf *m, struct mbuf *opts)
{
	struct ip	*ip = mtod(m, struct ip *);
	struct icmp	*icp;
	u_int		 hlen = ip->ip_hl << 2;
	int		 error;

	icp = (struct icmp *)(mtod(m, caddr_t) + hlen);
	icp->icmp_cksum = 0;
	icp->icmp_cksum = in_cksum_off(m, hlen, ntohs(ip->ip_len) - hlen);
	error = ip_output(m, opts, NULL, 0, NULL, NULL);
	m_freem(opts);
	return (error);
}

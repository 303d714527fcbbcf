/*
 * Addresses and packets for the tests of sys/netinet6: see ktinet6.h.
 */
#include <sys/sockio.h>

#include "ktinet6.h"

/* An interface that speaks IPv6, without probing and with nothing queued. */
struct ktif *
kt_if6(const char *name, int kind)
{
	struct in6_aliasreq	 req;
	struct ktif		*ki = kt_if(name, kind);
	int			 was = ip6_dad_count;

	memset(&req, 0, sizeof(req));
	NET_LOCK();
	ip6_dad_count = 0;
	KT_EQ(in6_ioctl(SIOCAIFADDR_IN6, (caddr_t)&req, kt_ifp(ki), 1), 0);
	ip6_dad_count = was;
	if_flush();
	NET_UNLOCK();
	kt_txdrop(ki);
	return (ki);
}

void
kt_if6_free(struct ktif *ki)
{
	kt_if_free(ki);
}

/* Give an interface an address; errno of the ioctl. */
int
kt_addr6_flags(struct ktif *ki, struct in6_addr addr, int plen, int flags,
    u_int32_t vltime, u_int32_t pltime)
{
	struct in6_aliasreq	 req;
	int			 error;

	memset(&req, 0, sizeof(req));
	in6_sin6(&req.ifra_addr, &addr);
	in6_sin6(&req.ifra_prefixmask, &in6addr_any);
	in6_prefixlen2mask(&req.ifra_prefixmask.sin6_addr, plen);
	req.ifra_flags = flags;
	req.ifra_lifetime.ia6t_vltime = vltime;
	req.ifra_lifetime.ia6t_pltime = pltime;
	NET_LOCK();
	error = in6_ioctl(SIOCAIFADDR_IN6, (caddr_t)&req, kt_ifp(ki), 1);
	if_flush();
	NET_UNLOCK();
	return (error);
}

/* The same for ever, unprobed; what it sends about it is dropped. */
int
kt_addr6(struct ktif *ki, struct in6_addr addr, int plen)
{
	int	 error;

	error = kt_addr6_flags(ki, addr, plen, IN6_IFF_NODAD,
	    ND6_INFINITE_LIFETIME, ND6_INFINITE_LIFETIME);
	kt_txdrop(ki);
	return (error);
}

int
kt_deladdr6(struct ktif *ki, struct in6_addr addr)
{
	struct in6_ifreq	 ifr;
	int			 error;

	memset(&ifr, 0, sizeof(ifr));
	in6_sin6(&ifr.ifr_ifru.ifru_addr, &addr);
	NET_LOCK();
	error = in6_ioctl(SIOCDIFADDR_IN6, (caddr_t)&ifr, kt_ifp(ki), 1);
	if_flush();
	NET_UNLOCK();
	return (error);
}

static void
kt_rtinfo6(struct rt_addrinfo *info, struct sockaddr_in6 *sin6,
    struct in6_addr dst, int plen)
{
	memset(info, 0, sizeof(*info));
	in6_sin6(&sin6[0], &dst);
	in6_sin6(&sin6[1], &in6addr_any);
	in6_prefixlen2mask(&sin6[1].sin6_addr, plen);
	info->rti_info[RTAX_DST] = sin6tosa(&sin6[0]);
	info->rti_info[RTAX_NETMASK] = sin6tosa(&sin6[1]);
	info->rti_flags = RTF_STATIC;
	if (plen == 128)
		info->rti_flags |= RTF_HOST;
}

/* Add a route by way of gw, with more RTF_* flags; errno of rtrequest(). */
int
kt_route6(struct in6_addr dst, int plen, struct in6_addr gw, int flags,
    u_int rtableid)
{
	struct rt_addrinfo	 info;
	struct sockaddr_in6	 sin6[3];
	int			 error;

	kt_rtinfo6(&info, sin6, dst, plen);
	in6_sin6(&sin6[2], &gw);
	info.rti_info[RTAX_GATEWAY] = sin6tosa(&sin6[2]);
	info.rti_flags |= RTF_GATEWAY | flags;
	NET_LOCK();
	error = rtrequest(RTM_ADD, &info, 0, NULL, rtableid);
	NET_UNLOCK();
	return (error);
}

int
kt_unroute6(struct in6_addr dst, int plen, u_int rtableid)
{
	struct rt_addrinfo	 info;
	struct sockaddr_in6	 sin6[3];
	int			 error;

	kt_rtinfo6(&info, sin6, dst, plen);
	NET_LOCK();
	error = rtrequest_delete(&info, RTP_NONE, NULL, NULL, rtableid);
	NET_UNLOCK();
	return (error);
}

int
kt_eq6(const struct in6_addr *a, struct in6_addr b)
{
	return (IN6_ARE_ADDR_EQUAL(a, &b));
}

/* An IPv6 packet with a payload. */
struct mbuf *
kt_ip6(struct in6_addr src, struct in6_addr dst, int nxt, const void *p,
    u_int len)
{
	struct mbuf	*m;
	struct ip6_hdr	*ip6;

	m = kt_mbuf(NULL, sizeof(*ip6) + len);
	ip6 = mtod(m, struct ip6_hdr *);
	memset(ip6, 0, sizeof(*ip6) + len);
	ip6->ip6_vfc = IPV6_VERSION;
	ip6->ip6_plen = htons(len);
	ip6->ip6_nxt = nxt;
	ip6->ip6_hlim = 64;
	ip6->ip6_src = src;
	ip6->ip6_dst = dst;
	if (len != 0 && p != NULL)
		memcpy(ip6 + 1, p, len);
	return (m);
}

struct icmp6_hdr *
kt_icmp6_of(struct mbuf *m)
{
	return ((struct icmp6_hdr *)(mtod(m, struct ip6_hdr *) + 1));
}

/* An ICMPv6 message: its first four bytes, then len bytes of p. */
struct mbuf *
kt_icmp6(struct in6_addr src, struct in6_addr dst, int type, int code,
    const void *p, u_int len)
{
	struct icmp6_hdr	*icmp6;
	struct mbuf		*m;

	m = kt_ip6(src, dst, IPPROTO_ICMPV6, NULL, 4 + len);
	icmp6 = kt_icmp6_of(m);
	icmp6->icmp6_type = type;
	icmp6->icmp6_code = code;
	if (len != 0 && p != NULL)
		memcpy((caddr_t)icmp6 + 4, p, len);
	icmp6->icmp6_cksum = in6_cksum(m, IPPROTO_ICMPV6,
	    sizeof(struct ip6_hdr), 4 + len);
	return (m);
}

/* The same of neighbour discovery: code 0, hop limit 255. */
struct mbuf *
kt_nd6(struct in6_addr src, struct in6_addr dst, int type, const void *p,
    u_int len)
{
	struct mbuf	*m;

	m = kt_icmp6(src, dst, type, 0, p, len);
	mtod(m, struct ip6_hdr *)->ip6_hlim = 255;
	return (m);
}

/* A UDP datagram with a checksum; ports in host order. */
struct mbuf *
kt_udp6(struct in6_addr src, struct in6_addr dst, u_int sport, u_int dport,
    const void *p, u_int len)
{
	struct udphdr	*uh;
	struct mbuf	*m;

	m = kt_ip6(src, dst, IPPROTO_UDP, NULL, sizeof(*uh) + len);
	uh = (struct udphdr *)(mtod(m, struct ip6_hdr *) + 1);
	uh->uh_sport = htons(sport);
	uh->uh_dport = htons(dport);
	uh->uh_ulen = htons(sizeof(*uh) + len);
	if (len != 0 && p != NULL)
		memcpy(uh + 1, p, len);
	uh->uh_sum = in6_cksum(m, IPPROTO_UDP, sizeof(struct ip6_hdr),
	    sizeof(*uh) + len);
	if (uh->uh_sum == 0)
		uh->uh_sum = 0xffff;
	return (m);
}

/* The packet in a frame from a station: to ours, or to its group. */
struct mbuf *
kt_ether6(struct mbuf *m, struct ktif *ki, const uint8_t *from)
{
	struct ip6_hdr		*ip6 = mtod(m, struct ip6_hdr *);
	struct ether_header	 eh;

	memcpy(eh.ether_shost, from, ETHER_ADDR_LEN);
	memcpy(eh.ether_dhost, ki->ki_ac.ac_enaddr, ETHER_ADDR_LEN);
	if (IN6_IS_ADDR_MULTICAST(&ip6->ip6_dst))
		ETHER_MAP_IPV6_MULTICAST(&ip6->ip6_dst, eh.ether_dhost);
	eh.ether_type = htons(ETHERTYPE_IPV6);
	m = m_prepend(m, sizeof(eh), M_DONTWAIT);
	KT_REQUIRE(m != NULL);
	memcpy(mtod(m, caddr_t), &eh, sizeof(eh));
	return (m);
}

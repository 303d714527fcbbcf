/*
 * Forwarding: what passes, what does not, and who is told.
 *
 *	10.1.0.2 --- kta0 10.1.0.1 | 10.2.0.1 ktb0 --- 10.2.0.2
 *	                                            \- 10.2.0.3, a router
 */
#include <net/if_tso.h>

#include "ktinet.h"

#define PEER	IP(10, 1, 0, 2)
#define US	IP(10, 1, 0, 1)
#define FAR	IP(10, 2, 0, 2)
#define ROUTER	IP(10, 2, 0, 3)

static struct ktif	*a, *b;

static void
up(void)
{
	a = kt_if("kta0", KTIF_IP);
	b = kt_if("ktb0", KTIF_IP);
	KT_REQUIRE(kt_addr(a, US, 24) == 0);
	KT_REQUIRE(kt_addr(b, IP(10, 2, 0, 1), 24) == 0);
	ipforwarding = 1;
}

static void
down(void)
{
	ipforwarding = 0;
	kt_if_free(a);
	kt_if_free(b);
}

/* A datagram of len bytes to dst. */
static struct mbuf *
dgram(struct in_addr dst, u_int len, int df)
{
	struct mbuf	*m;

	m = kt_udp(PEER, dst, 1000, 2000, NULL, len);
	if (df) {
		mtod(m, struct ip *)->ip_off = htons(IP_DF);
		kt_ipsum(m);
	}
	return (m);
}

/* Expect one ICMP message on kta0, to our peer; returns its header. */
static struct icmp *
icmp_out(struct mbuf **mp, int type, int code)
{
	struct mbuf	*m;
	struct icmp	*icp;
	struct ip	*ip;

	KT_EQ(kt_txlen(a), 1);
	m = *mp = kt_tx(a);
	KT_REQUIRE(m != NULL);
	ip = mtod(m, struct ip *);
	icp = (struct icmp *)(ip + 1);
	KT_EQ(ip->ip_p, IPPROTO_ICMP);
	KT_EQ(ip->ip_src.s_addr, US.s_addr);
	KT_EQ(ip->ip_dst.s_addr, PEER.s_addr);
	KT_EQ(in_cksum_hdr(ip, 20), 0);
	KT_EQ(in_cksum_off(m, 20, m->m_pkthdr.len - 20), 0);
	KT_EQ(icp->icmp_type, type);
	KT_EQ(icp->icmp_code, code);
	return (icp);
}

KTEST(pass, "a packet passes with one hop less and a right checksum")
{
	uint64_t	 was = ipstat.ips_forward;
	struct mbuf	*m;
	struct ip	*ip;
	u_int		 i, ttl;

	up();
	for (i = 0; i < 300; i++) {
		m = dgram(FAR, i, 0);
		ip = mtod(m, struct ip *);
		ttl = 2 + i % 254;
		ip->ip_ttl = ttl;
		ip->ip_id = htons(i * 251);
		kt_ipsum(m);
		if (i % 3 == 1)
			m = kt_shatter(m, 7);
		kt_rx(a, m);
		KT_CASE("packet %u", i);
		KT_EQ(kt_txlen(b), 1);
		m = kt_tx(b);
		KT_REQUIRE(m != NULL);
		ip = mtod(m, struct ip *);
		KT_EQ(ip->ip_ttl, ttl - 1);
		KT_EQ(in_cksum_hdr(ip, 20), 0);
		KT_EQ(in4_cksum(m, IPPROTO_UDP, 20, 8 + i), 0);
		m_freem(m);
	}
	KT_EQ(ipstat.ips_forward, was + 300);
	KT_EQ(kt_txlen(a), 0);
	down();
}

KTEST(off, "a host that is no router passes nothing and says nothing")
{
	uint64_t	 was = ipstat.ips_cantforward;

	up();
	ipforwarding = 0;
	kt_rx(a, dgram(FAR, 10, 0));
	KT_EQ(kt_txlen(a) + kt_txlen(b), 0);
	KT_EQ(ipstat.ips_cantforward, was + 1);
	down();
}

KTEST(readonly, "a packet that others read is not written to")
{
	struct mbuf	*m, *copy;

	up();
	m = dgram(FAR, 600, 0);
	copy = m_copym(m, 0, M_COPYALL, M_WAIT);
	KT_TRUE(M_READONLY(copy));
	kt_rx(a, m);
	KT_EQ(mtod(copy, struct ip *)->ip_ttl, 64);
	KT_EQ(in_cksum_hdr(mtod(copy, void *), 20), 0);
	m_freem(copy);
	m = kt_tx(b);
	KT_REQUIRE(m != NULL);
	KT_EQ(mtod(m, struct ip *)->ip_ttl, 63);
	m_freem(m);
	down();
}

KTEST(ttl, "the last hop is answered with time exceeded")
{
	struct mbuf	*m;
	struct icmp	*icp;
	u_int		 ttl;

	up();
	for (ttl = 0; ttl < 2; ttl++) {
		m = dgram(FAR, 10, 0);
		mtod(m, struct ip *)->ip_ttl = ttl;
		kt_ipsum(m);
		kt_rx(a, m);
		icp = icmp_out(&m, ICMP_TIMXCEED, ICMP_TIMXCEED_INTRANS);
		KT_EQ(icp->icmp_ip.ip_ttl, ttl);
		KT_EQ(icp->icmp_ip.ip_dst.s_addr, FAR.s_addr);
		m_freem(m);
		KT_EQ(kt_txlen(b), 0);
	}
	down();
}

KTEST(noroute, "no route, reject and blackhole")
{
	uint64_t	 was;
	struct mbuf	*m;

	up();
	was = ipstat.ips_noroute;
	kt_rx(a, dgram(IP(172, 16, 0, 1), 10, 0));
	icmp_out(&m, ICMP_UNREACH, ICMP_UNREACH_NET);
	m_freem(m);
	KT_EQ(ipstat.ips_noroute, was + 1);

	was = ipstat.ips_reject;
	KT_REQUIRE(kt_route(IP(172, 16, 0, 0), 16, ROUTER, RTF_REJECT, 0) ==
	    0);
	kt_rx(a, dgram(IP(172, 16, 0, 1), 10, 0));
	icmp_out(&m, ICMP_UNREACH, ICMP_UNREACH_HOST);
	m_freem(m);
	KT_EQ(kt_unroute(IP(172, 16, 0, 0), 16, 0), 0);

	KT_REQUIRE(kt_route(IP(172, 16, 0, 0), 16, ROUTER, RTF_BLACKHOLE,
	    0) == 0);
	kt_rx(a, dgram(IP(172, 16, 0, 1), 10, 0));
	KT_EQ(kt_txlen(a) + kt_txlen(b), 0);
	KT_EQ(ipstat.ips_reject, was + 2);
	KT_EQ(kt_unroute(IP(172, 16, 0, 0), 16, 0), 0);
	down();
}

KTEST(route_change, "a change of routes counts from the next packet on")
{
	struct in_addr	 net = IP(172, 16, 0, 0), dst = IP(172, 16, 0, 1);
	uint64_t	 hit;

	up();
	KT_REQUIRE(kt_route(net, 16, ROUTER, 0, 0) == 0);
	kt_rx(a, dgram(dst, 10, 0));
	hit = ipstat.ips_rtcachehit;
	kt_rx(a, dgram(dst, 10, 0));
	KT_EQ(kt_txlen(b), 2);
	KT_EQ(ipstat.ips_rtcachehit, hit + 1);
	KT_EQ(kt_unroute(net, 16, 0), 0);
	KT_REQUIRE(kt_route(net, 16, IP(10, 1, 0, 9), 0, 0) == 0);
	kt_txdrop(b);
	ipsendredirects = 0;
	kt_rx(a, dgram(dst, 10, 0));
	ipsendredirects = 1;
	KT_EQ(kt_txlen(b), 0);
	KT_EQ(kt_txlen(a), 1);
	KT_EQ(kt_unroute(net, 16, 0), 0);
	down();
}

/* Destinations and sources that no router passes on (RFC 1812 5.3.7). */
KTEST(martians, "addresses that mean nothing elsewhere are not passed on")
{
	static const struct {
		uint8_t	 src[4], dst[4];
	} t[] = {
		{ { 0, 0, 0, 0 }, { 10, 2, 0, 2 } },
		{ { 0, 1, 2, 3 }, { 10, 2, 0, 2 } },
		{ { 240, 0, 0, 1 }, { 10, 2, 0, 2 } },
		{ { 10, 1, 0, 2 }, { 240, 0, 0, 1 } },
		{ { 10, 1, 0, 2 }, { 0, 0, 0, 7 } },
	};
	struct in_addr	 src, dst;
	uint64_t	 was;
	u_int		 i;

	up();
	KT_REQUIRE(kt_route(IP(0, 0, 0, 0), 0, ROUTER, 0, 0) == 0);
	for (i = 0; i < nitems(t); i++) {
		KT_CASE("case %u", i);
		memcpy(&src, t[i].src, 4);
		memcpy(&dst, t[i].dst, 4);
		was = ipstat.ips_cantforward;
		kt_rx(a, kt_udp(src, dst, 1, 2, "x", 1));
		KT_EQ(ipstat.ips_cantforward, was + 1);
		KT_EQ(kt_txlen(a) + kt_txlen(b), 0);
	}
	KT_EQ(kt_unroute(IP(0, 0, 0, 0), 0, 0), 0);
	down();
}

KTEST(broadcast, "broadcasts stay on their link, unless told otherwise")
{
	uint64_t	 was = ipstat.ips_bcastfwd;
	struct mbuf	*m;

	up();
	kt_rx(a, dgram(IP(10, 2, 0, 255), 10, 0));
	KT_EQ(ipstat.ips_bcastfwd, was + 1);
	KT_EQ(kt_txlen(a) + kt_txlen(b), 0);
	/* Nor is what came in a link broadcast passed on. */
	m = dgram(FAR, 10, 0);
	m->m_flags |= M_BCAST;
	kt_rx(a, m);
	KT_EQ(kt_txlen(a) + kt_txlen(b), 0);
	ip_directedbcast = 1;
	kt_rx(a, dgram(IP(10, 2, 0, 255), 10, 0));
	ip_directedbcast = 0;
	KT_EQ(kt_txlen(b), 1);
	down();
}

KTEST(needfrag, "too large and DF: the MTU is told; without DF: fragments")
{
	struct mbuf	*m, *whole = NULL;
	struct icmp	*icp;
	u_int		 n;

	up();
	kt_ifp(b)->if_mtu = 600;
	kt_rx(a, dgram(FAR, 572, 1));
	KT_EQ(kt_txlen(b), 1);			/* just fits */
	kt_txdrop(b);
	kt_rx(a, dgram(FAR, 573, 1));
	KT_EQ(kt_txlen(b), 0);
	icp = icmp_out(&m, ICMP_UNREACH, ICMP_UNREACH_NEEDFRAG);
	KT_EQ(ntohs(icp->icmp_nextmtu), 600);
	m_freem(m);

	kt_rx(a, dgram(FAR, 1400, 0));
	KT_EQ(kt_txlen(b), 3);
	KT_EQ(kt_txlen(a), 0);
	NET_LOCK();
	for (n = 0; (m = kt_tx(b)) != NULL; n++) {
		KT_RANGE(m->m_pkthdr.len, 21, 600);
		KT_EQ(mtod(m, struct ip *)->ip_ttl, 63);
		KT_EQ(in_cksum_hdr(mtod(m, void *), 20), 0);
		whole = ip_reass(m, 0);
	}
	NET_UNLOCK();
	KT_REQUIRE(whole != NULL);
	KT_EQ(whole->m_pkthdr.len, 1428);
	KT_EQ(in4_cksum(whole, IPPROTO_UDP, 20, 1408), 0);
	m_freem(whole);
	down();
}

KTEST(route_mtu, "a route's MTU is smaller than the link's")
{
	struct sockaddr_in	 sin;
	struct rtentry		*rt;
	struct mbuf		*m;
	struct icmp		*icp;

	up();
	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	sin.sin_addr = FAR;
	NET_LOCK();
	rt = rtalloc((struct sockaddr *)&sin, RT_RESOLVE, 0);
	KT_REQUIRE(rtisvalid(rt));
	rt->rt_mtu = 576;
	rtfree(rt);
	NET_UNLOCK();
	kt_rx(a, dgram(FAR, 600, 1));
	icp = icmp_out(&m, ICMP_UNREACH, ICMP_UNREACH_NEEDFRAG);
	KT_EQ(ntohs(icp->icmp_nextmtu), 576);
	m_freem(m);
	down();
}

/* A UDP train of n datagrams of mss bytes, its checksum unfinished. */
static struct mbuf *
train(u_int n, u_int mss, int df)
{
	struct udphdr	*uh;
	struct mbuf	*m;

	m = dgram(FAR, n * mss, df);
	uh = (struct udphdr *)(mtod(m, struct ip *) + 1);
	uh->uh_sum = in_cksum_phdr(PEER.s_addr, FAR.s_addr,
	    IPPROTO_UDP + 8 + n * mss);
	m->m_pkthdr.csum_flags = M_UDP_SEG | M_UDP_CSUM_OUT |
	    M_UDP_CSUM_IN_OK;
	m->m_pkthdr.ph_mss = mss;
	return (m);
}

KTEST(train, "a UDP train is judged by its pieces and stays whole")
{
	struct mbuf	*m;
	u_int		 n;

	up();
	kt_ifp(b)->if_capabilities = IFCAP_USO | IFCAP_CSUM_UDPv4;
	kt_rx(a, train(10, 1400, 1));
	KT_EQ(kt_txlen(b), 1);
	m = kt_tx(b);
	KT_REQUIRE(m != NULL);
	KT_TRUE(m->m_pkthdr.csum_flags & M_UDP_SEG);
	KT_EQ(m->m_pkthdr.len, 28 + 14000);
	KT_EQ(mtod(m, struct ip *)->ip_ttl, 63);
	m_freem(m);

	/* A card that cannot cut gets the pieces, finished. */
	kt_ifp(b)->if_capabilities = 0;
	kt_rx(a, train(10, 1400, 1));
	KT_EQ(kt_txlen(b), 10);
	for (n = 0; (m = kt_tx(b)) != NULL; n++) {
		KT_EQ(m->m_pkthdr.len, 1428);
		KT_EQ(in_cksum_hdr(mtod(m, void *), 20), 0);
		KT_EQ(in4_cksum(m, IPPROTO_UDP, 20, 1408), 0);
		m_freem(m);
	}

	/* Pieces that are too large: DF is answered once, else fragments. */
	kt_ifp(b)->if_mtu = 1000;
	kt_rx(a, train(10, 1400, 1));
	KT_EQ(kt_txlen(b), 0);
	KT_EQ(kt_txlen(a), 1);
	kt_txdrop(a);
	kt_rx(a, train(10, 1400, 0));
	KT_EQ(kt_txlen(b), 20);
	while ((m = kt_tx(b)) != NULL) {
		KT_RANGE(m->m_pkthdr.len, 21, 1000);
		m_freem(m);
	}
	down();
}

KTEST(redirect, "a sender on the next hop's network is told of it")
{
	struct in_addr	 dst = IP(172, 16, 0, 1), gw = IP(10, 1, 0, 9);
	uint64_t	 was = ipstat.ips_redirectsent;
	struct mbuf	*m;
	struct icmp	*icp;

	up();
	KT_REQUIRE(kt_route(IP(172, 16, 0, 0), 16, gw, 0, 0) == 0);
	kt_rx(a, dgram(dst, 10, 0));
	KT_EQ(kt_txlen(a), 2);
	m = kt_tx(a);			/* the packet itself */
	KT_EQ(mtod(m, struct ip *)->ip_p, IPPROTO_UDP);
	m_freem(m);
	icp = icmp_out(&m, ICMP_REDIRECT, ICMP_REDIRECT_HOST);
	KT_EQ(icp->icmp_gwaddr.s_addr, gw.s_addr);
	KT_EQ(icp->icmp_ip.ip_dst.s_addr, dst.s_addr);
	m_freem(m);
	KT_EQ(ipstat.ips_redirectsent, was + 1);
	/* One from elsewhere is not. */
	kt_rx(a, kt_udp(IP(192, 0, 2, 1), dst, 1, 2, "x", 1));
	KT_EQ(kt_txlen(a), 1);
	KT_EQ(ipstat.ips_redirectsent, was + 1);
	KT_EQ(kt_unroute(IP(172, 16, 0, 0), 16, 0), 0);
	down();
}

/* What stands for a filter. */
static int	filter_verdict, filter_seen[4];

static int
filter(int af, int dir, struct ifnet *ifp, struct mbuf **mp)
{
	filter_seen[dir]++;
	if (filter_verdict == dir) {
		m_freem(*mp);
		*mp = NULL;
		return (0);
	}
	return (filter_verdict == -dir);
}

KTEST(filter, "the filter sees a packet twice, and may refuse or keep it")
{
	uint64_t	 was = ipstat.ips_filtered;

	up();
	pf_test_hook = filter;
	memset(filter_seen, 0, sizeof(filter_seen));
	filter_verdict = 0;
	kt_rx(a, dgram(FAR, 10, 0));
	KT_EQ(kt_txlen(b), 1);
	KT_EQ(filter_seen[PF_IN], 1);
	KT_EQ(filter_seen[PF_FWD], 1);
	KT_EQ(filter_seen[PF_OUT], 0);
	kt_txdrop(b);
	for (filter_verdict = -PF_FWD; filter_verdict <= PF_FWD;
	    filter_verdict++) {
		if (filter_verdict == 0 || abs(filter_verdict) == PF_OUT)
			continue;
		KT_CASE("verdict %d", filter_verdict);
		kt_rx(a, dgram(FAR, 10, 0));
		KT_EQ(kt_txlen(b), 0);
		KT_EQ(kt_txlen(a), 0);
	}
	pf_test_hook = NULL;
	KT_EQ(ipstat.ips_filtered, was + 2);
	down();
}

/*
 * IPv4 options: recorded, refused, copied into fragments, set by programs.
 */
#include "ktinet.h"

#define US	IP(10, 1, 0, 1)
#define PEER	IP(10, 1, 0, 2)
#define FAR	IP(10, 2, 0, 9)

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
	ip_dosourceroute = 0;
	kt_if_free(a);
	kt_if_free(b);
}

/* An echo request with options, padded to 4 bytes. */
static struct mbuf *
with(struct in_addr dst, const void *opt, u_int len)
{
	struct mbuf	*m;
	struct ip	*ip;
	uint8_t		 buf[64];
	u_int		 plen = roundup(len, 4);

	m = kt_icmp(PEER, dst, ICMP_ECHO, 0, "\0\1\0\2data", 8);
	m_copydata(m, 20, 12, buf + plen);
	memset(buf, 0, plen);
	memcpy(buf, opt, len);
	m_freem(m);
	m = kt_ip(PEER, dst, IPPROTO_ICMP, buf, plen + 12);
	ip = mtod(m, struct ip *);
	ip->ip_hl = (20 + plen) >> 2;
	kt_ipsum(m);
	return (m);
}

KTEST(record_route, "a router and the end write their addresses")
{
	static const uint8_t	 rr[] = { IPOPT_RR, 11, 4 };
	uint8_t			 opt[12];
	struct mbuf		*m;
	struct ip		*ip;
	uint8_t			*p;

	up();
	memset(opt, 0, sizeof(opt));
	memcpy(opt, rr, sizeof(rr));
	kt_rx(a, with(FAR, opt, 11));
	m = kt_tx(b);
	KT_REQUIRE(m != NULL);
	ip = mtod(m, struct ip *);
	p = (uint8_t *)(ip + 1);
	KT_EQ(in_cksum_hdr(ip, ip->ip_hl << 2), 0);
	KT_EQ(p[2], 8);
	KT_MEMEQ(p + 3, &IP(10, 2, 0, 1), 4);
	m_freem(m);
	/* The answer to one that ends here brings the record back. */
	kt_rx(a, with(US, opt, 11));
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	ip = mtod(m, struct ip *);
	KT_EQ(ip->ip_hl, 8);
	KT_EQ(in_cksum_hdr(ip, 32), 0);
	KT_EQ(in_cksum_off(m, 32, 12), 0);
	p = (uint8_t *)(ip + 1);
	KT_EQ(p[0], IPOPT_RR);
	KT_MEMEQ(p + 3, &US, 4);
	m_freem(m);
	down();
}

KTEST(record_full, "a full record is left alone")
{
	static const uint8_t	 rr[] = { IPOPT_RR, 7, 8, 1, 2, 3, 4, 0 };
	struct mbuf		*m;

	up();
	kt_rx(a, with(FAR, rr, 8));
	m = kt_tx(b);
	KT_REQUIRE(m != NULL);
	KT_MEMEQ(mtod(m, uint8_t *) + 20, rr, 8);
	m_freem(m);
	down();
}

KTEST(timestamp, "times, times with addresses, and the overflow count")
{
	static const uint8_t	 ts[] = { IPOPT_TS, 12, 5, 0 };
	static const uint8_t	 tsa[] = { IPOPT_TS, 12, 5, 1 };
	static const uint8_t	 full[] = { IPOPT_TS, 8, 9, 0x20, 1, 2, 3,
	    4 };
	uint8_t			 opt[12], *p;
	struct mbuf		*m;

	up();
	memset(opt, 0, sizeof(opt));
	memcpy(opt, ts, sizeof(ts));
	kt_rx(a, with(FAR, opt, 12));
	m = kt_tx(b);
	KT_REQUIRE(m != NULL);
	KT_EQ(mtod(m, uint8_t *)[22], 9);
	m_freem(m);

	memcpy(opt, tsa, sizeof(tsa));
	kt_rx(a, with(FAR, opt, 12));
	m = kt_tx(b);
	KT_REQUIRE(m != NULL);
	p = mtod(m, uint8_t *) + 20;
	KT_EQ(p[2], 13);
	KT_MEMEQ(p + 4, &US, 4);
	m_freem(m);

	kt_rx(a, with(FAR, full, 8));
	m = kt_tx(b);
	KT_REQUIRE(m != NULL);
	KT_EQ(mtod(m, uint8_t *)[23], 0x30);
	m_freem(m);
	down();
}

/* Malformed options, and the byte that the answer points at. */
static const struct {
	const char	*name;
	uint8_t		 opt[12];
	u_int		 len;
	int		 pointer;
} bad[] = {
	{ "length 0", { IPOPT_RR, 0, 4, 0 }, 4, 21 },
	{ "length 1", { IPOPT_RR, 1, 4, 0 }, 4, 21 },
	{ "length past the header", { IPOPT_RR, 7, 4, 0 }, 4, 21 },
	{ "no length", { IPOPT_NOP, IPOPT_NOP, IPOPT_NOP, IPOPT_RR }, 4, 23 },
	{ "no pointer", { IPOPT_RR, 2, 0, 0 }, 4, 21 },
	{ "pointer 3", { IPOPT_RR, 7, 3, 0, 0, 0, 0, 0 }, 8, 22 },
	{ "pointer 0", { IPOPT_RR, 7, 0, 0, 0, 0, 0, 0 }, 8, 22 },
	{ "time: pointer 4", { IPOPT_TS, 8, 4, 0, 0, 0, 0, 0 }, 8, 22 },
	{ "time: length 3", { IPOPT_TS, 3, 5, 0 }, 4, 21 },
	{ "time: kind 2", { IPOPT_TS, 8, 5, 2, 0, 0, 0, 0 }, 8, 23 },
	{ "time: 16th overflow", { IPOPT_TS, 4, 9, 0xf0 }, 4, 23 },
};

KTEST(malformed, "malformed options are answered with the place")
{
	uint64_t	 was;
	struct mbuf	*m;
	struct icmp	*icp;
	u_int		 i;

	up();
	for (i = 0; i < nitems(bad); i++) {
		KT_CASE("%s", bad[i].name);
		was = ipstat.ips_badoptions;
		kt_rx(a, with(i & 1 ? FAR : US, bad[i].opt, bad[i].len));
		KT_EQ(ipstat.ips_badoptions, was + 1);
		KT_EQ(kt_txlen(b), 0);
		m = kt_tx(a);
		KT_REQUIRE(m != NULL);
		icp = (struct icmp *)(mtod(m, struct ip *) + 1);
		KT_EQ(icp->icmp_type, ICMP_PARAMPROB);
		KT_EQ(icp->icmp_code, 0);
		KT_EQ(icp->icmp_pptr, bad[i].pointer);
		m_freem(m);
	}
	down();
}

KTEST(unknown, "what is not known passes")
{
	static const uint8_t	 opt[] = { IPOPT_NOP, 0x9e, 3, 7 };
	struct mbuf		*m;

	up();
	kt_rx(a, with(FAR, opt, 4));
	m = kt_tx(b);
	KT_REQUIRE(m != NULL);
	KT_MEMEQ(mtod(m, uint8_t *) + 20, opt, 4);
	m_freem(m);
	down();
}

KTEST(source_route_refused, "source routes are refused unless allowed")
{
	static const uint8_t	 lsrr[] = { IPOPT_LSRR, 7, 4, 10, 2, 0, 9, 0 };
	uint64_t		 was = ipstat.ips_srcroute;
	struct mbuf		*m;
	struct icmp		*icp;

	up();
	kt_rx(a, with(US, lsrr, 8));
	KT_EQ(ipstat.ips_srcroute, was + 1);
	KT_EQ(kt_txlen(b), 0);
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	icp = (struct icmp *)(mtod(m, struct ip *) + 1);
	KT_EQ(icp->icmp_type, ICMP_UNREACH);
	KT_EQ(icp->icmp_code, ICMP_UNREACH_SRCFAIL);
	m_freem(m);
	down();
}

KTEST(source_route, "an allowed one is followed, and its hop recorded")
{
	static const uint8_t	 lsrr[] = { IPOPT_LSRR, 7, 4, 10, 2, 0, 9, 0 };
	static const uint8_t	 strict[] = { IPOPT_SSRR, 7, 4, 172, 16, 0, 1,
	    0 };
	struct mbuf		*m;
	struct ip		*ip;

	up();
	ip_dosourceroute = 1;
	KT_REQUIRE(kt_route(IP(172, 16, 0, 0), 16, FAR, 0, 0) == 0);
	kt_rx(a, with(US, lsrr, 8));
	m = kt_tx(b);
	KT_REQUIRE(m != NULL);
	ip = mtod(m, struct ip *);
	KT_EQ(ip->ip_dst.s_addr, FAR.s_addr);
	KT_EQ(in_cksum_hdr(ip, 28), 0);
	KT_EQ(((uint8_t *)(ip + 1))[2], 8);
	KT_MEMEQ((uint8_t *)(ip + 1) + 3, &IP(10, 2, 0, 1), 4);
	m_freem(m);
	/* A strict one may only name a neighbour. */
	kt_rx(a, with(US, strict, 8));
	KT_EQ(kt_txlen(b), 0);
	KT_EQ(kt_txlen(a), 1);
	KT_EQ(kt_unroute(IP(172, 16, 0, 0), 16, 0), 0);
	down();
}

KTEST(reverse, "an answer goes back by the route that the request came")
{
	/* Two hops recorded, and the end reached. */
	static const uint8_t	 lsrr[] = { IPOPT_LSRR, 11, 12, 172, 16, 0, 1,
	    10, 1, 0, 77, 0 };
	struct mbuf		*m;
	struct ip		*ip;
	uint8_t			*p;

	up();
	ip_dosourceroute = 1;
	kt_rx(a, with(US, lsrr, 12));
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	ip = mtod(m, struct ip *);
	p = (uint8_t *)(ip + 1);
	KT_EQ(ip->ip_dst.s_addr, IP(10, 1, 0, 77).s_addr);
	KT_EQ(p[0], IPOPT_LSRR);
	KT_EQ(p[1], 11);
	KT_EQ(p[2], 4);
	KT_MEMEQ(p + 3, &IP(172, 16, 0, 1), 4);
	KT_MEMEQ(p + 7, &PEER, 4);
	m_freem(m);
	down();
}

KTEST(fragments, "only options with the copy bit are in later fragments")
{
	static const uint8_t	 opts[] = { IPOPT_RR, 7, 4, 0, 0, 0, 0,
	    IPOPT_RA, 4, 0, 0, IPOPT_EOL };
	uint8_t			 buf[12 + 300];
	struct mbuf_list	 ml = MBUF_LIST_INITIALIZER();
	struct mbuf		*m;
	struct ip		*ip;

	memset(buf, 0, sizeof(buf));
	memcpy(buf, opts, sizeof(opts));
	m = kt_ip(PEER, FAR, IPPROTO_UDP, buf, sizeof(buf));
	ip = mtod(m, struct ip *);
	ip->ip_hl = 8;
	kt_ipsum(m);
	NET_LOCK();
	KT_ERR(0, ip_fragment(m, &ml, NULL, 200));
	NET_UNLOCK();
	KT_EQ(ml_len(&ml), 2);
	m = ml_dequeue(&ml);
	KT_EQ(mtod(m, struct ip *)->ip_hl, 8);
	KT_MEMEQ(mtod(m, uint8_t *) + 20, opts, 12);
	KT_EQ(in_cksum_hdr(mtod(m, void *), 32), 0);
	m_freem(m);
	m = ml_dequeue(&ml);
	KT_EQ(mtod(m, struct ip *)->ip_hl, 6);
	KT_EQ(mtod(m, uint8_t *)[20], IPOPT_RA);
	KT_EQ(in_cksum_hdr(mtod(m, void *), 24), 0);
	KT_EQ(ntohs(mtod(m, struct ip *)->ip_off), 168 / 8);
	m_freem(m);
}

KTEST(program, "what a program may set")
{
	static const struct {
		uint8_t	 opt[44];
		size_t	 len;
		int	 error;
	} t[] = {
		{ { IPOPT_NOP, IPOPT_NOP, IPOPT_NOP, IPOPT_EOL }, 4, 0 },
		{ { IPOPT_RR, 7, 4, 0, 0, 0, 0, 0 }, 8, 0 },
		{ { IPOPT_RR, 8, 4, 0 }, 4, EINVAL },
		{ { IPOPT_RR, 0, 4, 0 }, 4, EINVAL },
		{ { IPOPT_NOP, IPOPT_NOP, IPOPT_NOP }, 3, EINVAL },
		{ { IPOPT_NOP }, 44, EINVAL },
		{ { IPOPT_LSRR, 11, 4, 10, 1, 0, 7, 10, 9, 9, 9, 0 }, 12, 0 },
		{ { IPOPT_LSRR, 3, 4, 0 }, 4, EINVAL },
		{ { IPOPT_LSRR, 7, 8, 10, 1, 0, 7, 0 }, 8, EINVAL },
	};
	struct mbuf	*opt = NULL;
	u_int		 i;

	for (i = 0; i < nitems(t); i++) {
		KT_CASE("case %u", i);
		KT_ERR(t[i].error, ip_pcbopts(&opt, t[i].opt, t[i].len));
	}
	KT_REQUIRE(opt != NULL);
	/* The last one taken was the source route: its first hop is apart. */
	KT_EQ(mtod(opt, struct ipoption *)->ipopt_dst.s_addr,
	    IP(10, 1, 0, 7).s_addr);
	KT_EQ(opt->m_len, 4 + 8);
	KT_EQ(mtod(opt, struct ipoption *)->ipopt_list[1], 7);
	KT_ERR(0, ip_pcbopts(&opt, NULL, 0));
	KT_TRUE(opt == NULL);
}

/*
 * Every malformed field of an IPv4 header meets its counter, and no other.
 */
#include "ktinet.h"

#define US	IP(10, 1, 0, 1)
#define PEER	IP(10, 1, 0, 2)

static struct ktif	*a;

static void
up(void)
{
	a = kt_if("kta0", KTIF_IP);
	KT_REQUIRE(kt_addr(a, US, 24) == 0);
}

static void
down(void)
{
	kt_if_free(a);
}

/* An echo request, and the header to spoil. */
static struct mbuf *
echo(struct ip **ip)
{
	struct mbuf	*m;

	m = kt_icmp(PEER, US, ICMP_ECHO, 0, "\0\1\0\2payload.", 12);
	*ip = mtod(m, struct ip *);
	return (m);
}

static void s_version(struct mbuf *m, struct ip *ip) { ip->ip_v = 6; }
static void s_version0(struct mbuf *m, struct ip *ip) { ip->ip_v = 0; }
static void s_hl(struct mbuf *m, struct ip *ip) { ip->ip_hl = 4; }
static void s_hl0(struct mbuf *m, struct ip *ip) { ip->ip_hl = 0; }
static void s_hlpast(struct mbuf *m, struct ip *ip) { ip->ip_hl = 15; }
static void s_short(struct mbuf *m, struct ip *ip) { m_adj(m, -17); }
static void s_len(struct mbuf *m, struct ip *ip) { ip->ip_len = htons(19); }
static void s_len0(struct mbuf *m, struct ip *ip) { ip->ip_len = 0; }
static void s_long(struct mbuf *m, struct ip *ip) { ip->ip_len = htons(37); }
static void s_sum(struct mbuf *m, struct ip *ip) { ip->ip_sum ^= 1; }

static void
s_bad(struct mbuf *m, struct ip *ip)
{
	m->m_pkthdr.csum_flags |= M_IPV4_CSUM_IN_BAD;
}

static void
s_srcmcast(struct mbuf *m, struct ip *ip)
{
	ip->ip_src = IP(224, 0, 0, 1);
}

static void
s_srcbcast(struct mbuf *m, struct ip *ip)
{
	ip->ip_src = IP(255, 255, 255, 255);
}

static void
s_srcnetbcast(struct mbuf *m, struct ip *ip)
{
	ip->ip_src = IP(10, 1, 0, 255);
}

static void
s_srcloop(struct mbuf *m, struct ip *ip)
{
	ip->ip_src = IP(127, 0, 0, 1);
}

static void
s_dstloop(struct mbuf *m, struct ip *ip)
{
	ip->ip_dst = IP(127, 0, 0, 1);
}

static void
s_other(struct mbuf *m, struct ip *ip)
{
	ip->ip_dst = IP(10, 1, 0, 9);
}

static void
s_group(struct mbuf *m, struct ip *ip)
{
	ip->ip_dst = IP(224, 1, 2, 3);
}

static void
s_llbcast(struct mbuf *m, struct ip *ip)
{
	m->m_flags |= M_BCAST;
}

static void s_none(struct mbuf *m, struct ip *ip) { }

/* What is spoilt, whether the checksum is made right again, who counts. */
static const struct {
	const char	*name;
	void		(*spoil)(struct mbuf *, struct ip *);
	int		 sum;
	uint64_t	*counter;
} spoils[] = {
	{ "version 6",		s_version,	1, NULL },
	{ "version 0",		s_version0,	1, NULL },
	{ "header of 16 bytes",	s_hl,		0, &ipstat.ips_badhlen },
	{ "header of 0 bytes",	s_hl0,		0, &ipstat.ips_badhlen },
	{ "header past the end", s_hlpast,	0, &ipstat.ips_badhlen },
	{ "19 bytes in all",	s_short,	0, &ipstat.ips_toosmall },
	{ "length below header", s_len,		1, &ipstat.ips_badlen },
	{ "length 0",		s_len0,		1, &ipstat.ips_badlen },
	{ "length past the end", s_long,	1, &ipstat.ips_tooshort },
	{ "checksum",		s_sum,		0, &ipstat.ips_badsum },
	{ "card says bad",	s_bad,		1, &ipstat.ips_badsum },
	{ "from a group",	s_srcmcast,	1, &ipstat.ips_badaddr },
	{ "from everybody",	s_srcbcast,	1, &ipstat.ips_badaddr },
	{ "from our broadcast",	s_srcnetbcast,	1, &ipstat.ips_badaddr },
	{ "from loopback",	s_srcloop,	1, &ipstat.ips_badaddr },
	{ "to loopback",	s_dstloop,	1, &ipstat.ips_badaddr },
	{ "to another host",	s_other,	1, &ipstat.ips_cantforward },
	{ "to another group",	s_group,	1, &ipstat.ips_notmember },
	{ "in a link broadcast", s_llbcast,	1, &ipstat.ips_llmcast },
	{ "nothing",		s_none,		1, &ipstat.ips_delivered },
};

/* The sum of all reasons: each packet has one. */
static uint64_t
reasons(void)
{
	return (ipstat.ips_badvers + ipstat.ips_badhlen +
	    ipstat.ips_toosmall + ipstat.ips_badlen + ipstat.ips_tooshort +
	    ipstat.ips_badsum + ipstat.ips_badaddr + ipstat.ips_cantforward +
	    ipstat.ips_notmember + ipstat.ips_llmcast +
	    ipstat.ips_delivered + ipstat.ips_wrongif);
}

static void
spoil_all(u_int shatter)
{
	uint64_t	 was, total, all;
	struct mbuf	*m;
	struct ip	*ip;
	u_int		 i;

	for (i = 0; i < nitems(spoils); i++) {
		KT_CASE("%s in mbufs of %u", spoils[i].name, shatter);
		m = echo(&ip);
		spoils[i].spoil(m, ip);
		if (spoils[i].sum)
			kt_ipsum(m);
		if (shatter != 0) {
			u_int	 flags = m->m_flags & M_BCAST;
			u_int	 csum = m->m_pkthdr.csum_flags;

			m = kt_shatter(m, shatter);
			m->m_flags |= flags;
			m->m_pkthdr.csum_flags = csum;
		}
		total = ipstat.ips_total;
		all = reasons();
		was = spoils[i].counter != NULL ? *spoils[i].counter : 0;
		kt_rx(a, m);
		if (spoils[i].counter == NULL) {
			/* The link had seen that it is no IPv4. */
			KT_EQ(ipstat.ips_total, total);
			continue;
		}
		KT_EQ(ipstat.ips_total, total + 1);
		KT_EQ(*spoils[i].counter, was + 1);
		KT_EQ(reasons(), all + 1);
		KT_EQ(kt_txlen(a), spoils[i].spoil == s_none);
		kt_txdrop(a);
	}
}

KTEST(malformed, "each spoilt field is counted by its reason")
{
	up();
	spoil_all(0);
	down();
}

KTEST(malformed_chains, "the same in mbufs of a few bytes")
{
	up();
	spoil_all(1);
	spoil_all(13);
	down();
}

KTEST(badvers, "what is not version 4 is refused when it gets that far")
{
	uint64_t	 was;
	struct mbuf	*m;
	struct ip	*ip;

	up();
	m = echo(&ip);
	ip->ip_v = 5;
	kt_ipsum(m);
	was = ipstat.ips_badvers;
	NET_LOCK();
	m->m_pkthdr.ph_ifidx = kt_ifp(a)->if_index;
	ipv4_input(kt_ifp(a), m);
	NET_UNLOCK();
	KT_EQ(ipstat.ips_badvers, was + 1);
	down();
}

KTEST(trailer, "padding behind the packet is cut off")
{
	struct mbuf	*m, *n;
	struct ip	*ip;

	up();
	m = echo(&ip);
	n = kt_mbuf("padding padding", 15);
	m_cat(m, n);
	m->m_pkthdr.len += 15;
	kt_rx(a, m);
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	KT_EQ(m->m_pkthdr.len, 36);
	KT_EQ(in_cksum_off(m, 20, 16), 0);
	m_freem(m);
	down();
}

KTEST(trusted, "a card's word, and an unfinished checksum, are taken")
{
	uint64_t	 was;
	struct mbuf	*m;
	struct ip	*ip;

	up();
	m = echo(&ip);
	ip->ip_sum ^= 1;
	m->m_pkthdr.csum_flags |= M_IPV4_CSUM_IN_OK;
	was = ipstat.ips_inswcsum;
	kt_rx(a, m);
	KT_EQ(kt_txlen(a), 1);
	KT_EQ(ipstat.ips_inswcsum, was);
	down();
}

KTEST(strong_host, "without forwarding, an address is met on its own link")
{
	struct ktif	*b;
	uint64_t	 was;
	struct mbuf	*m;

	up();
	b = kt_if("ktb0", KTIF_IP);
	KT_REQUIRE(kt_addr(b, IP(10, 2, 0, 1), 24) == 0);
	was = ipstat.ips_wrongif;
	m = kt_icmp(PEER, IP(10, 2, 0, 1), ICMP_ECHO, 0, "\0\0\0\0", 4);
	kt_rx(a, m);
	KT_EQ(ipstat.ips_wrongif, was + 1);
	KT_EQ(kt_txlen(a) + kt_txlen(b), 0);
	/* A router is one host. */
	ipforwarding = 1;
	m = kt_icmp(PEER, IP(10, 2, 0, 1), ICMP_ECHO, 0, "\0\0\0\0", 4);
	kt_rx(a, m);
	ipforwarding = 0;
	KT_EQ(kt_txlen(a), 1);
	kt_if_free(b);
	down();
}

KTEST(addresses, "an address comes and goes with its routes")
{
	struct sockaddr_in	 sin;
	struct rtentry		*rt;

	a = kt_if("kta0", KTIF_IP);
	KT_ERR(0, kt_addr(a, US, 24));
	KT_ERR(0, kt_addr(a, IP(10, 9, 0, 1), 32));
	NET_LOCK();
	KT_TRUE(in_ifaddr_lookup(US, 0) != NULL);
	KT_TRUE(in_bcast_lookup(IP(10, 1, 0, 255), 0) != NULL);
	KT_TRUE(in_broadcast(IP(10, 1, 0, 255), 0));
	KT_TRUE(!in_broadcast(IP(10, 1, 0, 254), 0));
	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	sin.sin_addr = PEER;
	rt = rtalloc((struct sockaddr *)&sin, 0, 0);
	KT_REQUIRE(rtisvalid(rt));
	KT_TRUE(ISSET(rt->rt_flags, RTF_CONNECTED));
	rtfree(rt);
	sin.sin_addr = US;
	rt = rtalloc((struct sockaddr *)&sin, 0, 0);
	KT_TRUE(rtisvalid(rt) && ISSET(rt->rt_flags, RTF_LOCAL));
	rtfree(rt);
	NET_UNLOCK();
	KT_ERR(0, kt_deladdr(a, US));
	KT_ERR(EADDRNOTAVAIL, kt_deladdr(a, US));
	NET_LOCK();
	KT_TRUE(in_ifaddr_lookup(US, 0) == NULL);
	KT_TRUE(in_bcast_lookup(IP(10, 1, 0, 255), 0) == NULL);
	sin.sin_addr = PEER;
	rt = rtalloc((struct sockaddr *)&sin, 0, 0);
	KT_TRUE(!rtisvalid(rt));
	rtfree(rt);
	NET_UNLOCK();
	kt_if_free(a);
}

KTEST(bad_addresses, "addresses that no interface can have")
{
	struct ktif	*b;

	a = kt_if("kta0", KTIF_IP);
	b = kt_if("ktb0", KTIF_IP);
	KT_ERR(EINVAL, kt_addr(a, IP(0, 0, 0, 0), 24));
	KT_ERR(EINVAL, kt_addr(a, IP(224, 0, 0, 5), 24));
	KT_ERR(EINVAL, kt_addr(a, IP(255, 255, 255, 255), 24));
	KT_ERR(0, kt_addr(a, US, 24));
	KT_ERR(EEXIST, kt_addr(b, US, 24));
	KT_ERR(0, kt_addr(a, US, 16));		/* another mask */
	NET_LOCK();
	KT_TRUE(in_bcast_lookup(IP(10, 1, 255, 255), 0) != NULL);
	KT_TRUE(in_bcast_lookup(IP(10, 1, 0, 255), 0) == NULL);
	NET_UNLOCK();
	kt_if_free(b);
	kt_if_free(a);
}

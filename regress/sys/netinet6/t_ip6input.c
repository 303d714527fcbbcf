/*
 * IPv6 input: every check has its counter, and nothing else moves.
 */
#include "ktinet6.h"

static struct ktif	*a;

static void
up(void)
{
	a = kt_if6("kta0", KTIF_IP);
	KT_REQUIRE(kt_addr6(a, US6, 64) == 0);
}

static void
down(void)
{
	kt_if6_free(a);
}

static struct mbuf *
echo(struct in6_addr src, struct in6_addr dst)
{
	return (kt_icmp6(src, dst, ICMP6_ECHO_REQUEST, 0, "\0\1\0\1data", 8));
}

KTEST(echo, "an echo request comes back as it was")
{
	static uint8_t	 data[2000], got[2000];
	struct ip6_hdr	*ip6;
	struct mbuf	*m;
	u_int		 len;

	up();
	kt_ifp(a)->if_mtu = 4000;
	kt_pattern(data, 0, sizeof(data));
	for (len = 4; len < sizeof(data); len += 97) {
		KT_CASE("%u bytes", len);
		m = kt_icmp6(PEER6, US6, ICMP6_ECHO_REQUEST, 0, data, len);
		kt_rx(a, len & 1 ? kt_shatter(m, 51) : m);
		m = kt_tx(a);
		KT_REQUIRE(m != NULL);
		ip6 = mtod(m, struct ip6_hdr *);
		KT_TRUE(kt_eq6(&ip6->ip6_src, US6));
		KT_TRUE(kt_eq6(&ip6->ip6_dst, PEER6));
		KT_EQ(ip6->ip6_hlim, 64);
		KT_EQ(ntohs(ip6->ip6_plen), 4 + len);
		KT_EQ(kt_icmp6_of(m)->icmp6_type, ICMP6_ECHO_REPLY);
		KT_EQ(in6_cksum(m, IPPROTO_ICMPV6, 40, 4 + len), 0);
		m_copydata(m, 44, len, got);
		KT_MEMEQ(got, data, len);
		m_freem(m);
	}
	down();
}

/* Packets that go no further, and where that is written down. */

static void
mk_vers(struct mbuf *m)
{
	mtod(m, struct ip6_hdr *)->ip6_vfc = 0x40;
}

static void
mk_long(struct mbuf *m)
{
	mtod(m, struct ip6_hdr *)->ip6_plen = htons(13);
}

static void
mk_jumbo(struct mbuf *m)
{
	mtod(m, struct ip6_hdr *)->ip6_plen = 0;
	mtod(m, struct ip6_hdr *)->ip6_nxt = IPPROTO_HOPOPTS;
}

static void
mk_short(struct mbuf *m)
{
	m_adj(m, 39 - (int)m->m_pkthdr.len);
}

static void
mk_llmcast(struct mbuf *m)
{
	m->m_flags |= M_MCAST;
}

static const struct {
	const char	*name;
	void		(*make)(struct mbuf *);
	struct in6_addr	 src, dst;
	uint64_t	*counter;
} bad[] = {
	{ "version 4", mk_vers, PEER6, US6, &ip6stat.ip6s_badvers },
	{ "39 bytes", mk_short, PEER6, US6, &ip6stat.ip6s_toosmall },
	{ "length past the end", mk_long, PEER6, US6,
	    &ip6stat.ip6s_tooshort },
	{ "jumbo", mk_jumbo, PEER6, US6, &ip6stat.ip6s_jumbo },
	{ "from a group", NULL, ALL6, US6, &ip6stat.ip6s_badaddr },
	{ "to nobody", NULL, PEER6, { { { 0 } } }, &ip6stat.ip6s_badaddr },
	{ "from a mapped address", NULL, IP6(0, 0, 0, 0, 0, 0xffff, 0xa00,
	    1), US6, &ip6stat.ip6s_badaddr },
	{ "to a mapped address", NULL, PEER6, IP6(0, 0, 0, 0, 0, 0xffff,
	    0xa00, 1), &ip6stat.ip6s_badaddr },
	{ "from loopback", NULL, IP6(0, 0, 0, 0, 0, 0, 0, 1), US6,
	    &ip6stat.ip6s_badscope },
	{ "to loopback", NULL, PEER6, IP6(0, 0, 0, 0, 0, 0, 0, 1),
	    &ip6stat.ip6s_badscope },
	{ "interface-local group", NULL, PEER6, IP6(0xff01, 0, 0, 0, 0, 0, 0,
	    1), &ip6stat.ip6s_badscope },
	{ "group of scope 0", NULL, PEER6, IP6(0xff00, 0, 0, 0, 0, 0, 0, 1),
	    &ip6stat.ip6s_badscope },
	{ "a scope on the wire", NULL, IP6(0xfe80, 7, 0, 0, 0, 0, 0, 2), US6,
	    &ip6stat.ip6s_badscope },
	{ "a group that we are not in", NULL, PEER6, IP6(0xff02, 0, 0, 0, 0,
	    0, 0, 0x77), &ip6stat.ip6s_notmember },
	{ "unicast in a link multicast", mk_llmcast, PEER6, US6,
	    &ip6stat.ip6s_llmcast },
	{ "for somebody else", NULL, PEER6, FAR6,
	    &ip6stat.ip6s_cantforward },
};

KTEST(checks, "each check counts its own")
{
	struct mbuf	*m;
	uint64_t	 total, was;
	size_t		 i;

	up();
	for (i = 0; i < nitems(bad); i++) {
		KT_CASE("%s", bad[i].name);
		m = echo(bad[i].src, bad[i].dst);
		if (bad[i].make != NULL)
			bad[i].make(m);
		total = ip6stat.ip6s_total;
		was = *bad[i].counter;
		/* Straight in: a link would look at the version, too. */
		m->m_pkthdr.ph_ifidx = kt_ifp(a)->if_index;
		NET_LOCK();
		ipv6_input(kt_ifp(a), m);
		if_flush();
		NET_UNLOCK();
		KT_EQ(ip6stat.ip6s_total, total + 1);
		KT_EQ(*bad[i].counter, was + 1);
		KT_EQ(kt_txlen(a), 0);
		kt_txdrop(a);
	}
	down();
}

KTEST(padding, "what lies behind the packet's end is cut off")
{
	struct mbuf	*m;

	up();
	m = echo(PEER6, US6);
	mtod(m, struct ip6_hdr *)->ip6_plen = htons(12);
	m = kt_shatter(m, 30);
	m_cat(m, kt_mbuf("padding padding", 15));
	m_calchdrlen(m);
	kt_rx(a, m);
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	KT_EQ(m->m_pkthdr.len, 52);
	m_freem(m);
	down();
}

KTEST(tentative, "an address that is being probed is not ours yet")
{
	struct in6_addr	 addr = IP6(0x2001, 0xdb8, 1, 0, 0, 0, 0, 9);
	uint64_t	 was = ip6stat.ip6s_tentative;
	struct mbuf	*m;

	up();
	KT_EQ(kt_addr6_flags(a, addr, 64, 0, ND6_INFINITE_LIFETIME,
	    ND6_INFINITE_LIFETIME), 0);
	kt_txdrop(a);
	kt_rx(a, echo(PEER6, addr));
	KT_EQ(ip6stat.ip6s_tentative, was + 1);
	KT_EQ(kt_txlen(a), 0);
	ktest_sleep_ms(1500);
	kt_txdrop(a);
	kt_rx(a, echo(PEER6, addr));
	m = kt_tx(a);
	KT_TRUE(m != NULL);
	m_freem(m);
	down();
}

KTEST(without, "an interface that does not speak IPv6 drops it")
{
	uint64_t	 was = ip6stat.ip6s_noaddr;

	a = kt_if("kta0", KTIF_IP);
	kt_rx(a, echo(PEER6, US6));
	KT_EQ(ip6stat.ip6s_noaddr, was + 1);
	kt_if_free(a);
}

KTEST(noport, "port unreachable quotes what fits into 1280 bytes")
{
	static uint8_t	 data[1400];
	struct mbuf	*m;

	up();
	kt_rx(a, kt_udp6(PEER6, US6, 7, 9, data, sizeof(data)));
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	KT_EQ(m->m_pkthdr.len, 1280);
	KT_EQ(kt_icmp6_of(m)->icmp6_type, ICMP6_DST_UNREACH);
	KT_EQ(kt_icmp6_of(m)->icmp6_code, ICMP6_DST_UNREACH_NOPORT);
	KT_EQ(in6_cksum(m, IPPROTO_ICMPV6, 40, 1240), 0);
	m_freem(m);
	down();
}

KTEST(errors, "RFC 4443 2.4 (e): what is never answered by an error")
{
	uint8_t		 quote[60];
	uint64_t	 was;
	struct mbuf	*m;

	up();
	/* An error, for a protocol that nobody has. */
	memset(quote, 0, sizeof(quote));
	was = icmp6stat.icp6s_canterror;
	m = kt_icmp6(PEER6, US6, ICMP6_DST_UNREACH, 0, quote, sizeof(quote));
	NET_LOCK();
	m->m_pkthdr.ph_ifidx = kt_ifp(a)->if_index;
	icmp6_error(m, ICMP6_DST_UNREACH, 0, 0);
	NET_UNLOCK();
	KT_EQ(icmp6stat.icp6s_canterror, was + 1);
	was = icmp6stat.icp6s_olddst;
	m = kt_udp6(PEER6, ALL6, 7, 9, "x", 1);
	NET_LOCK();
	icmp6_error(m, ICMP6_DST_UNREACH, 0, 0);
	NET_UNLOCK();
	KT_EQ(icmp6stat.icp6s_olddst, was + 1);
	was = icmp6stat.icp6s_oldsrc;
	m = kt_udp6(in6addr_any, US6, 7, 9, "x", 1);
	NET_LOCK();
	icmp6_error(m, ICMP6_DST_UNREACH, 0, 0);
	NET_UNLOCK();
	KT_EQ(icmp6stat.icp6s_oldsrc, was + 1);
	KT_EQ(kt_txlen(a), 0);
	down();
}

KTEST(ratelimit, "errors are rationed")
{
	uint64_t	 was = icmp6stat.icp6s_toofreq;
	int		 limit = icmp6errppslim, i;

	up();
	ktest_sleep_ms(1100);
	icmp6errppslim = 5;
	for (i = 0; i < 50; i++)
		kt_rx(a, kt_udp6(PEER6, US6, 7, 9, "x", 1));
	icmp6errppslim = limit;
	KT_RANGE(kt_txlen(a), 1, 12);
	KT_RANGE(icmp6stat.icp6s_toofreq - was, 38, 49);
	down();
}

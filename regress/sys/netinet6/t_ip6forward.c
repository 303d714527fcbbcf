/*
 * IPv6 forwarding, path MTU, source selection and MLD.
 */
#include <sys/protosw.h>

#include <net/if_tso.h>
#include <netinet6/mld6_var.h>

#include "ktinet6.h"

#define OUT6	IP6(0x2001, 0xdb8, 2, 0, 0, 0, 0, 1)
#define NEXT6	IP6(0x2001, 0xdb8, 2, 0, 0, 0, 0, 2)
#define FARNET	IP6(0x2001, 0xdb8, 0xf, 0, 0, 0, 0, 0)

static struct ktif	*a, *b;

/* Two links and a network behind the second. */
static void
up(void)
{
	a = kt_if6("kta0", KTIF_IP);
	b = kt_if6("ktb0", KTIF_IP);
	KT_REQUIRE(kt_addr6(a, US6, 64) == 0);
	KT_REQUIRE(kt_addr6(b, OUT6, 64) == 0);
	KT_REQUIRE(kt_route6(FARNET, 48, NEXT6, 0, 0) == 0);
	ip6_forwarding = 1;
}

static void
down(void)
{
	ip6_forwarding = 0;
	icmp6_pmtu_settimeout(ip6_mtudisc_timeout);
	KT_EQ(kt_unroute6(FARNET, 48, 0), 0);
	kt_if6_free(a);
	kt_if6_free(b);
}

/* The ICMPv6 message that a packet is answered by. */
static void
answered(struct mbuf *m, int type, int code, u_int word)
{
	kt_rx(a, m);
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	KT_EQ(kt_icmp6_of(m)->icmp6_type, type);
	KT_EQ(kt_icmp6_of(m)->icmp6_code, code);
	KT_EQ(ntohl(kt_icmp6_of(m)->icmp6_data32[0]), word);
	KT_TRUE(kt_eq6(&mtod(m, struct ip6_hdr *)->ip6_src, US6));
	m_freem(m);
	KT_EQ(kt_txlen(b), 0);
}

KTEST(forward, "a packet passes with one hop less, and nothing else changed")
{
	struct mbuf	*m;

	up();
	m = kt_udp6(PEER6, FAR6, 7, 9, "hello", 5);
	mtod(m, struct ip6_hdr *)->ip6_flow |= htonl(0x00a12345);
	kt_rx(a, m);
	m = kt_tx(b);
	KT_REQUIRE(m != NULL);
	KT_EQ(mtod(m, struct ip6_hdr *)->ip6_hlim, 63);
	KT_EQ(ntohl(mtod(m, struct ip6_hdr *)->ip6_flow), 0x60a12345);
	KT_TRUE(kt_eq6(&mtod(m, struct ip6_hdr *)->ip6_src, PEER6));
	KT_TRUE(kt_eq6(&mtod(m, struct ip6_hdr *)->ip6_dst, FAR6));
	KT_EQ(in6_cksum(m, IPPROTO_UDP, 40, 13), 0);
	m_freem(m);
	down();
}

KTEST(refused, "what is not passed on is answered and counted")
{
	struct in6_addr	 ll = LL6;
	uint64_t	 was;
	struct mbuf	*m;

	up();
	m = kt_udp6(PEER6, FAR6, 7, 9, "x", 1);
	mtod(m, struct ip6_hdr *)->ip6_hlim = 1;
	answered(m, ICMP6_TIME_EXCEEDED, ICMP6_TIME_EXCEED_TRANSIT, 0);
	answered(kt_udp6(PEER6, IP6(0x2001, 0xdb8, 99, 0, 0, 0, 0, 1), 7, 9,
	    "x", 1), ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOROUTE, 0);
	was = ip6stat.ip6s_badscope;
	kt_rx(a, kt_udp6(ll, FAR6, 7, 9, "x", 1));
	kt_txdrop(a);
	kt_rx(a, kt_udp6(PEER6, IP6(0xfe80, 0, 0, 0, 0, 0, 0, 77), 7, 9, "x",
	    1));
	KT_EQ(ip6stat.ip6s_badscope - was, 2);
	KT_EQ(kt_txlen(a), 0);
	KT_EQ(kt_txlen(b), 0);
	KT_EQ(kt_route6(IP6(0x2001, 0xdb8, 0xe, 0, 0, 0, 0, 0), 48, NEXT6,
	    RTF_BLACKHOLE, 0), 0);
	was = ip6stat.ip6s_reject;
	kt_rx(a, kt_udp6(PEER6, IP6(0x2001, 0xdb8, 0xe, 0, 0, 0, 0, 1), 7, 9,
	    "x", 1));
	KT_EQ(ip6stat.ip6s_reject, was + 1);
	KT_EQ(kt_txlen(a) + kt_txlen(b), 0);
	KT_EQ(kt_unroute6(IP6(0x2001, 0xdb8, 0xe, 0, 0, 0, 0, 0), 48, 0), 0);
	down();
}

KTEST(toobig, "larger than the link: packet too big; a train by its pieces")
{
	static uint8_t	 data[8000];
	struct udphdr	*uh;
	struct mbuf	*m;

	up();
	kt_ifp(a)->if_mtu = 9000;
	kt_ifp(b)->if_mtu = 1300;
	answered(kt_udp6(PEER6, FAR6, 7, 9, data, 1300 - 48 + 1),
	    ICMP6_PACKET_TOO_BIG, 0, 1300);
	kt_rx(a, kt_udp6(PEER6, FAR6, 7, 9, data, 1300 - 48));
	KT_EQ(kt_txlen(b), 1);
	kt_txdrop(b);
	/* A train of small ones passes, in pieces as the card has no USO. */
	m = kt_udp6(PEER6, FAR6, 7, 9, data, 8000);
	uh = (struct udphdr *)(mtod(m, struct ip6_hdr *) + 1);
	uh->uh_sum = in6_cksum_phdr(&PEER6, &FAR6, 8008, IPPROTO_UDP);
	m->m_pkthdr.csum_flags = M_UDP_SEG | M_UDP_CSUM_OUT |
	    M_UDP_CSUM_IN_OK;
	m->m_pkthdr.ph_mss = 1000;
	kt_rx(a, m);
	KT_EQ(kt_txlen(b), 8);
	m = kt_tx(b);
	KT_REQUIRE(m != NULL);
	KT_EQ(m->m_pkthdr.len, 1048);
	KT_EQ(in6_cksum(m, IPPROTO_UDP, 40, 1008), 0);
	m_freem(m);
	kt_txdrop(b);
	/* Of large ones it is answered. */
	m = kt_udp6(PEER6, FAR6, 7, 9, data, 8000);
	uh = (struct udphdr *)(mtod(m, struct ip6_hdr *) + 1);
	uh->uh_sum = in6_cksum_phdr(&PEER6, &FAR6, 8008, IPPROTO_UDP);
	m->m_pkthdr.csum_flags = M_UDP_SEG | M_UDP_CSUM_OUT |
	    M_UDP_CSUM_IN_OK;
	m->m_pkthdr.ph_mss = 1400;
	answered(m, ICMP6_PACKET_TOO_BIG, 0, 1300);
	down();
}

/* A packet too big about a datagram of ours to FAR6. */
static struct mbuf *
toobig(u_int mtu)
{
	struct mbuf	*m, *n;
	uint8_t		 msg[4 + 48];
	uint32_t	 word = htonl(mtu);

	m = kt_udp6(OUT6, FAR6, 7000, 9, NULL, 0);
	memcpy(msg, &word, 4);
	memcpy(msg + 4, mtod(m, caddr_t), 48);
	m_freem(m);
	n = kt_icmp6(NEXT6, OUT6, ICMP6_PACKET_TOO_BIG, 0, msg, sizeof(msg));
	return (n);
}

/* The MTU that is known of FAR6's path. */
static u_int
known(void)
{
	struct sockaddr_in6	 sin6;
	struct rtentry		*rt;
	u_int			 mtu;

	in6_sin6(&sin6, &FAR6);
	NET_LOCK();
	rt = rtalloc(sin6tosa(&sin6), 0, 0);
	mtu = rt == NULL ? 0 : rt->rt_mtu;
	rtfree(rt);
	NET_UNLOCK();
	return (mtu);
}

KTEST(pmtu, "a path's MTU is learnt from who has a right to say so")
{
	struct in6_addr	 far = FAR6;
	uint64_t	 was;
	struct mbuf	*m;
	u_int		 n = 0;

	up();
	icmp6_pmtu_settimeout(100);
	/* Nobody here has sent that datagram. */
	kt_rx(b, toobig(1400));
	KT_EQ(known(), 0);
	NET_LOCK();
	was = icmp6stat.icp6s_badmtu;
	icmp6_mtudisc(&far, 1279, 0);
	icmp6_mtudisc(&far, 1501, 0);
	KT_EQ(icmp6stat.icp6s_badmtu - was, 2);
	icmp6_mtudisc(&far, 1400, 0);
	icmp6_mtudisc(&far, 1450, 0);
	NET_UNLOCK();
	KT_EQ(known(), 1400);
	/* What is sent there is cut, into pieces that fit. */
	m = kt_udp6(OUT6, FAR6, 7, 9, NULL, 4000);
	NET_LOCK();
	KT_EQ(ip6_output(m, NULL, NULL, 0, NULL, NULL), 0);
	if_flush();
	NET_UNLOCK();
	while ((m = kt_tx(b)) != NULL) {
		KT_RANGE(m->m_pkthdr.len, 49, 1400);
		KT_EQ(mtod(m, struct ip6_hdr *)->ip6_nxt, IPPROTO_FRAGMENT);
		m_freem(m);
		n++;
	}
	KT_EQ(n, 3);
	m = kt_udp6(OUT6, FAR6, 7, 9, NULL, 4000);
	NET_LOCK();
	KT_EQ(ip6_output(m, NULL, NULL, IPV6_NOFRAG, NULL, NULL), EMSGSIZE);
	NET_UNLOCK();
	ktest_sleep_ms(103000);
	KT_EQ(known(), 0);
	down();
}

KTEST(fragments, "fragments are put together to what was cut")
{
	static uint8_t	 data[9000], got[9000];
	struct mbuf	*m, *whole = NULL;
	u_int		 len, mtu;
	int		 off, nxt;

	up();
	kt_pattern(data, 0, sizeof(data));
	for (len = 1500; len < sizeof(data); len += 701) {
		mtu = 1280 + len % 221;
		KT_CASE("%u bytes, MTU %u", len, mtu);
		kt_ifp(b)->if_mtu = mtu;
		m = kt_udp6(OUT6, NEXT6, 7, 9, data, len);
		NET_LOCK();
		KT_EQ(ip6_output(m, NULL, NULL, 0, NULL, NULL), 0);
		if_flush();
		NET_UNLOCK();
		while ((m = kt_tx(b)) != NULL) {
			KT_RANGE(m->m_pkthdr.len, 49, mtu);
			KT_TRUE(whole == NULL);
			off = sizeof(struct ip6_hdr);
			NET_LOCK();
			nxt = frag6_input(&m, &off, IPPROTO_FRAGMENT,
			    AF_INET6);
			NET_UNLOCK();
			if (nxt != IPPROTO_DONE)
				whole = m;
		}
		KT_REQUIRE(whole != NULL);
		KT_EQ(whole->m_pkthdr.len, 48 + len);
		KT_EQ(in6_cksum(whole, IPPROTO_UDP, 40, 8 + len), 0);
		m_copydata(whole, 48, len, got);
		KT_MEMEQ(got, data, len);
		m_freem(whole);
		whole = NULL;
	}
	down();
}

/* RFC 6724 section 10.1, and the flags of addresses. */
static const struct {
	const char	*name;
	struct in6_addr	 dst;
	struct in6_addr	 cand[3];
	int		 deprecated;	/* which candidate is, -1 none */
	int		 best;
} choices[] = {
	{ "appropriate scope", IP6(0x2001, 0xdb8, 1, 0, 0, 0, 0, 1),
	    { IP6(0x2001, 0xdb8, 3, 0, 0, 0, 0, 1),
	    IP6(0xfec0, 0, 0, 1, 0, 0, 0, 1) }, -1, 0 },
	{ "the same address", IP6(0x2001, 0xdb8, 1, 0, 0, 0, 0, 1),
	    { IP6(0x2001, 0xdb8, 1, 0, 0, 0, 0, 1),
	    IP6(0x2001, 0xdb8, 2, 0, 0, 0, 0, 1) }, -1, 0 },
	{ "longest common prefix", IP6(0x2001, 0xdb8, 1, 0, 0, 0, 0, 1),
	    { IP6(0x2001, 0xdb8, 1, 0, 0, 0, 0, 2),
	    IP6(0x2001, 0xdb8, 3, 0, 0, 0, 0, 2) }, -1, 0 },
	{ "6to4's label", IP6(0x2002, 0xc633, 0x6401, 0, 0, 0, 0, 1),
	    { IP6(0x2001, 0xdb8, 1, 0, 0, 0, 0, 2),
	    IP6(0x2002, 0xc633, 0x6401, 0, 0, 0, 0, 2) }, -1, 1 },
	{ "not deprecated", IP6(0x2001, 0xdb8, 1, 0, 0, 0, 0, 1),
	    { IP6(0x2001, 0xdb8, 1, 0, 0, 0, 0, 2),
	    IP6(0x2001, 0xdb8, 3, 0, 0, 0, 0, 2) }, 0, 1 },
	{ "unique local's label", IP6(0xfd00, 1, 0, 0, 0, 0, 0, 1),
	    { IP6(0x2001, 0xdb8, 1, 0, 0, 0, 0, 2),
	    IP6(0xfd00, 2, 0, 0, 0, 0, 0, 2) }, -1, 1 },
};

KTEST(source, "source addresses by the examples of RFC 6724")
{
	struct in6_ifaddr	*ia;
	size_t			 i;
	int			 c;

	for (i = 0; i < nitems(choices); i++) {
		KT_CASE("%s", choices[i].name);
		a = kt_if6("kta0", KTIF_IP);
		for (c = 0; c < 3; c++) {
			if (IN6_IS_ADDR_UNSPECIFIED(&choices[i].cand[c]))
				break;
			KT_EQ(kt_addr6_flags(a, choices[i].cand[c], 64,
			    IN6_IFF_NODAD, 1000,
			    choices[i].deprecated == c ? 0 : 1000), 0);
		}
		NET_LOCK();
		ia = in6_ifawithscope(kt_ifp(a), &choices[i].dst, 0, NULL);
		NET_UNLOCK();
		KT_REQUIRE(ia != NULL);
		KT_TRUE(kt_eq6(IA6_IN6(ia),
		    choices[i].cand[choices[i].best]));
		kt_if6_free(a);
	}
}

KTEST(source_link, "a link-local destination has a link-local source")
{
	struct in6_ifaddr	*ia;
	struct in6_addr		 dst = LL6;

	up();
	in6_scope_set(&dst, kt_ifp(b)->if_index);
	NET_LOCK();
	ia = in6_ifawithscope(kt_ifp(b), &dst, 0, NULL);
	NET_UNLOCK();
	KT_REQUIRE(ia != NULL);
	KT_TRUE(IN6_IS_ADDR_LINKLOCAL(IA6_IN6(ia)));
	KT_EQ(in6_scope_get(IA6_IN6(ia)), kt_ifp(b)->if_index);
	down();
}

/* MLD messages of a type that were sent; all else is dropped. */
static u_int
mld_sent(int type)
{
	struct mbuf	*m;
	uint8_t		 got;
	u_int		 n = 0;

	while ((m = kt_tx(a)) != NULL) {
		if (mtod(m, struct ip6_hdr *)->ip6_nxt == IPPROTO_HOPOPTS) {
			m_copydata(m, 48, 1, &got);
			KT_EQ(mtod(m, struct ip6_hdr *)->ip6_hlim, 1);
			n += got == type;
		}
		m_freem(m);
	}
	return (n);
}

static void
query(struct in6_addr group, u_int delay)
{
	struct {
		u_int16_t	 delay, zero;
		struct in6_addr	 group;
	} msg;
	struct mbuf	*m;

	memset(&msg, 0, sizeof(msg));
	msg.delay = htons(delay);
	msg.group = group;
	m = kt_icmp6(LL6, ALL6, MLD_LISTENER_QUERY, 0, &msg, sizeof(msg));
	mtod(m, struct ip6_hdr *)->ip6_hlim = 1;
	kt_rx(a, m);
}

KTEST(mld, "a group is reported when joined, when asked for, and left")
{
	struct in6_addr	 group = IP6(0xff05, 0, 0, 0, 0, 0, 0, 0x99);
	struct in6_multi *in6m;
	uint64_t	 was;
	u_int		 n;

	a = kt_if6("kta0", KTIF_IP);
	ktest_sleep_ms(15000);
	kt_txdrop(a);
	NET_LOCK();
	in6m = in6_addmulti(&group, kt_ifp(a));
	if_flush();
	NET_UNLOCK();
	KT_REQUIRE(in6m != NULL);
	KT_EQ(mld_sent(MLD_LISTENER_REPORT), 1);
	ktest_sleep_ms(11000);
	KT_EQ(mld_sent(MLD_LISTENER_REPORT), 1);
	query(group, 1000);
	ktest_sleep_ms(1500);
	KT_EQ(mld_sent(MLD_LISTENER_REPORT), 1);
	query(in6addr_any, 1000);
	ktest_sleep_ms(1500);
	n = mld_sent(MLD_LISTENER_REPORT);
	KT_RANGE(n, 2, 4);		/* and solicited-node groups */
	was = icmp6stat.icp6s_badmld;
	query(US6, 1000);
	KT_EQ(icmp6stat.icp6s_badmld, was + 1);
	NET_LOCK();
	in6_delmulti(in6m);
	if_flush();
	NET_UNLOCK();
	KT_EQ(mld_sent(MLD_LISTENER_DONE), 1);
	kt_if6_free(a);
}

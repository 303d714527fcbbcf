/*
 * Neighbour discovery: states, limits, hostile messages, DAD, routers.
 */
#include <net/if_dl.h>
#include <net/rtable.h>

#include "ktinet6.h"

static const uint8_t	 mac1[] = { 2, 0xaa, 0, 0, 0, 1 };
static const uint8_t	 mac2[] = { 2, 0xaa, 0, 0, 0, 2 };
static struct ktif	*a;

static void
up(void)
{
	a = kt_if6("kta0", KTIF_ETHER);
	KT_REQUIRE(kt_addr6(a, US6, 64) == 0);
}

static void
down(void)
{
	kt_if6_free(a);
}

/* Send a datagram to a neighbour. */
static void
sendto6(struct in6_addr dst)
{
	struct mbuf	*m;

	m = kt_udp6(US6, dst, 7, 9, "x", 1);
	NET_LOCK();
	(void)ip6_output(m, NULL, NULL, 0, NULL, NULL);
	if_flush();
	NET_UNLOCK();
}

/* Messages of a type that were sent; all others are dropped. */
static u_int
sent(int type, struct mbuf **mp)
{
	struct mbuf	*m;
	u_int		 n = 0;

	if (mp != NULL)
		*mp = NULL;
	while ((m = kt_tx(a)) != NULL) {
		m_adj(m, ETHER_HDR_LEN);
		if (mtod(m, struct ip6_hdr *)->ip6_nxt == (type < 0 ? -type :
		    IPPROTO_ICMPV6) && (type < 0 ||
		    kt_icmp6_of(m)->icmp6_type == type)) {
			n++;
			if (mp != NULL && *mp == NULL) {
				*mp = m;
				continue;
			}
		}
		m_freem(m);
	}
	return (n);
}

/* An advertisement of tgt, with a link address or none. */
static struct mbuf *
na(struct in6_addr from, struct in6_addr to, struct in6_addr tgt,
    u_int32_t flags, const uint8_t *mac)
{
	struct {
		u_int32_t	 flags;
		struct in6_addr	 tgt;
		uint8_t		 opt[8];
	} msg;

	memset(&msg, 0, sizeof(msg));
	msg.flags = flags;
	msg.tgt = tgt;
	if (mac != NULL) {
		msg.opt[0] = ND_OPT_TARGET_LINKADDR;
		msg.opt[1] = 1;
		memcpy(&msg.opt[2], mac, 6);
	}
	return (kt_nd6(from, to, ND_NEIGHBOR_ADVERT, &msg,
	    sizeof(msg) - (mac == NULL ? 8 : 0)));
}

/* A solicitation for tgt, with a link address or none. */
static struct mbuf *
ns(struct in6_addr from, struct in6_addr to, struct in6_addr tgt,
    const uint8_t *mac)
{
	struct {
		u_int32_t	 zero;
		struct in6_addr	 tgt;
		uint8_t		 opt[8];
	} msg;

	memset(&msg, 0, sizeof(msg));
	msg.tgt = tgt;
	if (mac != NULL) {
		msg.opt[0] = ND_OPT_SOURCE_LINKADDR;
		msg.opt[1] = 1;
		memcpy(&msg.opt[2], mac, 6);
	}
	return (kt_nd6(from, to, ND_NEIGHBOR_SOLICIT, &msg,
	    sizeof(msg) - (mac == NULL ? 8 : 0)));
}

/* The state of a neighbour, ND6_LLINFO_NOSTATE when it is not known. */
static int
state(struct in6_addr addr)
{
	struct in6_nbrinfo	 nbi;
	int			 error;

	memset(&nbi, 0, sizeof(nbi));
	nbi.addr = addr;
	NET_LOCK();
	error = in6_ioctl(SIOCGNBRINFO_IN6, (caddr_t)&nbi, kt_ifp(a), 0);
	NET_UNLOCK();
	return (error != 0 ? ND6_LLINFO_NOSTATE : nbi.state);
}

/* Its link address is this one. */
static void
is_at(struct in6_addr addr, const uint8_t *mac)
{
	struct sockaddr_dl	*sdl;
	struct rtentry		*rt;

	NET_LOCK();
	rt = nd6_lookup(&addr, 0, kt_ifp(a));
	NET_UNLOCK();
	KT_REQUIRE(rt != NULL);
	sdl = satosdl(rt->rt_gateway);
	KT_EQ(sdl->sdl_alen, ETHER_ADDR_LEN);
	KT_MEMEQ(LLADDR(sdl), mac, ETHER_ADDR_LEN);
	NET_LOCK();
	rtfree(rt);
	NET_UNLOCK();
}

KTEST(resolve, "a neighbour is asked for, answers, is doubted, and is lost")
{
	struct mbuf	*m;
	struct in6_addr	 group;

	up();
	KT_EQ(state(PEER6), ND6_LLINFO_NOSTATE);
	sendto6(PEER6);
	KT_EQ(state(PEER6), ND6_LLINFO_INCOMPLETE);
	KT_EQ(sent(ND_NEIGHBOR_SOLICIT, &m), 1);
	KT_REQUIRE(m != NULL);
	in6_solicited(&group, &PEER6);
	KT_TRUE(kt_eq6(&mtod(m, struct ip6_hdr *)->ip6_dst, group));
	KT_EQ(mtod(m, struct ip6_hdr *)->ip6_hlim, 255);
	m_freem(m);
	kt_rx(a, kt_ether6(na(PEER6, US6, PEER6, ND_NA_FLAG_SOLICITED |
	    ND_NA_FLAG_OVERRIDE, mac1), a, mac1));
	KT_EQ(state(PEER6), ND6_LLINFO_REACHABLE);
	KT_EQ(sent(-IPPROTO_UDP, NULL), 1);
	is_at(PEER6, mac1);
	/* Not confirmed for so long, it is stale; used, it is probed. */
	ktest_sleep_ms(50000);
	KT_EQ(state(PEER6), ND6_LLINFO_STALE);
	KT_EQ(sent(ND_NEIGHBOR_SOLICIT, NULL), 0);
	sendto6(PEER6);
	KT_EQ(sent(-IPPROTO_UDP, NULL), 1);
	KT_EQ(state(PEER6), ND6_LLINFO_DELAY);
	ktest_sleep_ms(nd6_delay * 1000 + 100);
	KT_EQ(state(PEER6), ND6_LLINFO_PROBE);
	KT_EQ(sent(ND_NEIGHBOR_SOLICIT, &m), 1);
	KT_REQUIRE(m != NULL);
	KT_TRUE(kt_eq6(&mtod(m, struct ip6_hdr *)->ip6_dst, PEER6));
	m_freem(m);
	kt_rx(a, kt_ether6(na(PEER6, US6, PEER6, ND_NA_FLAG_SOLICITED, NULL),
	    a, mac1));
	KT_EQ(state(PEER6), ND6_LLINFO_REACHABLE);
	/* Silent, it is gone after three probes. */
	ktest_sleep_ms(50000);
	sendto6(PEER6);
	ktest_sleep_ms(nd6_delay * 1000 + 3500);
	KT_EQ(sent(ND_NEIGHBOR_SOLICIT, NULL), 3);
	KT_EQ(state(PEER6), ND6_LLINFO_NOSTATE);
	down();
}

KTEST(failed, "nobody answers: others' packets are answered, ours dropped")
{
	uint64_t	 was = nd6stat.nd6s_unresolved;
	struct mbuf	*m;

	up();
	sendto6(PEER6);
	m = kt_udp6(FAR6, PEER6, 7, 9, "x", 1);
	m->m_pkthdr.ph_ifidx = kt_ifp(a)->if_index;
	NET_LOCK();
	(void)ip6_output(m, NULL, NULL, IPV6_FORWARDING, NULL, NULL);
	if_flush();
	NET_UNLOCK();
	KT_EQ(ln_hold_total, 2);
	ktest_sleep_ms(3500);
	KT_EQ(sent(ND_NEIGHBOR_SOLICIT, NULL), 3);
	KT_EQ(nd6stat.nd6s_unresolved, was + 2);
	KT_EQ(ln_hold_total, 0);
	KT_EQ(state(PEER6), ND6_LLINFO_NOSTATE);
	down();
}

/* RFC 4861 7.2.5 and appendix C: what an advertisement does. */
static const struct {
	int	 start;
	int	 s, o, lladdr;		/* flags; 0 none, 1 same, 2 another */
	int	 end, moved;
} transitions[] = {
	{ ND6_LLINFO_REACHABLE, 0, 0, 1, ND6_LLINFO_REACHABLE, 0 },
	{ ND6_LLINFO_REACHABLE, 0, 0, 2, ND6_LLINFO_STALE, 0 },
	{ ND6_LLINFO_REACHABLE, 1, 0, 2, ND6_LLINFO_STALE, 0 },
	{ ND6_LLINFO_REACHABLE, 0, 1, 2, ND6_LLINFO_STALE, 1 },
	{ ND6_LLINFO_REACHABLE, 1, 1, 2, ND6_LLINFO_REACHABLE, 1 },
	{ ND6_LLINFO_REACHABLE, 0, 1, 1, ND6_LLINFO_REACHABLE, 0 },
	{ ND6_LLINFO_STALE, 0, 0, 1, ND6_LLINFO_STALE, 0 },
	{ ND6_LLINFO_STALE, 1, 0, 1, ND6_LLINFO_REACHABLE, 0 },
	{ ND6_LLINFO_STALE, 1, 0, 0, ND6_LLINFO_REACHABLE, 0 },
	{ ND6_LLINFO_STALE, 1, 0, 2, ND6_LLINFO_STALE, 0 },
	{ ND6_LLINFO_STALE, 0, 1, 2, ND6_LLINFO_STALE, 1 },
	{ ND6_LLINFO_STALE, 1, 1, 2, ND6_LLINFO_REACHABLE, 1 },
	{ ND6_LLINFO_DELAY, 1, 0, 1, ND6_LLINFO_REACHABLE, 0 },
	{ ND6_LLINFO_DELAY, 0, 0, 2, ND6_LLINFO_DELAY, 0 },
	{ ND6_LLINFO_DELAY, 0, 1, 2, ND6_LLINFO_STALE, 1 },
	{ ND6_LLINFO_INCOMPLETE, 1, 0, 0, ND6_LLINFO_INCOMPLETE, 0 },
	{ ND6_LLINFO_INCOMPLETE, 0, 0, 1, ND6_LLINFO_STALE, 0 },
	{ ND6_LLINFO_INCOMPLETE, 1, 0, 1, ND6_LLINFO_REACHABLE, 0 },
};

/* Bring PEER6 into a state. */
static void
enter(int start)
{
	sendto6(PEER6);
	if (start == ND6_LLINFO_INCOMPLETE)
		return;
	kt_rx(a, kt_ether6(na(PEER6, US6, PEER6,
	    start == ND6_LLINFO_REACHABLE ? ND_NA_FLAG_SOLICITED : 0, mac1),
	    a, mac1));
	if (start == ND6_LLINFO_DELAY)
		sendto6(PEER6);
	else if (start == ND6_LLINFO_STALE) {
		/* What was held has used it. */
		ktest_sleep_ms(nd6_delay * 1000 + 50);
		kt_rx(a, kt_ether6(na(PEER6, US6, PEER6,
		    ND_NA_FLAG_SOLICITED, mac1), a, mac1));
		ktest_sleep_ms(50000);
	}
}

KTEST(advertised, "each state and each advertisement: RFC 4861 7.2.5")
{
	u_int32_t	 flags;
	size_t		 i;
	uint64_t	 moved;

	for (i = 0; i < nitems(transitions); i++) {
		KT_CASE("state %d, s %d o %d lladdr %d", transitions[i].start,
		    transitions[i].s, transitions[i].o,
		    transitions[i].lladdr);
		up();
		enter(transitions[i].start);
		KT_EQ(state(PEER6), transitions[i].start);
		flags = (transitions[i].s ? ND_NA_FLAG_SOLICITED : 0) |
		    (transitions[i].o ? ND_NA_FLAG_OVERRIDE : 0);
		moved = nd6stat.nd6s_moved;
		kt_rx(a, kt_ether6(na(PEER6, US6, PEER6, flags,
		    transitions[i].lladdr == 0 ? NULL :
		    transitions[i].lladdr == 1 ? mac1 : mac2), a, mac1));
		if (transitions[i].start == ND6_LLINFO_INCOMPLETE &&
		    transitions[i].end == ND6_LLINFO_STALE)
			KT_EQ(state(PEER6), ND6_LLINFO_DELAY);
		else
			KT_EQ(state(PEER6), transitions[i].end);
		KT_EQ(nd6stat.nd6s_moved - moved, transitions[i].moved);
		if (transitions[i].lladdr == 2)
			is_at(PEER6, transitions[i].moved ? mac2 : mac1);
		down();
	}
}

KTEST(solicited, "a solicitation is answered and its sender learnt")
{
	struct nd_neighbor_advert *adv;
	struct in6_addr		 group;
	struct mbuf		*m;

	up();
	in6_solicited(&group, &US6);
	kt_rx(a, kt_ether6(ns(PEER6, group, US6, mac1), a, mac1));
	KT_EQ(sent(ND_NEIGHBOR_ADVERT, &m), 1);
	KT_REQUIRE(m != NULL);
	adv = (struct nd_neighbor_advert *)kt_icmp6_of(m);
	KT_EQ(adv->nd_na_flags_reserved, ND_NA_FLAG_SOLICITED |
	    ND_NA_FLAG_OVERRIDE);
	KT_TRUE(kt_eq6(&adv->nd_na_target, US6));
	KT_TRUE(kt_eq6(&mtod(m, struct ip6_hdr *)->ip6_dst, PEER6));
	m_freem(m);
	KT_EQ(state(PEER6), ND6_LLINFO_DELAY);
	is_at(PEER6, mac1);
	/* Who probes is answered to all. */
	kt_rx(a, kt_ether6(ns(in6addr_any, group, US6, NULL), a, mac2));
	KT_EQ(sent(ND_NEIGHBOR_ADVERT, &m), 1);
	KT_REQUIRE(m != NULL);
	adv = (struct nd_neighbor_advert *)kt_icmp6_of(m);
	KT_EQ(adv->nd_na_flags_reserved, ND_NA_FLAG_OVERRIDE);
	KT_TRUE(kt_eq6(&mtod(m, struct ip6_hdr *)->ip6_dst, ALL6));
	m_freem(m);
	down();
}

KTEST(hostile, "messages that are not from here, or malformed")
{
	uint64_t	 was;
	struct mbuf	*m;

	up();
	was = icmp6stat.icp6s_badns;
	m = ns(PEER6, US6, US6, mac1);
	mtod(m, struct ip6_hdr *)->ip6_hlim = 254;
	kt_rx(a, kt_ether6(m, a, mac1));
	kt_rx(a, kt_ether6(ns(PEER6, US6, ALL6, mac1), a, mac1));
	kt_rx(a, kt_ether6(ns(in6addr_any, US6, US6, NULL), a, mac1));
	kt_rx(a, kt_ether6(ns(FAR6, US6, US6, mac1), a, mac1));
	m = ns(PEER6, US6, US6, mac1);
	m->m_flags |= M_FRAG6;
	kt_rx(a, kt_ether6(m, a, mac1));
	KT_EQ(icmp6stat.icp6s_badns - was, 5);
	was = icmp6stat.icp6s_nd_badopt;
	m = ns(PEER6, US6, US6, mac1);
	mtod(m, uint8_t *)[40 + 24 + 1] = 0;
	kt_icmp6_of(m)->icmp6_cksum = 0;
	kt_icmp6_of(m)->icmp6_cksum = in6_cksum(m, IPPROTO_ICMPV6, 40, 32);
	kt_rx(a, kt_ether6(m, a, mac1));
	m = ns(PEER6, US6, US6, mac1);
	mtod(m, uint8_t *)[40 + 24 + 1] = 2;
	kt_icmp6_of(m)->icmp6_cksum = 0;
	kt_icmp6_of(m)->icmp6_cksum = in6_cksum(m, IPPROTO_ICMPV6, 40, 32);
	kt_rx(a, kt_ether6(m, a, mac1));
	KT_EQ(icmp6stat.icp6s_nd_badopt - was, 2);
	was = icmp6stat.icp6s_badna;
	kt_rx(a, kt_ether6(na(PEER6, ALL6, PEER6, ND_NA_FLAG_SOLICITED,
	    mac1), a, mac1));
	kt_rx(a, kt_ether6(na(PEER6, US6, ALL6, 0, mac1), a, mac1));
	KT_EQ(icmp6stat.icp6s_badna - was, 2);
	was = nd6stat.nd6s_unwanted;
	kt_rx(a, kt_ether6(na(PEER6, US6, PEER6, ND_NA_FLAG_OVERRIDE, mac1),
	    a, mac1));
	KT_EQ(nd6stat.nd6s_unwanted - was, 1);
	KT_EQ(state(PEER6), ND6_LLINFO_NOSTATE);
	KT_EQ(sent(ND_NEIGHBOR_ADVERT, NULL), 0);
	down();
}

KTEST(limits, "entries and held packets are bounded, and recover")
{
	struct in6_addr	 addr = PEER6;
	uint64_t	 limit = nd6stat.nd6s_limit;
	uint64_t	 drop = nd6stat.nd6s_holddrop;
	u_int		 i, max = nd6_maxentries;

	up();
	nd6_maxentries = nd6_entries + 50;
	for (i = 0; i < 200; i++) {
		addr.s6_addr16[7] = htons(0x1000 + i);
		sendto6(addr);
	}
	KT_EQ(nd6_entries, nd6_maxentries);
	KT_RANGE(nd6stat.nd6s_limit - limit, 150, 1000);
	KT_RANGE(ln_hold_total, 1, ND6_HOLD_TOTAL);
	ktest_sleep_ms(5000);
	KT_EQ(ln_hold_total, 0);
	KT_RANGE(nd6_entries, 0, max);
	kt_txdrop(a);
	for (i = 0; i < 30; i++)
		sendto6(PEER6);
	KT_EQ(ln_hold_total, ND6_HOLD_QUEUE);
	KT_EQ(nd6stat.nd6s_holddrop - drop, 20);
	nd6_maxentries = max;
	down();
	KT_EQ(ln_hold_total, 0);
}

static int
flags_of(struct in6_addr addr)
{
	struct in6_ifaddr	*ia;

	ia = in6_ifpwithaddr(kt_ifp(a), &addr);
	return (ia == NULL ? -1 : ia->ia6_flags);
}

KTEST(noarp, "where there are no neighbours, nothing is probed")
{
	struct in6_addr	 addr = IP6(0x2001, 0xdb8, 1, 0, 0, 0, 0, 9);

	up();
	kt_ifp(a)->if_flags |= IFF_NOARP;
	KT_EQ(kt_addr6_flags(a, addr, 64, 0, ND6_INFINITE_LIFETIME,
	    ND6_INFINITE_LIFETIME), 0);
	KT_EQ(flags_of(addr), 0);
	KT_EQ(sent(ND_NEIGHBOR_SOLICIT, NULL), 0);
	KT_EQ(kt_deladdr6(a, addr), 0);
	kt_ifp(a)->if_flags &= ~IFF_NOARP;
	down();
}

KTEST(dad, "an address is probed, and is ours when nobody has it")
{
	struct in6_addr	 addr = IP6(0x2001, 0xdb8, 1, 0, 0, 0, 0, 9), group;
	struct mbuf	*m;

	up();
	in6_solicited(&group, &addr);
	KT_EQ(kt_addr6_flags(a, addr, 64, 0, ND6_INFINITE_LIFETIME,
	    ND6_INFINITE_LIFETIME), 0);
	KT_EQ(flags_of(addr), IN6_IFF_TENTATIVE);
	KT_EQ(sent(ND_NEIGHBOR_SOLICIT, &m), 1);
	KT_REQUIRE(m != NULL);
	KT_TRUE(IN6_IS_ADDR_UNSPECIFIED(&mtod(m, struct ip6_hdr *)->ip6_src));
	/* Our own probe, come back (RFC 7527). */
	kt_rx(a, kt_ether6(m, a, mac1));
	KT_EQ(flags_of(addr), IN6_IFF_TENTATIVE);
	KT_TRUE(nd6stat.nd6s_dad_loop > 0);
	ktest_sleep_ms(1200);
	KT_EQ(flags_of(addr), 0);
	KT_EQ(kt_deladdr6(a, addr), 0);
	/* Somebody else's. */
	KT_EQ(kt_addr6_flags(a, addr, 64, 0, ND6_INFINITE_LIFETIME,
	    ND6_INFINITE_LIFETIME), 0);
	kt_rx(a, kt_ether6(ns(in6addr_any, group, addr, NULL), a, mac1));
	KT_EQ(flags_of(addr), IN6_IFF_DUPLICATED);
	KT_EQ(kt_deladdr6(a, addr), 0);
	KT_EQ(kt_addr6_flags(a, addr, 64, 0, ND6_INFINITE_LIFETIME,
	    ND6_INFINITE_LIFETIME), 0);
	kt_rx(a, kt_ether6(na(addr, ALL6, addr, ND_NA_FLAG_OVERRIDE, mac1),
	    a, mac1));
	KT_EQ(flags_of(addr), IN6_IFF_DUPLICATED);
	ktest_sleep_ms(3000);
	KT_EQ(flags_of(addr), IN6_IFF_DUPLICATED);
	down();
}

/* An advertisement with one prefix. */
static void
ra(u_int lifetime, u_int32_t vltime, u_int32_t pltime, int pflags)
{
	struct {
		uint8_t		 chlim, flags;
		u_int16_t	 lifetime;
		u_int32_t	 reachable, retrans;
		struct nd_opt_prefix_info pi;
	} msg;

	memset(&msg, 0, sizeof(msg));
	msg.lifetime = htons(lifetime);
	msg.pi.nd_opt_pi_type = ND_OPT_PREFIX_INFORMATION;
	msg.pi.nd_opt_pi_len = 4;
	msg.pi.nd_opt_pi_prefix_len = 64;
	msg.pi.nd_opt_pi_flags_reserved = pflags;
	msg.pi.nd_opt_pi_valid_time = htonl(vltime);
	msg.pi.nd_opt_pi_preferred_time = htonl(pltime);
	msg.pi.nd_opt_pi_prefix = IP6(0x2001, 0xdb8, 0xa, 0, 0, 0, 0, 0);
	kt_rx(a, kt_ether6(kt_nd6(LL6, ALL6, ND_ROUTER_ADVERT, &msg,
	    sizeof(msg)), a, mac1));
	kt_txdrop(a);
}

/* Addresses made of the prefix, with these flags set. */
static u_int
made(int flags)
{
	struct ifaddr	*ifa;
	u_int		 n = 0;

	TAILQ_FOREACH(ifa, &kt_ifp(a)->if_addrlist, ifa_list)
		if (ifa->ifa_addr->sa_family == AF_INET6 &&
		    (ifatoia6(ifa)->ia6_flags & (IN6_IFF_AUTOCONF | flags)) ==
		    (IN6_IFF_AUTOCONF | flags))
			n++;
	return (n);
}

static int
has_default(void)
{
	struct sockaddr_in6	 sin6;
	struct rtentry		*rt;
	int			 has;

	in6_sin6(&sin6, &FAR6);
	NET_LOCK();
	rt = rtalloc(sin6tosa(&sin6), 0, 0);
	has = rt != NULL && ISSET(rt->rt_flags, RTF_GATEWAY);
	rtfree(rt);
	NET_UNLOCK();
	return (has);
}

KTEST(autoconf, "routers' advertisements live as long as they say")
{
	uint64_t	 was;

	up();
	was = nd6stat.nd6s_ignored;
	ra(30, 7200, 3600, ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO);
	KT_EQ(nd6stat.nd6s_ignored, was + 1);
	KT_EQ(made(0), 0);
	NET_LOCK();
	kt_ifp(a)->if_xflags |= IFXF_AUTOCONF6;
	if_af_xflags(kt_ifp(a));
	NET_UNLOCK();
	ktest_sleep_ms(15000);
	KT_EQ(sent(ND_ROUTER_SOLICIT, NULL), 3);
	ra(30, 10000, 50, ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO);
	KT_EQ(made(0), 1);
	KT_EQ(made(IN6_IFF_TENTATIVE), 1);
	KT_TRUE(has_default());
	ktest_sleep_ms(20000);
	KT_EQ(made(IN6_IFF_TENTATIVE), 0);
	KT_TRUE(has_default());
	ktest_sleep_ms(11000);
	KT_TRUE(!has_default());
	KT_EQ(made(IN6_IFF_DEPRECATED), 0);
	ktest_sleep_ms(21000);
	KT_EQ(made(IN6_IFF_DEPRECATED), 1);
	/* Nobody ends it in less than two hours (RFC 4862 5.5.3 e). */
	ra(0, 0, 0, ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO);
	KT_EQ(made(0), 1);
	ktest_sleep_ms(7190000);
	KT_EQ(made(0), 1);
	ktest_sleep_ms(20000);
	KT_EQ(made(0), 0);
	/* Temporary ones beside it; the next comes before one is over. */
	NET_LOCK();
	kt_ifp(a)->if_xflags |= IFXF_AUTOCONF6TEMP;
	if_af_xflags(kt_ifp(a));
	NET_UNLOCK();
	ra(30, 20000, 4000, ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO);
	KT_EQ(made(IN6_IFF_TEMPORARY), 1);
	ktest_sleep_ms(2000000);
	ra(30, 20000, 4000, ND_OPT_PI_FLAG_ONLINK | ND_OPT_PI_FLAG_AUTO);
	KT_EQ(made(IN6_IFF_TEMPORARY), 1);
	ktest_sleep_ms(1997000);
	KT_EQ(made(IN6_IFF_TEMPORARY), 2);
	KT_EQ(made(IN6_IFF_TEMPORARY | IN6_IFF_DEPRECATED), 0);
	ktest_sleep_ms(10000);
	KT_EQ(made(IN6_IFF_TEMPORARY | IN6_IFF_DEPRECATED), 1);
	NET_LOCK();
	kt_ifp(a)->if_xflags &= ~(IFXF_AUTOCONF6 | IFXF_AUTOCONF6TEMP);
	if_af_xflags(kt_ifp(a));
	NET_UNLOCK();
	KT_EQ(made(0), 0);
	down();
}

KTEST(prefixes, "prefixes that cannot be are counted, and so are too many")
{
	uint64_t	 was;

	up();
	NET_LOCK();
	kt_ifp(a)->if_xflags |= IFXF_AUTOCONF6;
	NET_UNLOCK();
	was = nd6stat.nd6s_badprefix;
	ra(0, 100, 200, ND_OPT_PI_FLAG_AUTO);	/* preferred longer */
	KT_EQ(nd6stat.nd6s_badprefix, was + 1);
	ra(0, 100, 50, ND_OPT_PI_FLAG_ONLINK);
	KT_EQ(made(0), 0);
	KT_EQ(((struct in6_ifextra *)kt_ifp(a)->if_afdata[AF_INET6])->
	    ife_nprefixes, 1);
	ktest_sleep_ms(102000);
	KT_EQ(((struct in6_ifextra *)kt_ifp(a)->if_afdata[AF_INET6])->
	    ife_nprefixes, 0);
	down();
}

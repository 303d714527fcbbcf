/*
 * ICMP: answers, the rules of RFC 1122 about errors, path MTU, redirects.
 */
#include <sys/time.h>

#include <netinet/icmp_var.h>

#include "ktinet.h"

#define US	IP(10, 1, 0, 1)
#define PEER	IP(10, 1, 0, 2)
#define GW	IP(10, 1, 0, 3)
#define FAR	IP(172, 16, 0, 1)

static struct ktif	*a;

/* What is learnt here lives for a second; so long until it is forgotten. */
#define PASSED	2500

static void
up(void)
{
	icmp_pmtu_settimeout(1);
	icmp_redirect_settimeout(1);
	a = kt_if("kta0", KTIF_IP);
	KT_REQUIRE(kt_addr(a, US, 24) == 0);
	KT_REQUIRE(kt_route(IP(172, 16, 0, 0), 16, GW, 0, 0) == 0);
}

static void
down(void)
{
	icmp_pmtu_settimeout(ip_mtudisc_timeout);
	icmp_redirect_settimeout(icmp_redirtimeout);
	KT_EQ(kt_unroute(IP(172, 16, 0, 0), 16, 0), 0);
	kt_if_free(a);
}

KTEST(echo, "an echo request comes back as it was")
{
	static uint8_t	 data[2000], got[2000];
	struct mbuf	*m;
	struct icmp	*icp;
	struct ip	*ip;
	u_int		 len;

	up();
	kt_ifp(a)->if_mtu = 4000;
	kt_pattern(data, 0, sizeof(data));
	for (len = 4; len < sizeof(data); len += 97) {
		KT_CASE("%u bytes", len);
		m = kt_icmp(PEER, US, ICMP_ECHO, 0, data, len);
		mtod(m, struct ip *)->ip_tos = 0x48;
		kt_ipsum(m);
		kt_rx(a, len & 1 ? kt_shatter(m, 33) : m);
		m = kt_tx(a);
		KT_REQUIRE(m != NULL);
		ip = mtod(m, struct ip *);
		icp = (struct icmp *)(ip + 1);
		KT_EQ(ip->ip_src.s_addr, US.s_addr);
		KT_EQ(ip->ip_dst.s_addr, PEER.s_addr);
		KT_EQ(ip->ip_tos, 0x48);
		KT_EQ(ip->ip_ttl, 255);
		KT_EQ(icp->icmp_type, ICMP_ECHOREPLY);
		KT_EQ(m->m_pkthdr.len, 24 + len);
		KT_EQ(in_cksum_off(m, 20, 4 + len), 0);
		m_copydata(m, 24, len, got);
		KT_MEMEQ(got, data, len);
		m_freem(m);
	}
	down();
}

KTEST(broadcast_echo, "requests to many are answered only when allowed")
{
	uint64_t	 was = icmpstat.icps_bmcastecho;
	struct mbuf	*m;

	up();
	kt_rx(a, kt_icmp(PEER, IP(10, 1, 0, 255), ICMP_ECHO, 0, "\0\0\0\0",
	    4));
	kt_rx(a, kt_icmp(PEER, IP(224, 0, 0, 1), ICMP_ECHO, 0, "\0\0\0\0",
	    4));
	KT_EQ(kt_txlen(a), 0);
	KT_EQ(icmpstat.icps_bmcastecho, was + 2);
	icmpbmcastecho = 1;
	kt_rx(a, kt_icmp(PEER, IP(10, 1, 0, 255), ICMP_ECHO, 0, "\0\0\0\0",
	    4));
	icmpbmcastecho = 0;
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	/* The answer has an address of ours as its source. */
	KT_EQ(mtod(m, struct ip *)->ip_src.s_addr, US.s_addr);
	m_freem(m);
	down();
}

KTEST(malformed, "malformed messages are counted")
{
	uint64_t	 was;
	struct mbuf	*m;

	up();
	was = icmpstat.icps_tooshort;
	kt_rx(a, kt_icmp(PEER, US, ICMP_ECHO, 0, "\0\0", 2));
	KT_EQ(icmpstat.icps_tooshort, was + 1);
	was = icmpstat.icps_checksum;
	m = kt_icmp(PEER, US, ICMP_ECHO, 0, "\0\0\0\0", 4);
	mtod(m, uint8_t *)[27] ^= 1;
	kt_rx(a, m);
	KT_EQ(icmpstat.icps_checksum, was + 1);
	was = icmpstat.icps_badcode;
	kt_rx(a, kt_icmp(PEER, US, ICMP_UNREACH, 16, "\0\0\0\0", 4));
	kt_rx(a, kt_icmp(PEER, US, ICMP_TIMXCEED, 2, "\0\0\0\0", 4));
	kt_rx(a, kt_icmp(PEER, US, ICMP_PARAMPROB, 3, "\0\0\0\0", 4));
	KT_EQ(icmpstat.icps_badcode, was + 3);
	was = icmpstat.icps_badlen;
	kt_rx(a, kt_icmp(PEER, US, ICMP_UNREACH, 1, NULL, 4 + 27));
	kt_rx(a, kt_icmp(PEER, US, ICMP_TSTAMP, 0, NULL, 15));
	KT_EQ(icmpstat.icps_badlen, was + 2);
	KT_EQ(kt_txlen(a), 0);
	down();
}

KTEST(timestamp, "a timestamp request gets our time; a mask request nothing")
{
	uint64_t	 was = icmpstat.icps_ignored;
	struct mbuf	*m;
	struct icmp	*icp;

	up();
	kt_rx(a, kt_icmp(PEER, US, ICMP_TSTAMP, 0,
	    "\0\1\0\2\1\2\3\4\0\0\0\0\0\0\0\0", 16));
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	icp = (struct icmp *)(mtod(m, struct ip *) + 1);
	KT_EQ(icp->icmp_type, ICMP_TSTAMPREPLY);
	KT_EQ(icp->icmp_otime, htonl(0x01020304));
	KT_RANGE(ntohl(icp->icmp_rtime), 0, 86400000);
	KT_EQ(in_cksum_off(m, 20, 20), 0);
	m_freem(m);
	icmptstamprepl = 0;
	kt_rx(a, kt_icmp(PEER, US, ICMP_TSTAMP, 0, NULL, 16));
	icmptstamprepl = 1;
	kt_rx(a, kt_icmp(PEER, US, ICMP_MASKREQ, 0, NULL, 8));
	KT_EQ(kt_txlen(a), 0);
	KT_EQ(icmpstat.icps_ignored, was + 2);
	icmpmaskrepl = 1;
	kt_rx(a, kt_icmp(PEER, US, ICMP_MASKREQ, 0, NULL, 8));
	icmpmaskrepl = 0;
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	icp = (struct icmp *)(mtod(m, struct ip *) + 1);
	KT_EQ(icp->icmp_type, ICMP_MASKREPLY);
	KT_EQ(ntohl(icp->icmp_mask), 0xffffff00);
	m_freem(m);
	down();
}

/*
 * The rules of when no error is sent.  Each case is a packet with an address,
 * flag or payload that forbids it, and the counter of the reason.
 */
struct rule {
	const char	*name;
	uint8_t		 src[4], dst[4];
	int		 proto;
	uint16_t	 off;
	int		 icmp;		/* first byte of an ICMP payload */
	int		 flags;
	uint64_t	*counter;	/* NULL: an error is due */
};

static const struct rule rules[] = {
	{ "a datagram", { 10, 1, 0, 2 }, { 10, 1, 0, 1 }, IPPROTO_UDP, 0, 0,
	    0, NULL },
	{ "an echo request", { 10, 1, 0, 2 }, { 10, 1, 0, 1 }, IPPROTO_ICMP,
	    0, ICMP_ECHO, 0, NULL },
	{ "an error", { 10, 1, 0, 2 }, { 10, 1, 0, 1 }, IPPROTO_ICMP, 0,
	    ICMP_UNREACH, 0, &icmpstat.icps_oldicmp },
	{ "a message of unknown type", { 10, 1, 0, 2 }, { 10, 1, 0, 1 },
	    IPPROTO_ICMP, 0, 200, 0, &icmpstat.icps_oldicmp },
	{ "a first fragment", { 10, 1, 0, 2 }, { 10, 1, 0, 1 }, IPPROTO_UDP,
	    IP_MF, 0, 0, NULL },
	{ "a later fragment", { 10, 1, 0, 2 }, { 10, 1, 0, 1 }, IPPROTO_UDP,
	    1, 0, 0, &icmpstat.icps_oldfrag },
	{ "to a broadcast", { 10, 1, 0, 2 }, { 10, 1, 0, 255 }, IPPROTO_UDP,
	    0, 0, 0, &icmpstat.icps_olddst },
	{ "to everybody", { 10, 1, 0, 2 }, { 255, 255, 255, 255 },
	    IPPROTO_UDP, 0, 0, 0, &icmpstat.icps_olddst },
	{ "to a group", { 10, 1, 0, 2 }, { 224, 0, 0, 9 }, IPPROTO_UDP, 0, 0,
	    0, &icmpstat.icps_olddst },
	{ "in a link broadcast", { 10, 1, 0, 2 }, { 10, 1, 0, 1 },
	    IPPROTO_UDP, 0, 0, M_BCAST, &icmpstat.icps_olddst },
	{ "in a link multicast", { 10, 1, 0, 2 }, { 10, 1, 0, 1 },
	    IPPROTO_UDP, 0, 0, M_MCAST, &icmpstat.icps_olddst },
	{ "from nobody", { 0, 0, 0, 0 }, { 10, 1, 0, 1 }, IPPROTO_UDP, 0, 0,
	    0, &icmpstat.icps_oldsrc },
	{ "from a group", { 224, 0, 0, 9 }, { 10, 1, 0, 1 }, IPPROTO_UDP, 0,
	    0, 0, &icmpstat.icps_oldsrc },
	{ "from class E", { 250, 0, 0, 9 }, { 10, 1, 0, 1 }, IPPROTO_UDP, 0,
	    0, 0, &icmpstat.icps_oldsrc },
	{ "from a broadcast", { 10, 1, 0, 255 }, { 10, 1, 0, 1 },
	    IPPROTO_UDP, 0, 0, 0, &icmpstat.icps_oldsrc },
};

KTEST(error_rules, "when an error is due, and when not (RFC 1122 3.2.2)")
{
	struct in_addr	 src, dst;
	uint8_t		 payload[16];
	uint64_t	 was;
	struct mbuf	*m;
	u_int		 i;

	up();
	icmperrppslim = -1;
	for (i = 0; i < nitems(rules); i++) {
		KT_CASE("%s", rules[i].name);
		memcpy(&src, rules[i].src, 4);
		memcpy(&dst, rules[i].dst, 4);
		memset(payload, 0, sizeof(payload));
		payload[0] = rules[i].icmp;
		m = kt_ip(src, dst, rules[i].proto, payload, 16);
		mtod(m, struct ip *)->ip_off = htons(rules[i].off);
		kt_ipsum(m);
		m->m_flags |= rules[i].flags;
		was = rules[i].counter != NULL ? *rules[i].counter : 0;
		NET_LOCK();
		m = icmp_do_error(m, ICMP_UNREACH, ICMP_UNREACH_PORT, 0, 0);
		NET_UNLOCK();
		KT_EQ(m != NULL, rules[i].counter == NULL);
		if (rules[i].counter != NULL)
			KT_EQ(*rules[i].counter, was + 1);
		m_freem(m);
	}
	icmperrppslim = 100;
	down();
}

KTEST(quote, "an error quotes as much as 576 bytes hold")
{
	struct mbuf	*m;
	struct ip	*ip;

	up();
	NET_LOCK();
	m = icmp_do_error(kt_udp(PEER, US, 1, 2, NULL, 1000), ICMP_UNREACH,
	    ICMP_UNREACH_PORT, 0, 0);
	NET_UNLOCK();
	KT_REQUIRE(m != NULL);
	KT_EQ(m->m_pkthdr.len, 576);
	ip = mtod(m, struct ip *);
	KT_EQ(ip->ip_tos, IPTOS_PREC_INTERNETCONTROL);
	KT_EQ(((struct icmp *)(ip + 1))->icmp_ip.ip_len, htons(1028));
	m_freem(m);
	NET_LOCK();
	m = icmp_do_error(kt_udp(PEER, US, 1, 2, NULL, 5), ICMP_UNREACH,
	    ICMP_UNREACH_PORT, 0, 0);
	NET_UNLOCK();
	KT_REQUIRE(m != NULL);
	KT_EQ(m->m_pkthdr.len, 28 + 33);
	m_freem(m);
	down();
}

KTEST(rate, "no more errors in a second than errppslimit")
{
	uint64_t	 was;
	u_int		 i;

	up();
	ktest_sleep_ms(1100);
	was = icmpstat.icps_toofreq;
	icmperrppslim = 10;
	for (i = 0; i < 25; i++)
		kt_rx(a, kt_udp(PEER, US, 1, 9, "x", 1));
	KT_EQ(kt_txlen(a), 10);
	KT_EQ(icmpstat.icps_toofreq, was + 15);
	ktest_sleep_ms(1100);
	kt_rx(a, kt_udp(PEER, US, 1, 9, "x", 1));
	KT_EQ(kt_txlen(a), 11);
	icmperrppslim = 0;
	kt_rx(a, kt_udp(PEER, US, 1, 9, "x", 1));
	KT_EQ(kt_txlen(a), 11);
	icmperrppslim = 100;
	down();
}

/* A NEEDFRAG message about a packet of len bytes that we sent to dst. */
static struct icmp *
needfrag(uint8_t *buf, struct in_addr dst, u_int len, u_int mtu)
{
	struct icmp	*icp = (struct icmp *)buf;

	memset(buf, 0, 64);
	icp->icmp_type = ICMP_UNREACH;
	icp->icmp_code = ICMP_UNREACH_NEEDFRAG;
	icp->icmp_nextmtu = htons(mtu);
	icp->icmp_ip.ip_v = 4;
	icp->icmp_ip.ip_hl = 5;
	icp->icmp_ip.ip_len = htons(len);
	icp->icmp_ip.ip_p = IPPROTO_UDP;
	icp->icmp_ip.ip_src = US;
	icp->icmp_ip.ip_dst = dst;
	return (icp);
}

/* The MTU kept for dst, 0 when none is. */
static u_int
path_mtu(struct in_addr dst)
{
	struct sockaddr_in	 sin;
	struct rtentry		*rt;
	u_int			 mtu;

	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	sin.sin_addr = dst;
	NET_LOCK();
	rt = rtalloc((struct sockaddr *)&sin, 0, 0);
	mtu = rtisvalid(rt) ? rt->rt_mtu : 0;
	rtfree(rt);
	NET_UNLOCK();
	return (mtu);
}

static void
learn(struct in_addr dst, u_int len, u_int mtu)
{
	uint8_t	 buf[64];

	NET_LOCK();
	icmp_mtudisc(needfrag(buf, dst, len, mtu), 0);
	NET_UNLOCK();
}

KTEST(pmtu, "a path's MTU is learnt, only shrinks, and is forgotten")
{
	uint64_t	 bad;

	up();
	KT_EQ(path_mtu(FAR), 0);
	learn(FAR, 1500, 1400);
	KT_EQ(path_mtu(FAR), 1400);
	KT_EQ(path_mtu(IP(172, 16, 0, 2)), 0);	/* that host's alone */
	bad = icmpstat.icps_badmtu;
	learn(FAR, 1500, 1450);			/* never grows */
	learn(FAR, 1500, 67);			/* absurd */
	learn(FAR, 1500, 295);
	KT_EQ(icmpstat.icps_badmtu, bad + 3);
	KT_EQ(path_mtu(FAR), 1400);
	learn(FAR, 1500, 1000);
	KT_EQ(path_mtu(FAR), 1000);
	/* On the link itself, too. */
	learn(PEER, 1500, 1200);
	KT_EQ(path_mtu(PEER), 1200);
	ktest_sleep_ms(PASSED);
	KT_EQ(path_mtu(FAR), 0);
	KT_EQ(path_mtu(PEER), 0);
	down();
}

KTEST(pmtu_old, "routers that do not tell the MTU: the next plateau")
{
	up();
	learn(FAR, 1500, 0);
	KT_EQ(path_mtu(FAR), 1492);
	learn(FAR, 1492, 0);
	KT_EQ(path_mtu(FAR), 1006);
	learn(FAR, 1006, 0);
	KT_EQ(path_mtu(FAR), 508);
	learn(FAR, 300, 0);
	KT_EQ(path_mtu(FAR), 296);
	learn(FAR, 200, 0);
	KT_EQ(path_mtu(FAR), 296);
	learn(IP(10, 1, 0, 1), 1500, 1000);	/* ourselves: no path */
	ktest_sleep_ms(PASSED);
	down();
}

KTEST(pmtu_unasked, "what nobody here has sent teaches nothing")
{
	uint8_t		 buf[64];

	up();
	needfrag(buf, FAR, 1500, 1300);
	kt_rx(a, kt_icmp(GW, US, ICMP_UNREACH, ICMP_UNREACH_NEEDFRAG, buf + 4,
	    32));
	KT_EQ(path_mtu(FAR), 0);
	down();
}

/* A redirect for FAR from who to gw. */
static struct mbuf *
redirect(struct in_addr who, struct in_addr gw)
{
	uint8_t	 buf[64];

	needfrag(buf, FAR, 100, 0);
	((struct icmp *)buf)->icmp_gwaddr = gw;
	return (kt_icmp(who, US, ICMP_REDIRECT, ICMP_REDIRECT_HOST, buf + 4,
	    32));
}

static struct in_addr
gateway(struct in_addr dst)
{
	struct sockaddr_in	 sin;
	struct in_addr		 gw = { 0 };
	struct rtentry		*rt;

	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	sin.sin_addr = dst;
	NET_LOCK();
	rt = rtalloc((struct sockaddr *)&sin, 0, 0);
	if (rtisvalid(rt) && ISSET(rt->rt_flags, RTF_GATEWAY))
		gw = satosin(rt->rt_gateway)->sin_addr;
	rtfree(rt);
	NET_UNLOCK();
	return (gw);
}

KTEST(redirect, "redirects are taken from the router in use, when allowed")
{
	struct in_addr	 better = IP(10, 1, 0, 4);
	uint64_t	 ign = icmpstat.icps_ignored;
	uint64_t	 bad = icmpstat.icps_badredirect;

	up();
	kt_rx(a, redirect(GW, better));
	KT_EQ(icmpstat.icps_ignored, ign + 1);
	KT_EQ(gateway(FAR).s_addr, GW.s_addr);
	icmp_rediraccept = 1;
	kt_rx(a, redirect(PEER, better));	/* not our router */
	kt_rx(a, redirect(GW, US));		/* to ourselves */
	kt_rx(a, redirect(GW, IP(192, 0, 2, 1)));	/* not on the link */
	kt_rx(a, redirect(GW, IP(224, 0, 0, 1)));
	KT_EQ(icmpstat.icps_badredirect, bad + 4);
	KT_EQ(gateway(FAR).s_addr, GW.s_addr);
	kt_rx(a, redirect(GW, better));
	KT_EQ(gateway(FAR).s_addr, better.s_addr);
	KT_EQ(gateway(IP(172, 16, 0, 2)).s_addr, GW.s_addr);
	/* Its route has its time, too. */
	ktest_sleep_ms(PASSED);
	KT_EQ(gateway(FAR).s_addr, GW.s_addr);
	/* A router does not listen. */
	ipforwarding = 1;
	kt_rx(a, redirect(GW, better));
	ipforwarding = 0;
	KT_EQ(gateway(FAR).s_addr, GW.s_addr);
	icmp_rediraccept = 0;
	down();
}

KTEST(unreachable, "an unknown protocol and an unused port are told")
{
	struct mbuf	*m;
	struct icmp	*icp;

	up();
	ktest_sleep_ms(1100);
	kt_rx(a, kt_ip(PEER, US, 99, "12345678", 8));
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	icp = (struct icmp *)(mtod(m, struct ip *) + 1);
	KT_EQ(icp->icmp_type, ICMP_UNREACH);
	KT_EQ(icp->icmp_code, ICMP_UNREACH_PROTOCOL);
	m_freem(m);
	kt_rx(a, kt_udp(PEER, US, 9, 9, "x", 1));
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	icp = (struct icmp *)(mtod(m, struct ip *) + 1);
	KT_EQ(icp->icmp_code, ICMP_UNREACH_PORT);
	m_freem(m);
	down();
}

/*
 * What a tunnel does to headers: type of service and congestion (RFC 6040),
 * DF (RFC 4301, 8.1), path MTU, in the four combinations of families; and
 * what goes along with a packet: tags, units of enc(4), routing domains.
 *
 *	10.1.0.1/24, fd01::1/64 - kta0 (LAN)
 *	192.0.2.1/24, fd00::1/64 - kta1 (WAN) - 192.0.2.2, fd00::2
 */
#include "ktipsec.h"

#include <sys/endian.h>

#include <net/rtable.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <netipsec/if_enc.h>

#include "../netinet6/ktinet6.h"

#define NEAR	IP(10, 1, 0, 2)
#define FAR	IP(10, 2, 0, 2)
#define US	IP(192, 0, 2, 1)
#define PEER	IP(192, 0, 2, 2)
#define LAN_6	IP6(0xfd01, 0, 0, 0, 0, 0, 0, 1)
#define NEAR_6	IP6(0xfd01, 0, 0, 0, 0, 0, 0, 2)
#define FAR_6	IP6(0xfd02, 0, 0, 0, 0, 0, 0, 2)
#define FARNET_6 IP6(0xfd02, 0, 0, 0, 0, 0, 0, 0)
#define US_6	IP6(0xfd00, 0, 0, 0, 0, 0, 0, 1)
#define PEER_6	IP6(0xfd00, 0, 0, 0, 0, 0, 0, 2)

static struct ktif	*lan, *wan;

static void
address(u_int type, int v6, struct in_addr a4, struct in6_addr a6)
{
	struct sadb_address	*a;
	struct sockaddr_in6	*sin6;

	if (!v6) {
		kk_addr(type, a4, 0);
		return;
	}
	a = kk_ext(type, sizeof(*a) + sizeof(*sin6));
	sin6 = (struct sockaddr_in6 *)(a + 1);
	sin6->sin6_len = sizeof(*sin6);
	sin6->sin6_family = AF_INET6;
	sin6->sin6_addr = a6;
}

/* Everything between the LAN and what is behind the peer. */
static void
flow(int inner6, int outer6, u_int dir)
{
	struct in6_addr	 full;
	int		 out = dir == IPSP_DIRECTION_OUT;

	memset(&full, 0xff, 8);
	memset(&full.s6_addr[8], 0, 8);
	kk_begin(SADB_X_ADDFLOW, SADB_SATYPE_ESP);
	address(SADB_X_EXT_SRC_MASK, inner6, IP(255, 255, 255, 0), full);
	address(SADB_X_EXT_DST_MASK, inner6, IP(255, 255, 255, 0), full);
	address(SADB_X_EXT_SRC_FLOW, inner6, out ? NEAR : FAR,
	    out ? NEAR_6 : FAR_6);
	address(SADB_X_EXT_DST_FLOW, inner6, out ? FAR : NEAR,
	    out ? FAR_6 : NEAR_6);
	address(SADB_EXT_ADDRESS_DST, outer6, PEER, PEER_6);
	kk_flowtype(SADB_X_FLOW_TYPE_REQUIRE, dir);
	KT_ERR(0, kk_send());
}

/* NULL and a MAC, so that what is inside can be looked at. */
static struct tdb *
sa(int outer6, int in, u_int tap, const char *tagname)
{
	static const uint8_t	 key[64] = { 1 };
	struct sadb_x_tap	*t;
	struct sadb_x_tag	*tag;
	u_int			 len;

	kk_begin(SADB_ADD, SADB_SATYPE_ESP);
	kk_sa(in ? 0x2001 : 0x1001, SADB_X_AALG_SHA2_256, SADB_EALG_NULL,
	    SADB_X_SAFLAGS_TUNNEL, 64);
	address(SADB_EXT_ADDRESS_SRC, outer6, in ? PEER : US,
	    in ? PEER_6 : US_6);
	address(SADB_EXT_ADDRESS_DST, outer6, in ? US : PEER,
	    in ? US_6 : PEER_6);
	kk_key(SADB_EXT_KEY_AUTH, key, 32);
	if (tap != 0) {
		t = kk_ext(SADB_X_EXT_TAP, sizeof(*t));
		t->sadb_x_tap_unit = tap;
	}
	if (tagname != NULL) {
		len = strlen(tagname) + 1;
		tag = kk_ext(SADB_X_EXT_TAG, sizeof(*tag) + len);
		tag->sadb_x_tag_taglen = len;
		memcpy(tag + 1, tagname, len);
	}
	KT_ERR(0, kk_send());
	return (TAILQ_LAST(&tdb_all, tdb_head));
}

static void
up(void)
{
	lan = kt_if6("kta0", KTIF_IP);
	wan = kt_if6("kta1", KTIF_IP);
	KT_ERR(0, kt_addr(lan, IP(10, 1, 0, 1), 24));
	KT_ERR(0, kt_addr(wan, US, 24));
	KT_ERR(0, kt_addr6(lan, LAN_6, 64));
	KT_ERR(0, kt_addr6(wan, US_6, 64));
	KT_ERR(0, kt_route(IP(10, 2, 0, 0), 24, PEER, 0, 0));
	KT_ERR(0, kt_route6(FARNET_6, 64, PEER_6, 0, 0));
	kt_settle();
	kt_txdrop(lan);
	kt_txdrop(wan);
	ipforwarding = ip6_forwarding = 1;
	kk_open();
}

static void
down(void)
{
	kk_close();
	ipforwarding = ip6_forwarding = 0;
	KT_ERR(0, kt_unroute(IP(10, 2, 0, 0), 24, 0));
	KT_ERR(0, kt_unroute6(FARNET_6, 64, 0));
	kt_txdrop(lan);
	kt_txdrop(wan);
	kt_if6_free(wan);
	kt_if6_free(lan);
}

/* A packet from the LAN, len bytes of data; DF where there is one. */
static struct mbuf *
inside(int v6, int out, u_int tos, int df, u_int len)
{
	static const uint8_t	 data[2000];
	struct mbuf		*m;
	struct ip		*ip;

	if (v6) {
		m = out ? kt_udp6(NEAR_6, FAR_6, 7, 9, data, len) :
		    kt_udp6(FAR_6, NEAR_6, 7, 9, data, len);
		mtod(m, struct ip6_hdr *)->ip6_flow =
		    htonl(6u << 28 | tos << 20);
		return (m);
	}
	m = out ? kt_udp(NEAR, FAR, 7, 9, data, len) :
	    kt_udp(FAR, NEAR, 7, 9, data, len);
	ip = mtod(m, struct ip *);
	ip->ip_tos = tos;
	ip->ip_off = df ? htons(IP_DF) : 0;
	kt_ipsum(m);
	return (m);
}

static u_int
tos_of(struct mbuf *m)
{
	const uint8_t	*p = mtod(m, const uint8_t *);

	return (*p >> 4 == 4 ? p[1] : (p[0] << 4 | p[1] >> 4) & 0xff);
}

KTEST(tos, "outside is what is inside, all of it, and DF by the RFC")
{
	struct mbuf	*m;
	struct ip	*ip;
	u_int		 combination, tos;
	int		 df, inner6, outer6;

	for (combination = 0; combination < 4; combination++) {
		inner6 = combination & 1;
		outer6 = combination >> 1;
		up();
		(void)sa(outer6, 0, 0, NULL);
		flow(inner6, outer6, IPSP_DIRECTION_OUT);
		for (tos = 0; tos < 256; tos++) {
			df = tos & 1;
			KT_CASE("IPv%d in IPv%d, %#x, DF %d", inner6 ? 6 : 4,
			    outer6 ? 6 : 4, tos, df);
			kt_rx(lan, inside(inner6, 1, tos, df, 20));
			kt_settle();
			m = kt_tx(wan);
			KT_REQUIRE(m != NULL);
			KT_EQ(tos_of(m), tos);
			if (!outer6) {
				ip = mtod(m, struct ip *);
				KT_EQ(ip->ip_p, IPPROTO_ESP);
				/* IPv6 packets this short may be cut. */
				KT_EQ(ntohs(ip->ip_off) & IP_DF, !inner6 &&
				    df ? IP_DF : 0);
				KT_EQ(ip->ip_ttl, 64);
			} else
				KT_EQ(mtod(m, struct ip6_hdr *)->ip6_nxt,
				    IPPROTO_ESP);
			m_freem(m);
		}
		down();
	}
}

KTEST(df6, "a long IPv6 packet in IPv4 is not cut on the way")
{
	struct mbuf	*m;

	up();
	(void)sa(0, 0, 0, NULL);
	flow(1, 0, IPSP_DIRECTION_OUT);
	kt_rx(lan, inside(1, 1, 0, 0, 1280 - 48));
	kt_settle();
	m = kt_tx(wan);
	KT_REQUIRE(m != NULL);
	KT_EQ(ntohs(mtod(m, struct ip *)->ip_off) & IP_DF, 0);
	m_freem(m);
	kt_rx(lan, inside(1, 1, 0, 0, 1281 - 48));
	kt_settle();
	m = kt_tx(wan);
	KT_REQUIRE(m != NULL);
	KT_EQ(ntohs(mtod(m, struct ip *)->ip_off) & IP_DF, IP_DF);
	m_freem(m);
	down();
}

/* The peer's packet, with that type of service outside. */
static void
from_peer(struct tdb *tdb, uint64_t seq, int outer6, u_int tos,
    struct mbuf *m)
{
	uint8_t		 buf[512], text[256];
	u_int		 len, proto;
	struct mbuf	*n;

	len = m->m_pkthdr.len;
	proto = *mtod(m, uint8_t *) >> 4 == 4 ? IPPROTO_IPV4 : IPPROTO_IPV6;
	m_copydata(m, 0, len, text);
	m_freem(m);
	len = kk_esp(tdb, seq, buf, text, len, proto);
	if (outer6) {
		n = kt_ip6(PEER_6, US_6, IPPROTO_ESP, buf, len);
		mtod(n, struct ip6_hdr *)->ip6_flow =
		    htonl(6u << 28 | tos << 20);
	} else {
		n = kt_ip(PEER, US, IPPROTO_ESP, buf, len);
		mtod(n, struct ip *)->ip_tos = tos;
		kt_ipsum(n);
	}
	kt_rx(wan, n);
	kt_settle();
}

KTEST(ecn, "congestion on the way is told inside (RFC 6040, 4.2)")
{
	/* [outer][inner]; -1: dropped.  0 no ECN, 1 ECT(1), 2 ECT(0), 3 CE */
	static const int	 table[4][4] = {
		{ 0, 1, 2, 3 },
		{ 0, 1, 1, 3 },
		{ 0, 1, 2, 3 },
		{ -1, 3, 3, 3 },
	};
	struct mbuf	*m;
	struct tdb	*tdb;
	uint64_t	 dropped, seq;
	u_int		 combination, i;
	int		 inner, inner6, outer, outer6;

	for (combination = 0; combination < 4; combination++) {
		inner6 = combination & 1;
		outer6 = combination >> 1;
		up();
		tdb = sa(outer6, 1, 0, NULL);
		flow(inner6, outer6, IPSP_DIRECTION_IN);
		seq = 0;
		for (i = 0; i < 16; i++) {
			outer = i / 4;
			inner = i % 4;
			KT_CASE("IPv%d in IPv%d, outer %d, inner %d",
			    inner6 ? 6 : 4, outer6 ? 6 : 4, outer, inner);
			dropped = ipsecstat.ipsec_ecn;
			/* The six other bits outside mean nothing. */
			from_peer(tdb, ++seq, outer6, 0xb8 | outer,
			    inside(inner6, 0, 0x28 | inner, 0, 8));
			m = kt_tx(lan);
			KT_EQ(m == NULL, table[outer][inner] == -1);
			KT_EQ(ipsecstat.ipsec_ecn - dropped, m == NULL);
			if (m == NULL)
				continue;
			KT_EQ(tos_of(m), 0x28 | table[outer][inner]);
			if (!inner6)
				KT_EQ(in_cksum_hdr(mtod(m, struct ip *), 20),
				    0);
			m_freem(m);
		}
		down();
	}
}

/* Somebody on the way says that the SA's packet was too long. */
static void
too_big(int outer6, uint32_t spi, u_int mtu)
{
	uint8_t		 body[128];
	struct ip6_hdr	*ip6 = (struct ip6_hdr *)(body + 4);
	struct ip	*ip = (struct ip *)(body + 4);

	memset(body, 0, sizeof(body));
	if (outer6) {
		be32enc(body, mtu);
		ip6->ip6_flow = htonl(6u << 28);
		ip6->ip6_plen = htons(1400);
		ip6->ip6_nxt = IPPROTO_ESP;
		ip6->ip6_hlim = 60;
		ip6->ip6_src = US_6;
		ip6->ip6_dst = PEER_6;
		be32enc(body + 44, spi);
		kt_rx(wan, kt_icmp6(IP6(0xfd00, 0, 0, 0, 0, 0, 0, 9), US_6,
		    ICMP6_PACKET_TOO_BIG, 0, body, 4 + 40 + 16));
	} else {
		be16enc(body + 2, mtu);
		ip->ip_v = 4;
		ip->ip_hl = 5;
		ip->ip_len = htons(1500);
		ip->ip_ttl = 60;
		ip->ip_p = IPPROTO_ESP;
		ip->ip_src = US;
		ip->ip_dst = PEER;
		be32enc(body + 24, spi);
		kt_rx(wan, kt_icmp(IP(192, 0, 2, 9), US, ICMP_UNREACH,
		    ICMP_UNREACH_NEEDFRAG, body, 4 + 20 + 16));
	}
	kt_settle();
	kt_txdrop(wan);
}

/* What the LAN is told of a packet that does not fit; 0: it fitted. */
static u_int
told(int inner6, u_int len)
{
	struct mbuf	*m;
	u_int		 mtu = 0;

	/* Groups have been told of. */
	kt_txdrop(lan);
	kt_txdrop(wan);
	kt_rx(lan, inside(inner6, 1, 0, 1, len));
	kt_settle();
	m = kt_tx(lan);
	if (m != NULL && inner6) {
		KT_REQUIRE((m = m_pullup(m, 48)) != NULL);
		KT_EQ(mtod(m, uint8_t *)[40], ICMP6_PACKET_TOO_BIG);
		mtu = be32dec(mtod(m, uint8_t *) + 44);
	} else if (m != NULL) {
		KT_REQUIRE((m = m_pullup(m, 28)) != NULL);
		KT_EQ(mtod(m, uint8_t *)[20], ICMP_UNREACH);
		KT_EQ(mtod(m, uint8_t *)[21], ICMP_UNREACH_NEEDFRAG);
		mtu = be16dec(mtod(m, uint8_t *) + 26);
	}
	m_freem(m);
	KT_EQ(kt_txlen(wan) > 0, mtu == 0);
	kt_txdrop(wan);
	kt_txdrop(lan);
	return (mtu);
}

KTEST(pmtu, "a path MTU is learned for SAs that there are, told, forgotten")
{
	uint64_t	 bad, good;
	u_int		 combination, fits, hdr;
	int		 inner6, outer6;

	for (combination = 0; combination < 4; combination++) {
		inner6 = combination & 1;
		outer6 = combination >> 1;
		KT_CASE("IPv%d in IPv%d", inner6 ? 6 : 4, outer6 ? 6 : 4);
		up();
		(void)sa(outer6, 0, 0, NULL);
		flow(inner6, outer6, IPSP_DIRECTION_OUT);
		/* Header, ESP, ICV, at least a trailer. */
		hdr = (outer6 ? 40 : 20) + 8 + 16;
		fits = (1500 - hdr) / 4 * 4 - 2;
		KT_EQ(told(inner6, 1450), fits);
		KT_EQ(told(inner6, fits - (inner6 ? 48 : 28)), 0);
		bad = ipsecstat.ipsec_badpmtu;
		good = ipsecstat.ipsec_pmtu;
		too_big(outer6, 0x1002, 1400);
		KT_EQ(ipsecstat.ipsec_badpmtu, bad + 1);
		KT_EQ(ipsecstat.ipsec_pmtu, good);
		KT_EQ(told(inner6, 1450), fits);
		too_big(outer6, 0x1001, 1400);
		KT_EQ(ipsecstat.ipsec_pmtu, good + 1);
		fits = (1400 - hdr) / 4 * 4 - 2;
		KT_EQ(told(inner6, 1450), fits);
		KT_EQ(told(inner6, fits - (inner6 ? 48 : 28)), 0);
		/* It is not believed for ever. */
		ktest_sleep_ms(3600 * 1000);
		fits = (1500 - hdr) / 4 * 4 - 2;
		KT_EQ(told(inner6, 1450), fits);
		down();
	}
}

static char	 asked[32];		/* of the tag hook */
static u_int	 tag_seen, table_seen, tests;
static char	 if_seen[IFNAMSIZ];

static u_int16_t
tag_hook(const char *name)
{
	strlcpy(asked, name, sizeof(asked));
	return (77);
}

static int
pf_hook(int af, int dir, struct ifnet *ifp, struct mbuf **mp)
{
	(void)af;
	if (dir != PF_IN || strncmp(ifp->if_xname, "enc", 3) != 0)
		return (0);
	tag_seen = (*mp)->m_pkthdr.pf.tag;
	table_seen = (*mp)->m_pkthdr.ph_rtableid;
	strlcpy(if_seen, ifp->if_xname, sizeof(if_seen));
	tests++;
	return (0);
}

KTEST(tag, "an SA's tag goes along, and its unit of enc(4) shows it")
{
	struct tdb	*tdb;
	struct ifnet	*enc;
	uint64_t	 in;

	up();
	KT_ERR(0, if_clone_create("enc3", 0));
	NET_LOCK();
	enc = enc_getif(0, 3);
	KT_REQUIRE(enc != NULL);
	in = enc->if_ipackets;
	NET_UNLOCK();
	ipsec_tag_hook = tag_hook;
	pf_test_hook = pf_hook;
	tests = 0;
	tdb = sa(0, 1, 3, "a.example");
	KT_STREQ(asked, "a.example");
	KT_EQ(tdb->tdb_tag, 77);
	flow(0, 0, IPSP_DIRECTION_IN);
	from_peer(tdb, 1, 0, 0, inside(0, 0, 0, 0, 8));
	KT_EQ(kt_txlen(lan), 1);
	KT_EQ(tests, 1);
	KT_EQ(tag_seen, 77);
	KT_STREQ(if_seen, "enc3");
	KT_EQ(enc->if_ipackets, in + 1);
	/* Without such a unit it is the domain's. */
	pf_test_hook = NULL;
	KT_ERR(0, if_clone_destroy("enc3"));
	pf_test_hook = pf_hook;
	from_peer(tdb, 2, 0, 0, inside(0, 0, 0, 0, 8));
	KT_EQ(tests, 2);
	KT_STREQ(if_seen, "enc0");
	ipsec_tag_hook = NULL;
	pf_test_hook = NULL;
	down();
}

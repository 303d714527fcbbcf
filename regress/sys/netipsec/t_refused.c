/*
 * What must not get through: each packet that is not as it should be is
 * dropped, counted by its reason, and changes nothing of an SA.
 *
 *	10.1.0.1/24 - kta0 (LAN)	192.0.2.1/24 - kta1 (WAN)
 *
 * The peer, 192.0.2.2, has the keys; behind it is 10.2.0.0/24.
 */
#include "ktipsec.h"

#include <sys/endian.h>

#include <netinet/ip6.h>

#define LAN	IP(10, 1, 0, 1)
#define NEAR	IP(10, 1, 0, 2)
#define FAR	IP(10, 2, 0, 2)
#define US	IP(192, 0, 2, 1)
#define PEER	IP(192, 0, 2, 2)
#define SPI	0x1001
#define TUNNEL	SADB_X_SAFLAGS_TUNNEL
#define ESN	SADB_X_SAFLAGS_ESN

static struct ktif	*lan, *wan;
static struct tdb	*sa;		/* from the peer */
static uint8_t		 inner[256];	/* a packet for NEAR */
static u_int		 inner_len;

/* What may be counted, and how often it was. */
static struct counted {
	const char	*name;
	uint64_t	*counter;
	uint64_t	 was;
} counters[] = {
	{ "esp hdrops", &espstat.esps_hdrops, 0 },
	{ "esp notdb", &espstat.esps_notdb, 0 },
	{ "esp badilen", &espstat.esps_badilen, 0 },
	{ "esp badauth", &espstat.esps_badauth, 0 },
	{ "esp badenc", &espstat.esps_badenc, 0 },
	{ "esp replay", &espstat.esps_replay, 0 },
	{ "esp old", &espstat.esps_old, 0 },
	{ "esp seqzero", &espstat.esps_seqzero, 0 },
	{ "esp reserved", &espstat.esps_reserved, 0 },
	{ "esp invalid", &espstat.esps_invalid, 0 },
	{ "esp noxform", &espstat.esps_noxform, 0 },
	{ "esp pdrops", &espstat.esps_pdrops, 0 },
	{ "esp dummy", &espstat.esps_dummy, 0 },
	{ "esp badnxt", &espstat.esps_badnxt, 0 },
	{ "esp udpneeded", &espstat.esps_udpneeded, 0 },
	{ "esp udpinval", &espstat.esps_udpinval, 0 },
	{ "esp udpshort", &espstat.esps_udpshort, 0 },
	{ "esp keepalive", &espstat.esps_keepalive, 0 },
	{ "ah hdrops", &ahstat.ahs_hdrops, 0 },
	{ "ah notdb", &ahstat.ahs_notdb, 0 },
	{ "ah badauth", &ahstat.ahs_badauth, 0 },
	{ "ah badauthl", &ahstat.ahs_badauthl, 0 },
	{ "ah badopt", &ahstat.ahs_badopt, 0 },
	{ "ah replay", &ahstat.ahs_replay, 0 },
	{ "ah old", &ahstat.ahs_old, 0 },
	{ "ah seqzero", &ahstat.ahs_seqzero, 0 },
	{ "ah reserved", &ahstat.ahs_reserved, 0 },
	{ "ah pdrops", &ahstat.ahs_pdrops, 0 },
	{ "ah badnxt", &ahstat.ahs_badnxt, 0 },
	{ "ipcomp hdrops", &ipcompstat.ipcomps_hdrops, 0 },
	{ "ipcomp notdb", &ipcompstat.ipcomps_notdb, 0 },
	{ "ipcomp crypto", &ipcompstat.ipcomps_crypto, 0 },
	{ "ipcomp toobig", &ipcompstat.ipcomps_toobig, 0 },
	{ "ipcomp pdrops", &ipcompstat.ipcomps_pdrops, 0 },
	{ "ipcomp badnxt", &ipcompstat.ipcomps_badnxt, 0 },
	{ "selector", &ipsecstat.ipsec_selector, 0 },
	{ "badhdr", &ipsecstat.ipsec_badhdr, 0 },
	{ "ecn", &ipsecstat.ipsec_ecn, 0 },
	{ "ipolicy", &ipsecstat.ipsec_ipolicy, 0 },
};

static void
count(void)
{
	u_int	 i;

	for (i = 0; i < nitems(counters); i++)
		counters[i].was = *counters[i].counter;
}

/* Exactly this was counted since, once; NULL: nothing. */
static void
counted(const char *what)
{
	const struct counted	*c;
	u_int			 i;

	for (i = 0; i < nitems(counters); i++) {
		c = &counters[i];
		if (*c->counter - c->was != (what != NULL &&
		    strcmp(what, c->name) == 0))
			KT_FAIL("%s: counted %llu times", c->name,
			    (unsigned long long)(*c->counter - c->was));
	}
}

/* One of these was, once. */
static void
counted_one(const char *const *names)
{
	uint64_t	 n = 0;
	u_int		 i, j;

	for (i = 0; i < nitems(counters); i++)
		for (j = 0; names[j] != NULL; j++)
			if (strcmp(names[j], counters[i].name) == 0)
				n += *counters[i].counter - counters[i].was;
	KT_EQ(n, 1);
}

static void
up(void)
{
	struct mbuf	*m;

	lan = kt_if("kta0", KTIF_IP);
	wan = kt_if("kta1", KTIF_IP);
	KT_ERR(0, kt_addr(lan, LAN, 24));
	KT_ERR(0, kt_addr(wan, US, 24));
	KT_ERR(0, kt_route(IP(10, 2, 0, 0), 24, PEER, 0, 0));
	ipforwarding = 1;
	ipcomp_enable = 1;
	kk_open();
	m = kt_udp(FAR, NEAR, 9, 7, "0123456789abcdefghijklmn", 24);
	inner_len = m->m_pkthdr.len;
	m_copydata(m, 0, inner_len, inner);
	m_freem(m);
}

static void
down(void)
{
	kk_close();
	ipforwarding = ipcomp_enable = 0;
	esp_enable = ah_enable = 1;
	KT_ERR(0, kt_unroute(IP(10, 2, 0, 0), 24, 0));
	kt_txdrop(lan);
	kt_txdrop(wan);
	kt_if_free(lan);
	kt_if_free(wan);
}

/* An SA from the peer, and the flow that leads to it. */
static void
tunnel(const struct kk_alg *ka, uint32_t flags, u_int replay)
{
	kk_begin(SADB_FLUSH, SADB_SATYPE_UNSPEC);
	KT_ERR(0, kk_send());
	sa = kk_add(ka, PEER, US, SPI, TUNNEL | flags, replay);
	kk_begin(SADB_X_ADDFLOW, ka->ka_satype);
	kk_selectors(IP(10, 2, 0, 0), 24, IP(10, 1, 0, 0), 24, 0, 0, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
	kk_flowtype(SADB_X_FLOW_TYPE_REQUIRE, IPSP_DIRECTION_IN);
	KT_ERR(0, kk_send());
}

/* A packet of the SA with that text, sealed, at p; its length. */
static u_int
seal(uint8_t *p, uint64_t seq, const void *text, u_int len, u_int next)
{
	u_int	 ahlen;

	if (sa->tdb_sproto == IPPROTO_ESP)
		return (kk_esp(sa, seq, p, text, len, next));
	ahlen = ah_hdrlen(sa, AF_INET);
	memset(p, 0, ahlen);
	p[0] = next;
	p[1] = ahlen / 4 - 2;
	memcpy(p + 4, &sa->tdb_spi, 4);
	be32enc(p + 8, (uint32_t)seq);
	memcpy(p + ahlen, text, len);
	return (ahlen + len);
}

/* That comes in; AH gets its ICV first, if seq is not ~0. */
static void
rx(const uint8_t *p, u_int len, uint64_t seq)
{
	struct mbuf	*m;
	uint8_t		 buf[600];

	m = kt_ip(PEER, US, sa->tdb_sproto, p, len);
	if (sa->tdb_sproto == IPPROTO_AH && seq != UINT64_MAX) {
		len = m->m_pkthdr.len;
		KT_REQUIRE(len <= sizeof(buf));
		m_copydata(m, 0, len, buf);
		m_freem(m);
		kk_ah(sa, seq, buf, len, 20);
		m = kt_mbuf(buf, len);
	}
	kt_rx(wan, m);
	kt_settle();
}

/* The inner packet of that number: is it let through? */
static int
passes(uint64_t seq)
{
	uint8_t	 buf[512];
	u_int	 n;

	rx(buf, seal(buf, seq, inner, inner_len, IPPROTO_IPV4), seq);
	n = kt_txlen(lan);
	KT_TRUE(n <= 1);
	kt_txdrop(lan);
	return (n == 1);
}

/* That is dropped for a reason. */
static void
refused(const uint8_t *p, u_int len, uint64_t seq, const char *why)
{
	struct kk_state	 was = kk_state(sa);

	count();
	rx(p, len, seq);
	counted(why);
	kk_unchanged(sa, &was);
	KT_EQ(kt_txlen(lan), 0);
	kt_txdrop(lan);
}

/* An AH packet whole, with its ICV, behind its IP header. */
static u_int
sealed_ah(uint8_t *p, uint64_t seq)
{
	struct mbuf	*m;
	uint8_t		 buf[512];
	u_int		 len;

	len = seal(p, seq, inner, inner_len, IPPROTO_IPV4);
	m = kt_ip(PEER, US, IPPROTO_AH, p, len);
	m_copydata(m, 0, 20 + len, buf);
	m_freem(m);
	kk_ah(sa, seq, buf, 20 + len, 20);
	memcpy(p, buf + 20, len);
	return (len);
}

KTEST(truncated, "every algorithm: a packet cut anywhere is refused")
{
	static const char *const	 esp[] = { "esp hdrops",
	    "esp badilen", "esp badauth", NULL };
	static const char *const	 ah[] = { "ah hdrops",
	    "ah badauth", NULL };
	const struct kk_alg		*ka;
	struct kk_state			 was;
	uint8_t				 buf[512];
	u_int				 len, n;

	up();
	for (ka = kk_algs; ka->ka_name != NULL; ka++) {
		if (ka->ka_satype == SADB_X_SATYPE_IPCOMP)
			continue;
		tunnel(ka, 0, 64);
		len = sa->tdb_sproto == IPPROTO_AH ? sealed_ah(buf, 1) :
		    seal(buf, 1, inner, inner_len, IPPROTO_IPV4);
		was = kk_state(sa);
		for (n = 0; n < len; n++) {
			KT_CASE("%s: %u of %u bytes", ka->ka_name, n, len);
			count();
			rx(buf, n, UINT64_MAX);
			counted_one(sa->tdb_sproto == IPPROTO_AH ? ah : esp);
			kk_unchanged(sa, &was);
			KT_EQ(kt_txlen(lan), 0);
		}
		KT_CASE("%s: whole", ka->ka_name);
		KT_TRUE(passes(1));
	}
	down();
}

KTEST(flipped, "every algorithm: a packet with a bit changed is refused")
{
	const struct kk_alg	*ka;
	const char		*why;
	uint8_t			 buf[512];
	u_int			 bit, len;
	int			 ah;

	up();
	for (ka = kk_algs; ka->ka_name != NULL; ka++) {
		if (ka->ka_satype == SADB_X_SATYPE_IPCOMP)
			continue;
		tunnel(ka, 0, 64);
		ah = sa->tdb_sproto == IPPROTO_AH;
		len = ah ? sealed_ah(buf, 5) :
		    seal(buf, 5, inner, inner_len, IPPROTO_IPV4);
		for (bit = 0; bit < len * 8; bit += 3) {
			KT_CASE("%s: bit %u of byte %u", ka->ka_name, bit % 8,
			    bit / 8);
			why = ah ? "ah badauth" : "esp badauth";
			if (bit / 8 >= (ah ? 4 : 0) &&
			    bit / 8 < (ah ? 8 : 4))
				why = ah ? "ah notdb" : "esp notdb";
			else if (ah && bit / 8 == 1)
				why = "ah badauthl";
			buf[bit / 8] ^= 1 << bit % 8;
			refused(buf, len, UINT64_MAX, why);
			buf[bit / 8] ^= 1 << bit % 8;
		}
		KT_CASE("%s: as it was", ka->ka_name);
		KT_TRUE(passes(5));
	}
	down();
}

KTEST(icv, "an ICV of zeroes, of another length, of another packet")
{
	const struct kk_alg	*ka;
	const char		*why;
	uint8_t			 buf[512], other[512];
	u_int			 at, len;
	int			 ah;

	up();
	for (ka = kk_algs; ka->ka_name != NULL; ka++) {
		if (ka->ka_satype == SADB_X_SATYPE_IPCOMP)
			continue;
		KT_CASE("%s", ka->ka_name);
		tunnel(ka, 0, 64);
		ah = sa->tdb_sproto == IPPROTO_AH;
		why = ah ? "ah badauth" : "esp badauth";
		if (ah) {
			len = sealed_ah(buf, 2);
			(void)sealed_ah(other, 3);
		} else {
			len = seal(buf, 2, inner, inner_len, IPPROTO_IPV4);
			(void)seal(other, 3, inner, inner_len,
			    IPPROTO_IPV4);
		}
		at = ah ? AH_HLEN : len - sa->tdb_icvlen;
		memcpy(buf + at, other + at, sa->tdb_icvlen);
		refused(buf, len, UINT64_MAX, why);
		memset(buf + at, 0, sa->tdb_icvlen);
		refused(buf, len, UINT64_MAX, why);
		memset(buf + at, 0xff, sa->tdb_icvlen);
		refused(buf, len, UINT64_MAX, why);
		if (ah)
			continue;
		/* Four more bytes are a longer text. */
		len = seal(buf, 2, inner, inner_len, IPPROTO_IPV4);
		memset(buf + len, 0, 16);
		refused(buf, len + sa->tdb_block, UINT64_MAX, why);
	}
	down();
}

KTEST(numbers, "replays, number 0, before the window, in both forms")
{
	const struct kk_alg	*ka;
	uint8_t			 buf[512];
	const char		*p;
	char			 why[32];
	uint32_t		 flags;

	up();
	for (ka = kk_algs; ka->ka_name != NULL; ka++) {
		if (ka->ka_satype == SADB_X_SATYPE_IPCOMP)
			continue;
		p = ka->ka_satype == SADB_SATYPE_AH ? "ah" : "esp";
		for (flags = 0; flags <= ESN; flags += ESN) {
			KT_CASE("%s%s", ka->ka_name, flags ? ", ESN" : "");
			tunnel(ka, flags, 64);
			snprintf(why, sizeof(why), "%s seqzero", p);
			refused(buf, seal(buf, 0, inner, inner_len,
			    IPPROTO_IPV4), 0, why);
			KT_TRUE(passes(1));
			snprintf(why, sizeof(why), "%s replay", p);
			refused(buf, seal(buf, 1, inner, inner_len,
			    IPPROTO_IPV4), 1, why);
			KT_TRUE(passes(REPLAY_WINDOW + 2));
			KT_TRUE(passes(3));
			refused(buf, seal(buf, 3, inner, inner_len,
			    IPPROTO_IPV4), 3, why);
			KT_TRUE(passes(REPLAY_WINDOW * 3));
			snprintf(why, sizeof(why), flags ? "%s badauth" :
			    "%s old", p);
			/* With ESN it is said to be of the next 2^32. */
			refused(buf, seal(buf, 4, inner, inner_len,
			    IPPROTO_IPV4), 4, why);
			refused(buf, seal(buf, 0, inner, inner_len,
			    IPPROTO_IPV4), 0, flags ? why : p[0] == 'a' ?
			    "ah seqzero" : "esp seqzero");
		}
		KT_CASE("%s without a window", ka->ka_name);
		tunnel(ka, 0, 0);
		KT_TRUE(passes(7));
		KT_TRUE(passes(7));
		KT_TRUE(passes(0));
	}
	down();
}

KTEST(sa, "no SA, a reserved SPI, one that is not for this, switched off")
{
	struct sadb_spirange	*r;
	struct sadb_x_iface	*i;
	uint8_t			 buf[512];
	u_int			 len;

	up();
	tunnel(&kk_algs[0], 0, 64);
	len = seal(buf, 1, inner, inner_len, IPPROTO_IPV4);
	KT_CASE("unknown");
	be32enc(buf, SPI + 1);
	refused(buf, len, UINT64_MAX, "esp notdb");
	KT_CASE("reserved");
	be32enc(buf, 255);
	refused(buf, len, UINT64_MAX, "esp reserved");
	be32enc(buf, 0);
	refused(buf, len, UINT64_MAX, "esp reserved");
	be32enc(buf, SPI);
	KT_CASE("to another address");
	KT_ERR(0, kt_addr(wan, IP(192, 0, 2, 77), 32));
	count();
	kt_rx(wan, kt_ip(PEER, IP(192, 0, 2, 77), IPPROTO_ESP, buf, len));
	kt_settle();
	counted("esp notdb");
	KT_CASE("by another protocol");
	count();
	kt_rx(wan, kt_ip(PEER, US, IPPROTO_AH, buf, len));
	kt_settle();
	KT_EQ(kt_txlen(lan), 0);
	counted("ah reserved");
	KT_CASE("switched off");
	esp_enable = 0;
	refused(buf, len, UINT64_MAX, "esp pdrops");
	esp_enable = 1;
	KT_CASE("larval");
	kk_begin(SADB_GETSPI, SADB_SATYPE_ESP);
	kk_addr(SADB_EXT_ADDRESS_SRC, PEER, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, US, 0);
	r = kk_ext(SADB_EXT_SPIRANGE, sizeof(*r));
	r->sadb_spirange_min = r->sadb_spirange_max = 0x5000;
	KT_ERR(0, kk_send());
	be32enc(buf, 0x5000);
	refused(buf, len, UINT64_MAX, "esp invalid");
	KT_CASE("of sec(4), for sending");
	kk_begin(SADB_ADD, SADB_SATYPE_ESP);
	kk_sa(0x6000, 0, SADB_X_EALG_AESGCM16, TUNNEL, 64);
	kk_addr(SADB_EXT_ADDRESS_DST, US, 0);
	kk_key(SADB_EXT_KEY_ENCRYPT, "0123456789abcdefghij", 20);
	i = kk_ext(SADB_X_EXT_IFACE, sizeof(*i));
	i->sadb_x_iface_direction = IPSP_DIRECTION_OUT;
	KT_ERR(0, kk_send());
	be32enc(buf, 0x6000);
	refused(buf, len, UINT64_MAX, "esp noxform");
	KT_CASE("after all");
	KT_TRUE(passes(1));
	kt_deladdr(wan, IP(192, 0, 2, 77));
	down();
}

KTEST(text, "padding, next header, what is inside")
{
	static const struct {
		const char	*name, *why;
		uint8_t		 tail[4];	/* behind zeroes */
	} tails[] = {
		{ "padding beyond the text", "esp badenc", { 0, 0, 255, 4 } },
		{ "padding of zeroes", "esp badenc", { 0, 0, 2, 4 } },
		{ "padding the wrong way round", "esp badenc",
		    { 2, 1, 2, 4 } },
		{ "dummy", "esp dummy", { 1, 2, 2, 59 } },
		{ "ICMP in a tunnel", "esp badnxt", { 1, 2, 2, 1 } },
		{ "no next header", "esp badnxt", { 1, 2, 2, 0 } },
		{ "no IP inside", "badhdr", { 1, 2, 2, 4 } },
		{ "no IPv6 inside", "badhdr", { 1, 2, 2, 41 } },
	};
	uint8_t		 text[64], buf[512];
	struct kk_state	 was;
	u_int		 i, seq = 0;

	up();
	tunnel(&kk_algs[0], 0, 64);
	for (i = 0; i < nitems(tails); i++) {
		KT_CASE("%s", tails[i].name);
		memset(text, 0, sizeof(text));
		memcpy(text + 60, tails[i].tail, 4);
		was = kk_state(sa);
		count();
		rx(buf, seal(buf, ++seq, text, 64, KK_RAW), 0);
		counted(tails[i].why);
		KT_EQ(kt_txlen(lan), 0);
		/* Its number has been used: the ICV was right. */
		KT_EQ(sa->tdb_replay->r_next, seq + 1);
		KT_TRUE(was.ks_next <= seq);
		/* And may not come again. */
		rx(buf, seal(buf, seq, text, 64, KK_RAW), 0);
		KT_EQ(espstat.esps_replay, counters[5].was + 1);
	}
	KT_CASE("inner header cut");
	for (i = 0; i < 20; i++) {
		count();
		rx(buf, seal(buf, ++seq, inner, i, IPPROTO_IPV4), 0);
		counted("badhdr");
		KT_EQ(kt_txlen(lan), 0);
	}
	down();
}

/* A UDP packet inside. */
static u_int
packet(uint8_t *p, struct in_addr src, struct in_addr dst, u_int sport,
    u_int dport)
{
	struct mbuf	*m = kt_udp(src, dst, sport, dport, "inside", 6);
	u_int		 len = m->m_pkthdr.len;

	m_copydata(m, 0, len, p);
	m_freem(m);
	return (len);
}

KTEST(policy, "what comes out of an SA belongs into it (RFC 4301, 5.2)")
{
	static const struct {
		const char	*name;
		struct in_addr	 src, dst;
		u_int		 sport, dport;
		int		 passes;
	} cases[] = {
		{ "a packet of the flow", FAR, NEAR, 9, 7, 1 },
		{ "another source", IP(10, 3, 0, 2), NEAR, 9, 7, 0 },
		{ "another destination", FAR, IP(10, 4, 0, 2), 9, 7, 0 },
		{ "the wrong way round", NEAR, FAR, 9, 7, 0 },
		{ "the gateways themselves", PEER, US, 9, 7, 0 },
		{ "from ourselves", US, NEAR, 9, 7, 0 },
		{ "of a flow that is denied", FAR, NEAR, 9, 666, 0 },
		{ "of a flow of another peer", IP(10, 2, 0, 99), NEAR, 9, 7,
		    0 },
		{ "of a flow that passes", FAR, NEAR, 9, 53, 1 },
		{ "loopback", IP(127, 0, 0, 1), NEAR, 9, 7, 0 },
		{ "a group", FAR, IP(224, 0, 0, 1), 9, 7, 0 },
	};
	uint8_t	 buf[512], text[128];
	u_int	 i, len, seq = 0;

	up();
	tunnel(&kk_algs[0], 0, 64);
	kk_begin(SADB_X_ADDFLOW, SADB_SATYPE_ESP);
	kk_selectors(IP(10, 2, 0, 0), 24, IP(10, 1, 0, 0), 24, IPPROTO_UDP, 0,
	    666);
	kk_flowtype(SADB_X_FLOW_TYPE_DENY, IPSP_DIRECTION_IN);
	KT_ERR(0, kk_send());
	kk_begin(SADB_X_ADDFLOW, SADB_SATYPE_ESP);
	kk_selectors(IP(10, 2, 0, 0), 24, IP(10, 1, 0, 0), 24, IPPROTO_UDP, 0,
	    53);
	kk_flowtype(SADB_X_FLOW_TYPE_BYPASS, IPSP_DIRECTION_IN);
	KT_ERR(0, kk_send());
	KT_ERR(0, kk_flow(IP(10, 2, 0, 99), 32, IP(10, 1, 0, 0), 24,
	    IP(192, 0, 2, 3), SADB_X_FLOW_TYPE_REQUIRE, IPSP_DIRECTION_IN));
	for (i = 0; i < nitems(cases); i++) {
		KT_CASE("%s", cases[i].name);
		len = packet(text, cases[i].src, cases[i].dst,
		    cases[i].sport, cases[i].dport);
		count();
		rx(buf, seal(buf, ++seq, text, len, IPPROTO_IPV4), 0);
		counted(cases[i].passes ? NULL : "selector");
		KT_EQ(kt_txlen(lan), cases[i].passes);
		KT_EQ(kt_txlen(wan), 0);
		kt_txdrop(lan);
	}
	KT_CASE("in the clear");
	count();
	kt_rx(wan, kt_mbuf(inner, inner_len));
	kt_settle();
	counted("ipolicy");
	KT_EQ(kt_txlen(lan), 0);
	down();
}

KTEST(filter, "selectors of an SA's own count, whatever flows say")
{
	uint8_t	 buf[512], text[128];
	u_int	 len, port, seq = 0;

	up();
	kk_begin(SADB_ADD, SADB_SATYPE_ESP);
	kk_sa(SPI, 0, SADB_X_EALG_AESGCM16, TUNNEL, 64);
	kk_addr(SADB_EXT_ADDRESS_SRC, PEER, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, US, 0);
	kk_key(SADB_EXT_KEY_ENCRYPT, "0123456789abcdefghij", 20);
	kk_selectors(IP(10, 2, 0, 0), 24, IP(10, 1, 0, 0), 24, IPPROTO_UDP, 0,
	    7);
	KT_ERR(0, kk_send());
	sa = TAILQ_LAST(&tdb_all, tdb_head);
	for (port = 6; port < 9; port++) {
		KT_CASE("port %u", port);
		len = packet(text, FAR, NEAR, 9, port);
		count();
		rx(buf, seal(buf, ++seq, text, len, IPPROTO_IPV4), 0);
		counted(port == 7 ? NULL : "selector");
		KT_EQ(kt_txlen(lan), port == 7);
		kt_txdrop(lan);
	}
	down();
}

KTEST(udp, "ESP in UDP: of what port, of what kind")
{
	struct sadb_x_udpencap	*u;
	uint8_t			 buf[512], key[36];
	struct kk_state		 was;
	u_int			 len;

	up();
	tunnel(&kk_algs[2], SADB_X_SAFLAGS_UDPENCAP, 64);
	KT_CASE("not in UDP");
	len = seal(buf, 1, inner, inner_len, IPPROTO_IPV4);
	refused(buf, len, UINT64_MAX, "esp udpneeded");
	KT_CASE("from any port");
	kt_rx(wan, kt_udp(PEER, US, 33333, 4500, buf, len));
	kt_settle();
	KT_EQ(kt_txlen(lan), 1);
	kt_txdrop(lan);

	KT_CASE("of an SA with a port");
	memset(key, 5, sizeof(key));
	kk_begin(SADB_ADD, SADB_SATYPE_ESP);
	kk_sa(0x2001, 0, SADB_X_EALG_AESGCM16, TUNNEL |
	    SADB_X_SAFLAGS_UDPENCAP, 64);
	kk_addr(SADB_EXT_ADDRESS_SRC, PEER, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, US, 0);
	kk_key(SADB_EXT_KEY_ENCRYPT, key, 36);
	u = kk_ext(SADB_X_EXT_UDPENCAP, sizeof(*u));
	u->sadb_x_udpencap_port = htons(4711);
	KT_ERR(0, kk_send());
	sa = TAILQ_LAST(&tdb_all, tdb_head);
	len = seal(buf, 1, inner, inner_len, IPPROTO_IPV4);
	was = kk_state(sa);
	count();
	kt_rx(wan, kt_udp(PEER, US, 4712, 4500, buf, len));
	kt_settle();
	counted("esp udpinval");
	kk_unchanged(sa, &was);
	kt_rx(wan, kt_udp(PEER, US, 4711, 4500, buf, len));
	kt_settle();
	KT_EQ(kt_txlen(lan), 1);
	kt_txdrop(lan);

	KT_CASE("of an SA that has none");
	tunnel(&kk_algs[0], 0, 64);
	len = seal(buf, 1, inner, inner_len, IPPROTO_IPV4);
	count();
	kt_rx(wan, kt_udp(PEER, US, 4500, 4500, buf, len));
	kt_settle();
	counted("esp udpinval");
	for (len = 0; len < 8; len++) {
		KT_CASE("%u bytes", len);
		memset(buf, len == 1 ? 0xff : 1, sizeof(buf));
		count();
		kt_rx(wan, kt_udp(PEER, US, 4500, 4500, buf, len));
		kt_settle();
		counted(len == 1 ? "esp keepalive" : "esp udpshort");
	}
	KT_CASE("a bad checksum");
	kt_txdrop(wan);
	down();
}

KTEST(options, "AH with options that cannot be judged")
{
	static const uint8_t	 lsrr[] = { 131, 7, 8, 192, 0, 2, 1, 0 };
	uint8_t			 buf[512], pkt[600];
	struct ip		*ip = (struct ip *)pkt;
	u_int			 len;

	up();
	tunnel(&kk_algs[10], 0, 64);
	len = seal(buf, 1, inner, inner_len, IPPROTO_IPV4);
	memset(pkt, 0, sizeof(pkt));
	ip->ip_v = 4;
	ip->ip_hl = 7;
	ip->ip_len = htons(28 + len);
	ip->ip_ttl = 9;
	ip->ip_p = IPPROTO_AH;
	ip->ip_src = PEER;
	ip->ip_dst = US;
	memcpy(pkt + 20, lsrr, 8);
	memcpy(pkt + 28, buf, len);
	count();
	/* The network layer has its own opinion; ask the room itself. */
	NET_LOCK();
	ipsec_input(kt_mbuf(pkt, 28 + len), 28, IPPROTO_AH, AF_INET, 0, 0);
	ipsec_input_flush();
	NET_UNLOCK();
	counted("ah badopt");
	KT_EQ(kt_txlen(lan), 0);
	down();
}

KTEST(ipcomp, "streams that are none, or too much")
{
	static const uint8_t	 bad[] = { 7, 0xff, 0xff, 0xff };
	static uint8_t		 zeroes[60000], bomb[2000];
	uint8_t			 buf[2100];
	u_int			 i, n, len;

	up();
	tunnel(&kk_algs[13], 0, 0);
	KT_REQUIRE(sa->tdb_sproto == IPPROTO_IPCOMP);
	buf[0] = IPPROTO_IPV4;
	buf[1] = 0;
	be16enc(buf + 2, SPI);
	for (len = 0; len <= IPCOMP_HLEN; len++) {
		KT_CASE("%u bytes", len);
		refused(buf, len, UINT64_MAX, "ipcomp hdrops");
	}
	KT_CASE("no stream");
	memcpy(buf + 4, bad, sizeof(bad));
	refused(buf, 4 + sizeof(bad), UINT64_MAX, "ipcomp crypto");
	KT_CASE("unknown");
	be16enc(buf + 2, SPI + 1);
	refused(buf, 4 + sizeof(bad), UINT64_MAX, "ipcomp notdb");
	be16enc(buf + 2, SPI);
	KT_CASE("bomb");
	/* Two blocks of 60,000 zeroes, the first not the last. */
	NET_LOCK();
	KT_ERR(0, deflate_block(zeroes, sizeof(zeroes), bomb, 1000, &n));
	NET_UNLOCK();
	len = 4;
	for (i = 0; i < 2; i++) {
		/* Stored and empty in between, to be whole bytes. */
		memcpy(buf + len, bomb, n);
		if (i == 0)
			buf[len] &= ~1;
		len += n;
		if (i == 0)
			buf[len - 1] &= 0xff;
	}
	count();
	rx(buf, len, UINT64_MAX);
	KT_EQ(kt_txlen(lan), 0);
	KT_EQ(ipcompstat.ipcomps_toobig - counters[32].was +
	    ipcompstat.ipcomps_crypto - counters[31].was, 1);
	KT_CASE("good");
	NET_LOCK();
	KT_ERR(0, deflate_block(inner, inner_len, buf + 4, 500, &n));
	NET_UNLOCK();
	count();
	rx(buf, 4 + n, UINT64_MAX);
	counted(NULL);
	KT_EQ(kt_txlen(lan), 1);
	kt_txdrop(lan);
	ipcomp_enable = 0;
	refused(buf, 4 + n, UINT64_MAX, "ipcomp pdrops");
	down();
}

/* One of the fragments of an ESP packet. */
static void
fragment(const uint8_t *p, u_int off, u_int len, int more)
{
	struct mbuf	*m = kt_ip(PEER, US, IPPROTO_ESP, p + off, len);
	struct ip	*ip = mtod(m, struct ip *);

	ip->ip_id = htons(77);
	ip->ip_off = htons(off / 8 | (more ? IP_MF : 0));
	kt_ipsum(m);
	kt_rx(wan, m);
	kt_settle();
}

KTEST(fragments, "fragments of ESP are put together, and opened whole")
{
	uint8_t		 buf[512];
	struct kk_state	 was;
	u_int		 len;

	up();
	tunnel(&kk_algs[0], 0, 64);
	len = seal(buf, 1, inner, inner_len, IPPROTO_IPV4);
	was = kk_state(sa);
	fragment(buf, 0, 24, 1);
	fragment(buf, 48, len - 48, 0);
	KT_EQ(kt_txlen(lan), 0);
	kk_unchanged(sa, &was);
	fragment(buf, 24, 24, 1);
	KT_EQ(kt_txlen(lan), 1);
	kt_txdrop(lan);
	KT_CASE("one is missing");
	len = seal(buf, 2, inner, inner_len, IPPROTO_IPV4);
	was = kk_state(sa);
	fragment(buf, 0, 24, 1);
	fragment(buf, 48, len - 48, 0);
	ktest_sleep_ms(90 * 1000);
	kk_unchanged(sa, &was);
	KT_EQ(kt_txlen(lan), 0);
	KT_CASE("one is not as it was");
	fragment(buf, 0, 24, 1);
	fragment(buf, 48, len - 48, 0);
	buf[30] ^= 1;
	count();
	fragment(buf, 24, 24, 1);
	counted("esp badauth");
	kk_unchanged(sa, &was);
	down();
}

KTEST(flood, "a flood of what is not authentic costs no memory")
{
	uint8_t		 buf[512];
	struct kk_state	 was;
	u_int		 i, inuse, len;

	up();
	tunnel(&kk_algs[2], 0, 64);
	KT_TRUE(passes(1));
	was = kk_state(sa);
	inuse = mbuf_inuse();
	for (i = 0; i < 20000; i++) {
		len = 44 + i % 400 / 4 * 4;
		memset(buf, i, len);
		be32enc(buf, SPI);
		be32enc(buf + 4, i * 2654435761u | 2);
		kt_rx(wan, kt_ip(PEER, US, IPPROTO_ESP, buf, len));
		if (i % 64 == 0)
			kt_settle();
	}
	kt_settle();
	kk_unchanged(sa, &was);
	KT_TRUE(mbuf_inuse() <= inuse + 8);
	KT_EQ(kt_txlen(lan), 0);
	KT_EQ(kt_txlen(wan), 0);
	KT_TRUE(passes(2));
	down();
}

KTEST(nowhere, "packets that no header can be made for, by the hundred")
{
	uint64_t	 bad = ipsecstat.ipsec_badhdr;
	u_int		 i;

	up();
	/* Its own end is not said, and there is no way to it. */
	kk_begin(SADB_ADD, SADB_SATYPE_ESP);
	kk_sa(SPI, 0, SADB_X_EALG_AESGCM16, TUNNEL, 64);
	kk_addr(SADB_EXT_ADDRESS_DST, IP(203, 0, 113, 1), 0);
	kk_key(SADB_EXT_KEY_ENCRYPT, "0123456789abcdefghij", 20);
	KT_ERR(0, kk_send());
	KT_ERR(0, kk_flow(IP(10, 1, 0, 0), 24, IP(10, 2, 0, 0), 24,
	    IP(203, 0, 113, 1), SADB_X_FLOW_TYPE_REQUIRE,
	    IPSP_DIRECTION_OUT));
	for (i = 0; i < 300; i++) {
		kt_rx(lan, kt_udp(NEAR, FAR, 7, 9, "hello", 5));
		kt_settle();
	}
	KT_EQ(ipsecstat.ipsec_badhdr, bad + 300);
	KT_EQ(kt_txlen(wan), 0);
	down();
}

/* A packet through an SA that has sent so many; does it leave? */
static int
sends_after(struct tdb *tdb, uint64_t sent)
{
	u_int	 n;

	NET_LOCK();
	tdb->tdb_rpl = sent;
	(void)ipsec_output_start(kt_mbuf(inner, inner_len), tdb, 1, NULL);
	NET_UNLOCK();
	kt_settle();
	n = kt_txlen(wan);
	kt_txdrop(wan);
	return (n);
}

KTEST(wrap, "numbers are not used again: ESP and AH, short and long")
{
	const struct kk_alg	*ka;
	struct tdb		*tdb;
	uint64_t		*wrap, last, was;
	uint32_t		 flags;

	up();
	for (ka = kk_algs; ka->ka_name != NULL; ka++) {
		if (ka->ka_satype == SADB_X_SATYPE_IPCOMP)
			continue;
		wrap = ka->ka_satype == SADB_SATYPE_AH ? &ahstat.ahs_wrap :
		    &espstat.esps_wrap;
		for (flags = 0; flags <= ESN; flags += ESN) {
			KT_CASE("%s%s", ka->ka_name, flags ? ", ESN" : "");
			last = flags ? UINT64_MAX : UINT32_MAX;
			tdb = kk_add(ka, US, PEER, SPI, TUNNEL | flags, 64);
			was = *wrap;
			KT_TRUE(sends_after(tdb, UINT32_MAX - 1));
			KT_TRUE(sends_after(tdb, last - 1));
			KT_EQ(*wrap, was);
			KT_TRUE(!sends_after(tdb, last));
			KT_EQ(*wrap, was + 1);
			KT_EQ(tdb->tdb_rpl, last);
			KT_EQ(sends_after(tdb, UINT32_MAX), flags != 0);
			kk_begin(SADB_FLUSH, 0);
			KT_ERR(0, kk_send());
		}
	}
	down();
}

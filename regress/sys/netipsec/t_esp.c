/*
 * ESP through the whole stack: what leaves one interface, and what is made of
 * what comes in by it.
 *
 *	10.1.0.1/24 - kta0 (LAN)	192.0.2.1/24 - kta1 (WAN)
 *
 * The far end is this kernel, too: an SA of the other direction has the same
 * key, and packets that left are turned round.
 */
#include "ktipsec.h"

#include <sys/endian.h>
#include <sys/protosw.h>
#include <sys/socketvar.h>

#define LAN	IP(10, 1, 0, 1)
#define NEAR	IP(10, 1, 0, 2)
#define FAR	IP(10, 2, 0, 2)
#define US	IP(192, 0, 2, 1)
#define PEER	IP(192, 0, 2, 2)

static struct ktif	*lan, *wan;

static void
up(void)
{
	lan = kt_if("kta0", KTIF_IP);
	wan = kt_if("kta1", KTIF_IP);
	KT_ERR(0, kt_addr(lan, LAN, 24));
	KT_ERR(0, kt_addr(wan, US, 24));
	KT_ERR(0, kt_route(IP(10, 2, 0, 0), 24, PEER, 0, 0));
	ipforwarding = 1;
	kk_open();
}

static void
down(void)
{
	kk_close();
	ipforwarding = 0;
	KT_ERR(0, kt_unroute(IP(10, 2, 0, 0), 24, 0));
	kt_if_free(lan);
	kt_if_free(wan);
}

static void
flows(u_int type)
{
	KT_ERR(0, kk_flow(IP(10, 1, 0, 0), 24, IP(10, 2, 0, 0), 24, PEER,
	    type, IPSP_DIRECTION_OUT));
	KT_ERR(0, kk_flow(IP(10, 2, 0, 0), 24, IP(10, 1, 0, 0), 24, PEER,
	    type, IPSP_DIRECTION_IN));
}

static void
sas(uint32_t flags)
{
	KT_ERR(0, kk_gcm(US, PEER, 0x1001, 7, SADB_X_SAFLAGS_TUNNEL | flags));
	KT_ERR(0, kk_gcm(PEER, US, 0x1001, 7, SADB_X_SAFLAGS_TUNNEL | flags));
}

static struct tdb *
sa_to(struct in_addr dst)
{
	struct ipsec_addr	 a;

	memset(&a, 0, sizeof(a));
	a.ia_af = AF_INET;
	a.ia_v4 = dst;
	return (tdb_find(0, htonl(0x1001), &a, IPPROTO_ESP));
}

/* A packet from the LAN to the far network; what leaves by the WAN. */
static struct mbuf *
send_one(struct in_addr src, struct in_addr dst)
{
	kt_rx(lan, kt_udp(src, dst, 7, 9, "hello", 5));
	kt_settle();
	return (kt_tx(wan));
}

/* An ESP packet as if the peer had sent it; inner addresses are its own. */
static void
turn(struct mbuf *m)
{
	struct ip	*ip = mtod(m, struct ip *);

	ip->ip_src = PEER;
	ip->ip_dst = US;
	kt_ipsum(m);
	kt_rx(wan, m);
	kt_settle();
}

/* Make ESP for a packet from FAR to NEAR, as the peer would. */
static struct mbuf *
peer_packet(void)
{
	struct mbuf	*m;

	/* The flow out is for the other direction: another for this. */
	KT_ERR(0, kk_flow(FAR, 32, NEAR, 32, PEER, SADB_X_FLOW_TYPE_REQUIRE,
	    IPSP_DIRECTION_OUT));
	m = kt_udp(FAR, NEAR, 9, 7, "reply", 5);
	NET_LOCK();
	(void)ip_output(m, NULL, NULL, IP_RAWOUTPUT, NULL, NULL);
	NET_UNLOCK();
	kt_settle();
	kk_msg.hdr.sadb_msg_type = SADB_X_DELFLOW;
	KT_ERR(0, kk_send());
	return (kt_tx(wan));
}

KTEST(out, "a packet leaves as ESP of the right shape")
{
	struct mbuf	*m;
	struct ip	*ip;

	up();
	flows(SADB_X_FLOW_TYPE_REQUIRE);
	sas(0);
	m = send_one(NEAR, FAR);
	KT_REQUIRE(m != NULL);
	ip = mtod(m, struct ip *);
	KT_EQ(ip->ip_p, IPPROTO_ESP);
	KT_EQ(ip->ip_src.s_addr, US.s_addr);
	KT_EQ(ip->ip_dst.s_addr, PEER.s_addr);
	KT_EQ(ntohs(ip->ip_len), m->m_pkthdr.len);
	/* 20 + 8 + 8 + (33 + 1 + 2) + 16 */
	KT_EQ(m->m_pkthdr.len, 88);
	KT_EQ(be32dec(mtod(m, uint8_t *) + 20), 0x1001);
	KT_EQ(be32dec(mtod(m, uint8_t *) + 24), 1);
	m_freem(m);
	KT_TRUE(kt_tx(wan) == NULL);
	down();
}

KTEST(in, "what the peer sends reaches the LAN; its replay does not")
{
	uint64_t	 replay = espstat.esps_replay;
	struct mbuf	*m, *n;

	up();
	flows(SADB_X_FLOW_TYPE_REQUIRE);
	sas(0);
	m = peer_packet();
	KT_REQUIRE(m != NULL);
	n = m_dup_pkt(m, 0, M_WAIT);
	turn(m);
	m = kt_tx(lan);
	KT_REQUIRE(m != NULL);
	KT_EQ(mtod(m, struct ip *)->ip_p, IPPROTO_UDP);
	KT_EQ(mtod(m, struct ip *)->ip_dst.s_addr, NEAR.s_addr);
	m_freem(m);
	turn(n);
	KT_TRUE(kt_tx(lan) == NULL);
	KT_EQ(espstat.esps_replay, replay + 1);
	down();
}

KTEST(selector, "a packet that is not the SA's is dropped")
{
	uint64_t	 before = ipsecstat.ipsec_selector;

	up();
	flows(SADB_X_FLOW_TYPE_REQUIRE);
	sas(0);
	/* From NEAR to FAR, out of the tunnel from the peer. */
	turn(send_one(NEAR, FAR));
	KT_EQ(ipsecstat.ipsec_selector, before + 1);
	KT_TRUE(kt_tx(lan) == NULL);
	KT_TRUE(kt_tx(wan) == NULL);
	down();
}

KTEST(esn, "numbers pass 2^32 with ESN, and stop there without")
{
	uint64_t	 wrap = espstat.esps_wrap;
	struct mbuf	*m;
	u_int		 i;

	up();
	flows(SADB_X_FLOW_TYPE_REQUIRE);
	sas(SADB_X_SAFLAGS_ESN);
	sa_to(PEER)->tdb_rpl = UINT32_MAX - 3;
	/* The receiver has followed. */
	m = peer_packet();
	NET_LOCK();
	KT_ERR(0, ipsec_replay_alloc(sa_to(US)));
	sa_to(US)->tdb_replay->r_next = UINT32_MAX - 3;
	NET_UNLOCK();
	turn(m);
	m_freem(kt_tx(lan));
	for (i = 0; i < 6; i++) {
		KT_CASE("packet %u", i);
		m = peer_packet();
		KT_REQUIRE(m != NULL);
		turn(m);
		m = kt_tx(lan);
		KT_TRUE(m != NULL);
		m_freem(m);
	}
	KT_EQ(sa_to(PEER)->tdb_rpl, (uint64_t)UINT32_MAX + 4);
	KT_EQ(sa_to(US)->tdb_replay->r_next, (uint64_t)UINT32_MAX + 5);
	KT_EQ(espstat.esps_wrap, wrap);
	kk_begin(SADB_FLUSH, SADB_SATYPE_ESP);
	KT_ERR(0, kk_send());

	sas(0);
	sa_to(PEER)->tdb_rpl = UINT32_MAX - 1;
	m = send_one(NEAR, FAR);
	KT_TRUE(m != NULL);
	m_freem(m);
	KT_TRUE(send_one(NEAR, FAR) == NULL);
	KT_EQ(espstat.esps_wrap, wrap + 1);
	down();
}

KTEST(guess, "the high half of a number, as RFC 4303 A2 has it")
{
	struct replay	 r;
	struct tdb	 tdb;
	uint64_t	 full;

	memset(&tdb, 0, sizeof(tdb));
	replay_init(&r);
	tdb.tdb_flags = TDBF_ESN;
	tdb.tdb_replay = &r;
	KT_ERR(0, ipsec_seq_guess(&tdb, 1, &full));
	KT_EQ(full, 1);
	/* Before the first subspace there is none. */
	KT_ERR(EINVAL, ipsec_seq_guess(&tdb, UINT32_MAX, &full));
	r.r_next = 0x100000000ULL + 10;	/* top: 1:9 */
	KT_ERR(0, ipsec_seq_guess(&tdb, 9, &full));
	KT_EQ(full, 0x100000009ULL);
	KT_ERR(0, ipsec_seq_guess(&tdb, UINT32_MAX, &full));
	KT_EQ(full, 0xffffffffULL);
	KT_ERR(0, ipsec_seq_guess(&tdb, 100000, &full));
	KT_EQ(full, 0x100000000ULL + 100000);
	r.r_next = 0x180000000ULL + 1;	/* top: 1:80000000 */
	KT_ERR(0, ipsec_seq_guess(&tdb, 0x80000000 - REPLAY_WINDOW + 1,
	    &full));
	KT_EQ(full, 0x180000000ULL - REPLAY_WINDOW + 1);
	KT_ERR(0, ipsec_seq_guess(&tdb, 0x80000000 - REPLAY_WINDOW, &full));
	KT_EQ(full, 0x280000000ULL - REPLAY_WINDOW);
}

/* Is there anything on the WAN that is not ESP? */
static u_int
leaked(void)
{
	struct mbuf	*m;
	u_int		 n = 0;

	while ((m = kt_tx(wan)) != NULL) {
		if (mtod(m, struct ip *)->ip_p != IPPROTO_ESP)
			n++;
		m_freem(m);
	}
	return (n);
}

KTEST(leak, "nothing leaves in the clear while SAs come, go and expire")
{
	struct ktest_rand	 r;
	u_int			 i, sent = 0;

	ktest_srand(&r, 7);
	up();
	flows(SADB_X_FLOW_TYPE_REQUIRE);
	for (i = 0; i < 2000; i++) {
		switch (ktest_rand_below(&r, 8)) {
		case 0:
			(void)kk_gcm(US, PEER, 0x1000 + ktest_rand_below(&r,
			    4), 7, SADB_X_SAFLAGS_TUNNEL);
			break;
		case 1:
			kk_begin(SADB_DELETE, SADB_SATYPE_ESP);
			kk_sa(0x1000 + ktest_rand_below(&r, 4), 0, 0, 0, 0);
			kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
			(void)kk_send();
			break;
		case 2:
			kk_begin(SADB_ADD, SADB_SATYPE_ESP);
			kk_sa(0x2000 + i, 0, SADB_X_EALG_AESGCM16,
			    SADB_X_SAFLAGS_TUNNEL, 64);
			kk_addr(SADB_EXT_ADDRESS_SRC, US, 0);
			kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
			kk_key(SADB_EXT_KEY_ENCRYPT, "0123456789abcdefghij",
			    20);
			kk_life(SADB_EXT_LIFETIME_HARD, 0,
			    1 + ktest_rand_below(&r, 200), 1, 0);
			(void)kk_send();
			break;
		case 3:
			kk_begin(SADB_FLUSH, SADB_SATYPE_ESP);
			(void)kk_send();
			break;
		case 4:
			ktest_sleep_ms(ktest_rand_below(&r, 700));
			break;
		default:
			kt_rx(lan, kt_udp(NEAR, FAR, 7, 9, "secret", 6));
			sent++;
			break;
		}
		if (ktest_rand_below(&r, 2))
			kt_settle();
		KT_EQ(leaked(), 0);
	}
	kt_settle();
	KT_EQ(leaked(), 0);
	KT_TRUE(sent > 500);
	kt_txdrop(lan);
	down();
}

KTEST(types, "what each type of flow does without an SA")
{
	static const struct {
		u_int	 type;
		int	 passes;
	} cases[] = {
		{ SADB_X_FLOW_TYPE_USE, 1 },
		{ SADB_X_FLOW_TYPE_ACQUIRE, 1 },
		{ SADB_X_FLOW_TYPE_REQUIRE, 0 },
		{ SADB_X_FLOW_TYPE_BYPASS, 1 },
		{ SADB_X_FLOW_TYPE_DENY, 0 },
		{ SADB_X_FLOW_TYPE_DONTACQ, 0 },
	};
	struct mbuf	*m;
	u_int		 i;

	up();
	for (i = 0; i < nitems(cases); i++) {
		KT_CASE("type %u", cases[i].type);
		flows(cases[i].type);
		m = send_one(NEAR, FAR);
		KT_EQ(m != NULL, cases[i].passes);
		m_freem(m);
		/* And what comes in the clear. */
		kt_rx(wan, kt_udp(FAR, NEAR, 9, 7, "clear", 5));
		kt_settle();
		m = kt_tx(lan);
		KT_EQ(m != NULL, cases[i].passes);
		m_freem(m);
	}
	kt_txdrop(lan);
	down();
}

/* Does a packet of the LAN leave? */
static int
leaves(void)
{
	struct mbuf	*m = send_one(NEAR, FAR);
	int		 left = m != NULL;

	m_freem(m);
	return (left);
}

KTEST(outside, "what an SA sends is subject to flows, however often it was not")
{
	u_int	 i;

	up();
	flows(SADB_X_FLOW_TYPE_REQUIRE);
	sas(0);
	for (i = 0; i < 3; i++) {
		KT_TRUE(leaves());
		KT_TRUE(leaves());
		/* One that covers the SA's own packets comes, and goes. */
		kk_begin(SADB_X_ADDFLOW, SADB_SATYPE_ESP);
		kk_selectors(US, 32, PEER, 32, i == 1 ? IPPROTO_ESP : 0, 0,
		    0);
		kk_flowtype(SADB_X_FLOW_TYPE_DENY, IPSP_DIRECTION_OUT);
		KT_ERR(0, kk_send());
		KT_TRUE(!leaves());
		KT_TRUE(!leaves());
		kk_msg.hdr.sadb_msg_type = SADB_X_DELFLOW;
		KT_ERR(0, kk_send());
	}
	KT_TRUE(leaves());
	down();
}

KTEST(acquire, "an SA that lacks is asked for, once, and again after a while")
{
	const struct sadb_address	*a;
	struct sadb_x_policy		*pol;
	uint32_t			 seq;

	up();
	kk_begin(SADB_REGISTER, SADB_SATYPE_ESP);
	KT_ERR(0, kk_send());
	flows(SADB_X_FLOW_TYPE_REQUIRE);
	KT_EQ(kk_read(kk_so), 0);
	KT_TRUE(send_one(NEAR, FAR) == NULL);
	KT_TRUE(kk_read(kk_so) != 0);
	KT_EQ(kk_reply.hdr.sadb_msg_type, SADB_ACQUIRE);
	KT_EQ(kk_reply.hdr.sadb_msg_satype, SADB_SATYPE_ESP);
	a = kk_find(SADB_EXT_ADDRESS_DST);
	KT_REQUIRE(a != NULL);
	KT_EQ(((const struct sockaddr_in *)(a + 1))->sin_addr.s_addr,
	    PEER.s_addr);
	KT_TRUE(kk_find(SADB_EXT_PROPOSAL) != NULL);
	seq = kk_reply.hdr.sadb_msg_seq;

	kk_begin(SADB_X_ASKPOLICY, SADB_SATYPE_UNSPEC);
	pol = kk_ext(SADB_X_EXT_POLICY, sizeof(*pol));
	pol->sadb_x_policy_seq = seq;
	KT_ERR(0, kk_send());
	KT_TRUE(kk_find(SADB_X_EXT_DST_FLOW) != NULL);
	KT_TRUE(kk_find(SADB_X_EXT_FLOW_TYPE) != NULL);
	pol->sadb_x_policy_seq = seq + 1;
	KT_ERR(ESRCH, kk_send());

	KT_TRUE(send_one(NEAR, FAR) == NULL);
	ktest_sleep_ms(2000);
	KT_TRUE(send_one(NEAR, FAR) == NULL);
	KT_EQ(kk_read(kk_so), 0);
	ktest_sleep_ms(30000);
	KT_TRUE(send_one(NEAR, FAR) == NULL);
	KT_TRUE(kk_read(kk_so) != 0);
	KT_EQ(kk_reply.hdr.sadb_msg_type, SADB_ACQUIRE);
	KT_NE(kk_reply.hdr.sadb_msg_seq, seq);

	/* A flow that was taken away and is there again asks at once. */
	KT_ERR(0, kk_flow(IP(10, 1, 0, 0), 24, IP(10, 2, 0, 0), 24, PEER,
	    SADB_X_FLOW_TYPE_REQUIRE, IPSP_DIRECTION_OUT));
	kk_msg.hdr.sadb_msg_type = SADB_X_DELFLOW;
	KT_ERR(0, kk_send());
	flows(SADB_X_FLOW_TYPE_REQUIRE);
	KT_TRUE(send_one(NEAR, FAR) == NULL);
	KT_TRUE(kk_read(kk_so) != 0);
	KT_EQ(kk_reply.hdr.sadb_msg_type, SADB_ACQUIRE);
	down();
}

KTEST(questions, "a flow asks once a second, and all together a thousand times")
{
	struct in_addr	 far;
	uint64_t	 asked, full, limit;
	u_int		 i;

	up();
	kk_begin(SADB_REGISTER, SADB_SATYPE_ESP);
	KT_ERR(0, kk_send());
	flows(SADB_X_FLOW_TYPE_REQUIRE);
	asked = ipsecstat.ipsec_acquires;
	limit = ipsecstat.ipsec_acqlimit;
	for (i = 0; i < 500; i++)
		KT_TRUE(send_one(NEAR, FAR) == NULL);
	KT_EQ(ipsecstat.ipsec_acquires, asked + 1);
	KT_EQ(ipsecstat.ipsec_acqlimit, limit + 499);
	full = ipsecstat.ipsec_acqfull;
	KT_ERR(0, kt_route(IP(10, 2, 0, 0), 16, PEER, 0, 0));
	for (i = 0; i < 1500; i++) {
		far = IP(10, 2, 0, 0);
		far.s_addr = htonl(ntohl(far.s_addr) + 256 + i);
		KT_ERR(0, kk_flow(IP(10, 1, 0, 0), 24, far, 32, far,
		    SADB_X_FLOW_TYPE_REQUIRE, IPSP_DIRECTION_OUT));
		NET_LOCK();
		(void)ip_output(kt_udp(NEAR, far, 7, 9, "x", 1), NULL, NULL,
		    IP_FORWARDING, NULL, NULL);
		NET_UNLOCK();
	}
	KT_EQ(ipsecstat.ipsec_acquires, asked + 1024);
	KT_EQ(ipsecstat.ipsec_acqfull, full + 1500 - 1023);
	/* They are forgotten, and there is room again. */
	ktest_sleep_ms(31 * 1000);
	while (kk_read(kk_so) != 0)
		continue;
	KT_TRUE(send_one(NEAR, FAR) == NULL);
	KT_EQ(ipsecstat.ipsec_acquires, asked + 1025);
	kk_so->so_error = 0;
	KT_ERR(0, kt_unroute(IP(10, 2, 0, 0), 16, 0));
	down();
}

KTEST(bytes, "an SA that has carried its bytes is gone")
{
	struct mbuf	*m;
	u_int		 n = 0;

	up();
	kk_begin(SADB_REGISTER, SADB_SATYPE_ESP);
	KT_ERR(0, kk_send());
	flows(SADB_X_FLOW_TYPE_DONTACQ);
	kk_begin(SADB_ADD, SADB_SATYPE_ESP);
	kk_sa(0x1001, 0, SADB_X_EALG_AESGCM16, SADB_X_SAFLAGS_TUNNEL, 64);
	kk_addr(SADB_EXT_ADDRESS_SRC, US, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
	kk_key(SADB_EXT_KEY_ENCRYPT, "0123456789abcdefghij", 20);
	kk_life(SADB_EXT_LIFETIME_SOFT, 0, 60, 0, 0);
	kk_life(SADB_EXT_LIFETIME_HARD, 0, 100, 0, 0);
	KT_ERR(0, kk_send());
	while ((m = send_one(NEAR, FAR)) != NULL && n < 100) {
		m_freem(m);
		n++;
	}
	KT_EQ(n, 4);		/* 33 bytes each */
	KT_EQ(tdb_count, 0);
	KT_TRUE(kk_read(kk_so) != 0);
	KT_TRUE(kk_find(SADB_EXT_LIFETIME_SOFT) != NULL);
	KT_TRUE(kk_read(kk_so) != 0);
	KT_TRUE(kk_find(SADB_EXT_LIFETIME_HARD) != NULL);
	down();
}

KTEST(pmtu, "a packet that must not be cut and does not fit is answered")
{
	static uint8_t	 data[1472];
	uint64_t	 big = ipsecstat.ipsec_toobig;
	struct icmp	*icp;
	struct mbuf	*m;
	struct ip	*ip;

	up();
	flows(SADB_X_FLOW_TYPE_REQUIRE);
	sas(0);
	m = kt_udp(NEAR, FAR, 7, 9, data, sizeof(data));
	mtod(m, struct ip *)->ip_off = htons(IP_DF);
	kt_ipsum(m);
	kt_rx(lan, m);
	kt_settle();
	KT_TRUE(kt_tx(wan) == NULL);
	KT_EQ(ipsecstat.ipsec_toobig, big + 1);
	m = kt_tx(lan);
	KT_REQUIRE(m != NULL && (m = m_pullup(m, 28)) != NULL);
	ip = mtod(m, struct ip *);
	KT_EQ(ip->ip_p, IPPROTO_ICMP);
	icp = (struct icmp *)(ip + 1);
	KT_EQ(icp->icmp_type, ICMP_UNREACH);
	KT_EQ(icp->icmp_code, ICMP_UNREACH_NEEDFRAG);
	/* 1500 - 20 - 8 - 8 - 16 = 1448, less trailer and padding */
	KT_EQ(ntohs(icp->icmp_nextmtu), 1446);
	m_freem(m);

	/* What may be cut is, outside. */
	kt_rx(lan, kt_udp(NEAR, FAR, 7, 9, data, sizeof(data)));
	kt_settle();
	KT_EQ(kt_txlen(wan), 2);
	KT_EQ(leaked(), 0);
	down();
}

/*
 * Lifetimes of SAs, soft and hard, in virtual time: what reaches a limit, when,
 * and what is said of it; all states from larval to dead.
 *
 *	10.1.0.1/24 - kta0 (LAN)	192.0.2.1/24 - kta1 (WAN)
 */
#include "ktipsec.h"

#include <sys/endian.h>

#define NEAR	IP(10, 1, 0, 2)
#define FAR	IP(10, 2, 0, 2)
#define US	IP(192, 0, 2, 1)
#define PEER	IP(192, 0, 2, 2)
#define LEN	60			/* bytes of a packet */

static struct ktif	*lan, *wan;
static u_int		 sofar;		/* packets of the peer's */

static void
up(void)
{
	lan = kt_if("kta0", KTIF_IP);
	wan = kt_if("kta1", KTIF_IP);
	KT_ERR(0, kt_addr(lan, IP(10, 1, 0, 1), 24));
	KT_ERR(0, kt_addr(wan, US, 24));
	KT_ERR(0, kt_route(IP(10, 2, 0, 0), 24, PEER, 0, 0));
	ipforwarding = 1;
	kk_open();
	sofar = 0;
}

static void
down(void)
{
	kk_close();
	ipforwarding = 0;
	KT_ERR(0, kt_unroute(IP(10, 2, 0, 0), 24, 0));
	kt_txdrop(lan);
	kt_txdrop(wan);
	kt_if_free(lan);
	kt_if_free(wan);
}

/* Limits; 0 is none. */
struct limits {
	u_int		 l_alloc;
	uint64_t	 l_bytes, l_add, l_use;
};

static struct tdb *
sa(int in, const struct limits *soft, const struct limits *hard)
{
	kk_begin(SADB_ADD, SADB_SATYPE_ESP);
	kk_sa(0x1001, 0, SADB_X_EALG_AESGCM16, SADB_X_SAFLAGS_TUNNEL, 64);
	kk_addr(SADB_EXT_ADDRESS_SRC, in ? PEER : US, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, in ? US : PEER, 0);
	kk_key(SADB_EXT_KEY_ENCRYPT, "0123456789abcdefghij", 20);
	kk_life(SADB_EXT_LIFETIME_SOFT, soft->l_alloc, soft->l_bytes,
	    soft->l_add, soft->l_use);
	kk_life(SADB_EXT_LIFETIME_HARD, hard->l_alloc, hard->l_bytes,
	    hard->l_add, hard->l_use);
	KT_ERR(0, kk_send());
	return (TAILQ_LAST(&tdb_all, tdb_head));
}

/* Another flow that an SA is for. */
static void
flow(u_int port)
{
	kk_begin(SADB_X_ADDFLOW, SADB_SATYPE_ESP);
	kk_selectors(IP(10, 1, 0, 0), 24, IP(10, 2, 0, 0), 24, IPPROTO_UDP, 0,
	    port);
	kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
	kk_flowtype(SADB_X_FLOW_TYPE_DONTACQ, IPSP_DIRECTION_OUT);
	KT_ERR(0, kk_send());
}

/* A packet of LEN bytes goes, or comes: is it let through? */
static int
sends(u_int port)
{
	static const uint8_t	 data[LEN - 28];
	u_int			 n;

	kt_rx(lan, kt_udp(NEAR, FAR, 7, port, data, sizeof(data)));
	kt_settle();
	n = kt_txlen(wan);
	kt_txdrop(wan);
	kt_txdrop(lan);
	return (n == 1);
}

static int
receives(struct tdb *tdb)
{
	uint64_t	 was = espstat.esps_ibytes;
	uint8_t		 buf[256], text[LEN] = { 0x45 };
	u_int		 len;

	len = kk_esp(tdb, ++sofar, buf, text, sizeof(text), IPPROTO_IPV4);
	kt_rx(wan, kt_ip(PEER, US, IPPROTO_ESP, buf, len));
	kt_settle();
	return (espstat.esps_ibytes > was);
}

/* Exactly one EXPIRE has come: of that kind, in that state. */
static void
expired(u_int kind, u_int state, uint64_t bytes)
{
	const struct sadb_lifetime	*cur;
	const struct sadb_sa		*s;

	KT_TRUE(kk_read(kk_so) != 0);
	KT_EQ(kk_reply.hdr.sadb_msg_type, SADB_EXPIRE);
	KT_EQ(kk_reply.hdr.sadb_msg_satype, SADB_SATYPE_ESP);
	KT_EQ(kk_reply.hdr.sadb_msg_pid, 0);
	s = kk_find(SADB_EXT_SA);
	cur = kk_find(SADB_EXT_LIFETIME_CURRENT);
	KT_REQUIRE(s != NULL && cur != NULL);
	KT_EQ(ntohl(s->sadb_sa_spi), 0x1001);
	KT_EQ(s->sadb_sa_state, state);
	KT_EQ(cur->sadb_lifetime_bytes, bytes);
	KT_TRUE(kk_find(kind) != NULL);
	KT_TRUE(kk_find(SADB_EXT_ADDRESS_SRC) != NULL);
	KT_TRUE(kk_find(SADB_EXT_ADDRESS_DST) != NULL);
	KT_EQ(kk_read(kk_so), 0);
}

KTEST(addtime, "seconds since it was added")
{
	static const struct limits	 soft = { 0, 0, 100, 0 };
	static const struct limits	 hard = { 0, 0, 200, 0 };
	struct tdb			*tdb;

	up();
	tdb = sa(1, &soft, &hard);
	ktest_sleep_ms(99 * 1000);
	KT_EQ(kk_read(kk_so), 0);
	KT_EQ(tdb->tdb_state, SADB_SASTATE_MATURE);
	ktest_sleep_ms(2 * 1000);
	expired(SADB_EXT_LIFETIME_SOFT, SADB_SASTATE_DYING, 0);
	KT_EQ(tdb->tdb_state, SADB_SASTATE_DYING);
	/* It still does its work. */
	KT_TRUE(receives(tdb));
	ktest_sleep_ms(97 * 1000);
	KT_EQ(kk_read(kk_so), 0);
	KT_EQ(tdb_count, 1);
	ktest_sleep_ms(3 * 1000);
	expired(SADB_EXT_LIFETIME_HARD, SADB_SASTATE_DYING, LEN + 36);
	KT_EQ(tdb_count, 0);
	down();
}

KTEST(usetime, "seconds since it was first used, both ways")
{
	static const struct limits	 soft = { 0, 0, 0, 30 };
	static const struct limits	 hard = { 0, 0, 0, 50 };
	struct tdb			*tdb;
	int				 in;

	up();
	flow(9);
	for (in = 0; in < 2; in++) {
		KT_CASE("%s", in ? "in" : "out");
		tdb = sa(in, &soft, &hard);
		/* Nothing happens to what is not used. */
		ktest_sleep_ms(1000 * 1000);
		KT_EQ(kk_read(kk_so), 0);
		KT_EQ(tdb->tdb_first_use, 0);
		KT_TRUE(in ? receives(tdb) : sends(9));
		KT_TRUE(tdb->tdb_first_use != 0);
		ktest_sleep_ms(29 * 1000);
		KT_EQ(kk_read(kk_so), 0);
		ktest_sleep_ms(2 * 1000);
		expired(SADB_EXT_LIFETIME_SOFT, SADB_SASTATE_DYING,
		    in ? LEN + 36 : LEN);
		/* Being used again does not begin it anew. */
		KT_TRUE(in ? receives(tdb) : sends(9));
		ktest_sleep_ms(18 * 1000);
		KT_EQ(tdb_count, 1);
		ktest_sleep_ms(2 * 1000);
		expired(SADB_EXT_LIFETIME_HARD, SADB_SASTATE_DYING,
		    2 * (in ? LEN + 36 : LEN));
		KT_EQ(tdb_count, 0);
		KT_TRUE(in || !sends(9));
	}
	down();
}

KTEST(bytes, "bytes, both ways")
{
	static const struct limits	 soft = { 0, 2 * LEN, 0, 0 };
	static const struct limits	 hard = { 0, 4 * LEN, 0, 0 };
	static const struct limits	 softin = { 0, 2 * (LEN + 36), 0, 0 };
	static const struct limits	 hardin = { 0, 4 * (LEN + 36), 0, 0 };
	struct tdb			*tdb;
	uint64_t			 exceeded;
	u_int				 i, len;
	int				 in;

	up();
	flow(9);
	for (in = 0; in < 2; in++) {
		KT_CASE("%s", in ? "in" : "out");
		len = in ? LEN + 36 : LEN;
		tdb = sa(in, in ? &softin : &soft, in ? &hardin : &hard);
		exceeded = ipsecstat.ipsec_exctdb;
		for (i = 1; i <= 4; i++) {
			KT_TRUE(in ? receives(tdb) : sends(9));
			KT_EQ(tdb->tdb_bytes, i * len);
			KT_EQ(tdb->tdb_state, i < 2 ? SADB_SASTATE_MATURE :
			    SADB_SASTATE_DYING);
			if (i == 2)
				expired(SADB_EXT_LIFETIME_SOFT,
				    SADB_SASTATE_DYING, 2 * len);
			KT_EQ(kk_read(kk_so), 0);
		}
		/* The next is too much, and is lost with the SA. */
		NET_LOCK();
		tdb_ref(tdb);
		NET_UNLOCK();
		if (in) {
			uint64_t	 was = espstat.esps_ibytes;

			(void)receives(tdb);
			KT_TRUE(espstat.esps_ibytes > was);
			KT_EQ(kt_txlen(lan), 0);
		} else
			KT_TRUE(!sends(9));
		expired(SADB_EXT_LIFETIME_HARD, SADB_SASTATE_DYING, 4 * len);
		KT_EQ(tdb->tdb_state, SADB_SASTATE_DEAD);
		KT_EQ(tdb_count, 0);
		KT_EQ(ipsecstat.ipsec_exctdb, exceeded + 1);
		NET_LOCK();
		tdb_unref(tdb);
		NET_UNLOCK();
	}
	down();
}

KTEST(allocations, "flows that use it")
{
	static const struct limits	 soft = { 2, 0, 0, 0 };
	static const struct limits	 hard = { 3, 0, 0, 0 };
	struct tdb			*tdb;
	u_int				 i;

	up();
	for (i = 1; i <= 4; i++)
		flow(i);
	tdb = sa(0, &soft, &hard);
	KT_TRUE(sends(1));
	KT_TRUE(sends(1));
	KT_EQ(tdb->tdb_allocations, 1);
	KT_EQ(kk_read(kk_so), 0);
	KT_TRUE(sends(2));
	expired(SADB_EXT_LIFETIME_SOFT, SADB_SASTATE_DYING, 2 * LEN);
	KT_TRUE(sends(3));
	KT_EQ(kk_read(kk_so), 0);
	KT_TRUE(!sends(4));
	expired(SADB_EXT_LIFETIME_HARD, SADB_SASTATE_DYING, 4 * LEN);
	KT_EQ(tdb_count, 0);
	/* And nothing has left in the clear since. */
	KT_TRUE(!sends(1));
	down();
}

KTEST(once, "several limits: the first soft one is told, once")
{
	static const struct limits	 soft = { 1, LEN, 10, 5 };
	static const struct limits	 hard = { 0, 0, 100, 0 };

	up();
	flow(9);
	(void)sa(0, &soft, &hard);
	KT_TRUE(sends(9));
	KT_TRUE(kk_read(kk_so) != 0);
	KT_TRUE(kk_find(SADB_EXT_LIFETIME_SOFT) != NULL);
	ktest_sleep_ms(50 * 1000);
	KT_EQ(kk_read(kk_so), 0);
	ktest_sleep_ms(51 * 1000);
	KT_TRUE(kk_read(kk_so) != 0);
	KT_TRUE(kk_find(SADB_EXT_LIFETIME_HARD) != NULL);
	KT_EQ(kk_read(kk_so), 0);
	down();
}

KTEST(update, "limits that UPDATE changes count from then on")
{
	static const struct limits	 soft = { 0, 0, 100, 0 };
	static const struct limits	 hard = { 0, 0, 200, 0 };

	up();
	(void)sa(1, &soft, &hard);
	kk_begin(SADB_UPDATE, SADB_SATYPE_ESP);
	kk_sa(0x1001, 0, SADB_X_EALG_AESGCM16, SADB_X_SAFLAGS_TUNNEL, 64);
	kk_addr(SADB_EXT_ADDRESS_SRC, PEER, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, US, 0);
	kk_life(SADB_EXT_LIFETIME_SOFT, 0, 0, 20, 0);
	kk_life(SADB_EXT_LIFETIME_HARD, 0, 0, 30, 0);
	KT_ERR(0, kk_send());
	ktest_sleep_ms(21 * 1000);
	expired(SADB_EXT_LIFETIME_SOFT, SADB_SASTATE_DYING, 0);
	ktest_sleep_ms(10 * 1000);
	expired(SADB_EXT_LIFETIME_HARD, SADB_SASTATE_DYING, 0);
	KT_EQ(tdb_count, 0);
	down();
}

KTEST(states, "larval carries nothing, dying does, dead is gone from flows")
{
	static const struct limits	 soft = { 0, 0, 10, 0 };
	static const struct limits	 none = { 0, 0, 0, 0 };
	struct sadb_spirange		*r;
	struct tdb			*tdb;

	up();
	flow(9);
	kk_begin(SADB_GETSPI, SADB_SATYPE_ESP);
	kk_addr(SADB_EXT_ADDRESS_SRC, US, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
	r = kk_ext(SADB_EXT_SPIRANGE, sizeof(*r));
	r->sadb_spirange_min = r->sadb_spirange_max = 0x2001;
	KT_ERR(0, kk_send());
	KT_EQ(TAILQ_FIRST(&tdb_all)->tdb_state, SADB_SASTATE_LARVAL);
	KT_TRUE(!sends(9));
	tdb = sa(0, &soft, &none);
	KT_TRUE(sends(9));
	ktest_sleep_ms(11 * 1000);
	KT_EQ(tdb->tdb_state, SADB_SASTATE_DYING);
	KT_TRUE(sends(9));
	NET_LOCK();
	tdb_ref(tdb);
	NET_UNLOCK();
	kk_begin(SADB_DELETE, SADB_SATYPE_ESP);
	kk_sa(0x1001, 0, 0, 0, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
	KT_ERR(0, kk_send());
	KT_EQ(tdb->tdb_state, SADB_SASTATE_DEAD);
	KT_TRUE(TAILQ_EMPTY(&tdb->tdb_policies));
	KT_TRUE(!sends(9));
	NET_LOCK();
	KT_EQ(tdb->tdb_refs, 1);
	tdb_unref(tdb);
	NET_UNLOCK();
	down();
}

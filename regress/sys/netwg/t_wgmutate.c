/*
 * Every bit of every message turned, as an accident (the MACs no longer fit)
 * and as an enemy who knows our public key would (mac1 made anew): each is
 * dropped, each is counted once, by the right reason, and nothing of what
 * the machine knows has changed.  Then what is whole, but should not be here.
 */
#include <sys/endian.h>

#include <crypto/blake2s.h>
#include <crypto/chachapoly.h>
#include <crypto/x25519.h>

#include "ktwg.h"

/* What a received message may change. */
struct state {
	struct wg_endpoint	 t_endpoint;
	uint64_t		 t_rxbytes;
	struct timespec		 t_handshake;
	uint8_t			 t_cookie[COOKIE_COOKIE_SIZE];
	uint64_t		 t_cookieborn;
	uint8_t			 t_stamp[NOISE_TIMESTAMP_SIZE];
	uint64_t		 t_lastinit;
	int			 t_initstate, t_respstate;
	struct noise_keypair	*t_slots[3];
	struct replay		 t_replay;
	u_int			 t_nindices, t_nhsq;
	uint64_t		 t_sessions;
	uint64_t		 t_ipackets;
};

static void
state_get(struct state *t)
{
	struct wg_peer		*p = ktwg.k_peer;
	struct noise_remote	*r = p->p_remote;

	memset(t, 0, sizeof(*t));
	t->t_endpoint = p->p_endpoint;
	t->t_rxbytes = p->p_rxbytes;
	t->t_handshake = p->p_timers.t_handshake;
	memcpy(t->t_cookie, p->p_cookie.cm_cookie, sizeof(t->t_cookie));
	t->t_cookieborn = p->p_cookie.cm_born;
	memcpy(t->t_stamp, r->r_timestamp, sizeof(t->t_stamp));
	t->t_lastinit = r->r_last_initiation;
	t->t_initstate = r->r_init.hs_state;
	t->t_respstate = r->r_resp.hs_state;
	t->t_slots[0] = r->r_next;
	t->t_slots[1] = r->r_current;
	t->t_slots[2] = r->r_previous;
	if (r->r_current != NULL)
		t->t_replay = r->r_current->k_replay;
	t->t_nindices = ktwg.k_sc->sc_local->l_nindices;
	t->t_nhsq = ktwg.k_sc->sc_nhsq;
	t->t_sessions = crypto_stats.cst_sessions;
	t->t_ipackets = ktwg.k_ifp->if_ipackets;
}

static uint64_t
sum_of(const enum wg_counter *why, u_int n)
{
	uint64_t	 sum = 0;

	while (n-- > 0)
		sum += wg_counters[*why++];
	return (sum);
}

/*
 * The message comes, from somewhere else, and is dropped for one of the
 * reasons; nothing else happens.
 */
static void
refused(const void *msg, u_int len, const enum wg_counter *why, u_int n)
{
	struct state	 after, before;
	uint64_t	 all = ktwg_drops(), these = sum_of(why, n);

	state_get(&before);
	ktwg_rx_from(IP(198, 51, 100, 66), 666, msg, len);
	state_get(&after);
	KT_EQ(ktwg_drops() - all, 1);
	KT_EQ(sum_of(why, n) - these, 1);
	KT_MEMEQ(&after, &before, sizeof(after));
}

#define REFUSED(msg, len, ...)	do {					\
	static const enum wg_counter why_[] = { __VA_ARGS__ };		\
									\
	refused((msg), (len), why_, nitems(why_));			\
} while (0)

/* Turn each bit of bytes [from, to) in turn, with mac1 as it was. */
#define EACH_BIT(msg, from, to, ...)	do {				\
	uint8_t	 bad_[sizeof(msg)];					\
	u_int	 bit_;							\
									\
	for (bit_ = (from) * 8; bit_ < (to) * 8; bit_++) {		\
		KT_CASE("bit %u of byte %u", bit_ % 8, bit_ / 8);	\
		memcpy(bad_, &(msg), sizeof(bad_));			\
		bad_[bit_ / 8] ^= 1 << bit_ % 8;			\
		REFUSED(bad_, sizeof(bad_), __VA_ARGS__);		\
	}								\
} while (0)

/* The same, with mac1 made anew. */
#define EACH_BIT_MAC(msg, from, to, ...)	do {			\
	uint8_t	 bad_[sizeof(msg)];					\
	u_int	 bit_;							\
									\
	for (bit_ = (from) * 8; bit_ < (to) * 8; bit_++) {		\
		KT_CASE("bit %u of byte %u, mac1", bit_ % 8, bit_ / 8);	\
		memcpy(bad_, &(msg), sizeof(bad_));			\
		bad_[bit_ / 8] ^= 1 << bit_ % 8;			\
		ktwg_mac(bad_, sizeof(bad_));				\
		REFUSED(bad_, sizeof(bad_), __VA_ARGS__);		\
	}								\
} while (0)

#define MAC1(type)	(sizeof(type) - sizeof(struct cookie_macs))
#define MAC2(type)	(MAC1(type) + COOKIE_MAC_SIZE)

KTEST(initiation, "an initiation with any bit turned")
{
	struct wg_msg_initiation mi;

	ktwg_begin(0);
	ktwg_initiation(&mi);
	EACH_BIT(mi, 0, 4, WGC_IN_TYPE, WGC_IN_SHORT);
	EACH_BIT(mi, 4, MAC2(mi), WGC_IN_MAC1);
	/* The sender's index is its own affair, and not authentic. */
	EACH_BIT_MAC(mi, 8, 8 + 32 + 48 + 28, WGC_IN_BADINIT);
	KT_EQ(wg_counters[WGC_INIT_IN], 0);
	KT_EQ(wg_counters[WGC_RESP_OUT], 0);
	ktwg_rx(&mi, sizeof(mi));
	KT_EQ(wg_counters[WGC_INIT_IN], 1);
	KT_EQ(wg_counters[WGC_RESP_OUT], 1);
	ktwg_end();
}

KTEST(response, "a response with any bit turned")
{
	struct wg_msg_initiation mi;
	struct wg_msg_response	 mr;
	uint8_t			 buf[KTWG_MAX];

	ktwg_begin(KTWG_PSK);
	KT_ERR(0, ktwg_output(100));
	KT_REQUIRE(ktwg_tx_type(WG_MSG_INITIATION, buf) == sizeof(mi));
	memcpy(&mi, buf, sizeof(mi));
	KT_REQUIRE(ktwg_response(&mi, &mr) == 0);
	EACH_BIT(mr, 0, 4, WGC_IN_TYPE, WGC_IN_SHORT);
	EACH_BIT(mr, 4, MAC2(mr), WGC_IN_MAC1);
	EACH_BIT_MAC(mr, 8, MAC1(mr), WGC_IN_BADRESP);
	KT_EQ(wg_counters[WGC_RESP_IN], 0);
	ktwg_rx(&mr, sizeof(mr));
	KT_EQ(wg_counters[WGC_RESP_IN], 1);
	/* Once. */
	REFUSED(&mr, sizeof(mr), WGC_IN_BADRESP);
	ktwg_end();
}

/* The machine is under load now. */
static void
load(void)
{
	ktwg.k_sc->sc_loaded = getnsecuptime();
}

KTEST(mac2, "under load, an initiation with any bit of mac2 turned")
{
	struct wg_msg_initiation mi;
	struct wg_msg_cookie	 mc;
	uint8_t			 bad[sizeof(mi)], buf[KTWG_MAX];
	u_int			 bit;

	ktwg_begin(0);
	ktwg_initiation(&mi);
	load();
	ktwg_rx(&mi, sizeof(mi));
	KT_EQ(wg_counters[WGC_IN_MAC2], 1);
	KT_REQUIRE(ktwg_tx_type(WG_MSG_COOKIE, buf) == sizeof(mc));
	memcpy(&mc, buf, sizeof(mc));
	KT_EQ(mc.mc_receiver, mi.mi_sender);
	KT_ERR(0, cookie_maker_consume(&ktwg.k_cookie, mc.mc_nonce,
	    mc.mc_ec));
	ktwg_initiation(&mi);
	for (bit = MAC2(mi) * 8; bit < sizeof(mi) * 8; bit++) {
		KT_CASE("bit %u of byte %u", bit % 8, bit / 8);
		memcpy(bad, &mi, sizeof(bad));
		bad[bit / 8] ^= 1 << bit % 8;
		load();
		REFUSED(bad, sizeof(bad), WGC_IN_MAC2);
		KT_EQ(ktwg_tx_type(WG_MSG_COOKIE, buf), sizeof(mc));
	}
	/* Nor is it good from elsewhere. */
	load();
	REFUSED(&mi, sizeof(mi), WGC_IN_MAC2);
	KT_EQ(wg_counters[WGC_INIT_IN], 0);
	load();
	ktwg_rx(&mi, sizeof(mi));
	KT_EQ(wg_counters[WGC_INIT_IN], 1);
	ktwg_end();
}

/* A cookie for the initiation in buf, as the peer would send it. */
static void
cookie_for(const uint8_t *buf, struct wg_msg_cookie *mc)
{
	struct cookie_checker	 cc;
	struct wg_msg_initiation mi;
	struct sockaddr_in	 sin;

	memcpy(&mi, buf, sizeof(mi));
	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	sin.sin_addr = KTWG_US;
	sin.sin_port = htons(KTWG_PORT);
	cookie_checker_init(&cc);
	cookie_checker_update(&cc, ktwg.k_peerpublic);
	memset(mc, 0, sizeof(*mc));
	mc->mc_type = htole32(WG_MSG_COOKIE);
	mc->mc_receiver = mi.mi_sender;
	cookie_checker_reply(&cc, &mi.mi_macs, mc->mc_nonce, mc->mc_ec,
	    (struct sockaddr *)&sin);
	cookie_checker_fini(&cc);
}

KTEST(cookie, "a cookie reply with any bit turned; one answer a message")
{
	struct wg_msg_cookie	 mc;
	uint8_t			 buf[KTWG_MAX];
	uint64_t		 after;

	ktwg_begin(0);
	KT_ERR(0, ktwg_output(100));
	KT_REQUIRE(ktwg_tx_type(WG_MSG_INITIATION, buf) ==
	    sizeof(struct wg_msg_initiation));
	cookie_for(buf, &mc);
	EACH_BIT(mc, 0, 4, WGC_IN_TYPE, WGC_IN_SHORT);
	EACH_BIT(mc, 4, sizeof(mc), WGC_IN_BADCOOKIE);
	KT_EQ(wg_counters[WGC_COOKIE_IN], 0);
	ktwg_rx(&mc, sizeof(mc));
	KT_EQ(wg_counters[WGC_COOKIE_IN], 1);
	REFUSED(&mc, sizeof(mc), WGC_IN_BADCOOKIE);
	/* The next initiation has a mac2. */
	KT_REQUIRE(ktwg_wait(WG_MSG_INITIATION, buf, 6000, &after) != 0);
	cookie_for(buf, &mc);
	memset(buf, 0, MAC2(struct wg_msg_initiation));
	KT_TRUE(memcmp(buf + MAC2(struct wg_msg_initiation), buf,
	    COOKIE_MAC_SIZE) != 0);
	ktwg_end();
}

KTEST(data, "a data message with any bit turned")
{
	uint8_t	 msg[16 + 64 + 16], text[64];

	ktwg_begin(0);
	ktwg_handshake();
	KT_EQ(ktwg_seal(msg, text, ktwg_inner(text, 64)), sizeof(msg));
	EACH_BIT(msg, 0, 4, WGC_IN_TYPE, WGC_IN_SHORT);
	EACH_BIT(msg, 4, 8, WGC_IN_NOSESSION);
	/* High counters are not even tried. */
	EACH_BIT(msg, 8, 16, WGC_IN_BADMAC, WGC_IN_REPLAY,
	    WGC_IN_OLDSESSION);
	EACH_BIT(msg, 16, sizeof(msg), WGC_IN_BADMAC);
	KT_EQ(wg_counters[WGC_DATA_IN], 0);
	ktwg_rx(msg, sizeof(msg));
	KT_EQ(wg_counters[WGC_DATA_IN], 1);
	KT_EQ(ktwg.k_ifp->if_ipackets, 1);
	REFUSED(msg, sizeof(msg), WGC_IN_REPLAY);
	ktwg_end();
}

/* Each kind of message, whole, as the peer or the machine sent it. */
static u_int
message(u_int kind, uint8_t *buf)
{
	struct wg_msg_initiation mi;
	uint8_t			 text[64];

	switch (kind) {
	case 0:
		ktwg_initiation(&mi);
		memcpy(buf, &mi, sizeof(mi));
		return (sizeof(mi));
	case 1:
		memset(buf, 0, sizeof(struct wg_msg_response));
		le32enc(buf, WG_MSG_RESPONSE);
		ktwg_mac(buf, sizeof(struct wg_msg_response));
		return (sizeof(struct wg_msg_response));
	case 2:
		memset(buf, 0, sizeof(struct wg_msg_cookie));
		le32enc(buf, WG_MSG_COOKIE);
		return (sizeof(struct wg_msg_cookie));
	default:
		return (ktwg_seal(buf, text, ktwg_inner(text, 64)));
	}
}

KTEST(lengths, "messages that are shorter or longer than their kind")
{
	uint8_t	 buf[KTWG_MAX];
	u_int	 kind, len, n;

	ktwg_begin(0);
	ktwg_handshake();
	for (kind = 0; kind < 4; kind++) {
		len = message(kind, buf);
		for (n = 0; n < len; n++) {
			KT_CASE("kind %u, %u of %u bytes", kind, n, len);
			REFUSED(buf, n, WGC_IN_SHORT, WGC_IN_BADMAC);
		}
		memset(buf + len, 0, 16);
		for (n = 1; n <= 16; n++) {
			KT_CASE("kind %u, %u bytes more", kind, n);
			REFUSED(buf, len + n, WGC_IN_SHORT, WGC_IN_BADMAC);
		}
	}
	ktwg_end();
}

KTEST(types, "types that there are not")
{
	static const uint32_t	 types[] = {
		0, 5, 6, 0xff, 0x100, 0x101, 0x104, 0x10001, 0x01000000,
		0x04000000, 0x80000004, 0xffffffff
	};
	uint8_t			 buf[KTWG_MAX];
	u_int			 i, kind, len;

	ktwg_begin(0);
	ktwg_handshake();
	for (kind = 0; kind < 4; kind++) {
		len = message(kind, buf);
		for (i = 0; i < nitems(types); i++) {
			KT_CASE("kind %u, type %#x", kind, types[i]);
			le32enc(buf, types[i]);
			REFUSED(buf, len, WGC_IN_TYPE);
		}
	}
	ktwg_end();
}

KTEST(reflected, "what the machine has sent comes back to it")
{
	struct wg_msg_initiation mi;
	struct wg_msg_response	 mr;
	uint8_t			 buf[KTWG_MAX], text[64];
	u_int			 len;

	ktwg_begin(0);
	KT_ERR(0, ktwg_output(100));
	KT_REQUIRE((len = ktwg_tx(buf)) == sizeof(mi));
	REFUSED(buf, len, WGC_IN_MAC1);
	memcpy(&mi, buf, sizeof(mi));
	/* mac1 made for the machine: it is still not a peer of its own. */
	ktwg_mac(buf, len);
	REFUSED(buf, len, WGC_IN_BADINIT);
	KT_REQUIRE(ktwg_response(&mi, &mr) == 0);
	ktwg_rx(&mr, sizeof(mr));
	KT_REQUIRE((len = ktwg_tx(buf)) != 0);
	REFUSED(buf, len, WGC_IN_NOSESSION);
	KT_ERR(0, ktwg_open(buf, len));
	/* With our index in it, it is not by the right key. */
	KT_ERR(0, ktwg_output(100));
	KT_REQUIRE((len = ktwg_tx(buf)) != 0);
	(void)ktwg_seal(text, NULL, 0);
	memcpy(buf + 4, text + 4, 4);
	REFUSED(buf, len, WGC_IN_BADMAC);
	/* A response of the machine's. */
	ktest_sleep_ms(100);
	ktwg_initiation(&mi);
	ktwg_rx(&mi, sizeof(mi));
	KT_REQUIRE(ktwg_tx_type(WG_MSG_RESPONSE, buf) == sizeof(mr));
	REFUSED(buf, sizeof(mr), WGC_IN_MAC1);
	ktwg_mac(buf, sizeof(mr));
	REFUSED(buf, sizeof(mr), WGC_IN_BADRESP);
	ktwg_end();
}

KTEST(window, "replays, and counters before the window")
{
	uint8_t	 buf[KTWG_MAX], text[64];
	u_int	 len;

	ktwg_begin(0);
	ktwg_handshake();
	(void)ktwg_inner(text, 64);
	len = ktwg_seal_as(buf, text, 64, 20000);
	ktwg_rx(buf, len);
	REFUSED(buf, len, WGC_IN_REPLAY);
	len = ktwg_seal_as(buf, text, 64, 20000 - REPLAY_WINDOW);
	REFUSED(buf, len, WGC_IN_WINDOW);
	len = ktwg_seal_as(buf, text, 64, 20000 - REPLAY_WINDOW + 1);
	ktwg_rx(buf, len);
	REFUSED(buf, len, WGC_IN_REPLAY);
	len = ktwg_seal_as(buf, text, 64, 5);
	REFUSED(buf, len, WGC_IN_WINDOW);
	len = ktwg_seal_as(buf, text, 64, REJECT_AFTER_MESSAGES);
	REFUSED(buf, len, WGC_IN_OLDSESSION);
	KT_EQ(wg_counters[WGC_DATA_IN], 2);
	ktwg_end();
}

/* Encodings of points of small order (RFC 7748, section 7), and others. */
static const uint8_t	 low[][32] = {
	{ 0 },
	{ 1 },
	{ 0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae,
	  0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
	  0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd,
	  0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00 },
	{ 0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24,
	  0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
	  0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86,
	  0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57 },
	{ 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
	{ 0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
	{ 0xee, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
};

/* A transcript as an enemy keeps it who need not multiply. */
static uint8_t	 forged_ck[32], forged_hash[32];

static void
forge_hash(const void *data, size_t len)
{
	struct blake2s_state	 b;

	blake2s_init(&b, sizeof(forged_hash));
	blake2s_update(&b, forged_hash, sizeof(forged_hash));
	blake2s_update(&b, data, len);
	blake2s_final(&b, forged_hash);
}

static void
forge_seal(uint8_t *out, const uint8_t *in, size_t len, const uint8_t *shared)
{
	uint8_t	 key[32];

	noise_kdf(forged_ck, key, NULL, shared, 32, forged_ck);
	chachapoly_seal(out, in, len, forged_hash, sizeof(forged_hash), 0,
	    key);
	forge_hash(out, len + NOISE_TAG_SIZE);
}

/* The peer's initiation, whole but for its ephemeral key: all is by zeroes. */
static void
forge_initiation(struct wg_msg_initiation *mi, const uint8_t *point)
{
	static const char	 construction[] =
				    "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s";
	static const char	 identifier[] =
				    "WireGuard v1 zx2c4 Jason@zx2c4.com";
	static const uint8_t	 zero[32];
	static const uint8_t	 stamp[NOISE_TIMESTAMP_SIZE] = { 0x50 };
	uint8_t			 ss[32], private[32];

	memset(mi, 0, sizeof(*mi));
	mi->mi_type = htole32(WG_MSG_INITIATION);
	memcpy(mi->mi_ue, point, 32);
	blake2s(forged_ck, 32, construction, sizeof(construction) - 1, NULL,
	    0);
	memcpy(forged_hash, forged_ck, 32);
	forge_hash(identifier, sizeof(identifier) - 1);
	forge_hash(ktwg.k_public, 32);
	noise_kdf(forged_ck, NULL, NULL, point, 32, forged_ck);
	forge_hash(point, 32);
	forge_seal(mi->mi_es, ktwg.k_peerpublic, 32, zero);
	KT_ERR(0, noise_local_keys(ktwg.k_local, NULL, private));
	KT_ERR(0, x25519(ss, private, ktwg.k_public));
	forge_seal(mi->mi_ets, stamp, sizeof(stamp), ss);
	ktwg_mac(mi, sizeof(*mi));
}

KTEST(low_order, "ephemeral keys of small order, and all that follows")
{
	struct wg_msg_initiation mi;
	struct wg_msg_response	 mr;
	uint8_t			 buf[KTWG_MAX];
	size_t			 i;

	ktwg_begin(0);
	KT_ERR(0, ktwg_output(100));
	KT_REQUIRE(ktwg_tx_type(WG_MSG_INITIATION, buf) == sizeof(mi));
	memcpy(&mi, buf, sizeof(mi));
	KT_REQUIRE(ktwg_response(&mi, &mr) == 0);
	for (i = 0; i < nitems(low); i++) {
		KT_CASE("point %zu", i);
		forge_initiation(&mi, low[i]);
		REFUSED(&mi, sizeof(mi), WGC_IN_BADINIT);
		memcpy(mr.mr_ue, low[i], 32);
		ktwg_mac(&mr, sizeof(mr));
		REFUSED(&mr, sizeof(mr), WGC_IN_BADRESP);
	}
	ktwg_end();
}

KTEST(low_static, "peers whose own key is of small order are never sent to")
{
	struct wg_peer_io	*p;
	uint8_t			 buf[KTWG_MAX];
	size_t			 i;

	ktwg_begin(0);
	for (i = 0; i < nitems(low); i++) {
		KT_CASE("point %zu", i);
		p = ktwg_set_peer(low[i], 0);
		ktwg_set_place(p, IP(198, 51, 100, 9), 9);
		p->p_aips_count = 1;
		KT_ERR(0, ktwg_set_now());
		KT_ERR(0, ktwg_output(100));
		KT_EQ(ktwg_tx(buf), 0);
		KT_EQ(wg_counters[WGC_INIT_OUT], 0);
	}
	ktwg_end();
}

KTEST(timestamps, "initiations that are old, replayed, or too soon")
{
	struct wg_msg_initiation old, mi;
	uint8_t			 buf[KTWG_MAX];

	ktwg_begin(0);
	ktwg_initiation(&old);
	ktest_sleep_ms(100);
	ktwg_initiation(&mi);
	ktwg_rx(&mi, sizeof(mi));
	KT_REQUIRE(ktwg_tx_type(WG_MSG_RESPONSE, buf) != 0);
	REFUSED(&mi, sizeof(mi), WGC_IN_REPLAYEDINIT);
	REFUSED(&old, sizeof(old), WGC_IN_REPLAYEDINIT);
	ktest_sleep_ms(20);
	ktwg_initiation(&mi);
	REFUSED(&mi, sizeof(mi), WGC_IN_EARLYINIT);
	ktest_sleep_ms(100);
	REFUSED(&old, sizeof(old), WGC_IN_REPLAYEDINIT);
	KT_EQ(wg_counters[WGC_INIT_IN], 1);
	ktwg_end();
}

KTEST(strangers, "an initiation of somebody who is no peer")
{
	struct wg_msg_initiation mi;
	uint8_t			 key[32] = { 0x33 };

	ktwg_begin(0);
	ktwg_handshake();
	KT_ERR(0, noise_local_set_private(ktwg.k_local, key));
	ktest_sleep_ms(100);
	ktwg_initiation(&mi);
	REFUSED(&mi, sizeof(mi), WGC_IN_NOPEER);
	ktwg_end();
}

KTEST(roams, "what is authentic tells where the peer is, and nothing else")
{
	struct wg_endpoint	*e;
	uint8_t			 buf[KTWG_MAX];
	u_int			 len;

	ktwg_begin(KTWG_NOENDPOINT);
	e = &ktwg.k_peer->p_endpoint;
	KT_ERR(EDESTADDRREQ, ktwg_output(100));
	KT_EQ(wg_counters[WGC_OUT_NOENDPOINT], 1);
	ktwg_handshake();
	KT_EQ(e->e_sin.sin_addr.s_addr, KTWG_PEER.s_addr);
	KT_EQ(e->e_sin.sin_port, htons(KTWG_PEERPORT));
	KT_EQ(e->e_local4.s_addr, KTWG_US.s_addr);
	KT_EQ(wg_counters[WGC_ROAMED], 0);
	len = ktwg_seal(buf, NULL, 0);
	ktwg_rx_from(IP(198, 51, 100, 77), 777, buf, len);
	KT_EQ(e->e_sin.sin_addr.s_addr, IP(198, 51, 100, 77).s_addr);
	KT_EQ(e->e_sin.sin_port, htons(777));
	KT_EQ(wg_counters[WGC_ROAMED], 1);
	/* The same again, from elsewhere: it is a replay. */
	REFUSED(buf, len, WGC_IN_REPLAY);
	KT_EQ(e->e_sin.sin_port, htons(777));
	KT_ERR(0, ktwg_output(100));
	ktwg_end();
}

/* Inner packets that an authentic peer must not send. */
KTEST(inner, "no IP inside, lengths that lie, sources that are others'")
{
	static const struct {
		u_int		 at;		/* byte of the packet */
		uint8_t		 becomes;
		u_int		 len;
		enum wg_counter	 why;
	} t[] = {
		{ 0, 0x05, 64, WGC_IN_BADIP },		/* version 0 */
		{ 0, 0x55, 64, WGC_IN_BADIP },
		{ 0, 0x65, 39, WGC_IN_BADIP },		/* IPv6, cut */
		{ 0, 0x45, 19, WGC_IN_BADIP },
		{ 0, 0x45, 1, WGC_IN_BADIP },
		{ 2, 0x01, 64, WGC_IN_BADIP },		/* longer than it is */
		{ 3, 0x13, 64, WGC_IN_BADIP },		/* than a header */
		{ 12, 0x0b, 64, WGC_IN_SOURCE },
		{ 15, 0x03, 64, WGC_IN_SOURCE },	/* another peer's */
		{ 15, 0x01, 64, WGC_IN_SOURCE },	/* our own */
		{ 0, 0x65, 64, WGC_IN_BADIP },		/* its length lies */
	};
	static const uint8_t	 other[32] = { 9 };
	struct wg_peer_io	*p;
	uint8_t			 buf[KTWG_MAX], text[64];
	size_t			 i;
	u_int			 len;
	uint64_t		 drops, why;

	ktwg_begin(0);
	ktwg_handshake();
	p = ktwg_set_peer(other, 0);
	p->p_aips[0].a_ipv4 = IP(10, 9, 0, 3);
	p->p_aips_count = 1;
	KT_ERR(0, ktwg_set_now());
	for (i = 0; i < nitems(t); i++) {
		KT_CASE("%zu", i);
		(void)ktwg_inner(text, 64);
		text[t[i].at] = t[i].becomes;
		len = ktwg_seal(buf, text, t[i].len);
		drops = ktwg_drops();
		why = wg_counters[t[i].why];
		ktwg_rx(buf, len);
		KT_EQ(wg_counters[t[i].why] - why, 1);
		KT_EQ(ktwg_drops() - drops, 1);
		KT_EQ(ktwg.k_ifp->if_ipackets, 0);
	}
	ktwg_end();
}

/*
 * The handshake: a transcript made by other hands (vectors.py), two of our
 * own ends with each other, and everything that must be refused.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <crypto/cryptodev.h>

#include <netwg/wg_noise_var.h>

#include <ktest.h>

#include <vectors_wg.h>

/* One message of each kind, in its parts. */
struct messages {
	uint32_t	 m_i_idx, m_r_idx;
	uint8_t		 m_ue[32], m_es[48], m_ets[28];
	uint8_t		 m_r_ue[32], m_r_en[16];
};

static struct noise_local	*li, *lr;
static struct noise_remote	*ri, *rr;	/* of li, of lr */

/* Two ends that know each other. */
static void
ends_begin(const uint8_t *psk)
{
	uint8_t	 pi[32], pr[32];

	li = noise_local_alloc(NULL);
	lr = noise_local_alloc(NULL);
	KT_REQUIRE(li != NULL && lr != NULL);
	KT_REQUIRE(noise_local_set_private(li, v_i_private) == 0);
	KT_REQUIRE(noise_local_set_private(lr, v_r_private) == 0);
	KT_REQUIRE(noise_local_keys(li, pi, NULL) == 0);
	KT_REQUIRE(noise_local_keys(lr, pr, NULL) == 0);
	KT_MEMEQ(pi, v_i_public, 32);
	KT_MEMEQ(pr, v_r_public, 32);
	ri = noise_remote_alloc(li, NULL, v_r_public);
	rr = noise_remote_alloc(lr, NULL, v_i_public);
	KT_REQUIRE(ri != NULL && rr != NULL);
	noise_remote_set_psk(ri, psk);
	noise_remote_set_psk(rr, psk);
}

static void
ends_end(void)
{
	noise_remote_free(ri);
	noise_remote_free(rr);
	noise_local_free(li);
	noise_local_free(lr);
	KT_EQ(crypto_stats.cst_sessions, 0);
}

/* Seal or open len bytes of text in buf, 16 more being the tag. */
static int
transport(uint64_t sid, uint8_t *buf, int len, uint64_t counter, int encrypt)
{
	struct cryptop	*crp = crypto_getreq(2);
	uint64_t	 le = htole64(counter);
	int		 error;

	crp->crp_sid = sid;
	crp->crp_buf = buf;
	crp->crp_ilen = len + 16;
	crp->crp_desc[0].crd_alg = CRYPTO_CHACHA20_POLY1305;
	crp->crp_desc[0].crd_len = len;
	crp->crp_desc[0].crd_flags = CRD_F_IV_EXPLICIT | CRD_F_IV_PRESENT |
	    (encrypt ? CRD_F_ENCRYPT : 0);
	memcpy(crp->crp_desc[0].crd_iv, &le, sizeof(le));
	crp->crp_desc[1].crd_alg = CRYPTO_CHACHA20_POLY1305_MAC;
	crp->crp_desc[1].crd_inject = len;
	crp->crp_desc[1].crd_flags = encrypt ? CRD_F_ENCRYPT : 0;
	error = crypto_invoke(crp);
	crypto_freereq(crp);
	return (error);
}

static int
initiate(struct messages *m)
{
	return (noise_create_initiation(ri, &m->m_i_idx, m->m_ue, m->m_es,
	    m->m_ets));
}

static int
consume(struct messages *m)
{
	int	 error;

	noise_consume_initiation(lr, m->m_i_idx, m->m_ue, m->m_es, m->m_ets,
	    &error);
	return (error);
}

static int
respond(struct messages *m)
{
	uint32_t	 to;
	int		 error;

	error = noise_create_response(rr, &m->m_r_idx, &to, m->m_r_ue,
	    m->m_r_en);
	if (error == 0)
		KT_EQ(to, m->m_i_idx);
	return (error);
}

static int
finish(struct messages *m)
{
	return (noise_consume_response(li, m->m_r_idx, m->m_i_idx,
	    m->m_r_ue, m->m_r_en) == ri ? 0 : EINVAL);
}

/* One end's current session carries a packet that the other's can read. */
static void
carries(struct noise_remote *from, struct noise_local *to)
{
	struct noise_keypair	*ks, *kr;
	uint64_t		 counter;
	uint8_t			 buf[64 + 16], want[64];

	KT_REQUIRE((ks = noise_keypair_current(from)) != NULL);
	KT_REQUIRE(noise_keypair_counter(ks, 1, &counter) == 0);
	kr = noise_keypair_lookup(to, noise_keypair_remote_index(ks));
	KT_REQUIRE(kr != NULL);
	memset(buf, 0x5a, sizeof(buf));
	memset(want, 0x5a, sizeof(want));
	KT_ERR(0, transport(noise_keypair_send_sid(ks), buf, 64, counter, 1));
	KT_ERR(0, noise_keypair_may_receive(kr, counter));
	KT_ERR(0, transport(noise_keypair_recv_sid(kr), buf, 64, counter, 0));
	KT_MEMEQ(buf, want, 64);
	KT_ERR(0, noise_keypair_accept(kr, counter));
	KT_ERR(EEXIST, noise_keypair_accept(kr, counter));
	noise_keypair_received(kr);
	noise_keypair_put(ks);
	noise_keypair_put(kr);
}

KTEST(kdf, "the key derivation is HKDF with BLAKE2s")
{
	uint8_t	 ck[32], t1[32], t2[32], t3[32];
	u_int	 i;

	for (i = 0; i < sizeof(ck); i++)
		ck[i] = i;
	noise_kdf(t1, t2, t3, (const uint8_t *)"input", 5, ck);
	KT_MEMEQ(t1, v_kdf1, 32);
	KT_MEMEQ(t2, v_kdf2, 32);
	KT_MEMEQ(t3, v_kdf3, 32);
	noise_kdf(ck, NULL, NULL, (const uint8_t *)"input", 5, ck);
	KT_MEMEQ(ck, v_kdf1, 32);
}

KTEST(vector_responder, "an initiation made by others is understood")
{
	const uint8_t		*v = v_initiation;
	struct noise_remote	*r;
	uint32_t		 idx;
	int			 error;

	ends_begin(v_psk);
	memcpy(&idx, v + 4, 4);
	r = noise_consume_initiation(lr, idx, v + 8, v + 40, v + 88, &error);
	KT_ERR(0, error);
	KT_PTREQ(r, rr);
	KT_MEMEQ(rr->r_resp.hs_hash, v_r_hash, 32);
	KT_MEMEQ(rr->r_resp.hs_ck, v_r_ck, 32);
	KT_EQ(rr->r_resp.hs_remote_index, 0x01020304);
	ends_end();
}

KTEST(vector_initiator, "a response made by others makes the same keys")
{
	struct noise_handshake	*hs;
	struct noise_keypair	*kp;
	const uint8_t		*v = v_response;
	uint8_t			 buf[48 + 16];

	ends_begin(v_psk);
	/* As if we had sent the initiation of the vector. */
	hs = &ri->r_init;
	memcpy(hs->hs_e, v_i_e, 32);
	memcpy(hs->hs_hash, v_i_hash, 32);
	memcpy(hs->hs_ck, v_i_ck, 32);
	hs->hs_index.i_kind = INDEX_HANDSHAKE;
	hs->hs_index.i_owner = ri;
	noise_index_add(li, &hs->hs_index);
	hs->hs_state = HS_CREATED;
	KT_REQUIRE(noise_consume_response(li, 0x0a0b0c0d,
	    hs->hs_index.i_index, v + 12, v + 44) == ri);
	KT_REQUIRE((kp = noise_keypair_current(ri)) != NULL);
	KT_EQ(noise_keypair_remote_index(kp), 0x0a0b0c0d);
	memcpy(buf, v_text, 48);
	KT_ERR(0, transport(noise_keypair_send_sid(kp), buf, 48, 5, 1));
	KT_MEMEQ(buf, v_data_i + 16, sizeof(buf));
	memcpy(buf, v_data_r + 16, sizeof(buf));
	KT_ERR(0, transport(noise_keypair_recv_sid(kp), buf, 48, 1ULL << 40,
	    0));
	KT_MEMEQ(buf, v_text, 48);
	noise_keypair_put(kp);
	ends_end();
}

KTEST(both_ways, "a handshake of our own carries packets both ways")
{
	struct messages	 m;

	ends_begin(NULL);
	KT_PTREQ(noise_keypair_current(ri), NULL);
	KT_ERR(0, initiate(&m));
	KT_ERR(0, consume(&m));
	KT_ERR(0, respond(&m));
	KT_ERR(EINVAL, respond(&m));	/* once */
	KT_ERR(0, finish(&m));
	KT_ERR(EINVAL, finish(&m));
	/* The responder waits for the first packet. */
	KT_PTREQ(noise_keypair_current(rr), NULL);
	carries(ri, lr);
	carries(rr, li);
	ends_end();
}

KTEST(both_begin, "both begin at once: both handshakes make a session")
{
	struct messages	 m, n;
	uint32_t	 to;
	int		 error;

	ends_begin(v_psk);
	KT_ERR(0, initiate(&m));
	KT_ERR(0, noise_create_initiation(rr, &n.m_i_idx, n.m_ue, n.m_es,
	    n.m_ets));
	KT_ERR(0, consume(&m));
	KT_PTREQ(noise_consume_initiation(li, n.m_i_idx, n.m_ue, n.m_es,
	    n.m_ets, &error), ri);
	KT_ERR(0, respond(&m));
	KT_ERR(0, noise_create_response(ri, &n.m_r_idx, &to, n.m_r_ue,
	    n.m_r_en));
	KT_ERR(0, finish(&m));
	KT_PTREQ(noise_consume_response(lr, n.m_r_idx, n.m_i_idx, n.m_r_ue,
	    n.m_r_en), rr);
	carries(ri, lr);
	carries(rr, li);
	carries(ri, lr);
	carries(rr, li);
	ends_end();
}

/* Turn the nth bit from an offset on, whichever member that lies in. */
static void
bit_turn(void *msg, size_t off, u_int n)
{
	uint8_t	*raw = msg;

	raw[off + n / 8] ^= 1 << n % 8;
}

KTEST(mutated, "a message with any bit turned is refused")
{
	struct messages	 m, bad;
	u_int		 i, accepted = 0;

	ends_begin(v_psk);
	KT_ERR(0, initiate(&m));
	for (i = 0; i < (32 + 48 + 28) * 8; i++) {
		bad = m;
		bit_turn(&bad, offsetof(struct messages, m_ue), i);
		/* The top bit of a point means nothing, but is hashed. */
		accepted += consume(&bad) == 0;
	}
	KT_EQ(accepted, 0);
	KT_ERR(0, consume(&m));
	KT_ERR(0, respond(&m));
	for (i = 0; i < (32 + 16) * 8; i++) {
		bad = m;
		bit_turn(&bad, offsetof(struct messages, m_r_ue), i);
		accepted += finish(&bad) == 0;
	}
	KT_EQ(accepted, 0);
	bad = m;
	bad.m_i_idx ^= 1;
	KT_ERR(EINVAL, finish(&bad));
	KT_ERR(0, finish(&m));
	ends_end();
}
CTASSERT(offsetof(struct messages, m_ets) -
    offsetof(struct messages, m_ue) == 80);

KTEST(replayed, "an initiation counts once, and none that is older")
{
	struct messages	 m, n;

	ends_begin(NULL);
	KT_ERR(0, initiate(&m));
	ktest_sleep_ms(60);
	KT_ERR(0, initiate(&n));
	KT_ERR(0, consume(&n));
	KT_ERR(EALREADY, consume(&n));
	KT_ERR(EALREADY, consume(&m));
	ktest_sleep_ms(60);
	KT_ERR(0, initiate(&m));
	KT_ERR(0, consume(&m));
	/* Nor one that comes within 50 ms of another. */
	ktest_sleep_ms(20);
	KT_ERR(0, initiate(&m));
	KT_ERR(EAGAIN, consume(&m));
	ends_end();
}

KTEST(strangers, "wrong keys: of the responder, the initiator, the psk")
{
	struct messages		 m;
	struct noise_remote	*x;
	uint8_t			 zero[32] = { 0 }, one[32] = { 1 };

	ends_begin(v_psk);
	/* To somebody else: lr cannot open it. */
	x = noise_remote_alloc(li, NULL, v_i_public);
	KT_ERR(0, noise_create_initiation(x, &m.m_i_idx, m.m_ue, m.m_es,
	    m.m_ets));
	KT_ERR(EBADMSG, consume(&m));
	noise_remote_free(x);
	/* From nobody that lr knows. */
	noise_remote_free(rr);
	rr = noise_remote_alloc(lr, NULL, v_r_public);
	KT_ERR(0, initiate(&m));
	KT_ERR(ENOENT, consume(&m));
	noise_remote_free(rr);
	rr = noise_remote_alloc(lr, NULL, v_i_public);
	/* The psk shows at the response only. */
	KT_ERR(0, initiate(&m));
	KT_ERR(0, consume(&m));
	KT_ERR(0, respond(&m));
	KT_ERR(EINVAL, finish(&m));
	/* Points of small order. */
	x = noise_remote_alloc(li, NULL, zero);
	KT_ERR(EINVAL, noise_create_initiation(x, &m.m_i_idx, m.m_ue, m.m_es,
	    m.m_ets));
	noise_remote_free(x);
	x = noise_remote_alloc(li, NULL, one);
	KT_ERR(EINVAL, noise_create_initiation(x, &m.m_i_idx, m.m_ue, m.m_es,
	    m.m_ets));
	noise_remote_free(x);
	KT_ERR(0, initiate(&m));
	memset(m.m_ue, 0, sizeof(m.m_ue));
	KT_ERR(EINVAL, consume(&m));
	ends_end();
}

static void
session(void)
{
	struct messages	 m;

	KT_ERR(0, initiate(&m));
	KT_ERR(0, consume(&m));
	KT_ERR(0, respond(&m));
	KT_ERR(0, finish(&m));
}

KTEST(ages, "rekey at 120 s and 165 s, nothing after 180 s")
{
	struct noise_keypair	*ki, *kr;
	uint64_t		 counter;

	ends_begin(NULL);
	session();
	carries(ri, lr);
	carries(rr, li);
	KT_REQUIRE((ki = noise_keypair_current(ri)) != NULL);
	KT_REQUIRE((kr = noise_keypair_current(rr)) != NULL);
	KT_TRUE(!noise_keypair_stale_send(ki));
	ktest_sleep_ms(119900);
	KT_TRUE(!noise_keypair_stale_send(ki));
	ktest_sleep_ms(200);
	KT_TRUE(noise_keypair_stale_send(ki));
	KT_TRUE(!noise_keypair_stale_send(kr));	/* the initiator only */
	KT_TRUE(!noise_keypair_stale_recv(ki));
	ktest_sleep_ms(45000);
	KT_TRUE(noise_keypair_stale_recv(ki));
	KT_TRUE(!noise_keypair_stale_recv(kr));
	KT_TRUE(noise_remote_ready(ri));
	KT_ERR(0, noise_keypair_may_receive(ki, 100));
	ktest_sleep_ms(15000);
	KT_TRUE(!noise_remote_ready(ri));
	KT_PTREQ(noise_keypair_current(ri), NULL);
	KT_ERR(EINVAL, noise_keypair_counter(ki, 1, &counter));
	KT_ERR(EINVAL, noise_keypair_may_receive(ki, 100));
	noise_keypair_put(ki);
	noise_keypair_put(kr);
	ends_end();
}

KTEST(counters, "many packets: rekey after 2^60, none after the last")
{
	struct noise_keypair	*k;
	uint64_t		 counter;

	ends_begin(NULL);
	session();
	KT_REQUIRE((k = noise_keypair_current(ri)) != NULL);
	KT_ERR(0, noise_keypair_counter(k, 3, &counter));
	KT_EQ(counter, 0);
	KT_ERR(0, noise_keypair_counter(k, 1, &counter));
	KT_EQ(counter, 3);
	k->k_counter = REKEY_AFTER_MESSAGES;
	KT_TRUE(!noise_keypair_stale_send(k));
	KT_ERR(0, noise_keypair_counter(k, 1, &counter));
	KT_TRUE(noise_keypair_stale_send(k));
	k->k_counter = REJECT_AFTER_MESSAGES - 1;
	KT_ERR(EINVAL, noise_keypair_counter(k, 2, &counter));
	KT_ERR(0, noise_keypair_counter(k, 1, &counter));
	KT_ERR(EINVAL, noise_keypair_counter(k, 1, &counter));
	KT_ERR(EINVAL, noise_keypair_may_receive(k, REJECT_AFTER_MESSAGES));
	noise_keypair_put(k);
	ends_end();
}

KTEST(slots, "of three sessions the newest two are kept for what is late")
{
	struct noise_keypair	*k[4];
	u_int			 i;

	ends_begin(NULL);
	for (i = 0; i < 4; i++) {
		ktest_sleep_ms(100);
		session();
		KT_REQUIRE((k[i] = noise_keypair_current(ri)) != NULL);
		carries(ri, lr);
		carries(rr, li);
	}
	KT_PTREQ(noise_keypair_remote(k[0]), NULL);
	KT_PTREQ(noise_keypair_remote(k[1]), NULL);
	KT_PTREQ(noise_keypair_remote(k[2]), ri);
	KT_PTREQ(noise_keypair_remote(k[3]), ri);
	noise_remote_clear(ri);
	KT_PTREQ(noise_keypair_remote(k[3]), NULL);
	KT_PTREQ(noise_keypair_current(ri), NULL);
	for (i = 0; i < 4; i++)
		noise_keypair_put(k[i]);
	ends_end();
}

KTEST(identity, "another key of ours ends all sessions")
{
	struct messages	 m;

	ends_begin(NULL);
	session();
	carries(ri, lr);
	KT_ERR(0, noise_local_set_private(li, v_i_e));
	KT_PTREQ(noise_keypair_current(ri), NULL);
	KT_ERR(0, initiate(&m));
	KT_ERR(ENOENT, consume(&m));
	KT_ERR(0, noise_local_set_private(li, NULL));
	KT_ERR(EINVAL, initiate(&m));
	ends_end();
}

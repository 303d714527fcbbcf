/*
 * The WireGuard handshake, Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s, after the
 * WireGuard paper, section 5.4.
 *
 *	initiator                                     responder
 *	noise_create_initiation() -- e, es, s, ss, {t} --> consume_initiation()
 *	noise_consume_response() <-- e, ee, se, psk, {} -- create_response()
 *
 * The state of one handshake, of which a peer has one for each role:
 *
 *	            create_initiation           consume_response
 *	initiator:  NONE -------------> CREATED ---------------> NONE + session
 *	            consume_initiation          create_response
 *	responder:  NONE -------------> CONSUMED --------------> NONE + session
 *
 * A message that fails changes nothing: everything is computed aside, and
 * kept only when the last tag was right.  Each function is marked with the
 * Noise tokens as it processes them.  Names are the paper's: C the chaining
 * key, H the hash, k a key of one use.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/time.h>

#include <crypto/blake2s.h>
#include <crypto/chachapoly.h>
#include <crypto/cryptodev.h>
#include <crypto/x25519.h>

#include <netwg/wg_noise_var.h>

#define CONSTRUCTION	"Noise_IKpsk2_25519_ChaChaPoly_BLAKE2s"
#define IDENTIFIER	"WireGuard v1 zx2c4 Jason@zx2c4.com"

/* TAI64N: seconds are counted from 2^62, 10 s ahead of UTC. */
#define TAI64_EPOCH	(0x4000000000000000ULL + 10)
/* Nanoseconds are whitened: their low bits tell of the clock, not the order. */
#define TAI64_NSEC_MASK	0xff000000U

/* A handshake's state while a message is made or read. */
struct mix {
	uint8_t		 m_ck[NOISE_HASH_SIZE];
	uint8_t		 m_hash[NOISE_HASH_SIZE];
	uint8_t		 m_key[NOISE_KEY_SIZE];
};

/*
 * KDF1 to KDF3 of the paper: up to three outputs of 32 bytes from a chaining
 * key and an input; outputs not wanted are NULL, from the last on.  The first
 * may be the chaining key.
 */
void
noise_kdf(uint8_t *t1, uint8_t *t2, uint8_t *t3, const uint8_t *input,
    size_t len, const uint8_t *ck)
{
	uint8_t	 prk[NOISE_HASH_SIZE], t[NOISE_HASH_SIZE + 1];

	blake2s_hmac(prk, ck, NOISE_HASH_SIZE, input, len);
	t[0] = 1;
	blake2s_hmac(t, prk, sizeof(prk), t, 1);
	memcpy(t1, t, NOISE_HASH_SIZE);
	if (t2 != NULL) {
		t[NOISE_HASH_SIZE] = 2;
		blake2s_hmac(t, prk, sizeof(prk), t, sizeof(t));
		memcpy(t2, t, NOISE_HASH_SIZE);
	}
	if (t3 != NULL) {
		t[NOISE_HASH_SIZE] = 3;
		blake2s_hmac(t, prk, sizeof(prk), t, sizeof(t));
		memcpy(t3, t, NOISE_HASH_SIZE);
	}
	explicit_bzero(prk, sizeof(prk));
	explicit_bzero(t, sizeof(t));
}

/* H = HASH(H || data) */
static void
mix_hash(struct mix *m, const void *data, size_t len)
{
	struct blake2s_state	 b;

	blake2s_init(&b, NOISE_HASH_SIZE);
	blake2s_update(&b, m->m_hash, NOISE_HASH_SIZE);
	blake2s_update(&b, data, len);
	blake2s_final(&b, m->m_hash);
}

/* C = HASH(CONSTRUCTION), H = HASH(HASH(C || IDENTIFIER) || responder) */
static void
mix_init(struct mix *m, const uint8_t *responder)
{
	blake2s(m->m_ck, NOISE_HASH_SIZE, CONSTRUCTION,
	    sizeof(CONSTRUCTION) - 1, NULL, 0);
	memcpy(m->m_hash, m->m_ck, NOISE_HASH_SIZE);
	mix_hash(m, IDENTIFIER, sizeof(IDENTIFIER) - 1);
	mix_hash(m, responder, NOISE_KEY_SIZE);
}

/* An ephemeral public key: C = KDF1(C, e), H = HASH(H || e) */
static void
mix_ephemeral(struct mix *m, const uint8_t *e)
{
	noise_kdf(m->m_ck, NULL, NULL, e, NOISE_KEY_SIZE, m->m_ck);
	mix_hash(m, e, NOISE_KEY_SIZE);
}

/* (C, k) = KDF2(C, DH(private, public)); EINVAL if that is zero. */
static int
mix_dh(struct mix *m, const uint8_t *private, const uint8_t *public)
{
	uint8_t	 dh[NOISE_KEY_SIZE];
	int	 error;

	if ((error = x25519(dh, private, public)) == 0)
		noise_kdf(m->m_ck, m->m_key, NULL, dh, sizeof(dh), m->m_ck);
	explicit_bzero(dh, sizeof(dh));
	return (error);
}

/* The same with the precomputed secret of both static keys. */
static void
mix_ss(struct mix *m, const struct noise_remote *r)
{
	noise_kdf(m->m_ck, m->m_key, NULL, r->r_ss, NOISE_KEY_SIZE, m->m_ck);
}

/* (C, t, k) = KDF3(C, Q), H = HASH(H || t) */
static void
mix_psk(struct mix *m, const uint8_t *psk)
{
	uint8_t	 t[NOISE_HASH_SIZE];

	noise_kdf(m->m_ck, t, m->m_key, psk, NOISE_KEY_SIZE, m->m_ck);
	mix_hash(m, t, sizeof(t));
	explicit_bzero(t, sizeof(t));
}

/* out = AEAD(k, 0, in, H), H = HASH(H || out) */
static void
mix_seal(struct mix *m, uint8_t *out, const uint8_t *in, size_t len)
{
	chachapoly_seal(out, in, len, m->m_hash, NOISE_HASH_SIZE, 0,
	    m->m_key);
	mix_hash(m, out, len + NOISE_TAG_SIZE);
}

/* The reverse, of len bytes without the tag; EBADMSG. */
static int
mix_open(struct mix *m, uint8_t *out, const uint8_t *in, size_t len)
{
	int	 error;

	error = chachapoly_open(out, in, len + NOISE_TAG_SIZE, m->m_hash,
	    NOISE_HASH_SIZE, 0, m->m_key);
	if (error == 0)
		mix_hash(m, in, len + NOISE_TAG_SIZE);
	return (error);
}

static void
mix_load(struct mix *m, const struct noise_handshake *hs)
{
	memcpy(m->m_ck, hs->hs_ck, NOISE_HASH_SIZE);
	memcpy(m->m_hash, hs->hs_hash, NOISE_HASH_SIZE);
}

static void
mix_store(const struct mix *m, struct noise_handshake *hs)
{
	memcpy(hs->hs_ck, m->m_ck, NOISE_HASH_SIZE);
	memcpy(hs->hs_hash, m->m_hash, NOISE_HASH_SIZE);
}

static void
tai64n_now(uint8_t out[NOISE_TIMESTAMP_SIZE])
{
	struct timespec	 ts;
	uint64_t	 sec;
	uint32_t	 nsec;

	getnanotime(&ts);
	sec = htobe64(TAI64_EPOCH + ts.tv_sec);
	nsec = htobe32(ts.tv_nsec & TAI64_NSEC_MASK);
	memcpy(out, &sec, sizeof(sec));
	memcpy(out + sizeof(sec), &nsec, sizeof(nsec));
}

static void
ephemeral_new(uint8_t *private, uint8_t *public)
{
	do {
		arc4random_buf(private, NOISE_KEY_SIZE);
		x25519_clamp(private);
	} while (x25519_public(public, private) != 0);
}

static void
index_fill(struct noise_index *i, int kind, void *owner)
{
	i->i_kind = kind;
	i->i_owner = owner;
}

/*
 * End a handshake: forget its index and wipe its secrets.
 */
void
noise_handshake_clear(struct noise_remote *r, struct noise_handshake *hs)
{
	noise_index_del(r->r_local, &hs->hs_index);
	explicit_bzero(hs, sizeof(*hs));
}

/*
 * Make the first message to a peer: our index, the ephemeral key ue[32], the
 * sealed static key es[48], the sealed timestamp ets[28].  A handshake that
 * we had begun before is forgotten.
 *
 * Returns 0, EINVAL when we have no key or the peer's is of small order.
 */
int
noise_create_initiation(struct noise_remote *r, uint32_t *s_idx, uint8_t *ue,
    uint8_t *es, uint8_t *ets)
{
	struct noise_local	*l = r->r_local;
	struct noise_handshake	*hs = &r->r_init;
	struct mix		 m;
	uint8_t			 e[NOISE_KEY_SIZE], ts[NOISE_TIMESTAMP_SIZE];
	int			 error = EINVAL;

	if (!l->l_has_key || !r->r_ss_valid)
		return (EINVAL);
	mix_init(&m, r->r_public);
	/* e */
	ephemeral_new(e, ue);
	mix_ephemeral(&m, ue);
	/* es */
	if (mix_dh(&m, e, r->r_public) != 0)
		goto out;
	/* s */
	mix_seal(&m, es, l->l_public, NOISE_KEY_SIZE);
	/* ss */
	mix_ss(&m, r);
	/* {t} */
	tai64n_now(ts);
	mix_seal(&m, ets, ts, sizeof(ts));

	noise_handshake_clear(r, hs);
	mix_store(&m, hs);
	memcpy(hs->hs_e, e, sizeof(e));
	index_fill(&hs->hs_index, INDEX_HANDSHAKE, r);
	noise_index_add(l, &hs->hs_index);
	hs->hs_state = HS_CREATED;
	*s_idx = hs->hs_index.i_index;
	error = 0;
out:
	explicit_bzero(e, sizeof(e));
	explicit_bzero(&m, sizeof(m));
	return (error);
}

/* Is this initiation newer than all before, and not too soon after one? */
static int
initiation_timely(struct noise_remote *r, const uint8_t *ts)
{
	uint64_t	 now = getnsecuptime();

	/* Big-endian, so memcmp() is the order of time; no secret. */
	if (memcmp(ts, r->r_timestamp, NOISE_TIMESTAMP_SIZE) <= 0)
		return (EALREADY);
	if (r->r_last_initiation != 0 &&
	    now - r->r_last_initiation < INITIATION_INTERVAL_NS)
		return (EAGAIN);
	r->r_last_initiation = now;
	memcpy(r->r_timestamp, ts, NOISE_TIMESTAMP_SIZE);
	return (0);
}

static void
initiation_keep(struct noise_remote *r, const struct mix *m, uint32_t s_idx,
    const uint8_t *ue)
{
	struct noise_handshake	*hs = &r->r_resp;

	noise_handshake_clear(r, hs);
	mix_store(m, hs);
	memcpy(hs->hs_e, ue, NOISE_KEY_SIZE);
	hs->hs_remote_index = s_idx;
	hs->hs_state = HS_CONSUMED;
}

/*
 * Read a first message of a peer; the parts are as noise_create_initiation()
 * makes them.  On success noise_create_response() may follow.
 *
 * Returns the peer; or NULL, nothing changed, and the reason in *error: EINVAL
 * no key of ours or a bad one of theirs, EBADMSG not sealed for us, ENOENT no
 * such peer, EALREADY replayed, EAGAIN too soon after the last.
 */
struct noise_remote *
noise_consume_initiation(struct noise_local *l, uint32_t s_idx,
    const uint8_t *ue, const uint8_t *es, const uint8_t *ets, int *error)
{
	struct noise_remote	*r = NULL;
	struct mix		 m;
	uint8_t			 s[NOISE_KEY_SIZE], ts[NOISE_TIMESTAMP_SIZE];

	*error = EINVAL;
	if (!l->l_has_key)
		return (NULL);
	mix_init(&m, l->l_public);
	/* e */
	mix_ephemeral(&m, ue);
	/* es */
	if ((*error = mix_dh(&m, l->l_private, ue)) != 0)
		goto out;
	/* s */
	if ((*error = mix_open(&m, s, es, NOISE_KEY_SIZE)) != 0)
		goto out;
	if ((r = noise_remote_lookup(l, s)) == NULL) {
		*error = ENOENT;
		goto out;
	}
	/* ss */
	if (!r->r_ss_valid) {
		*error = EINVAL;
		goto out;
	}
	mix_ss(&m, r);
	/* {t} */
	if ((*error = mix_open(&m, ts, ets, sizeof(ts))) != 0 ||
	    (*error = initiation_timely(r, ts)) != 0)
		goto out;
	initiation_keep(r, &m, s_idx, ue);
out:
	explicit_bzero(s, sizeof(s));
	explicit_bzero(&m, sizeof(m));
	return (*error == 0 ? r : NULL);
}

/*
 * Answer the peer whose initiation was consumed: our index, its index, the
 * ephemeral key ue[32] and the sealed nothing en[16]; and begin the session,
 * which waits as r_next for the peer's first packet.
 *
 * Returns 0; EINVAL when there is nothing to answer or the peer's ephemeral
 * key is bad; ENOMEM.  The handshake is over in any case.
 */
int
noise_create_response(struct noise_remote *r, uint32_t *s_idx,
    uint32_t *r_idx, uint8_t *ue, uint8_t *en)
{
	struct noise_handshake	*hs = &r->r_resp;
	struct mix		 m;
	uint8_t			 e[NOISE_KEY_SIZE];
	int			 error = EINVAL;

	if (hs->hs_state != HS_CONSUMED)
		return (EINVAL);
	mix_load(&m, hs);
	/* e */
	ephemeral_new(e, ue);
	mix_ephemeral(&m, ue);
	/* ee */
	if (mix_dh(&m, e, hs->hs_e) != 0)
		goto out;
	/* se */
	if (mix_dh(&m, e, r->r_public) != 0)
		goto out;
	/* psk */
	mix_psk(&m, r->r_psk);
	/* {} */
	mix_seal(&m, en, NULL, 0);

	mix_store(&m, hs);
	noise_index_add(r->r_local, &hs->hs_index);
	*s_idx = hs->hs_index.i_index;
	*r_idx = hs->hs_remote_index;
	error = noise_session_begin(r, hs, 0);
out:
	noise_handshake_clear(r, hs);
	explicit_bzero(e, sizeof(e));
	explicit_bzero(&m, sizeof(m));
	return (error);
}

/* The handshake that we began under this index. */
static struct noise_remote *
initiator_of(struct noise_local *l, uint32_t idx)
{
	struct noise_index	*i = noise_index_find(l, idx);
	struct noise_remote	*r;

	if (i == NULL || i->i_kind != INDEX_HANDSHAKE)
		return (NULL);
	r = i->i_owner;
	return (r->r_init.hs_state == HS_CREATED ? r : NULL);
}

/*
 * Read the peer's answer to our initiation r_idx, with its index s_idx, and
 * begin the session, which is the current one at once.
 *
 * Returns the peer, or NULL, and nothing has changed.
 */
struct noise_remote *
noise_consume_response(struct noise_local *l, uint32_t s_idx, uint32_t r_idx,
    const uint8_t *ue, const uint8_t *en)
{
	struct noise_remote	*r;
	struct noise_handshake	*hs;
	struct mix		 m;
	uint8_t			 nothing[1];
	int			 error;

	if (!l->l_has_key || (r = initiator_of(l, r_idx)) == NULL)
		return (NULL);
	hs = &r->r_init;
	mix_load(&m, hs);
	/* e */
	mix_ephemeral(&m, ue);
	/* ee, se, psk, {} */
	if ((error = mix_dh(&m, hs->hs_e, ue)) == 0 &&
	    (error = mix_dh(&m, l->l_private, ue)) == 0) {
		mix_psk(&m, r->r_psk);
		error = mix_open(&m, nothing, en, 0);
	}
	if (error == 0) {
		mix_store(&m, hs);
		hs->hs_remote_index = s_idx;
		error = noise_session_begin(r, hs, 1);
		noise_handshake_clear(r, hs);
	}
	explicit_bzero(&m, sizeof(m));
	return (error == 0 ? r : NULL);
}

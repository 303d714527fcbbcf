/*
 * WireGuard sessions: transport keys, counters, replay windows, and which of
 * a peer's sessions is used when (WireGuard paper, sections 5.4.5, 5.4.6, 6).
 *
 * The keys live in crypto(9) sessions only.  A packet in flight holds a
 * reference; when the last goes, the keys are wiped.
 *
 *	initiator:  begin ------------------------> current
 *	responder:  begin --> next -- received() --> current --> previous
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/time.h>

#include <crypto/cryptodev.h>

#include <netwg/wg_noise_var.h>

#define SEC_TO_NS(s)	((uint64_t)(s) * 1000000000ULL)

/* A crypto(9) session for one direction's key. */
static int
transport_session(uint64_t *sid, const uint8_t *key)
{
	struct cryptoini	 cipher, mac;
	uint8_t			 salted[NOISE_KEY_SIZE + 4];
	int			 error;

	/* The nonce is the counter alone: a salt of zeroes. */
	memcpy(salted, key, NOISE_KEY_SIZE);
	memset(salted + NOISE_KEY_SIZE, 0, 4);
	memset(&cipher, 0, sizeof(cipher));
	memset(&mac, 0, sizeof(mac));
	cipher.cri_alg = CRYPTO_CHACHA20_POLY1305;
	cipher.cri_klen = sizeof(salted) * 8;
	cipher.cri_key = (caddr_t)salted;
	cipher.cri_next = &mac;
	mac = cipher;
	mac.cri_alg = CRYPTO_CHACHA20_POLY1305_MAC;
	mac.cri_next = NULL;
	error = crypto_newsession(sid, &cipher, 0);
	explicit_bzero(salted, sizeof(salted));
	return (error);
}

static int
keypair_keys(struct noise_keypair *k, const uint8_t *ck)
{
	uint8_t	 t1[NOISE_KEY_SIZE], t2[NOISE_KEY_SIZE];
	int	 error;

	noise_kdf(t1, t2, NULL, NULL, 0, ck);
	error = transport_session(&k->k_send_sid, k->k_initiator ? t1 : t2);
	if (error == 0) {
		error = transport_session(&k->k_recv_sid,
		    k->k_initiator ? t2 : t1);
		if (error != 0)
			crypto_freesession(k->k_send_sid);
	}
	explicit_bzero(t1, sizeof(t1));
	explicit_bzero(t2, sizeof(t2));
	return (error);
}

static void
keypair_free(struct noise_keypair *k)
{
	crypto_freesession(k->k_send_sid);
	crypto_freesession(k->k_recv_sid);
	explicit_bzero(k, sizeof(*k));
	free(k, M_WG, sizeof(*k));
}

/* Take a session out of its slot: no packet will find it again. */
static void
slot_drop(struct noise_keypair **slot)
{
	struct noise_keypair	*k = *slot;

	if (k == NULL)
		return;
	*slot = NULL;
	noise_index_del(k->k_remote->r_local, &k->k_index);
	k->k_remote = NULL;
	k->k_expired = 1;
	noise_keypair_put(k);
}

static void
slot_move(struct noise_keypair **to, struct noise_keypair **from)
{
	slot_drop(to);
	*to = *from;
	*from = NULL;
}

/* An initiator knows that the peer has the session; a responder does not. */
static void
session_place(struct noise_remote *r, struct noise_keypair *k)
{
	if (!k->k_initiator) {
		slot_drop(&r->r_next);
		r->r_next = k;
		slot_drop(&r->r_previous);
		return;
	}
	if (r->r_next != NULL) {
		/* Keep the one that the peer may be about to use. */
		slot_move(&r->r_previous, &r->r_next);
		slot_drop(&r->r_current);
	} else
		slot_move(&r->r_previous, &r->r_current);
	r->r_current = k;
}

/*
 * The handshake is complete: make its session, which takes over the index.
 * Returns 0, or ENOMEM.
 */
int
noise_session_begin(struct noise_remote *r, struct noise_handshake *hs,
    int initiator)
{
	struct noise_keypair	*k;
	int			 error;

	k = malloc(sizeof(*k), M_WG, M_NOWAIT | M_ZERO);
	if (k == NULL)
		return (ENOMEM);
	k->k_initiator = initiator;
	if ((error = keypair_keys(k, hs->hs_ck)) != 0) {
		free(k, M_WG, sizeof(*k));
		return (error);
	}
	refcnt_init(&k->k_refcnt);
	k->k_remote = r;
	k->k_index.i_kind = INDEX_KEYPAIR;
	k->k_index.i_owner = k;
	noise_index_move(r->r_local, &hs->hs_index, &k->k_index);
	k->k_remote_index = hs->hs_remote_index;
	k->k_born = getnsecuptime();
	replay_init(&k->k_replay);
	session_place(r, k);
	return (0);
}

/* Drop all of a peer's sessions. */
void
noise_sessions_drop(struct noise_remote *r)
{
	slot_drop(&r->r_next);
	slot_drop(&r->r_current);
	slot_drop(&r->r_previous);
}

/*
 * The sessions may still receive, but nothing is sent with them any more:
 * the next packet starts a handshake.
 */
void
noise_remote_expire(struct noise_remote *r)
{
	if (r->r_current != NULL)
		r->r_current->k_expired = 1;
	if (r->r_next != NULL)
		r->r_next->k_expired = 1;
}

struct noise_keypair *
noise_keypair_ref(struct noise_keypair *k)
{
	refcnt_take(&k->k_refcnt);
	return (k);
}

/* Give back a reference; the last one wipes the keys. */
void
noise_keypair_put(struct noise_keypair *k)
{
	if (k != NULL && refcnt_rele(&k->k_refcnt))
		keypair_free(k);
}

/*
 * The session that a received packet names, referenced, or NULL.
 */
struct noise_keypair *
noise_keypair_lookup(struct noise_local *l, uint32_t idx)
{
	struct noise_index	*i = noise_index_find(l, idx);

	if (i == NULL || i->i_kind != INDEX_KEYPAIR)
		return (NULL);
	return (noise_keypair_ref(i->i_owner));
}

static int
older_than(const struct noise_keypair *k, u_int seconds)
{
	return (getnsecuptime() - k->k_born >= SEC_TO_NS(seconds));
}

static int
may_send(const struct noise_keypair *k)
{
	return (!k->k_expired && !older_than(k, REJECT_AFTER_TIME) &&
	    k->k_counter < REJECT_AFTER_MESSAGES);
}

/*
 * The session to send with, referenced; NULL when a handshake must come
 * first.
 */
struct noise_keypair *
noise_keypair_current(struct noise_remote *r)
{
	if (r->r_current == NULL || !may_send(r->r_current))
		return (NULL);
	return (noise_keypair_ref(r->r_current));
}

/* Is there a session to send with? */
int
noise_remote_ready(struct noise_remote *r)
{
	return (r->r_current != NULL && may_send(r->r_current));
}

/* The peer of a session, or NULL when that is gone. */
struct noise_remote *
noise_keypair_remote(struct noise_keypair *k)
{
	return (k->k_remote);
}

uint32_t
noise_keypair_remote_index(struct noise_keypair *k)
{
	return (k->k_remote_index);
}

uint64_t
noise_keypair_send_sid(struct noise_keypair *k)
{
	return (k->k_send_sid);
}

uint64_t
noise_keypair_recv_sid(struct noise_keypair *k)
{
	return (k->k_recv_sid);
}

/*
 * Take n counters to send with, *first and those after it.  Returns 0, or
 * EINVAL when the session has no so many left or is too old.
 */
int
noise_keypair_counter(struct noise_keypair *k, u_int n, uint64_t *first)
{
	if (!may_send(k) || REJECT_AFTER_MESSAGES - k->k_counter < n)
		return (EINVAL);
	*first = k->k_counter;
	k->k_counter += n;
	return (0);
}

/*
 * May a packet with this counter be worth deciphering?  0; EINVAL: the
 * session is too old; EEXIST, ERANGE: as replay_check().
 */
int
noise_keypair_may_receive(struct noise_keypair *k, uint64_t counter)
{
	if (older_than(k, REJECT_AFTER_TIME) ||
	    counter >= REJECT_AFTER_MESSAGES)
		return (EINVAL);
	return (replay_check(&k->k_replay, counter));
}

/*
 * The packet was authentic: accept its counter.  As replay_accept().
 */
int
noise_keypair_accept(struct noise_keypair *k, uint64_t counter)
{
	return (replay_accept(&k->k_replay, counter));
}

/*
 * An authentic packet came by this session: if it was waiting for that, it
 * becomes the current one.  True if so.
 */
int
noise_keypair_received(struct noise_keypair *k)
{
	struct noise_remote	*r = k->k_remote;

	if (r == NULL || r->r_next != k)
		return (0);
	slot_move(&r->r_previous, &r->r_current);
	r->r_current = k;
	r->r_next = NULL;
	return (1);
}

/*
 * Having sent: is it time for a new handshake?  Only the initiator goes by
 * age, so that the two do not begin at once.
 */
int
noise_keypair_stale_send(struct noise_keypair *k)
{
	return (k->k_counter > REKEY_AFTER_MESSAGES ||
	    (k->k_initiator && older_than(k, REKEY_AFTER_TIME)));
}

/*
 * Having received: will the session end before the next keepalive could tell?
 */
int
noise_keypair_stale_recv(struct noise_keypair *k)
{
	return (k->k_initiator && older_than(k, REKEY_AFTER_TIME_RECV));
}

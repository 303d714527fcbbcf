/*
 * Who takes part in WireGuard handshakes: our own identity, the peers by
 * their public keys, and the indices that packets name us by.
 *
 * Both tables are hashed and grow with what they hold, so that finding costs
 * the same with ten peers and with a million.  Peers' keys are hashed with a
 * secret: who sends us one cannot choose its bucket.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>

#include <crypto/x25519.h>

#include <netwg/wg_noise_var.h>

/* A table of n empty buckets: LIST_HEADs are one pointer each. */
static void *
table_alloc(u_long n)
{
	return (mallocarray(n, sizeof(void *), M_WG, M_NOWAIT | M_ZERO));
}

static u_long
key_hash(const struct noise_local *l, const uint8_t *public)
{
	uint64_t	 w[2];

	memcpy(w, public, sizeof(w));
	w[0] = (w[0] ^ l->l_secret[0]) * (l->l_secret[1] | 1);
	w[0] = (w[0] ^ w[0] >> 32 ^ w[1]) * (l->l_secret[0] | 1);
	return (w[0] >> 32);
}

/* Double the table of peers; when memory is short it only gets slower. */
static void
remotes_grow(struct noise_local *l)
{
	struct noise_remote_head *new;
	struct noise_remote	*r;
	u_long			 i, mask = l->l_remotemask * 2 + 1;

	if ((new = table_alloc(mask + 1)) == NULL)
		return;
	for (i = 0; i <= l->l_remotemask; i++) {
		while ((r = LIST_FIRST(&l->l_remotes[i])) != NULL) {
			LIST_REMOVE(r, r_entry);
			LIST_INSERT_HEAD(&new[key_hash(l, r->r_public) & mask],
			    r, r_entry);
		}
	}
	free(l->l_remotes, M_WG, (l->l_remotemask + 1) * sizeof(*new));
	l->l_remotes = new;
	l->l_remotemask = mask;
}

static void
indices_grow(struct noise_local *l)
{
	struct noise_index_head	*new;
	struct noise_index	*n;
	u_long			 i, mask = l->l_indexmask * 2 + 1;

	if ((new = table_alloc(mask + 1)) == NULL)
		return;
	for (i = 0; i <= l->l_indexmask; i++) {
		while ((n = LIST_FIRST(&l->l_indices[i])) != NULL) {
			LIST_REMOVE(n, i_entry);
			LIST_INSERT_HEAD(&new[n->i_index & mask], n, i_entry);
		}
	}
	free(l->l_indices, M_WG, (l->l_indexmask + 1) * sizeof(*new));
	l->l_indices = new;
	l->l_indexmask = mask;
}

/*
 * Find an index, or NULL.
 */
struct noise_index *
noise_index_find(struct noise_local *l, uint32_t idx)
{
	struct noise_index	*i;

	LIST_FOREACH(i, &l->l_indices[idx & l->l_indexmask], i_entry)
		if (i->i_index == idx)
			return (i);
	return (NULL);
}

/*
 * Choose a random index that is not in use, and never 0, and enter it.
 */
void
noise_index_add(struct noise_local *l, struct noise_index *i)
{
	uint32_t	 idx;

	if (l->l_nindices > 2 * l->l_indexmask)
		indices_grow(l);
	do {
		idx = arc4random();
	} while (idx == 0 || noise_index_find(l, idx) != NULL);
	i->i_index = idx;
	LIST_INSERT_HEAD(&l->l_indices[idx & l->l_indexmask], i, i_entry);
	l->l_nindices++;
}

/*
 * Take an index out of the table, if it is in there.
 */
void
noise_index_del(struct noise_local *l, struct noise_index *i)
{
	if (i->i_index == 0)
		return;
	LIST_REMOVE(i, i_entry);
	i->i_index = 0;
	l->l_nindices--;
}

/*
 * Give the index of one to another, which takes its place in the table.
 */
void
noise_index_move(struct noise_local *l, struct noise_index *from,
    struct noise_index *to)
{
	uint32_t	 idx = from->i_index;

	LIST_REMOVE(from, i_entry);
	from->i_index = 0;
	to->i_index = idx;
	LIST_INSERT_HEAD(&l->l_indices[idx & l->l_indexmask], to, i_entry);
}

/*
 * An identity without a key; NULL when there is no memory.
 */
struct noise_local *
noise_local_alloc(void *arg)
{
	struct noise_local	*l;

	l = malloc(sizeof(*l), M_WG, M_NOWAIT | M_ZERO);
	if (l == NULL)
		return (NULL);
	l->l_arg = arg;
	l->l_remotemask = l->l_indexmask = NOISE_HASH_MIN - 1;
	l->l_remotes = table_alloc(NOISE_HASH_MIN);
	l->l_indices = table_alloc(NOISE_HASH_MIN);
	arc4random_buf(l->l_secret, sizeof(l->l_secret));
	if (l->l_remotes == NULL || l->l_indices == NULL) {
		noise_local_free(l);
		return (NULL);
	}
	return (l);
}

/*
 * Free an identity that has no peers left, and wipe it.
 */
void
noise_local_free(struct noise_local *l)
{
	KASSERT(l->l_nremotes == 0);
	free(l->l_remotes, M_WG, (l->l_remotemask + 1) * sizeof(void *));
	free(l->l_indices, M_WG, (l->l_indexmask + 1) * sizeof(void *));
	explicit_bzero(l, sizeof(*l));
	free(l, M_WG, sizeof(*l));
}

void *
noise_local_arg(struct noise_local *l)
{
	return (l->l_arg);
}

/* The secret that both static keys make; it changes with ours. */
static void
remote_precompute(struct noise_remote *r)
{
	struct noise_local	*l = r->r_local;

	r->r_ss_valid = l->l_has_key &&
	    x25519(r->r_ss, l->l_private, r->r_public) == 0;
	if (!r->r_ss_valid)
		explicit_bzero(r->r_ss, sizeof(r->r_ss));
}

/*
 * Set our private key of 32 bytes, or take it away (NULL).  Handshakes under
 * way and sessions of every peer are gone.
 *
 * Returns 0, or EINVAL when no public key comes of it, and then we have none.
 */
int
noise_local_set_private(struct noise_local *l, const uint8_t *private)
{
	struct noise_remote	*r;
	u_long			 i;

	l->l_has_key = 0;
	if (private != NULL) {
		memcpy(l->l_private, private, NOISE_KEY_SIZE);
		x25519_clamp(l->l_private);
		l->l_has_key =
		    x25519_public(l->l_public, l->l_private) == 0;
	}
	if (!l->l_has_key) {
		explicit_bzero(l->l_private, NOISE_KEY_SIZE);
		memset(l->l_public, 0, NOISE_KEY_SIZE);
	}
	for (i = 0; i <= l->l_remotemask; i++) {
		LIST_FOREACH(r, &l->l_remotes[i], r_entry) {
			noise_remote_clear(r);
			remote_precompute(r);
		}
	}
	return (private != NULL && !l->l_has_key ? EINVAL : 0);
}

/*
 * Our keys, either of which may be NULL.  Returns 0, or ENXIO without one.
 */
int
noise_local_keys(struct noise_local *l, uint8_t *public, uint8_t *private)
{
	if (!l->l_has_key)
		return (ENXIO);
	if (public != NULL)
		memcpy(public, l->l_public, NOISE_KEY_SIZE);
	if (private != NULL)
		memcpy(private, l->l_private, NOISE_KEY_SIZE);
	return (0);
}

/*
 * A new peer with this public key, entered; NULL when there is no memory.
 * There must be none with that key.
 */
struct noise_remote *
noise_remote_alloc(struct noise_local *l, void *arg, const uint8_t *public)
{
	struct noise_remote	*r;

	KASSERT(noise_remote_lookup(l, public) == NULL);
	r = malloc(sizeof(*r), M_WG, M_NOWAIT | M_ZERO);
	if (r == NULL)
		return (NULL);
	r->r_local = l;
	r->r_arg = arg;
	memcpy(r->r_public, public, NOISE_KEY_SIZE);
	remote_precompute(r);
	if (l->l_nremotes > l->l_remotemask)
		remotes_grow(l);
	LIST_INSERT_HEAD(&l->l_remotes[key_hash(l, public) & l->l_remotemask],
	    r, r_entry);
	l->l_nremotes++;
	return (r);
}

/*
 * Remove a peer with its handshakes and sessions, and wipe it.
 */
void
noise_remote_free(struct noise_remote *r)
{
	noise_remote_clear(r);
	LIST_REMOVE(r, r_entry);
	r->r_local->l_nremotes--;
	explicit_bzero(r, sizeof(*r));
	free(r, M_WG, sizeof(*r));
}

/*
 * The peer with a public key, or NULL.
 */
struct noise_remote *
noise_remote_lookup(struct noise_local *l, const uint8_t *public)
{
	struct noise_remote	*r;

	LIST_FOREACH(r, &l->l_remotes[key_hash(l, public) & l->l_remotemask],
	    r_entry)
		if (timingsafe_bcmp(r->r_public, public, NOISE_KEY_SIZE) == 0)
			return (r);
	return (NULL);
}

/*
 * The peer that an index of ours belongs to, handshake or session, or NULL.
 */
struct noise_remote *
noise_index_remote(struct noise_local *l, uint32_t idx)
{
	struct noise_index	*i = noise_index_find(l, idx);

	if (i == NULL)
		return (NULL);
	return (i->i_kind == INDEX_HANDSHAKE ? i->i_owner :
	    ((struct noise_keypair *)i->i_owner)->k_remote);
}

void *
noise_remote_arg(struct noise_remote *r)
{
	return (r->r_arg);
}

void
noise_remote_public(struct noise_remote *r, uint8_t *public)
{
	memcpy(public, r->r_public, NOISE_KEY_SIZE);
}

/*
 * Set the preshared key; NULL or zeroes for none.  It counts from the next
 * handshake on.
 */
void
noise_remote_set_psk(struct noise_remote *r, const uint8_t *psk)
{
	if (psk == NULL)
		explicit_bzero(r->r_psk, NOISE_KEY_SIZE);
	else
		memcpy(r->r_psk, psk, NOISE_KEY_SIZE);
}

/*
 * The preshared key (psk may be NULL).  Returns 0, or ENOENT if there is
 * none.
 */
int
noise_remote_psk(struct noise_remote *r, uint8_t *psk)
{
	uint8_t	 any = 0;
	int	 i;

	for (i = 0; i < NOISE_KEY_SIZE; i++)
		any |= r->r_psk[i];
	if (psk != NULL)
		memcpy(psk, r->r_psk, NOISE_KEY_SIZE);
	return (any == 0 ? ENOENT : 0);
}

/*
 * Forget every handshake and session of a peer.
 */
void
noise_remote_clear(struct noise_remote *r)
{
	noise_handshake_clear(r, &r->r_init);
	noise_handshake_clear(r, &r->r_resp);
	noise_sessions_drop(r);
}

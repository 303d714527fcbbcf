/*
 * ipsec(4): the database of flows (RFC 4301, 4.4.1).
 *
 * Which flow a packet belongs to is decided by the longest match: of all
 * that match, the one whose selectors name the most bits (those of both
 * prefixes, 8 for a protocol, 16 for each port); then the one with the
 * longer source, then the older.
 *
 * Flows of one shape (direction, family, lengths of the prefixes, which of
 * protocol and ports they name) are a tuple: each has a hash table, and the
 * tuples are tried from the most bits down, so the first hit is the answer.
 * Real sets of flows have few shapes.  With more than SPD_FEW, what
 * was found is remembered in a cache of packets, which is void with any change
 * of the flows.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/pool.h>
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/in_var.h>

#include <netipsec/ipsec_var.h>

#define TUPLE_HASHMIN	16
#define SPD_CACHE	4096		/* packets remembered */
#define SPD_FEW		4		/* tuples tried rather than that */

LIST_HEAD(policy_bucket, ipsec_policy);

struct ipsec_tuple {
	TAILQ_ENTRY(ipsec_tuple) tu_list;
	struct policy_bucket	*tu_table;
	u_int			 tu_mask;	/* its size less 1 */
	u_int			 tu_count;
	u_int			 tu_bits;	/* of the selectors */
	sa_family_t		 tu_af;
	u_int8_t		 tu_dir;
	u_int8_t		 tu_splen, tu_dplen;
	u_int64_t		 tu_sbits[2], tu_dbits[2];	/* as masks */
	u_int8_t		 tu_proto;	/* is named */
	u_int16_t		 tu_smask, tu_dmask;
};

/* One packet and its flow. */
struct spd_cached {
	struct ipsec_pkt	 sc_pkt;
	u_int64_t		 sc_generation;
	struct ipsec_policy	*sc_ipo;	/* NULL: of none */
};

struct policy_head	 ipo_all = TAILQ_HEAD_INITIALIZER(ipo_all);
u_int			 ipo_count;
u_int64_t		 spd_generation = 1;

static TAILQ_HEAD(tuple_head, ipsec_tuple) tuples =
    TAILQ_HEAD_INITIALIZER(tuples);
static u_int		 ntuples;
static u_int64_t	 spd_key[2];
static struct spd_cached *spd_cache;
static struct pool	 spd_pool;

/*
 * Set up; once.
 */
void
spd_init(void)
{
	pool_init(&spd_pool, sizeof(struct ipsec_policy), 64, IPL_SOFTNET, 0,
	    "ipsecpol", NULL);
	arc4random_buf(spd_key, sizeof(spd_key));
	spd_cache = mallocarray(SPD_CACHE, sizeof(*spd_cache),
	    M_IPSEC_POLICY, M_WAITOK | M_ZERO);
}

/*
 * A flow, all zeroes, of no database; NULL without memory.
 */
struct ipsec_policy *
spd_alloc(void)
{
	return (pool_get(&spd_pool, PR_NOWAIT | PR_ZERO));
}

/*
 * One that is in no database, with its reference to identities.
 */
void
spd_free(struct ipsec_policy *ipo)
{
	ipsec_ids_put(ipo->ipo_ids);
	pool_put(&spd_pool, ipo);
}

/* A prefix's length as a mask for both words of an address. */
static void
mask_words(u_int plen, u_int64_t w[2])
{
	struct ipsec_addr	 a;

	memset(&a, 0xff, sizeof(a));
	ipsec_addr_mask(&a, plen);
	w[0] = a.ia_words[0];
	w[1] = a.ia_words[1];
}

static u_int32_t
tuple_hash(const struct ipsec_tuple *tu, u_int rdomain,
    const struct ipsec_addr *src, const struct ipsec_addr *dst,
    u_int8_t proto, u_int16_t sport, u_int16_t dport)
{
	u_int32_t	 h;

	h = in_hash(spd_key, src->ia_words[0] & tu->tu_sbits[0],
	    dst->ia_words[0] & tu->tu_dbits[0]);
	if (tu->tu_af == AF_INET6)
		h ^= in_hash(spd_key, (src->ia_words[1] & tu->tu_sbits[1]) +
		    h, dst->ia_words[1] & tu->tu_dbits[1]);
	return (in_hash(spd_key, (u_int64_t)h << 32 | rdomain << 8 |
	    (tu->tu_proto ? proto : 0), (u_int32_t)(sport & tu->tu_smask)
	    << 16 | (dport & tu->tu_dmask)));
}

static struct policy_bucket *
policy_bucket(struct ipsec_tuple *tu, const struct ipsec_policy *ipo)
{
	const struct ipsec_sel	*sl = &ipo->ipo_sel;

	return (&tu->tu_table[tuple_hash(tu, ipo->ipo_rdomain, &sl->sl_src,
	    &sl->sl_dst, sl->sl_proto, sl->sl_sport, sl->sl_dport) &
	    tu->tu_mask]);
}

static u_int
sel_bits(const struct ipsec_sel *sl)
{
	return (sl->sl_splen + sl->sl_dplen + (sl->sl_proto != 0 ? 8 : 0) +
	    (sl->sl_smask != 0 ? 16 : 0) + (sl->sl_dmask != 0 ? 16 : 0));
}

/* Is a tried before b? */
static int
tuple_before(const struct ipsec_tuple *a, const struct ipsec_tuple *b)
{
	if (a->tu_bits != b->tu_bits)
		return (a->tu_bits > b->tu_bits);
	return (a->tu_splen > b->tu_splen);
}

static int
tuple_fits(const struct ipsec_tuple *tu, const struct ipsec_sel *sl,
    u_int8_t dir)
{
	return (tu->tu_dir == dir && tu->tu_af == sl->sl_src.ia_af &&
	    tu->tu_splen == sl->sl_splen && tu->tu_dplen == sl->sl_dplen &&
	    tu->tu_proto == (sl->sl_proto != 0) &&
	    tu->tu_smask == sl->sl_smask && tu->tu_dmask == sl->sl_dmask);
}

static struct ipsec_tuple *
tuple_find(const struct ipsec_sel *sl, u_int8_t dir)
{
	struct ipsec_tuple	*tu;

	TAILQ_FOREACH(tu, &tuples, tu_list)
		if (tuple_fits(tu, sl, dir))
			return (tu);
	return (NULL);
}

static struct ipsec_tuple *
tuple_make(const struct ipsec_sel *sl, u_int8_t dir)
{
	struct ipsec_tuple	*tu, *t;

	tu = malloc(sizeof(*tu), M_IPSEC_POLICY, M_NOWAIT | M_ZERO);
	if (tu == NULL)
		return (NULL);
	tu->tu_table = mallocarray(TUPLE_HASHMIN, sizeof(*tu->tu_table),
	    M_IPSEC_POLICY, M_NOWAIT | M_ZERO);
	if (tu->tu_table == NULL) {
		free(tu, M_IPSEC_POLICY, sizeof(*tu));
		return (NULL);
	}
	tu->tu_mask = TUPLE_HASHMIN - 1;
	tu->tu_bits = sel_bits(sl);
	tu->tu_af = sl->sl_src.ia_af;
	tu->tu_dir = dir;
	tu->tu_splen = sl->sl_splen;
	tu->tu_dplen = sl->sl_dplen;
	mask_words(sl->sl_splen, tu->tu_sbits);
	mask_words(sl->sl_dplen, tu->tu_dbits);
	tu->tu_proto = sl->sl_proto != 0;
	tu->tu_smask = sl->sl_smask;
	tu->tu_dmask = sl->sl_dmask;
	TAILQ_FOREACH(t, &tuples, tu_list)
		if (tuple_before(tu, t))
			break;
	if (t != NULL)
		TAILQ_INSERT_BEFORE(t, tu, tu_list);
	else
		TAILQ_INSERT_TAIL(&tuples, tu, tu_list);
	ntuples++;
	return (tu);
}

static void
tuple_free(struct ipsec_tuple *tu)
{
	TAILQ_REMOVE(&tuples, tu, tu_list);
	ntuples--;
	free(tu->tu_table, M_IPSEC_POLICY,
	    (tu->tu_mask + 1) * sizeof(*tu->tu_table));
	free(tu, M_IPSEC_POLICY, sizeof(*tu));
}

/* Twice the room; without memory, chains grow instead. */
static void
tuple_grow(struct ipsec_tuple *tu)
{
	struct policy_bucket	*old = tu->tu_table;
	struct ipsec_policy	*ipo;
	u_int			 i, n = tu->tu_mask + 1;

	tu->tu_table = mallocarray(n * 2, sizeof(*old), M_IPSEC_POLICY,
	    M_NOWAIT | M_ZERO);
	if (tu->tu_table == NULL) {
		tu->tu_table = old;
		return;
	}
	tu->tu_mask = n * 2 - 1;
	for (i = 0; i < n; i++) {
		while ((ipo = LIST_FIRST(&old[i])) != NULL) {
			LIST_REMOVE(ipo, ipo_hash);
			LIST_INSERT_HEAD(policy_bucket(tu, ipo), ipo,
			    ipo_hash);
		}
	}
	free(old, M_IPSEC_POLICY, n * sizeof(*old));
}

static int
sel_eq(const struct ipsec_sel *a, const struct ipsec_sel *b)
{
	return (a->sl_splen == b->sl_splen && a->sl_dplen == b->sl_dplen &&
	    ipsec_addr_eq(&a->sl_src, &b->sl_src) &&
	    ipsec_addr_eq(&a->sl_dst, &b->sl_dst) &&
	    a->sl_proto == b->sl_proto &&
	    a->sl_smask == b->sl_smask && a->sl_dmask == b->sl_dmask &&
	    a->sl_sport == b->sl_sport && a->sl_dport == b->sl_dport);
}

/*
 * The flow with exactly these selectors, or NULL.
 */
struct ipsec_policy *
spd_find(u_int rdomain, u_int8_t dir, const struct ipsec_sel *sl)
{
	struct ipsec_tuple	*tu;
	struct ipsec_policy	*ipo;
	u_int32_t		 h;

	if ((tu = tuple_find(sl, dir)) == NULL)
		return (NULL);
	h = tuple_hash(tu, rdomain, &sl->sl_src, &sl->sl_dst, sl->sl_proto,
	    sl->sl_sport, sl->sl_dport);
	LIST_FOREACH(ipo, &tu->tu_table[h & tu->tu_mask], ipo_hash)
		if (ipo->ipo_rdomain == rdomain && sel_eq(&ipo->ipo_sel, sl))
			return (ipo);
	return (NULL);
}

/*
 * Add a flow, whose prefixes have no bits beyond their lengths; it is the
 * database's from now on.  0, EEXIST when one with these selectors is there,
 * ENOMEM; the caller keeps it then.
 */
int
spd_insert(struct ipsec_policy *ipo)
{
	struct ipsec_tuple	*tu;

	if (spd_find(ipo->ipo_rdomain, ipo->ipo_dir, &ipo->ipo_sel) != NULL)
		return (EEXIST);
	if ((tu = tuple_find(&ipo->ipo_sel, ipo->ipo_dir)) == NULL &&
	    (tu = tuple_make(&ipo->ipo_sel, ipo->ipo_dir)) == NULL)
		return (ENOMEM);
	if (tu->tu_count > tu->tu_mask)
		tuple_grow(tu);
	ipo->ipo_tuple = tu;
	LIST_INSERT_HEAD(policy_bucket(tu, ipo), ipo, ipo_hash);
	TAILQ_INSERT_TAIL(&ipo_all, ipo, ipo_list);
	tu->tu_count++;
	ipo_count++;
	ipsec_in_use++;
	spd_generation++;
	return (0);
}

/* The flow does not use an SA any more. */
static void
policy_detach(struct ipsec_policy *ipo)
{
	struct tdb	*tdb = ipo->ipo_tdb;

	if (tdb == NULL)
		return;
	TAILQ_REMOVE(&tdb->tdb_policies, ipo, ipo_tdb_next);
	ipo->ipo_tdb = NULL;
	tdb_unref(tdb);
}

/*
 * Take a flow out and free it.
 */
void
spd_remove(struct ipsec_policy *ipo)
{
	struct ipsec_tuple	*tu = ipo->ipo_tuple;

	policy_detach(ipo);
	LIST_REMOVE(ipo, ipo_hash);
	TAILQ_REMOVE(&ipo_all, ipo, ipo_list);
	ipo_count--;
	ipsec_in_use--;
	spd_generation++;
	if (--tu->tu_count == 0)
		tuple_free(tu);
	spd_free(ipo);
}

/* All flows of a routing domain, 0 all of all; how many there were. */
u_int
spd_flush(u_int rdomain)
{
	struct ipsec_policy	*ipo, *next;
	u_int			 n = 0;

	TAILQ_FOREACH_SAFE(ipo, &ipo_all, ipo_list, next) {
		if (rdomain != 0 && ipo->ipo_rdomain != rdomain)
			continue;
		spd_remove(ipo);
		n++;
	}
	return (n);
}

/*
 * Give a flow the properties of another with the same selectors, which is
 * freed.
 */
void
spd_change(struct ipsec_policy *ipo, struct ipsec_policy *new)
{
	policy_detach(ipo);
	ipsec_ids_put(ipo->ipo_ids);
	ipo->ipo_type = new->ipo_type;
	ipo->ipo_sproto = new->ipo_sproto;
	ipo->ipo_src = new->ipo_src;
	ipo->ipo_dst = new->ipo_dst;
	ipo->ipo_ids = new->ipo_ids;
	ipo->ipo_acquired = 0;
	spd_generation++;
	new->ipo_ids = NULL;
	spd_free(new);
}

/* Does the address lie in the prefix of that mask? */
static int
words_in(const struct ipsec_addr *a, const struct ipsec_addr *prefix,
    const u_int64_t bits[2])
{
	return ((a->ia_words[0] & bits[0]) == prefix->ia_words[0] &&
	    (a->ia_words[1] & bits[1]) == prefix->ia_words[1]);
}

/* Does the packet hide something that such flows name? */
static int
tuple_hidden(const struct ipsec_tuple *tu, const struct ipsec_pkt *pk)
{
	if (pk->pk_opaque == 0)
		return (0);
	return (tu->tu_smask != 0 || tu->tu_dmask != 0 ||
	    (tu->tu_proto && pk->pk_opaque == PK_OPAQUE_PROTO));
}

/*
 * Does the flow want this packet?  A fragment that hides its ports belongs to
 * flows that name ports as well, but not to one that would let it pass.
 */
static int
policy_takes(const struct ipsec_policy *ipo, const struct ipsec_pkt *pk)
{
	const struct ipsec_tuple	*tu = ipo->ipo_tuple;
	const struct ipsec_sel		*sl = &ipo->ipo_sel;

	if (ipo->ipo_rdomain != pk->pk_rdomain ||
	    !words_in(&pk->pk_src, &sl->sl_src, tu->tu_sbits) ||
	    !words_in(&pk->pk_dst, &sl->sl_dst, tu->tu_dbits) ||
	    !ipsec_sel_matches_l4(sl, pk))
		return (0);
	return (ipo->ipo_type != SADB_X_FLOW_TYPE_BYPASS ||
	    !tuple_hidden(ipo->ipo_tuple, pk));
}

/* All flows of a tuple: who hides a port cannot be looked up by them. */
static struct ipsec_policy *
tuple_scan(struct ipsec_tuple *tu, const struct ipsec_pkt *pk)
{
	struct ipsec_policy	*ipo;
	u_int			 i;

	for (i = 0; i <= tu->tu_mask; i++)
		LIST_FOREACH(ipo, &tu->tu_table[i], ipo_hash)
			if (policy_takes(ipo, pk))
				return (ipo);
	return (NULL);
}

static struct ipsec_policy *
tuple_lookup(struct ipsec_tuple *tu, const struct ipsec_pkt *pk)
{
	struct ipsec_policy	*ipo;
	u_int32_t		 h;

	if (tuple_hidden(tu, pk))
		return (tuple_scan(tu, pk));
	h = tuple_hash(tu, pk->pk_rdomain, &pk->pk_src, &pk->pk_dst,
	    pk->pk_proto, pk->pk_sport, pk->pk_dport);
	LIST_FOREACH(ipo, &tu->tu_table[h & tu->tu_mask], ipo_hash)
		if (policy_takes(ipo, pk))
			return (ipo);
	return (NULL);
}

static struct spd_cached *
cache_slot(const struct ipsec_pkt *pk)
{
	u_int32_t	 h;

	h = in_hash(spd_key, pk->pk_src.ia_words[0], pk->pk_dst.ia_words[0]);
	if (pk->pk_src.ia_af == AF_INET6)
		h ^= in_hash(spd_key, pk->pk_src.ia_words[1] + h,
		    pk->pk_dst.ia_words[1]);
	h = in_hash(spd_key, (u_int64_t)h << 32 | pk->pk_rdomain << 16 |
	    pk->pk_proto << 8 | pk->pk_dir, (u_int32_t)pk->pk_sport << 16 |
	    pk->pk_dport);
	return (&spd_cache[h % SPD_CACHE]);
}

static int
pkt_eq(const struct ipsec_pkt *a, const struct ipsec_pkt *b)
{
	return (a->pk_sport == b->pk_sport && a->pk_dport == b->pk_dport &&
	    a->pk_proto == b->pk_proto && a->pk_dir == b->pk_dir &&
	    a->pk_rdomain == b->pk_rdomain &&
	    a->pk_opaque == b->pk_opaque &&
	    ipsec_addr_eq(&a->pk_src, &b->pk_src) &&
	    ipsec_addr_eq(&a->pk_dst, &b->pk_dst));
}

static struct ipsec_policy *
tuples_lookup(const struct ipsec_pkt *pk)
{
	struct ipsec_policy	*ipo;
	struct ipsec_tuple	*tu;

	TAILQ_FOREACH(tu, &tuples, tu_list)
		if (tu->tu_dir == pk->pk_dir &&
		    tu->tu_af == pk->pk_src.ia_af &&
		    (ipo = tuple_lookup(tu, pk)) != NULL)
			return (ipo);
	return (NULL);
}

/*
 * The flow that a packet belongs to, or NULL.
 */
struct ipsec_policy *
spd_lookup(const struct ipsec_pkt *pk)
{
	struct spd_cached	*sc;

	if (ntuples <= SPD_FEW)
		return (tuples_lookup(pk));
	sc = cache_slot(pk);
	if (sc->sc_generation == spd_generation && pkt_eq(&sc->sc_pkt, pk))
		return (sc->sc_ipo);
	sc->sc_ipo = tuples_lookup(pk);
	sc->sc_pkt = *pk;
	sc->sc_generation = spd_generation;
	return (sc->sc_ipo);
}

/* The far end of the SA that a packet of the flow goes through. */
static const struct ipsec_addr *
policy_peer(const struct ipsec_policy *ipo, const struct ipsec_pkt *pk)
{
	return (ipsec_addr_any(&ipo->ipo_dst) ? &pk->pk_dst : &ipo->ipo_dst);
}

/*
 * The SA that a packet of an outgoing flow is to go through, the first of
 * its chain; or NULL.  No reference is taken.
 */
struct tdb *
spd_tdb(struct ipsec_policy *ipo, const struct ipsec_pkt *pk)
{
	const struct ipsec_addr	*peer = policy_peer(ipo, pk);
	struct tdb		*tdb;

	if (ipo->ipo_tdb != NULL && ipo->ipo_tdbgen == tdb_generation &&
	    ipsec_addr_eq(&ipo->ipo_tdb->tdb_dst, peer))
		return (tdb_chain_head(ipo->ipo_tdb));
	tdb = tdb_find_for(ipo->ipo_rdomain, peer, ipo->ipo_sproto,
	    ipo->ipo_ids, &ipo->ipo_src, &ipo->ipo_sel);
	if (tdb != ipo->ipo_tdb) {
		policy_detach(ipo);
		if (tdb == NULL)
			return (NULL);
		tdb_ref(tdb);
		tdb_life_alloc(tdb);
		if (!tdb_usable(tdb)) {
			tdb_unref(tdb);
			return (NULL);
		}
		ipo->ipo_tdb = tdb;
		TAILQ_INSERT_TAIL(&tdb->tdb_policies, ipo, ipo_tdb_next);
	}
	ipo->ipo_tdbgen = tdb_generation;
	return (tdb == NULL ? NULL : tdb_chain_head(tdb));
}

/*
 * An SA is no more: its flows forget it.
 */
void
spd_tdb_gone(struct tdb *tdb)
{
	struct ipsec_policy	*ipo;

	while ((ipo = TAILQ_FIRST(&tdb->tdb_policies)) != NULL)
		policy_detach(ipo);
}

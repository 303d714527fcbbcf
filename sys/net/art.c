/*
 * Allotment routing table.
 *
 * After Hariguchi's "Allotment Routing Table: A Fast Free Multibit Trie Based
 * Routing Table", with its path compression.  The tree has tables, each of
 * which looks at a few bits (at_bits) of the address from bit at_off on:
 *
 *	         +---- at_inner[1] ----+		prefix length at_off
 *	         |                     |
 *	   at_inner[2]           at_inner[3]		at_off + 1
 *	    |       |             |       |
 *	   [4]     [5]           [6]     [7]		at_off + 2
 *	   / \     / \           / \     / \
 *	  0   1   2   3         4   5   6   7		at_child[], at_off + 3
 *
 * (drawn for three bits.)  An inner entry holds the longest prefix of this
 * table that covers it: a prefix is allotted to every entry below its own
 * that no longer prefix has taken.  So the answer of one table is one load
 * from the lowest inner row.  Child i is one of
 *
 *	NULL	no longer prefix with these bits
 *	node	exactly one (bit 0 of the pointer clear), of any length
 *	table	several (bit 0 set), which differ from bit at_off on, where
 *		at_off may lie far below: bits that all of them share are
 *		skipped, and at_key says what they are
 *
 * A lookup walks down the children, and climbs back until an inner entry has
 * an answer.  On the way down it looks at nothing but the child pointers: the
 * at_off of a table is in the pointer to it, and whether the bits that were
 * skipped are right is seen in the end.  So a level costs one cache line.  A
 * table below the root holds at least two things; when it is down to one,
 * that takes its place.  Tables have four bits, the root eight, or sixteen
 * when there are many prefixes: the cost of a lookup then stays nearly flat,
 * and the tables small.
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/pool.h>
#include <sys/systm.h>

#include <net/art.h>

#define ART_BITS	4	/* of a table below the root */
#define ART_ROOTBITS	8	/* of a small tree's root */
#define ART_BIGBITS	16	/* of a large one's */
#define ART_GROW	4096	/* prefixes that make a tree large */
#define ART_SHRINK	1024	/* and small again */

struct art_table {
	struct art_key	  at_key;	/* first at_off bits of all below */
	struct art_table *at_parent;	/* NULL for the root */
	uint16_t	  at_off;	/* bit, a multiple of ART_BITS */
	uint16_t	  at_bits;
	uint32_t	  at_count;	/* prefixes that end here + children */
	uint64_t	  at_pad[4];	/* to a whole cache line */
	struct art_node	 *at_inner[];	/* 1 << at_bits, then the children */
};

struct art {
	struct art_table *ar_root;
	u_long		  ar_count;	/* prefixes */
	u_int		  ar_alen;	/* bits of an address */
};

#define ART_TABLESIZE(bits)	\
	(sizeof(struct art_table) + 2 * sizeof(void *) * (1UL << (bits)))

static struct pool art_table_pool;
static struct pool art_pool;
static struct art_key art_masks[ART_MAXPLEN + 1];

/*
 * A pointer to a table carries its at_off in the top eight bits, which in an
 * address all equal the bit below them, and 1 in the lowest.
 */
static inline int
art_istable(const void *c)
{
	return (((uintptr_t)c & 1) != 0);
}

static inline u_int
art_ptroff(const void *c)
{
	return ((uintptr_t)c >> 56);
}

static inline struct art_table *
art_totable(const void *c)
{
	return ((struct art_table *)((intptr_t)((uintptr_t)c << 8) >> 8 & ~1L));
}

static inline void *
art_fromtable(const struct art_table *t)
{
	return ((void *)(((uintptr_t)t << 8 >> 8) |
	    (uintptr_t)t->at_off << 56 | 1));
}

/* The children of a table of that many bits. */
static inline void **
art_children(const struct art_table *t, u_int bits)
{
	return ((void **)&t->at_inner[1UL << bits]);
}

/* Does key begin with the same plen bits as want? */
static inline int
art_covers(const struct art_key *want, u_int plen, const struct art_key *key)
{
	const struct art_key *mask = &art_masks[plen];

	return ((((want->ak_w[0] ^ key->ak_w[0]) & mask->ak_w[0]) |
	    ((want->ak_w[1] ^ key->ak_w[1]) & mask->ak_w[1])) == 0);
}

/* So many bits of a key, from bit off on; they lie in one word. */
static inline u_int
art_bits(const struct art_key *key, u_int off, u_int bits)
{
	return ((key->ak_w[off >> 6] << (off & 63)) >> (64 - bits));
}

/* The bits of key that t looks at. */
static inline u_int
art_index(const struct art_table *t, const struct art_key *key)
{
	return (art_bits(key, t->at_off, t->at_bits));
}

/* Where t keeps the child for key. */
static inline void **
art_child(const struct art_table *t, const struct art_key *key)
{
	return (&art_children(t, t->at_bits)[art_index(t, key)]);
}

/* The longest prefix of t itself that covers child i. */
static inline struct art_node *
art_allotted(const struct art_table *t, u_int i)
{
	return (t->at_inner[(1U << (t->at_bits - 1)) | (i >> 1)]);
}

/*
 * Set up the pools; called once, before any other function.
 */
void
art_init(void)
{
	u_int plen;

	for (plen = 0; plen <= ART_MAXPLEN; plen++)
		art_mask(&art_masks[plen], plen);
	pool_init(&art_pool, sizeof(struct art), 0, IPL_SOFTNET, 0, "art",
	    NULL);
	pool_init(&art_table_pool, ART_TABLESIZE(ART_BITS), CACHELINESIZE,
	    IPL_SOFTNET, 0, "arttable", NULL);
}

/*
 * The mask of a prefix length, 0 to 128 bits.
 */
void
art_mask(struct art_key *mask, u_int plen)
{
	mask->ak_w[0] = plen == 0 ? 0 :
	    plen >= 64 ? UINT64_MAX : UINT64_MAX << (64 - plen);
	mask->ak_w[1] = plen <= 64 ? 0 :
	    plen >= 128 ? UINT64_MAX : UINT64_MAX << (128 - plen);
}

/*
 * Prepare a node for art_insert(): key is cut to plen bits.
 */
void
art_node_set(struct art_node *an, const struct art_key *key, u_int plen)
{
	an->an_key.ak_w[0] = key->ak_w[0] & art_masks[plen].ak_w[0];
	an->an_key.ak_w[1] = key->ak_w[1] & art_masks[plen].ak_w[1];
	an->an_plen = plen;
}

/*
 * Take a key from len bytes in network order; len is 4 or 16.
 */
void
art_key_set(struct art_key *key, const void *addr, u_int len)
{
	uint32_t w;

	if (len == 4) {
		memcpy(&w, addr, sizeof(w));
		key->ak_w[0] = (uint64_t)ntohl(w) << 32;
		key->ak_w[1] = 0;
		return;
	}
	memcpy(key->ak_w, addr, sizeof(key->ak_w));
	key->ak_w[0] = be64toh(key->ak_w[0]);
	key->ak_w[1] = be64toh(key->ak_w[1]);
}

/*
 * Give a key back as len bytes (4 or 16) in network order.
 */
void
art_key_get(const struct art_key *key, void *addr, u_int len)
{
	uint64_t w[2];

	w[0] = htobe64(key->ak_w[0]);
	w[1] = htobe64(key->ak_w[1]);
	memcpy(addr, w, len);
}

static struct art_table *
art_table_alloc(const struct art_key *key, u_int off, u_int bits)
{
	struct art_table *t;

	if (bits == ART_BITS)
		t = pool_get(&art_table_pool, PR_NOWAIT | PR_ZERO);
	else
		t = malloc(ART_TABLESIZE(bits), M_RTABLE, M_NOWAIT | M_ZERO);
	if (t == NULL)
		return (NULL);
	t->at_key.ak_w[0] = key->ak_w[0] & art_masks[off].ak_w[0];
	t->at_key.ak_w[1] = key->ak_w[1] & art_masks[off].ak_w[1];
	t->at_off = off;
	t->at_bits = bits;
	return (t);
}

static void
art_table_free(struct art_table *t)
{
	if (t->at_bits == ART_BITS)
		pool_put(&art_table_pool, t);
	else
		free(t, M_RTABLE, ART_TABLESIZE(t->at_bits));
}

/* Free t and the tables below; prefixes are left alone. */
static void
art_tree_free(struct art_table *t)
{
	void **child = art_children(t, t->at_bits);
	u_int i;

	for (i = 0; i < 1U << t->at_bits; i++) {
		if (art_istable(child[i]))
			art_tree_free(art_totable(child[i]));
	}
	art_table_free(t);
}

/*
 * An empty tree for addresses of alen bits (32 or 128); NULL without memory.
 */
struct art *
art_alloc(u_int alen)
{
	static const struct art_key zero;
	struct art *ar;

	if ((ar = pool_get(&art_pool, PR_NOWAIT | PR_ZERO)) == NULL)
		return (NULL);
	ar->ar_alen = alen;
	ar->ar_root = art_table_alloc(&zero, 0, ART_ROOTBITS);
	if (ar->ar_root == NULL) {
		pool_put(&art_pool, ar);
		return (NULL);
	}
	return (ar);
}

/*
 * Free a tree.  Nodes that are still inside are the owner's to free.
 */
void
art_free(struct art *ar)
{
	art_tree_free(ar->ar_root);
	pool_put(&art_pool, ar);
}

/*
 * How many prefixes the tree holds.
 */
u_long
art_count(const struct art *ar)
{
	return (ar->ar_count);
}

/*
 * The longest prefix that covers key, or NULL.
 */
struct art_node *
art_match(const struct art *ar, const struct art_key *key)
{
	const struct art_table *t = ar->ar_root;
	struct art_node *an;
	void *c;

	c = *art_child(t, key);
	while (art_istable(c)) {
		t = art_totable(c);
		c = art_children(t, ART_BITS)[art_bits(key, art_ptroff(c),
		    ART_BITS)];
	}
	an = c;
	if (an != NULL && art_covers(&an->an_key, an->an_plen, key))
		return (an);
	for (; t != NULL; t = t->at_parent) {
		if (!art_covers(&t->at_key, t->at_off, key))
			continue;	/* skipped bits were others */
		an = art_allotted(t, art_index(t, key));
		if (an != NULL)
			return (an);
	}
	return (NULL);
}

/* Where a prefix of t with plen bits has its inner entry. */
static inline u_int
art_base(const struct art_table *t, const struct art_key *key, u_int plen)
{
	u_int level = plen - t->at_off;

	return ((1U << level) | (art_index(t, key) >> (t->at_bits - level)));
}

/*
 * The prefix of exactly this key and length, or NULL.
 */
struct art_node *
art_lookup(const struct art *ar, const struct art_key *key, u_int plen)
{
	const struct art_table *t = ar->ar_root;
	struct art_node *an;
	void *c;

	for (;;) {
		if (plen < (u_int)t->at_off + t->at_bits) {
			an = t->at_inner[art_base(t, key, plen)];
			break;
		}
		c = *art_child(t, key);
		if (!art_istable(c)) {
			an = c;
			break;
		}
		t = art_totable(c);
		if (plen < t->at_off ||
		    !art_covers(&t->at_key, t->at_off, key))
			return (NULL);
	}
	if (an == NULL || an->an_plen != plen ||
	    !art_covers(&an->an_key, an->an_plen, key))
		return (NULL);
	return (an);
}

/* Give new what is old's at and below an inner entry. */
static void
art_allot(struct art_table *t, u_int base, struct art_node *old,
    struct art_node *new)
{
	u_int i, n;

	for (n = 1; base < 1U << t->at_bits; base <<= 1, n <<= 1) {
		for (i = base; i < base + n; i++) {
			if (t->at_inner[i] == old)
				t->at_inner[i] = new;
		}
	}
}

/* A prefix that ends in t; the same one if it is there already. */
static struct art_node *
art_inner_insert(struct art_table *t, struct art_node *an)
{
	struct art_node *old;
	u_int base;

	base = art_base(t, &an->an_key, an->an_plen);
	old = t->at_inner[base];
	if (old != NULL && old->an_plen == an->an_plen)
		return (old);
	art_allot(t, base, old, an);
	t->at_count++;
	return (an);
}

/* Leading bits that two keys share, at most max. */
static u_int
art_common(const struct art_key *a, const struct art_key *b, u_int max)
{
	uint64_t x;
	u_int n;

	if ((x = a->ak_w[0] ^ b->ak_w[0]) != 0)
		n = __builtin_clzll(x);
	else if ((x = a->ak_w[1] ^ b->ak_w[1]) != 0)
		n = 64 + __builtin_clzll(x);
	else
		n = ART_MAXPLEN;
	return (MIN(n, max));
}

/* Put a prefix or a table where t is known to have room for it. */
static void
art_hang(struct art_table *t, void *c)
{
	struct art_table *ct;
	struct art_node *an;

	if (art_istable(c)) {
		ct = art_totable(c);
		ct->at_parent = t;
		*art_child(t, &ct->at_key) = c;
		t->at_count++;
		return;
	}
	an = c;
	if (an->an_plen < (u_int)t->at_off + t->at_bits) {
		(void)art_inner_insert(t, an);
		return;
	}
	*art_child(t, &an->an_key) = an;
	t->at_count++;
}

/*
 * The child of t at *slot shares some bits with an: put both into a new table
 * at the bit where they part.
 */
static struct art_node *
art_split(struct art_table *t, void **slot, struct art_node *an)
{
	struct art_table *nt;
	const struct art_key *ckey;
	void *c = *slot;
	u_int clen, off;

	if (art_istable(c)) {
		ckey = &art_totable(c)->at_key;
		clen = art_totable(c)->at_off;
	} else {
		ckey = &((struct art_node *)c)->an_key;
		clen = ((struct art_node *)c)->an_plen;
	}
	off = art_common(ckey, &an->an_key, MIN(clen, an->an_plen));
	off = rounddown(off, ART_BITS);
	nt = art_table_alloc(&an->an_key, off, ART_BITS);
	if (nt == NULL)
		return (NULL);
	art_hang(nt, c);
	art_hang(nt, an);
	nt->at_parent = t;
	*slot = art_fromtable(nt);
	return (an);
}

static struct art_node *
art_tree_insert(struct art_table *t, struct art_node *an)
{
	struct art_table *ct;
	struct art_node *cn;
	void **slot;

	for (;;) {
		if (an->an_plen < (u_int)t->at_off + t->at_bits)
			return (art_inner_insert(t, an));
		slot = art_child(t, &an->an_key);
		if (*slot == NULL) {
			art_hang(t, an);
			return (an);
		}
		if (!art_istable(*slot)) {
			cn = *slot;
			if (cn->an_plen == an->an_plen && art_covers(
			    &cn->an_key, cn->an_plen, &an->an_key))
				return (cn);
			return (art_split(t, slot, an));
		}
		ct = art_totable(*slot);
		if (an->an_plen < ct->at_off ||
		    !art_covers(&ct->at_key, ct->at_off, &an->an_key))
			return (art_split(t, slot, an));
		t = ct;
	}
}

/* Build the tree anew with a root of another size, if memory allows. */
static void
art_resize(struct art *ar, u_int bits)
{
	static const struct art_key zero;
	struct art_table *old = ar->ar_root, *root;
	struct art_node *an;

	root = art_table_alloc(&zero, 0, bits);
	if (root == NULL)
		return;
	for (an = art_first(ar); an != NULL;
	    an = art_next(ar, &an->an_key, an->an_plen)) {
		if (art_tree_insert(root, an) == NULL) {
			art_tree_free(root);
			return;
		}
	}
	ar->ar_root = root;
	art_tree_free(old);
}

/*
 * Insert a node prepared by art_node_set().  Returns it; or the node that
 * holds the same prefix already, and nothing changes; or NULL without memory.
 */
struct art_node *
art_insert(struct art *ar, struct art_node *an)
{
	struct art_node *in;

	KASSERT(an->an_plen <= ar->ar_alen);
	in = art_tree_insert(ar->ar_root, an);
	if (in != an)
		return (in);
	if (++ar->ar_count == ART_GROW && ar->ar_root->at_bits < ART_BIGBITS)
		art_resize(ar, ART_BIGBITS);
	return (an);
}

/* The one thing that t holds. */
static void *
art_last(struct art_table *t)
{
	void **child = art_children(t, t->at_bits);
	u_int i;

	for (i = 0; i < 1U << t->at_bits; i++) {
		if (child[i] != NULL)
			return (child[i]);
	}
	for (i = 1; i < 1U << t->at_bits; i++) {
		if (t->at_inner[i] != NULL)
			return (t->at_inner[i]);
	}
	panic("%s: empty table", __func__);
}

/* t has lost something: if only one thing is left, that replaces t. */
static void
art_collapse(struct art_table *t)
{
	struct art_table *parent = t->at_parent;
	void *c;

	if (parent == NULL || t->at_count != 1)
		return;
	c = art_last(t);
	if (art_istable(c))
		art_totable(c)->at_parent = parent;
	*art_child(parent, &t->at_key) = c;
	art_table_free(t);
}

/*
 * Put new where an is; NULL stands for what covers an.  Returns the table.
 */
static struct art_table *
art_exchange(struct art *ar, struct art_node *an, struct art_node *new)
{
	struct art_table *t = ar->ar_root;
	void **slot;
	u_int base;

	for (;;) {
		if (an->an_plen < (u_int)t->at_off + t->at_bits) {
			base = art_base(t, &an->an_key, an->an_plen);
			KASSERT(t->at_inner[base] == an);
			if (new == NULL && base > 1)
				new = t->at_inner[base >> 1];
			art_allot(t, base, an, new);
			return (t);
		}
		slot = art_child(t, &an->an_key);
		if (!art_istable(*slot)) {
			KASSERT(*slot == an);
			*slot = new;
			return (t);
		}
		t = art_totable(*slot);
	}
}

/*
 * Take a node out, which must be inside.
 */
void
art_remove(struct art *ar, struct art_node *an)
{
	struct art_table *t;

	t = art_exchange(ar, an, NULL);
	t->at_count--;
	art_collapse(t);
	if (--ar->ar_count == ART_SHRINK &&
	    ar->ar_root->at_bits == ART_BIGBITS)
		art_resize(ar, ART_ROOTBITS);
}

/*
 * Put a node in the place of another of the same prefix, which is inside.
 */
void
art_replace(struct art *ar, struct art_node *an, struct art_node *new)
{
	KASSERT(new->an_plen == an->an_plen &&
	    art_covers(&an->an_key, an->an_plen, &new->an_key));
	(void)art_exchange(ar, an, new);
}

/* A bound on a walk: prefixes up to and including it have been seen. */
struct art_bound {
	struct art_key	ab_key;
	u_int		ab_plen;
};

/* Does an come after the bound, in order of key, then length? */
static int
art_after(const struct art_node *an, const struct art_bound *ab)
{
	if (an->an_key.ak_w[0] != ab->ab_key.ak_w[0])
		return (an->an_key.ak_w[0] > ab->ab_key.ak_w[0]);
	if (an->an_key.ak_w[1] != ab->ab_key.ak_w[1])
		return (an->an_key.ak_w[1] > ab->ab_key.ak_w[1]);
	return (an->an_plen > ab->ab_plen);
}

/* The first prefix of t itself that begins at child i and is after ab. */
static struct art_node *
art_next_inner(const struct art_table *t, u_int i, const struct art_bound *ab)
{
	struct art_node *an;
	u_int level;

	level = i == 0 ? 0 : t->at_bits - __builtin_ctz(i);
	for (; level < t->at_bits; level++) {
		an = t->at_inner[(1U << level) | (i >> (t->at_bits - level))];
		if (an != NULL && an->an_plen == t->at_off + level &&
		    (ab == NULL || art_after(an, ab)))
			return (an);
	}
	return (NULL);
}

/* Is all of t before key (-1), after it (1), or does key lie inside? */
static int
art_side(const struct art_table *t, const struct art_key *key)
{
	uint64_t k, b;
	u_int w;

	for (w = 0; w < 2; w++) {
		k = t->at_key.ak_w[w];
		b = key->ak_w[w] & art_masks[t->at_off].ak_w[w];
		if (k != b)
			return (k < b ? -1 : 1);
	}
	return (0);
}

/*
 * The first prefix of t and below that is after ab (NULL: the first of all)
 * and whose key is not above end (NULL: no end).
 */
static struct art_node *
art_next_table(const struct art_table *t, const struct art_bound *ab,
    const struct art_key *end)
{
	void *c, **child = art_children(t, t->at_bits);
	u_int i = 0, last = (1U << t->at_bits) - 1;
	struct art_node *an;
	int side;

	if (ab != NULL && (side = art_side(t, &ab->ab_key)) != 0) {
		if (side < 0)
			return (NULL);
		ab = NULL;
	}
	if (end != NULL && (side = art_side(t, end)) != 0) {
		if (side > 0)
			return (NULL);
		end = NULL;
	}
	if (ab != NULL)
		i = art_index(t, &ab->ab_key);
	if (end != NULL)
		last = art_index(t, end);
	for (; i <= last; i++, ab = NULL) {
		if ((an = art_next_inner(t, i, ab)) != NULL)
			return (an);
		c = child[i];
		if (art_istable(c)) {
			an = art_next_table(art_totable(c), ab,
			    i == last ? end : NULL);
			if (an != NULL)
				return (an);
		} else if (c != NULL) {
			an = c;
			if (ab == NULL || art_after(an, ab))
				return (an);
		}
	}
	return (NULL);
}

/*
 * The first prefix in order of key, then length; NULL when there is none.
 */
struct art_node *
art_first(const struct art *ar)
{
	return (art_next_table(ar->ar_root, NULL, NULL));
}

/*
 * The first prefix after this key and length, which need not be inside: a
 * walk may let go of the lock between two calls.
 */
struct art_node *
art_next(const struct art *ar, const struct art_key *key, u_int plen)
{
	struct art_bound ab;

	ab.ab_key = *key;
	ab.ab_plen = plen;
	return (art_next_table(ar->ar_root, &ab, NULL));
}

/*
 * The first prefix after key and plen that the prefix of ukey and uplen
 * covers, or NULL.  A walk of all that it covers starts with itself.
 */
struct art_node *
art_next_under(const struct art *ar, const struct art_key *ukey, u_int uplen,
    const struct art_key *key, u_int plen)
{
	struct art_bound ab;
	struct art_node *an;
	struct art_key end;

	end.ak_w[0] = ukey->ak_w[0] | ~art_masks[uplen].ak_w[0];
	end.ak_w[1] = ukey->ak_w[1] | ~art_masks[uplen].ak_w[1];
	ab.ab_key = *key;
	ab.ab_plen = plen;
	an = art_next_table(ar->ar_root, &ab, &end);
	if (an == NULL || an->an_plen < uplen ||
	    !art_covers(ukey, uplen, &an->an_key))
		return (NULL);
	return (an);
}

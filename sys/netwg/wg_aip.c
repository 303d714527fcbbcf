/*
 * Allowed IPs: a binary trie with path compression, one for each family.
 *
 *	            0.0.0.0/0 (A)
 *	           /             \
 *	    10.0.0.0/8 (B)     192.168.0.0/23 (no owner: a fork)
 *	                         /           \
 *	               192.168.0.0/24 (C)  192.168.1.0/24 (D)
 *
 * A node's children continue its prefix.  A node without an owner has two
 * children, or it would not be there; so n prefixes make fewer than 2n nodes,
 * and a lookup visits at most as many as an address has bits.
 *
 * A prefix of one address (/32, /128) is the longest there can be, so a lookup
 * asks the hash of those first (wg_aiphost.c).
 *
 * Protected by the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/pool.h>
#include <sys/socket.h>

#include <netwg/wg_aip.h>

static inline u_int
addr_bits(int af)
{
	return (af == AF_INET ? 32 : 128);
}

static inline u_int
bit_at(const uint8_t *addr, u_int n)
{
	return (addr[n / 8] >> (7 - n % 8) & 1);
}

/* How many leading bits two addresses share, at most max. */
static u_int
common_bits(const uint8_t *a, const uint8_t *b, u_int max)
{
	u_int	 i, n;
	uint8_t	 x;

	for (i = 0; i * 8 < max; i++) {
		if ((x = a[i] ^ b[i]) != 0) {
			n = i * 8 + __builtin_clz(x) - 24;
			return (MIN(n, max));
		}
	}
	return (max);
}

/* Copy the first cidr bits; the rest is zero. */
static void
addr_mask(uint8_t *dst, const uint8_t *src, u_int cidr)
{
	memset(dst, 0, AIP_ADDR_MAX);
	memcpy(dst, src, howmany(cidr, 8));
	if (cidr % 8 != 0)
		dst[cidr / 8] &= 0xff << (8 - cidr % 8);
}

static struct aip *
node_new(int af, const uint8_t *addr, u_int cidr)
{
	struct aip	*a;

	a = malloc(sizeof(*a), M_WG, M_NOWAIT | M_ZERO);
	if (a == NULL)
		return (NULL);
	addr_mask(a->a_addr, addr, cidr);
	a->a_cidr = cidr;
	a->a_af = af;
	return (a);
}

static void
node_free(struct aip *a)
{
	free(a, M_WG, sizeof(*a));
}

/* The pointer that leads to this node. */
static struct aip **
node_link(struct aip_table *t, struct aip *a)
{
	struct aip	*p = a->a_parent;

	if (p == NULL)
		return (&t->at_root);
	return (&p->a_child[p->a_child[1] == a]);
}

static void
node_attach(struct aip *parent, struct aip *a)
{
	parent->a_child[bit_at(a->a_addr, parent->a_cidr)] = a;
	a->a_parent = parent;
}

/* Up to eight bytes of an address as a number, high bits first. */
static inline uint64_t
load_be64(const uint8_t *p)
{
	uint64_t	 v;

	memcpy(&v, p, sizeof(v));
	return (__builtin_bswap64(v));
}

static int
is_host(const struct aip_table *t, const struct aip *a)
{
	return (a->a_cidr == addr_bits(t->at_af));
}

/*
 * An empty table of AF_INET or AF_INET6.
 */
void
aip_init(struct aip_table *t, int af)
{
	memset(t, 0, sizeof(*t));
	t->at_af = af;
	aip_hosts_init(&t->at_hosts);
}

/* Does the prefix of a node hold all the bits of addr that it has? */
static int
node_covers(const struct aip *a, const uint8_t *addr)
{
	return (common_bits(a->a_addr, addr, a->a_cidr) == a->a_cidr);
}

static void
node_own(struct aip_table *t, struct aip *a, struct aip_list *list,
    void *owner)
{
	uint64_t	 hi = load_be64(a->a_addr);
	uint64_t	 lo = load_be64(a->a_addr + 8);

	if (a->a_owner != NULL) {
		TAILQ_REMOVE(a->a_list, a, a_entry);
		if (is_host(t, a))
			aip_hosts_change(&t->at_hosts, hi, lo, owner);
	} else {
		t->at_count++;
		if (is_host(t, a))
			aip_hosts_add(&t->at_hosts, hi, lo, owner);
	}
	a->a_owner = owner;
	a->a_list = list;
	TAILQ_INSERT_TAIL(list, a, a_entry);
}

/*
 * Put a new node where the walk for it ended: above `at', which is beside it
 * or below it, or as the first of all (at is NULL, parent the last passed).
 */
static int
node_insert(struct aip_table *t, struct aip *new, struct aip *parent,
    struct aip *at)
{
	struct aip	*fork;
	u_int		 common;

	if (at == NULL) {
		new->a_parent = parent;
		if (parent == NULL)
			t->at_root = new;
		else
			node_attach(parent, new);
		return (0);
	}
	common = common_bits(at->a_addr, new->a_addr,
	    MIN(at->a_cidr, new->a_cidr));
	if (common == new->a_cidr) {
		*node_link(t, at) = new;
		new->a_parent = parent;
		node_attach(new, at);
		return (0);
	}
	if ((fork = node_new(t->at_af, new->a_addr, common)) == NULL)
		return (ENOMEM);
	*node_link(t, at) = fork;
	fork->a_parent = parent;
	node_attach(fork, at);
	node_attach(fork, new);
	return (0);
}

/*
 * Give a prefix to an owner, and enter it in the owner's list.  If it was
 * somebody else's, that one is returned in *robbed and has lost it.
 *
 * Returns 0, EINVAL for a length beyond the family's, or ENOMEM, and then
 * nothing has changed.
 */
int
aip_add(struct aip_table *t, struct aip_list *list, void *owner,
    const void *addr, u_int cidr, void **robbed)
{
	struct aip	*a, *new, *parent = NULL;
	uint8_t		 key[AIP_ADDR_MAX];

	*robbed = NULL;
	if (cidr > addr_bits(t->at_af))
		return (EINVAL);
	addr_mask(key, addr, cidr);
	for (a = t->at_root; a != NULL && a->a_cidr < cidr &&
	    node_covers(a, key); a = a->a_child[bit_at(key, a->a_cidr)])
		parent = a;
	if (a != NULL && a->a_cidr == cidr && node_covers(a, key)) {
		if (a->a_owner != owner)
			*robbed = a->a_owner;
		node_own(t, a, list, owner);
		return (0);
	}
	if ((new = node_new(t->at_af, key, cidr)) == NULL)
		return (ENOMEM);
	if (node_insert(t, new, parent, a) != 0) {
		node_free(new);
		return (ENOMEM);
	}
	node_own(t, new, list, owner);
	return (0);
}

/* Take out nodes that have no owner and fewer than two children. */
static void
node_prune(struct aip_table *t, struct aip *a)
{
	struct aip	*child, *parent;

	while (a != NULL && a->a_owner == NULL &&
	    (a->a_child[0] == NULL || a->a_child[1] == NULL)) {
		child = a->a_child[a->a_child[0] == NULL];
		parent = a->a_parent;
		*node_link(t, a) = child;
		if (child != NULL)
			child->a_parent = parent;
		node_free(a);
		a = parent;
	}
}

/*
 * Take a prefix away from its owner, and out of the owner's list; a is gone.
 */
void
aip_remove(struct aip_table *t, struct aip *a)
{
	TAILQ_REMOVE(a->a_list, a, a_entry);
	a->a_owner = NULL;
	t->at_count--;
	if (is_host(t, a))
		aip_hosts_del(&t->at_hosts, load_be64(a->a_addr),
		    load_be64(a->a_addr + 8));
	node_prune(t, a);
}

/*
 * Take away all of an owner's that are of this family.
 */
void
aip_remove_all(struct aip_table *t, struct aip_list *list)
{
	struct aip	*a, *next;

	for (a = TAILQ_FIRST(list); a != NULL; a = next) {
		next = TAILQ_NEXT(a, a_entry);
		if (a->a_af == t->at_af)
			aip_remove(t, a);
	}
}

/* Do the first cidr bits of two 16-byte keys differ? */
static inline int
prefix_differs(uint64_t hi, uint64_t lo, const struct aip *a)
{
	u_int	 n = a->a_cidr;

	if (n == 0)
		return (0);
	hi ^= load_be64(a->a_addr);
	if (n <= 64)
		return (hi >> (64 - n) != 0);
	lo ^= load_be64(a->a_addr + 8);
	return (hi != 0 || lo >> (128 - n) != 0);
}

/*
 * The owner of the longest prefix that an address (4 or 16 bytes) lies in,
 * or NULL.
 */
void *
aip_lookup(const struct aip_table *t, const void *addr)
{
	const struct aip	*a;
	uint8_t			 key[AIP_ADDR_MAX] = { 0 };
	uint64_t		 hi, lo;
	void			*best;

	memcpy(key, addr, addr_bits(t->at_af) / 8);
	hi = load_be64(key);
	lo = load_be64(key + 8);
	if ((best = aip_hosts_lookup(&t->at_hosts, hi, lo)) != NULL)
		return (best);
	for (a = t->at_root; a != NULL && !prefix_differs(hi, lo, a);
	    a = a->a_child[bit_at(key, a->a_cidr)]) {
		if (a->a_owner != NULL)
			best = a->a_owner;
		if (a->a_cidr == addr_bits(t->at_af))
			break;
	}
	return (best);
}

/*
 * The owner of exactly this prefix, or NULL.
 */
void *
aip_exact(const struct aip_table *t, const void *addr, u_int cidr)
{
	const struct aip	*a;
	uint8_t			 key[AIP_ADDR_MAX];

	if (cidr > addr_bits(t->at_af))
		return (NULL);
	addr_mask(key, addr, cidr);
	for (a = t->at_root; a != NULL && node_covers(a, key);
	    a = a->a_child[bit_at(key, a->a_cidr)]) {
		if (a->a_cidr == cidr)
			return (a->a_owner);
		if (a->a_cidr > cidr)
			break;
	}
	return (NULL);
}

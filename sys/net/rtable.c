/*
 * Routing tables.
 *
 * A table has one tree for each family (art.c).  The routes to a prefix form
 * a list, best priority first and within a priority in the order in which
 * they came; the first one's rt_an is the tree's node:
 *
 *	tree -> rt (prio 4) -> rt (prio 8, mpath) -> rt (prio 8, mpath) -> ...
 *
 * A table belongs to a routing domain, which is itself a table: the one that
 * the domain's interfaces and their addresses are in.  Each domain has a
 * loopback interface of its own.
 *
 * All functions need the net lock.
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/socket.h>
#include <sys/systm.h>

#include <net/art.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#define RT_NAF		2		/* families that are routed */

/* Where a family's addresses lie in its sockaddr. */
static const struct rtaf {
	sa_family_t	ra_family;
	uint8_t		ra_off;		/* bytes */
	uint8_t		ra_len;		/* bytes */
	uint8_t		ra_salen;	/* bytes */
} rtafs[RT_NAF] = {
	{ AF_INET, 4, 4, 16 },		/* sockaddr_in */
	{ AF_INET6, 8, 16, 28 },	/* sockaddr_in6 */
};

struct rtable {
	struct art	*rtb_art[RT_NAF];
	u_int		 rtb_domain;	/* routing domain */
	u_int		 rtb_loifidx;	/* its loopback interface */
	union rtaddr	 rtb_source[RT_NAF]; /* preferred source, or len 0 */
};

static struct rtable *rtables[RT_TABLEID_MAX + 1];

/*
 * The answers of late for IPv4, in tables whose tree does not fit the caches:
 * a lookup then touches one cache line instead of three or four that nobody
 * else has touched.  Whatever comes into a table or leaves it changes
 * rtgeneration, and all entries are void: so they need no reference.
 */
#define RTCACHE_SETS	8192		/* a power of two */
#define RTCACHE_WAYS	4		/* of one set: a cache line */
#define RTCACHE_MIN	4096		/* routes that make it worth while */

struct rtcache {
	uint32_t	 rc_addr[RTCACHE_WAYS];	/* network order */
	uint64_t	 rc_stamp;	/* rtgeneration, and the table */
	uint32_t	 rc_next;	/* way to be filled next */
	uint32_t	 rc_used;	/* ways that are filled */
	struct art_node	*rc_node[RTCACHE_WAYS];
};

static struct rtcache *rtcache;		/* NULL until there is need */

static int
rtaf_index(sa_family_t af)
{
	return (af == AF_INET ? 0 : af == AF_INET6 ? 1 : -1);
}

/* The route whose rt_an a node of the tree is. */
static struct rtentry *
rtable_first(struct art_node *an)
{
	CTASSERT(offsetof(struct rtentry, rt_an) == 0);
	return ((struct rtentry *)an);
}

/* The tree of a table and family; NULL when there is none. */
static struct art *
rtable_art(u_int id, sa_family_t af)
{
	int i;

	if (id > RT_TABLEID_MAX || rtables[id] == NULL ||
	    (i = rtaf_index(af)) == -1)
		return (NULL);
	return (rtables[id]->rtb_art[i]);
}

static void
rtable_key(struct art_key *key, const struct sockaddr *sa)
{
	const struct rtaf *ra = &rtafs[rtaf_index(sa->sa_family)];

	art_key_set(key, (const char *)sa + ra->ra_off, ra->ra_len);
}

/*
 * Make table 0; called once at boot.
 */
void
rtable_init(void)
{
	art_init();
	if (rtable_add(0) != 0)
		panic("%s: no memory", __func__);
}

/*
 * Is there a table of this number?
 */
int
rtable_exists(u_int id)
{
	return (id <= RT_TABLEID_MAX && rtables[id] != NULL);
}

/*
 * Is there no route in this table (or no such table)?
 */
int
rtable_empty(u_int id)
{
	return (rtable_count(id, AF_INET) == 0 &&
	    rtable_count(id, AF_INET6) == 0);
}

/*
 * The prefixes of one family in a table.
 */
u_long
rtable_count(u_int id, sa_family_t af)
{
	struct art *ar;

	ar = rtable_art(id, af);
	return (ar == NULL ? 0 : art_count(ar));
}

/*
 * Make a table, in routing domain 0, unless it is there.  Returns 0, EINVAL
 * or ENOMEM.
 */
int
rtable_add(u_int id)
{
	struct rtable *rtb;
	int i;

	if (id > RT_TABLEID_MAX)
		return (EINVAL);
	if (rtables[id] != NULL)
		return (0);
	rtb = malloc(sizeof(*rtb), M_RTABLE, M_NOWAIT | M_ZERO);
	if (rtb == NULL)
		return (ENOMEM);
	for (i = 0; i < RT_NAF; i++) {
		rtb->rtb_art[i] = art_alloc(rtafs[i].ra_len * NBBY);
		if (rtb->rtb_art[i] == NULL)
			goto fail;
	}
	rtables[id] = rtb;
	return (0);
 fail:
	while (i-- > 0)
		art_free(rtb->rtb_art[i]);
	free(rtb, M_RTABLE, sizeof(*rtb));
	return (ENOMEM);
}

/*
 * The routing domain of a table; 0 when there is no such table.
 */
u_int
rtable_l2(u_int id)
{
	return (rtable_exists(id) ? rtables[id]->rtb_domain : 0);
}

/*
 * The index of the loopback interface of a table's routing domain, or 0.
 */
u_int
rtable_loindex(u_int id)
{
	return (rtable_exists(id) ? rtables[id]->rtb_loifidx : 0);
}

/*
 * Put a table, which exists, into a routing domain with that loopback
 * interface.
 */
void
rtable_l2set(u_int id, u_int rdomain, u_int loifidx)
{
	KASSERT(rtable_exists(id) && rtable_exists(rdomain));
	rtables[id]->rtb_domain = rdomain;
	rtables[id]->rtb_loifidx = loifidx;
}

/*
 * Prefer sa, an address of ours, as source in a table; sa NULL forgets.
 * Returns 0 or EAFNOSUPPORT.
 */
int
rtable_setsource(u_int id, int af, struct sockaddr *sa)
{
	union rtaddr *ra;
	int i;

	if (!rtable_exists(id) || (i = rtaf_index(af)) == -1)
		return (EAFNOSUPPORT);
	ra = &rtables[id]->rtb_source[i];
	memset(ra, 0, sizeof(*ra));
	if (sa != NULL)
		memcpy(ra, sa, MIN(sa->sa_len, sizeof(*ra)));
	return (0);
}

/*
 * The source that rtable_setsource() set, or NULL.
 */
struct sockaddr *
rtable_getsource(u_int id, int af)
{
	union rtaddr *ra;
	int i;

	if (!rtable_exists(id) || (i = rtaf_index(af)) == -1)
		return (NULL);
	ra = &rtables[id]->rtb_source[i];
	return (ra->ra_sa.sa_len == 0 ? NULL : &ra->ra_sa);
}

/*
 * An address goes away: no table shall prefer it.
 */
void
rtable_clearsource(u_int id, struct sockaddr *sa)
{
	struct sockaddr *src;

	src = rtable_getsource(id, sa->sa_family);
	if (src != NULL && src->sa_len == sa->sa_len &&
	    memcmp(src, sa, sa->sa_len) == 0)
		(void)rtable_setsource(id, sa->sa_family, NULL);
}

/*
 * Is sa whole and of a family that is routed?
 */
int
rtable_sockaddr_ok(const struct sockaddr *sa)
{
	int i;

	i = rtaf_index(sa->sa_family);
	return (i != -1 && sa->sa_len >= rtafs[i].ra_salen);
}

/*
 * Is its address, which is whole, all zeroes?
 */
int
rtable_sockaddr_isany(const struct sockaddr *sa)
{
	struct art_key key;

	rtable_key(&key, sa);
	return ((key.ak_w[0] | key.ak_w[1]) == 0);
}

/*
 * The prefix length of a mask, which may be shorter than its family's
 * sockaddr (what is missing is 0); no mask means a host.  -1 for a mask with
 * holes, or of an unknown family.
 */
int
rtable_satoplen(sa_family_t af, const struct sockaddr *mask)
{
	const uint8_t *p, *end;
	int bits, i, plen = 0;

	if ((i = rtaf_index(af)) == -1)
		return (-1);
	if (mask == NULL)
		return (rtafs[i].ra_len * NBBY);
	p = (const uint8_t *)mask + rtafs[i].ra_off;
	end = (const uint8_t *)mask +
	    MIN(mask->sa_len, rtafs[i].ra_off + rtafs[i].ra_len);
	for (; p < end && *p == 0xff; p++)
		plen += NBBY;
	if (p < end && *p != 0) {
		bits = __builtin_clz((uint32_t)(uint8_t)~*p << 24);
		if ((uint8_t)(*p << bits) != 0)
			return (-1);
		plen += bits;
		p++;
	}
	for (; p < end; p++) {
		if (*p != 0)
			return (-1);
	}
	return (plen);
}

/*
 * The mask of plen bits, built in buf of len bytes (a sockaddr_in6 fits
 * all); NULL for an unknown family or a prefix length beyond it.
 */
struct sockaddr *
rt_plentosa(sa_family_t af, int plen, void *buf, size_t len)
{
	struct sockaddr *sa = buf;
	struct art_key mask;
	int i;

	if ((i = rtaf_index(af)) == -1 || plen < 0 ||
	    plen > rtafs[i].ra_len * NBBY || len < rtafs[i].ra_salen)
		return (NULL);
	memset(buf, 0, rtafs[i].ra_salen);
	sa->sa_family = af;
	sa->sa_len = rtafs[i].ra_salen;
	art_mask(&mask, plen);
	art_key_get(&mask, (char *)buf + rtafs[i].ra_off, rtafs[i].ra_len);
	return (sa);
}

/*
 * The mask of a route, as rt_plentosa().
 */
struct sockaddr *
rt_plen2mask(const struct rtentry *rt, void *buf, size_t len)
{
	return (rt_plentosa(rt->rt_dest->sa_family, rt->rt_plen, buf, len));
}

/* Are two gateways the same, as far as addresses go? */
static int
rtable_samegate(const struct sockaddr *a, const struct sockaddr *b)
{
	return (a->sa_len == b->sa_len && memcmp(a, b, a->sa_len) == 0);
}

/*
 * The route to exactly dst and mask (NULL: a host) that fits: of that
 * priority (RTP_ANY: the best) and by that gateway (NULL: any).  NULL if
 * there is none; no reference is taken.
 */
struct rtentry *
rtable_lookup(u_int id, const struct sockaddr *dst, const struct sockaddr *mask,
    const struct sockaddr *gateway, uint8_t prio)
{
	struct art_node *an, want;
	struct rtentry *rt;
	struct art_key key;
	struct art *ar;
	int plen;

	if ((ar = rtable_art(id, dst->sa_family)) == NULL)
		return (NULL);
	if ((plen = rtable_satoplen(dst->sa_family, mask)) == -1)
		return (NULL);
	rtable_key(&key, dst);
	art_node_set(&want, &key, plen);
	if ((an = art_lookup(ar, &want.an_key, plen)) == NULL)
		return (NULL);
	for (rt = rtable_first(an); rt != NULL; rt = rt->rt_next) {
		if (prio != RTP_ANY &&
		    (rt->rt_priority & RTP_MASK) != (prio & RTP_MASK))
			continue;
		if (gateway != NULL && !rtable_samegate(rt->rt_gateway,
		    gateway))
			continue;
		break;
	}
	return (rt);
}

/* Several routes are equally good: choose by the flow (RFC 2992). */
static struct rtentry *
rtable_mpath_select(struct rtentry *rt, const struct sockaddr *dst,
    const uint32_t *src)
{
	struct rtentry *mrt;
	int hash, npaths = 1, threshold;

	for (mrt = rt->rt_next; mrt != NULL &&
	    mrt->rt_priority == rt->rt_priority; mrt = mrt->rt_next)
		npaths++;
	if (npaths == 1 || (hash = rt_hash(rt, dst, src)) == -1)
		return (rt);
	threshold = (0xffff / npaths) + 1;
	for (; hash >= threshold; hash -= threshold)
		rt = rt->rt_next;
	return (rt);
}

/* The set in which an address is looked for. */
static inline struct rtcache *
rtcache_at(uint32_t addr)
{
	return (&rtcache[((addr ^ addr >> 16) * 0x9e3779b1U) >> 19]);
}

static inline uint64_t
rtcache_stamp(u_int id)
{
	return ((uint64_t)rtgeneration << RT_TABLEID_BITS | id);
}

/* The same, emptied if it is of another table or time. */
static struct rtcache *
rtcache_set(u_int id, uint32_t addr)
{
	struct rtcache *rc;
	uint64_t stamp;

	rc = rtcache_at(addr);
	stamp = rtcache_stamp(id);
	if (rc->rc_stamp != stamp) {
		rc->rc_stamp = stamp;
		rc->rc_next = rc->rc_used = 0;
	}
	return (rc);
}

/* art_match() of an IPv4 address by way of the cache. */
static struct art_node *
rtcache_match(struct art *ar, u_int id, const struct sockaddr_in *sin)
{
	uint32_t addr = sin->sin_addr.s_addr;
	struct rtcache *rc;
	struct art_key key;
	u_int i;

	if (rtcache == NULL) {
		rtcache = mallocarray(RTCACHE_SETS, sizeof(*rtcache),
		    M_RTABLE, M_NOWAIT | M_ZERO);
		if (rtcache == NULL) {
			art_key_set(&key, &addr, sizeof(addr));
			return (art_match(ar, &key));
		}
	}
	rc = rtcache_set(id, addr);
	for (i = 0; i < rc->rc_used; i++) {
		if (rc->rc_addr[i] == addr)
			return (rc->rc_node[i]);
	}
	i = rc->rc_next;
	rc->rc_next = (i + 1) % RTCACHE_WAYS;
	rc->rc_used = MAX(rc->rc_used, i + 1);
	art_key_set(&key, &addr, sizeof(addr));
	rc->rc_addr[i] = addr;
	rc->rc_node[i] = art_match(ar, &key);
	return (rc->rc_node[i]);
}

/*
 * Packets to an IPv4 address are about to be looked up in that table: have
 * the processor fetch what that takes.  Two steps, so that neither waits:
 * first where the answer is remembered, then the route itself.
 */
void
rtable_ahead(u_int id, uint32_t addr, int step)
{
	const struct rtcache *rc;
	u_int i;

	if (rtcache == NULL)
		return;
	rc = rtcache_at(addr);
	if (step == 0) {
		__builtin_prefetch(rc);
		return;
	}
	if (rc->rc_stamp != rtcache_stamp(id))
		return;
	for (i = 0; i < rc->rc_used; i++) {
		if (rc->rc_addr[i] != addr)
			continue;
		__builtin_prefetch(rc->rc_node[i], 1);
		__builtin_prefetch((const char *)rc->rc_node[i] +
		    CACHELINESIZE);
		return;
	}
}

/*
 * The best route to dst, or NULL.  src, an address of dst's family, chooses
 * among equally good ones; NULL takes the first.  No reference is taken.
 */
struct rtentry *
rtable_match(u_int id, const struct sockaddr *dst, const uint32_t *src)
{
	struct art_node *an;
	struct rtentry *rt;
	struct art_key key;
	struct art *ar;

	if ((ar = rtable_art(id, dst->sa_family)) == NULL)
		return (NULL);
	if (dst->sa_family == AF_INET && art_count(ar) >= RTCACHE_MIN)
		an = rtcache_match(ar, id, (const struct sockaddr_in *)dst);
	else {
		rtable_key(&key, dst);
		an = art_match(ar, &key);
	}
	if (an == NULL)
		return (NULL);
	rt = rtable_first(an);
	if (rt->rt_next != NULL && src != NULL)
		rt = rtable_mpath_select(rt, dst, src);
	return (rt);
}

/*
 * The next route to the same prefix, in order; NULL at the end.
 */
struct rtentry *
rtable_iterate(struct rtentry *rt)
{
	return (rt->rt_next);
}

/*
 * Put rt, whose rt_an is set, among the routes to its prefix, of which first
 * is the first (NULL: there is none), behind those of its priority.  Returns
 * the new first; NULL without memory.
 */
static struct rtentry *
rtable_link(struct art *ar, struct rtentry *first, struct rtentry *rt)
{
	struct rtentry *prev;

	if (first == NULL) {
		if (art_insert(ar, &rt->rt_an) == NULL)
			return (NULL);
		rt->rt_next = NULL;
		first = rt;
	} else if (rt->rt_priority < first->rt_priority) {
		art_replace(ar, &first->rt_an, &rt->rt_an);
		rt->rt_next = first;
		first = rt;
	} else {
		for (prev = first; prev->rt_next != NULL &&
		    prev->rt_next->rt_priority <= rt->rt_priority; )
			prev = prev->rt_next;
		rt->rt_next = prev->rt_next;
		prev->rt_next = rt;
	}
	rt->rt_linked = 1;
	return (first);
}

/* Take rt out again.  Returns the new first, NULL if there is none. */
static struct rtentry *
rtable_unlink(struct art *ar, struct rtentry *first, struct rtentry *rt)
{
	struct rtentry *next = rt->rt_next, *prev;

	if (rt == first) {
		if (next == NULL)
			art_remove(ar, &rt->rt_an);
		else
			art_replace(ar, &rt->rt_an, &next->rt_an);
		first = next;
	} else {
		for (prev = first; prev->rt_next != rt; )
			prev = prev->rt_next;
		prev->rt_next = next;
	}
	rt->rt_next = NULL;
	rt->rt_linked = 0;
	return (first);
}

/*
 * Mark the routes of one priority as what they are: several, or one.
 */
static void
rtable_mark(struct rtentry *first, uint8_t prio)
{
	struct rtentry *rt;
	int n = 0;

	prio &= RTP_MASK;
	for (rt = first; rt != NULL; rt = rt->rt_next)
		n += (rt->rt_priority & RTP_MASK) == prio;
	for (rt = first; rt != NULL; rt = rt->rt_next) {
		if ((rt->rt_priority & RTP_MASK) != prio)
			continue;
		if (n > 1)
			SET(rt->rt_flags, RTF_MPATH);
		else
			CLR(rt->rt_flags, RTF_MPATH);
	}
}

/* May a route with this priority and gateway stand beside those there are? */
static int
rtable_conflict(const struct rtentry *rt, const struct sockaddr *gateway,
    uint8_t prio, int mpath)
{
	for (; rt != NULL; rt = rt->rt_next) {
		if ((rt->rt_priority & RTP_MASK) != (prio & RTP_MASK))
			continue;
		if (!mpath || rtable_samegate(rt->rt_gateway, gateway))
			return (EEXIST);
	}
	return (0);
}

/*
 * Insert rt, whose members are set; the table keeps a reference of its own.
 * A prefix has one route of a priority, unless RTF_MPATH is set and the
 * gateways differ.  Returns 0, EEXIST, EAFNOSUPPORT, EINVAL (mask), ENOBUFS.
 */
int
rtable_insert(u_int id, struct sockaddr *dst, const struct sockaddr *mask,
    const struct sockaddr *gateway, uint8_t prio, struct rtentry *rt)
{
	struct rtentry *first;
	struct art_key key;
	struct art *ar;
	int error, plen;

	if ((ar = rtable_art(id, dst->sa_family)) == NULL)
		return (EAFNOSUPPORT);
	if ((plen = rtable_satoplen(dst->sa_family, mask)) == -1)
		return (EINVAL);
	rtable_key(&key, dst);
	art_node_set(&rt->rt_an, &key, plen);
	first = (struct rtentry *)art_lookup(ar, &rt->rt_an.an_key, plen);
	error = rtable_conflict(first, gateway, prio,
	    ISSET(rt->rt_flags, RTF_MPATH));
	if (error != 0)
		return (error);
	rt->rt_tableid = id;
	rt->rt_priority = prio;
	if ((first = rtable_link(ar, first, rt)) == NULL)
		return (ENOBUFS);
	rtref(rt);
	rtgeneration++;
	rtable_mark(first, prio);
	return (0);
}

/* The first of the routes to rt's prefix, which is in ar. */
static struct rtentry *
rtable_head(struct art *ar, struct rtentry *rt)
{
	return (rtable_first(art_lookup(ar, &rt->rt_an.an_key, rt->rt_plen)));
}

/*
 * Take rt out of its table and give the table's reference back.  Returns 0,
 * EAFNOSUPPORT (no such table), or ESRCH if it is not there.
 */
int
rtable_delete(u_int id, const struct sockaddr *dst, struct rtentry *rt)
{
	struct rtentry *first;
	struct art *ar;

	if ((ar = rtable_art(id, dst->sa_family)) == NULL)
		return (EAFNOSUPPORT);
	if (!rt->rt_linked || rt->rt_tableid != id)
		return (ESRCH);
	rtgeneration++;
	first = rtable_unlink(ar, rtable_head(ar, rt), rt);
	rtable_mark(first, rt->rt_priority);
	rtfree(rt);
	return (0);
}

/* Call fn for the routes of one node; it may delete what it is given. */
static int
rtable_walk_node(struct art_node *an, struct rtentry **prt,
    int (*fn)(struct rtentry *, void *, u_int), void *arg, u_int id)
{
	struct rtentry *next, *rt;
	int error = 0;

	rt = rtable_first(an);
	rtref(rt);
	while (rt != NULL) {
		if ((next = rt->rt_next) != NULL)
			rtref(next);
		error = (*fn)(rt, arg, id);
		if (error != 0 && prt != NULL) {
			*prt = rt;
			rt = NULL;
		}
		rtfree(rt);
		if (error != 0 || (next != NULL && !next->rt_linked)) {
			rtfree(next);
			next = NULL;
		}
		rt = next;
	}
	return (error);
}

/*
 * Call fn for every route of a table and family, in order of address, prefix
 * length and priority, until it answers something else than 0, which is
 * returned; the route at which it did goes to *prt, if that is not NULL, with
 * a reference.  fn may delete its route, and may let go of the net lock.
 */
int
rtable_walk(u_int id, sa_family_t af, struct rtentry **prt,
    int (*fn)(struct rtentry *, void *, u_int), void *arg)
{
	struct art_node *an;
	struct art_key key;
	struct art *ar;
	u_int plen;
	int error;

	if (prt != NULL)
		*prt = NULL;
	if ((ar = rtable_art(id, af)) == NULL)
		return (EAFNOSUPPORT);
	for (an = art_first(ar); an != NULL; an = art_next(ar, &key, plen)) {
		key = an->an_key;
		plen = an->an_plen;
		error = rtable_walk_node(an, prt, fn, arg, id);
		if (error != 0)
			return (error);
	}
	return (0);
}

/*
 * The same for the routes to prefixes inside of the one of rt, but not to
 * that itself.
 */
void
rtable_walk_under(struct rtentry *rt, int (*fn)(struct rtentry *, void *,
    u_int), void *arg)
{
	struct art_node *an, top;
	struct art_key key;
	struct art *ar;
	u_int plen;

	if ((ar = rtable_art(rt->rt_tableid, rt->rt_dest->sa_family)) == NULL)
		return;
	rtable_key(&key, rt->rt_dest);
	art_node_set(&top, &key, rt->rt_plen);
	key = top.an_key;
	plen = top.an_plen;
	while ((an = art_next_under(ar, &top.an_key, top.an_plen, &key,
	    plen)) != NULL) {
		key = an->an_key;
		plen = an->an_plen;
		if (rtable_walk_node(an, NULL, fn, arg, rt->rt_tableid) != 0)
			break;
	}
}

/*
 * Give rt another priority (which may carry RTP_DOWN).
 */
void
rtable_mpath_reprio(struct rtentry *rt, uint8_t prio)
{
	struct rtentry *first;
	uint8_t old = rt->rt_priority;
	struct art *ar;

	ar = rtable_art(rt->rt_tableid, rt->rt_dest->sa_family);
	if (ar == NULL || !rt->rt_linked)
		return;
	rtgeneration++;
	first = rtable_head(ar, rt);
	if (first == rt && rt->rt_next == NULL) {
		rt->rt_priority = prio;	/* alone: stays where it is */
		return;
	}
	first = rtable_unlink(ar, first, rt);
	rt->rt_priority = prio;
	first = rtable_link(ar, first, rt);
	rtable_mark(first, old);
	rtable_mark(first, prio);
}

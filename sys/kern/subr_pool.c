/*
 * pool(9): items of one size, on pages of their own.
 *
 * Small items share a machine page whose start holds its header, found by
 * masking an item's address:
 *
 *	+--------+------+------+------+-----------------+
 *	| header | item | item | item | never used yet  |
 *	+--------+------+------+------+-----------------+
 *
 * Large ones (PR_TAGGED) lie on pages of several machine pages and end in a
 * word that points to the header.
 *
 * A free item holds two words: the next free one of its page, and that
 * pointer mixed with a secret.  Whoever writes to a free item, or frees one
 * twice, is found out.  Under the address sanitizer free items are poisoned,
 * a red zone follows each, and a freed one waits in a quarantine.
 *
 * Items freed last are kept in a cache of the pool's own, linked in the same
 * way, which spares finding their pages; half of it goes back to the pages
 * when it is full.
 *
 * Empty pages beyond pr_maxidle go back, the first of them to a small cache
 * that all pools share.
 */
#include <sys/asan.h>
#include <sys/kernel.h>
#include <sys/machdep.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/syslog.h>
#include <sys/systm.h>

struct pool_item {
	struct pool_item	*pi_next;
	uintptr_t		 pi_magic;
};

struct pool_page {
	LIST_ENTRY(pool_page)	 ph_list;
	struct pool_item	*ph_free;	/* freed items */
	char			*ph_fresh;	/* first never used */
	u_int			 ph_nfresh;
	u_int			 ph_nout;	/* items in use */
};

/* Items this large get pages of their own kind. */
#define POOL_BIG		(PAGE_SIZE / 8)
#define POOL_BIGPAGE		(16 * PAGE_SIZE)
#define POOL_NOLIMIT		UINT_MAX
#define POOL_MAXIDLE		8
#define POOL_PAGECACHE		64
#define POOL_CACHE		(512 * 1024)	/* bytes of cached items */
#define POOL_CACHEITEMS		256

/* Sanitizer builds. */
#ifdef __ASAN__
#define POOL_REDZONE		32
#define POOL_QUARANTINE		(512 * 1024)	/* bytes a pool */
#else
#define POOL_REDZONE		0
#define POOL_QUARANTINE		0
#endif

struct pool_allocator	 pool_allocator_single = { PAGE_SIZE };

static TAILQ_HEAD(, pool) pool_head = TAILQ_HEAD_INITIALIZER(pool_head);
static u_int		 pool_serial;
static uintptr_t	 pool_secret;
static void		*pool_cache[POOL_PAGECACHE];
static u_int		 pool_ncached;

/*
 * Pages.
 */

static void *
page_get(struct pool *pp)
{
	if (pp->pr_pgsize == PAGE_SIZE && pool_ncached > 0)
		return (pool_cache[--pool_ncached]);
	return (md_pages_alloc(pp->pr_pgsize / PAGE_SIZE));
}

static void
page_put(struct pool *pp, void *page)
{
	ASAN_UNPOISON(page, pp->pr_pgsize);
	if (pp->pr_pgsize == PAGE_SIZE && pool_ncached < POOL_PAGECACHE)
		pool_cache[pool_ncached++] = page;
	else
		md_pages_free(page, pp->pr_pgsize / PAGE_SIZE);
}

static size_t
page_hdrsize(const struct pool *pp)
{
	return (roundup(sizeof(struct pool_page), pp->pr_align));
}

/* Where a big item keeps the pointer to its page. */
static struct pool_page **
item_tag(const struct pool *pp, void *v)
{
	return ((struct pool_page **)(void *)((char *)v + pp->pr_size -
	    sizeof(void *)));
}

static __nosanitize struct pool_page *
item_page(const struct pool *pp, void *v)
{
	if (pp->pr_flags & PR_TAGGED)
		return (*item_tag(pp, v));
	return ((struct pool_page *)((uintptr_t)v & ~(uintptr_t)PAGE_MASK));
}

static struct pool_page *
pool_grow(struct pool *pp)
{
	struct pool_page	*ph;

	if ((ph = page_get(pp)) == NULL)
		return (NULL);
	ph->ph_free = NULL;
	ph->ph_fresh = (char *)ph + page_hdrsize(pp);
	ph->ph_nfresh = pp->pr_itemsperpage;
	ph->ph_nout = 0;
	ASAN_POISON(ph->ph_fresh, pp->pr_pgsize - page_hdrsize(pp));
	LIST_INSERT_HEAD(&pp->pr_empty, ph, ph_list);
	pp->pr_nidle++;
	pp->pr_npages++;
	pp->pr_npagealloc++;
	pp->pr_nitems += pp->pr_itemsperpage;
	if (pp->pr_npages > pp->pr_hiwat)
		pp->pr_hiwat = pp->pr_npages;
	return (ph);
}

/* Give an empty page back. */
static void
pool_shrink(struct pool *pp, struct pool_page *ph)
{
	KASSERT(ph->ph_nout == 0);
	LIST_REMOVE(ph, ph_list);
	pp->pr_nidle--;
	pp->pr_npages--;
	pp->pr_npagefree++;
	pp->pr_nitems -= pp->pr_itemsperpage;
	page_put(pp, ph);
}

/*
 * Items.
 */

static uintptr_t
item_magic(const struct pool_item *pi, const struct pool_item *next)
{
	return (pool_secret ^ (uintptr_t)pi ^ ((uintptr_t)next << 16));
}

/* Take the first item of a list. */
static __nosanitize struct pool_item *
item_pop(struct pool *pp, struct pool_item **list)
{
	struct pool_item	*pi = *list;

	if (__predict_false(pi->pi_magic != item_magic(pi, pi->pi_next)))
		panic("pool %s: item %p was written to after free",
		    pp->pr_wchan, pi);
	*list = pi->pi_next;
	pi->pi_magic = 0;
	return (pi);
}

/* Is the item, whose words look as if it were free, really free? */
static __nosanitize int
item_is_free(const struct pool *pp, const struct pool_page *ph,
    const struct pool_item *pi)
{
	const struct pool_item	*p;

	for (p = ph->ph_free; p != NULL; p = p->pi_next)
		if (p == pi)
			return (1);
	for (p = pp->pr_cache; p != NULL; p = p->pi_next)
		if (p == pi)
			return (1);
	for (p = pp->pr_quarhead; p != NULL; p = p->pi_next)
		if (p == pi)
			return (1);
	return (0);
}

static __nosanitize void
item_push(struct pool_item **list, struct pool_item *pi)
{
	pi->pi_next = *list;
	pi->pi_magic = item_magic(pi, pi->pi_next);
	*list = pi;
}

static struct pool_item *
item_carve(struct pool *pp, struct pool_page *ph)
{
	struct pool_item	*pi;

	pi = (struct pool_item *)(void *)ph->ph_fresh;
	ph->ph_fresh += pp->pr_size;
	ph->ph_nfresh--;
	if (pp->pr_flags & PR_TAGGED) {
		ASAN_UNPOISON(item_tag(pp, pi), sizeof(void *));
		*item_tag(pp, pi) = ph;
		ASAN_POISON(item_tag(pp, pi), sizeof(void *));
	}
	return (pi);
}

static struct pool_item *
pool_take(struct pool *pp, struct pool_page *ph)
{
	struct pool_item	*pi;

	if (ph->ph_nout++ == 0) {
		LIST_REMOVE(ph, ph_list);
		LIST_INSERT_HEAD(&pp->pr_partial, ph, ph_list);
		pp->pr_nidle--;
	}
	pi = ph->ph_free != NULL ? item_pop(pp, &ph->ph_free) :
	    item_carve(pp, ph);
	if (ph->ph_free == NULL && ph->ph_nfresh == 0) {
		LIST_REMOVE(ph, ph_list);
		LIST_INSERT_HEAD(&pp->pr_full, ph, ph_list);
	}
	return (pi);
}

/* Put an item, checked and poisoned, on its page's free list. */
static void
pool_release(struct pool *pp, struct pool_item *pi)
{
	struct pool_page	*ph = item_page(pp, pi);

	if (ph->ph_free == NULL && ph->ph_nfresh == 0) {
		LIST_REMOVE(ph, ph_list);
		LIST_INSERT_HEAD(&pp->pr_partial, ph, ph_list);
	}
	item_push(&ph->ph_free, pi);
	if (--ph->ph_nout > 0)
		return;
	LIST_REMOVE(ph, ph_list);
	LIST_INSERT_HEAD(&pp->pr_empty, ph, ph_list);
	pp->pr_nidle++;
	if (pp->pr_nidle > pp->pr_maxidle && pp->pr_nitems >=
	    pp->pr_minitems + pp->pr_itemsperpage)
		pool_shrink(pp, ph);
}

#ifdef __ASAN__
static __nosanitize void
quarantine_add(struct pool *pp, struct pool_item *pi)
{
	pi->pi_next = NULL;
	pi->pi_magic = item_magic(pi, NULL);
	if (pp->pr_quarhead == NULL)
		pp->pr_quarhead = pi;
	else
		pp->pr_quartail->pi_next = pi;
	pp->pr_quartail = pi;
	pp->pr_nquar++;
}

static __nosanitize struct pool_item *
quarantine_take(struct pool *pp)
{
	struct pool_item	*pi = pp->pr_quarhead;

	pp->pr_quarhead = pi->pi_next;
	pp->pr_nquar--;
	return (pi);
}

static void
pool_keep(struct pool *pp, struct pool_item *pi)
{
	quarantine_add(pp, pi);
	while (pp->pr_nquar > POOL_QUARANTINE / pp->pr_size)
		pool_release(pp, quarantine_take(pp));
}

/* Put all items that wait on their pages. */
static void
pool_flush(struct pool *pp)
{
	while (pp->pr_nquar > 0)
		pool_release(pp, quarantine_take(pp));
}
#else
static void
pool_trim(struct pool *pp, u_int keep)
{
	for (; pp->pr_ncache > keep; pp->pr_ncache--)
		pool_release(pp, item_pop(pp, &pp->pr_cache));
}

static inline void
pool_keep(struct pool *pp, struct pool_item *pi)
{
	item_push(&pp->pr_cache, pi);
	if (++pp->pr_ncache > pp->pr_maxcache)
		pool_trim(pp, pp->pr_maxcache / 2);
}

/* Put all items that wait on their pages. */
static void
pool_flush(struct pool *pp)
{
	pool_trim(pp, 0);
}
#endif

static __nosanitize void
item_check_put(struct pool *pp, struct pool_item *pi)
{
	if (__predict_false(pi->pi_magic == item_magic(pi, pi->pi_next)) &&
	    item_is_free(pp, item_page(pp, pi), pi))
		panic("pool %s: item %p freed twice", pp->pr_wchan, pi);
}

/* An item out of a page, or NULL. */
static struct pool_item *
pool_find(struct pool *pp)
{
	struct pool_page	*ph;

	if ((ph = LIST_FIRST(&pp->pr_partial)) == NULL &&
	    (ph = LIST_FIRST(&pp->pr_empty)) == NULL &&
	    (ph = pool_grow(pp)) == NULL) {
		pool_reclaim_all();
		if ((ph = pool_grow(pp)) == NULL)
			return (NULL);
	}
	return (pool_take(pp, ph));
}

/* An item, or NULL; *why is 0 if the limit is the reason, else ENOMEM. */
static inline void *
pool_try(struct pool *pp, int *why)
{
	struct pool_item	*pi;

	*why = 0;
	if (pp->pr_nout >= pp->pr_hardlimit)
		return (NULL);
	if (__predict_true(pp->pr_cache != NULL)) {
		pi = item_pop(pp, &pp->pr_cache);
		pp->pr_ncache--;
	} else if ((pi = pool_find(pp)) == NULL) {
		*why = ENOMEM;
		return (NULL);
	}
	pp->pr_nout++;
	pp->pr_nitems--;
	pp->pr_nget++;
	ASAN_UNPOISON(pi, pp->pr_origsize);
	return (pi);
}

static void
pool_complain(struct pool *pp)
{
	if (pp->pr_limitmsg != NULL &&
	    ratecheck(&pp->pr_limitmsg_last, &pp->pr_limitmsg_ival))
		log(LOG_WARNING, "%s\n", pp->pr_limitmsg);
}

/* The slow way of pool_get(): nothing was free. */
static void *
pool_wait(struct pool *pp, int flags, int why)
{
	void	*v;

	for (;;) {
		if (why == 0)
			pool_complain(pp);
		if ((flags & PR_WAITOK) == 0 ||
		    (why == 0 && (flags & PR_LIMITFAIL))) {
			pp->pr_nfail++;
			return (NULL);
		}
		pp->pr_waiters++;
		/* Without memory, others' frees may help: look again. */
		tsleep_nsec(pp, PSWP, pp->pr_wchan,
		    why == 0 ? INFSLP : MSEC_TO_NSEC(100));
		pp->pr_waiters--;
		if ((v = pool_try(pp, &why)) != NULL)
			return (v);
	}
}

/*
 * Make a pool of items of size bytes, aligned to align (0: 8, or 64 for
 * items of 64 bytes and more).  The name is what threads that wait for an
 * item are seen to wait for.  With pool_allocator_single items share single
 * machine pages whatever their size.  The level and PR_WAITOK and PR_RWLOCK
 * in flags are documentation.
 */
void
pool_init(struct pool *pp, size_t size, u_int align, int ipl, int flags,
    const char *name, struct pool_allocator *pa)
{
	(void)ipl;
	(void)flags;
	if (pool_secret == 0)
		md_random(&pool_secret, sizeof(pool_secret));
	if (align == 0)
		align = size >= 64 ? 64 : 8;
	KASSERT(powerof2(align) && align <= PAGE_SIZE / 2);
	memset(pp, 0, sizeof(*pp));
	LIST_INIT(&pp->pr_partial);
	LIST_INIT(&pp->pr_empty);
	LIST_INIT(&pp->pr_full);
	pp->pr_wchan = name;
	pp->pr_serial = ++pool_serial;
	pp->pr_align = MAX(align, 8);
	pp->pr_origsize = size;
	pp->pr_pgsize = PAGE_SIZE;
	size = MAX(size, sizeof(struct pool_item)) + POOL_REDZONE;
	if (size > POOL_BIG && pa == NULL) {
		pp->pr_flags |= PR_TAGGED;
		size += sizeof(void *);
	}
	pp->pr_size = roundup(size, pp->pr_align);
	if (pp->pr_flags & PR_TAGGED)
		pp->pr_pgsize = roundup(MAX(POOL_BIGPAGE,
		    pp->pr_size + page_hdrsize(pp)), PAGE_SIZE);
	pp->pr_itemsperpage = (pp->pr_pgsize - page_hdrsize(pp)) /
	    pp->pr_size;
	KASSERT(pp->pr_itemsperpage > 0);
	pp->pr_maxidle = POOL_MAXIDLE;
	pp->pr_maxcache = MIN(POOL_CACHEITEMS, POOL_CACHE / pp->pr_size);
	pp->pr_hardlimit = POOL_NOLIMIT;
	TAILQ_INSERT_TAIL(&pool_head, pp, pr_list);
}

/*
 * End a pool, all of whose items have been put back.
 */
void
pool_destroy(struct pool *pp)
{
	struct pool_page	*ph;

	pool_flush(pp);
	if (pp->pr_nout != 0)
		panic("pool_destroy: %s has %u items out", pp->pr_wchan,
		    pp->pr_nout);
	while ((ph = LIST_FIRST(&pp->pr_empty)) != NULL)
		pool_shrink(pp, ph);
	KASSERT(pp->pr_npages == 0);
	TAILQ_REMOVE(&pool_head, pp, pr_list);
}

/*
 * Get an item: with PR_WAITOK sleep until there is one, with PR_NOWAIT or
 * beyond the limit with PR_LIMITFAIL return NULL.  PR_ZERO clears it.
 */
void *
pool_get(struct pool *pp, int flags)
{
	void	*v;
	int	 why;

	KASSERT(flags & (PR_WAITOK | PR_NOWAIT));
	if ((v = pool_try(pp, &why)) == NULL &&
	    (v = pool_wait(pp, flags, why)) == NULL)
		return (NULL);
	if (flags & PR_ZERO)
		memset(v, 0, pp->pr_origsize);
	return (v);
}

/*
 * Put an item back.
 */
void
pool_put(struct pool *pp, void *v)
{
	KASSERT(v != NULL);
	if (__predict_false(pp->pr_nout == 0))
		panic("pool %s: put of an item it never gave", pp->pr_wchan);
	item_check_put(pp, v);
	pp->pr_nout--;
	pp->pr_nitems++;
	pp->pr_nput++;
	ASAN_POISON(v, pp->pr_size);
	pool_keep(pp, v);
	if (pp->pr_waiters > 0)
		wakeup_one(pp);
}

/*
 * Have n free items before they are asked for.  Returns 0 or ENOMEM.
 */
int
pool_prime(struct pool *pp, int n)
{
	while (pp->pr_nitems < (u_int)n)
		if (pool_grow(pp) == NULL)
			return (ENOMEM);
	return (0);
}

/*
 * Keep n items free rather than give their pages back, and have them now if
 * memory allows.
 */
void
pool_setlowat(struct pool *pp, int n)
{
	pp->pr_minitems = n;
	(void)pool_prime(pp, n);
}

/*
 * Keep empty pages for n items at most.
 */
void
pool_sethiwat(struct pool *pp, int n)
{
	pp->pr_maxidle = howmany(n, pp->pr_itemsperpage);
}

/*
 * Let at most n items be in use.  When the limit is hit, msg (or nothing, if
 * NULL) is logged, at most once in secs seconds.  Returns 0, or EINVAL if
 * more are in use already; the limit stands then.
 */
int
pool_sethardlimit(struct pool *pp, u_int n, const char *msg, int secs)
{
	if (n < pp->pr_nout)
		return (EINVAL);
	pp->pr_hardlimit = n;
	pp->pr_limitmsg = msg;
	pp->pr_limitmsg_ival.tv_sec = secs;
	timerclear(&pp->pr_limitmsg_last);
	if (pp->pr_waiters > 0)
		wakeup(pp);
	return (0);
}

/*
 * Give back every empty page that the low watermark does not keep.  Returns
 * 1 if there was one.
 */
int
pool_reclaim(struct pool *pp)
{
	struct pool_page	*ph;
	u_long			 before = pp->pr_npagefree;

	pool_flush(pp);
	while ((ph = LIST_FIRST(&pp->pr_empty)) != NULL &&
	    pp->pr_nitems >= pp->pr_minitems + pp->pr_itemsperpage)
		pool_shrink(pp, ph);
	return (pp->pr_npagefree != before);
}

/*
 * Memory is short: give back what no pool needs.
 */
void
pool_reclaim_all(void)
{
	struct pool	*pp;

	TAILQ_FOREACH(pp, &pool_head, pr_list)
		pool_reclaim(pp);
	while (pool_ncached > 0)
		md_pages_free(pool_cache[--pool_ncached], 1);
}

/*
 * Statistics of a pool.
 */
void
pool_info(const struct pool *pp, struct kinfo_pool *ki)
{
	memset(ki, 0, sizeof(*ki));
	ki->pr_size = pp->pr_origsize;
	ki->pr_pgsize = pp->pr_pgsize;
	ki->pr_itemsperpage = pp->pr_itemsperpage;
	ki->pr_minpages = howmany(pp->pr_minitems, pp->pr_itemsperpage);
	ki->pr_maxpages = pp->pr_maxidle;
	ki->pr_hardlimit = pp->pr_hardlimit;
	ki->pr_nout = pp->pr_nout;
	ki->pr_nitems = pp->pr_nitems;
	ki->pr_nget = pp->pr_nget;
	ki->pr_nfail = pp->pr_nfail;
	ki->pr_nput = pp->pr_nput;
	ki->pr_npagealloc = pp->pr_npagealloc;
	ki->pr_npagefree = pp->pr_npagefree;
	ki->pr_hiwat = pp->pr_hiwat;
	ki->pr_nidle = pp->pr_nidle;
	ki->pr_npages = pp->pr_npages;
}

/*
 * The pool of that serial number, or NULL.
 */
struct pool *
pool_bynumber(u_int serial)
{
	struct pool	*pp;

	TAILQ_FOREACH(pp, &pool_head, pr_list)
		if (pp->pr_serial == serial)
			return (pp);
	return (NULL);
}

/*
 * The pool after pp in order of age, the first for NULL; NULL at the end.
 */
struct pool *
pool_next(struct pool *pp)
{
	return (pp == NULL ? TAILQ_FIRST(&pool_head) : TAILQ_NEXT(pp, pr_list));
}

/*
 * pool(9) and malloc(9).
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <ktest.h>

#define MS(n)	((n) * 1000000ULL)

static const struct {
	size_t	 size;
	u_int	 align;
} shapes[] = {
	{ 1, 0 }, { 8, 0 }, { 16, 0 }, { 24, 8 }, { 40, 0 }, { 64, 0 },
	{ 100, 0 }, { 100, 128 }, { 256, 64 }, { 512, 0 }, { 513, 0 },
	{ 1000, 16 }, { 2048, 64 }, { 4096, 0 }, { 9000, 64 }, { 69632, 64 },
};

KTEST(shapes, "items of every size are aligned, apart and whole")
{
	static char	*items[100];
	struct pool	 pp;
	size_t		 i, j;
	u_int		 align;

	for (i = 0; i < nitems(shapes); i++) {
		KT_CASE("%zu bytes", shapes[i].size);
		pool_init(&pp, shapes[i].size, shapes[i].align, IPL_NONE, 0,
		    "test", NULL);
		align = MAX(shapes[i].align, 8);
		for (j = 0; j < nitems(items); j++) {
			items[j] = pool_get(&pp, PR_WAITOK);
			KT_EQ((uintptr_t)items[j] % align, 0);
			memset(items[j], j, shapes[i].size);
		}
		KT_EQ(pp.pr_nout, nitems(items));
		for (j = 0; j < nitems(items); j++) {
			KT_EQ((u_char)items[j][0], j);
			KT_EQ((u_char)items[j][shapes[i].size - 1], j);
		}
		/* Free in two passes, so that pages are partly full. */
		for (j = 0; j < nitems(items); j += 2)
			pool_put(&pp, items[j]);
		for (j = 1; j < nitems(items); j += 2)
			pool_put(&pp, items[j]);
		KT_EQ(pp.pr_nout, 0);
		pool_destroy(&pp);
	}
}

KTEST(zero, "PR_ZERO clears an item that was used")
{
	struct pool	 pp;
	char		*p;
	int		 i, j, bad = 0;

	pool_init(&pp, 200, 0, IPL_NONE, 0, "test", NULL);
	for (i = 0; i < 100; i++) {
		p = pool_get(&pp, PR_NOWAIT | PR_ZERO);
		for (j = 0; j < 200; j++)
			bad |= p[j];
		memset(p, 0xff, 200);
		pool_put(&pp, p);
	}
	KT_EQ(bad, 0);
	pool_destroy(&pp);
}

KTEST(limit, "a hard limit refuses, counts, and can be moved")
{
	struct pool		 pp;
	struct kinfo_pool	 ki;
	void			*v[5];
	int			 i;

	pool_init(&pp, 64, 0, IPL_NONE, 0, "test", NULL);
	KT_ERR(0, pool_sethardlimit(&pp, 3, NULL, 0));
	for (i = 0; i < 3; i++)
		KT_REQUIRE((v[i] = pool_get(&pp, PR_NOWAIT)) != NULL);
	KT_PTREQ(pool_get(&pp, PR_NOWAIT), NULL);
	KT_PTREQ(pool_get(&pp, PR_WAITOK | PR_LIMITFAIL), NULL);
	KT_ERR(EINVAL, pool_sethardlimit(&pp, 2, NULL, 0));
	KT_ERR(0, pool_sethardlimit(&pp, 4, NULL, 0));
	KT_REQUIRE((v[3] = pool_get(&pp, PR_NOWAIT)) != NULL);
	KT_PTREQ(pool_get(&pp, PR_NOWAIT), NULL);
	pool_info(&pp, &ki);
	KT_EQ(ki.pr_nout, 4);
	KT_EQ(ki.pr_nfail, 3);
	KT_EQ(ki.pr_nget, 4);
	KT_EQ(ki.pr_hardlimit, 4);
	KT_EQ(ki.pr_size, 64);
	for (i = 0; i < 4; i++)
		pool_put(&pp, v[i]);
	pool_info(&pp, &ki);
	KT_EQ(ki.pr_nput, 4);
	KT_EQ(ki.pr_nout, 0);
	pool_destroy(&pp);
}

static struct pool	 wait_pool;
static int		 wait_got;

static void
waiter(void *arg)
{
	void	*v;

	(void)arg;
	v = pool_get(&wait_pool, PR_WAITOK);
	KT_TRUE(v != NULL);
	wait_got++;
	pool_put(&wait_pool, v);
	wakeup(&wait_got);
}

KTEST(wait, "threads sleep at the limit and each gets its turn")
{
	void	*v;
	int	 i;

	wait_got = 0;
	pool_init(&wait_pool, 64, 0, IPL_NONE, 0, "testwait", NULL);
	pool_sethardlimit(&wait_pool, 1, NULL, 0);
	v = pool_get(&wait_pool, PR_WAITOK);
	for (i = 0; i < 5; i++)
		KT_REQUIRE(kthread_create(waiter, NULL, NULL, "waiter") == 0);
	yield();
	KT_EQ(wait_got, 0);
	pool_put(&wait_pool, v);
	while (wait_got < 5)
		if (tsleep_nsec(&wait_got, PWAIT, "t", MS(5000)) != 0)
			break;
	KT_EQ(wait_got, 5);
	yield();
	pool_destroy(&wait_pool);
}

KTEST(pages, "pages are cached up to the high, kept down to the low mark")
{
	static void	*v[1500];
	struct pool	 pp;
	u_int		 pages;
	size_t		 i;

	pool_init(&pp, 256, 64, IPL_NONE, 0, "test", NULL);
	pool_sethiwat(&pp, 30);
	pool_setlowat(&pp, 60);
	KT_TRUE(pp.pr_nitems >= 60);
	pages = pp.pr_npages;
	for (i = 0; i < nitems(v); i++)
		v[i] = pool_get(&pp, PR_NOWAIT);
	KT_EQ(pp.pr_nidle, 0);
	KT_TRUE(pp.pr_npages > pages);
	for (i = 0; i < nitems(v); i++)
		pool_put(&pp, v[i]);
	KT_EQ(pp.pr_hiwat, howmany(nitems(v), pp.pr_itemsperpage));
	KT_EQ(pp.pr_nitems, pp.pr_npages * pp.pr_itemsperpage);
#ifndef __ASAN__
	/* 30 items are two pages; others hold the items freed last. */
	KT_EQ(pp.pr_nidle, 2);
	KT_TRUE(pp.pr_ncache > 0 && pp.pr_ncache <= pp.pr_maxcache);
	KT_TRUE(pp.pr_npages <= 2 + 1 +
	    howmany(pp.pr_maxcache, pp.pr_itemsperpage));
#endif
	KT_EQ(pool_reclaim(&pp), 1);
	KT_EQ(pp.pr_npages, pages);
	KT_EQ(pp.pr_nidle, pages);
	KT_EQ(pool_reclaim(&pp), 0);
	pool_setlowat(&pp, 0);
	KT_EQ(pool_reclaim(&pp), 1);
	KT_EQ(pp.pr_npages, 0);
	KT_EQ(pp.pr_nitems, 0);
	KT_EQ(pp.pr_npagealloc - pp.pr_npagefree, pp.pr_npages);
	pool_destroy(&pp);
}

KTEST(numbers, "pools are found by number, each once")
{
	struct pool	 a, b, *p;
	u_int		 n = 0, last = 0;

	pool_init(&a, 8, 0, IPL_NONE, 0, "a", NULL);
	pool_init(&b, 8, 0, IPL_NONE, 0, "b", NULL);
	KT_PTREQ(pool_bynumber(a.pr_serial), &a);
	KT_PTREQ(pool_bynumber(b.pr_serial), &b);
	KT_NE(a.pr_serial, b.pr_serial);
	pool_destroy(&a);
	KT_PTREQ(pool_bynumber(a.pr_serial), NULL);
	for (p = pool_next(NULL); p != NULL; p = pool_next(p)) {
		KT_TRUE(p->pr_serial > last);
		last = p->pr_serial;
		n++;
	}
	KT_TRUE(n > 10);
	pool_destroy(&b);
}

KTEST(model, "random gets and puts: no item is ever given twice")
{
	static uint32_t		*items[500];
	struct ktest_rand	 kr;
	struct pool		 pp;
	size_t			 i, n = 0;
	int			 step, bad = 0;

	ktest_srand(&kr, 3);
	pool_init(&pp, 48, 0, IPL_NONE, 0, "test", NULL);
	for (step = 0; step < 30000; step++) {
		if (n < nitems(items) && ktest_rand_below(&kr, 500) > n / 2) {
			items[n] = pool_get(&pp, PR_NOWAIT);
			for (i = 0; i < 12; i++)
				items[n][i] = (uintptr_t)items[n];
			n++;
		} else if (n > 0) {
			i = ktest_rand_below(&kr, n);
			bad |= items[i][0] != (uint32_t)(uintptr_t)items[i];
			bad |= items[i][11] != (uint32_t)(uintptr_t)items[i];
			pool_put(&pp, items[i]);
			items[i] = items[--n];
		}
	}
	KT_EQ(bad, 0);
	KT_EQ(pp.pr_nout, n);
	while (n > 0)
		pool_put(&pp, items[--n]);
	pool_destroy(&pp);
}

static struct pool	 panic_pool;

static void
put_twice(void *arg)
{
	pool_put(&panic_pool, arg);
	pool_put(&panic_pool, arg);
}

#ifndef __ASAN__
static void
write_after_free(void *arg)
{
	int	 i;

	pool_put(&panic_pool, arg);
	*(uintptr_t *)arg ^= 1;
	for (i = 0; i < 100; i++)
		pool_get(&panic_pool, PR_NOWAIT);
}
#endif

static void
destroy_busy(void *arg)
{
	(void)arg;
	pool_destroy(&panic_pool);
}

KTEST(panics, "freeing twice, writing after and destroying too early")
{
	void	*keep;

	pool_init(&panic_pool, 64, 0, IPL_NONE, 0, "panicpl", NULL);
	keep = pool_get(&panic_pool, PR_NOWAIT);
	KT_PANICS("panicpl: item", put_twice,
	    pool_get(&panic_pool, PR_NOWAIT));
	KT_PANICS("panicpl has 1 items out", destroy_busy, NULL);
#ifndef __ASAN__
	KT_PANICS("was written to after free", write_after_free,
	    pool_get(&panic_pool, PR_NOWAIT));
#else
	pool_put(&panic_pool, keep);
	pool_destroy(&panic_pool);
#endif
	(void)keep;
}

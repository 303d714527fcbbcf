/*
 * malloc(9).
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <ktest.h>

#define MS(n)	((n) * 1000000ULL)

static const size_t sizes[] = {
	0, 1, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63, 64, 80, 81, 112, 113,
	240, 241, 1000, 2032, 2033, 4096, 5000, 8192, 30000, 49136, 49137,
	65536, 100000, 1 << 20,
};

KTEST(sizes, "every size is aligned, whole, and back in the statistics")
{
	struct kmemstats	 before = kmemstats[M_TEST];
	struct kmemstats	*ks = &kmemstats[M_TEST];
	char			*p[nitems(sizes)];
	size_t			 i, total = 0;

	for (i = 0; i < nitems(sizes); i++) {
		KT_CASE("%zu bytes", sizes[i]);
		p[i] = malloc(sizes[i], M_TEST, M_WAITOK);
		KT_REQUIRE(p[i] != NULL);
		KT_EQ((uintptr_t)p[i] % 16, 0);
		memset(p[i], (int)i + 1, sizes[i]);
		total += sizes[i];
	}
	KT_EQ(ks->ks_inuse - before.ks_inuse, nitems(sizes));
	KT_EQ(ks->ks_memuse - before.ks_memuse, total);
	KT_TRUE(ks->ks_maxused >= (long)total);
	for (i = 0; i < nitems(sizes); i++) {
		KT_CASE("%zu bytes", sizes[i]);
		if (sizes[i] > 0) {
			KT_EQ((u_char)p[i][0], i + 1);
			KT_EQ((u_char)p[i][sizes[i] - 1], i + 1);
		}
		free(p[i], M_TEST, i % 2 ? sizes[i] : 0);
	}
	KT_EQ(ks->ks_inuse, before.ks_inuse);
	KT_EQ(ks->ks_memuse, before.ks_memuse);
	KT_EQ(ks->ks_calls - before.ks_calls, nitems(sizes));
	free(NULL, M_TEST, 7);
}

KTEST(buckets, "a request goes to the smallest size that holds it")
{
	static const struct { size_t ask, size; } t[] = {
		{ 0, 32 }, { 16, 32 }, { 17, 48 }, { 32, 48 }, { 33, 64 },
		{ 48, 64 }, { 49, 96 }, { 80, 96 }, { 81, 128 },
		{ 112, 128 }, { 113, 192 }, { 1008, 1024 }, { 1009, 1536 },
		{ 49136, 49152 }, { 49137, 0 },
	};
	size_t	 i;

	for (i = 0; i < nitems(t); i++) {
		KT_CASE("%zu bytes", t[i].ask);
		kmemstats[M_TEST].ks_size = 0;
		free(malloc(t[i].ask, M_TEST, M_WAITOK), M_TEST, t[i].ask);
		KT_EQ(kmemstats[M_TEST].ks_size, t[i].size);
	}
}

KTEST(zero, "M_ZERO clears memory that was used")
{
	size_t	 i, j;
	char	*p;
	int	 bad = 0;

	for (i = 0; i < 50; i++) {
		p = malloc(i * 7, M_TEST, M_NOWAIT | M_ZERO);
		for (j = 0; j < i * 7; j++)
			bad |= p[j];
		memset(p, 0xff, i * 7);
		free(p, M_TEST, i * 7);
	}
	KT_EQ(bad, 0);
}

KTEST(limit, "a type's limit refuses those who do not wait")
{
	void	*p, *q;
	long	 fails = kmemstats[M_TEST].ks_fail;

	malloc_setlimit(M_TEST, kmemstats[M_TEST].ks_memuse + 1000);
	p = malloc(600, M_TEST, M_NOWAIT);
	KT_TRUE(p != NULL);
	KT_PTREQ(malloc(401, M_TEST, M_NOWAIT), NULL);
	KT_PTREQ(malloc(401, M_TEST, M_WAITOK | M_CANFAIL), NULL);
	q = malloc(400, M_TEST, M_NOWAIT);
	KT_TRUE(q != NULL);
	KT_EQ(kmemstats[M_TEST].ks_fail - fails, 2);
	free(q, M_TEST, 400);
	free(p, M_TEST, 600);
	malloc_setlimit(M_TEST, SIZE_MAX);
}

static void	*wait_result;
static int	 wait_done;

static void
waiter(void *arg)
{
	(void)arg;
	wait_result = malloc(800, M_TEST, M_WAITOK);
	wait_done = 1;
	wakeup(&wait_done);
}

KTEST(wait, "M_WAITOK sleeps at the limit until memory comes back")
{
	void	*p;

	wait_done = 0;
	malloc_setlimit(M_TEST, kmemstats[M_TEST].ks_memuse + 1000);
	p = malloc(600, M_TEST, M_NOWAIT);
	KT_REQUIRE(kthread_create(waiter, NULL, NULL, "waiter") == 0);
	ktest_sleep_ms(2);
	KT_EQ(wait_done, 0);
	free(p, M_TEST, 600);
	while (!wait_done)
		if (tsleep_nsec(&wait_done, PWAIT, "t", MS(5000)) != 0)
			break;
	KT_TRUE(wait_done && wait_result != NULL);
	KT_TRUE(kmemstats[M_TEST].ks_limblocks > 0);
	free(wait_result, M_TEST, 800);
	malloc_setlimit(M_TEST, SIZE_MAX);
}

KTEST(overflow, "absurd sizes and products fail, they do not wrap")
{
	void	*p;

	KT_PTREQ(malloc(SIZE_MAX, M_TEST, M_NOWAIT), NULL);
	KT_PTREQ(malloc(SIZE_MAX - 8, M_TEST, M_WAITOK | M_CANFAIL), NULL);
	KT_PTREQ(malloc(1UL << 62, M_TEST, M_NOWAIT), NULL);
	KT_PTREQ(mallocarray(SIZE_MAX / 2, 3, M_TEST, M_NOWAIT), NULL);
	KT_PTREQ(mallocarray(1UL << 32, 1UL << 32, M_TEST, M_NOWAIT), NULL);
	p = mallocarray(3, 5, M_TEST, M_NOWAIT | M_ZERO);
	KT_TRUE(p != NULL);
	free(p, M_TEST, 15);
}

static void
free_type(void *arg)
{
	free(arg, M_TEMP, 0);
}

static void
free_size(void *arg)
{
	free(arg, M_TEST, 101);
}

static void
free_foreign(void *arg)
{
	free(arg, M_TEST, 0);
}

KTEST(panics, "free with the wrong type, size or pointer is a panic")
{
	static char	 foreign[64];
	void		*p;

	p = malloc(100, M_TEST, M_WAITOK);
	KT_PANICS("has type", free_type, p);
	KT_PANICS("100 bytes, not", free_size, p);
	KT_PANICS("not from malloc", free_foreign, foreign + 32);
	free(p, M_TEST, 100);
}

KTEST(model, "random sizes come and go, and never overlap")
{
	static struct { u_char *p; size_t n; } items[200];
	struct ktest_rand	 kr;
	size_t			 i, k, n;
	int			 step, bad = 0;

	ktest_srand(&kr, 4);
	for (step = 0; step < 20000; step++) {
		k = ktest_rand_below(&kr, nitems(items));
		if (items[k].p == NULL) {
			n = ktest_rand(&kr) >> (16 + ktest_rand_below(&kr, 16));
			items[k].n = n;
			items[k].p = malloc(n, M_TEST, M_NOWAIT);
			memset(items[k].p, (int)k, n);
		} else {
			for (i = 0; i < items[k].n; i += 61)
				bad |= items[k].p[i] != k;
			free(items[k].p, M_TEST, items[k].n);
			items[k].p = NULL;
		}
	}
	KT_EQ(bad, 0);
	for (k = 0; k < nitems(items); k++) {
		free(items[k].p, M_TEST, items[k].n);
		items[k].p = NULL;
	}
}

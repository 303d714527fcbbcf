/*
 * Bugs planted on purpose, so that a test can see them caught: by the address
 * sanitizer where the kernel is built with it, otherwise, for writes, by the
 * pools' own checks.  Boot argument ktest=plant:NAME.
 */
#include <sys/types.h>
#include <sys/machdep.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/pool.h>
#include <sys/systm.h>

#include <plant.h>

/* What is read must be used, or the compiler leaves the read out. */
static volatile char	 sink;

static void
read_mbuf(void)
{
	struct mbuf	*m = m_gethdr(M_WAIT, MT_DATA);

	m_freem(m);
	sink = m->m_flags;
}

static void
read_cluster(void)
{
	struct mbuf	*m = m_clget(NULL, M_WAIT, MCLBYTES);
	char		*data = m->m_data;

	m_freem(m);
	sink = data[100];
}

static void
read_malloc(void)
{
	char	*p = malloc(100, M_TEST, M_WAITOK);

	free(p, M_TEST, 100);
	sink = p[50];
}

/* One byte past what was asked for, in the slack of the bucket. */
static void
beyond_malloc(void)
{
	char	*p = malloc(100, M_TEST, M_WAITOK);

	p[100] = 1;
	free(p, M_TEST, 100);
}

static void
beyond_cluster(void)
{
	struct mbuf	*m = m_clget(NULL, M_WAIT, MCLBYTES);

	m->m_data[m->m_ext.ext_size] = 1;
	m_freem(m);
}

/* Past an array on a kernel thread's stack. */
static void
beyond_stack(void)
{
	char		 buf[32];
	char *volatile	 p = buf;

	memset(buf, 0, sizeof(buf));
	p[sizeof(buf)] = 1;
	sink = buf[3];
}

/* Found when the item is given again, even without the sanitizer. */
static void
write_pool(void)
{
	struct pool	 pp;
	char		*p;

	pool_init(&pp, 256, 0, IPL_NONE, 0, "planted", NULL);
	p = pool_get(&pp, PR_WAITOK);
	pool_put(&pp, p);
	p[3] ^= 1;
	p = pool_get(&pp, PR_WAITOK);
	pool_put(&pp, p);
	pool_destroy(&pp);
}

static const struct plant {
	const char	*pl_name;
	void		(*pl_func)(void);
} plants[] = {
	{ "read_mbuf",		read_mbuf },
	{ "read_cluster",	read_cluster },
	{ "read_malloc",	read_malloc },
	{ "beyond_malloc",	beyond_malloc },
	{ "beyond_cluster",	beyond_cluster },
	{ "beyond_stack",	beyond_stack },
	{ "write_pool",		write_pool },
};

/*
 * Commit the bug of that name.  If nobody minds, say so and halt.
 */
void
ktest_plant(const char *name)
{
	size_t	 i;

	for (i = 0; i < nitems(plants); i++)
		if (strcmp(plants[i].pl_name, name) == 0) {
			plants[i].pl_func();
			printf("planted %s: not caught\n", name);
			md_halt(MD_HALT_OK);
		}
	printf("plant:%s: no such bug\n", name);
	md_halt(MD_HALT_FAIL);
}

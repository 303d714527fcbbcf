/*
 * malloc(9): memory of any size, accounted by type.
 *
 * A request with its 16-byte header goes to the pool of the next larger size
 * (two sizes to each power of two), or beyond those to pages of its own:
 *
 *	+-------------------------+---------------------------+-------+
 *	| mh_magic type size      | what the caller asked for | slack |
 *	+-------------------------+---------------------------+-------+
 *
 * free() knows the size from the header and panics when the type or the size
 * that the caller names is another: both are bugs.
 */
#include <sys/asan.h>
#include <sys/machdep.h>
#include <sys/malloc.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/time.h>

struct malloc_header {
	uint32_t	mh_magic;
	uint16_t	mh_type;
	int16_t		mh_bucket;	/* or BUCKET_PAGES */
	size_t		mh_size;	/* as asked for */
};

CTASSERT(sizeof(struct malloc_header) == 16);

#define MALLOC_MAGIC	0x6d616c6cU
#define MALLOC_FREED	0x66726565U
#define BUCKET_PAGES	-1
#define BUCKETS		22
#define MALLOC_MAXSIZE	(1UL << 40)	/* anything larger is nonsense */

struct kmemstats	 kmemstats[M_LAST];

/* Names by type, as kern.malloc.kmemnames shows them; NULL: not used. */
const char *const	 kmemnames[M_LAST] = {
	[M_FREE] = "free",
	[M_MBUF] = "mbuf",
	[M_DEVBUF] = "devbuf",
	[M_PCB] = "pcb",
	[M_RTABLE] = "rtable",
	[M_PF] = "pf",
	[M_IFADDR] = "ifaddr",
	[M_IFGROUP] = "ifgroup",
	[M_SYSCTL] = "sysctl",
	[M_COUNTERS] = "counters",
	[M_IOCTLOPS] = "ioctlops",
	[M_IOV] = "iov",
	[M_PROC] = "proc",
	[M_FILE] = "file",
	[M_FILEDESC] = "file_desc",
	[M_SOOPTS] = "soopts",
	[M_SONAME] = "soname",
	[M_SUBPROC] = "subproc",
	[M_CRED] = "cred",
	[M_IPMOPTS] = "ip_moptions",
	[M_IPMADDR] = "in_multi",
	[M_MRTABLE] = "mrt",
	[M_ETHERMULTI] = "ether_multi",
	[M_IPFRAG] = "ipfrag",
	[M_ACPI] = "acpi",
	[M_ARP] = "arp",
	[M_TTYS] = "ttys",
	[M_EXEC] = "exec",
	[M_TDB] = "tdb",
	[M_XDATA] = "xform_data",
	[M_CREDENTIALS] = "ipsec_creds",
	[M_PACKET_TAGS] = "packet_tags",
	[M_CRYPTO_DATA] = "crypto_data",
	[M_IPSEC_POLICY] = "ipsec_policy",
	[M_BPF] = "bpf",
	[M_WG] = "wg",
	[M_TEST] = "test",
	[M_TEMP] = "temp",
};

static struct pool	 malloc_pools[BUCKETS];
static const char *const malloc_names[BUCKETS] = {
	"m32", "m48", "m64", "m96", "m128", "m192", "m256", "m384", "m512",
	"m768", "m1k", "m1.5k", "m2k", "m3k", "m4k", "m6k", "m8k", "m12k",
	"m16k", "m24k", "m32k", "m48k",
};

/* The size of a bucket: 32, 48, 64, 96 and so on. */
static size_t
bucket_size(int b)
{
	return ((b & 1 ? 48UL : 32UL) << (b / 2));
}

/* The bucket for so many bytes, header included. */
static int
bucket_of(size_t size)
{
	int	 b;

	if (size <= 32)
		return (0);
	/* The largest power of two below size, counted from 32. */
	b = 2 * (63 - __builtin_clzl(size - 1) - 5);
	b += size > bucket_size(b + 1) ? 2 : 1;
	return (b < BUCKETS ? b : BUCKET_PAGES);
}

/*
 * Make the pools; no type has a limit yet.
 */
void
malloc_init(void)
{
	int	 i;

	for (i = 0; i < BUCKETS; i++)
		pool_init(&malloc_pools[i], bucket_size(i), 16, IPL_VM,
		    PR_WAITOK, malloc_names[i], NULL);
	for (i = 0; i < M_LAST; i++)
		kmemstats[i].ks_limit = LONG_MAX;
}

/*
 * Let a type have at most so many bytes.
 */
void
malloc_setlimit(int type, size_t bytes)
{
	kmemstats[type].ks_limit = MIN(bytes, (size_t)LONG_MAX);
	wakeup(&kmemstats[type]);
}

static struct malloc_header *
malloc_raw(size_t total, int bucket, int flags)
{
	struct malloc_header	*mh;

	if (bucket != BUCKET_PAGES)
		return (pool_get(&malloc_pools[bucket], flags & M_NOWAIT ?
		    PR_NOWAIT : PR_WAITOK));
	for (;;) {
		mh = md_pages_alloc(howmany(total, PAGE_SIZE));
		if (mh != NULL || (flags & M_NOWAIT))
			return (mh);
		pool_reclaim_all();
		tsleep_nsec(&kmemstats, PVM, "malloc", MSEC_TO_NSEC(100));
	}
}

/* Stay below the type's limit: 0, or ENOMEM if the caller does not wait. */
static int
malloc_limit(struct kmemstats *ks, size_t size, int flags)
{
	int	 waited = 0;

	if (size >= MALLOC_MAXSIZE) {
		if (flags & (M_NOWAIT | M_CANFAIL))
			return (ENOMEM);
		panic("malloc: %zu bytes", size);
	}
	while (ks->ks_memuse + (long)size > ks->ks_limit) {
		if (flags & (M_NOWAIT | M_CANFAIL))
			return (ENOMEM);
		if (!waited++ && ks->ks_limblocks < USHRT_MAX)
			ks->ks_limblocks++;
		tsleep_nsec(ks, PSWP, "malloclim", INFSLP);
	}
	return (0);
}

/*
 * Allocate size bytes of the given type, aligned to 16.  With M_WAITOK it
 * sleeps until there are some; with M_NOWAIT, or M_CANFAIL beyond the type's
 * limit, it returns NULL.  M_ZERO clears them.
 */
void *
malloc(size_t size, int type, int flags)
{
	struct kmemstats	*ks = &kmemstats[type];
	struct malloc_header	*mh;
	int			 bucket;

	KASSERT(type > M_FREE && type < M_LAST);
	KASSERT(flags & (M_WAITOK | M_NOWAIT));
	ks->ks_calls++;
	if (malloc_limit(ks, size, flags) != 0) {
		ks->ks_fail++;
		return (NULL);
	}
	bucket = bucket_of(size + sizeof(*mh));
	mh = malloc_raw(size + sizeof(*mh), bucket, flags);
	if (mh == NULL) {
		ks->ks_fail++;
		return (NULL);
	}
	mh->mh_magic = MALLOC_MAGIC;
	mh->mh_type = type;
	mh->mh_bucket = bucket;
	mh->mh_size = size;
	ks->ks_inuse++;
	ks->ks_memuse += size;
	ks->ks_maxused = MAX(ks->ks_maxused, ks->ks_memuse);
	if (bucket != BUCKET_PAGES) {
		ks->ks_size |= bucket_size(bucket);
		ASAN_POISON((char *)(mh + 1) + size,
		    bucket_size(bucket) - sizeof(*mh) - size);
	}
	if (flags & M_ZERO)
		memset(mh + 1, 0, size);
	return (mh + 1);
}

/*
 * Allocate n times size bytes; a product that overflows is out of memory.
 */
void *
mallocarray(size_t n, size_t size, int type, int flags)
{
	size_t	 total;

	if (__builtin_mul_overflow(n, size, &total))
		total = SIZE_MAX;
	return (malloc(total, type, flags));
}

/*
 * Free what malloc() gave; NULL is nothing.  size is what was asked for, or
 * 0 when the caller does not know.
 */
void
free(void *p, int type, size_t size)
{
	struct kmemstats	*ks = &kmemstats[type];
	struct malloc_header	*mh;
	size_t			 total;

	if (p == NULL)
		return;
	mh = (struct malloc_header *)p - 1;
	if (mh->mh_magic != MALLOC_MAGIC)
		panic("free: %p is %s", p, mh->mh_magic == MALLOC_FREED ?
		    "free already" : "not from malloc");
	if (mh->mh_type != type || (size != 0 && size != mh->mh_size))
		panic("free: %p has type %u and %zu bytes, not %d and %zu",
		    p, mh->mh_type, mh->mh_size, type, size);
	mh->mh_magic = MALLOC_FREED;
	ks->ks_inuse--;
	ks->ks_memuse -= mh->mh_size;
	if (ks->ks_limit != LONG_MAX)
		wakeup(ks);
	if (mh->mh_bucket != BUCKET_PAGES) {
		pool_put(&malloc_pools[mh->mh_bucket], mh);
		return;
	}
	total = mh->mh_size + sizeof(*mh);
	md_pages_free(mh, howmany(total, PAGE_SIZE));
}

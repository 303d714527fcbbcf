/*
 * mbuf(9): allocation, clusters, reference counts.  What packets are made of
 * is drawn in sys/mbuf.h.
 *
 * Mbufs and clusters come from pools.  The memory of all of them together is
 * limited (nmbclust, in units of MCLBYTES).  Beyond that M_DONTWAIT gets
 * NULL, which mbstat.m_drops counts: a packet that cannot be stored is
 * dropped, never slept for.  M_WAIT, for system calls, sleeps until memory
 * comes back.
 */
#include <sys/kernel.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/syslog.h>
#include <sys/systm.h>

/* Default limit: 128 MB. */
#define NMBCLUST	(128 * 1024 * 1024 / MCLBYTES)

/* Sizes of clusters, with how many idle ones are worth keeping. */
static const struct mclsize {
	u_int		 ms_size;
	u_int		 ms_idle;
	const char	*ms_name;
} mclsizes[] = {
	{ MCLBYTES,		1024,	"mcl2k" },
	{ 4096,			512,	"mcl4k" },
	{ 9 * 1024 + 512,	128,	"mcl9k" },
	{ 16 * 1024 + 512,	64,	"mcl16k" },
	{ 32 * 1024 + 1024,	64,	"mcl32k" },
	{ MAXMCLBYTES,		128,	"mcl64k" },
};

#define MCLPOOLS	nitems(mclsizes)

CTASSERT(sizeof(struct mbuf) == MSIZE);
CTASSERT(sizeof(struct mbuf_ext) <= MHLEN);
CTASSERT(MT_NTYPES <= MBSTAT_TYPES);

struct mbstat		 mbstat;
u_int			 nmbclust = NMBCLUST;

static struct pool	 mbpool, mclpools[MCLPOOLS], mtagpool;
static size_t		 mbuf_memory;		/* bytes in use */
static size_t		 mbuf_limit;
static int		 mbuf_waiters;

/*
 * Make the pools.
 */
void
mbinit(void)
{
	size_t	 i;

	pool_init(&mbpool, MSIZE, 64, IPL_NET, 0, "mbufpl", NULL);
	pool_sethiwat(&mbpool, 4096);
	for (i = 0; i < MCLPOOLS; i++) {
		pool_init(&mclpools[i], mclsizes[i].ms_size, 64, IPL_NET, 0,
		    mclsizes[i].ms_name, NULL);
		pool_sethiwat(&mclpools[i], mclsizes[i].ms_idle);
	}
	pool_init(&mtagpool, sizeof(struct m_tag) + PACKET_TAG_MAXSIZE, 0,
	    IPL_NET, 0, "mtagpl", NULL);
	nmbclust_update(nmbclust);
}

/*
 * Let mbufs and clusters have n times MCLBYTES.  Returns 0, or EINVAL for
 * nonsense.
 */
int
nmbclust_update(u_int n)
{
	if (n < 64 || n > (1U << 22))
		return (EINVAL);
	nmbclust = n;
	mbuf_limit = (size_t)n * MCLBYTES;
	wakeup(&mbuf_limit);
	return (0);
}

/*
 * Mbufs in use.
 */
u_int
mbuf_inuse(void)
{
	return (mbpool.pr_nout);
}

/* Get size bytes from a pool, within the limit of them all. */
static void *
mbuf_alloc(struct pool *pp, u_int size, int how)
{
	static struct timeval		 last;
	static const struct timeval	 interval = { 60, 0 };
	void				*v;

	while (mbuf_memory + size > mbuf_limit ||
	    (v = pool_get(pp, PR_NOWAIT)) == NULL) {
		if (ratecheck(&last, &interval))
			log(LOG_WARNING, "mbufs: limit of %zu KB reached\n",
			    mbuf_limit / 1024);
		if (how & M_NOWAIT) {
			mbstat.m_drops++;
			return (NULL);
		}
		mbstat.m_wait++;
		mbuf_waiters++;
		tsleep_nsec(&mbuf_limit, PVM, "mbuf", MSEC_TO_NSEC(100));
		mbuf_waiters--;
	}
	mbuf_memory += size;
	return (v);
}

static void
mbuf_release(struct pool *pp, void *v, u_int size)
{
	pool_put(pp, v);
	mbuf_memory -= size;
	if (__predict_false(mbuf_waiters > 0))
		wakeup(&mbuf_limit);
}

/*
 * Get an mbuf of a type (MT_...), empty and without a packet header.  NULL
 * when there is none and how is M_DONTWAIT.
 */
struct mbuf *
m_get(int how, int type)
{
	struct mbuf	*m;

	KASSERT(type > MT_FREE && type < MT_NTYPES);
	m = mbuf_alloc(&mbpool, MSIZE, how);
	if (m == NULL)
		return (NULL);
	mbstat.m_mtypes[type]++;
	m->m_next = NULL;
	m->m_nextpkt = NULL;
	m->m_data = m->m_dat;
	m->m_len = 0;
	m->m_type = type;
	m->m_flags = 0;
	return (m);
}

/*
 * The same with a packet header.
 */
struct mbuf *
m_gethdr(int how, int type)
{
	struct mbuf	*m;

	m = m_get(how, type);
	return (m == NULL ? NULL : m_inithdr(m));
}

/*
 * As m_get(), its MLEN bytes zero.
 */
struct mbuf *
m_getclr(int how, int type)
{
	struct mbuf	*m;

	m = m_get(how, type);
	if (m != NULL)
		memset(m->m_dat, 0, MLEN);
	return (m);
}

/*
 * Give an empty mbuf a fresh packet header.  Returns m.
 */
struct mbuf *
m_inithdr(struct mbuf *m)
{
	KASSERT((m->m_flags & M_EXT) == 0);
	m->m_data = m->m_pktdat;
	m->m_flags = M_PKTHDR;
	memset(&m->m_pkthdr, 0, sizeof(m->m_pkthdr));
	m->m_pkthdr.pf.prio = 3;		/* best effort */
	return (m);
}

/*
 * Give an mbuf whose data do not lie where the header is to be a fresh packet
 * header; the data stay where they are.
 */
void
m_addhdr(struct mbuf *m)
{
	KASSERT((m->m_flags & M_PKTHDR) == 0 && ((m->m_flags & M_EXT) != 0 ||
	    m->m_data >= m->m_pktdat));
	m->m_flags |= M_PKTHDR;
	memset(&m->m_pkthdr, 0, sizeof(m->m_pkthdr));
	m->m_pkthdr.pf.prio = 3;		/* best effort */
}

/*
 * Take the packet header away; the data stay where they are.
 */
void
m_removehdr(struct mbuf *m)
{
	KASSERT(m->m_flags & M_PKTHDR);
	m_tag_delete_chain(m);
	m->m_flags &= ~M_PKTHDR;
	memset(&m->m_pkthdr, 0, sizeof(m->m_pkthdr));
}

/*
 * Make the packet header fresh, as for a packet that enters the stack anew;
 * only its length and how often it has met a tunnel are kept, and whether
 * its data are to be cleared.
 */
void
m_resethdr(struct mbuf *m)
{
	u_int		 len = m->m_pkthdr.len;
	u_int8_t	 loopcnt = m->m_pkthdr.ph_loopcnt;

	KASSERT(m->m_flags & M_PKTHDR);
	m->m_flags &= M_EXT | M_PKTHDR | M_EOR | M_EXTWR | M_ZEROIZE;
	m_tag_delete_chain(m);
	memset(&m->m_pkthdr, 0, sizeof(m->m_pkthdr));
	m->m_pkthdr.pf.prio = 3;
	m->m_pkthdr.len = len;
	m->m_pkthdr.ph_loopcnt = loopcnt;
}

/*
 * Set the packet's length to the sum of its mbufs'.
 */
void
m_calchdrlen(struct mbuf *m)
{
	KASSERT(m->m_flags & M_PKTHDR);
	m->m_pkthdr.len = m_length(m);
}

static void
m_extinit(struct mbuf *m, caddr_t buf, u_int size)
{
	m->m_data = buf;
	m->m_flags |= M_EXT | M_EXTWR;
	m->m_ext.ext_buf = buf;
	m->m_ext.ext_size = size;
	m->m_ext.ext_free = NULL;
	m->m_ext.ext_arg = NULL;
	m->m_ext.ext_pool = -1;
	m->m_ext.ext_nextref = m;
	m->m_ext.ext_prevref = m;
}

/*
 * Give an empty mbuf a cluster of at least size bytes (at most MAXMCLBYTES).
 * Given NULL it gets an mbuf with a packet header first.
 *
 * Returns the mbuf, or NULL on failure; an mbuf that was the caller's stays
 * so and has no M_EXT.
 */
struct mbuf *
m_clget(struct mbuf *m, int how, u_int size)
{
	struct mbuf	*m0 = NULL;
	caddr_t		 buf;
	size_t		 i;

	for (i = 0; mclsizes[i].ms_size < size; i++)
		if (i + 1 == MCLPOOLS)
			panic("m_clget: %u bytes", size);
	if (m == NULL && (m = m0 = m_gethdr(how, MT_DATA)) == NULL)
		return (NULL);
	buf = mbuf_alloc(&mclpools[i], mclsizes[i].ms_size, how);
	if (buf == NULL) {
		m_freem(m0);
		return (NULL);
	}
	mbstat.m_clusters++;
	m_extinit(m, buf, mclsizes[i].ms_size);
	m->m_ext.ext_pool = i;
	return (m);
}

/*
 * Make m, which is empty, point to a foreign buffer of size bytes.  mflags
 * may be M_EXTWR if the stack may write to it.  When the last mbuf that
 * refers to it goes, fn(buf, size, arg) is called.
 */
void
m_extadd(struct mbuf *m, caddr_t buf, u_int size, int mflags,
    void (*fn)(caddr_t, u_int, void *), void *arg)
{
	KASSERT((m->m_flags & M_EXT) == 0 && fn != NULL);
	m_extinit(m, buf, size);
	m->m_flags &= ~M_EXTWR;
	m->m_flags |= mflags & M_EXTWR;
	m->m_ext.ext_free = fn;
	m->m_ext.ext_arg = arg;
	mbstat.m_external++;
}

/*
 * Make n, which is empty, refer to the buffer that o refers to.
 */
void
m_extref(struct mbuf *o, struct mbuf *n)
{
	KASSERT((o->m_flags & M_EXT) && (n->m_flags & M_EXT) == 0);
	n->m_flags |= o->m_flags & (M_EXT | M_EXTWR);
	n->m_ext = o->m_ext;
	n->m_ext.ext_prevref = o;
	n->m_ext.ext_nextref = o->m_ext.ext_nextref;
	o->m_ext.ext_nextref->m_ext.ext_prevref = n;
	o->m_ext.ext_nextref = n;
}

/*
 * Drop the mbuf's reference to its buffer, and the buffer with the last one;
 * m_data is left dangling.
 */
void
m_extfree(struct mbuf *m)
{
	struct mbuf_ext	*e = &m->m_ext;

	m->m_flags &= ~(M_EXT | M_EXTWR);
	if (e->ext_nextref != m) {
		e->ext_nextref->m_ext.ext_prevref = e->ext_prevref;
		e->ext_prevref->m_ext.ext_nextref = e->ext_nextref;
	} else if (e->ext_pool >= 0) {
		mbstat.m_clusters--;
		mbuf_release(&mclpools[e->ext_pool], e->ext_buf,
		    e->ext_size);
	} else {
		mbstat.m_external--;
		e->ext_free(e->ext_buf, e->ext_size, e->ext_arg);
	}
}

/*
 * Clear the mbuf's whole data area, unless others refer to it.
 */
void
m_zero(struct mbuf *m)
{
	if (!M_READONLY(m))
		explicit_bzero(M_DATABUF(m), M_SIZE(m));
}

/*
 * Free one mbuf.  Returns the next of its packet; NULL for NULL.
 */
struct mbuf *
m_free(struct mbuf *m)
{
	struct mbuf	*next;

	if (m == NULL)
		return (NULL);
	KASSERT(m->m_type != MT_FREE && m->m_type < MT_NTYPES);
	next = m->m_next;
	if (m->m_flags & M_ZEROIZE) {
		m_zero(m);
		if (next != NULL)
			next->m_flags |= M_ZEROIZE;
	}
	if (m->m_flags & M_PKTHDR)
		m_tag_delete_chain(m);
	if (m->m_flags & M_EXT)
		m_extfree(m);
	mbstat.m_mtypes[m->m_type]--;
	m->m_type = MT_FREE;
	mbuf_release(&mbpool, m, MSIZE);
	return (next);
}

/*
 * Free a packet; NULL is none.  Returns the next packet of its list.
 */
struct mbuf *
m_freem(struct mbuf *m)
{
	struct mbuf	*nextpkt;

	if (m == NULL)
		return (NULL);
	nextpkt = m->m_nextpkt;
	do {
		m = m_free(m);
	} while (m != NULL);
	return (nextpkt);
}

/*
 * Free a packet and all that follow it on its list.
 */
void
m_purge(struct mbuf *m)
{
	while (m != NULL)
		m = m_freem(m);
}

/*
 * Packet tags.
 */

/*
 * Get a tag with room for len bytes (at most PACKET_TAG_MAXSIZE), or NULL.
 */
struct m_tag *
m_tag_get(int type, int len, int how)
{
	struct m_tag	*t;

	if (len < 0 || len > PACKET_TAG_MAXSIZE)
		panic("m_tag_get: %d bytes", len);
	t = pool_get(&mtagpool, how & M_NOWAIT ? PR_NOWAIT : PR_WAITOK);
	if (t == NULL)
		return (NULL);
	t->m_tag_id = type;
	t->m_tag_len = len;
	return (t);
}

/*
 * Give a tag to a packet.
 */
void
m_tag_prepend(struct mbuf *m, struct m_tag *t)
{
	KASSERT(m->m_flags & M_PKTHDR);
	SLIST_INSERT_HEAD(&m->m_pkthdr.ph_tags, t, m_tag_link);
	m->m_pkthdr.ph_tagsset |= t->m_tag_id;
}

/*
 * Take a tag away from a packet and free it.
 */
void
m_tag_delete(struct mbuf *m, struct m_tag *t)
{
	struct m_tag	*other;

	SLIST_REMOVE(&m->m_pkthdr.ph_tags, t, m_tag, m_tag_link);
	pool_put(&mtagpool, t);
	m->m_pkthdr.ph_tagsset = 0;
	SLIST_FOREACH(other, &m->m_pkthdr.ph_tags, m_tag_link)
		m->m_pkthdr.ph_tagsset |= other->m_tag_id;
}

/*
 * Free all tags of a packet.
 */
void
m_tag_delete_chain(struct mbuf *m)
{
	struct m_tag	*t;

	while ((t = SLIST_FIRST(&m->m_pkthdr.ph_tags)) != NULL) {
		SLIST_REMOVE_HEAD(&m->m_pkthdr.ph_tags, m_tag_link);
		pool_put(&mtagpool, t);
	}
	m->m_pkthdr.ph_tagsset = 0;
}

/*
 * The packet's first tag of a type, or the first after t if that is not
 * NULL; NULL if there is none.
 */
struct m_tag *
m_tag_find(const struct mbuf *m, int type, const struct m_tag *t)
{
	struct m_tag	*p;

	if ((m->m_pkthdr.ph_tagsset & type) == 0)
		return (NULL);
	p = t == NULL ? m_tag_first(m) : m_tag_next(m, t);
	while (p != NULL && p->m_tag_id != type)
		p = m_tag_next(m, p);
	return (p);
}

/*
 * A copy of a tag, of no packet yet, or NULL.
 */
struct m_tag *
m_tag_copy(const struct m_tag *t, int how)
{
	struct m_tag	*p;

	p = m_tag_get(t->m_tag_id, t->m_tag_len, how);
	if (p != NULL)
		memcpy(p + 1, t + 1, t->m_tag_len);
	return (p);
}

/*
 * Replace the tags of a packet by copies of another's, in the same order.
 * Returns 0, or ENOBUFS with no tags.
 */
int
m_tag_copy_chain(struct mbuf *to, const struct mbuf *from, int how)
{
	struct m_tag	*last = NULL, *p, *t;

	m_tag_delete_chain(to);
	SLIST_FOREACH(t, &from->m_pkthdr.ph_tags, m_tag_link) {
		if ((p = m_tag_copy(t, how)) == NULL) {
			m_tag_delete_chain(to);
			return (ENOBUFS);
		}
		if (last == NULL)
			SLIST_INSERT_HEAD(&to->m_pkthdr.ph_tags, p,
			    m_tag_link);
		else
			SLIST_INSERT_AFTER(last, p, m_tag_link);
		to->m_pkthdr.ph_tagsset |= p->m_tag_id;
		last = p;
	}
	return (0);
}

struct m_tag *
m_tag_first(const struct mbuf *m)
{
	return (SLIST_FIRST(&m->m_pkthdr.ph_tags));
}

struct m_tag *
m_tag_next(const struct mbuf *m, const struct m_tag *t)
{
	(void)m;
	return (SLIST_NEXT(t, m_tag_link));
}

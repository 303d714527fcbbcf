/*
 * mbuf(9): allocation, clusters, sharing, limits, tags, lists and queues.
 * What moves data is in t_mbufdata.c.
 */
#include <sys/param.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <ktest.h>

static struct mbstat	 was;
static u_int		 was_inuse, was_tags;

static u_int
tags_inuse(void)
{
	struct pool	*pp = NULL;

	while ((pp = pool_next(pp)) != NULL)
		if (strcmp(pp->pr_wchan, "mtagpl") == 0)
			return (pp->pr_nout);
	KT_FAIL("no pool of tags");
	return (0);
}

static void
note(void)
{
	was = mbstat;
	was_inuse = mbuf_inuse();
	was_tags = tags_inuse();
}

/* Everything that was got since note() has been given back. */
static void
balanced(void)
{
	KT_EQ(mbuf_inuse(), was_inuse);
	KT_EQ(tags_inuse(), was_tags);
	KT_EQ(mbstat.m_clusters, was.m_clusters);
	KT_EQ(mbstat.m_external, was.m_external);
	KT_MEMEQ(mbstat.m_mtypes, was.m_mtypes, sizeof(was.m_mtypes));
}

KTEST(sizes, "the structure has the size and the room that it promises")
{
	KT_EQ(sizeof(struct mbuf), MSIZE);
	KT_TRUE(MHLEN >= 100);
	KT_EQ(MLEN, MSIZE - sizeof(struct m_hdr));
	KT_TRUE(MAXMCLBYTES >= 65536 + 1024);
}

KTEST(get, "mbufs with and without a packet header")
{
	struct mbuf	*m;
	u_int		 i;
	int		 bad = 0;

	note();
	m = m_get(M_DONTWAIT, MT_CONTROL);
	KT_REQUIRE(m != NULL);
	KT_EQ(mbstat.m_mtypes[MT_CONTROL] - was.m_mtypes[MT_CONTROL], 1);
	KT_EQ(m->m_len, 0);
	KT_EQ(m->m_flags, 0);
	KT_EQ(m_leadingspace(m), 0);
	KT_EQ(m_trailingspace(m), MLEN);
	memset(m->m_data, 0xff, MLEN);
	KT_PTREQ(m_free(m), NULL);

	m = m_getclr(M_DONTWAIT, MT_DATA);
	for (i = 0; i < MLEN; i++)
		bad |= m->m_data[i];
	KT_EQ(bad, 0);
	m_freem(m);

	m = m_gethdr(M_WAIT, MT_HEADER);
	KT_EQ(m->m_flags, M_PKTHDR);
	KT_EQ(m->m_pkthdr.len, 0);
	KT_EQ(m->m_pkthdr.csum_flags, 0);
	KT_EQ(m_trailingspace(m), MHLEN);
	m_align(m, 20);
	KT_TRUE(m_leadingspace(m) >= MHLEN - 20 - 7);
	KT_EQ((uintptr_t)m->m_data % sizeof(long), 0);
	m_freem(m);
	KT_PTREQ(m_free(NULL), NULL);
	KT_PTREQ(m_freem(NULL), NULL);
	balanced();
}

KTEST(clusters, "clusters of every size, and none that is too large")
{
	static const u_int	 sizes[] = { 1, MHLEN, 2048, 2049, 4096, 4097,
		9000, 9728, 16384, 32768, 65535, 65536, MAXMCLBYTES };
	struct mbuf		*m;
	size_t			 i;

	note();
	for (i = 0; i < nitems(sizes); i++) {
		KT_CASE("%u", sizes[i]);
		m = m_clget(NULL, M_DONTWAIT, sizes[i]);
		KT_REQUIRE(m != NULL);
		KT_TRUE(m->m_flags & M_EXT && m->m_flags & M_PKTHDR);
		KT_TRUE(m->m_ext.ext_size >= sizes[i]);
		KT_EQ(m_trailingspace(m), m->m_ext.ext_size);
		KT_EQ((uintptr_t)m->m_data % 64, 0);
		KT_TRUE(!M_READONLY(m));
		memset(m->m_data, 0xaa, m->m_ext.ext_size);
		m_freem(m);
	}
	KT_CASE("into an mbuf");
	m = m_get(M_DONTWAIT, MT_DATA);
	KT_PTREQ(m_clget(m, M_DONTWAIT, MCLBYTES), m);
	KT_TRUE((m->m_flags & M_PKTHDR) == 0);
	KT_EQ(mbstat.m_clusters - was.m_clusters, 1);
	m_freem(m);
	balanced();
}

static int	 ext_freed;

static void
ext_free(caddr_t buf, u_int size, void *arg)
{
	KT_PTREQ(buf, arg);
	KT_EQ(size, 70000);
	ext_freed++;
}

KTEST(external, "a foreign buffer is freed once, after its last reference")
{
	static char	 buf[70000];
	struct mbuf	*a, *b, *c;

	note();
	ext_freed = 0;
	a = m_gethdr(M_DONTWAIT, MT_DATA);
	m_extadd(a, buf, sizeof(buf), M_EXTWR, ext_free, buf);
	a->m_len = a->m_pkthdr.len = sizeof(buf);
	KT_TRUE(!M_READONLY(a));
	b = m_copym(a, 1000, 60000, M_DONTWAIT);
	KT_REQUIRE(b != NULL);
	KT_PTREQ(b->m_data, buf + 1000);
	KT_TRUE(M_READONLY(a) && M_READONLY(b));
	KT_EQ(m_trailingspace(b), 0);
	KT_EQ(m_leadingspace(b), 0);
	c = m_copym(b, 0, M_COPYALL, M_DONTWAIT);
	KT_REQUIRE(c != NULL);
	m_freem(a);
	m_freem(c);
	KT_EQ(ext_freed, 0);
	KT_TRUE(!M_READONLY(b));
	m_freem(b);
	KT_EQ(ext_freed, 1);

	a = m_gethdr(M_DONTWAIT, MT_DATA);
	m_extadd(a, buf, sizeof(buf), 0, ext_free, buf);
	KT_TRUE(M_READONLY(a));
	m_freem(a);
	KT_EQ(ext_freed, 2);
	balanced();
}

KTEST(shared, "any order of freeing the references to a cluster is right")
{
	struct ktest_rand	 kr;
	struct mbuf		*m[8];
	int			 i, j, round;

	ktest_srand(&kr, 5);
	note();
	for (round = 0; round < 200; round++) {
		m[0] = m_clget(NULL, M_DONTWAIT, MCLBYTES);
		m[0]->m_len = m[0]->m_pkthdr.len = MCLBYTES;
		for (i = 1; i < 8; i++)
			m[i] = m_copym(m[ktest_rand_below(&kr, i)], 0,
			    M_COPYALL, M_DONTWAIT);
		for (i = 8; i > 0; i--) {
			KT_EQ(mbstat.m_clusters - was.m_clusters, 1);
			j = ktest_rand_below(&kr, i);
			m_freem(m[j]);
			m[j] = m[i - 1];
		}
		KT_EQ(mbstat.m_clusters, was.m_clusters);
	}
	balanced();
}

KTEST(zeroize, "M_ZEROIZE clears the data of the whole packet")
{
	static char	 buf[70000];
	struct mbuf	*m, *n;
	u_int		 i;
	int		 bad = 0;

	memset(buf, 0x55, sizeof(buf));
	m = m_gethdr(M_DONTWAIT, MT_DATA);
	m->m_flags |= M_ZEROIZE;
	m->m_next = m_get(M_DONTWAIT, MT_DATA);
	m_extadd(m->m_next, buf, sizeof(buf), M_EXTWR, ext_free, buf);
	m_freem(m);
	for (i = 0; i < sizeof(buf); i++)
		bad |= buf[i];
	KT_EQ(bad, 0);

	/* But not data that somebody else still has. */
	m = m_clget(NULL, M_DONTWAIT, MCLBYTES);
	m->m_len = m->m_pkthdr.len = 100;
	memset(m->m_data, 0x55, 100);
	n = m_copym(m, 0, M_COPYALL, M_DONTWAIT);
	m->m_flags |= M_ZEROIZE;
	m_freem(m);
	KT_EQ(n->m_data[50], 0x55);
	m_freem(n);
}

KTEST(limit, "beyond the limit nobody gets an mbuf, below it all do again")
{
	struct mbuf	*list = NULL, *m;
	u_int		 limit = nmbclust, n = 0;

	note();
	KT_ERR(EINVAL, nmbclust_update(0));
	KT_ERR(EINVAL, nmbclust_update(UINT_MAX));
	KT_ERR(0, nmbclust_update(64));
	while ((m = m_clget(NULL, M_DONTWAIT, MCLBYTES)) != NULL) {
		m->m_nextpkt = list;
		list = m;
		if (++n > 100)
			break;
	}
	KT_RANGE(n, 1, 64 * MCLBYTES / (MCLBYTES + MSIZE));
	KT_TRUE(mbstat.m_drops > was.m_drops);
	/* An mbuf may still fit; a cluster leaves the caller's alone. */
	if ((m = m_get(M_DONTWAIT, MT_DATA)) != NULL) {
		KT_PTREQ(m_clget(m, M_DONTWAIT, MCLBYTES), NULL);
		KT_TRUE((m->m_flags & M_EXT) == 0);
		m_freem(m);
	}
	KT_ERR(0, nmbclust_update(limit));
	m = m_clget(NULL, M_DONTWAIT, MCLBYTES);
	KT_TRUE(m != NULL);
	m_freem(m);
	m_purge(list);
	balanced();
}

static int	 wait_done;

static void
waiter(void *arg)
{
	struct mbuf	*m;

	(void)arg;
	m = m_clget(NULL, M_WAIT, MAXMCLBYTES);
	KT_TRUE(m != NULL);
	m_freem(m);
	wait_done = 1;
	wakeup(&wait_done);
}

KTEST(wait, "M_WAIT sleeps until mbufs come back")
{
	struct mbuf	*list = NULL, *m;
	u_int		 limit = nmbclust;
	uint64_t	 before;

	wait_done = 0;
	KT_ERR(0, nmbclust_update(256));
	while ((m = m_clget(NULL, M_DONTWAIT, MCLBYTES)) != NULL) {
		m->m_nextpkt = list;
		list = m;
	}
	KT_REQUIRE(kthread_create(waiter, NULL, NULL, "waiter") == 0);
	ktest_sleep_ms(3);
	KT_EQ(wait_done, 0);
	before = nsecuptime();
	m_purge(list);
	while (!wait_done)
		if (tsleep_nsec(&wait_done, PWAIT, "t", 5000000000ULL) != 0)
			break;
	KT_EQ(wait_done, 1);
	/* It was woken: it did not find out by itself. */
	KT_RANGE(nsecuptime() - before, 0, 60000000);
	KT_ERR(0, nmbclust_update(limit));
}

static struct m_tag *
tag(struct mbuf *m, int id, u_char c)
{
	struct m_tag	*t;

	t = m_tag_get(id, 8, M_NOWAIT);
	KT_REQUIRE(t != NULL);
	memset(t + 1, c, 8);
	m_tag_prepend(m, t);
	return (t);
}

KTEST(tags, "tags are found by id, copied in order, and freed")
{
	struct mbuf	*m, *n;
	struct m_tag	*a, *b, *c, *t;
	u_char		 seen[4] = "";
	int		 i = 0;

	note();
	m = m_gethdr(M_DONTWAIT, MT_DATA);
	n = m_gethdr(M_DONTWAIT, MT_DATA);
	KT_PTREQ(m_tag_find(m, PACKET_TAG_GRE, NULL), NULL);
	a = tag(m, PACKET_TAG_GRE, 'a');
	b = tag(m, PACKET_TAG_WIREGUARD, 'b');
	c = tag(m, PACKET_TAG_GRE, 'c');
	KT_EQ(m->m_pkthdr.ph_tagsset, PACKET_TAG_GRE | PACKET_TAG_WIREGUARD);
	KT_PTREQ(m_tag_first(m), c);
	KT_PTREQ(m_tag_find(m, PACKET_TAG_GRE, NULL), c);
	KT_PTREQ(m_tag_find(m, PACKET_TAG_GRE, c), a);
	KT_PTREQ(m_tag_find(m, PACKET_TAG_GRE, a), NULL);
	KT_PTREQ(m_tag_find(m, PACKET_TAG_WIREGUARD, NULL), b);
	KT_PTREQ(m_tag_find(m, PACKET_TAG_DLT, NULL), NULL);

	tag(n, PACKET_TAG_DLT, 'x');
	KT_ERR(0, m_tag_copy_chain(n, m, M_NOWAIT));
	KT_EQ(n->m_pkthdr.ph_tagsset, m->m_pkthdr.ph_tagsset);
	SLIST_FOREACH(t, &n->m_pkthdr.ph_tags, m_tag_link)
		if (i < 3)
			seen[i++] = *(u_char *)(t + 1);
	KT_STREQ((char *)seen, "cba");

	m_tag_delete(m, c);
	KT_EQ(m->m_pkthdr.ph_tagsset, PACKET_TAG_GRE | PACKET_TAG_WIREGUARD);
	m_tag_delete(m, a);
	KT_EQ(m->m_pkthdr.ph_tagsset, PACKET_TAG_WIREGUARD);
	m_tag_delete_chain(m);
	KT_EQ(m->m_pkthdr.ph_tagsset, 0);
	KT_PTREQ(m_tag_first(m), NULL);
	m_freem(n);
	m_freem(m);
	m = m_gethdr(M_DONTWAIT, MT_DATA);
	tag(m, PACKET_TAG_DLT, 'z');
	m_removehdr(m);
	KT_TRUE((m->m_flags & M_PKTHDR) == 0);
	m_freem(m);
	m = m_gethdr(M_DONTWAIT, MT_DATA);
	tag(m, PACKET_TAG_DLT, 'z');
	m_freem(m);
	balanced();
}

KTEST(header, "a packet header is copied, moved and made fresh")
{
	struct mbuf	*m, *n;

	note();
	m = m_gethdr(M_DONTWAIT, MT_DATA);
	m->m_flags |= M_MCAST | M_AUTH | M_EOR;
	m->m_pkthdr.len = 77;
	m->m_pkthdr.ph_mss = 1400;
	m->m_pkthdr.csum_flags = M_TCP_TSO | M_TCP_CSUM_OUT;
	m->m_pkthdr.ph_rtableid = 3;
	m->m_pkthdr.ph_loopcnt = 2;
	m->m_pkthdr.pf.tag = 9;
	m->m_pkthdr.pf.statekey = m;
	tag(m, PACKET_TAG_DLT, 'd');

	n = m_clget(m_get(M_DONTWAIT, MT_DATA), M_DONTWAIT, MCLBYTES);
	KT_ERR(0, m_dup_pkthdr(n, m, M_DONTWAIT));
	KT_EQ(n->m_flags, M_EXT | M_EXTWR | M_PKTHDR | M_MCAST | M_AUTH |
	    M_EOR);
	KT_EQ(n->m_pkthdr.ph_mss, 1400);
	KT_EQ(n->m_pkthdr.pf.tag, 9);
	KT_PTREQ(n->m_pkthdr.pf.statekey, NULL);
	KT_NE((uintptr_t)m_tag_first(n), (uintptr_t)m_tag_first(m));
	KT_TRUE(m_tag_find(n, PACKET_TAG_DLT, NULL) != NULL);
	m_freem(n);

	n = m_get(M_DONTWAIT, MT_DATA);
	m_move_pkthdr(n, m);
	KT_TRUE((m->m_flags & M_PKTHDR) == 0);
	KT_PTREQ(n->m_data, n->m_pktdat);
	KT_EQ(n->m_pkthdr.len, 77);
	m_freem(m);
	KT_TRUE(m_tag_find(n, PACKET_TAG_DLT, NULL) != NULL);

	m_resethdr(n);
	KT_EQ(n->m_flags, M_PKTHDR | M_EOR);
	KT_EQ(n->m_pkthdr.len, 77);
	KT_EQ(n->m_pkthdr.ph_loopcnt, 2);
	KT_EQ(n->m_pkthdr.csum_flags, 0);
	KT_EQ(n->m_pkthdr.ph_rtableid, 0);
	KT_PTREQ(m_tag_first(n), NULL);
	m_freem(n);
	balanced();
}

/* Packets whose number is their length. */
static struct mbuf *
numbered(u_int n)
{
	struct mbuf	*m;

	m = m_gethdr(M_DONTWAIT, MT_DATA);
	KT_REQUIRE(m != NULL);
	m->m_pkthdr.len = n;
	return (m);
}

static void
take(struct mbuf_list *ml, u_int n)
{
	struct mbuf	*m;

	m = ml_dequeue(ml);
	if (n == 0) {
		KT_PTREQ(m, NULL);
		return;
	}
	KT_REQUIRE(m != NULL);
	KT_EQ(m->m_pkthdr.len, n);
	KT_PTREQ(m->m_nextpkt, NULL);
	m_freem(m);
}

static int
odd(void *ctx, const struct mbuf *m)
{
	(void)ctx;
	return (m->m_pkthdr.len & 1);
}

KTEST(list, "lists keep order, length and ends")
{
	struct mbuf_list	 a = MBUF_LIST_INITIALIZER(), b;
	struct mbuf		*m;
	u_int			 i;

	note();
	ml_init(&b);
	take(&a, 0);
	KT_EQ(ml_hdatalen(&a), 0);
	ml_enlist(&a, &b);
	KT_TRUE(ml_empty(&a));
	for (i = 1; i <= 3; i++)
		ml_enqueue(&a, numbered(i));
	for (i = 4; i <= 6; i++)
		ml_enqueue(&b, numbered(i));
	KT_EQ(ml_hdatalen(&b), 4);
	ml_enlist(&a, &b);
	KT_EQ(ml_len(&a), 6);
	KT_EQ(ml_len(&b), 0);
	take(&b, 0);
	take(&a, 1);
	ml_enlist(&b, &a);
	KT_EQ(ml_len(&b), 5);
	ml_enqueue(&b, numbered(7));
	i = 2;
	MBUF_LIST_FOREACH(&b, m)
		KT_EQ(m->m_pkthdr.len, i++);
	m = ml_filter(&b, odd, NULL);
	KT_EQ(ml_len(&b), 3);
	for (i = 3; i <= 7; i += 2) {
		KT_REQUIRE(m != NULL);
		KT_EQ(m->m_pkthdr.len, i);
		m = m_freem(m);
	}
	KT_PTREQ(m, NULL);
	take(&b, 2);
	ml_enqueue(&b, numbered(8));
	KT_EQ(ml_purge(&b), 3);
	KT_TRUE(ml_empty(&b));
	ml_enqueue(&b, numbered(1));
	m_purge(ml_dechain(&b));
	KT_EQ(ml_len(&b), 0);
	balanced();
}

KTEST(queue, "queues drop beyond their limit: the new or the old one")
{
	struct mbuf_list	 ml = MBUF_LIST_INITIALIZER();
	struct mbuf_queue	 mq;
	struct mbuf		*m;
	u_int			 i;

	note();
	mq_init(&mq, 3, IPL_NET);
	for (i = 1; i <= 3; i++)
		KT_EQ(mq_enqueue(&mq, numbered(i)), 0);
	KT_TRUE(mq_full(&mq));
	KT_EQ(mq_enqueue(&mq, numbered(4)), 1);
	KT_EQ(mq_drops(&mq), 1);
	KT_EQ(mq_push(&mq, numbered(5)), 1);
	KT_EQ(mq_hdatalen(&mq), 2);
	m = mq_dequeue(&mq);
	KT_EQ(m->m_pkthdr.len, 2);
	m_freem(m);
	KT_EQ(mq_push(&mq, numbered(6)), 0);
	mq_delist(&mq, &ml);
	take(&ml, 3);
	take(&ml, 5);
	take(&ml, 6);
	take(&ml, 0);
	KT_TRUE(mq_empty(&mq));
	KT_PTREQ(mq_dequeue(&mq), NULL);

	for (i = 1; i <= 5; i++)
		ml_enqueue(&ml, numbered(i));
	KT_EQ(mq_enlist(&mq, &ml), 2);
	KT_EQ(mq_drops(&mq), 4);
	KT_TRUE(ml_empty(&ml));
	m = mq_filter(&mq, odd, NULL);
	KT_EQ(mq_len(&mq), 1);
	m_purge(m);
	ml_enqueue(&ml, numbered(9));
	KT_EQ(mq_enlist(&mq, &ml), 0);
	KT_EQ(mq_purge(&mq), 2);
	mq_set_maxlen(&mq, 0);
	KT_EQ(mq_push(&mq, numbered(1)), 1);
	KT_EQ(mq_enqueue(&mq, numbered(1)), 1);
	KT_EQ(mq_len(&mq), 0);
	m_purge(mq_dechain(&mq));
	balanced();
}

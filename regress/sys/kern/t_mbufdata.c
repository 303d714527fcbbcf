/*
 * mbuf(9): what moves, copies and reshapes data.  Each function has cases of
 * its own, and all together are held against a model, a plain array.
 */
#include <sys/param.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <ktest.h>

/* The byte that belongs at an offset. */
static u_char
at(u_int off)
{
	return (off * 7 + off / 251);
}

/*
 * A packet whose mbufs have the given lengths (ended by -1), those above
 * MHLEN in clusters, filled by at().
 */
static struct mbuf *
chain(const int *lens)
{
	struct mbuf	*m, *top = NULL, **mp = &top;
	u_int		 off = 0;
	int		 i, n;

	for (n = 0; lens[n] >= 0; n++) {
		m = top == NULL ? m_gethdr(M_WAIT, MT_DATA) :
		    m_get(M_WAIT, MT_DATA);
		if (lens[n] > (int)MHLEN)
			m_clget(m, M_WAIT, lens[n]);
		for (i = 0; i < lens[n]; i++)
			m->m_data[i] = at(off++);
		m->m_len = lens[n];
		*mp = m;
		mp = &m->m_next;
	}
	top->m_pkthdr.len = off;
	return (top);
}

#define CHAIN(...)	chain((const int[]){ __VA_ARGS__, -1 })

/* Is the packet well formed, and its data at(from), at(from + 1) ...? */
static void
check(const struct mbuf *m, u_int from, u_int len)
{
	const struct mbuf	*n;
	u_int			 i, off = 0, bad = 0;

	KT_REQUIRE(m != NULL);
	KT_EQ(m_length(m), len);
	if (m->m_flags & M_PKTHDR)
		KT_EQ(m->m_pkthdr.len, len);
	for (n = m; n != NULL; n = n->m_next) {
		KT_TRUE(n->m_data >= M_DATABUF(n));
		KT_TRUE(n->m_data + n->m_len <= M_DATABUF(n) + M_SIZE(n));
		KT_TRUE(n == m || (n->m_flags & M_PKTHDR) == 0);
		for (i = 0; i < n->m_len; i++)
			bad += (u_char)n->m_data[i] != at(from + off++);
	}
	KT_EQ(bad, 0);
}

KTEST(adj, "m_adj cuts front and back, all of it at most")
{
	static const struct { int n; u_int from, len; } t[] = {
		{ 0, 0, 300 }, { 1, 1, 299 }, { 100, 100, 200 },
		{ 150, 150, 150 }, { 300, 300, 0 }, { 1000, 300, 0 },
		{ -1, 0, 299 }, { -100, 0, 200 }, { -250, 0, 50 },
		{ -300, 0, 0 }, { -1000, 0, 0 }, { INT_MIN, 0, 0 },
		{ INT_MAX, 300, 0 },
	};
	struct mbuf	*m;
	size_t		 i;

	for (i = 0; i < nitems(t); i++) {
		KT_CASE("%d", t[i].n);
		m = CHAIN(100, 0, 100, 100);
		m_adj(m, t[i].n);
		check(m, t[i].from, t[i].len);
		m_freem(m);
	}
	m_adj(NULL, 5);
}

KTEST(prepend, "m_prepend uses leading space, or another mbuf")
{
	struct mbuf	*m, *c;

	m = CHAIN(100, 50);
	m_adj(m, 40);
	m = m_prepend(m, 40, M_DONTWAIT);
	check(m, 0, 150);
	m = m_prepend(m, 20, M_DONTWAIT);
	KT_EQ(m->m_len, 20);
	KT_EQ(m->m_pkthdr.len, 170);
	KT_EQ((uintptr_t)m->m_data % 8, 0);
	KT_TRUE(m_leadingspace(m) > 40);
	m_adj(m, 20);
	check(m, 0, 150);
	m_freem(m);

	/* Shared data are left alone. */
	m = CHAIN(1000);
	m_adj(m, 100);
	c = m_copym(m, 0, M_COPYALL, M_DONTWAIT);
	m = m_prepend(m, 8, M_DONTWAIT);
	memset(m->m_data, 0, 8);
	m_adj(m, 8);
	check(m, 100, 900);
	check(c, 100, 900);
	m_freem(c);
	m = m_prepend(m, 3000, M_DONTWAIT);
	KT_EQ(m->m_pkthdr.len, 3900);
	m_adj(m, 3000);
	check(m, 100, 900);
	m_freem(m);
}

KTEST(pullup, "m_pullup gathers a header, or frees what is too short")
{
	static const struct { int a, b, c; u_int len; int ok; } t[] = {
		{ 10, 20, 30, 0, 1 }, { 10, 20, 30, 10, 1 },
		{ 10, 20, 30, 11, 1 }, { 10, 20, 30, 30, 1 },
		{ 10, 20, 30, 31, 1 }, { 10, 20, 30, 60, 1 },
		{ 10, 20, 30, 61, 0 }, { 0, 0, 60, 60, 1 },
		{ 0, 1500, 0, 20, 1 }, { 100, 100, 100, 250, 1 },
		{ 2000, 2000, 2000, 6000, 1 }, { 1, 9000, 9000, 18000, 1 },
		{ 10, 10, 10, UINT_MAX, 0 }, { 65000, 5000, 0, 70000, 0 },
	};
	struct mbuf	*m, *c;
	size_t		 i;

	for (i = 0; i < nitems(t); i++) {
		KT_CASE("%d+%d+%d: %u", t[i].a, t[i].b, t[i].c, t[i].len);
		m = CHAIN(t[i].a, t[i].b, t[i].c);
		m = m_pullup(m, t[i].len);
		KT_EQ(m != NULL, t[i].ok);
		if (m == NULL)
			continue;
		KT_TRUE(m->m_len >= t[i].len);
		KT_TRUE(m->m_flags & M_PKTHDR);
		check(m, 0, t[i].a + t[i].b + t[i].c);
		m_freem(m);
	}
	KT_CASE("shared");
	m = CHAIN(1000, 1000);
	m_adj(m, 2);
	c = m_copym(m, 0, M_COPYALL, M_DONTWAIT);
	m = m_pullup(m, 1100);
	/* Alignment is kept. */
	KT_EQ((uintptr_t)m->m_data % 8, 2);
	memset(m->m_data, 0, 1100);
	check(c, 2, 1998);
	m_freem(m);
	m_freem(c);
}

KTEST(copydata, "m_copydata and m_apply see the right bytes")
{
	struct mbuf	*m;
	u_char		 buf[300];
	u_int		 i, n, off;
	int		 bad = 0;

	m = CHAIN(100, 0, 1, 99, 100);
	for (off = 0; off <= 300; off += 7)
		for (n = 0; off + n <= 300; n += 13) {
			memset(buf, 0xee, sizeof(buf));
			m_copydata(m, off, n, buf);
			for (i = 0; i < n; i++)
				bad += buf[i] != at(off + i);
			if (n < sizeof(buf))
				bad += buf[n] != 0xee;
		}
	KT_EQ(bad, 0);
	m_freem(m);
}

struct applied {
	u_int	a_calls;
	u_int	a_bytes;
	u_int	a_stop;		/* return 7 after so many calls */
	u_int	a_next;
	u_int	a_bad;
};

static int
apply(caddr_t state, caddr_t data, u_int n)
{
	struct applied	*a = (void *)state;
	u_int		 i;

	a->a_calls++;
	a->a_bytes += n;
	for (i = 0; i < n; i++)
		a->a_bad += (u_char)data[i] != at(a->a_next++);
	return (a->a_calls == a->a_stop ? 7 : 0);
}

KTEST(apply, "m_apply calls for each piece and stops when told")
{
	static const struct { u_int off, len, stop, calls, bytes; } t[] = {
		{ 0, 300, 0, 3, 300 }, { 50, 200, 0, 3, 200 },
		{ 100, 100, 0, 1, 100 }, { 99, 2, 0, 2, 2 },
		{ 300, 0, 0, 0, 0 }, { 0, 0, 0, 0, 0 }, { 0, 300, 2, 2, 200 },
	};
	struct applied	 a;
	struct mbuf	*m;
	size_t		 i;

	m = CHAIN(100, 0, 100, 100);
	for (i = 0; i < nitems(t); i++) {
		KT_CASE("%u %u", t[i].off, t[i].len);
		memset(&a, 0, sizeof(a));
		a.a_stop = t[i].stop;
		a.a_next = t[i].off;
		KT_EQ(m_apply(m, t[i].off, t[i].len, apply, (caddr_t)&a),
		    t[i].stop ? 7 : 0);
		KT_EQ(a.a_calls, t[i].calls);
		KT_EQ(a.a_bytes, t[i].bytes);
		KT_EQ(a.a_bad, 0);
	}
	m_freem(m);
}

KTEST(copyback, "m_copyback overwrites, grows, and spares shared data")
{
	static const struct { u_int off, len; } t[] = {
		{ 0, 1 }, { 0, 300 }, { 50, 100 }, { 99, 2 }, { 299, 1 },
		{ 300, 1 }, { 300, 5000 }, { 310, 10 }, { 250, 100 },
		{ 0, 0 }, { 1000, 0 }, { 5000, 1 }, { 0, 70000 },
	};
	static u_char	 buf[80000], want[80000], got[80000];
	struct mbuf	*c, *m;
	u_int		 i, len;
	size_t		 k;

	for (i = 0; i < sizeof(buf); i++)
		buf[i] = i * 13 + 5;
	for (k = 0; k < nitems(t); k++) {
		KT_CASE("%u %u", t[k].off, t[k].len);
		m = CHAIN(100, 100, 100);
		memset(want, 0, sizeof(want));
		for (i = 0; i < 300; i++)
			want[i] = at(i);
		memcpy(want + t[k].off, buf, t[k].len);
		len = t[k].len == 0 ? 300 : MAX(300, t[k].off + t[k].len);
		KT_ERR(0, m_copyback(m, t[k].off, t[k].len, buf, M_NOWAIT));
		KT_EQ(m->m_pkthdr.len, len);
		KT_REQUIRE(m_length(m) == len);
		m_copydata(m, 0, len, got);
		KT_MEMEQ(got, want, len);
		m_freem(m);
	}
	KT_CASE("shared");
	m = CHAIN(1000, 1000, 1000);
	c = m_copym(m, 0, M_COPYALL, M_DONTWAIT);
	KT_ERR(0, m_copyback(m, 900, 1200, buf, M_NOWAIT));
	check(c, 0, 3000);
	m_copydata(m, 900, 1200, got);
	KT_MEMEQ(got, buf, 1200);
	KT_EQ(m_length(m), 3000);
	m_freem(m);
	check(c, 0, 3000);
	m_freem(c);
}

KTEST(copym, "m_copym copies any part, and shares clusters")
{
	struct mbuf	*m, *c;
	u_int		 len, off;

	m = CHAIN(100, 1500, 0, 50, 9000);
	for (off = 0; off < 10650; off += 531)
		for (len = 1; off + len <= 10650; len += 1777) {
			KT_CASE("%u %u", off, len);
			c = m_copym(m, off, len, M_DONTWAIT);
			check(c, off, len);
			KT_EQ(!!(c->m_flags & M_PKTHDR), off == 0);
			m_freem(c);
		}
	KT_CASE("all");
	c = m_copym(m, 0, M_COPYALL, M_DONTWAIT);
	check(c, 0, 10650);
	KT_PTREQ(c->m_next->m_data, m->m_next->m_data);
	m_freem(c);
	c = m_copym(m, 200, M_COPYALL, M_DONTWAIT);
	check(c, 200, 10450);
	m_freem(m);
	check(c, 200, 10450);
	m_freem(c);
}

KTEST(dup, "m_dup_pkt makes one buffer with room in front")
{
	struct mbuf	*m, *c;

	m = CHAIN(100, 1500, 50);
	m->m_pkthdr.ph_mss = 99;
	c = m_dup_pkt(m, 64, M_DONTWAIT);
	check(c, 0, 1650);
	KT_PTREQ(c->m_next, NULL);
	KT_EQ(m_leadingspace(c), 64);
	KT_EQ(c->m_pkthdr.ph_mss, 99);
	m_freem(c);
	KT_PTREQ(m_dup_pkt(m, MAXMCLBYTES, M_DONTWAIT), NULL);
	m_freem(m);
	c = m_devget("0123456789", 10, 14);
	KT_EQ(c->m_pkthdr.len, 10);
	KT_MEMEQ(c->m_data, "0123456789", 10);
	KT_EQ(m_leadingspace(c), 14);
	m_freem(c);
	KT_PTREQ(m_devget("", UINT_MAX, 2), NULL);
	KT_PTREQ(m_devget("", 2, UINT_MAX), NULL);
}

KTEST(defrag, "m_defrag gathers all in one, the head staying the head")
{
	struct mbuf	*m, *c;

	m = CHAIN(50, 40, 30);
	KT_ERR(0, m_defrag(m, M_DONTWAIT));
	KT_PTREQ(m->m_next, NULL);
	check(m, 0, 120);
	KT_ERR(0, m_defrag(m, M_DONTWAIT));
	m_freem(m);

	m = CHAIN(1500, 1500, 60000, 10);
	c = m_copym(m, 0, M_COPYALL, M_DONTWAIT);
	KT_ERR(0, m_defrag(m, M_DONTWAIT));
	KT_PTREQ(m->m_next, NULL);
	KT_TRUE(!M_READONLY(m));
	memset(m->m_data, 0, m->m_len);
	check(c, 0, 63010);
	m_freem(m);
	m_freem(c);

	m = CHAIN(40000, 40000);
	KT_ERR(ENOBUFS, m_defrag(m, M_DONTWAIT));
	check(m, 0, 80000);
	m_freem(m);
}

KTEST(getptr, "m_getptr finds bytes and the end, nothing beyond")
{
	struct mbuf	*m;
	u_int		 off = 99;

	m = CHAIN(100, 0, 50);
	KT_PTREQ(m_getptr(m, 0, &off), m);
	KT_EQ(off, 0);
	KT_PTREQ(m_getptr(m, 99, &off), m);
	KT_EQ(off, 99);
	KT_PTREQ(m_getptr(m, 100, &off), m->m_next->m_next);
	KT_EQ(off, 0);
	KT_PTREQ(m_getptr(m, 150, &off), m->m_next->m_next);
	KT_EQ(off, 50);
	KT_PTREQ(m_getptr(m, 151, &off), NULL);
	m_freem(m);
}

KTEST(split, "m_split cuts anywhere and m_cat joins again")
{
	struct mbuf	*m, *n;
	u_int		 len;

	for (len = 0; len <= 1700; len += 50) {
		KT_CASE("at %u", len);
		m = CHAIN(100, 1500, 100);
		m->m_pkthdr.ph_rtableid = 4;
		n = m_split(m, len, M_DONTWAIT);
		KT_REQUIRE(n != NULL);
		check(m, 0, len);
		check(n, len, 1700 - len);
		KT_TRUE(n->m_flags & M_PKTHDR);
		KT_EQ(n->m_pkthdr.ph_rtableid, 4);
		m_cat(m, n);
		m_calchdrlen(m);
		check(m, 0, 1700);
		m_freem(m);
	}
	m = CHAIN(100, 100);
	KT_PTREQ(m_split(m, 201, M_DONTWAIT), NULL);
	check(m, 0, 200);
	m_cat(m, NULL);
	m_freem(m);
}

KTEST(cat, "m_cat moves small data and never writes to shared ones")
{
	struct mbuf	*m, *n, *c;

	m = CHAIN(50);
	n = CHAIN(20);
	m_cat(m, n);
	KT_PTREQ(m->m_next, NULL);
	KT_EQ(m->m_len, 70);
	m_freem(m);

	m = CHAIN(1000);
	c = m_copym(m, 0, M_COPYALL, M_DONTWAIT);
	n = CHAIN(20);
	m_cat(m, n);
	KT_PTREQ(m->m_next, n);
	KT_TRUE((n->m_flags & M_PKTHDR) == 0);
	m_freem(m);
	check(c, 0, 1000);
	m_freem(c);
}

KTEST(inject, "m_inject and m_makespace open a gap anywhere")
{
	static const u_int	 lens[] = { 1, 8, 20, 100, 300, 3000 };
	struct mbuf		*m, *n, *c;
	u_int			 at_off, off;
	size_t			 i;
	int			 how, shared;

	for (how = 0; how < 4; how++)
		for (i = 0; i < nitems(lens); i++)
			for (at_off = 0; at_off <= 1700; at_off += 85) {
				KT_CASE("%d: %u at %u", how, lens[i], at_off);
				shared = how >= 2;
				m = CHAIN(100, 1500, 100);
				c = NULL;
				if (shared)
					c = m_copym(m, 0, M_COPYALL,
					    M_DONTWAIT);
				if (how & 1)
					n = m_inject(m, at_off, lens[i],
					    M_DONTWAIT), off = 0;
				else
					n = m_makespace(m, at_off, lens[i],
					    &off);
				KT_REQUIRE(n != NULL);
				KT_TRUE(off + lens[i] <= n->m_len);
				KT_EQ(m->m_pkthdr.len, 1700 + lens[i]);
				memset(n->m_data + off, 0xee, lens[i]);
				if (c != NULL)
					check(c, 0, 1700);
				m_freem(c);
				/* Without the gap it is as before. */
				c = m_split(m, at_off, M_DONTWAIT);
				KT_REQUIRE(c != NULL);
				KT_EQ(m_length(c), 1700 - at_off + lens[i]);
				m_adj(c, lens[i]);
				check(m, 0, at_off);
				check(c, at_off, 1700 - at_off);
				m_freem(m);
				m_freem(c);
			}
	m = CHAIN(10);
	KT_PTREQ(m_inject(m, 11, 1, M_DONTWAIT), NULL);
	KT_PTREQ(m_makespace(m, 11, 1, &off), NULL);
	check(m, 0, 10);
	m_freem(m);
}

KTEST(pulldown, "m_pulldown makes a piece contiguous and writable")
{
	struct mbuf	*m, *n, *c;
	u_int		 off, len, where;
	int		 how, bad;
	u_int		 i;

	for (how = 0; how < 4; how++)
		for (off = 0; off <= 1700; off += 85)
			for (len = 0; off + len <= 1700; len += 170) {
				KT_CASE("%d: %u at %u", how, len, off);
				m = CHAIN(100, 1500, 0, 100);
				c = how & 2 ? m_copym(m, 0, M_COPYALL,
				    M_DONTWAIT) : NULL;
				where = 0;
				n = m_pulldown(m, off, len,
				    how & 1 ? &where : NULL);
				KT_REQUIRE(n != NULL);
				check(m, 0, 1700);
				KT_TRUE(where + len <= n->m_len);
				KT_TRUE(!M_READONLY(n));
				bad = 0;
				for (i = 0; i < len; i++) {
					bad += (u_char)n->m_data[where + i] !=
					    at(off + i);
					n->m_data[where + i] ^= 0xff;
				}
				KT_EQ(bad, 0);
				if (c != NULL)
					check(c, 0, 1700);
				m_freem(c);
				m_freem(m);
			}
	KT_CASE("too long");
	m = CHAIN(100, 100);
	KT_PTREQ(m_pulldown(m, 150, 51, &where), NULL);
	m = CHAIN(100, 100);
	KT_PTREQ(m_pulldown(m, 201, 0, &where), NULL);
	m = CHAIN(100, 100);
	KT_PTREQ(m_pulldown(m, 0, UINT_MAX, &where), NULL);
	m = CHAIN(100, 100);
	KT_PTREQ(m_pulldown(m, UINT_MAX, 1, &where), NULL);
}

/* Take every mbuf there is, at a limit that is soon reached. */
static struct mbuf *
exhaust(void)
{
	struct mbuf	*list = NULL, *m;

	KT_ERR(0, nmbclust_update(128));
	while ((m = m_clget(NULL, M_DONTWAIT, MCLBYTES)) != NULL ||
	    (m = m_get(M_DONTWAIT, MT_DATA)) != NULL) {
		m->m_nextpkt = list;
		list = m;
	}
	return (list);
}

KTEST(nomem, "without memory packets stay whole or are freed, as promised")
{
	struct mbuf	*all, *c, *m[6];
	u_int		 clusters, inuse = mbuf_inuse(), limit = nmbclust, off;
	size_t		 i;

	clusters = mbstat.m_clusters;
	for (i = 0; i < nitems(m); i++)
		m[i] = CHAIN(100, 1500, 50);
	c = m_copym(m[3], 0, M_COPYALL, M_DONTWAIT);
	all = exhaust();

	/* These free the packet. */
	KT_PTREQ(m_prepend(m[0], 120, M_DONTWAIT), NULL);
	m[0] = exhaust();
	KT_PTREQ(m_pullup(m[1], 200), NULL);
	m[1] = exhaust();
	KT_PTREQ(m_pulldown(m[2], 50, 100, &off), NULL);
	m[2] = exhaust();
	/* These leave it as it was. */
	KT_ERR(ENOBUFS, m_copyback(m[3], 200, 10, "0123456789", M_NOWAIT));
	check(m[3], 0, 1650);
	check(c, 0, 1650);
	KT_PTREQ(m_copym(m[4], 0, M_COPYALL, M_DONTWAIT), NULL);
	KT_PTREQ(m_copym(m[4], 200, 10, M_DONTWAIT), NULL);
	KT_PTREQ(m_split(m[4], 200, M_DONTWAIT), NULL);
	KT_PTREQ(m_inject(m[4], 200, 20, M_DONTWAIT), NULL);
	KT_PTREQ(m_makespace(m[4], 50, 3000, &off), NULL);
	KT_PTREQ(m_dup_pkt(m[4], 16, M_DONTWAIT), NULL);
	KT_ERR(ENOBUFS, m_defrag(m[4], M_DONTWAIT));
	check(m[4], 0, 1650);
	KT_PTREQ(m_devget("x", 1, 0), NULL);
	KT_PTREQ(m_clget(NULL, M_DONTWAIT, MCLBYTES), NULL);
	KT_PTREQ(m_getclr(M_DONTWAIT, MT_DATA), NULL);
	/* This writes as much as there is room for. */
	KT_ERR(ENOBUFS, m_copyback(m[5], 1640, 500, all->m_data, M_NOWAIT));
	KT_EQ(m[5]->m_pkthdr.len, m_length(m[5]));

	for (i = 0; i < nitems(m); i++)
		m_purge(m[i]);
	m_freem(c);
	m_purge(all);
	KT_ERR(0, nmbclust_update(limit));
	KT_EQ(mbuf_inuse(), inuse);
	KT_EQ(mbstat.m_clusters, clusters);
}

/*
 * The model: a packet, and an array with the same bytes, under the same
 * random operations; and copies made on the way, which must never change.
 */
#define MODEL_MAX	60000
#define MODEL_COPIES	4

static u_char	 model[MODEL_MAX + 8192], model_tmp[MODEL_MAX + 8192];
static u_int	 model_len;
static struct mbuf *model_copy[MODEL_COPIES];
static u_int	 model_copylen[MODEL_COPIES];
static uint32_t	 model_copysum[MODEL_COPIES];

static uint32_t
sum(const u_char *p, u_int n)
{
	uint32_t	 s = 1;

	while (n-- > 0)
		s = s * 31 + *p++;
	return (s);
}

static void
model_check(const struct mbuf *m)
{
	const struct mbuf	*n;

	KT_REQUIRE(m_length(m) == model_len);
	KT_EQ(m->m_pkthdr.len, model_len);
	for (n = m; n != NULL; n = n->m_next)
		KT_TRUE(n->m_data >= M_DATABUF(n) && n->m_data + n->m_len <=
		    M_DATABUF(n) + M_SIZE(n));
	m_copydata(m, 0, model_len, model_tmp);
	KT_REQUIRE(memcmp(model_tmp, model, model_len) == 0);
}

static void
model_open(u_int off, u_int len)
{
	memmove(model + off + len, model + off, model_len - off);
	model_len += len;
}

static void
model_keep(const struct mbuf *m, int i)
{
	m_freem(model_copy[i]);
	model_copy[i] = m_copym(m, 0, M_COPYALL, M_DONTWAIT);
	model_copylen[i] = model_len;
	model_copysum[i] = sum(model, model_len);
}

static void
model_copies_check(void)
{
	int	 i;

	for (i = 0; i < MODEL_COPIES; i++) {
		if (model_copy[i] == NULL)
			continue;
		KT_REQUIRE(m_length(model_copy[i]) == model_copylen[i]);
		m_copydata(model_copy[i], 0, model_copylen[i], model_tmp);
		KT_REQUIRE(sum(model_tmp, model_copylen[i]) ==
		    model_copysum[i]);
	}
}

static struct mbuf *
model_step(struct mbuf *m, struct ktest_rand *kr)
{
	struct mbuf	*n;
	u_int		 i, len, off, where = 0;

	off = ktest_rand_below(kr, model_len + 1);
	len = ktest_rand_below(kr, 2) ? ktest_rand_below(kr, 64) :
	    ktest_rand_below(kr, 3000);
	switch (ktest_rand_below(kr, 11)) {
	case 0:
		m = m_prepend(m, len, M_DONTWAIT);
		model_open(0, len);
		m_copyback(m, 0, len, model, M_NOWAIT);
		break;
	case 1:
		len = MIN(len, model_len / 2);
		m_adj(m, len);
		memmove(model, model + len, model_len - len);
		model_len -= len;
		break;
	case 2:
		len = MIN(len, model_len / 2);
		m_adj(m, -(int)len);
		model_len -= len;
		break;
	case 3:
		for (i = 0; i < len; i++)
			model_tmp[i] = ktest_rand(kr);
		m_copyback(m, off, len, model_tmp, M_NOWAIT);
		if (len > 0 && off + len > model_len)
			model_len = off + len;
		memcpy(model + off, model_tmp, len);
		break;
	case 4:
		m = m_pullup(m, MIN(len, model_len));
		break;
	case 5:
		len = MIN(len, model_len - off);
		n = m_pulldown(m, off, len, &where);
		KT_REQUIRE(n != NULL);
		if (len > 0) {
			n->m_data[where] ^= 0x5a;
			model[off] ^= 0x5a;
		}
		break;
	case 6:
		n = m_split(m, off, M_DONTWAIT);
		KT_REQUIRE(n != NULL);
		m_cat(m, n);
		m_calchdrlen(m);
		break;
	case 7:
		n = m_makespace(m, off, len, &where);
		KT_REQUIRE(n != NULL);
		model_open(off, len);
		memcpy(n->m_data + where, model + off, len);
		break;
	case 8:
		n = m_inject(m, off, len, M_DONTWAIT);
		KT_REQUIRE(n != NULL);
		model_open(off, len);
		memcpy(n->m_data, model + off, len);
		break;
	case 9:
		if (ktest_rand_below(kr, 4) == 0)
			KT_ERR(0, m_defrag(m, M_DONTWAIT));
		break;
	default:
		model_keep(m, ktest_rand_below(kr, MODEL_COPIES));
	}
	KT_REQUIRE(m != NULL);
	return (m);
}

KTEST(model, "thousands of random operations against a plain array")
{
	struct ktest_rand	 kr;
	struct mbuf		*m;
	u_int			 inuse = mbuf_inuse(), clusters;
	int			 i, step;

	clusters = mbstat.m_clusters;
	ktest_srand(&kr, 6);
	m = m_gethdr(M_WAIT, MT_DATA);
	model_len = 0;
	for (step = 0; step < 4000; step++) {
		KT_CASE("step %d", step);
		m = model_step(m, &kr);
		if (model_len > MODEL_MAX - 8192) {
			m_adj(m, -(int)(model_len / 2));
			model_len -= model_len / 2;
		}
		if (step % 4 == 0)
			model_check(m);
		if (step % 16 == 0)
			model_copies_check();
	}
	model_check(m);
	model_copies_check();
	m_freem(m);
	for (i = 0; i < MODEL_COPIES; i++) {
		m_freem(model_copy[i]);
		model_copy[i] = NULL;
	}
	KT_CASE("the end");
	KT_EQ(mbuf_inuse(), inuse);
	KT_EQ(mbstat.m_clusters, clusters);
}

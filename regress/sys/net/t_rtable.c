/*
 * Routing tables: masks, priorities, several routes to one prefix, walks.
 * Routes are made by hand, so that nothing but the table is tested.
 */
#include <sys/param.h>
#include <sys/pool.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/systm.h>

#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#include <ktest.h>

#define TABLE	201			/* nobody else's */

static struct ifaddr	 test_ifa;
static struct ifnet	 test_ifp;

static struct sockaddr *
sin(struct sockaddr_in *s, uint32_t addr)
{
	memset(s, 0, sizeof(*s));
	s->sin_len = sizeof(*s);
	s->sin_family = AF_INET;
	s->sin_addr.s_addr = htonl(addr);
	return ((struct sockaddr *)s);
}

static void
begin(void)
{
	NET_LOCK();
	KT_EQ(rtable_add(TABLE), 0);
	KT_EQ(rtable_empty(TABLE), 1);
	test_ifa.ifa_ifp = &test_ifp;
	refcnt_init(&test_ifa.ifa_refcnt);
}

static void
end(void)
{
	KT_EQ(rtable_empty(TABLE), 1);
	KT_EQ(refcnt_read(&test_ifa.ifa_refcnt), 1);
	NET_UNLOCK();
}

/* Insert a route by hand; the table has its only reference. */
static int
insert(uint32_t addr, int plen, uint32_t gate, uint8_t prio, int mpath,
    struct rtentry **rtp)
{
	struct sockaddr_in dst, gw;
	struct rtentry *rt;
	union rtaddr mask;
	int error;

	rt = pool_get(&rtentry_pool, PR_WAITOK | PR_ZERO);
	refcnt_init(&rt->rt_refcnt);
	LIST_INIT(&rt->rt_timer);
	rt->rt_ifa = ifaref(&test_ifa);
	rt->rt_flags = RTF_UP | (mpath ? RTF_MPATH : 0);
	rt->rt_priority = prio;
	rt->rt_dest = &rt->rt_destbuf.ra_sa;
	memcpy(rt->rt_dest, sin(&dst, addr), sizeof(dst));
	KT_EQ(rt_setaddr(rt, sin(&gw, gate)), 0);
	error = rtable_insert(TABLE, rt->rt_dest,
	    rt_plentosa(AF_INET, plen, &mask, sizeof(mask)), rt->rt_gateway,
	    prio, rt);
	if (rtp != NULL)
		*rtp = rt;
	rtfree(rt);
	return (error);
}

static struct rtentry *
match(uint32_t addr)
{
	struct sockaddr_in dst;

	return (rtable_match(TABLE, sin(&dst, addr), NULL));
}

static int
delete(struct rtentry *rt)
{
	return (rtable_delete(TABLE, rt->rt_dest, rt));
}

static int
delete_all(struct rtentry *rt, void *arg, u_int tableid)
{
	KT_EQ(tableid, TABLE);
	++*(u_int *)arg;
	return (delete(rt));
}

static u_int
purge(void)
{
	u_int n = 0;

	KT_EQ(rtable_walk(TABLE, AF_INET, NULL, delete_all, &n), 0);
	return (n);
}

KTEST(masks, "masks of every length, short ones, and ones with holes")
{
	static const struct {
		uint8_t	len;
		uint8_t	b[4];
		int	plen;
	} t[] = {
		{ 16, { 0, 0, 0, 0 }, 0 },
		{ 16, { 255, 255, 255, 255 }, 32 },
		{ 16, { 255, 255, 255, 0 }, 24 },
		{ 16, { 128, 0, 0, 0 }, 1 },
		{ 16, { 255, 254, 0, 0 }, 15 },
		{ 16, { 255, 0, 255, 0 }, -1 },
		{ 16, { 253, 0, 0, 0 }, -1 },
		{ 16, { 254, 1, 0, 0 }, -1 },
		{ 16, { 0, 0, 0, 1 }, -1 },
		{ 6, { 255, 255, 255, 255 }, 16 },
		{ 5, { 240, 255, 0, 0 }, 4 },
		{ 4, { 255, 0, 0, 0 }, 0 },
		{ 0, { 255, 0, 0, 0 }, 0 },
	};
	struct sockaddr_in mask;
	union rtaddr ra;
	u_int i;
	int plen;

	for (i = 0; i < nitems(t); i++) {
		KT_CASE("case %u", i);
		(void)sin(&mask, 0);
		mask.sin_len = t[i].len;
		memcpy(&mask.sin_addr, t[i].b, 4);
		KT_EQ(rtable_satoplen(AF_INET, (struct sockaddr *)&mask),
		    t[i].plen);
	}
	KT_EQ(rtable_satoplen(AF_INET, NULL), 32);
	KT_EQ(rtable_satoplen(AF_INET6, NULL), 128);
	KT_EQ(rtable_satoplen(AF_LINK, NULL), -1);
	for (plen = 0; plen <= 128; plen++)
		KT_EQ(rtable_satoplen(AF_INET6, rt_plentosa(AF_INET6, plen,
		    &ra, sizeof(ra))), plen);
	KT_PTREQ(rt_plentosa(AF_INET, 33, &ra, sizeof(ra)), NULL);
	KT_PTREQ(rt_plentosa(AF_INET, -1, &ra, sizeof(ra)), NULL);
	KT_PTREQ(rt_plentosa(AF_INET, 8, &ra, 8), NULL);
}

KTEST(tables, "tables that are there, and those that are not")
{
	struct sockaddr_in dst;

	begin();
	KT_EQ(rtable_add(TABLE), 0);
	KT_EQ(rtable_add(RT_TABLEID_MAX + 1), EINVAL);
	KT_EQ(rtable_exists(RT_TABLEID_MAX + 1), 0);
	KT_EQ(rtable_exists(TABLE), 1);
	KT_EQ(rtable_l2(TABLE), 0);
	KT_EQ(rtable_l2(RT_TABLEID_MAX + 1), 0);
	KT_PTREQ(rtable_match(RT_TABLEID_MAX + 1, sin(&dst, 1), NULL), NULL);
	KT_PTREQ(rtable_match(TABLE, sin(&dst, 1), NULL), NULL);
	dst.sin_family = AF_LINK;
	KT_PTREQ(rtable_match(TABLE, (struct sockaddr *)&dst, NULL), NULL);
	KT_EQ(rtable_walk(TABLE, AF_LINK, NULL, delete_all, NULL),
	    EAFNOSUPPORT);
	end();
}

KTEST(priorities, "the best priority wins, whatever came first")
{
	struct rtentry *rt8, *rt4, *rt48;

	begin();
	KT_EQ(insert(0x0a000000, 8, 1, 8, 0, &rt8), 0);
	KT_PTREQ(match(0x0a010203), rt8);
	KT_EQ(insert(0x0a000000, 8, 2, 48, 0, &rt48), 0);
	KT_PTREQ(match(0x0a010203), rt8);
	KT_EQ(insert(0x0a000000, 8, 3, 4, 0, &rt4), 0);
	KT_PTREQ(match(0x0a010203), rt4);
	KT_PTREQ(rtable_iterate(rt4), rt8);
	KT_PTREQ(rtable_iterate(rt8), rt48);
	KT_PTREQ(rtable_iterate(rt48), NULL);
	KT_EQ(insert(0x0a000000, 8, 9, 8, 0, NULL), EEXIST);
	KT_EQ(delete(rt4), 0);
	KT_PTREQ(match(0x0a010203), rt8);
	/* Down behind all others, and up again. */
	rtable_mpath_reprio(rt8, 8 | RTP_DOWN);
	KT_PTREQ(match(0x0a010203), rt48);
	KT_EQ(insert(0x0a000000, 8, 9, 8, 0, NULL), EEXIST);
	rtable_mpath_reprio(rt8, 8);
	KT_PTREQ(match(0x0a010203), rt8);
	KT_EQ(purge(), 2);
	end();
}

KTEST(longest, "the longest prefix wins, whatever its priority")
{
	struct rtentry *rt0, *rt8, *rt24;

	begin();
	KT_EQ(insert(0, 0, 1, 1, 0, &rt0), 0);
	KT_EQ(insert(0x0a000000, 8, 1, 8, 0, &rt8), 0);
	KT_EQ(insert(0x0a010200, 24, 1, 56, 0, &rt24), 0);
	KT_PTREQ(match(0x0a010203), rt24);
	KT_PTREQ(match(0x0a010303), rt8);
	KT_PTREQ(match(0x0b000000), rt0);
	KT_EQ(delete(rt8), 0);
	KT_PTREQ(match(0x0a010303), rt0);
	KT_EQ(delete(rt0), 0);
	KT_PTREQ(match(0x0a010303), NULL);
	KT_EQ(purge(), 1);
	end();
}

KTEST(lookup, "exact lookups by mask, gateway and priority")
{
	struct sockaddr_in dst, gw;
	struct rtentry *rt1, *rt2;
	union rtaddr mask;
	struct sockaddr *m8;

	begin();
	m8 = rt_plentosa(AF_INET, 8, &mask, sizeof(mask));
	KT_EQ(insert(0x0a000000, 8, 1, 8, 1, &rt1), 0);
	KT_EQ(insert(0x0a000000, 8, 2, 8, 1, &rt2), 0);
	(void)sin(&dst, 0x0a000000);
	KT_PTREQ(rtable_lookup(TABLE, (struct sockaddr *)&dst, m8, NULL,
	    RTP_ANY), rt1);
	KT_PTREQ(rtable_lookup(TABLE, (struct sockaddr *)&dst, m8,
	    sin(&gw, 2), RTP_ANY), rt2);
	KT_PTREQ(rtable_lookup(TABLE, (struct sockaddr *)&dst, m8,
	    sin(&gw, 3), RTP_ANY), NULL);
	KT_PTREQ(rtable_lookup(TABLE, (struct sockaddr *)&dst, m8,
	    sin(&gw, 2), 9), NULL);
	KT_PTREQ(rtable_lookup(TABLE, (struct sockaddr *)&dst, NULL, NULL,
	    RTP_ANY), NULL);
	/* Bits beyond the mask do not matter. */
	(void)sin(&dst, 0x0a112233);
	KT_PTREQ(rtable_lookup(TABLE, (struct sockaddr *)&dst, m8, NULL, 8),
	    rt1);
	KT_EQ(purge(), 2);
	end();
}

KTEST(mpath_flags, "RTF_MPATH says that there are several of a priority")
{
	struct rtentry *rt1, *rt2, *rt3;

	begin();
	KT_EQ(insert(0, 0, 1, 8, 0, &rt1), 0);
	KT_EQ(insert(0, 0, 2, 8, 0, NULL), EEXIST);
	KT_EQ(insert(0, 0, 1, 8, 1, NULL), EEXIST);
	KT_EQ(rt1->rt_flags & RTF_MPATH, 0);
	KT_EQ(insert(0, 0, 2, 8, 1, &rt2), 0);
	KT_NE(rt1->rt_flags & RTF_MPATH, 0);
	KT_NE(rt2->rt_flags & RTF_MPATH, 0);
	KT_EQ(insert(0, 0, 2, 48, 1, &rt3), 0);
	KT_EQ(rt3->rt_flags & RTF_MPATH, 0);
	KT_EQ(delete(rt1), 0);
	KT_EQ(rt2->rt_flags & RTF_MPATH, 0);
	KT_EQ(purge(), 2);
	end();
}

KTEST(mpath_hash, "flows spread over equal routes, and stay where they are")
{
	struct rtentry *rt[3], *got;
	struct sockaddr_in dst;
	u_int count[3] = { 0, 0, 0 }, i, j, moved = 0, other = 0;
	uint32_t src;

	begin();
	for (i = 0; i < 3; i++)
		KT_EQ(insert(0, 0, i + 1, 8, 1, &rt[i]), 0);
	KT_EQ(insert(0, 0, 9, 48, 1, NULL), 0);
	for (i = 0; i < 3000; i++) {
		src = htonl(0x0a000000 + i);
		got = rtable_match(TABLE, sin(&dst, 0x08080808), &src);
		for (j = 0; j < 3 && got != rt[j]; j++)
			continue;
		if (j == 3)
			other++;
		else
			count[j]++;
		moved += got != rtable_match(TABLE, sin(&dst, 0x08080808),
		    &src);
	}
	KT_EQ(other, 0);
	KT_EQ(moved, 0);
	for (i = 0; i < 3; i++)
		KT_RANGE(count[i], 800, 1200);
	/* Without a source there is no flow: the first. */
	KT_PTREQ(match(0x08080808), rt[0]);
	/* One that is down gets nothing. */
	rtable_mpath_reprio(rt[1], 8 | RTP_DOWN);
	for (i = 0; i < 3000; i++) {
		src = htonl(0x0a000000 + i);
		other += rtable_match(TABLE, sin(&dst, 0x08080808), &src) ==
		    rt[1];
	}
	KT_EQ(other, 0);
	KT_EQ(purge(), 4);
	end();
}

KTEST(cache, "in a large table too, every change is seen at once")
{
	struct rtentry *rt, *rt0, *rt32, *best;
	u_int i, n = 5000;
	int bad = 0;

	begin();
	KT_EQ(insert(0, 0, 1, 8, 0, &rt0), 0);
	for (i = 0; i < n; i++)
		bad += insert(0x0a000000 + (i << 8), 24, 1, 8, 0, NULL) != 0;
	/* More addresses than are remembered, twice. */
	for (i = 0; i < 2 * 40000; i++) {
		rt = match(0x0a000000 + i % 40000 * 32);
		bad += rt == NULL || satosin(rt->rt_dest)->sin_addr.s_addr !=
		    htonl((0x0a000000 + i % 40000 * 32) & 0xffffff00);
	}
	KT_EQ(bad, 0);
	rt = match(0x0a000105);
	KT_EQ(insert(0x0a000105, 32, 1, 8, 0, &rt32), 0);
	KT_PTREQ(match(0x0a000105), rt32);
	KT_PTREQ(match(0x0a000104), rt);
	KT_EQ(insert(0x0a000105, 32, 1, 4, 0, &best), 0);
	KT_PTREQ(match(0x0a000105), best);
	rtable_mpath_reprio(best, 4 | RTP_DOWN);
	KT_PTREQ(match(0x0a000105), rt32);
	KT_EQ(delete(rt32), 0);
	KT_PTREQ(match(0x0a000105), best);
	KT_EQ(delete(best), 0);
	KT_PTREQ(match(0x0a000105), rt);
	KT_EQ(delete(rt), 0);
	KT_PTREQ(match(0x0a000105), rt0);
	KT_PTREQ(match(0x7f000001), rt0);
	KT_EQ(delete(rt0), 0);
	KT_PTREQ(match(0x0a000105), NULL);
	KT_PTREQ(match(0x0a000105), NULL);
	KT_EQ(purge(), n - 1);
	end();
}

KTEST(cache_tables, "large tables do not answer for one another")
{
	static struct rtentry other[5000];
	struct sockaddr_in dst, gw;
	struct rtentry *rt;
	union rtaddr mask;
	u_int i;
	int bad = 0;

	begin();
	KT_EQ(rtable_add(TABLE + 1), 0);
	memset(other, 0, sizeof(other));
	(void)rt_plentosa(AF_INET, 24, &mask, sizeof(mask));
	for (i = 0; i < nitems(other); i++) {
		bad += insert(0x0a000000 + (i << 8), 24, 1, 8, 0, NULL) != 0;
		rt = &other[i];
		refcnt_init(&rt->rt_refcnt);
		rt->rt_dest = &rt->rt_destbuf.ra_sa;
		memcpy(rt->rt_dest, sin(&dst, 0x0a000000 + (i << 8)),
		    sizeof(dst));
		bad += rt_setaddr(rt, sin(&gw, 2)) != 0;
		bad += rtable_insert(TABLE + 1, rt->rt_dest, &mask.ra_sa,
		    rt->rt_gateway, 8, rt) != 0;
	}
	for (i = 0; i < nitems(other); i++) {
		(void)sin(&dst, 0x0a000001 + (i << 8));
		rt = rtable_match(TABLE, (struct sockaddr *)&dst, NULL);
		bad += rt == NULL || rt->rt_tableid != TABLE;
		rt = rtable_match(TABLE + 1, (struct sockaddr *)&dst, NULL);
		bad += rt != &other[i];
	}
	for (i = 0; i < nitems(other); i++)
		bad += rtable_delete(TABLE + 1, other[i].rt_dest,
		    &other[i]) != 0;
	KT_EQ(bad, 0);
	KT_EQ(purge(), nitems(other));
	end();
}

static int
stop_at_third(struct rtentry *rt, void *arg, u_int tableid)
{
	(void)rt;
	(void)tableid;
	return (++*(u_int *)arg == 3 ? EAGAIN : 0);
}

KTEST(walk, "a walk sees all in order, and stops where it is told to")
{
	struct rtentry *rt = NULL;
	u_int i, n = 0;

	begin();
	for (i = 0; i < 20; i++)
		KT_EQ(insert((20 - i) << 24, 8 + i % 3, 1, 8, 0, NULL), 0);
	KT_EQ(rtable_walk(TABLE, AF_INET, &rt, stop_at_third, &n), EAGAIN);
	KT_REQUIRE(rt != NULL);
	KT_EQ(satosin(rt->rt_dest)->sin_addr.s_addr, htonl(3U << 24));
	rtfree(rt);
	KT_EQ(rtable_count(TABLE, AF_INET), 20);
	KT_EQ(purge(), 20);
	end();
}

KTEST(delete, "what is deleted is not there, and lives on while referenced")
{
	struct rtentry *rt;

	begin();
	KT_EQ(insert(0x0a000000, 8, 1, 8, 0, &rt), 0);
	rtref(rt);
	KT_EQ(delete(rt), 0);
	KT_EQ(delete(rt), ESRCH);
	KT_PTREQ(match(0x0a000001), NULL);
	KT_EQ(refcnt_read(&rt->rt_refcnt), 1);
	rtfree(rt);
	end();
}

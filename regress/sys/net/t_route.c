/*
 * Routes: cloning, routers, links that go down, timers, redirects, labels.
 *
 *	192.0.2.10/24 - tst0	neighbours 192.0.2.x, routers .1 and .2
 *	198.51.100.10/24 - tst1
 */
#include <sys/param.h>
#include <sys/pool.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <net/if_dl.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/netisr.h>
#include <net/route.h>
#include <net/rtable.h>

#include <ktest.h>

#include "testif.h"

#define NET0	0xc0000200U		/* 192.0.2.0/24 */
#define NET1	0xc6336400U		/* 198.51.100.0/24 */
#define FAR	0xcb007100U		/* 203.0.113.0/24 */

static struct testif	*tst0, *tst1;
static struct ifaddr	*ifa0, *ifa1;
static u_int		 routes;

static void
begin(void)
{
	tst0 = testif_create("tst0", 0);
	tst1 = testif_create("tst1", 0);
	NET_LOCK();
	routes = rtentry_pool.pr_nout;
	ifa0 = testif_addr(tst0, NET0 | 10, 24);
	ifa1 = testif_addr(tst1, NET1 | 10, 24);
}

/* Everything is gone again: no route is left, nobody holds a reference. */
static void
end(void)
{
	testif_deladdr(tst0, ifa0);
	testif_deladdr(tst1, ifa1);
	KT_EQ(rtentry_pool.pr_nout, routes);
	NET_UNLOCK();
	testif_destroy(tst0);
	testif_destroy(tst1);
}

static struct rtentry *
get(uint32_t addr, int flags)
{
	struct sockaddr_in sin;

	return (rtalloc_noref(testif_sin(&sin, addr), NULL, flags, 0));
}

static int
add(uint32_t dst, int plen, uint32_t gate, int flags, uint8_t prio,
    struct rtentry **rtp)
{
	struct sockaddr_in sdst, sgate;
	struct rt_addrinfo info;
	struct rtentry *rt = NULL;
	union rtaddr mask;
	int error;

	memset(&info, 0, sizeof(info));
	info.rti_flags = flags;
	info.rti_info[RTAX_DST] = testif_sin(&sdst, dst);
	info.rti_info[RTAX_GATEWAY] = testif_sin(&sgate, gate);
	info.rti_info[RTAX_NETMASK] = rt_plentosa(AF_INET, plen, &mask,
	    sizeof(mask));
	error = rtrequest(RTM_ADD, &info, prio, &rt, 0);
	rtfree(rt);
	if (rtp != NULL)
		*rtp = rt;
	return (error);
}

static void
del(struct rtentry *rt)
{
	KT_EQ(rtdeletemsg(rt, NULL, 0), 0);
}

KTEST(connected, "an address has a route of its own, its network clones")
{
	struct rtentry *rt;

	begin();
	rt = get(NET0 | 10, RT_RESOLVE);
	KT_REQUIRE(rt != NULL);
	KT_EQ(rt->rt_flags & (RTF_LOCAL | RTF_HOST | RTF_LLINFO),
	    RTF_LOCAL | RTF_HOST | RTF_LLINFO);
	KT_EQ(rt->rt_priority, RTP_LOCAL);
	KT_EQ(rt->rt_gateway->sa_family, AF_LINK);
	KT_EQ(rt->rt_ifidx, tst0->ti_if.if_index);
	rt = get(NET0 | 7, 0);
	KT_REQUIRE(rt != NULL);
	KT_EQ(rt->rt_flags & (RTF_CLONING | RTF_CONNECTED | RTF_HOST),
	    RTF_CLONING | RTF_CONNECTED);
	KT_EQ(rt->rt_priority, RTP_CONNECTED);
	KT_EQ(rt->rt_plen, 24);
	KT_PTREQ(get(FAR | 1, 0), NULL);
	end();
}

KTEST(clone, "a host gets a route of its own, once")
{
	struct rtentry *net, *rt;

	begin();
	net = get(NET0 | 7, 0);
	net->rt_mtu = 1400;
	rt = get(NET0 | 7, RT_RESOLVE);
	KT_REQUIRE(rt != NULL && rt != net);
	KT_EQ(rt->rt_flags & (RTF_CLONED | RTF_HOST | RTF_CLONING |
	    RTF_CONNECTED), RTF_CLONED | RTF_HOST);
	KT_PTREQ(rt->rt_parent, net);
	KT_EQ(rt->rt_plen, 32);
	KT_EQ(rt->rt_mtu, 1400);
	KT_EQ(rt->rt_priority, RTP_CONNECTED - 1);
	KT_EQ(rt->rt_gateway->sa_family, AF_LINK);
	KT_EQ(satosdl(rt->rt_gateway)->sdl_index, tst0->ti_if.if_index);
	KT_PTREQ(get(NET0 | 7, RT_RESOLVE), rt);
	KT_PTREQ(get(NET0 | 7, 0), rt);
	KT_EQ(refcnt_read(&rt->rt_refcnt), 1);
	/* The network goes, and its hosts with it. */
	rtref(rt);
	del(net);
	KT_EQ(rt->rt_flags & RTF_UP, 0);
	KT_EQ(rt->rt_linked, 0);
	rtfree(rt);
	KT_EQ(rt_ifa_add(ifa0, RTF_CLONING | RTF_CONNECTED, ifa0->ifa_addr,
	    0), 0);
	end();
}

KTEST(router, "a route by a router leads to the router's own route")
{
	struct rtentry *gw, *rt;

	begin();
	KT_EQ(add(FAR, 24, NET0 | 1, RTF_GATEWAY, 0, &rt), 0);
	KT_EQ(rt->rt_priority, RTP_STATIC);
	KT_EQ(rt->rt_ifidx, tst0->ti_if.if_index);
	gw = rt_getll(rt);
	KT_REQUIRE(gw != NULL);
	KT_PTREQ(gw, get(NET0 | 1, 0));
	KT_NE(gw->rt_flags & RTF_CACHED, 0);
	KT_EQ(gw->rt_cachecnt, 1);
	KT_PTREQ(get(FAR | 9, RT_RESOLVE), rt);
	KT_EQ(rtisvalid(rt), 1);
	/* The router's route is deleted: found anew when it is needed. */
	del(gw);
	KT_EQ(rtisvalid(rt), 0);
	KT_PTREQ(get(FAR | 9, RT_RESOLVE), rt);
	KT_EQ(rtisvalid(rt), 1);
	gw = rt_getll(rt);
	KT_NE(gw->rt_flags & RTF_UP, 0);
	del(rt);
	KT_EQ(get(NET0 | 1, 0)->rt_flags & RTF_CACHED, 0);
	end();
}

KTEST(bad_router, "routers that are no neighbours, and routes in a circle")
{
	struct rtentry *rt, *rt2;
	struct sockaddr_in gate;

	begin();
	KT_EQ(add(FAR, 24, FAR | 1, RTF_GATEWAY, 0, NULL), ENETUNREACH);
	KT_EQ(add(FAR, 24, NET0 | 1, RTF_GATEWAY, 0, &rt), 0);
	KT_EQ(add(0x0a000000, 8, FAR | 1, RTF_GATEWAY, 0, NULL), ENETUNREACH);
	KT_EQ(add(FAR, 24, NET0 | 2, RTF_GATEWAY, 0, NULL), EEXIST);
	KT_EQ(rt_setgate(rt, testif_sin(&gate, FAR | 1), 0), EHOSTUNREACH);
	KT_EQ(rt_setgate(rt, testif_sin(&gate, 0x0a000001), 0), ENETUNREACH);
	KT_EQ(rt_setgate(rt, testif_sin(&gate, NET1 | 1), 0), 0);
	KT_EQ(satosin(rt->rt_gateway)->sin_addr.s_addr, htonl(NET1 | 1));
	/* A router hidden by a later route by way of it stays reachable. */
	KT_EQ(add(NET0, 25, NET0 | 1, RTF_GATEWAY, 0, &rt2), 0);
	KT_PTREQ(get(NET0 | 9, RT_RESOLVE), rt2);
	KT_EQ(rtisvalid(rt2), 1);
	del(rt2);
	del(rt);
	end();
}

KTEST(specific, "a better route replaces what was cloned before it")
{
	struct rtentry *host, *rt;

	begin();
	host = get(NET0 | 200, RT_RESOLVE);
	KT_NE(host->rt_flags & RTF_CLONED, 0);
	rtref(host);
	KT_EQ(add(NET0 | 128, 25, NET1 | 1, RTF_GATEWAY, 0, &rt), 0);
	KT_EQ(host->rt_flags & RTF_UP, 0);
	KT_PTREQ(get(NET0 | 200, RT_RESOLVE), rt);
	rtfree(host);
	/* A host route of the same priority takes a clone's place. */
	host = get(NET0 | 5, RT_RESOLVE);
	KT_EQ(host->rt_priority, 3);
	rtref(host);
	del(rt);
	KT_EQ(add(NET0 | 5, 32, NET1 | 1, RTF_GATEWAY | RTF_HOST, 3, &rt), 0);
	KT_EQ(host->rt_linked, 0);
	rtfree(host);
	KT_PTREQ(get(NET0 | 5, RT_RESOLVE), rt);
	del(rt);
	end();
}

KTEST(link, "a link goes down: its routes are set aside until it is up")
{
	struct rtentry *host, *rt0, *rt1;

	begin();
	KT_EQ(add(FAR, 24, NET0 | 1, RTF_GATEWAY, 8, &rt0), 0);
	KT_EQ(add(FAR, 24, NET1 | 1, RTF_GATEWAY, 32, &rt1), 0);
	host = get(NET0 | 7, RT_RESOLVE);
	rtref(host);
	KT_PTREQ(get(FAR | 1, RT_RESOLVE), rt0);
	tst0->ti_if.if_link_state = LINK_STATE_DOWN;
	if_link_state_change(&tst0->ti_if);
	KT_PTREQ(get(FAR | 1, RT_RESOLVE), rt1);
	KT_EQ(rt0->rt_flags & RTF_UP, 0);
	KT_EQ(rt0->rt_priority, 8 | RTP_DOWN);
	KT_EQ(host->rt_linked, 0);
	rtfree(host);
	/* Our own address does not depend on a link. */
	KT_NE(get(NET0 | 10, 0)->rt_flags & RTF_UP, 0);
	/* What is down makes no hosts. */
	KT_EQ(get(NET0 | 7, RT_RESOLVE)->rt_flags & RTF_CLONED, 0);
	tst0->ti_if.if_link_state = LINK_STATE_UP;
	if_link_state_change(&tst0->ti_if);
	KT_PTREQ(get(FAR | 1, RT_RESOLVE), rt0);
	KT_EQ(rtisvalid(rt0), 1);
	/* IFF_UP counts as much as the link. */
	if_down(&tst0->ti_if);
	KT_PTREQ(get(FAR | 1, RT_RESOLVE), rt1);
	if_up(&tst0->ti_if);
	KT_PTREQ(get(FAR | 1, RT_RESOLVE), rt0);
	del(rt0);
	del(rt1);
	end();
}

KTEST(cache, "a remembered route is good until any route changes")
{
	struct in_addr dst, other, src;
	struct rtentry *rt, *rt2;
	struct route ro;

	begin();
	memset(&ro, 0, sizeof(ro));
	dst.s_addr = htonl(FAR | 1);
	other.s_addr = htonl(FAR | 2);
	src.s_addr = htonl(NET1 | 7);
	KT_EQ(add(FAR, 24, NET0 | 1, RTF_GATEWAY, 8, &rt), 0);
	KT_PTREQ(route_mpath(&ro, &dst, &src, 0), rt);
	KT_EQ(route_cache(&ro, &dst, &src, 0), 0);
	KT_EQ(route_cache(&ro, &other, &src, 0), ESRCH);
	KT_PTREQ(route_mpath(&ro, &dst, &src, 0), rt);
	KT_EQ(route_cache(&ro, &dst, &src, 1), ESRCH);
	KT_PTREQ(route_mpath(&ro, &dst, &src, 0), rt);
	KT_EQ(add(FAR, 32, NET0 | 2, RTF_GATEWAY, 8, &rt2), 0);
	KT_EQ(route_cache(&ro, &dst, &src, 0), ESRCH);
	KT_PTREQ(route_mpath(&ro, &dst, &src, 0), rt);
	del(rt2);
	del(rt);
	KT_PTREQ(route_mpath(&ro, &dst, &src, 0), NULL);
	route_flush(&ro);
	end();
}

static u_int fired;

static void
fire(struct rtentry *rt, u_int tableid)
{
	fired++;
	KT_EQ(tableid, 0);
	if (rt->rt_linked)
		del(rt);
}

KTEST(timers, "timers of routes go off in time, unless the route goes first")
{
	static struct rttimer_queue rtq;
	struct rtentry *rt, *rt2;

	if (rtq.rtq_func == NULL)
		rt_timer_queue_init(&rtq, 3, fire);
	begin();
	fired = 0;
	KT_EQ(add(FAR, 24, NET0 | 1, RTF_GATEWAY, 8, &rt), 0);
	KT_EQ(add(FAR, 25, NET0 | 1, RTF_GATEWAY, 8, &rt2), 0);
	KT_EQ(rt_timer_add(rt, &rtq, 0), 0);
	KT_EQ(rt_timer_add(rt2, &rtq, 0), 0);
	KT_EQ(rt_timer_add(rt2, &rtq, 0), 0);
	KT_EQ(rt_timer_queue_count(&rtq), 2);
	KT_RANGE(rt_timer_get_expire(rt) - getuptime(), 2, 4);
	del(rt2);
	KT_EQ(rt_timer_queue_count(&rtq), 1);
	rtref(rt);
	NET_UNLOCK();
	ktest_sleep_ms(1500);
	KT_EQ(fired, 0);
	ktest_sleep_ms(3500);
	NET_LOCK();
	KT_EQ(fired, 1);
	KT_EQ(rt->rt_linked, 0);
	rtfree(rt);
	end();
}

KTEST(expire, "a route with a time to die dies")
{
	struct rtentry *rt, *rt2;

	begin();
	KT_EQ(add(FAR, 24, NET0 | 1, RTF_GATEWAY, 8, &rt), 0);
	KT_EQ(add(FAR, 25, NET0 | 1, RTF_GATEWAY, 8, &rt2), 0);
	rt_expire_set(rt, getuptime() + 2);
	rt_expire_set(rt2, getuptime() + 1);
	rt_expire_set(rt2, 0);
	rtref(rt);
	NET_UNLOCK();
	ktest_sleep_ms(4000);
	NET_LOCK();
	KT_EQ(rt->rt_linked, 0);
	KT_EQ(rt2->rt_linked, 1);
	rtfree(rt);
	del(rt2);
	end();
}

KTEST(redirect, "only our own router may redirect, to a neighbour")
{
	static const struct {
		uint32_t	gate, src;
		int		good;
	} t[] = {
		{ NET0 | 2, NET0 | 3, 0 },	/* not from our router */
		{ FAR | 1, NET0 | 1, 0 },	/* not to a neighbour */
		{ NET0 | 10, NET0 | 1, 0 },	/* to ourselves */
		{ NET1 | 2, NET0 | 1, 0 },	/* out of another interface */
		{ NET0 | 2, NET0 | 1, 1 },
		{ NET0 | 3, NET0 | 2, 1 },	/* and changed once more */
	};
	struct sockaddr_in dst, gate, src;
	struct rtentry *made, *rt;
	u_int bad, i;

	begin();
	KT_EQ(add(FAR, 24, NET0 | 1, RTF_GATEWAY, 8, &rt), 0);
	for (i = 0; i < nitems(t); i++) {
		KT_CASE("case %u", i);
		bad = rtstat.rts_badredirect;
		made = NULL;
		rtredirect(testif_sin(&dst, FAR | 1),
		    testif_sin(&gate, t[i].gate), testif_sin(&src, t[i].src),
		    &made, 0);
		KT_EQ(made != NULL, t[i].good);
		KT_EQ(rtstat.rts_badredirect - bad, !t[i].good);
		rtfree(made);
	}
	made = get(FAR | 1, RT_RESOLVE);
	KT_EQ(made->rt_flags & (RTF_DYNAMIC | RTF_MODIFIED | RTF_HOST),
	    RTF_DYNAMIC | RTF_MODIFIED | RTF_HOST);
	KT_EQ(satosin(made->rt_gateway)->sin_addr.s_addr, htonl(NET0 | 3));
	KT_PTREQ(get(FAR | 2, RT_RESOLVE), rt);
	del(made);
	del(rt);
	end();
}

KTEST(labels, "labels are counted, and their numbers used again")
{
	struct sockaddr_rtlabel sr;
	u_int16_t a, b, c;

	NET_LOCK();
	KT_EQ(rtlabel_name2id(""), 0);
	a = rtlabel_name2id("alpha");
	b = rtlabel_name2id("beta");
	KT_NE(a, 0);
	KT_NE(a, b);
	KT_EQ(rtlabel_name2id("alpha"), a);
	KT_STREQ(rtlabel_id2name(b), "beta");
	KT_TRUE(rtlabel_id2sa(b, &sr) != NULL);
	KT_STREQ(sr.sr_label, "beta");
	rtlabel_unref(a);
	KT_STREQ(rtlabel_id2name(a), "alpha");
	rtlabel_unref(a);
	KT_PTREQ(rtlabel_id2name(a), NULL);
	c = rtlabel_name2id("gamma");
	KT_EQ(c, a);
	rtlabel_unref(b);
	rtlabel_unref(c);
	KT_PTREQ(rtlabel_id2sa(0, &sr), NULL);
	NET_UNLOCK();
}

KTEST(bad_requests, "requests that make no sense")
{
	struct sockaddr_in dst, gate;
	struct rt_addrinfo info;
	struct rtentry *rt;

	begin();
	memset(&info, 0, sizeof(info));
	info.rti_info[RTAX_DST] = testif_sin(&dst, FAR);
	KT_EQ(rtrequest(RTM_ADD, &info, 0, NULL, 0), EINVAL);
	info.rti_info[RTAX_GATEWAY] = testif_sin(&gate, NET0 | 1);
	KT_EQ(rtrequest(RTM_ADD, &info, 0, NULL, 250), EAFNOSUPPORT);
	KT_EQ(rtrequest(RTM_GET, &info, 0, NULL, 0), EINVAL);
	KT_EQ(rtrequest(RTM_RESOLVE, &info, 0, NULL, 0), EINVAL);
	rt = get(NET0 | 10, 0);
	KT_EQ(rtrequest(RTM_RESOLVE, &info, 0, &rt, 0), EINVAL);
	dst.sin_len = 6;
	KT_EQ(rtrequest(RTM_ADD, &info, 0, NULL, 0), EAFNOSUPPORT);
	dst.sin_len = sizeof(dst);
	dst.sin_family = AF_LINK;
	KT_EQ(rtrequest(RTM_ADD, &info, 0, NULL, 0), EAFNOSUPPORT);
	KT_EQ(rtrequest_delete(&info, 0, NULL, NULL, 0), ESRCH);
	end();
}

KTEST(many, "ten thousand routes come and go, and leave nothing")
{
	const u_int n = 10000;
	struct rtentry *rt;
	int bad = 0;
	u_int i;

	begin();
	for (i = 0; i < n; i++)
		bad += add(0x0a000000 + (i << 8), 24, NET0 | (1 + i % 2),
		    RTF_GATEWAY, 8, NULL) != 0;
	for (i = 0; i < n; i++) {
		rt = get(0x0a000000 + (i << 8) + 9, RT_RESOLVE);
		bad += !rtisvalid(rt) || rt->rt_dest == NULL ||
		    satosin(rt->rt_dest)->sin_addr.s_addr !=
		    htonl(0x0a000000 + (i << 8));
	}
	KT_EQ(bad, 0);
	KT_EQ(get(NET0 | 1, 0)->rt_cachecnt, n / 2);
	rt_if_remove(&tst0->ti_if);
	KT_PTREQ(get(0x0a000001, 0), NULL);
	/* They took the address's own with them. */
	KT_EQ(rt_ifa_addlocal(ifa0), 0);
	KT_EQ(rt_ifa_add(ifa0, RTF_CLONING | RTF_CONNECTED, ifa0->ifa_addr,
	    0), 0);
	end();
}

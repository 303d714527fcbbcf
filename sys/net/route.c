/*
 * Routes: finding one for a packet.
 *
 * A route by way of a router (RTF_GATEWAY) keeps the route to that router,
 * rt_gwroute, so that a packet costs one lookup: found once, it is good until
 * it loses RTF_UP, and is looked for again by the next rtalloc().  A network
 * of an interface is a cloning route: a lookup that wants to send makes the
 * host's own route of it, which ARP or ND hang their entry on.
 *
 *	10.2/16 -> gw 10.0.0.2 --rt_gwroute--> 10.0.0.2 --rt_parent--> 10.0.0/24
 *	(RTF_GATEWAY)			(RTF_CLONED,LLINFO)	(RTF_CLONING)
 *
 * References: a table holds one to each of its routes; rt_gwroute and
 * rt_parent hold one; whoever called rtalloc() holds one.  A deleted route
 * has no RTF_UP, and lives on until the last reference is gone.
 *
 * Everything here needs the net lock.
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/pool.h>
#include <sys/socket.h>
#include <sys/systm.h>

#include <net/if_var.h>
#include <net/if_dl.h>
#include <net/route.h>
#include <net/rtable.h>

/* Routes in all tables; beyond it adding one is ENOBUFS. */
#define RT_MAXROUTES	(2 * 1024 * 1024)

struct rtstat	 rtstat;
u_long		 rtgeneration;

struct pool	 rtentry_pool;
static uint64_t	 rt_hashkey;	/* so that paths cannot be foreseen */

/*
 * Set up tables, pools and timers; called once at boot.
 */
void
route_init(void)
{
	pool_init(&rtentry_pool, sizeof(struct rtentry), CACHELINESIZE,
	    IPL_SOFTNET, 0, "rtentry", NULL);
	pool_sethardlimit(&rtentry_pool, RT_MAXROUTES,
	    "routing table limit reached", 60);
	arc4random_buf(&rt_hashkey, sizeof(rt_hashkey));
	rtable_init();
	rt_timer_init();
}

/*
 * Take a reference.
 */
void
rtref(struct rtentry *rt)
{
	refcnt_take(&rt->rt_refcnt);
}

/*
 * Give a reference back; the last one frees the route.  NULL is nothing.
 */
void
rtfree(struct rtentry *rt)
{
	if (rt == NULL || refcnt_rele(&rt->rt_refcnt) == 0)
		return;
	KASSERT(!rt->rt_linked);
	KASSERT(rt->rt_llinfo == NULL);
	rt_timer_remove_all(rt);
	(void)rt_putgwroute(rt, NULL);
	rtlabel_unref(rt->rt_labelid);
	ifafree(rt->rt_ifa);
	rtfree(rt->rt_parent);
	if (rt->rt_gatesize != 0)
		free(rt->rt_gateway, M_RTABLE, rt->rt_gatesize);
	pool_put(&rtentry_pool, rt);
}

/*
 * May a packet be sent by this route (NULL: no)?
 */
int
rtisvalid(const struct rtentry *rt)
{
	if (rt == NULL || !ISSET(rt->rt_flags, RTF_UP))
		return (0);
	if (!ISSET(rt->rt_flags, RTF_GATEWAY))
		return (1);
	return (rt->rt_gwroute != NULL &&
	    ISSET(rt->rt_gwroute->rt_flags, RTF_UP));
}

/*
 * The route whose link address a packet by rt is sent to: its router's, or
 * itself.  NULL when the router cannot be reached.  No reference is taken.
 */
struct rtentry *
rt_getll(struct rtentry *rt)
{
	return (ISSET(rt->rt_flags, RTF_GATEWAY) ? rt->rt_gwroute : rt);
}

/* Mix a word into a hash so that every bit depends on every other. */
static inline uint64_t
rt_mix(uint64_t h, uint64_t w)
{
	h = (h ^ w) * 0x9e3779b97f4a7c15ULL;
	return (h ^ (h >> 32));
}

/*
 * A number of 16 bits that is the same for all packets of a flow; -1 when rt
 * is no multipath route or src (an address of dst's family) is NULL.
 */
int
rt_hash(const struct rtentry *rt, const struct sockaddr *dst,
    const uint32_t *src)
{
	const struct sockaddr_in *sin = (const struct sockaddr_in *)dst;
	const uint32_t *d;
	uint64_t h = rt_hashkey;
	int i;

	if (src == NULL || !ISSET(rt->rt_flags, RTF_MPATH))
		return (-1);
	if (dst->sa_family == AF_INET)
		h = rt_mix(h, (uint64_t)*src << 32 | sin->sin_addr.s_addr);
	else {
		d = (const uint32_t *)((const char *)dst + 8);
		for (i = 0; i < 4; i++)
			h = rt_mix(h, (uint64_t)src[i] << 32 | d[i]);
	}
	h = rt_mix(h, h >> 29);
	return (h >> 48);
}

/* No route: count, and tell who wants to know. */
static void
rt_miss(const struct sockaddr *dst, int flags, u_int tableid)
{
	struct rt_addrinfo info;

	rtstat.rts_unreach++;
	if (!ISSET(flags, RT_REPORT))
		return;
	memset(&info, 0, sizeof(info));
	info.rti_info[RTAX_DST] = dst;
	rtm_miss(RTM_MISS, &info, 0, RTP_NONE, 0, ENETUNREACH, tableid);
}

/* The host's own route of a cloning one; that itself if it cannot be made. */
static struct rtentry *
rt_clone(struct rtentry *rt, const struct sockaddr *dst, u_int tableid)
{
	struct rt_addrinfo info;
	struct rtentry *mrt = rt;
	int error;

	memset(&info, 0, sizeof(info));
	info.rti_info[RTAX_DST] = dst;
	error = rtrequest(RTM_RESOLVE, &info, RTP_DEFAULT, &mrt, tableid);
	if (error != 0) {
		rtm_miss(RTM_MISS, &info, 0, RTP_NONE, 0, error, tableid);
		return (rt);
	}
	rtm_send(mrt, RTM_ADD, 0, tableid);
	rtfree(mrt);		/* the table's reference keeps it */
	return (mrt);
}

/* Find the router's route anew. */
static void
rt_setgwroute(struct rtentry *rt, u_int tableid)
{
	struct rtentry *nhrt;

	nhrt = rtalloc_noref(rt->rt_gateway, NULL, RT_RESOLVE,
	    rtable_l2(tableid));
	/* A router must be a neighbour, and no address of our own. */
	if (nhrt == NULL || nhrt == rt || !ISSET(nhrt->rt_flags, RTF_UP) ||
	    ISSET(nhrt->rt_flags, RTF_CLONING | RTF_GATEWAY)) {
		(void)rt_putgwroute(rt, NULL);
		return;
	}
	(void)rt_putgwroute(rt, nhrt);
}

/*
 * The best route to dst in a table, with no reference: it is good until the
 * net lock is let go of.  src chooses among equally good ones (NULL: the
 * first).  flags are RT_RESOLVE and RT_REPORT.  NULL when there is none; the
 * answer may yet be invalid (rtisvalid()), or reject.
 */
struct rtentry *
rtalloc_noref(const struct sockaddr *dst, const uint32_t *src, int flags,
    u_int tableid)
{
	struct rtentry *rt;

	rt = rtable_match(tableid, dst, src);
	if (__predict_false(rt == NULL)) {
		rt_miss(dst, flags, tableid);
		return (NULL);
	}
	rt->rt_use++;
	if (!ISSET(flags, RT_RESOLVE))
		return (rt);
	if (ISSET(rt->rt_flags, RTF_GATEWAY)) {
		if (__predict_false(rt->rt_gwroute == NULL ||
		    !ISSET(rt->rt_gwroute->rt_flags, RTF_UP)))
			rt_setgwroute(rt, tableid);
	} else if (ISSET(rt->rt_flags, RTF_CLONING) &&
	    ISSET(rt->rt_flags, RTF_UP))
		rt = rt_clone(rt, dst, tableid);
	return (rt);
}

/*
 * The same with a reference, which the caller gives back with rtfree().
 */
struct rtentry *
rtalloc(const struct sockaddr *dst, int flags, u_int tableid)
{
	struct rtentry *rt;

	rt = rtalloc_noref(dst, NULL, flags, tableid);
	if (rt != NULL)
		rtref(rt);
	return (rt);
}

/*
 * As rtalloc() with RT_RESOLVE; src chooses among equally good routes.
 */
struct rtentry *
rtalloc_mpath(const struct sockaddr *dst, const uint32_t *src, u_int tableid)
{
	struct rtentry *rt;

	rt = rtalloc_noref(dst, src, RT_RESOLVE, tableid);
	if (rt != NULL)
		rtref(rt);
	return (rt);
}

/*
 * Make nhrt (NULL: none) the route to rt's router.  Returns 0.
 */
int
rt_putgwroute(struct rtentry *rt, struct rtentry *nhrt)
{
	struct rtentry *old = rt->rt_gwroute;

	if (nhrt == old)
		return (0);
	if (nhrt != NULL) {
		rtref(nhrt);
		nhrt->rt_cachecnt++;
		SET(nhrt->rt_flags, RTF_CACHED);
	}
	rt->rt_gwroute = nhrt;
	if (old != NULL) {
		if (--old->rt_cachecnt == 0)
			CLR(old->rt_flags, RTF_CACHED);
		rtfree(old);
	}
	return (0);
}

/*
 * Copy an address into rt's gateway.  Returns 0 or ENOBUFS.
 */
int
rt_setaddr(struct rtentry *rt, const struct sockaddr *gate)
{
	struct sockaddr *sa = &rt->rt_gatebuf.ra_sa;
	size_t size = 0;

	if (gate->sa_len > sizeof(rt->rt_gatebuf)) {
		size = roundup(gate->sa_len, sizeof(long));
		sa = malloc(size, M_RTABLE, M_NOWAIT | M_ZERO);
		if (sa == NULL)
			return (ENOBUFS);
	}
	if (rt->rt_gatesize != 0)
		free(rt->rt_gateway, M_RTABLE, rt->rt_gatesize);
	memmove(sa, gate, gate->sa_len);
	rt->rt_gatesize = size;
	rt->rt_gateway = sa;
	return (0);
}

/*
 * Set where rt leads: for RTF_GATEWAY a router, which is looked for at once,
 * unless rt itself waits for its link.
 * Returns 0, ENOBUFS, EHOSTUNREACH (the router would be reached by way of
 * rt itself) or ENETUNREACH (it is no neighbour).
 */
int
rt_setgate(struct rtentry *rt, const struct sockaddr *gate, u_int tableid)
{
	struct rtentry *nhrt;
	int error;

	if (ISSET(rt->rt_flags, RTF_GATEWAY)) {
		nhrt = rtalloc_noref(gate, NULL, RT_RESOLVE,
		    rtable_l2(tableid));
		if (nhrt == NULL)
			return (ENETUNREACH);
		if (!ISSET(nhrt->rt_flags, RTF_UP)) {
			/* Looked for again once the link is up, as rt is. */
			if (ISSET(rt->rt_flags, RTF_UP) ||
			    !ISSET(nhrt->rt_flags, RTF_CLONING))
				return (ENETUNREACH);
			if ((error = rt_setaddr(rt, gate)) != 0)
				return (error);
			return (rt_putgwroute(rt, NULL));
		}
		if (nhrt == rt)
			return (EHOSTUNREACH);
		if (ISSET(nhrt->rt_flags, RTF_GATEWAY | RTF_CLONING))
			return (ENETUNREACH);
		if ((error = rt_setaddr(rt, gate)) != 0)
			return (error);
		return (rt_putgwroute(rt, nhrt));
	}
	if ((error = rt_setaddr(rt, gate)) != 0)
		return (error);
	return (rt_putgwroute(rt, NULL));
}

/*
 * Is what ro remembers still the way to dst for src in that table?  Returns
 * 0; or ESRCH, and ro is set up for a lookup to fill in ro_rt.
 */
int
route_cache(struct route *ro, const struct in_addr *dst,
    const struct in_addr *src, u_int tableid)
{
	if (ro->ro_rt != NULL && ro->ro_generation == rtgeneration &&
	    ro->ro_tableid == tableid &&
	    ro->ro_dstsa.sa_family == AF_INET &&
	    ro->ro_dstsin.sin_addr.s_addr == dst->s_addr &&
	    (src == NULL || !ISSET(ro->ro_rt->rt_flags, RTF_MPATH) ||
	    ro->ro_srcin.s_addr == src->s_addr) && rtisvalid(ro->ro_rt))
		return (0);

	route_flush(ro);
	ro->ro_generation = rtgeneration;
	ro->ro_tableid = tableid;
	memset(&ro->ro_dstsin, 0, sizeof(ro->ro_dstsin));
	ro->ro_dstsin.sin_len = sizeof(ro->ro_dstsin);
	ro->ro_dstsin.sin_family = AF_INET;
	ro->ro_dstsin.sin_addr = *dst;
	ro->ro_srcin.s_addr = src == NULL ? 0 : src->s_addr;
	return (ESRCH);
}

/*
 * The route from src (NULL: any) to dst, remembered in ro, which holds the
 * reference; NULL when there is none.
 */
struct rtentry *
route_mpath(struct route *ro, const struct in_addr *dst,
    const struct in_addr *src, u_int tableid)
{
	if (route_cache(ro, dst, src, tableid) != 0) {
		ro->ro_rt = rtalloc_mpath(&ro->ro_dstsa,
		    src == NULL ? NULL : &src->s_addr, tableid);
		/* Cloning has changed it. */
		ro->ro_generation = rtgeneration;
	}
	return (ro->ro_rt);
}

/*
 * Forget what ro remembers.
 */
void
route_flush(struct route *ro)
{
	rtfree(ro->ro_rt);
	ro->ro_rt = NULL;
}

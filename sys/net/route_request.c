/*
 * Routes: adding, cloning and deleting them.
 *
 * Everything here needs the net lock.
 */
#include <sys/param.h>
#include <sys/pool.h>
#include <sys/socket.h>
#include <sys/systm.h>

#include <net/if_var.h>
#include <net/if_dl.h>
#include <net/route.h>
#include <net/rtable.h>

/* Routes with RTF_CLONED in all tables. */
static u_long rt_nclones;

/* An address of ours for a route by way of gate, found by the table. */
static struct ifaddr *
rt_ifa_bygate(const struct sockaddr *dst, const struct sockaddr *gate,
    u_int tableid)
{
	const struct sockaddr_dl *sdl;
	struct ifaddr *ifa = NULL;
	struct rtentry *rt;
	struct ifnet *ifp;

	if (gate->sa_family == AF_LINK) {
		sdl = satosdl_const(gate);
		if ((ifp = if_get(sdl->sdl_index)) != NULL)
			ifa = ifaof_ifpforaddr(dst, ifp);
		if_put(ifp);
		return (ifa);
	}
	if (!rtable_sockaddr_ok(gate))
		return (NULL);
	rt = rtalloc_noref(gate, NULL, RT_RESOLVE, rtable_l2(tableid));
	/* A network of ours counts also while its link is down. */
	return (rt != NULL && ISSET(rt->rt_flags, RTF_UP | RTF_CLONING) ?
	    rt->rt_ifa : NULL);
}

/*
 * An address of ours that a route to dst by way of gate may belong to, so
 * that its interface is the route's; NULL when gate is nowhere near.
 */
static struct ifaddr *
rt_ifa_withroute(int flags, const struct sockaddr *dst,
    const struct sockaddr *gate, u_int tableid)
{
	struct ifaddr *ifa, *same;
	u_int rdomain = rtable_l2(tableid);

	if (ISSET(flags, RTF_GATEWAY)) {
		/* A router at the other end of a point-to-point link. */
		ifa = ifa_ifwithdstaddr(gate, rdomain);
	} else {
		/* The gateway is an address of ours: a route of its link. */
		ifa = NULL;
		if (ISSET(flags, RTF_HOST))
			ifa = ifa_ifwithdstaddr(dst, rdomain);
		if (ifa == NULL)
			ifa = ifa_ifwithaddr(gate, rdomain);
	}
	if (ifa == NULL)
		ifa = rt_ifa_bygate(dst, gate, tableid);
	if (ifa == NULL)
		return (NULL);
	if (ifa->ifa_addr->sa_family != dst->sa_family) {
		same = ifaof_ifpforaddr(dst, ifa->ifa_ifp);
		if (same != NULL)
			ifa = same;
	}
	return (ifa);
}

/*
 * Find the address of ours, info->rti_ifa, that a route belongs to: as the
 * message names it (RTAX_IFA), on the interface that it names (RTAX_IFP), or
 * the one from which the gateway is reached.  Returns 0 or ENETUNREACH.
 */
int
rtm_getifa(struct rt_addrinfo *info, u_int tableid)
{
	const struct sockaddr *dst = info->rti_info[RTAX_DST];
	const struct sockaddr *gate = info->rti_info[RTAX_GATEWAY];
	const struct sockaddr *ifasa = info->rti_info[RTAX_IFA];
	const struct sockaddr *ifpsa = info->rti_info[RTAX_IFP];
	const struct sockaddr *sa;
	struct ifnet *ifp = NULL;

	if (ifpsa != NULL && ifpsa->sa_family == AF_LINK)
		ifp = if_get(satosdl_const(ifpsa)->sdl_index);
	if (info->rti_ifa == NULL && ifasa != NULL &&
	    rtable_sockaddr_ok(ifasa))
		info->rti_ifa = ifa_ifwithaddr(ifasa, rtable_l2(tableid));
	if (info->rti_ifa == NULL) {
		sa = ifasa != NULL ? ifasa : gate != NULL ? gate : dst;
		if (ifp != NULL && sa != NULL)
			info->rti_ifa = ifaof_ifpforaddr(
			    sa->sa_family == AF_LINK ? dst : sa, ifp);
		else if (dst != NULL && gate != NULL)
			info->rti_ifa = rt_ifa_withroute(info->rti_flags, dst,
			    gate, tableid);
		else if (sa != NULL)
			info->rti_ifa = rt_ifa_withroute(info->rti_flags, sa,
			    sa, tableid);
	}
	if_put(ifp);
	return (info->rti_ifa == NULL ? ENETUNREACH : 0);
}

/* Tell the link layer. */
static void
rt_ifrequest(struct rtentry *rt, int req)
{
	struct ifnet *ifp = rt->rt_ifa->ifa_ifp;

	if (ifp->if_rtrequest != NULL)
		(*ifp->if_rtrequest)(ifp, req, rt);
}

static int
rt_delete_clone(struct rtentry *rt, void *arg, u_int tableid)
{
	struct rtentry *top = arg, *parent = rt->rt_parent;

	if (!ISSET(rt->rt_flags, RTF_CLONED) || parent == NULL)
		return (0);
	if (parent == top || (!ISSET(rt->rt_flags, RTF_CACHED) &&
	    (parent->rt_plen < top->rt_plen ||
	    (parent->rt_plen == top->rt_plen &&
	    top->rt_priority < parent->rt_priority))))
		(void)rtdeletemsg(rt, NULL, tableid);
	return (0);
}

/*
 * rt has come or goes: clones below it are its own, or were made by a route
 * that is now worse.  Of the latter, routers stay: rt may lead to one of
 * them, which it would hide.
 */
static void
rt_flush_clones(struct rtentry *rt)
{
	if (rt_nclones > 0)
		rtable_walk_under(rt, rt_delete_clone, rt);
}

/* Take a route out of its table, and all that hangs on that. */
static void
rt_remove(struct rtentry *rt)
{
	struct sockaddr *mask;
	union rtaddr ra;

	rtref(rt);
	(void)rtable_delete(rt->rt_tableid, rt->rt_dest, rt);
	CLR(rt->rt_flags, RTF_UP);
	if (ISSET(rt->rt_flags, RTF_CLONED))
		rt_nclones--;
	if (ISSET(rt->rt_flags, RTF_CLONING))
		rt_flush_clones(rt);
	rtgeneration++;
	(void)rt_putgwroute(rt, NULL);
	rt_ifrequest(rt, RTM_DELETE);
	rt_timer_remove_all(rt);
	rtfree(rt->rt_parent);
	rt->rt_parent = NULL;
	mask = rt_plen2mask(rt, &ra, sizeof(ra));
	if_group_routechange(rt->rt_dest, mask);
	rtfree(rt);
}

/*
 * Delete the route that info (RTAX_DST, RTAX_NETMASK, RTAX_GATEWAY) and prio
 * (0: any) describe, if it is ifp's (NULL: anybody's).  It is returned with a
 * reference through nrt, if that is not NULL.  Returns 0 or ESRCH.
 */
int
rtrequest_delete(struct rt_addrinfo *info, u_int8_t prio, struct ifnet *ifp,
    struct rtentry **nrt, u_int tableid)
{
	struct rtentry *rt;

	if (ISSET(info->rti_flags, RTF_HOST))
		info->rti_info[RTAX_NETMASK] = NULL;
	rt = rtable_lookup(tableid, info->rti_info[RTAX_DST],
	    info->rti_info[RTAX_NETMASK], info->rti_info[RTAX_GATEWAY],
	    prio == 0 ? RTP_ANY : prio);
	if (rt == NULL || (ifp != NULL && ifp->if_index != rt->rt_ifidx))
		return (ESRCH);
	rtref(rt);
	rt_remove(rt);
	if (nrt != NULL)
		*nrt = rt;
	else
		rtfree(rt);
	return (0);
}

/*
 * Delete rt, if it is ifp's (NULL: anybody's), and say so to listeners.
 * Returns 0 or ESRCH.
 */
int
rtdeletemsg(struct rtentry *rt, struct ifnet *ifp, u_int tableid)
{
	if (!rt->rt_linked ||
	    (ifp != NULL && ifp->if_index != rt->rt_ifidx))
		return (ESRCH);
	rtref(rt);
	rt_remove(rt);
	rtm_send(rt, RTM_DELETE, 0, tableid);
	rtfree(rt);
	return (0);
}

/* Fill rt's destination, cut to its mask.  Returns 0 or EINVAL. */
static int
rt_setdest(struct rtentry *rt, const struct sockaddr *dst,
    const struct sockaddr *mask)
{
	struct sockaddr *sa = &rt->rt_destbuf.ra_sa;
	uint8_t *d, *m;
	union rtaddr ra;
	size_t i, len, off;
	int plen;

	if (!rtable_sockaddr_ok(dst) ||
	    (plen = rtable_satoplen(dst->sa_family, mask)) == -1)
		return (EINVAL);
	off = dst->sa_family == AF_INET ? 4 : 8;
	len = dst->sa_family == AF_INET ? 4 : 16;
	memcpy(sa, dst, MIN(dst->sa_len, sizeof(rt->rt_destbuf)));
	sa->sa_len = dst->sa_family == AF_INET ? 16 : 28;
	(void)rt_plentosa(dst->sa_family, plen, &ra, sizeof(ra));
	d = (uint8_t *)sa + off;
	m = (uint8_t *)&ra + off;
	for (i = 0; i < len; i++)
		d[i] &= m[i];
	rt->rt_dest = sa;
	rt->rt_plen = plen;
	return (0);
}

/* Insert rt; a clone that is in the way makes room. */
static int
rt_insert(struct rtentry *rt, const struct sockaddr *mask, u_int tableid)
{
	struct rtentry *crt;
	int error;

	error = rtable_insert(tableid, rt->rt_dest, mask, rt->rt_gateway,
	    rt->rt_priority, rt);
	if (error != EEXIST || ISSET(rt->rt_flags, RTF_CLONED))
		return (error);
	crt = rtable_lookup(tableid, rt->rt_dest, mask, NULL,
	    rt->rt_priority);
	if (crt == NULL || !ISSET(crt->rt_flags, RTF_CLONED))
		return (error);
	(void)rtdeletemsg(crt, NULL, tableid);
	return (rtable_insert(tableid, rt->rt_dest, mask, rt->rt_gateway,
	    rt->rt_priority, rt));
}

static struct rtentry *
rt_alloc(struct rt_addrinfo *info, u_int8_t prio, u_int tableid)
{
	const struct sockaddr_rtlabel *sr;
	struct rtentry *rt;

	if ((rt = pool_get(&rtentry_pool, PR_NOWAIT | PR_ZERO)) == NULL)
		return (NULL);
	refcnt_init(&rt->rt_refcnt);
	LIST_INIT(&rt->rt_timer);
	rt->rt_flags = info->rti_flags | RTF_UP;
	rt->rt_priority = prio;
	rt->rt_tableid = tableid;
	sr = (const struct sockaddr_rtlabel *)info->rti_info[RTAX_LABEL];
	if (sr != NULL)
		rt->rt_labelid = rtlabel_name2id(sr->sr_label);
	rt->rt_ifa = ifaref(info->rti_ifa);
	rt->rt_ifidx = info->rti_ifa->ifa_ifp->if_index;
	/* By way of a router on a link that is down: rt_if_track() waits. */
	if (ISSET(rt->rt_flags, RTF_GATEWAY) &&
	    !LINK_STATE_IS_UP(info->rti_ifa->ifa_ifp->if_link_state)) {
		CLR(rt->rt_flags, RTF_UP);
		rt->rt_priority |= RTP_DOWN;
	}
	return (rt);
}

/* RTM_ADD, and RTM_RESOLVE with the cloning route as parent. */
static int
rt_add(struct rt_addrinfo *info, u_int8_t prio, struct rtentry *parent,
    struct rtentry **nrt, u_int tableid)
{
	const struct sockaddr *mask;
	struct rtentry *rt;
	int error;

	if (ISSET(info->rti_flags, RTF_HOST)) {
		info->rti_info[RTAX_NETMASK] = NULL;
		CLR(info->rti_flags, RTF_CLONING);
	}
	mask = info->rti_info[RTAX_NETMASK];
	if (info->rti_ifa == NULL &&
	    (error = rtm_getifa(info, tableid)) != 0)
		return (error);
	if (prio == 0)
		prio = info->rti_ifa->ifa_ifp->if_priority + RTP_STATIC;
	if ((rt = rt_alloc(info, prio, tableid)) == NULL)
		return (ENOBUFS);
	if (parent != NULL) {
		rtref(parent);
		rt->rt_parent = parent;
		rt->rt_mtu = parent->rt_mtu;
	}
	if ((error = rt_setdest(rt, info->rti_info[RTAX_DST], mask)) != 0 ||
	    (error = rt_setgate(rt, info->rti_info[RTAX_GATEWAY],
	    tableid)) != 0 ||
	    (error = rt_insert(rt, mask, tableid)) != 0) {
		rtfree(rt);
		return (error);
	}
	rtgeneration++;
	if (ISSET(rt->rt_flags, RTF_CLONED))
		rt_nclones++;
	else
		rt_flush_clones(rt);
	rt_ifrequest(rt, parent == NULL ? RTM_ADD : RTM_RESOLVE);
	if_group_routechange(info->rti_info[RTAX_DST], mask);
	if (nrt != NULL)
		*nrt = rt;
	else
		rtfree(rt);
	return (0);
}

/* A host's route made of the cloning route *nrt. */
static int
rt_resolve(struct rt_addrinfo *info, struct rtentry **nrt, u_int tableid)
{
	struct rtentry *parent = *nrt;
	struct sockaddr_rtlabel sr;
	struct sockaddr_dl sdl;
	struct ifnet *ifp;
	u_int8_t prio;

	if (!ISSET(parent->rt_flags, RTF_CLONING))
		return (EINVAL);
	info->rti_ifa = parent->rt_ifa;
	ifp = info->rti_ifa->ifa_ifp;
	info->rti_flags = (parent->rt_flags & ~(RTF_CLONING | RTF_CONNECTED |
	    RTF_STATIC | RTF_MPATH | RTF_CACHED | RTF_DONE)) |
	    RTF_CLONED | RTF_HOST;
	memset(&sdl, 0, sizeof(sdl));
	sdl.sdl_len = sizeof(sdl);
	sdl.sdl_family = AF_LINK;
	sdl.sdl_index = ifp->if_index;
	sdl.sdl_type = ifp->if_type;
	info->rti_info[RTAX_GATEWAY] = sdltosa(&sdl);
	info->rti_info[RTAX_LABEL] = rtlabel_id2sa(parent->rt_labelid, &sr);
	prio = parent->rt_priority & RTP_MASK;
	return (rt_add(info, prio > RTP_LOCAL + 1 ? prio - 1 : prio, parent,
	    nrt, tableid));
}

/*
 * RTM_ADD: add the route that info describes, with priority prio (0: by its
 * interface); it is returned with a reference through nrt, if not NULL.
 * RTM_RESOLVE: *nrt is a cloning route and is replaced by the route of the
 * host info->rti_info[RTAX_DST].  Returns 0, EAFNOSUPPORT (no such table or
 * family), EEXIST, EINVAL, ENETUNREACH, EHOSTUNREACH, ENOBUFS.
 */
int
rtrequest(int req, struct rt_addrinfo *info, u_int8_t prio,
    struct rtentry **nrt, u_int tableid)
{
	const struct sockaddr *dst = info->rti_info[RTAX_DST];

	NET_ASSERT_LOCKED();
	if (!rtable_exists(tableid) || !rtable_sockaddr_ok(dst))
		return (EAFNOSUPPORT);
	switch (req) {
	case RTM_ADD:
		if (info->rti_info[RTAX_GATEWAY] == NULL)
			return (EINVAL);
		return (rt_add(info, prio, NULL, nrt, tableid));
	case RTM_RESOLVE:
		if (nrt == NULL || *nrt == NULL)
			return (EINVAL);
		return (rt_resolve(info, nrt, tableid));
	default:
		return (EINVAL);
	}
}

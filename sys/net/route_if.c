/*
 * Routes: what interfaces and their addresses do to them.
 *
 * Everything here needs the net lock.
 */
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/systm.h>

#include <net/if_var.h>
#include <net/if_dl.h>
#include <net/route.h>
#include <net/rtable.h>

/* What the route of an address looks like. */
static void
rt_ifa_fill(struct rt_addrinfo *info, struct ifaddr *ifa, int flags,
    struct sockaddr *dst, struct sockaddr_rtlabel *sr)
{
	struct ifnet *ifp = ifa->ifa_ifp;

	memset(info, 0, sizeof(*info));
	info->rti_ifa = ifa;
	info->rti_flags = flags;
	info->rti_info[RTAX_DST] = dst;
	if (ISSET(flags, RTF_LLINFO))
		info->rti_info[RTAX_GATEWAY] = sdltosa(ifp->if_sadl);
	else
		info->rti_info[RTAX_GATEWAY] = ifa->ifa_addr;
	info->rti_info[RTAX_LABEL] = rtlabel_id2sa(ifp->if_rtlabelid, sr);
	if (!ISSET(flags, RTF_HOST))
		info->rti_info[RTAX_NETMASK] = ifa->ifa_netmask;
}

static u_int8_t
rt_ifa_prio(const struct ifaddr *ifa, int flags)
{
	if (ISSET(flags, RTF_CONNECTED))
		return (ifa->ifa_ifp->if_priority + RTP_CONNECTED);
	if (ISSET(flags, RTF_LOCAL | RTF_BROADCAST))
		return (RTP_LOCAL);
	return (0);
}

/*
 * Add the route to dst that comes with an address, flags RTF_*: its network
 * (RTF_CLONING | RTF_CONNECTED), itself (RTF_LOCAL), its broadcast address,
 * the far end of its link.  Listeners are told.  Errors of rtrequest().
 */
int
rt_ifa_add(struct ifaddr *ifa, int flags, struct sockaddr *dst, u_int rdomain)
{
	struct sockaddr_rtlabel sr;
	struct rt_addrinfo info;
	struct rtentry *rt;
	int error;

	rt_ifa_fill(&info, ifa, flags | RTF_MPATH, dst, &sr);
	error = rtrequest(RTM_ADD, &info, rt_ifa_prio(ifa, flags), &rt,
	    rdomain);
	if (error != 0)
		return (error);
	/* An address of ours has its own route: so it has come. */
	if (ISSET(flags, RTF_LOCAL))
		rtm_addr(RTM_NEWADDR, ifa);
	rtm_send(rt, RTM_ADD, 0, rdomain);
	rtfree(rt);
	return (0);
}

/*
 * Delete what rt_ifa_add() has added.  Errors of rtrequest_delete().
 */
int
rt_ifa_del(struct ifaddr *ifa, int flags, struct sockaddr *dst, u_int rdomain)
{
	struct sockaddr_rtlabel sr;
	struct rt_addrinfo info;
	struct rtentry *rt;
	int error;

	rt_ifa_fill(&info, ifa, flags, dst, &sr);
	/* The link address may have changed since. */
	if (ISSET(flags, RTF_LLINFO))
		info.rti_info[RTAX_GATEWAY] = NULL;
	error = rtrequest_delete(&info, rt_ifa_prio(ifa, flags), ifa->ifa_ifp,
	    &rt, rdomain);
	if (error == 0) {
		rtm_send(rt, RTM_DELETE, 0, rdomain);
		rtfree(rt);
	}
	if (ISSET(flags, RTF_LOCAL))
		rtm_addr(RTM_DELADDR, ifa);
	return (error);
}

static int
rt_ifa_localflags(const struct ifaddr *ifa)
{
	int flags = RTF_HOST | RTF_LOCAL;

	if (!ISSET(ifa->ifa_ifp->if_flags, IFF_LOOPBACK | IFF_POINTOPOINT))
		flags |= RTF_LLINFO;
	return (flags);
}

/*
 * Add the route to an address of ours itself, if there is none yet.  Errors
 * of rtrequest().
 */
int
rt_ifa_addlocal(struct ifaddr *ifa)
{
	u_int rdomain = ifa->ifa_ifp->if_rdomain;
	struct rtentry *rt;

	rt = rtable_lookup(rdomain, ifa->ifa_addr, NULL, NULL, RTP_LOCAL);
	if (rt != NULL && ISSET(rt->rt_flags, RTF_LOCAL)) {
		/* Another interface has the same address. */
		rtm_addr(RTM_NEWADDR, ifa);
		return (0);
	}
	return (rt_ifa_add(ifa, rt_ifa_localflags(ifa), ifa->ifa_addr,
	    rdomain));
}

/*
 * Delete it again, unless it is another address's.  Errors of
 * rtrequest_delete().
 */
int
rt_ifa_dellocal(struct ifaddr *ifa)
{
	u_int rdomain = ifa->ifa_ifp->if_rdomain;
	struct rtentry *rt;

	rtable_clearsource(rdomain, ifa->ifa_addr);
	rt = rtable_lookup(rdomain, ifa->ifa_addr, NULL, NULL, RTP_LOCAL);
	if (rt == NULL || !ISSET(rt->rt_flags, RTF_LOCAL) ||
	    rt->rt_ifa != ifa) {
		rtm_addr(RTM_DELADDR, ifa);
		return (0);
	}
	return (rt_ifa_del(ifa, rt_ifa_localflags(ifa), ifa->ifa_addr,
	    rdomain));
}

/* Call fn for all routes that may belong to interfaces of an rdomain. */
static void
rt_walk_rdomain(u_int rdomain, sa_family_t af,
    int (*fn)(struct rtentry *, void *, u_int), void *arg)
{
	u_int id;

	for (id = 0; id <= RT_TABLEID_MAX; id++) {
		if (rtable_exists(id) && rtable_l2(id) == rdomain)
			(void)rtable_walk(id, af, NULL, fn, arg);
	}
}

static int
rt_ifa_purge_walker(struct rtentry *rt, void *arg, u_int tableid)
{
	if (rt->rt_ifa == arg)
		(void)rtdeletemsg(rt, NULL, tableid);
	return (0);
}

/*
 * An address goes away: delete all routes that use it.
 */
void
rt_ifa_purge(struct ifaddr *ifa)
{
	rt_walk_rdomain(ifa->ifa_ifp->if_rdomain, ifa->ifa_addr->sa_family,
	    rt_ifa_purge_walker, ifa);
}

static int
rt_if_remove_walker(struct rtentry *rt, void *arg, u_int tableid)
{
	struct ifnet *ifp = arg;

	if (rt->rt_ifidx == ifp->if_index)
		(void)rtdeletemsg(rt, ifp, tableid);
	return (0);
}

/*
 * An interface goes away, or to another rdomain: delete its routes.
 */
void
rt_if_remove(struct ifnet *ifp)
{
	rt_walk_rdomain(ifp->if_rdomain, AF_INET, rt_if_remove_walker, ifp);
	rt_walk_rdomain(ifp->if_rdomain, AF_INET6, rt_if_remove_walker, ifp);
}

/*
 * A route can be used when its interface is up and has a link, or is set
 * aside behind all others.  True if that has changed.
 */
int
rt_if_follow(struct rtentry *rt, struct ifnet *ifp)
{
	union rtaddr ra;
	int up;

	up = ISSET(ifp->if_flags, IFF_UP) &&
	    LINK_STATE_IS_UP(ifp->if_link_state);
	if (up == (ISSET(rt->rt_flags, RTF_UP) != 0))
		return (0);
	rtgeneration++;
	if (up) {
		SET(rt->rt_flags, RTF_UP);
		rtable_mpath_reprio(rt, rt->rt_priority & RTP_MASK);
	} else {
		CLR(rt->rt_flags, RTF_UP);
		rtable_mpath_reprio(rt, rt->rt_priority | RTP_DOWN);
	}
	if_group_routechange(rt->rt_dest,
	    rt_plen2mask(rt, &ra, sizeof(ra)));
	return (1);
}

/* A route of an interface whose link has changed. */
static int
rt_if_track_walker(struct rtentry *rt, void *arg, u_int tableid)
{
	struct ifnet *ifp = arg;
	int up;

	if (rt->rt_ifidx != ifp->if_index)
		return (0);
	/* Addresses of ours do not depend on a link. */
	if (ISSET(rt->rt_flags, RTF_LOCAL | RTF_BROADCAST))
		return (0);
	up = ISSET(ifp->if_flags, IFF_UP) &&
	    LINK_STATE_IS_UP(ifp->if_link_state);
	/* What has been learned of hosts there is worth nothing now. */
	if (!up && ISSET(rt->rt_flags, RTF_UP) &&
	    ISSET(rt->rt_flags, RTF_CLONED | RTF_DYNAMIC) &&
	    !ISSET(rt->rt_flags, RTF_STATIC)) {
		(void)rtdeletemsg(rt, ifp, tableid);
		return (0);
	}
	(void)rt_if_follow(rt, ifp);
	return (0);
}

/*
 * An interface's link or IFF_UP has changed: its routes become usable, or are
 * set aside behind all others.
 */
void
rt_if_track(struct ifnet *ifp)
{
	rt_walk_rdomain(ifp->if_rdomain, AF_INET, rt_if_track_walker, ifp);
	rt_walk_rdomain(ifp->if_rdomain, AF_INET6, rt_if_track_walker, ifp);
}

/* Where a redirect (RFC 1122 3.2.2.2) must come from, and lead. */
static int
rt_redirect_check(const struct rtentry *rt, const struct sockaddr *gateway,
    const struct sockaddr *src, u_int rdomain)
{
	struct ifaddr *ifa;

	if ((ifa = ifa_ifwithnet(gateway, rdomain)) == NULL)
		return (ENETUNREACH);
	if (ifa_ifwithaddr(gateway, rdomain) != NULL)
		return (EHOSTUNREACH);
	if (rt == NULL || !ISSET(rt->rt_flags, RTF_GATEWAY) ||
	    src->sa_len != rt->rt_gateway->sa_len ||
	    memcmp(src, rt->rt_gateway, src->sa_len) != 0 ||
	    ifa->ifa_ifp->if_index != rt->rt_ifidx)
		return (EINVAL);
	return (0);
}

/*
 * Our router src says that packets to dst are better sent to gateway: make or
 * change the host's route.  It is returned with a reference through rtp, if
 * not NULL, for a timer.  A redirect that cannot be believed is counted.
 */
void
rtredirect(const struct sockaddr *dst, const struct sockaddr *gateway,
    const struct sockaddr *src, struct rtentry **rtp, u_int rdomain)
{
	struct rt_addrinfo info;
	struct rtentry *rt;
	int error, flags = RTF_GATEWAY | RTF_HOST;

	NET_ASSERT_LOCKED();
	memset(&info, 0, sizeof(info));
	info.rti_info[RTAX_DST] = dst;
	info.rti_info[RTAX_GATEWAY] = gateway;
	info.rti_info[RTAX_AUTHOR] = src;
	rt = rtalloc(dst, 0, rdomain);
	if ((error = rt_redirect_check(rt, gateway, src, rdomain)) != 0)
		goto out;
	if (ISSET(rt->rt_flags, RTF_HOST)) {
		/* Only what a redirect made may a redirect change. */
		if (!ISSET(rt->rt_flags, RTF_DYNAMIC)) {
			error = EINVAL;
			goto out;
		}
		SET(rt->rt_flags, RTF_MODIFIED);
		flags |= RTF_MODIFIED;
		error = rt_setgate(rt, gateway, rdomain);
		rtgeneration++;
		rtstat.rts_newgateway++;
	} else {
		rtfree(rt);
		rt = NULL;
		flags |= RTF_DYNAMIC;
		info.rti_flags = flags;
		error = rtrequest(RTM_ADD, &info, RTP_DEFAULT, &rt, rdomain);
		rtstat.rts_dynamic += error == 0;
	}
 out:
	if (error != 0)
		rtstat.rts_badredirect++;
	rtm_miss(RTM_REDIRECT, &info, flags, RTP_NONE,
	    rt == NULL ? 0 : rt->rt_ifidx, error, rdomain);
	if (error == 0 && rtp != NULL)
		*rtp = rt;
	else
		rtfree(rt);
}

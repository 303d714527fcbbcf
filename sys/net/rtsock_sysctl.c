/*
 * Routing tables and interfaces by sysctl(2):
 *
 *	net.route.0.<family>.<what>.<argument>[.<table>]
 *
 *	NET_RT_DUMP	routes; argument: of that priority, if negative not of
 *			it, 0 all
 *	NET_RT_FLAGS	routes with any of these flags
 *	NET_RT_IFLIST	interfaces and addresses; argument: an index, 0 all
 *	NET_RT_STATS	struct rtstat
 *	NET_RT_TABLE	struct rt_tableinfo of the argument
 *	NET_RT_IFNAMES	struct if_nameindex_msg of each; argument: an index
 *	NET_RT_SOURCE	preferred source addresses
 *
 * and of drops below the protocols:
 *
 *	net.link.0.900	struct kinfo_drop, one for each reason
 *	net.link.0.<id>	the same, of whoever registered the id
 *
 * A dump copies message by message to the caller, and lets others have the
 * net lock every few routes; routes that come or go meanwhile are seen or
 * not, all others exactly once.
 */
#include <sys/param.h>
#include <sys/domain.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <sys/systm.h>

#include <net/if_tso.h>
#include <net/if_var.h>
#include <net/if_dl.h>
#include <net/netisr.h>
#include <net/route.h>
#include <net/rtable.h>
#include <net/rtsock.h>

#define WALK_CHUNK	128	/* routes between two holds of the net lock */
#define LINK_COUNTERS_MAX 8	/* tables of counters, less one */

/* A dump under way. */
struct rtwalk {
	int		 w_op;		/* NET_RT_* */
	int		 w_arg;
	sa_family_t	 w_family;	/* AF_UNSPEC: all */
	u_int		 w_tableid;
	char		*w_where;	/* the caller's, NULL: only measure */
	size_t		 w_left;	/* bytes there */
	size_t		 w_needed;	/* bytes of all messages so far */
	u_int		 w_chunk;	/* routes in this hold */
};

/* Copy one piece to the caller, as long as there is room. */
static int
rtwalk_put(struct rtwalk *w, const void *buf, size_t len)
{
	int error;

	w->w_needed += len;
	if (w->w_where == NULL)
		return (0);
	if (w->w_left < len)
		return (ENOMEM);
	if ((error = copyout(buf, w->w_where, len)) != 0)
		return (error);
	w->w_where += len;
	w->w_left -= len;
	return (0);
}

static int
rtwalk_wanted(const struct rtwalk *w, const struct rtentry *rt)
{
	int prio = rt->rt_priority & RTP_MASK;

	if (w->w_op == NET_RT_FLAGS)
		return (ISSET(rt->rt_flags, w->w_arg) != 0);
	if (w->w_arg > 0)
		return (prio == w->w_arg);
	if (w->w_arg < 0)
		return (prio != -w->w_arg);
	return (1);
}

static int
rtwalk_route(struct rtentry *rt, void *arg, u_int tableid)
{
	uint64_t buf[RTM_MAXKERN / sizeof(uint64_t)];
	struct rt_msghdr *rtm = (struct rt_msghdr *)buf;
	struct rtwalk *w = arg;
	struct rt_addrinfo info;
	struct rtm_room rr;
	size_t len;
	int error;

	if (++w->w_chunk % WALK_CHUNK == 0) {
		NET_UNLOCK();
		yield();
		NET_LOCK();
		if (!rt->rt_linked)
			return (0);	/* deleted meanwhile */
	}
	if (!rtwalk_wanted(w, rt))
		return (0);
	memset(&info, 0, sizeof(info));
	rtm_fill_info(&info, rt, &rr);
	len = rtm_build(RTM_GET, &info, buf, sizeof(buf));
	rtm_fill_header(rtm, rt);
	rtm->rtm_flags |= RTF_DONE;
	rtm->rtm_tableid = tableid;
	rtm->rtm_addrs = info.rti_addrs;
	error = rtwalk_put(w, buf, len);
	return (error);
}

static int
rtwalk_routes(struct rtwalk *w)
{
	static const sa_family_t families[] = { AF_INET, AF_INET6 };
	int error = 0;
	u_int i;

	for (i = 0; i < nitems(families); i++) {
		if (w->w_family != AF_UNSPEC && w->w_family != families[i])
			continue;
		error = rtable_walk(w->w_tableid, families[i], NULL,
		    rtwalk_route, w);
		if (error != 0)
			break;
	}
	return (error);
}

static int
rtwalk_ifinfo(struct rtwalk *w, struct ifnet *ifp)
{
	uint64_t buf[RTM_MAXKERN / sizeof(uint64_t)];
	struct if_msghdr *ifm = (struct if_msghdr *)buf;
	struct rt_addrinfo info;
	size_t len;

	memset(&info, 0, sizeof(info));
	info.rti_info[RTAX_IFP] = sdltosa(ifp->if_sadl);
	len = rtm_build(RTM_IFINFO, &info, buf, sizeof(buf));
	rtm_fill_ifinfo(ifm, ifp);
	ifm->ifm_addrs = info.rti_addrs;
	return (rtwalk_put(w, buf, len));
}

static int
rtwalk_ifaddr(struct rtwalk *w, struct ifaddr *ifa)
{
	uint64_t buf[RTM_MAXKERN / sizeof(uint64_t)];
	struct ifa_msghdr *ifam = (struct ifa_msghdr *)buf;
	struct ifnet *ifp = ifa->ifa_ifp;
	struct rt_addrinfo info;
	size_t len;

	memset(&info, 0, sizeof(info));
	info.rti_info[RTAX_IFA] = ifa->ifa_addr;
	info.rti_info[RTAX_NETMASK] = ifa->ifa_netmask;
	if (ifa->ifa_dstaddr != NULL && ifa->ifa_dstaddr->sa_len != 0)
		info.rti_info[RTAX_BRD] = ifa->ifa_dstaddr;
	len = rtm_build(RTM_NEWADDR, &info, buf, sizeof(buf));
	ifam->ifam_index = ifp->if_index;
	ifam->ifam_tableid = ifp->if_rdomain;
	ifam->ifam_flags = ifa->ifa_flags;
	ifam->ifam_metric = ifa->ifa_metric;
	ifam->ifam_addrs = info.rti_addrs;
	return (rtwalk_put(w, buf, len));
}

static int
rtwalk_iflist(struct rtwalk *w)
{
	struct ifaddr *ifa;
	struct ifnet *ifp;
	int error;

	TAILQ_FOREACH(ifp, &ifnetlist, if_list) {
		if (w->w_arg != 0 && (u_int)w->w_arg != ifp->if_index)
			continue;
		if ((error = rtwalk_ifinfo(w, ifp)) != 0)
			return (error);
		TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list) {
			if (w->w_family != AF_UNSPEC &&
			    w->w_family != ifa->ifa_addr->sa_family)
				continue;
			if ((error = rtwalk_ifaddr(w, ifa)) != 0)
				return (error);
		}
	}
	return (0);
}

static int
rtwalk_ifnames(struct rtwalk *w)
{
	struct if_nameindex_msg name;
	struct ifnet *ifp;
	int error;

	TAILQ_FOREACH(ifp, &ifnetlist, if_list) {
		if (w->w_arg != 0 && (u_int)w->w_arg != ifp->if_index)
			continue;
		memset(&name, 0, sizeof(name));
		name.if_index = ifp->if_index;
		strlcpy(name.if_name, ifp->if_xname, sizeof(name.if_name));
		if ((error = rtwalk_put(w, &name, sizeof(name))) != 0)
			return (error);
	}
	return (0);
}

static int
rtwalk_source(struct rtwalk *w)
{
	static const sa_family_t families[] = { AF_INET, AF_INET6 };
	const struct sockaddr *sa;
	int error;
	u_int i;

	for (i = 0; i < nitems(families); i++) {
		if (w->w_family != AF_UNSPEC && w->w_family != families[i])
			continue;
		sa = rtable_getsource(w->w_tableid, families[i]);
		if (sa == NULL)
			continue;
		if ((error = rtwalk_put(w, sa, sa->sa_len)) != 0)
			return (error);
	}
	return (0);
}

static int
rtwalk_run(struct rtwalk *w)
{
	int error;

	NET_LOCK();
	switch (w->w_op) {
	case NET_RT_DUMP:
	case NET_RT_FLAGS:
		error = rtwalk_routes(w);
		break;
	case NET_RT_IFLIST:
		error = rtwalk_iflist(w);
		break;
	case NET_RT_IFNAMES:
		error = rtwalk_ifnames(w);
		break;
	case NET_RT_SOURCE:
		error = rtwalk_source(w);
		break;
	default:
		error = EOPNOTSUPP;
	}
	NET_UNLOCK();
	return (error);
}

static int
route_sysctl_table(u_int tableid, void *where, size_t *given)
{
	struct rt_tableinfo info;

	if (!rtable_exists(tableid))
		return (ENOENT);
	info.rti_tableid = tableid;
	info.rti_domainid = rtable_l2(tableid);
	return (sysctl_rdstruct(where, given, NULL, &info, sizeof(info)));
}

/*
 * net.route: name is what follows the family of the mib.  Called without the
 * net lock; may sleep.  Returns 0, EPERM (it is read only), EINVAL, ENOENT
 * (no such table), EOPNOTSUPP, ENOMEM (no room) or EFAULT.
 */
int
route_sysctl(int *name, u_int namelen, void *where, size_t *given, void *new,
    size_t newlen)
{
	struct rtwalk w;
	int error;

	(void)newlen;
	if (new != NULL)
		return (EPERM);
	if (namelen < 4 || namelen > 5 || name[0] != 0)
		return (EINVAL);
	memset(&w, 0, sizeof(w));
	w.w_family = name[1];
	w.w_op = name[2];
	w.w_arg = name[3];
	w.w_tableid = namelen == 5 ? (u_int)name[4] : curproc->p_rtableid;
	if (name[1] < 0 || name[1] >= AF_MAX)
		return (EINVAL);
	switch (w.w_op) {
	case NET_RT_STATS:
		return (sysctl_rdstruct(where, given, new, &rtstat,
		    sizeof(rtstat)));
	case NET_RT_TABLE:
		return (route_sysctl_table(w.w_arg, where, given));
	}
	if (!rtable_exists(w.w_tableid))
		return (ENOENT);
	w.w_where = where;
	w.w_left = where == NULL ? 0 : *given;
	error = rtwalk_run(&w);
	if (error != 0 && error != ENOMEM)
		return (error);
	/* What a second call will need may be somewhat more. */
	*given = where == NULL ? w.w_needed + w.w_needed / 10 :
	    (size_t)(w.w_where - (char *)where);
	return (error);
}

static int
link_put_drop(struct rtwalk *w, uint64_t count, const char *reason)
{
	struct kinfo_drop kd;

	memset(&kd, 0, sizeof(kd));
	kd.kd_count = count;
	strlcpy(kd.kd_reason, reason, sizeof(kd.kd_reason));
	return (rtwalk_put(w, &kd, sizeof(kd)));
}

static int
link_sysctl_drops(void *where, size_t *given)
{
	struct rtwalk w;
	int error = 0;
	u_int i;

	memset(&w, 0, sizeof(w));
	w.w_where = where;
	w.w_left = where == NULL ? 0 : *given;
	for (i = 0; i < IFD_MAX && error == 0; i++)
		error = link_put_drop(&w, if_drops[i], if_drop_names[i]);
	for (i = 0; i < TSOC_DROPS && error == 0; i++)
		error = link_put_drop(&w, tso_counters[i],
		    tso_counter_names[i]);
	*given = where == NULL ? w.w_needed :
	    (size_t)(w.w_where - (char *)where);
	return (error);
}

/* What rooms above have registered. */
static struct link_counters {
	int			 lc_id;
	const uint64_t		*lc_values;
	const char *const	*lc_names;
	u_int			 lc_n;
} link_counters[LINK_COUNTERS_MAX];

void
link_counters_register(int id, const uint64_t *values,
    const char *const *names, u_int n)
{
	struct link_counters *lc = link_counters;

	while (lc->lc_n != 0)
		lc++;
	KASSERT(lc < &link_counters[LINK_COUNTERS_MAX - 1]);
	lc->lc_id = id;
	lc->lc_values = values;
	lc->lc_names = names;
	lc->lc_n = n;
}

static int
link_sysctl_counters(int id, void *where, size_t *given)
{
	const struct link_counters *lc;
	struct rtwalk w;
	int error = 0;
	u_int i;

	for (lc = link_counters; lc->lc_n != 0 && lc->lc_id != id; lc++)
		continue;
	if (lc->lc_n == 0)
		return (EOPNOTSUPP);
	memset(&w, 0, sizeof(w));
	w.w_where = where;
	w.w_left = where == NULL ? 0 : *given;
	for (i = 0; i < lc->lc_n && error == 0; i++)
		error = link_put_drop(&w, lc->lc_values[i], lc->lc_names[i]);
	*given = where == NULL ? w.w_needed :
	    (size_t)(w.w_where - (char *)where);
	return (error);
}

static int
link_sysctl(int *name, u_int namelen, void *where, size_t *given, void *new,
    size_t newlen)
{
	(void)newlen;
	if (namelen != 2 || name[0] != 0)
		return (ENOTDIR);
	if (new != NULL)
		return (EPERM);
	if (name[1] != NET_LINK_DROPS)
		return (link_sysctl_counters(name[1], where, given));
	return (link_sysctl_drops(where, given));
}

/* There are no sockets of this family, only names. */
struct domain linkdomain = {
	.dom_family	= AF_LINK,
	.dom_name	= "link",
	.dom_sysctl	= link_sysctl,
};

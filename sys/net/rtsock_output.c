/*
 * Routing sockets: the messages that programs send.
 *
 * A message is checked in this order: length and version (EINVAL,
 * EPROTONOSUPPORT), type (EOPNOTSUPP), privilege (EACCES), table and priority
 * (EINVAL), sockaddrs (EINVAL, EAFNOSUPPORT); then it is acted upon.  What
 * came of it goes to all listeners, the sender included: the route as it is
 * now, or the message as it was with rtm_errno.
 *
 * Everything here needs the net lock.
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/systm.h>
#include <sys/time.h>
#include <sys/ucred.h>

#include <net/if_var.h>
#include <net/if_dl.h>
#include <net/route.h>
#include <net/rtable.h>
#include <net/rtsock.h>

/* Only the kernel sets these; a message that has them loses them. */
#define RTF_KERNEL	\
	(RTF_UP | RTF_DONE | RTF_CLONED | RTF_CACHED | RTF_CONNECTED | \
	 RTF_DYNAMIC | RTF_MODIFIED | RTF_MPLS | RTF_BFD)

/* A message at work. */
struct rtm_work {
	struct rt_msghdr	*rw_rtm;
	struct rt_addrinfo	 rw_info;
	struct rtentry		*rw_rt;		/* referenced; what came of it */
	u_int			 rw_tableid;
	u_int8_t		 rw_prio;	/* 0: any */
};

static int
rtm_check_sdl(const struct sockaddr *sa)
{
	const struct sockaddr_dl *sdl = satosdl_const(sa);
	size_t off = offsetof(struct sockaddr_dl, sdl_data);

	if (sa->sa_len < off || sa->sa_len < off + sdl->sdl_nlen +
	    sdl->sdl_alen + sdl->sdl_slen)
		return (EINVAL);
	return (0);
}

/* Strings at most as long as their room, with a NUL in it. */
static int
rtm_check_string(const struct sockaddr *sa, size_t room)
{
	size_t off = offsetof(struct sockaddr_rtlabel, sr_label);

	if (sa->sa_len <= off || sa->sa_len > off + room)
		return (EINVAL);
	if (memchr((const char *)sa + off, '\0', sa->sa_len - off) == NULL)
		return (EINVAL);
	return (0);
}

/* A mask may be short, even empty, and of no family. */
static int
rtm_check_mask(const struct sockaddr *sa, const struct sockaddr *dst)
{
	if (sa->sa_len > sizeof(union rtaddr) ||
	    (sa->sa_family != AF_UNSPEC && dst != NULL &&
	    sa->sa_len >= 2 && sa->sa_family != dst->sa_family))
		return (EINVAL);
	if (dst != NULL && rtable_satoplen(dst->sa_family, sa) == -1)
		return (EINVAL);
	return (0);
}

static int
rtm_check_addr(const struct sockaddr *sa)
{
	switch (sa->sa_family) {
	case AF_INET:
		return (sa->sa_len == 16 ? 0 : EINVAL);
	case AF_INET6:
		return (sa->sa_len == 28 ? 0 : EINVAL);
	case AF_LINK:
		return (rtm_check_sdl(sa));
	default:
		return (EAFNOSUPPORT);
	}
}

/* Is the sockaddr of index i, which lies inside its message, good? */
static int
rtm_check_sa(int i, const struct sockaddr *sa, const struct rt_addrinfo *info)
{
	switch (i) {
	case RTAX_NETMASK:
		return (rtm_check_mask(sa, info->rti_info[RTAX_DST]));
	case RTAX_GENMASK:
	case RTAX_SRC:
	case RTAX_SRCMASK:
	case RTAX_BFD:
		return (EINVAL);
	case RTAX_LABEL:
		return (rtm_check_string(sa, RTLABEL_LEN));
	case RTAX_DNS:
	case RTAX_STATIC:
		/* Not strings: addresses, one after the other. */
		return (sa->sa_len >= 2 && sa->sa_len <=
		    sizeof(struct sockaddr_rtdns) ? 0 : EINVAL);
	case RTAX_SEARCH:
		return (rtm_check_string(sa, RTSEARCH_LEN));
	default:
		return (rtm_check_addr(sa));
	}
}

/*
 * Find the sockaddrs that info->rti_addrs names, between cp and lim; cp is
 * aligned.  Returns 0, EINVAL or EAFNOSUPPORT.
 */
int
rtm_xaddrs(const uint8_t *cp, const uint8_t *lim, struct rt_addrinfo *info)
{
	const struct sockaddr *sa;
	size_t len;
	int error, i;

	if (info->rti_addrs & ~((1 << RTAX_MAX) - 1))
		return (EINVAL);
	for (i = 0; i < RTAX_MAX; i++) {
		if ((info->rti_addrs & (1 << i)) == 0)
			continue;
		sa = (const struct sockaddr *)cp;
		if (lim - cp < 2 || lim - cp < sa->sa_len)
			return (EINVAL);
		if ((error = rtm_check_sa(i, sa, info)) != 0)
			return (error);
		info->rti_info[i] = sa;
		len = RT_ROUNDUP(sa->sa_len);
		cp += MIN(len, (size_t)(lim - cp));
	}
	return (0);
}

/* The message in memory of its own, aligned, its lengths checked. */
static int
rtm_copy(struct mbuf *m, struct rt_msghdr **rtmp)
{
	struct rt_msghdr *rtm;
	size_t len = m->m_pkthdr.len;

	if (len < sizeof(*rtm))
		return (EINVAL);
	if (len > RTM_MAXSIZE)
		return (EMSGSIZE);
	rtm = malloc(len, M_RTABLE, M_NOWAIT);
	if (rtm == NULL)
		return (ENOBUFS);
	m_copydata(m, 0, len, rtm);
	*rtmp = rtm;
	if (rtm->rtm_msglen != len)
		return (EINVAL);
	if (rtm->rtm_version != RTM_VERSION)
		return (EPROTONOSUPPORT);
	if (rtm->rtm_hdrlen != 0 && rtm->rtm_hdrlen != sizeof(*rtm))
		return (EINVAL);
	rtm->rtm_hdrlen = sizeof(*rtm);
	rtm->rtm_pid = curproc->p_pid;
	rtm->rtm_errno = 0;
	return (0);
}

/* May this program send this type? */
static int
rtm_check_type(const struct rt_msghdr *rtm)
{
	switch (rtm->rtm_type) {
	case RTM_GET:
		return (0);
	case RTM_ADD:
	case RTM_DELETE:
	case RTM_CHANGE:
	case RTM_PROPOSAL:
	case RTM_SOURCE:
		return (suser(curproc) != 0 ? EACCES : 0);
	default:
		return (EOPNOTSUPP);
	}
}

/* The table must be there; adding a route makes it. */
static int
rtm_check_table(const struct rt_msghdr *rtm)
{
	u_int rdomain, tableid = rtm->rtm_tableid;
	int error;

	if (rtable_exists(tableid))
		return (0);
	if (rtm->rtm_type != RTM_ADD)
		return (EINVAL);
	if ((error = rtable_add(tableid)) != 0)
		return (error);
	/* It is an other view of the program's own domain. */
	rdomain = rtable_l2(curproc->p_rtableid);
	rtable_l2set(tableid, rdomain, rtable_loindex(rdomain));
	return (0);
}

static int
rtm_check(struct rtm_work *rw)
{
	struct rt_msghdr *rtm = rw->rw_rtm;
	struct rt_addrinfo *info = &rw->rw_info;
	int error;

	if ((error = rtm_check_type(rtm)) != 0 ||
	    (error = rtm_check_table(rtm)) != 0)
		return (error);
	if (ISSET(rtm->rtm_flags, RTF_LOCAL | RTF_BROADCAST) &&
	    rtm->rtm_type != RTM_GET)
		return (EINVAL);
	if (rtm->rtm_priority > RTP_MAX ||
	    (rtm->rtm_priority == RTP_LOCAL && rtm->rtm_type != RTM_GET))
		return (EINVAL);
	rtm->rtm_flags &= ~RTF_KERNEL;
	rtm->rtm_fmask &= RTF_FMASK & ~RTF_KERNEL;
	rw->rw_tableid = rtm->rtm_tableid;
	rw->rw_prio = rtm->rtm_priority;

	info->rti_addrs = rtm->rtm_addrs;
	info->rti_flags = rtm->rtm_flags;
	info->rti_rtm = rtm;
	return (rtm_xaddrs((const uint8_t *)(rtm + 1),
	    (const uint8_t *)rtm + rtm->rtm_msglen, info));
}

/* A route needs a destination; its gateway, a family that fits. */
static int
rtm_check_route(const struct rt_addrinfo *info)
{
	const struct sockaddr *dst = info->rti_info[RTAX_DST];
	const struct sockaddr *gate = info->rti_info[RTAX_GATEWAY];

	if (dst == NULL)
		return (EINVAL);
	if (!rtable_sockaddr_ok(dst))
		return (EAFNOSUPPORT);
	if (gate == NULL)
		return (0);
	if (gate->sa_family != AF_LINK && gate->sa_family != dst->sa_family)
		return (EINVAL);
	if (gate->sa_family == AF_LINK &&
	    ISSET(info->rti_flags, RTF_GATEWAY))
		return (EINVAL);
	return (0);
}

/* What a message may set of a route besides its addresses. */
static void
rtm_setmetrics(const struct rt_msghdr *rtm, struct rtentry *rt)
{
	const struct rt_metrics *in = &rtm->rtm_rmx;
	time_t expire = in->rmx_expire;

	if (ISSET(rtm->rtm_inits, RTV_MTU))
		rt->rt_mtu = in->rmx_mtu;
	if (ISSET(rtm->rtm_inits, RTV_EXPIRE)) {
		if (expire != 0)
			expire = MAX(expire - gettime() + getuptime(), 1);
		/* ARP and ND look after their own. */
		if (ISSET(rt->rt_flags, RTF_LLINFO))
			rt->rt_expire = expire;
		else
			rt_expire_set(rt, expire);
	}
	rt->rt_locks = (rt->rt_locks & ~rtm->rtm_inits) |
	    (rtm->rtm_inits & in->rmx_locks);
}

static int
rtm_output_add(struct rtm_work *rw)
{
	struct rt_addrinfo *info = &rw->rw_info;
	const struct sockaddr *gate = info->rti_info[RTAX_GATEWAY];
	struct rtentry *rt;
	int error;

	if (gate == NULL)
		return (EINVAL);
	/* A host's link address, set by hand, replaces what was learned. */
	if (gate->sa_family == AF_LINK && ISSET(info->rti_flags, RTF_HOST)) {
		rt = rtable_lookup(rw->rw_tableid, info->rti_info[RTAX_DST],
		    NULL, NULL, RTP_ANY);
		if (rt != NULL && ISSET(rt->rt_flags, RTF_LOCAL |
		    RTF_BROADCAST))
			return (EEXIST);
		if (rt != NULL && ISSET(rt->rt_flags, RTF_CLONED))
			(void)rtdeletemsg(rt, NULL, rw->rw_tableid);
	} else
		CLR(info->rti_flags, RTF_LLINFO);
	error = rtrequest(RTM_ADD, info, rw->rw_prio, &rt, rw->rw_tableid);
	if (error == 0) {
		rtm_setmetrics(rw->rw_rtm, rt);
		rw->rw_rt = rt;
	}
	return (error);
}

static int
rtm_output_delete(struct rtm_work *rw)
{
	struct rt_addrinfo *info = &rw->rw_info;
	const struct sockaddr *mask;
	struct rtentry *rt;

	mask = ISSET(info->rti_flags, RTF_HOST) ? NULL :
	    info->rti_info[RTAX_NETMASK];
	rt = rtable_lookup(rw->rw_tableid, info->rti_info[RTAX_DST], mask,
	    info->rti_info[RTAX_GATEWAY],
	    rw->rw_prio == 0 ? RTP_ANY : rw->rw_prio);
	if (rt == NULL)
		return (ESRCH);
	/* Addresses' own routes go with them. */
	if (ISSET(rt->rt_flags, RTF_LOCAL | RTF_BROADCAST))
		return (EINVAL);
	return (rtrequest_delete(info, rw->rw_prio, NULL, &rw->rw_rt,
	    rw->rw_tableid));
}

/* With a mask or priority exactly that route, else the best to an address. */
static int
rtm_output_get(struct rtm_work *rw)
{
	const struct rt_addrinfo *info = &rw->rw_info;
	struct rtentry *rt;

	if (info->rti_info[RTAX_NETMASK] != NULL || rw->rw_prio != 0)
		rt = rtable_lookup(rw->rw_tableid, info->rti_info[RTAX_DST],
		    info->rti_info[RTAX_NETMASK], info->rti_info[RTAX_GATEWAY],
		    rw->rw_prio == 0 ? RTP_ANY : rw->rw_prio);
	else
		rt = rtable_match(rw->rw_tableid, info->rti_info[RTAX_DST],
		    NULL);
	if (rt == NULL)
		return (ESRCH);
	rtref(rt);
	rw->rw_rt = rt;
	return (0);
}

/* The route belongs to another address of ours from now on. */
static void
rtm_change_ifa(struct rtentry *rt, struct ifaddr *ifa)
{
	struct ifnet *ifp = rt->rt_ifa->ifa_ifp;

	if (rt->rt_ifa == ifa)
		return;
	if (ifp->if_rtrequest != NULL)
		(*ifp->if_rtrequest)(ifp, RTM_DELETE, rt);
	ifafree(rt->rt_ifa);
	rt->rt_ifa = ifaref(ifa);
	rt->rt_ifidx = ifa->ifa_ifp->if_index;
}

static int
rtm_change_gateway(struct rtm_work *rw, struct rtentry *rt)
{
	struct rt_addrinfo *info = &rw->rw_info;
	const struct sockaddr *gate = info->rti_info[RTAX_GATEWAY];
	u_int oflags = rt->rt_flags;
	int error;

	if (gate == NULL && info->rti_info[RTAX_IFP] == NULL &&
	    info->rti_info[RTAX_IFA] == NULL)
		return (0);
	if ((error = rtm_getifa(info, rw->rw_tableid)) != 0)
		return (error);
	if (gate != NULL) {
		/* A reject route may become a common one, and so on. */
		rt->rt_flags = (rt->rt_flags & ~RTF_GATEWAY) |
		    (info->rti_flags & RTF_GATEWAY);
		error = rt_setgate(rt, gate, rw->rw_tableid);
		if (error != 0) {
			rt->rt_flags = oflags;
			return (error);
		}
	}
	rtm_change_ifa(rt, info->rti_ifa);
	(void)rt_if_follow(rt, rt->rt_ifa->ifa_ifp);
	return (0);
}

static int
rtm_output_change(struct rtm_work *rw)
{
	struct rt_addrinfo *info = &rw->rw_info;
	const struct sockaddr_rtlabel *sr;
	struct rt_msghdr *rtm = rw->rw_rtm;
	struct rtentry *rt;
	struct ifnet *ifp;
	union rtaddr ra;
	u_int8_t prio;
	int error;

	prio = rw->rw_prio == 0 ? RTP_ANY : rw->rw_prio;
	rt = rtable_lookup(rw->rw_tableid, info->rti_info[RTAX_DST],
	    ISSET(info->rti_flags, RTF_HOST) ? NULL :
	    info->rti_info[RTAX_NETMASK], info->rti_info[RTAX_GATEWAY], prio);
	if (rt == NULL)
		rt = rtable_lookup(rw->rw_tableid, info->rti_info[RTAX_DST],
		    ISSET(info->rti_flags, RTF_HOST) ? NULL :
		    info->rti_info[RTAX_NETMASK], NULL, prio);
	if (rt == NULL)
		return (ESRCH);
	if (ISSET(rt->rt_flags, RTF_LOCAL | RTF_BROADCAST))
		return (EINVAL);
	if ((error = rtm_change_gateway(rw, rt)) != 0)
		return (error);
	rt->rt_flags = (rt->rt_flags & ~rtm->rtm_fmask) |
	    (info->rti_flags & rtm->rtm_fmask);
	sr = (const struct sockaddr_rtlabel *)info->rti_info[RTAX_LABEL];
	if (sr != NULL) {
		rtlabel_unref(rt->rt_labelid);
		rt->rt_labelid = rtlabel_name2id(sr->sr_label);
	}
	rtm_setmetrics(rtm, rt);
	ifp = rt->rt_ifa->ifa_ifp;
	if (ifp->if_rtrequest != NULL)
		(*ifp->if_rtrequest)(ifp, RTM_ADD, rt);
	if_group_routechange(rt->rt_dest,
	    rt_plen2mask(rt, &ra, sizeof(ra)));
	rtgeneration++;
	rtref(rt);
	rw->rw_rt = rt;
	return (0);
}

/* RTM_SOURCE: the address that this table's packets prefer. */
static int
rtm_output_source(struct rtm_work *rw)
{
	const struct sockaddr *sa = rw->rw_info.rti_info[RTAX_IFA];
	struct ifaddr *ifa;

	if (sa == NULL || !rtable_sockaddr_ok(sa))
		return (EINVAL);
	/* All zeroes take it back. */
	if (rtable_sockaddr_isany(sa))
		return (rtable_setsource(rw->rw_tableid, sa->sa_family,
		    NULL));
	ifa = ifa_ifwithaddr(sa, rw->rw_tableid);
	if (ifa == NULL)
		return (EADDRNOTAVAIL);
	return (rtable_setsource(rw->rw_tableid, sa->sa_family,
	    ifa->ifa_addr));
}

static int
rtm_output_proposal(struct rtm_work *rw)
{
	struct rt_msghdr *rtm = rw->rw_rtm;
	struct ifnet *ifp;
	int error;

	if (rtm->rtm_priority < RTP_PROPOSAL_STATIC ||
	    rtm->rtm_priority > RTP_PROPOSAL_SOLICIT)
		return (EINVAL);
	if ((ifp = if_get(rtm->rtm_index)) == NULL)
		return (EINVAL);
	error = rtm_proposal(ifp, &rw->rw_info, rtm->rtm_flags,
	    rtm->rtm_priority);
	if_put(ifp);
	return (error);
}

static int
rtm_act(struct rtm_work *rw)
{
	int error;

	switch (rw->rw_rtm->rtm_type) {
	case RTM_PROPOSAL:
		return (rtm_output_proposal(rw));
	case RTM_SOURCE:
		return (rtm_output_source(rw));
	}
	if ((error = rtm_check_route(&rw->rw_info)) != 0)
		return (error);
	switch (rw->rw_rtm->rtm_type) {
	case RTM_ADD:
		return (rtm_output_add(rw));
	case RTM_DELETE:
		return (rtm_output_delete(rw));
	case RTM_CHANGE:
		return (rtm_output_change(rw));
	case RTM_GET:
		return (rtm_output_get(rw));
	}
	return (EOPNOTSUPP);
}

/* The answer: the route as it is, or the message as it was. */
static void
rtm_report(struct rtm_work *rw, struct socket *so, int error)
{
	uint64_t buf[RTM_MAXKERN / sizeof(uint64_t)];
	struct rt_msghdr *in = rw->rw_rtm, *rtm = (struct rt_msghdr *)buf;
	const struct sockaddr *dst = rw->rw_info.rti_info[RTAX_DST];
	struct rt_addrinfo info;
	struct rtm_about ra;
	struct rtm_room rr;
	size_t len;

	memset(&ra, 0, sizeof(ra));
	ra.ra_family = dst == NULL ? AF_UNSPEC : dst->sa_family;
	ra.ra_tableid = in->rtm_tableid;
	ra.ra_priority = in->rtm_priority;
	if (rw->rw_rt == NULL) {
		in->rtm_errno = error;
		if (error == 0)
			in->rtm_flags |= RTF_DONE;
		ra.ra_flags = in->rtm_flags;
		rtm_deliver(in, in->rtm_msglen, so, &ra);
		return;
	}
	memset(&info, 0, sizeof(info));
	rtm_fill_info(&info, rw->rw_rt, &rr);
	if ((len = rtm_build(in->rtm_type, &info, buf, sizeof(buf))) == 0)
		return;
	rtm_fill_header(rtm, rw->rw_rt);
	rtm->rtm_flags |= RTF_DONE;
	rtm->rtm_addrs = info.rti_addrs;
	rtm->rtm_tableid = rw->rw_tableid;
	rtm->rtm_fmask = in->rtm_fmask;
	rtm->rtm_pid = in->rtm_pid;
	rtm->rtm_seq = in->rtm_seq;
	rtm->rtm_inits = in->rtm_inits;
	ra.ra_flags = rw->rw_rt->rt_flags;
	ra.ra_priority = rtm->rtm_priority;
	rtm_deliver(buf, len, so, &ra);
}

/*
 * A message that a program has written.  Consumes m; returns 0 or errno, as
 * the head of this file says, and those of rtrequest().
 */
int
route_output(struct mbuf *m, struct socket *so)
{
	struct rtm_work rw;
	size_t len;
	int error;

	NET_ASSERT_LOCKED();
	if (m == NULL)
		return (EINVAL);
	memset(&rw, 0, sizeof(rw));
	len = m->m_pkthdr.len;
	error = rtm_copy(m, &rw.rw_rtm);
	m_freem(m);
	if (error == 0) {
		if ((error = rtm_check(&rw)) == 0)
			error = rtm_act(&rw);
		else {
			/* Nobody shall have to read what was not good. */
			rw.rw_rtm->rtm_addrs = 0;
			rw.rw_rtm->rtm_msglen = sizeof(*rw.rw_rtm);
		}
		/* A proposal has been passed on already. */
		if (error != 0 || rw.rw_rtm->rtm_type != RTM_PROPOSAL)
			rtm_report(&rw, so, error);
	}
	rtfree(rw.rw_rt);
	free(rw.rw_rtm, M_RTABLE, len);
	return (error);
}

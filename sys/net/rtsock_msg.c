/*
 * Routing sockets: the messages that the kernel sends.
 *
 * A message is a header, whose type is told by its fourth byte, and the
 * sockaddrs that its bit mask names, in the order of the bits, each padded to
 * a long.
 *
 * Everything here needs the net lock.
 */
#include <sys/param.h>
#include <sys/mbuf.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <net/if_var.h>
#include <net/if_dl.h>
#include <net/route.h>
#include <net/rtable.h>
#include <net/rtsock.h>

/* Sockaddrs follow a header at once. */
CTASSERT(sizeof(struct rt_msghdr) % sizeof(long) == 0);
CTASSERT(sizeof(struct if_msghdr) % sizeof(long) == 0);
CTASSERT(sizeof(struct ifa_msghdr) % sizeof(long) == 0);

/*
 * The length of a message's header, by its type.
 */
size_t
rtm_hdrlen(int type)
{
	switch (type) {
	case RTM_NEWADDR:
	case RTM_DELADDR:
	case RTM_CHGADDRATTR:
		return (sizeof(struct ifa_msghdr));
	case RTM_IFINFO:
		return (sizeof(struct if_msghdr));
	case RTM_IFANNOUNCE:
		return (sizeof(struct if_announcemsghdr));
	default:
		return (sizeof(struct rt_msghdr));
	}
}

/*
 * Build a message in buf: a header of zeroes but for length, version, type
 * and header length, and the sockaddrs of info (NULL: none), whose rti_addrs
 * is set.  Returns its length, or 0 when size is too small.
 */
size_t
rtm_build(int type, struct rt_addrinfo *info, void *buf, size_t size)
{
	const struct sockaddr *sa;
	size_t hdrlen = rtm_hdrlen(type), len = hdrlen, salen;
	struct rtm_head *rh = buf;
	int i;

	if (len > size)
		return (0);
	memset(buf, 0, len);
	if (info != NULL) {
		info->rti_addrs = 0;
		for (i = 0; i < RTAX_MAX; i++) {
			if ((sa = info->rti_info[i]) == NULL)
				continue;
			salen = RT_ROUNDUP(sa->sa_len);
			if (len + salen > size)
				return (0);
			info->rti_addrs |= 1 << i;
			memset((char *)buf + len, 0, salen);
			memcpy((char *)buf + len, sa, sa->sa_len);
			len += salen;
		}
	}
	rh->rh_msglen = len;
	rh->rh_version = RTM_VERSION;
	rh->rh_type = type;
	rh->rh_hdrlen = hdrlen;
	return (len);
}

/*
 * Hand a message to who listens but so (NULL: all).
 */
void
rtm_deliver(void *buf, size_t len, struct socket *so,
    const struct rtm_about *ra)
{
	struct mbuf *m;

	if (len == 0 || route_listeners() == 0)
		return;
	if ((m = m_devget(buf, len, 0)) == NULL)
		return;
	route_input(m, so, ra);
}

/*
 * The metrics of a route; times become UTC.
 */
void
rtm_getmetrics(const struct rtentry *rt, struct rt_metrics *out)
{
	time_t expire = rt->rt_expire;

	if (expire == 0)
		expire = rt_timer_get_expire(rt);
	if (expire != 0)
		expire += gettime() - getuptime();
	memset(out, 0, sizeof(*out));
	out->rmx_locks = rt->rt_locks;
	out->rmx_mtu = rt->rt_mtu;
	out->rmx_pksent = rt->rt_use;
	out->rmx_expire = expire;
	out->rmx_refcnt = refcnt_read(&rt->rt_refcnt);
}

/*
 * The sockaddrs of a route; some are made in *rr.
 */
void
rtm_fill_info(struct rt_addrinfo *info, struct rtentry *rt,
    struct rtm_room *rr)
{
	struct ifnet *ifp = rt->rt_ifa->ifa_ifp;

	info->rti_flags = rt->rt_flags;
	info->rti_info[RTAX_DST] = rt->rt_dest;
	info->rti_info[RTAX_GATEWAY] = rt->rt_gateway;
	if (!ISSET(rt->rt_flags, RTF_HOST))
		info->rti_info[RTAX_NETMASK] = rt_plen2mask(rt, &rr->rr_mask,
		    sizeof(rr->rr_mask));
	info->rti_info[RTAX_LABEL] = rtlabel_id2sa(rt->rt_labelid,
	    &rr->rr_label);
	info->rti_info[RTAX_IFA] = rt->rt_ifa->ifa_addr;
	if (ifp == NULL)
		return;
	if (ifp->if_sadl != NULL)
		info->rti_info[RTAX_IFP] = sdltosa(ifp->if_sadl);
	if (ISSET(ifp->if_flags, IFF_POINTOPOINT))
		info->rti_info[RTAX_BRD] = rt->rt_ifa->ifa_dstaddr;
}

/*
 * The header of a message of a route, but for what rtm_build() has set.
 */
void
rtm_fill_header(struct rt_msghdr *rtm, const struct rtentry *rt)
{
	rtm->rtm_flags = rt->rt_flags;
	rtm->rtm_priority = rt->rt_priority & RTP_MASK;
	rtm->rtm_index = rt->rt_ifidx;
	rtm->rtm_tableid = rt->rt_tableid;
	rtm_getmetrics(rt, &rtm->rtm_rmx);
}

/*
 * The header of a message of an interface, likewise.
 */
void
rtm_fill_ifinfo(struct if_msghdr *ifm, struct ifnet *ifp)
{
	ifm->ifm_index = ifp->if_index;
	ifm->ifm_tableid = ifp->if_rdomain;
	ifm->ifm_flags = ifp->if_flags;
	ifm->ifm_xflags = ifp->if_xflags;
	if_getdata(ifp, &ifm->ifm_data);
}

/*
 * Tell of a route: cmd is RTM_ADD, RTM_DELETE or RTM_CHANGE, error why that
 * failed, or 0.
 */
void
rtm_send(struct rtentry *rt, int cmd, int error, u_int tableid)
{
	uint64_t buf[RTM_MAXKERN / sizeof(uint64_t)];
	struct rt_msghdr *rtm = (struct rt_msghdr *)buf;
	struct rt_addrinfo info;
	struct rtm_about ra;
	struct rtm_room rr;
	size_t len;

	if (route_listeners() == 0)
		return;
	memset(&info, 0, sizeof(info));
	rtm_fill_info(&info, rt, &rr);
	len = rtm_build(cmd, &info, buf, sizeof(buf));
	rtm_fill_header(rtm, rt);
	rtm->rtm_flags |= RTF_DONE;
	rtm->rtm_tableid = tableid;
	rtm->rtm_addrs = info.rti_addrs;
	rtm->rtm_errno = error;
	ra.ra_family = rt->rt_dest->sa_family;
	ra.ra_flags = rt->rt_flags;
	ra.ra_priority = rt->rt_priority & RTP_MASK;
	ra.ra_tableid = tableid;
	rtm_deliver(buf, len, NULL, &ra);
}

/*
 * Tell of something that has no route: a lookup that failed, a redirect.
 */
void
rtm_miss(int type, struct rt_addrinfo *info, int flags, uint8_t prio,
    u_int ifidx, int error, u_int tableid)
{
	uint64_t buf[RTM_MAXKERN / sizeof(uint64_t)];
	struct rt_msghdr *rtm = (struct rt_msghdr *)buf;
	const struct sockaddr *dst = info->rti_info[RTAX_DST];
	struct rtm_about ra;
	size_t len;

	if (route_listeners() == 0)
		return;
	len = rtm_build(type, info, buf, sizeof(buf));
	rtm->rtm_flags = RTF_DONE | flags;
	rtm->rtm_priority = prio;
	rtm->rtm_errno = error;
	rtm->rtm_tableid = tableid;
	rtm->rtm_addrs = info->rti_addrs;
	rtm->rtm_index = ifidx;
	ra.ra_family = dst == NULL ? AF_UNSPEC : dst->sa_family;
	ra.ra_flags = flags;
	ra.ra_priority = prio;
	ra.ra_tableid = tableid;
	rtm_deliver(buf, len, NULL, &ra);
}

/*
 * Tell that an interface's flags, link or properties have changed.
 */
void
rtm_ifchg(struct ifnet *ifp)
{
	uint64_t buf[RTM_MAXKERN / sizeof(uint64_t)];
	struct rt_addrinfo info;
	struct rtm_about ra;
	size_t len;

	if (route_listeners() == 0)
		return;
	memset(&info, 0, sizeof(info));
	if (ifp->if_sadl != NULL)
		info.rti_info[RTAX_IFP] = sdltosa(ifp->if_sadl);
	len = rtm_build(RTM_IFINFO, &info, buf, sizeof(buf));
	rtm_fill_ifinfo((struct if_msghdr *)buf, ifp);
	((struct if_msghdr *)buf)->ifm_addrs = info.rti_addrs;
	memset(&ra, 0, sizeof(ra));
	ra.ra_tableid = ifp->if_rdomain;
	rtm_deliver(buf, len, NULL, &ra);
}

/*
 * Tell that an interface has come (IFAN_ARRIVAL) or gone (IFAN_DEPARTURE).
 */
void
rtm_ifannounce(struct ifnet *ifp, int what)
{
	struct if_announcemsghdr ifan;
	struct rtm_about ra;
	size_t len;

	len = rtm_build(RTM_IFANNOUNCE, NULL, &ifan, sizeof(ifan));
	ifan.ifan_index = ifp->if_index;
	ifan.ifan_what = what;
	strlcpy(ifan.ifan_name, ifp->if_xname, sizeof(ifan.ifan_name));
	memset(&ra, 0, sizeof(ra));
	ra.ra_tableid = RTABLE_ANY;
	rtm_deliver(&ifan, len, NULL, &ra);
}

/*
 * Tell that an address has come (RTM_NEWADDR), gone (RTM_DELADDR) or changed
 * (RTM_CHGADDRATTR).
 */
void
rtm_addr(int cmd, struct ifaddr *ifa)
{
	uint64_t buf[RTM_MAXKERN / sizeof(uint64_t)];
	struct ifa_msghdr *ifam = (struct ifa_msghdr *)buf;
	struct ifnet *ifp = ifa->ifa_ifp;
	struct rt_addrinfo info;
	struct rtm_about ra;
	size_t len;

	if_addrhooks_run(ifp);
	if (route_listeners() == 0)
		return;
	memset(&info, 0, sizeof(info));
	info.rti_info[RTAX_IFA] = ifa->ifa_addr;
	if (ifp->if_sadl != NULL)
		info.rti_info[RTAX_IFP] = sdltosa(ifp->if_sadl);
	info.rti_info[RTAX_NETMASK] = ifa->ifa_netmask;
	if (ifa->ifa_dstaddr != NULL && ifa->ifa_dstaddr->sa_len != 0)
		info.rti_info[RTAX_BRD] = ifa->ifa_dstaddr;
	len = rtm_build(cmd, &info, buf, sizeof(buf));
	ifam->ifam_index = ifp->if_index;
	ifam->ifam_metric = ifa->ifa_metric;
	ifam->ifam_flags = ifa->ifa_flags;
	ifam->ifam_addrs = info.rti_addrs;
	ifam->ifam_tableid = ifp->if_rdomain;
	memset(&ra, 0, sizeof(ra));
	ra.ra_family = ifa->ifa_addr->sa_family;
	ra.ra_tableid = ifp->if_rdomain;
	rtm_deliver(buf, len, NULL, &ra);
}

/*
 * Pass on what a program proposes to others (RTM_PROPOSAL: addresses, name
 * servers); info holds it.  Returns 0 or ENOBUFS.
 */
int
rtm_proposal(struct ifnet *ifp, struct rt_addrinfo *info, int flags,
    uint8_t prio)
{
	uint64_t buf[RTM_MAXKERN / sizeof(uint64_t)];
	struct rt_msghdr *rtm = (struct rt_msghdr *)buf;
	struct rtm_about ra;
	size_t len;

	len = rtm_build(RTM_PROPOSAL, info, buf, sizeof(buf));
	if (len == 0)
		return (ENOBUFS);
	rtm->rtm_flags = RTF_DONE | flags;
	rtm->rtm_priority = prio;
	rtm->rtm_tableid = ifp->if_rdomain;
	rtm->rtm_index = ifp->if_index;
	rtm->rtm_addrs = info->rti_addrs;
	memset(&ra, 0, sizeof(ra));
	ra.ra_priority = prio;
	ra.ra_tableid = ifp->if_rdomain;
	rtm_deliver(buf, len, NULL, &ra);
	return (0);
}

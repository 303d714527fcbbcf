/*
 * Path MTU discovery (RFC 1191).
 *
 * What a path can carry is kept in a host route, made when needed, whose MTU
 * is forgotten after net.inet.ip.mtudisctimeout seconds.  Only protocols that
 * know the quoted packet to be theirs call icmp_mtudisc() (RFC 5927); a value
 * that is absurdly small, or larger than what is known, is not believed.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/socket.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/icmp_var.h>
#include <netinet/in.h>
#include <netinet/in_systm.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/ip_var.h>

/* The smallest MTU that is believed (RFC 1191 section 7: SLIP's). */
#define ICMP_MTU_MIN	296

int				ip_mtudisc_timeout = 10 * 60;
static struct rttimer_queue	icmp_mtudisc_timeout_q;

/* RFC 1191 section 7.1: what links there are, for routers that do not say. */
static const uint16_t icmp_plateaus[] = {
	32000, 17914, 8166, 4352, 2002, 1492, 1006, 508, ICMP_MTU_MIN
};

/* What was learnt is old: forget it, and try the path anew. */
static void
icmp_mtudisc_timeout(struct rtentry *rt, u_int rtableid)
{
	struct ifnet	*ifp;

	if (ISSET(rt->rt_flags, RTF_DYNAMIC) &&
	    ISSET(rt->rt_flags, RTF_HOST)) {
		if ((ifp = if_get(rt->rt_ifidx)) != NULL)
			(void)rtdeletemsg(rt, ifp, rtableid);
		if_put(ifp);
	} else if (!(rt->rt_locks & RTV_MTU))
		rt->rt_mtu = 0;
}

void
icmp_pmtu_init(void)
{
	rt_timer_queue_init(&icmp_mtudisc_timeout_q, ip_mtudisc_timeout,
	    icmp_mtudisc_timeout);
}

/* sysctl net.inet.ip.mtudisctimeout, seconds. */
void
icmp_pmtu_settimeout(int timeout)
{
	rt_timer_queue_change(&icmp_mtudisc_timeout_q, timeout);
}

/* A host route to dst like rt, of our own making; a reference, or NULL. */
static struct rtentry *
icmp_mtudisc_add(struct sockaddr_in *dst, struct rtentry *rt, u_int rtableid)
{
	struct rt_addrinfo	 info;
	struct rtentry		*nrt;

	memset(&info, 0, sizeof(info));
	info.rti_ifa = rt->rt_ifa;
	info.rti_flags = RTF_GATEWAY | RTF_HOST | RTF_DYNAMIC;
	info.rti_info[RTAX_DST] = sintosa(dst);
	info.rti_info[RTAX_GATEWAY] = rt->rt_gateway;
	if (rtrequest(RTM_ADD, &info, rt->rt_priority, &nrt, rtableid) != 0)
		return (NULL);
	nrt->rt_mtu = rt->rt_mtu;
	nrt->rt_locks = rt->rt_locks;
	rtm_send(nrt, RTM_ADD, 0, rtableid);
	return (nrt);
}

/*
 * The host route to dst, on which a path MTU can be kept; made and given an
 * expiry when there is none.  A reference, or NULL.
 */
struct rtentry *
icmp_mtudisc_clone(struct in_addr dst, u_int rtableid)
{
	struct sockaddr_in	 sin;
	struct rtentry		*rt, *nrt;

	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	sin.sin_addr = dst;
	rt = rtalloc(sintosa(&sin), RT_RESOLVE, rtableid);
	if (!rtisvalid(rt) || ISSET(rt->rt_flags, RTF_REJECT |
	    RTF_BLACKHOLE | RTF_LOCAL | RTF_BROADCAST))
		goto bad;
	if (!ISSET(rt->rt_flags, RTF_HOST)) {
		if (!ISSET(rt->rt_flags, RTF_GATEWAY))
			goto bad;
		nrt = icmp_mtudisc_add(&sin, rt, rtableid);
		rtfree(rt);
		if ((rt = nrt) == NULL)
			return (NULL);
	}
	if (rt_timer_add(rt, &icmp_mtudisc_timeout_q, rtableid) != 0)
		goto bad;
	return (rt);
bad:
	rtfree(rt);
	return (NULL);
}

/* The next smaller kind of link, for a router of before RFC 1191. */
static u_int
icmp_plateau(u_int len)
{
	size_t	 i;

	for (i = 0; i < nitems(icmp_plateaus); i++)
		if (icmp_plateaus[i] < len)
			return (icmp_plateaus[i]);
	return (0);
}

/*
 * Learn from a NEEDFRAG message icp, ICMP_ADVLENMIN bytes of which are
 * there, about a packet that the caller knows to have sent.
 */
void
icmp_mtudisc(const struct icmp *icp, u_int rtableid)
{
	struct rtentry	*rt;
	struct ifnet	*ifp;
	u_int		 mtu = ntohs(icp->icmp_nextmtu), known;

	if (mtu == 0)
		mtu = icmp_plateau(ntohs(icp->icmp_ip.ip_len));
	if (mtu < ICMP_MTU_MIN) {
		icmpstat.icps_badmtu++;
		return;
	}
	rt = icmp_mtudisc_clone(icp->icmp_ip.ip_dst, rtableid);
	if (rt == NULL)
		return;
	if ((ifp = if_get(rt->rt_ifidx)) == NULL) {
		rtfree(rt);
		return;
	}
	known = rt->rt_mtu != 0 ? rt->rt_mtu : ifp->if_mtu;
	if (mtu >= known || (rt->rt_locks & RTV_MTU))
		icmpstat.icps_badmtu++;
	else {
		icmpstat.icps_pmtu++;
		rt->rt_mtu = mtu;
	}
	if_put(ifp);
	rtfree(rt);
}

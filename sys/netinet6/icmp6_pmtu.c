/*
 * Path MTU discovery (RFC 8201).
 *
 * What a path can carry is kept in a host route, made when needed, whose MTU
 * is forgotten after net.inet6.ip6.mtudisctimeout seconds.  Only protocols
 * that know the quoted packet to be theirs call icmp6_mtudisc(); a value that
 * is larger than what is known, or smaller than what every link carries, is
 * not believed, and there are no more such routes than
 * net.inet6.icmp6.mtudisc_hiwat.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/socket.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/ip6.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/ip6_var.h>
#include <netinet6/nd6.h>

int	ip6_mtudisc_timeout = 10 * 60;
int	icmp6_mtudisc_hiwat = 1280;	/* routes that are kept */
int	icmp6_mtudisc_lowat = 256;	/* of them for unconnected sockets */

static struct rttimer_queue	icmp6_mtudisc_timeout_q;

/* What was learnt is old: forget it, and try the path anew. */
static void
icmp6_mtudisc_timeout(struct rtentry *rt, u_int rtableid)
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
icmp6_pmtu_init(void)
{
	rt_timer_queue_init(&icmp6_mtudisc_timeout_q, ip6_mtudisc_timeout,
	    icmp6_mtudisc_timeout);
}

/* sysctl net.inet6.ip6.mtudisctimeout, seconds. */
void
icmp6_pmtu_settimeout(int timeout)
{
	rt_timer_queue_change(&icmp6_mtudisc_timeout_q, timeout);
}

/* Path MTUs that are kept now. */
u_long
icmp6_pmtu_count(void)
{
	return (rt_timer_queue_count(&icmp6_mtudisc_timeout_q));
}

/* A host route to dst like rt, of our own making; a reference, or NULL. */
static struct rtentry *
icmp6_mtudisc_add(struct sockaddr_in6 *dst, struct rtentry *rt,
    u_int rtableid)
{
	struct rt_addrinfo	 info;
	struct rtentry		*nrt;

	memset(&info, 0, sizeof(info));
	info.rti_ifa = rt->rt_ifa;
	info.rti_flags = RTF_GATEWAY | RTF_HOST | RTF_DYNAMIC;
	info.rti_info[RTAX_DST] = sin6tosa(dst);
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
icmp6_mtudisc_clone(const struct in6_addr *dst, u_int rtableid)
{
	struct sockaddr_in6	 sin6;
	struct rtentry		*rt, *nrt;

	in6_sin6(&sin6, dst);
	rt = rtalloc(sin6tosa(&sin6), RT_RESOLVE, rtableid);
	if (!rtisvalid(rt) || ISSET(rt->rt_flags, RTF_REJECT |
	    RTF_BLACKHOLE | RTF_LOCAL | RTF_MULTICAST))
		goto bad;
	if (!ISSET(rt->rt_flags, RTF_HOST)) {
		if (!ISSET(rt->rt_flags, RTF_GATEWAY))
			goto bad;
		nrt = icmp6_mtudisc_add(&sin6, rt, rtableid);
		rtfree(rt);
		if ((rt = nrt) == NULL)
			return (NULL);
	}
	if (rt_timer_add(rt, &icmp6_mtudisc_timeout_q, rtableid) != 0)
		goto bad;
	return (rt);
bad:
	rtfree(rt);
	return (NULL);
}

/*
 * Learn from a packet that was too big for a link of mtu bytes on the way to
 * dst (with its scope), and which the caller knows to have sent.
 */
void
icmp6_mtudisc(const struct in6_addr *dst, uint32_t mtu, u_int rtableid)
{
	struct rtentry	*rt;
	struct ifnet	*ifp;
	u_int		 known;

	/* RFC 8201 4: less than every link must carry is nonsense. */
	if (mtu < IPV6_MMTU ||
	    icmp6_pmtu_count() >= (u_long)icmp6_mtudisc_hiwat) {
		icmp6stat.icp6s_badmtu++;
		return;
	}
	if ((rt = icmp6_mtudisc_clone(dst, rtableid)) == NULL)
		return;
	if ((ifp = if_get(rt->rt_ifidx)) == NULL) {
		rtfree(rt);
		return;
	}
	known = rt->rt_mtu != 0 ? rt->rt_mtu : nd6_linkmtu(ifp);
	if (mtu >= known || (rt->rt_locks & RTV_MTU))
		icmp6stat.icp6s_badmtu++;
	else {
		icmp6stat.icp6s_pmtuchg++;
		rt->rt_mtu = mtu;
	}
	if_put(ifp);
	rtfree(rt);
}

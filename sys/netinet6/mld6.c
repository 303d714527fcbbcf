/*
 * Multicast listener discovery, the host's side (RFC 2710, and RFC 3810 8.2.1:
 * routers of version 2 understand reports of version 1, which are sent).
 *
 * A membership of an interface is in one of these states:
 *
 *	          join: report, start timer
 *	(none) ------------------------------> delaying
 *	   ^                                    |  ^
 *	   | leave: tell routers    timer: report|  | query: start timer
 *	   | if we were the last                 v  |
 *	   +------------------------------------ idle
 *
 * Hearing another host's report moves from delaying to idle, too, and says
 * that we were not the last to report.
 *
 * Timers run in ticks of 200 ms.  Everything here is protected by the net
 * lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/timeout.h>

#include <net/if.h>
#include <net/if_var.h>

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip6.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/mld6_var.h>

#define MLD_FASTHZ		5	/* calls of mld6_fasttimo() a second */
#define MLD_UNSOLICITED		10	/* s: RFC 2710 7.10 */

/* in6m_state */
#define MLD_IDLE	0		/* not the last to report */
#define MLD_LAST	1		/* idle, and the last to report */
#define MLD_DELAYING	2		/* timer runs */

static int	 mld6_timers_running;
static struct timeout mld6_to;
static struct mbuf *mld6_hbh;		/* router alert of what is sent */

static void	 mld6_timer(void *);

/* Prepare the hop-by-hop header that messages carry (RFC 2710 section 3). */
void
mld6_init(void)
{
	static const uint8_t	 hbh[8] = {
		0, 0, IP6OPT_ROUTER_ALERT, 2, 0, IP6OPT_RTALERT_MLD,
		IP6OPT_PADN, 0
	};

	timeout_set_proc(&mld6_to, mld6_timer, NULL);
	mld6_hbh = m_get(M_WAIT, MT_DATA);
	memcpy(mtod(mld6_hbh, caddr_t), hbh, sizeof(hbh));
	mld6_hbh->m_len = sizeof(hbh);
}

/*
 * Groups that are never reported (RFC 2710 section 5): all nodes, those that
 * do not leave the interface, and those of loopback.
 */
static int
mld6_reported(const struct in6_multi *in6m, const struct ifnet *ifp)
{
	struct in6_addr	 addr = in6m->in6m_addr;

	if ((ifp->if_flags & IFF_LOOPBACK) ||
	    IPV6_ADDR_MC_SCOPE(&addr) <= IPV6_ADDR_SCOPE_INTFACELOCAL)
		return (0);
	in6_scope_clear(&addr);
	return (!IN6_ARE_ADDR_EQUAL(&addr, &in6addr_linklocal_allnodes));
}

/*
 * Send a message about a group, to the group or to all routers; from the
 * link-local address, or from none while that is probed (RFC 3590).
 */
static void
mld6_send(struct in6_multi *in6m, struct ifnet *ifp, int type,
    const struct in6_addr *dst)
{
	struct ip6_moptions	 im6o;
	struct ip6_exthdrs	 eh;
	struct in6_ifaddr	*ia;
	struct mld_hdr		*mld;
	struct ip6_hdr		*ip6;
	struct mbuf		*m;

	if ((m = m_gethdr(M_DONTWAIT, MT_HEADER)) == NULL) {
		icmp6stat.icp6s_nomem++;
		return;
	}
	m_align(m, sizeof(*ip6) + sizeof(*mld));
	m->m_len = m->m_pkthdr.len = sizeof(*ip6) + sizeof(*mld);
	m->m_pkthdr.ph_rtableid = ifp->if_rdomain;
	ip6 = mtod(m, struct ip6_hdr *);
	memset(ip6, 0, m->m_len);
	ip6->ip6_vfc = IPV6_VERSION;
	ip6->ip6_plen = htons(sizeof(*mld));
	ip6->ip6_nxt = IPPROTO_ICMPV6;
	ip6->ip6_hlim = 1;
	ia = in6_ifpforlinklocal(ifp, IN6_IFF_TENTATIVE |
	    IN6_IFF_DUPLICATED | IN6_IFF_ANYCAST);
	if (ia != NULL)
		ip6->ip6_src = *IA6_IN6(ia);
	ip6->ip6_dst = *dst;
	in6_scope_set(&ip6->ip6_dst, ifp->if_index);
	mld = (struct mld_hdr *)(ip6 + 1);
	mld->mld_type = type;
	mld->mld_addr = in6m->in6m_addr;
	in6_scope_clear(&mld->mld_addr);
	mld->mld_cksum = in6_cksum(m, IPPROTO_ICMPV6, sizeof(*ip6),
	    sizeof(*mld));
	icmp6stat.icp6s_outhist[type]++;
	memset(&im6o, 0, sizeof(im6o));
	im6o.im6o_ifidx = ifp->if_index;
	im6o.im6o_hlim = 1;
	memset(&eh, 0, sizeof(eh));
	eh.ip6e_hbh = mld6_hbh;
	(void)ip6_output(m, &eh, NULL, IPV6_UNSPECSRC, &im6o, NULL);
}

static void
mld6_report(struct in6_multi *in6m, struct ifnet *ifp)
{
	in6m->in6m_state = MLD_LAST;
	in6m->in6m_timer = 0;
	mld6_send(in6m, ifp, MLD_LISTENER_REPORT, &in6m->in6m_addr);
}

/* Report within so many ticks, unless that is planned for earlier. */
static void
mld6_start_timer(struct in6_multi *in6m, u_int ticks)
{
	ticks = 1 + arc4random_uniform(MAX(ticks, 1));
	if (in6m->in6m_state == MLD_DELAYING && in6m->in6m_timer <= ticks)
		return;
	in6m->in6m_state = MLD_DELAYING;
	in6m->in6m_timer = ticks;
	mld6_timers_running = 1;
	if (!timeout_pending(&mld6_to))
		timeout_add_msec(&mld6_to, 1000 / MLD_FASTHZ);
}

/*
 * An interface has joined a group: report at once, and once more, as the
 * first may be lost (RFC 2710 section 4).
 */
void
mld6_start_listening(struct in6_multi *in6m, struct ifnet *ifp)
{
	in6m->in6m_state = MLD_IDLE;
	in6m->in6m_timer = 0;
	if (!mld6_reported(in6m, ifp) || !(ifp->if_flags & IFF_UP))
		return;
	mld6_report(in6m, ifp);
	mld6_start_timer(in6m, MLD_UNSOLICITED * MLD_FASTHZ);
}

/* An interface, or its link, has come up: who is there knows nothing of us. */
void
mld6_ifup(struct ifnet *ifp)
{
	struct in6_multi	*in6m;
	struct ifmaddr		*ifma;

	TAILQ_FOREACH(ifma, &ifp->if_maddrlist, ifma_list)
		if ((in6m = ifmatoin6m(ifma)) != NULL)
			mld6_start_listening(in6m, ifp);
}

/* An interface leaves a group; the last to report tells the routers. */
void
mld6_stop_listening(struct in6_multi *in6m, struct ifnet *ifp)
{
	if (!mld6_reported(in6m, ifp) || in6m->in6m_state == MLD_IDLE ||
	    !(ifp->if_flags & IFF_UP))
		return;
	mld6_send(in6m, ifp, MLD_LISTENER_DONE,
	    &in6addr_linklocal_allrouters);
}

/*
 * The response time of a query, in ms.  In version 2 numbers from 32768 on
 * are floating point: one bit, three of exponent, twelve of mantissa (RFC
 * 3810 5.1.3).
 */
static u_int
mld6_resp_time(const struct mld_hdr *mld, u_int len)
{
	u_int	 code = ntohs(mld->mld_maxdelay);

	if (len >= MLD_V2_QUERY_MINLEN && code >= 32768)
		return (((code & 0x0fff) | 0x1000) <<
		    (((code >> 12) & 7) + 3));
	return (code);
}

/* A router asks who listens. */
static void
mld6_query(struct ifnet *ifp, const struct ip6_hdr *ip6,
    const struct mld_hdr *mld, u_int len)
{
	struct in6_multi	*in6m;
	struct ifmaddr		*ifma;
	struct in6_addr		 group = mld->mld_addr;
	u_int			 ticks;
	int			 general = IN6_IS_ADDR_UNSPECIFIED(&group);

	if (general ? !IN6_ARE_ADDR_EQUAL(&ip6->ip6_dst,
	    &in6addr_linklocal_allnodes) : !IN6_IS_ADDR_MULTICAST(&group)) {
		icmp6stat.icp6s_badmld++;
		return;
	}
	in6_scope_set(&group, ifp->if_index);
	ticks = mld6_resp_time(mld, len) * MLD_FASTHZ / 1000;
	TAILQ_FOREACH(ifma, &ifp->if_maddrlist, ifma_list) {
		if ((in6m = ifmatoin6m(ifma)) == NULL ||
		    !mld6_reported(in6m, ifp))
			continue;
		if (general || IN6_ARE_ADDR_EQUAL(&in6m->in6m_addr, &group))
			mld6_start_timer(in6m, ticks);
	}
}

/* Another host reports a group: we need not. */
static void
mld6_heard(struct ifnet *ifp, const struct ip6_hdr *ip6,
    const struct mld_hdr *mld)
{
	struct in6_multi	*in6m;

	if (!IN6_IS_ADDR_MULTICAST(&mld->mld_addr) ||
	    !IN6_ARE_ADDR_EQUAL(&mld->mld_addr, &ip6->ip6_dst)) {
		icmp6stat.icp6s_badmld++;
		return;
	}
	in6m = in6_lookupmulti(&mld->mld_addr, ifp);
	if (in6m == NULL || in6m->in6m_state != MLD_DELAYING)
		return;
	in6m->in6m_timer = 0;
	in6m->in6m_state = MLD_IDLE;
}

/*
 * An MLD message of len bytes at off, at least MLD_MINLEN.  It must come from
 * this link: a link-local source (or none, of a report) and hop limit 1 (RFC
 * 2710 section 3).  The packet is consumed.
 */
void
mld6_input(struct mbuf *m, u_int off, u_int len, struct ifnet *ifp)
{
	const struct ip6_hdr	*ip6;
	const struct mld_hdr	*mld;
	int			 loop;

	loop = (m->m_flags & M_LOOP) || (ifp->if_flags & IFF_LOOPBACK);
	if (m->m_len < off + MLD_MINLEN &&
	    (m = m_pullup(m, off + MLD_MINLEN)) == NULL) {
		icmp6stat.icp6s_nomem++;
		return;
	}
	ip6 = mtod(m, const struct ip6_hdr *);
	mld = (const struct mld_hdr *)(mtod(m, caddr_t) + off);
	if (ip6->ip6_hlim != 1 || (!IN6_IS_ADDR_LINKLOCAL(&ip6->ip6_src) &&
	    (mld->mld_type == MLD_LISTENER_QUERY ||
	    !IN6_IS_ADDR_UNSPECIFIED(&ip6->ip6_src))))
		icmp6stat.icp6s_badmld++;
	else if (mld->mld_type == MLD_LISTENER_QUERY)
		mld6_query(ifp, ip6, mld, len);
	else if (mld->mld_type == MLD_LISTENER_REPORT && !loop)
		mld6_heard(ifp, ip6, mld);
	m_freem(m);
}

/* Reports whose time has come, on one interface. */
static int
mld6_timers(struct ifnet *ifp)
{
	struct in6_multi	*in6m;
	struct ifmaddr		*ifma;
	int			 running = 0;

	TAILQ_FOREACH(ifma, &ifp->if_maddrlist, ifma_list) {
		in6m = ifmatoin6m(ifma);
		if (in6m == NULL || in6m->in6m_timer == 0)
			continue;
		if (--in6m->in6m_timer == 0)
			mld6_report(in6m, ifp);
		else
			running = 1;
	}
	return (running);
}

/* Every 200 ms. */
void
mld6_fasttimo(void)
{
	struct ifnet	*ifp;
	int		 running = 0;

	if (!mld6_timers_running)
		return;
	TAILQ_FOREACH(ifp, &ifnetlist, if_list)
		running |= mld6_timers(ifp);
	mld6_timers_running = running;
}

static void
mld6_timer(void *arg)
{
	(void)arg;
	NET_LOCK();
	mld6_fasttimo();
	if (mld6_timers_running)
		timeout_add_msec(&mld6_to, 1000 / MLD_FASTHZ);
	if_flush();
	NET_UNLOCK();
}

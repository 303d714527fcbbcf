/*
 * IGMP, the host's side (RFC 2236; it talks to routers of RFC 1112 and
 * RFC 3376 as well).
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
 * that we were not the last to report.  Version 1 routers, whose queries have
 * no response time, get version 1 reports for a while, and no leave messages.
 * A version 3 query is answered with version 2 reports, which RFC 3376
 * section 7.3.2 has every router of version 3 understand.
 *
 * Timers run in ticks of 200 ms.  Everything here is protected by the net
 * lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/protosw.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/timeout.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/igmp.h>
#include <netinet/igmp_var.h>
#include <netinet/in.h>
#include <netinet/in_systm.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_var.h>

#define IGMP_FASTHZ	5		/* calls of igmp_fasttimo() a second */
#define IGMP_V1_AGE	400		/* s a version 1 router is remembered */

/* inm_state */
#define IGMP_IDLE	0		/* not the last to report */
#define IGMP_LAST	1		/* idle, and the last to report */
#define IGMP_DELAYING	2		/* timer runs */

struct igmpstat	igmpstat;

static int	igmp_timers_running;
static struct timeout igmp_to;
static struct mbuf *igmp_router_alert;	/* option of what is sent */

/*
 * Interfaces whose router is of version 1, by index; few, and old ones give
 * way.
 */
static struct {
	u_int	 v1_ifidx;
	time_t	 v1_until;		/* uptime */
} igmp_v1[8];

static void	 igmp_timer(void *);

void
igmp_init(void)
{
	struct ipoption	*p;
	struct mbuf	*m;

	timeout_set_proc(&igmp_to, igmp_timer, NULL);
	m = m_get(M_WAIT, MT_DATA);
	p = mtod(m, struct ipoption *);
	memset(p, 0, sizeof(*p));
	p->ipopt_list[0] = (int8_t)IPOPT_RA;
	p->ipopt_list[1] = 4;
	m->m_len = sizeof(p->ipopt_dst) + 4;
	igmp_router_alert = m;
}

static int
igmp_is_v1(u_int ifidx)
{
	time_t	 now = getuptime();
	size_t	 i;

	for (i = 0; i < nitems(igmp_v1); i++)
		if (igmp_v1[i].v1_ifidx == ifidx && igmp_v1[i].v1_until > now)
			return (1);
	return (0);
}

static void
igmp_set_v1(u_int ifidx)
{
	size_t	 i, oldest = 0;

	for (i = 0; i < nitems(igmp_v1); i++) {
		if (igmp_v1[i].v1_ifidx == ifidx) {
			oldest = i;
			break;
		}
		if (igmp_v1[i].v1_until < igmp_v1[oldest].v1_until)
			oldest = i;
	}
	igmp_v1[oldest].v1_ifidx = ifidx;
	igmp_v1[oldest].v1_until = getuptime() + IGMP_V1_AGE;
}

/* Groups that are never reported: all hosts, and those of loopback. */
static int
igmp_reported(const struct in_multi *inm, const struct ifnet *ifp)
{
	return (inm->inm_addr.s_addr != htonl(INADDR_ALLHOSTS_GROUP) &&
	    !(ifp->if_flags & IFF_LOOPBACK));
}

/* Send a message about a group, to the group or to all routers. */
static void
igmp_send(struct in_multi *inm, struct ifnet *ifp, int type,
    struct in_addr dst)
{
	struct ip_moptions	 imo;
	struct igmp		*igmp;
	struct mbuf		*m;
	struct ip		*ip;

	if ((m = m_gethdr(M_DONTWAIT, MT_HEADER)) == NULL) {
		igmpstat.igps_snd_nomem++;
		return;
	}
	m_align(m, sizeof(*ip) + IGMP_MINLEN);
	m->m_len = m->m_pkthdr.len = sizeof(*ip) + IGMP_MINLEN;
	m->m_pkthdr.ph_rtableid = ifp->if_rdomain;
	ip = mtod(m, struct ip *);
	memset(ip, 0, m->m_len);
	ip->ip_tos = IPTOS_PREC_INTERNETCONTROL;
	ip->ip_len = htons(m->m_len);
	ip->ip_p = IPPROTO_IGMP;
	ip->ip_dst = dst;
	igmp = (struct igmp *)(ip + 1);
	igmp->igmp_type = type;
	igmp->igmp_group = inm->inm_addr;
	igmp->igmp_cksum = in_cksum_hdr(igmp, IGMP_MINLEN);
	memset(&imo, 0, sizeof(imo));
	imo.imo_ifidx = ifp->if_index;
	imo.imo_ttl = 1;
	(void)ip_output(m, igmp_router_alert, NULL, 0, &imo, NULL);
}

static void
igmp_report(struct in_multi *inm, struct ifnet *ifp)
{
	igmpstat.igps_snd_reports++;
	inm->inm_state = IGMP_LAST;
	inm->inm_timer = 0;
	igmp_send(inm, ifp, igmp_is_v1(ifp->if_index) ?
	    IGMP_v1_HOST_MEMBERSHIP_REPORT : IGMP_v2_HOST_MEMBERSHIP_REPORT,
	    inm->inm_addr);
}

/* Report within so many ticks, unless that is planned for earlier. */
static void
igmp_start_timer(struct in_multi *inm, u_int ticks)
{
	ticks = 1 + arc4random_uniform(MAX(ticks, 1));
	if (inm->inm_state == IGMP_DELAYING && inm->inm_timer <= ticks)
		return;
	inm->inm_state = IGMP_DELAYING;
	inm->inm_timer = ticks;
	igmp_timers_running = 1;
	if (!timeout_pending(&igmp_to))
		timeout_add_msec(&igmp_to, 1000 / IGMP_FASTHZ);
}

/*
 * An interface has joined a group: report at once, and once more, as the
 * first may be lost (RFC 2236 section 3).
 */
void
igmp_joingroup(struct in_multi *inm, struct ifnet *ifp)
{
	inm->inm_state = IGMP_IDLE;
	inm->inm_timer = 0;
	if (!igmp_reported(inm, ifp) || !(ifp->if_flags & IFF_UP))
		return;
	igmp_report(inm, ifp);
	igmp_start_timer(inm, IGMP_MAX_HOST_REPORT_DELAY * IGMP_FASTHZ);
}

/* An interface leaves a group; the last to report tells the routers. */
void
igmp_leavegroup(struct in_multi *inm, struct ifnet *ifp)
{
	struct in_addr	 routers;

	if (!igmp_reported(inm, ifp) || inm->inm_state == IGMP_IDLE ||
	    igmp_is_v1(ifp->if_index))
		return;
	routers.s_addr = htonl(INADDR_ALLROUTERS_GROUP);
	igmpstat.igps_snd_leaves++;
	igmp_send(inm, ifp, IGMP_HOST_LEAVE_MESSAGE, routers);
}

/*
 * The response time of a query, in tenths of a second.  In version 3 numbers
 * from 128 on are floating point: one bit, three of exponent, four of
 * mantissa (RFC 3376 4.1.1).
 */
static u_int
igmp_resp_time(const struct igmp *igmp, u_int len)
{
	u_int	 code = igmp->igmp_code;

	if (code == 0)
		return (IGMP_MAX_HOST_REPORT_DELAY * IGMP_TIMER_SCALE);
	if (len >= IGMP_V3_QUERY_MINLEN && code >= 128)
		return (((code & 0x0f) | 0x10) << (((code >> 4) & 7) + 3));
	return (code);
}

/* A router asks who is there. */
static void
igmp_query(struct ifnet *ifp, const struct ip *ip, const struct igmp *igmp,
    u_int len)
{
	struct in_multi	*inm;
	struct ifmaddr	*ifma;
	u_int		 ticks;
	int		 general = igmp->igmp_group.s_addr == INADDR_ANY;

	igmpstat.igps_rcv_queries++;
	if (general ? ip->ip_dst.s_addr != htonl(INADDR_ALLHOSTS_GROUP) :
	    !in_ismulticast(igmp->igmp_group.s_addr) ||
	    (ip->ip_dst.s_addr != igmp->igmp_group.s_addr &&
	    ip->ip_dst.s_addr != htonl(INADDR_ALLHOSTS_GROUP))) {
		igmpstat.igps_rcv_badqueries++;
		return;
	}
	if (igmp->igmp_code == 0 && len < IGMP_V3_QUERY_MINLEN)
		igmp_set_v1(ifp->if_index);
	ticks = igmp_resp_time(igmp, len) * IGMP_FASTHZ / IGMP_TIMER_SCALE;
	TAILQ_FOREACH(ifma, &ifp->if_maddrlist, ifma_list) {
		if ((inm = ifmatoinm(ifma)) == NULL ||
		    !igmp_reported(inm, ifp))
			continue;
		if (general ||
		    inm->inm_addr.s_addr == igmp->igmp_group.s_addr)
			igmp_start_timer(inm, ticks);
	}
}

/* Another host reports a group: we need not. */
static void
igmp_heard(struct ifnet *ifp, const struct ip *ip, const struct igmp *igmp)
{
	struct in_multi	*inm;

	igmpstat.igps_rcv_reports++;
	if (!in_ismulticast(igmp->igmp_group.s_addr) ||
	    igmp->igmp_group.s_addr != ip->ip_dst.s_addr) {
		igmpstat.igps_rcv_badreports++;
		return;
	}
	inm = in_lookupmulti(igmp->igmp_group, ifp);
	if (inm == NULL)
		return;
	igmpstat.igps_rcv_ourreports++;
	inm->inm_timer = 0;
	inm->inm_state = IGMP_IDLE;
}

/* The checks of every message; NULL, counted, when it fails them. */
static struct mbuf *
igmp_check(struct mbuf *m, int iphlen, u_int len)
{
	if (len < IGMP_MINLEN) {
		igmpstat.igps_rcv_tooshort++;
		m_freem(m);
		return (NULL);
	}
	if (in_cksum_off(m, iphlen, len) != 0) {
		igmpstat.igps_rcv_badsum++;
		m_freem(m);
		return (NULL);
	}
	if (m->m_len < iphlen + IGMP_MINLEN &&
	    (m = m_pullup(m, iphlen + IGMP_MINLEN)) == NULL)
		igmpstat.igps_rcv_tooshort++;
	return (m);
}

/*
 * A message: the whole packet *mp, the message at *offp.  What is valid goes
 * on to raw sockets (a multicast router's, say).
 */
int
igmp_input(struct mbuf **mp, int *offp, int proto, int af)
{
	struct mbuf	*m = *mp;
	struct igmp	*igmp;
	struct ifnet	*ifp;
	struct ip	*ip = mtod(m, struct ip *);
	int		 iphlen = *offp;
	u_int		 len = ntohs(ip->ip_len) - iphlen;

	igmpstat.igps_rcv_total++;
	if ((m = *mp = igmp_check(m, iphlen, len)) == NULL)
		return (IPPROTO_DONE);
	ip = mtod(m, struct ip *);
	if (ip->ip_ttl != 1) {		/* RFC 2236: from this link only */
		igmpstat.igps_rcv_badttl++;
		m_freem(m);
		return (IPPROTO_DONE);
	}
	igmp = (struct igmp *)(mtod(m, caddr_t) + iphlen);
	if ((ifp = if_get(m->m_pkthdr.ph_ifidx)) != NULL) {
		switch (igmp->igmp_type) {
		case IGMP_HOST_MEMBERSHIP_QUERY:
			igmp_query(ifp, ip, igmp, len);
			break;
		case IGMP_v1_HOST_MEMBERSHIP_REPORT:
		case IGMP_v2_HOST_MEMBERSHIP_REPORT:
			if (!(m->m_flags & M_LOOP) && !(ifp->if_flags &
			    IFF_LOOPBACK) && in_ifaddr_lookup(ip->ip_src,
			    m->m_pkthdr.ph_rtableid) == NULL)
				igmp_heard(ifp, ip, igmp);
			break;
		default:
			break;
		}
	}
	if_put(ifp);
	return (rip_input(mp, offp, proto, af));
}

/* Reports whose time has come, on one interface. */
static int
igmp_timers(struct ifnet *ifp)
{
	struct in_multi	*inm;
	struct ifmaddr	*ifma;
	int		 running = 0;

	TAILQ_FOREACH(ifma, &ifp->if_maddrlist, ifma_list) {
		inm = ifmatoinm(ifma);
		if (inm == NULL || inm->inm_timer == 0)
			continue;
		if (--inm->inm_timer == 0)
			igmp_report(inm, ifp);
		else
			running = 1;
	}
	return (running);
}

/* Every 200 ms. */
void
igmp_fasttimo(void)
{
	struct ifnet	*ifp;
	int		 running = 0;

	if (!igmp_timers_running)
		return;
	TAILQ_FOREACH(ifp, &ifnetlist, if_list)
		running |= igmp_timers(ifp);
	igmp_timers_running = running;
}

static void
igmp_timer(void *arg)
{
	NET_LOCK();
	igmp_fasttimo();
	if (igmp_timers_running)
		timeout_add_msec(&igmp_to, 1000 / IGMP_FASTHZ);
	if_flush();
	NET_UNLOCK();
}

/* net.inet.igmp */
int
igmp_sysctl(int *name, u_int namelen, void *oldp, size_t *oldlenp,
    void *newp, size_t newlen)
{
	if (namelen != 1)
		return (ENOTDIR);
	if (name[0] != IGMPCTL_STATS)
		return (EOPNOTSUPP);
	return (sysctl_rdstruct(oldp, oldlenp, newp, &igmpstat,
	    sizeof(igmpstat)));
}

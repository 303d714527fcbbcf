/*
 * ARP: the table (RFC 826, RFC 1122 2.3.2).
 *
 * An entry is a host's route of an Ethernet interface whose gateway is a
 * link address; struct llinfo_arp (arp_var.h) has the picture of its states.
 * A packet for a host whose address is not known waits, while a request goes
 * out every second; the queues are bounded for each entry and for all
 * together, and the oldest gives way.  A host that does not answer is down
 * for a while; those who sent it something are told (RFC 1812 3.3.2).
 *
 * Everything here is protected by the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/pool.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/syslog.h>
#include <sys/time.h>
#include <sys/timeout.h>

#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/in.h>
#include <netinet/arp_var.h>
#include <netinet/if_ether.h>
#include <netinet/in_systm.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>

struct arpstat		arpstat;
int			arpt_keep = 20 * 60;	/* seconds an entry lives */
int			arpt_down = 20;		/* seconds a host is down */
u_int			la_hold_total;		/* packets held in all */
u_int			arp_entries;		/* entries not set by hand */
u_int			arp_maxentries = ARP_MAXENTRIES;

static LIST_HEAD(, llinfo_arp)	arp_list = LIST_HEAD_INITIALIZER(arp_list);
static TAILQ_HEAD(, llinfo_arp)	arp_asking =
				    TAILQ_HEAD_INITIALIZER(arp_asking);
static struct pool		arp_pool;
static struct timeout		arp_ask_to, arp_prune_to;

static void	 arp_ask_timer(void *);
static void	 arp_prune_timer(void *);

/* Prepare the table and register with Ethernet. */
void
arpinit(void)
{
	pool_init(&arp_pool, sizeof(struct llinfo_arp), 0, 0, 0, "arp", NULL);
	timeout_set_proc(&arp_ask_to, arp_ask_timer, NULL);
	timeout_set_proc(&arp_prune_to, arp_prune_timer, NULL);
	timeout_add_sec(&arp_prune_to, ARP_PRUNE);
	ether_register(ETHERTYPE_ARP, arpinput);
	ether_register_af(AF_INET, ETHERTYPE_IP, arpresolve, arp_rtrequest);
}

/*
 * The valid host route with a link address for addr, made if create says so.
 * A reference, or NULL.
 */
struct rtentry *
arplookup(const struct in_addr *addr, int create, u_int rtableid)
{
	struct sockaddr_in	 sin;
	struct rtentry		*rt;

	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	sin.sin_addr = *addr;
	rt = rtalloc(sintosa(&sin), create ? RT_RESOLVE : 0, rtableid);
	if (!rtisvalid(rt) || ISSET(rt->rt_flags, RTF_GATEWAY) ||
	    !ISSET(rt->rt_flags, RTF_LLINFO) ||
	    rt->rt_gateway->sa_family != AF_LINK) {
		rtfree(rt);
		return (NULL);
	}
	return (rt);
}

/* Drop what an entry holds, and count it. */
void
arp_hold_purge(struct llinfo_arp *la, uint64_t *counter)
{
	u_int	 n;

	n = ml_purge(&la->la_ml);
	la_hold_total -= n;
	*counter += n;
}

/* Hold a packet.  The entry's oldest gives way, then everybody is full. */
static void
arp_hold(struct llinfo_arp *la, struct mbuf *m)
{
	if (ml_len(&la->la_ml) >= ARP_HOLD_QUEUE) {
		m_freem(ml_dequeue(&la->la_ml));
		la_hold_total--;
		arpstat.as_holddrop++;
	}
	if (la_hold_total >= ARP_HOLD_TOTAL) {
		arpstat.as_holdlimit++;
		m_freem(m);
		return;
	}
	arpstat.as_held++;
	la_hold_total++;
	ml_enqueue(&la->la_ml, m);
}

/* An entry has what it asked for, or has given up. */
void
arp_ask_stop(struct llinfo_arp *la)
{
	if (la->la_asked == 0)
		return;
	la->la_asked = 0;
	TAILQ_REMOVE(&arp_asking, la, la_askq);
}

static void
arp_free(struct rtentry *rt, struct llinfo_arp *la)
{
	arp_ask_stop(la);
	arp_hold_purge(la, &arpstat.as_unresolved);
	LIST_REMOVE(la, la_list);
	if (la->la_counted)
		arp_entries--;
	rt->rt_llinfo = NULL;
	rt->rt_flags &= ~RTF_LLINFO;
	pool_put(&arp_pool, la);
}

/* Forget an entry's address; packets for it ask again. */
static void
arp_invalidate(struct rtentry *rt)
{
	struct llinfo_arp	*la = (struct llinfo_arp *)rt->rt_llinfo;

	arp_ask_stop(la);
	arp_hold_purge(la, &arpstat.as_unresolved);
	satosdl(rt->rt_gateway)->sdl_alen = 0;
	rt->rt_flags &= ~RTF_REJECT;
}

/* Give a new route of an Ethernet interface its ARP part. */
static void
arp_rtadd(struct ifnet *ifp, struct rtentry *rt)
{
	struct llinfo_arp	*la;
	struct sockaddr_dl	*sdl;

	if (ISSET(rt->rt_flags, RTF_CLONING | RTF_GATEWAY | RTF_BROADCAST |
	    RTF_MULTICAST | RTF_MPLS) || !ISSET(rt->rt_flags, RTF_HOST))
		return;
	if (rt->rt_gateway->sa_family != AF_LINK || rt->rt_llinfo != NULL)
		return;
	sdl = satosdl(rt->rt_gateway);
	sdl->sdl_type = ifp->if_type;
	sdl->sdl_index = ifp->if_index;
	if (ISSET(rt->rt_flags, RTF_CLONED) && arp_entries >= arp_maxentries) {
		arpstat.as_limit++;
		return;
	}
	if ((la = pool_get(&arp_pool, PR_NOWAIT | PR_ZERO)) == NULL) {
		arpstat.as_nomem++;
		return;
	}
	ml_init(&la->la_ml);
	la->la_rt = rt;
	rt->rt_llinfo = (caddr_t)la;
	rt->rt_flags |= RTF_LLINFO;
	if (ISSET(rt->rt_flags, RTF_CLONED)) {
		rt->rt_expire = getuptime();
		la->la_counted = 1;
		arp_entries++;
	}
	LIST_INSERT_HEAD(&arp_list, la, la_list);
	if (ISSET(rt->rt_flags, RTF_ANNOUNCE) && sdl->sdl_alen != 0)
		arprequest(ifp, &satosin(rt_key(rt))->sin_addr,
		    &satosin(rt_key(rt))->sin_addr, (u_int8_t *)LLADDR(sdl));
}

/*
 * An IPv4 route of an Ethernet interface came (RTM_ADD, RTM_RESOLVE), goes
 * (RTM_DELETE), or its link went down (RTM_INVALIDATE).
 */
void
arp_rtrequest(struct ifnet *ifp, int req, struct rtentry *rt)
{
	struct llinfo_arp	*la = (struct llinfo_arp *)rt->rt_llinfo;

	switch (req) {
	case RTM_ADD:
	case RTM_RESOLVE:
		arp_rtadd(ifp, rt);
		break;
	case RTM_DELETE:
		if (la != NULL)
			arp_free(rt, la);
		break;
	case RTM_INVALIDATE:
		if (la != NULL && rt->rt_expire != 0)
			arp_invalidate(rt);
		break;
	}
}

/* Send the next request of an entry. */
static void
arp_ask(struct ifnet *ifp, struct llinfo_arp *la)
{
	struct rtentry	*rt = la->la_rt;

	la->la_asked++;
	la->la_refreshed = getuptime();
	arprequest(ifp, &satosin(rt->rt_ifa->ifa_addr)->sin_addr,
	    &satosin(rt_key(rt))->sin_addr, NULL);
}

/*
 * The held packets' senders hear that the host is down: others by ICMP; what
 * we sent ourselves was an answer's or a program's, which has its own ways.
 */
static void
arp_ask_failed(struct llinfo_arp *la)
{
	struct rtentry		*rt = la->la_rt;
	struct mbuf_list	 ml = la->la_ml;
	struct mbuf		*m;

	arp_ask_stop(la);
	la_hold_total -= ml_len(&la->la_ml);
	ml_init(&la->la_ml);
	rt->rt_flags |= RTF_REJECT;
	rt->rt_expire = getuptime() + arpt_down;
	while ((m = ml_dequeue(&ml)) != NULL) {
		arpstat.as_unresolved++;
		if (m->m_pkthdr.ph_ifidx == 0)
			m_freem(m);
		else
			icmp_error(m, ICMP_UNREACH, ICMP_UNREACH_HOST, 0, 0);
	}
}

/* Every second while somebody asks: ask again, or give up. */
static void
arp_ask_timer(void *unused)
{
	TAILQ_HEAD(, llinfo_arp) queue = TAILQ_HEAD_INITIALIZER(queue);
	struct llinfo_arp	*la;
	struct ifnet		*ifp;

	NET_LOCK();
	TAILQ_CONCAT(&queue, &arp_asking, la_askq);
	while ((la = TAILQ_FIRST(&queue)) != NULL) {
		TAILQ_REMOVE(&queue, la, la_askq);
		TAILQ_INSERT_TAIL(&arp_asking, la, la_askq);
		ifp = if_get(la->la_rt->rt_ifidx);
		if (ifp == NULL || la->la_asked >= ARP_MAXTRIES)
			arp_ask_failed(la);
		else
			arp_ask(ifp, la);
		if_put(ifp);
	}
	if (!TAILQ_EMPTY(&arp_asking))
		timeout_add_sec(&arp_ask_to, 1);
	if_flush();
	NET_UNLOCK();
}

/*
 * Remove entries whose time is up; when they are many, also those that are
 * down, which a scan of a large network leaves behind.
 */
static void
arp_prune_timer(void *unused)
{
	struct llinfo_arp	*la, *next;
	struct rtentry		*rt;
	struct ifnet		*ifp;
	time_t			 now = getuptime();
	int			 many;

	NET_LOCK();
	many = arp_entries > arp_maxentries / 4 * 3;
	for (la = LIST_FIRST(&arp_list); la != NULL; la = next) {
		next = LIST_NEXT(la, la_list);
		rt = la->la_rt;
		if (rt->rt_expire == 0 || la->la_asked != 0)
			continue;
		if (rt->rt_expire > now &&
		    !(many && ISSET(rt->rt_flags, RTF_REJECT)))
			continue;
		arpstat.as_expired++;
		if (rt->rt_cachecnt != 0) {
			arp_invalidate(rt);	/* a gateway: keep its route */
			continue;
		}
		rtref(rt);
		ifp = if_get(rt->rt_ifidx);
		if (ifp != NULL)
			rtdeletemsg(rt, ifp, rt->rt_tableid);
		if_put(ifp);
		rtfree(rt);
		/* The deletion took no entry but this one with it. */
	}
	timeout_add_sec(&arp_prune_to, ARP_PRUNE);
	if_flush();
	NET_UNLOCK();
}

/* The address is known; ask for it anew when its time is nearly up. */
static void
arp_refresh(struct ifnet *ifp, struct rtentry *rt, struct llinfo_arp *la)
{
	time_t	 now = getuptime();

	if (rt->rt_expire == 0 || rt->rt_expire - now > arpt_keep / 8 ||
	    la->la_refreshed + 30 >= now)
		return;
	la->la_refreshed = now;
	arprequest(ifp, &satosin(rt->rt_ifa->ifa_addr)->sin_addr,
	    &satosin(rt_key(rt))->sin_addr, NULL);
}

/*
 * Resolve the next hop of an IPv4 packet on Ethernet: store its address in
 * desten and return 0; or return EAGAIN when m waits for an answer, or
 * another errno when m has been dropped (EHOSTDOWN, EHOSTUNREACH when it is
 * the gateway that is down, ENETUNREACH, EINVAL, ENOBUFS).
 */
int
arpresolve(struct ifnet *ifp, struct rtentry *rt0, struct mbuf *m,
    const struct sockaddr *dst, u_int8_t *desten)
{
	struct llinfo_arp	*la;
	struct sockaddr_dl	*sdl;
	struct rtentry		*rt;
	time_t			 now = getuptime();
	int			 error = EINVAL;

	if (m->m_flags & M_BCAST) {
		memcpy(desten, etherbroadcastaddr, ETHER_ADDR_LEN);
		return (0);
	}
	if (m->m_flags & M_MCAST) {
		ETHER_MAP_IP_MULTICAST(&satosin_const(dst)->sin_addr, desten);
		return (0);
	}
	if (rt0 == NULL || (rt = rt_getll(rt0)) == NULL) {
		error = ENETUNREACH;
		goto drop;
	}
	if (ISSET(rt->rt_flags, RTF_REJECT) &&
	    (rt->rt_expire == 0 || rt->rt_expire > now)) {
		arpstat.as_down++;
		m_freem(m);
		return (rt == rt0 ? EHOSTDOWN : EHOSTUNREACH);
	}
	la = (struct llinfo_arp *)rt->rt_llinfo;
	if (la == NULL || !ISSET(rt->rt_flags, RTF_LLINFO)) {
		/* It found the table full: make room to try once more. */
		if (ISSET(rt->rt_flags, RTF_CLONED) && rt->rt_cachecnt == 0)
			rtdeletemsg(rt, ifp, rt->rt_tableid);
		error = ENOBUFS;
		goto drop;
	}
	sdl = satosdl(rt->rt_gateway);
	if (sdl->sdl_alen == ETHER_ADDR_LEN &&
	    (rt->rt_expire == 0 || rt->rt_expire > now)) {
		memcpy(desten, LLADDR(sdl), ETHER_ADDR_LEN);
		arp_refresh(ifp, rt, la);
		return (0);
	}
	if (ifp->if_flags & (IFF_NOARP | IFF_STATICARP))
		goto drop;

	rt->rt_flags &= ~RTF_REJECT;
	arp_hold(la, m);
	if (la->la_asked == 0) {
		TAILQ_INSERT_TAIL(&arp_asking, la, la_askq);
		arp_ask(ifp, la);
		if (!timeout_pending(&arp_ask_to))
			timeout_add_sec(&arp_ask_to, 1);
	}
	return (EAGAIN);
drop:
	arpstat.as_unresolved++;
	m_freem(m);
	return (error);
}

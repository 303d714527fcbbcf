/*
 * Neighbour discovery: the cache (RFC 4861 sections 5 and 7).
 *
 * An entry is a host's route of an Ethernet interface whose gateway is a
 * link address; struct llinfo_nd6 (nd6.h) has the picture of its states.  A
 * packet for a neighbour whose address is not known waits, while
 * solicitations go out; the queues are bounded for each entry and for all
 * together, and so are the entries that traffic makes.
 *
 * Entries that wait for something (INCOMPLETE, DELAY, PROBE) are on
 * nd6_active with the time of their next step, and one timeout runs for the
 * earliest.  REACHABLE becomes STALE when it is looked at after rt_expire;
 * STALE ones go after a day, or when they are too many.
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
#include <sys/sockio.h>
#include <sys/time.h>
#include <sys/timeout.h>

#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip6.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/nd6.h>

struct nd6stat		nd6stat;
int			nd6_prune = 10;		/* s between looks */
int			nd6_delay = 5;		/* s in DELAY */
int			nd6_umaxtries = 3;
int			nd6_mmaxtries = 3;
int			nd6_debug;
int			ip6_neighborgcthresh = 2048;
u_int			ln_hold_total;		/* packets held in all */
u_int			nd6_entries;		/* entries not set by hand */
u_int			nd6_maxentries = ND6_MAXENTRIES;

static TAILQ_HEAD(nd6_list, llinfo_nd6) nd6_list =
			    TAILQ_HEAD_INITIALIZER(nd6_list);
static TAILQ_HEAD(nd6_activeq, llinfo_nd6) nd6_active =
			    TAILQ_HEAD_INITIALIZER(nd6_active);
static struct pool	nd6_pool;
static struct timeout	nd6_step_to, nd6_prune_to;
static uint64_t		nd6_step_at;	/* ms of uptime */

static void	 nd6_step_timer(void *);

/* Prepare the cache and register with Ethernet. */
void
nd6_init(void)
{
	pool_init(&nd6_pool, sizeof(struct llinfo_nd6), 0, 0, 0, "nd6", NULL);
	timeout_set_proc(&nd6_step_to, nd6_step_timer, NULL);
	timeout_set_proc(&nd6_prune_to, nd6_prune_timer, NULL);
	timeout_add_sec(&nd6_prune_to, nd6_prune);
	ether_register_af(AF_INET6, ETHERTYPE_IPV6, nd6_resolve,
	    nd6_rtrequest);
}

/* What is known of a link before a router has spoken. */
void
nd6_ifattach(struct ifnet *ifp, struct nd_ifinfo *ndi)
{
	(void)ifp;
	ndi->basereachable = REACHABLE_TIME;
	ndi->reachable = ND_COMPUTE_RTIME(REACHABLE_TIME);
	ndi->retrans = RETRANS_TIMER;
	ndi->recalctm = ND6_RECALC;
	ndi->flags = ND6_IFF_PERFORMNUD;
}

static uint64_t
nd6_now(void)
{
	return (getnsecuptime() / 1000000);
}

/* ms between solicitations on an interface. */
static u_int
nd6_retrans(const struct ifnet *ifp)
{
	return (in6_attached(ifp) ? ND_IFINFO(ifp)->retrans : RETRANS_TIMER);
}

/* The timeout shall run at due, or when it would before. */
static void
nd6_wake(uint64_t due)
{
	uint64_t	 now = nd6_now();

	if (timeout_pending(&nd6_step_to) && nd6_step_at <= due)
		return;
	nd6_step_at = due;
	timeout_add_msec(&nd6_step_to, due > now ? due - now : 1);
}

/* The entry's next step is due in so many ms. */
static void
nd6_activate(struct llinfo_nd6 *ln, u_int ms)
{
	ln->ln_due = nd6_now() + ms;
	if (!ln->ln_active) {
		TAILQ_INSERT_TAIL(&nd6_active, ln, ln_activeq);
		ln->ln_active = 1;
	}
	nd6_wake(ln->ln_due);
}

static void
nd6_deactivate(struct llinfo_nd6 *ln)
{
	ln->ln_asked = 0;
	if (!ln->ln_active)
		return;
	TAILQ_REMOVE(&nd6_active, ln, ln_activeq);
	ln->ln_active = 0;
}

/*
 * An entry comes into a state; what it waited for is over.  Those that wait
 * again are activated by the caller.
 */
void
nd6_set_state(struct llinfo_nd6 *ln, int state)
{
	struct rtentry	*rt = ln->ln_rt;
	struct ifnet	*ifp;
	time_t		 secs = ND6_STALE_TIME;

	nd6_deactivate(ln);
	ln->ln_state = state;
	if (!ln->ln_counted && rt->rt_expire == 0)
		return;			/* set by hand */
	if (state == ND6_LLINFO_REACHABLE &&
	    (ifp = if_get(rt->rt_ifidx)) != NULL) {
		secs = in6_attached(ifp) ? ND_IFINFO(ifp)->reachable :
		    REACHABLE_TIME / 1000;
		if_put(ifp);
	}
	rt->rt_expire = getuptime() + secs;
}

/*
 * The valid route with a link address for a neighbour (with its scope) on an
 * interface, made if create says so.  A reference, or NULL.
 */
struct rtentry *
nd6_lookup(const struct in6_addr *addr, int create, struct ifnet *ifp)
{
	struct sockaddr_in6	 sin6;
	struct rtentry		*rt;

	in6_sin6(&sin6, addr);
	rt = rtalloc(sin6tosa(&sin6), create ? RT_RESOLVE : 0,
	    ifp->if_rdomain);
	if (!rtisvalid(rt) || ISSET(rt->rt_flags, RTF_GATEWAY) ||
	    !ISSET(rt->rt_flags, RTF_LLINFO) ||
	    rt->rt_gateway->sa_family != AF_LINK || rt->rt_llinfo == NULL ||
	    rt->rt_ifidx != ifp->if_index) {
		rtfree(rt);
		return (NULL);
	}
	return (rt);
}

static void
nd6_hold_purge(struct llinfo_nd6 *ln)
{
	u_int	 n;

	n = ml_purge(&ln->ln_ml);
	ln_hold_total -= n;
	nd6stat.nd6s_unresolved += n;
}

/* Hold a packet.  The entry's oldest gives way, then everybody is full. */
static void
nd6_hold(struct llinfo_nd6 *ln, struct mbuf *m)
{
	if (ml_len(&ln->ln_ml) >= ND6_HOLD_QUEUE) {
		m_freem(ml_dequeue(&ln->ln_ml));
		ln_hold_total--;
		nd6stat.nd6s_holddrop++;
	}
	if (ln_hold_total >= ND6_HOLD_TOTAL) {
		nd6stat.nd6s_holdlimit++;
		m_freem(m);
		return;
	}
	nd6stat.nd6s_held++;
	ln_hold_total++;
	ml_enqueue(&ln->ln_ml, m);
}

/* The neighbour's address is known: what waited for it goes. */
void
nd6_release(struct ifnet *ifp, struct rtentry *rt, struct llinfo_nd6 *ln)
{
	struct mbuf_list	 ml = ln->ln_ml;
	struct mbuf		*m;

	ln_hold_total -= ml_len(&ln->ln_ml);
	ml_init(&ln->ln_ml);
	while ((m = ml_dequeue(&ml)) != NULL)
		ifp->if_output(ifp, m, rt_key(rt), rt);
}

static void
nd6_free(struct rtentry *rt, struct llinfo_nd6 *ln)
{
	nd6_deactivate(ln);
	nd6_hold_purge(ln);
	TAILQ_REMOVE(&nd6_list, ln, ln_list);
	if (ln->ln_group != NULL)
		in6_delmulti(ln->ln_group);
	if (ln->ln_counted)
		nd6_entries--;
	rt->rt_llinfo = NULL;
	rt->rt_flags &= ~RTF_LLINFO;
	pool_put(&nd6_pool, ln);
}

/* Forget an entry's address; packets for it ask again. */
static void
nd6_invalidate(struct rtentry *rt)
{
	struct llinfo_nd6	*ln = (struct llinfo_nd6 *)rt->rt_llinfo;

	nd6_set_state(ln, ND6_LLINFO_INCOMPLETE);
	nd6_hold_purge(ln);
	satosdl(rt->rt_gateway)->sdl_alen = 0;
}

/* Speak for a host from now on: hear what asks for it (RFC 4861 7.2.8). */
static void
nd6_announce(struct ifnet *ifp, struct rtentry *rt, struct llinfo_nd6 *ln)
{
	const struct in6_addr	*addr = &satosin6(rt_key(rt))->sin6_addr;
	struct in6_addr		 group;

	in6_solicited(&group, addr);
	ln->ln_group = in6_addmulti(&group, ifp);
	nd6_na_output(ifp, &in6addr_linklocal_allnodes, addr,
	    ND_NA_FLAG_OVERRIDE,
	    (u_int8_t *)LLADDR(satosdl(rt->rt_gateway)));
}

/* Give a new route of an Ethernet interface its ND part. */
static void
nd6_rtadd(struct ifnet *ifp, struct rtentry *rt)
{
	struct llinfo_nd6	*ln;
	struct sockaddr_dl	*sdl;

	if (ISSET(rt->rt_flags, RTF_CLONING | RTF_GATEWAY | RTF_MULTICAST |
	    RTF_MPLS) || !ISSET(rt->rt_flags, RTF_HOST))
		return;
	if (rt->rt_gateway->sa_family != AF_LINK || rt->rt_llinfo != NULL)
		return;
	sdl = satosdl(rt->rt_gateway);
	sdl->sdl_type = ifp->if_type;
	sdl->sdl_index = ifp->if_index;
	if (ISSET(rt->rt_flags, RTF_CLONED) && nd6_entries >= nd6_maxentries) {
		nd6stat.nd6s_limit++;
		return;
	}
	if ((ln = pool_get(&nd6_pool, PR_NOWAIT | PR_ZERO)) == NULL) {
		nd6stat.nd6s_nomem++;
		return;
	}
	ml_init(&ln->ln_ml);
	ln->ln_rt = rt;
	ln->ln_state = sdl->sdl_alen != 0 ? ND6_LLINFO_REACHABLE :
	    ND6_LLINFO_INCOMPLETE;
	rt->rt_llinfo = (caddr_t)ln;
	rt->rt_flags |= RTF_LLINFO;
	if (ISSET(rt->rt_flags, RTF_CLONED)) {
		rt->rt_expire = getuptime() + ND6_STALE_TIME;
		ln->ln_counted = 1;
		nd6_entries++;
	}
	TAILQ_INSERT_HEAD(&nd6_list, ln, ln_list);
	if (ISSET(rt->rt_flags, RTF_ANNOUNCE) && sdl->sdl_alen != 0)
		nd6_announce(ifp, rt, ln);
}

/*
 * An IPv6 route of an Ethernet interface came (RTM_ADD, RTM_RESOLVE), goes
 * (RTM_DELETE), or its link went down (RTM_INVALIDATE).
 */
void
nd6_rtrequest(struct ifnet *ifp, int req, struct rtentry *rt)
{
	struct llinfo_nd6	*ln = (struct llinfo_nd6 *)rt->rt_llinfo;

	switch (req) {
	case RTM_ADD:
	case RTM_RESOLVE:
		nd6_rtadd(ifp, rt);
		break;
	case RTM_DELETE:
		if (ln != NULL)
			nd6_free(rt, ln);
		break;
	case RTM_INVALIDATE:
		if (ln != NULL && rt->rt_expire != 0)
			nd6_invalidate(rt);
		break;
	}
}

/* Solicit the neighbour: all that may be it, or itself when probing. */
static void
nd6_ask(struct ifnet *ifp, struct llinfo_nd6 *ln)
{
	const struct in6_addr	*taddr;

	taddr = &satosin6(rt_key(ln->ln_rt))->sin6_addr;
	ln->ln_asked++;
	nd6_activate(ln, nd6_retrans(ifp));
	nd6_ns_output(ifp, ln->ln_state == ND6_LLINFO_PROBE ? taddr : NULL,
	    taddr, &ln->ln_saddr6, NULL);
}

/*
 * Nobody answers: others' packets that waited are answered by ICMPv6, the
 * entry is forgotten.
 */
static void
nd6_failed(struct ifnet *ifp, struct llinfo_nd6 *ln)
{
	struct rtentry		*rt = ln->ln_rt;
	struct mbuf_list	 ml = ln->ln_ml;
	struct mbuf		*m;

	rtref(rt);
	ln_hold_total -= ml_len(&ln->ln_ml);
	ml_init(&ln->ln_ml);
	nd6_invalidate(rt);
	if (rt->rt_expire != 0 && rt->rt_cachecnt == 0 &&
	    ISSET(rt->rt_flags, RTF_CLONED) && ifp != NULL)
		rtdeletemsg(rt, ifp, rt->rt_tableid);
	while ((m = ml_dequeue(&ml)) != NULL) {
		nd6stat.nd6s_unresolved++;
		if (m->m_pkthdr.ph_ifidx == 0)
			m_freem(m);
		else
			icmp6_error(m, ICMP6_DST_UNREACH,
			    ICMP6_DST_UNREACH_ADDR, 0);
	}
	rtfree(rt);
}

/* An entry's time has come. */
static void
nd6_step(struct llinfo_nd6 *ln)
{
	struct ifnet	*ifp;

	ifp = if_get(ln->ln_rt->rt_ifidx);
	if (ifp == NULL)
		nd6_failed(ifp, ln);
	else if (ln->ln_state == ND6_LLINFO_DELAY) {
		nd6_set_state(ln, ND6_LLINFO_PROBE);
		nd6_ask(ifp, ln);
	} else if (ln->ln_asked >= (ln->ln_state == ND6_LLINFO_PROBE ?
	    nd6_umaxtries : nd6_mmaxtries))
		nd6_failed(ifp, ln);
	else
		nd6_ask(ifp, ln);
	if_put(ifp);
}

static void
nd6_step_timer(void *unused)
{
	struct llinfo_nd6	*ln;
	uint64_t		 now, due = UINT64_MAX;
	u_int			 n = 0;

	(void)unused;
	NET_LOCK();
	now = nd6_now();
	TAILQ_FOREACH(ln, &nd6_active, ln_activeq)
		n++;
	/* A step may take any entry away: none is held on to. */
	while (n-- > 0 && (ln = TAILQ_FIRST(&nd6_active)) != NULL) {
		TAILQ_REMOVE(&nd6_active, ln, ln_activeq);
		TAILQ_INSERT_TAIL(&nd6_active, ln, ln_activeq);
		if (ln->ln_due <= now)
			nd6_step(ln);
	}
	TAILQ_FOREACH(ln, &nd6_active, ln_activeq)
		due = MIN(due, ln->ln_due);
	if (due != UINT64_MAX)
		nd6_wake(due);
	if_flush();
	NET_UNLOCK();
}

/* RFC 4861 6.3.4: reachable times are drawn anew every few hours. */
static void
nd6_recalc(void)
{
	struct nd_ifinfo	*ndi;
	struct ifnet		*ifp;

	TAILQ_FOREACH(ifp, &ifnetlist, if_list) {
		if (!in6_attached(ifp))
			continue;
		ndi = ND_IFINFO(ifp);
		ndi->recalctm -= nd6_prune;
		if (ndi->recalctm > 0)
			continue;
		ndi->recalctm = ND6_RECALC;
		ndi->reachable = ND_COMPUTE_RTIME(ndi->basereachable);
	}
}

/* Is the entry one that may go? */
static int
nd6_prunable(const struct llinfo_nd6 *ln, time_t now, int many)
{
	const struct rtentry	*rt = ln->ln_rt;

	if (rt->rt_expire == 0 || ln->ln_active || !ln->ln_counted)
		return (0);
	return (rt->rt_expire <= now ||
	    (many && ln->ln_state != ND6_LLINFO_REACHABLE));
}

/*
 * Every so often: REACHABLE ones grow STALE, and those whose day is over
 * go; when they are many, the oldest STALE ones do, too.
 */
void
nd6_prune_timer(void *unused)
{
	struct llinfo_nd6	*ln, *prev;
	struct rtentry		*rt;
	struct ifnet		*ifp;
	time_t			 now = getuptime();

	(void)unused;
	NET_LOCK();
	nd6_recalc();
	TAILQ_FOREACH_REVERSE_SAFE(ln, &nd6_list, nd6_list, ln_list, prev) {
		rt = ln->ln_rt;
		if (ln->ln_state == ND6_LLINFO_REACHABLE &&
		    rt->rt_expire != 0 && rt->rt_expire <= now) {
			nd6_set_state(ln, ND6_LLINFO_STALE);
			continue;
		}
		if (!nd6_prunable(ln, now,
		    nd6_entries > (u_int)ip6_neighborgcthresh))
			continue;
		nd6stat.nd6s_expired++;
		if (rt->rt_cachecnt != 0) {
			nd6_invalidate(rt);	/* a gateway: keep its route */
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
	timeout_add_sec(&nd6_prune_to, MAX(nd6_prune, 1));
	if_flush();
	NET_UNLOCK();
}

/* The source that solicitations are best sent from: the first packet's. */
static void
nd6_hold_source(struct ifnet *ifp, struct llinfo_nd6 *ln, struct mbuf *m)
{
	struct in6_addr	 src;

	memset(&ln->ln_saddr6, 0, sizeof(ln->ln_saddr6));
	if (m->m_len < sizeof(struct ip6_hdr))
		return;
	src = mtod(m, struct ip6_hdr *)->ip6_src;
	in6_scope_set(&src, ifp->if_index);
	if (in6_ifpwithaddr(ifp, &src) != NULL)
		ln->ln_saddr6 = src;
}

/* An entry with an address is used: it may be doubted (RFC 4861 7.3.3). */
static void
nd6_use(struct rtentry *rt, struct llinfo_nd6 *ln)
{
	if (rt->rt_expire == 0)
		return;
	if (ln->ln_state == ND6_LLINFO_REACHABLE &&
	    rt->rt_expire <= getuptime())
		nd6_set_state(ln, ND6_LLINFO_STALE);
	if (ln->ln_state == ND6_LLINFO_STALE) {
		nd6_set_state(ln, ND6_LLINFO_DELAY);
		nd6_activate(ln, nd6_delay * 1000);
	}
}

/*
 * Resolve the next hop of an IPv6 packet on Ethernet: store its address in
 * desten and return 0; or return EAGAIN when m waits for an answer, or
 * another errno when m has been dropped (ENETUNREACH, EINVAL, ENOBUFS).
 */
int
nd6_resolve(struct ifnet *ifp, struct rtentry *rt0, struct mbuf *m,
    const struct sockaddr *dst, u_int8_t *desten)
{
	struct llinfo_nd6	*ln;
	struct sockaddr_dl	*sdl;
	struct rtentry		*rt;
	int			 error = EINVAL;

	if (m->m_flags & M_MCAST) {
		ETHER_MAP_IPV6_MULTICAST(&satosin6_const(dst)->sin6_addr,
		    desten);
		return (0);
	}
	if (rt0 == NULL || (rt = rt_getll(rt0)) == NULL) {
		error = ENETUNREACH;
		goto drop;
	}
	ln = (struct llinfo_nd6 *)rt->rt_llinfo;
	if (ln == NULL || !ISSET(rt->rt_flags, RTF_LLINFO)) {
		/* It found the table full: make room to try once more. */
		if (ISSET(rt->rt_flags, RTF_CLONED) && rt->rt_cachecnt == 0)
			rtdeletemsg(rt, ifp, rt->rt_tableid);
		error = ENOBUFS;
		goto drop;
	}
	sdl = satosdl(rt->rt_gateway);
	if (sdl->sdl_alen == ETHER_ADDR_LEN) {
		memcpy(desten, LLADDR(sdl), ETHER_ADDR_LEN);
		nd6_use(rt, ln);
		return (0);
	}
	if (ifp->if_flags & (IFF_NOARP | IFF_STATICARP))
		goto drop;
	if (!ln->ln_active) {
		nd6_set_state(ln, ND6_LLINFO_INCOMPLETE);
		nd6_hold_source(ifp, ln, m);
		nd6_hold(ln, m);
		nd6_ask(ifp, ln);
	} else
		nd6_hold(ln, m);
	return (EAGAIN);
drop:
	nd6stat.nd6s_unresolved++;
	m_freem(m);
	return (error);
}

/* The station's address that an option holds; NULL when it is none. */
const u_int8_t *
nd6_opt_lladdr(const struct nd_opt_hdr *opt)
{
	const u_int8_t	*lladdr = (const u_int8_t *)(opt + 1);

	if (opt->nd_opt_len != 1 || ETHER_IS_MULTICAST(lladdr) ||
	    ETHER_IS_ANYADDR(lladdr))
		return (NULL);
	return (lladdr);
}

/*
 * A neighbour (with its scope) has told its link address by an option (NULL:
 * it has not) of a message of that type and code; RFC 4861 7.2.3, 6.2.6,
 * 6.3.4, 8.3.
 */
void
nd6_cache_lladdr(struct ifnet *ifp, const struct in6_addr *from,
    const struct nd_opt_hdr *opt, int type, int code)
{
	struct llinfo_nd6	*ln;
	struct sockaddr_dl	*sdl;
	struct rtentry		*rt;
	const u_int8_t		*lladdr = NULL;

	if (IN6_IS_ADDR_UNSPECIFIED(from) || IN6_IS_ADDR_MULTICAST(from) ||
	    in6_ifaddr_lookup(from, ifp->if_rdomain) != NULL)
		return;
	if (opt != NULL && (lladdr = nd6_opt_lladdr(opt)) == NULL) {
		icmp6stat.icp6s_nd_badopt++;
		return;
	}
	if ((rt = nd6_lookup(from, lladdr != NULL, ifp)) == NULL)
		return;
	ln = (struct llinfo_nd6 *)rt->rt_llinfo;
	sdl = satosdl(rt->rt_gateway);
	if (type == ND_ROUTER_ADVERT ||
	    (type == ND_REDIRECT && code == ND_REDIRECT_ROUTER))
		ln->ln_router = 1;
	else if (type == ND_ROUTER_SOLICIT)
		ln->ln_router = 0;
	if (lladdr == NULL || (sdl->sdl_alen == ETHER_ADDR_LEN &&
	    ETHER_IS_EQ(LLADDR(sdl), lladdr))) {
		rtfree(rt);
		return;
	}
	if (rt->rt_expire == 0) {
		nd6stat.nd6s_permanent++;
		rtfree(rt);
		return;
	}
	if (sdl->sdl_alen != 0)
		nd6stat.nd6s_moved++;
	sdl->sdl_alen = ETHER_ADDR_LEN;
	memcpy(LLADDR(sdl), lladdr, ETHER_ADDR_LEN);
	nd6_set_state(ln, ND6_LLINFO_STALE);
	nd6_release(ifp, rt, ln);
	rtfree(rt);
}

/* SIOCGNBRINFO_IN6: one neighbour; EINVAL when it is not known. */
static int
nd6_ioctl_nbr(struct in6_nbrinfo *nbi, struct ifnet *ifp)
{
	struct llinfo_nd6	*ln;
	struct in6_addr		 addr = nbi->addr;
	struct rtentry		*rt;

	in6_scope_set(&addr, ifp->if_index);
	if ((rt = nd6_lookup(&addr, 0, ifp)) == NULL)
		return (EINVAL);
	ln = (struct llinfo_nd6 *)rt->rt_llinfo;
	nbi->state = ln->ln_state;
	if (ln->ln_state == ND6_LLINFO_REACHABLE && rt->rt_expire != 0 &&
	    rt->rt_expire <= getuptime())
		nbi->state = ND6_LLINFO_STALE;
	nbi->asked = ln->ln_asked;
	nbi->isrouter = ln->ln_router;
	nbi->expire = rt->rt_expire;
	rtfree(rt);
	return (0);
}

/*
 * SIOCGIFINFO_IN6 and SIOCGNBRINFO_IN6.  EINVAL, EADDRNOTAVAIL when the
 * interface does not speak IPv6.
 */
int
nd6_ioctl(u_long cmd, caddr_t data, struct ifnet *ifp)
{
	struct in6_ndireq	*ndi = (struct in6_ndireq *)data;

	if (!in6_attached(ifp))
		return (EADDRNOTAVAIL);
	if (cmd == SIOCGNBRINFO_IN6)
		return (nd6_ioctl_nbr((struct in6_nbrinfo *)data, ifp));
	ndi->ndi = *ND_IFINFO(ifp);
	return (0);
}

/*
 * Prefixes that routers advertise, and the addresses made of them (RFC 4861
 * 6.3.4, RFC 4862 5.5.3, RFC 8981).
 *
 *	on link		neighbours are asked for directly (an address of the
 *			prefix has such a route anyway)
 *	autonomous	an address with our interface identifier; with
 *			`temporary', also one that is used for a day and then
 *			gives way to another
 *
 * Everything here is protected by the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/icmp6.h>
#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/nd6.h>

#define ND6_IFIDLEN		64
#define ND6_TWOHOURS		(2 * 60 * 60)

/* RFC 8981 3.8, seconds. */
#define TEMP_VALID_LIFETIME	(2 * 24 * 60 * 60)
#define TEMP_PREFERRED_LIFETIME	(24 * 60 * 60)
#define TEMP_MAX_DESYNC		(TEMP_PREFERRED_LIFETIME / 10 * 4)
#define TEMP_REGEN_ADVANCE	5
#define TEMP_IDGEN_RETRIES	3

/* Add (or take away) the route of a prefix that is on the link. */
static int
nd6_prefix_route(struct ifnet *ifp, struct nd_prefix *pr, int add)
{
	struct sockaddr_in6	 dst, mask;
	struct rt_addrinfo	 info;
	struct in6_ifaddr	*ia;
	struct rtentry		*rt;
	int			 error;

	if ((ia = in6_ifpforlinklocal(ifp, 0)) == NULL)
		return (EADDRNOTAVAIL);
	in6_sin6(&dst, &pr->pr_prefix);
	in6_sin6(&mask, &in6addr_any);
	in6_prefixlen2mask(&mask.sin6_addr, pr->pr_plen);
	memset(&info, 0, sizeof(info));
	info.rti_ifa = &ia->ia_ifa;
	info.rti_flags = RTF_CONNECTED | RTF_CLONING | RTF_MPATH;
	info.rti_info[RTAX_DST] = sin6tosa(&dst);
	info.rti_info[RTAX_NETMASK] = sin6tosa(&mask);
	info.rti_info[RTAX_GATEWAY] = ia->ia_ifa.ifa_addr;
	error = add ? rtrequest(RTM_ADD, &info, RTP_CONNECTED, &rt,
	    ifp->if_rdomain) : rtrequest_delete(&info, RTP_CONNECTED, ifp,
	    &rt, ifp->if_rdomain);
	if (error == 0) {
		rtm_send(rt, add ? RTM_ADD : RTM_DELETE, 0, ifp->if_rdomain);
		rtfree(rt);
	}
	return (error);
}

static void
nd6_prefix_delete(struct ifnet *ifp, struct nd_prefix *pr)
{
	struct in6_ifextra	*ife = ifp->if_afdata[AF_INET6];

	(void)nd6_prefix_route(ifp, pr, 0);
	LIST_REMOVE(pr, pr_list);
	ife->ife_nprefixes--;
	free(pr, M_RTABLE, sizeof(*pr));
}

static struct nd_prefix *
nd6_prefix_lookup(struct in6_ifextra *ife, const struct in6_addr *prefix,
    int plen)
{
	struct nd_prefix	*pr;

	LIST_FOREACH(pr, &ife->ife_prefixes, pr_list)
		if (pr->pr_plen == plen && in6_are_prefix_equal(
		    &pr->pr_prefix, prefix, plen))
			return (pr);
	return (NULL);
}

/* The prefix is on the link for so long, or no more (0). */
static void
nd6_prefix_onlink(struct ifnet *ifp, const struct in6_addr *prefix, int plen,
    u_int32_t vltime)
{
	struct in6_ifextra	*ife = ifp->if_afdata[AF_INET6];
	struct nd_prefix	*pr;

	pr = nd6_prefix_lookup(ife, prefix, plen);
	if (vltime == 0) {
		if (pr != NULL)
			nd6_prefix_delete(ifp, pr);
		return;
	}
	if (pr == NULL) {
		if (ife->ife_nprefixes >= ND6_MAXPREFIXES) {
			nd6stat.nd6s_prefixlimit++;
			return;
		}
		pr = malloc(sizeof(*pr), M_RTABLE, M_NOWAIT | M_ZERO);
		if (pr == NULL) {
			nd6stat.nd6s_nomem++;
			return;
		}
		pr->pr_prefix = *prefix;
		pr->pr_plen = plen;
		LIST_INSERT_HEAD(&ife->ife_prefixes, pr, pr_list);
		ife->ife_nprefixes++;
		(void)nd6_prefix_route(ifp, pr, 1);
	}
	pr->pr_expire = vltime == ND6_INFINITE_LIFETIME ? 0 :
	    getuptime() + vltime;
	nd6_rtr_wake(pr->pr_expire);
}

/* Addresses of an interface that were made of prefixes. */
static u_int
nd6_autoconf_count(struct ifnet *ifp)
{
	struct ifaddr	*ifa;
	u_int		 n = 0;

	TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list)
		if (ifa->ifa_addr->sa_family == AF_INET6 &&
		    (ifatoia6(ifa)->ia6_flags & IN6_IFF_AUTOCONF))
			n++;
	return (n);
}

/* Make an address, with its lifetimes; NULL, counted, when that fails. */
static struct in6_ifaddr *
nd6_autoconf_add(struct ifnet *ifp, const struct in6_addr *addr, int plen,
    int flags, u_int32_t vltime, u_int32_t pltime)
{
	struct in6_aliasreq	 ifra;
	struct in6_ifaddr	*ia;

	if (nd6_autoconf_count(ifp) >= 2 * ND6_MAXPREFIXES) {
		nd6stat.nd6s_prefixlimit++;
		return (NULL);
	}
	memset(&ifra, 0, sizeof(ifra));
	in6_sin6(&ifra.ifra_addr, addr);
	in6_sin6(&ifra.ifra_prefixmask, &in6addr_any);
	in6_prefixlen2mask(&ifra.ifra_prefixmask.sin6_addr, plen);
	ifra.ifra_flags = flags | IN6_IFF_AUTOCONF;
	ifra.ifra_lifetime.ia6t_vltime = vltime;
	ifra.ifra_lifetime.ia6t_pltime = pltime;
	if (in6_update_ifa(ifp, &ifra, &ia) != 0) {
		nd6stat.nd6s_badprefix++;
		return (NULL);
	}
	nd6stat.nd6s_prefixes++;
	if_addrhooks_run(ifp);
	return (ia);
}

/* Be there when the address is deprecated, replaced, or gone. */
static void
nd6_autoconf_wake(const struct in6_ifaddr *ia)
{
	const struct in6_addrlifetime	*lt = &ia->ia6_lifetime;

	nd6_rtr_wake(lt->ia6t_expire);
	if (lt->ia6t_preferred == 0 || (ia->ia6_flags & IN6_IFF_DEPRECATED))
		return;
	nd6_rtr_wake(ia->ia6_flags & IN6_IFF_TEMPORARY ?
	    MAX(lt->ia6t_preferred - TEMP_REGEN_ADVANCE, getuptime() + 1) :
	    lt->ia6t_preferred);
}

/*
 * A temporary address beside a public one, which it outlives in no respect
 * (RFC 8981 3.4); its identifier is random.
 */
static void
nd6_temp_add(struct ifnet *ifp, struct in6_ifaddr *public)
{
	struct in6_addrlifetime	*lt = &public->ia6_lifetime;
	struct in6_ifaddr	*ia;
	struct in6_addr		 addr = *IA6_IN6(public);
	time_t			 now = getuptime();
	u_int32_t		 vltime = TEMP_VALID_LIFETIME, pltime;
	int			 try;

	pltime = TEMP_PREFERRED_LIFETIME -
	    arc4random_uniform(TEMP_MAX_DESYNC);
	if (lt->ia6t_expire != 0)
		vltime = MIN(vltime, lt->ia6t_expire - now);
	if (lt->ia6t_preferred != 0)
		pltime = MIN(pltime, MAX(lt->ia6t_preferred - now, 0));
	if (pltime <= TEMP_REGEN_ADVANCE)
		return;
	for (try = 0; try < TEMP_IDGEN_RETRIES; try++) {
		arc4random_buf(&addr.s6_addr[8], 8);
		addr.s6_addr[8] &= ~0x02;
		if (in6_ifaddr_lookup(&addr, ifp->if_rdomain) == NULL)
			break;
	}
	ia = nd6_autoconf_add(ifp, &addr, in6_mask2len(IA6_MASKIN6(public),
	    NULL), IN6_IFF_TEMPORARY, vltime, pltime);
	if (ia != NULL) {
		ia->ia6_public = public;
		nd6_autoconf_wake(ia);
	}
}

/* The temporary address beside a public one that is not soon over, or NULL. */
static struct in6_ifaddr *
nd6_temp_lookup(struct ifnet *ifp, const struct in6_ifaddr *public)
{
	struct in6_ifaddr	*ia;
	struct ifaddr		*ifa;
	time_t			 now = getuptime();

	TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list) {
		if (ifa->ifa_addr->sa_family != AF_INET6)
			continue;
		ia = ifatoia6(ifa);
		if (ia->ia6_public == public &&
		    !(ia->ia6_flags & (IN6_IFF_DEPRECATED |
		    IN6_IFF_DUPLICATED)) &&
		    (ia->ia6_lifetime.ia6t_preferred == 0 ||
		    ia->ia6_lifetime.ia6t_preferred > now +
		    TEMP_REGEN_ADVANCE))
			return (ia);
	}
	return (NULL);
}

/* A public address lives for some time: so may its temporary ones. */
static void
nd6_temp_refresh(struct ifnet *ifp, struct in6_ifaddr *public)
{
	if (!(ifp->if_xflags & IFXF_AUTOCONF6TEMP) ||
	    (public->ia6_flags & (IN6_IFF_DEPRECATED | IN6_IFF_DUPLICATED)) ||
	    nd6_temp_lookup(ifp, public) != NULL)
		return;
	nd6_temp_add(ifp, public);
}

/* The interface shall have no temporary addresses any more. */
void
nd6_temp_purge(struct ifnet *ifp)
{
	struct ifaddr	*ifa, *next;

	for (ifa = TAILQ_FIRST(&ifp->if_addrlist); ifa != NULL; ifa = next) {
		next = TAILQ_NEXT(ifa, ifa_list);
		if (ifa->ifa_addr->sa_family == AF_INET6 &&
		    (ifatoia6(ifa)->ia6_flags & IN6_IFF_TEMPORARY))
			in6_purgeaddr(ifa);
	}
}

/* The public address made of a prefix, or NULL. */
static struct in6_ifaddr *
nd6_autoconf_lookup(struct ifnet *ifp, const struct in6_addr *prefix)
{
	struct in6_ifaddr	*ia;
	struct ifaddr		*ifa;

	TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list) {
		if (ifa->ifa_addr->sa_family != AF_INET6)
			continue;
		ia = ifatoia6(ifa);
		if ((ia->ia6_flags & (IN6_IFF_AUTOCONF |
		    IN6_IFF_TEMPORARY)) == IN6_IFF_AUTOCONF &&
		    in6_are_prefix_equal(IA6_IN6(ia), prefix, ND6_IFIDLEN))
			return (ia);
	}
	return (NULL);
}

/*
 * RFC 4862 5.5.3 (e): nobody who pretends to be a router shall end an
 * address's life in less than two hours.
 */
static u_int32_t
nd6_autoconf_vltime(const struct in6_ifaddr *ia, u_int32_t vltime)
{
	time_t		 now = getuptime();
	u_int32_t	 left;

	left = ia->ia6_lifetime.ia6t_expire == 0 ? ND6_INFINITE_LIFETIME :
	    ia->ia6_lifetime.ia6t_expire - now;
	if (vltime > ND6_TWOHOURS || vltime > left)
		return (vltime);
	nd6stat.nd6s_shortlife++;
	return (left <= ND6_TWOHOURS ? left : ND6_TWOHOURS);
}

/* The prefix may be used for addresses. */
static void
nd6_prefix_autonomous(struct ifnet *ifp, const struct in6_addr *prefix,
    int plen, int onlink, u_int32_t vltime, u_int32_t pltime)
{
	struct in6_ifaddr	*ia;
	struct in6_addr		 addr = *prefix;

	if (plen != ND6_IFIDLEN) {
		nd6stat.nd6s_badprefix++;
		return;
	}
	if ((ia = nd6_autoconf_lookup(ifp, prefix)) == NULL) {
		if (vltime == 0)
			return;
		in6_ifid(ifp, &addr);
		/* It may have been given by hand. */
		if (in6_ifaddr_lookup(&addr, ifp->if_rdomain) != NULL)
			return;
		ia = nd6_autoconf_add(ifp, &addr, onlink ? plen : 128, 0,
		    vltime, pltime);
		if (ia == NULL)
			return;
	} else {
		in6_ifaddr_lifetime(ia, nd6_autoconf_vltime(ia, vltime),
		    pltime);
		rtm_addr(RTM_CHGADDRATTR, &ia->ia_ifa);
	}
	nd6_autoconf_wake(ia);
	nd6_temp_refresh(ifp, ia);
}

/*
 * A prefix of a router advertisement; what cannot be is counted.
 */
void
nd6_ra_prefix(struct ifnet *ifp, const struct nd_opt_prefix_info *pi)
{
	struct in6_addr	 prefix = pi->nd_opt_pi_prefix, mask;
	u_int32_t	 vltime = ntohl(pi->nd_opt_pi_valid_time);
	u_int32_t	 pltime = ntohl(pi->nd_opt_pi_preferred_time);
	int		 plen = pi->nd_opt_pi_prefix_len, i, onlink;

	onlink = (pi->nd_opt_pi_flags_reserved & ND_OPT_PI_FLAG_ONLINK) != 0;
	if (plen == 0 || plen > 128 || pltime > vltime ||
	    IN6_IS_ADDR_MULTICAST(&prefix) ||
	    IN6_IS_ADDR_LINKLOCAL(&prefix) ||
	    IN6_IS_ADDR_UNSPECIFIED(&prefix)) {
		nd6stat.nd6s_badprefix++;
		return;
	}
	in6_prefixlen2mask(&mask, plen);
	for (i = 0; i < 4; i++)
		prefix.s6_addr32[i] &= mask.s6_addr32[i];
	if (pi->nd_opt_pi_flags_reserved & ND_OPT_PI_FLAG_AUTO)
		nd6_prefix_autonomous(ifp, &prefix, plen, onlink, vltime,
		    pltime);
	else if (onlink)
		nd6_prefix_onlink(ifp, &prefix, plen, vltime);
}

/* What has become of an address; not 0 when it has gone. */
static int
nd6_addr_timer(struct ifnet *ifp, struct in6_ifaddr *ia, time_t now)
{
	struct in6_addrlifetime	*lt = &ia->ia6_lifetime;

	if (lt->ia6t_expire != 0 && lt->ia6t_expire <= now) {
		in6_purgeaddr(&ia->ia_ifa);
		if_addrhooks_run(ifp);
		return (1);
	}
	if (lt->ia6t_preferred != 0 && lt->ia6t_preferred <= now &&
	    !(ia->ia6_flags & IN6_IFF_DEPRECATED)) {
		ia->ia6_flags |= IN6_IFF_DEPRECATED;
		rtm_addr(RTM_CHGADDRATTR, &ia->ia_ifa);
	}
	nd6_autoconf_wake(ia);
	return (0);
}

/* Lifetimes that are over, on one interface: prefixes and addresses. */
void
nd6_prefix_timer(struct ifnet *ifp, time_t now)
{
	struct in6_ifextra	*ife = ifp->if_afdata[AF_INET6];
	struct nd_prefix	*pr, *nextpr;
	struct ifaddr		*ifa, *next;
	struct in6_ifaddr	*ia;

	for (pr = LIST_FIRST(&ife->ife_prefixes); pr != NULL; pr = nextpr) {
		nextpr = LIST_NEXT(pr, pr_list);
		if (pr->pr_expire != 0 && pr->pr_expire <= now)
			nd6_prefix_delete(ifp, pr);
		else
			nd6_rtr_wake(pr->pr_expire);
	}
	for (ifa = TAILQ_FIRST(&ifp->if_addrlist); ifa != NULL; ifa = next) {
		next = TAILQ_NEXT(ifa, ifa_list);
		if (ifa->ifa_addr->sa_family == AF_INET6)
			(void)nd6_addr_timer(ifp, ifatoia6(ifa), now);
	}
	/* New temporary addresses are appended: all are looked at. */
	TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list) {
		if (ifa->ifa_addr->sa_family != AF_INET6)
			continue;
		ia = ifatoia6(ifa);
		if ((ia->ia6_flags & (IN6_IFF_AUTOCONF |
		    IN6_IFF_TEMPORARY)) == IN6_IFF_AUTOCONF)
			nd6_temp_refresh(ifp, ia);
	}
}

/* Forget prefixes, and the addresses made of them. */
void
nd6_prefix_detach(struct ifnet *ifp)
{
	struct in6_ifextra	*ife = ifp->if_afdata[AF_INET6];
	struct nd_prefix	*pr;
	struct ifaddr		*ifa, *next;

	while ((pr = LIST_FIRST(&ife->ife_prefixes)) != NULL)
		nd6_prefix_delete(ifp, pr);
	for (ifa = TAILQ_FIRST(&ifp->if_addrlist); ifa != NULL; ifa = next) {
		next = TAILQ_NEXT(ifa, ifa_list);
		if (ifa->ifa_addr->sa_family == AF_INET6 &&
		    (ifatoia6(ifa)->ia6_flags & IN6_IFF_AUTOCONF))
			in6_purgeaddr(ifa);
	}
}

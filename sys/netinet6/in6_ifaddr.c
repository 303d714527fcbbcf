/*
 * IPv6 addresses of interfaces: finding them, and the routes and memberships
 * that come and go with them (RFC 4862 5.5.4).
 *
 *	address		route to itself (RTF_LOCAL), by way of lo; member of
 *			its solicited-node group
 *	network		route (RTF_CONNECTED), unless /128: cloning where
 *			neighbours have link addresses
 *	far end		host route, on point-to-point links
 *
 * A packet's destination is looked up in a hash table, whose key is secret.
 *
 *	          set, with DAD             nobody answers
 *	(none) -----------------> TENTATIVE --------------> preferred
 *	   |                          |                       |
 *	   | without DAD              | somebody has it       | pltime
 *	   v                          v                       v
 *	preferred                 DUPLICATED              DEPRECATED
 *	                                                      | vltime
 *	                                                      v (gone)
 *
 * Everything here is protected by the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/time.h>
#include <sys/timeout.h>

#include <net/if.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/in_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/mld6_var.h>
#include <netinet6/nd6.h>

#define IN6_IFADDR_HASHSIZE	256

LIST_HEAD(in6_ifaddrhash, in6_ifaddr);

struct in6_ifaddrhead		in6_ifaddrlist =
				    TAILQ_HEAD_INITIALIZER(in6_ifaddrlist);
static struct in6_ifaddrhash	in6_ifaddrtbl[IN6_IFADDR_HASHSIZE];
static uint64_t			in6_ifaddrkey[2];

static void	 in6_if_up(struct ifnet *);
static void	 in6_if_attach(struct ifnet *);
static void	 in6_if_xflags(struct ifnet *);

/* Prepare the table and tell the link layers of this family. */
void
in6_init(void)
{
	arc4random_buf(in6_ifaddrkey, sizeof(in6_ifaddrkey));
	if_register_detach(AF_INET6, in6_ifdetach);
	if_register_attach(AF_INET6, in6_if_attach);
	if_register_up(AF_INET6, in6_if_up, in6_if_xflags);
}

/* An interface is up: a routing domain's own lo has ::1; probes may leave. */
static void
in6_if_up(struct ifnet *ifp)
{
	if (ifp->if_index == rtable_loindex(ifp->if_rdomain))
		(void)in6_ifattach(ifp);
	if (in6_attached(ifp)) {
		mld6_ifup(ifp);
		nd6_dad_ifup(ifp);
		nd6_rtr_xflags(ifp);
	}
}

/* Autoconfiguration has been turned on or off. */
static void
in6_if_xflags(struct ifnet *ifp)
{
	if ((ifp->if_xflags & IFXF_AUTOCONF6) && in6_ifattach(ifp) != 0)
		return;
	if (in6_attached(ifp))
		nd6_rtr_xflags(ifp);
}

/* An interface has come into another domain, or is to speak IPv6. */
static void
in6_if_attach(struct ifnet *ifp)
{
	if (ifp->if_flags & IFF_LOOPBACK) {
		if (ifp->if_flags & IFF_UP)
			in6_if_up(ifp);
	} else
		(void)in6_ifattach(ifp);
}

static struct in6_ifaddrhash *
in6_ifaddr_bucket(const struct in6_addr *a, u_int rdomain)
{
	uint64_t	 hi, lo;

	hi = (uint64_t)a->s6_addr32[0] << 32 | a->s6_addr32[1];
	lo = (uint64_t)a->s6_addr32[2] << 32 | a->s6_addr32[3];
	return (&in6_ifaddrtbl[in_hash(in6_ifaddrkey, hi ^ rdomain, lo) %
	    IN6_IFADDR_HASHSIZE]);
}

/* Our address, with its scope, in the routing domain of a table, or NULL. */
struct in6_ifaddr *
in6_ifaddr_lookup(const struct in6_addr *addr, u_int rtableid)
{
	struct in6_ifaddr	*ia;
	u_int			 rdomain = rtable_l2(rtableid);

	LIST_FOREACH(ia, in6_ifaddr_bucket(addr, rdomain), ia6_hash)
		if (IN6_ARE_ADDR_EQUAL(IA6_IN6(ia), addr) &&
		    ia->ia_ifp->if_rdomain == rdomain)
			return (ia);
	return (NULL);
}

/* The same among those of one interface. */
struct in6_ifaddr *
in6_ifpwithaddr(struct ifnet *ifp, const struct in6_addr *addr)
{
	struct ifaddr	*ifa;

	TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list)
		if (ifa->ifa_addr->sa_family == AF_INET6 &&
		    IN6_ARE_ADDR_EQUAL(IA6_IN6(ifatoia6(ifa)), addr))
			return (ifatoia6(ifa));
	return (NULL);
}

/* The link-local address of an interface, without any of flags; or NULL. */
struct in6_ifaddr *
in6_ifpforlinklocal(struct ifnet *ifp, int flags)
{
	struct ifaddr	*ifa;

	TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list)
		if (ifa->ifa_addr->sa_family == AF_INET6 &&
		    IN6_IS_ADDR_LINKLOCAL(IA6_IN6(ifatoia6(ifa))) &&
		    !(ifatoia6(ifa)->ia6_flags & flags))
			return (ifatoia6(ifa));
	return (NULL);
}

/* The address of ifp whose network addr is on, or whose far end; or NULL. */
struct in6_ifaddr *
in6_ifaddr_onlink(struct ifnet *ifp, const struct in6_addr *addr)
{
	struct in6_ifaddr	*ia;
	struct ifaddr		*ifa;

	TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list) {
		if (ifa->ifa_addr->sa_family != AF_INET6)
			continue;
		ia = ifatoia6(ifa);
		if (in6_are_prefix_equal(IA6_IN6(ia), addr,
		    in6_mask2len(IA6_MASKIN6(ia), NULL)) ||
		    (ia->ia_dstaddr.sin6_family == AF_INET6 &&
		    IN6_ARE_ADDR_EQUAL(IA6_DSTIN6(ia), addr)))
			return (ia);
	}
	return (NULL);
}

/* Set how long an address lives, seconds or ND6_INFINITE_LIFETIME. */
void
in6_ifaddr_lifetime(struct in6_ifaddr *ia, u_int32_t vltime, u_int32_t pltime)
{
	struct in6_addrlifetime	*lt = &ia->ia6_lifetime;
	time_t			 now = getuptime();

	lt->ia6t_vltime = vltime;
	lt->ia6t_pltime = pltime;
	lt->ia6t_expire = vltime == ND6_INFINITE_LIFETIME ? 0 : now + vltime;
	lt->ia6t_preferred = pltime == ND6_INFINITE_LIFETIME ? 0 :
	    now + pltime;
	ia->ia6_updatetime = now;
	nd6_rtr_wake(lt->ia6t_expire);
	if (pltime != 0)
		nd6_rtr_wake(lt->ia6t_preferred);
	if (pltime == 0)
		ia->ia6_flags |= IN6_IFF_DEPRECATED;
	else
		ia->ia6_flags &= ~IN6_IFF_DEPRECATED;
}

/* May an interface have this address? */
static int
in6_addr_ok(const struct ifnet *ifp, const struct in6_addr *a)
{
	if (IN6_IS_ADDR_MULTICAST(a) || IN6_IS_ADDR_UNSPECIFIED(a) ||
	    IN6_IS_ADDR_V4MAPPED(a) || IN6_IS_ADDR_V4COMPAT(a))
		return (0);
	return (!IN6_IS_ADDR_LOOPBACK(a) || (ifp->if_flags & IFF_LOOPBACK));
}

/* The checks of a request that need no address; the prefix length in *plen. */
static int
in6_update_check(struct ifnet *ifp, struct in6_aliasreq *ifra,
    const struct in6_ifaddr *ia, int *plen)
{
	const struct sockaddr_in6	*mask = &ifra->ifra_prefixmask;
	const struct in6_addrlifetime	*lt = &ifra->ifra_lifetime;

	if (!in6_addr_ok(ifp, &ifra->ifra_addr.sin6_addr))
		return (EINVAL);
	if (mask->sin6_len > sizeof(*mask))
		return (EINVAL);
	if (mask->sin6_len > offsetof(struct sockaddr_in6, sin6_addr)) {
		*plen = in6_mask2len(&mask->sin6_addr,
		    (const u_char *)mask + mask->sin6_len);
		if (*plen <= 0)
			return (EINVAL);
	} else if (ia != NULL)
		*plen = in6_mask2len(IA6_MASKIN6(ia), NULL);
	else
		return (EINVAL);
	if (ifra->ifra_dstaddr.sin6_family == AF_INET6 &&
	    (!(ifp->if_flags & IFF_POINTOPOINT) || *plen != 128 ||
	    ifra->ifra_dstaddr.sin6_len != sizeof(ifra->ifra_dstaddr) ||
	    IN6_IS_ADDR_MULTICAST(&ifra->ifra_dstaddr.sin6_addr)))
		return (EINVAL);
	if (lt->ia6t_vltime == 0 || lt->ia6t_pltime > lt->ia6t_vltime)
		return (EINVAL);
	return (0);
}

/* A new address of an interface, on no list yet. */
static struct in6_ifaddr *
in6_ifaddr_create(struct ifnet *ifp, const struct in6_addr *addr)
{
	struct in6_ifaddr	*ia;

	ia = malloc(sizeof(*ia), M_IFADDR, M_NOWAIT | M_ZERO);
	if (ia == NULL)
		return (NULL);
	refcnt_init(&ia->ia_ifa.ifa_refcnt);
	in6_sin6(&ia->ia_addr, addr);
	in6_sin6(&ia->ia_prefixmask, &in6addr_any);
	ia->ia_dstaddr.sin6_len = sizeof(ia->ia_dstaddr);
	ia->ia_ifa.ifa_size = sizeof(*ia);
	ia->ia_ifa.ifa_addr = sin6tosa(&ia->ia_addr);
	ia->ia_ifa.ifa_netmask = sin6tosa(&ia->ia_prefixmask);
	if (ifp->if_flags & IFF_POINTOPOINT)
		ia->ia_ifa.ifa_dstaddr = sin6tosa(&ia->ia_dstaddr);
	ia->ia_ifa.ifa_metric = ifp->if_metric;
	ia->ia6_createtime = getuptime();
	ia->ia_ifp = ifp;
	return (ia);
}

/* Add (or take away) the routes of an address's network or far end. */
static int
in6_prefix_route(struct in6_ifaddr *ia, int add)
{
	struct ifaddr	*ifa = &ia->ia_ifa;
	struct ifnet	*ifp = ia->ia_ifp;
	struct sockaddr	*dst = ifa->ifa_addr;
	int		 flags = RTF_CONNECTED, error;

	if (!add == !(ia->ia_flags & IFA_ROUTE))
		return (0);
	if ((ifp->if_flags & IFF_POINTOPOINT) &&
	    ia->ia_dstaddr.sin6_family == AF_INET6) {
		dst = ifa->ifa_dstaddr;
		flags |= RTF_HOST;
	} else if (in6_mask2len(IA6_MASKIN6(ia), NULL) == 128 ||
	    ((ifp->if_flags & IFF_LOOPBACK) &&
	    !IN6_IS_ADDR_LINKLOCAL(IA6_IN6(ia))))
		return (0);
	else if (!(ifp->if_flags & (IFF_POINTOPOINT | IFF_LOOPBACK)))
		flags |= RTF_CLONING;
	error = add ? rt_ifa_add(ifa, flags | RTF_MPATH, dst,
	    ifp->if_rdomain) :
	    rt_ifa_del(ifa, flags, dst, ifp->if_rdomain);
	if (!add)
		ia->ia_flags &= ~IFA_ROUTE;
	else if (error == 0)
		ia->ia_flags |= IFA_ROUTE;
	return (add ? error : 0);
}

/* Take an address out of service. */
static void
in6_ifscrub(struct in6_ifaddr *ia)
{
	nd6_dad_stop(ia);
	(void)in6_prefix_route(ia, 0);
	if (ia->ia6_hashed) {
		rt_ifa_dellocal(&ia->ia_ifa);
		LIST_REMOVE(ia, ia6_hash);
		ia->ia6_hashed = 0;
	}
}

static void
in6_ifaddr_unlink(struct in6_ifaddr *ia)
{
	in6_ifscrub(ia);
	ifa_del(ia->ia_ifp, &ia->ia_ifa);
	TAILQ_REMOVE(&in6_ifaddrlist, ia, ia_list);
}

/* Put a new address into service; on error it has gone. */
static int
in6_ifinit(struct ifnet *ifp, struct in6_ifaddr *ia)
{
	struct in6_addr	 group;
	int		 error;

	ifa_add(ifp, &ia->ia_ifa);
	TAILQ_INSERT_TAIL(&in6_ifaddrlist, ia, ia_list);
	/* The driver brings the interface up. */
	error = ifp->if_ioctl(ifp, SIOCSIFADDR, (caddr_t)ia);
	if (error == ENOTTY || error == EOPNOTSUPP)
		error = 0;
	if (error == 0)
		error = rt_ifa_addlocal(&ia->ia_ifa);
	if (error == 0) {
		LIST_INSERT_HEAD(in6_ifaddr_bucket(IA6_IN6(ia),
		    ifp->if_rdomain), ia, ia6_hash);
		ia->ia6_hashed = 1;
		error = in6_prefix_route(ia, 1);
	}
	if (error == 0 && (ifp->if_flags & IFF_MULTICAST)) {
		in6_solicited(&group, IA6_IN6(ia));
		ia->ia6_solicited = in6_addmulti(&group, ifp);
		if (ia->ia6_solicited == NULL)
			error = ENOBUFS;
	}
	if (error != 0) {
		in6_ifaddr_unlink(ia);
		ifafree(&ia->ia_ifa);
	}
	return (error);
}

/*
 * Give an interface the address that a request describes, or change one that
 * it has; ifra_addr has its scope.  It is probed for duplicates unless told
 * otherwise (flags).  The address is stored in *iap unless that is NULL.  0,
 * EINVAL, EEXIST when another interface of the routing domain has the
 * address, ENOBUFS, or the driver's or routing table's errno.
 */
int
in6_update_ifa(struct ifnet *ifp, struct in6_aliasreq *ifra,
    struct in6_ifaddr **iap)
{
	const struct in6_addr	*addr = &ifra->ifra_addr.sin6_addr;
	struct in6_ifaddr	*ia;
	struct in6_addr		 mask;
	int			 error, isnew, plen;

	ia = in6_ifpwithaddr(ifp, addr);
	if ((error = in6_update_check(ifp, ifra, ia, &plen)) != 0)
		return (error);
	if ((isnew = ia == NULL)) {
		if (in6_ifaddr_lookup(addr, ifp->if_rdomain) != NULL)
			return (EEXIST);
		if ((ia = in6_ifaddr_create(ifp, addr)) == NULL)
			return (ENOBUFS);
	}
	in6_prefixlen2mask(&mask, plen);
	if (!isnew && (!IN6_ARE_ADDR_EQUAL(&mask, IA6_MASKIN6(ia)) ||
	    ifra->ifra_dstaddr.sin6_family == AF_INET6))
		(void)in6_prefix_route(ia, 0);
	ia->ia_prefixmask.sin6_addr = mask;
	if (ifra->ifra_dstaddr.sin6_family == AF_INET6) {
		in6_sin6(&ia->ia_dstaddr, &ifra->ifra_dstaddr.sin6_addr);
		if (IN6_IS_ADDR_LINKLOCAL(IA6_DSTIN6(ia)))
			in6_scope_set(IA6_DSTIN6(ia), ifp->if_index);
	}
	ia->ia6_flags &= ~(IN6_IFF_ANYCAST | IN6_IFF_NODAD);
	ia->ia6_flags |= ifra->ifra_flags;
	in6_ifaddr_lifetime(ia, ifra->ifra_lifetime.ia6t_vltime,
	    ifra->ifra_lifetime.ia6t_pltime);
	if (isnew) {
		if (!(ia->ia6_flags & (IN6_IFF_ANYCAST | IN6_IFF_NODAD)) &&
		    ip6_dad_count > 0 && (ifp->if_flags & IFF_MULTICAST) &&
		    !(ifp->if_flags & (IFF_LOOPBACK | IFF_POINTOPOINT |
		    IFF_NOARP)))
			ia->ia6_flags |= IN6_IFF_TENTATIVE;
		error = in6_ifinit(ifp, ia);
	} else
		error = in6_prefix_route(ia, 1);
	if (error != 0)
		return (error);
	if (isnew && (ia->ia6_flags & IN6_IFF_TENTATIVE))
		nd6_dad_start(ia);
	if (iap != NULL)
		*iap = ia;
	return (0);
}

/* Remove an address of an interface, and all that depends on it. */
void
in6_purgeaddr(struct ifaddr *ifa)
{
	struct in6_ifaddr	*ia = ifatoia6(ifa), *other;
	struct in6_multi	*group = ia->ia6_solicited;

	in6_ifscrub(ia);
	rt_ifa_purge(ifa);
	ifa_del(ia->ia_ifp, ifa);
	TAILQ_REMOVE(&in6_ifaddrlist, ia, ia_list);
	TAILQ_FOREACH(other, &in6_ifaddrlist, ia_list)
		if (other->ia6_public == ia)
			other->ia6_public = NULL;
	ia->ia6_solicited = NULL;
	if (group != NULL)
		in6_delmulti(group);
	ia->ia_ifp = NULL;
	ifafree(ifa);
}

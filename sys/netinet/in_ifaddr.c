/*
 * IPv4 addresses of interfaces: finding them, and the routes and memberships
 * that come and go with them.
 *
 *	address		route to itself (RTF_LOCAL), by way of lo
 *	network		cloning route (RTF_CONNECTED), unless /32
 *	broadcast	host route (RTF_BROADCAST)
 *	far end		host route, on point-to-point links
 *
 * A packet's destination is looked up in two hash tables, by address and by
 * broadcast address; their key is secret.
 *
 * Everything here is protected by the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/socket.h>
#include <sys/sockio.h>

#include <net/if.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/in.h>
#include <netinet/if_ether.h>
#include <netinet/in_var.h>

#define IN_IFADDR_HASHSIZE	256

#define IA_HASHED	1
#define IA_BHASHED	2

LIST_HEAD(in_ifaddrhash, in_ifaddr);

struct in_ifaddrhead		in_ifaddrlist =
				    TAILQ_HEAD_INITIALIZER(in_ifaddrlist);
static struct in_ifaddrhash	in_ifaddrtbl[IN_IFADDR_HASHSIZE];
static struct in_ifaddrhash	in_bcasttbl[IN_IFADDR_HASHSIZE];
static uint64_t			in_ifaddrkey[2];

/* Prepare the tables and tell the link layers of this family. */
void
in_init(void)
{
	arc4random_buf(in_ifaddrkey, sizeof(in_ifaddrkey));
	if_register_detach(AF_INET, in_ifdetach);
}

static u_int
in_ifaddr_bucket(struct in_addr addr, u_int rdomain)
{
	return (in_hash(in_ifaddrkey, addr.s_addr, rdomain) %
	    IN_IFADDR_HASHSIZE);
}

/* Our address addr in the routing domain of a table, or NULL. */
struct in_ifaddr *
in_ifaddr_lookup(struct in_addr addr, u_int rtableid)
{
	struct in_ifaddr	*ia;
	u_int			 rdomain = rtable_l2(rtableid);

	LIST_FOREACH(ia, &in_ifaddrtbl[in_ifaddr_bucket(addr, rdomain)],
	    ia_hash)
		if (ia->ia_addr.sin_addr.s_addr == addr.s_addr &&
		    ia->ia_ifp->if_rdomain == rdomain)
			return (ia);
	return (NULL);
}

/*
 * The address whose network addr is the broadcast address of, in the routing
 * domain of a table, or NULL.
 */
struct in_ifaddr *
in_bcast_lookup(struct in_addr addr, u_int rtableid)
{
	struct in_ifaddr	*ia;
	u_int			 rdomain = rtable_l2(rtableid);

	LIST_FOREACH(ia, &in_bcasttbl[in_ifaddr_bucket(addr, rdomain)],
	    ia_bhash)
		if (ia->ia_broadaddr.sin_addr.s_addr == addr.s_addr &&
		    ia->ia_ifp->if_rdomain == rdomain)
			return (ia);
	return (NULL);
}

/* Is addr a broadcast address, of all networks or of one of ours? */
int
in_broadcast(struct in_addr addr, u_int rtableid)
{
	return (addr.s_addr == INADDR_BROADCAST ||
	    addr.s_addr == INADDR_ANY ||
	    in_bcast_lookup(addr, rtableid) != NULL);
}

/* The first address of an interface, or NULL. */
struct in_ifaddr *
in_ifp2ia(struct ifnet *ifp)
{
	struct ifaddr	*ifa;

	TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list)
		if (ifa->ifa_addr->sa_family == AF_INET)
			return (ifatoia(ifa));
	return (NULL);
}

/*
 * The address that an interface would use to talk to dst: one whose network
 * dst is on, else the first; NULL when it has none.
 */
struct in_ifaddr *
in_ia4dst(struct ifnet *ifp, struct in_addr dst)
{
	struct in_ifaddr	*ia, *first = NULL;
	struct ifaddr		*ifa;

	TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list) {
		if (ifa->ifa_addr->sa_family != AF_INET)
			continue;
		ia = ifatoia(ifa);
		if (first == NULL)
			first = ia;
		if ((dst.s_addr & ia->ia_netmask) == ia->ia_net)
			return (ia);
	}
	return (first);
}

/* Put an address where it is found, once it and its network are known. */
void
in_ifaddr_hash(struct in_ifaddr *ia)
{
	u_int	 rdomain = ia->ia_ifp->if_rdomain;

	if (!(ia->ia_hashed & IA_HASHED)) {
		LIST_INSERT_HEAD(&in_ifaddrtbl[in_ifaddr_bucket(
		    ia->ia_addr.sin_addr, rdomain)], ia, ia_hash);
		ia->ia_hashed |= IA_HASHED;
	}
	if (!(ia->ia_hashed & IA_BHASHED) &&
	    (ia->ia_ifp->if_flags & IFF_BROADCAST) &&
	    ia->ia_broadaddr.sin_addr.s_addr != INADDR_ANY) {
		LIST_INSERT_HEAD(&in_bcasttbl[in_ifaddr_bucket(
		    ia->ia_broadaddr.sin_addr, rdomain)], ia, ia_bhash);
		ia->ia_hashed |= IA_BHASHED;
	}
}

static void
in_ifaddr_unhash(struct in_ifaddr *ia)
{
	if (ia->ia_hashed & IA_HASHED)
		LIST_REMOVE(ia, ia_hash);
	if (ia->ia_hashed & IA_BHASHED)
		LIST_REMOVE(ia, ia_bhash);
	ia->ia_hashed = 0;
}

/* A new address of an interface, on its list, without a value yet. */
struct in_ifaddr *
in_ifaddr_create(struct ifnet *ifp)
{
	struct in_ifaddr	*ia;

	ia = malloc(sizeof(*ia), M_IFADDR, M_WAITOK | M_ZERO);
	refcnt_init(&ia->ia_ifa.ifa_refcnt);
	ia->ia_addr.sin_family = AF_INET;
	ia->ia_addr.sin_len = sizeof(ia->ia_addr);
	ia->ia_ifa.ifa_size = sizeof(*ia);
	ia->ia_ifa.ifa_addr = sintosa(&ia->ia_addr);
	ia->ia_ifa.ifa_dstaddr = sintosa(&ia->ia_dstaddr);
	ia->ia_ifa.ifa_netmask = sintosa(&ia->ia_sockmask);
	ia->ia_sockmask.sin_len = 8;
	if (ifp->if_flags & IFF_BROADCAST) {
		ia->ia_broadaddr.sin_len = sizeof(ia->ia_broadaddr);
		ia->ia_broadaddr.sin_family = AF_INET;
	}
	ia->ia_ifp = ifp;
	return (ia);
}

/*
 * Add the routes of an address's network; 0 or errno.  A network that is
 * one address has only that one's own.
 */
int
in_insert_prefix(struct in_ifaddr *ia)
{
	struct ifaddr	*ifa = &ia->ia_ifa;
	struct ifnet	*ifp = ia->ia_ifp;
	int		 error, flags = RTF_CONNECTED | RTF_MPATH;

	if (ia->ia_flags & IFA_ROUTE)
		return (0);
	if (ifp->if_flags & IFF_LOOPBACK) {
		ia->ia_dstaddr = ia->ia_addr;
		error = 0;
	} else if (ifp->if_flags & IFF_POINTOPOINT) {
		if (ia->ia_dstaddr.sin_family != AF_INET)
			return (0);
		error = rt_ifa_add(ifa, flags | RTF_HOST, ifa->ifa_dstaddr,
		    ifp->if_rdomain);
	} else if (ia->ia_netmask == INADDR_BROADCAST)
		return (0);
	else {
		error = rt_ifa_add(ifa, flags | RTF_CLONING, ifa->ifa_addr,
		    ifp->if_rdomain);
		if (error == 0 &&
		    ia->ia_broadaddr.sin_addr.s_addr != INADDR_ANY)
			error = rt_ifa_add(ifa, RTF_HOST | RTF_BROADCAST |
			    RTF_MPATH, ifa->ifa_broadaddr, ifp->if_rdomain);
	}
	if (error == 0)
		ia->ia_flags |= IFA_ROUTE;
	return (error);
}

/* Take the routes of an address's network away. */
void
in_remove_prefix(struct in_ifaddr *ia)
{
	struct ifaddr	*ifa = &ia->ia_ifa;
	struct ifnet	*ifp = ia->ia_ifp;

	if (!(ia->ia_flags & IFA_ROUTE))
		return;
	if (ifp->if_flags & IFF_LOOPBACK)
		;
	else if (ifp->if_flags & IFF_POINTOPOINT)
		rt_ifa_del(ifa, RTF_HOST | RTF_CONNECTED, ifa->ifa_dstaddr,
		    ifp->if_rdomain);
	else {
		rt_ifa_del(ifa, RTF_CONNECTED | RTF_CLONING, ifa->ifa_addr,
		    ifp->if_rdomain);
		if (ia->ia_broadaddr.sin_addr.s_addr != INADDR_ANY)
			rt_ifa_del(ifa, RTF_HOST | RTF_BROADCAST,
			    ifa->ifa_broadaddr, ifp->if_rdomain);
	}
	ia->ia_flags &= ~IFA_ROUTE;
}

/* Take an address out of service: its routes and hash entries. */
void
in_ifscrub(struct ifnet *ifp, struct in_ifaddr *ia)
{
	in_remove_prefix(ia);
	if (ia->ia_hashed & IA_HASHED)
		rt_ifa_dellocal(&ia->ia_ifa);
	in_ifaddr_unhash(ia);
}

/* Network, mask and broadcast address, from the address and its mask. */
static void
in_ifaddr_derive(struct ifnet *ifp, struct in_ifaddr *ia)
{
	ia->ia_netmask = ia->ia_sockmask.sin_addr.s_addr;
	ia->ia_net = ia->ia_addr.sin_addr.s_addr & ia->ia_netmask;
	ia->ia_ifa.ifa_metric = ifp->if_metric;
	ia->ia_netbroadcast.s_addr = INADDR_ANY;
	if (!(ifp->if_flags & IFF_BROADCAST))
		return;
	/* RFC 3021: a network of two addresses has no broadcast. */
	if (ntohl(ia->ia_netmask) >= 0xfffffffeU) {
		ia->ia_broadaddr.sin_addr.s_addr = INADDR_ANY;
		return;
	}
	ia->ia_netbroadcast.s_addr = ia->ia_net | ~ia->ia_netmask;
	if (ia->ia_broadaddr.sin_addr.s_addr == INADDR_ANY)
		ia->ia_broadaddr.sin_addr = ia->ia_netbroadcast;
}

/*
 * Give an address its value sin and put it into service: routes, the group
 * of all hosts, an announcement on the link.  newaddr says that it is not on
 * the interface's list yet.  0, EEXIST when the address is in use in this
 * routing domain already, or the driver's or routing table's errno; then
 * nothing has changed but that an old address is out of service.
 */
int
in_ifinit(struct ifnet *ifp, struct in_ifaddr *ia,
    const struct sockaddr_in *sin, int newaddr)
{
	struct in_ifaddr	*other;
	struct in_addr		 allhosts;
	int			 error;

	other = in_ifaddr_lookup(sin->sin_addr, ifp->if_rdomain);
	if (other != NULL && other != ia)
		return (EEXIST);
	if (!newaddr)
		in_ifscrub(ifp, ia);
	ia->ia_addr = *sin;
	ia->ia_addr.sin_len = sizeof(ia->ia_addr);
	ia->ia_addr.sin_family = AF_INET;
	ia->ia_addr.sin_port = 0;
	in_ifaddr_derive(ifp, ia);
	if (newaddr) {
		ifa_add(ifp, &ia->ia_ifa);
		TAILQ_INSERT_TAIL(&in_ifaddrlist, ia, ia_list);
	}
	/* The driver brings the interface up. */
	error = ifp->if_ioctl(ifp, SIOCSIFADDR, (caddr_t)ia);
	if (error == ENOTTY || error == EOPNOTSUPP)
		error = 0;
	if (error == 0)
		error = rt_ifa_addlocal(&ia->ia_ifa);
	if (error != 0)
		goto bad;
	in_ifaddr_hash(ia);
	if ((error = in_insert_prefix(ia)) != 0)
		goto bad;
	if ((ifp->if_flags & IFF_MULTICAST) && ia->ia_allhosts == NULL) {
		allhosts.s_addr = htonl(INADDR_ALLHOSTS_GROUP);
		ia->ia_allhosts = in_addmulti(&allhosts, ifp);
	}
	if (ifp->if_type == IFT_ETHER)
		arp_ifinit(ifp, &ia->ia_ifa);
	return (0);
bad:
	in_ifscrub(ifp, ia);
	if (newaddr) {
		ifa_del(ifp, &ia->ia_ifa);
		TAILQ_REMOVE(&in_ifaddrlist, ia, ia_list);
	}
	return (error);
}

/* Remove an address of an interface, and all that depends on it. */
void
in_purgeaddr(struct ifaddr *ifa)
{
	struct in_ifaddr	*ia = ifatoia(ifa);
	struct ifnet		*ifp = ia->ia_ifp;
	struct in_multi		*allhosts = ia->ia_allhosts;

	in_ifscrub(ifp, ia);
	rt_ifa_purge(ifa);
	ifa_del(ifp, ifa);
	TAILQ_REMOVE(&in_ifaddrlist, ia, ia_list);
	ia->ia_allhosts = NULL;
	if (allhosts != NULL)
		in_delmulti(allhosts);
	ia->ia_ifp = NULL;
	ifafree(ifa);
}

/*
 * An interface goes away or changes its routing domain: remove its
 * addresses, and disable the memberships that sockets still hold.
 */
void
in_ifdetach(struct ifnet *ifp)
{
	struct ifaddr	*ifa, *next;

	for (ifa = TAILQ_FIRST(&ifp->if_addrlist); ifa != NULL; ifa = next) {
		next = TAILQ_NEXT(ifa, ifa_list);
		if (ifa->ifa_addr->sa_family != AF_INET)
			continue;
		in_purgeaddr(ifa);
		if_addrhooks_run(ifp);
	}
	in_multi_detach(ifp);
}

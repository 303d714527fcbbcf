/*
 * Addresses of interfaces: their list, and finding one.
 *
 * Everything here needs the net lock.
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/socket.h>
#include <sys/systm.h>

#include <net/if_var.h>
#include <net/if_dl.h>
#include <net/route.h>
#include <net/rtable.h>

/*
 * Append an address to its interface's list, with a reference.
 */
void
ifa_add(struct ifnet *ifp, struct ifaddr *ifa)
{
	NET_ASSERT_LOCKED();
	ifaref(ifa);
	TAILQ_INSERT_TAIL(&ifp->if_addrlist, ifa, ifa_list);
}

/*
 * Take it off, and give that reference back.
 */
void
ifa_del(struct ifnet *ifp, struct ifaddr *ifa)
{
	NET_ASSERT_LOCKED();
	TAILQ_REMOVE(&ifp->if_addrlist, ifa, ifa_list);
	ifafree(ifa);
}

/*
 * Take a reference; returns the address.
 */
struct ifaddr *
ifaref(struct ifaddr *ifa)
{
	refcnt_take(&ifa->ifa_refcnt);
	return (ifa);
}

/*
 * Give a reference back; the last one frees the address as its owner said.
 */
void
ifafree(struct ifaddr *ifa)
{
	if (refcnt_rele(&ifa->ifa_refcnt) == 0)
		return;
	if (ifa->ifa_free != NULL)
		(*ifa->ifa_free)(ifa);
	else
		free(ifa, M_IFADDR, ifa->ifa_size);
}

/* Are two addresses of a family the same, whatever else is in them? */
static int
ifa_equal(const struct sockaddr *a, const struct sockaddr *b)
{
	if (a->sa_family != b->sa_family)
		return (0);
	switch (a->sa_family) {
	case AF_INET:
		return (memcmp((const char *)a + 4, (const char *)b + 4,
		    4) == 0);
	case AF_INET6:
		/* Address and scope. */
		return (memcmp((const char *)a + 8, (const char *)b + 8,
		    20) == 0);
	default:
		return (a->sa_len == b->sa_len &&
		    memcmp(a, b, a->sa_len) == 0);
	}
}

/*
 * The address of ours that is addr, in a routing domain; or NULL.
 */
struct ifaddr *
ifa_ifwithaddr(const struct sockaddr *addr, u_int rdomain)
{
	struct ifaddr *ifa;
	struct ifnet *ifp;

	rdomain = rtable_l2(rdomain);
	TAILQ_FOREACH(ifp, &ifnetlist, if_list) {
		if (ifp->if_rdomain != rdomain)
			continue;
		TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list) {
			if (ifa_equal(addr, ifa->ifa_addr))
				return (ifa);
		}
	}
	return (NULL);
}

/*
 * The address of ours whose point-to-point link ends at addr; or NULL.
 */
struct ifaddr *
ifa_ifwithdstaddr(const struct sockaddr *addr, u_int rdomain)
{
	struct ifaddr *ifa;
	struct ifnet *ifp;

	rdomain = rtable_l2(rdomain);
	TAILQ_FOREACH(ifp, &ifnetlist, if_list) {
		if (ifp->if_rdomain != rdomain ||
		    !ISSET(ifp->if_flags, IFF_POINTOPOINT))
			continue;
		TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list) {
			if (ifa->ifa_dstaddr != NULL &&
			    ifa_equal(addr, ifa->ifa_dstaddr))
				return (ifa);
		}
	}
	return (NULL);
}

/*
 * The address of ours whose network is addr's, by the routing table; NULL
 * when addr is not on one of our links.
 */
struct ifaddr *
ifa_ifwithnet(const struct sockaddr *addr, u_int rdomain)
{
	struct rtentry *rt;

	if (!rtable_sockaddr_ok(addr))
		return (NULL);
	rt = rtalloc_noref(addr, NULL, 0, rtable_l2(rdomain));
	if (rt == NULL || ISSET(rt->rt_flags, RTF_GATEWAY))
		return (NULL);
	return (rt->rt_ifa);
}

/* Does the network of ifa hold addr, which is of the same family? */
static int
ifa_holds(const struct ifaddr *ifa, const struct sockaddr *addr)
{
	const uint8_t *a, *b, *end, *m;
	size_t off;

	off = addr->sa_family == AF_INET ? 4 : 8;
	a = (const uint8_t *)addr + off;
	b = (const uint8_t *)ifa->ifa_addr + off;
	m = (const uint8_t *)ifa->ifa_netmask + off;
	end = (const uint8_t *)ifa->ifa_netmask + MIN(ifa->ifa_netmask->sa_len,
	    addr->sa_family == AF_INET ? 8 : 24);
	for (; m < end; a++, b++, m++) {
		if ((*a ^ *b) & *m)
			return (0);
	}
	return (1);
}

/*
 * The address of ifp that fits addr best: the same, the other end of a link,
 * one whose network holds it, or any of its family.  NULL if there is none.
 */
struct ifaddr *
ifaof_ifpforaddr(const struct sockaddr *addr, struct ifnet *ifp)
{
	struct ifaddr *any = NULL, *ifa;

	if (!rtable_sockaddr_ok(addr))
		return (NULL);
	TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list) {
		if (ifa->ifa_addr->sa_family != addr->sa_family)
			continue;
		if (any == NULL)
			any = ifa;
		if (ifa_equal(addr, ifa->ifa_addr) ||
		    (ifa->ifa_dstaddr != NULL &&
		    ifa_equal(addr, ifa->ifa_dstaddr)))
			return (ifa);
		if (ifa->ifa_netmask == NULL ||
		    ISSET(ifp->if_flags, IFF_POINTOPOINT))
			continue;
		if (ifa_holds(ifa, addr))
			return (ifa);
	}
	return (any);
}

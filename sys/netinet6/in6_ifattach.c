/*
 * Interfaces begin and cease to speak IPv6: link-local addresses (RFC 4862
 * 5.3), interface identifiers (RFC 4291 appendix A, RFC 7217), and the groups
 * and routes of every interface.
 *
 * Everything here is protected by the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/socket.h>

#include <crypto/blake2s.h>

#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/if_ether.h>
#include <netinet/ip6.h>
#include <netinet6/in6.h>
#include <netinet6/in6_ifattach.h>
#include <netinet6/in6_var.h>
#include <netinet6/nd6.h>

uint8_t	ip6_soiikey[IP6_SOIIKEY_LEN];	/* sysctl; all 0: none is set */

/* Does the interface speak IPv6? */
int
in6_attached(const struct ifnet *ifp)
{
	return (ifp->if_afdata[AF_INET6] != NULL);
}

/* RFC 7217: stable, but of this network only. */
static void
in6_ifid_soii(struct ifnet *ifp, struct in6_addr *in6)
{
	struct blake2s_state	 st;
	uint8_t			 out[BLAKE2S_HASH_SIZE];

	blake2s_init_key(&st, sizeof(out), ip6_soiikey, sizeof(ip6_soiikey));
	blake2s_update(&st, in6->s6_addr, 8);
	if (ifp->if_sadl != NULL)
		blake2s_update(&st, (const uint8_t *)LLADDR(ifp->if_sadl),
		    ifp->if_sadl->sdl_alen);
	blake2s_update(&st, (const uint8_t *)ifp->if_xname,
	    strlen(ifp->if_xname));
	blake2s_final(&st, out);
	memcpy(&in6->s6_addr[8], out, 8);
}

/* The link address with ff:fe in its middle, and the u bit turned over. */
static int
in6_ifid_eui64(struct ifnet *ifp, struct in6_addr *in6)
{
	const uint8_t	*lladdr;

	if (ifp->if_sadl == NULL || ifp->if_sadl->sdl_alen != ETHER_ADDR_LEN)
		return (0);
	lladdr = (const uint8_t *)LLADDR(ifp->if_sadl);
	if (ETHER_IS_ANYADDR(lladdr))
		return (0);
	memcpy(&in6->s6_addr[8], lladdr, 3);
	in6->s6_addr[11] = 0xff;
	in6->s6_addr[12] = 0xfe;
	memcpy(&in6->s6_addr[13], lladdr + 3, 3);
	in6->s6_addr[8] ^= 0x02;
	return (1);
}

/*
 * Set the interface identifier, the last 64 bits, of an address whose prefix
 * is set: opaque when there is a key and the interface allows it, else from
 * the link address, else from that of another interface, else random.
 */
void
in6_ifid(struct ifnet *ifp, struct in6_addr *in6)
{
	static const uint8_t	 nokey[IP6_SOIIKEY_LEN];
	struct ifnet		*other;

	if (!(ifp->if_xflags & IFXF_INET6_NOSOII) &&
	    memcmp(ip6_soiikey, nokey, sizeof(nokey)) != 0) {
		in6_ifid_soii(ifp, in6);
		return;
	}
	if (in6_ifid_eui64(ifp, in6))
		return;
	TAILQ_FOREACH(other, &ifnetlist, if_list)
		if (in6_ifid_eui64(other, in6))
			return;
	arc4random_buf(&in6->s6_addr[8], 8);
	in6->s6_addr[8] &= ~0x02;
}

/* Give the interface an address that nobody asked for by name. */
static int
in6_ifattach_addr(struct ifnet *ifp, const struct in6_addr *addr, int plen)
{
	struct in6_aliasreq	 ifra;

	if (in6_ifpwithaddr(ifp, addr) != NULL)
		return (0);
	memset(&ifra, 0, sizeof(ifra));
	in6_sin6(&ifra.ifra_addr, addr);
	in6_sin6(&ifra.ifra_prefixmask, &in6addr_any);
	in6_prefixlen2mask(&ifra.ifra_prefixmask.sin6_addr, plen);
	ifra.ifra_lifetime.ia6t_vltime = ND6_INFINITE_LIFETIME;
	ifra.ifra_lifetime.ia6t_pltime = ND6_INFINITE_LIFETIME;
	return (in6_update_ifa(ifp, &ifra, NULL));
}

static int
in6_ifattach_linklocal(struct ifnet *ifp)
{
	struct in6_addr	 addr;

	if (in6_ifpforlinklocal(ifp, 0) != NULL)
		return (0);
	memset(&addr, 0, sizeof(addr));
	addr.s6_addr16[0] = htons(0xfe80);
	if (ifp->if_flags & IFF_LOOPBACK)
		addr.s6_addr[15] = 1;
	else
		in6_ifid(ifp, &addr);
	in6_scope_set(&addr, ifp->if_index);
	return (in6_ifattach_addr(ifp, &addr, 64));
}

/*
 * Groups whose members are on one link are reached by its interface: routes
 * ff01::%if/32 and ff02::%if/32 that belong to an address of it.
 */
static void
in6_mcastroute(struct ifnet *ifp, u_int scope)
{
	struct in6_ifaddr	*ia;
	struct sockaddr_in6	 dst, mask;
	struct rt_addrinfo	 info;
	struct rtentry		*rt;

	if ((ia = in6_ifpforlinklocal(ifp, 0)) == NULL)
		return;
	in6_sin6(&dst, &in6addr_any);
	dst.sin6_addr.s6_addr16[0] = htons(0xff00 | scope);
	in6_scope_set(&dst.sin6_addr, ifp->if_index);
	in6_sin6(&mask, &in6addr_any);
	in6_prefixlen2mask(&mask.sin6_addr, 32);
	memset(&info, 0, sizeof(info));
	info.rti_ifa = &ia->ia_ifa;
	info.rti_flags = RTF_MULTICAST | RTF_CONNECTED;
	info.rti_info[RTAX_DST] = sin6tosa(&dst);
	info.rti_info[RTAX_NETMASK] = sin6tosa(&mask);
	info.rti_info[RTAX_GATEWAY] = ia->ia_ifa.ifa_addr;
	if (rtrequest(RTM_ADD, &info, RTP_CONNECTED, &rt,
	    ifp->if_rdomain) == 0) {
		rtm_send(rt, RTM_ADD, 0, ifp->if_rdomain);
		rtfree(rt);
	}
}

/*
 * Make an interface speak IPv6, unless it does: link-local address, group of
 * all nodes, routes of multicasts; lo has ::1 as well.  0 or errno (ENOBUFS,
 * EINVAL when the link's MTU is too small, or in6_update_ifa()'s).
 */
int
in6_ifattach(struct ifnet *ifp)
{
	struct in6_ifextra	*ife = ifp->if_afdata[AF_INET6];
	int			 error;

	if (ifp->if_mtu < IPV6_MMTU)
		return (EINVAL);
	if (ife == NULL) {
		ife = malloc(sizeof(*ife), M_IFADDR, M_NOWAIT | M_ZERO);
		if (ife == NULL)
			return (ENOBUFS);
		ife->ife_nd = malloc(sizeof(*ife->ife_nd), M_IFADDR,
		    M_NOWAIT | M_ZERO);
		if (ife->ife_nd == NULL) {
			free(ife, M_IFADDR, sizeof(*ife));
			return (ENOBUFS);
		}
		nd6_ifattach(ifp, ife->ife_nd);
		ifp->if_afdata[AF_INET6] = ife;
	}
	if ((ifp->if_flags & IFF_MULTICAST) && ife->ife_allnodes == NULL)
		ife->ife_allnodes = in6_addmulti(&in6addr_linklocal_allnodes,
		    ifp);
	if (ifp->if_index == rtable_loindex(ifp->if_rdomain) &&
	    (error = in6_ifattach_addr(ifp, &in6addr_loopback, 128)) != 0)
		return (error);
	if ((error = in6_ifattach_linklocal(ifp)) != 0)
		return (error);
	if (ifp->if_flags & IFF_MULTICAST) {
		in6_mcastroute(ifp, IPV6_ADDR_SCOPE_INTFACELOCAL);
		in6_mcastroute(ifp, IPV6_ADDR_SCOPE_LINKLOCAL);
	}
	return (0);
}

/*
 * An interface goes away, changes its routing domain, or is to forget IPv6:
 * its addresses go, and what was learnt of routers; memberships that sockets
 * still hold are disabled.
 */
void
in6_ifdetach(struct ifnet *ifp)
{
	struct in6_ifextra	*ife = ifp->if_afdata[AF_INET6];
	struct ifaddr		*ifa, *next;

	nd6_rtr_detach(ifp);
	for (ifa = TAILQ_FIRST(&ifp->if_addrlist); ifa != NULL; ifa = next) {
		next = TAILQ_NEXT(ifa, ifa_list);
		if (ifa->ifa_addr->sa_family != AF_INET6)
			continue;
		in6_purgeaddr(ifa);
		if_addrhooks_run(ifp);
	}
	if (ife != NULL) {
		if (ife->ife_allnodes != NULL)
			in6_delmulti(ife->ife_allnodes);
		ifp->if_afdata[AF_INET6] = NULL;
		free(ife->ife_nd, M_IFADDR, sizeof(*ife->ife_nd));
		free(ife, M_IFADDR, sizeof(*ife));
	}
	in6_multi_detach(ifp);
}

/*
 * Ioctls on IPv6 addresses of interfaces, and small helpers.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/sockio.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/nd6.h>

const struct in6_addr	in6addr_any = IN6ADDR_ANY_INIT;
const struct in6_addr	in6addr_loopback = IN6ADDR_LOOPBACK_INIT;
const struct in6_addr	in6addr_linklocal_allnodes =
	{ { { 0xff, 0x02, [15] = 0x01 } } };
const struct in6_addr	in6addr_linklocal_allrouters =
	{ { { 0xff, 0x02, [15] = 0x02 } } };
const struct in6_addr	in6addr_linklocal_allmldv2 =
	{ { { 0xff, 0x02, [15] = 0x16 } } };
const struct in6_addr	in6mask64 =
	{ { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } } };
const struct in6_addr	in6mask128 =
	{ { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } } };

/* Fill in a whole sockaddr of an address, which has its scope. */
void
in6_sin6(struct sockaddr_in6 *sin6, const struct in6_addr *addr)
{
	memset(sin6, 0, sizeof(*sin6));
	sin6->sin6_len = sizeof(*sin6);
	sin6->sin6_family = AF_INET6;
	sin6->sin6_addr = *addr;
}

/*
 * Prefix length of a mask of which the bytes before lim (NULL: all) are
 * there; -1 when it has holes.
 */
int
in6_mask2len(const struct in6_addr *mask, const u_char *lim)
{
	const u_char	*p = mask->s6_addr, *end = p + sizeof(*mask);
	int		 len = 0;
	u_char		 b;

	if (lim == NULL || lim > end)
		lim = end;
	for (; p < lim && *p == 0xff; p++)
		len += 8;
	if (p < lim) {
		for (b = *p; b & 0x80; b <<= 1)
			len++;
		if (b != 0)
			return (-1);
		for (p++; p < lim; p++)
			if (*p != 0)
				return (-1);
	}
	return (len);
}

/* The mask of a prefix length from 0 to 128. */
void
in6_prefixlen2mask(struct in6_addr *mask, int len)
{
	int	 i;

	memset(mask, 0, sizeof(*mask));
	for (i = 0; i < len / 8; i++)
		mask->s6_addr[i] = 0xff;
	if (len % 8)
		mask->s6_addr[i] = 0xff << (8 - len % 8);
}

/* Leading bits that two addresses have in common. */
int
in6_matchlen(const struct in6_addr *a, const struct in6_addr *b)
{
	int	 i, n;
	u_char	 x;

	for (i = n = 0; i < 16; i++, n += 8)
		if ((x = a->s6_addr[i] ^ b->s6_addr[i]) != 0) {
			for (; !(x & 0x80); x <<= 1)
				n++;
			break;
		}
	return (n);
}

/* Do two addresses agree in their first len bits? */
int
in6_are_prefix_equal(const struct in6_addr *a, const struct in6_addr *b,
    int len)
{
	return (in6_matchlen(a, b) >= len);
}

/*
 * How far an address reaches, as IPV6_ADDR_SCOPE_*: of a group what it says,
 * else as RFC 6724 3.1 has it.
 */
int
in6_addrscope(const struct in6_addr *a)
{
	if (IN6_IS_ADDR_MULTICAST(a))
		return (IPV6_ADDR_MC_SCOPE(a));
	if (IN6_IS_ADDR_LINKLOCAL(a) || IN6_IS_ADDR_LOOPBACK(a))
		return (IPV6_ADDR_SCOPE_LINKLOCAL);
	if (IN6_IS_ADDR_SITELOCAL(a))
		return (IPV6_ADDR_SCOPE_SITELOCAL);
	return (IPV6_ADDR_SCOPE_GLOBAL);
}

/* The longest run of at least two zero words: its start, or -1. */
static int
ntop6_zeros(const struct in6_addr *a, int *lenp)
{
	int	 best = -1, bestlen = 1, i, j;

	for (i = 0; i < 8; i = j + 1) {
		for (j = i; j < 8 && a->s6_addr16[j] == 0; j++)
			;
		if (j - i > bestlen) {
			best = i;
			bestlen = j - i;
		}
	}
	*lenp = bestlen;
	return (best);
}

/* Print an address (RFC 5952) into buf, of INET6_ADDRSTRLEN bytes. */
const char *
inet_ntop6(const struct in6_addr *a, char *buf, size_t len)
{
	size_t	 n = 0;
	int	 zeros, nzeros, i;

	zeros = ntop6_zeros(a, &nzeros);
	buf[0] = '\0';
	for (i = 0; i < 8 && n < len; i++) {
		if (i == zeros) {
			n += snprintf(buf + n, len - n, "::");
			i += nzeros - 1;
			continue;
		}
		n += snprintf(buf + n, len - n, "%s%x",
		    i == 0 || i == zeros + nzeros ? "" : ":",
		    ntohs(a->s6_addr16[i]));
	}
	return (buf);
}

/*
 * The pru_control of IPv6 sockets: an ioctl on an interface's addresses.
 * Changing them needs a socket that the super-user opened.  EOPNOTSUPP for
 * what is not the family's, so that the driver is asked.
 */
int
in6_control(struct socket *so, u_long cmd, caddr_t data, struct ifnet *ifp)
{
	return (in6_ioctl(cmd, data, ifp, (so->so_state & SS_PRIV) != 0));
}

/* The address that a request names. */
static struct in6_ifaddr *
in6_ioctl_lookup(const struct sockaddr_in6 *sin6, struct ifnet *ifp)
{
	struct in6_addr	 addr;

	if (sin6->sin6_family != AF_INET6 || sin6->sin6_len != sizeof(*sin6) ||
	    in6_embedscope(&addr, sin6, ifp->if_index) != 0)
		return (NULL);
	return (in6_ifpwithaddr(ifp, &addr));
}

static int
in6_ioctl_get(u_long cmd, caddr_t data, struct ifnet *ifp)
{
	struct in6_ifreq	*ifr = (struct in6_ifreq *)data;
	struct in6_ifaddr	*ia;

	if (ifr->ifr_ifru.ifru_addr.sin6_family != AF_INET6)
		return (EAFNOSUPPORT);
	ia = in6_ioctl_lookup(&ifr->ifr_ifru.ifru_addr, ifp);
	if (ia == NULL)
		return (EADDRNOTAVAIL);
	switch (cmd) {
	case SIOCGIFADDR_IN6:
		ifr->ifr_ifru.ifru_addr = ia->ia_addr;
		return (0);
	case SIOCGIFDSTADDR_IN6:
		if (!(ifp->if_flags & IFF_POINTOPOINT))
			return (EINVAL);
		ifr->ifr_ifru.ifru_dstaddr = ia->ia_dstaddr;
		return (0);
	case SIOCGIFNETMASK_IN6:
		ifr->ifr_ifru.ifru_addr = ia->ia_prefixmask;
		return (0);
	case SIOCGIFAFLAG_IN6:
		ifr->ifr_flags6 = ia->ia6_flags;
		return (0);
	default:	/* SIOCGIFALIFETIME_IN6 */
		ifr->ifr_lifetime = ia->ia6_lifetime;
		return (0);
	}
}

/* SIOCAIFADDR_IN6: speak IPv6; add an address, or change one. */
static int
in6_ioctl_alias(caddr_t data, struct ifnet *ifp)
{
	struct in6_aliasreq	*ifra = (struct in6_aliasreq *)data;
	struct sockaddr_in6	*sin6 = &ifra->ifra_addr;
	struct in6_addr		 addr;
	int			 error;

	if (sin6->sin6_family == AF_UNSPEC)
		return (in6_ifattach(ifp));
	if (sin6->sin6_family != AF_INET6 || sin6->sin6_len != sizeof(*sin6))
		return (EAFNOSUPPORT);
	if ((ifra->ifra_flags & ~(IN6_IFF_ANYCAST | IN6_IFF_NODAD)) != 0)
		return (EINVAL);
	if ((error = in6_embedscope(&addr, sin6, ifp->if_index)) != 0)
		return (error);
	if (IN6_IS_ADDR_LINKLOCAL(&addr) &&
	    in6_scope_get(&addr) != ifp->if_index)
		return (EINVAL);
	sin6->sin6_addr = addr;
	sin6->sin6_scope_id = 0;
	if (IN6_IS_ADDR_UNSPECIFIED(&addr))
		return (in6_ifattach(ifp));
	if ((error = in6_ifattach(ifp)) != 0 ||
	    (error = in6_update_ifa(ifp, ifra, NULL)) != 0)
		return (error);
	if_addrhooks_run(ifp);
	return (0);
}

/* SIOCDIFADDR_IN6: remove the named address. */
static int
in6_ioctl_delete(caddr_t data, struct ifnet *ifp)
{
	struct in6_ifreq	*ifr = (struct in6_ifreq *)data;
	struct in6_ifaddr	*ia;

	ia = in6_ioctl_lookup(&ifr->ifr_ifru.ifru_addr, ifp);
	if (ia == NULL)
		return (EADDRNOTAVAIL);
	in6_purgeaddr(&ia->ia_ifa);
	if_addrhooks_run(ifp);
	return (0);
}

/*
 * The same for callers without a socket.  Errors: EPERM, ENXIO without an
 * interface, EINVAL, EADDRNOTAVAIL, EAFNOSUPPORT, EEXIST, EOPNOTSUPP.
 */
int
in6_ioctl(u_long cmd, caddr_t data, struct ifnet *ifp, int privileged)
{
	switch (cmd) {
	case SIOCGIFADDR_IN6:
	case SIOCGIFDSTADDR_IN6:
	case SIOCGIFNETMASK_IN6:
	case SIOCGIFAFLAG_IN6:
	case SIOCGIFALIFETIME_IN6:
		return (ifp == NULL ? ENXIO : in6_ioctl_get(cmd, data, ifp));
	case SIOCGIFINFO_IN6:
	case SIOCGNBRINFO_IN6:
		return (ifp == NULL ? ENXIO : nd6_ioctl(cmd, data, ifp));
	case SIOCAIFADDR_IN6:
	case SIOCDIFADDR_IN6:
		break;
	default:
		return (EOPNOTSUPP);
	}
	if (!privileged)
		return (EPERM);
	if (ifp == NULL)
		return (ENXIO);
	return (cmd == SIOCAIFADDR_IN6 ? in6_ioctl_alias(data, ifp) :
	    in6_ioctl_delete(data, ifp));
}

/*
 * Ioctls on IPv4 addresses of interfaces, and small helpers.
 *
 * SIOCAIFADDR and SIOCDIFADDR add and remove one of many addresses; the
 * older SIOCSIF* change the first, whose mask they derive from its class.
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

#include <netinet/in.h>
#include <netinet/in_var.h>

/*
 * May a packet with this source or destination be passed on?  Not this
 * network, loopback, or classes without a meaning (RFC 1812 5.3.7).
 */
int
in_canforward(struct in_addr in)
{
	uint32_t	 net;

	if (IN_EXPERIMENTAL(ntohl(in.s_addr)) || in_ismulticast(in.s_addr))
		return (0);
	net = ntohl(in.s_addr) & IN_CLASSA_NET;
	return (net != 0 && net != (uint32_t)IN_LOOPBACKNET << 24);
}

/* Prefix length of a mask; bits after the first zero do not count. */
int
in_mask2len(const struct in_addr *mask)
{
	uint32_t	 inverse = ~ntohl(mask->s_addr);

	return (inverse == 0 ? 32 : __builtin_clz(inverse));
}

/* The mask of a prefix length from 0 to 32. */
void
in_len2mask(struct in_addr *mask, int len)
{
	mask->s_addr = len == 0 ? 0 : htonl(0xffffffffU << (32 - len));
}

/*
 * The IPv4 address in an mbuf that came through the socket layer: EINVAL
 * for another length, EAFNOSUPPORT for another family.
 */
int
in_nam2sin(const struct mbuf *nam, struct sockaddr_in **sin)
{
	struct sockaddr	*sa = mtod(nam, struct sockaddr *);

	if (nam->m_len < offsetof(struct sockaddr, sa_data))
		return (EINVAL);
	if (sa->sa_family != AF_INET)
		return (EAFNOSUPPORT);
	if (sa->sa_len != nam->m_len || sa->sa_len != sizeof(**sin))
		return (EINVAL);
	*sin = satosin(sa);
	return (0);
}

/* Print an address into buf, of INET_ADDRSTRLEN bytes; returns buf. */
const char *
inet_ntop4(struct in_addr in, char *buf, size_t len)
{
	const uint8_t	*p = (const uint8_t *)&in;

	snprintf(buf, len, "%u.%u.%u.%u", p[0], p[1], p[2], p[3]);
	return (buf);
}

/*
 * The pru_control of IPv4 sockets: an ioctl on an interface's addresses.
 * Changing them needs a socket that the super-user opened.  EOPNOTSUPP for
 * what is not the family's, so that the driver is asked.
 */
int
in_control(struct socket *so, u_long cmd, caddr_t data, struct ifnet *ifp)
{
	return (in_ioctl(cmd, data, ifp,
	    (so->so_state & SS_PRIV) != 0));
}

/* The address that a request's value names, else the first; or NULL. */
static struct in_ifaddr *
in_ioctl_lookup(const struct sockaddr *sa, struct ifnet *ifp, int exact)
{
	const struct sockaddr_in	*sin = satosin_const(sa);
	struct ifaddr			*ifa;

	if (sa->sa_family == AF_INET && (exact ||
	    sin->sin_addr.s_addr != INADDR_ANY)) {
		TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list)
			if (ifa->ifa_addr->sa_family == AF_INET &&
			    ifatoia(ifa)->ia_addr.sin_addr.s_addr ==
			    sin->sin_addr.s_addr)
				return (ifatoia(ifa));
		if (exact)
			return (NULL);
	}
	return (in_ifp2ia(ifp));
}

static int
in_ioctl_get(u_long cmd, caddr_t data, struct ifnet *ifp)
{
	struct ifreq		*ifr = (struct ifreq *)data;
	struct in_ifaddr	*ia;

	if (ifr->ifr_addr.sa_family != AF_INET &&
	    ifr->ifr_addr.sa_family != AF_UNSPEC)
		return (EAFNOSUPPORT);
	if ((ia = in_ioctl_lookup(&ifr->ifr_addr, ifp, 0)) == NULL)
		return (EADDRNOTAVAIL);
	switch (cmd) {
	case SIOCGIFADDR:
		memcpy(&ifr->ifr_addr, &ia->ia_addr, sizeof(ia->ia_addr));
		return (0);
	case SIOCGIFDSTADDR:
		if (!(ifp->if_flags & IFF_POINTOPOINT))
			return (EINVAL);
		memcpy(&ifr->ifr_addr, &ia->ia_dstaddr,
		    sizeof(ia->ia_dstaddr));
		return (0);
	case SIOCGIFBRDADDR:
		if (!(ifp->if_flags & IFF_BROADCAST))
			return (EINVAL);
		memcpy(&ifr->ifr_addr, &ia->ia_broadaddr,
		    sizeof(ia->ia_broadaddr));
		return (0);
	default:	/* SIOCGIFNETMASK */
		memcpy(&ifr->ifr_addr, &ia->ia_sockmask,
		    sizeof(ia->ia_sockmask));
		return (0);
	}
}

/* A value that a program gave: of this family and whole. */
static int
in_sin_ok(const struct sockaddr_in *sin)
{
	return (sin->sin_family == AF_INET && sin->sin_len == sizeof(*sin));
}

static uint32_t
in_classmask(struct in_addr addr)
{
	uint32_t	 i = ntohl(addr.s_addr);

	if (IN_CLASSA(i))
		return (htonl(IN_CLASSA_NET));
	if (IN_CLASSB(i))
		return (htonl(IN_CLASSB_NET));
	return (htonl(IN_CLASSC_NET));
}

/* May an interface have this address? */
static int
in_addr_ok(struct in_addr addr)
{
	uint32_t	 i = ntohl(addr.s_addr);

	return (i != INADDR_ANY && !IN_MULTICAST(i) && i != INADDR_BROADCAST);
}

static void
in_setmask(struct in_ifaddr *ia, in_addr_t mask)
{
	memset(&ia->ia_sockmask, 0, sizeof(ia->ia_sockmask));
	ia->ia_sockmask.sin_len = sizeof(ia->ia_sockmask);
	ia->ia_sockmask.sin_family = AF_INET;
	ia->ia_sockmask.sin_addr.s_addr = mask;
	ia->ia_netmask = mask;
}

/* SIOCSIFADDR: give the first address, made if need be, a new value. */
static int
in_ioctl_set(caddr_t data, struct ifnet *ifp)
{
	struct ifreq		*ifr = (struct ifreq *)data;
	struct sockaddr_in	 sin;
	struct in_ifaddr	*ia;
	int			 error, newaddr = 0;

	memcpy(&sin, &ifr->ifr_addr, sizeof(sin));
	if (!in_sin_ok(&sin) || !in_addr_ok(sin.sin_addr))
		return (EINVAL);
	if ((ia = in_ifp2ia(ifp)) == NULL) {
		ia = in_ifaddr_create(ifp);
		newaddr = 1;
	}
	if (newaddr || ia->ia_sockmask.sin_addr.s_addr == INADDR_ANY)
		in_setmask(ia, in_classmask(sin.sin_addr));
	if (ifp->if_flags & IFF_BROADCAST)
		ia->ia_broadaddr.sin_addr.s_addr = INADDR_ANY;
	error = in_ifinit(ifp, ia, &sin, newaddr);
	if (error != 0 && newaddr)
		ifafree(&ia->ia_ifa);
	if (error == 0)
		if_addrhooks_run(ifp);
	return (error);
}

/* SIOCSIFDSTADDR, SIOCSIFBRDADDR, SIOCSIFNETMASK: of the first address. */
static int
in_ioctl_change(u_long cmd, caddr_t data, struct ifnet *ifp)
{
	struct ifreq		*ifr = (struct ifreq *)data;
	struct sockaddr_in	 sin, old;
	struct in_ifaddr	*ia;

	if ((ia = in_ifp2ia(ifp)) == NULL)
		return (EADDRNOTAVAIL);
	memcpy(&sin, &ifr->ifr_addr, sizeof(sin));
	if (cmd == SIOCSIFNETMASK ? sin.sin_family != AF_INET &&
	    sin.sin_family != AF_UNSPEC : !in_sin_ok(&sin))
		return (EINVAL);
	if ((cmd == SIOCSIFDSTADDR && !(ifp->if_flags & IFF_POINTOPOINT)) ||
	    (cmd == SIOCSIFBRDADDR && !(ifp->if_flags & IFF_BROADCAST)))
		return (EINVAL);
	old = ia->ia_addr;
	in_ifscrub(ifp, ia);
	switch (cmd) {
	case SIOCSIFNETMASK:
		in_setmask(ia, sin.sin_addr.s_addr);
		if (ifp->if_flags & IFF_BROADCAST)
			ia->ia_broadaddr.sin_addr.s_addr = INADDR_ANY;
		break;
	default:
		ia->ia_dstaddr = sin;
		break;
	}
	return (in_ifinit(ifp, ia, &old, 0));
}

/* SIOCAIFADDR: add an address, or change the mask or far end of one. */
static int
in_ioctl_alias(caddr_t data, struct ifnet *ifp)
{
	struct in_aliasreq	*ifra = (struct in_aliasreq *)data;
	struct in_ifaddr	*ia;
	struct sockaddr_in	 sin;
	int			 error, newaddr = 0;

	if (ifra->ifra_addr.sin_family != AF_UNSPEC &&
	    (!in_sin_ok(&ifra->ifra_addr) ||
	    !in_addr_ok(ifra->ifra_addr.sin_addr)))
		return (EINVAL);
	if (ifra->ifra_mask.sin_len != 0 &&
	    ifra->ifra_mask.sin_len != sizeof(ifra->ifra_mask))
		return (EINVAL);
	if (ifra->ifra_dstaddr.sin_family == AF_INET &&
	    !in_sin_ok(&ifra->ifra_dstaddr))
		return (EINVAL);
	ia = in_ioctl_lookup((struct sockaddr *)&ifra->ifra_addr, ifp,
	    ifra->ifra_addr.sin_family == AF_INET);
	if (ia == NULL) {
		if (ifra->ifra_addr.sin_family != AF_INET)
			return (EINVAL);
		ia = in_ifaddr_create(ifp);
		newaddr = 1;
	} else
		in_ifscrub(ifp, ia);
	sin = ifra->ifra_addr.sin_family == AF_INET ? ifra->ifra_addr :
	    ia->ia_addr;

	if (ifra->ifra_mask.sin_len != 0)
		in_setmask(ia, ifra->ifra_mask.sin_addr.s_addr);
	else if (newaddr)
		in_setmask(ia, in_classmask(sin.sin_addr));
	if (ifp->if_flags & IFF_BROADCAST)
		ia->ia_broadaddr.sin_addr.s_addr = INADDR_ANY;
	if (ifra->ifra_dstaddr.sin_family == AF_INET &&
	    (ifp->if_flags & (IFF_POINTOPOINT | IFF_BROADCAST)))
		ia->ia_dstaddr = ifra->ifra_dstaddr;

	error = in_ifinit(ifp, ia, &sin, newaddr);
	if (error != 0 && newaddr)
		ifafree(&ia->ia_ifa);
	if (error == 0)
		if_addrhooks_run(ifp);
	return (error);
}

/* SIOCDIFADDR: remove the named address, or the first. */
static int
in_ioctl_delete(caddr_t data, struct ifnet *ifp)
{
	struct ifreq		*ifr = (struct ifreq *)data;
	struct sockaddr_in	 sin;
	struct in_ifaddr	*ia;

	memcpy(&sin, &ifr->ifr_addr, sizeof(sin));
	if (sin.sin_family != AF_UNSPEC && !in_sin_ok(&sin))
		return (EINVAL);
	ia = in_ioctl_lookup((struct sockaddr *)&sin, ifp,
	    sin.sin_family == AF_INET && sin.sin_addr.s_addr != INADDR_ANY);
	if (ia == NULL)
		return (EADDRNOTAVAIL);
	in_purgeaddr(&ia->ia_ifa);
	if_addrhooks_run(ifp);
	return (0);
}

/*
 * The same for callers without a socket.  Errors: EPERM, ENXIO without an
 * interface, EINVAL, EADDRNOTAVAIL, EEXIST, EOPNOTSUPP.
 */
int
in_ioctl(u_long cmd, caddr_t data, struct ifnet *ifp, int privileged)
{
	switch (cmd) {
	case SIOCGIFADDR:
	case SIOCGIFNETMASK:
	case SIOCGIFDSTADDR:
	case SIOCGIFBRDADDR:
		return (ifp == NULL ? ENXIO : in_ioctl_get(cmd, data, ifp));
	case SIOCSIFADDR:
	case SIOCSIFNETMASK:
	case SIOCSIFDSTADDR:
	case SIOCSIFBRDADDR:
	case SIOCAIFADDR:
	case SIOCDIFADDR:
		break;
	default:
		return (EOPNOTSUPP);
	}
	if (!privileged)
		return (EPERM);
	if (ifp == NULL)
		return (ENXIO);
	switch (cmd) {
	case SIOCSIFADDR:
		return (in_ioctl_set(data, ifp));
	case SIOCAIFADDR:
		return (in_ioctl_alias(data, ifp));
	case SIOCDIFADDR:
		return (in_ioctl_delete(data, ifp));
	default:
		return (in_ioctl_change(cmd, data, ifp));
	}
}

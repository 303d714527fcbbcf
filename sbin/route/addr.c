/*
 * route(8): the addresses of a command line.
 *
 *	default			everything
 *	10.1.2.3		a host, or after -net its class's network
 *	10.1.2/24, 10.1.2.0/24	a network
 *	10.1.2 after -net	a network whose prefix is what was written
 *	2001:db8::/32		a network; 64 bits without a length
 *	fe80::1%em0		an address on that interface's link
 *	name			a network of networks(5), or a host
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/bsd_sockaddr.h>
#include <netinet/in.h>
#include <net/if.h>
#include <net/if_dl.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bsdaddr.h"
#include "iflist.h"
#include "route.h"

/*
 * The mask of a prefix of plen bits.  Returns -1 if the family has no such
 * prefix.
 */
int
addr_plenmask(int af, int plen, union route_addr *mask)
{
	int	 i;

	memset(mask, 0, sizeof(*mask));
	switch (af) {
	case BSD_AF_INET:
		if (plen < 0 || plen > 32)
			return (-1);
		bsdaddr_set_in(&mask->ra_sin, in_lenmask(plen));
		return (0);
	case BSD_AF_INET6:
		if (plen < 0 || plen > 128)
			return (-1);
		mask->ra_sin6.sin6_len = sizeof(mask->ra_sin6);
		mask->ra_sin6.sin6_family = BSD_AF_INET6;
		for (i = 0; i < plen; i++)
			mask->ra_sin6.sin6_addr.s6_addr[i / 8] |=
			    0x80 >> (i % 8);
		return (0);
	default:
		return (-1);
	}
}

static int
lookup(const char *s, int af, int flags, union route_addr *addr)
{
	struct bsd_sockaddr_storage	 ss;
	struct addrinfo			 hints, *res;
	int				 error;

	memset(&hints, 0, sizeof(hints));
	hints.ai_family = af == BSD_AF_INET ? AF_INET :
	    af == BSD_AF_INET6 ? AF_INET6 : AF_UNSPEC;
	hints.ai_socktype = SOCK_DGRAM;
	hints.ai_flags = flags;
	if (getaddrinfo(s, NULL, &hints, &res) != 0)
		return (-1);
	error = bsdaddr_from_libc(res->ai_addr, &ss);
	freeaddrinfo(res);
	memset(addr, 0, sizeof(*addr));
	if (error == 0)
		memcpy(addr, &ss, ss.ss_len);
	return (error);
}

/*
 * A host by address or name, in family af (BSD_AF_UNSPEC: any).  Returns -1
 * if there is none.
 */
int
addr_host(const char *s, int af, union route_addr *addr)
{
	return (lookup(s, af, opt.o_numeric ? AI_NUMERICHOST : 0, addr));
}

/*
 * A host by address only.
 */
int
addr_numeric(const char *s, int af, union route_addr *addr)
{
	return (lookup(s, af, AI_NUMERICHOST, addr));
}

/*
 * One to four numbers with dots between, as the bytes of an address from the
 * left.  Returns how many, or -1.
 */
static int
dotted(const char *s, uint8_t byte[4])
{
	char	*end;
	long	 value;
	int	 n;

	memset(byte, 0, 4);
	for (n = 0; n < 4; n++) {
		if (*s < '0' || *s > '9')
			return (-1);
		value = strtol(s, &end, 10);
		if (value > 255)
			return (-1);
		byte[n] = value;
		if (*end == '\0')
			return (n + 1);
		if (*end != '.')
			return (-1);
		s = end + 1;
	}
	return (-1);
}

/*
 * The prefix of a network that was written without one: its class's, longer
 * if bytes beyond the class were written, or are not zero.
 */
static int
class_plen(const uint8_t byte[4], int written)
{
	int	 i, plen;

	plen = byte[0] < 128 ? 8 : byte[0] < 192 ? 16 : byte[0] < 224 ? 24 :
	    4;
	if ((byte[0] | byte[1] | byte[2] | byte[3]) == 0)
		return (0);
	if (plen == 4)
		return (plen);
	if (written < 4)
		return (written * 8 > plen ? written * 8 : plen);
	for (i = plen / 8; i < 4; i++)
		if (byte[i] != 0)
			plen = (i + 1) * 8;
	return (plen);
}

static int
net_inet(const char *s, int plen, union route_addr *addr,
    union route_addr *mask)
{
	struct netent	*ne;
	struct in_addr	 in;
	uint8_t		 byte[4];
	int		 written;

	if ((written = dotted(s, byte)) == -1) {
		if ((ne = getnetbyname(s)) == NULL)
			return (-1);
		in.s_addr = htonl(ne->n_net);
		memcpy(byte, &in, sizeof(byte));
		written = 4;
	}
	if (plen == -1)
		plen = class_plen(byte, written);
	if (addr_plenmask(BSD_AF_INET, plen, mask) == -1)
		return (-1);
	memcpy(&in, byte, sizeof(in));
	in.s_addr &= mask->ra_sin.sin_addr.s_addr;
	memset(addr, 0, sizeof(*addr));
	bsdaddr_set_in(&addr->ra_sin, in);
	return (0);
}

static int
net_inet6(const char *s, int plen, union route_addr *addr,
    union route_addr *mask)
{
	struct bsd_sockaddr_in6	*sin6 = &addr->ra_sin6;
	int			 i;

	if (addr_plenmask(BSD_AF_INET6, plen == -1 ? 64 : plen, mask) == -1 ||
	    addr_numeric(s, BSD_AF_INET6, addr) == -1)
		return (-1);
	for (i = 0; i < 16; i++)
		sin6->sin6_addr.s6_addr[i] &=
		    mask->ra_sin6.sin6_addr.s6_addr[i];
	return (0);
}

/*
 * A network, with or without "/length", in family af; bits beyond the prefix
 * are cleared.  Returns -1 if s is none.
 */
int
addr_net(const char *s, int af, union route_addr *addr,
    union route_addr *mask)
{
	const char	*errstr, *slash;
	char		 net[256];
	int		 plen = -1;

	if (strlcpy(net, s, sizeof(net)) >= sizeof(net))
		return (-1);
	if ((slash = strchr(s, '/')) != NULL) {
		net[slash - s] = '\0';
		plen = strtonum(slash + 1, 0, 128, &errstr);
		if (errstr != NULL)
			return (-1);
	}
	if (strcmp(net, "default") == 0) {
		strlcpy(net, af == BSD_AF_INET6 ? "::" : "0", sizeof(net));
		plen = 0;
	}
	if (af == BSD_AF_INET6 || (af == BSD_AF_UNSPEC &&
	    strchr(net, ':') != NULL))
		return (net_inet6(net, plen, addr, mask));
	return (net_inet(net, plen, addr, mask));
}

/*
 * An interface by name.  Returns -1 if there is none.
 */
int
addr_interface(const char *name, union route_addr *addr)
{
	struct ifl_if	*i;
	struct iflist	 list;
	int		 error = -1;

	if (iflist_get(&list, 0) == -1)
		err(1, "sysctl");
	memset(addr, 0, sizeof(*addr));
	if ((i = iflist_find(&list, name)) != NULL) {
		addr->ra_sdl = i->i_sdl;
		addr->ra_sdl.sdl_index = i->i_index;
		error = 0;
	}
	iflist_free(&list);
	return (error);
}

static int
is_any(const union route_addr *addr)
{
	if (addr->ra_sa.sa_family == BSD_AF_INET)
		return (addr->ra_sin.sin_addr.s_addr == INADDR_ANY);
	return (IN6_IS_ADDR_UNSPECIFIED(&addr->ra_sin6.sin6_addr));
}

/* Nobody said whether s is a host or a network: is it a host? */
static int
is_host(struct request *r, const char *s)
{
	if (strcmp(s, "default") == 0 || strchr(s, '/') != NULL ||
	    (r->r_addrs & RTA_NETMASK))
		return (0);
	return (addr_host(s, r->r_af, &r->r_addr[RTAX_DST]) == 0 &&
	    !is_any(&r->r_addr[RTAX_DST]));
}

/*
 * The destination of a request: sets its address, and its mask unless it is
 * a host.  Returns 1 if it is one; exits if s is no destination.
 */
int
addr_destination(struct request *r, const char *s)
{
	union route_addr	*dst = &r->r_addr[RTAX_DST];
	union route_addr	*mask = &r->r_addr[RTAX_NETMASK];
	union route_addr	 given = *mask;

	r->r_addrs |= RTA_DST;
	if (r->r_forcehost) {
		if (addr_host(s, r->r_af, dst) == -1)
			errx(1, "%s: bad address", s);
		return (1);
	}
	if (!r->r_forcenet && is_host(r, s))
		return (1);
	if (addr_net(s, r->r_af, dst, mask) == -1)
		errx(1, "%s: bad address", s);
	if (r->r_addrs & RTA_NETMASK)
		*mask = given;
	r->r_addrs |= RTA_NETMASK;
	return (0);
}

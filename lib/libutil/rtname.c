/*
 * Destinations, gateways and flags of routes as text, in the forms that
 * route(8) and netstat(1) share.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/bsd_sockaddr.h>
#include <netinet/in.h>
#include <net/if.h>
#include <net/route.h>

#include <arpa/inet.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bsdaddr.h"
#include "rtname.h"

static const struct {
	int	flag;
	char	letter;
} letters[] = {
	{ RTF_UP,		'U' },
	{ RTF_GATEWAY,		'G' },
	{ RTF_HOST,		'H' },
	{ RTF_REJECT,		'R' },
	{ RTF_DYNAMIC,		'D' },
	{ RTF_MODIFIED,		'M' },
	{ RTF_CLONING,		'C' },
	{ RTF_MULTICAST,	'm' },
	{ RTF_LLINFO,		'L' },
	{ RTF_STATIC,		'S' },
	{ RTF_BLACKHOLE,	'B' },
	{ RTF_PROTO3,		'3' },
	{ RTF_PROTO2,		'2' },
	{ RTF_PROTO1,		'1' },
	{ RTF_CLONED,		'c' },
	{ RTF_CACHED,		'h' },
	{ RTF_MPATH,		'P' },
	{ RTF_MPLS,		'T' },
	{ RTF_LOCAL,		'l' },
	{ RTF_BFD,		'F' },
	{ RTF_BROADCAST,	'b' },
	{ RTF_CONNECTED,	'n' },
};

/*
 * The letters of a route's flags; returns buf.
 */
const char *
rtname_flags(int flags, char *buf, size_t size)
{
	size_t	 i, n = 0;

	for (i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if ((flags & letters[i].flag) && n + 1 < size)
			buf[n++] = letters[i].letter;
	buf[n] = '\0';
	return (buf);
}

/*
 * The title of a family's table.
 */
const char *
rtname_family(int af)
{
	switch (af) {
	case BSD_AF_INET:
		return ("Internet");
	case BSD_AF_INET6:
		return ("Internet6");
	case BSD_AF_MPLS:
		return ("MPLS");
	default:
		return ("Unknown");
	}
}

/*
 * The label of a route; returns buf, empty if there is none.
 */
const char *
rtname_label(const struct bsd_sockaddr *sa, char *buf, size_t size)
{
	const struct bsd_sockaddr_rtlabel	*sr = (const void *)sa;
	size_t					 n;

	*buf = '\0';
	if (sa == NULL || sa->sa_len <= 2)
		return (buf);
	n = sa->sa_len - 2;
	if (n > sizeof(sr->sr_label))
		n = sizeof(sr->sr_label);
	snprintf(buf, size, "%.*s", (int)n, sr->sr_label);
	return (buf);
}

static int
is_default(const struct bsd_sockaddr *sa)
{
	struct sockaddr_storage	 ss;
	socklen_t		 len;

	if (bsdaddr_to_libc(sa, &ss, &len) == -1)
		return (0);
	if (ss.ss_family == AF_INET)
		return (((struct sockaddr_in *)&ss)->sin_addr.s_addr ==
		    INADDR_ANY);
	return (IN6_IS_ADDR_UNSPECIFIED(
	    &((struct sockaddr_in6 *)&ss)->sin6_addr));
}

/*
 * A host's address or a gateway, by name unless numeric; all zeros are
 * "default".  Returns buf; what has no text becomes "???".
 */
const char *
rtname_host(const struct bsd_sockaddr *sa, int numeric, char *buf,
    size_t size)
{
	struct sockaddr_storage	 ss;
	socklen_t		 len;

	if (sa == NULL || sa->sa_len == 0 || is_default(sa)) {
		strlcpy(buf, "default", size);
		return (buf);
	}
	if (!numeric && bsdaddr_to_libc(sa, &ss, &len) == 0 &&
	    getnameinfo((struct sockaddr *)&ss, len, buf, size, NULL, 0,
	    NI_NAMEREQD) == 0)
		return (buf);
	if (bsdaddr_ntop(sa, buf, size) == NULL)
		strlcpy(buf, "???", size);
	return (buf);
}

/* An Internet network: bytes beyond the prefix are left out. */
static void
net4(struct in_addr addr, int plen, char *buf, size_t size)
{
	uint32_t	 a = ntohl(addr.s_addr);

	if (plen < 0 || plen > 24)
		snprintf(buf, size, "%u.%u.%u.%u", a >> 24, a >> 16 & 0xff,
		    a >> 8 & 0xff, a & 0xff);
	else if (plen > 16)
		snprintf(buf, size, "%u.%u.%u", a >> 24, a >> 16 & 0xff,
		    a >> 8 & 0xff);
	else if (plen > 8)
		snprintf(buf, size, "%u.%u", a >> 24, a >> 16 & 0xff);
	else
		snprintf(buf, size, "%u", a >> 24);
}

/*
 * A network as address and prefix length, "default" if it is everything, by
 * name unless numeric.  Without a mask it is a host.  Returns buf.
 */
const char *
rtname_net(const struct bsd_sockaddr *sa, const struct bsd_sockaddr *mask,
    int numeric, char *buf, size_t size)
{
	struct sockaddr_storage	 ss;
	struct netent		*ne;
	struct in_addr		 in;
	socklen_t		 len;
	size_t			 used;
	int			 plen;

	if (sa == NULL || mask == NULL ||
	    bsdaddr_to_libc(sa, &ss, &len) == -1)
		return (rtname_host(sa, numeric, buf, size));
	plen = bsdaddr_masklen(mask, sa->sa_family);
	if (plen == 0 && is_default(sa)) {
		strlcpy(buf, "default", size);
		return (buf);
	}
	if (ss.ss_family == AF_INET) {
		in = ((struct sockaddr_in *)&ss)->sin_addr;
		ne = numeric ? NULL : getnetbyaddr(ntohl(in.s_addr), AF_INET);
		if (ne != NULL) {
			strlcpy(buf, ne->n_name, size);
			return (buf);
		}
		net4(in, plen, buf, size);
	} else
		rtname_host(sa, 1, buf, size);
	used = strlen(buf);
	if (plen >= 0)
		snprintf(buf + used, size - used, "/%d", plen);
	else
		strlcat(buf, "/?", size);
	return (buf);
}

/*
 * Socket addresses in BSD's layout.  See bsdaddr.h.
 *
 * Every function takes what the kernel handed out, whose lengths it bounds;
 * none looks beyond sa_len.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/bsd_sockaddr.h>
#include <net/if.h>
#include <net/if_dl.h>

#include <arpa/inet.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "bsdaddr.h"

/*
 * Make an Internet address without port.
 */
void
bsdaddr_set_in(struct bsd_sockaddr_in *sin, struct in_addr addr)
{
	memset(sin, 0, sizeof(*sin));
	sin->sin_len = sizeof(*sin);
	sin->sin_family = BSD_AF_INET;
	sin->sin_addr = addr;
}

/*
 * Make an IPv6 address without port or scope.
 */
void
bsdaddr_set_in6(struct bsd_sockaddr_in6 *sin6, const struct in6_addr *addr)
{
	memset(sin6, 0, sizeof(*sin6));
	sin6->sin6_len = sizeof(*sin6);
	sin6->sin6_family = BSD_AF_INET6;
	sin6->sin6_addr = *addr;
}

/* Does the address belong to one link, or one interface, only? */
static int
scoped(const struct in6_addr *a)
{
	return (IN6_IS_ADDR_LINKLOCAL(a) || IN6_IS_ADDR_MC_LINKLOCAL(a) ||
	    IN6_IS_ADDR_MC_NODELOCAL(a));
}

/*
 * The interface's index that the kernel has put into the second word of an
 * address, or 0; the word is cleared.
 */
unsigned int
in6_scope_take(struct in6_addr *a)
{
	unsigned int	 scope;

	if (!scoped(a))
		return (0);
	scope = a->s6_addr[2] << 8 | a->s6_addr[3];
	a->s6_addr[2] = a->s6_addr[3] = 0;
	return (scope);
}

/*
 * Put an interface's index there, in an address that can have one.  Returns
 * -1 if it cannot.
 */
int
in6_scope_put(struct in6_addr *a, unsigned int scope)
{
	if (!scoped(a) || scope > 0xffff)
		return (-1);
	a->s6_addr[2] = scope >> 8;
	a->s6_addr[3] = scope;
	return (0);
}

/* Copy an address that may be cut short: what lacks is zero. */
static void
padded(void *dst, size_t size, const struct bsd_sockaddr *sa)
{
	memset(dst, 0, size);
	memcpy(dst, sa, sa->sa_len < size ? sa->sa_len : size);
}

/*
 * The C library's form of an Internet address; the kernel's scope becomes
 * sin6_scope_id.  Returns -1 for any other family.
 */
int
bsdaddr_to_libc(const struct bsd_sockaddr *sa, struct sockaddr_storage *ss,
    socklen_t *len)
{
	struct sockaddr_in	*sin = (struct sockaddr_in *)ss;
	struct sockaddr_in6	*sin6 = (struct sockaddr_in6 *)ss;
	struct bsd_sockaddr_in	 bin;
	struct bsd_sockaddr_in6	 bin6;

	memset(ss, 0, sizeof(*ss));
	switch (sa->sa_family) {
	case BSD_AF_INET:
		padded(&bin, sizeof(bin), sa);
		sin->sin_family = AF_INET;
		sin->sin_port = bin.sin_port;
		sin->sin_addr = bin.sin_addr;
		*len = sizeof(*sin);
		return (0);
	case BSD_AF_INET6:
		padded(&bin6, sizeof(bin6), sa);
		sin6->sin6_family = AF_INET6;
		sin6->sin6_port = bin6.sin6_port;
		sin6->sin6_flowinfo = bin6.sin6_flowinfo;
		sin6->sin6_addr = bin6.sin6_addr;
		sin6->sin6_scope_id = in6_scope_take(&sin6->sin6_addr);
		if (bin6.sin6_scope_id != 0)
			sin6->sin6_scope_id = bin6.sin6_scope_id;
		*len = sizeof(*sin6);
		return (0);
	default:
		return (-1);
	}
}

/*
 * BSD's form of the C library's Internet address; the scope goes where the
 * kernel has it.  Returns -1 for any other family.
 */
int
bsdaddr_from_libc(const struct sockaddr *sa, struct bsd_sockaddr_storage *ss)
{
	struct bsd_sockaddr_in	*sin = (struct bsd_sockaddr_in *)ss;
	struct bsd_sockaddr_in6	*sin6 = (struct bsd_sockaddr_in6 *)ss;
	struct sockaddr_in6	 lin6;
	struct sockaddr_in	 lin;

	memset(ss, 0, sizeof(*ss));
	switch (sa->sa_family) {
	case AF_INET:
		memcpy(&lin, sa, sizeof(lin));
		sin->sin_len = sizeof(*sin);
		sin->sin_family = BSD_AF_INET;
		sin->sin_port = lin.sin_port;
		sin->sin_addr = lin.sin_addr;
		return (0);
	case AF_INET6:
		memcpy(&lin6, sa, sizeof(lin6));
		sin6->sin6_len = sizeof(*sin6);
		sin6->sin6_family = BSD_AF_INET6;
		sin6->sin6_port = lin6.sin6_port;
		sin6->sin6_flowinfo = lin6.sin6_flowinfo;
		sin6->sin6_addr = lin6.sin6_addr;
		if (in6_scope_put(&sin6->sin6_addr, lin6.sin6_scope_id) == -1)
			sin6->sin6_scope_id = lin6.sin6_scope_id;
		return (0);
	default:
		return (-1);
	}
}

/* A link address: the station's if it has six bytes, else the interface. */
static const char *
link_ntop(const struct bsd_sockaddr *sa, char *buf, size_t size)
{
	struct bsd_sockaddr_dl	 sdl;
	size_t			 used, i;

	padded(&sdl, sizeof(sdl), sa);
	if (sdl.sdl_nlen + sdl.sdl_alen > sizeof(sdl.sdl_data))
		return (NULL);
	if (sdl.sdl_alen == 0) {
		if (sdl.sdl_nlen != 0)
			snprintf(buf, size, "%.*s", sdl.sdl_nlen,
			    sdl.sdl_data);
		else
			snprintf(buf, size, "link#%u", sdl.sdl_index);
		return (buf);
	}
	for (i = used = 0; i < sdl.sdl_alen && used < size; i++)
		used += snprintf(buf + used, size - used, "%s%02x",
		    i == 0 ? "" : ":", (uint8_t)LLADDR(&sdl)[i]);
	return (buf);
}

/* An IPv6 address, with the name of its interface if it has one. */
static const char *
inet6_ntop(const struct sockaddr_in6 *sin6, char *buf, size_t size)
{
	char	 name[IF_NAMESIZE];
	size_t	 used;

	if (inet_ntop(AF_INET6, &sin6->sin6_addr, buf, size) == NULL)
		return (NULL);
	if (sin6->sin6_scope_id == 0)
		return (buf);
	used = strlen(buf);
	if (if_indextoname(sin6->sin6_scope_id, name) != NULL)
		snprintf(buf + used, size - used, "%%%s", name);
	else
		snprintf(buf + used, size - used, "%%%u",
		    sin6->sin6_scope_id);
	return (buf);
}

/*
 * Write an address as numbers, without its port.  Returns buf, or NULL for a
 * family that has no text.
 */
const char *
bsdaddr_ntop(const struct bsd_sockaddr *sa, char *buf, size_t size)
{
	struct sockaddr_storage	 ss;
	socklen_t		 len;

	if (sa->sa_family == BSD_AF_LINK)
		return (link_ntop(sa, buf, size));
	if (bsdaddr_to_libc(sa, &ss, &len) == -1)
		return (NULL);
	if (ss.ss_family == AF_INET6)
		return (inet6_ntop((struct sockaddr_in6 *)&ss, buf, size));
	return (inet_ntop(AF_INET, &((struct sockaddr_in *)&ss)->sin_addr,
	    buf, size));
}

/* Leading ones of n bytes, or -1 if a one follows a zero. */
static int
ones(const uint8_t *p, size_t n)
{
	size_t	 i, j;
	int	 len = 0, ended = 0;

	for (i = 0; i < n; i++) {
		for (j = 0; j < 8; j++) {
			if ((p[i] & (0x80 >> j)) == 0)
				ended = 1;
			else if (ended)
				return (-1);
			else
				len++;
		}
	}
	return (len);
}

/*
 * The prefix length of a mask that came with an address of family af.  Masks
 * may be cut after their last byte that is not zero, and one of length 0
 * matches all.  Returns -1 if its ones are not contiguous.
 */
int
bsdaddr_masklen(const struct bsd_sockaddr *mask, int af)
{
	struct bsd_sockaddr_in6	 sin6;
	struct bsd_sockaddr_in	 sin;

	if (af == BSD_AF_INET6) {
		padded(&sin6, sizeof(sin6), mask);
		return (ones(sin6.sin6_addr.s6_addr,
		    sizeof(sin6.sin6_addr)));
	}
	padded(&sin, sizeof(sin), mask);
	return (in_masklen(sin.sin_addr));
}

/*
 * The prefix length of a netmask, or -1 if its ones are not contiguous.
 */
int
in_masklen(struct in_addr mask)
{
	return (ones((uint8_t *)&mask, sizeof(mask)));
}

/*
 * The netmask of a prefix of len bits, 0 to 32.
 */
struct in_addr
in_lenmask(int len)
{
	struct in_addr	 mask;

	mask.s_addr = len <= 0 ? 0 : htonl(0xffffffffU << (32 - len));
	return (mask);
}

/*
 * The mask of a prefix of len bits, 0 to 128.
 */
void
in6_lenmask(struct in6_addr *mask, int len)
{
	int	 i;

	memset(mask, 0, sizeof(*mask));
	for (i = 0; i < len && i < 128; i++)
		mask->s6_addr[i / 8] |= 0x80 >> (i % 8);
}

/*
 * An Ethernet address as text; returns buf.
 */
const char *
ether_str(const uint8_t *ea, char buf[ETHER_STRLEN])
{
	snprintf(buf, ETHER_STRLEN, "%02x:%02x:%02x:%02x:%02x:%02x", ea[0],
	    ea[1], ea[2], ea[3], ea[4], ea[5]);
	return (buf);
}

static int
hex(int ch)
{
	if (ch >= '0' && ch <= '9')
		return (ch - '0');
	if (ch >= 'a' && ch <= 'f')
		return (ch - 'a' + 10);
	if (ch >= 'A' && ch <= 'F')
		return (ch - 'A' + 10);
	return (-1);
}

/*
 * Read an Ethernet address, six numbers of one or two hex digits with colons
 * between.  Returns -1 if it is anything else.
 */
int
ether_parse(const char *s, uint8_t ea[6])
{
	int	 i, high, low;

	for (i = 0; i < 6; i++) {
		if (i > 0 && *s++ != ':')
			return (-1);
		if ((high = hex(*s++)) == -1)
			return (-1);
		if ((low = hex(*s)) == -1)
			ea[i] = high;
		else {
			ea[i] = high << 4 | low;
			s++;
		}
	}
	return (*s == '\0' ? 0 : -1);
}

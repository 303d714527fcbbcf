/*
 * ipsecctl(8): addresses and networks: numbers, names, interfaces.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <err.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "bsdaddr.h"
#include "iflist.h"
#include "ipsecctl.h"

static struct host *
host_new(struct hosts *hs, int af, const void *addr, unsigned int plen)
{
	struct host	*h;

	if ((h = calloc(1, sizeof(*h))) == NULL)
		err(1, NULL);
	h->h_af = af;
	h->h_plen = plen;
	if (addr != NULL)
		memcpy(h->h_bytes, addr, af == BSD_AF_INET ? 4 : 16);
	TAILQ_INSERT_TAIL(hs, h, h_entry);
	return (h);
}

/* Clear the bits behind the prefix. */
static void
host_mask(struct host *h)
{
	unsigned int	 i, plen = h->h_plen;

	for (i = 0; i < sizeof(h->h_bytes); i++) {
		if (plen < 8)
			h->h_bytes[i] &= 0xff00 >> plen;
		plen -= plen < 8 ? plen : 8;
	}
}

/* An address in numbers, with "/plen"; 0, or -1 when it is none. */
static int
parse_number(const char *s, struct hosts *hs)
{
	const char	*errstr;
	char		 buf[128], *slash;
	uint8_t		 addr[16];
	unsigned int	 max, plen;
	int		 af;

	if (strlcpy(buf, s, sizeof(buf)) >= sizeof(buf))
		return (-1);
	if ((slash = strchr(buf, '/')) != NULL)
		*slash++ = '\0';
	if (inet_pton(AF_INET, buf, addr) == 1) {
		af = BSD_AF_INET;
		max = 32;
	} else if (inet_pton(AF_INET6, buf, addr) == 1) {
		af = BSD_AF_INET6;
		max = 128;
	} else
		return (-1);
	plen = max;
	if (slash != NULL) {
		plen = strtonum(slash, 0, max, &errstr);
		if (errstr != NULL)
			return (-1);
	}
	host_mask(host_new(hs, af, addr, plen));
	return (0);
}

/* An IPv6 address that says nothing beyond its link. */
static int
local(const struct host *h)
{
	return (h->h_af == BSD_AF_INET6 && h->h_bytes[0] == 0xfe &&
	    (h->h_bytes[1] & 0xc0) == 0x80);
}

/* The addresses, or with ":network" the networks, of an interface. */
static int
parse_interface(const char *s, struct hosts *hs)
{
	const struct bsd_sockaddr	*sa;
	struct ifl_addr			*a;
	struct ifl_if			*i;
	struct iflist			 l;
	struct host			 h, *new;
	char				 name[IFNAMSIZ], *colon;
	int				 n = 0, network = 0;

	if (strlcpy(name, s, sizeof(name)) >= sizeof(name))
		return (-1);
	if ((colon = strchr(name, ':')) != NULL) {
		if (strcmp(colon, ":network") != 0)
			return (-1);
		*colon = '\0';
		network = 1;
	}
	if (iflist_get(&l, 0) == -1)
		return (-1);
	TAILQ_FOREACH(i, &l, i_link) {
		if (strcmp(i->i_name, name) != 0)
			continue;
		TAILQ_FOREACH(a, &i->i_addrs, a_link) {
			sa = (const struct bsd_sockaddr *)&a->a_addr;
			host_from_sockaddr(&h, sa);
			if (h.h_af == 0 || h.h_scope != 0 || local(&h))
				continue;
			new = host_new(hs, h.h_af, h.h_bytes, h.h_plen);
			n++;
			if (!network)
				continue;
			new->h_plen = bsdaddr_masklen(
			    (const struct bsd_sockaddr *)&a->a_mask, h.h_af);
			host_mask(new);
		}
	}
	iflist_free(&l);
	return (n > 0 ? 0 : -1);
}

static int
parse_name(const char *s, struct hosts *hs)
{
	struct addrinfo		 hints, *res, *ai;
	const struct sockaddr_in6 *sin6;
	const struct sockaddr_in *sin;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_DGRAM;
	if (getaddrinfo(s, NULL, &hints, &res) != 0)
		return (-1);
	for (ai = res; ai != NULL; ai = ai->ai_next) {
		sin = (const struct sockaddr_in *)ai->ai_addr;
		sin6 = (const struct sockaddr_in6 *)ai->ai_addr;
		if (ai->ai_family == AF_INET)
			host_new(hs, BSD_AF_INET, &sin->sin_addr, 32);
		else if (ai->ai_family == AF_INET6)
			host_new(hs, BSD_AF_INET6, &sin6->sin6_addr, 128);
	}
	freeaddrinfo(res);
	return (0);
}

/*
 * Append what a word stands for: "any", an address, a network, an interface,
 * a name.  Returns 0, or -1 when it is nothing.
 */
int
hosts_parse(const char *s, struct hosts *hs)
{
	if (strcmp(s, "any") == 0) {
		host_new(hs, 0, NULL, 0);
		return (0);
	}
	if (parse_number(s, hs) == 0 || parse_interface(s, hs) == 0)
		return (0);
	return (parse_name(s, hs));
}

void
hosts_free(struct hosts *hs)
{
	struct host	*h;

	while ((h = TAILQ_FIRST(hs)) != NULL) {
		TAILQ_REMOVE(hs, h, h_entry);
		free(h);
	}
}

/*
 * Is it one address?
 */
int
host_single(const struct host *h)
{
	return ((h->h_af == BSD_AF_INET && h->h_plen == 32) ||
	    (h->h_af == BSD_AF_INET6 && h->h_plen == 128));
}

/*
 * Write it: the prefix length only when it is a network.
 */
void
host_print(FILE *f, const struct host *h)
{
	char	 buf[INET6_ADDRSTRLEN];

	if (h->h_af == 0) {
		fprintf(f, "any");
		return;
	}
	inet_ntop(h->h_af == BSD_AF_INET ? AF_INET : AF_INET6, h->h_bytes, buf,
	    sizeof(buf));
	fprintf(f, "%s", buf);
	if (!host_single(h))
		fprintf(f, "/%u", h->h_plen);
}

/*
 * One address of the kernel's; af 0 when it is of no family that we know.
 */
void
host_from_sockaddr(struct host *h, const struct bsd_sockaddr *sa)
{
	const struct bsd_sockaddr_in6	*sin6;
	const struct bsd_sockaddr_in	*sin;

	memset(h, 0, sizeof(*h));
	sin = (const struct bsd_sockaddr_in *)sa;
	sin6 = (const struct bsd_sockaddr_in6 *)sa;
	switch (sa->sa_family) {
	case BSD_AF_INET:
		h->h_plen = 32;
		memcpy(h->h_bytes, &sin->sin_addr, 4);
		break;
	case BSD_AF_INET6:
		h->h_plen = 128;
		memcpy(h->h_bytes, &sin6->sin6_addr, 16);
		h->h_scope = sin6->sin6_scope_id;
		break;
	default:
		return;
	}
	h->h_af = sa->sa_family;
}

/*
 * ifconfig(8): Internet addresses.
 *
 * The words gather a request, which inet_commit() applies:
 *
 *	address			replaces the first address, or becomes it
 *	address alias		is added
 *	address -alias		is removed; without address the first is
 *	netmask, prefixlen, broadcast, far end	belong to the address
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/bsd_sockaddr.h>
#include <netinet/in.h>
#include <net/if.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bsdaddr.h"
#include "ifconfig.h"

/* An address: four numbers, or the name of a host. */
static int
resolve(const char *s, struct in_addr *addr)
{
	struct addrinfo	 hints, *res;

	if (inet_pton(AF_INET, s, addr) == 1)
		return (0);
	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_INET;
	hints.ai_socktype = SOCK_DGRAM;
	if (getaddrinfo(s, NULL, &hints, &res) != 0)
		return (-1);
	*addr = ((struct sockaddr_in *)res->ai_addr)->sin_addr;
	freeaddrinfo(res);
	return (0);
}

/*
 * Read ADDRESS or ADDRESS/LENGTH.  *hasmask tells whether a length was
 * there; mask is set then.  Returns -1 if s is neither.
 */
int
inet_parse(const char *s, struct in_addr *addr, struct in_addr *mask,
    int *hasmask)
{
	const char	*errstr, *slash;
	char		 host[256];
	int		 len;

	*hasmask = 0;
	if ((slash = strchr(s, '/')) == NULL)
		return (resolve(s, addr));
	if ((size_t)(slash - s) >= sizeof(host))
		return (-1);
	memcpy(host, s, slash - s);
	host[slash - s] = '\0';
	len = strtonum(slash + 1, 0, 32, &errstr);
	if (errstr != NULL || inet_pton(AF_INET, host, addr) != 1)
		return (-1);
	*mask = in_lenmask(len);
	*hasmask = 1;
	return (0);
}

/*
 * Read a netmask: four numbers or one, often in hex.  Returns -1 if it is
 * neither or its ones are not contiguous.
 */
int
inet_parsemask(const char *s, struct in_addr *mask)
{
	if (inet_aton(s, mask) == 0 || strchr(s, ' ') != NULL)
		return (-1);
	return (in_masklen(*mask) == -1 ? -1 : 0);
}

/*
 * A word that is none: an address, and after it the far end's.
 */
void
inet_address(struct ifctx *c, const char *s)
{
	struct inet_request	*r = &c->c_inet;
	struct in_addr		 addr, mask;
	int			 hasmask;

	if (inet_parse(s, &addr, &mask, &hasmask) == -1)
		errx(1, "%s: bad value", s);
	if (r->r_set && !r->r_hasdst && !hasmask) {
		r->r_dst = addr;
		r->r_hasdst = 1;
		return;
	}
	if (r->r_set)
		errx(1, "%s: bad value", s);
	r->r_set = 1;
	r->r_addr = addr;
	if (hasmask) {
		r->r_mask = mask;
		r->r_hasmask = 1;
	}
}

static void
inet_only(const struct ifctx *c, const struct word *w)
{
	if (c->c_af == BSD_AF_INET6)
		errx(1, "%s: not allowed for this address family",
		    w->w_name);
}

static void
word_netmask(struct ifctx *c, const struct word *w, char **argv)
{
	inet_only(c, w);
	if (inet_parsemask(argv[0], &c->c_inet.r_mask) == -1)
		errx(1, "%s: bad mask", argv[0]);
	c->c_inet.r_hasmask = 1;
}

static void
word_prefixlen(struct ifctx *c, const struct word *w, char **argv)
{
	c->c_inet.r_mask = in_lenmask(word_number("prefixlen", argv[0], 0,
	    32));
	c->c_inet.r_hasmask = 1;
}

static void
word_broadcast(struct ifctx *c, const struct word *w, char **argv)
{
	inet_only(c, w);
	if (resolve(argv[0], &c->c_inet.r_dst) == -1)
		errx(1, "%s: bad value", argv[0]);
	c->c_inet.r_hasbrd = 1;
}

static void
word_alias(struct ifctx *c, const struct word *w, char **argv)
{
	c->c_inet.r_alias = w->w_param;
}

/* Fetch what there is to know of the interface; exits if it is gone. */
static struct ifl_if *
fetch(const struct ifctx *c, struct iflist *list)
{
	struct ifl_if	*i;

	if (iflist_get(list, 0) == -1)
		err(1, "sysctl");
	if ((i = iflist_find(list, c->c_name)) == NULL)
		errx(1, "%s: no such interface", c->c_name);
	return (i);
}

static void
remove_addr(const struct ifctx *c, struct in_addr addr)
{
	struct ifreq	 ifr;

	ifreq_init(c, &ifr);
	bsdaddr_set_in((struct bsd_sockaddr_in *)&ifr.ifr_addr, addr);
	if_ioctl(c, SIOCDIFADDR, "SIOCDIFADDR", &ifr);
}

static const struct ifl_addr *
first_addr(const struct ifl_if *i)
{
	const struct ifl_addr	*a;

	TAILQ_FOREACH(a, &i->i_addrs, a_link)
		if (a->a_addr.ss_family == BSD_AF_INET)
			return (a);
	return (NULL);
}

static struct in_addr
addr_of(const struct bsd_sockaddr_storage *ss)
{
	return (((const struct bsd_sockaddr_in *)ss)->sin_addr);
}

/* -alias: remove the address that was named, or the first. */
static void
request_remove(struct ifctx *c)
{
	const struct ifl_addr	*a;
	struct iflist		 list;

	if (c->c_inet.r_set) {
		remove_addr(c, c->c_inet.r_addr);
		return;
	}
	if ((a = first_addr(fetch(c, &list))) == NULL) {
		errno = EADDRNOTAVAIL;
		err(1, "SIOCDIFADDR");
	}
	remove_addr(c, addr_of(&a->a_addr));
	iflist_free(&list);
}

/*
 * The first address makes room for a new one; when it is the same, adding
 * it again only changes its mask.
 */
static void
request_replace(struct ifctx *c)
{
	const struct ifl_addr	*a;
	struct iflist		 list;

	if ((a = first_addr(fetch(c, &list))) != NULL &&
	    addr_of(&a->a_addr).s_addr != c->c_inet.r_addr.s_addr)
		remove_addr(c, addr_of(&a->a_addr));
	iflist_free(&list);
}

/* Words about the address that stands already: complete the request. */
static void
request_complete(struct ifctx *c)
{
	struct inet_request	*r = &c->c_inet;
	const struct ifl_addr	*a;
	struct iflist		 list;

	if ((a = first_addr(fetch(c, &list))) == NULL) {
		errno = EADDRNOTAVAIL;
		err(1, "SIOCAIFADDR");
	}
	r->r_addr = addr_of(&a->a_addr);
	if (!r->r_hasmask) {
		r->r_mask = addr_of(&a->a_mask);
		r->r_hasmask = 1;
	}
	iflist_free(&list);
}

static void
request_add(struct ifctx *c)
{
	const struct inet_request	*r = &c->c_inet;
	struct ifaliasreq		 ifra;

	memset(&ifra, 0, sizeof(ifra));
	strlcpy(ifra.ifra_name, c->c_name, sizeof(ifra.ifra_name));
	bsdaddr_set_in((struct bsd_sockaddr_in *)&ifra.ifra_addr, r->r_addr);
	if (r->r_hasmask)
		bsdaddr_set_in((struct bsd_sockaddr_in *)&ifra.ifra_mask,
		    r->r_mask);
	if (r->r_hasdst || r->r_hasbrd)
		bsdaddr_set_in((struct bsd_sockaddr_in *)&ifra.ifra_dstaddr,
		    r->r_dst);
	if_ioctl(c, SIOCAIFADDR, "SIOCAIFADDR", &ifra);
}

/*
 * Apply the request that the words have gathered, if any, and begin another.
 */
void
inet_commit(struct ifctx *c)
{
	struct inet_request	*r = &c->c_inet;

	if (r->r_hasdst && r->r_hasbrd)
		errx(1, "destination and broadcast address exclude each "
		    "other");
	if (r->r_alias < 0)
		request_remove(c);
	else if (r->r_set) {
		if (r->r_alias == 0)
			request_replace(c);
		request_add(c);
	} else if (r->r_hasmask || r->r_hasbrd) {
		request_complete(c);
		request_add(c);
	} else if (r->r_alias > 0)
		errx(1, "alias requires an address");
	memset(r, 0, sizeof(*r));
}

/* -inet: remove all addresses. */
static void
word_noinet(struct ifctx *c, const struct word *w, char **argv)
{
	const struct ifl_addr	*a;
	struct ifl_if		*i;
	struct iflist		 list;

	i = fetch(c, &list);
	TAILQ_FOREACH(a, &i->i_addrs, a_link)
		if (a->a_addr.ss_family == BSD_AF_INET)
			remove_addr(c, addr_of(&a->a_addr));
	iflist_free(&list);
}

/*
 * The line of an Internet address.
 */
void
inet_show(const struct ifl_if *i, const struct ifl_addr *a)
{
	char	 addr[BSDADDR_STRLEN], other[BSDADDR_STRLEN];

	if (bsdaddr_ntop((const struct bsd_sockaddr *)&a->a_addr, addr,
	    sizeof(addr)) == NULL)
		return;
	printf("\tinet %s", addr);
	if ((i->i_flags & IFF_POINTOPOINT) &&
	    bsdaddr_ntop((const struct bsd_sockaddr *)&a->a_brd, other,
	    sizeof(other)) != NULL)
		printf(" --> %s", other);
	printf(" netmask 0x%x", ntohl(addr_of(&a->a_mask).s_addr));
	if ((i->i_flags & IFF_BROADCAST) && a->a_brd.ss_len != 0 &&
	    addr_of(&a->a_brd).s_addr != INADDR_ANY &&
	    bsdaddr_ntop((const struct bsd_sockaddr *)&a->a_brd, other,
	    sizeof(other)) != NULL)
		printf(" broadcast %s", other);
	putchar('\n');
}

const struct word inet_words[] = {
	{ "-alias",	0, -1, word_alias },
	{ "-inet",	0, 0,  word_noinet },
	{ "alias",	0, 1,  word_alias },
	{ "broadcast",	1, 0,  word_broadcast },
	{ "delete",	0, -1, word_alias },
	{ "netmask",	1, 0,  word_netmask },
	{ "prefixlen",	1, 0,  word_prefixlen },
	{ NULL, 0, 0, NULL }
};

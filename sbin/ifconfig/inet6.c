/*
 * ifconfig(8): IPv6 addresses and how an interface comes by them.
 *
 * The words gather a request, which inet6_commit() applies:
 *
 *	address			is added, or changed if it is there; all others
 *				stay
 *	address -alias		is removed
 *	prefixlen, far end, anycast, eui64, pltime, vltime
 *				belong to the address
 *	autoconf, temporary, soii
 *				are flags of the interface, set at once
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/bsd_sockaddr.h>
#include <netinet/in.h>
#include <net/if.h>
#include <netinet6/in6_var.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bsdaddr.h"
#include "ifconfig.h"
#include "uptime.h"

static int
resolve(const char *s, struct in6_addr *addr)
{
	struct addrinfo	 hints, *res;

	if (inet_pton(AF_INET6, s, addr) == 1)
		return (0);
	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_INET6;
	hints.ai_socktype = SOCK_DGRAM;
	if (getaddrinfo(s, NULL, &hints, &res) != 0)
		return (-1);
	*addr = ((struct sockaddr_in6 *)res->ai_addr)->sin6_addr;
	freeaddrinfo(res);
	return (0);
}

/*
 * Read ADDRESS[%IF][/LENGTH]; IF can only be ifname.  *plen is -1 if there is
 * no length.  Returns -1 if s is not that.
 */
int
inet6_parse(const char *s, const char *ifname, struct in6_addr *addr,
    int *plen)
{
	const char	*errstr;
	char		 host[256], *p;

	*plen = -1;
	if (strlcpy(host, s, sizeof(host)) >= sizeof(host))
		return (-1);
	if ((p = strchr(host, '/')) != NULL) {
		*p++ = '\0';
		*plen = strtonum(p, 0, 128, &errstr);
		if (errstr != NULL)
			return (-1);
	}
	if ((p = strchr(host, '%')) != NULL) {
		*p++ = '\0';
		if (strcmp(p, ifname) != 0)
			return (-1);
	}
	return (resolve(host, addr));
}

/*
 * A word that is none, in this family: an address, and after it the far
 * end's.
 */
void
inet6_address(struct ifctx *c, const char *s)
{
	struct inet6_request	*r = &c->c_inet6;
	struct in6_addr		 addr;
	int			 plen;

	if (inet6_parse(s, c->c_name, &addr, &plen) == -1)
		errx(1, "%s: bad value", s);
	if (!r->r6_set) {
		r->r6_set = 1;
		r->r6_addr = addr;
		if (plen != -1) {
			r->r6_plen = plen;
			r->r6_hasplen = 1;
		}
	} else if (!r->r6_hasdst && plen == -1) {
		r->r6_hasdst = 1;
		r->r6_dst = addr;
	} else
		errx(1, "%s: bad value", s);
}

static void
family_only(const struct ifctx *c, const struct word *w)
{
	if (c->c_af != BSD_AF_INET6)
		errx(1, "%s: not allowed for this address family",
		    w->w_name);
}

static void
word_alias(struct ifctx *c, const struct word *w, char **argv)
{
	c->c_inet6.r6_alias = w->w_param;
}

static void
word_prefixlen(struct ifctx *c, const struct word *w, char **argv)
{
	c->c_inet6.r6_plen = word_number(w->w_name, argv[0], 0, 128);
	c->c_inet6.r6_hasplen = 1;
}

/* w_param: the flag, IN6_IFF_*. */
static void
word_flag(struct ifctx *c, const struct word *w, char **argv)
{
	family_only(c, w);
	if (w->w_param < 0)
		c->c_inet6.r6_flags &= ~-w->w_param;
	else
		c->c_inet6.r6_flags |= w->w_param;
}

static void
word_eui64(struct ifctx *c, const struct word *w, char **argv)
{
	family_only(c, w);
	c->c_inet6.r6_eui64 = 1;
}

/* w_param: 1 valid, 0 preferred. */
static void
word_lifetime(struct ifctx *c, const struct word *w, char **argv)
{
	struct inet6_request	*r = &c->c_inet6;
	uint32_t		 secs;

	family_only(c, w);
	secs = word_number(w->w_name, argv[0], 0, UINT32_MAX);
	if (!r->r6_haslife)
		r->r6_vltime = r->r6_pltime = ND6_INFINITE_LIFETIME;
	r->r6_haslife = 1;
	if (w->w_param)
		r->r6_vltime = secs;
	else
		r->r6_pltime = secs;
}

/* Have the interface speak IPv6, or cease to. */
static void
attach(const struct ifctx *c, int on)
{
	struct if_afreq	 ifar;

	memset(&ifar, 0, sizeof(ifar));
	strlcpy(ifar.ifar_name, c->c_name, sizeof(ifar.ifar_name));
	ifar.ifar_af = BSD_AF_INET6;
	if (on)
		if_ioctl(c, SIOCIFAFATTACH, "SIOCIFAFATTACH", &ifar);
	else
		if_ioctl(c, SIOCIFAFDETACH, "SIOCIFAFDETACH", &ifar);
}

/* Set and clear flags, IFXF_*. */
static void
change_xflags(const struct ifctx *c, int set, int clear)
{
	struct ifreq	 ifr;

	ifreq_init(c, &ifr);
	if_ioctl(c, SIOCGIFXFLAGS, "SIOCGIFXFLAGS", &ifr);
	ifr.ifr_flags = (ifr.ifr_flags & ~clear) | set;
	if_ioctl(c, SIOCSIFXFLAGS, "SIOCSIFXFLAGS", &ifr);
}

/* Addresses by routers' advertisements; temporary ones, too, unless told. */
static void
word_autoconf(struct ifctx *c, const struct word *w, char **argv)
{
	family_only(c, w);
	if (w->w_param) {
		attach(c, 1);
		change_xflags(c, IFXF_AUTOCONF6 | IFXF_AUTOCONF6TEMP, 0);
	} else
		change_xflags(c, 0, IFXF_AUTOCONF6);
}

static void
word_temporary(struct ifctx *c, const struct word *w, char **argv)
{
	if (w->w_param)
		change_xflags(c, IFXF_AUTOCONF6TEMP, 0);
	else
		change_xflags(c, 0, IFXF_AUTOCONF6TEMP);
}

static void
word_soii(struct ifctx *c, const struct word *w, char **argv)
{
	if (w->w_param)
		change_xflags(c, 0, IFXF_INET6_NOSOII);
	else
		change_xflags(c, IFXF_INET6_NOSOII, 0);
}

/* -inet6: no IPv6 at all. */
static void
word_noinet6(struct ifctx *c, const struct word *w, char **argv)
{
	attach(c, 0);
}

/* The requests of this family want a socket of it. */
static int
family_socket(void)
{
	static int	 fd = -1;

	if (fd == -1)
		fd = socket(AF_INET6, SOCK_DGRAM, 0);
	return (fd);
}

static void
if6_ioctl(unsigned long request, const char *name, void *arg)
{
	if (ioctl(family_socket(), request, arg) == -1)
		err(1, "%s", name);
}

/*
 * Complete an address by the last 64 bits of the interface's link-local one.
 * Returns -1 if they are set already.
 */
int
inet6_eui64(struct in6_addr *addr, const struct in6_addr *linklocal)
{
	static const uint8_t	 zero[8];

	if (memcmp(&addr->s6_addr[8], zero, sizeof(zero)) != 0)
		return (-1);
	memcpy(&addr->s6_addr[8], &linklocal->s6_addr[8], 8);
	return (0);
}

static void
complete_eui64(struct ifctx *c)
{
	const struct bsd_sockaddr_in6	*sin6;
	const struct ifl_addr		*a;
	struct ifl_if			*i;
	struct iflist			 list;

	attach(c, 1);
	if (!c->c_inet6.r6_set)
		return;
	if (iflist_get(&list, 0) == -1)
		err(1, "sysctl");
	if ((i = iflist_find(&list, c->c_name)) == NULL)
		errx(1, "%s: no such interface", c->c_name);
	TAILQ_FOREACH(a, &i->i_addrs, a_link) {
		sin6 = (const struct bsd_sockaddr_in6 *)&a->a_addr;
		if (sin6->sin6_family != BSD_AF_INET6 ||
		    !IN6_IS_ADDR_LINKLOCAL(&sin6->sin6_addr))
			continue;
		if (inet6_eui64(&c->c_inet6.r6_addr, &sin6->sin6_addr) == -1)
			errx(1, "eui64: interface index is already filled");
		iflist_free(&list);
		return;
	}
	errx(1, "eui64: could not determine link-local address");
}

static void
request_remove(const struct ifctx *c)
{
	struct in6_ifreq	 ifr;

	if (!c->c_inet6.r6_set)
		errx(1, "an address is required");
	memset(&ifr, 0, sizeof(ifr));
	strlcpy(ifr.ifr_name, c->c_name, sizeof(ifr.ifr_name));
	bsdaddr_set_in6(&ifr.ifr_ifru.ifru_addr, &c->c_inet6.r6_addr);
	if6_ioctl(SIOCDIFADDR_IN6, "SIOCDIFADDR", &ifr);
}

static void
request_add(const struct ifctx *c)
{
	const struct inet6_request	*r = &c->c_inet6;
	struct in6_aliasreq		 ifra;
	struct in6_addr			 mask;

	memset(&ifra, 0, sizeof(ifra));
	strlcpy(ifra.ifra_name, c->c_name, sizeof(ifra.ifra_name));
	bsdaddr_set_in6(&ifra.ifra_addr, &r->r6_addr);
	in6_lenmask(&mask, r->r6_hasplen ? r->r6_plen :
	    r->r6_hasdst ? 128 : 64);
	bsdaddr_set_in6(&ifra.ifra_prefixmask, &mask);
	if (r->r6_hasdst)
		bsdaddr_set_in6(&ifra.ifra_dstaddr, &r->r6_dst);
	ifra.ifra_flags = r->r6_flags;
	ifra.ifra_lifetime.ia6t_vltime = ND6_INFINITE_LIFETIME;
	ifra.ifra_lifetime.ia6t_pltime = ND6_INFINITE_LIFETIME;
	if (r->r6_haslife) {
		ifra.ifra_lifetime.ia6t_vltime = r->r6_vltime;
		ifra.ifra_lifetime.ia6t_pltime = r->r6_pltime;
		/* One that was not asked for is not longer than valid. */
		if (r->r6_pltime == ND6_INFINITE_LIFETIME)
			ifra.ifra_lifetime.ia6t_pltime = r->r6_vltime;
	}
	if6_ioctl(SIOCAIFADDR_IN6, "SIOCAIFADDR", &ifra);
}

/*
 * Apply the request that the words have gathered, if any, and begin another.
 */
void
inet6_commit(struct ifctx *c)
{
	struct inet6_request	*r = &c->c_inet6;

	if (r->r6_eui64)
		complete_eui64(c);
	if (r->r6_alias < 0)
		request_remove(c);
	else if (r->r6_set)
		request_add(c);
	else if (r->r6_alias > 0 || r->r6_hasplen || r->r6_haslife ||
	    r->r6_flags != 0)
		errx(1, "an address is required");
	memset(r, 0, sizeof(*r));
}

/* What the kernel says of an address; -1 if it does not. */
static int
ask(const struct ifl_if *i, const struct ifl_addr *a, unsigned long request,
    struct in6_ifreq *ifr)
{
	memset(ifr, 0, sizeof(*ifr));
	strlcpy(ifr->ifr_name, i->i_name, sizeof(ifr->ifr_name));
	memcpy(&ifr->ifr_ifru.ifru_addr, &a->a_addr,
	    sizeof(ifr->ifr_ifru.ifru_addr));
	return (ioctl(family_socket(), request, ifr));
}

/*
 * The words for the flags of an address, each after a blank; returns buf.
 */
const char *
inet6_flags(int flags, char *buf, size_t size)
{
	static const struct {
		int		 flag;
		const char	*word;
	} words[] = {
		{ IN6_IFF_ANYCAST,	" anycast" },
		{ IN6_IFF_TENTATIVE,	" tentative" },
		{ IN6_IFF_DUPLICATED,	" duplicated" },
		{ IN6_IFF_DEPRECATED,	" deprecated" },
		{ IN6_IFF_AUTOCONF,	" autoconf" },
		{ IN6_IFF_TEMPORARY,	" temporary" },
	};
	size_t	 i;

	*buf = '\0';
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (flags & words[i].flag)
			strlcat(buf, words[i].word, size);
	return (buf);
}

static void
show_lifetime(const char *word, int64_t until, int64_t now)
{
	if (until == 0)
		printf(" %s infty", word);
	else
		printf(" %s %lld", word, until < now ? 0LL :
		    (long long)(until - now));
}

/*
 * The line of an IPv6 address.
 */
void
inet6_show(const struct ifl_if *i, const struct ifl_addr *a)
{
	struct bsd_sockaddr_in6	 sin6;
	struct in6_ifreq	 ifr;
	char			 text[BSDADDR_STRLEN];
	unsigned int		 scope;
	int64_t			 now;

	memcpy(&sin6, &a->a_addr, sizeof(sin6));
	scope = in6_scope_take(&sin6.sin6_addr);
	if (inet_ntop(AF_INET6, &sin6.sin6_addr, text, sizeof(text)) == NULL)
		return;
	printf("\tinet6 %s", text);
	if (scope != 0)
		printf("%%%s", i->i_name);
	if ((i->i_flags & IFF_POINTOPOINT) && a->a_brd.ss_len != 0 &&
	    bsdaddr_ntop((const struct bsd_sockaddr *)&a->a_brd, text,
	    sizeof(text)) != NULL && strcmp(text, "::") != 0)
		printf(" --> %s", text);
	printf(" prefixlen %d", bsdaddr_masklen(
	    (const struct bsd_sockaddr *)&a->a_mask, BSD_AF_INET6));
	if (ask(i, a, SIOCGIFAFLAG_IN6, &ifr) == 0)
		printf("%s", inet6_flags(ifr.ifr_flags6, text, sizeof(text)));
	if (scope != 0)
		printf(" scopeid 0x%x", scope);
	if (ask(i, a, SIOCGIFALIFETIME_IN6, &ifr) == 0 &&
	    (ifr.ifr_lifetime.ia6t_preferred != 0 ||
	    ifr.ifr_lifetime.ia6t_expire != 0)) {
		now = uptime();
		show_lifetime("pltime", ifr.ifr_lifetime.ia6t_preferred, now);
		show_lifetime("vltime", ifr.ifr_lifetime.ia6t_expire, now);
	}
	putchar('\n');
}

const struct word inet6_words[] = {
	{ "-alias",	0, -1, word_alias },
	{ "-anycast",	0, -IN6_IFF_ANYCAST, word_flag },
	{ "-autoconf",	0, 0,  word_autoconf },
	{ "-inet6",	0, 0,  word_noinet6 },
	{ "-soii",	0, 0,  word_soii },
	{ "-temporary",	0, 0,  word_temporary },
	{ "alias",	0, 1,  word_alias },
	{ "anycast",	0, IN6_IFF_ANYCAST, word_flag },
	{ "autoconf",	0, 1,  word_autoconf },
	{ "delete",	0, -1, word_alias },
	{ "eui64",	0, 0,  word_eui64 },
	{ "pltime",	1, 0,  word_lifetime },
	{ "prefixlen",	1, 0,  word_prefixlen },
	{ "soii",	0, 1,  word_soii },
	{ "temporary",	0, 1,  word_temporary },
	{ "vltime",	1, 1,  word_lifetime },
	{ NULL, 0, 0, NULL }
};

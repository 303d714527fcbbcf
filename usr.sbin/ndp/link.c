/*
 * ndp(8): what is known of a link.
 *
 *	-i	its times, by an ioctl
 *	-p	its prefixes: networks that are on an interface
 *	-r	its routers: gateways of default routes that were learnt
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <netinet/in.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet6/in6_var.h>
#include <netinet6/nd6.h>

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bsdaddr.h"
#include "iflist.h"
#include "ndp.h"
#include "rtmsg.h"
#include "rtname.h"
#include "uptime.h"

static int
family_socket(void)
{
	static int	 fd = -1;

	if (fd == -1 && (fd = socket(AF_INET6, SOCK_DGRAM, 0)) == -1)
		err(1, "socket");
	return (fd);
}

/*
 * What neighbour discovery knows of an entry on an interface.  Returns -1 if
 * that is nothing; nbi is cleared then.
 */
int
link_nbrinfo(const struct llinfo *ll, const char *ifname,
    struct in6_nbrinfo *nbi)
{
	memset(nbi, 0, sizeof(*nbi));
	strlcpy(nbi->ifname, ifname, sizeof(nbi->ifname));
	nbi->addr = ll->ll_sin6.sin6_addr;
	if (ioctl(family_socket(), SIOCGNBRINFO_IN6, nbi) == 0)
		return (0);
	memset(nbi, 0, sizeof(*nbi));
	return (-1);
}

/*
 * -i: the times of an interface.  Returns the exit status.
 */
int
link_show(const char *ifname)
{
	struct in6_ndireq	 ndr;
	const struct nd_ifinfo	*ndi = &ndr.ndi;

	memset(&ndr, 0, sizeof(ndr));
	if (strlcpy(ndr.ifname, ifname, sizeof(ndr.ifname)) >=
	    sizeof(ndr.ifname))
		errx(1, "%s: no such interface", ifname);
	if (ioctl(family_socket(), SIOCGIFINFO_IN6, &ndr) == -1)
		err(1, "%s", ifname);
	printf("linkmtu=%u, basereachable=%us%ums, reachable=%us, "
	    "retrans=%us%ums, curhlim=%u\n", ndi->linkmtu,
	    ndi->basereachable / 1000, ndi->basereachable % 1000,
	    ndi->reachable, ndi->retrans / 1000, ndi->retrans % 1000,
	    ndi->chlim);
	printf("Flags:%s\n", (ndi->flags & ND6_IFF_PERFORMNUD) ? " nud" : "");
	return (0);
}

static void
show_lifetimes(const struct ifl_if *i, const struct ifl_addr *a)
{
	struct in6_ifreq		 ifr;
	const struct in6_addrlifetime	*lt = &ifr.ifr_lifetime;
	char				 span[UPTIME_STRLEN];

	memset(&ifr, 0, sizeof(ifr));
	strlcpy(ifr.ifr_name, i->i_name, sizeof(ifr.ifr_name));
	memcpy(&ifr.ifr_ifru.ifru_addr, &a->a_addr,
	    sizeof(ifr.ifr_ifru.ifru_addr));
	if (ioctl(family_socket(), SIOCGIFALIFETIME_IN6, &ifr) == -1)
		return;
	if (lt->ia6t_vltime == ND6_INFINITE_LIFETIME)
		printf(", vltime=infinity");
	else
		printf(", vltime=%u", lt->ia6t_vltime);
	if (lt->ia6t_pltime == ND6_INFINITE_LIFETIME)
		printf(", pltime=infinity");
	else
		printf(", pltime=%u", lt->ia6t_pltime);
	if (lt->ia6t_expire != 0)
		printf(", expire=%s", uptime_text(lt->ia6t_expire - uptime(),
		    span));
	else
		printf(", expire=Never");
}

/* The network that an address is in; returns its mask in mask. */
static void
network(const struct ifl_addr *a, struct bsd_sockaddr_in6 *net,
    struct bsd_sockaddr_in6 *mask)
{
	int	 i;

	memcpy(net, &a->a_addr, sizeof(*net));
	memset(mask, 0, sizeof(*mask));
	memcpy(mask, &a->a_mask, a->a_mask.ss_len < sizeof(*mask) ?
	    a->a_mask.ss_len : sizeof(*mask));
	for (i = 0; i < 16; i++)
		net->sin6_addr.s6_addr[i] &= mask->sin6_addr.s6_addr[i];
}

/* Has an address of the interface before this one the same network? */
static int
seen(const struct ifl_if *i, const struct ifl_addr *until)
{
	const struct ifl_addr	*a;
	struct bsd_sockaddr_in6	 mask, mine, minemask, net;

	network(until, &mine, &minemask);
	TAILQ_FOREACH(a, &i->i_addrs, a_link) {
		if (a == until)
			break;
		if (a->a_addr.ss_family != BSD_AF_INET6)
			continue;
		network(a, &net, &mask);
		if (memcmp(&net.sin6_addr, &mine.sin6_addr, 16) == 0 &&
		    memcmp(&mask.sin6_addr, &minemask.sin6_addr, 16) == 0)
			return (1);
	}
	return (0);
}

static void
show_prefix(const struct ifl_if *i, const struct ifl_addr *a)
{
	struct bsd_sockaddr_in6	 mask, net;
	char			 text[RTNAME_LEN];

	network(a, &net, &mask);
	printf("%s if=%s", rtname_net((struct bsd_sockaddr *)&net,
	    (struct bsd_sockaddr *)&mask, 1, text, sizeof(text)), i->i_name);
	show_lifetimes(i, a);
	putchar('\n');
}

/*
 * -p: the networks that our addresses are in.  Returns the exit status.
 */
int
prefixes_show(void)
{
	const struct ifl_addr	*a;
	const struct ifl_if	*i;
	struct iflist		 list;

	if (iflist_get(&list, 0) == -1)
		err(1, "sysctl");
	TAILQ_FOREACH(i, &list, i_link) {
		if (i->i_flags & IFF_LOOPBACK)
			continue;
		TAILQ_FOREACH(a, &i->i_addrs, a_link)
			if (a->a_addr.ss_family == BSD_AF_INET6 &&
			    !seen(i, a))
				show_prefix(i, a);
	}
	iflist_free(&list);
	return (0);
}

static void
show_router(const struct rt_msghdr *rtm, const struct bsd_sockaddr *gw,
    const struct iflist *list)
{
	const struct ifl_if	*i = iflist_byindex(list, rtm->rtm_index);
	char			 host[RTNAME_LEN], span[UPTIME_STRLEN];
	int64_t			 expire = rtm->rtm_rmx.rmx_expire;

	printf("%s if=%s", rtname_host(gw, opt.no_numeric, host,
	    sizeof(host)), i == NULL ? "?" : i->i_name);
	if (expire != 0)
		printf(", expire=%s", uptime_text(expire - time(NULL),
		    span));
	putchar('\n');
}

/*
 * -r: routers that have told of themselves.  Returns the exit status.
 */
int
routers_show(void)
{
	const struct bsd_sockaddr	*sa[RTAX_MAX];
	const struct rt_msghdr		*rtm;
	struct rtdump			 rd;
	struct iflist			 list;

	if (rtdump_open(&rd, BSD_AF_INET6, NET_RT_DUMP, 0, opt.no_tableid) ==
	    -1 || iflist_get(&list, 0) == -1)
		err(1, "sysctl");
	while ((rtm = rtdump_next(&rd)) != NULL) {
		if (rtm->rtm_hdrlen < sizeof(*rtm) || rtmsg_addrs(
		    (const char *)rtm + rtm->rtm_hdrlen, rtm->rtm_msglen -
		    rtm->rtm_hdrlen, rtm->rtm_addrs, sa) == -1 ||
		    sa[RTAX_NETMASK] == NULL || sa[RTAX_GATEWAY] == NULL)
			continue;
		if ((rtm->rtm_flags & RTF_GATEWAY) &&
		    (rtm->rtm_flags & RTF_DYNAMIC) &&
		    bsdaddr_masklen(sa[RTAX_NETMASK], BSD_AF_INET6) == 0)
			show_router(rtm, sa[RTAX_GATEWAY], &list);
	}
	iflist_free(&list);
	rtdump_close(&rd);
	return (0);
}

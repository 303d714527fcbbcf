/*
 * ndp(8): neighbours.
 */
#include <sys/types.h>
#include <sys/time.h>
#include <netinet/in.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <net/route.h>
#include <netinet6/nd6.h>

#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bsdaddr.h"
#include "iflist.h"
#include "ndp.h"
#include "rtname.h"
#include "uptime.h"

#define W_HOST	36
#define W_LINK	17
#define W_IF	7

static void
show_header(void)
{
	printf("%-*s %-*s %*s %-10s %s %s\n", W_HOST, "Neighbor", W_LINK,
	    "Linklayer Address", W_IF, "Netif", "Expire", "S", "Flags");
}

static const char *
expiry(int64_t expire, char buf[UPTIME_STRLEN])
{
	int64_t	 now = time(NULL);

	if (expire == 0)
		return ("permanent");
	if (expire <= now)
		return ("expired");
	return (uptime_text(expire - now, buf));
}

static int
show_entry(const struct llinfo *ll, void *arg)
{
	const struct iflist	*list = arg;
	const struct ifl_if	*i;
	struct in6_nbrinfo	 nbi;
	char			 ea[ETHER_STRLEN], host[RTNAME_LEN];
	char			 flags[8], span[UPTIME_STRLEN];
	const char		*name;

	i = iflist_byindex(list, ll->ll_ifindex);
	name = i == NULL ? "?" : i->i_name;
	rtname_host(&ll->ll_sa, opt.no_numeric, host, sizeof(host));
	if (ll->ll_link.sdl_alen == 6)
		ether_str((const uint8_t *)LLADDR(&ll->ll_link), ea);
	else
		strlcpy(ea, "(incomplete)", sizeof(ea));
	if (link_nbrinfo(ll, name, &nbi) == -1)
		nbi.state = ND6_LLINFO_NOSTATE;
	snprintf(flags, sizeof(flags), "%s%s%s",
	    (ll->ll_flags & RTF_LOCAL) ? "l" : "", nbi.isrouter ? "R" : "",
	    (ll->ll_flags & RTF_ANNOUNCE) ? "p" : "");
	printf("%-*s %-*s %*s %-10s %c%s%s", W_HOST, host, W_LINK, ea, W_IF,
	    name, expiry(ll->ll_expire, span), (ll->ll_flags & RTF_LOCAL) ?
	    'R' : state_letter(nbi.state), *flags == '\0' ? "" : " ", flags);
	if (nbi.asked != 0)
		printf(" %d", nbi.asked);
	putchar('\n');
	return (0);
}

static void
stamp(void)
{
	struct timeval	 tv;
	struct tm	 tm;

	gettimeofday(&tv, NULL);
	if (localtime_r(&tv.tv_sec, &tm) == NULL)
		return;
	printf("%02d:%02d:%02d.%06ld\n", tm.tm_hour, tm.tm_min, tm.tm_sec,
	    (long)tv.tv_usec);
}

/*
 * -a: all entries, again and again with -A.  Returns the exit status.
 */
int
show_all(void)
{
	struct iflist	 list;

	for (;;) {
		if (opt.no_stamp)
			stamp();
		if (iflist_get(&list, 0) == -1)
			err(1, "sysctl");
		show_header();
		if (llinfo_walk(opt.no_tableid, BSD_AF_INET6, show_entry,
		    &list) == -1)
			err(1, "sysctl");
		iflist_free(&list);
		if (opt.no_wait == 0)
			return (0);
		putchar('\n');
		fflush(stdout);
		sleep(opt.no_wait);
	}
}

/*
 * The entry of one host.  Returns the exit status.
 */
int
show_one(const char *host)
{
	struct bsd_sockaddr_in6	 sin6;
	struct llinfo		 ll;
	struct iflist		 list;
	char			 addr[RTNAME_LEN];

	if (ndp_host(host, &sin6) == -1)
		return (1);
	if (llinfo_get(opt.no_tableid, (struct bsd_sockaddr *)&sin6, &ll) ==
	    -1) {
		if (errno != ENOENT)
			err(1, "%s", host);
		printf("%s (%s) -- no entry\n", host, rtname_host(
		    (struct bsd_sockaddr *)&sin6, 1, addr, sizeof(addr)));
		return (1);
	}
	if (iflist_get(&list, 0) == -1)
		err(1, "sysctl");
	show_header();
	show_entry(&ll, &list);
	iflist_free(&list);
	return (0);
}

/*
 * The routing table as route(8) and netstat(1) show it: one line a route,
 * the columns of OpenBSD.
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>

#include <stdio.h>
#include <string.h>

#include "iflist.h"
#include "rtmsg.h"
#include "rtname.h"
#include "rtshow.h"

static struct iflist	 interfaces = TAILQ_HEAD_INITIALIZER(interfaces);

/* Width of the columns of destination and of gateway. */
static int
wide(int af, int numeric)
{
	return (af == BSD_AF_INET6 && numeric ? INET6_ADDRSTRLEN + 4 : 18);
}

static int
wide_gateway(int af, int numeric)
{
	return (af == BSD_AF_INET6 && numeric ? INET6_ADDRSTRLEN : 18);
}

/*
 * The title of a family's table and the line that names its columns.
 */
void
rtshow_header(int af, int numeric)
{
	printf("\n%s:\n", rtname_family(af));
	printf("%-*s %-*s %-6s %5s %8s %5s  %4s %s\n", wide(af, numeric),
	    "Destination", wide_gateway(af, numeric), "Gateway", "Flags",
	    "Refs", "Use", "Mtu", "Prio", "Iface");
}

static const char *
interface_name(unsigned int index)
{
	const struct ifl_if	*i;

	if ((i = iflist_byindex(&interfaces, index)) == NULL)
		return ("-");
	return (i->i_name);
}

/*
 * Print one route.
 */
void
rtshow_line(const struct rtshow *rs, const struct rt_msghdr *rtm,
    const struct bsd_sockaddr *const *sa)
{
	const struct rt_metrics	*rmx = &rtm->rtm_rmx;
	char			 dst[RTNAME_LEN], gw[RTNAME_LEN], flags[32];
	char			 label[64], mtu[16];
	int			 af = sa[RTAX_DST]->sa_family;

	if (rtm->rtm_flags & RTF_HOST)
		rtname_host(sa[RTAX_DST], rs->rs_numeric, dst, sizeof(dst));
	else
		rtname_net(sa[RTAX_DST], sa[RTAX_NETMASK], rs->rs_numeric,
		    dst, sizeof(dst));
	rtname_host(sa[RTAX_GATEWAY], rs->rs_numeric, gw, sizeof(gw));
	if (rmx->rmx_mtu != 0)
		snprintf(mtu, sizeof(mtu), "%u", rmx->rmx_mtu);
	else
		strlcpy(mtu, "-", sizeof(mtu));
	/* As numbers they are never cut: a script may want them. */
	if (rs->rs_numeric)
		printf("%-*s %-*s", wide(af, 1), dst, wide_gateway(af, 1),
		    gw);
	else
		printf("%-*.*s %-*.*s", wide(af, 0), wide(af, 0), dst,
		    wide_gateway(af, 0), wide_gateway(af, 0), gw);
	printf(" %-6.6s %5u %8llu %5s %c  %2d %-5.16s",
	    rtname_flags(rtm->rtm_flags, flags, sizeof(flags)),
	    rmx->rmx_refcnt, (unsigned long long)rmx->rmx_pksent, mtu,
	    (rmx->rmx_locks & RTV_MTU) ? 'L' : ' ',
	    rtm->rtm_priority & RTP_MASK, interface_name(rtm->rtm_index));
	if (rs->rs_verbose && *rtname_label(sa[RTAX_LABEL], label,
	    sizeof(label)) != '\0')
		printf(" \"%s\"", label);
	putchar('\n');
}

/*
 * Is this route among those that were asked for?
 */
int
rtshow_wanted(const struct rtshow *rs, const struct rt_msghdr *rtm,
    const struct bsd_sockaddr *const *sa)
{
	char	 label[64];

	if (rs->rs_af != BSD_AF_UNSPEC &&
	    rs->rs_af != sa[RTAX_DST]->sa_family)
		return (0);
	if (rs->rs_priority != 0 &&
	    rs->rs_priority != (rtm->rtm_priority & RTP_MASK))
		return (0);
	if (rs->rs_gateway && (sa[RTAX_GATEWAY] == NULL ||
	    sa[RTAX_GATEWAY]->sa_family != sa[RTAX_DST]->sa_family))
		return (0);
	if (rs->rs_label != NULL && strcmp(rs->rs_label,
	    rtname_label(sa[RTAX_LABEL], label, sizeof(label))) != 0)
		return (0);
	return (1);
}

/*
 * Show a table, family by family.  Returns -1 with errno set if the kernel
 * does not give it.
 */
int
rtshow(const struct rtshow *rs)
{
	const struct bsd_sockaddr	*sa[RTAX_MAX];
	const struct rt_msghdr		*rtm;
	struct rtdump			 rd;
	int				 af = -1;

	if (rtdump_open(&rd, rs->rs_af, NET_RT_DUMP, 0, rs->rs_tableid) == -1)
		return (-1);
	if (iflist_get(&interfaces, 0) == -1) {
		rtdump_close(&rd);
		return (-1);
	}
	printf("Routing tables\n");
	while ((rtm = rtdump_next(&rd)) != NULL) {
		if (rtm->rtm_hdrlen < sizeof(*rtm) || rtmsg_addrs(
		    (const char *)rtm + rtm->rtm_hdrlen, rtm->rtm_msglen -
		    rtm->rtm_hdrlen, rtm->rtm_addrs, sa) == -1 ||
		    sa[RTAX_DST] == NULL || !rtshow_wanted(rs, rtm, sa))
			continue;
		if (sa[RTAX_DST]->sa_family != af) {
			af = sa[RTAX_DST]->sa_family;
			rtshow_header(af, rs->rs_numeric);
		}
		rtshow_line(rs, rtm, sa);
	}
	iflist_free(&interfaces);
	rtdump_close(&rd);
	return (0);
}

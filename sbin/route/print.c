/*
 * route(8): routing messages as text.
 */
#include <sys/types.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <net/route.h>

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bits.h"
#include "bsdaddr.h"
#include "iflist.h"
#include "route.h"
#include "rtmsg.h"
#include "rtname.h"

static const struct bitname	 route_flags[] = {
	{ RTF_UP,		"UP" },
	{ RTF_GATEWAY,		"GATEWAY" },
	{ RTF_HOST,		"HOST" },
	{ RTF_REJECT,		"REJECT" },
	{ RTF_DYNAMIC,		"DYNAMIC" },
	{ RTF_MODIFIED,		"MODIFIED" },
	{ RTF_DONE,		"DONE" },
	{ RTF_CLONING,		"CLONING" },
	{ RTF_MULTICAST,	"MULTICAST" },
	{ RTF_LLINFO,		"LLINFO" },
	{ RTF_STATIC,		"STATIC" },
	{ RTF_BLACKHOLE,	"BLACKHOLE" },
	{ RTF_PROTO3,		"PROTO3" },
	{ RTF_PROTO2,		"PROTO2" },
	{ RTF_PROTO1,		"PROTO1" },
	{ RTF_CLONED,		"CLONED" },
	{ RTF_CACHED,		"CACHED" },
	{ RTF_MPATH,		"MPATH" },
	{ RTF_MPLS,		"MPLS" },
	{ RTF_LOCAL,		"LOCAL" },
	{ RTF_BROADCAST,	"BROADCAST" },
	{ RTF_CONNECTED,	"CONNECTED" },
	{ RTF_BFD,		"BFD" },
	{ 0, NULL }
};

static const struct bitname	 address_names[] = {
	{ RTA_DST,	"DST" },
	{ RTA_GATEWAY,	"GATEWAY" },
	{ RTA_NETMASK,	"NETMASK" },
	{ RTA_GENMASK,	"GENMASK" },
	{ RTA_IFP,	"IFP" },
	{ RTA_IFA,	"IFA" },
	{ RTA_AUTHOR,	"AUTHOR" },
	{ RTA_BRD,	"BRD" },
	{ RTA_SRC,	"SRC" },
	{ RTA_SRCMASK,	"SRCMASK" },
	{ RTA_LABEL,	"LABEL" },
	{ RTA_BFD,	"BFD" },
	{ RTA_DNS,	"DNS" },
	{ RTA_STATIC,	"STATIC" },
	{ RTA_SEARCH,	"SEARCH" },
	{ 0, NULL }
};

static const struct bitname	 metric_names[] = {
	{ RTV_MTU,	"mtu" },
	{ RTV_HOPCOUNT,	"hopcount" },
	{ RTV_EXPIRE,	"expire" },
	{ RTV_RPIPE,	"recvpipe" },
	{ RTV_SPIPE,	"sendpipe" },
	{ RTV_SSTHRESH,	"ssthresh" },
	{ RTV_RTT,	"rtt" },
	{ RTV_RTTVAR,	"rttvar" },
	{ 0, NULL }
};

static const char *const type_names[] = {
	[RTM_ADD] = "RTM_ADD: Add Route",
	[RTM_DELETE] = "RTM_DELETE: Delete Route",
	[RTM_CHANGE] = "RTM_CHANGE: Change Metrics, Flags or Gateway",
	[RTM_GET] = "RTM_GET: Report Metrics",
	[RTM_LOSING] = "RTM_LOSING: Kernel Suspects Partitioning",
	[RTM_REDIRECT] = "RTM_REDIRECT: Told to use different route",
	[RTM_MISS] = "RTM_MISS: Lookup failed on this address",
	[RTM_RESOLVE] = "RTM_RESOLVE: Route created by cloning",
	[RTM_NEWADDR] = "RTM_NEWADDR: address being added to iface",
	[RTM_DELADDR] = "RTM_DELADDR: address being removed from iface",
	[RTM_IFINFO] = "RTM_IFINFO: iface status change",
	[RTM_IFANNOUNCE] = "RTM_IFANNOUNCE: iface arrival/departure",
	[RTM_DESYNC] = "RTM_DESYNC: route socket overflow",
	[RTM_INVALIDATE] = "RTM_INVALIDATE: invalidate cache of L2 route",
	[RTM_BFD] = "RTM_BFD: bidirectional forwarding detection",
	[RTM_PROPOSAL] = "RTM_PROPOSAL: config proposal",
	[RTM_CHGADDRATTR] = "RTM_CHGADDRATTR: address attributes being "
	    "changed",
	[RTM_80211INFO] = "RTM_80211INFO: 802.11 iface status change",
	[RTM_SOURCE] = "RTM_SOURCE: source address change",
};

/* The names of the bits that are set, in angle brackets. */
static void
print_bits(const struct bitname *table, unsigned int bits)
{
	char	 buf[512] = "";

	if (bits_names(buf, sizeof(buf), table, bits, 0) > 0)
		printf("<%s>", buf);
}

static const char *
priority_name(int priority)
{
	switch (priority & RTP_MASK) {
	case RTP_NONE:
		return ("none");
	case RTP_LOCAL:
		return ("local");
	case RTP_CONNECTED:
		return ("connected");
	case RTP_STATIC:
		return ("static");
	case RTP_EIGRP:
		return ("eigrp");
	case RTP_OSPF:
		return ("ospf");
	case RTP_ISIS:
		return ("is-is");
	case RTP_RIP:
		return ("rip");
	case RTP_BGP:
		return ("bgp");
	case RTP_DEFAULT:
		return ("default");
	default:
		return ("");
	}
}

/* The name of an interface by index; the next call overwrites it. */
static const char *
interface_name(unsigned int index)
{
	static char	 name[IFNAMSIZ];
	struct ifl_if	*i;
	struct iflist	 list;

	strlcpy(name, "", sizeof(name));
	if (index != 0 && iflist_get(&list, 0) == 0) {
		if ((i = iflist_byindex(&list, index)) != NULL)
			strlcpy(name, i->i_name, sizeof(name));
		iflist_free(&list);
	}
	return (name);
}

static void
print_addrs(const void *data, size_t len, int addrs)
{
	const struct bsd_sockaddr	*sa[RTAX_MAX];
	char				 buf[RTNAME_LEN];
	int				 af, i;

	if (addrs == 0) {
		putchar('\n');
		return;
	}
	printf("\nsockaddrs: ");
	print_bits(address_names, addrs);
	putchar('\n');
	if (rtmsg_addrs(data, len, addrs, sa) == -1) {
		printf(" (truncated)\n\n");
		return;
	}
	/* A mask is of the family of its route, or of its address. */
	af = sa[RTAX_DST] != NULL ? sa[RTAX_DST]->sa_family :
	    sa[RTAX_IFA] != NULL ? sa[RTAX_IFA]->sa_family : BSD_AF_INET;
	for (i = 0; i < RTAX_MAX; i++) {
		if (sa[i] == NULL)
			continue;
		if (i == RTAX_NETMASK)
			printf(" /%d", bsdaddr_masklen(sa[i], af));
		else if (i == RTAX_LABEL)
			printf(" \"%s\"", rtname_label(sa[i], buf,
			    sizeof(buf)));
		else
			printf(" %s", rtname_host(sa[i], opt.o_numeric, buf,
			    sizeof(buf)));
	}
	printf("\n\n");
}

static const char *
link_name(int state)
{
	switch (state) {
	case LINK_STATE_UNKNOWN:
		return ("unknown");
	case LINK_STATE_INVALID:
		return ("invalid");
	case LINK_STATE_DOWN:
		return ("no carrier");
	case LINK_STATE_KALIVE_DOWN:
		return ("keepalive down");
	case LINK_STATE_HALF_DUPLEX:
		return ("half-duplex");
	case LINK_STATE_FULL_DUPLEX:
		return ("full-duplex");
	default:
		return ("active");
	}
}

static void
print_ifinfo(const struct if_msghdr *ifm)
{
	printf(", if# %u, name: %s, link: %s, mtu: %u, flags:",
	    ifm->ifm_index, interface_name(ifm->ifm_index),
	    link_name(ifm->ifm_data.ifi_link_state), ifm->ifm_data.ifi_mtu);
	print_bits(iff_names, ifm->ifm_flags);
	print_addrs((const char *)ifm + ifm->ifm_hdrlen, ifm->ifm_msglen -
	    ifm->ifm_hdrlen, ifm->ifm_addrs);
}

static void
print_ifaddr(const struct ifa_msghdr *ifam)
{
	printf(", if# %u, name: %s, metric: %d, flags:", ifam->ifam_index,
	    interface_name(ifam->ifam_index), ifam->ifam_metric);
	print_bits(route_flags, ifam->ifam_flags);
	print_addrs((const char *)ifam + ifam->ifam_hdrlen,
	    ifam->ifam_msglen - ifam->ifam_hdrlen, ifam->ifam_addrs);
}

static void
print_announce(const struct if_announcemsghdr *ifan)
{
	printf(", if# %u, name: %.*s, what: ", ifan->ifan_index, IFNAMSIZ,
	    ifan->ifan_name);
	if (ifan->ifan_what == IFAN_ARRIVAL)
		printf("arrival\n\n");
	else if (ifan->ifan_what == IFAN_DEPARTURE)
		printf("departure\n\n");
	else
		printf("#%u\n\n", ifan->ifan_what);
}

/* Seconds left; the kernel says when. */
static long long
left(int64_t expire)
{
	return (expire == 0 ? 0 : (long long)expire - time(NULL));
}

static void
print_metrics(const struct rt_msghdr *rtm)
{
	const struct rt_metrics	*rmx = &rtm->rtm_rmx;

	printf("\nuse: %8llu   mtu: %8u%c   expire: %8lld%c",
	    (unsigned long long)rmx->rmx_pksent, rmx->rmx_mtu,
	    (rmx->rmx_locks & RTV_MTU) ? 'L' : ' ',
	    left(rmx->rmx_expire),
	    (rmx->rmx_locks & RTV_EXPIRE) ? 'L' : ' ');
	printf("\nlocks: ");
	print_bits(metric_names, rmx->rmx_locks);
	printf(" inits: ");
	print_bits(metric_names, rtm->rtm_inits);
}

static void
print_change(const struct rt_msghdr *rtm)
{
	printf(", priority %d, table %u, if# %u, ", rtm->rtm_priority &
	    RTP_MASK, rtm->rtm_tableid, rtm->rtm_index);
	if (*interface_name(rtm->rtm_index) != '\0')
		printf("name: %s, ", interface_name(rtm->rtm_index));
	printf("pid: %ld, seq %d, errno %d\nflags:", (long)rtm->rtm_pid,
	    rtm->rtm_seq, rtm->rtm_errno);
	print_bits(route_flags, rtm->rtm_flags);
	printf("\nfmask:");
	print_bits(route_flags, rtm->rtm_fmask);
	print_metrics(rtm);
	print_addrs((const char *)rtm + rtm->rtm_hdrlen, rtm->rtm_msglen -
	    rtm->rtm_hdrlen, rtm->rtm_addrs);
}

/* Are len bytes what this type of message needs at least? */
static size_t
header_size(int type)
{
	switch (type) {
	case RTM_IFINFO:
		return (sizeof(struct if_msghdr));
	case RTM_NEWADDR:
	case RTM_DELADDR:
	case RTM_CHGADDRATTR:
		return (sizeof(struct ifa_msghdr));
	case RTM_IFANNOUNCE:
		return (sizeof(struct if_announcemsghdr));
	case RTM_DESYNC:
	case RTM_80211INFO:
	case RTM_BFD:
		return (6);
	default:
		return (sizeof(struct rt_msghdr));
	}
}

/*
 * Print any routing message of len bytes.
 */
void
print_message(const struct rt_msghdr *rtm, size_t len)
{
	int	 type;

	if (len < 6 || rtm->rtm_version != RTM_VERSION) {
		warnx("routing message version %d not understood",
		    len < 6 ? 0 : rtm->rtm_version);
		return;
	}
	type = rtm->rtm_type;
	if (len < header_size(type) || rtm->rtm_msglen > len ||
	    rtm->rtm_hdrlen > rtm->rtm_msglen ||
	    rtm->rtm_msglen < header_size(type)) {
		warnx("routing message too short");
		return;
	}
	if ((size_t)type < sizeof(type_names) / sizeof(type_names[0]) &&
	    type_names[type] != NULL)
		printf("%s: len %u", type_names[type], rtm->rtm_msglen);
	else
		printf("#%u: len %u", type, rtm->rtm_msglen);
	switch (type) {
	case RTM_DESYNC:
	case RTM_80211INFO:
	case RTM_BFD:
		printf("\n\n");
		break;
	case RTM_IFINFO:
		print_ifinfo((const struct if_msghdr *)rtm);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
	case RTM_CHGADDRATTR:
		print_ifaddr((const struct ifa_msghdr *)rtm);
		break;
	case RTM_IFANNOUNCE:
		print_announce((const struct if_announcemsghdr *)rtm);
		break;
	default:
		print_change(rtm);
		break;
	}
}

static void
print_sa(const char *what, const struct bsd_sockaddr *sa)
{
	char	 buf[RTNAME_LEN];

	if (sa != NULL)
		printf("%11s: %s\n", what, rtname_host(sa, opt.o_numeric, buf,
		    sizeof(buf)));
}

static void
print_interface(const struct bsd_sockaddr *sa)
{
	struct bsd_sockaddr_dl	 sdl;

	if (sa == NULL || sa->sa_family != BSD_AF_LINK)
		return;
	memset(&sdl, 0, sizeof(sdl));
	memcpy(&sdl, sa, sa->sa_len < sizeof(sdl) ? sa->sa_len : sizeof(sdl));
	if (sdl.sdl_nlen != 0 && sdl.sdl_nlen <= sizeof(sdl.sdl_data))
		printf("%11s: %.*s\n", "interface", sdl.sdl_nlen,
		    sdl.sdl_data);
}

/* A mask in full, or "default" for one that matches all. */
static void
print_mask(const struct bsd_sockaddr *mask, int af)
{
	union route_addr	 full;
	int			 plen;

	if (mask == NULL)
		return;
	if ((plen = bsdaddr_masklen(mask, af)) == 0)
		printf("%11s: default\n", "mask");
	else if (plen > 0 && addr_plenmask(af, plen, &full) == 0) {
		char	 buf[RTNAME_LEN];

		printf("%11s: %s\n", "mask", rtname_host(&full.ra_sa, 1, buf,
		    sizeof(buf)));
	}
}

/*
 * The answer to get: what route(8) knows of the way to r's destination.
 */
void
print_route(const struct request *r, const struct rt_msghdr *rtm, size_t len)
{
	const struct bsd_sockaddr	*sa[RTAX_MAX];
	const struct rt_metrics		*rmx = &rtm->rtm_rmx;
	char				 buf[RTNAME_LEN];
	int				 af = r->r_addr[RTAX_DST].ra_sa.sa_family;

	if (rtm->rtm_msglen > len || rtm->rtm_hdrlen > rtm->rtm_msglen ||
	    rtmsg_addrs((const char *)rtm + rtm->rtm_hdrlen, rtm->rtm_msglen -
	    rtm->rtm_hdrlen, rtm->rtm_addrs, sa) == -1)
		errx(1, "malformed routing message");
	if (opt.o_quiet)
		return;
	printf("%11s: %s\n", "route to", rtname_host(
	    &r->r_addr[RTAX_DST].ra_sa, opt.o_numeric, buf, sizeof(buf)));
	if (sa[RTAX_DST] != NULL && sa[RTAX_NETMASK] != NULL &&
	    bsdaddr_masklen(sa[RTAX_NETMASK], af) == 0)
		printf("%11s: default\n", "destination");
	else
		print_sa("destination", sa[RTAX_DST]);
	print_mask(sa[RTAX_NETMASK], af);
	if (rtm->rtm_flags & RTF_GATEWAY)
		print_sa("gateway", sa[RTAX_GATEWAY]);
	print_interface(sa[RTAX_IFP]);
	print_sa("if address", sa[RTAX_IFA]);
	printf("%11s: %u (%s)\n", "priority", rtm->rtm_priority & RTP_MASK,
	    priority_name(rtm->rtm_priority));
	printf("%11s: ", "flags");
	print_bits(route_flags, rtm->rtm_flags);
	putchar('\n');
	if (sa[RTAX_LABEL] != NULL)
		printf("%11s: %s\n", "label", rtname_label(sa[RTAX_LABEL],
		    buf, sizeof(buf)));
	printf("     use       mtu    expire\n");
	printf("%8llu  %8u%c %8lld%c\n", (unsigned long long)rmx->rmx_pksent,
	    rmx->rmx_mtu, (rmx->rmx_locks & RTV_MTU) ? 'L' : ' ',
	    left(rmx->rmx_expire),
	    (rmx->rmx_locks & RTV_EXPIRE) ? 'L' : ' ');
}

/*
 * Neighbours and their link addresses.  They are the part of the routing
 * table whose routes have link addresses (RTF_LLINFO), so they are read by
 * sysctl(2) and changed by routing messages.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <net/route.h>

#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bsdaddr.h"
#include "llinfo.h"
#include "rtmsg.h"

/* Take a route apart; -1 if it is not a host's with a link address. */
static int
entry(const struct rt_msghdr *rtm, struct llinfo *ll)
{
	const struct bsd_sockaddr	*sa[RTAX_MAX];
	const struct bsd_sockaddr	*dst, *gw;
	size_t				 want;

	if (rtm->rtm_hdrlen < sizeof(*rtm) || rtmsg_addrs((const char *)rtm +
	    rtm->rtm_hdrlen, rtm->rtm_msglen - rtm->rtm_hdrlen,
	    rtm->rtm_addrs, sa) == -1 || (dst = sa[RTAX_DST]) == NULL ||
	    (gw = sa[RTAX_GATEWAY]) == NULL)
		return (-1);
	want = dst->sa_family == BSD_AF_INET ? sizeof(ll->ll_sin) :
	    dst->sa_family == BSD_AF_INET6 ? sizeof(ll->ll_sin6) : 0;
	if (want == 0 || dst->sa_len < want || gw->sa_family != BSD_AF_LINK)
		return (-1);
	memset(ll, 0, sizeof(*ll));
	memcpy(&ll->ll_u, dst, want);
	memcpy(&ll->ll_link, gw, gw->sa_len < sizeof(ll->ll_link) ?
	    gw->sa_len : sizeof(ll->ll_link));
	if (ll->ll_link.sdl_nlen + ll->ll_link.sdl_alen >
	    sizeof(ll->ll_link.sdl_data))
		return (-1);
	ll->ll_flags = rtm->rtm_flags;
	ll->ll_expire = rtm->rtm_rmx.rmx_expire;
	ll->ll_ifindex = rtm->rtm_index;
	return (0);
}

/*
 * Call func for every neighbour of family af in a routing table.  Stops when
 * it returns other than 0, and returns that; -1 with errno set if the table
 * cannot be read.
 */
int
llinfo_walk(int tableid, int af, int (*func)(const struct llinfo *, void *),
    void *arg)
{
	const struct rt_msghdr	*rtm;
	struct llinfo		 ll;
	struct rtdump		 rd;
	int			 result = 0;

	if (rtdump_open(&rd, af, NET_RT_FLAGS, RTF_LLINFO, tableid) == -1)
		return (-1);
	while (result == 0 && (rtm = rtdump_next(&rd)) != NULL)
		if (entry(rtm, &ll) == 0)
			result = func(&ll, arg);
	rtdump_close(&rd);
	return (result);
}

static void
begin(struct rt_msghdr *rtm, int tableid, int type, int flags)
{
	memset(rtm, 0, sizeof(*rtm));
	rtm->rtm_version = RTM_VERSION;
	rtm->rtm_type = type;
	rtm->rtm_hdrlen = sizeof(*rtm);
	rtm->rtm_tableid = tableid;
	rtm->rtm_flags = flags;
	rtm->rtm_seq = arc4random() & INT_MAX;
}

static int
route_socket(unsigned int filter)
{
	int	 fd;

	if ((fd = socket(BSD_PF_ROUTE, SOCK_RAW, BSD_AF_UNSPEC)) == -1)
		err(1, "socket");
	if (setsockopt(fd, BSD_AF_ROUTE, ROUTE_MSGFILTER, &filter,
	    sizeof(filter)) == -1)
		err(1, "setsockopt ROUTE_MSGFILTER");
	return (fd);
}

/* Is the entry that of addr, and not a network's that it is in? */
static int
is_of(const struct llinfo *ll, const struct bsd_sockaddr *addr)
{
	const struct bsd_sockaddr_in6	*sin6 = (const void *)addr;
	const struct bsd_sockaddr_in	*sin = (const void *)addr;

	if (ll->ll_sa.sa_family != addr->sa_family)
		return (0);
	if (addr->sa_family == BSD_AF_INET6)
		return (memcmp(&ll->ll_sin6.sin6_addr, &sin6->sin6_addr,
		    sizeof(sin6->sin6_addr)) == 0);
	return (ll->ll_sin.sin_addr.s_addr == sin->sin_addr.s_addr);
}

/*
 * Ask for the route to a host.  Returns -1 with errno set; ENOENT means that
 * it is no neighbour with a link address (its interface is known if
 * ll_ifindex is not 0).
 */
int
llinfo_get(int tableid, const struct bsd_sockaddr *addr, struct llinfo *ll)
{
	struct rt_msghdr	*rtm, *reply;
	char			 msg[RTM_MAXSIZE];
	ssize_t			 n;
	size_t			 len;
	int			 error, fd, seq;

	memset(ll, 0, sizeof(*ll));
	rtm = (struct rt_msghdr *)msg;
	begin(rtm, tableid, RTM_GET, RTF_HOST);
	seq = rtm->rtm_seq;
	len = rtmsg_put(msg, sizeof(*rtm), sizeof(msg), addr);
	rtm->rtm_addrs = RTA_DST;
	rtm->rtm_msglen = len;
	fd = route_socket(ROUTE_FILTER(RTM_GET));
	if (write(fd, msg, len) == -1) {
		error = errno;
		close(fd);
		errno = error == ESRCH ? ENOENT : error;
		return (-1);
	}
	reply = (struct rt_msghdr *)msg;
	do {
		if ((n = read(fd, msg, sizeof(msg))) == -1)
			err(1, "read from routing socket");
	} while ((size_t)n < sizeof(*reply) || reply->rtm_type != RTM_GET ||
	    reply->rtm_seq != seq);
	close(fd);
	error = entry(reply, ll);
	/* What is behind a router is no neighbour. */
	ll->ll_ifindex = (reply->rtm_flags & RTF_GATEWAY) ? 0 :
	    reply->rtm_index;
	if (error == -1 || (ll->ll_flags & RTF_LLINFO) == 0 ||
	    !is_of(ll, addr)) {
		errno = ENOENT;
		return (-1);
	}
	return (0);
}

static int
transact(struct rt_msghdr *rtm, size_t len)
{
	int	 error = 0, fd;

	rtm->rtm_msglen = len;
	fd = route_socket(ROUTE_FILTER(RTM_GET));
	if (write(fd, rtm, len) == -1)
		error = errno;
	close(fd);
	errno = error;
	return (error == 0 ? 0 : -1);
}

/*
 * Enter the address ea of the host of ll, for its interface.  flags may have
 * RTF_ANNOUNCE; expire is seconds since 1970, 0 for never.  Returns -1 with
 * errno set.
 */
int
llinfo_set(int tableid, const struct llinfo *ll, const uint8_t ea[6],
    int flags, int64_t expire)
{
	struct bsd_sockaddr_dl	 sdl;
	struct rt_msghdr	*rtm;
	char			 msg[RTM_MAXSIZE];
	size_t			 len;

	memset(&sdl, 0, sizeof(sdl));
	sdl.sdl_len = sizeof(sdl);
	sdl.sdl_family = BSD_AF_LINK;
	sdl.sdl_index = ll->ll_ifindex;
	sdl.sdl_type = ll->ll_link.sdl_type;
	sdl.sdl_alen = 6;
	memcpy(LLADDR(&sdl), ea, 6);

	rtm = (struct rt_msghdr *)msg;
	begin(rtm, tableid, RTM_ADD, RTF_HOST | RTF_STATIC | RTF_LLINFO |
	    flags);
	rtm->rtm_rmx.rmx_expire = expire;
	rtm->rtm_inits = RTV_EXPIRE;
	rtm->rtm_addrs = RTA_DST | RTA_GATEWAY;
	len = rtmsg_put(msg, sizeof(*rtm), sizeof(msg), &ll->ll_u);
	len = rtmsg_put(msg, len, sizeof(msg), &sdl);
	return (transact(rtm, len));
}

/*
 * Forget a host.  Returns -1 with errno set.
 */
int
llinfo_delete(int tableid, const struct bsd_sockaddr *addr)
{
	struct rt_msghdr	*rtm;
	char			 msg[RTM_MAXSIZE];
	size_t			 len;

	rtm = (struct rt_msghdr *)msg;
	begin(rtm, tableid, RTM_DELETE, RTF_HOST | RTF_LLINFO);
	rtm->rtm_addrs = RTA_DST;
	len = rtmsg_put(msg, sizeof(*rtm), sizeof(msg), addr);
	return (transact(rtm, len));
}

/*
 * The ARP table of the kernel: it is the part of the routing table whose
 * routes have link addresses (RTF_LLINFO), so it is read by sysctl(2) and
 * changed by routing messages.
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

#include "arp.h"
#include "bsdaddr.h"
#include "rtmsg.h"

/* Take a route apart; -1 if it is not a host's with a link address. */
static int
entry(const struct rt_msghdr *rtm, struct arp_entry *ae)
{
	const struct bsd_sockaddr	*sa[RTAX_MAX];

	if (rtm->rtm_hdrlen < sizeof(*rtm) || rtmsg_addrs((const char *)rtm +
	    rtm->rtm_hdrlen, rtm->rtm_msglen - rtm->rtm_hdrlen,
	    rtm->rtm_addrs, sa) == -1 || sa[RTAX_DST] == NULL ||
	    sa[RTAX_GATEWAY] == NULL ||
	    sa[RTAX_DST]->sa_family != BSD_AF_INET ||
	    sa[RTAX_DST]->sa_len < sizeof(ae->ae_addr) ||
	    sa[RTAX_GATEWAY]->sa_family != BSD_AF_LINK)
		return (-1);
	memset(ae, 0, sizeof(*ae));
	memcpy(&ae->ae_addr, sa[RTAX_DST], sizeof(ae->ae_addr));
	memcpy(&ae->ae_link, sa[RTAX_GATEWAY],
	    sa[RTAX_GATEWAY]->sa_len < sizeof(ae->ae_link) ?
	    sa[RTAX_GATEWAY]->sa_len : sizeof(ae->ae_link));
	if (ae->ae_link.sdl_nlen + ae->ae_link.sdl_alen >
	    sizeof(ae->ae_link.sdl_data))
		return (-1);
	ae->ae_flags = rtm->rtm_flags;
	ae->ae_expire = rtm->rtm_rmx.rmx_expire;
	ae->ae_ifindex = rtm->rtm_index;
	return (0);
}

/*
 * Call func for every entry.  Stops when it returns other than 0, and
 * returns that; -1 with errno set if the table cannot be read.
 */
int
table_walk(int (*func)(const struct arp_entry *, void *), void *arg)
{
	const struct rt_msghdr	*rtm;
	struct arp_entry	 ae;
	struct rtdump		 rd;
	int			 result = 0;

	if (rtdump_open(&rd, BSD_AF_INET, NET_RT_FLAGS, RTF_LLINFO,
	    opt.ao_tableid) == -1)
		return (-1);
	while (result == 0 && (rtm = rtdump_next(&rd)) != NULL)
		if (entry(rtm, &ae) == 0)
			result = func(&ae, arg);
	rtdump_close(&rd);
	return (result);
}

static void
begin(struct rt_msghdr *rtm, int type, int flags)
{
	memset(rtm, 0, sizeof(*rtm));
	rtm->rtm_version = RTM_VERSION;
	rtm->rtm_type = type;
	rtm->rtm_hdrlen = sizeof(*rtm);
	rtm->rtm_tableid = opt.ao_tableid;
	rtm->rtm_flags = flags;
	rtm->rtm_seq = arc4random() & INT_MAX;
}

static int
route_socket(unsigned int filter)
{
	int	 fd;

	if ((fd = socket(BSD_PF_ROUTE, SOCK_RAW, BSD_AF_INET)) == -1)
		err(1, "socket");
	if (setsockopt(fd, BSD_AF_ROUTE, ROUTE_MSGFILTER, &filter,
	    sizeof(filter)) == -1)
		err(1, "setsockopt ROUTE_MSGFILTER");
	return (fd);
}

/*
 * Ask for the route to a host.  Returns -1 with errno set; ENOENT means that
 * it is no neighbour with a link address (its interface is known if
 * ae_ifindex is not 0).
 */
int
table_get(struct in_addr addr, struct arp_entry *ae)
{
	struct bsd_sockaddr_in	 sin;
	struct rt_msghdr	*rtm, *reply;
	char			 msg[RTM_MAXSIZE];
	ssize_t			 n;
	size_t			 len;
	int			 error, fd, seq;

	memset(ae, 0, sizeof(*ae));
	rtm = (struct rt_msghdr *)msg;
	begin(rtm, RTM_GET, RTF_HOST);
	seq = rtm->rtm_seq;
	bsdaddr_set_in(&sin, addr);
	len = rtmsg_put(msg, sizeof(*rtm), sizeof(msg), &sin);
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
	error = entry(reply, ae);
	/* What is behind a router is no neighbour. */
	ae->ae_ifindex = (reply->rtm_flags & RTF_GATEWAY) ? 0 :
	    reply->rtm_index;
	if (error == -1 || (ae->ae_flags & RTF_LLINFO) == 0 ||
	    ae->ae_addr.sin_addr.s_addr != addr.s_addr) {
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
 * Enter a host's address ea for the interface of ae.  flags may have
 * RTF_ANNOUNCE; expire is seconds since 1970, 0 for never.  Returns -1 with
 * errno set.
 */
int
table_set(const struct arp_entry *ae, const uint8_t ea[6], int flags,
    int64_t expire)
{
	struct bsd_sockaddr_dl	 sdl;
	struct rt_msghdr	*rtm;
	char			 msg[RTM_MAXSIZE];
	size_t			 len;

	memset(&sdl, 0, sizeof(sdl));
	sdl.sdl_len = sizeof(sdl);
	sdl.sdl_family = BSD_AF_LINK;
	sdl.sdl_index = ae->ae_ifindex;
	sdl.sdl_type = ae->ae_link.sdl_type;
	sdl.sdl_alen = 6;
	memcpy(LLADDR(&sdl), ea, 6);

	rtm = (struct rt_msghdr *)msg;
	begin(rtm, RTM_ADD, RTF_HOST | RTF_STATIC | RTF_LLINFO | flags);
	rtm->rtm_rmx.rmx_expire = expire;
	rtm->rtm_inits = RTV_EXPIRE;
	rtm->rtm_addrs = RTA_DST | RTA_GATEWAY;
	len = rtmsg_put(msg, sizeof(*rtm), sizeof(msg), &ae->ae_addr);
	len = rtmsg_put(msg, len, sizeof(msg), &sdl);
	return (transact(rtm, len));
}

/*
 * Forget a host.  Returns -1 with errno set.
 */
int
table_delete(struct in_addr addr)
{
	struct bsd_sockaddr_in	 sin;
	struct rt_msghdr	*rtm;
	char			 msg[RTM_MAXSIZE];
	size_t			 len;

	rtm = (struct rt_msghdr *)msg;
	begin(rtm, RTM_DELETE, RTF_HOST | RTF_LLINFO);
	rtm->rtm_addrs = RTA_DST;
	bsdaddr_set_in(&sin, addr);
	len = rtmsg_put(msg, sizeof(*rtm), sizeof(msg), &sin);
	return (transact(rtm, len));
}

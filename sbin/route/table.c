/*
 * route(8): commands about a whole table.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <net/if.h>
#include <net/route.h>

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "route.h"
#include "rtmsg.h"
#include "rtname.h"
#include "rtshow.h"

/* Exit status of exec, as env(1) has it. */
#define EXIT_CANNOT	126
#define EXIT_NOTFOUND	127

static void
selection(struct rtshow *rs, char **argv)
{
	int	 af;

	memset(rs, 0, sizeof(*rs));
	rs->rs_tableid = opt.o_tableid;
	rs->rs_numeric = opt.o_numeric;
	rs->rs_verbose = opt.o_verbose;
	for (; *argv != NULL; argv++) {
		if ((af = family_word(*argv)) != -1)
			rs->rs_af = af;
		else if (strcmp(*argv, "-gateway") == 0)
			rs->rs_gateway = 1;
		else if (strcmp(*argv, "-label") == 0 && argv[1] != NULL)
			rs->rs_label = *++argv;
		else if (strcmp(*argv, "-priority") == 0 && argv[1] != NULL)
			rs->rs_priority = number("priority", *++argv, 0,
			    RTP_MAX);
		else
			usage(*argv);
	}
}

/*
 * show [-family] [-gateway] [-label label] [-priority priority].
 */
int
command_show(char **argv)
{
	struct rtshow	 rs;

	selection(&rs, argv);
	if (pledge("stdio rpath dns route", NULL) == -1)
		err(1, "pledge");
	if (rtshow(&rs) == -1)
		err(1, "routing table %d", opt.o_tableid);
	return (0);
}

/* Is this a route that flush removes?  Those of our addresses stay. */
static int
flushable(const struct rt_msghdr *rtm)
{
	if ((rtm->rtm_flags & (RTF_GATEWAY | RTF_STATIC | RTF_LLINFO)) == 0)
		return (0);
	return ((rtm->rtm_flags & (RTF_LOCAL | RTF_BROADCAST)) == 0);
}

/* Delete one route; 0, or an errno. */
static int
flush_one(int fd, const struct rt_msghdr *rtm)
{
	struct rt_msghdr	*del;
	int			 error = 0;

	if (opt.o_debug)
		return (0);
	if ((del = malloc(rtm->rtm_msglen)) == NULL)
		err(1, NULL);
	memcpy(del, rtm, rtm->rtm_msglen);
	del->rtm_type = RTM_DELETE;
	del->rtm_tableid = opt.o_tableid;
	del->rtm_seq = 0;
	if (write(fd, del, del->rtm_msglen) == -1)
		error = errno;
	free(del);
	return (error);
}

/*
 * flush [-family] [-gateway] [-label label] [-priority priority].
 */
int
command_flush(char **argv)
{
	const struct bsd_sockaddr	*sa[RTAX_MAX];
	const struct rt_msghdr		*rtm;
	struct rtdump			 rd;
	struct rtshow			 rs;
	char				 dst[RTNAME_LEN], gw[RTNAME_LEN];
	int				 error, fd, status = 0;

	if (getuid() != 0)
		errx(1, "must be root to alter routing table");
	selection(&rs, argv);
	fd = route_socket(BSD_AF_UNSPEC);
	if (!opt.o_test)
		shutdown(fd, SHUT_RD);
	if (rtdump_open(&rd, rs.rs_af, NET_RT_DUMP, 0, opt.o_tableid) == -1)
		err(1, "routing table %d", opt.o_tableid);
	while ((rtm = rtdump_next(&rd)) != NULL) {
		if (rtm->rtm_hdrlen < sizeof(*rtm) || rtmsg_addrs(
		    (const char *)rtm + rtm->rtm_hdrlen, rtm->rtm_msglen -
		    rtm->rtm_hdrlen, rtm->rtm_addrs, sa) == -1 ||
		    sa[RTAX_DST] == NULL || !flushable(rtm) ||
		    !rtshow_wanted(&rs, rtm, sa))
			continue;
		error = flush_one(fd, rtm);
		/* A host's route may have gone with the one that made it. */
		if (error == ESRCH)
			continue;
		if (error != 0)
			status = 1;
		if (opt.o_quiet)
			continue;
		printf("%-20.20s %-20.20s %s\n",
		    (rtm->rtm_flags & RTF_HOST) ? rtname_host(sa[RTAX_DST],
		    opt.o_numeric, dst, sizeof(dst)) :
		    rtname_net(sa[RTAX_DST], sa[RTAX_NETMASK], opt.o_numeric,
		    dst, sizeof(dst)), rtname_host(sa[RTAX_GATEWAY],
		    opt.o_numeric, gw, sizeof(gw)), error == 0 ? "done" :
		    request_error(error));
	}
	rtdump_close(&rd);
	return (status);
}

/* Messages about interfaces, for monitor -iface; the rest are -route. */
#define IFACE_FILTER	(ROUTE_FILTER(RTM_IFINFO) |			\
	ROUTE_FILTER(RTM_IFANNOUNCE) | ROUTE_FILTER(RTM_NEWADDR) |	\
	ROUTE_FILTER(RTM_DELADDR) | ROUTE_FILTER(RTM_CHGADDRATTR))

static void
set(int fd, int option, unsigned int value, const char *what)
{
	if (setsockopt(fd, BSD_AF_ROUTE, option, &value, sizeof(value)) == -1)
		err(1, "setsockopt %s", what);
}

/* What monitor listens to; returns its socket. */
static int
monitor_open(char **argv)
{
	unsigned int	 filter = 0;
	int		 af = BSD_AF_UNSPEC, fd, priority = 0;

	for (; *argv != NULL; argv++) {
		if (family_word(*argv) != -1)
			af = family_word(*argv);
		else if (strcmp(*argv, "-iface") == 0)
			filter |= IFACE_FILTER;
		else if (strcmp(*argv, "-route") == 0)
			filter |= ~IFACE_FILTER;
		else if (strcmp(*argv, "-priority") == 0 && argv[1] != NULL)
			priority = number("priority", *++argv, 0, RTP_MAX);
		else
			usage(*argv);
	}
	fd = route_socket(af);
	if (filter != 0)
		set(fd, ROUTE_MSGFILTER, filter, "ROUTE_MSGFILTER");
	if (priority != 0)
		set(fd, ROUTE_PRIOFILTER, priority, "ROUTE_PRIOFILTER");
	set(fd, ROUTE_TABLEFILTER, opt.o_tableid, "ROUTE_TABLEFILTER");
	return (fd);
}

/*
 * monitor [-family] [-iface] [-route] [-priority priority]: print messages
 * as they come, until a signal.
 */
int
command_monitor(char **argv)
{
	char	 msg[RTM_MAXSIZE], when[32];
	time_t	 now;
	ssize_t	 n;
	int	 fd;

	fd = monitor_open(argv);
	if (pledge("stdio rpath dns route", NULL) == -1)
		err(1, "pledge");
	for (;;) {
		if ((n = read(fd, msg, sizeof(msg))) == -1) {
			if (errno == EINTR)
				continue;
			err(1, "read from routing socket");
		}
		now = time(NULL);
		if (ctime_r(&now, when) == NULL)
			strlcpy(when, "?\n", sizeof(when));
		printf("got message of size %zd on %s", n, when);
		print_message((struct rt_msghdr *)msg, n);
		fflush(stdout);
	}
}

/*
 * exec command [arg ...]: run a command in the routing table of -T.
 */
int
command_exec(char **argv)
{
	if (argv[0] == NULL)
		usage(NULL);
	if (setrtable(opt.o_tableid) == -1)
		err(1, "setrtable");
	execvp(argv[0], argv);
	warn("%s", argv[0]);
	return (errno == ENOENT ? EXIT_NOTFOUND : EXIT_CANNOT);
}

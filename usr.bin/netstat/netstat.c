/*
 * netstat(1): what the network stack is doing.
 *
 *	netstat.c	the command line
 *	sockets.c	-a, and nothing else: open sockets
 *	interfaces.c	-i, -I, -w: interfaces and their traffic
 *	stats.c		-s, -p: counters of the protocols
 *	counters.c	what each of them means
 *	counters6.c	and those of IPv6
 *	memory.c	-m: mbufs and clusters
 *	rdomain.c	-R: routing domains
 *	multicast.c	-g: multicast forwarding
 *	encap.c		-r: flows of ipsec(4)
 *
 * The routing table itself is printed by libutil, as route(8) prints it.
 */
#include <sys/types.h>
#include <sys/bsd_sockaddr.h>
#include <net/route.h>

#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lookup.h"
#include "netstat.h"
#include "rtshow.h"

struct options	 opt;

enum display {
	SOCKETS, INTERFACES, ROUTES, MEMORY, MULTICAST, RDOMAINS
};

static void __dead
usage(void)
{
	fprintf(stderr,
	    "usage: netstat [-aln] [-f address_family] [-p protocol] "
	    "[-T rtable]\n"
	    "       netstat -i | -I interface [-bdenq] [-f address_family]\n"
	    "       netstat -w wait [-bde] [-c count] [-I interface]\n"
	    "       netstat -s [-r] [-f address_family] [-p protocol]\n"
	    "       netstat -g | -m | -R\n"
	    "       netstat -r [-nv] [-f address_family] [-T rtable]\n");
	exit(1);
}

static int
family(const char *name)
{
	if (strcmp(name, "inet") == 0)
		return (BSD_AF_INET);
	if (strcmp(name, "inet6") == 0)
		return (BSD_AF_INET6);
	if (strcmp(name, "encap") == 0)
		return (BSD_AF_KEY);
	errx(1, "%s: unknown address family", name);
}

static unsigned int
number(const char *what, const char *s, int low, int high)
{
	const char	*errstr;
	unsigned int	 value;

	value = strtonum(s, low, high, &errstr);
	if (errstr != NULL)
		errx(1, "%s %s: %s", what, s, errstr);
	return (value);
}

/* No promise covers the counters of the protocols. */
static void
promise(void)
{
	if (pledge("stdio rpath dns ps route vminfo", NULL) == -1)
		err(1, "pledge");
}

static void
routes_show(void)
{
	struct rtshow	 rs;

	promise();
	if (opt.o_stats) {
		stats_routing();
		return;
	}
	memset(&rs, 0, sizeof(rs));
	rs.rs_af = opt.o_af;
	rs.rs_tableid = opt.o_tableid;
	rs.rs_numeric = opt.o_numeric;
	rs.rs_verbose = opt.o_verbose;
	if (rtshow(&rs) == -1)
		err(1, "routing table %d", opt.o_tableid);
	if (opt.o_af == BSD_AF_UNSPEC || opt.o_af == BSD_AF_KEY)
		encap_show(opt.o_af == BSD_AF_KEY);
}

static void
show(enum display what, const char *proto)
{
	switch (what) {
	case INTERFACES:
		promise();
		if (opt.o_wait != 0)
			interfaces_watch();
		else
			interfaces_show();
		return;
	case ROUTES:
		routes_show();
		return;
	case MEMORY:
		promise();
		memory_show();
		return;
	case MULTICAST:
		multicast_show();
		return;
	case RDOMAINS:
		promise();
		rdomains_show();
		return;
	case SOCKETS:
		break;
	}
	/* -p alone shows a protocol's counters; with -a its sockets. */
	if (opt.o_stats || (proto != NULL && !opt.o_all && !opt.o_listen)) {
		if (stats_show(proto) == -1)
			errx(1, "%s: unknown or uninstrumented protocol",
			    proto);
		return;
	}
	promise();
	sockets_show(proto);
}

int
main(int argc, char *argv[])
{
	enum display	 what = SOCKETS;
	const char	*proto = NULL;
	int		 ch;

	opt.o_tableid = -1;
	while ((ch = getopt(argc, argv, "abc:def:gI:ilmnp:qRrsT:vw:")) !=
	    -1) {
		switch (ch) {
		case 'a':
			opt.o_all = 1;
			break;
		case 'b':
			opt.o_bytes = 1;
			break;
		case 'c':
			opt.o_count = number("count", optarg, 1, INT_MAX);
			break;
		case 'd':
			opt.o_drops = 1;
			break;
		case 'e':
			opt.o_errors = 1;
			break;
		case 'f':
			opt.o_af = family(optarg);
			break;
		case 'g':
			what = MULTICAST;
			break;
		case 'I':
			what = INTERFACES;
			opt.o_interface = optarg;
			break;
		case 'i':
			what = INTERFACES;
			break;
		case 'l':
			opt.o_listen = 1;
			break;
		case 'm':
			what = MEMORY;
			break;
		case 'n':
			opt.o_numeric = 1;
			break;
		case 'p':
			if (!stats_known(optarg))
				errx(1, "%s: unknown or uninstrumented "
				    "protocol", optarg);
			proto = optarg;
			break;
		case 'q':
			opt.o_quiet = 1;
			break;
		case 'R':
			what = RDOMAINS;
			break;
		case 'r':
			what = ROUTES;
			break;
		case 's':
			opt.o_stats++;
			break;
		case 'T':
			opt.o_tableid = number("rtable", optarg, 0,
			    RT_TABLEID_MAX);
			break;
		case 'v':
			opt.o_verbose = 1;
			break;
		case 'w':
			what = INTERFACES;
			opt.o_wait = number("interval", optarg, 1, INT_MAX);
			break;
		default:
			usage();
		}
	}
	argc -= optind;
	argv += optind;
	if (argc != 0)
		usage();
	if (what == ROUTES && opt.o_tableid == -1 &&
	    (opt.o_tableid = getrtable()) == -1)
		err(1, "getrtable");
	lookup_init();
	show(what, proto);
	exit(0);
}

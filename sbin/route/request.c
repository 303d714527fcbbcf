/*
 * route(8): add, change, delete and get.  The words of the command become
 * one routing message; what the kernel says of it becomes the answer.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <net/if.h>
#include <net/route.h>

#include <err.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bsdaddr.h"
#include "route.h"
#include "rtmsg.h"

#define MESSAGE_MAX	RTM_MAXSIZE

static void
word_flag(struct request *r, int param, char *arg)
{
	r->r_flags |= param;
	r->r_fmask |= param;
}

static void
word_nostatic(struct request *r, int param, char *arg)
{
	r->r_flags &= ~RTF_STATIC;
}

static void
word_net(struct request *r, int param, char *arg)
{
	r->r_forcenet = 1;
	r->r_forcehost = 0;
}

static void
word_host(struct request *r, int param, char *arg)
{
	r->r_forcehost = 1;
	r->r_forcenet = 0;
}

static void
word_family(struct request *r, int param, char *arg)
{
	r->r_af = param;
}

static void
word_iface(struct request *r, int param, char *arg)
{
	r->r_iface = 1;
}

static void
word_gateway(struct request *r, int param, char *arg)
{
	if (r->r_gateway != NULL)
		usage("gateway");
	r->r_gateway = arg;
}

static void
word_ifp(struct request *r, int param, char *arg)
{
	if (addr_interface(arg, &r->r_addr[RTAX_IFP]) == -1)
		errx(1, "%s: no such interface", arg);
	r->r_addrs |= RTA_IFP;
}

static void
word_ifa(struct request *r, int param, char *arg)
{
	if (addr_host(arg, r->r_af, &r->r_addr[RTAX_IFA]) == -1)
		errx(1, "%s: bad address", arg);
	r->r_addrs |= RTA_IFA;
}

static void
word_netmask(struct request *r, int param, char *arg)
{
	union route_addr	*mask = &r->r_addr[RTAX_NETMASK];

	if (addr_host(arg, r->r_af, mask) == -1 ||
	    bsdaddr_masklen(&mask->ra_sa, mask->ra_sa.sa_family) == -1)
		errx(1, "%s: bad netmask", arg);
	r->r_addrs |= RTA_NETMASK;
	r->r_forcenet = 1;
}

static void
word_prefixlen(struct request *r, int param, char *arg)
{
	int	 af = r->r_af == BSD_AF_UNSPEC ? BSD_AF_INET : r->r_af;

	if (addr_plenmask(af, number("prefixlen", arg, 0,
	    af == BSD_AF_INET6 ? 128 : 32), &r->r_addr[RTAX_NETMASK]) == -1)
		errx(1, "%s: bad prefixlen", arg);
	r->r_addrs |= RTA_NETMASK;
	r->r_forcenet = 1;
}

static void
word_label(struct request *r, int param, char *arg)
{
	struct bsd_sockaddr_rtlabel	*sr = &r->r_addr[RTAX_LABEL].ra_label;

	memset(sr, 0, sizeof(*sr));
	sr->sr_len = sizeof(*sr);
	sr->sr_family = BSD_AF_UNSPEC;
	if (strlcpy(sr->sr_label, arg, sizeof(sr->sr_label)) >=
	    sizeof(sr->sr_label))
		errx(1, "label %s too long", arg);
	r->r_addrs |= RTA_LABEL;
}

static void
word_priority(struct request *r, int param, char *arg)
{
	r->r_priority = number("priority", arg, 0, RTP_MAX);
}

/* What is set, and whether the kernel must leave it. */
static void
metric(struct request *r, int rtv)
{
	r->r_inits |= rtv;
	if (r->r_locknext || r->r_lockrest)
		r->r_rmx.rmx_locks |= rtv;
	r->r_locknext = 0;
}

static void
word_mtu(struct request *r, int param, char *arg)
{
	r->r_rmx.rmx_mtu = number("mtu", arg, 0, INT_MAX);
	metric(r, RTV_MTU);
}

/* Seconds from now; the kernel counts in uptime. */
static void
word_expire(struct request *r, int param, char *arg)
{
	struct timespec	 ts;
	int		 secs;

	secs = number("expire", arg, 0, INT_MAX);
	clock_gettime(CLOCK_REALTIME, &ts);
	r->r_rmx.rmx_expire = secs == 0 ? 0 : ts.tv_sec + secs;
	metric(r, RTV_EXPIRE);
}

static void
word_lock(struct request *r, int param, char *arg)
{
	r->r_locknext = 1;
}

static void
word_lockrest(struct request *r, int param, char *arg)
{
	r->r_lockrest = 1;
}

static const struct modifier {
	const char	*m_name;
	int		 m_arg;		/* takes one */
	int		 m_param;
	void		(*m_func)(struct request *, int, char *);
} modifiers[] = {
	{ "blackhole",	0, RTF_BLACKHOLE, word_flag },
	{ "cloning",	0, RTF_CLONING,	word_flag },
	{ "expire",	1, 0,		word_expire },
	{ "gateway",	1, 0,		word_gateway },
	{ "host",	0, 0,		word_host },
	{ "iface",	0, 0,		word_iface },
	{ "ifa",	1, 0,		word_ifa },
	{ "ifp",	1, 0,		word_ifp },
	{ "inet",	0, BSD_AF_INET,	word_family },
	{ "inet6",	0, BSD_AF_INET6, word_family },
	{ "interface",	0, 0,		word_iface },
	{ "label",	1, 0,		word_label },
	{ "llinfo",	0, RTF_LLINFO,	word_flag },
	{ "lock",	0, 0,		word_lock },
	{ "lockrest",	0, 0,		word_lockrest },
	{ "mpath",	0, RTF_MPATH,	word_flag },
	{ "mtu",	1, 0,		word_mtu },
	{ "net",	0, 0,		word_net },
	{ "netmask",	1, 0,		word_netmask },
	{ "nostatic",	0, 0,		word_nostatic },
	{ "prefixlen",	1, 0,		word_prefixlen },
	{ "priority",	1, 0,		word_priority },
	{ "proto1",	0, RTF_PROTO1,	word_flag },
	{ "proto2",	0, RTF_PROTO2,	word_flag },
	{ "proto3",	0, RTF_PROTO3,	word_flag },
	{ "reject",	0, RTF_REJECT,	word_flag },
	{ "static",	0, RTF_STATIC,	word_flag },
};

#define NMODIFIERS	(sizeof(modifiers) / sizeof(modifiers[0]))

/*
 * The family that a modifier such as "-inet" names, or -1.
 */
int
family_word(const char *word)
{
	if (strcmp(word, "-inet") == 0)
		return (BSD_AF_INET);
	if (strcmp(word, "-inet6") == 0)
		return (BSD_AF_INET6);
	return (-1);
}

/* One modifier and its argument; returns how many words that were. */
static int
modifier(struct request *r, char **argv)
{
	size_t	 i;

	for (i = 0; i < NMODIFIERS; i++) {
		if (strcmp(modifiers[i].m_name, argv[0] + 1) != 0)
			continue;
		if (modifiers[i].m_arg && argv[1] == NULL)
			usage(argv[0] + 1);
		modifiers[i].m_func(r, modifiers[i].m_param, argv[1]);
		return (1 + modifiers[i].m_arg);
	}
	usage(argv[0] + 1);
}

static void
gateway(struct request *r)
{
	union route_addr	*gw = &r->r_addr[RTAX_GATEWAY];
	int			 af = r->r_addr[RTAX_DST].ra_sa.sa_family;

	if (r->r_gateway == NULL)
		return;
	if (r->r_iface && addr_numeric(r->r_gateway, af, gw) == -1 &&
	    addr_interface(r->r_gateway, gw) == 0) {
		r->r_addr[RTAX_IFP] = *gw;
		r->r_addrs |= RTA_IFP;
	} else if (addr_host(r->r_gateway, af, gw) == -1 &&
	    addr_host(r->r_gateway, BSD_AF_UNSPEC, gw) == -1)
		errx(1, "%s: bad address", r->r_gateway);
	r->r_addrs |= RTA_GATEWAY;
	if (!r->r_iface)
		r->r_flags |= RTF_GATEWAY;
}

/*
 * Read the words that follow a command; exits if they make no sense.
 */
void
request_parse(struct request *r, char **argv)
{
	const char	*mask = NULL;

	r->r_flags |= RTF_UP;
	if (r->r_type == RTM_ADD)
		r->r_flags |= RTF_STATIC;
	while (*argv != NULL) {
		if ((*argv)[0] == '-' && (*argv)[1] != '\0') {
			argv += modifier(r, argv);
			continue;
		}
		if (r->r_dest == NULL)
			r->r_dest = *argv;
		else if (r->r_gateway == NULL)
			r->r_gateway = *argv;
		else if (mask == NULL) {
			mask = *argv;
			word_netmask(r, 0, *argv);
		} else
			usage(*argv);
		argv++;
	}
	if (r->r_dest == NULL)
		errx(1, "destination required");
	if (addr_destination(r, r->r_dest))
		r->r_flags |= RTF_HOST;
	gateway(r);
	if (r->r_type == RTM_ADD && r->r_gateway == NULL)
		errx(1, "gateway required");
}

/*
 * Write the message of a request, with the sender's number seq, into size
 * bytes.  Returns its length, or 0 if it does not fit.
 */
size_t
request_message(const struct request *r, int seq, char *msg, size_t size)
{
	struct rt_msghdr	*rtm = (struct rt_msghdr *)msg;
	size_t			 len = sizeof(*rtm);
	int			 i;

	if (size < len)
		return (0);
	memset(rtm, 0, sizeof(*rtm));
	for (i = 0; i < RTAX_MAX && len != 0; i++)
		if (r->r_addrs & (1 << i))
			len = rtmsg_put(msg, len, size, &r->r_addr[i]);
	rtm->rtm_msglen = len;
	rtm->rtm_version = RTM_VERSION;
	rtm->rtm_type = r->r_type;
	rtm->rtm_hdrlen = sizeof(*rtm);
	rtm->rtm_tableid = opt.o_tableid;
	rtm->rtm_priority = r->r_priority;
	rtm->rtm_addrs = r->r_addrs;
	rtm->rtm_flags = r->r_flags;
	rtm->rtm_fmask = r->r_fmask;
	rtm->rtm_seq = seq;
	rtm->rtm_inits = r->r_inits;
	rtm->rtm_rmx = r->r_rmx;
	return (len);
}

/*
 * What route(8) says of an error.
 */
const char *
request_error(int error)
{
	switch (error) {
	case ESRCH:
		return ("not in table");
	case EBUSY:
		return ("entry in use");
	case ENOBUFS:
		return ("routing table overflow");
	case EDQUOT:
		return ("gateway uses the same route");
	default:
		return (strerror(error));
	}
}

/* get: wait for the answer to seq, and print it. */
static void
answer(const struct request *r, int fd, int seq)
{
	const struct rt_msghdr	*rtm;
	char			 buf[MESSAGE_MAX];
	ssize_t			 n;

	do {
		if ((n = read(fd, buf, sizeof(buf))) == -1)
			err(1, "read from routing socket");
		rtm = (const struct rt_msghdr *)buf;
	} while ((size_t)n < sizeof(*rtm) || rtm->rtm_version != RTM_VERSION ||
	    rtm->rtm_type != RTM_GET || rtm->rtm_seq != seq);
	print_route(r, rtm, n);
}

static const char *
verb(int type)
{
	return (type == RTM_ADD ? "add" : type == RTM_CHANGE ? "change" :
	    type == RTM_DELETE ? "delete" : "get");
}

/* Send the message; 0 or an errno. */
static int
send_message(const struct request *r, int fd, int seq)
{
	char	 msg[MESSAGE_MAX];
	size_t	 len;

	if ((len = request_message(r, seq, msg, sizeof(msg))) == 0)
		return (EMSGSIZE);
	if (opt.o_verbose)
		print_message((struct rt_msghdr *)msg, len);
	if (opt.o_debug)
		return (0);
	if (write(fd, msg, len) == -1)
		return (errno);
	return (0);
}

/*
 * The commands add, change, delete and get.  argv starts at the command's
 * name.  Returns the exit status.
 */
int
command_modify(int type, char **argv)
{
	struct request	 r;
	unsigned int	 filter;
	int		 error, fd, seq;

	if (type != RTM_GET && getuid() != 0)
		errx(1, "must be root to alter routing table");
	memset(&r, 0, sizeof(r));
	r.r_type = type;
	request_parse(&r, argv + 1);
	fd = route_socket(BSD_AF_UNSPEC);
	seq = arc4random() & INT_MAX;
	if (type == RTM_GET) {
		filter = ROUTE_FILTER(RTM_GET);
		if (!opt.o_test && setsockopt(fd, BSD_AF_ROUTE,
		    ROUTE_MSGFILTER, &filter, sizeof(filter)) == -1)
			err(1, "setsockopt ROUTE_MSGFILTER");
		if ((r.r_addrs & RTA_IFP) == 0) {
			/* An empty one asks for the interface. */
			r.r_addr[RTAX_IFP].ra_sdl.sdl_len =
			    sizeof(struct bsd_sockaddr_dl);
			r.r_addr[RTAX_IFP].ra_sdl.sdl_family = BSD_AF_LINK;
			r.r_addrs |= RTA_IFP;
		}
	} else if (!opt.o_test)
		shutdown(fd, SHUT_RD);

	error = send_message(&r, fd, seq);
	if (type == RTM_GET && error == 0) {
		if (!opt.o_debug && !opt.o_test)
			answer(&r, fd, seq);
		return (0);
	}
	if (!opt.o_quiet) {
		printf("%s %s %s", verb(type),
		    (r.r_flags & RTF_HOST) ? "host" : "net", r.r_dest);
		if (r.r_gateway != NULL)
			printf(": gateway %s", r.r_gateway);
		if (error != 0)
			printf(": %s", request_error(error));
		putchar('\n');
	}
	return (error != 0);
}

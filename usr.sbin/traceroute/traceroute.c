/*
 * traceroute(8), traceroute6(8): the way that packets take to a host.
 *
 * By the name traceroute6 it speaks IPv6, by the name traceroute IPv4, unless
 * the host is an IPv6 address.
 *
 * The sockets are opened first; everything after that, the parsing of the
 * command line included, runs without privileges, and the trace itself under
 * pledge(2).
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/bsdnum.h>
#include <netinet/in.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lookup.h"
#include "traceroute.h"

#define USER		"_traceroute"
#define OPTIONS		"AcDdf:g:Ilm:nP:p:q:Ss:t:V:vw:"
#define OPTIONS6	"AcDdf:Ilm:np:q:Ss:t:V:vw:"
#define MAX_TTL		64
#define NPROBES		3
#define WAIT		3

static int	 is_six;		/* by the name traceroute6 */

static void __dead
usage(void)
{
	if (is_six)
		fprintf(stderr, "usage: traceroute6 [-AcDdIlnSv] [-f firsthop]"
		    " [-m hoplimit]\n"
		    "\t[-p port] [-q probes] [-s src] [-t toskeyword] "
		    "[-V rtable]\n"
		    "\t[-w waittime] host [datalen]\n");
	else
		fprintf(stderr, "usage: traceroute [-AcDdIlnSv] [-f first_ttl]"
		    " [-g gateway_addr]\n"
		    "\t[-m max_ttl] [-P proto] [-p port] [-q nqueries] "
		    "[-s sourceaddr]\n"
		    "\t[-t toskeyword] [-V rtable] [-w waittime] host "
		    "[datalen]\n");
	exit(1);
}

static long long
number(const char *what, const char *s, long long low, long long high)
{
	const char	*errstr;
	long long	 value;

	value = strtonum(s, low, high, &errstr);
	if (errstr != NULL)
		errx(1, "%s is %s: %s", what, errstr, s);
	return (value);
}

static const struct tosword {
	const char	*t_name;
	int		 t_value;
} toswords[] = {
	{ "af11", 0x28 }, { "af12", 0x30 }, { "af13", 0x38 },
	{ "af21", 0x48 }, { "af22", 0x50 }, { "af23", 0x58 },
	{ "af31", 0x68 }, { "af32", 0x70 }, { "af33", 0x78 },
	{ "af41", 0x88 }, { "af42", 0x90 }, { "af43", 0x98 },
	{ "critical", 0xa0 },
	{ "cs0", 0x00 }, { "cs1", 0x20 }, { "cs2", 0x40 }, { "cs3", 0x60 },
	{ "cs4", 0x80 }, { "cs5", 0xa0 }, { "cs6", 0xc0 }, { "cs7", 0xe0 },
	{ "ef", 0xb8 },
	{ "inetcontrol", 0xc0 },
	{ "lowdelay", 0x10 },
	{ "netcontrol", 0xe0 },
	{ "reliability", 0x04 },
	{ "throughput", 0x08 },
	{ "va", 0xb0 },
};

static int
parse_tos(const char *s)
{
	char	*end;
	long	 value;
	size_t	 i;

	for (i = 0; i < sizeof(toswords) / sizeof(toswords[0]); i++)
		if (strcmp(toswords[i].t_name, s) == 0)
			return (toswords[i].t_value);
	errno = 0;
	value = strtol(s, &end, 0);
	if (*s == '\0' || *end != '\0' || errno != 0 || value < 0 ||
	    value > 255)
		errx(1, "illegal tos value %s", s);
	return (value);
}

/* A protocol's name or number. */
static int
parse_proto(const char *s)
{
	struct protoent	*pe;

	if ((pe = getprotobyname(s)) != NULL)
		return (pe->p_proto);
	return (number("protocol", s, 1, IPPROTO_MAX - 1));
}

/* Resolve a name in a family. */
static socklen_t
resolve(const char *host, int af, struct sockaddr_storage *ss)
{
	struct addrinfo	 hints, *res;
	socklen_t	 len;
	char		 num[NI_MAXHOST];
	int		 error;

	memset(&hints, 0, sizeof(hints));
	hints.ai_family = af;
	hints.ai_socktype = SOCK_RAW;
	if ((error = getaddrinfo(host, NULL, &hints, &res)) != 0)
		errx(1, "%s: %s", host, gai_strerror(error));
	memset(ss, 0, sizeof(*ss));
	len = res->ai_addrlen;
	memcpy(ss, res->ai_addr, len);
	if (res->ai_next != NULL && res->ai_next->ai_addrlen == len &&
	    memcmp(res->ai_next->ai_addr, ss, len) != 0 &&
	    getnameinfo((struct sockaddr *)ss, len, num, sizeof(num), NULL,
	    0, NI_NUMERICHOST) == 0)
		warnx("Warning: %s has multiple addresses; using %s", host,
		    num);
	freeaddrinfo(res);
	return (len);
}

static void
add_gateway(struct trace *t, const char *host)
{
	struct sockaddr_storage	 ss;

	if (t->t_ngateways == TR_MAXGATEWAYS)
		errx(1, "too many gateways, at most %d", TR_MAXGATEWAYS);
	resolve(host, AF_INET, &ss);
	t->t_gateways[t->t_ngateways++] =
	    ((struct sockaddr_in *)&ss)->sin_addr;
}

/*
 * An address as the user wants to see it, "name (number)" or the number, in
 * a buffer that the next call overwrites.
 */
const char *
trace_name(const struct trace *t, const struct sockaddr_storage *ss,
    int names)
{
	static char	 buf[2 * NI_MAXHOST + 4];
	char		 num[NI_MAXHOST], name[NI_MAXHOST];
	socklen_t	 len = t->t_addrlen;

	if (getnameinfo((const struct sockaddr *)ss, len, num, sizeof(num),
	    NULL, 0, NI_NUMERICHOST) != 0)
		strlcpy(num, "?", sizeof(num));
	if (!names) {
		strlcpy(buf, num, sizeof(buf));
		return (buf);
	}
	if (getnameinfo((const struct sockaddr *)ss, len, name, sizeof(name),
	    NULL, 0, NI_NAMEREQD) != 0)
		strlcpy(name, num, sizeof(name));
	snprintf(buf, sizeof(buf), "%s (%s)", name, num);
	return (buf);
}

/* Give up root: to the caller, or to a user of our own if that is root. */
static void
drop(void)
{
	struct passwd	*pw;
	uid_t		 uid = getuid();
	gid_t		 gid = getgid();

	if (uid == 0) {
		if ((pw = getpwnam(USER)) == NULL)
			errx(1, "no user %s", USER);
		uid = pw->pw_uid;
		gid = pw->pw_gid;
		if (setgroups(1, &gid) == -1)
			err(1, "setgroups");
	}
	if (setresgid(gid, gid, gid) == -1 || setresuid(uid, uid, uid) == -1)
		err(1, "cannot revoke privileges");
}

static void
set_flag(struct trace *t, int flag)
{
	t->t_flags |= flag;
}

/* Options without an argument; 0 when ch is none. */
static int
flag_option(struct trace *t, int ch)
{
	switch (ch) {
	case 'A':
		set_flag(t, F_AS);
		break;
	case 'c':
		set_flag(t, F_SAMEPORT);
		break;
	case 'D':
		set_flag(t, F_DUMP);
		break;
	case 'd':
		set_flag(t, F_DEBUG);
		break;
	case 'I':
		t->t_proto = IPPROTO_ICMP;
		break;
	case 'l':
		set_flag(t, F_TTL);
		break;
	case 'n':
		set_flag(t, F_NUMERIC);
		break;
	case 'S':
		set_flag(t, F_LOSS);
		break;
	case 'v':
		set_flag(t, F_VERBOSE);
		break;
	default:
		return (0);
	}
	return (1);
}

static void
option(struct trace *t, int ch, const char *arg)
{
	switch (ch) {
	case 'f':
		t->t_first = number("min ttl", arg, 1, 255);
		break;
	case 'g':
		add_gateway(t, arg);
		break;
	case 'm':
		t->t_max = number("max ttl", arg, 1, 255);
		break;
	case 'P':
		t->t_proto = parse_proto(arg);
		break;
	case 'p':
		t->t_port = number("port", arg, 1, 65535);
		break;
	case 'q':
		t->t_nprobes = number("nprobes", arg, 1, INT_MAX / 256);
		break;
	case 't':
		t->t_tos = parse_tos(arg);
		break;
	case 'V':
		t->t_rtable = number("rtable", arg, 0, 255);
		break;
	case 'w':
		t->t_wait = number("wait time", arg, 2, 86400);
		break;
	default:
		usage();
	}
}

static int
is_inet6(const char *host)
{
	struct in6_addr	 addr;
	char		 buf[NI_MAXHOST];

	strlcpy(buf, host, sizeof(buf));
	buf[strcspn(buf, "%")] = '\0';
	return (inet_pton(AF_INET6, buf, &addr) == 1);
}

/* The sockets of both families, opened while that is allowed. */
static struct trace	 opened[2];
static int		 openerr[2];

static void
sockets_open(void)
{
	static const struct family	*const fams[2] = {
		&family_inet, &family_inet6
	};
	int				 i;

	for (i = 0; i < 2; i++) {
		opened[i].t_recv = opened[i].t_send = -1;
		if (i == 0 && is_six)
			continue;
		if (fams[i]->fa_open(&opened[i]) == -1)
			openerr[i] = errno;
	}
}

static void
close_both(const struct trace *t)
{
	if (t->t_recv != -1)
		close(t->t_recv);
	if (t->t_send != -1)
		close(t->t_send);
}

/* Keep the sockets of the host's family, and no others. */
static void
choose(struct trace *t)
{
	int	 six = is_six || is_inet6(t->t_host);

	close_both(&opened[!six]);
	if (openerr[six] != 0) {
		errno = openerr[six];
		err(1, "socket");
	}
	t->t_fam = six ? &family_inet6 : &family_inet;
	t->t_recv = opened[six].t_recv;
	t->t_send = opened[six].t_send;
	if (six && t->t_proto == IPPROTO_ICMP)
		t->t_proto = IPPROTO_ICMPV6;
}

static void
socket_option(const struct trace *t, int name, int value, const char *what)
{
	if (setsockopt(t->t_send, SOL_SOCKET, name, &value,
	    sizeof(value)) == -1 || setsockopt(t->t_recv, SOL_SOCKET, name,
	    &value, sizeof(value)) == -1)
		err(1, "setsockopt %s", what);
}

static void
setup(struct trace *t, const char *source)
{
	if (t->t_rtable >= 0)
		socket_option(t, SO_RTABLE, t->t_rtable, "SO_RTABLE");
	if (t->t_flags & F_DEBUG)
		socket_option(t, SO_DEBUG, 1, "SO_DEBUG");
	t->t_addrlen = resolve(t->t_host, t->t_fam->fa_af, &t->t_dst);
	if (source != NULL)
		resolve(source, t->t_fam->fa_af, &t->t_src);
	if (t->t_len == 0)
		t->t_len = t->t_fam->fa_minlen;
	t->t_ident = (getpid() & 0xffff) | 0x8000;
	t->t_out = calloc(1, TR_MAXPACKET);
	t->t_in = calloc(1, TR_MAXPACKET);
	if (t->t_out == NULL || t->t_in == NULL)
		err(1, NULL);
	t->t_fam->fa_setup(t);
}

static void
banner(const struct trace *t)
{
	fprintf(stderr, "%s to %s (%s)", is_six ? "traceroute6" :
	    "traceroute", t->t_host, trace_name(t, &t->t_dst, 0));
	if (t->t_src.ss_family != 0 && t->t_fam->fa_af == AF_INET6)
		fprintf(stderr, " from %s", trace_name(t, &t->t_src, 0));
	fprintf(stderr, ", %d hops max, %zu byte packets\n", t->t_max,
	    t->t_len);
}

int
main(int argc, char *argv[])
{
	static struct trace	 t;
	const char		*source = NULL;
	int			 ch;

	is_six = strcmp(getprogname(), "traceroute6") == 0;
	sockets_open();
	lookup_init();
	drop();

	t.t_first = 1;
	t.t_max = MAX_TTL;
	t.t_proto = IPPROTO_UDP;
	t.t_port = TR_PORT;
	t.t_nprobes = NPROBES;
	t.t_wait = WAIT;
	t.t_tos = t.t_rtable = -1;
	while ((ch = getopt(argc, argv, is_six ? OPTIONS6 : OPTIONS)) != -1) {
		if (ch == 's')
			source = optarg;
		else if (!flag_option(&t, ch))
			option(&t, ch, optarg);
	}
	argc -= optind;
	argv += optind;
	if (argc < 1 || argc > 2)
		usage();
	if (t.t_first > t.t_max)
		errx(1, "first ttl (%d) may not be greater than max ttl (%d)",
		    t.t_first, t.t_max);
	if (argc == 2)
		t.t_len = number("packet size", argv[1], 1, TR_MAXPACKET);
	t.t_host = argv[0];
	choose(&t);
	setup(&t, source);
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (pledge((t.t_flags & (F_NUMERIC | F_AS)) == F_NUMERIC ?
	    "stdio inet" : "stdio inet dns", NULL) == -1)
		err(1, "pledge");
	banner(&t);
	return (trace_run(&t));
}

/*
 * ping(8), ping6(8): send ICMP echo requests and show what comes back.
 *
 *	ping.c		options, names, privileges
 *	probe.c		when to send, what a reply says, the statistics
 *	icmp.c		IPv4: packets, options and error messages
 *	icmp6.c		IPv6
 *
 * By the name ping6 it speaks IPv6, by the name ping IPv4, unless the host is
 * an IPv6 address.
 *
 * The raw sockets are opened first; everything after that, the parsing of the
 * command line included, runs without privileges and under pledge(2).
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/bsdnum.h>
#include <netinet/in.h>
#include <netinet/ip.h>

#include <arpa/inet.h>
#include <ctype.h>
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
#include "ping.h"

#define PING_USER	"_ping"

#define OPTIONS		"c:DdEefgHI:i:Ll:np:qRs:T:t:V:vw:"
#define OPTIONS6	"c:DdEefgHh:I:i:Ll:mnp:qs:T:V:vw:"

static uid_t	 caller;		/* who runs us, before drop() */
static int	 is_ping6;

static void __dead
usage(void)
{
	if (is_ping6)
		fprintf(stderr, "usage: ping6 [-DdEefgHLmnqv] [-c count] "
		    "[-h hoplimit] [-I sourceaddr]\n"
		    "\t[-i interval] [-l preload] [-p pattern] "
		    "[-s packetsize]\n"
		    "\t[-T toskeyword] [-V rtable] [-w maxwait] host\n");
	else
		fprintf(stderr, "usage: ping [-DdEefgHLnqRv] [-c count] "
		    "[-I sourceaddr] [-i interval]\n"
		    "\t[-l preload] [-p pattern] [-s packetsize] "
		    "[-T toskeyword] [-t ttl]\n"
		    "\t[-V rtable] [-w maxwait] host\n");
	exit(1);
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

/* The value of a type of service: a word or a number. */
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

static void
parse_pattern(struct ping *p, const char *s)
{
	unsigned int	 byte;
	size_t		 len = 0;

	if (*s == '\0')
		errx(1, "patterns must be specified as hex digits");
	for (; *s != '\0' && len < sizeof(p->p_pattern); len++) {
		if (!isxdigit((unsigned char)s[0]) ||
		    (s[1] != '\0' && !isxdigit((unsigned char)s[1])))
			errx(1, "patterns must be specified as hex digits");
		if (sscanf(s, "%2x", &byte) != 1)
			errx(1, "patterns must be specified as hex digits");
		p->p_pattern[len] = byte;
		s += (s[1] != '\0') ? 2 : 1;
	}
	if (*s != '\0')
		errx(1, "patterns are at most %zu bytes",
		    sizeof(p->p_pattern));
	p->p_patlen = len;
}

static void
parse_interval(struct ping *p, const char *s)
{
	double	 value;
	char	*end;

	errno = 0;
	value = strtod(s, &end);
	if (*s == '\0' || *end != '\0' || errno != 0 || !(value > 0) ||
	    value > INT_MAX)
		errx(1, "bad timing interval: %s", s);
	if (value < 1 && caller != 0)
		errx(1, "only root may use interval < 1s");
	p->p_interval.tv_sec = value;
	p->p_interval.tv_nsec = (value - p->p_interval.tv_sec) * 1e9;
	if (p->p_interval.tv_sec == 0 && p->p_interval.tv_nsec < 1000)
		p->p_interval.tv_nsec = 1000;
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

static void
root_only(void)
{
	if (caller != 0) {
		errno = EPERM;
		err(1, NULL);
	}
}

/* Resolve a name in the family of p. */
static void
resolve(const struct ping *p, const char *host, struct sockaddr_storage *ss,
    socklen_t *len)
{
	struct addrinfo	 hints, *res;
	int		 error;

	memset(&hints, 0, sizeof(hints));
	hints.ai_family = p->p_fam->pf_af;
	hints.ai_socktype = SOCK_RAW;
	if ((error = getaddrinfo(host, NULL, &hints, &res)) != 0)
		errx(1, "%s: %s", host, gai_strerror(error));
	memset(ss, 0, sizeof(*ss));
	memcpy(ss, res->ai_addr, res->ai_addrlen);
	*len = res->ai_addrlen;
	if (res->ai_next != NULL && res->ai_next->ai_addrlen == *len &&
	    memcmp(res->ai_next->ai_addr, ss, *len) != 0) {
		char	 buf[NI_MAXHOST];

		if (getnameinfo((struct sockaddr *)ss, *len, buf, sizeof(buf),
		    NULL, 0, NI_NUMERICHOST) == 0)
			warnx("Warning: %s has multiple addresses; using %s",
			    host, buf);
	}
	freeaddrinfo(res);
}

/*
 * The address ss as the user wants to see it, in a buffer that the next call
 * overwrites.
 */
const char *
ping_name(const struct ping *p, const struct sockaddr_storage *ss)
{
	static char	 buf[2 * NI_MAXHOST + 4];
	char		 num[NI_MAXHOST], name[NI_MAXHOST];
	socklen_t	 len;

	len = ss->ss_family == AF_INET ? sizeof(struct sockaddr_in) :
	    sizeof(struct sockaddr_in6);
	if (getnameinfo((const struct sockaddr *)ss, len, num, sizeof(num),
	    NULL, 0, NI_NUMERICHOST) != 0)
		strlcpy(num, "?", sizeof(num));
	if ((p->p_flags & F_NAMES) == 0 ||
	    getnameinfo((const struct sockaddr *)ss, len, name, sizeof(name),
	    NULL, 0, NI_NAMEREQD) != 0)
		strlcpy(buf, num, sizeof(buf));
	else
		snprintf(buf, sizeof(buf), "%s (%s)", name, num);
	return (buf);
}

/* Give up root: to the caller, or to a user of our own if that is root. */
static void
drop(void)
{
	struct passwd	*pw;
	uid_t		 uid = caller;
	gid_t		 gid = getgid();

	if (uid == 0) {
		if ((pw = getpwnam(PING_USER)) == NULL)
			return;
		uid = pw->pw_uid;
		gid = pw->pw_gid;
		if (setgroups(1, &gid) == -1)
			err(1, "setgroups");
	}
	if (setresgid(gid, gid, gid) == -1 || setresuid(uid, uid, uid) == -1)
		err(1, "cannot revoke privileges");
}

static void
option(struct ping *p, int ch, const char *arg)
{
	switch (ch) {
	case 'c':
		p->p_count = number("count", arg, 0, INT64_MAX);
		break;
	case 'D':
		p->p_flags |= F_DF;
		break;
	case 'd':
		p->p_flags |= F_DEBUG;
		break;
	case 'E':
		p->p_flags |= F_BEEP_LOST;
		break;
	case 'e':
		p->p_flags |= F_BEEP_REPLY;
		break;
	case 'f':
		root_only();
		p->p_flags |= F_FLOOD;
		setvbuf(stdout, NULL, _IONBF, 0);
		break;
	case 'g':
		p->p_flags |= F_SHOW;
		setvbuf(stdout, NULL, _IONBF, 0);
		break;
	case 'H':
		p->p_flags |= F_NAMES;
		break;
	case 'h':
		p->p_ttl = number("hop limit", arg, 0, 255);
		p->p_flags |= F_TTL;
		break;
	case 'i':
		parse_interval(p, arg);
		break;
	case 'L':
		p->p_flags |= F_NOLOOP;
		break;
	case 'l':
		root_only();
		p->p_preload = number("preload value", arg, 1, INT64_MAX);
		break;
	case 'm':
		p->p_wholemtu++;
		break;
	case 'n':
		p->p_flags &= ~F_NAMES;
		break;
	case 'p':
		parse_pattern(p, arg);
		break;
	case 'q':
		p->p_flags |= F_QUIET;
		break;
	case 'R':
		p->p_flags |= F_RROUTE;
		break;
	case 's':
		p->p_datalen = number("packet size", arg, 0, PING_MAXDATA);
		break;
	case 'T':
		p->p_tos = parse_tos(arg);
		p->p_flags |= F_TOS;
		break;
	case 't':
		p->p_ttl = number("ttl value", arg, 0, 255);
		p->p_flags |= F_TTL;
		break;
	case 'V':
		p->p_rtable = number("rtable value", arg, 0, 255);
		break;
	case 'v':
		p->p_flags |= F_VERBOSE;
		break;
	case 'w':
		p->p_maxwait = number("maxwait value", arg, 1, INT_MAX);
		break;
	default:
		usage();
	}
}

static void
buffers(struct ping *p)
{
	p->p_out = calloc(1, PING_MAXPACKET);
	p->p_in = malloc(PING_MAXPACKET);
	if (p->p_out == NULL || p->p_in == NULL)
		err(1, NULL);
}

static void
banner(const struct ping *p)
{
	char	 num[NI_MAXHOST];

	if (getnameinfo((const struct sockaddr *)&p->p_dst, p->p_dstlen, num,
	    sizeof(num), NULL, 0, NI_NUMERICHOST) != 0)
		errx(1, "unprintable address");
	printf("PING %s (%s): %zu data bytes\n", p->p_host, num,
	    p->p_datalen);
	fflush(stdout);
}

/* The sockets of both families, opened while that is allowed. */
struct sockets {
	int	s_fd, s_error;
	int	s_fd6, s_error6;
};

static void
sockets_open(struct sockets *s)
{
	memset(s, 0, sizeof(*s));
	s->s_fd = -1;
	if (!is_ping6) {
		s->s_fd = ping_inet.pf_open();
		s->s_error = errno;
	}
	s->s_fd6 = ping_inet6.pf_open();
	s->s_error6 = errno;
}

static int
is_inet6(const char *host)
{
	struct addrinfo	 hints, *res;

	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_INET6;
	hints.ai_socktype = SOCK_RAW;
	hints.ai_flags = AI_NUMERICHOST;
	if (getaddrinfo(host, NULL, &hints, &res) != 0)
		return (0);
	freeaddrinfo(res);
	return (1);
}

/* Keep the socket of the host's family, and no other. */
static void
choose(struct ping *p, const struct sockets *s)
{
	int	 error, other, six;

	six = is_ping6 || is_inet6(p->p_host);
	p->p_fam = six ? &ping_inet6 : &ping_inet;
	p->p_sock = six ? s->s_fd6 : s->s_fd;
	other = six ? s->s_fd : s->s_fd6;
	error = six ? s->s_error6 : s->s_error;
	if (other != -1)
		close(other);
	if (p->p_sock == -1) {
		errno = error;
		err(1, "socket");
	}
}

static void
defaults(struct ping *p)
{
	p->p_rtable = -1;
	p->p_datalen = PING_DATALEN;
	p->p_interval.tv_sec = 1;
	p->p_maxwait = PING_MAXWAIT;
}

/* The socket's table, destination and source. */
static void
addresses(struct ping *p, const char *source)
{
	socklen_t	 len;

	if (p->p_rtable >= 0 && setsockopt(p->p_sock, SOL_SOCKET, SO_RTABLE,
	    &p->p_rtable, sizeof(p->p_rtable)) == -1)
		err(1, "setsockopt SO_RTABLE");
	resolve(p, p->p_host, &p->p_dst, &p->p_dstlen);
	if (source == NULL)
		return;
	resolve(p, source, &p->p_src, &len);
	if (bind(p->p_sock, (struct sockaddr *)&p->p_src, len) == -1)
		err(1, "bind");
}

int
main(int argc, char *argv[])
{
	static struct ping	 ping;
	struct ping		*p = &ping;
	struct sockets		 sockets;
	const char		*source = NULL;
	int			 ch;

	caller = getuid();
	is_ping6 = strcmp(getprogname(), "ping6") == 0;
	sockets_open(&sockets);
	lookup_init();
	drop();

	defaults(p);
	while ((ch = getopt(argc, argv, is_ping6 ? OPTIONS6 : OPTIONS)) !=
	    -1) {
		if (ch == 'I')
			source = optarg;
		else
			option(p, ch, optarg);
	}
	argc -= optind;
	argv += optind;
	if (argc != 1)
		usage();
	if ((p->p_flags & F_FLOOD) && p->p_interval.tv_sec != 1)
		errx(1, "-f and -i options are incompatible");
	p->p_host = argv[0];
	choose(p, &sockets);
	addresses(p, source);
	buffers(p);
	p->p_fam->pf_setup(p);
	ping_fill(p);
	ping_handlers();

	if (pledge((p->p_flags & F_NAMES) ? "stdio inet dns" : "stdio inet",
	    NULL) == -1)
		err(1, "pledge");

	banner(p);
	ping_run(p);
	ping_summary(p);
	exit(p->p_received == 0);
}

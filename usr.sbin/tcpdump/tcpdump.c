/*
 * tcpdump(8): OpenBSD's command line, the kernel's bpf(4), Debian's printer.
 *
 * What needs privilege is done first: the device is opened, the filter is
 * set and the device locked, files are opened.  From then on the program is
 * _tcpdump, in an empty root, and has promised to do nothing but move bytes.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <net/if.h>
#include <net/bpf.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <ifaddrs.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lookup.h"
#include "tcpdump.h"

#define SNAPLEN		116		/* headers, as a rule */
#define SNAPLEN_MAX	65535
#define USER		"_tcpdump"
#define FLAGS		"AB:c:D:deF:fi:LlNnOpqr:Ss:T:tvw:Xxy:"

/* Where packets go, and when to stop. */
struct sink {
	FILE	*s_file;
	u_long	 s_left;		/* packets; 0: no limit */
};

static volatile sig_atomic_t	 interrupted;

static void __attribute__((__noreturn__))
usage(void)
{
	fprintf(stderr, "usage: tcpdump [-AdefLlNnOpqStvXx] [-B fildrop] "
	    "[-c count] [-D direction]\n"
	    "               [-F file] [-i interface] [-r file] [-s snaplen] "
	    "[-T type]\n"
	    "               [-w file] [-y datalinktype] [expression]\n");
	exit(1);
}

static void
on_signal(int sig)
{
	interrupted = sig;
}

static void
set_signals(void)
{
	static const int	 sigs[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction	 sa, old;
	size_t			 i;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	for (i = 0; i < sizeof(sigs) / sizeof(sigs[0]); i++) {
		sigaction(sigs[i], NULL, &old);
		if (old.sa_handler != SIG_IGN)
			sigaction(sigs[i], &sa, NULL);
	}
	signal(SIGPIPE, SIG_IGN);
}

/* The first interface that is up and not our own loopback. */
static const char *
default_if(void)
{
	struct ifaddrs	*ifa, *list;

	if (getifaddrs(&list) == -1)
		err(1, "interfaces");
	for (ifa = list; ifa != NULL; ifa = ifa->ifa_next)
		if ((ifa->ifa_flags & IFF_UP) &&
		    (ifa->ifa_flags & IFF_LOOPBACK) == 0)
			return (ifa->ifa_name);
	errx(1, "no interface is up");
}

/* The IPv4 netmask of the interface, by which a filter knows broadcasts. */
static u_int32_t
netmask(const char *ifname)
{
	struct ifaddrs		*ifa, *list;
	struct sockaddr_in	 sin;
	u_int32_t		 mask = UINT32_MAX;	/* unknown */

	if (getifaddrs(&list) == -1)
		return (mask);
	for (ifa = list; ifa != NULL; ifa = ifa->ifa_next) {
		if (strcmp(ifa->ifa_name, ifname) != 0 ||
		    ifa->ifa_netmask == NULL ||
		    ifa->ifa_netmask->sa_family != AF_INET)
			continue;
		memcpy(&sin, ifa->ifa_netmask, sizeof(sin));
		mask = sin.sin_addr.s_addr;
		break;
	}
	freeifaddrs(list);
	return (mask);
}

static u_long
number(const char *s, u_long max, const char *what)
{
	u_long	 v;
	char	*end;

	errno = 0;
	v = strtoul(s, &end, 10);
	if (errno != 0 || *s < '0' || *s > '9' || *end != '\0' || v > max)
		errx(1, "invalid %s %s", what, s);
	return (v);
}

static u_int
direction(const char *s)
{
	if (strcasecmp(s, "in") == 0)
		return (BPF_DIRECTION_OUT);
	if (strcasecmp(s, "out") == 0)
		return (BPF_DIRECTION_IN);
	if (strcasecmp(s, "inout") == 0)
		return (0);
	errx(1, "invalid direction %s", s);
}

static u_int
fildrop(const char *s)
{
	if (strcasecmp(s, "pass") == 0)
		return (BPF_FILDROP_PASS);
	if (strcasecmp(s, "capture") == 0)
		return (BPF_FILDROP_CAPTURE);
	if (strcasecmp(s, "drop") == 0)
		return (BPF_FILDROP_DROP);
	errx(1, "invalid filter drop %s", s);
}

static char *
read_expression(const char *path)
{
	FILE	*f = stdin;
	char	*buf = NULL, *p;
	size_t	 len = 0;

	if (strcmp(path, "-") != 0 && (f = fopen(path, "r")) == NULL)
		err(1, "%s", path);
	if (getdelim(&buf, &len, '\0', f) == -1 && ferror(f))
		err(1, "%s", path);
	if (f != stdin)
		fclose(f);
	if (buf == NULL && (buf = strdup("")) == NULL)
		err(1, NULL);
	/* A comment reaches from # to the end of its line. */
	for (p = buf; (p = strchr(p, '#')) != NULL;)
		while (*p != '\0' && *p != '\n')
			*p++ = ' ';
	return (buf);
}

static char *
join_args(char **argv)
{
	size_t	 len = 1;
	char	**a, *buf;

	for (a = argv; *a != NULL; a++)
		len += strlen(*a) + 1;
	if ((buf = malloc(len)) == NULL)
		err(1, NULL);
	*buf = '\0';
	for (a = argv; *a != NULL; a++) {
		if (a != argv)
			strlcat(buf, " ", len);
		strlcat(buf, *a, len);
	}
	return (buf);
}

/* An option for the printer. */
static void
printer_arg(struct options *o, char *arg)
{
	if (o->o_nargs == PRINTER_ARGS)
		usage();
	o->o_args[o->o_nargs++] = arg;
}

/* Options that the printer has, too, by their letters. */
static void
printer_flag(struct options *o, int ch)
{
	static char	 text[128][3];

	text[ch][0] = '-';
	text[ch][1] = ch;
	printer_arg(o, text[ch]);
}

/* The printer's ways to write times are the same, in another order. */
static void
printer_times(struct options *o, int t)
{
	static char	*by[] = {
		NULL, "-t", "-tt", "-tttt", "-ttt", "-ttttt"
	};

	if (t > 5)
		usage();
	if (by[t] != NULL)
		printer_arg(o, by[t]);
}

/* Options that are about what is captured; 0 when ch is none. */
static int
capture_option(struct options *o, int ch)
{
	switch (ch) {
	case 'B':
		o->o_fildrop = fildrop(optarg);
		break;
	case 'c':
		o->o_count = number(optarg, UINT32_MAX, "packet count");
		break;
	case 'D':
		o->o_dirfilt = direction(optarg);
		break;
	case 'i':
		o->o_if = optarg;
		break;
	case 'p':
		o->o_nopromisc = 1;
		break;
	case 'r':
		o->o_read = optarg;
		break;
	case 's':
		o->o_snaplen = number(optarg, SNAPLEN_MAX, "snaplen");
		if (o->o_snaplen == 0)
			o->o_snaplen = SNAPLEN_MAX;
		break;
	case 'w':
		o->o_write = optarg;
		break;
	case 'y':
		o->o_dlt = optarg;
		break;
	default:
		return (0);
	}
	return (1);
}

static void
parse(struct options *o, int argc, char **argv)
{
	const char	*file = NULL;
	int		 ch, t = 0;

	while ((ch = getopt(argc, argv, FLAGS)) != -1) {
		if (capture_option(o, ch))
			continue;
		switch (ch) {
		case 'd':
			o->o_dump++;
			break;
		case 'F':
			file = optarg;
			break;
		case 'L':
			o->o_listdlts = 1;
			break;
		case 'l':
			o->o_line = 1;
			break;
		case 'O':
			o->o_nooptimize = 1;
			break;
		case 'T':
			printer_arg(o, "-T");
			printer_arg(o, optarg);
			break;
		case 't':
			t++;
			break;
		case '?':
			usage();
		default:
			printer_flag(o, ch);
			break;
		}
	}
	printer_times(o, t);
	if (o->o_line || isatty(STDOUT_FILENO))
		printer_flag(o, 'l');
	o->o_expr = file != NULL ? read_expression(file) :
	    join_args(argv + optind);
}

/* From here on: an empty root, nobody in particular, and promises. */
static void
give_up(const struct options *o)
{
	struct passwd	*pw;

	if (geteuid() == 0) {
		if ((pw = getpwnam(USER)) == NULL)
			errx(1, "no user %s", USER);
		if (chroot(pw->pw_dir) == -1 || chdir("/") == -1)
			err(1, "%s", pw->pw_dir);
		if (setgroups(1, &pw->pw_gid) == -1 ||
		    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) == -1 ||
		    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) == -1)
			err(1, "%s", USER);
	}
	if (pledge(o->o_read != NULL ? "stdio" : "stdio bpf", NULL) == -1)
		err(1, "pledge");
}

/* A packet for the sink; non-zero when it was the last one. */
static int
sink_packet(void *arg, const struct packet *pk)
{
	struct sink	*s = arg;

	savefile_packet(s->s_file, pk);
	if (s->s_left > 0 && --s->s_left == 0)
		return (1);
	return (ferror(s->s_file) ? -1 : 0);
}

/* Told to stop: what still waits in the kernel's two buffers. */
static void
capture_rest(int fd, struct sink *s)
{
	struct pollfd	 pfd = { fd, POLLIN, 0 };
	int		 i;

	for (i = 0; i < 2; i++)
		if (poll(&pfd, 1, CAPTURE_REST) <= 0 ||
		    capture_read(fd, sink_packet, s) != 0)
			return;
}

/* Capture until enough, or told to stop.  0, or -1 after a message. */
static int
capture_loop(int fd, const struct options *o, struct sink *s)
{
	struct pollfd	 pfd[2];
	int		 stop = 0;

	while (!interrupted && stop == 0) {
		pfd[0].fd = fd;
		pfd[1].fd = printer_errfd();
		pfd[0].events = pfd[1].events = POLLIN;
		pfd[0].revents = pfd[1].revents = 0;
		if (poll(pfd, 2, -1) == -1) {
			if (errno == EINTR)
				continue;
			warn("poll");
			return (-1);
		}
		if (pfd[1].revents != 0)
			printer_relay();
		if (pfd[0].revents == 0)
			continue;
		stop = capture_read(fd, sink_packet, s);
		if (stop == -1 && !ferror(s->s_file))
			warn("%s", o->o_if);
		if (s->s_file != NULL && (o->o_write == NULL || o->o_line))
			fflush(s->s_file);
	}
	if (stop == 0)
		capture_rest(fd, s);
	return (stop == -1 ? -1 : 0);
}

/* Where the packets go. */
static void
sink_open(struct sink *s, const struct options *o, int dlt, u_int snaplen)
{
	s->s_left = o->o_count;
	if (o->o_write == NULL)
		s->s_file = printer_start(o);
	else if (strcmp(o->o_write, "-") == 0)
		s->s_file = stdout;
	else if ((s->s_file = fopen(o->o_write, "we")) == NULL)
		err(1, "%s", o->o_write);
	savefile_header(s->s_file, dlt, snaplen);
	fflush(s->s_file);
}

/* 0, or -1 when not everything has got there. */
static int
sink_close(struct sink *s, const struct options *o)
{
	if (o->o_write == NULL)
		return (printer_end(s->s_file));
	if (ferror(s->s_file) || fclose(s->s_file) == EOF) {
		warn("%s", o->o_write);
		return (-1);
	}
	return (0);
}

static int
from_file(struct options *o)
{
	struct program	 prog;
	struct sink	 s;
	u_int		 snaplen;
	int		 dlt, rc;

	savefile_open(o, &dlt, &snaplen);
	o->o_snaplen = snaplen != 0 ? snaplen : SNAPLEN_MAX;
	filter_compile(&prog, o, dlt);
	if (o->o_dump) {
		filter_dump(&prog, o->o_dump);
		return (0);
	}
	sink_open(&s, o, dlt, o->o_snaplen);
	give_up(o);
	rc = savefile_read(&prog, sink_packet, &s) == -1 ? -1 : 0;
	if (sink_close(&s, o) == -1)
		rc = -1;
	return (rc == -1);
}

static int
from_interface(struct options *o)
{
	struct program	 prog;
	struct sink	 s;
	const char	*name;
	int		 dlt, fd, rc;

	if (o->o_if == NULL)
		o->o_if = default_if();
	o->o_netmask = netmask(o->o_if);
	fd = capture_open(o, &dlt);
	if (o->o_listdlts) {
		capture_list_dlts(fd, o->o_if);
		return (0);
	}
	filter_compile(&prog, o, dlt);
	if (o->o_dump) {
		filter_dump(&prog, o->o_dump);
		return (0);
	}
	capture_start(fd, o, &prog);
	sink_open(&s, o, dlt, o->o_snaplen);
	name = filter_dltname(dlt);
	fprintf(stderr, "tcpdump: listening on %s, link-type %s\n", o->o_if,
	    name != NULL ? name : "unknown");
	set_signals();
	give_up(o);
	rc = capture_loop(fd, o, &s);
	if (sink_close(&s, o) == -1)
		rc = -1;
	capture_stats(fd);
	return (rc == -1);
}

int
main(int argc, char **argv)
{
	static struct options	 o;

	lookup_init();
	o.o_snaplen = SNAPLEN;
	o.o_netmask = UINT32_MAX;
	parse(&o, argc, argv);
	return (o.o_read != NULL ? from_file(&o) : from_interface(&o));
}

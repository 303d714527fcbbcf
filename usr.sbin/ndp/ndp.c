/*
 * ndp(8): look at what neighbour discovery (RFC 4861) has found, and change
 * it.
 *
 *	ndp.c		the command line, and what changes the table
 *	show.c		neighbours
 *	link.c		what is known of a link: its times, prefixes, routers
 *	text.c		states, and the lines of a file
 *
 * The kernel's table is read and changed by libutil's llinfo_*().
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/bsd_sockaddr.h>
#include <netinet/in.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <net/route.h>

#include <err.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bsdaddr.h"
#include "iflist.h"
#include "lookup.h"
#include "ndp.h"
#include "rtname.h"

struct ndp_options	 opt;

static void __dead
usage(void)
{
	fprintf(stderr, "usage: ndp [-nt] [-A wait] [-V rtable] -a\n"
	    "       ndp [-n] [-V rtable] hostname\n"
	    "       ndp [-n] [-V rtable] -c | -d hostname\n"
	    "       ndp [-V rtable] -f file | -s hostname ether_addr [temp] "
	    "[proxy]\n"
	    "       ndp -i interface\n"
	    "       ndp [-n] [-V rtable] -p | -r\n");
	exit(1);
}

/*
 * Resolve a host, with its scope where the kernel has it.  Returns -1 after a
 * complaint.
 */
int
ndp_host(const char *host, struct bsd_sockaddr_in6 *sin6)
{
	struct bsd_sockaddr_storage	 ss;
	struct addrinfo			 hints, *res;
	int				 error;

	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_INET6;
	hints.ai_socktype = SOCK_DGRAM;
	if ((error = getaddrinfo(host, NULL, &hints, &res)) != 0) {
		warnx("%s: %s", host, gai_strerror(error));
		return (-1);
	}
	bsdaddr_from_libc(res->ai_addr, &ss);
	memcpy(sin6, &ss, sizeof(*sin6));
	freeaddrinfo(res);
	return (0);
}

/* Delete one entry and say so; 0, or 1 after a complaint. */
static int
forget(const struct bsd_sockaddr *sa, const char *host)
{
	char	 addr[RTNAME_LEN];

	rtname_host(sa, 1, addr, sizeof(addr));
	if (llinfo_delete(opt.no_tableid, sa) == -1) {
		warn("delete %s", host);
		return (1);
	}
	printf("%s (%s) deleted\n", host, addr);
	return (0);
}

static int
delete_one(const char *host)
{
	struct bsd_sockaddr_in6	 sin6;
	struct llinfo		 ll;
	char			 addr[RTNAME_LEN];

	if (ndp_host(host, &sin6) == -1)
		return (1);
	if (llinfo_get(opt.no_tableid, (struct bsd_sockaddr *)&sin6, &ll) ==
	    -1 && errno == ENOENT) {
		printf("%s (%s) -- no entry\n", host, rtname_host(
		    (struct bsd_sockaddr *)&sin6, 1, addr, sizeof(addr)));
		return (1);
	}
	return (forget((struct bsd_sockaddr *)&sin6, host));
}

static int
delete_entry(const struct llinfo *ll, void *arg)
{
	char	 host[RTNAME_LEN];
	int	*status = arg;

	/* Our own stay, and what was entered by hand. */
	if ((ll->ll_flags & RTF_LOCAL) || ll->ll_expire == 0)
		return (0);
	rtname_host(&ll->ll_sa, opt.no_numeric, host, sizeof(host));
	*status |= forget(&ll->ll_sa, host);
	return (0);
}

static int
delete_all(void)
{
	int	 status = 0;

	if (llinfo_walk(opt.no_tableid, BSD_AF_INET6, delete_entry,
	    &status) == -1)
		err(1, "sysctl");
	return (status);
}

/* The words after the link address: *expire and *flags. */
static void
set_words(int argc, char **argv, int64_t *expire, int *flags)
{
	int	 i;

	for (i = 0; i < argc; i++) {
		if (strcmp(argv[i], "temp") == 0)
			*expire = time(NULL) + TEMP_SECONDS;
		else if (strcmp(argv[i], "proxy") == 0)
			*flags |= RTF_ANNOUNCE;
		else
			usage();
	}
}

/* hostname ether_addr [temp] [proxy], argc of them. */
static int
set(int argc, char **argv)
{
	struct bsd_sockaddr_in6	 sin6;
	struct llinfo		 ll;
	uint8_t			 ea[6];
	int64_t			 expire = 0;
	int			 flags = 0;

	set_words(argc - 2, argv + 2, &expire, &flags);
	if (ndp_host(argv[0], &sin6) == -1)
		return (1);
	if (ether_parse(argv[1], ea) == -1) {
		warnx("invalid link-level address '%s'", argv[1]);
		return (1);
	}
	if (llinfo_get(opt.no_tableid, (struct bsd_sockaddr *)&sin6, &ll) ==
	    0) {
		if (ll.ll_flags & RTF_LOCAL) {
			warnx("%s is an address of this machine", argv[0]);
			return (1);
		}
		if (llinfo_delete(opt.no_tableid, &ll.ll_sa) == -1 &&
		    errno != ESRCH) {
			warn("delete %s", argv[0]);
			return (1);
		}
	}
	if (ll.ll_ifindex == 0) {
		warnx("cannot intuit interface index and type for %s",
		    argv[0]);
		return (1);
	}
	ll.ll_sin6 = sin6;
	if (llinfo_set(opt.no_tableid, &ll, ea, flags, expire) == -1) {
		warn("set %s", argv[0]);
		return (1);
	}
	return (0);
}

static int
set_file(const char *path)
{
	FILE	*fp;
	char	*line = NULL, *word[5];
	size_t	 number = 0, size = 0;
	int	 n, status = 0;

	if ((fp = fopen(path, "r")) == NULL)
		err(1, "cannot open %s", path);
	while (getline(&line, &size, fp) != -1) {
		number++;
		if ((n = ndp_parse(line, word)) == 0)
			continue;
		if (n < 2) {
			warnx("%s:%zu: bad line", path, number);
			status = 1;
		} else if (set(n, word) != 0)
			status = 1;
	}
	free(line);
	fclose(fp);
	return (status);
}

static unsigned int
number(const char *what, const char *s, int low, int high)
{
	const char	*errstr;
	unsigned int	 value;

	value = strtonum(s, low, high, &errstr);
	if (errstr != NULL)
		errx(1, "%s is %s: %s", what, errstr, s);
	return (value);
}

/* What is to be done: one letter, as the option is called; 0 show a host. */
static int
run(int mode, const char *arg, int argc, char **argv)
{
	if (mode == 's') {
		if (argc < 1 || argc > 3)
			usage();
		/* The host is the option's argument, just before the rest. */
		return (set(argc + 1, argv - 1));
	}
	if (argc != (mode == 0))
		usage();
	switch (mode) {
	case 'a':
		return (show_all());
	case 'c':
		return (delete_all());
	case 'd':
		return (delete_one(arg));
	case 'f':
		return (set_file(arg));
	case 'i':
		return (link_show(arg));
	case 'p':
		return (prefixes_show());
	case 'r':
		return (routers_show());
	default:
		return (show_one(argv[0]));
	}
}

int
main(int argc, char *argv[])
{
	const char	*arg = NULL;
	int		 ch, mode = 0;

	if ((opt.no_tableid = getrtable()) == -1)
		err(1, "getrtable");
	while ((ch = getopt(argc, argv, "+A:acd:f:i:nprs:tV:")) != -1) {
		switch (ch) {
		case 'A':
			opt.no_wait = number("wait", optarg, 1, INT_MAX);
			break;
		case 'a':
		case 'c':
		case 'd':
		case 'f':
		case 'i':
		case 'p':
		case 'r':
		case 's':
			if (mode != 0)
				usage();
			mode = ch;
			arg = optarg;
			break;
		case 'n':
			opt.no_numeric = 1;
			break;
		case 't':
			opt.no_stamp = 1;
			break;
		case 'V':
			opt.no_tableid = number("rtable", optarg, 0,
			    RT_TABLEID_MAX);
			break;
		default:
			usage();
		}
	}
	if ((opt.no_wait != 0 || opt.no_stamp) && mode != 'a')
		usage();
	lookup_init();
	/* getopt(3) may have had "-shost": then argv - 1 is not the host. */
	if (mode == 's' && argv[optind - 1] != arg)
		usage();
	exit(run(mode, arg, argc - optind, argv + optind));
}

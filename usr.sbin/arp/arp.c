/*
 * arp(8): look at the table of link addresses and change it.
 *
 *	arp.c		the command line and what is printed
 *	text.c		times and the lines of a file
 *
 * The kernel's table is read and changed by libutil's llinfo_*().
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <net/route.h>

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "arp.h"
#include "bsdaddr.h"
#include "iflist.h"
#include "llinfo.h"
#include "lookup.h"
#include "rtname.h"

#define W_HOST	36
#define W_LINK	17
#define W_IF	7

struct arp_options	 opt;

static void __dead
usage(void)
{
	fprintf(stderr, "usage: arp [-adn] [-V rtable] hostname\n"
	    "       arp [-F] [-f file] [-V rtable] -s hostname ether_addr\n"
	    "           [temp | permanent] [pub]\n");
	exit(1);
}

/*
 * Resolve a host.  Returns -1 after a complaint.
 */
int
arp_host(const char *host, struct in_addr *addr)
{
	struct addrinfo	 hints, *res;
	int		 error;

	if (inet_pton(AF_INET, host, addr) == 1)
		return (0);
	memset(&hints, 0, sizeof(hints));
	hints.ai_family = AF_INET;
	hints.ai_socktype = SOCK_DGRAM;
	if ((error = getaddrinfo(host, NULL, &hints, &res)) != 0) {
		warnx("%s: %s", host, gai_strerror(error));
		return (-1);
	}
	*addr = ((struct sockaddr_in *)res->ai_addr)->sin_addr;
	freeaddrinfo(res);
	return (0);
}

static int
lookup(struct in_addr addr, struct llinfo *ll)
{
	struct bsd_sockaddr_in	 sin;

	bsdaddr_set_in(&sin, addr);
	return (llinfo_get(opt.ao_tableid, (struct bsd_sockaddr *)&sin, ll));
}

static int
forget(struct in_addr addr)
{
	struct bsd_sockaddr_in	 sin;

	bsdaddr_set_in(&sin, addr);
	return (llinfo_delete(opt.ao_tableid, (struct bsd_sockaddr *)&sin));
}

static void
print_header(void)
{
	printf("%-*s %-*s %*s %-9s %s\n", W_HOST, "Host", W_LINK,
	    "Ethernet Address", W_IF, "Netif", "Expire", "Flags");
}

static int
print_entry(const struct llinfo *ll, void *arg)
{
	const struct iflist	*list = arg;
	const struct ifl_if	*i;
	char			 ea[ETHER_STRLEN], expire[32];
	char			 host[RTNAME_LEN];

	rtname_host(&ll->ll_sa,
	    opt.ao_numeric, host, sizeof(host));
	if (ll->ll_link.sdl_alen == 6)
		ether_str((const uint8_t *)LLADDR(&ll->ll_link), ea);
	else
		strlcpy(ea, "(incomplete)", sizeof(ea));
	i = iflist_byindex(list, ll->ll_ifindex);
	printf("%-*s %-*s %*s %-9s %s%s\n", W_HOST, host, W_LINK, ea, W_IF,
	    i == NULL ? "?" : i->i_name, arp_expire(ll->ll_expire,
	    time(NULL), expire, sizeof(expire)),
	    (ll->ll_flags & RTF_LOCAL) ? "l" : "",
	    (ll->ll_flags & RTF_ANNOUNCE) ? "p" : "");
	return (0);
}

static int
show_all(void)
{
	struct iflist	 list;

	if (iflist_get(&list, 0) == -1)
		err(1, "sysctl");
	print_header();
	if (llinfo_walk(opt.ao_tableid, BSD_AF_INET, print_entry, &list) == -1)
		err(1, "sysctl");
	iflist_free(&list);
	return (0);
}

static int
show_one(const char *host)
{
	struct llinfo		 ll;
	struct in_addr		 addr;
	struct iflist		 list;

	if (arp_host(host, &addr) == -1)
		return (1);
	if (lookup(addr, &ll) == -1) {
		if (errno != ENOENT)
			err(1, "%s", host);
		printf("%s (%s) -- no entry\n", host, inet_ntoa(addr));
		return (1);
	}
	if (iflist_get(&list, 0) == -1)
		err(1, "sysctl");
	print_header();
	print_entry(&ll, &list);
	iflist_free(&list);
	return (0);
}

static int
delete_one(const char *host)
{
	struct llinfo		 ll;
	struct in_addr		 addr;

	if (arp_host(host, &addr) == -1)
		return (1);
	if (lookup(addr, &ll) == -1 && errno == ENOENT) {
		printf("%s (%s) -- no entry\n", host, inet_ntoa(addr));
		return (1);
	}
	if (forget(addr) == -1) {
		warn("delete %s", host);
		return (1);
	}
	printf("%s (%s) deleted\n", host, inet_ntoa(addr));
	return (0);
}

static int
delete_entry(const struct llinfo *ll, void *arg)
{
	char	 host[RTNAME_LEN];
	int	*status = arg;

	if (ll->ll_flags & (RTF_LOCAL | RTF_BROADCAST))
		return (0);
	if (forget(ll->ll_sin.sin_addr) == -1) {
		if (errno == ESRCH)
			return (0);
		warn("delete %s", inet_ntoa(ll->ll_sin.sin_addr));
		*status = 1;
		return (0);
	}
	rtname_host(&ll->ll_sa,
	    opt.ao_numeric, host, sizeof(host));
	printf("%s (%s) deleted\n", host, inet_ntoa(ll->ll_sin.sin_addr));
	return (0);
}

static int
delete_all(void)
{
	int	 status = 0;

	if (llinfo_walk(opt.ao_tableid, BSD_AF_INET, delete_entry,
	    &status) == -1)
		err(1, "sysctl");
	return (status);
}

/* The station address of a word; "auto" means the interface's own. */
static int
parse_link(const char *s, const struct llinfo *ll, uint8_t ea[6])
{
	const struct ifl_if	*i;
	struct iflist		 list;
	int			 error = -1;

	if (strcmp(s, "auto") != 0)
		return (ether_parse(s, ea));
	if (iflist_get(&list, 0) == -1)
		err(1, "sysctl");
	i = iflist_byindex(&list, ll->ll_ifindex);
	if (i != NULL && i->i_sdl.sdl_alen == 6) {
		memcpy(ea, LLADDR(&i->i_sdl), 6);
		error = 0;
	}
	iflist_free(&list);
	return (error);
}

/* hostname ether_addr [temp | permanent] [pub], argc of them. */
static int
set(int argc, char **argv)
{
	struct llinfo		 ll;
	struct in_addr		 addr;
	uint8_t			 ea[6];
	int64_t			 expire = 0;
	int			 flags = 0, i;

	for (i = 2; i < argc; i++) {
		if (strcmp(argv[i], "temp") == 0)
			expire = time(NULL) + TEMP_SECONDS;
		else if (strcmp(argv[i], "permanent") == 0)
			expire = 0;
		else if (strcmp(argv[i], "pub") == 0)
			flags |= RTF_ANNOUNCE;
		else
			usage();
	}
	if (arp_host(argv[0], &addr) == -1)
		return (1);
	if (lookup(addr, &ll) == 0) {
		if (ll.ll_flags & RTF_LOCAL) {
			warnx("%s is an address of this machine", argv[0]);
			return (1);
		}
		if (!opt.ao_force && ll.ll_link.sdl_alen != 0) {
			warnx("set: %s: entry exists, use -F to replace it",
			    argv[0]);
			return (1);
		}
		if (forget(addr) == -1 && errno != ESRCH) {
			warn("delete %s", argv[0]);
			return (1);
		}
	}
	if (ll.ll_ifindex == 0) {
		warnx("cannot intuit interface index and type for %s",
		    argv[0]);
		return (1);
	}
	if (parse_link(argv[1], &ll, ea) == -1) {
		warnx("invalid link-level address '%s'", argv[1]);
		return (1);
	}
	bsdaddr_set_in(&ll.ll_sin, addr);
	if (llinfo_set(opt.ao_tableid, &ll, ea, flags, expire) == -1) {
		warn("set %s", argv[0]);
		return (1);
	}
	return (0);
}

static int
set_file(const char *path)
{
	FILE	*fp;
	char	*line = NULL, *word[6];
	size_t	 size = 0;
	int	 n, status = 0;

	if ((fp = fopen(path, "r")) == NULL)
		err(1, "cannot open %s", path);
	while (getline(&line, &size, fp) != -1) {
		if ((n = arp_parse(line, word)) == 0)
			continue;
		if (n < 2 || n > 4) {
			warnx("bad line: %s", line);
			status = 1;
		} else if (set(n, word) != 0)
			status = 1;
	}
	free(line);
	fclose(fp);
	return (status);
}

int
main(int argc, char *argv[])
{
	const char	*errstr, *file = NULL;
	int		 all = 0, ch, delete = 0, enter = 0;

	if ((opt.ao_tableid = getrtable()) == -1)
		err(1, "getrtable");
	while ((ch = getopt(argc, argv, "adFf:nsV:")) != -1) {
		switch (ch) {
		case 'a':
			all = 1;
			break;
		case 'd':
			delete = 1;
			break;
		case 'F':
			opt.ao_force = 1;
			break;
		case 'f':
			file = optarg;
			break;
		case 'n':
			opt.ao_numeric = 1;
			break;
		case 's':
			enter = 1;
			break;
		case 'V':
			opt.ao_tableid = strtonum(optarg, 0, RT_TABLEID_MAX,
			    &errstr);
			if (errstr != NULL)
				errx(1, "bad rtable value: %s: %s", errstr,
				    optarg);
			break;
		default:
			usage();
		}
	}
	argc -= optind;
	argv += optind;
	lookup_init();
	if (enter && !all && !delete && file == NULL) {
		if (argc < 2 || argc > 4)
			usage();
		exit(set(argc, argv));
	}
	if (enter || (file != NULL && (all || delete || argc > 0)))
		usage();
	if (file != NULL)
		exit(set_file(file));
	if (all) {
		if (argc != 0)
			usage();
		exit(delete ? delete_all() : show_all());
	}
	if (argc != 1)
		usage();
	exit(delete ? delete_one(argv[0]) : show_one(argv[0]));
}

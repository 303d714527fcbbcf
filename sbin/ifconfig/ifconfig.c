/*
 * ifconfig(8): show and configure network interfaces.
 *
 *	ifconfig.c	the command line, and the walk along its words
 *	clone.c		create, destroy, -C
 *	link.c		words about the interface itself
 *	inet.c		words about Internet addresses
 *	inet6.c		words about IPv6 addresses
 *	group.c		words about groups and the description
 *	media.c		media and link status
 *	wg.c		words about wg(4), and what it looks like
 *	show.c		what an interface looks like
 *
 * The words of a line are looked up in the tables of these files in turn,
 * after "inet6" in that of inet6.c first; a word that none knows is an
 * address.  All words about one address are
 * gathered and applied together, when the line ends or another begins.
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <net/if.h>

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ifconfig.h"
#include "lookup.h"

static const struct word *const	 tables[] = {
	link_words, inet_words, group_words, wg_words, inet6_words
};

static void __dead
usage(void)
{
	fprintf(stderr, "usage: ifconfig [-AaC] [interface] "
	    "[address_family]\n"
	    "\t\t[address [dest_address]] [parameters]\n");
	exit(1);
}

/*
 * Clear a request and name the interface of c in it.
 */
void
ifreq_init(const struct ifctx *c, struct ifreq *ifr)
{
	memset(ifr, 0, sizeof(*ifr));
	strlcpy(ifr->ifr_name, c->c_name, sizeof(ifr->ifr_name));
}

/*
 * Do an ioctl; failure is the end, told by the request's name.
 */
void
if_ioctl(const struct ifctx *c, unsigned long request, const char *name,
    void *arg)
{
	if (ioctl(c->c_sock, request, arg) == -1)
		err(1, "%s", name);
}

/*
 * The number that follows a word, between low and high.
 */
long long
word_number(const char *word, const char *arg, long long low, long long high)
{
	const char	*errstr;
	long long	 value;

	value = strtonum(arg, low, high, &errstr);
	if (errstr != NULL)
		errx(1, "%s %s: %s", word, arg, errstr);
	return (value);
}

static const struct word *
table_find(const struct word *w, const char *name)
{
	for (; w->w_name != NULL; w++)
		if (strcmp(w->w_name, name) == 0)
			return (w);
	return (NULL);
}

/* What a word means in a family, or NULL. */
static const struct word *
word_find(const char *name, int af)
{
	const struct word	*w = NULL;
	size_t			 i;

	if (af == BSD_AF_INET6)
		w = table_find(inet6_words, name);
	for (i = 0; w == NULL && i < sizeof(tables) / sizeof(tables[0]); i++)
		w = table_find(tables[i], name);
	return (w);
}

/* Is this the name of a family?  Then the words after it are in it. */
static int
family_find(const char *name)
{
	if (strcmp(name, "inet") == 0)
		return (BSD_AF_INET);
	if (strcmp(name, "inet6") == 0)
		return (BSD_AF_INET6);
	return (-1);
}

/* A new family begins, or the line ends: apply what was gathered. */
static void
commit(struct ifctx *c)
{
	inet_commit(c);
	inet6_commit(c);
}

static void
words(struct ifctx *c, char **argv)
{
	const struct word	*w;
	int			 af, i;

	while (*argv != NULL) {
		if ((af = family_find(*argv)) != -1) {
			commit(c);
			c->c_af = af;
			argv++;
			continue;
		}
		if ((w = word_find(*argv, c->c_af)) == NULL) {
			if (c->c_af == BSD_AF_INET6)
				inet6_address(c, *argv++);
			else
				inet_address(c, *argv++);
			continue;
		}
		for (i = 1; i <= w->w_nargs; i++)
			if (argv[i] == NULL)
				errx(1, "'%s' requires argument", w->w_name);
		w->w_func(c, w, argv + 1);
		argv += 1 + w->w_nargs;
	}
	commit(c);
	wg_commit(c);
}

/* Read the flags; -1 if there is no such interface. */
static int
look(struct ifctx *c)
{
	struct ifreq	 ifr;

	ifreq_init(c, &ifr);
	if (ioctl(c->c_sock, SIOCGIFFLAGS, &ifr) == -1)
		return (-1);
	c->c_flags = ifr.ifr_flags & 0xffff;
	return (0);
}

/* Configure the interface, which is created if it is missing. */
static void
configure(struct ifctx *c, char **argv)
{
	struct ifreq	 ifr;

	if (strcmp(argv[0], "destroy") == 0) {
		if (argv[1] != NULL)
			usage();
		clone_destroy(c);
		return;
	}
	if (strcmp(argv[0], "create") == 0) {
		clone_create(c);
		if (*++argv == NULL)
			return;
	}
	if (look(c) == -1) {
		ifreq_init(c, &ifr);
		if (errno != ENXIO)
			err(1, "SIOCGIFFLAGS");
		if (ioctl(c->c_sock, SIOCIFCREATE, &ifr) == -1) {
			if (errno == EPERM)
				err(1, "SIOCIFCREATE");
			errx(1, "%s: no such interface", c->c_name);
		}
		if (look(c) == -1)
			err(1, "SIOCGIFFLAGS");
	}
	words(c, argv);
}

static void
show(struct ifctx *c, const char *name)
{
	if (show_matching(c, name) == 0 && name != NULL)
		errx(1, "%s: no such interface", name);
}

int
main(int argc, char *argv[])
{
	struct ifctx	 c;
	const char	*name = NULL;
	int		 all = 0, ch, cloners = 0;

	memset(&c, 0, sizeof(c));
	c.c_af = BSD_AF_UNSPEC;
	/* Words may start with '-': only what precedes the name is options. */
	while ((ch = getopt(argc, argv, "+AaC")) != -1) {
		switch (ch) {
		case 'A':
			c.c_detail = 1;
			/* FALLTHROUGH */
		case 'a':
			all = 1;
			break;
		case 'C':
			cloners = 1;
			break;
		default:
			usage();
		}
	}
	argc -= optind;
	argv += optind;
	lookup_init();
	if ((c.c_sock = socket(AF_INET, SOCK_DGRAM, 0)) == -1)
		err(1, "socket");
	if (cloners) {
		if (argc > 0 || all)
			usage();
		clone_list(&c);
		exit(0);
	}
	if (!all && argc > 0) {
		name = *argv++;
		c.c_detail = 1;
		if (strlcpy(c.c_name, name, sizeof(c.c_name)) >=
		    sizeof(c.c_name))
			errx(1, "%s: no such interface", name);
	}
	if (argv[0] != NULL && argv[1] == NULL &&
	    family_find(argv[0]) != -1)
		c.c_af = family_find(*argv++);
	if (argv[0] == NULL) {
		show(&c, name);
		exit(0);
	}
	if (name == NULL)
		usage();
	configure(&c, argv);
	exit(0);
}

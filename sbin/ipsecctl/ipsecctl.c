/*
 * ipsecctl(8): load and show flows and SAs.
 *
 *	ipsecctl.c	options
 *	parse.c, host.c	ipsec.conf(5)
 *	pfkey.c		the kernel
 *	show.c, monitor.c, names.c	text
 */
#include <sys/types.h>

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ipsecctl.h"

struct options	 opt;

static void __attribute__((__noreturn__))
usage(void)
{
	fprintf(stderr, "usage: ipsecctl [-dFkmnv] [-D macro=value] "
	    "[-f file] [-s modifier]\n");
	exit(1);
}

/* Load the rules, or with -d take them away; how many could not be. */
static int
load(struct rules *rs)
{
	struct rule	*r;
	int		 failed = 0, fd = -1;

	if (!opt.o_test)
		fd = pfkey_open();
	TAILQ_FOREACH(r, rs, r_entry) {
		if (opt.o_verbose)
			rule_print(r);
		if (fd == -1 || pfkey_rule(fd, r, opt.o_delete) == 0)
			continue;
		warnx("failed to %s rule %u: %s",
		    opt.o_delete ? "delete" : "add", r->r_line,
		    strerror(errno));
		failed++;
	}
	if (fd != -1)
		close(fd);
	return (failed);
}

static void
rules_free(struct rules *rs)
{
	struct rule	*r;

	while ((r = TAILQ_FIRST(rs)) != NULL) {
		TAILQ_REMOVE(rs, r, r_entry);
		explicit_bzero(r, sizeof(*r));
		free(r);
	}
}

static void
flush(void)
{
	int	 fd = pfkey_open();

	if (pfkey_flush(fd) == -1)
		err(1, "flush");
	close(fd);
}

/* The file is read before anything is flushed: it may have faults. */
static int
load_file(const char *name, int do_flush)
{
	struct rules	 rs = TAILQ_HEAD_INITIALIZER(rs);
	int		 failed;

	if (parse_file(name, &rs) == -1) {
		rules_free(&rs);
		errx(1, "Syntax error in config file: ipsec rules not loaded");
	}
	if (do_flush)
		flush();
	failed = load(&rs);
	rules_free(&rs);
	return (failed != 0);
}

static void
show(const char *what)
{
	if (strncmp(what, "flow", strlen(what)) == 0)
		show_flows();
	else if (strncmp(what, "sa", strlen(what)) == 0)
		show_sas();
	else if (strncmp(what, "all", strlen(what)) == 0) {
		show_flows();
		printf("\n");
		show_sas();
	} else {
		warnx("Unknown show modifier '%s'", what);
		usage();
	}
}

int
main(int argc, char **argv)
{
	const char	*file = NULL, *what = NULL;
	int		 ch, do_flush = 0, monitor = 0;

	while ((ch = getopt(argc, argv, "D:dFf:kmns:v")) != -1) {
		switch (ch) {
		case 'D':
			if (parse_define(optarg) == -1)
				errx(1, "could not parse macro definition %s",
				    optarg);
			break;
		case 'd':
			opt.o_delete = 1;
			break;
		case 'F':
			do_flush = 1;
			break;
		case 'f':
			file = optarg;
			break;
		case 'k':
			opt.o_keys = 1;
			break;
		case 'm':
			monitor = 1;
			break;
		case 'n':
			opt.o_test = 1;
			break;
		case 's':
			what = optarg;
			break;
		case 'v':
			opt.o_verbose++;
			break;
		default:
			usage();
		}
	}
	if (argc != optind || (file == NULL && what == NULL && !do_flush &&
	    !monitor))
		usage();
	if (opt.o_test)
		do_flush = 0;
	if (file != NULL) {
		if (load_file(file, do_flush) != 0)
			return (1);
	} else if (do_flush)
		flush();
	if (what != NULL)
		show(what);
	if (monitor)
		pfkey_monitor(pfkey_open());
	return (0);
}

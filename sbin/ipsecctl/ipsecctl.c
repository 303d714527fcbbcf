/*
 * ipsecctl(8): load and show flows and SAs.
 *
 *	ipsecctl.c	options
 *	lex.c, parse.c, host.c	ipsec.conf(5)
 *	load.c		all of it or nothing
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

static void
flush(void)
{
	int	 fd = pfkey_open();

	if (pfkey_flush(fd, SADB_SATYPE_UNSPEC) == -1)
		err(1, "flush");
	close(fd);
}

/* The file is read before anything is changed: it may have faults. */
static int
load_file(const char *name, int do_flush)
{
	struct rules	 rs = TAILQ_HEAD_INITIALIZER(rs);
	struct rule	*r;
	unsigned int	 n = 0;
	int		 ret = 0;

	if (parse_file(name, &rs) == -1) {
		rules_free(&rs);
		errx(1, "Syntax error in config file: ipsec rules not loaded");
	}
	if (opt.o_verbose)
		TAILQ_FOREACH(r, &rs, r_entry) {
			if (opt.o_verbose > 1)
				printf("@%u ", n++);
			rule_print(r);
		}
	fflush(stdout);
	if (!opt.o_test) {
		ret = opt.o_delete ? unload_rules(&rs) :
		    load_rules(&rs, do_flush);
		if (ret == -1 && !opt.o_delete)
			warnx("ipsec rules not loaded");
	}
	rules_free(&rs);
	return (ret == -1);
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
			if (lex_define(optarg) == -1)
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

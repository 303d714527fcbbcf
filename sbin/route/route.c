/*
 * route(8): look at the routing tables and change them by hand.
 *
 *	route.c		options and commands
 *	request.c	add, change, delete, get: words to a routing message
 *	addr.c		destinations, networks, interfaces
 *	table.c		show, flush, monitor, exec
 *	print.c		routing messages as text
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lookup.h"
#include "route.h"

struct options	 opt;

static const struct {
	const char	*name;
	int		 type;		/* RTM_*, for command_modify */
	int		(*func)(char **);
} commands[] = {
	{ "add",	RTM_ADD,	NULL },
	{ "change",	RTM_CHANGE,	NULL },
	{ "del",	RTM_DELETE,	NULL },
	{ "delete",	RTM_DELETE,	NULL },
	{ "exec",	0,		command_exec },
	{ "flush",	0,		command_flush },
	{ "get",	RTM_GET,	NULL },
	{ "monitor",	0,		command_monitor },
	{ "show",	0,		command_show },
};

/*
 * Say how route(8) is used, and what it was about (NULL: nothing), and exit.
 */
void
usage(const char *word)
{
	if (word != NULL)
		warnx("botched keyword: %s", word);
	fprintf(stderr,
	    "usage: route [-dnqtv] [-T rtable] command [[modifiers] args]\n"
	    "commands: add, change, delete, exec, flush, get, monitor, show\n");
	exit(1);
}

/*
 * A number between low and high, or the end.
 */
int
number(const char *what, const char *s, int low, int high)
{
	const char	*errstr;
	int		 value;

	value = strtonum(s, low, high, &errstr);
	if (errstr != NULL)
		errx(1, "invalid %s: %s is %s", what, s, errstr);
	return (value);
}

/*
 * A routing socket for the family af (BSD_AF_UNSPEC: all), or with -t the
 * bit bucket.
 */
int
route_socket(int af)
{
	int	 fd;

	if (opt.o_test)
		fd = open("/dev/null", O_RDWR);
	else
		fd = socket(BSD_PF_ROUTE, SOCK_RAW, af);
	if (fd == -1)
		err(1, "%s", opt.o_test ? "/dev/null" : "socket");
	return (fd);
}

int
main(int argc, char *argv[])
{
	size_t	 i;
	int	 ch;

	opt.o_tableid = -1;
	/* What follows the command is its own. */
	while ((ch = getopt(argc, argv, "+dnqT:tv")) != -1) {
		switch (ch) {
		case 'd':
			opt.o_debug = 1;
			break;
		case 'n':
			opt.o_numeric = 1;
			break;
		case 'q':
			opt.o_quiet = 1;
			break;
		case 'T':
			opt.o_tableid = number("rtable id", optarg, 0,
			    RT_TABLEID_MAX);
			break;
		case 't':
			opt.o_test = 1;
			break;
		case 'v':
			opt.o_verbose = 1;
			break;
		default:
			usage(NULL);
		}
	}
	argc -= optind;
	argv += optind;
	if (argc < 1)
		usage(NULL);
	if (opt.o_tableid == -1 && (opt.o_tableid = getrtable()) == -1)
		err(1, "getrtable");
	lookup_init();
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, argv[0]) != 0)
			continue;
		if (commands[i].func != NULL)
			exit(commands[i].func(argv + 1));
		exit(command_modify(commands[i].type, argv));
	}
	usage(argv[0]);
}

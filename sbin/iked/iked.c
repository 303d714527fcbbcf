/*
 * iked(8): the parent.
 */
#include <sys/types.h>

#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include "conf.h"
#include "log.h"

static void
usage(void)
{
	fprintf(stderr, "usage: iked [-dnSTtVv] [-D macro=value] [-f file] "
	    "[-p port] [-s socket]\n");
	exit(1);
}

static int
check_config(const char *file)
{
	struct conf	 c;
	int		 error;

	conf_init(&c);
	error = parse_config(file, &c);
	if (error == 0) {
		if (log_getverbose() > 1)
			print_conf(&c);
		fflush(stdout);
		fprintf(stderr, "configuration OK\n");
	}
	conf_free(&c);
	return (error == 0 ? 0 : 1);
}

int
main(int argc, char *argv[])
{
	const char	*file = "/etc/iked.conf";
	int		 c, nflag = 0, verbose = 0;

	log_init(1, LOG_DAEMON);
	while ((c = getopt(argc, argv, "D:f:nv")) != -1)
		switch (c) {
		case 'D':
			if (cmdline_symset(optarg) == -1)
				log_warnx("could not parse macro definition "
				    "%s", optarg);
			break;
		case 'f':
			file = optarg;
			break;
		case 'n':
			nflag = 1;
			break;
		case 'v':
			verbose++;
			break;
		default:
			usage();
		}
	log_setverbose(verbose > 0 ? verbose + 1 : 0);
	if (!nflag)
		usage();
	return (check_config(file));
}

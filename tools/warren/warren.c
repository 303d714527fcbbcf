/*
 * warren(8): boot machines, run programs in them, halt them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "warren.h"

static const struct {
	const char	*name;
	int		(*cmd)(int, char **);
} cmds[] = {
	{ "boot", cmd_boot },
	{ "console", cmd_console },
	{ "exec", cmd_exec },
	{ "halt", cmd_halt },
	{ "list", cmd_list },
	{ "log", cmd_log },
};

/* Say how the program is called, and end it. */
void
usage(void)
{
	fprintf(stderr,
	    "usage: warren boot [-s] [-n name] [-p port] directory\n"
	    "       warren exec [-H] [-u user] machine "
	    "[program [argument ...]]\n"
	    "       warren console machine\n"
	    "       warren log [-f] machine\n"
	    "       warren halt -a | machine ...\n"
	    "       warren list [-v]\n");
	exit(2);
}

int
main(int argc, char **argv)
{
	size_t i;

	if (argc < 2)
		usage();
	for (i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++) {
		if (strcmp(argv[1], cmds[i].name) == 0)
			return (cmds[i].cmd(argc - 1, argv + 1));
	}
	usage();
}

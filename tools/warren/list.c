/*
 * warren list and warren halt.
 */
#include <dirent.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "warren.h"

struct info {
	char	i_port[16];
	char	i_state[80];
	char	i_dir[MSG_MAX];
	int	i_kernel;
	int	i_init;
	int	i_cards;
};

/* Read the monitor's "info"; 0, or -1 when no such machine runs. */
static int
get_info(const char *name, struct info *in)
{
	char buf[MSG_MAX], *line;

	memset(in, 0, sizeof(*in));
	if (ask(name, "info", buf, sizeof(buf), NULL) != 0)
		return (-1);
	for (line = strtok(buf, "\n"); line != NULL;
	    line = strtok(NULL, "\n")) {
		sscanf(line, "port %15s", in->i_port);
		sscanf(line, "state %79[^\n]", in->i_state);
		sscanf(line, "kernel %d", &in->i_kernel);
		sscanf(line, "init %d", &in->i_init);
		sscanf(line, "cards %d", &in->i_cards);
		if (strncmp(line, "dir ", 4) == 0)
			snprintf(in->i_dir, sizeof(in->i_dir), "%s", line + 4);
	}
	return (0);
}

static int
by_name(const void *a, const void *b)
{
	return (strcmp(*(char *const *)a, *(char *const *)b));
}

/* The names below the run directory, sorted. */
static size_t
names(char ***np)
{
	struct dirent *de;
	char **v = NULL;
	size_t n = 0;
	DIR *d;

	d = opendir(run_base());
	if (d == NULL)
		err(1, "%s", run_base());
	while ((de = readdir(d)) != NULL) {
		if (!name_ok(de->d_name))
			continue;
		v = reallocarray(v, n + 1, sizeof(*v));
		if (v == NULL)
			err(1, NULL);
		v[n++] = xstrdup(de->d_name);
	}
	closedir(d);
	if (n > 0)
		qsort(v, n, sizeof(*v), by_name);
	*np = v;
	return (n);
}

static void
list_one(const char *name, const struct info *in)
{
	char pid[16] = "-";

	if (in->i_kernel != -1)
		snprintf(pid, sizeof(pid), "%d", in->i_kernel);
	printf("%-16s %-9s %8s %5d %-10s %s\n", name, in->i_port, pid,
	    in->i_cards, in->i_state, in->i_dir);
}

/* warren list [-v] */
int
cmd_list(int argc, char **argv)
{
	struct info in;
	char **v;
	size_t i, n;
	int ch, verbose = 0;

	while ((ch = getopt(argc, argv, "v")) != -1) {
		if (ch != 'v')
			usage();
		verbose = 1;
	}
	if (argc != optind)
		usage();
	n = names(&v);
	printf("%-16s %-9s %8s %5s %-10s %s\n", "NAME", "PORT", "PID",
	    "CARDS", "STATE", "DIRECTORY");
	for (i = 0; i < n; i++) {
		if (get_info(v[i], &in) == 0)
			list_one(v[i], &in);
		free(v[i]);
	}
	free(v);
	if (verbose) {
		printf("\n");
		probe_print(stdout);
	}
	return (0);
}

/* Halt one machine; 0, or 1 after a message. */
static int
halt(const char *arg)
{
	char buf[MSG_MAX], *name;
	int rv = 0;

	name = run_name(arg);
	if (!run_alive(name)) {
		warnx("%s: no such machine runs", name);
		rv = 1;
	} else if (ask(name, "halt", buf, sizeof(buf), NULL) == 1) {
		warnx("%s: %s", name, buf);
		rv = 1;
	}
	free(name);
	return (rv);
}

/* warren halt machine ... | -a */
int
cmd_halt(int argc, char **argv)
{
	char **v;
	size_t i, n;
	int all = 0, ch, rv = 0;

	while ((ch = getopt(argc, argv, "a")) != -1) {
		if (ch != 'a')
			usage();
		all = 1;
	}
	argc -= optind;
	argv += optind;
	if (all == (argc > 0))
		usage();
	if (!all) {
		while (argc-- > 0)
			rv |= halt(*argv++);
		return (rv);
	}
	n = names(&v);
	for (i = 0; i < n; i++) {
		if (run_alive(v[i]))
			rv |= halt(v[i]);
		free(v[i]);
	}
	free(v);
	return (rv);
}

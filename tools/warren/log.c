/*
 * warren log, warren console: what the kernel and the boot script said.
 */
#include <sys/inotify.h>
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "warren.h"

/* The value of one line of the monitor's "info"; NULL when it is not there. */
static char *
info_value(char *info, const char *name)
{
	size_t len = strlen(name);
	char *line;

	for (line = strtok(info, "\n"); line != NULL;
	    line = strtok(NULL, "\n")) {
		if (strncmp(line, name, len) == 0 && line[len] == ' ')
			return (line + len + 1);
	}
	return (NULL);
}

/*
 * The console log of a machine that runs, by its name, or of any machine, by
 * its directory.
 */
static char *
console_path(const char *arg)
{
	char buf[MSG_MAX], *dir, *path;

	dir = NULL;
	if (ask(run_name(arg), "info", buf, sizeof(buf), NULL) == 0)
		dir = info_value(buf, "dir");
	path = xasprintf("%s/var/log/console", dir != NULL ? dir : arg);
	if (access(path, R_OK) == -1)
		errx(1, "%s: no such machine runs, and no log is there", arg);
	return (path);
}

/* Print from the descriptor until its end. */
static void
print(int fd)
{
	char buf[16384];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		if (write_all(STDOUT_FILENO, buf, n) == -1)
			exit(0);
	}
}

/* Go on printing what comes, for as long as the machine lives. */
static void
follow(int fd, const char *path, const char *arg)
{
	struct pollfd pfd;
	char buf[4096], *name;

	name = run_name(arg);
	pfd.fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	pfd.events = POLLIN;
	if (pfd.fd == -1 || inotify_add_watch(pfd.fd, path, IN_MODIFY) == -1)
		err(1, "inotify");
	for (;;) {
		print(fd);
		if (!run_alive(name))
			break;
		/* The machine's end makes no event: look now and then. */
		if (poll(&pfd, 1, 500) == 1)
			while (read(pfd.fd, buf, sizeof(buf)) > 0)
				continue;
	}
	print(fd);
	free(name);
}

static int
show(int argc, char **argv, int following)
{
	char *path;
	int ch, fd;

	while ((ch = getopt(argc, argv, "f")) != -1) {
		if (ch != 'f')
			usage();
		following = 1;
	}
	if (argc - optind != 1)
		usage();
	path = console_path(argv[optind]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		err(1, "%s", path);
	if (following)
		follow(fd, path, argv[optind]);
	else
		print(fd);
	close(fd);
	free(path);
	return (0);
}

/* warren log [-f] machine */
int
cmd_log(int argc, char **argv)
{
	return (show(argc, argv, 0));
}

/* warren console machine */
int
cmd_console(int argc, char **argv)
{
	return (show(argc, argv, 1));
}

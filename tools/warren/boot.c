/*
 * warren boot: the machine's directory made ready, the monitor started, the
 * boot script run.
 */
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "warren.h"

/*
 * One machine a directory, whatever its name: the lock lives as long as the
 * descriptor, which the monitor inherits.
 */
static int
lock_dir(const struct machine *m)
{
	int fd;

	fd = open(m->m_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		err(1, "%s", m->m_dir);
	if (flock(fd, LOCK_EX | LOCK_NB) == -1)
		errx(1, "%s: in use by another machine", m->m_dir);
	return (fd);
}

/* A new console log; the last boot's is kept beside it. */
static char *
new_console(const struct machine *m)
{
	char *path, *old;
	int fd;

	path = xasprintf("%s/var/log/console", m->m_dir);
	old = xasprintf("%s.0", path);
	rename(path, old);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd == -1)
		err(1, "%s", path);
	close(fd);
	free(old);
	return (path);
}

/* Start the monitor; returns when the machine is up, or not (-1). */
static int
start_monitor(const struct machine *m)
{
	int answer[2] = { -1, -1 }, status[2];
	ssize_t n;
	pid_t pid;
	char c;

	if (pipe2(status, O_CLOEXEC) == -1)
		err(1, "pipe");
	if (userns_needed() && pipe2(answer, O_CLOEXEC) == -1)
		err(1, "pipe");
	fflush(NULL);
	pid = fork();
	if (pid == -1)
		err(1, "fork");
	if (pid == 0) {
		close(status[0]);
		if (answer[1] != -1)
			close(answer[1]);
		monitor(m, status[1], answer[0]);
	}
	close(status[1]);
	if (answer[0] != -1)
		close(answer[0]);
	while ((n = read(status[0], &c, 1)) == 1 && c == 'm') {
		c = userns_map(pid) == 0 ? 'y' : 'n';
		if (write_all(answer[1], &c, 1) == -1)
			warn("monitor");
	}
	close(status[0]);
	if (answer[1] != -1)
		close(answer[1]);
	if (n == 1)
		return (0);
	wait_exit(pid);
	return (-1);
}

/* Run the boot script, its words on the console; its exit status. */
static int
boot_script(const struct machine *m, const char *console)
{
	static char *argv[] = { "/bin/sh", "/etc/rc", NULL };
	struct execargs xa;
	int fd, status;
	pid_t pid;

	pid = fork();
	if (pid == -1)
		err(1, "fork");
	if (pid == 0) {
		fd = open("/dev/null", O_RDONLY);
		if (fd != -1)
			dup2(fd, STDIN_FILENO);
		memset(&xa, 0, sizeof(xa));
		xa.x_outfd = open(console, O_WRONLY | O_APPEND | O_CLOEXEC);
		if (xa.x_outfd == -1)
			err(1, "%s", console);
		xa.x_argv = argv;
		_exit(exec_run(m->m_name, &xa));
	}
	status = wait_exit(pid);
	return (WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status));
}

/* Everything that a machine finds before its kernel starts. */
static void
prepare(const struct machine *m)
{
	char *image;
	struct stat st;

	image = kernel_file(m);
	if (access(image, R_OK) == -1)
		err(1, "kernel %s", image);
	free(image);
	image = image_dir(m);
	if (stat(image, &st) == -1)
		err(1, "image %s", image);
	if (!S_ISDIR(st.st_mode))
		errx(1, "image %s: not a directory", image);
	var_fill(m->m_dir);
	if (m->m_port == PORT_USERMODE)
		etc_fill(m->m_dir, image);
	free(image);
}

static void
boot_options(struct machine *m, int argc, char **argv, int *single)
{
	const char *name = NULL;
	enum port port = PORT_USERMODE;
	int ch;

	while ((ch = getopt(argc, argv, "+n:p:s")) != -1) {
		switch (ch) {
		case 'n':
			name = optarg;
			break;
		case 'p':
			if (port_parse(optarg, &port) == -1)
				errx(1, "\"%s\": not a port: usermode, qemu "
				    "or q35", optarg);
			break;
		case 's':
			*single = 1;
			break;
		default:
			usage();
		}
	}
	if (argc - optind != 1)
		usage();
	conf_load(m, argv[optind], name);
	m->m_port = port;
}

/* warren boot [-s] [-n name] [-p port] directory */
int
cmd_boot(int argc, char **argv)
{
	struct machine m;
	char *console;
	int rv, single = 0;

	boot_options(&m, argc, argv, &single);
	m.m_locks[0] = run_lock(m.m_name);
	if (m.m_locks[0] == -1 && errno == EWOULDBLOCK)
		errx(1, "%s: already runs", m.m_name);
	if (m.m_locks[0] == -1)
		err(1, "%s", m.m_name);
	m.m_locks[1] = lock_dir(&m);
	prepare(&m);
	console = new_console(&m);
	if (start_monitor(&m) == -1) {
		etc_drain(m.m_dir);
		run_clear(m.m_name);
		return (1);
	}
	close(m.m_locks[0]);
	close(m.m_locks[1]);
	if (single || m.m_port != PORT_USERMODE)
		return (0);
	rv = boot_script(&m, console);
	if (rv != 0)
		warnx("%s: /etc/rc: exit status %d; it runs, see warren log %s",
		    m.m_name, rv, m.m_name);
	free(console);
	conf_free(&m);
	return (rv != 0);
}

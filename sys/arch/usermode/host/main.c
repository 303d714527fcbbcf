/*
 * warren-kernel: the kernel of one machine, as a process.
 *
 *	warren-kernel [-D] [-c ctlsock] [-l consolelog] [-n name] [-r fd]
 *	    [-t virtual] [argument ...]
 *
 *	-D	detach once the kernel is up; until then the caller waits,
 *		and gets status 1 when it does not come up
 *	-c	listen for warren(8) at this path
 *	-l	append the console to this file (without -D also stdout)
 *	-n	the machine's name, for messages and its host name
 *	-r	without -D: write a byte to this descriptor, once up
 *	-t	whose time it lives by: real (default) or virtual
 *
 * The arguments, KEY=VALUE or words, reach the kernel as its boot line.
 * SIGTERM, SIGINT and SIGHUP ask for an orderly halt.
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <host.h>

#include "host_local.h"

static const char	*name = "warren";
static const char	*timearg;
static int		 detach;
static int		 logfd = -1;
static int		 readyfd = -1;

static void
usage(void)
{
	fprintf(stderr, "usage: warren-kernel [-D] [-c ctlsock] "
	    "[-l consolelog] [-n name]\n\t[-r fd] [-t real | virtual] "
	    "[argument ...]\n");
	exit(1);
}

static void
write_all(int fd, const char *buf, size_t len)
{
	ssize_t	n;

	while (len > 0) {
		if ((n = write(fd, buf, len)) == -1) {
			if (errno != EINTR)
				return;
			n = 0;
		}
		buf += n;
		len -= n;
	}
}

void
host_cons_write(const char *buf, size_t len)
{
	if (logfd != -1)
		write_all(logfd, buf, len);
	if (!detach)
		write_all(STDOUT_FILENO, buf, len);
	host_ctl_console(buf, len);
}

const char *
host_name(void)
{
	return (name);
}

const char *
host_time_arg(void)
{
	return (timearg);
}

void
host_ready(void)
{
	if (readyfd != -1) {
		write_all(readyfd, "+", 1);
		close(readyfd);
		readyfd = -1;
		dup2(STDIN_FILENO, STDERR_FILENO);
	}
}

void
host_exit(int status)
{
	host_ctl_bye();
	exit(status);
}

/* The parent's half of -D: wait until the kernel says that it is up. */
static void
detach_wait(int fd)
{
	char	c;
	ssize_t	n;

	while ((n = read(fd, &c, 1)) == -1 && errno == EINTR)
		continue;
	_exit(n == 1 ? 0 : 1);
}

static void
do_detach(void)
{
	int	fd, pfd[2];

	if (pipe2(pfd, O_CLOEXEC) == -1)
		err(1, "pipe");
	switch (fork()) {
	case -1:
		err(1, "fork");
	case 0:
		break;
	default:
		close(pfd[1]);
		detach_wait(pfd[0]);
	}
	close(pfd[0]);
	readyfd = pfd[1];
	if (setsid() == -1)
		err(1, "setsid");
	if ((fd = open("/dev/null", O_RDWR | O_CLOEXEC)) == -1)
		err(1, "/dev/null");
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	close(fd);
}

static void
on_signal(void *arg, uint32_t events)
{
	struct signalfd_siginfo	si;

	if (read(*(int *)arg, &si, sizeof(si)) == sizeof(si))
		um_halt_request();
}

static void
signals(void)
{
	static int	fd;
	sigset_t	set;
	int		error;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if ((fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK)) == -1)
		err(1, "signalfd");
	if ((error = host_event_add(fd, HOST_EV_IN, on_signal, &fd)) != 0)
		errx(1, "signalfd: %s", strerror(-error));
}

/* As many descriptors as we may have: one a socket, one a process. */
static void
limits(void)
{
	struct rlimit	rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
		rl.rlim_cur = rl.rlim_max;
		setrlimit(RLIMIT_NOFILE, &rl);
	}
	prctl(PR_SET_TIMERSLACK, 1UL);
}

static char *
bootline(int argc, char *argv[])
{
	char	*line;
	size_t	 len;
	int	 i;

	for (i = 0, len = 1; i < argc; i++)
		len += strlen(argv[i]) + 1;
	if ((line = calloc(1, len)) == NULL)
		err(1, NULL);
	for (i = 0; i < argc; i++) {
		if (i > 0)
			strcat(line, " ");
		strcat(line, argv[i]);
	}
	return (line);
}

int
main(int argc, char *argv[])
{
	const char	*ctl, *log;
	int		 ch;

	ctl = log = NULL;
	while ((ch = getopt(argc, argv, "+Dc:l:n:r:t:")) != -1) {
		switch (ch) {
		case 'D':
			detach = 1;
			break;
		case 'c':
			ctl = optarg;
			break;
		case 'l':
			log = optarg;
			break;
		case 'n':
			name = optarg;
			break;
		case 'r':
			readyfd = atoi(optarg);
			if (fcntl(readyfd, F_SETFD, FD_CLOEXEC) == -1)
				err(1, "-r %s", optarg);
			break;
		case 't':
			if (strcmp(optarg, "real") == 0)
				timearg = NULL;
			else if (strcmp(optarg, "virtual") == 0)
				timearg = optarg;
			else
				errx(1, "-t %s: not real or virtual", optarg);
			break;
		default:
			usage();
		}
	}
	if (log != NULL && (logfd = open(log, O_WRONLY | O_APPEND | O_CREAT |
	    O_CLOEXEC, 0640)) == -1)
		err(1, "%s", log);
	if (detach)
		do_detach();
	limits();
	host_event_init();
	signals();
	if (ctl != NULL && host_ctl_open(ctl) == -1)
		err(1, "%s", ctl);
	um_start(bootline(argc - optind, argv + optind));
	return (1);
}

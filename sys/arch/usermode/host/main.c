/*
 * warren-kernel: the kernel of one machine, as a process.
 *
 *	warren-kernel [-c ctlsock] [-l consolelog] [-n name] [-r fd]
 *	    [argument ...]
 *
 *	-c	listen for warren(8) at this path
 *	-l	append the console to this file, besides standard output
 *	-n	the machine's name: its cards' addresses come from it
 *	-r	write a byte to this descriptor when the kernel is up
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
#include <host_crypto.h>

#include "host_local.h"

static const char	*name = "warren";
static int		 logfd = -1;
static int		 readyfd = -1;

static void
usage(void)
{
	fprintf(stderr, "usage: warren-kernel [-c ctlsock] [-l consolelog] "
	    "[-n name] [-r fd]\n\t[argument ...]\n");
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
	write_all(STDOUT_FILENO, buf, len);
}

const char *
host_name(void)
{
	return (name);
}

void
host_ready(void)
{
	if (readyfd != -1) {
		write_all(readyfd, "+", 1);
		close(readyfd);
		readyfd = -1;
	}
}

void
host_exit(int status)
{
	host_ctl_bye();
	exit(status);
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
	/* The kernel keeps it and never returns. */
	static char	*line __attribute__((used));
	size_t		 len;
	int		 i;

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
	while ((ch = getopt(argc, argv, "+c:l:n:r:")) != -1) {
		switch (ch) {
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
		default:
			usage();
		}
	}
	if (log != NULL && (logfd = open(log, O_WRONLY | O_APPEND | O_CREAT |
	    O_CLOEXEC, 0640)) == -1)
		err(1, "%s", log);
	limits();
	host_event_init();
	signals();
	if (ctl != NULL && host_ctl_open(ctl) == -1)
		err(1, "%s", ctl);
	host_crypto_init();
	um_start(bootline(argc - optind, argv + optind));
	return (1);
}

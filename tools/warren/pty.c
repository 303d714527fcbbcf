/*
 * A terminal for an interactive program: a pseudo terminal of the machine's
 * own, so that its sessions and process groups are the machine's, with the
 * user's terminal in raw mode in front of it.
 */
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "warren.h"

/* Does a person sit at both ends? */
int
pty_wanted(void)
{
	return (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO));
}

/*
 * In the child, inside the machine: open a terminal, send its master side
 * over the socket, and make its slave the controlling terminal and standard
 * descriptors.
 */
void
pty_child(int s)
{
	struct winsize ws;
	struct termios tio;
	int master, slave;

	master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master == -1)
		err(125, "/dev/ptmx");
	if (unlockpt(master) == -1)
		err(125, "unlockpt");
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave == -1)
		err(125, "pty");
	if (tcgetattr(STDIN_FILENO, &tio) == 0)
		tcsetattr(slave, TCSANOW, &tio);
	if (ioctl(STDIN_FILENO, TIOCGWINSZ, &ws) == 0)
		ioctl(slave, TIOCSWINSZ, &ws);
	if (msg_send(s, "pty", 3, &master, 1) == -1)
		err(125, "pty");
	close(s);
	close(master);
	if (setsid() == -1 || ioctl(slave, TIOCSCTTY, 0) == -1)
		err(125, "controlling terminal");
	if (dup2(slave, STDIN_FILENO) == -1 ||
	    dup2(slave, STDOUT_FILENO) == -1 ||
	    dup2(slave, STDERR_FILENO) == -1)
		err(125, "dup2");
	close(slave);
}

/* Copy what is there from one to the other; 0 at the end of from. */
static int
copy(int from, int to)
{
	char buf[4096];
	ssize_t n;

	n = read(from, buf, sizeof(buf));
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return (1);
	if (n <= 0 || write_all(to, buf, n) == -1)
		return (0);
	return (1);
}

/* A signal: 1 when the child has ended, its status stored. */
static int
pty_signal(int sigfd, int master, pid_t pid, int *status)
{
	struct signalfd_siginfo si;
	struct winsize ws;

	if (read(sigfd, &si, sizeof(si)) != sizeof(si))
		return (0);
	switch (si.ssi_signo) {
	case SIGCHLD:
		return (waitpid(pid, status, WNOHANG) == pid);
	case SIGWINCH:
		if (ioctl(STDIN_FILENO, TIOCGWINSZ, &ws) == 0)
			ioctl(master, TIOCSWINSZ, &ws);
		return (0);
	default:
		kill(pid, si.ssi_signo);
		return (0);
	}
}

/* Between the two terminals until the child ends. */
static int
pty_loop(int master, int sigfd, pid_t pid)
{
	struct pollfd pfd[3];
	int status = 0;

	pfd[0].fd = STDIN_FILENO;
	pfd[1].fd = master;
	pfd[2].fd = sigfd;
	pfd[0].events = pfd[1].events = pfd[2].events = POLLIN;
	for (;;) {
		if (poll(pfd, 3, -1) == -1 && errno != EINTR)
			err(1, "poll");
		if (pfd[0].revents != 0 && !copy(STDIN_FILENO, master))
			pfd[0].fd = -1;
		if (pfd[1].revents != 0 && !copy(master, STDOUT_FILENO))
			pfd[1].fd = -1;
		if (pfd[2].revents != 0 &&
		    pty_signal(sigfd, master, pid, &status))
			break;
	}
	/* What it wrote last. */
	fcntl(master, F_SETFL, O_NONBLOCK);
	pfd[0].fd = master;
	while (pfd[1].fd != -1 && poll(pfd, 1, 0) == 1 &&
	    (pfd[0].revents & POLLIN) != 0 && copy(master, STDOUT_FILENO))
		continue;
	return (status);
}

/*
 * In the parent, all signals blocked: take the master side from the socket
 * and serve it until the child ends; its wait status.
 */
int
pty_parent(int s, pid_t pid)
{
	struct termios old, raw;
	char buf[16];
	sigset_t set;
	size_t nfds;
	int master, sigfd, status;

	if (msg_recv(s, buf, sizeof(buf), &master, 1, &nfds) <= 0 || nfds != 1)
		return (wait_exit(pid));
	close(s);
	sigfillset(&set);
	sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (sigfd == -1)
		err(1, "signalfd");
	if (tcgetattr(STDIN_FILENO, &old) == -1)
		err(1, "terminal");
	raw = old;
	cfmakeraw(&raw);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	status = pty_loop(master, sigfd, pid);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &old);
	close(master);
	close(sigfd);
	return (status);
}

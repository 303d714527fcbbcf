/*
 * The kernel's descriptors as programs hold them: one end of a pair of
 * sockets.  A ring is a message of one byte from our end; the ballast is one
 * large message from the program's.
 */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include <host.h>
#include <host_linux.h>
#include <host_sys.h>

#include "host_local.h"

/*
 * The smallest send buffer that the host gives; a socket is writable while a
 * quarter of it is free of what was sent and not read.
 */
#define SNDBUF		1
#define BALLAST		3000
#define DRAINMAX	64

int
host_pair(int nonblock, int *ours, int *theirs, uint64_t *cookie)
{
	socklen_t	len;
	int		fds[2], n, type;

	type = SOCK_SEQPACKET | SOCK_CLOEXEC | (nonblock ? SOCK_NONBLOCK : 0);
	if (socketpair(AF_UNIX, type, 0, fds) == -1)
		return (-errno);
	n = SNDBUF;
	len = sizeof(*cookie);
	if (setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &n, sizeof(n)) == -1 ||
	    getsockopt(fds[1], SOL_SOCKET, SO_COOKIE, cookie, &len) == -1) {
		n = errno;
		close(fds[0]);
		close(fds[1]);
		return (-n);
	}
	*ours = fds[0];
	*theirs = fds[1];
	return (0);
}

int
host_pair_ring(int ours)
{
	if (send(ours, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL) == -1)
		return (-errno);
	return (0);
}

void
host_pair_drain(int theirs, int n)
{
	struct mmsghdr	mm[DRAINMAX];

	if (n == 1) {
		recv(theirs, mm, 1, MSG_DONTWAIT);
		return;
	}
	if (n > DRAINMAX)
		n = DRAINMAX;
	memset(mm, 0, n * sizeof(mm[0]));
	recvmmsg(theirs, mm, n, MSG_DONTWAIT, NULL);
}

void
host_pair_block(int theirs)
{
	static const char	ballast[BALLAST];

	send(theirs, ballast, sizeof(ballast), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void
host_pair_unblock(int ours)
{
	char	c;

	while (recv(ours, &c, 1, MSG_DONTWAIT) > 0)
		continue;
}

int
host_fd_limit(void)
{
	struct rlimit	rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) == -1 || rl.rlim_cur > INT_MAX)
		return (INT_MAX);
	return (rl.rlim_cur);
}

int
host_proc_getfd(int pidfd, int num)
{
	int	fd;

	fd = syscall(SYS_pidfd_getfd, pidfd, num, 0);
	return (fd == -1 ? -errno : fd);
}

int
host_fd_cookie(int fd, uint64_t *cookie)
{
	socklen_t	len;

	len = sizeof(*cookie);
	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, cookie, &len) == -1)
		return (-errno);
	return (0);
}

void
host_fd_close(int fd)
{
	close(fd);
}

void
host_fd_close_watched(int fd)
{
	host_event_forget(fd);
	close(fd);
}

/* The one clock of the host's own: signals come in its time, not ours. */
static int		  tickfd = -1;
static void		(*tick_fn)(void *, uint32_t);
static void		 *tick_arg;

static void
on_tick(void *arg, uint32_t events)
{
	uint64_t	n;

	if (read(tickfd, &n, sizeof(n)) == sizeof(n))
		tick_fn(tick_arg, 0);
}

int
host_tick(int ms, void (*fn)(void *, uint32_t), void *arg)
{
	struct itimerspec	it;
	int			error;

	if (tickfd == -1) {
		tickfd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC |
		    TFD_NONBLOCK);
		if (tickfd == -1)
			return (-errno);
		error = host_event_add(tickfd, HOST_EV_IN, on_tick, NULL);
		if (error != 0)
			return (error);
	}
	tick_fn = fn;
	tick_arg = arg;
	memset(&it, 0, sizeof(it));
	it.it_value.tv_nsec = it.it_interval.tv_nsec = ms * 1000000L;
	return (timerfd_settime(tickfd, 0, &it, NULL) == -1 ? -errno : 0);
}

/*
 * Calls that sleep: non-blocking in all its ways, time limits, signals.
 */
#include <sys/ioctl.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>

#include "wayin.h"

static struct sockaddr_in	addr;
static volatile sig_atomic_t	signals;

static void
on_signal(int sig)
{
	signals++;
}

static void
catch(int sig, int flags)
{
	struct sigaction	sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	sa.sa_flags = flags;
	CHECK(sigaction(sig, &sa, NULL) == 0);
}

static void
reap(pid_t pid)
{
	int	status;

	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
would_block(int s)
{
	char	c;

	errno = 0;
	CHECK(recv(s, &c, 1, 0) == -1 && errno == EAGAIN);
}

static void
check_nonblock(void)
{
	char	c;
	int	on, s;

	s = udp_open(SOCK_NONBLOCK, &addr);
	CHECK(fcntl(s, F_GETFL) & O_NONBLOCK);
	would_block(s);
	close(s);

	s = udp_open(0, &addr);
	CHECK((fcntl(s, F_GETFL) & O_NONBLOCK) == 0);
	CHECK(recv(s, &c, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
	CHECK(fcntl(s, F_SETFL, fcntl(s, F_GETFL) | O_NONBLOCK) == 0);
	CHECK(fcntl(s, F_GETFL) & O_NONBLOCK);
	would_block(s);
	on = 0;
	CHECK(ioctl(s, FIONBIO, &on) == 0);
	CHECK((fcntl(s, F_GETFL) & O_NONBLOCK) == 0);
	on = 1;
	CHECK(ioctl(s, FIONBIO, &on) == 0);
	CHECK(fcntl(s, F_GETFL) & O_NONBLOCK);
	would_block(s);
}

/* The flag belongs to the open file, so every holder of it sees it. */
static void
check_shared(void)
{
	pid_t	pid;
	int	s;

	s = udp_open(0, &addr);
	if ((pid = fork()) == 0) {
		CHECK(fcntl(s, F_SETFL, O_NONBLOCK) == 0);
		_exit(0);
	}
	reap(pid);
	would_block(s);
	would_block(dup(s));
}

static void
check_timeout(void)
{
	struct timeval	tv = { 0, 100000 };
	int64_t		start;
	int		s;

	s = udp_open(0, &addr);
	CHECK(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == 0);
	start = now_ms();
	would_block(s);
	CHECK(now_ms() - start >= 90);
}

/* A handler without SA_RESTART ends the call. */
static void
check_eintr(void)
{
	struct itimerval	it = { { 0, 0 }, { 0, 50000 } };
	char			c;
	int			s;

	s = udp_open(0, &addr);
	catch(SIGALRM, 0);
	CHECK(setitimer(ITIMER_REAL, &it, NULL) == 0);
	CHECK(recv(s, &c, 1, 0) == -1 && errno == EINTR);
	CHECK(signals == 1);
	udp_send(s, &addr, "later");
	udp_expect(s, "later");
}

/* With it the call goes on, however often. */
static void
check_restart(void)
{
	struct itimerval	it = { { 0, 20000 }, { 0, 20000 } };
	pid_t			pid;
	int			s;

	s = udp_open(0, &addr);
	catch(SIGALRM, SA_RESTART);
	if ((pid = fork()) == 0) {
		msleep(500);
		udp_send(s, &addr, "at last");
		_exit(0);
	}
	CHECK(setitimer(ITIMER_REAL, &it, NULL) == 0);
	udp_expect(s, "at last");
	CHECK(signals >= 3);
	memset(&it, 0, sizeof(it));
	CHECK(setitimer(ITIMER_REAL, &it, NULL) == 0);
	reap(pid);
}

/* A blocked or ignored signal does not end it; a time limit is EINTR. */
static void
check_blocked(void)
{
	struct itimerval	it = { { 0, 0 }, { 0, 20000 } };
	struct timeval		tv = { 0, 300000 };
	sigset_t		set;
	int			s;

	s = udp_open(0, &addr);
	CHECK(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == 0);
	catch(SIGALRM, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	CHECK(setitimer(ITIMER_REAL, &it, NULL) == 0);
	would_block(s);
	CHECK(signals == 0);
	CHECK(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
	CHECK(signals == 1);
	signal(SIGALRM, SIG_IGN);
	CHECK(setitimer(ITIMER_REAL, &it, NULL) == 0);
	would_block(s);
}

static void
check_stop(void)
{
	pid_t	pid;
	int	s, status;

	s = udp_open(0, &addr);
	if ((pid = fork()) == 0) {
		udp_expect(s, "after all");
		_exit(0);
	}
	msleep(100);
	CHECK(kill(pid, SIGSTOP) == 0);
	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
	CHECK(kill(pid, SIGCONT) == 0);
	msleep(50);
	udp_send(s, &addr, "after all");
	reap(pid);
}

#define ROUNDS	2000

/*
 * One call, as often as a signal ends it: the host may do that to any call
 * before the kernel has seen it.
 */
static void
send_number(int s, const uint32_t *n, const struct sockaddr_in *to)
{
	ssize_t	done;

	while ((done = sendto(s, n, sizeof(*n), 0, (const void *)to,
	    sizeof(*to))) == -1)
		CHECK(errno == EINTR);
	CHECK(done == sizeof(*n));
}

/*
 * A round trip a number, both sides under a rain of signals: each datagram
 * arrives once, in order, and each send happens once.
 */
static void
rain(int s, int first, const struct sockaddr_in *peer)
{
	struct itimerval	it = { { 0, 300 }, { 0, 300 } };
	uint32_t		i, n;
	ssize_t			got;

	catch(SIGALRM, first ? 0 : SA_RESTART);
	CHECK(setitimer(ITIMER_REAL, &it, NULL) == 0);
	for (i = 0; i < ROUNDS; i++) {
		if (first)
			send_number(s, &i, peer);
		while ((got = recv(s, &n, sizeof(n), 0)) == -1)
			CHECK(errno == EINTR);
		CHECK(got == sizeof(n) && n == i);
		if (!first)
			send_number(s, &i, peer);
	}
	memset(&it, 0, sizeof(it));
	CHECK(setitimer(ITIMER_REAL, &it, NULL) == 0);
	CHECK(recv(s, &n, sizeof(n), MSG_DONTWAIT) == -1 && errno == EAGAIN);
}

static void
check_rain(void)
{
	struct sockaddr_in	peer;
	pid_t			pid;
	int			s, t;

	s = udp_open(0, &addr);
	t = udp_open(0, &peer);
	if ((pid = fork()) == 0) {
		rain(t, 0, &addr);
		_exit(0);
	}
	rain(s, 1, &peer);
	reap(pid);
}

/* SIGKILL ends a process that sleeps in a call, and frees its socket. */
static void
check_kill(void)
{
	pid_t	pid;
	int	i, s, status;

	s = udp_open(0, &addr);
	if ((pid = fork()) == 0) {
		udp_expect(s, "never");
		_exit(1);
	}
	close(s);
	msleep(50);
	CHECK(kill(pid, SIGKILL) == 0);
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
	CHECK((s = socket(AF_INET, SOCK_DGRAM, 0)) != -1);
	for (i = 0; i < 200; i++) {
		if (bind(s, (struct sockaddr *)&addr, sizeof(addr)) == 0)
			return;
		msleep(10);
	}
	CHECK(!"the port is free");
}

static const struct check checks[] = {
	{ "nonblock",	check_nonblock },
	{ "shared",	check_shared },
	{ "timeout",	check_timeout },
	{ "eintr",	check_eintr },
	{ "restart",	check_restart },
	{ "blocked",	check_blocked },
	{ "stop",	check_stop },
	{ "rain",	check_rain },
	{ "kill",	check_kill },
	{ NULL,		NULL }
};

int
main(int argc, char *argv[])
{
	return (wayin_main(argc, argv, checks));
}

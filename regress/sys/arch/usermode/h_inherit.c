/*
 * Sockets as descriptors: fork, exec, dup, dup2, close-on-exec, numbers.
 */
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>

#include "wayin.h"

extern char	**environ;

static struct sockaddr_in	addr;

static void
reap(pid_t pid)
{
	int	status;

	CHECK(pid != -1);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* The child receives on the parent's socket, the grandchild sends. */
static void
check_fork(void)
{
	pid_t	pid;
	int	s;

	s = udp_open(0, &addr);
	if ((pid = fork()) == 0) {
		if ((pid = fork()) == 0) {
			udp_send(s, &addr, "from the grandchild");
			_exit(0);
		}
		udp_expect(s, "from the grandchild");
		reap(pid);
		_exit(0);
	}
	reap(pid);
	udp_send(s, &addr, "to the parent");
	udp_expect(s, "to the parent");
}

/* The socket closes with its last holder, not its first. */
static void
check_lastclose(void)
{
	struct sockaddr_in	sin;
	pid_t			pid;
	int			i, p[2], s, t;
	char			c;

	CHECK(pipe(p) == 0);
	s = udp_open(0, &addr);
	if ((pid = fork()) == 0) {
		close(p[1]);
		CHECK(read(p[0], &c, 1) == 0);
		_exit(0);
	}
	close(s);
	CHECK((t = socket(AF_INET, SOCK_DGRAM, 0)) != -1);
	sin = addr;
	CHECK(bind(t, (struct sockaddr *)&sin, sizeof(sin)) == -1);
	CHECK(errno == EADDRINUSE);
	close(p[1]);
	reap(pid);
	for (i = 0; i < 100; i++) {
		if (bind(t, (struct sockaddr *)&sin, sizeof(sin)) == 0)
			return;
		CHECK(errno == EADDRINUSE);
		msleep(10);
	}
	CHECK(!"the port is free");
}

/* One process that closes and binds again finds the port free at once. */
static void
check_rebind(void)
{
	int	i, s;

	s = udp_open(0, &addr);
	for (i = 0; i < 500; i++) {
		CHECK(close(s) == 0);
		CHECK((s = socket(AF_INET, SOCK_DGRAM, 0)) != -1);
		CHECK(bind(s, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	}
}

static void
check_dup(void)
{
	int	a, b, c, s;

	s = udp_open(0, &addr);
	CHECK((a = dup(s)) != -1);
	CHECK(dup2(s, 100) == 100);
	CHECK((b = fcntl(s, F_DUPFD, 200)) >= 200);
	CHECK((c = open("/dev/null", O_RDWR)) != -1);
	CHECK(dup2(s, c) == c);
	close(s);
	udp_send(a, &addr, "1");
	udp_expect(100, "1");
	udp_send(b, &addr, "2");
	udp_expect(c, "2");
	/* A host's file in the place of a socket is a host's file. */
	CHECK((s = open("/dev/zero", O_RDONLY)) != -1);
	CHECK(dup2(s, a) == a);
	CHECK(read(a, &addr, 4) == 4);
	CHECK(send(a, "x", 1, 0) == -1 && errno == ENOTSOCK);
}

static void
check_standard(void)
{
	int	s;

	s = udp_open(0, &addr);
	CHECK(connect(s, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	CHECK(dup2(s, STDOUT_FILENO) == STDOUT_FILENO);
	CHECK(printf("hello\n") == 6 && fflush(stdout) == 0);
	udp_expect(s, "hello\n");
	CHECK(dup2(s, STDIN_FILENO) == STDIN_FILENO);
	CHECK(write(s, "line\n", 5) == 5);
	CHECK(getchar() == 'l' && getchar() == 'i');
}

/* The helper of check_exec: its socket is descriptor 9, not 8. */
static void
check_execed(void)
{
	socklen_t	len = sizeof(addr);

	CHECK(fcntl(8, F_GETFD) == -1 && errno == EBADF);
	CHECK(getsockname(9, (struct sockaddr *)&addr, &len) == 0);
	udp_expect(9, "before exec");
	udp_send(9, &addr, "after exec");
}

static void
exec_self(void)
{
	char	*argv[] = { "h_inherit", "execed", NULL };

	execv("/proc/self/exe", argv);
	_exit(127);
}

static void
check_exec(void)
{
	pid_t	pid;
	int	s;

	s = udp_open(SOCK_CLOEXEC, &addr);
	CHECK(fcntl(s, F_GETFD) == FD_CLOEXEC);
	CHECK(dup3(s, 8, O_CLOEXEC) == 8);
	CHECK(dup2(s, 9) == 9);
	udp_send(s, &addr, "before exec");
	if ((pid = fork()) == 0)
		exec_self();
	reap(pid);
	udp_expect(s, "after exec");
	udp_send(s, &addr, "before exec");
	if ((pid = vfork()) == 0)
		exec_self();
	reap(pid);
	udp_expect(s, "after exec");
}

static void
check_spawn(void)
{
	char	*argv[] = { "h_inherit", "execed", NULL };
	pid_t	 pid;
	int	 s;

	s = udp_open(0, &addr);
	CHECK(dup2(s, 9) == 9);
	udp_send(s, &addr, "before exec");
	CHECK(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv,
	    environ) == 0);
	reap(pid);
	udp_expect(s, "after exec");
}

/* Many at once, all different. */
static void
check_many(void)
{
	struct sockaddr_in	sin[300];
	char			text[16];
	int			i, s[300];

	for (i = 0; i < 300; i++)
		s[i] = udp_open(0, &sin[i]);
	for (i = 0; i < 300; i++) {
		snprintf(text, sizeof(text), "%d", i);
		udp_send(s[(i + 1) % 300], &sin[i], text);
	}
	for (i = 299; i >= 0; i--) {
		snprintf(text, sizeof(text), "%d", i);
		udp_expect(s[i], text);
		close(s[i]);
	}
}

static const struct check checks[] = {
	{ "fork",	check_fork },
	{ "lastclose",	check_lastclose },
	{ "rebind",	check_rebind },
	{ "dup",	check_dup },
	{ "standard",	check_standard },
	{ "execed",	check_execed },
	{ "exec",	check_exec },
	{ "spawn",	check_spawn },
	{ "many",	check_many },
	{ NULL,		NULL }
};

int
main(int argc, char *argv[])
{
	return (wayin_main(argc, argv, checks));
}

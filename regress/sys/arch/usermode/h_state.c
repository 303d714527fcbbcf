/*
 * What a process has of the kernel's own, its routing table and its
 * promises: over fork, exec and the end of the parent.
 */
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>

#include "wayin.h"

#define SYS_pledge	5001
#define SYS_getrtable	5002
#define SYS_setrtable	5003

static int
getrtable(void)
{
	return (syscall(SYS_getrtable));
}

static int
setrtable(int id)
{
	return (syscall(SYS_setrtable, id));
}

static int
pledge(const char *promises, const char *execpromises)
{
	return (syscall(SYS_pledge, promises, execpromises));
}

static int
reap(pid_t pid)
{
	int	status;

	CHECK(pid != -1 && waitpid(pid, &status, 0) == pid);
	return (status);
}

static void
run_self(const char *check)
{
	execl("/proc/self/exe", "h_state", check, NULL);
	_exit(127);
}

/* Helpers: exit 0 when the routing table is 1; when a socket opens. */
static void
check_one(void)
{
	exit(getrtable() == 1 ? 0 : 1);
}

static void
check_opens(void)
{
	exit(socket(AF_INET, SOCK_DGRAM, 0) != -1 ? 0 : 1);
}

static void
check_rtable(void)
{
	pid_t	pid;

	CHECK(getrtable() == 0);
	if ((pid = fork()) == 0) {
		CHECK(setrtable(1) == 0 && getrtable() == 1);
		if ((pid = fork()) == 0)
			run_self("one");
		CHECK(reap(pid) == 0);
		CHECK(setrtable(0) == 0 && getrtable() == 0);
		CHECK(setrtable(1) == 0);
		run_self("one");
	}
	CHECK(reap(pid) == 0);
	CHECK(getrtable() == 0);
	CHECK(setrtable(4000) == -1 && errno == EINVAL);
}

/* The daemon's way: the grandchild calls when its parent is long gone. */
static void
check_orphan(void)
{
	pid_t	pid;
	char	c;
	int	p[2];

	CHECK(pipe(p) == 0);
	if ((pid = fork()) == 0) {
		CHECK(setrtable(1) == 0);
		if (fork() == 0) {
			while (getppid() == pid)
				msleep(1);
			msleep(100);
			c = getrtable();
			CHECK(write(p[1], &c, 1) == 1);
			_exit(0);
		}
		_exit(0);
	}
	CHECK(reap(pid) == 0);
	CHECK(read(p[0], &c, 1) == 1 && c == 1);
}

/* The limit that carries it cannot be changed, others can. */
static void
check_limit(void)
{
	struct rlimit	rl;

	CHECK(getrlimit(RLIMIT_MSGQUEUE, &rl) == 0);
	CHECK(setrlimit(RLIMIT_MSGQUEUE, &rl) == -1 && errno == EPERM);
	CHECK(syscall(SYS_setrlimit, RLIMIT_MSGQUEUE, &rl) == -1);
	CHECK(errno == EPERM);
	CHECK(getrlimit(RLIMIT_NOFILE, &rl) == 0);
	CHECK(setrlimit(RLIMIT_NOFILE, &rl) == 0);
	CHECK(syscall(SYS_setrlimit, RLIMIT_NOFILE, &rl) == 0);
}

/* A child keeps the promises, whoever made them. */
static void
check_pledge(void)
{
	pid_t	pid;
	int	s;

	CHECK((s = socket(AF_INET, SOCK_DGRAM, 0)) != -1);
	CHECK(pledge("stdio proc exec error", NULL) == 0);
	CHECK(socket(AF_INET, SOCK_RAW, 1) == -1 && errno == ENOSYS);
	if ((pid = fork()) == 0) {
		CHECK(socket(AF_INET, SOCK_RAW, 1) == -1 && errno == ENOSYS);
		/* An exec that fails changes nothing. */
		execl("/nonexistent", "x", NULL);
		CHECK(socket(AF_INET, SOCK_RAW, 1) == -1 && errno == ENOSYS);
		/* One that succeeds makes another program of it. */
		run_self("opens");
	}
	CHECK(reap(pid) == 0);
	CHECK(socket(AF_INET, SOCK_RAW, 1) == -1 && errno == ENOSYS);
}

static void
check_execpledge(void)
{
	pid_t	pid;

	if ((pid = fork()) == 0) {
		CHECK(pledge(NULL, "stdio error") == 0);
		CHECK(socket(AF_INET, SOCK_DGRAM, 0) != -1);
		run_self("opens");
	}
	CHECK(WEXITSTATUS(reap(pid)) == 1);
	if ((pid = fork()) == 0) {
		CHECK(pledge(NULL, "stdio inet error") == 0);
		run_self("opens");
	}
	CHECK(reap(pid) == 0);
}

/* Without "error" the kernel ends the process. */
static void
check_abort(void)
{
	pid_t	pid;
	int	status;

	if ((pid = fork()) == 0) {
		CHECK(pledge("stdio", NULL) == 0);
		socket(AF_INET, SOCK_RAW, 1);
		_exit(0);
	}
	status = reap(pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static const struct check checks[] = {
	{ "one",	check_one },
	{ "opens",	check_opens },
	{ "rtable",	check_rtable },
	{ "orphan",	check_orphan },
	{ "limit",	check_limit },
	{ "pledge",	check_pledge },
	{ "execpledge",	check_execpledge },
	{ "abort",	check_abort },
	{ NULL,		NULL }
};

int
main(int argc, char *argv[])
{
	return (wayin_main(argc, argv, checks));
}

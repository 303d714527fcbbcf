/*
 * Kill a client at random instants.
 *
 *	h_storm count seed command ...
 *
 * starts the command in a process group of its own, kills the group after 0
 * to 20 ms, and so on count times.
 */
#include <sys/wait.h>

#include <signal.h>

#include "wayin.h"

static pid_t
start(char *argv[])
{
	pid_t	pid;

	if ((pid = fork()) == 0) {
		setpgid(0, 0);
		execv(argv[0], argv);
		_exit(127);
	}
	CHECK(pid != -1);
	setpgid(pid, pid);
	return (pid);
}

int
main(int argc, char *argv[])
{
	struct timespec	ts = { 0, 0 };
	pid_t		pid;
	int		i, n, status;

	if (argc < 4) {
		fprintf(stderr, "usage: h_storm count seed command ...\n");
		return (2);
	}
	n = atoi(argv[1]);
	srandom(atoi(argv[2]));
	for (i = 0; i < n; i++) {
		pid = start(argv + 3);
		ts.tv_nsec = random() % 20000000;
		nanosleep(&ts, NULL);
		CHECK(kill(-pid, SIGKILL) == 0);
		CHECK(waitpid(pid, &status, 0) == pid);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	}
	return (0);
}

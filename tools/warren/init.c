/*
 * The first process of a machine: holds its namespaces, waits for orphans,
 * and at SIGTERM ends everybody: SIGTERM first, SIGKILL after two seconds.
 * Its own end takes what is left along, since it is pid 1.
 */
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "warren.h"

#define GRACE_MS	2000	/* between SIGTERM and SIGKILL */

/* The host's name: first word of etc/myname, else the machine's name. */
static void
set_name(const struct machine *m)
{
	char buf[256];

	if (read_file("/etc/myname", buf, sizeof(buf)) > 0)
		buf[strcspn(buf, " \t\n")] = '\0';
	else
		snprintf(buf, sizeof(buf), "%s", m->m_name);
	if (buf[0] != '\0' && sethostname(buf, strlen(buf)) == -1)
		warn("sethostname %s", buf);
}

/* Reap every child that has ended. */
static void
reap(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
}

/* End everybody else; returns when nobody is left or the grace is over. */
static void
end_all(void)
{
	struct timespec tick = { 0, 10 * 1000000 };
	sigset_t chld;
	long until;

	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	until = now_ms() + GRACE_MS;
	if (kill(-1, SIGTERM) == -1)
		return;
	kill(-1, SIGCONT);
	while (now_ms() < until) {
		reap();
		if (kill(-1, 0) == -1 && errno == ESRCH)
			return;
		/* Those that warren exec waits for end unseen by us. */
		sigtimedwait(&chld, NULL, &tick);
	}
}

/* Init's life once the root stands. */
static void __attribute__((__noreturn__))
init_loop(void)
{
	sigset_t set;
	int sig;

	sigfillset(&set);
	for (;;) {
		sig = sigwaitinfo(&set, NULL);
		reap();
		if (sig == SIGTERM) {
			end_all();
			_exit(0);
		}
	}
}

/* Close all but standard descriptors: locks and sockets are the monitor's. */
static void
let_go(int keep)
{
	if (keep != 3 && dup3(keep, 3, O_CLOEXEC) == -1)
		err(1, "dup");
	syscall(SYS_close_range, 4, ~0U, 0);
}

static void __attribute__((__noreturn__))
init_main(const struct machine *m, const char *image, const char *root,
    int ready)
{
	sigset_t set;
	char c = 'y';

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "warren-init");
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	let_go(ready);
	umask(022);
	if (root_build(m, image, root) == -1)
		_exit(1);
	set_name(m);
	if (setsid() == -1)
		warn("setsid");
	detach();
	if (write_all(3, &c, 1) == -1)
		_exit(1);
	close(3);
	init_loop();
}

/*
 * Start init in new namespaces and wait until the machine's root stands.
 * Returns its pid with a pidfd in *pidfdp, or -1 after a message.
 */
pid_t
init_start(const struct machine *m, const char *image, int *pidfdp)
{
	struct clone_args ca;
	char *root, c;
	pid_t pid;
	int p[2];
	ssize_t n;

	root = run_path(m->m_name, "root");
	if (mkdir(root, 0700) == -1 && errno != EEXIST) {
		warn("%s", root);
		return (-1);
	}
	if (pipe2(p, O_CLOEXEC) == -1) {
		warn("pipe");
		return (-1);
	}
	memset(&ca, 0, sizeof(ca));
	ca.flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS |
	    CLONE_NEWIPC | CLONE_PIDFD;
	ca.pidfd = (uintptr_t)pidfdp;
	ca.exit_signal = SIGCHLD;
	pid = (pid_t)syscall(SYS_clone3, &ca, sizeof(ca));
	if (pid == 0)
		init_main(m, image, root, p[1]);
	free(root);
	close(p[1]);
	if (pid == -1) {
		warn("new namespaces");
		close(p[0]);
		return (-1);
	}
	n = read(p[0], &c, 1);
	close(p[0]);
	if (n == 1)
		return (pid);
	wait_exit(pid);
	close(*pidfdp);
	return (-1);
}

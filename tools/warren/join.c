/*
 * Entering a machine: its namespaces, and the filter that brings a program's
 * system calls to its kernel.
 */
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <seccomp_filter.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "warren.h"

/* Ask the monitor for the machine's init and connect to its kernel. */
void
join_open(struct join *j, const char *name)
{
	char buf[MSG_MAX], *path;

	switch (ask(name, "enter", buf, sizeof(buf), &j->j_init)) {
	case -1:
		errx(1, "%s: no such machine runs", name);
	case 1:
		errx(1, "%s: %s", name, buf);
	}
	j->j_dir = xstrdup(buf);
	path = run_path(name, "kernel");
	j->j_kernel = sock_connect(path);
	if (j->j_kernel == -1)
		err(1, "%s", path);
	free(path);
}

/* The user namespace, when the machine has one of its own. */
static int
userns_flag(void)
{
	return (userns_needed() ? CLONE_NEWUSER : 0);
}

/* After a user namespace was entered: be its root. */
static void
become_root(void)
{
	if (userns_needed() && (setresgid(0, 0, 0) == -1 ||
	    setresuid(0, 0, 0) == -1))
		err(1, "setresuid");
}

/* Enter all of the machine's namespaces; children are in its pid one. */
void
join_enter(struct join *j)
{
	if (setns(j->j_init, userns_flag() | CLONE_NEWNS | CLONE_NEWPID |
	    CLONE_NEWNET | CLONE_NEWUTS | CLONE_NEWIPC) == -1)
		err(1, "cannot enter the machine's namespaces");
	become_root();
	close(j->j_init);
}

/* Bind the machine's file or directory over the host's, where both are. */
static void
bind_ours(const struct join *j, const char *ours, const char *host)
{
	char *from, *to;

	from = xasprintf("%s/%s", j->j_dir, ours);
	to = realpath(host, NULL);
	if (to != NULL && access(from, F_OK) == 0 &&
	    mount(from, to, NULL, MS_BIND, NULL) == -1)
		warn("bind %s on %s", from, to);
	free(from);
	free(to);
}

/*
 * Enter the machine's network with the host's root: a mount namespace of its
 * own, in which the machine's WireGuard sockets and resolv.conf are bound
 * over the host's.
 */
void
join_enter_host(struct join *j)
{
	int here, root;

	if (setns(j->j_init, userns_flag() | CLONE_NEWNET | CLONE_NEWUTS) ==
	    -1)
		err(1, "cannot enter the machine's namespaces");
	become_root();
	close(j->j_init);
	if (unshare(CLONE_NEWNS) == -1)
		err(1, "mount namespace");
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root == -1 || here == -1)
		err(1, "working directory");
	if (root_private(MS_SLAVE) == -1)
		exit(1);
	/* That has left them. */
	if (fchdir(root) == -1 || chroot(".") == -1 || fchdir(here) == -1)
		err(1, "working directory");
	close(root);
	close(here);
	if (access("/var/run/wireguard", F_OK) == -1)
		mkdir("/var/run/wireguard", 0700);
	bind_ours(j, "var/run/wireguard", "/var/run/wireguard");
	bind_ours(j, "etc/resolv.conf", "/etc/resolv.conf");
}

/* What the filtered process tells its helper, in shared memory. */
struct shared {
	uint32_t	s_set;		/* 0 until s_fd holds */
	int		s_fd;		/* listener, or -1 */
};

/*
 * The helper: shares the descriptors of the process that puts the filter on,
 * but not the filter, so it can still send.  Ends with an errno.
 */
static void __attribute__((__noreturn__))
helper(struct shared *sh, int kernel)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (__atomic_load_n(&sh->s_set, __ATOMIC_ACQUIRE) == 0)
		syscall(SYS_futex, &sh->s_set, FUTEX_WAIT, 0, NULL, NULL, 0);
	if (sh->s_fd == -1)
		_exit(EINVAL);
	_exit(kernel_adopt(kernel, sh->s_fd));
}

/*
 * Put the machine's filter on the calling process and give its listener to
 * the kernel; returns when the kernel has it.  From the moment of the filter
 * until then no trapped call may be made here, sending included: a helper
 * that shares the descriptors sends.  Ends the program on failure.
 */
void
join_filter(struct join *j)
{
	struct shared *sh;
	int error, status;
	pid_t pid;

	sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sh == MAP_FAILED)
		err(1, "mmap");
	pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL,
	    NULL, 0);
	if (pid == -1)
		err(1, "clone");
	if (pid == 0)
		helper(sh, j->j_kernel);
	sh->s_fd = seccomp_filter_install();
	error = errno;
	__atomic_store_n(&sh->s_set, 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, &sh->s_set, FUTEX_WAKE, 1, NULL, NULL, 0);
	while (syscall(SYS_wait4, pid, &status, 0, NULL) == -1 &&
	    errno == EINTR)
		continue;
	if (sh->s_fd == -1) {
		errno = error;
		err(1, "system call filter");
	}
	/* Nobody would answer a message: say it by the exit status. */
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		_exit(125);
	munmap(sh, sizeof(*sh));
}

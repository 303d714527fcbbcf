/*
 * The monitor of one machine: starts its kernel and its init, watches both,
 * answers warren(8) on the control socket and clears away at the end.
 *
 *	     start		      halt, SIGTERM, init ended
 *	(nothing) --> up ------------------------------------> (gone)
 *			\		      ^
 *	    kernel ended \-----> dead ------/
 *
 * A machine whose kernel ended stays: its processes see ENOSYS from every
 * call that was the kernel's, and warren list says how the kernel ended.
 */
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <ctype.h>
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "warren.h"

#define INIT_MS		4000	/* for init, its own grace included */
#define KERNEL_MS	5000	/* for the kernel's orderly halt */
#define QEMU_HALT_OK	33	/* the kernel's byte, by isa-debug-exit */
#define HOST_MS		1000	/* for programs of warren exec -H */

struct mon {
	const struct machine *mo_m;
	pid_t		 mo_kernel;	/* -1: ended */
	int		 mo_kernelfd;	/* pidfd */
	int		 mo_kstatus;	/* wait status once it has ended */
	pid_t		 mo_init;	/* -1: none */
	int		 mo_initfd;	/* pidfd */
	ino_t		 mo_netns;	/* of the machine */
	int		 mo_listen;
	int		 mo_sigfd;
};

/* Send a signal through a pidfd. */
static int
pidfd_kill(int fd, int sig)
{
	return ((int)syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0));
}

/* Wait up to ms for the process behind a pidfd to end. */
static int
pidfd_wait(int fd, long ms)
{
	struct pollfd pfd;
	long until = now_ms() + ms;
	int n;

	pfd.fd = fd;
	pfd.events = POLLIN;
	do {
		ms = until - now_ms();
		n = poll(&pfd, 1, ms > 0 ? (int)ms : 0);
	} while (n == -1 && errno == EINTR);
	return (n == 1);
}

/* End one of our children: by sig, and after ms by force. */
static int
end_child(pid_t pid, int fd, int sig, long ms)
{
	pidfd_kill(fd, sig);
	if (!pidfd_wait(fd, ms))
		pidfd_kill(fd, SIGKILL);
	return (wait_exit(pid));
}

/* Is the process on the machine's network?  One of warren exec -H, then. */
static int
on_network(const struct mon *mo, const char *pid)
{
	struct stat st;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%.20s/ns/net", pid);
	return (stat(path, &st) == 0 && st.st_ino == mo->mo_netns);
}

/* End the programs of warren exec -H, which no namespace of ours ends. */
static void
end_hosted(const struct mon *mo)
{
	struct dirent *de;
	int fd;
	DIR *d;

	d = opendir("/proc");
	if (d == NULL)
		return;
	while ((de = readdir(d)) != NULL) {
		if (!isdigit((unsigned char)de->d_name[0]) ||
		    !on_network(mo, de->d_name))
			continue;
		fd = pidfd_open(atoi(de->d_name));
		if (fd == -1)
			continue;
		/* Looked at again: the number may be another's by now. */
		if (on_network(mo, de->d_name)) {
			pidfd_kill(fd, SIGTERM);
			if (!pidfd_wait(fd, HOST_MS))
				pidfd_kill(fd, SIGKILL);
		}
		close(fd);
	}
	closedir(d);
}

/* Take the machine down and its run directory away. */
static void __attribute__((__noreturn__))
halt(struct mon *mo, int client)
{
	int status;

	if (mo->mo_init != -1)
		end_child(mo->mo_init, mo->mo_initfd, SIGTERM, INIT_MS);
	end_hosted(mo);
	if (mo->mo_kernel != -1)
		mo->mo_kstatus = end_child(mo->mo_kernel, mo->mo_kernelfd,
		    SIGTERM, KERNEL_MS);
	status = WIFEXITED(mo->mo_kstatus) ? WEXITSTATUS(mo->mo_kstatus) : 1;
	if (mo->mo_m->m_port != PORT_USERMODE && status == QEMU_HALT_OK)
		status = 0;
	if (mo->mo_m->m_port == PORT_USERMODE)
		etc_drain(mo->mo_m->m_dir);
	else
		card_cleanup(mo->mo_m);
	run_clear(mo->mo_m->m_name);
	/* Whoever waits for us may boot it again at once. */
	close(mo->mo_m->m_locks[0]);
	close(mo->mo_m->m_locks[1]);
	if (client != -1)
		msg_send(client, "ok", 2, NULL, 0);
	_exit(status);
}

/* How the kernel is, in a word or a few. */
static void
kernel_state(const struct mon *mo, char *buf, size_t size)
{
	if (mo->mo_kernel != -1)
		snprintf(buf, size, "up");
	else if (WIFSIGNALED(mo->mo_kstatus))
		snprintf(buf, size, "dead (%s)",
		    strsignal(WTERMSIG(mo->mo_kstatus)));
	else
		snprintf(buf, size, "dead (exit status %d)",
		    WEXITSTATUS(mo->mo_kstatus));
}

static void
answer_info(const struct mon *mo, int s)
{
	const struct machine *m = mo->mo_m;
	char buf[MSG_MAX], state[64];
	int n;

	kernel_state(mo, state, sizeof(state));
	n = snprintf(buf, sizeof(buf), "ok\nport %s\nstate %s\nkernel %d\n"
	    "init %d\ncards %zu\ndir %s\n",
	    port_name(m->m_port), state,
	    (int)mo->mo_kernel, (int)mo->mo_init, m->m_ncards, m->m_dir);
	msg_send(s, buf, n, NULL, 0);
}

static void
answer_enter(const struct mon *mo, int s)
{
	char buf[MSG_MAX], state[64];
	int n;

	kernel_state(mo, state, sizeof(state));
	if (mo->mo_init == -1) {
		n = snprintf(buf, sizeof(buf),
		    "error this port runs no programs");
		msg_send(s, buf, n, NULL, 0);
	} else if (mo->mo_kernel == -1) {
		n = snprintf(buf, sizeof(buf), "error kernel is %s", state);
		msg_send(s, buf, n, NULL, 0);
	} else {
		n = snprintf(buf, sizeof(buf), "ok %s", mo->mo_m->m_dir);
		msg_send(s, buf, n, &mo->mo_initfd, 1);
	}
}

/* One connection, one request.  A caller that dawdles is let go. */
static void
serve(struct mon *mo)
{
	struct timeval tv = { 1, 0 };
	char buf[MSG_MAX];
	int s;

	s = accept4(mo->mo_listen, NULL, NULL, SOCK_CLOEXEC);
	if (s == -1)
		return;
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	if (msg_recv(s, buf, sizeof(buf), NULL, 0, NULL) <= 0)
		;
	else if (strcmp(buf, "info") == 0)
		answer_info(mo, s);
	else if (strcmp(buf, "enter") == 0)
		answer_enter(mo, s);
	else if (strcmp(buf, "halt") == 0)
		halt(mo, s);
	else
		msg_send(s, "error what?", 11, NULL, 0);
	close(s);
}

/* A signal: a child ended, or we are asked to. */
static void
signalled(struct mon *mo)
{
	struct signalfd_siginfo si;
	int status;
	pid_t pid;

	if (read(mo->mo_sigfd, &si, sizeof(si)) != sizeof(si))
		return;
	if (si.ssi_signo != SIGCHLD)
		halt(mo, -1);
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == mo->mo_kernel) {
			mo->mo_kernel = -1;
			mo->mo_kstatus = status;
			/* Nothing is left of a machine with no processes. */
			if (mo->mo_init == -1)
				halt(mo, -1);
		} else if (pid == mo->mo_init) {
			mo->mo_init = -1;
			halt(mo, -1);
		}
	}
}

static void
block_signals(struct mon *mo)
{
	sigset_t set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	mo->mo_sigfd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (mo->mo_sigfd == -1)
		err(1, "signalfd");
}

/* Bring the machine up; anything wrong ends the program after a message. */
static void
start(struct mon *mo)
{
	const struct machine *m = mo->mo_m;
	char *console, *control, *image, path[64];
	struct stat st;

	console = xasprintf("%s/var/log/console", m->m_dir);
	control = run_path(m->m_name, "control");
	image = image_dir(m);
	if (m->m_port != PORT_USERMODE)
		mo->mo_kernel = qemu_start(m, console, &mo->mo_kernelfd);
	else
		mo->mo_kernel = kernel_start(m, console, &mo->mo_kernelfd);
	if (mo->mo_kernel == -1)
		exit(1);
	if (m->m_port == PORT_USERMODE) {
		mo->mo_init = init_start(m, image, &mo->mo_initfd);
		if (mo->mo_init == -1)
			exit(1);
		snprintf(path, sizeof(path), "/proc/%d/ns/net",
		    (int)mo->mo_init);
		if (stat(path, &st) == -1)
			err(1, "%s", path);
		mo->mo_netns = st.st_ino;
	}
	mo->mo_listen = sock_listen(control);
	if (mo->mo_listen == -1)
		err(1, "%s", control);
	free(console);
	free(control);
	free(image);
}

/*
 * The monitor's life, in a child of warren boot.  A byte on `status' says
 * that the machine is up, its end without one that it is not; messages until
 * then go to the caller's stderr.  `answer' is where userns_enter() waits, or
 * -1 when no user namespace is needed.
 */
void
monitor(const struct machine *m, int status, int answer)
{
	struct pollfd pfd[2];
	struct mon mo;
	char c = 'u';

	memset(&mo, 0, sizeof(mo));
	mo.mo_m = m;
	mo.mo_init = -1;
	if (setsid() == -1)
		err(1, "setsid");
	prctl(PR_SET_NAME, "warren-monitor");
	umask(022);
	if (chdir("/") == -1)
		err(1, "/");
	if (answer != -1 && userns_enter(status, answer) == -1)
		err(1, "user namespace");
	block_signals(&mo);
	start(&mo);
	detach();
	write_all(status, &c, 1);
	close(status);
	pfd[0].fd = mo.mo_listen;
	pfd[1].fd = mo.mo_sigfd;
	pfd[0].events = pfd[1].events = POLLIN;
	for (;;) {
		if (poll(pfd, 2, -1) == -1 && errno != EINTR)
			halt(&mo, -1);
		if (pfd[1].revents != 0)
			signalled(&mo);
		if (pfd[0].revents != 0)
			serve(&mo);
	}
}

/*
 * The kernel process: which file, its command line, its start, and handing it
 * the listener of a system call filter.  Its control protocol is host_ctl.h's.
 */
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <host_ctl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "warren.h"

#define ARGS_MAX	(CARDS_MAX + 64)

/* A command line as it grows. */
struct args {
	char	*a_v[ARGS_MAX + 1];
	size_t	 a_n;
};

static void
arg(struct args *a, char *s)
{
	if (a->a_n == ARGS_MAX)
		errx(1, "too many arguments for the kernel");
	a->a_v[a->a_n++] = s;
	a->a_v[a->a_n] = NULL;
}

/*
 * A file of the project's: below the objects when warren itself runs from
 * there (OBJ/tools/warren/warren), else below the prefix it is installed in.
 */
static char *
own_file(const char *built, const char *installed)
{
	char exe[PATH_MAX], *p, *path;
	ssize_t n;
	int i;

	n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (n == -1)
		err(1, "/proc/self/exe");
	exe[n] = '\0';
	for (i = 0; i < 3; i++) {
		p = strrchr(exe, '/');
		if (p == NULL)
			break;
		*p = '\0';
		if (i == 1) {
			path = xasprintf("%s/%s", exe, installed);
			if (access(path, F_OK) == 0)
				return (path);
			free(path);
		}
	}
	return (xasprintf("%s/%s", exe, built));
}

/* The machine's kernel: machine.conf's, $WARREN_KERNEL's or the built one. */
char *
kernel_file(const struct machine *m)
{
	const char *e;

	if (m->m_kernel != NULL)
		return (xstrdup(m->m_kernel));
	if (m->m_port != PORT_USERMODE) {
		if ((e = getenv("WARREN_KERNEL_AMD64")) != NULL)
			return (xstrdup(e));
		return (own_file("sys/amd64/warren.elf",
		    "lib/warren/warren.elf"));
	}
	if ((e = getenv("WARREN_KERNEL")) != NULL)
		return (xstrdup(e));
	return (own_file("sys/usermode/warren-kernel",
	    "lib/warren/warren-kernel"));
}

/* The machine's root directory: machine.conf's, $WARREN_IMAGE's, the built. */
char *
image_dir(const struct machine *m)
{
	const char *e;

	if (m->m_image != NULL)
		return (xstrdup(m->m_image));
	if ((e = getenv("WARREN_IMAGE")) != NULL)
		return (xstrdup(e));
	return (own_file("image", "lib/warren/image"));
}

/* s, which is freed, with one more word behind it. */
static char *
more(char *s, const char *word, const char *value)
{
	char *t;

	t = xasprintf("%s,%s%s", s, word, value);
	free(s);
	return (t);
}

/* A card as the kernel's boot line has it: em0,tap,NAME[,NETNS][,word=...] */
static char *
card_arg(const struct card *c)
{
	static const char *kinds[] = { "tap", "packet", "wire" };
	char *s;

	s = xasprintf("card=%s,%s,%s", c->c_name, kinds[c->c_kind],
	    c->c_where);
	if (c->c_netns != NULL)
		s = more(s, "", c->c_netns);
	if (c->c_mode != NULL)
		s = more(s, "mode=", c->c_mode);
	if (c->c_lladdr != NULL)
		s = more(s, "lladdr=", c->c_lladdr);
	if (c->c_mtu != NULL)
		s = more(s, "mtu=", c->c_mtu);
	if (!c->c_offload)
		s = more(s, "offload=", "off");
	return (s);
}

/* The whole command line of the usermode kernel. */
static void
kernel_args(struct args *a, const struct machine *m, const char *console,
    int ready)
{
	size_t i;

	arg(a, kernel_file(m));
	arg(a, "-n");
	arg(a, m->m_name);
	arg(a, "-c");
	arg(a, run_path(m->m_name, "kernel"));
	arg(a, "-l");
	arg(a, xstrdup(console));
	arg(a, "-r");
	arg(a, xasprintf("%d", ready));
	for (i = 0; i < m->m_ncards; i++)
		arg(a, card_arg(&m->m_cards[i]));
	arg(a, xasprintf("hostname=%s", m->m_name));
	if (m->m_vtime != NULL)
		arg(a, xasprintf("vtime=%s", m->m_vtime));
	for (i = 0; i < m->m_nsets; i++)
		arg(a, m->m_sets[i]);
}

/*
 * In the child: become the kernel.  What its process says of itself goes to
 * the console, too.
 */
static void __attribute__((__noreturn__))
kernel_exec(const struct machine *m, const char *console, int ready)
{
	struct args a;
	struct rlimit rl;
	sigset_t none;
	int fd;

	memset(&a, 0, sizeof(a));
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	fd = open("/dev/null", O_RDWR);
	if (fd == -1)
		err(1, "/dev/null");
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	close(fd);
	fd = open(console, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd == -1)
		err(1, "%s", console);
	dup2(fd, STDERR_FILENO);
	if (fcntl(ready, F_SETFD, 0) == -1)
		err(1, "fcntl");
	/* Pages that the host refuses are pages that the machine has not. */
	rl.rlim_cur = rl.rlim_max = (rlim_t)m->m_memory << 20;
	if (m->m_memory != 0 && setrlimit(RLIMIT_DATA, &rl) == -1)
		err(1, "memory");
	kernel_args(&a, m, console, ready);
	execv(a.a_v[0], a.a_v);
	err(1, "%s", a.a_v[0]);
}

/* What a kernel that did not come up has said, which tells why. */
static void
show_console(const char *console)
{
	char buf[8192], *line, *save;

	if (read_file(console, buf, sizeof(buf)) <= 0)
		return;
	for (line = strtok_r(buf, "\n", &save); line != NULL;
	    line = strtok_r(NULL, "\n", &save))
		warnx("kernel: %s", line);
}

/*
 * Start the kernel and wait until it is up, told by a byte on a pipe.
 * Returns its pid and a pidfd in *pidfdp, or -1 after its own message.
 */
pid_t
kernel_start(const struct machine *m, const char *console, int *pidfdp)
{
	pid_t pid;
	ssize_t n;
	int p[2], status;
	char c;

	if (pipe2(p, O_CLOEXEC) == -1) {
		warn("pipe");
		return (-1);
	}
	pid = fork();
	if (pid == -1) {
		warn("fork");
		return (-1);
	}
	if (pid == 0)
		kernel_exec(m, console, p[1]);
	close(p[1]);
	do
		n = read(p[0], &c, 1);
	while (n == -1 && errno == EINTR);
	close(p[0]);
	if (n == 1) {
		*pidfdp = pidfd_open(pid);
		if (*pidfdp != -1)
			return (pid);
		warn("pidfd");
		kill(pid, SIGKILL);
	}
	status = wait_exit(pid);
	show_console(console);
	if (WIFSIGNALED(status))
		warnx("kernel: %s", strsignal(WTERMSIG(status)));
	else
		warnx("kernel: exit status %d", WEXITSTATUS(status));
	return (-1);
}

/*
 * Give the kernel on the other end of its control socket the listener of a
 * filter.  0, or an errno.
 */
int
kernel_adopt(int s, int listener)
{
	struct um_ctl_msg cm;
	ssize_t n;

	memset(&cm, 0, sizeof(cm));
	cm.cm_type = UM_CTL_LISTEN;
	if (msg_send(s, (const char *)&cm, UM_CTL_HDRLEN, &listener, 1) == -1)
		return (errno);
	do
		n = recv(s, &cm, sizeof(cm), 0);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return (errno);
	if (n < UM_CTL_HDRLEN)
		return (ECONNRESET);
	return (cm.cm_error);
}

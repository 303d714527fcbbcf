/*
 * The amd64 port under QEMU, emulated: a microvm with virtio cards of its
 * own bus, or a q35 with virtio cards on PCI.
 *
 * Until that port has processes, the machine's etc/ reaches its kernel as
 * boot arguments: hostname.if, mygate and sysctl.conf, as far as the kernel
 * can carry them out by itself.  What it cannot is refused, by file and line.
 *
 *	tap	a TAP that we open, with its offloads (qemu_card.c)
 *	packet	a macvtap on the interface, likewise
 *	wire	a stream into warren-hub(8) at that path
 */
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "warren.h"

#define QEMU		"qemu-system-x86_64"
#define ARGS_MAX	(64 + 4 * CARDS_MAX)
#define READY_MS	30000	/* until the kernel says its first word */
#define DEBUG_EXIT	"isa-debug-exit,iobase=0x501,iosize=1"

struct qemu {
	const struct machine *q_m;
	char	*q_argv[ARGS_MAX + 1];
	size_t	 q_argc;
	char	*q_line;		/* boot arguments */
};

static void
arg(struct qemu *q, const char *a, char *b)
{
	if (q->q_argc + 2 > ARGS_MAX)
		errx(1, "too many arguments for " QEMU);
	q->q_argv[q->q_argc++] = xstrdup(a);
	if (b != NULL)
		q->q_argv[q->q_argc++] = b;
}

/* One more word of the boot line. */
static void
word(struct qemu *q, char *w)
{
	char *s;

	if (q->q_line == NULL) {
		q->q_line = w;
		return;
	}
	s = xasprintf("%s %s", q->q_line, w);
	free(q->q_line);
	free(w);
	q->q_line = s;
}

/* The guest's address of a card: the one told, else one of its own name. */
static char *
card_mac(const struct machine *m, const struct card *c)
{
	uint32_t h = 2166136261U;
	const char *s;

	if (c->c_lladdr != NULL)
		return (xstrdup(c->c_lladdr));
	for (s = m->m_name; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619U;
	for (s = c->c_name; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 16777619U;
	return (xasprintf("52:54:%02x:%02x:%02x:%02x", h >> 24,
	    (h >> 16) & 0xff, (h >> 8) & 0xff, h & 0xff));
}

/* One card: what QEMU plugs in, and where the other end is. */
static void
card_args(struct qemu *q, const struct card *c, size_t i)
{
	const char *off = c->c_offload ? "" :
	    ",csum=off,gso=off,guest_csum=off,guest_tso4=off,"
	    "guest_tso6=off,guest_ufo=off,host_tso4=off,host_tso6=off,"
	    "host_ufo=off";
	char *mac;

	mac = card_mac(q->q_m, c);
	switch (c->c_kind) {
	case CARD_TAP:
		arg(q, "-netdev", xasprintf("tap,id=n%zu,fd=%d", i,
		    card_tap(c)));
		break;
	case CARD_WIRE:
		arg(q, "-netdev", xasprintf("stream,id=n%zu,server=off,"
		    "addr.type=unix,addr.path=%s", i, c->c_where));
		break;
	case CARD_PACKET:
		if (c->c_mode != NULL && strcmp(c->c_mode, "xdp") == 0)
			errx(1, "%s:%d: \"xdp\": not a mode under QEMU",
			    q->q_m->m_conf, c->c_line);
		arg(q, "-netdev", xasprintf("tap,id=n%zu,fd=%d", i,
		    card_macvtap(q->q_m, c)));
		break;
	}
	arg(q, "-device", xasprintf("%s,netdev=n%zu,mac=%s%s",
	    q->q_m->m_port == PORT_Q35 ?
	    "virtio-net-pci,disable-legacy=on,romfile=" : "virtio-net-device",
	    i, mac, off));
	free(mac);
}

/* A file of the machine's etc/, line by line; fn takes each. */
static void
each_line(struct qemu *q, const char *file, const char *unit,
    int (*fn)(struct qemu *, const char *, char *))
{
	char *buf = NULL, *p, *path;
	size_t size = 0;
	int no = 0;
	FILE *f;

	path = xasprintf("%s/etc/%s%s", q->q_m->m_dir, file,
	    unit == NULL ? "" : unit);
	f = fopen(path, "re");
	while (f != NULL && getline(&buf, &size, f) != -1) {
		no++;
		buf[strcspn(buf, "#\n")] = '\0';
		p = buf + strspn(buf, " \t");
		if (*p != '\0' && fn(q, unit, p) == -1)
			errx(1, "%s:%d: \"%s\": the amd64 port cannot do this "
			    "without programs", path, no, p);
	}
	if (f != NULL)
		fclose(f);
	free(buf);
	free(path);
}

/* hostname.if: a line about IPv6. */
static int
line_inet6(struct qemu *q, size_t card, const char *l)
{
	char a[64], b[64], over;
	int n;

	n = strncmp(l, "inet6 alias ", 12) == 0 ?
	    sscanf(l, "inet6 alias %63s %63s %c", a, b, &over) :
	    sscanf(l, "inet6 %63s %63s %c", a, b, &over);
	if (n == (strchr(a, '/') != NULL ? 1 : 2)) {
		word(q, xasprintf("inet6=vio%zu,%s%s%s", card, a,
		    n == 2 ? "/" : "", n == 2 ? b : ""));
		return (0);
	}
	if (sscanf(l, "!route add -inet6 %63s %63s %c", a, b, &over) == 2 &&
	    strchr(a, '/') != NULL) {
		word(q, xasprintf("route6=%s,%s", a, b));
		return (0);
	}
	return (-1);
}

/* hostname.if: addresses, up, and routes that are added. */
static int
line_hostname(struct qemu *q, const char *unit, char *l)
{
	char a[64], b[64], over;
	size_t i;

	for (i = 0; strcmp(q->q_m->m_cards[i].c_name, unit) != 0; i++)
		continue;
	if (strcmp(l, "up") == 0)
		return (0);
	if (strstr(l, "inet6") != NULL)
		return (line_inet6(q, i, l));
	if (sscanf(l, "inet alias %63s %c", a, &over) == 1 ||
	    sscanf(l, "inet %63s %c", a, &over) == 1) {
		if (strchr(a, '/') == NULL)
			return (-1);
		word(q, xasprintf("inet=vio%zu,%s", i, a));
		return (0);
	}
	if (sscanf(l, "!route add -net %63s %63s %c", a, b, &over) == 2 ||
	    sscanf(l, "!route add %63s %63s %c", a, b, &over) == 2) {
		if (strchr(a, '/') == NULL)
			return (-1);
		word(q, xasprintf("route=%s,%s", a, b));
		return (0);
	}
	return (-1);
}

static int
line_mygate(struct qemu *q, const char *unit, char *l)
{
	char a[64], over;

	(void)unit;
	if (sscanf(l, "%63s %c", a, &over) != 1)
		return (-1);
	if (strchr(a, ':') != NULL)
		word(q, xasprintf("route6=::/0,%s", a));
	else
		word(q, xasprintf("route=0.0.0.0/0,%s", a));
	return (0);
}

static int
line_sysctl(struct qemu *q, const char *unit, char *l)
{
	int v;
	char over;

	(void)unit;
	if (sscanf(l, "net.inet.ip.forwarding=%d %c", &v, &over) == 1)
		word(q, xasprintf("forwarding=%d", v));
	else if (sscanf(l, "net.inet6.ip6.forwarding=%d %c", &v, &over) == 1)
		word(q, xasprintf("forwarding6=%d", v));
	else
		return (-1);
	return (0);
}

static void
boot_line(struct qemu *q)
{
	const struct machine *m = q->q_m;
	size_t i;

	word(q, xasprintf("hostname=%s", m->m_name));
	for (i = 0; i < m->m_ncards; i++)
		each_line(q, "hostname.", m->m_cards[i].c_name,
		    line_hostname);
	each_line(q, "mygate", NULL, line_mygate);
	each_line(q, "sysctl.conf", NULL, line_sysctl);
	for (i = 0; i < m->m_nsets; i++)
		word(q, xstrdup(m->m_sets[i]));
}

static void
qemu_args(struct qemu *q, const char *console)
{
	const struct machine *m = q->q_m;
	size_t i;

	arg(q, QEMU, NULL);
	arg(q, "-M", xstrdup(m->m_port == PORT_Q35 ? "q35" :
	    "microvm,acpi=off,isa-serial=on,rtc=on"));
	arg(q, "-accel", xstrdup("tcg"));
	arg(q, "-cpu", xstrdup("max"));
	arg(q, "-m", xasprintf("%u", m->m_memory == 0 ? 64 : m->m_memory));
	arg(q, "-global", xstrdup("virtio-mmio.force-legacy=false"));
	arg(q, "-nodefaults", NULL);
	arg(q, "-no-user-config", NULL);
	arg(q, "-no-reboot", NULL);
	arg(q, "-display", xstrdup("none"));
	arg(q, "-serial", xasprintf("file:%s", console));
	arg(q, "-device", xstrdup(DEBUG_EXIT));
	arg(q, "-kernel", kernel_file(m));
	for (i = 0; i < m->m_ncards; i++)
		card_args(q, &m->m_cards[i], i);
	boot_line(q);
	arg(q, "-append", q->q_line);
	q->q_argv[q->q_argc] = NULL;
}

static void __attribute__((__noreturn__))
qemu_exec(const struct machine *m, const char *console, const char *errors)
{
	struct qemu q;
	sigset_t none;
	int fd;

	memset(&q, 0, sizeof(q));
	q.q_m = m;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	qemu_args(&q, console);
	fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (fd == -1)
		err(1, "/dev/null");
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	fd = open(errors, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd == -1)
		err(1, "%s", errors);
	dup2(fd, STDERR_FILENO);
	execvp(QEMU, q.q_argv);
	err(1, QEMU);
}

/* QEMU has ended: what it said, else how. */
static void
show_errors(const char *errors, int status)
{
	char buf[4096];

	if (read_file(errors, buf, sizeof(buf)) > 0)
		fputs(buf, stderr);
	if (WIFSIGNALED(status))
		warnx(QEMU ": %s", strsignal(WTERMSIG(status)));
	else
		warnx(QEMU ": exit status %d", WEXITSTATUS(status));
}

/* Has the kernel said anything yet? */
static int
has_spoken(const char *console)
{
	struct stat st;

	return (stat(console, &st) == 0 && st.st_size > 0);
}

/*
 * Start QEMU and wait until its kernel speaks.  Returns its pid and a pidfd
 * in *pidfdp, or -1 after its own message.
 */
pid_t
qemu_start(const struct machine *m, const char *console, int *pidfdp)
{
	struct timespec tick = { 0, 10 * 1000000 };
	long until = now_ms() + READY_MS;
	char *errors;
	pid_t pid;
	int status;

	errors = run_path(m->m_name, "qemu");
	pid = fork();
	if (pid == -1) {
		warn("fork");
		return (-1);
	}
	if (pid == 0)
		qemu_exec(m, console, errors);
	/* A file tells nobody that it has grown: look. */
	while (now_ms() < until) {
		if (waitpid(pid, &status, WNOHANG) == pid) {
			show_errors(errors, status);
			free(errors);
			return (-1);
		}
		if (has_spoken(console)) {
			*pidfdp = pidfd_open(pid);
			free(errors);
			return (pid);
		}
		nanosleep(&tick, NULL);
	}
	kill(pid, SIGKILL);
	wait_exit(pid);
	warnx("the kernel says nothing");
	free(errors);
	return (-1);
}

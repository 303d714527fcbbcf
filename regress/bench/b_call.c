/*
 * What a system call costs a program in a machine, in microseconds.
 *
 *	b_call call	a bare call of the kernel's own (getrtable)
 *	b_call send	a datagram of 100 bytes to a socket that nobody reads
 *	b_call recv	and to receive one that waits
 *	b_call file	a read of a byte of a host's file
 *	b_call bare	outside a machine: what the host takes for a call that
 *			a supervisor is told of and answers at once, which is
 *			the least that any of the others can cost
 *
 * Prints the first decile of many short rounds, so that what else the host
 * does is left out, and the median.
 */
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <err.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS		300
#define CALLS		500		/* a round is over before its turn is */
#define BURST		100		/* datagrams that fit a socket */
#define SYS_getrtable	5002

#ifndef SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP	1UL
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS	SECCOMP_IOW(4, __u64)
#endif

static int			sock;
static int			file;
static struct sockaddr_in	self, nobody;
static char			buf[100];

static double
now(void)
{
	struct timespec	ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * 1e6 + ts.tv_nsec / 1e3);
}

static int
udp(struct sockaddr_in *sin)
{
	socklen_t	len = sizeof(*sin);
	int		s;

	if ((s = socket(AF_INET, SOCK_DGRAM, 0)) == -1)
		err(1, "socket");
	memset(sin, 0, sizeof(*sin));
	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(s, (struct sockaddr *)sin, sizeof(*sin)) == -1 ||
	    getsockname(s, (struct sockaddr *)sin, &len) == -1)
		err(1, "bind");
	return (s);
}

static void
one_send(const struct sockaddr_in *to)
{
	if (sendto(sock, buf, sizeof(buf), 0, (const struct sockaddr *)to,
	    sizeof(*to)) != sizeof(buf))
		err(1, "sendto");
}

static double
round_call(void)
{
	double	start;
	int	i;

	start = now();
	for (i = 0; i < CALLS; i++)
		if (syscall(SYS_getrtable) != 0)
			err(1, "getrtable");
	return ((now() - start) / CALLS);
}

static double
round_send(void)
{
	double	start;
	int	i;

	start = now();
	for (i = 0; i < CALLS; i++)
		one_send(&nobody);
	return ((now() - start) / CALLS);
}

static double
round_recv(void)
{
	double	start, sum;
	int	i, n;

	for (i = 0, sum = 0; i < CALLS; i += BURST) {
		for (n = 0; n < BURST; n++)
			one_send(&self);
		start = now();
		for (n = 0; n < BURST; n++)
			if (recv(sock, buf, sizeof(buf), 0) != sizeof(buf))
				err(1, "recv");
		sum += now() - start;
	}
	return (sum / CALLS);
}

static double
round_file(void)
{
	double	start;
	int	i;

	start = now();
	for (i = 0; i < CALLS; i++)
		if (read(file, buf, 1) != 1)
			err(1, "read");
	return ((now() - start) / CALLS);
}

/* The bare supervisor: wait, receive, answer. */
static void __attribute__((__noreturn__))
supervise(int listener)
{
	struct seccomp_notif		sn;
	struct seccomp_notif_resp	sr;
	struct epoll_event		ee = { .events = EPOLLIN };
	int				ep;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
	    SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	if ((ep = epoll_create1(0)) == -1 ||
	    epoll_ctl(ep, EPOLL_CTL_ADD, listener, &ee) == -1)
		_exit(1);
	for (;;) {
		epoll_wait(ep, &ee, 1, -1);
		memset(&sn, 0, sizeof(sn));
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &sn) == -1)
			continue;
		memset(&sr, 0, sizeof(sr));
		sr.id = sn.id;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &sr);
	}
}

static void
bare(void)
{
	struct sock_filter	insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getrtable, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog	prog = {
		sizeof(insns) / sizeof(insns[0]), insns
	};
	int			listener;

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
	if (listener == -1)
		err(1, "seccomp");
	if (fork() == 0)
		supervise(listener);
	close(listener);
}

static int
compare(const void *a, const void *b)
{
	double	x = *(const double *)a, y = *(const double *)b;

	return ((x > y) - (x < y));
}

static const struct {
	const char	*name;
	double		(*round)(void);
} benches[] = {
	{ "call",	round_call },
	{ "send",	round_send },
	{ "recv",	round_recv },
	{ "file",	round_file },
	{ "bare",	round_call },
};

int
main(int argc, char *argv[])
{
	double	us[ROUNDS];
	size_t	b;
	int	i;

	for (b = 0; b < sizeof(benches) / sizeof(benches[0]); b++)
		if (argc == 2 && strcmp(argv[1], benches[b].name) == 0)
			break;
	if (b == sizeof(benches) / sizeof(benches[0])) {
		fprintf(stderr, "usage: b_call call | send | recv | file | "
		    "bare\n");
		return (2);
	}
	if (strcmp(argv[1], "bare") == 0)
		bare();
	sock = udp(&self);
	(void)udp(&nobody);
	if ((file = open("/dev/zero", O_RDONLY)) == -1)
		err(1, "/dev/zero");
	for (i = 0; i < ROUNDS; i++)
		us[i] = benches[b].round();
	qsort(us, ROUNDS, sizeof(us[0]), compare);
	printf("%.2f %.2f\n", us[ROUNDS / 10], us[ROUNDS / 2]);
	return (0);
}

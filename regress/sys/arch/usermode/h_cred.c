/*
 * Who calls: privileges are the caller's at the time of the call, and of a
 * set-uid program its owner's.  And what is refused to everybody.
 */
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <sys/sendfile.h>

#include "wayin.h"

#define NOBODY	65534

static int
raw(void)
{
	return (socket(AF_INET, SOCK_RAW, IPPROTO_ICMP));
}

static int
bind_low(void)
{
	struct sockaddr_in	sin;
	int			error, s;

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_port = htons(900);
	CHECK((s = socket(AF_INET, SOCK_DGRAM, 0)) != -1);
	error = bind(s, (struct sockaddr *)&sin, sizeof(sin));
	close(s);
	return (error);
}

static void
check_drop(void)
{
	int	s;

	CHECK(geteuid() == 0);
	CHECK(raw() != -1 && bind_low() == 0);
	CHECK(setgroups(0, NULL) == 0);
	CHECK(setresgid(NOBODY, NOBODY, NOBODY) == 0);
	/* For a while, and back. */
	CHECK(setresuid(-1, NOBODY, 0) == 0);
	CHECK(raw() == -1 && (errno == EPERM || errno == EACCES));
	CHECK(bind_low() == -1 && errno == EACCES);
	CHECK(setresuid(-1, 0, -1) == 0);
	CHECK((s = raw()) != -1);
	/* For good; what was opened before stays. */
	CHECK(setresuid(NOBODY, NOBODY, NOBODY) == 0);
	CHECK(raw() == -1 && bind_low() == -1);
	CHECK(setsockopt(s, SOL_SOCKET, SO_RCVBUF, &(int){ 4096 },
	    sizeof(int)) == 0);
}

/* The helper: run with the real uid of nobody. */
static void
check_elevated(void)
{
	CHECK(getuid() == NOBODY && geteuid() == 0);
	CHECK(raw() != -1 && bind_low() == 0);
}

/*
 * This very program, owned by root and set-uid, run by nobody; its copy is
 * made in WAYIN_DIR, or /tmp.
 */
static void
check_setuid(void)
{
	const char *dir = getenv("WAYIN_DIR");
	char	buf[65536], path[128];
	pid_t	pid;
	ssize_t	n;
	int	in, out, status;

	snprintf(path, sizeof(path), "%s/wayin.XXXXXX",
	    dir != NULL ? dir : "/tmp");
	CHECK((in = open("/proc/self/exe", O_RDONLY)) != -1);
	CHECK((out = mkstemp(path)) != -1);
	while ((n = read(in, buf, sizeof(buf))) > 0)
		CHECK(write(out, buf, n) == n);
	CHECK(fchown(out, 0, 0) == 0 && fchmod(out, 04755) == 0);
	close(out);
	if ((pid = fork()) == 0) {
		CHECK(setresuid(NOBODY, NOBODY, NOBODY) == 0);
		execl(path, "h_cred", "elevated", NULL);
		_exit(127);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	unlink(path);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Families that are neither the kernel's nor harmless on the host. */
static void
check_families(void)
{
	static const int	families[] = { AF_PACKET, AF_VSOCK, AF_ALG,
				    AF_BLUETOOTH, AF_XDP, AF_TIPC };
	size_t			i;
	int			s;

	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		s = socket(families[i], SOCK_RAW, 0);
		CHECK(s == -1 && (errno == EAFNOSUPPORT || errno == EACCES ||
		    errno == EPROTONOSUPPORT));
	}
	CHECK((s = socket(AF_UNIX, SOCK_DGRAM, 0)) != -1);
}

/* What would pass the kernel by. */
static void
check_aside(void)
{
	struct sockaddr_in	sin;
	int			f, p[2], s;
	char			c;

	s = udp_open(0, &sin);
	CHECK(connect(s, (struct sockaddr *)&sin, sizeof(sin)) == 0);
	CHECK(syscall(SYS_io_uring_setup, 8, &sin) == -1 && errno == ENOSYS);
	CHECK((f = open("/dev/zero", O_RDONLY)) != -1);
	CHECK(sendfile(s, f, NULL, 16) == -1 && errno == EINVAL);
	CHECK(pipe(p) == 0 && write(p[1], "x", 1) == 1);
	CHECK(splice(p[0], NULL, s, NULL, 1, 0) == -1 && errno == EINVAL);
	CHECK(pread(s, &c, 1, 0) == -1 && errno == ESPIPE);
	CHECK(recv(s, &c, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
	CHECK(syscall(5999) == -1 && errno == ENOSYS);
}

/* The host's own use of these calls is as ever. */
static void
check_host(void)
{
	char	buf[16];
	int	f, n, p[2], sv[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, sv) == 0);
	CHECK(send(sv[0], "abc", 3, 0) == 3 && read(sv[1], buf, 16) == 3);
	CHECK(write(sv[1], "de", 2) == 2 && recv(sv[0], buf, 16, 0) == 2);
	CHECK(shutdown(sv[0], SHUT_WR) == 0 && read(sv[1], buf, 16) == 0);
	n = 1;
	CHECK(ioctl(sv[0], FIONBIO, &n) == 0);
	CHECK(recv(sv[0], buf, 1, 0) == -1 && errno == EAGAIN);
	CHECK(pipe(p) == 0 && (f = open("/dev/zero", O_RDONLY)) != -1);
	CHECK(write(p[1], "x", 1) == 1 && ioctl(p[0], FIONREAD, &n) == 0);
	CHECK(n == 1 && read(p[0], buf, 16) == 1);
	CHECK(splice(f, NULL, p[1], NULL, 8, 0) == 8 || errno == EINVAL);
	CHECK(read(-1, buf, 1) == -1 && errno == EBADF);
	CHECK(send(p[1], "x", 1, 0) == -1 && errno == ENOTSOCK);
}

static const struct check checks[] = {
	{ "drop",	check_drop },
	{ "elevated",	check_elevated },
	{ "setuid",	check_setuid },
	{ "families",	check_families },
	{ "aside",	check_aside },
	{ "host",	check_host },
	{ NULL,		NULL }
};

int
main(int argc, char *argv[])
{
	return (wayin_main(argc, argv, checks));
}

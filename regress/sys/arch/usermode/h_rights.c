/*
 * SCM_RIGHTS: a privileged process opens sockets and hands them to one that
 * has left for an empty root and an unprivileged user.
 */
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <grp.h>
#include <poll.h>

#include "wayin.h"

#define NOBODY	65534

static void
send_fd(int chan, int fd)
{
	char		 buf[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec	 iov = { "f", 1 };
	struct msghdr	 mh;
	struct cmsghdr	*cm;

	memset(&mh, 0, sizeof(mh));
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	mh.msg_control = buf;
	mh.msg_controllen = sizeof(buf);
	cm = CMSG_FIRSTHDR(&mh);
	cm->cmsg_level = SOL_SOCKET;
	cm->cmsg_type = SCM_RIGHTS;
	cm->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cm), &fd, sizeof(int));
	CHECK(sendmsg(chan, &mh, 0) == 1);
}

static int
recv_fd(int chan)
{
	char		 buf[CMSG_SPACE(sizeof(int))], c;
	struct iovec	 iov = { &c, 1 };
	struct msghdr	 mh;
	struct cmsghdr	*cm;
	int		 fd;

	memset(&mh, 0, sizeof(mh));
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	mh.msg_control = buf;
	mh.msg_controllen = sizeof(buf);
	CHECK(recvmsg(chan, &mh, 0) == 1);
	cm = CMSG_FIRSTHDR(&mh);
	CHECK(cm != NULL && cm->cmsg_type == SCM_RIGHTS);
	memcpy(&fd, CMSG_DATA(cm), sizeof(int));
	return (fd);
}

static void
drop(void)
{
	char	dir[] = "/tmp/wayin.XXXXXX";

	CHECK(mkdtemp(dir) != NULL);
	CHECK(chroot(dir) == 0 && chdir("/") == 0);
	CHECK(setgroups(0, NULL) == 0);
	CHECK(setresgid(NOBODY, NOBODY, NOBODY) == 0);
	CHECK(setresuid(NOBODY, NOBODY, NOBODY) == 0);
}

/* The unprivileged side: a bound port below 1024, a raw socket, and back. */
static void
worker(int chan)
{
	struct sockaddr_in	sin;
	socklen_t		len = sizeof(sin);
	struct pollfd		pfd;
	int			raw, s;

	drop();
	CHECK(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) == -1);
	CHECK(errno == EPERM || errno == EACCES);
	s = recv_fd(chan);
	raw = recv_fd(chan);
	CHECK(getsockname(s, (struct sockaddr *)&sin, &len) == 0);
	CHECK(ntohs(sin.sin_port) == 1000);
	udp_send(s, &sin, "kept");
	pfd.fd = s;
	pfd.events = POLLIN;
	CHECK(poll(&pfd, 1, 5000) == 1);
	udp_expect(s, "kept");
	CHECK(getsockname(raw, (struct sockaddr *)&sin, &len) == 0);
	send_fd(chan, s);
	_exit(0);
}

static void
check_drop(void)
{
	struct sockaddr_in	sin;
	pid_t			pid;
	int			back, chan[2], raw, s, status;

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, chan) == 0);
	if ((pid = fork()) == 0) {
		close(chan[0]);
		worker(chan[1]);
	}
	close(chan[1]);
	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	sin.sin_port = htons(1000);
	CHECK((s = socket(AF_INET, SOCK_DGRAM, 0)) != -1);
	CHECK(bind(s, (struct sockaddr *)&sin, sizeof(sin)) == 0);
	CHECK((raw = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)) != -1);
	send_fd(chan[0], s);
	send_fd(chan[0], raw);
	close(s);
	close(raw);
	back = recv_fd(chan[0]);
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	udp_send(back, &sin, "still there");
	udp_expect(back, "still there");
}

/* In flight, with no holder at all, a socket lives; then it is closed. */
static void
check_flight(void)
{
	struct sockaddr_in	sin;
	int			chan[2], fd, s;

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, chan) == 0);
	s = udp_open(0, &sin);
	udp_send(s, &sin, "waiting");
	send_fd(chan[0], s);
	close(s);
	msleep(50);
	fd = recv_fd(chan[1]);
	udp_expect(fd, "waiting");
}

static const struct check checks[] = {
	{ "drop",	check_drop },
	{ "flight",	check_flight },
	{ NULL,		NULL }
};

int
main(int argc, char *argv[])
{
	return (wayin_main(argc, argv, checks));
}

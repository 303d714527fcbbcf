/*
 * Messages: vectors, many at once, control messages, and arguments that are
 * no good.
 */
#include <sys/mman.h>
#include <sys/uio.h>

#include "wayin.h"

#define N	20

static struct sockaddr_in	addr;

static void
check_vectors(void)
{
	struct iovec	iov[3] = { { "ab", 2 }, { "", 0 }, { "cde", 3 } };
	char		x[2], y[8];
	int		s;

	s = udp_open(0, &addr);
	CHECK(connect(s, (struct sockaddr *)&addr, sizeof(addr)) == 0);
	CHECK(writev(s, iov, 3) == 5);
	iov[0].iov_base = x;
	iov[0].iov_len = 2;
	iov[1].iov_base = y;
	iov[1].iov_len = 8;
	CHECK(readv(s, iov, 2) == 5);
	CHECK(memcmp(x, "ab", 2) == 0 && memcmp(y, "cde", 3) == 0);
	CHECK(write(s, "12345", 5) == 5);
	CHECK(read(s, y, 3) == 3 && memcmp(y, "123", 3) == 0);
	CHECK(recv(s, y, 8, MSG_DONTWAIT) == -1 && errno == EAGAIN);
}

static void
check_mmsg(void)
{
	struct sockaddr_in	from[N];
	struct mmsghdr		mm[N];
	struct iovec		iov[N];
	uint32_t		n[N];
	int			i, s, t;

	s = udp_open(0, &addr);
	t = udp_open(0, &from[0]);
	memset(mm, 0, sizeof(mm));
	for (i = 0; i < N; i++) {
		n[i] = i;
		iov[i].iov_base = &n[i];
		iov[i].iov_len = sizeof(n[i]);
		mm[i].msg_hdr.msg_iov = &iov[i];
		mm[i].msg_hdr.msg_iovlen = 1;
		mm[i].msg_hdr.msg_name = &addr;
		mm[i].msg_hdr.msg_namelen = sizeof(addr);
	}
	CHECK(sendmmsg(t, mm, N, 0) == N);
	for (i = 0; i < N; i++) {
		CHECK(mm[i].msg_len == sizeof(n[i]));
		n[i] = 99;
		mm[i].msg_hdr.msg_name = &from[i];
		mm[i].msg_hdr.msg_namelen = sizeof(from[i]);
	}
	msleep(50);
	CHECK(recvmmsg(s, mm, N, MSG_WAITFORONE, NULL) == N);
	for (i = 0; i < N; i++) {
		CHECK(n[i] == (uint32_t)i && mm[i].msg_len == 4);
		CHECK(mm[i].msg_hdr.msg_namelen == sizeof(from[i]));
		CHECK(from[i].sin_family == AF_INET);
		CHECK(from[i].sin_addr.s_addr == htonl(INADDR_LOOPBACK));
	}
	CHECK(recvmmsg(s, mm, N, MSG_DONTWAIT, NULL) == -1);
	CHECK(errno == EAGAIN);
}

/* Destination, TTL and DSCP of what comes; and of what goes. */
static void
check_control(void)
{
	char			 c, buf[256];
	struct iovec		 iov = { &c, 1 };
	struct in_pktinfo	*pi = NULL;
	struct msghdr		 mh;
	struct cmsghdr		*cm;
	int			 on = 1, s, tos = 0xb8, ttl = 42;
	int			 gottos = -1, gotttl = -1;

	s = udp_open(0, &addr);
	CHECK(setsockopt(s, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) == 0);
	CHECK(setsockopt(s, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on)) == 0);
	CHECK(setsockopt(s, IPPROTO_IP, IP_RECVTOS, &on, sizeof(on)) == 0);
	CHECK(setsockopt(s, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)) == 0);
	CHECK(setsockopt(s, IPPROTO_IP, IP_TOS, &tos, sizeof(tos)) == 0);
	udp_send(s, &addr, "c");
	memset(&mh, 0, sizeof(mh));
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	mh.msg_control = buf;
	mh.msg_controllen = sizeof(buf);
	CHECK(recvmsg(s, &mh, 0) == 1);
	CHECK((mh.msg_flags & MSG_CTRUNC) == 0);
	for (cm = CMSG_FIRSTHDR(&mh); cm != NULL; cm = CMSG_NXTHDR(&mh, cm)) {
		CHECK(cm->cmsg_level == IPPROTO_IP);
		if (cm->cmsg_type == IP_PKTINFO)
			pi = (struct in_pktinfo *)(void *)CMSG_DATA(cm);
		else if (cm->cmsg_type == IP_TTL)
			gotttl = CMSG_DATA(cm)[0];
		else if (cm->cmsg_type == IP_TOS)
			gottos = CMSG_DATA(cm)[0];
	}
	CHECK(pi != NULL && pi->ipi_addr.s_addr == htonl(INADDR_LOOPBACK));
	CHECK(pi->ipi_ifindex > 0);
	CHECK(gotttl == 42 && gottos == 0xb8);
	/* Too little room is said. */
	udp_send(s, &addr, "c");
	mh.msg_controllen = CMSG_LEN(0);
	CHECK(recvmsg(s, &mh, 0) == 1 && (mh.msg_flags & MSG_CTRUNC));
}

/* What does not fit is cut, and said. */
static void
check_truncation(void)
{
	char		buf[4];
	struct iovec	iov = { buf, 4 };
	struct msghdr	mh;
	int		s;

	s = udp_open(0, &addr);
	udp_send(s, &addr, "longer");
	memset(&mh, 0, sizeof(mh));
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	CHECK(recvmsg(s, &mh, 0) == 4 && (mh.msg_flags & MSG_TRUNC));
	udp_send(s, &addr, "longer");
	CHECK(recv(s, buf, 4, MSG_TRUNC) == 6);
}

/* Large ones, across pages, to the byte. */
static void
check_large(void)
{
	static char	out[40000], in[40001];
	size_t		i;
	int		n, s;

	s = udp_open(0, &addr);
	n = 128 * 1024;
	CHECK(setsockopt(s, SOL_SOCKET, SO_RCVBUF, &n, sizeof(n)) == 0);
	CHECK(setsockopt(s, SOL_SOCKET, SO_SNDBUF, &n, sizeof(n)) == 0);
	for (i = 0; i < sizeof(out); i++)
		out[i] = i * 7 + i / 251;
	CHECK(sendto(s, out, sizeof(out), 0, (void *)&addr, sizeof(addr)) ==
	    sizeof(out));
	CHECK(recv(s, in, sizeof(in), 0) == sizeof(out));
	CHECK(memcmp(in, out, sizeof(out)) == 0);
}

/* Bad pointers, lengths and numbers: refused, each time. */
static void
check_bad(void)
{
	struct msghdr	mh;
	struct iovec	iov;
	socklen_t	len;
	char		*page, buf[16];
	int		s;

	s = udp_open(0, &addr);
	page = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(page != MAP_FAILED && munmap(page + 4096, 4096) == 0);
#define BAD(call, e)	CHECK((call) == -1 && errno == (e))
	BAD(sendto(s, page + 4090, 20, 0, (void *)&addr, sizeof(addr)),
	    EFAULT);
	BAD(sendto(s, "x", 1, 0, (void *)8, sizeof(addr)), EFAULT);
	BAD(sendto(s, "x", 1, 0, (void *)&addr, 3), EINVAL);
	BAD(bind(s, (void *)-1L, sizeof(addr)), EFAULT);
	len = sizeof(addr);
	BAD(getsockname(s, NULL, &len), EFAULT);
	BAD(getsockname(s, (void *)&addr, NULL), EFAULT);
	BAD(sendmsg(s, (void *)16, 0), EFAULT);
	memset(&mh, 0, sizeof(mh));
	mh.msg_iov = &iov;
	mh.msg_iovlen = 2000;
	BAD(sendmsg(s, &mh, 0), EMSGSIZE);
	iov.iov_base = buf;
	iov.iov_len = (size_t)-1;
	BAD(readv(s, &iov, 1), EINVAL);
	BAD(setsockopt(s, SOL_SOCKET, SO_RCVBUF, (void *)1, 4), EFAULT);
	BAD(setsockopt(s, 12345, 1, &s, sizeof(s)), ENOPROTOOPT);
	CHECK(socket(AF_INET, SOCK_RDM, 0) == -1);
	BAD(socket(77, SOCK_DGRAM, 0), EAFNOSUPPORT);
	BAD(recv(12345, buf, 1, 0), EBADF);
	udp_send(s, &addr, "page");
	BAD(recv(s, page + 4094, 20, 0), EFAULT);
	udp_send(s, &addr, "fine");
	udp_expect(s, "fine");
}

static const struct check checks[] = {
	{ "vectors",	check_vectors },
	{ "mmsg",	check_mmsg },
	{ "control",	check_control },
	{ "truncation",	check_truncation },
	{ "large",	check_large },
	{ "bad",	check_bad },
	{ NULL,		NULL }
};

int
main(int argc, char *argv[])
{
	return (wayin_main(argc, argv, checks));
}

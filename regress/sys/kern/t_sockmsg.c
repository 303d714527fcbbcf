/*
 * Sending and receiving: every call, its flags, and hostile arguments.  The
 * sockets are those of ktproto.c, which send back what they are sent.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>

#include <ktest.h>

#include "ktuser.h"

#define LEVEL	123			/* of control messages of our own */

/* Fill with bytes that tell where they are. */
static uint8_t *
pattern(size_t len)
{
	uint8_t	*p = ktuser_mem(len);
	size_t	 i;

	for (i = 0; i < len; i++)
		p[i] = i * 7 + i / 251;
	return (p);
}

/* A message header of one vector in the program's memory. */
static struct msghdr *
msg(void *buf, size_t len)
{
	struct msghdr	*mh = ktuser_mem(sizeof(*mh));

	mh->msg_iov = ktuser_mem(sizeof(struct iovec));
	mh->msg_iovlen = 1;
	mh->msg_iov->iov_base = buf;
	mh->msg_iov->iov_len = len;
	return (mh);
}

KTEST(sizes, "datagrams of all sizes come back whole")
{
	static const size_t	 sizes[] = { 0, 1, 100, 127, 128, 129, 200,
	    1400, 1920, 1921, 2048, 4096, 9000, 16384, 32767, 65000 };
	struct socket		*so;
	uint8_t			*in, *out;
	u_int			 i;
	int			 fd;

	ktuser_begin(1000);
	out = pattern(65536);
	in = ktuser_mem(65536);
	fd = ktproto_socket(SOCK_DGRAM, &so);
	for (i = 0; i < nitems(sizes); i++) {
		KT_CASE("%zu bytes", sizes[i]);
		KT_EQ(ktcall(SYS_sendto, fd, out, sizes[i], 0, 0, 0),
		    sizes[i]);
		KT_EQ(so->so_rcv.sb_datacc, sizes[i]);
		/* For UDP, IP with options, and a link header. */
		KT_TRUE(ktproto_headroom >= 8 + 60 + 32);
		memset(in, 0, 65536);
		KT_EQ(ktcall(SYS_recvfrom, fd, in, 65536, 0, 0, 0), sizes[i]);
		KT_MEMEQ(in, out, sizes[i]);
		KT_EQ(so->so_rcv.sb_cc, 0);
		KT_EQ(so->so_rcv.sb_mbcnt, 0);
	}
	KT_CASE("too large");
	KT_EQ(ktcall(SYS_sendto, fd, out, 65537, 0, 0, 0), -EMSGSIZE);
	KT_EQ(ktcall(SYS_sendto, fd, out, LONG_MAX, 0, 0, 0), -EMSGSIZE);
	KT_EQ(ktcall(SYS_sendto, fd, out, -1, 0, 0, 0), -EINVAL);
	ktuser_end();
}

KTEST(order, "a receive takes one message, in order; the rest is cut off")
{
	char	*buf;
	int	 fd;

	ktuser_begin(1000);
	buf = ktuser_mem(64);
	fd = ktproto_socket(SOCK_DGRAM, NULL);
	KT_EQ(ktcall(SYS_write, fd, ktuser_dup("first", 5), 5), 5);
	KT_EQ(ktcall(SYS_write, fd, ktuser_dup("second", 6), 6), 6);
	KT_EQ(ktcall(SYS_write, fd, buf, 0), 0);
	KT_EQ(ktcall(SYS_read, fd, buf, 3), 3);
	KT_MEMEQ(buf, "fir\0", 4);
	KT_EQ(ktcall(SYS_recvfrom, fd, buf, 64, MSG_WAITALL, 0, 0), 6);
	KT_MEMEQ(buf, "second", 6);
	/* An empty message is one. */
	KT_EQ(ktcall(SYS_read, fd, buf, 64), 0);
	KT_EQ(ktcall(SYS_recvfrom, fd, buf, 64, MSG_DONTWAIT, 0, 0),
	    -EAGAIN);
	/* No room at all takes a message, too. */
	KT_EQ(ktcall(SYS_write, fd, buf, 6), 6);
	KT_EQ(ktcall(SYS_read, fd, buf, 0), 0);
	KT_EQ(ktcall(SYS_recvfrom, fd, buf, 64, MSG_DONTWAIT, 0, 0),
	    -EAGAIN);
	ktuser_end();
}

KTEST(trunc, "MSG_TRUNC and MSG_PEEK")
{
	struct socket	*so;
	struct msghdr	*mh;
	char		*buf;
	int		 fd;

	ktuser_begin(1000);
	buf = ktuser_mem(64);
	fd = ktproto_socket(SOCK_DGRAM, &so);
	KT_EQ(ktcall(SYS_write, fd, ktuser_dup("0123456789", 10), 10), 10);
	KT_EQ(ktcall(SYS_recvfrom, fd, buf, 4, MSG_PEEK, 0, 0), 4);
	KT_MEMEQ(buf, "0123\0", 5);
	KT_EQ(ktcall(SYS_recvfrom, fd, buf, 4, MSG_PEEK | MSG_TRUNC, 0, 0),
	    10);
	KT_EQ(ktcall(SYS_recvfrom, fd, buf, 0, MSG_PEEK | MSG_TRUNC, 0, 0),
	    10);
	mh = msg(buf, 4);
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, MSG_PEEK), 4);
	KT_EQ(mh->msg_flags, MSG_TRUNC);
	mh = msg(buf, 10);
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, MSG_PEEK), 10);
	KT_EQ(mh->msg_flags, 0);
	KT_EQ(so->so_rcv.sb_datacc, 10);
	mh = msg(buf, 4);
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, MSG_TRUNC), 10);
	KT_EQ(mh->msg_flags, MSG_TRUNC);
	KT_EQ(so->so_rcv.sb_cc, 0);
	ktuser_end();
}

KTEST(flags, "flags that are refused, ignored, or mean nothing")
{
	char	*buf;
	int	 fd;

	ktuser_begin(1000);
	buf = ktuser_mem(64);
	fd = ktproto_socket(SOCK_DGRAM, NULL);
	KT_EQ(ktcall(SYS_sendto, fd, buf, 1, MSG_OOB, 0, 0), -EOPNOTSUPP);
	KT_EQ(ktcall(SYS_sendto, fd, buf, 1, MSG_MORE, 0, 0), -EOPNOTSUPP);
	KT_EQ(ktcall(SYS_recvfrom, fd, buf, 1, MSG_OOB, 0, 0), -EOPNOTSUPP);
	KT_EQ(ktcall(SYS_sendto, fd, buf, 1, MSG_NOSIGNAL | MSG_DONTWAIT |
	    MSG_CONFIRM | MSG_DONTROUTE, 0, 0), 1);
	/* The kernel's own marks are not a program's to set. */
	KT_EQ(ktcall(SYS_sendto, fd, buf, 1, MSG_BCAST | MSG_MCAST, 0, 0), 1);
	KT_EQ(ktcall(SYS_recvfrom, fd, buf, 64, 0, 0, 0), 1);
	KT_EQ(ktcall(SYS_recvfrom, fd, buf, 64, MSG_CMSG_CLOEXEC, 0, 0), 1);
	KT_EQ(ktcall(SYS_recvfrom, fd, buf, 64, MSG_ERRQUEUE, 0, 0),
	    -EAGAIN);
	ktuser_end();
}

KTEST(vectors, "gathered from many places, scattered to as many")
{
	struct msghdr	*mh;
	struct iovec	*iov;
	uint8_t		*in, *out;
	int		 fd, i;

	ktuser_begin(1000);
	out = pattern(4096);
	in = ktuser_mem(8192);
	iov = ktuser_mem(1025 * sizeof(*iov));
	fd = ktproto_socket(SOCK_DGRAM, NULL);
	mh = msg(NULL, 0);
	mh->msg_iov = iov;
	/* 1,024 pieces of four bytes, and back in pieces of eight. */
	for (i = 0; i < 1024; i++) {
		iov[i].iov_base = out + i * 4;
		iov[i].iov_len = 4;
	}
	mh->msg_iovlen = 1025;
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), -EMSGSIZE);
	mh->msg_iovlen = LONG_MAX;
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), -EMSGSIZE);
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, 0), -EMSGSIZE);
	mh->msg_iovlen = 1024;
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), 4096);
	for (i = 0; i < 1024; i++) {
		iov[i].iov_base = in + (i & ~1) * 4 + (i & 1) * 3;
		iov[i].iov_len = i & 1 ? 5 : 3;
	}
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, 0), 4096);
	KT_MEMEQ(in, out, 4096);
	/* None at all is an empty message. */
	mh->msg_iovlen = 0;
	mh->msg_iov = NULL;
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), 0);
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, 0), 0);
	mh->msg_iovlen = 1;
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), -EFAULT);
	mh->msg_iov = iov;
	iov[0].iov_len = -1;
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), -EINVAL);
	ktuser_end();
}

KTEST(efault, "addresses that are not there, and nothing is lost")
{
	struct socket	*so;
	struct msghdr	*mh;
	socklen_t	*len;
	char		*buf;
	int		 fd;

	ktuser_begin(1000);
	buf = ktuser_mem(64);
	len = ktuser_mem(sizeof(*len));
	fd = ktproto_socket(SOCK_DGRAM, &so);
	KT_EQ(ktcall(SYS_sendto, fd, KTUSER_BAD, 5, 0, 0, 0), -EFAULT);
	KT_EQ(ktcall(SYS_sendto, fd, ktuser_edge(4), 5, 0, 0, 0), -EFAULT);
	KT_EQ(ktcall(SYS_sendto, fd, ktuser_edge(9000), 20000, 0, 0, 0),
	    -EFAULT);
	KT_EQ(ktcall(SYS_sendmsg, fd, KTUSER_BAD, 0), -EFAULT);
	KT_EQ(ktcall(SYS_sendmsg, fd, ktuser_edge(55), 0), -EFAULT);
	KT_EQ(so->so_rcv.sb_cc, 0);
	KT_EQ(ktcall(SYS_write, fd, ktuser_dup("stays", 5), 5), 5);
	KT_EQ(ktcall(SYS_read, fd, KTUSER_BAD, 5), -EFAULT);
	KT_EQ(ktcall(SYS_read, fd, ktuser_edge(4), 5), -EFAULT);
	KT_EQ(ktcall(SYS_recvmsg, fd, KTUSER_BAD, 0), -EFAULT);
	KT_EQ(ktcall(SYS_recvfrom, fd, buf, 5, 0, buf, KTUSER_BAD),
	    -EFAULT);
	*len = -1;
	KT_EQ(ktcall(SYS_recvfrom, fd, buf, 5, 0, buf, len), -EINVAL);
	mh = msg(buf, 5);
	mh->msg_name = buf;
	mh->msg_namelen = -1;
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, 0), -EINVAL);
	KT_EQ(ktcall(SYS_read, fd, buf, 64), 5);
	KT_MEMEQ(buf, "stays", 5);
	/* Destinations. */
	KT_EQ(ktcall(SYS_sendto, fd, buf, 1, 0, KTUSER_BAD, 16), -EFAULT);
	KT_EQ(ktcall(SYS_sendto, fd, buf, 1, 0, buf, 129), -EINVAL);
	KT_EQ(ktcall(SYS_sendto, fd, buf, 1, 0, buf, -1), -EINVAL);
	KT_EQ(ktcall(SYS_sendto, fd, buf, 1, 0, buf, 1), -EINVAL);
	KT_EQ(ktcall(SYS_sendto, fd, buf, 1, 0, buf, 16), -EAFNOSUPPORT);
	ktuser_end();
}

KTEST(name, "the sender's address, and room for it")
{
	static const uint8_t	 want[] = { 2, 0, 0, 7, 192, 0, 2, 1 };
	struct msghdr		*mh;
	socklen_t		*len;
	uint8_t			*name;
	char			*buf;
	int			 fd;

	ktuser_begin(1000);
	buf = ktuser_mem(64);
	name = ktuser_mem(64);
	len = ktuser_mem(sizeof(*len));
	fd = ktproto_socket(SOCK_DGRAM, NULL);
	KT_EQ(ktcall(SYS_write, fd, buf, 1), 1);
	*len = 64;
	KT_EQ(ktcall(SYS_recvfrom, fd, buf, 64, MSG_PEEK, name, len), 1);
	KT_EQ(*len, 16);
	KT_MEMEQ(name, want, sizeof(want));
	memset(name, 0xee, 64);
	*len = 3;
	KT_EQ(ktcall(SYS_recvfrom, fd, buf, 64, MSG_PEEK, name, len), 1);
	KT_EQ(*len, 16);
	KT_MEMEQ(name, "\x02\0\0\xee", 4);
	mh = msg(buf, 64);
	mh->msg_name = name;
	mh->msg_namelen = 1000;
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, MSG_PEEK), 1);
	KT_EQ(mh->msg_namelen, 16);
	KT_MEMEQ(name, want, sizeof(want));
	mh->msg_name = NULL;
	mh->msg_namelen = 1000;
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, 0), 1);
	KT_EQ(mh->msg_namelen, 0);
	ktuser_end();
}

/* A control message of len bytes, each val, at p; where the next goes. */
static char *
cmsg(char *p, size_t len, int level, int type, int val)
{
	struct cmsghdr	*cm = (struct cmsghdr *)(void *)p;

	cm->cmsg_len = CMSG_LEN(len);
	cm->cmsg_level = level;
	cm->cmsg_type = type;
	memset(CMSG_DATA(cm), val, len);
	return (p + CMSG_SPACE(len));
}

KTEST(control, "control messages go in and come out")
{
	struct msghdr	*mh;
	struct cmsghdr	*cm;
	char		*buf, *ctl, *p;
	int		 fd;

	ktuser_begin(1000);
	buf = ktuser_mem(64);
	ctl = ktuser_mem(512);
	fd = ktproto_socket(SOCK_DGRAM, NULL);
	mh = msg(buf, 1);
	mh->msg_control = ctl;
	/* Descriptors are for local sockets only; they are left out. */
	p = cmsg(ctl, 5, LEVEL, 1, 0x11);
	p = cmsg(p, 4, SOL_SOCKET, SCM_RIGHTS, 0);
	p = cmsg(p, 12, SOL_SOCKET, SCM_CREDENTIALS, 0);
	p = cmsg(p, 20, LEVEL, 2, 0x22);
	mh->msg_controllen = p - ctl;
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), 1);
	memset(ctl, 0xee, 512);
	mh->msg_controllen = 512;
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, MSG_PEEK), 1);
	KT_EQ(mh->msg_flags, 0);
	KT_EQ(mh->msg_controllen, CMSG_SPACE(5) + CMSG_SPACE(20));
	cm = (struct cmsghdr *)(void *)ctl;
	KT_EQ(cm->cmsg_len, CMSG_LEN(5));
	KT_EQ(cm->cmsg_level, LEVEL);
	KT_EQ(cm->cmsg_type, 1);
	KT_MEMEQ(CMSG_DATA(cm), "\x11\x11\x11\x11\x11", 5);
	cm = (struct cmsghdr *)(void *)(ctl + CMSG_SPACE(5));
	KT_EQ(cm->cmsg_len, CMSG_LEN(20));
	KT_EQ(cm->cmsg_type, 2);
	KT_EQ(*CMSG_DATA(cm), 0x22);

	/* Room for the first and a part of the second. */
	mh->msg_controllen = CMSG_SPACE(5) + CMSG_LEN(3);
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, MSG_PEEK), 1);
	KT_EQ(mh->msg_flags, MSG_CTRUNC);
	KT_EQ(mh->msg_controllen, CMSG_SPACE(5) + CMSG_LEN(3));
	KT_EQ(cm->cmsg_len, CMSG_LEN(3));
	/* Not even for a header. */
	mh->msg_controllen = CMSG_SPACE(5) + 15;
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, MSG_PEEK), 1);
	KT_EQ(mh->msg_flags, MSG_CTRUNC);
	KT_EQ(mh->msg_controllen, CMSG_SPACE(5));
	mh->msg_controllen = 0;
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, MSG_PEEK), 1);
	KT_EQ(mh->msg_flags, MSG_CTRUNC);
	mh->msg_control = NULL;
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, 0), 1);
	KT_EQ(mh->msg_flags, MSG_CTRUNC);
	KT_EQ(mh->msg_controllen, 0);
	ktuser_end();
}

KTEST(control_bad, "control messages that are not whole")
{
	struct socket	*so;
	struct msghdr	*mh;
	struct cmsghdr	*cm;
	char		*buf, *ctl;
	int		 fd;

	ktuser_begin(1000);
	buf = ktuser_mem(64);
	ctl = ktuser_mem(4096);
	cm = (struct cmsghdr *)(void *)ctl;
	fd = ktproto_socket(SOCK_DGRAM, &so);
	mh = msg(buf, 1);
	mh->msg_control = ctl;
	mh->msg_controllen = CMSG_SPACE(8);
	cmsg(ctl, 8, LEVEL, 1, 0);
	cm->cmsg_len = CMSG_LEN(9);
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), -EINVAL);
	cm->cmsg_len = sizeof(*cm) - 1;
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), -EINVAL);
	cm->cmsg_len = 0;
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), -EINVAL);
	cm->cmsg_len = SIZE_MAX;
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), -EINVAL);
	cmsg(ctl, 8, SOL_SOCKET, 999, 0);
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), -EINVAL);
	mh->msg_controllen = MCLBYTES + 1;
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), -ENOBUFS);
	mh->msg_controllen = SIZE_MAX;
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), -ENOBUFS);
	mh->msg_controllen = 32;
	mh->msg_control = KTUSER_BAD;
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), -EFAULT);
	KT_EQ(so->so_rcv.sb_cc, 0);
	/* Less than a header is none; a tail that is no header is let be. */
	mh->msg_control = ctl;
	mh->msg_controllen = 15;
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), 1);
	cmsg(ctl, 8, LEVEL, 1, 0);
	mh->msg_controllen = CMSG_SPACE(8) + 9;
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), 1);
	/* The largest that there may be. */
	cmsg(ctl, MCLBYTES - sizeof(*cm), LEVEL, 1, 5);
	mh->msg_controllen = MCLBYTES;
	KT_EQ(ktcall(SYS_sendmsg, fd, mh, 0), 1);
	KT_EQ(ktcall(SYS_read, fd, buf, 1), 1);
	KT_EQ(ktcall(SYS_read, fd, buf, 1), 1);
	mh->msg_controllen = 4096;
	KT_EQ(ktcall(SYS_recvmsg, fd, mh, 0), 1);
	KT_EQ(mh->msg_controllen, MCLBYTES);
	ktuser_end();
}

KTEST(errors, "what the protocol says, and a pending error, once")
{
	struct socket	*so;
	char		*buf;
	int		 fd;

	ktuser_begin(1000);
	buf = ktuser_mem(64);
	fd = ktproto_socket(SOCK_DGRAM, &so);
	ktproto_error = EHOSTUNREACH;
	KT_EQ(ktcall(SYS_write, fd, buf, 1), -EHOSTUNREACH);
	KT_EQ(ktcall(SYS_write, fd, buf, 1), 1);
	soseterror(so, ECONNREFUSED);
	KT_EQ(ktcall(SYS_write, fd, buf, 1), -ECONNREFUSED);
	KT_EQ(ktcall(SYS_write, fd, buf, 1), 1);
	/* What waits is received first. */
	soseterror(so, ECONNREFUSED);
	KT_EQ(ktcall(SYS_read, fd, buf, 1), 1);
	KT_EQ(ktcall(SYS_read, fd, buf, 1), 1);
	KT_EQ(ktcall(SYS_recvfrom, fd, buf, 1, MSG_PEEK, 0, 0),
	    -ECONNREFUSED);
	KT_EQ(ktcall(SYS_read, fd, buf, 1), -ECONNREFUSED);
	KT_EQ(ktcall(SYS_recvfrom, fd, buf, 1, MSG_DONTWAIT, 0, 0), -EAGAIN);
	so->so_state &= ~SS_ISCONNECTED;
	KT_EQ(ktcall(SYS_write, fd, buf, 1), -EDESTADDRREQ);
	ktuser_end();
}

KTEST(full, "a full buffer drops and counts, and recovers")
{
	struct socket	*so;
	uint64_t	 drops = sostat.kss_rcvfull;
	char		*buf;
	int		 fd, n, val = 10000;

	ktuser_begin(1000);
	buf = ktuser_mem(1000);
	fd = ktproto_socket(SOCK_DGRAM, &so);
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVBUF,
	    ktuser_dup(&val, 4), 4), 0);
	for (n = 0; n < 100; n++)
		KT_EQ(ktcall(SYS_write, fd, buf, 1000), 1000);
	KT_RANGE(so->so_rcv.sb_datacc, 5000, 10000);
	n = so->so_rcv.sb_datacc / 1000;
	KT_EQ(so->so_rcv.sb_drops, 100 - n);
	KT_EQ(sostat.kss_rcvfull - drops, 100 - n);
	while (ktcall(SYS_recvfrom, fd, buf, 1000, MSG_DONTWAIT, 0, 0) ==
	    1000)
		n--;
	KT_EQ(n, 0);
	KT_EQ(so->so_rcv.sb_mbcnt, 0);
	KT_EQ(ktcall(SYS_write, fd, buf, 1000), 1000);
	KT_EQ(so->so_rcv.sb_datacc, 1000);
	ktuser_end();
}

KTEST(sendmmsg, "many messages in one call")
{
	struct mmsghdr	*mm;
	char		*buf;
	int		 fd, i;

	ktuser_begin(1000);
	buf = ktuser_mem(64);
	fd = ktproto_socket(SOCK_DGRAM, NULL);
	mm = ktuser_mem(5 * sizeof(*mm));
	for (i = 0; i < 5; i++)
		mm[i].msg_hdr = *msg(buf, i + 1);
	KT_EQ(ktcall(SYS_sendmmsg, fd, mm, 5, 0), 5);
	for (i = 0; i < 5; i++) {
		KT_EQ(mm[i].msg_len, i + 1);
		KT_EQ(ktcall(SYS_read, fd, buf, 64), i + 1);
	}
	/* An error after the first stops, and what was sent is told. */
	mm[2].msg_hdr.msg_iov = KTUSER_BAD;
	KT_EQ(ktcall(SYS_sendmmsg, fd, mm, 5, 0), 2);
	mm[0].msg_hdr.msg_iov = KTUSER_BAD;
	KT_EQ(ktcall(SYS_sendmmsg, fd, mm, 5, 0), -EFAULT);
	KT_EQ(ktcall(SYS_sendmmsg, fd, mm, 0, 0), 0);
	KT_EQ(ktcall(SYS_sendmmsg, fd, KTUSER_BAD, 1, 0), -EFAULT);
	KT_EQ(ktcall(SYS_sendmmsg, fd, NULL, 1, 0), -EFAULT);
	KT_EQ(ktcall(SYS_recvmmsg, fd, NULL, 1, 0, NULL), -EFAULT);
	KT_EQ(ktcall(SYS_sendmmsg, 99, mm, 1, 0), -EBADF);
	ktuser_end();
}

KTEST(recvmmsg, "many messages out of one call")
{
	struct timespec	*ts;
	struct mmsghdr	*mm;
	char		*buf;
	int		 fd, i;

	ktuser_begin(1000);
	buf = ktuser_mem(64);
	fd = ktproto_socket(SOCK_DGRAM, NULL);
	mm = ktuser_mem(5 * sizeof(*mm));
	ts = ktuser_mem(sizeof(*ts));
	for (i = 0; i < 5; i++)
		mm[i].msg_hdr = *msg(buf, 64);
	for (i = 0; i < 3; i++)
		KT_EQ(ktcall(SYS_write, fd, buf, i + 10), i + 10);
	KT_EQ(ktcall(SYS_recvmmsg, fd, mm, 5, MSG_WAITFORONE, NULL), 3);
	for (i = 0; i < 3; i++)
		KT_EQ(mm[i].msg_len, i + 10);
	KT_EQ(ktcall(SYS_recvmmsg, fd, mm, 5, MSG_DONTWAIT, NULL), -EAGAIN);
	/* A time that has passed ends the call after one message. */
	for (i = 0; i < 3; i++)
		KT_EQ(ktcall(SYS_write, fd, buf, 1), 1);
	KT_EQ(ktcall(SYS_recvmmsg, fd, mm, 5, 0, ts), 1);
	ts->tv_nsec = 1000000000;
	KT_EQ(ktcall(SYS_recvmmsg, fd, mm, 5, 0, ts), -EINVAL);
	ts->tv_nsec = 0;
	ts->tv_sec = -1;
	KT_EQ(ktcall(SYS_recvmmsg, fd, mm, 5, 0, ts), -EINVAL);
	KT_EQ(ktcall(SYS_recvmmsg, fd, mm, 5, 0, KTUSER_BAD), -EFAULT);
	mm[1].msg_hdr.msg_iov = KTUSER_BAD;
	KT_EQ(ktcall(SYS_recvmmsg, fd, mm, 5, 0, NULL), 1);
	KT_EQ(ktcall(SYS_recvmmsg, fd, mm, 1, 0, NULL), 1);
	ktuser_end();
}

KTEST(mutated, "random headers and lengths never harm")
{
	struct ktest_rand	 kr;
	struct socket		*so;
	struct msghdr		*mh;
	uint8_t			*page;
	int			 fd, i, j;

	ktuser_begin(1000);
	ktest_srand(&kr, 42);
	page = ktuser_mem(4096);
	fd = ktproto_socket(SOCK_DGRAM, &so);
	for (i = 0; i < 20000; i++) {
		mh = (struct msghdr *)(void *)page;
		memset(page, 0, 4096);
		mh->msg_iov = (struct iovec *)(void *)(page + 64);
		mh->msg_iovlen = ktest_rand_below(&kr, 4);
		for (j = 0; j < 3; j++) {
			mh->msg_iov[j].iov_base = page + 512;
			mh->msg_iov[j].iov_len = ktest_rand_below(&kr, 2000);
		}
		mh->msg_control = page + 256;
		mh->msg_controllen = ktest_rand_below(&kr, 96);
		for (j = 0; j < 96; j += 8)
			page[256 + j] = ktest_rand_below(&kr, 40);
		for (j = ktest_rand_below(&kr, 3); j > 0; j--)
			page[ktest_rand_below(&kr, 400)] = ktest_rand(&kr);
		ktcall(SYS_sendmsg, fd, mh, ktest_rand(&kr) & ~MSG_MORE);
		ktcall(SYS_recvmsg, fd, mh, MSG_DONTWAIT | (ktest_rand(&kr) &
		    (MSG_PEEK | MSG_TRUNC | MSG_ERRQUEUE)));
		if (i % 16 == 0)
			sbflush(&so->so_rcv);
	}
	KT_EQ(ktproto_error, 0);
	ktuser_end();
}

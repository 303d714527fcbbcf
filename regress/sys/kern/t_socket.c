/*
 * System calls on sockets but those that move data: arguments, options,
 * addresses, and what bad ones get.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/filio.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include <kern/uipc_netlink.h>

#include <ktest.h>

#include "ktuser.h"

/* The C library's view of a netlink address. */
struct lx_nl {
	uint16_t	family, pad;
	uint32_t	pid, groups;
};

static int
nlsock(void)
{
	return (ktcall(SYS_socket, LX_AF_NETLINK, SOCK_RAW, 0));
}

KTEST(create, "families, types and protocols")
{
	static const struct {
		int	 dom, type, proto, error;
	} t[] = {
		{ LX_AF_NETLINK, SOCK_RAW, 0, 0 },
		{ LX_AF_NETLINK, SOCK_DGRAM, 0, 0 },
		{ LX_AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0, 0 },
		{ LX_AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, 0, 0 },
		{ LX_AF_NETLINK, SOCK_RAW, 9, EPROTONOSUPPORT },
		{ LX_AF_NETLINK, SOCK_DGRAM, 9, EPROTONOSUPPORT },
		{ LX_AF_NETLINK, SOCK_STREAM, 0, ESOCKTNOSUPPORT },
		{ LX_AF_NETLINK, SOCK_SEQPACKET, 0, ESOCKTNOSUPPORT },
		{ LX_AF_NETLINK, 0, 0, EINVAL },
		{ LX_AF_NETLINK, 6, 0, EINVAL },
		{ LX_AF_NETLINK, 15, 0, EINVAL },
		{ LX_AF_NETLINK, SOCK_RAW | 0x10, 0, EINVAL },
		{ LX_AF_NETLINK, SOCK_RAW | 0x40000000, 0, EINVAL },
		{ LX_AF_UNIX, SOCK_DGRAM, 0, EAFNOSUPPORT },
		{ LX_AF_PACKET, SOCK_RAW, 0, EAFNOSUPPORT },
		{ 0, SOCK_RAW, 0, EAFNOSUPPORT },
		{ 24, SOCK_DGRAM, 0, EAFNOSUPPORT },
		{ 18, SOCK_RAW, 0, EAFNOSUPPORT },
		{ 0x100, SOCK_RAW, 0, EAFNOSUPPORT },
		{ -1, SOCK_RAW, 0, EAFNOSUPPORT },
	};
	u_int	 before, i;
	long	 fd;

	ktuser_begin(1000);
	before = numfiles;
	for (i = 0; i < nitems(t); i++) {
		KT_CASE("socket(%d, 0x%x, %d)", t[i].dom, t[i].type,
		    t[i].proto);
		fd = ktcall(SYS_socket, t[i].dom, t[i].type, t[i].proto);
		KT_EQ(fd, t[i].error == 0 ? 0 : -t[i].error);
		if (fd >= 0)
			ktcall(SYS_close, fd);
		KT_EQ(numfiles, before);
	}
	ktuser_end();
}

KTEST(flags, "SOCK_CLOEXEC and SOCK_NONBLOCK reach the descriptor")
{
	long	 fd;

	ktuser_begin(1000);
	fd = ktcall(SYS_socket, LX_AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
	KT_EQ(ktcall(SYS_fcntl, fd, 1, 0), 1);
	KT_EQ(ktcall(SYS_fcntl, fd, 3, 0) & SOCK_NONBLOCK, 0);
	fd = ktcall(SYS_socket, LX_AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, 0);
	KT_EQ(ktcall(SYS_fcntl, fd, 1, 0), 0);
	KT_EQ(ktcall(SYS_fcntl, fd, 3, 0) & SOCK_NONBLOCK, SOCK_NONBLOCK);
	KT_EQ(ktcall(SYS_recvfrom, fd, ktuser_mem(8), 8, 0, 0, 0), -EAGAIN);
	ktuser_end();
}

KTEST(nomem, "a protocol that cannot attach leaves nothing behind")
{
	struct socket	*so;
	uint64_t	 open;

	ktuser_begin(1000);
	KT_EQ(ktproto_socket(SOCK_DGRAM, NULL), 0);
	open = sostat.kss_open;
	KT_ERR(ENOBUFS, socreate(AF_KTEST, &so, SOCK_RAW, 99));
	KT_EQ(sostat.kss_open, open);
	ktuser_end();
}

KTEST(closing, "the last descriptor detaches the protocol, once")
{
	u_int	 before;
	int	 fd;

	ktuser_begin(1000);
	fd = ktproto_socket(SOCK_DGRAM, NULL);
	before = ktproto_detached;
	KT_EQ(ktcall(SYS_dup2, fd, 9), 9);
	KT_EQ(ktcall(SYS_close, fd), 0);
	KT_EQ(ktproto_detached, before);
	KT_EQ(ktcall(SYS_close, 9), 0);
	KT_EQ(ktproto_detached, before + 1);
	ktuser_end();
}

KTEST(bind, "addresses of bind: length, family, memory")
{
	struct lx_nl	*nl;
	long		 fd, fd2;

	ktuser_begin(1000);
	fd = nlsock();
	nl = ktuser_mem(256);
	nl->family = LX_AF_NETLINK;
	KT_EQ(ktcall(SYS_bind, fd, nl, 0), -EINVAL);
	KT_EQ(ktcall(SYS_bind, fd, nl, 1), -EINVAL);
	KT_EQ(ktcall(SYS_bind, fd, nl, 11), -EINVAL);
	KT_EQ(ktcall(SYS_bind, fd, nl, 129), -EINVAL);
	KT_EQ(ktcall(SYS_bind, fd, nl, -1), -EINVAL);
	KT_EQ(ktcall(SYS_bind, fd, nl, INT_MIN), -EINVAL);
	KT_EQ(ktcall(SYS_bind, fd, NULL, 12), -EFAULT);
	KT_EQ(ktcall(SYS_bind, fd, ktuser_edge(11), 12), -EFAULT);
	nl->family = LX_AF_INET;
	KT_EQ(ktcall(SYS_bind, fd, nl, 16), -EAFNOSUPPORT);
	nl->family = 0xffff;
	KT_EQ(ktcall(SYS_bind, fd, nl, 12), -EAFNOSUPPORT);
	nl->family = LX_AF_NETLINK | 0x100;
	KT_EQ(ktcall(SYS_bind, fd, nl, 12), -EAFNOSUPPORT);
	nl->family = LX_AF_NETLINK;
	nl->groups = 1;
	KT_EQ(ktcall(SYS_bind, fd, nl, 12), -EPERM);
	nl->groups = 0;
	nl->pid = 99;
	KT_EQ(ktcall(SYS_bind, fd, nl, 128), 0);
	fd2 = nlsock();
	KT_EQ(ktcall(SYS_bind, fd2, nl, 12), -EADDRINUSE);
	nl->family = 0;			/* an old habit */
	nl->pid = 100;
	KT_EQ(ktcall(SYS_bind, fd2, nl, 12), 0);
	KT_EQ(ktcall(SYS_bind, 77, nl, 12), -EBADF);
	/* A protocol that binds nothing. */
	KT_EQ(ktcall(SYS_bind, ktproto_socket(SOCK_DGRAM, NULL), nl, 12),
	    -EAFNOSUPPORT);
	ktuser_end();
}

KTEST(names, "getsockname and getpeername: conversion, room, memory")
{
	socklen_t	*len;
	struct lx_nl	*nl;
	uint8_t		*buf;
	long		 fd;

	ktuser_begin(1000);
	fd = nlsock();
	nl = ktuser_mem(sizeof(*nl));
	len = ktuser_mem(sizeof(*len));
	buf = ktuser_mem(64);
	nl->family = LX_AF_NETLINK;
	nl->pid = 0x01020304;
	KT_EQ(ktcall(SYS_bind, fd, nl, 12), 0);
	*len = 64;
	KT_EQ(ktcall(SYS_getsockname, fd, buf, len), 0);
	KT_EQ(*len, 12);
	KT_MEMEQ(buf, "\x10\0\0\0\x04\x03\x02\x01\0\0\0\0", 12);
	/* A short buffer gets what fits, and is told the rest. */
	memset(buf, 0xee, 64);
	*len = 5;
	KT_EQ(ktcall(SYS_getsockname, fd, buf, len), 0);
	KT_EQ(*len, 12);
	KT_MEMEQ(buf, "\x10\0\0\0\x04\xee", 6);
	*len = 0;
	KT_EQ(ktcall(SYS_getsockname, fd, KTUSER_BAD, len), 0);
	KT_EQ(*len, 12);
	KT_EQ(ktcall(SYS_getsockname, fd, KTUSER_BAD, len), -EFAULT);
	KT_EQ(ktcall(SYS_getsockname, fd, buf, KTUSER_BAD), -EFAULT);
	KT_EQ(ktcall(SYS_getsockname, fd, buf, NULL), -EFAULT);
	*len = -1;
	KT_EQ(ktcall(SYS_getsockname, fd, buf, len), -EINVAL);
	/* The kernel is netlink's peer, whatever connect is told. */
	*len = 64;
	nl->pid = 0;
	KT_EQ(ktcall(SYS_connect, fd, nl, 12), 0);
	KT_EQ(ktcall(SYS_getpeername, fd, buf, len), 0);
	KT_MEMEQ(buf, "\x10\0\0\0\0\0\0\0\0\0\0\0", 12);
	nl->family = 0;
	KT_EQ(ktcall(SYS_connect, fd, nl, 2), 0);
	ktuser_end();
}

KTEST(peer, "connect, and AF_UNSPEC to dissolve it, on UDP")
{
	static const uint8_t	 dst[] = { LX_AF_INET, 0, 0, 9, 127, 0, 0, 1 };
	socklen_t		*len;
	uint8_t			*sin, *buf;
	long			 fd;

	ktuser_begin(1000);
	ktuser_loopback();
	sin = ktuser_mem(16);
	buf = ktuser_mem(16);
	len = ktuser_mem(sizeof(*len));
	*len = 16;
	memcpy(sin, dst, sizeof(dst));
	fd = ktcall(SYS_socket, LX_AF_INET, SOCK_DGRAM, 0);
	KT_EQ(ktcall(SYS_getpeername, fd, buf, len), -ENOTCONN);
	KT_EQ(ktcall(SYS_write, fd, buf, 1), -EDESTADDRREQ);
	KT_EQ(ktcall(SYS_shutdown, fd, SHUT_WR), -ENOTCONN);
	KT_EQ(ktcall(SYS_connect, fd, sin, 16), 0);
	KT_EQ(ktcall(SYS_getpeername, fd, buf, len), 0);
	KT_MEMEQ(buf, sin, 16);
	/* Another peer, and none. */
	sin[3] = 10;
	KT_EQ(ktcall(SYS_connect, fd, sin, 16), 0);
	KT_EQ(ktcall(SYS_getpeername, fd, buf, len), 0);
	KT_EQ(buf[3], 10);
	sin[0] = LX_AF_UNSPEC;
	KT_EQ(ktcall(SYS_connect, fd, sin, 16), 0);
	KT_EQ(ktcall(SYS_getpeername, fd, buf, len), -ENOTCONN);
	KT_EQ(ktcall(SYS_connect, fd, sin, 2), 0);
	ktuser_end();
}

KTEST(refused, "what no socket here does")
{
	int	 dg, st;
	int	*pair;

	ktuser_begin(1000);
	dg = ktproto_socket(SOCK_DGRAM, NULL);
	st = ktproto_socket(SOCK_STREAM, NULL);
	pair = ktuser_mem(8);
	KT_EQ(ktcall(SYS_listen, dg, 5), -EOPNOTSUPP);
	KT_EQ(ktcall(SYS_listen, st, 5), -EOPNOTSUPP);
	KT_EQ(ktcall(SYS_accept, dg, 0, 0), -EOPNOTSUPP);
	KT_EQ(ktcall(SYS_accept, st, 0, 0), -EINVAL);
	KT_EQ(ktcall(SYS_accept4, st, 0, 0, SOCK_CLOEXEC), -EINVAL);
	KT_EQ(ktcall(SYS_accept4, dg, 0, 0, 1), -EINVAL);
	KT_EQ(ktcall(SYS_socketpair, LX_AF_INET, SOCK_DGRAM, 0, pair),
	    -EOPNOTSUPP);
	KT_EQ(ktcall(SYS_socketpair, 99, SOCK_DGRAM, 0, pair),
	    -EAFNOSUPPORT);
	KT_EQ(ktcall(SYS_shutdown, dg, 3), -EINVAL);
	KT_EQ(ktcall(SYS_shutdown, dg, -1), -EINVAL);
	KT_EQ(ktcall(SYS_shutdown, st, SHUT_RDWR), -ENOTCONN);
	/* A stream without a connection neither sends nor receives. */
	KT_EQ(ktcall(SYS_write, st, pair, 1), -ENOTCONN);
	KT_EQ(ktcall(SYS_read, st, pair, 1), -ENOTCONN);
	ktuser_end();
}

KTEST(shutdown, "each direction, and what poll says")
{
	struct socket	*so;
	char		*buf;
	int		 fd;

	ktuser_begin(1000);
	buf = ktuser_mem(8);
	fd = ktproto_socket(SOCK_DGRAM, &so);
	KT_EQ(sopoll(so, POLLIN | POLLOUT), POLLOUT);
	KT_EQ(ktcall(SYS_write, fd, buf, 3), 3);
	KT_EQ(sopoll(so, POLLIN | POLLOUT), POLLIN | POLLOUT);
	/* What waits is thrown away. */
	KT_EQ(ktcall(SYS_shutdown, fd, SHUT_RD), 0);
	KT_EQ(ktcall(SYS_read, fd, buf, 8), 0);
	KT_EQ(sopoll(so, POLLIN | POLLRDHUP), POLLIN | POLLRDHUP);
	KT_EQ(ktcall(SYS_shutdown, fd, SHUT_WR), 0);
	KT_EQ(ktcall(SYS_write, fd, buf, 3), -EPIPE);
	KT_EQ(sopoll(so, POLLOUT), POLLOUT | POLLHUP);
	ktuser_end();
}

/* setsockopt and getsockopt of an int. */
static long
setint(int fd, int level, int name, int val)
{
	return (ktcall(SYS_setsockopt, fd, level, name,
	    ktuser_dup(&val, sizeof(val)), sizeof(val)));
}

static long
getint(int fd, int level, int name)
{
	int	*val = ktuser_mem(sizeof(*val));
	int	*len = ktuser_mem(sizeof(*len));
	long	 error;

	*val = -12345;
	*len = sizeof(*val);
	error = ktcall(SYS_getsockopt, fd, level, name, val, len);
	if (error == 0 && *len != sizeof(*val))
		return (-99999);
	return (error != 0 ? error : *val);
}

KTEST(bits, "boolean options")
{
	static const int	 opts[] = { SO_REUSEADDR, SO_DONTROUTE,
	    SO_BROADCAST, SO_KEEPALIVE, SO_OOBINLINE, SO_REUSEPORT,
	    SO_TIMESTAMP, SO_USELOOPBACK, SO_ZEROIZE };
	u_int			 i, j;
	int			 fd;

	ktuser_begin(1000);
	fd = ktproto_socket(SOCK_DGRAM, NULL);
	for (i = 0; i < nitems(opts); i++) {
		KT_CASE("option 0x%x", opts[i]);
		KT_EQ(getint(fd, SOL_SOCKET, opts[i]), 0);
		KT_EQ(setint(fd, SOL_SOCKET, opts[i], 7), 0);
		/* It, and nothing else. */
		for (j = 0; j < nitems(opts); j++)
			KT_EQ(getint(fd, SOL_SOCKET, opts[j]), i == j);
		KT_EQ(setint(fd, SOL_SOCKET, opts[i], 0), 0);
		KT_EQ(getint(fd, SOL_SOCKET, opts[i]), 0);
	}
	KT_EQ(setint(fd, SOL_SOCKET, SO_TIMESTAMP, 1), 0);
	KT_EQ(setint(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1), 0);
	KT_EQ(getint(fd, SOL_SOCKET, SO_TIMESTAMP), 0);
	KT_EQ(setint(fd, SOL_SOCKET, SO_BINDANY, 1), -EPERM);
	KT_EQ(getint(fd, SOL_SOCKET, SO_BINDANY), 0);
	ktuser_setuid(0);
	KT_EQ(setint(fd, SOL_SOCKET, SO_BINDANY, 1), 0);
	KT_EQ(getint(fd, SOL_SOCKET, SO_BINDANY), 1);
	ktuser_end();
}

KTEST(told, "options that only tell")
{
	struct socket	*so;
	int		 fd;

	ktuser_begin(1000);
	fd = ktproto_socket(SOCK_DGRAM, &so);
	KT_EQ(getint(fd, SOL_SOCKET, SO_TYPE), SOCK_DGRAM);
	KT_EQ(getint(fd, SOL_SOCKET, SO_PROTOCOL), 17);
	KT_EQ(getint(fd, SOL_SOCKET, SO_DOMAIN), AF_KTEST);
	KT_EQ(getint(fd, SOL_SOCKET, SO_ACCEPTCONN), 0);
	KT_EQ(getint(fd, SOL_SOCKET, SO_ERROR), 0);
	soseterror(so, ECONNREFUSED);
	KT_EQ(sopoll(so, POLLIN), POLLIN | POLLERR);
	KT_EQ(getint(fd, SOL_SOCKET, SO_ERROR), ECONNREFUSED);
	KT_EQ(getint(fd, SOL_SOCKET, SO_ERROR), 0);
	KT_EQ(sopoll(so, POLLIN), 0);
	KT_EQ(setint(fd, SOL_SOCKET, SO_TYPE, 1), -ENOPROTOOPT);
	KT_EQ(setint(fd, SOL_SOCKET, SO_ERROR, 1), -ENOPROTOOPT);
	KT_EQ(getint(nlsock(), SOL_SOCKET, SO_DOMAIN), LX_AF_NETLINK);
	ktuser_end();
}

KTEST(sizes, "buffer limits are cut to what is allowed")
{
	int	 fd;

	ktuser_begin(1000);
	fd = ktproto_socket(SOCK_DGRAM, NULL);
	KT_EQ(getint(fd, SOL_SOCKET, SO_RCVBUF), 65536);
	KT_EQ(setint(fd, SOL_SOCKET, SO_RCVBUF, 10000), 0);
	KT_EQ(getint(fd, SOL_SOCKET, SO_RCVBUF), 10000);
	KT_EQ(getint(fd, SOL_SOCKET, SO_SNDBUF), 65536);
	KT_EQ(setint(fd, SOL_SOCKET, SO_SNDBUF, INT_MAX), 0);
	KT_EQ(getint(fd, SOL_SOCKET, SO_SNDBUF), SB_MAX);
	KT_EQ(setint(fd, SOL_SOCKET, SO_SNDBUF, -1), 0);
	KT_EQ(getint(fd, SOL_SOCKET, SO_SNDBUF), SB_MAX);
	KT_EQ(setint(fd, SOL_SOCKET, SO_SNDBUF, 0), 0);
	KT_EQ(getint(fd, SOL_SOCKET, SO_SNDBUF), SB_MIN);
	KT_EQ(setint(fd, SOL_SOCKET, SO_RCVBUFFORCE, 9000), -EPERM);
	KT_EQ(getint(fd, SOL_SOCKET, SO_RCVBUF), 10000);
	KT_EQ(setint(fd, SOL_SOCKET, SO_RCVLOWAT, 50), 0);
	KT_EQ(getint(fd, SOL_SOCKET, SO_RCVLOWAT), 50);
	KT_EQ(setint(fd, SOL_SOCKET, SO_SNDLOWAT, INT_MAX), 0);
	KT_EQ(getint(fd, SOL_SOCKET, SO_SNDLOWAT), SB_MIN);
	KT_EQ(setint(fd, SOL_SOCKET, SO_RCVLOWAT, -5), 0);
	KT_EQ(getint(fd, SOL_SOCKET, SO_RCVLOWAT), 1);
	ktuser_end();
}

KTEST(timeo, "time limits: exact, ranges, none")
{
	struct timeval	*tv;
	int		*len;
	int		 fd;

	ktuser_begin(1000);
	fd = ktproto_socket(SOCK_DGRAM, NULL);
	tv = ktuser_mem(sizeof(*tv));
	len = ktuser_mem(sizeof(*len));
	tv->tv_sec = 3;
	tv->tv_usec = 250000;
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, tv, 16),
	    0);
	memset(tv, 0, sizeof(*tv));
	*len = 16;
	KT_EQ(ktcall(SYS_getsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, tv, len),
	    0);
	KT_EQ(tv->tv_sec, 3);
	KT_EQ(tv->tv_usec, 250000);
	KT_EQ(ktcall(SYS_getsockopt, fd, SOL_SOCKET, SO_SNDTIMEO, tv, len),
	    0);
	KT_EQ(tv->tv_sec, 0);
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, tv, 15),
	    -EINVAL);
	tv->tv_usec = 1000000;
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, tv, 16),
	    -EDOM);
	tv->tv_usec = -1;
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, tv, 16),
	    -EDOM);
	tv->tv_usec = 0;
	tv->tv_sec = LONG_MAX;
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, tv, 16),
	    0);
	/* A limit in the past does not wait. */
	tv->tv_sec = -1;
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVTIMEO, tv, 16),
	    0);
	KT_EQ(ktcall(SYS_read, fd, tv, 1), -EAGAIN);
	ktuser_end();
}

KTEST(linger, "SO_LINGER")
{
	struct linger	*l;
	int		*len;
	int		 fd;

	ktuser_begin(1000);
	fd = ktproto_socket(SOCK_STREAM, NULL);
	l = ktuser_mem(sizeof(*l));
	len = ktuser_mem(sizeof(*len));
	l->l_onoff = 3;
	l->l_linger = 20;
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_LINGER, l, 8), 0);
	*len = 8;
	KT_EQ(ktcall(SYS_getsockopt, fd, SOL_SOCKET, SO_LINGER, l, len), 0);
	KT_EQ(l->l_onoff, 1);
	KT_EQ(l->l_linger, 20);
	l->l_linger = -1;
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_LINGER, l, 8),
	    -EINVAL);
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_LINGER, l, 7),
	    -EINVAL);
	ktuser_end();
}

KTEST(optargs, "option calls with bad levels, lengths and memory")
{
	int	*val, *len;
	int	 fd;

	ktuser_begin(1000);
	fd = ktproto_socket(SOCK_DGRAM, NULL);
	val = ktuser_mem(4096);
	len = ktuser_mem(sizeof(*len));
	KT_EQ(setint(fd, SOL_SOCKET, SO_MARK, 1), -ENOPROTOOPT);
	KT_EQ(setint(fd, SOL_SOCKET, SO_PRIORITY, 1), -ENOPROTOOPT);
	KT_EQ(setint(fd, SOL_SOCKET, 9999, 1), -ENOPROTOOPT);
	KT_EQ(setint(fd, SOL_SOCKET, -1, 1), -ENOPROTOOPT);
	KT_EQ(getint(fd, SOL_SOCKET, 9999), -ENOPROTOOPT);
	KT_EQ(setint(fd, 12345, 1, 1), -ENOPROTOOPT);
	KT_EQ(getint(fd, 12345, 1), -ENOPROTOOPT);
	/* A protocol without options of its own. */
	KT_EQ(setint(nlsock(), 270, 1, 1), -ENOPROTOOPT);
	/* The protocol's. */
	KT_EQ(setint(fd, 77, 1, 4242), 0);
	KT_EQ(getint(fd, 77, 1), 4242);
	KT_EQ(setint(fd, 77, 2, 1), -ENOPROTOOPT);

	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, val, 3),
	    -EINVAL);
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, NULL, 0),
	    -EINVAL);
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, val, -1),
	    -EINVAL);
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, val,
	    MCLBYTES + 1), -EINVAL);
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR, val,
	    MCLBYTES), 0);
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_REUSEADDR,
	    KTUSER_BAD, 4), -EFAULT);
	KT_EQ(getint(fd, SOL_SOCKET, SO_REUSEADDR), 0);

	/* getsockopt: a short buffer gets a part. */
	*val = -1;
	*len = 2;
	KT_EQ(ktcall(SYS_getsockopt, fd, 77, 1, val, len), 0);
	KT_EQ(*len, 2);
	KT_EQ(*val, (int)(0xffff0000 | 4242));
	*len = 0;
	KT_EQ(ktcall(SYS_getsockopt, fd, 77, 1, KTUSER_BAD, len), 0);
	*len = 4;
	KT_EQ(ktcall(SYS_getsockopt, fd, 77, 1, KTUSER_BAD, len), -EFAULT);
	KT_EQ(ktcall(SYS_getsockopt, fd, 77, 1, val, KTUSER_BAD), -EFAULT);
	*len = -1;
	KT_EQ(ktcall(SYS_getsockopt, fd, 77, 1, val, len), -EINVAL);
	KT_EQ(ktcall(SYS_setsockopt, 88, SOL_SOCKET, SO_DEBUG, val, 4),
	    -EBADF);
	ktuser_end();
}

KTEST(fionread, "ioctls of every socket")
{
	char	*buf;
	int	*val;
	int	 fd;

	ktuser_begin(1000);
	buf = ktuser_mem(100);
	val = ktuser_mem(sizeof(*val));
	fd = ktproto_socket(SOCK_DGRAM, NULL);
	KT_EQ(ktcall(SYS_ioctl, fd, FIONREAD, val), 0);
	KT_EQ(*val, 0);
	KT_EQ(ktcall(SYS_write, fd, buf, 33), 33);
	KT_EQ(ktcall(SYS_write, fd, buf, 44), 44);
	/* What the next receive gets, by either number. */
	KT_EQ(ktcall(SYS_ioctl, fd, FIONREAD, val), 0);
	KT_EQ(*val, 33);
	*val = 0;
	KT_EQ(ktcall(SYS_ioctl, fd, BSD_FIONREAD, val), 0);
	KT_EQ(*val, 33);
	KT_EQ(ktcall(SYS_ioctl, fd, TIOCOUTQ, val), 0);
	KT_EQ(*val, 0);
	KT_EQ(ktcall(SYS_ioctl, fd, SIOCATMARK, val), 0);
	KT_EQ(*val, 0);
	KT_EQ(ktcall(SYS_ioctl, fd, FIONREAD, KTUSER_BAD), -EFAULT);
	KT_EQ(ktcall(SYS_ioctl, fd, 0x5401, val), -ENOTTY);
	KT_EQ(ktcall(SYS_ioctl, fd, _IOR('q', 1, int), val), -ENOTTY);
	ktuser_end();
}

/*
 * Programs of the C library's world: netlink dumps and interface ioctls by
 * that world's numbers, against the kernel's own lists.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/sockio.h>
#include <sys/syscall.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/rtable.h>
#include <netinet/in.h>
#include <netinet/in_var.h>

#include <kern/uipc_compat.h>
#include <kern/uipc_netlink.h>

#include <ktest.h>

#include "ktuser.h"

/* The C library's struct ifreq and ifconf. */
struct lx_ifreq {
	char	name[IFNAMSIZ];
	union {
		uint8_t		sa[16];
		int		n;
		uint16_t	flags;
		uint8_t		room[24];
	} u;
};

struct lx_conf {
	int	 len, pad;
	void	*buf;
};

/* A request of a type, flags and family at p; where the next goes. */
static uint8_t *
request(uint8_t *p, int type, int flags, int family, uint32_t seq)
{
	struct nlmsghdr	*nh = (struct nlmsghdr *)(void *)p;

	memset(p, 0, 20);
	nh->nlmsg_len = 17;
	nh->nlmsg_type = type;
	nh->nlmsg_flags = flags;
	nh->nlmsg_seq = seq;
	p[16] = family;
	return (p + 20);
}

static long
nl_socket(void)
{
	return (ktcall(SYS_socket, LX_AF_NETLINK, SOCK_RAW, 0));
}

/* What a dump's messages amount to. */
struct seen {
	u_int	 msgs;			/* of the type asked for */
	u_int	 done;			/* NLMSG_DONE */
	int	 status;		/* its word */
	u_int	 errors;		/* NLMSG_ERROR */
	int	 error;			/* its errno */
	u_int	 bad;			/* messages that are not right */
	u_int	 lo;			/* that name lo0 or 127.0.0.1 */
};

static int
has_attr(const uint8_t *p, size_t len, int type, const void *val,
    size_t vallen)
{
	struct rtattr	 ra;

	while (len >= sizeof(ra)) {
		memcpy(&ra, p, sizeof(ra));
		if (ra.rta_len < sizeof(ra) || ra.rta_len > len)
			return (-1);
		if (ra.rta_type == type &&
		    ra.rta_len == sizeof(ra) + vallen &&
		    memcmp(p + sizeof(ra), val, vallen) == 0)
			return (1);
		len -= MIN(NLMSG_ALIGN(ra.rta_len), len);
		p += NLMSG_ALIGN(ra.rta_len);
	}
	return (0);
}

/* Look at one message of len bytes. */
static void
look(struct seen *s, const uint8_t *p, int type, uint32_t seq)
{
	static const uint8_t	 lo[] = { 127, 0, 0, 1 };
	const struct nlmsghdr	*nh = (const void *)p;
	int			 r = 0;

	if (nh->nlmsg_seq != seq || nh->nlmsg_pid == 0)
		s->bad++;
	if (nh->nlmsg_type == NLMSG_DONE) {
		s->done++;
		memcpy(&s->status, p + 16, 4);
	} else if (nh->nlmsg_type == NLMSG_ERROR) {
		s->errors++;
		memcpy(&s->error, p + 16, 4);
	} else if (nh->nlmsg_type != type || (nh->nlmsg_flags & 2) == 0)
		s->bad++;
	else
		s->msgs++;
	if (nh->nlmsg_type == NL_RTM_NEWLINK)
		r = has_attr(p + 32, nh->nlmsg_len - 32, NL_IFLA_IFNAME,
		    "lo0", 4);
	else if (nh->nlmsg_type == NL_RTM_NEWADDR)
		r = has_attr(p + 24, nh->nlmsg_len - 24, NL_IFA_LOCAL, lo, 4);
	else if (nh->nlmsg_type == NL_RTM_NEWROUTE)
		r = has_attr(p + 28, nh->nlmsg_len - 28, NL_RTA_DST, lo, 4);
	if (r < 0)
		s->bad++;
	else
		s->lo += r;
}

/* Receive until the dump has ended or nothing is left. */
static void
collect(long fd, struct seen *s, int type, uint32_t seq)
{
	const struct nlmsghdr	*nh;
	uint8_t			*buf = ktuser_edge(4096);
	long			 n, off;

	memset(s, 0, sizeof(*s));
	while (s->done == 0) {
		n = ktcall(SYS_recvfrom, fd, buf, 4096,
		    MSG_DONTWAIT | MSG_TRUNC, 0, 0);
		if (n < 0 || n > 4096)
			break;
		for (off = 0; n - off >= (long)sizeof(*nh);
		    off += NLMSG_ALIGN(nh->nlmsg_len)) {
			nh = (const void *)(buf + off);
			if (nh->nlmsg_len < 16 || nh->nlmsg_len > n - off) {
				s->bad++;
				break;
			}
			look(s, (const uint8_t *)nh, type, seq);
		}
	}
}

static void
dump(long fd, struct seen *s, int get, int type, int family)
{
	static uint32_t	 seq = 100;
	uint8_t		*req = ktuser_mem(32);

	request(req, get, NLM_F_REQUEST | NLM_F_DUMP, family, ++seq);
	/* To the kernel, who is the peer unless it is named. */
	memset(req + 20, 0, 12);
	req[20] = LX_AF_NETLINK;
	if (seq % 2 == 0)
		KT_EQ(ktcall(SYS_sendto, fd, req, 20, 0, req + 20, 12), 20);
	else
		KT_EQ(ktcall(SYS_sendto, fd, req, 20, 0, 0, 0), 20);
	collect(fd, s, type, seq);
}

KTEST(dumps, "links, addresses and routes, with lo0 among them")
{
	struct ifnet	*ifp;
	struct seen	 s;
	u_int		 n = 0;
	long		 fd;

	ktuser_begin(1000);
	ktuser_loopback();
	TAILQ_FOREACH(ifp, &ifnetlist, if_list)
		if (ifp->if_rdomain == 0)
			n++;
	fd = nl_socket();
	dump(fd, &s, NL_RTM_GETLINK, NL_RTM_NEWLINK, 0);
	KT_EQ(s.msgs, n);
	KT_EQ(s.lo, 1);
	KT_EQ(s.bad, 0);
	KT_EQ(s.done, 1);
	KT_EQ(s.status, 0);
	/* Links have no family: programs ask for AF_PACKET's. */
	dump(fd, &s, NL_RTM_GETLINK, NL_RTM_NEWLINK, LX_AF_PACKET);
	KT_EQ(s.msgs, n);
	dump(fd, &s, NL_RTM_GETADDR, NL_RTM_NEWADDR, LX_AF_INET);
	KT_TRUE(s.msgs >= 1);
	KT_EQ(s.lo, 1);
	KT_EQ(s.bad, 0);
	dump(fd, &s, NL_RTM_GETROUTE, NL_RTM_NEWROUTE, LX_AF_INET);
	KT_TRUE(s.msgs >= 1);
	KT_TRUE(s.lo >= 1);
	KT_EQ(s.bad, 0);
	KT_EQ(s.done, 1);
	ktuser_end();
}

KTEST(rdomain, "another routing domain has another view")
{
	struct seen	 s;
	long		 fd;

	ktuser_begin(0);
	fd = nl_socket();
	curproc->p_rtableid = 200;
	dump(fd, &s, NL_RTM_GETROUTE, NL_RTM_NEWROUTE, 0);
	KT_EQ(s.msgs, 0);
	KT_EQ(s.done, 1);
	curproc->p_rtableid = 0;
	ktuser_end();
}

KTEST(refused, "what is not a dump, and families unknown")
{
	static const struct {
		int	 type, flags, family, error;
	} t[] = {
		{ NL_RTM_NEWLINK, NLM_F_REQUEST, 0, EOPNOTSUPP },
		{ NL_RTM_NEWADDR, NLM_F_REQUEST | 0x600, 0, EOPNOTSUPP },
		{ 21, NLM_F_REQUEST | NLM_F_DUMP, 0, EOPNOTSUPP },
		{ NL_RTM_GETLINK, NLM_F_REQUEST, 0, EOPNOTSUPP },
		{ NL_RTM_GETROUTE, NLM_F_REQUEST | 0x100, 0, EOPNOTSUPP },
		{ 30, NLM_F_REQUEST | NLM_F_DUMP, 0, EOPNOTSUPP },
		{ 0xffff, NLM_F_REQUEST | NLM_F_DUMP, 0, EOPNOTSUPP },
		{ NL_RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, 99,
		    EAFNOSUPPORT },
	};
	struct seen	 s;
	uint8_t		*req;
	u_int		 i;
	long		 fd;

	ktuser_begin(0);
	fd = nl_socket();
	req = ktuser_mem(32);
	req[20] = LX_AF_NETLINK;
	KT_EQ(ktcall(SYS_connect, fd, req + 20, 12), 0);
	for (i = 0; i < nitems(t); i++) {
		KT_CASE("case %u", i);
		request(req, t[i].type, t[i].flags, t[i].family, 7);
		KT_EQ(ktcall(SYS_write, fd, req, 20), 20);
		collect(fd, &s, 0, 7);
		KT_EQ(s.errors, 1);
		KT_EQ(s.error, -t[i].error);
		KT_EQ(s.msgs + s.done + s.bad, 0);
	}
	KT_CASE("not requests");
	request(req, NL_RTM_GETLINK, NLM_F_DUMP, 0, 7);
	KT_EQ(ktcall(SYS_write, fd, req, 20), 20);
	request(req, NLMSG_DONE, NLM_F_REQUEST | NLM_F_DUMP, 0, 7);
	KT_EQ(ktcall(SYS_write, fd, req, 20), 20);
	collect(fd, &s, 0, 7);
	KT_EQ(s.msgs + s.done + s.errors, 0);
	/* Other ports than the kernel's. */
	memset(req + 20, 0, 12);
	req[20] = LX_AF_NETLINK;
	req[24] = 1;
	KT_EQ(ktcall(SYS_sendto, fd, req, 20, 0, req + 20, 12), -EPERM);
	KT_EQ(ktcall(SYS_connect, fd, req + 20, 12), -EPERM);
	ktuser_end();
}

KTEST(several, "several requests in one datagram, the last cut off")
{
	struct seen	 s;
	uint8_t		*p, *req;
	long		 fd;

	ktuser_begin(1000);
	fd = nl_socket();
	req = ktuser_mem(128);
	req[100] = LX_AF_NETLINK;
	KT_EQ(ktcall(SYS_connect, fd, req + 100, 12), 0);
	p = request(req, NL_RTM_GETLINK, NLM_F_REQUEST, 0, 9);
	p = request(p, NL_RTM_GETADDR, NLM_F_REQUEST, 0, 9);
	p = request(p, NL_RTM_GETADDR, NLM_F_REQUEST, 0, 9);
	KT_EQ(ktcall(SYS_write, fd, req, 56), 56);
	collect(fd, &s, 0, 9);
	KT_EQ(s.errors, 2);
	KT_EQ(ktcall(SYS_write, fd, req, 15), 15);
	KT_EQ(ktcall(SYS_write, fd, req, 0), 0);
	memset(req, 0xff, 64);
	KT_EQ(ktcall(SYS_write, fd, req, 64), 64);
	memset(req, 0, 64);
	KT_EQ(ktcall(SYS_write, fd, req, 64), 64);
	collect(fd, &s, 0, 9);
	KT_EQ(s.errors + s.msgs + s.done, 0);
	ktuser_end();
}

KTEST(waits, "replies that find no room wait; too many are an error")
{
	struct socket	*so;
	struct file	*fp;
	struct seen	 s;
	uint8_t		*req;
	u_int		 dones = 0, i, inuse;
	long		 fd;
	int		 flags;

	ktuser_begin(1000);
	inuse = mbuf_inuse();
	fd = nl_socket();
	KT_ERR(0, fd_get(curproc, fd, &fp, &flags));
	so = fp->f_data;
	FRELE(fp);
	req = ktuser_mem(32);
	req[20] = LX_AF_NETLINK;
	KT_EQ(ktcall(SYS_connect, fd, req + 20, 12), 0);
	request(req, NL_RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 0, 5);
	for (i = 0; so->so_error == 0 && i < 10000; i++)
		KT_EQ(ktcall(SYS_write, fd, req, 20), 20);
	KT_RANGE(i, 1000, 9999);
	KT_EQ(so->so_error, ENOBUFS);
	KT_EQ(ktcall(SYS_write, fd, req, 20), -ENOBUFS);
	KT_TRUE(so->so_rcv.sb_datacc <= so->so_rcv.sb_hiwat);
	for (;; dones++) {
		collect(fd, &s, NL_RTM_NEWLINK, 5);
		KT_EQ(s.bad, 0);
		if (s.done == 0)
			break;
		KT_EQ(s.status, 0);
	}
	/* All but the last were answered, and more are again. */
	KT_EQ(dones, i - 1);
	KT_EQ(so->so_rcv.sb_cc, 0);
	KT_EQ(ktcall(SYS_write, fd, req, 20), 20);
	collect(fd, &s, NL_RTM_NEWLINK, 5);
	KT_EQ(s.done, 1);
	ktcall(SYS_close, fd);
	KT_EQ(mbuf_inuse(), inuse);
	ktuser_end();
}

/* Many addresses, so that replies fill more than one datagram. */
KTEST(long, "a long dump comes in datagrams of at most a page")
{
	struct in_aliasreq	*ifra;
	struct sockaddr_in	 sin;
	struct seen		 s;
	u_int			 i;
	long			 fd, in;

	ktuser_begin(0);
	ktuser_loopback();
	ktuser_setuid(0);
	in = ktcall(SYS_socket, LX_AF_INET, SOCK_DGRAM, 0);
	ifra = ktuser_mem(sizeof(*ifra));
	memset(&sin, 0, sizeof(sin));
	sin.sin_len = sizeof(sin);
	sin.sin_family = AF_INET;
	strlcpy(ifra->ifra_name, "lo0", sizeof(ifra->ifra_name));
	sin.sin_addr.s_addr = htonl(0xffffffff);
	ifra->ifra_mask = sin;
	for (i = 0; i < 200; i++) {
		sin.sin_addr.s_addr = htonl(0x7f010001 + i);
		ifra->ifra_addr = sin;
		KT_EQ(ktcall(SYS_ioctl, in, SIOCAIFADDR, ifra), 0);
	}
	fd = nl_socket();
	dump(fd, &s, NL_RTM_GETADDR, NL_RTM_NEWADDR, 0);
	KT_TRUE(s.msgs >= 201);
	KT_EQ(s.done, 1);
	KT_EQ(s.bad, 0);
	/* A buffer smaller than a reply gets one at a time. */
	i = SB_MIN;
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVBUF,
	    ktuser_dup(&i, 4), 4), 0);
	dump(fd, &s, NL_RTM_GETADDR, NL_RTM_NEWADDR, 0);
	KT_TRUE(s.msgs >= 201);
	KT_EQ(s.done, 1);
	for (i = 0; i < 200; i++) {
		sin.sin_addr.s_addr = htonl(0x7f010001 + i);
		ifra->ifra_addr = sin;
		KT_EQ(ktcall(SYS_ioctl, in, SIOCDIFADDR, ifra), 0);
	}
	ktuser_end();
}

KTEST(ports, "a port of its own: the process's number, then others")
{
	socklen_t	*len;
	uint32_t	 first;
	uint8_t		*nl;
	long		 a, b;

	ktuser_begin(1000);
	a = nl_socket();
	b = nl_socket();
	nl = ktuser_mem(16);
	len = ktuser_mem(sizeof(*len));
	*len = 12;
	nl[0] = LX_AF_NETLINK;
	KT_EQ(ktcall(SYS_bind, a, nl, 12), 0);
	KT_EQ(ktcall(SYS_bind, b, nl, 12), 0);
	KT_EQ(ktcall(SYS_getsockname, a, nl, len), 0);
	memcpy(&first, nl + 4, 4);
	KT_EQ(first, 4711);
	KT_EQ(ktcall(SYS_getsockname, b, nl, len), 0);
	KT_TRUE(memcmp(&first, nl + 4, 4) != 0);
	KT_TRUE(nl[7] & 0x80);
	/* It stays the same. */
	KT_EQ(ktcall(SYS_bind, b, nl, 12), 0);
	nl[7] ^= 1;
	KT_EQ(ktcall(SYS_bind, b, nl, 12), -EINVAL);
	ktuser_end();
}

KTEST(mutated, "random requests never harm")
{
	struct ktest_rand	 kr;
	struct seen		 s;
	uint8_t			*req;
	long			 fd;
	int			 i, j;

	ktuser_begin(1000);
	ktest_srand(&kr, 3549);
	fd = nl_socket();
	req = ktuser_mem(128);
	req[100] = LX_AF_NETLINK;
	KT_EQ(ktcall(SYS_connect, fd, req + 100, 12), 0);
	for (i = 0; i < 2000; i++) {
		request(request(req, NL_RTM_GETLINK + 2 * (i % 7),
		    NLM_F_REQUEST | NLM_F_DUMP, 0, 1), NL_RTM_GETADDR,
		    NLM_F_REQUEST | NLM_F_DUMP, 0, 1);
		for (j = ktest_rand_below(&kr, 4); j > 0; j--)
			req[ktest_rand_below(&kr, 40)] = ktest_rand(&kr);
		ktcall(SYS_write, fd, req, ktest_rand_below(&kr, 41));
		while (ktcall(SYS_recvfrom, fd, req + 64, 64, MSG_DONTWAIT,
		    0, 0) >= 0)
			continue;
	}
	request(req, NL_RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 0, 1);
	KT_EQ(ktcall(SYS_write, fd, req, 20), 20);
	collect(fd, &s, NL_RTM_NEWLINK, 1);
	KT_EQ(s.done, 1);
	ktuser_end();
}

KTEST(ioctls, "interface ioctls by the C library's numbers")
{
	static const uint8_t	 lo[] = { 2, 0, 0, 0, 127, 0, 0, 1 };
	struct lx_ifreq		*lr;
	long			 fd;
	int			 idx;

	ktuser_begin(1000);
	ktuser_loopback();
	fd = ktcall(SYS_socket, LX_AF_INET, SOCK_DGRAM, 0);
	lr = ktuser_mem(sizeof(*lr));
	strlcpy(lr->name, "lo0", sizeof(lr->name));
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8933, lr), 0);
	idx = lr->u.n;
	KT_TRUE(idx > 0);
	memset(lr, 0, sizeof(*lr));
	lr->u.n = idx;
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8910, lr), 0);
	KT_STREQ(lr->name, "lo0");
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8913, lr), 0);
	KT_EQ(lr->u.flags & 0x49, 0x49);	/* up, loopback, running */
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8921, lr), 0);
	KT_TRUE(lr->u.n >= 32768);
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8927, lr), 0);
	KT_EQ(lr->u.sa[0] | lr->u.sa[1] << 8, 772);
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8915, lr), 0);
	KT_MEMEQ(lr->u.sa, lo, 8);
	KT_EQ(ktcall(SYS_ioctl, fd, 0x891b, lr), 0);
	KT_MEMEQ(lr->u.sa + 4, "\xff\0\0\0", 4);
	KT_EQ(lr->u.sa[0], 2);
	/* The same without a socket. */
	memset(&lr->u, 0, sizeof(lr->u));
	KT_ERR(0, compat_ifioctl(0x8915, lr, curproc));
	KT_MEMEQ(lr->u.sa, lo, 8);
	KT_ERR(ENOTTY, compat_ifioctl(0x8914, lr, curproc));
	KT_ERR(EFAULT, compat_ifioctl(0x8915, KTUSER_BAD, curproc));
	/* Nothing is set this way. */
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8914, lr), -ENOTTY);
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8916, lr), -ENOTTY);
	KT_EQ(ktcall(SYS_ioctl, fd, 0x89f0, lr), -ENOTTY);
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8913, KTUSER_BAD), -EFAULT);
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8913, ktuser_edge(39)), -EFAULT);
	memset(lr->name, 'x', sizeof(lr->name));
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8913, lr), -ENODEV);
	lr->u.n = -1;
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8910, lr), -ENODEV);
	ktuser_end();
}

KTEST(ifconf, "SIOCGIFCONF: the size, all, and what fits")
{
	struct lx_ifreq	*lr;
	struct lx_conf	*lc;
	long		 fd;
	int		 all, i, found = 0;

	ktuser_begin(1000);
	ktuser_loopback();
	fd = ktcall(SYS_socket, LX_AF_INET, SOCK_DGRAM, 0);
	lc = ktuser_mem(sizeof(*lc));
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8912, lc), 0);
	all = lc->len;
	KT_TRUE(all >= 40 && all % 40 == 0);
	lr = ktuser_mem(all + 40);
	lc->buf = lr;
	lc->len = all + 40;
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8912, lc), 0);
	KT_EQ(lc->len, all);
	for (i = 0; i < all / 40; i++)
		if (strcmp(lr[i].name, "lo0") == 0)
			found += lr[i].u.sa[4] == 127 && lr[i].u.sa[0] == 2;
	KT_TRUE(found >= 1);
	memset(lr, 0xee, all + 40);
	lc->len = 39;
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8912, lc), 0);
	KT_EQ(lc->len, 0);
	KT_EQ((uint8_t)lr->name[0], 0xee);
	lc->len = -1;
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8912, lc), -EINVAL);
	lc->len = all;
	lc->buf = KTUSER_BAD;
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8912, lc), -EFAULT);
	KT_EQ(ktcall(SYS_ioctl, fd, 0x8912, KTUSER_BAD), -EFAULT);
	ktuser_end();
}

KTEST(bindtodevice, "sockets held to an interface of their domain")
{
	char	*name;
	int	*len;
	long	 fd;

	ktuser_begin(1000);
	fd = ktcall(SYS_socket, LX_AF_INET, SOCK_DGRAM, 0);
	name = ktuser_mem(32);
	len = ktuser_mem(sizeof(*len));
	*len = 16;
	KT_EQ(ktcall(SYS_getsockopt, fd, SOL_SOCKET, SO_BINDTODEVICE, name,
	    len), 0);
	KT_EQ(*len, 0);
	strlcpy(name, "nosuch0", 32);
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_BINDTODEVICE, name,
	    16), -ENODEV);
	strlcpy(name, "lo0", 32);
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_BINDTODEVICE, name,
	    3), 0);
	memset(name, 0, 32);
	*len = 16;
	KT_EQ(ktcall(SYS_getsockopt, fd, SOL_SOCKET, SO_BINDTODEVICE, name,
	    len), 0);
	KT_STREQ(name, "lo0");
	KT_EQ(*len, 4);
	/* Who is held may not let go by himself. */
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_BINDTODEVICE, "",
	    0), -EPERM);
	ktuser_setuid(0);
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_BINDTODEVICE, "",
	    0), 0);
	*(int *)(void *)name = 12345;
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_BINDTOIFINDEX, name,
	    4), -ENODEV);
	*(int *)(void *)name = -1;
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_BINDTOIFINDEX, name,
	    4), -EINVAL);
	*(int *)(void *)name = lo0ifidx;
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_BINDTOIFINDEX, name,
	    4), 0);
	ktuser_end();
}

KTEST(rtable, "routing tables of processes and sockets")
{
	int	*val, *len;
	long	 fd;

	ktuser_begin(1000);
	fd = ktcall(SYS_socket, LX_AF_INET, SOCK_DGRAM, 0);
	val = ktuser_mem(sizeof(*val));
	len = ktuser_mem(sizeof(*len));
	*len = 4;
	KT_EQ(ktcall(SYS_getrtable, 0), 0);
	KT_EQ(ktcall(SYS_setrtable, 0), 0);
	KT_EQ(ktcall(SYS_setrtable, -1), -EINVAL);
	KT_EQ(ktcall(SYS_setrtable, 256), -EINVAL);
	KT_EQ(ktcall(SYS_setrtable, 201), -EINVAL);
	KT_EQ(ktcall(SYS_getsockopt, fd, SOL_SOCKET, SO_RTABLE, val, len),
	    0);
	KT_EQ(*val, 0);
	*val = 201;
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_RTABLE, val, 4),
	    -EINVAL);
	*val = -1;
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_RTABLE, val, 4),
	    -EINVAL);
	KT_ERR(0, rtable_add(201));
	*val = 201;
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_RTABLE, val, 4), 0);
	*val = 0;
	KT_EQ(ktcall(SYS_getsockopt, fd, SOL_SOCKET, SO_RTABLE, val, len),
	    0);
	KT_EQ(*val, 201);
	/* Into another table, and not out of it. */
	KT_EQ(ktcall(SYS_setrtable, 201), 0);
	KT_EQ(ktcall(SYS_getrtable, 0), 201);
	KT_EQ(ktcall(SYS_setrtable, 0), -EPERM);
	*val = 0;
	KT_EQ(ktcall(SYS_setsockopt, fd, SOL_SOCKET, SO_RTABLE, val, 4),
	    -EPERM);
	ktuser_setuid(0);
	KT_EQ(ktcall(SYS_setrtable, 0), 0);
	ktuser_end();
}

KTEST(addresses, "addresses in the two layouts")
{
	static const struct {
		int	 lx, dom;
		size_t	 len, salen;
		int	 error;
	} t[] = {
		{ LX_AF_INET, AF_INET, 16, 16, 0 },
		{ LX_AF_INET, AF_INET, 128, 16, 0 },
		{ LX_AF_INET, AF_INET, 15, 0, EINVAL },
		{ LX_AF_INET, AF_INET, 2, 0, EINVAL },
		{ LX_AF_INET, AF_INET, 1, 0, EINVAL },
		{ LX_AF_INET, AF_INET, 0, 0, EINVAL },
		{ LX_AF_INET6, AF_INET6, 28, 28, 0 },
		{ LX_AF_INET6, AF_INET6, 24, 28, 0 },
		{ LX_AF_INET6, AF_INET6, 23, 0, EINVAL },
		{ AF_INET6, AF_INET6, 28, 0, EAFNOSUPPORT },
		{ LX_AF_INET, AF_INET6, 28, 0, EAFNOSUPPORT },
		{ LX_AF_INET6, AF_INET, 28, 0, EAFNOSUPPORT },
		{ LX_AF_UNSPEC, AF_INET, 2, 16, 0 },
		{ LX_AF_UNSPEC, AF_INET6, 16, 28, 0 },
		{ LX_AF_UNIX, AF_INET, 16, 0, EAFNOSUPPORT },
		{ 0xffff, AF_INET, 16, 0, EAFNOSUPPORT },
		{ BSD_PF_ROUTE, AF_ROUTE, 16, 0, EAFNOSUPPORT },
	};
	struct sockaddr	*sa;
	struct mbuf	*m;
	uint8_t		 back[COMPAT_SALEN], in[COMPAT_SALEN];
	u_int		 i, j;

	for (i = 0; i < nitems(t); i++) {
		KT_CASE("case %u", i);
		for (j = 0; j < sizeof(in); j++)
			in[j] = j;
		in[0] = t[i].lx & 0xff;
		in[1] = t[i].lx >> 8;
		m = NULL;
		KT_ERR(t[i].error, compat_kaddr_in(in, t[i].len, t[i].dom,
		    &m));
		if (m == NULL)
			continue;
		sa = mtod(m, struct sockaddr *);
		KT_EQ(m->m_len, t[i].salen);
		KT_EQ(sa->sa_len, t[i].salen);
		KT_EQ(sa->sa_family, t[i].lx == 0 ? 0 : t[i].dom);
		/* What was not given is zero. */
		for (j = 2; j < t[i].salen; j++)
			KT_EQ(mtod(m, uint8_t *)[j], j < t[i].len ? j : 0);
		KT_EQ(compat_sockaddr_out(sa, sa->sa_len, back),
		    t[i].salen);
		if (t[i].lx != 0)
			KT_MEMEQ(back, in, MIN(t[i].len, t[i].salen));
		m_freem(m);
	}
	KT_EQ(compat_sockaddr_out((struct sockaddr *)(void *)in, 1, back), 0);
	KT_EQ(compat_sockaddr_out((struct sockaddr *)(void *)in, 9999, back),
	    COMPAT_SALEN);
}

/*
 * The boundary between the kernel's socket layouts and the C library's.
 *
 * The library's sockaddr begins with a 16-bit family; the kernel's with a
 * length and an 8-bit family.  What follows is the same for both, so an
 * address is converted by rewriting its first two bytes.
 *
 *	library		kernel
 *	2  AF_INET	2  AF_INET
 *	10 AF_INET6	24 AF_INET6
 *	16 AF_NETLINK	16 AF_NETLINK
 *	0x100 | n	n, of AF_ROUTE and AF_KEY
 *
 * Interface ioctls by the library's numbers are translated to BSD's, and
 * only read.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/pledge.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/socketvar.h>

#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/rtable.h>

#include <kern/uipc_compat.h>

/* Sizes of addresses, by the kernel's family. */
#define SALEN_INET	16
#define SALEN_INET6	28
#define SALEN_INET6_OLD	24		/* without the scope */
#define SALEN_NETLINK	12

/*
 * The kernel's family for the library's, as socket(2) is passed; -1 when
 * there is none.
 */
int
compat_domain(int domain)
{
	switch (domain) {
	case LX_AF_INET:
		return (AF_INET);
	case LX_AF_INET6:
		return (AF_INET6);
	case LX_AF_NETLINK:
		return (AF_NETLINK);
	case BSD_PF_ROUTE:
		return (AF_ROUTE);
	case BSD_PF_KEY:
		return (AF_KEY);
	default:
		return (-1);
	}
}

/*
 * The library's family for the kernel's.
 */
int
compat_family(int af)
{
	switch (af) {
	case AF_INET6:
		return (LX_AF_INET6);
	case AF_ROUTE:
	case AF_LINK:
	case AF_KEY:
		return (BSD_PF(af));
	default:
		return (af);
	}
}

/* Least and whole length of an address; 0 for a family without any. */
static size_t
sa_size(int af, size_t *minp)
{
	switch (af) {
	case AF_INET:
		*minp = SALEN_INET;
		return (SALEN_INET);
	case AF_INET6:
		*minp = SALEN_INET6_OLD;
		return (SALEN_INET6);
	case AF_NETLINK:
		*minp = SALEN_NETLINK;
		return (SALEN_NETLINK);
	default:
		*minp = 0;
		return (0);
	}
}

/*
 * An address of a program, len bytes in the kernel's memory, for a socket of
 * family dom (AF_*), as an mbuf in the kernel's layout.
 *
 * Family 0 (AF_UNSPEC) makes a sockaddr of the family's length with that
 * family; it is for the caller to refuse where it means nothing.
 *
 * EINVAL for a length out of range, EAFNOSUPPORT for a family that is not
 * the socket's, ENOBUFS.
 */
int
compat_kaddr_in(const uint8_t *src, size_t len, int dom, struct mbuf **mp)
{
	struct sockaddr	*sa;
	struct mbuf	*m;
	uint16_t	 family;
	size_t		 min, size;

	if (len < sizeof(family) || len > COMPAT_SALEN)
		return (EINVAL);
	memcpy(&family, src, sizeof(family));
	if (family != LX_AF_UNSPEC && compat_domain(family) != dom)
		return (EAFNOSUPPORT);
	if ((size = sa_size(dom, &min)) == 0)
		return (EAFNOSUPPORT);
	if (family != LX_AF_UNSPEC && len < min)
		return (EINVAL);
	if ((m = m_get(M_NOWAIT, MT_SONAME)) == NULL)
		return (ENOBUFS);
	sa = mtod(m, struct sockaddr *);
	memset(sa, 0, size);
	memcpy(sa, src, MIN(len, size));
	sa->sa_len = size;
	sa->sa_family = family == LX_AF_UNSPEC ? AF_UNSPEC : dom;
	m->m_len = size;
	*mp = m;
	return (0);
}

/*
 * The same from user memory; also EFAULT.
 */
int
compat_sockaddr_in(const void *uaddr, size_t len, int dom, struct mbuf **mp)
{
	uint8_t	 buf[COMPAT_SALEN];
	int	 error;

	if (len > sizeof(buf))
		return (EINVAL);
	if ((error = copyin(uaddr, buf, len)) != 0)
		return (error);
	return (compat_kaddr_in(buf, len, dom, mp));
}

/*
 * A kernel's address of len bytes for a program, into buf of COMPAT_SALEN
 * bytes.  Returns its length.
 */
size_t
compat_sockaddr_out(const struct sockaddr *sa, size_t len, void *buf)
{
	uint16_t	 family;

	if (len < sizeof(family))
		return (0);
	len = MIN(len, COMPAT_SALEN);
	family = compat_family(sa->sa_family);
	memcpy(buf, sa, len);
	memcpy(buf, &family, sizeof(family));
	return (len);
}

/*
 * Control messages of a program, len bytes at uaddr, in one mbuf; *mp is
 * NULL when none is left.  Descriptors and credentials mean something to
 * local sockets only and are left out, as the C library's other kernel does.
 *
 * EINVAL for a message that is not whole, or of the socket level and
 * unknown; ENOBUFS for more than MCLBYTES; EFAULT.
 */
int
compat_cmsg_in(const void *uaddr, size_t len, struct mbuf **mp)
{
	struct cmsghdr	 cm;
	struct mbuf	*m;
	char		*p;
	size_t		 off = 0, out = 0, space;
	int		 error;

	*mp = NULL;
	if (len > MCLBYTES)
		return (ENOBUFS);
	if (len < sizeof(cm))
		return (0);
	if ((m = m_get(M_NOWAIT, MT_CONTROL)) == NULL)
		return (ENOBUFS);
	if (len > MLEN && m_clget(m, M_NOWAIT, MCLBYTES) == NULL) {
		m_free(m);
		return (ENOBUFS);
	}
	p = mtod(m, char *);
	error = copyin(uaddr, p, len);
	while (error == 0 && len - off >= sizeof(cm)) {
		memcpy(&cm, p + off, sizeof(cm));
		if (cm.cmsg_len < sizeof(cm) || cm.cmsg_len > len - off) {
			error = EINVAL;
			break;
		}
		space = MIN(CMSG_ALIGN(cm.cmsg_len), len - off);
		if (cm.cmsg_level != SOL_SOCKET) {
			memmove(p + out, p + off, space);
			out += space;
		} else if (cm.cmsg_type != SCM_RIGHTS &&
		    cm.cmsg_type != SCM_CREDENTIALS)
			error = EINVAL;
		off += space;
	}
	if (error != 0 || out == 0) {
		m_free(m);
		return (error);
	}
	m->m_len = out;
	*mp = m;
	return (0);
}

/*
 * ioctls by the C library's numbers.
 */

#define LX_SIOCGIFNAME		0x8910
#define LX_SIOCGIFCONF		0x8912
#define LX_SIOCGIFFLAGS		0x8913
#define LX_SIOCGIFADDR		0x8915
#define LX_SIOCGIFDSTADDR	0x8917
#define LX_SIOCGIFBRDADDR	0x8919
#define LX_SIOCGIFNETMASK	0x891b
#define LX_SIOCGIFMETRIC	0x891d
#define LX_SIOCGIFMTU		0x8921
#define LX_SIOCGIFHWADDR	0x8927
#define LX_SIOCGIFINDEX		0x8933
#define LX_SIOCGIFTXQLEN	0x8942

#define LX_ARPHRD_ETHER		1
#define LX_ARPHRD_LOOPBACK	772
#define LX_ARPHRD_NONE		0xfffe

/* The library's struct ifreq. */
struct lx_ifreq {
	char	ifr_name[IFNAMSIZ];
	union {
		uint8_t		lx_sa[16];
		int		lx_int;
		short		lx_flags;
		uint8_t		lx_room[24];
	} ifr_ifru;
};
CTASSERT(sizeof(struct lx_ifreq) == 40);

/* The library's struct ifconf. */
struct lx_ifconf {
	int		 lc_len;
	int		 lc_pad;
	uint64_t	 lc_buf;
};

/*
 * Interface flags of BSD as the C library has them.
 */
int
compat_ifflags(const struct ifnet *ifp)
{
	static const struct {
		int	 bsd, lx;
	} map[] = {
		{ IFF_UP,		0x1 },
		{ IFF_BROADCAST,	0x2 },
		{ IFF_DEBUG,		0x4 },
		{ IFF_LOOPBACK,		0x8 },
		{ IFF_POINTOPOINT,	0x10 },
		{ IFF_NOARP,		0x80 },
		{ IFF_PROMISC,		0x100 },
		{ IFF_ALLMULTI,		0x200 },
		{ IFF_MULTICAST,	0x1000 },
	};
	u_int	 i;
	int	 flags = 0;

	for (i = 0; i < nitems(map); i++)
		if (ifp->if_flags & map[i].bsd)
			flags |= map[i].lx;
	if ((ifp->if_flags & IFF_UP) && (ifp->if_flags & IFF_RUNNING) &&
	    LINK_STATE_IS_UP(ifp->if_link_state))
		flags |= 0x40;			/* running */
	return (flags);
}

/*
 * The library's hardware type (ARPHRD_*) of an interface.
 */
int
compat_ifhwtype(const struct ifnet *ifp)
{
	if (ifp->if_flags & IFF_LOOPBACK)
		return (LX_ARPHRD_LOOPBACK);
	return (ifp->if_type == IFT_ETHER ? LX_ARPHRD_ETHER : LX_ARPHRD_NONE);
}

static void
lx_hwaddr(const struct ifnet *ifp, struct lx_ifreq *lr)
{
	const struct sockaddr_dl	*sdl = ifp->if_sadl;
	uint16_t			 type = compat_ifhwtype(ifp);

	memset(&lr->ifr_ifru, 0, sizeof(lr->ifr_ifru));
	memcpy(lr->ifr_ifru.lx_sa, &type, sizeof(type));
	if (sdl != NULL && sdl->sdl_alen <= 14)
		memcpy(lr->ifr_ifru.lx_sa + 2, LLADDR(sdl), sdl->sdl_alen);
}

/* Addresses of an interface: the first IPv4 one, by BSD's commands. */
static int
lx_ifaddr(struct socket *so, u_long cmd, struct lx_ifreq *lr, struct proc *p)
{
	struct ifreq	 ifr;
	int		 error;

	memset(&ifr, 0, sizeof(ifr));
	memcpy(ifr.ifr_name, lr->ifr_name, sizeof(ifr.ifr_name));
	ifr.ifr_addr.sa_family = AF_INET;
	ifr.ifr_addr.sa_len = SALEN_INET;
	if ((error = ifioctl(so, cmd, (caddr_t)&ifr, p)) != 0)
		return (error);
	memset(&lr->ifr_ifru, 0, sizeof(lr->ifr_ifru));
	compat_sockaddr_out(&ifr.ifr_addr, SALEN_INET, lr->ifr_ifru.lx_sa);
	return (0);
}

/* What needs no more than the interface; ENOTTY for what is not known. */
static int
lx_ifget(const struct ifnet *ifp, u_long cmd, struct lx_ifreq *lr)
{
	switch (cmd) {
	case LX_SIOCGIFNAME:
		memcpy(lr->ifr_name, ifp->if_xname, IFNAMSIZ);
		return (0);
	case LX_SIOCGIFINDEX:
		lr->ifr_ifru.lx_int = ifp->if_index;
		return (0);
	case LX_SIOCGIFFLAGS:
		lr->ifr_ifru.lx_flags = compat_ifflags(ifp);
		return (0);
	case LX_SIOCGIFMTU:
		lr->ifr_ifru.lx_int = ifp->if_mtu;
		return (0);
	case LX_SIOCGIFMETRIC:
		lr->ifr_ifru.lx_int = ifp->if_metric;
		return (0);
	case LX_SIOCGIFTXQLEN:
		lr->ifr_ifru.lx_int = IF_TXBATCH;
		return (0);
	case LX_SIOCGIFHWADDR:
		lx_hwaddr(ifp, lr);
		return (0);
	default:
		return (ENOTTY);
	}
}

static int
lx_ifreq(struct socket *so, u_long cmd, struct lx_ifreq *lr, struct proc *p)
{
	struct ifnet	*ifp;
	int		 error;

	lr->ifr_name[IFNAMSIZ - 1] = '\0';
	switch (cmd) {
	case LX_SIOCGIFADDR:
		return (lx_ifaddr(so, SIOCGIFADDR, lr, p));
	case LX_SIOCGIFDSTADDR:
		return (lx_ifaddr(so, SIOCGIFDSTADDR, lr, p));
	case LX_SIOCGIFBRDADDR:
		return (lx_ifaddr(so, SIOCGIFBRDADDR, lr, p));
	case LX_SIOCGIFNETMASK:
		return (lx_ifaddr(so, SIOCGIFNETMASK, lr, p));
	case LX_SIOCGIFNAME:
		ifp = if_get(lr->ifr_ifru.lx_int);
		break;
	default:
		ifp = if_unit(lr->ifr_name);
		break;
	}
	if (ifp == NULL)
		return (ENODEV);
	error = lx_ifget(ifp, cmd, lr);
	if_put(ifp);
	return (error);
}

/* One entry of SIOCGIFCONF's answer for each IPv4 address. */
static int
lx_ifconf(void *uaddr, u_int rdomain)
{
	struct lx_ifconf	 lc;
	struct lx_ifreq		 lr;
	struct ifnet		*ifp;
	struct ifaddr		*ifa;
	size_t			 done = 0, room;
	int			 error;

	if ((error = copyin(uaddr, &lc, sizeof(lc))) != 0)
		return (error);
	if (lc.lc_len < 0)
		return (EINVAL);
	room = lc.lc_buf == 0 ? SIZE_MAX : (size_t)lc.lc_len;
	TAILQ_FOREACH(ifp, &ifnetlist, if_list) {
		if (ifp->if_rdomain != rdomain)
			continue;
		TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list) {
			if (ifa->ifa_addr->sa_family != AF_INET ||
			    room - done < sizeof(lr))
				continue;
			memset(&lr, 0, sizeof(lr));
			memcpy(lr.ifr_name, ifp->if_xname, IFNAMSIZ);
			compat_sockaddr_out(ifa->ifa_addr, SALEN_INET,
			    lr.ifr_ifru.lx_sa);
			if (lc.lc_buf != 0 && (error = copyout(&lr,
			    (void *)(uintptr_t)(lc.lc_buf + done),
			    sizeof(lr))) != 0)
				return (error);
			done += sizeof(lr);
		}
	}
	lc.lc_len = done;
	return (copyout(&lc, uaddr, sizeof(lc)));
}

/* An int that the file answers. */
static int
lx_int(struct file *fp, u_long cmd, void *uaddr, struct proc *p)
{
	int	 error, val = 0;

	if ((error = fp->f_ops->fo_ioctl(fp, cmd, (caddr_t)&val, p)) != 0)
		return (error);
	return (copyout(&val, uaddr, sizeof(val)));
}

/*
 * Is the ioctl one that only looks at interfaces, by the library's number?
 */
int
compat_isifget(u_long cmd)
{
	switch (cmd) {
	case LX_SIOCGIFCONF:
	case LX_SIOCGIFNAME:
	case LX_SIOCGIFFLAGS:
	case LX_SIOCGIFADDR:
	case LX_SIOCGIFDSTADDR:
	case LX_SIOCGIFBRDADDR:
	case LX_SIOCGIFNETMASK:
	case LX_SIOCGIFMETRIC:
	case LX_SIOCGIFMTU:
	case LX_SIOCGIFHWADDR:
	case LX_SIOCGIFINDEX:
	case LX_SIOCGIFTXQLEN:
		return (1);
	}
	return (0);
}

static int
lx_ifget_ioctl(struct socket *so, u_long cmd, void *uaddr, struct proc *p)
{
	struct lx_ifreq	 lr;
	int		 error;

	if ((error = pledge_ioctl(p, cmd, DTYPE_SOCKET)) != 0)
		return (error);
	if (cmd == LX_SIOCGIFCONF) {
		NET_LOCK();
		error = lx_ifconf(uaddr, rtable_l2(p->p_rtableid));
		NET_UNLOCK();
		return (error);
	}
	if ((error = copyin(uaddr, &lr, sizeof(lr))) != 0)
		return (error);
	if ((error = lx_ifreq(so, cmd, &lr, p)) != 0)
		return (error);
	return (copyout(&lr, uaddr, sizeof(lr)));
}

/*
 * An ioctl(2) whose number is one of the C library's: the argument's size
 * and direction are known by the number alone.  ENOTTY for all that is not
 * answered; interfaces are not set this way.
 */
int
compat_ioctl(struct file *fp, u_long cmd, void *uaddr, struct proc *p)
{
	if (cmd == FIONREAD || cmd == TIOCOUTQ || cmd == SIOCATMARK)
		return (lx_int(fp, cmd, uaddr, p));
	if (fp->f_type != DTYPE_SOCKET || !compat_isifget(cmd))
		return (ENOTTY);
	return (lx_ifget_ioctl(fp->f_data, cmd, uaddr, p));
}

/*
 * The same for a program that asks on a socket which is not the kernel's:
 * the C library looks interfaces up on a local one.
 */
int
compat_ifioctl(u_long cmd, void *uaddr, struct proc *p)
{
	struct socket	*so;
	int		 error;

	if (!compat_isifget(cmd))
		return (ENOTTY);
	if ((error = socreate(AF_INET, &so, SOCK_DGRAM, 0)) != 0)
		return (error);
	error = lx_ifget_ioctl(so, cmd, uaddr, p);
	(void)soclose(so);
	return (error);
}

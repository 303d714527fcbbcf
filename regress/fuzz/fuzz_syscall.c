/*
 * System calls of a program that stops at nothing.
 *
 *	syscall	lists of calls; the first octet: 1, by the super-user
 *	ioctl	lists of ioctls on sockets, by the super-user
 *	sysctl	lists of sysctls, by the super-user
 *
 * A call that sleeps is interrupted after a while.  At the end nothing that
 * the program had may be left: descriptors, credentials.
 */
#include <sys/proc.h>
#include <sys/sockio.h>
#include <sys/syscall.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/timeout.h>
#include <sys/uio.h>

#include <net/bpf.h>
#include <net/if_dl.h>
#include <net/route.h>
#include <net/rtable.h>

#include "fuzz_packet.h"
#include "ktuser.h"

#define CALLS		40		/* in one input */
#define PATIENCE_MS	50		/* that a call may sleep */
#define DESCRIPTORS	8		/* that are there from the start */
#define O_RDWR_NONBLOCK	04002

static size_t	blob_len;		/* of the last memory made */
static u_int	boot_ifs;		/* interfaces up to this stay */

static void
impatient(void *arg)
{
	proc_interrupt(arg, 0);
}

static long
call(int nr, const long *a)
{
	struct timeout	 to;
	long		 ret;

	timeout_set(&to, impatient, curproc);
	timeout_add_msec(&to, PATIENCE_MS);
	ret = ktuser_call(nr, a[0], a[1], a[2], a[3], a[4], a[5]);
	timeout_del(&to);
	proc_clear_interrupt(curproc);
	return (ret);
}

/* A copy of octets of the input in the program's memory. */
static void *
blob(struct fuzz_in *fi, size_t len)
{
	const uint8_t	*p;

	p = fuzz_bytes(fi, &len);
	blob_len = len;
	return (ktuser_dup(p, len));
}

static struct iovec *
iovecs(struct fuzz_in *fi, u_int n)
{
	struct iovec	*iov = ktuser_mem(n * sizeof(*iov) + 1);
	u_int		 i, how;

	for (i = 0; i < n; i++) {
		how = fuzz_u8(fi);
		iov[i].iov_base = how == 255 ? KTUSER_BAD :
		    how & 1 ? blob(fi, how) : ktuser_mem(how * 4);
		iov[i].iov_len = how == 254 ? fuzz_u64(fi) :
		    how & 1 ? blob_len : how * 4;
	}
	return (iov);
}

static struct msghdr *
msghdr(struct fuzz_in *fi)
{
	struct msghdr	*mh = ktuser_mem(sizeof(*mh));
	u_int		 how = fuzz_u8(fi);

	if (how & 1) {
		mh->msg_name = blob(fi, fuzz_u8(fi));
		mh->msg_namelen = how & 2 ? fuzz_u32(fi) : blob_len;
	}
	mh->msg_iovlen = how & 4 ? fuzz_u8(fi) % 4 : 1;
	mh->msg_iov = iovecs(fi, mh->msg_iovlen);
	if (how & 8)
		mh->msg_iovlen = fuzz_u64(fi);
	if (how & 16) {
		mh->msg_control = blob(fi, fuzz_u8(fi));
		mh->msg_controllen = how & 32 ? fuzz_u64(fi) : blob_len;
	} else if (how & 32) {
		mh->msg_controllen = fuzz_u8(fi);
		mh->msg_control = ktuser_mem(256);
	}
	mh->msg_flags = how & 64 ? fuzz_u32(fi) : 0;
	return (mh);
}

static long
argument(struct fuzz_in *fi)
{
	u_int	 kind = fuzz_u8(fi);

	switch (kind % 16) {
	case 0:
		return (fuzz_u8(fi));
	case 1:
		return ((long)blob(fi, fuzz_u8(fi)));
	case 2:
		return (blob_len);
	case 3:
		blob_len = fuzz_u16(fi) % 4096;
		return ((long)ktuser_mem(blob_len));
	case 4:
		return ((long)KTUSER_BAD);
	case 5:
		return ((long)ktuser_edge(fuzz_u8(fi)));
	case 6:
		return (fuzz_u64(fi));
	case 7:
		return (fuzz_u32(fi));
	case 8:
		return ((long)msghdr(fi));
	case 9:
		return ((long)iovecs(fi, fuzz_u8(fi) % 8));
	case 10:
		return (-1);
	case 11:
		return (fuzz_u16(fi));
	default:			/* a descriptor, most likely */
		return (kind / 16);
	}
}

/* A few descriptors that are there from the start. */
static void
descriptors(void)
{
	int	*sv = ktuser_mem(2 * sizeof(int));

	ktcall(SYS_socket, LX_AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	ktcall(SYS_socket, LX_AF_INET, SOCK_RAW, 1);
	ktcall(SYS_socket, BSD_PF_ROUTE, SOCK_RAW, 0);
	ktcall(SYS_socket, LX_AF_NETLINK, SOCK_RAW, 0);
	ktcall(SYS_socketpair, LX_AF_UNIX, SOCK_DGRAM, 0, sv);
	ktcall(SYS_socket, LX_AF_INET6, SOCK_DGRAM, 0);
	ktcall(SYS_socket, LX_AF_INET, SOCK_STREAM, 0);
	ktcall(SYS_open, ktuser_dup("/dev/bpf", 9), O_RDWR_NONBLOCK);
	ktcall(SYS_socket, LX_AF_INET6, SOCK_RAW, 58);
}

static void
calls_init(void)
{
	static const struct in6_addr	us = {{{ 0xfd, 0, 0, 1, [15] = 1 }}};

	fza = kt_if("fza0", KTIF_ETHER);
	KT_ERR(0, kt_addr(fza, IP(10, 1, 0, 1), 24));
	KT_ERR(0, kt_route(IP(10, 3, 0, 0), 16, IP(10, 1, 0, 2),
	    RTF_REJECT, 0));
	KT_ERR(0, kt_route(IP(10, 4, 0, 0), 16, IP(10, 1, 0, 2),
	    RTF_BLACKHOLE, 0));
	KT_ERR(0, kt_route(IP(0, 0, 0, 0), 0, IP(10, 1, 0, 2), 0, 0));
	fuzz_address6(fza, &us);
	ktuser_begin(0);
	ktuser_loopback();
	ktuser_end();
}

FUZZ(syscall, calls_init, "system calls")
{
	struct fuzz_in	 fi = { data, size };
	u_int		 i, j, nr;
	long		 a[6];

	ktuser_begin(0);
	descriptors();
	ktuser_setuid(fuzz_u8(&fi) & 1 ? 0 : 1000);
	for (i = 0; i < CALLS && fi.fi_left > 0; i++) {
		nr = fuzz_u16(&fi);
		if (sysent_find(nr) == NULL && nr % 16 != 0)
			nr = sysent[nr % nsysent].sy_nr;
		for (j = 0; j < nitems(a); j++)
			a[j] = argument(&fi);
		call(nr, a);
		ktuser_rewind();
	}
	ktuser_end();
	kt_settle();
	kt_txdrop(fza);
}

static const u_long	ioctls[] = {
	SIOCSIFADDR, SIOCSIFDSTADDR, SIOCSIFFLAGS, SIOCGIFFLAGS,
	SIOCSIFBRDADDR, SIOCSIFNETMASK, SIOCGIFMETRIC, SIOCSIFMETRIC,
	SIOCDIFADDR, SIOCAIFADDR, SIOCGIFDATA, SIOCSIFLLADDR, SIOCGIFADDR,
	SIOCGIFDSTADDR, SIOCGIFBRDADDR, SIOCGIFCONF, SIOCGIFNETMASK,
	SIOCADDMULTI, SIOCDELMULTI, SIOCIFGCLONERS, SIOCIFDESTROY,
	SIOCIFCREATE, SIOCGIFMTU, SIOCSIFMTU, SIOCSIFDESCR, SIOCGIFDESCR,
	SIOCSIFRTLABEL, SIOCGIFRTLABEL, SIOCAIFGROUP, SIOCGIFGROUP,
	SIOCDIFGROUP, SIOCGIFGMEMB, SIOCGIFGATTR, SIOCSIFGATTR, SIOCGIFGLIST,
	SIOCSIFPRIORITY, SIOCGIFPRIORITY, SIOCSIFXFLAGS, SIOCGIFXFLAGS,
	SIOCSIFRDOMAIN, SIOCGIFRDOMAIN, SIOCGIFHARDMTU, SIOCSIFLLPRIO,
	SIOCGIFLLPRIO, SIOCIFAFATTACH, SIOCIFAFDETACH,
	0x8910, 0x8912, 0x8913, 0x8915, 0x8917, 0x8919, 0x891b, 0x891d,
	0x8921, 0x8927, 0x8933, 0x8942, 0x5421, 0x541b,
	SIOCGIFMEDIA, SIOCSIFMEDIA,
	BIOCGBLEN, BIOCSBLEN, BIOCSETF, BIOCFLUSH, BIOCPROMISC, BIOCGDLT,
	BIOCGETIF, BIOCSETIF, BIOCSRTIMEOUT, BIOCGRTIMEOUT, BIOCGSTATS,
	BIOCIMMEDIATE, BIOCVERSION, BIOCSRSIG, BIOCGRSIG, BIOCGHDRCMPLT,
	BIOCSHDRCMPLT, BIOCLOCK, BIOCSETWF, BIOCGFILDROP, BIOCSFILDROP,
	BIOCSDLT, BIOCGDLTLIST, BIOCGDIRFILT, BIOCSDIRFILT, BIOCSWTIMEOUT,
	BIOCGWTIMEOUT, BIOCDWTIMEOUT, BIOCSETFNR,
};

/* Interfaces that an input has made go with it, but for rdomains' own. */
static void
destroy_clones(void)
{
	struct ifreq	*ifr = ktuser_mem(sizeof(*ifr));
	struct ifnet	*ifp, *next;
	long		 fd;

	fd = ktcall(SYS_socket, LX_AF_INET, SOCK_DGRAM, 0);
	for (ifp = TAILQ_FIRST(&ifnetlist); ifp != NULL; ifp = next) {
		next = TAILQ_NEXT(ifp, if_list);
		if (ifp->if_cloner == NULL || ifp->if_index <= boot_ifs ||
		    ifp->if_index == rtable_loindex(ifp->if_rdomain))
			continue;
		strlcpy(ifr->ifr_name, ifp->if_xname, IFNAMSIZ);
		KT_TRUE(ktcall(SYS_ioctl, fd, SIOCIFDESTROY, ifr) == 0);
	}
	ktcall(SYS_close, fd);
}

static void
ioctl_init(void)
{
	struct ifnet	*ifp;

	TAILQ_FOREACH(ifp, &ifnetlist, if_list)
		boot_ifs = MAX(boot_ifs, ifp->if_index);
	ktuser_begin(0);
	ktuser_loopback();
	ktuser_end();
}

/*
 * Each record: descriptor, which ioctl, bits, length, the argument.  The
 * bits: 1, the ioctl's number is in the input; 2, the argument begins with
 * an interface's name; 4 or 8, it has addresses of memory in one place or
 * another.
 */
FUZZ(ioctl, ioctl_init, "ioctls of sockets")
{
	static const char	*names[] = { "lo0", "fza0", "lo1", "egress",
	    "fzb0", "wg0", "lo", "" };
	struct fuzz_in		 fi = { data, size };
	u_long			 com;
	u_int			 i, how, fd;
	uint8_t			*p;
	long			 a[6] = { 0 };

	fza = kt_if("fza0", KTIF_ETHER);
	fzb = kt_if("fzb0", KTIF_IP);
	KT_ERR(0, kt_addr(fza, IP(10, 1, 0, 1), 24));
	ktuser_begin(0);
	descriptors();
	for (i = 0; i < CALLS && fi.fi_left > 0; i++) {
		fd = fuzz_u8(&fi);
		com = ioctls[fuzz_u8(&fi) % nitems(ioctls)];
		how = fuzz_u8(&fi);
		if (how & 1)
			com = fuzz_u32(&fi);
		p = ktuser_mem(8192);
		memcpy(p, blob(&fi, fuzz_u8(&fi)), blob_len);
		if (how & 2)
			memcpy(p, names[how >> 5], strlen(names[how >> 5]) + 1);
		if (how & 4) {
			le64enc(p + 16, (uint64_t)(uintptr_t)ktuser_mem(512));
			le64enc(p + 24, (uint64_t)(uintptr_t)ktuser_mem(512));
		}
		if (how & 8) {
			le64enc(p + 8, (uint64_t)(uintptr_t)ktuser_mem(512));
			le64enc(p + 56, (uint64_t)(uintptr_t)ktuser_mem(512));
		}
		a[0] = fd % DESCRIPTORS;
		a[1] = com;
		a[2] = (long)p;
		call(SYS_ioctl, a);
		ktuser_rewind();
	}
	kt_if_free(fza);
	kt_if_free(fzb);
	destroy_clones();
	ktuser_end();
	kt_settle();
}

/*
 * Each record: how many numbers, the numbers (an octet each; 255, four more),
 * bits: 1 with a new value, 2 of two octets, 4 little room for the old.
 */
FUZZ(sysctl, calls_init, "sysctls")
{
	struct fuzz_in	 fi = { data, size };
	int		*mib;
	u_int		 i, j, n, how;
	long		 a[6];
	size_t		*lenp;

	ktuser_begin(0);
	descriptors();
	for (i = 0; i < CALLS && fi.fi_left > 0; i++) {
		a[1] = n = fuzz_u8(&fi) % (CTL_MAXNAME + 2);
		a[0] = (long)(mib = ktuser_mem((n + 1) * sizeof(*mib)));
		for (j = 0; j < n; j++)
			if ((mib[j] = fuzz_u8(&fi)) == 255)
				mib[j] = fuzz_u32(&fi);
		how = fuzz_u8(&fi);
		lenp = ktuser_mem(sizeof(*lenp));
		*lenp = how & 4 ? how >> 4 : 64 * 1024;
		a[2] = how & 8 ? 0 : (long)ktuser_mem(64 * 1024);
		a[3] = (long)lenp;
		a[4] = how & 1 ? (long)blob(&fi, how & 2 ? 2 : 4) : 0;
		a[5] = how & 1 ? blob_len : 0;
		call(SYS_sysctl, a);
		ktuser_rewind();
	}
	ktuser_end();
}

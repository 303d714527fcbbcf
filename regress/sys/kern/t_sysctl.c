/*
 * sysctl(2): names, room, new values, and who may set them.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/kernel.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/msgbuf.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/syscall.h>
#include <sys/sysctl.h>
#include <sys/time.h>

#include <ktest.h>

#include "ktuser.h"

#define ROOM	8192

static char	*old;			/* the program's buffer */
static size_t	*oldlen;

static void
begin(uid_t uid)
{
	ktuser_begin(uid);
	old = ktuser_mem(ROOM);
	oldlen = ktuser_mem(sizeof(*oldlen));
}

/* Read a name of up to six integers into the buffer. */
static long
get(const int *mib, u_int n, size_t room)
{
	memset(old, 0xee, ROOM);
	*oldlen = room;
	return (ktcall(SYS_sysctl, ktuser_dup(mib, n * sizeof(int)), n, old,
	    oldlen, NULL, 0));
}

/* Set a name. */
static long
set(const int *mib, u_int n, const void *new, size_t newlen)
{
	return (ktcall(SYS_sysctl, ktuser_dup(mib, n * sizeof(int)), n, NULL,
	    NULL, ktuser_dup(new, newlen), newlen));
}

#define GETMIB(room, ...) get((const int[]){ __VA_ARGS__ },		\
	sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int), (room))
#define SETMIB(p, len, ...) set((const int[]){ __VA_ARGS__ },		\
	sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int), (p), (len))

KTEST(strings, "strings: whole, and room that is too little")
{
	begin(1000);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_OSTYPE), 0);
	KT_STREQ(old, ostype);
	KT_EQ(*oldlen, strlen(ostype) + 1);
	KT_EQ(GETMIB(ROOM, CTL_HW, HW_MACHINE), 0);
	KT_STREQ(old, "amd64");
	KT_EQ(GETMIB(6, CTL_HW, HW_MACHINE), 0);
	KT_EQ(GETMIB(5, CTL_HW, HW_MACHINE), -ENOMEM);
	KT_EQ(*oldlen, 5);
	KT_EQ((uint8_t)old[0], 0xee);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_VERSION), 0);
	KT_STREQ(old, version);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_OSRELEASE), 0);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_OSVERSION), 0);
	ktuser_end();
}

KTEST(ints, "ints and structures")
{
	struct timeval	 tv;

	begin(1000);
	KT_EQ(GETMIB(ROOM, CTL_HW, HW_PAGESIZE), 0);
	KT_EQ(*oldlen, 4);
	KT_EQ(*(int *)(void *)old, PAGE_SIZE);
	KT_EQ(GETMIB(3, CTL_HW, HW_PAGESIZE), -ENOMEM);
	KT_EQ(GETMIB(ROOM, CTL_HW, HW_NCPU), 0);
	KT_EQ(*(int *)(void *)old, 1);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_NFILES), 0);
	KT_EQ(*(int *)(void *)old, numfiles);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_BOOTTIME), 0);
	KT_EQ(*oldlen, sizeof(tv));
	microboottime(&tv);
	KT_EQ(((struct timeval *)(void *)old)->tv_sec, tv.tv_sec);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_CLOCKRATE), 0);
	KT_EQ(((struct clockinfo *)(void *)old)->hz, hz);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_MBSTAT), 0);
	KT_EQ(*oldlen, sizeof(struct mbstat));
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_SOCKSTAT), 0);
	KT_EQ(*oldlen, sizeof(sostat));
	ktuser_end();
}

KTEST(size, "without a buffer only the size is told")
{
	int	*mib;

	begin(1000);
	mib = ktuser_mem(2 * sizeof(*mib));
	mib[0] = CTL_KERN;
	mib[1] = KERN_OSTYPE;
	*oldlen = 0;
	KT_EQ(ktcall(SYS_sysctl, mib, 2, NULL, oldlen, NULL, 0), 0);
	KT_EQ(*oldlen, strlen(ostype) + 1);
	KT_EQ(ktcall(SYS_sysctl, mib, 2, NULL, NULL, NULL, 0), 0);
	ktuser_end();
}

KTEST(names, "names that are too short, too long, or not there")
{
	begin(1000);
	KT_EQ(GETMIB(ROOM, CTL_KERN), -EINVAL);
	KT_EQ(GETMIB(ROOM, CTL_KERN, 9999), -EOPNOTSUPP);
	KT_EQ(GETMIB(ROOM, CTL_KERN, -1), -EOPNOTSUPP);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_OSTYPE, 1), -ENOTDIR);
	KT_EQ(GETMIB(ROOM, CTL_HW, HW_PAGESIZE, 1), -ENOTDIR);
	KT_EQ(GETMIB(ROOM, CTL_HW, 0), -EOPNOTSUPP);
	KT_EQ(GETMIB(ROOM, CTL_HW, INT_MIN), -EOPNOTSUPP);
	KT_EQ(GETMIB(ROOM, 0, 1), -EOPNOTSUPP);
	KT_EQ(GETMIB(ROOM, CTL_VM, 1), -EOPNOTSUPP);
	KT_EQ(GETMIB(ROOM, -5, 1), -EOPNOTSUPP);
	KT_EQ(GETMIB(ROOM, CTL_NET, 9999, 1, 1), -ENOPROTOOPT);
	KT_EQ(GETMIB(ROOM, CTL_NET, AF_NETLINK), -EISDIR);
	KT_EQ(GETMIB(ROOM, CTL_NET, AF_NETLINK, 0, 1), -ENOPROTOOPT);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_POOL), -EISDIR);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_MALLOCSTATS), -EISDIR);
	KT_EQ(GETMIB(ROOM, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12), -ENOTDIR);
	KT_EQ(GETMIB(ROOM, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13), -EINVAL);
	ktuser_end();
}

KTEST(efault, "addresses that are not there")
{
	int	*mib;

	begin(0);
	mib = ktuser_mem(2 * sizeof(*mib));
	mib[0] = CTL_KERN;
	mib[1] = KERN_HOSTNAME;
	*oldlen = 100;
	KT_EQ(ktcall(SYS_sysctl, KTUSER_BAD, 2, old, oldlen, 0, 0), -EFAULT);
	KT_EQ(ktcall(SYS_sysctl, NULL, 2, old, oldlen, 0, 0), -EFAULT);
	KT_EQ(ktcall(SYS_sysctl, mib, 2, KTUSER_BAD, oldlen, 0, 0), -EFAULT);
	KT_EQ(ktcall(SYS_sysctl, mib, 2, old, KTUSER_BAD, 0, 0), -EFAULT);
	KT_EQ(ktcall(SYS_sysctl, mib, 2, old, NULL, 0, 0), -EFAULT);
	KT_EQ(ktcall(SYS_sysctl, mib, 2, NULL, NULL, KTUSER_BAD, 5),
	    -EFAULT);
	KT_EQ(ktcall(SYS_sysctl, mib, 0, old, oldlen, 0, 0), -EINVAL);
	KT_EQ(ktcall(SYS_sysctl, mib, UINT_MAX, old, oldlen, 0, 0), -EINVAL);
	ktuser_end();
}

KTEST(hostname, "a string is set by the super-user, and no one else")
{
	static char	 before[MAXHOSTNAMELEN], longer[300];

	begin(1000);
	strlcpy(before, hostname, sizeof(before));
	KT_EQ(SETMIB("evil", 4, CTL_KERN, KERN_HOSTNAME), -EPERM);
	KT_STREQ(hostname, before);
	ktuser_setuid(0);
	KT_EQ(SETMIB("gw.example", 10, CTL_KERN, KERN_HOSTNAME), 0);
	KT_STREQ(hostname, "gw.example");
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_HOSTNAME), 0);
	KT_STREQ(old, "gw.example");
	/* With its NUL it is the same. */
	KT_EQ(SETMIB("other\0junk", 10, CTL_KERN, KERN_HOSTNAME), 0);
	KT_STREQ(hostname, "other");
	memset(longer, 'x', sizeof(longer));
	KT_EQ(SETMIB(longer, MAXHOSTNAMELEN, CTL_KERN, KERN_HOSTNAME), -EINVAL);
	KT_STREQ(hostname, "other");
	KT_EQ(SETMIB(longer, MAXHOSTNAMELEN - 1, CTL_KERN, KERN_HOSTNAME), 0);
	KT_EQ(strlen(hostname), MAXHOSTNAMELEN - 1);
	KT_EQ(SETMIB("", 0, CTL_KERN, KERN_HOSTNAME), 0);
	KT_STREQ(hostname, "");
	strlcpy(hostname, before, sizeof(hostname));
	ktuser_end();
}

KTEST(oldnew, "old and new at once; no new when the old has no room")
{
	static char	 before[MAXHOSTNAMELEN];
	int		*mib;

	begin(0);
	strlcpy(before, hostname, sizeof(before));
	strlcpy(hostname, "one", sizeof(hostname));
	mib = ktuser_mem(2 * sizeof(*mib));
	mib[0] = CTL_KERN;
	mib[1] = KERN_HOSTNAME;
	*oldlen = 3;
	KT_EQ(ktcall(SYS_sysctl, mib, 2, old, oldlen, ktuser_dup("two", 3),
	    3), -ENOMEM);
	KT_STREQ(hostname, "one");
	*oldlen = 4;
	KT_EQ(ktcall(SYS_sysctl, mib, 2, old, oldlen, ktuser_dup("two", 3),
	    3), 0);
	KT_STREQ(old, "one");
	KT_STREQ(hostname, "two");
	strlcpy(hostname, before, sizeof(hostname));
	ktuser_end();
}

KTEST(setint, "ints: size, bounds, read-only ones")
{
	int64_t	 wide = 1;
	u_int	 files = maxfiles;
	int	 level = securelevel, val;

	begin(0);
	val = files - 1;
	KT_EQ(SETMIB(&val, 4, CTL_KERN, KERN_MAXFILES), 0);
	KT_EQ(maxfiles, val);
	KT_EQ(SETMIB(&val, 3, CTL_KERN, KERN_MAXFILES), -EINVAL);
	KT_EQ(SETMIB(&wide, 8, CTL_KERN, KERN_MAXFILES), -EINVAL);
	val = 0;
	KT_EQ(SETMIB(&val, 4, CTL_KERN, KERN_MAXFILES), -EINVAL);
	val = INT_MAX;
	KT_EQ(SETMIB(&val, 4, CTL_KERN, KERN_MAXFILES), -EINVAL);
	KT_EQ(maxfiles, files - 1);
	maxfiles = files;
	KT_EQ(SETMIB(&val, 4, CTL_KERN, KERN_NFILES), -EPERM);
	KT_EQ(SETMIB(&val, 4, CTL_KERN, KERN_OSTYPE), -EPERM);
	KT_EQ(SETMIB(&val, 4, CTL_HW, HW_NCPU), -EPERM);
	/* The level rises only. */
	val = level + 1;
	KT_EQ(SETMIB(&val, 4, CTL_KERN, KERN_SECURELVL), 0);
	KT_EQ(securelevel, level + 1);
	val = level;
	KT_EQ(SETMIB(&val, 4, CTL_KERN, KERN_SECURELVL), -EPERM);
	KT_EQ(securelevel, level + 1);
	securelevel = level;
	ktuser_end();
}

KTEST(helpers, "the helpers of protocols' handlers")
{
	static int				 v = 5, w = 6;
	static const struct sysctl_bounded_args	 args[] = {
		{ 3, &v, 0, 10 },
		{ 4, &w, SYSCTL_INT_READONLY },
	};
	size_t					 len = 0;
	int					*new, mib;
	char					*str, *old8;

	begin(0);
	new = ktuser_mem(16);
	*new = 10;
	mib = 3;
	KT_ERR(0, sysctl_bounded_arr(args, 2, &mib, 1, NULL, &len, new, 4));
	KT_EQ(v, 10);
	*new = 11;
	KT_ERR(EINVAL, sysctl_bounded_arr(args, 2, &mib, 1, NULL, &len, new,
	    4));
	*new = -1;
	KT_ERR(EINVAL, sysctl_bounded_arr(args, 2, &mib, 1, NULL, &len, new,
	    4));
	KT_EQ(v, 10);
	KT_ERR(ENOTDIR, sysctl_bounded_arr(args, 2, &mib, 2, NULL, &len,
	    NULL, 0));
	mib = 4;
	KT_ERR(EPERM, sysctl_bounded_arr(args, 2, &mib, 1, NULL, &len, new,
	    4));
	KT_ERR(0, sysctl_bounded_arr(args, 2, &mib, 1, NULL, &len, NULL, 0));
	KT_EQ(len, 4);
	mib = 5;
	KT_ERR(EOPNOTSUPP, sysctl_bounded_arr(args, 2, &mib, 1, NULL, &len,
	    NULL, 0));
	/* Cut strings. */
	str = ktuser_dup("abcdef", 7);
	old8 = ktuser_mem(8);
	memset(old8, 'z', 8);
	len = 4;
	KT_ERR(0, sysctl_tstring(old8, &len, NULL, 0, str, 7));
	KT_MEMEQ(old8, "abc\0zzzz", 8);
	len = 0;
	KT_ERR(0, sysctl_tstring(old8, &len, NULL, 0, str, 7));
	KT_EQ(old8[0], 'a');
	ktuser_end();
}

KTEST(pools, "kern.pool: every pool by number")
{
	int	 i, max, seen = 0;

	begin(1000);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_POOL, KERN_POOL_NPOOLS), 0);
	max = *(int *)(void *)old;
	KT_TRUE(max > 3);
	for (i = 1; i <= max; i++) {
		if (GETMIB(ROOM, CTL_KERN, KERN_POOL, KERN_POOL_NAME, i) != 0)
			continue;
		KT_TRUE(strlen(old) > 0);
		if (strcmp(old, "sockpl") == 0)
			seen = 1;
		KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_POOL, KERN_POOL_POOL, i), 0);
		KT_EQ(*oldlen, sizeof(struct kinfo_pool));
		KT_TRUE(((struct kinfo_pool *)(void *)old)->pr_size > 0);
	}
	KT_EQ(seen, 1);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_POOL, KERN_POOL_NAME, max + 1),
	    -ENOENT);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_POOL, KERN_POOL_NAME, -1), -ENOENT);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_POOL, 9, 1), -EOPNOTSUPP);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_POOL, KERN_POOL_NAME), -ENOTDIR);
	ktuser_end();
}

KTEST(mallocs, "kern.malloc: names and statistics by type")
{
	begin(1000);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_MALLOCSTATS, KERN_MALLOC_KMEMNAMES),
	    0);
	KT_TRUE(strstr(old, kmemnames[M_MBUF]) != NULL);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_MALLOCSTATS, KERN_MALLOC_KMEMSTATS,
	    M_FILEDESC), 0);
	KT_EQ(*oldlen, sizeof(struct kmemstats));
	KT_TRUE(((struct kmemstats *)(void *)old)->ks_inuse > 0);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_MALLOCSTATS, KERN_MALLOC_KMEMSTATS,
	    M_LAST), -EINVAL);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_MALLOCSTATS, KERN_MALLOC_KMEMSTATS,
	    -1), -EINVAL);
	ktuser_end();
}

KTEST(msgbuf, "kern.msgbuf: the header and the ring")
{
	struct msgbuf	*mb;
	size_t		 size = offsetof(struct msgbuf, msg_bufc) +
	    msgbufp->msg_bufs;
	int		*mib;

	begin(1000);
	mb = ktuser_mem(size);
	mib = ktuser_mem(2 * sizeof(*mib));
	mib[0] = CTL_KERN;
	mib[1] = KERN_MSGBUF;
	*oldlen = size;
	KT_EQ(ktcall(SYS_sysctl, mib, 2, mb, oldlen, NULL, 0), 0);
	KT_EQ(*oldlen, size);
	KT_EQ(mb->msg_magic, MSG_MAGIC);
	KT_EQ(mb->msg_bufs, msgbufp->msg_bufs);
	*oldlen = size - 1;
	KT_EQ(ktcall(SYS_sysctl, mib, 2, mb, oldlen, NULL, 0), -ENOMEM);
	ktuser_end();
}

KTEST(files, "kern.file: open sockets, in entries as large as asked for")
{
	struct kinfo_file	*kf;
	struct socket		*so;
	const int		 size = sizeof(*kf);
	u_int			 i, n, found = 0;
	int			 fd;

	begin(1000);
	kf = (struct kinfo_file *)(void *)old;
	fd = ktproto_socket(SOCK_DGRAM, &so);
	KT_EQ(ktcall(SYS_write, fd, ktuser_mem(9), 9), 9);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_FILE, KERN_FILE_BYFILE, DTYPE_SOCKET,
	    size, 20), 0);
	n = *oldlen / size;
	KT_TRUE(n >= 1);
	for (i = 0; i < n; i++) {
		KT_EQ(kf[i].f_type, DTYPE_SOCKET);
		KT_EQ(kf[i].f_fileaddr, 0);
		if (kf[i].so_family != AF_KTEST || kf[i].f_pid != 4711)
			continue;
		found++;
		KT_EQ(kf[i].so_type, SOCK_DGRAM);
		KT_EQ(kf[i].so_protocol, 17);
		KT_EQ(kf[i].f_uid, 1000);
		KT_EQ(kf[i].so_rcv_cc, so->so_rcv.sb_cc);
		KT_EQ(kf[i].so_laddr[0], 16);
		KT_EQ(kf[i].so_faddr[3], 7);
	}
	KT_EQ(found, 1);
	/* Addresses of the kernel are for the super-user. */
	ktuser_setuid(0);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_FILE, KERN_FILE_BYFILE, DTYPE_SOCKET,
	    size, 20), 0);
	KT_NE(kf[0].f_fileaddr, 0);
	ktuser_setuid(1000);
	/* Entries of eight bytes; one entry; no room; none of that type. */
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_FILE, KERN_FILE_BYFILE, DTYPE_SOCKET,
	    8, 20), 0);
	KT_EQ(*oldlen, n * 8);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_FILE, KERN_FILE_BYFILE, 0, size, 1),
	    0);
	KT_EQ(*oldlen, size);
	KT_EQ(GETMIB(size - 1, CTL_KERN, KERN_FILE, KERN_FILE_BYFILE, 0, size,
	    20), -ENOMEM);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_FILE, KERN_FILE_BYFILE, 99, size, 20),
	    0);
	KT_EQ(*oldlen, 0);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_FILE, KERN_FILE_BYFILE, 0, 0, 20),
	    -EINVAL);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_FILE, KERN_FILE_BYFILE, 0, size + 1,
	    20), -EINVAL);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_FILE, KERN_FILE_BYFILE, 0, -1, 20),
	    -EINVAL);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_FILE, 9, 0, size, 20), -EINVAL);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_FILE, KERN_FILE_BYFILE, 0, size, -1),
	    -EINVAL);
	KT_EQ(GETMIB(ROOM, CTL_KERN, KERN_FILE, KERN_FILE_BYFILE), -EISDIR);
	ktuser_end();
}

/*
 * bpf(4): the device as programs use it, and what listeners see.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/file.h>
#include <sys/filio.h>
#include <sys/mbuf.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysctl.h>

#include <net/bpf.h>
#include <net/if_dl.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/netisr.h>

#include <ktest.h>

#include "../kern/ktuser.h"
#include "testif.h"

#define O_RDONLY	0
#define O_WRONLY	1
#define O_RDWR		2
#define O_NONBLOCK	04000
#define O_DIRECTORY	0200000
#define O_CREAT_EXCL	0300

#define FRAME		100		/* bytes of a test frame */
#define ETYPE		0x88b5		/* for experiments: nobody takes it */

static const uint8_t	 mcast[6] = { 1, 0x80, 0xc2, 0, 0, 0x42 };
static const uint8_t	 peer[6] = { 2, 0, 0, 0, 0, 9 };

static struct testif	*ti;
static caddr_t		 ubuf;		/* where reads go */
static u_int		 ubuflen;

/* A packet in what was read. */
struct record {
	struct bpf_hdr	 r_bh;
	const u_char	*r_data;
};

static void
begin(void)
{
	ktuser_begin(0);
	ti = testif_create("tst0", 1);
}

static void
end(void)
{
	ktuser_end();
	KT_PTREQ(ti->ti_if.if_bpf, NULL);
	KT_EQ(ti->ti_if.if_pcount, 0);
	testif_destroy(ti);
}

static int
bpf_open_flags(const char *path, int flags)
{
	char	*p = ktuser_dup(path, strlen(path) + 1);

	return (ktcall(SYS_openat, -100, p, flags));
}

/* An ioctl with its argument in and out. */
static int
ctl(int fd, u_long cmd, void *arg)
{
	u_int	 len = IOCPARM_LEN(cmd);
	void	*u = ktuser_dup(arg, len);
	int	 error = ktcall(SYS_ioctl, fd, cmd, u);

	memcpy(arg, u, len);
	return (error);
}

static int
ctl_int(int fd, u_long cmd, u_int v)
{
	return (ctl(fd, cmd, &v));
}

static u_int
get_int(int fd, u_long cmd)
{
	u_int	 v = 0;

	KT_EQ(ctl(fd, cmd, &v), 0);
	return (v);
}

static int
set_if(int fd, const char *name)
{
	struct ifreq	 ifr;

	memset(&ifr, 0, sizeof(ifr));
	strlcpy(ifr.ifr_name, name, sizeof(ifr.ifr_name));
	return (ctl(fd, BIOCSETIF, &ifr));
}

static int
set_filter(int fd, u_long cmd, const struct bpf_insn *f, u_int n)
{
	struct bpf_program	 bp;

	bp.bf_len = n;
	bp.bf_insns = f == NULL ? NULL : ktuser_dup(f, n * sizeof(*f));
	return (ctl(fd, cmd, &bp));
}

/* A listener on an interface: its buffers so long, readable at once. */
static int
listen_on(const char *name, u_int len, int flags)
{
	int	 fd = bpf_open_flags("/dev/bpf", flags);

	KT_REQUIRE(fd >= 0);
	KT_EQ(ctl_int(fd, BIOCSBLEN, len), 0);
	KT_EQ(set_if(fd, name), 0);
	KT_EQ(ctl_int(fd, BIOCIMMEDIATE, 1), 0);
	ubuflen = len;
	ubuf = ktuser_mem(len);
	return (fd);
}

/* Read; the records go to r, at most n.  How many, or -errno. */
static int
take(int fd, struct record *r, int n)
{
	long	 got;
	u_int	 off;
	int	 i;

	got = ktcall(SYS_read, fd, ubuf, ubuflen);
	if (got < 0)
		return (got);
	for (i = 0, off = 0; off < got && i < n; i++, r++) {
		memcpy(&r->r_bh, ubuf + off, sizeof(r->r_bh));
		r->r_data = (u_char *)ubuf + off + r->r_bh.bh_hdrlen;
		KT_EQ((off + r->r_bh.bh_hdrlen + ETHER_HDR_LEN) % 4, 0);
		off += BPF_WORDALIGN(r->r_bh.bh_hdrlen + r->r_bh.bh_caplen);
	}
	KT_TRUE(off >= got);
	return (i);
}

static void
receive(u_int len)
{
	testif_receive(ti, testif_frame(len, mcast, peer, ETYPE));
}

static void
sendout(u_int len)
{
	NET_LOCK();
	KT_EQ(if_enqueue(&ti->ti_if, testif_frame(len, peer,
	    ti->ti_enaddr, ETYPE)), 0);
	NET_UNLOCK();
}

static int
revents(int fd)
{
	struct pollfd	 pfd = { fd, POLLIN | POLLOUT, 0 }, *u;

	u = ktuser_dup(&pfd, sizeof(pfd));
	KT_TRUE(ktcall(SYS_poll, u, 1, 0) >= 0);
	return (u->revents);
}

KTEST(open, "the device opens for root, and nothing else has a path")
{
	int	 fd;

	ktuser_begin(0);
	fd = bpf_open_flags("/dev/bpf", O_RDWR);
	KT_TRUE(fd >= 0);
	KT_TRUE(bpf_open_flags("/dev/bpf0", O_RDONLY) >= 0);
	KT_TRUE(ktcall(SYS_open, ktuser_dup("/dev/bpf", 9), O_RDONLY) >= 0);
	KT_EQ(bpf_open_flags("/dev/bpf1x", O_RDONLY), -ENOENT);
	KT_EQ(bpf_open_flags("dev/bpf", O_RDONLY), -ENOENT);
	KT_EQ(bpf_open_flags("/a/path/that/is/longer/than/any/device/has/one",
	    O_RDONLY), -ENOENT);
	KT_EQ(bpf_open_flags("/dev/bpf", O_CREAT_EXCL), -EEXIST);
	KT_EQ(bpf_open_flags("/dev/bpf", O_DIRECTORY), -ENOTDIR);
	KT_EQ(bpf_open_flags("/dev/bpf", 3), -EINVAL);
	KT_EQ(ktcall(SYS_openat, -100, KTUSER_BAD, O_RDONLY), -EFAULT);
	ktuser_setuid(1000);
	KT_EQ(bpf_open_flags("/dev/bpf", O_RDONLY), -EACCES);
	/* Who has it open keeps it. */
	KT_EQ(get_int(fd, BIOCGBLEN), 32768);
	ktuser_end();
}

KTEST(unattached, "what a listener without an interface answers")
{
	struct bpf_version	 bv;
	struct bpf_stat		 bs;
	struct bpf_dltlist	 bl = { 0, NULL };
	struct ifreq		 ifr;
	int			 fd;

	begin();
	fd = bpf_open_flags("/dev/bpf", O_RDWR);
	KT_EQ(ktcall(SYS_read, fd, ktuser_mem(8), 8), -ENXIO);
	KT_EQ(ktcall(SYS_write, fd, ktuser_mem(8), 8), -ENXIO);
	memset(&ifr, 0, sizeof(ifr));
	KT_EQ(ctl(fd, BIOCGETIF, &ifr), -EINVAL);
	KT_EQ(ctl_int(fd, BIOCGDLT, 0), -EINVAL);
	KT_EQ(ctl_int(fd, BIOCSDLT, DLT_EN10MB), -EINVAL);
	KT_EQ(ctl(fd, BIOCGDLTLIST, &bl), -EINVAL);
	KT_EQ(ktcall(SYS_ioctl, fd, BIOCPROMISC, 0), -EINVAL);
	KT_EQ(set_if(fd, "tst1"), -ENXIO);
	KT_EQ(ctl_int(fd, _IOW('B', 200, u_int), 0), -ENOTTY);
	KT_EQ(ctl(fd, BIOCVERSION, &bv), 0);
	KT_EQ(bv.bv_major, 1);
	KT_EQ(bv.bv_minor, 1);
	KT_EQ(ctl(fd, BIOCGSTATS, &bs), 0);
	KT_EQ(bs.bs_recv + bs.bs_drop, 0);
	KT_EQ(get_int(fd, BSD_FIONREAD), 0);
	KT_EQ(ktcall(SYS_ioctl, fd, BIOCSETIF, KTUSER_BAD), -EFAULT);
	KT_EQ(revents(fd), POLLOUT);
	end();
}

KTEST(signal, "no signal can be asked for, whoever asks, and nothing changes")
{
	int	 fd;

	begin();
	fd = bpf_open_flags("/dev/bpf", O_RDONLY);
	KT_EQ(ctl_int(fd, BIOCSRSIG, 29), -EOPNOTSUPP);
	KT_EQ(ctl_int(fd, BIOCGRSIG, 0), -EOPNOTSUPP);
	KT_EQ(set_if(fd, "tst0"), 0);
	KT_EQ(ctl_int(fd, BIOCSRSIG, 29), -EOPNOTSUPP);
	KT_EQ(ctl_int(fd, BIOCSRSIG, UINT_MAX), -EOPNOTSUPP);
	KT_EQ(ctl_int(fd, BIOCGRSIG, 0), -EOPNOTSUPP);
	KT_EQ(ktcall(SYS_ioctl, fd, BIOCSRSIG, KTUSER_BAD), -EFAULT);
	KT_EQ(get_int(fd, BIOCGBLEN), 32768);
	end();
}

KTEST(buflen, "the buffers' length has bounds, and is fixed once there")
{
	u_int	 v;
	int	 fd;

	begin();
	fd = bpf_open_flags("/dev/bpf", O_RDONLY);
	v = 1;
	KT_EQ(ctl(fd, BIOCSBLEN, &v), 0);
	KT_EQ(v, BPF_MINBUFSIZE);
	v = UINT_MAX;
	KT_EQ(ctl(fd, BIOCSBLEN, &v), 0);
	KT_EQ(v, BPF_MAXBUFSIZE);
	KT_EQ(ctl_int(fd, BIOCSBLEN, 4096), 0);
	KT_EQ(set_if(fd, "tst0"), 0);
	KT_EQ(get_int(fd, BIOCGBLEN), 4096);
	KT_EQ(ctl_int(fd, BIOCSBLEN, 8192), -EINVAL);
	KT_EQ(ktcall(SYS_read, fd, ktuser_mem(4095), 4095), -EINVAL);
	KT_EQ(ktcall(SYS_write, fd, ktuser_mem(64), 64), -EBADF);
	end();
}

KTEST(capture, "both directions, with their headers")
{
	struct record	 r[4];
	struct ifreq	 ifr;
	int		 fd;

	begin();
	fd = listen_on("tst0", 4096, O_RDWR);
	KT_EQ(get_int(fd, BIOCGDLT), DLT_EN10MB);
	KT_EQ(ctl(fd, BIOCGETIF, &ifr), 0);
	KT_STREQ(ifr.ifr_name, "tst0");
	receive(FRAME);
	sendout(FRAME + 1);
	KT_EQ(revents(fd), POLLIN | POLLOUT);
	KT_EQ(get_int(fd, BSD_FIONREAD), 126 + 2 + 127);
	KT_EQ(take(fd, r, 4), 2);
	KT_EQ(r[0].r_bh.bh_caplen, FRAME);
	KT_EQ(r[0].r_bh.bh_datalen, FRAME);
	KT_EQ(r[0].r_bh.bh_hdrlen, 26);
	KT_EQ(r[0].r_bh.bh_ifidx, ti->ti_if.if_index);
	KT_EQ(r[0].r_bh.bh_flags & BPF_F_DIR_MASK, BPF_F_DIR_IN);
	KT_EQ(r[0].r_bh.bh_drops, 0);
	KT_MEMEQ(r[0].r_data, mcast, 6);
	KT_EQ(r[1].r_bh.bh_flags & BPF_F_DIR_MASK, BPF_F_DIR_OUT);
	KT_EQ(r[1].r_bh.bh_caplen, FRAME + 1);
	KT_MEMEQ(r[1].r_data + 6, ti->ti_enaddr, 6);
	KT_EQ(revents(fd), POLLOUT);
	end();
}

KTEST(direction, "a direction that is not wanted is not shown")
{
	struct bpf_stat	 bs;
	struct record	 r[4];
	int		 fd;

	begin();
	fd = listen_on("tst0", 4096, O_RDWR | O_NONBLOCK);
	KT_EQ(ctl_int(fd, BIOCSDIRFILT, 4), -EINVAL);
	KT_EQ(ctl_int(fd, BIOCSDIRFILT, BPF_DIRECTION_OUT), 0);
	KT_EQ(get_int(fd, BIOCGDIRFILT), BPF_DIRECTION_OUT);
	receive(FRAME);
	sendout(FRAME);
	KT_EQ(take(fd, r, 4), 1);
	KT_EQ(r[0].r_bh.bh_flags & BPF_F_DIR_MASK, BPF_F_DIR_IN);
	KT_EQ(ctl_int(fd, BIOCSDIRFILT, BPF_DIRECTION_IN), 0);
	receive(FRAME);
	sendout(FRAME);
	KT_EQ(take(fd, r, 4), 1);
	KT_EQ(r[0].r_bh.bh_flags & BPF_F_DIR_MASK, BPF_F_DIR_OUT);
	KT_EQ(ctl_int(fd, BIOCSDIRFILT, BPF_DIRECTION_IN |
	    BPF_DIRECTION_OUT), 0);
	receive(FRAME);
	sendout(FRAME);
	KT_EQ(take(fd, r, 4), -EAGAIN);
	KT_EQ(ctl(fd, BIOCGSTATS, &bs), 0);
	KT_EQ(bs.bs_recv, 6);
	end();
}

KTEST(full, "what finds both buffers full is dropped and counted")
{
	struct bpf_stat	 bs;
	struct record	 r[8];
	u_int		 one = BPF_WORDALIGN(26 + FRAME), i;
	int		 fd;

	begin();
	fd = listen_on("tst0", 3 * one, O_RDWR);
	KT_EQ(ctl_int(fd, BIOCIMMEDIATE, 0), 0);
	for (i = 0; i < 3; i++)
		receive(FRAME);
	/* One buffer is full, and is handed over by the next packet. */
	KT_EQ(revents(fd), POLLOUT);
	receive(FRAME);
	KT_EQ(revents(fd), POLLOUT | POLLIN);
	for (i = 0; i < 4; i++)
		receive(FRAME);
	KT_EQ(ctl(fd, BIOCGSTATS, &bs), 0);
	KT_EQ(bs.bs_recv, 8);
	KT_EQ(bs.bs_drop, 2);
	KT_EQ(take(fd, r, 8), 3);
	receive(FRAME);
	KT_EQ(take(fd, r, 8), 3);
	KT_EQ(r[2].r_bh.bh_drops, 0);
	KT_EQ(ctl_int(fd, BIOCIMMEDIATE, 1), 0);
	KT_EQ(take(fd, r, 8), 1);
	KT_EQ(r[0].r_bh.bh_drops, 2);
	KT_EQ(ktcall(SYS_ioctl, fd, BIOCFLUSH, 0), 0);
	KT_EQ(ctl(fd, BIOCGSTATS, &bs), 0);
	KT_EQ(bs.bs_recv + bs.bs_drop, 0);
	end();
}

KTEST(snap, "a packet is cut to what the filter and the buffer allow")
{
	static const struct bpf_insn	 snap[] =
	    { BPF_STMT(BPF_RET | BPF_K, 20) };
	struct record			 r[4];
	int				 fd;

	begin();
	fd = listen_on("tst0", 64, O_RDWR);
	receive(FRAME);
	KT_EQ(take(fd, r, 4), 1);
	KT_EQ(r[0].r_bh.bh_caplen, 64 - 26);
	KT_EQ(r[0].r_bh.bh_datalen, FRAME);
	KT_EQ(set_filter(fd, BIOCSETF, snap, 1), 0);
	receive(FRAME);
	KT_EQ(take(fd, r, 4), 1);
	KT_EQ(r[0].r_bh.bh_caplen, 20);
	KT_EQ(r[0].r_bh.bh_datalen, FRAME);
	end();
}

/* A buffer that is too short for the headers alone takes nothing. */
KTEST(tiny, "buffers too short for any packet")
{
	struct bpf_stat	 bs;
	int		 fd;

	begin();
	fd = listen_on("tst0", BPF_MINBUFSIZE, O_RDWR | O_NONBLOCK);
	receive(FRAME);
	KT_EQ(ctl(fd, BIOCGSTATS, &bs), 0);
	KT_EQ(bs.bs_recv, 1);
	KT_EQ(get_int(fd, BSD_FIONREAD), 32);
	end();
}

KTEST(filters, "programs are checked, replaced and taken away")
{
	static const struct bpf_insn	 none[] =
	    { BPF_STMT(BPF_RET | BPF_K, 0) };
	static const struct bpf_insn	 bad[] =
	    { BPF_STMT(BPF_LD | BPF_IMM, 0) };
	struct bpf_program		 bp = { 1, KTUSER_BAD };
	struct record			 r[4];
	int				 fd;

	begin();
	fd = listen_on("tst0", 4096, O_RDWR | O_NONBLOCK);
	receive(FRAME);
	KT_EQ(set_filter(fd, BIOCSETFNR, none, 1), 0);
	receive(FRAME);
	KT_EQ(take(fd, r, 4), 1);
	KT_EQ(set_filter(fd, BIOCSETF, bad, 1), -EINVAL);
	KT_EQ(set_filter(fd, BIOCSETF, none, 0), -EINVAL);
	KT_EQ(ctl(fd, BIOCSETF, &bp), -EFAULT);
	bp.bf_len = BPF_MAXINSNS + 1;
	KT_EQ(ctl(fd, BIOCSETF, &bp), -EINVAL);
	bp.bf_len = UINT_MAX;
	KT_EQ(ctl(fd, BIOCSETF, &bp), -EINVAL);
	/* The old one is still there. */
	receive(FRAME);
	KT_EQ(take(fd, r, 4), -EAGAIN);
	KT_EQ(set_filter(fd, BIOCSETF, NULL, 0), 0);
	receive(FRAME);
	KT_EQ(get_int(fd, BSD_FIONREAD), 126);
	KT_EQ(set_filter(fd, BIOCSETF, NULL, 0), 0);
	KT_EQ(get_int(fd, BSD_FIONREAD), 0);
	end();
}

KTEST(listeners, "each gets its own copy of what its filter takes")
{
	static const struct bpf_insn	 longer[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, FRAME, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct record			 r[4];
	int				 a, b;

	begin();
	a = listen_on("tst0", 4096, O_RDWR | O_NONBLOCK);
	b = listen_on("tst0", 4096, O_RDWR | O_NONBLOCK);
	KT_EQ(set_filter(b, BIOCSETF, longer, nitems(longer)), 0);
	receive(FRAME);
	receive(FRAME + 8);
	KT_EQ(take(a, r, 4), 2);
	KT_EQ(take(b, r, 4), 1);
	KT_EQ(r[0].r_bh.bh_caplen, FRAME + 8);
	KT_EQ(ktcall(SYS_close, a), 0);
	KT_NE((long)(uintptr_t)ti->ti_if.if_bpf, 0);
	receive(FRAME + 9);
	KT_EQ(take(b, r, 4), 1);
	KT_EQ(ktcall(SYS_close, b), 0);
	KT_PTREQ(ti->ti_if.if_bpf, NULL);
	end();
}

KTEST(timeout, "a read ends with its time, a poll when packets have waited")
{
	struct timeval	 tv = { 0, 200000 };
	struct record	 r[4];
	uint64_t	 t;
	int		 fd;

	begin();
	fd = listen_on("tst0", 4096, O_RDWR);
	KT_EQ(ctl_int(fd, BIOCIMMEDIATE, 0), 0);
	KT_EQ(ctl(fd, BIOCGWTIMEOUT, &tv), -ENXIO);
	KT_EQ(ctl(fd, BIOCSRTIMEOUT, &tv), 0);
	t = nsecuptime();
	KT_EQ(take(fd, r, 4), 0);
	KT_RANGE(nsecuptime() - t, 200000000, 210000000);
	receive(FRAME);
	KT_EQ(take(fd, r, 4), 1);
	KT_EQ(ctl(fd, BIOCGRTIMEOUT, &tv), 0);
	KT_EQ(tv.tv_usec, 200000);
	tv.tv_usec = 50000;
	KT_EQ(ctl(fd, BIOCSWTIMEOUT, &tv), 0);
	receive(FRAME);
	KT_EQ(revents(fd), POLLOUT);
	ktest_sleep_ms(51);
	KT_EQ(revents(fd), POLLOUT | POLLIN);
	KT_EQ(take(fd, r, 4), 1);
	KT_EQ(revents(fd), POLLOUT);
	KT_EQ(ctl(fd, BIOCGWTIMEOUT, &tv), 0);
	KT_EQ(tv.tv_usec, 50000);
	KT_EQ(ktcall(SYS_ioctl, fd, BIOCDWTIMEOUT, 0), 0);
	KT_EQ(ctl(fd, BIOCGWTIMEOUT, &tv), -ENXIO);
	tv.tv_usec = 1000000;
	KT_EQ(ctl(fd, BIOCSRTIMEOUT, &tv), -EINVAL);
	tv.tv_usec = 0;
	tv.tv_sec = -1;
	KT_EQ(ctl(fd, BIOCSWTIMEOUT, &tv), -EINVAL);
	tv.tv_sec = 1L << 40;
	KT_EQ(ctl(fd, BIOCSWTIMEOUT, &tv), -EOVERFLOW);
	end();
}

/* Set late: what is there already is not forgotten. */
KTEST(wait_set, "a wait that is set while packets wait")
{
	struct timeval	 tv = { 0, 50000 };
	int		 fd;

	begin();
	fd = listen_on("tst0", 4096, O_RDWR);
	KT_EQ(ctl_int(fd, BIOCIMMEDIATE, 0), 0);
	receive(FRAME);
	KT_EQ(revents(fd), POLLOUT);
	KT_EQ(ctl(fd, BIOCSWTIMEOUT, &tv), 0);
	ktest_sleep_ms(51);
	KT_EQ(revents(fd), POLLOUT | POLLIN);
	KT_EQ(ctl_int(fd, BIOCIMMEDIATE, 0), 0);
	KT_EQ(revents(fd), POLLOUT);
	KT_EQ(ctl_int(fd, BIOCIMMEDIATE, 1), 0);
	KT_EQ(revents(fd), POLLOUT | POLLIN);
	end();
}

static int	 sleeper_fd;
static long	 sleeper_rc;

static void
sleeper(void *arg)
{
	(void)arg;
	sleeper_rc = ktcall(SYS_read, sleeper_fd, ubuf, ubuflen);
	wakeup(&sleeper_rc);
	kthread_exit(0);
}

KTEST(detach, "an interface goes while somebody reads, another has a rest")
{
	struct record	 r[4];
	int		 a, b;

	begin();
	a = listen_on("tst0", 4096, O_RDWR);
	KT_EQ(ctl_int(a, BIOCIMMEDIATE, 0), 0);
	receive(FRAME);
	b = listen_on("tst0", 4096, O_RDWR);
	KT_EQ(ktcall(SYS_ioctl, b, BIOCPROMISC, 0), 0);
	sleeper_fd = b;
	sleeper_rc = 1;
	(void)ktuser_thread(sleeper, NULL);
	ktest_sleep_ms(1);
	KT_EQ(sleeper_rc, 1);
	testif_destroy(ti);
	while (sleeper_rc == 1)
		tsleep_nsec(&sleeper_rc, PWAIT, "sleeper", SEC_TO_NSEC(1));
	KT_EQ(sleeper_rc, -EIO);
	KT_EQ(revents(a), POLLOUT | POLLIN | POLLHUP);
	KT_EQ(take(a, r, 4), 1);
	KT_EQ(take(a, r, 4), -EIO);
	KT_EQ(revents(a), POLLOUT | POLLHUP);
	KT_EQ(ktcall(SYS_write, a, ubuf, 64), -ENXIO);
	/* Another of that name is another interface. */
	ti = testif_create("tst0", 1);
	KT_EQ(take(a, r, 4), -EIO);
	KT_EQ(set_if(a, "tst0"), 0);
	KT_EQ(ctl_int(a, BIOCIMMEDIATE, 1), 0);
	receive(FRAME);
	KT_EQ(take(a, r, 4), 1);
	end();
}

KTEST(promisc, "listeners are counted, and go with their files")
{
	int	 a, b;

	begin();
	a = listen_on("tst0", 4096, O_RDWR);
	b = listen_on("tst0", 4096, O_RDWR);
	KT_EQ(ktcall(SYS_ioctl, a, BIOCPROMISC, 0), 0);
	KT_EQ(ktcall(SYS_ioctl, a, BIOCPROMISC, 0), 0);
	KT_EQ(ktcall(SYS_ioctl, b, BIOCPROMISC, 0), 0);
	KT_EQ(ti->ti_if.if_pcount, 2);
	KT_TRUE(ISSET(ti->ti_if.if_flags, IFF_PROMISC));
	KT_EQ(set_if(a, "lo0"), 0);
	KT_EQ(ti->ti_if.if_pcount, 1);
	KT_EQ(ktcall(SYS_close, b), 0);
	KT_EQ(ti->ti_if.if_pcount, 0);
	KT_EQ(ISSET(ti->ti_if.if_flags, IFF_PROMISC), 0);
	end();
}

/* What the card was last given to send. */
static struct mbuf *
sent(void)
{
	struct mbuf	*m;

	NET_LOCK();
	if_flush();
	NET_UNLOCK();
	m = ml_dequeue(&ti->ti_out);
	KT_REQUIRE(m != NULL);
	return (m);
}

KTEST(write, "a frame is sent with the card's address, or its own")
{
	static const struct bpf_insn	 pass[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETYPE, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct mbuf			*m;
	struct record			 r[4];
	u_char				*f;
	int				 fd;

	begin();
	fd = listen_on("tst0", 4096, O_RDWR);
	f = ktuser_mem(2000);
	memcpy(f, mcast, 6);
	memcpy(f + 6, peer, 6);
	be16enc(f + 12, ETYPE);
	KT_EQ(ktcall(SYS_write, fd, f, 1514), 1514);
	m = sent();
	KT_EQ(m->m_pkthdr.len, 1514);
	KT_TRUE(m->m_flags & M_MCAST);
	KT_MEMEQ(mtod(m, u_char *) + 6, ti->ti_enaddr, 6);
	m_freem(m);
	KT_EQ(take(fd, r, 4), 1);
	KT_EQ(r[0].r_bh.bh_flags & BPF_F_DIR_MASK, BPF_F_DIR_OUT);
	KT_EQ(ctl_int(fd, BIOCSHDRCMPLT, 1), 0);
	KT_EQ(get_int(fd, BIOCGHDRCMPLT), 1);
	memset(f, 0xff, 6);
	KT_EQ(ktcall(SYS_write, fd, f, 60), 60);
	m = sent();
	KT_TRUE(m->m_flags & M_BCAST);
	KT_MEMEQ(mtod(m, u_char *) + 6, peer, 6);
	m_freem(m);
	KT_EQ(ktcall(SYS_write, fd, f, 0), 0);
	KT_EQ(ktcall(SYS_write, fd, f, 14), -EINVAL);
	KT_EQ(ktcall(SYS_write, fd, f, 1515), -EMSGSIZE);
	KT_EQ(ktcall(SYS_write, fd, KTUSER_BAD, 60), -EFAULT);
	KT_EQ(set_filter(fd, BIOCSETWF, pass, nitems(pass)), 0);
	KT_EQ(ktcall(SYS_write, fd, f, 60), 60);
	m_freem(sent());
	be16enc(f + 12, ETYPE + 1);
	KT_EQ(ktcall(SYS_write, fd, f, 60), -EPERM);
	CLR(ti->ti_if.if_flags, IFF_UP);
	KT_EQ(ktcall(SYS_write, fd, f, 60), -ENETDOWN);
	SET(ti->ti_if.if_flags, IFF_UP);
	end();
}

KTEST(lock, "a locked listener keeps its parameters, but from root")
{
	struct timeval	 tv = { 1, 0 };
	struct bpf_stat	 bs;
	int		 fd;

	begin();
	fd = listen_on("tst0", 4096, O_RDWR);
	KT_EQ(ktcall(SYS_ioctl, fd, BIOCLOCK, 0), 0);
	KT_EQ(ctl_int(fd, BIOCSDIRFILT, 0), 0);
	ktuser_setuid(76);
	KT_EQ(ctl_int(fd, BIOCSDIRFILT, 0), -EPERM);
	KT_EQ(set_if(fd, "lo0"), -EPERM);
	KT_EQ(set_filter(fd, BIOCSETF, NULL, 0), -EPERM);
	KT_EQ(set_filter(fd, BIOCSETFNR, NULL, 0), -EPERM);
	KT_EQ(set_filter(fd, BIOCSETWF, NULL, 0), -EPERM);
	KT_EQ(ktcall(SYS_ioctl, fd, BIOCPROMISC, 0), -EPERM);
	KT_EQ(ctl_int(fd, BIOCSFILDROP, 1), -EPERM);
	KT_EQ(ctl_int(fd, BIOCSHDRCMPLT, 1), -EPERM);
	KT_EQ(ctl_int(fd, BIOCSDLT, 1), -EPERM);
	KT_EQ(ctl_int(fd, BIOCSBLEN, 64), -EPERM);
	KT_EQ(ctl_int(fd, BIOCIMMEDIATE, 1), 0);
	KT_EQ(ctl(fd, BIOCSRTIMEOUT, &tv), 0);
	KT_EQ(ctl(fd, BIOCGSTATS, &bs), 0);
	KT_EQ(ktcall(SYS_ioctl, fd, BIOCFLUSH, 0), 0);
	ktuser_setuid(0);
	end();
}

static uint64_t
fildrops(void)
{
	return (if_drops[IFD_FILDROP]);
}

KTEST(fildrop, "a filter may drop what it matches")
{
	struct record	 r[4];
	uint64_t	 n;
	int		 fd;

	begin();
	fd = listen_on("tst0", 4096, O_RDWR | O_NONBLOCK);
	n = fildrops();
	KT_EQ(ctl_int(fd, BIOCSFILDROP, 3), -EINVAL);
	KT_EQ(ctl_int(fd, BIOCSFILDROP, BPF_FILDROP_CAPTURE), 0);
	KT_EQ(get_int(fd, BIOCGFILDROP), BPF_FILDROP_CAPTURE);
	receive(FRAME);
	KT_EQ(fildrops(), n + 1);
	KT_EQ(take(fd, r, 4), 1);
	KT_EQ(ctl_int(fd, BIOCSFILDROP, BPF_FILDROP_DROP), 0);
	receive(FRAME);
	KT_EQ(fildrops(), n + 2);
	KT_EQ(take(fd, r, 4), -EAGAIN);
	KT_EQ(ctl_int(fd, BIOCSFILDROP, BPF_FILDROP_PASS), 0);
	receive(FRAME);
	KT_EQ(fildrops(), n + 2);
	end();
}

KTEST(dlts, "an interface with two link types")
{
	struct bpf_dltlist	 bl = { 0, NULL };
	caddr_t			 driver;
	int			 fd;

	begin();
	bpfattach(&driver, &ti->ti_if, DLT_ENC, 12);
	fd = listen_on("tst0", 4096, O_RDWR);
	KT_EQ(ctl(fd, BIOCGDLTLIST, &bl), 0);
	KT_EQ(bl.bfl_len, 2);
	bl.bfl_len = 1;
	bl.bfl_list = ktuser_mem(2 * sizeof(u_int));
	KT_EQ(ctl(fd, BIOCGDLTLIST, &bl), -ENOMEM);
	bl.bfl_len = 5;
	KT_EQ(ctl(fd, BIOCGDLTLIST, &bl), 0);
	KT_EQ(bl.bfl_len, 2);
	KT_EQ(bl.bfl_list[0], DLT_EN10MB);
	KT_EQ(bl.bfl_list[1], DLT_ENC);
	KT_EQ(ctl_int(fd, BIOCSDLT, DLT_RAW), -EINVAL);
	KT_EQ(ktcall(SYS_ioctl, fd, BIOCPROMISC, 0), 0);
	KT_EQ(ctl_int(fd, BIOCSDLT, DLT_ENC), 0);
	KT_EQ(get_int(fd, BIOCGDLT), DLT_ENC);
	KT_EQ(ti->ti_if.if_pcount, 1);
	KT_PTREQ(ti->ti_if.if_bpf, NULL);
	KT_NE((long)(uintptr_t)driver, 0);
	/* Written it cannot be. */
	KT_EQ(ktcall(SYS_write, fd, ubuf, 64), -EIO);
	KT_EQ(ktcall(SYS_close, fd), 0);
	KT_PTREQ(driver, NULL);
	end();
}

KTEST(sysctl, "net.bpf.bufsize is what a new listener has")
{
	int	 mib[3] = { CTL_NET, PF_BPF, NET_BPF_BUFSIZE };
	int	*v = NULL, *m, fd;
	size_t	*len;

	ktuser_begin(0);
	m = ktuser_dup(mib, sizeof(mib));
	v = ktuser_mem(sizeof(*v));
	len = ktuser_mem(sizeof(*len));
	*len = sizeof(*v);
	KT_EQ(ktcall(SYS_sysctl, m, 3, v, len, 0, 0), 0);
	KT_EQ(*v, 32768);
	*v = 65536;
	KT_EQ(ktcall(SYS_sysctl, m, 3, 0, 0, v, sizeof(*v)), 0);
	fd = bpf_open_flags("/dev/bpf", O_RDONLY);
	KT_EQ(get_int(fd, BIOCGBLEN), 65536);
	*v = BPF_MAXBUFSIZE + 1;
	KT_EQ(ktcall(SYS_sysctl, m, 3, 0, 0, v, sizeof(*v)), -EINVAL);
	*v = 32768;
	KT_EQ(ktcall(SYS_sysctl, m, 3, 0, 0, v, sizeof(*v)), 0);
	m[2] = NET_BPF_MAXID;
	KT_EQ(ktcall(SYS_sysctl, m, 3, v, len, 0, 0), -EOPNOTSUPP);
	ktuser_end();
}

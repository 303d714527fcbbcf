/*
 * Files and the array that numbers them: the lowest free number, copies,
 * close-on-exec, limits, and that the last reference closes.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/filio.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <ktest.h>

#include "ktuser.h"

#define F_DUPFD		0
#define F_GETFD		1
#define F_SETFD		2
#define F_GETFL		3
#define F_SETFL		4
#define F_DUPFD_CLOEXEC	1030
#define O_CLOEXEC	02000000
#define O_NONBLOCK	04000

static u_int	closed;			/* files of ours that were */
static int	ready_events;		/* what they poll as */
static size_t	toy_resid;		/* bytes of the last transfer */

static int
toy_rw(struct file *fp, struct uio *uio, int flags)
{
	char	 buf[16];

	toy_resid = uio->uio_resid;
	if (flags & FO_NONBLOCK)
		return (EWOULDBLOCK);
	memset(buf, 'x', sizeof(buf));
	return (uiomove(buf, MIN(sizeof(buf), uio->uio_resid), uio));
}

/* Commands: 'T' 1 reads an int, 2 writes one, 3 has none, 4 is long. */
static int
toy_ioctl(struct file *fp, u_long cmd, caddr_t data, struct proc *p)
{
	switch (cmd) {
	case _IOR('T', 1, int):
		*(int *)(void *)data = 1234;
		return (0);
	case _IOW('T', 2, int):
		return (*(int *)(void *)data == 77 ? 0 : EINVAL);
	case _IO('T', 3):
		return (0);
	case _IOC(IOC_INOUT, 'T', 4, 300):
		data[299]++;
		return (0);
	case _IOC(IOC_IN, 'T', 5, 0):
		return (*(void **)(void *)data == KTUSER_BAD ? 0 : EINVAL);
	default:
		return (ENOTTY);
	}
}

static int
toy_poll(struct file *fp, int events)
{
	return (ready_events & events);
}

static int
toy_close(struct file *fp)
{
	closed++;
	return (0);
}

static const struct fileops toyops = {
	.fo_read	= toy_rw,
	.fo_write	= toy_rw,
	.fo_ioctl	= toy_ioctl,
	.fo_poll	= toy_poll,
	.fo_close	= toy_close,
};

/* A new file under its number. */
static int
toy(int flags)
{
	struct file	*fp;
	int		 fd;

	fp = file_alloc(curproc, DTYPE_DEVICE, &toyops, NULL);
	KT_REQUIRE(fp != NULL);
	if (fd_install(curproc, fp, flags, &fd) != 0) {
		FRELE(fp);
		return (-1);
	}
	return (fd);
}

KTEST(lowest, "a new number is the lowest that is free")
{
	ktuser_begin(1000);
	closed = 0;
	KT_EQ(toy(0), 0);
	KT_EQ(toy(0), 1);
	KT_EQ(toy(0), 2);
	KT_EQ(ktcall(SYS_close, 1), 0);
	KT_EQ(closed, 1);
	KT_EQ(ktcall(SYS_close, 1), -EBADF);
	KT_EQ(toy(0), 1);
	KT_EQ(toy(0), 3);
	ktuser_end();
	KT_EQ(closed, 5);
}

KTEST(bad, "numbers that name nothing")
{
	static const int	 bad[] = { -1, 0, 15, 16, 1023, 1024, INT_MAX,
	    INT_MIN };
	u_int			 i;

	ktuser_begin(1000);
	for (i = 0; i < nitems(bad); i++) {
		KT_CASE("%d", bad[i]);
		KT_EQ(ktcall(SYS_close, bad[i]), -EBADF);
		KT_EQ(ktcall(SYS_read, bad[i], KTUSER_BAD, 1), -EBADF);
		KT_EQ(ktcall(SYS_write, bad[i], KTUSER_BAD, 1), -EBADF);
		KT_EQ(ktcall(SYS_dup, bad[i]), -EBADF);
		KT_EQ(ktcall(SYS_dup2, bad[i], bad[i]), -EBADF);
		KT_EQ(ktcall(SYS_dup2, bad[i], 3), -EBADF);
		KT_EQ(ktcall(SYS_fcntl, bad[i], F_GETFD, 0), -EBADF);
		KT_EQ(ktcall(SYS_ioctl, bad[i], FIONREAD, KTUSER_BAD),
		    -EBADF);
		KT_EQ(ktcall(SYS_recvfrom, bad[i], 0, 0, 0, 0, 0), -EBADF);
	}
	ktuser_end();
}

KTEST(dup, "copies share the file and close one by one")
{
	ktuser_begin(1000);
	closed = 0;
	KT_EQ(toy(FDI_CLOEXEC), 0);
	KT_EQ(ktcall(SYS_dup, 0), 1);
	KT_EQ(ktcall(SYS_dup2, 0, 40), 40);
	KT_EQ(ktcall(SYS_dup2, 40, 40), 40);
	KT_EQ(ktcall(SYS_dup3, 0, 41, O_CLOEXEC), 41);
	KT_EQ(ktcall(SYS_dup3, 0, 0, 0), -EINVAL);
	KT_EQ(ktcall(SYS_dup3, 0, 5, 1), -EINVAL);
	KT_EQ(ktcall(SYS_dup2, 0, -1), -EBADF);
	KT_EQ(ktcall(SYS_dup2, 0, NDFILEMAX), -EBADF);
	/* Only the original and dup3's are marked. */
	KT_EQ(ktcall(SYS_fcntl, 0, F_GETFD, 0), 1);
	KT_EQ(ktcall(SYS_fcntl, 1, F_GETFD, 0), 0);
	KT_EQ(ktcall(SYS_fcntl, 40, F_GETFD, 0), 0);
	KT_EQ(ktcall(SYS_fcntl, 41, F_GETFD, 0), 1);
	fdcloseexec(curproc->p_fd);
	KT_EQ(ktcall(SYS_fcntl, 0, F_GETFD, 0), -EBADF);
	KT_EQ(ktcall(SYS_fcntl, 41, F_GETFD, 0), -EBADF);
	KT_EQ(ktcall(SYS_close, 1), 0);
	KT_EQ(closed, 0);
	KT_EQ(ktcall(SYS_close, 40), 0);
	KT_EQ(closed, 1);
	ktuser_end();
}

KTEST(dup2_closes, "dup2 closes what its target named")
{
	ktuser_begin(1000);
	closed = 0;
	KT_EQ(toy(0), 0);
	KT_EQ(toy(0), 1);
	KT_EQ(ktcall(SYS_dup2, 0, 1), 1);
	KT_EQ(closed, 1);
	ktuser_end();
	KT_EQ(closed, 2);
}

KTEST(fcntl, "flags of a number and of a file")
{
	ktuser_begin(1000);
	KT_EQ(toy(FDI_NONBLOCK), 0);
	KT_EQ(ktcall(SYS_dup, 0), 1);
	KT_EQ(ktcall(SYS_fcntl, 0, F_SETFD, 1), 0);
	KT_EQ(ktcall(SYS_fcntl, 0, F_GETFD, 0), 1);
	KT_EQ(ktcall(SYS_fcntl, 1, F_GETFD, 0), 0);
	/* The non-blocking flag is the file's: both see it. */
	KT_TRUE(ktcall(SYS_fcntl, 1, F_GETFL, 0) & O_NONBLOCK);
	KT_EQ(ktcall(SYS_read, 0, ktuser_mem(8), 8), -EWOULDBLOCK);
	KT_EQ(ktcall(SYS_fcntl, 1, F_SETFL, 0), 0);
	KT_EQ(ktcall(SYS_fcntl, 0, F_GETFL, 0) & O_NONBLOCK, 0);
	KT_EQ(ktcall(SYS_read, 0, ktuser_mem(8), 8), 8);
	KT_EQ(ktcall(SYS_fcntl, 0, F_DUPFD, 10), 10);
	KT_EQ(ktcall(SYS_fcntl, 0, F_DUPFD_CLOEXEC, 10), 11);
	KT_EQ(ktcall(SYS_fcntl, 11, F_GETFD, 0), 1);
	KT_EQ(ktcall(SYS_fcntl, 0, F_DUPFD, -1), -EINVAL);
	KT_EQ(ktcall(SYS_fcntl, 0, F_DUPFD, NDFILEMAX), -EINVAL);
	KT_EQ(ktcall(SYS_fcntl, 0, 9999, 0), -EINVAL);
	ktuser_end();
}

KTEST(limits, "EMFILE when a table is full, ENFILE when the kernel's is")
{
	u_int	 before = numfiles, savemax = maxfiles;
	int	 i;

	ktuser_begin(1000);
	for (i = 0; i < NDFILEMAX; i++)
		if (toy(0) != i)
			break;
	KT_EQ(i, NDFILEMAX);
	KT_EQ(toy(0), -1);
	KT_EQ(ktcall(SYS_dup, 0), -EMFILE);
	KT_EQ(ktcall(SYS_close, 500), 0);
	KT_EQ(toy(0), 500);
	ktuser_end();
	KT_EQ(numfiles, before);

	ktuser_begin(1000);
	maxfiles = numfiles + 1;
	KT_EQ(toy(0), 0);
	KT_PTREQ(file_alloc(curproc, DTYPE_DEVICE, &toyops, NULL), NULL);
	KT_EQ(ktcall(SYS_socket, LX_AF_NETLINK, SOCK_RAW, 0), -ENFILE);
	maxfiles = savemax;
	ktuser_end();
	KT_EQ(numfiles, before);
}

KTEST(fork, "a child has the same files; each table closes its own")
{
	struct filedesc	*child;

	ktuser_begin(1000);
	closed = 0;
	KT_EQ(toy(0), 0);
	KT_EQ(toy(FDI_CLOEXEC), 1);
	KT_EQ(ktcall(SYS_dup2, 0, 700), 700);
	child = fdcopy(curproc->p_fd);
	KT_REQUIRE(child != NULL);
	KT_PTREQ(child->fd_ofiles[0], curproc->p_fd->fd_ofiles[0]);
	KT_PTREQ(child->fd_ofiles[700], curproc->p_fd->fd_ofiles[0]);
	KT_EQ(child->fd_ofiles[0]->f_count, 4);
	fdcloseexec(child);
	KT_PTREQ(child->fd_ofiles[1], NULL);
	KT_EQ(closed, 0);
	fdfree(child);
	KT_EQ(closed, 0);
	KT_EQ(ktcall(SYS_close, 0), 0);
	KT_EQ(ktcall(SYS_close, 1), 0);
	KT_EQ(closed, 1);
	ktuser_end();
	KT_EQ(closed, 2);
}

KTEST(held, "a file in use outlives its number")
{
	struct file	*fp;
	int		 flags;

	ktuser_begin(1000);
	closed = 0;
	KT_EQ(toy(0), 0);
	KT_ERR(0, fd_get(curproc, 0, &fp, &flags));
	KT_EQ(ktcall(SYS_close, 0), 0);
	KT_EQ(closed, 0);
	FRELE(fp);
	KT_EQ(closed, 1);
	KT_EQ(toy(0), 0);
	KT_ERR(ENOTSOCK, fd_getsock(curproc, 0, &fp, &flags));
	KT_EQ(ktcall(SYS_bind, 0, KTUSER_BAD, 16), -ENOTSOCK);
	ktuser_end();
	KT_EQ(closed, 2);
}

KTEST(rw, "vectors: counts, lengths and addresses out of range")
{
	struct iovec	*iov;
	char		*buf;

	ktuser_begin(1000);
	KT_EQ(toy(0), 0);
	buf = ktuser_mem(64);
	iov = ktuser_mem(1025 * sizeof(*iov));
	iov[0].iov_base = buf;
	iov[0].iov_len = 5;
	iov[1].iov_base = NULL;
	iov[1].iov_len = 0;
	iov[2].iov_base = buf + 20;
	iov[2].iov_len = 30;
	KT_EQ(ktcall(SYS_readv, 0, iov, 3), 16);
	KT_MEMEQ(buf, "xxxxx\0", 6);
	KT_MEMEQ(buf + 20, "xxxxxxxxxxx\0", 12);
	KT_EQ(ktcall(SYS_readv, 0, iov, 0), 0);
	KT_EQ(ktcall(SYS_readv, 0, iov, 1024), 16);
	KT_EQ(ktcall(SYS_readv, 0, iov, 1025), -EINVAL);
	KT_EQ(ktcall(SYS_readv, 0, iov, -1), -EINVAL);
	KT_EQ(ktcall(SYS_readv, 0, KTUSER_BAD, 2), -EFAULT);
	KT_EQ(ktcall(SYS_readv, 0, ktuser_edge(24), 2), -EFAULT);
	iov[1].iov_len = -1;
	KT_EQ(ktcall(SYS_writev, 0, iov, 3), -EINVAL);
	KT_EQ(ktcall(SYS_read, 0, buf, -1), -EINVAL);
	KT_EQ(ktcall(SYS_read, 0, KTUSER_BAD, 4), -EFAULT);
	KT_EQ(ktcall(SYS_read, 0, buf, 0), 0);
	/* Lengths that sum up beyond what one call moves are cut. */
	iov[0].iov_len = iov[1].iov_len = iov[2].iov_len = LONG_MAX;
	KT_EQ(ktcall(SYS_readv, 0, iov, 3), 16);
	KT_EQ(toy_resid, UIO_MAXBYTES);
	KT_EQ(ktcall(SYS_read, 0, buf, LONG_MAX), 16);
	KT_EQ(toy_resid, UIO_MAXBYTES);
	ktuser_end();
}

KTEST(ioctl, "arguments by the length that the number says")
{
	char	*big;
	int	*val;

	ktuser_begin(1000);
	KT_EQ(toy(0), 0);
	val = ktuser_mem(sizeof(*val));
	big = ktuser_mem(300);
	KT_EQ(ktcall(SYS_ioctl, 0, _IOR('T', 1, int), val), 0);
	KT_EQ(*val, 1234);
	KT_EQ(ktcall(SYS_ioctl, 0, _IOR('T', 1, int), KTUSER_BAD), -EFAULT);
	KT_EQ(ktcall(SYS_ioctl, 0, _IOW('T', 2, int), val), -EINVAL);
	*val = 77;
	KT_EQ(ktcall(SYS_ioctl, 0, _IOW('T', 2, int), val), 0);
	KT_EQ(ktcall(SYS_ioctl, 0, _IOW('T', 2, int), KTUSER_BAD), -EFAULT);
	KT_EQ(ktcall(SYS_ioctl, 0, _IO('T', 3), KTUSER_BAD), 0);
	big[299] = 8;
	KT_EQ(ktcall(SYS_ioctl, 0, _IOC(IOC_INOUT, 'T', 4, 300), big), 0);
	KT_EQ(big[299], 9);
	KT_EQ(ktcall(SYS_ioctl, 0, _IOC(IOC_INOUT, 'T', 4, 300),
	    ktuser_edge(299)), -EFAULT);
	KT_EQ(ktcall(SYS_ioctl, 0, _IOC(IOC_IN, 'T', 5, 0), KTUSER_BAD), 0);
	KT_EQ(ktcall(SYS_ioctl, 0, 0x5401, val), -ENOTTY);
	KT_EQ(ktcall(SYS_ioctl, 0, 0, val), -ENOTTY);
	KT_EQ(ktcall(SYS_ioctl, 0, -1, big), -ENOTTY);
	*val = 1;
	KT_EQ(ktcall(SYS_ioctl, 0, FIONBIO, val), 0);
	KT_TRUE(ktcall(SYS_fcntl, 0, F_GETFL, 0) & O_NONBLOCK);
	*val = 0;
	KT_EQ(ktcall(SYS_ioctl, 0, BSD_FIONBIO, val), 0);
	KT_EQ(ktcall(SYS_fcntl, 0, F_GETFL, 0) & O_NONBLOCK, 0);
	KT_EQ(ktcall(SYS_ioctl, 0, FIONBIO, KTUSER_BAD), -EFAULT);
	ktuser_end();
}

static void
arrive(void *arg)
{
	ktest_sleep_ms(20);
	ready_events = POLLIN;
	fd_ready(arg);
	kthread_exit(0);
}

KTEST(poll, "poll looks, waits, and is woken")
{
	struct pollfd	*pfd;
	struct file	*fp;
	int		 flags;

	ktuser_begin(1000);
	ready_events = 0;
	KT_EQ(toy(0), 0);
	pfd = ktuser_mem(20 * sizeof(*pfd));
	pfd[0].fd = 0;
	pfd[0].events = POLLIN | POLLOUT;
	pfd[1].fd = -1;
	pfd[1].revents = POLLIN;
	KT_EQ(ktcall(SYS_poll, pfd, 2, 0), 0);
	KT_EQ(pfd[1].revents, 0);
	KT_EQ(ktcall(SYS_poll, pfd, 2, 10), 0);
	pfd[2].fd = 9;
	KT_EQ(ktcall(SYS_poll, pfd, 3, -1), 1);
	KT_EQ(pfd[2].revents, POLLNVAL);
	ready_events = POLLOUT;
	KT_EQ(ktcall(SYS_poll, pfd, 1, -1), 1);
	KT_EQ(pfd[0].revents, POLLOUT);

	ready_events = 0;
	KT_ERR(0, fd_get(curproc, 0, &fp, &flags));
	KT_REQUIRE(ktuser_thread(arrive, fp) != NULL);
	KT_EQ(ktcall(SYS_poll, pfd, 1, -1), 1);
	KT_EQ(pfd[0].revents, POLLIN);
	FRELE(fp);

	KT_EQ(ktcall(SYS_poll, pfd, POLL_MAXFDS + 1, 0), -EINVAL);
	KT_EQ(ktcall(SYS_poll, KTUSER_BAD, 1, 0), -EFAULT);
	KT_EQ(ktcall(SYS_poll, KTUSER_BAD, 0, 0), 0);
	ready_events = 0;
	ktuser_end();
}

KTEST(numbers, "calls that are not in the table")
{
	static const int	 none[] = { 5, 4, 56, 434, 4999, 5999, -1,
	    INT_MAX };
	const struct sysent	*se;
	u_int			 i;

	ktuser_begin(1000);
	for (i = 0; i < nitems(none); i++) {
		KT_CASE("%d", none[i]);
		KT_EQ(ktcall(none[i], 0), -ENOSYS);
	}
	for (se = sysent; se < sysent + nsysent; se++) {
		KT_CASE("%s", se->sy_name);
		KT_PTREQ(sysent_find(se->sy_nr), se);
		if (se > sysent)
			KT_TRUE(se[-1].sy_nr < se->sy_nr);
		KT_RANGE(se->sy_narg, 0, 6);
	}
	ktuser_end();
}

/*
 * System calls on any file: read, write, ioctl, poll.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/malloc.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/syscallargs.h>
#include <sys/time.h>
#include <sys/uio.h>

#include <kern/uipc_compat.h>

#define STK_PARAMS	128		/* ioctl arguments kept on the stack */
#define STK_POLLFDS	16		/* pollfds kept there */

/*
 * Copy in cnt vectors.  Up to UIO_SMALLIOV go to the caller's array, more to
 * memory that iovec_free() gives back.  The total is cut to UIO_MAXBYTES, as
 * the C library's other kernel does.
 *
 * EINVAL for a count or a length out of range, EFAULT; then nothing is held.
 */
int
iovec_copyin(const void *uiov, u_long cnt, struct iovec *small,
    struct iovec **iovp, size_t *totalp)
{
	struct iovec	*iov = small;
	size_t		 left = UIO_MAXBYTES;
	u_long		 i;
	int		 error;

	*iovp = NULL;
	*totalp = 0;
	if (cnt > UIO_MAXIOV)
		return (EINVAL);
	if (cnt > UIO_SMALLIOV)
		iov = mallocarray(cnt, sizeof(*iov), M_IOV, M_WAITOK);
	error = copyin(uiov, iov, cnt * sizeof(*iov));
	for (i = 0; error == 0 && i < cnt; i++) {
		if ((ssize_t)iov[i].iov_len < 0)
			error = EINVAL;
		iov[i].iov_len = MIN(iov[i].iov_len, left);
		left -= iov[i].iov_len;
	}
	if (error) {
		iovec_free(small, iov, cnt);
		return (error);
	}
	*iovp = iov;
	*totalp = UIO_MAXBYTES - left;
	return (0);
}

/*
 * Give back what iovec_copyin() took; iov may be NULL.
 */
void
iovec_free(struct iovec *small, struct iovec *iov, u_long cnt)
{
	if (iov != NULL && iov != small)
		free(iov, M_IOV, cnt * sizeof(*iov));
}

/* Read or write; bytes moved before an error count as success. */
static int
dofileio(struct proc *p, int fd, struct iovec *iov, int iovcnt, size_t total,
    enum uio_rw rw, register_t *retval)
{
	struct uio	 uio;
	struct file	*fp;
	int		 error, flags;

	if ((error = fd_get(p, fd, &fp, &flags)) != 0)
		return (error);
	if ((fp->f_flag & (rw == UIO_READ ? FREAD : FWRITE)) == 0) {
		FRELE(fp);
		return (EBADF);
	}
	uio.uio_iov = iov;
	uio.uio_iovcnt = iovcnt;
	uio.uio_offset = 0;
	uio.uio_resid = total;
	uio.uio_segflg = UIO_USERSPACE;
	uio.uio_rw = rw;
	uio.uio_procp = p;
	if (rw == UIO_READ)
		error = fp->f_ops->fo_read(fp, &uio, flags);
	else
		error = fp->f_ops->fo_write(fp, &uio, flags);
	if (uio.uio_resid != total && (error == ERESTART ||
	    error == EINTR || error == EWOULDBLOCK))
		error = 0;
	*retval = total - uio.uio_resid;
	FRELE(fp);
	return (error);
}

static int
rw(struct proc *p, struct sys_rw_args *uap, enum uio_rw rw,
    register_t *retval)
{
	struct iovec	 iov;

	iov.iov_base = SCARG(uap, buf);
	iov.iov_len = SCARG(uap, nbyte);
	if ((ssize_t)iov.iov_len < 0)
		return (EINVAL);
	iov.iov_len = MIN(iov.iov_len, UIO_MAXBYTES);
	return (dofileio(p, SCARG(uap, fd), &iov, 1, iov.iov_len, rw,
	    retval));
}

static int
rwv(struct proc *p, struct sys_rwv_args *uap, enum uio_rw rw,
    register_t *retval)
{
	struct iovec	 small[UIO_SMALLIOV], *iov;
	size_t		 total;
	int		 error;

	error = iovec_copyin(SCARG(uap, iovp), SCARG(uap, iovcnt), small,
	    &iov, &total);
	if (error)
		return (error);
	error = dofileio(p, SCARG(uap, fd), iov, SCARG(uap, iovcnt), total,
	    rw, retval);
	iovec_free(small, iov, SCARG(uap, iovcnt));
	return (error);
}

int
sys_read(struct proc *p, void *v, register_t *retval)
{
	return (rw(p, v, UIO_READ, retval));
}

int
sys_write(struct proc *p, void *v, register_t *retval)
{
	return (rw(p, v, UIO_WRITE, retval));
}

int
sys_readv(struct proc *p, void *v, register_t *retval)
{
	return (rwv(p, v, UIO_READ, retval));
}

int
sys_writev(struct proc *p, void *v, register_t *retval)
{
	return (rwv(p, v, UIO_WRITE, retval));
}

/*
 * A command whose number tells the argument's size and direction: the
 * argument is copied in, handed over and copied out again.
 */
static int
bsd_ioctl(struct file *fp, u_long com, void *uaddr, struct proc *p)
{
	char		 stkbuf[STK_PARAMS] __attribute__((__aligned__(16)));
	char		*data = stkbuf;
	size_t		 size = IOCPARM_LEN(com);
	int		 error = 0;

	if (size > sizeof(stkbuf))
		data = malloc(size, M_IOCTLOPS, M_WAITOK);
	if (com & IOC_IN) {
		if (size > 0)
			error = copyin(uaddr, data, size);
		else
			*(void **)(void *)data = uaddr;
	} else if (size > 0)
		memset(data, 0, size);
	else
		*(void **)(void *)data = uaddr;
	if (error == 0)
		error = fp->f_ops->fo_ioctl(fp, com, data, p);
	if (error == 0 && (com & IOC_OUT) && size > 0)
		error = copyout(data, uaddr, size);
	if (data != stkbuf)
		free(data, M_IOCTLOPS, size);
	return (error);
}

/* FIONBIO where the files are ours. */
static int
set_nonblock(struct file *fp, const void *uaddr)
{
	int	 error, on;

	if ((error = copyin(uaddr, &on, sizeof(on))) != 0)
		return (error);
	if (on)
		fp->f_flag |= FNONBLOCK;
	else
		fp->f_flag &= ~FNONBLOCK;
	return (0);
}

int
sys_ioctl(struct proc *p, void *v, register_t *retval)
{
	struct sys_ioctl_args	*uap = v;
	struct file		*fp;
	u_long			 com = SCARG(uap, com);
	int			 error, flags;

	(void)retval;
	if ((error = fd_get(p, SCARG(uap, fd), &fp, &flags)) != 0)
		return (error);
	if (com == BSD_FIONBIO)
		com = FIONBIO;
	else if (com == BSD_FIONREAD)
		com = FIONREAD;
	if (com == FIONBIO)
		error = set_nonblock(fp, SCARG(uap, data));
	else if (com & IOC_DIRMASK)
		error = bsd_ioctl(fp, com, SCARG(uap, data), p);
	else
		error = compat_ioctl(fp, com, SCARG(uap, data), p);
	FRELE(fp);
	return (error);
}

/*
 * poll: all who wait sleep on one channel, and look again when anything
 * arrives anywhere.  Good for a machine's own few processes.
 */

static int	pollchan;
static u_int	pollers;

/*
 * Something arrived or changed: whoever sleeps in poll(2) looks again.
 */
void
pollwakeup(void)
{
	if (pollers > 0)
		wakeup(&pollchan);
}

/* Fill in revents; returns how many are not empty. */
static int
pollscan(struct proc *p, struct pollfd *fds, u_int n)
{
	struct file	*fp;
	int		 flags, ready = 0;
	u_int		 i;

	for (i = 0; i < n; i++) {
		fds[i].revents = 0;
		if (fds[i].fd < 0)
			continue;
		if (fd_get(p, fds[i].fd, &fp, &flags) != 0)
			fds[i].revents = POLLNVAL;
		else {
			fds[i].revents = file_poll(fp, fds[i].events);
			FRELE(fp);
		}
		if (fds[i].revents != 0)
			ready++;
	}
	return (ready);
}

/*
 * Wait until one of n files has an event, or for timeout nanoseconds
 * (INFSLP for ever, 0 not at all).  The number of such files goes to retval;
 * EINTR when a signal ends the wait.
 */
int
dopoll(struct proc *p, struct pollfd *fds, u_int n, uint64_t timeout,
    register_t *retval)
{
	uint64_t	 end, now;
	int		 error = 0;

	now = nsecuptime();
	end = timeout > INFSLP - now ? INFSLP : now + timeout;
	for (;;) {
		*retval = pollscan(p, fds, n);
		if (*retval > 0)
			return (0);
		if (end != INFSLP && (now = nsecuptime()) >= end)
			return (0);
		pollers++;
		error = tsleep_nsec(&pollchan, PSOCK | PCATCH, "poll",
		    end == INFSLP ? INFSLP : end - now);
		pollers--;
		if (error == ERESTART)
			error = EINTR;
		if (error != 0 && error != EWOULDBLOCK)
			return (error);
	}
}

int
sys_poll(struct proc *p, void *v, register_t *retval)
{
	struct sys_poll_args	*uap = v;
	struct pollfd		 stk[STK_POLLFDS], *fds = stk;
	uint64_t		 timeout;
	u_int			 n = SCARG(uap, nfds);
	int			 error;

	if (n > POLL_MAXFDS)
		return (EINVAL);
	if (SCARG(uap, timeout) < 0)
		timeout = INFSLP;
	else
		timeout = MSEC_TO_NSEC((uint64_t)SCARG(uap, timeout));
	if (n > STK_POLLFDS)
		fds = mallocarray(n, sizeof(*fds), M_TEMP, M_WAITOK);
	error = copyin(SCARG(uap, fds), fds, n * sizeof(*fds));
	if (error == 0)
		error = dopoll(p, fds, n, timeout, retval);
	if (error == 0)
		error = copyout(fds, SCARG(uap, fds), n * sizeof(*fds));
	if (fds != stk)
		free(fds, M_TEMP, n * sizeof(*fds));
	return (error);
}

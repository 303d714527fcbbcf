/*
 * System calls that send and receive: send, sendto, sendmsg, sendmmsg, and
 * their counterparts.
 *
 * A program's message is described once, in the kernel:
 *
 *	struct msghdr (user's) --msg_import()--> struct umsg --sendit()-->
 *	    uio, name, control --sosend()-->
 *
 * What recvmsg(2) returns goes out in the order data, name, control, header.
 * A bad address for the data leaves the message queued; for the rest, the
 * message is lost, as elsewhere.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/domain.h>
#include <sys/file.h>
#include <sys/mbuf.h>
#include <sys/pledge.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/syscallargs.h>
#include <sys/time.h>
#include <sys/uio.h>

#include <kern/uipc_compat.h>

/* Flags that a program may pass; others are the kernel's own, or unknown. */
#define MSG_USERSEND	(MSG_OOB | MSG_DONTROUTE | MSG_DONTWAIT | MSG_EOR | \
	MSG_CONFIRM | MSG_NOSIGNAL | MSG_MORE)
#define MSG_USERRECV	(MSG_OOB | MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC | \
	MSG_WAITALL | MSG_ERRQUEUE | MSG_NOSIGNAL | MSG_CMSG_CLOEXEC)

/* Messages of one sendmmsg(2) or recvmmsg(2). */
#define MMSG_MAX	UIO_MAXIOV

/* A program's message. */
struct umsg {
	struct msghdr	 u_hdr;		/* as copied in */
	struct msghdr	*u_uhdr;	/* where it came from */
	struct iovec	 u_small[UIO_SMALLIOV];
	struct iovec	*u_iov;
	u_long		 u_iovcnt;	/* of u_iov */
	struct uio	 u_uio;
};

static void
umsg_uio(struct umsg *u, struct proc *p, size_t total, enum uio_rw rw)
{
	u->u_uio.uio_iov = u->u_iov;
	u->u_uio.uio_iovcnt = u->u_iovcnt;
	u->u_uio.uio_offset = 0;
	u->u_uio.uio_resid = total;
	u->u_uio.uio_segflg = UIO_USERSPACE;
	u->u_uio.uio_rw = rw;
	u->u_uio.uio_procp = p;
}

/* The message of a call without a header: one buffer. */
static int
umsg_init(struct umsg *u, struct proc *p, void *buf, size_t len,
    enum uio_rw rw)
{
	memset(&u->u_hdr, 0, sizeof(u->u_hdr));
	u->u_uhdr = NULL;
	u->u_iov = u->u_small;
	u->u_iovcnt = 1;
	u->u_small[0].iov_base = buf;
	u->u_small[0].iov_len = MIN(len, UIO_MAXBYTES);
	umsg_uio(u, p, u->u_small[0].iov_len, rw);
	return (0);
}

/*
 * Copy a header and its vectors in.  EMSGSIZE for too many vectors, EINVAL
 * for a bad length, EFAULT; then there is nothing to free.
 */
static int
umsg_import(struct umsg *u, struct proc *p, struct msghdr *uhdr,
    enum uio_rw rw)
{
	size_t	 total;
	int	 error;

	if ((error = copyin(uhdr, &u->u_hdr, sizeof(u->u_hdr))) != 0)
		return (error);
	if (u->u_hdr.msg_name == NULL)
		u->u_hdr.msg_namelen = 0;
	if ((int)u->u_hdr.msg_namelen < 0)
		return (EINVAL);
	u->u_hdr.msg_namelen = MIN(u->u_hdr.msg_namelen, COMPAT_SALEN);
	if (u->u_hdr.msg_iovlen > UIO_MAXIOV)
		return (EMSGSIZE);
	if (u->u_hdr.msg_control == NULL)
		u->u_hdr.msg_controllen = 0;
	u->u_uhdr = uhdr;
	u->u_iovcnt = u->u_hdr.msg_iovlen;
	error = iovec_copyin(u->u_hdr.msg_iov, u->u_iovcnt, u->u_small,
	    &u->u_iov, &total);
	if (error == 0)
		umsg_uio(u, p, total, rw);
	return (error);
}

static void
umsg_free(struct umsg *u)
{
	iovec_free(u->u_small, u->u_iov, u->u_iovcnt);
}

/*
 * Sending.
 */

/* Send one message on the socket; its length goes to *lenp. */
static int
sendit(struct proc *p, struct socket *so, struct umsg *u, int flags,
    size_t *lenp)
{
	struct mbuf	*control = NULL, *to = NULL;
	size_t		 total = u->u_uio.uio_resid;
	int		 error;

	error = pledge_sendto(p, so, u->u_hdr.msg_name != NULL);
	if (error == 0 && u->u_hdr.msg_name != NULL &&
	    u->u_hdr.msg_namelen > 0)
		error = compat_sockaddr_in(u->u_hdr.msg_name,
		    u->u_hdr.msg_namelen,
		    so->so_proto->pr_domain->dom_family, &to);
	if (error == 0 && u->u_hdr.msg_controllen > 0)
		error = compat_cmsg_in(u->u_hdr.msg_control,
		    u->u_hdr.msg_controllen, &control);
	if (error == 0)
		error = sosend(so, to, &u->u_uio, NULL, control, flags);
	m_freem(to);
	*lenp = total;
	return (error);
}

int
sys_sendto(struct proc *p, void *v, register_t *retval)
{
	struct sys_sendto_args	*uap = v;
	struct file		*fp;
	struct umsg		 u;
	size_t			 len;
	int			 error, flags, fflags;

	if ((ssize_t)SCARG(uap, len) < 0)
		return (EINVAL);
	error = fd_getsock(p, SCARG(uap, s), &fp, &fflags);
	if (error)
		return (error);
	umsg_init(&u, p, SCARG(uap, buf), SCARG(uap, len), UIO_WRITE);
	u.u_hdr.msg_name = (void *)(uintptr_t)SCARG(uap, to);
	u.u_hdr.msg_namelen = SCARG(uap, tolen);
	flags = SCARG(uap, flags) & MSG_USERSEND;
	if (fflags & FO_NONBLOCK)
		flags |= MSG_DONTWAIT;
	if (u.u_hdr.msg_name != NULL && (SCARG(uap, tolen) < 0 ||
	    SCARG(uap, tolen) > COMPAT_SALEN))
		error = EINVAL;
	else
		error = sendit(p, fp->f_data, &u, flags, &len);
	FRELE(fp);
	if (error == 0)
		*retval = len;
	return (error);
}

int
sys_sendmsg(struct proc *p, void *v, register_t *retval)
{
	struct sys_msg_args	*uap = v;
	struct file		*fp;
	struct umsg		 u;
	size_t			 len;
	int			 error, flags, fflags;

	error = fd_getsock(p, SCARG(uap, s), &fp, &fflags);
	if (error)
		return (error);
	flags = SCARG(uap, flags) & MSG_USERSEND;
	if (fflags & FO_NONBLOCK)
		flags |= MSG_DONTWAIT;
	error = umsg_import(&u, p, SCARG(uap, msg), UIO_WRITE);
	if (error == 0) {
		error = sendit(p, fp->f_data, &u, flags, &len);
		umsg_free(&u);
	}
	FRELE(fp);
	if (error == 0)
		*retval = len;
	return (error);
}

/* The header of message i of a program's, whose address may be anything. */
static struct msghdr *
mmsg_hdr(struct mmsghdr *um, u_int i)
{
	return ((struct msghdr *)((uintptr_t)um + i * sizeof(*um) +
	    offsetof(struct mmsghdr, msg_hdr)));
}

/* Tell a program the length of message i, which was just moved. */
static int
mmsg_setlen(struct mmsghdr *um, u_int i, size_t len)
{
	unsigned int	 n = len;

	return (copyout(&n, &um[i].msg_len, sizeof(n)));
}

int
sys_sendmmsg(struct proc *p, void *v, register_t *retval)
{
	struct sys_mmsg_args	*uap = v;
	struct mmsghdr		*um = SCARG(uap, mmsg);
	struct file		*fp;
	struct umsg		 u;
	size_t			 len;
	u_int			 i, n;
	int			 error, flags, fflags;

	error = fd_getsock(p, SCARG(uap, s), &fp, &fflags);
	if (error)
		return (error);
	flags = SCARG(uap, flags) & MSG_USERSEND;
	if (fflags & FO_NONBLOCK)
		flags |= MSG_DONTWAIT;
	n = MIN(SCARG(uap, vlen), MMSG_MAX);
	for (i = 0; i < n && error == 0; i++) {
		error = umsg_import(&u, p, mmsg_hdr(um, i), UIO_WRITE);
		if (error)
			break;
		error = sendit(p, fp->f_data, &u, flags, &len);
		umsg_free(&u);
		if (error == 0)
			error = mmsg_setlen(um, i, len);
		if (error)
			break;
	}
	FRELE(fp);
	/* An error after the first message shows at the next call. */
	*retval = i;
	return (i > 0 ? 0 : error);
}

/*
 * Receiving.
 */

/* Copy the sender's address out, cut to the room; the whole length too. */
static int
recv_name(const struct mbuf *m, void *name, socklen_t *lenp)
{
	uint8_t		 buf[COMPAT_SALEN];
	socklen_t	 len = 0;
	int		 error = 0;

	if (m != NULL)
		len = compat_sockaddr_out(mtod(m, struct sockaddr *),
		    m->m_len, buf);
	if (len > 0)
		error = copyout(buf, name, MIN(len, *lenp));
	*lenp = len;
	return (error);
}

/*
 * Copy control messages out.  One that does not fit is cut, its header says
 * how much there is, and MSG_CTRUNC is set.  *lenp is the room, then what
 * was used.
 */
static int
recv_control(const struct mbuf *m, char *ctl, size_t *lenp, int *flags)
{
	struct cmsghdr	*cm;
	size_t		 n, off, room = *lenp, used = 0;
	int		 error;

	for (; m != NULL; m = m->m_next) {
		for (off = 0; off + sizeof(*cm) <= m->m_len;
		    off += CMSG_ALIGN(cm->cmsg_len)) {
			cm = (struct cmsghdr *)(void *)(mtod(m, char *) +
			    off);
			n = cm->cmsg_len;
			if (n > room - used) {
				*flags |= MSG_CTRUNC;
				n = room - used;
			}
			if (n < sizeof(*cm)) {
				*lenp = used;
				return (0);
			}
			if ((error = copyout(cm, ctl + used, n)) != 0)
				return (error);
			if (n < cm->cmsg_len && (error = copyout(&n,
			    ctl + used, sizeof(n))) != 0)
				return (error);
			used = MIN(used + CMSG_ALIGN(n), room);
		}
	}
	*lenp = used;
	return (0);
}

/*
 * Receive one message; its length goes to *lenp, which with MSG_TRUNC is
 * that of all of it.  u_hdr then holds the lengths and flags to give back.
 */
static int
recvit(struct socket *so, struct umsg *u, int flags, size_t *lenp)
{
	struct somsg	 sm;
	size_t		 total = u->u_uio.uio_resid;
	int		 error;

	sm.sm_flags = flags;
	if ((error = soreceive(so, &u->u_uio, &sm)) != 0)
		return (error);
	*lenp = flags & MSG_TRUNC ? sm.sm_len : total - u->u_uio.uio_resid;
	u->u_hdr.msg_flags = sm.sm_flags;
	if (u->u_hdr.msg_name != NULL)
		error = recv_name(sm.sm_name, u->u_hdr.msg_name,
		    &u->u_hdr.msg_namelen);
	if (u->u_hdr.msg_control == NULL) {
		u->u_hdr.msg_controllen = 0;
		if (sm.sm_control != NULL && u->u_uhdr != NULL)
			u->u_hdr.msg_flags |= MSG_CTRUNC;
	} else if (error == 0)
		error = recv_control(sm.sm_control, u->u_hdr.msg_control,
		    &u->u_hdr.msg_controllen, &u->u_hdr.msg_flags);
	m_freem(sm.sm_name);
	m_freem(sm.sm_control);
	return (error);
}

int
sys_recvfrom(struct proc *p, void *v, register_t *retval)
{
	struct sys_recvfrom_args	*uap = v;
	struct file			*fp;
	struct umsg			 u;
	size_t				 len;
	int				 error, flags, fflags;

	if ((ssize_t)SCARG(uap, len) < 0)
		return (EINVAL);
	error = fd_getsock(p, SCARG(uap, s), &fp, &fflags);
	if (error)
		return (error);
	umsg_init(&u, p, SCARG(uap, buf), SCARG(uap, len), UIO_READ);
	flags = SCARG(uap, flags) & MSG_USERRECV;
	if (fflags & FO_NONBLOCK)
		flags |= MSG_DONTWAIT;
	if (SCARG(uap, from) != NULL) {
		u.u_hdr.msg_name = SCARG(uap, from);
		error = copyin(SCARG(uap, fromlenaddr), &u.u_hdr.msg_namelen,
		    sizeof(u.u_hdr.msg_namelen));
		if (error == 0 && (int)u.u_hdr.msg_namelen < 0)
			error = EINVAL;
	}
	if (error == 0)
		error = recvit(fp->f_data, &u, flags, &len);
	if (error == 0 && u.u_hdr.msg_name != NULL)
		error = copyout(&u.u_hdr.msg_namelen, SCARG(uap, fromlenaddr),
		    sizeof(u.u_hdr.msg_namelen));
	FRELE(fp);
	if (error == 0)
		*retval = len;
	return (error);
}

/* Give the lengths and flags of a received message back to its header. */
static int
umsg_export(const struct umsg *u)
{
	const struct msghdr	*h = &u->u_hdr;
	struct msghdr		*uh = u->u_uhdr;
	int			 error;

	error = copyout(&h->msg_namelen, &uh->msg_namelen,
	    sizeof(h->msg_namelen));
	if (error == 0)
		error = copyout(&h->msg_controllen, &uh->msg_controllen,
		    sizeof(h->msg_controllen));
	if (error == 0)
		error = copyout(&h->msg_flags, &uh->msg_flags,
		    sizeof(h->msg_flags));
	return (error);
}

/* One message by its header. */
static int
recvmsg1(struct proc *p, struct socket *so, struct msghdr *uhdr, int flags,
    size_t *lenp)
{
	struct umsg	 u;
	int		 error;

	if ((error = umsg_import(&u, p, uhdr, UIO_READ)) != 0)
		return (error);
	error = recvit(so, &u, flags, lenp);
	if (error == 0)
		error = umsg_export(&u);
	umsg_free(&u);
	return (error);
}

int
sys_recvmsg(struct proc *p, void *v, register_t *retval)
{
	struct sys_msg_args	*uap = v;
	struct file		*fp;
	size_t			 len;
	int			 error, flags, fflags;

	error = fd_getsock(p, SCARG(uap, s), &fp, &fflags);
	if (error)
		return (error);
	flags = SCARG(uap, flags) & MSG_USERRECV;
	if (fflags & FO_NONBLOCK)
		flags |= MSG_DONTWAIT;
	error = recvmsg1(p, fp->f_data, SCARG(uap, msg), flags, &len);
	FRELE(fp);
	if (error == 0)
		*retval = len;
	return (error);
}

/* When recvmmsg(2) is to stop: uptime in nanoseconds, INFSLP for never. */
static int
mmsg_deadline(const void *utimeout, uint64_t *end)
{
	struct timespec	 ts;
	uint64_t	 now, ns;
	int		 error;

	*end = INFSLP;
	if (utimeout == NULL)
		return (0);
	if ((error = copyin(utimeout, &ts, sizeof(ts))) != 0)
		return (error);
	if (ts.tv_sec < 0 || !timespecisvalid(&ts))
		return (EINVAL);
	now = nsecuptime();
	ns = TIMESPEC_TO_NSEC(&ts);
	if (ns < INFSLP - now)
		*end = now + ns;
	return (0);
}

/*
 * The time limit is looked at after each message, as the C library's other
 * kernel does and documents: a call may wait longer for the next one.
 */
int
sys_recvmmsg(struct proc *p, void *v, register_t *retval)
{
	struct sys_mmsg_args	*uap = v;
	struct mmsghdr		*um = SCARG(uap, mmsg);
	struct file		*fp;
	uint64_t		 end;
	size_t			 len;
	u_int			 i, n;
	int			 error, flags, fflags;

	if ((error = mmsg_deadline(SCARG(uap, timeout), &end)) != 0)
		return (error);
	error = fd_getsock(p, SCARG(uap, s), &fp, &fflags);
	if (error)
		return (error);
	flags = SCARG(uap, flags) & MSG_USERRECV;
	if (fflags & FO_NONBLOCK)
		flags |= MSG_DONTWAIT;
	n = MIN(SCARG(uap, vlen), MMSG_MAX);
	for (i = 0; i < n;) {
		error = recvmsg1(p, fp->f_data, mmsg_hdr(um, i), flags, &len);
		if (error == 0)
			error = mmsg_setlen(um, i, len);
		if (error)
			break;
		i++;
		if (SCARG(uap, flags) & MSG_WAITFORONE)
			flags |= MSG_DONTWAIT;
		if (end != INFSLP && nsecuptime() >= end)
			break;
	}
	FRELE(fp);
	*retval = i;
	return (i > 0 ? 0 : error);
}

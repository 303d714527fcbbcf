/*
 * Whose business is a call?  The table is the kernel's own; what it names
 * with a descriptor is the kernel's when the descriptor is.  Besides, the
 * port traps what would reach behind a descriptor of ours, or behind the
 * state that processes inherit.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/file.h>
#include <sys/filio.h>
#include <sys/poll.h>
#include <sys/socketvar.h>
#include <sys/syscall.h>

#include <kern/uipc_compat.h>

#include <host.h>
#include <um_calls.h>

#include "um_var.h"

#define HOST_O_NONBLOCK		04000
#define HOST_FIONCLEX		0x5450
#define HOST_FIOCLEX		0x5451

#define UM_NCALLS		512
#define UM_POLLFDS		32		/* looked at for POLLERR */

/* What is known of a number. */
#define CF_TRAP		0x01		/* the filter stops it */
#define CF_ARG0		0x02		/* argument 0 is a descriptor */
#define CF_ARG1		0x04
#define CF_ARG2		0x08
#define CF_QUICK	0x10		/* no business of credentials */

static u_char	um_calls[UM_NCALLS];

static const struct {
	short	nr;
	u_char	flags;
} um_extra[] = {
	{ UM_CALL_SENDFILE,	CF_ARG0 | CF_ARG1 },
	{ UM_CALL_SPLICE,	CF_ARG0 | CF_ARG2 },
	{ UM_CALL_PREADV2,	CF_ARG0 },
	{ UM_CALL_PWRITEV2,	CF_ARG0 },
	{ UM_CALL_FCNTL,	CF_ARG0 },
	{ UM_CALL_POLL,		CF_QUICK },
	{ UM_CALL_PPOLL,	CF_QUICK },
};

/* What the filter stops (it has more to say of the last three). */
static const short um_trapped[] = {
	UM_CALLS_TABLE, UM_CALLS_PORT,
	UM_CALL_SOCKET, UM_CALL_SOCKETPAIR, UM_CALL_FCNTL
};

/*
 * Calls that move data through what was opened before, or only ask: whoever
 * holds the descriptor may.
 */
static const short um_quick[] = {
	SYS_getsockname, SYS_getpeername, SYS_shutdown,
	SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_sendto, SYS_recvfrom,
	SYS_sendmsg, SYS_recvmsg, SYS_sendmmsg, SYS_recvmmsg
};

/*
 * Once: learn the kernel's table, and see that the filter knows all of it.
 */
void
um_filter_init(void)
{
	const struct sysent	*se;
	u_int			 i;

	for (i = 0; i < nitems(um_trapped); i++)
		um_calls[um_trapped[i]] = CF_TRAP;
	for (se = sysent; se < sysent + nsysent; se++) {
		if (se->sy_nr >= UM_NCALLS || (se->sy_flags & SYF_HOST))
			continue;
		if ((um_calls[se->sy_nr] & CF_TRAP) == 0)
			panic("the filter does not stop %s", se->sy_name);
		if (se->sy_fds & 0x01)
			um_calls[se->sy_nr] |= CF_ARG0;
	}
	for (i = 0; i < nitems(um_quick); i++)
		um_calls[um_quick[i]] |= CF_QUICK;
	for (i = 0; i < nitems(um_extra); i++)
		um_calls[um_extra[i].nr] |= um_extra[i].flags;
}

/*
 * May the call do without knowing again who makes it?
 */
int
um_filter_quick(int nr)
{
	if (nr < 0 || nr >= UM_NCALLS)
		return (nr == SYS_getrtable);
	return ((um_calls[nr] & CF_QUICK) != 0);
}

/* Look for a descriptor of ours among the arguments. */
static void
filter_fds(struct um_thread *th, const struct host_notif *hn, int flags,
    struct um_verdict *uv)
{
	int	 error, i;

	uv->uv_what = UV_RESUME;
	/* The C library asks for interfaces on local sockets, too. */
	if (hn->hn_nr == SYS_ioctl &&
	    compat_isifget(hn->hn_args[1] & 0xffffffff))
		uv->uv_what = UV_DISPATCH;
	for (i = 0; i < 3; i++) {
		if ((flags & (CF_ARG0 << i)) == 0)
			continue;
		uv->uv_fd = (int)hn->hn_args[i];
		error = um_file_identify(th, uv->uv_fd, &uv->uv_dup,
		    &uv->uv_fp);
		if (error == EBADF)
			continue;
		uv->uv_error = error;
		uv->uv_what = error == 0 ? UV_DISPATCH :
		    error == ESRCH ? UV_STALE : UV_REFUSE;
		return;
	}
}

/*
 * Opening: a device of ours is the kernel's business, if the program looks
 * for it from the root that the tree began with (a chroot has no devices).
 */
static int
filter_path(struct um_tree *ut, const struct host_notif *hn)
{
	char	 path[CDEV_PATHMAX + 1];
	int64_t	 n;

	n = host_vm_read_some(hn->hn_tid,
	    hn->hn_args[hn->hn_nr == UM_CALL_OPENAT], path, CDEV_PATHMAX);
	if (n <= 0 || path[0] != '/')
		return (UV_RESUME);
	path[n] = '\0';
	if (cdev_lookup(path) == NULL ||
	    !host_proc_root_is(hn->hn_tid, &ut->ut_root))
		return (UV_RESUME);
	return (UV_DISPATCH);
}

/*
 * Decide about a call, without sleeping: the kernel's (with the file when it
 * names one of ours by a descriptor) or the host's; refused when that cannot
 * be found out, stale when the caller is not the thread that we know by its
 * number.
 */
void
um_filter(struct um_tree *ut, struct um_thread *th,
    const struct host_notif *hn, struct um_verdict *uv)
{
	int	 flags;

	uv->uv_fd = uv->uv_dup = -1;
	uv->uv_fp = NULL;
	uv->uv_what = UV_DISPATCH;
	flags = hn->hn_nr < 0 || hn->hn_nr >= UM_NCALLS ? 0 :
	    um_calls[hn->hn_nr];
	if (flags & (CF_ARG0 | CF_ARG1 | CF_ARG2))
		filter_fds(th, hn, flags, uv);
	else if (hn->hn_nr == UM_CALL_OPEN || hn->hn_nr == UM_CALL_OPENAT)
		uv->uv_what = filter_path(ut, hn);
	else if (hn->hn_nr == UM_CALL_EXECVE ||
	    hn->hn_nr == UM_CALL_EXECVEAT) {
		um_group_exec(th);
		uv->uv_what = UV_RESUME;
	} else if (hn->hn_nr == UM_CALL_POLL || hn->hn_nr == UM_CALL_PPOLL)
		uv->uv_what = soerr_pending > 0 ? UV_DISPATCH : UV_RESUME;
}

/* The host keeps the flag for F_GETFL, and we to know it. */
static int
own_nonblock(struct um_call *uc, int on)
{
	if (on)
		uc->uc_fp->f_flag |= FNONBLOCK;
	else
		uc->uc_fp->f_flag &= ~FNONBLOCK;
	uc->uc_resume = 1;
	return (0);
}

static int
own_ioctl(struct um_call *uc, int *error)
{
	int	 on;

	switch (uc->uc_hn.hn_args[1] & 0xffffffff) {
	case FIONBIO:
		*error = copyin((void *)(uintptr_t)uc->uc_hn.hn_args[2], &on,
		    sizeof(on));
		if (*error == 0)
			*error = own_nonblock(uc, on);
		return (1);
	case FIOASYNC:
	case HOST_FIOCLEX:
	case HOST_FIONCLEX:
		uc->uc_resume = 1;
		*error = 0;
		return (1);
	}
	return (0);
}

/* What poll is to say of one descriptor; 0 for the host's. */
static int
own_pollfd(struct um_call *uc, const struct pollfd *pfd)
{
	struct file	*fp;
	int		 dup, revents;

	if (pfd->fd < 0 ||
	    um_file_identify(uc->uc_thread, pfd->fd, &dup, &fp) != 0)
		return (0);
	host_fd_close(dup);
	revents = file_poll(fp, pfd->events);
	FRELE(fp);
	return (revents);
}

/*
 * A pair of the host's cannot look like POLLERR, by which programs learn of
 * an error queue.  So when a queue of some socket's holds something, poll is
 * answered here if it is one of those that are asked about, and else it is
 * the host's.
 */
static int
own_poll(struct um_call *uc, register_t *retval)
{
	struct pollfd	 pfds[UM_POLLFDS];
	void		*ufds = (void *)(uintptr_t)uc->uc_hn.hn_args[0];
	u_int		 i, n = uc->uc_hn.hn_args[1];
	int		 err = 0, ready = 0;

	if (n <= UM_POLLFDS && copyin(ufds, pfds, n * sizeof(*pfds)) == 0)
		for (i = 0; i < n; i++) {
			pfds[i].revents = own_pollfd(uc, &pfds[i]);
			ready += pfds[i].revents != 0;
			err |= pfds[i].revents & POLLERR;
		}
	if (!err) {
		uc->uc_resume = 1;
		return (0);
	}
	*retval = ready;
	return (copyout(pfds, ufds, n * sizeof(*pfds)));
}

/*
 * Calls on a file of ours that the port answers itself, in the call's
 * thread: non-zero when this was one, with the error or the result, or
 * uc_resume set for what the host does to its end of the pair.
 */
int
um_filter_own(struct um_call *uc, int *error, register_t *retval)
{
	if (uc->uc_hn.hn_nr == UM_CALL_POLL ||
	    uc->uc_hn.hn_nr == UM_CALL_PPOLL) {
		*error = own_poll(uc, retval);
		return (1);
	}
	if (uc->uc_fp == NULL) {
		if (uc->uc_hn.hn_nr != SYS_ioctl)
			return (0);
		*error = compat_ifioctl(uc->uc_hn.hn_args[1] & 0xffffffff,
		    (void *)(uintptr_t)uc->uc_hn.hn_args[2], uc->uc_p);
		return (1);
	}
	switch (uc->uc_hn.hn_nr) {
	case SYS_ioctl:
		return (own_ioctl(uc, error));
	case UM_CALL_FCNTL:
		*error = 0;
		if (uc->uc_hn.hn_args[1] == UM_F_SETFL)
			*error = own_nonblock(uc,
			    uc->uc_hn.hn_args[2] & HOST_O_NONBLOCK);
		uc->uc_resume = 1;
		return (1);
	case UM_CALL_SENDFILE:
	case UM_CALL_SPLICE:
		*error = EINVAL;
		return (1);
	case UM_CALL_PREADV2:
	case UM_CALL_PWRITEV2:
		*error = EOPNOTSUPP;
		return (1);
	}
	return (0);
}

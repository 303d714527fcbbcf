/*
 * Whose business is a call?  The table is the kernel's own; what it names
 * with a descriptor is the kernel's when the descriptor is.  Besides, the
 * port traps what would reach behind a descriptor of ours, or behind the
 * state that processes inherit.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/filio.h>
#include <sys/syscall.h>

#include <host.h>

#include "um_var.h"

/* Calls of the host that are looked at. */
#define HOST_sendfile		40
#define HOST_execve		59
#define HOST_fcntl		72
#define HOST_setrlimit		160
#define HOST_splice		275
#define HOST_prlimit64		302
#define HOST_execveat		322
#define HOST_preadv2		327
#define HOST_pwritev2		328

#define HOST_F_SETFL		4
#define HOST_O_NONBLOCK		04000
#define HOST_FIONCLEX		0x5450
#define HOST_FIOCLEX		0x5451

#define UM_NCALLS		512

/* What is known of a number. */
#define CF_TRAP		0x01		/* the filter stops it */
#define CF_ARG0		0x02		/* argument 0 is a descriptor */
#define CF_ARG1		0x04
#define CF_ARG2		0x08
#define CF_QUICK	0x10		/* no business of credentials */
#define CF_HOST		0x20		/* not in the kernel's table */

static u_char	um_calls[UM_NCALLS];

static const struct {
	short	nr;
	u_char	flags;
} um_extra[] = {
	{ HOST_sendfile,	CF_TRAP | CF_HOST | CF_ARG0 | CF_ARG1 },
	{ HOST_splice,		CF_TRAP | CF_HOST | CF_ARG0 | CF_ARG2 },
	{ HOST_preadv2,		CF_TRAP | CF_HOST | CF_ARG0 },
	{ HOST_pwritev2,	CF_TRAP | CF_HOST | CF_ARG0 },
	{ HOST_fcntl,		CF_TRAP | CF_HOST | CF_ARG0 },
	{ HOST_execve,		CF_TRAP | CF_HOST },
	{ HOST_execveat,	CF_TRAP | CF_HOST },
	{ HOST_setrlimit,	CF_TRAP | CF_HOST },
	{ HOST_prlimit64,	CF_TRAP | CF_HOST },
};

/* Calls that move data through what was opened before. */
static const short um_quick[] = {
	SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_sendto, SYS_recvfrom,
	SYS_sendmsg, SYS_recvmsg, SYS_sendmmsg, SYS_recvmmsg
};

/*
 * Once: learn the kernel's table.
 */
void
um_filter_init(void)
{
	const struct sysent	*se;
	u_int			 i;

	for (se = sysent; se < sysent + nsysent; se++) {
		if (se->sy_nr >= UM_NCALLS || (se->sy_flags & SYF_HOST))
			continue;
		um_calls[se->sy_nr] = CF_TRAP;
		if (se->sy_fds & 0x01)
			um_calls[se->sy_nr] |= CF_ARG0;
	}
	for (i = 0; i < nitems(um_quick); i++)
		um_calls[um_quick[i]] |= CF_QUICK;
	for (i = 0; i < nitems(um_extra); i++)
		um_calls[um_extra[i].nr] = um_extra[i].flags;
}

/*
 * The host's question: which numbers must the filter stop?
 */
void
um_trap_bitmap(uint64_t bits[8])
{
	int	 nr;

	memset(bits, 0, 8 * sizeof(bits[0]));
	for (nr = 0; nr < UM_NCALLS; nr++)
		if (um_calls[nr] & CF_TRAP)
			bits[nr / 64] |= 1ULL << (nr % 64);
}

/*
 * May the call do without knowing again who makes it?
 */
int
um_filter_quick(int nr)
{
	return (nr >= 0 && nr < UM_NCALLS && (um_calls[nr] & CF_QUICK));
}

/* Look for a descriptor of ours among the arguments. */
static void
filter_fds(struct um_thread *th, const struct host_notif *hn, int flags,
    struct um_verdict *uv)
{
	int	 error, i;

	uv->uv_what = UV_RESUME;
	for (i = 0; i < 3; i++) {
		if ((flags & (CF_ARG0 << i)) == 0)
			continue;
		uv->uv_fd = (int)hn->hn_args[i];
		error = um_file_identify(th, uv->uv_fd, &uv->uv_dup,
		    &uv->uv_fp);
		if (error == EBADF)
			continue;
		uv->uv_what = error == 0 ? UV_DISPATCH : UV_STALE;
		return;
	}
}

/* A limit may be read; the one that holds the mark is not the program's. */
static void
filter_rlimit(const struct host_notif *hn, struct um_verdict *uv)
{
	if (hn->hn_nr == HOST_prlimit64 && hn->hn_args[2] == 0)
		uv->uv_what = UV_RESUME;
	else {
		uv->uv_what = UV_ANSWER;
		uv->uv_value = -EPERM;
	}
}

/*
 * Decide about a call, without sleeping: the kernel's (with the file when it
 * names one of ours by a descriptor), the host's, or answered already; stale
 * when the caller is not the thread that we know by its number.
 */
void
um_filter(struct um_thread *th, const struct host_notif *hn,
    struct um_verdict *uv)
{
	int	 flags;

	uv->uv_fd = uv->uv_dup = -1;
	uv->uv_fp = NULL;
	uv->uv_what = UV_DISPATCH;
	flags = hn->hn_nr < 0 || hn->hn_nr >= UM_NCALLS ? 0 :
	    um_calls[hn->hn_nr];
	if (flags & (CF_ARG0 | CF_ARG1 | CF_ARG2))
		filter_fds(th, hn, flags, uv);
	else if (hn->hn_nr == HOST_execve || hn->hn_nr == HOST_execveat) {
		um_group_exec(th);
		uv->uv_what = UV_RESUME;
	} else if (hn->hn_nr == HOST_setrlimit || hn->hn_nr == HOST_prlimit64)
		filter_rlimit(hn, uv);
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

/*
 * Calls on a file of ours that the port answers itself, in the call's
 * thread: non-zero when this was one, with the error, or uc_resume set for
 * what the host does to its end of the pair.
 */
int
um_filter_own(struct um_call *uc, int *error)
{
	if (uc->uc_fp == NULL)
		return (0);
	switch (uc->uc_hn.hn_nr) {
	case SYS_ioctl:
		return (own_ioctl(uc, error));
	case HOST_fcntl:
		*error = 0;
		if (uc->uc_hn.hn_args[1] == HOST_F_SETFL)
			*error = own_nonblock(uc,
			    uc->uc_hn.hn_args[2] & HOST_O_NONBLOCK);
		uc->uc_resume = 1;
		return (1);
	case HOST_sendfile:
	case HOST_splice:
		*error = EINVAL;
		return (1);
	case HOST_preadv2:
	case HOST_pwritev2:
		*error = EOPNOTSUPP;
		return (1);
	}
	return (0);
}

/*
 * The table of system calls, and the way into them.
 *
 * A port takes a call from a program, in a kernel thread that belongs to the
 * program's process for so long, and gives its number and six registers to
 * syscall_dispatch().  A port that lives on a host uses the table to know
 * which calls are the kernel's, and which of their arguments are descriptors.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/pledge.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/syscall.h>
#include <sys/syscallargs.h>

#include <net/if.h>
#include <net/if_var.h>

#define FD0		0x01		/* argument 0 is a descriptor */
#define FD1		0x02

#define P_STDIO		PLEDGE_STDIO
#define P_NET		(PLEDGE_INET | PLEDGE_UNIX | PLEDGE_DNS)
/* socket(2) and its like judge for themselves: netlink is routes' too. */
#define P_SOCK		(P_NET | PLEDGE_ROUTE | PLEDGE_WROUTE)

#define P_PATH		(PLEDGE_RPATH | PLEDGE_WPATH | PLEDGE_CPATH)

/* name, handler, number of arguments, descriptors, flags, promises */
#define SYS(n, a, f, fl, pl)	{ #n, SYS_##n, sys_##n, a, f, fl, pl }

const struct sysent sysent[] = {
	SYS(read,	 3, FD0, 0, P_STDIO),
	SYS(write,	 3, FD0, 0, P_STDIO),
	SYS(open,	 3, 0, 0, P_PATH),
	SYS(close,	 1, FD0, SYF_HOST, P_STDIO),
	SYS(poll,	 3, 0, SYF_HOST, P_STDIO),
	SYS(ioctl,	 3, FD0, 0, P_STDIO),
	SYS(readv,	 3, FD0, 0, P_STDIO),
	SYS(writev,	 3, FD0, 0, P_STDIO),
	SYS(dup,	 1, FD0, SYF_HOST, P_STDIO),
	SYS(dup2,	 2, FD0 | FD1, SYF_HOST, P_STDIO),
	SYS(socket,	 3, 0, 0, P_SOCK),
	SYS(connect,	 3, FD0, 0, P_SOCK),
	SYS(accept,	 3, FD0, 0, P_NET),
	SYS(sendto,	 6, FD0, 0, P_STDIO),
	SYS(recvfrom,	 6, FD0, 0, P_STDIO),
	SYS(sendmsg,	 3, FD0, 0, P_STDIO),
	SYS(recvmsg,	 3, FD0, 0, P_STDIO),
	SYS(shutdown,	 2, FD0, 0, P_STDIO),
	SYS(bind,	 3, FD0, 0, P_SOCK),
	SYS(listen,	 2, FD0, 0, P_NET),
	SYS(getsockname, 3, FD0, 0, P_SOCK),
	SYS(getpeername, 3, FD0, 0, P_SOCK),
	SYS(socketpair,	 4, 0, 0, P_STDIO),
	SYS(setsockopt,	 5, FD0, 0, P_STDIO),
	SYS(getsockopt,	 5, FD0, 0, P_STDIO),
	SYS(fcntl,	 3, FD0, SYF_HOST, P_STDIO),
	SYS(openat,	 4, 0, 0, P_PATH),
	SYS(accept4,	 4, FD0, 0, P_NET),
	SYS(dup3,	 3, FD0 | FD1, SYF_HOST, P_STDIO),
	SYS(recvmmsg,	 5, FD0, 0, P_STDIO),
	SYS(sendmmsg,	 4, FD0, 0, P_STDIO),

	SYS(sysctl,	 6, 0, 0, P_STDIO),
	SYS(pledge,	 2, 0, 0, PLEDGE_ALWAYS),
	SYS(getrtable,	 0, 0, 0, P_STDIO),
	SYS(setrtable,	 1, 0, 0, PLEDGE_ID),
};
const int	nsysent = nitems(sysent);

/*
 * The entry of a number (the table is sorted), or NULL.
 */
const struct sysent *
sysent_find(int nr)
{
	int	 lo = 0, hi = nsysent, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (sysent[mid].sy_nr == nr)
			return (&sysent[mid]);
		if (sysent[mid].sy_nr < nr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (NULL);
}

/*
 * Carry out a system call for the running thread's process.  Returns 0 and
 * the result in *retval, an errno, or ERESTART when a signal came before
 * anything was done; ENOSYS for a number that is not in the table.  May
 * sleep.
 */
int
syscall_dispatch(struct proc *p, int nr, register_t args[6],
    register_t *retval)
{
	const struct sysent	*se;
	int			 error;

	*retval = 0;
	if ((se = sysent_find(nr)) == NULL)
		return (ENOSYS);
	p->p_sysnr = nr;
	if ((error = pledge_syscall(p, se->sy_pledge)) != 0)
		return (error);
	error = se->sy_call(p, args, retval);
	/* What the call had sent goes out in one batch. */
	if (!TAILQ_EMPTY(&if_pendinglist)) {
		NET_LOCK();
		if_flush();
		NET_UNLOCK();
	}
	return (error);
}

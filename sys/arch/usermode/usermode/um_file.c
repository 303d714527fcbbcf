/*
 * The kernel's files as programs hold them.
 *
 * A file that a program can name is one end of a pair of host sockets; the
 * other is ours.  The host numbers, duplicates, inherits, passes and closes
 * the program's end; this file knows which of ours it belongs to, makes it
 * look ready when the file is, and lets go of the file when our end says
 * that the last holder of the other has closed it.
 *
 *	program --- number ---> their end ====== our end ---> struct file
 *	                           |                |
 *	                        cookie          rings: readable
 *	                                        ballast: not writable
 *
 * Readable means that rings wait in their end.  Each batch of arrivals adds
 * one, up to UM_RINGS, for programs that wait for edges; when the file is no
 * longer readable they are taken back before the call is answered.  That
 * needs their end, which we have only during a call on it, as we do for the
 * ballast.  A new arrival is told when the kernel goes idle: a reader that
 * slept for it has consumed it by then, and nothing is told at all.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/malloc.h>
#include <sys/poll.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/queue.h>

#include <host.h>

#include "um_var.h"

#define UM_RINGS	64
#define UM_HOSTFDS	1024		/* for all but files */
#define UM_HASH		1024		/* cookies are consecutive */

struct um_file {
	LIST_ENTRY(um_file)	 uf_hash;
	TAILQ_ENTRY(um_file)	 uf_dirty;	/* news, or gone */
	struct file		*uf_fp;
	uint64_t		 uf_cookie;	/* of their end */
	int			 uf_ours;
	u_int			 uf_rings;	/* in their end */
	int			 uf_flags;
};
#define UF_DIRTY	0x01		/* on um_dirty */
#define UF_BLOCKED	0x02		/* ballast lies in our end */
#define UF_GONE		0x04		/* on um_gone */

TAILQ_HEAD(um_filelist, um_file);

static LIST_HEAD(, um_file)	um_files[UM_HASH];
static struct um_filelist	um_dirty = TAILQ_HEAD_INITIALIZER(um_dirty);
static struct um_filelist	um_gone = TAILQ_HEAD_INITIALIZER(um_gone);
static struct pool		um_file_pool;

static struct um_file *
file_bycookie(uint64_t cookie)
{
	struct um_file	*uf;

	LIST_FOREACH(uf, &um_files[cookie % UM_HASH], uf_hash)
		if (uf->uf_cookie == cookie)
			return (uf);
	return (NULL);
}

/*
 * Whose is the caller's descriptor?  0 with the file, a reference to it and
 * a duplicate of their end when it is ours; EBADF when it is the host's, or
 * nothing; ESRCH when the caller is not who we thought; another errno when
 * the host does not let us look.
 */
int
um_file_identify(struct um_thread *th, int num, int *dup, struct file **fpp)
{
	struct um_file	*uf;
	uint64_t	 cookie;
	int		 fd;

	fd = host_proc_getfd(th->th_hp.hp_pidfd, num);
	if (fd < 0)
		return (-fd);
	if (host_fd_cookie(fd, &cookie) != 0 ||
	    (uf = file_bycookie(cookie)) == NULL) {
		host_fd_close(fd);
		return (EBADF);
	}
	*fpp = FREF(uf->uf_fp);
	*dup = fd;
	return (0);
}

/* Their end has no holder left; a thread will close the file. */
static void
file_hangup(void *arg, uint32_t events)
{
	struct um_file	*uf = arg;

	if ((events & HOST_EV_HUP) == 0 || (uf->uf_flags & UF_GONE))
		return;
	if (uf->uf_flags & UF_DIRTY) {
		TAILQ_REMOVE(&um_dirty, uf, uf_dirty);
		uf->uf_flags &= ~UF_DIRTY;
	}
	LIST_REMOVE(uf, uf_hash);
	uf->uf_flags |= UF_GONE;
	TAILQ_INSERT_TAIL(&um_gone, uf, uf_dirty);
	wakeup(&um_gone);
}

static void
file_free(struct um_file *uf)
{
	struct file	*fp = uf->uf_fp;

	fp->f_port = NULL;
	host_fd_close_watched(uf->uf_ours);
	pool_put(&um_file_pool, uf);
	FRELE(fp);
}

static void
file_closer(void *arg)
{
	struct um_file	*uf;

	for (;;) {
		while ((uf = TAILQ_FIRST(&um_gone)) != NULL) {
			TAILQ_REMOVE(&um_gone, uf, uf_dirty);
			file_free(uf);
		}
		tsleep_nsec(&um_gone, PWAIT, "lastclose", INFSLP);
	}
}

/* Make the program's end look as the file does. */
static void
file_tell(struct um_file *uf)
{
	int	 ev;

	ev = file_poll(uf->uf_fp, POLLIN | POLLOUT);
	if ((ev & (POLLIN | POLLERR | POLLHUP)) && uf->uf_rings < UM_RINGS &&
	    host_pair_ring(uf->uf_ours) == 0)
		uf->uf_rings++;
	if ((ev & POLLOUT) && (uf->uf_flags & UF_BLOCKED)) {
		host_pair_unblock(uf->uf_ours);
		uf->uf_flags &= ~UF_BLOCKED;
	}
}

/*
 * Tell programs what has changed: before the kernel waits.
 */
void
um_ready_flush(void)
{
	struct um_file	*uf;

	while ((uf = TAILQ_FIRST(&um_dirty)) != NULL) {
		TAILQ_REMOVE(&um_dirty, uf, uf_dirty);
		uf->uf_flags &= ~UF_DIRTY;
		file_tell(uf);
	}
}

/*
 * The call on the file is about to be answered, and dup is its program's
 * end: what is no longer true of it must not be seen there.
 */
void
um_file_settle(struct file *fp, int dup)
{
	struct um_file	*uf = fp->f_port;
	int		 ev;

	if (uf == NULL)
		return;
	ev = file_poll(fp, POLLIN | POLLOUT);
	if (ev & (POLLIN | POLLERR | POLLHUP)) {
		if (uf->uf_rings == 0)
			file_tell(uf);
	} else if (uf->uf_rings > 0) {
		host_pair_drain(dup, uf->uf_rings);
		uf->uf_rings = 0;
	}
	if ((ev & POLLOUT) == 0 && (uf->uf_flags & UF_BLOCKED) == 0) {
		host_pair_block(dup);
		uf->uf_flags |= UF_BLOCKED;
	}
}

/*
 * The descriptor provider.
 */

static int
um_fdo_get(struct proc *p, int num, struct file **fpp, int *flags)
{
	struct um_call	*uc = p->p_md;
	struct file	*fp;
	int		 dup, error;

	if (uc == NULL)
		return (EBADF);
	if (uc->uc_fp != NULL && num == uc->uc_fd)
		fp = FREF(uc->uc_fp);
	else {
		error = um_file_identify(uc->uc_thread, num, &dup, &fp);
		if (error != 0)
			return (EBADF);
		host_fd_close(dup);
	}
	if (fp->f_flag & FNONBLOCK)
		*flags |= FO_NONBLOCK;
	*fpp = fp;
	return (0);
}

/*
 * The number is given together with the answer, so the caller sees 0 here:
 * a call that makes a descriptor returns it and does not use it.
 */
static int
um_fdo_install(struct proc *p, struct file *fp, int flags, int *fdp)
{
	struct um_call	*uc = p->p_md;

	if (uc == NULL || uc->uc_new != NULL)
		return (EMFILE);
	uc->uc_new = fp;
	uc->uc_newflags = flags;
	if (flags & FDI_NONBLOCK)
		fp->f_flag |= FNONBLOCK;
	*fdp = 0;
	return (0);
}

/* Only a call that fails after all takes its new number back. */
static int
um_fdo_remove(struct proc *p, int num)
{
	struct um_call	*uc = p->p_md;
	struct file	*fp;

	if (uc == NULL || (fp = uc->uc_new) == NULL || num != 0)
		return (EBADF);
	uc->uc_new = NULL;
	FRELE(fp);
	return (0);
}

static void
um_fdo_ready(struct file *fp)
{
	struct um_file	*uf = fp->f_port;

	if (uf == NULL || (uf->uf_flags & (UF_DIRTY | UF_GONE)))
		return;
	uf->uf_flags |= UF_DIRTY;
	TAILQ_INSERT_TAIL(&um_dirty, uf, uf_dirty);
}

static const struct fdops um_fdops = {
	.fdo_get	= um_fdo_get,
	.fdo_install	= um_fdo_install,
	.fdo_remove	= um_fdo_remove,
	.fdo_ready	= um_fdo_ready,
};

/* A pair for the file, watched for its hang-up; their end goes to *theirs. */
static int
file_pair(struct file *fp, int *theirs)
{
	struct um_file	*uf;
	int		 error;

	if ((uf = pool_get(&um_file_pool, PR_NOWAIT | PR_ZERO)) == NULL)
		return (ENOMEM);
	error = -host_pair(fp->f_flag & FNONBLOCK, &uf->uf_ours, theirs,
	    &uf->uf_cookie);
	if (error != 0) {
		pool_put(&um_file_pool, uf);
		return (error);
	}
	error = -host_event_add(uf->uf_ours, HOST_EV_EDGE, file_hangup, uf);
	if (error != 0) {
		host_fd_close(*theirs);
		host_fd_close(uf->uf_ours);
		pool_put(&um_file_pool, uf);
		return (error);
	}
	uf->uf_fp = fp;
	fp->f_port = uf;
	LIST_INSERT_HEAD(&um_files[uf->uf_cookie % UM_HASH], uf, uf_hash);
	return (0);
}

/*
 * Answer the call with the number of its new file; consumes the reference.
 * 0, or an errno and the call has not been answered.  Once the pair exists
 * it is its hang-up that closes the file, on failure too.
 */
int
um_file_answer(struct um_call *uc)
{
	struct file	*fp = uc->uc_new;
	int		 error, theirs;

	uc->uc_new = NULL;
	if ((error = file_pair(fp, &theirs)) != 0) {
		FRELE(fp);
		return (error);
	}
	file_tell(fp->f_port);
	um_file_settle(fp, theirs);
	error = -host_notif_addfd(uc->uc_tree->ut_fd, uc->uc_hn.hn_id, theirs,
	    (uc->uc_newflags & FDI_CLOEXEC) != 0);
	host_fd_close(theirs);
	return (error);
}

/*
 * Once, before the first program.
 */
void
um_file_init(void)
{
	u_int	 n;

	pool_init(&um_file_pool, sizeof(struct um_file), 0, 0, 0, "umfilepl",
	    NULL);
	fd_setprovider(&um_fdops);
	n = host_fd_limit();
	maxfiles = MIN(maxfiles, n - MIN(n / 2, UM_HOSTFDS));
	if (kthread_create(file_closer, NULL, NULL, "lastclose") != 0)
		panic("no thread to close files");
}

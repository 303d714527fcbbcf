/*
 * Open files, and the array that numbers them where there is no host.
 *
 * A file lives while somebody holds a reference: each number that names it,
 * and each system call that works on it.  The last one to go closes it.
 *
 *	number --fd_get()--> struct file --f_ops--> socket, device
 *	   ^                      |
 *	   +------ fd_ready() ----+	something arrived: the provider's news
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/malloc.h>
#include <sys/poll.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/syscallargs.h>
#include <sys/ucred.h>

/* fcntl(2), by the C library's numbers. */
#define F_DUPFD		0
#define F_GETFD		1
#define F_SETFD		2
#define F_GETFL		3
#define F_SETFL		4
#define F_DUPFD_CLOEXEC	1030
#define FD_CLOEXEC	1
#define O_RDWR		02
#define O_NONBLOCK	04000
#define O_CLOEXEC	02000000

#define MAXFILES	16384		/* unless kern.maxfiles says so */

struct filelist			 filehead = LIST_HEAD_INITIALIZER(filehead);
u_int				 numfiles;
u_int				 maxfiles = MAXFILES;

static struct pool		 file_pool;
static int			 file_ready;
static const struct fdops	*fd_provider = &fd_array_ops;

/*
 * Make an open file with one reference, the caller's, for the process's
 * credentials.  Returns NULL when the table is full (ENFILE).
 */
struct file *
file_alloc(struct proc *p, int type, const struct fileops *ops, void *data)
{
	struct file	*fp;

	if (!file_ready) {
		pool_init(&file_pool, sizeof(*fp), 0, 0, 0, "filepl", NULL);
		file_ready = 1;
	}
	if (numfiles >= maxfiles)
		return (NULL);
	fp = pool_get(&file_pool, PR_NOWAIT | PR_ZERO);
	if (fp == NULL)
		return (NULL);
	numfiles++;
	fp->f_count = 1;
	fp->f_flag = FREAD | FWRITE;
	fp->f_type = type;
	fp->f_ops = ops;
	fp->f_data = data;
	fp->f_cred = crhold(p->p_ucred);
	LIST_INSERT_HEAD(&filehead, fp, f_list);
	return (fp);
}

/*
 * Take one more reference; returns the file.
 */
struct file *
FREF(struct file *fp)
{
	KASSERT(fp->f_count > 0);
	fp->f_count++;
	return (fp);
}

/*
 * Give a reference back; the last one closes the file, which may sleep.
 */
void
FRELE(struct file *fp)
{
	KASSERT(fp->f_count > 0);
	if (--fp->f_count > 0)
		return;
	LIST_REMOVE(fp, f_list);
	numfiles--;
	(void)fp->f_ops->fo_close(fp);
	crfree(fp->f_cred);
	pool_put(&file_pool, fp);
}

/*
 * Which of the poll events hold now.  Does not sleep.
 */
int
file_poll(struct file *fp, int events)
{
	return (fp->f_ops->fo_poll(fp, events));
}

/*
 * Tell the file's provider, and whoever sits in poll(2), that something
 * arrived or changed.  May be called from a soft interrupt.
 */
void
fd_ready(struct file *fp)
{
	fp->f_arrivals++;
	if (fp->f_fdops != NULL && fp->f_fdops->fdo_ready != NULL)
		fp->f_fdops->fdo_ready(fp);
	pollwakeup();
}

/*
 * Choose who numbers the files of processes that name no provider.
 */
void
fd_setprovider(const struct fdops *ops)
{
	fd_provider = ops;
}

static const struct fdops *
fd_ops(struct proc *p)
{
	return (p->p_fdops != NULL ? p->p_fdops : fd_provider);
}

/*
 * The file of a number, with a reference for the caller, and the call's
 * flags (FO_NONBLOCK), as the provider tells; EBADF when there is none.
 */
int
fd_get(struct proc *p, int fd, struct file **fpp, int *flags)
{
	*flags = 0;
	return (fd_ops(p)->fdo_get(p, fd, fpp, flags));
}

/*
 * As fd_get(), but the file must be a socket: else ENOTSOCK.
 */
int
fd_getsock(struct proc *p, int fd, struct file **fpp, int *flags)
{
	int	 error;

	if ((error = fd_get(p, fd, fpp, flags)) != 0)
		return (error);
	if ((*fpp)->f_type == DTYPE_SOCKET)
		return (0);
	FRELE(*fpp);
	*fpp = NULL;
	return (ENOTSOCK);
}

/*
 * Give the file a number, which takes over the caller's reference.  On
 * failure (EMFILE, ENFILE, ENOMEM) the caller still has it.
 */
int
fd_install(struct proc *p, struct file *fp, int flags, int *fdp)
{
	fp->f_fdops = fd_ops(p);
	return (fp->f_fdops->fdo_install(p, fp, flags, fdp));
}

/*
 * Forget a number and its reference; EBADF when it names nothing.
 */
int
fd_remove(struct proc *p, int fd)
{
	return (fd_ops(p)->fdo_remove(p, fd));
}

/*
 * The array.
 */

/*
 * A new table without files, one reference.
 */
struct filedesc *
fdinit(void)
{
	struct filedesc	*fdp;

	fdp = malloc(sizeof(*fdp), M_FILEDESC, M_WAITOK | M_ZERO);
	fdp->fd_ofiles = mallocarray(NDFILE, sizeof(*fdp->fd_ofiles),
	    M_FILEDESC, M_WAITOK | M_ZERO);
	fdp->fd_ofileflags = malloc(NDFILE, M_FILEDESC, M_WAITOK | M_ZERO);
	fdp->fd_nfiles = NDFILE;
	fdp->fd_refcnt = 1;
	return (fdp);
}

static void
fdslots_free(struct filedesc *fdp)
{
	free(fdp->fd_ofiles, M_FILEDESC,
	    fdp->fd_nfiles * sizeof(*fdp->fd_ofiles));
	free(fdp->fd_ofileflags, M_FILEDESC, fdp->fd_nfiles);
}

/* Make room for the number; ENOMEM. */
static int
fdexpand(struct filedesc *fdp, int want)
{
	struct file	**files;
	u_char		 *flags;
	int		  n;

	for (n = fdp->fd_nfiles; n <= want;)
		n *= 2;
	n = MIN(n, NDFILEMAX);
	files = mallocarray(n, sizeof(*files), M_FILEDESC,
	    M_NOWAIT | M_ZERO);
	flags = malloc(n, M_FILEDESC, M_NOWAIT | M_ZERO);
	if (files == NULL || flags == NULL) {
		if (files != NULL)
			free(files, M_FILEDESC, n * sizeof(*files));
		if (flags != NULL)
			free(flags, M_FILEDESC, n);
		return (ENOMEM);
	}
	memcpy(files, fdp->fd_ofiles, fdp->fd_nfiles * sizeof(*files));
	memcpy(flags, fdp->fd_ofileflags, fdp->fd_nfiles);
	fdslots_free(fdp);
	fdp->fd_ofiles = files;
	fdp->fd_ofileflags = flags;
	fdp->fd_nfiles = n;
	return (0);
}

/*
 * What fork(2) gives the child: the same files under the same numbers.
 */
struct filedesc *
fdcopy(struct filedesc *old)
{
	struct filedesc	*fdp;
	int		 i;

	fdp = fdinit();
	if (old->fd_nfiles > fdp->fd_nfiles &&
	    fdexpand(fdp, old->fd_nfiles - 1) != 0) {
		fdfree(fdp);
		return (NULL);
	}
	for (i = 0; i < old->fd_nfiles; i++) {
		if (old->fd_ofiles[i] == NULL)
			continue;
		fdp->fd_ofiles[i] = FREF(old->fd_ofiles[i]);
		fdp->fd_ofileflags[i] = old->fd_ofileflags[i];
	}
	return (fdp);
}

/*
 * Give a reference to the table back; the last one closes every number.
 */
void
fdfree(struct filedesc *fdp)
{
	int	 i;

	if (--fdp->fd_refcnt > 0)
		return;
	for (i = 0; i < fdp->fd_nfiles; i++)
		if (fdp->fd_ofiles[i] != NULL)
			FRELE(fdp->fd_ofiles[i]);
	fdslots_free(fdp);
	free(fdp, M_FILEDESC, sizeof(*fdp));
}

/* The file in a slot leaves it; the reference is the caller's. */
static struct file *
fdtake(struct filedesc *fdp, int fd)
{
	struct file	*fp;

	fp = fdp->fd_ofiles[fd];
	fdp->fd_ofiles[fd] = NULL;
	fdp->fd_ofileflags[fd] = 0;
	return (fp);
}

/*
 * What exec(2) does: close the numbers that are so marked.
 */
void
fdcloseexec(struct filedesc *fdp)
{
	int	 i;

	for (i = 0; i < fdp->fd_nfiles; i++)
		if (fdp->fd_ofiles[i] != NULL &&
		    (fdp->fd_ofileflags[i] & UF_EXCLOSE))
			FRELE(fdtake(fdp, i));
}

static int
fdvalid(struct proc *p, int fd)
{
	return (p->p_fd != NULL && fd >= 0 && fd < p->p_fd->fd_nfiles &&
	    p->p_fd->fd_ofiles[fd] != NULL);
}

static int
array_get(struct proc *p, int fd, struct file **fpp, int *flags)
{
	if (!fdvalid(p, fd))
		return (EBADF);
	*fpp = FREF(p->p_fd->fd_ofiles[fd]);
	if ((*fpp)->f_flag & FNONBLOCK)
		*flags |= FO_NONBLOCK;
	return (0);
}

/* The lowest free number not below min; EMFILE, ENOMEM. */
static int
fdalloc(struct filedesc *fdp, int min, int *fdout)
{
	int	 error, i;

	for (i = min; i < NDFILEMAX; i++) {
		if (i >= fdp->fd_nfiles && (error = fdexpand(fdp, i)) != 0)
			return (error);
		if (fdp->fd_ofiles[i] == NULL) {
			*fdout = i;
			return (0);
		}
	}
	return (EMFILE);
}

static void
fdset(struct filedesc *fdp, int fd, struct file *fp, int cloexec)
{
	fdp->fd_ofiles[fd] = fp;
	fdp->fd_ofileflags[fd] = cloexec ? UF_EXCLOSE : 0;
}

static int
array_install(struct proc *p, struct file *fp, int flags, int *fdp)
{
	int	 error;

	if (p->p_fd == NULL)
		return (EMFILE);
	if ((error = fdalloc(p->p_fd, 0, fdp)) != 0)
		return (error);
	fdset(p->p_fd, *fdp, fp, flags & FDI_CLOEXEC);
	if (flags & FDI_NONBLOCK)
		fp->f_flag |= FNONBLOCK;
	return (0);
}

static int
array_remove(struct proc *p, int fd)
{
	if (!fdvalid(p, fd))
		return (EBADF);
	FRELE(fdtake(p->p_fd, fd));
	return (0);
}

const struct fdops fd_array_ops = {
	.fdo_get	= array_get,
	.fdo_install	= array_install,
	.fdo_remove	= array_remove,
};

/*
 * System calls on numbers.  A host that has the numbers answers these.
 */

int
sys_close(struct proc *p, void *v, register_t *retval)
{
	struct sys_fd_args	*uap = v;

	(void)retval;
	return (fd_remove(p, SCARG(uap, fd)));
}

/* A copy of fd at the lowest number from min on. */
static int
dup_above(struct proc *p, int fd, int min, int cloexec, register_t *retval)
{
	int	 error, new;

	if (!fdvalid(p, fd))
		return (EBADF);
	if (min < 0 || min >= NDFILEMAX)
		return (EINVAL);
	if ((error = fdalloc(p->p_fd, min, &new)) != 0)
		return (error);
	fdset(p->p_fd, new, FREF(p->p_fd->fd_ofiles[fd]), cloexec);
	*retval = new;
	return (0);
}

/* A copy of from at the number to, which is closed first. */
static int
dup_onto(struct proc *p, int from, int to, int cloexec, register_t *retval)
{
	struct file	*old;
	int		 error;

	if (!fdvalid(p, from) || to < 0 || to >= NDFILEMAX)
		return (EBADF);
	if (to >= p->p_fd->fd_nfiles &&
	    (error = fdexpand(p->p_fd, to)) != 0)
		return (error);
	old = fdtake(p->p_fd, to);
	fdset(p->p_fd, to, FREF(p->p_fd->fd_ofiles[from]), cloexec);
	if (old != NULL)
		FRELE(old);
	*retval = to;
	return (0);
}

int
sys_dup(struct proc *p, void *v, register_t *retval)
{
	struct sys_dup_args	*uap = v;

	return (dup_above(p, SCARG(uap, from), 0, 0, retval));
}

int
sys_dup2(struct proc *p, void *v, register_t *retval)
{
	struct sys_dup_args	*uap = v;

	if (SCARG(uap, from) == SCARG(uap, to)) {
		if (!fdvalid(p, SCARG(uap, from)))
			return (EBADF);
		*retval = SCARG(uap, to);
		return (0);
	}
	return (dup_onto(p, SCARG(uap, from), SCARG(uap, to), 0, retval));
}

int
sys_dup3(struct proc *p, void *v, register_t *retval)
{
	struct sys_dup_args	*uap = v;

	if (SCARG(uap, from) == SCARG(uap, to) ||
	    (SCARG(uap, flags) & ~O_CLOEXEC))
		return (EINVAL);
	return (dup_onto(p, SCARG(uap, from), SCARG(uap, to),
	    SCARG(uap, flags) & O_CLOEXEC, retval));
}

int
sys_fcntl(struct proc *p, void *v, register_t *retval)
{
	struct sys_fcntl_args	*uap = v;
	struct file		*fp;
	long			 arg = SCARG(uap, arg);
	int			 fd = SCARG(uap, fd);

	if (!fdvalid(p, fd))
		return (EBADF);
	fp = p->p_fd->fd_ofiles[fd];
	switch (SCARG(uap, cmd)) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
		if (arg < 0 || arg >= NDFILEMAX)
			return (EINVAL);
		return (dup_above(p, fd, (int)arg,
		    SCARG(uap, cmd) == F_DUPFD_CLOEXEC, retval));
	case F_GETFD:
		*retval = p->p_fd->fd_ofileflags[fd] & UF_EXCLOSE ?
		    FD_CLOEXEC : 0;
		return (0);
	case F_SETFD:
		p->p_fd->fd_ofileflags[fd] = arg & FD_CLOEXEC ?
		    UF_EXCLOSE : 0;
		return (0);
	case F_GETFL:
		*retval = O_RDWR | (fp->f_flag & FNONBLOCK ? O_NONBLOCK : 0);
		return (0);
	case F_SETFL:
		if (arg & O_NONBLOCK)
			fp->f_flag |= FNONBLOCK;
		else
			fp->f_flag &= ~FNONBLOCK;
		return (0);
	default:
		return (EINVAL);
	}
}

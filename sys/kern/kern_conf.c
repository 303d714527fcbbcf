/*
 * Devices by path, and open(2), which knows nothing but them.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/pledge.h>
#include <sys/proc.h>
#include <sys/syscallargs.h>
#include <sys/ucred.h>

/* open(2), by the C library's numbers. */
#define O_ACCMODE	03
#define O_WRONLY	01
#define O_RDWR		02
#define O_CREAT		0100
#define O_EXCL		0200
#define O_NONBLOCK	04000
#define O_DIRECTORY	0200000
#define O_CLOEXEC	02000000

static LIST_HEAD(, cdev)	cdevs = LIST_HEAD_INITIALIZER(cdevs);

/*
 * Make a device known; it stays for good.
 */
void
cdev_register(struct cdev *cd)
{
	KASSERT(strlen(cd->cd_path) < CDEV_PATHMAX);
	KASSERT(cdev_lookup(cd->cd_path) == NULL);
	LIST_INSERT_HEAD(&cdevs, cd, cd_list);
}

/*
 * The device of that path, or NULL.
 */
struct cdev *
cdev_lookup(const char *path)
{
	struct cdev	*cd;

	LIST_FOREACH(cd, &cdevs, cd_list)
		if (strcmp(cd->cd_path, path) == 0)
			return (cd);
	return (NULL);
}

/* May they read or write (FREAD, FWRITE) what root owns with this mode? */
static int
cdev_access(const struct ucred *cr, mode_t mode, int fflag)
{
	int	 want;

	if (suser_ucred(cr) == 0)
		return (0);
	want = (fflag & FREAD ? 04 : 0) | (fflag & FWRITE ? 02 : 0);
	if (groupmember(0, cr))
		mode >>= 3;
	return ((mode & want) == want ? 0 : EACCES);
}

/* A file that is not open yet. */
static int
unopened_close(struct file *fp)
{
	(void)fp;
	return (0);
}

static const struct fileops unopened = { .fo_close = unopened_close };

/*
 * Open a device with flags of open(2).  0, and a reference to the file is the
 * caller's; EACCES, EEXIST, ENOTDIR, ENFILE, or an error of the device.
 */
int
cdev_open(struct proc *p, struct cdev *cd, int flags, struct file **fpp)
{
	struct file	*fp;
	int		 error, fflag;

	if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
		return (EEXIST);
	if (flags & O_DIRECTORY)
		return (ENOTDIR);
	if ((flags & O_ACCMODE) == O_ACCMODE)
		return (EINVAL);
	fflag = (flags & O_ACCMODE) == O_RDWR ? FREAD | FWRITE :
	    (flags & O_ACCMODE) == O_WRONLY ? FWRITE : FREAD;
	if ((error = cdev_access(p->p_ucred, cd->cd_mode, fflag)) != 0)
		return (error);
	if ((fp = file_alloc(p, DTYPE_DEVICE, &unopened, NULL)) == NULL)
		return (ENFILE);
	fp->f_flag = fflag;
	if ((error = (*cd->cd_open)(p, fp)) != 0) {
		FRELE(fp);
		return (error);
	}
	fp->f_ops = cd->cd_ops;
	*fpp = fp;
	return (0);
}

/* "rpath" and "wpath" are promises to open by a path. */
static int
open_pledged(struct proc *p, int flags)
{
	if ((p->p_p->ps_flags & PS_PLEDGE) == 0 ||
	    (p->p_pledge & PLEDGE_WPATH) ||
	    (flags & O_ACCMODE) == 0)
		return (0);
	return (pledge_fail(p, EPERM, PLEDGE_WPATH));
}

static int
open_path(struct proc *p, const char *upath, int flags, register_t *retval)
{
	struct cdev	*cd;
	struct file	*fp;
	char		 path[CDEV_PATHMAX];
	int		 error, fd;

	error = copyinstr(upath, path, sizeof(path), NULL);
	if (error == ENAMETOOLONG)
		error = ENOENT;		/* longer than any device's */
	if (error != 0)
		return (error);
	if ((cd = cdev_lookup(path)) == NULL)
		return (ENOENT);
	if ((error = open_pledged(p, flags)) != 0 ||
	    (error = cdev_open(p, cd, flags, &fp)) != 0)
		return (error);
	error = fd_install(p, fp, (flags & O_CLOEXEC ? FDI_CLOEXEC : 0) |
	    (flags & O_NONBLOCK ? FDI_NONBLOCK : 0), &fd);
	if (error != 0) {
		FRELE(fp);
		return (error);
	}
	*retval = fd;
	return (0);
}

int
sys_open(struct proc *p, void *v, register_t *retval)
{
	struct sys_open_args	*uap = v;

	return (open_path(p, SCARG(uap, path), SCARG(uap, flags), retval));
}

int
sys_openat(struct proc *p, void *v, register_t *retval)
{
	struct sys_openat_args	*uap = v;

	return (open_path(p, SCARG(uap, path), SCARG(uap, flags), retval));
}

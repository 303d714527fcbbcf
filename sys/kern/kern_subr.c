/*
 * Copying between the kernel and user land: copyin(9) and uiomove(9).  User
 * addresses are those of the running thread's process.
 */
#include <sys/machdep.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/uio.h>

/*
 * Copy len bytes in from user address uaddr.  Returns 0 or EFAULT.
 */
int
copyin(const void *uaddr, void *kaddr, size_t len)
{
	const struct usermem	*um = curproc->p_p->ps_mem;

	if (len == 0)
		return (0);
	if (um != NULL)
		return (um->um_copyin(uaddr, kaddr, len));
	return (md_copyin(curproc, (uintptr_t)uaddr, kaddr, len));
}

/*
 * Copy len bytes out to user address uaddr.  Returns 0 or EFAULT.
 */
int
copyout(const void *kaddr, void *uaddr, size_t len)
{
	const struct usermem	*um = curproc->p_p->ps_mem;

	if (len == 0)
		return (0);
	if (um != NULL)
		return (um->um_copyout(kaddr, uaddr, len));
	return (md_copyout(curproc, kaddr, (uintptr_t)uaddr, len));
}

/* A string of a process that the port does not know, byte by byte. */
static int
usermem_copyinstr(const struct usermem *um, const char *uaddr, char *kaddr,
    size_t len, size_t *n)
{
	size_t	 i;
	int	 error;

	for (i = 0; i < len; i++) {
		error = um->um_copyin((const void *)((uintptr_t)uaddr + i),
		    kaddr + i, 1);
		if (error != 0)
			return (error);
		if (kaddr[i] == '\0') {
			*n = i + 1;
			return (0);
		}
	}
	return (ENAMETOOLONG);
}

/*
 * Copy a string in.  Stores its length, with the NUL, if done is not NULL.
 * Returns 0, EFAULT, or ENAMETOOLONG if no NUL is found in len bytes.
 */
int
copyinstr(const void *uaddr, void *kaddr, size_t len, size_t *done)
{
	size_t	 n = 0;
	int	 error;

	if (len == 0)
		return (ENAMETOOLONG);
	if (curproc->p_p->ps_mem != NULL)
		error = usermem_copyinstr(curproc->p_p->ps_mem, uaddr, kaddr,
		    len, &n);
	else
		error = md_copyinstr(curproc, (uintptr_t)uaddr, kaddr, len,
		    &n);
	if (error == 0 && done != NULL)
		*done = n;
	return (error);
}

/*
 * Copy a string out; otherwise as copyinstr().  What fits of one that is too
 * long is copied.
 */
int
copyoutstr(const void *kaddr, void *uaddr, size_t len, size_t *done)
{
	size_t	 n;
	int	 error;

	n = strnlen(kaddr, len);
	if (n == len) {
		error = copyout(kaddr, uaddr, len);
		return (error != 0 ? error : ENAMETOOLONG);
	}
	if ((error = copyout(kaddr, uaddr, n + 1)) == 0 && done != NULL)
		*done = n + 1;
	return (error);
}

/*
 * The same inside the kernel.
 */
int
copystr(const void *from, void *to, size_t len, size_t *done)
{
	size_t	 n;

	n = strnlen(from, len);
	if (n == len) {
		memcpy(to, from, len);
		if (len > 0)
			((char *)to)[len - 1] = '\0';
		return (ENAMETOOLONG);
	}
	memcpy(to, from, n + 1);
	if (done != NULL)
		*done = n + 1;
	return (0);
}

static int
uio_copy(void *kaddr, const struct uio *uio, void *base, size_t n)
{
	int	 in = uio->uio_rw == UIO_WRITE;

	if (uio->uio_segflg == UIO_USERSPACE)
		return (in ? copyin(base, kaddr, n) : copyout(kaddr, base, n));
	if (in)
		memcpy(kaddr, base, n);
	else
		memcpy(base, kaddr, n);
	return (0);
}

/*
 * Move n bytes between kaddr and where the uio points, in the direction it
 * names, and advance it; less if it has less room.  Returns 0 or EFAULT,
 * with the uio advanced by what was moved.
 */
int
uiomove(void *kaddr, size_t n, struct uio *uio)
{
	struct iovec	*iov;
	size_t		 len;
	int		 error;

	while (n > 0 && uio->uio_resid > 0) {
		KASSERT(uio->uio_iovcnt > 0);
		iov = uio->uio_iov;
		len = MIN(n, iov->iov_len);
		if (len == 0) {
			uio->uio_iov++;
			uio->uio_iovcnt--;
			continue;
		}
		error = uio_copy(kaddr, uio, iov->iov_base, len);
		if (error != 0)
			return (error);
		iov->iov_base = (char *)iov->iov_base + len;
		iov->iov_len -= len;
		uio->uio_resid -= len;
		uio->uio_offset += len;
		kaddr = (char *)kaddr + len;
		n -= len;
	}
	return (0);
}

/*
 * Scatter and gather: where the bytes of a transfer come from or go to.
 */
#ifndef _SYS_UIO_H_
#define _SYS_UIO_H_

#ifdef _KERNEL

#include <sys/types.h>

struct proc;

struct iovec {
	void	*iov_base;
	size_t	 iov_len;
};

enum uio_rw { UIO_READ, UIO_WRITE };

/* Whose memory the vectors are in. */
enum uio_seg { UIO_USERSPACE, UIO_SYSSPACE };

struct uio {
	struct iovec	*uio_iov;	/* the vectors left */
	int		 uio_iovcnt;
	off_t		 uio_offset;
	size_t		 uio_resid;	/* bytes left */
	enum uio_seg	 uio_segflg;
	enum uio_rw	 uio_rw;	/* READ: from the kernel to them */
	struct proc	*uio_procp;
};

#define UIO_MAXIOV	1024		/* vectors of one call */
#define UIO_SMALLIOV	8		/* of them kept on the stack */

/* The most bytes of one call. */
#define UIO_MAXBYTES	0x7ffff000UL

int	uiomove(void *, size_t, struct uio *);
int	iovec_copyin(const void *, u_long, struct iovec *, struct iovec **,
	    size_t *);
void	iovec_free(struct iovec *, struct iovec *, u_long);

#endif /* _KERNEL */

#endif /* _SYS_UIO_H_ */

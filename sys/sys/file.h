/*
 * Open files and whoever numbers them.
 *
 * The kernel counts references to a struct file; which number a process
 * knows it by is the business of a descriptor provider (struct fdops).  The
 * usermode port provides the host's descriptors; kern_descrip.c has an array
 * of our own for the ports, and the tests, where there is no host.
 *
 * The non-blocking flag belongs to the open file, but under usermode it is
 * the host that keeps it: so a provider says with each look-up whether it is
 * set, and the call is told.
 */
#ifndef _SYS_FILE_H_
#define _SYS_FILE_H_

#ifdef _KERNEL

#include <sys/types.h>
#include <sys/queue.h>

struct file;
struct proc;
struct ucred;
struct uio;

/* f_flag */
#define FREAD		0x0001
#define FWRITE		0x0002
#define FNONBLOCK	0x0004		/* kept by the array provider */

/* f_type */
#define DTYPE_SOCKET	2
#define DTYPE_DEVICE	7		/* a device file: bpf, pf */
#define DTYPE_NETLINK	8		/* answers of uipc_netlink.c */

/* Flags of a call, for fo_read and fo_write. */
#define FO_NONBLOCK	0x0001		/* never sleep */

/*
 * What a kind of file does.  Errors are errno.
 *
 *	read, write	move bytes of the uio; FO_NONBLOCK: EWOULDBLOCK, not
 *			sleep
 *	ioctl		cmd, its argument copied in (BSD's commands by the
 *			length in the number, others by the table of
 *			sys_generic.c)
 *	poll		which of the events (POLL*) hold now; POLLERR and
 *			POLLHUP are told unasked
 *	close		the last reference has gone: free f_data
 */
struct fileops {
	int	(*fo_read)(struct file *, struct uio *, int);
	int	(*fo_write)(struct file *, struct uio *, int);
	int	(*fo_ioctl)(struct file *, u_long, caddr_t, struct proc *);
	int	(*fo_poll)(struct file *, int);
	int	(*fo_close)(struct file *);
};

struct file {
	LIST_ENTRY(file)	 f_list;	/* all of them */
	u_int			 f_count;	/* references */
	short			 f_flag;	/* FREAD | FWRITE */
	short			 f_type;	/* DTYPE_* */
	const struct fileops	*f_ops;
	void			*f_data;
	struct ucred		*f_cred;	/* who opened it */
	const struct fdops	*f_fdops;	/* who numbers it */
	void			*f_port;	/* the provider's */
	u_int64_t		 f_arrivals;	/* calls of fd_ready() */
};
LIST_HEAD(filelist, file);
extern struct filelist	 filehead;
extern u_int		 numfiles;		/* open now */
extern u_int		 maxfiles;		/* at most */

/*
 * A descriptor provider.
 *
 *	get	the file that the number names, with a reference for the
 *		caller, and whether it is set non-blocking (FO_NONBLOCK);
 *		EBADF, or ENOTSOCK for a number that is not the kernel's
 *	install	give the file a number (FDI_* flags), and take over the
 *		caller's reference; on failure (EMFILE, ENFILE) the caller
 *		still has it
 *	remove	forget the number and drop its reference: close(2)
 *	ready	what fo_poll() would answer may have changed, or something
 *		more has arrived; called from threads and soft interrupts,
 *		must not sleep
 */
struct fdops {
	int	(*fdo_get)(struct proc *, int, struct file **, int *);
	int	(*fdo_install)(struct proc *, struct file *, int, int *);
	int	(*fdo_remove)(struct proc *, int);
	void	(*fdo_ready)(struct file *);
};

#define FDI_CLOEXEC	0x0001
#define FDI_NONBLOCK	0x0002

struct file	*file_alloc(struct proc *, int, const struct fileops *,
		    void *);
struct file	*FREF(struct file *);
void		 FRELE(struct file *);
int		 file_poll(struct file *, int);
void		 fd_ready(struct file *);

void		 fd_setprovider(const struct fdops *);
int		 fd_get(struct proc *, int, struct file **, int *);
int		 fd_getsock(struct proc *, int, struct file **, int *);
int		 fd_install(struct proc *, struct file *, int, int *);
int		 fd_remove(struct proc *, int);

extern const struct fileops	socketops;

#endif /* _KERNEL */

#endif /* _SYS_FILE_H_ */

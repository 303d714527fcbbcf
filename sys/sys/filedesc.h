/*
 * The kernel's own descriptor provider: an array of files a process.
 */
#ifndef _SYS_FILEDESC_H_
#define _SYS_FILEDESC_H_

#ifdef _KERNEL

#include <sys/types.h>

struct fdops;
struct file;
struct proc;

#define NDFILE		16		/* slots of a new table */
#define NDFILEMAX	1024		/* most slots */

struct filedesc {
	struct file	**fd_ofiles;	/* by number; NULL free */
	u_char		 *fd_ofileflags; /* UF_* */
	int		  fd_nfiles;	/* slots */
	u_int		  fd_refcnt;	/* processes that share it */
};

#define UF_EXCLOSE	0x01		/* close on exec */

extern const struct fdops	fd_array_ops;

struct filedesc	*fdinit(void);
struct filedesc	*fdcopy(struct filedesc *);
void		 fdfree(struct filedesc *);
void		 fdcloseexec(struct filedesc *);

#endif /* _KERNEL */

#endif /* _SYS_FILEDESC_H_ */

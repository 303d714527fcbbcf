/*
 * Credentials: immutable once shared, counted.
 */
#ifndef _SYS_UCRED_H_
#define _SYS_UCRED_H_

#ifdef _KERNEL

#include <sys/param.h>

struct proc;
struct process;

struct ucred {
	u_int	cr_refcnt;
	uid_t	cr_uid;			/* effective */
	uid_t	cr_ruid;		/* real */
	uid_t	cr_svuid;		/* saved */
	gid_t	cr_gid;
	gid_t	cr_rgid;
	gid_t	cr_svgid;
	short	cr_ngroups;
	gid_t	cr_groups[NGROUPS];
};

extern struct ucred	ucred0;	/* the kernel's own */

struct ucred	*crget(void);
struct ucred	*crhold(struct ucred *);
void		 crfree(struct ucred *);
struct ucred	*crdup(const struct ucred *);
int		 cr_same(const struct ucred *, const struct ucred *);
void		 process_setcred(struct process *, const struct ucred *);
int		 groupmember(gid_t, const struct ucred *);
int		 suser(struct proc *);
int		 suser_ucred(const struct ucred *);

#endif /* _KERNEL */

#endif /* _SYS_UCRED_H_ */

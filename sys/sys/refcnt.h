/*
 * refcnt_init(9): reference counts.
 */
#ifndef _SYS_REFCNT_H_
#define _SYS_REFCNT_H_

#include <sys/types.h>

struct refcnt {
	unsigned int	r_refs;
};

#define REFCNT_INITIALIZER()	{ .r_refs = 1 }

void	 refcnt_init(struct refcnt *);
void	 refcnt_take(struct refcnt *);
int	 refcnt_rele(struct refcnt *);
void	 refcnt_rele_wake(struct refcnt *);
void	 refcnt_finalize(struct refcnt *, const char *);
int	 refcnt_shared(const struct refcnt *);
unsigned int refcnt_read(const struct refcnt *);

/* cond_init(9): wait once for something to have happened. */
struct cond {
	unsigned int	c_wait;
};

#define COND_INITIALIZER()	{ .c_wait = 1 }

void	 cond_init(struct cond *);
void	 cond_wait(struct cond *, const char *);
void	 cond_signal(struct cond *);

#endif /* _SYS_REFCNT_H_ */

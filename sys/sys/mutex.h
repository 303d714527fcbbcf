/*
 * mutex(9).  The kernel is not preempted and must not sleep with a mutex
 * held, so a mutex can never be contended: it only checks that this is so.
 */
#ifndef _SYS_MUTEX_H_
#define _SYS_MUTEX_H_

#include <sys/softintr.h>

struct proc;

struct mutex {
	const struct proc	*mtx_owner;	/* thread that holds it */
	const char		*mtx_name;
};

#define MUTEX_INITIALIZER(ipl)	{ NULL, __FILE__ }
#define MUTEX_INITIALIZER_FLAGS(ipl, name, flags)	{ NULL, (name) }

void	 mtx_init_name(struct mutex *, const char *);
#define mtx_init(m, ipl)	mtx_init_name((m), #m)
#define mtx_init_flags(m, ipl, name, flags)	mtx_init_name((m), (name))

void	 mtx_enter(struct mutex *);
int	 mtx_enter_try(struct mutex *);
void	 mtx_leave(struct mutex *);
int	 mtx_owned(const struct mutex *);

#define MUTEX_ASSERT_LOCKED(m)		KASSERT(mtx_owned(m))
#define MUTEX_ASSERT_UNLOCKED(m)	KASSERT(!mtx_owned(m))

#endif /* _SYS_MUTEX_H_ */

/*
 * timeout(9): call a function later.
 *
 * A function runs on the scheduler's own stack and must not sleep, unless
 * its timeout was set with timeout_set_proc(): then it runs in a thread.
 */
#ifndef _SYS_TIMEOUT_H_
#define _SYS_TIMEOUT_H_

#include <sys/queue.h>
#include <sys/types.h>

struct timeout {
	TAILQ_ENTRY(timeout)	 to_list;	/* slot, or thread's queue */
	void			(*to_func)(void *);
	void			*to_arg;
	uint64_t		 to_nsec;	/* uptime when due */
	int			 to_flags;
	int			 to_slot;	/* level and slot of the wheel */
};

#define TIMEOUT_PROC		0x01	/* needs a thread */
#define TIMEOUT_ONQUEUE		0x02	/* in the wheel or with the thread */
#define TIMEOUT_INITIALIZED	0x04
#define TIMEOUT_TRIGGERED	0x08	/* has run, or is running */
#define TIMEOUT_MPSAFE		0x10	/* takes no big lock: nothing does */

#define timeout_pending(to)	((to)->to_flags & TIMEOUT_ONQUEUE)
#define timeout_initialized(to)	((to)->to_flags & TIMEOUT_INITIALIZED)
#define timeout_triggered(to)	((to)->to_flags & TIMEOUT_TRIGGERED)

#define TIMEOUT_INITIALIZER(fn, arg)					\
	{ .to_func = (fn), .to_arg = (arg), .to_flags = TIMEOUT_INITIALIZED }

void	 timeout_set(struct timeout *, void (*)(void *), void *);
void	 timeout_set_proc(struct timeout *, void (*)(void *), void *);
void	 timeout_set_flags(struct timeout *, void (*)(void *), void *, int);

/* 1 when newly scheduled, 0 when it was and has been moved. */
int	 timeout_add(struct timeout *, int);
int	 timeout_add_sec(struct timeout *, int);
int	 timeout_add_msec(struct timeout *, uint64_t);
int	 timeout_add_usec(struct timeout *, uint64_t);
int	 timeout_add_nsec(struct timeout *, uint64_t);
int	 timeout_abs_nsec(struct timeout *, uint64_t);

/* 1 when it was scheduled and is no more. */
int	 timeout_del(struct timeout *);
int	 timeout_del_barrier(struct timeout *);
void	 timeout_barrier(struct timeout *);

/* The scheduler's side. */
void	 timeout_startup(void);
void	 timeout_proc_init(void);
uint64_t timeout_next(void);
void	 timeout_run(uint64_t);

#endif /* _SYS_TIMEOUT_H_ */

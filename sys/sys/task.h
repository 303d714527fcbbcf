/*
 * task_add(9): run a function once in a thread that serves a queue.
 */
#ifndef _SYS_TASK_H_
#define _SYS_TASK_H_

#include <sys/queue.h>

struct taskq;

struct task {
	TAILQ_ENTRY(task)	 t_entry;
	void			(*t_func)(void *);
	void			*t_arg;
	unsigned int		 t_flags;
};

TAILQ_HEAD(task_list, task);

#define TASK_ONQUEUE		1
#define TASKQ_MPSAFE		0x01

#define TASK_INITIALIZER(fn, arg)	{ .t_func = (fn), .t_arg = (arg) }
#define task_pending(t)			((t)->t_flags & TASK_ONQUEUE)

extern struct taskq	*const systq;	/* may be slow */
extern struct taskq	*const systqmp;

struct taskq	*taskq_create(const char *, unsigned int, int, unsigned int);
void		 taskq_destroy(struct taskq *);
void		 taskq_barrier(struct taskq *);
void		 taskq_del_barrier(struct taskq *, struct task *);
void		 taskq_init(void);

/* The network's queue: packets in, transmit starts. */
struct taskq	*net_tq(unsigned int);

void		 task_set(struct task *, void (*)(void *), void *);
int		 task_add(struct taskq *, struct task *);
int		 task_del(struct taskq *, struct task *);

#endif /* _SYS_TASK_H_ */

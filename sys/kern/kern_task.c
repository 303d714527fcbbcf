/*
 * task_add(9): queues of functions to run, each served by threads of its own.
 *
 * A task is on a queue at most once; it leaves the queue before it runs, so
 * it may be added again while it does.
 *
 * taskq_barrier() waits for all that was queued before it: it queues a task
 * of its own, and once that runs, waits for those workers whose task began
 * earlier.  tq_serial numbers the tasks in the order they began.
 */
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/softintr.h>
#include <sys/systm.h>
#include <sys/task.h>

#define WORKER_IDLE	UINT64_MAX

struct taskq_worker {
	struct taskq	*w_tq;
	struct proc	*w_proc;
	uint64_t	 w_serial;	/* of the task it runs */
};

/*
 * Locks: the kernel, never preempted.
 */
struct taskq {
	const char		*tq_name;
	struct task_list	 tq_list;
	unsigned int		 tq_nthreads;	/* wanted */
	unsigned int		 tq_alive;
	unsigned int		 tq_barriers;	/* barriers that wait */
	int			 tq_ending;
	uint64_t		 tq_serial;
	struct taskq_worker	*tq_workers;
};

static struct taskq_worker systq_worker, systqmp_worker, softnet_worker;

#define TASKQ_STATIC(var, name)						\
	static struct taskq taskq_##var = {				\
		.tq_name = (name),					\
		.tq_list = TAILQ_HEAD_INITIALIZER(taskq_##var.tq_list),	\
		.tq_nthreads = 1,					\
		.tq_workers = &var##_worker,				\
	}

TASKQ_STATIC(systq, "systq");
TASKQ_STATIC(systqmp, "systqmp");
TASKQ_STATIC(softnet, "softnet");

struct taskq	*const systq = &taskq_systq;
struct taskq	*const systqmp = &taskq_systqmp;

/* The next task, already off the queue, or NULL when the queue ends. */
static struct task *
taskq_next(struct taskq *tq)
{
	struct task	*t;

	while ((t = TAILQ_FIRST(&tq->tq_list)) == NULL) {
		if (tq->tq_ending)
			return (NULL);
		tsleep_nsec(tq, PWAIT, "bored", INFSLP);
	}
	TAILQ_REMOVE(&tq->tq_list, t, t_entry);
	t->t_flags &= ~TASK_ONQUEUE;
	return (t);
}

static void
taskq_thread(void *arg)
{
	struct taskq_worker	*w = arg;
	struct taskq		*tq = w->w_tq;
	struct task		*t;

	w->w_proc = curproc;
	while ((t = taskq_next(tq)) != NULL) {
		w->w_serial = ++tq->tq_serial;
		t->t_func(t->t_arg);
		/* The task itself may be gone. */
		w->w_serial = WORKER_IDLE;
		if (tq->tq_barriers != 0)
			wakeup(&tq->tq_serial);
		sched_pause();
	}
	w->w_proc = NULL;
	tq->tq_alive--;
	wakeup(&tq->tq_alive);
}

/* Start the threads of a queue; 0 or ENOMEM. */
static int
taskq_start(struct taskq *tq)
{
	struct taskq_worker	*w;
	unsigned int		 i;

	for (i = 0; i < tq->tq_nthreads; i++) {
		w = &tq->tq_workers[i];
		w->w_tq = tq;
		w->w_serial = WORKER_IDLE;
		if (kthread_create(taskq_thread, w, NULL, tq->tq_name) != 0)
			return (ENOMEM);
		tq->tq_alive++;
	}
	return (0);
}

/*
 * Start the queues that every kernel has.
 */
void
taskq_init(void)
{
	if (taskq_start(&taskq_softnet) != 0 || taskq_start(systq) != 0 ||
	    taskq_start(systqmp) != 0)
		panic("no threads for task queues");
}

/*
 * The network's queue, the same one for every number.
 */
struct taskq *
net_tq(unsigned int n)
{
	(void)n;
	return (&taskq_softnet);
}

/*
 * Make a queue that nthreads threads serve.  Returns NULL when there is no
 * memory.  The level and the flags are documentation.
 */
struct taskq *
taskq_create(const char *name, unsigned int nthreads, int ipl,
    unsigned int flags)
{
	struct taskq	*tq;

	(void)ipl;
	(void)flags;
	KASSERT(nthreads > 0);
	tq = malloc(sizeof(*tq), M_DEVBUF, M_NOWAIT | M_ZERO);
	if (tq == NULL)
		return (NULL);
	tq->tq_name = name;
	tq->tq_nthreads = nthreads;
	TAILQ_INIT(&tq->tq_list);
	tq->tq_workers = mallocarray(nthreads, sizeof(*tq->tq_workers),
	    M_DEVBUF, M_NOWAIT | M_ZERO);
	if (tq->tq_workers == NULL) {
		free(tq, M_DEVBUF, sizeof(*tq));
		return (NULL);
	}
	if (taskq_start(tq) != 0) {
		taskq_destroy(tq);
		return (NULL);
	}
	return (tq);
}

/*
 * End a queue that was made by taskq_create(), when what is on it has run.
 * Sleeps.
 */
void
taskq_destroy(struct taskq *tq)
{
	KASSERT(tq != systq && tq != systqmp && tq != &taskq_softnet);
	tq->tq_ending = 1;
	wakeup(tq);
	while (tq->tq_alive > 0)
		tsleep_nsec(&tq->tq_alive, PWAIT, "tqdestroy", INFSLP);
	free(tq->tq_workers, M_DEVBUF,
	    tq->tq_nthreads * sizeof(*tq->tq_workers));
	free(tq, M_DEVBUF, sizeof(*tq));
}

struct barrier {
	struct taskq	*b_tq;
	int		 b_done;
};

/* Does a worker run a task that began before the given one? */
static int
taskq_behind(const struct taskq *tq, uint64_t serial)
{
	unsigned int	 i;

	for (i = 0; i < tq->tq_nthreads; i++)
		if (tq->tq_workers[i].w_serial < serial)
			return (1);
	return (0);
}

static void
taskq_barrier_task(void *arg)
{
	struct barrier	*b = arg;
	struct taskq	*tq = b->b_tq;
	uint64_t	 serial = tq->tq_serial;

	while (taskq_behind(tq, serial))
		tsleep_nsec(&tq->tq_serial, PWAIT, "tqbar", INFSLP);
	b->b_done = 1;
	wakeup(b);
}

/*
 * Wait until all that is on the queue now, or running, has run.  Sleeps; a
 * task must not call it for its own queue.
 */
void
taskq_barrier(struct taskq *tq)
{
	struct barrier	 b = { tq, 0 };
	struct task	 t;
	unsigned int	 i;

	for (i = 0; i < tq->tq_nthreads; i++)
		if (tq->tq_workers[i].w_proc == curproc)
			panic("taskq_barrier: %s waits for itself",
			    tq->tq_name);
	task_set(&t, taskq_barrier_task, &b);
	tq->tq_barriers++;
	task_add(tq, &t);
	while (!b.b_done)
		tsleep_nsec(&b, PWAIT, "tqbar", INFSLP);
	tq->tq_barriers--;
}

/*
 * Take a task back and wait until it does not run: then it may be freed.
 */
void
taskq_del_barrier(struct taskq *tq, struct task *t)
{
	task_del(tq, t);
	taskq_barrier(tq);
}

/*
 * Prepare a task that calls fn(arg); it must not be queued.
 */
void
task_set(struct task *t, void (*fn)(void *), void *arg)
{
	t->t_func = fn;
	t->t_arg = arg;
	t->t_flags = 0;
}

/*
 * Queue a task.  May be called from an interrupt.  Returns 1, or 0 if it is
 * queued already.
 */
int
task_add(struct taskq *tq, struct task *t)
{
	if (t->t_flags & TASK_ONQUEUE)
		return (0);
	t->t_flags |= TASK_ONQUEUE;
	TAILQ_INSERT_TAIL(&tq->tq_list, t, t_entry);
	wakeup_one(tq);
	return (1);
}

/*
 * Take a task off the queue.  Returns 1 if it was on it.
 */
int
task_del(struct taskq *tq, struct task *t)
{
	if ((t->t_flags & TASK_ONQUEUE) == 0)
		return (0);
	t->t_flags &= ~TASK_ONQUEUE;
	TAILQ_REMOVE(&tq->tq_list, t, t_entry);
	return (1);
}

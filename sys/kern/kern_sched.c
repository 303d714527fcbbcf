/*
 * Threads and the scheduler.
 *
 * Threads are cooperative: one runs until it sleeps, yields or exits, and the
 * next is the one that has waited longest.  proc0, on the stack the kernel
 * booted on, is the scheduler: it takes interrupts, runs soft interrupts and
 * timeouts, and waits when nothing is runnable.  One thread switches straight
 * to the next; it goes by proc0 only when that has work:
 *
 *	thread --> thread --> thread --+     nothing runnable, or a soft
 *	   ^                           |     interrupt pending, or SCHED_POLL
 *	   |                           v     since the last look for interrupts
 *	   +-------------- proc0: md_idle,   and timeouts
 *	                   softintr, timeouts
 *
 * Stacks and structures of dead threads are kept for the next ones.
 */
#include <sys/asan.h>
#include <sys/machdep.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/softintr.h>
#include <sys/systm.h>
#include <sys/ucred.h>
#include <sys/time.h>
#include <sys/timeout.h>

#include <kern/kern_clock.h>

/* Busy threads let interrupts in at least so often (ns). */
#define SCHED_POLL	1000000

/* Most dead threads kept for reuse. */
#define SCHED_CACHE	64

struct proc		*curproc = &proc0;
struct proc		 proc0;
struct process		 process0;
struct proclist		 allproc = LIST_HEAD_INITIALIZER(allproc);
struct schedstat	 schedstat;

static TAILQ_HEAD(, proc) sched_runq = TAILQ_HEAD_INITIALIZER(sched_runq);
static TAILQ_HEAD(, proc) sched_dead = TAILQ_HEAD_INITIALIZER(sched_dead);
static struct pool	 proc_pool;
static uint64_t		 sched_nextpoll;	/* uptime */
static uint64_t		 sched_started;		/* uptime of last switch */
static pid_t		 sched_lasttid;

/*
 * Make proc0 of the running context.
 */
void
sched_init(void)
{
	strlcpy(process0.ps_comm, "kernel", sizeof(process0.ps_comm));
	process0.ps_refs = 1;
	process0.ps_ucred = &ucred0;
	process0.ps_flags = PS_SYSTEM;
	proc0.p_p = &process0;
	proc0.p_stat = SONPROC;
	proc0.p_flag = P_SYSTEM;
	proc0.p_stacksize = 1;
	strlcpy(proc0.p_name, "sched", sizeof(proc0.p_name));
	LIST_INSERT_HEAD(&allproc, &proc0, p_list);
	pool_init(&proc_pool, sizeof(struct proc), 0, IPL_NONE, PR_WAITOK,
	    "procpl", NULL);
	schedstat.ss_threads = 1;
}

/*
 * Panic if this may not sleep or yield.  The scheduler may not: interrupts,
 * soft interrupts and timeouts run there; nor may who holds a mutex.
 */
void
assertwaitok(void)
{
	if (curproc == &proc0)
		panic("sleeping in interrupt context");
	if (curproc->p_nlocks != 0)
		panic("%s sleeps with a mutex held", curproc->p_name);
}

/*
 * Put a thread at the end of the run queue.
 */
void
sched_setrunnable(struct proc *p)
{
	p->p_stat = SRUN;
	TAILQ_INSERT_TAIL(&sched_runq, p, p_runq);
}

/* Has the scheduler anything to do before the next thread runs? */
static int
sched_busy(uint64_t now)
{
	return (softintr_pending() || now >= sched_nextpoll);
}

static struct proc *
sched_choose(uint64_t now)
{
	if (TAILQ_EMPTY(&sched_runq) || sched_busy(now))
		return (&proc0);
	return (TAILQ_FIRST(&sched_runq));
}

static void
sched_run(struct proc *p, size_t size)
{
	struct proc	*from = curproc;

	if (p != &proc0)
		TAILQ_REMOVE(&sched_runq, p, p_runq);
	p->p_stat = SONPROC;
	p->p_nswitch++;
	schedstat.ss_switches++;
	curproc = p;
	md_switch(&from->p_context, p->p_context, p->p_stack, size);
}

/*
 * Leave the processor.  The caller has said where the thread is to be found:
 * on the run queue, on a sleep queue, or nowhere if it is dead.  Returns when
 * somebody has switched back.
 */
void
sched_switch(void)
{
	struct proc	*p;

	sched_started = clock_update();
	p = sched_choose(sched_started);
	if (p == curproc) {
		TAILQ_REMOVE(&sched_runq, p, p_runq);
		p->p_stat = SONPROC;
		return;
	}
	sched_run(p, p->p_stacksize);
}

/*
 * Let the others run; return when it is this thread's turn again.
 */
void
yield(void)
{
	assertwaitok();
	sched_setrunnable(curproc);
	sched_switch();
}

/*
 * Yield if the thread has run for long; cheap enough to be called in a loop.
 */
void
sched_pause(void)
{
	if (clock_update() - sched_started >= SCHED_POLL)
		yield();
}

/* What every thread starts with. */
static void
proc_start(void *arg)
{
	struct proc	*p = arg;

	p->p_func(p->p_arg);
	kthread_exit(0);
}

static struct proc *
proc_alloc(void)
{
	struct proc	*p;
	void		*stack;
	size_t		 size;

	if ((p = TAILQ_FIRST(&sched_dead)) != NULL) {
		TAILQ_REMOVE(&sched_dead, p, p_runq);
		schedstat.ss_cached--;
		stack = p->p_stack;
		size = p->p_stacksize;
		/* The frames it died in never returned. */
		ASAN_UNPOISON(stack, size);
	} else {
		p = pool_get(&proc_pool, PR_NOWAIT);
		if (p == NULL)
			return (NULL);
		stack = md_stack_alloc(&size);
		if (stack == NULL) {
			pool_put(&proc_pool, p);
			return (NULL);
		}
	}
	memset(p, 0, sizeof(*p));
	p->p_stack = stack;
	p->p_stacksize = size;
	return (p);
}

/*
 * Start a thread of the kernel that calls fn(arg), and exits when that
 * returns.  It does not run before the caller leaves the processor.  Stores
 * the thread if newp is not NULL.  Returns 0, or ENOMEM.
 */
int
kthread_create(void (*fn)(void *), void *arg, struct proc **newp,
    const char *name)
{
	struct proc	*p;

	if ((p = proc_alloc()) == NULL)
		return (ENOMEM);
	p->p_p = &process0;
	p->p_tid = ++sched_lasttid;
	p->p_flag = P_SYSTEM;
	p->p_func = fn;
	p->p_arg = arg;
	strlcpy(p->p_name, name, sizeof(p->p_name));
	p->p_context = md_context_init(p->p_stack, p->p_stacksize, proc_start,
	    p);
	LIST_INSERT_HEAD(&allproc, p, p_list);
	schedstat.ss_threads++;
	sched_setrunnable(p);
	if (newp != NULL)
		*newp = p;
	return (0);
}

/*
 * End the running thread.  Its stack is in use until proc0 runs, which
 * buries it.
 */
void
kthread_exit(int code)
{
	struct proc	*p = curproc;

	(void)code;
	KASSERT(p != &proc0);
	KASSERT(p->p_nlocks == 0);
	timeout_del(&p->p_sleep_to);
	LIST_REMOVE(p, p_list);
	schedstat.ss_threads--;
	p->p_stat = SDEAD;
	TAILQ_INSERT_TAIL(&sched_dead, p, p_runq);
	schedstat.ss_cached++;
	sched_run(&proc0, 0);
	panic("a dead thread runs");
}

/* Let go of the dead beyond what is kept. */
static void
sched_bury(void)
{
	struct proc	*p;

	while (schedstat.ss_cached > SCHED_CACHE) {
		p = TAILQ_FIRST(&sched_dead);
		TAILQ_REMOVE(&sched_dead, p, p_runq);
		schedstat.ss_cached--;
		md_stack_free(p->p_stack, p->p_stacksize);
		pool_put(&proc_pool, p);
	}
}

static int
sched_is_idle(void)
{
	return (TAILQ_EMPTY(&sched_runq) && !softintr_pending());
}

/* Wait for interrupts, or skip the time until the next timeout. */
static void
sched_idle(void)
{
	schedstat.ss_idles++;
	if (!clock_skips || timeout_next() == MD_FOREVER) {
		clock_wait(timeout_next());
		return;
	}
	clock_wait(0);
	if (sched_is_idle())
		clock_skip(timeout_next());
}

/* Take interrupts: wait for them if there is nothing else to do. */
static void
sched_interrupts(uint64_t now)
{
	if (sched_is_idle())
		sched_idle();
	else if (now >= sched_nextpoll) {
		schedstat.ss_polls++;
		clock_wait(0);
	} else
		return;
	sched_nextpoll = clock_update() + SCHED_POLL;
}

/*
 * The scheduler; proc0 ends here.
 */
void
sched_loop(void)
{
	struct proc	*p;

	KASSERT(curproc == &proc0);
	for (;;) {
		timeout_run(clock_update());
		softintr_dispatch();
		sched_bury();
		sched_interrupts(clock_now());
		softintr_dispatch();
		if ((p = TAILQ_FIRST(&sched_runq)) != NULL) {
			sched_started = clock_now();
			sched_run(p, p->p_stacksize);
		}
	}
}

/*
 * Sleeping and waking.
 *
 * A thread sleeps on an address, its wait channel.  Sleepers hang in a hash
 * table by channel, oldest first.  Three things end a sleep, whichever comes
 * first: wakeup() on the channel (0), the time limit (EWOULDBLOCK), or, with
 * PCATCH, proc_interrupt() (EINTR or ERESTART).  Since nothing is preempted,
 * a condition that was tested holds until the sleep has begun.
 */
#include <sys/kernel.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/refcnt.h>
#include <sys/rwlock.h>
#include <sys/systm.h>
#include <sys/time.h>

#define SLEEPQ_SHIFT	7
#define SLEEPQ_SIZE	(1 << SLEEPQ_SHIFT)

#define SLEEP_OK	INT_MIN		/* sleep_refused(): it does not */

static TAILQ_HEAD(sleepq, proc) sleepqs[SLEEPQ_SIZE];
static int sleepq_ready;

static struct sleepq *
sleepq_of(const volatile void *ident)
{
	uintptr_t	 a = (uintptr_t)ident;
	size_t		 i;

	if (!sleepq_ready) {
		for (i = 0; i < SLEEPQ_SIZE; i++)
			TAILQ_INIT(&sleepqs[i]);
		sleepq_ready = 1;
	}
	a = (a >> 4) * 0x9e3779b97f4a7c15ULL;
	return (&sleepqs[a >> (64 - SLEEPQ_SHIFT)]);
}

/* End p's sleep with the given result. */
static void
unsleep(struct proc *p, int error)
{
	KASSERT(p->p_stat == SSLEEP);
	TAILQ_REMOVE(sleepq_of(p->p_wchan), p, p_runq);
	p->p_wchan = NULL;
	p->p_error = error;
	timeout_del(&p->p_sleep_to);
	sched_setrunnable(p);
}

static void
sleep_expired(void *arg)
{
	struct proc	*p = arg;

	if (p->p_stat == SSLEEP)
		unsleep(p, EWOULDBLOCK);
}

static int
interrupt_error(const struct proc *p)
{
	return (p->p_flag & P_RESTART ? ERESTART : EINTR);
}

/* Put the running thread to bed; it still has to leave the processor. */
static void
sleep_enter(const volatile void *ident, int prio, const char *wmesg,
    uint64_t nsecs)
{
	struct proc	*p = curproc;

	p->p_wchan = ident;
	p->p_wmesg = wmesg;
	p->p_error = 0;
	p->p_stat = SSLEEP;
	if (prio & PCATCH)
		p->p_flag |= P_SINTR;
	TAILQ_INSERT_TAIL(sleepq_of(ident), p, p_runq);
	if (nsecs != INFSLP) {
		timeout_set(&p->p_sleep_to, sleep_expired, p);
		timeout_add_nsec(&p->p_sleep_to, nsecs);
	}
}

static int
sleep_wait(void)
{
	struct proc	*p = curproc;

	sched_switch();
	p->p_flag &= ~P_SINTR;
	p->p_wmesg = NULL;
	return (p->p_error);
}

/* No sleep now: what it would have ended with, or SLEEP_OK. */
static int
sleep_refused(int prio)
{
	if (cold && curproc == &proc0)
		return (0);
	if (panicstr != NULL)
		return (0);
	if ((prio & PCATCH) && (curproc->p_flag & P_INTERRUPTED))
		return (interrupt_error(curproc));
	return (SLEEP_OK);
}

static uint64_t
ticks_to_nsec(int timo)
{
	KASSERT(timo >= 0);
	return (timo == 0 ? INFSLP : (uint64_t)timo * tick_nsec);
}

/*
 * Sleep on ident for at most nsecs (INFSLP: for ever).  wmesg tells the
 * curious why.  With PCATCH in prio an interrupt ends it.  Returns 0 when
 * woken, EWOULDBLOCK when the time is up, or EINTR or ERESTART.
 */
int
tsleep_nsec(const volatile void *ident, int prio, const char *wmesg,
    uint64_t nsecs)
{
	int	 error;

	if ((error = sleep_refused(prio)) != SLEEP_OK)
		return (error);
	assertwaitok();
	sleep_enter(ident, prio, wmesg, nsecs);
	return (sleep_wait());
}

/*
 * As tsleep_nsec(), with a limit in ticks; 0 is for ever.
 */
int
tsleep(const volatile void *ident, int prio, const char *wmesg, int timo)
{
	return (tsleep_nsec(ident, prio, wmesg, ticks_to_nsec(timo)));
}

/*
 * As tsleep_nsec(), letting go of the mutex meanwhile; it is taken again
 * unless prio has PNORELOCK.
 */
int
msleep_nsec(const volatile void *ident, struct mutex *mtx, int prio,
    const char *wmesg, uint64_t nsecs)
{
	int	 error;

	error = sleep_refused(prio);
	mtx_leave(mtx);
	if (error == SLEEP_OK) {
		assertwaitok();
		sleep_enter(ident, prio, wmesg, nsecs);
		error = sleep_wait();
	}
	if ((prio & PNORELOCK) == 0)
		mtx_enter(mtx);
	return (error);
}

int
msleep(const volatile void *ident, struct mutex *mtx, int prio,
    const char *wmesg, int timo)
{
	return (msleep_nsec(ident, mtx, prio, wmesg, ticks_to_nsec(timo)));
}

/*
 * As tsleep_nsec(), letting go of the rwlock meanwhile; it is taken again
 * the way it was held, unless prio has PNORELOCK.
 */
int
rwsleep_nsec(const volatile void *ident, struct rwlock *rwl, int prio,
    const char *wmesg, uint64_t nsecs)
{
	int	 error, status;

	rw_assert_anylock(rwl);
	status = rw_status(rwl);
	if ((error = sleep_refused(prio)) == SLEEP_OK) {
		assertwaitok();
		sleep_enter(ident, prio, wmesg, nsecs);
		rw_exit(rwl);
		error = sleep_wait();
	} else
		rw_exit(rwl);
	if ((prio & PNORELOCK) == 0)
		rw_enter(rwl, status);
	return (error);
}

int
rwsleep(const volatile void *ident, struct rwlock *rwl, int prio,
    const char *wmesg, int timo)
{
	return (rwsleep_nsec(ident, rwl, prio, wmesg, ticks_to_nsec(timo)));
}

/*
 * Wake at most n of those who sleep on ident, the oldest first.  May be
 * called from an interrupt.
 */
void
wakeup_n(const volatile void *ident, int n)
{
	struct proc	*p, *next;

	TAILQ_FOREACH_SAFE(p, sleepq_of(ident), p_runq, next) {
		if (p->p_wchan != ident)
			continue;
		if (n-- <= 0)
			break;
		unsleep(p, 0);
	}
}

/*
 * Wake all who sleep on ident.
 */
void
wakeup(const volatile void *ident)
{
	wakeup_n(ident, INT_MAX);
}

/*
 * A signal has come for p: end its sleep, or the next one, with ERESTART if
 * restart is set and with EINTR otherwise.
 */
void
proc_interrupt(struct proc *p, int restart)
{
	p->p_flag |= P_INTERRUPTED;
	if (restart)
		p->p_flag |= P_RESTART;
	else
		p->p_flag &= ~P_RESTART;
	if (p->p_stat == SSLEEP && (p->p_flag & P_SINTR))
		unsleep(p, interrupt_error(p));
}

/*
 * The signal has been dealt with: the system call returns, or a new one
 * begins.
 */
void
proc_clear_interrupt(struct proc *p)
{
	p->p_flag &= ~(P_INTERRUPTED | P_RESTART);
}

/*
 * Start counting references, with the caller's.
 */
void
refcnt_init(struct refcnt *r)
{
	r->r_refs = 1;
}

void
refcnt_take(struct refcnt *r)
{
	KASSERT(r->r_refs != 0 && r->r_refs != UINT_MAX);
	r->r_refs++;
}

/*
 * Drop a reference; 1 if it was the last.
 */
int
refcnt_rele(struct refcnt *r)
{
	KASSERT(r->r_refs != 0);
	return (--r->r_refs == 0);
}

/*
 * Drop a reference and tell who waits in refcnt_finalize() of the last.
 */
void
refcnt_rele_wake(struct refcnt *r)
{
	if (refcnt_rele(r))
		wakeup_one(r);
}

/*
 * Drop the caller's reference and sleep until all others are gone.
 */
void
refcnt_finalize(struct refcnt *r, const char *wmesg)
{
	KASSERT(r->r_refs != 0);
	r->r_refs--;
	while (r->r_refs != 0)
		tsleep_nsec(r, PWAIT, wmesg, INFSLP);
}

/*
 * Does anybody else hold a reference?
 */
int
refcnt_shared(const struct refcnt *r)
{
	return (r->r_refs > 1);
}

unsigned int
refcnt_read(const struct refcnt *r)
{
	return (r->r_refs);
}

void
cond_init(struct cond *c)
{
	c->c_wait = 1;
}

/*
 * It has happened.
 */
void
cond_signal(struct cond *c)
{
	c->c_wait = 0;
	wakeup_one(c);
}

/*
 * Sleep until it has.
 */
void
cond_wait(struct cond *c, const char *wmesg)
{
	while (c->c_wait)
		tsleep_nsec(c, PWAIT, wmesg, INFSLP);
}

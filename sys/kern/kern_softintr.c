/*
 * Soft interrupts: functions that the scheduler calls soon, between threads.
 * They may not sleep.  Scheduling one again before it has run is one run.
 */
#include <sys/malloc.h>
#include <sys/queue.h>
#include <sys/softintr.h>
#include <sys/systm.h>

struct softintr {
	TAILQ_ENTRY(softintr)	 si_entry;
	void			(*si_func)(void *);
	void			*si_arg;
	int			 si_pending;	/* on softintr_queue */
};

static TAILQ_HEAD(softintr_head, softintr) softintr_queue =
    TAILQ_HEAD_INITIALIZER(softintr_queue);

/*
 * Make a soft interrupt that calls fn(arg).  Returns its handle, or NULL
 * when there is no memory.  The level is documentation.
 */
void *
softintr_establish(int ipl, void (*fn)(void *), void *arg)
{
	struct softintr	*si;

	(void)ipl;
	si = malloc(sizeof(*si), M_DEVBUF, M_NOWAIT | M_ZERO);
	if (si == NULL)
		return (NULL);
	si->si_func = fn;
	si->si_arg = arg;
	return (si);
}

/*
 * Undo softintr_establish(); a pending run does not happen.
 */
void
softintr_disestablish(void *handle)
{
	struct softintr	*si = handle;

	if (si->si_pending)
		TAILQ_REMOVE(&softintr_queue, si, si_entry);
	free(si, M_DEVBUF, sizeof(*si));
}

/*
 * Have the function called soon.  May be called from an interrupt.
 */
void
softintr_schedule(void *handle)
{
	struct softintr	*si = handle;

	if (si->si_pending)
		return;
	si->si_pending = 1;
	TAILQ_INSERT_TAIL(&softintr_queue, si, si_entry);
}

/*
 * Does any wait to run?
 */
int
softintr_pending(void)
{
	return (!TAILQ_EMPTY(&softintr_queue));
}

/*
 * Run those that are pending now; what they schedule runs next time.
 */
void
softintr_dispatch(void)
{
	struct softintr	*si, *last;

	last = TAILQ_LAST(&softintr_queue, softintr_head);
	do {
		if ((si = TAILQ_FIRST(&softintr_queue)) == NULL)
			break;
		TAILQ_REMOVE(&softintr_queue, si, si_entry);
		si->si_pending = 0;
		si->si_func(si->si_arg);
	} while (si != last);
}

/*
 * Timers of the engine, on the clock that its caller keeps.
 */
#include <sys/types.h>

#include "ike.h"

/*
 * Order timers: by time, then first come first served.
 */
int
timer_cmp(struct etimer *a, struct etimer *b)
{
	if (a->t_when != b->t_when)
		return (a->t_when < b->t_when ? -1 : 1);
	return (a->t_seq < b->t_seq ? -1 : a->t_seq > b->t_seq);
}

RB_GENERATE(etimers, etimer, t_entry, timer_cmp)

/*
 * Call fn with arg in ms milliseconds from now; replaces what was set.
 */
void
timer_set(struct engine *e, struct etimer *t, uint64_t ms,
    void (*fn)(struct engine *, void *), void *arg)
{
	timer_del(e, t);
	t->t_when = e->e_now + ms + (e->e_now + ms == 0);
	t->t_seq = ++e->e_seq;
	t->t_fn = fn;
	t->t_arg = arg;
	RB_INSERT(etimers, &e->e_timers, t);
}

/*
 * Forget a timer, set or not.
 */
void
timer_del(struct engine *e, struct etimer *t)
{
	if (t->t_when == 0)
		return;
	RB_REMOVE(etimers, &e->e_timers, t);
	t->t_when = 0;
}

/*
 * It is now: call what is due.
 */
void
engine_run(struct engine *e, uint64_t now)
{
	struct etimer	*t;

	e->e_now = now;
	while ((t = RB_MIN(etimers, &e->e_timers)) != NULL &&
	    t->t_when <= now) {
		timer_del(e, t);
		t->t_fn(e, t->t_arg);
	}
	sa_reap(e);
}

/*
 * When is the next timer due?  UINT64_MAX: never.
 */
uint64_t
engine_next(const struct engine *e)
{
	struct etimer	*t;

	t = RB_MIN(etimers, (struct etimers *)&e->e_timers);
	return (t == NULL ? UINT64_MAX : t->t_when);
}

/*
 * timeout(9): a hierarchical timing wheel.
 *
 * Time is cut into ticks of 2^WHEEL_SHIFT ns (16 us).  Each of the levels
 * has 64 slots; a slot of level L covers 64^L ticks.  A timeout hangs in the
 * level of the highest digit (base 64) in which its tick differs from now,
 * in the slot of that digit:
 *
 *	level 7                 level 1           level 0
 *	[ 64^7 ticks a slot ]...[ 64 a slot ]     [ one tick a slot ]
 *	                            |  now enters the slot:  ^
 *	                            +-- its timeouts move down
 *
 * So all of level L is due before any of level L + 1, and the first set bit
 * of the lowest level that is not empty says what comes next.  Adding,
 * deleting and finding the next are O(1); a timeout moves at most once a
 * level.  A timeout runs at most one tick late and never early.
 *
 * Those due wait on timeout_due until the scheduler runs them; those that
 * need a thread go on to timeout_procq, which softclock_thread() serves.
 */
#include <sys/kernel.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/time.h>
#include <sys/timeout.h>

#define WHEEL_SHIFT	14
#define WHEEL_BITS	6
#define WHEEL_SLOTS	(1 << WHEEL_BITS)
#define WHEEL_MASK	(WHEEL_SLOTS - 1)
#define WHEEL_LEVELS	8
#define WHEEL_MAX	((1ULL << WHEEL_BITS * WHEEL_LEVELS) - 1)

/* to_slot when not in the wheel */
#define SLOT_DUE	-1
#define SLOT_PROC	-2

TAILQ_HEAD(timeout_list, timeout);

static struct timeout_list timeout_wheel[WHEEL_LEVELS][WHEEL_SLOTS];
static uint64_t		 timeout_bits[WHEEL_LEVELS];	/* slots in use */
static uint64_t		 timeout_now;			/* ticks */
static struct timeout_list timeout_due =
    TAILQ_HEAD_INITIALIZER(timeout_due);
static struct timeout_list timeout_procq =
    TAILQ_HEAD_INITIALIZER(timeout_procq);
static struct timeout	*timeout_running;	/* by the thread */

static struct timeout_list *
list_of(const struct timeout *to)
{
	if (to->to_slot == SLOT_DUE)
		return (&timeout_due);
	if (to->to_slot == SLOT_PROC)
		return (&timeout_procq);
	return (&timeout_wheel[to->to_slot / WHEEL_SLOTS]
	    [to->to_slot & WHEEL_MASK]);
}

static void
timeout_enqueue(struct timeout *to, int slot)
{
	to->to_slot = slot;
	TAILQ_INSERT_TAIL(list_of(to), to, to_list);
	if (slot >= 0)
		timeout_bits[slot / WHEEL_SLOTS] |=
		    1ULL << (slot & WHEEL_MASK);
}

static void
timeout_dequeue(struct timeout *to)
{
	struct timeout_list	*list = list_of(to);

	TAILQ_REMOVE(list, to, to_list);
	if (to->to_slot >= 0 && TAILQ_EMPTY(list))
		timeout_bits[to->to_slot / WHEEL_SLOTS] &=
		    ~(1ULL << (to->to_slot & WHEEL_MASK));
}

/* Hang a timeout where its time says. */
static void
timeout_place(struct timeout *to)
{
	uint64_t	 tick;
	int		 level;

	if (to->to_nsec > (WHEEL_MAX << WHEEL_SHIFT))
		tick = WHEEL_MAX;
	else
		tick = (to->to_nsec + (1 << WHEEL_SHIFT) - 1) >> WHEEL_SHIFT;
	if (tick <= timeout_now) {
		timeout_enqueue(to, SLOT_DUE);
		return;
	}
	level = (63 - __builtin_clzll(tick ^ timeout_now)) / WHEEL_BITS;
	timeout_enqueue(to, level * WHEEL_SLOTS +
	    ((tick >> level * WHEEL_BITS) & WHEEL_MASK));
}

/* The start (in ticks) of the next slot in use, whose number is stored. */
static uint64_t
timeout_first(int *slot)
{
	uint64_t	 span;
	int		 digit, level;

	for (level = 0; level < WHEEL_LEVELS; level++) {
		if (timeout_bits[level] == 0)
			continue;
		digit = __builtin_ctzll(timeout_bits[level]);
		*slot = level * WHEEL_SLOTS + digit;
		span = 1ULL << (level + 1) * WHEEL_BITS;
		return ((timeout_now & ~(span - 1)) |
		    (uint64_t)digit << level * WHEEL_BITS);
	}
	return (UINT64_MAX);
}

/* Move the wheel to a tick; what becomes due on the way joins timeout_due. */
static void
timeout_advance(uint64_t tick)
{
	struct timeout_list	*list;
	struct timeout		*to;
	uint64_t		 start;
	int			 slot = 0;

	while ((start = timeout_first(&slot)) <= tick) {
		timeout_now = start;
		list = &timeout_wheel[slot / WHEEL_SLOTS][slot & WHEEL_MASK];
		while ((to = TAILQ_FIRST(list)) != NULL) {
			timeout_dequeue(to);
			timeout_place(to);
		}
	}
	if (tick > timeout_now)
		timeout_now = tick;
}

/*
 * Make the wheel.
 */
void
timeout_startup(void)
{
	int	 level, slot;

	for (level = 0; level < WHEEL_LEVELS; level++)
		for (slot = 0; slot < WHEEL_SLOTS; slot++)
			TAILQ_INIT(&timeout_wheel[level][slot]);
	timeout_now = nsecuptime() >> WHEEL_SHIFT;
}

/*
 * When does the scheduler have to call timeout_run()?  Nanoseconds of
 * uptime; UINT64_MAX when nothing is scheduled.
 */
uint64_t
timeout_next(void)
{
	uint64_t	 tick;
	int		 slot;

	if (!TAILQ_EMPTY(&timeout_due))
		return (0);
	tick = timeout_first(&slot);
	return (tick == UINT64_MAX ? UINT64_MAX : tick << WHEEL_SHIFT);
}

/*
 * Run what is due at nsec (uptime).  What those add runs next time, even if
 * it is due at once.
 */
void
timeout_run(uint64_t nsec)
{
	static struct timeout	 end;
	struct timeout		*to;

	timeout_advance(nsec >> WHEEL_SHIFT);
	if (TAILQ_EMPTY(&timeout_due))
		return;
	TAILQ_INSERT_TAIL(&timeout_due, &end, to_list);
	while ((to = TAILQ_FIRST(&timeout_due)) != &end) {
		TAILQ_REMOVE(&timeout_due, to, to_list);
		if (to->to_flags & TIMEOUT_PROC) {
			timeout_enqueue(to, SLOT_PROC);
			wakeup(&timeout_procq);
			continue;
		}
		to->to_flags &= ~TIMEOUT_ONQUEUE;
		to->to_flags |= TIMEOUT_TRIGGERED;
		to->to_func(to->to_arg);
	}
	TAILQ_REMOVE(&timeout_due, &end, to_list);
}

/* Run the functions that may sleep, one after the other. */
static void
softclock_thread(void *arg)
{
	struct timeout	*to;

	(void)arg;
	for (;;) {
		while ((to = TAILQ_FIRST(&timeout_procq)) == NULL)
			tsleep_nsec(&timeout_procq, PSWP, "bored", INFSLP);
		timeout_dequeue(to);
		to->to_flags &= ~TIMEOUT_ONQUEUE;
		to->to_flags |= TIMEOUT_TRIGGERED;
		timeout_running = to;
		to->to_func(to->to_arg);
		/* The timeout itself may be gone. */
		timeout_running = NULL;
		wakeup(&timeout_running);
		sched_pause();
	}
}

/*
 * Start the thread for timeouts that need one.
 */
void
timeout_proc_init(void)
{
	if (kthread_create(softclock_thread, NULL, NULL, "softclock") != 0)
		panic("no thread for timeouts");
}

/*
 * Prepare a timeout that calls fn(arg); it must not be scheduled.
 */
void
timeout_set_flags(struct timeout *to, void (*fn)(void *), void *arg,
    int flags)
{
	to->to_func = fn;
	to->to_arg = arg;
	to->to_flags = flags | TIMEOUT_INITIALIZED;
}

void
timeout_set(struct timeout *to, void (*fn)(void *), void *arg)
{
	timeout_set_flags(to, fn, arg, 0);
}

/*
 * The same for a function that sleeps.
 */
void
timeout_set_proc(struct timeout *to, void (*fn)(void *), void *arg)
{
	timeout_set_flags(to, fn, arg, TIMEOUT_PROC);
}

/*
 * Schedule, or move, a timeout to nsec of uptime; one in the past runs as
 * soon as possible, but not now.  Returns 1 if it was not scheduled before.
 */
int
timeout_abs_nsec(struct timeout *to, uint64_t nsec)
{
	int	 new = 1;

	KASSERT(to->to_flags & TIMEOUT_INITIALIZED);
	if (to->to_flags & TIMEOUT_ONQUEUE) {
		timeout_dequeue(to);
		new = 0;
	}
	to->to_flags &= ~TIMEOUT_TRIGGERED;
	to->to_flags |= TIMEOUT_ONQUEUE;
	to->to_nsec = nsec;
	timeout_place(to);
	return (new);
}

/*
 * Schedule, or move, a timeout to nsec from now.
 */
int
timeout_add_nsec(struct timeout *to, uint64_t nsec)
{
	uint64_t	 now = nsecuptime();

	return (timeout_abs_nsec(to,
	    nsec > UINT64_MAX - now ? UINT64_MAX : now + nsec));
}

int
timeout_add_usec(struct timeout *to, uint64_t usec)
{
	return (timeout_add_nsec(to, USEC_TO_NSEC(usec)));
}

int
timeout_add_msec(struct timeout *to, uint64_t msec)
{
	return (timeout_add_nsec(to, MSEC_TO_NSEC(msec)));
}

int
timeout_add_sec(struct timeout *to, int sec)
{
	KASSERT(sec >= 0);
	return (timeout_add_nsec(to, SEC_TO_NSEC((uint64_t)sec)));
}

/*
 * The same in ticks of hz.
 */
int
timeout_add(struct timeout *to, int nticks)
{
	KASSERT(nticks >= 0);
	return (timeout_add_nsec(to, (uint64_t)nticks * tick_nsec));
}

/*
 * Take a timeout back.  Returns 1 if it was scheduled.  Its function may
 * still be running in the thread: see timeout_del_barrier().
 */
int
timeout_del(struct timeout *to)
{
	to->to_flags &= ~TIMEOUT_TRIGGERED;
	if ((to->to_flags & TIMEOUT_ONQUEUE) == 0)
		return (0);
	timeout_dequeue(to);
	to->to_flags &= ~TIMEOUT_ONQUEUE;
	return (1);
}

/*
 * Wait until the timeout's function does not run; may sleep, and must not
 * be called by the function itself.
 */
void
timeout_barrier(struct timeout *to)
{
	while (timeout_running == to)
		tsleep_nsec(&timeout_running, PSWP, "tobar", INFSLP);
}

/*
 * Both: when this returns the timeout may be freed.
 */
int
timeout_del_barrier(struct timeout *to)
{
	int	 removed;

	removed = timeout_del(to);
	timeout_barrier(to);
	return (removed);
}

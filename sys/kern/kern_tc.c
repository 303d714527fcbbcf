/*
 * Time of day and time since boot, both out of md_clock().
 *
 * The functions whose names begin with get are cheap: they answer with the
 * scheduler's last look at the clock, at most a millisecond ago.
 */
#include <sys/kernel.h>
#include <sys/machdep.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <kern/kern_clock.h>

#define NSEC	1000000000ULL

int		 hz = HZ;
int		 tick = 1000000 / HZ;
int		 tick_nsec = 1000000000 / HZ;
volatile int	 ticks;

/* The scheduler skips idle time instead of waiting: kernels under test. */
int		 clock_skips;

static uint64_t	 clock_last;		/* ns, of the last look */
static uint64_t	 clock_skipped;		/* ns */

/*
 * Move the clock to nsec of uptime, as if time had passed.
 */
void
clock_skip(uint64_t nsec)
{
	if (nsec > clock_update())
		clock_skipped += nsec - clock_last;
}

/*
 * Take interrupts until nsec of uptime, or MD_FOREVER.
 */
void
clock_wait(uint64_t nsec)
{
	if (nsec != MD_FOREVER)
		nsec -= MIN(nsec, clock_skipped);
	md_idle(nsec);
}

/*
 * Look at the clock: nanoseconds since boot.
 */
uint64_t
clock_update(void)
{
	clock_last = md_clock(MD_CLOCK_MONO) + clock_skipped;
	ticks = clock_last / (NSEC / HZ);
	return (clock_last);
}

/*
 * Nanoseconds since boot at the last look, at most a millisecond ago.
 */
uint64_t
clock_now(void)
{
	return (clock_last);
}

/*
 * Nanoseconds since boot, exactly.
 */
uint64_t
nsecuptime(void)
{
	return (clock_update());
}

/*
 * Nanoseconds since boot at the scheduler's last look.
 */
uint64_t
getnsecuptime(void)
{
	return (clock_last);
}

/*
 * Nanoseconds since 1970.
 */
uint64_t
nsectime(void)
{
	return (md_clock(MD_CLOCK_REAL) + clock_skipped);
}

void
nanouptime(struct timespec *ts)
{
	NSEC_TO_TIMESPEC(clock_update(), ts);
}

void
microuptime(struct timeval *tv)
{
	NSEC_TO_TIMEVAL(clock_update(), tv);
}

void
getnanouptime(struct timespec *ts)
{
	NSEC_TO_TIMESPEC(clock_last, ts);
}

void
getmicrouptime(struct timeval *tv)
{
	NSEC_TO_TIMEVAL(clock_last, tv);
}

/*
 * Whole seconds since boot, counted from 1, so that 0 can say "none".
 */
time_t
getuptime(void)
{
	return (clock_last / NSEC + 1);
}

void
nanotime(struct timespec *ts)
{
	NSEC_TO_TIMESPEC(nsectime(), ts);
}

void
microtime(struct timeval *tv)
{
	NSEC_TO_TIMEVAL(nsectime(), tv);
}

void
getnanotime(struct timespec *ts)
{
	nanotime(ts);
}

void
getmicrotime(struct timeval *tv)
{
	microtime(tv);
}

/*
 * Whole seconds since 1970.
 */
time_t
gettime(void)
{
	return (nsectime() / NSEC);
}

/*
 * When the machine booted, by today's time of day.
 */
void
nanoboottime(struct timespec *ts)
{
	NSEC_TO_TIMESPEC(nsectime() - clock_update(), ts);
}

void
microboottime(struct timeval *tv)
{
	NSEC_TO_TIMEVAL(nsectime() - clock_update(), tv);
}

/*
 * May something happen that may happen once an interval?  1, and *last moves
 * to now, if the interval has passed; 0 otherwise.
 */
int
ratecheck(struct timeval *last, const struct timeval *interval)
{
	struct timeval	 now, passed;

	getmicrouptime(&now);
	timersub(&now, last, &passed);
	if (timerisset(last) && timercmp(&passed, interval, <))
		return (0);
	*last = now;
	/* A zero means never, so the first second does not count as that. */
	if (!timerisset(last))
		last->tv_usec = 1;
	return (1);
}

/*
 * May something happen that may happen max times a second (negative: always,
 * 0: never)?  The caller keeps *last and *count, both zero at first.
 */
int
ppsratecheck(struct timeval *last, int *count, int max)
{
	struct timeval	 now, passed;

	getmicrouptime(&now);
	timersub(&now, last, &passed);
	if (!timerisset(last) || passed.tv_sec >= 1) {
		*last = now;
		if (!timerisset(last))
			last->tv_usec = 1;
		*count = 0;
	}
	if (*count < INT_MAX)
		++*count;
	return (max < 0 || *count <= max);
}

/*
 * Threads, sleeping and waking, interruption, reference counts.
 */
#include <sys/param.h>
#include <sys/kernel.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/refcnt.h>
#include <sys/rwlock.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <ktest.h>

#define MS(n)	((n) * 1000000ULL)

/* What threads leave behind, in the order in which they ran. */
static char	 trail[64];
static size_t	 ntrail;
static int	 alive;

static void
trail_reset(void)
{
	memset(trail, 0, sizeof(trail));
	ntrail = 0;
	alive = 0;
}

static void
mark(char c)
{
	if (ntrail < sizeof(trail) - 1)
		trail[ntrail++] = c;
}

static struct proc *
start(void (*f)(void *), void *arg)
{
	struct proc	*p = NULL;

	alive++;
	KT_REQUIRE(kthread_create(f, arg, &p, "helper") == 0);
	return (p);
}

static void
finish(void)
{
	alive--;
	wakeup(&alive);
}

static void
join(void)
{
	while (alive > 0)
		if (tsleep_nsec(&alive, PWAIT, "join", MS(10000)) != 0) {
			KT_FAIL("%d threads hang", alive);
			return;
		}
}

static void
marker(void *arg)
{
	mark(*(char *)arg);
	yield();
	mark(*(char *)arg);
	finish();
}

KTEST(order, "threads run in the order in which they became runnable")
{
	static char	 names[] = "abc";

	trail_reset();
	start(marker, &names[0]);
	start(marker, &names[1]);
	start(marker, &names[2]);
	mark('0');
	join();
	KT_STREQ(trail, "0abcabc");
}

static void
exiter(void *arg)
{
	(void)arg;
	finish();
	kthread_exit(0);
}

KTEST(reuse, "a thousand threads need few stacks")
{
	u_int	 before = schedstat.ss_threads;
	int	 i, j;

	trail_reset();
	for (i = 0; i < 50; i++) {
		for (j = 0; j < 20; j++)
			start(exiter, NULL);
		join();
		yield();
	}
	KT_EQ(schedstat.ss_threads, before);
	KT_RANGE(schedstat.ss_cached, 1, 64);
	for (j = 0; j < 200; j++)
		start(exiter, NULL);
	join();
	ktest_sleep_ms(1);
	KT_RANGE(schedstat.ss_cached, 1, 64);
}

static int	 channel, other;

static void
sleeper(void *arg)
{
	char	 name = *(char *)arg;

	KT_EQ(tsleep_nsec(&channel, PWAIT, "test", INFSLP), 0);
	mark(name);
	finish();
}

KTEST(wakeup, "wakeup_n wakes the oldest, wakeup all of that channel")
{
	static char	 names[] = "abcd";
	int		 i;

	trail_reset();
	for (i = 0; i < 4; i++)
		start(sleeper, &names[i]);
	yield();
	wakeup(&other);
	yield();
	KT_STREQ(trail, "");
	wakeup_one(&channel);
	yield();
	KT_STREQ(trail, "a");
	wakeup_n(&channel, 2);
	yield();
	KT_STREQ(trail, "abc");
	wakeup(&channel);
	join();
	KT_STREQ(trail, "abcd");
	wakeup(&channel);
}

KTEST(timeout, "a sleep ends when its time is up, never before")
{
	static const uint64_t	 ns[] = { 0, 1, 1000, MS(1), MS(7), MS(100) };
	uint64_t		 before, took;
	size_t			 i;

	for (i = 0; i < nitems(ns); i++) {
		KT_CASE("%llu ns", (unsigned long long)ns[i]);
		before = nsecuptime();
		KT_ERR(EWOULDBLOCK, tsleep_nsec(&channel, PWAIT, "t", ns[i]));
		took = nsecuptime() - before;
		KT_TRUE(took >= ns[i]);
	}
	KT_CASE("ticks");
	before = nsecuptime();
	KT_ERR(EWOULDBLOCK, tsleep(&channel, PWAIT, "t", 2));
	KT_TRUE(nsecuptime() - before >= 2ULL * tick_nsec);
}

static void
waker(void *arg)
{
	ktest_sleep_ms(2);
	wakeup(arg);
	finish();
}

KTEST(early, "a wakeup before the time is up is no timeout")
{
	uint64_t	 before = nsecuptime();

	trail_reset();
	start(waker, &channel);
	KT_ERR(0, tsleep_nsec(&channel, PWAIT, "t", MS(60000)));
	KT_TRUE(nsecuptime() - before < MS(60000));
	join();
	/* No ticks is no limit. */
	start(waker, &channel);
	KT_ERR(0, tsleep(&channel, PWAIT, "t", 0));
	join();
	/* The timeout is gone: it must not end another sleep. */
	KT_ERR(EWOULDBLOCK, tsleep_nsec(&other, PWAIT, "t", MS(3)));
}

static int	 catcher_error;

static void
catcher(void *arg)
{
	int	 prio = *(int *)arg;

	catcher_error = tsleep_nsec(&channel, PWAIT | prio, "test", MS(50));
	finish();
}

KTEST(interrupt, "an interrupt ends a sleep with PCATCH and no other")
{
	static int	 catch = PCATCH, deaf = 0;
	struct proc	*p;

	trail_reset();
	p = start(catcher, &catch);
	yield();
	proc_interrupt(p, 0);
	join();
	KT_ERR(EINTR, catcher_error);

	p = start(catcher, &catch);
	yield();
	proc_interrupt(p, 1);
	join();
	KT_ERR(ERESTART, catcher_error);

	p = start(catcher, &deaf);
	yield();
	proc_interrupt(p, 0);
	join();
	KT_ERR(EWOULDBLOCK, catcher_error);

	/* One that came before the sleep is not lost. */
	p = start(catcher, &catch);
	proc_interrupt(p, 0);
	join();
	KT_ERR(EINTR, catcher_error);

	/* A woken thread keeps its wakeup when a signal comes later. */
	p = start(catcher, &catch);
	yield();
	wakeup(&channel);
	proc_interrupt(p, 0);
	join();
	KT_ERR(0, catcher_error);
}

static void
interrupted_twice(void *arg)
{
	(void)arg;
	proc_interrupt(curproc, 0);
	KT_ERR(EINTR, tsleep_nsec(&channel, PCATCH, "t", MS(5)));
	KT_ERR(EINTR, tsleep_nsec(&channel, PCATCH, "t", MS(5)));
	proc_clear_interrupt(curproc);
	KT_ERR(EWOULDBLOCK, tsleep_nsec(&channel, PCATCH, "t", MS(5)));
	finish();
}

static void
catch_then_not(void *arg)
{
	(void)arg;
	KT_ERR(EWOULDBLOCK, tsleep_nsec(&channel, PCATCH, "t", MS(1)));
	KT_ERR(EWOULDBLOCK, tsleep_nsec(&channel, PWAIT, "t", MS(20)));
	finish();
}

KTEST(deaf, "PCATCH is of one sleep, not of those after it")
{
	struct proc	*p;

	trail_reset();
	p = start(catch_then_not, NULL);
	ktest_sleep_ms(10);
	proc_interrupt(p, 0);
	join();
}

KTEST(pending, "an interrupt stays until it is cleared")
{
	trail_reset();
	start(interrupted_twice, NULL);
	join();
}

static struct mutex	 mtx = MUTEX_INITIALIZER(IPL_NONE);
static struct rwlock	 rwl = RWLOCK_INITIALIZER("test");

static void
prodder(void *arg)
{
	(void)arg;
	KT_TRUE(!mtx_owned(&mtx));
	mtx_enter(&mtx);
	wakeup(&channel);
	mtx_leave(&mtx);
	KT_EQ(rw_status(&rwl), 0);
	finish();
}

KTEST(msleep, "msleep lets go of the mutex and takes it again")
{
	trail_reset();
	mtx_enter(&mtx);
	start(prodder, NULL);
	KT_ERR(0, msleep_nsec(&channel, &mtx, PWAIT, "t", INFSLP));
	KT_TRUE(mtx_owned(&mtx));
	KT_ERR(EWOULDBLOCK, msleep(&channel, &mtx, PWAIT, "t", 1));
	KT_TRUE(mtx_owned(&mtx));
	KT_ERR(EWOULDBLOCK, msleep_nsec(&channel, &mtx, PWAIT | PNORELOCK,
	    "t", MS(1)));
	KT_TRUE(!mtx_owned(&mtx));
	join();
}

KTEST(rwsleep, "rwsleep lets go of the lock and takes it again as it was")
{
	trail_reset();
	rw_enter_write(&rwl);
	start(prodder, NULL);
	KT_ERR(0, rwsleep_nsec(&channel, &rwl, PWAIT, "t", INFSLP));
	KT_EQ(rw_status(&rwl), RW_WRITE);
	rw_exit(&rwl);
	rw_enter_read(&rwl);
	KT_ERR(EWOULDBLOCK, rwsleep(&channel, &rwl, PWAIT, "t", 1));
	KT_EQ(rw_status(&rwl), RW_READ);
	KT_ERR(EWOULDBLOCK, rwsleep_nsec(&channel, &rwl, PWAIT | PNORELOCK,
	    "t", MS(1)));
	KT_EQ(rw_status(&rwl), 0);
	join();
}

static void
sleep_with_mutex(void *arg)
{
	(void)arg;
	mtx_enter(&mtx);
	tsleep_nsec(&channel, PWAIT, "t", MS(1));
}

static void
yield_with_mutex(void *arg)
{
	(void)arg;
	mtx_enter(&mtx);
	yield();
}

KTEST(nosleep, "sleeping or yielding with a mutex is a panic")
{
	KT_PANICS("sleeps with a mutex", sleep_with_mutex, NULL);
	mtx_init(&mtx, IPL_NONE);
	KT_PANICS("sleeps with a mutex", yield_with_mutex, NULL);
	mtx_init(&mtx, IPL_NONE);
}

static struct refcnt	 refs;

static void
releaser(void *arg)
{
	(void)arg;
	mark('r');
	refcnt_rele_wake(&refs);
	finish();
}

KTEST(refcnt, "references are counted and waited for")
{
	trail_reset();
	refcnt_init(&refs);
	KT_TRUE(!refcnt_shared(&refs));
	refcnt_take(&refs);
	KT_TRUE(refcnt_shared(&refs));
	KT_EQ(refcnt_rele(&refs), 0);
	refcnt_take(&refs);
	refcnt_take(&refs);
	KT_EQ(refcnt_read(&refs), 3);
	start(releaser, NULL);
	start(releaser, NULL);
	refcnt_finalize(&refs, "test");
	mark('f');
	KT_STREQ(trail, "rrf");
	join();
	refcnt_init(&refs);
	KT_EQ(refcnt_rele(&refs), 1);
}

static struct cond	 cond;

static void
signaller(void *arg)
{
	(void)arg;
	mark('s');
	cond_signal(&cond);
	finish();
}

KTEST(cond, "a condition is waited for once")
{
	trail_reset();
	cond_init(&cond);
	start(signaller, NULL);
	cond_wait(&cond, "test");
	mark('w');
	cond_wait(&cond, "test");
	KT_STREQ(trail, "sw");
	join();
}

/* Threads that sleep, wake each other and yield at random. */
#define STORM_THREADS	16
#define STORM_ROUNDS	400

static int	 storm_chan[4], storm_rounds;

static void
storm(void *arg)
{
	struct ktest_rand	 kr;
	int			 i, c;

	ktest_srand(&kr, (uintptr_t)arg);
	for (i = 0; i < STORM_ROUNDS; i++) {
		c = ktest_rand_below(&kr, 4);
		switch (ktest_rand_below(&kr, 4)) {
		case 0:
			tsleep_nsec(&storm_chan[c], PWAIT, "storm",
			    ktest_rand_below(&kr, 200000));
			break;
		case 1:
			wakeup_n(&storm_chan[c], ktest_rand_below(&kr, 3));
			break;
		case 2:
			wakeup(&storm_chan[c]);
			break;
		default:
			yield();
		}
		storm_rounds++;
	}
	finish();
}

KTEST(storm, "many threads that wake each other all come home")
{
	int	 i;

	trail_reset();
	storm_rounds = 0;
	for (i = 0; i < STORM_THREADS; i++)
		start(storm, (void *)(uintptr_t)(i + 1));
	join();
	KT_EQ(storm_rounds, STORM_THREADS * STORM_ROUNDS);
}

static void
hog(void *arg)
{
	uint64_t	*until = arg;

	while (nsecuptime() < *until)
		sched_pause();
	finish();
}

KTEST(pause, "threads that only pause let timeouts and others in")
{
	static uint64_t	 until;
	uint64_t	 polls = schedstat.ss_polls, before;

	trail_reset();
	before = nsecuptime();
	until = before + MS(30);
	start(hog, &until);
	start(hog, &until);
	KT_ERR(EWOULDBLOCK, tsleep_nsec(&channel, PWAIT, "t", MS(5)));
	KT_TRUE(nsecuptime() < until);
	join();
	KT_TRUE(schedstat.ss_polls - polls >= 5);
}

/*
 * mutex(9) and rwlock(9).
 */
#include <sys/param.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <ktest.h>

#define MS(n)	((n) * 1000000ULL)

static struct rwlock	 rwl = RWLOCK_INITIALIZER("testlock");
static struct mutex	 mtx = MUTEX_INITIALIZER(IPL_NONE);
static char		 trail[64];
static size_t		 ntrail;
static int		 alive;

static void
trail_reset(void)
{
	memset(trail, 0, sizeof(trail));
	ntrail = 0;
	rw_init(&rwl, "testlock");
	mtx_init(&mtx, IPL_NONE);
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
	KT_REQUIRE(kthread_create(f, arg, &p, "locker") == 0);
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
			alive = 0;
		}
}

KTEST(mutex, "taking, trying and owning a mutex")
{
	trail_reset();
	KT_TRUE(!mtx_owned(&mtx));
	mtx_enter(&mtx);
	KT_TRUE(mtx_owned(&mtx));
	KT_EQ(mtx_enter_try(&mtx), 0);
	MUTEX_ASSERT_LOCKED(&mtx);
	mtx_leave(&mtx);
	KT_EQ(mtx_enter_try(&mtx), 1);
	mtx_leave(&mtx);
	MUTEX_ASSERT_UNLOCKED(&mtx);
	KT_EQ(curproc->p_nlocks, 0);
}

static void
enter_twice(void *arg)
{
	mtx_enter(arg);
	mtx_enter(arg);
}

static void
leave_free(void *arg)
{
	mtx_leave(arg);
}

KTEST(mutex_panics, "a mutex taken twice or left by a stranger is a panic")
{
	trail_reset();
	KT_PANICS("taken by", enter_twice, &mtx);
	mtx.mtx_owner = &proc0;
	KT_PANICS("does not hold", leave_free, &mtx);
	trail_reset();
	KT_PANICS("does not hold", leave_free, &mtx);
}

static void
reader(void *arg)
{
	mark('r');
	rw_enter_read(&rwl);
	mark('R');
	tsleep_nsec(arg, PWAIT, "hold", INFSLP);
	rw_exit_read(&rwl);
	mark('.');
	finish();
}

static void
writer(void *arg)
{
	mark('w');
	rw_enter_write(&rwl);
	mark('W');
	KT_EQ(rw_status(&rwl), RW_WRITE);
	tsleep_nsec(arg, PWAIT, "hold", INFSLP);
	rw_exit_write(&rwl);
	mark(',');
	finish();
}

KTEST(shared, "readers share, and a writer waits for all of them")
{
	static int	 r, w;

	trail_reset();
	start(reader, &r);
	start(reader, &r);
	start(writer, &w);
	yield();
	KT_STREQ(trail, "rRrRw");
	KT_EQ(rw_status(&rwl), RW_READ);
	KT_TRUE(rw_contended(&rwl));
	wakeup_one(&r);
	yield();
	KT_STREQ(trail, "rRrRw.");
	wakeup_one(&r);
	yield();
	yield();
	KT_STREQ(trail, "rRrRw..W");
	KT_EQ(rw_status(&rwl), RW_WRITE_OTHER);
	wakeup(&w);
	join();
	KT_EQ(rw_status(&rwl), 0);
	KT_TRUE(!rw_contended(&rwl));
}

KTEST(preference, "a writer that waits keeps new readers out")
{
	static int	 r, w;

	trail_reset();
	start(reader, &r);
	start(writer, &w);
	start(reader, &r);
	yield();
	KT_STREQ(trail, "rRwr");
	wakeup(&r);
	yield();
	yield();
	KT_STREQ(trail, "rRwr.W");
	wakeup(&w);
	yield();
	yield();
	KT_STREQ(trail, "rRwr.W,R");
	wakeup(&r);
	join();
}

KTEST(noblock, "RW_NOSLEEP and RW_RECURSEFAIL answer at once")
{
	static int	 r, w;

	trail_reset();
	start(writer, &w);
	yield();
	KT_ERR(EBUSY, rw_enter(&rwl, RW_WRITE | RW_NOSLEEP));
	KT_ERR(EBUSY, rw_enter(&rwl, RW_READ | RW_NOSLEEP));
	wakeup(&w);
	join();
	start(reader, &r);
	yield();
	KT_ERR(EBUSY, rw_enter(&rwl, RW_WRITE | RW_NOSLEEP));
	KT_ERR(0, rw_enter(&rwl, RW_READ | RW_NOSLEEP));
	rw_exit_read(&rwl);
	wakeup(&r);
	join();
	KT_ERR(0, rw_enter(&rwl, RW_WRITE | RW_NOSLEEP));
	KT_ERR(EDEADLK, rw_enter(&rwl, RW_WRITE | RW_RECURSEFAIL));
	KT_ERR(EDEADLK, rw_enter(&rwl, RW_READ | RW_RECURSEFAIL));
	rw_exit(&rwl);
}

KTEST(change, "a lock is upgraded by its only reader and downgraded")
{
	static int	 r;

	trail_reset();
	rw_enter_write(&rwl);
	start(reader, &r);
	yield();
	KT_STREQ(trail, "r");
	KT_ERR(0, rw_enter(&rwl, RW_DOWNGRADE));
	KT_EQ(rw_status(&rwl), RW_READ);
	yield();
	KT_STREQ(trail, "rR");
	KT_ERR(EBUSY, rw_enter(&rwl, RW_UPGRADE));
	KT_EQ(rw_status(&rwl), RW_READ);
	wakeup(&r);
	yield();
	KT_ERR(0, rw_enter(&rwl, RW_UPGRADE));
	KT_EQ(rw_status(&rwl), RW_WRITE);
	rw_exit(&rwl);
	join();
}

static int	 attempt_error;

static void
attempt(void *arg)
{
	int	 flags = *(int *)arg;

	attempt_error = rw_enter(&rwl, flags);
	if (attempt_error == 0)
		rw_exit(&rwl);
	mark('A');
	finish();
}

KTEST(interrupt, "RW_INTR gives up on a signal and passes the turn on")
{
	static int	 flags = RW_WRITE | RW_INTR, r, r2;
	struct proc	*p;

	trail_reset();
	start(reader, &r);
	yield();
	p = start(attempt, &flags);
	yield();
	start(reader, &r2);
	yield();
	/* The second reader waits behind the writer. */
	KT_STREQ(trail, "rRr");
	proc_interrupt(p, 0);
	yield();
	yield();
	KT_ERR(EINTR, attempt_error);
	KT_STREQ(trail, "rRrAR");
	wakeup(&r);
	wakeup(&r2);
	join();
}

KTEST(sleepfail, "RW_SLEEPFAIL waits but does not take, and passes it on")
{
	static int	 flags = RW_WRITE | RW_SLEEPFAIL, w, w2;

	trail_reset();
	start(writer, &w);
	yield();
	start(attempt, &flags);
	yield();
	start(writer, &w2);
	yield();
	KT_STREQ(trail, "wWw");
	wakeup(&w);
	yield();
	yield();
	yield();
	KT_ERR(EAGAIN, attempt_error);
	KT_STREQ(trail, "wWw,AW");
	wakeup(&w2);
	join();
}

static void
write_twice(void *arg)
{
	rw_enter_write(arg);
	rw_enter_write(arg);
}

static void
exit_write_free(void *arg)
{
	rw_exit_write(arg);
}

static void
exit_free(void *arg)
{
	rw_exit(arg);
}

static void
assert_any(void *arg)
{
	rw_assert_anylock(arg);
}

static void
assert_unlocked(void *arg)
{
	rw_enter_write(arg);
	rw_assert_unlocked(arg);
}

KTEST(panics, "misuse of a lock is a panic that names it")
{
	trail_reset();
	KT_PANICS("testlock", write_twice, &rwl);
	trail_reset();
	rwl.rwl_owner = &proc0;
	KT_PANICS("testlock", exit_write_free, &rwl);
	trail_reset();
	KT_PANICS("testlock", exit_free, &rwl);
	KT_PANICS("testlock", assert_any, &rwl);
	KT_PANICS("testlock", assert_unlocked, &rwl);
	trail_reset();
}

/* A model: what the lock protects is never seen half changed. */
#define MODEL_THREADS	12
#define MODEL_ROUNDS	300

static int	 model_a, model_b, model_readers, model_writers;

static void
model(void *arg)
{
	struct ktest_rand	 kr;
	int			 i, seen;

	ktest_srand(&kr, (uintptr_t)arg);
	for (i = 0; i < MODEL_ROUNDS; i++) {
		if (ktest_rand_below(&kr, 3) == 0) {
			rw_enter_write(&rwl);
			KT_EQ(model_readers, 0);
			KT_EQ(model_writers++, 0);
			model_a++;
			if (ktest_rand_below(&kr, 2))
				yield();
			model_b++;
			model_writers--;
			rw_exit_write(&rwl);
		} else {
			rw_enter_read(&rwl);
			model_readers++;
			KT_EQ(model_writers, 0);
			seen = model_a;
			yield();
			KT_EQ(model_a, seen);
			KT_EQ(model_b, seen);
			model_readers--;
			rw_exit_read(&rwl);
		}
		if (ktest_rand_below(&kr, 4) == 0)
			yield();
	}
	finish();
}

KTEST(model, "a crowd of readers and writers never meets inside")
{
	int	 i;

	trail_reset();
	model_a = model_b = model_readers = model_writers = 0;
	for (i = 0; i < MODEL_THREADS; i++)
		start(model, (void *)(uintptr_t)(i + 7));
	join();
	KT_EQ(model_a, model_b);
	KT_EQ(rw_status(&rwl), 0);
}

/*
 * timeout(9): the wheel, against a model, and what threads see of it.
 */
#include <sys/param.h>
#include <sys/kernel.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/time.h>
#include <sys/timeout.h>

#include <ktest.h>

#define MS(n)	((n) * 1000000ULL)
#define LATE	MS(20)		/* a busy host may run us so late */

struct shot {
	struct timeout	 s_to;
	uint64_t	 s_when;	/* due */
	uint64_t	 s_ran;		/* when it ran, or 0 */
	int		 s_runs;
};

static void
shoot(void *arg)
{
	struct shot	*s = arg;

	s->s_ran = nsecuptime();
	s->s_runs++;
}

KTEST(add, "each way of adding runs once, not before its time")
{
	static struct shot	 s[6];
	uint64_t		 now;
	size_t			 i;

	memset(s, 0, sizeof(s));
	for (i = 0; i < nitems(s); i++)
		timeout_set(&s[i].s_to, shoot, &s[i]);
	now = nsecuptime();
	KT_EQ(timeout_add(&s[0].s_to, 1), 1);
	s[0].s_when = now + tick_nsec;
	KT_EQ(timeout_add_msec(&s[1].s_to, 3), 1);
	s[1].s_when = now + MS(3);
	KT_EQ(timeout_add_usec(&s[2].s_to, 500), 1);
	s[2].s_when = now + 500000;
	KT_EQ(timeout_add_nsec(&s[3].s_to, 0), 1);
	s[3].s_when = now;
	KT_EQ(timeout_abs_nsec(&s[4].s_to, now + MS(5)), 1);
	s[4].s_when = now + MS(5);
	KT_EQ(timeout_add_sec(&s[5].s_to, 0), 1);
	s[5].s_when = now;
	for (i = 0; i < nitems(s); i++) {
		KT_EQ(s[i].s_runs, 0);
		KT_TRUE(timeout_pending(&s[i].s_to));
	}
	ktest_sleep_ms(30);
	for (i = 0; i < nitems(s); i++) {
		KT_CASE("timeout %zu", i);
		KT_EQ(s[i].s_runs, 1);
		KT_RANGE(s[i].s_ran, s[i].s_when, s[i].s_when + LATE);
		KT_TRUE(!timeout_pending(&s[i].s_to));
		KT_TRUE(timeout_triggered(&s[i].s_to));
	}
}

KTEST(move, "adding again moves it, deleting takes it back")
{
	static struct shot	 s;

	memset(&s, 0, sizeof(s));
	KT_TRUE(!timeout_initialized(&s.s_to));
	timeout_set(&s.s_to, shoot, &s);
	KT_TRUE(timeout_initialized(&s.s_to));
	KT_EQ(timeout_add_msec(&s.s_to, 1), 1);
	KT_EQ(timeout_add_msec(&s.s_to, 40), 0);
	ktest_sleep_ms(10);
	KT_EQ(s.s_runs, 0);
	KT_EQ(timeout_add_msec(&s.s_to, 2), 0);
	ktest_sleep_ms(10);
	KT_EQ(s.s_runs, 1);
	KT_TRUE(timeout_triggered(&s.s_to));
	KT_EQ(timeout_del(&s.s_to), 0);
	KT_TRUE(!timeout_triggered(&s.s_to));
	KT_EQ(timeout_add_msec(&s.s_to, 1), 1);
	ktest_sleep_ms(10);
	KT_EQ(s.s_runs, 2);
	s.s_runs = 1;
	KT_EQ(timeout_add_msec(&s.s_to, 2), 1);
	KT_TRUE(!timeout_triggered(&s.s_to));
	KT_EQ(timeout_del(&s.s_to), 1);
	KT_EQ(timeout_del(&s.s_to), 0);
	ktest_sleep_ms(10);
	KT_EQ(s.s_runs, 1);
}

KTEST(now, "one that is due at once runs though nothing else happens")
{
	static struct shot	 s;
	uint64_t		 when;
	int			 i;

	for (i = 0; i < 6; i++) {
		memset(&s, 0, sizeof(s));
		timeout_set(&s.s_to, shoot, &s);
		when = nsecuptime();
		timeout_abs_nsec(&s.s_to, i & 1 ? when : 1);
		ktest_sleep_ms(120);
		KT_EQ(s.s_runs, 1);
		KT_RANGE(s.s_ran, when, when + LATE);
	}
}

KTEST(idle, "a timeout wakes an idle scheduler a few times at most")
{
	uint64_t	 idles = schedstat.ss_idles;

	ktest_sleep_ms(300);
	/* Once a level of the wheel, and the odd interrupt. */
	KT_RANGE(schedstat.ss_idles - idles, 1, 30);
}

KTEST(far, "very distant times are no trouble")
{
	static struct shot	 s[3];
	size_t			 i;

	memset(s, 0, sizeof(s));
	for (i = 0; i < nitems(s); i++)
		timeout_set(&s[i].s_to, shoot, &s[i]);
	timeout_add_nsec(&s[0].s_to, UINT64_MAX);
	timeout_abs_nsec(&s[1].s_to, UINT64_MAX);
	timeout_add_sec(&s[2].s_to, INT_MAX);
	KT_TRUE(timeout_next() != 0);
	ktest_sleep_ms(2);
	for (i = 0; i < nitems(s); i++) {
		KT_EQ(s[i].s_runs, 0);
		KT_EQ(timeout_del(&s[i].s_to), 1);
	}
}

static int	 again_runs;

static void
again(void *arg)
{
	struct timeout	*to = arg;

	if (++again_runs < 50)
		timeout_abs_nsec(to, 1);
}

KTEST(itself, "one that adds itself again does not hold the scheduler")
{
	static struct timeout	 to;
	static struct shot	 s;

	memset(&s, 0, sizeof(s));
	timeout_set(&s.s_to, shoot, &s);
	timeout_set(&to, again, &to);
	again_runs = 0;
	timeout_add_nsec(&to, 0);
	timeout_add_msec(&s.s_to, 1);
	ktest_sleep_ms(100);
	KT_EQ(again_runs, 50);
	KT_EQ(s.s_runs, 1);
}

struct killer {
	struct timeout	 k_to;
	struct shot	*k_victim;
};

static void
kill_victim(void *arg)
{
	struct killer	*k = arg;

	timeout_del(&k->k_victim->s_to);
}

KTEST(victim, "one that is due can still be deleted by another")
{
	static struct killer	 k;
	static struct shot	 s;
	uint64_t		 when;

	memset(&s, 0, sizeof(s));
	timeout_set(&s.s_to, shoot, &s);
	k.k_victim = &s;
	timeout_set(&k.k_to, kill_victim, &k);
	when = nsecuptime() + MS(2);
	timeout_abs_nsec(&k.k_to, when);
	timeout_abs_nsec(&s.s_to, when);
	ktest_sleep_ms(10);
	KT_EQ(s.s_runs, 0);
	KT_TRUE(!timeout_pending(&s.s_to));
}

static int	 slow_state;

static void
slow(void *arg)
{
	(void)arg;
	slow_state = 1;
	ktest_sleep_ms(20);
	slow_state = 2;
}

KTEST(proc, "timeouts that sleep run in a thread and are waited for")
{
	static struct timeout	 to;
	static struct shot	 s;

	memset(&s, 0, sizeof(s));
	slow_state = 0;
	timeout_set_proc(&to, slow, NULL);
	timeout_set_proc(&s.s_to, shoot, &s);
	timeout_add_msec(&to, 1);
	timeout_add_msec(&s.s_to, 2);
	ktest_sleep_ms(10);
	KT_EQ(slow_state, 1);
	/* The second waits for the thread, and can be taken back there. */
	KT_TRUE(timeout_pending(&s.s_to));
	KT_EQ(timeout_del(&s.s_to), 1);
	KT_EQ(timeout_del_barrier(&to), 0);
	KT_EQ(slow_state, 2);
	timeout_barrier(&to);
	ktest_sleep_ms(5);
	KT_EQ(s.s_runs, 0);
}

static void
uninitialised(void *arg)
{
	timeout_add_sec(arg, 1);
}

KTEST(panics, "adding what was never set is a panic")
{
	static struct timeout	 to;

	KT_PANICS("TIMEOUT_INITIALIZED", uninitialised, &to);
}

/*
 * The model: a few hundred timeouts are added, moved and deleted at random
 * while time passes; each must run exactly when it should have, in order of
 * time to within a tick of the wheel.
 */
#define MODEL_N		300
#define MODEL_STEPS	4000
#define WHEEL_TICK	(1ULL << 14)

static struct shot	 model[MODEL_N];
static uint64_t		 model_last;	/* latest due time that ran */
static int		 model_disorder;

static void
model_shot(void *arg)
{
	struct shot	*s = arg;

	shoot(s);
	if (s->s_when + WHEEL_TICK < model_last)
		model_disorder++;
	if (s->s_when > model_last)
		model_last = s->s_when;
}

static uint64_t
model_delay(struct ktest_rand *kr)
{
	/* Every level of the wheel that a test can live through, and some. */
	return (ktest_rand(kr) >> ktest_rand_below(kr, 24));
}

KTEST(model, "random adds, moves and deletes against a list of times")
{
	struct ktest_rand	 kr;
	struct shot		*s;
	uint64_t		 before;
	int			 i, pending;

	ktest_srand(&kr, 9);
	memset(model, 0, sizeof(model));
	model_last = 0;
	model_disorder = 0;
	for (i = 0; i < MODEL_N; i++)
		timeout_set(&model[i].s_to, model_shot, &model[i]);
	for (i = 0; i < MODEL_STEPS; i++) {
		s = &model[ktest_rand_below(&kr, MODEL_N)];
		pending = s->s_when != 0 && s->s_runs == 0;
		before = nsecuptime();
		switch (ktest_rand_below(&kr, 8)) {
		case 0:
			if (s->s_when > before + MS(5))
				KT_EQ(timeout_del(&s->s_to), pending);
			else if (!timeout_del(&s->s_to))
				break;
			s->s_when = 0;
			break;
		case 1:
			yield();
			break;
		case 2:
			tsleep_nsec(&model, PWAIT, "t", model_delay(&kr) %
			    200000);
			break;
		default:
			s->s_runs = 0;
			s->s_when = before + model_delay(&kr) % MS(60);
			timeout_abs_nsec(&s->s_to, s->s_when);
		}
	}
	ktest_sleep_ms(100);
	for (i = 0; i < MODEL_N; i++) {
		s = &model[i];
		KT_CASE("timeout %d due %llu", i,
		    (unsigned long long)s->s_when);
		if (s->s_when == 0) {
			KT_TRUE(!timeout_pending(&s->s_to));
			continue;
		}
		KT_EQ(s->s_runs, 1);
		KT_TRUE(s->s_ran >= s->s_when);
	}
	KT_CASE("order");
	KT_EQ(model_disorder, 0);
}

KTEST(deadline, "the next deadline is never later than what is due")
{
	static struct shot	 s[40];
	struct ktest_rand	 kr;
	uint64_t		 least = UINT64_MAX, now;
	size_t			 i;

	ktest_srand(&kr, 10);
	memset(s, 0, sizeof(s));
	timeout_set(&s[0].s_to, shoot, &s[0]);
	for (i = 1; i < 100; i++) {
		now = nsecuptime();
		timeout_abs_nsec(&s[0].s_to, now + i * WHEEL_TICK);
		KT_TRUE(timeout_next() < now + (i + 1) * WHEEL_TICK);
		timeout_del(&s[0].s_to);
	}
	now = nsecuptime();
	for (i = 0; i < nitems(s); i++) {
		timeout_set(&s[i].s_to, shoot, &s[i]);
		s[i].s_when = now + MS(1000) +
		    ((uint64_t)ktest_rand(&kr) << ktest_rand_below(&kr, 30));
		timeout_abs_nsec(&s[i].s_to, s[i].s_when);
		least = MIN(least, s[i].s_when);
		KT_TRUE(timeout_next() <= least + WHEEL_TICK);
	}
	for (i = 0; i < nitems(s); i++)
		KT_EQ(timeout_del(&s[i].s_to), 1);
}

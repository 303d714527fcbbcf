/*
 * task_add(9) and soft interrupts.
 */
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/softintr.h>
#include <sys/systm.h>
#include <sys/task.h>
#include <sys/time.h>
#include <sys/timeout.h>

#include <ktest.h>

static char	 trail[64];
static size_t	 ntrail;

static void
trail_reset(void)
{
	memset(trail, 0, sizeof(trail));
	ntrail = 0;
}

static void
mark(char c)
{
	if (ntrail < sizeof(trail) - 1)
		trail[ntrail++] = c;
}

static void
marker(void *arg)
{
	mark(*(char *)arg);
}

static void
slow_marker(void *arg)
{
	mark('<');
	ktest_sleep_ms(5);
	mark(*(char *)arg);
}

KTEST(order, "tasks run once each, in order, and can be added again")
{
	static char	 names[] = "abc";
	struct taskq	*tq;
	struct task	 t[3];
	int		 i;

	trail_reset();
	tq = taskq_create("test", 1, IPL_NONE, TASKQ_MPSAFE);
	KT_REQUIRE(tq != NULL);
	for (i = 0; i < 3; i++) {
		task_set(&t[i], marker, &names[i]);
		KT_TRUE(!task_pending(&t[i]));
		KT_EQ(task_add(tq, &t[i]), 1);
		KT_TRUE(task_pending(&t[i]));
	}
	KT_EQ(task_add(tq, &t[0]), 0);
	taskq_barrier(tq);
	KT_STREQ(trail, "abc");
	KT_EQ(task_add(tq, &t[1]), 1);
	KT_EQ(task_add(tq, &t[2]), 1);
	KT_EQ(task_del(tq, &t[1]), 1);
	KT_EQ(task_del(tq, &t[1]), 0);
	taskq_barrier(tq);
	KT_STREQ(trail, "abcc");
	KT_EQ(task_add(tq, &t[0]), 1);
	taskq_destroy(tq);
	KT_STREQ(trail, "abcca");
}

KTEST(del_barrier, "taskq_del_barrier waits for a task that runs")
{
	static char	 name = 'x';
	struct taskq	*tq;
	struct task	 t;

	trail_reset();
	tq = taskq_create("test", 1, IPL_NONE, 0);
	KT_REQUIRE(tq != NULL);
	task_set(&t, slow_marker, &name);
	task_add(tq, &t);
	yield();
	KT_STREQ(trail, "<");
	task_add(tq, &t);
	taskq_del_barrier(tq, &t);
	KT_STREQ(trail, "<x");
	taskq_destroy(tq);
	KT_STREQ(trail, "<x");
}

KTEST(threads, "a barrier waits for all threads of a queue")
{
	static char	 name = 'x', other = 'y';
	struct taskq	*tq;
	struct task	 t[4];
	int		 i;

	trail_reset();
	tq = taskq_create("test", 3, IPL_NONE, 0);
	KT_REQUIRE(tq != NULL);
	for (i = 0; i < 3; i++) {
		task_set(&t[i], slow_marker, &name);
		task_add(tq, &t[i]);
	}
	task_set(&t[3], marker, &other);
	task_add(tq, &t[3]);
	yield();
	KT_STREQ(trail, "<<<");
	taskq_barrier(tq);
	KT_EQ(ntrail, 7);
	/* Not only an idle queue passes a barrier. */
	task_add(tq, &t[0]);
	yield();
	taskq_barrier(tq);
	KT_EQ(ntrail, 9);
	taskq_destroy(tq);
}

static struct task	 again_task;
static int		 again_runs;

static void
again(void *arg)
{
	if (++again_runs < 10)
		task_add(arg, &again_task);
}

KTEST(again, "a task may add itself")
{
	task_set(&again_task, again, systq);
	again_runs = 0;
	task_add(systq, &again_task);
	taskq_barrier(systq);
	while (again_runs < 10)
		yield();
	taskq_barrier(systq);
	KT_EQ(again_runs, 10);
}

static void
barrier_in_task(void *arg)
{
	taskq_barrier(arg);
}

static void
wait_on_self(void *arg)
{
	(void)arg;
	taskq_destroy(systq);
}

KTEST(queues, "the kernel's own queues work and cannot be destroyed")
{
	static char	 name = 'n';
	struct task	 t;

	trail_reset();
	task_set(&t, marker, &name);
	task_add(net_tq(0), &t);
	taskq_barrier(net_tq(0));
	task_add(systqmp, &t);
	taskq_barrier(systqmp);
	KT_STREQ(trail, "nn");
	KT_PTREQ(net_tq(0), net_tq(7));
	KT_PANICS("systq", wait_on_self, NULL);
	/* From another queue it is no panic. */
	task_set(&t, barrier_in_task, systqmp);
	task_add(systq, &t);
	taskq_barrier(systq);
}

static void	*intr_handle;
static int	 intr_runs;

static void
intr(void *arg)
{
	KT_PTREQ(curproc, &proc0);
	if (++intr_runs < *(int *)arg)
		softintr_schedule(intr_handle);
}

KTEST(softintr, "a soft interrupt runs soon, once, in no thread")
{
	static int	 times;

	times = 1;
	intr_runs = 0;
	intr_handle = softintr_establish(IPL_SOFTNET, intr, &times);
	KT_REQUIRE(intr_handle != NULL);
	softintr_schedule(intr_handle);
	softintr_schedule(intr_handle);
	KT_TRUE(softintr_pending());
	KT_EQ(intr_runs, 0);
	yield();
	KT_EQ(intr_runs, 1);
	yield();
	KT_EQ(intr_runs, 1);
	/* One that schedules itself lets the threads run in between. */
	times = 5;
	intr_runs = 0;
	softintr_schedule(intr_handle);
	yield();
	KT_RANGE(intr_runs, 1, 3);
	while (intr_runs < 5)
		yield();
	softintr_schedule(intr_handle);
	softintr_disestablish(intr_handle);
	yield();
	KT_EQ(intr_runs, 5);
}

static void
add_task(void *arg)
{
	task_add(systq, arg);
}

KTEST(from_timeout, "a timeout may add a task")
{
	static char	 name = 't';
	struct timeout	 to;
	struct task	 t;

	trail_reset();
	task_set(&t, marker, &name);
	timeout_set(&to, add_task, &t);
	timeout_add_msec(&to, 1);
	ktest_sleep_ms(5);
	KT_STREQ(trail, "t");
}

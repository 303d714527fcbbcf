/*
 * Timers of routes.
 *
 * A queue has a function and a time in seconds; a route put on it has the
 * function called once, that much later.  All entries of a queue wait equally
 * long, so it is in order by itself.  One more queue, rt_expireq, is kept in
 * order by hand: routes whose time to die was set from outside.
 *
 * Everything here needs the net lock; the clock ticks every second while a
 * queue has entries.
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/pool.h>
#include <sys/socket.h>
#include <sys/systm.h>
#include <sys/time.h>
#include <sys/timeout.h>

#include <net/if_var.h>
#include <net/route.h>

static LIST_HEAD(, rttimer_queue) rtq_queues =
    LIST_HEAD_INITIALIZER(rtq_queues);
static struct rttimer_queue rt_expireq;
static struct timeout rt_timer_to;
static struct pool rttimer_pool;

static void	 rt_timer_tick(void *);
static void	 rt_expire_fire(struct rtentry *, u_int);

/*
 * Set up the clock; called once at boot.
 */
void
rt_timer_init(void)
{
	pool_init(&rttimer_pool, sizeof(struct rttimer), 0, IPL_SOFTNET, 0,
	    "rttmr", NULL);
	timeout_set_proc(&rt_timer_to, rt_timer_tick, NULL);
	rt_timer_queue_init(&rt_expireq, 0, rt_expire_fire);
}

/*
 * Set up a queue that calls fn(route, table) after timeout seconds.
 */
void
rt_timer_queue_init(struct rttimer_queue *rtq, int timeout,
    void (*fn)(struct rtentry *, u_int))
{
	TAILQ_INIT(&rtq->rtq_head);
	rtq->rtq_func = fn;
	rtq->rtq_count = 0;
	rtq->rtq_timeout = timeout;
	LIST_INSERT_HEAD(&rtq_queues, rtq, rtq_link);
}

/*
 * Give a queue another time, for entries to come.
 */
void
rt_timer_queue_change(struct rttimer_queue *rtq, int timeout)
{
	rtq->rtq_timeout = timeout;
}

/*
 * How many routes wait on a queue.
 */
u_long
rt_timer_queue_count(struct rttimer_queue *rtq)
{
	return (rtq->rtq_count);
}

static void
rt_timer_remove(struct rttimer *rtt)
{
	struct rttimer_queue *rtq = rtt->rtt_queue;

	TAILQ_REMOVE(&rtq->rtq_head, rtt, rtt_next);
	LIST_REMOVE(rtt, rtt_link);
	rtq->rtq_count--;
	pool_put(&rttimer_pool, rtt);
}

static void
rt_timer_fire(struct rttimer *rtt)
{
	void (*fn)(struct rtentry *, u_int) = rtt->rtt_queue->rtq_func;
	struct rtentry *rt = rtt->rtt_rt;
	u_int tableid = rtt->rtt_tableid;

	rt_timer_remove(rtt);
	rtref(rt);
	(*fn)(rt, tableid);
	rtfree(rt);
}

/*
 * Time is up for all on a queue, now.
 */
void
rt_timer_queue_flush(struct rttimer_queue *rtq)
{
	struct rttimer *rtt;

	NET_ASSERT_LOCKED();
	while ((rtt = TAILQ_FIRST(&rtq->rtq_head)) != NULL)
		rt_timer_fire(rtt);
}

/*
 * Take a route off all queues.
 */
void
rt_timer_remove_all(struct rtentry *rt)
{
	struct rttimer *rtt;

	while ((rtt = LIST_FIRST(&rt->rt_timer)) != NULL)
		rt_timer_remove(rtt);
}

/*
 * When the first timer of a route will go off: uptime in seconds; 0 never.
 */
time_t
rt_timer_get_expire(const struct rtentry *rt)
{
	const struct rttimer *rtt;
	time_t expire = 0;

	LIST_FOREACH(rtt, &rt->rt_timer, rtt_link) {
		if (expire == 0 || expire > rtt->rtt_expire)
			expire = rtt->rtt_expire;
	}
	return (expire);
}

static int
rt_timer_insert(struct rtentry *rt, struct rttimer_queue *rtq, u_int tableid,
    time_t expire)
{
	struct rttimer *rtt, *prev;

	NET_ASSERT_LOCKED();
	LIST_FOREACH(rtt, &rt->rt_timer, rtt_link) {
		if (rtt->rtt_queue == rtq) {
			rt_timer_remove(rtt);
			break;
		}
	}
	rtt = pool_get(&rttimer_pool, PR_NOWAIT | PR_ZERO);
	if (rtt == NULL)
		return (ENOBUFS);
	rtt->rtt_rt = rt;
	rtt->rtt_queue = rtq;
	rtt->rtt_tableid = tableid;
	rtt->rtt_expire = expire;
	TAILQ_FOREACH_REVERSE(prev, &rtq->rtq_head, rttimer_head, rtt_next) {
		if (prev->rtt_expire <= expire)
			break;
	}
	if (prev == NULL)
		TAILQ_INSERT_HEAD(&rtq->rtq_head, rtt, rtt_next);
	else
		TAILQ_INSERT_AFTER(&rtq->rtq_head, prev, rtt, rtt_next);
	LIST_INSERT_HEAD(&rt->rt_timer, rtt, rtt_link);
	rtq->rtq_count++;
	if (!timeout_pending(&rt_timer_to))
		timeout_add_sec(&rt_timer_to, 1);
	return (0);
}

/*
 * Put a route on a queue, or at its end again.  Returns 0 or ENOBUFS.
 */
int
rt_timer_add(struct rtentry *rt, struct rttimer_queue *rtq, u_int tableid)
{
	return (rt_timer_insert(rt, rtq, tableid,
	    getuptime() + rtq->rtq_timeout));
}

/*
 * Let a route die at uptime expire, in seconds; 0 takes that back.
 */
void
rt_expire_set(struct rtentry *rt, time_t expire)
{
	struct rttimer *rtt;

	rt->rt_expire = expire;
	if (expire != 0) {
		(void)rt_timer_insert(rt, &rt_expireq, rt->rt_tableid, expire);
		return;
	}
	LIST_FOREACH(rtt, &rt->rt_timer, rtt_link) {
		if (rtt->rtt_queue == &rt_expireq) {
			rt_timer_remove(rtt);
			break;
		}
	}
}

static void
rt_expire_fire(struct rtentry *rt, u_int tableid)
{
	(void)rtdeletemsg(rt, NULL, tableid);
}

static void
rt_timer_tick(void *arg)
{
	struct rttimer_queue *rtq;
	struct rttimer *rtt;
	time_t now = getuptime();
	u_long left = 0;

	(void)arg;
	NET_LOCK();
	LIST_FOREACH(rtq, &rtq_queues, rtq_link) {
		while ((rtt = TAILQ_FIRST(&rtq->rtq_head)) != NULL &&
		    rtt->rtt_expire <= now)
			rt_timer_fire(rtt);
		left += rtq->rtq_count;
	}
	if (left > 0)
		timeout_add_sec(&rt_timer_to, 1);
	NET_UNLOCK();
}

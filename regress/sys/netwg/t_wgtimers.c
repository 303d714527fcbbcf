/*
 * The timers of a peer in virtual time: each, with its exact constant, and
 * what stops it.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/rwlock.h>

#include <netwg/wg_noise.h>
#include <netwg/wg_timers.h>

#include <ktest.h>

#define MS	1000000ULL

/* What the timers have asked for, and when it was first. */
struct owner {
	struct wg_timers o_timers;
	u_int		 o_initiate, o_retry, o_keepalive, o_giveup, o_path;
	u_int		 o_zero;
	uint64_t	 o_at;		/* of the last of them, uptime */
	int		 o_answers;	/* initiations are really sent */
};

static void
op_initiate(void *arg, int retry)
{
	struct owner	*o = arg;

	o->o_initiate++;
	o->o_retry += retry;
	o->o_at = getnsecuptime();
	if (wg_timers_may_initiate(&o->o_timers, retry))
		wg_timers_initiated(&o->o_timers);
}

static void
op_keepalive(void *arg)
{
	struct owner	*o = arg;

	o->o_keepalive++;
	o->o_at = getnsecuptime();
	wg_timers_authentic_sent(&o->o_timers);
	wg_timers_traversal(&o->o_timers);
}

static void
op_give_up(void *arg)
{
	struct owner	*o = arg;

	o->o_giveup++;
	o->o_at = getnsecuptime();
}

static void
op_path(void *arg)
{
	((struct owner *)arg)->o_path++;
}

static void
op_zero(void *arg)
{
	struct owner	*o = arg;

	o->o_zero++;
	o->o_at = getnsecuptime();
}

static const struct wg_timer_ops ops = {
	op_initiate, op_keepalive, op_give_up, op_path, op_zero
};

static void
begin(struct owner *o)
{
	memset(o, 0, sizeof(*o));
	wg_timers_init(&o->o_timers, &ops, o);
	NET_LOCK();
	wg_timers_enable(&o->o_timers);
	NET_UNLOCK();
}

static void
end(struct owner *o)
{
	NET_LOCK();
	wg_timers_disable(&o->o_timers);
	NET_UNLOCK();
}

/* An event, under the net lock. */
static void
tell(struct owner *o, void (*event)(struct wg_timers *))
{
	NET_LOCK();
	event(&o->o_timers);
	NET_UNLOCK();
}

/* Milliseconds from since to the last event. */
#define AFTER(o, since)	(((o)->o_at - (since)) / MS)

KTEST(keepalive, "received and silent for 10 s: one keepalive")
{
	struct owner	 o;
	uint64_t	 t;

	begin(&o);
	t = getnsecuptime();
	tell(&o, wg_timers_data_received);
	ktest_sleep_ms(9900);
	KT_EQ(o.o_keepalive, 0);
	ktest_sleep_ms(60000);
	KT_EQ(o.o_keepalive, 1);
	KT_RANGE(AFTER(&o, t), 10000, 10005);

	/* Received again meanwhile: another after it. */
	t = getnsecuptime();
	tell(&o, wg_timers_data_received);
	ktest_sleep_ms(5000);
	tell(&o, wg_timers_data_received);
	ktest_sleep_ms(60000);
	KT_EQ(o.o_keepalive, 3);
	KT_RANGE(AFTER(&o, t), 20000, 20010);

	/* Sent something: none. */
	tell(&o, wg_timers_data_received);
	ktest_sleep_ms(5000);
	tell(&o, wg_timers_authentic_sent);
	ktest_sleep_ms(60000);
	KT_EQ(o.o_keepalive, 3);
	end(&o);
}

KTEST(new_handshake, "sent and heard nothing for 15 s: a new handshake")
{
	struct owner	 o;
	uint64_t	 t;

	begin(&o);
	t = getnsecuptime();
	tell(&o, wg_timers_data_sent);
	ktest_sleep_ms(8000);
	tell(&o, wg_timers_data_sent);	/* the first one counts */
	ktest_sleep_ms(8000);
	KT_EQ(o.o_initiate, 1);
	KT_EQ(o.o_retry, 0);
	KT_EQ(o.o_path, 1);
	KT_RANGE(AFTER(&o, t), 15000, 15340);
	tell(&o, wg_timers_complete);

	tell(&o, wg_timers_data_sent);
	ktest_sleep_ms(14000);
	tell(&o, wg_timers_authentic_received);
	ktest_sleep_ms(60000);
	KT_EQ(o.o_initiate, 1);
	end(&o);
}

KTEST(retry, "an initiation every 5 s, for 90 s; keys go 540 s later")
{
	struct owner	 o;
	uint64_t	 t;

	begin(&o);
	t = getnsecuptime();
	NET_LOCK();
	op_initiate(&o, 0);
	NET_UNLOCK();
	KT_EQ(o.o_initiate, 1);
	ktest_sleep_ms(4900);
	KT_EQ(o.o_initiate, 1);
	ktest_sleep_ms(450);
	KT_EQ(o.o_initiate, 2);
	KT_RANGE(AFTER(&o, t), 5000, 5340);
	ktest_sleep_ms(200000);
	KT_EQ(o.o_initiate, 19);
	KT_EQ(o.o_retry, 18);
	KT_EQ(o.o_path, 18);
	KT_EQ(o.o_giveup, 1);
	KT_RANGE(AFTER(&o, t), 95000, 95000 + 19 * 340);
	t = o.o_at;
	ktest_sleep_ms(600000);
	KT_EQ(o.o_initiate, 19);
	KT_EQ(o.o_zero, 1);
	KT_RANGE(AFTER(&o, t), 540000, 540005);
	end(&o);
}

KTEST(answered, "an answer ends the retries")
{
	struct owner	 o;
	struct timespec	 ts;

	begin(&o);
	NET_LOCK();
	op_initiate(&o, 0);
	NET_UNLOCK();
	ktest_sleep_ms(7000);
	KT_EQ(o.o_initiate, 2);
	tell(&o, wg_timers_complete);
	getnanotime(&ts);
	KT_RANGE(o.o_timers.t_handshake.tv_sec, ts.tv_sec - 1, ts.tv_sec);
	ktest_sleep_ms(200000);
	KT_EQ(o.o_initiate, 2);
	KT_EQ(o.o_giveup, 0);
	end(&o);
}

KTEST(zero, "540 s after the last session all keys are forgotten")
{
	struct owner	 o;
	uint64_t	 t;

	begin(&o);
	tell(&o, wg_timers_session);
	ktest_sleep_ms(120000);
	t = getnsecuptime();
	tell(&o, wg_timers_session);
	ktest_sleep_ms(539900);
	KT_EQ(o.o_zero, 0);
	ktest_sleep_ms(1000000);
	KT_EQ(o.o_zero, 1);
	KT_RANGE(AFTER(&o, t), 540000, 540005);
	end(&o);
}

KTEST(persistent, "a persistent keepalive after each silence")
{
	struct owner	 o;
	uint64_t	 t;

	begin(&o);
	t = getnsecuptime();
	NET_LOCK();
	wg_timers_set_persistent(&o.o_timers, 25);
	NET_UNLOCK();
	ktest_sleep_ms(24000);
	KT_EQ(o.o_keepalive, 0);
	tell(&o, wg_timers_traversal);
	ktest_sleep_ms(25500);
	KT_EQ(o.o_keepalive, 1);
	KT_RANGE(AFTER(&o, t), 49000, 49005);
	ktest_sleep_ms(100000);
	KT_EQ(o.o_keepalive, 5);
	NET_LOCK();
	wg_timers_set_persistent(&o.o_timers, 0);
	NET_UNLOCK();
	ktest_sleep_ms(100000);
	KT_EQ(o.o_keepalive, 5);
	end(&o);
}

KTEST(limit, "whatever asks, an initiation is sent every 5 s at most")
{
	struct owner	 o;

	begin(&o);
	NET_LOCK();
	KT_TRUE(wg_timers_may_initiate(&o.o_timers, 0));
	wg_timers_initiated(&o.o_timers);
	KT_TRUE(!wg_timers_may_initiate(&o.o_timers, 0));
	NET_UNLOCK();
	ktest_sleep_ms(4900);
	KT_TRUE(!wg_timers_may_initiate(&o.o_timers, 0));
	ktest_sleep_ms(101);
	KT_TRUE(wg_timers_may_initiate(&o.o_timers, 0));
	end(&o);
	/* Down: nothing at all. */
	KT_TRUE(!wg_timers_may_initiate(&o.o_timers, 0));
	tell(&o, wg_timers_data_sent);
	ktest_sleep_ms(20000);
	KT_EQ(o.o_initiate, 0);
}

KTEST(lastminute, "the end of a session is announced once")
{
	struct owner	 o;

	begin(&o);
	KT_TRUE(wg_timers_lastminute(&o.o_timers));
	KT_TRUE(!wg_timers_lastminute(&o.o_timers));
	tell(&o, wg_timers_complete);
	KT_TRUE(wg_timers_lastminute(&o.o_timers));
	end(&o);
}

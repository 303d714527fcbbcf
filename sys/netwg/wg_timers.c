/*
 * When a WireGuard peer does what by itself (WireGuard paper, section 6).
 *
 *	timer		set by			after	     then
 *	-----		------			-----	     ----
 *	RETRY		initiation sent		5 s + jitter initiate again, up
 *						to 18 times more; then give up
 *	KEEPALIVE	data received, unless	10 s	     send a keepalive
 *			set already
 *	NEW		data sent, unless set	15 s + jitter initiate, by a new
 *			already				     source address
 *	ZERO		session begun, or	540 s	     forget all keys
 *			given up
 *	PERSISTENT	authentic packet sent	as told	     send a keepalive
 *			or received
 *
 *	timer		stopped by
 *	-----		----------
 *	RETRY		handshake complete
 *	KEEPALIVE	anything authentic sent (keepalives included)
 *	NEW		anything authentic received
 *
 * So with traffic in one direction only the receiver sends a keepalive after
 * 10 s, and a sender that hears nothing for 15 s looks for a new session:
 *
 *	data sent ----> NEW +15 s -------------------------> initiation
 *	                  ^ stopped                            |
 *	data received --> KEEPALIVE +10 s --> keepalive        v
 *	                                             RETRY +5 s, +5 s, ... 90 s
 *	                                                       |
 *	                                     give up; ZERO +540 s --> no keys
 *
 * An initiation is sent at most every 5 s whatever asks for it.  New keys are
 * asked for by who sends when the session is 120 s old, and once, by who
 * receives, when it is 165 s old; wg_session.c knows both.
 *
 * Deadlines move with every packet, so that is only a store: the one
 * timeout(9) of a peer is set to the earliest, and when it finds nothing due
 * yet it sets itself again.  Due timers run in the network's thread.
 *
 * Everything here needs the net lock, but the timeout's own function.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include <net/netisr.h>

#include <netwg/wg_noise.h>
#include <netwg/wg_timers.h>

#define MSEC_NS		1000000ULL
#define SEC_NS		1000000000ULL
#define JITTER_MSEC	334		/* 0 to 333 ms */

#define ATTEMPTS_MAX	(REKEY_ATTEMPT_TIME / REKEY_TIMEOUT)	/* retries */

static void	 timers_expired(void *);
static void	 timers_run(void *);

static uint64_t
jitter(void)
{
	return (arc4random_uniform(JITTER_MSEC) * MSEC_NS);
}

/* Have the timeout come at the earliest deadline. */
static void
timers_arm(struct wg_timers *t)
{
	uint64_t	 first = UINT64_MAX;
	u_int		 i;

	for (i = 0; i < WGT_MAX; i++)
		if (t->t_due[i] != 0 && t->t_due[i] < first)
			first = t->t_due[i];
	if (first != UINT64_MAX)
		timeout_abs_nsec(&t->t_timeout, first);
}

static void
timer_set(struct wg_timers *t, enum wg_timer which, uint64_t ns)
{
	uint64_t	 due;

	if (!t->t_enabled)
		return;
	due = t->t_due[which] = getnsecuptime() + ns;
	/* One that comes too early looks again. */
	if (!timeout_pending(&t->t_timeout) || t->t_timeout.to_nsec > due)
		timeout_abs_nsec(&t->t_timeout, due);
}

static void
timer_stop(struct wg_timers *t, enum wg_timer which)
{
	t->t_due[which] = 0;
}

/*
 * No timer runs until they are enabled.
 */
void
wg_timers_init(struct wg_timers *t, const struct wg_timer_ops *ops, void *arg)
{
	memset(t, 0, sizeof(*t));
	t->t_ops = ops;
	t->t_arg = arg;
	timeout_set(&t->t_timeout, timers_expired, t);
	task_set(&t->t_task, timers_run, t);
}

/*
 * The interface has come up.
 */
void
wg_timers_enable(struct wg_timers *t)
{
	t->t_enabled = 1;
	wg_timers_traversal(t);
}

/*
 * It has gone down, or the peer goes away: nothing of t runs any more.
 */
void
wg_timers_disable(struct wg_timers *t)
{
	t->t_enabled = 0;
	memset(t->t_due, 0, sizeof(t->t_due));
	timeout_del(&t->t_timeout);
	netisr_task_del(&t->t_task);
	t->t_attempts = 0;
	t->t_again = t->t_lastminute = 0;
	t->t_initiated = 0;
}

/* The timeout's function: it has no lock, so the network's thread goes on. */
static void
timers_expired(void *arg)
{
	struct wg_timers	*t = arg;

	netisr_task(&t->t_task);
}

static void
run_retry(struct wg_timers *t)
{
	if (t->t_attempts < ATTEMPTS_MAX) {
		t->t_attempts++;
		t->t_ops->to_new_path(t->t_arg);
		t->t_ops->to_initiate(t->t_arg, 1);
		return;
	}
	timer_stop(t, WGT_KEEPALIVE);
	t->t_ops->to_give_up(t->t_arg);
	if (t->t_due[WGT_ZERO] == 0)
		timer_set(t, WGT_ZERO, 3 * REJECT_AFTER_TIME * SEC_NS);
}

static void
run_one(struct wg_timers *t, enum wg_timer which)
{
	switch (which) {
	case WGT_RETRY:
		run_retry(t);
		break;
	case WGT_KEEPALIVE:
		t->t_ops->to_keepalive(t->t_arg);
		if (t->t_again) {
			t->t_again = 0;
			timer_set(t, WGT_KEEPALIVE,
			    KEEPALIVE_TIMEOUT * SEC_NS);
		}
		break;
	case WGT_NEW:
		t->t_ops->to_new_path(t->t_arg);
		t->t_ops->to_initiate(t->t_arg, 0);
		break;
	case WGT_ZERO:
		t->t_ops->to_zero(t->t_arg);
		break;
	case WGT_PERSISTENT:
		if (t->t_persistent != 0)
			t->t_ops->to_keepalive(t->t_arg);
		break;
	case WGT_MAX:
		break;
	}
}

/* In the network's thread, under the net lock: do what is due. */
static void
timers_run(void *arg)
{
	struct wg_timers	*t = arg;
	uint64_t		 now = getnsecuptime();
	u_int			 i;

	if (!t->t_enabled)
		return;
	for (i = 0; i < WGT_MAX; i++) {
		if (t->t_due[i] == 0 || t->t_due[i] > now)
			continue;
		timer_stop(t, i);
		run_one(t, i);
	}
	timers_arm(t);
}

/*
 * A keepalive after so many seconds of silence; 0 for none.
 */
void
wg_timers_set_persistent(struct wg_timers *t, uint16_t seconds)
{
	t->t_persistent = seconds;
	timer_stop(t, WGT_PERSISTENT);
	wg_timers_traversal(t);
}

/*
 * May an initiation be sent now?  retry: it is one of a series, else the
 * first of a new one.  False when there was one just before, or when nothing
 * may run.
 */
int
wg_timers_may_initiate(struct wg_timers *t, int retry)
{
	if (!t->t_enabled)
		return (0);
	if (!retry)
		t->t_attempts = 0;
	return (t->t_initiated == 0 || getnsecuptime() - t->t_initiated >=
	    REKEY_TIMEOUT * SEC_NS);
}

/*
 * A packet came by a session that will end soon: true if that is to cause an
 * initiation, which it does once a session.
 */
int
wg_timers_lastminute(struct wg_timers *t)
{
	if (t->t_lastminute)
		return (0);
	t->t_lastminute = 1;
	return (1);
}

/*
 * What happened.  Data: a packet that is more than a keepalive.
 */
void
wg_timers_data_sent(struct wg_timers *t)
{
	if (t->t_due[WGT_NEW] == 0)
		timer_set(t, WGT_NEW,
		    (KEEPALIVE_TIMEOUT + REKEY_TIMEOUT) * SEC_NS + jitter());
}

void
wg_timers_data_received(struct wg_timers *t)
{
	if (t->t_due[WGT_KEEPALIVE] == 0)
		timer_set(t, WGT_KEEPALIVE, KEEPALIVE_TIMEOUT * SEC_NS);
	else
		t->t_again = 1;
}

/* Authentic: data, keepalives, initiations and responses. */
void
wg_timers_authentic_sent(struct wg_timers *t)
{
	timer_stop(t, WGT_KEEPALIVE);
}

void
wg_timers_authentic_received(struct wg_timers *t)
{
	timer_stop(t, WGT_NEW);
}

/* Either of the two. */
void
wg_timers_traversal(struct wg_timers *t)
{
	if (t->t_persistent != 0)
		timer_set(t, WGT_PERSISTENT, t->t_persistent * SEC_NS);
}

/* An initiation is about to be sent. */
void
wg_timers_initiated(struct wg_timers *t)
{
	t->t_initiated = getnsecuptime();
	timer_set(t, WGT_RETRY, REKEY_TIMEOUT * SEC_NS + jitter());
}

/* A session has begun, in either role. */
void
wg_timers_session(struct wg_timers *t)
{
	timer_set(t, WGT_ZERO, 3 * REJECT_AFTER_TIME * SEC_NS);
}

/* The peer has shown that it has the session, too. */
void
wg_timers_complete(struct wg_timers *t)
{
	timer_stop(t, WGT_RETRY);
	t->t_attempts = 0;
	t->t_lastminute = 0;
	getnanotime(&t->t_handshake);
}

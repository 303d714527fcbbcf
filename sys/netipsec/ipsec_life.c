/*
 * ipsec(4): lifetimes of SAs (RFC 4301, 4.4.2.1; RFC 2367, 2.3.2).
 *
 * An SA has soft and hard limits of bytes, flows that use it, seconds since
 * it was added and seconds since its first use.  The first soft limit that
 * is reached sends SADB_EXPIRE once, and the SA is dying; a hard one sends
 * it, too, and the SA is gone.  A larval SA that nobody completes is gone
 * without a word.
 *
 * One timer an SA waits for the next limit of time; it holds a reference
 * while it is set, as its thread may already wait for the net lock when the
 * SA is deleted.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/time.h>

#include <netipsec/ipsec_var.h>

u_int64_t	 ipsec_time;

static void	 tdb_timer(void *);

/* Uptime in ns at which seconds after from is; UINT64_MAX for no limit. */
static u_int64_t
limit_due(u_int64_t from, u_int64_t seconds)
{
	u_int64_t	 ns = SEC_TO_NSEC(seconds);

	if (seconds == 0 || from == 0 || ns > UINT64_MAX - from)
		return (UINT64_MAX);
	return (from + ns);
}

static u_int64_t
limits_due(const struct tdb *tdb, const struct tdb_limits *tl)
{
	u_int64_t	 a, b;

	a = limit_due(tdb->tdb_added_ns, tl->tl_addtime);
	b = limit_due(tdb->tdb_first_ns, tl->tl_usetime);
	return (MIN(a, b));
}

static u_int64_t
hard_due(const struct tdb *tdb)
{
	if (tdb->tdb_state == SADB_SASTATE_LARVAL)
		return (limit_due(tdb->tdb_added_ns, ipsec_keep_invalid));
	return (limits_due(tdb, &tdb->tdb_hard));
}

/* Set the timer for whatever comes next. */
static void
life_schedule(struct tdb *tdb)
{
	u_int64_t	 due = hard_due(tdb), soft;

	if (tdb->tdb_state != SADB_SASTATE_LARVAL && !tdb->tdb_softdone) {
		soft = limits_due(tdb, &tdb->tdb_soft);
		due = MIN(due, soft);
	}
	if (due == UINT64_MAX) {
		tdb_life_stop(tdb);
		return;
	}
	if (timeout_abs_nsec(&tdb->tdb_timer, due))
		tdb_ref(tdb);
}

static void
life_soft(struct tdb *tdb)
{
	if (tdb->tdb_softdone)
		return;
	tdb->tdb_softdone = 1;
	tdb->tdb_state = SADB_SASTATE_DYING;
	pfkey_expire(tdb, SADB_EXT_LIFETIME_SOFT);
}

static void
life_hard(struct tdb *tdb)
{
	ipsecstat.ipsec_exctdb++;
	pfkey_expire(tdb, SADB_EXT_LIFETIME_HARD);
	tdb_delete(tdb);
}

static void
life_check(struct tdb *tdb)
{
	u_int64_t	 now = getnsecuptime();

	if (now >= hard_due(tdb)) {
		if (tdb->tdb_state == SADB_SASTATE_LARVAL)
			tdb_delete(tdb);
		else
			life_hard(tdb);
		return;
	}
	if (tdb->tdb_state != SADB_SASTATE_LARVAL &&
	    now >= limits_due(tdb, &tdb->tdb_soft))
		life_soft(tdb);
	life_schedule(tdb);
}

static void
tdb_timer(void *arg)
{
	struct tdb	*tdb = arg;

	NET_LOCK();
	if (tdb->tdb_state != SADB_SASTATE_DEAD &&
	    !timeout_pending(&tdb->tdb_timer))
		life_check(tdb);
	tdb_unref(tdb);
	NET_UNLOCK();
}

/*
 * The SA is in the database, or its state or limits have changed: wait for
 * its end.
 */
void
tdb_life_start(struct tdb *tdb)
{
	if (!timeout_initialized(&tdb->tdb_timer))
		timeout_set_proc(&tdb->tdb_timer, tdb_timer, tdb);
	life_schedule(tdb);
}

/* And wait no more. */
void
tdb_life_stop(struct tdb *tdb)
{
	if (timeout_initialized(&tdb->tdb_timer) &&
	    timeout_del(&tdb->tdb_timer))
		tdb_unref(tdb);
}

static void
life_first_use(struct tdb *tdb)
{
	tdb->tdb_first_use = ipsec_time;
	tdb->tdb_first_ns = getnsecuptime();
	if (tdb->tdb_soft.tl_usetime != 0 || tdb->tdb_hard.tl_usetime != 0)
		life_schedule(tdb);
}

/*
 * A packet of so many bytes is about to go through: 0, or ETIMEDOUT when the
 * SA had no more bytes to live, and is gone (the caller has a reference).
 */
int
tdb_life_use(struct tdb *tdb, u_int bytes)
{
	if (tdb->tdb_hard.tl_bytes != 0 &&
	    tdb->tdb_bytes >= tdb->tdb_hard.tl_bytes) {
		life_hard(tdb);
		return (ETIMEDOUT);
	}
	if (tdb->tdb_first_use == 0)
		life_first_use(tdb);
	tdb->tdb_last_used = ipsec_time;
	tdb->tdb_bytes += bytes;
	if (tdb->tdb_soft.tl_bytes != 0 &&
	    tdb->tdb_bytes >= tdb->tdb_soft.tl_bytes)
		life_soft(tdb);
	return (0);
}

/*
 * One more flow uses the SA.  A hard limit is reached by the one after it.
 */
void
tdb_life_alloc(struct tdb *tdb)
{
	if (tdb->tdb_hard.tl_allocations != 0 &&
	    tdb->tdb_allocations >= tdb->tdb_hard.tl_allocations) {
		life_hard(tdb);
		return;
	}
	tdb->tdb_allocations++;
	if (tdb->tdb_soft.tl_allocations != 0 &&
	    tdb->tdb_allocations >= tdb->tdb_soft.tl_allocations)
		life_soft(tdb);
}

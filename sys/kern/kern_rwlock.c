/*
 * rwlock(9).
 *
 *	            rw_enter(RW_READ)          rw_enter(RW_WRITE)
 *	  read(n) <------------------- free -------------------> written
 *	     |    -------------------> |  ^ <-------------------    |
 *	     |       last rw_exit           rw_exit                 |
 *	     +------------------ RW_UPGRADE (n = 1) ----------------+
 *	     +------------------ RW_DOWNGRADE ----------------------+
 *
 * A writer that waits keeps new readers out, so writers do not starve; so a
 * thread must not take to read a lock that it has to read already.  When the
 * lock becomes free one writer is woken, or all readers if no writer waits.
 * Whoever was woken and does not take it passes the wakeup on.
 */
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/systm.h>

static int
rw_is_free(const struct rwlock *rwl)
{
	return (rwl->rwl_owner == NULL && rwl->rwl_readers == 0);
}

/* The lock has become free, or a waiter has gone: who may have it? */
static void
rw_wake(struct rwlock *rwl)
{
	if (rwl->rwl_owner != NULL)
		return;
	if (rwl->rwl_wwait != 0) {
		if (rwl->rwl_readers == 0)
			wakeup_one(&rwl->rwl_wwait);
	} else if (rwl->rwl_rwait != 0)
		wakeup(&rwl->rwl_rwait);
}

static int
rw_must_wait(const struct rwlock *rwl, int op)
{
	if (op == RW_WRITE)
		return (!rw_is_free(rwl));
	return (rwl->rwl_owner != NULL || rwl->rwl_wwait != 0);
}

/* Sleep until it is worth trying again. */
static int
rw_sleep(struct rwlock *rwl, int op, int flags)
{
	u_int	*waiters;
	int	 error, prio;

	waiters = op == RW_WRITE ? &rwl->rwl_wwait : &rwl->rwl_rwait;
	prio = PLOCK | (flags & RW_INTR ? PCATCH : 0);
	++*waiters;
	error = tsleep_nsec(waiters, prio, rwl->rwl_name, INFSLP);
	--*waiters;
	if (error == 0 && (flags & RW_SLEEPFAIL))
		error = EAGAIN;
	if (error != 0)
		rw_wake(rwl);
	return (error);
}

static int
rw_acquire(struct rwlock *rwl, int op, int flags)
{
	int	 error;

	while (rw_must_wait(rwl, op)) {
		if (rwl->rwl_owner == curproc) {
			if (flags & RW_RECURSEFAIL)
				return (EDEADLK);
			panic("rwlock %s: %s locks against itself",
			    rwl->rwl_name, curproc->p_name);
		}
		if (flags & RW_NOSLEEP)
			return (EBUSY);
		if ((error = rw_sleep(rwl, op, flags)) != 0)
			return (error);
	}
	if (op == RW_WRITE)
		rwl->rwl_owner = curproc;
	else
		rwl->rwl_readers++;
	return (0);
}

static int
rw_upgrade(struct rwlock *rwl)
{
	rw_assert_rdlock(rwl);
	if (rwl->rwl_readers > 1)
		return (EBUSY);
	rwl->rwl_readers = 0;
	rwl->rwl_owner = curproc;
	return (0);
}

static void
rw_downgrade(struct rwlock *rwl)
{
	rw_assert_wrlock(rwl);
	rwl->rwl_owner = NULL;
	rwl->rwl_readers = 1;
	rw_wake(rwl);
}

/*
 * Make a lock; name is what waiters are seen to wait for.
 */
void
rw_init_name(struct rwlock *rwl, const char *name)
{
	memset(rwl, 0, sizeof(*rwl));
	rwl->rwl_name = name;
}

/*
 * Take the lock by RW_READ or RW_WRITE, or change the way it is held by
 * RW_UPGRADE or RW_DOWNGRADE; further flags are in the header.
 *
 * Returns 0; EBUSY if it is taken and RW_NOSLEEP is set, or other readers
 * stand against an upgrade (the lock is still held to read); EDEADLK, EAGAIN
 * as the flags ask; EINTR or ERESTART for a signal with RW_INTR.
 */
int
rw_enter(struct rwlock *rwl, int flags)
{
	switch (flags & RW_OPMASK) {
	case RW_WRITE:
	case RW_READ:
		return (rw_acquire(rwl, flags & RW_OPMASK, flags));
	case RW_UPGRADE:
		return (rw_upgrade(rwl));
	case RW_DOWNGRADE:
		rw_downgrade(rwl);
		return (0);
	}
	panic("rwlock %s: flags 0x%x", rwl->rwl_name, flags);
}

void
rw_enter_read(struct rwlock *rwl)
{
	rw_acquire(rwl, RW_READ, 0);
}

void
rw_enter_write(struct rwlock *rwl)
{
	rw_acquire(rwl, RW_WRITE, 0);
}

void
rw_exit_read(struct rwlock *rwl)
{
	rw_assert_rdlock(rwl);
	rwl->rwl_readers--;
	rw_wake(rwl);
}

void
rw_exit_write(struct rwlock *rwl)
{
	rw_assert_wrlock(rwl);
	rwl->rwl_owner = NULL;
	rw_wake(rwl);
}

/*
 * Let go of the lock, however it is held.
 */
void
rw_exit(struct rwlock *rwl)
{
	if (rwl->rwl_owner != NULL)
		rw_exit_write(rwl);
	else
		rw_exit_read(rwl);
}

/*
 * How is it held: RW_WRITE by this thread, RW_WRITE_OTHER by another,
 * RW_READ by somebody, or 0.
 */
int
rw_status(const struct rwlock *rwl)
{
	if (rwl->rwl_owner == curproc)
		return (RW_WRITE);
	if (rwl->rwl_owner != NULL)
		return (RW_WRITE_OTHER);
	return (rwl->rwl_readers != 0 ? RW_READ : 0);
}

int
rw_lock_held(const struct rwlock *rwl)
{
	return (rw_write_held(rwl) || rw_read_held(rwl));
}

int
rw_write_held(const struct rwlock *rwl)
{
	return (rwl->rwl_owner == curproc);
}

int
rw_read_held(const struct rwlock *rwl)
{
	return (rwl->rwl_readers != 0);
}

/*
 * Does anybody wait for it?
 */
int
rw_contended(const struct rwlock *rwl)
{
	return (rwl->rwl_wwait != 0 || rwl->rwl_rwait != 0);
}

void
rw_assert_wrlock(const struct rwlock *rwl)
{
	if (rwl->rwl_owner != curproc && panicstr == NULL)
		panic("rwlock %s: %s does not write it", rwl->rwl_name,
		    curproc->p_name);
}

void
rw_assert_rdlock(const struct rwlock *rwl)
{
	if (rwl->rwl_readers == 0 && panicstr == NULL)
		panic("rwlock %s: nobody reads it", rwl->rwl_name);
}

void
rw_assert_anylock(const struct rwlock *rwl)
{
	if (!rw_lock_held(rwl) && panicstr == NULL)
		panic("rwlock %s: %s does not hold it", rwl->rwl_name,
		    curproc->p_name);
}

void
rw_assert_unlocked(const struct rwlock *rwl)
{
	if (rwl->rwl_owner == curproc && panicstr == NULL)
		panic("rwlock %s: %s holds it", rwl->rwl_name,
		    curproc->p_name);
}

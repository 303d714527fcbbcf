/*
 * rwlock(9): many readers or one writer; a thread that must wait sleeps.
 */
#ifndef _SYS_RWLOCK_H_
#define _SYS_RWLOCK_H_

#include <sys/types.h>

struct proc;

struct rwlock {
	struct proc	*rwl_owner;	/* writer, or NULL */
	u_int		 rwl_readers;	/* threads that hold it to read */
	u_int		 rwl_wwait;	/* writers that wait */
	u_int		 rwl_rwait;	/* readers that wait */
	const char	*rwl_name;
};

#define RWLOCK_INITIALIZER(name)	{ NULL, 0, 0, 0, (name) }

#define RW_WRITE	0x0001UL
#define RW_READ		0x0002UL
#define RW_DOWNGRADE	0x0004UL	/* from RW_WRITE to RW_READ */
#define RW_UPGRADE	0x0008UL	/* from RW_READ to RW_WRITE, no sleep */
#define RW_OPMASK	0x000fUL
#define RW_INTR		0x0010UL	/* a signal ends the wait */
#define RW_SLEEPFAIL	0x0020UL	/* EAGAIN after having slept */
#define RW_NOSLEEP	0x0040UL	/* EBUSY instead of sleeping */
#define RW_RECURSEFAIL	0x0080UL	/* EDEADLK when we hold it already */

/* rw_status() of a lock that another thread writes. */
#define RW_WRITE_OTHER	0x0100UL

#define rw_init(rwl, name)		rw_init_flags((rwl), (name), 0)
#define rw_init_flags(rwl, name, f)	rw_init_name((rwl), (name))
void	 rw_init_name(struct rwlock *, const char *);

int	 rw_enter(struct rwlock *, int);
void	 rw_enter_read(struct rwlock *);
void	 rw_enter_write(struct rwlock *);
void	 rw_exit(struct rwlock *);
void	 rw_exit_read(struct rwlock *);
void	 rw_exit_write(struct rwlock *);
int	 rw_status(const struct rwlock *);
int	 rw_lock_held(const struct rwlock *);
int	 rw_write_held(const struct rwlock *);
int	 rw_read_held(const struct rwlock *);

/* Somebody waits for the lock: a long holder should let go for a moment. */
int	 rw_contended(const struct rwlock *);

void	 rw_assert_wrlock(const struct rwlock *);
void	 rw_assert_rdlock(const struct rwlock *);
void	 rw_assert_anylock(const struct rwlock *);
void	 rw_assert_unlocked(const struct rwlock *);

#endif /* _SYS_RWLOCK_H_ */

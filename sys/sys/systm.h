/*
 * What every part of the kernel may use: assertions, panic, copying to and
 * from user land, sleeping, random numbers, the net lock.
 */
#ifndef _SYS_SYSTM_H_
#define _SYS_SYSTM_H_

#include <sys/param.h>
#include <sys/stdarg.h>
#include <lib/libkern/libkern.h>

struct mutex;
struct proc;
struct rwlock;
struct uio;

extern const char	 ostype[], osrelease[], osversion[], version[];
extern int		 securelevel;
extern int		 cold;			/* still booting */
extern const char	*panicstr;		/* panicking, and why */
extern char		 hostname[MAXHOSTNAMELEN];
extern char		 domainname[MAXHOSTNAMELEN];

/* Broken invariants only, never shortage. */
void	 panic(const char *, ...) __printflike(1, 2) __dead;
extern void	(*panic_hook)(const char *);
void	 __assert(const char *, const char *, int, const char *) __dead;

/* The stack protector: subr_ssp.c. */
extern uintptr_t __stack_chk_guard;
void	 stack_guard_init(void);

#define KASSERT(e)	((e) ? (void)0 :				\
	    __assert("", __FILE__, __LINE__, #e))
#define KASSERTMSG(e, msg, ...)	((e) ? (void)0 :			\
	    panic("assertion \"%s\" failed: file \"%s\", line %d: "	\
	    msg, #e, __FILE__, __LINE__, ## __VA_ARGS__))
#define CTASSERT(x)	_Static_assert(x, "compile time assertion")

int	 printf(const char *, ...) __printflike(1, 2);
int	 vprintf(const char *, va_list) __printflike(1, 0);
int	 snprintf(char *, size_t, const char *, ...) __printflike(3, 4);
int	 vsnprintf(char *, size_t, const char *, va_list) __printflike(3, 0);
void	 log(int, const char *, ...) __printflike(2, 3);
void	 addlog(const char *, ...) __printflike(1, 2);

/* User addresses are those of the process of the current system call. */
int	 copyin(const void *, void *, size_t);
int	 copyout(const void *, void *, size_t);
int	 copyinstr(const void *, void *, size_t, size_t *);
int	 copyoutstr(const void *, void *, size_t, size_t *);
int	 copystr(const void *, void *, size_t, size_t *);
int	 uiomove(void *, size_t, struct uio *);

/* Sleeping: kern_synch.c.  Times are nanoseconds unless named otherwise. */
int	 tsleep(const volatile void *, int, const char *, int);
int	 tsleep_nsec(const volatile void *, int, const char *, uint64_t);
int	 msleep(const volatile void *, struct mutex *, int, const char *, int);
int	 msleep_nsec(const volatile void *, struct mutex *, int, const char *,
	    uint64_t);
int	 rwsleep(const volatile void *, struct rwlock *, int, const char *,
	    int);
int	 rwsleep_nsec(const volatile void *, struct rwlock *, int,
	    const char *, uint64_t);
void	 wakeup(const volatile void *);
void	 wakeup_n(const volatile void *, int);
#define wakeup_one(c)	wakeup_n((c), 1)
void	 yield(void);
void	 sched_pause(void);

uint32_t arc4random(void);
uint32_t arc4random_uniform(uint32_t);
void	 arc4random_buf(void *, size_t);

/*
 * The net lock: all of the network stack runs under it, packets and system
 * calls alike.  Order: socket and descriptor tables are only touched with it
 * or by the one running thread; a mutex may be taken inside it, not around.
 */
extern struct rwlock netlock;			/* net/if.c */
void	 net_unlock(void);

#define NET_LOCK()		rw_enter_write(&netlock)
#define NET_UNLOCK()		net_unlock()	/* sends what is queued */
#define NET_LOCK_SHARED()	rw_enter_read(&netlock)
#define NET_UNLOCK_SHARED()	rw_exit_read(&netlock)
#define NET_ASSERT_LOCKED()	rw_assert_anylock(&netlock)
#define NET_ASSERT_LOCKED_EXCLUSIVE()	rw_assert_wrlock(&netlock)
#define NET_ASSERT_UNLOCKED()	rw_assert_unlocked(&netlock)

#endif /* _SYS_SYSTM_H_ */

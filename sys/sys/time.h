/*
 * Time.  Everything comes from md_clock(), so the kernel runs as well on a
 * virtual clock.  The get*() forms are cheap in BSD and may lag a tick; here
 * they read the time of the scheduler's last look at the clock, at most a
 * millisecond ago.
 */
#ifndef _SYS_TIME_H_
#define _SYS_TIME_H_

#include <sys/types.h>

struct timeval {
	time_t		tv_sec;
	suseconds_t	tv_usec;
};

struct timespec {
	time_t		tv_sec;
	long		tv_nsec;
};

struct itimerval {
	struct timeval	it_interval;
	struct timeval	it_value;
};

#define CLOCK_REALTIME	0
#define CLOCK_MONOTONIC	1

#define timerclear(tvp)		((tvp)->tv_sec = (tvp)->tv_usec = 0)
#define timerisset(tvp)		((tvp)->tv_sec || (tvp)->tv_usec)
#define timercmp(tvp, uvp, cmp)						\
	(((tvp)->tv_sec == (uvp)->tv_sec) ?				\
	    ((tvp)->tv_usec cmp (uvp)->tv_usec) :			\
	    ((tvp)->tv_sec cmp (uvp)->tv_sec))
#define timeradd(tvp, uvp, vvp) do {					\
	(vvp)->tv_sec = (tvp)->tv_sec + (uvp)->tv_sec;			\
	(vvp)->tv_usec = (tvp)->tv_usec + (uvp)->tv_usec;		\
	if ((vvp)->tv_usec >= 1000000) {				\
		(vvp)->tv_sec++;					\
		(vvp)->tv_usec -= 1000000;				\
	}								\
} while (0)
#define timersub(tvp, uvp, vvp) do {					\
	(vvp)->tv_sec = (tvp)->tv_sec - (uvp)->tv_sec;			\
	(vvp)->tv_usec = (tvp)->tv_usec - (uvp)->tv_usec;		\
	if ((vvp)->tv_usec < 0) {					\
		(vvp)->tv_sec--;					\
		(vvp)->tv_usec += 1000000;				\
	}								\
} while (0)

#define timespecclear(tsp)	((tsp)->tv_sec = (tsp)->tv_nsec = 0)
#define timespecisset(tsp)	((tsp)->tv_sec || (tsp)->tv_nsec)
#define timespecisvalid(tsp)						\
	((tsp)->tv_nsec >= 0 && (tsp)->tv_nsec < 1000000000L)
#define timespeccmp(tsp, usp, cmp)					\
	(((tsp)->tv_sec == (usp)->tv_sec) ?				\
	    ((tsp)->tv_nsec cmp (usp)->tv_nsec) :			\
	    ((tsp)->tv_sec cmp (usp)->tv_sec))
#define timespecadd(tsp, usp, vsp) do {					\
	(vsp)->tv_sec = (tsp)->tv_sec + (usp)->tv_sec;			\
	(vsp)->tv_nsec = (tsp)->tv_nsec + (usp)->tv_nsec;		\
	if ((vsp)->tv_nsec >= 1000000000L) {				\
		(vsp)->tv_sec++;					\
		(vsp)->tv_nsec -= 1000000000L;				\
	}								\
} while (0)
#define timespecsub(tsp, usp, vsp) do {					\
	(vsp)->tv_sec = (tsp)->tv_sec - (usp)->tv_sec;			\
	(vsp)->tv_nsec = (tsp)->tv_nsec - (usp)->tv_nsec;		\
	if ((vsp)->tv_nsec < 0) {					\
		(vsp)->tv_sec--;					\
		(vsp)->tv_nsec += 1000000000L;				\
	}								\
} while (0)

/* Conversions saturate at UINT64_MAX, which means never. */
static inline uint64_t
__time_scale(uint64_t v, uint64_t by)
{
	return (v > UINT64_MAX / by ? UINT64_MAX : v * by);
}

#define SEC_TO_NSEC(s)	__time_scale((s), 1000000000ULL)
#define MSEC_TO_NSEC(m)	__time_scale((m), 1000000ULL)
#define USEC_TO_NSEC(u)	__time_scale((u), 1000ULL)
#define NSEC_TO_SEC(n)	((n) / 1000000000ULL)
#define NSEC_TO_MSEC(n)	((n) / 1000000ULL)
#define NSEC_TO_USEC(n)	((n) / 1000ULL)

static inline void
TIMEVAL_TO_TIMESPEC(const struct timeval *tv, struct timespec *ts)
{
	ts->tv_sec = tv->tv_sec;
	ts->tv_nsec = tv->tv_usec * 1000;
}

static inline void
TIMESPEC_TO_TIMEVAL(struct timeval *tv, const struct timespec *ts)
{
	tv->tv_sec = ts->tv_sec;
	tv->tv_usec = ts->tv_nsec / 1000;
}

static inline void
NSEC_TO_TIMESPEC(uint64_t ns, struct timespec *ts)
{
	ts->tv_sec = ns / 1000000000ULL;
	ts->tv_nsec = ns % 1000000000ULL;
}

static inline void
NSEC_TO_TIMEVAL(uint64_t ns, struct timeval *tv)
{
	tv->tv_sec = ns / 1000000000ULL;
	tv->tv_usec = ns % 1000000000ULL / 1000;
}

static inline uint64_t
TIMESPEC_TO_NSEC(const struct timespec *ts)
{
	if ((uint64_t)ts->tv_sec > UINT64_MAX / 1000000000ULL - 1)
		return (UINT64_MAX);
	return (ts->tv_sec * 1000000000ULL + ts->tv_nsec);
}

static inline uint64_t
TIMEVAL_TO_NSEC(const struct timeval *tv)
{
	if ((uint64_t)tv->tv_sec > UINT64_MAX / 1000000000ULL - 1)
		return (UINT64_MAX);
	return (tv->tv_sec * 1000000000ULL + tv->tv_usec * 1000ULL);
}

/* Time of day, UTC. */
void		 nanotime(struct timespec *);
void		 microtime(struct timeval *);
void		 getnanotime(struct timespec *);
void		 getmicrotime(struct timeval *);
time_t		 gettime(void);
void		 nanoboottime(struct timespec *);
void		 microboottime(struct timeval *);

/* Time since boot, which never steps. */
void		 nanouptime(struct timespec *);
void		 microuptime(struct timeval *);
void		 getnanouptime(struct timespec *);
void		 getmicrouptime(struct timeval *);
time_t		 getuptime(void);
uint64_t	 nsecuptime(void);
uint64_t	 getnsecuptime(void);
uint64_t	 nsectime(void);

/* The same seconds by their older names. */
#define time_second	gettime()
#define time_uptime	getuptime()

int		 ratecheck(struct timeval *, const struct timeval *);
int		 ppsratecheck(struct timeval *, int *, int);

#endif /* _SYS_TIME_H_ */

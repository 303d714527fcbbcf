/*
 * Global facts of the running kernel, and how it starts.
 */
#ifndef _SYS_KERNEL_H_
#define _SYS_KERNEL_H_

#include <sys/types.h>

#define HZ	100

extern int	hz;		/* ticks a second, for timeout_add() */
extern int	tick;		/* microseconds a tick */
extern int	tick_nsec;	/* nanoseconds a tick */
extern volatile int ticks;	/* since boot, wraps */
extern long	hostid;

/*
 * The port's only way in; runs the scheduler and never returns.  The first
 * argument is the line of boot arguments; the second, which the port gives,
 * attaches its devices: it is called with the same line by the first kernel
 * thread, after every subsystem is up (NULL: no devices).
 */
void	 kernel_main(const char *, void (*)(const char *))
	    __attribute__((__noreturn__));

/* Boot arguments: "name=value name ..."; NULL when absent. */
const char *bootarg(const char *);

/* The kernel's own tests, in kernels that are linked with them. */
void	 ktest_main(const char *);

#endif /* _SYS_KERNEL_H_ */

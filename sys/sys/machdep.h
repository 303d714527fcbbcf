/*
 * The machine contract: all that the machine-independent kernel asks of a
 * port.  `make contract` fails the build on any other undefined symbol.
 *
 * One CPU, never preempted.  Kernel threads switch only where they ask to,
 * and a port delivers its interrupts only inside md_idle(), on the stack of
 * the thread that called it.  So the kernel needs no spl and no atomic
 * operation for its own sake.
 *
 * Besides these, a port gives memcpy(), memmove(), memset() and memcmp().
 * Cards belong to their drivers: a driver of a port's own may call the port
 * under names that only the two of them know.
 */
#ifndef _SYS_MACHDEP_H_
#define _SYS_MACHDEP_H_

#include <sys/types.h>

struct proc;

/* Which clock md_clock() reads. */
#define MD_CLOCK_MONO	0	/* since boot, never steps back */
#define MD_CLOCK_REAL	1	/* since 1970, UTC */

/* md_idle(): no deadline, sleep until an interrupt. */
#define MD_FOREVER	UINT64_MAX

/* md_halt() status. */
#define MD_HALT_OK	0
#define MD_HALT_FAIL	1	/* a test failed */
#define MD_HALT_PANIC	2

/* Write len bytes to the console; never fails, never sleeps. */
void		 md_cons_write(const char *, size_t);

/*
 * Allocate n contiguous zeroed pages of PAGE_SIZE bytes, aligned to a page;
 * NULL when there are none.  md_pages_free() takes the same n.
 */
void		*md_pages_alloc(size_t);
void		 md_pages_free(void *, size_t);

/* Nanoseconds of the named clock. */
uint64_t	 md_clock(int);

/* Fill with random bytes fit for keys. */
void		 md_random(void *, size_t);

/*
 * Kernel stacks with a guard page below, and switching between them.
 * md_stack_alloc() returns the lowest usable byte and stores the size, or
 * NULL.  md_context_init() prepares a context on that stack which, when
 * first switched to, calls fn(arg); fn never returns.  md_switch() saves the
 * running context through the first argument and resumes the second; the
 * last two name the stack that is switched to (sanitizers want it), and a
 * size of 0 says that the running context ends here for good.
 */
void		*md_stack_alloc(size_t *);
void		 md_stack_free(void *, size_t);
void		*md_context_init(void *, size_t, void (*)(void *), void *);
void		 md_switch(void **, void *, void *, size_t);

/*
 * Take interrupts until at least one has been delivered or the monotonic
 * clock reaches the deadline (ns); a deadline in the past polls.
 */
void		 md_idle(uint64_t);

/* Stop the machine; does not return. */
void		 md_halt(int) __attribute__((__noreturn__));

/*
 * Copy between the kernel and the memory of the process that makes the
 * current system call.  0, or EFAULT with nothing promised about the
 * destination.  md_copyinstr() stores the length with its NUL and fails with
 * ENAMETOOLONG when none is found in len bytes.
 */
int		 md_copyin(struct proc *, uint64_t, void *, size_t);
int		 md_copyout(struct proc *, const void *, uint64_t, size_t);
int		 md_copyinstr(struct proc *, uint64_t, char *, size_t,
		    size_t *);

/* Vector registers may be used between these two; they do not nest. */
void		 md_fpu_enter(void);
void		 md_fpu_leave(void);

#endif /* _SYS_MACHDEP_H_ */

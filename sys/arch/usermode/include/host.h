/*
 * What the host gives the usermode kernel.
 *
 * The kernel side of the port (usermode/, dev/) is compiled like the rest of
 * the kernel and knows no host header; the host side (host/) is an ordinary
 * program and knows no kernel header.  They meet here, in fixed-width types,
 * and in host_sys.h for system calls.  A card's own host calls are in a
 * header of that card.
 *
 * Everything runs in one host thread.  Errors are the host's errno, which
 * are the kernel's too; a call that returns int gives 0 or more, or a
 * negative errno.
 */
#ifndef _USERMODE_HOST_H_
#define _USERMODE_HOST_H_

#include <stddef.h>
#include <stdint.h>

/*
 * Upcalls: the names in exports, the only ones of the kernel that the host
 * side sees.
 */

/* Run the kernel with these boot arguments; returns never. */
void	 um_start(const char *);

/* The host wants an orderly halt (SIGTERM, `warren halt`). */
void	 um_halt_request(void);

/*
 * Serve the seccomp listener fd, which the kernel now owns.  0, or a
 * negative errno and the fd is still the caller's.
 */
int	 um_listener_attach(int);

/* Console: the log file and the terminal. */
void	 host_cons_write(const char *, size_t);

/*
 * Zeroed, page-aligned memory of so many bytes (a multiple of the page), or
 * NULL.  Single pages are kept for the next caller.
 */
void	*host_pages_alloc(size_t);
void	 host_pages_free(void *, size_t);

/* A stack with a guard page below: its lowest byte and its size, or NULL. */
void	*host_stack_alloc(size_t *);
void	 host_stack_free(void *, size_t);

/*
 * Sanitizers are told of stack switches: before, with where to keep the
 * leaving context's state (NULL when it ends) and the stack switched to (NULL
 * for the one that the program began on); after, with the state of the
 * context that was resumed (NULL when it is new).  Nothing in other builds.
 */
void	 host_fiber_leave(void **, void *, size_t);
void	 host_fiber_enter(void *);

/* Nanoseconds: 0 monotonic since boot, 1 since 1970. */
uint64_t host_clock(int);
void	 host_random(void *, size_t);

/* The kernel is up: tell whoever started it. */
void	 host_ready(void);
void	 host_exit(int) __attribute__((__noreturn__));

/*
 * Events.  fn(arg, events) is called out of host_idle() on the stack of the
 * caller of that: it is the port's interrupt.  It may add, change and remove
 * events, its own included.  An event is level-triggered unless HOST_EV_EDGE
 * is set; HOST_EV_HUP and HOST_EV_ERR come unasked.
 */
#define HOST_EV_IN	0x001
#define HOST_EV_OUT	0x004
#define HOST_EV_ERR	0x008
#define HOST_EV_HUP	0x010
#define HOST_EV_EDGE	0x80000000U
#define HOST_EV_LATE	0x00800000U	/* after the others that came with it */

int	 host_event_add(int, uint32_t, void (*)(void *, uint32_t), void *);
int	 host_event_mod(int, uint32_t);
void	 host_event_del(int);

/*
 * Deliver events; sleep for the first until the monotonic clock reaches the
 * deadline (UINT64_MAX: for ever; in the past: do not sleep).
 */
void	 host_idle(uint64_t);

/*
 * Virtual time.  now() and real() replace the clocks.  idle(deadline) is
 * called when there is no event: it returns non-zero when it has moved the
 * clock (or the deadline has come) and 0 when the machine must wait for an
 * event, one of which is then the clock's own.  busy() is called after that
 * wait.  Set once, before the first host_idle().
 */
struct host_vtime {
	uint64_t	(*now)(void);
	uint64_t	(*real)(void);
	int		(*idle)(uint64_t);
	void		(*busy)(void);
};
void	 host_vtime_set(const struct host_vtime *);

/* The argument of -n. */
const char *host_name(void);

#endif /* _USERMODE_HOST_H_ */

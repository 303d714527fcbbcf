/*
 * Virtual time: one clock for all machines on the same wires, in a file that
 * they share.  Used by the kernel process, warren-hub(8) and
 * warren-clock(8).
 *
 * The clock stands still while any member is busy.  When all are idle it
 * moves to the earliest of their deadlines, though never past vp_limit, and
 * wakes whoever waited for that instant.  A clock is made with a limit of 0,
 * so it moves when somebody (warren-clock) says how far.
 *
 * A member may make another busy: whoever rings a doorbell does, so that the
 * clock does not move between the bell and the waking of its owner.  That
 * sends a datagram to the member, which therefore cannot be idle before it
 * has seen it.
 *
 * Members that die are noticed by their locks: each holds one byte of the
 * file locked while it lives.
 */
#ifndef _LIBWIRE_VTIME_H_
#define _LIBWIRE_VTIME_H_

#include <stdint.h>

#define VTIME_MEMBERS	64
#define VTIME_FOREVER	UINT64_MAX

int	 vtime_join(const char *, uint64_t, char *, unsigned long);
void	 vtime_leave(void);
int	 vtime_slot(void);
int	 vtime_fd(void);
void	 vtime_event(void);
uint64_t vtime_now(void);
uint64_t vtime_real(void);
uint64_t vtime_age(void);
int	 vtime_idle(uint64_t);
void	 vtime_busy(void);
void	 vtime_poke(int);
void	 vtime_limit(uint64_t);

#endif /* _LIBWIRE_VTIME_H_ */

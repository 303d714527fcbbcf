/*
 * Soft interrupts, and the interrupt priority levels that BSD's interfaces
 * name.  The kernel is never preempted, so a level is only documentation.
 */
#ifndef _SYS_SOFTINTR_H_
#define _SYS_SOFTINTR_H_

#define IPL_NONE	0
#define IPL_SOFTCLOCK	1
#define IPL_SOFTNET	2
#define IPL_SOFTTTY	3
#define IPL_BIO		4
#define IPL_NET		5
#define IPL_TTY		6
#define IPL_VM		7
#define IPL_CLOCK	8
#define IPL_SCHED	9
#define IPL_HIGH	10
#define IPL_MPFLOOR	IPL_TTY
#define IPL_MPSAFE	0x100
#define IPL_SOFT	IPL_SOFTCLOCK

void	*softintr_establish(int, void (*)(void *), void *);
void	 softintr_disestablish(void *);
void	 softintr_schedule(void *);

/* The scheduler's side. */
int	 softintr_pending(void);
void	 softintr_dispatch(void);

#endif /* _SYS_SOFTINTR_H_ */

/*
 * The scheduler's view of time, private to sys/kern.
 */
#ifndef _KERN_KERN_CLOCK_H_
#define _KERN_KERN_CLOCK_H_

#include <sys/types.h>

extern int	clock_skips;

void		clock_skip(uint64_t);
void		clock_wait(uint64_t);
uint64_t	clock_update(void);
uint64_t	clock_now(void);

#endif /* _KERN_KERN_CLOCK_H_ */

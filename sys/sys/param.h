/*
 * Parameters of the machine and small helpers that every file wants.
 */
#ifndef _SYS_PARAM_H_
#define _SYS_PARAM_H_

#include <sys/types.h>
#include <sys/limits.h>
#include <sys/errno.h>

#define OpenBSD		202510		/* interfaces follow 7.8 */

#define NBBY		8
#define PAGE_SHIFT	12
#define PAGE_SIZE	(1 << PAGE_SHIFT)
#define PAGE_MASK	(PAGE_SIZE - 1)
#define CACHELINESIZE	64

#define MAXPATHLEN	1024
#define MAXHOSTNAMELEN	256
#define MAXCOMLEN	24		/* with its NUL */
#define NGROUPS		32

/* mbuf(9) */
#define MSIZE		256
#define MCLSHIFT	11
#define MCLBYTES	(1 << MCLSHIFT)
/* The largest cluster: a 64 KB packet with room for headers around it. */
#define MAXMCLBYTES	(17 * PAGE_SIZE)

/* tsleep(9): priorities are hints, the flags are not. */
#define PSWP		0
#define PVM		4
#define PINOD		8
#define PRIBIO		16
#define PVFS		20
#define PZERO		22
#define PSOCK		24
#define PWAIT		32
#define PLOCK		36
#define PPAUSE		40
#define PUSER		50
#define PRIMASK		0x0ff
#define PCATCH		0x100	/* a signal to the process ends the sleep */
#define PNORELOCK	0x200	/* return without the lock */
#define INFSLP		UINT64_MAX

#ifndef MIN
#define MIN(a, b)	(((a) < (b)) ? (a) : (b))
#define MAX(a, b)	(((a) > (b)) ? (a) : (b))
#endif

#define nitems(a)	(sizeof((a)) / sizeof((a)[0]))
#define howmany(x, y)	(((x) + ((y) - 1)) / (y))
#define roundup(x, y)	((((x) + ((y) - 1)) / (y)) * (y))
#define rounddown(x, y)	(((x) / (y)) * (y))
#define powerof2(x)	((((x) - 1) & (x)) == 0)

#define ALIGNBYTES	(sizeof(long) - 1)
#define ALIGN(p)	(((unsigned long)(p) + ALIGNBYTES) & ~ALIGNBYTES)
#define ALIGNED_POINTER(p, t)	((((unsigned long)(p)) & (sizeof(t) - 1)) == 0)

#define setbit(a, i)	((a)[(i) / NBBY] |= 1 << ((i) % NBBY))
#define clrbit(a, i)	((a)[(i) / NBBY] &= ~(1 << ((i) % NBBY)))
#define isset(a, i)	((a)[(i) / NBBY] & (1 << ((i) % NBBY)))
#define isclr(a, i)	(((a)[(i) / NBBY] & (1 << ((i) % NBBY))) == 0)

#define SET(t, f)	((t) |= (f))
#define CLR(t, f)	((t) &= ~(f))
#define ISSET(t, f)	((t) & (f))

#endif /* _SYS_PARAM_H_ */

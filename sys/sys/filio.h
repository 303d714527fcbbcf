/*
 * ioctls on any file.  Programs know these by the C library's numbers; a
 * BSD program that brings its own may use those.
 */
#ifndef _SYS_FILIO_H_
#define _SYS_FILIO_H_

#ifdef _KERNEL

#include <sys/ioccom.h>

#define FIONREAD	0x541bUL	/* int: bytes to read */
#define FIONBIO		0x5421UL	/* int: non-blocking */
#define FIOASYNC	0x5452UL	/* int: signal on readiness */
#define TIOCOUTQ	0x5411UL	/* int: bytes not sent yet */
#define SIOCATMARK	0x8905UL	/* int: at the urgent mark */
#define SIOCGSTAMP	0x8906UL	/* struct timeval of the last one */

#define BSD_FIONREAD	_IOR('f', 127, int)
#define BSD_FIONBIO	_IOW('f', 126, int)
#define BSD_FIOASYNC	_IOW('f', 125, int)

#endif /* _KERNEL */

#endif /* _SYS_FILIO_H_ */

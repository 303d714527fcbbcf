/*
 * Types of network fields that hold host-order numbers while a packet is
 * being worked on.
 */
#ifndef _NETINET_IN_SYSTM_H_
#define _NETINET_IN_SYSTM_H_

#include <sys/types.h>

typedef u_int16_t	n_short;	/* short as received from the net */
typedef u_int32_t	n_long;		/* long as received from the net */
typedef u_int32_t	n_time;		/* ms since 00:00 UTC, network order */

#ifdef _KERNEL
/* Milliseconds since midnight UTC, network order (RFC 792 timestamps). */
n_time	iptime(void);
#endif

#endif /* _NETINET_IN_SYSTM_H_ */

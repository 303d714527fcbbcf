/*
 * The control socket of a usermode machine: AF_UNIX, SOCK_SEQPACKET.  A
 * request is one message and has one answer.  Shared with warren(8).
 *
 *	LISTEN	with the seccomp listener as SCM_RIGHTS: from the answer on
 *		the kernel serves it
 *	HALT	the connection hangs up when it is done
 *
 * Only the user who started the kernel, and root, are heard.
 */
#ifndef _USERMODE_HOST_CTL_H_
#define _USERMODE_HOST_CTL_H_

#include <stdint.h>

#define UM_CTL_LISTEN	1
#define UM_CTL_HALT	2

struct um_ctl_msg {
	uint32_t	cm_type;	/* UM_CTL_*, the same in the answer */
	int32_t		cm_error;	/* answer: 0 or an errno */
};
#define UM_CTL_HDRLEN	8		/* all of it */

#endif /* _USERMODE_HOST_CTL_H_ */

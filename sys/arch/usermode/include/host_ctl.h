/*
 * The control socket of a usermode machine: AF_UNIX, SOCK_SEQPACKET.  A
 * request is one message and has one answer.  Shared with warren(8).
 *
 *	STATUS	answer: struct um_status
 *	LISTEN	with the seccomp listener as SCM_RIGHTS; no payload back
 *	HALT	answered at once; the connection hangs up when it is done
 *	CONSOLE	answered, then console output comes as UM_CTL_CONSOLE
 *		messages until either side closes
 *
 * Only the machine's owner (the user who started the kernel, or root) is
 * heard.
 */
#ifndef _USERMODE_HOST_CTL_H_
#define _USERMODE_HOST_CTL_H_

#include <stdint.h>

#define UM_CTL_STATUS	1
#define UM_CTL_LISTEN	2
#define UM_CTL_HALT	3
#define UM_CTL_CONSOLE	4

#define UM_CTL_DATAMAX	4096

struct um_ctl_msg {
	uint32_t	cm_type;	/* UM_CTL_*, the same in the answer */
	int32_t		cm_error;	/* answer: 0 or an errno */
	uint32_t	cm_len;		/* bytes of cm_data used */
	uint32_t	cm_pad;
	uint8_t		cm_data[UM_CTL_DATAMAX];
};
#define UM_CTL_HDRLEN	16

/* st_features */
#define UM_FEAT_SYNC_WAKE	0x01	/* SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP */
#define UM_FEAT_PIDFD_INFO	0x02	/* PIDFD_GET_INFO */
#define UM_FEAT_PIDFD_THREAD	0x04	/* PIDFD_THREAD */
#define UM_FEAT_WAIT_KILLABLE	0x08	/* WAIT_KILLABLE_RECV */

struct um_status {
	char		st_name[64];
	int32_t		st_pid;
	uint32_t	st_features;
	uint64_t	st_uptime;	/* ns, the machine's clock */
	uint32_t	st_trees;	/* `warren exec` trees alive */
	uint32_t	st_calls;	/* system calls in progress */
	uint32_t	st_virtual;	/* runs on virtual time */
	uint32_t	st_pad;
};

#endif /* _USERMODE_HOST_CTL_H_ */

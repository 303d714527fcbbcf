/*
 * The system calls that the filter stops, by their numbers: those of the
 * kernel's table, which checks at boot that none is missing, and those that
 * could reach behind a descriptor of ours or behind exec.  BSD's own are all
 * from 5000 on.
 */
#ifndef _USERMODE_UM_CALLS_H_
#define _USERMODE_UM_CALLS_H_

#define UM_CALL_SOCKET		41	/* but not AF_UNIX */
#define UM_CALL_SOCKETPAIR	53	/* the same */
#define UM_CALL_FCNTL		72	/* F_SETFL alone */
#define UM_CALL_POLL		7	/* the host's, but for POLLERR */
#define UM_CALL_PPOLL		271
#define UM_CALL_OPEN		2	/* the host's, but for devices */
#define UM_CALL_OPENAT		257
#define UM_CALL_SENDFILE	40
#define UM_CALL_EXECVE		59
#define UM_CALL_SPLICE		275
#define UM_CALL_EXECVEAT	322
#define UM_CALL_PREADV2		327
#define UM_CALL_PWRITEV2	328

#define UM_CALL_BSD		5000
#define UM_CALL_BSDEND		6000

#define UM_F_SETFL		4

/*
 * read write open ioctl readv writev; connect accept sendto recvfrom sendmsg
 * recvmsg shutdown bind listen getsockname getpeername setsockopt getsockopt;
 * openat accept4 recvmmsg sendmmsg.
 */
#define UM_CALLS_TABLE							\
	0, 1, 2, 16, 19, 20,						\
	42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 54, 55,		\
	257, 288, 299, 307

#define UM_CALLS_PORT							\
	UM_CALL_SENDFILE, UM_CALL_SPLICE, UM_CALL_PREADV2,		\
	UM_CALL_PWRITEV2, UM_CALL_EXECVE, UM_CALL_EXECVEAT,		\
	UM_CALL_POLL, UM_CALL_PPOLL

#endif /* _USERMODE_UM_CALLS_H_ */

/*
 * Numbers of the system calls that this kernel answers: Linux's x86-64 ones,
 * and BSD's own from 5000.
 */
#ifndef _SYS_SYSCALL_H_
#define _SYS_SYSCALL_H_

#ifdef _KERNEL
#define SYS_read		0
#define SYS_write		1
#define SYS_open		2
#define SYS_close		3
#define SYS_poll		7
#define SYS_ioctl		16
#define SYS_readv		19
#define SYS_writev		20
#define SYS_dup			32
#define SYS_dup2		33
#define SYS_socket		41
#define SYS_connect		42
#define SYS_accept		43
#define SYS_sendto		44
#define SYS_recvfrom		45
#define SYS_sendmsg		46
#define SYS_recvmsg		47
#define SYS_shutdown		48
#define SYS_bind		49
#define SYS_listen		50
#define SYS_getsockname		51
#define SYS_getpeername		52
#define SYS_socketpair		53
#define SYS_setsockopt		54
#define SYS_getsockopt		55
#define SYS_fcntl		72
#define SYS_openat		257
#define SYS_accept4		288
#define SYS_dup3		292
#define SYS_recvmmsg		299
#define SYS_sendmmsg		307
#endif

/* BSD's own. */
#undef SYS_sysctl
#define SYS_sysctl		5000
#define SYS_pledge		5001
#define SYS_getrtable		5002
#define SYS_setrtable		5003
#define SYS_MAXBSD		5004	/* one above the last */

#ifdef _KERNEL

#include <sys/types.h>

struct proc;

typedef int (sy_call_t)(struct proc *, void *, register_t *);

/* sy_flags: where a host has the descriptors, it answers this itself. */
#define SYF_HOST	0x01

/*
 * One system call.  sy_fds has a bit for each argument that is a descriptor:
 * a port which shares descriptors with a host asks first whose it is.
 */
struct sysent {
	const char	*sy_name;
	int		 sy_nr;
	sy_call_t	*sy_call;
	u_char		 sy_narg;
	u_char		 sy_fds;
	u_char		 sy_flags;	/* SYF_* */
	u_int64_t	 sy_pledge;	/* any of these allows it */
};

extern const struct sysent	sysent[];
extern const int		nsysent;

const struct sysent	*sysent_find(int);
int			 syscall_dispatch(struct proc *, int,
			    register_t [6], register_t *);

#endif /* _KERNEL */

#endif /* _SYS_SYSCALL_H_ */

/*
 * pledge(2): the promises and what they allow.
 *
 * The kernel keeps a process's promises for the calls that it answers
 * itself; files, processes and memory are held to them by whoever answers
 * those (under usermode, a filter of the host's).
 */
#ifndef _SYS_PLEDGE_H_
#define _SYS_PLEDGE_H_

#ifdef _KERNEL

#include <sys/types.h>

struct proc;
struct process;
struct socket;

#define PLEDGE_ALWAYS	0xffffffffffffffffULL
#define PLEDGE_RPATH	0x0000000000000001ULL
#define PLEDGE_WPATH	0x0000000000000002ULL
#define PLEDGE_CPATH	0x0000000000000004ULL
#define PLEDGE_STDIO	0x0000000000000008ULL
#define PLEDGE_TMPPATH	0x0000000000000010ULL
#define PLEDGE_DNS	0x0000000000000020ULL
#define PLEDGE_INET	0x0000000000000040ULL
#define PLEDGE_FLOCK	0x0000000000000080ULL
#define PLEDGE_UNIX	0x0000000000000100ULL
#define PLEDGE_ID	0x0000000000000200ULL
#define PLEDGE_TAPE	0x0000000000000400ULL
#define PLEDGE_GETPW	0x0000000000000800ULL
#define PLEDGE_PROC	0x0000000000001000ULL
#define PLEDGE_SETTIME	0x0000000000002000ULL
#define PLEDGE_FATTR	0x0000000000004000ULL
#define PLEDGE_PROTEXEC	0x0000000000008000ULL
#define PLEDGE_TTY	0x0000000000010000ULL
#define PLEDGE_SENDFD	0x0000000000020000ULL
#define PLEDGE_RECVFD	0x0000000000040000ULL
#define PLEDGE_EXEC	0x0000000000080000ULL
#define PLEDGE_ROUTE	0x0000000000100000ULL
#define PLEDGE_MCAST	0x0000000000200000ULL
#define PLEDGE_VMINFO	0x0000000000400000ULL
#define PLEDGE_PS	0x0000000000800000ULL
#define PLEDGE_DISKLABEL 0x0000000002000000ULL
#define PLEDGE_PF	0x0000000004000000ULL
#define PLEDGE_AUDIO	0x0000000008000000ULL
#define PLEDGE_DPATH	0x0000000010000000ULL
#define PLEDGE_DRM	0x0000000020000000ULL
#define PLEDGE_VMM	0x0000000040000000ULL
#define PLEDGE_CHOWN	0x0000000080000000ULL
#define PLEDGE_BPF	0x0000000200000000ULL
#define PLEDGE_ERROR	0x0000000400000000ULL
#define PLEDGE_WROUTE	0x0000000800000000ULL
#define PLEDGE_UNVEIL	0x0000001000000000ULL
#define PLEDGE_VIDEO	0x0000002000000000ULL

/* Longest string of promises, with its NUL. */
#define PLEDGE_MAXSTR	1024

/*
 * Ends a process that broke its promise, with a signal; the port sets it.
 * Called from a thread that works on the process's call.
 */
extern void	(*pledge_killhook)(struct proc *, int);

int	pledge_parse(const char *, u_int64_t *);
int	pledge_set(struct process *, const u_int64_t *, const u_int64_t *);
void	pledge_fork(const struct process *, struct process *);
void	pledge_exec(struct process *);
int	pledge_fail(struct proc *, int, u_int64_t);
int	pledge_syscall(struct proc *, u_int64_t);
int	pledge_socket(struct proc *, int, int);
int	pledge_sockopt(struct proc *, int, int, int);
int	pledge_ioctl(struct proc *, u_long, int);
int	pledge_sysctl(struct proc *, const int *, u_int, int);
int	pledge_sendto(struct proc *, const struct socket *, int);

#endif /* _KERNEL */

#endif /* _SYS_PLEDGE_H_ */

/*
 * Arguments of the system calls: each in a register of its own.
 */
#ifndef _SYS_SYSCALLARGS_H_
#define _SYS_SYSCALLARGS_H_

#ifdef _KERNEL

#include <sys/types.h>
#include <sys/syscall.h>

#define syscallarg(t)	union { register_t pad; struct { t datum; } le; }
#define SCARG(uap, k)	((uap)->k.le.datum)

/* read, write, recv and send without more. */
struct sys_rw_args {
	syscallarg(int)		fd;
	syscallarg(void *)	buf;
	syscallarg(size_t)	nbyte;
};

struct sys_rwv_args {
	syscallarg(int)		fd;
	syscallarg(const void *) iovp;
	syscallarg(u_long)	iovcnt;
};

struct sys_open_args {
	syscallarg(const char *) path;
	syscallarg(int)		flags;
	syscallarg(mode_t)	mode;
};

struct sys_openat_args {
	syscallarg(int)		fd;
	syscallarg(const char *) path;
	syscallarg(int)		flags;
	syscallarg(mode_t)	mode;
};

struct sys_fd_args {
	syscallarg(int)		fd;
};

struct sys_dup_args {
	syscallarg(int)		from;
	syscallarg(int)		to;
	syscallarg(int)		flags;
};

struct sys_fcntl_args {
	syscallarg(int)		fd;
	syscallarg(int)		cmd;
	syscallarg(long)	arg;
};

struct sys_poll_args {
	syscallarg(void *)	fds;
	syscallarg(u_int)	nfds;
	syscallarg(int)		timeout;	/* ms; below 0: for ever */
};

struct sys_ioctl_args {
	syscallarg(int)		fd;
	syscallarg(u_int)	com;
	syscallarg(void *)	data;
};

struct sys_socket_args {
	syscallarg(int)		domain;
	syscallarg(int)		type;
	syscallarg(int)		protocol;
	syscallarg(int *)	rsv;		/* socketpair */
};

/* bind, connect */
struct sys_name_args {
	syscallarg(int)		s;
	syscallarg(const void *) name;
	syscallarg(int)		namelen;
};

/* accept, accept4, getsockname, getpeername */
struct sys_getname_args {
	syscallarg(int)		s;
	syscallarg(void *)	name;
	syscallarg(socklen_t *)	anamelen;
	syscallarg(int)		flags;		/* accept4 */
};

/* listen, shutdown */
struct sys_int_args {
	syscallarg(int)		s;
	syscallarg(int)		arg;
};

struct sys_sendto_args {
	syscallarg(int)		s;
	syscallarg(void *)	buf;
	syscallarg(size_t)	len;
	syscallarg(int)		flags;
	syscallarg(const void *) to;
	syscallarg(int)		tolen;
};

struct sys_recvfrom_args {
	syscallarg(int)		s;
	syscallarg(void *)	buf;
	syscallarg(size_t)	len;
	syscallarg(int)		flags;
	syscallarg(void *)	from;
	syscallarg(socklen_t *)	fromlenaddr;
};

struct sys_msg_args {
	syscallarg(int)		s;
	syscallarg(void *)	msg;
	syscallarg(int)		flags;
};

struct sys_mmsg_args {
	syscallarg(int)		s;
	syscallarg(void *)	mmsg;
	syscallarg(u_int)	vlen;
	syscallarg(int)		flags;
	syscallarg(void *)	timeout;	/* recvmmsg */
};

struct sys_sockopt_args {
	syscallarg(int)		s;
	syscallarg(int)		level;
	syscallarg(int)		name;
	syscallarg(void *)	val;
	syscallarg(long)	valsize;	/* get: where it is */
};

struct sys_sysctl_args {
	syscallarg(const int *)	name;
	syscallarg(u_int)	namelen;
	syscallarg(void *)	old;
	syscallarg(size_t *)	oldlenp;
	syscallarg(void *)	new;
	syscallarg(size_t)	newlen;
};

struct sys_pledge_args {
	syscallarg(const char *) promises;
	syscallarg(const char *) execpromises;
};

struct sys_setrtable_args {
	syscallarg(int)		rtableid;
};

/* sys_generic.c, kern_descrip.c */
int	sys_read(struct proc *, void *, register_t *);
int	sys_write(struct proc *, void *, register_t *);
int	sys_readv(struct proc *, void *, register_t *);
int	sys_writev(struct proc *, void *, register_t *);
int	sys_ioctl(struct proc *, void *, register_t *);
int	sys_poll(struct proc *, void *, register_t *);
int	sys_close(struct proc *, void *, register_t *);
int	sys_dup(struct proc *, void *, register_t *);
int	sys_dup2(struct proc *, void *, register_t *);
int	sys_dup3(struct proc *, void *, register_t *);
int	sys_fcntl(struct proc *, void *, register_t *);

/* kern_conf.c */
int	sys_open(struct proc *, void *, register_t *);
int	sys_openat(struct proc *, void *, register_t *);

/* uipc_syscalls.c, uipc_msg.c */
int	sys_socket(struct proc *, void *, register_t *);
int	sys_socketpair(struct proc *, void *, register_t *);
int	sys_bind(struct proc *, void *, register_t *);
int	sys_listen(struct proc *, void *, register_t *);
int	sys_accept(struct proc *, void *, register_t *);
int	sys_accept4(struct proc *, void *, register_t *);
int	sys_connect(struct proc *, void *, register_t *);
int	sys_getsockname(struct proc *, void *, register_t *);
int	sys_getpeername(struct proc *, void *, register_t *);
int	sys_shutdown(struct proc *, void *, register_t *);
int	sys_setsockopt(struct proc *, void *, register_t *);
int	sys_getsockopt(struct proc *, void *, register_t *);
int	sys_sendto(struct proc *, void *, register_t *);
int	sys_recvfrom(struct proc *, void *, register_t *);
int	sys_sendmsg(struct proc *, void *, register_t *);
int	sys_recvmsg(struct proc *, void *, register_t *);
int	sys_sendmmsg(struct proc *, void *, register_t *);
int	sys_recvmmsg(struct proc *, void *, register_t *);

/* kern_sysctl.c, kern_pledge.c, kern_prot.c */
int	sys_sysctl(struct proc *, void *, register_t *);
int	sys_pledge(struct proc *, void *, register_t *);
int	sys_getrtable(struct proc *, void *, register_t *);
int	sys_setrtable(struct proc *, void *, register_t *);

#endif /* _KERNEL */

#endif /* _SYS_SYSCALLARGS_H_ */

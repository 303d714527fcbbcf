/*
 * The boundary between the kernel's socket layouts and the C library's.
 */
#ifndef _KERN_UIPC_COMPAT_H_
#define _KERN_UIPC_COMPAT_H_

#include <sys/types.h>

struct file;
struct ifnet;
struct mbuf;
struct proc;
struct sockaddr;
struct socket;

/* The largest address that a program may hand in, or is handed. */
#define COMPAT_SALEN	128

int	compat_domain(int);
int	compat_family(int);
int	compat_sockaddr_in(const void *, size_t, int, struct mbuf **);
int	compat_kaddr_in(const uint8_t *, size_t, int, struct mbuf **);
size_t	compat_sockaddr_out(const struct sockaddr *, size_t, void *);
int	compat_cmsg_in(const void *, size_t, struct mbuf **);
int	compat_ifflags(const struct ifnet *);
int	compat_ifhwtype(const struct ifnet *);
int	compat_isifget(u_long);
int	compat_ifioctl(u_long, void *, struct proc *);
int	compat_ioctl(struct file *, u_long, void *, struct proc *);

#endif /* _KERN_UIPC_COMPAT_H_ */

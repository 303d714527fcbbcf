/*
 * A program made up by a test: a process with memory, credentials and
 * descriptors of its own, as which the test's thread makes system calls.
 *
 *	ktuser_begin(1000);
 *	fd = ktcall(SYS_socket, LX_AF_INET, SOCK_DGRAM, 0);
 *	buf = ktuser_mem(100);
 *	KT_EQ(ktcall(SYS_read, fd, buf, 100), -EAGAIN);
 *	ktuser_end();
 *
 * The program's memory is an arena that the test reads and writes as it
 * likes; system calls fault outside it.
 */
#ifndef _REGRESS_KTUSER_H_
#define _REGRESS_KTUSER_H_

#include <sys/types.h>

/* An address where nothing is. */
#define KTUSER_BAD	((void *)0x10)

void	 ktuser_begin(uid_t);
void	 ktuser_setuid(uid_t);
void	 ktuser_end(void);
void	*ktuser_mem(size_t);
void	*ktuser_edge(size_t);
void	*ktuser_dup(const void *, size_t);
void	 ktuser_rewind(void);
long	 ktuser_call(int, long, long, long, long, long, long);
void	 ktuser_loopback(void);
struct proc *ktuser_thread(void (*)(void *), void *);

#define KTC_(nr, a, b, c, d, e, f, ...)					\
	ktuser_call((nr), (long)(a), (long)(b), (long)(c), (long)(d),	\
	    (long)(e), (long)(f))
/* A system call with up to six arguments: the result, or -errno. */
#define ktcall(nr, ...)	KTC_(nr, ##__VA_ARGS__, 0, 0, 0, 0, 0, 0)

/* A test protocol family; see ktproto.c. */
#define AF_KTEST	35

struct socket;
int	 ktproto_socket(int, struct socket **);
extern int	 ktproto_error;		/* what the next send answers */
extern u_int	 ktproto_detached;	/* sockets that have gone */
extern u_int	 ktproto_headroom;	/* bytes before the last packet sent */

#endif /* _REGRESS_KTUSER_H_ */

/*
 * For the tests of sys/netinet: sockets of the kernel's own, and what lies in
 * their buffers.
 */
#ifndef _REGRESS_KTSOCK_H_
#define _REGRESS_KTSOCK_H_

#include <sys/param.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/protosw.h>
#include <sys/socket.h>
#include <sys/socketvar.h>

#include <netinet/in.h>
#include <netinet/in_pcb.h>

/* A message taken out of a buffer. */
struct ktmsg {
	struct sockaddr_in	 km_from;
	struct mbuf		*km_control;
	uint8_t			 km_data[8192];
	u_int			 km_len;
};

struct socket	*kt_socket(int, int);
struct mbuf	*kt_name(struct in_addr, u_int);
int		 kt_bind(struct socket *, struct in_addr, u_int);
int		 kt_connect(struct socket *, struct in_addr, u_int);
int		 kt_setopt(struct socket *, int, int, const void *, u_int);
int		 kt_setint(struct socket *, int, int, int);
int		 kt_getint(struct socket *, int, int, int *);
int		 kt_sendto(struct socket *, const void *, u_int,
		    struct in_addr, u_int, struct mbuf *);
int		 kt_send(struct socket *, const void *, u_int);
struct ktmsg	*kt_recv(struct socket *);
void		*kt_cmsg(struct ktmsg *, int, int, u_int *);
struct mbuf	*kt_control(int, int, const void *, u_int);

#endif /* _REGRESS_KTSOCK_H_ */

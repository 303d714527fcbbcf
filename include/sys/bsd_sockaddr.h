/*
 * BSD's socket addresses beside the C library's.
 *
 * Ordinary sockets take the C library's layout.  Routing messages, interface
 * ioctls and sysctl(2) carry BSD's: a length byte, a family byte, BSD's
 * family numbers.  In user land those are struct bsd_sockaddr and its kin.
 * The kernel's own headers call them sockaddr; bsd_begin.h and bsd_end.h
 * rename them while such a header is read.
 */
#ifndef _SYS_BSD_SOCKADDR_H_
#define _SYS_BSD_SOCKADDR_H_

#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>

#include <stdint.h>

#include <sys/bsdnum.h>

typedef uint8_t	bsd_sa_family_t;

struct bsd_sockaddr_in {
	uint8_t			sin_len;
	bsd_sa_family_t		sin_family;
	in_port_t		sin_port;
	struct in_addr		sin_addr;
	int8_t			sin_zero[8];
};

struct bsd_sockaddr_in6 {
	uint8_t			sin6_len;
	bsd_sa_family_t		sin6_family;
	in_port_t		sin6_port;
	uint32_t		sin6_flowinfo;
	struct in6_addr		sin6_addr;
	uint32_t		sin6_scope_id;
};

#endif /* _SYS_BSD_SOCKADDR_H_ */

/*
 * Where the numbers of two worlds meet.
 *
 * Programs are linked with a C library that speaks Linux's x86-64 numbers:
 * those are the kernel's own for errno, socket types, SO_*, SOL_*, MSG_*,
 * IP_* and IPV6_* options.  Inside the kernel, and in the interfaces that
 * only BSD has (routing messages, PF_KEY, interface ioctls, sysctl, bpf),
 * address families are BSD's.  This header settles what collides:
 *
 *	BSD_AF_*	families as the kernel and BSD's own interfaces count
 *	LX_AF_*		families as the C library counts
 *	BSD_PF()	what socket(2) is passed for a family only BSD has
 *
 * An option that Linux has not got keeps OpenBSD's number with 0x1000 added
 * (IP and IPv6 level), or lies at 0x1000 and above (socket level); neither
 * range is used by Linux.
 *
 * User land may include this header beside the C library's.
 */
#ifndef _SYS_BSDNUM_H_
#define _SYS_BSDNUM_H_

#include <sys/types.h>

/* Families: the kernel's numbers. */
#define BSD_AF_UNSPEC	0
#define BSD_AF_UNIX	1
#define BSD_AF_INET	2
#define BSD_AF_ROUTE	17
#define BSD_AF_LINK	18
#define BSD_AF_INET6	24
#define BSD_AF_KEY	30
#define BSD_AF_MPLS	33
#define BSD_AF_MAX	36

/* Families: the C library's numbers. */
#define LX_AF_UNSPEC	0
#define LX_AF_UNIX	1
#define LX_AF_INET	2
#define LX_AF_INET6	10
#define LX_AF_NETLINK	16
#define LX_AF_PACKET	17

/* socket(2): a family that only BSD has. */
#define BSD_PF_FLAG	0x100
#define BSD_PF(af)	(BSD_PF_FLAG | (af))
#define BSD_PF_ROUTE	BSD_PF(BSD_AF_ROUTE)	/* 0x111 */
#define BSD_PF_KEY	BSD_PF(BSD_AF_KEY)	/* 0x11e */

/* SOL_SOCKET options that only BSD has. */
#ifndef SO_RTABLE
#define SO_RTABLE	0x1021		/* u_int: routing table */
#endif
#ifndef SO_USELOOPBACK
#define SO_USELOOPBACK	0x107d		/* int: hear what one has sent */
#endif
#ifndef SO_BINDANY
#define SO_BINDANY	0x107e		/* int: bind to any address */
#endif
#ifndef SO_ZEROIZE
#define SO_ZEROIZE	0x107f		/* int: wipe mbufs when freed */
#endif

/* IPPROTO_IP options that only BSD has: OpenBSD's number, 0x1000 added. */
#define IP_RECVDSTADDR		0x1007	/* int; cmsg: struct in_addr */
#ifndef IP_SENDSRCADDR
#define IP_SENDSRCADDR		IP_RECVDSTADDR
#endif
#define IP_PORTRANGE		0x1013	/* int: IP_PORTRANGE_* */
#define IP_AUTH_LEVEL		0x1014	/* int: IPSEC_LEVEL_* */
#define IP_ESP_TRANS_LEVEL	0x1015
#define IP_ESP_NETWORK_LEVEL	0x1016
#define IP_IPCOMP_LEVEL		0x101d
#define IP_RECVIF		0x101e	/* int; cmsg: struct sockaddr_dl */
#define IP_RECVDSTPORT		0x1021	/* int; cmsg: in_port_t */
#define IP_RECVRTABLE		0x1023	/* int; cmsg: u_int */
#define IP_IPSECFLOWINFO	0x1024	/* int; cmsg: u_int32_t */
#define IP_IPDEFTTL		0x1025	/* int */

#define IP_PORTRANGE_DEFAULT	0
#define IP_PORTRANGE_HIGH	1
#define IP_PORTRANGE_LOW	2

/* IPPROTO_IPV6 options that only BSD has. */
#define IPV6_PORTRANGE		0x100e
#define IPV6_AUTH_LEVEL		0x1035
#define IPV6_ESP_TRANS_LEVEL	0x1036
#define IPV6_ESP_NETWORK_LEVEL	0x1037
#define IPV6_IPCOMP_LEVEL	0x103c
#define IPV6_RECVDSTPORT	0x1040	/* int; cmsg: in_port_t */

/*
 * An address as the kernel and BSD's own interfaces lay it out.  The C
 * library's sockaddr has a 16-bit family in place of length and family.
 */
#ifndef _KERNEL
struct bsd_sockaddr {
	u_int8_t	sa_len;		/* whole length, this byte included */
	u_int8_t	sa_family;	/* BSD_AF_* */
	char		sa_data[14];
};

struct bsd_sockaddr_storage {
	u_int8_t	ss_len;
	u_int8_t	ss_family;
	unsigned char	ss_pad1[6];
	u_int64_t	ss_pad2;
	unsigned char	ss_pad3[240];
};
#endif

#endif /* _SYS_BSDNUM_H_ */

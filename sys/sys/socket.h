/*
 * Sockets: what programs see.  Numbers and layouts are those of Linux's
 * x86-64 ABI, but for struct sockaddr, which inside the kernel is BSD's; the
 * boundary (uipc_compat.c) converts.  User land takes the C library's
 * <sys/socket.h> and, beside it, <sys/bsdnum.h>.
 */
#ifndef _SYS_SOCKET_H_
#define _SYS_SOCKET_H_

#include <sys/types.h>
#include <sys/bsdnum.h>

#ifdef _KERNEL

#include <sys/uio.h>

/* Types. */
#define SOCK_STREAM	1
#define SOCK_DGRAM	2
#define SOCK_RAW	3
#define SOCK_RDM	4
#define SOCK_SEQPACKET	5
#define SOCK_TYPE_MASK	0xf
#define SOCK_NONBLOCK	04000		/* or'ed into the type */
#define SOCK_CLOEXEC	02000000

/* Families. */
#define AF_UNSPEC	BSD_AF_UNSPEC
#define AF_UNIX		BSD_AF_UNIX
#define AF_LOCAL	BSD_AF_UNIX
#define AF_INET		BSD_AF_INET
#define AF_NETLINK	16		/* no BSD family has this number */
#define AF_ROUTE	BSD_AF_ROUTE
#define AF_LINK		BSD_AF_LINK
#define AF_INET6	BSD_AF_INET6
#define AF_KEY		BSD_AF_KEY
#define pseudo_AF_HDRCMPLT 31		/* output: header is complete */
#define AF_MPLS		BSD_AF_MPLS
#define AF_MAX		BSD_AF_MAX

#define PF_UNSPEC	AF_UNSPEC
#define PF_UNIX		AF_UNIX
#define PF_LOCAL	AF_UNIX
#define PF_INET		AF_INET
#define PF_NETLINK	AF_NETLINK
#define PF_ROUTE	AF_ROUTE
#define PF_LINK		AF_LINK
#define PF_INET6	AF_INET6
#define PF_KEY		AF_KEY
#define PF_MAX		AF_MAX

/* Levels and options of getsockopt(2) and setsockopt(2). */
#define SOL_SOCKET	1

#define SO_DEBUG	1
#define SO_REUSEADDR	2
#define SO_TYPE		3
#define SO_ERROR	4
#define SO_DONTROUTE	5
#define SO_BROADCAST	6
#define SO_SNDBUF	7
#define SO_RCVBUF	8
#define SO_KEEPALIVE	9
#define SO_OOBINLINE	10
#define SO_PRIORITY	12
#define SO_LINGER	13
#define SO_REUSEPORT	15
#define SO_RCVLOWAT	18
#define SO_SNDLOWAT	19
#define SO_RCVTIMEO	20
#define SO_SNDTIMEO	21
#define SO_BINDTODEVICE	25
#define SO_TIMESTAMP	29
#define SO_ACCEPTCONN	30
#define SO_SNDBUFFORCE	32
#define SO_RCVBUFFORCE	33
#define SO_TIMESTAMPNS	35
#define SO_MARK		36
#define SO_PROTOCOL	38
#define SO_DOMAIN	39
#define SO_BINDTOIFINDEX 62

#define SCM_RIGHTS	1
#define SCM_CREDENTIALS	2
#define SCM_TIMESTAMP	SO_TIMESTAMP
#define SCM_TIMESTAMPNS	SO_TIMESTAMPNS

/* Flags of the send and receive calls. */
#define MSG_OOB		0x1
#define MSG_PEEK	0x2
#define MSG_DONTROUTE	0x4
#define MSG_CTRUNC	0x8
#define MSG_TRUNC	0x20
#define MSG_DONTWAIT	0x40
#define MSG_EOR		0x80
#define MSG_WAITALL	0x100
#define MSG_CONFIRM	0x800
#define MSG_ERRQUEUE	0x2000
#define MSG_NOSIGNAL	0x4000
#define MSG_MORE	0x8000
#define MSG_WAITFORONE	0x10000
#define MSG_CMSG_CLOEXEC 0x40000000
/* Marks of an mbuf chain on its way to the program; never a user's. */
#define MSG_BCAST	0x100000
#define MSG_MCAST	0x200000

#define SHUT_RD		0
#define SHUT_WR		1
#define SHUT_RDWR	2

#define SOMAXCONN	4096

struct linger {
	int	l_onoff;
	int	l_linger;		/* seconds */
};

/* An address; every sockaddr begins like this. */
struct sockaddr {
	uint8_t		sa_len;		/* whole length */
	sa_family_t	sa_family;	/* AF_* */
	char		sa_data[14];
};

/* Room and alignment for any address. */
struct sockaddr_storage {
	uint8_t		ss_len;
	sa_family_t	ss_family;
	unsigned char	ss_pad1[6];
	uint64_t	ss_pad2;
	unsigned char	ss_pad3[240];
};

/* sendmsg(2), recvmsg(2). */
struct msghdr {
	void		*msg_name;
	socklen_t	 msg_namelen;
	struct iovec	*msg_iov;
	size_t		 msg_iovlen;
	void		*msg_control;
	size_t		 msg_controllen;
	int		 msg_flags;
};

struct mmsghdr {
	struct msghdr	msg_hdr;
	unsigned int	msg_len;
};

/* Control message: header, then data, padded to 8 bytes. */
struct cmsghdr {
	size_t		cmsg_len;	/* header and data, without padding */
	int		cmsg_level;
	int		cmsg_type;
};

#define CMSG_ALIGN(n)	(((n) + sizeof(size_t) - 1) & ~(sizeof(size_t) - 1))
#define CMSG_DATA(c)	((unsigned char *)((struct cmsghdr *)(c) + 1))
#define CMSG_SPACE(n)	(CMSG_ALIGN(sizeof(struct cmsghdr)) + CMSG_ALIGN(n))
#define CMSG_LEN(n)	(CMSG_ALIGN(sizeof(struct cmsghdr)) + (n))

/* What MSG_ERRQUEUE delivers, followed by the offender's address. */
struct sock_extended_err {
	uint32_t	ee_errno;
	uint8_t		ee_origin;	/* SO_EE_ORIGIN_* */
	uint8_t		ee_type;	/* ICMP type */
	uint8_t		ee_code;	/* ICMP code */
	uint8_t		ee_pad;
	uint32_t	ee_info;	/* path MTU for EMSGSIZE */
	uint32_t	ee_data;
};

#define SO_EE_ORIGIN_NONE	0
#define SO_EE_ORIGIN_LOCAL	1
#define SO_EE_ORIGIN_ICMP	2
#define SO_EE_ORIGIN_ICMP6	3

#endif /* _KERNEL */

/* Routing tables. */
#define RT_TABLEID_MAX	255
#define RT_TABLEID_BITS	8
#define RT_TABLEID_MASK	0xff

/* sysctl(2): net.<family>.<proto>; third level of net.route. */
#define NET_RT_DUMP	1		/* routes; may be limited to a family */
#define NET_RT_FLAGS	2		/* routes with any of these flags */
#define NET_RT_IFLIST	3		/* interfaces and addresses */
#define NET_RT_STATS	4		/* struct rtstat */
#define NET_RT_TABLE	5		/* struct rt_tableinfo */
#define NET_RT_IFNAMES	6		/* struct if_nameindex_msg */
#define NET_RT_SOURCE	7		/* preferred source addresses */
#define NET_RT_MAXID	8

#endif /* _SYS_SOCKET_H_ */

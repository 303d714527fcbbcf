/*
 * Internet addresses, protocol numbers and sysctl names (RFC 791, RFC 1112).
 *
 * User land has the C library's in_addr, protocol numbers and classes
 * already; there this header adds only the sysctl names and, where the
 * overlay has renamed sockaddr_in, its BSD layout.
 */
#ifndef _NETINET_IN_H_
#define _NETINET_IN_H_

#include <sys/types.h>

#ifdef _KERNEL

#include <sys/endian.h>
#include <sys/bsdnum.h>

/* Protocols (IANA "Assigned Internet Protocol Numbers"). */
#define IPPROTO_IP		0	/* dummy for IP */
#define IPPROTO_HOPOPTS		0	/* IPv6 hop-by-hop options */
#define IPPROTO_ICMP		1
#define IPPROTO_IGMP		2
#define IPPROTO_GGP		3
#define IPPROTO_IPIP		4	/* IP inside IP */
#define IPPROTO_IPV4		IPPROTO_IPIP
#define IPPROTO_TCP		6
#define IPPROTO_EGP		8
#define IPPROTO_PUP		12
#define IPPROTO_UDP		17
#define IPPROTO_IDP		22
#define IPPROTO_TP		29
#define IPPROTO_IPV6		41	/* IPv6 inside IP */
#define IPPROTO_ROUTING		43	/* IPv6 routing header */
#define IPPROTO_FRAGMENT	44	/* IPv6 fragment header */
#define IPPROTO_RSVP		46
#define IPPROTO_GRE		47
#define IPPROTO_ESP		50
#define IPPROTO_AH		51
#define IPPROTO_MOBILE		55
#define IPPROTO_ICMPV6		58
#define IPPROTO_NONE		59	/* IPv6 no next header */
#define IPPROTO_DSTOPTS		60	/* IPv6 destination options */
#define IPPROTO_EON		80
#define IPPROTO_ETHERIP		97
#define IPPROTO_ENCAP		98
#define IPPROTO_PIM		103
#define IPPROTO_IPCOMP		108
#define IPPROTO_CARP		112
#define IPPROTO_SCTP		132
#define IPPROTO_UDPLITE		136
#define IPPROTO_MPLS		137
#define IPPROTO_PFSYNC		240
#define IPPROTO_RAW		255	/* raw IP packet */
#define IPPROTO_MAX		256
#define IPPROTO_DONE		257	/* pr_input: the packet is consumed */

/* Ports below this need privilege to bind (RFC 6335 system ports). */
#define IPPORT_RESERVED		1024
#define IPPORT_USERRESERVED	49151
#define IPPORT_HIFIRSTAUTO	49152
#define IPPORT_HILASTAUTO	65535

struct in_addr {
	in_addr_t	s_addr;
};

/* Constants are given in host order. */
#define __IPADDR(x)	((uint32_t)(x))
#define IN_CLASSA(i)		(((uint32_t)(i) & 0x80000000U) == 0)
#define IN_CLASSA_NET		__IPADDR(0xff000000)
#define IN_CLASSA_NSHIFT	24
#define IN_CLASSA_HOST		__IPADDR(0x00ffffff)
#define IN_CLASSB(i)		(((uint32_t)(i) & 0xc0000000U) == 0x80000000U)
#define IN_CLASSB_NET		__IPADDR(0xffff0000)
#define IN_CLASSB_NSHIFT	16
#define IN_CLASSB_HOST		__IPADDR(0x0000ffff)
#define IN_CLASSC(i)		(((uint32_t)(i) & 0xe0000000U) == 0xc0000000U)
#define IN_CLASSC_NET		__IPADDR(0xffffff00)
#define IN_CLASSC_NSHIFT	8
#define IN_CLASSC_HOST		__IPADDR(0x000000ff)
#define IN_CLASSD(i)		(((uint32_t)(i) & 0xf0000000U) == 0xe0000000U)
#define IN_MULTICAST(i)		IN_CLASSD(i)
#define IN_EXPERIMENTAL(i)	(((uint32_t)(i) & 0xf0000000U) == 0xf0000000U)
#define IN_BADCLASS(i)		IN_EXPERIMENTAL(i)
#define IN_LOCAL_GROUP(i)	(((uint32_t)(i) & 0xffffff00U) == 0xe0000000U)
#define IN_LOOPBACKNET		127

#define INADDR_ANY		__IPADDR(0x00000000)
#define INADDR_LOOPBACK		__IPADDR(0x7f000001)
#define INADDR_BROADCAST	__IPADDR(0xffffffff)
#define INADDR_NONE		__IPADDR(0xffffffff)
#define INADDR_UNSPEC_GROUP	__IPADDR(0xe0000000)	/* 224.0.0.0 */
#define INADDR_ALLHOSTS_GROUP	__IPADDR(0xe0000001)	/* 224.0.0.1 */
#define INADDR_ALLROUTERS_GROUP	__IPADDR(0xe0000002)	/* 224.0.0.2 */
#define INADDR_MAX_LOCAL_GROUP	__IPADDR(0xe00000ff)	/* 224.0.0.255 */

#define INET_ADDRSTRLEN		16

/* Socket address; the BSD layout is the only one inside the kernel. */
struct sockaddr_in {
	u_int8_t	sin_len;
	u_int8_t	sin_family;
	in_port_t	sin_port;
	struct in_addr	sin_addr;
	int8_t		sin_zero[8];
};

/* Arguments of IP_ADD_MEMBERSHIP and its kin, in the C library's layout. */
struct ip_mreq {
	struct in_addr	imr_multiaddr;
	struct in_addr	imr_interface;
};

struct ip_mreqn {
	struct in_addr	imr_multiaddr;
	struct in_addr	imr_address;
	int32_t		imr_ifindex;
};

/* Argument of IP_PKTINFO. */
struct in_pktinfo {
	int32_t		ipi_ifindex;
	struct in_addr	ipi_spec_dst;
	struct in_addr	ipi_addr;
};

/* TTL and loopback of multicasts, and groups a socket may join. */
#define IP_DEFAULT_MULTICAST_TTL	1
#define IP_DEFAULT_MULTICAST_LOOP	1
#define IP_MIN_MEMBERSHIPS		15
#define IP_MAX_MEMBERSHIPS		4095

/*
 * Options of level IPPROTO_IP, by the C library's numbers; those that only
 * BSD has are in <sys/bsdnum.h>.
 */
#define IP_TOS			1	/* int: type of service */
#define IP_TTL			2	/* int: time to live */
#define IP_HDRINCL		3	/* int: header is in the data */
#define IP_OPTIONS		4	/* bytes: options to send */
#define IP_RECVOPTS		6	/* int; cmsg: options as received */
#define IP_RETOPTS		7	/* the same: ours are filled in */
#define IP_PKTINFO		8	/* int; cmsg: struct in_pktinfo */
#define IP_MTU_DISCOVER		10	/* int: IP_PMTUDISC_* */
#define IP_RECVERR		11	/* int: errors into the error queue */
#define IP_RECVTTL		12	/* int; cmsg IP_TTL: int */
#define IP_RECVTOS		13	/* int; cmsg IP_TOS: one byte */
#define IP_MTU			14	/* int, read only: of the path */
#define IP_FREEBIND		15	/* int: bind to any address */
#define IP_TRANSPARENT		19	/* int: the same, for root */
#define IP_MINTTL		21	/* int: smallest TTL accepted */
#define IP_MULTICAST_IF		32
#define IP_MULTICAST_TTL	33
#define IP_MULTICAST_LOOP	34
#define IP_ADD_MEMBERSHIP	35
#define IP_DROP_MEMBERSHIP	36
#define IP_MULTICAST_ALL	49

#define IP_PMTUDISC_DONT	0	/* never set DF */
#define IP_PMTUDISC_WANT	1	/* set DF while it fits */
#define IP_PMTUDISC_DO		2	/* set DF, never fragment */
#define IP_PMTUDISC_PROBE	3	/* the same, path MTU ignored */

/* Options of level IPPROTO_UDP. */
#define UDP_SEGMENT		103	/* int; cmsg: u16, cut into these */
#define UDP_GRO			104	/* int; cmsg: int, came in these */

/* Options of raw sockets of protocol ICMP: level IPPROTO_RAW. */
#define ICMP_FILTER		1

#else /* !_KERNEL: the C library's <netinet/in.h> came before */

#ifdef sockaddr_in		/* the overlay has renamed it */
struct sockaddr_in {
	u_int8_t	sin_len;
	u_int8_t	sin_family;
	in_port_t	sin_port;
	struct in_addr	sin_addr;
	int8_t		sin_zero[8];
};
#endif

#endif /* _KERNEL */

/*
 * sysctl(2): the third level is the protocol number, the fourth is below.
 */
#ifndef IPPROTO_DIVERT
#define IPPROTO_DIVERT		258
#endif
#define IPPROTO_MAXID		(IPPROTO_DIVERT + 1)

#define IPCTL_FORWARDING	1	/* act as router */
#define IPCTL_SENDREDIRECTS	2	/* may send redirects when forwarding */
#define IPCTL_DEFTTL		3	/* default TTL */
#define IPCTL_SOURCEROUTE	5	/* may perform source routes */
#define IPCTL_DIRECTEDBCAST	6	/* forward directed broadcasts */
#define IPCTL_IPPORT_FIRSTAUTO	7
#define IPCTL_IPPORT_LASTAUTO	8
#define IPCTL_IPPORT_HIFIRSTAUTO 9
#define IPCTL_IPPORT_HILASTAUTO	10
#define IPCTL_IPPORT_MAXQUEUE	11	/* fragments held for reassembly */
#define IPCTL_ENCDEBUG		12
#define IPCTL_IPSEC_STATS	13
#define IPCTL_IPSEC_EXPIRE_ACQUIRE 14
#define IPCTL_IPSEC_EMBRYONIC_SA_TIMEOUT 15
#define IPCTL_IPSEC_REQUIRE_PFS	16
#define IPCTL_IPSEC_SOFT_ALLOCATIONS 17
#define IPCTL_IPSEC_ALLOCATIONS	18
#define IPCTL_IPSEC_SOFT_BYTES	19
#define IPCTL_IPSEC_BYTES	20
#define IPCTL_IPSEC_TIMEOUT	21
#define IPCTL_IPSEC_SOFT_TIMEOUT 22
#define IPCTL_IPSEC_SOFT_FIRSTUSE 23
#define IPCTL_IPSEC_FIRSTUSE	24
#define IPCTL_IPSEC_ENC_ALGORITHM 25
#define IPCTL_IPSEC_AUTH_ALGORITHM 26
#define IPCTL_MTUDISC		27	/* path MTU discovery */
#define IPCTL_MTUDISCTIMEOUT	28	/* seconds a learnt MTU lives */
#define IPCTL_IPSEC_IPCOMP_ALGORITHM 29
#define IPCTL_IFQUEUE		30
#define IPCTL_MFORWARDING	31
#define IPCTL_MULTIPATH		32
#define IPCTL_STATS		33	/* struct ipstat */
#define IPCTL_MRTPROTO		34
#define IPCTL_MRTSTATS		35
#define IPCTL_ARPQUEUED		36	/* packets held by ARP now */
#define IPCTL_MRTMFC		37
#define IPCTL_MRTVIF		38
#define IPCTL_ARPTIMEOUT	39	/* seconds an ARP entry lives */
#define IPCTL_ARPDOWN		40	/* seconds a silent host is down */
#define IPCTL_ARPQUEUE		41
#define IPCTL_ARPSTATS		42	/* struct arpstat */
#define IPCTL_MAXID		43

/* net.inet.ip.ifq */
#ifndef IFQCTL_LEN
#define IFQCTL_LEN		1	/* packets waiting */
#define IFQCTL_MAXLEN		2	/* the most that may wait */
#define IFQCTL_DROPS		3	/* found no room */
#define IFQCTL_MAXID		5

#define CTL_IFQ_NAMES { \
	{ 0, 0 }, \
	{ "len", CTLTYPE_INT }, \
	{ "maxlen", CTLTYPE_INT }, \
	{ "drops", CTLTYPE_INT }, \
	{ 0, 0 }, \
}
#endif

#define IPCTL_NAMES { \
	{ 0, 0 }, \
	{ "forwarding", CTLTYPE_INT }, \
	{ "redirect", CTLTYPE_INT }, \
	{ "ttl", CTLTYPE_INT }, \
	{ 0, 0 }, \
	{ "sourceroute", CTLTYPE_INT }, \
	{ "directed-broadcast", CTLTYPE_INT }, \
	{ "portfirst", CTLTYPE_INT }, \
	{ "portlast", CTLTYPE_INT }, \
	{ "porthifirst", CTLTYPE_INT }, \
	{ "porthilast", CTLTYPE_INT }, \
	{ "maxqueue", CTLTYPE_INT }, \
	{ "encdebug", CTLTYPE_INT }, \
	{ "ipsecstat", CTLTYPE_STRUCT }, \
	{ "ipsec-expire-acquire", CTLTYPE_INT }, \
	{ "ipsec-invalid-life", CTLTYPE_INT }, \
	{ "ipsec-pfs", CTLTYPE_INT }, \
	{ "ipsec-soft-allocs", CTLTYPE_INT }, \
	{ "ipsec-allocs", CTLTYPE_INT }, \
	{ "ipsec-soft-bytes", CTLTYPE_INT }, \
	{ "ipsec-bytes", CTLTYPE_INT }, \
	{ "ipsec-timeout", CTLTYPE_INT }, \
	{ "ipsec-soft-timeout", CTLTYPE_INT }, \
	{ "ipsec-soft-firstuse", CTLTYPE_INT }, \
	{ "ipsec-firstuse", CTLTYPE_INT }, \
	{ "ipsec-enc-alg", CTLTYPE_STRING }, \
	{ "ipsec-auth-alg", CTLTYPE_STRING }, \
	{ "mtudisc", CTLTYPE_INT }, \
	{ "mtudisctimeout", CTLTYPE_INT }, \
	{ "ipsec-comp-alg", CTLTYPE_STRING }, \
	{ "ifq", CTLTYPE_NODE }, \
	{ 0, 0 }, \
	{ "multipath", CTLTYPE_INT }, \
	{ "stats", CTLTYPE_STRUCT }, \
	{ 0, 0 }, \
	{ 0, 0 }, \
	{ "arpqueued", CTLTYPE_INT }, \
	{ 0, 0 }, \
	{ 0, 0 }, \
	{ "arptimeout", CTLTYPE_INT }, \
	{ "arpdown", CTLTYPE_INT }, \
	{ 0, 0 }, \
	{ "arpstats", CTLTYPE_STRUCT }, \
}

#ifdef _KERNEL
struct ifnet;
struct mbuf;
struct rtentry;
struct sockaddr;

/* Network-order predicates on a struct in_addr's s_addr. */
static inline int
in_ismulticast(in_addr_t a)
{
	return IN_MULTICAST(ntohl(a));
}

static inline struct sockaddr_in *
satosin(struct sockaddr *sa)
{
	return (struct sockaddr_in *)(void *)sa;
}

static inline const struct sockaddr_in *
satosin_const(const struct sockaddr *sa)
{
	return (const struct sockaddr_in *)(const void *)sa;
}

static inline struct sockaddr *
sintosa(struct sockaddr_in *sin)
{
	return (struct sockaddr *)(void *)sin;
}

/* Arithmetic of sums: in_cksum.c. */
uint16_t	 in_cksum(struct mbuf *, int);
uint16_t	 in_cksum_off(struct mbuf *, int, int);
uint16_t	 in4_cksum(struct mbuf *, uint8_t, int, int);
uint16_t	 in_cksum_phdr(in_addr_t, in_addr_t, uint32_t);
uint16_t	 in_cksum_hdr(const void *, size_t);
uint16_t	 in_cksum_fixup(uint16_t, uint16_t, uint16_t);

/* Addresses: in.c. */
int		 in_broadcast(struct in_addr, unsigned int);
int		 in_canforward(struct in_addr);
int		 in_mask2len(const struct in_addr *);
void		 in_len2mask(struct in_addr *, int);
int		 in_nam2sin(const struct mbuf *, struct sockaddr_in **);
const char	*inet_ntop4(struct in_addr, char *, size_t);
#endif /* _KERNEL */

#endif /* _NETINET_IN_H_ */

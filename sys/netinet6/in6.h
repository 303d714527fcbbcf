/*
 * IPv6 addresses (RFC 4291), socket addresses, socket options and sysctl
 * names.
 *
 * Scope (RFC 4007): inside the kernel an address of link-local scope, or a
 * group of interface-local or link-local scope, carries the index of its
 * interface in its second 16-bit word, in network order, and sin6_scope_id is
 * 0.  So routes, interface addresses and sockets compare addresses as they
 * are.  Packets carry addresses as they are on the wire, that word 0; where
 * a packet came in (ph_ifidx) says the rest.  BSD's own interfaces (routing
 * messages, ioctls, sysctl) show the kernel's form; ordinary sockets show the
 * wire's form and sin6_scope_id.
 *
 * User land has the C library's in6_addr and constants already; there this
 * header adds only the sysctl names and, where the overlay has renamed
 * sockaddr_in6, its BSD layout.
 */
#ifndef _NETINET6_IN6_H_
#define _NETINET6_IN6_H_

#include <sys/types.h>

#ifdef _KERNEL

#include <sys/endian.h>
#include <sys/bsdnum.h>

struct in6_addr {
	union {
		u_int8_t	__u6_addr8[16];
		u_int16_t	__u6_addr16[8];
		u_int32_t	__u6_addr32[4];
	} __u6_addr;
};
#define s6_addr		__u6_addr.__u6_addr8
#define s6_addr8	__u6_addr.__u6_addr8
#define s6_addr16	__u6_addr.__u6_addr16
#define s6_addr32	__u6_addr.__u6_addr32

#define INET6_ADDRSTRLEN	46

struct sockaddr_in6 {
	u_int8_t	sin6_len;
	u_int8_t	sin6_family;
	u_int16_t	sin6_port;
	u_int32_t	sin6_flowinfo;
	struct in6_addr	sin6_addr;
	u_int32_t	sin6_scope_id;
};

#define IN6ADDR_ANY_INIT	{ { { 0 } } }
#define IN6ADDR_LOOPBACK_INIT	\
	{ { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 } } }

#define IN6_ARE_ADDR_EQUAL(a, b)	\
	(memcmp(&(a)->s6_addr[0], &(b)->s6_addr[0], 16) == 0)

#define IN6_IS_ADDR_UNSPECIFIED(a)	\
	(((a)->s6_addr32[0] | (a)->s6_addr32[1] | (a)->s6_addr32[2] | \
	(a)->s6_addr32[3]) == 0)
#define IN6_IS_ADDR_LOOPBACK(a)	\
	(((a)->s6_addr32[0] | (a)->s6_addr32[1] | (a)->s6_addr32[2]) == 0 && \
	(a)->s6_addr32[3] == htonl(1))
#define IN6_IS_ADDR_V4COMPAT(a)	\
	(((a)->s6_addr32[0] | (a)->s6_addr32[1] | (a)->s6_addr32[2]) == 0 && \
	ntohl((a)->s6_addr32[3]) > 1)
#define IN6_IS_ADDR_V4MAPPED(a)	\
	(((a)->s6_addr32[0] | (a)->s6_addr32[1]) == 0 && \
	(a)->s6_addr32[2] == htonl(0x0000ffff))
#define IN6_IS_ADDR_LINKLOCAL(a)	\
	((a)->s6_addr[0] == 0xfe && ((a)->s6_addr[1] & 0xc0) == 0x80)
#define IN6_IS_ADDR_SITELOCAL(a)	\
	((a)->s6_addr[0] == 0xfe && ((a)->s6_addr[1] & 0xc0) == 0xc0)
#define IN6_IS_ADDR_MULTICAST(a)	((a)->s6_addr[0] == 0xff)

#define IPV6_ADDR_MC_SCOPE(a)		((a)->s6_addr[1] & 0x0f)
#define IPV6_ADDR_SCOPE_INTFACELOCAL	0x01
#define IPV6_ADDR_SCOPE_NODELOCAL	IPV6_ADDR_SCOPE_INTFACELOCAL
#define IPV6_ADDR_SCOPE_LINKLOCAL	0x02
#define IPV6_ADDR_SCOPE_SITELOCAL	0x05
#define IPV6_ADDR_SCOPE_ORGLOCAL	0x08
#define IPV6_ADDR_SCOPE_GLOBAL		0x0e

#define __IPV6_MC_IS(a, sc)	\
	(IN6_IS_ADDR_MULTICAST(a) && IPV6_ADDR_MC_SCOPE(a) == (sc))
#define IN6_IS_ADDR_MC_NODELOCAL(a)	\
	__IPV6_MC_IS(a, IPV6_ADDR_SCOPE_NODELOCAL)
#define IN6_IS_ADDR_MC_INTFACELOCAL(a)	\
	__IPV6_MC_IS(a, IPV6_ADDR_SCOPE_INTFACELOCAL)
#define IN6_IS_ADDR_MC_LINKLOCAL(a)	\
	__IPV6_MC_IS(a, IPV6_ADDR_SCOPE_LINKLOCAL)
#define IN6_IS_ADDR_MC_SITELOCAL(a)	\
	__IPV6_MC_IS(a, IPV6_ADDR_SCOPE_SITELOCAL)
#define IN6_IS_ADDR_MC_GLOBAL(a)	\
	__IPV6_MC_IS(a, IPV6_ADDR_SCOPE_GLOBAL)

/* Addresses whose second word tells their interface. */
#define IN6_IS_SCOPE_EMBED(a)	\
	(IN6_IS_ADDR_LINKLOCAL(a) || IN6_IS_ADDR_MC_LINKLOCAL(a) || \
	IN6_IS_ADDR_MC_INTFACELOCAL(a))

/* Argument of IPV6_JOIN_GROUP and IPV6_LEAVE_GROUP. */
struct ipv6_mreq {
	struct in6_addr	ipv6mr_multiaddr;
	unsigned int	ipv6mr_interface;
};

/* Argument of IPV6_PKTINFO. */
struct in6_pktinfo {
	struct in6_addr	ipi6_addr;
	unsigned int	ipi6_ifindex;
};

/*
 * Options of level IPPROTO_IPV6, by the C library's numbers; those that only
 * BSD has are in <sys/bsdnum.h>.
 */
#define IPV6_CHECKSUM		7	/* int: offset of a raw checksum */
#define IPV6_UNICAST_HOPS	16	/* int: hop limit; -1 the default */
#define IPV6_MULTICAST_IF	17	/* int: interface index */
#define IPV6_MULTICAST_HOPS	18	/* int: hop limit; -1 the default */
#define IPV6_MULTICAST_LOOP	19	/* int: hear our own */
#define IPV6_JOIN_GROUP		20	/* struct ipv6_mreq */
#define IPV6_LEAVE_GROUP	21
#define IPV6_MTU_DISCOVER	23	/* int: IPV6_PMTUDISC_* */
#define IPV6_MTU		24	/* int, read only: of the path */
#define IPV6_RECVERR		25	/* int: errors into the error queue */
#define IPV6_V6ONLY		26	/* int: no IPv4 by mapped addresses */
#define IPV6_MULTICAST_ALL	29	/* int: any group that we are in */
#define IPV6_HDRINCL		36	/* int: header is in the data */
#define IPV6_RECVPKTINFO	49	/* int */
#define IPV6_PKTINFO		50	/* struct in6_pktinfo; cmsg */
#define IPV6_RECVHOPLIMIT	51	/* int */
#define IPV6_HOPLIMIT		52	/* cmsg: int */
#define IPV6_RECVHOPOPTS	53	/* int */
#define IPV6_HOPOPTS		54	/* header; cmsg */
#define IPV6_RTHDRDSTOPTS	55
#define IPV6_RECVRTHDR		56	/* int */
#define IPV6_RTHDR		57
#define IPV6_RECVDSTOPTS	58	/* int */
#define IPV6_DSTOPTS		59	/* header; cmsg */
#define IPV6_DONTFRAG		62	/* int: EMSGSIZE when too large */
#define IPV6_RECVTCLASS		66	/* int */
#define IPV6_TCLASS		67	/* int; cmsg: int */
#define IPV6_AUTOFLOWLABEL	70	/* int: label flows */
#define IPV6_MINHOPCOUNT	73	/* int: smallest hop limit accepted */
#define IPV6_TRANSPARENT	75	/* int: bind to any address, root */
#define IPV6_UNICAST_IF		76	/* int: interface, network order */
#define IPV6_FREEBIND		78	/* int: bind to any address */

#define IPV6_PMTUDISC_DONT	0	/* fragment at 1280 */
#define IPV6_PMTUDISC_WANT	1	/* fragment at the path's MTU */
#define IPV6_PMTUDISC_DO	2	/* never fragment */
#define IPV6_PMTUDISC_PROBE	3	/* the same, path MTU ignored */

/* Options of raw sockets of ICMPv6: level IPPROTO_ICMPV6. */
#define ICMP6_FILTER		1	/* struct icmp6_filter */

#define IPV6_DEFHLIM		64
#define IPV6_DEFAULT_MULTICAST_HOPS	1
#define IPV6_DEFAULT_MULTICAST_LOOP	1

#else /* !_KERNEL: the C library's <netinet/in.h> came before */

#include <netinet/in.h>

#endif /* _KERNEL */

/*
 * sysctl(2): net.inet6; the third level is the protocol number.
 */
#define IPV6PROTO_MAXID		(IPPROTO_DIVERT + 1)

#define IPV6CTL_FORWARDING	1	/* act as router */
#define IPV6CTL_SENDREDIRECTS	2	/* may send redirects */
#define IPV6CTL_DEFHLIM		3	/* default hop limit */
#define IPV6CTL_STATS		6	/* struct ip6stat */
#define IPV6CTL_MRTSTATS	7
#define IPV6CTL_MRTPROTO	8
#define IPV6CTL_MAXFRAGPACKETS	9	/* packets held for reassembly */
#define IPV6CTL_SOURCECHECK	10
#define IPV6CTL_SOURCECHECK_LOGINT 11
#define IPV6CTL_LOG_INTERVAL	14
#define IPV6CTL_HDRNESTLIMIT	15	/* extension headers of a packet */
#define IPV6CTL_DAD_COUNT	16	/* probes for a new address */
#define IPV6CTL_AUTO_FLOWLABEL	17	/* label flows */
#define IPV6CTL_DEFMCASTHLIM	18	/* hop limit of multicasts */
#define IPV6CTL_USE_DEPRECATED	21	/* deprecated source addresses */
#define IPV6CTL_MAXFRAGS	41	/* fragments held */
#define IPV6CTL_MFORWARDING	42
#define IPV6CTL_MULTIPATH	43	/* spread over equal routes */
#define IPV6CTL_MCAST_PMTU	44	/* PTB for multicasts */
#define IPV6CTL_NEIGHBORGCTHRESH 45	/* neighbours that are kept */
#define IPV6CTL_MAXDYNROUTES	48	/* routes of redirects, path MTUs */
#define IPV6CTL_DAD_PENDING	49	/* addresses being probed */
#define IPV6CTL_MTUDISCTIMEOUT	50	/* seconds a learnt MTU lives */
#define IPV6CTL_IFQUEUE		51
#define IPV6CTL_MRTMIF		52
#define IPV6CTL_MRTMFC		53
#define IPV6CTL_SOIIKEY		54	/* key of RFC 7217 identifiers */
#define IPV6CTL_MAXID		55

#define IPV6CTL_NAMES { \
	{ 0, 0 }, \
	{ "forwarding", CTLTYPE_INT }, \
	{ "redirect", CTLTYPE_INT }, \
	{ "hlim", CTLTYPE_INT }, \
	{ 0, 0 }, \
	{ 0, 0 }, \
	{ "stats", CTLTYPE_STRUCT }, \
	{ 0, 0 }, \
	{ 0, 0 }, \
	{ "maxfragpackets", CTLTYPE_INT }, \
	{ 0, 0 }, \
	{ 0, 0 }, \
	{ 0, 0 }, \
	{ 0, 0 }, \
	{ 0, 0 }, \
	{ "hdrnestlimit", CTLTYPE_INT }, \
	{ "dad_count", CTLTYPE_INT }, \
	{ "auto_flowlabel", CTLTYPE_INT }, \
	{ "defmcasthlim", CTLTYPE_INT }, \
	{ 0, 0 }, \
	{ 0, 0 }, \
	{ "use_deprecated", CTLTYPE_INT }, \
	{ 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, \
	{ 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, \
	{ 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, \
	{ 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, \
	{ "maxfrags", CTLTYPE_INT }, \
	{ 0, 0 }, \
	{ "multipath", CTLTYPE_INT }, \
	{ "multicast_mtudisc", CTLTYPE_INT }, \
	{ "neighborgcthresh", CTLTYPE_INT }, \
	{ 0, 0 }, \
	{ 0, 0 }, \
	{ "maxdynroutes", CTLTYPE_INT }, \
	{ "dad_pending", CTLTYPE_INT }, \
	{ "mtudisctimeout", CTLTYPE_INT }, \
	{ "ifq", CTLTYPE_NODE }, \
	{ 0, 0 }, \
	{ 0, 0 }, \
	{ "soiikey", CTLTYPE_STRING }, \
}

#ifdef _KERNEL
struct ifnet;
struct mbuf;
struct sockaddr;
struct sockaddr_dl;

extern const struct in6_addr in6addr_any, in6addr_loopback;
extern const struct in6_addr in6addr_linklocal_allnodes;
extern const struct in6_addr in6addr_linklocal_allrouters;
extern const struct in6_addr in6addr_linklocal_allmldv2;
extern const struct in6_addr in6mask64, in6mask128;

static inline struct sockaddr_in6 *
satosin6(struct sockaddr *sa)
{
	return (struct sockaddr_in6 *)(void *)sa;
}

static inline const struct sockaddr_in6 *
satosin6_const(const struct sockaddr *sa)
{
	return (const struct sockaddr_in6 *)(const void *)sa;
}

static inline struct sockaddr *
sin6tosa(struct sockaddr_in6 *sin6)
{
	return (struct sockaddr *)(void *)sin6;
}

static inline const struct sockaddr *
sin6tosa_const(const struct sockaddr_in6 *sin6)
{
	return (const struct sockaddr *)(const void *)sin6;
}

/* in6.c */
void		 in6_sin6(struct sockaddr_in6 *, const struct in6_addr *);
int		 in6_mask2len(const struct in6_addr *, const u_char *);
void		 in6_prefixlen2mask(struct in6_addr *, int);
int		 in6_matchlen(const struct in6_addr *,
		    const struct in6_addr *);
int		 in6_are_prefix_equal(const struct in6_addr *,
		    const struct in6_addr *, int);
int		 in6_addrscope(const struct in6_addr *);
const char	*inet_ntop6(const struct in6_addr *, char *, size_t);

/* scope6.c: see the top of this file. */
void		 in6_scope_set(struct in6_addr *, u_int);
void		 in6_scope_clear(struct in6_addr *);
u_int		 in6_scope_get(const struct in6_addr *);
int		 in6_scope_zero(const struct in6_addr *);
int		 in6_embedscope(struct in6_addr *, const struct sockaddr_in6 *,
		    u_int);
void		 in6_recoverscope(struct sockaddr_in6 *,
		    const struct in6_addr *);
int		 in6_nam2sin6(const struct mbuf *, struct sockaddr_in6 **);

/* in6_cksum.c */
uint16_t	 in6_cksum(struct mbuf *, uint8_t, uint32_t, uint32_t);
uint16_t	 in6_cksum_phdr(const struct in6_addr *,
		    const struct in6_addr *, uint32_t, uint8_t);
#endif /* _KERNEL */

#endif /* _NETINET6_IN6_H_ */

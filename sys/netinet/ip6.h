/*
 * The IPv6 header and its extension headers (RFC 8200).
 */
#ifndef _NETINET_IP6_H_
#define _NETINET_IP6_H_

#include <sys/types.h>
#include <netinet6/in6.h>

/* All fields are in network order. */
struct ip6_hdr {
	union {
		struct ip6_hdrctl {
			u_int32_t	ip6_un1_flow;	/* version, class,
							   flow label */
			u_int16_t	ip6_un1_plen;	/* payload, bytes */
			u_int8_t	ip6_un1_nxt;	/* next header */
			u_int8_t	ip6_un1_hlim;	/* hop limit */
		} ip6_un1;
		u_int8_t	ip6_un2_vfc;	/* 4 bits version, 4 class */
	} ip6_ctlun;
	struct in6_addr	ip6_src;
	struct in6_addr	ip6_dst;
} __attribute__((__packed__, __aligned__(4)));

#define ip6_vfc		ip6_ctlun.ip6_un2_vfc
#define ip6_flow	ip6_ctlun.ip6_un1.ip6_un1_flow
#define ip6_plen	ip6_ctlun.ip6_un1.ip6_un1_plen
#define ip6_nxt		ip6_ctlun.ip6_un1.ip6_un1_nxt
#define ip6_hlim	ip6_ctlun.ip6_un1.ip6_un1_hlim
#define ip6_hops	ip6_ctlun.ip6_un1.ip6_un1_hlim

#define IPV6_VERSION		0x60
#define IPV6_VERSION_MASK	0xf0
#define IPV6_FLOWINFO_MASK	htonl(0x0fffffff)
#define IPV6_FLOWLABEL_MASK	htonl(0x000fffff)
#define IPV6_FLOWTCLASS_MASK	htonl(0x0ff00000)

#define IPV6_MAXPACKET		65535	/* payload; no jumbograms */
#define IPV6_MMTU		1280	/* every link carries */
#define IPV6_MAXHLIM		255
#define IPV6_HLIMDEC		1	/* each hop takes away */
#define IPV6_FRAGTTL		120	/* fragments wait, half seconds */

/* What all extension headers but the fragment's have in common. */
struct ip6_ext {
	u_int8_t	ip6e_nxt;
	u_int8_t	ip6e_len;	/* 8-byte units beyond the first */
} __attribute__((__packed__));

struct ip6_hbh {
	u_int8_t	ip6h_nxt;
	u_int8_t	ip6h_len;
} __attribute__((__packed__));

struct ip6_dest {
	u_int8_t	ip6d_nxt;
	u_int8_t	ip6d_len;
} __attribute__((__packed__));

/* Options. */
#define IP6OPT_PAD1		0x00
#define IP6OPT_PADN		0x01
#define IP6OPT_JUMBO		0xc2	/* RFC 2675 */
#define IP6OPT_NSAP_ADDR	0xc3
#define IP6OPT_TUNNEL_LIMIT	0x04
#define IP6OPT_ROUTER_ALERT	0x05	/* RFC 2711 */
#define IP6OPT_MINLEN		2

#define IP6OPT_RTALERT_LEN	4
#define IP6OPT_RTALERT_MLD	0
#define IP6OPT_RTALERT_RSVP	1
#define IP6OPT_RTALERT_ACTNET	2

/* What to do about an option that is not known: its two high bits. */
#define IP6OPT_TYPE(o)		((o) & 0xc0)
#define IP6OPT_TYPE_SKIP	0x00
#define IP6OPT_TYPE_DISCARD	0x40
#define IP6OPT_TYPE_FORCEICMP	0x80
#define IP6OPT_TYPE_ICMP	0xc0
#define IP6OPT_MUTABLE		0x20

struct ip6_opt {
	u_int8_t	ip6o_type;
	u_int8_t	ip6o_len;
} __attribute__((__packed__));

struct ip6_rthdr {
	u_int8_t	ip6r_nxt;
	u_int8_t	ip6r_len;
	u_int8_t	ip6r_type;
	u_int8_t	ip6r_segleft;
} __attribute__((__packed__));

#define IPV6_RTHDR_TYPE_0	0	/* RFC 5095: refused */

struct ip6_frag {
	u_int8_t	ip6f_nxt;
	u_int8_t	ip6f_reserved;
	u_int16_t	ip6f_offlg;	/* offset, reserved, flag */
	u_int32_t	ip6f_ident;
} __attribute__((__packed__));

#define IP6F_OFF_MASK		htons(0xfff8)
#define IP6F_RESERVED_MASK	htons(0x0006)
#define IP6F_MORE_FRAG		htons(0x0001)

#endif /* _NETINET_IP6_H_ */

/*
 * The IPv4 header, type of service and options (RFC 791, 1122, 2474, 3168).
 */
#ifndef _NETINET_IP_H_
#define _NETINET_IP_H_

#include <sys/types.h>
#ifdef _KERNEL
#include <sys/endian.h>
#endif
#include <netinet/in.h>

#define IPVERSION	4

/* All fields are in network order. */
struct ip {
#if BYTE_ORDER == LITTLE_ENDIAN
	u_int32_t	ip_hl:4,	/* header length, 32-bit words */
			ip_v:4,		/* version */
			ip_tos:8,	/* type of service */
			ip_len:16;	/* total length, bytes */
#else
	u_int32_t	ip_v:4,
			ip_hl:4,
			ip_tos:8,
			ip_len:16;
#endif
	u_int16_t	ip_id;		/* identification */
	u_int16_t	ip_off;		/* flags and offset, 8-byte units */
#define IP_RF		0x8000		/* reserved flag */
#define IP_DF		0x4000		/* don't fragment */
#define IP_MF		0x2000		/* more fragments */
#define IP_OFFMASK	0x1fff
	u_int8_t	ip_ttl;
	u_int8_t	ip_p;
	u_int16_t	ip_sum;
	struct in_addr	ip_src, ip_dst;
} __attribute__((__packed__, __aligned__(4)));

#define IP_MAXPACKET	65535

/* Type of service: DSCP (RFC 2474) and ECN (RFC 3168). */
#define IPTOS_LOWDELAY		0x10
#define IPTOS_THROUGHPUT	0x08
#define IPTOS_RELIABILITY	0x04
#define IPTOS_PREC_NETCONTROL	0xe0
#define IPTOS_PREC_INTERNETCONTROL 0xc0
#define IPTOS_PREC_ROUTINE	0x00
#define IPTOS_DSCP_MASK		0xfc
#define IPTOS_ECN_MASK		0x03
#define IPTOS_ECN_NOTECT	0x00
#define IPTOS_ECN_ECT1		0x01
#define IPTOS_ECN_ECT0		0x02
#define IPTOS_ECN_CE		0x03

/* Options (RFC 791 section 3.1, RFC 2113, RFC 1108). */
#define IPOPT_COPIED(o)		((o) & 0x80)
#define IPOPT_CLASS(o)		((o) & 0x60)
#define IPOPT_NUMBER(o)		((o) & 0x1f)
#define IPOPT_CONTROL		0x00
#define IPOPT_RESERVED1		0x20
#define IPOPT_DEBMEAS		0x40
#define IPOPT_RESERVED2		0x60

#define IPOPT_EOL		0	/* end of option list */
#define IPOPT_NOP		1	/* no operation */
#define IPOPT_RR		7	/* record packet route */
#define IPOPT_TS		68	/* timestamp */
#define IPOPT_SECURITY		130	/* security (RFC 1108) */
#define IPOPT_LSRR		131	/* loose source route */
#define IPOPT_SATID		136	/* stream identifier */
#define IPOPT_SSRR		137	/* strict source route */
#define IPOPT_RA		148	/* router alert (RFC 2113) */

/* Offsets into an option. */
#define IPOPT_OPTVAL		0
#define IPOPT_OLEN		1
#define IPOPT_OFFSET		2	/* pointer, 1-based */
#define IPOPT_MINOFF		4	/* smallest legal pointer */
#define MAX_IPOPTLEN		40

/* Flags of a timestamp option, low nibble of byte 3. */
#define IPOPT_TS_TSONLY		0
#define IPOPT_TS_TSANDADDR	1
#define IPOPT_TS_PRESPEC	3

#define MAXTTL		255
#define IPDEFTTL	64		/* RFC 1700 */
#define IPFRAGTTL	60		/* fragments wait, half seconds */
#define IPTTLDEC	1		/* each hop takes away */
#define IP_MSS		576		/* every host takes (RFC 1122) */
#define IP_MINMTU	68		/* every link carries (RFC 791) */

/* Pseudo header of the transport checksums (RFC 768). */
struct ippseudo {
	struct in_addr	ippseudo_src;
	struct in_addr	ippseudo_dst;
	u_int8_t	ippseudo_pad;
	u_int8_t	ippseudo_p;
	u_int16_t	ippseudo_len;
};

#endif /* _NETINET_IP_H_ */

/*
 * ICMPv6 (RFC 4443), neighbour discovery (RFC 4861) and MLD (RFC 2710,
 * RFC 3810) on the wire.
 */
#ifndef _NETINET_ICMP6_H_
#define _NETINET_ICMP6_H_

#include <sys/types.h>
#include <netinet6/in6.h>

#define ICMPV6_PLD_MAXLEN	1232	/* IPV6_MMTU less the headers */

struct icmp6_hdr {
	u_int8_t	icmp6_type;
	u_int8_t	icmp6_code;
	u_int16_t	icmp6_cksum;
	union {
		u_int32_t	icmp6_un_data32[1];
		u_int16_t	icmp6_un_data16[2];
		u_int8_t	icmp6_un_data8[4];
	} icmp6_dataun;
} __attribute__((__packed__, __aligned__(4)));

#define icmp6_data32	icmp6_dataun.icmp6_un_data32
#define icmp6_data16	icmp6_dataun.icmp6_un_data16
#define icmp6_data8	icmp6_dataun.icmp6_un_data8
#define icmp6_pptr	icmp6_data32[0]		/* parameter problem */
#define icmp6_mtu	icmp6_data32[0]		/* packet too big */
#define icmp6_id	icmp6_data16[0]		/* echo */
#define icmp6_seq	icmp6_data16[1]
#define icmp6_maxdelay	icmp6_data16[0]		/* MLD */

/* Types; those below 128 are errors. */
#define ICMP6_DST_UNREACH		1
#define ICMP6_PACKET_TOO_BIG		2
#define ICMP6_TIME_EXCEEDED		3
#define ICMP6_PARAM_PROB		4
#define ICMP6_ECHO_REQUEST		128
#define ICMP6_ECHO_REPLY		129
#define MLD_LISTENER_QUERY		130
#define MLD_LISTENER_REPORT		131
#define MLD_LISTENER_DONE		132
#define ND_ROUTER_SOLICIT		133
#define ND_ROUTER_ADVERT		134
#define ND_NEIGHBOR_SOLICIT		135
#define ND_NEIGHBOR_ADVERT		136
#define ND_REDIRECT			137
#define ICMP6_ROUTER_RENUMBERING	138
#define ICMP6_WRUREQUEST		139
#define ICMP6_WRUREPLY			140
#define MLDV2_LISTENER_REPORT		143
#define ICMP6_MAXTYPE			203

#define ICMP6_INFOMSG_MASK		0x80

/* Codes of DST_UNREACH. */
#define ICMP6_DST_UNREACH_NOROUTE	0
#define ICMP6_DST_UNREACH_ADMIN		1
#define ICMP6_DST_UNREACH_BEYONDSCOPE	2
#define ICMP6_DST_UNREACH_ADDR		3
#define ICMP6_DST_UNREACH_NOPORT	4

/* Codes of TIME_EXCEEDED. */
#define ICMP6_TIME_EXCEED_TRANSIT	0
#define ICMP6_TIME_EXCEED_REASSEMBLY	1

/* Codes of PARAM_PROB. */
#define ICMP6_PARAMPROB_HEADER		0
#define ICMP6_PARAMPROB_NEXTHEADER	1
#define ICMP6_PARAMPROB_OPTION		2
#define ICMP6_PARAMPROB_FIRSTFRAGMENT	3	/* RFC 7112 */

/* Codes of ND_REDIRECT as nd6_cache_lladdr() is told them. */
#define ND_REDIRECT_ONLINK		0
#define ND_REDIRECT_ROUTER		1

/* MLD (RFC 2710): queries, reports, done. */
struct mld_hdr {
	struct icmp6_hdr	mld_icmp6_hdr;
	struct in6_addr		mld_addr;
} __attribute__((__packed__, __aligned__(4)));
#define mld_type	mld_icmp6_hdr.icmp6_type
#define mld_code	mld_icmp6_hdr.icmp6_code
#define mld_cksum	mld_icmp6_hdr.icmp6_cksum
#define mld_maxdelay	mld_icmp6_hdr.icmp6_data16[0]
#define mld_reserved	mld_icmp6_hdr.icmp6_data16[1]
#define MLD_MINLEN	24
#define MLD_V2_QUERY_MINLEN 28

/* Router solicitation. */
struct nd_router_solicit {
	struct icmp6_hdr	nd_rs_hdr;
} __attribute__((__packed__, __aligned__(4)));
#define nd_rs_type	nd_rs_hdr.icmp6_type
#define nd_rs_code	nd_rs_hdr.icmp6_code
#define nd_rs_cksum	nd_rs_hdr.icmp6_cksum

/* Router advertisement. */
struct nd_router_advert {
	struct icmp6_hdr	nd_ra_hdr;
	u_int32_t		nd_ra_reachable;	/* ms */
	u_int32_t		nd_ra_retransmit;	/* ms */
} __attribute__((__packed__, __aligned__(4)));
#define nd_ra_type		nd_ra_hdr.icmp6_type
#define nd_ra_code		nd_ra_hdr.icmp6_code
#define nd_ra_cksum		nd_ra_hdr.icmp6_cksum
#define nd_ra_curhoplimit	nd_ra_hdr.icmp6_data8[0]
#define nd_ra_flags_reserved	nd_ra_hdr.icmp6_data8[1]
#define nd_ra_router_lifetime	nd_ra_hdr.icmp6_data16[1]
#define ND_RA_FLAG_MANAGED	0x80
#define ND_RA_FLAG_OTHER	0x40
#define ND_RA_FLAG_RTPREF_MASK	0x18	/* RFC 4191 */
#define ND_RA_FLAG_RTPREF_HIGH	0x08
#define ND_RA_FLAG_RTPREF_LOW	0x18

/* Neighbour solicitation. */
struct nd_neighbor_solicit {
	struct icmp6_hdr	nd_ns_hdr;
	struct in6_addr		nd_ns_target;
} __attribute__((__packed__, __aligned__(4)));
#define nd_ns_type	nd_ns_hdr.icmp6_type
#define nd_ns_code	nd_ns_hdr.icmp6_code
#define nd_ns_cksum	nd_ns_hdr.icmp6_cksum
#define nd_ns_reserved	nd_ns_hdr.icmp6_data32[0]

/* Neighbour advertisement. */
struct nd_neighbor_advert {
	struct icmp6_hdr	nd_na_hdr;
	struct in6_addr		nd_na_target;
} __attribute__((__packed__, __aligned__(4)));
#define nd_na_type		nd_na_hdr.icmp6_type
#define nd_na_code		nd_na_hdr.icmp6_code
#define nd_na_cksum		nd_na_hdr.icmp6_cksum
#define nd_na_flags_reserved	nd_na_hdr.icmp6_data32[0]
#define ND_NA_FLAG_ROUTER	htonl(0x80000000)
#define ND_NA_FLAG_SOLICITED	htonl(0x40000000)
#define ND_NA_FLAG_OVERRIDE	htonl(0x20000000)

/* Redirect. */
struct nd_redirect {
	struct icmp6_hdr	nd_rd_hdr;
	struct in6_addr		nd_rd_target;
	struct in6_addr		nd_rd_dst;
} __attribute__((__packed__, __aligned__(4)));
#define nd_rd_type	nd_rd_hdr.icmp6_type
#define nd_rd_code	nd_rd_hdr.icmp6_code
#define nd_rd_cksum	nd_rd_hdr.icmp6_cksum
#define nd_rd_reserved	nd_rd_hdr.icmp6_data32[0]

/* Options of neighbour discovery. */
struct nd_opt_hdr {
	u_int8_t	nd_opt_type;
	u_int8_t	nd_opt_len;	/* 8-byte units, this one included */
} __attribute__((__packed__));
#define ND_OPT_SOURCE_LINKADDR		1
#define ND_OPT_TARGET_LINKADDR		2
#define ND_OPT_PREFIX_INFORMATION	3
#define ND_OPT_REDIRECTED_HEADER	4
#define ND_OPT_MTU			5
#define ND_OPT_NONCE			14	/* RFC 3971, RFC 7527 */
#define ND_OPT_ROUTE_INFO		24	/* RFC 4191 */
#define ND_OPT_RDNSS			25
#define ND_OPT_DNSSL			31

struct nd_opt_prefix_info {
	u_int8_t	nd_opt_pi_type;
	u_int8_t	nd_opt_pi_len;
	u_int8_t	nd_opt_pi_prefix_len;
	u_int8_t	nd_opt_pi_flags_reserved;
	u_int32_t	nd_opt_pi_valid_time;		/* s */
	u_int32_t	nd_opt_pi_preferred_time;	/* s */
	u_int32_t	nd_opt_pi_reserved2;
	struct in6_addr	nd_opt_pi_prefix;
} __attribute__((__packed__, __aligned__(4)));
#define ND_OPT_PI_FLAG_ONLINK	0x80
#define ND_OPT_PI_FLAG_AUTO	0x40

struct nd_opt_rd_hdr {
	u_int8_t	nd_opt_rh_type;
	u_int8_t	nd_opt_rh_len;
	u_int16_t	nd_opt_rh_reserved1;
	u_int32_t	nd_opt_rh_reserved2;
} __attribute__((__packed__, __aligned__(4)));

struct nd_opt_mtu {
	u_int8_t	nd_opt_mtu_type;
	u_int8_t	nd_opt_mtu_len;
	u_int16_t	nd_opt_mtu_reserved;
	u_int32_t	nd_opt_mtu_mtu;
} __attribute__((__packed__, __aligned__(4)));

/*
 * ICMP6_FILTER, by the C library's meaning: a set bit refuses a type.
 */
struct icmp6_filter {
	u_int32_t	icmp6_filt[8];
};
#define ICMP6_FILTER_WILLBLOCK(type, f)	\
	(((f)->icmp6_filt[(type) >> 5] & (1U << ((type) & 31))) != 0)
#define ICMP6_FILTER_WILLPASS(type, f)	\
	(!ICMP6_FILTER_WILLBLOCK(type, f))

#endif /* _NETINET_ICMP6_H_ */

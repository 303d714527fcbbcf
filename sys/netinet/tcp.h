/*
 * The TCP header (RFC 9293), in network order, and its options' numbers.
 */
#ifndef _NETINET_TCP_H_
#define _NETINET_TCP_H_

#include <sys/types.h>
#ifdef _KERNEL
#include <sys/endian.h>
#endif

typedef u_int32_t	tcp_seq;

struct tcphdr {
	u_int16_t	th_sport;
	u_int16_t	th_dport;
	tcp_seq		th_seq;
	tcp_seq		th_ack;
#if BYTE_ORDER == LITTLE_ENDIAN
	u_int32_t	th_x2:4,
			th_off:4,	/* header length, 32-bit words */
			th_flags:8,
			th_win:16;
#else
	u_int32_t	th_off:4,
			th_x2:4,
			th_flags:8,
			th_win:16;
#endif
	u_int16_t	th_sum;
	u_int16_t	th_urp;
};

#define TH_FIN	0x01
#define TH_SYN	0x02
#define TH_RST	0x04
#define TH_PUSH	0x08
#define TH_ACK	0x10
#define TH_URG	0x20
#define TH_ECE	0x40
#define TH_CWR	0x80

#define TCPOPT_EOL		0
#define TCPOPT_NOP		1
#define TCPOPT_MAXSEG		2
#define TCPOLEN_MAXSEG		4
#define TCPOPT_WINDOW		3
#define TCPOPT_SACK_PERMITTED	4
#define TCPOPT_SACK		5
#define TCPOPT_TIMESTAMP	8
#define TCPOPT_SIGNATURE	19

#endif /* _NETINET_TCP_H_ */

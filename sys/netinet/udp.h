/*
 * The UDP header (RFC 768), in network order.
 */
#ifndef _NETINET_UDP_H_
#define _NETINET_UDP_H_

#include <sys/types.h>

struct udphdr {
	u_int16_t	uh_sport;
	u_int16_t	uh_dport;
	u_int16_t	uh_ulen;	/* header and payload */
	u_int16_t	uh_sum;		/* 0: none was made */
};

#endif /* _NETINET_UDP_H_ */

/* The fixed part of an address resolution packet (RFC 826). */
#ifndef _WARREN_KNET_IF_ARP_H_
#define _WARREN_KNET_IF_ARP_H_

#include <sys/types.h>

struct arphdr {
	u_int16_t	ar_hrd;		/* hardware, ARPHRD_* */
	u_int16_t	ar_pro;		/* protocol, ETHERTYPE_* */
	u_int8_t	ar_hln;		/* bytes of a hardware address */
	u_int8_t	ar_pln;		/* bytes of a protocol address */
	u_int16_t	ar_op;		/* ARPOP_* */
};

#define ARPHRD_ETHER	1
#define ARPHRD_IEEE802	6

#define ARPOP_REQUEST	1
#define ARPOP_REPLY	2
#define ARPOP_REVREQUEST 3
#define ARPOP_REVREPLY	4
#define ARPOP_INVREQUEST 8
#define ARPOP_INVREPLY	9

#endif /* _WARREN_KNET_IF_ARP_H_ */

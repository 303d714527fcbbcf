/*
 * IGMP messages (RFC 1112, RFC 2236, RFC 3376).
 */
#ifndef _NETINET_IGMP_H_
#define _NETINET_IGMP_H_

#include <sys/types.h>
#include <netinet/in.h>

struct igmp {
	u_int8_t	igmp_type;
	u_int8_t	igmp_code;	/* max response time, 1/10 s */
	u_int16_t	igmp_cksum;
	struct in_addr	igmp_group;
};

#define IGMP_MINLEN			8
#define IGMP_V3_QUERY_MINLEN		12

#define IGMP_HOST_MEMBERSHIP_QUERY	0x11
#define IGMP_v1_HOST_MEMBERSHIP_REPORT	0x12
#define IGMP_DVMRP			0x13
#define IGMP_PIM			0x14
#define IGMP_v2_HOST_MEMBERSHIP_REPORT	0x16
#define IGMP_HOST_LEAVE_MESSAGE		0x17
#define IGMP_MTRACE_REPLY		0x1e
#define IGMP_MTRACE_QUERY		0x1f
#define IGMP_v3_HOST_MEMBERSHIP_REPORT	0x22

#define IGMP_MAX_HOST_REPORT_DELAY	10	/* s, unsolicited reports */
#define IGMP_TIMER_SCALE		10	/* units a second */

#endif /* _NETINET_IGMP_H_ */

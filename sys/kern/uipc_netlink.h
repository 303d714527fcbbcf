/*
 * Netlink's numbers and layouts, as far as uipc_netlink.c answers.
 */
#ifndef _KERN_UIPC_NETLINK_H_
#define _KERN_UIPC_NETLINK_H_

#include <sys/types.h>

/* In the kernel's layout: length and family for the 16-bit family. */
struct sockaddr_nl {
	uint8_t		nl_len;
	uint8_t		nl_family;	/* AF_NETLINK */
	uint16_t	nl_pad;
	uint32_t	nl_pid;		/* port; 0 the kernel */
	uint32_t	nl_groups;
};

struct nlmsghdr {
	uint32_t	nlmsg_len;	/* header included */
	uint16_t	nlmsg_type;
	uint16_t	nlmsg_flags;
	uint32_t	nlmsg_seq;
	uint32_t	nlmsg_pid;	/* port */
};

struct nlmsgerr {
	int32_t		error;		/* negative errno */
	struct nlmsghdr	msg;		/* the request */
};

struct rtattr {
	uint16_t	rta_len;	/* header included */
	uint16_t	rta_type;
};

struct ifinfomsg {
	uint8_t		ifi_family;
	uint8_t		ifi_pad;
	uint16_t	ifi_type;	/* hardware type */
	int32_t		ifi_index;
	uint32_t	ifi_flags;
	uint32_t	ifi_change;
};

struct ifaddrmsg {
	uint8_t		ifa_family;
	uint8_t		ifa_prefixlen;
	uint8_t		ifa_flags;
	uint8_t		ifa_scope;
	uint32_t	ifa_index;
};

struct rtmsg {
	uint8_t		rtm_family;
	uint8_t		rtm_dst_len;
	uint8_t		rtm_src_len;
	uint8_t		rtm_tos;
	uint8_t		rtm_table;
	uint8_t		rtm_protocol;
	uint8_t		rtm_scope;
	uint8_t		rtm_type;
	uint32_t	rtm_flags;
};

#define NLMSG_ALIGN(n)		(((n) + 3) & ~3UL)
#define NLMSG_ERROR		2
#define NLMSG_DONE		3
#define NLMSG_MIN_TYPE		16

#define NLM_F_REQUEST		0x001
#define NLM_F_MULTI		0x002
#define NLM_F_DUMP		0x300

#define NL_RTM_NEWLINK		16
#define NL_RTM_GETLINK		18
#define NL_RTM_NEWADDR		20
#define NL_RTM_GETADDR		22
#define NL_RTM_NEWROUTE		24
#define NL_RTM_GETROUTE		26

#define NL_IFLA_ADDRESS		1
#define NL_IFLA_IFNAME		3
#define NL_IFLA_MTU		4
#define NL_IFLA_TXQLEN		13
#define NL_IFLA_OPERSTATE	16
#define NL_IFF_LOWER_UP		0x10000
#define NL_OPER_UNKNOWN		0
#define NL_OPER_DOWN		2
#define NL_OPER_UP		6

#define NL_IFA_ADDRESS		1
#define NL_IFA_LOCAL		2
#define NL_IFA_LABEL		3
#define NL_IFA_BROADCAST	4
#define NL_IFA_F_PERMANENT	0x80

#define NL_RTA_DST		1
#define NL_RTA_OIF		4
#define NL_RTA_GATEWAY		5
#define NL_RTA_PRIORITY		6
#define NL_RTA_PREFSRC		7
#define NL_RTA_TABLE		15

#define NL_RTN_UNICAST		1
#define NL_RTN_LOCAL		2
#define NL_RTN_BROADCAST	3
#define NL_RTN_MULTICAST	5
#define NL_RTN_BLACKHOLE	6
#define NL_RTN_UNREACHABLE	7
#define NL_TABLE_MAIN		254
#define NL_TABLE_LOCAL		255
#define NL_PROT_KERNEL		2
#define NL_PROT_STATIC		4
#define NL_SCOPE_UNIVERSE	0
#define NL_SCOPE_LINK		253
#define NL_SCOPE_HOST		254

extern struct domain	netlinkdomain;

#endif /* _KERN_UIPC_NETLINK_H_ */

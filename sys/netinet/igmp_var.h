/*
 * IGMP statistics, states and entry points.
 */
#ifndef _NETINET_IGMP_VAR_H_
#define _NETINET_IGMP_VAR_H_

#include <sys/types.h>

struct igmpstat {
	uint64_t igps_rcv_total;	/* total IGMP messages received */
	uint64_t igps_rcv_tooshort;	/* received with too few bytes */
	uint64_t igps_rcv_badsum;	/* received with bad checksum */
	uint64_t igps_rcv_queries;	/* received membership queries */
	uint64_t igps_rcv_badqueries;	/* received invalid queries */
	uint64_t igps_rcv_reports;	/* received membership reports */
	uint64_t igps_rcv_badreports;	/* received invalid reports */
	uint64_t igps_rcv_ourreports;	/* received reports for our groups */
	uint64_t igps_snd_reports;	/* sent membership reports */
	/* What follows is this system's own. */
	uint64_t igps_rcv_badttl;	/* received with a TTL other than 1 */
	uint64_t igps_snd_leaves;	/* sent leave messages */
	uint64_t igps_snd_nomem;	/* not sent: no mbuf */
};

#define IGMPCTL_STATS	1		/* struct igmpstat */
#define IGMPCTL_MAXID	2

#define IGMPCTL_NAMES { \
	{ 0, 0 }, \
	{ "stats", CTLTYPE_STRUCT }, \
}

#ifdef _KERNEL
struct ifnet;
struct in_multi;
struct mbuf;

extern struct igmpstat igmpstat;

void	igmp_init(void);
int	igmp_input(struct mbuf **, int *, int, int);
void	igmp_joingroup(struct in_multi *, struct ifnet *);
void	igmp_leavegroup(struct in_multi *, struct ifnet *);
void	igmp_fasttimo(void);
int	igmp_sysctl(int *, u_int, void *, size_t *, void *, size_t);
#endif /* _KERNEL */

#endif /* _NETINET_IGMP_VAR_H_ */

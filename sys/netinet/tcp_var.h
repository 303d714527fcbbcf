/*
 * TCP statistics and sysctl names, as far as there is TCP.
 */
#ifndef _NETINET_TCP_VAR_H_
#define _NETINET_TCP_VAR_H_

#include <sys/types.h>

/* This system's own, as long as it has no connections to count. */
struct tcpstat {
	uint64_t tcps_rcvtotal;		/* total segments received */
	uint64_t tcps_rcvshort;		/* packet shorter than header */
	uint64_t tcps_rcvbadsum;	/* bad checksum */
	uint64_t tcps_rcvbadoff;	/* bad header length */
	uint64_t tcps_noport;		/* no socket on port */
	uint64_t tcps_sndrst;		/* resets sent in answer */
};

#define TCPCTL_STATS	21		/* struct tcpstat */
#define TCPCTL_MAXID	22

#define TCPCTL_NAMES { \
	{ 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, \
	{ 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, \
	{ 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 }, \
	{ 0, 0 }, { 0, 0 }, { 0, 0 }, \
	{ "stats", CTLTYPE_STRUCT }, \
}

#ifdef _KERNEL
struct mbuf;

extern struct tcpstat tcpstat;

void	tcp_init(void);
int	tcp_input(struct mbuf **, int *, int, int);
int	tcp_sysctl(int *, u_int, void *, size_t *, void *, size_t);
#endif /* _KERNEL */

#endif /* _NETINET_TCP_VAR_H_ */

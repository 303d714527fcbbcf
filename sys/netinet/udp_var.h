/*
 * UDP statistics, sysctl names and entry points.
 */
#ifndef _NETINET_UDP_VAR_H_
#define _NETINET_UDP_VAR_H_

#include <sys/types.h>

struct udpstat {
				/* input statistics: */
	uint64_t udps_ipackets;		/* total input packets */
	uint64_t udps_hdrops;		/* packet shorter than header */
	uint64_t udps_badsum;		/* checksum error */
	uint64_t udps_nosum;		/* no checksum */
	uint64_t udps_badlen;		/* data length larger than packet */
	uint64_t udps_noport;		/* no socket on port */
	uint64_t udps_noportbcast;	/* of above, arrived as broadcast */
	uint64_t udps_nosec;		/* dropped for lack of ipsec */
	uint64_t udps_fullsock;		/* not delivered, input socket full */
	uint64_t udps_pcbhashmiss;	/* input packets missing pcb hash */
	uint64_t udps_inswcsum;		/* input software-csummed packets */
				/* output statistics: */
	uint64_t udps_opackets;		/* total output packets */
	uint64_t udps_outswcsum;	/* output software-csummed packets */
	/* What follows is this system's own. */
	uint64_t udps_minttl;		/* dropped: below IP_MINTTL */
	uint64_t udps_itrains;		/* trains in, each many datagrams */
	uint64_t udps_otrains;		/* trains sent (UDP_SEGMENT) */
	uint64_t udps_upcall;		/* taken by a tunnel's upcall */
	uint64_t udps_nomem;		/* no mbuf to deliver with */
	uint64_t udps_badport;		/* destination port 0 */
};

#define UDPCTL_CHECKSUM		1	/* checksum UDP packets */
#define UDPCTL_BADDYNAMIC	2	/* ports never chosen */
#define UDPCTL_RECVSPACE	3	/* receive buffer space */
#define UDPCTL_SENDSPACE	4	/* send buffer space */
#define UDPCTL_STATS		5	/* struct udpstat */
#define UDPCTL_ROOTONLY		6	/* ports only root may bind */
#define UDPCTL_MAXID		7

#define UDPCTL_NAMES { \
	{ 0, 0 }, \
	{ "checksum", CTLTYPE_INT }, \
	{ "baddynamic", CTLTYPE_STRUCT }, \
	{ "recvspace", CTLTYPE_INT }, \
	{ "sendspace", CTLTYPE_INT }, \
	{ "stats", CTLTYPE_STRUCT }, \
	{ "rootonly", CTLTYPE_STRUCT }, \
}

#ifdef _KERNEL
struct inpcb;
struct mbuf;
struct pr_usrreqs;
struct proc;
struct sockaddr;
struct socket;

extern struct udpstat udpstat;
extern const struct pr_usrreqs udp_usrreqs;
extern u_int udp_sendspace, udp_recvspace;
extern int udpcksum;

/* The most datagrams that UDP_SEGMENT cuts one send into. */
#define UDP_MAX_SEGMENTS	128

void	 udp_init(void);
int	 udp_input(struct mbuf **, int *, int, int);
void	 udp_ctlinput(int, struct sockaddr *, u_int, void *);
int	 udp_ctloutput(int, struct socket *, int, int, struct mbuf *);
int	 udp_output(struct inpcb *, struct mbuf *, struct mbuf *,
	    struct mbuf *);
int	 udp_sysctl(int *, u_int, void *, size_t *, void *, size_t);
#endif /* _KERNEL */

#endif /* _NETINET_UDP_VAR_H_ */

/*
 * ICMP (RFC 792, 950, 1191, 1256, 1812).
 */
#ifndef _NETINET_IP_ICMP_H_
#define _NETINET_IP_ICMP_H_

#include <sys/types.h>
#include <netinet/in.h>
#include <netinet/ip.h>

struct icmp_ra_addr {
	u_int32_t	ira_addr;
	u_int32_t	ira_preference;
};

struct icmp {
	u_int8_t	icmp_type;
	u_int8_t	icmp_code;
	u_int16_t	icmp_cksum;
	union {
		u_int8_t	ih_pptr;	/* parameter problem */
		struct in_addr	ih_gwaddr;	/* redirect */
		struct ih_idseq {
			u_int16_t	icd_id;
			u_int16_t	icd_seq;
		} ih_idseq;
		int32_t		ih_void;
		struct ih_pmtu {		/* RFC 1191 */
			u_int16_t	ipm_void;
			u_int16_t	ipm_nextmtu;
		} ih_pmtu;
		struct ih_rtradv {
			u_int8_t	irt_num_addrs;
			u_int8_t	irt_wpa;
			u_int16_t	irt_lifetime;
		} ih_rtradv;
	} icmp_hun;
#define icmp_pptr	icmp_hun.ih_pptr
#define icmp_gwaddr	icmp_hun.ih_gwaddr
#define icmp_id		icmp_hun.ih_idseq.icd_id
#define icmp_seq	icmp_hun.ih_idseq.icd_seq
#define icmp_void	icmp_hun.ih_void
#define icmp_pmvoid	icmp_hun.ih_pmtu.ipm_void
#define icmp_nextmtu	icmp_hun.ih_pmtu.ipm_nextmtu
	union {
		struct id_ts {
			u_int32_t	its_otime;
			u_int32_t	its_rtime;
			u_int32_t	its_ttime;
		} id_ts;
		struct id_ip {
			struct ip	idi_ip;
			/* options and then 64 bits of data */
		} id_ip;
		u_int32_t	id_mask;
		int8_t		id_data[1];
	} icmp_dun;
#define icmp_otime	icmp_dun.id_ts.its_otime
#define icmp_rtime	icmp_dun.id_ts.its_rtime
#define icmp_ttime	icmp_dun.id_ts.its_ttime
#define icmp_ip		icmp_dun.id_ip.idi_ip
#define icmp_mask	icmp_dun.id_mask
#define icmp_data	icmp_dun.id_data
};

/*
 * Smallest lengths.  An error message needs the failed packet's header and
 * eight bytes beyond it, which the transports look at.
 */
#define ICMP_MINLEN	8
#define ICMP_TSLEN	(8 + 3 * sizeof(n_time))
#define ICMP_MASKLEN	12
#define ICMP_ADVLENMIN	(8 + sizeof(struct ip) + 8)
#define ICMP_ADVLEN(p)	(8 + ((p)->icmp_ip.ip_hl << 2) + 8)

#define ICMP_ECHOREPLY		0
#define ICMP_UNREACH		3
#define  ICMP_UNREACH_NET		0
#define  ICMP_UNREACH_HOST		1
#define  ICMP_UNREACH_PROTOCOL		2
#define  ICMP_UNREACH_PORT		3
#define  ICMP_UNREACH_NEEDFRAG		4
#define  ICMP_UNREACH_SRCFAIL		5
#define  ICMP_UNREACH_NET_UNKNOWN	6
#define  ICMP_UNREACH_HOST_UNKNOWN	7
#define  ICMP_UNREACH_ISOLATED		8
#define  ICMP_UNREACH_NET_PROHIB	9
#define  ICMP_UNREACH_HOST_PROHIB	10
#define  ICMP_UNREACH_TOSNET		11
#define  ICMP_UNREACH_TOSHOST		12
#define  ICMP_UNREACH_FILTER_PROHIB	13
#define  ICMP_UNREACH_HOST_PRECEDENCE	14
#define  ICMP_UNREACH_PRECEDENCE_CUTOFF	15
#define ICMP_SOURCEQUENCH	4
#define ICMP_REDIRECT		5
#define  ICMP_REDIRECT_NET		0
#define  ICMP_REDIRECT_HOST		1
#define  ICMP_REDIRECT_TOSNET		2
#define  ICMP_REDIRECT_TOSHOST		3
#define ICMP_ALTHOSTADDR	6
#define ICMP_ECHO		8
#define ICMP_ROUTERADVERT	9
#define ICMP_ROUTERSOLICIT	10
#define ICMP_TIMXCEED		11
#define  ICMP_TIMXCEED_INTRANS		0
#define  ICMP_TIMXCEED_REASS		1
#define ICMP_PARAMPROB		12
#define  ICMP_PARAMPROB_ERRATPTR	0
#define  ICMP_PARAMPROB_OPTABSENT	1
#define  ICMP_PARAMPROB_LENGTH		2
#define ICMP_TSTAMP		13
#define ICMP_TSTAMPREPLY	14
#define ICMP_IREQ		15
#define ICMP_IREQREPLY		16
#define ICMP_MASKREQ		17
#define ICMP_MASKREPLY		18
#define ICMP_TRACEROUTE		30
#define ICMP_DATACONVERR	31
#define ICMP_MOBILE_REDIRECT	32
#define ICMP_PHOTURIS		40
#define ICMP_MAXTYPE		40

/* Messages that ask or answer, as against those that report an error. */
#define ICMP_INFOTYPE(type) \
	((type) == ICMP_ECHOREPLY || (type) == ICMP_ECHO || \
	(type) == ICMP_ROUTERADVERT || (type) == ICMP_ROUTERSOLICIT || \
	(type) == ICMP_TSTAMP || (type) == ICMP_TSTAMPREPLY || \
	(type) == ICMP_IREQ || (type) == ICMP_IREQREPLY || \
	(type) == ICMP_MASKREQ || (type) == ICMP_MASKREPLY)

#ifdef _KERNEL
#include <netinet/in_systm.h>

struct ifnet;
struct mbuf;
struct rtentry;

/*
 * The error message that is being worked on, for those who want more of it
 * than pr_ctlinput() passes; NULL when there is none.
 */
struct icmp_errctx {
	struct in_addr	ie_src;		/* who complains */
	uint8_t		ie_type;
	uint8_t		ie_code;
	uint16_t	ie_mtu;		/* host order; NEEDFRAG's, or 0 */
	const struct icmp *ie_icmp;	/* ICMP_ADVLEN() of it contiguous */
	const struct mbuf *ie_m;	/* the packet, from its IP header */
	u_int		ie_off;		/* where in it the quote starts */
};
extern const struct icmp_errctx *icmp_errctx;

/* icmp_input.c */
void		 icmp_init(void);
void		 icmp_redirect_settimeout(int);
int		 icmp_input(struct mbuf **, int *, int, int);
int		 icmp_sysctl(int *, u_int, void *, size_t *, void *, size_t);

/* icmp_output.c */
void		 icmp_error(struct mbuf *, int, int, n_long, int);
struct mbuf	*icmp_do_error(struct mbuf *, int, int, n_long, int);
int		 icmp_reflect(struct mbuf *, struct mbuf **);
int		 icmp_send(struct mbuf *, struct mbuf *);
int		 icmp_ratelimit(void);

/* icmp_pmtu.c */
void		 icmp_pmtu_init(void);
void		 icmp_pmtu_settimeout(int);
struct rtentry	*icmp_mtudisc_clone(struct in_addr, u_int);
void		 icmp_mtudisc(const struct icmp *, u_int);
#endif /* _KERNEL */

#endif /* _NETINET_IP_ICMP_H_ */

/*
 * Protocol control blocks of Internet sockets: who talks to whom, and the
 * tables in which incoming packets find their socket.
 *
 * Everything here is protected by the net lock.
 */
#ifndef _NETINET_IN_PCB_H_
#define _NETINET_IN_PCB_H_

#ifdef _KERNEL

#include <sys/types.h>
#include <sys/queue.h>
#include <net/route.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet6/in6.h>

struct in_pktinfo;
struct inpcb;
struct inpcbtable;
struct ip6_hdr;
struct ip_moptions;
struct mbuf;
struct proc;
struct socket;

/* An address of either family; IPv4 lies in the last word. */
union inpaddru {
	uint32_t	iau_addr32[4];
	struct {
		uint8_t		pad[12];
		struct in_addr	inaddr;
	} iau_a4u;
	struct in6_addr	iau_addr6;
};

/*
 * What each IPsec policy level wants, by kind; kept for netipsec, which reads
 * and sets them through its hook.
 */
struct ipsec_level {
	uint8_t		sl_auth;
	uint8_t		sl_esp_trans;
	uint8_t		sl_esp_network;
	uint8_t		sl_ipcomp;
};

/*
 * A tunnel's input: it takes the datagram (or the whole train) m, whose IP
 * header is at the start, of hlen bytes, followed by the UDP header uh.  It
 * returns NULL when it consumed m, or the chain for the socket to have.  One
 * of ip and ip6 is NULL.
 */
typedef struct mbuf *(*inp_upcall_t)(void *, struct mbuf *, struct ip *,
	    struct ip6_hdr *, void *, int);

struct inpcb {
	LIST_ENTRY(inpcb)	 inp_hash;	/* by both ends */
	LIST_ENTRY(inpcb)	 inp_lhash;	/* by local port */
	TAILQ_ENTRY(inpcb)	 inp_queue;
	struct inpcbtable	*inp_table;
	struct socket		*inp_socket;
	union inpaddru		 inp_faddru;
	union inpaddru		 inp_laddru;
#define inp_faddr	inp_faddru.iau_a4u.inaddr
#define inp_laddr	inp_laddru.iau_a4u.inaddr
#define inp_faddr6	inp_faddru.iau_addr6
#define inp_laddr6	inp_laddru.iau_addr6
	uint16_t		 inp_fport;	/* network order */
	uint16_t		 inp_lport;	/* network order */
	unsigned int		 inp_rtableid;
	int			 inp_flags;	/* INP_* */
	struct route		 inp_route;	/* to inp_faddr or the last */
	struct ip		 inp_ip;	/* prototype: tos, ttl, p */
	struct mbuf		*inp_options;	/* struct ipoption, or NULL */
	struct ip_moptions	*inp_moptions;	/* multicast, or NULL */
	uint8_t			 inp_ip_minttl;
	uint8_t			 inp_pmtudisc;	/* IP_PMTUDISC_* */
	uint16_t		 inp_udpseg;	/* UDP_SEGMENT, 0 none */
	uint32_t		 inp_icmpfilter; /* types refused */
	struct ipsec_level	 inp_seclevel;
	uint32_t		 inp_ipsecflowinfo;
	void			*inp_pcb6;	/* netinet6's own options */
	inp_upcall_t		 inp_upcall;
	void			*inp_upcall_arg;
	u_int			 inp_refcnt;
};

LIST_HEAD(inpcbhead, inpcb);
TAILQ_HEAD(inpcbqueue, inpcb);

/*
 * One protocol's sockets.  Two hash tables grow with their number; the keys
 * are secret, so that nobody outside can fill one chain.
 */
struct inpcbtable {
	struct inpcbqueue	 inpt_queue;
	struct inpcbhead	*inpt_hashtbl;
	struct inpcbhead	*inpt_lhashtbl;
	u_int			 inpt_mask;	/* size less one, of both */
	u_int			 inpt_count;
	uint64_t		 inpt_key[2];
	uint16_t		 inpt_lastport;	/* host order */
	u_int			 inpt_limit;	/* most sockets */
	uint64_t		 inpt_refused;	/* attaches over the limit */
};

/* inp_flags; those with control messages first. */
#define INP_RECVOPTS		0x00000001
#define INP_RECVRETOPTS		0x00000002
#define INP_RECVDSTADDR		0x00000004
#define INP_RECVDSTPORT		0x00000008
#define INP_RECVIF		0x00000010
#define INP_RECVTTL		0x00000020
#define INP_RECVTOS		0x00000040
#define INP_RECVRTABLE		0x00000080
#define INP_PKTINFO		0x00000100
#define INP_CONTROLOPTS		0x000001ff
#define INP_RECVERR		0x00000200
#define INP_HDRINCL		0x00000400
#define INP_HIGHPORT		0x00000800
#define INP_LOWPORT		0x00001000
#define INP_ANONPORT		0x00002000	/* the system chose lport */
#define INP_BINDANY		0x00004000
#define INP_IPV6		0x00008000
#define INP_PINGDGRAM		0x00010000	/* SOCK_DGRAM of ICMP */
#define INP_UDPGRO		0x00020000
#define INP_HASHED		0x00040000	/* in the tables */
#define INP_RECVTCLASS		0x00080000	/* IPv6's, set by netinet6 */
#define INP_RECVHOPLIMIT	0x00100000
#define INP_IPV6_V6ONLY		0x00200000
#define INP_MULTICAST_ALL	0x00400000	/* any group that we are in */
#define INP_MULTICAST_NOALL	0x00800000
#define INP_LADDRBOUND		0x01000000	/* bind(2) set laddr */

/* in_pcblookup_local() flags. */
#define INPLOOKUP_WILDCARD	1

#define sotoinpcb(so)	((struct inpcb *)(so)->so_pcb)

/* Ports that are never chosen, or that only root may bind. */
#define DP_MAPBITS	(sizeof(uint32_t) * 8)
#define DP_MAPSIZE	(65536 / DP_MAPBITS)
#define DP_SET(m, p)	((m)[(p) / DP_MAPBITS] |= 1U << ((p) % DP_MAPBITS))
#define DP_CLR(m, p)	((m)[(p) / DP_MAPBITS] &= ~(1U << ((p) % DP_MAPBITS)))
#define DP_ISSET(m, p)	((m)[(p) / DP_MAPBITS] & (1U << ((p) % DP_MAPBITS)))

struct baddynamicports {
	uint32_t	udp[DP_MAPSIZE];
	uint32_t	tcp[DP_MAPSIZE];
};
extern struct baddynamicports baddynamicports, rootonlyports;

extern struct inpcbtable udbtable, rawcbtable, tcbtable;
extern int ipport_firstauto, ipport_lastauto;
extern int ipport_hifirstauto, ipport_hilastauto;

/* What a packet's socket is looked up by; ports in network order. */
struct in_pcbkey {
	struct in_addr	pk_faddr, pk_laddr;
	uint16_t	pk_fport, pk_lport;
	u_int		pk_rtableid;
	u_int		pk_ifidx;	/* where it came in, 0 any */
};

void		 in_pcbinit(struct inpcbtable *, u_int);
int		 in_pcballoc(struct socket *, struct inpcbtable *, int);
void		 in_pcbdetach(struct inpcb *);
int		 in_pcbbind(struct inpcb *, struct mbuf *, struct proc *);
int		 in_pcbconnect(struct inpcb *, struct mbuf *);
void		 in_pcbdisconnect(struct inpcb *);
int		 in_pcbselsrc(struct in_addr *, const struct sockaddr_in *,
		    struct inpcb *);
extern const int inetctlerrmap[];
int		 in_pcbpickport(struct inpcb *, u_int *,
		    int (*)(struct inpcb *, u_int));
struct rtentry	*in_pcbrtentry(struct inpcb *);
void		 in_pcbrehash(struct inpcb *);
struct inpcb	*in_pcblookup_key(struct inpcbtable *,
		    const struct in_pcbkey *);
struct inpcb	*in_pcblookup_packet(struct inpcbtable *,
		    const struct in_pcbkey *);
struct inpcb	*in_pcblookup(struct inpcbtable *, struct in_addr, u_int,
		    struct in_addr, u_int, u_int);
struct inpcb	*in_pcblookup_listen(struct inpcbtable *, struct in_addr,
		    u_int, u_int);
struct inpcb	*in_pcblookup_local(struct inpcbtable *, struct in_addr,
		    u_int, int, u_int);
struct inpcbhead *in_pcbhash(struct inpcbtable *, u_int,
		    const union inpaddru *, u_int, const union inpaddru *,
		    u_int);
struct inpcbhead *in_pcbporthead(struct inpcbtable *, u_int, u_int);
void		 in_pcbnotifyall(struct inpcbtable *, struct sockaddr *,
		    u_int, int, void (*)(struct inpcb *, int));
void		 in_pcbref(struct inpcb *);
void		 in_pcbunref(struct inpcb *);
void		 in_setsockaddr(struct inpcb *, struct mbuf *);
void		 in_setpeeraddr(struct inpcb *, struct mbuf *);
int		 in_sockaddr(struct socket *, struct mbuf *);
int		 in_peeraddr(struct socket *, struct mbuf *);
int		 in_pcbset_rtableid(struct inpcb *, u_int);
void		 in_rtchange(struct inpcb *, int);
int		 in_baddynamic(u_int16_t, u_int16_t);
int		 in_rootonly(u_int16_t, u_int16_t);

#endif /* _KERNEL */

#endif /* _NETINET_IN_PCB_H_ */

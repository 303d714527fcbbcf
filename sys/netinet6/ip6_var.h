/*
 * IPv6: statistics, options, reassembly, and the entry points of the layer.
 */
#ifndef _NETINET6_IP6_VAR_H_
#define _NETINET6_IP6_VAR_H_

#include <sys/types.h>

/* Statistics, sysctl net.inet6.ip6.stats. */
struct ip6stat {
	uint64_t ip6s_total;		/* total packets received */
	uint64_t ip6s_tooshort;		/* packet too short */
	uint64_t ip6s_toosmall;		/* not enough data */
	uint64_t ip6s_fragments;	/* fragments received */
	uint64_t ip6s_fragdropped;	/* frags dropped (dups, no space) */
	uint64_t ip6s_fragtimeout;	/* fragments timed out */
	uint64_t ip6s_fragoverflow;	/* fragments that exceeded limit */
	uint64_t ip6s_forward;		/* packets forwarded */
	uint64_t ip6s_cantforward;	/* packets rcvd for unreachable dest */
	uint64_t ip6s_redirectsent;	/* packets forwarded on same net */
	uint64_t ip6s_delivered;	/* datagrams delivered to upper level */
	uint64_t ip6s_localout;		/* total ip packets generated here */
	uint64_t ip6s_odropped;		/* lost output due to nobufs, etc. */
	uint64_t ip6s_reassembled;	/* total packets reassembled ok */
	uint64_t ip6s_fragmented;	/* datagrams successfully fragmented */
	uint64_t ip6s_ofragments;	/* output fragments created */
	uint64_t ip6s_cantfrag;		/* don't fragment flag was set, etc. */
	uint64_t ip6s_badoptions;	/* error in option processing */
	uint64_t ip6s_noroute;		/* packets discarded due to no route */
	uint64_t ip6s_badvers;		/* ip6 version != 6 */
	uint64_t ip6s_rawout;		/* total raw ip packets generated */
	uint64_t ip6s_badscope;		/* scope error */
	uint64_t ip6s_notmember;	/* don't join this multicast group */
	uint64_t ip6s_nxthist[256];	/* next header history */
	uint64_t ip6s_m1;		/* one mbuf */
	uint64_t ip6s_m2m[32];		/* two or more mbuf */
	uint64_t ip6s_mext1;		/* one ext mbuf */
	uint64_t ip6s_mext2m;		/* two or more ext mbuf */
	uint64_t ip6s_nogif;		/* no match gif found */
	uint64_t ip6s_toomanyhdr;	/* discarded due to too many headers */
	/* Source address selection, by scope (0 to 15). */
	uint64_t ip6s_sources_none;	/* no address to choose */
	uint64_t ip6s_sources_sameif[16];
	uint64_t ip6s_sources_otherif[16];
	uint64_t ip6s_sources_samescope[16];
	uint64_t ip6s_sources_otherscope[16];
	uint64_t ip6s_sources_deprecated[16];
	uint64_t ip6s_rtcachehit;	/* valid route found in cache */
	uint64_t ip6s_rtcachemiss;	/* route cache with new destination */
	uint64_t ip6s_wrongif;		/* packet received on wrong interface */
	uint64_t ip6s_idropped;		/* lost input due to nobufs, etc. */
	/* What follows is this system's own. */
	uint64_t ip6s_badaddr;		/* source or destination impossible */
	uint64_t ip6s_exthdrtoolong;	/* extension header beyond the end */
	uint64_t ip6s_hbhorder;		/* hop-by-hop header not first */
	uint64_t ip6s_badrthdr;		/* routing header refused */
	uint64_t ip6s_jumbo;		/* jumbo payload refused */
	uint64_t ip6s_unknownopt;	/* unknown option, packet dropped */
	uint64_t ip6s_noproto;		/* unknown next header */
	uint64_t ip6s_badfrags;		/* malformed fragments */
	uint64_t ip6s_fragoverlap;	/* datagrams dropped: overlaps */
	uint64_t ip6s_fragdup;		/* fragments received twice */
	uint64_t ip6s_fragsource;	/* refused: a source's limit */
	uint64_t ip6s_fragtiny;		/* first fragment hides its headers */
	uint64_t ip6s_fragatomic;	/* atomic fragments (RFC 6946) */
	uint64_t ip6s_rcvmemdrop;	/* frags dropped for lack of memory */
	uint64_t ip6s_hlim;		/* forwarding: hop limit ran out */
	uint64_t ip6s_toobig;		/* forwarding: larger than the link */
	uint64_t ip6s_reject;		/* forwarding: reject or blackhole */
	uint64_t ip6s_llmcast;		/* unicast in a link multicast */
	uint64_t ip6s_tentative;	/* for an address not ours yet */
	uint64_t ip6s_noaddr;		/* interface does not speak IPv6 */
	uint64_t ip6s_policy;		/* refused by IPsec policy */
	uint64_t ip6s_filtered;		/* taken or refused by the filter */
	uint64_t ip6s_rawdrop;		/* raw socket full, or bad checksum */
};

#ifdef _KERNEL
#include <sys/queue.h>
#include <netinet/ip6.h>
#include <netinet6/in6.h>

struct icmp6_filter;
struct ifnet;
struct in6_ifaddr;
struct in6_multi;
struct inpcb;
struct ip;
struct mbuf;
struct mbuf_list;
struct proc;
struct protosw;
struct route;
struct rtentry;
struct sockaddr;
struct socket;

/* Multicast options of a socket. */
struct ip6_moptions {
	unsigned int	im6o_ifidx;	/* of outgoing multicasts; 0 any */
	short		im6o_hlim;	/* -1 the default */
	uint8_t		im6o_loop;	/* hear our own */
	uint8_t		im6o_all;	/* hear any group that we are in */
	uint16_t	im6o_num_memberships;
	uint16_t	im6o_max_memberships;
	struct in6_multi **im6o_membership;
};

/* Extension headers that a socket sends, each whole, in mbufs or NULL. */
struct ip6_exthdrs {
	struct mbuf	*ip6e_hbh;
	struct mbuf	*ip6e_dest2;	/* destination options */
};

/* What IPv6 keeps of a socket: inp_pcb6. */
struct in6pcb {
	struct ip6_moptions	*in6p_moptions;
	struct ip6_exthdrs	 in6p_ext;
	struct icmp6_filter	*in6p_icmp6filt;	/* raw, or NULL */
	u_int			 in6p_ifidx;	/* IPV6_PKTINFO, UNICAST_IF */
	int			 in6p_cksum;	/* offset, -1 none */
	short			 in6p_hops;	/* -1 the default */
	short			 in6p_minhops;
	int			 in6p_flags;	/* IN6P_* */
	uint8_t			 in6p_tclass;
	uint8_t			 in6p_proto;	/* raw: its protocol */
	uint8_t			 in6p_pmtudisc;	/* IPV6_PMTUDISC_* */
	uint32_t		 in6p_flowlabel; /* of a connection */
};
#define IN6P_RECVHOPOPTS	0x01
#define IN6P_RECVDSTOPTS	0x02
#define IN6P_RECVRTHDR		0x04
#define IN6P_DONTFRAG		0x08
#define IN6P_AUTOFLOWLABEL	0x10

/* How one datagram is to be sent: a socket's defaults, and its control. */
struct ip6_outcontrol {
	struct in6_addr		 oc6_src;	/* from, or :: */
	u_int			 oc6_ifidx;	/* by, or 0 */
	struct ip6_moptions	*oc6_imo;	/* multicast, or NULL */
	struct ip6_moptions	 oc6_imobuf;	/* with oc6_ifidx */
	struct ip6_exthdrs	 oc6_ext;	/* borrowed */
	struct mbuf		*oc6_own[2];	/* of oc6_ext, to be freed */
	int			 oc6_hlim;	/* -1 the default */
	int			 oc6_dontfrag;
	uint16_t		 oc6_udpseg;	/* UDP_SEGMENT, or 0 */
	uint8_t			 oc6_tclass;
};

/* Flags of ip6_output(). */
#define IPV6_UNSPECSRC		0x01	/* may leave without a source */
#define IPV6_FORWARDING		0x02	/* most of the header exists */
#define IPV6_MINMTU		0x04	/* fragment at 1280 */
#define IPV6_REDIRECT		0x08	/* redirected by pf */
#define IPV6_NOFRAG		0x10	/* EMSGSIZE when too large */
#define IPV6_NOPOLICY		0x20	/* IPsec has been applied */
#define IPV6_MTUPROBE		0x40	/* with NOFRAG: interface MTU counts */
#define IPV6_ROUTETOIF		0x80	/* to directly attached hosts only */

/* A packet that was put together of fragments. */
#define M_FRAG6		M_PROTO1

/* Room that is left in front of an IPv6 header for link headers, bytes. */
#define IP6_LINKHDR	64

/* ip6_input.c, ip6_exthdr.c */
void		 ip6_init(void);
void		 ipv6_input(struct ifnet *, struct mbuf *);
int		 ip6_input_if(struct mbuf **, int *, int, int,
		    struct ifnet *);
void		 ip6_deliver(struct mbuf *, int, int);
struct mbuf	*ip6_own(struct mbuf *, u_int);
int		 ip6_hopopts_input(struct mbuf **, int *);
int		 dest6_input(struct mbuf **, int *, int, int);
int		 route6_input(struct mbuf **, int *, int, int);
int		 frag6_input(struct mbuf **, int *, int, int);
int		 ip6_nexthdr(const struct mbuf *, int, int, int *);
int		 ip6_lasthdr(const struct mbuf *, int, int, int *);
u_int		 ip6_nxtptr(const struct mbuf *, int);
void		 ip6_srcaddr(const struct mbuf *, struct in6_addr *);
void		 ip6_dstaddr(const struct mbuf *, struct in6_addr *);

/* frag6.c */
void		 frag6_init(void);
void		 frag6_slowtimo(void);
void		 frag6_drain(void);
u_int		 frag6_count(void);

/* ip6_forward.c */
void		 ip6_forward(struct mbuf *, struct ifnet *, int);

/* ip6_output.c, ip6_fragment.c */
int		 ip6_output(struct mbuf *, struct ip6_exthdrs *,
		    struct route *, int, struct ip6_moptions *,
		    struct inpcb *);
u_int		 ip6_mcastif(const struct in6_addr *, u_int);
int		 ip6_filter_out(struct mbuf **, struct ifnet *, int);
void		 ip6_mloopback(struct ifnet *, struct mbuf *);
int		 ip6_fragment(struct mbuf *, u_int, u_int, u_int,
		    struct mbuf_list *);
uint32_t	 ip6_randomid(const struct in6_addr *,
		    const struct in6_addr *);
uint32_t	 ip6_randomflowlabel(void);

/* in6_src.c */
int		 in6_pcbselsrc(struct in6_addr *, const struct sockaddr_in6 *,
		    struct inpcb *);
struct in6_ifaddr *in6_ifawithscope(struct ifnet *, const struct in6_addr *,
		    u_int, struct rtentry *);
int		 in6_selecthlim(const struct inpcb *);

/* in6_route.c */
struct rtentry	*route6_mpath(struct route *, const struct in6_addr *,
		    const struct in6_addr *, u_int);

/* ip6_sockopt.c, ip6_moptions.c, ip6_control.c */
int		 ip6_ctloutput(int, struct socket *, int, int, struct mbuf *);
int		 ip6_setexthdr(struct mbuf **, const void *, size_t);
int		 ip6_setmoptions(int, struct inpcb *, const struct mbuf *);
int		 ip6_getmoptions(int, struct inpcb *, struct mbuf *);
void		 ip6_freemoptions(struct ip6_moptions *);
int		 ip6_mcast_wanted(const struct inpcb *,
		    const struct in6_addr *, u_int);
void		 ip6_savecontrol(struct inpcb *, struct mbuf **,
		    struct ip6_hdr *, struct mbuf *);
void		 ip6_savecontrol4(struct inpcb *, struct mbuf **,
		    const struct ip *, struct mbuf *);
void		 ip6_recverr(struct inpcb *, in_port_t, u_int);
void		 ip6_localerr(struct inpcb *, const struct sockaddr_in6 *,
		    int);
int		 ip6_outcontrol(struct inpcb *, struct mbuf *,
		    struct ip6_outcontrol *);
void		 ip6_outcontrol_done(struct ip6_outcontrol *);
int		 ip6_outsource(struct inpcb *, const struct sockaddr_in6 *,
		    const struct ip6_outcontrol *, struct in6_addr *);
int		 ip6_outflags(const struct inpcb *,
		    const struct ip6_outcontrol *);
int		 ip6_sysctl(int *, u_int, void *, size_t *, void *, size_t);

/* raw_ip6.c */
void		 rip6_init(void);
int		 rip6_input(struct mbuf **, int *, int, int);
int		 rip6_ctloutput(int, struct socket *, int, int, struct mbuf *);
void		 rip6_ctlinput(int, struct sockaddr *, u_int, void *);

/* udp6_input.c, udp6_output.c, udp6_usrreq.c, tcp6_stub.c */
int		 udp6_ctloutput(int, struct socket *, int, int, struct mbuf *);
int		 tcp6_input(struct mbuf **, int *, int, int);
int		 udp6_input(struct mbuf **, int *, int, int);
void		 udp6_ctlinput(int, struct sockaddr *, u_int, void *);
int		 udp6_output(struct inpcb *, struct mbuf *, struct mbuf *,
		    struct mbuf *);

extern const struct pr_usrreqs rip6_usrreqs, udp6_usrreqs, tcp6stub_usrreqs;
extern struct ip6stat ip6stat;
extern int ip6_forwarding, ip6_sendredirects, ip6_defhlim, ip6_defmcasthlim;
extern int ip6_maxfragpackets, ip6_maxfrags, ip6_hdrnestlimit;
extern int ip6_use_deprecated, ip6_auto_flowlabel, ip6_multipath;
extern int ip6_mcast_pmtu, ip6_maxdynroutes, ip6_mtudisc_timeout;

static inline void
ip6stat_inc(uint64_t *counter)
{
	(*counter)++;
}

/*
 * Protocols above IPv6, as ip_protox[] is for IPv4.  A room registers its
 * own before the first packet; what nobody registered goes to raw sockets.
 */
extern const struct protosw *ip6_protox[];
void		 ip6_proto_register(const struct protosw *);

#endif /* _KERNEL */

#endif /* _NETINET6_IP6_VAR_H_ */

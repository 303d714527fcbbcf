/*
 * IPv4: statistics, options, reassembly, and the entry points of the layer.
 */
#ifndef _NETINET_IP_VAR_H_
#define _NETINET_IP_VAR_H_

#include <sys/types.h>

/* Statistics, sysctl net.inet.ip.stats. */
struct ipstat {
	uint64_t ips_total;		/* total packets received */
	uint64_t ips_badsum;		/* checksum bad */
	uint64_t ips_tooshort;		/* packet too short */
	uint64_t ips_toosmall;		/* not enough data */
	uint64_t ips_badhlen;		/* ip header length < data size */
	uint64_t ips_badlen;		/* ip length < ip header length */
	uint64_t ips_fragments;		/* fragments received */
	uint64_t ips_fragdropped;	/* frags dropped (dups, out of space) */
	uint64_t ips_fragtimeout;	/* fragments timed out */
	uint64_t ips_forward;		/* packets forwarded */
	uint64_t ips_cantforward;	/* packets rcvd for unreachable dest */
	uint64_t ips_redirectsent;	/* packets forwarded on same net */
	uint64_t ips_noproto;		/* unknown or unsupported protocol */
	uint64_t ips_delivered;		/* datagrams delivered to upper level */
	uint64_t ips_localout;		/* total ip packets generated here */
	uint64_t ips_odropped;		/* lost output due to nobufs, etc. */
	uint64_t ips_reassembled;	/* total packets reassembled ok */
	uint64_t ips_fragmented;	/* datagrams successfully fragmented */
	uint64_t ips_ofragments;	/* output fragments created */
	uint64_t ips_cantfrag;		/* don't fragment flag was set, etc. */
	uint64_t ips_badoptions;	/* error in option processing */
	uint64_t ips_noroute;		/* packets discarded due to no route */
	uint64_t ips_badvers;		/* ip version != 4 */
	uint64_t ips_rawout;		/* total raw ip packets generated */
	uint64_t ips_badfrags;		/* malformed fragments (bad length) */
	uint64_t ips_rcvmemdrop;	/* frags dropped for lack of memory */
	uint64_t ips_toolong;		/* ip length > max ip packet size */
	uint64_t ips_nogif;		/* no match gif found */
	uint64_t ips_badaddr;		/* invalid address on header */
	uint64_t ips_inswcsum;		/* software checksums on input */
	uint64_t ips_outswcsum;		/* software checksums on output */
	uint64_t ips_notmember;		/* multicasts for unregistered groups */
	uint64_t ips_rtcachehit;	/* valid route found in cache */
	uint64_t ips_rtcachemiss;	/* route cache with new destination */
	uint64_t ips_wrongif;		/* packet received on wrong interface */
	uint64_t ips_idropped;		/* lost input due to nobufs, etc. */
	/* What follows is this system's own. */
	uint64_t ips_fragoverlap;	/* datagrams dropped: overlaps */
	uint64_t ips_fragdup;		/* fragments received twice */
	uint64_t ips_fragmax;		/* refused: a packet's limit */
	uint64_t ips_fragtotal;		/* refused: the limit of all */
	uint64_t ips_fragsource;	/* refused: a source's limit */
	uint64_t ips_fragtiny;		/* first fragment hides its ports */
	uint64_t ips_srcroute;		/* source routes refused */
	uint64_t ips_ttl;		/* forwarding: TTL ran out */
	uint64_t ips_needfrag;		/* forwarding: DF, but too large */
	uint64_t ips_reject;		/* forwarding: reject or blackhole */
	uint64_t ips_bcastfwd;		/* forwarding: broadcast refused */
	uint64_t ips_llmcast;		/* unicast in a link broadcast */
	uint64_t ips_noaddr;		/* interface without an address */
	uint64_t ips_loop;		/* sent round too often */
	uint64_t ips_policy;		/* refused by IPsec policy */
	uint64_t ips_filtered;		/* taken or refused by the filter */
};

#ifdef _KERNEL
#include <sys/queue.h>
#include <netinet/in.h>
#include <netinet/ip.h>

struct ifnet;
struct in_multi;
struct inpcb;
struct mbuf;
struct mbuf_list;
struct proc;
struct protosw;
struct route;
struct rtentry;
struct sockaddr;
struct sockaddr_in;
struct socket;

/*
 * Options of a socket, kept in an mbuf; ipopt_dst is the first hop of a
 * source route, or 0.
 */
struct ipoption {
	struct in_addr	ipopt_dst;
	int8_t		ipopt_list[MAX_IPOPTLEN];
};

/* Multicast options of a socket. */
struct ip_moptions {
	unsigned int	imo_ifidx;	/* of outgoing multicasts; 0 any */
	uint8_t		imo_ttl;
	uint8_t		imo_loop;	/* hear our own */
	uint16_t	imo_num_memberships;
	uint16_t	imo_max_memberships;
	struct in_multi	**imo_membership;
};

/* How one datagram is to be sent: a socket's defaults, and its control. */
struct ip_outcontrol {
	struct in_addr		 oc_src;	/* from, or 0 */
	u_int			 oc_ifidx;	/* by, or 0 */
	struct ip_moptions	*oc_imo;	/* multicast, or NULL */
	struct ip_moptions	 oc_imobuf;	/* with oc_ifidx */
	uint16_t		 oc_udpseg;	/* UDP_SEGMENT, or 0 */
	uint8_t			 oc_ttl;
	uint8_t			 oc_tos;
};

/* Flags of ip_output(). */
#define IP_FORWARDING		0x0001	/* most of the header exists */
#define IP_RAWOUTPUT		0x0002	/* raw header exists */
#define IP_FORWARDING_IPSEC	0x0004	/* only packets processed by IPsec */
#define IP_ROUTETOIF		0x0010	/* to directly attached hosts only */
#define IP_ALLOWBROADCAST	0x0020	/* may be a broadcast */
#define IP_REDIRECT		0x0040	/* redirected by pf */
#define IP_NOPOLICY		0x0080	/* IPsec has been applied */
#define IP_MTUDISC		0x0800	/* set DF while the path allows */
#define IP_DONTFRAG		0x1000	/* set DF, EMSGSIZE when too large */
#define IP_MTUPROBE		0x2000	/* with it: interface MTU counts */

/* Room that is left in front of an IP header for link headers, bytes. */
#define IP_LINKHDR		64

void		 ip_init(void);
void		 ipv4_input(struct ifnet *, struct mbuf *);
void		 ipv4_ahead(const struct mbuf *, u_int, int);
struct mbuf	*ip_own(struct mbuf *, u_int);
int		 ip_input_if(struct mbuf **, int *, int, int,
		    struct ifnet *);
void		 ip_deliver(struct mbuf *, int, int);
void		 ip_forward(struct mbuf *, struct ifnet *, int);
int		 ip_dooptions(struct mbuf *, struct ifnet *, int *);
struct mbuf	*ip_insertoptions(struct mbuf *, struct mbuf *, int *);
int		 ip_optcopy(struct ip *, struct ip *);
void		 ip_stripoptions(struct mbuf *);
struct mbuf	*ip_reflectopts(const struct ip *);
int		 ip_pcbopts(struct mbuf **, const void *, size_t);
int		 ip_in_cksum(struct mbuf *, int);

struct mbuf	*ip_reass(struct mbuf *, u_int);
void		 ip_reass_init(void);
void		 ip_slowtimo(void);
void		 ip_drain(void);
u_int		 ip_reass_count(void);

int		 ip_output(struct mbuf *, struct mbuf *, struct route *, int,
		    struct ip_moptions *, struct inpcb *);
int		 ip_fragment(struct mbuf *, struct mbuf_list *, struct ifnet *,
		    u_long);
int		 ip_output_if(struct ifnet *, struct mbuf *,
		    struct sockaddr *, struct rtentry *, u_int);
int		 ip_filter_out(struct mbuf **, struct ifnet *, int);
void		 ip_mloopback(struct ifnet *, struct mbuf *,
		    const struct sockaddr_in *);
uint16_t	 ip_randomid(void);

int		 ip_ctloutput(int, struct socket *, int, int, struct mbuf *);
int		 ip_optint(const struct mbuf *, int *, int, int);
int		 ip_setmoptions(int, struct inpcb *, const struct mbuf *);
int		 ip_getmoptions(int, struct inpcb *, struct mbuf *);
void		 ip_freemoptions(struct ip_moptions *);
int		 ip_mcast_wanted(const struct inpcb *, struct in_addr, u_int);
void		 ip_savecontrol(struct inpcb *, struct mbuf **, struct ip *,
		    struct mbuf *);
void		 ip_recverr(struct inpcb *, in_port_t, u_int);
void		 ip_localerr(struct inpcb *, const struct sockaddr_in *,
		    int, u_int);
int		 ip_outcontrol(struct inpcb *, struct mbuf *,
		    struct ip_outcontrol *);
int		 ip_outsource(struct inpcb *, const struct sockaddr_in *,
		    const struct ip_outcontrol *, struct in_addr *);
int		 ip_outflags(const struct inpcb *);
int		 ip_sysctl(int *, u_int, void *, size_t *, void *, size_t);

int		 rip_input(struct mbuf **, int *, int, int);
int		 rip_ctloutput(int, struct socket *, int, int, struct mbuf *);
void		 rip_ctlinput(int, struct sockaddr *, u_int, void *);
void		 rip_init(void);

extern const struct pr_usrreqs rip_usrreqs, tcpstub_usrreqs;
extern struct ipstat ipstat;
extern int ip_defttl, ipforwarding, ipsendredirects, ip_directedbcast;
extern int ip_dosourceroute, ip_mtudisc, ip_mtudisc_timeout, ipmultipath;
extern int ip_maxqueue;

static inline void
ipstat_inc(uint64_t *counter)
{
	(*counter)++;
}

/*
 * Protocols above IP.  A room registers its own before the first packet;
 * what nobody registered goes to raw sockets.
 */
extern const struct protosw *ip_protox[IPPROTO_MAX];
void		 ip_proto_register(const struct protosw *);

/*
 * The packet filter, when there is one: it may change the packet, or take it
 * and set *mp to NULL.  0 passes; anything else drops, and the caller frees.
 */
#ifndef PF_IN
#define PF_INOUT	0
#define PF_IN		1
#define PF_OUT		2
#define PF_FWD		3
#endif
extern int (*pf_test_hook)(int, int, struct ifnet *, struct mbuf **);

/*
 * IPsec, when there is one.  All run under the net lock.
 *
 *	output	a packet with a complete header of hlen bytes and checksums
 *		perhaps unfinished; 0 goes on, EJUSTRETURN when m was taken,
 *		any other error refuses it (the caller frees)
 *	input	a packet for us, or to be forwarded when forward is not 0,
 *		before the transport proto sees it; 0 or an error refuses it
 *	setopt	IP_AUTH_LEVEL and kin on a socket: PRCO_*, option, value
 *	sysctl	net.inet.ip.{encdebug,ipsec*}
 */
struct ip_ipsec_hooks {
	int	(*ii_output)(struct mbuf *, int, struct inpcb *, int);
	int	(*ii_input)(struct mbuf *, int, int, struct inpcb *, int);
	int	(*ii_ctloutput)(int, struct inpcb *, int, struct mbuf *);
	int	(*ii_sysctl)(int *, u_int, void *, size_t *, void *, size_t);
};
extern const struct ip_ipsec_hooks *ip_ipsec;

/*
 * UDP encapsulation of ESP (RFC 3948): datagrams to udp_encap_port (network
 * order, 0 none) are offered to udp_encap_hook first, whole trains too.  It
 * gets the packet, the length of its IP header and the family, and returns
 * NULL when it took the packet.
 */
extern uint16_t udp_encap_port;
extern struct mbuf *(*udp_encap_hook)(struct mbuf *, int, int);

/*
 * May a datagram from that port to this address and port (network order) have
 * been sent by IPsec, which has no socket?  Then a path MTU is believed.
 */
extern int (*udp_encap_sent)(const struct sockaddr *, u_int16_t, u_int);

#endif /* _KERNEL */

#endif /* _NETINET_IP_VAR_H_ */

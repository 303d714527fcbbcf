/*
 * Routes: the messages of routing sockets, with OpenBSD's numbers and
 * layouts, and, inside the kernel, routes and how to find them.
 */
#ifndef _WARREN_KNET_ROUTE_H_
#define _WARREN_KNET_ROUTE_H_

#include <sys/types.h>
#ifdef _KERNEL
#include <sys/queue.h>
#include <sys/refcnt.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/timeout.h>
#include <net/art.h>
#include <netinet/in.h>
#endif

/* What is known of a path.  rmx_expire is uptime in seconds, 0 for never. */
struct rt_metrics {
	u_int64_t	rmx_pksent;	/* packets that used it */
	int64_t		rmx_expire;
	u_int		rmx_locks;	/* RTV_* that the kernel must leave */
	u_int		rmx_mtu;	/* bytes, 0 for the interface's */
	u_int		rmx_refcnt;
	u_int		rmx_hopcount;
	u_int		rmx_recvpipe;
	u_int		rmx_sendpipe;
	u_int		rmx_ssthresh;
	u_int		rmx_rtt;
	u_int		rmx_rttvar;
	u_int		rmx_pad;
};

/* rtm_flags */
#define RTF_UP		0x1		/* usable */
#define RTF_GATEWAY	0x2		/* rtm's gateway is a router */
#define RTF_HOST	0x4		/* to one address */
#define RTF_REJECT	0x8		/* unreachable, and says so */
#define RTF_DYNAMIC	0x10		/* made by a redirect */
#define RTF_MODIFIED	0x20		/* changed by a redirect */
#define RTF_DONE	0x40		/* message has been acted upon */
#define RTF_CLONING	0x100		/* makes a route for each host */
#define RTF_MULTICAST	0x200
#define RTF_LLINFO	0x400		/* link address by ARP or ND */
#define RTF_STATIC	0x800		/* added by hand */
#define RTF_BLACKHOLE	0x1000		/* drops without a word */
#define RTF_PROTO3	0x2000
#define RTF_PROTO2	0x4000
#define RTF_ANNOUNCE	RTF_PROTO2	/* proxy ARP */
#define RTF_PROTO1	0x8000
#define RTF_CLONED	0x10000		/* made by a cloning route */
#define RTF_CACHED	0x20000		/* resolves some route's gateway */
#define RTF_MPATH	0x40000		/* one of several */
#define RTF_MPLS	0x100000
#define RTF_LOCAL	0x200000	/* an address of ours */
#define RTF_BROADCAST	0x400000
#define RTF_CONNECTED	0x800000	/* an interface's network */
#define RTF_BFD		0x1000000
#define RTF_PERMANENT_ARP RTF_PROTO3	/* only for the bootstrap */
#define RTF_USETRAILERS	RTF_PROTO1

/* Flags that a message may set or clear. */
#define RTF_FMASK	\
	(RTF_LLINFO | RTF_PROTO1 | RTF_PROTO2 | RTF_PROTO3 | RTF_BLACKHOLE | \
	 RTF_REJECT | RTF_STATIC | RTF_MPLS | RTF_BFD)

/* Priorities: lower is better.  RTP_DOWN is or'ed in while a link is down. */
#define RTP_NONE	0		/* unset: chosen by the kernel */
#define RTP_LOCAL	1
#define RTP_CONNECTED	4
#define RTP_STATIC	8
#define RTP_EIGRP	28
#define RTP_OSPF	32
#define RTP_ISIS	36
#define RTP_RIP		40
#define RTP_BGP		48
#define RTP_DEFAULT	56
#define RTP_PROPOSAL_STATIC	57
#define RTP_PROPOSAL_DHCLIENT	58
#define RTP_PROPOSAL_SLAAC	59
#define RTP_PROPOSAL_UMB	60
#define RTP_PROPOSAL_PPP	61
#define RTP_PROPOSAL_SOLICIT	62
#define RTP_MAX		63
#define RTP_ANY		64
#define RTP_MASK	0x7f
#define RTP_DOWN	0x80

/* sysctl net.route.0.0.stats */
struct rtstat {
	u_int32_t	rts_badredirect;
	u_int32_t	rts_dynamic;	/* routes made by redirects */
	u_int32_t	rts_newgateway;	/* routes changed by redirects */
	u_int32_t	rts_unreach;	/* lookups that failed */
	u_int32_t	rts_wildcard;	/* lookups that a wildcard satisfied */
};

/* sysctl net.route.0.0.table.N */
struct rt_tableinfo {
	u_short	rti_tableid;
	u_short	rti_domainid;
};

/* The head of a routing message; sockaddrs follow. */
struct rt_msghdr {
	u_short	rtm_msglen;		/* bytes in all */
	u_char	rtm_version;		/* RTM_VERSION */
	u_char	rtm_type;		/* RTM_* */
	u_short	rtm_hdrlen;		/* sizeof(rt_msghdr) */
	u_short	rtm_index;		/* interface */
	u_short	rtm_tableid;
	u_char	rtm_priority;		/* RTP_* */
	u_char	rtm_mpls;
	int	rtm_addrs;		/* RTA_* that follow */
	int	rtm_flags;		/* RTF_* */
	int	rtm_fmask;		/* of them, to be changed */
	pid_t	rtm_pid;		/* who sent it */
	int	rtm_seq;		/* sender's number */
	int	rtm_errno;		/* why it failed */
	u_int	rtm_inits;		/* RTV_* that are set */
	struct	rt_metrics rtm_rmx;
};
#define rtm_use	rtm_rmx.rmx_pksent

#define RTM_VERSION	5

#define RTM_MAXSIZE	2048		/* longest message of a program */

#define RTM_ADD		0x1
#define RTM_DELETE	0x2
#define RTM_CHANGE	0x3
#define RTM_GET		0x4
#define RTM_LOSING	0x5
#define RTM_REDIRECT	0x6
#define RTM_MISS	0x7
#define RTM_RESOLVE	0xb
#define RTM_NEWADDR	0xc
#define RTM_DELADDR	0xd
#define RTM_IFINFO	0xe
#define RTM_IFANNOUNCE	0xf
#define RTM_DESYNC	0x10		/* messages were lost */
#define RTM_INVALIDATE	0x11
#define RTM_BFD		0x12
#define RTM_PROPOSAL	0x13
#define RTM_CHGADDRATTR	0x14
#define RTM_80211INFO	0x15
#define RTM_SOURCE	0x16

#define RTV_MTU		0x1
#define RTV_HOPCOUNT	0x2
#define RTV_EXPIRE	0x4
#define RTV_RPIPE	0x8
#define RTV_SPIPE	0x10
#define RTV_SSTHRESH	0x20
#define RTV_RTT		0x40
#define RTV_RTTVAR	0x80

/* rtm_addrs: these sockaddrs follow, in this order. */
#define RTA_DST		0x1
#define RTA_GATEWAY	0x2
#define RTA_NETMASK	0x4
#define RTA_GENMASK	0x8
#define RTA_IFP		0x10		/* interface: name and link address */
#define RTA_IFA		0x20		/* interface address */
#define RTA_AUTHOR	0x40
#define RTA_BRD		0x80		/* broadcast or far end */
#define RTA_SRC		0x100
#define RTA_SRCMASK	0x200
#define RTA_LABEL	0x400
#define RTA_BFD		0x800
#define RTA_DNS		0x1000
#define RTA_STATIC	0x2000
#define RTA_SEARCH	0x4000

#define RTAX_DST	0
#define RTAX_GATEWAY	1
#define RTAX_NETMASK	2
#define RTAX_GENMASK	3
#define RTAX_IFP	4
#define RTAX_IFA	5
#define RTAX_AUTHOR	6
#define RTAX_BRD	7
#define RTAX_SRC	8
#define RTAX_SRCMASK	9
#define RTAX_LABEL	10
#define RTAX_BFD	11
#define RTAX_DNS	12
#define RTAX_STATIC	13
#define RTAX_SEARCH	14
#define RTAX_MAX	15

/* setsockopt(2), level AF_ROUTE. */
#define ROUTE_MSGFILTER		1	/* u_int: ROUTE_FILTER(RTM_*) wanted */
#define ROUTE_TABLEFILTER	2	/* u_int: table, or RTABLE_ANY */
#define ROUTE_PRIOFILTER	3	/* u_int: worst priority wanted */
#define ROUTE_FLAGFILTER	4	/* int: RTF_* not wanted */

#define ROUTE_FILTER(m)	(1U << (m))
#define RTABLE_ANY	0xffffffff

#define RTLABEL_LEN	32
struct sockaddr_rtlabel {
	u_int8_t	sr_len;
	sa_family_t	sr_family;
	char		sr_label[RTLABEL_LEN];
};

#define RTDNS_LEN	128
struct sockaddr_rtdns {
	u_int8_t	sr_len;
	sa_family_t	sr_family;
	char		sr_dns[RTDNS_LEN];
};

#define RTSTATIC_LEN	128
struct sockaddr_rtstatic {
	u_int8_t	sr_len;
	sa_family_t	sr_family;
	char		sr_static[RTSTATIC_LEN];
};

#define RTSEARCH_LEN	128
struct sockaddr_rtsearch {
	u_int8_t	sr_len;
	sa_family_t	sr_family;
	char		sr_search[RTSEARCH_LEN];
};

#define RT_TABLEID_MAX		255
#define RT_TABLEID_BITS		8
#define RT_TABLEID_MASK		0xff

#ifndef RT_ROUNDUP
#define RT_ROUNDUP(n)	\
	((n) > 0 ? (1 + (((n) - 1) | (sizeof(long) - 1))) : sizeof(long))
#endif

#ifdef _KERNEL

struct ifaddr;
struct ifnet;
struct mbuf;
struct rtentry;
struct rttimer_queue;
struct socket;

/* An address of a route; room for every family that is routed. */
union rtaddr {
	struct sockaddr		ra_sa;
	struct sockaddr_in	ra_sin;
	u_int64_t		ra_room[4];	/* 32: sin6, sdl */
};

/*
 * A route.  Found by rtalloc(), which takes a reference; rtfree() gives it
 * back.  Between routes and what they use:
 *
 *	rt_next		routes of the same prefix, best first; the tree knows
 *			the first of them by its rt_an
 *	rt_gwroute	RTF_GATEWAY: route to the gateway, referenced; NULL
 *			until first used; that one has RTF_CACHED and counts
 *			its users in rt_cachecnt
 *	rt_parent	RTF_CLONED: the cloning route, referenced
 *
 * What every packet looks at lies in the first cache line, and what one by
 * way of a router looks at besides in the second.
 */
struct rtentry {
	struct art_node	 rt_an;		/* prefix; first, see rtable.c */
	struct rtentry	*rt_next;	/* same prefix, worse or equal */
	struct rtentry	*rt_gwroute;
	u_int64_t	 rt_use;	/* packets */
	u_int		 rt_flags;	/* RTF_* */
	struct refcnt	 rt_refcnt;
	u_int		 rt_ifidx;	/* interface that it leaves by */
	u_int		 rt_mtu;	/* bytes, 0: the interface's */

	struct sockaddr	*rt_gateway;	/* rt_gatebuf, or allocated */
	caddr_t		 rt_llinfo;	/* ARP's or ND's */
	union rtaddr	 rt_gatebuf;
	struct ifaddr	*rt_ifa;	/* referenced */
	u_int8_t	 rt_linked;	/* is in a table */
	u_int8_t	 rt_priority;	/* RTP_* */
	u_int8_t	 rt_gatesize;	/* bytes allocated, 0: rt_gatebuf */
	u_int8_t	 rt_pad;
	u_int16_t	 rt_labelid;
	u_int16_t	 rt_tableid;

	struct sockaddr	*rt_dest;	/* rt_destbuf */
	union rtaddr	 rt_destbuf;
	struct rtentry	*rt_parent;
	LIST_HEAD(, rttimer) rt_timer;
	int64_t		 rt_expire;	/* uptime, seconds; 0 never */
	u_int		 rt_cachecnt;
	u_int		 rt_locks;	/* RTV_* the kernel must leave */
};
#define rt_plen		rt_an.an_plen
#define rt_key(rt)	((rt)->rt_dest)

/* Somebody's last route to somewhere; route_cache(). */
struct route {
	struct rtentry	*ro_rt;
	u_long		 ro_generation;	/* rtgeneration when looked up */
	u_int		 ro_tableid;
	u_int		 ro_pad;
	union {
		struct sockaddr		ro_dstsa;
		struct sockaddr_in	ro_dstsin;
		u_int64_t		ro_dstroom[4];	/* sockaddr_in6 */
	};
	union {
		struct in_addr		ro_srcin;
		u_int32_t		ro_srcin6[4];
	};
};

/* rtalloc() */
#define RT_RESOLVE	0x1	/* make the host's route of a cloning one */
#define RT_REPORT	0x2	/* RTM_MISS when there is none */

/* What rtrequest() is asked for. */
struct rt_addrinfo {
	int			 rti_addrs;
	const struct sockaddr	*rti_info[RTAX_MAX];
	int			 rti_flags;
	struct ifaddr		*rti_ifa;
	struct rt_msghdr	*rti_rtm;
	u_char			 rti_mpls;
};

extern struct pool	 rtentry_pool;
extern struct rtstat	 rtstat;
extern u_long		 rtgeneration;	/* changes with every change */

/* route.c, route_request.c */
void		 route_init(void);
struct rtentry	*rtalloc(const struct sockaddr *, int, u_int);
struct rtentry	*rtalloc_mpath(const struct sockaddr *, const uint32_t *,
		    u_int);
struct rtentry	*rtalloc_noref(const struct sockaddr *, const uint32_t *,
		    int, u_int);
int		 rtisvalid(const struct rtentry *);
int		 rt_hash(const struct rtentry *, const struct sockaddr *,
		    const uint32_t *);
void		 rtref(struct rtentry *);
void		 rtfree(struct rtentry *);
struct rtentry	*rt_getll(struct rtentry *);
int		 rt_setgate(struct rtentry *, const struct sockaddr *, u_int);
int		 rt_setaddr(struct rtentry *, const struct sockaddr *);
int		 rt_putgwroute(struct rtentry *, struct rtentry *);
int		 rtrequest(int, struct rt_addrinfo *, u_int8_t,
		    struct rtentry **, u_int);
int		 rtrequest_delete(struct rt_addrinfo *, u_int8_t,
		    struct ifnet *, struct rtentry **, u_int);
int		 rtdeletemsg(struct rtentry *, struct ifnet *, u_int);
int		 rtm_getifa(struct rt_addrinfo *, u_int);
void		 rtredirect(const struct sockaddr *, const struct sockaddr *,
		    const struct sockaddr *, struct rtentry **, u_int);

int		 route_cache(struct route *, const struct in_addr *,
		    const struct in_addr *, u_int);
struct rtentry	*route_mpath(struct route *, const struct in_addr *,
		    const struct in_addr *, u_int);
void		 route_flush(struct route *);

/* route_if.c: what interfaces and their addresses do to routes. */
int		 rt_ifa_add(struct ifaddr *, int, struct sockaddr *, u_int);
int		 rt_ifa_del(struct ifaddr *, int, struct sockaddr *, u_int);
void		 rt_ifa_purge(struct ifaddr *);
int		 rt_ifa_addlocal(struct ifaddr *);
int		 rt_ifa_dellocal(struct ifaddr *);
void		 rt_if_remove(struct ifnet *);
int		 rt_if_follow(struct rtentry *, struct ifnet *);
void		 rt_if_track(struct ifnet *);

/* Labels: route_label.c. */
u_int16_t	 rtlabel_name2id(const char *);
const char	*rtlabel_id2name(u_int16_t);
struct sockaddr	*rtlabel_id2sa(u_int16_t, struct sockaddr_rtlabel *);
void		 rtlabel_ref(u_int16_t);
void		 rtlabel_unref(u_int16_t);

/*
 * Timers of routes: route_timer.c.  A queue calls its function once for each
 * route some seconds after rt_timer_add().
 */
void		 rt_timer_queue_init(struct rttimer_queue *, int,
		    void (*)(struct rtentry *, u_int));
void		 rt_timer_queue_change(struct rttimer_queue *, int);
void		 rt_timer_queue_flush(struct rttimer_queue *);
u_long		 rt_timer_queue_count(struct rttimer_queue *);
int		 rt_timer_add(struct rtentry *, struct rttimer_queue *, u_int);
time_t		 rt_timer_get_expire(const struct rtentry *);
void		 rt_timer_remove_all(struct rtentry *);
void		 rt_timer_init(void);
void		 rt_expire_set(struct rtentry *, time_t);

struct rttimer {
	TAILQ_ENTRY(rttimer)	 rtt_next;	/* of the queue */
	LIST_ENTRY(rttimer)	 rtt_link;	/* of the route */
	struct rttimer_queue	*rtt_queue;
	struct rtentry		*rtt_rt;
	time_t			 rtt_expire;	/* uptime, seconds */
	u_int			 rtt_tableid;
};

struct rttimer_queue {
	TAILQ_HEAD(rttimer_head, rttimer) rtq_head; /* by time of expiry */
	LIST_ENTRY(rttimer_queue) rtq_link;
	void			(*rtq_func)(struct rtentry *, u_int);
	u_long			 rtq_count;
	int			 rtq_timeout;	/* seconds */
};

/* rtsock_msg.c: messages to listeners. */
void		 rtm_send(struct rtentry *, int, int, u_int);
void		 rtm_miss(int, struct rt_addrinfo *, int, uint8_t, u_int,
		    int, u_int);
void		 rtm_ifchg(struct ifnet *);
void		 rtm_ifannounce(struct ifnet *, int);
void		 rtm_addr(int, struct ifaddr *);
int		 rtm_proposal(struct ifnet *, struct rt_addrinfo *, int,
		    uint8_t);

/* The machine's domain table takes these. */
extern struct domain	 routedomain, linkdomain;

#endif /* _KERNEL */
#endif /* _WARREN_KNET_ROUTE_H_ */

/*
 * Neighbour discovery (RFC 4861) and address autoconfiguration (RFC 4862).
 */
#ifndef _NETINET6_ND6_H_
#define _NETINET6_ND6_H_

#include <sys/types.h>
#ifdef _KERNEL
#include <sys/mbuf.h>
#include <sys/queue.h>
#include <sys/time.h>
#include <sys/timeout.h>
#include <net/if_var.h>
#include <netinet/icmp6.h>
#include <netinet6/in6.h>
#endif

/* States of a neighbour. */
#define ND6_LLINFO_PURGE	-3
#define ND6_LLINFO_NOSTATE	-2
#define ND6_LLINFO_INCOMPLETE	0
#define ND6_LLINFO_REACHABLE	1
#define ND6_LLINFO_STALE	2
#define ND6_LLINFO_DELAY	3
#define ND6_LLINFO_PROBE	4

/* What is known of a link; SIOCGIFINFO_IN6. */
struct nd_ifinfo {
	u_int32_t	linkmtu;	/* of a router's advertisement, or 0 */
	u_int32_t	basereachable;	/* ms, as advertised */
	u_int32_t	reachable;	/* s, of this interface now */
	u_int32_t	retrans;	/* ms between solicitations */
	u_int32_t	flags;		/* ND6_IFF_* */
	int		recalctm;	/* s until reachable is drawn anew */
	u_int8_t	chlim;		/* hop limit to use, 0 the default */
	time_t		rs_due;		/* uptime of the next rs, 0 none */
	int		rs_sent;	/* solicitations sent, of 3 */
};
#define ND6_IFF_PERFORMNUD	0x1

struct in6_ndireq {
	char			ifname[IFNAMSIZ];
	struct nd_ifinfo	ndi;
};

/* SIOCGNBRINFO_IN6. */
struct in6_nbrinfo {
	char		ifname[IFNAMSIZ];
	struct in6_addr	addr;		/* in: whose */
	time_t		expire;		/* uptime, s; 0 never */
	int		asked;		/* solicitations sent */
	int		isrouter;
	int		state;		/* ND6_LLINFO_* */
};

/* Statistics, sysctl net.inet6.icmp6.nd6_stats (this system's own). */
struct nd6stat {
	uint64_t nd6s_snd_ns;		/* neighbour solicitations sent */
	uint64_t nd6s_snd_na;		/* neighbour advertisements sent */
	uint64_t nd6s_snd_rs;		/* router solicitations sent */
	uint64_t nd6s_snd_proxy;	/* of the nas, for another host */
	uint64_t nd6s_nomem;		/* no mbuf or entry */
	uint64_t nd6s_held;		/* packets that waited */
	uint64_t nd6s_holddrop;		/* pushed out of an entry's queue */
	uint64_t nd6s_holdlimit;	/* refused: too many held in all */
	uint64_t nd6s_unresolved;	/* dropped: nobody answered */
	uint64_t nd6s_expired;		/* entries that timed out */
	uint64_t nd6s_limit;		/* refused: too many entries */
	uint64_t nd6s_permanent;	/* tried to change a permanent entry */
	uint64_t nd6s_moved;		/* an entry's link address changed */
	uint64_t nd6s_unwanted;		/* nas for no entry */
	uint64_t nd6s_dad_started;	/* addresses probed */
	uint64_t nd6s_dad_done;		/* found unique */
	uint64_t nd6s_dad_dup;		/* found in use */
	uint64_t nd6s_dad_loop;		/* own probes come back (RFC 7527) */
	uint64_t nd6s_dup;		/* another uses our address */
	uint64_t nd6s_ignored;		/* switched off (not autoconf...) */
	uint64_t nd6s_routers;		/* default routers learnt */
	uint64_t nd6s_routerlimit;	/* refused: too many routers */
	uint64_t nd6s_prefixes;		/* addresses made from prefixes */
	uint64_t nd6s_prefixlimit;	/* refused: too many prefixes */
	uint64_t nd6s_badprefix;	/* prefix that cannot be used */
	uint64_t nd6s_shortlife;	/* lifetime not believed (2 hours) */
	uint64_t nd6s_redirects;	/* redirects taken */
	uint64_t nd6s_nosource;		/* no address to send from */
};

#ifdef _KERNEL

struct dadq;
struct in6_ifaddr;
struct in6_ifextra;
struct in6_multi;
struct mbuf;
struct rtentry;
struct sockaddr;

/*
 * The ND part of a neighbour's route (rt_llinfo): RFC 4861 7.3.2.
 *
 *	           packet to send              na, solicited
 *	(none) -----------------> INCOMPLETE -----------------> REACHABLE
 *	                             |                           |    ^
 *	         3 solicitations,    |        na or ns not       |    |
 *	         no answer: packets  |        solicited          |    |
 *	         answered, entry     v              |    time up |    |
 *	         deleted           (gone)           v            v    |
 *	                             ^            STALE <--------+    |
 *	                             |              | packet sent     |
 *	                             |              v                 |
 *	                             |            DELAY (5 s) --na--->|
 *	                             |              | time up         |
 *	                             |              v                 |
 *	                             +----------- PROBE (3 ns) --na---+
 */
struct llinfo_nd6 {
	TAILQ_ENTRY(llinfo_nd6)	 ln_list;	/* all entries */
	TAILQ_ENTRY(llinfo_nd6)	 ln_activeq;	/* those that wait */
	struct rtentry		*ln_rt;
	struct mbuf_list	 ln_ml;		/* packets held */
	struct in6_addr		 ln_saddr6;	/* source of the first */
	struct in6_multi	*ln_group;	/* RTF_ANNOUNCE: heard for it */
	uint64_t		 ln_due;	/* next step, ms of uptime */
	int			 ln_asked;	/* solicitations sent */
	short			 ln_state;	/* ND6_LLINFO_* */
	short			 ln_router;	/* is a router */
	int			 ln_active;	/* on the list of those */
	int			 ln_counted;	/* against the limit */
};

/* Limits and times (RFC 4861 section 10). */
#define ND6_HOLD_QUEUE		10	/* packets held by an entry */
#define ND6_HOLD_TOTAL		100	/* packets held by all */
#define ND6_MAXENTRIES		8192	/* entries that were not set by hand */
#define ND6_MAXOPTIONS		16	/* options of a message */
#define ND6_NONCE_LEN		6	/* bytes */
#define ICMP6_ND_MAXLEN		64	/* of a message that we make */
#define ND6_MAXROUTERS		16	/* default routers of an interface */
#define ND6_MAXPREFIXES		16	/* autoconf addresses of one */
#define REACHABLE_TIME		30000	/* ms */
#define RETRANS_TIMER		1000	/* ms */
#define MIN_RANDOM_FACTOR	512	/* of 1024 */
#define MAX_RANDOM_FACTOR	1536
#define ND6_MAX_REACHABLE	3600000	/* ms */
#define ND6_MIN_RETRANS		100	/* ms that are believed */
#define ND6_MAX_RETRANS		60000
#define ND6_LLADDROPT		8	/* bytes: option of a link address */
#define ND6_STALE_TIME		(24 * 60 * 60)	/* s that an entry lives */
#define ND6_RECALC		(2 * 60 * 60)	/* s */
#define MAX_RTR_SOLICITATIONS	3
#define RTR_SOLICITATION_INTERVAL 4	/* s */

#define ND_COMPUTE_RTIME(x)	\
	((((x) / 1024) * (MIN_RANDOM_FACTOR + arc4random_uniform( \
	MAX_RANDOM_FACTOR - MIN_RANDOM_FACTOR))) / 1000)

/* A router that has advertised itself. */
struct nd_defrouter {
	LIST_ENTRY(nd_defrouter) dr_list;	/* of its interface */
	struct in6_addr	 dr_addr;		/* link-local, with its scope */
	time_t		 dr_expire;		/* uptime */
	uint8_t		 dr_prio;		/* of its default route */
};

/* A prefix that is on the link, without an address of it. */
struct nd_prefix {
	LIST_ENTRY(nd_prefix) pr_list;		/* of its interface */
	struct in6_addr	 pr_prefix;
	int		 pr_plen;
	time_t		 pr_expire;		/* uptime, 0 never */
};

/* The options that messages carry. */
struct nd_opts {
	const struct nd_opt_hdr	*ndo_srclla;
	const struct nd_opt_hdr	*ndo_tgtlla;
	const struct nd_opt_hdr	*ndo_nonce;
	const struct nd_opt_mtu	*ndo_mtu;
	const struct nd_opt_prefix_info *ndo_pi[ND6_MAXOPTIONS];
	u_int			 ndo_npi;
};

extern struct nd6stat nd6stat;
extern int nd6_prune, nd6_delay, nd6_umaxtries, nd6_mmaxtries;
extern int nd6_debug, ip6_neighborgcthresh, ip6_dad_count;
extern int ip6_dad_pending;
extern u_int ln_hold_total, nd6_entries, nd6_maxentries;

#define ND_IFINFO(ifp)	\
	(((struct in6_ifextra *)(ifp)->if_afdata[AF_INET6])->ife_nd)

/* nd6.c */
void		 nd6_init(void);
void		 nd6_ifattach(struct ifnet *, struct nd_ifinfo *);
int		 nd6_resolve(struct ifnet *, struct rtentry *, struct mbuf *,
		    const struct sockaddr *, u_int8_t *);
void		 nd6_rtrequest(struct ifnet *, int, struct rtentry *);
struct rtentry	*nd6_lookup(const struct in6_addr *, int, struct ifnet *);
void		 nd6_cache_lladdr(struct ifnet *, const struct in6_addr *,
		    const struct nd_opt_hdr *, int, int);
void		 nd6_set_state(struct llinfo_nd6 *, int);
void		 nd6_release(struct ifnet *, struct rtentry *,
		    struct llinfo_nd6 *);
void		 nd6_prune_timer(void *);
int		 nd6_ioctl(u_long, caddr_t, struct ifnet *);
const u_int8_t	*nd6_opt_lladdr(const struct nd_opt_hdr *);

/* nd6_opt.c */
void		 nd6_bad(const struct mbuf *, uint64_t *, const char *);
struct mbuf	*nd6_options(struct mbuf *, u_int, u_int, u_int,
		    struct nd_opts *);

/* nd6_nbr.c */
void		 nd6_ns_input(struct mbuf *, u_int, u_int, struct ifnet *);
void		 nd6_na_input(struct mbuf *, u_int, u_int, struct ifnet *);
void		 nd6_ns_output(struct ifnet *, const struct in6_addr *,
		    const struct in6_addr *, const struct in6_addr *,
		    const struct dadq *);
void		 nd6_na_output(struct ifnet *, const struct in6_addr *,
		    const struct in6_addr *, u_int32_t, const u_int8_t *);
const u_int8_t	*nd6_ifptolladdr(const struct ifnet *);
int		 nd6_is_neighbor(struct ifnet *, const struct in6_addr *);
struct mbuf	*nd6_packet(struct ifnet *, u_int, const struct in6_addr *,
		    const struct in6_addr *);
void		 nd6_send(struct ifnet *, struct mbuf *, int);
void		 nd6_put_lladdr(void *, int, const u_int8_t *);

/* nd6_dad.c */
void		 nd6_dad_start(struct in6_ifaddr *);
void		 nd6_dad_stop(struct in6_ifaddr *);
void		 nd6_dad_ifup(struct ifnet *);
void		 nd6_dad_ns_input(struct in6_ifaddr *,
		    const struct nd_opt_hdr *);
void		 nd6_dad_na_input(struct in6_ifaddr *);
const u_int8_t	*nd6_dad_nonce(const struct dadq *);

/* nd6_rtr.c */
void		 nd6_rs_input(struct mbuf *, u_int, u_int, struct ifnet *);
void		 nd6_ra_input(struct mbuf *, u_int, u_int, struct ifnet *);
void		 nd6_rtr_wake(time_t);
void		 nd6_rtr_detach(struct ifnet *);
void		 nd6_rtr_gone(struct ifnet *, const struct in6_addr *);
void		 nd6_rtr_xflags(struct ifnet *);
u_int		 nd6_linkmtu(const struct ifnet *);

/* nd6_prefix.c */
void		 nd6_ra_prefix(struct ifnet *,
		    const struct nd_opt_prefix_info *);
void		 nd6_prefix_timer(struct ifnet *, time_t);
void		 nd6_prefix_detach(struct ifnet *);
void		 nd6_temp_purge(struct ifnet *);

/* nd6_redirect.c */
void		 nd6_redirect_init(void);
void		 nd6_redirect_settimeout(int);
void		 nd6_redirect_input(struct mbuf *, u_int, u_int,
		    struct ifnet *);
void		 nd6_redirect_output(struct mbuf *, struct rtentry *,
		    struct ifnet *);

#endif /* _KERNEL */

#endif /* _NETINET6_ND6_H_ */

/*
 * ICMPv6 statistics and sysctl names.
 */
#ifndef _NETINET6_ICMP6_VAR_H_
#define _NETINET6_ICMP6_VAR_H_

#include <sys/types.h>

/* Errors sent, by type and code. */
struct icmp6errstat {
	uint64_t icp6errs_dst_unreach_noroute;
	uint64_t icp6errs_dst_unreach_admin;
	uint64_t icp6errs_dst_unreach_beyondscope;
	uint64_t icp6errs_dst_unreach_addr;
	uint64_t icp6errs_dst_unreach_noport;
	uint64_t icp6errs_packet_too_big;
	uint64_t icp6errs_time_exceed_transit;
	uint64_t icp6errs_time_exceed_reassembly;
	uint64_t icp6errs_paramprob_header;
	uint64_t icp6errs_paramprob_nextheader;
	uint64_t icp6errs_paramprob_option;
	uint64_t icp6errs_redirect;	/* we regard redirect as an error */
	uint64_t icp6errs_unknown;
};

/* Statistics, sysctl net.inet6.icmp6.stats. */
struct icmp6stat {
	uint64_t icp6s_error;		/* calls to icmp6_error */
	uint64_t icp6s_canterror;	/* no error: old was icmp */
	uint64_t icp6s_toofreq;		/* no error: rate limitation */
	uint64_t icp6s_outhist[256];
	uint64_t icp6s_badcode;		/* icmp6_code out of range */
	uint64_t icp6s_tooshort;	/* packet < sizeof(struct icmp6_hdr) */
	uint64_t icp6s_checksum;	/* bad checksum */
	uint64_t icp6s_badlen;		/* calculated bound mismatch */
	uint64_t icp6s_reflect;		/* number of responses */
	uint64_t icp6s_inhist[256];
	uint64_t icp6s_nd_toomanyopt;	/* too many ND options */
	struct icmp6errstat icp6s_outerrhist;
	uint64_t icp6s_pmtuchg;		/* path MTU changes */
	uint64_t icp6s_nd_badopt;	/* bad ND options */
	uint64_t icp6s_badns;		/* bad neighbor solicitation */
	uint64_t icp6s_badna;		/* bad neighbor advertisement */
	uint64_t icp6s_badrs;		/* bad router solicitation */
	uint64_t icp6s_badra;		/* bad router advertisement */
	uint64_t icp6s_badredirect;	/* bad redirect message */
	/* What follows is this system's own. */
	uint64_t icp6s_olddst;		/* no error: old to a group */
	uint64_t icp6s_oldsrc;		/* no error: old source not one host */
	uint64_t icp6s_oldshort;	/* no error: old too short */
	uint64_t icp6s_nomem;		/* no mbuf for an answer */
	uint64_t icp6s_badmtu;		/* packet too big, not believed */
	uint64_t icp6s_ignored;		/* switched off by sysctl */
	uint64_t icp6s_badrefl;		/* no source to answer from */
	uint64_t icp6s_badmld;		/* bad MLD message */
	uint64_t icp6s_unknown;		/* error of an unknown type */
};

#define ICMPV6CTL_STATS			1	/* struct icmp6stat */
#define ICMPV6CTL_REDIRACCEPT		2	/* take redirects */
#define ICMPV6CTL_REDIRTIMEOUT		3	/* s their routes live */
#define ICMPV6CTL_ND6_PRUNE		6	/* s between looks for old */
#define ICMPV6CTL_ND6_DELAY		8	/* s before the first probe */
#define ICMPV6CTL_ND6_UMAXTRIES		9	/* unicast solicitations */
#define ICMPV6CTL_ND6_MMAXTRIES		10	/* multicast solicitations */
#define ICMPV6CTL_ERRPPSLIMIT		14	/* errors a second */
#define ICMPV6CTL_ND6_MAXNUDHINT	15
#define ICMPV6CTL_MTUDISC_HIWAT		16	/* path MTUs that are kept */
#define ICMPV6CTL_MTUDISC_LOWAT		17	/* the same, unconnected */
#define ICMPV6CTL_ND6_DEBUG		18	/* log what is refused */
#define ICMPV6CTL_ND6_QUEUED		21	/* packets held now */
#define ICMPV6CTL_ND6_STATS		22	/* struct nd6stat; our own */
#define ICMPV6CTL_MAXID			23

#define ICMPV6CTL_NAMES { \
	{ 0, 0 }, \
	{ "stats", CTLTYPE_STRUCT }, \
	{ "rediraccept", CTLTYPE_INT }, \
	{ "redirtimeout", CTLTYPE_INT }, \
	{ 0, 0 }, \
	{ 0, 0 }, \
	{ "nd6_prune", CTLTYPE_INT }, \
	{ 0, 0 }, \
	{ "nd6_delay", CTLTYPE_INT }, \
	{ "nd6_umaxtries", CTLTYPE_INT }, \
	{ "nd6_mmaxtries", CTLTYPE_INT }, \
	{ 0, 0 }, \
	{ 0, 0 }, \
	{ 0, 0 }, \
	{ "errppslimit", CTLTYPE_INT }, \
	{ 0, 0 }, \
	{ "mtudisc_hiwat", CTLTYPE_INT }, \
	{ "mtudisc_lowat", CTLTYPE_INT }, \
	{ "nd6_debug", CTLTYPE_INT }, \
	{ 0, 0 }, \
	{ 0, 0 }, \
	{ "nd6_queued", CTLTYPE_INT }, \
	{ "nd6_stats", CTLTYPE_STRUCT }, \
}

#ifdef _KERNEL
#include <netinet/icmp6.h>
#include <netinet/ip6.h>

struct ifnet;
struct inpcb;
struct mbuf;
struct rtentry;
struct sockaddr;

extern struct icmp6stat icmp6stat;
extern int icmp6errppslim, icmp6_rediraccept, icmp6_redirtimeout;
extern int icmp6_mtudisc_hiwat, icmp6_mtudisc_lowat;

/* An error that is being worked on, for pr_ctlinput functions. */
struct icmp6_errctx {
	struct in6_addr		 ie6_src;	/* who complained, scoped */
	uint8_t			 ie6_type;
	uint8_t			 ie6_code;
	uint32_t		 ie6_mtu;	/* PACKET_TOO_BIG, else 0 */
	struct mbuf		*ie6_m;		/* the whole message */
	u_int			 ie6_off;	/* of the quoted packet */
	u_int			 ie6_upper;	/* of its transport header */
	uint8_t			 ie6_proto;	/* which is of this protocol */
	struct in6_addr		 ie6_qsrc;	/* quoted addresses, scoped */
	struct in6_addr		 ie6_qdst;
	uint16_t		 ie6_ports[2];	/* first words behind, or 0 */
	uint32_t		 ie6_word1;	/* second word */
};
extern const struct icmp6_errctx *icmp6_errctx;

/* icmp6.c, icmp6_output.c, icmp6_pmtu.c */
void		 icmp6_init(void);
int		 icmp6_input(struct mbuf **, int *, int, int);
int		 icmp6_sysctl(int *, u_int, void *, size_t *, void *, size_t);
void		 icmp6_error(struct mbuf *, int, int, uint32_t);
struct mbuf	*icmp6_do_error(struct mbuf *, int, int, uint32_t);
void		 icmp6_reflect(struct mbuf *, u_int);
int		 icmp6_ratelimit(void);
void		 icmp6_errcount(int, int);
void		 icmp6_mtudisc(const struct in6_addr *, uint32_t, u_int);
struct rtentry	*icmp6_mtudisc_clone(const struct in6_addr *, u_int);
void		 icmp6_pmtu_init(void);
void		 icmp6_pmtu_settimeout(int);
u_long		 icmp6_pmtu_count(void);
#endif /* _KERNEL */

#endif /* _NETINET6_ICMP6_VAR_H_ */

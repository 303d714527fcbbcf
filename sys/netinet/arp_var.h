/*
 * Inside ARP: an entry, and what the two files tell each other.
 */
#ifndef _NETINET_ARP_VAR_H_
#define _NETINET_ARP_VAR_H_

#ifdef _KERNEL

#include <sys/mbuf.h>
#include <sys/queue.h>

struct in_addr;
struct rtentry;

/*
 * The ARP part of a host's route (rt_llinfo).  Which state it is in follows
 * from the route:
 *
 *	               packet to send          reply
 *	  (no lladdr) --------------> asking ---------> known, until rt_expire
 *	       ^                        |                 |  ^
 *	       |            no reply to |           idle, |  | reply to
 *	       | arpdown s    5 requests|        near its |  | a probe
 *	       |                        v            end  v  |
 *	       +-------------- down (RTF_REJECT)        probed
 */
struct llinfo_arp {
	LIST_ENTRY(llinfo_arp)	 la_list;	/* all entries */
	TAILQ_ENTRY(llinfo_arp)	 la_askq;	/* those that are asking */
	struct rtentry		*la_rt;
	struct mbuf_list	 la_ml;		/* packets held */
	time_t			 la_refreshed;	/* uptime of the last probe */
	int			 la_asked;	/* requests sent, 0 not asking */
	int			 la_counted;	/* against the limit */
};

/* Limits. */
#define ARP_HOLD_QUEUE	10	/* packets held by an entry */
#define ARP_HOLD_TOTAL	100	/* packets held by all */
#define ARP_MAXTRIES	5	/* requests, a second apart */
#define ARP_MAXENTRIES	8192	/* entries that were not set by hand */
#define ARP_PRUNE	10	/* seconds between looks for old ones */
#define ARP_LOGPPS	10	/* lines logged in a second */
#define ARP_DEFEND	10	/* seconds between defences (RFC 5227 2.4) */

extern u_int	 arp_maxentries, arp_entries;

void	 arp_hold_purge(struct llinfo_arp *, uint64_t *);
void	 arp_ask_stop(struct llinfo_arp *);
struct rtentry *arplookup(const struct in_addr *, int, u_int);

#endif /* _KERNEL */

#endif /* _NETINET_ARP_VAR_H_ */

/*
 * ICMP statistics and sysctl names.
 */
#ifndef _NETINET_ICMP_VAR_H_
#define _NETINET_ICMP_VAR_H_

#include <sys/types.h>

#ifndef ICMP_MAXTYPE
#define ICMP_MAXTYPE	40
#endif

struct icmpstat {
	uint64_t icps_error;		/* calls to icmp_error */
	uint64_t icps_toofreq;		/* no error: rate limitation */
	uint64_t icps_oldshort;		/* no error: old ip too short */
	uint64_t icps_oldicmp;		/* no error: old was icmp */
	uint64_t icps_outhist[ICMP_MAXTYPE + 1];
	uint64_t icps_badcode;		/* icmp_code out of range */
	uint64_t icps_tooshort;		/* packet < ICMP_MINLEN */
	uint64_t icps_checksum;		/* bad checksum */
	uint64_t icps_badlen;		/* calculated bound mismatch */
	uint64_t icps_reflect;		/* number of responses */
	uint64_t icps_bmcastecho;	/* rejected broadcast icmps */
	uint64_t icps_inhist[ICMP_MAXTYPE + 1];
	/* What follows is this system's own. */
	uint64_t icps_olddst;		/* no error: old to a broad/multicast */
	uint64_t icps_oldsrc;		/* no error: old source not one host */
	uint64_t icps_oldfrag;		/* no error: old was a later fragment */
	uint64_t icps_nomem;		/* no mbuf for an answer */
	uint64_t icps_badredirect;	/* redirects refused */
	uint64_t icps_redirects;	/* redirects taken */
	uint64_t icps_badmtu;		/* needfrag that was not believed */
	uint64_t icps_pmtu;		/* path MTUs learnt */
	uint64_t icps_ignored;		/* switched off by sysctl */
	uint64_t icps_badrefl;		/* no source to answer from */
};

#define ICMPCTL_MASKREPL	1	/* reply to netmask requests */
#define ICMPCTL_BMCASTECHO	2	/* reply to broadcast echo */
#define ICMPCTL_ERRPPSLIMIT	3	/* errors a second, -1 no limit */
#define ICMPCTL_REDIRACCEPT	4	/* take redirects from routers */
#define ICMPCTL_REDIRTIMEOUT	5	/* seconds their routes live */
#define ICMPCTL_TSTAMPREPLY	6	/* reply to timestamp requests */
#define ICMPCTL_STATS		7	/* struct icmpstat */
#define ICMPCTL_MAXID		8

#define ICMPCTL_NAMES { \
	{ 0, 0 }, \
	{ "maskrepl", CTLTYPE_INT }, \
	{ "bmcastecho", CTLTYPE_INT }, \
	{ "errppslimit", CTLTYPE_INT }, \
	{ "rediraccept", CTLTYPE_INT }, \
	{ "redirtimeout", CTLTYPE_INT }, \
	{ "tstamprepl", CTLTYPE_INT }, \
	{ "stats", CTLTYPE_STRUCT }, \
}

#ifdef _KERNEL
extern struct icmpstat icmpstat;
extern int icmpmaskrepl, icmpbmcastecho, icmperrppslim;
extern int icmp_rediraccept, icmp_redirtimeout, icmptstamprepl;
#endif

#endif /* _NETINET_ICMP_VAR_H_ */

/*
 * Duplicate address detection (RFC 4862 5.4, RFC 7527).
 *
 *	TENTATIVE: probe, wait; probe, wait ... ----> usable
 *	    |    (net.inet6.ip6.dad_count probes)
 *	    | an advertisement of it, or another's probe for it
 *	    v
 *	DUPLICATED: never used; logged
 *
 * A probe carries a nonce; one that comes back with it is our own, by way of
 * a link that echoes, and says nothing.
 *
 * Everything here is protected by the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/syslog.h>
#include <sys/timeout.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/nd6.h>

/* A probe under way. */
struct dadq {
	TAILQ_ENTRY(dadq) dad_list;
	struct in6_ifaddr *dad_ia;
	uint64_t	 dad_due;	/* next step, ms of uptime; 0 idle */
	int		 dad_count;	/* probes still to send */
	uint8_t		 dad_nonce[ND6_NONCE_LEN];
};

int		ip6_dad_count = 1;
int		ip6_dad_pending;	/* addresses being probed */

static TAILQ_HEAD(, dadq) dadqs = TAILQ_HEAD_INITIALIZER(dadqs);
static struct timeout	dad_to;

static void	 nd6_dad_timer(void *);

/* The nonce of an address's probes, ND6_NONCE_LEN bytes. */
const u_int8_t *
nd6_dad_nonce(const struct dadq *dp)
{
	return (dp->dad_nonce);
}

static uint64_t
dad_now(void)
{
	return (getnsecuptime() / 1000000);
}

/*
 * Run the timeout for the earliest.  Those that wait for a link are not
 * pending: nothing will come of them soon.
 */
static void
dad_schedule(void)
{
	struct dadq	*dp;
	uint64_t	 due = UINT64_MAX, now = dad_now();

	ip6_dad_pending = 0;
	TAILQ_FOREACH(dp, &dadqs, dad_list)
		if (dp->dad_due != 0) {
			due = MIN(due, dp->dad_due);
			ip6_dad_pending++;
		}
	if (due == UINT64_MAX)
		return;
	if (!timeout_initialized(&dad_to))
		timeout_set_proc(&dad_to, nd6_dad_timer, NULL);
	timeout_add_msec(&dad_to, due > now ? due - now : 1);
}

static void
dad_probe(struct dadq *dp)
{
	struct ifnet	*ifp = dp->dad_ia->ia_ifp;

	dp->dad_count--;
	dp->dad_due = dad_now() + ND_IFINFO(ifp)->retrans;
	nd6_ns_output(ifp, NULL, IA6_IN6(dp->dad_ia), NULL, dp);
}

static int
dad_canprobe(const struct ifnet *ifp)
{
	return ((ifp->if_flags & (IFF_UP | IFF_RUNNING)) ==
	    (IFF_UP | IFF_RUNNING) && LINK_STATE_IS_UP(ifp->if_link_state));
}

/*
 * Probe a new address, which is TENTATIVE; on an interface that is down, once
 * it is up.  Without memory it is used unprobed.
 */
void
nd6_dad_start(struct in6_ifaddr *ia)
{
	struct dadq	*dp;

	if (ia->ia6_dad != NULL || !(ia->ia6_flags & IN6_IFF_TENTATIVE))
		return;
	dp = malloc(sizeof(*dp), M_IFADDR, M_NOWAIT | M_ZERO);
	if (dp == NULL) {
		nd6stat.nd6s_nomem++;
		ia->ia6_flags &= ~IN6_IFF_TENTATIVE;
		return;
	}
	nd6stat.nd6s_dad_started++;
	dp->dad_ia = ia;
	dp->dad_count = ip6_dad_count;
	arc4random_buf(dp->dad_nonce, sizeof(dp->dad_nonce));
	ia->ia6_dad = dp;
	TAILQ_INSERT_TAIL(&dadqs, dp, dad_list);
	if (dad_canprobe(ia->ia_ifp))
		dad_probe(dp);
	dad_schedule();
}

/* The address goes, or its fate is known: no more probes. */
void
nd6_dad_stop(struct in6_ifaddr *ia)
{
	struct dadq	*dp = ia->ia6_dad;

	if (dp == NULL)
		return;
	ia->ia6_dad = NULL;
	TAILQ_REMOVE(&dadqs, dp, dad_list);
	free(dp, M_IFADDR, sizeof(*dp));
	dad_schedule();
}

/* An interface is up: probe what waits for that, and what was doubtful. */
void
nd6_dad_ifup(struct ifnet *ifp)
{
	struct in6_ifaddr	*ia;
	struct ifaddr		*ifa;

	TAILQ_FOREACH(ifa, &ifp->if_addrlist, ifa_list) {
		if (ifa->ifa_addr->sa_family != AF_INET6)
			continue;
		ia = ifatoia6(ifa);
		if (ia->ia6_flags & IN6_IFF_DUPLICATED) {
			/* It may have gone meanwhile. */
			ia->ia6_flags &= ~IN6_IFF_DUPLICATED;
			ia->ia6_flags |= IN6_IFF_TENTATIVE;
			nd6_dad_start(ia);
		} else if (ia->ia6_dad != NULL && ia->ia6_dad->dad_due == 0 &&
		    dad_canprobe(ifp))
			dad_probe(ia->ia6_dad);
	}
	dad_schedule();
}

/* Nobody has answered: the address may be used. */
static void
dad_done(struct in6_ifaddr *ia)
{
	nd6stat.nd6s_dad_done++;
	ia->ia6_flags &= ~IN6_IFF_TENTATIVE;
	nd6_dad_stop(ia);
	rtm_addr(RTM_CHGADDRATTR, &ia->ia_ifa);
	if_addrhooks_run(ia->ia_ifp);
}

static void
dad_duplicated(struct in6_ifaddr *ia)
{
	char		 buf[INET6_ADDRSTRLEN];
	struct in6_addr	 addr = *IA6_IN6(ia);

	nd6stat.nd6s_dad_dup++;
	in6_scope_clear(&addr);
	log(LOG_ERR, "%s: DAD detected duplicate IPv6 address %s\n",
	    ia->ia_ifp->if_xname, inet_ntop6(&addr, buf, sizeof(buf)));
	ia->ia6_flags &= ~IN6_IFF_TENTATIVE;
	ia->ia6_flags |= IN6_IFF_DUPLICATED;
	nd6_dad_stop(ia);
	rtm_addr(RTM_CHGADDRATTR, &ia->ia_ifa);
}

static void
nd6_dad_timer(void *unused)
{
	struct dadq	*dp, *next;
	uint64_t	 now;

	(void)unused;
	NET_LOCK();
	now = dad_now();
	for (dp = TAILQ_FIRST(&dadqs); dp != NULL; dp = next) {
		next = TAILQ_NEXT(dp, dad_list);
		if (dp->dad_due == 0 || dp->dad_due > now)
			continue;
		if (!dad_canprobe(dp->dad_ia->ia_ifp)) {
			dp->dad_due = 0;	/* anew once it is up */
			dp->dad_count = ip6_dad_count;
		} else if (dp->dad_count > 0)
			dad_probe(dp);
		else
			dad_done(dp->dad_ia);
	}
	dad_schedule();
	if_flush();
	NET_UNLOCK();
}

/* Somebody probes for an address that we are probing; nonce may be NULL. */
void
nd6_dad_ns_input(struct in6_ifaddr *ia, const struct nd_opt_hdr *nonce)
{
	struct dadq	*dp = ia->ia6_dad;

	if (dp == NULL)
		return;
	if (nonce != NULL && nonce->nd_opt_len == 1 &&
	    memcmp(nonce + 1, dp->dad_nonce, sizeof(dp->dad_nonce)) == 0) {
		nd6stat.nd6s_dad_loop++;
		return;
	}
	dad_duplicated(ia);
}

/* Somebody advertises it: it is theirs. */
void
nd6_dad_na_input(struct in6_ifaddr *ia)
{
	dad_duplicated(ia);
}

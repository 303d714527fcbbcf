/*
 * Packets out: from the protocols to the drivers, in lists.
 *
 * if_enqueue() only appends to the interface's if_sndlist and puts the
 * interface on if_pendinglist.  The driver gets the list when IF_TXBATCH
 * packets wait, or when whoever holds the net lock lets go of it: at the end
 * of a batch of the network's thread, of a system call, of a timer.  So what
 * one batch of input causes to be sent leaves as one batch too.
 *
 * Everything here needs the net lock.
 */
#include <sys/param.h>
#include <sys/mbuf.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/systm.h>
#include <sys/task.h>

#include <net/if_tso.h>
#include <net/if_var.h>
#include <net/netisr.h>
#include <net/route.h>

#define BPF_DIRECTION_OUT	2

struct ifnet_head if_pendinglist = TAILQ_HEAD_INITIALIZER(if_pendinglist);

/* Hand the driver what waits. */
static void
if_start(struct ifnet *ifp)
{
	struct mbuf_list ml;

	if (ifp->if_onpending) {
		TAILQ_REMOVE(&if_pendinglist, ifp, if_pending);
		ifp->if_onpending = 0;
	}
	if (ml_empty(&ifp->if_sndlist))
		return;
	ml = ifp->if_sndlist;
	ml_init(&ifp->if_sndlist);
	(*ifp->if_start_list)(ifp, &ml);
}

/* What is to be done before drivers are handed anything. */
struct task_list if_deferred = TAILQ_HEAD_INITIALIZER(if_deferred);

/*
 * Run t once, before whoever holds the net lock lets go of it: who collects
 * the packets of a batch works them off there.
 */
void
if_defer(struct task *t)
{
	if (ISSET(t->t_flags, TASK_ONQUEUE))
		return;
	SET(t->t_flags, TASK_ONQUEUE);
	TAILQ_INSERT_TAIL(&if_deferred, t, t_entry);
}

/*
 * Do what was deferred, and hand all drivers what waits for them.
 */
void
if_flush(void)
{
	struct ifnet *ifp;
	struct task *t;

	for (;;) {
		if ((t = TAILQ_FIRST(&if_deferred)) != NULL) {
			TAILQ_REMOVE(&if_deferred, t, t_entry);
			CLR(t->t_flags, TASK_ONQUEUE);
			(*t->t_func)(t->t_arg);
		} else if ((ifp = TAILQ_FIRST(&if_pendinglist)) != NULL)
			if_start(ifp);
		else
			break;
	}
}

/*
 * Drop what waits: the interface has gone down, or away.
 */
void
if_output_purge(struct ifnet *ifp)
{
	u_int n;

	if (ifp->if_onpending) {
		TAILQ_REMOVE(&if_pendinglist, ifp, if_pending);
		ifp->if_onpending = 0;
	}
	n = ml_purge(&ifp->if_sndlist);
	ifp->if_oqdrops += n;
	if_drops[IFD_OQDOWN] += n;
}

static void
if_output_count(struct ifnet *ifp, const struct mbuf *m)
{
	ifp->if_opackets++;
	ifp->if_obytes += m->m_pkthdr.len;
	if (ISSET(m->m_flags, M_MCAST))
		ifp->if_omcasts++;
}

/*
 * A packet that is ready for the link, with its link header.  Consumes it.
 * Returns 0; ENETDOWN if the interface is not up; or an error of
 * if_tso_prepare(), which does what the card cannot.
 */
int
if_enqueue(struct ifnet *ifp, struct mbuf *m)
{
	return ((*ifp->if_enqueue)(ifp, m));
}

/*
 * What if_enqueue is for interfaces with an if_start_list.
 */
int
if_enqueue_default(struct ifnet *ifp, struct mbuf *m)
{
	struct mbuf_list ml = MBUF_LIST_INITIALIZER();
	int error;

	if (__predict_false((ifp->if_flags & (IFF_UP | IFF_RUNNING)) !=
	    (IFF_UP | IFF_RUNNING))) {
		ifp->if_oqdrops++;
		if_drop(ifp, m, IFD_OQDOWN);
		return (ENETDOWN);
	}
	if_output_count(ifp, m);
	if (__predict_false(ifp->if_bpf != NULL) && if_bpf_mtap != NULL)
		(*if_bpf_mtap)(ifp->if_bpf, m, BPF_DIRECTION_OUT);
	if (ISSET(m->m_pkthdr.csum_flags, MCS_OUT | MCS_SEG)) {
		error = if_tso_prepare(ifp, m, &ml);
		if (error != 0) {
			ifp->if_oerrors++;
			return (error);
		}
		ml_enlist(&ifp->if_sndlist, &ml);
	} else
		ml_enqueue(&ifp->if_sndlist, m);
	if (ml_len(&ifp->if_sndlist) >= IF_TXBATCH)
		if_start(ifp);
	else if (!ifp->if_onpending) {
		TAILQ_INSERT_TAIL(&if_pendinglist, ifp, if_pending);
		ifp->if_onpending = 1;
	}
	return (0);
}

/*
 * if_output of links that carry IP without a header: the packet is passed on
 * with ph_family set.  Consumes it; returns 0, EAFNOSUPPORT, ENETDOWN, or
 * EHOSTUNREACH and ENETUNREACH for a reject route.
 */
int
p2p_output(struct ifnet *ifp, struct mbuf *m, struct sockaddr *dst,
    struct rtentry *rt)
{
	if (rt != NULL && ISSET(rt->rt_flags, RTF_REJECT | RTF_BLACKHOLE)) {
		if_drop(ifp, m, IFD_REJECT);
		return (ISSET(rt->rt_flags, RTF_BLACKHOLE) ? 0 :
		    ISSET(rt->rt_flags, RTF_HOST) ? EHOSTUNREACH :
		    ENETUNREACH);
	}
	if (dst->sa_family != AF_INET && dst->sa_family != AF_INET6) {
		if_drop(ifp, m, IFD_NOAF);
		return (EAFNOSUPPORT);
	}
	m->m_pkthdr.ph_family = dst->sa_family;
	return (if_enqueue(ifp, m));
}

/* The family of a packet that starts with an IP header; 0 for others. */
static sa_family_t
p2p_family(const struct mbuf *m)
{
	if (m->m_len < 1)
		return (0);
	switch (*mtod(m, const uint8_t *) >> 4) {
	case 4:
		return (AF_INET);
	case 6:
		return (AF_INET6);
	}
	return (0);
}

/*
 * if_input_handler of such links.
 */
void
p2p_input(struct ifnet *ifp, struct mbuf_list *ml)
{
	sa_family_t af;
	struct mbuf *m;

	while ((m = ml_dequeue(ml)) != NULL) {
		if (m->m_pkthdr.len == 0) {
			ifp->if_ierrors++;
			if_drop(ifp, m, IFD_RUNT);
			continue;
		}
		if ((af = m->m_pkthdr.ph_family) == 0)
			af = p2p_family(m);
		if (af == 0) {
			ifp->if_ierrors++;
			if_drop(ifp, m, IFD_BADVERS);
			continue;
		}
		if_af_deliver(ifp, m, af);
	}
}

/*
 * Packets in: from the drivers to the network's thread, and up.
 *
 *	driver -> if_input() -> netisr_list -> netisr_run() -> if_input_handler
 *	looutput -> if_input_local() ---^          under the net lock
 *
 * A driver may call if_input() from its interrupt: that only counts and
 * appends.  The thread takes up to NETISR_BATCH packets at a time, passes
 * those of one interface on as one list, sends what came of it, and lets go
 * of the net lock.
 */
#include <sys/param.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/systm.h>
#include <sys/task.h>

#include <net/if_var.h>
#include <net/netisr.h>

#define BPF_DIRECTION_IN	1

uint64_t if_drops[IFD_MAX];
const char *const if_drop_names[IFD_MAX] = {
	[IFD_IQFULL]	= "input queue full",
	[IFD_DETACHED]	= "input interface gone",
	[IFD_DOWN]	= "input interface not up",
	[IFD_MONITOR]	= "input interface only monitors",
	[IFD_RUNT]	= "shorter than a link header",
	[IFD_BADVERS]	= "wrong IP version for a link",
	[IFD_OVERSIZE]	= "longer than the interface allows",
	[IFD_NOTFORUS]	= "unicast to another station",
	[IFD_MCAST]	= "group without a member",
	[IFD_BADSRC]	= "sent by a group address",
	[IFD_LLC]	= "IEEE 802.2 frame",
	[IFD_VLAN]	= "unknown VLAN",
	[IFD_NOPROTO]	= "unknown protocol",
	[IFD_NOMEM]	= "no mbuf",
	[IFD_NOAF]	= "output of unknown address family",
	[IFD_OQDOWN]	= "output interface not up",
	[IFD_OQFULL]	= "output queue full",
	[IFD_LOOP]	= "passed too many interfaces",
	[IFD_REJECT]	= "reject or blackhole route",
	[IFD_RDOMAIN]	= "output by another routing domain",
	[IFD_BADCSUM]	= "bad offload request",
	[IFD_FILDROP]	= "a listener's filter drops it",
};

/* The longest that netisr_list may become. */
u_int netisr_maxlen = 2048;

static struct mbuf_list netisr_list = MBUF_LIST_INITIALIZER();
static struct task_list netisr_tasks = TAILQ_HEAD_INITIALIZER(netisr_tasks);
static int netisr_wanted;

/*
 * Drop a packet for a reason; ifp, if not NULL, is where it came in or was to
 * go out.
 */
void
if_drop(struct ifnet *ifp, struct mbuf *m, enum if_drop why)
{
	if_drops[why]++;
	if (ifp != NULL && why == IFD_IQFULL)
		ifp->if_iqdrops++;
	m_freem(m);
}

static void
netisr_thread(void *arg)
{
	(void)arg;
	for (;;) {
		while (!netisr_wanted)
			tsleep_nsec(&netisr_wanted, PWAIT, "netisr", INFSLP);
		netisr_run();
		yield();
	}
}

/*
 * Start the network's thread; called once at boot.
 */
void
netisr_init(void)
{
	if (kthread_create(netisr_thread, NULL, NULL, "softnet") != 0)
		panic("%s: no thread", __func__);
}

/*
 * There is work for the network's thread.  May be called from an interrupt.
 */
void
netisr_schedule(void)
{
	if (netisr_wanted)
		return;
	netisr_wanted = 1;
	wakeup(&netisr_wanted);
}

/*
 * Packets that wait.
 */
u_int
netisr_len(void)
{
	return (ml_len(&netisr_list));
}

static void
netisr_drop(struct mbuf *m)
{
	struct ifnet *ifp;

	ifp = if_get(m->m_pkthdr.ph_ifidx);
	if_drop(ifp, m, IFD_IQFULL);
	if_put(ifp);
}

/*
 * Append packets, whose ph_ifidx is set, to the queue; *ml becomes empty.
 * What does not fit is dropped, the newest first.
 */
void
netisr_enqueue(struct mbuf_list *ml)
{
	struct mbuf *m;

	if (ml_empty(ml))
		return;
	if (ml_len(&netisr_list) + ml_len(ml) <= netisr_maxlen)
		ml_enlist(&netisr_list, ml);
	else while ((m = ml_dequeue(ml)) != NULL) {
		if (ml_len(&netisr_list) < netisr_maxlen)
			ml_enqueue(&netisr_list, m);
		else
			netisr_drop(m);
	}
	netisr_schedule();
}

/*
 * Drop what waits and came in by the interface of that index.
 */
void
netisr_purge(u_int index)
{
	struct mbuf_list keep = MBUF_LIST_INITIALIZER();
	struct mbuf *m;

	while ((m = ml_dequeue(&netisr_list)) != NULL) {
		if (m->m_pkthdr.ph_ifidx == index)
			if_drop(NULL, m, IFD_DETACHED);
		else
			ml_enqueue(&keep, m);
	}
	ml_enlist(&netisr_list, &keep);
}

/*
 * Have t run once in the network's thread, under the net lock, before the
 * packets.  May be called from an interrupt.
 */
void
netisr_task(struct task *t)
{
	if (ISSET(t->t_flags, TASK_ONQUEUE))
		return;
	SET(t->t_flags, TASK_ONQUEUE);
	TAILQ_INSERT_TAIL(&netisr_tasks, t, t_entry);
	netisr_schedule();
}

/*
 * Take that back, if it has not run yet.
 */
void
netisr_task_del(struct task *t)
{
	if (!ISSET(t->t_flags, TASK_ONQUEUE))
		return;
	CLR(t->t_flags, TASK_ONQUEUE);
	TAILQ_REMOVE(&netisr_tasks, t, t_entry);
}

static void
netisr_run_tasks(void)
{
	struct task *t;
	struct task work;

	while ((t = TAILQ_FIRST(&netisr_tasks)) != NULL) {
		netisr_task_del(t);
		work = *t;		/* it may be freed by its function */
		(*work.t_func)(work.t_arg);
	}
}

/* Up to NETISR_BATCH packets off the queue. */
static void
netisr_take(struct mbuf_list *ml)
{
	struct mbuf *m;

	ml_init(ml);
	if (ml_len(&netisr_list) <= NETISR_BATCH) {
		ml_enlist(ml, &netisr_list);
		return;
	}
	while (ml_len(ml) < NETISR_BATCH) {
		if ((m = ml_dequeue(&netisr_list)) == NULL)
			break;
		ml_enqueue(ml, m);
	}
}

/*
 * Do one batch of what waits.  The network's thread does; tests may.
 */
void
netisr_run(void)
{
	struct mbuf_list ml;

	NET_LOCK();
	netisr_run_tasks();
	netisr_take(&ml);
	netisr_wanted = ml_len(&netisr_list) > 0;
	if_input_process(&ml);
	NET_UNLOCK();
}

/*
 * Return when everything that waited when it was called has been done.  Not
 * under the net lock.
 */
void
netisr_barrier(void)
{
	do {
		netisr_run();
	} while (netisr_wanted);
}

/* What comes up from a loopback has no link header any more. */
static int
if_input_islocal(const struct mbuf *m)
{
	return (ISSET(m->m_flags, M_LOOP) && m->m_pkthdr.ph_family != 0);
}

/* One list of packets of one interface. */
static void
if_input_dispatch(u_int index, struct mbuf_list *ml)
{
	struct ifnet *ifp;
	struct mbuf *m;

	if ((ifp = if_get(index)) == NULL) {
		if_drops[IFD_DETACHED] += ml_purge(ml);
		return;
	}
	MBUF_LIST_FOREACH(ml, m)
		m->m_pkthdr.ph_rtableid = ifp->if_rdomain;
	if (if_input_islocal(MBUF_LIST_FIRST(ml))) {
		while ((m = ml_dequeue(ml)) != NULL)
			if_af_deliver(ifp, m, m->m_pkthdr.ph_family);
	} else if (!ISSET(ifp->if_flags, IFF_UP))
		if_drops[IFD_DOWN] += ml_purge(ml);
	else
		(*ifp->if_input_handler)(ifp, ml);
	if_put(ifp);
}

/*
 * Pass packets up, in runs of one interface each.  Under the net lock;
 * consumes them.
 */
void
if_input_process(struct mbuf_list *ml)
{
	struct mbuf_list run = MBUF_LIST_INITIALIZER();
	struct mbuf *m, *first;

	NET_ASSERT_LOCKED();
	while ((m = ml_dequeue(ml)) != NULL) {
		first = MBUF_LIST_FIRST(&run);
		if (first != NULL &&
		    (first->m_pkthdr.ph_ifidx != m->m_pkthdr.ph_ifidx ||
		    if_input_islocal(first) != if_input_islocal(m))) {
			if_input_dispatch(first->m_pkthdr.ph_ifidx, &run);
			ml_init(&run);
		}
		ml_enqueue(&run, m);
	}
	if ((first = MBUF_LIST_FIRST(&run)) != NULL)
		if_input_dispatch(first->m_pkthdr.ph_ifidx, &run);
}

/* Count a received packet, and show it to listeners.  0: nobody else's. */
static int
if_input_one(struct ifnet *ifp, struct mbuf *m)
{
	ifp->if_ipackets++;
	ifp->if_ibytes += m->m_pkthdr.len;
	m->m_pkthdr.ph_ifidx = ifp->if_index;
	m->m_pkthdr.ph_family = 0;
	if (__predict_false(ifp->if_bpf != NULL) && if_bpf_mtap != NULL &&
	    (*if_bpf_mtap)(ifp->if_bpf, m, BPF_DIRECTION_IN)) {
		if_drop(ifp, m, IFD_FILDROP);
		return (0);
	}
	if (__predict_false(ISSET(ifp->if_xflags, IFXF_MONITOR))) {
		if_drop(ifp, m, IFD_MONITOR);
		return (0);
	}
	return (1);
}

/*
 * Packets that ifp has received, as they were on the link; *ml becomes empty.
 * May be called from an interrupt.
 */
void
if_input(struct ifnet *ifp, struct mbuf_list *ml)
{
	struct mbuf_list in = MBUF_LIST_INITIALIZER();
	struct mbuf *m;

	while ((m = ml_dequeue(ml)) != NULL) {
		if (if_input_one(ifp, m))
			ml_enqueue(&in, m);
	}
	netisr_enqueue(&in);
}

/*
 * A packet that a pseudo-interface has received in the network's thread
 * itself: passed up at once, under the net lock; consumes it.
 */
void
if_vinput(struct ifnet *ifp, struct mbuf *m)
{
	struct mbuf_list ml = MBUF_LIST_INITIALIZER();

	if (!if_input_one(ifp, m))
		return;
	ml_enqueue(&ml, m);
	if_input_dispatch(ifp->if_index, &ml);
}

/*
 * A packet of family af to ourselves, without a link header, as if ifp had
 * received it: it joins the queue.  Consumes it; returns 0 or EAFNOSUPPORT,
 * ELOOP, ENOBUFS.
 */
int
if_input_local(struct ifnet *ifp, struct mbuf *m, sa_family_t af)
{
	struct mbuf_list ml = MBUF_LIST_INITIALIZER();
	u_int csum = m->m_pkthdr.csum_flags;

	if (m->m_pkthdr.ph_loopcnt++ >= M_MAXLOOP) {
		if_drop(ifp, m, IFD_LOOP);
		return (ELOOP);
	}
	if (netisr_len() >= netisr_maxlen) {
		if_drop(ifp, m, IFD_IQFULL);
		return (ENOBUFS);
	}
	m_tag_delete_chain(m);
	SET(m->m_flags, M_LOOP);
	m->m_pkthdr.ph_ifidx = ifp->if_index;
	m->m_pkthdr.ph_family = af;
	/* It has not been anywhere where it could have been spoiled. */
	if (ISSET(csum, M_IPV4_CSUM_OUT))
		SET(csum, M_IPV4_CSUM_IN_OK);
	if (ISSET(csum, M_TCP_CSUM_OUT))
		SET(csum, M_TCP_CSUM_IN_OK);
	if (ISSET(csum, M_UDP_CSUM_OUT))
		SET(csum, M_UDP_CSUM_IN_OK);
	if (ISSET(csum, M_ICMP_CSUM_OUT))
		SET(csum, M_ICMP_CSUM_IN_OK);
	if (ISSET(csum, M_ICMP6_CSUM_OUT))
		SET(csum, M_ICMP6_CSUM_IN_OK);
	m->m_pkthdr.csum_flags = csum;
	ifp->if_ipackets++;
	ifp->if_ibytes += m->m_pkthdr.len;
	ml_enqueue(&ml, m);
	netisr_enqueue(&ml);
	return (0);
}

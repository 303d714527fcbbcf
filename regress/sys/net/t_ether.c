/*
 * Ethernet in and out: what passes, and the one reason why each other frame
 * does not; the input queue; batches of output.
 */
#include <sys/param.h>
#include <sys/mbuf.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/systm.h>
#include <sys/task.h>

#include <net/ethertypes.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/netisr.h>
#include <net/route.h>

#include <netinet/if_ether.h>

#include <ktest.h>

#include "testif.h"

#define TYPE	0x88b5			/* for experiments (IEEE 802) */

static const uint8_t bcast[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const uint8_t peer[] = { 0xfe, 0xe1, 0xba, 1, 2, 3 };
static const uint8_t other[] = { 0xfe, 0xe1, 0xba, 9, 9, 9 };
static const uint8_t group[] = { 0x01, 0x00, 0x5e, 0x01, 0x02, 0x03 };

/* What the registered type has got. */
static u_int	 got, got_len, got_flags, got_ifidx;

static void
input(struct ifnet *ifp, struct mbuf *m)
{
	KT_EQ(m->m_pkthdr.ph_ifidx, ifp->if_index);
	got++;
	got_len = m->m_pkthdr.len;
	got_flags = m->m_flags;
	got_ifidx = ifp->if_index;
	m_freem(m);
}

static struct testif *
begin(void)
{
	struct testif *ti;

	ti = testif_create("tst0", 1);
	ether_register(TYPE, input);
	got = 0;
	return (ti);
}

/* Receive one frame and say why it was dropped; IFD_MAX if it was not. */
static enum if_drop
receive(struct testif *ti, struct mbuf *m)
{
	uint64_t before[IFD_MAX];
	enum if_drop i, why = IFD_MAX;
	u_int n = 0;

	memcpy(before, if_drops, sizeof(before));
	testif_receive(ti, m);
	for (i = 0; i < IFD_MAX; i++) {
		if (if_drops[i] != before[i]) {
			why = i;
			n += if_drops[i] - before[i];
		}
	}
	KT_TRUE(n <= 1);
	return (why);
}

KTEST(input, "a frame for us loses its header and goes up")
{
	struct testif *ti = begin();
	struct ifnet *ifp = &ti->ti_if;

	KT_EQ(receive(ti, testif_frame(60, ti->ti_enaddr, peer, TYPE)),
	    IFD_MAX);
	KT_EQ(got, 1);
	KT_EQ(got_len, 60 - ETHER_HDR_LEN);
	KT_EQ(got_flags & (M_BCAST | M_MCAST), 0);
	KT_EQ(ifp->if_ipackets, 1);
	KT_EQ(ifp->if_ibytes, 60);
	KT_EQ(receive(ti, testif_frame(60, bcast, peer, TYPE)), IFD_MAX);
	KT_EQ(got, 2);
	KT_NE(got_flags & M_BCAST, 0);
	KT_EQ(ifp->if_imcasts, 1);
	/* A header alone is a frame too. */
	KT_EQ(receive(ti, testif_frame(14, ti->ti_enaddr, peer, TYPE)),
	    IFD_MAX);
	KT_EQ(got_len, 0);
	testif_destroy(ti);
}

KTEST(drops, "every frame that does not pass is counted, by its reason")
{
	static const struct {
		const char	*what;
		u_int		 len;
		const uint8_t	*dst, *src;
		uint16_t	 type;
		enum if_drop	 why;
		int		 ierror;
	} t[] = {
		{ "empty", 0, bcast, peer, TYPE, IFD_RUNT, 1 },
		{ "one byte", 1, bcast, peer, TYPE, IFD_RUNT, 1 },
		{ "runt", 13, bcast, peer, TYPE, IFD_RUNT, 1 },
		{ "another's", 60, other, peer, TYPE, IFD_NOTFORUS, 0 },
		{ "nobody's group", 60, group, peer, TYPE, IFD_MCAST, 0 },
		{ "from a group", 60, bcast, group, TYPE, IFD_BADSRC, 1 },
		{ "from all", 60, bcast, bcast, TYPE, IFD_BADSRC, 1 },
		{ "LLC", 60, bcast, peer, 46, IFD_LLC, 0 },
		{ "LLC, largest", 60, bcast, peer, 1535, IFD_LLC, 0 },
		{ "first type", 60, bcast, peer, 1536, IFD_NOPROTO, 0 },
		{ "unknown type", 60, bcast, peer, 0x1234, IFD_NOPROTO, 0 },
		{ "VLAN", 60, bcast, peer, ETHERTYPE_VLAN, IFD_VLAN, 0 },
		{ "VLAN, cut", 15, bcast, peer, ETHERTYPE_VLAN, IFD_RUNT, 0 },
		{ "QinQ", 60, bcast, peer, ETHERTYPE_QINQ, IFD_VLAN, 0 },
		{ "largest", 1514, bcast, peer, TYPE, IFD_MAX, 0 },
		{ "too large", 1515, bcast, peer, TYPE, IFD_OVERSIZE, 1 },
		{ "jumbo", 9014, bcast, peer, TYPE, IFD_OVERSIZE, 1 },
	};
	struct testif *ti = begin();
	uint64_t ierrors;
	u_int i;

	for (i = 0; i < nitems(t); i++) {
		KT_CASE("%s", t[i].what);
		ierrors = ti->ti_if.if_ierrors;
		KT_EQ(receive(ti, testif_frame(t[i].len, t[i].dst, t[i].src,
		    t[i].type)), t[i].why);
		KT_EQ(ti->ti_if.if_ierrors - ierrors, t[i].ierror);
	}
	KT_EQ(ti->ti_if.if_ipackets, nitems(t));
	testif_destroy(ti);
}

KTEST(priority_tag, "a tag of VLAN 0 is only a priority")
{
	struct testif *ti = begin();
	struct mbuf *m;
	uint16_t tag[2];

	tag[0] = htons(5 << 13);
	tag[1] = htons(TYPE);
	m = testif_frame(64, ti->ti_enaddr, peer, ETHERTYPE_VLAN);
	memcpy(mtod(m, char *) + ETHER_HDR_LEN, tag, sizeof(tag));
	KT_EQ(receive(ti, m), IFD_MAX);
	KT_EQ(got_len, 64 - 18);
	tag[0] = htons(5 << 13 | 7);
	m = testif_frame(64, ti->ti_enaddr, peer, ETHERTYPE_VLAN);
	memcpy(mtod(m, char *) + ETHER_HDR_LEN, tag, sizeof(tag));
	KT_EQ(receive(ti, m), IFD_VLAN);
	m = testif_frame(64, ti->ti_enaddr, peer, TYPE);
	m->m_flags |= M_VLANTAG;
	m->m_pkthdr.ether_vtag = 7;
	KT_EQ(receive(ti, m), IFD_VLAN);
	testif_destroy(ti);
}

KTEST(split_header, "a header in pieces is joined")
{
	struct testif *ti = begin();
	struct mbuf *m, *n;

	m = testif_frame(60, ti->ti_enaddr, peer, TYPE);
	n = m_split(m, 5, M_WAIT);
	m_cat(m, n);
	m->m_pkthdr.len = 60;
	KT_EQ(receive(ti, m), IFD_MAX);
	KT_EQ(got_len, 46);
	testif_destroy(ti);
}

KTEST(groups, "groups are heard while somebody has joined them")
{
	struct testif *ti = begin();
	struct ifreq ifr;
	struct sockaddr_in *sin = (struct sockaddr_in *)&ifr.ifr_addr;

	memset(&ifr, 0, sizeof(ifr));
	(void)testif_sin(sin, 0xe0010203);	/* 224.1.2.3 */
	KT_EQ(ether_addmulti(&ifr, &ti->ti_ac), ENETRESET);
	KT_EQ(ether_addmulti(&ifr, &ti->ti_ac), 0);
	KT_EQ(receive(ti, testif_frame(60, group, peer, TYPE)), IFD_MAX);
	KT_NE(got_flags & M_MCAST, 0);
	KT_EQ(ether_delmulti(&ifr, &ti->ti_ac), 0);
	KT_EQ(receive(ti, testif_frame(60, group, peer, TYPE)), IFD_MAX);
	KT_EQ(ether_delmulti(&ifr, &ti->ti_ac), ENETRESET);
	KT_EQ(receive(ti, testif_frame(60, group, peer, TYPE)), IFD_MCAST);
	KT_EQ(ether_delmulti(&ifr, &ti->ti_ac), ENXIO);
	/* All of IPv4. */
	(void)testif_sin(sin, 0);
	KT_EQ(ether_addmulti(&ifr, &ti->ti_ac), ENETRESET);
	KT_EQ(receive(ti, testif_frame(60, group, peer, TYPE)), IFD_MAX);
	KT_EQ(ether_delmulti(&ifr, &ti->ti_ac), ENETRESET);
	/* By link address. */
	ifr.ifr_addr.sa_family = AF_UNSPEC;
	memcpy(ifr.ifr_addr.sa_data, peer, sizeof(peer));
	KT_EQ(ether_addmulti(&ifr, &ti->ti_ac), EINVAL);
	memcpy(ifr.ifr_addr.sa_data, group, sizeof(group));
	KT_EQ(ether_addmulti(&ifr, &ti->ti_ac), ENETRESET);
	KT_EQ(ether_delmulti(&ifr, &ti->ti_ac), ENETRESET);
	ifr.ifr_addr.sa_family = AF_LINK;
	KT_EQ(ether_addmulti(&ifr, &ti->ti_ac), EAFNOSUPPORT);
	KT_EQ(ti->ti_ac.ac_multicnt, 0);
	KT_EQ(ti->ti_ac.ac_multirangecnt, 0);
	testif_destroy(ti);
}

KTEST(down, "an interface that is down, or monitors, passes nothing up")
{
	struct testif *ti = begin();

	NET_LOCK();
	if_down(&ti->ti_if);
	NET_UNLOCK();
	KT_EQ(receive(ti, testif_frame(60, bcast, peer, TYPE)), IFD_DOWN);
	NET_LOCK();
	if_up(&ti->ti_if);
	NET_UNLOCK();
	ti->ti_if.if_xflags |= IFXF_MONITOR;
	KT_EQ(receive(ti, testif_frame(60, bcast, peer, TYPE)), IFD_MONITOR);
	ti->ti_if.if_xflags &= ~IFXF_MONITOR;
	KT_EQ(receive(ti, testif_frame(60, bcast, peer, TYPE)), IFD_MAX);
	KT_EQ(got, 1);
	testif_destroy(ti);
}

KTEST(queue, "the input queue has a limit, and what is over is counted")
{
	struct testif *ti = begin();
	struct mbuf_list ml = MBUF_LIST_INITIALIZER();
	uint64_t full = if_drops[IFD_IQFULL];
	u_int i, max = netisr_maxlen;

	netisr_maxlen = 100;
	for (i = 0; i < 150; i++)
		ml_enqueue(&ml, testif_frame(60, bcast, peer, TYPE));
	if_input(&ti->ti_if, &ml);
	KT_EQ(ml_len(&ml), 0);
	KT_EQ(netisr_len(), 100);
	netisr_barrier();
	KT_EQ(got, 100);
	KT_EQ(if_drops[IFD_IQFULL] - full, 50);
	KT_EQ(ti->ti_if.if_iqdrops, 50);
	KT_EQ(ti->ti_if.if_ipackets, 150);
	/* It recovers. */
	KT_EQ(receive(ti, testif_frame(60, bcast, peer, TYPE)), IFD_MAX);
	netisr_maxlen = max;
	testif_destroy(ti);
}

KTEST(detach_queued, "packets of an interface that goes away are dropped")
{
	struct testif *ti = begin(), *ti2;
	struct mbuf_list ml = MBUF_LIST_INITIALIZER();
	uint64_t gone = if_drops[IFD_DETACHED];
	u_int i, inuse = mbuf_inuse();

	ti2 = testif_create("tst1", 1);
	for (i = 0; i < 5; i++) {
		ml_enqueue(&ml, testif_frame(60, bcast, peer, TYPE));
		if_input(&ti->ti_if, &ml);
		ml_enqueue(&ml, testif_frame(60, bcast, peer, TYPE));
		if_input(&ti2->ti_if, &ml);
	}
	testif_destroy(ti);
	KT_EQ(if_drops[IFD_DETACHED] - gone, 5);
	netisr_barrier();
	KT_EQ(got, 5);
	KT_EQ(got_ifidx, ti2->ti_if.if_index);
	testif_destroy(ti2);
	KT_EQ(mbuf_inuse(), inuse);
}

/* Whole headers, as ARP gives them. */
static int
output(struct testif *ti, u_int len)
{
	struct sockaddr dst;
	struct ether_header *eh = (struct ether_header *)dst.sa_data;
	struct mbuf *m;

	m = m_gethdr(M_WAIT, MT_DATA);
	m_align(m, len);
	m->m_len = m->m_pkthdr.len = len;
	memset(mtod(m, char *), 0, len);
	memset(&dst, 0, sizeof(dst));
	dst.sa_len = sizeof(dst);
	dst.sa_family = AF_UNSPEC;
	memcpy(eh->ether_dhost, peer, sizeof(peer));
	eh->ether_type = htons(TYPE);
	return (ether_output(&ti->ti_if, m, &dst, NULL));
}

KTEST(output, "what is sent waits for the end of the batch")
{
	struct testif *ti = begin();
	const struct ether_header *eh;
	struct mbuf *m;
	u_int i;

	NET_LOCK();
	KT_EQ(output(ti, 46), 0);
	KT_EQ(output(ti, 46), 0);
	KT_EQ(ti->ti_starts, 0);
	NET_UNLOCK();
	KT_EQ(ti->ti_starts, 1);
	KT_EQ(ml_len(&ti->ti_out), 2);
	KT_EQ(ti->ti_if.if_opackets, 2);
	KT_EQ(ti->ti_if.if_obytes, 120);
	m = MBUF_LIST_FIRST(&ti->ti_out);
	eh = mtod(m, const struct ether_header *);
	KT_MEMEQ(eh->ether_dhost, peer, ETHER_ADDR_LEN);
	KT_MEMEQ(eh->ether_shost, ti->ti_enaddr, ETHER_ADDR_LEN);
	KT_EQ(eh->ether_type, htons(TYPE));
	/* A long batch is not kept waiting. */
	NET_LOCK();
	for (i = 0; i < IF_TXBATCH + 1; i++)
		KT_EQ(output(ti, 46), 0);
	KT_EQ(ti->ti_starts, 2);
	NET_UNLOCK();
	KT_EQ(ti->ti_starts, 3);
	KT_EQ(ml_len(&ti->ti_out), IF_TXBATCH + 3);
	testif_destroy(ti);
}

KTEST(output_refused, "what cannot be sent is counted, and says why")
{
	struct testif *ti = begin();
	uint64_t down = if_drops[IFD_OQDOWN], rd = if_drops[IFD_RDOMAIN];
	uint64_t af = if_drops[IFD_NOAF], rej = if_drops[IFD_REJECT];
	struct rtentry rt;
	struct sockaddr dst;
	u_int inuse = mbuf_inuse();

	NET_LOCK();
	/* What waits when the interface goes down is dropped. */
	KT_EQ(output(ti, 46), 0);
	if_down(&ti->ti_if);
	KT_EQ(if_drops[IFD_OQDOWN] - down, 1);
	KT_EQ(output(ti, 46), ENETDOWN);
	KT_EQ(if_drops[IFD_OQDOWN] - down, 2);
	if_up(&ti->ti_if);
	ti->ti_if.if_rdomain = 7;
	KT_EQ(output(ti, 46), ENETDOWN);
	KT_EQ(if_drops[IFD_RDOMAIN] - rd, 1);
	ti->ti_if.if_rdomain = 0;
	memset(&dst, 0, sizeof(dst));
	dst.sa_family = AF_KEY;
	KT_EQ(ether_output(&ti->ti_if, m_gethdr(M_WAIT, MT_DATA), &dst,
	    NULL), EAFNOSUPPORT);
	KT_EQ(if_drops[IFD_NOAF] - af, 1);
	memset(&rt, 0, sizeof(rt));
	rt.rt_flags = RTF_REJECT | RTF_HOST;
	KT_EQ(ether_output(&ti->ti_if, m_gethdr(M_WAIT, MT_DATA), &dst,
	    &rt), EHOSTUNREACH);
	rt.rt_flags = RTF_REJECT;
	KT_EQ(ether_output(&ti->ti_if, m_gethdr(M_WAIT, MT_DATA), &dst,
	    &rt), ENETUNREACH);
	rt.rt_flags = RTF_BLACKHOLE;
	KT_EQ(ether_output(&ti->ti_if, m_gethdr(M_WAIT, MT_DATA), &dst,
	    &rt), 0);
	KT_EQ(if_drops[IFD_REJECT] - rej, 3);
	NET_UNLOCK();
	KT_EQ(ti->ti_starts, 0);
	KT_EQ(mbuf_inuse(), inuse);
	testif_destroy(ti);
}

KTEST(mtu, "the driver's bounds of the MTU")
{
	struct testif *ti = begin();
	struct ifreq ifr;

	memset(&ifr, 0, sizeof(ifr));
	ifr.ifr_mtu = ETHERMIN - 1;
	KT_EQ(ether_ioctl(&ti->ti_if, SIOCSIFMTU, (caddr_t)&ifr), EINVAL);
	ifr.ifr_mtu = 1501;
	KT_EQ(ether_ioctl(&ti->ti_if, SIOCSIFMTU, (caddr_t)&ifr), EINVAL);
	ifr.ifr_mtu = -1;
	KT_EQ(ether_ioctl(&ti->ti_if, SIOCSIFMTU, (caddr_t)&ifr), EINVAL);
	ifr.ifr_mtu = 576;
	KT_EQ(ether_ioctl(&ti->ti_if, SIOCSIFMTU, (caddr_t)&ifr), 0);
	KT_EQ(ti->ti_if.if_mtu, 576);
	KT_EQ(ether_ioctl(&ti->ti_if, SIOCSIFPARENT, (caddr_t)&ifr), ENOTTY);
	testif_destroy(ti);
}

static u_int task_runs;

static void
task_run(void *arg)
{
	KT_EQ(rw_write_held(&netlock), 1);
	task_runs += *(u_int *)arg;
}

KTEST(tasks, "work in the network's thread runs once, under the net lock")
{
	u_int one = 1;
	struct task t;

	task_set(&t, task_run, &one);
	task_runs = 0;
	netisr_task(&t);
	netisr_task(&t);
	netisr_barrier();
	KT_EQ(task_runs, 1);
	netisr_task(&t);
	netisr_task_del(&t);
	netisr_task_del(&t);
	netisr_barrier();
	KT_EQ(task_runs, 1);
}

KTEST(p2p, "links without a header tell families by the IP version")
{
	struct testif *ti = testif_create("tst0", 0);
	struct mbuf *m;

	m = testif_frame(60, bcast, peer, TYPE);
	*mtod(m, uint8_t *) = 0x55;
	KT_EQ(receive(ti, m), IFD_BADVERS);
	m = testif_frame(0, bcast, peer, TYPE);
	KT_EQ(receive(ti, m), IFD_RUNT);
	KT_EQ(ti->ti_if.if_ierrors, 2);
	testif_destroy(ti);
}

/*
 * Loopback: what is sent to ourselves comes back, in its domain, with its
 * checksums taken for good, and not for ever.
 */
#include <sys/param.h>
#include <sys/mbuf.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/systm.h>

#include <net/if_var.h>
#include <net/netisr.h>
#include <net/route.h>

#include <ktest.h>

#include "testif.h"

/* A family that has no packets but these. */
#define AF_TEST	AF_KEY

static u_int	 got, got_csum, got_flags, got_rdomain;
static int	 again;		/* times to send it round once more */

static void
input(struct ifnet *ifp, struct mbuf *m)
{
	got++;
	got_csum = m->m_pkthdr.csum_flags;
	got_flags = m->m_flags;
	got_rdomain = m->m_pkthdr.ph_rtableid;
	if (again > 0) {
		again--;
		(void)if_input_local(ifp, m, AF_TEST);
		return;
	}
	m_freem(m);
}

static struct mbuf *
packet(u_int csum)
{
	struct mbuf *m;

	m = m_gethdr(M_WAIT, MT_DATA);
	m->m_len = m->m_pkthdr.len = 40;
	memset(mtod(m, char *), 0, 40);
	m->m_pkthdr.csum_flags = csum;
	return (m);
}

KTEST(local, "a packet to ourselves goes up by its family")
{
	struct testif *ti = testif_create("tst0", 1);
	static const u_int csums[][2] = {
		{ 0, 0 },
		{ M_IPV4_CSUM_OUT, M_IPV4_CSUM_IN_OK },
		{ M_TCP_CSUM_OUT, M_TCP_CSUM_IN_OK },
		{ M_UDP_CSUM_OUT, M_UDP_CSUM_IN_OK },
		{ M_ICMP_CSUM_OUT, M_ICMP_CSUM_IN_OK },
		{ M_ICMP6_CSUM_OUT, M_ICMP6_CSUM_IN_OK },
	};
	uint64_t drops = if_drops[IFD_NOPROTO];
	u_int i, inuse = mbuf_inuse();

	if_register_af(AF_TEST, input);
	ti->ti_if.if_rdomain = 7;
	got = 0;
	for (i = 0; i < nitems(csums); i++) {
		KT_CASE("flags %x", csums[i][0]);
		NET_LOCK();
		KT_EQ(if_input_local(&ti->ti_if, packet(csums[i][0]),
		    AF_TEST), 0);
		NET_UNLOCK();
		KT_EQ(got, i);
		netisr_barrier();
		KT_EQ(got, i + 1);
		KT_EQ(got_csum, csums[i][0] | csums[i][1]);
		KT_NE(got_flags & M_LOOP, 0);
		KT_EQ(got_rdomain, 7);
	}
	KT_EQ(ti->ti_if.if_ipackets, nitems(csums));
	/* Nobody's family. */
	NET_LOCK();
	KT_EQ(if_input_local(&ti->ti_if, packet(0), AF_LINK), 0);
	NET_UNLOCK();
	netisr_barrier();
	KT_EQ(if_drops[IFD_NOPROTO] - drops, 1);
	KT_EQ(ti->ti_if.if_noproto, 1);
	KT_EQ(mbuf_inuse(), inuse);
	ti->ti_if.if_rdomain = 0;
	testif_destroy(ti);
}

KTEST(circle, "a packet that goes round and round is stopped")
{
	struct testif *ti = testif_create("tst0", 1);
	uint64_t loops = if_drops[IFD_LOOP];
	u_int inuse = mbuf_inuse();

	if_register_af(AF_TEST, input);
	got = 0;
	again = 10000;
	NET_LOCK();
	KT_EQ(if_input_local(&ti->ti_if, packet(0), AF_TEST), 0);
	NET_UNLOCK();
	netisr_barrier();
	again = 0;
	KT_EQ(got, M_MAXLOOP);
	KT_EQ(if_drops[IFD_LOOP] - loops, 1);
	KT_EQ(mbuf_inuse(), inuse);
	testif_destroy(ti);
}

KTEST(refused, "what lo(4) does not take")
{
	uint64_t af = if_drops[IFD_NOAF], rej = if_drops[IFD_REJECT];
	struct ifnet *lo = if_unit("lo0");
	u_int inuse = mbuf_inuse();
	struct sockaddr_in sin;
	struct rtentry rt;
	struct sockaddr dst;

	KT_REQUIRE(lo != NULL);
	NET_LOCK();
	memset(&dst, 0, sizeof(dst));
	dst.sa_family = AF_LINK;
	KT_EQ(looutput(lo, packet(0), &dst, NULL), EAFNOSUPPORT);
	KT_EQ(if_drops[IFD_NOAF] - af, 1);
	memset(&rt, 0, sizeof(rt));
	(void)testif_sin(&sin, 0x7f000001);
	rt.rt_flags = RTF_REJECT;
	KT_EQ(looutput(lo, packet(0), (struct sockaddr *)&sin, &rt),
	    ENETUNREACH);
	rt.rt_flags = RTF_REJECT | RTF_HOST;
	KT_EQ(looutput(lo, packet(0), (struct sockaddr *)&sin, &rt),
	    EHOSTUNREACH);
	rt.rt_flags = RTF_BLACKHOLE;
	KT_EQ(looutput(lo, packet(0), (struct sockaddr *)&sin, &rt), 0);
	KT_EQ(if_drops[IFD_REJECT] - rej, 3);
	if_down(lo);
	KT_EQ(looutput(lo, packet(0), (struct sockaddr *)&sin, NULL),
	    ENETDOWN);
	if_up(lo);
	NET_UNLOCK();
	if_put(lo);
	KT_EQ(mbuf_inuse(), inuse);
}

/*
 * An interface for tests.
 */
#include <sys/param.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/systm.h>

#include <net/if_var.h>
#include <net/if_types.h>
#include <net/netisr.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/if_ether.h>

#include <ktest.h>

#include "testif.h"

static void
testif_start(struct ifnet *ifp, struct mbuf_list *ml)
{
	struct testif *ti = (struct testif *)ifp;

	ti->ti_starts++;
	ml_enlist(&ti->ti_out, ml);
}

static int
testif_ioctl(struct ifnet *ifp, u_long cmd, caddr_t data)
{
	struct testif *ti = (struct testif *)ifp;

	ti->ti_ioctls++;
	if (ti->ti_error != 0)
		return (ti->ti_error);
	if (cmd == SIOCSIFFLAGS)
		return (0);
	return (ether_ioctl(ifp, cmd, data));
}

struct testif *
testif_create(const char *name, int ether)
{
	struct testif *ti;
	struct ifnet *ifp;

	ti = malloc(sizeof(*ti), M_TEST, M_WAITOK | M_ZERO);
	ifp = &ti->ti_if;
	strlcpy(ifp->if_xname, name, sizeof(ifp->if_xname));
	ml_init(&ti->ti_out);
	ifp->if_flags = IFF_UP | IFF_RUNNING | IFF_BROADCAST | IFF_MULTICAST;
	ifp->if_start_list = testif_start;
	ifp->if_ioctl = testif_ioctl;
	ifp->if_link_state = LINK_STATE_UP;
	if (ether) {
		ether_fakeaddr(ifp);
		ether_ifattach(ifp);
	} else {
		ifp->if_type = IFT_OTHER;
		ifp->if_mtu = 1500;
		ifp->if_hardmtu = 9000;
		ifp->if_output = p2p_output;
		ifp->if_input_handler = p2p_input;
	}
	if_attach(ifp);
	return (ti);
}

void
testif_destroy(struct testif *ti)
{
	if_detach(&ti->ti_if);
	(void)ml_purge(&ti->ti_out);
	free(ti, M_TEST, sizeof(*ti));
}

struct sockaddr *
testif_sin(struct sockaddr_in *sin, uint32_t addr)
{
	memset(sin, 0, sizeof(*sin));
	sin->sin_len = sizeof(*sin);
	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = htonl(addr);
	return ((struct sockaddr *)sin);
}

/* An address with room for what it points to. */
struct testaddr {
	struct ifaddr		ta_ifa;
	struct sockaddr_in	ta_addr;
	union rtaddr		ta_mask;
};

struct ifaddr *
testif_addr(struct testif *ti, uint32_t addr, int plen)
{
	struct testaddr *ta;
	struct ifaddr *ifa;

	ta = malloc(sizeof(*ta), M_IFADDR, M_WAITOK | M_ZERO);
	ifa = &ta->ta_ifa;
	refcnt_init(&ifa->ifa_refcnt);
	ifa->ifa_size = sizeof(*ta);
	ifa->ifa_ifp = &ti->ti_if;
	ifa->ifa_addr = testif_sin(&ta->ta_addr, addr);
	ifa->ifa_netmask = rt_plentosa(AF_INET, plen, &ta->ta_mask,
	    sizeof(ta->ta_mask));
	ifa_add(&ti->ti_if, ifa);
	KT_EQ(rt_ifa_addlocal(ifa), 0);
	KT_EQ(rt_ifa_add(ifa, RTF_CLONING | RTF_CONNECTED, ifa->ifa_addr,
	    ti->ti_if.if_rdomain), 0);
	return (ifa);
}

void
testif_deladdr(struct testif *ti, struct ifaddr *ifa)
{
	KT_EQ(rt_ifa_del(ifa, RTF_CLONING | RTF_CONNECTED, ifa->ifa_addr,
	    ti->ti_if.if_rdomain), 0);
	KT_EQ(rt_ifa_dellocal(ifa), 0);
	rt_ifa_purge(ifa);
	ifa_del(&ti->ti_if, ifa);
	KT_EQ(refcnt_read(&ifa->ifa_refcnt), 1);
	ifafree(ifa);
}

struct mbuf *
testif_frame(u_int len, const uint8_t *dst, const uint8_t *src, uint16_t type)
{
	struct ether_header eh;
	struct mbuf *m;

	m = m_gethdr(M_WAIT, MT_DATA);
	if (len > MHLEN)
		KT_REQUIRE(m_clget(m, M_WAIT, len) != NULL);
	memset(mtod(m, char *), 0x45, len);
	m->m_len = m->m_pkthdr.len = len;
	memcpy(eh.ether_dhost, dst, ETHER_ADDR_LEN);
	memcpy(eh.ether_shost, src, ETHER_ADDR_LEN);
	eh.ether_type = htons(type);
	memcpy(mtod(m, char *), &eh, MIN(len, sizeof(eh)));
	return (m);
}

void
testif_receive(struct testif *ti, struct mbuf *m)
{
	struct mbuf_list ml = MBUF_LIST_INITIALIZER();

	ml_enqueue(&ml, m);
	if_input(&ti->ti_if, &ml);
	netisr_barrier();
}

static int
testif_copyin(const void *uaddr, void *kaddr, size_t len)
{
	if ((uintptr_t)uaddr < PAGE_SIZE)
		return (EFAULT);
	memcpy(kaddr, uaddr, len);
	return (0);
}

static int
testif_copyout(const void *kaddr, void *uaddr, size_t len)
{
	if ((uintptr_t)uaddr < PAGE_SIZE)
		return (EFAULT);
	memcpy(uaddr, kaddr, len);
	return (0);
}

static const struct usermem testif_mem = { testif_copyin, testif_copyout };
static const struct usermem *testif_oldmem;

void
testif_mem_begin(void)
{
	testif_oldmem = curproc->p_p->ps_mem;
	curproc->p_p->ps_mem = &testif_mem;
}

void
testif_mem_end(void)
{
	curproc->p_p->ps_mem = testif_oldmem;
}

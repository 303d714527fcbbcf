/*
 * What forwarding an IPv4 packet costs inside the kernel, by the number of
 * routes: from if_input() of one Ethernet card to if_start_list of another.
 *
 *	packets --> tst0 192.0.2.10/24 --- 198.51.100.10/24 tst1 --> routers
 *
 * Every packet is of its own memory, of MTU size, and for another
 * destination; together they are larger than the caches.  The boot argument
 * bench=1 asks for figures,
 *
 *	bench fwd.ns.10 NNN.N
 *
 * one a line, in nanoseconds a packet; without it, a short run only sees that
 * each packet comes out.
 */
#include <sys/param.h>
#include <sys/kernel.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/sockio.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <net/ethertypes.h>
#include <net/if_dl.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/netisr.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/if_ether.h>
#include <netinet/in.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_var.h>

#include <ktest.h>

#include "testif.h"

#define NET0	0xc0000200U		/* 192.0.2.0/24 */
#define NET1	0xc6336400U		/* 198.51.100.0/24 */
#define ROUTERS	16
#define FRAME	1514			/* bytes */
#define PASSES	12

static const uint8_t	 peer[] = { 0xfe, 0xe1, 0xba, 1, 2, 3 };

static struct testif	*tst0, *tst1;
static struct socket	*so;
static struct mbuf_list	 packets;
static struct ktest_rand kr;

/* Route i goes to a network of 256 addresses, far from the next one's. */
static uint32_t
network(u_int i)
{
	/* An odd factor: every i below 2^21 has another network. */
	return (0x10000000 + (((i * 1103515U) & 0x1fffff) << 8));
}

static void
address(struct testif *ti, uint32_t addr)
{
	struct ifaliasreq ifra;
	union rtaddr mask;

	memset(&ifra, 0, sizeof(ifra));
	strlcpy(ifra.ifra_name, ti->ti_if.if_xname, sizeof(ifra.ifra_name));
	(void)testif_sin((struct sockaddr_in *)&ifra.ifra_addr, addr);
	memcpy(&ifra.ifra_mask, rt_plentosa(AF_INET, 24, &mask,
	    sizeof(mask)), sizeof(ifra.ifra_mask));
	KT_REQUIRE(ifioctl(so, SIOCAIFADDR, (caddr_t)&ifra, curproc) == 0);
}

/* A router whose link address is known. */
static void
router(uint32_t addr)
{
	struct sockaddr_in dst;
	struct rt_addrinfo info;
	struct sockaddr_dl sdl;

	memset(&sdl, 0, sizeof(sdl));
	sdl.sdl_len = sizeof(sdl);
	sdl.sdl_family = AF_LINK;
	sdl.sdl_index = tst1->ti_if.if_index;
	sdl.sdl_type = IFT_ETHER;
	sdl.sdl_alen = ETHER_ADDR_LEN;
	memcpy(LLADDR(&sdl), peer, ETHER_ADDR_LEN);
	memset(&info, 0, sizeof(info));
	info.rti_flags = RTF_HOST | RTF_STATIC | RTF_LLINFO;
	info.rti_info[RTAX_DST] = testif_sin(&dst, addr);
	info.rti_info[RTAX_GATEWAY] = sdltosa(&sdl);
	NET_LOCK();
	KT_REQUIRE(rtrequest(RTM_ADD, &info, 0, NULL, 0) == 0);
	NET_UNLOCK();
}

static void
route(u_int i)
{
	struct sockaddr_in dst, gate;
	struct rt_addrinfo info;
	union rtaddr mask;

	memset(&info, 0, sizeof(info));
	info.rti_flags = RTF_GATEWAY | RTF_STATIC;
	info.rti_info[RTAX_DST] = testif_sin(&dst, network(i));
	info.rti_info[RTAX_GATEWAY] = testif_sin(&gate,
	    NET1 | (1 + i % ROUTERS % 8));
	info.rti_info[RTAX_NETMASK] = rt_plentosa(AF_INET, 24, &mask,
	    sizeof(mask));
	NET_LOCK();
	KT_REQUIRE(rtrequest(RTM_ADD, &info, 0, NULL, 0) == 0);
	NET_UNLOCK();
}

static uint16_t
checksum(const void *p, size_t len)
{
	const uint8_t *b = p;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i += 2)
		sum += b[i] << 8 | b[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (htons(~sum & 0xffff));
}

static void
packet_fill(struct mbuf *m, uint32_t dst)
{
	struct ether_header *eh = mtod(m, struct ether_header *);
	struct ip ip;

	memcpy(eh->ether_dhost, tst0->ti_enaddr, ETHER_ADDR_LEN);
	memcpy(eh->ether_shost, peer, ETHER_ADDR_LEN);
	eh->ether_type = htons(ETHERTYPE_IP);
	memset(&ip, 0, sizeof(ip));
	ip.ip_v = 4;
	ip.ip_hl = 5;
	ip.ip_len = htons(FRAME - ETHER_HDR_LEN);
	ip.ip_ttl = 64;
	ip.ip_p = IPPROTO_UDP;
	ip.ip_src.s_addr = htonl(NET0 | 77);
	ip.ip_dst.s_addr = htonl(dst);
	ip.ip_sum = checksum(&ip, sizeof(ip));
	memcpy(mtod(m, char *) + ETHER_HDR_LEN, &ip, sizeof(ip));
}

/* As it was before it was forwarded. */
static void
packet_again(struct mbuf *m)
{
	struct ip ip;

	memcpy(&ip, mtod(m, char *) + ETHER_HDR_LEN, sizeof(ip));
	packet_fill(m, ntohl(ip.ip_dst.s_addr));
	m->m_flags &= ~(M_BCAST | M_MCAST | M_PROTO1);
	m->m_pkthdr.csum_flags = 0;
}

static void
packets_make(u_int npackets, u_int nroutes)
{
	struct mbuf *m;
	u_int i;

	ml_init(&packets);
	for (i = 0; i < npackets; i++) {
		m = m_gethdr(M_WAIT, MT_DATA);
		KT_REQUIRE(m_clget(m, M_WAIT, MCLBYTES) != NULL);
		m->m_data += 2 + 64;
		m->m_len = m->m_pkthdr.len = FRAME;
		memset(mtod(m, char *), i, FRAME);
		packet_fill(m, network(ktest_rand_below(&kr, nroutes)) |
		    (1 + i % 200));
		ml_enqueue(&packets, m);
	}
}

/* Forward all of them; nanoseconds in all. */
static uint64_t
pass(void)
{
	struct mbuf_list ml = MBUF_LIST_INITIALIZER();
	uint64_t start;
	struct mbuf *m;

	start = nsecuptime();
	while ((m = ml_dequeue(&packets)) != NULL) {
		ml_enqueue(&ml, m);
		if (ml_len(&ml) < NETISR_BATCH && !ml_empty(&packets))
			continue;
		if_input(&tst0->ti_if, &ml);
		netisr_run();
	}
	start = nsecuptime() - start;
	while ((m = ml_dequeue(&tst1->ti_out)) != NULL) {
		packet_again(m);
		ml_enqueue(&packets, m);
	}
	return (start);
}

static void
measure(const char *name, u_int npackets, u_int nroutes, u_int passes)
{
	uint64_t best = UINT64_MAX, ns;
	u_int i;

	packets_make(npackets, nroutes);
	for (i = 0; i < passes; i++) {
		ns = pass();
		KT_EQ(ml_len(&packets), npackets);
		best = MIN(best, ns);
	}
	(void)ml_purge(&packets);
	ns = best * 10 / npackets;
	if (bootarg("bench") != NULL)
		printf("bench %s %llu.%llu\n", name,
		    (unsigned long long)(ns / 10),
		    (unsigned long long)(ns % 10));
}

static void
begin(void)
{
	u_int i;

	tst0 = testif_create("tst0", 1);
	tst1 = testif_create("tst1", 1);
	KT_REQUIRE(socreate(AF_INET, &so, SOCK_DGRAM, 0) == 0);
	address(tst0, NET0 | 10);
	address(tst1, NET1 | 10);
	(void)ml_purge(&tst0->ti_out);
	(void)ml_purge(&tst1->ti_out);
	for (i = 0; i < ROUTERS; i++)
		router(NET1 | (20 + i));
	for (i = 0; i < 8; i++)
		router(NET1 | (1 + i));
	ktest_srand(&kr, 77);
}

static void
end(void)
{
	NET_LOCK();
	rt_if_remove(&tst1->ti_if);
	NET_UNLOCK();
	soclose(so);
	testif_destroy(tst0);
	testif_destroy(tst1);
}

KTEST(routes, "nanoseconds a packet with 10, 10,000 and 1,000,000 routes")
{
	static const struct {
		const char	*name;
		u_int		 routes;
	} t[] = {
		{ "fwd.ns.10", 10 },
		{ "fwd.ns.10k", 10000 },
		{ "fwd.ns.1m", 1000000 },
	};
	int forwarding = ipforwarding, full;
	u_int i, n = 0;

	full = bootarg("bench") != NULL;
	begin();
	ipforwarding = 1;
	for (i = 0; i < (full ? nitems(t) : 1); i++) {
		while (n < t[i].routes)
			route(n++);
		measure(t[i].name, full ? 12288 : 256, t[i].routes,
		    full ? PASSES : 2);
	}
	ipforwarding = forwarding;
	end();
}

/*
 * What wg(4) costs inside the kernel.
 *
 *	wg0 10.9.0.1 --- tst0 192.0.2.1  ====  tst1 192.0.2.2 --- wg1 10.9.0.2
 *	         routing domain 0                    routing domain 1
 *
 * Packets of MTU size go in at wg0's if_output; what tst0 is given to send is
 * kept, and counts as encapsulated; then tst1 receives it, and what wg1 has
 * received counts as decapsulated (it only monitors, so nothing goes further).
 * Each packet is of its own memory; together they are larger than the caches.
 * The boot argument bench=1 asks for figures,
 *
 *	bench wg.ns.out NNN.N
 *
 * one a line: nanoseconds a packet, beside the bare cipher in batches
 * (wg.ns.cipher); handshakes a second of both ends together beside X25519;
 * bytes a peer; nanoseconds a lookup.  Without it, a short run only sees that
 * everything comes out.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/socketvar.h>
#include <sys/sockio.h>
#include <sys/time.h>

#include <crypto/cryptodev.h>
#include <crypto/x25519.h>

#include <net/if_var.h>
#include <net/netisr.h>
#include <net/route.h>
#include <net/rtable.h>

#include <netinet/in.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>

#include <netwg/wg_var.h>

#include <ktest.h>
#include "../net/testif.h"

#define PACKET	1420
#define OUTER	0xc0000200U		/* 192.0.2.0 */
#define INNER	0x0a090000U		/* 10.9.0.0 */
#define PASSES	8

static struct testif	*tst[2];
static struct ifnet	*wg[2];
static struct socket	*so;
static uint8_t		 key[2][32], public[2][32];

static int
full(void)
{
	return (bootarg("bench") != NULL);
}

static void
figure(const char *name, uint64_t tenths)
{
	if (full())
		printf("bench %s %llu.%llu\n", name,
		    (unsigned long long)(tenths / 10),
		    (unsigned long long)(tenths % 10));
}

static void
address(struct ifnet *ifp, uint32_t addr, int plen)
{
	struct ifaliasreq	 ifra;
	union rtaddr		 mask;

	memset(&ifra, 0, sizeof(ifra));
	strlcpy(ifra.ifra_name, ifp->if_xname, sizeof(ifra.ifra_name));
	(void)testif_sin((struct sockaddr_in *)&ifra.ifra_addr, addr);
	memcpy(&ifra.ifra_mask, rt_plentosa(AF_INET, plen, &mask,
	    sizeof(mask)), sizeof(ifra.ifra_mask));
	KT_REQUIRE(ifioctl(so, SIOCAIFADDR, (caddr_t)&ifra, curproc) == 0);
}

static void
rdomain(struct ifnet *ifp, int id)
{
	struct ifreq	 ifr;

	memset(&ifr, 0, sizeof(ifr));
	strlcpy(ifr.ifr_name, ifp->if_xname, sizeof(ifr.ifr_name));
	ifr.ifr_rdomainid = id;
	KT_REQUIRE(ifioctl(so, SIOCSIFRDOMAIN, (caddr_t)&ifr, curproc) == 0);
}

/* An interface with one peer that has one allowed IP, as SIOCSWG takes it. */
static void
configure(int i)
{
	static uint64_t		 room[(sizeof(struct wg_interface_io) +
				    sizeof(struct wg_peer_io) +
				    sizeof(struct wg_aip_io)) / 8];
	struct wg_interface_io	*io = (struct wg_interface_io *)room;
	struct wg_peer_io	*p = &io->i_peers[0];
	struct wg_aip_io	*a = &p->p_aips[0];
	struct wg_data_io	 data;

	memset(room, 0, sizeof(room));
	io->i_flags = WG_INTERFACE_HAS_PRIVATE | WG_INTERFACE_HAS_PORT |
	    WG_INTERFACE_HAS_RTABLE;
	io->i_port = 51820;
	io->i_rtable = i;
	memcpy(io->i_private, key[i], 32);
	io->i_peers_count = 1;
	p->p_flags = WG_PEER_HAS_PUBLIC | WG_PEER_HAS_ENDPOINT;
	memcpy(p->p_public, public[!i], 32);
	(void)testif_sin(&p->p_sin, OUTER | (1 + !i));
	p->p_sin.sin_port = htons(51820);
	p->p_aips_count = 1;
	a->a_af = AF_INET;
	a->a_cidr = 24;
	a->a_ipv4.s_addr = htonl(INNER);
	memset(&data, 0, sizeof(data));
	strlcpy(data.wgd_name, wg[i]->if_xname, sizeof(data.wgd_name));
	data.wgd_size = sizeof(room);
	data.wgd_interface = io;
	testif_mem_begin();
	KT_REQUIRE(ifioctl(so, SIOCSWG, (caddr_t)&data, curproc) == 0);
	testif_mem_end();
}

/* What one card was given to send, the other receives. */
static void
cross(int from)
{
	struct mbuf_list	 ml = tst[from]->ti_out;

	ml_init(&tst[from]->ti_out);
	if_input(&tst[!from]->ti_if, &ml);
}

static struct mbuf *
packet(u_int len)
{
	struct mbuf	*m;
	struct ip	*ip;

	m = m_clget(NULL, M_WAIT, MCLBYTES);
	m->m_data += 64;
	m->m_len = m->m_pkthdr.len = len;
	memset(mtod(m, char *), 0x2a, len);
	ip = mtod(m, struct ip *);
	memset(ip, 0, sizeof(*ip));
	ip->ip_v = 4;
	ip->ip_hl = 5;
	ip->ip_len = htons(len);
	ip->ip_ttl = 64;
	ip->ip_p = 253;
	ip->ip_src.s_addr = htonl(INNER | 1);
	ip->ip_dst.s_addr = htonl(INNER | 2);
	return (m);
}

/* A batch by wg0, as the network's thread has it; nanoseconds. */
static uint64_t
send_batch(struct mbuf_list *ml)
{
	struct sockaddr_in	 dst;
	struct mbuf		*m;
	uint64_t		 start = nsecuptime();

	(void)testif_sin(&dst, INNER | 2);
	NET_LOCK();
	while ((m = ml_dequeue(ml)) != NULL)
		(void)wg[0]->if_output(wg[0], m, (struct sockaddr *)&dst,
		    NULL);
	NET_UNLOCK();
	return (nsecuptime() - start);
}

static void
session(void)
{
	struct mbuf_list	 ml = MBUF_LIST_INITIALIZER();
	uint64_t		 before = wg[1]->if_ipackets;
	u_int			 i;

	ml_enqueue(&ml, packet(100));
	(void)send_batch(&ml);
	for (i = 0; i < 200 && wg[1]->if_ipackets == before; i++) {
		cross(0);
		cross(1);
		ktest_sleep_ms(1);
	}
	KT_REQUIRE(wg[1]->if_ipackets == before + 1);
}

static void
end_make(int i)
{
	char	 name[IFNAMSIZ];

	snprintf(name, sizeof(name), "tst%d", i);
	tst[i] = testif_create(name, 0);
	tst[i]->ti_if.if_capabilities = IFCAP_CSUM_MASK | IFCAP_USO;
	rdomain(&tst[i]->ti_if, i);
	address(&tst[i]->ti_if, OUTER | (1 + i), 24);
	snprintf(name, sizeof(name), "wg%d", i);
	KT_REQUIRE(if_clone_create(name, 0) == 0);
	KT_REQUIRE((wg[i] = if_unit_noref(name)) != NULL);
	rdomain(wg[i], i);
	configure(i);
	address(wg[i], INNER | (1 + i), 24);
}

static void
begin(void)
{
	int	 i;

	KT_REQUIRE(socreate(AF_INET, &so, SOCK_DGRAM, 0) == 0);
	for (i = 0; i < 2; i++) {
		memset(key[i], 0x11 + i, 32);
		KT_REQUIRE(x25519_public(public[i], key[i]) == 0);
	}
	for (i = 0; i < 2; i++)
		end_make(i);
	SET(wg[1]->if_xflags, IFXF_MONITOR);
	session();
}

static void
end(void)
{
	int	 i;

	for (i = 0; i < 2; i++) {
		KT_ERR(0, if_clone_destroy(wg[i]->if_xname));
		testif_destroy(tst[i]);
	}
	soclose(so);
	KT_EQ(crypto_stats.cst_sessions, 0);
}

/* The cipher alone, in the same batches and over as much memory. */
static uint64_t
cipher_pass(uint64_t sid, uint8_t *mem, u_int npackets)
{
	static struct cryptop	 ops[64];
	struct cryptop		*crps[64];
	uint64_t		 start = nsecuptime();
	u_int			 i, n;

	for (i = 0; i < npackets;) {
		for (n = 0; n < 64 && i < npackets; n++, i++) {
			struct cryptodesc	*crd = ops[n].crp_desc;

			memset(&ops[n], 0, sizeof(ops[n]));
			ops[n].crp_sid = sid;
			ops[n].crp_buf = mem + i * 1472;
			ops[n].crp_ilen = PACKET + 32;
			ops[n].crp_ndesc = 2;
			crd[0].crd_alg = CRYPTO_CHACHA20_POLY1305;
			crd[0].crd_skip = 16;
			crd[0].crd_len = PACKET;
			crd[0].crd_flags = CRD_F_ENCRYPT |
			    CRD_F_IV_EXPLICIT | CRD_F_IV_PRESENT;
			memcpy(crd[0].crd_iv, &i, sizeof(i));
			crd[1].crd_alg = CRYPTO_CHACHA20_POLY1305_MAC;
			crd[1].crd_inject = 16 + PACKET;
			crd[1].crd_flags = CRD_F_ENCRYPT;
			crps[n] = &ops[n];
		}
		NET_LOCK();
		crypto_dispatch_batch(crps, n);
		NET_UNLOCK();
	}
	return (nsecuptime() - start);
}

static void
cipher(u_int npackets)
{
	struct cryptoini	 cri, mac;
	uint64_t		 best = UINT64_MAX, sid;
	uint8_t			*mem, k[36] = { 1 };
	u_int			 i;

	memset(&cri, 0, sizeof(cri));
	cri.cri_alg = CRYPTO_CHACHA20_POLY1305;
	cri.cri_klen = sizeof(k) * 8;
	cri.cri_key = (caddr_t)k;
	mac = cri;
	mac.cri_alg = CRYPTO_CHACHA20_POLY1305_MAC;
	cri.cri_next = &mac;
	KT_REQUIRE(crypto_newsession(&sid, &cri, 0) == 0);
	mem = mallocarray(npackets, 1472, M_TEST, M_WAITOK | M_ZERO);
	for (i = 0; i < (full() ? PASSES : 1); i++)
		best = MIN(best, cipher_pass(sid, mem, npackets));
	free(mem, M_TEST, npackets * 1472);
	if (full())
		printf("# cipher by %s\n", crypto_session_driver(sid));
	KT_ERR(0, crypto_freesession(sid));
	figure("wg.ns.cipher", best * 10 / npackets);
}

/* And what came of it in to wg1. */
static uint64_t
receive_batch(void)
{
	uint64_t	 start = nsecuptime();

	cross(0);
	netisr_barrier();
	return (nsecuptime() - start);
}

/* All once: the packets stay, what is sent refers to them. */
static void
pass(const struct mbuf_list *all, uint64_t *out, uint64_t *in)
{
	struct mbuf_list	 ml = MBUF_LIST_INITIALIZER();
	struct mbuf		*m, *n;

	*in = *out = 0;
	MBUF_LIST_FOREACH(all, m) {
		KT_REQUIRE((n = m_copym(m, 0, M_COPYALL, M_WAIT)) != NULL);
		ml_enqueue(&ml, n);
		if (ml_len(&ml) < NETISR_BATCH && MBUF_LIST_NEXT(m) != NULL)
			continue;
		*out += send_batch(&ml);
		*in += receive_batch();
	}
}

/* The best of some passes. */
static void
packets(u_int npackets, u_int passes)
{
	struct mbuf_list	 all = MBUF_LIST_INITIALIZER();
	uint64_t		 bestin, bestout, got, in, out;
	u_int			 i;

	bestin = bestout = UINT64_MAX;
	for (i = 0; i < npackets; i++)
		ml_enqueue(&all, packet(PACKET));
	for (i = 0; i < passes; i++) {
		got = wg[1]->if_ipackets;
		pass(&all, &out, &in);
		bestin = MIN(bestin, in);
		bestout = MIN(bestout, out);
		KT_EQ(wg[1]->if_ipackets - got, npackets);
	}
	(void)ml_purge(&all);
	figure("wg.ns.out", bestout * 10 / npackets);
	figure("wg.ns.in", bestin * 10 / npackets);
}

KTEST(packets, "nanoseconds a packet, out and in, beside the bare cipher")
{
	u_int	 n = full() ? 12288 : 256;

	begin();
	cipher(n);
	packets(n, full() ? PASSES : 2);
	end();
}

/* Whole handshakes, both ends: the messages' bytes and nothing else. */
KTEST(handshakes, "handshakes a second of both ends, beside X25519")
{
	struct noise_local	*l[2];
	struct noise_remote	*r[2];
	uint64_t		 start, dh;
	uint32_t		 i_idx, r_idx, to;
	uint8_t			 ue[32], es[48], ets[28], en[16], out[32];
	u_int			 i, n = full() ? 2000 : 4;
	int			 error;

	for (i = 0; i < 2; i++) {
		memset(key[i], 0x11 + i, 32);
		KT_REQUIRE(x25519_public(public[i], key[i]) == 0);
		KT_REQUIRE((l[i] = noise_local_alloc(NULL)) != NULL);
		KT_ERR(0, noise_local_set_private(l[i], key[i]));
	}
	for (i = 0; i < 2; i++)
		KT_REQUIRE((r[i] = noise_remote_alloc(l[i], NULL,
		    public[!i])) != NULL);
	start = nsecuptime();
	for (i = 0; i < n; i++)
		KT_ERR(0, x25519(out, key[0], public[1]));
	dh = nsecuptime() - start;
	start = nsecuptime();
	for (i = 0; i < n; i++) {
		/* Time does not pass for who asks too often. */
		noise_remote_free(r[1]);
		r[1] = noise_remote_alloc(l[1], NULL, public[0]);
		KT_ERR(0, noise_create_initiation(r[0], &i_idx, ue, es, ets));
		noise_consume_initiation(l[1], i_idx, ue, es, ets, &error);
		KT_ERR(0, error);
		KT_ERR(0, noise_create_response(r[1], &r_idx, &to, ue, en));
		KT_PTREQ(noise_consume_response(l[0], r_idx, i_idx, ue, en),
		    r[0]);
	}
	figure("wg.handshakes", 10000000000ULL * n / (nsecuptime() - start));
	figure("wg.x25519", 10000000000ULL * n / dh);
	for (i = 0; i < 2; i++) {
		noise_remote_free(r[i]);
		noise_local_free(l[i]);
	}
}

/* Owners need not be peers to be found. */
static void
lookups(const char *name, u_int n)
{
	struct aip_table	 t;
	struct aip_list		 list = TAILQ_HEAD_INITIALIZER(list);
	uint64_t		 best = UINT64_MAX, start;
	uint32_t		 addr, *order;
	u_int			 i, j, misses = 0, rounds = 1 << 16;
	void			*robbed;

	aip_init(&t, AF_INET);
	for (i = 0; i < n; i++) {
		addr = htonl(0x0a000000 + i);
		KT_ERR(0, aip_add(&t, &list, &t, &addr, 32, &robbed));
	}
	order = mallocarray(rounds, sizeof(*order), M_TEST, M_WAITOK);
	for (i = 0; i < rounds; i++)
		order[i] = htonl(0x0a000000 + arc4random_uniform(n));
	for (j = 0; j < (full() ? PASSES : 1); j++) {
		start = nsecuptime();
		for (i = 0; i < rounds; i++)
			misses += aip_lookup(&t, &order[i]) != &t;
		best = MIN(best, nsecuptime() - start);
	}
	KT_EQ(misses, 0);
	figure(name, best * 10 / rounds);
	free(order, M_TEST, rounds * sizeof(*order));
	aip_remove_all(&t, &list);
}

KTEST(lookup, "nanoseconds to find the peer of an address")
{
	lookups("wg.lookup.10", 10);
	lookups("wg.lookup.1k", 1000);
	if (full())
		lookups("wg.lookup.100k", 100000);
}

KTEST(memory, "bytes of a peer with one allowed IP, no session")
{
	struct wg_softc	*sc;
	struct wg_peer	*p;
	uint8_t		 k[32];
	uint32_t	 addr;
	u_int		 i, n = full() ? 10000 : 100;
	long		 before;
	void		*robbed;

	KT_REQUIRE(if_clone_create("wg9", 0) == 0);
	sc = if_unit_noref("wg9")->if_softc;
	NET_LOCK();
	before = kmemstats[M_WG].ks_memuse;
	for (i = 0; i < n; i++) {
		memset(k, 0x55, sizeof(k));
		memcpy(k, &i, sizeof(i));
		KT_REQUIRE((p = wg_peer_create(sc, k)) != NULL);
		addr = htonl(0x0a000000 + i);
		KT_ERR(0, aip_add(&sc->sc_aip4, &p->p_aips, p, &addr, 32,
		    &robbed));
	}
	figure("wg.mem.peer", (kmemstats[M_WG].ks_memuse - before) * 10 / n);
	NET_UNLOCK();
	KT_ERR(0, if_clone_destroy("wg9"));
}

/*
 * What ipsec(4) costs inside the kernel.
 *
 *	10.1.0.1, 192.0.2.1 tst0  ====  tst1 192.0.2.2, enc1
 *	    routing domain 0		routing domain 1
 *
 * Packets go in at ip_output(), a flow leads them into a tunnel, and what tst0
 * is given to send counts as sealed; then tst1 receives it, and what enc1 has
 * seen counts as opened (nobody forwards there, so the network layer drops
 * it).  Each packet is of its own memory, with as much room in front as a card
 * leaves; together they are larger than the caches.  The boot argument bench=1
 * asks for figures,
 *
 *	bench esp.ns.1420.gcm256.out NNN.N
 *
 * one a line: nanoseconds a packet, beside the bare cipher in batches on the
 * same bytes (esp.bare.1420.gcm256.out); nanoseconds to find an SA or a flow.
 * Without it, a short run only sees that everything comes out.
 */
#include "ktipsec.h"

#include <sys/kernel.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/socketvar.h>
#include <sys/sockio.h>
#include <sys/time.h>

#include <net/netisr.h>
#include <net/rtable.h>

#include "../net/testif.h"

#define INNER	0x0a010000U		/* 10.1.0.0 */
#define OUTER	0xc0000200U		/* 192.0.2.0 */
#define PASSES	8
#define ROOM	80			/* of a card, behind Ethernet's */

static const struct bench_alg {
	const char	*name;
	u_int		 ealg, elen;	/* SADB_, bytes of key */
	u_int		 aalg, alen;
} algs[] = {
	{ "gcm256", SADB_X_EALG_AESGCM16, 36, 0, 0 },
	{ "gcm128", SADB_X_EALG_AESGCM16, 20, 0, 0 },
	{ "chacha", SADB_X_EALG_CHACHA20POLY1305, 36, 0, 0 },
	{ "cbcsha256", SADB_X_EALG_AES, 32, SADB_X_AALG_SHA2_256, 32 },
};

static struct testif	*tst[2];
static struct ifnet	*enc;
static struct socket	*so;

static int
full(void)
{
	return (bootarg("bench") != NULL);
}

/* The figure of that name, in tenths. */
static void
figure(u_int64_t tenths, const char *fmt, ...)
{
	char	 name[64];
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	if (full())
		printf("bench %s %llu.%llu\n", name,
		    (unsigned long long)(tenths / 10),
		    (unsigned long long)(tenths % 10));
}

static void
address(struct ifnet *ifp, uint32_t addr)
{
	struct ifaliasreq	 ifra;
	union rtaddr		 mask;

	memset(&ifra, 0, sizeof(ifra));
	strlcpy(ifra.ifra_name, ifp->if_xname, sizeof(ifra.ifra_name));
	(void)testif_sin((struct sockaddr_in *)&ifra.ifra_addr, addr);
	memcpy(&ifra.ifra_mask, rt_plentosa(AF_INET, 24, &mask,
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

static void
addr4(struct ipsec_addr *a, uint32_t addr)
{
	memset(a, 0, sizeof(*a));
	a->ia_af = AF_INET;
	a->ia_v4.s_addr = htonl(addr);
}

/* Everything between the two inner networks, by tst0 out or by tst1 in. */
static void
flow(int dir)
{
	struct ipsec_policy	*ipo;

	KT_REQUIRE((ipo = spd_alloc()) != NULL);
	addr4(&ipo->ipo_sel.sl_src, INNER);
	ipo->ipo_sel.sl_dst = ipo->ipo_sel.sl_src;
	ipo->ipo_sel.sl_splen = ipo->ipo_sel.sl_dplen = 24;
	ipo->ipo_rdomain = dir == IPSP_DIRECTION_IN;
	ipo->ipo_dir = dir;
	ipo->ipo_type = SADB_X_FLOW_TYPE_REQUIRE;
	ipo->ipo_sproto = IPPROTO_ESP;
	addr4(&ipo->ipo_dst, OUTER | (dir == IPSP_DIRECTION_IN ? 1 : 2));
	NET_LOCK();
	KT_ERR(0, spd_insert(ipo));
	NET_UNLOCK();
}

static void
key(u_int8_t **keyp, u_int16_t *lenp, u_int len)
{
	if (len == 0)
		return;
	*keyp = malloc(len, M_XDATA, M_WAITOK);
	memset(*keyp, 0x11, len);
	*lenp = len;
}

/* The tunnel from tst0 to tst1, as domain id has it. */
static struct tdb *
sa(const struct bench_alg *ba, int id)
{
	struct tdb	*tdb;

	NET_LOCK();
	KT_REQUIRE((tdb = tdb_alloc(id)) != NULL);
	tdb->tdb_satype = SADB_SATYPE_ESP;
	tdb->tdb_sproto = IPPROTO_ESP;
	tdb->tdb_spi = htonl(0x1001);
	addr4(&tdb->tdb_src, OUTER | 1);
	addr4(&tdb->tdb_dst, OUTER | 2);
	tdb->tdb_flags = TDBF_TUNNELING | TDBF_REPLAY;
	key(&tdb->tdb_emxkey, &tdb->tdb_emxkeylen, ba->elen);
	key(&tdb->tdb_amxkey, &tdb->tdb_amxkeylen, ba->alen);
	KT_ERR(0, ipsec_alg_setup(tdb, ba->aalg, ba->ealg));
	KT_ERR(0, ipsec_alg_open(tdb));
	tdb->tdb_state = SADB_SASTATE_MATURE;
	tdb_insert(tdb);
	NET_UNLOCK();
	return (tdb);
}

static void
begin(void)
{
	char	 name[IFNAMSIZ];
	int	 i;

	KT_REQUIRE(socreate(AF_INET, &so, SOCK_DGRAM, 0) == 0);
	for (i = 0; i < 2; i++) {
		snprintf(name, sizeof(name), "tst%d", i);
		tst[i] = testif_create(name, 0);
		tst[i]->ti_if.if_capabilities = IFCAP_CSUM_MASK | IFCAP_USO;
		rdomain(&tst[i]->ti_if, i);
		address(&tst[i]->ti_if, OUTER | (1 + i));
	}
	address(&tst[0]->ti_if, INNER | 1);
	KT_REQUIRE(if_clone_create("enc1", 0) == 0);
	KT_REQUIRE((enc = if_unit_noref("enc1")) != NULL);
	rdomain(enc, 1);
	flow(IPSP_DIRECTION_OUT);
	flow(IPSP_DIRECTION_IN);
}

static void
end(void)
{
	int	 i;

	NET_LOCK();
	spd_flush(0);
	NET_UNLOCK();
	KT_ERR(0, if_clone_destroy("enc1"));
	for (i = 0; i < 2; i++)
		testif_destroy(tst[i]);
	soclose(so);
	KT_EQ(crypto_stats.cst_sessions, 0);
}

static void
stays(caddr_t buf, u_int size, void *arg)
{
	(void)buf;
	(void)size;
	(void)arg;
}

/* A packet in memory that stays the test's. */
static struct mbuf *
packet(caddr_t buf, u_int len)
{
	struct mbuf	*m;
	struct ip	*ip;

	KT_REQUIRE((m = m_gethdr(M_WAIT, MT_DATA)) != NULL);
	m_extadd(m, buf, MCLBYTES, M_EXTWR, stays, NULL);
	m->m_data += ROOM;
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
	ip->ip_sum = in_cksum_hdr(ip, sizeof(*ip));
	return (m);
}

/* Fetch what is some places behind, as Ethernet's input does. */
static void
ahead(struct mbuf *m)
{
	u_int	 i;

	for (i = 0; i < 5 && m != NULL; i++)
		m = MBUF_LIST_NEXT(m);
	if (m != NULL)
		__builtin_prefetch(m->m_data);
}

/* A batch, as the network's thread has it; nanoseconds. */
static u_int64_t
send_batch(struct mbuf_list *ml)
{
	struct mbuf	*m;
	u_int64_t	 start = nsecuptime();

	NET_LOCK();
	while ((m = ml_dequeue(ml)) != NULL) {
		ahead(MBUF_LIST_FIRST(ml));
		(void)ip_output(m, NULL, NULL, IP_RAWOUTPUT, NULL, NULL);
	}
	NET_UNLOCK();
	return (nsecuptime() - start);
}

/* What tst0 was given to send, tst1 receives. */
static u_int64_t
receive_batch(void)
{
	struct mbuf_list	 ml = tst[0]->ti_out;
	u_int64_t		 start = nsecuptime();

	ml_init(&tst[0]->ti_out);
	if_input(&tst[1]->ti_if, &ml);
	netisr_barrier();
	return (nsecuptime() - start);
}

/* All once, out and in. */
static void
pass(caddr_t mem, u_int len, u_int n, u_int64_t *out, u_int64_t *in)
{
	struct mbuf_list	 all = MBUF_LIST_INITIALIZER();
	struct mbuf_list	 ml = MBUF_LIST_INITIALIZER();
	u_int			 i;

	for (i = 0; i < n; i++)
		ml_enqueue(&all, packet(mem + i * MCLBYTES, len));
	for (*in = *out = 0; ml_len(&all) > 0;) {
		while (ml_len(&ml) < NETISR_BATCH && ml_len(&all) > 0)
			ml_enqueue(&ml, ml_dequeue(&all));
		*out += send_batch(&ml);
		*in += receive_batch();
	}
}

static void
path(const struct bench_alg *ba, u_int len, u_int n)
{
	u_int64_t	 best[2] = { UINT64_MAX, UINT64_MAX }, got, in, out;
	struct tdb	*tdb[2];
	caddr_t		 mem;
	u_int		 i;

	mem = mallocarray(n, MCLBYTES, M_TEST, M_WAITOK);
	for (i = 0; i < 2; i++)
		tdb[i] = sa(ba, i);
	for (i = 0; i < (full() ? PASSES : 2); i++) {
		got = enc->if_ipackets;
		pass(mem, len, n, &out, &in);
		best[0] = MIN(best[0], out);
		best[1] = MIN(best[1], in);
		KT_EQ(enc->if_ipackets - got, n);
	}
	NET_LOCK();
	for (i = 0; i < 2; i++)
		tdb_delete(tdb[i]);
	NET_UNLOCK();
	free(mem, M_TEST, n * MCLBYTES);
	figure(best[0] * 10 / n, "esp.ns.%u.%s.out", len, ba->name);
	figure(best[1] * 10 / n, "esp.ns.%u.%s.in", len, ba->name);
}

/* The ciphers alone: what esp_output() and esp_input() ask for, in place. */
static u_int64_t
bare_pass(struct tdb *tdb, u_int8_t *mem, u_int size, u_int tlen, u_int n,
    int flags)
{
	static struct ipsec_op	 ops[IPSEC_BATCH];
	struct cryptop		*crps[IPSEC_BATCH];
	u_int64_t		 start = nsecuptime();
	u_int			 i, k;

	for (i = 0; i < n;) {
		for (k = 0; k < IPSEC_BATCH && i < n; k++, i++) {
			ops[k].op_tdb = tdb;
			ops[k].op_crp.crp_etype = 0;
			ops[k].op_crp.crp_flags = 0;
			esp_request(&ops[k], mem + i * size, tlen, 0, flags);
			crps[k] = &ops[k].op_crp;
		}
		NET_LOCK();
		crypto_dispatch_batch(crps, k);
		NET_UNLOCK();
		KT_EQ(crps[0]->crp_etype, 0);
	}
	return (nsecuptime() - start);
}

static void
bare(const struct bench_alg *ba, u_int len, u_int n)
{
	u_int64_t	 best[2] = { UINT64_MAX, UINT64_MAX }, t;
	struct tdb	*tdb = sa(ba, 0);
	u_int8_t	*mem;
	u_int		 i, size, tlen;

	tlen = roundup(len + ESP_TRAILER, tdb->tdb_block);
	size = roundup(ESP_HLEN + tdb->tdb_ivlen + tlen + tdb->tdb_icvlen, 64);
	mem = mallocarray(n, size, M_TEST, M_WAITOK | M_ZERO);
	for (i = 0; i < (full() ? PASSES : 2); i++) {
		t = bare_pass(tdb, mem, size, tlen, n, CRD_F_ENCRYPT);
		best[0] = MIN(best[0], t);
		t = bare_pass(tdb, mem, size, tlen, n, 0);
		best[1] = MIN(best[1], t);
	}
	if (full())
		printf("# %s by %s\n", ba->name,
		    crypto_session_driver(tdb->tdb_cryptoid));
	free(mem, M_TEST, n * size);
	NET_LOCK();
	tdb_delete(tdb);
	NET_UNLOCK();
	figure(best[0] * 10 / n, "esp.bare.%u.%s.out", len, ba->name);
	figure(best[1] * 10 / n, "esp.bare.%u.%s.in", len, ba->name);
}

KTEST(packets, "nanoseconds a packet, out and in, beside the bare cipher")
{
	static const u_int	 lens[] = { 1420, 64 };
	u_int			 i, j, n = full() ? 12288 : 256;

	begin();
	for (i = 0; i < nitems(algs); i++)
		for (j = 0; j < nitems(lens); j++) {
			bare(&algs[i], lens[j], n);
			path(&algs[i], lens[j], n);
		}
	end();
}

#define ROUNDS	(1 << 16)

/* So many SAs, of as many peers; how long one is looked for. */
static void
lookup_sa(const char *name, u_int n)
{
	struct tdb		*tdb, **all;
	struct ipsec_addr	*dst;
	u_int64_t		 best = UINT64_MAX, start;
	u_int32_t		*spi;
	u_int			 i, j, misses = 0;

	all = mallocarray(n, sizeof(*all), M_TEST, M_WAITOK);
	dst = mallocarray(ROUNDS, sizeof(*dst), M_TEST, M_WAITOK);
	spi = mallocarray(ROUNDS, sizeof(*spi), M_TEST, M_WAITOK);
	NET_LOCK();
	for (i = 0; i < n; i++) {
		KT_REQUIRE((tdb = tdb_alloc(0)) != NULL);
		tdb->tdb_satype = SADB_SATYPE_ESP;
		tdb->tdb_sproto = IPPROTO_ESP;
		tdb->tdb_spi = arc4random();
		addr4(&tdb->tdb_dst, 0x0b000000 + i);
		tdb->tdb_state = SADB_SASTATE_MATURE;
		tdb_insert(tdb);
		all[i] = tdb;
	}
	for (i = 0; i < ROUNDS; i++) {
		tdb = all[arc4random_uniform(n)];
		dst[i] = tdb->tdb_dst;
		spi[i] = tdb->tdb_spi;
	}
	for (j = 0; j < (full() ? PASSES : 1); j++) {
		start = nsecuptime();
		for (i = 0; i < ROUNDS; i++)
			misses += tdb_find(0, spi[i], &dst[i],
			    IPPROTO_ESP) == NULL;
		best = MIN(best, nsecuptime() - start);
	}
	KT_EQ(misses, 0);
	for (i = 0; i < n; i++)
		tdb_delete(all[i]);
	NET_UNLOCK();
	free(all, M_TEST, n * sizeof(*all));
	free(dst, M_TEST, ROUNDS * sizeof(*dst));
	free(spi, M_TEST, ROUNDS * sizeof(*spi));
	figure(best * 10 / ROUNDS, "esp.lookup.sa.%s", name);
}

/* So many flows, each of a network of its own. */
static void
lookup_flow(const char *name, u_int n)
{
	struct ipsec_policy	*ipo;
	struct ipsec_pkt	*pk;
	u_int64_t		 best = UINT64_MAX, start;
	u_int			 i, j, misses = 0;

	pk = mallocarray(ROUNDS, sizeof(*pk), M_TEST, M_WAITOK | M_ZERO);
	NET_LOCK();
	for (i = 0; i < n; i++) {
		KT_REQUIRE((ipo = spd_alloc()) != NULL);
		addr4(&ipo->ipo_sel.sl_src, INNER);
		addr4(&ipo->ipo_sel.sl_dst, 0x0b000000 + (i << 8));
		ipo->ipo_sel.sl_splen = ipo->ipo_sel.sl_dplen = 24;
		ipo->ipo_dir = IPSP_DIRECTION_OUT;
		ipo->ipo_type = SADB_X_FLOW_TYPE_REQUIRE;
		ipo->ipo_sproto = IPPROTO_ESP;
		KT_ERR(0, spd_insert(ipo));
	}
	for (i = 0; i < ROUNDS; i++) {
		addr4(&pk[i].pk_src, INNER | (1 + arc4random_uniform(250)));
		addr4(&pk[i].pk_dst, 0x0b000000 +
		    (arc4random_uniform(n) << 8) + 1 + i % 250);
		pk[i].pk_proto = IPPROTO_TCP;
		pk[i].pk_sport = arc4random();
		pk[i].pk_dport = htons(443);
		pk[i].pk_dir = IPSP_DIRECTION_OUT;
	}
	for (j = 0; j < (full() ? PASSES : 1); j++) {
		start = nsecuptime();
		for (i = 0; i < ROUNDS; i++)
			misses += spd_lookup(&pk[i]) == NULL;
		best = MIN(best, nsecuptime() - start);
	}
	KT_EQ(misses, 0);
	spd_flush(0);
	NET_UNLOCK();
	free(pk, M_TEST, ROUNDS * sizeof(*pk));
	figure(best * 10 / ROUNDS, "esp.lookup.flow.%s", name);
}

KTEST(lookup, "nanoseconds to find an SA, and a flow for a new packet")
{
	lookup_sa("10", 10);
	lookup_flow("10", 10);
	if (!full()) {
		lookup_sa("1k", 1000);
		lookup_flow("1k", 1000);
		return;
	}
	lookup_sa("10k", 10000);
	lookup_flow("10k", 10000);
	lookup_sa("100k", 100000);
	lookup_flow("100k", 100000);
}

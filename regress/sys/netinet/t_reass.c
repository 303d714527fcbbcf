/*
 * Reassembly: against a model, in every order, with duplicates and overlaps;
 * and its limits.
 */
#include "ktinet.h"

#define SRC	IP(10, 1, 0, 2)
#define DST	IP(10, 1, 0, 1)
#define MAXLEN	4096

/* A fragment of the pattern's bytes [off, end). */
static struct mbuf *
frag(u_int id, int proto, u_int off, u_int end, int more)
{
	struct mbuf	*m;
	struct ip	*ip;

	m = kt_ip(SRC, DST, proto, NULL, end - off);
	ip = mtod(m, struct ip *);
	ip->ip_id = htons(id);
	ip->ip_off = htons((off >> 3) | (more ? IP_MF : 0));
	kt_pattern((uint8_t *)(ip + 1), off, end - off);
	kt_ipsum(m);
	return (m);
}

static struct mbuf *
reass(struct mbuf *m)
{
	NET_LOCK();
	m = ip_reass(m, 0);
	NET_UNLOCK();
	return (m);
}

static void
drain(void)
{
	NET_LOCK();
	ip_drain();
	NET_UNLOCK();
	KT_EQ(ip_reass_count(), 0);
}

/* Is m the whole datagram of len bytes of the pattern? */
static void
check_whole(struct mbuf *m, u_int len)
{
	static uint8_t	 got[MAXLEN], want[MAXLEN];
	struct ip	*ip = mtod(m, struct ip *);

	KT_EQ(m->m_pkthdr.len, sizeof(*ip) + len);
	KT_EQ(m_length(m), sizeof(*ip) + len);
	KT_EQ(ntohs(ip->ip_len), sizeof(*ip) + len);
	KT_EQ(ip->ip_off, 0);
	KT_EQ(in_cksum_hdr(ip, sizeof(*ip)), 0);
	m_copydata(m, sizeof(*ip), len, got);
	kt_pattern(want, 0, len);
	KT_MEMEQ(got, want, len);
}

/*
 * The model: a datagram as the set of fragments that it holds.  It knows
 * nothing of lists: every pair is compared.
 */
struct mfrag {
	u_int	 off, end;
	int	 more;
};

struct model {
	struct mfrag	 f[256];
	u_int		 n, len;
	int		 dead, done;
};

static void
model_add(struct model *md, struct mfrag f)
{
	u_int	 i, have = 0, total = 0;

	if (md->dead)
		return;
	for (i = 0; i < md->n; i++)
		if (md->f[i].off == f.off && md->f[i].end == f.end)
			return;
	for (i = 0; i < md->n; i++) {
		/* Overlap; beyond the known end; a second end. */
		if ((f.off < md->f[i].end && md->f[i].off < f.end) ||
		    (!md->f[i].more && (f.end > md->f[i].end || !f.more)) ||
		    (!f.more && md->f[i].end > f.end)) {
			md->dead = 1;
			return;
		}
	}
	md->f[md->n++] = f;
	for (i = 0; i < md->n; i++) {
		have += md->f[i].end - md->f[i].off;
		if (!md->f[i].more)
			total = md->f[i].end;
	}
	md->len = total;
	md->done = total != 0 && have == total;
}

/* One random run: pieces of a datagram, some doubled, some off the grid. */
static void
model_run(struct ktest_rand *kr, u_int run)
{
	static struct model	 md;
	struct mfrag		 f[64], t;
	struct mbuf		*m;
	u_int			 i, j, n = 0, off, len;

	memset(&md, 0, sizeof(md));
	len = 16 + ktest_rand_below(kr, 1500);
	for (off = 0; off < len && n < 40; off = f[n++].end) {
		f[n].off = off;
		f[n].end = off + 8 * (1 + ktest_rand_below(kr, 20));
		f[n].more = f[n].end < len;
		if (!f[n].more)
			f[n].end = len;
	}
	f[n - 1].more = 0;
	while (run % 3 != 0 && ktest_rand_below(kr, 4) != 0 && n < 60) {
		t = f[ktest_rand_below(kr, n)];
		if (run % 3 == 2 && ktest_rand_below(kr, 4) == 0) {
			t.off += 8 * ktest_rand_below(kr, 3);
			if (t.off >= t.end)
				continue;
			if (t.more)
				t.end += 8 * ktest_rand_below(kr, 2);
			if (ktest_rand_below(kr, 3) == 0)
				t.more = 0;
		}
		f[n++] = t;
	}
	for (i = n - 1; i > 0; i--) {
		j = ktest_rand_below(kr, i + 1);
		t = f[i];
		f[i] = f[j];
		f[j] = t;
	}
	for (i = 0; i < n; i++) {
		KT_CASE("run %u, fragment %u of %u: %u-%u%s", run, i, n,
		    f[i].off, f[i].end, f[i].more ? "+" : "");
		model_add(&md, f[i]);
		m = reass(frag(run & 0xffff, IPPROTO_UDP, f[i].off, f[i].end,
		    f[i].more));
		if (!KT_EQ(m != NULL, md.done && !md.dead)) {
			m_freem(m);
			break;
		}
		if (m != NULL) {
			check_whole(m, md.len);
			m_freem(m);
			break;
		}
	}
	NET_LOCK();
	ip_drain();
	NET_UNLOCK();
}

KTEST(model, "fragments in random order, doubled and overlapping")
{
	struct ktest_rand	 kr;
	uint64_t		 done = ipstat.ips_reassembled;
	uint64_t		 overlap = ipstat.ips_fragoverlap;
	uint64_t		 dup = ipstat.ips_fragdup;
	u_int			 run;

	ktest_srand(&kr, 3);
	for (run = 0; run < 3000; run++)
		model_run(&kr, run);
	/* Each fate was met often. */
	KT_RANGE(ipstat.ips_reassembled - done, 1000, 3000);
	KT_RANGE(ipstat.ips_fragoverlap - overlap, 200, 3000);
	KT_RANGE(ipstat.ips_fragdup - dup, 200, 100000);
	KT_EQ(ip_reass_count(), 0);
}

/* Fragments that can be none, each alone. */
static const struct {
	const char	*name;
	u_int		 off, end;
	int		 proto, more;
	uint64_t	*counter;
} bad[] = {
	{ "no payload", 8, 8, IPPROTO_UDP, 1, &ipstat.ips_badfrags },
	{ "an empty end", 8, 8, IPPROTO_UDP, 0, &ipstat.ips_badfrags },
	{ "7 bytes and more", 0, 7, IPPROTO_UDP, 1, &ipstat.ips_badfrags },
	{ "past 65535", 65528, 65536, IPPROTO_UDP, 0, &ipstat.ips_toolong },
	{ "past 65535 with its header", 65512, 65520, IPPROTO_UDP, 0,
	    &ipstat.ips_toolong },
	{ "TCP without flags", 0, 8, IPPROTO_TCP, 1, &ipstat.ips_fragtiny },
	{ "TCP's flags alone", 8, 24, IPPROTO_TCP, 1, &ipstat.ips_fragtiny },
};

KTEST(malformed, "impossible fragments are counted and not kept")
{
	uint64_t	 was, dropped;
	u_int		 i;

	for (i = 0; i < nitems(bad); i++) {
		KT_CASE("%s", bad[i].name);
		was = *bad[i].counter;
		dropped = ipstat.ips_fragdropped;
		KT_TRUE(reass(frag(7, bad[i].proto, bad[i].off, bad[i].end,
		    bad[i].more)) == NULL);
		KT_EQ(*bad[i].counter, was + 1);
		KT_EQ(ipstat.ips_fragdropped, dropped + 1);
		KT_EQ(ip_reass_count(), 0);
	}
	drain();
}

KTEST(ends, "bytes past the end never make up for a hole")
{
	uint64_t	 was = ipstat.ips_fragoverlap;

	/* The end is told before what was sent already. */
	KT_TRUE(reass(frag(1, IPPROTO_UDP, 0, 8, 1)) == NULL);
	KT_TRUE(reass(frag(1, IPPROTO_UDP, 24, 32, 1)) == NULL);
	KT_TRUE(reass(frag(1, IPPROTO_UDP, 16, 24, 0)) == NULL);
	KT_EQ(ipstat.ips_fragoverlap, was + 1);
	/* Two ends. */
	KT_TRUE(reass(frag(2, IPPROTO_UDP, 24, 32, 0)) == NULL);
	KT_TRUE(reass(frag(2, IPPROTO_UDP, 8, 16, 0)) == NULL);
	KT_EQ(ipstat.ips_fragoverlap, was + 2);
	/* More after the end. */
	KT_TRUE(reass(frag(3, IPPROTO_UDP, 8, 16, 0)) == NULL);
	KT_TRUE(reass(frag(3, IPPROTO_UDP, 16, 24, 1)) == NULL);
	KT_EQ(ipstat.ips_fragoverlap, was + 3);
	KT_EQ(ip_reass_count(), 0);
	drain();
}

KTEST(keys, "id, protocol and routing domain keep datagrams apart")
{
	struct mbuf	*m;
	u_int		 i;
	int		 was = ip_maxqueue;

	KT_TRUE(reass(frag(1, IPPROTO_UDP, 0, 8, 1)) == NULL);
	KT_TRUE(reass(frag(2, IPPROTO_UDP, 8, 16, 0)) == NULL);
	KT_TRUE(reass(frag(1, IPPROTO_ICMP, 8, 16, 0)) == NULL);
	NET_LOCK();
	KT_TRUE(ip_reass(frag(1, IPPROTO_UDP, 8, 16, 0), 1) == NULL);
	NET_UNLOCK();
	KT_EQ(ip_reass_count(), 4);
	m = reass(frag(1, IPPROTO_UDP, 8, 16, 0));
	KT_REQUIRE(m != NULL);
	check_whole(m, 16);
	m_freem(m);
	KT_EQ(ip_reass_count(), 3);
	drain();
	/* In all of the table's chains. */
	ip_maxqueue = 10000;
	KT_TRUE(reass(frag(1, IPPROTO_UDP, 0, 8, 1)) == NULL);
	NET_LOCK();
	for (i = 1; i < 2000; i++)
		KT_TRUE(ip_reass(frag(1, IPPROTO_UDP, 8, 16, 0), i) == NULL);
	NET_UNLOCK();
	ip_maxqueue = was;
	drain();
}

KTEST(limit_total, "the oldest datagram gives way")
{
	uint64_t	 total = ipstat.ips_fragtotal;
	struct mbuf	*m;
	int		 was = ip_maxqueue;
	u_int		 i;

	ip_maxqueue = 8;
	for (i = 0; i < 20; i++) {
		m = frag(i, IPPROTO_UDP, 0, 8, 1);
		/* From as many sources. */
		mtod(m, struct ip *)->ip_src.s_addr = htonl(0x0a020000 + i);
		KT_TRUE(reass(m) == NULL);
		KT_RANGE(ip_reass_count(), 1, 8);
	}
	KT_EQ(ip_reass_count(), 8);
	/* The newest is still there, the oldest is not. */
	m = frag(19, IPPROTO_UDP, 8, 16, 0);
	mtod(m, struct ip *)->ip_src.s_addr = htonl(0x0a020000 + 19);
	m = reass(m);
	KT_TRUE(m != NULL);
	m_freem(m);
	m = frag(0, IPPROTO_UDP, 8, 16, 0);
	mtod(m, struct ip *)->ip_src.s_addr = htonl(0x0a020000);
	KT_TRUE(reass(m) == NULL);
	ip_maxqueue = was;
	drain();
	KT_RANGE(ipstat.ips_fragtotal - total, 0, 20);
}

KTEST(limit_source, "one source takes half of the room at most")
{
	uint64_t	 refused = ipstat.ips_fragsource;
	struct mbuf	*m;
	int		 was = ip_maxqueue;
	u_int		 i;

	ip_maxqueue = 16;
	for (i = 0; i < 12; i++)
		KT_TRUE(reass(frag(i, IPPROTO_UDP, 0, 8, 1)) == NULL);
	KT_EQ(ip_reass_count(), 8);
	KT_EQ(ipstat.ips_fragsource - refused, 4);
	/* Others are served. */
	m = frag(1, IPPROTO_UDP, 0, 8, 1);
	mtod(m, struct ip *)->ip_src = IP(172, 16, 0, 1);
	KT_TRUE(reass(m) == NULL);
	KT_EQ(ip_reass_count(), 9);
	ip_maxqueue = was;
	drain();
}

KTEST(limit_packet, "a datagram has so many fragments at most")
{
	uint64_t	 refused = ipstat.ips_fragmax;
	int		 was = ip_maxqueue;
	u_int		 i;

	ip_maxqueue = 10000;
	for (i = 0; i < 140; i++)
		KT_TRUE(reass(frag(1, IPPROTO_UDP, 16 * i, 16 * i + 8, 1)) ==
		    NULL);
	KT_EQ(ip_reass_count(), 128);
	KT_EQ(ipstat.ips_fragmax - refused, 12);
	ip_maxqueue = was;
	drain();
}

KTEST(off, "maxqueue 0 takes none")
{
	int	 was = ip_maxqueue;

	ip_maxqueue = 0;
	KT_TRUE(reass(frag(1, IPPROTO_UDP, 0, 8, 1)) == NULL);
	KT_EQ(ip_reass_count(), 0);
	ip_maxqueue = was;
}

/* Let n half seconds pass for reassembly. */
static void
age(u_int n)
{
	NET_LOCK();
	while (n-- > 0)
		ip_slowtimo();
	if_flush();
	NET_UNLOCK();
}

KTEST(timeout, "time exceeded is sent when the first fragment is there")
{
	struct ktif	*a;
	uint64_t	 was = ipstat.ips_fragtimeout;
	struct mbuf	*m;
	struct ip	*ip;
	struct icmp	*icp;

	a = kt_if("kta0", KTIF_IP);
	KT_REQUIRE(kt_addr(a, DST, 24) == 0);
	kt_rx(a, frag(1, IPPROTO_UDP, 0, 64, 1));
	kt_rx(a, frag(2, IPPROTO_UDP, 8, 64, 1));
	KT_EQ(ip_reass_count(), 2);
	age(IPFRAGTTL - 1);
	KT_EQ(ip_reass_count(), 2);
	age(1);
	KT_EQ(ip_reass_count(), 0);
	KT_EQ(ipstat.ips_fragtimeout, was + 2);
	KT_EQ(kt_txlen(a), 1);
	m = kt_tx(a);
	KT_REQUIRE(m != NULL);
	ip = mtod(m, struct ip *);
	icp = (struct icmp *)(ip + 1);
	KT_EQ(ip->ip_dst.s_addr, SRC.s_addr);
	KT_EQ(icp->icmp_type, ICMP_TIMXCEED);
	KT_EQ(icp->icmp_code, ICMP_TIMXCEED_REASS);
	KT_EQ(icp->icmp_ip.ip_id, htons(1));
	m_freem(m);
	kt_if_free(a);
}

KTEST(dead, "after an overlap nothing of that datagram is taken")
{
	uint64_t	 was = ipstat.ips_fragtimeout;

	KT_TRUE(reass(frag(1, IPPROTO_UDP, 0, 16, 1)) == NULL);
	KT_TRUE(reass(frag(1, IPPROTO_UDP, 8, 24, 1)) == NULL);
	KT_EQ(ip_reass_count(), 0);
	KT_TRUE(reass(frag(1, IPPROTO_UDP, 0, 16, 1)) == NULL);
	KT_TRUE(reass(frag(1, IPPROTO_UDP, 16, 24, 0)) == NULL);
	KT_EQ(ip_reass_count(), 0);
	age(IPFRAGTTL);
	KT_EQ(ipstat.ips_fragtimeout, was);
	drain();
}

/* Two fragments with these ECN codepoints; the datagram's, or -1. */
static int
ecn(u_int one, u_int two)
{
	struct mbuf	*m;
	int		 got;

	m = frag(1, IPPROTO_UDP, 0, 8, 1);
	mtod(m, struct ip *)->ip_tos = one;
	KT_TRUE(reass(m) == NULL);
	m = frag(1, IPPROTO_UDP, 8, 16, 0);
	mtod(m, struct ip *)->ip_tos = two;
	if ((m = reass(m)) == NULL)
		return (-1);
	got = mtod(m, struct ip *)->ip_tos & IPTOS_ECN_MASK;
	m_freem(m);
	return (got);
}

KTEST(congestion, "marks of congestion survive (RFC 3168 5.3)")
{
	KT_EQ(ecn(IPTOS_ECN_NOTECT, IPTOS_ECN_NOTECT), IPTOS_ECN_NOTECT);
	KT_EQ(ecn(IPTOS_ECN_ECT0, IPTOS_ECN_CE), IPTOS_ECN_CE);
	KT_EQ(ecn(IPTOS_ECN_CE, IPTOS_ECN_ECT1), IPTOS_ECN_CE);
	KT_EQ(ecn(IPTOS_ECN_ECT0, IPTOS_ECN_ECT0), IPTOS_ECN_ECT0);
	KT_EQ(ecn(IPTOS_ECN_NOTECT, IPTOS_ECN_CE), -1);
	drain();
}

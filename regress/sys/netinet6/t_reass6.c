/*
 * Reassembly: against a model, in every order, with duplicates and overlaps;
 * atomic fragments; and its limits.
 */
#include <sys/protosw.h>

#include "ktinet6.h"

#define MAXLEN	4096

/* A fragment of the pattern's bytes [off, end) from a source. */
static struct mbuf *
frag(struct in6_addr src, uint32_t id, int nxt, u_int off, u_int end,
    int more)
{
	struct ip6_frag	*fh;
	struct mbuf	*m;

	m = kt_ip6(src, US6, IPPROTO_FRAGMENT, NULL,
	    sizeof(*fh) + end - off);
	fh = (struct ip6_frag *)(mtod(m, struct ip6_hdr *) + 1);
	fh->ip6f_nxt = nxt;
	fh->ip6f_offlg = htons(off & 0xfff8) | (more ? IP6F_MORE_FRAG : 0);
	fh->ip6f_ident = htonl(id);
	kt_pattern((uint8_t *)(fh + 1), off, end - off);
	return (m);
}

/* The packet when it is whole, or NULL. */
static struct mbuf *
reass(struct mbuf *m)
{
	int	 nxt, off = sizeof(struct ip6_hdr);

	NET_LOCK();
	nxt = frag6_input(&m, &off, IPPROTO_FRAGMENT, AF_INET6);
	NET_UNLOCK();
	KT_EQ(nxt == IPPROTO_DONE, m == NULL);
	return (m);
}

static void
drain(void)
{
	NET_LOCK();
	frag6_drain();
	NET_UNLOCK();
	KT_EQ(frag6_count(), 0);
}

/* Is m the whole packet of len bytes of the pattern? */
static void
check_whole(struct mbuf *m, u_int len)
{
	static uint8_t	 got[MAXLEN], want[MAXLEN];
	struct ip6_hdr	*ip6 = mtod(m, struct ip6_hdr *);

	KT_EQ(m->m_pkthdr.len, sizeof(*ip6) + len);
	KT_EQ(m_length(m), sizeof(*ip6) + len);
	KT_EQ(ntohs(ip6->ip6_plen), len);
	KT_EQ(ip6->ip6_nxt, IPPROTO_NONE);
	m_copydata(m, sizeof(*ip6), len, got);
	kt_pattern(want, 0, len);
	KT_MEMEQ(got, want, len);
}

/*
 * The model: a packet as the set of fragments that it holds.  It knows
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

/* Pieces of a packet: in order, some doubled, some off the grid. */
static u_int
model_pieces(struct ktest_rand *kr, u_int run, struct mfrag *f)
{
	struct mfrag	 t;
	u_int		 n = 0, off, len;

	len = 16 + ktest_rand_below(kr, 1500);
	for (off = 0; off < len && n < 40; off = f[n++].end) {
		f[n].off = off;
		f[n].end = off + 8 * (1 + ktest_rand_below(kr, 20));
		f[n].more = f[n].end < len;
		if (!f[n].more)
			f[n].end = len;
	}
	f[n - 1].more = 0;
	if (n == 1)
		f[0].more = 1;		/* not an atomic one */
	while (run % 3 != 0 && ktest_rand_below(kr, 4) != 0 && n < 60) {
		t = f[ktest_rand_below(kr, n)];
		if (run % 3 == 2 && ktest_rand_below(kr, 4) == 0) {
			t.off += 8 * ktest_rand_below(kr, 3);
			if (t.off >= t.end)
				continue;
			if (t.more)
				t.end += 8 * ktest_rand_below(kr, 2);
			if (t.off != 0 && ktest_rand_below(kr, 3) == 0)
				t.more = 0;
		}
		if (t.more && (t.end - t.off) % 8 != 0)
			continue;
		f[n++] = t;
	}
	if (n == 1)
		f[0].end = roundup(f[0].end, 8);
	return (n);
}

static void
model_run(struct ktest_rand *kr, u_int run)
{
	static struct model	 md;
	struct mfrag		 f[64], t;
	struct mbuf		*m;
	u_int			 i, j, n;

	memset(&md, 0, sizeof(md));
	n = model_pieces(kr, run, f);
	for (i = n - 1; i > 0; i--) {
		j = ktest_rand_below(kr, i + 1);
		t = f[i];
		f[i] = f[j];
		f[j] = t;
	}
	for (i = 0; i < n; i++) {
		KT_CASE("run %u, fragment %u of %u: %u-%u%s", run, i, n,
		    f[i].off, f[i].end, f[i].more ? "+" : "");
		if (f[i].more && (f[i].end - f[i].off) % 8 != 0)
			continue;
		model_add(&md, f[i]);
		m = reass(frag(PEER6, run, IPPROTO_NONE, f[i].off, f[i].end,
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
	frag6_drain();
	NET_UNLOCK();
}

KTEST(model, "fragments in random order, doubled and overlapping")
{
	struct ktest_rand	 kr;
	uint64_t		 done = ip6stat.ip6s_reassembled;
	uint64_t		 overlap = ip6stat.ip6s_fragoverlap;
	uint64_t		 dup = ip6stat.ip6s_fragdup;
	u_int			 run;

	ktest_srand(&kr, 36);
	for (run = 0; run < 3000; run++)
		model_run(&kr, run);
	/* Each fate was met often. */
	KT_RANGE(ip6stat.ip6s_reassembled - done, 1000, 3000);
	KT_RANGE(ip6stat.ip6s_fragoverlap - overlap, 200, 3000);
	KT_RANGE(ip6stat.ip6s_fragdup - dup, 200, 100000);
	KT_EQ(frag6_count(), 0);
}

KTEST(atomic, "a whole packet in one fragment goes through at once")
{
	uint64_t	 was = ip6stat.ip6s_fragatomic;
	struct mbuf	*m;

	KT_PTREQ(reass(frag(PEER6, 1, IPPROTO_NONE, 0, 64, 1)), NULL);
	m = reass(frag(PEER6, 1, IPPROTO_NONE, 0, 64, 0));
	KT_REQUIRE(m != NULL);
	check_whole(m, 64);
	KT_TRUE(m->m_flags & M_FRAG6);
	m_freem(m);
	KT_EQ(ip6stat.ip6s_fragatomic, was + 1);
	/* And nobody else's packet is disturbed (RFC 6946). */
	m = reass(frag(PEER6, 1, IPPROTO_NONE, 64, 100, 0));
	KT_REQUIRE(m != NULL);
	check_whole(m, 100);
	m_freem(m);
	drain();
}

KTEST(others, "number, source and destination each make another packet")
{
	struct mbuf	*m;

	KT_PTREQ(reass(frag(PEER6, 1, IPPROTO_NONE, 0, 64, 1)), NULL);
	KT_PTREQ(reass(frag(PEER6, 2, IPPROTO_NONE, 64, 80, 0)), NULL);
	KT_PTREQ(reass(frag(GW6, 1, IPPROTO_NONE, 64, 80, 0)), NULL);
	m = frag(PEER6, 1, IPPROTO_NONE, 64, 80, 0);
	mtod(m, struct ip6_hdr *)->ip6_dst = FAR6;
	KT_PTREQ(reass(m), NULL);
	KT_EQ(frag6_count(), 4);
	m = reass(frag(PEER6, 1, IPPROTO_NONE, 64, 80, 0));
	KT_REQUIRE(m != NULL);
	check_whole(m, 80);
	m_freem(m);
	drain();
}

static const struct {
	const char	*name;
	u_int		 off, end;
	int		 nxt, more;
	uint64_t	*counter;
} bad[] = {
	{ "no payload", 8, 8, IPPROTO_NONE, 1, &ip6stat.ip6s_badfrags },
	{ "an empty end", 8, 8, IPPROTO_NONE, 0, &ip6stat.ip6s_badfrags },
	{ "7 bytes and more", 0, 7, IPPROTO_NONE, 1, &ip6stat.ip6s_badfrags },
	{ "past 65535", 65528, 65536, IPPROTO_NONE, 0,
	    &ip6stat.ip6s_badfrags },
	{ "TCP without flags", 0, 8, IPPROTO_TCP, 1,
	    &ip6stat.ip6s_fragtiny },
	{ "UDP cut short", 0, 0, IPPROTO_UDP, 1, &ip6stat.ip6s_badfrags },
	{ "options that do not end", 0, 8, IPPROTO_DSTOPTS, 1,
	    &ip6stat.ip6s_fragtiny },
};

KTEST(malformed, "impossible fragments are counted and not kept")
{
	uint64_t	 was;
	size_t		 i;

	for (i = 0; i < nitems(bad); i++) {
		KT_CASE("%s", bad[i].name);
		was = *bad[i].counter;
		KT_PTREQ(reass(frag(PEER6, 9, bad[i].nxt, bad[i].off,
		    bad[i].end, bad[i].more)), NULL);
		KT_EQ(*bad[i].counter, was + 1);
		KT_EQ(frag6_count(), 0);
	}
}

KTEST(limits, "fragments in all, of a packet and from a source are bounded")
{
	struct in6_addr	 src = PEER6;
	uint64_t	 was = ip6stat.ip6s_fragsource;
	u_int		 i;

	for (i = 0; i < 1000; i++)
		KT_PTREQ(reass(frag(PEER6, i, IPPROTO_NONE, 0, 8, 1)), NULL);
	KT_EQ(frag6_count(), ip6_maxfrags / 2);
	KT_EQ(ip6stat.ip6s_fragsource - was, 1000 - ip6_maxfrags / 2);
	was = ip6stat.ip6s_fragoverflow;
	for (i = 0; i < 1000; i++) {
		src.s6_addr16[2] = htons(i);
		KT_PTREQ(reass(frag(src, i, IPPROTO_NONE, 0, 8, 1)), NULL);
		KT_RANGE(frag6_count(), 0, ip6_maxfrags);
	}
	KT_TRUE(ip6stat.ip6s_fragoverflow > was);
	drain();
	for (i = 0; i < 200; i++)
		KT_PTREQ(reass(frag(PEER6, 7, IPPROTO_NONE, i * 8,
		    i * 8 + 8, 1)), NULL);
	KT_RANGE(frag6_count(), 1, 128);
	drain();
}

KTEST(timeout, "what is not whole after a minute is given up")
{
	uint64_t	 was = ip6stat.ip6s_fragtimeout;

	KT_PTREQ(reass(frag(PEER6, 3, IPPROTO_NONE, 8, 16, 0)), NULL);
	ktest_sleep_ms(58000);
	KT_EQ(frag6_count(), 1);
	ktest_sleep_ms(4000);
	KT_EQ(frag6_count(), 0);
	KT_EQ(ip6stat.ip6s_fragtimeout, was + 1);
}

/*
 * The replay window, through whole packets, against a model that remembers
 * every number: random walks, with and without extended numbers, across 2^32.
 *
 *	192.0.2.1/24 - kta1	the peer, 192.0.2.2, has the keys
 */
#include "ktipsec.h"

#include <sys/endian.h>
#include <sys/malloc.h>

#define US	IP(192, 0, 2, 1)
#define PEER	IP(192, 0, 2, 2)
#define SPAN	(1u << 23)		/* numbers of one walk */

static struct ktif	*wan;
static struct tdb	*sa;
static uint8_t		*seen;		/* a bit a number, from base on */
static uint64_t		 base, top;	/* top: the highest accepted */

/* What has become of a packet. */
enum fate { ACCEPTED, REPLAY, OLD, ZERO, FORGED, OTHER };

static uint64_t
passed(void)
{
	return (sa->tdb_counters.sadb_x_counter_ipackets);
}

/* A packet of that number comes in. */
static enum fate
arrives(uint64_t seq)
{
	uint64_t	 was = passed(), old, replay, zero, forged;
	uint8_t		 buf[128];
	u_int		 len;
	int		 ah = sa->tdb_sproto == IPPROTO_AH;

	replay = ah ? ahstat.ahs_replay : espstat.esps_replay;
	old = ah ? ahstat.ahs_old : espstat.esps_old;
	zero = ah ? ahstat.ahs_seqzero : espstat.esps_seqzero;
	forged = ah ? ahstat.ahs_badauth : espstat.esps_badauth;
	if (ah) {
		struct mbuf	*m;

		memset(buf, 0, sizeof(buf));
		buf[0] = IPPROTO_NONE;
		buf[1] = ah_hdrlen(sa, AF_INET) / 4 - 2;
		memcpy(buf + 4, &sa->tdb_spi, 4);
		be32enc(buf + 8, (uint32_t)seq);
		m = kt_ip(PEER, US, IPPROTO_AH, buf, ah_hdrlen(sa, AF_INET));
		len = m->m_pkthdr.len;
		m_copydata(m, 0, len, buf);
		m_freem(m);
		kk_ah(sa, seq, buf, len, 20);
		kt_rx(wan, kt_mbuf(buf, len));
	} else {
		len = kk_esp(sa, seq, buf, "text", 4, IPPROTO_UDP);
		kt_rx(wan, kt_ip(PEER, US, IPPROTO_ESP, buf, len));
	}
	kt_settle();
	if (passed() == was + 1)
		return (ACCEPTED);
	if ((ah ? ahstat.ahs_replay : espstat.esps_replay) == replay + 1)
		return (REPLAY);
	if ((ah ? ahstat.ahs_old : espstat.esps_old) == old + 1)
		return (OLD);
	if ((ah ? ahstat.ahs_seqzero : espstat.esps_seqzero) == zero + 1)
		return (ZERO);
	if ((ah ? ahstat.ahs_badauth : espstat.esps_badauth) == forged + 1)
		return (FORGED);
	return (OTHER);
}

/* What should become of it. */
static enum fate
model(uint64_t seq, int esn)
{
	uint64_t	 i = seq - base;

	if (seq == 0)
		return (esn && top >= REPLAY_WINDOW ? FORGED : ZERO);
	/* Before the window: with ESN it stands for one 2^32 later. */
	if (seq + REPLAY_WINDOW <= top)
		return (esn ? FORGED : OLD);
	if (i >= SPAN)
		KT_FAIL("number %llu is beyond the walk",
		    (unsigned long long)seq);
	if (seen[i / 8] & 1 << i % 8)
		return (REPLAY);
	seen[i / 8] |= 1 << i % 8;
	top = MAX(top, seq);
	return (ACCEPTED);
}

/* Mostly near the top, sometimes far before or behind it. */
static uint64_t
step(struct ktest_rand *r)
{
	u_int	 back = 0;

	switch (ktest_rand_below(r, 16)) {
	case 0:
		return (top + 1 + ktest_rand_below(r, 3 * REPLAY_WINDOW));
	case 1:
		back = ktest_rand_below(r, 3 * REPLAY_WINDOW);
		break;
	case 2:		/* around the window's end */
		back = REPLAY_WINDOW - 2 + ktest_rand_below(r, 4);
		break;
	case 3:
	case 4:
	case 5:
		back = ktest_rand_below(r, 70);
		break;
	default:
		return (top + 1 + ktest_rand_below(r, 3));
	}
	return (back > top - base ? base : top - back);
}

static void
walk(const struct kk_alg *ka, uint32_t flags, u_int window, uint64_t from,
    u_int steps)
{
	struct ktest_rand	 r;
	uint64_t		 seq;
	enum fate		 got, want;
	u_int			 i;

	sa = kk_add(ka, PEER, US, 0x1001, flags, window);
	memset(seen, 0, SPAN / 8);
	ktest_srand(&r, from + window + ka->ka_enclen);
	base = from;
	top = from;
	if (from != 0) {
		/* As if the SA had lived that long. */
		NET_LOCK();
		KT_ERR(0, ipsec_replay_alloc(sa));
		sa->tdb_replay->r_next = from;
		NET_UNLOCK();
		KT_EQ(model(from, flags != 0), ACCEPTED);
		KT_EQ(arrives(from), ACCEPTED);
	}
	for (i = 0; i < steps; i++) {
		seq = step(&r);
		want = model(seq, flags != 0);
		got = arrives(seq);
		if (got != want) {
			KT_FAIL("%s, step %u: number %llu, top %llu: %d, "
			    "not %d", ka->ka_name, i,
			    (unsigned long long)seq, (unsigned long long)top,
			    got, want);
			break;
		}
	}
	KT_EQ(sa->tdb_replay->r_next, top + 1);
	kk_begin(SADB_FLUSH, 0);
	KT_ERR(0, kk_send());
}

static void
up(void)
{
	wan = kt_if("kta1", KTIF_IP);
	KT_ERR(0, kt_addr(wan, US, 24));
	kk_open();
	seen = malloc(SPAN / 8, M_TEMP, M_WAITOK);
}

static void
down(void)
{
	free(seen, M_TEMP, SPAN / 8);
	kk_close();
	kt_txdrop(wan);
	kt_if_free(wan);
}

KTEST(plain, "32-bit numbers, ESP and AH, whatever size was asked for")
{
	up();
	walk(&kk_algs[0], 0, 64, 0, 5000);
	walk(&kk_algs[0], 0, 1, 0, 3000);
	walk(&kk_algs[8], 0, 32, 0, 3000);
	walk(&kk_algs[10], 0, 64, 0, 3000);
	down();
}

KTEST(esn, "64-bit numbers, ESP and AH, across 2^32")
{
	up();
	walk(&kk_algs[0], SADB_X_SAFLAGS_ESN, 64, 0, 5000);
	walk(&kk_algs[0], SADB_X_SAFLAGS_ESN, 64, 0xfffffff0ULL, 5000);
	walk(&kk_algs[3], SADB_X_SAFLAGS_ESN, 64,
	    UINT32_MAX - 2ULL * REPLAY_WINDOW, 5000);
	walk(&kk_algs[6], SADB_X_SAFLAGS_ESN, 64, 0x7fffffff0ULL, 3000);
	walk(&kk_algs[10], SADB_X_SAFLAGS_ESN, 64,
	    UINT32_MAX - 1ULL * REPLAY_WINDOW, 5000);
	down();
}

KTEST(top, "the last numbers that there are")
{
	up();
	sa = kk_add(&kk_algs[0], PEER, US, 0x1001, 0, 64);
	KT_EQ(arrives(UINT32_MAX), ACCEPTED);
	KT_EQ(arrives(UINT32_MAX), REPLAY);
	KT_EQ(arrives(UINT32_MAX - 1), ACCEPTED);
	KT_EQ(arrives(0), ZERO);
	KT_EQ(arrives(1), OLD);
	down();
}

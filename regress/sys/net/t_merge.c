/*
 * Pieces that came out of a tunnel are merged, and no buffer is lost or freed
 * twice, whatever the order of pieces and buffers is.  Each stream's bytes
 * come out whole and in order.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/mbuf.h>

#include <net/cksum.h>
#include <net/if_merge.h>

#include <netinet/in.h>

#include "ktest.h"

#define HLEN	40		/* IPv4 and TCP */
#define PAYLOAD	100
#define PIECE	(HLEN + PAYLOAD)
#define FIN	0x01
#define PSH	0x08
#define ACK	0x10
#define STREAMS	12

struct sink {
	u_int	 sk_packets;
	u_int	 sk_payload;
	u_int	 sk_next[STREAMS];	/* pieces that have come */
};

static uint64_t	 merged, nomem;

static void
sink_take(void *arg, struct mbuf *m)
{
	static uint8_t	 buf[65536];
	struct sink	*sk = arg;
	u_int		 i, n, len = m->m_pkthdr.len, stream;

	sk->sk_packets++;
	sk->sk_payload += len - HLEN;
	KT_EQ(m_length(m), len);
	m_copydata(m, 0, len, buf);
	m_freem(m);
	KT_EQ(be16dec(buf + 2), len);
	stream = be16dec(buf + 20) - 1000;
	KT_REQUIRE(stream < STREAMS);
	n = sk->sk_next[stream];
	KT_EQ(be32dec(buf + 24), n * PAYLOAD);
	for (i = HLEN; i < len; i++)
		if (buf[i] != (uint8_t)(stream * 16 + n +
		    (i - HLEN) / PAYLOAD))
			break;
	KT_EQ(i, len);
	sk->sk_next[stream] += (len - HLEN) / PAYLOAD;
}

static void
put_sum(uint8_t *field, uint64_t sum)
{
	uint16_t	 s = ~cksum_fold(sum);

	memcpy(field, &s, sizeof(s));
}

/* A segment at p, number n of its stream, with finished checksums. */
static void
segment(uint8_t *p, u_int stream, u_int n, int flags)
{
	uint64_t	 sum;

	memset(p, 0, PIECE);
	p[0] = 0x45;
	be16enc(p + 2, PIECE);
	p[6] = 0x40;			/* DF */
	p[8] = 64;
	p[9] = IPPROTO_TCP;
	be32enc(p + 12, 0x0a000001);
	be32enc(p + 16, 0x0a000002);
	put_sum(p + 10, cksum_add(0, p, 20));
	be16enc(p + 20, 1000 + stream);
	be16enc(p + 22, 80);
	be32enc(p + 24, n * PAYLOAD);
	p[32] = 5 << 4;
	p[33] = flags;
	memset(p + HLEN, stream * 16 + n, PAYLOAD);
	sum = htobe16(IPPROTO_TCP) + htobe32(PIECE - 20);
	put_sum(p + 36, cksum_add(cksum_add(sum, p + 12, 8), p + 20,
	    PIECE - 20));
}

static struct mbuf *
buffer(u_int pieces)
{
	struct mbuf	*m;

	m = m_clget(NULL, M_WAIT, MCLBYTES);
	m->m_len = m->m_pkthdr.len = pieces * PIECE;
	return (m);
}

/*
 * Buffers of random pieces of some streams, some of which end a group.
 */
static void
random_row(struct ktest_rand *kr, struct sink *sk, u_int streams, u_int *sent)
{
	struct if_merge	 g;
	struct mbuf	*m;
	uint8_t		*p;
	u_int		 b, i, n, stream = 0;
	u_int		 next[STREAMS] = { 0 };

	memset(sk->sk_next, 0, sizeof(sk->sk_next));
	if_merge_begin(&g, sink_take, sk, &merged, &nomem);
	for (b = 0; b < 6; b++) {
		n = 1 + ktest_rand_below(kr, 4);
		m = buffer(n);
		p = mtod(m, uint8_t *);
		for (i = 0; i < n; i++, p += PIECE) {
			if (ktest_rand_below(kr, 2) == 0)
				stream = ktest_rand_below(kr, streams);
			segment(p, stream, next[stream]++, ACK |
			    (ktest_rand_below(kr, 5) == 0 ? PSH : 0) |
			    (ktest_rand_below(kr, 8) == 0 ? FIN : 0));
			*sent += PAYLOAD;
			if_merge_add(&g, m, p, PIECE, i == n - 1);
		}
	}
	if_merge_end(&g);
}

KTEST(keeps, "rows of pieces come out whole, and no buffer is kept")
{
	struct ktest_rand	 kr;
	struct sink		 sk;
	u_long			 clusters = mbstat.m_clusters;
	u_int			 i, sent = 0;

	memset(&sk, 0, sizeof(sk));
	merged = nomem = 0;
	ktest_srand(&kr, 1);
	for (i = 0; i < 1000; i++)
		random_row(&kr, &sk, 1 + i % STREAMS, &sent);
	KT_EQ(sk.sk_payload, sent);
	KT_EQ(nomem, 0);
	KT_TRUE(merged > 0);
	KT_EQ(mbstat.m_clusters, clusters);
}

KTEST(spans, "a group over two buffers, the second of which goes on")
{
	struct if_merge	 g;
	struct sink	 sk;
	struct mbuf	*m;
	u_long		 clusters = mbstat.m_clusters;
	uint8_t		*p;

	memset(&sk, 0, sizeof(sk));
	if_merge_begin(&g, sink_take, &sk, &merged, &nomem);
	m = buffer(1);
	p = mtod(m, uint8_t *);
	segment(p, 0, 0, ACK);
	if_merge_add(&g, m, p, PIECE, 1);
	m = buffer(2);
	p = mtod(m, uint8_t *);
	segment(p, 0, 1, ACK | PSH);
	segment(p + PIECE, 0, 2, ACK);
	if_merge_add(&g, m, p, PIECE, 0);
	if_merge_add(&g, m, p + PIECE, PIECE, 1);
	if_merge_end(&g);
	KT_EQ(sk.sk_packets, 2);
	KT_EQ(sk.sk_payload, 3 * PAYLOAD);
	KT_EQ(mbstat.m_clusters, clusters);
}

/* n segments of each of some streams by turns, k to a buffer. */
static void
turns(struct sink *sk, u_int streams, u_int n, u_int k)
{
	struct if_merge	 g;
	struct mbuf	*m = NULL;
	uint8_t		*p = NULL;
	u_int		 i;

	memset(sk, 0, sizeof(*sk));
	merged = nomem = 0;
	if_merge_begin(&g, sink_take, sk, &merged, &nomem);
	for (i = 0; i < streams * n; i++, p += PIECE) {
		if (i % k == 0) {
			m = buffer(k);
			p = mtod(m, uint8_t *);
		}
		segment(p, i % streams, i / streams, ACK);
		if_merge_add(&g, m, p, PIECE, i % k == k - 1);
	}
	if_merge_end(&g);
	KT_EQ(nomem, 0);
	KT_EQ(sk->sk_payload, streams * n * PAYLOAD);
}

KTEST(turns, "streams that come by turns are merged each by itself")
{
	struct sink	 sk;
	u_long		 clusters = mbstat.m_clusters;
	u_int		 k;

	for (k = 1; k <= 8; k *= 2) {
		turns(&sk, 2, 8, k);
		KT_EQ(sk.sk_packets, 2);
		KT_EQ(merged, 16);
				turns(&sk, MERGE_GROUPS, 8, k);
		KT_EQ(sk.sk_packets, MERGE_GROUPS);
	}
	/* Of too many, none comes twice in time. */
		turns(&sk, STREAMS, 8, 8);
	KT_EQ(sk.sk_packets, STREAMS * 8);
	KT_EQ(merged, 0);
	KT_EQ(mbstat.m_clusters, clusters);
}

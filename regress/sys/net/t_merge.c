/*
 * Pieces that came out of a tunnel are merged, and no buffer is lost or freed
 * twice, whatever the order of pieces and buffers is.
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
#define PSH	0x08
#define ACK	0x10

struct sink {
	u_int	 sk_packets;
	u_int	 sk_payload;
};

static uint64_t	 merged, nomem;

static void
sink_take(void *arg, struct mbuf *m)
{
	struct sink	*sk = arg;

	sk->sk_packets++;
	sk->sk_payload += m->m_pkthdr.len - HLEN;
	KT_EQ(m_length(m), m->m_pkthdr.len);
	m_freem(m);
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
	memset(p + HLEN, 'a' + n, PAYLOAD);
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
 * Buffers of random pieces of two streams, some of which end a group.
 */
static void
random_row(struct ktest_rand *kr, struct sink *sk, u_int *sent)
{
	struct if_merge	 g;
	struct mbuf	*m;
	u_int		 b, i, n, next[2] = { 0, 0 }, stream = 0;

	if_merge_begin(&g, sink_take, sk, &merged, &nomem);
	for (b = 0; b < 6; b++) {
		n = 1 + ktest_rand_below(kr, 4);
		m = buffer(n);
		for (i = 0; i < n; i++) {
			uint8_t	*p = mtod(m, uint8_t *) + i * PIECE;

			if (ktest_rand_below(kr, 4) == 0)
				stream = !stream;
			segment(p, stream, next[stream]++, ACK |
			    (ktest_rand_below(kr, 5) == 0 ? PSH : 0));
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
	for (i = 0; i < 500; i++)
		random_row(&kr, &sk, &sent);
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

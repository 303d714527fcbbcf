/*
 * What came out of a tunnel in pieces becomes large again.
 *
 * Consecutive segments of one TCP stream, or datagrams of one size of one UDP
 * flow, become one large packet (if_tso.h), which goes on as such: forwarded
 * by a card that can cut it, it is never cut by us.  Only what can be cut
 * again into exactly the same pieces is merged: all that the headers say must
 * be equal or follow from the place in the row, and checksums are verified
 * first, as nobody does so after us.
 *
 * The pieces of a train lie in one buffer, already deciphered.  Payloads are
 * moved together in place, so the buffer itself is the large packet:
 *
 *	buffer		[.. hdr|AAAA  hdr|BBBB  hdr|CC ..]
 *	large packet	    hdr|AAAABBBBCC
 *
 * When another packet follows in the same buffer, those before it are copied
 * out.  The pieces of other buffers are linked behind.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/mbuf.h>

#include <net/cksum.h>
#include <net/if_merge.h>

#define PROTO_TCP	6
#define PROTO_UDP	17

#define PIECES_MAX	64		/* the host's limit for UDP */
#define LENGTH_MAX	65535

#define IP4_HLEN	20
#define IP6_HLEN	40
#define UDP_HLEN	8
#define TCP_HLEN	20
#define TCP_FLAGS	13
#define TCP_ACK		0x10
#define TCP_PSH		0x08

/* A packet, and where its parts are. */
struct piece {
	uint8_t		*p_data;
	u_int		 p_len;
	u_int		 p_l4;		/* offset of the transport header */
	u_int		 p_hlen;	/* all headers */
	int		 p_tcp;		/* else UDP */
};

static u_int
piece_payload(const struct piece *pc)
{
	return (pc->p_len - pc->p_hlen);
}

/* Find the parts; false if it cannot be merged with anything. */
static int
piece_parse(struct piece *pc, uint8_t *p, u_int len)
{
	uint8_t		 proto;

	pc->p_data = p;
	pc->p_len = len;
	if (p[0] == 0x45) {
		/* Neither a fragment nor one with more to come. */
		if (len < IP4_HLEN || (be16dec(p + 6) & 0x3fff) != 0)
			return (0);
		proto = p[9];
		pc->p_l4 = IP4_HLEN;
	} else if (p[0] >> 4 == 6) {
		if (len < IP6_HLEN)
			return (0);
		proto = p[6];
		pc->p_l4 = IP6_HLEN;
	} else
		return (0);
	p += pc->p_l4;
	len -= pc->p_l4;
	pc->p_tcp = proto == PROTO_TCP;
	if (pc->p_tcp) {
		if (len < TCP_HLEN || (p[TCP_FLAGS] & ~TCP_PSH) != TCP_ACK)
			return (0);
		pc->p_hlen = (p[12] >> 4) * 4;
		if (pc->p_hlen < TCP_HLEN || len <= pc->p_hlen)
			return (0);
	} else {
		if (proto != PROTO_UDP || len <= UDP_HLEN ||
		    be16dec(p + 4) != len || be16dec(p + 6) == 0)
			return (0);
		pc->p_hlen = UDP_HLEN;
	}
	pc->p_hlen += pc->p_l4;
	return (1);
}

static uint64_t
pseudo_sum(const struct piece *pc, u_int len)
{
	uint64_t	 sum;

	sum = htobe16(pc->p_tcp ? PROTO_TCP : PROTO_UDP) + htobe32(len);
	if (pc->p_l4 == IP4_HLEN)
		return (cksum_add(sum, pc->p_data + 12, 8));
	return (cksum_add(sum, pc->p_data + 8, 32));
}

static int
piece_sum_ok(const struct piece *pc)
{
	u_int	 len = pc->p_len - pc->p_l4;

	if (pc->p_l4 == IP4_HLEN &&
	    cksum_fold(cksum_add(0, pc->p_data, IP4_HLEN)) != 0xffff)
		return (0);
	return (cksum_fold(cksum_add(pseudo_sum(pc, len),
	    pc->p_data + pc->p_l4, len)) == 0xffff);
}

/* Do the network headers of two pieces agree? n: how many lie before b. */
static int
ip_agrees(const struct piece *a, const struct piece *b, u_int n)
{
	const uint8_t	*p = a->p_data, *q = b->p_data;

	if (a->p_l4 != b->p_l4 || (p[0] ^ q[0]) != 0)
		return (0);
	if (a->p_l4 == IP6_HLEN)
		return (memcmp(p, q, 4) == 0 && memcmp(p + 6, q + 6, 34) == 0);
	/* With DF, the identification means nothing (RFC 6864). */
	if ((p[6] & 0x40) == 0 &&
	    (uint16_t)(be16dec(p + 4) + n) != be16dec(q + 4))
		return (0);
	return (p[1] == q[1] && memcmp(p + 6, q + 6, 4) == 0 &&
	    memcmp(p + 12, q + 12, 8) == 0);
}

/* And the transport headers?  seq is what the second must have. */
static int
l4_agrees(const struct piece *a, const struct piece *b, uint32_t seq)
{
	const uint8_t	*p = a->p_data + a->p_l4, *q = b->p_data + b->p_l4;

	if (a->p_tcp != b->p_tcp || a->p_hlen != b->p_hlen ||
	    memcmp(p, q, 4) != 0)
		return (0);
	if (!a->p_tcp)
		return (1);
	return (be32dec(q + 4) == seq && memcmp(p + 8, q + 8, 5) == 0 &&
	    memcmp(p + 14, q + 14, 2) == 0 &&
	    memcmp(p + 18, q + 18, a->p_hlen - a->p_l4 - 18) == 0);
}

/*
 * Begin a row of packets; deliver(arg, m) gets what becomes of them, its
 * packet header fresh but for length, checksum flags and loop count, and
 * consumes it.  Two counters say how many were merged, and how many packets
 * were lost without memory.
 */
void
if_merge_begin(struct if_merge *g, void (*deliver)(void *, struct mbuf *),
    void *arg, uint64_t *merged, uint64_t *nomem)
{
	memset(g, 0, sizeof(*g));
	g->g_deliver = deliver;
	g->g_arg = arg;
	g->g_merged = merged;
	g->g_nomem = nomem;
}

/* The headers of the first piece, which is at the front of the group. */
static void
group_piece(const struct if_merge *g, struct piece *pc)
{
	pc->p_data = mtod(g->g_m, uint8_t *);
	pc->p_len = g->g_mss + g->g_hlen;
	pc->p_l4 = g->g_l4;
	pc->p_hlen = g->g_hlen;
	pc->p_tcp = g->g_tcp;
}

/* Can this be the next of the group? */
static int
group_takes(struct if_merge *g, const struct piece *pc)
{
	struct piece	 first;

	if (g->g_m == NULL || g->g_closed || g->g_n >= PIECES_MAX ||
	    piece_payload(pc) > g->g_mss ||
	    g->g_len + piece_payload(pc) > LENGTH_MAX)
		return (0);
	group_piece(g, &first);
	if (!ip_agrees(&first, pc, g->g_n) ||
	    !l4_agrees(&first, pc, g->g_seq))
		return (0);
	if (!piece_sum_ok(pc))
		return (0);
	return (g->g_n > 1 || piece_sum_ok(&first));
}

/* After so many bytes of payload: what must come next, if anything may? */
static void
group_advance(struct if_merge *g, const struct piece *pc)
{
	const uint8_t	*th = pc->p_data + pc->p_l4;

	g->g_n++;
	g->g_seq += piece_payload(pc);
	if (piece_payload(pc) < g->g_mss)
		g->g_closed = 1;
	if (pc->p_tcp && (th[TCP_FLAGS] & TCP_PSH))
		g->g_closed = g->g_push = 1;
}

/*
 * The last buffer of the group has more pieces to come: what belongs to the
 * group is copied out of it.  Without memory the group is lost.
 */
static void
group_release(struct if_merge *g)
{
	struct mbuf	*m = g->g_tail, *n, **mp;

	for (mp = &g->g_m; *mp != m; mp = &(*mp)->m_next)
		continue;
	n = m_clget(NULL, M_DONTWAIT, MERGE_HEADROOM + m->m_len);
	if (n != NULL) {
		n->m_data += MERGE_HEADROOM;
		n->m_len = n->m_pkthdr.len = m->m_len;
		n->m_pkthdr.ph_loopcnt = g->g_m->m_pkthdr.ph_loopcnt;
		memcpy(mtod(n, caddr_t), mtod(m, caddr_t), m->m_len);
		if (mp != &g->g_m)
			m_removehdr(n);
	}
	*mp = n;
	if (!ISSET(m->m_flags, M_PKTHDR))
		m_addhdr(m);
	if (n == NULL) {
		(*g->g_nomem)++;
		m_freem(g->g_m);
		g->g_m = NULL;
	}
}

/* Make the headers those of a large packet. */
static void
group_headers(struct if_merge *g)
{
	struct mbuf	*m = g->g_m;
	struct piece	 pc;
	uint16_t	 sum;
	uint8_t		*p, *th;
	u_int		 len = g->g_len - g->g_l4;

	group_piece(g, &pc);
	p = pc.p_data;
	th = p + g->g_l4;
	if (g->g_l4 == IP4_HLEN) {
		be16enc(p + 2, g->g_len);
		be16enc(p + 10, 0);
		sum = ~cksum_fold(cksum_add(0, p, IP4_HLEN));
		memcpy(p + 10, &sum, sizeof(sum));
	} else
		be16enc(p + 4, len);
	sum = cksum_fold(pseudo_sum(&pc, len));
	if (g->g_tcp) {
		if (g->g_push)
			th[TCP_FLAGS] |= TCP_PSH;
		memcpy(th + 16, &sum, sizeof(sum));
	} else {
		be16enc(th + 4, len);
		memcpy(th + 6, &sum, sizeof(sum));
	}
	m->m_pkthdr.csum_flags = g->g_tcp ?
	    M_TCP_TSO | M_TCP_CSUM_OUT | M_TCP_CSUM_IN_OK :
	    M_UDP_SEG | M_UDP_CSUM_OUT | M_UDP_CSUM_IN_OK;
	if (g->g_l4 == IP4_HLEN)
		m->m_pkthdr.csum_flags |= M_IPV4_CSUM_IN_OK;
	m->m_pkthdr.ph_mss = g->g_mss;
}

/* Pass the group up, as one packet. */
static void
group_deliver(struct if_merge *g)
{
	struct mbuf	*m;

	if (g->g_m != NULL && g->g_owned)
		group_release(g);
	if ((m = g->g_m) == NULL)
		return;
	m_resethdr(m);
	m->m_pkthdr.len = g->g_len;
	if (g->g_n > 1) {
		group_headers(g);
		*g->g_merged += g->g_n;
	}
	g->g_m = NULL;
	(*g->g_deliver)(g->g_arg, m);
}

static void
group_start(struct if_merge *g, struct mbuf *m, const struct piece *pc,
    int last, int mergeable)
{
	g->g_m = g->g_tail = m;
	g->g_owned = !last;
	m->m_data = (caddr_t)pc->p_data;
	m->m_len = g->g_len = pc->p_len;
	g->g_n = 0;
	g->g_closed = !mergeable;
	g->g_push = 0;
	if (!mergeable) {
		g->g_n = 1;
		return;
	}
	g->g_mss = piece_payload(pc);
	g->g_l4 = pc->p_l4;
	g->g_hlen = pc->p_hlen;
	g->g_tcp = pc->p_tcp;
	g->g_seq = be32dec(pc->p_data + pc->p_l4 + 4);
	group_advance(g, pc);
}

static void
group_append(struct if_merge *g, struct mbuf *m, const struct piece *pc,
    int last)
{
	u_int		 len = piece_payload(pc);
	uint8_t		*payload = pc->p_data + pc->p_hlen;

	group_advance(g, pc);
	if (m == g->g_tail)
		memmove(mtod(m, uint8_t *) + m->m_len, payload, len);
	else {
		m_removehdr(m);
		m->m_data = (caddr_t)payload;
		m->m_len = 0;
		g->g_tail->m_next = m;
		g->g_tail = m;
	}
	m->m_len += len;
	g->g_len += len;
	g->g_owned = !last;
}

/*
 * The next packet of the row: len bytes at p, a whole IP packet, in the
 * buffer of m, which must be writable and not a chain.  last: no more of m's
 * follow; m is consumed then.
 */
void
if_merge_add(struct if_merge *g, struct mbuf *m, uint8_t *p, u_int len,
    int last)
{
	struct piece	 pc;
	int		 mergeable;

	mergeable = piece_parse(&pc, p, len);
	if (mergeable && group_takes(g, &pc)) {
		group_append(g, m, &pc, last);
		return;
	}
	group_deliver(g);
	group_start(g, m, &pc, last, mergeable);
}

/*
 * The end of the row.
 */
void
if_merge_end(struct if_merge *g)
{
	group_deliver(g);
}

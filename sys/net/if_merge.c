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
 * Some flows may come by turns: each has a group of its own.  Packets of one
 * flow leave in the order in which they came; those of different flows need
 * not.  When there are too many, the group that began first goes.
 *
 * The pieces of a train lie in one buffer, already deciphered.  Payloads of
 * neighbours are moved together in place, so the buffer itself is the large
 * packet:
 *
 *	buffer		[.. hdr|AAAA  hdr|BBBB  hdr|CC ..]
 *	large packet	    hdr|AAAABBBBCC
 *
 * The mbuf that came with the buffer stays with the run of neighbours that is
 * under way, the one before it gets an mbuf that shares the buffer.  Runs of
 * one buffer never overlap.  Those of one group are linked.
 *
 *	buffer		[ hdr|AAAA hdr|BBBB  hdr|xx  hdr|CC ]
 *	large packets	  hdr|AAAABBBB ----------------> CC
 *					     hdr|xx
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
	int		 p_flow;	/* has ports */
};

static u_int
piece_payload(const struct piece *pc)
{
	return (pc->p_len - pc->p_hlen);
}

/* The ports follow the network header at p; can the rest be merged? */
static int
piece_transport(struct piece *pc, const uint8_t *p, u_int len, uint8_t proto)
{
	pc->p_flow = 1;
	pc->p_tcp = proto == PROTO_TCP;
	if (pc->p_tcp) {
		pc->p_hlen = (p[12] >> 4) * 4;
		if ((p[TCP_FLAGS] & ~TCP_PSH) != TCP_ACK ||
		    pc->p_hlen < TCP_HLEN || len <= pc->p_hlen)
			return (0);
	} else {
		if (len <= UDP_HLEN || be16dec(p + 4) != len ||
		    be16dec(p + 6) == 0)
			return (0);
		pc->p_hlen = UDP_HLEN;
	}
	pc->p_hlen += pc->p_l4;
	return (1);
}

/* Find the parts; false if it cannot be merged with anything. */
static int
piece_parse(struct piece *pc, uint8_t *p, u_int len)
{
	uint8_t		 proto;

	pc->p_data = p;
	pc->p_len = len;
	pc->p_flow = 0;
	if (p[0] == 0x45) {
		/* Neither a fragment nor one with more to come. */
		if (len < IP4_HLEN || (be16dec(p + 6) & 0x3fff) != 0 ||
		    be16dec(p + 2) != len)
			return (0);
		proto = p[9];
		pc->p_l4 = IP4_HLEN;
	} else if (p[0] >> 4 == 6) {
		if (len < IP6_HLEN || be16dec(p + 4) + IP6_HLEN != len)
			return (0);
		proto = p[6];
		pc->p_l4 = IP6_HLEN;
	} else
		return (0);
	p += pc->p_l4;
	len -= pc->p_l4;
	if ((proto != PROTO_TCP || len < TCP_HLEN) &&
	    (proto != PROTO_UDP || len < UDP_HLEN))
		return (0);
	return (piece_transport(pc, p, len, proto));
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

/* Are they of one flow? */
static int
flow_agrees(const struct piece *a, const struct piece *b)
{
	const uint8_t	*p = a->p_data, *q = b->p_data;

	if (a->p_l4 != b->p_l4 || a->p_tcp != b->p_tcp ||
	    memcmp(p + a->p_l4, q + b->p_l4, 4) != 0)
		return (0);
	if (a->p_l4 == IP4_HLEN)
		return (memcmp(p + 12, q + 12, 8) == 0);
	return (memcmp(p + 8, q + 8, 32) == 0);
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
group_piece(const struct merge_group *mg, struct piece *pc)
{
	pc->p_data = mtod(mg->mg_m, uint8_t *);
	pc->p_len = mg->mg_mss + mg->mg_hlen;
	pc->p_l4 = mg->mg_l4;
	pc->p_hlen = mg->mg_hlen;
	pc->p_tcp = mg->mg_tcp;
	pc->p_flow = 1;
}

/* Can this be the next of the group, whose flow it is of? */
static int
group_takes(const struct merge_group *mg, const struct piece *pc)
{
	struct piece	 first;

	if (mg->mg_closed || mg->mg_n >= PIECES_MAX ||
	    piece_payload(pc) > mg->mg_mss ||
	    mg->mg_len + piece_payload(pc) > LENGTH_MAX)
		return (0);
	group_piece(mg, &first);
	if (!ip_agrees(&first, pc, mg->mg_n) ||
	    !l4_agrees(&first, pc, mg->mg_seq))
		return (0);
	if (!piece_sum_ok(pc))
		return (0);
	return (mg->mg_n > 1 || piece_sum_ok(&first));
}

/* After so many bytes of payload: what must come next, if anything may? */
static void
group_advance(struct merge_group *mg, const struct piece *pc)
{
	const uint8_t	*th = pc->p_data + pc->p_l4;

	mg->mg_n++;
	mg->mg_seq += piece_payload(pc);
	if (piece_payload(pc) < mg->mg_mss)
		mg->mg_closed = 1;
	if (pc->p_tcp && (th[TCP_FLAGS] & TCP_PSH))
		mg->mg_closed = mg->mg_push = 1;
}

/* An mbuf like m, with the same data; NULL without memory. */
static struct mbuf *
buffer_share(struct mbuf *m)
{
	struct mbuf	*n;
	u_int		 loopcnt = 0;

	if (ISSET(m->m_flags, M_PKTHDR))
		loopcnt = m->m_pkthdr.ph_loopcnt;
	if (!ISSET(m->m_flags, M_EXT)) {
		/* A small one has its data inside. */
		n = m_clget(NULL, M_DONTWAIT, MERGE_HEADROOM + m->m_len);
		if (n == NULL)
			return (NULL);
		n->m_data += MERGE_HEADROOM;
		memcpy(mtod(n, caddr_t), mtod(m, caddr_t), m->m_len);
	} else {
		if ((n = m_gethdr(M_DONTWAIT, MT_DATA)) == NULL)
			return (NULL);
		m_extref(m, n);
		n->m_data = m->m_data;
	}
	n->m_len = n->m_pkthdr.len = m->m_len;
	n->m_pkthdr.ph_loopcnt = loopcnt;
	n->m_flags |= m->m_flags & M_ZEROIZE;
	if (!ISSET(m->m_flags, M_PKTHDR))
		m_removehdr(n);
	return (n);
}

/*
 * More is to come in the buffer, whose mbuf is the last of a group: that gets
 * another for it.  Without memory the group is lost.
 */
static void
holder_release(struct if_merge *g)
{
	struct merge_group	*mg = g->g_holder;
	struct mbuf		*m, *n, **mp;

	if (mg == NULL)
		return;
	g->g_holder = NULL;
	m = mg->mg_tail;
	for (mp = &mg->mg_m; *mp != m; mp = &(*mp)->m_next)
		continue;
	*mp = n = buffer_share(m);
	mg->mg_tail = n;
	if (!ISSET(m->m_flags, M_PKTHDR))
		m_addhdr(m);
	if (n == NULL) {
		(*g->g_nomem)++;
		m_freem(mg->mg_m);
		mg->mg_m = NULL;
	}
}

/* Make the headers those of a large packet. */
static void
group_headers(struct merge_group *mg)
{
	struct mbuf	*m = mg->mg_m;
	struct piece	 pc;
	uint16_t	 sum;
	uint8_t		*p, *th;
	u_int		 len = mg->mg_len - mg->mg_l4;

	group_piece(mg, &pc);
	p = pc.p_data;
	th = p + mg->mg_l4;
	if (mg->mg_l4 == IP4_HLEN) {
		be16enc(p + 2, mg->mg_len);
		be16enc(p + 10, 0);
		sum = ~cksum_fold(cksum_add(0, p, IP4_HLEN));
		memcpy(p + 10, &sum, sizeof(sum));
	} else
		be16enc(p + 4, len);
	sum = cksum_fold(pseudo_sum(&pc, len));
	if (mg->mg_tcp) {
		if (mg->mg_push)
			th[TCP_FLAGS] |= TCP_PSH;
		memcpy(th + 16, &sum, sizeof(sum));
	} else {
		be16enc(th + 4, len);
		memcpy(th + 6, &sum, sizeof(sum));
	}
	m->m_pkthdr.csum_flags = mg->mg_tcp ?
	    M_TCP_TSO | M_TCP_CSUM_OUT | M_TCP_CSUM_IN_OK :
	    M_UDP_SEG | M_UDP_CSUM_OUT | M_UDP_CSUM_IN_OK;
	if (mg->mg_l4 == IP4_HLEN)
		m->m_pkthdr.csum_flags |= M_IPV4_CSUM_IN_OK;
	m->m_pkthdr.ph_mss = mg->mg_mss;
}

/* Pass a group up, as one packet. */
static void
group_deliver(struct if_merge *g, struct merge_group *mg)
{
	struct mbuf	*m;

	if (mg == g->g_holder)
		holder_release(g);
	if ((m = mg->mg_m) == NULL)
		return;
	m_resethdr(m);
	m->m_pkthdr.len = mg->mg_len;
	if (mg->mg_n > 1) {
		group_headers(mg);
		*g->g_merged += mg->mg_n;
	}
	mg->mg_m = NULL;
	(*g->g_deliver)(g->g_arg, m);
}

/* The group that has the piece's flow, or NULL. */
static struct merge_group *
group_find(struct if_merge *g, const struct piece *pc)
{
	struct merge_group	*mg;
	struct piece		 first;

	if (!pc->p_flow)
		return (NULL);
	for (mg = g->g_groups; mg < &g->g_groups[MERGE_GROUPS]; mg++) {
		if (mg->mg_m == NULL)
			continue;
		group_piece(mg, &first);
		if (flow_agrees(&first, pc))
			return (mg);
	}
	return (NULL);
}

/* The group that began first; NULL when there is none. */
static struct merge_group *
group_oldest(struct if_merge *g)
{
	struct merge_group	*mg, *oldest = NULL;

	for (mg = g->g_groups; mg < &g->g_groups[MERGE_GROUPS]; mg++) {
		if (mg->mg_m != NULL && (oldest == NULL ||
		    mg->mg_began < oldest->mg_began))
			oldest = mg;
	}
	return (oldest);
}

/* One that is unused, if need be after the oldest has been delivered. */
static struct merge_group *
group_unused(struct if_merge *g)
{
	struct merge_group	*mg;

	for (mg = g->g_groups; mg < &g->g_groups[MERGE_GROUPS]; mg++) {
		if (mg->mg_m == NULL)
			return (mg);
	}
	mg = group_oldest(g);
	group_deliver(g, mg);
	return (mg);
}

static void
group_start(struct if_merge *g, struct merge_group *mg, struct mbuf *m,
    const struct piece *pc)
{
	memset(mg, 0, sizeof(*mg));
	mg->mg_m = mg->mg_tail = m;
	m->m_data = (caddr_t)pc->p_data;
	m->m_len = mg->mg_len = pc->p_len;
	mg->mg_began = g->g_began++;
	mg->mg_mss = piece_payload(pc);
	mg->mg_l4 = pc->p_l4;
	mg->mg_hlen = pc->p_hlen;
	mg->mg_tcp = pc->p_tcp;
	mg->mg_seq = be32dec(pc->p_data + pc->p_l4 + 4);
	group_advance(mg, pc);
}

static void
group_append(struct if_merge *g, struct merge_group *mg, struct mbuf *m,
    const struct piece *pc)
{
	u_int		 len = piece_payload(pc);
	uint8_t		*payload = pc->p_data + pc->p_hlen;

	group_advance(mg, pc);
	mg->mg_len += len;
	if (mg == g->g_holder) {
		memmove(mtod(m, uint8_t *) + m->m_len, payload, len);
		m->m_len += len;
		return;
	}
	m_removehdr(m);
	m->m_data = (caddr_t)payload;
	m->m_len = len;
	mg->mg_tail->m_next = m;
	mg->mg_tail = m;
}

/* A packet that is to leave as it is. */
static void
single(struct if_merge *g, struct mbuf *m, const struct piece *pc, int last)
{
	struct mbuf	*n = m;

	m->m_data = (caddr_t)pc->p_data;
	m->m_len = m->m_pkthdr.len = pc->p_len;
	if (!last && (n = buffer_share(m)) == NULL) {
		(*g->g_nomem)++;
		return;
	}
	m_resethdr(n);
	(*g->g_deliver)(g->g_arg, n);
}

/*
 * The next packet of the row: len bytes at p, a whole IP packet, in the
 * buffer of m, which must be writable, of this packet alone and not a chain;
 * several of one buffer follow each other in the order of their places.
 * last: no more of m's follow; m is consumed then.
 */
void
if_merge_add(struct if_merge *g, struct mbuf *m, uint8_t *p, u_int len,
    int last)
{
	struct merge_group	*mg;
	struct piece		 pc;
	int			 mergeable;

	mergeable = piece_parse(&pc, p, len);
	mg = group_find(g, &pc);
	if (mg != NULL && (!mergeable || !group_takes(mg, &pc))) {
		group_deliver(g, mg);
		mg = NULL;
	}
	if (mg != g->g_holder)
		holder_release(g);
	if (!mergeable) {
		single(g, m, &pc, last);
		return;
	}
	if (mg != NULL)
		group_append(g, mg, m, &pc);
	else
		group_start(g, mg = group_unused(g), m, &pc);
	g->g_holder = last ? NULL : mg;
}

/*
 * The end of the row.
 */
void
if_merge_end(struct if_merge *g)
{
	struct merge_group	*mg;

	while ((mg = group_oldest(g)) != NULL)
		group_deliver(g, mg);
}

/*
 * wg(4): data in.
 *
 * The upcall of the sockets sorts: handshake messages go to wg_hs.c; data
 * wait until the network's thread has done its batch of packets.  Then all
 * that came is opened by one call of crypto(9) a batch, in place:
 *
 *	datagram or train -> session, counter in the window? -> crypto(9)
 *	    -> counter accepted -> IP inside? -> source allowed? -> merge -> up
 *
 * A train's datagrams lie in one buffer, which is freed, or handed up, with
 * the last of them.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>

#include <net/if_merge.h>
#include <net/netisr.h>

#include <netinet/in_systm.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>

#include <netwg/wg_var.h>

#define BATCH_MAX	128		/* pieces, at least a whole train */
#define BATCHES_KEPT	4		/* idle ones that are not freed */

#define ECN_MASK	0x03
#define ECN_ECT1	0x01
#define ECN_ECT0	0x02
#define ECN_CE		0x03

/* One UDP packet, of one datagram or many. */
struct wg_rbuf {
	struct mbuf		*u_m;
	struct wg_endpoint	 u_from;
	uint8_t			 u_tos;
	u_int			 u_first;	/* its pieces */
	u_int			 u_n;
};

/* One datagram. */
struct wg_rpiece {
	struct noise_keypair	*r_kp;		/* referenced */
	uint64_t		 r_counter;
	uint8_t			*r_text;
	u_int			 r_len;		/* of the text */
};

struct wg_rbatch {
	SLIST_ENTRY(wg_rbatch)	 b_next;	/* idle */
	struct wg_softc		*b_sc;		/* while b_n pieces have it */
	u_int			 b_nbufs;
	u_int			 b_n;
	u_int			 b_left;	/* not opened yet */
	struct wg_rbuf		 b_bufs[BATCH_MAX];
	struct wg_rpiece	 b_pieces[BATCH_MAX];
	struct cryptop		*b_crps[BATCH_MAX];
	struct cryptop		 b_ops[BATCH_MAX];
};

/* What came of one peer, until it is told to the timers. */
struct wg_heard {
	struct wg_peer		*h_peer;
	struct noise_keypair	*h_kp;
	u_int			 h_data;	/* packets, no keepalives */
};

static SLIST_HEAD(, wg_rbatch) idle = SLIST_HEAD_INITIALIZER(idle);
static u_int	 nidle;

static struct wg_rbatch *
batch_get(struct wg_softc *sc)
{
	struct wg_rbatch	*b;

	if ((b = SLIST_FIRST(&idle)) != NULL) {
		SLIST_REMOVE_HEAD(&idle, b_next);
		nidle--;
	} else {
		b = malloc(sizeof(*b), M_WG, M_NOWAIT | M_ZERO);
		if (b == NULL)
			return (NULL);
	}
	b->b_sc = sc;
	b->b_n = b->b_nbufs = b->b_left = 0;
	return (b);
}

static void
batch_put(struct wg_rbatch *b)
{
	u_int	 i;

	for (i = 0; i < b->b_n; i++)
		noise_keypair_put(b->b_pieces[i].r_kp);
	if (nidle < BATCHES_KEPT) {
		SLIST_INSERT_HEAD(&idle, b, b_next);
		nidle++;
	} else
		free(b, M_WG, sizeof(*b));
}

/* A single datagram that is no data. */
static void
input_message(struct wg_softc *sc, struct mbuf *m, u_int off, uint32_t type)
{
	struct wg_endpoint	 from;
	uint8_t			 msg[WG_MSG_MAX], tos;
	size_t			 len = wg_hs_len(type);

	if (len == 0)
		wgc_inc(WGC_IN_TYPE);
	else if (m->m_pkthdr.len - off != len)
		wgc_inc(WGC_IN_SHORT);
	else {
		wg_packet_endpoint(m, off, &from, &tos);
		m_copydata(m, off, len, msg);
		wg_hs_enqueue(sc, &from, msg, len);
	}
	m_freem(m);
}

/*
 * The sockets' upcall: a datagram or train with its headers.  Consumes m
 * always.
 */
struct mbuf *
wg_udp_input(void *arg, struct mbuf *m, struct ip *ip, struct ip6_hdr *ip6,
    void *uh, int iphlen)
{
	struct wg_softc	*sc = arg;
	uint32_t	 type;
	u_int		 off = iphlen + 8;

	if (m->m_pkthdr.len < off + sizeof(type)) {
		wg_drop(m, WGC_IN_SHORT);
		return (NULL);
	}
	if (!ISSET(m->m_pkthdr.csum_flags, M_UDP_SEG)) {
		m_copydata(m, off, sizeof(type), &type);
		if (le32toh(type) != WG_MSG_DATA) {
			input_message(sc, m, off, le32toh(type));
			return (NULL);
		}
	}
	if (ml_len(&sc->sc_rxq) >= WG_RXQ_MAX) {
		wg_drop(m, WGC_IN_QFULL);
		return (NULL);
	}
	m->m_pkthdr.ph_cookie = (void *)(uintptr_t)off;
	ml_enqueue(&sc->sc_rxq, m);
	netisr_task(&sc->sc_rxtask);
	return (NULL);
}

static void	 batch_opened(struct cryptop *);

/* Prepare to open a datagram of len bytes at p. */
static void
batch_add(struct wg_rbatch *b, struct noise_keypair *kp, uint64_t counter,
    uint8_t *p, u_int len)
{
	struct cryptop		*crp = &b->b_ops[b->b_n];
	struct cryptodesc	*crd = crp->crp_desc;
	struct wg_rpiece	*r = &b->b_pieces[b->b_n];
	uint64_t		 le = htole64(counter);

	r->r_kp = kp;
	r->r_counter = counter;
	r->r_text = p + sizeof(struct wg_msg_data);
	r->r_len = len - WG_DATA_OVERHEAD;
	crp->crp_sid = noise_keypair_recv_sid(kp);
	crp->crp_ilen = crp->crp_olen = len;
	crp->crp_etype = 0;
	crp->crp_flags = 0;
	crp->crp_buf = p;
	crp->crp_opaque = b;
	crp->crp_callback = batch_opened;
	crp->crp_ndesc = 2;
	crd[0].crd_alg = CRYPTO_CHACHA20_POLY1305;
	crd[0].crd_skip = sizeof(struct wg_msg_data);
	crd[0].crd_len = r->r_len;
	crd[0].crd_flags = CRD_F_IV_EXPLICIT | CRD_F_IV_PRESENT;
	memcpy(crd[0].crd_iv, &le, sizeof(le));
	crd[1].crd_alg = CRYPTO_CHACHA20_POLY1305_MAC;
	crd[1].crd_skip = 0;
	crd[1].crd_len = 0;
	crd[1].crd_flags = 0;
	crd[1].crd_inject = len - NOISE_TAG_SIZE;
	crd[1].crd_maclen = 0;
	b->b_crps[b->b_n++] = crp;
}

/* May this datagram be opened?  Then it joins the batch. */
static void
input_datagram(struct wg_rbatch *b, const struct wg_endpoint *from,
    uint8_t *p, u_int len)
{
	struct wg_softc		*sc = b->b_sc;
	struct noise_keypair	*kp;
	struct wg_msg_data	 md;
	uint64_t		 counter;
	uint32_t		 type;

	if (len < sizeof(type)) {
		wgc_inc(WGC_IN_SHORT);
		return;
	}
	memcpy(&type, p, sizeof(type));
	if ((type = le32toh(type)) != WG_MSG_DATA) {
		if (wg_hs_len(type) == 0)
			wgc_inc(WGC_IN_TYPE);
		else if (wg_hs_len(type) != len)
			wgc_inc(WGC_IN_SHORT);
		else
			wg_hs_enqueue(sc, from, p, len);
		return;
	}
	if (len < WG_DATA_OVERHEAD) {
		wgc_inc(WGC_IN_SHORT);
		return;
	}
	memcpy(&md, p, sizeof(md));
	counter = le64toh(md.md_counter);
	kp = noise_keypair_lookup(sc->sc_local, md.md_receiver);
	if (kp == NULL) {
		wgc_inc(WGC_IN_NOSESSION);
		return;
	}
	switch (noise_keypair_may_receive(kp, counter)) {
	case 0:
		batch_add(b, kp, counter, p, len);
		return;
	case EEXIST:
		wgc_inc(WGC_IN_REPLAY);
		break;
	case ERANGE:
		wgc_inc(WGC_IN_WINDOW);
		break;
	default:
		wgc_inc(WGC_IN_OLDSESSION);
		break;
	}
	noise_keypair_put(kp);
}

/* A buffer to decipher in: one mbuf that is nobody else's. */
static struct mbuf *
input_own(struct mbuf *m)
{
	struct mbuf	*n;

	if (m->m_next == NULL && !M_READONLY(m))
		return (m);
	n = m_dup_pkt(m, WG_HEADROOM, M_DONTWAIT);
	m_freem(m);
	if (n != NULL && n->m_next != NULL) {
		m_freem(n);
		n = NULL;
	}
	return (n);
}

static u_int
packet_pieces(const struct mbuf *m, u_int len)
{
	if (!ISSET(m->m_pkthdr.csum_flags, M_UDP_SEG) ||
	    m->m_pkthdr.ph_mss == 0)
		return (1);
	return (howmany(len, m->m_pkthdr.ph_mss));
}

/*
 * Put a packet's datagrams into the batch; ENOSPC, and nothing has happened,
 * when there is no room.  Otherwise m is the batch's.
 */
static int
input_packet(struct wg_rbatch *b, struct mbuf *m)
{
	struct wg_rbuf	*u = &b->b_bufs[b->b_nbufs];
	u_int		 len, n, off, size;
	uint8_t		*p;

	if (b->b_nbufs == BATCH_MAX)
		return (ENOSPC);
	off = (uintptr_t)m->m_pkthdr.ph_cookie;
	wg_packet_endpoint(m, off, &u->u_from, &u->u_tos);
	len = m->m_pkthdr.len - off;
	n = packet_pieces(m, len);
	if (n > BATCH_MAX - b->b_n && b->b_n > 0)
		return (ENOSPC);
	if ((m = input_own(m)) == NULL) {
		wgc_inc(WGC_IN_NOMEM);
		return (0);
	}
	if (n > 1)
		wgc_inc(WGC_TRAIN_IN);
	size = n == 1 ? len : m->m_pkthdr.ph_mss;
	p = mtod(m, uint8_t *) + off;
	u->u_m = m;
	u->u_first = b->b_n;
	for (; len > 0 && b->b_n < BATCH_MAX; p += size, len -= size) {
		size = MIN(size, len);
		input_datagram(b, &u->u_from, p, size);
	}
	if (len > 0)
		wgc_inc(WGC_IN_QFULL);	/* a train of too many */
	u->u_n = b->b_n - u->u_first;
	if (u->u_n == 0)
		m_freem(m);
	else
		b->b_nbufs++;
	return (0);
}

/* The allowed owner of an inner source address. */
static struct wg_peer *
source_owner(struct wg_softc *sc, const uint8_t *p)
{
	if (p[0] >> 4 == 4)
		return (aip_lookup(&sc->sc_aip4, p + 12));
	return (aip_lookup(&sc->sc_aip6, p + 8));
}

/* The length of the IP packet at p, within len bytes; 0 if there is none. */
static u_int
inner_len(const uint8_t *p, u_int len)
{
	u_int	 hlen, n;

	if (len < 20)
		return (0);
	if (p[0] >> 4 == 4) {
		hlen = (p[0] & 0x0f) << 2;
		n = be16dec(p + 2);
		return (hlen < 20 || n < hlen || n > len ? 0 : n);
	}
	if (p[0] >> 4 != 6 || len < 40)
		return (0);
	n = 40 + be16dec(p + 4);
	return (n > len ? 0 : n);
}

/* The congestion bits of the inner packet, by those outside (RFC 6040, 4.2). */
static int
ecn_inner(uint8_t inner, uint8_t outer)
{
	if (outer == ECN_CE)
		return (inner == 0 ? -1 : ECN_CE);
	if (inner == ECN_ECT0 && outer == ECN_ECT1)
		return (ECN_ECT1);
	return (inner);
}

/* Set them; false if the packet must be dropped instead. */
static int
ecn_decapsulate(uint8_t *p, uint8_t tos)
{
	uint16_t	 was, is;
	uint8_t		 inner;
	int		 ecn, v4 = p[0] >> 4 == 4;

	inner = (v4 ? p[1] : p[1] >> 4) & ECN_MASK;
	ecn = ecn_inner(inner, tos & ECN_MASK);
	if (ecn == -1)
		return (0);
	if (ecn == inner)
		return (1);
	memcpy(&was, p, sizeof(was));
	if (v4)
		p[1] = (p[1] & ~ECN_MASK) | ecn;
	else
		p[1] = (p[1] & ~(ECN_MASK << 4)) | ecn << 4;
	if (v4) {
		uint16_t	 sum;

		memcpy(&is, p, sizeof(is));
		memcpy(&sum, p + 10, sizeof(sum));
		sum = in_cksum_fixup(sum, was, is);
		memcpy(p + 10, &sum, sizeof(sum));
	}
	return (1);
}

/*
 * An opened piece of a peer: the IP packet in it, whose length it becomes;
 * false, and the reason is counted, if it is not to go on.
 */
static int
piece_inner(struct wg_softc *sc, struct wg_peer *p, struct wg_rpiece *r,
    uint8_t tos)
{
	u_int	 len;

	if ((len = inner_len(r->r_text, r->r_len)) == 0) {
		wgc_inc(WGC_IN_BADIP);
		return (0);
	}
	if (source_owner(sc, r->r_text) != p) {
		wgc_inc(WGC_IN_SOURCE);
		WGDEBUG(sc, "Packet has unallowed source IP from peer %llu",
		    (unsigned long long)p->p_id);
		return (0);
	}
	if (!ecn_decapsulate(r->r_text, tos)) {
		wgc_inc(WGC_IN_ECN);
		return (0);
	}
	r->r_len = len;
	return (1);
}

/* Tell the timers of what has been heard, and look at the session's age. */
static void
heard_end(struct wg_heard *h)
{
	struct wg_peer	*p = h->h_peer;

	if (p == NULL)
		return;
	h->h_peer = NULL;
	if (h->h_data > 0)
		wg_timers_data_received(&p->p_timers);
	wg_timers_authentic_received(&p->p_timers);
	wg_timers_traversal(&p->p_timers);
	if (noise_keypair_stale_recv(h->h_kp) &&
	    wg_timers_lastminute(&p->p_timers))
		wg_initiate(p, 0);
}

/* The first packet of a session that we did not ask for confirms it. */
static void
heard_begin(struct wg_heard *h, struct wg_peer *p, struct noise_keypair *kp,
    const struct wg_endpoint *from)
{
	h->h_peer = p;
	h->h_kp = kp;
	h->h_data = 0;
	wg_peer_seen_at(p, from);
	if (noise_keypair_received(kp)) {
		wg_timers_complete(&p->p_timers);
		wg_send_staged(p);
	}
}

static int
piece_accept(const struct wg_rpiece *r, const struct cryptop *crp)
{
	if (crp->crp_etype != 0) {
		wgc_inc(WGC_IN_BADMAC);
		return (0);
	}
	switch (noise_keypair_accept(r->r_kp, r->r_counter)) {
	case 0:
		break;
	case EEXIST:
		wgc_inc(WGC_IN_REPLAY);
		return (0);
	default:
		wgc_inc(WGC_IN_WINDOW);
		return (0);
	}
	if (noise_keypair_remote(r->r_kp) == NULL) {
		wgc_inc(WGC_IN_GONE);
		return (0);
	}
	return (1);
}

/*
 * The pieces of one packet have been opened.  Those that are to go on keep a
 * length; the index of the last of them, or -1.
 */
static int
packet_judge(struct wg_rbatch *b, struct wg_rbuf *u, struct wg_heard *h)
{
	struct wg_rpiece	*r;
	struct wg_peer		*p;
	u_int			 i, len;
	int			 last = -1;

	for (i = u->u_first; i < u->u_first + u->u_n; i++) {
		r = &b->b_pieces[i];
		len = r->r_len;
		if (!piece_accept(r, &b->b_ops[i])) {
			r->r_len = 0;
			continue;
		}
		p = noise_remote_arg(noise_keypair_remote(r->r_kp));
		if (h->h_peer != p || h->h_kp != r->r_kp) {
			heard_end(h);
			heard_begin(h, p, r->r_kp, &u->u_from);
		} else
			wg_peer_seen_at(p, &u->u_from);
		p->p_rxbytes += len + WG_DATA_OVERHEAD;
		if (len == 0) {
			wgc_inc(WGC_KEEPALIVE_IN);
			WGDEBUG(b->b_sc, "Receiving keepalive packet from "
			    "peer %llu", (unsigned long long)p->p_id);
			continue;
		}
		wgc_inc(WGC_DATA_IN);
		h->h_data++;
		if (piece_inner(b->b_sc, p, r, u->u_tos))
			last = i;
		else
			r->r_len = 0;
	}
	return (last);
}

/* A packet, or many merged, has been received by the interface. */
static void
receive(void *ifp, struct mbuf *m)
{
	if_vinput(ifp, m);
}

/* All pieces are opened, or are not authentic. */
static void
batch_receive(struct wg_rbatch *b)
{
	struct if_merge	 g;
	struct wg_heard	 h;
	struct wg_rbuf	*u;
	u_int		 i, j;
	int		 last;

	memset(&h, 0, sizeof(h));
	if_merge_begin(&g, receive, &b->b_sc->sc_if,
	    &wg_counters[WGC_MERGED], &wg_counters[WGC_IN_NOMEM]);
	for (i = 0; i < b->b_nbufs; i++) {
		u = &b->b_bufs[i];
		last = packet_judge(b, u, &h);
		if (last == -1) {
			m_freem(u->u_m);
			continue;
		}
		for (j = u->u_first; j <= (u_int)last; j++)
			if (b->b_pieces[j].r_len != 0)
				if_merge_add(&g, u->u_m, b->b_pieces[j].r_text,
				    b->b_pieces[j].r_len, j == (u_int)last);
	}
	heard_end(&h);
	if_merge_end(&g);
}

/* The interface has gone while the batch was with crypto(9). */
static void
batch_drop(struct wg_rbatch *b)
{
	u_int	 i;

	for (i = 0; i < b->b_nbufs; i++)
		m_freem(b->b_bufs[i].u_m);
	wg_counters[WGC_IN_GONE] += b->b_n;
}

/* crypto(9): one piece is opened. */
static void
batch_opened(struct cryptop *crp)
{
	struct wg_rbatch	*b = crp->crp_opaque;
	u_int			 i;

	if (--b->b_left > 0)
		return;
	/* An interface goes after its peers: any that is there tells. */
	for (i = 0; i < b->b_n; i++)
		if (noise_keypair_remote(b->b_pieces[i].r_kp) != NULL)
			break;
	if (i < b->b_n)
		batch_receive(b);
	else
		batch_drop(b);
	batch_put(b);
}

static void
batch_open(struct wg_rbatch *b)
{
	if (b->b_n == 0) {
		batch_put(b);
		return;
	}
	b->b_left = b->b_n;
	crypto_dispatch_batch(b->b_crps, b->b_n);
}

/*
 * In the network's thread: open what has come.
 */
void
wg_receive(void *arg)
{
	struct wg_softc		*sc = arg;
	struct wg_rbatch	*b = NULL;
	struct mbuf_list	 ml = sc->sc_rxq;
	struct mbuf		*m;

	ml_init(&sc->sc_rxq);
	while ((m = MBUF_LIST_FIRST(&ml)) != NULL) {
		if (b == NULL && (b = batch_get(sc)) == NULL) {
			wg_counters[WGC_IN_NOMEM] += ml_purge(&ml);
			return;
		}
		ml_dequeue(&ml);
		if (input_packet(b, m) == ENOSPC) {
			batch_open(b);
			if ((b = batch_get(sc)) == NULL)
				wg_drop(m, WGC_IN_NOMEM);
			else
				(void)input_packet(b, m);
		}
	}
	if (b != NULL)
		batch_open(b);
}

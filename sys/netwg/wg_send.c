/*
 * wg(4): data out.
 *
 * What is staged for a peer is laid out in trains: runs of datagrams of one
 * size, the last of which may be shorter, one behind the other in one
 * cluster.  All of a batch's pieces are sealed by one call of crypto(9), in
 * place; then each train is one UDP packet to send.
 *
 *	staged packets  [ 64 KB TCP segment ] [ ack ] [ ack ]
 *	cut             |1420|1420| .. |1420|600|  |52|  |52|
 *	trains          [ headers |D|D| ... |D|d]  [ headers |d|d]
 *	                            D: 16 + 1420 + 16 bytes
 *
 * A piece is padded with zeroes to a multiple of 16, but not beyond the MTU.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>

#include <netinet/ip.h>

#include <netwg/wg_var.h>

#define BATCH_MAX	64		/* pieces sealed at once */
#define TRAIN_PIECES	64		/* the host's limit */
#define TRAIN_BYTES	(65535 - 40 - 8) /* of UDP payload */
#define PADDING		16
#define ECN_MASK	0x03
#define BATCHES_KEPT	4		/* idle ones that are not freed */

/* Packets under way through crypto(9). */
struct wg_sbatch {
	SLIST_ENTRY(wg_sbatch)	 b_next;	/* idle */
	struct noise_keypair	*b_kp;
	struct mbuf_list	 b_trains;
	u_int			 b_n;		/* pieces */
	u_int			 b_left;	/* not sealed yet */
	u_int			 b_data;	/* no keepalives */
	int			 b_error;
	struct cryptop		*b_crps[BATCH_MAX];
	struct cryptop		 b_ops[BATCH_MAX];
};

/* The train that is being laid out. */
struct wg_train {
	struct mbuf	*t_m;		/* NULL: none */
	u_int		 t_size;	/* of its first datagram */
	u_int		 t_n;
	u_int		 t_room;	/* bytes left */
	uint8_t		 t_tos;
	int		 t_closed;	/* had a shorter one */
};

static SLIST_HEAD(, wg_sbatch) idle = SLIST_HEAD_INITIALIZER(idle);
static u_int	 nidle;

static struct wg_sbatch *
batch_get(void)
{
	struct wg_sbatch	*b;

	if ((b = SLIST_FIRST(&idle)) != NULL) {
		SLIST_REMOVE_HEAD(&idle, b_next);
		nidle--;
	} else {
		b = malloc(sizeof(*b), M_WG, M_NOWAIT | M_ZERO);
		if (b == NULL)
			return (NULL);
	}
	b->b_kp = NULL;
	ml_init(&b->b_trains);
	b->b_n = b->b_left = b->b_data = 0;
	b->b_error = 0;
	return (b);
}

static void
batch_put(struct wg_sbatch *b)
{
	noise_keypair_put(b->b_kp);
	if (nidle < BATCHES_KEPT) {
		SLIST_INSERT_HEAD(&idle, b, b_next);
		nidle++;
	} else
		free(b, M_WG, sizeof(*b));
}

/* Of the congestion bits alone (RFC 6040, 4.1: copied to the outside). */
static uint8_t
packet_ecn(struct mbuf *m)
{
	uint8_t	 b[2];

	if (m->m_pkthdr.len < sizeof(b))
		return (0);		/* a keepalive */
	m_copydata(m, 0, sizeof(b), b);
	if (b[0] >> 4 == 4)
		return (b[1] & ECN_MASK);
	return ((b[0] << 4 | b[1] >> 4) & ECN_MASK);
}

/* Bytes of all datagrams that a packet will be, or some more. */
static u_int
packet_room(const struct mbuf *m)
{
	u_int	 len = m->m_pkthdr.len, mss = m->m_pkthdr.ph_mss, n = 1;

	if (ISSET(m->m_pkthdr.csum_flags, MCS_SEG) && mss != 0)
		n = len / mss + 1;
	return (len + n * (WG_DATA_OVERHEAD + PADDING + 60));
}

static u_int
staged_room(const struct wg_peer *p, const struct wg_cut *c)
{
	const struct mbuf	*m;
	u_int			 room = 0;

	if (c->c_m != NULL)
		room = packet_room(c->c_m);
	MBUF_LIST_FOREACH(&p->p_staged, m) {
		if (room >= TRAIN_BYTES)
			break;
		room += packet_room(m);
	}
	return (MIN(room, TRAIN_BYTES));
}

static void
train_end(struct wg_sbatch *b, struct wg_train *t)
{
	struct mbuf	*m = t->t_m;

	if (m == NULL)
		return;
	m->m_pkthdr.len = m->m_len;
	m->m_pkthdr.ph_cookie = (void *)(uintptr_t)t->t_tos;
	if (t->t_n > 1) {
		m->m_pkthdr.csum_flags |= M_UDP_SEG;
		m->m_pkthdr.ph_mss = t->t_size;
		wgc_inc(WGC_TRAIN_OUT);
	}
	ml_enqueue(&b->b_trains, m);
	t->t_m = NULL;
}

static int
train_begin(struct wg_train *t, u_int room, u_int size, const struct mbuf *m)
{
	memset(t, 0, sizeof(*t));
	room = MAX(room, size);
	t->t_m = m_clget(NULL, M_DONTWAIT, WG_HEADROOM + room);
	if (t->t_m == NULL)
		return (ENOBUFS);
	t->t_m->m_data += WG_HEADROOM;
	t->t_m->m_len = 0;
	t->t_m->m_pkthdr.ph_loopcnt = m->m_pkthdr.ph_loopcnt;
	t->t_room = room;
	t->t_size = size;
	return (0);
}

/* Can a datagram of that size be the next of the train? */
static int
train_fits(const struct wg_train *t, u_int size, uint8_t tos)
{
	return (t->t_m != NULL && !t->t_closed && t->t_n < TRAIN_PIECES &&
	    size <= t->t_size && size <= t->t_room && tos == t->t_tos);
}

static void	 batch_sealed(struct cryptop *);

/* Prepare to seal the datagram at p, whose text has len bytes. */
static void
batch_add(struct wg_sbatch *b, uint8_t *p, u_int len)
{
	struct cryptop		*crp = &b->b_ops[b->b_n];
	struct cryptodesc	*crd = crp->crp_desc;

	crp->crp_ilen = crp->crp_olen = len + WG_DATA_OVERHEAD;
	crp->crp_etype = 0;
	crp->crp_flags = 0;
	crp->crp_buf = p;
	crp->crp_opaque = b;
	crp->crp_callback = batch_sealed;
	crp->crp_ndesc = 2;
	crd[0].crd_alg = CRYPTO_CHACHA20_POLY1305;
	crd[0].crd_skip = sizeof(struct wg_msg_data);
	crd[0].crd_len = len;
	crd[0].crd_flags = CRD_F_ENCRYPT | CRD_F_IV_EXPLICIT |
	    CRD_F_IV_PRESENT;
	crd[1].crd_alg = CRYPTO_CHACHA20_POLY1305_MAC;
	crd[1].crd_skip = 0;
	crd[1].crd_len = 0;
	crd[1].crd_flags = CRD_F_ENCRYPT;
	crd[1].crd_inject = sizeof(struct wg_msg_data) + len;
	crd[1].crd_maclen = 0;
	b->b_crps[b->b_n++] = crp;
}

/* Lay the next piece of c out at the end of the train. */
static void
train_add(struct wg_sbatch *b, struct wg_train *t, struct wg_cut *c,
    u_int len, u_int padded)
{
	struct mbuf	*m = t->t_m;
	uint8_t		*p = mtod(m, uint8_t *) + m->m_len;
	u_int		 size = padded + WG_DATA_OVERHEAD;
	uint8_t		*text = p + sizeof(struct wg_msg_data);

	if (len != 0)
		b->b_data++;
	wg_cut_next(c, text);
	memset(text + len, 0, padded - len);
	batch_add(b, p, padded);
	m->m_len += size;
	t->t_room -= size;
	t->t_n++;
	if (size < t->t_size)
		t->t_closed = 1;
}

static u_int
padded_len(const struct wg_softc *sc, u_int len)
{
	u_int	 padded = roundup(len, PADDING);

	return (MIN(padded, MAX(len, sc->sc_if.if_mtu)));
}

/*
 * Lay out as much of what is staged as one batch holds; c is the packet that
 * is under way from the batch before, and becomes the one that is left.
 */
static void
batch_fill(struct wg_sbatch *b, struct wg_peer *p, struct wg_cut *c)
{
	struct wg_train	 t;
	struct mbuf	*m;
	u_int		 len, padded, size;
	uint8_t		 tos = 0;

	memset(&t, 0, sizeof(t));
	if (c->c_m != NULL)
		tos = packet_ecn(c->c_m);
	while (b->b_n < BATCH_MAX) {
		if (c->c_m == NULL) {
			if ((m = ml_dequeue(&p->p_staged)) == NULL)
				break;
			tos = packet_ecn(m);
			if (wg_cut_begin(c, m) != 0)
				continue;
		}
		len = wg_cut_len(c);
		padded = padded_len(p->p_sc, len);
		size = padded + WG_DATA_OVERHEAD;
		if (!train_fits(&t, size, tos)) {
			train_end(b, &t);
			if (train_begin(&t, staged_room(p, c), size,
			    c->c_m) != 0) {
				wgc_inc(WGC_OUT_NOMEM);
				wg_cut_end(c);
				continue;
			}
			t.t_tos = tos;
		}
		train_add(b, &t, c, len, padded);
	}
	train_end(b, &t);
}

/* Number the pieces, and seal them. */
static int
batch_seal(struct wg_sbatch *b, uint32_t receiver)
{
	struct wg_msg_data	 md;
	uint64_t		 counter;
	u_int			 i;
	int			 error;

	error = noise_keypair_counter(b->b_kp, b->b_n, &counter);
	if (error != 0)
		return (error);
	md.md_type = htole32(WG_MSG_DATA);
	md.md_receiver = receiver;
	for (i = 0; i < b->b_n; i++, counter++) {
		md.md_counter = htole64(counter);
		memcpy(b->b_ops[i].crp_buf, &md, sizeof(md));
		memcpy(b->b_ops[i].crp_desc[0].crd_iv, &md.md_counter,
		    sizeof(md.md_counter));
		b->b_ops[i].crp_sid = noise_keypair_send_sid(b->b_kp);
	}
	b->b_left = b->b_n;
	crypto_dispatch_batch(b->b_crps, b->b_n);
	return (0);
}

/* All pieces are sealed: send the trains. */
static void
batch_send(struct wg_sbatch *b)
{
	struct noise_remote	*r = noise_keypair_remote(b->b_kp);
	struct wg_peer		*p;
	struct mbuf		*m;
	u_int			 len;
	uint8_t			 tos;

	if (r == NULL || b->b_error != 0) {
		wg_counters[r == NULL ? WGC_OUT_GONE : WGC_OUT_CRYPTO] +=
		    b->b_n;
		ml_purge(&b->b_trains);
		return;
	}
	p = noise_remote_arg(r);
	wg_counters[WGC_DATA_OUT] += b->b_data;
	wg_counters[WGC_KEEPALIVE_OUT] += b->b_n - b->b_data;
	while ((m = ml_dequeue(&b->b_trains)) != NULL) {
		len = m->m_pkthdr.len;
		tos = (uintptr_t)m->m_pkthdr.ph_cookie;
		m->m_pkthdr.ph_cookie = NULL;
		if (wg_udp_send(p->p_sc, &p->p_endpoint, &p->p_route, m,
		    tos) != 0) {
			wgc_inc(WGC_OUT_SEND);
			p->p_sc->sc_if.if_oerrors++;
		} else
			p->p_txbytes += len;
	}
	if (b->b_data > 0)
		wg_timers_data_sent(&p->p_timers);
	wg_timers_authentic_sent(&p->p_timers);
	wg_timers_traversal(&p->p_timers);
	if (noise_keypair_stale_send(b->b_kp))
		wg_initiate(p, 0);
}

/* crypto(9): one piece is sealed. */
static void
batch_sealed(struct cryptop *crp)
{
	struct wg_sbatch	*b = crp->crp_opaque;

	if (crp->crp_etype != 0)
		b->b_error = crp->crp_etype;
	if (--b->b_left > 0)
		return;
	batch_send(b);
	batch_put(b);
}

/*
 * Send what is staged for a peer; without a session, begin a handshake, and
 * it stays.
 */
void
wg_send_staged(struct wg_peer *p)
{
	struct wg_sbatch	*b;
	struct noise_keypair	*kp;
	struct wg_cut		 c;

	memset(&c, 0, sizeof(c));
	while (c.c_m != NULL || !ml_empty(&p->p_staged)) {
		kp = noise_keypair_current(p->p_remote);
		if (kp == NULL) {
			if (c.c_m != NULL)
				wgc_inc(WGC_OUT_GONE);
			wg_cut_end(&c);
			wg_initiate(p, 0);
			return;
		}
		if ((b = batch_get()) == NULL) {
			noise_keypair_put(kp);
			wgc_inc(WGC_OUT_NOMEM);
			wg_cut_end(&c);
			return;
		}
		b->b_kp = kp;
		batch_fill(b, p, &c);
		if (b->b_n == 0 || batch_seal(b,
		    noise_keypair_remote_index(kp)) != 0) {
			wg_counters[WGC_OUT_GONE] += b->b_n;
			ml_purge(&b->b_trains);
			batch_put(b);
		}
	}
}

/*
 * Send an empty packet, behind what is staged; if there is something, that
 * will do.
 */
void
wg_send_keepalive(struct wg_peer *p)
{
	struct mbuf	*m;

	if (p->p_endpoint.e_sa.sa_family == AF_UNSPEC)
		return;
	if (ml_empty(&p->p_staged)) {
		if ((m = m_gethdr(M_DONTWAIT, MT_DATA)) == NULL) {
			wgc_inc(WGC_OUT_NOMEM);
			return;
		}
		m->m_len = m->m_pkthdr.len = 0;
		WGDEBUG(p->p_sc, "Sending keepalive packet to peer %llu",
		    (unsigned long long)p->p_id);
		wg_peer_stage(p, m);
	}
	wg_send_staged(p);
}

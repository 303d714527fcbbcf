/*
 * ipsec(4): packets out.
 *
 *	ipsec_output_start -> filter on enc(4) -> cut what is large
 *	    -> header of the tunnel -> transform --batch--> crypto(9)
 *	    -> next SA of the chain, or trains -> ip_output
 *
 * The SAs of the chain are referenced from the start: one that dies on the
 * way takes the packet with it, so nothing leaves half protected.  Datagrams
 * of ESP in UDP of one SA and one size leave as one train (M_UDP_SEG).
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/endian.h>
#include <sys/mbuf.h>
#include <sys/task.h>

#include <net/cksum.h>
#include <net/if.h>
#include <net/if_tso.h>
#include <net/if_var.h>

#include <netinet/ip6.h>
#include <netinet/ip_var.h>

#include <netipsec/ipsec_xform.h>

#define TRAIN_PIECES	48		/* what a card sends in one frame */
#define TRAIN_BYTES	65000

#define LINKROOM	16		/* for Ethernet's header */

#define TCP_SUM		16		/* offsets of the checksums */
#define UDP_SUM		6

/* Bytes that must be free around a packet. */
struct out_room {
	u_int	 or_front, or_behind;
};

/* Datagrams of one SA, one behind the other. */
struct out_train {
	struct ipsec_op	*ot_op;		/* the first; NULL: none */
	struct mbuf	*ot_tail;
	u_int		 ot_hlen;	/* of IP and UDP */
	u_int		 ot_size;	/* of each datagram */
	u_int		 ot_n;
	u_int		 ot_len;	/* of all */
	int		 ot_closed;	/* had a shorter one */
};

const struct ipsec_done	*ipsec_out_done;

static struct ipsec_batch *out_batch;
static void	 out_task(void *);
static struct task	 out_deferred = TASK_INITIALIZER(out_task, NULL);

static void	 out_finish(struct ipsec_batch *);

/*
 * Seal what has collected.
 */
void
ipsec_output_flush(void)
{
	batch_dispatch(&out_batch);
}

static void
out_task(void *arg)
{
	(void)arg;
	ipsec_output_flush();
}

/* The route to the SA's far end, kept by the SA; or NULL. */
struct rtentry *
ipsec_route(struct tdb *tdb)
{
	const struct ipsec_family	*fam;

	fam = ipsec_family(tdb->tdb_dst.ia_af);
	return (fam == NULL ? NULL : (*fam->ifam_route)(tdb));
}

static void
out_drop(struct ipsec_op *op)
{
	struct tdb	*tdb = op->op_tdb;

	ipsecstat.ipsec_odrops++;
	tdb->tdb_counters.sadb_x_counter_odrops++;
	op_drop(op);
}

/* One SA's transform; the counters of the SA. */
static enum ipsec_verdict
out_transform(struct ipsec_op *op)
{
	struct tdb	*tdb = op->op_tdb;
	u_int		 len = op->op_m->m_pkthdr.len - op->op_hlen;

	if (!tdb_usable(tdb)) {
		ipsecstat.ipsec_noxform++;
		return (IPV_DROP);
	}
	if (tdb_life_use(tdb, len) != 0)
		return (IPV_DROP);
	tdb->tdb_counters.sadb_x_counter_opackets++;
	tdb->tdb_counters.sadb_x_counter_obytes += len;
	switch (tdb->tdb_sproto) {
	case IPPROTO_ESP:
		return (esp_output(op));
	case IPPROTO_AH:
		return (ah_output(op));
	case IPPROTO_IPCOMP:
		return (ipcomp_output(op));
	default:
		return (IPV_DONE);	/* IP in IP: the header is all */
	}
}

/* An operation is in the batch, dropped or not: close a full one. */
static void
out_collected(void)
{
	if (out_batch->ib_n == IPSEC_BATCH)
		ipsec_output_flush();
	else
		if_defer(&out_deferred);
}

/* An operation has been set up: transform. */
static int
out_stage(struct ipsec_op *op)
{
	int	 error = 0;

	if (out_transform(op) == IPV_DROP) {
		out_drop(op);
		error = EHOSTUNREACH;
	}
	out_collected();
	return (error);
}

/* Hold the chain that begins with tdb, and what m has been through. */
static int
out_hold(struct ipsec_op *op, struct tdb *tdb, const struct ipsec_done *done)
{
	struct tdb	*t;

	op->op_tdb = tdb_ref(tdb);
	for (t = tdb->tdb_onext; t != NULL; t = t->tdb_onext) {
		if (op->op_nchain == IPSEC_MAXCHAIN)
			return (ELOOP);
		op->op_chain[op->op_nchain++] = tdb_ref(t);
	}
	for (; done != NULL; done = done->dn_next)
		if (op_been(op, tdb_ref(done->dn_tdb)) != 0)
			return (ELOOP);
	return (0);
}

/* How much the chain that begins with tdb puts in front of a packet. */
static struct out_room
out_room(const struct tdb *tdb, int tunnel)
{
	struct out_room	 r = { LINKROOM, 0 };
	u_int		 n = 0;

	if (tunnel)
		r.or_front += tdb->tdb_dst.ia_af == AF_INET ?
		    sizeof(struct ip) : sizeof(struct ip6_hdr);
	for (; tdb != NULL && n++ < IPSEC_MAXCHAIN; tdb = tdb->tdb_onext) {
		switch (tdb->tdb_sproto) {
		case IPPROTO_ESP:
			r.or_front += UDP_HLEN + ESP_HLEN + tdb->tdb_ivlen;
			r.or_behind += tdb->tdb_block + ESP_TRAILER +
			    tdb->tdb_icvlen;
			break;
		case IPPROTO_AH:
			r.or_front += ah_hdrlen(tdb, AF_INET6);
			r.or_behind += AH_ESNLEN;
			break;
		}
	}
	return (r);
}

/*
 * One packet as the wire will have it, checksums finished; consumed.
 */
static int
out_piece(struct mbuf *m, struct tdb *tdb, int tunnel,
    const struct ipsec_done *done)
{
	const struct ipsec_family	*fam;
	struct ipsec_op			*op;
	struct out_room			 r = out_room(tdb, tunnel);
	sa_family_t			 af;
	int				 error;

	af = *mtod(m, u_int8_t *) >> 4 == 4 ? AF_INET : AF_INET6;
	m = ipsec_contig(m, r.or_front, r.or_behind);
	if (m == NULL || (op = batch_op(&out_batch, out_finish)) == NULL) {
		ipsecstat.ipsec_nomem++;
		m_freem(m);
		return (ENOBUFS);
	}
	op->op_m = m;
	if (out_hold(op, tdb, done) != 0) {
		ipsecstat.ipsec_loop++;
		out_drop(op);
		out_collected();
		return (ELOOP);
	}
	op->op_af = tunnel ? tdb->tdb_dst.ia_af : af;
	fam = ipsec_family(op->op_af);
	if (fam == NULL)
		error = EAFNOSUPPORT;
	else
		error = tunnel ? (*fam->ifam_encap)(op) :
		    (*fam->ifam_outer)(op);
	if (error != 0) {
		ipsecstat.ipsec_badhdr++;
		out_drop(op);
		out_collected();
		return (error);
	}
	return (out_stage(op));
}

/* Finish the transport checksum of a piece, all of whose bytes are there. */
static void
piece_cksum(u_int8_t *p, const struct tso_info *ti, u_int len)
{
	u_int16_t	 sum;
	u_int		 off;

	off = ti->ti_l4 + (ti->ti_proto == IPPROTO_TCP ? TCP_SUM : UDP_SUM);
	sum = ~cksum_fold(cksum_add(0, p + ti->ti_l4, len - ti->ti_l4));
	if (sum == 0 && ti->ti_proto == IPPROTO_UDP)
		sum = 0xffff;
	memcpy(p + off, &sum, sizeof(sum));
}

/* Piece i of a large packet: len bytes of payload, off bytes into it. */
static struct mbuf *
piece_get(struct mbuf *m, const struct tso_info *ti, u_int i, u_int off,
    u_int len, const struct out_room *r)
{
	struct mbuf	*n;
	u_int8_t	*p;
	int		 last;

	n = m_clget(NULL, M_DONTWAIT, r->or_front + ti->ti_payload + len +
	    r->or_behind);
	if (n == NULL)
		return (NULL);
	if (m_dup_pkthdr(n, m, M_DONTWAIT) != 0) {
		m_freem(n);
		return (NULL);
	}
	n->m_data = M_DATABUF(n) + r->or_front;
	n->m_len = n->m_pkthdr.len = ti->ti_payload + len;
	n->m_pkthdr.csum_flags = 0;
	n->m_pkthdr.ph_mss = 0;
	p = mtod(n, u_int8_t *);
	last = off + len == ti->ti_end - ti->ti_payload;
	m_copydata(m, 0, ti->ti_payload, p);
	m_copydata(m, ti->ti_payload + off, len, p + ti->ti_payload);
	tso_piece_headers(p, ti, i, off, len, last);
	piece_cksum(p, ti, n->m_len);
	return (n);
}

/* A large packet: cut it.  The first error, but all pieces are tried. */
static int
out_large(struct mbuf *m, struct tdb *tdb, int tunnel,
    const struct ipsec_done *done)
{
	struct tso_info	 ti;
	struct out_room	 r = out_room(tdb, tunnel);
	struct mbuf	*n;
	u_int		 i, len, off, total;
	int		 e, error = 0;

	if (tso_parse_large(m, 0, &ti) != 0) {
		ipsecstat.ipsec_badhdr++;
		m_freem(m);
		return (EINVAL);
	}
	total = ti.ti_end - ti.ti_payload;
	for (i = off = 0; off < total; i++, off += len) {
		len = MIN(m->m_pkthdr.ph_mss, total - off);
		n = piece_get(m, &ti, i, off, len, &r);
		if (n == NULL) {
			ipsecstat.ipsec_nomem++;
			error = ENOBUFS;
			break;
		}
		e = out_piece(n, tdb, tunnel, done);
		if (error == 0)
			error = e;
	}
	m_freem(m);
	return (error);
}

/*
 * Send a packet with a complete IP header through the chain that begins with
 * tdb; tunnel: the first puts a header in front.  done is what it has been
 * through before.  The packet, which fits, is consumed.
 *
 * Returns 0; EACCES the filter's; EINVAL, ELOOP, ENOBUFS, EHOSTUNREACH.
 */
int
ipsec_output_start(struct mbuf *m, struct tdb *tdb, int tunnel,
    const struct ipsec_done *done)
{
	struct ifnet	*encif;
	sa_family_t	 af;

	ipsecstat.ipsec_opackets++;
	ipsecstat.ipsec_obytes += m->m_pkthdr.len;
	af = *mtod(m, u_int8_t *) >> 4 == 4 ? AF_INET : AF_INET6;
	encif = (tdb->tdb_flags & TDBF_IFACE) ? NULL :
	    enc_getif(tdb->tdb_rdomain, tdb->tdb_tap);
	if (encif != NULL) {
		enc_tap(encif, tdb, m, af, BPF_DIRECTION_OUT);
		if (pf_test_hook != NULL) {
			if (pf_test_hook(af, PF_OUT, encif, &m) != 0) {
				ipsecstat.ipsec_odrops++;
				m_freem(m);
				return (EACCES);
			}
			if (m == NULL)
				return (0);
		}
	}
	if (ISSET(m->m_pkthdr.csum_flags, MCS_SEG))
		return (out_large(m, tdb, tunnel, done));
	if ((m = m_cksum_finish(m, 0, MCS_OUT)) == NULL) {
		ipsecstat.ipsec_badhdr++;
		return (EINVAL);
	}
	return (out_piece(m, tdb, tunnel, done));
}

/* Hand a finished packet to the network; the op's packet has gone. */
static void
out_send(struct ipsec_op *op)
{
	struct ipsec_done		 dn[IPSEC_MAXDONE + 1];
	const struct ipsec_done		*outer = ipsec_out_done;
	const struct ipsec_family	*fam = ipsec_family(op->op_af);
	struct mbuf			*m = op->op_m;
	u_int				 i;

	dn[0].dn_tdb = op->op_tdb;
	dn[0].dn_next = NULL;
	for (i = 0; i < op->op_ndone; i++) {
		dn[i].dn_next = &dn[i + 1];
		dn[i + 1].dn_tdb = op->op_done[i];
		dn[i + 1].dn_next = NULL;
	}
	ipsec_out_done = dn;
	m->m_pkthdr.ph_rtableid = op->op_tdb->tdb_rdomain_post;
	m->m_pkthdr.ph_loopcnt++;
	memset(&m->m_pkthdr.pf, 0, sizeof(m->m_pkthdr.pf));
	if ((*fam->ifam_send)(m, op->op_tdb) != 0) {
		if (op->op_tdb->tdb_sproto == IPPROTO_AH)
			ahstat.ahs_outfail++;
		else if (op->op_tdb->tdb_sproto == IPPROTO_IPCOMP)
			ipcompstat.ipcomps_outfail++;
		else
			espstat.esps_outfail++;
	}
	ipsec_out_done = outer;
	op_release(op);
}

/* The train is complete: lengths and checksum of the whole. */
static void
train_send(struct out_train *ot)
{
	const struct ipsec_family	*fam;
	struct ipsec_op			*op = ot->ot_op;
	struct mbuf			*m;

	if (op == NULL)
		return;
	m = op->op_m;
	fam = ipsec_family(op->op_af);
	ot->ot_op = NULL;
	if (ot->ot_n > 1) {
		m->m_pkthdr.len = ot->ot_hlen + ot->ot_len;
		m->m_pkthdr.csum_flags |= M_UDP_SEG;
		m->m_pkthdr.ph_mss = ot->ot_size;
		be16enc(mtod(m, u_int8_t *) + op->op_hlen + 4,
		    UDP_HLEN + ot->ot_len);
		(*fam->ifam_fixlen)(m);
		(*fam->ifam_udpsum)(m, op->op_hlen);
	} else if (op->op_af == AF_INET6)
		(*fam->ifam_udpsum)(m, op->op_hlen);
	out_send(op);
}

/* The headers of both agree in all but length, identification and sums. */
static int
train_agrees(const struct ipsec_op *a, const struct ipsec_op *b)
{
	const u_int8_t	*p = mtod(a->op_m, const u_int8_t *);
	const u_int8_t	*q = mtod(b->op_m, const u_int8_t *);

	if (a->op_tdb != b->op_tdb || a->op_af != b->op_af ||
	    a->op_hlen != b->op_hlen)
		return (0);
	if (a->op_af == AF_INET6)
		return (a->op_hlen == 40 && memcmp(p, q, 4) == 0);
	return (a->op_hlen == 20 && p[1] == q[1] && p[6] == q[6]);
}

/* Append a datagram of ESP in UDP to the train, or begin a new one. */
static void
train_add(struct out_train *ot, struct ipsec_op *op)
{
	struct mbuf	*m = op->op_m;
	u_int		 size = m->m_pkthdr.len - op->op_hlen - UDP_HLEN;

	if (ot->ot_op != NULL && !ot->ot_closed &&
	    ot->ot_n < TRAIN_PIECES && size <= ot->ot_size &&
	    ot->ot_len + size <= TRAIN_BYTES &&
	    train_agrees(ot->ot_op, op)) {
		m_adj(m, op->op_hlen + UDP_HLEN);
		m_removehdr(m);
		ot->ot_tail->m_next = m;
		ot->ot_tail = m;
		ot->ot_n++;
		ot->ot_len += size;
		ot->ot_closed = size < ot->ot_size;
		op_release(op);
		return;
	}
	train_send(ot);
	ot->ot_op = op;
	ot->ot_tail = m;
	ot->ot_hlen = op->op_hlen + UDP_HLEN;
	ot->ot_size = ot->ot_len = size;
	ot->ot_n = 1;
	ot->ot_closed = 0;
}

/* On to the next SA of the chain, in a batch of its own. */
static void
out_next(struct ipsec_op *old)
{
	struct ipsec_op	*op;
	u_int		 i;

	if ((op = batch_op(&out_batch, out_finish)) == NULL) {
		ipsecstat.ipsec_nomem++;
		out_drop(old);
		return;
	}
	op->op_m = old->op_m;
	op->op_af = old->op_af;
	op->op_hlen = old->op_hlen;
	op->op_protoff = old->op_protoff;
	op->op_tdb = old->op_chain[0];
	op->op_nchain = old->op_nchain - 1;
	for (i = 0; i < op->op_nchain; i++)
		op->op_chain[i] = old->op_chain[i + 1];
	op->op_ndone = old->op_ndone;
	for (i = 0; i < op->op_ndone; i++)
		op->op_done[i] = old->op_done[i];
	if (op_been(op, old->op_tdb) != 0) {
		ipsecstat.ipsec_loop++;
		out_drop(op);
		out_collected();
		return;
	}
	(void)out_stage(op);
}

static enum ipsec_verdict
out_done(struct ipsec_op *op)
{
	if (op->op_tdb->tdb_state == SADB_SASTATE_DEAD) {
		ipsecstat.ipsec_noxform++;
		return (IPV_DROP);
	}
	if (op->op_crp.crp_ndesc == 0)
		return (IPV_DONE);
	if (op->op_tdb->tdb_sproto == IPPROTO_AH)
		return (ah_output_done(op));
	return (esp_output_done(op));
}

/* A batch is sealed. */
static void
out_finish(struct ipsec_batch *ib)
{
	const struct ipsec_family	*fam;
	struct out_train		 ot;
	struct ipsec_op			*op;
	u_int				 i;

	memset(&ot, 0, sizeof(ot));
	for (i = 0; i < ib->ib_n; i++) {
		op = &ib->ib_ops[i];
		if (op->op_m == NULL)
			continue;
		if (out_done(op) == IPV_DROP) {
			out_drop(op);
			continue;
		}
		fam = ipsec_family(op->op_af);
		(*fam->ifam_fixlen)(op->op_m);
		if (op->op_nchain > 0)
			out_next(op);
		else if (op->op_tdb->tdb_flags & TDBF_UDPENCAP)
			train_add(&ot, op);
		else {
			train_send(&ot);
			out_send(op);
		}
	}
	train_send(&ot);
}

/*
 * ipsec(4): operations, and batches of them.
 *
 * A batch collects operations until it is full or the network lets go of its
 * lock; then crypto(9) gets all of them in one call, and when the last has
 * ended the batch is finished in order.  An operation owns its packet, and a
 * reference to its SA and to each SA the packet has been through.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>
#include <sys/time.h>

#include <netipsec/ipsec_xform.h>

#define BATCHES_KEPT	4		/* idle ones that are not freed */

static SLIST_HEAD(, ipsec_batch) idle = SLIST_HEAD_INITIALIZER(idle);
static u_int	 nidle;

static struct ipsec_batch *
batch_get(void)
{
	struct ipsec_batch	*ib;

	if ((ib = SLIST_FIRST(&idle)) != NULL) {
		SLIST_REMOVE_HEAD(&idle, ib_next);
		nidle--;
	} else if ((ib = malloc(sizeof(*ib), M_XDATA, M_NOWAIT)) == NULL)
		return (NULL);
	ib->ib_n = ib->ib_left = 0;
	return (ib);
}

static void
batch_put(struct ipsec_batch *ib)
{
	if (nidle >= BATCHES_KEPT) {
		free(ib, M_XDATA, sizeof(*ib));
		return;
	}
	SLIST_INSERT_HEAD(&idle, ib, ib_next);
	nidle++;
}

/*
 * A new operation in the open batch *ibp, which is made if there is none;
 * finish is called when all of it has been through the ciphers.  NULL
 * without memory.  A full batch must have been dispatched.
 */
struct ipsec_op *
batch_op(struct ipsec_batch **ibp, void (*finish)(struct ipsec_batch *))
{
	struct ipsec_op	*op;

	if (*ibp == NULL) {
		if ((*ibp = batch_get()) == NULL)
			return (NULL);
		ipsec_time = gettime();
		(*ibp)->ib_finish = finish;
	}
	KASSERT((*ibp)->ib_n < IPSEC_BATCH);
	op = &(*ibp)->ib_ops[(*ibp)->ib_n++];
	op->op_m = NULL;
	op->op_tdb = NULL;
	op->op_ndone = 0;
	op->op_nchain = 0;
	op->op_crp.crp_ndesc = 0;
	op->op_crp.crp_etype = 0;
	op->op_crp.crp_flags = 0;
	return (op);
}

static void
batch_end(struct ipsec_batch *ib)
{
	(*ib->ib_finish)(ib);
	batch_put(ib);
}

/* crypto(9): one operation has ended. */
static void
batch_done(struct cryptop *crp)
{
	struct ipsec_batch	*ib = crp->crp_opaque;

	if (--ib->ib_left == 0)
		batch_end(ib);
}

/*
 * Close the open batch *ibp, if there is one, and send it through the
 * ciphers.  What has no request is only kept in order.
 */
void
batch_dispatch(struct ipsec_batch **ibp)
{
	struct ipsec_batch	*ib = *ibp;
	struct cryptop		*crp;
	u_int			 i, n = 0;

	if (ib == NULL)
		return;
	*ibp = NULL;
	for (i = 0; i < ib->ib_n; i++) {
		crp = &ib->ib_ops[i].op_crp;
		if (ib->ib_ops[i].op_m == NULL || crp->crp_ndesc == 0)
			continue;
		crp->crp_opaque = ib;
		crp->crp_callback = batch_done;
		ib->ib_crps[n++] = crp;
	}
	if (n == 0) {
		batch_end(ib);
		return;
	}
	ib->ib_left = n;
	crypto_dispatch_batch(ib->ib_crps, n);
}

/* The packet has gone elsewhere: let go of the SAs. */
void
op_release(struct ipsec_op *op)
{
	while (op->op_ndone > 0)
		tdb_unref(op->op_done[--op->op_ndone]);
	while (op->op_nchain > 0)
		tdb_unref(op->op_chain[--op->op_nchain]);
	tdb_unref(op->op_tdb);
	op->op_tdb = NULL;
	op->op_m = NULL;
}

/* Drop the packet; the reason has been counted. */
void
op_drop(struct ipsec_op *op)
{
	m_freem(op->op_m);
	op_release(op);
}

/*
 * The packet has been through tdb, whose reference is taken over.  0, or
 * ELOOP when that was one too many; the caller drops the packet.
 */
int
op_been(struct ipsec_op *op, struct tdb *tdb)
{
	if (op->op_ndone == IPSEC_MAXDONE) {
		tdb_unref(tdb);
		return (ELOOP);
	}
	op->op_done[op->op_ndone++] = tdb;
	return (0);
}

/* A new mbuf for len bytes with room around them; NULL without memory. */
static struct mbuf *
contig_get(u_int len, u_int front, u_int behind)
{
	struct mbuf	*m;

	if ((m = m_clget(NULL, M_DONTWAIT, front + len + behind)) == NULL)
		return (NULL);
	m->m_data = M_DATABUF(m) + front;
	m->m_len = m->m_pkthdr.len = len;
	return (m);
}

/*
 * The packet contiguous and writable, with so much room in front and behind.
 * m is consumed; NULL without memory.
 */
struct mbuf *
ipsec_contig(struct mbuf *m, u_int front, u_int behind)
{
	struct mbuf	*n;
	u_int		 len = m->m_pkthdr.len;

	if (m->m_next == NULL && !M_READONLY(m) &&
	    m_leadingspace(m) >= front && m_trailingspace(m) >= behind)
		return (m);
	if ((n = contig_get(len, front, behind)) == NULL) {
		m_freem(m);
		return (NULL);
	}
	m_copydata(m, 0, len, mtod(n, caddr_t));
	m_move_pkthdr(n, m);
	m_freem(m);
	return (n);
}

/*
 * Make room for n bytes between the headers in front (op_hlen) and what
 * follows them; the mbuf has it.
 */
void
op_push(struct ipsec_op *op, u_int n)
{
	struct mbuf	*m = op->op_m;
	u_int8_t	*p = mtod(m, u_int8_t *);

	KASSERT(m_leadingspace(m) >= n);
	memmove(p - n, p, op->op_hlen);
	m->m_data -= n;
	m->m_len += n;
	m->m_pkthdr.len += n;
}

/* Take n bytes out there. */
void
op_pull(struct ipsec_op *op, u_int n)
{
	struct mbuf	*m = op->op_m;
	u_int8_t	*p = mtod(m, u_int8_t *);

	memmove(p + n, p, op->op_hlen);
	m->m_data += n;
	m->m_len -= n;
	m->m_pkthdr.len -= n;
}

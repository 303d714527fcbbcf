/*
 * ml_init(9), mq_init(9): lists and queues of packets.
 */
#include <sys/mbuf.h>
#include <sys/systm.h>

/*
 * Make an empty list.
 */
void
ml_init(struct mbuf_list *ml)
{
	ml->ml_head = ml->ml_tail = NULL;
	ml->ml_len = 0;
}

/*
 * Append a packet.
 */
void
ml_enqueue(struct mbuf_list *ml, struct mbuf *m)
{
	if (ml->ml_tail == NULL)
		ml->ml_head = m;
	else
		ml->ml_tail->m_nextpkt = m;
	m->m_nextpkt = NULL;
	ml->ml_tail = m;
	ml->ml_len++;
}

/*
 * Append all packets of from, which becomes empty.
 */
void
ml_enlist(struct mbuf_list *ml, struct mbuf_list *from)
{
	if (from->ml_head == NULL)
		return;
	if (ml->ml_tail == NULL)
		ml->ml_head = from->ml_head;
	else
		ml->ml_tail->m_nextpkt = from->ml_head;
	ml->ml_tail = from->ml_tail;
	ml->ml_len += from->ml_len;
	ml_init(from);
}

/*
 * Take the first packet, or NULL.
 */
struct mbuf *
ml_dequeue(struct mbuf_list *ml)
{
	struct mbuf	*m = ml->ml_head;

	if (m == NULL)
		return (NULL);
	ml->ml_head = m->m_nextpkt;
	if (ml->ml_head == NULL)
		ml->ml_tail = NULL;
	m->m_nextpkt = NULL;
	ml->ml_len--;
	return (m);
}

/*
 * Take all packets, linked by m_nextpkt.
 */
struct mbuf *
ml_dechain(struct mbuf_list *ml)
{
	struct mbuf	*m = ml->ml_head;

	ml_init(ml);
	return (m);
}

/*
 * Take those for which f(ctx, m) is not 0, linked by m_nextpkt.
 */
struct mbuf *
ml_filter(struct mbuf_list *ml, int (*f)(void *, const struct mbuf *),
    void *ctx)
{
	struct mbuf_list	 keep = MBUF_LIST_INITIALIZER();
	struct mbuf_list	 taken = MBUF_LIST_INITIALIZER();
	struct mbuf		*m;

	while ((m = ml_dequeue(ml)) != NULL)
		ml_enqueue(f(ctx, m) ? &taken : &keep, m);
	*ml = keep;
	return (taken.ml_head);
}

/*
 * Free all packets.  Returns how many.
 */
u_int
ml_purge(struct mbuf_list *ml)
{
	u_int	 n = ml->ml_len;

	m_purge(ml_dechain(ml));
	return (n);
}

/*
 * Length of the first packet, or 0.
 */
u_int
ml_hdatalen(const struct mbuf_list *ml)
{
	return (ml->ml_head == NULL ? 0 : ml->ml_head->m_pkthdr.len);
}

/*
 * Make an empty queue of at most maxlen packets.
 */
void
mq_init(struct mbuf_queue *mq, u_int maxlen, int ipl)
{
	(void)ipl;
	mtx_init(&mq->mq_mtx, ipl);
	ml_init(&mq->mq_list);
	mq->mq_maxlen = maxlen;
	mq->mq_drops = 0;
}

/*
 * Append a packet; the oldest is dropped if the queue is full.  Returns 1 if
 * one was.
 */
int
mq_push(struct mbuf_queue *mq, struct mbuf *m)
{
	struct mbuf	*old = NULL;
	int		 dropped = 0;

	mtx_enter(&mq->mq_mtx);
	if (mq_full(mq)) {
		old = ml_dequeue(&mq->mq_list);
		mq->mq_drops++;
		dropped = 1;
	}
	if (mq_full(mq))
		old = m;		/* no room even so: maxlen is 0 */
	else
		ml_enqueue(&mq->mq_list, m);
	mtx_leave(&mq->mq_mtx);
	m_freem(old);
	return (dropped);
}

/*
 * Append a packet; it is dropped if the queue is full.  Returns 1 if it was.
 */
int
mq_enqueue(struct mbuf_queue *mq, struct mbuf *m)
{
	int	 dropped = 0;

	mtx_enter(&mq->mq_mtx);
	if (mq_full(mq)) {
		mq->mq_drops++;
		dropped = 1;
	} else
		ml_enqueue(&mq->mq_list, m);
	mtx_leave(&mq->mq_mtx);
	if (dropped)
		m_freem(m);
	return (dropped);
}

/*
 * Take the first packet, or NULL.
 */
struct mbuf *
mq_dequeue(struct mbuf_queue *mq)
{
	struct mbuf	*m;

	mtx_enter(&mq->mq_mtx);
	m = ml_dequeue(&mq->mq_list);
	mtx_leave(&mq->mq_mtx);
	return (m);
}

/*
 * Append a list; what does not fit is dropped.  Returns how many were.
 */
u_int
mq_enlist(struct mbuf_queue *mq, struct mbuf_list *ml)
{
	struct mbuf	*m;
	u_int		 dropped = 0;

	mtx_enter(&mq->mq_mtx);
	if (mq_len(mq) + ml_len(ml) <= mq->mq_maxlen)
		ml_enlist(&mq->mq_list, ml);
	while (!mq_full(mq) && (m = ml_dequeue(ml)) != NULL)
		ml_enqueue(&mq->mq_list, m);
	dropped = ml_len(ml);
	mq->mq_drops += dropped;
	mtx_leave(&mq->mq_mtx);
	ml_purge(ml);
	return (dropped);
}

/*
 * Take all packets into a list, whose old content is forgotten.
 */
void
mq_delist(struct mbuf_queue *mq, struct mbuf_list *ml)
{
	mtx_enter(&mq->mq_mtx);
	*ml = mq->mq_list;
	ml_init(&mq->mq_list);
	mtx_leave(&mq->mq_mtx);
}

/*
 * As ml_dechain().
 */
struct mbuf *
mq_dechain(struct mbuf_queue *mq)
{
	struct mbuf	*m;

	mtx_enter(&mq->mq_mtx);
	m = ml_dechain(&mq->mq_list);
	mtx_leave(&mq->mq_mtx);
	return (m);
}

/*
 * As ml_filter().
 */
struct mbuf *
mq_filter(struct mbuf_queue *mq, int (*f)(void *, const struct mbuf *),
    void *ctx)
{
	struct mbuf	*m;

	mtx_enter(&mq->mq_mtx);
	m = ml_filter(&mq->mq_list, f, ctx);
	mtx_leave(&mq->mq_mtx);
	return (m);
}

/*
 * As ml_purge().
 */
u_int
mq_purge(struct mbuf_queue *mq)
{
	struct mbuf_list	 ml;

	mq_delist(mq, &ml);
	return (ml_purge(&ml));
}

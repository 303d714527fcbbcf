/*
 * Reassembly of IPv4 fragments (RFC 791, 815, 1122 3.3.2).
 *
 * A datagram's fragments wait in a list ordered by offset.  They never
 * overlap: an exact duplicate is dropped, any other overlap, or a fragment
 * beyond the end, condemns the datagram, and what comes of it later is
 * dropped, too, until its time is up (as RFC 5722 has it for IPv6; it ends
 * the attacks of RFC 1858 and 3128).
 *
 *	         first fragment             all bytes there
 *	(none) ------------------> open ------------------------> delivered
 *	                            |  \
 *	                    overlap |   \ time is up, or pushed out
 *	                            v    v
 *	                          dead -> (none)
 *
 * What waits is bounded: so many fragments in all (net.inet.ip.maxqueue; the
 * oldest datagram gives way), of one datagram, and from one source (new ones
 * are refused).  Each limit has its counter.
 *
 * Everything here is protected by the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mbuf.h>
#include <sys/pool.h>
#include <sys/queue.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/timeout.h>

#include <net/if.h>
#include <net/if_var.h>

#include <netinet/in.h>
#include <netinet/in_systm.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/ip_var.h>

#define IPQ_HASHSIZE	256
#define IPQ_TICK	500		/* ms */
#define IPQ_MAXFRAGS	128		/* of one datagram */
#define IPQ_TCPMIN	16		/* a first fragment shows the flags */

/* A fragment with its header. */
struct ipqent {
	TAILQ_ENTRY(ipqent)	 ipqe_q;
	struct mbuf		*ipqe_m;
	u_int			 ipqe_off;	/* first byte of payload */
	u_int			 ipqe_end;	/* the byte after its last */
};
TAILQ_HEAD(ipqehead, ipqent);

/* A datagram that is being put together. */
struct ipq {
	LIST_ENTRY(ipq)	 ipq_hash;
	TAILQ_ENTRY(ipq) ipq_age;	/* oldest first */
	struct ipqehead	 ipq_fragq;	/* by offset */
	struct in_addr	 ipq_src, ipq_dst;
	u_int		 ipq_rdomain;
	u_int		 ipq_expire;	/* in ticks of ip_slowtimo() */
	u_int		 ipq_end;	/* bytes of payload, 0 not known */
	u_int		 ipq_have;	/* bytes that are there */
	u_int		 ipq_nfrags;
	uint16_t	 ipq_id;
	uint8_t		 ipq_p;
	uint8_t		 ipq_ecn;	/* a bit for each ECN value seen */
	uint8_t		 ipq_dead;
};
LIST_HEAD(ipqhead, ipq);

static struct ipqhead		ipq_table[IPQ_HASHSIZE];
static TAILQ_HEAD(, ipq)	ipq_ages = TAILQ_HEAD_INITIALIZER(ipq_ages);
static uint16_t			ipq_sources[IPQ_HASHSIZE]; /* fragments held */
static uint64_t			ipq_key[2];
static struct pool		ipq_pool, ipqent_pool;
static struct timeout		ipq_to;
static u_int			ip_frags;	/* held in all */
static u_int			ipq_count;
static u_int			ipq_now;	/* calls of ip_slowtimo() */
int				ip_maxqueue = 300;

static void	 ipq_timer(void *);

void
ip_reass_init(void)
{
	timeout_set_proc(&ipq_to, ipq_timer, NULL);
	pool_init(&ipq_pool, sizeof(struct ipq), 0, 0, 0, "ipq", NULL);
	pool_init(&ipqent_pool, sizeof(struct ipqent), 0, 0, 0, "ipqe", NULL);
	arc4random_buf(ipq_key, sizeof(ipq_key));
}

/* Fragments that wait now. */
u_int
ip_reass_count(void)
{
	return (ip_frags);
}

static uint16_t *
ipq_source(struct in_addr src)
{
	return (&ipq_sources[in_hash(ipq_key, src.s_addr, 1) %
	    IPQ_HASHSIZE]);
}

static struct ipqhead *
ipq_bucket(const struct ip *ip, u_int rdomain)
{
	return (&ipq_table[in_hash(ipq_key,
	    (uint64_t)ip->ip_src.s_addr << 32 | ip->ip_dst.s_addr,
	    (uint64_t)rdomain << 32 | (uint32_t)ip->ip_id << 8 | ip->ip_p) %
	    IPQ_HASHSIZE]);
}

static struct ipq *
ipq_lookup(const struct ip *ip, u_int rdomain)
{
	struct ipq	*q;

	LIST_FOREACH(q, ipq_bucket(ip, rdomain), ipq_hash)
		if (q->ipq_id == ip->ip_id && q->ipq_p == ip->ip_p &&
		    q->ipq_src.s_addr == ip->ip_src.s_addr &&
		    q->ipq_dst.s_addr == ip->ip_dst.s_addr &&
		    q->ipq_rdomain == rdomain)
			return (q);
	return (NULL);
}

/* Take a fragment out of its datagram; the mbuf is the caller's. */
static struct mbuf *
ipq_unlink(struct ipq *q, struct ipqent *e)
{
	struct mbuf	*m = e->ipqe_m;

	TAILQ_REMOVE(&q->ipq_fragq, e, ipqe_q);
	pool_put(&ipqent_pool, e);
	q->ipq_nfrags--;
	ip_frags--;
	(*ipq_source(q->ipq_src))--;
	return (m);
}

/* Drop what waits of a datagram. */
static void
ipq_purge(struct ipq *q)
{
	struct ipqent	*e;

	while ((e = TAILQ_FIRST(&q->ipq_fragq)) != NULL) {
		ipstat_inc(&ipstat.ips_fragdropped);
		m_freem(ipq_unlink(q, e));
	}
	q->ipq_have = 0;
}

static void
ipq_free(struct ipq *q)
{
	ipq_purge(q);
	LIST_REMOVE(q, ipq_hash);
	TAILQ_REMOVE(&ipq_ages, q, ipq_age);
	pool_put(&ipq_pool, q);
	ipq_count--;
}

static struct ipq *
ipq_create(const struct ip *ip, u_int rdomain)
{
	struct ipq	*q;

	/* Dead datagrams hold no fragment, but are as many as those. */
	if (ipq_count >= (u_int)ip_maxqueue && ipq_count > 0)
		ipq_free(TAILQ_FIRST(&ipq_ages));
	if ((q = pool_get(&ipq_pool, PR_NOWAIT | PR_ZERO)) == NULL)
		return (NULL);
	TAILQ_INIT(&q->ipq_fragq);
	q->ipq_src = ip->ip_src;
	q->ipq_dst = ip->ip_dst;
	q->ipq_id = ip->ip_id;
	q->ipq_p = ip->ip_p;
	q->ipq_rdomain = rdomain;
	q->ipq_expire = ipq_now + IPFRAGTTL;
	LIST_INSERT_HEAD(ipq_bucket(ip, rdomain), q, ipq_hash);
	TAILQ_INSERT_TAIL(&ipq_ages, q, ipq_age);
	ipq_count++;
	if (!timeout_pending(&ipq_to))
		timeout_add_msec(&ipq_to, IPQ_TICK);
	return (q);
}

/*
 * Is there room for one more fragment of this datagram?  The datagram itself
 * is never the one that gives way.
 */
static int
ipq_admit(struct ipq *q)
{
	struct ipq	*old;

	if (q->ipq_nfrags >= IPQ_MAXFRAGS) {
		ipstat_inc(&ipstat.ips_fragmax);
		return (0);
	}
	if (*ipq_source(q->ipq_src) >= MAX(ip_maxqueue / 2, 1)) {
		ipstat_inc(&ipstat.ips_fragsource);
		return (0);
	}
	while (ip_frags >= (u_int)ip_maxqueue) {
		old = TAILQ_FIRST(&ipq_ages);
		if (old == q)
			old = TAILQ_NEXT(old, ipq_age);
		ipstat_inc(&ipstat.ips_fragtotal);
		if (old == NULL)
			return (0);
		ipq_free(old);
	}
	return (1);
}

/*
 * Find the fragment that [off, end) follows; NULL in *prev when it is the
 * first.  Returns 0, EEXIST for an exact duplicate, EINVAL for an overlap or
 * a disagreement about the datagram's end.
 */
static int
ipq_place(struct ipq *q, u_int off, u_int end, int last,
    struct ipqent **prev)
{
	struct ipqent	*e, *next;

	/* Nearly always the newest goes last. */
	TAILQ_FOREACH_REVERSE(e, &q->ipq_fragq, ipqehead, ipqe_q)
		if (e->ipqe_off <= off)
			break;
	*prev = e;
	if (e != NULL && e->ipqe_off == off && e->ipqe_end == end)
		return (EEXIST);
	if (e != NULL && e->ipqe_end > off)
		return (EINVAL);
	next = e == NULL ? TAILQ_FIRST(&q->ipq_fragq) : TAILQ_NEXT(e, ipqe_q);
	if (next != NULL && (next->ipqe_off < end || last))
		return (EINVAL);
	if (q->ipq_end != 0 && end > q->ipq_end)
		return (EINVAL);
	return (0);
}

static int
ipq_insert(struct ipq *q, struct mbuf *m, u_int off, u_int end, int last)
{
	struct ipqent	*e, *prev;
	struct ip	*ip = mtod(m, struct ip *);
	int		 error;

	if ((error = ipq_place(q, off, end, last, &prev)) != 0) {
		if (error == EEXIST) {
			ipstat_inc(&ipstat.ips_fragdup);
			return (error);
		}
		ipstat_inc(&ipstat.ips_fragoverlap);
		ipq_purge(q);
		q->ipq_dead = 1;
		return (error);
	}
	if (!ipq_admit(q))
		return (ENOBUFS);
	if ((e = pool_get(&ipqent_pool, PR_NOWAIT)) == NULL) {
		ipstat_inc(&ipstat.ips_rcvmemdrop);
		return (ENOBUFS);
	}
	e->ipqe_m = m;
	e->ipqe_off = off;
	e->ipqe_end = end;
	if (prev == NULL)
		TAILQ_INSERT_HEAD(&q->ipq_fragq, e, ipqe_q);
	else
		TAILQ_INSERT_AFTER(&q->ipq_fragq, prev, e, ipqe_q);
	if (last)
		q->ipq_end = end;
	q->ipq_have += end - off;
	q->ipq_nfrags++;
	q->ipq_ecn |= 1 << (ip->ip_tos & IPTOS_ECN_MASK);
	ip_frags++;
	(*ipq_source(q->ipq_src))++;
	return (0);
}

/*
 * All bytes are there: make one packet of them.  RFC 3168 5.3: congestion
 * that one fragment met, all have met; but it cannot have met one that was
 * not capable of it.
 */
static struct mbuf *
ipq_join(struct ipq *q)
{
	struct mbuf	*m, *n;
	struct ip	*ip;
	u_int		 hlen, both = M_CONF | M_AUTH;

	if ((q->ipq_ecn & 1 << IPTOS_ECN_CE) &&
	    (q->ipq_ecn & 1 << IPTOS_ECN_NOTECT)) {
		ipstat_inc(&ipstat.ips_badfrags);
		ipq_free(q);
		return (NULL);
	}
	m = ipq_unlink(q, TAILQ_FIRST(&q->ipq_fragq));
	ip = mtod(m, struct ip *);
	hlen = ip->ip_hl << 2;
	while (!TAILQ_EMPTY(&q->ipq_fragq)) {
		n = ipq_unlink(q, TAILQ_FIRST(&q->ipq_fragq));
		both &= n->m_flags;
		m_adj(n, mtod(n, struct ip *)->ip_hl << 2);
		m_removehdr(n);
		m_cat(m, n);
	}
	m_calchdrlen(m);
	m->m_flags &= ~(M_CONF | M_AUTH) | both;
	m->m_pkthdr.csum_flags = 0;
	if (q->ipq_ecn & 1 << IPTOS_ECN_CE)
		ip->ip_tos |= IPTOS_ECN_CE;
	ip->ip_len = htons(hlen + q->ipq_end);
	ip->ip_off = 0;
	ip->ip_sum = 0;
	ip->ip_sum = in_cksum_hdr(ip, hlen);
	ipstat_inc(&ipstat.ips_reassembled);
	ipq_free(q);
	return (m);
}

/* Bounds of a fragment's payload; 0 when it can be none. */
static int
ip_frag_bounds(const struct ip *ip, u_int *off, u_int *end)
{
	u_int	 hlen = ip->ip_hl << 2, len = ntohs(ip->ip_len) - hlen;
	int	 more = (ip->ip_off & htons(IP_MF)) != 0;

	*off = (ntohs(ip->ip_off) & IP_OFFMASK) << 3;
	*end = *off + len;
	if (len == 0 || (more && (len & 7) != 0)) {
		ipstat_inc(&ipstat.ips_badfrags);
		return (0);
	}
	if (hlen + *end > IP_MAXPACKET) {
		ipstat_inc(&ipstat.ips_toolong);
		return (0);
	}
	/* RFC 1858: neither hide TCP's flags nor overwrite them. */
	if (ip->ip_p == IPPROTO_TCP && ((*off == 0 && len < IPQ_TCPMIN) ||
	    *off == 8)) {
		ipstat_inc(&ipstat.ips_fragtiny);
		return (0);
	}
	return (1);
}

/*
 * Take a fragment, which has passed the checks of every packet and whose
 * header lies in its first mbuf.  Returns the whole datagram when this was
 * the last missing piece, header checksum included, or NULL.
 */
struct mbuf *
ip_reass(struct mbuf *m, u_int rdomain)
{
	struct ip	*ip = mtod(m, struct ip *);
	struct ipq	*q;
	u_int		 off, end;
	int		 more, error;

	ipstat_inc(&ipstat.ips_fragments);
	if (!ip_frag_bounds(ip, &off, &end))
		goto drop;
	more = (ip->ip_off & htons(IP_MF)) != 0;
	if ((q = ipq_lookup(ip, rdomain)) == NULL &&
	    (q = ipq_create(ip, rdomain)) == NULL) {
		ipstat_inc(&ipstat.ips_rcvmemdrop);
		goto drop;
	}
	if (q->ipq_dead)
		goto drop;
	if ((error = ipq_insert(q, m, off, end, !more)) != 0) {
		if (error == ENOBUFS && q->ipq_nfrags == 0)
			ipq_free(q);
		goto drop;
	}
	if (q->ipq_end == 0 || q->ipq_have != q->ipq_end)
		return (NULL);
	return (ipq_join(q));
drop:
	ipstat_inc(&ipstat.ips_fragdropped);
	m_freem(m);
	return (NULL);
}

/*
 * Time is up for a datagram: tell its sender, but only when the fragment
 * with its ports is there to show (RFC 792).
 */
static void
ipq_timeout(struct ipq *q)
{
	struct ipqent	*e;

	if (!q->ipq_dead)
		ipstat_inc(&ipstat.ips_fragtimeout);
	e = TAILQ_FIRST(&q->ipq_fragq);
	if (e != NULL && e->ipqe_off == 0) {
		ipstat_inc(&ipstat.ips_fragdropped);
		icmp_error(ipq_unlink(q, e), ICMP_TIMXCEED,
		    ICMP_TIMXCEED_REASS, 0, 0);
	}
	ipq_free(q);
}

/* Twice a second: fragments grow old. */
void
ip_slowtimo(void)
{
	struct ipq	*q;

	ipq_now++;
	while ((q = TAILQ_FIRST(&ipq_ages)) != NULL &&
	    (int)(ipq_now - q->ipq_expire) >= 0)
		ipq_timeout(q);
}

static void
ipq_timer(void *arg)
{
	NET_LOCK();
	ip_slowtimo();
	if (!TAILQ_EMPTY(&ipq_ages))
		timeout_add_msec(&ipq_to, IPQ_TICK);
	if_flush();
	NET_UNLOCK();
}

/* Memory is short: drop all that waits. */
void
ip_drain(void)
{
	while (!TAILQ_EMPTY(&ipq_ages))
		ipq_free(TAILQ_FIRST(&ipq_ages));
}

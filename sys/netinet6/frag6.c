/*
 * Reassembly of IPv6 fragments (RFC 8200 4.5, RFC 5722, RFC 6946, RFC 7112).
 *
 * A packet's fragments wait in a list ordered by offset.  They never overlap:
 * an exact duplicate is dropped, any other overlap, or a fragment beyond the
 * end, condemns the packet, and what comes of it later is dropped, too, until
 * its time is up.  A fragment that is a whole packet (atomic) goes through at
 * once and disturbs nobody.
 *
 *	         first fragment             all bytes there
 *	(none) ------------------> open ------------------------> delivered
 *	                            |  \
 *	                    overlap |   \ time is up, or pushed out
 *	                            v    v
 *	                          dead -> (none)
 *
 * What waits is bounded: so many packets (net.inet6.ip6.maxfragpackets) and
 * fragments in all (maxfrags; the oldest packet gives way), fragments of one
 * packet, and from one source (new ones are refused).  Each limit has its
 * counter.
 *
 * Everything here is protected by the net lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mbuf.h>
#include <sys/pool.h>
#include <sys/protosw.h>
#include <sys/queue.h>
#include <sys/rwlock.h>
#include <sys/socket.h>
#include <sys/timeout.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/rtable.h>

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>

#define FRAG6_HASHSIZE	256
#define FRAG6_TICK	500		/* ms */
#define FRAG6_MAXFRAGS	128		/* of one packet */

/* A fragment, without the headers in front of its payload but for the 1st. */
struct ip6asfrag {
	TAILQ_ENTRY(ip6asfrag)	 ip6af_q;
	struct mbuf		*ip6af_m;
	u_int			 ip6af_off;	/* first byte of payload */
	u_int			 ip6af_end;	/* the byte after its last */
	u_int			 ip6af_hoff;	/* of its fragment header */
};
TAILQ_HEAD(ip6asfraghead, ip6asfrag);

/* A packet that is being put together. */
struct ip6q {
	LIST_ENTRY(ip6q) ip6q_hash;
	TAILQ_ENTRY(ip6q) ip6q_age;	/* oldest first */
	struct ip6asfraghead ip6q_fragq; /* by offset */
	struct in6_addr	 ip6q_src, ip6q_dst;	/* with their scope */
	u_int		 ip6q_rdomain;
	uint32_t	 ip6q_ident;
	u_int		 ip6q_expire;	/* in ticks of frag6_slowtimo() */
	u_int		 ip6q_end;	/* bytes of payload, 0 not known */
	u_int		 ip6q_have;	/* bytes that are there */
	u_int		 ip6q_nfrags;
	uint8_t		 ip6q_nxt;	/* as the first fragment says */
	uint8_t		 ip6q_ecn;	/* a bit for each ECN value seen */
	uint8_t		 ip6q_dead;
};
LIST_HEAD(ip6qhead, ip6q);

/* A fragment that has come. */
struct frag6_in {
	struct mbuf	*fi_m;
	u_int		 fi_hoff;	/* of the fragment header */
	u_int		 fi_off, fi_end; /* its place in the payload */
	int		 fi_more;
	struct ip6_frag	 fi_fh;
	struct in6_addr	 fi_src, fi_dst;
	u_int		 fi_rdomain;
};

static struct ip6qhead		frag6_table[FRAG6_HASHSIZE];
static TAILQ_HEAD(, ip6q)	frag6_ages =
				    TAILQ_HEAD_INITIALIZER(frag6_ages);
static uint16_t			frag6_sources[FRAG6_HASHSIZE]; /* held */
static uint64_t			frag6_key[2];
static struct pool		ip6q_pool, ip6af_pool;
static struct timeout		frag6_to;
static u_int			frag6_nfrags;	/* held in all */
static u_int			frag6_npackets;
static u_int			frag6_now;	/* calls of frag6_slowtimo() */
int				ip6_maxfragpackets = 200;
int				ip6_maxfrags = 200;

static void	 frag6_timer(void *);

void
frag6_init(void)
{
	timeout_set_proc(&frag6_to, frag6_timer, NULL);
	pool_init(&ip6q_pool, sizeof(struct ip6q), 0, 0, 0, "ip6q", NULL);
	pool_init(&ip6af_pool, sizeof(struct ip6asfrag), 0, 0, 0, "ip6af",
	    NULL);
	arc4random_buf(frag6_key, sizeof(frag6_key));
}

/* Fragments that wait now. */
u_int
frag6_count(void)
{
	return (frag6_nfrags);
}

static uint64_t
frag6_mix(const struct in6_addr *a)
{
	return (((uint64_t)a->s6_addr32[0] << 32 | a->s6_addr32[1]) * 3 ^
	    ((uint64_t)a->s6_addr32[2] << 32 | a->s6_addr32[3]));
}

/* Fragments held from a source: its /64, which one host may have all of. */
static uint16_t *
frag6_source(const struct in6_addr *src)
{
	uint64_t	 net;

	net = (uint64_t)src->s6_addr32[0] << 32 | src->s6_addr32[1];
	return (&frag6_sources[in_hash(frag6_key, net, 1) % FRAG6_HASHSIZE]);
}

static struct ip6qhead *
frag6_bucket(const struct frag6_in *fi)
{
	return (&frag6_table[in_hash(frag6_key,
	    frag6_mix(&fi->fi_src) ^ frag6_mix(&fi->fi_dst) * 5,
	    (uint64_t)fi->fi_rdomain << 32 | fi->fi_fh.ip6f_ident) %
	    FRAG6_HASHSIZE]);
}

static struct ip6q *
frag6_lookup(const struct frag6_in *fi)
{
	struct ip6q	*q;

	LIST_FOREACH(q, frag6_bucket(fi), ip6q_hash)
		if (q->ip6q_ident == fi->fi_fh.ip6f_ident &&
		    IN6_ARE_ADDR_EQUAL(&q->ip6q_src, &fi->fi_src) &&
		    IN6_ARE_ADDR_EQUAL(&q->ip6q_dst, &fi->fi_dst) &&
		    q->ip6q_rdomain == fi->fi_rdomain)
			return (q);
	return (NULL);
}

/* Take a fragment out of its packet; the mbuf is the caller's. */
static struct mbuf *
frag6_unlink(struct ip6q *q, struct ip6asfrag *af)
{
	struct mbuf	*m = af->ip6af_m;

	TAILQ_REMOVE(&q->ip6q_fragq, af, ip6af_q);
	pool_put(&ip6af_pool, af);
	q->ip6q_nfrags--;
	frag6_nfrags--;
	(*frag6_source(&q->ip6q_src))--;
	return (m);
}

/* Drop what waits of a packet. */
static void
frag6_purge(struct ip6q *q)
{
	struct ip6asfrag	*af;

	while ((af = TAILQ_FIRST(&q->ip6q_fragq)) != NULL) {
		ip6stat_inc(&ip6stat.ip6s_fragdropped);
		m_freem(frag6_unlink(q, af));
	}
	q->ip6q_have = 0;
}

static void
frag6_freeq(struct ip6q *q)
{
	frag6_purge(q);
	LIST_REMOVE(q, ip6q_hash);
	TAILQ_REMOVE(&frag6_ages, q, ip6q_age);
	pool_put(&ip6q_pool, q);
	frag6_npackets--;
}

static struct ip6q *
frag6_create(const struct frag6_in *fi)
{
	struct ip6q	*q;

	if (ip6_maxfragpackets == 0)
		return (NULL);
	if (frag6_npackets >= (u_int)ip6_maxfragpackets) {
		ip6stat_inc(&ip6stat.ip6s_fragoverflow);
		frag6_freeq(TAILQ_FIRST(&frag6_ages));
	}
	if ((q = pool_get(&ip6q_pool, PR_NOWAIT | PR_ZERO)) == NULL)
		return (NULL);
	TAILQ_INIT(&q->ip6q_fragq);
	q->ip6q_src = fi->fi_src;
	q->ip6q_dst = fi->fi_dst;
	q->ip6q_ident = fi->fi_fh.ip6f_ident;
	q->ip6q_rdomain = fi->fi_rdomain;
	q->ip6q_expire = frag6_now + IPV6_FRAGTTL;
	LIST_INSERT_HEAD(frag6_bucket(fi), q, ip6q_hash);
	TAILQ_INSERT_TAIL(&frag6_ages, q, ip6q_age);
	frag6_npackets++;
	if (!timeout_pending(&frag6_to))
		timeout_add_msec(&frag6_to, FRAG6_TICK);
	return (q);
}

/*
 * Is there room for one more fragment of this packet?  The packet itself is
 * never the one that gives way.
 */
static int
frag6_admit(struct ip6q *q)
{
	struct ip6q	*old;

	if (q->ip6q_nfrags >= FRAG6_MAXFRAGS) {
		ip6stat_inc(&ip6stat.ip6s_fragoverflow);
		return (0);
	}
	if (*frag6_source(&q->ip6q_src) >= MAX(ip6_maxfrags / 2, 1)) {
		ip6stat_inc(&ip6stat.ip6s_fragsource);
		return (0);
	}
	while (frag6_nfrags >= (u_int)ip6_maxfrags) {
		old = TAILQ_FIRST(&frag6_ages);
		if (old == q)
			old = TAILQ_NEXT(old, ip6q_age);
		ip6stat_inc(&ip6stat.ip6s_fragoverflow);
		if (old == NULL)
			return (0);
		frag6_freeq(old);
	}
	return (1);
}

/*
 * Find the fragment that [off, end) follows; NULL in *prev when it is the
 * first.  Returns 0, EEXIST for an exact duplicate, EINVAL for an overlap or
 * a disagreement about the packet's end.
 */
static int
frag6_place(struct ip6q *q, const struct frag6_in *fi,
    struct ip6asfrag **prev)
{
	struct ip6asfrag	*af, *next;

	/* Nearly always the newest goes last. */
	TAILQ_FOREACH_REVERSE(af, &q->ip6q_fragq, ip6asfraghead, ip6af_q)
		if (af->ip6af_off <= fi->fi_off)
			break;
	*prev = af;
	if (af != NULL && af->ip6af_off == fi->fi_off &&
	    af->ip6af_end == fi->fi_end)
		return (EEXIST);
	if (af != NULL && af->ip6af_end > fi->fi_off)
		return (EINVAL);
	next = af == NULL ? TAILQ_FIRST(&q->ip6q_fragq) :
	    TAILQ_NEXT(af, ip6af_q);
	if (next != NULL && (next->ip6af_off < fi->fi_end || !fi->fi_more))
		return (EINVAL);
	if (q->ip6q_end != 0 && (fi->fi_end > q->ip6q_end || !fi->fi_more))
		return (EINVAL);
	return (0);
}

static int
frag6_insert(struct ip6q *q, const struct frag6_in *fi)
{
	const struct ip6_hdr	*ip6 = mtod(fi->fi_m, struct ip6_hdr *);
	struct ip6asfrag	*af, *prev;
	int			 error;

	if ((error = frag6_place(q, fi, &prev)) != 0) {
		if (error == EEXIST) {
			ip6stat_inc(&ip6stat.ip6s_fragdup);
			return (error);
		}
		ip6stat_inc(&ip6stat.ip6s_fragoverlap);
		frag6_purge(q);
		q->ip6q_dead = 1;
		return (error);
	}
	if (!frag6_admit(q))
		return (ENOBUFS);
	if ((af = pool_get(&ip6af_pool, PR_NOWAIT)) == NULL) {
		ip6stat_inc(&ip6stat.ip6s_rcvmemdrop);
		return (ENOBUFS);
	}
	af->ip6af_m = fi->fi_m;
	af->ip6af_off = fi->fi_off;
	af->ip6af_end = fi->fi_end;
	af->ip6af_hoff = fi->fi_hoff;
	if (prev == NULL)
		TAILQ_INSERT_HEAD(&q->ip6q_fragq, af, ip6af_q);
	else
		TAILQ_INSERT_AFTER(&q->ip6q_fragq, prev, af, ip6af_q);
	if (fi->fi_off == 0)
		q->ip6q_nxt = fi->fi_fh.ip6f_nxt;
	if (!fi->fi_more)
		q->ip6q_end = fi->fi_end;
	q->ip6q_have += fi->fi_end - fi->fi_off;
	q->ip6q_nfrags++;
	q->ip6q_ecn |= 1 << (ntohl(ip6->ip6_flow) >> 20 & IPTOS_ECN_MASK);
	frag6_nfrags++;
	(*frag6_source(&q->ip6q_src))++;
	return (0);
}

/* Cut the fragment header, at hoff, out of m; NULL, counted, w/o memory. */
static struct mbuf *
frag6_cut_header(struct mbuf *m, u_int hoff, uint8_t nxt)
{
	struct ip6_hdr	*ip6;
	u_int		 nxtoff = ip6_nxtptr(m, hoff);

	if ((m = ip6_own(m, hoff + sizeof(struct ip6_frag))) == NULL)
		return (NULL);
	mtod(m, uint8_t *)[nxtoff] = nxt;
	memmove(mtod(m, caddr_t) + sizeof(struct ip6_frag), mtod(m, caddr_t),
	    hoff);
	m_adj(m, sizeof(struct ip6_frag));
	ip6 = mtod(m, struct ip6_hdr *);
	ip6->ip6_plen = htons(m->m_pkthdr.len - sizeof(*ip6));
	return (m);
}

/*
 * All bytes are there: make one packet of them.  RFC 3168 5.3: congestion
 * that one fragment met, all have met; but it cannot have met one that was
 * not capable of it.  *hoffp becomes where the payload begins.
 */
static struct mbuf *
frag6_join(struct ip6q *q, u_int *hoffp, uint8_t *nxtp)
{
	struct ip6asfrag	*af = TAILQ_FIRST(&q->ip6q_fragq);
	struct mbuf		*m, *n;
	u_int			 both = M_CONF | M_AUTH, hoff;
	uint8_t			 ecn = q->ip6q_ecn;

	if ((ecn & 1 << IPTOS_ECN_CE) && (ecn & 1 << IPTOS_ECN_NOTECT)) {
		ip6stat_inc(&ip6stat.ip6s_badfrags);
		frag6_freeq(q);
		return (NULL);
	}
	*hoffp = hoff = af->ip6af_hoff;
	*nxtp = q->ip6q_nxt;
	m = frag6_unlink(q, af);
	while ((af = TAILQ_FIRST(&q->ip6q_fragq)) != NULL) {
		hoff = af->ip6af_hoff;
		n = frag6_unlink(q, af);
		both &= n->m_flags;
		m_adj(n, hoff + sizeof(struct ip6_frag));
		m_removehdr(n);
		m_cat(m, n);
	}
	frag6_freeq(q);
	m_calchdrlen(m);
	m->m_flags &= ~(M_CONF | M_AUTH) | both;
	m->m_flags |= M_FRAG6;
	m->m_pkthdr.csum_flags = 0;
	if ((m = frag6_cut_header(m, *hoffp, *nxtp)) == NULL)
		return (NULL);
	if (ecn & 1 << IPTOS_ECN_CE)
		mtod(m, struct ip6_hdr *)->ip6_flow |=
		    htonl(IPTOS_ECN_CE << 20);
	ip6stat_inc(&ip6stat.ip6s_reassembled);
	return (m);
}

/*
 * RFC 7112: a first fragment has all headers, up to the transport's.  More
 * are taken for granted by those who filter.
 */
static int
frag6_complete(const struct frag6_in *fi)
{
	int	 off, nxt, min;

	off = ip6_lasthdr(fi->fi_m, fi->fi_hoff, IPPROTO_FRAGMENT, &nxt);
	switch (nxt) {
	case IPPROTO_TCP:
		min = 20;
		break;
	case IPPROTO_UDP:
		min = 8;
		break;
	case IPPROTO_ICMPV6:
		min = 4;
		break;
	case IPPROTO_HOPOPTS:
	case IPPROTO_DSTOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_FRAGMENT:
		return (0);		/* its end is elsewhere */
	default:
		return (1);
	}
	return (off + min <= (int)fi->fi_m->m_pkthdr.len);
}

/*
 * A fragment's place, and whether it can be one; not 0 when it has gone,
 * counted and answered.
 */
static int
frag6_check(struct frag6_in *fi)
{
	struct mbuf	*m = fi->fi_m;
	u_int		 len;

	if (fi->fi_hoff + sizeof(fi->fi_fh) > m->m_pkthdr.len)
		goto bad;
	m_copydata(m, fi->fi_hoff, sizeof(fi->fi_fh), &fi->fi_fh);
	len = m->m_pkthdr.len - fi->fi_hoff - sizeof(fi->fi_fh);
	fi->fi_off = ntohs(fi->fi_fh.ip6f_offlg & IP6F_OFF_MASK);
	fi->fi_end = fi->fi_off + len;
	fi->fi_more = (fi->fi_fh.ip6f_offlg & IP6F_MORE_FRAG) != 0;
	if (fi->fi_more && (len & 7) != 0) {
		ip6stat_inc(&ip6stat.ip6s_badfrags);
		icmp6_error(m, ICMP6_PARAM_PROB, ICMP6_PARAMPROB_HEADER,
		    offsetof(struct ip6_hdr, ip6_plen));
		return (1);
	}
	if (fi->fi_end + fi->fi_hoff - sizeof(struct ip6_hdr) >
	    IPV6_MAXPACKET) {
		ip6stat_inc(&ip6stat.ip6s_badfrags);
		icmp6_error(m, ICMP6_PARAM_PROB, ICMP6_PARAMPROB_HEADER,
		    fi->fi_hoff + offsetof(struct ip6_frag, ip6f_offlg));
		return (1);
	}
	if (len == 0 && (fi->fi_more || fi->fi_off != 0))
		goto bad;
	if (fi->fi_off == 0 && fi->fi_more && !frag6_complete(fi)) {
		ip6stat_inc(&ip6stat.ip6s_fragtiny);
		icmp6_error(m, ICMP6_PARAM_PROB,
		    ICMP6_PARAMPROB_FIRSTFRAGMENT, 0);
		return (1);
	}
	return (0);
bad:
	ip6stat_inc(&ip6stat.ip6s_badfrags);
	m_freem(m);
	return (1);
}

/* Put the fragment with its packet; the packet when it is whole, or NULL. */
static struct mbuf *
frag6_take(struct frag6_in *fi, u_int *hoffp, uint8_t *nxtp)
{
	struct ip6q	*q;
	int		 error;

	if ((q = frag6_lookup(fi)) == NULL &&
	    (q = frag6_create(fi)) == NULL) {
		ip6stat_inc(&ip6stat.ip6s_rcvmemdrop);
		goto drop;
	}
	if (q->ip6q_dead)
		goto drop;
	if ((error = frag6_insert(q, fi)) != 0) {
		if (error == ENOBUFS && q->ip6q_nfrags == 0)
			frag6_freeq(q);
		goto drop;
	}
	if (q->ip6q_end == 0 || q->ip6q_have != q->ip6q_end)
		return (NULL);
	return (frag6_join(q, hoffp, nxtp));
drop:
	ip6stat_inc(&ip6stat.ip6s_fragdropped);
	m_freem(fi->fi_m);
	return (NULL);
}

/*
 * pr_input of fragment headers.  Returns what follows once a packet is
 * whole, or IPPROTO_DONE.
 */
int
frag6_input(struct mbuf **mp, int *offp, int proto, int af)
{
	struct frag6_in	 fi;
	u_int		 hoff = *offp;
	uint8_t		 nxt;

	(void)proto;
	(void)af;
	ip6stat_inc(&ip6stat.ip6s_fragments);
	memset(&fi, 0, sizeof(fi));
	fi.fi_m = *mp;
	fi.fi_hoff = hoff;
	*mp = NULL;
	if (frag6_check(&fi) != 0)
		return (IPPROTO_DONE);
	if (fi.fi_off == 0 && !fi.fi_more) {
		/* RFC 6946: whole by itself. */
		ip6stat_inc(&ip6stat.ip6s_fragatomic);
		nxt = fi.fi_fh.ip6f_nxt;
		fi.fi_m->m_flags |= M_FRAG6;
		*mp = frag6_cut_header(fi.fi_m, hoff, nxt);
		return (*mp == NULL ? IPPROTO_DONE : nxt);
	}
	ip6_srcaddr(fi.fi_m, &fi.fi_src);
	ip6_dstaddr(fi.fi_m, &fi.fi_dst);
	/* Either all fragments were protected by IPsec or none. */
	fi.fi_rdomain = rtable_l2(fi.fi_m->m_pkthdr.ph_rtableid) << 16 |
	    (fi.fi_m->m_flags & (M_AUTH | M_CONF));
	if ((*mp = frag6_take(&fi, &hoff, &nxt)) == NULL)
		return (IPPROTO_DONE);
	*offp = hoff;
	return (nxt);
}

/*
 * Time is up for a packet: tell its sender, but only when the fragment with
 * its headers is there to show.
 */
static void
frag6_timeout(struct ip6q *q)
{
	struct ip6asfrag	*af;

	if (!q->ip6q_dead)
		ip6stat_inc(&ip6stat.ip6s_fragtimeout);
	af = TAILQ_FIRST(&q->ip6q_fragq);
	if (af != NULL && af->ip6af_off == 0) {
		ip6stat_inc(&ip6stat.ip6s_fragdropped);
		icmp6_error(frag6_unlink(q, af), ICMP6_TIME_EXCEEDED,
		    ICMP6_TIME_EXCEED_REASSEMBLY, 0);
	}
	frag6_freeq(q);
}

/* Twice a second: fragments grow old. */
void
frag6_slowtimo(void)
{
	struct ip6q	*q;

	frag6_now++;
	while ((q = TAILQ_FIRST(&frag6_ages)) != NULL &&
	    (int)(frag6_now - q->ip6q_expire) >= 0)
		frag6_timeout(q);
}

static void
frag6_timer(void *arg)
{
	(void)arg;
	NET_LOCK();
	frag6_slowtimo();
	if (!TAILQ_EMPTY(&frag6_ages))
		timeout_add_msec(&frag6_to, FRAG6_TICK);
	if_flush();
	NET_UNLOCK();
}

/* Memory is short: drop all that waits. */
void
frag6_drain(void)
{
	while (!TAILQ_EMPTY(&frag6_ages))
		frag6_freeq(TAILQ_FIRST(&frag6_ages));
}

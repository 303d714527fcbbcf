/*
 * Cutting IPv6 packets into fragments (RFC 8200 4.5); only the source does.
 *
 * The payload is not copied: fragments share its clusters.  Unfinished
 * transport checksums are finished first, and a large packet is cut into the
 * packets that it stands for.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mbuf.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <net/if_tso.h>

#include <netinet/in.h>
#include <netinet/in_var.h>
#include <netinet/ip6.h>
#include <netinet6/in6.h>
#include <netinet6/ip6_var.h>

#define IP6_ID_SLOTS	1024

/*
 * An identification for fragments from src to dst that nobody else can guess,
 * and that does not recur soon (RFC 7739 5.3): a counter for each of many
 * pairs of hosts, by a secret hash, from a random start.
 */
uint32_t
ip6_randomid(const struct in6_addr *src, const struct in6_addr *dst)
{
	static uint32_t	 counters[IP6_ID_SLOTS];
	static uint64_t	 key[2];
	uint64_t	 s, d;
	uint32_t	*cp, h, id;

	if (key[0] == 0 && key[1] == 0) {
		arc4random_buf(key, sizeof(key));
		arc4random_buf(counters, sizeof(counters));
	}
	s = (uint64_t)(src->s6_addr32[0] ^ src->s6_addr32[2]) << 32 |
	    (src->s6_addr32[1] ^ src->s6_addr32[3]);
	d = (uint64_t)(dst->s6_addr32[0] ^ dst->s6_addr32[2]) << 32 |
	    (dst->s6_addr32[1] ^ dst->s6_addr32[3]);
	h = in_hash(key, s, d);
	cp = &counters[h % IP6_ID_SLOTS];
	*cp += 1 + arc4random_uniform(4);
	id = *cp + in_hash(key, d, s ^ key[1]);
	return (htonl(id != 0 ? id : 1));
}

/* A flow label that nobody can guess (RFC 6437), in its field's place. */
uint32_t
ip6_randomflowlabel(void)
{
	uint32_t	 label;

	do
		label = arc4random() & IPV6_FLOWLABEL_MASK;
	while (label == 0);
	return (label);
}

/* How a packet is cut. */
struct ip6_cut {
	struct mbuf	*fc_m;		/* it */
	u_int		 fc_unfrag;	/* bytes that every fragment has */
	u_int		 fc_nxtoff;	/* of the byte that names the next */
	uint8_t		 fc_nxt;	/* what it named */
	uint32_t	 fc_ident;
};

/* The headers of the fragment of len bytes from off on; NULL w/o memory. */
static struct mbuf *
ip6_fragment_header(const struct ip6_cut *fc, u_int off, u_int len, int more)
{
	struct ip6_frag	*fh;
	struct ip6_hdr	*ip6;
	struct mbuf	*n;
	u_int		 hlen = fc->fc_unfrag + sizeof(*fh);

	if ((n = m_gethdr(M_DONTWAIT, MT_DATA)) == NULL)
		return (NULL);
	if (IP6_LINKHDR + hlen > MHLEN)
		m_clget(n, M_DONTWAIT, IP6_LINKHDR + hlen);
	if (M_SIZE(n) < IP6_LINKHDR + hlen ||
	    m_dup_pkthdr(n, fc->fc_m, M_DONTWAIT) != 0) {
		m_freem(n);
		return (NULL);
	}
	n->m_data += IP6_LINKHDR;
	n->m_len = hlen;
	n->m_pkthdr.len = hlen + len;
	n->m_pkthdr.csum_flags = 0;
	m_copydata(fc->fc_m, 0, fc->fc_unfrag, mtod(n, caddr_t));
	mtod(n, uint8_t *)[fc->fc_nxtoff] = IPPROTO_FRAGMENT;
	ip6 = mtod(n, struct ip6_hdr *);
	ip6->ip6_plen = htons(hlen + len - sizeof(*ip6));
	fh = (struct ip6_frag *)(mtod(n, caddr_t) + fc->fc_unfrag);
	fh->ip6f_nxt = fc->fc_nxt;
	fh->ip6f_reserved = 0;
	fh->ip6f_offlg = htons(off) | (more ? IP6F_MORE_FRAG : 0);
	fh->ip6f_ident = fc->fc_ident;
	return (n);
}

/* Cut one packet whose checksums are finished; it stays the caller's. */
static int
ip6_fragment_one(const struct ip6_cut *fc, struct mbuf_list *ml, u_int mtu)
{
	struct mbuf	*n;
	u_int		 hlen = fc->fc_unfrag + sizeof(struct ip6_frag);
	u_int		 total, off, len;

	total = fc->fc_m->m_pkthdr.len - fc->fc_unfrag;
	if (mtu < hlen + 8)
		return (EMSGSIZE);
	len = (mtu - hlen) & ~7U;
	for (off = 0; off < total; off += len) {
		len = MIN(len, total - off);
		n = ip6_fragment_header(fc, off, len, off + len < total);
		if (n == NULL)
			return (ENOBUFS);
		n->m_next = m_copym(fc->fc_m, fc->fc_unfrag + off, len,
		    M_DONTWAIT);
		if (n->m_next == NULL) {
			m_freem(n);
			return (ENOBUFS);
		}
		ml_enqueue(ml, n);
	}
	return (0);
}

/* Cut one packet, which is consumed, if it is too large. */
static int
ip6_fragment_packet(struct mbuf *m, u_int unfrag, u_int nxtoff, u_int mtu,
    struct mbuf_list *ml)
{
	struct ip6_cut	 fc;
	struct ip6_hdr	*ip6;
	int		 error;

	if (m->m_pkthdr.len <= mtu) {
		ml_enqueue(ml, m);
		return (0);
	}
	if ((m = m_cksum_finish(m, 0, MCS_OUT)) == NULL)
		return (ENOBUFS);
	ip6 = mtod(m, struct ip6_hdr *);
	fc.fc_m = m;
	fc.fc_unfrag = unfrag;
	fc.fc_nxtoff = nxtoff;
	m_copydata(m, nxtoff, sizeof(fc.fc_nxt), &fc.fc_nxt);
	fc.fc_ident = ip6_randomid(&ip6->ip6_src, &ip6->ip6_dst);
	error = ip6_fragment_one(&fc, ml, mtu);
	m_freem(m);
	if (error == 0)
		ip6stat_inc(&ip6stat.ip6s_fragmented);
	return (error);
}

/*
 * Cut m into fragments of at most mtu bytes and append them to ml; m is
 * consumed.  Its first unfrag bytes are repeated in each, and the byte at
 * nxtoff among them names what follows.  0; EMSGSIZE when not even eight
 * bytes fit; ENOBUFS.  On error ml is as it was, and the packet is counted.
 */
int
ip6_fragment(struct mbuf *m, u_int unfrag, u_int nxtoff, u_int mtu,
    struct mbuf_list *ml)
{
	struct mbuf_list	 frags = MBUF_LIST_INITIALIZER();
	struct mbuf_list	 whole = MBUF_LIST_INITIALIZER();
	int			 error = 0;

	if (m->m_pkthdr.csum_flags & MCS_SEG) {
		if ((error = m_segment(m, 0, &whole)) != 0) {
			ip6stat_inc(&ip6stat.ip6s_odropped);
			return (error);
		}
	} else
		ml_enqueue(&whole, m);
	while (error == 0 && (m = ml_dequeue(&whole)) != NULL)
		error = ip6_fragment_packet(m, unfrag, nxtoff, mtu, &frags);
	ml_purge(&whole);
	if (error != 0) {
		ip6stat_inc(error == EMSGSIZE ? &ip6stat.ip6s_cantfrag :
		    &ip6stat.ip6s_odropped);
		ml_purge(&frags);
		return (error);
	}
	ip6stat.ip6s_ofragments += ml_len(&frags);
	ml_enlist(ml, &frags);
	return (0);
}

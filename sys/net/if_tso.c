/*
 * Large packets and unfinished checksums: see if_tso.h for what they are.
 *
 * tso_parse()		finds the headers, and trusts none of their lengths
 * m_nsegs(), m_wirelen()	what a packet will be on the wire
 * m_segment()		cuts a large packet
 * m_cksum_finish()	finishes checksums
 * if_tso_prepare()	does what a card cannot do
 *
 * Nothing here includes a protocol's header: the few fields that matter are
 * named below by their offsets (RFC 791, 8200, 9293, 768).  The payload is
 * never copied: the pieces of a cut packet share its clusters.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/endian.h>
#include <sys/mbuf.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/if_types.h>
#include <net/cksum.h>
#include <net/if_tso.h>

#define ETH_HLEN	14
#define ETH_TYPEOFF	12
#define ETH_TAGLEN	4
#define ETH_MAXTAGS	2
#define ETYPE_IP	0x0800
#define ETYPE_VLAN	0x8100
#define ETYPE_IPV6	0x86dd
#define ETYPE_QINQ	0x88a8

#define IP4_HLEN	20
#define IP4_LEN		2
#define IP4_ID		4
#define IP4_OFF		6
#define IP4_FRAGMASK	0x3fff		/* offset and more fragments */
#define IP4_PROTO	9
#define IP4_SUM		10
#define IP4_SRC		12

#define IP6_HLEN	40
#define IP6_PLEN	4
#define IP6_NXT		6
#define IP6_SRC		8
#define IP6_FRAGMASK	0xfff9
#define IP6_MAXEXT	8		/* extension headers looked at */

#define TCP_HLEN	20
#define TCP_SEQ		4
#define TCP_DOFF	12
#define TCP_FLAGS	13
#define TCP_FIN		0x01
#define TCP_PSH		0x08
#define TCP_CWR		0x80
#define TCP_SUM		16

#define UDP_HLEN	8
#define UDP_LEN		4
#define UDP_SUM		6

#define ICMP_HLEN	4
#define ICMP_SUM	2

#define PROTO_HOPOPTS	0
#define PROTO_ICMP	1
#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_ROUTING	43
#define PROTO_FRAGMENT	44
#define PROTO_ICMPV6	58
#define PROTO_DSTOPTS	60

#define TSO_MAXHDR	512		/* the longest headers that are cut */
#define TSO_HEADROOM	32		/* left in front of copied headers */

uint64_t		 tso_counters[TSOC_MAX];
const char *const	 tso_counter_names[TSOC_MAX] = {
	[TSOC_BADHDR] = "offload without such headers",
	[TSOC_BADMSS] = "offload with a piece size of 0",
	[TSOC_TOOMANY] = "offload of too many pieces",
	[TSOC_NOMEM] = "no mbuf for software offload",
	[TSOC_VNET_SHORT] = "large frame shorter than its headers",
	[TSOC_VNET_TYPE] = "large frame of unknown kind",
	[TSOC_VNET_PROTO] = "large frame of another protocol",
	[TSOC_VNET_SIZE] = "large frame with a bad piece size",
	[TSOC_VNET_NOCSUM] = "large frame with a finished checksum",
	[TSOC_VNET_START] = "checksum outside of the frame",
	[TSOC_SEG_TCP] = "large TCP segments cut",
	[TSOC_SEG_UDP] = "UDP trains cut",
	[TSOC_PIECES] = "packets made by cutting",
	[TSOC_CSUM] = "checksums finished",
	[TSOC_VNET_OTHER] = "checksums of other protocols finished",
};

/*
 * Bytes [off, off + len) of a packet, in place where they are contiguous,
 * else copied to buf; NULL when the packet does not reach that far.
 */
static const uint8_t *
tso_peek(struct mbuf *m, u_int off, u_int len, uint8_t *buf)
{
	if (off + len <= m->m_len)
		return (mtod(m, const uint8_t *) + off);
	if (off + len > m->m_pkthdr.len)
		return (NULL);
	m_copydata(m, off, len, buf);
	return (buf);
}

static int
tso_parse_ip4(struct mbuf *m, struct tso_info *ti)
{
	uint8_t		 buf[IP4_HLEN];
	const uint8_t	*p;
	u_int		 hlen, len;

	if ((p = tso_peek(m, ti->ti_l3, IP4_HLEN, buf)) == NULL)
		return (EINVAL);
	hlen = (p[0] & 0x0f) << 2;
	len = be16dec(p + IP4_LEN);
	if (hlen < IP4_HLEN || ti->ti_l3 + len > m->m_pkthdr.len)
		return (EINVAL);
	ti->ti_version = 4;
	ti->ti_proto = p[IP4_PROTO];
	ti->ti_frag = (be16dec(p + IP4_OFF) & IP4_FRAGMASK) != 0;
	ti->ti_l4 = ti->ti_l3 + hlen;
	ti->ti_end = ti->ti_l3 + len;
	return (0);
}

/* Walk the extension headers that may stand before a transport header. */
static int
tso_parse_ip6(struct mbuf *m, struct tso_info *ti)
{
	uint8_t		 buf[IP6_HLEN];
	const uint8_t	*p;
	u_int		 i, len, off;
	uint8_t		 nxt;

	if ((p = tso_peek(m, ti->ti_l3, IP6_HLEN, buf)) == NULL)
		return (EINVAL);
	off = ti->ti_l3 + IP6_HLEN;
	ti->ti_version = 6;
	ti->ti_end = off + be16dec(p + IP6_PLEN);
	if (ti->ti_end > m->m_pkthdr.len)
		return (EINVAL);
	nxt = p[IP6_NXT];
	for (i = 0; i < IP6_MAXEXT && !ti->ti_frag; i++) {
		if (nxt != PROTO_HOPOPTS && nxt != PROTO_ROUTING &&
		    nxt != PROTO_FRAGMENT && nxt != PROTO_DSTOPTS)
			break;
		if (off + 8 > ti->ti_end ||
		    (p = tso_peek(m, off, 8, buf)) == NULL)
			return (EINVAL);
		len = nxt == PROTO_FRAGMENT ? 8 : (p[1] + 1) << 3;
		if (nxt == PROTO_FRAGMENT)
			ti->ti_frag = (be16dec(p + 2) & IP6_FRAGMASK) != 0;
		else if (nxt == PROTO_ROUTING)
			ti->ti_routing = 1;
		nxt = p[0];
		off += len;
	}
	ti->ti_proto = nxt;
	ti->ti_l4 = off;
	return (0);
}

/*
 * Find the headers of the IP packet at offset l3.  The chain is not changed.
 *
 * Returns 0, or EINVAL when it is no IP packet, or one whose headers do not
 * fit into it.
 */
int
tso_parse(struct mbuf *m, u_int l3, struct tso_info *ti)
{
	uint8_t		 buf[TCP_HLEN];
	const uint8_t	*p;
	u_int		 hlen;
	int		 error;

	memset(ti, 0, sizeof(*ti));
	ti->ti_l3 = l3;
	if ((p = tso_peek(m, l3, 1, buf)) == NULL)
		return (EINVAL);
	if (p[0] >> 4 == 4)
		error = tso_parse_ip4(m, ti);
	else if (p[0] >> 4 == 6)
		error = tso_parse_ip6(m, ti);
	else
		error = EINVAL;
	if (error != 0)
		return (error);

	hlen = 0;
	if (ti->ti_frag)
		;
	else if (ti->ti_proto == PROTO_TCP) {
		if ((p = tso_peek(m, ti->ti_l4, TCP_HLEN, buf)) == NULL ||
		    (hlen = (p[TCP_DOFF] >> 4) << 2) < TCP_HLEN)
			return (EINVAL);
	} else if (ti->ti_proto == PROTO_UDP)
		hlen = UDP_HLEN;
	else if (ti->ti_proto == PROTO_ICMP || ti->ti_proto == PROTO_ICMPV6)
		hlen = ICMP_HLEN;
	if (ti->ti_l4 + hlen > ti->ti_end)
		return (EINVAL);
	ti->ti_payload = ti->ti_l4 + hlen;
	return (0);
}

/*
 * Store the offset of the IP header in an Ethernet frame, behind at most two
 * VLAN tags.  Returns 0, or EINVAL when the frame holds something else.
 */
int
tso_ether_l3(struct mbuf *m, u_int *l3)
{
	uint8_t		 buf[2];
	const uint8_t	*p;
	u_int		 off = ETH_TYPEOFF, tags;
	uint16_t	 type;

	for (tags = 0; tags <= ETH_MAXTAGS; tags++) {
		if ((p = tso_peek(m, off, 2, buf)) == NULL)
			return (EINVAL);
		type = be16dec(p);
		off += 2;
		if (type == ETYPE_IP || type == ETYPE_IPV6) {
			*l3 = off;
			return (0);
		}
		if (type != ETYPE_VLAN && type != ETYPE_QINQ)
			return (EINVAL);
		off += ETH_TAGLEN - 2;
	}
	return (EINVAL);
}

/*
 * How many packets of the wire is m, whose IP header is at offset l3?  At
 * least 1.
 */
u_int
m_nsegs(struct mbuf *m, u_int l3)
{
	struct tso_info	 ti;
	u_int		 mss = m->m_pkthdr.ph_mss;

	if ((m->m_pkthdr.csum_flags & MCS_SEG) == 0 || mss == 0 ||
	    tso_parse(m, l3, &ti) != 0)
		return (1);
	return (MAX(1, howmany(ti.ti_end - ti.ti_payload, mss)));
}

/*
 * Length in bytes of the longest IP packet that m, whose IP header is at
 * offset l3, is on the wire: what an MTU is compared with.
 */
u_int
m_wirelen(struct mbuf *m, u_int l3)
{
	struct tso_info	 ti;
	u_int		 len;

	len = m->m_pkthdr.len - l3;
	if ((m->m_pkthdr.csum_flags & MCS_SEG) == 0 ||
	    m->m_pkthdr.ph_mss == 0 || tso_parse(m, l3, &ti) != 0)
		return (len);
	return (MIN(len, ti.ti_payload - l3 + m->m_pkthdr.ph_mss));
}

/* A new mbuf for hlen bytes with room in front; NULL without memory. */
static struct mbuf *
tso_hdr_get(u_int hlen)
{
	struct mbuf	*n;

	if ((n = m_gethdr(M_DONTWAIT, MT_DATA)) == NULL)
		return (NULL);
	if (TSO_HEADROOM + hlen > MHLEN &&
	    m_clget(n, M_DONTWAIT, TSO_HEADROOM + hlen) == NULL) {
		m_freem(n);
		return (NULL);
	}
	return (n);
}

/* Copy the first hlen bytes of m to such an mbuf. */
static void
tso_hdr_copy(struct mbuf *n, struct mbuf *m, u_int hlen)
{
	n->m_data = M_DATABUF(n) + TSO_HEADROOM;
	n->m_len = hlen;
	m_copydata(m, 0, hlen, mtod(n, caddr_t));
}

/*
 * Make the first len bytes of m contiguous and writable: they may lie in a
 * cluster that others read, too.  NULL, and m is gone, without memory.
 */
static struct mbuf *
tso_hdr_own(struct mbuf *m, u_int len)
{
	struct mbuf	*n;

	if (len <= m->m_len && !M_READONLY(m))
		return (m);
	if ((n = tso_hdr_get(len)) == NULL) {
		tso_counters[TSOC_NOMEM]++;
		m_freem(m);
		return (NULL);
	}
	m_move_pkthdr(n, m);
	tso_hdr_copy(n, m, len);
	m_adj(m, len);
	n->m_next = m;
	return (n);
}

/* Folded sum of the pseudo header for len bytes of transport data. */
static uint16_t
tso_pseudo(const uint8_t *ip, const struct tso_info *ti, u_int len)
{
	uint64_t	 sum;

	sum = (uint64_t)htobe16(ti->ti_proto) + htobe32(len);
	if (ti->ti_version == 4)
		sum = cksum_add(sum, ip + IP4_SRC, 8);
	else
		sum = cksum_add(sum, ip + IP6_SRC, 32);
	return (cksum_fold(sum));
}

static void
tso_store(uint8_t *p, uint16_t sum)
{
	memcpy(p, &sum, sizeof(sum));
}

static void
tso_ip4_sum(uint8_t *ip, u_int hlen)
{
	tso_store(ip + IP4_SUM, 0);
	tso_store(ip + IP4_SUM, ~cksum_fold(cksum_add(0, ip, hlen)));
}

/*
 * Turn the headers at p, copied from a large packet, into those of piece i,
 * whose payload of len bytes begins off bytes into the whole payload; the
 * transport checksum becomes an unfinished one.
 */
void
tso_piece_headers(uint8_t *p, const struct tso_info *ti, u_int i, u_int off,
    u_int len, int last)
{
	uint8_t		*ip = p + ti->ti_l3, *th = p + ti->ti_l4;
	u_int		 l4len;

	if (ti->ti_version == 4) {
		be16enc(ip + IP4_LEN, ti->ti_payload - ti->ti_l3 + len);
		be16enc(ip + IP4_ID, be16dec(ip + IP4_ID) + i);
		tso_ip4_sum(ip, ti->ti_l4 - ti->ti_l3);
	} else
		be16enc(ip + IP6_PLEN,
		    ti->ti_payload - ti->ti_l3 - IP6_HLEN + len);

	l4len = ti->ti_payload - ti->ti_l4 + len;
	if (ti->ti_proto == PROTO_TCP) {
		be32enc(th + TCP_SEQ, be32dec(th + TCP_SEQ) + off);
		if (!last)
			th[TCP_FLAGS] &= ~(TCP_FIN | TCP_PSH);
		if (i != 0)
			th[TCP_FLAGS] &= ~TCP_CWR;
		tso_store(th + TCP_SUM, tso_pseudo(ip, ti, l4len));
	} else {
		be16enc(th + UDP_LEN, l4len);
		tso_store(th + UDP_SUM, tso_pseudo(ip, ti, l4len));
	}
}

/* One piece: its own headers, and a reference to its payload. */
static struct mbuf *
tso_piece(struct mbuf *m, const struct tso_info *ti, u_int off, u_int len)
{
	struct mbuf	*n;

	if ((n = tso_hdr_get(ti->ti_payload)) == NULL)
		return (NULL);
	if (m_dup_pkthdr(n, m, M_DONTWAIT) != 0 ||
	    (n->m_next = m_copym(m, ti->ti_payload + off, len,
	    M_DONTWAIT)) == NULL) {
		m_freem(n);
		return (NULL);
	}
	tso_hdr_copy(n, m, ti->ti_payload);
	n->m_pkthdr.len = ti->ti_payload + len;
	n->m_pkthdr.ph_mss = 0;
	n->m_pkthdr.ph_hdrlen = 0;
	n->m_pkthdr.csum_flags &= ~(MCS_SEG | M_IPV4_CSUM_OUT);
	n->m_pkthdr.csum_flags |= ti->ti_proto == PROTO_TCP ?
	    M_TCP_CSUM_OUT : M_UDP_CSUM_OUT;
	return (n);
}

/* May m be cut?  0, or the counter of the reason plus 1. */
static int
tso_refuse(struct mbuf *m, u_int l3, struct tso_info *ti)
{
	int		 proto;

	proto = m->m_pkthdr.csum_flags & M_TCP_TSO ? PROTO_TCP : PROTO_UDP;
	if (tso_parse(m, l3, ti) != 0 || ti->ti_proto != proto ||
	    ti->ti_frag || ti->ti_routing || ti->ti_payload > TSO_MAXHDR)
		return (TSOC_BADHDR + 1);
	if (m->m_pkthdr.ph_mss == 0)
		return (TSOC_BADMSS + 1);
	if ((ti->ti_end - ti->ti_payload) / m->m_pkthdr.ph_mss >=
	    TSO_MAXPIECES)
		return (TSOC_TOOMANY + 1);
	return (0);
}

/*
 * Find the headers of a large packet, whose IP header is at offset l3, for
 * who cuts it by itself.  Returns 0, or EINVAL, counted, when it cannot be
 * cut.  m is not consumed.
 */
int
tso_parse_large(struct mbuf *m, u_int l3, struct tso_info *ti)
{
	int		 why;

	if ((why = tso_refuse(m, l3, ti)) == 0)
		return (0);
	tso_counters[why - 1]++;
	return (EINVAL);
}

/*
 * Cut a large packet, whose IP header is at offset l3, and append the pieces
 * to ml with unfinished transport checksums.  m is consumed; the pieces share
 * its payload.
 *
 * Returns 0; EINVAL when its headers make no sense or the pieces would be too
 * many; ENOBUFS without memory.  On error nothing has been appended, and the
 * reason is counted.
 */
int
m_segment(struct mbuf *m, u_int l3, struct mbuf_list *ml)
{
	struct mbuf_list pieces = MBUF_LIST_INITIALIZER();
	struct tso_info	 ti;
	struct mbuf	*n;
	u_int		 i, len, mss, off, total;

	if (tso_parse_large(m, l3, &ti) != 0) {
		m_freem(m);
		return (EINVAL);
	}
	mss = m->m_pkthdr.ph_mss;
	total = ti.ti_end - ti.ti_payload;
	for (i = 0, off = 0; off < total; i++, off += len) {
		len = MIN(mss, total - off);
		if ((n = tso_piece(m, &ti, off, len)) == NULL) {
			tso_counters[TSOC_NOMEM]++;
			ml_purge(&pieces);
			m_freem(m);
			return (ENOBUFS);
		}
		tso_piece_headers(mtod(n, uint8_t *), &ti, i, off, len,
		    off + len == total);
		ml_enqueue(&pieces, n);
	}
	tso_counters[ti.ti_proto == PROTO_TCP ? TSOC_SEG_TCP :
	    TSOC_SEG_UDP]++;
	tso_counters[TSOC_PIECES] += i;
	m_freem(m);
	ml_enlist(ml, &pieces);
	return (0);
}

/* Offset of the transport checksum from ti_l4, and its flag; -1: none. */
static int
tso_sum_offset(const struct tso_info *ti, uint32_t *flag)
{
	switch (ti->ti_frag ? -1 : ti->ti_proto) {
	case PROTO_TCP:
		*flag = M_TCP_CSUM_OUT;
		return (TCP_SUM);
	case PROTO_UDP:
		*flag = M_UDP_CSUM_OUT;
		return (UDP_SUM);
	case PROTO_ICMP:
		*flag = M_ICMP_CSUM_OUT;
		return (ICMP_SUM);
	case PROTO_ICMPV6:
		*flag = M_ICMP6_CSUM_OUT;
		return (ICMP_SUM);
	default:
		*flag = 0;
		return (-1);
	}
}

/*
 * Finish the checksums of m named by flags (M_*_CSUM_OUT) that are still
 * open; its IP header is at offset l3, and it is not large.
 *
 * Returns the packet, whose first mbuf may be another; NULL, and the packet
 * is gone, when its headers make no sense or without memory (counted).
 */
struct mbuf *
m_cksum_finish(struct mbuf *m, u_int l3, uint32_t flags)
{
	struct tso_info	 ti;
	uint32_t	 flag;
	uint16_t	 sum;
	uint8_t		*p;
	int		 off;

	flags &= m->m_pkthdr.csum_flags & MCS_OUT;
	if (flags == 0)
		return (m);
	if (tso_parse(m, l3, &ti) != 0) {
		tso_counters[TSOC_BADHDR]++;
		m_freem(m);
		return (NULL);
	}
	off = tso_sum_offset(&ti, &flag);
	m = tso_hdr_own(m, off == -1 ? ti.ti_l4 : ti.ti_l4 + off + 2);
	if (m == NULL)
		return (NULL);
	p = mtod(m, uint8_t *);
	if ((flags & M_IPV4_CSUM_OUT) && ti.ti_version == 4)
		tso_ip4_sum(p + l3, ti.ti_l4 - l3);
	if (flags & flag) {
		sum = ~cksum_fold(m_cksum_add(0, m, ti.ti_l4,
		    ti.ti_end - ti.ti_l4));
		if (sum == 0 && ti.ti_proto == PROTO_UDP)
			sum = 0xffff;
		tso_store(p + ti.ti_l4 + off, sum);
	}
	tso_counters[TSOC_CSUM]++;
	m->m_pkthdr.csum_flags &= ~flags;
	return (m);
}

/* The flags that a card of these capabilities does not work off itself. */
static uint32_t
tso_lacking(uint32_t cap, int version)
{
	uint32_t	 flags = MCS_SEG | MCS_OUT;

	if (cap & IFCAP_CSUM_IPv4)
		flags &= ~M_IPV4_CSUM_OUT;
	if (cap & (version == 4 ? IFCAP_CSUM_TCPv4 : IFCAP_CSUM_TCPv6))
		flags &= ~M_TCP_CSUM_OUT;
	if (cap & (version == 4 ? IFCAP_CSUM_UDPv4 : IFCAP_CSUM_UDPv6))
		flags &= ~M_UDP_CSUM_OUT;
	if (cap & (version == 4 ? IFCAP_TSOv4 : IFCAP_TSOv6))
		flags &= ~M_TCP_TSO;
	if (cap & IFCAP_USO)
		flags &= ~M_UDP_SEG;
	return (flags);
}

/* Finish checksums of all of in and append them to out. */
static int
tso_finish_list(struct mbuf_list *in, u_int l3, uint32_t flags,
    struct mbuf_list *out)
{
	struct mbuf	*m;
	int		 error = 0;

	while ((m = ml_dequeue(in)) != NULL) {
		if ((m = m_cksum_finish(m, l3, flags)) == NULL)
			error = ENOBUFS;
		else
			ml_enqueue(out, m);
	}
	return (error);
}

/*
 * Make m, a frame about to be given to ifp's card, what the card can send,
 * and append it to ml: as it is, with its checksums finished, or cut.  m is
 * consumed.
 *
 * Returns 0, EINVAL or ENOBUFS; some or all of the frame is lost then, and
 * counted.
 */
int
if_tso_prepare(struct ifnet *ifp, struct mbuf *m, struct mbuf_list *ml)
{
	struct mbuf_list pieces = MBUF_LIST_INITIALIZER();
	struct tso_info	 ti;
	uint32_t	 lacking;
	u_int		 l3 = 0;
	int		 error;

	if ((m->m_pkthdr.csum_flags & (MCS_SEG | MCS_OUT)) == 0) {
		ml_enqueue(ml, m);
		return (0);
	}
	if ((ifp->if_type == IFT_ETHER && tso_ether_l3(m, &l3) != 0) ||
	    tso_parse(m, l3, &ti) != 0) {
		tso_counters[TSOC_BADHDR]++;
		m_freem(m);
		return (EINVAL);
	}
	lacking = tso_lacking(ifp->if_capabilities, ti.ti_version);
	if ((m->m_pkthdr.csum_flags & lacking) == 0) {
		ml_enqueue(ml, m);
		return (0);
	}
	if ((m->m_pkthdr.csum_flags & MCS_SEG & lacking) != 0) {
		if ((error = m_segment(m, l3, &pieces)) != 0)
			return (error);
	} else
		ml_enqueue(&pieces, m);
	return (tso_finish_list(&pieces, l3, lacking, ml));
}

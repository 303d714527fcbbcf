/*
 * ESP in UDP (RFC 3948), receiving.
 *
 * Datagrams to net.inet.esp.udpencap_port are ESP, but for those that begin
 * with a marker of four zeroes, which are IKE's, and NAT keepalives of one
 * byte.  A train (M_UDP_SEG) is many: each becomes a packet of its own.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/mbuf.h>
#include <sys/socket.h>

#include <net/rtable.h>

#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/ip_var.h>

#include <netipsec/ipsec_xform.h>

#define MARKER_LEN	4		/* Non-ESP marker (RFC 3948, 2.2) */
#define KEEPALIVE	0xff

int	udpencap_enable = 1;
int	udpencap_port = 4500;

/*
 * The port has been changed, or encapsulation switched.
 */
void
udpencap_port_set(void)
{
	udp_encap_port = udpencap_enable ? htons(udpencap_port) : 0;
	spd_generation++;		/* SAs' packets look different now */
}

/*
 * Is a datagram from our port to that port (network order) of dst one that an
 * SA may have sent?  Errors that quote it are believed then.
 */
int
udpencap_sent(const struct sockaddr *dst, u_int16_t port, u_int rtableid)
{
	struct ipsec_addr	 a;

	return (ipsec_addr_get(&a, dst) == 0 &&
	    tdb_leads_to(rtable_l2(rtableid), &a, port));
}

/* What a datagram is. */
enum udpencap_kind {
	UK_ESP,
	UK_IKE,
	UK_KEEPALIVE,
	UK_SHORT
};

static enum udpencap_kind
udpencap_kind(const struct mbuf *m, u_int off, u_int len)
{
	u_int8_t	 b[MARKER_LEN];

	if (len == 1) {
		m_copydata(m, off, 1, b);
		return (b[0] == KEEPALIVE ? UK_KEEPALIVE : UK_SHORT);
	}
	if (len < MARKER_LEN)
		return (UK_SHORT);
	m_copydata(m, off, MARKER_LEN, b);
	if (be32dec(b) == 0)
		return (UK_IKE);
	return (len < ESP_HLEN ? UK_SHORT : UK_ESP);
}

/* The protocol of the header in front, whose extension headers are hlen. */
static void
set_protocol(u_int8_t *p, int hlen, int af)
{
	if (af == AF_INET)
		p[offsetof(struct ip, ip_p)] = IPPROTO_ESP;
	else if (hlen == sizeof(struct ip6_hdr))
		p[offsetof(struct ip6_hdr, ip6_nxt)] = IPPROTO_ESP;
}

/* One datagram of a train, behind a copy of its IP header. */
static struct mbuf *
piece_get(struct mbuf *m, int iphlen, u_int off, u_int len)
{
	struct mbuf	*n;

	n = m_clget(NULL, M_DONTWAIT, IP_LINKHDR + iphlen + len);
	if (n == NULL)
		return (NULL);
	n->m_data = M_DATABUF(n) + IP_LINKHDR;
	n->m_len = iphlen + len;
	m_copydata(m, 0, iphlen, mtod(n, caddr_t));
	m_copydata(m, off, len, mtod(n, caddr_t) + iphlen);
	if (m_dup_pkthdr(n, m, M_DONTWAIT) != 0) {
		m_freem(n);
		return (NULL);
	}
	n->m_pkthdr.len = n->m_len;
	n->m_pkthdr.csum_flags = 0;
	n->m_pkthdr.ph_mss = 0;
	return (n);
}

static void
udpencap_train(struct mbuf *m, int iphlen, int af, u_int16_t sport)
{
	struct mbuf	*n;
	u_int		 len, off, mss = m->m_pkthdr.ph_mss;

	off = iphlen + UDP_HLEN;
	for (; off < m->m_pkthdr.len; off += len) {
		len = MIN(mss, m->m_pkthdr.len - off);
		switch (udpencap_kind(m, off, len)) {
		case UK_ESP:
			break;
		case UK_KEEPALIVE:
			espstat.esps_keepalive++;
			continue;
		default:
			espstat.esps_udpshort++;
			continue;
		}
		if ((n = piece_get(m, iphlen, off, len)) == NULL) {
			ipsecstat.ipsec_nomem++;
			break;
		}
		set_protocol(mtod(n, u_int8_t *), iphlen, af);
		espstat.esps_udpencin++;
		ipsec_input(n, iphlen, IPPROTO_ESP, af, 1, sport);
	}
	m_freem(m);
}

static void
udpencap_one(struct mbuf *m, int iphlen, int af, u_int16_t sport)
{
	u_int8_t	*p;

	if ((m = ipsec_contig(m, IP_LINKHDR, 0)) == NULL) {
		ipsecstat.ipsec_nomem++;
		return;
	}
	p = mtod(m, u_int8_t *);
	memmove(p + UDP_HLEN, p, iphlen);
	m_adj(m, UDP_HLEN);
	set_protocol(mtod(m, u_int8_t *), iphlen, af);
	espstat.esps_udpencin++;
	ipsec_input(m, iphlen, IPPROTO_ESP, af, 1, sport);
}

/*
 * A datagram, or a train of them, to our port: its IP header of iphlen bytes
 * is followed by UDP's, both contiguous.  Returns NULL when it was taken, or
 * the packet, which is IKE's.
 */
struct mbuf *
udpencap_input(struct mbuf *m, int iphlen, int af)
{
	u_int		 len = m->m_pkthdr.len - iphlen - UDP_HLEN;
	u_int16_t	 sport;

	if (!udpencap_enable)
		return (m);
	if (ISSET(m->m_pkthdr.csum_flags, M_UDP_SEG) &&
	    m->m_pkthdr.ph_mss != 0)
		len = MIN(len, m->m_pkthdr.ph_mss);
	switch (udpencap_kind(m, iphlen + UDP_HLEN, len)) {
	case UK_IKE:
		return (m);
	case UK_KEEPALIVE:
		espstat.esps_keepalive++;
		m_freem(m);
		return (NULL);
	case UK_SHORT:
		espstat.esps_udpshort++;
		m_freem(m);
		return (NULL);
	case UK_ESP:
		break;
	}
	m_copydata(m, iphlen, sizeof(sport), &sport);
	if (ISSET(m->m_pkthdr.csum_flags, M_UDP_SEG) &&
	    m->m_pkthdr.ph_mss != 0)
		udpencap_train(m, iphlen, af, sport);
	else
		udpencap_one(m, iphlen, af, sport);
	return (NULL);
}

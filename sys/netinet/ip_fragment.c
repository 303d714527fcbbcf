/*
 * Cutting IPv4 packets into fragments (RFC 791 section 2.3).
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

#include <net/if.h>
#include <net/if_tso.h>
#include <net/if_var.h>

#include <netinet/in.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_var.h>

/*
 * A new header for the fragment whose payload starts off bytes into that of
 * m; NULL without memory.
 */
static struct mbuf *
ip_fragment_header(struct mbuf *m, u_int off, u_int len, int more)
{
	struct ip	*ip = mtod(m, struct ip *), *fip;
	struct mbuf	*n;
	uint16_t	 ip_off = ntohs(ip->ip_off);
	u_int		 hlen = sizeof(*ip);

	if ((n = m_gethdr(M_DONTWAIT, MT_DATA)) == NULL)
		return (NULL);
	CTASSERT(IP_LINKHDR + sizeof(*ip) + MAX_IPOPTLEN <= MCLBYTES);
	if (IP_LINKHDR + (ip->ip_hl << 2) > (int)MHLEN)
		m_clget(n, M_DONTWAIT, MCLBYTES);
	if (M_SIZE(n) < (u_int)(IP_LINKHDR + (ip->ip_hl << 2)) ||
	    m_dup_pkthdr(n, m, M_DONTWAIT) != 0) {
		m_freem(n);
		return (NULL);
	}
	n->m_data += IP_LINKHDR;
	fip = mtod(n, struct ip *);
	*fip = *ip;
	if (off == 0) {
		hlen = ip->ip_hl << 2;
		memcpy(fip + 1, ip + 1, hlen - sizeof(*ip));
	} else if (ip->ip_hl << 2 > (int)sizeof(*ip))
		hlen += ip_optcopy(ip, fip);
	fip->ip_hl = hlen >> 2;
	fip->ip_len = htons(hlen + len);
	if (more)
		ip_off |= IP_MF;
	fip->ip_off = htons(ip_off + (off >> 3));
	fip->ip_sum = 0;
	n->m_len = hlen;
	n->m_pkthdr.len = hlen + len;
	n->m_pkthdr.csum_flags = 0;
	fip->ip_sum = in_cksum_hdr(fip, hlen);
	return (n);
}

/* Cut one packet whose checksums are finished; it stays the caller's. */
static int
ip_fragment_one(struct mbuf *m, struct mbuf_list *ml, u_int mtu)
{
	struct ip	*ip = mtod(m, struct ip *);
	struct mbuf	*n;
	u_int		 hlen = ip->ip_hl << 2, total, off, len;
	int		 more;

	total = ntohs(ip->ip_len) - hlen;
	if (mtu < hlen + 8)
		return (EMSGSIZE);
	len = (mtu - hlen) & ~7U;
	/* A fragment that is cut again may not pass the last offset. */
	if ((ntohs(ip->ip_off) & IP_OFFMASK) + (total >> 3) > IP_OFFMASK)
		return (EMSGSIZE);
	for (off = 0; off < total; off += len) {
		len = MIN(len, total - off);
		more = off + len < total;
		if ((n = ip_fragment_header(m, off, len, more)) == NULL)
			return (ENOBUFS);
		n->m_next = m_copym(m, hlen + off, len, M_DONTWAIT);
		if (n->m_next == NULL) {
			m_freem(n);
			return (ENOBUFS);
		}
		ml_enqueue(ml, n);
	}
	return (0);
}

/*
 * Cut m, which has a whole header in its first mbuf, into fragments of at
 * most mtu bytes and append them to ml; m is consumed.  0; EMSGSIZE when not
 * even eight bytes fit or the packet may not be cut; ENOBUFS.  On error ml is
 * as it was, and the packet is counted.
 */
int
ip_fragment(struct mbuf *m, struct mbuf_list *ml, struct ifnet *ifp,
    u_long mtu)
{
	struct mbuf_list	 frags = MBUF_LIST_INITIALIZER();
	struct mbuf_list	 whole = MBUF_LIST_INITIALIZER();
	int			 error = 0;

	(void)ifp;
	if (mtod(m, struct ip *)->ip_off & htons(IP_DF)) {
		ipstat_inc(&ipstat.ips_cantfrag);
		m_freem(m);
		return (EMSGSIZE);
	}
	if (m->m_pkthdr.csum_flags & MCS_SEG) {
		if ((error = m_segment(m, 0, &whole)) != 0) {
			ipstat_inc(&ipstat.ips_odropped);
			return (error);
		}
	} else
		ml_enqueue(&whole, m);
	while (error == 0 && (m = ml_dequeue(&whole)) != NULL) {
		if (m->m_pkthdr.len <= mtu) {
			ml_enqueue(&frags, m);
			continue;
		}
		if ((m = m_cksum_finish(m, 0, MCS_OUT)) == NULL) {
			error = ENOBUFS;
			break;
		}
		error = ip_fragment_one(m, &frags, mtu);
		m_freem(m);
		if (error == 0)
			ipstat_inc(&ipstat.ips_fragmented);
	}
	ml_purge(&whole);
	if (error != 0) {
		ipstat_inc(error == EMSGSIZE ? &ipstat.ips_cantfrag :
		    &ipstat.ips_odropped);
		ml_purge(&frags);
		return (error);
	}
	ipstat.ips_ofragments += ml_len(&frags);
	ml_enlist(ml, &frags);
	return (0);
}

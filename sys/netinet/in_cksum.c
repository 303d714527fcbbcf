/*
 * Checksums of IPv4 and of what it carries (RFC 1071, 1624, 768).
 *
 * The arithmetic is net/cksum.c's; here are the forms that protocols want.
 * Sums stay in the byte order of memory throughout: what is returned is
 * stored as it is.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mbuf.h>

#include <net/cksum.h>
#include <netinet/in.h>
#include <netinet/ip.h>

/*
 * Checksum of the first len bytes of a chain, which must hold them.  0 says
 * that a received sum, which was included, is right.
 */
uint16_t
in_cksum(struct mbuf *m, int len)
{
	return (~cksum_fold(m_cksum_add(0, m, 0, len)));
}

/* The same from byte off on. */
uint16_t
in_cksum_off(struct mbuf *m, int off, int len)
{
	return (~cksum_fold(m_cksum_add(0, m, off, len)));
}

/*
 * Folded sum, not complemented, of a pseudo header: addresses in network
 * order, and the protocol plus the length in host order.  This is what an
 * unfinished checksum field holds.
 */
uint16_t
in_cksum_phdr(in_addr_t src, in_addr_t dst, uint32_t plen)
{
	return (cksum_fold((uint64_t)src + dst + htonl(plen)));
}

/*
 * Checksum of len bytes at off with the pseudo header of protocol nxt, whose
 * addresses are those of the IP header that m starts with.  The chain must
 * hold all of it, the fixed IP header in its first mbuf.
 */
uint16_t
in4_cksum(struct mbuf *m, uint8_t nxt, int off, int len)
{
	const struct ip	*ip = mtod(m, const struct ip *);
	uint64_t	 sum;

	sum = in_cksum_phdr(ip->ip_src.s_addr, ip->ip_dst.s_addr,
	    (uint32_t)nxt + len);
	return (~cksum_fold(m_cksum_add(sum, m, off, len)));
}

/* Checksum of len contiguous bytes, such as an IP header. */
uint16_t
in_cksum_hdr(const void *p, size_t len)
{
	const uint8_t	*b = p;
	uint64_t	 sum;
	uint32_t	 w[5];

	if (len != sizeof(w))
		return (~cksum_fold(cksum_add(0, p, len)));
	/* A header without options, as nearly all are. */
	memcpy(w, b, sizeof(w));
	sum = (uint64_t)w[0] + w[1] + w[2] + w[3] + w[4];
	return (~cksum_fold(sum));
}

/*
 * What a checksum becomes when one of the 16-bit words that it covers
 * changes (RFC 1624, equation 3).  All in memory's byte order.
 */
uint16_t
in_cksum_fixup(uint16_t sum, uint16_t was, uint16_t is)
{
	uint32_t	 x;

	x = (uint16_t)~sum + (uint32_t)(uint16_t)~was + is;
	x = (x & 0xffff) + (x >> 16);
	x = (x & 0xffff) + (x >> 16);
	return (~x);
}

/*
 * Checksums of what IPv6 carries (RFC 8200 8.1).  The arithmetic is
 * net/cksum.c's.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mbuf.h>

#include <net/cksum.h>
#include <netinet/ip6.h>
#include <netinet6/in6.h>

/*
 * Folded sum, not complemented, of a pseudo header: what an unfinished
 * checksum field holds.  A scope that the addresses carry does not count.
 */
uint16_t
in6_cksum_phdr(const struct in6_addr *src, const struct in6_addr *dst,
    uint32_t len, uint8_t nxt)
{
	struct in6_addr	 s = *src, d = *dst;
	uint64_t	 sum;

	in6_scope_clear(&s);
	in6_scope_clear(&d);
	sum = (uint64_t)htonl(len) + htonl((uint32_t)nxt);
	sum = cksum_add(sum, &s, sizeof(s));
	sum = cksum_add(sum, &d, sizeof(d));
	return (cksum_fold(sum));
}

/*
 * Checksum of len bytes at off, with the pseudo header of protocol nxt (0:
 * without one), whose addresses are those of the IPv6 header that m starts
 * with.  The chain must hold all of it, the fixed header in its first mbuf.
 * 0 says that a received sum, which was included, is right.
 */
uint16_t
in6_cksum(struct mbuf *m, uint8_t nxt, uint32_t off, uint32_t len)
{
	const struct ip6_hdr	*ip6 = mtod(m, const struct ip6_hdr *);
	uint64_t		 sum = 0;

	if (nxt != 0)
		sum = in6_cksum_phdr(&ip6->ip6_src, &ip6->ip6_dst, len, nxt);
	return (~cksum_fold(m_cksum_add(sum, m, off, len)));
}

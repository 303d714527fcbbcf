/*
 * The Internet checksum (RFC 1071): sums of 16-bit words in the byte order of
 * memory, so that nothing is swapped on the way in or out.
 */
#ifndef _NET_CKSUM_H_
#define _NET_CKSUM_H_

#ifdef _KERNEL

#include <sys/types.h>

struct mbuf;

/* Fold a sum into 16 bits. */
static inline uint16_t
cksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ((uint16_t)sum);
}

uint64_t	 cksum_add(uint64_t, const void *, size_t);
uint64_t	 m_cksum_add(uint64_t, const struct mbuf *, u_int, u_int);

#endif /* _KERNEL */
#endif /* _NET_CKSUM_H_ */

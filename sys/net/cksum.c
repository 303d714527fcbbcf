/*
 * The Internet checksum (RFC 1071).
 *
 * The sum of 16-bit words with end-around carry does not depend on the width
 * in which it is taken, so buffers are added eight bytes at a time.  It is
 * taken in the byte order of memory: whoever stores the folded sum stores it
 * as it is.  A chain's piece that begins at an odd offset counts with its
 * bytes swapped.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mbuf.h>

#include <net/cksum.h>

static inline uint64_t
cksum_carry(uint64_t a, uint64_t b)
{
	a += b;
	return (a + (a < b));
}

static inline uint64_t
cksum_load(const uint8_t *p)
{
	uint64_t	 v;

	memcpy(&v, p, sizeof(v));
	return (v);
}

/*
 * Add len bytes at buf, which stand at an even offset of what is summed, to
 * a sum that earlier calls returned, or that was folded, or 0.
 */
uint64_t
cksum_add(uint64_t sum, const void *buf, size_t len)
{
	const uint8_t	*p = buf;
	uint64_t	 odd = 0, tail;

	for (; len >= 32; p += 32, len -= 32) {
		sum = cksum_carry(sum, cksum_load(p));
		odd = cksum_carry(odd, cksum_load(p + 8));
		sum = cksum_carry(sum, cksum_load(p + 16));
		odd = cksum_carry(odd, cksum_load(p + 24));
	}
	for (; len >= 8; p += 8, len -= 8)
		sum = cksum_carry(sum, cksum_load(p));
	if (len > 0) {
		tail = 0;
		memcpy(&tail, p, len);
		sum = cksum_carry(sum, tail);
	}
	return (cksum_carry(sum, odd));
}

/*
 * Add len bytes of a chain, from byte off on, which counts as even.  The
 * chain must hold them.
 */
uint64_t
m_cksum_add(uint64_t sum, const struct mbuf *m, u_int off, u_int len)
{
	uint64_t	 part;
	u_int		 done = 0, n;
	uint16_t	 folded;

	for (; m != NULL && off >= m->m_len; m = m->m_next)
		off -= m->m_len;
	for (; m != NULL && done < len; m = m->m_next, off = 0) {
		n = MIN(m->m_len - off, len - done);
		part = cksum_add(0, mtod(m, const uint8_t *) + off, n);
		if (done & 1) {
			folded = cksum_fold(part);
			part = (uint16_t)(folded << 8 | folded >> 8);
		}
		sum = cksum_carry(sum, part);
		done += n;
	}
	KASSERT(done == len);
	return (sum);
}

/*
 * Checksums against a model that adds 16-bit words one by one, over chains
 * of every shape.
 */
#include "ktinet.h"

/* RFC 1071, word by word, of bytes that are fetched from a chain. */
static uint16_t
model(struct mbuf *m, u_int off, u_int len, uint32_t sum)
{
	uint8_t	 b[2];
	u_int	 i;

	for (i = 0; i < len; i += 2) {
		b[1] = 0;
		m_copydata(m, off + i, MIN(2, len - i), b);
		sum += b[0] << 8 | b[1];
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (htons((uint16_t)~sum));
}

KTEST(chains, "random bytes in mbufs of random sizes")
{
	struct ktest_rand	 kr;
	struct mbuf		*m;
	u_int			 i, j, len, off;

	ktest_srand(&kr, 1);
	for (i = 0; i < 400; i++) {
		len = 1 + ktest_rand_below(&kr, 600);
		m = kt_mbuf(NULL, len);
		for (j = 0; j < len; j++)
			mtod(m, uint8_t *)[j] = ktest_rand(&kr);
		if (i & 1)
			m = kt_shatter(m, 1 + ktest_rand_below(&kr, 9));
		off = ktest_rand_below(&kr, len);
		KT_CASE("run %u len %u off %u", i, len, off);
		KT_EQ(in_cksum(m, len), model(m, 0, len, 0));
		KT_EQ(in_cksum_off(m, off, len - off),
		    model(m, off, len - off, 0));
		m_freem(m);
	}
}

KTEST(extremes, "all ones, all zeroes, and the longest packet")
{
	static const u_int	 lens[] = { 1, 2, 3, 7, 8, 31, 32, 33, 20,
	    1480, 65535 };
	struct mbuf		*m;
	u_int			 i, fill;

	for (fill = 0; fill < 256; fill += 255) {
		for (i = 0; i < nitems(lens); i++) {
			KT_CASE("fill %u len %u", fill, lens[i]);
			m = kt_mbuf(NULL, lens[i]);
			memset(mtod(m, caddr_t), fill, lens[i]);
			KT_EQ(in_cksum(m, lens[i]), model(m, 0, lens[i], 0));
			m_freem(m);
		}
	}
}

KTEST(pseudo, "the pseudo header of UDP, whole and unfinished")
{
	struct in_addr	 src = IP(10, 1, 2, 3), dst = IP(192, 0, 2, 255);
	struct mbuf	*m;
	struct udphdr	*uh;
	uint16_t	 sum;

	m = kt_udp(src, dst, 1000, 2000, "odd", 3);
	uh = (struct udphdr *)(mtod(m, struct ip *) + 1);
	KT_EQ(in4_cksum(m, IPPROTO_UDP, 20, 11), 0);
	/* By hand: addresses, protocol and length, then the datagram. */
	sum = uh->uh_sum;
	uh->uh_sum = 0;
	KT_EQ(model(m, 20, 11, 0x0a01 + 0x0203 + 0xc000 + 0x02ff + 17 + 11),
	    sum);
	/* Finished from the unfinished form. */
	uh->uh_sum = in_cksum_phdr(src.s_addr, dst.s_addr, 17 + 11);
	KT_EQ(in_cksum_off(m, 20, 11), sum);
	m_freem(m);
}

KTEST(fixup, "a changed word changes the sum as adding anew would")
{
	struct ktest_rand	 kr;
	uint16_t		 w[10], sum, was;
	u_int			 i, j;

	ktest_srand(&kr, 2);
	for (i = 0; i < 2000; i++) {
		for (j = 0; j < nitems(w); j++)
			w[j] = i == 0 ? 0 : ktest_rand(&kr);
		w[1] |= 1;	/* a header is never all zeroes */
		sum = in_cksum_hdr(w, sizeof(w));
		was = w[5];
		w[5] = i % 3 == 0 ? 0xffff : ktest_rand(&kr);
		KT_CASE("run %u", i);
		KT_EQ(in_cksum_fixup(sum, was, w[5]),
		    in_cksum_hdr(w, sizeof(w)));
	}
}

/*
 * Inflate (RFC 1951): one packet at a time, into a buffer of known size.
 *
 * Every length, distance and code of the input is checked, and the output
 * never exceeds its room, whatever the input promises.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>

#include <netipsec/ipsec_xform.h>

#define MAXBITS		15		/* longest code */
#define NLITLEN		288		/* literals and lengths */
#define NDIST		32
#define NCLEN		19		/* codes of code lengths */
#define END_OF_BLOCK	256

/* A canonical Huffman code: how many of each length, symbols in order. */
struct huffman {
	u_int16_t	h_count[MAXBITS + 1];
	u_int16_t	h_symbol[NLITLEN];
};

struct inflate {
	const u_int8_t	*s_in;
	u_int		 s_inlen, s_inpos;
	u_int8_t	*s_out;
	u_int		 s_outmax, s_outlen;
	u_int32_t	 s_bits;	/* not used yet, lowest first */
	u_int		 s_nbits;
	int		 s_error;	/* EINVAL, E2BIG; stays */
	struct huffman	 s_lit, s_dist;
};

/* RFC 1951, 3.2.5 */
static const u_int16_t len_base[29] = {
	3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51,
	59, 67, 83, 99, 115, 131, 163, 195, 227, 258
};
static const u_int8_t len_extra[29] = {
	0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4,
	4, 5, 5, 5, 5, 0
};
static const u_int16_t dist_base[30] = {
	1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385,
	513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385,
	24577
};
static const u_int8_t dist_extra[30] = {
	0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10,
	10, 11, 11, 12, 12, 13, 13
};
/* 3.2.7: in this order the lengths of the code of lengths come. */
static const u_int8_t clen_order[NCLEN] = {
	16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15
};

static u_int
fail(struct inflate *s, int error)
{
	if (s->s_error == 0)
		s->s_error = error;
	return (0);
}

/* The next n bits, at most 16; 0 after the end, which is an error. */
static u_int
bits(struct inflate *s, u_int n)
{
	u_int	 v;

	while (s->s_nbits < n) {
		if (s->s_inpos == s->s_inlen)
			return (fail(s, EINVAL));
		s->s_bits |= (u_int32_t)s->s_in[s->s_inpos++] << s->s_nbits;
		s->s_nbits += 8;
	}
	v = s->s_bits & ((1u << n) - 1);
	s->s_bits >>= n;
	s->s_nbits -= n;
	return (v);
}

/*
 * Make a code from the lengths of its symbols (3.2.2).  0; EINVAL when it is
 * over-subscribed, or incomplete and has more than one code.
 */
static int
huffman_make(struct huffman *h, const u_int8_t *len, u_int n)
{
	u_int16_t	 offs[MAXBITS + 1];
	u_int		 i, used = 0;
	int		 left = 1;

	memset(h->h_count, 0, sizeof(h->h_count));
	for (i = 0; i < n; i++)
		h->h_count[len[i]]++;
	used = n - h->h_count[0];
	h->h_count[0] = 0;
	for (i = 1; i <= MAXBITS; i++) {
		left = left * 2 - h->h_count[i];
		if (left < 0)
			return (EINVAL);
	}
	if (left > 0 && (used > 1 || (used == 1 && h->h_count[1] != 1)))
		return (EINVAL);
	offs[1] = 0;
	for (i = 1; i < MAXBITS; i++)
		offs[i + 1] = offs[i] + h->h_count[i];
	for (i = 0; i < n; i++)
		if (len[i] != 0)
			h->h_symbol[offs[len[i]]++] = i;
	return (0);
}

/* The next symbol; the codes of each length are consecutive numbers. */
static u_int
symbol(struct inflate *s, const struct huffman *h)
{
	u_int	 code = 0, first = 0, i, index = 0;

	for (i = 1; i <= MAXBITS; i++) {
		code |= bits(s, 1);
		if (s->s_error != 0)
			return (0);
		if (code - first < h->h_count[i])
			return (h->h_symbol[index + code - first]);
		index += h->h_count[i];
		first = (first + h->h_count[i]) << 1;
		code <<= 1;
	}
	return (fail(s, EINVAL));
}

static void
put(struct inflate *s, u_int8_t c)
{
	if (s->s_outlen == s->s_outmax) {
		fail(s, E2BIG);
		return;
	}
	s->s_out[s->s_outlen++] = c;
}

/* A string that was seen before. */
static void
copy(struct inflate *s, u_int sym)
{
	u_int	 dist, len;

	sym -= END_OF_BLOCK + 1;
	if (sym >= nitems(len_base)) {
		fail(s, EINVAL);
		return;
	}
	len = len_base[sym] + bits(s, len_extra[sym]);
	sym = symbol(s, &s->s_dist);
	if (s->s_error == 0 && sym >= nitems(dist_base))
		fail(s, EINVAL);
	if (s->s_error != 0)
		return;
	dist = dist_base[sym] + bits(s, dist_extra[sym]);
	if (s->s_error == 0 && dist > s->s_outlen)
		fail(s, EINVAL);
	while (s->s_error == 0 && len-- > 0)
		put(s, s->s_out[s->s_outlen - dist]);
}

static void
block_codes(struct inflate *s)
{
	u_int	 sym;

	for (;;) {
		sym = symbol(s, &s->s_lit);
		if (s->s_error != 0 || sym == END_OF_BLOCK)
			return;
		if (sym < END_OF_BLOCK)
			put(s, sym);
		else
			copy(s, sym);
		if (s->s_error != 0)
			return;
	}
}

/* 3.2.4: as it is. */
static void
block_stored(struct inflate *s)
{
	u_int	 len, nlen;

	s->s_bits = s->s_nbits = 0;
	len = bits(s, 16);
	nlen = bits(s, 16);
	if (s->s_error != 0)
		return;
	if (len != (~nlen & 0xffff) || len > s->s_inlen - s->s_inpos) {
		fail(s, EINVAL);
		return;
	}
	if (len > s->s_outmax - s->s_outlen) {
		fail(s, E2BIG);
		return;
	}
	memcpy(s->s_out + s->s_outlen, s->s_in + s->s_inpos, len);
	s->s_outlen += len;
	s->s_inpos += len;
}

/* 3.2.6 */
static void
block_fixed(struct inflate *s)
{
	u_int8_t	 len[NLITLEN];

	memset(len, 8, 144);
	memset(len + 144, 9, 112);
	memset(len + 256, 7, 24);
	memset(len + 280, 8, 8);
	(void)huffman_make(&s->s_lit, len, NLITLEN);
	memset(len, 5, NDIST);
	(void)huffman_make(&s->s_dist, len, NDIST);
	block_codes(s);
}

/* The lengths of the two codes, run-length coded by a third (3.2.7). */
static void
read_lengths(struct inflate *s, u_int8_t *len, u_int n)
{
	u_int	 i = 0, rep, sym;
	u_int8_t prev;

	while (i < n) {
		sym = symbol(s, &s->s_lit);
		if (s->s_error != 0)
			return;
		if (sym < 16) {
			len[i++] = sym;
			continue;
		}
		prev = 0;
		if (sym == 16) {
			if (i == 0) {
				fail(s, EINVAL);
				return;
			}
			prev = len[i - 1];
			rep = 3 + bits(s, 2);
		} else if (sym == 17)
			rep = 3 + bits(s, 3);
		else
			rep = 11 + bits(s, 7);
		if (rep > n - i)
			fail(s, EINVAL);
		if (s->s_error != 0)
			return;
		memset(len + i, prev, rep);
		i += rep;
	}
}

static void
block_dynamic(struct inflate *s)
{
	u_int8_t	 len[NLITLEN + NDIST];
	u_int		 i, nclen, ndist, nlit;

	nlit = bits(s, 5) + 257;
	ndist = bits(s, 5) + 1;
	nclen = bits(s, 4) + 4;
	if (nlit > 286 || ndist > 30)
		fail(s, EINVAL);
	memset(len, 0, NCLEN);
	for (i = 0; i < nclen; i++)
		len[clen_order[i]] = bits(s, 3);
	if (s->s_error == 0 && huffman_make(&s->s_lit, len, NCLEN) != 0)
		fail(s, EINVAL);
	if (s->s_error == 0)
		read_lengths(s, len, nlit + ndist);
	if (s->s_error == 0 && (len[END_OF_BLOCK] == 0 ||
	    huffman_make(&s->s_lit, len, nlit) != 0 ||
	    huffman_make(&s->s_dist, len + nlit, ndist) != 0))
		fail(s, EINVAL);
	if (s->s_error == 0)
		block_codes(s);
}

/*
 * Expand inlen bytes into out, which has room for outmax.  Returns 0 and the
 * length in *outlen; EINVAL when it is no deflate stream; E2BIG when there
 * is not enough room.  Bytes after the last block are ignored.
 */
int
inflate_block(const u_int8_t *in, u_int inlen, u_int8_t *out, u_int outmax,
    u_int *outlen)
{
	static struct inflate	 s;	/* under the net lock */
	u_int			 last;

	s.s_in = in;
	s.s_inlen = inlen;
	s.s_out = out;
	s.s_outmax = outmax;
	s.s_inpos = s.s_outlen = s.s_bits = s.s_nbits = 0;
	s.s_error = 0;
	do {
		last = bits(&s, 1);
		switch (bits(&s, 2)) {
		case 0:
			if (s.s_error == 0)
				block_stored(&s);
			break;
		case 1:
			block_fixed(&s);
			break;
		case 2:
			block_dynamic(&s);
			break;
		default:
			fail(&s, EINVAL);
			break;
		}
	} while (s.s_error == 0 && !last);
	*outlen = s.s_outlen;
	return (s.s_error);
}

/*
 * Deflate (RFC 1951): one packet at a time, one block with the fixed codes,
 * which for packets costs little over better ones.  Strings are found by a
 * hash of three bytes, with short chains of earlier places.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/errno.h>

#include <netipsec/ipsec_xform.h>

#define HASH_BITS	12
#define HASH_SIZE	(1 << HASH_BITS)
#define WINDOW		32768
#define MATCH_MIN	3
#define MATCH_MAX	258
#define CHAIN_MAX	16		/* places looked at */
#define NOWHERE		0xffff

struct deflate {
	u_int8_t	*d_out;
	u_int		 d_outmax, d_outlen;
	u_int64_t	 d_bits;
	u_int		 d_nbits;
	int		 d_full;
	u_int16_t	 d_head[HASH_SIZE];	/* last place of a hash */
	u_int16_t	 d_prev[IP_MAXPACKET + 1]; /* the one before it */
};

static void
put_bits(struct deflate *d, u_int v, u_int n)
{
	d->d_bits |= (u_int64_t)v << d->d_nbits;
	d->d_nbits += n;
	while (d->d_nbits >= 8) {
		if (d->d_outlen == d->d_outmax) {
			d->d_full = 1;
			d->d_nbits = 0;
			return;
		}
		d->d_out[d->d_outlen++] = (u_int8_t)d->d_bits;
		d->d_bits >>= 8;
		d->d_nbits -= 8;
	}
}

/* A Huffman code: most significant bit first (3.1.1). */
static void
put_code(struct deflate *d, u_int code, u_int n)
{
	u_int	 i, rev = 0;

	for (i = 0; i < n; i++)
		rev |= ((code >> i) & 1) << (n - 1 - i);
	put_bits(d, rev, n);
}

/* The fixed code of literals and lengths (3.2.6). */
static void
put_symbol(struct deflate *d, u_int sym)
{
	if (sym < 144)
		put_code(d, 0x30 + sym, 8);
	else if (sym < 256)
		put_code(d, 0x190 + sym - 144, 9);
	else if (sym < 280)
		put_code(d, sym - 256, 7);
	else
		put_code(d, 0xc0 + sym - 280, 8);
}

/*
 * Lengths and distances (3.2.5): after the first few, each code covers twice
 * as many values as the one that is per codes before it.
 */
static void
put_length(struct deflate *d, u_int len)
{
	u_int	 extra, v = len - MATCH_MIN;

	if (len == MATCH_MAX) {
		put_symbol(d, 285);
		return;
	}
	if (v < 8) {
		put_symbol(d, 257 + v);
		return;
	}
	extra = 29 - __builtin_clz(v);
	put_symbol(d, 257 + 4 * extra + (v >> extra));
	put_bits(d, v & ((1u << extra) - 1), extra);
}

static void
put_distance(struct deflate *d, u_int dist)
{
	u_int	 extra, v = dist - 1;

	if (v < 4) {
		put_code(d, v, 5);
		return;
	}
	extra = 30 - __builtin_clz(v);
	put_code(d, 2 * extra + (v >> extra), 5);
	put_bits(d, v & ((1u << extra) - 1), extra);
}

static u_int
hash3(const u_int8_t *p)
{
	return ((p[0] << 16 | p[1] << 8 | p[2]) * 0x9e3779b1u >>
	    (32 - HASH_BITS));
}

static void
remember(struct deflate *d, const u_int8_t *in, u_int pos)
{
	u_int	 h = hash3(in + pos);

	d->d_prev[pos] = d->d_head[h];
	d->d_head[h] = pos;
}

static u_int
match_len(const u_int8_t *a, const u_int8_t *b, u_int max)
{
	u_int	 n = 0;

	while (n < max && a[n] == b[n])
		n++;
	return (n);
}

/* The longest string before pos that comes again there; its length. */
static u_int
find_match(const struct deflate *d, const u_int8_t *in, u_int inlen,
    u_int pos, u_int *distp)
{
	u_int	 best = 0, n, max = MIN(MATCH_MAX, inlen - pos), i;
	u_int	 at = d->d_head[hash3(in + pos)];

	for (i = 0; i < CHAIN_MAX && at != NOWHERE && pos - at <= WINDOW;
	    i++, at = d->d_prev[at]) {
		n = match_len(in + at, in + pos, max);
		if (n > best) {
			best = n;
			*distp = pos - at;
			if (n == max)
				break;
		}
	}
	return (best);
}

/*
 * Compress inlen bytes (less than 64 KB) into out, which has room for outmax.
 * 0 and the length in *outlen, or E2BIG when it does not fit.
 */
int
deflate_block(const u_int8_t *in, u_int inlen, u_int8_t *out, u_int outmax,
    u_int *outlen)
{
	static struct deflate	 d;	/* under the net lock */
	u_int			 dist = 0, end, len, pos = 0;

	d.d_out = out;
	d.d_outmax = outmax;
	d.d_outlen = d.d_nbits = d.d_full = 0;
	d.d_bits = 0;
	memset(d.d_head, 0xff, sizeof(d.d_head));
	put_bits(&d, 1, 1);		/* the last block */
	put_bits(&d, 1, 2);		/* with the fixed codes */
	while (pos < inlen && !d.d_full) {
		len = inlen - pos < MATCH_MIN ? 0 :
		    find_match(&d, in, inlen, pos, &dist);
		if (len < MATCH_MIN) {
			put_symbol(&d, in[pos]);
			len = 1;
		} else {
			put_length(&d, len);
			put_distance(&d, dist);
		}
		for (end = pos + len; pos < end; pos++)
			if (inlen - pos >= MATCH_MIN)
				remember(&d, in, pos);
	}
	put_symbol(&d, 256);
	put_bits(&d, 0, 7);		/* push the last bits out */
	*outlen = d.d_outlen;
	return (d.d_full ? E2BIG : 0);
}

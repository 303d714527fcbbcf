/*
 * BLAKE2s, RFC 7693, and HMAC (RFC 2104) upon it.
 *
 * The names of the RFC: h is the chained value, t the count of bytes, v the
 * working vector, m the message words, SIGMA the schedule.  Nothing here
 * branches on, or indexes by, what is hashed.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>

#include <crypto/blake2s.h>

#define ROUNDS	10

static const uint32_t blake2s_iv[8] = {
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
	0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19
};

static const uint8_t sigma[ROUNDS][16] = {
	{  0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15 },
	{ 14, 10,  4,  8,  9, 15, 13,  6,  1, 12,  0,  2, 11,  7,  5,  3 },
	{ 11,  8, 12,  0,  5,  2, 15, 13, 10, 14,  3,  6,  7,  1,  9,  4 },
	{  7,  9,  3,  1, 13, 12, 11, 14,  2,  6,  5, 10,  4,  0, 15,  8 },
	{  9,  0,  5,  7,  2,  4, 10, 15, 14,  1, 11, 12,  6,  8,  3, 13 },
	{  2, 12,  6, 10,  0, 11,  8,  3,  4, 13,  7,  5, 15, 14,  1,  9 },
	{ 12,  5,  1, 15, 14, 13,  4, 10,  0,  7,  6,  3,  9,  2,  8, 11 },
	{ 13, 11,  7, 14, 12,  1,  3,  9,  5,  0, 15,  4,  8,  6,  2, 10 },
	{  6, 15, 14,  9, 11,  3,  0,  8, 12,  2, 13,  7,  1,  4, 10,  5 },
	{ 10,  2,  8,  4,  7,  6,  1,  5, 15, 11,  9, 14,  3, 12, 13,  0 }
};

static inline uint32_t
ror(uint32_t v, u_int n)
{
	return (v >> n | v << (32 - n));
}

/* RFC 7693, 3.1: the mixing function G. */
static inline void
mix(uint32_t v[16], u_int a, u_int b, u_int c, u_int d, uint32_t x,
    uint32_t y)
{
	v[a] += v[b] + x;
	v[d] = ror(v[d] ^ v[a], 16);
	v[c] += v[d];
	v[b] = ror(v[b] ^ v[c], 12);
	v[a] += v[b] + y;
	v[d] = ror(v[d] ^ v[a], 8);
	v[c] += v[d];
	v[b] = ror(v[b] ^ v[c], 7);
}

/* 3.2: the compression function F, after n more bytes. */
static void
compress(struct blake2s_state *b, const uint8_t *block, size_t n, int last)
{
	const uint8_t	*s;
	uint32_t	 m[16], v[16];
	u_int		 i;

	b->b_count += n;
	memcpy(m, block, sizeof(m));
	for (i = 0; i < 16; i++)
		m[i] = letoh32(m[i]);
	for (i = 0; i < 8; i++) {
		v[i] = b->b_h[i];
		v[i + 8] = blake2s_iv[i];
	}
	v[12] ^= (uint32_t)b->b_count;
	v[13] ^= (uint32_t)(b->b_count >> 32);
	if (last)
		v[14] = ~v[14];
#pragma GCC unroll 10
	for (i = 0; i < ROUNDS; i++) {
		s = sigma[i];
		mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]]);
		mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]]);
		mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]]);
		mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]]);
		mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]]);
		mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]]);
		mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]]);
		mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]]);
	}
	for (i = 0; i < 8; i++)
		b->b_h[i] ^= v[i] ^ v[i + 8];
	explicit_bzero(m, sizeof(m));
	explicit_bzero(v, sizeof(v));
}

/*
 * Begin a hash of outlen bytes, 1 to 32.
 */
void
blake2s_init(struct blake2s_state *b, size_t outlen)
{
	blake2s_init_key(b, outlen, NULL, 0);
}

/*
 * The same with a key of at most 32 bytes.
 */
void
blake2s_init_key(struct blake2s_state *b, size_t outlen, const void *key,
    size_t keylen)
{
	KASSERT(outlen > 0 && outlen <= BLAKE2S_HASH_SIZE);
	KASSERT(keylen <= BLAKE2S_KEY_SIZE);
	memset(b, 0, sizeof(*b));
	memcpy(b->b_h, blake2s_iv, sizeof(b->b_h));
	b->b_h[0] ^= 0x01010000 ^ keylen << 8 ^ outlen;
	b->b_outlen = outlen;
	if (keylen > 0) {
		/* The key, padded with zeroes, is the first block. */
		memcpy(b->b_buf, key, keylen);
		b->b_buflen = BLAKE2S_BLOCK_SIZE;
	}
}

/*
 * Hash len more bytes.
 */
void
blake2s_update(struct blake2s_state *b, const void *data, size_t len)
{
	const uint8_t	*p = data;
	size_t		 n;

	while (len > 0) {
		/* The last block is compressed by blake2s_final(). */
		if (b->b_buflen == BLAKE2S_BLOCK_SIZE) {
			compress(b, b->b_buf, BLAKE2S_BLOCK_SIZE, 0);
			b->b_buflen = 0;
		}
		n = MIN(len, BLAKE2S_BLOCK_SIZE - b->b_buflen);
		memcpy(b->b_buf + b->b_buflen, p, n);
		b->b_buflen += n;
		p += n;
		len -= n;
	}
}

/*
 * Store the hash, of the length asked for at the start, and wipe the state.
 */
void
blake2s_final(struct blake2s_state *b, void *out)
{
	u_int	 i;

	memset(b->b_buf + b->b_buflen, 0, BLAKE2S_BLOCK_SIZE - b->b_buflen);
	compress(b, b->b_buf, b->b_buflen, 1);
	for (i = 0; i < 8; i++)
		b->b_h[i] = htole32(b->b_h[i]);
	memcpy(out, b->b_h, b->b_outlen);
	explicit_bzero(b, sizeof(*b));
}

/*
 * Everything at once: the hash of len bytes, outlen bytes long; keylen may
 * be 0.
 */
void
blake2s(void *out, size_t outlen, const void *data, size_t len,
    const void *key, size_t keylen)
{
	struct blake2s_state	 b;

	blake2s_init_key(&b, outlen, key, keylen);
	blake2s_update(&b, data, len);
	blake2s_final(&b, out);
}

/*
 * HMAC-BLAKE2s of len bytes; out takes 32 and may overlap both inputs.
 */
void
blake2s_hmac(void *out, const void *key, size_t keylen, const void *data,
    size_t len)
{
	struct blake2s_state	 b;
	uint8_t			 inner[BLAKE2S_HASH_SIZE];
	uint8_t			 pad[BLAKE2S_BLOCK_SIZE];
	u_int			 i;

	memset(pad, 0, sizeof(pad));
	if (keylen > BLAKE2S_BLOCK_SIZE)
		blake2s(pad, BLAKE2S_HASH_SIZE, key, keylen, NULL, 0);
	else
		memcpy(pad, key, keylen);
	for (i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36;
	blake2s_init(&b, BLAKE2S_HASH_SIZE);
	blake2s_update(&b, pad, sizeof(pad));
	blake2s_update(&b, data, len);
	blake2s_final(&b, inner);
	for (i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	blake2s_init(&b, BLAKE2S_HASH_SIZE);
	blake2s_update(&b, pad, sizeof(pad));
	blake2s_update(&b, inner, sizeof(inner));
	blake2s_final(&b, out);
	explicit_bzero(inner, sizeof(inner));
	explicit_bzero(pad, sizeof(pad));
}

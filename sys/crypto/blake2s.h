/*
 * BLAKE2s (RFC 7693): a hash of up to 32 bytes, with an optional key.
 */
#ifndef _CRYPTO_BLAKE2S_H_
#define _CRYPTO_BLAKE2S_H_

#include <sys/types.h>

#define BLAKE2S_BLOCK_SIZE	64
#define BLAKE2S_HASH_SIZE	32
#define BLAKE2S_KEY_SIZE	32

struct blake2s_state {
	uint32_t	b_h[8];			/* chained value */
	uint64_t	b_count;		/* bytes compressed */
	uint8_t		b_buf[BLAKE2S_BLOCK_SIZE];
	size_t		b_buflen;
	size_t		b_outlen;
};

void	 blake2s_init(struct blake2s_state *, size_t);
void	 blake2s_init_key(struct blake2s_state *, size_t, const void *,
	    size_t);
void	 blake2s_update(struct blake2s_state *, const void *, size_t);
void	 blake2s_final(struct blake2s_state *, void *);
void	 blake2s(void *, size_t, const void *, size_t, const void *, size_t);

/* HMAC (RFC 2104) with BLAKE2s-256 as its hash; always 32 bytes. */
void	 blake2s_hmac(void *, const void *, size_t, const void *, size_t);

#endif /* _CRYPTO_BLAKE2S_H_ */

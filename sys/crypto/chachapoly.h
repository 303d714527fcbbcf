/*
 * ChaCha20-Poly1305 for single messages (RFC 8439), and with the long nonce
 * of XChaCha (draft-irtf-cfrg-xchacha).  Packets go through crypto(9).
 */
#ifndef _CRYPTO_CHACHAPOLY_H_
#define _CRYPTO_CHACHAPOLY_H_

#include <sys/types.h>

#define CHACHAPOLY_KEY_SIZE	32
#define CHACHAPOLY_TAG_SIZE	16
#define XCHACHAPOLY_NONCE_SIZE	24

void	 chachapoly_seal(uint8_t *, const uint8_t *, size_t, const uint8_t *,
	    size_t, uint64_t, const uint8_t *);
int	 chachapoly_open(uint8_t *, const uint8_t *, size_t, const uint8_t *,
	    size_t, uint64_t, const uint8_t *);
void	 xchachapoly_seal(uint8_t *, const uint8_t *, size_t,
	    const uint8_t *, size_t, const uint8_t *, const uint8_t *);
int	 xchachapoly_open(uint8_t *, const uint8_t *, size_t,
	    const uint8_t *, size_t, const uint8_t *, const uint8_t *);
void	 hchacha20(uint8_t *, const uint8_t *, const uint8_t *);

#endif /* _CRYPTO_CHACHAPOLY_H_ */

/*
 * The ChaCha20 block function (RFC 8439 section 2.3), for random numbers.
 * Packets are encrypted by crypto(9).
 */
#ifndef _LIB_LIBKERN_CHACHA20_H_
#define _LIB_LIBKERN_CHACHA20_H_

#include <sys/types.h>

#define CHACHA20_KEY	32		/* bytes */
#define CHACHA20_NONCE	12
#define CHACHA20_BLOCK	64

void	chacha20_block(const uint8_t *, uint32_t, const uint8_t *, uint8_t *);

#endif /* _LIB_LIBKERN_CHACHA20_H_ */

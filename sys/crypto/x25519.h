/*
 * X25519 (RFC 7748): the Diffie-Hellman function on Curve25519.
 */
#ifndef _CRYPTO_X25519_H_
#define _CRYPTO_X25519_H_

#include <sys/types.h>

#define X25519_SIZE	32		/* bytes of scalars and points */

/* out = scalar * point; the provider clamps the scalar itself. */
typedef int	 x25519_fn(uint8_t *, const uint8_t *, const uint8_t *);

int	 x25519(uint8_t *, const uint8_t *, const uint8_t *);
int	 x25519_public(uint8_t *, const uint8_t *);
void	 x25519_clamp(uint8_t *);
void	 x25519_provider(x25519_fn *, const char *);
const char *x25519_provider_name(void);

#endif /* _CRYPTO_X25519_H_ */

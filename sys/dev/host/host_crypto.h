/*
 * Ciphers of the host: Intel's Multi-Buffer library, and X25519 of libcrypto.
 */
#ifndef _DEV_HOST_HOST_CRYPTO_H_
#define _DEV_HOST_HOST_CRYPTO_H_

#include <stddef.h>
#include <stdint.h>

/* What a key is for. */
#define HOST_CRYPTO_GCM		1
#define HOST_CRYPTO_CHACHAPOLY	2
#define HOST_CRYPTO_CBC_HMAC	3

#define HOST_CRYPTO_TAGMAX	64

/*
 * One request.  AEAD: ho_auth is the additional data.  CBC and HMAC: ho_auth
 * is all that is authenticated; the text lies at or after its start, in the
 * same buffer.  The tag, whole, is stored in ho_tag; comparing is the
 * caller's.
 */
struct host_crypto_op {
	void		*ho_key;	/* host_crypto_key() */
	uint8_t		*ho_text;	/* in place */
	uint8_t		*ho_auth;
	uint32_t	 ho_textlen;
	uint32_t	 ho_authlen;
	int		 ho_encrypt;
	int		 ho_error;	/* 0, or the request made no sense */
	uint8_t		 ho_iv[16];	/* 12 of an AEAD */
	uint8_t		 ho_tag[HOST_CRYPTO_TAGMAX];
};

/* On the host's stack, before the kernel starts. */
void	 host_crypto_init(void);

/* What there is: the name of the engine, or NULL when the CPU lacks it. */
const char *host_crypto_name(void);

/*
 * A key: kind is HOST_CRYPTO_*, bits of HMAC's hash (1, 256, 384, 512) or 0,
 * the cipher's key and the MAC's, in bytes; either may be missing (length 0).
 * NULL without memory or for a length that there is none of.  Freeing wipes
 * it.
 */
void	*host_crypto_key(int, int, const uint8_t *, size_t, const uint8_t *,
	    size_t);
void	 host_crypto_key_free(void *);

/* Work on n requests. */
void	 host_crypto_batch(struct host_crypto_op *, unsigned int);

/* out = scalar * point; 0, or -1 when it cannot be had here. */
int	 host_x25519(uint8_t *, const uint8_t *, const uint8_t *);

#endif /* _DEV_HOST_HOST_CRYPTO_H_ */

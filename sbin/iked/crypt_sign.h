/*
 * Signatures of IKE_AUTH, on libcrypto.
 */
#ifndef _CRYPT_SIGN_H_
#define _CRYPT_SIGN_H_

#include <sys/types.h>

#include <openssl/evp.h>

#include "buf.h"

const char *key_check(EVP_PKEY *, uint8_t);
int	 key_describe(EVP_PKEY *, char *, size_t);
int	 sign_make(EVP_PKEY *, uint8_t, uint8_t, const struct blob *,
	    uint8_t *, struct blob *, const char **);
const char *sign_check(EVP_PKEY *, uint8_t, uint8_t, const struct blob *,
	    const void *, size_t);

#endif /* _CRYPT_SIGN_H_ */

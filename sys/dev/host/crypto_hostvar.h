/*
 * The host's ciphers as a driver of crypto(9).
 */
#ifndef _DEV_HOST_CRYPTO_HOSTVAR_H_
#define _DEV_HOST_CRYPTO_HOSTVAR_H_

void	 crypto_host_init(void);

#endif /* _DEV_HOST_CRYPTO_HOSTVAR_H_ */

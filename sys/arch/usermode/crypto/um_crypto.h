/*
 * The host's ciphers as a driver of crypto(9).
 */
#ifndef _UM_CRYPTO_H_
#define _UM_CRYPTO_H_

void	 um_crypto_init(void);

#endif /* _UM_CRYPTO_H_ */

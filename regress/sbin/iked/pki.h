/*
 * Certificates for tests, made on the spot.
 */
#ifndef _PKI_H_
#define _PKI_H_

#include <openssl/evp.h>
#include <openssl/x509.h>

#define DAY	86400

struct pki {
	X509		*x;
	EVP_PKEY	*key;
};

/* What a certificate is to be; what is 0 is usual. */
struct order {
	const char	*cn;
	const char	*san;		/* "DNS:a,IP:192.0.2.1" */
	struct pki	*by;		/* NULL: itself */
	EVP_PKEY	*key;		/* NULL: a new one, ECDSA P-256 */
	int		 ca;
	long		 from;		/* seconds from now, one day ago */
	long		 to;		/* ten days from now */
	const char	*ku;		/* keyUsage */
	const EVP_MD	*md;
};

struct pki pki_make(const struct order *);
void	 pki_free(struct pki *);
void	 pki_write(const char *, X509 *);
void	 pki_crl(const char *, struct pki *, X509 *);

#endif /* _PKI_H_ */

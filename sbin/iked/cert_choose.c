/*
 * Who we are: the certificate that names our identity, holds our key, and
 * comes from an authority that the peer asks for; then any that names us;
 * then the raw public key (RFC 7670), which the peer has to know.
 */
#include <sys/types.h>

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "cert.h"
#include "crypt_sign.h"
#include "log.h"

#define CHAIN_MAX	8

/* A certificate and the authorities above it. */
static unsigned int
chain_of(const struct store *st, X509 *x, X509 *chain[CHAIN_MAX])
{
	unsigned int	 n = 0;

	while (x != NULL && n < CHAIN_MAX) {
		chain[n++] = x;
		if (X509_check_issued(x, x) == X509_V_OK)
			break;
		x = store_issuer(st, x);
	}
	return (n);
}

/* Is an authority above a certificate among those asked for? */
static int
asked_for(X509 **chain, unsigned int n, const struct blob *hashes)
{
	uint8_t		 hash[20];
	unsigned int	 i;
	size_t		 k;

	for (i = 1; i < n; i++) {
		if (cert_keyhash(chain[i], hash) == -1)
			continue;
		for (k = 0; k + 20 <= hashes->b_len; k += 20)
			if (memcmp(hashes->b_data + k, hash, 20) == 0)
				return (1);
	}
	return (0);
}

static X509 *
choose(const struct store *st, const struct wish *wi)
{
	const struct blob	*hashes = wi->wi_certreq.b_len != 0 ?
				    &wi->wi_certreq : &st->st_hashes;
	X509			*x, *any = NULL, *chain[CHAIN_MAX];
	EVP_PKEY		*key;
	unsigned int		 n;
	int			 i;

	for (i = 0; i < sk_X509_num(st->st_certs); i++) {
		x = sk_X509_value(st->st_certs, i);
		key = X509_get0_pubkey(x);
		if (key == NULL || EVP_PKEY_eq(key, st->st_key) != 1 ||
		    !cert_is(x, &wi->wi_id))
			continue;
		n = chain_of(st, x, chain);
		if (asked_for(chain, n, hashes))
			return (x);
		if (any == NULL)
			any = x;
	}
	return (any);
}

static int
cert_add(struct signature *sg, uint8_t type, unsigned char *der, int len)
{
	int	 error = -1;

	if (len > 0 && sg->sg_ncerts < CERTS_MAX &&
	    blob_set(&sg->sg_certs[sg->sg_ncerts], der, len) == 0) {
		sg->sg_types[sg->sg_ncerts++] = type;
		error = 0;
	}
	OPENSSL_free(der);
	return (error);
}

static int
x509_add(struct signature *sg, X509 *x)
{
	unsigned char	*der = NULL;
	int		 len = i2d_X509(x, &der);

	return (cert_add(sg, CERT_X509, der, len));
}

/* Ours, and what is between it and a root, which the peer has. */
static int
certs_put(const struct store *st, X509 *x, struct signature *sg)
{
	X509		*chain[CHAIN_MAX];
	unsigned int	 n = chain_of(st, x, chain), i;

	if (x509_add(sg, x) == -1)
		return (-1);
	for (i = 1; i < n && i <= CERT_EXTRA; i++)
		if (X509_check_issued(chain[i], chain[i]) != X509_V_OK &&
		    x509_add(sg, chain[i]) == -1)
			return (-1);
	return (0);
}

static int
rawkey_put(const struct store *st, struct signature *sg)
{
	unsigned char	*der = NULL;
	int		 len = i2d_PUBKEY(st->st_key, &der);

	return (cert_add(sg, CERT_RAW_KEY, der, len));
}

/*
 * Sign, and choose what to show; sg is empty before, and the caller's to
 * free.  -1: it cannot be done, and why is set.
 */
int
wish_grant(struct store *st, const struct wish *wi, struct signature *sg,
    const char **why)
{
	X509	*x;
	int	 error;

	*why = "no private key";
	if (st->st_key == NULL)
		return (-1);
	if (sign_make(st->st_key, wi->wi_want, wi->wi_hashes, &wi->wi_octets,
	    &sg->sg_method, &sg->sg_data, why) == -1) {
		ERR_clear_error();
		return (-1);
	}
	*why = "no memory";
	x = choose(st, wi);
	error = x != NULL ? certs_put(st, x, sg) : rawkey_put(st, sg);
	ERR_clear_error();
	return (error);
}

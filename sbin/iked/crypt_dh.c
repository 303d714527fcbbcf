/*
 * Diffie-Hellman: MODP groups (RFC 2409, 3526), elliptic curves over primes
 * (RFC 5903, 6954) and Curve25519 (RFC 8031).
 *
 * Public values are as the KE payload has them: MODP padded to the size of
 * the prime, curves X | Y, Curve25519 its 32 bytes.  What a peer sends is
 * checked before it is used: 1 < value < p - 1 (RFC 6989), the point on the
 * curve, the shared secret of Curve25519 not zero.
 */
#include <sys/types.h>

#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "crypt.h"
#include "ikev2.h"

struct group {
	uint16_t	 g_id;
	size_t		 g_len;		/* of the public value, bytes */
	const char	*g_curve;	/* EC; NULL: MODP */
	BIGNUM		*(*g_prime)(BIGNUM *);
	int		 g_bits;	/* of the private exponent */
};

struct dh {
	const struct group	*d_group;
	EVP_PKEY		*d_pkey;	/* curves */
	BIGNUM			*d_priv;	/* MODP */
	BIGNUM			*d_prime;
};

/* Exponents: twice the strength that RFC 3526, 8 estimates. */
static const struct group	 groups[] = {
	{ DH_MODP1024, 128, NULL, BN_get_rfc2409_prime_1024, 256 },
	{ DH_MODP1536, 192, NULL, BN_get_rfc3526_prime_1536, 256 },
	{ DH_MODP2048, 256, NULL, BN_get_rfc3526_prime_2048, 320 },
	{ DH_MODP3072, 384, NULL, BN_get_rfc3526_prime_3072, 420 },
	{ DH_MODP4096, 512, NULL, BN_get_rfc3526_prime_4096, 480 },
	{ DH_MODP6144, 768, NULL, BN_get_rfc3526_prime_6144, 540 },
	{ DH_MODP8192, 1024, NULL, BN_get_rfc3526_prime_8192, 620 },
	{ DH_ECP256, 64, "P-256", NULL, 0 },
	{ DH_ECP384, 96, "P-384", NULL, 0 },
	{ DH_ECP521, 132, "P-521", NULL, 0 },
	{ DH_BRAINPOOL256, 64, "brainpoolP256r1", NULL, 0 },
	{ DH_BRAINPOOL384, 96, "brainpoolP384r1", NULL, 0 },
	{ DH_BRAINPOOL512, 128, "brainpoolP512r1", NULL, 0 },
	{ DH_CURVE25519, 32, "X25519", NULL, 0 },
};

static const struct group *
group_find(uint16_t id)
{
	size_t	 i;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (groups[i].g_id == id)
			return (&groups[i]);
	return (NULL);
}

/*
 * Is the group one of ours?
 */
int
dh_supported(uint16_t id)
{
	return (group_find(id) != NULL);
}

static int
modp_new(struct dh *d, struct blob *pub)
{
	BN_CTX	*ctx = BN_CTX_new();
	BIGNUM	*g = BN_new(), *y = BN_new();
	uint8_t	 buf[1024];
	int	 ok;

	d->d_prime = d->d_group->g_prime(NULL);
	d->d_priv = BN_new();
	ok = ctx != NULL && g != NULL && y != NULL && d->d_prime != NULL &&
	    d->d_priv != NULL && BN_set_word(g, 2) &&
	    BN_priv_rand(d->d_priv, d->d_group->g_bits, BN_RAND_TOP_ONE,
	    BN_RAND_BOTTOM_ANY);
	if (ok) {
		BN_set_flags(d->d_priv, BN_FLG_CONSTTIME);
		ok = BN_mod_exp(y, g, d->d_priv, d->d_prime, ctx) &&
		    BN_bn2binpad(y, buf, d->d_group->g_len) > 0 &&
		    blob_set(pub, buf, d->d_group->g_len) == 0;
	}
	BN_free(g);
	BN_free(y);
	BN_CTX_free(ctx);
	return (ok ? 0 : -1);
}

static int
modp_secret(struct dh *d, const void *pub, size_t len, struct blob *secret)
{
	BN_CTX	*ctx = BN_CTX_new();
	BIGNUM	*y = BN_bin2bn(pub, len, NULL), *z = BN_new();
	BIGNUM	*max = BN_dup(d->d_prime);
	uint8_t	 buf[1024];
	int	 ok;

	ok = ctx != NULL && y != NULL && z != NULL && max != NULL &&
	    BN_sub_word(max, 1) && BN_cmp(y, BN_value_one()) > 0 &&
	    BN_cmp(y, max) < 0 &&
	    BN_mod_exp(z, y, d->d_priv, d->d_prime, ctx) &&
	    BN_bn2binpad(z, buf, len) > 0 && blob_set(secret, buf, len) == 0;
	explicit_bzero(buf, sizeof(buf));
	BN_clear_free(z);
	BN_free(y);
	BN_free(max);
	BN_CTX_free(ctx);
	return (ok ? 0 : -1);
}

static int
curve_new(struct dh *d, struct blob *pub)
{
	const struct group	*g = d->d_group;
	uint8_t			 buf[160];
	size_t			 len;

	if (g->g_id == DH_CURVE25519) {
		d->d_pkey = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
		len = sizeof(buf);
		if (d->d_pkey == NULL || !EVP_PKEY_get_raw_public_key(
		    d->d_pkey, buf, &len))
			return (-1);
		return (blob_set(pub, buf, len));
	}
	d->d_pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", g->g_curve);
	if (d->d_pkey == NULL || !EVP_PKEY_get_octet_string_param(d->d_pkey,
	    OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, buf, sizeof(buf), &len) ||
	    len != g->g_len + 1)
		return (-1);
	return (blob_set(pub, buf + 1, g->g_len));
}

/* A peer's point, which libcrypto finds on the curve. */
static EVP_PKEY *
curve_peer(const struct group *g, const void *pub, size_t len)
{
	OSSL_PARAM	 params[3];
	EVP_PKEY_CTX	*ctx;
	EVP_PKEY	*pkey = NULL;
	uint8_t		 point[160];

	if (g->g_id == DH_CURVE25519)
		return (EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, pub,
		    len));
	point[0] = 4;
	memcpy(point + 1, pub, len);
	params[0] = OSSL_PARAM_construct_utf8_string(
	    OSSL_PKEY_PARAM_GROUP_NAME, (char *)g->g_curve, 0);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
	    point, len + 1);
	params[2] = OSSL_PARAM_construct_end();
	ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) <= 0 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) <= 0)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	return (pkey);
}

static int
curve_secret(struct dh *d, const void *pub, size_t len, struct blob *secret)
{
	EVP_PKEY_CTX	*ctx = NULL;
	EVP_PKEY	*peer;
	uint8_t		 buf[80];
	size_t		 n = sizeof(buf);
	int		 ok;

	peer = curve_peer(d->d_group, pub, len);
	if (peer != NULL)
		ctx = EVP_PKEY_CTX_new(d->d_pkey, NULL);
	ok = ctx != NULL && EVP_PKEY_derive_init(ctx) > 0 &&
	    EVP_PKEY_derive_set_peer(ctx, peer) > 0 &&
	    EVP_PKEY_derive(ctx, buf, &n) > 0 &&
	    blob_set(secret, buf, n) == 0;
	explicit_bzero(buf, sizeof(buf));
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	return (ok ? 0 : -1);
}

/*
 * A key of a group, and its public value.  NULL: unknown group, or failure.
 */
struct dh *
dh_new(uint16_t id, struct blob *pub)
{
	const struct group	*g = group_find(id);
	struct dh		*d;

	if (g == NULL || (d = calloc(1, sizeof(*d))) == NULL)
		return (NULL);
	d->d_group = g;
	if ((g->g_curve == NULL ? modp_new(d, pub) : curve_new(d, pub)) ==
	    -1) {
		dh_free(d);
		return (NULL);
	}
	return (d);
}

/*
 * The secret shared with the owner of a public value of len bytes.  -1: the
 * value is not one of the group.
 */
int
dh_secret(struct dh *d, const void *pub, size_t len, struct blob *secret)
{
	if (len != d->d_group->g_len)
		return (-1);
	if (d->d_group->g_curve == NULL)
		return (modp_secret(d, pub, len, secret));
	return (curve_secret(d, pub, len, secret));
}

/*
 * Wipe and free a key; NULL is none.
 */
void
dh_free(struct dh *d)
{
	if (d == NULL)
		return;
	EVP_PKEY_free(d->d_pkey);
	BN_clear_free(d->d_priv);
	BN_free(d->d_prime);
	free(d);
}

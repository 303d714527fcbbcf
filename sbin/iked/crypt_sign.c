/*
 * Signatures of IKE_AUTH:
 *
 *	method 1	RSA, PKCS #1 (RFC 7296, 2.15; 3.8)
 *	methods 9 to 11	ECDSA, each with its curve and hash (RFC 4754)
 *	method 14	any, named by an AlgorithmIdentifier (RFC 7427): RSA by
 *			PKCS #1 and PSS, ECDSA, Ed25519 and Ed448 (RFC 8420)
 *
 * RFC 8247 rules SHA-1 out for method 14; method 1 has it where the peer
 * knows nothing better.
 */
#include <sys/types.h>

#include <stdio.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "crypt_sign.h"
#include "ikev2.h"

#define RSA_BITS_MIN	2048		/* RFC 8247, 4.1 */
#define RSA_BITS_MAX	8192
#define ALGID_MAX	67

enum kind { K_NONE, K_RSA, K_RSA_PSS, K_ECDSA, K_EDDSA };

/* The curves, the methods of RFC 4754, and the hashes that go with them. */
static const struct curve {
	const char	*cu_name;
	const char	*cu_text;
	uint8_t		 cu_method;
	uint8_t		 cu_hash;	/* SIGHASH_* */
	size_t		 cu_len;	/* of r, and of s */
} curves[] = {
	{ "prime256v1", "P-256", AUTH_ECDSA_256, SIGHASH_SHA2_256, 32 },
	{ "secp384r1", "P-384", AUTH_ECDSA_384, SIGHASH_SHA2_384, 48 },
	{ "secp521r1", "P-521", AUTH_ECDSA_521, SIGHASH_SHA2_512, 66 },
};
#define NCURVES		(sizeof(curves) / sizeof(curves[0]))

/* The hashes, best first, and what their algorithms are called. */
static const struct hash {
	uint8_t		 h_id;		/* SIGHASH_* */
	const EVP_MD	*(*h_md)(void);
	int		 h_nid;
	int		 h_rsa;		/* NID of RSA by PKCS #1 */
	int		 h_ecdsa;
} hashes[] = {
	{ SIGHASH_SHA2_256, EVP_sha256, NID_sha256,
	    NID_sha256WithRSAEncryption, NID_ecdsa_with_SHA256 },
	{ SIGHASH_SHA2_384, EVP_sha384, NID_sha384,
	    NID_sha384WithRSAEncryption, NID_ecdsa_with_SHA384 },
	{ SIGHASH_SHA2_512, EVP_sha512, NID_sha512,
	    NID_sha512WithRSAEncryption, NID_ecdsa_with_SHA512 },
};
#define NHASHES		(sizeof(hashes) / sizeof(hashes[0]))

/* What an AlgorithmIdentifier says. */
struct algid {
	enum kind		 a_kind;
	int			 a_nid;		/* of EdDSA */
	const struct hash	*a_hash;
	int			 a_salt;	/* of PSS */
};

static enum kind
key_kind(EVP_PKEY *key)
{
	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
		return (K_RSA);
	case EVP_PKEY_RSA_PSS:
		return (K_RSA_PSS);
	case EVP_PKEY_EC:
		return (K_ECDSA);
	case EVP_PKEY_ED25519:
	case EVP_PKEY_ED448:
		return (K_EDDSA);
	default:
		return (K_NONE);
	}
}

static const struct curve *
key_curve(EVP_PKEY *key)
{
	char	 name[64];
	size_t	 len, i;

	if (key_kind(key) != K_ECDSA ||
	    !EVP_PKEY_get_group_name(key, name, sizeof(name), &len))
		return (NULL);
	for (i = 0; i < NCURVES; i++)
		if (strcmp(curves[i].cu_name, name) == 0)
			return (&curves[i]);
	return (NULL);
}

/*
 * Is a key one that a policy's method (AUTH_*) can be done with, and as
 * long as it should be?  NULL, or what is wrong.
 */
const char *
key_check(EVP_PKEY *key, uint8_t want)
{
	const struct curve	*cu;
	int			 bits = EVP_PKEY_get_bits(key);
	int			 any = want == AUTH_SIG || want == AUTH_SIG_ANY;

	switch (key_kind(key)) {
	case K_RSA:
	case K_RSA_PSS:
		if (bits < RSA_BITS_MIN)
			return ("RSA key shorter than 2048 bits");
		if (bits > RSA_BITS_MAX)
			return ("RSA key longer than 8192 bits");
		return (any || want == AUTH_RSA ? NULL :
		    "RSA key, and the policy wants ECDSA");
	case K_ECDSA:
		cu = key_curve(key);
		if (cu == NULL)
			return ("unknown curve");
		return (any || want == cu->cu_method ? NULL :
		    "ECDSA key, and the policy wants another");
	case K_EDDSA:
		return (any ? NULL : "EdDSA key, and the policy wants another");
	default:
		return ("unknown type of key");
	}
}

/*
 * Write type and size of a key ("RSA 2048", "ECDSA P-256", "ED25519") into
 * buf; -1: it is none that is known.
 */
int
key_describe(EVP_PKEY *key, char *buf, size_t size)
{
	const struct curve	*cu;

	switch (key_kind(key)) {
	case K_RSA:
		snprintf(buf, size, "RSA %d", EVP_PKEY_get_bits(key));
		return (0);
	case K_RSA_PSS:
		snprintf(buf, size, "RSA-PSS %d", EVP_PKEY_get_bits(key));
		return (0);
	case K_ECDSA:
		cu = key_curve(key);
		snprintf(buf, size, "ECDSA %s", cu != NULL ? cu->cu_text :
		    "?");
		return (cu != NULL ? 0 : -1);
	case K_EDDSA:
		snprintf(buf, size, "%s", EVP_PKEY_get_base_id(key) ==
		    EVP_PKEY_ED25519 ? "ED25519" : "ED448");
		return (0);
	default:
		snprintf(buf, size, "?");
		return (-1);
	}
}

static const struct hash *
hash_by_nid(int nid)
{
	size_t	 i;

	for (i = 0; i < NHASHES; i++)
		if (hashes[i].h_nid == nid)
			return (&hashes[i]);
	return (NULL);
}

/* The hash to sign with, of those that the peer has, a bit for each. */
static const struct hash *
hash_choose(EVP_PKEY *key, uint8_t peer)
{
	const struct curve	*cu = key_curve(key);
	const struct hash	*found = NULL;
	size_t			 i;

	for (i = 0; i < NHASHES; i++) {
		if (!(peer & 1 << hashes[i].h_id))
			continue;
		if (cu != NULL && cu->cu_hash == hashes[i].h_id)
			return (&hashes[i]);
		if (found == NULL)
			found = &hashes[i];
	}
	return (found);
}

/*
 * RFC 7427, appendix A.4.3: PSS with SHA2-256 and a salt of its length, all
 * said explicitly; hash and length are put in place of another.
 */
static size_t
pss_algid(const struct hash *h, uint8_t out[ALGID_MAX])
{
	static const uint8_t	 pss[ALGID_MAX] = {
		0x30, 0x41, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
		0x01, 0x01, 0x0a, 0x30, 0x34, 0xa0, 0x0f, 0x30, 0x0d, 0x06,
		0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
		0x05, 0x00, 0xa1, 0x1c, 0x30, 0x1a, 0x06, 0x09, 0x2a, 0x86,
		0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08, 0x30, 0x0d, 0x06,
		0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
		0x05, 0x00, 0xa2, 0x03, 0x02, 0x01, 0x20
	};

	memcpy(out, pss, sizeof(pss));
	/* The last arcs of the hashes' names are 1, 2 and 3. */
	out[29] = out[59] = h - hashes + 1;
	out[66] = EVP_MD_get_size(h->h_md());
	return (sizeof(pss));
}

/* An AlgorithmIdentifier in DER; 0: none. */
static size_t
algid_put(enum kind kind, EVP_PKEY *key, const struct hash *h,
    uint8_t out[ALGID_MAX])
{
	X509_ALGOR	*a;
	unsigned char	*p = out;
	int		 nid, len = 0;

	if (kind == K_RSA_PSS)
		return (pss_algid(h, out));
	nid = kind == K_EDDSA ? EVP_PKEY_get_base_id(key) :
	    kind == K_RSA ? h->h_rsa : h->h_ecdsa;
	a = X509_ALGOR_new();
	if (a != NULL && X509_ALGOR_set0(a, OBJ_nid2obj(nid),
	    kind == K_RSA ? V_ASN1_NULL : V_ASN1_UNDEF, NULL) &&
	    i2d_X509_ALGOR(a, NULL) <= ALGID_MAX)
		len = i2d_X509_ALGOR(a, &p);
	X509_ALGOR_free(a);
	return (len > 0 ? len : 0);
}

/* The name of an algorithm that has no parameters; NID_undef: it has. */
static int
plain_nid(const X509_ALGOR *alg)
{
	const ASN1_OBJECT	*oid;
	const void		*val;
	int			 type;

	X509_ALGOR_get0(&oid, &type, &val, alg);
	return (type == V_ASN1_UNDEF || type == V_ASN1_NULL ?
	    OBJ_obj2nid(oid) : NID_undef);
}

/* The hash and salt of PSS; -1: not ones that we take. */
static int
pss_get(const ASN1_STRING *params, struct algid *a)
{
	RSA_PSS_PARAMS		*pss;
	X509_ALGOR		*mask = NULL;
	const unsigned char	*p = ASN1_STRING_get0_data(params);
	const ASN1_OBJECT	*oid;
	const void		*val;
	int			 type, good = 0;

	pss = d2i_RSA_PSS_PARAMS(NULL, &p, ASN1_STRING_length(params));
	/* What is not said is SHA-1, or a salt of 20 bytes. */
	if (pss == NULL || pss->hashAlgorithm == NULL ||
	    pss->maskGenAlgorithm == NULL || (pss->trailerField != NULL &&
	    ASN1_INTEGER_get(pss->trailerField) != 1))
		goto done;
	a->a_hash = hash_by_nid(plain_nid(pss->hashAlgorithm));
	X509_ALGOR_get0(&oid, &type, &val, pss->maskGenAlgorithm);
	if (a->a_hash == NULL || OBJ_obj2nid(oid) != NID_mgf1 ||
	    type != V_ASN1_SEQUENCE)
		goto done;
	p = ASN1_STRING_get0_data(val);
	mask = d2i_X509_ALGOR(NULL, &p, ASN1_STRING_length(val));
	if (mask == NULL)
		goto done;
	a->a_salt = pss->saltLength == NULL ? 20 :
	    ASN1_INTEGER_get(pss->saltLength);
	good = plain_nid(mask) == a->a_hash->h_nid && a->a_salt >= 0 &&
	    a->a_salt <= 255;
 done:
	X509_ALGOR_free(mask);
	RSA_PSS_PARAMS_free(pss);
	return (good ? 0 : -1);
}

/* Read an AlgorithmIdentifier of exactly len bytes; -1: none that we take. */
static int
algid_get(const uint8_t *data, size_t len, struct algid *a)
{
	const unsigned char	*p = data;
	const ASN1_OBJECT	*oid;
	const void		*val;
	X509_ALGOR		*alg;
	size_t			 i;
	int			 type;

	memset(a, 0, sizeof(*a));
	alg = d2i_X509_ALGOR(NULL, &p, len);
	if (alg != NULL && p == data + len) {
		X509_ALGOR_get0(&oid, &type, &val, alg);
		a->a_nid = plain_nid(alg);
		if (a->a_nid == NID_ED25519 || a->a_nid == NID_ED448)
			a->a_kind = K_EDDSA;
		else if (OBJ_obj2nid(oid) == NID_rsassaPss && type ==
		    V_ASN1_SEQUENCE && pss_get(val, a) == 0)
			a->a_kind = K_RSA_PSS;
		for (i = 0; i < NHASHES && a->a_kind == K_NONE; i++)
			if (a->a_nid == hashes[i].h_rsa ||
			    a->a_nid == hashes[i].h_ecdsa) {
				a->a_hash = &hashes[i];
				a->a_kind = a->a_nid == hashes[i].h_rsa ?
				    K_RSA : K_ECDSA;
			}
	}
	X509_ALGOR_free(alg);
	return (a->a_kind == K_NONE ? -1 : 0);
}

/* Prepare to sign or to verify; salt -1: no PSS. */
static EVP_MD_CTX *
begin(EVP_PKEY *key, int sign, const EVP_MD *md, int salt)
{
	EVP_MD_CTX	*ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX	*pc;
	int		 good;

	if (ctx == NULL)
		return (NULL);
	good = sign ? EVP_DigestSignInit(ctx, &pc, md, NULL, key) :
	    EVP_DigestVerifyInit(ctx, &pc, md, NULL, key);
	if (good == 1 && salt != -1)
		good = EVP_PKEY_CTX_set_rsa_padding(pc,
		    RSA_PKCS1_PSS_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, salt) == 1;
	if (good == 1)
		return (ctx);
	EVP_MD_CTX_free(ctx);
	return (NULL);
}

/* Sign; 0 in length: failure. */
static size_t
raw_sign(EVP_PKEY *key, const EVP_MD *md, int salt, const struct blob *data,
    uint8_t *sig, size_t size)
{
	EVP_MD_CTX	*ctx = begin(key, 1, md, salt);

	if (ctx == NULL || EVP_DigestSign(ctx, sig, &size, data->b_data,
	    data->b_len) != 1)
		size = 0;
	EVP_MD_CTX_free(ctx);
	return (size);
}

static int
raw_check(EVP_PKEY *key, const EVP_MD *md, int salt, const struct blob *data,
    const uint8_t *sig, size_t len)
{
	EVP_MD_CTX	*ctx = begin(key, 0, md, salt);
	int		 good;

	good = ctx != NULL && EVP_DigestVerify(ctx, sig, len, data->b_data,
	    data->b_len) == 1;
	EVP_MD_CTX_free(ctx);
	return (good);
}

/* ECDSA in DER as RFC 4754 has it: r, s, each of the curve's length. */
static size_t
ecdsa_flatten(const struct curve *cu, uint8_t *sig, size_t len)
{
	const unsigned char	*p = sig;
	ECDSA_SIG		*es;
	int			 good;

	es = d2i_ECDSA_SIG(NULL, &p, len);
	good = es != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(es), sig,
	    cu->cu_len) != -1 && BN_bn2binpad(ECDSA_SIG_get0_s(es),
	    sig + cu->cu_len, cu->cu_len) != -1;
	ECDSA_SIG_free(es);
	return (good ? 2 * cu->cu_len : 0);
}

/* And back; 0: not of the curve's length, or no memory. */
static size_t
ecdsa_unflatten(const struct curve *cu, const uint8_t *in, size_t len,
    uint8_t *out, size_t size)
{
	ECDSA_SIG	*es = ECDSA_SIG_new();
	BIGNUM		*r, *s;
	unsigned char	*p = out;
	int		 n = 0;

	if (es == NULL || len != 2 * cu->cu_len) {
		ECDSA_SIG_free(es);
		return (0);
	}
	r = BN_bin2bn(in, cu->cu_len, NULL);
	s = BN_bin2bn(in + cu->cu_len, cu->cu_len, NULL);
	if (r == NULL || s == NULL || !ECDSA_SIG_set0(es, r, s)) {
		BN_free(r);
		BN_free(s);
	} else if (i2d_ECDSA_SIG(es, NULL) <= (int)size)
		n = i2d_ECDSA_SIG(es, &p);
	ECDSA_SIG_free(es);
	return (n > 0 ? n : 0);
}

/* By method 14; 0: the peer has no hash for our key. */
static size_t
sign_named(EVP_PKEY *key, const struct hash *h, const struct blob *data,
    uint8_t *out, size_t size)
{
	enum kind	 kind = key_kind(key);
	const EVP_MD	*md = kind == K_EDDSA ? NULL : h->h_md();
	uint8_t		 alg[ALGID_MAX];
	size_t		 n, len;

	n = algid_put(kind, key, h, alg);
	if (n == 0 || n + 1 > size)
		return (0);
	out[0] = n;
	memcpy(out + 1, alg, n);
	len = raw_sign(key, md, kind == K_RSA_PSS ? EVP_MD_get_size(md) : -1,
	    data, out + 1 + n, size - 1 - n);
	return (len == 0 ? 0 : 1 + n + len);
}

/*
 * Sign data with our key for a policy's method (AUTH_*) and a peer that has
 * these hashes, a bit for each.  Sets the method of the AUTH payload and its
 * data, the caller's to free.  -1: it cannot be done, and why is set.
 */
int
sign_make(EVP_PKEY *key, uint8_t want, uint8_t peer, const struct blob *data,
    uint8_t *method, struct blob *out, const char **why)
{
	const struct curve	*cu = key_curve(key);
	enum kind		 kind = key_kind(key);
	const struct hash	*h = hash_choose(key, peer);
	uint8_t			 sig[2048];
	size_t			 len;

	*why = key_check(key, want);
	if (*why != NULL)
		return (-1);
	*why = "the peer has no hash for our key";
	if (kind == K_EDDSA ? (peer & 1 << SIGHASH_IDENTITY) != 0 :
	    h != NULL) {
		*method = AUTH_SIG;
		len = sign_named(key, h, data, sig, sizeof(sig));
	} else if (want == AUTH_SIG || (kind != K_RSA && cu == NULL)) {
		return (-1);
	} else if (cu != NULL) {
		*method = cu->cu_method;
		len = raw_sign(key, hashes[cu - curves].h_md(), -1, data, sig,
		    sizeof(sig));
		if (len != 0)
			len = ecdsa_flatten(cu, sig, len);
	} else {
		*method = AUTH_RSA;
		len = raw_sign(key, EVP_sha1(), -1, data, sig, sizeof(sig));
	}
	*why = "the signature failed";
	return (len == 0 ? -1 : blob_set(out, sig, len));
}

static const char *
check_named(EVP_PKEY *key, const struct blob *data, const uint8_t *auth,
    size_t len)
{
	struct algid	 a;
	enum kind	 kind = key_kind(key);

	if (len < 2 || (size_t)auth[0] + 1 >= len ||
	    algid_get(auth + 1, auth[0], &a) == -1)
		return ("unknown algorithm of signature");
	if (a.a_kind != kind && !(a.a_kind == K_RSA_PSS && kind == K_RSA))
		return ("the signature's algorithm is not the key's");
	if (kind == K_EDDSA && a.a_nid != EVP_PKEY_get_base_id(key))
		return ("the signature's algorithm is not the key's");
	len -= auth[0] + 1;
	auth += auth[0] + 1;
	return (raw_check(key, kind == K_EDDSA ? NULL : a.a_hash->h_md(),
	    a.a_kind == K_RSA_PSS ? a.a_salt : -1, data, auth, len) ? NULL :
	    "the signature is wrong");
}

/* Method 1: the hash is named inside, and SHA-1 is the usual one. */
static int
check_rsa(EVP_PKEY *key, const struct blob *data, const uint8_t *auth,
    size_t len)
{
	size_t	 i;

	if (raw_check(key, EVP_sha1(), -1, data, auth, len))
		return (1);
	for (i = 0; i < NHASHES; i++)
		if (raw_check(key, hashes[i].h_md(), -1, data, auth, len))
			return (1);
	return (0);
}

/*
 * Is auth, an AUTH payload's data of a method, a signature of data by key,
 * and as a policy's method wants it?  NULL, or what is wrong.
 */
const char *
sign_check(EVP_PKEY *key, uint8_t want, uint8_t method,
    const struct blob *data, const void *auth, size_t len)
{
	const struct curve	*cu = key_curve(key);
	const char		*why = key_check(key, want);
	uint8_t			 sig[256];
	int			 good = 0;

	if (why != NULL)
		return (why);
	if (method == AUTH_SIG)
		return (check_named(key, data, auth, len));
	if (method == AUTH_RSA) {
		if (key_kind(key) != K_RSA)
			return ("the method is not the key's");
		good = check_rsa(key, data, auth, len);
	} else {
		if (cu == NULL || cu->cu_method != method)
			return ("the method is not the key's");
		len = ecdsa_unflatten(cu, auth, len, sig, sizeof(sig));
		good = len != 0 && raw_check(key,
		    hashes[cu - curves].h_md(), -1, data, sig, len);
	}
	return (good ? NULL : "the signature is wrong");
}

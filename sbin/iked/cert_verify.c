/*
 * Is a peer who it says?  Its key is the one in pubkeys/ under its name, or,
 * when there is none, that of its certificate: which an authority in ca/
 * vouches for, now, and not revoked when there are revocation lists (RFC
 * 5280, by libcrypto), and which names the identity (RFC 4945).
 */
#include <sys/types.h>

#include <stdio.h>
#include <string.h>

#include <openssl/decoder.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "cert.h"
#include "crypt_sign.h"
#include "log.h"

static char	 reason[256];

/* The key in pubkeys/, in either form of PEM; NULL: none. */
static EVP_PKEY *
pubkey_load(const struct store *st, const struct ident *id)
{
	OSSL_DECODER_CTX	*dc;
	EVP_PKEY		*key = NULL;
	char			 name[IDENT_MAX + 32], path[IDENT_MAX + 256];
	BIO			*bio;

	if (ident_path(id, name, sizeof(name)) == -1)
		return (NULL);
	snprintf(path, sizeof(path), "%s/%s", st->st_root, name);
	bio = BIO_new_file(path, "r");
	if (bio == NULL) {
		ERR_clear_error();
		return (NULL);
	}
	dc = OSSL_DECODER_CTX_new_for_pkey(&key, "PEM", NULL, NULL,
	    OSSL_KEYMGMT_SELECT_PUBLIC_KEY, NULL, NULL);
	if (dc == NULL || !OSSL_DECODER_from_bio(dc, bio)) {
		log_warnx("%s: no public key in it", path);
		key = NULL;
	}
	OSSL_DECODER_CTX_free(dc);
	BIO_free(bio);
	ERR_clear_error();
	return (key);
}

static X509 *
cert_read(const struct cert *c)
{
	const unsigned char	*p = c->ce_data.r_ptr;
	X509			*x;

	if (c->ce_type != CERT_X509)
		return (NULL);
	x = d2i_X509(NULL, &p, c->ce_data.r_left);
	if (x != NULL && p != c->ce_data.r_ptr + c->ce_data.r_left) {
		X509_free(x);
		x = NULL;
	}
	ERR_clear_error();
	return (x);
}

static unsigned long
verify_flags(const struct store *st)
{
	return ((st->st_ncrls != 0 ? X509_V_FLAG_CRL_CHECK |
	    X509_V_FLAG_CRL_CHECK_ALL : 0) |
	    (st->st_partial ? X509_V_FLAG_PARTIAL_CHAIN : 0));
}

/* Does an authority vouch for the certificate?  NULL, or what is wrong. */
static const char *
chain_check(struct store *st, X509 *x, STACK_OF(X509) *others)
{
	X509_STORE_CTX		*ctx = X509_STORE_CTX_new();
	X509_VERIFY_PARAM	*vp;
	const char		*why = "no memory";

	if (X509_check_issued(x, x) == X509_V_OK) {
		X509_STORE_CTX_free(ctx);
		return ("self-signed certificate");
	}
	if (ctx != NULL && X509_STORE_CTX_init(ctx, st->st_x509, x, others)) {
		vp = X509_STORE_CTX_get0_param(ctx);
		X509_VERIFY_PARAM_set_flags(vp, verify_flags(st));
		/* No MD5, no SHA-1, no key that is shorter than its use. */
		X509_VERIFY_PARAM_set_auth_level(vp, 1);
		why = NULL;
		if (X509_verify_cert(ctx) != 1) {
			snprintf(reason, sizeof(reason), "certificate: %s",
			    X509_verify_cert_error_string(
			    X509_STORE_CTX_get_error(ctx)));
			why = reason;
		}
	}
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
	return (why);
}

/* May the key of a certificate sign (RFC 4945, 5.1.3.2)? */
static int
may_sign(X509 *x)
{
	uint32_t	 ku = X509_get_key_usage(x);

	return (ku == UINT32_MAX ||
	    (ku & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0);
}

/* Write the identity that no certificate has, and what it has. */
static const char *
no_such_name(X509 *x, const struct ident *id)
{
	char	 want[300], have[512];

	ident_str(id, want, sizeof(want));
	if (id->id_type == ID_ASN1_DN)
		cert_subject(X509_get_subject_name(x), have, sizeof(have));
	else
		cert_altnames(x, have, sizeof(have));
	snprintf(reason, sizeof(reason), "certificate is not of %.100s but "
	    "of %.100s", want, have[0] != '\0' ? have : "nobody");
	return (reason);
}

static void
log_cert(X509 *x)
{
	char	 text[512];
	BIGNUM	*bn = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	char	*hex = bn != NULL ? BN_bn2hex(bn) : NULL;

	cert_subject(X509_get_issuer_name(x), text, sizeof(text));
	log_info("issuer: %s", text);
	log_info("serial: %s", hex != NULL ? hex : "?");
	cert_subject(X509_get_subject_name(x), text, sizeof(text));
	log_info("subject: %s", text);
	cert_altnames(x, text, sizeof(text));
	log_info("altname: %s", text);
	OPENSSL_free(hex);
	BN_free(bn);
}

static const char *
cert_check(struct store *st, const struct claim *cm, X509 *x,
    STACK_OF(X509) *others)
{
	EVP_PKEY	*key = X509_get0_pubkey(x);
	const char	*why;

	why = chain_check(st, x, others);
	if (why != NULL)
		return (why);
	if (!may_sign(x))
		return ("certificate's key is not for signatures");
	if (!cert_is(x, &cm->cm_id))
		return (no_such_name(x, &cm->cm_id));
	if (key == NULL)
		return ("certificate's key cannot be read");
	return (sign_check(key, cm->cm_want, cm->cm_method, &cm->cm_octets,
	    cm->cm_auth.b_data, cm->cm_auth.b_len));
}

static const char *
by_certificate(struct store *st, const struct claim *cm)
{
	STACK_OF(X509)	*others = sk_X509_new_null();
	X509		*x = NULL, *o;
	const char	*why;
	unsigned int	 i;

	if (others == NULL)
		return ("no memory");
	/* The first is the peer's own (RFC 7296, 3.6). */
	for (i = 0; i < cm->cm_ncerts; i++) {
		o = cert_read(&cm->cm_certs[i]);
		if (x == NULL)
			x = o;
		else if (o != NULL && !sk_X509_push(others, o))
			X509_free(o);
	}
	if (x == NULL)
		why = "no certificate, and no key in pubkeys";
	else
		why = cert_check(st, cm, x, others);
	if (why != NULL && x != NULL)
		log_cert(x);
	X509_free(x);
	sk_X509_pop_free(others, X509_free);
	return (why);
}

/*
 * NULL: the peer is who it says.  Else why not, in a buffer that the next
 * call may use again.
 */
const char *
claim_check(struct store *st, const struct claim *cm)
{
	EVP_PKEY	*key = pubkey_load(st, &cm->cm_id);
	const char	*why;
	char		 id[300];

	if (key == NULL)
		return (by_certificate(st, cm));
	why = sign_check(key, cm->cm_want, cm->cm_method, &cm->cm_octets,
	    cm->cm_auth.b_data, cm->cm_auth.b_len);
	if (why == NULL)
		log_debug("%s in public key file, ok", ident_str(&cm->cm_id,
		    id, sizeof(id)));
	EVP_PKEY_free(key);
	ERR_clear_error();
	return (why);
}

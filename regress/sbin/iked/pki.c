/*
 * Certificates for tests, made on the spot.
 */
#include <sys/types.h>

#include <atf-c.h>
#include <stdio.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "pki.h"

static void
extension(X509 *x, X509 *by, int nid, const char *value)
{
	X509_EXTENSION	*ext;
	X509V3_CTX	 ctx;

	X509V3_set_ctx(&ctx, by, x, NULL, NULL, 0);
	ext = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ATF_REQUIRE(ext != NULL);
	ATF_REQUIRE(X509_add_ext(x, ext, -1));
	X509_EXTENSION_free(ext);
}

/*
 * Make a certificate, and a key if none is ordered.
 */
struct pki
pki_make(const struct order *o)
{
	static long	 serial = 1;
	struct pki	 p = { X509_new(), o->key };
	X509		*by = o->by != NULL ? o->by->x : p.x;

	if (p.key == NULL)
		p.key = EVP_EC_gen("P-256");
	else
		EVP_PKEY_up_ref(p.key);
	X509_set_version(p.x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(p.x), serial++);
	X509_gmtime_adj(X509_getm_notBefore(p.x), o->from != 0 ? o->from :
	    -DAY);
	X509_gmtime_adj(X509_getm_notAfter(p.x), o->to != 0 ? o->to :
	    10 * DAY);
	X509_set_pubkey(p.x, p.key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(p.x), "C",
	    MBSTRING_ASC, (const unsigned char *)"DE", -1, -1, 0);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(p.x), "CN",
	    MBSTRING_ASC, (const unsigned char *)o->cn, -1, -1, 0);
	X509_set_issuer_name(p.x, X509_get_subject_name(by));
	if (o->ca) {
		extension(p.x, by, NID_basic_constraints, "critical,CA:TRUE");
		extension(p.x, by, NID_key_usage, "keyCertSign,cRLSign");
	}
	if (o->ku != NULL)
		extension(p.x, by, NID_key_usage, o->ku);
	if (o->san != NULL)
		extension(p.x, by, NID_subject_alt_name, o->san);
	ATF_REQUIRE(X509_sign(p.x, o->by != NULL ? o->by->key : p.key,
	    o->md != NULL ? o->md : EVP_sha256()) > 0);
	return (p);
}

/*
 * Free what pki_make made.
 */
void
pki_free(struct pki *p)
{
	X509_free(p->x);
	EVP_PKEY_free(p->key);
}

/*
 * Write a certificate to a file.
 */
void
pki_write(const char *path, X509 *x)
{
	FILE	*f = fopen(path, "w");

	ATF_REQUIRE(f != NULL);
	ATF_REQUIRE(PEM_write_X509(f, x));
	fclose(f);
}

/*
 * Write a revocation list of an authority's with one certificate, or none.
 */
void
pki_crl(const char *path, struct pki *ca, X509 *revoked)
{
	X509_CRL	*crl = X509_CRL_new();
	X509_REVOKED	*r;
	ASN1_TIME	*t = X509_gmtime_adj(NULL, -DAY);
	FILE		*f = fopen(path, "w");

	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(ca->x));
	X509_CRL_set1_lastUpdate(crl, t);
	if (revoked != NULL) {
		r = X509_REVOKED_new();
		X509_REVOKED_set_serialNumber(r, X509_get_serialNumber(
		    revoked));
		X509_REVOKED_set_revocationDate(r, t);
		X509_CRL_add0_revoked(crl, r);
	}
	X509_gmtime_adj(t, DAY);
	X509_CRL_set1_nextUpdate(crl, t);
	ATF_REQUIRE(X509_CRL_sign(crl, ca->key, EVP_sha256()) > 0);
	ATF_REQUIRE(f != NULL);
	ATF_REQUIRE(PEM_write_X509_CRL(f, crl));
	fclose(f);
	ASN1_TIME_free(t);
	X509_CRL_free(crl);
}

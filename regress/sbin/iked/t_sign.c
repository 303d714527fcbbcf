/*
 * iked(8): signatures of IKE_AUTH, against published vectors and our own.
 */
#include <sys/types.h>

#include <atf-c.h>
#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "crypt_sign.h"
#include "ikev2.h"

#define ALL	(1 << SIGHASH_SHA2_256 | 1 << SIGHASH_SHA2_384 |	\
		1 << SIGHASH_SHA2_512 | 1 << SIGHASH_IDENTITY)

const char	*__lsan_default_options(void);
const char	*__lsan_default_suppressions(void);

/* atf-c leaks on its own while it lists the cases. */
const char *
__lsan_default_options(void)
{
	return ("print_suppressions=0");
}

const char *
__lsan_default_suppressions(void)
{
	return ("leak:atf_tp_\nleak:libatf-c\n");
}

static size_t
unhex(const char *s, uint8_t *out)
{
	unsigned int	 v;
	size_t		 n = 0;

	for (; *s != '\0'; s++) {
		if (*s == ' ')
			continue;
		ATF_REQUIRE_EQ(1, sscanf(s, "%2x", &v));
		out[n++] = v;
		s++;
	}
	return (n);
}

static struct blob
text(const char *s)
{
	struct blob	 b = { (uint8_t *)s, strlen(s) };

	return (b);
}

/* A public key of a curve. */
static EVP_PKEY *
ec_public(const char *curve, const char *hex)
{
	EVP_PKEY_CTX	*ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY	*key = NULL;
	uint8_t		 point[256];
	size_t		 n = unhex(hex, point);
	OSSL_PARAM	 params[] = {
		OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
		    (char *)curve, 0),
		OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, n),
		OSSL_PARAM_END
	};

	ATF_REQUIRE_EQ(1, EVP_PKEY_fromdata_init(ctx));
	ATF_REQUIRE_EQ(1, EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY,
	    params));
	EVP_PKEY_CTX_free(ctx);
	return (key);
}

ATF_TC(rfc4754);
ATF_TC_HEAD(rfc4754, tc)
{
	atf_tc_set_md_var(tc, "descr", "the ECDSA signatures of RFC 4754, 8");
}
ATF_TC_BODY(rfc4754, tc)
{
	EVP_PKEY	*key;
	struct blob	 abc = text("abc"), other = text("abd");
	uint8_t		 sig[64];

	key = ec_public("prime256v1", "04"
	    "2442A5CC 0ECD015F A3CA31DC 8E2BBC70 BF42D60C BCA20085 E0822CB0"
	    "4235E970 6FC98BD7 E50211A4 A27102FA 3549DF79 EBCB4BF2 46B80945"
	    "CDDFE7D5 09BBFD7D");
	ATF_REQUIRE_EQ(64, unhex(
	    "CB28E099 9B9C7715 FD0A80D8 E47A7707 9716CBBF 917DD72E 97566EA1"
	    "C066957C 86FA3BB4 E26CAD5B F90B7F81 899256CE 7594BB1E A0C89212"
	    "748BFF3B 3D5B0315", sig));
	ATF_CHECK_EQ(NULL, sign_check(key, AUTH_ECDSA_256, AUTH_ECDSA_256,
	    &abc, sig, 64));
	ATF_CHECK_EQ(NULL, sign_check(key, AUTH_SIG_ANY, AUTH_ECDSA_256, &abc,
	    sig, 64));
	ATF_CHECK_STREQ("the signature is wrong", sign_check(key,
	    AUTH_SIG_ANY, AUTH_ECDSA_256, &other, sig, 64));
	ATF_CHECK_STREQ("the signature is wrong", sign_check(key,
	    AUTH_SIG_ANY, AUTH_ECDSA_256, &abc, sig, 63));
	ATF_CHECK_STREQ("the method is not the key's", sign_check(key,
	    AUTH_SIG_ANY, AUTH_ECDSA_384, &abc, sig, 64));
	ATF_CHECK_STREQ("the method is not the key's", sign_check(key,
	    AUTH_SIG_ANY, AUTH_RSA, &abc, sig, 64));
	ATF_CHECK(sign_check(key, AUTH_RSA, AUTH_ECDSA_256, &abc, sig, 64) !=
	    NULL);
	memset(sig, 0, sizeof(sig));
	ATF_CHECK(sign_check(key, AUTH_SIG_ANY, AUTH_ECDSA_256, &abc, sig,
	    64) != NULL);
	EVP_PKEY_free(key);
}

ATF_TC(ed25519);
ATF_TC_HEAD(ed25519, tc)
{
	atf_tc_set_md_var(tc, "descr", "RFC 8032's second vector, as RFC 8420 "
	    "names it");
}
ATF_TC_BODY(ed25519, tc)
{
	uint8_t		 seed[32], want[128];
	EVP_PKEY	*key;
	struct blob	 data = text("\x72"), out = { NULL, 0 };
	const char	*why;
	uint8_t		 method;
	size_t		 n;

	unhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8"
	    "a6fb", seed);
	n = unhex("07300506032b6570"
	    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
	    want);
	key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, 32);
	ATF_REQUIRE_EQ(0, sign_make(key, AUTH_SIG_ANY, ALL, &data, &method,
	    &out, &why));
	ATF_CHECK_EQ(AUTH_SIG, method);
	ATF_REQUIRE_EQ(n, out.b_len);
	ATF_CHECK(memcmp(want, out.b_data, n) == 0);
	ATF_CHECK_EQ(NULL, sign_check(key, AUTH_SIG, AUTH_SIG, &data, want,
	    n));
	want[7] = 0x71;		/* says Ed448 */
	ATF_CHECK(sign_check(key, AUTH_SIG, AUTH_SIG, &data, want, n) !=
	    NULL);
	blob_free(&out);
	/* Who knows no identity hash knows no Ed25519. */
	ATF_CHECK_EQ(-1, sign_make(key, AUTH_SIG_ANY, 1 << SIGHASH_SHA2_256,
	    &data, &method, &out, &why));
	ATF_CHECK_STREQ("the peer has no hash for our key", why);
	EVP_PKEY_free(key);
}

static EVP_PKEY *
pss_key(void)
{
	EVP_PKEY_CTX	*ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA_PSS, NULL);
	EVP_PKEY	*key = NULL;

	ATF_REQUIRE_EQ(1, EVP_PKEY_keygen_init(ctx));
	ATF_REQUIRE_EQ(1, EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048));
	ATF_REQUIRE_EQ(1, EVP_PKEY_keygen(ctx, &key));
	EVP_PKEY_CTX_free(ctx);
	return (key);
}

/* Sign, see how the algorithm is named, verify, and verify no more. */
static void
round_trip(EVP_PKEY *key, uint8_t want, uint8_t hashes, uint8_t method,
    const char *head)
{
	struct blob	 data = text("what both have said"), out = { NULL };
	const char	*why = NULL;
	uint8_t		 got, alg[80];
	size_t		 n = unhex(head, alg), i;

	ATF_REQUIRE_EQ_MSG(0, sign_make(key, want, hashes, &data, &got, &out,
	    &why), "%s", why);
	ATF_CHECK_EQ(method, got);
	ATF_CHECK(memcmp(alg, out.b_data, n) == 0);
	ATF_CHECK_EQ(NULL, sign_check(key, want, got, &data, out.b_data,
	    out.b_len));
	for (i = 0; i < out.b_len; i++) {
		out.b_data[i] ^= 1;
		ATF_CHECK_MSG(sign_check(key, want, got, &data, out.b_data,
		    out.b_len) != NULL, "byte %zu", i);
		out.b_data[i] ^= 1;
	}
	for (i = 0; i < out.b_len; i += 1 + i / 8)
		ATF_CHECK(sign_check(key, want, got, &data, out.b_data, i) !=
		    NULL);
	data.b_len--;
	ATF_CHECK(sign_check(key, want, got, &data, out.b_data, out.b_len) !=
	    NULL);
	blob_free(&out);
}

#define PKCS1(n)	"0f 300d06092a864886f70d0101" n "0500"
#define ECDSA(n)	"0c 300a06082a8648ce3d0403" n
#define PSS(n, salt)	"43 304106092a864886f70d01010a3034a00f300d06"	\
			"0960864801650304020" n "0500a11c301a06092a86"	\
			"4886f70d010108300d060960864801650304020" n	\
			"0500a20302" "01" salt

ATF_TC(rfc7427);
ATF_TC_HEAD(rfc7427, tc)
{
	atf_tc_set_md_var(tc, "descr", "the algorithms as RFC 7427, appendix "
	    "A names them; any changed byte is noticed");
}
ATF_TC_BODY(rfc7427, tc)
{
	EVP_PKEY	*rsa = EVP_RSA_gen(2048), *pss = pss_key();
	EVP_PKEY	*ec = EVP_EC_gen("P-256"), *ec5 = EVP_EC_gen("P-521");
	EVP_PKEY	*ec3 = EVP_EC_gen("P-384");

	round_trip(rsa, AUTH_SIG_ANY, 1 << SIGHASH_SHA2_256, AUTH_SIG,
	    PKCS1("0b"));
	round_trip(rsa, AUTH_SIG, 1 << SIGHASH_SHA2_384, AUTH_SIG,
	    PKCS1("0c"));
	round_trip(rsa, AUTH_RSA, 1 << SIGHASH_SHA2_512, AUTH_SIG,
	    PKCS1("0d"));
	round_trip(rsa, AUTH_RSA, 0, AUTH_RSA, "");
	round_trip(rsa, AUTH_SIG_ANY, 1 << SIGHASH_SHA1, AUTH_RSA, "");
	round_trip(ec, AUTH_ECDSA_256, ALL, AUTH_SIG, ECDSA("02"));
	round_trip(ec, AUTH_SIG, 1 << SIGHASH_SHA2_384, AUTH_SIG,
	    ECDSA("03"));
	round_trip(ec3, AUTH_SIG_ANY, ALL, AUTH_SIG, ECDSA("03"));
	round_trip(ec5, AUTH_SIG_ANY, ALL, AUTH_SIG, ECDSA("04"));
	round_trip(ec, AUTH_SIG_ANY, 0, AUTH_ECDSA_256, "");
	round_trip(ec3, AUTH_ECDSA_384, 0, AUTH_ECDSA_384, "");
	round_trip(ec5, AUTH_ECDSA_521, 0, AUTH_ECDSA_521, "");
	round_trip(pss, AUTH_SIG_ANY, ALL, AUTH_SIG, PSS("1", "20"));
	round_trip(pss, AUTH_SIG, 1 << SIGHASH_SHA2_384, AUTH_SIG,
	    PSS("2", "30"));
	round_trip(pss, AUTH_SIG, 1 << SIGHASH_SHA2_512, AUTH_SIG,
	    PSS("3", "40"));
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(pss);
	EVP_PKEY_free(ec);
	EVP_PKEY_free(ec3);
	EVP_PKEY_free(ec5);
}

ATF_TC(pss_of_rsa);
ATF_TC_HEAD(pss_of_rsa, tc)
{
	atf_tc_set_md_var(tc, "descr", "a plain RSA key may sign by PSS; PSS "
	    "by SHA-1, and what is not said, is refused");
}
ATF_TC_BODY(pss_of_rsa, tc)
{
	EVP_PKEY	*key = EVP_RSA_gen(2048);
	EVP_MD_CTX	*ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX	*pc;
	struct blob	 data = text("x");
	uint8_t		 auth[400];
	size_t		 n = unhex(PSS("1", "20"), auth), len = 300;

	ATF_REQUIRE_EQ(1, EVP_DigestSignInit(ctx, &pc, EVP_sha256(), NULL,
	    key));
	EVP_PKEY_CTX_set_rsa_padding(pc, RSA_PKCS1_PSS_PADDING);
	EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, 32);
	ATF_REQUIRE_EQ(1, EVP_DigestSign(ctx, auth + n, &len, data.b_data,
	    data.b_len));
	ATF_CHECK_EQ(NULL, sign_check(key, AUTH_SIG_ANY, AUTH_SIG, &data,
	    auth, n + len));
	/* SHA-1 by default: RFC 7427, A.4.1 */
	memmove(auth + 16, auth + n, len);
	n = unhex("0f 300d06092a864886f70d01010a3000", auth);
	ATF_CHECK_STREQ("unknown algorithm of signature", sign_check(key,
	    AUTH_SIG_ANY, AUTH_SIG, &data, auth, n + len));
	/* RSA with SHA-1 */
	n = unhex("0f 300d06092a864886f70d0101050500", auth);
	ATF_CHECK_STREQ("unknown algorithm of signature", sign_check(key,
	    AUTH_SIG_ANY, AUTH_SIG, &data, auth, n + len));
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

ATF_TC(keys);
ATF_TC_HEAD(keys, tc)
{
	atf_tc_set_md_var(tc, "descr", "keys too short, of strange curves, "
	    "and not the policy's");
}
ATF_TC_BODY(keys, tc)
{
	EVP_PKEY	*a = EVP_RSA_gen(1024), *b = EVP_EC_gen("secp256k1");
	EVP_PKEY	*c = EVP_EC_gen("P-256");
	char		 buf[64];

	ATF_CHECK_STREQ("RSA key shorter than 2048 bits", key_check(a,
	    AUTH_SIG_ANY));
	ATF_CHECK_STREQ("unknown curve", key_check(b, AUTH_SIG_ANY));
	ATF_CHECK_EQ(NULL, key_check(c, AUTH_ECDSA_256));
	ATF_CHECK(key_check(c, AUTH_ECDSA_384) != NULL);
	ATF_CHECK(key_check(c, AUTH_RSA) != NULL);
	ATF_CHECK_EQ(0, key_describe(c, buf, sizeof(buf)));
	ATF_CHECK_STREQ("ECDSA P-256", buf);
	EVP_PKEY_free(a);
	EVP_PKEY_free(b);
	EVP_PKEY_free(c);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, rfc4754);
	ATF_TP_ADD_TC(tp, ed25519);
	ATF_TP_ADD_TC(tp, rfc7427);
	ATF_TP_ADD_TC(tp, pss_of_rsa);
	ATF_TP_ADD_TC(tp, keys);
	return (atf_no_error());
}

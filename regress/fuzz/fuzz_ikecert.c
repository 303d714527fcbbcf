/*
 * iked(8)'s ca process: what peers make it look at, and what the processes
 * say to each other.
 *
 * The first octet says what the rest is: a certificate, an AUTH payload's
 * data, an identity, or a message between the processes, which is written as
 * it was read.
 */
#include <sys/types.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "cert.h"
#include "crypt_sign.h"

#define REQUIRE(e)	do {						\
	if (!(e)) {							\
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,	\
		    __LINE__, #e);					\
		abort();						\
	}								\
} while (0)

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct store	 store;
static EVP_PKEY		*keys[4];
static struct blob	 octets = { (uint8_t *)"text", 4 };

static void
init(void)
{
	if (keys[0] != NULL)
		return;
	REQUIRE(store_init(&store, "/nonexistent") == 0);
	keys[0] = EVP_RSA_gen(2048);
	keys[1] = EVP_EC_gen("P-256");
	keys[2] = EVP_EC_gen("P-521");
	keys[3] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
}

/* Nobody vouches for it, so that it is never good. */
static void
certificate(const uint8_t *data, size_t len)
{
	const unsigned char	*p = data;
	struct claim		 cm;
	char			 text[64];
	X509			*x;

	memset(&cm, 0, sizeof(cm));
	REQUIRE(ident_parse(&cm.cm_id, "a.example") == 0);
	cm.cm_want = AUTH_SIG_ANY;
	cm.cm_method = AUTH_SIG;
	cm.cm_ncerts = 2;
	rbuf_init(&cm.cm_certs[0].ce_data, data, len);
	cm.cm_certs[0].ce_type = CERT_X509;
	cm.cm_certs[1] = cm.cm_certs[0];
	cm.cm_octets = cm.cm_auth = octets;
	REQUIRE(claim_check(&store, &cm) != NULL);
	x = d2i_X509(NULL, &p, len);
	if (x == NULL)
		return;
	cert_is(x, &cm.cm_id);
	cm.cm_id.id_type = ID_UFQDN;
	cert_is(x, &cm.cm_id);
	cert_altnames(x, text, sizeof(text));
	REQUIRE(strlen(text) < sizeof(text));
	cert_subject(X509_get_subject_name(x), text, sizeof(text));
	REQUIRE(strlen(text) < sizeof(text));
	if (X509_get0_pubkey(x) != NULL)
		key_describe(X509_get0_pubkey(x), text, sizeof(text));
	X509_free(x);
}

/* No signature of these keys is known. */
static void
signature(const uint8_t *data, size_t len)
{
	static const uint8_t	 methods[] = { AUTH_RSA, AUTH_ECDSA_256,
				    AUTH_ECDSA_521, AUTH_SIG };
	size_t			 i, k;

	for (i = 0; i < 4; i++)
		for (k = 0; k < 4; k++)
			REQUIRE(sign_check(keys[k], AUTH_SIG_ANY, methods[i],
			    &octets, data, len) != NULL);
}

static void
identity(const uint8_t *data, size_t len)
{
	struct ident	 id;
	char		 path[1200];

	if (len < 1 || len - 1 > IDENT_MAX)
		return;
	memset(&id, 0, sizeof(id));
	id.id_type = data[0];
	id.id_len = len - 1;
	memcpy(id.id_data, data + 1, len - 1);
	if (ident_path(&id, path, sizeof(path)) == -1)
		return;
	REQUIRE(strncmp(path, "pubkeys/", 8) == 0);
	REQUIRE(strstr(path, "/.") == NULL);
	REQUIRE(strchr(strchr(path + 8, '/') + 1, '/') == NULL);
}

static void
same(struct wbuf *w, const uint8_t *data, size_t len)
{
	REQUIRE(w->w_len == len && memcmp(w->w_buf, data, len) == 0);
	wbuf_free(w);
}

static void
messages(const uint8_t *data, size_t len)
{
	struct signature sg;
	struct claim	 cm;
	struct wish	 wi;
	struct wbuf	 w;
	struct rbuf	 r;

	wbuf_init(&w);
	rbuf_init(&r, data, len);
	if (claim_unpack(&r, &cm) == 0) {
		claim_pack(&w, &cm);
		same(&w, data, len);
		claim_check(&store, &cm);
	}
	claim_free(&cm);
	rbuf_init(&r, data, len);
	if (wish_unpack(&r, &wi) == 0) {
		wish_pack(&w, &wi);
		same(&w, data, len);
	}
	wish_free(&wi);
	rbuf_init(&r, data, len);
	if (signature_unpack(&r, &sg) == 0) {
		signature_pack(&w, &sg);
		same(&w, data, len);
	}
	signature_free(&sg);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	init();
	if (len < 1)
		return (0);
	switch (data[0] % 4) {
	case 0:
		certificate(data + 1, len - 1);
		break;
	case 1:
		signature(data + 1, len - 1);
		break;
	case 2:
		identity(data + 1, len - 1);
		break;
	case 3:
		messages(data + 1, len - 1);
		break;
	}
	return (0);
}

/*
 * iked(8)'s ca process: what peers make it look at, and what the processes
 * say to each other.
 *
 * The first octet says what the rest is: a certificate, an AUTH payload's
 * data, an identity, a message between the processes, which is written as it
 * was read, or a claim with a certificate that an authority vouches for.
 */
#include <sys/types.h>
#include <sys/stat.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "cert.h"
#include "crypt_sign.h"
#include "pki.h"

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

static struct pki	 root, leaves[4];

/* Keys under two names, one of which is none. */
static void
pubkeys(const char *dir)
{
	char	 path[200];
	FILE	*f;

	snprintf(path, sizeof(path), "%s/pubkeys", dir);
	mkdir(path, 0755);
	strlcat(path, "/fqdn", sizeof(path));
	mkdir(path, 0755);
	strlcat(path, "/key.example", sizeof(path));
	f = fopen(path, "w");
	REQUIRE(f != NULL && PEM_write_PUBKEY(f, keys[1]));
	fclose(f);
	snprintf(path, sizeof(path), "%s/pubkeys/fqdn/junk.example", dir);
	f = fopen(path, "w");
	REQUIRE(f != NULL && fputs("junk\n", f) != EOF);
	fclose(f);
}

/* An authority, and certificates of its own. */
static void
authority(void)
{
	struct order	 o;
	int		 i;

	memset(&o, 0, sizeof(o));
	o.cn = "root";
	o.ca = 1;
	root = pki_make(&o);
	REQUIRE(X509_STORE_add_cert(store.st_x509, root.x));
	for (i = 0; i < 4; i++) {
		memset(&o, 0, sizeof(o));
		o.cn = "leaf";
		o.by = &root;
		o.san = i == 3 ? NULL : "DNS:a.example,email:a@example,"
		    "IP:192.0.2.1,IP:2001:db8::1,URI:http://a.example";
		o.ku = i == 1 ? "keyEncipherment" : "digitalSignature";
		o.key = i == 2 ? keys[0] : NULL;
		leaves[i] = pki_make(&o);
	}
}

static void
init(void)
{
	static char	 dir[] = "iked.XXXXXX";

	if (keys[0] != NULL)
		return;
	REQUIRE(mkdtemp(dir) != NULL && store_init(&store, dir) == 0);
	keys[0] = EVP_RSA_gen(2048);
	keys[1] = EVP_EC_gen("P-256");
	keys[2] = EVP_EC_gen("P-521");
	keys[3] = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	pubkeys(dir);
	authority();
}

/*
 * Somebody vouches for the certificate, but the signature is not its key's:
 * which certificate, method, type and length of the identity, that, AUTH.
 */
static void
trusted(const uint8_t *data, size_t len)
{
	static const uint8_t	 methods[] = { AUTH_SIG, AUTH_RSA,
				    AUTH_ECDSA_256, AUTH_ECDSA_384 };
	struct claim		 cm;
	unsigned char		*der = NULL;
	int			 n;

	if (len < 4 || len - 4 < data[3])
		return;
	n = i2d_X509(leaves[data[0] % 4].x, &der);
	REQUIRE(n > 0);
	memset(&cm, 0, sizeof(cm));
	cm.cm_id.id_type = data[2];
	cm.cm_id.id_len = data[3];
	memcpy(cm.cm_id.id_data, data + 4, data[3]);
	cm.cm_want = AUTH_SIG_ANY;
	cm.cm_method = methods[data[1] % 4];
	cm.cm_ncerts = 1;
	rbuf_init(&cm.cm_certs[0].ce_data, der, n);
	cm.cm_certs[0].ce_type = CERT_X509;
	cm.cm_octets = octets;
	cm.cm_auth.b_data = (uint8_t *)data + 4 + data[3];
	cm.cm_auth.b_len = len - 4 - data[3];
	REQUIRE(claim_check(&store, &cm) != NULL);
	OPENSSL_free(der);
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
	switch (data[0] % 5) {
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
	case 4:
		trusted(data + 1, len - 1);
		break;
	}
	return (0);
}

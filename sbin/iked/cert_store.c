/*
 * The store of the ca process: authorities (ca/), revocation lists (crls/)
 * and our own certificates (certs/) below IKED_CHROOT, each in files of PEM,
 * and our private key, which the parent opens.
 */
#include <sys/types.h>
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "cert.h"
#include "crypt_sign.h"
#include "log.h"

#define KEY_FILE_MAX	65536

/*
 * An empty store, whose files are below root.  -1: no memory.
 */
int
store_init(struct store *st, const char *root)
{
	memset(st, 0, sizeof(*st));
	snprintf(st->st_root, sizeof(st->st_root), "%s", root);
	st->st_x509 = X509_STORE_new();
	st->st_cas = sk_X509_new_null();
	st->st_certs = sk_X509_new_null();
	return (st->st_x509 == NULL || st->st_cas == NULL ||
	    st->st_certs == NULL ? -1 : 0);
}

/*
 * Free all that a store holds; the key is wiped by libcrypto.
 */
void
store_clear(struct store *st)
{
	X509_STORE_free(st->st_x509);
	sk_X509_pop_free(st->st_cas, X509_free);
	sk_X509_pop_free(st->st_certs, X509_free);
	EVP_PKEY_free(st->st_key);
	blob_free(&st->st_hashes);
	memset(st, 0, sizeof(*st));
}

/*
 * SHA-1 of the SubjectPublicKeyInfo, by which a CERTREQ names an authority
 * (RFC 7296, 3.7).  -1: failure.
 */
int
cert_keyhash(X509 *x, uint8_t hash[20])
{
	unsigned char	*der = NULL;
	struct blob	 b;
	int		 len, error;

	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der);
	if (len <= 0)
		return (-1);
	b.b_data = der;
	b.b_len = len;
	error = sha1_parts(&b, 1, hash);
	OPENSSL_free(der);
	return (error);
}

static int
add_ca(struct store *st, BIO *bio)
{
	X509	*x;
	int	 n = 0;

	for (; (x = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL; n++)
		if (!X509_STORE_add_cert(st->st_x509, x) ||
		    !sk_X509_push(st->st_cas, x))
			X509_free(x);
	return (n);
}

static int
add_cert(struct store *st, BIO *bio)
{
	X509	*x;
	int	 n = 0;

	for (; (x = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL; n++)
		if (!sk_X509_push(st->st_certs, x))
			X509_free(x);
	return (n);
}

static int
add_crl(struct store *st, BIO *bio)
{
	X509_CRL	*crl;
	int		 n = 0;

	for (; (crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL)) != NULL;
	    n++) {
		if (X509_STORE_add_crl(st->st_x509, crl))
			st->st_ncrls++;
		X509_CRL_free(crl);
	}
	return (n);
}

static int
visible(const struct dirent *de)
{
	return (de->d_name[0] != '.');
}

/* Every file of a directory, in order of their names. */
static void
load_dir(struct store *st, const char *dir,
    int (*add)(struct store *, BIO *))
{
	struct dirent	**list;
	char		  path[600];
	BIO		 *bio;
	int		  n, i;

	snprintf(path, sizeof(path), "%s/%s", st->st_root, dir);
	n = scandir(path, &list, visible, alphasort);
	if (n == -1) {
		if (errno != ENOENT)
			log_warn("%s", path);
		return;
	}
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s/%s", st->st_root, dir,
		    list[i]->d_name);
		bio = BIO_new_file(path, "r");
		if (bio == NULL)
			log_warnx("%s: cannot be read", path);
		else if (add(st, bio) == 0)
			log_warnx("%s: nothing of use in it", path);
		BIO_free(bio);
		free(list[i]);
	}
	free(list);
	ERR_clear_error();
}

/*
 * Load all files anew; the key stays.  partial: an authority in ca/ is one,
 * even if another made it.  -1: no memory, and the store is empty.
 */
int
store_load(struct store *st, int partial)
{
	EVP_PKEY	*key = st->st_key;
	char		 root[sizeof(st->st_root)];
	struct wbuf	 w;
	uint8_t		 hash[20];
	int		 i;

	memcpy(root, st->st_root, sizeof(root));
	st->st_key = NULL;
	store_clear(st);
	if (store_init(st, root) == -1) {
		EVP_PKEY_free(key);
		return (-1);
	}
	st->st_key = key;
	st->st_partial = partial;
	load_dir(st, "ca", add_ca);
	load_dir(st, "certs", add_cert);
	load_dir(st, "crls", add_crl);
	wbuf_init(&w);
	for (i = 0; i < sk_X509_num(st->st_cas); i++)
		if (cert_keyhash(sk_X509_value(st->st_cas, i), hash) == 0)
			wbuf_add(&w, hash, sizeof(hash));
	wbuf_take(&w, &st->st_hashes);
	log_debug("%d authorities, %d certificates, %u revocation lists",
	    sk_X509_num(st->st_cas), sk_X509_num(st->st_certs), st->st_ncrls);
	return (0);
}

/* Never ask on a terminal. */
static int
no_password(char *buf, int size, int writing, void *arg)
{
	return (0);
}

static EVP_PKEY *
key_read(int fd)
{
	static char	 pem[KEY_FILE_MAX];
	EVP_PKEY	*key = NULL;
	BIO		*bio;
	ssize_t		 n;
	size_t		 len = 0;

	while (len < sizeof(pem) &&
	    (n = read(fd, pem + len, sizeof(pem) - len)) > 0)
		len += n;
	bio = BIO_new_mem_buf(pem, len);
	if (bio != NULL)
		key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	BIO_free(bio);
	explicit_bzero(pem, sizeof(pem));
	ERR_clear_error();
	return (key);
}

/*
 * Take our private key from an open file, which is closed.  -1: there is
 * none of use in it, which is logged, and we have none.
 */
int
store_key(struct store *st, int fd)
{
	char		 text[64];
	const char	*why = "no private key in it that can be read";

	EVP_PKEY_free(st->st_key);
	st->st_key = key_read(fd);
	close(fd);
	if (st->st_key != NULL)
		why = key_check(st->st_key, AUTH_SIG_ANY);
	if (why != NULL) {
		log_warnx("private/local.key: %s", why);
		EVP_PKEY_free(st->st_key);
		st->st_key = NULL;
		return (-1);
	}
	key_describe(st->st_key, text, sizeof(text));
	log_debug("private/local.key: %s", text);
	return (0);
}

/*
 * The authority in ca/ that made a certificate, or NULL.
 */
X509 *
store_issuer(const struct store *st, X509 *x)
{
	X509	*ca;
	int	 i;

	for (i = 0; i < sk_X509_num(st->st_cas); i++) {
		ca = sk_X509_value(st->st_cas, i);
		if (X509_check_issued(ca, x) == X509_V_OK)
			return (ca);
	}
	return (NULL);
}

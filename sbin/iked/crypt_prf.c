/*
 * Pseudorandom functions, prf+ (RFC 7296, 2.13), and random bytes.
 */
#include <sys/types.h>

#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "crypt.h"
#include "ikev2.h"

static const EVP_MD *
prf_md(uint16_t id)
{
	switch (id) {
	case PRF_HMAC_SHA1:
		return (EVP_sha1());
	case PRF_HMAC_SHA2_256:
		return (EVP_sha256());
	case PRF_HMAC_SHA2_384:
		return (EVP_sha384());
	case PRF_HMAC_SHA2_512:
		return (EVP_sha512());
	}
	return (NULL);
}

/*
 * Bytes of output, which are those of the preferred key; 0: unknown.
 */
size_t
prf_len(uint16_t id)
{
	const EVP_MD	*md = prf_md(id);

	return (md == NULL ? 0 : EVP_MD_get_size(md));
}

/*
 * prf(key, parts[0] | parts[1] | ...) of n parts into out.  -1: unknown, or
 * no memory.
 */
int
prf(uint16_t id, const struct blob *key, const struct blob *parts,
    unsigned int n, struct blob *out)
{
	const EVP_MD	*md = prf_md(id);
	struct wbuf	 w;
	uint8_t		 mac[EVP_MAX_MD_SIZE];
	unsigned int	 len, i;
	int		 error = -1;

	if (md == NULL)
		return (-1);
	wbuf_init(&w);
	for (i = 0; i < n; i++)
		wbuf_add(&w, parts[i].b_data, parts[i].b_len);
	if (!w.w_error && HMAC(md, key->b_data, key->b_len,
	    w.w_buf != NULL ? w.w_buf : mac, w.w_len, mac, &len) != NULL)
		error = blob_set(out, mac, len);
	explicit_bzero(mac, sizeof(mac));
	wbuf_free(&w);
	return (error);
}

/*
 * prf+(key, seed): len bytes into out.  -1: more than 255 rounds, unknown,
 * or no memory.
 */
int
prf_plus(uint16_t id, const struct blob *key, const struct blob *seed,
    size_t len, struct blob *out)
{
	struct blob	 t = { NULL, 0 }, parts[3];
	struct wbuf	 w;
	uint8_t		 round = 0;
	int		 error = 0;

	wbuf_init(&w);
	while (w.w_len < len && error == 0) {
		if (++round == 0) {
			error = -1;
			break;
		}
		parts[0] = t;
		parts[1] = *seed;
		parts[2].b_data = &round;
		parts[2].b_len = 1;
		error = prf(id, key, parts, 3, &t);
		wbuf_add(&w, t.b_data, t.b_len);
	}
	if (error == 0)
		error = w.w_error ? -1 : blob_set(out, w.w_buf, len);
	blob_free(&t);
	wbuf_free(&w);
	return (error);
}

/*
 * len random bytes.
 */
int
rand_blob(struct blob *b, size_t len)
{
	uint8_t	 buf[NONCE_MAX];

	if (len > sizeof(buf) || RAND_bytes(buf, len) != 1)
		return (-1);
	return (blob_set(b, buf, len));
}

/*
 * SHA-1 of parts, which NAT detection uses (RFC 7296, 2.23).
 */
int
sha1_parts(const struct blob *parts, unsigned int n, uint8_t hash[20])
{
	EVP_MD_CTX	*ctx;
	int		 ok;

	ctx = EVP_MD_CTX_new();
	ok = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha1(), NULL);
	for (; ok && n > 0; n--, parts++)
		ok = EVP_DigestUpdate(ctx, parts->b_data, parts->b_len);
	ok = ok && EVP_DigestFinal_ex(ctx, hash, NULL);
	EVP_MD_CTX_free(ctx);
	return (ok ? 0 : -1);
}

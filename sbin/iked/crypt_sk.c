/*
 * The Encrypted payload (RFC 7296, 3.14; RFC 5282) and Encrypted Fragments
 * (RFC 7383).
 *
 *	header | next, flags, length [| number, total] | IV | ciphertext | ICV
 *
 * All before the IV is authenticated in the clear; with a separate
 * algorithm, IV and ciphertext are, too.
 */
#include <sys/types.h>

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "crypt.h"
#include "ikev2.h"

#define ICV_MAX		32

struct cipher {
	const EVP_CIPHER	*ci_evp;
	const EVP_MD		*ci_md;		/* NULL: AEAD */
	size_t			 ci_iv;		/* bytes on the wire */
	size_t			 ci_block;	/* padded to; 1 not at all */
	size_t			 ci_icv;
};

static const EVP_CIPHER *
evp_aes(size_t len, int gcm)
{
	switch (len) {
	case 16:
		return (gcm ? EVP_aes_128_gcm() : EVP_aes_128_cbc());
	case 24:
		return (gcm ? EVP_aes_192_gcm() : EVP_aes_192_cbc());
	case 32:
		return (gcm ? EVP_aes_256_gcm() : EVP_aes_256_cbc());
	}
	return (NULL);
}

static int
cipher_mac(struct cipher *c, uint16_t integ)
{
	c->ci_icv = integ_keylen(integ) / 2;
	switch (integ) {
	case INTEG_HMAC_SHA1_96:
		c->ci_md = EVP_sha1();
		c->ci_icv = 12;
		break;
	case INTEG_HMAC_SHA2_256:
		c->ci_md = EVP_sha256();
		break;
	case INTEG_HMAC_SHA2_384:
		c->ci_md = EVP_sha384();
		break;
	case INTEG_HMAC_SHA2_512:
		c->ci_md = EVP_sha512();
		break;
	}
	return (c->ci_md == NULL ? -1 : 0);
}

static int
cipher_of(struct cipher *c, const struct suite *s)
{
	size_t	 len = encr_keylen(s->su_encr, s->su_keylen);

	memset(c, 0, sizeof(*c));
	c->ci_iv = 8;
	c->ci_block = 1;
	c->ci_icv = 16;
	switch (s->su_encr) {
	case ENCR_AES_GCM_12:
		c->ci_icv = 12;
		/* FALLTHROUGH */
	case ENCR_AES_GCM_16:
		c->ci_evp = evp_aes(len, 1);
		break;
	case ENCR_CHACHA20_POLY1305:
		c->ci_evp = EVP_chacha20_poly1305();
		break;
	case ENCR_AES_CBC:
		c->ci_evp = evp_aes(len, 0);
		c->ci_iv = c->ci_block = 16;
		break;
	case ENCR_3DES:
		c->ci_evp = EVP_des_ede3_cbc();
		c->ci_iv = c->ci_block = 8;
		break;
	}
	if (c->ci_evp == NULL)
		return (-1);
	return (c->ci_block > 1 ? cipher_mac(c, s->su_integ) : 0);
}

/*
 * Run the cipher over len bytes in place.  For an AEAD, aad stands before
 * and the ICV is written, or compared.  0, or -1.
 */
static int
run(const struct cipher *c, int enc, const struct blob *key,
    const uint8_t *iv, const uint8_t *aad, size_t aadlen, uint8_t *data,
    size_t len, uint8_t *icv)
{
	EVP_CIPHER_CTX	*ctx = EVP_CIPHER_CTX_new();
	uint8_t		 nonce[16], dummy[16];
	int		 aead = c->ci_md == NULL, n, ok;

	if (aead) {
		memcpy(nonce, key->b_data + key->b_len - 4, 4);
		memcpy(nonce + 4, iv, 8);
	} else
		memcpy(nonce, iv, c->ci_iv);
	ok = ctx != NULL && EVP_CipherInit_ex(ctx, c->ci_evp, NULL,
	    key->b_data, nonce, enc) && EVP_CIPHER_CTX_set_padding(ctx, 0);
	if (ok && aead && !enc)
		ok = EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG,
		    c->ci_icv, icv);
	if (ok && aead)
		ok = EVP_CipherUpdate(ctx, NULL, &n, aad, aadlen);
	ok = ok && EVP_CipherUpdate(ctx, data, &n, data, len) &&
	    EVP_CipherFinal_ex(ctx, dummy, &n);
	if (ok && aead && enc)
		ok = EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG,
		    c->ci_icv, icv);
	EVP_CIPHER_CTX_free(ctx);
	return (ok ? 0 : -1);
}

static int
mac(const struct cipher *c, const struct blob *key, const uint8_t *data,
    size_t len, uint8_t *icv)
{
	uint8_t		 out[EVP_MAX_MD_SIZE];
	unsigned int	 n;

	if (HMAC(c->ci_md, key->b_data, key->b_len, data, len, out, &n) ==
	    NULL)
		return (-1);
	memcpy(icv, out, c->ci_icv);
	return (0);
}

/* One message around len bytes of a chain; total 0: not a fragment. */
static int
seal_one(const struct cipher *c, const struct blob *ke, const struct blob *ka,
    struct ike_hdr *h, uint8_t first, const uint8_t *data, size_t len,
    uint16_t number, uint16_t total, struct blob *out)
{
	struct wbuf	 w;
	uint8_t		 iv[16], pad[16];
	size_t		 npad = 0, head, sk = total != 0 ? 8 : 4;
	int		 error;

	if (c->ci_block > 1)
		npad = (c->ci_block - (len + 1) % c->ci_block) % c->ci_block;
	if (RAND_bytes(iv, sizeof(iv)) != 1)
		return (-1);
	memset(pad, 0, sizeof(pad));
	h->h_next = total != 0 ? PLD_SKF : PLD_SK;
	h->h_len = IKE_HDRLEN + sk + c->ci_iv + len + npad + 1 + c->ci_icv;
	wbuf_init(&w);
	hdr_build(&w, h);
	wbuf_u8(&w, number <= 1 ? first : PLD_NONE);
	wbuf_u8(&w, 0);
	wbuf_u16(&w, h->h_len - IKE_HDRLEN);
	if (total != 0) {
		wbuf_u16(&w, number);
		wbuf_u16(&w, total);
	}
	head = w.w_len;
	wbuf_add(&w, iv, c->ci_iv);
	wbuf_add(&w, data, len);
	wbuf_add(&w, pad, npad);
	wbuf_u8(&w, npad);
	wbuf_add(&w, NULL, c->ci_icv);
	if (w.w_error) {
		wbuf_free(&w);
		return (-1);
	}
	error = run(c, 1, ke, iv, w.w_buf, head, w.w_buf + head + c->ci_iv,
	    len + npad + 1, w.w_buf + w.w_len - c->ci_icv);
	if (error == 0 && c->ci_md != NULL)
		error = mac(c, ka, w.w_buf, w.w_len - c->ci_icv,
		    w.w_buf + w.w_len - c->ci_icv);
	if (error == 0)
		wbuf_take(&w, out);
	wbuf_free(&w);
	return (error);
}

/* Bytes of a chain that a fragment of mtu bytes carries. */
static size_t
room(const struct cipher *c, size_t mtu)
{
	size_t	 over = IKE_HDRLEN + 8 + c->ci_iv + c->ci_icv + c->ci_block;

	return (mtu > over + 64 ? mtu - over : 64);
}

/*
 * Encrypt a chain under a header: one message, or fragments when mtu (bytes
 * of UDP payload, 0 never) is smaller.  The list of n blobs is the caller's
 * to free.  -1: failure.
 */
int
sk_seal(const struct suite *s, const struct blob *ke, const struct blob *ka,
    struct ike_hdr *h, struct chain *ch, size_t mtu, struct blob **list,
    unsigned int *n)
{
	struct cipher	 c;
	const uint8_t	*data = ch->c_w.w_buf;
	size_t		 len = ch->c_w.w_len, each, total, off, i;

	if (ch->c_w.w_error || cipher_of(&c, s) == -1)
		return (-1);
	each = mtu == 0 ? SIZE_MAX : room(&c, mtu);
	total = len <= each ? 1 : (len + each - 1) / each;
	if (total > UINT8_MAX)
		return (-1);
	*n = total;
	*list = calloc(total, sizeof(**list));
	if (*list == NULL)
		return (-1);
	for (i = 0, off = 0; i < total; i++, off += each)
		if (seal_one(&c, ke, ka, h, ch->c_first,
		    data == NULL ? data : data + off,
		    total == 1 ? len : i + 1 == total ?
		    len - off : each, i + 1, total == 1 ? 0 : total,
		    &(*list)[i]) == -1) {
			while (*n > 0)
				blob_free(&(*list)[--*n]);
			free(*list);
			return (-1);
		}
	return (0);
}

/*
 * Decrypt a whole message of len bytes whose IV starts at head.  What comes
 * out is the chain without its padding.  -1: it is not authentic.
 */
int
sk_open(const struct suite *s, const struct blob *ke, const struct blob *ka,
    const uint8_t *data, size_t len, size_t head, struct blob *out)
{
	struct cipher	 c;
	uint8_t		 icv[ICV_MAX], *p;
	size_t		 n;

	if (cipher_of(&c, s) == -1 || len < head + c.ci_iv + c.ci_icv + 1)
		return (-1);
	n = len - head - c.ci_iv - c.ci_icv;
	if (n % c.ci_block != 0)
		return (-1);
	if (c.ci_md != NULL) {
		if (mac(&c, ka, data, len - c.ci_icv, icv) == -1 ||
		    CRYPTO_memcmp(icv, data + len - c.ci_icv, c.ci_icv) != 0)
			return (-1);
	}
	memcpy(icv, data + len - c.ci_icv, c.ci_icv);
	if (blob_set(out, data + head + c.ci_iv, n) == -1)
		return (-1);
	p = out->b_data;
	if (run(&c, 0, ke, data + head, data, head, p, n, icv) == -1 ||
	    p[n - 1] >= n) {
		blob_free(out);
		return (-1);
	}
	out->b_len -= p[n - 1] + 1;
	return (0);
}

/*
 * The host's ciphers, for crypto_host.c.
 *
 * AES-GCM goes by the library's direct calls; ChaCha20-Poly1305 and AES-CBC
 * with HMAC by its jobs, of which it works on several at once: a batch is
 * submitted as a whole, then flushed.
 */
#include <intel-ipsec-mb.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>

#include <stdlib.h>
#include <string.h>

#include "host_crypto.h"

#define KEYEXP_SIZE	(15 * 16)	/* an AES key, expanded */
#define BLOCK_MAX	128		/* of a hash */
#define X25519_SIZE	32
#define LINE		64		/* bytes of memory fetched at once */
#define FETCH_MAX	2048

struct host_key {
	union {				/* by k_kind */
		_Alignas(64) struct gcm_key_data k_gcm;
		struct {
			_Alignas(16) uint8_t	 k_enc[KEYEXP_SIZE];
			_Alignas(16) uint8_t	 k_dec[KEYEXP_SIZE];
			_Alignas(16) uint8_t	 k_ipad[64];
			_Alignas(16) uint8_t	 k_opad[64];
			uint8_t			 k_mac[BLOCK_MAX];
		};
		uint8_t	 k_chacha[32];
	};
	int			 k_kind;
	int			 k_klen;		/* 0: no cipher */
	IMB_HASH_ALG		 k_hash;
	int			 k_bits;
	int			 k_taglen;	/* 0: no MAC */
};

static IMB_MGR	*mgr;
static EVP_PKEY_CTX *x25519_ctx;

/*
 * Find out what the CPU can do.  libcrypto reads its configuration the first
 * time, which takes more stack than a kernel thread has: so it is used here
 * once.
 */
void
host_crypto_init(void)
{
	static const uint8_t	 nine[X25519_SIZE] = { 9 };
	uint8_t			 out[X25519_SIZE];
	IMB_ARCH		 arch;

	if ((mgr = alloc_mb_mgr(0)) != NULL) {
		init_mb_mgr_auto(mgr, &arch);
		if (imb_get_errno(mgr) != 0 || arch == IMB_ARCH_NONE ||
		    arch == IMB_ARCH_NOAESNI) {
			free_mb_mgr(mgr);
			mgr = NULL;
		}
	}
	x25519_ctx = EVP_PKEY_CTX_new_from_name(NULL, "X25519", NULL);
	if (x25519_ctx != NULL && (EVP_PKEY_fromdata_init(x25519_ctx) != 1 ||
	    host_x25519(out, nine, nine) != 0)) {
		EVP_PKEY_CTX_free(x25519_ctx);
		x25519_ctx = NULL;
	}
}

const char *
host_crypto_name(void)
{
	return (mgr != NULL ? "ipsec-mb" : NULL);
}

static int
key_aes(struct host_key *k, const uint8_t *key, size_t len)
{
	switch (len) {
	case 0:
		break;
	case 16:
		IMB_AES_KEYEXP_128(mgr, key, k->k_enc, k->k_dec);
		break;
	case 24:
		IMB_AES_KEYEXP_192(mgr, key, k->k_enc, k->k_dec);
		break;
	case 32:
		IMB_AES_KEYEXP_256(mgr, key, k->k_enc, k->k_dec);
		break;
	default:
		return (-1);
	}
	return (0);
}

static int
key_gcm(struct host_key *k, const uint8_t *key, size_t len)
{
	switch (len) {
	case 16:
		IMB_AES128_GCM_PRE(mgr, key, &k->k_gcm);
		break;
	case 24:
		IMB_AES192_GCM_PRE(mgr, key, &k->k_gcm);
		break;
	case 32:
		IMB_AES256_GCM_PRE(mgr, key, &k->k_gcm);
		break;
	default:
		return (-1);
	}
	return (0);
}

/* One block through the hash: the state that HMAC begins with. */
static void
hmac_block(struct host_key *k, const uint8_t *block, uint8_t *out)
{
	switch (k->k_hash) {
	case IMB_AUTH_HMAC_SHA_1:
		IMB_SHA1_ONE_BLOCK(mgr, block, out);
		break;
	case IMB_AUTH_HMAC_SHA_256:
		IMB_SHA256_ONE_BLOCK(mgr, block, out);
		break;
	case IMB_AUTH_HMAC_SHA_384:
		IMB_SHA384_ONE_BLOCK(mgr, block, out);
		break;
	default:
		IMB_SHA512_ONE_BLOCK(mgr, block, out);
		break;
	}
}

/* RFC 2104: a key that is longer than a block is hashed. */
static size_t
hmac_shorten(struct host_key *k, const uint8_t *key, size_t len)
{
	size_t	 blocklen = k->k_bits <= 256 ? 64 : 128;

	if (len <= blocklen) {
		memcpy(k->k_mac, key, len);
		return (len);
	}
	switch (k->k_hash) {
	case IMB_AUTH_HMAC_SHA_1:
		IMB_SHA1(mgr, key, len, k->k_mac);
		break;
	case IMB_AUTH_HMAC_SHA_256:
		IMB_SHA256(mgr, key, len, k->k_mac);
		break;
	case IMB_AUTH_HMAC_SHA_384:
		IMB_SHA384(mgr, key, len, k->k_mac);
		break;
	default:
		IMB_SHA512(mgr, key, len, k->k_mac);
		break;
	}
	return (k->k_taglen);
}

static int
key_hmac(struct host_key *k, int bits, const uint8_t *key, size_t len)
{
	uint8_t	 block[BLOCK_MAX];
	size_t	 i;

	k->k_bits = bits;
	switch (bits) {
	case 0:
		k->k_hash = IMB_AUTH_NULL;
		return (0);
	case 1:
		k->k_hash = IMB_AUTH_HMAC_SHA_1;
		k->k_taglen = 20;
		break;
	case 256:
		k->k_hash = IMB_AUTH_HMAC_SHA_256;
		k->k_taglen = 32;
		break;
	case 384:
		k->k_hash = IMB_AUTH_HMAC_SHA_384;
		k->k_taglen = 48;
		break;
	case 512:
		k->k_hash = IMB_AUTH_HMAC_SHA_512;
		k->k_taglen = 64;
		break;
	default:
		return (-1);
	}
	hmac_shorten(k, key, len);
	for (i = 0; i < sizeof(block); i++)
		block[i] = k->k_mac[i] ^ 0x36;
	hmac_block(k, block, k->k_ipad);
	for (i = 0; i < sizeof(block); i++)
		block[i] = k->k_mac[i] ^ 0x5c;
	hmac_block(k, block, k->k_opad);
	OPENSSL_cleanse(block, sizeof(block));
	return (0);
}

void *
host_crypto_key(int kind, int bits, const uint8_t *key, size_t len,
    const uint8_t *mackey, size_t maclen)
{
	struct host_key	*k;
	int		 error;

	if (mgr == NULL || (k = aligned_alloc(64,
	    (sizeof(*k) + 63) / 64 * 64)) == NULL)
		return (NULL);
	memset(k, 0, sizeof(*k));
	k->k_kind = kind;
	k->k_klen = len;
	switch (kind) {
	case HOST_CRYPTO_GCM:
		error = key_gcm(k, key, len);
		break;
	case HOST_CRYPTO_CHACHAPOLY:
		error = len == sizeof(k->k_chacha) ? 0 : -1;
		if (error == 0)
			memcpy(k->k_chacha, key, len);
		break;
	default:
		if ((error = key_aes(k, key, len)) == 0)
			error = key_hmac(k, bits, mackey, maclen);
		break;
	}
	if (error != 0) {
		host_crypto_key_free(k);
		return (NULL);
	}
	return (k);
}

void
host_crypto_key_free(void *arg)
{
	if (arg == NULL)
		return;
	OPENSSL_cleanse(arg, sizeof(struct host_key));
	free(arg);
}

static void
op_gcm(struct host_crypto_op *o, const struct host_key *k)
{
	struct gcm_context_data	 ctx;
	aes_gcm_enc_dec_t	 fn;

	switch (k->k_klen) {
	case 16:
		fn = o->ho_encrypt ? mgr->gcm128_enc : mgr->gcm128_dec;
		break;
	case 24:
		fn = o->ho_encrypt ? mgr->gcm192_enc : mgr->gcm192_dec;
		break;
	default:
		fn = o->ho_encrypt ? mgr->gcm256_enc : mgr->gcm256_dec;
		break;
	}
	fn(&k->k_gcm, &ctx, o->ho_text, o->ho_text, o->ho_textlen, o->ho_iv,
	    o->ho_auth, o->ho_authlen, o->ho_tag, 16);
	o->ho_error = 0;
}

static void
job_chachapoly(IMB_JOB *job, struct host_crypto_op *o,
    const struct host_key *k)
{
	job->cipher_mode = IMB_CIPHER_CHACHA20_POLY1305;
	job->hash_alg = IMB_AUTH_CHACHA20_POLY1305;
	job->chain_order = o->ho_encrypt ? IMB_ORDER_CIPHER_HASH :
	    IMB_ORDER_HASH_CIPHER;
	job->enc_keys = job->dec_keys = k->k_chacha;
	job->key_len_in_bytes = 32;
	job->u.CHACHA20_POLY1305.aad = o->ho_auth;
	job->u.CHACHA20_POLY1305.aad_len_in_bytes = o->ho_authlen;
	job->src = job->dst = o->ho_text;
	job->cipher_start_src_offset_in_bytes = 0;
	job->msg_len_to_cipher_in_bytes = o->ho_textlen;
	job->hash_start_src_offset_in_bytes = 0;
	job->msg_len_to_hash_in_bytes = o->ho_textlen;
	job->iv_len_in_bytes = 12;
	job->auth_tag_output_len_in_bytes = 16;
}

static void
job_cbc_hmac(IMB_JOB *job, struct host_crypto_op *o, const struct host_key *k)
{
	job->cipher_mode = k->k_klen == 0 || o->ho_textlen == 0 ?
	    IMB_CIPHER_NULL : IMB_CIPHER_CBC;
	job->hash_alg = o->ho_authlen == 0 ? IMB_AUTH_NULL : k->k_hash;
	job->chain_order = o->ho_encrypt ? IMB_ORDER_CIPHER_HASH :
	    IMB_ORDER_HASH_CIPHER;
	job->enc_keys = k->k_enc;
	job->dec_keys = k->k_dec;
	job->key_len_in_bytes = k->k_klen;
	job->u.HMAC._hashed_auth_key_xor_ipad = k->k_ipad;
	job->u.HMAC._hashed_auth_key_xor_opad = k->k_opad;
	job->src = o->ho_auth;
	job->dst = o->ho_text;
	job->cipher_start_src_offset_in_bytes = o->ho_text - o->ho_auth;
	job->msg_len_to_cipher_in_bytes = o->ho_textlen;
	job->hash_start_src_offset_in_bytes = 0;
	job->msg_len_to_hash_in_bytes = o->ho_authlen;
	job->iv_len_in_bytes = 16;
	job->auth_tag_output_len_in_bytes = k->k_taglen;
}

/*
 * The library has no HMAC of nothing, and no job of nothing at all.  True if
 * the request has been dealt with.
 */
static int
op_nothing(struct host_crypto_op *o, const struct host_key *k)
{
	const EVP_MD	*md;

	if (k->k_kind != HOST_CRYPTO_CBC_HMAC)
		return (0);
	if (o->ho_authlen == 0 && k->k_taglen > 0) {
		md = k->k_bits == 1 ? EVP_sha1() : k->k_bits == 256 ?
		    EVP_sha256() : k->k_bits == 384 ? EVP_sha384() :
		    EVP_sha512();
		/* A key is as good with zeroes behind it. */
		HMAC(md, k->k_mac, k->k_bits <= 256 ? 64 : 128, NULL, 0,
		    o->ho_tag, NULL);
	}
	if ((k->k_klen > 0 && o->ho_textlen > 0) ||
	    (k->k_taglen > 0 && o->ho_authlen > 0))
		return (0);
	o->ho_error = 0;
	return (1);
}

static void
job_done(IMB_JOB *job)
{
	struct host_crypto_op	*o = job->user_data;

	o->ho_error = job->status == IMB_STATUS_COMPLETED ? 0 : 1;
}

static void
op_job(struct host_crypto_op *o, const struct host_key *k)
{
	IMB_JOB	*job;

	if (op_nothing(o, k))
		return;
	job = IMB_GET_NEXT_JOB(mgr);
	job->cipher_direction = o->ho_encrypt ? IMB_DIR_ENCRYPT :
	    IMB_DIR_DECRYPT;
	job->iv = o->ho_iv;
	job->auth_tag_output = o->ho_tag;
	job->user_data = o;
	o->ho_error = 1;
	if (k->k_kind == HOST_CRYPTO_CHACHAPOLY)
		job_chachapoly(job, o, k);
	else
		job_cbc_hmac(job, o, k);
	for (job = IMB_SUBMIT_JOB(mgr); job != NULL;
	    job = IMB_GET_COMPLETED_JOB(mgr))
		job_done(job);
}

/* The text of the one that is next, while another is being worked on. */
static void
op_fetch(const struct host_crypto_op *o)
{
	size_t	 i;

	for (i = 0; i < o->ho_textlen && i < FETCH_MAX; i += LINE)
		__builtin_prefetch(o->ho_text + i, 1, 2);
}

void
host_crypto_batch(struct host_crypto_op *ops, unsigned int n)
{
	const struct host_key	*k;
	IMB_JOB			*job;
	unsigned int		 i, jobs = 0;

	for (i = 0; i < n; i++) {
		k = ops[i].ho_key;
		if (k->k_kind == HOST_CRYPTO_GCM) {
			if (i + 1 < n)
				op_fetch(&ops[i + 1]);
			op_gcm(&ops[i], k);
			continue;
		}
		op_job(&ops[i], k);
		jobs++;
	}
	if (jobs > 0)
		while ((job = IMB_FLUSH_JOB(mgr)) != NULL)
			job_done(job);
}

/* A key of libcrypto's; the public half is not looked at by what follows. */
static EVP_PKEY *
x25519_key(const uint8_t *scalar, const uint8_t *point, int selection)
{
	OSSL_PARAM	 params[3], *p = params;
	EVP_PKEY	*key = NULL;

	if (scalar != NULL)
		*p++ = OSSL_PARAM_construct_octet_string(
		    OSSL_PKEY_PARAM_PRIV_KEY, (void *)(uintptr_t)scalar,
		    X25519_SIZE);
	*p++ = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY,
	    (void *)(uintptr_t)point, X25519_SIZE);
	*p = OSSL_PARAM_construct_end();
	if (EVP_PKEY_fromdata(x25519_ctx, &key, selection, params) != 1)
		return (NULL);
	return (key);
}

int
host_x25519(uint8_t *out, const uint8_t *scalar, const uint8_t *point)
{
	EVP_PKEY_CTX	*ctx = NULL;
	EVP_PKEY	*own, *peer = NULL;
	size_t		 len = X25519_SIZE;
	uint8_t		 k[X25519_SIZE], u[X25519_SIZE];
	int		 error = -1;

	if (x25519_ctx == NULL)
		return (-1);
	memcpy(k, scalar, sizeof(k));
	memcpy(u, point, sizeof(u));
	own = x25519_key(k, u, EVP_PKEY_KEYPAIR);
	peer = x25519_key(NULL, u, EVP_PKEY_PUBLIC_KEY);
	if (own != NULL && peer != NULL &&
	    (ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL)) != NULL &&
	    EVP_PKEY_derive_init(ctx) == 1 &&
	    EVP_PKEY_derive_set_peer_ex(ctx, peer, 0) == 1) {
		/* It refuses to give out zero. */
		if (EVP_PKEY_derive(ctx, out, &len) != 1)
			memset(out, 0, X25519_SIZE);
		error = 0;
	}
	OPENSSL_cleanse(k, sizeof(k));
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(own);
	EVP_PKEY_free(peer);
	return (error);
}

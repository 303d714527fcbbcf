/*
 * The software driver of crypto(9): BearSSL's constant-time implementations.
 *
 *	AES-CBC, AES-CTR, 3DES-CBC	RFC 3602, 3686, 2451
 *	AES-GCM, AES-GMAC		RFC 4106, 4543
 *	ChaCha20-Poly1305		RFC 8439, 7634
 *	HMAC-SHA1, -SHA2		RFC 2404, 4868
 *
 * A request whose buffer is one mbuf (or contiguous) is worked on in place;
 * a longer chain passes through a bounce buffer.  Requests finish at once.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/machdep.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>

#include <bearssl/bearssl.h>

#include <crypto/cryptodev.h>

#define BOUNCE_SIZE	(72 * 1024)	/* an IP packet and what is around it */
#define AEAD_IVLEN	8
#define AEAD_TAGLEN	16
#define SALTLEN		4

struct swcr_session {
	int			 sw_cipher;
	int			 sw_mac;
	u_int8_t		 sw_salt[SALTLEN];
	u_int8_t		 sw_key[32];	/* ChaCha20 */
	union {
		struct {
			br_aes_gen_cbcenc_keys	enc;
			br_aes_gen_cbcdec_keys	dec;
		} cbc;
		struct {
			br_des_ct_cbcenc_keys	enc;
			br_des_ct_cbcdec_keys	dec;
		} des;
		struct {
			br_aes_gen_ctr_keys	keys;
			br_gcm_context		gcm;
		} ctr;
	} sw_u;
	br_hmac_key_context	 sw_hmac;
};

/* Where a request's descriptors and bytes are. */
struct swcr_op {
	struct swcr_session	*so_ses;
	struct cryptodesc	*so_cipher;	/* or NULL */
	struct cryptodesc	*so_mac;	/* or NULL */
	u_int8_t		*so_base;	/* the whole buffer */
	int			 so_len;
	int			 so_encrypt;
	u_int8_t		 so_iv[CRYPTO_MAXIV];
};

static u_int8_t		*bounce;
static br_chacha20_run	 chacha20;
static br_ghash		 ghash;

static int	 swcr_newsession(void **, const struct cryptoini *);
static void	 swcr_freesession(void *);
static void	 swcr_process(struct cryptop **, u_int);

static const struct crypto_alg swcr_algs[] = {
	{ CRYPTO_NULL,			0 },
	{ CRYPTO_3DES_CBC,		100 },
	{ CRYPTO_AES_CBC,		100 },
	{ CRYPTO_AES_CTR,		100 },
	{ CRYPTO_AES_GCM_16,		100 },
	{ CRYPTO_AES_GMAC,		100 },
	{ CRYPTO_AES_128_GMAC,		0 },
	{ CRYPTO_AES_192_GMAC,		0 },
	{ CRYPTO_AES_256_GMAC,		0 },
	{ CRYPTO_CHACHA20_POLY1305,	100 },
	{ CRYPTO_CHACHA20_POLY1305_MAC,	0 },
	{ CRYPTO_SHA1_HMAC,		100 },
	{ CRYPTO_SHA2_256_HMAC,		100 },
	{ CRYPTO_SHA2_384_HMAC,		100 },
	{ CRYPTO_SHA2_512_HMAC,		100 },
};

static struct crypto_driver swcr_driver = {
	.cd_name = "soft",
	.cd_algs = swcr_algs,
	.cd_nalgs = nitems(swcr_algs),
	.cd_newsession = swcr_newsession,
	.cd_freesession = swcr_freesession,
	.cd_process = swcr_process,
};

static int
is_gcm(int alg)
{
	return (alg == CRYPTO_AES_GCM_16 || alg == CRYPTO_AES_GMAC);
}

static int
is_gmac(int alg)
{
	return (alg == CRYPTO_AES_128_GMAC || alg == CRYPTO_AES_192_GMAC ||
	    alg == CRYPTO_AES_256_GMAC);
}

static int
is_aead(int alg)
{
	return (is_gcm(alg) || alg == CRYPTO_CHACHA20_POLY1305);
}

static const br_hash_class *
hash_of(int alg)
{
	switch (alg) {
	case CRYPTO_SHA1_HMAC:
		return (&br_sha1_vtable);
	case CRYPTO_SHA2_256_HMAC:
		return (&br_sha256_vtable);
	case CRYPTO_SHA2_384_HMAC:
		return (&br_sha384_vtable);
	case CRYPTO_SHA2_512_HMAC:
		return (&br_sha512_vtable);
	default:
		return (NULL);
	}
}

static int
aes_klen_valid(int bytes)
{
	return (bytes == 16 || bytes == 24 || bytes == 32);
}

static void
ctr_init(struct swcr_session *sw, const void *key, int len)
{
	const br_block_ctr_class *class = br_aes_x86ni_ctr_get_vtable();

	if (class == NULL)
		class = &br_aes_ct64_ctr_vtable;
	class->init(&sw->sw_u.ctr.keys.vtable, key, len);
	if (is_gcm(sw->sw_cipher))
		br_gcm_init(&sw->sw_u.ctr.gcm, &sw->sw_u.ctr.keys.vtable,
		    ghash);
}

static void
cbc_init(struct swcr_session *sw, const void *key, int len)
{
	const br_block_cbcenc_class *enc = br_aes_x86ni_cbcenc_get_vtable();
	const br_block_cbcdec_class *dec = br_aes_x86ni_cbcdec_get_vtable();

	if (enc == NULL || dec == NULL) {
		enc = &br_aes_ct64_cbcenc_vtable;
		dec = &br_aes_ct64_cbcdec_vtable;
	}
	enc->init(&sw->sw_u.cbc.enc.vtable, key, len);
	dec->init(&sw->sw_u.cbc.dec.vtable, key, len);
}

/* Keys of a cipher; EINVAL when the length is none of its. */
static int
cipher_init(struct swcr_session *sw, const struct cryptoini *cri)
{
	int	 len = cri->cri_klen / 8 - crypto_saltlen(cri->cri_alg);

	sw->sw_cipher = cri->cri_alg;
	if (cri->cri_alg == CRYPTO_NULL)
		return (0);
	if (len <= 0)
		return (EINVAL);
	memcpy(sw->sw_salt, cri->cri_key + len,
	    crypto_saltlen(cri->cri_alg));
	switch (cri->cri_alg) {
	case CRYPTO_3DES_CBC:
		if (len != 24)
			return (EINVAL);
		br_des_ct_cbcenc_init(&sw->sw_u.des.enc, cri->cri_key, len);
		br_des_ct_cbcdec_init(&sw->sw_u.des.dec, cri->cri_key, len);
		return (0);
	case CRYPTO_CHACHA20_POLY1305:
		if (len != sizeof(sw->sw_key))
			return (EINVAL);
		memcpy(sw->sw_key, cri->cri_key, len);
		return (0);
	case CRYPTO_AES_CBC:
		if (!aes_klen_valid(len))
			return (EINVAL);
		cbc_init(sw, cri->cri_key, len);
		return (0);
	default:
		if (!aes_klen_valid(len))
			return (EINVAL);
		ctr_init(sw, cri->cri_key, len);
		return (0);
	}
}

static int
mac_init(struct swcr_session *sw, const struct cryptoini *cri)
{
	const br_hash_class	*hash = hash_of(cri->cri_alg);

	sw->sw_mac = cri->cri_alg;
	if (hash != NULL)
		br_hmac_key_init(&sw->sw_hmac, hash, cri->cri_key,
		    cri->cri_klen / 8);
	return (0);
}

/* An AEAD's two halves belong together, and to nothing else. */
static int
session_coherent(const struct swcr_session *sw)
{
	switch (sw->sw_mac) {
	case CRYPTO_CHACHA20_POLY1305_MAC:
		return (sw->sw_cipher == CRYPTO_CHACHA20_POLY1305);
	case CRYPTO_AES_128_GMAC:
	case CRYPTO_AES_192_GMAC:
	case CRYPTO_AES_256_GMAC:
		return (is_gcm(sw->sw_cipher));
	default:
		return (!is_aead(sw->sw_cipher));
	}
}

static int
swcr_newsession(void **softc, const struct cryptoini *cri)
{
	struct swcr_session	*sw;
	int			 error = 0;

	sw = malloc(sizeof(*sw), M_CREDENTIALS, M_NOWAIT | M_ZERO);
	if (sw == NULL)
		return (ENOMEM);
	md_fpu_enter();
	for (; cri != NULL && error == 0; cri = cri->cri_next) {
		if (cri->cri_alg == CRYPTO_ESN)
			continue;
		if (crypto_maclen(cri->cri_alg) > 0)
			error = mac_init(sw, cri);
		else
			error = cipher_init(sw, cri);
	}
	md_fpu_leave();
	if (error == 0 && !session_coherent(sw))
		error = EINVAL;
	if (error != 0) {
		swcr_freesession(sw);
		return (error);
	}
	*softc = sw;
	return (0);
}

static void
swcr_freesession(void *softc)
{
	explicit_bzero(softc, sizeof(struct swcr_session));
	free(softc, M_CREDENTIALS, sizeof(struct swcr_session));
}

/* Does the descriptor stay inside the buffer? */
static int
desc_valid(const struct swcr_op *so, const struct cryptodesc *crd, int room)
{
	return (crd->crd_skip >= 0 && crd->crd_len >= 0 &&
	    crd->crd_skip <= so->so_len &&
	    crd->crd_len <= so->so_len - crd->crd_skip &&
	    crd->crd_inject >= 0 && crd->crd_inject <= so->so_len - room);
}

static int
iv_len(int alg)
{
	switch (alg) {
	case CRYPTO_NULL:
		return (0);
	case CRYPTO_AES_CBC:
		return (16);
	default:
		return (AEAD_IVLEN);
	}
}

/* The IV of this packet, from where the descriptor says; store a new one. */
static void
iv_get(struct swcr_op *so)
{
	struct cryptodesc	*crd = so->so_cipher;
	int			 len = iv_len(crd->crd_alg);

	if (crd->crd_flags & CRD_F_IV_EXPLICIT)
		memcpy(so->so_iv, crd->crd_iv, len);
	else if (so->so_encrypt && !(crd->crd_flags & CRD_F_IV_PRESENT))
		arc4random_buf(so->so_iv, len);
	else
		memcpy(so->so_iv, so->so_base + crd->crd_inject, len);
	if (so->so_encrypt && !(crd->crd_flags & CRD_F_IV_PRESENT))
		memcpy(so->so_base + crd->crd_inject, so->so_iv, len);
}

static int
mac_len(const struct swcr_op *so)
{
	int	 full = crypto_maclen(so->so_mac->crd_alg);

	return (so->so_mac->crd_maclen == 0 ? full :
	    MIN(so->so_mac->crd_maclen, full));
}

/* Store the MAC, or compare it. */
static int
mac_finish(struct swcr_op *so, u_int8_t *mac, int generate)
{
	u_int8_t	*at = so->so_base + so->so_mac->crd_inject;
	int		 error = 0, len = mac_len(so);

	if (generate)
		memcpy(at, mac, len);
	else if (timingsafe_bcmp(at, mac, len) != 0)
		error = EBADMSG;
	explicit_bzero(mac, CRYPTO_MAXMAC);
	return (error);
}

/*
 * What is only authenticated, with the high half of the sequence number
 * after the SPI if there is one (RFC 4106, 5).  Returns its length.
 */
static int
aad_build(const struct swcr_op *so, u_int8_t *aad)
{
	const struct cryptodesc	*crd = so->so_mac;
	const u_int8_t		*p = so->so_base + crd->crd_skip;
	int			 len = crd->crd_len;

	if (!(crd->crd_flags & CRD_F_ESN)) {
		memcpy(aad, p, len);
		return (len);
	}
	memcpy(aad, p, 4);
	memcpy(aad + 4, crd->crd_esn, 4);
	memcpy(aad + 8, p + 4, len - 4);
	return (len + 4);
}

static void
gcm_run(struct swcr_op *so, const u_int8_t *nonce, const u_int8_t *aad,
    int aadlen, u_int8_t *tag)
{
	br_gcm_context	*gc = &so->so_ses->sw_u.ctr.gcm;
	u_int8_t	*text = so->so_base + so->so_cipher->crd_skip;

	br_gcm_reset(gc, nonce, SALTLEN + AEAD_IVLEN);
	br_gcm_aad_inject(gc, aad, aadlen);
	if (so->so_cipher->crd_alg == CRYPTO_AES_GMAC) {
		/* RFC 4543: IV and text are authenticated, not encrypted. */
		br_gcm_aad_inject(gc, so->so_iv, AEAD_IVLEN);
		br_gcm_aad_inject(gc, text, so->so_cipher->crd_len);
		br_gcm_flip(gc);
	} else {
		br_gcm_flip(gc);
		br_gcm_run(gc, so->so_encrypt, text, so->so_cipher->crd_len);
	}
	br_gcm_get_tag(gc, tag);
}

static int
aead_run(struct swcr_op *so)
{
	u_int8_t	 aad[CRYPTO_MAXAAD], nonce[SALTLEN + AEAD_IVLEN];
	u_int8_t	 tag[CRYPTO_MAXMAC];
	int		 aadlen = aad_build(so, aad);

	memcpy(nonce, so->so_ses->sw_salt, SALTLEN);
	memcpy(nonce + SALTLEN, so->so_iv, AEAD_IVLEN);
	if (so->so_cipher->crd_alg == CRYPTO_CHACHA20_POLY1305)
		br_poly1305_ctmulq_run(so->so_ses->sw_key, nonce,
		    so->so_base + so->so_cipher->crd_skip,
		    so->so_cipher->crd_len, aad, aadlen, tag, chacha20,
		    so->so_encrypt);
	else
		gcm_run(so, nonce, aad, aadlen, tag);
	return (mac_finish(so, tag, so->so_encrypt));
}

static int
cipher_run(struct swcr_op *so)
{
	struct swcr_session	*sw = so->so_ses;
	u_int8_t		*text = so->so_base + so->so_cipher->crd_skip;
	u_int8_t		 nonce[SALTLEN + AEAD_IVLEN];
	int			 len = so->so_cipher->crd_len;

	switch (so->so_cipher->crd_alg) {
	case CRYPTO_AES_CBC:
		if (len % 16 != 0)
			return (EINVAL);
		if (so->so_encrypt)
			sw->sw_u.cbc.enc.vtable->run(&sw->sw_u.cbc.enc.vtable,
			    so->so_iv, text, len);
		else
			sw->sw_u.cbc.dec.vtable->run(&sw->sw_u.cbc.dec.vtable,
			    so->so_iv, text, len);
		break;
	case CRYPTO_3DES_CBC:
		if (len % 8 != 0)
			return (EINVAL);
		if (so->so_encrypt)
			br_des_ct_cbcenc_run(&sw->sw_u.des.enc, so->so_iv,
			    text, len);
		else
			br_des_ct_cbcdec_run(&sw->sw_u.des.dec, so->so_iv,
			    text, len);
		break;
	case CRYPTO_AES_CTR:
		memcpy(nonce, sw->sw_salt, SALTLEN);
		memcpy(nonce + SALTLEN, so->so_iv, AEAD_IVLEN);
		sw->sw_u.ctr.keys.vtable->run(&sw->sw_u.ctr.keys.vtable,
		    nonce, 1, text, len);
		break;
	}
	return (0);
}

/* HMAC; with an extended sequence number, its high half comes last. */
static int
hmac_run(struct swcr_op *so, int generate)
{
	struct cryptodesc	*crd = so->so_mac;
	br_hmac_context		 hc;
	u_int8_t		 mac[CRYPTO_MAXMAC];

	br_hmac_init(&hc, &so->so_ses->sw_hmac, 0);
	br_hmac_update(&hc, so->so_base + crd->crd_skip, crd->crd_len);
	if (crd->crd_flags & CRD_F_ESN)
		br_hmac_update(&hc, crd->crd_esn, sizeof(crd->crd_esn));
	br_hmac_out(&hc, mac);
	return (mac_finish(so, mac, generate));
}

static int
op_run(struct swcr_op *so)
{
	int	 error = 0, generate;

	if (so->so_cipher != NULL && is_aead(so->so_cipher->crd_alg))
		return (aead_run(so));
	if (so->so_cipher == NULL || so->so_cipher->crd_alg == CRYPTO_NULL)
		generate = so->so_mac != NULL &&
		    (so->so_mac->crd_flags & CRD_F_ENCRYPT) != 0;
	else
		generate = so->so_encrypt;
	/* What comes in is authenticated before it is deciphered. */
	if (so->so_mac != NULL && !generate)
		error = hmac_run(so, 0);
	if (error == 0 && so->so_cipher != NULL)
		error = cipher_run(so);
	if (error == 0 && so->so_mac != NULL && generate)
		error = hmac_run(so, 1);
	return (error);
}

/* Sort the descriptors, and refuse what the session was not made for. */
static int
op_init(struct swcr_op *so, struct cryptop *crp)
{
	struct cryptodesc	*crd;
	u_int			 i;

	so->so_ses = crp->crp_ses->cs_softc;
	so->so_cipher = so->so_mac = NULL;
	so->so_len = crp->crp_ilen;
	for (i = 0; i < crp->crp_ndesc; i++) {
		crd = &crp->crp_desc[i];
		if (crypto_maclen(crd->crd_alg) > 0)
			so->so_mac = crd;
		else
			so->so_cipher = crd;
	}
	if (so->so_cipher != NULL) {
		if (so->so_cipher->crd_alg != so->so_ses->sw_cipher ||
		    !desc_valid(so, so->so_cipher,
		    (so->so_cipher->crd_flags & CRD_F_IV_EXPLICIT) &&
		    (so->so_cipher->crd_flags & CRD_F_IV_PRESENT) ? 0 :
		    iv_len(so->so_cipher->crd_alg)))
			return (EINVAL);
		so->so_encrypt = (so->so_cipher->crd_flags & CRD_F_ENCRYPT)
		    != 0;
		if (is_aead(so->so_cipher->crd_alg) && so->so_mac == NULL)
			return (EINVAL);
	}
	if (so->so_mac != NULL) {
		if (so->so_mac->crd_alg != so->so_ses->sw_mac ||
		    !desc_valid(so, so->so_mac, mac_len(so)))
			return (EINVAL);
		if ((is_gmac(so->so_mac->crd_alg) || so->so_mac->crd_alg ==
		    CRYPTO_CHACHA20_POLY1305_MAC) && (so->so_cipher == NULL ||
		    so->so_mac->crd_len > CRYPTO_MAXAAD - 4 ||
		    ((so->so_mac->crd_flags & CRD_F_ESN) &&
		    so->so_mac->crd_len < 4)))
			return (EINVAL);
	}
	return (so->so_cipher == NULL && so->so_mac == NULL ? EINVAL : 0);
}

static int
swcr_one(struct cryptop *crp)
{
	struct swcr_op	 so;
	struct mbuf	*m = NULL;
	int		 error;

	if ((error = op_init(&so, crp)) != 0)
		return (error);
	if (!(crp->crp_flags & CRYPTO_F_IMBUF))
		so.so_base = crp->crp_buf;
	else {
		m = crp->crp_buf;
		if (m->m_len >= so.so_len)
			so.so_base = mtod(m, u_int8_t *);
		else {
			if (so.so_len > BOUNCE_SIZE ||
			    m_length(m) < so.so_len)
				return (EINVAL);
			so.so_base = bounce;
			m_copydata(m, 0, so.so_len, bounce);
		}
	}
	if (so.so_cipher != NULL)
		iv_get(&so);
	error = op_run(&so);
	if (so.so_base == bounce) {
		if (error == 0)
			error = m_copyback(m, 0, so.so_len, bounce, M_NOWAIT);
		explicit_bzero(bounce, so.so_len);
	}
	return (error);
}

static void
swcr_process(struct cryptop **crps, u_int n)
{
	u_int	 i;

	md_fpu_enter();
	for (i = 0; i < n; i++)
		crps[i]->crp_etype = swcr_one(crps[i]);
	md_fpu_leave();
	for (i = 0; i < n; i++)
		crypto_done(crps[i]);
}

/*
 * Register the driver; once, after crypto_init().
 */
void
swcr_init(void)
{
	bounce = malloc(BOUNCE_SIZE, M_CREDENTIALS, M_WAITOK | M_ZERO);
	md_fpu_enter();
	chacha20 = br_chacha20_sse2_get();
	if (chacha20 == NULL)
		chacha20 = br_chacha20_ct_run;
	ghash = br_ghash_pclmul_get();
	if (ghash == NULL)
		ghash = br_ghash_ctmul64;
	md_fpu_leave();
	if (crypto_register(&swcr_driver) != 0)
		panic("crypto: two software drivers");
}

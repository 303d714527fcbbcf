/*
 * crypto(9): the host's ciphers as a driver, "ipsec-mb", and its X25519.
 *
 * AEADs, AES-CBC and HMAC, the two alone or as a pair.  A request in one
 * piece is worked on in place; one in a chain of mbufs passes through a
 * bounce buffer.  All of a batch that fits is handed over at once, and
 * finished when the call returns.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>

#include <crypto/cryptodev.h>
#include <crypto/x25519.h>

#include "crypto_hostvar.h"
#include "host_crypto.h"

#define BATCH		64
#define BOUNCE_SIZE	(512 * 1024)
#define SALTLEN		4
#define AEAD_IVLEN	8
#define CBC_IVLEN	16
#define ESNLEN		4

#define COST		20	/* plain software is 100 */

struct mb_session {
	void		*ms_key;
	int		 ms_cipher;	/* CRYPTO_*, or 0 */
	int		 ms_mac;	/* CRYPTO_*, or 0 */
	int		 ms_aead;
	uint8_t		 ms_salt[SALTLEN];
};

/* One request, made ready. */
struct mb_op {
	struct cryptop		*mo_crp;
	struct cryptodesc	*mo_cipher;
	struct cryptodesc	*mo_mac;
	uint8_t			*mo_base;	/* its bytes */
	struct mbuf		*mo_chain;	/* to be copied back to */
	uint8_t			 mo_aad[CRYPTO_MAXAAD];
	uint8_t			 mo_icv[CRYPTO_MAXMAC];	/* received */
};

static int	 mb_newsession(void **, const struct cryptoini *);
static void	 mb_freesession(void *);
static void	 mb_process(struct cryptop **, u_int);

static const struct crypto_alg mb_algs[] = {
	{ CRYPTO_NULL,			0 },
	{ CRYPTO_AES_CBC,		COST },
	{ CRYPTO_AES_GCM_16,		COST },
	{ CRYPTO_AES_128_GMAC,		0 },
	{ CRYPTO_AES_192_GMAC,		0 },
	{ CRYPTO_AES_256_GMAC,		0 },
	{ CRYPTO_CHACHA20_POLY1305,	COST },
	{ CRYPTO_CHACHA20_POLY1305_MAC,	0 },
	{ CRYPTO_SHA1_HMAC,		COST },
	{ CRYPTO_SHA2_256_HMAC,		COST },
	{ CRYPTO_SHA2_384_HMAC,		COST },
	{ CRYPTO_SHA2_512_HMAC,		COST },
};

static struct crypto_driver mb_driver = {
	.cd_algs = mb_algs,
	.cd_nalgs = nitems(mb_algs),
	.cd_newsession = mb_newsession,
	.cd_freesession = mb_freesession,
	.cd_process = mb_process,
};

static struct mb_op	 ops[BATCH];
static struct host_crypto_op host_ops[BATCH];
static uint8_t		*bounce;
static u_int		 bounce_used;

/* The number of bits in the name of HMAC's hash; 0 for no HMAC. */
static int
hmac_bits(int alg)
{
	switch (alg) {
	case CRYPTO_SHA1_HMAC:
		return (1);
	case CRYPTO_SHA2_256_HMAC:
		return (256);
	case CRYPTO_SHA2_384_HMAC:
		return (384);
	case CRYPTO_SHA2_512_HMAC:
		return (512);
	default:
		return (0);
	}
}

static int
gmac_klen(int alg)
{
	switch (alg) {
	case CRYPTO_AES_128_GMAC:
		return (16);
	case CRYPTO_AES_192_GMAC:
		return (24);
	case CRYPTO_AES_256_GMAC:
		return (32);
	default:
		return (0);
	}
}

/* A key for an AEAD; NULL when the MAC is not its own. */
static void *
aead_key(const struct cryptoini *cipher, const struct cryptoini *mac)
{
	const uint8_t	*key = (const uint8_t *)cipher->cri_key;
	int		 len = cipher->cri_klen / 8 - SALTLEN;

	if (mac == NULL || len <= 0)
		return (NULL);
	if (cipher->cri_alg == CRYPTO_AES_GCM_16)
		return (len != gmac_klen(mac->cri_alg) ? NULL :
		    host_crypto_key(HOST_CRYPTO_GCM, 0, key, len, NULL, 0));
	return (mac->cri_alg != CRYPTO_CHACHA20_POLY1305_MAC ? NULL :
	    host_crypto_key(HOST_CRYPTO_CHACHAPOLY, 0, key, len, NULL, 0));
}

/* And for CBC, HMAC, or both. */
static void *
pair_key(const struct cryptoini *cipher, const struct cryptoini *mac)
{
	int	 bits = 0;

	if (mac != NULL && (bits = hmac_bits(mac->cri_alg)) == 0)
		return (NULL);
	if (cipher != NULL && cipher->cri_klen == 0)
		return (NULL);
	return (host_crypto_key(HOST_CRYPTO_CBC_HMAC, bits,
	    cipher == NULL ? NULL : (const uint8_t *)cipher->cri_key,
	    cipher == NULL ? 0 : cipher->cri_klen / 8,
	    mac == NULL ? NULL : (const uint8_t *)mac->cri_key,
	    mac == NULL ? 0 : mac->cri_klen / 8));
}

static int
mb_newsession(void **softc, const struct cryptoini *cri)
{
	const struct cryptoini	*cipher = NULL, *mac = NULL;
	struct mb_session	*ms;

	for (; cri != NULL; cri = cri->cri_next) {
		if (crypto_maclen(cri->cri_alg) > 0)
			mac = cri;
		else if (cri->cri_alg != CRYPTO_ESN &&
		    cri->cri_alg != CRYPTO_NULL)
			cipher = cri;
	}
	if (cipher == NULL && mac == NULL)
		return (ENOTSUP);
	ms = malloc(sizeof(*ms), M_CREDENTIALS, M_NOWAIT | M_ZERO);
	if (ms == NULL)
		return (ENOMEM);
	ms->ms_mac = mac == NULL ? 0 : mac->cri_alg;
	ms->ms_cipher = cipher == NULL ? 0 : cipher->cri_alg;
	if (crypto_saltlen(ms->ms_cipher) > 0) {
		ms->ms_aead = 1;
		ms->ms_key = aead_key(cipher, mac);
		if (ms->ms_key != NULL)
			memcpy(ms->ms_salt, cipher->cri_key +
			    cipher->cri_klen / 8 - SALTLEN, SALTLEN);
	} else
		ms->ms_key = pair_key(cipher, mac);
	if (ms->ms_key == NULL) {
		free(ms, M_CREDENTIALS, sizeof(*ms));
		return (ENOTSUP);
	}
	*softc = ms;
	return (0);
}

static void
mb_freesession(void *softc)
{
	struct mb_session	*ms = softc;

	host_crypto_key_free(ms->ms_key);
	explicit_bzero(ms, sizeof(*ms));
	free(ms, M_CREDENTIALS, sizeof(*ms));
}

static u_int
mac_len(const struct cryptodesc *mac)
{
	u_int	 full = crypto_maclen(mac->crd_alg);

	return (mac->crd_maclen == 0 ? full :
	    MIN((u_int)mac->crd_maclen, full));
}

/* Does a descriptor stay inside the buffer? */
static int
desc_inside(const struct cryptop *crp, const struct cryptodesc *crd,
    u_int inject)
{
	u_int	 total = crp->crp_ilen;

	if (crp->crp_ilen < 0 || crd->crd_skip < 0 || crd->crd_len < 0 ||
	    crd->crd_inject < 0)
		return (0);
	return ((u_int)crd->crd_skip <= total &&
	    (u_int)crd->crd_len <= total - crd->crd_skip &&
	    (inject == 0 || ((u_int)crd->crd_inject <= total &&
	    inject <= total - crd->crd_inject)));
}

static int
iv_in_buffer(const struct cryptodesc *crd)
{
	return (!ISSET(crd->crd_flags, CRD_F_IV_EXPLICIT) ||
	    !ISSET(crd->crd_flags, CRD_F_IV_PRESENT));
}

/* An AEAD's additional data fit our room for them. */
static int
aead_check(const struct mb_op *mo)
{
	const struct cryptodesc	*mac = mo->mo_mac;

	if (mo->mo_cipher == NULL || mac == NULL ||
	    mac->crd_len > CRYPTO_MAXAAD - ESNLEN)
		return (EINVAL);
	return (ISSET(mac->crd_flags, CRD_F_ESN) && mac->crd_len < ESNLEN ?
	    EINVAL : 0);
}

/*
 * CBC and HMAC of one request lie so that one pass can do both: the text is
 * authenticated, or comes after what is.
 */
static int
pair_check(const struct mb_op *mo)
{
	const struct cryptodesc	*cipher = mo->mo_cipher, *mac = mo->mo_mac;

	if (cipher != NULL && cipher->crd_len % CBC_IVLEN != 0)
		return (EINVAL);
	if (mac == NULL)
		return (0);
	if (cipher != NULL && cipher->crd_skip < mac->crd_skip)
		return (EINVAL);
	/* The high half of the number stands where the MAC will. */
	return (ISSET(mac->crd_flags, CRD_F_ESN) &&
	    (mac->crd_inject != mac->crd_skip + mac->crd_len ||
	    mac_len(mac) < ESNLEN) ? EINVAL : 0);
}

/* Sort the descriptors, and refuse what the session was not made for. */
static int
op_check(struct mb_op *mo, const struct mb_session *ms)
{
	struct cryptop		*crp = mo->mo_crp;
	struct cryptodesc	*crd;
	u_int			 i, ivlen;

	mo->mo_cipher = mo->mo_mac = NULL;
	for (i = 0; i < crp->crp_ndesc; i++) {
		crd = &crp->crp_desc[i];
		if (crypto_maclen(crd->crd_alg) > 0)
			mo->mo_mac = crd;
		else if (crd->crd_alg != CRYPTO_NULL)
			mo->mo_cipher = crd;
	}
	if (mo->mo_cipher == NULL && mo->mo_mac == NULL)
		return (EINVAL);
	if ((crd = mo->mo_cipher) != NULL) {
		ivlen = ms->ms_aead ? AEAD_IVLEN : CBC_IVLEN;
		if (crd->crd_alg != ms->ms_cipher || !desc_inside(crp, crd,
		    iv_in_buffer(crd) ? ivlen : 0))
			return (EINVAL);
	}
	if ((crd = mo->mo_mac) != NULL && (crd->crd_alg != ms->ms_mac ||
	    !desc_inside(crp, crd, mac_len(crd))))
		return (EINVAL);
	return (ms->ms_aead ? aead_check(mo) : pair_check(mo));
}

/* Find the bytes; EAGAIN when the bounce buffer is full. */
static int
op_locate(struct mb_op *mo)
{
	struct cryptop	*crp = mo->mo_crp;
	struct mbuf	*m = crp->crp_buf;
	u_int		 len = crp->crp_ilen;

	mo->mo_chain = NULL;
	if (!ISSET(crp->crp_flags, CRYPTO_F_IMBUF)) {
		mo->mo_base = crp->crp_buf;
		return (0);
	}
	if (m->m_len >= len) {
		mo->mo_base = mtod(m, uint8_t *);
		return (0);
	}
	if (len > BOUNCE_SIZE || m_length(m) < len)
		return (EINVAL);
	if (len > BOUNCE_SIZE - bounce_used)
		return (EAGAIN);
	mo->mo_base = bounce + bounce_used;
	bounce_used += roundup(len, 64);
	mo->mo_chain = m;
	m_copydata(m, 0, len, mo->mo_base);
	return (0);
}

/* The IV, from where the descriptor says; a new one is stored. */
static void
op_iv(struct mb_op *mo, uint8_t *iv, u_int len)
{
	struct cryptodesc	*crd = mo->mo_cipher;
	int			 encrypt = ISSET(crd->crd_flags,
				    CRD_F_ENCRYPT) != 0;

	if (ISSET(crd->crd_flags, CRD_F_IV_EXPLICIT))
		memcpy(iv, crd->crd_iv, len);
	else if (encrypt && !ISSET(crd->crd_flags, CRD_F_IV_PRESENT))
		arc4random_buf(iv, len);
	else
		memcpy(iv, mo->mo_base + crd->crd_inject, len);
	if (encrypt && !ISSET(crd->crd_flags, CRD_F_IV_PRESENT))
		memcpy(mo->mo_base + crd->crd_inject, iv, len);
}

static void
op_aead(struct mb_op *mo, struct host_crypto_op *ho,
    const struct mb_session *ms)
{
	const struct cryptodesc	*mac = mo->mo_mac;
	uint8_t			*p = mo->mo_base + mac->crd_skip;

	memcpy(ho->ho_iv, ms->ms_salt, SALTLEN);
	op_iv(mo, ho->ho_iv + SALTLEN, AEAD_IVLEN);
	ho->ho_auth = p;
	ho->ho_authlen = mac->crd_len;
	if (!ISSET(mac->crd_flags, CRD_F_ESN))
		return;
	/* RFC 4106, 5: after the SPI. */
	memcpy(mo->mo_aad, p, 4);
	memcpy(mo->mo_aad + 4, mac->crd_esn, ESNLEN);
	memcpy(mo->mo_aad + 8, p + 4, mac->crd_len - 4);
	ho->ho_auth = mo->mo_aad;
	ho->ho_authlen += ESNLEN;
}

static void
op_pair(struct mb_op *mo, struct host_crypto_op *ho)
{
	const struct cryptodesc	*mac = mo->mo_mac;

	if (mo->mo_cipher != NULL)
		op_iv(mo, ho->ho_iv, CBC_IVLEN);
	if (mac == NULL) {
		ho->ho_auth = ho->ho_text;
		ho->ho_authlen = 0;
		return;
	}
	ho->ho_auth = mo->mo_base + mac->crd_skip;
	ho->ho_authlen = mac->crd_len;
	if (mo->mo_cipher == NULL)
		ho->ho_text = ho->ho_auth;
	if (ISSET(mac->crd_flags, CRD_F_ESN)) {
		memcpy(mo->mo_base + mac->crd_inject, mac->crd_esn, ESNLEN);
		ho->ho_authlen += ESNLEN;
	}
}

/* Make a request ready for the host; 0, EINVAL, or EAGAIN. */
static int
op_init(struct mb_op *mo, struct host_crypto_op *ho, struct cryptop *crp)
{
	const struct mb_session	*ms = crp->crp_ses->cs_softc;
	const struct cryptodesc	*crd;
	int			 error;

	mo->mo_crp = crp;
	if ((error = op_check(mo, ms)) != 0 || (error = op_locate(mo)) != 0)
		return (error);
	ho->ho_key = ms->ms_key;
	ho->ho_text = mo->mo_base;
	ho->ho_textlen = 0;
	if ((crd = mo->mo_cipher) != NULL) {
		ho->ho_text += crd->crd_skip;
		ho->ho_textlen = crd->crd_len;
	} else
		crd = mo->mo_mac;
	ho->ho_encrypt = ISSET(crd->crd_flags, CRD_F_ENCRYPT) != 0;
	if (!ho->ho_encrypt && mo->mo_mac != NULL)
		memcpy(mo->mo_icv, mo->mo_base + mo->mo_mac->crd_inject,
		    mac_len(mo->mo_mac));
	if (ms->ms_aead)
		op_aead(mo, ho, ms);
	else
		op_pair(mo, ho);
	return (0);
}

/* Store the MAC, or compare it; where it is goes back as it came. */
static int
op_mac(struct mb_op *mo, struct host_crypto_op *ho)
{
	uint8_t	*at = mo->mo_base + mo->mo_mac->crd_inject;
	u_int	 len = mac_len(mo->mo_mac);

	if (ho->ho_encrypt) {
		memcpy(at, ho->ho_tag, len);
		return (0);
	}
	if (ISSET(mo->mo_mac->crd_flags, CRD_F_ESN))
		memcpy(at, mo->mo_icv, len);
	return (timingsafe_bcmp(mo->mo_icv, ho->ho_tag, len) != 0 ?
	    EBADMSG : 0);
}

/* The host has done its part. */
static int
op_finish(struct mb_op *mo, struct host_crypto_op *ho)
{
	int	 error = 0;

	if (ho->ho_error != 0)
		error = EINVAL;
	else if (mo->mo_mac != NULL)
		error = op_mac(mo, ho);
	if (mo->mo_chain == NULL)
		return (error);
	if (error == 0)
		error = m_copyback(mo->mo_chain, 0, mo->mo_crp->crp_ilen,
		    mo->mo_base, M_NOWAIT);
	explicit_bzero(mo->mo_base, mo->mo_crp->crp_ilen);
	return (error);
}

static void
ops_run(u_int n)
{
	u_int	 i;

	if (n == 0)
		return;
	host_crypto_batch(host_ops, n);
	for (i = 0; i < n; i++)
		ops[i].mo_crp->crp_etype = op_finish(&ops[i], &host_ops[i]);
	explicit_bzero(host_ops, n * sizeof(host_ops[0]));
	bounce_used = 0;
}

static void
mb_process(struct cryptop **crps, u_int n)
{
	u_int	 i, used = 0;
	int	 error;

	for (i = 0; i < n; i++) {
		error = op_init(&ops[used], &host_ops[used], crps[i]);
		if (error == EAGAIN || used == BATCH - 1) {
			ops_run(error == 0 ? used + 1 : used);
			used = 0;
			if (error == 0)
				continue;
			if (error == EAGAIN)
				error = op_init(&ops[0], &host_ops[0],
				    crps[i]);
		}
		if (error == 0)
			used++;
		else
			crps[i]->crp_etype = error;
	}
	ops_run(used);
	for (i = 0; i < n; i++)
		crypto_done(crps[i]);
}

/* What libcrypto cannot do here would be a broken host. */
static int
mb_x25519(uint8_t *out, const uint8_t *scalar, const uint8_t *point)
{
	return (host_x25519(out, scalar, point) != 0 ? ENOMEM : 0);
}

/*
 * Register what the host has; by the first kernel thread.
 */
void
crypto_host_init(void)
{
	static const uint8_t	 nine[X25519_SIZE] = { 9 };
	uint8_t			 out[X25519_SIZE];

	if (host_x25519(out, nine, nine) == 0)
		x25519_provider(mb_x25519, "libcrypto");
	if ((mb_driver.cd_name = host_crypto_name()) == NULL)
		return;
	bounce = malloc(BOUNCE_SIZE, M_CREDENTIALS, M_WAITOK);
	if (crypto_register(&mb_driver) != 0)
		panic("%s: registered already", mb_driver.cd_name);
}

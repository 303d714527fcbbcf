/*
 * ipsec(4): the algorithms of ESP and AH, and an SA's session of crypto(9).
 *
 *	ESP	RFC 2451 (3DES), 3602 (AES-CBC), 3686 (AES-CTR),
 *		4106 (AES-GCM), 4543 (AES-GMAC), 2410 (NULL),
 *		7634 (ChaCha20-Poly1305), 2404, 4868 (HMAC)
 *	AH	RFC 2404, 4868
 *
 * Older ciphers (DES, Blowfish, CAST, HMAC-MD5 and RIPEMD-160) are refused,
 * 3DES too unless net.inet.esp.legacy says otherwise.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>

#include <netipsec/ipsec_var.h>

static const struct ipsec_ealg ealgs[] = {
	{ SADB_EALG_NULL, CRYPTO_NULL, 0, 0, 1, 4, 0, 0, 0, 0, "null" },
	{ SADB_EALG_3DESCBC, CRYPTO_3DES_CBC, 24, 24, 1, 8, 8, 0, 0, 1,
	    "3des-cbc" },
	{ SADB_X_EALG_AES, CRYPTO_AES_CBC, 16, 32, 8, 16, 16, 0, 0, 0,
	    "aes" },
	{ SADB_X_EALG_AESCTR, CRYPTO_AES_CTR, 20, 36, 8, 4, 8, 0, 1, 0,
	    "aes-ctr" },
	{ SADB_X_EALG_AESGCM16, CRYPTO_AES_GCM_16, 20, 36, 8, 4, 8, 16, 1, 0,
	    "aes-gcm" },
	{ SADB_X_EALG_AESGMAC, CRYPTO_AES_GMAC, 20, 36, 8, 4, 8, 16, 1, 0,
	    "aes-gmac" },
	{ SADB_X_EALG_CHACHA20POLY1305, CRYPTO_CHACHA20_POLY1305, 36, 36, 1,
	    4, 8, 16, 1, 0, "chacha20-poly1305" },
};

static const struct ipsec_aalg aalgs[] = {
	{ SADB_AALG_SHA1HMAC, CRYPTO_SHA1_HMAC, 20, 12, "hmac-sha1" },
	{ SADB_X_AALG_SHA2_256, CRYPTO_SHA2_256_HMAC, 32, 16,
	    "hmac-sha2-256" },
	{ SADB_X_AALG_SHA2_384, CRYPTO_SHA2_384_HMAC, 48, 24,
	    "hmac-sha2-384" },
	{ SADB_X_AALG_SHA2_512, CRYPTO_SHA2_512_HMAC, 64, 32,
	    "hmac-sha2-512" },
};

/* The cipher of that SADB_EALG_ number; NULL: none, or not allowed. */
const struct ipsec_ealg *
ipsec_ealg_find(u_int id)
{
	u_int	 i;

	for (i = 0; i < nitems(ealgs); i++)
		if (ealgs[i].ea_id == id)
			return (ealgs[i].ea_legacy && !esp_legacy ? NULL :
			    &ealgs[i]);
	return (NULL);
}

/* The MAC of that SADB_AALG_ number, or NULL. */
const struct ipsec_aalg *
ipsec_aalg_find(u_int id)
{
	u_int	 i;

	for (i = 0; i < nitems(aalgs); i++)
		if (aalgs[i].aa_id == id)
			return (&aalgs[i]);
	return (NULL);
}

/* For lists: the i-th that may be used, or NULL after the last. */
const struct ipsec_ealg *
ipsec_ealg_byindex(u_int i)
{
	u_int	 j;

	for (j = 0; j < nitems(ealgs); j++)
		if ((!ealgs[j].ea_legacy || esp_legacy) && i-- == 0)
			return (&ealgs[j]);
	return (NULL);
}

const struct ipsec_aalg *
ipsec_aalg_byindex(u_int i)
{
	return (i < nitems(aalgs) ? &aalgs[i] : NULL);
}

static int
ealg_key_ok(const struct ipsec_ealg *ea, u_int len)
{
	return (len >= ea->ea_minkey && len <= ea->ea_maxkey &&
	    (len - ea->ea_minkey) % ea->ea_keystep == 0);
}

/*
 * Give an SA of ESP or AH its algorithms (SADB_ numbers), whose keys are in
 * place: 0, or EINVAL when they do not go together, are unknown, or a key
 * has the wrong length.
 */
int
ipsec_alg_setup(struct tdb *tdb, u_int aalg, u_int ealg)
{
	const struct ipsec_ealg	*ea = NULL;
	const struct ipsec_aalg	*aa = NULL;

	if (tdb->tdb_satype == SADB_SATYPE_ESP) {
		if ((ea = ipsec_ealg_find(ealg)) == NULL ||
		    !ealg_key_ok(ea, tdb->tdb_emxkeylen))
			return (EINVAL);
	} else if (ealg != SADB_EALG_NONE || tdb->tdb_emxkeylen != 0)
		return (EINVAL);
	if (ea == NULL || ea->ea_icvlen == 0) {
		if ((aa = ipsec_aalg_find(aalg)) == NULL ||
		    tdb->tdb_amxkeylen != aa->aa_keylen)
			return (EINVAL);
	} else if (aalg != SADB_AALG_NONE || tdb->tdb_amxkeylen != 0)
		return (EINVAL);	/* an AEAD authenticates itself */
	tdb->tdb_ealg = ea;
	tdb->tdb_aalg = aa;
	tdb->tdb_icvlen = aa != NULL ? aa->aa_icvlen : ea->ea_icvlen;
	tdb->tdb_ivlen = ea != NULL ? ea->ea_ivlen : 0;
	tdb->tdb_block = ea != NULL ? MAX(ea->ea_block, 4) : 4;
	return (0);
}

/* The MAC that goes with an AEAD in crypto(9). */
static int
aead_mac(const struct tdb *tdb)
{
	if (tdb->tdb_ealg->ea_crypto == CRYPTO_CHACHA20_POLY1305)
		return (CRYPTO_CHACHA20_POLY1305_MAC);
	switch (tdb->tdb_emxkeylen) {
	case 20:
		return (CRYPTO_AES_128_GMAC);
	case 28:
		return (CRYPTO_AES_192_GMAC);
	default:
		return (CRYPTO_AES_256_GMAC);
	}
}

/*
 * Open the SA's session.  0, or the errno of crypto_newsession().
 */
int
ipsec_alg_open(struct tdb *tdb)
{
	struct cryptoini	 crie, cria, *cri = NULL;

	memset(&crie, 0, sizeof(crie));
	memset(&cria, 0, sizeof(cria));
	if (tdb->tdb_aalg != NULL) {
		cria.cri_alg = tdb->tdb_aalg->aa_crypto;
		cria.cri_key = (caddr_t)tdb->tdb_amxkey;
		cria.cri_klen = tdb->tdb_amxkeylen * 8;
		cri = &cria;
	} else if (tdb->tdb_ealg != NULL) {
		tdb->tdb_aead_mac = aead_mac(tdb);
		cria.cri_alg = tdb->tdb_aead_mac;
		cria.cri_key = (caddr_t)tdb->tdb_emxkey;
		cria.cri_klen = tdb->tdb_emxkeylen * 8;
		cri = &cria;
	}
	if (tdb->tdb_ealg != NULL) {
		crie.cri_alg = tdb->tdb_ealg->ea_crypto;
		crie.cri_key = (caddr_t)tdb->tdb_emxkey;
		crie.cri_klen = tdb->tdb_emxkeylen * 8;
		crie.cri_next = cri;
		cri = &crie;
		/* Unique under one key is all that an IV need be. */
		if (tdb->tdb_ealg->ea_counter)
			arc4random_buf(&tdb->tdb_ivctr,
			    sizeof(tdb->tdb_ivctr));
	}
	return (cri == NULL ? 0 :
	    crypto_newsession(&tdb->tdb_cryptoid, cri, 0));
}

/* Close it; its last request has ended. */
void
ipsec_alg_close(struct tdb *tdb)
{
	if (tdb->tdb_cryptoid != 0)
		(void)crypto_freesession(tdb->tdb_cryptoid);
	tdb->tdb_cryptoid = 0;
}

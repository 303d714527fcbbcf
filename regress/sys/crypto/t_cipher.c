/*
 * Ciphers for which there are no Wycheproof vectors, by every driver that has
 * them: AES-CTR (RFC 3686, section 6), triple DES (NIST SP 800-67, appendix
 * B), AES-GMAC (RFC 4543) held against AES-GCM, and chains of blocks.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include <crypto/cryptodev.h>

#include <ktest.h>

#define BUFLEN	256

struct vector {
	int		 v_alg;
	const char	*v_key;		/* in hexadecimal; salt behind it */
	const char	*v_iv;
	const char	*v_text;
	const char	*v_cipher;
};

static const struct vector	 vectors[] = {
	/* RFC 3686: test vectors 1, 2, 4, 7 and 9. */
	{ CRYPTO_AES_CTR, "ae6852f8121067cc4bf7a5765577f39e" "00000030",
	    "0000000000000000", "53696e676c6520626c6f636b206d7367",
	    "e4095d4fb7a7b3792d6175a3261311b8" },
	{ CRYPTO_AES_CTR, "7e24067817fae0d743d6ce1f32539163" "006cb6db",
	    "c0543b59da48d90b",
	    "000102030405060708090a0b0c0d0e0f"
	    "101112131415161718191a1b1c1d1e1f",
	    "5104a106168a72d9790d41ee8edad388"
	    "eb2e1efc46da57c8fce630df9141be28" },
	{ CRYPTO_AES_CTR, "16af5b145fc9f579c175f93e3bfb0eed863d06ccfdb78515"
	    "00000048", "36733c147d6d93cb",
	    "53696e676c6520626c6f636b206d7367",
	    "4b55384fe259c9c84e7935a003cbe928" },
	{ CRYPTO_AES_CTR, "776beff2851db06f4c8a0542c8696f6c"
	    "6a81af1eec96b4d37fc1d689e6c1c104" "00000060",
	    "db5672c97aa8f0b2", "53696e676c6520626c6f636b206d7367",
	    "145ad01dbf824ec7560863dc71e3e0c0" },
	{ CRYPTO_AES_CTR, "ff7a617ce69148e4f1726e2f43581de2"
	    "aa62d9f805532edff1eed687fb54153d" "001cc5b7",
	    "51a51d70a1c11148",
	    "000102030405060708090a0b0c0d0e0f"
	    "101112131415161718191a1b1c1d1e1f20212223",
	    "eb6c52821d0bbbf7ce7594462aca4faa"
	    "b407df866569fd07f48cc0b583d6071f1ec0e6b8" },
	/* Appendix B, a block at a time: no IV is ECB. */
	{ CRYPTO_3DES_CBC, "0123456789abcdef23456789abcdef01"
	    "456789abcdef0123", "0000000000000000", "5468652071756663",
	    "a826fd8ce53b855f" },
	{ CRYPTO_3DES_CBC, "0123456789abcdef23456789abcdef01"
	    "456789abcdef0123", "0000000000000000", "6b2062726f776e20",
	    "cce21c8112256fe6" },
	{ CRYPTO_3DES_CBC, "0123456789abcdef23456789abcdef01"
	    "456789abcdef0123", "0000000000000000", "666f78206a756d70",
	    "68d5c05dd9b6b900" },
	/* The same three as a chain, by other hands. */
	{ CRYPTO_3DES_CBC, "0123456789abcdef23456789abcdef01"
	    "456789abcdef0123", "f69f2445df4f9b17",
	    "54686520717566636b2062726f776e20666f78206a756d70",
	    "a5c282bad0de3774becd2e04386b589fb5057d8552fc4336" },
};

static u_int
nibble(char c)
{
	return (c <= '9' ? c - '0' : c - 'a' + 10);
}

static u_int
unhex(uint8_t *out, const char *s)
{
	u_int	 n;

	for (n = 0; s[2 * n] != '\0'; n++)
		out[n] = nibble(s[2 * n]) << 4 | nibble(s[2 * n + 1]);
	return (n);
}

/* One way, by the driver that is forced; ENOTSUP: it does not have this. */
static int
run(const struct vector *v, const char *from, uint8_t *buf, int encrypt)
{
	struct cryptoini	 cri;
	struct cryptop		*crp;
	uint8_t			 key[64];
	uint64_t		 sid;
	u_int			 ivlen, n;
	int			 error;

	memset(&cri, 0, sizeof(cri));
	cri.cri_alg = v->v_alg;
	cri.cri_klen = unhex(key, v->v_key) * 8;
	cri.cri_key = (caddr_t)key;
	if ((error = crypto_newsession(&sid, &cri, 0)) != 0)
		return (error);
	crp = crypto_getreq(1);
	ivlen = unhex(crp->crp_desc[0].crd_iv, v->v_iv);
	memset(buf, 0, ivlen);
	n = unhex(buf + ivlen, from);
	crp->crp_sid = sid;
	crp->crp_buf = buf;
	crp->crp_ilen = ivlen + n;
	crp->crp_desc[0].crd_alg = v->v_alg;
	crp->crp_desc[0].crd_skip = ivlen;
	crp->crp_desc[0].crd_len = n;
	crp->crp_desc[0].crd_flags = CRD_F_IV_EXPLICIT |
	    (encrypt ? CRD_F_ENCRYPT : 0);
	error = crypto_invoke(crp);
	crypto_freereq(crp);
	KT_ERR(0, crypto_freesession(sid));
	memmove(buf, buf + ivlen, n);
	return (error);
}

KTEST(vectors, "AES-CTR and triple DES: the documents' vectors")
{
	struct crypto_driver	*cd;
	uint8_t			 buf[BUFLEN], want[BUFLEN];
	size_t			 i;
	u_int			 n, took;
	int			 error;

	for (i = 0; i < nitems(vectors); i++) {
		took = 0;
		for (cd = crypto_drivers; cd != NULL; cd = cd->cd_next) {
			KT_CASE("vector %zu, %s", i, cd->cd_name);
			KT_ERR(0, crypto_force(cd->cd_name));
			error = run(&vectors[i], vectors[i].v_text, buf, 1);
			if (error == ENOTSUP)
				continue;
			KT_ERR(0, error);
			took++;
			n = unhex(want, vectors[i].v_cipher);
			KT_MEMEQ(buf, want, n);
			KT_ERR(0, run(&vectors[i], vectors[i].v_cipher, buf,
			    0));
			n = unhex(want, vectors[i].v_text);
			KT_MEMEQ(buf, want, n);
		}
		KT_TRUE(took > 0);
	}
	KT_ERR(0, crypto_force(NULL));
}

#define HDR	8		/* SPI and sequence number */
#define IVLEN	8
#define TEXT	32

/* The tag behind len bytes of which from on is text; ENOTSUP. */
static int
tag(int alg, u_int keylen, const uint8_t *key, uint8_t *buf, int from,
    int len, const uint8_t *iv, int encrypt)
{
	struct cryptoini	 cipher, mac;
	struct cryptop		*crp;
	uint64_t		 sid;
	int			 error;

	memset(&cipher, 0, sizeof(cipher));
	cipher.cri_alg = alg;
	cipher.cri_klen = (keylen + 4) * 8;
	cipher.cri_key = (caddr_t)(uintptr_t)key;
	mac = cipher;
	mac.cri_alg = keylen == 16 ? CRYPTO_AES_128_GMAC : keylen == 24 ?
	    CRYPTO_AES_192_GMAC : CRYPTO_AES_256_GMAC;
	cipher.cri_next = &mac;
	if ((error = crypto_newsession(&sid, &cipher, 0)) != 0)
		return (error);
	crp = crypto_getreq(2);
	crp->crp_sid = sid;
	crp->crp_buf = buf;
	crp->crp_ilen = len + 16;
	crp->crp_desc[0].crd_alg = alg;
	crp->crp_desc[0].crd_skip = from;
	crp->crp_desc[0].crd_len = len - from;
	crp->crp_desc[0].crd_flags = CRD_F_IV_EXPLICIT | CRD_F_IV_PRESENT |
	    (encrypt ? CRD_F_ENCRYPT : 0);
	memcpy(crp->crp_desc[0].crd_iv, iv, IVLEN);
	crp->crp_desc[1].crd_alg = mac.cri_alg;
	crp->crp_desc[1].crd_len = alg == CRYPTO_AES_GMAC ? HDR : len;
	crp->crp_desc[1].crd_inject = len;
	error = crypto_invoke(crp);
	crypto_freereq(crp);
	KT_ERR(0, crypto_freesession(sid));
	return (error);
}

/*
 * GMAC is GCM of no text, with header, IV and what would be text as what is
 * only authenticated.
 */
KTEST(gmac, "AES-GMAC is AES-GCM without a text")
{
	struct crypto_driver	*cd;
	struct ktest_rand	 kr;
	uint8_t			 buf[BUFLEN], key[36], want[BUFLEN];
	u_int			 bad, i, keylen, took = 0;
	int			 error, len = HDR + IVLEN + TEXT;

	ktest_srand(&kr, 4543);
	for (i = 0; i < 30; i++) {
		keylen = 16 + i % 3 * 8;
		for (u_int j = 0; j < sizeof(key); j++)
			key[j] = ktest_rand(&kr);
		for (int j = 0; j < len; j++)
			want[j] = ktest_rand(&kr);
		KT_ERR(0, tag(CRYPTO_AES_GCM_16, keylen, key, want, len, len,
		    want + HDR, 1));
		for (cd = crypto_drivers; cd != NULL; cd = cd->cd_next) {
			KT_CASE("%u, %s", i, cd->cd_name);
			KT_ERR(0, crypto_force(cd->cd_name));
			memcpy(buf, want, len);
			memset(buf + len, 0, 16);
			error = tag(CRYPTO_AES_GMAC, keylen, key, buf,
			    HDR + IVLEN, len, want + HDR, 1);
			if (error == ENOTSUP)
				continue;
			took++;
			KT_ERR(0, error);
			KT_MEMEQ(buf, want, len + 16);
			KT_ERR(0, tag(CRYPTO_AES_GMAC, keylen, key, buf,
			    HDR + IVLEN, len, want + HDR, 0));
			/* The IV is explicit: what the buffer has is not. */
			bad = ktest_rand_below(&kr, len + 16 - IVLEN);
			buf[bad < HDR ? bad : bad + IVLEN] ^= 4;
			KT_ERR(EBADMSG, tag(CRYPTO_AES_GMAC, keylen, key,
			    buf, HDR + IVLEN, len, want + HDR, 0));
		}
		KT_ERR(0, crypto_force(NULL));
	}
	KT_RANGE(took, 30, 30 * 8);
}

/*
 * The vectors of the RFCs, through SAs: what a packet's text becomes, and
 * back.
 *
 *	RFC 3602, 4		AES-CBC; case 5 is a whole ESP packet
 *	draft-mcgrew-gcm-test-01	AES-GCM (RFC 4106) with ESN
 *	RFC 4868, 2.7.2		HMAC-SHA2
 *	RFC 7634, appendix A	ChaCha20-Poly1305: a whole ESP packet
 *
 * Those of RFC 3686 are in regress/sys/crypto/t_cipher.c; RFC 4543 has none,
 * AES-GMAC is held against AES-GCM there.
 */
#include "ktipsec.h"

#include <sys/endian.h>

#define US	IP(192, 0, 2, 1)
#define PEER	IP(192, 0, 2, 2)

/* 8, 9, 10, ... 55: what ping(8) sends. */
#define PING								\
	"\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17" \
	"\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x20\x21\x22\x23\x24\x25\x26\x27" \
	"\x28\x29\x2a\x2b\x2c\x2d\x2e\x2f\x30\x31\x32\x33\x34\x35\x36\x37"

static const struct vector {
	const char	*v_name;
	uint8_t		 v_auth, v_enc, v_authlen, v_enclen;
	uint32_t	 v_spi, v_flags;
	uint64_t	 v_seq;
	const char	*v_key, *v_iv;
	u_int		 v_len;			/* of the text */
	const char	*v_text, *v_cipher;
	u_int		 v_icvlen;		/* 0: there is none */
	const char	*v_icv;
} vectors[] = {
	{ "RFC 3602, case 1", SADB_X_AALG_SHA2_256, SADB_X_EALG_AES, 32, 16,
	    0x4321, 0, 1,
	    "\x06\xa9\x21\x40\x36\xb8\xa1\x5b\x51\x2e\x03\xd5\x34\x12\x00"
	    "\x06",
	    "\x3d\xaf\xba\x42\x9d\x9e\xb4\x30\xb4\x22\xda\x80\x2c\x9f\xac"
	    "\x41", 16, "Single block msg",
	    "\xe3\x53\x77\x9c\x10\x79\xae\xb8\x27\x08\x94\x2d\xbe\x77\x18"
	    "\x1a", 0, NULL },
	{ "RFC 3602, case 3", SADB_X_AALG_SHA2_256, SADB_X_EALG_AES, 32, 16,
	    0x4321, 0, 1,
	    "\x6c\x3e\xa0\x47\x76\x30\xce\x21\xa2\xce\x33\x4a\xa7\x46\xc2"
	    "\xcd",
	    "\xc7\x82\xdc\x4c\x09\x8c\x66\xcb\xd9\xcd\x27\xd8\x25\x68\x2c"
	    "\x81", 48,
	    "This is a 48-byte message (exactly 3 AES blocks)",
	    "\xd0\xa0\x2b\x38\x36\x45\x17\x53\xd4\x93\x66\x5d\x33\xf0\xe8"
	    "\x86\x2d\xea\x54\xcd\xb2\x93\xab\xc7\x50\x69\x39\x27\x67\x72"
	    "\xf8\xd5\x02\x1c\x19\x21\x6b\xad\x52\x5c\x85\x79\x69\x5d\x83"
	    "\xba\x26\x84", 0, NULL },
	{ "RFC 3602, case 5", SADB_X_AALG_SHA2_256, SADB_X_EALG_AES, 32, 16,
	    0x4321, 0, 1,
	    "\x90\xd3\x82\xb4\x10\xee\xba\x7a\xd9\x38\xc4\x6c\xec\x1a\x82"
	    "\xbf",
	    "\xe9\x6e\x8c\x08\xab\x46\x57\x63\xfd\x09\x8d\x45\xdd\x3f\xf8"
	    "\x93", 80,
	    "\x08\x00\x0e\xbd\xa7\x0a\x00\x00\x8e\x9c\x08\x3d\xb9\x5b\x07"
	    "\x00" PING
	    "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0e"
	    "\x01",
	    "\xf6\x63\xc2\x5d\x32\x5c\x18\xc6\xa9\x45\x3e\x19\x4e\x12\x08"
	    "\x49\xa4\x87\x0b\x66\xcc\x6b\x99\x65\x33\x00\x13\xb4\x89\x8d"
	    "\xc8\x56\xa4\x69\x9e\x52\x3a\x55\xdb\x08\x0b\x59\xec\x3a\x8e"
	    "\x4b\x7e\x52\x77\x5b\x07\xd1\xdb\x34\xed\x9c\x53\x8a\xb5\x0c"
	    "\x55\x1b\x87\x4a\xa2\x69\xad\xd0\x47\xad\x2d\x59\x13\xac\x19"
	    "\xb7\xcf\xba\xd4\xa6", 0, NULL },
	{ "draft-mcgrew-gcm-test-01, 1", 0, SADB_X_EALG_AESGCM16, 0, 20,
	    0x4321, SADB_X_SAFLAGS_ESN, 0x8765432100000000ULL,
	    "\x4c\x80\xcd\xef\xbb\x5d\x10\xda\x90\x6a\xc7\x3c\x36\x13\xa6"
	    "\x34\x2e\x44\x3b\x68",
	    "\x49\x56\xed\x7e\x3b\x24\x4c\xfe", 72,
	    "\x45\x00\x00\x48\x69\x9a\x00\x00\x80\x11\x4d\xb7\xc0\xa8\x01"
	    "\x02\xc0\xa8\x01\x01\x0a\x9b\xf1\x56\x38\xd3\x01\x00\x00\x01"
	    "\x00\x00\x00\x00\x00\x00\x04\x5f\x73\x69\x70\x04\x5f\x75\x64"
	    "\x70\x03\x73\x69\x70\x09\x63\x79\x62\x65\x72\x63\x69\x74\x79"
	    "\x02\x64\x6b\x00\x00\x21\x00\x01\x01\x02\x02\x01",
	    "\xfe\xcf\x53\x7e\x72\x9d\x5b\x07\xdc\x30\xdf\x52\x8d\xd2\x2b"
	    "\x76\x8d\x1b\x98\x73\x66\x96\xa6\xfd\x34\x85\x09\xfa\x13\xce"
	    "\xac\x34\xcf\xa2\x43\x6f\x14\xa3\xf3\xcf\x65\x92\x5b\xf1\xf4"
	    "\xa1\x3c\x5d\x15\xb2\x1e\x18\x84\xf5\xff\x62\x47\xae\xab\xb7"
	    "\x86\xb9\x3b\xce\x61\xbc\x17\xd7\x68\xfd\x97\x32", 16,
	    "\x45\x90\x18\x14\x8f\x6c\xbe\x72\x2f\xd0\x47\x96\x56\x2d\xfd"
	    "\xb4" },
	{ "RFC 7634, appendix A", 0, SADB_X_EALG_CHACHA20POLY1305, 0, 36,
	    0x01020304, 0, 5,
	    "\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e"
	    "\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d"
	    "\x9e\x9f\xa0\xa1\xa2\xa3",
	    "\x10\x11\x12\x13\x14\x15\x16\x17", 88,
	    "\x45\x00\x00\x54\xa6\xf2\x00\x00\x40\x01\xe7\x78\xc6\x33\x64"
	    "\x05\xc0\x00\x02\x05\x08\x00\x5b\x7a\x3a\x08\x00\x00\x55\x3b"
	    "\xec\x10\x00\x07\x36\x27" PING "\x01\x02\x02\x04",
	    "\x24\x03\x94\x28\xb9\x7f\x41\x7e\x3c\x13\x75\x3a\x4f\x05\x08"
	    "\x7b\x67\xc3\x52\xe6\xa7\xfa\xb1\xb9\x82\xd4\x66\xef\x40\x7a"
	    "\xe5\xc6\x14\xee\x80\x99\xd5\x28\x44\xeb\x61\xaa\x95\xdf\xab"
	    "\x4c\x02\xf7\x2a\xa7\x1e\x7c\x4c\x4f\x64\xc9\xbe\xfe\x2f\xac"
	    "\xc6\x38\xe8\xf3\xcb\xec\x16\x3f\xac\x46\x9b\x50\x27\x73\xf6"
	    "\xfb\x94\xe6\x64\xda\x91\x65\xb8\x28\x29\xf6\x41\xe0", 16,
	    "\x76\xaa\xa8\x26\x6b\x7f\xb0\xf7\xb1\x1b\x36\x99\x07\xe1\xad"
	    "\x43" },
};

static struct tdb *
vector_sa(const struct vector *v, u_int flags)
{
	kk_begin(SADB_ADD, SADB_SATYPE_ESP);
	kk_sa(v->v_spi, v->v_auth, v->v_enc, v->v_flags | flags, 64);
	kk_addr(SADB_EXT_ADDRESS_SRC, US, 0);
	kk_addr(SADB_EXT_ADDRESS_DST, PEER, 0);
	if (v->v_authlen != 0)
		kk_key(SADB_EXT_KEY_AUTH, PING, v->v_authlen);
	kk_key(SADB_EXT_KEY_ENCRYPT, v->v_key, v->v_enclen);
	KT_ERR(0, kk_send());
	return (TAILQ_LAST(&tdb_all, tdb_head));
}

static void
ended(struct cryptop *crp)
{
	KT_ERR(0, crp->crp_etype);
}

/* The header and IV of the vector at p, and behind them a text. */
static u_int
laid_out(const struct vector *v, const struct tdb *tdb, uint8_t *p,
    const char *text)
{
	u_int	 hlen = ESP_HLEN + tdb->tdb_ivlen;

	be32enc(p, v->v_spi);
	be32enc(p + 4, (uint32_t)v->v_seq);
	memcpy(p + ESP_HLEN, v->v_iv, tdb->tdb_ivlen);
	memcpy(p + hlen, text, v->v_len);
	return (hlen);
}

KTEST(esp, "each text becomes the RFC's, and the text again")
{
	static struct ipsec_op	 op;
	const struct vector	*v;
	uint8_t			 buf[256];
	u_int			 hlen, i;

	kk_open();
	for (i = 0; i < nitems(vectors); i++) {
		v = &vectors[i];
		KT_CASE("%s", v->v_name);
		op.op_tdb = vector_sa(v, 0);
		op.op_crp.crp_callback = ended;
		hlen = laid_out(v, op.op_tdb, buf, v->v_text);
		esp_request(&op, buf, v->v_len, v->v_seq >> 32,
		    CRD_F_ENCRYPT);
		op.op_crp.crp_flags = 0;
		crypto_dispatch(&op.op_crp);
		KT_MEMEQ(buf + hlen, v->v_cipher, v->v_len);
		if (v->v_icvlen != 0) {
			KT_EQ(op.op_tdb->tdb_icvlen, v->v_icvlen);
			KT_MEMEQ(buf + hlen + v->v_len, v->v_icv,
			    v->v_icvlen);
		}
		esp_request(&op, buf, v->v_len, v->v_seq >> 32, 0);
		op.op_crp.crp_flags = 0;
		crypto_dispatch(&op.op_crp);
		KT_MEMEQ(buf + hlen, v->v_text, v->v_len);
		kk_begin(SADB_FLUSH, 0);
		KT_ERR(0, kk_send());
	}
	kk_close();
}

KTEST(packet, "RFC 7634: the packet leaves as ESP, octet by octet")
{
	const struct vector	*v = &vectors[nitems(vectors) - 1];
	struct ktif		*wan;
	struct mbuf		*m;
	struct tdb		*tdb;
	uint8_t			 want[256], got[256];
	u_int			 hlen;

	wan = kt_if("kta1", KTIF_IP);
	KT_ERR(0, kt_addr(wan, US, 24));
	kk_open();
	tdb = vector_sa(v, SADB_X_SAFLAGS_TUNNEL);
	hlen = laid_out(v, tdb, want, v->v_cipher);
	memcpy(want + hlen + v->v_len, v->v_icv, v->v_icvlen);
	NET_LOCK();
	tdb->tdb_rpl = v->v_seq - 1;
	tdb->tdb_ivctr = be64dec((const uint8_t *)v->v_iv);
	KT_ERR(0, ipsec_output_start(kt_mbuf(v->v_text, v->v_len - 4), tdb,
	    1, NULL));
	NET_UNLOCK();
	kt_settle();
	m = kt_tx(wan);
	KT_REQUIRE(m != NULL);
	KT_EQ(m->m_pkthdr.len, 20 + hlen + v->v_len + v->v_icvlen);
	m_copydata(m, 20, hlen + v->v_len + v->v_icvlen, got);
	KT_MEMEQ(got, want, hlen + v->v_len + v->v_icvlen);
	m_freem(m);
	kk_close();
	kt_if_free(wan);
}

/* Keys and texts of RFC 4868, 2.7.2.1 to 2.7.2.3, which have one shape. */
static u_int
hmac_case(u_int n, u_int klen, uint8_t *key, uint8_t *text)
{
	u_int	 i;

	switch (n) {
	case 1:
		memset(key, 0x0b, klen);
		memcpy(text, "Hi There", 8);
		return (8);
	case 2:
		for (i = 0; i < klen; i++)
			key[i] = "Jefe"[i % 4];
		memcpy(text, "what do ya want for nothing?", 28);
		return (28);
	case 3:
		memset(key, 0xaa, klen);
		memset(text, 0xdd, 50);
		return (50);
	default:
		for (i = 0; i < klen; i++)
			key[i] = i + 1;
		memset(text, 0xcd, 50);
		return (50);
	}
}

KTEST(hmac, "RFC 4868: AUTH256, AUTH384 and AUTH512")
{
	static const struct {
		u_int		 alg, klen, n;
		const char	*mac;		/* half of it is sent */
	} cases[] = {
		{ CRYPTO_SHA2_256_HMAC, 32, 1, "\x19\x8a\x60\x7e\xb4\x4b\xfb"
		    "\xc6\x99\x03\xa0\xf1\xcf\x2b\xbd\xc5" },
		{ CRYPTO_SHA2_256_HMAC, 32, 2, "\x16\x7f\x92\x85\x88\xc5\xcc"
		    "\x2e\xef\x8e\x30\x93\xca\xa0\xe8\x7c" },
		{ CRYPTO_SHA2_256_HMAC, 32, 3, "\xcd\xcb\x12\x20\xd1\xec\xcc"
		    "\xea\x91\xe5\x3a\xba\x30\x92\xf9\x62" },
		{ CRYPTO_SHA2_256_HMAC, 32, 4, "\x37\x2e\xfc\xf9\xb4\x0b\x35"
		    "\xc2\x11\x5b\x13\x46\x90\x3d\x2e\xf4" },
		{ CRYPTO_SHA2_384_HMAC, 48, 1, "\xb6\xa8\xd5\x63\x6f\x5c\x6a"
		    "\x72\x24\xf9\x97\x7d\xcf\x7e\xe6\xc7\xfb\x6d\x0c\x48\xcb"
		    "\xde\xe9\x73" },
		{ CRYPTO_SHA2_384_HMAC, 48, 2, "\x2c\x73\x53\x97\x4f\x18\x42"
		    "\xfd\x66\xd5\x3c\x45\x2c\xa4\x21\x22\xb2\x8c\x0b\x59\x4c"
		    "\xfb\x18\x4d" },
		{ CRYPTO_SHA2_512_HMAC, 64, 1, "\x63\x7e\xdc\x6e\x01\xdc\xe7"
		    "\xe6\x74\x2a\x99\x45\x1a\xae\x82\xdf\x23\xda\x3e\x92\x43"
		    "\x9e\x59\x0e\x43\xe7\x61\xb3\x3e\x91\x0f\xb8" },
		{ CRYPTO_SHA2_512_HMAC, 64, 2, "\xcb\x37\x09\x17\xae\x8a\x7c"
		    "\xe2\x8c\xfd\x1d\x8f\x47\x05\xd6\x14\x1c\x17\x3b\x2a\x93"
		    "\x62\xc1\x5d\xf2\x35\xdf\xb2\x51\xb1\x54\x54" },
	};
	struct cryptoini	 ini;
	struct cryptop		*crp;
	uint8_t			 buf[128], key[64];
	uint64_t		 sid;
	u_int			 i, len;

	for (i = 0; i < nitems(cases); i++) {
		KT_CASE("AUTH%u-%u", cases[i].klen * 8, cases[i].n);
		memset(buf, 0, sizeof(buf));
		len = hmac_case(cases[i].n, cases[i].klen, key, buf);
		memset(&ini, 0, sizeof(ini));
		ini.cri_alg = cases[i].alg;
		ini.cri_klen = cases[i].klen * 8;
		ini.cri_key = (caddr_t)key;
		KT_ERR(0, crypto_newsession(&sid, &ini, 0));
		crp = crypto_getreq(1);
		crp->crp_sid = sid;
		crp->crp_buf = buf;
		crp->crp_ilen = crp->crp_olen = len + cases[i].klen / 2;
		crp->crp_desc[0].crd_alg = cases[i].alg;
		crp->crp_desc[0].crd_len = len;
		crp->crp_desc[0].crd_inject = len;
		crp->crp_desc[0].crd_flags = CRD_F_ENCRYPT;
		crp->crp_desc[0].crd_maclen = cases[i].klen / 2;
		KT_ERR(0, crypto_invoke(crp));
		KT_MEMEQ(buf + len, cases[i].mac, cases[i].klen / 2);
		crypto_freereq(crp);
		KT_ERR(0, crypto_freesession(sid));
	}
}

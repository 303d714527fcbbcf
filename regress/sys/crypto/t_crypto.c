/*
 * crypto(9) and every driver of it: the Wycheproof vectors, whole and in
 * chains of small mbufs; drivers against one another on random input; and
 * the framework with a driver that is late, disorderly and failing.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>

#include <crypto/cryptodev.h>

#include <ktest.h>

#include <vectors_crypto.h>

#define BUFLEN	1024

static int
gmac_of(size_t keylen)
{
	return (keylen == 16 ? CRYPTO_AES_128_GMAC : keylen == 24 ?
	    CRYPTO_AES_192_GMAC : CRYPTO_AES_256_GMAC);
}

/* The vector's nonce is salt and IV. */
static int
aead_session(uint64_t *sid, int alg, const struct aead_vector *v)
{
	struct cryptoini	 cipher, mac;
	char			 key[64];

	memcpy(key, v->v_key.b_data, v->v_key.b_len);
	memcpy(key + v->v_key.b_len, v->v_iv.b_data, 4);
	memset(&cipher, 0, sizeof(cipher));
	cipher.cri_alg = alg;
	cipher.cri_klen = (v->v_key.b_len + 4) * 8;
	cipher.cri_key = key;
	mac = cipher;
	mac.cri_alg = alg == CRYPTO_AES_GCM_16 ? gmac_of(v->v_key.b_len) :
	    CRYPTO_CHACHA20_POLY1305_MAC;
	cipher.cri_next = &mac;
	return (crypto_newsession(sid, &cipher, 0));
}

static struct cryptop *
aead_request(uint64_t sid, int alg, const struct aead_vector *v, int encrypt)
{
	struct cryptop	*crp = crypto_getreq(2);

	crp->crp_sid = sid;
	crp->crp_ilen = v->v_aad.b_len + v->v_msg.b_len + 16;
	crp->crp_desc[0].crd_alg = alg;
	crp->crp_desc[0].crd_skip = v->v_aad.b_len;
	crp->crp_desc[0].crd_len = v->v_msg.b_len;
	crp->crp_desc[0].crd_flags = CRD_F_IV_EXPLICIT | CRD_F_IV_PRESENT |
	    (encrypt ? CRD_F_ENCRYPT : 0);
	memcpy(crp->crp_desc[0].crd_iv, v->v_iv.b_data + 4, 8);
	crp->crp_desc[1].crd_alg = alg == CRYPTO_AES_GCM_16 ?
	    gmac_of(v->v_key.b_len) : CRYPTO_CHACHA20_POLY1305_MAC;
	crp->crp_desc[1].crd_len = v->v_aad.b_len;
	crp->crp_desc[1].crd_inject = v->v_aad.b_len + v->v_msg.b_len;
	return (crp);
}

static struct mbuf *
chain_of(const uint8_t *data, size_t len, size_t piece)
{
	struct mbuf	*head = NULL, **mp = &head, *m;
	size_t		 n;

	do {
		n = MIN(len, piece);
		m = head == NULL ? m_gethdr(M_WAIT, MT_DATA) :
		    m_get(M_WAIT, MT_DATA);
		if (n > MHLEN)
			m_clget(m, M_WAIT, MCLBYTES);
		memcpy(mtod(m, void *), data, n);
		m->m_len = n;
		*mp = m;
		mp = &m->m_next;
		data += n;
		len -= n;
	} while (len > 0);
	m_calchdrlen(head);
	return (head);
}

/* Run a request over buf, in place or as a chain of pieces. */
static int
run(struct cryptop *crp, uint8_t *buf, size_t piece)
{
	struct mbuf	*m = NULL;
	int		 error;

	if (piece == 0)
		crp->crp_buf = buf;
	else {
		m = chain_of(buf, crp->crp_ilen, piece);
		crp->crp_buf = m;
		crp->crp_flags = CRYPTO_F_IMBUF;
	}
	error = crypto_invoke(crp);
	if (m != NULL) {
		m_copydata(m, 0, crp->crp_ilen, buf);
		m_freem(m);
	}
	crypto_freereq(crp);
	return (error);
}

static void
aead_one(int alg, const struct aead_vector *v, size_t piece)
{
	uint8_t		 buf[BUFLEN];
	uint64_t	 sid;
	size_t		 n = v->v_aad.b_len, len = v->v_msg.b_len;

	KT_CASE("tcId %d, pieces of %zu", v->v_id, piece);
	if (n > CRYPTO_MAXAAD - 4)
		return;		/* more than IPsec and WireGuard ever have */
	KT_REQUIRE(n + len + 16 <= BUFLEN);
	KT_ERR(0, aead_session(&sid, alg, v));
	memcpy(buf, v->v_aad.b_data, n);
	if (v->v_valid) {
		memcpy(buf + n, v->v_msg.b_data, len);
		KT_ERR(0, run(aead_request(sid, alg, v, 1), buf, piece));
		KT_MEMEQ(buf, v->v_aad.b_data, n);
		KT_MEMEQ(buf + n, v->v_ct.b_data, len);
		KT_MEMEQ(buf + n + len, v->v_tag.b_data, 16);
	}
	memcpy(buf + n, v->v_ct.b_data, len);
	memcpy(buf + n + len, v->v_tag.b_data, 16);
	KT_ERR(v->v_valid ? 0 : EBADMSG,
	    run(aead_request(sid, alg, v, 0), buf, piece));
	if (v->v_valid)
		KT_MEMEQ(buf + n, v->v_msg.b_data, len);
	KT_ERR(0, crypto_freesession(sid));
}

/* f(), with each registered driver in turn. */
static void
each_driver(void (*f)(void))
{
	struct crypto_driver	*cd;

	for (cd = crypto_drivers; cd != NULL; cd = cd->cd_next) {
		KT_ERR(0, crypto_force(cd->cd_name));
		f();
	}
	KT_ERR(0, crypto_force(NULL));
}

static void
gcm_all(void)
{
	size_t	 i;

	for (i = 0; i < nitems(gcm_vectors); i++) {
		aead_one(CRYPTO_AES_GCM_16, &gcm_vectors[i], 0);
		aead_one(CRYPTO_AES_GCM_16, &gcm_vectors[i], 7);
	}
}

KTEST(gcm, "AES-GCM: the Wycheproof vectors, every driver")
{
	each_driver(gcm_all);
}

static void
chacha_all(void)
{
	size_t	 i;

	for (i = 0; i < nitems(chacha_vectors); i++) {
		aead_one(CRYPTO_CHACHA20_POLY1305, &chacha_vectors[i], 0);
		aead_one(CRYPTO_CHACHA20_POLY1305, &chacha_vectors[i], 7);
	}
}

KTEST(chacha20_poly1305, "ChaCha20-Poly1305: the vectors, every driver")
{
	each_driver(chacha_all);
}

static void
cbc_one(const struct cbc_vector *v, int encrypt, size_t piece)
{
	struct cryptoini	 cri;
	struct cryptop		*crp = crypto_getreq(1);
	uint8_t			 buf[BUFLEN];
	const struct bytes	*in, *out;

	KT_CASE("tcId %d, pieces of %zu", v->v_id, piece);
	in = encrypt ? &v->v_msg : &v->v_ct;
	out = encrypt ? &v->v_ct : &v->v_msg;
	memset(&cri, 0, sizeof(cri));
	cri.cri_alg = CRYPTO_AES_CBC;
	cri.cri_klen = v->v_key.b_len * 8;
	cri.cri_key = (caddr_t)v->v_key.b_data;
	KT_ERR(0, crypto_newsession(&crp->crp_sid, &cri, 0));
	crp->crp_ilen = in->b_len + 16;
	crp->crp_desc[0].crd_alg = CRYPTO_AES_CBC;
	crp->crp_desc[0].crd_skip = 16;
	crp->crp_desc[0].crd_len = in->b_len;
	crp->crp_desc[0].crd_flags = encrypt ?
	    CRD_F_ENCRYPT | CRD_F_IV_EXPLICIT : 0;
	memcpy(crp->crp_desc[0].crd_iv, v->v_iv.b_data, 16);
	memset(buf, 0, 16);
	if (!encrypt)
		memcpy(buf, v->v_iv.b_data, 16);
	memcpy(buf + 16, in->b_data, in->b_len);
	{
		uint64_t sid = crp->crp_sid;

		KT_ERR(0, run(crp, buf, piece));
		KT_ERR(0, crypto_freesession(sid));
	}
	KT_MEMEQ(buf, v->v_iv.b_data, 16);
	KT_MEMEQ(buf + 16, out->b_data, out->b_len);
}

static void
cbc_all(void)
{
	size_t	 i;

	for (i = 0; i < nitems(cbc_vectors); i++) {
		cbc_one(&cbc_vectors[i], 1, 0);
		cbc_one(&cbc_vectors[i], 0, 0);
		cbc_one(&cbc_vectors[i], 1, 5);
		cbc_one(&cbc_vectors[i], 0, 5);
	}
}

KTEST(cbc, "AES-CBC: the vectors, every driver")
{
	each_driver(cbc_all);
}

static void
hmac_one(int alg, const struct hmac_vector *v)
{
	struct cryptoini	 cri;
	struct cryptop		*crp;
	uint8_t			 buf[BUFLEN];
	uint64_t		 sid;
	int			 generate;

	KT_CASE("%s tcId %d", crypto_algname(alg), v->v_id);
	memset(&cri, 0, sizeof(cri));
	cri.cri_alg = alg;
	cri.cri_klen = v->v_key.b_len * 8;
	cri.cri_key = (caddr_t)v->v_key.b_data;
	KT_ERR(0, crypto_newsession(&sid, &cri, 0));
	for (generate = v->v_valid; generate >= 0; generate--) {
		crp = crypto_getreq(1);
		crp->crp_sid = sid;
		crp->crp_ilen = v->v_msg.b_len + v->v_tag.b_len;
		crp->crp_desc[0].crd_alg = alg;
		crp->crp_desc[0].crd_len = v->v_msg.b_len;
		crp->crp_desc[0].crd_inject = v->v_msg.b_len;
		crp->crp_desc[0].crd_maclen = v->v_tag.b_len;
		crp->crp_desc[0].crd_flags = generate ? CRD_F_ENCRYPT : 0;
		memcpy(buf, v->v_msg.b_data, v->v_msg.b_len);
		if (generate)
			memset(buf + v->v_msg.b_len, 0, v->v_tag.b_len);
		else
			memcpy(buf + v->v_msg.b_len, v->v_tag.b_data,
			    v->v_tag.b_len);
		KT_ERR(v->v_valid ? 0 : EBADMSG, run(crp, buf, 0));
		if (v->v_valid)
			KT_MEMEQ(buf + v->v_msg.b_len, v->v_tag.b_data,
			    v->v_tag.b_len);
	}
	KT_ERR(0, crypto_freesession(sid));
}

static void
hmac_table(int alg, const struct hmac_vector *v, size_t n)
{
	size_t	 i;

	for (i = 0; i < n; i++)
		if (v[i].v_tag.b_len <= crypto_maclen(alg) &&
		    v[i].v_msg.b_len + v[i].v_tag.b_len <= BUFLEN)
			hmac_one(alg, &v[i]);
}

static void
hmac_all(void)
{
	hmac_table(CRYPTO_SHA1_HMAC, hmac_sha1_vectors,
	    nitems(hmac_sha1_vectors));
	hmac_table(CRYPTO_SHA2_256_HMAC, hmac_sha256_vectors,
	    nitems(hmac_sha256_vectors));
	hmac_table(CRYPTO_SHA2_384_HMAC, hmac_sha384_vectors,
	    nitems(hmac_sha384_vectors));
	hmac_table(CRYPTO_SHA2_512_HMAC, hmac_sha512_vectors,
	    nitems(hmac_sha512_vectors));
}

KTEST(hmac, "HMAC-SHA1 and -SHA2: the vectors, every driver")
{
	each_driver(hmac_all);
}

/*
 * Random requests, each given to every driver that takes its session: what
 * comes out must be the same, and open again on each of the others.
 */
struct diff {
	struct cryptoini	 d_ini[2];
	u_int			 d_nini;
	int			 d_aead;
	uint8_t			 d_key[2][64];
	struct cryptodesc	 d_desc[2];
	int			 d_len;		/* bytes of the buffer */
	uint8_t			 d_text[BUFLEN];
};

static void
random_bytes(struct ktest_rand *kr, uint8_t *p, size_t len)
{
	while (len-- > 0)
		*p++ = ktest_rand(kr);
}

/* A pair of algorithms, with keys. */
static void
diff_algorithms(struct diff *d, struct ktest_rand *kr)
{
	static const struct {
		int	 cipher, mac, klen, mklen;
	} t[] = {
		{ CRYPTO_AES_GCM_16, CRYPTO_AES_128_GMAC, 20, 20 },
		{ CRYPTO_AES_GCM_16, CRYPTO_AES_192_GMAC, 28, 28 },
		{ CRYPTO_AES_GCM_16, CRYPTO_AES_256_GMAC, 36, 36 },
		{ CRYPTO_CHACHA20_POLY1305, CRYPTO_CHACHA20_POLY1305_MAC,
		    36, 36 },
		{ CRYPTO_AES_CBC, CRYPTO_SHA1_HMAC, 16, 20 },
		{ CRYPTO_AES_CBC, CRYPTO_SHA2_256_HMAC, 24, 32 },
		{ CRYPTO_AES_CBC, CRYPTO_SHA2_384_HMAC, 32, 48 },
		{ CRYPTO_AES_CBC, CRYPTO_SHA2_512_HMAC, 32, 64 },
		{ CRYPTO_NULL, CRYPTO_SHA2_256_HMAC, 0, 32 },
	};
	u_int	 i = ktest_rand_below(kr, nitems(t));

	memset(d, 0, sizeof(*d));
	d->d_aead = t[i].klen == t[i].mklen && t[i].cipher != CRYPTO_AES_CBC;
	random_bytes(kr, d->d_key[0], 64);
	random_bytes(kr, d->d_key[1], 64);
	d->d_ini[0].cri_alg = t[i].cipher;
	d->d_ini[0].cri_klen = t[i].klen * 8;
	d->d_ini[0].cri_key = (caddr_t)d->d_key[0];
	d->d_ini[0].cri_next = &d->d_ini[1];
	d->d_ini[1].cri_alg = t[i].mac;
	d->d_ini[1].cri_klen = t[i].mklen * 8;
	d->d_ini[1].cri_key = (caddr_t)d->d_key[d->d_aead ? 0 : 1];
}

/* A packet as ESP has it: header, IV, text, MAC. */
static void
diff_packet(struct diff *d, struct ktest_rand *kr)
{
	struct cryptodesc	*c = &d->d_desc[0], *m = &d->d_desc[1];
	int			 ivlen, maclen;

	ivlen = d->d_aead ? 8 : 16;
	c->crd_alg = d->d_ini[0].cri_alg;
	m->crd_alg = d->d_ini[1].cri_alg;
	c->crd_inject = 8;
	c->crd_skip = 8 + ivlen;
	c->crd_len = ktest_rand_below(kr, 500);
	if (!d->d_aead)
		c->crd_len = (c->crd_len / 16 + 1) * 16;
	c->crd_flags = CRD_F_IV_EXPLICIT;
	random_bytes(kr, c->crd_iv, sizeof(c->crd_iv));
	maclen = crypto_maclen(m->crd_alg);
	if (!d->d_aead && ktest_rand_below(kr, 2)) {
		maclen = m->crd_alg == CRYPTO_SHA1_HMAC ? 12 : maclen / 2;
		m->crd_maclen = maclen;
	}
	m->crd_len = d->d_aead ? 8 : c->crd_skip + c->crd_len;
	m->crd_inject = c->crd_skip + c->crd_len;
	if (ktest_rand_below(kr, 2)) {
		m->crd_flags = CRD_F_ESN;
		random_bytes(kr, m->crd_esn, sizeof(m->crd_esn));
	}
	d->d_len = m->crd_inject + maclen;
	random_bytes(kr, d->d_text, d->d_len);
}

/* One driver's answer; ENOTSUP when it does not take the session. */
static int
diff_run(const struct diff *d, const char *driver, uint8_t *buf, int encrypt,
    size_t piece)
{
	struct cryptoini	 ini[2] = { d->d_ini[0], d->d_ini[1] };
	struct cryptop		*crp;
	uint64_t		 sid;
	int			 error, i;

	ini[0].cri_next = &ini[1];
	KT_ERR(0, crypto_force(driver));
	error = crypto_newsession(&sid, &ini[0], 0);
	KT_ERR(0, crypto_force(NULL));
	if (error != 0)
		return (error);
	crp = crypto_getreq(2);
	crp->crp_sid = sid;
	crp->crp_ilen = d->d_len;
	for (i = 0; i < 2; i++) {
		crp->crp_desc[i] = d->d_desc[i];
		if (encrypt)
			crp->crp_desc[i].crd_flags |= CRD_F_ENCRYPT;
	}
	error = run(crp, buf, piece);
	KT_ERR(0, crypto_freesession(sid));
	return (error);
}

KTEST(differential, "random requests: all drivers agree, and on forgeries")
{
	struct crypto_driver	*cd;
	struct ktest_rand	 kr;
	static struct diff	 d;
	static uint8_t		 buf[BUFLEN], want[BUFLEN];
	u_int			 i, n = 0, took;
	int			 bad;

	ktest_srand(&kr, 4106);
	for (i = 0; i < 600; i++) {
		diff_algorithms(&d, &kr);
		diff_packet(&d, &kr);
		KT_CASE("round %u, %s %s, %d bytes", i,
		    crypto_algname(d.d_ini[0].cri_alg),
		    crypto_algname(d.d_ini[1].cri_alg), d.d_len);
		took = 0;
		for (cd = crypto_drivers; cd != NULL; cd = cd->cd_next) {
			memcpy(buf, d.d_text, d.d_len);
			if (diff_run(&d, cd->cd_name, buf, 1,
			    ktest_rand_below(&kr, 2) * 37) != 0)
				continue;
			if (took++ == 0)
				memcpy(want, buf, d.d_len);
			KT_MEMEQ(buf, want, d.d_len);
		}
		n += took;
		KT_TRUE(took > 0);
		bad = ktest_rand_below(&kr, d.d_len - 8) + 8;
		for (cd = crypto_drivers; cd != NULL; cd = cd->cd_next) {
			memcpy(buf, want, d.d_len);
			if (diff_run(&d, cd->cd_name, buf, 0, 0) == ENOTSUP)
				continue;
			KT_MEMEQ(buf + d.d_desc[0].crd_skip, d.d_text +
			    d.d_desc[0].crd_skip, d.d_desc[0].crd_len);
			/* The IV is explicit: of an AEAD it is not covered. */
			memcpy(buf, want, d.d_len);
			if (d.d_aead && bad < d.d_desc[0].crd_skip)
				continue;
			buf[bad] ^= 1 << (i % 8);
			KT_ERR(EBADMSG, diff_run(&d, cd->cd_name, buf, 0, 0));
		}
	}
	KT_RANGE(n, 600, 600 * 8);
}

KTEST(badsession, "lists that make no sense open no session")
{
	struct cryptoini	 cri, second;
	uint64_t		 sid;
	char			 key[64] = { 0 };
	u_int			 before = crypto_stats.cst_sessions;

	memset(&cri, 0, sizeof(cri));
	cri.cri_key = key;
	cri.cri_alg = CRYPTO_ALGORITHM_MAX + 1;
	KT_ERR(EINVAL, crypto_newsession(&sid, &cri, 0));
	cri.cri_alg = CRYPTO_AES_CBC;
	cri.cri_klen = 127;
	KT_ERR(EINVAL, crypto_newsession(&sid, &cri, 0));
	cri.cri_klen = 136;
	KT_ERR(EINVAL, crypto_newsession(&sid, &cri, 0));
	cri.cri_klen = 128;
	cri.cri_key = NULL;
	KT_ERR(EINVAL, crypto_newsession(&sid, &cri, 0));
	cri.cri_key = key;
	/* An AEAD without its MAC, a MAC without its AEAD. */
	cri.cri_alg = CRYPTO_AES_GCM_16;
	cri.cri_klen = 160;
	KT_ERR(EINVAL, crypto_newsession(&sid, &cri, 0));
	second = cri;
	cri.cri_next = &second;
	second.cri_alg = CRYPTO_CHACHA20_POLY1305_MAC;
	KT_ERR(EINVAL, crypto_newsession(&sid, &cri, 0));
	KT_ERR(EINVAL, crypto_newsession(&sid, NULL, 0));
	KT_ERR(ENXIO, crypto_freesession(0));
	KT_ERR(ENXIO, crypto_freesession(12345));
	KT_ERR(ENOENT, crypto_force("no such driver"));
	KT_EQ(crypto_stats.cst_sessions, before);
}

KTEST(badrequest, "descriptors outside the buffer are refused")
{
	static const struct {
		int	 skip, len, inject, ilen;
	} bad[] = {
		{ -1, 16, 0, 64 }, { 0, -16, 0, 64 }, { 65, 0, 0, 64 },
		{ 16, 64, 0, 64 }, { 16, 32, 49, 64 }, { 16, 32, -1, 64 },
		{ 16, 0x7fffffff, 0, 64 }, { 16, 33, 0, 64 },
	};
	struct cryptoini	 cri;
	struct cryptop		*crp;
	uint8_t			 buf[64], key[16] = { 1 };
	uint64_t		 sid;
	size_t			 i;

	memset(&cri, 0, sizeof(cri));
	cri.cri_alg = CRYPTO_AES_CBC;
	cri.cri_klen = 128;
	cri.cri_key = (caddr_t)key;
	KT_ERR(0, crypto_newsession(&sid, &cri, 0));
	for (i = 0; i < nitems(bad); i++) {
		KT_CASE("%zu", i);
		crp = crypto_getreq(1);
		crp->crp_sid = sid;
		crp->crp_ilen = bad[i].ilen;
		crp->crp_desc[0].crd_alg = CRYPTO_AES_CBC;
		crp->crp_desc[0].crd_flags = CRD_F_ENCRYPT;
		crp->crp_desc[0].crd_skip = bad[i].skip;
		crp->crp_desc[0].crd_len = bad[i].len;
		crp->crp_desc[0].crd_inject = bad[i].inject;
		KT_ERR(EINVAL, run(crp, buf, 0));
	}
	KT_ERR(0, crypto_freesession(sid));
	/* The session is gone, and its slot's next one is another. */
	crp = crypto_getreq(1);
	crp->crp_sid = sid;
	KT_ERR(ENXIO, run(crp, buf, 0));
}

/*
 * A driver that keeps its requests until told, and finishes them from the
 * last to the first, every third with an error.
 */
#define MOCK_MAX	32

static struct cryptop	*mock_held[MOCK_MAX];
static u_int		 mock_nheld, mock_open, mock_calls;

static int
mock_newsession(void **softc, const struct cryptoini *cri)
{
	*softc = NULL;
	mock_open++;
	return (0);
}

static void
mock_freesession(void *softc)
{
	mock_open--;
}

static void
mock_process(struct cryptop **crps, u_int n)
{
	mock_calls++;
	while (n-- > 0)
		mock_held[mock_nheld++] = *crps++;
}

static const struct crypto_alg mock_algs[] = { { CRYPTO_NULL, 1000 } };
static struct crypto_driver mock_driver = {
	.cd_name = "mock",
	.cd_algs = mock_algs,
	.cd_nalgs = 1,
	.cd_newsession = mock_newsession,
	.cd_freesession = mock_freesession,
	.cd_process = mock_process,
};

static u_int		 done_order[MOCK_MAX], done_count, done_errors;

static void
mock_callback(struct cryptop *crp)
{
	done_order[done_count++] = (u_int)(uintptr_t)crp->crp_opaque;
	if (crp->crp_etype == EIO)
		done_errors++;
	crypto_freereq(crp);
}

KTEST(async, "a driver that is late, disorderly and failing")
{
	struct cryptoini	 cri;
	struct cryptop		*crps[12];
	uint64_t		 sid;
	u_int			 i;

	mock_nheld = mock_calls = done_count = done_errors = 0;
	memset(&cri, 0, sizeof(cri));
	cri.cri_alg = CRYPTO_NULL;
	KT_ERR(0, crypto_register(&mock_driver));
	KT_ERR(EEXIST, crypto_register(&mock_driver));
	KT_ERR(0, crypto_force("mock"));
	KT_ERR(0, crypto_newsession(&sid, &cri, 0));
	KT_ERR(0, crypto_force(NULL));
	KT_STREQ(crypto_session_driver(sid), "mock");
	for (i = 0; i < nitems(crps); i++) {
		crps[i] = crypto_getreq(1);
		crps[i]->crp_sid = sid;
		crps[i]->crp_opaque = (void *)(uintptr_t)i;
		crps[i]->crp_callback = mock_callback;
	}
	crypto_dispatch_batch(crps, nitems(crps));
	KT_EQ(mock_calls, 1);
	KT_EQ(mock_nheld, 12);
	KT_EQ(done_count, 0);
	while (mock_nheld > 0) {
		mock_nheld--;
		mock_held[mock_nheld]->crp_etype =
		    mock_nheld % 3 == 0 ? EIO : 0;
		crypto_done(mock_held[mock_nheld]);
	}
	KT_EQ(done_count, 12);
	KT_EQ(done_errors, 4);
	for (i = 0; i < done_count; i++)
		KT_EQ(done_order[i], 11 - i);
	KT_ERR(0, crypto_freesession(sid));
	KT_EQ(mock_open, 0);
	crypto_unregister(&mock_driver);
}

/*
 * iked(8): keys, and messages on the wire.
 */
#include <sys/types.h>

#include <atf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "crypt.h"
#include "ikev2.h"
#include "select.h"
#include "wire.h"

const char *__asan_default_options(void);

/* What the tests do not free is none of the daemon's. */
const char *
__asan_default_options(void)
{
	return ("detect_leaks=0");
}

static struct blob
hex(const char *s)
{
	struct blob	 b = { NULL, 0 };
	uint8_t		 buf[256];
	size_t		 n = strlen(s) / 2, i;
	unsigned int	 v;

	for (i = 0; i < n; i++) {
		ATF_REQUIRE_EQ(1, sscanf(s + 2 * i, "%2x", &v));
		buf[i] = v;
	}
	ATF_REQUIRE_EQ(0, blob_set(&b, buf, n));
	return (b);
}

ATF_TC(prf);
ATF_TC_HEAD(prf, tc)
{
	atf_tc_set_md_var(tc, "descr", "RFC 4231's second case, RFC 2202's, "
	    "and prf+ out of it");
}
ATF_TC_BODY(prf, tc)
{
	static const struct {
		uint16_t	 id;
		const char	*mac;
	} table[] = {
		{ PRF_HMAC_SHA1, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
		{ PRF_HMAC_SHA2_256, "5bdcc146bf60754e6a042426089575c7"
		    "5a003f089d2739839dec58b964ec3843" },
		{ PRF_HMAC_SHA2_384, "af45d2e376484031617f78d2b58a6b1b"
		    "9c7ef464f5a01b47e42ec3736322445e"
		    "8e2240ca5e69e2c78b3239ecfab21649" },
		{ PRF_HMAC_SHA2_512, "164b7a7bfcf819e2e395fbe73b56e0a3"
		    "87bd64222e831fd610270cd7ea250554"
		    "9758bf75c05a994a6d034f65f8f0e6fd"
		    "caeab1a34d4a6b4b636e070a38bce737" },
	};
	struct blob	 key = hex("4a656665"), out = { NULL, 0 }, want;
	struct blob	 data = hex("7768617420646f2079612077616e7420"
			    "666f72206e6f7468696e673f");
	struct blob	 parts[3], plus = { NULL, 0 };
	uint8_t		 one = 1, two = 2;
	size_t		 i, n;

	for (i = 0; i < 4; i++) {
		want = hex(table[i].mac);
		n = want.b_len;
		ATF_CHECK_EQ(n, prf_len(table[i].id));
		ATF_REQUIRE_EQ(0, prf(table[i].id, &key, &data, 1, &out));
		ATF_CHECK(blob_equal(&out, want.b_data, n));
		/* T1 = prf(K, S | 1), T2 = prf(K, T1 | S | 2) */
		ATF_REQUIRE_EQ(0, prf_plus(table[i].id, &key, &data, n + 7,
		    &plus));
		parts[0] = data;
		parts[1].b_data = &one;
		parts[1].b_len = 1;
		prf(table[i].id, &key, parts, 2, &out);
		ATF_CHECK_EQ(0, memcmp(plus.b_data, out.b_data, n));
		parts[0] = out;
		parts[1] = data;
		parts[2].b_data = &two;
		parts[2].b_len = 1;
		memset(&want, 0, sizeof(want));
		prf(table[i].id, &key, parts, 3, &want);
		ATF_CHECK_EQ(0, memcmp(plus.b_data + n, want.b_data, 7));
		ATF_CHECK_EQ(n + 7, plus.b_len);
		ATF_CHECK_EQ(-1, prf_plus(table[i].id, &key, &data,
		    255 * n + 1, &plus));
	}
}

/*
 * NIST's CAVS vectors of IKEv2's derivation, the first with SHA-1: what the
 * keys of AES-128-CBC and HMAC-SHA1 are cut from.
 */
static const struct {
	const char	*ni, *nr, *gir, *gir_new, *dkm, *skeyseed, *child, *pfs;
	uint64_t	 spii, spir;
} cavs = {
	"32b50d5f4a3763f3", "9206a04b26564cb1",
	"4b2c1f971981a8ad8d0abeafabf38cf75fc8349c148142465ed9c8b516b8be52",
	"863f3c9d06efd39d2b907b97f8699e5dd5251ef64a2a176f36ee40c87d4f9330",
	"a14293677cc80ff8f9cc0eee30d895da9d8f405666e30ef0dfcb63c634a46002"
	"a2a63080e514a062768b76606f9fa5e992204fc5a670bde3f10d6b027113936a"
	"5c55b648a194ae587b0088d52204b702c979fa280870d2ed41efa9c549fd1119"
	"8af1670b143d384bd275c5f594cf266b05ebadca855e4249520a441a81157435"
	"a7a56cc4",
	"63e81194946ebd05df7df5ebf5d8750056bf1f1d",
	"8059e3ee8810e6c3a91bc8bcd2a7a41151b8d0e6ae239c7b38093ad85ef4c581"
	"1a8e7b5d1cdabd9560b2d5e092d1f24e2d4b85eccdf0ad0dc9abd94b51ee7181"
	"4ca6dbc8bb51b630",
	"bb43244c1860ad65ee1e211ffe8bb3661750c8f89cb9f547df7f4fa61d373016"
	"28190e38c66232eab4b3ab14c400a5197dd3730ed4820a8a10394d51e1c04000"
	"52f63ebd36b0e7ef",
	0x34c9e7c188868785, 0x3ff77d760d2b2199
};

/* The blobs, one behind the other, are these octets? */
static int
row(const char *want, struct blob *const *list, size_t n)
{
	struct blob	 b = hex(want);
	size_t		 off = 0, i;

	for (i = 0; i < n; off += list[i++]->b_len)
		if (off + list[i]->b_len > b.b_len || memcmp(list[i]->b_data,
		    b.b_data + off, list[i]->b_len) != 0)
			return (0);
	return (off == b.b_len);
}

ATF_TC(derive);
ATF_TC_HEAD(derive, tc)
{
	atf_tc_set_md_var(tc, "descr", "SKEYSEED, the keys of an IKE SA, of "
	    "its successor and of children as NIST's CAVS has them");
}
ATF_TC_BODY(derive, tc)
{
	struct suite	 s = { ENCR_AES_CBC, 128, INTEG_HMAC_SHA1_96,
			    PRF_HMAC_SHA1 };
	struct blob	 ni = hex(cavs.ni), nr = hex(cavs.nr);
	struct blob	 gir = hex(cavs.gir), new = hex(cavs.gir_new);
	struct blob	 none = { NULL, 0 }, seed, out = { NULL, 0 };
	struct blob	 encr[2] = { { NULL, 0 }, { NULL, 0 } };
	struct blob	 integ[2] = { { NULL, 0 }, { NULL, 0 } };
	struct blob	*four[] = { &encr[0], &integ[0], &encr[1], &integ[1] };
	struct ike_keys	 k, l;
	struct blob	*seven[] = { &k.k_d, &k.k_ai, &k.k_ar, &k.k_ei,
			    &k.k_er, &k.k_pi, &k.k_pr };
	char		 text[80];

	memset(&k, 0, sizeof(k));
	memset(&l, 0, sizeof(l));
	ATF_REQUIRE_EQ(0, keys_first(&k, &s, &gir, &ni, &nr, cavs.spii,
	    cavs.spir));
	ATF_CHECK(row(cavs.dkm, seven, 7));
	ATF_REQUIRE_EQ(0, keys_child(&k, s.su_prf, &s, &none, &ni, &nr, encr,
	    integ));
	ATF_CHECK(row(cavs.child, four, 4));
	ATF_REQUIRE_EQ(0, keys_child(&k, s.su_prf, &s, &new, &ni, &nr, encr,
	    integ));
	ATF_CHECK(row(cavs.pfs, four, 4));
	/* The new SKEYSEED is seen by what comes of it. */
	ATF_REQUIRE_EQ(0, keys_rekey(&l, &s, s.su_prf, &k.k_d, &new, &ni, &nr,
	    cavs.spii, cavs.spir));
	snprintf(text, sizeof(text), "%s%s34c9e7c1888687853ff77d760d2b2199",
	    cavs.ni, cavs.nr);
	seed = hex(text);
	none = hex(cavs.skeyseed);
	ATF_REQUIRE_EQ(0, prf_plus(s.su_prf, &none, &seed, 20, &out));
	ATF_CHECK(blob_equal(&out, l.k_d.b_data, l.k_d.b_len));
	keys_free(&k);
	keys_free(&l);
}

ATF_TC(auth);
ATF_TC_HEAD(auth, tc)
{
	atf_tc_set_md_var(tc, "descr", "what AUTH covers, and AUTH of a shared "
	    "secret, as Python's hmac has them with CAVS's keys");
}
ATF_TC_BODY(auth, tc)
{
	static const struct {
		size_t		 key;	/* where SK_p is in the DKM */
		const char	*nonce, *id, *octets, *auth;
	} table[] = {
		{ 92, "9206a04b26564cb1", "02000000612e6578616d706c65",
		    "6d6573736167659206a04b26564cb164cdb01be5"
		    "9d02d56517abba5fa1a3828915eb49",
		    "519bb9d384a42aac092f1175aa45cf5e1a4ad4ba" },
		{ 112, "32b50d5f4a3763f3", "01000000c0000201",
		    "6d65737361676532b50d5f4a3763f3834a504a5d"
		    "4d6bf26d0a3999e0a931c276ef6fd5",
		    "80e585608dd42e919212e90a8e3a362943878a83" },
	};
	struct blob	 dkm = hex(cavs.dkm), nonce, id, want, sk_p;
	struct blob	 message = hex("6d657373616765");
	struct blob	 psk = hex("736563726574");
	struct blob	 octets = { NULL, 0 }, mac = { NULL, 0 };
	size_t		 i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		sk_p.b_data = dkm.b_data + table[i].key;
		sk_p.b_len = 20;
		nonce = hex(table[i].nonce);
		id = hex(table[i].id);
		ATF_REQUIRE_EQ(0, auth_octets(PRF_HMAC_SHA1, &sk_p, &message,
		    &nonce, id.b_data, id.b_len, &octets));
		want = hex(table[i].octets);
		ATF_CHECK(blob_equal(&octets, want.b_data, want.b_len));
		ATF_REQUIRE_EQ(0, auth_psk(PRF_HMAC_SHA1, &psk, &octets,
		    &mac));
		want = hex(table[i].auth);
		ATF_CHECK(blob_equal(&mac, want.b_data, want.b_len));
	}
}

ATF_TC(expand);
ATF_TC_HEAD(expand, tc)
{
	atf_tc_set_md_var(tc, "descr", "prf and prf+ are HKDF's two steps: "
	    "RFC 5869's vectors");
}
ATF_TC_BODY(expand, tc)
{
	static const struct {
		uint16_t	 prf;
		const char	*ikm, *salt, *info, *prk, *okm;
	} table[] = {
		{ PRF_HMAC_SHA2_256,
		    "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
		    "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
		    "077709362c2e32df0ddc3f0dc47bba63"
		    "90b6c73bb50f9c3122ec844ad7c2b3e5",
		    "3cb25f25faacd57a90434f64d0362f2a"
		    "2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
		    "34007208d5b887185865" },
		{ PRF_HMAC_SHA1, "0b0b0b0b0b0b0b0b0b0b0b",
		    "000102030405060708090a0b0c", "f0f1f2f3f4f5f6f7f8f9",
		    "9b6c18c432a7bf8f0e71c8eb88f4b30baa2ba243",
		    "085a01ea1b10f36933068b56efa5ad81"
		    "a4f14b822f5b091568a9cdd4f155fda2"
		    "c22e422478d305f3f896" },
	};
	struct blob	 ikm, salt, info, want;
	struct blob	 prk = { NULL, 0 }, okm = { NULL, 0 };
	size_t		 i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ikm = hex(table[i].ikm);
		salt = hex(table[i].salt);
		info = hex(table[i].info);
		ATF_REQUIRE_EQ(0, prf(table[i].prf, &salt, &ikm, 1, &prk));
		want = hex(table[i].prk);
		ATF_CHECK(blob_equal(&prk, want.b_data, want.b_len));
		want = hex(table[i].okm);
		ATF_REQUIRE_EQ(0, prf_plus(table[i].prf, &prk, &info,
		    want.b_len, &okm));
		ATF_CHECK(blob_equal(&okm, want.b_data, want.b_len));
	}
}

static const uint16_t	 groups[] = { DH_MODP1024, DH_MODP1536, DH_MODP2048,
    DH_MODP3072, DH_MODP4096, DH_MODP6144, DH_MODP8192, DH_ECP256, DH_ECP384,
    DH_ECP521, DH_BRAINPOOL256, DH_BRAINPOOL384, DH_BRAINPOOL512,
    DH_CURVE25519 };

ATF_TC(dh);
ATF_TC_HEAD(dh, tc)
{
	atf_tc_set_md_var(tc, "descr", "every group agrees; what is not of the "
	    "group is refused");
}
ATF_TC_BODY(dh, tc)
{
	struct blob	 pa = { NULL, 0 }, pb = { NULL, 0 };
	struct blob	 sa = { NULL, 0 }, sb = { NULL, 0 };
	struct dh	*a, *b;
	size_t		 i, n;

	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		a = dh_new(groups[i], &pa);
		b = dh_new(groups[i], &pb);
		ATF_REQUIRE(a != NULL && b != NULL);
		ATF_REQUIRE_EQ(0, dh_secret(a, pb.b_data, pb.b_len, &sa));
		ATF_REQUIRE_EQ(0, dh_secret(b, pa.b_data, pa.b_len, &sb));
		ATF_CHECK(blob_equal(&sa, sb.b_data, sb.b_len));
		n = pb.b_len;
		ATF_CHECK_EQ(-1, dh_secret(a, pb.b_data, n - 1, &sa));
		if (groups[i] != DH_CURVE25519) {
			pb.b_data[n - 1] ^= 1;
			if (groups[i] >= DH_ECP256)
				ATF_CHECK_EQ(-1, dh_secret(a, pb.b_data, n,
				    &sa));
			memset(pb.b_data, 0xff, n);
			ATF_CHECK_EQ(-1, dh_secret(a, pb.b_data, n, &sa));
		}
		memset(pb.b_data, 0, n);
		ATF_CHECK_EQ(-1, dh_secret(a, pb.b_data, n, &sa));
		pb.b_data[groups[i] == DH_CURVE25519 ? 0 : n - 1] = 1;
		ATF_CHECK_EQ(-1, dh_secret(a, pb.b_data, n, &sa));
		dh_free(a);
		dh_free(b);
	}
	ATF_CHECK(dh_new(DH_MODP768, &pa) == NULL);
}

ATF_TC(sk);
ATF_TC_HEAD(sk, tc)
{
	atf_tc_set_md_var(tc, "descr", "what is sealed opens, whole and in "
	    "fragments; with any bit changed it does not");
}
ATF_TC_BODY(sk, tc)
{
	static const struct suite	 suites[] = {
		{ ENCR_AES_CBC, 128, INTEG_HMAC_SHA1_96 },
		{ ENCR_AES_CBC, 256, INTEG_HMAC_SHA2_256 },
		{ ENCR_3DES, 0, INTEG_HMAC_SHA2_512 },
		{ ENCR_AES_GCM_16, 128 }, { ENCR_AES_GCM_16, 256 },
		{ ENCR_AES_GCM_12, 256 }, { ENCR_CHACHA20_POLY1305, 0 },
	};
	struct blob	 ke = { NULL, 0 }, ka = { NULL, 0 };
	struct blob	 out = { NULL, 0 }, *list;
	struct ike_hdr	 h;
	struct chain	 c;
	uint8_t		 data[700];
	unsigned int	 n, f;
	size_t		 i, len, off, head, bit;

	memset(data, 0x5a, sizeof(data));
	for (i = 0; i < 7; i++)
	    for (len = 0; len < 700; len = len * 2 + 1) {
		rand_blob(&ke, encr_keylen(suites[i].su_encr,
		    suites[i].su_keylen) + encr_saltlen(suites[i].su_encr));
		rand_blob(&ka, integ_keylen(suites[i].su_integ));
		memset(&h, 0, sizeof(h));
		chain_init(&c);
		notify_build(&c, PROTO_NONE, 0, N_COOKIE, data, len);
		ATF_REQUIRE_EQ(0, sk_seal(&suites[i], &ke, &ka, &h, &c,
		    len > 300 ? 300 : 0, &list, &n));
		ATF_CHECK_EQ(len > 300, n > 1);
		for (f = 0, off = 0; f < n; f++) {
			head = IKE_HDRLEN + (n > 1 ? 8 : 4);
			ATF_CHECK(n == 1 || list[f].b_len <= 300);
			ATF_REQUIRE_EQ(0, sk_open(&suites[i], &ke, &ka,
			    list[f].b_data, list[f].b_len, head, &out));
			ATF_CHECK_EQ(0, memcmp(out.b_data,
			    c.c_w.w_buf + off, out.b_len));
			off += out.b_len;
			for (bit = 0; bit < list[f].b_len * 8; bit += 5) {
				list[f].b_data[bit / 8] ^= 1 << bit % 8;
				ATF_REQUIRE_EQ(-1, sk_open(&suites[i], &ke,
				    &ka, list[f].b_data, list[f].b_len, head,
				    &out));
				list[f].b_data[bit / 8] ^= 1 << bit % 8;
			}
			blob_free(&list[f]);
		}
		ATF_CHECK_EQ(c.c_w.w_len, off);
		chain_free(&c);
		free(list);
	}
}

/* One of each payload. */
static void
chain_all(struct chain *c)
{
	struct blob	 b = hex("00112233445566778899aabbccddeeff01020304");
	struct proposal	*list = NULL, none;
	struct tslist	*ts = calloc(1, sizeof(*ts));
	struct ident	 id;
	unsigned int	 n = 0;
	uint32_t	 spis[2] = { 0x100, 0x200 };

	memset(&none, 0, sizeof(none));
	proposals_build(&list, &n, PROTO_IKE, &none);
	ts->tl_n = 1;
	ts->tl_ts[0].ts_port_hi = 65535;
	addr_parse(&ts->tl_ts[0].ts_addr.ra_lo, "2001:db8::");
	addr_parse(&ts->tl_ts[0].ts_addr.ra_hi, "2001:db8::ffff");
	ident_parse(&id, "host.example");
	chain_init(c);
	sa_build(c, list, n);
	ke_build(c, DH_CURVE25519, &b);
	nonce_build(c, &b);
	id_build(c, PLD_IDi, &id);
	id_build(c, PLD_IDr, &id);
	cert_build(c, CERT_X509, "cert", 4);
	certreq_build(c, &b);
	auth_build(c, AUTH_PSK, &b);
	notify_build(c, PROTO_ESP, 0x1234, N_REKEY_SA, "x", 1);
	delete_build(c, PROTO_ESP, spis, 2);
	vendor_build(c, "vendor");
	ts_build(c, PLD_TSi, ts);
	ts_build(c, PLD_TSr, ts);
	/* A request for an address; an identity. */
	wbuf_add(chain_begin(c, PLD_CP), "\1\0\0\0\0\1\0\0", 8);
	chain_end(c);
	wbuf_add(chain_begin(c, PLD_EAP), "\2\1\0\11\1name", 9);
	chain_end(c);
	free(list);
	free(ts);
}

ATF_TC(payloads);
ATF_TC_HEAD(payloads, tc)
{
	atf_tc_set_md_var(tc, "descr", "every payload round trips; cut or "
	    "changed it is refused or read, never run over");
}
ATF_TC_BODY(payloads, tc)
{
	struct msg	*m = calloc(1, sizeof(*m));
	struct chain	 c;
	struct rbuf	 r;
	uint8_t		*copy;
	size_t		 i;
	int		 v;

	chain_all(&c);
	rbuf_init(&r, c.c_w.w_buf, c.c_w.w_len);
	ATF_REQUIRE_EQ(0, msg_parse(m, c.c_first, &r));
	ATF_CHECK_EQ(2, m->m_nprops);
	ATF_CHECK_EQ(DH_CURVE25519, m->m_group);
	ATF_CHECK_EQ(20, m->m_nonce.r_left);
	ATF_CHECK_EQ(12, m->m_idi.id_len);
	ATF_CHECK_EQ(1, m->m_ncerts);
	ATF_CHECK_EQ(20, m->m_certreq.r_left);
	ATF_CHECK_EQ(AUTH_PSK, m->m_auth);
	ATF_CHECK_EQ(4, msg_notify(m, N_REKEY_SA)->n_spi.r_left);
	ATF_CHECK_EQ(2, m->m_ndel);
	ATF_CHECK_EQ(0x200, m->m_del[1]);
	ATF_CHECK_EQ(6, m->m_tsr.tl_ts[0].ts_addr.ra_lo.a_ver);
	for (i = 0; i < c.c_w.w_len; i++) {
		copy = malloc(i + 1);
		memcpy(copy, c.c_w.w_buf, i);
		rbuf_init(&r, copy, i);
		ATF_CHECK_EQ(N_INVALID_SYNTAX, msg_parse(m, c.c_first, &r));
		free(copy);
	}
	copy = malloc(c.c_w.w_len);
	for (i = 0; i < c.c_w.w_len; i++)
		for (v = 0; v < 256; v += 3) {
			memcpy(copy, c.c_w.w_buf, c.c_w.w_len);
			copy[i] = v;
			rbuf_init(&r, copy, c.c_w.w_len);
			msg_parse(m, c.c_first, &r);
		}
	free(copy);
	chain_free(&c);
	free(m);
}

ATF_TC(header);
ATF_TC_HEAD(header, tc)
{
	atf_tc_set_md_var(tc, "descr", "a header is read as it was written; "
	    "cut, or of another length, it is refused");
}
ATF_TC_BODY(header, tc)
{
	struct ike_hdr	 h, g;
	struct blob	 b = { NULL, 0 };
	struct chain	 c;
	struct rbuf	 r;
	uint8_t		*copy;
	size_t		 i;
	int		 v;

	memset(&h, 0, sizeof(h));
	h.h_spii = 0x0102030405060708;
	h.h_spir = 0x1112131415161718;
	h.h_version = IKE_VERSION;
	h.h_exch = EXCH_INFORMATIONAL;
	h.h_flags = FLAG_INITIATOR;
	h.h_id = 0x21222324;
	chain_init(&c);
	vendor_build(&c, "vendor");
	ATF_REQUIRE_EQ(0, chain_message(&c, &h, &b));
	rbuf_init(&r, b.b_data, b.b_len);
	ATF_REQUIRE_EQ(0, hdr_parse(&r, &g));
	ATF_CHECK(g.h_spii == h.h_spii && g.h_spir == h.h_spir &&
	    g.h_next == PLD_VENDOR && g.h_version == h.h_version &&
	    g.h_exch == h.h_exch && g.h_flags == h.h_flags &&
	    g.h_id == h.h_id && g.h_len == b.b_len);
	for (i = 0; i < b.b_len; i++) {
		copy = malloc(i + 1);
		memcpy(copy, b.b_data, i);
		rbuf_init(&r, copy, i);
		ATF_CHECK_EQ(-1, hdr_parse(&r, &g));
		free(copy);
	}
	for (i = 24; i < 28; i++)
		for (v = 1; v < 256; v++) {
			b.b_data[i] ^= v;
			rbuf_init(&r, b.b_data, b.b_len);
			ATF_CHECK_EQ(-1, hdr_parse(&r, &g));
			b.b_data[i] ^= v;
		}
	chain_free(&c);
	blob_free(&b);
}

ATF_TC(critical);
ATF_TC_HEAD(critical, tc)
{
	atf_tc_set_md_var(tc, "descr", "an unknown payload is skipped, a "
	    "critical one named");
}
ATF_TC_BODY(critical, tc)
{
	static const uint8_t	 plain[] = { 0, 0, 0, 4 };
	static const uint8_t	 crit[] = { 0, 0x80, 0, 4 };
	struct msg		*m = calloc(1, sizeof(*m));
	struct rbuf		 r;

	rbuf_init(&r, plain, 4);
	ATF_CHECK_EQ(0, msg_parse(m, 200, &r));
	rbuf_init(&r, crit, 4);
	ATF_CHECK_EQ(N_UNSUPPORTED_CRITICAL_PAYLOAD, msg_parse(m, 200, &r));
	ATF_CHECK_EQ(200, m->m_critical);
	rbuf_init(&r, crit, 4);
	ATF_CHECK_EQ(0, msg_parse(m, PLD_VENDOR, &r));
	free(m);
}

static void
ts(struct tslist *l, const char *lo, const char *hi, int proto, int port)
{
	struct ts	*t = &l->tl_ts[l->tl_n++];

	memset(t, 0, sizeof(*t));
	t->ts_proto = proto;
	t->ts_port_lo = port;
	t->ts_port_hi = port ? port : 65535;
	ATF_REQUIRE_EQ(0, addr_parse(&t->ts_addr.ra_lo, lo));
	ATF_REQUIRE_EQ(0, addr_parse(&t->ts_addr.ra_hi, hi));
}

ATF_TC(narrow);
ATF_TC_HEAD(narrow, tc)
{
	atf_tc_set_md_var(tc, "descr", "a table of offers to 10.0.0.0/24 -> "
	    "10.20.0.0/24");
}
ATF_TC_BODY(narrow, tc)
{
	static const struct {
		const char	*llo, *lhi, *rlo, *rhi;
		int		 proto, port;
		unsigned int	 flows;		/* 0: refused */
		const char	*src;
	} table[] = {
		{ "10.0.0.0", "10.0.0.255", "10.20.0.0", "10.20.0.255", 0, 0,
		    1, "10.0.0.0/24" },
		{ "0.0.0.0", "255.255.255.255", "0.0.0.0", "255.255.255.255",
		    0, 0, 1, "10.0.0.0/24" },
		{ "10.0.0.0", "10.0.255.255", "10.20.0.0", "10.20.255.255", 0,
		    0, 1, "10.0.0.0/24" },
		{ "10.0.0.128", "10.0.0.255", "10.20.0.7", "10.20.0.7", 0, 0,
		    1, "10.0.0.128/25" },
		{ "10.0.0.1", "10.0.0.2", "10.20.0.0", "10.20.0.255", 0, 0, 2,
		    "10.0.0.1" },
		{ "10.0.0.0", "10.0.0.255", "10.20.0.0", "10.20.0.255", 6, 80,
		    1, "10.0.0.0/24" },
		{ "10.0.1.0", "10.0.1.255", "10.20.0.0", "10.20.0.255", 0, 0,
		    0, NULL },
		{ "10.0.0.0", "10.0.0.255", "10.21.0.0", "10.21.0.255", 0, 0,
		    0, NULL },
		{ "::", "::ffff", "10.20.0.0", "10.20.0.255", 0, 0, 0, NULL },
	};
	struct tslist	*l = calloc(4, sizeof(*l));
	struct policy	*p = policy_new();
	struct flow	 f, *flows;
	char		 buf[ADDR_STRLEN];
	unsigned int	 n;
	size_t		 i;

	memset(&f, 0, sizeof(f));
	addr_parse(&f.f_src.pf_addr, "10.0.0.0");
	addr_parse(&f.f_dst.pf_addr, "10.20.0.0");
	f.f_src.pf_len = f.f_dst.pf_len = 24;
	policy_add_flow(p, &f);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		l[0].tl_n = l[1].tl_n = 0;
		ts(&l[0], table[i].llo, table[i].lhi, table[i].proto, 0);
		ts(&l[1], table[i].rlo, table[i].rhi, table[i].proto,
		    table[i].port);
		n = 0;
		ATF_CHECK_EQ_MSG(table[i].flows == 0 ? -1 : 0, ts_narrow(p,
		    &l[0], &l[1], &l[2], &l[3], &flows, &n), "%zu", i);
		ATF_REQUIRE_EQ_MSG(table[i].flows, n, "%zu: %u", i, n);
		if (n == 0)
			continue;
		ATF_CHECK_STREQ(table[i].src, prefix_str(&flows[0].f_src,
		    buf));
		ATF_CHECK_EQ(table[i].proto, flows[0].f_proto);
		ATF_CHECK_EQ(table[i].port, flows[0].f_dport);
		free(flows);
	}
	policy_put(p);
	free(l);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, prf);
	ATF_TP_ADD_TC(tp, derive);
	ATF_TP_ADD_TC(tp, auth);
	ATF_TP_ADD_TC(tp, expand);
	ATF_TP_ADD_TC(tp, dh);
	ATF_TP_ADD_TC(tp, sk);
	ATF_TP_ADD_TC(tp, header);
	ATF_TP_ADD_TC(tp, payloads);
	ATF_TP_ADD_TC(tp, critical);
	ATF_TP_ADD_TC(tp, narrow);
	return (atf_no_error());
}

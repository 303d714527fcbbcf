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
	ATF_TP_ADD_TC(tp, dh);
	ATF_TP_ADD_TC(tp, sk);
	ATF_TP_ADD_TC(tp, payloads);
	ATF_TP_ADD_TC(tp, critical);
	ATF_TP_ADD_TC(tp, narrow);
	return (atf_no_error());
}

/*
 * h_ike: what is said and understood.  The responder is what is measured, so
 * all SAs share a Diffie-Hellman key: with MODP groups one whose exponent is
 * small, so that the secret costs us next to nothing.
 */
#include <sys/types.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "h_ike.h"
#include "ikev2.h"

#define EXPONENT	0x10001
#define NETWORK		0x0a400000	/* 10.64.0.0, an address each */
#define NI_LEN		32

static BIGNUM	*prime, *exponent;
static EVP_PKEY	*curve;

/* ecdsa-with-SHA256, as AUTH has it (RFC 7427, A.3.2), and its length. */
static const uint8_t	 ecdsa_sha256[] = { 12, 0x30, 0x0a, 0x06, 0x08, 0x2a,
			    0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02 };

static void
group_modp(void)
{
	BN_CTX	*ctx = BN_CTX_new();
	BIGNUM	*g = BN_new(), *y = BN_new();
	uint8_t	 buf[256];

	prime = BN_get_rfc3526_prime_2048(NULL);
	exponent = BN_new();
	if (ctx == NULL || g == NULL || y == NULL || prime == NULL ||
	    exponent == NULL || !BN_set_word(g, 2) ||
	    !BN_set_word(exponent, EXPONENT) ||
	    !BN_mod_exp(y, g, exponent, prime, ctx) ||
	    BN_bn2binpad(y, buf, sizeof(buf)) < 0 ||
	    blob_set(&load.l_pub, buf, sizeof(buf)) == -1)
		errx(1, "no key of the group");
	BN_free(g);
	BN_free(y);
	BN_CTX_free(ctx);
}

/*
 * Make the key of a group: x25519 or modp2048.
 */
void
load_group(const char *name)
{
	uint8_t	 buf[32];
	size_t	 len = sizeof(buf);

	if (strcmp(name, "modp2048") == 0) {
		load.l_group = DH_MODP2048;
		group_modp();
		return;
	}
	if (strcmp(name, "x25519") != 0)
		errx(1, "%s: x25519 or modp2048", name);
	load.l_group = DH_CURVE25519;
	curve = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
	if (curve == NULL || !EVP_PKEY_get_raw_public_key(curve, buf, &len) ||
	    blob_set(&load.l_pub, buf, len) == -1)
		errx(1, "no key of the group");
}

static X509 *
cert_read(const char *name)
{
	FILE	*fp = fopen(name, "r");
	X509	*x;

	if (fp == NULL)
		err(1, "%s", name);
	x = PEM_read_X509(fp, NULL, NULL, NULL);
	if (x == NULL)
		errx(1, "%s: no certificate", name);
	fclose(fp);
	return (x);
}

/*
 * Who we are, and who vouches for the other side: files in PEM.  The key is
 * one of P-256.
 */
void
load_cert(const char *cert, const char *key, const char *ca)
{
	X509	*x = cert_read(cert), *root = cert_read(ca);
	uint8_t	*der = NULL, hash[SHA_DIGEST_LENGTH];
	FILE	*fp = fopen(key, "r");
	int	 len;

	if (fp == NULL)
		err(1, "%s", key);
	load.l_key = PEM_read_PrivateKey(fp, NULL, NULL, NULL);
	fclose(fp);
	len = i2d_X509(x, &der);
	if (load.l_key == NULL || len <= 0 ||
	    blob_set(&load.l_cert, der, len) == -1)
		errx(1, "%s, %s: not usable", cert, key);
	free(der);
	der = NULL;
	len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(root), &der);
	if (len <= 0)
		errx(1, "%s: no key", ca);
	SHA1(der, len, hash);
	free(der);
	if (blob_set(&load.l_ca, hash, sizeof(hash)) == -1)
		err(1, NULL);
	X509_free(x);
	X509_free(root);
}

static int
secret_modp(const struct rbuf *pub, struct blob *secret)
{
	static BN_CTX	*ctx;
	BIGNUM		*y, *z = BN_new();
	uint8_t		 buf[256];
	int		 ok;

	if (ctx == NULL)
		ctx = BN_CTX_new();
	y = BN_bin2bn(pub->r_ptr, pub->r_left, NULL);
	ok = ctx != NULL && y != NULL && z != NULL &&
	    BN_mod_exp(z, y, exponent, prime, ctx) &&
	    BN_bn2binpad(z, buf, sizeof(buf)) > 0 &&
	    blob_set(secret, buf, sizeof(buf)) == 0;
	BN_free(y);
	BN_free(z);
	return (ok ? 0 : -1);
}

static int
secret_curve(const struct rbuf *pub, struct blob *secret)
{
	EVP_PKEY_CTX	*ctx = NULL;
	EVP_PKEY	*peer;
	uint8_t		 buf[32];
	size_t		 n = sizeof(buf);
	int		 ok;

	peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, pub->r_ptr,
	    pub->r_left);
	if (peer != NULL)
		ctx = EVP_PKEY_CTX_new(curve, NULL);
	ok = ctx != NULL && EVP_PKEY_derive_init(ctx) > 0 &&
	    EVP_PKEY_derive_set_peer(ctx, peer) > 0 &&
	    EVP_PKEY_derive(ctx, buf, &n) > 0 &&
	    blob_set(secret, buf, n) == 0;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(peer);
	return (ok ? 0 : -1);
}

static void
xform(struct proposal *pr, uint8_t type, uint16_t id, uint16_t bits)
{
	pr->pr_xf[pr->pr_n].x_type = type;
	pr->pr_xf[pr->pr_n].x_id = id;
	pr->pr_xf[pr->pr_n++].x_keylen = bits;
}

static void
nonce(const struct sa *s, struct blob *b, uint8_t buf[NI_LEN])
{
	memset(buf, 0x5a, NI_LEN);
	memcpy(buf, &s->s_spii, sizeof(s->s_spii));
	b->b_data = buf;
	b->b_len = NI_LEN;
}

/* SHA-1(SPIs | address | port), RFC 7296, 2.23. */
static void
natd(uint64_t spii, uint64_t spir, const struct endpoint *ep, uint16_t port,
    uint8_t hash[SHA_DIGEST_LENGTH])
{
	struct wbuf	 w;

	wbuf_init(&w);
	wbuf_u64(&w, spii);
	wbuf_u64(&w, spir);
	wbuf_add(&w, ep->e_addr.a_bytes, 4);
	wbuf_u16(&w, port);
	SHA1(w.w_buf, w.w_len, hash);
	wbuf_free(&w);
}

static void
init_extras(struct sa *s, struct chain *c)
{
	static const uint8_t	 hashes[] = { 0, SIGHASH_SHA2_256, 0,
				    SIGHASH_SHA2_384, 0, SIGHASH_SHA2_512 };
	uint8_t			 hash[SHA_DIGEST_LENGTH];

	natd(s->s_spii, 0, &load.l_local, IKE_PORT, hash);
	notify_build(c, PROTO_NONE, 0, N_NAT_DETECTION_SOURCE_IP, hash,
	    sizeof(hash));
	natd(s->s_spii, 0, &load.l_peer, IKE_PORT, hash);
	notify_build(c, PROTO_NONE, 0, N_NAT_DETECTION_DESTINATION_IP, hash,
	    sizeof(hash));
	notify_build(c, PROTO_NONE, 0, N_SIGNATURE_HASH_ALGORITHMS, hashes,
	    sizeof(hashes));
}

/*
 * The IKE_SA_INIT request into s_msg, with the cookie if there is one.
 */
int
init_build(struct sa *s)
{
	struct ike_hdr	 h;
	struct proposal	 pr;
	struct chain	 c;
	struct blob	 ni;
	uint8_t		 buf[NI_LEN];
	int		 error;

	memset(&h, 0, sizeof(h));
	memset(&pr, 0, sizeof(pr));
	pr.pr_num = 1;
	pr.pr_proto = PROTO_IKE;
	xform(&pr, XF_ENCR, ENCR_AES_GCM_16, 256);
	xform(&pr, XF_PRF, PRF_HMAC_SHA2_256, 0);
	xform(&pr, XF_DH, load.l_group, 0);
	suite_of(&s->s_suite, &pr);
	chain_init(&c);
	if (s->s_cookie.b_len != 0)
		notify_build(&c, PROTO_NONE, 0, N_COOKIE, s->s_cookie.b_data,
		    s->s_cookie.b_len);
	sa_build(&c, &pr, 1);
	ke_build(&c, load.l_group, &load.l_pub);
	nonce(s, &ni, buf);
	nonce_build(&c, &ni);
	init_extras(s, &c);
	h.h_spii = s->s_spii;
	h.h_exch = EXCH_IKE_SA_INIT;
	h.h_flags = FLAG_INITIATOR;
	error = chain_message(&c, &h, &s->s_init_i);
	chain_free(&c);
	return (error == -1 ? -1 : blob_copy(&s->s_msg, &s->s_init_i));
}

/* Says the responder that it, or we, are behind a NAT? */
static int
natted(const struct sa *s, const struct msg *m)
{
	const struct notify	*n;
	uint8_t			 hash[SHA_DIGEST_LENGTH];

	n = msg_notify(m, N_NAT_DETECTION_SOURCE_IP);
	natd(s->s_spii, m->m_hdr.h_spir, &load.l_peer, IKE_PORT, hash);
	if (n != NULL && (n->n_data.r_left != sizeof(hash) ||
	    memcmp(n->n_data.r_ptr, hash, sizeof(hash)) != 0))
		return (1);
	n = msg_notify(m, N_NAT_DETECTION_DESTINATION_IP);
	natd(s->s_spii, m->m_hdr.h_spir, &load.l_local, IKE_PORT, hash);
	return (n != NULL && (n->n_data.r_left != sizeof(hash) ||
	    memcmp(n->n_data.r_ptr, hash, sizeof(hash)) != 0));
}

/*
 * The answer to it: derive the keys.  0: a cookie is wanted, 1: done, -1: it
 * is not to be understood.
 */
int
init_take(struct sa *s, const struct msg *m, const uint8_t *data, size_t len)
{
	const struct notify	*n = msg_notify(m, N_COOKIE);
	struct blob		 ni, secret = { NULL, 0 };
	uint8_t			 buf[NI_LEN];
	int			 error;

	if (n != NULL)
		return (blob_set(&s->s_cookie, n->n_data.r_ptr,
		    n->n_data.r_left));
	if (!MSG_HAS(m, PLD_KE) || !MSG_HAS(m, PLD_NONCE) ||
	    m->m_group != load.l_group)
		return (-1);
	s->s_spir = m->m_hdr.h_spir;
	s->s_natt = natted(s, m);
	nonce(s, &ni, buf);
	error = load.l_group == DH_MODP2048 ? secret_modp(&m->m_ke, &secret) :
	    secret_curve(&m->m_ke, &secret);
	if (error == -1 || blob_set(&s->s_init_r, data, len) == -1 ||
	    blob_set(&s->s_nr, m->m_nonce.r_ptr, m->m_nonce.r_left) == -1 ||
	    keys_first(&s->s_keys, &s->s_suite, &secret, &ni, &s->s_nr,
	    s->s_spii, s->s_spir) == -1)
		error = -1;
	blob_free(&secret);
	return (error == -1 ? -1 : 1);
}

/* A message of ours around a chain, which is freed. */
static int
seal(struct sa *s, uint8_t exch, uint32_t id, uint8_t flags, struct chain *c,
    struct blob *out)
{
	struct ike_hdr	 h;
	struct blob	*list;
	unsigned int	 n;
	int		 error;

	memset(&h, 0, sizeof(h));
	h.h_spii = s->s_spii;
	h.h_spir = s->s_spir;
	h.h_exch = exch;
	h.h_flags = FLAG_INITIATOR | flags;
	h.h_id = id;
	error = sk_seal(&s->s_suite, &s->s_keys.k_ei, &s->s_keys.k_ai, &h, c,
	    0, &list, &n);
	chain_free(c);
	if (error == -1)
		return (-1);
	blob_move(out, &list[0]);
	free(list);
	return (0);
}

static int
sign(const struct blob *octets, struct blob *out)
{
	EVP_MD_CTX	*ctx = EVP_MD_CTX_new();
	uint8_t		 buf[sizeof(ecdsa_sha256) + 80];
	size_t		 len = sizeof(buf) - sizeof(ecdsa_sha256);
	int		 ok;

	memcpy(buf, ecdsa_sha256, sizeof(ecdsa_sha256));
	ok = ctx != NULL && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL,
	    load.l_key) > 0 && EVP_DigestSign(ctx, buf + sizeof(ecdsa_sha256),
	    &len, octets->b_data, octets->b_len) > 0 &&
	    blob_set(out, buf, sizeof(ecdsa_sha256) + len) == 0;
	EVP_MD_CTX_free(ctx);
	return (ok ? 0 : -1);
}

static void
identity(const struct sa *s, struct ident *id)
{
	memset(id, 0, sizeof(*id));
	id->id_type = ID_FQDN;
	if (load.l_key != NULL)
		id->id_len = snprintf((char *)id->id_data,
		    sizeof(id->id_data), "%s", load.l_id);
	else
		id->id_len = snprintf((char *)id->id_data,
		    sizeof(id->id_data), "c%u.load.example", s->s_num);
}

/* Prove who we are. */
static int
auth_add(struct sa *s, struct chain *c)
{
	struct blob	 octets = { NULL, 0 }, auth = { NULL, 0 };
	struct ident	 id;
	struct wbuf	 w;
	int		 error;

	identity(s, &id);
	id_build(c, PLD_IDi, &id);
	wbuf_init(&w);
	id_body(&w, &id);
	error = auth_octets(s->s_suite.su_prf, &s->s_keys.k_pi, &s->s_init_i,
	    &s->s_nr, w.w_buf, w.w_len, &octets);
	wbuf_free(&w);
	if (load.l_key != NULL) {
		cert_build(c, CERT_X509, load.l_cert.b_data,
		    load.l_cert.b_len);
		certreq_build(c, &load.l_ca);
	}
	if (error == 0)
		error = load.l_key != NULL ? sign(&octets, &auth) :
		    auth_psk(s->s_suite.su_prf, &load.l_psk, &octets, &auth);
	auth_build(c, load.l_key != NULL ? AUTH_SIG : AUTH_PSK, &auth);
	blob_free(&octets);
	blob_free(&auth);
	return (error);
}

static void
selector(struct tslist *list, uint32_t lo, uint32_t hi)
{
	struct ts	*ts = list->tl_ts;
	int		 i;

	memset(ts, 0, sizeof(*ts));
	list->tl_n = 1;
	ts->ts_port_hi = 0xffff;
	ts->ts_addr.ra_lo.a_ver = ts->ts_addr.ra_hi.a_ver = 4;
	for (i = 0; i < 4; i++) {
		ts->ts_addr.ra_lo.a_bytes[i] = lo >> (24 - 8 * i);
		ts->ts_addr.ra_hi.a_bytes[i] = hi >> (24 - 8 * i);
	}
}

/*
 * The IKE_AUTH request into s_msg: a child for an address of its own.
 */
int
auth_request(struct sa *s)
{
	static struct tslist	 ts;
	struct proposal		 pr;
	struct chain		 c;
	uint32_t		 spi = 0x10000 + s->s_num;
	int			 i;

	chain_init(&c);
	if (auth_add(s, &c) == -1) {
		chain_free(&c);
		return (-1);
	}
	memset(&pr, 0, sizeof(pr));
	pr.pr_num = 1;
	pr.pr_proto = PROTO_ESP;
	pr.pr_spilen = 4;
	for (i = 0; i < 4; i++)
		pr.pr_spi[i] = spi >> (24 - 8 * i);
	xform(&pr, XF_ENCR, ENCR_AES_GCM_16, 256);
	xform(&pr, XF_ESN, ESN_NO, 0);
	sa_build(&c, &pr, 1);
	selector(&ts, NETWORK + s->s_num, NETWORK + s->s_num);
	ts_build(&c, PLD_TSi, &ts);
	selector(&ts, 0x0a020000, 0x0a0200ff);
	ts_build(&c, PLD_TSr, &ts);
	return (seal(s, EXCH_IKE_AUTH, 1, 0, &c, &s->s_msg));
}

/* The responder's signature by the key of its certificate. */
static int
verify(const struct msg *m, const struct blob *octets)
{
	const uint8_t	*p = m->m_certs[0].ce_data.r_ptr;
	const uint8_t	*auth = m->m_authdata.r_ptr;
	size_t		 len = m->m_authdata.r_left;
	EVP_MD_CTX	*ctx = EVP_MD_CTX_new();
	const EVP_MD	*md;
	X509		*x = NULL;
	int		 ok = 0;

	if (m->m_ncerts > 0)
		x = d2i_X509(NULL, &p, m->m_certs[0].ce_data.r_left);
	if (ctx != NULL && x != NULL && m->m_auth == AUTH_SIG && len > 13 &&
	    auth[0] == 12) {
		/* The last byte of the identifier says which hash. */
		md = auth[12] == 2 ? EVP_sha256() : auth[12] == 3 ?
		    EVP_sha384() : EVP_sha512();
		ok = EVP_DigestVerifyInit(ctx, NULL, md, NULL,
		    X509_get0_pubkey(x)) > 0 && EVP_DigestVerify(ctx,
		    auth + 13, len - 13, octets->b_data, octets->b_len) == 1;
	}
	EVP_MD_CTX_free(ctx);
	X509_free(x);
	return (ok ? 0 : -1);
}

/* Is it who it says?  Signatures: of the first SA only. */
static int
proven(struct sa *s, const struct msg *m)
{
	struct blob	 octets = { NULL, 0 }, mac = { NULL, 0 }, ni;
	uint8_t		 buf[NI_LEN];
	int		 ok;

	if (load.l_key != NULL && s->s_num != 0)
		return (1);
	nonce(s, &ni, buf);
	if (auth_octets(s->s_suite.su_prf, &s->s_keys.k_pr, &s->s_init_r, &ni,
	    m->m_idr_raw.r_ptr, m->m_idr_raw.r_left, &octets) == -1)
		return (0);
	if (load.l_key != NULL)
		ok = verify(m, &octets) == 0;
	else
		ok = auth_psk(s->s_suite.su_prf, &load.l_psk, &octets, &mac)
		    == 0 && blob_equal(&mac, m->m_authdata.r_ptr,
		    m->m_authdata.r_left);
	blob_free(&octets);
	blob_free(&mac);
	return (ok);
}

/*
 * The answer to it.  NULL: there is an IKE SA with a child; else what is
 * wrong.
 */
const char *
auth_take(struct sa *s, const struct msg *m)
{
	static char		 text[40];
	const struct notify	*n = msg_error(m);

	if (n != NULL) {
		snprintf(text, sizeof(text), "notification %u", n->n_type);
		return (text);
	}
	if (!MSG_HAS(m, PLD_IDr) || !MSG_HAS(m, PLD_AUTH) ||
	    !MSG_HAS(m, PLD_SA) || !MSG_HAS(m, PLD_TSi))
		return ("something is missing in IKE_AUTH");
	if (!proven(s, m))
		return ("the responder has not the key");
	blob_free(&s->s_init_i);
	blob_free(&s->s_init_r);
	blob_free(&s->s_nr);
	return (NULL);
}

/*
 * A request to delete the IKE SA into s_msg.
 */
int
delete_request(struct sa *s)
{
	struct chain	 c;

	chain_init(&c);
	delete_build(&c, PROTO_IKE, NULL, 0);
	return (seal(s, EXCH_INFORMATIONAL, 2, 0, &c, &s->s_msg));
}

/*
 * An answer to a request of the responder's: no other child, or none at all.
 */
int
response_build(struct sa *s, const struct ike_hdr *h, struct blob *out)
{
	struct chain	 c;

	chain_init(&c);
	if (h->h_exch == EXCH_CREATE_CHILD_SA)
		notify_build(&c, PROTO_NONE, 0, N_NO_ADDITIONAL_SAS, NULL, 0);
	return (seal(s, h->h_exch, h->h_id, FLAG_RESPONSE, &c, out));
}

/*
 * Open a message of the responder's; the type of the first payload, or -1.
 */
int
message_open(struct sa *s, const uint8_t *data, size_t len, struct blob *out)
{
	if (len < IKE_HDRLEN + 4 || data[16] != PLD_SK ||
	    sk_open(&s->s_suite, &s->s_keys.k_er, &s->s_keys.k_ar, data, len,
	    IKE_HDRLEN + 4, out) == -1)
		return (-1);
	return (data[IKE_HDRLEN]);
}

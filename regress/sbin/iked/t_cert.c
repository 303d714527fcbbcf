/*
 * iked(8): certificates and raw keys, as the ca process judges them.
 */
#include <sys/types.h>
#include <sys/stat.h>

#include <atf-c.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <openssl/encoder.h>
#include <openssl/pem.h>

#include "cert.h"
#include "crypt_sign.h"
#include "pki.h"

const char	*__lsan_default_options(void);
const char	*__lsan_default_suppressions(void);

/* atf-c leaks on its own while it lists the cases. */
const char *
__lsan_default_options(void)
{
	return ("print_suppressions=0");
}

const char *
__lsan_default_suppressions(void)
{
	return ("leak:atf_tp_\nleak:libatf-c\n");
}

#define ALL	(1 << SIGHASH_SHA2_256 | 1 << SIGHASH_SHA2_384 |	\
		1 << SIGHASH_SHA2_512 | 1 << SIGHASH_IDENTITY)

static struct blob	 octets = { (uint8_t *)"both", 4 };

/* In the directory of the test. */
static void
dirs(void)
{
	static const char	*names[] = { "ca", "certs", "crls", "pubkeys",
				    "pubkeys/ipv4", "pubkeys/ipv6",
				    "pubkeys/fqdn", "pubkeys/ufqdn" };
	size_t			 i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		ATF_REQUIRE_EQ(0, mkdir(names[i], 0755));
}

static void
write_key(const char *path, EVP_PKEY *key)
{
	FILE	*f = fopen(path, "w");

	ATF_REQUIRE(f != NULL);
	ATF_REQUIRE(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL));
	fclose(f);
}

static void
write_pubkey(const char *path, EVP_PKEY *key)
{
	FILE	*f = fopen(path, "w");

	ATF_REQUIRE(f != NULL);
	ATF_REQUIRE(PEM_write_PUBKEY(f, key));
	fclose(f);
}

static struct store
open_store(int partial)
{
	struct store	 st;

	ATF_REQUIRE_EQ(0, store_init(&st, "."));
	ATF_REQUIRE_EQ(0, store_load(&st, partial));
	return (st);
}

/* What is said to somebody with a key, certificates and a name. */
static const char *
judge(struct store *st, const char *name, EVP_PKEY *key, struct pki *a,
    struct pki *b)
{
	static char	 why[300];
	struct pki	*list[] = { a, b };
	unsigned char	*der[2] = { NULL, NULL };
	struct claim	 cm;
	const char	*s;
	int		 i, len;

	memset(&cm, 0, sizeof(cm));
	ATF_REQUIRE_EQ(0, ident_parse(&cm.cm_id, name));
	cm.cm_want = AUTH_SIG_ANY;
	cm.cm_octets = octets;
	ATF_REQUIRE_EQ(0, sign_make(key, AUTH_SIG_ANY, ALL, &octets,
	    &cm.cm_method, &cm.cm_auth, &s));
	for (i = 0; i < 2; i++) {
		if (list[i] == NULL)
			continue;
		len = i2d_X509(list[i]->x, &der[i]);
		rbuf_init(&cm.cm_certs[cm.cm_ncerts].ce_data, der[i], len);
		cm.cm_certs[cm.cm_ncerts++].ce_type = CERT_X509;
	}
	s = claim_check(st, &cm);
	snprintf(why, sizeof(why), "%s", s != NULL ? s : "good");
	OPENSSL_free(der[0]);
	OPENSSL_free(der[1]);
	blob_free(&cm.cm_auth);
	return (why);
}

ATF_TC(names);
ATF_TC_HEAD(names, tc)
{
	atf_tc_set_md_var(tc, "descr", "which identities are a certificate's");
}
ATF_TC_BODY(names, tc)
{
	static const struct {
		const char	*name;
		int		 want;
	} table[] = {
		{ "gw.example.com", 1 }, { "GW.Example.COM", 1 },
		{ "gw.example.co", 0 }, { "w.example.com", 0 },
		{ "gw.example.com.", 0 }, { "*.example.net", 1 },
		{ "a.example.net", 0 }, { "192.0.2.1", 1 },
		{ "192.0.2.2", 0 }, { "2001:db8::1", 1 },
		{ "2001:db8::2", 0 }, { "joe@example.com", 1 },
		{ "joe@EXAMPLE.com", 1 }, { "Joe@example.com", 0 },
		{ "jane@example.com", 0 }, { "/C=DE/CN=gate", 1 },
		{ "/C=DE/CN=gat", 0 }, { "/CN=gate", 0 },
		{ "/CN=gate/C=DE", 0 }, { "gate", 0 },
	};
	struct order	 o = { .cn = "gate", .san = "DNS:gw.example.com,"
			    "DNS:*.example.net,IP:192.0.2.1,IP:2001:db8::1,"
			    "email:joe@example.com" };
	struct pki	 p = pki_make(&o);
	struct ident	 id;
	char		 text[512];
	size_t		 i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ATF_REQUIRE_EQ(0, ident_parse(&id, table[i].name));
		ATF_CHECK_EQ_MSG(table[i].want, cert_is(p.x, &id), "%s",
		    table[i].name);
	}
	/* The same bytes under another type. */
	ATF_REQUIRE_EQ(0, ident_parse(&id, "gw.example.com"));
	id.id_type = ID_UFQDN;
	ATF_CHECK(!cert_is(p.x, &id));
	id.id_type = ID_KEY_ID;
	ATF_CHECK(!cert_is(p.x, &id));
	id.id_type = ID_IPV4;
	ATF_CHECK(!cert_is(p.x, &id));
	ATF_REQUIRE_EQ(0, ident_parse(&id, "192.0.2.1"));
	id.id_len = 3;
	ATF_CHECK(!cert_is(p.x, &id));
	cert_altnames(p.x, text, sizeof(text));
	ATF_CHECK_STREQ("FQDN/gw.example.com FQDN/*.example.net "
	    "IPV4/192.0.2.1 IPV6/2001:db8::1 UFQDN/joe@example.com", text);
	cert_subject(X509_get_subject_name(p.x), text, sizeof(text));
	ATF_CHECK_STREQ("/C=DE/CN=gate", text);
	pki_free(&p);
}

ATF_TC(paths);
ATF_TC_HEAD(paths, tc)
{
	atf_tc_set_md_var(tc, "descr", "files of raw keys; no name leads out "
	    "of pubkeys");
}
ATF_TC_BODY(paths, tc)
{
	static const struct {
		const char	*name;
		const char	*path;
	} table[] = {
		{ "192.0.2.1", "pubkeys/ipv4/192.0.2.1" },
		{ "2001:db8::1", "pubkeys/ipv6/2001:db8::1" },
		{ "gw.example.com", "pubkeys/fqdn/gw.example.com" },
		{ "joe@example.com", "pubkeys/ufqdn/joe@example.com" },
		{ "../fqdn/gw", NULL }, { "..", NULL }, { ".hidden", NULL },
		{ "a/b", NULL }, { "a/../../x@y", NULL }, { "a b", NULL },
		{ "/CN=gate", NULL },
	};
	struct ident	 id;
	char		 path[1200];
	size_t		 i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ATF_REQUIRE_EQ(0, ident_parse(&id, table[i].name));
		ATF_CHECK_EQ_MSG(table[i].path == NULL ? -1 : 0,
		    ident_path(&id, path, sizeof(path)), "%s", table[i].name);
		if (table[i].path != NULL)
			ATF_CHECK_STREQ(table[i].path, path);
	}
	ATF_REQUIRE_EQ(0, ident_parse(&id, "gw.example.com"));
	id.id_data[2] = '\0';
	ATF_CHECK_EQ(-1, ident_path(&id, path, sizeof(path)));
	id.id_type = ID_KEY_ID;
	ATF_CHECK_EQ(-1, ident_path(&id, path, sizeof(path)));
	/* No address, in spite of its type. */
	ATF_REQUIRE_EQ(0, ident_parse(&id, "a"));
	id.id_len = snprintf((char *)id.id_data, IDENT_MAX, "x/../../fqdn/a");
	id.id_type = ID_IPV6;
	ATF_CHECK_EQ(-1, ident_path(&id, path, sizeof(path)));
	id.id_type = ID_IPV4;
	ATF_CHECK_EQ(-1, ident_path(&id, path, sizeof(path)));
}

ATF_TC(chains);
ATF_TC_HEAD(chains, tc)
{
	atf_tc_set_md_var(tc, "descr", "good, expired, not yet valid, of "
	    "another authority, self-signed, not for it, not the name's");
}
ATF_TC_BODY(chains, tc)
{
	struct order	 oca = { .cn = "root", .ca = 1 };
	struct pki	 ca, other, mid, x;
	struct order	 o = { .cn = "gw", .san = "DNS:gw" };
	struct store	 st;

	dirs();
	ca = pki_make(&oca);
	other = pki_make(&oca);
	pki_write("ca/root.pem", ca.x);
	st = open_store(0);
	ATF_CHECK_EQ(20, st.st_hashes.b_len);
	o.by = &ca;
	x = pki_make(&o);
	ATF_CHECK_STREQ("good", judge(&st, "gw", x.key, &x, NULL));
	ATF_CHECK_STREQ("good", judge(&st, "/C=DE/CN=gw", x.key, &x, NULL));
	ATF_CHECK_STREQ("good", judge(&st, "gw", x.key, &x, &other));
	ATF_CHECK_STREQ("the signature is wrong", judge(&st, "gw", ca.key, &x,
	    NULL));
	ATF_CHECK_STREQ("certificate is not of FQDN/other but of FQDN/gw",
	    judge(&st, "other", x.key, &x, NULL));
	ATF_CHECK_STREQ("certificate is not of UFQDN/gw@gw but of FQDN/gw",
	    judge(&st, "gw@gw", x.key, &x, NULL));
	ATF_CHECK_STREQ("no certificate, and no key in pubkeys", judge(&st,
	    "gw", x.key, NULL, NULL));
	pki_free(&x);

	o.ku = "keyEncipherment";
	x = pki_make(&o);
	ATF_CHECK_STREQ("certificate's key is not for signatures", judge(&st,
	    "gw", x.key, &x, NULL));
	pki_free(&x);
	o.ku = NULL;

	o.from = -9 * DAY;
	o.to = -DAY;
	x = pki_make(&o);
	ATF_CHECK_STREQ("certificate: certificate has expired", judge(&st,
	    "gw", x.key, &x, NULL));
	pki_free(&x);
	o.from = DAY;
	o.to = 0;
	x = pki_make(&o);
	ATF_CHECK_STREQ("certificate: certificate is not yet valid",
	    judge(&st, "gw", x.key, &x, NULL));
	pki_free(&x);
	o.from = 0;

	o.md = EVP_sha1();
	x = pki_make(&o);
	ATF_CHECK_STREQ("certificate: CA signature digest algorithm too weak",
	    judge(&st, "gw", x.key, &x, NULL));
	pki_free(&x);
	o.md = NULL;

	/* The same name of authority, another key. */
	o.by = &other;
	x = pki_make(&o);
	ATF_CHECK_STREQ("certificate: certificate signature failure",
	    judge(&st, "gw", x.key, &x, NULL));
	ATF_CHECK(strcmp("good", judge(&st, "gw", x.key, &x, &other)) != 0);
	pki_free(&x);
	oca.cn = "another";
	mid = pki_make(&oca);
	o.by = &mid;
	x = pki_make(&o);
	ATF_CHECK_STREQ("certificate: unable to get local issuer certificate",
	    judge(&st, "gw", x.key, &x, NULL));
	ATF_CHECK_STREQ("certificate: self-signed certificate in certificate "
	    "chain", judge(&st, "gw", x.key, &x, &mid));
	pki_free(&x);
	pki_free(&mid);
	o.by = NULL;
	x = pki_make(&o);
	ATF_CHECK_STREQ("self-signed certificate", judge(&st, "gw", x.key, &x,
	    NULL));
	/* Not even one that is in ca/. */
	pki_write("ca/self.pem", x.x);
	ATF_REQUIRE_EQ(0, store_load(&st, 0));
	ATF_CHECK_STREQ("self-signed certificate", judge(&st, "gw", x.key, &x,
	    NULL));
	pki_free(&x);
	pki_free(&ca);
	pki_free(&other);
	store_clear(&st);
}

ATF_TC(intermediate);
ATF_TC_HEAD(intermediate, tc)
{
	atf_tc_set_md_var(tc, "descr", "an authority between: sent by the "
	    "peer, or in ca/ alone with cert_partial_chain; who is none");
}
ATF_TC_BODY(intermediate, tc)
{
	struct order	 oca = { .cn = "root", .ca = 1 };
	struct order	 o = { .cn = "gw", .san = "DNS:gw" };
	struct pki	 ca = pki_make(&oca), mid, fake, x;
	struct store	 st;

	dirs();
	oca.cn = "mid";
	oca.by = &ca;
	mid = pki_make(&oca);
	o.by = &mid;
	x = pki_make(&o);
	pki_write("ca/root.pem", ca.x);
	st = open_store(0);
	ATF_CHECK_STREQ("certificate: unable to get local issuer certificate",
	    judge(&st, "gw", x.key, &x, NULL));
	ATF_CHECK_STREQ("good", judge(&st, "gw", x.key, &x, &mid));
	/* One that is no authority makes no certificates. */
	oca.cn = "fake";
	oca.ca = 0;
	fake = pki_make(&oca);
	o.by = &fake;
	pki_free(&x);
	x = pki_make(&o);
	ATF_CHECK_STREQ("certificate: invalid CA certificate", judge(&st,
	    "gw", x.key, &x, &fake));
	pki_free(&fake);
	pki_free(&x);
	o.by = &mid;
	x = pki_make(&o);
	ATF_REQUIRE_EQ(0, unlink("ca/root.pem"));
	pki_write("ca/mid.pem", mid.x);
	ATF_REQUIRE_EQ(0, store_load(&st, 0));
	ATF_CHECK_STREQ("certificate: unable to get issuer certificate",
	    judge(&st, "gw", x.key, &x, NULL));
	ATF_REQUIRE_EQ(0, store_load(&st, 1));
	ATF_CHECK_STREQ("good", judge(&st, "gw", x.key, &x, NULL));
	pki_free(&x);
	pki_free(&mid);
	pki_free(&ca);
	store_clear(&st);
}

ATF_TC(revoked);
ATF_TC_HEAD(revoked, tc)
{
	atf_tc_set_md_var(tc, "descr", "where there are revocation lists, "
	    "every authority must have one");
}
ATF_TC_BODY(revoked, tc)
{
	struct order	 oca = { .cn = "root", .ca = 1 };
	struct pki	 ca = pki_make(&oca), x, y;
	struct order	 o = { .cn = "gw", .san = "DNS:gw", .by = &ca };
	struct store	 st;

	dirs();
	x = pki_make(&o);
	y = pki_make(&o);
	pki_write("ca/root.pem", ca.x);
	pki_crl("crls/root.pem", &ca, y.x);
	st = open_store(0);
	ATF_CHECK_EQ(1, st.st_ncrls);
	ATF_CHECK_STREQ("good", judge(&st, "gw", x.key, &x, NULL));
	ATF_CHECK_STREQ("certificate: certificate revoked", judge(&st, "gw",
	    y.key, &y, NULL));
	pki_free(&x);
	pki_free(&y);
	pki_free(&ca);
	oca.cn = "second";
	ca = pki_make(&oca);
	pki_write("ca/second.pem", ca.x);
	x = pki_make(&o);
	ATF_REQUIRE_EQ(0, store_load(&st, 0));
	ATF_CHECK_STREQ("certificate: unable to get certificate CRL",
	    judge(&st, "gw", x.key, &x, NULL));
	pki_free(&x);
	pki_free(&ca);
	store_clear(&st);
}

ATF_TC(rawkeys);
ATF_TC_HEAD(rawkeys, tc)
{
	atf_tc_set_md_var(tc, "descr", "keys in pubkeys: of each kind, before "
	    "any certificate, and what is none");
}
ATF_TC_BODY(rawkeys, tc)
{
	struct order	 oca = { .cn = "root", .ca = 1 };
	struct pki	 ca = pki_make(&oca), x;
	struct order	 o = { .cn = "gw", .san = "DNS:gw", .by = &ca };
	EVP_PKEY	*rsa = EVP_RSA_gen(2048);
	EVP_PKEY	*ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	OSSL_ENCODER_CTX *ec;
	struct store	 st;
	BIO		*bio;
	FILE		*f;

	dirs();
	pki_write("ca/root.pem", ca.x);
	x = pki_make(&o);
	write_pubkey("pubkeys/fqdn/a.example", x.key);
	write_pubkey("pubkeys/ipv4/192.0.2.7", rsa);
	write_pubkey("pubkeys/ipv6/2001:db8::7", ed);
	write_pubkey("pubkeys/ufqdn/joe@example", ed);
	st = open_store(0);
	ATF_CHECK_STREQ("good", judge(&st, "a.example", x.key, NULL, NULL));
	ATF_CHECK_STREQ("good", judge(&st, "192.0.2.7", rsa, NULL, NULL));
	ATF_CHECK_STREQ("good", judge(&st, "2001:db8::7", ed, NULL, NULL));
	ATF_CHECK_STREQ("good", judge(&st, "joe@example", ed, NULL, NULL));
	ATF_CHECK_STREQ("the signature's algorithm is not the key's",
	    judge(&st, "joe@example", rsa, NULL, NULL));
	ATF_CHECK_STREQ("the signature is wrong", judge(&st, "a.example",
	    ca.key, NULL, NULL));
	/* The key of that name is another's: no certificate helps. */
	ATF_CHECK_STREQ("good", judge(&st, "gw", x.key, &x, NULL));
	write_pubkey("pubkeys/fqdn/gw", ca.key);
	ATF_CHECK_STREQ("the signature is wrong", judge(&st, "gw", x.key, &x,
	    NULL));
	/* PKCS #1, as of old. */
	bio = BIO_new_file("pubkeys/fqdn/old", "w");
	ec = OSSL_ENCODER_CTX_new_for_pkey(rsa, EVP_PKEY_PUBLIC_KEY, "PEM",
	    "type-specific", NULL);
	ATF_REQUIRE(OSSL_ENCODER_to_bio(ec, bio));
	OSSL_ENCODER_CTX_free(ec);
	BIO_free(bio);
	ATF_CHECK_STREQ("good", judge(&st, "old", rsa, NULL, NULL));
	f = fopen("pubkeys/fqdn/junk", "w");
	fprintf(f, "-----BEGIN PUBLIC KEY-----\nMIIB\n");
	fclose(f);
	ATF_CHECK_STREQ("no certificate, and no key in pubkeys", judge(&st,
	    "junk", rsa, NULL, NULL));
	/* A private key is none that a peer has. */
	write_key("pubkeys/fqdn/private", ed);
	ATF_CHECK_STREQ("no certificate, and no key in pubkeys", judge(&st,
	    "private", ed, NULL, NULL));
	pki_free(&x);
	pki_free(&ca);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ed);
	store_clear(&st);
}

/* Which certificate is shown to who asks for an authority? */
static X509 *
shown(struct store *st, const char *name, X509 *ca, unsigned int *n)
{
	struct signature	 sg;
	struct wish		 wi;
	const unsigned char	*p;
	const char		*why;
	uint8_t			 hash[20];
	X509			*x = NULL;

	memset(&wi, 0, sizeof(wi));
	memset(&sg, 0, sizeof(sg));
	ATF_REQUIRE_EQ(0, ident_parse(&wi.wi_id, name));
	wi.wi_want = AUTH_SIG_ANY;
	wi.wi_hashes = ALL;
	wi.wi_octets = octets;
	if (ca != NULL) {
		ATF_REQUIRE_EQ(0, cert_keyhash(ca, hash));
		wi.wi_certreq.b_data = hash;
		wi.wi_certreq.b_len = 20;
	}
	ATF_REQUIRE_EQ_MSG(0, wish_grant(st, &wi, &sg, &why), "%s", why);
	*n = sg.sg_ncerts;
	p = sg.sg_certs[0].b_data;
	if (sg.sg_types[0] == CERT_X509)
		x = d2i_X509(NULL, &p, sg.sg_certs[0].b_len);
	signature_free(&sg);
	return (x);
}

ATF_TC(choice);
ATF_TC_HEAD(choice, tc)
{
	atf_tc_set_md_var(tc, "descr", "the certificate that CERTREQ asks "
	    "for; others of our name; then the raw key");
}
ATF_TC_BODY(choice, tc)
{
	struct order	 oca = { .cn = "one", .ca = 1 };
	struct pki	 one = pki_make(&oca), two, mid, a, b, c;
	struct order	 o = { .cn = "gw", .san = "DNS:gw", .by = &one };
	struct store	 st;
	unsigned int	 n;
	X509		*x;

	dirs();
	oca.cn = "two";
	two = pki_make(&oca);
	oca.cn = "mid";
	oca.by = &two;
	mid = pki_make(&oca);
	a = pki_make(&o);
	o.key = a.key;
	o.by = &mid;
	b = pki_make(&o);
	o.key = NULL;
	o.by = &two;
	c = pki_make(&o);		/* not with our key */
	pki_write("ca/1.pem", one.x);
	pki_write("ca/2.pem", two.x);
	pki_write("ca/3.pem", mid.x);
	pki_write("certs/0.pem", c.x);
	pki_write("certs/1.pem", a.x);
	pki_write("certs/2.pem", b.x);
	write_key("key", a.key);
	st = open_store(0);
	ATF_REQUIRE_EQ(0, store_key(&st, open("key", O_RDONLY)));
	ATF_REQUIRE_EQ(0, store_load(&st, 0));

	x = shown(&st, "gw", one.x, &n);
	ATF_CHECK(x != NULL && X509_cmp(x, a.x) == 0 && n == 1);
	X509_free(x);
	x = shown(&st, "gw", mid.x, &n);
	ATF_CHECK(x != NULL && X509_cmp(x, b.x) == 0 && n == 2);
	X509_free(x);
	x = shown(&st, "gw", two.x, &n);
	ATF_CHECK(x != NULL && X509_cmp(x, b.x) == 0 && n == 2);
	X509_free(x);
	x = shown(&st, "gw", NULL, &n);
	ATF_CHECK(x != NULL && X509_cmp(x, a.x) == 0);
	X509_free(x);
	/* An authority that we do not know. */
	x = shown(&st, "gw", c.x, &n);
	ATF_CHECK(x != NULL && X509_cmp(x, a.x) == 0);
	X509_free(x);
	x = shown(&st, "elsewhere", one.x, &n);
	ATF_CHECK(x == NULL && n == 1);
	pki_free(&one);
	pki_free(&two);
	pki_free(&mid);
	pki_free(&a);
	pki_free(&b);
	pki_free(&c);
	store_clear(&st);
}

ATF_TC(privates);
ATF_TC_HEAD(privates, tc)
{
	atf_tc_set_md_var(tc, "descr", "private keys: with a password, junk, "
	    "too short; and none at all");
}
ATF_TC_BODY(privates, tc)
{
	EVP_PKEY	*key = EVP_RSA_gen(1024);
	struct signature sg;
	struct wish	 wi;
	struct store	 st;
	const char	*why;
	FILE		*f;

	ATF_REQUIRE_EQ(0, store_init(&st, "."));
	write_key("short", key);
	ATF_CHECK_EQ(-1, store_key(&st, open("short", O_RDONLY)));
	f = fopen("locked", "w");
	ATF_REQUIRE(PEM_write_PrivateKey(f, key, EVP_aes_128_cbc(),
	    (unsigned char *)"x", 1, NULL, NULL));
	fclose(f);
	ATF_CHECK_EQ(-1, store_key(&st, open("locked", O_RDONLY)));
	f = fopen("junk", "w");
	fprintf(f, "-----BEGIN PRIVATE KEY-----\nAAAA\n");
	fclose(f);
	ATF_CHECK_EQ(-1, store_key(&st, open("junk", O_RDONLY)));
	memset(&wi, 0, sizeof(wi));
	memset(&sg, 0, sizeof(sg));
	wi.wi_octets = octets;
	ATF_CHECK_EQ(-1, wish_grant(&st, &wi, &sg, &why));
	ATF_CHECK_STREQ("no private key", why);
	EVP_PKEY_free(key);
	store_clear(&st);
}

ATF_TC(packed);
ATF_TC_HEAD(packed, tc)
{
	atf_tc_set_md_var(tc, "descr", "what the processes say to each other, "
	    "whole and cut short");
}
ATF_TC_BODY(packed, tc)
{
	struct signature sg, sg2;
	struct claim	 cm, cm2;
	struct wish	 wi, wi2;
	struct wbuf	 w;
	struct rbuf	 r;
	size_t		 i;

	memset(&cm, 0, sizeof(cm));
	ATF_REQUIRE_EQ(0, ident_parse(&cm.cm_id, "gw"));
	cm.cm_method = AUTH_SIG;
	cm.cm_ncerts = 2;
	rbuf_init(&cm.cm_certs[0].ce_data, "one", 3);
	rbuf_init(&cm.cm_certs[1].ce_data, "second", 6);
	cm.cm_octets = cm.cm_auth = octets;
	wbuf_init(&w);
	claim_pack(&w, &cm);
	for (i = 0; i <= w.w_len; i++) {
		rbuf_init(&r, w.w_buf, i);
		ATF_CHECK_EQ(i == w.w_len ? 0 : -1, claim_unpack(&r, &cm2));
		if (i == w.w_len)
			ATF_CHECK_EQ(6, cm2.cm_certs[1].ce_data.r_left);
		claim_free(&cm2);
	}
	wbuf_free(&w);
	memset(&wi, 0, sizeof(wi));
	wi.wi_id = cm.cm_id;
	wi.wi_certreq = wi.wi_octets = octets;
	wish_pack(&w, &wi);
	for (i = 0; i <= w.w_len; i++) {
		rbuf_init(&r, w.w_buf, i);
		ATF_CHECK_EQ(i == w.w_len ? 0 : -1, wish_unpack(&r, &wi2));
		wish_free(&wi2);
	}
	wbuf_free(&w);
	memset(&sg, 0, sizeof(sg));
	sg.sg_data = sg.sg_certs[0] = octets;
	sg.sg_ncerts = 1;
	signature_pack(&w, &sg);
	for (i = 0; i <= w.w_len; i++) {
		rbuf_init(&r, w.w_buf, i);
		ATF_CHECK_EQ(i == w.w_len ? 0 : -1, signature_unpack(&r,
		    &sg2));
		signature_free(&sg2);
	}
	wbuf_free(&w);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, names);
	ATF_TP_ADD_TC(tp, paths);
	ATF_TP_ADD_TC(tp, chains);
	ATF_TP_ADD_TC(tp, intermediate);
	ATF_TP_ADD_TC(tp, revoked);
	ATF_TP_ADD_TC(tp, rawkeys);
	ATF_TP_ADD_TC(tp, choice);
	ATF_TP_ADD_TC(tp, privates);
	ATF_TP_ADD_TC(tp, packed);
	return (atf_no_error());
}

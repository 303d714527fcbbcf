/*
 * iked(8): two engines, each with a ca of its own, one of which lies.
 */
#include <sys/types.h>
#include <sys/stat.h>

#include <atf-c.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include <openssl/pem.h>

#include "cert.h"
#include "ikev2.h"
#include "pair.h"
#include "pki.h"

#define A	"ikev2 \"a\" active esp from 10.0.0.0/24 to 10.20.0.0/24 " \
		"peer 192.0.2.2 srcid a.example dstid b.example "
#define B	"ikev2 \"b\" passive esp from 10.20.0.0/24 to 10.0.0.0/24 " \
		"srcid b.example "

static struct store	 stores[2];	/* of a, of b */
static struct pki	 root, pa, pb, other;
static char		 said[2][300];	/* what each thought of the other */

/* How a lies. */
static enum { HONEST, NAME, STOLEN, OCTETS, MUTE, NOCERT }	 lie;
static int		 later;		/* answers wait */
static struct {
	struct side		*side;
	uint64_t		 spi;
	int			 verified;
	struct signature	 sg;
	const char		*why;
} waiting[8];
static unsigned int	 nwaiting;

static int
which(const struct side *s)
{
	return (s == &P.b);
}

static void
show(struct signature *sg, X509 *x)
{
	unsigned char	*der = NULL;
	int		 len = i2d_X509(x, &der);

	blob_set(&sg->sg_certs[0], der, len);
	sg->sg_types[0] = CERT_X509;
	sg->sg_ncerts = 1;
	OPENSSL_free(der);
}

static void
sign(struct side *s, const struct ike_sa *sa, const struct blob *octets)
{
	struct signature	 sg;
	struct wish		 wi;
	struct blob		 data = *octets;
	const char		*why;
	int			 liar = s == &P.a;

	memset(&sg, 0, sizeof(sg));
	memset(&wi, 0, sizeof(wi));
	wi.wi_id = sa->sa_id;
	wi.wi_want = sa->sa_policy->p_auth;
	wi.wi_hashes = sa->sa_sighash;
	if (liar && lie == OCTETS)
		data.b_len--;
	wi.wi_octets = data;
	if (liar && lie == MUTE) {
		engine_signed(s->s_e, sa_spi(sa), NULL);
		return;
	}
	ATF_REQUIRE_EQ(0, wish_grant(&stores[which(s)], &wi, &sg, &why));
	if (liar && (lie == NAME || lie == STOLEN))
		show(&sg, lie == NAME ? other.x : pb.x);
	if (liar && lie == NOCERT)
		sg.sg_ncerts = 0;
	if (later) {
		waiting[nwaiting].side = s;
		waiting[nwaiting].spi = sa_spi(sa);
		waiting[nwaiting].verified = 0;
		waiting[nwaiting++].sg = sg;
		return;
	}
	engine_signed(s->s_e, sa_spi(sa), &sg);
	signature_free(&sg);
}

static void
verify(struct side *s, const struct ike_sa *sa, const struct msg *m,
    const struct blob *octets)
{
	struct claim	 cm;
	const char	*why;

	memset(&cm, 0, sizeof(cm));
	cm.cm_id = sa->sa_peerid;
	cm.cm_want = sa->sa_policy->p_auth;
	cm.cm_method = m->m_auth;
	cm.cm_ncerts = m->m_ncerts;
	memcpy(cm.cm_certs, m->m_certs, sizeof(cm.cm_certs));
	cm.cm_octets = *octets;
	cm.cm_auth.b_data = (uint8_t *)m->m_authdata.r_ptr;
	cm.cm_auth.b_len = m->m_authdata.r_left;
	why = claim_check(&stores[which(s)], &cm);
	snprintf(said[which(s)], sizeof(said[0]), "%s", why != NULL ? why :
	    "good");
	if (later) {
		waiting[nwaiting].side = s;
		waiting[nwaiting].spi = sa_spi(sa);
		waiting[nwaiting].verified = 1;
		waiting[nwaiting++].why = why;
		return;
	}
	engine_verified(s->s_e, sa_spi(sa), why);
}

/* Give the oldest answer that waits. */
static void
answer(void)
{
	struct side	*s = waiting[0].side;

	ATF_REQUIRE(nwaiting > 0);
	if (waiting[0].verified)
		engine_verified(s->s_e, waiting[0].spi, waiting[0].why);
	else {
		engine_signed(s->s_e, waiting[0].spi, &waiting[0].sg);
		signature_free(&waiting[0].sg);
	}
	memmove(waiting, waiting + 1, --nwaiting * sizeof(waiting[0]));
}

static void
equip(struct store *st, const char *name, struct pki *p)
{
	char	 path[64];
	FILE	*f;

	ATF_REQUIRE_EQ(0, mkdir(name, 0755));
	snprintf(path, sizeof(path), "%s/ca", name);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/certs", name);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/ca/root", name);
	pki_write(path, root.x);
	snprintf(path, sizeof(path), "%s/certs/own", name);
	pki_write(path, p->x);
	snprintf(path, sizeof(path), "%s/key", name);
	f = fopen(path, "w");
	PEM_write_PrivateKey(f, p->key, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	ATF_REQUIRE_EQ(0, store_init(st, name));
	ATF_REQUIRE_EQ(0, store_key(st, open(path, O_RDONLY)));
	ATF_REQUIRE_EQ(0, store_load(st, 0));
}

static void
begin(void)
{
	struct order	 o = { .cn = "root", .ca = 1 };

	root = pki_make(&o);
	o = (struct order){ .cn = "a", .san = "DNS:a.example", .by = &root };
	pa = pki_make(&o);
	o.cn = "b";
	o.san = "DNS:b.example";
	pb = pki_make(&o);
	/* Of a's key, and good, but another name. */
	o.cn = "c";
	o.san = "DNS:c.example";
	o.key = pa.key;
	other = pki_make(&o);
	equip(&stores[0], "a", &pa);
	equip(&stores[1], "b", &pb);
	pair_sign = sign;
	pair_verify = verify;
}

static void
end(void)
{
	store_clear(&stores[0]);
	store_clear(&stores[1]);
	pki_free(&root);
	pki_free(&pa);
	pki_free(&pb);
	pki_free(&other);
}

/* a tells one lie; b says what it thinks, and nothing is up. */
static void
refused(int how, const char *why)
{
	lie = how;
	said[1][0] = '\0';
	pair_open(A, B);
	pair_run(10);
	ATF_CHECK_STREQ(why, said[1]);
	ATF_CHECK_EQ(0, P.a.s_e->e_nsas);
	/* Who says nothing leaves a half-open one. */
	ATF_CHECK_EQ(how == MUTE, P.b.s_e->e_nsas);
	ATF_CHECK_EQ(0, P.a.s_nkids + P.b.s_nkids);
	pair_close();
}

ATF_TC(lies);
ATF_TC_HEAD(lies, tc)
{
	atf_tc_set_md_var(tc, "descr", "a certificate of another name, "
	    "another's certificate, another text, none at all");
}
ATF_TC_BODY(lies, tc)
{
	begin();
	pair_open(A, B);
	pair_run(10);
	ATF_CHECK_EQ(1, pair_established(&P.a));
	ATF_CHECK(pair_agree());
	ATF_CHECK_STREQ("good", said[0]);
	ATF_CHECK_STREQ("good", said[1]);
	pair_close();
	refused(NAME, "certificate is not of FQDN/a.example but of "
	    "FQDN/c.example");
	refused(STOLEN, "certificate is not of FQDN/a.example but of "
	    "FQDN/b.example");
	refused(OCTETS, "the signature is wrong");
	refused(NOCERT, "no certificate, and no key in pubkeys");
	refused(MUTE, "");
	end();
}

ATF_TC(slow);
ATF_TC_HEAD(slow, tc)
{
	atf_tc_set_md_var(tc, "descr", "ca takes its time, messages come "
	    "again; an SA is gone when the answer is there");
}
ATF_TC_BODY(slow, tc)
{
	unsigned int	 i;

	begin();
	later = 1;
	pair_open(A, B);
	pair_run(10);
	for (i = 0; i < 4; i++) {
		ATF_CHECK_EQ(1, nwaiting);
		ATF_CHECK_EQ(0, pair_established(&P.a));
		/* Long enough for a to ask again. */
		pair_run(T_RETRANS + 500);
		answer();
		pair_run(10);
	}
	ATF_CHECK_EQ(0, nwaiting);
	ATF_CHECK_EQ(1, pair_established(&P.a));
	ATF_CHECK_EQ(1, pair_established(&P.b));
	ATF_CHECK(pair_agree());
	pair_close();

	pair_open(A, B);
	pair_run(10);
	pair_conf(&P.a, "# nothing\n");
	ATF_CHECK_EQ(0, P.a.s_e->e_nsas);
	answer();
	ATF_CHECK_EQ(0, P.a.s_e->e_nsas);
	pair_close();
	later = 0;
	end();
}

ATF_TC(methods);
ATF_TC_HEAD(methods, tc)
{
	atf_tc_set_md_var(tc, "descr", "a signature for who wants a secret, "
	    "a secret for who wants a signature");
}
ATF_TC_BODY(methods, tc)
{
	begin();
	pair_open(A, B "psk \"secret\"");
	pair_run(10);
	ATF_CHECK_EQ(0, P.a.s_e->e_nsas + P.b.s_e->e_nsas);
	pair_close();
	pair_open(A "psk \"secret\"", B);
	pair_run(10);
	ATF_CHECK_EQ(0, P.a.s_e->e_nsas + P.b.s_e->e_nsas);
	pair_close();
	pair_open(A "ecdsa256", B "ecdsa256");
	pair_run(10);
	ATF_CHECK(pair_agree());
	pair_close();
	pair_open(A, B "ecdsa384");
	pair_run(10);
	ATF_CHECK_EQ(0, P.a.s_e->e_nsas + P.b.s_e->e_nsas);
	ATF_CHECK_STREQ("ECDSA key, and the policy wants another", said[1]);
	pair_close();
	end();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, lies);
	ATF_TP_ADD_TC(tp, slow);
	ATF_TP_ADD_TC(tp, methods);
	return (atf_no_error());
}

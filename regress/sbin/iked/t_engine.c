/*
 * iked(8): two engines talk to each other.
 */
#include <sys/types.h>

#include <atf-c.h>
#include <stdio.h>
#include <string.h>

#include "ikev2.h"
#include "pair.h"

#define A(x)	"ikev2 \"a\" active esp from 10.0.0.0/24 to 10.20.0.0/24 " \
		"peer 192.0.2.2 " x " psk \"secret\"\n"
#define B(x)	"ikev2 \"b\" passive esp from 10.20.0.0/24 to 10.0.0.0/24 " \
		x " psk \"secret\"\n"
#define SUITE	"ikesa enc aes-256-gcm prf sha256 group 14 " \
		"childsa enc aes-256-gcm"

ATF_TC(up);
ATF_TC_HEAD(up, tc)
{
	atf_tc_set_md_var(tc, "descr", "four messages, and both agree, with "
	    "each suite");
}
ATF_TC_BODY(up, tc)
{
	static const char	*enc[] = { "aes-128", "aes-192", "aes-256",
	    "3des", "aes-128-gcm", "aes-256-gcm", "aes-256-gcm-12",
	    "chacha20-poly1305" };
	static const char	*groups[] = { "modp1024", "modp2048",
	    "modp3072", "ecp256", "ecp384", "ecp521", "brainpool256",
	    "curve25519" };
	char			 a[512], b[512];
	size_t			 i;

	for (i = 0; i < 8; i++) {
		snprintf(a, sizeof(a), A("ikesa enc %s group %s"), enc[i],
		    groups[i]);
		snprintf(b, sizeof(b), B("ikesa enc %s group %s"), enc[i],
		    groups[i]);
		pair_open(a, b);
		pair_run(10);
		ATF_CHECK_EQ(4, P.sent);
		ATF_CHECK_EQ(1, pair_established(&P.a));
		ATF_CHECK_EQ(1, pair_established(&P.b));
		ATF_CHECK_MSG(pair_agree(), "%s %s", enc[i], groups[i]);
		pair_close();
	}
}

ATF_TC(psk);
ATF_TC_HEAD(psk, tc)
{
	atf_tc_set_md_var(tc, "descr", "another secret, and nothing is up");
}
ATF_TC_BODY(psk, tc)
{
	pair_open(A(SUITE), "ikev2 passive esp from 10.20.0.0/24 to "
	    "10.0.0.0/24 psk \"another\"\n");
	pair_run(10);
	ATF_CHECK_EQ(0, P.a.s_e->e_nsas);
	ATF_CHECK_EQ(0, P.b.s_e->e_nsas);
	ATF_CHECK_EQ(0, P.a.s_nkids + P.b.s_nkids);
	pair_close();
}

ATF_TC(dstid);
ATF_TC_HEAD(dstid, tc)
{
	atf_tc_set_md_var(tc, "descr", "the wrong identity is refused");
}
ATF_TC_BODY(dstid, tc)
{
	pair_open(A(SUITE " srcid a.example"), B(SUITE " dstid a.example"));
	pair_run(10);
	ATF_CHECK(pair_agree());
	pair_close();
	pair_open(A(SUITE " srcid x.example"), B(SUITE " dstid a.example"));
	pair_run(10);
	ATF_CHECK_EQ(0, P.a.s_e->e_nsas + P.b.s_e->e_nsas);
	pair_close();
	pair_open(A(SUITE " dstid y.example"), B(SUITE " srcid b.example"));
	pair_run(10);
	ATF_CHECK_EQ(0, P.a.s_e->e_nsas);
	pair_close();
}

ATF_TC(narrow);
ATF_TC_HEAD(narrow, tc)
{
	atf_tc_set_md_var(tc, "descr", "a /16 is narrowed to our /24, and a "
	    "disjoint net refused");
}
ATF_TC_BODY(narrow, tc)
{
	char	 net[ADDR_STRLEN];

	pair_open("ikev2 active esp from 10.0.0.0/16 to 10.20.0.0/16 peer "
	    "192.0.2.2 psk \"secret\"\n", B(""));
	pair_run(10);
	ATF_CHECK(pair_agree());
	ATF_CHECK_STREQ("10.0.0.0/24", prefix_str(&P.a.s_kids[0].k_flow.f_src,
	    net));
	pair_close();
	pair_open("ikev2 active esp from 10.1.0.0/24 to 10.20.0.0/24 peer "
	    "192.0.2.2 psk \"secret\"\n", B(""));
	pair_run(10);
	ATF_CHECK_EQ(0, P.a.s_nkids + P.b.s_nkids);
	ATF_CHECK_EQ(1, P.b.s_e->e_stats.st_ts_refused);
	pair_close();
}

ATF_TC(group);
ATF_TC_HEAD(group, tc)
{
	atf_tc_set_md_var(tc, "descr", "INVALID_KE_PAYLOAD: once more with the "
	    "group that is wanted; and none in common");
}
ATF_TC_BODY(group, tc)
{
	pair_open(A("ikesa group ecp256 group curve25519"),
	    B("ikesa group curve25519"));
	pair_run(10);
	ATF_CHECK(pair_agree());
	ATF_CHECK_EQ(6, P.sent);
	ATF_CHECK_EQ(DH_CURVE25519, pair_sa(&P.a)->sa_suite.su_dh);
	pair_close();
	pair_open(A("ikesa group ecp256"), B("ikesa group curve25519"));
	pair_run(10);
	ATF_CHECK_EQ(1, P.b.s_e->e_stats.st_noproposal);
	ATF_CHECK_EQ(0, P.b.s_e->e_nsas);
	pair_close();
}

ATF_TC(rekey_child);
ATF_TC_HEAD(rekey_child, tc)
{
	atf_tc_set_md_var(tc, "descr", "a child is replaced, by either side, "
	    "with and without PFS");
}
ATF_TC_BODY(rekey_child, tc)
{
	static const char	*suites[] = { SUITE, SUITE " group 14" };
	struct side		*s;
	uint32_t		 old;
	int			 i;

	for (i = 0; i < 4; i++) {
		pair_open(i / 2 ? A(SUITE " group 14") : A(SUITE),
		    i / 2 ? B(SUITE " group 14") : B(SUITE));
		pair_run(10);
		ATF_REQUIRE(pair_agree());
		s = i % 2 ? &P.b : &P.a;
		old = s->s_kids[0].k_in;
		engine_expire(s->s_e, old, PROTO_ESP, 0);
		pair_run(10);
		/* Both stay for what is on its way, then the new one. */
		ATF_CHECK_EQ(2, P.a.s_nkids);
		ATF_CHECK_EQ(2, P.b.s_nkids);
		pair_run(T_DRAIN);
		ATF_CHECK_MSG(pair_agree(), "%s %d", suites[i / 2], i % 2);
		ATF_CHECK(s->s_kids[0].k_in != old);
		pair_close();
	}
}

ATF_TC(expire_whose);
ATF_TC_HEAD(expire_whose, tc)
{
	atf_tc_set_md_var(tc, "descr", "an SPI that ends is that of its "
	    "destination, not another peer's");
}
ATF_TC_BODY(expire_whose, tc)
{
	struct ike_sa	*sa;
	struct addr	 other;
	uint32_t	 spi;

	pair_open(A("ikesa group curve25519"), B(""));
	pair_run(10);
	ATF_REQUIRE(pair_agree());
	sa = TAILQ_FIRST(&P.a.s_e->e_sas);
	spi = TAILQ_FIRST(&sa->sa_children)->ch_spi_out;
	addr_parse(&other, "192.0.2.99");
	engine_expire_at(P.a.s_e, &other, spi, PROTO_ESP, 0);
	engine_expire_at(P.a.s_e, &sa->sa_local.e_addr, spi, PROTO_ESP, 0);
	pair_run(10);
	ATF_CHECK_EQ(1, P.a.s_nkids);
	engine_expire_at(P.a.s_e, &sa->sa_peer.e_addr, spi, PROTO_ESP, 0);
	pair_run(10);
	ATF_CHECK_EQ(2, P.a.s_nkids);
	pair_run(T_DRAIN);
	ATF_CHECK(pair_agree());
	pair_close();
}

static unsigned int
all_lost(struct pair *p)
{
	return (1);
}

ATF_TC(sweep);
ATF_TC_HEAD(sweep, tc)
{
	atf_tc_set_md_var(tc, "descr", "many SAs are deleted some at a time, "
	    "answered or not");
}
ATF_TC_BODY(sweep, tc)
{
	struct ike_sa	*sa[SWEEP_MAX * 3];
	struct engine	*e;
	unsigned int	 i, n = SWEEP_MAX * 3;

	pair_open(A("ikesa group curve25519"), B(""));
	e = P.a.s_e;
	pair_run(10);
	P.lose = all_lost;
	for (i = 0; i < n; i++) {
		sa[i] = sa_new(e, TAILQ_FIRST(&e->e_conf.c_policies), 1);
		sa[i]->sa_suite = TAILQ_FIRST(&e->e_sas)->sa_suite;
		blob_copy(&sa[i]->sa_keys.k_ei,
		    &TAILQ_FIRST(&e->e_sas)->sa_keys.k_ei);
		sa_set_state(sa[i], SA_ESTABLISHED);
	}
	for (i = 0; i < n; i++)
		sa_doom(sa[i]);
	ATF_CHECK_EQ(SWEEP_MAX, e->e_nclosing);
	/* One is answered, and the next goes. */
	sa_close(sa[0], "test");
	sa_reap(e);
	ATF_CHECK_EQ(SWEEP_MAX, e->e_nclosing);
	ATF_CHECK_EQ(SA_CLOSING, sa[SWEEP_MAX]->sa_state);
	ATF_CHECK_EQ(SA_ESTABLISHED, sa[SWEEP_MAX + 1]->sa_state);
	/* One that waits may go by itself. */
	sa_close(sa[n - 1], "test");
	sa_reap(e);
	pair_run(3 * T_SWEEP);
	ATF_CHECK_EQ(n - 2, e->e_nclosing);
	ATF_CHECK(TAILQ_EMPTY(&e->e_doomed));
	pair_close();
}

ATF_TC(rekey_child_both);
ATF_TC_HEAD(rekey_child_both, tc)
{
	atf_tc_set_md_var(tc, "descr", "both replace a child at once, and one "
	    "replacement is left");
}
ATF_TC_BODY(rekey_child_both, tc)
{
	int	 i;

	for (i = 0; i < 16; i++) {
		pair_open(A("ikesa group curve25519"), B(""));
		pair_run(10);
		ATF_REQUIRE(pair_agree());
		engine_expire(P.a.s_e, P.a.s_kids[0].k_in, PROTO_ESP, 0);
		engine_expire(P.b.s_e, P.b.s_kids[0].k_in, PROTO_ESP, 0);
		pair_run(10000);
		ATF_CHECK(pair_agree());
		pair_close();
	}
}

ATF_TC(rekey_ike);
ATF_TC_HEAD(rekey_ike, tc)
{
	atf_tc_set_md_var(tc, "descr", "an IKE SA is replaced on time, by one "
	    "side and by both at once; the child lives");
}
ATF_TC_BODY(rekey_ike, tc)
{
	uint64_t	 spi;
	uint32_t	 child;
	int		 i;

	for (i = 0; i < 16; i++) {
		pair_open(A("ikesa group curve25519 ikelifetime 60"), B(""));
		pair_run(10);
		ATF_REQUIRE(pair_agree());
		spi = pair_sa(&P.a)->sa_spii;
		child = P.a.s_kids[0].k_in;
		if (i % 2) {
			sa_job_add(pair_sa(&P.a), JOB_REKEY_IKE, PROTO_IKE, 0);
			sa_job_add(pair_sa(&P.b), JOB_REKEY_IKE, PROTO_IKE, 0);
			pair_run(40000);
		} else
			pair_run(70000);
		ATF_CHECK(pair_agree());
		ATF_CHECK_EQ(1, P.a.s_e->e_nsas);
		ATF_CHECK_EQ(1, P.b.s_e->e_nsas);
		ATF_CHECK(pair_sa(&P.a)->sa_spii != spi);
		ATF_CHECK_EQ(child, P.a.s_kids[0].k_in);
		/* The new one works. */
		engine_expire(P.b.s_e, P.b.s_kids[0].k_in, PROTO_ESP, 0);
		pair_run(T_DRAIN + 10);
		ATF_CHECK(pair_agree());
		ATF_CHECK(child != P.a.s_kids[0].k_in);
		pair_close();
	}
}

static unsigned int
lose_some(struct pair *p)
{
	/* A third of them, without a pattern. */
	return (p->sent * 2654435761U >> 28 < 5);
}

static unsigned int
lose_all(struct pair *p)
{
	return (1);
}

ATF_TC(loss);
ATF_TC_HEAD(loss, tc)
{
	atf_tc_set_md_var(tc, "descr", "what is lost is sent again; a dead "
	    "peer is given up");
}
ATF_TC_BODY(loss, tc)
{
	pair_open(A(SUITE), B(SUITE));
	P.n = 0;
	P.lose = lose_some;
	pair_run(60000);
	ATF_CHECK(pair_agree());
	P.lose = lose_all;
	pair_run(400000);
	ATF_CHECK_EQ(0, P.b.s_e->e_nsas);
	ATF_CHECK_EQ(0, P.b.s_nkids);
	ATF_CHECK(P.b.s_e->e_stats.st_timeouts >= 1);
	pair_close();
}

/* A side forgets everything, without a word. */
static void
forget(struct side *s)
{
	struct ike_sa	*sa;

	TAILQ_FOREACH(sa, &s->s_e->e_sas, sa_entry)
		sa_close(sa, "forgotten");
	sa_reap(s->s_e);
}

ATF_TC(bye);
ATF_TC_HEAD(bye, tc)
{
	atf_tc_set_md_var(tc, "descr", "a side that goes says so; one that "
	    "comes back says that it forgot");
}
ATF_TC_BODY(bye, tc)
{
	pair_open(A(SUITE), B(SUITE));
	pair_run(10);
	ATF_REQUIRE(pair_agree());
	ATF_CHECK_EQ(1, engine_shutdown(P.b.s_e));
	pair_deliver();
	ATF_CHECK_EQ(0, P.a.s_nkids);
	ATF_CHECK_EQ(0, P.b.s_e->e_nsas);
	/* While it goes it takes nobody in; when it is back, it does. */
	pair_run(61000);
	ATF_CHECK_EQ(0, P.b.s_e->e_nsas);
	P.b.s_e->e_down = 0;
	pair_run(10000);
	ATF_CHECK(pair_agree());
	forget(&P.a);
	pair_conf(&P.a, A(SUITE));
	pair_run(10);
	ATF_CHECK(pair_agree());
	ATF_CHECK_EQ(1, P.b.s_e->e_nsas);
	pair_close();
}

ATF_TC(rekey_ike_both);
ATF_TC_HEAD(rekey_ike_both, tc)
{
	atf_tc_set_md_var(tc, "descr", "both replace the IKE SA at once, and "
	    "any message of it may be lost: one is left, with the child");
}
static unsigned int	 lost;

static unsigned int
lose_one(struct pair *p)
{
	return (p->sent == lost);
}

ATF_TC_BODY(rekey_ike_both, tc)
{
	unsigned int	 i;

	for (i = 0; i < 12; i++) {
		pair_open(A(SUITE), B(SUITE));
		pair_run(10);
		ATF_REQUIRE(pair_agree());
		lost = i == 0 ? 0 : P.sent + i;
		P.lose = lose_one;
		sa_job_add(pair_sa(&P.a), JOB_REKEY_IKE, PROTO_IKE, 0);
		sa_job_add(pair_sa(&P.b), JOB_REKEY_IKE, PROTO_IKE, 0);
		pair_run(100000);
		ATF_CHECK_MSG(pair_agree(), "message %u lost", i);
		ATF_CHECK_EQ(1, P.a.s_e->e_nsas);
		ATF_CHECK_EQ(1, P.b.s_e->e_nsas);
		ATF_CHECK(P.a.s_e->e_stats.st_rekeyed >= 1);
		pair_close();
	}
}

ATF_TC(rekey_lost);
ATF_TC_HEAD(rekey_lost, tc)
{
	atf_tc_set_md_var(tc, "descr", "both replace the child at once, and "
	    "any message of it may be lost: one pair is left");
}
ATF_TC_BODY(rekey_lost, tc)
{
	unsigned int	 i;

	for (i = 0; i < 12; i++) {
		pair_open(A(SUITE), B(SUITE));
		pair_run(10);
		ATF_REQUIRE(pair_agree());
		lost = i == 0 ? 0 : P.sent + i;
		P.lose = lose_one;
		engine_expire(P.a.s_e, P.a.s_kids[0].k_in, PROTO_ESP, 0);
		engine_expire(P.b.s_e, P.b.s_kids[0].k_in, PROTO_ESP, 0);
		pair_run(100000);
		ATF_CHECK_MSG(pair_agree(), "message %u lost", i);
		ATF_CHECK_EQ(1, P.a.s_nkids);
		ATF_CHECK_EQ(1, P.b.s_nkids);
		pair_close();
	}
}

ATF_TC(hint);
ATF_TC_HEAD(hint, tc)
{
	atf_tc_set_md_var(tc, "descr", "who forgot an SA says so in the clear; "
	    "that alone ends nothing, but is looked into");
}
ATF_TC_BODY(hint, tc)
{
	pair_open(A(SUITE), B(SUITE));
	pair_run(10);
	ATF_REQUIRE(pair_agree());
	P.a.s_e->e_conf.c_passive = 1;
	forget(&P.b);
	engine_expire(P.a.s_e, P.a.s_kids[0].k_in, PROTO_ESP, 0);
	pair_run(200);
	/* The hint came, and changed nothing. */
	ATF_CHECK_EQ(1, P.a.s_e->e_nsas);
	ATF_CHECK(P.a.s_e->e_stats.st_dropped >= 1);
	pair_run(200000);
	ATF_CHECK_EQ(0, P.a.s_e->e_nsas);
	ATF_CHECK_EQ(0, P.a.s_nkids);
	pair_close();
}

ATF_TC(not_you);
ATF_TC_HEAD(not_you, tc)
{
	atf_tc_set_md_var(tc, "descr", "an initiator that wanted another "
	    "tells the responder, which ends the SA, too");
}

static unsigned int
change_mind(struct pair *p)
{
	if (p->sent == 4)
		ident_parse(&TAILQ_FIRST(&p->a.s_e->e_sas)->sa_policy->p_dstid,
		    "c");
	return (0);
}

ATF_TC_BODY(not_you, tc)
{
	pair_open(A("srcid a dstid b"), B("srcid b"));
	P.lose = change_mind;
	pair_run(1000);
	ATF_CHECK_EQ(0, P.a.s_nkids);
	ATF_CHECK_EQ(0, P.b.s_nkids);
	ATF_CHECK_EQ(0, P.a.s_e->e_nsas);
	ATF_CHECK_EQ(0, P.b.s_e->e_nsas);
	pair_close();
}

ATF_TC(fragments);
ATF_TC_HEAD(fragments, tc)
{
	atf_tc_set_md_var(tc, "descr", "with fragmentation IKE_AUTH comes in "
	    "pieces, and only then");
}
ATF_TC_BODY(fragments, tc)
{
#define ID	"srcid aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	pair_open("set fragmentation\n" A(ID), "set fragmentation\n" B(""));
	pair_run(10);
	ATF_CHECK(pair_agree());
	ATF_CHECK(P.b.s_e->e_stats.st_frag_done == 1);
	ATF_CHECK(P.sent > 4);
	pair_close();
	pair_open("set fragmentation\n" A(ID), B(""));
	pair_run(10);
	ATF_CHECK(pair_agree());
	ATF_CHECK_EQ(4, P.sent);
	pair_close();
}

static unsigned int
lose_answers(struct pair *p)
{
	return (p->sent % 2 == 0);
}

ATF_TC(cookie);
ATF_TC_HEAD(cookie, tc)
{
	atf_tc_set_md_var(tc, "descr", "many half-open SAs: a cookie is asked "
	    "for, brought, and memory is bounded");
}
ATF_TC_BODY(cookie, tc)
{
	int	 i;

	pair_open("", B("ikesa group curve25519"));
	P.lose = lose_answers;
	for (i = 0; i < HALFOPEN_COOKIE; i++) {
		pair_conf(&P.a, A("ikesa group curve25519"));
		engine_run(P.a.s_e, P.now);
		pair_deliver();
		pair_conf(&P.a, "");
	}
	ATF_CHECK_EQ(HALFOPEN_COOKIE, P.b.s_e->e_nhalf);
	P.lose = NULL;
	P.sent = 0;
	pair_conf(&P.a, A("ikesa group curve25519"));
	engine_run(P.a.s_e, P.now);
	pair_deliver();
	ATF_CHECK_EQ(1, P.b.s_e->e_stats.st_cookies);
	ATF_CHECK_EQ(6, P.sent);
	ATF_CHECK(pair_agree());
	pair_run(T_HANDSHAKE + 1000);
	ATF_CHECK_EQ(0, P.b.s_e->e_nhalf);
	ATF_CHECK_EQ(1, P.b.s_e->e_nsas);
	pair_close();
}

ATF_TC(flip);
ATF_TC_HEAD(flip, tc)
{
	atf_tc_set_md_var(tc, "descr", "IKE_AUTH with any one byte changed is "
	    "no IKE_AUTH");
}
ATF_TC_BODY(flip, tc)
{
	struct endpoint	 to;
	struct packet	 p;
	size_t		 i;

	pair_open(A("ikesa group curve25519"), B(""));
	engine_run(P.a.s_e, P.now);
	for (i = 0; i < 2; i++) {
		p = P.q[0];
		P.n = 0;
		to = p.p_to->s_ep;
		engine_input(p.p_to->s_e, P.now, &to, &p.p_from,
		    p.p_data.b_data, p.p_data.b_len);
		blob_free(&p.p_data);
	}
	p = P.q[0];
	P.n = 0;
	to = P.b.s_ep;
	for (i = 0; i < p.p_data.b_len; i++) {
		p.p_data.b_data[i] ^= 0x40;
		engine_input(P.b.s_e, P.now, &to, &p.p_from, p.p_data.b_data,
		    p.p_data.b_len);
		p.p_data.b_data[i] ^= 0x40;
		ATF_REQUIRE_EQ(0, pair_established(&P.b));
		while (P.n > 0)
			blob_free(&P.q[--P.n].p_data);
	}
	engine_input(P.b.s_e, P.now, &to, &p.p_from, p.p_data.b_data,
	    p.p_data.b_len);
	pair_deliver();
	ATF_CHECK(pair_agree());
	blob_free(&p.p_data);
	pair_close();
}

ATF_TC(reload);
ATF_TC_HEAD(reload, tc)
{
	atf_tc_set_md_var(tc, "descr", "SAs of policies that stay live on, "
	    "others are deleted");
}
ATF_TC_BODY(reload, tc)
{
	uint32_t	 spi;

	pair_open(A(SUITE), B(SUITE));
	pair_run(10);
	ATF_REQUIRE(pair_agree());
	spi = P.a.s_kids[0].k_in;
	pair_conf(&P.a, A(SUITE) "ikev2 passive esp from 10.9.0.0/24 to "
	    "10.8.0.0/24 psk \"x\"\n");
	pair_run(10);
	ATF_CHECK(pair_agree());
	ATF_CHECK_EQ(spi, P.a.s_kids[0].k_in);
	pair_conf(&P.a, "");
	pair_run(10);
	ATF_CHECK_EQ(0, P.a.s_nkids + P.b.s_nkids);
	pair_close();
}

/* Send a chain of a's as an INFORMATIONAL request of its own. */
static void
inform(struct ike_sa *sa, struct chain *c)
{
	msg_request(request_new(sa, JOB_NONE, 0), EXCH_INFORMATIONAL, c);
	pair_run(10);
}

static void
inform_notify(struct ike_sa *sa, uint16_t type, const void *data, size_t len)
{
	struct chain	 c;

	chain_init(&c);
	notify_build(&c, PROTO_NONE, 0, type, data, len);
	inform(sa, &c);
}

static void
spi_bytes(uint8_t out[4], uint32_t spi)
{
	out[0] = spi >> 24;
	out[1] = spi >> 16;
	out[2] = spi >> 8;
	out[3] = spi;
}

ATF_TC(heeded);
ATF_TC_HEAD(heeded, tc)
{
	atf_tc_set_md_var(tc, "descr", "notifications of no exchange: "
	    "INVALID_SPI is looked into, others are answered and logged");
}
ATF_TC_BODY(heeded, tc)
{
	static const uint16_t	 types[] = { N_INVALID_IKE_SPI,
				    N_INVALID_MAJOR_VERSION,
				    N_INVALID_MESSAGE_ID, N_INVALID_SELECTORS,
				    N_SINGLE_PAIR_REQUIRED,
				    N_FAILED_CP_REQUIRED, N_TS_UNACCEPTABLE };
	struct ike_sa		*a, *b;
	uint8_t			 spi[4] = { 1, 2, 3, 4 };
	uint32_t		 old;
	size_t			 i;

	pair_open(A(SUITE), B(SUITE));
	pair_run(10);
	ATF_REQUIRE(pair_agree());
	a = pair_sa(&P.a);
	b = pair_sa(&P.b);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		inform_notify(a, types[i], spi, 4);
		ATF_CHECK_EQ(types[i], b->sa_error);
		ATF_CHECK(TAILQ_EMPTY(&a->sa_requests));
	}
	/* One of no child, and one that is too short: nothing. */
	inform_notify(a, N_INVALID_SPI, spi, 4);
	inform_notify(a, N_INVALID_SPI, spi, 3);
	ATF_CHECK_EQ(N_INVALID_SPI, b->sa_error);
	ATF_CHECK(pair_agree());
	old = P.b.s_kids[0].k_out;
	spi_bytes(spi, old);
	inform_notify(a, N_INVALID_SPI, spi, 4);
	pair_run(T_DRAIN);
	ATF_CHECK(pair_agree());
	ATF_CHECK(old != P.b.s_kids[0].k_out);
	pair_close();
}

ATF_TC(critical);
ATF_TC_HEAD(critical, tc)
{
	atf_tc_set_md_var(tc, "descr", "a payload that nobody knows is "
	    "skipped, a critical one refused; the SA lives on");
}
ATF_TC_BODY(critical, tc)
{
	struct ike_sa	*a, *b;
	struct chain	 c;
	int		 i;

	pair_open(A(SUITE), B(SUITE));
	pair_run(10);
	ATF_REQUIRE(pair_agree());
	a = pair_sa(&P.a);
	b = pair_sa(&P.b);
	for (i = 0; i < 2; i++) {
		chain_init(&c);
		chain_begin(&c, 200);
		if (i == 1)
			c.c_w.w_buf[c.c_open + 1] |= 0x80;
		chain_end(&c);
		inform(a, &c);
		ATF_CHECK_EQ(i == 0 ? 0 : N_UNSUPPORTED_CRITICAL_PAYLOAD,
		    b->sa_told);
		ATF_CHECK_EQ(b->sa_told, a->sa_error);
		ATF_CHECK(TAILQ_EMPTY(&a->sa_requests));
	}
	ATF_CHECK(pair_agree());
	ATF_CHECK_EQ(1, pair_established(&P.a));
	ATF_CHECK_EQ(1, pair_established(&P.b));
	pair_close();
}

ATF_TC(version);
ATF_TC_HEAD(version, tc)
{
	atf_tc_set_md_var(tc, "descr", "another major version is answered by "
	    "INVALID_MAJOR_VERSION, which ends nothing");
}
ATF_TC_BODY(version, tc)
{
	uint8_t	*p;

	pair_open(A(SUITE), B(SUITE));
	engine_run(P.a.s_e, P.now);
	ATF_REQUIRE_EQ(1, P.n);
	P.q[0].p_data.b_data[17] = 0x30;
	engine_input(P.b.s_e, P.now, &P.b.s_ep, &P.a.s_ep,
	    P.q[0].p_data.b_data, P.q[0].p_data.b_len);
	ATF_REQUIRE_EQ(2, P.n);
	blob_free(&P.q[0].p_data);
	P.q[0] = P.q[--P.n];
	p = P.q[0].p_data.b_data;
	ATF_REQUIRE_EQ(IKE_HDRLEN + 8, P.q[0].p_data.b_len);
	ATF_CHECK_EQ(IKE_VERSION, p[17]);
	ATF_CHECK_EQ(N_INVALID_MAJOR_VERSION, p[34] << 8 | p[35]);
	ATF_CHECK_EQ(0, P.b.s_e->e_nsas);
	/* Nobody vouches for it: once more. */
	pair_deliver();
	ATF_CHECK_EQ(1, P.a.s_e->e_nsas);
	pair_run(T_RETRANS + 10);
	ATF_CHECK(pair_agree());
	pair_close();
}

ATF_TC(syntax);
ATF_TC_HEAD(syntax, tc)
{
	atf_tc_set_md_var(tc, "descr", "a malformed request is INVALID_SYNTAX "
	    "and the end of the SA on both sides; then a new one");
}
ATF_TC_BODY(syntax, tc)
{
	struct exchange	 x = { .x_group = DH_NONE };
	struct request	*r;
	struct ike_sa	*a;
	struct chain	 c;
	uint64_t	 spi;
	int		 i;

	for (i = 0; i < 3; i++) {
		pair_open(A(SUITE), B(SUITE));
		pair_run(10);
		ATF_REQUIRE(pair_agree());
		a = pair_sa(&P.a);
		spi = a->sa_spii;
		r = request_new(a, JOB_NONE, 0);
		chain_init(&c);
		if (i == 0) {
			/* A notification that is too short. */
			chain_begin(&c, PLD_NOTIFY);
			chain_end(&c);
			msg_request(r, EXCH_INFORMATIONAL, &c);
		} else if (i == 1) {
			/* Of a child there is nothing. */
			msg_request(r, EXCH_CREATE_CHILD_SA, &c);
		} else {
			notify_build(&c, PROTO_NONE, 0, N_REKEY_SA, NULL, 0);
			x.x_child = TAILQ_FIRST(&a->sa_children);
			child_offer(a, &c, &x, 0);
			msg_request(r, EXCH_CREATE_CHILD_SA, &c);
		}
		pair_run(10);
		ATF_CHECK_EQ(0, P.a.s_e->e_nsas);
		ATF_CHECK_EQ(0, P.b.s_e->e_nsas);
		ATF_CHECK_EQ(0, P.a.s_nkids + P.b.s_nkids);
		pair_run(T_AGAIN);
		ATF_CHECK(pair_agree());
		ATF_CHECK(spi != pair_sa(&P.a)->sa_spii);
		pair_close();
	}
}

ATF_TC(refusals);
ATF_TC_HEAD(refusals, tc)
{
	atf_tc_set_md_var(tc, "descr", "CHILD_SA_NOT_FOUND: a new child; "
	    "TEMPORARY_FAILURE: later; NO_ADDITIONAL_SAS: a new IKE SA");
}
ATF_TC_BODY(refusals, tc)
{
	struct ike_sa	*a, *b;
	uint64_t	 spi;
	uint32_t	 old;

	pair_open(A(SUITE), B(SUITE));
	pair_run(10);
	ATF_REQUIRE(pair_agree());
	a = pair_sa(&P.a);
	b = pair_sa(&P.b);
	child_free(TAILQ_FIRST(&b->sa_children));
	engine_expire(P.a.s_e, P.a.s_kids[0].k_in, PROTO_ESP, 0);
	pair_run(10);
	ATF_CHECK_EQ(N_CHILD_SA_NOT_FOUND, a->sa_error);
	ATF_CHECK(pair_agree());
	/* The child is about to go. */
	old = P.a.s_kids[0].k_in;
	TAILQ_FIRST(&b->sa_children)->ch_flags |= CH_DELETED;
	engine_expire(P.a.s_e, old, PROTO_ESP, 0);
	pair_run(10);
	ATF_CHECK_EQ(N_TEMPORARY_FAILURE, a->sa_error);
	TAILQ_FIRST(&b->sa_children)->ch_flags &= ~CH_DELETED;
	ATF_CHECK(pair_agree());
	pair_run(T_TEMPORARY + T_DRAIN);
	ATF_CHECK(pair_agree());
	ATF_CHECK(P.a.s_kids[0].k_in != old);
	/* So is the IKE SA. */
	spi = a->sa_spii;
	a->sa_error = 0;
	b->sa_doomed = 2;
	sa_job_add(a, JOB_REKEY_IKE, PROTO_IKE, 0);
	pair_run(10);
	ATF_CHECK_EQ(N_TEMPORARY_FAILURE, a->sa_error);
	ATF_CHECK_EQ(spi, pair_sa(&P.a)->sa_spii);
	b->sa_doomed = 0;
	pair_run(T_TEMPORARY + T_LINGER);
	ATF_CHECK(pair_agree());
	ATF_CHECK(spi != pair_sa(&P.a)->sa_spii);
	/* No SPI is left. */
	spi = pair_sa(&P.a)->sa_spii;
	old = P.b.s_spi;
	P.b.s_spi = UINT32_MAX;
	engine_expire(P.a.s_e, P.a.s_kids[0].k_in, PROTO_ESP, 0);
	pair_run(10);
	ATF_CHECK_EQ(0, P.a.s_nkids + P.b.s_nkids);
	P.b.s_spi = old;
	pair_run(T_AGAIN + 10);
	ATF_CHECK(pair_agree());
	ATF_CHECK(spi != pair_sa(&P.a)->sa_spii);
	pair_close();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, up);
	ATF_TP_ADD_TC(tp, psk);
	ATF_TP_ADD_TC(tp, dstid);
	ATF_TP_ADD_TC(tp, narrow);
	ATF_TP_ADD_TC(tp, group);
	ATF_TP_ADD_TC(tp, rekey_child);
	ATF_TP_ADD_TC(tp, expire_whose);
	ATF_TP_ADD_TC(tp, sweep);
	ATF_TP_ADD_TC(tp, rekey_child_both);
	ATF_TP_ADD_TC(tp, rekey_ike);
	ATF_TP_ADD_TC(tp, rekey_ike_both);
	ATF_TP_ADD_TC(tp, rekey_lost);
	ATF_TP_ADD_TC(tp, hint);
	ATF_TP_ADD_TC(tp, not_you);
	ATF_TP_ADD_TC(tp, loss);
	ATF_TP_ADD_TC(tp, bye);
	ATF_TP_ADD_TC(tp, fragments);
	ATF_TP_ADD_TC(tp, cookie);
	ATF_TP_ADD_TC(tp, flip);
	ATF_TP_ADD_TC(tp, reload);
	ATF_TP_ADD_TC(tp, heeded);
	ATF_TP_ADD_TC(tp, critical);
	ATF_TP_ADD_TC(tp, version);
	ATF_TP_ADD_TC(tp, syntax);
	ATF_TP_ADD_TC(tp, refusals);
	return (atf_no_error());
}

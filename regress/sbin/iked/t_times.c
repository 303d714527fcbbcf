/*
 * iked(8): when things happen, under a fake clock; and whose policy a peer's
 * first message is, and its IKE_AUTH.
 */
#include <sys/types.h>

#include <atf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ikev2.h"
#include "pair.h"

#define FLOW	"esp from 10.0.0.0/24 to 10.20.0.0/24 "
#define BACK	"esp from 10.20.0.0/24 to 10.0.0.0/24 "
#define WORDS	"ikesa group 31 psk \"secret\"\n"
#define A	"ikev2 \"a\" active " FLOW "peer 192.0.2.2 " WORDS
#define B	"ikev2 \"b\" passive " BACK WORDS
#define START	1000		/* the clock of pair_open */

static uint64_t		 sent[64];
static unsigned int	 nsent;

/* Note when a sends what is lost. */
static unsigned int
note(struct pair *p)
{
	ATF_REQUIRE(nsent < 64);
	sent[nsent++] = p->now - START;
	return (1);
}

ATF_TC(retransmit);
ATF_TC_HEAD(retransmit, tc)
{
	atf_tc_set_md_var(tc, "descr", "a request goes at 0, 2, 6, 14, 30 and "
	    "62 seconds and is given up at 126");
}
ATF_TC_BODY(retransmit, tc)
{
	static const uint64_t	 want[] = { 0, 2, 6, 14, 30, 62 };
	unsigned int		 i;

	nsent = 0;
	pair_open(A, B);
	P.lose = note;
	pair_run(125999);
	ATF_REQUIRE_EQ(6, nsent);
	for (i = 0; i < 6; i++)
		ATF_CHECK_EQ(want[i] * 1000, sent[i]);
	ATF_CHECK_EQ(1, P.a.s_e->e_nsas);
	ATF_CHECK_EQ(0, P.a.s_e->e_stats.st_timeouts);
	pair_run(1);
	ATF_CHECK_EQ(1, P.a.s_e->e_stats.st_timeouts);
	/* An active policy begins again, by the minute. */
	pair_run(60000);
	ATF_CHECK(nsent > 6);
	ATF_CHECK_EQ(0, sent[6] % 60000);
	pair_close();
}

static unsigned int
lose_auth(struct pair *p)
{
	return (p->sent > 2);
}

ATF_TC(halfopen);
ATF_TC_HEAD(halfopen, tc)
{
	atf_tc_set_md_var(tc, "descr", "an SA that is never authenticated "
	    "lives 60 seconds");
}
ATF_TC_BODY(halfopen, tc)
{
	pair_open(A, B);
	P.lose = lose_auth;
	pair_run(59999);
	ATF_CHECK_EQ(1, P.b.s_e->e_nsas);
	ATF_CHECK_EQ(1, P.b.s_e->e_nhalf);
	pair_run(1);
	ATF_CHECK_EQ(0, P.b.s_e->e_nsas);
	ATF_CHECK_EQ(0, P.b.s_e->e_nhalf);
	pair_close();
}

ATF_TC(alive);
ATF_TC_HEAD(alive, tc)
{
	atf_tc_set_md_var(tc, "descr", "a silent peer is asked each "
	    "dpd_check_interval, one who is heard is not");
}
ATF_TC_BODY(alive, tc)
{
	pair_open("set dpd_check_interval 10\n" A,
	    "set dpd_check_interval 0\n" B);
	pair_run(10);
	ATF_REQUIRE(pair_agree());
	pair_run(9900);
	ATF_CHECK_EQ(0, P.a.s_e->e_stats.st_dpd);
	pair_run(200);
	ATF_CHECK_EQ(1, P.a.s_e->e_stats.st_dpd);
	pair_run(30000);
	ATF_CHECK(P.a.s_e->e_stats.st_dpd >= 3);
	ATF_CHECK_EQ(0, P.b.s_e->e_stats.st_dpd);
	/* ESP came a second ago. */
	P.a.s_idle = 1000;
	pair_run(10000);
	P.a.s_e->e_stats.st_dpd = 0;
	pair_run(60000);
	ATF_CHECK_EQ(0, P.a.s_e->e_stats.st_dpd);
	pair_close();
}

static char	 order[8];

static void
due(struct engine *e, void *arg)
{
	strncat(order, arg, sizeof(order) - 1 - strlen(order));
}

ATF_TC(timers);
ATF_TC_HEAD(timers, tc)
{
	atf_tc_set_md_var(tc, "descr", "timers come in order, those of one "
	    "time as they were set; one that is set again moves");
}
ATF_TC_BODY(timers, tc)
{
	struct etimer	 t[4];
	struct engine	*e;

	memset(t, 0, sizeof(t));
	order[0] = '\0';
	pair_open("", "");
	e = P.b.s_e;
	engine_run(e, P.now);
	timer_set(e, &t[0], 5, due, "a");
	timer_set(e, &t[1], 3, due, "b");
	timer_set(e, &t[2], 5, due, "c");
	timer_set(e, &t[3], 4, due, "d");
	ATF_CHECK_EQ(P.now + 3, engine_next(e));
	timer_del(e, &t[3]);
	timer_del(e, &t[3]);
	engine_run(e, P.now + 2);
	ATF_CHECK_STREQ("", order);
	engine_run(e, P.now + 3);
	ATF_CHECK_STREQ("b", order);
	timer_set(e, &t[0], 2, due, "a");
	engine_run(e, P.now + 9);
	ATF_CHECK_STREQ("bca", order);
	pair_close();
}

ATF_TC(cookies);
ATF_TC_HEAD(cookies, tc)
{
	atf_tc_set_md_var(tc, "descr", "a cookie is of its nonce, address and "
	    "SPI, and of one or two secrets of a minute");
}
ATF_TC_BODY(cookies, tc)
{
	struct blob	 ni = { (uint8_t *)"nonce-nonce-nonce", 17 };
	struct endpoint	 peer;
	struct engine	*e;
	uint8_t		 first[32], c[32];

	pair_open("", "");
	e = P.b.s_e;
	peer = P.a.s_ep;
	e->e_now = P.now;
	ATF_REQUIRE_EQ(0, cookie_make(e, 0, &ni, &peer, 7, first));
	cookie_make(e, 0, &ni, &peer, 7, c);
	ATF_CHECK_EQ(0, memcmp(first, c, 32));
	cookie_make(e, 0, &ni, &peer, 8, c);
	ATF_CHECK(memcmp(first, c, 32) != 0);
	ni.b_len--;
	cookie_make(e, 0, &ni, &peer, 7, c);
	ATF_CHECK(memcmp(first, c, 32) != 0);
	ni.b_len++;
	peer.e_addr.a_bytes[3] ^= 1;
	cookie_make(e, 0, &ni, &peer, 7, c);
	ATF_CHECK(memcmp(first, c, 32) != 0);
	peer.e_addr.a_bytes[3] ^= 1;
	/* The secret is the one before, and then none. */
	e->e_now += 61000;
	cookie_make(e, 0, &ni, &peer, 7, c);
	ATF_CHECK(memcmp(first, c, 32) != 0);
	cookie_make(e, 1, &ni, &peer, 7, c);
	ATF_CHECK_EQ(0, memcmp(first, c, 32));
	e->e_now += 61000;
	cookie_make(e, 0, &ni, &peer, 7, c);
	cookie_make(e, 1, &ni, &peer, 7, c);
	ATF_CHECK(memcmp(first, c, 32) != 0);
	pair_close();
}

/* The name of the policy for who comes from there with these transforms. */
static const char *
whose(const char *from, const char *to, unsigned int proposals)
{
	struct endpoint	 local, peer;
	struct policy	*p;
	struct msg	*m;
	const char	*name;

	memset(&local, 0, sizeof(local));
	memset(&peer, 0, sizeof(peer));
	ATF_REQUIRE_EQ(0, addr_parse(&local.e_addr, to));
	ATF_REQUIRE_EQ(0, addr_parse(&peer.e_addr, from));
	m = calloc(1, sizeof(*m));
	/* What the policy of the other side, one of two, would offer. */
	TAILQ_FOREACH(p, &P.a.s_e->e_conf.c_policies, p_entry)
		if (proposals-- == 0)
			break;
	ATF_REQUIRE(p != NULL);
	m->m_nprops = p->p_nike;
	memcpy(m->m_props, p->p_ike, p->p_nike * sizeof(p->p_ike[0]));
	p = policy_match(P.b.s_e, &local, &peer, m);
	name = p == NULL ? "none" : p->p_name;
	free(m);
	return (name);
}

ATF_TC(match);
ATF_TC_HEAD(match, tc)
{
	atf_tc_set_md_var(tc, "descr", "the last policy that suits counts, a "
	    "quick one at once, a skipped one never, a default one at last");
}
ATF_TC_BODY(match, tc)
{
	static const struct {
		const char	*from, *to;
		unsigned int	 offer;
		const char	*want;
	} table[] = {
		{ "198.51.100.9", "192.0.2.2", 0, "any" },
		{ "203.0.113.1", "192.0.2.2", 0, "host" },
		{ "203.0.113.2", "192.0.2.2", 0, "net" },
		{ "203.0.113.77", "192.0.2.2", 0, "quick" },
		{ "203.0.113.2", "192.0.2.3", 0, "any" },
		{ "203.0.113.2", "192.0.2.2", 1, "weak" },
		{ "198.51.100.9", "192.0.2.2", 1, "weak" },
		{ "203.0.113.1", "192.0.2.2", 1, "weak" },
		{ "2001:db8::9", "2001:db8::2", 0, "six" },
		{ "2001:db8::9", "2001:db8::2", 1, "weak" },
	};
	size_t	 i;

	pair_open("ikev2 \"one\" " FLOW "peer 192.0.2.2 ikesa enc aes-256-gcm "
	    "group 31 psk \"x\"\n"
	    "ikev2 \"two\" " FLOW "peer 192.0.2.2 ikesa enc aes-128 auth "
	    "hmac-sha2-256 group 14 psk \"x\"\n",
	    "ikev2 \"weak\" default " BACK "ikesa enc aes-128 auth "
	    "hmac-sha2-256 group 14 psk \"x\"\n"
	    "ikev2 \"quick\" quick " BACK "peer 203.0.113.77 ikesa group 31 "
	    "psk \"x\"\n"
	    "ikev2 \"any\" " BACK "ikesa group 31 psk \"x\"\n"
	    "ikev2 \"six\" inet6 from 2001:db8:1::/64 to 2001:db8:2::/64 "
	    "ikesa group 31 psk \"x\"\n"
	    "ikev2 \"net\" " BACK "local 192.0.2.2 peer 203.0.113.0/24 ikesa "
	    "group 31 psk \"x\"\n"
	    "ikev2 \"host\" " BACK "peer 203.0.113.1 ikesa group 31 "
	    "psk \"x\"\n"
	    "ikev2 \"skipped\" skip " BACK "peer 203.0.113.1 ikesa group 31 "
	    "psk \"x\"\n");
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		ATF_CHECK_STREQ_MSG(table[i].want, whose(table[i].from,
		    table[i].to, table[i].offer), "row %zu", i);
	pair_close();
}

ATF_TC(identity);
ATF_TC_HEAD(identity, tc)
{
	atf_tc_set_md_var(tc, "descr", "at IKE_AUTH identities, methods and "
	    "selectors choose among the policies for an address");
}
ATF_TC_BODY(identity, tc)
{
	static const struct {
		const char	*a;
		const char	*want;	/* NULL: refused */
	} table[] = {
		{ "srcid me dstid gw psk \"one\"", "one" },
		{ "srcid you dstid gw psk \"two\"", "two" },
		{ "srcid he dstid gw psk \"rest\"", "rest" },
		{ "srcid me dstid gw psk \"two\"", NULL },
		{ "srcid you dstid gw psk \"one\"", NULL },
	};
	struct ike_sa	*sa;
	char		 a[300];
	size_t		 i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		snprintf(a, sizeof(a), "ikev2 \"a\" active " FLOW
		    "peer 192.0.2.2 ikesa group 31 %s\n", table[i].a);
		pair_open(a,
		    "ikev2 \"rest\" " BACK "ikesa group 31 srcid gw "
		    "psk \"rest\"\n"
		    "ikev2 \"one\" " BACK "ikesa group 31 srcid gw dstid me "
		    "psk \"one\"\n"
		    "ikev2 \"two\" " BACK "ikesa group 31 srcid gw dstid you "
		    "psk \"two\"\n");
		pair_run(10);
		sa = pair_sa(&P.b);
		ATF_CHECK_EQ_MSG(table[i].want == NULL, sa == NULL, "row %zu",
		    i);
		if (sa != NULL && table[i].want != NULL)
			ATF_CHECK_STREQ(table[i].want, sa->sa_policy->p_name);
		pair_close();
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, retransmit);
	ATF_TP_ADD_TC(tp, halfopen);
	ATF_TP_ADD_TC(tp, alive);
	ATF_TP_ADD_TC(tp, timers);
	ATF_TP_ADD_TC(tp, cookies);
	ATF_TP_ADD_TC(tp, match);
	ATF_TP_ADD_TC(tp, identity);
	return (atf_no_error());
}

/*
 * iked(8): numbers of messages and the window of requests (RFC 7296, 2.3).
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
#define LONG	"childsa enc aes-256-gcm group modp3072"

static void
open_agreed(void)
{
	pair_open(A(""), B(""));
	pair_run(10);
	ATF_REQUIRE(pair_agree());
}

static unsigned int
lose_some(struct pair *p)
{
	return (p->sent % 3 == 0);
}

static unsigned int
lose_all(struct pair *p)
{
	return (1);
}

/* What is under way never was. */
static void
forget_requests(struct ike_sa *sa)
{
	struct request	*r;

	while ((r = TAILQ_FIRST(&sa->sa_requests)) != NULL) {
		request_done(r);
		request_free(r);
	}
}

/* Ask for so many more children at once. */
static void
ask_children(struct side *s, unsigned int n)
{
	while (n-- > 0)
		sa_job_add(pair_sa(s), JOB_CHILD, PROTO_ESP, n + 1);
}

static void
turn_around(void)
{
	struct packet	 p;
	unsigned int	 i;

	for (i = 0; i < P.n / 2; i++) {
		p = P.q[i];
		P.q[i] = P.q[P.n - 1 - i];
		P.q[P.n - 1 - i] = p;
	}
}

ATF_TC(full);
ATF_TC_HEAD(full, tc)
{
	atf_tc_set_md_var(tc, "descr", "as many requests as the peer takes are "
	    "under way, in whatever order they come");
}
ATF_TC_BODY(full, tc)
{
	open_agreed();
	ATF_CHECK_EQ(WINDOW, pair_sa(&P.a)->sa_window);
	ATF_CHECK_EQ(WINDOW, pair_sa(&P.b)->sa_window);
	ask_children(&P.a, WINDOW + 3);
	ATF_CHECK_EQ(WINDOW, P.n);
	turn_around();
	pair_deliver();
	ATF_CHECK_EQ(WINDOW + 4, P.a.s_nkids);
	ATF_CHECK_EQ(WINDOW + 4, P.b.s_nkids);
	ATF_CHECK(TAILQ_EMPTY(&pair_sa(&P.a)->sa_requests));
	ATF_CHECK_EQ(0, pair_sa(&P.b)->sa_ahead);
	/* A peer that says nothing of a window has one of one. */
	pair_sa(&P.a)->sa_window = 1;
	ask_children(&P.a, 3);
	ATF_CHECK_EQ(1, P.n);
	pair_deliver();
	ATF_CHECK_EQ(WINDOW + 7, P.a.s_nkids);
	pair_close();
}

ATF_TC(lost);
ATF_TC_HEAD(lost, tc)
{
	atf_tc_set_md_var(tc, "descr", "requests and answers of a full window "
	    "are lost: each is made once, and answered again");
}
ATF_TC_BODY(lost, tc)
{
	uint64_t	 again;

	open_agreed();
	/* All answers, then a third of what is left. */
	ask_children(&P.a, WINDOW);
	P.lose = lose_all;
	pair_deliver();
	ATF_CHECK_EQ(WINDOW + 1, P.b.s_nkids);
	ATF_CHECK_EQ(1, P.a.s_nkids);
	P.lose = lose_some;
	pair_run(20000);
	P.lose = NULL;
	pair_run(60000);
	again = P.b.s_e->e_stats.st_resp_retrans;
	ATF_CHECK_MSG(again >= WINDOW, "%llu", (unsigned long long)again);
	ATF_CHECK_EQ(WINDOW + 1, P.a.s_nkids);
	ATF_CHECK_EQ(WINDOW + 1, P.b.s_nkids);
	pair_close();
}

ATF_TC(told);
ATF_TC_HEAD(told, tc)
{
	atf_tc_set_md_var(tc, "descr", "SET_WINDOW_SIZE: nonsense is nothing, "
	    "it never shrinks, we use no more than our own; a new IKE SA "
	    "starts with one");
}
ATF_TC_BODY(told, tc)
{
	static const struct {
		uint8_t	 size[4];
		size_t	 len;
		uint32_t want;
	} tab[] = {
		{ { 0, 0, 0, 0 }, 4, 1 }, { { 0, 0, 0, 5 }, 3, 1 },
		{ { 0, 0, 0, 5 }, 4, 5 }, { { 0, 0, 0, 2 }, 4, 5 },
		{ { 255, 255, 255, 255 }, 4, WINDOW }
	};
	struct ike_sa	*a, *b;
	struct chain	 c;
	size_t		 i;

	open_agreed();
	a = pair_sa(&P.a);
	b = pair_sa(&P.b);
	b->sa_window = 1;
	for (i = 0; i < sizeof(tab) / sizeof(tab[0]); i++) {
		chain_init(&c);
		notify_build(&c, PROTO_NONE, 0, N_SET_WINDOW_SIZE,
		    tab[i].size, tab[i].len);
		msg_request(request_new(a, JOB_NONE, 0), EXCH_INFORMATIONAL,
		    &c);
		pair_deliver();
		ATF_CHECK_EQ(tab[i].want, b->sa_window);
	}
	sa_job_add(a, JOB_REKEY_IKE, PROTO_IKE, 0);
	pair_deliver();
	ATF_REQUIRE(pair_sa(&P.a) != a);
	ATF_CHECK_EQ(1, pair_sa(&P.a)->sa_window);
	ask_children(&P.b, 3);
	ATF_CHECK_EQ(1, P.n);
	pair_deliver();
	ATF_CHECK_EQ(WINDOW, pair_sa(&P.a)->sa_window);
	ATF_CHECK_EQ(WINDOW, pair_sa(&P.b)->sa_window);
	ATF_CHECK_EQ(4, P.a.s_nkids);
	pair_close();
}

ATF_TC(alone);
ATF_TC_HEAD(alone, tc)
{
	atf_tc_set_md_var(tc, "descr", "an IKE SA is replaced when nothing "
	    "happens to its children, and nothing happens to them meanwhile");
}
ATF_TC_BODY(alone, tc)
{
	struct ike_sa	*a;

	open_agreed();
	a = pair_sa(&P.a);
	ask_children(&P.a, 2);
	sa_job_add(a, JOB_REKEY_IKE, PROTO_IKE, 0);
	ask_children(&P.a, 3);
	ATF_CHECK_EQ(2, P.n);
	pair_deliver();
	ATF_CHECK_EQ(6, P.b.s_nkids);
	ATF_CHECK_EQ(6, P.a.s_nkids);
	ATF_CHECK(pair_sa(&P.a) != a);
	ATF_CHECK_EQ(1, P.a.s_e->e_nsas);
	ATF_CHECK_EQ(1, P.b.s_e->e_nsas);
	pair_close();
}

ATF_TC(end);
ATF_TC_HEAD(end, tc)
{
	atf_tc_set_md_var(tc, "descr", "an IKE SA is deleted while a child is "
	    "made, or while it is replaced itself: nothing is left");
}
ATF_TC_BODY(end, tc)
{
	struct ike_sa	*a;
	int		 i;

	for (i = 0; i < 6; i++) {
		open_agreed();
		P.a.s_e->e_conf.c_passive = 1;
		a = pair_sa(&P.a);
		if (i % 3 == 0)
			ask_children(&P.a, 3);
		else if (i % 3 == 1)
			engine_expire(P.a.s_e, P.a.s_kids[0].k_in, PROTO_ESP,
			    0);
		else
			sa_job_add(a, JOB_REKEY_IKE, PROTO_IKE, 0);
		sa_job_add(a, JOB_DELETE_IKE, PROTO_IKE, 0);
		if (i >= 3)
			turn_around();
		pair_run(T_LINGER + 10);
		ATF_CHECK_EQ(0, P.a.s_e->e_nsas + P.b.s_e->e_nsas);
		ATF_CHECK_EQ(0, P.a.s_nkids + P.b.s_nkids);
		pair_close();
	}
}

ATF_TC(edge);
ATF_TC_HEAD(edge, tc)
{
	atf_tc_set_md_var(tc, "descr", "a number beyond the window is not "
	    "answered, but INVALID_MESSAGE_ID tells of it, not often; an old "
	    "one is dropped");
}
ATF_TC_BODY(edge, tc)
{
	struct ike_sa	*a, *b;
	uint64_t	 drops;
	uint32_t	 in;
	int		 i;

	open_agreed();
	a = pair_sa(&P.a);
	b = pair_sa(&P.b);
	for (i = 0; i < 3; i++) {
		in = a->sa_next_in;
		a->sa_error = 0;
		a->sa_next_out = b->sa_next_in + WINDOW;
		ask_children(&P.a, 1);
		pair_deliver();
		ATF_CHECK_EQ(1, P.b.s_nkids);
		ATF_CHECK(!TAILQ_EMPTY(&a->sa_requests));
		/* The first time it says so, in a request of its own. */
		ATF_CHECK_EQ(i == 0, a->sa_next_in - in);
		ATF_CHECK_EQ(i == 0 ? N_INVALID_MESSAGE_ID : 0, a->sa_error);
		forget_requests(a);
	}
	/* One that was answered, and whose answer is not kept any more. */
	for (i = 0; i < WINDOW + 1; i++) {
		a->sa_next_out = b->sa_next_in;
		ask_children(&P.a, 1);
		pair_deliver();
	}
	ATF_CHECK_EQ(WINDOW + 2, P.b.s_nkids);
	a->sa_next_out = 1;
	drops = P.b.s_e->e_stats.st_dropped;
	P.sent = 0;
	ask_children(&P.a, 1);
	pair_deliver();
	ATF_CHECK_EQ(1, P.sent);
	ATF_CHECK_EQ(drops + 1, P.b.s_e->e_stats.st_dropped);
	ATF_CHECK_EQ(1, pair_established(&P.a));
	pair_close();
}

ATF_TC(both);
ATF_TC_HEAD(both, tc)
{
	atf_tc_set_md_var(tc, "descr", "fragments of a request and of an "
	    "answer with one number are not mixed");
}
ATF_TC_BODY(both, tc)
{
	int	 i;

	pair_open("set fragmentation\n" A(LONG), "set fragmentation\n" B(LONG));
	pair_run(10);
	ATF_REQUIRE(pair_agree());
	/* The numbers of both sides are the same. */
	pair_sa(&P.a)->sa_next_out = pair_sa(&P.b)->sa_next_in = 7;
	pair_sa(&P.b)->sa_next_out = pair_sa(&P.a)->sa_next_in = 7;
	for (i = 0; i < 2; i++) {
		ask_children(&P.a, 3);
		ask_children(&P.b, 3);
		pair_deliver();
	}
	ATF_CHECK_EQ(13, P.a.s_nkids);
	ATF_CHECK_EQ(13, P.b.s_nkids);
	ATF_CHECK(P.a.s_e->e_stats.st_frag_done >= 6);
	ATF_CHECK_EQ(0, P.a.s_e->e_stats.st_frag_dropped);
	ATF_CHECK_EQ(0, P.b.s_e->e_stats.st_frag_dropped);
	pair_close();
}

ATF_TC(stray);
ATF_TC_HEAD(stray, tc)
{
	atf_tc_set_md_var(tc, "descr", "INVALID_SPI in the clear, of no IKE "
	    "SA: never answered, and the peer is asked whether it is there, "
	    "not often");
}

/* Such a message for a, of the peer's address or of another. */
static void
stray(uint32_t spi, const char *from)
{
	struct endpoint	 peer = P.b.s_ep;
	struct ike_hdr	 h;
	struct chain	 c;
	struct blob	 out = { NULL, 0 };
	uint8_t		 data[4];

	data[0] = spi >> 24;
	data[1] = spi >> 16;
	data[2] = spi >> 8;
	data[3] = spi;
	memset(&h, 0, sizeof(h));
	h.h_exch = EXCH_INFORMATIONAL;
	h.h_flags = FLAG_INITIATOR;
	chain_init(&c);
	notify_build(&c, PROTO_NONE, 0, N_INVALID_SPI, data, 4);
	ATF_REQUIRE_EQ(0, chain_message(&c, &h, &out));
	chain_free(&c);
	addr_parse(&peer.e_addr, from);
	pair_run(T_STRAY);
	P.sent = 0;
	engine_input(P.a.s_e, P.now, &P.a.s_ep, &peer, out.b_data, out.b_len);
	blob_free(&out);
}

ATF_TC_BODY(stray, tc)
{
	uint32_t	 spi;

	open_agreed();
	spi = P.a.s_kids[0].k_out;
	stray(spi + 1, "192.0.2.2");
	ATF_CHECK_EQ(0, P.sent);
	stray(spi, "192.0.2.99");
	ATF_CHECK_EQ(0, P.sent);
	stray(spi, "192.0.2.2");
	ATF_CHECK_EQ(1, P.sent);
	ATF_CHECK_EQ(1, P.a.s_e->e_stats.st_dpd);
	pair_deliver();
	stray(spi, "192.0.2.2");
	ATF_CHECK_EQ(0, P.sent);
	pair_run(T_HINT);
	stray(spi, "192.0.2.2");
	ATF_CHECK_EQ(1, P.sent);
	pair_deliver();
	ATF_CHECK(pair_agree());
	pair_close();
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, full);
	ATF_TP_ADD_TC(tp, lost);
	ATF_TP_ADD_TC(tp, told);
	ATF_TP_ADD_TC(tp, alone);
	ATF_TP_ADD_TC(tp, end);
	ATF_TP_ADD_TC(tp, edge);
	ATF_TP_ADD_TC(tp, both);
	ATF_TP_ADD_TC(tp, stray);
	return (atf_no_error());
}

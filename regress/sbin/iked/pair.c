/*
 * Two engines and a wire between them, under a fake clock.
 */
#include <sys/types.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <atf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "ikev2.h"
#include "log.h"
#include "pair.h"

struct pair	 P;
void		(*pair_sign)(struct side *, const struct ike_sa *,
		    const struct blob *);
void		(*pair_verify)(struct side *, const struct ike_sa *,
		    const struct msg *, const struct blob *);

const char	*__lsan_default_options(void);
const char	*__lsan_default_suppressions(void);

const char *
__lsan_default_options(void)
{
	return ("print_suppressions=0");
}

/* The list of tests is never freed by the library. */
const char *
__lsan_default_suppressions(void)
{
	return ("leak:libatf-c");
}

static void
op_send(void *arg, const struct endpoint *local, const struct endpoint *peer,
    const void *data, size_t len)
{
	struct side	*s = arg;
	struct packet	*p;

	P.sent++;
	if (len < 28 || (P.lose != NULL && P.lose(&P)))
		return;
	ATF_REQUIRE(P.n < PAIR_QUEUE);
	p = &P.q[P.n++];
	memset(p, 0, sizeof(*p));
	p->p_to = s->s_peer;
	p->p_from = s->s_ep;
	p->p_from.e_port = local->e_port;
	blob_set(&p->p_data, data, len);
}

static int
op_local(void *arg, const struct endpoint *peer, struct endpoint *local)
{
	struct side	*s = arg;

	local->e_addr = s->s_ep.e_addr;
	return (0);
}

static uint32_t
op_getspi(void *arg, const struct ike_sa *sa, uint8_t proto)
{
	struct side	*s = arg;

	return (++s->s_spi);
}

static struct kid *
find(struct side *s, const struct child *ch)
{
	unsigned int	 i;

	for (i = 0; i < s->s_nkids; i++)
		if (s->s_kids[i].k_in == ch->ch_spi_in)
			return (&s->s_kids[i]);
	return (NULL);
}

static int
op_child_add(void *arg, const struct child *ch)
{
	struct side	*s = arg;
	struct kid	*k = &s->s_kids[s->s_nkids++];
	int		 i;

	ATF_REQUIRE(s->s_nkids < PAIR_KIDS);
	ATF_REQUIRE(ch->ch_nflows > 0);
	memset(k, 0, sizeof(*k));
	k->k_in = ch->ch_spi_in;
	k->k_out = ch->ch_flags & CH_OUT_PENDING ? 0 : ch->ch_spi_out;
	for (i = 0; i < 2; i++)
		blob_copy(&k->k_encr[i], &ch->ch_encr[i]);
	k->k_flow = ch->ch_flows[0];
	k->k_nflows = ch->ch_nflows;
	return (0);
}

static int
op_child_out(void *arg, const struct child *ch)
{
	struct kid	*k = find(arg, ch);

	ATF_REQUIRE(k != NULL);
	k->k_out = ch->ch_spi_out;
	return (0);
}

static void
op_child_del(void *arg, const struct child *ch)
{
	struct side	*s = arg;
	struct kid	*k = find(s, ch);

	if (k == NULL)
		return;
	blob_free(&k->k_encr[0]);
	blob_free(&k->k_encr[1]);
	*k = s->s_kids[--s->s_nkids];
}

static uint64_t
op_child_idle(void *arg, const struct child *ch)
{
	struct side	*s = arg;

	return (s->s_idle);
}

static void
op_child_move(void *arg, const struct child *ch, const struct endpoint *old)
{
	P.moved++;
}

static void
op_sign(void *arg, const struct ike_sa *sa, const struct blob *octets)
{
	struct side	*s = arg;

	if (pair_sign != NULL)
		pair_sign(s, sa, octets);
	else
		engine_signed(s->s_e, sa_spi(sa), NULL);
}

static void
op_verify(void *arg, const struct ike_sa *sa, const struct msg *m,
    const struct blob *octets)
{
	struct side	*s = arg;

	if (pair_verify != NULL)
		pair_verify(s, sa, m, octets);
	else
		engine_verified(s->s_e, sa_spi(sa), "no");
}

static const struct engine_ops	 ops = {
	op_send, op_local, op_getspi, op_child_add, op_child_out,
	op_child_move, op_child_del, op_child_idle, op_sign, op_verify
};

/*
 * Give a side a configuration.
 */
void
pair_conf(struct side *s, const char *text)
{
	char		 name[40];
	struct conf	 c;
	int		 fd;

	fd = memfd_create("conf", MFD_CLOEXEC);
	ATF_REQUIRE(fd != -1 && fchmod(fd, 0600) == 0);
	ATF_REQUIRE_EQ((ssize_t)strlen(text), write(fd, text, strlen(text)));
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	conf_init(&c);
	ATF_REQUIRE_EQ(0, parse_config(name, &c));
	close(fd);
	engine_conf(s->s_e, &c);
}

static void
side_open(struct side *s, struct side *peer, const char *addr, uint32_t spi)
{
	memset(s, 0, sizeof(*s));
	addr_parse(&s->s_ep.e_addr, addr);
	s->s_ep.e_port = IKE_PORT;
	s->s_peer = peer;
	s->s_spi = spi;
	s->s_idle = UINT64_MAX;
	s->s_e = engine_new(&ops, s, P.now);
	ATF_REQUIRE(s->s_e != NULL);
}

/*
 * Two engines with a configuration each.
 */
void
pair_open(const char *a, const char *b)
{
	log_init(1, LOG_DAEMON);
	log_setverbose(0);
	memset(&P, 0, sizeof(P));
	P.now = 1000;
	side_open(&P.a, &P.b, "192.0.2.1", 0x1000);
	side_open(&P.b, &P.a, "192.0.2.2", 0x2000);
	pair_conf(&P.b, b);
	pair_conf(&P.a, a);
}

/*
 * The end of both.
 */
void
pair_close(void)
{
	engine_free(P.a.s_e);
	engine_free(P.b.s_e);
	ATF_CHECK_EQ(0, P.a.s_nkids);
	ATF_CHECK_EQ(0, P.b.s_nkids);
	while (P.n > 0)
		blob_free(&P.q[--P.n].p_data);
}

/*
 * Deliver what is on the wire, and what is said to it.
 */
void
pair_deliver(void)
{
	struct endpoint	 to;
	struct packet	 p;
	unsigned int	 i;

	for (i = 0; P.n > 0; i++) {
		ATF_REQUIRE_MSG(i < 10000, "they never stop");
		p = P.q[0];
		memmove(P.q, P.q + 1, --P.n * sizeof(P.q[0]));
		to = p.p_to->s_ep;
		to.e_port = p.p_from.e_port;
		engine_input(p.p_to->s_e, P.now, &to, &p.p_from,
		    p.p_data.b_data, p.p_data.b_len);
		blob_free(&p.p_data);
	}
}

/*
 * Let ms pass.
 */
void
pair_run(uint64_t ms)
{
	uint64_t	 end = P.now + ms, a, b;

	for (;;) {
		pair_deliver();
		a = engine_next(P.a.s_e);
		b = engine_next(P.b.s_e);
		if (a > end && b > end)
			break;
		P.now = a < b ? a : b;
		engine_run(P.a.s_e, P.now);
		engine_run(P.b.s_e, P.now);
	}
	P.now = end;
	engine_run(P.a.s_e, P.now);
	engine_run(P.b.s_e, P.now);
	pair_deliver();
}

/*
 * How many SAs of a side are established?
 */
unsigned int
pair_established(const struct side *s)
{
	struct ike_sa	*sa;
	unsigned int	 n = 0;

	TAILQ_FOREACH(sa, &s->s_e->e_sas, sa_entry)
		n += sa->sa_state == SA_ESTABLISHED;
	return (n);
}

/*
 * The one that is.
 */
struct ike_sa *
pair_sa(const struct side *s)
{
	struct ike_sa	*sa;

	TAILQ_FOREACH(sa, &s->s_e->e_sas, sa_entry)
		if (sa->sa_state == SA_ESTABLISHED)
			return (sa);
	return (NULL);
}

/*
 * Do both kernels have one and the same pair of SAs, with the same keys?
 */
int
pair_agree(void)
{
	struct kid	*a = &P.a.s_kids[0], *b = &P.b.s_kids[0];
	int		 i;

	if (P.a.s_nkids != 1 || P.b.s_nkids != 1 || a->k_in != b->k_out ||
	    a->k_out != b->k_in || a->k_encr[0].b_len == 0)
		return (0);
	for (i = 0; i < 2; i++)
		if (!blob_equal(&a->k_encr[i], b->k_encr[!i].b_data,
		    b->k_encr[!i].b_len))
			return (0);
	return (prefix_equal(&a->k_flow.f_src, &b->k_flow.f_dst) &&
	    prefix_equal(&a->k_flow.f_dst, &b->k_flow.f_src));
}

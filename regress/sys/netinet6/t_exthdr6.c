/*
 * Extension headers: walks against a model, options by their high bits, and
 * mutations.
 */
#include "ktinet6.h"

static struct ktif	*a;
static int		 limit;

static void
up(void)
{
	a = kt_if6("kta0", KTIF_IP);
	KT_REQUIRE(kt_addr6(a, US6, 64) == 0);
	limit = icmp6errppslim;
	icmp6errppslim = -1;
}

static void
down(void)
{
	icmp6errppslim = limit;
	kt_if6_free(a);
}

/* A chain of headers being written behind an IPv6 header. */
struct chain {
	uint8_t	 c_buf[2048];
	u_int	 c_len;
	u_int	 c_nxtat;	/* byte that names what comes next, -1: none */
	uint8_t	 c_first;
	u_int	 c_at[16];	/* where each header is, from the packet's
				   start */
	int	 c_kind[16];
	u_int	 c_n;
};

static void
chain_name(struct chain *c, int kind)
{
	if (c->c_n == 0)
		c->c_first = kind;
	else
		c->c_buf[c->c_nxtat] = kind;
}

/* An options, routing or fragment header of so many bytes. */
static uint8_t *
chain_add(struct chain *c, int kind, u_int len)
{
	uint8_t	*p = c->c_buf + c->c_len;

	chain_name(c, kind);
	memset(p, 0, len);
	if (kind != IPPROTO_FRAGMENT) {
		p[1] = len / 8 - 1;
		if (kind != IPPROTO_ROUTING) {
			p[2] = IP6OPT_PADN;
			p[3] = MIN(len - 4, 255);
		}
	}
	c->c_at[c->c_n] = 40 + c->c_len;
	c->c_kind[c->c_n++] = kind;
	c->c_nxtat = c->c_len;
	c->c_len += len;
	return (p);
}

static struct mbuf *
chain_mbuf(struct chain *c, int kind, const void *p, u_int len)
{
	chain_name(c, kind);
	c->c_at[c->c_n] = 40 + c->c_len;
	c->c_kind[c->c_n] = kind;
	memcpy(c->c_buf + c->c_len, p, len);
	c->c_len += len;
	return (kt_ip6(PEER6, US6, c->c_first, c->c_buf, c->c_len));
}

KTEST(walk, "ip6_nexthdr and ip6_lasthdr against what was written")
{
	static const int	 kinds[] = { IPPROTO_HOPOPTS,
	    IPPROTO_DSTOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT };
	static struct chain	 c;
	struct ktest_rand	 kr;
	struct mbuf		*m;
	u_int			 run, i, n;
	int			 off, kind, nxt;

	ktest_srand(&kr, 6);
	for (run = 0; run < 500; run++) {
		memset(&c, 0, sizeof(c));
		n = ktest_rand_below(&kr, 8);
		for (i = 0; i < n; i++) {
			kind = kinds[ktest_rand_below(&kr, nitems(kinds))];
			chain_add(&c, kind, kind == IPPROTO_FRAGMENT ? 8 :
			    8 * (1 + ktest_rand_below(&kr, 12)));
		}
		m = chain_mbuf(&c, IPPROTO_UDP, "12345678", 8);
		if (run & 1)
			m = kt_shatter(m, 1 + ktest_rand_below(&kr, 60));
		off = 0;
		kind = IPPROTO_IPV6;
		for (i = 0; i <= n; i++) {
			KT_CASE("run %u, header %u of %u", run, i, n);
			off = ip6_nexthdr(m, off, kind, &nxt);
			KT_REQUIRE(off == (int)c.c_at[i]);
			KT_EQ(nxt, c.c_kind[i]);
			KT_EQ(ip6_nxtptr(m, off), i == 0 ? 6 :
			    c.c_at[i - 1]);
			kind = nxt;
		}
		KT_EQ(ip6_nexthdr(m, off, kind, &nxt), -1);
		KT_EQ(ip6_lasthdr(m, 0, IPPROTO_IPV6, &nxt), (int)c.c_at[n]);
		KT_EQ(nxt, IPPROTO_UDP);
		/* Cut anywhere it never steps outside. */
		m_adj(m, -(int)(1 + ktest_rand_below(&kr, c.c_len)));
		off = ip6_lasthdr(m, 0, IPPROTO_IPV6, &nxt);
		KT_RANGE(off, 0, (int)m->m_pkthdr.len);
		m_freem(m);
	}
}

/* An option of that type in a header of that kind, before an echo request. */
static struct mbuf *
with_option(int kind, uint8_t type, u_int optlen)
{
	static struct chain	 c;
	struct mbuf		*echo, *m;
	uint8_t			*p;

	memset(&c, 0, sizeof(c));
	p = chain_add(&c, kind, 16);
	p[2] = type;
	p[3] = optlen;
	p[4 + optlen] = IP6OPT_PADN;
	p[5 + optlen] = 16 - 6 - optlen;
	echo = kt_icmp6(PEER6, US6, ICMP6_ECHO_REQUEST, 0, "\0\1\0\1", 4);
	m = chain_mbuf(&c, IPPROTO_ICMPV6, mtod(echo, caddr_t) + 40, 8);
	m_freem(echo);
	return (m);
}

/* What is sent in answer: a type, or -1 for nothing. */
static int
answer(struct mbuf *m, int *code, u_int *ptr)
{
	struct icmp6_hdr	*icmp6;
	int			 type;

	kt_rx(a, m);
	if ((m = kt_tx(a)) == NULL)
		return (-1);
	icmp6 = kt_icmp6_of(m);
	type = icmp6->icmp6_type;
	*code = icmp6->icmp6_code;
	*ptr = ntohl(icmp6->icmp6_pptr);
	m_freem(m);
	return (type);
}

KTEST(options, "unknown options by their two high bits, in both headers")
{
	static const int	 kinds[] = { IPPROTO_HOPOPTS,
	    IPPROTO_DSTOPTS };
	u_int			 ptr;
	size_t			 i;
	int			 code, type, got;

	up();
	for (i = 0; i < nitems(kinds); i++)
		for (type = 0; type < 256; type++) {
			if (type == IP6OPT_PAD1 || type == IP6OPT_PADN ||
			    type == IP6OPT_ROUTER_ALERT ||
			    type == IP6OPT_JUMBO)
				continue;
			KT_CASE("header %d, option %#x", kinds[i], type);
			got = answer(with_option(kinds[i], type, 4), &code,
			    &ptr);
			switch (type & 0xc0) {
			case 0x00:
				KT_EQ(got, ICMP6_ECHO_REPLY);
				break;
			case 0x40:
				KT_EQ(got, -1);
				break;
			default:
				KT_EQ(got, ICMP6_PARAM_PROB);
				KT_EQ(code, ICMP6_PARAMPROB_OPTION);
				KT_EQ(ptr, 42);
			}
		}
	KT_EQ(answer(with_option(IPPROTO_HOPOPTS, IP6OPT_ROUTER_ALERT, 2),
	    &code, &ptr), ICMP6_ECHO_REPLY);
	KT_EQ(answer(with_option(IPPROTO_HOPOPTS, IP6OPT_ROUTER_ALERT, 3),
	    &code, &ptr), ICMP6_PARAM_PROB);
	KT_EQ(ptr, 43);
	KT_EQ(answer(with_option(IPPROTO_HOPOPTS, IP6OPT_JUMBO, 4), &code,
	    &ptr), ICMP6_PARAM_PROB);
	down();
}

KTEST(group, "to a group only 10 is answered")
{
	struct mbuf	*m;
	u_int		 ptr;
	int		 code;

	up();
	m = with_option(IPPROTO_DSTOPTS, 0xde, 4);
	mtod(m, struct ip6_hdr *)->ip6_dst = ALL6;
	KT_EQ(answer(m, &code, &ptr), -1);
	m = with_option(IPPROTO_DSTOPTS, 0x9e, 4);
	mtod(m, struct ip6_hdr *)->ip6_dst = ALL6;
	KT_EQ(answer(m, &code, &ptr), ICMP6_PARAM_PROB);
	down();
}

KTEST(nesting, "a packet has so many headers and no more")
{
	static struct chain	 c;
	struct mbuf		*echo, *m;
	uint64_t		 was = ip6stat.ip6s_toomanyhdr;
	u_int			 i, n, ptr;
	int			 code;

	up();
	for (n = 1; n < 15; n++) {
		KT_CASE("%u headers", n);
		memset(&c, 0, sizeof(c));
		for (i = 0; i < n; i++)
			chain_add(&c, IPPROTO_DSTOPTS, 8);
		echo = kt_icmp6(PEER6, US6, ICMP6_ECHO_REQUEST, 0,
		    "\0\1\0\1", 4);
		m = chain_mbuf(&c, IPPROTO_ICMPV6, mtod(echo, caddr_t) + 40,
		    8);
		m_freem(echo);
		KT_EQ(answer(m, &code, &ptr), (int)n < ip6_hdrnestlimit ?
		    ICMP6_ECHO_REPLY : -1);
	}
	KT_EQ(ip6stat.ip6s_toomanyhdr - was, 15 - ip6_hdrnestlimit);
	down();
}

KTEST(mutations, "mutated headers are answered or counted, never worse")
{
	static const int	 kinds[] = { IPPROTO_HOPOPTS,
	    IPPROTO_DSTOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT };
	static struct chain	 c;
	struct ktest_rand	 kr;
	struct mbuf		*m;
	u_int			 run, i, n, flips;
	int			 kind;

	up();
	ktest_srand(&kr, 66);
	for (run = 0; run < 4000; run++) {
		memset(&c, 0, sizeof(c));
		n = ktest_rand_below(&kr, 5);
		for (i = 0; i < n; i++) {
			kind = kinds[ktest_rand_below(&kr, nitems(kinds))];
			chain_add(&c, kind, kind == IPPROTO_FRAGMENT ? 8 :
			    8 * (1 + ktest_rand_below(&kr, 4)));
		}
		m = chain_mbuf(&c, ktest_rand_below(&kr, 2) ?
		    IPPROTO_ICMPV6 : IPPROTO_UDP, "\200\0\0\0\0\1\0\1", 8);
		for (flips = ktest_rand_below(&kr, 6); flips > 0; flips--)
			mtod(m, uint8_t *)[ktest_rand_below(&kr,
			    m->m_pkthdr.len)] = ktest_rand(&kr);
		if (ktest_rand_below(&kr, 3) == 0)
			m = kt_shatter(m, 1 + ktest_rand_below(&kr, 50));
		kt_rx(a, m);
		kt_txdrop(a);
	}
	NET_LOCK();
	frag6_drain();
	NET_UNLOCK();
	KT_EQ(frag6_count(), 0);
	/* It still answers. */
	kt_rx(a, kt_icmp6(PEER6, US6, ICMP6_ECHO_REQUEST, 0, "\0\1\0\1", 4));
	KT_EQ(kt_txlen(a), 1);
	down();
}

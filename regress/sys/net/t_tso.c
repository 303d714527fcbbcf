/*
 * Large packets: cutting, checksums, and the headers of paravirtual cards.
 *
 * The model is slow and shares nothing with the code: it builds each piece
 * byte by byte from flat memory, and sums 16-bit words one at a time in
 * network order.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/malloc.h>
#include <sys/mbuf.h>

#include <net/if.h>
#include <net/if_types.h>
#include <net/if_var.h>
#include <net/cksum.h>
#include <net/if_tso.h>
#include <net/if_vnet.h>

#include "ktest.h"

#define ETH	14
#define MAXPKT	20000
#define TCP	6
#define UDP	17

/* A packet as flat bytes, and where its headers are. */
struct flat {
	uint8_t		 fl_data[MAXPKT];
	u_int		 fl_len;
	u_int		 fl_l3, fl_l4, fl_payload;
	int		 fl_version, fl_proto;
};

static struct flat	 pkt, want, got;

/* --- the model --- */

static uint32_t
slow_sum(const uint8_t *p, u_int len)
{
	uint32_t	 sum = 0;
	u_int		 i;

	for (i = 0; i < len; i++) {
		sum += i % 2 == 0 ? p[i] << 8 : p[i];
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (sum);
}

static void
slow_pseudo(struct flat *f)
{
	uint8_t		*ip = f->fl_data + f->fl_l3, *th;
	uint32_t	 sum, len = f->fl_len - f->fl_l4;

	sum = f->fl_version == 4 ? slow_sum(ip + 12, 8) : slow_sum(ip + 8, 32);
	sum += f->fl_proto + len;
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	th = f->fl_data + f->fl_l4;
	be16enc(th + (f->fl_proto == TCP ? 16 : 6), sum);
}

/* Finish the transport checksum, whose field holds the pseudo header's. */
static void
slow_finish(struct flat *f)
{
	uint8_t		*field;
	uint16_t	 sum;

	field = f->fl_data + f->fl_l4 + (f->fl_proto == TCP ? 16 : 6);
	sum = ~slow_sum(f->fl_data + f->fl_l4, f->fl_len - f->fl_l4);
	if (sum == 0 && f->fl_proto == UDP)
		sum = 0xffff;
	be16enc(field, sum);
}

/* Lengths and sums of the headers say what the packet is. */
static void
slow_lengths(struct flat *f)
{
	uint8_t		*ip = f->fl_data + f->fl_l3;

	if (f->fl_version == 4) {
		be16enc(ip + 2, f->fl_len - f->fl_l3);
		be16enc(ip + 10, 0);
		be16enc(ip + 10, ~slow_sum(ip, f->fl_l4 - f->fl_l3));
	} else
		be16enc(ip + 4, f->fl_len - f->fl_l3 - 40);
	if (f->fl_proto == UDP)
		be16enc(f->fl_data + f->fl_l4 + 4, f->fl_len - f->fl_l4);
	slow_pseudo(f);
}

/* Piece i of a packet, at most mss payload bytes; 0 when there is none. */
static int
slow_piece(const struct flat *f, struct flat *out, u_int i, u_int mss)
{
	u_int		 off = i * mss, total = f->fl_len - f->fl_payload;
	u_int		 len = MIN(mss, total - MIN(off, total));
	uint8_t		*th;

	if (len == 0)
		return (0);
	*out = *f;
	memcpy(out->fl_data + f->fl_payload, f->fl_data + f->fl_payload + off,
	    len);
	out->fl_len = f->fl_payload + len;
	th = out->fl_data + f->fl_l4;
	if (f->fl_proto == TCP) {
		be32enc(th + 4, be32dec(th + 4) + off);
		if (off + len < total)
			th[13] &= ~0x09;	/* FIN, PSH: the last only */
		if (i > 0)
			th[13] &= ~0x80;	/* CWR: the first only */
	}
	if (f->fl_version == 4)
		be16enc(out->fl_data + f->fl_l3 + 4,
		    be16dec(f->fl_data + f->fl_l3 + 4) + i);
	slow_lengths(out);
	slow_finish(out);
	return (1);
}

/* --- packets --- */

static void
random_bytes(struct ktest_rand *kr, uint8_t *p, u_int len)
{
	while (len-- > 0)
		*p++ = ktest_rand(kr);
}

/* IPv6 extension headers: hop-by-hop and destination options. */
static void
add_exthdrs(struct ktest_rand *kr, struct flat *f)
{
	uint8_t		*nxt = f->fl_data + f->fl_l3 + 6, *p;
	u_int		 n = ktest_rand_below(kr, 3), len;

	while (n-- > 0) {
		p = f->fl_data + f->fl_l4;
		len = ktest_rand_below(kr, 2);
		*nxt = n > 0 ? 0 : 60;
		random_bytes(kr, p, 8 * (len + 1));
		p[1] = len;
		nxt = p;
		f->fl_l4 += 8 * (len + 1);
	}
	*nxt = f->fl_proto;
}

/* A packet of that many payload bytes with random contents. */
static void
make(struct ktest_rand *kr, struct flat *f, int version, int proto,
    u_int paylen)
{
	uint8_t		*ip, *th;
	u_int		 opts = ktest_rand_below(kr, 4) * 4;

	memset(f, 0, sizeof(*f));
	random_bytes(kr, f->fl_data, ETH + 200);
	f->fl_l3 = ETH;
	f->fl_version = version;
	f->fl_proto = proto;
	be16enc(f->fl_data + 12, version == 4 ? 0x0800 : 0x86dd);
	ip = f->fl_data + ETH;
	if (version == 4) {
		f->fl_l4 = ETH + 20 + opts;
		ip[0] = 0x40 | (20 + opts) / 4;
		be16enc(ip + 6, 0x4000);
		ip[9] = proto;
	} else {
		f->fl_l4 = ETH + 40;
		ip[0] = 0x60;
		add_exthdrs(kr, f);
	}
	th = f->fl_data + f->fl_l4;
	opts = proto == TCP ? ktest_rand_below(kr, 11) * 4 : 0;
	if (proto == TCP)
		th[12] = (20 + opts) / 4 << 4;
	f->fl_payload = f->fl_l4 + (proto == TCP ? 20 + opts : 8);
	f->fl_len = f->fl_payload + paylen;
	random_bytes(kr, f->fl_data + f->fl_payload, paylen);
	slow_lengths(f);
}

/* The packet as a chain cut at random places; NULL without memory. */
static struct mbuf *
chain(struct ktest_rand *kr, const struct flat *f, int cuts)
{
	struct mbuf	*m = NULL, *n, **np = &m;
	u_int		 len, off = 0;

	while (off < f->fl_len) {
		len = f->fl_len - off;
		if (cuts-- > 0)
			len = 1 + ktest_rand_below(kr, len);
		n = m == NULL ? m_gethdr(M_WAIT, MT_DATA) :
		    m_get(M_WAIT, MT_DATA);
		m_clget(n, M_WAIT, len + 8);
		n->m_data += ktest_rand_below(kr, 8);
		n->m_len = len;
		memcpy(mtod(n, void *), f->fl_data + off, len);
		*np = n;
		np = &n->m_next;
		off += len;
	}
	m->m_pkthdr.len = f->fl_len;
	return (m);
}

static void
flatten(struct mbuf *m, struct flat *f)
{
	KT_EQ(m_length(m), m->m_pkthdr.len);
	KT_REQUIRE(m->m_pkthdr.len <= MAXPKT);
	f->fl_len = m->m_pkthdr.len;
	m_copydata(m, 0, f->fl_len, f->fl_data);
}

static void
card(struct ifnet *ifp, uint32_t caps)
{
	memset(ifp, 0, sizeof(*ifp));
	ifp->if_type = IFT_ETHER;
	ifp->if_capabilities = caps;
}

/* --- sums --- */

KTEST(cksum, "sums of buffers and chains agree with the slow ones")
{
	struct ktest_rand kr;
	struct mbuf	*m;
	u_int		 i, len, off;

	ktest_srand(&kr, 1071);
	for (i = 0; i < 3000; i++) {
		pkt.fl_len = 1 + ktest_rand_below(&kr, 300);
		if (i % 8 == 0)
			memset(pkt.fl_data, 0xff, pkt.fl_len);
		else
			random_bytes(&kr, pkt.fl_data, pkt.fl_len);
		off = ktest_rand_below(&kr, pkt.fl_len);
		len = ktest_rand_below(&kr, pkt.fl_len - off + 1);
		m = chain(&kr, &pkt, ktest_rand_below(&kr, 5));
		KT_EQ(be16toh(cksum_fold(m_cksum_add(0, m, off, len))) % 0xffff,
		    slow_sum(pkt.fl_data + off, len) % 0xffff);
		KT_EQ(be16toh(cksum_fold(cksum_add(0, pkt.fl_data + off,
		    len))) % 0xffff, slow_sum(pkt.fl_data + off, len) % 0xffff);
		m_freem(m);
	}
}

/* --- headers --- */

static const struct parse_case {
	const char	*pc_why;
	int		 pc_version, pc_proto;
	u_int		 pc_at;		/* byte of the IP packet to change */
	uint8_t		 pc_value;
	u_int		 pc_keep;	/* of the packet, bytes; 0: all */
	int		 pc_error;
} parse_cases[] = {
	{ "whole TCP",		4, TCP, 0, 0x45, 0, 0 },
	{ "whole UDP",		4, UDP, 0, 0x45, 0, 0 },
	{ "whole TCP",		6, TCP, 0, 0x60, 0, 0 },
	{ "whole UDP",		6, UDP, 0, 0x60, 0, 0 },
	{ "no IP version",	4, TCP, 0, 0x55, 0, EINVAL },
	{ "header too short",	4, TCP, 0, 0x44, 0, EINVAL },
	{ "header too long",	4, UDP, 0, 0x4f, 0, EINVAL },
	{ "length of 0",	4, TCP, 3, 0, 0, EINVAL },
	{ "length too large",	4, TCP, 2, 0xff, 0, EINVAL },
	{ "nothing but a byte",	4, TCP, 0, 0x45, 1, EINVAL },
	{ "half a header",	4, TCP, 0, 0x45, 12, EINVAL },
	{ "TCP offset of 4",	4, TCP, 32, 0x40, 0, EINVAL },
	{ "TCP offset of 60",	4, TCP, 32, 0xf0, 0, EINVAL },
	{ "fragment",		4, TCP, 6, 0x20, 0, 0 },
	{ "length too large",	6, TCP, 4, 0xff, 0, EINVAL },
	{ "half a header",	6, TCP, 0, 0x60, 30, EINVAL },
	{ "TCP offset of 0",	6, TCP, 52, 0x00, 0, EINVAL },
	{ "hop-by-hop past the end", 6, UDP, 6, 0, 0, EINVAL },
};

KTEST(parse, "headers that do not fit are refused")
{
	const struct parse_case *pc;
	struct ktest_rand kr;
	struct tso_info	 ti;
	struct mbuf	*m;
	u_int		 i;

	ktest_srand(&kr, 791);
	for (i = 0; i < nitems(parse_cases); i++) {
		pc = &parse_cases[i];
		KT_CASE("IPv%d, %s", pc->pc_version, pc->pc_why);
		do
			make(&kr, &pkt, pc->pc_version, pc->pc_proto, 10);
		while (pkt.fl_l4 != ETH + (pc->pc_version == 4 ? 20 : 40) ||
		    pkt.fl_payload > pkt.fl_l4 + 20);
		if (pc->pc_error != 0 && pc->pc_proto == UDP)
			memset(pkt.fl_data + pkt.fl_l4, 0xff, 8);
		pkt.fl_data[ETH + pc->pc_at] = pc->pc_value;
		if (pc->pc_keep != 0)
			pkt.fl_len = ETH + pc->pc_keep;
		m = chain(&kr, &pkt, 3);
		KT_ERR(pc->pc_error, tso_parse(m, ETH, &ti));
		m_freem(m);
	}
}

KTEST(ether, "the IP header is found behind at most two tags")
{
	static const struct {
		uint16_t	 type[4];
		int		 error;
		u_int		 l3;
	} t[] = {
		{ { 0x0800 }, 0, 14 },
		{ { 0x86dd }, 0, 14 },
		{ { 0x0806 }, EINVAL, 0 },
		{ { 0x8100, 0x0800 }, 0, 18 },
		{ { 0x88a8, 0x8100, 0x86dd }, 0, 22 },
		{ { 0x88a8, 0x8100, 0x8100, 0x0800 }, EINVAL, 0 },
	};
	struct ktest_rand kr;
	struct mbuf	*m;
	u_int		 i, j, l3;

	ktest_srand(&kr, 802);
	for (i = 0; i < nitems(t); i++) {
		memset(&pkt, 0, sizeof(pkt));
		pkt.fl_len = 60;
		for (j = 0; j < 4; j++)
			be16enc(pkt.fl_data + 12 + 4 * j, t[i].type[j]);
		m = chain(&kr, &pkt, 2);
		KT_ERR(t[i].error, tso_ether_l3(m, &l3));
		if (t[i].error == 0)
			KT_EQ(l3, t[i].l3);
		m_freem(m);
	}
	pkt.fl_len = 13;
	m = chain(&kr, &pkt, 0);
	KT_ERR(EINVAL, tso_ether_l3(m, &l3));
	m_freem(m);
}

/* --- cutting --- */

/* Cut the packet and hold every piece against the model. */
static void
check_cut(struct ktest_rand *kr, int version, int proto)
{
	struct mbuf_list ml = MBUF_LIST_INITIALIZER();
	struct ifnet	 ifn;
	struct mbuf	*m;
	u_int		 i = 0, mss, paylen;

	paylen = 1 + ktest_rand_below(kr, 9000);
	mss = 20 + ktest_rand_below(kr, 1500);
	KT_CASE("IPv%d, protocol %d, %u bytes by %u", version, proto, paylen,
	    mss);
	make(kr, &pkt, version, proto, paylen);
	m = chain(kr, &pkt, ktest_rand_below(kr, 6));
	m->m_pkthdr.csum_flags = proto == TCP ? M_TCP_TSO | M_TCP_CSUM_OUT :
	    M_UDP_SEG | M_UDP_CSUM_OUT;
	m->m_pkthdr.ph_mss = mss;
	KT_EQ(m_nsegs(m, ETH), howmany(paylen, mss));
	KT_EQ(m_wirelen(m, ETH), pkt.fl_payload - ETH + MIN(mss, paylen));
	card(&ifn, 0);
	KT_ERR(0, if_tso_prepare(&ifn, m, &ml));
	while ((m = ml_dequeue(&ml)) != NULL) {
		if (!KT_TRUE(slow_piece(&pkt, &want, i++, mss)))
			break;
		flatten(m, &got);
		KT_EQ(got.fl_len, want.fl_len);
		KT_MEMEQ(got.fl_data, want.fl_data, want.fl_len);
		KT_EQ(m->m_pkthdr.csum_flags & (MCS_OUT | MCS_SEG), 0);
		m_freem(m);
	}
	ml_purge(&ml);
	KT_EQ(i, howmany(paylen, mss));
}

KTEST(cut, "pieces are byte for byte what the model makes")
{
	struct ktest_rand kr;
	int		 i;

	ktest_srand(&kr, 9293);
	for (i = 0; i < 400; i++)
		check_cut(&kr, i & 1 ? 6 : 4, i & 2 ? UDP : TCP);
}

KTEST(cut_shared, "a shared packet is not written to")
{
	struct mbuf_list ml = MBUF_LIST_INITIALIZER();
	struct ktest_rand kr;
	struct ifnet	 ifn;
	struct mbuf	*m, *copy;
	int		 i;

	ktest_srand(&kr, 8);
	card(&ifn, 0);
	for (i = 0; i < 50; i++) {
		make(&kr, &pkt, i & 1 ? 6 : 4, TCP, 3000);
		m = chain(&kr, &pkt, i & 3);
		m->m_pkthdr.csum_flags = M_TCP_CSUM_OUT | M_IPV4_CSUM_OUT;
		if (i % 3 == 0) {
			m->m_pkthdr.csum_flags |= M_TCP_TSO;
			m->m_pkthdr.ph_mss = 1000;
		}
		copy = m_copym(m, 0, M_COPYALL, M_WAIT);
		KT_ERR(0, if_tso_prepare(&ifn, m, &ml));
		ml_purge(&ml);
		flatten(copy, &got);
		KT_MEMEQ(got.fl_data, pkt.fl_data, pkt.fl_len);
		m_freem(copy);
	}
}

KTEST(finish, "checksums of small packets are finished")
{
	struct mbuf_list ml = MBUF_LIST_INITIALIZER();
	struct ktest_rand kr;
	struct ifnet	 ifn;
	struct mbuf	*m;
	int		 i;

	ktest_srand(&kr, 768);
	card(&ifn, 0);
	for (i = 0; i < 300; i++) {
		make(&kr, &pkt, i & 1 ? 6 : 4, i & 2 ? UDP : TCP,
		    ktest_rand_below(&kr, 200));
		m = chain(&kr, &pkt, 4);
		m->m_pkthdr.csum_flags = i & 2 ? M_UDP_CSUM_OUT :
		    M_TCP_CSUM_OUT;
		slow_finish(&pkt);
		KT_ERR(0, if_tso_prepare(&ifn, m, &ml));
		m = ml_dequeue(&ml);
		KT_REQUIRE(m != NULL && ml_empty(&ml));
		flatten(m, &got);
		KT_MEMEQ(got.fl_data, pkt.fl_data, pkt.fl_len);
		m_freem(m);
	}
}

/* A UDP sum of 0 says "none", so it is sent as 0xffff. */
KTEST(udp_zero, "a UDP checksum of 0 becomes 0xffff")
{
	struct ktest_rand kr;
	struct mbuf	*m;
	uint32_t	 sum;

	ktest_srand(&kr, 768);
	make(&kr, &pkt, 4, UDP, 2);
	memset(pkt.fl_data + pkt.fl_payload, 0, 2);
	sum = slow_sum(pkt.fl_data + pkt.fl_l4, pkt.fl_len - pkt.fl_l4);
	be16enc(pkt.fl_data + pkt.fl_payload, 0xffff - sum);
	m = chain(&kr, &pkt, 0);
	m->m_pkthdr.csum_flags = M_UDP_CSUM_OUT;
	m = m_cksum_finish(m, ETH, MCS_OUT);
	KT_REQUIRE(m != NULL);
	flatten(m, &got);
	KT_EQ(be16dec(got.fl_data + pkt.fl_l4 + 6), 0xffff);
	m_freem(m);
}

/* --- what a card can do --- */

#define CSUM4	(IFCAP_CSUM_TCPv4 | IFCAP_CSUM_UDPv4)
#define CSUM6	(IFCAP_CSUM_TCPv6 | IFCAP_CSUM_UDPv6)

static const struct caps_case {
	uint32_t	 cc_caps;
	int		 cc_version, cc_proto;
	int		 cc_large;
	u_int		 cc_frames;	/* that come out */
	uint32_t	 cc_flags;	/* left for the card */
} caps_cases[] = {
	{ 0, 4, TCP, 0, 1, 0 },
	{ 0, 4, TCP, 1, 3, 0 },
	{ CSUM4, 4, TCP, 0, 1, M_TCP_CSUM_OUT },
	{ CSUM4, 4, TCP, 1, 3, M_TCP_CSUM_OUT },
	{ CSUM4, 6, TCP, 1, 3, 0 },
	{ CSUM4 | IFCAP_TSOv4, 4, TCP, 1, 1, M_TCP_CSUM_OUT | M_TCP_TSO },
	{ CSUM4 | CSUM6 | IFCAP_TSOv4, 6, TCP, 1, 3, M_TCP_CSUM_OUT },
	{ CSUM6 | IFCAP_TSOv6, 6, TCP, 1, 1, M_TCP_CSUM_OUT | M_TCP_TSO },
	{ CSUM4 | IFCAP_TSOv4, 4, UDP, 1, 3, M_UDP_CSUM_OUT },
	{ CSUM4 | IFCAP_USO, 4, UDP, 1, 1, M_UDP_CSUM_OUT | M_UDP_SEG },
	{ CSUM6 | IFCAP_USO, 6, UDP, 1, 1, M_UDP_CSUM_OUT | M_UDP_SEG },
};

KTEST(caps, "a card is left what it can do")
{
	const struct caps_case *cc;
	struct mbuf_list ml = MBUF_LIST_INITIALIZER();
	struct ktest_rand kr;
	struct ifnet	 ifn;
	struct mbuf	*m;
	u_int		 i;

	ktest_srand(&kr, 5);
	for (i = 0; i < nitems(caps_cases); i++) {
		cc = &caps_cases[i];
		KT_CASE("case %u", i);
		make(&kr, &pkt, cc->cc_version, cc->cc_proto, 2500);
		m = chain(&kr, &pkt, 2);
		m->m_pkthdr.csum_flags = cc->cc_proto == TCP ?
		    M_TCP_CSUM_OUT : M_UDP_CSUM_OUT;
		if (cc->cc_large) {
			m->m_pkthdr.csum_flags |= cc->cc_proto == TCP ?
			    M_TCP_TSO : M_UDP_SEG;
			m->m_pkthdr.ph_mss = 1000;
		}
		card(&ifn, cc->cc_caps);
		KT_ERR(0, if_tso_prepare(&ifn, m, &ml));
		KT_EQ(ml_len(&ml), cc->cc_frames);
		KT_EQ(MBUF_LIST_FIRST(&ml)->m_pkthdr.csum_flags, cc->cc_flags);
		ml_purge(&ml);
	}
}

KTEST(refuse, "what cannot be cut is dropped and counted")
{
	static const struct {
		u_int		 mss;
		int		 proto;		/* that the flag says */
		int		 counter;
	} t[] = {
		{ 0, TCP, TSOC_BADMSS },
		{ 1, TCP, TSOC_TOOMANY },
		{ 100, UDP, TSOC_BADHDR },
	};
	struct mbuf_list ml = MBUF_LIST_INITIALIZER();
	struct ktest_rand kr;
	struct mbuf	*m;
	uint64_t	 before;
	u_int		 i;

	ktest_srand(&kr, 6);
	for (i = 0; i < nitems(t); i++) {
		make(&kr, &pkt, 4, TCP, 3000);
		m = chain(&kr, &pkt, 1);
		m->m_pkthdr.csum_flags = t[i].proto == TCP ? M_TCP_TSO :
		    M_UDP_SEG;
		m->m_pkthdr.ph_mss = t[i].mss;
		before = tso_counters[t[i].counter];
		KT_ERR(EINVAL, m_segment(m, ETH, &ml));
		KT_EQ(tso_counters[t[i].counter], before + 1);
		KT_TRUE(ml_empty(&ml));
	}
}

/* --- vnet headers --- */

#define N	VNET_F_NEEDS_CSUM
#define NONE	(-1)

static const struct vnet_case {
	const char	*vc_why;
	int		 vc_version, vc_proto;
	uint8_t		 vc_flags, vc_gso;
	uint16_t	 vc_size;
	int		 vc_start;	/* added to the right csum_start */
	int		 vc_offset;	/* the same */
	int		 vc_counter;	/* NONE: it passes */
	uint32_t	 vc_csum;	/* flags that it gets */
} vnet_cases[] = {
	{ "plain", 4, TCP, 0, 0, 0, 0, 0, NONE, 0 },
	{ "data valid", 4, UDP, VNET_F_DATA_VALID, 0, 0, 0, 0, NONE,
	    M_TCP_CSUM_IN_OK | M_UDP_CSUM_IN_OK },
	{ "unfinished TCP", 4, TCP, N, 0, 0, 0, 0, NONE,
	    M_TCP_CSUM_OUT | M_TCP_CSUM_IN_OK },
	{ "unfinished UDP", 6, UDP, N, 0, 0, 0, 0, NONE,
	    M_UDP_CSUM_OUT | M_UDP_CSUM_IN_OK },
	{ "large TCP", 4, TCP, N, VNET_GSO_TCPV4, 100, 0, 0, NONE,
	    M_TCP_CSUM_OUT | M_TCP_CSUM_IN_OK | M_TCP_TSO },
	{ "large TCP with ECN", 6, TCP, N, VNET_GSO_TCPV6 | VNET_GSO_ECN, 100,
	    0, 0, NONE, M_TCP_CSUM_OUT | M_TCP_CSUM_IN_OK | M_TCP_TSO },
	{ "UDP train", 4, UDP, N, VNET_GSO_UDP_L4, 100, 0, 0, NONE,
	    M_UDP_CSUM_OUT | M_UDP_CSUM_IN_OK | M_UDP_SEG },
	{ "not so large", 4, TCP, N, VNET_GSO_TCPV4, 2000, 0, 0, NONE,
	    M_TCP_CSUM_OUT | M_TCP_CSUM_IN_OK },
	{ "unknown kind", 4, TCP, N, 9, 100, 0, 0, TSOC_VNET_TYPE, 0 },
	{ "IPv4 UDP fragments", 4, UDP, N, 3, 100, 0, 0, TSOC_VNET_TYPE, 0 },
	{ "only ECN", 4, TCP, N, VNET_GSO_ECN, 100, 0, 0, TSOC_VNET_TYPE, 0 },
	{ "kind of IPv6", 4, TCP, N, VNET_GSO_TCPV6, 100, 0, 0,
	    TSOC_VNET_PROTO, 0 },
	{ "kind of TCP", 4, UDP, N, VNET_GSO_TCPV4, 100, 0, 0,
	    TSOC_VNET_PROTO, 0 },
	{ "train of TCP", 6, TCP, N, VNET_GSO_UDP_L4, 100, 0, 0,
	    TSOC_VNET_PROTO, 0 },
	{ "finished", 4, TCP, 0, VNET_GSO_TCPV4, 100, 0, 0,
	    TSOC_VNET_NOCSUM, 0 },
	{ "size of 0", 4, TCP, N, VNET_GSO_TCPV4, 0, 0, 0, TSOC_VNET_SIZE, 0 },
	{ "size of 1", 4, UDP, N, VNET_GSO_UDP_L4, 1, 0, 0, TSOC_VNET_SIZE, 0 },
	{ "large, sum elsewhere", 4, TCP, N, VNET_GSO_TCPV4, 100, 2, 0,
	    TSOC_VNET_START, 0 },
	{ "sum past the end", 4, TCP, N, 0, 0, 0, 5000, TSOC_VNET_START, 0 },
	{ "start past the end", 4, TCP, N, 0, 0, 5000, 0, TSOC_VNET_START, 0 },
	{ "sum elsewhere", 4, TCP, N, 0, 0, 2, 0, NONE, 0 },
};

static void
vnet_fill(const struct vnet_case *vc, struct vnet_hdr *vh)
{
	memset(vh, 0, sizeof(*vh));
	vh->vh_flags = vc->vc_flags;
	vh->vh_gso_type = vc->vc_gso;
	vh->vh_gso_size = vc->vc_size;
	vh->vh_csum_start = pkt.fl_l4 + vc->vc_start;
	vh->vh_csum_offset = (vc->vc_proto == TCP ? 16 : 6) + vc->vc_offset;
}

KTEST(vnet, "each field of a vnet header is distrusted")
{
	const struct vnet_case *vc;
	struct ktest_rand kr;
	struct vnet_hdr	 vh;
	struct ifnet	 ifn;
	struct mbuf	*m;
	uint64_t	 before;
	u_int		 i;

	ktest_srand(&kr, 5160);
	card(&ifn, 0);
	for (i = 0; i < nitems(vnet_cases); i++) {
		vc = &vnet_cases[i];
		KT_CASE("%s", vc->vc_why);
		make(&kr, &pkt, vc->vc_version, vc->vc_proto, 1500);
		vnet_fill(vc, &vh);
		before = vc->vc_counter == NONE ? 0 :
		    tso_counters[vc->vc_counter];
		m = vnet_input(&ifn, chain(&kr, &pkt, 2), &vh);
		KT_EQ(m != NULL, vc->vc_counter == NONE);
		if (m != NULL)
			KT_EQ(m->m_pkthdr.csum_flags, vc->vc_csum);
		else
			KT_EQ(tso_counters[vc->vc_counter], before + 1);
		m_freem(m);
	}
}

/* The last place for a checksum is two bytes before the end. */
KTEST(vnet_edge, "a checksum of another protocol at the very end")
{
	struct ktest_rand kr;
	struct vnet_hdr	 vh = { .vh_flags = N, .vh_csum_start = 60 };
	struct ifnet	 ifn;
	struct mbuf	*m;
	uint16_t	 sum;
	int		 past;

	ktest_srand(&kr, 51);
	card(&ifn, 0);
	for (past = 0; past < 2; past++) {
		make(&kr, &pkt, 4, 132, 200);
		vh.vh_csum_offset = pkt.fl_len - 2 + past - vh.vh_csum_start;
		sum = ~slow_sum(pkt.fl_data + 60, pkt.fl_len - 60);
		m = vnet_input(&ifn, chain(&kr, &pkt, 2), &vh);
		KT_EQ(m != NULL, !past);
		if (m == NULL)
			continue;
		flatten(m, &got);
		KT_EQ(got.fl_len, pkt.fl_len);
		KT_EQ(be16dec(got.fl_data + got.fl_len - 2), sum);
		KT_MEMEQ(got.fl_data, pkt.fl_data, pkt.fl_len - 2);
		m_freem(m);
	}
}

KTEST(vnet_trip, "a header out is the header in")
{
	const struct vnet_case *vc;
	struct ktest_rand kr;
	struct vnet_hdr	 in, out;
	struct ifnet	 ifn;
	struct mbuf	*m;
	u_int		 i;

	ktest_srand(&kr, 516);
	card(&ifn, 0);
	for (i = 0; i < nitems(vnet_cases); i++) {
		vc = &vnet_cases[i];
		if ((vc->vc_csum & MCS_OUT) == 0)
			continue;
		KT_CASE("%s", vc->vc_why);
		make(&kr, &pkt, vc->vc_version, vc->vc_proto, 1500);
		vnet_fill(vc, &in);
		if ((vc->vc_csum & MCS_SEG) == 0)
			in.vh_gso_type = in.vh_gso_size = 0;
		else
			in.vh_hdr_len = pkt.fl_payload;
		if (vc->vc_proto == TCP) {
			pkt.fl_data[pkt.fl_l4 + 13] &= ~0x80;
			if (in.vh_gso_type & VNET_GSO_ECN)
				pkt.fl_data[pkt.fl_l4 + 13] |= 0x80;
		}
		m = vnet_input(&ifn, chain(&kr, &pkt, 1), &in);
		KT_REQUIRE(m != NULL);
		vnet_output(m, &out);
		KT_MEMEQ(&out, &in, sizeof(in));
		m_freem(m);
	}
}

KTEST(mutate, "mutated frames and headers are never fatal")
{
	struct mbuf_list ml = MBUF_LIST_INITIALIZER();
	struct ktest_rand kr;
	struct vnet_hdr	 vh;
	struct ifnet	 ifn;
	struct mbuf	*m;
	u_int		 i, n;

	ktest_srand(&kr, 100000);
	card(&ifn, 0);
	for (i = 0; i < 20000; i++) {
		make(&kr, &pkt, i & 1 ? 6 : 4, i & 2 ? UDP : TCP,
		    ktest_rand_below(&kr, 400));
		vnet_fill(&vnet_cases[i % nitems(vnet_cases)], &vh);
		if (i % 4 == 0)
			random_bytes(&kr, (uint8_t *)&vh, sizeof(vh));
		for (n = ktest_rand_below(&kr, 4); n > 0; n--)
			pkt.fl_data[ktest_rand_below(&kr, 100)] =
			    ktest_rand(&kr);
		if (i % 8 == 0)
			pkt.fl_len = 1 + ktest_rand_below(&kr, pkt.fl_len);
		m = vnet_input(&ifn, chain(&kr, &pkt, 3), &vh);
		if (m == NULL)
			continue;
		ifn.if_capabilities = i & 4 ? ktest_rand(&kr) : 0;
		(void)if_tso_prepare(&ifn, m, &ml);
		while ((m = ml_dequeue(&ml)) != NULL) {
			vnet_output(m, &vh);
			KT_EQ(m_length(m), m->m_pkthdr.len);
			m_freem(m);
		}
	}
}

/*
 * What drivers show: link headers, families, tags, large packets and
 * unfinished checksums.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/mbuf.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <net/bpf.h>
#include <net/if_tso.h>
#include <net/if_types.h>
#include <net/if_var.h>

#include <ktest.h>

#include "../kern/ktuser.h"
#include "testif.h"

#define O_RDWR_NONBLOCK	04002
#define BUFLEN		131072
#define ETH		14
#define MAXRECS		64

static struct testif	*ti;
static caddr_t		 driver;	/* the driver's pointer */
static u_char		*ubuf;
static struct bpf_hdr	 rec[MAXRECS];
static const u_char	*data[MAXRECS];

/* Listen to a new interface with this link type; returns the descriptor. */
static int
begin(u_int dlt, u_int hdrlen)
{
	struct ifreq	*ifr;
	u_int		 blen = BUFLEN;
	int		 fd;

	ktuser_begin(0);
	ti = testif_create("tst0", 0);
	bpfattach(&driver, &ti->ti_if, dlt, hdrlen);
	fd = ktcall(SYS_open, ktuser_dup("/dev/bpf", 9), O_RDWR_NONBLOCK);
	KT_REQUIRE(fd >= 0);
	KT_EQ(ktcall(SYS_ioctl, fd, BIOCSBLEN, ktuser_dup(&blen, 4)), 0);
	ifr = ktuser_mem(sizeof(*ifr));
	strlcpy(ifr->ifr_name, "tst0", IFNAMSIZ);
	KT_EQ(ktcall(SYS_ioctl, fd, BIOCSETIF, ifr), 0);
	blen = 1;
	KT_EQ(ktcall(SYS_ioctl, fd, BIOCIMMEDIATE, ktuser_dup(&blen, 4)), 0);
	ubuf = ktuser_mem(BUFLEN);
	return (fd);
}

static void
end(void)
{
	ktuser_end();
	testif_destroy(ti);
}

/* Read; how many packets. */
static int
take(int fd)
{
	long	 got;
	u_int	 off;
	int	 i;

	got = ktcall(SYS_read, fd, ubuf, BUFLEN);
	if (got < 0)
		return (got);
	for (i = 0, off = 0; off < got && i < MAXRECS; i++) {
		memcpy(&rec[i], ubuf + off, sizeof(rec[i]));
		data[i] = ubuf + off + rec[i].bh_hdrlen;
		off += BPF_WORDALIGN(rec[i].bh_hdrlen + rec[i].bh_caplen);
	}
	return (i);
}

/*
 * A packet behind l2 bytes of link header: IPv4 or IPv6, TCP or UDP, len
 * bytes of payload, all unfinished.  In short mbufs.
 */
static struct mbuf *
packet(u_int l2, int version, int proto, u_int len)
{
	u_char		*p;
	struct mbuf	*m;
	u_int		 hl = proto == 6 ? 20 : 8, i, ipl;
	uint16_t	 sum;
	uint32_t	 acc;

	ipl = version == 4 ? 20 : 40;
	m = m_gethdr(M_WAIT, MT_DATA);
	KT_REQUIRE(m_clget(m, M_WAIT, l2 + ipl + hl + len) != NULL);
	m->m_len = m->m_pkthdr.len = l2 + ipl + hl + len;
	p = mtod(m, u_char *);
	for (i = 0; i < m->m_len; i++)
		p[i] = i * 7;
	if (l2 == ETH)
		be16enc(p + 12, version == 4 ? 0x0800 : 0x86dd);
	p += l2;
	acc = proto + hl + len;
	if (version == 4) {
		p[0] = 0x45;
		be16enc(p + 2, ipl + hl + len);
		be16enc(p + 6, 0);
		p[9] = proto;
		for (i = 12; i < 20; i += 2)
			acc += be16dec(p + i);
		m->m_pkthdr.csum_flags |= M_IPV4_CSUM_OUT;
	} else {
		be32enc(p, 0x60000000);
		be16enc(p + 4, hl + len);
		p[6] = proto;
		for (i = 8; i < 40; i += 2)
			acc += be16dec(p + i);
	}
	acc = (acc & 0xffff) + (acc >> 16);
	sum = (acc & 0xffff) + (acc >> 16);
	p += ipl;
	if (proto == 6) {
		p[12] = 0x50;
		p[13] = 0x18;
		be16enc(p + 16, sum);
		m->m_pkthdr.csum_flags |= M_TCP_CSUM_OUT;
	} else {
		be16enc(p + 4, hl + len);
		be16enc(p + 6, sum);
		m->m_pkthdr.csum_flags |= M_UDP_CSUM_OUT;
	}
	return (m);
}

/* The bytes of m, to see that it has been left alone. */
static u_char	 before[70000], after[70000];

static void
remember(const struct mbuf *m)
{
	m_copydata(m, 0, m->m_pkthdr.len, before);
}

static void
unchanged(const struct mbuf *m)
{
	m_copydata(m, 0, m->m_pkthdr.len, after);
	KT_MEMEQ(after, before, m->m_pkthdr.len);
}

/* Is record i, behind skip bytes, what the packet is? */
static void
same(int i, u_int skip, const struct mbuf *m)
{
	m_copydata(m, 0, m->m_pkthdr.len, after);
	KT_EQ(rec[i].bh_caplen, skip + m->m_pkthdr.len);
	KT_EQ(rec[i].bh_datalen, skip + m->m_pkthdr.len);
	KT_MEMEQ(data[i] + skip, after, m->m_pkthdr.len);
}

static const struct {
	int	 version;
	int	 proto;
} kinds[] = { { 4, 6 }, { 4, 17 }, { 6, 6 }, { 6, 17 } };

KTEST(unfinished, "checksums are finished in what is shown")
{
	struct mbuf	*m;
	int		 fd = begin(DLT_EN10MB, ETH);
	u_int		 i, len;

	for (i = 0; i < nitems(kinds); i++)
		for (len = 0; len < 1400; len += 333) {
			KT_CASE("IPv%d, protocol %d, %u bytes",
			    kinds[i].version, kinds[i].proto, len);
			m = packet(ETH, kinds[i].version, kinds[i].proto,
			    len);
			remember(m);
			KT_EQ(bpf_mtap_ether(driver, m, 2), 0);
			unchanged(m);
			KT_EQ(take(fd), 1);
			m = m_cksum_finish(m, ETH, MCS_OUT);
			KT_REQUIRE(m != NULL);
			same(0, 0, m);
			m_freem(m);
		}
	end();
}

/* A filter sees it finished, whichever part it asks for. */
KTEST(looked_at, "a filter that compares the checksum")
{
	struct bpf_insn		 look[] = {
		BPF_STMT(BPF_LD | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	static const u_int	 sizes[] = { BPF_W, BPF_H, BPF_B };
	struct bpf_program	 bp = { nitems(look), NULL };
	struct mbuf		*m, *n;
	u_int			 at = ETH + 20 + 6, i, j, len;
	int			 fd = begin(DLT_EN10MB, ETH);

	m = packet(ETH, 4, 17, 500);
	n = m_cksum_finish(m_dup_pkt(m, 0, M_WAIT), ETH, MCS_OUT);
	m_copydata(n, 0, n->m_pkthdr.len, after);
	for (i = 0; i < nitems(sizes); i++)
		for (j = 0; j < 2; j++) {
			len = 4 >> i;
			look[0].code = BPF_LD | BPF_ABS | sizes[i];
			look[0].k = j == 0 ? at : at + 2 - len;
			look[1].k = len == 4 ? be32dec(after + look[0].k) :
			    len == 2 ? be16dec(after + look[0].k) :
			    after[look[0].k];
			bp.bf_insns = ktuser_dup(look, sizeof(look));
			KT_EQ(ktcall(SYS_ioctl, fd, BIOCSETF,
			    ktuser_dup(&bp, sizeof(bp))), 0);
			KT_EQ(bpf_mtap_ether(driver, m, 2), 0);
			KT_CASE("%u bytes at %u", len, look[0].k);
			KT_EQ(take(fd), 1);
		}
	m_freem(m);
	m_freem(n);
	end();
}

/* What the software of the card's side makes of a copy. */
static void
cut(const struct mbuf *m, u_int l3, struct mbuf_list *ml)
{
	struct mbuf_list	 pieces = MBUF_LIST_INITIALIZER();
	struct mbuf		*n;

	n = m_dup_pkt(m, 0, M_WAIT);
	KT_REQUIRE(n != NULL);
	KT_EQ(m_segment(n, l3, &pieces), 0);
	while ((n = ml_dequeue(&pieces)) != NULL) {
		n = m_cksum_finish(n, l3, MCS_OUT);
		KT_REQUIRE(n != NULL);
		ml_enqueue(ml, n);
	}
}

static void
large(int fd, u_int l2, int version, int proto, u_int len)
{
	struct mbuf_list	 ml = MBUF_LIST_INITIALIZER();
	struct mbuf		*m, *n;
	u_int			 skip = l2 == 0 ? 4 : 0;
	int			 i = 0;

	KT_CASE("IPv%d, protocol %d, %u bytes", version, proto, len);
	m = packet(l2, version, proto, len);
	m->m_pkthdr.csum_flags |= proto == 6 ? M_TCP_TSO : M_UDP_SEG;
	m->m_pkthdr.ph_mss = 1400;
	remember(m);
	cut(m, l2, &ml);
	if (l2 == 0)
		KT_EQ(bpf_mtap_af(driver, AF_INET, m, 1), 0);
	else
		KT_EQ(bpf_mtap_ether(driver, m, 1), 0);
	unchanged(m);
	m_freem(m);
	KT_EQ(take(fd), ml_len(&ml));
	while ((n = ml_dequeue(&ml)) != NULL) {
		if (skip > 0)
			KT_EQ(be32dec(data[i]), AF_INET);
		same(i++, skip, n);
		m_freem(n);
	}
}

KTEST(pieces, "a large packet is shown as it will be on the wire")
{
	int	 fd = begin(DLT_EN10MB, ETH);
	u_int	 i;

	for (i = 0; i < nitems(kinds); i++) {
		large(fd, ETH, kinds[i].version, kinds[i].proto, 60000);
		large(fd, ETH, kinds[i].version, kinds[i].proto, 2800);
		large(fd, ETH, kinds[i].version, kinds[i].proto, 1401);
	}
	end();
}

KTEST(pieces_loop, "the same behind a family")
{
	int	 fd = begin(DLT_LOOP, 4);

	large(fd, 0, 4, 6, 60000);
	large(fd, 0, 4, 17, 2801);
	end();
}

/* What claims to be large, or unfinished, and is not: shown as it is. */
KTEST(liars, "headers that make no sense are shown as they are")
{
	struct mbuf	*m;
	int		 fd = begin(DLT_EN10MB, ETH);

	m = packet(ETH, 4, 6, 100);
	m->m_pkthdr.csum_flags |= M_TCP_TSO;	/* without a size */
	KT_EQ(bpf_mtap_ether(driver, m, 1), 0);
	KT_EQ(take(fd), 1);
	mtod(m, u_char *)[ETH] = 0x4f;		/* more header than packet */
	be16enc(mtod(m, u_char *) + ETH + 2, 30);
	m->m_pkthdr.ph_mss = 10;
	remember(m);
	KT_EQ(bpf_mtap_ether(driver, m, 1), 0);
	KT_EQ(take(fd), 1);
	same(0, 0, m);
	be16enc(mtod(m, u_char *) + 12, 0x88b5);	/* no IP at all */
	KT_EQ(bpf_mtap_ether(driver, m, 1), 0);
	KT_EQ(take(fd), 1);
	same(0, 0, m);
	m_adj(m, 5 - (int)m->m_pkthdr.len);	/* less than a header */
	KT_EQ(bpf_mtap_ether(driver, m, 1), 0);
	KT_EQ(take(fd), 1);
	same(0, 0, m);
	m_freem(m);
	end();
}

KTEST(tag, "a VLAN tag beside the frame is shown in it")
{
	struct mbuf	*m;
	int		 fd = begin(DLT_EN10MB, ETH);

	m = packet(ETH, 4, 17, 50);
	m->m_flags |= M_VLANTAG;
	m->m_pkthdr.ether_vtag = 0x2064;
	KT_EQ(bpf_mtap_ether(driver, m, 1), 0);
	KT_EQ(take(fd), 1);
	m = m_cksum_finish(m, ETH, MCS_OUT);
	m_copydata(m, 0, m->m_pkthdr.len, after);
	KT_EQ(rec[0].bh_caplen, m->m_pkthdr.len + 4);
	KT_MEMEQ(data[0], after, 12);
	KT_EQ(be32dec(data[0] + 12), 0x81002064);
	KT_MEMEQ(data[0] + 16, after + 12, m->m_pkthdr.len - 12);
	/* And when nothing has to be finished. */
	m->m_pkthdr.csum_flags = 0;
	be16enc(mtod(m, u_char *) + 12, 0x88b5);
	KT_EQ(bpf_mtap_ether(driver, m, 1), 0);
	KT_EQ(take(fd), 1);
	KT_EQ(be32dec(data[0] + 12), 0x81002064);
	KT_EQ(be16dec(data[0] + 16), 0x88b5);
	m_freem(m);
	end();
}

KTEST(header, "a driver's own header in front")
{
	static const u_char	 enc[12] = { 2, 0, 0, 0, 0x12, 0x34, 0x56,
				    0x78, 0, 0xc, 0, 0 };
	struct mbuf		*m;
	int			 fd = begin(DLT_ENC, 12);

	m = packet(0, 4, 17, 50);
	KT_EQ(bpf_mtap_hdr(driver, enc, sizeof(enc), m, 2), 0);
	KT_EQ(take(fd), 1);
	m = m_cksum_finish(m, 0, MCS_OUT);
	KT_MEMEQ(data[0], enc, 12);
	same(0, 12, m);
	KT_EQ(rec[0].bh_hdrlen, 24);
	KT_EQ(bpf_mtap_pflog(driver, enc, sizeof(enc), m), 0);
	KT_EQ(take(fd), 1);
	same(0, 12, m);
	KT_EQ(rec[0].bh_flags & BPF_F_DIR_MASK, BPF_F_DIR_OUT);
	m_freem(m);
	KT_EQ(bpf_tap_hdr(driver, enc, sizeof(enc), "packet", 6, 1), 0);
	KT_EQ(take(fd), 1);
	KT_EQ(rec[0].bh_caplen, 18);
	KT_MEMEQ(data[0], enc, 12);
	KT_MEMEQ(data[0] + 12, "packet", 6);
	end();
}

KTEST(raw, "an IP packet without any header")
{
	struct mbuf	*m;
	int		 fd = begin(DLT_RAW, 0);

	m = packet(0, 6, 17, 50);
	KT_EQ(bpf_mtap(driver, m, 2), 0);
	KT_EQ(take(fd), 1);
	m = m_cksum_finish(m, 0, MCS_OUT);
	same(0, 0, m);
	m_freem(m);
	end();
}

KTEST(families, "BSD's numbers, in network or host order")
{
	struct mbuf	*m;
	int		 fd = begin(DLT_NULL, 4);

	m = packet(0, 6, 17, 50);
	KT_EQ(bpf_mtap_af(driver, AF_INET6, m, 2), 0);
	KT_EQ(take(fd), 1);
	KT_EQ(data[0][0], 24);
	KT_EQ(data[0][3], 0);
	m_freem(m);
	end();
	fd = begin(DLT_LOOP, 4);
	m = packet(0, 6, 17, 50);
	KT_EQ(bpf_mtap_af(driver, AF_INET6, m, 2), 0);
	KT_EQ(take(fd), 1);
	KT_EQ(data[0][0], 0);
	KT_EQ(data[0][3], 24);
	m_freem(m);
	end();
}

/*
 * The filter machine, compiled for the host, against libpcap's: compiled
 * expressions and random programs, on random packets and on ones that are
 * nearly real.
 */
#undef bpf_filter
#undef bpf_validate
#include <sys/types.h>

#include <atf-c.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PKTLEN		1600
#define PACKETS		300
#define PROGRAMS	20000

/* Ours, renamed by the makefile. */
u_int	 warren_bpf_filter(const struct bpf_insn *, const u_char *, u_int,
	    u_int);
int	 warren_bpf_validate(const struct bpf_insn *, int);

static uint64_t	 state = 88172645463325252ULL;

static uint32_t
rnd(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16);
}

static u_int
below(u_int n)
{
	return (rnd() % n);
}

static const char *const exprs[] = {
	"", "ip", "ip6", "arp", "tcp", "udp", "icmp", "icmp6",
	"port 500 or port 4500 or proto \\esp",
	"host 10.20.0.50", "udp port 51820", "net 10.0.0.0/8",
	"src host 10.0.0.1 and not dst port 53",
	"tcp[tcpflags] & (tcp-syn|tcp-fin) != 0",
	"ip[6:2] & 0x1fff = 0", "ip6 proto 17", "proto 51", "ah or esp",
	"portrange 1000-2000", "greater 200", "less 90", "len % 7 = 3",
	"ether proto 0x88cc", "ether host 2:0:0:0:0:1", "vlan",
	"vlan and ip", "multicast", "broadcast", "ip multicast",
	"icmp[icmptype] = icmp-echo", "ip6 host fe80::1",
	"ip[0] & 0xf != 5 and ip[8] < 5", "udp[8:4] * 3 + 1 > 1000",
	"ip[2:2] / ip[9] >= 2", "(ip[2:2] ^ 0x55) | 3 = 87",
	"not (tcp or udp or icmp)", "ip proto 50 and ip[20:4] = 0x1234",
};

/* A packet that has the beginnings of a real one. */
static u_int
make_packet(u_char *p, int dlt)
{
	static const uint8_t	 protos[] = { 1, 6, 17, 50, 51, 58, 89 };
	static const uint16_t	 types[] = { 0x800, 0x86dd, 0x806, 0x8100,
				    0x88cc, 0x800, 0x86dd };
	static const uint16_t	 ports[] = { 53, 500, 4500, 51820, 1500 };
	uint16_t		 type = types[below(7)], port;
	u_int			 i, l2, len;

	len = below(4) == 0 ? below(60) : below(PKTLEN);
	for (i = 0; i < PKTLEN; i++)
		p[i] = below(3) == 0 ? rnd() : 0;
	l2 = dlt == DLT_EN10MB ? 14 : dlt == DLT_ENC ? 12 :
	    dlt == DLT_LOOP ? 4 : 0;
	if (dlt == DLT_EN10MB) {
		p[12] = type >> 8;
		p[13] = type;
	} else if (dlt == DLT_LOOP)
		p[3] = type == 0x86dd ? 10 : 2;
	else if (dlt == DLT_ENC)
		p[0] = type == 0x86dd ? 10 : 2;
	p += l2;
	if (type == 0x800) {
		p[0] = 0x45;
		p[6] = p[7] = below(8) == 0;
		p[9] = protos[below(7)];
		memcpy(p + 12 + 4 * below(2), "\12\24\0\62", 4);
		p += 20;
	} else if (type == 0x86dd) {
		p[0] = 0x60;
		p[6] = protos[below(7)];
		memcpy(p + 8 + 16 * below(2), "\xfe\x80\0\0\0\0\0\0"
		    "\0\0\0\0\0\0\0\1", 16);
		p += 40;
	}
	port = ports[below(5)];
	p[2 * below(2)] = port >> 8;
	p[1] = p[3] = port;
	return (len);
}

static void
compare(const struct bpf_program *bp, int dlt, u_int *hits)
{
	static u_char	 pkt[PKTLEN];
	u_int		 caplen, i, len, ours, theirs;

	for (i = 0; i < PACKETS; i++) {
		len = make_packet(pkt, dlt);
		caplen = below(5) == 0 && len > 0 ? below(len) : len;
		theirs = bpf_filter(bp->bf_insns, pkt, len, caplen);
		ours = warren_bpf_filter(bp->bf_insns, pkt, len, caplen);
		ATF_REQUIRE_EQ(ours, theirs);
		*hits += ours != 0;
	}
}

ATF_TC(expressions);
ATF_TC_HEAD(expressions, tc)
{
	atf_tc_set_md_var(tc, "descr", "compiled expressions, four link "
	    "types, optimized and not");
}
ATF_TC_BODY(expressions, tc)
{
	static const int	 dlts[] = { DLT_EN10MB, DLT_LOOP, DLT_ENC,
				    DLT_RAW };
	struct bpf_program	 bp;
	pcap_t			*pc;
	u_int			 compiled = 0, d, hits = 0, i;

	for (d = 0; d < 4; d++) {
		pc = pcap_open_dead(dlts[d], 65535);
		for (i = 0; i < 2 * sizeof(exprs) / sizeof(exprs[0]); i++) {
			if (pcap_compile(pc, &bp, exprs[i / 2], i & 1,
			    0xffffff) == -1)
				continue;	/* no such thing on this link */
			ATF_REQUIRE(warren_bpf_validate(bp.bf_insns,
			    bp.bf_len));
			compare(&bp, dlts[d], &hits);
			pcap_freecode(&bp);
			compiled++;
		}
		pcap_close(pc);
	}
	ATF_CHECK(compiled > 200);
	ATF_CHECK(hits > 1000);
}

/* An instruction that both know, whose meaning C defines. */
static void
random_insn(struct bpf_insn *in, u_int left)
{
	static const uint16_t	 codes[] = {
		0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0xb1, 0x80, 0x81, 0x00,
		0x01, 0x60, 0x61, 0x02, 0x03, 0x07, 0x87, 0x04, 0x0c, 0x14,
		0x1c, 0x24, 0x2c, 0x34, 0x3c, 0x44, 0x4c, 0x54, 0x5c, 0x64,
		0x6c, 0x74, 0x7c, 0x84, 0x94, 0x9c, 0xa4, 0xac, 0x05, 0x15,
		0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d, 0x06, 0x16,
	};

	in->code = codes[below(sizeof(codes) / sizeof(codes[0]))];
	in->jt = below(left < 256 ? left : 256);
	in->jf = below(left < 256 ? left : 256);
	in->k = below(8) == 0 ? rnd() : below(80);
	switch (in->code) {
	case 0x02: case 0x03: case 0x60: case 0x61:
		in->k %= 16;
		break;
	case 0x64: case 0x74:
		in->k %= 32;
		break;
	case 0x34: case 0x94:
		in->k |= 1;
		break;
	case 0x05:
		in->k = in->jt;
		break;
	case 0x06:
		if (below(4) != 0)
			in->code = 0x87;
		break;
	}
}

ATF_TC(random);
ATF_TC_HEAD(random, tc)
{
	atf_tc_set_md_var(tc, "descr", "random programs");
}
ATF_TC_BODY(random, tc)
{
	struct bpf_insn	 prog[80];
	u_char		 pkt[PKTLEN];
	u_int		 hits = 0, i, len, n, plen, ours;

	for (n = 0; n < PROGRAMS; n++) {
		/* Memory is set first: libpcap's is not empty. */
		for (i = 0; i < 16; i++)
			prog[i] = (struct bpf_insn)BPF_STMT(BPF_ST, i);
		plen = 18 + below(62);
		for (; i < plen - 1; i++)
			random_insn(&prog[i], plen - i - 1);
		prog[plen - 1] = (struct bpf_insn)BPF_STMT(0x16, 0);
		ATF_REQUIRE(warren_bpf_validate(prog, plen));
		ATF_REQUIRE(bpf_validate(prog, plen));
		len = make_packet(pkt, DLT_EN10MB);
		ours = warren_bpf_filter(prog, pkt, len, len);
		ATF_REQUIRE_EQ(ours, bpf_filter(prog, pkt, len, len));
		hits += ours != 0;
	}
	ATF_CHECK(hits > PROGRAMS / 20);
}

/* What we take, libpcap takes; it takes a little more. */
ATF_TC(validity);
ATF_TC_HEAD(validity, tc)
{
	atf_tc_set_md_var(tc, "descr", "programs of random bits");
}
ATF_TC_BODY(validity, tc)
{
	struct bpf_insn	 prog[4];
	u_int		 i, n, ok = 0;

	for (n = 0; n < 200000; n++) {
		for (i = 0; i < 4; i++) {
			prog[i].code = rnd() & (below(2) ? 0xff : 0xbf);
			prog[i].jt = below(6);
			prog[i].jf = below(6);
			prog[i].k = below(20);
		}
		if (below(2))
			prog[3].code = 0x06;
		if (!warren_bpf_validate(prog, 4))
			continue;
		ok++;
		for (i = 0; i < 4; i++)
			if (prog[i].code == 0xc0)
				break;		/* a random number: ours */
		if (i == 4)
			ATF_REQUIRE(bpf_validate(prog, 4));
	}
	ATF_CHECK(ok > 100);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, expressions);
	ATF_TP_ADD_TC(tp, random);
	ATF_TP_ADD_TC(tp, validity);
	return (atf_no_error());
}

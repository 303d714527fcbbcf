/*
 * The filter machine inside the kernel: hostile programs, and packets in any
 * number of mbufs.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mbuf.h>

#include <net/bpf.h>

#include <ktest.h>

#define RET(k)	BPF_STMT(BPF_RET | BPF_K, (k))
#define NOP	BPF_STMT(BPF_LD | BPF_IMM, 0)

/* One instruction, with two returns behind it, and whether it may be. */
static const struct {
	const char	*what;
	struct bpf_insn	 insn;
	int		 valid;
} table[] = {
	{ "ret A", BPF_STMT(BPF_RET | BPF_A, 0), 1 },
	{ "ret X", BPF_STMT(BPF_RET | BPF_X, 0), 0 },
	{ "jump to the last", BPF_STMT(BPF_JMP | BPF_JA, 1), 1 },
	{ "jump beyond", BPF_STMT(BPF_JMP | BPF_JA, 2), 0 },
	{ "jump far beyond", BPF_STMT(BPF_JMP | BPF_JA, 0x7fffffff), 0 },
	{ "jump back", BPF_STMT(BPF_JMP | BPF_JA, (u_int32_t)-1), 0 },
	{ "jump back to itself", BPF_STMT(BPF_JMP | BPF_JA,
	    (u_int32_t)-2), 0 },
	{ "branch to the last", BPF_JUMP(BPF_JMP | BPF_JEQ, 0, 1, 0), 1 },
	{ "true beyond", BPF_JUMP(BPF_JMP | BPF_JEQ, 0, 2, 0), 0 },
	{ "false beyond", BPF_JUMP(BPF_JMP | BPF_JEQ, 0, 0, 2), 0 },
	{ "branch 255", BPF_JUMP(BPF_JMP | BPF_JGT, 0, 255, 0), 0 },
	{ "jset x", BPF_JUMP(BPF_JMP | BPF_JSET | BPF_X, 0, 0, 1), 1 },
	{ "no such jump", BPF_JUMP(BPF_JMP | 0x50, 0, 0, 0), 0 },
	{ "no such jump", BPF_JUMP(BPF_JMP | 0xf0, 0, 0, 0), 0 },
	{ "last word", BPF_STMT(BPF_ST, BPF_MEMWORDS - 1), 1 },
	{ "store beyond", BPF_STMT(BPF_ST, BPF_MEMWORDS), 0 },
	{ "store far beyond", BPF_STMT(BPF_ST, UINT_MAX), 0 },
	{ "store x beyond", BPF_STMT(BPF_STX, BPF_MEMWORDS), 0 },
	{ "load beyond", BPF_STMT(BPF_LD | BPF_MEM, BPF_MEMWORDS), 0 },
	{ "load x beyond", BPF_STMT(BPF_LDX | BPF_MEM, BPF_MEMWORDS), 0 },
	{ "load x", BPF_STMT(BPF_LDX | BPF_MEM, 0), 1 },
	{ "div 0", BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 0), 0 },
	{ "div 1", BPF_STMT(BPF_ALU | BPF_DIV | BPF_K, 1), 1 },
	{ "div x", BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0), 1 },
	{ "mod 0", BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 0), 0 },
	{ "mod 3", BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, 3), 1 },
	{ "mod x", BPF_STMT(BPF_ALU | BPF_MOD | BPF_X, 0), 1 },
	{ "xor", BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, 0), 1 },
	{ "shift 40", BPF_STMT(BPF_ALU | BPF_LSH | BPF_K, 40), 1 },
	{ "neg", BPF_STMT(BPF_ALU | BPF_NEG, 0), 1 },
	{ "neg x", BPF_STMT(BPF_ALU | BPF_NEG | BPF_X, 0), 0 },
	{ "no such alu", BPF_STMT(BPF_ALU | 0xb0, 0), 0 },
	{ "load any offset", BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    UINT_MAX), 1 },
	{ "load indirect", BPF_STMT(BPF_LD | BPF_B | BPF_IND,
	    UINT_MAX), 1 },
	{ "load 8 bytes", BPF_STMT(BPF_LD | 0x18 | BPF_ABS, 0), 0 },
	{ "header length", BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0), 1 },
	{ "header length to A", BPF_STMT(BPF_LD | BPF_B | BPF_MSH, 0), 0 },
	{ "x from the packet", BPF_STMT(BPF_LDX | BPF_W | BPF_ABS, 0), 0 },
	{ "length", BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0), 1 },
	{ "length, half", BPF_STMT(BPF_LD | BPF_H | BPF_LEN, 0), 0 },
	{ "random", BPF_STMT(BPF_LD | BPF_W | BPF_RND, 0), 1 },
	{ "no such mode", BPF_STMT(BPF_LD | 0xe0, 0), 0 },
	{ "tax", BPF_STMT(BPF_MISC | BPF_TAX, 0), 1 },
	{ "txa", BPF_STMT(BPF_MISC | BPF_TXA, 0), 1 },
	{ "no such misc", BPF_STMT(BPF_MISC | 0x40, 0), 0 },
	{ "high bits", BPF_STMT(0x8000 | BPF_RET, 0), 0 },
	{ "high bits", BPF_STMT(0x0100 | BPF_JMP | BPF_JEQ, 0), 0 },
	{ "all ones", BPF_STMT(0xffff, UINT_MAX), 0 },
};

KTEST(validate, "each instruction, and its hostile neighbours")
{
	struct bpf_insn	 prog[3] = { NOP, RET(1), RET(0) };
	u_int		 i;

	for (i = 0; i < nitems(table); i++) {
		KT_CASE("%s", table[i].what);
		prog[0] = table[i].insn;
		KT_EQ(bpf_validate(prog, 3), table[i].valid);
	}
}

KTEST(lengths, "programs that are too short, too long or have no end")
{
	static struct bpf_insn	 prog[BPF_MAXINSNS + 1];
	struct bpf_insn		 nop = NOP, ret = RET(7);
	u_char			 byte = 0;
	u_int			 i;

	for (i = 0; i < nitems(prog); i++)
		prog[i] = nop;
	KT_EQ(bpf_validate(prog, 0), 0);
	KT_EQ(bpf_validate(prog, -1), 0);
	KT_EQ(bpf_validate(prog, 10), 0);
	prog[BPF_MAXINSNS] = ret;
	KT_EQ(bpf_validate(prog, BPF_MAXINSNS + 1), 0);
	prog[BPF_MAXINSNS - 1] = ret;
	KT_EQ(bpf_validate(prog, BPF_MAXINSNS), 1);
	KT_EQ(bpf_filter(prog, &byte, 1, 1), 7);
	KT_EQ(bpf_filter(NULL, &byte, 1, 1), UINT_MAX);
}

/* A = a, X = x, then the instruction, then return A. */
static u_int
compute(u_int32_t a, u_int32_t x, struct bpf_insn in)
{
	struct bpf_insn	 prog[] = {
		BPF_STMT(BPF_LDX | BPF_IMM, 0), BPF_STMT(BPF_LD | BPF_IMM, 0),
		NOP, BPF_STMT(BPF_RET | BPF_A, 0)
	};
	u_char		 byte = 0;

	prog[0].k = x;
	prog[1].k = a;
	prog[2] = in;
	KT_EQ(bpf_validate(prog, 4), 1);
	return (bpf_filter(prog, &byte, 1, 1));
}

#define ALU(op, src, k)	\
	((struct bpf_insn)BPF_STMT(BPF_ALU | (op) | (src), (k)))

KTEST(arithmetic, "32 bits, unsigned, division by nothing is no match")
{
	KT_EQ(compute(7, 0, ALU(BPF_ADD, BPF_K, UINT_MAX)), 6);
	KT_EQ(compute(7, 8, ALU(BPF_SUB, BPF_X, 0)), UINT_MAX);
	KT_EQ(compute(0x10001, 0, ALU(BPF_MUL, BPF_K, 0x10000)), 0x10000);
	KT_EQ(compute(UINT_MAX, 2, ALU(BPF_DIV, BPF_X, 0)), 0x7fffffff);
	KT_EQ(compute(7, 0, ALU(BPF_DIV, BPF_X, 0)), 0);
	KT_EQ(compute(7, 0, ALU(BPF_MOD, BPF_X, 0)), 0);
	KT_EQ(compute(7, 4, ALU(BPF_MOD, BPF_X, 0)), 3);
	KT_EQ(compute(7, 0, ALU(BPF_MOD, BPF_K, 5)), 2);
	KT_EQ(compute(6, 0, ALU(BPF_XOR, BPF_K, 3)), 5);
	KT_EQ(compute(6, 3, ALU(BPF_AND, BPF_X, 0)), 2);
	KT_EQ(compute(6, 3, ALU(BPF_OR, BPF_X, 0)), 7);
	KT_EQ(compute(1, 31, ALU(BPF_LSH, BPF_X, 0)), 0x80000000);
	KT_EQ(compute(1, 32, ALU(BPF_LSH, BPF_X, 0)), 0);
	KT_EQ(compute(0x80000000, 31, ALU(BPF_RSH, BPF_X, 0)), 1);
	KT_EQ(compute(0x80000000, UINT_MAX, ALU(BPF_RSH, BPF_X, 0)), 0);
	KT_EQ(compute(1, 0, ALU(BPF_NEG, 0, 0)), UINT_MAX);
}

/* Memory holds nothing of an earlier program. */
KTEST(memory, "scratch memory begins empty")
{
	static const struct bpf_insn	 fill[] = {
		BPF_STMT(BPF_LD | BPF_IMM, 0x1234),
		BPF_STMT(BPF_ST, 3), RET(1)
	};
	static const struct bpf_insn	 look[] = {
		BPF_STMT(BPF_LD | BPF_MEM, 3), BPF_STMT(BPF_RET | BPF_A, 0)
	};
	u_char				 byte = 0;

	KT_EQ(bpf_filter(fill, &byte, 1, 1), 1);
	KT_EQ(bpf_filter(look, &byte, 1, 1), 0);
}

/* A load of size at k from 10 bytes, of which the packet had more. */
static u_int
load(u_int size, u_int32_t k)
{
	static const u_char	 pkt[10] = { 0x80, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	struct bpf_insn		 prog[] = {
		BPF_STMT(BPF_LD | BPF_ABS, 0), BPF_STMT(BPF_RET | BPF_A, 0)
	};

	prog[0].code |= size;
	prog[0].k = k;
	return (bpf_filter(prog, pkt, 100, sizeof(pkt)));
}

KTEST(bounds, "loads up to the last byte, and none beyond")
{
	KT_EQ(load(BPF_W, 0), 0x80010203);
	KT_EQ(load(BPF_W, 6), 0x06070809);
	KT_EQ(load(BPF_W, 7), 0);
	KT_EQ(load(BPF_H, 8), 0x0809);
	KT_EQ(load(BPF_H, 9), 0);
	KT_EQ(load(BPF_B, 9), 9);
	KT_EQ(load(BPF_B, 10), 0);
	KT_EQ(load(BPF_W, UINT_MAX - 1), 0);
	KT_EQ(load(BPF_B, UINT_MAX), 0);
}

#define PKT	200

/* The packet in pieces of random length, some of them empty. */
static struct mbuf *
scatter(struct ktest_rand *kr, const u_char *pkt)
{
	struct mbuf	*m, *n, **tail;
	u_int		 len, off;

	m = m_gethdr(M_WAIT, MT_DATA);
	m->m_len = 0;
	tail = &m->m_next;
	for (off = 0; off < PKT; off += len) {
		len = ktest_rand_below(kr, 9);
		len = MIN(len, PKT - off);
		n = m_get(M_WAIT, MT_DATA);
		memcpy(mtod(n, u_char *), pkt + off, len);
		n->m_len = len;
		*tail = n;
		tail = &n->m_next;
	}
	m->m_pkthdr.len = PKT;
	return (m);
}

static void
random_insn(struct ktest_rand *kr, struct bpf_insn *in, u_int left)
{
	static const u_int16_t	 codes[] = {
		BPF_LD | BPF_W | BPF_ABS, BPF_LD | BPF_H | BPF_ABS,
		BPF_LD | BPF_B | BPF_ABS, BPF_LD | BPF_W | BPF_IND,
		BPF_LD | BPF_H | BPF_IND, BPF_LD | BPF_B | BPF_IND,
		BPF_LDX | BPF_B | BPF_MSH, BPF_LD | BPF_W | BPF_LEN,
		BPF_ST, BPF_STX, BPF_LD | BPF_MEM, BPF_LDX | BPF_MEM,
		BPF_MISC | BPF_TAX, BPF_MISC | BPF_TXA,
		BPF_ALU | BPF_ADD | BPF_X, BPF_ALU | BPF_AND | BPF_K,
		BPF_ALU | BPF_XOR | BPF_X, BPF_ALU | BPF_MUL | BPF_K,
		BPF_JMP | BPF_JGT | BPF_K, BPF_JMP | BPF_JSET | BPF_X,
	};

	in->code = codes[ktest_rand_below(kr, nitems(codes))];
	in->k = ktest_rand_below(kr, in->code == BPF_ST ||
	    in->code == BPF_STX || BPF_MODE(in->code) == BPF_MEM ?
	    BPF_MEMWORDS : PKT);
	in->jt = ktest_rand_below(kr, MIN(left, 256));
	in->jf = ktest_rand_below(kr, MIN(left, 256));
}

KTEST(scattered, "a chain of mbufs reads as one piece does")
{
	struct ktest_rand	 kr;
	struct bpf_insn		 prog[33];
	struct mbuf		*m;
	u_char			 pkt[PKT];
	u_int			 flat, i, n, same = 0;

	ktest_srand(&kr, 4);
	for (n = 0; n < 2000; n++) {
		for (i = 0; i < PKT; i++)
			pkt[i] = ktest_rand(&kr);
		for (i = 0; i < 32; i++)
			random_insn(&kr, &prog[i], 32 - i);
		prog[32] = (struct bpf_insn)BPF_STMT(BPF_RET | BPF_A, 0);
		KT_REQUIRE(bpf_validate(prog, 33));
		m = scatter(&kr, pkt);
		flat = bpf_filter(prog, pkt, PKT, PKT);
		KT_CASE("program %u", n);
		KT_EQ(bpf_mfilter(prog, m, PKT), flat);
		same += flat != 0;
		m_freem(m);
	}
	/* It was not only failures that agreed. */
	KT_RANGE(same, 200, 2000);
}

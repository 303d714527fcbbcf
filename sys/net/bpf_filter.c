/*
 * The classic packet filter machine, and the check that a program must pass
 * before it runs.
 *
 * The machine has an accumulator A, an index X and a few words of memory, all
 * zero at the start.  Jumps only go forward and stay inside the program, and
 * its last instruction returns; so every program ends, after at most as many
 * steps as it has instructions.  A load from beyond the packet, and a
 * division by zero, end it with 0: the packet does not match.
 *
 * Nothing here but the packet's bytes is read, by the three functions of
 * struct bpf_ops, so tests run this file on the host (BPF_MACHINE).
 */
#ifdef _KERNEL
#include <sys/param.h>
#include <sys/systm.h>
#else
#include <sys/types.h>
#include <stdlib.h>
#include <string.h>
#endif
#include <net/bpf.h>

/* What the running program has. */
struct machine {
	u_int32_t		 a;
	u_int32_t		 x;
	u_int32_t		 mem[BPF_MEMWORDS];
	const void		*pkt;
	const struct bpf_ops	*ops;
};

static u_int32_t
machine_random(void)
{
#ifdef _KERNEL
	return (arc4random());
#else
	return ((u_int32_t)random());
#endif
}

/* Arithmetic; 0, or 1 for a division by zero. */
static int
machine_alu(u_int32_t *a, u_int op, u_int32_t v)
{
	switch (op) {
	case BPF_ADD:
		*a += v;
		break;
	case BPF_SUB:
		*a -= v;
		break;
	case BPF_MUL:
		*a *= v;
		break;
	case BPF_DIV:
		if (v == 0)
			return (1);
		*a /= v;
		break;
	case BPF_MOD:
		if (v == 0)
			return (1);
		*a %= v;
		break;
	case BPF_AND:
		*a &= v;
		break;
	case BPF_OR:
		*a |= v;
		break;
	case BPF_XOR:
		*a ^= v;
		break;
	case BPF_LSH:
		*a = v < 32 ? *a << v : 0;
		break;
	case BPF_RSH:
		*a = v < 32 ? *a >> v : 0;
		break;
	case BPF_NEG:
		*a = -*a;
		break;
	}
	return (0);
}

static int
machine_test(u_int32_t a, u_int op, u_int32_t v)
{
	switch (op) {
	case BPF_JEQ:
		return (a == v);
	case BPF_JGT:
		return (a > v);
	case BPF_JGE:
		return (a >= v);
	default:
		return ((a & v) != 0);
	}
}

/* Loads of A from the packet; non-zero beyond its end. */
static int
machine_fetch(struct machine *m, const struct bpf_insn *pc)
{
	u_int32_t	 at = pc->k;
	int		 err = 0;

	if (BPF_MODE(pc->code) == BPF_IND) {
		at += m->x;
		if (at < m->x)
			return (1);
	}
	switch (BPF_SIZE(pc->code)) {
	case BPF_W:
		m->a = m->ops->ldw(m->pkt, at, &err);
		break;
	case BPF_H:
		m->a = m->ops->ldh(m->pkt, at, &err);
		break;
	default:
		m->a = m->ops->ldb(m->pkt, at, &err);
		break;
	}
	return (err);
}

/* All other loads and stores; non-zero beyond the packet's end. */
static int
machine_move(struct machine *m, const struct bpf_insn *pc, u_int wirelen)
{
	int		 err = 0;

	switch (pc->code) {
	case BPF_LD | BPF_W | BPF_LEN:
		m->a = wirelen;
		break;
	case BPF_LDX | BPF_W | BPF_LEN:
		m->x = wirelen;
		break;
	case BPF_LD | BPF_W | BPF_RND:
		m->a = machine_random();
		break;
	case BPF_LDX | BPF_MSH | BPF_B:
		m->x = (m->ops->ldb(m->pkt, pc->k, &err) & 0x0f) << 2;
		break;
	case BPF_LD | BPF_IMM:
		m->a = pc->k;
		break;
	case BPF_LDX | BPF_IMM:
		m->x = pc->k;
		break;
	case BPF_LD | BPF_MEM:
		m->a = m->mem[pc->k];
		break;
	case BPF_LDX | BPF_MEM:
		m->x = m->mem[pc->k];
		break;
	case BPF_ST:
		m->mem[pc->k] = m->a;
		break;
	case BPF_STX:
		m->mem[pc->k] = m->x;
		break;
	default:
		return (machine_fetch(m, pc));
	}
	return (err);
}

/*
 * Run a program that bpf_validate() has passed on a packet, which ops can
 * read and which was wirelen bytes long on the link.  Returns how many bytes
 * of it are wanted, 0 for no match; for no program at all (pc is NULL) all
 * of them.
 */
u_int
_bpf_filter(const struct bpf_insn *pc, const struct bpf_ops *ops,
    const void *pkt, u_int wirelen)
{
	struct machine	 m;
	u_int32_t	 v;

	if (pc == NULL)
		return ((u_int)-1);
	memset(&m, 0, sizeof(m));
	m.pkt = pkt;
	m.ops = ops;
	for (;; pc++) {
		v = BPF_SRC(pc->code) == BPF_X ? m.x : pc->k;
		switch (BPF_CLASS(pc->code)) {
		case BPF_RET:
			return (BPF_RVAL(pc->code) == BPF_A ? m.a : pc->k);
		case BPF_JMP:
			if (BPF_OP(pc->code) == BPF_JA)
				pc += pc->k;
			else
				pc += machine_test(m.a, BPF_OP(pc->code), v) ?
				    pc->jt : pc->jf;
			break;
		case BPF_ALU:
			if (machine_alu(&m.a, BPF_OP(pc->code), v))
				return (0);
			break;
		case BPF_MISC:
			if (BPF_MISCOP(pc->code) == BPF_TAX)
				m.x = m.a;
			else
				m.a = m.x;
			break;
		default:
			if (machine_move(&m, pc, wirelen))
				return (0);
			break;
		}
	}
}

/* A packet that lies in one piece. */
struct flat {
	const u_char	*buf;
	u_int		 len;
};

static const u_char *
flat_at(const struct flat *f, u_int32_t k, u_int n, int *err)
{
	*err = k > f->len || n > f->len - k;
	return (f->buf + (*err ? 0 : k));
}

static u_int32_t
flat_ldw(const void *pkt, u_int32_t k, int *err)
{
	const u_char	*p = flat_at(pkt, k, 4, err);

	return (*err ? 0 : (u_int32_t)p[0] << 24 | (u_int32_t)p[1] << 16 |
	    (u_int32_t)p[2] << 8 | p[3]);
}

static u_int32_t
flat_ldh(const void *pkt, u_int32_t k, int *err)
{
	const u_char	*p = flat_at(pkt, k, 2, err);

	return (*err ? 0 : (u_int32_t)p[0] << 8 | p[1]);
}

static u_int32_t
flat_ldb(const void *pkt, u_int32_t k, int *err)
{
	const u_char	*p = flat_at(pkt, k, 1, err);

	return (*err ? 0 : *p);
}

static const struct bpf_ops flat_ops = { flat_ldw, flat_ldh, flat_ldb };

/*
 * The same on a packet whose first buflen bytes lie at buf.
 */
u_int
bpf_filter(const struct bpf_insn *pc, const u_char *buf, u_int wirelen,
    u_int buflen)
{
	struct flat	 f = { buf, buflen };

	return (_bpf_filter(pc, &flat_ops, &f, wirelen));
}

/* Is this an instruction, and do its operand and memory word exist? */
static int
valid_move(const struct bpf_insn *p)
{
	switch (p->code) {
	case BPF_LD | BPF_W | BPF_ABS:
	case BPF_LD | BPF_H | BPF_ABS:
	case BPF_LD | BPF_B | BPF_ABS:
	case BPF_LD | BPF_W | BPF_IND:
	case BPF_LD | BPF_H | BPF_IND:
	case BPF_LD | BPF_B | BPF_IND:
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LD | BPF_W | BPF_RND:
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_LDX | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_MSH | BPF_B:
		return (1);
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
		return (p->k < BPF_MEMWORDS);
	}
	return (0);
}

static int
valid_alu(const struct bpf_insn *p)
{
	switch (p->code & ~BPF_X) {
	case BPF_ALU | BPF_ADD:
	case BPF_ALU | BPF_SUB:
	case BPF_ALU | BPF_MUL:
	case BPF_ALU | BPF_OR:
	case BPF_ALU | BPF_AND:
	case BPF_ALU | BPF_XOR:
	case BPF_ALU | BPF_LSH:
	case BPF_ALU | BPF_RSH:
		return (1);
	case BPF_ALU | BPF_NEG:
		return (BPF_SRC(p->code) == BPF_K);
	case BPF_ALU | BPF_DIV:
	case BPF_ALU | BPF_MOD:
		return (BPF_SRC(p->code) == BPF_X || p->k != 0);
	}
	return (0);
}

/* A jump at a place with left instructions behind it. */
static int
valid_jump(const struct bpf_insn *p, u_int left)
{
	switch (p->code) {
	case BPF_JMP | BPF_JA:
		return (p->k < left);
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JEQ | BPF_X:
	case BPF_JMP | BPF_JGT | BPF_K:
	case BPF_JMP | BPF_JGT | BPF_X:
	case BPF_JMP | BPF_JGE | BPF_K:
	case BPF_JMP | BPF_JGE | BPF_X:
	case BPF_JMP | BPF_JSET | BPF_K:
	case BPF_JMP | BPF_JSET | BPF_X:
		return (p->jt < left && p->jf < left);
	}
	return (0);
}

static int
valid_insn(const struct bpf_insn *p, u_int left)
{
	switch (BPF_CLASS(p->code)) {
	case BPF_RET:
		return (p->code == (BPF_RET | BPF_K) ||
		    p->code == (BPF_RET | BPF_A));
	case BPF_JMP:
		return (valid_jump(p, left));
	case BPF_ALU:
		return (valid_alu(p));
	case BPF_MISC:
		return (p->code == (BPF_MISC | BPF_TAX) ||
		    p->code == (BPF_MISC | BPF_TXA));
	default:
		return (valid_move(p));
	}
}

/*
 * Is this program of len instructions one that the machine can run to an
 * end?  1, or 0: empty or too long, an instruction that does not exist, a
 * division by the constant 0, memory that does not exist, a jump out of the
 * program, no return at its end.
 */
int
bpf_validate(const struct bpf_insn *f, int len)
{
	int		 i;

	if (len < 1 || len > BPF_MAXINSNS)
		return (0);
	for (i = 0; i < len; i++)
		if (!valid_insn(&f[i], len - i - 1))
			return (0);
	return (BPF_CLASS(f[len - 1].code) == BPF_RET);
}

/*
 * Filters: pcap-filter(7) expressions, compiled by libpcap.
 *
 * Two things of OpenBSD's are not libpcap's.  There a protocol's name may
 * follow `proto' as it is; here one that is also a keyword (esp, ah, icmp)
 * wants a backslash, which is put in.  And the link types with a family in
 * front have BSD's number of IPv6 there, where a libpcap made for another
 * system compares with its own: the program is corrected.
 */
#include <sys/types.h>

#include <ctype.h>
#include <err.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <sys/bsdnum.h>
#include "tcpdump.h"

/* Link types, as bpf(4) numbers them and as libpcap does. */
static const struct linktype {
	const char	*lt_name;
	int		 lt_bpf;
	int		 lt_pcap;
} linktypes[] = {
	{ "NULL",	0,	DLT_NULL },
	{ "EN10MB",	1,	DLT_EN10MB },
	{ "PPP",	9,	DLT_PPP },
	{ "LOOP",	12,	DLT_LOOP },
	{ "ENC",	13,	DLT_ENC },
	{ "RAW",	14,	DLT_RAW },
	{ "PFSYNC",	18,	DLT_PFSYNC },
	{ "PPP_ETHER",	51,	DLT_PPP_ETHER },
	{ "IEEE802_11",	105,	DLT_IEEE802_11 },
	{ "PFLOG",	117,	DLT_PFLOG },
};

#define NLINKTYPES	(sizeof(linktypes) / sizeof(linktypes[0]))

/*
 * The number in bpf(4) of a link type's name, with or without DLT_ in front;
 * -1 when there is none.
 */
int
filter_dlt(const char *name)
{
	size_t	 i;

	if (strncasecmp(name, "DLT_", 4) == 0)
		name += 4;
	for (i = 0; i < NLINKTYPES; i++)
		if (strcasecmp(name, linktypes[i].lt_name) == 0)
			return (linktypes[i].lt_bpf);
	return (-1);
}

/*
 * The name of a link type of bpf(4), or NULL.
 */
const char *
filter_dltname(int dlt)
{
	size_t	 i;

	for (i = 0; i < NLINKTYPES; i++)
		if (linktypes[i].lt_bpf == dlt)
			return (linktypes[i].lt_name);
	return (NULL);
}

static int
dlt_to_pcap(int dlt)
{
	size_t	 i;

	for (i = 0; i < NLINKTYPES; i++)
		if (linktypes[i].lt_bpf == dlt)
			return (linktypes[i].lt_pcap);
	return (dlt);
}

/*
 * Escaping.
 */

/* Length of the word or of the sign at s. */
static size_t
token(const char *s)
{
	size_t	 n = 0;

	while (isalnum((u_char)s[n]) || strchr("._-:/\\", s[n]) != NULL) {
		if (s[n] == '\0')
			break;
		n++;
	}
	return (n == 0 ? 1 : n);
}

static int
is_word(const char *s, size_t n, const char *word)
{
	return (strlen(word) == n && strncmp(s, word, n) == 0);
}

/* After `proto': a name that may be mistaken for a keyword. */
static int
is_name(const char *s, size_t n)
{
	return (isalpha((u_char)*s) && !is_word(s, n, "or") &&
	    !is_word(s, n, "and") && !is_word(s, n, "not"));
}

/*
 * The expression with a backslash before each protocol's name that follows
 * `proto', alone or in parentheses.  The caller frees it.
 */
char *
filter_escape(const char *expr)
{
	char	*out, *o;
	size_t	 n;
	int	 depth = 0, names = 0;

	if ((out = o = malloc(2 * strlen(expr) + 1)) == NULL)
		err(1, NULL);
	for (; *expr != '\0'; expr += n) {
		n = token(expr);
		if (isspace((u_char)*expr))
			;
		else if (names && *expr == '(')
			depth++;
		else if (names && *expr == ')') {
			if (--depth <= 0)
				names = 0;
		} else if (names) {
			if (is_name(expr, n))
				*o++ = '\\';
			names = depth > 0;
		} else if (is_word(expr, n, "proto")) {
			names = 1;
			depth = 0;
		}
		memcpy(o, expr, n);
		o += n;
	}
	*o = '\0';
	return (out);
}

/*
 * Families.
 */

/* The word at offset 0 as a program for this link type sees it, for a family;
 * 0 when there is no family. */
static uint32_t
family_word(int dlt, uint32_t af)
{
	switch (dlt) {
	case DLT_LOOP:
		return (af);
	case DLT_NULL:
	case DLT_ENC:
		return (__builtin_bswap32(af));
	}
	return (0);
}

/* What follows has the family in A only if it has on all ways there. */
static void
flow(signed char *known, u_int to, int isfamily)
{
	if (known[to] == -1)
		known[to] = isfamily;
	else
		known[to] &= isfamily;
}

/* After the instruction, is the family in A? */
static int
keeps_family(const struct bpf_insn *in, int before)
{
	if (in->code == (BPF_LD | BPF_W | BPF_ABS))
		return (in->k == 0);
	switch (BPF_CLASS(in->code)) {
	case BPF_LD:
	case BPF_ALU:
		return (0);
	case BPF_MISC:
		return (before && BPF_MISCOP(in->code) == BPF_TAX);
	}
	return (before);
}

/* Comparisons with the C library's IPv6 become ones with BSD's. */
static void
fix_families(struct bpf_program *bp, int dlt)
{
	struct bpf_insn	*in;
	signed char	*known;
	uint32_t	 ours = family_word(dlt, BSD_AF_INET6);
	uint32_t	 theirs = family_word(dlt, LX_AF_INET6);
	u_int		 i;
	int		 is;

	if (ours == 0 || (known = malloc(bp->bf_len)) == NULL)
		return;
	memset(known, -1, bp->bf_len);
	for (i = 0; i < bp->bf_len; i++) {
		in = &bp->bf_insns[i];
		is = keeps_family(in, known[i] == 1);
		if (BPF_CLASS(in->code) == BPF_RET)
			continue;
		if (BPF_CLASS(in->code) != BPF_JMP) {
			flow(known, i + 1, is);
			continue;
		}
		if (BPF_OP(in->code) == BPF_JA) {
			flow(known, i + 1 + in->k, is);
			continue;
		}
		if (is && in->code == (BPF_JMP | BPF_JEQ | BPF_K) &&
		    in->k == theirs)
			in->k = ours;
		flow(known, i + 1 + in->jt, is);
		flow(known, i + 1 + in->jf, is);
	}
	free(known);
}

/*
 * Compile the command line's expression for a link type of bpf(4).  Ends the
 * program when there is a mistake in it.
 */
void
filter_compile(struct program *prog, const struct options *o, int dlt)
{
	struct bpf_program	 bp;
	pcap_t			*pc;
	char			*expr;

	dlt = dlt_to_pcap(dlt);
	if ((pc = pcap_open_dead(dlt, o->o_snaplen)) == NULL)
		errx(1, "no memory for the filter");
	expr = filter_escape(o->o_expr);
	if (pcap_compile(pc, &bp, expr, !o->o_nooptimize,
	    o->o_netmask) == -1)
		errx(1, "%s", pcap_geterr(pc));
	free(expr);
	fix_families(&bp, dlt);
	prog->p_insns = bp.bf_insns;
	prog->p_len = bp.bf_len;
	pcap_close(pc);
}

/*
 * Print the program: readable (1), as C (2) or as numbers (3).
 */
void
filter_dump(const struct program *prog, int how)
{
	struct bpf_program	 bp = { prog->p_len, prog->p_insns };

	bpf_dump(&bp, how);
}

/*
 * Does it match a packet of a file?
 */
int
filter_matches(const struct program *prog, const struct packet *pk)
{
	return (bpf_filter(prog->p_insns, pk->pk_data, pk->pk_len,
	    pk->pk_caplen) != 0);
}

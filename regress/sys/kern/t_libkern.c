/*
 * The freestanding library: strings, numbers, sorting, printf, ChaCha20.
 */
#include <sys/types.h>
#include <sys/limits.h>
#include <sys/systm.h>

#include <lib/libkern/chacha20.h>

#include <ktest.h>

static int
sign(int v)
{
	return (v > 0) - (v < 0);
}

KTEST(compare, "strcmp and kin, by unsigned bytes and within bounds")
{
	static const struct {
		const char	*a, *b;
		size_t		 n;
		int		 cmp, ncmp, casecmp;
	} t[] = {
		{ "", "", 0, 0, 0, 0 },
		{ "", "a", 1, -1, -1, -1 },
		{ "abc", "abd", 2, -1, 0, -1 },
		{ "abc", "abd", 3, -1, -1, -1 },
		{ "abc", "ab", 3, 1, 1, 1 },
		{ "ABC", "abc", 3, -1, -1, 0 },
		{ "\xff", "a", 1, 1, 1, 1 },
		{ "a_", "aA", 2, 1, 1, -1 },
		{ "same", "same", 99, 0, 0, 0 },
	};
	size_t	 i;

	for (i = 0; i < nitems(t); i++) {
		KT_CASE("\"%s\" \"%s\"", t[i].a, t[i].b);
		KT_EQ(sign(strcmp(t[i].a, t[i].b)), t[i].cmp);
		KT_EQ(sign(strncmp(t[i].a, t[i].b, t[i].n)), t[i].ncmp);
		KT_EQ(sign(strcasecmp(t[i].a, t[i].b)), t[i].casecmp);
	}
	KT_EQ(strncasecmp("ABx", "aby", 2), 0);
}

KTEST(copy, "strlcpy, strlcat and strncpy keep to their buffers")
{
	char	 buf[8];

	memset(buf, '!', sizeof(buf));
	KT_EQ(strlcpy(buf, "abcdef", 4), 6);
	KT_STREQ(buf, "abc");
	KT_EQ(buf[4], '!');
	KT_EQ(strlcpy(buf, "", 4), 0);
	KT_STREQ(buf, "");
	memset(buf, '!', sizeof(buf));
	KT_EQ(strlcpy(buf, "x", 0), 1);
	KT_EQ(buf[0], '!');

	strlcpy(buf, "ab", sizeof(buf));
	KT_EQ(strlcat(buf, "cd", 4), 4);
	KT_STREQ(buf, "abc");
	KT_EQ(strlcat(buf, "defgh", sizeof(buf)), 8);
	KT_STREQ(buf, "abcdefg");
	memset(buf, 'x', sizeof(buf));
	KT_EQ(strlcat(buf, "yz", 4), 6);
	KT_EQ(buf[4], 'x');

	memset(buf, '!', sizeof(buf));
	strncpy(buf, "ab", 4);
	KT_MEMEQ(buf, "ab\0\0!!!!", 8);
	strncpy(buf, "abcdef", 3);
	KT_MEMEQ(buf, "abc\0!!!!", 8);
}

KTEST(search, "finding bytes and strings")
{
	static const char	 s[] = "hello, world";
	char			 fields[] = "a:b::c";
	char			*p = fields;

	KT_EQ(strlen(s), 12);
	KT_EQ(strnlen(s, 5), 5);
	KT_EQ(strnlen(s, 99), 12);
	KT_PTREQ(strchr(s, 'l'), s + 2);
	KT_PTREQ(strrchr(s, 'l'), s + 10);
	KT_PTREQ(strchr(s, '\0'), s + 12);
	KT_PTREQ(strrchr(s, '\0'), s + 12);
	KT_PTREQ(strchr(s, 'z'), NULL);
	KT_PTREQ(strrchr(s, 'z'), NULL);
	KT_PTREQ(strstr(s, "lo"), s + 3);
	KT_PTREQ(strstr(s, "world"), s + 7);
	KT_PTREQ(strstr(s, "worlds"), NULL);
	KT_PTREQ(strstr(s, ""), s);
	KT_EQ(strspn(s, "leh"), 4);
	KT_EQ(strcspn(s, ",w"), 5);
	KT_EQ(strcspn(s, "z"), 12);
	KT_PTREQ(memchr(s, 'o', 4), NULL);
	KT_PTREQ(memchr(s, 'o', 5), s + 4);
	KT_PTREQ(memmem(s, 12, "ld", 2), s + 10);
	KT_PTREQ(memmem(s, 11, "ld", 2), NULL);
	KT_PTREQ(memmem(s, 1, "hello", 5), NULL);

	KT_STREQ(strsep(&p, ":"), "a");
	KT_STREQ(strsep(&p, ":"), "b");
	KT_STREQ(strsep(&p, ":"), "");
	KT_STREQ(strsep(&p, ":"), "c");
	KT_PTREQ(strsep(&p, ":"), NULL);
}

KTEST(timingsafe, "constant-time comparison against memcmp")
{
	struct ktest_rand	 kr;
	uint8_t			 a[16], b[16];
	int			 i;
	size_t			 n;

	ktest_srand(&kr, 1);
	for (i = 0; i < 20000; i++) {
		for (n = 0; n < sizeof(a); n++) {
			a[n] = ktest_rand(&kr);
			b[n] = ktest_rand_below(&kr, 8) ? a[n] :
			    ktest_rand(&kr);
		}
		n = ktest_rand_below(&kr, sizeof(a) + 1);
		if (!KT_EQ(timingsafe_memcmp(a, b, n),
		    sign(memcmp(a, b, n))) ||
		    !KT_EQ(timingsafe_bcmp(a, b, n), memcmp(a, b, n) != 0))
			return;
	}
	memset(a, 0xaa, sizeof(a));
	explicit_bzero(a, 15);
	KT_EQ(a[14], 0);
	KT_EQ(a[15], 0xaa);
}

KTEST(strtonum, "numbers, their limits and what is none")
{
	static const struct {
		const char	*s;
		long long	 min, max, want;
		const char	*err;
	} t[] = {
		{ "0", 0, 10, 0, NULL },
		{ "10", 0, 10, 10, NULL },
		{ "11", 0, 10, 0, "too large" },
		{ "-1", 0, 10, 0, "too small" },
		{ "+5", 0, 10, 5, NULL },
		{ " 5", 0, 10, 5, NULL },
		{ "5 ", 0, 10, 0, "invalid" },
		{ "", 0, 10, 0, "invalid" },
		{ "-", -5, 10, 0, "invalid" },
		{ "0x5", 0, 10, 0, "invalid" },
		{ "--5", -9, 10, 0, "invalid" },
		{ "5", 10, 0, 0, "invalid" },
		{ "9223372036854775807", LLONG_MIN, LLONG_MAX, LLONG_MAX,
		    NULL },
		{ "9223372036854775808", LLONG_MIN, LLONG_MAX, 0,
		    "too large" },
		{ "-9223372036854775808", LLONG_MIN, LLONG_MAX, LLONG_MIN,
		    NULL },
		{ "-9223372036854775809", LLONG_MIN, LLONG_MAX, 0,
		    "too small" },
		{ "99999999999999999999999", 0, LLONG_MAX, 0, "too large" },
	};
	const char	*err;
	size_t		 i;

	for (i = 0; i < nitems(t); i++) {
		KT_CASE("\"%s\"", t[i].s);
		KT_EQ(strtonum(t[i].s, t[i].min, t[i].max, &err), t[i].want);
		if (t[i].err == NULL)
			KT_PTREQ(err, NULL);
		else
			KT_STREQ(err, t[i].err);
	}
}

KTEST(strtoull, "bases, prefixes and overflow")
{
	static const struct {
		const char		*s;
		int			 base, used;
		unsigned long long	 want;
	} t[] = {
		{ "10", 0, 2, 10 },
		{ "010", 0, 3, 8 },
		{ "0x1F", 0, 4, 31 },
		{ "1Fg", 16, 2, 31 },
		{ "0x1f", 16, 4, 31 },
		{ "0xg", 0, 1, 0 },
		{ "zz", 36, 2, 35 * 36 + 35 },
		{ "  7", 10, 3, 7 },
		{ "x", 10, 0, 0 },
		{ "18446744073709551615", 10, 20, ULLONG_MAX },
		{ "18446744073709551616", 10, 20, ULLONG_MAX },
	};
	char	*end;
	size_t	 i;

	for (i = 0; i < nitems(t); i++) {
		KT_CASE("\"%s\"", t[i].s);
		KT_EQ(strtoull(t[i].s, &end, t[i].base), t[i].want);
		KT_EQ(end - t[i].s, t[i].used);
	}
}

static int
cmp_u32(const void *a, const void *b)
{
	uint32_t	 x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x < y ? -1 : x > y);
}

KTEST(qsort, "sorting and searching arrays of every small length")
{
	struct ktest_rand	 kr;
	uint32_t		 v[64], key, *p;
	uint64_t		 sum, after;
	size_t			 i, n;

	ktest_srand(&kr, 2);
	for (n = 0; n <= nitems(v); n++) {
		KT_CASE("%zu elements", n);
		sum = after = 0;
		for (i = 0; i < n; i++) {
			v[i] = ktest_rand_below(&kr, 100) * 2;
			sum += (uint64_t)v[i] * v[i];
		}
		qsort(v, n, sizeof(v[0]), cmp_u32);
		for (i = 0; i < n; i++) {
			KT_TRUE(i == 0 || v[i - 1] <= v[i]);
			after += (uint64_t)v[i] * v[i];
			p = bsearch(&v[i], v, n, sizeof(v[0]), cmp_u32);
			KT_TRUE(p != NULL && *p == v[i]);
			key = v[i] + 1;
			KT_PTREQ(bsearch(&key, v, n, sizeof(v[0]), cmp_u32),
			    NULL);
		}
		KT_EQ(after, sum);
	}
}

static char	 prf_buf[128];

static const char *
prf(const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(prf_buf, sizeof(prf_buf), fmt, ap);
	va_end(ap);
	return (prf_buf);
}

KTEST(printf_integers, "every integer conversion with flags and sizes")
{
	KT_STREQ(prf("%d %i %u", -5, 5, 5u), "-5 5 5");
	KT_STREQ(prf("%d", INT_MIN), "-2147483648");
	KT_STREQ(prf("%ld %lld", LONG_MIN, LLONG_MAX),
	    "-9223372036854775808 9223372036854775807");
	KT_STREQ(prf("%hhd %hd", 0x1ff, 0x18000), "-1 -32768");
	KT_STREQ(prf("%hhu %hu", 0x1ff, 0x18000), "255 32768");
	KT_STREQ(prf("%zu %jd %td", (size_t)7, (intmax_t)-7, (ptrdiff_t)3),
	    "7 -7 3");
	KT_STREQ(prf("[%5d] [%-5d] [%05d]", 42, 42, 42),
	    "[   42] [42   ] [00042]");
	KT_STREQ(prf("[%5d] [%-5d] [%05d]", -42, -42, -42),
	    "[  -42] [-42  ] [-0042]");
	KT_STREQ(prf("[%+d] [% d] [%+d]", 1, 1, -1), "[+1] [ 1] [-1]");
	KT_STREQ(prf("[%.3d] [%8.3d] [%08.3d]", 5, 5, 5),
	    "[005] [     005] [     005]");
	KT_STREQ(prf("[%.0d]", 0), "[]");
	KT_STREQ(prf("%x %X %#x %#X %#x", 0xabc, 0xabc, 0xabc, 0xabc, 0),
	    "abc ABC 0xabc 0XABC 0");
	KT_STREQ(prf("%o %#o %#o", 8, 8, 0), "10 010 0");
	KT_STREQ(prf("%#010x %lx", 0xff, ULONG_MAX),
	    "0x000000ff ffffffffffffffff");
	KT_STREQ(prf("[%*d] [%-*d] [%*d] [%.*d]", 4, 1, 4, 1, -4, 1, 2, 1),
	    "[   1] [1   ] [1   ] [01]");
	KT_STREQ(prf("%p", (void *)0x1234), "0x1234");
}

KTEST(printf_others, "strings, characters, bit names and nonsense")
{
	const char	*fmt;
	char		 buf[4];

	KT_STREQ(prf("[%s] [%5s] [%-5s] [%.2s]", "ab", "ab", "ab", "abc"),
	    "[ab] [   ab] [ab   ] [ab]");
	KT_STREQ(prf("%.*s", 2, "abc"), "ab");
	KT_STREQ(prf("%.3s", "ab"), "ab");
	KT_STREQ(prf("%c%c%%", 'x', 'y'), "xy%");
	fmt = "%s";
	KT_STREQ(prf(fmt, NULL), "(null)");
	/* The compiler's own check does not know %b as BSD does. */
	fmt = "%b";
	KT_STREQ(prf(fmt, 5, "\20\1ONE\2TWO\3FOUR"), "5<ONE,FOUR>");
	KT_STREQ(prf(fmt, 0, "\20\1ONE"), "0");
	KT_STREQ(prf(fmt, 8, "\10\1ONE\4EIGHT"), "10<EIGHT>");
	KT_STREQ(prf(fmt, 0x80000000u, "\20\40TOP"), "80000000<TOP>");
	fmt = "[%k] [%";
	KT_STREQ(prf(fmt), "[%k] [%");
	KT_EQ(snprintf(buf, sizeof(buf), "abcdef"), 6);
	KT_STREQ(buf, "abc");
	memset(buf, '!', sizeof(buf));
	KT_EQ(snprintf(buf, 0, "abc"), 3);
	KT_EQ(buf[0], '!');
	KT_EQ(snprintf(buf, 1, "abc"), 3);
	KT_EQ(buf[0], '\0');
	KT_EQ(buf[1], '!');
}

KTEST(bits, "ffs, fls and the character classes")
{
	int	 c, i;

	KT_EQ(ffs(0), 0);
	KT_EQ(fls(0), 0);
	KT_EQ(flsl(0), 0);
	for (i = 0; i < 32; i++) {
		KT_EQ(ffs((int)(1U << i)), i + 1);
		KT_EQ(fls((int)(1U << i | 1)), i + 1);
	}
	KT_EQ(flsl(LONG_MIN), 64);
	for (c = 0; c < 256; c++) {
		KT_EQ(isalnum(c), isalpha(c) || isdigit(c));
		KT_EQ(toupper(tolower(c)), islower(c) ? c - 32 : c);
	}
	KT_TRUE(isspace(' ') && isspace('\n') && !isspace('\0'));
	KT_TRUE(isxdigit('f') && isxdigit('F') && !isxdigit('g'));
	KT_TRUE(isprint('~') && !isprint(0x7f));
}

KTEST(endian, "byte order of loads and stores")
{
	static const uint8_t	 b[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };
	uint8_t			 out[9] = { 0 };

	KT_EQ(be16dec(b + 1), 0x0102);
	KT_EQ(be32dec(b + 1), 0x01020304);
	KT_EQ(be64dec(b + 1), 0x0102030405060708LL);
	KT_EQ(le32dec(b + 1), 0x04030201);
	KT_EQ(le64dec(b + 1), 0x0807060504030201LL);
	be16enc(out + 1, 0x0102);
	KT_MEMEQ(out, b, 3);
	be64enc(out + 1, 0x0102030405060708LL);
	KT_MEMEQ(out, b, 9);
	be32enc(out + 1, 0x01020304);
	KT_MEMEQ(out, b, 9);
	le32enc(out + 1, 0x04030201);
	KT_MEMEQ(out, b, 9);
	le64enc(out + 1, 0x0807060504030201LL);
	KT_MEMEQ(out, b, 9);
	KT_EQ(htons(0x1234), 0x3412);
	KT_EQ(htobe64(1), 0x0100000000000000LL);
}

KTEST(chacha20, "the block function: RFC 8439 section 2.3.2 and A.1")
{
	static const uint8_t	 block[CHACHA20_BLOCK] = {
		0x10, 0xf1, 0xe7, 0xe4, 0xd1, 0x3b, 0x59, 0x15,
		0x50, 0x0f, 0xdd, 0x1f, 0xa3, 0x20, 0x71, 0xc4,
		0xc7, 0xd1, 0xf4, 0xc7, 0x33, 0xc0, 0x68, 0x03,
		0x04, 0x22, 0xaa, 0x9a, 0xc3, 0xd4, 0x6c, 0x4e,
		0xd2, 0x82, 0x64, 0x46, 0x07, 0x9f, 0xaa, 0x09,
		0x14, 0xc2, 0xd7, 0x05, 0xd9, 0x8b, 0x02, 0xa2,
		0xb5, 0x12, 0x9c, 0xd1, 0xde, 0x16, 0x4e, 0xb9,
		0xcb, 0xd0, 0x83, 0xe8, 0xa2, 0x50, 0x3c, 0x4e,
	};
	static const uint8_t	 zero[] = {
		0x76, 0xb8, 0xe0, 0xad, 0xa0, 0xf1, 0x3d, 0x90,
		0x40, 0x5d, 0x6a, 0xe5, 0x53, 0x86, 0xbd, 0x28,
	};
	static const uint8_t	 nonce[CHACHA20_NONCE] = {
		0, 0, 0, 9, 0, 0, 0, 0x4a, 0, 0, 0, 0,
	};
	static const uint8_t	 none[CHACHA20_KEY];
	uint8_t			 key[CHACHA20_KEY], out[CHACHA20_BLOCK];
	size_t			 i;

	for (i = 0; i < sizeof(key); i++)
		key[i] = i;
	chacha20_block(key, 1, nonce, out);
	KT_MEMEQ(out, block, sizeof(block));
	chacha20_block(none, 0, none, out);
	KT_MEMEQ(out, zero, sizeof(zero));
}

KTEST(arc4random, "random numbers: bounds, spread, no repetition")
{
	uint8_t		 a[4096], b[4096];
	u_int		 seen[7] = { 0 }, bits = 0;
	size_t		 i;

	arc4random_buf(a, sizeof(a));
	arc4random_buf(b, sizeof(b));
	KT_NE(memcmp(a, b, sizeof(a)), 0);
	for (i = 0; i < sizeof(a) * 8; i++)
		bits += a[i / 8] >> i % 8 & 1;
	/* 16384 is expected, the standard deviation is 90. */
	KT_RANGE(bits, 16384 - 900, 16384 + 900);
	KT_EQ(arc4random_uniform(0), 0);
	KT_EQ(arc4random_uniform(1), 0);
	for (i = 0; i < 7000; i++)
		seen[arc4random_uniform(7)]++;
	for (i = 0; i < nitems(seen); i++)
		KT_RANGE(seen[i], 700, 1300);
	/* Past the next mixing in of the port's randomness. */
	for (i = 0; i < 300; i++)
		arc4random_buf(a, sizeof(a));
	KT_NE(memcmp(a, b, sizeof(a)), 0);
}

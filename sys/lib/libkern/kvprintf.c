/*
 * The formatter: C's conversions but for floating point, wide characters and
 * %n, and BSD's %b: an unsigned int and a string that names its bits,
 *
 *	printf("%b", 5, "\20\1ONE\3FOUR")	5<ONE,FOUR>
 *
 * whose first byte is the base to print in (\10 or \20), followed by bit
 * numbers from 1, each before its name.
 */
#include <sys/systm.h>

#include <lib/libkern/printf.h>

#define F_LEFT	0x01		/* - */
#define F_PLUS	0x02		/* + */
#define F_SPACE	0x04
#define F_ALT	0x08		/* # */
#define F_ZERO	0x10
#define F_UPPER	0x20		/* %X */
#define F_PREC	0x40		/* a precision was given */

struct spec {
	int	 s_flags;
	int	 s_width;
	int	 s_prec;
	int	 s_size;	/* bytes of an integer argument */
};

struct out {
	void	(*o_put)(int, void *);
	void	 *o_arg;
	int	  o_count;
};

static void
put(struct out *o, int c)
{
	o->o_put(c, o->o_arg);
	o->o_count++;
}

static void
fill(struct out *o, int c, int n)
{
	while (n-- > 0)
		put(o, c);
}

static void
put_padded(struct out *o, const struct spec *s, const char *p, int len)
{
	int	 pad = s->s_width - len;

	if ((s->s_flags & F_LEFT) == 0)
		fill(o, ' ', pad);
	while (len-- > 0)
		put(o, *p++);
	if (s->s_flags & F_LEFT)
		fill(o, ' ', pad);
}

/* Digits of v, least significant last, ending at end; where they start. */
static char *
digits(char *end, uint64_t v, int base, int flags)
{
	const char	*set;

	set = flags & F_UPPER ? "0123456789ABCDEF" : "0123456789abcdef";
	while (v != 0) {
		*--end = set[v % base];
		v /= base;
	}
	return (end);
}

static void
put_number(struct out *o, const struct spec *s, uint64_t v, int base,
    const char *sign)
{
	char	 buf[24], *end = buf + sizeof(buf), *p;
	int	 ndigits, zeroes, pad;

	p = digits(end, v, base, s->s_flags);
	ndigits = end - p;
	zeroes = (s->s_flags & F_PREC ? s->s_prec : 1) - ndigits;
	if (zeroes < 0)
		zeroes = 0;
	if (s->s_flags & F_ALT) {
		if (base == 8 && zeroes == 0)
			zeroes = 1;
		else if (base == 16 && v != 0)
			sign = s->s_flags & F_UPPER ? "0X" : "0x";
	}
	pad = s->s_width - ndigits - zeroes - (int)strlen(sign);
	if ((s->s_flags & (F_ZERO | F_LEFT | F_PREC)) == F_ZERO && pad > 0) {
		zeroes += pad;
		pad = 0;
	}
	if ((s->s_flags & F_LEFT) == 0)
		fill(o, ' ', pad);
	while (*sign != '\0')
		put(o, *sign++);
	fill(o, '0', zeroes);
	while (p < end)
		put(o, *p++);
	if (s->s_flags & F_LEFT)
		fill(o, ' ', pad);
}

static void
put_signed(struct out *o, const struct spec *s, int64_t v)
{
	const char	*sign = "";

	if (v < 0)
		sign = "-";
	else if (s->s_flags & F_PLUS)
		sign = "+";
	else if (s->s_flags & F_SPACE)
		sign = " ";
	put_number(o, s, v < 0 ? -(uint64_t)v : (uint64_t)v, 10, sign);
}

static void
put_string(struct out *o, const struct spec *s, const char *p)
{
	size_t	 len;

	if (p == NULL)
		p = "(null)";
	len = s->s_flags & F_PREC ? strnlen(p, s->s_prec) : strlen(p);
	put_padded(o, s, p, len);
}

static void
put_bits(struct out *o, const struct spec *s, u_int v, const char *names)
{
	int	 any = 0, on;

	put_number(o, s, v, *names == 8 ? 8 : *names == 16 ? 16 : 10, "");
	if (*names != '\0')
		names++;
	while (*names != '\0') {
		on = *names <= 32 && (v & (1U << (*names - 1))) != 0;
		names++;
		if (on)
			put(o, any++ ? ',' : '<');
		for (; *names > ' '; names++)
			if (on)
				put(o, *names);
	}
	if (any)
		put(o, '>');
}

static const char *
parse_flags(const char *f, struct spec *s)
{
	for (;; f++) {
		switch (*f) {
		case '-':
			s->s_flags |= F_LEFT;
			break;
		case '+':
			s->s_flags |= F_PLUS;
			break;
		case ' ':
			s->s_flags |= F_SPACE;
			break;
		case '#':
			s->s_flags |= F_ALT;
			break;
		case '0':
			s->s_flags |= F_ZERO;
			break;
		default:
			return (f);
		}
	}
}

static const char *
parse_int(const char *f, int *np)
{
	int	 n = 0;

	for (; isdigit((u_char)*f); f++)
		if (n < 100000)
			n = n * 10 + (*f - '0');
	*np = n;
	return (f);
}

static const char *
parse_size(const char *f, struct spec *s)
{
	s->s_size = sizeof(int);
	switch (*f) {
	case 'h':
		s->s_size = f[1] == 'h' ? sizeof(char) : sizeof(short);
		return (f[1] == 'h' ? f + 2 : f + 1);
	case 'l':
		s->s_size = sizeof(long);
		return (f[1] == 'l' ? f + 2 : f + 1);
	case 'j':
	case 'q':
	case 't':
	case 'z':
		s->s_size = sizeof(long);
		return (f + 1);
	}
	return (f);
}

static uint64_t
narrow(uint64_t v, int size)
{
	return (size == 8 ? v : v & ((1ULL << size * 8) - 1));
}

static int64_t
narrow_signed(uint64_t v, int size)
{
	int	 shift = 64 - size * 8;

	return ((int64_t)(v << shift) >> shift);
}

struct args {
	va_list	 a_ap;
};

/* An integer argument; those below int were promoted to it. */
static uint64_t
arg_integer(const struct spec *s, struct args *a)
{
	return (s->s_size == 8 ? va_arg(a->a_ap, uint64_t) :
	    va_arg(a->a_ap, u_int));
}

static const char *
parse_width(const char *f, struct spec *s, struct args *a)
{
	if (*f != '*')
		return (parse_int(f, &s->s_width));
	s->s_width = va_arg(a->a_ap, int);
	if (s->s_width < 0) {
		s->s_flags |= F_LEFT;
		s->s_width = -s->s_width;
	}
	return (f + 1);
}

static const char *
parse_precision(const char *f, struct spec *s, struct args *a)
{
	if (*f != '.')
		return (f);
	s->s_flags |= F_PREC;
	if (*++f != '*')
		return (parse_int(f, &s->s_prec));
	s->s_prec = va_arg(a->a_ap, int);
	if (s->s_prec < 0)
		s->s_flags &= ~F_PREC;
	return (f + 1);
}

/* What stands between the % and the letter, to which it returns. */
static const char *
parse_spec(const char *f, struct spec *s, struct args *a)
{
	memset(s, 0, sizeof(*s));
	f = parse_flags(f, s);
	f = parse_width(f, s, a);
	f = parse_precision(f, s, a);
	return (parse_size(f, s));
}

/* Put the next argument as the letter says: 0 if there is no such one. */
static int
convert(struct out *o, struct spec *s, int letter, struct args *a)
{
	u_int	 bits;
	char	 c;

	switch (letter) {
	case 'd':
	case 'i':
		put_signed(o, s, narrow_signed(arg_integer(s, a), s->s_size));
		break;
	case 'u':
		put_number(o, s, narrow(arg_integer(s, a), s->s_size), 10, "");
		break;
	case 'o':
		put_number(o, s, narrow(arg_integer(s, a), s->s_size), 8, "");
		break;
	case 'X':
		s->s_flags |= F_UPPER;
		/* FALLTHROUGH */
	case 'x':
		put_number(o, s, narrow(arg_integer(s, a), s->s_size), 16, "");
		break;
	case 'p':
		put_number(o, s, (uintptr_t)va_arg(a->a_ap, void *), 16, "0x");
		break;
	case 'b':
		bits = va_arg(a->a_ap, u_int);
		put_bits(o, s, bits, va_arg(a->a_ap, const char *));
		break;
	case 'c':
		c = va_arg(a->a_ap, int);
		put_padded(o, s, &c, 1);
		break;
	case 's':
		put_string(o, s, va_arg(a->a_ap, const char *));
		break;
	case '%':
		put(o, '%');
		break;
	default:
		return (0);
	}
	return (1);
}

/*
 * Format into put, a byte at a time with its argument.  Returns the number
 * of bytes put.  An unknown conversion is put as it stands.
 */
int
kvprintf(void (*putc)(int, void *), void *arg, const char *f, va_list ap)
{
	struct out	 o = { putc, arg, 0 };
	struct args	 a;
	struct spec	 s;
	const char	*start;

	va_copy(a.a_ap, ap);
	for (; *f != '\0'; f++) {
		if (*f != '%') {
			put(&o, *f);
			continue;
		}
		start = f;
		f = parse_spec(f + 1, &s, &a);
		if (convert(&o, &s, *f, &a))
			continue;
		while (start < f)
			put(&o, *start++);
		if (*f == '\0')
			break;
		put(&o, *f);
	}
	va_end(a.a_ap);
	return (o.o_count);
}

struct strbuf {
	char	*sb_next;
	size_t	 sb_left;	/* with room for the NUL */
};

static void
strbuf_put(int c, void *arg)
{
	struct strbuf	*sb = arg;

	if (sb->sb_left > 1) {
		*sb->sb_next++ = c;
		sb->sb_left--;
	}
}

/*
 * Format into the size bytes at buf, always ending in a NUL if size is not
 * 0.  Returns the length of the whole: truncated if that is not below size.
 */
int
vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct strbuf	 sb = { buf, size };
	int		 n;

	n = kvprintf(strbuf_put, &sb, fmt, ap);
	if (size != 0)
		*sb.sb_next = '\0';
	return (n);
}

/*
 * As vsnprintf().
 */
int
snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list	 ap;
	int	 n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return (n);
}

/*
 * Numbers out of strings.
 */
#include <sys/limits.h>

#include <lib/libkern/libkern.h>

static int
digit_value(int c)
{
	if (isdigit(c))
		return (c - '0');
	if (isalpha(c))
		return (toupper(c) - 'A' + 10);
	return (INT_MAX);
}

/*
 * Read an unsigned number of the given base (0: by its prefix 0x or 0) from
 * the start of s, white space skipped; *endp is where it stopped, s itself
 * when there is no number.  Saturates at ULLONG_MAX.
 */
unsigned long long
strtoull(const char *s, char **endp, int base)
{
	const char		*p = s, *start;
	unsigned long long	 v = 0;
	int			 d, over = 0;

	while (isspace((u_char)*p))
		p++;
	if ((base == 0 || base == 16) && p[0] == '0' &&
	    (p[1] == 'x' || p[1] == 'X') && isxdigit((u_char)p[2])) {
		p += 2;
		base = 16;
	} else if (base == 0)
		base = *p == '0' ? 8 : 10;
	for (start = p; (d = digit_value((u_char)*p)) < base; p++) {
		if (v > (ULLONG_MAX - d) / base)
			over = 1;
		v = v * base + d;
	}
	if (endp != NULL)
		*endp = (char *)(uintptr_t)(p == start ? s : p);
	return (over ? ULLONG_MAX : v);
}

/*
 * Read a decimal number between min and max, the whole string and nothing
 * else.  On error returns 0 and points *errstrp at a reason ("invalid",
 * "too small", "too large"); otherwise *errstrp is NULL.
 */
long long
strtonum(const char *s, long long min, long long max, const char **errstrp)
{
	unsigned long long	 v, most = LLONG_MAX;
	char			*end;
	const char		*err = NULL;
	long long		 n = 0;
	int			 neg;

	while (isspace((u_char)*s))
		s++;
	neg = *s == '-';
	if (neg)
		most++;
	if (*s == '-' || *s == '+')
		s++;
	v = isdigit((u_char)*s) ? strtoull(s, &end, 10) : 0;
	if (!isdigit((u_char)*s) || *end != '\0' || min > max)
		err = "invalid";
	else if (v > most)
		err = neg ? "too small" : "too large";
	else {
		n = neg ? (long long)-v : (long long)v;
		if (n < min)
			err = "too small";
		else if (n > max)
			err = "too large";
	}
	if (errstrp != NULL)
		*errstrp = err;
	return (err == NULL ? n : 0);
}

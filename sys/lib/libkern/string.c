/*
 * Strings and memory: the functions of string.h that the kernel uses, with
 * the C library's meanings.
 */
#include <lib/libkern/libkern.h>

/*
 * Length of s without its NUL.
 */
size_t
strlen(const char *s)
{
	const char	*p = s;

	while (*p != '\0')
		p++;
	return (p - s);
}

/*
 * Length of s, but no more than max, beyond which nothing is read.
 */
size_t
strnlen(const char *s, size_t max)
{
	size_t	 n;

	for (n = 0; n < max && s[n] != '\0'; n++)
		continue;
	return (n);
}

/*
 * Compare as unsigned bytes; negative, 0 or positive.
 */
int
strcmp(const char *a, const char *b)
{
	while (*a == *b && *a != '\0')
		a++, b++;
	return (*(const u_char *)a - *(const u_char *)b);
}

/*
 * As strcmp(), at most n bytes.
 */
int
strncmp(const char *a, const char *b, size_t n)
{
	for (; n > 0; a++, b++, n--) {
		if (*a != *b)
			return (*(const u_char *)a - *(const u_char *)b);
		if (*a == '\0')
			break;
	}
	return (0);
}

/*
 * As strcmp(), ASCII letters without case.
 */
int
strcasecmp(const char *a, const char *b)
{
	return (strncasecmp(a, b, SIZE_MAX));
}

/*
 * As strncmp(), ASCII letters without case.
 */
int
strncasecmp(const char *a, const char *b, size_t n)
{
	int	 ca, cb;

	for (; n > 0; a++, b++, n--) {
		ca = tolower(*(const u_char *)a);
		cb = tolower(*(const u_char *)b);
		if (ca != cb)
			return (ca - cb);
		if (ca == '\0')
			break;
	}
	return (0);
}

/*
 * Copy src into the size bytes at dst, always ending in a NUL if size is not
 * 0.  Returns the length of src: truncated if that is not below size.
 */
size_t
strlcpy(char *dst, const char *src, size_t size)
{
	size_t	 len, n;

	len = strlen(src);
	if (size != 0) {
		n = len < size ? len : size - 1;
		memcpy(dst, src, n);
		dst[n] = '\0';
	}
	return (len);
}

/*
 * Append src to the string in the size bytes at dst.  Returns the length it
 * tried to make: truncated if that is not below size.
 */
size_t
strlcat(char *dst, const char *src, size_t size)
{
	size_t	 used;

	used = strnlen(dst, size);
	if (used == size)
		return (size + strlen(src));
	return (used + strlcpy(dst + used, src, size - used));
}

/*
 * Copy at most n bytes of src and fill the rest with NULs; dst has no NUL
 * when src is that long.  Returns dst.
 */
char *
strncpy(char *dst, const char *src, size_t n)
{
	size_t	 len;

	len = strnlen(src, n);
	memcpy(dst, src, len);
	memset(dst + len, 0, n - len);
	return (dst);
}

/*
 * First c in s (its NUL counts), or NULL.
 */
char *
strchr(const char *s, int c)
{
	for (;; s++) {
		if (*s == (char)c)
			return ((char *)(uintptr_t)s);
		if (*s == '\0')
			return (NULL);
	}
}

/*
 * Last c in s (its NUL counts), or NULL.
 */
char *
strrchr(const char *s, int c)
{
	const char	*last = NULL;

	do {
		if (*s == (char)c)
			last = s;
	} while (*s++ != '\0');
	return ((char *)(uintptr_t)last);
}

/*
 * First place of little in big, or NULL; an empty string is everywhere.
 */
char *
strstr(const char *big, const char *little)
{
	size_t	 len;

	len = strlen(little);
	for (; strncmp(big, little, len) != 0; big++)
		if (*big == '\0')
			return (NULL);
	return ((char *)(uintptr_t)big);
}

/*
 * Length of the start of s that consists of bytes of set.
 */
size_t
strspn(const char *s, const char *set)
{
	size_t	 n;

	for (n = 0; s[n] != '\0' && strchr(set, s[n]) != NULL; n++)
		continue;
	return (n);
}

/*
 * Length of the start of s that has no byte of set.
 */
size_t
strcspn(const char *s, const char *set)
{
	size_t	 n;

	for (n = 0; s[n] != '\0' && strchr(set, s[n]) == NULL; n++)
		continue;
	return (n);
}

/*
 * Cut the next field off *sp at a byte of delim, which becomes a NUL.
 * Returns the field, perhaps empty, and NULL after the last.
 */
char *
strsep(char **sp, const char *delim)
{
	char	*field = *sp;
	size_t	 n;

	if (field == NULL)
		return (NULL);
	n = strcspn(field, delim);
	*sp = field[n] == '\0' ? NULL : field + n + 1;
	field[n] = '\0';
	return (field);
}

/*
 * First byte c among the n at s, or NULL.
 */
void *
memchr(const void *s, int c, size_t n)
{
	const u_char	*p = s;

	for (; n > 0; p++, n--)
		if (*p == (u_char)c)
			return ((void *)(uintptr_t)p);
	return (NULL);
}

/*
 * First place of the m bytes at little among the n at big, or NULL.
 */
void *
memmem(const void *big, size_t n, const void *little, size_t m)
{
	const u_char	*p = big;

	for (; n >= m; p++, n--)
		if (memcmp(p, little, m) == 0)
			return ((void *)(uintptr_t)p);
	return (NULL);
}

/*
 * Clear a secret; the compiler may not leave it out.
 */
void
explicit_bzero(void *p, size_t n)
{
	memset(p, 0, n);
	__asm__ volatile("" : : "r"(p) : "memory");
}

/*
 * Are n bytes different?  The time taken says nothing about where.
 */
int
timingsafe_bcmp(const void *a, const void *b, size_t n)
{
	const volatile u_char	*p = a, *q = b;
	u_char			 diff = 0;

	for (; n > 0; n--)
		diff |= *p++ ^ *q++;
	return (diff != 0);
}

/*
 * Compare n bytes as memcmp() does: -1, 0 or 1.  The time taken says nothing
 * about where they differ.
 */
int
timingsafe_memcmp(const void *a, const void *b, size_t n)
{
	const volatile u_char	*p = a, *q = b;
	int			 d, undecided = -1, res = 0;

	for (; n > 0; n--) {
		d = *p++ - *q++;
		/* 1, 0 or -1 by sign bits alone. */
		d = (d >> 31) - (-d >> 31);
		res |= d & undecided;
		/* Once d is not 0, undecided stays 0. */
		undecided &= (d & 1) - 1;
	}
	return (res);
}

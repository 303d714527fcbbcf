/*
 * The freestanding C library of the kernel.  memcpy(), memmove(), memset()
 * and memcmp() are the port's.
 */
#ifndef _LIB_LIBKERN_H_
#define _LIB_LIBKERN_H_

#include <sys/types.h>

static inline int
imax(int a, int b)
{
	return (a > b ? a : b);
}

static inline int
imin(int a, int b)
{
	return (a < b ? a : b);
}

static inline long
lmax(long a, long b)
{
	return (a > b ? a : b);
}

static inline long
lmin(long a, long b)
{
	return (a < b ? a : b);
}

static inline u_int
max(u_int a, u_int b)
{
	return (a > b ? a : b);
}

static inline u_int
min(u_int a, u_int b)
{
	return (a < b ? a : b);
}

static inline u_long
ulmax(u_long a, u_long b)
{
	return (a > b ? a : b);
}

static inline u_long
ulmin(u_long a, u_long b)
{
	return (a < b ? a : b);
}

static inline int
abs(int j)
{
	return (j < 0 ? -j : j);
}

/* Find the first (last) bit set, counted from 1; 0 when none is. */
static inline int
ffs(int v)
{
	return (__builtin_ffs(v));
}

static inline int
fls(int v)
{
	return (v == 0 ? 0 : 32 - __builtin_clz((u_int)v));
}

static inline int
flsl(long v)
{
	return (v == 0 ? 0 : 64 - __builtin_clzl((u_long)v));
}

static inline int
isdigit(int c)
{
	return (c >= '0' && c <= '9');
}

static inline int
isupper(int c)
{
	return (c >= 'A' && c <= 'Z');
}

static inline int
islower(int c)
{
	return (c >= 'a' && c <= 'z');
}

static inline int
isalpha(int c)
{
	return (isupper(c) || islower(c));
}

static inline int
isalnum(int c)
{
	return (isalpha(c) || isdigit(c));
}

static inline int
isxdigit(int c)
{
	return (isdigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'));
}

static inline int
isspace(int c)
{
	return (c == ' ' || (c >= '\t' && c <= '\r'));
}

static inline int
isprint(int c)
{
	return (c >= ' ' && c <= '~');
}

static inline int
toupper(int c)
{
	return (islower(c) ? c - 'a' + 'A' : c);
}

static inline int
tolower(int c)
{
	return (isupper(c) ? c - 'A' + 'a' : c);
}

/* The port's. */
void	*memcpy(void *, const void *, size_t);
void	*memmove(void *, const void *, size_t);
void	*memset(void *, int, size_t);
int	 memcmp(const void *, const void *, size_t);

/*
 * A freestanding compiler takes these for functions like others, and calls
 * them for the four bytes of an address, too; so it is told what they are.
 */
#define memcpy(d, s, n)		__builtin_memcpy((d), (s), (n))
#define memmove(d, s, n)	__builtin_memmove((d), (s), (n))
#define memset(p, c, n)		__builtin_memset((p), (c), (n))
#define memcmp(a, b, n)		__builtin_memcmp((a), (b), (n))

#define bcopy(s, d, n)	((void)memmove((d), (s), (n)))
#define bzero(p, n)	((void)memset((p), 0, (n)))
#define bcmp(a, b, n)	memcmp((a), (b), (n))

void	*memchr(const void *, int, size_t);
void	*memmem(const void *, size_t, const void *, size_t);
void	 explicit_bzero(void *, size_t);
int	 timingsafe_bcmp(const void *, const void *, size_t);
int	 timingsafe_memcmp(const void *, const void *, size_t);

size_t	 strlen(const char *);
size_t	 strnlen(const char *, size_t);
int	 strcmp(const char *, const char *);
int	 strncmp(const char *, const char *, size_t);
int	 strcasecmp(const char *, const char *);
int	 strncasecmp(const char *, const char *, size_t);
size_t	 strlcpy(char *, const char *, size_t);
size_t	 strlcat(char *, const char *, size_t);
char	*strncpy(char *, const char *, size_t);
char	*strchr(const char *, int);
char	*strrchr(const char *, int);
char	*strstr(const char *, const char *);
size_t	 strspn(const char *, const char *);
size_t	 strcspn(const char *, const char *);
char	*strsep(char **, const char *);

unsigned long long
	 strtoull(const char *, char **, int);
long long
	 strtonum(const char *, long long, long long, const char **);

void	 qsort(void *, size_t, size_t, int (*)(const void *, const void *));
void	*bsearch(const void *, const void *, size_t, size_t,
	    int (*)(const void *, const void *));

#endif /* _LIB_LIBKERN_H_ */

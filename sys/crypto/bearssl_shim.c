/*
 * What Debian's build of BearSSL wants of a C library: the fortified memory
 * functions.  Their last argument is the size of the destination.
 */
#include <sys/param.h>
#include <sys/systm.h>

void	*__memcpy_chk(void *, const void *, size_t, size_t);
void	*__memmove_chk(void *, const void *, size_t, size_t);
void	*__memset_chk(void *, int, size_t, size_t);

void *
__memcpy_chk(void *dst, const void *src, size_t len, size_t room)
{
	if (len > room)
		panic("bearssl: %zu bytes into %zu", len, room);
	return (memcpy(dst, src, len));
}

void *
__memmove_chk(void *dst, const void *src, size_t len, size_t room)
{
	if (len > room)
		panic("bearssl: %zu bytes into %zu", len, room);
	return (memmove(dst, src, len));
}

void *
__memset_chk(void *dst, int c, size_t len, size_t room)
{
	if (len > room)
		panic("bearssl: %zu bytes into %zu", len, room);
	return (memset(dst, c, len));
}

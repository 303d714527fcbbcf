/*
 * What allocators tell the address sanitizer, in builds that have it.
 */
#ifndef _SYS_ASAN_H_
#define _SYS_ASAN_H_

#include <sys/types.h>

#ifdef __ASAN__
void	__asan_poison_memory_region(const volatile void *, size_t);
void	__asan_unpoison_memory_region(const volatile void *, size_t);

#define ASAN_POISON(p, n)	__asan_poison_memory_region((p), (n))
#define ASAN_UNPOISON(p, n)	__asan_unpoison_memory_region((p), (n))
#define __nosanitize							\
	__attribute__((__no_sanitize__("address"), __noinline__))
#else
#define ASAN_POISON(p, n)	((void)(p), (void)(n))
#define ASAN_UNPOISON(p, n)	((void)(p), (void)(n))
#define __nosanitize
#endif

#endif /* _SYS_ASAN_H_ */

/*
 * Compiler attributes under the names that BSD source uses.
 */
#ifndef _SYS_CDEFS_H_
#define _SYS_CDEFS_H_

#define __CONCAT1(x, y)	x ## y
#define __CONCAT(x, y)	__CONCAT1(x, y)
#define __STRING(x)	#x

#define __BEGIN_DECLS
#define __END_DECLS

#define __dead		__attribute__((__noreturn__))
#define __pure		__attribute__((__const__))
#define __unused	__attribute__((__unused__))
#define __used		__attribute__((__used__))
#define __packed	__attribute__((__packed__))
#define __weak		__attribute__((__weak__))
#define __malloc	__attribute__((__malloc__))
#define __warn_unused_result	__attribute__((__warn_unused_result__))
#define __aligned(x)	__attribute__((__aligned__(x)))
#define __section(x)	__attribute__((__section__(x)))
#define __printflike(fmt, arg)						\
	__attribute__((__format__(__printf__, fmt, arg)))
#define __nonnull(...)	__attribute__((__nonnull__(__VA_ARGS__)))
#define __bounded__(...)

#define __predict_true(exp)	__builtin_expect(((exp) != 0), 1)
#define __predict_false(exp)	__builtin_expect(((exp) != 0), 0)

#define __offsetof(type, member)	__builtin_offsetof(type, member)
#define __containerof(ptr, type, member)				\
	((type *)(void *)((char *)(ptr) - __offsetof(type, member)))

/* Is this object instrumented by the address sanitizer? */
#if defined(__SANITIZE_ADDRESS__)
#define __ASAN__	1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __ASAN__	1
#endif
#endif

#endif /* _SYS_CDEFS_H_ */

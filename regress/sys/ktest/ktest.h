/*
 * Tests that run inside the kernel, on both ports.
 *
 *	KTEST(pullup, "m_pullup joins what it is asked to")
 *	{
 *		struct mbuf *m;
 *
 *		m = chain(3, 100);
 *		KT_REQUIRE(m != NULL);
 *		KT_EQ(m->m_len, 100);
 *		...
 *	}
 *
 * A test is named by its file and its own name: t_mbuf:pullup.  It runs in a
 * thread of its own, may sleep, and passes if no check fails.  A failed
 * check prints file, line and values and goes on; KT_REQUIRE ends the test.
 * Threads that a test starts may check too, while the test itself runs.
 *
 * The kernel that is linked with tests runs them by boot argument:
 *
 *	ktest=list		one line a test: name, description
 *	ktest=PATTERN,...	those that match, in order; '*' is any string
 *	ktest=plant:NAME	commit a bug (plant.c)
 *
 * While they run idle time is skipped: when every thread sleeps, the clock
 * jumps to the next timeout.
 *
 * The runner prints "ok NAME" or "FAILED NAME" for each, the sum at the end,
 * and halts with status 0 if all passed and there was one.
 */
#ifndef _REGRESS_KTEST_H_
#define _REGRESS_KTEST_H_

#include <sys/types.h>
#include <sys/errno.h>

struct ktest {
	const char	*kt_file;	/* __FILE__ */
	const char	*kt_name;
	const char	*kt_descr;
	void		(*kt_func)(void);
};

#define KTEST(name, descr)						\
	static void ktst_##name(void);					\
	static const struct ktest ktst_##name##_struct = {		\
		__FILE__, #name, (descr), ktst_##name			\
	};								\
	static const struct ktest *const ktst_##name##_entry		\
	    __attribute__((__used__, __section__("ktests"))) =		\
	    &ktst_##name##_struct;					\
	static void ktst_##name(void)

/* Each yields 1 if it holds. */
#define KT_TRUE(e)							\
	ktest_true((e) ? 1 : 0, __FILE__, __LINE__, #e)
#define KT_EQ(got, want)						\
	ktest_eq((long long)(got), (long long)(want), __FILE__,		\
	    __LINE__, #got)
#define KT_NE(got, bad)							\
	ktest_ne((long long)(got), (long long)(bad), __FILE__,		\
	    __LINE__, #got)
#define KT_RANGE(got, least, most)					\
	ktest_range((long long)(got), (long long)(least),		\
	    (long long)(most), __FILE__, __LINE__, #got)
#define KT_PTREQ(got, want)						\
	ktest_eq((long long)(uintptr_t)(got),				\
	    (long long)(uintptr_t)(want), __FILE__, __LINE__, #got)
#define KT_ERR(want, e)							\
	ktest_err((e), (want), __FILE__, __LINE__, #e)
#define KT_STREQ(got, want)						\
	ktest_streq((got), (want), __FILE__, __LINE__, #got)
#define KT_MEMEQ(got, want, len)					\
	ktest_memeq((got), (want), (len), __FILE__, __LINE__, #got)

/* Fail with a message, and name the case of a table that a check is about. */
#define KT_FAIL(...)	ktest_fail(__FILE__, __LINE__, __VA_ARGS__)
#define KT_CASE(...)	ktest_case(__VA_ARGS__)

/* The rest makes no sense without this. */
#define KT_REQUIRE(e)	do {						\
	if (!KT_TRUE(e))						\
		ktest_end();						\
} while (0)

int	 ktest_true(int, const char *, int, const char *);
int	 ktest_eq(long long, long long, const char *, int, const char *);
int	 ktest_ne(long long, long long, const char *, int, const char *);
int	 ktest_range(long long, long long, long long, const char *, int,
	    const char *);
int	 ktest_err(int, int, const char *, int, const char *);
int	 ktest_streq(const char *, const char *, const char *, int,
	    const char *);
int	 ktest_memeq(const void *, const void *, size_t, const char *, int,
	    const char *);
void	 ktest_fail(const char *, int, const char *, ...)
	    __attribute__((__format__(__printf__, 3, 4)));
void	 ktest_case(const char *, ...)
	    __attribute__((__format__(__printf__, 1, 2)));
int	 ktest_panics(const char *, void (*)(void *), void *, const char *, int,
	    const char *);
void	 ktest_end(void) __attribute__((__noreturn__));

/* f(arg), in a thread of its own, panics with a message that has this in it. */
#define KT_PANICS(text, f, arg)						\
	ktest_panics((text), (f), (arg), __FILE__, __LINE__, #f)

/* Numbers that are the same in every run, for models and mutations. */
struct ktest_rand {
	uint64_t	kr_state;
};

void	 ktest_srand(struct ktest_rand *, uint64_t);
uint32_t ktest_rand(struct ktest_rand *);
uint32_t ktest_rand_below(struct ktest_rand *, uint32_t);

/* Sleep.  Time that nobody uses is skipped, so a day takes an instant. */
void	 ktest_sleep_ms(uint64_t);

#endif /* _REGRESS_KTEST_H_ */

/*
 * The runner of tests inside the kernel.
 */
#include <sys/types.h>
#include <sys/kernel.h>
#include <sys/machdep.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <kern/kern_clock.h>

#include <ktest.h>
#include <plant.h>

#define KTEST_SHOWN	20		/* failed checks printed a test */
#define KTEST_SECONDS	86400		/* a test that takes longer hangs */

/* The bounds of the linker set. */
extern const struct ktest *const	 __start_ktests[];
extern const struct ktest *const	 __stop_ktests[];

static const struct ktest *ktest_current;
static struct proc	*ktest_thread;	/* its thread */
static u_int		 ktest_nfail;	/* checks that failed in it */
static int		 ktest_done;
static char		 ktest_label[96];	/* KT_CASE() */

/* The last part of a path, without ".c". */
static void
test_name(const struct ktest *kt, char *buf, size_t size)
{
	const char	*base;

	base = strrchr(kt->kt_file, '/');
	base = base == NULL ? kt->kt_file : base + 1;
	snprintf(buf, size, "%.*s:%s", (int)strcspn(base, "."), base,
	    kt->kt_name);
}

/* Does s match a pattern of plen bytes, '*' being any string? */
static int
matches(const char *pat, size_t plen, const char *s)
{
	for (; plen > 0 && *pat != '*'; pat++, plen--, s++)
		if (*s != *pat)
			return (0);
	if (plen == 0)
		return (*s == '\0');
	for (;; s++) {
		if (matches(pat + 1, plen - 1, s))
			return (1);
		if (*s == '\0')
			return (0);
	}
}

static int
selected(const char *patterns, const char *name)
{
	size_t	 len;

	for (;; patterns += len + 1) {
		len = strcspn(patterns, ",");
		if (matches(patterns, len, name))
			return (1);
		if (patterns[len] == '\0')
			return (0);
	}
}

static void
test_thread(void *arg)
{
	const struct ktest	*kt = arg;

	kt->kt_func();
	ktest_end();
}

/* The test does not come back: who waits for what? */
static void
hangs(void)
{
	struct proc	*p;

	KT_FAIL("hangs");
	LIST_FOREACH(p, &allproc, p_list)
		printf("thread %d %s: %s\n", p->p_tid, p->p_name,
		    p->p_stat == SSLEEP ? p->p_wmesg : "runs");
}

/* Run one test: 1 if it passed. */
static int
run(const struct ktest *kt)
{
	ktest_current = kt;
	ktest_nfail = 0;
	ktest_done = 0;
	ktest_label[0] = '\0';
	if (kthread_create(test_thread, (void *)(uintptr_t)kt, &ktest_thread,
	    "ktest") != 0) {
		KT_FAIL("no thread");
		return (0);
	}
	while (!ktest_done)
		if (tsleep_nsec(&ktest_done, PWAIT, "ktest",
		    SEC_TO_NSEC(KTEST_SECONDS)) != 0 && !ktest_done) {
			hangs();
			break;
		}
	ktest_thread = NULL;
	if (ktest_nfail > KTEST_SHOWN)
		printf("%u checks failed\n", ktest_nfail);
	return (ktest_nfail == 0);
}

static void
list(void)
{
	const struct ktest *const	*kt;
	char				 name[96];

	for (kt = __start_ktests; kt < __stop_ktests; kt++) {
		test_name(*kt, name, sizeof(name));
		printf("ktest-list %s %s\n", name, (*kt)->kt_descr);
	}
	md_halt(MD_HALT_OK);
}

void
ktest_main(const char *patterns)
{
	const struct ktest *const	*kt;
	char				 name[96];
	u_int				 passed = 0, failed = 0;

	if (strcmp(patterns, "list") == 0)
		list();
	if (strncmp(patterns, "plant:", 6) == 0)
		ktest_plant(patterns + 6);
	clock_skips = 1;
	for (kt = __start_ktests; kt < __stop_ktests; kt++) {
		test_name(*kt, name, sizeof(name));
		if (!selected(patterns, name))
			continue;
		if (run(*kt)) {
			passed++;
			printf("ok %s\n", name);
		} else {
			failed++;
			printf("FAILED %s\n", name);
			if (!ktest_done)
				break;		/* what hangs is in the way */
		}
	}
	printf("ktest: %u passed, %u failed\n", passed, failed);
	md_halt(passed > 0 && failed == 0 ? MD_HALT_OK : MD_HALT_FAIL);
}

/*
 * End the test now; called by the test's own thread.
 */
void
ktest_end(void)
{
	if (curproc == ktest_thread) {
		ktest_done = 1;
		wakeup(&ktest_done);
	}
	kthread_exit(0);
}

/*
 * A check failed: count it, and say so unless that was said too often.
 */
void
ktest_fail(const char *file, int line, const char *fmt, ...)
{
	va_list	 ap;

	if (++ktest_nfail > KTEST_SHOWN)
		return;
	printf("%s:%d: ", file, line);
	if (ktest_label[0] != '\0')
		printf("%s: ", ktest_label);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n");
}

/*
 * What the following checks are about, for the messages of those that fail.
 */
void
ktest_case(const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(ktest_label, sizeof(ktest_label), fmt, ap);
	va_end(ap);
}

/*
 * The checks: each returns 1 if it holds and fails the test otherwise.
 */

int
ktest_true(int holds, const char *file, int line, const char *text)
{
	if (!holds)
		ktest_fail(file, line, "not so: %s", text);
	return (holds);
}

int
ktest_eq(long long got, long long want, const char *file, int line,
    const char *text)
{
	if (got == want)
		return (1);
	ktest_fail(file, line, "%s is %lld (0x%llx), not %lld (0x%llx)", text,
	    got, got, want, want);
	return (0);
}

int
ktest_ne(long long got, long long bad, const char *file, int line,
    const char *text)
{
	if (got != bad)
		return (1);
	ktest_fail(file, line, "%s is %lld (0x%llx)", text, got, got);
	return (0);
}

int
ktest_range(long long got, long long least, long long most, const char *file,
    int line, const char *text)
{
	if (got >= least && got <= most)
		return (1);
	ktest_fail(file, line, "%s is %lld, not between %lld and %lld", text,
	    got, least, most);
	return (0);
}

int
ktest_err(int got, int want, const char *file, int line, const char *text)
{
	if (got == want)
		return (1);
	ktest_fail(file, line, "error %d, not %d: %s", got, want, text);
	return (0);
}

int
ktest_streq(const char *got, const char *want, const char *file, int line,
    const char *text)
{
	if (got != NULL && strcmp(got, want) == 0)
		return (1);
	ktest_fail(file, line, "%s is \"%s\", not \"%s\"", text,
	    got == NULL ? "(null)" : got, want);
	return (0);
}

int
ktest_memeq(const void *got, const void *want, size_t len, const char *file,
    int line, const char *text)
{
	const uint8_t	*p = got, *q = want;
	size_t		 i;

	for (i = 0; i < len && p[i] == q[i]; i++)
		continue;
	if (i == len)
		return (1);
	ktest_fail(file, line, "%s differs at byte %zu of %zu: 0x%02x, "
	    "not 0x%02x", text, i, len, p[i], q[i]);
	return (0);
}

struct panicker {
	void		(*pk_func)(void *);
	void		*pk_arg;
	struct proc	*pk_proc;
	char		 pk_why[256];
	int		 pk_done;
};

static struct panicker	*ktest_panicker;

/* panic() in the thread under test: remember why and end the thread. */
static void
panicked(const char *why)
{
	struct panicker	*pk = ktest_panicker;

	if (pk == NULL || curproc != pk->pk_proc)
		return;
	strlcpy(pk->pk_why, why, sizeof(pk->pk_why));
	pk->pk_done = 1;
	wakeup(pk);
	curproc->p_nlocks = 0;
	kthread_exit(0);
}

static void
panicker_thread(void *arg)
{
	struct panicker	*pk = arg;

	pk->pk_func(pk->pk_arg);
	pk->pk_done = 1;
	wakeup(pk);
}

/*
 * f(arg) has to panic, saying text.  What it had changed by then stays
 * changed: fit for checks that come before anything else.
 */
int
ktest_panics(const char *text, void (*f)(void *), void *arg,
    const char *file, int line, const char *what)
{
	struct panicker	 pk = { f, arg, NULL, "", 0 };
	int		 holds;

	if (kthread_create(panicker_thread, &pk, &pk.pk_proc, "panicker") !=
	    0) {
		ktest_fail(file, line, "no thread");
		return (0);
	}
	ktest_panicker = &pk;
	panic_hook = panicked;
	while (!pk.pk_done)
		tsleep_nsec(&pk, PWAIT, "ktpanic", INFSLP);
	panic_hook = NULL;
	ktest_panicker = NULL;
	holds = strstr(pk.pk_why, text) != NULL && pk.pk_why[0] != '\0';
	if (!holds)
		ktest_fail(file, line, "%s: panic \"%s\", not \"%s\"", what,
		    pk.pk_why, text);
	return (holds);
}

void
ktest_srand(struct ktest_rand *kr, uint64_t seed)
{
	kr->kr_state = seed;
}

/*
 * The next number (a linear congruence, its better half).
 */
uint32_t
ktest_rand(struct ktest_rand *kr)
{
	uint64_t	 x;

	kr->kr_state = kr->kr_state * 6364136223846793005ULL +
	    1442695040888963407ULL;
	x = kr->kr_state;
	x ^= x >> 29;
	return (x * 0x9e3779b97f4a7c15ULL >> 32);
}

uint32_t
ktest_rand_below(struct ktest_rand *kr, uint32_t bound)
{
	return (ktest_rand(kr) % bound);
}

/*
 * Let time pass: the scheduler skips what nobody uses.
 */
void
ktest_sleep_ms(uint64_t ms)
{
	static int	 nobody;

	tsleep_nsec(&nobody, PWAIT, "ktsleep", MSEC_TO_NSEC(ms));
}

/*
 * The kernel's side of the fuzzer: boot argument "ktest=TARGET" runs that
 * target, "ktest=list" names them all, a line each.
 *
 * The checks of ktest.h work here too, for what is shared with the kernel's
 * own tests; one that fails is a panic.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/machdep.h>
#include <sys/proc.h>
#include <sys/time.h>

#include <kern/kern_clock.h>

#include <ktest.h>

#include "fuzz.h"
#include "fuzz_host.h"

/* The bounds of the linker set. */
extern const struct fuzz *const	__start_fuzzers[];
extern const struct fuzz *const	__stop_fuzzers[];

static const struct fuzz	*target;

static void
list(void)
{
	const struct fuzz *const	*fz;

	for (fz = __start_fuzzers; fz < __stop_fuzzers; fz++)
		printf("fuzz-list %s %s\n", (*fz)->fz_name, (*fz)->fz_descr);
	md_halt(MD_HALT_OK);
}

void
ktest_main(const char *name)
{
	const struct fuzz *const	*fz;

	if (strcmp(name, "list") == 0)
		list();
	for (fz = __start_fuzzers; fz < __stop_fuzzers; fz++)
		if (strcmp((*fz)->fz_name, name) == 0)
			target = *fz;
	if (target == NULL) {
		printf("no such target: %s\n", name);
		md_halt(MD_HALT_FAIL);
	}
	clock_skips = 1;
	if (target->fz_init != NULL)
		target->fz_init();
	host_fuzz();
	md_halt(MD_HALT_OK);
}

/*
 * The host's upcall: one input.
 */
void
um_fuzz_one(const uint8_t *data, size_t size)
{
	target->fz_one(data, size);
}

/*
 * Let time pass for all who wait for it.
 */
void
fuzz_sleep_ms(uint64_t ms)
{
	static int	nobody;

	tsleep_nsec(&nobody, PWAIT, "fuzz", MSEC_TO_NSEC(ms));
}

/*
 * Numbers of an input, in little-endian order.
 */
uint8_t
fuzz_u8(struct fuzz_in *fi)
{
	if (fi->fi_left == 0)
		return (0);
	fi->fi_left--;
	return (*fi->fi_p++);
}

uint16_t
fuzz_u16(struct fuzz_in *fi)
{
	uint16_t	v = fuzz_u8(fi);

	return (v | fuzz_u8(fi) << 8);
}

uint32_t
fuzz_u32(struct fuzz_in *fi)
{
	uint32_t	v = fuzz_u16(fi);

	return (v | (uint32_t)fuzz_u16(fi) << 16);
}

uint64_t
fuzz_u64(struct fuzz_in *fi)
{
	uint64_t	v = fuzz_u32(fi);

	return (v | (uint64_t)fuzz_u32(fi) << 32);
}

/*
 * The next *len bytes, or what is left of the input: *len says.
 */
const uint8_t *
fuzz_bytes(struct fuzz_in *fi, size_t *len)
{
	const uint8_t	*p = fi->fi_p;

	*len = MIN(*len, fi->fi_left);
	fi->fi_p += *len;
	fi->fi_left -= *len;
	return (p);
}

int
ktest_true(int holds, const char *file, int line, const char *text)
{
	if (!holds)
		panic("%s:%d: not so: %s", file, line, text);
	return (holds);
}

int
ktest_eq(long long got, long long want, const char *file, int line,
    const char *text)
{
	if (got != want)
		panic("%s:%d: %s is %lld, not %lld", file, line, text, got,
		    want);
	return (1);
}

int
ktest_err(int got, int want, const char *file, int line, const char *text)
{
	if (got != want)
		panic("%s:%d: error %d, not %d: %s", file, line, got, want,
		    text);
	return (1);
}

void
ktest_fail(const char *file, int line, const char *fmt, ...)
{
	panic("%s:%d: %s", file, line, fmt);
}

void
ktest_sleep_ms(uint64_t ms)
{
	fuzz_sleep_ms(ms);
}

void
ktest_end(void)
{
	panic("a check has failed");
}

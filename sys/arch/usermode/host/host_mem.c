/*
 * Memory, stacks and randomness for the kernel.
 */
#include <sys/mman.h>
#include <sys/random.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <host.h>

#define PAGE		4096
#define CHUNK		(64 * PAGE)
#define HUGE		(512 * PAGE)	/* the host's huge page */
#define HUGE_FROM	(4 * HUGE)	/* bytes that make a machine large */

/* Freed pages and stacks, linked through their first word. */
struct freelink {
	struct freelink	*fl_next;
};

static struct freelink	*free_pages;
static struct freelink	*free_stacks;

/* Pages that were never handed out. */
static char		*chunk_next;
static char		*chunk_end;
static size_t		 chunk_sum;	/* bytes of all chunks */

#ifdef __SANITIZE_ADDRESS__
#define HAVE_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN
#endif
#endif

#ifdef HAVE_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#ifndef STACK_SIZE
#define STACK_SIZE	(64 * 1024)
#endif
#define UNPOISON(p, n)	__asan_unpoison_memory_region(p, n)
#else
#define STACK_SIZE	(16 * 1024)
#define UNPOISON(p, n)	((void)0)
#endif

static void *
map(size_t len)
{
	void	*p;

	p = mmap(NULL, len, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return (p == MAP_FAILED ? NULL : p);
}

/*
 * The next chunk.  A small machine takes little at a time; a large one, whose
 * tables lie all over its memory, huge pages, for the sake of the processor's
 * address translation.  0, or -1 without memory.
 */
static int
chunk_get(void)
{
	size_t	 len = CHUNK;
	char	*p;

	if (chunk_sum >= HUGE_FROM && (p = map(2 * HUGE)) != NULL) {
		len = HUGE - ((uintptr_t)p & (HUGE - 1));
		munmap(p, len);
		p += len;
		munmap(p + HUGE, HUGE - len);
		len = HUGE;
		(void)madvise(p, len, MADV_HUGEPAGE);
	} else if ((p = map(len)) == NULL)
		return (-1);
	chunk_next = p;
	chunk_end = p + len;
	chunk_sum += len;
	return (0);
}

void *
host_pages_alloc(size_t len)
{
	struct freelink	*fl;
	char		*p;

	if (len != PAGE)
		return (map(len));
	if ((fl = free_pages) != NULL) {
		free_pages = fl->fl_next;
		return (memset(fl, 0, PAGE));
	}
	if (chunk_next == chunk_end && chunk_get() == -1)
		return (NULL);
	p = chunk_next;
	chunk_next += PAGE;
	return (p);
}

void
host_pages_free(void *p, size_t len)
{
	struct freelink	*fl;

	UNPOISON(p, len);
	if (len == PAGE) {
		fl = p;
		fl->fl_next = free_pages;
		free_pages = fl;
	} else
		munmap(p, len);
}

void *
host_stack_alloc(size_t *size)
{
	struct freelink	*fl;
	char		*p;

	*size = STACK_SIZE;
	if ((fl = free_stacks) != NULL) {
		free_stacks = fl->fl_next;
		return (fl);
	}
	if ((p = map(PAGE + STACK_SIZE)) == NULL)
		return (NULL);
	if (mprotect(p, PAGE, PROT_NONE) == -1) {
		munmap(p, PAGE + STACK_SIZE);
		return (NULL);
	}
	return (p + PAGE);
}

void
host_stack_free(void *stack, size_t size)
{
	struct freelink	*fl;

	UNPOISON(stack, size);
	fl = stack;
	fl->fl_next = free_stacks;
	free_stacks = fl;
}

#ifdef HAVE_ASAN
/* Where the program began, learnt at the first switch away from it. */
static const void	*boot_stack;
static size_t		 boot_size;

void
host_fiber_leave(void **save, void *stack, size_t size)
{
	if (stack == NULL) {
		stack = (void *)(uintptr_t)boot_stack;
		size = boot_size;
	} else if (size == 0)
		size = STACK_SIZE;
	__sanitizer_start_switch_fiber(save, stack, size);
}

void
host_fiber_enter(void *fiber)
{
	const void	*from;
	size_t		 size;

	__sanitizer_finish_switch_fiber(fiber, &from, &size);
	if (boot_stack == NULL) {
		boot_stack = from;
		boot_size = size;
	}
}
#else
void
host_fiber_leave(void **save, void *stack, size_t size)
{
}

void
host_fiber_enter(void *fiber)
{
}
#endif

void
host_random(void *buf, size_t len)
{
	char	*p;
	ssize_t	 n;

	for (p = buf; len > 0; p += n, len -= n) {
		if ((n = getrandom(p, len, 0)) == -1) {
			if (errno != EINTR)
				abort();
			n = 0;
		}
	}
}

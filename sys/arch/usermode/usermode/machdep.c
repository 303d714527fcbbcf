/*
 * The machine contract on an ordinary Linux process: pages and stacks are
 * mmap's, interrupts are events that host_idle() delivers.  System calls'
 * copyin and copyout are in um_copy.c.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/machdep.h>

#include <host.h>

#include "um_var.h"

void	um_switch(void **, void *);
void	um_trampoline(void);
void	um_context_start(void (*)(void *), void *);

void
md_cons_write(const char *buf, size_t len)
{
	host_cons_write(buf, len);
}

void *
md_pages_alloc(size_t n)
{
	return (host_pages_alloc(n * PAGE_SIZE));
}

void
md_pages_free(void *va, size_t n)
{
	host_pages_free(va, n * PAGE_SIZE);
}

uint64_t
md_clock(int which)
{
	return (host_clock(which));
}

void
md_random(void *buf, size_t len)
{
	host_random(buf, len);
}

void *
md_stack_alloc(size_t *size)
{
	return (host_stack_alloc(size));
}

void
md_stack_free(void *stack, size_t size)
{
	host_stack_free(stack, size);
}

/*
 * Lay out what um_switch() pops, so that it returns into um_trampoline with
 * fn and arg in two of the kept registers.  The stack is aligned as it is
 * after a call has pushed its return address, less that.
 */
void *
md_context_init(void *stack, size_t size, void (*fn)(void *), void *arg)
{
	uint64_t	*sp;

	sp = (uint64_t *)((char *)stack + size);
	*--sp = 0;
	*--sp = 0;
	*--sp = (uint64_t)(uintptr_t)um_trampoline;
	*--sp = 0;				/* rbp */
	*--sp = (uint64_t)(uintptr_t)fn;	/* rbx */
	*--sp = (uint64_t)(uintptr_t)arg;	/* r12 */
	*--sp = 0;				/* r13 */
	*--sp = 0;				/* r14 */
	*--sp = 0;				/* r15 */
	return (sp);
}

/* The first function of every context. */
void
um_context_start(void (*fn)(void *), void *arg)
{
	host_fiber_enter(NULL);
	fn(arg);
	panic("a thread's function returned");
}

void
md_switch(void **save, void *to, void *stack, size_t size)
{
	void	*fiber;

	fiber = NULL;
	host_fiber_leave(size == 0 ? NULL : &fiber, stack, size);
	um_switch(save, to);
	host_fiber_enter(fiber);
}

void
md_idle(uint64_t deadline)
{
	um_ready_flush();
	um_syscall_idle();
	host_idle(deadline);
}

void
md_halt(int status)
{
	host_exit(status);
}

/* The host keeps vector registers for us. */
void
md_fpu_enter(void)
{
}

void
md_fpu_leave(void)
{
}

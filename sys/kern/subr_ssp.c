/*
 * The stack protector's guard, one for the whole kernel
 * (-mstack-protector-guard=global).
 */
#include <sys/machdep.h>
#include <sys/systm.h>

void	__stack_chk_fail(void) __dead;

uintptr_t	 __stack_chk_guard = 0x0d0aff00;

/*
 * Make the guard a secret.  Only functions that never return may be on the
 * stack; this one, which does, goes without a guard, and the guard is written
 * when those it calls have returned.
 */
void __attribute__((__no_stack_protector__))
stack_guard_init(void)
{
	uintptr_t	 guard;

	md_random(&guard, sizeof(guard));
	__stack_chk_guard = guard & ~(uintptr_t)0xff;	/* no string has it */
}

/*
 * A function found its guard overwritten.
 */
void
__stack_chk_fail(void)
{
	panic("stack overflow at %p", __builtin_return_address(0));
}

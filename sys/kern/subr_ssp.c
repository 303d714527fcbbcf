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
 * stack.
 */
void
stack_guard_init(void)
{
	md_random(&__stack_chk_guard, sizeof(__stack_chk_guard));
	__stack_chk_guard &= ~(uintptr_t)0xff;	/* no string holds it */
}

/*
 * A function found its guard overwritten.
 */
void
__stack_chk_fail(void)
{
	panic("stack overflow at %p", __builtin_return_address(0));
}

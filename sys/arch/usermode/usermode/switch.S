/*
 * Context switch for the x86-64 ABI: a context is the stack pointer, below
 * which lie the registers that a function must keep.
 */
	.text

/*
 * void um_switch(void **save, void *to)
 */
	.globl	um_switch
	.type	um_switch, @function
um_switch:
	pushq	%rbp
	pushq	%rbx
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	movq	%rsp, (%rdi)
	movq	%rsi, %rsp
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%rbx
	popq	%rbp
	ret
	.size	um_switch, . - um_switch

/*
 * The first switch to a new context returns here, with the function in %rbx
 * and its argument in %r12: see md_context_init().
 */
	.globl	um_trampoline
	.type	um_trampoline, @function
um_trampoline:
	xorl	%ebp, %ebp
	movq	%rbx, %rdi
	movq	%r12, %rsi
	call	um_context_start
	ud2
	.size	um_trampoline, . - um_trampoline

	.section .note.GNU-stack, "", @progbits

/*
 * How the kernel is entered: the PVH way (32-bit protected mode, paging off,
 * %ebx points to the start info), up to long mode and amd64_init().
 *
 * The first page tables map physical 0..4 GB three times, in 2 MB pages:
 *
 *	0				for the jump; dropped at once
 *	0xffff800000000000 (DMAP)	all of it: the direct map
 *	0xffffffff80000000 (KERNBASE)	its first GB: the kernel
 */
#define KERNBASE	0xffffffff80000000
#define PHYS(x)		((x) - KERNBASE)

#define CR0_PE		0x00000001
#define CR0_MP		0x00000002
#define CR0_NE		0x00000020
#define CR0_WP		0x00010000
#define CR0_PG		0x80000000
#define CR4_PAE		0x00000020
#define CR4_OSFXSR	0x00000200
#define CR4_OSXMMEXCPT	0x00000400
#define MSR_EFER	0xc0000080
#define EFER_LME	0x00000100
#define EFER_NXE	0x00000800

#define PG_V		0x001
#define PG_RW		0x002
#define PG_PS		0x080

	.section .note.Xen, "a", @note
	.align	4
	.long	4		/* name, with its NUL */
	.long	8		/* value */
	.long	18		/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.quad	PHYS(pvh_start)

	.section .text.boot, "ax", @progbits
	.code32
	.globl	pvh_start
pvh_start:
	cld
	movl	$PHYS(boot_stack_top), %esp
	movl	%ebx, PHYS(pvh_start_info)

	/* Four page directories: 2048 pages of 2 MB. */
	movl	$PHYS(boot_pd), %edi
	movl	$(PG_PS | PG_RW | PG_V), %eax
	movl	$2048, %ecx
1:	movl	%eax, (%edi)
	movl	$0, 4(%edi)
	addl	$0x200000, %eax
	addl	$8, %edi
	loop	1b

	/* The directories' table; KERNBASE has its first GB only. */
	movl	$PHYS(boot_pdpt), %edi
	movl	$PHYS(boot_pd), %eax
	orl	$(PG_RW | PG_V), %eax
	movl	$4, %ecx
2:	movl	%eax, (%edi)
	addl	$0x1000, %eax
	addl	$8, %edi
	loop	2b
	movl	$PHYS(boot_pd), %eax
	orl	$(PG_RW | PG_V), %eax
	movl	%eax, PHYS(boot_kpdpt) + 510 * 8

	movl	$PHYS(boot_pdpt), %eax
	orl	$(PG_RW | PG_V), %eax
	movl	%eax, PHYS(boot_pml4)
	movl	%eax, PHYS(boot_pml4) + 256 * 8
	movl	$PHYS(boot_kpdpt), %eax
	orl	$(PG_RW | PG_V), %eax
	movl	%eax, PHYS(boot_pml4) + 511 * 8

	movl	$PHYS(boot_pml4), %eax
	movl	%eax, %cr3
	movl	%cr4, %eax
	orl	$(CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT), %eax
	movl	%eax, %cr4
	movl	$MSR_EFER, %ecx
	rdmsr
	orl	$(EFER_LME | EFER_NXE), %eax
	wrmsr
	movl	$(CR0_PE | CR0_MP | CR0_NE | CR0_WP | CR0_PG), %eax
	movl	%eax, %cr0
	lgdt	PHYS(boot_gdtr)
	ljmp	$0x08, $PHYS(1f)

	.code64
1:	movabsq	$2f, %rax
	jmp	*%rax
2:	movl	$0x10, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	xorl	%eax, %eax
	movl	%eax, %fs
	movl	%eax, %gs
	leaq	boot_stack_top(%rip), %rsp
	xorl	%ebp, %ebp
	movl	pvh_start_info(%rip), %edi
	call	amd64_init
3:	cli
	hlt
	jmp	3b

	.text
/*
 * void md_switch(void **save, void *to, void *stack, size_t size)
 * A context is a stack pointer; what a callee must preserve lies there.
 */
	.globl	md_switch
	.type	md_switch, @function
md_switch:
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

/* Where a new context begins: its function in %r12, the argument in %r13. */
	.globl	amd64_context_start
	.type	amd64_context_start, @function
amd64_context_start:
	xorl	%ebp, %ebp
	movq	%r13, %rdi
	call	*%r12
	ud2

/*
 * Vectors.  Each pushes an error code if the processor did not, and its
 * number; all meet at alltraps, which builds a struct trapframe.
 */
	.macro	VECTOR n
	.align	16
	.if	(\n == 8) || ((\n >= 10) && (\n <= 14)) || (\n == 17) || \
		(\n == 21) || (\n == 29) || (\n == 30)
	.else
	pushq	$0
	.endif
	pushq	$\n
	jmp	alltraps
	.endm

	.align	16
	.globl	amd64_vectors
amd64_vectors:
	.altmacro
	.set	i, 0
	.rept	64
	VECTOR	%i
	.set	i, i + 1
	.endr

alltraps:
	pushq	%rax
	pushq	%rbx
	pushq	%rcx
	pushq	%rdx
	pushq	%rbp
	pushq	%rsi
	pushq	%rdi
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	cld
	movq	%rsp, %rdi
	call	amd64_trap
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rdi
	popq	%rsi
	popq	%rbp
	popq	%rdx
	popq	%rcx
	popq	%rbx
	popq	%rax
	addq	$16, %rsp
	iretq

	.globl	memcpy
	.type	memcpy, @function
memcpy:
	movq	%rdi, %rax
	movq	%rdx, %rcx
	rep movsb
	ret

	.globl	memmove
	.type	memmove, @function
memmove:
	movq	%rdi, %rax
	movq	%rdx, %rcx
	movq	%rdi, %r8
	subq	%rsi, %r8
	cmpq	%rdx, %r8
	jb	1f		/* the destination starts inside the source */
	rep movsb
	ret
1:	leaq	-1(%rdi, %rdx), %rdi
	leaq	-1(%rsi, %rdx), %rsi
	std
	rep movsb
	cld
	ret

	.globl	memset
	.type	memset, @function
memset:
	movq	%rdi, %r8
	movl	%esi, %eax
	movq	%rdx, %rcx
	rep stosb
	movq	%r8, %rax
	ret

	.globl	memcmp
	.type	memcmp, @function
memcmp:
	movq	%rdx, %rcx
	xorl	%eax, %eax
	cmpq	%rcx, %rcx
	repe cmpsb
	je	1f
	movzbl	-1(%rdi), %eax
	movzbl	-1(%rsi), %edx
	subl	%edx, %eax
1:	ret

	.data
	.align	16
boot_gdt:
	.quad	0
	.quad	0x00af9b000000ffff	/* 0x08: kernel code, 64 bits */
	.quad	0x00cf93000000ffff	/* 0x10: kernel data */
boot_gdtr:
	.word	23
	.long	PHYS(boot_gdt)

	.globl	pvh_start_info
pvh_start_info:
	.long	0

	.bss
	.align	4096
	.globl	boot_pml4, boot_kpdpt
boot_pml4:
	.skip	4096
boot_pdpt:
	.skip	4096
boot_kpdpt:
	.skip	4096
boot_pd:
	.skip	4 * 4096
	.globl	boot_stack
boot_stack:
	.skip	32768
boot_stack_top:

	.section .note.GNU-stack, "", @progbits

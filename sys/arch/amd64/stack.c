/*
 * Kernel stacks: slots of 32 KB in the second GB above KERNBASE, each with
 * 16 KB mapped at its top.  The unmapped rest below is the guard: to run off
 * a stack is a page fault, which has a stack of its own.
 *
 *	slot:  | guard 16 KB, not mapped | stack 16 KB |
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/machdep.h>

#include <amd64.h>

#define STACK_BASE	(KERNBASE + (1UL << 30))
#define SLOT_SIZE	32768UL
#define STACK_SIZE	16384UL
#define STACK_PAGES	(STACK_SIZE / PAGE_4K)
#define NSLOTS		4096
#define SLOTS_PER_PT	(512 * PAGE_4K / SLOT_SIZE)

#define PG_V		0x001UL
#define PG_RW		0x002UL
#define PG_NX		(1UL << 63)
#define PG_FRAME	0x000ffffffffff000UL

extern uint64_t		 boot_kpdpt[];
void	amd64_context_start(void);

static uint64_t		 slot_pd[512] __attribute__((aligned(4096)));
static uint64_t		 used[NSLOTS / 64];	/* bitmap of slots */

/*
 * Hang the slots' page directory into the kernel's tables.
 */
void
stack_init(void)
{
	boot_kpdpt[511] = vtophys(slot_pd) | PG_RW | PG_V;
}

/*
 * Is this faulting address one below a stack?
 */
int
stack_is_guard(uint64_t va)
{
	if (va < STACK_BASE || va >= STACK_BASE + NSLOTS * SLOT_SIZE)
		return (0);
	return ((va - STACK_BASE) % SLOT_SIZE < SLOT_SIZE - STACK_SIZE);
}

/* The table entry of a page among the slots, or NULL without memory. */
static uint64_t *
pte_of(uint64_t va)
{
	uint64_t	*pde, *pt;

	pde = &slot_pd[(va - STACK_BASE) >> 21];
	if (!(*pde & PG_V)) {
		if ((pt = md_pages_alloc(1)) == NULL)
			return (NULL);
		*pde = vtophys(pt) | PG_RW | PG_V;
	}
	pt = PHYS_TO_DMAP(*pde & PG_FRAME);
	return (&pt[(va >> PAGE_SHIFT_4K) & 511]);
}

static void
unmap(uint64_t va, size_t npages)
{
	uint64_t	*pte;
	size_t		 i;

	for (i = 0; i < npages; i++, va += PAGE_4K) {
		pte = pte_of(va);
		md_pages_free(PHYS_TO_DMAP(*pte & PG_FRAME), 1);
		*pte = 0;
		__asm volatile("invlpg (%0)" : : "r" (va) : "memory");
	}
}

static int
slot_take(void)
{
	u_int	 bit, i;

	for (i = 0; i < nitems(used); i++) {
		if (~used[i] == 0)
			continue;
		bit = __builtin_ctzl(~used[i]);
		used[i] |= 1UL << bit;
		return (i * 64 + bit);
	}
	return (-1);
}

void *
md_stack_alloc(size_t *size)
{
	uint64_t	*pte, va;
	void		*page;
	size_t		 i;
	int		 slot;

	if ((slot = slot_take()) == -1)
		return (NULL);
	va = STACK_BASE + (slot + 1) * SLOT_SIZE - STACK_SIZE;
	for (i = 0; i < STACK_PAGES; i++) {
		pte = pte_of(va + i * PAGE_4K);
		if (pte == NULL || (page = md_pages_alloc(1)) == NULL) {
			unmap(va, i);
			used[slot / 64] &= ~(1UL << slot % 64);
			return (NULL);
		}
		*pte = vtophys(page) | PG_NX | PG_RW | PG_V;
	}
	*size = STACK_SIZE;
	return ((void *)va);
}

void
md_stack_free(void *stack, size_t size)
{
	uint64_t	 slot = ((uint64_t)stack - STACK_BASE) / SLOT_SIZE;

	KASSERT(size == STACK_SIZE && slot < NSLOTS);
	unmap((uint64_t)stack, STACK_PAGES);
	used[slot / 64] &= ~(1UL << slot % 64);
}

/*
 * The frame that md_switch() pops: r15 r14 r13 r12 rbx rbp, return address.
 * The stack is left as a call would leave it, misaligned by 8.
 */
void *
md_context_init(void *stack, size_t size, void (*fn)(void *), void *arg)
{
	uint64_t	*sp = (uint64_t *)((char *)stack + size);

	*--sp = 0;
	*--sp = 0;
	*--sp = (uint64_t)amd64_context_start;
	*--sp = 0;			/* rbp */
	*--sp = 0;			/* rbx */
	*--sp = (uint64_t)fn;		/* r12 */
	*--sp = (uint64_t)arg;		/* r13 */
	*--sp = 0;			/* r14 */
	*--sp = 0;			/* r15 */
	return (sp);
}

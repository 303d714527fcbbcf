/*
 * Traps and interrupts.
 *
 * Interrupts are enabled only while the processor waits in intr_wait(); a
 * vector's handler merely marks it as pending, and the device's function runs
 * afterwards, on the waiting thread's stack with interrupts off:
 *
 *	intr_wait: sti; hlt --- vector ---> amd64_trap: pending |= 1 << n, EOI
 *	           cli; run the functions of what is pending
 *
 * So nothing in the kernel is ever interrupted.  Exceptions and interrupts
 * run on stacks of their own (IST): a kernel stack may have overflowed, and
 * vector code uses the red zone below the stack pointer.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include <amd64.h>

#define IST_FAULT	1
#define IST_INTR	2
#define IST_SIZE	16384
#define GATE_INTR	0x8e00		/* present, ring 0, interrupt gate */
#define GSEL_TSS	0x18

struct gate {
	uint16_t	g_off0;
	uint16_t	g_sel;
	uint16_t	g_ist_type;
	uint16_t	g_off1;
	uint32_t	g_off2;
	uint32_t	g_zero;
} __attribute__((__packed__));

struct tss {
	uint32_t	t_reserved0;
	uint64_t	t_rsp[3];
	uint64_t	t_reserved1;
	uint64_t	t_ist[7];
	uint64_t	t_reserved2;
	uint16_t	t_reserved3;
	uint16_t	t_iobase;
} __attribute__((__packed__));

struct region {
	uint16_t	r_limit;
	uint64_t	r_base;
} __attribute__((__packed__));

struct handler {
	void		(*h_fn)(void *);
	void		*h_arg;
};

extern const char	 amd64_vectors[];
void	 amd64_trap(struct trapframe *);

static struct gate	 idt[NVEC];
static struct tss	 tss;
static uint64_t		 gdt[5];
static uint8_t		 ist_fault[IST_SIZE] __attribute__((aligned(16)));
static uint8_t		 ist_intr[IST_SIZE] __attribute__((aligned(16)));
static struct handler	 handlers[NVEC];
static int		 nhandlers = VEC_DEVICE;
static volatile uint64_t pending;	/* bit n: vector n came */

static const char *const trap_names[] = {
	"divide error", "debug", "NMI", "breakpoint", "overflow",
	"bound range", "invalid opcode", "no coprocessor", "double fault",
	"coprocessor overrun", "invalid TSS", "segment not present",
	"stack fault", "general protection", "page fault", "reserved",
	"x87 error", "alignment check", "machine check", "SIMD error"
};

static void
gate_set(int vec, int ist)
{
	struct gate	*g = &idt[vec];
	uint64_t	 off = (uint64_t)amd64_vectors + 16 * vec;

	g->g_off0 = off;
	g->g_sel = GSEL_CODE;
	g->g_ist_type = GATE_INTR | ist;
	g->g_off1 = off >> 16;
	g->g_off2 = off >> 32;
	g->g_zero = 0;
}

static void
tss_init(void)
{
	uint64_t	 base = (uint64_t)&tss;
	struct region	 r;

	tss.t_ist[IST_FAULT - 1] = (uint64_t)ist_fault + IST_SIZE;
	tss.t_ist[IST_INTR - 1] = (uint64_t)ist_intr + IST_SIZE;
	tss.t_iobase = sizeof(tss);

	gdt[1] = 0x00af9b000000ffff;	/* code */
	gdt[2] = 0x00cf93000000ffff;	/* data */
	gdt[3] = (sizeof(tss) - 1) | (base & 0xffffff) << 16 |
	    0x89UL << 40 | (base >> 24 & 0xff) << 56;
	gdt[4] = base >> 32;
	r.r_limit = sizeof(gdt) - 1;
	r.r_base = (uint64_t)gdt;
	__asm volatile("lgdt %0" : : "m" (r));
	__asm volatile("ltr %w0" : : "r" (GSEL_TSS));
}

/*
 * Load the tables of descriptors and vectors.  Interrupts stay off.
 */
void
intr_init(void)
{
	struct region	 r;
	int		 i;

	tss_init();
	for (i = 0; i < NVEC; i++)
		gate_set(i, i < VEC_IRQ ? IST_FAULT : IST_INTR);
	r.r_limit = sizeof(idt) - 1;
	r.r_base = (uint64_t)idt;
	__asm volatile("lidt %0" : : "m" (r));
}

/*
 * Give a device a vector: fn(arg) is called from intr_wait() after it came.
 * Returns the vector, or -1 when all are taken.
 */
int
intr_establish(void (*fn)(void *), void *arg)
{
	if (nhandlers >= VEC_SPURIOUS)
		return (-1);
	handlers[nhandlers].h_fn = fn;
	handlers[nhandlers].h_arg = arg;
	return (nhandlers++);
}

/*
 * What every vector comes to (locore.S).
 */
void
amd64_trap(struct trapframe *tf)
{
	uint64_t	 cr2;

	if (tf->tf_vector >= VEC_IRQ) {
		pending |= 1UL << tf->tf_vector;
		if (tf->tf_vector != VEC_SPURIOUS)
			apic_eoi();
		return;
	}
	__asm volatile("movq %%cr2, %0" : "=r" (cr2));
	if (tf->tf_vector == 14 && stack_is_guard(cr2))
		amd64_fault("kernel stack overflow", tf, cr2);
	amd64_fault(tf->tf_vector < nitems(trap_names) ?
	    trap_names[tf->tf_vector] : "unknown trap", tf, cr2);
}

/* Run the functions of the vectors that came; true if there were any. */
static int
intr_run(void)
{
	uint64_t	 bits = pending;
	int		 vec;

	pending = 0;
	if (bits == 0)
		return (0);
	while (bits != 0) {
		vec = __builtin_ctzl(bits);
		bits &= bits - 1;
		if (handlers[vec].h_fn != NULL)
			handlers[vec].h_fn(handlers[vec].h_arg);
	}
	return (1);
}

/*
 * Let interrupts in and run their functions; sleep first, until one comes or
 * the clock reaches the deadline (ns), unless that has passed.
 */
void
intr_wait(uint64_t deadline)
{
	uint64_t	 now;

	/* What waits at the processor's door comes in here. */
	__asm volatile("sti; nop; nop; cli" : : : "memory");
	if (intr_run() || deadline <= (now = clock_mono()))
		return;
	if (deadline != UINT64_MAX)
		apic_oneshot(deadline - now);
	/* sti takes effect after the next instruction: no gap before hlt. */
	__asm volatile("sti; hlt; cli" : : : "memory");
	intr_run();
}

/*
 * The machine contract on amd64, and the way from locore.S to the kernel's
 * main().
 *
 * The host learns how the machine ended by a byte: QEMU's isa-debug-exit at
 * port 0x501 turns the value v into the exit status 2v + 1.
 *
 *	MD_HALT_OK 33	MD_HALT_FAIL 35		MD_HALT_PANIC 37
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/errno.h>
#include <sys/machdep.h>

#include <amd64.h>

#define DEBUG_EXIT	0x501
#define DEBUG_EXIT_BASE	16
#define PM1A_CNT	0x604		/* q35's ACPI power switch */
#define  PM1A_S5	0x2000
#define CMDLINE_MAX	4096

#define MSR_FSBASE	0xc0000100
#define CR4_OSXSAVE	0x40000
#define CPUID_XSAVE	(1 << 26)
#define CPUID_RDRAND	(1 << 30)
#define XCR0_X87_SSE	0x3
#define XCR0_AVX	0x4

void	 amd64_init(uint32_t);

static char	 cmdline[CMDLINE_MAX];
static int	 have_rdrand;
static int	 fpu_busy;

/*
 * What %fs:0x28 means to code that was compiled for user land while it runs
 * between fpu_enter and fpu_leave.
 */
static uint64_t	 fpu_canary[8] __attribute__((aligned(64)));

/* SSE is on since locore.S; let the rest of the vector state follow. */
static void
fpu_init(void)
{
	uint64_t	 cr4;
	uint32_t	 r[4], xcr0;

	cpuid(1, 0, r);
	have_rdrand = (r[2] & CPUID_RDRAND) != 0;
	if (!(r[2] & CPUID_XSAVE))
		return;
	__asm volatile("movq %%cr4, %0" : "=r" (cr4));
	__asm volatile("movq %0, %%cr4" : : "r" (cr4 | CR4_OSXSAVE));
	cpuid(0xd, 0, r);
	xcr0 = XCR0_X87_SSE | (r[0] & XCR0_AVX);
	__asm volatile("xsetbv" : : "c" (0), "a" (xcr0), "d" (0));
}

static const char *
pvh_cmdline(const struct pvh_info *pi)
{
	const char	*s;
	size_t		 i;

	if (pi->pi_cmdline == 0)
		return ("");
	s = PHYS_TO_DMAP(pi->pi_cmdline);
	for (i = 0; i < sizeof(cmdline) - 1 && s[i] != '\0'; i++)
		cmdline[i] = s[i];
	cmdline[i] = '\0';
	return (cmdline);
}

/*
 * Entered from locore.S on the boot stack, interrupts off, with the physical
 * address of the start info.
 */
void
amd64_init(uint32_t info)
{
	const struct pvh_info	*pi = PHYS_TO_DMAP(info);
	const char		*line;

	intr_init();
	clock_init();
	apic_init();
	fpu_init();
	if (pi->pi_magic != PVH_MAGIC || pi->pi_version < 1)
		panic("not booted by PVH: magic 0x%x", pi->pi_magic);
	line = pvh_cmdline(pi);
	pmem_init(PHYS_TO_DMAP(pi->pi_memmap), pi->pi_memmap_entries, "pvh");
	stack_init();
	md_random(fpu_canary, sizeof(fpu_canary));
	kernel_main(line, amd64_autoconf);
}

/*
 * Say what happened where, and stop.
 */
void
amd64_fault(const char *what, const struct trapframe *tf, uint64_t addr)
{
	printf("rip %p rsp %p rbp %p rax %p rdi %p rsi %p\n",
	    (void *)tf->tf_rip, (void *)tf->tf_rsp, (void *)tf->tf_rbp,
	    (void *)tf->tf_rax, (void *)tf->tf_rdi, (void *)tf->tf_rsi);
	panic("%s, error 0x%llx, address %p", what,
	    (unsigned long long)tf->tf_error, (void *)addr);
}

void
amd64_power_off(int status)
{
	outl(DEBUG_EXIT, DEBUG_EXIT_BASE + status);
	outw(PM1A_CNT, PM1A_S5);
	for (;;)
		__asm volatile("cli; hlt");
}

uint64_t
md_clock(int which)
{
	return (which == MD_CLOCK_REAL ? clock_real() : clock_mono());
}

static uint64_t
random_word(void)
{
	uint64_t	 v;
	uint8_t		 ok = 0;
	int		 i;

	for (i = 0; have_rdrand && i < 10 && !ok; i++)
		__asm volatile("rdrand %0; setc %1" : "=r" (v), "=qm" (ok));
	if (!ok)
		panic("no random numbers: start QEMU with -cpu max");
	return (v);
}

void
md_random(void *buf, size_t len)
{
	uint8_t		*p = buf;
	uint64_t	 v;
	size_t		 n;

	for (; len > 0; p += n, len -= n) {
		v = random_word();
		n = MIN(len, sizeof(v));
		memcpy(p, &v, n);
	}
}

void
md_idle(uint64_t deadline)
{
	intr_wait(deadline);
}

void
md_halt(int status)
{
	amd64_power_off(status);
}

/*
 * There are no processes on this port, and so no address that a process
 * could name.
 */
int
md_copyin(struct proc *p, uint64_t uaddr, void *kaddr, size_t len)
{
	return (EFAULT);
}

int
md_copyout(struct proc *p, const void *kaddr, uint64_t uaddr, size_t len)
{
	return (EFAULT);
}

int
md_copyinstr(struct proc *p, uint64_t uaddr, char *kaddr, size_t len,
    size_t *done)
{
	return (EFAULT);
}

void
md_fpu_enter(void)
{
	KASSERT(!fpu_busy);
	fpu_busy = 1;
	wrmsr(MSR_FSBASE, (uint64_t)fpu_canary);
}

void
md_fpu_leave(void)
{
	KASSERT(fpu_busy);
	fpu_busy = 0;
	wrmsr(MSR_FSBASE, 0);
}

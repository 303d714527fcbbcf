/*
 * What the files of the amd64 port share, and the processor's instructions
 * that C has no words for.
 */
#ifndef _AMD64_H_
#define _AMD64_H_

#include <sys/types.h>

#define KERNBASE	0xffffffff80000000UL
#define DMAP		0xffff800000000000UL
#define DMAP_SIZE	(4UL << 30)		/* what locore.S maps */
#define PAGE_SHIFT_4K	12
#define PAGE_4K		4096UL

#define PHYS_TO_DMAP(pa)	((void *)(DMAP + (uint64_t)(pa)))

#define GSEL_CODE	0x08
#define VEC_IRQ		32		/* first interrupt vector */
#define VEC_TIMER	32
#define VEC_DEVICE	33		/* first of the devices' */
#define VEC_SPURIOUS	63
#define NVEC		64

/* Start info of the PVH boot protocol. */
struct pvh_info {
	uint32_t	pi_magic;
#define PVH_MAGIC	0x336ec578
	uint32_t	pi_version;
	uint32_t	pi_flags;
	uint32_t	pi_nr_modules;
	uint64_t	pi_modlist;
	uint64_t	pi_cmdline;
	uint64_t	pi_rsdp;
	uint64_t	pi_memmap;	/* version 1 and up */
	uint32_t	pi_memmap_entries;
	uint32_t	pi_reserved;
};

struct pvh_memmap {
	uint64_t	pm_addr;
	uint64_t	pm_size;
	uint32_t	pm_type;
#define PVH_MEM_RAM	1
	uint32_t	pm_reserved;
};

/* What alltraps pushed, lowest address first. */
struct trapframe {
	uint64_t	tf_r15, tf_r14, tf_r13, tf_r12, tf_r11, tf_r10, tf_r9,
			tf_r8, tf_rdi, tf_rsi, tf_rbp, tf_rdx, tf_rcx, tf_rbx,
			tf_rax;
	uint64_t	tf_vector, tf_error;
	uint64_t	tf_rip, tf_cs, tf_rflags, tf_rsp, tf_ss;
};

static inline void
outb(uint16_t port, uint8_t v)
{
	__asm volatile("outb %0, %1" : : "a" (v), "Nd" (port));
}

static inline uint8_t
inb(uint16_t port)
{
	uint8_t	 v;

	__asm volatile("inb %1, %0" : "=a" (v) : "Nd" (port));
	return (v);
}

static inline void
outw(uint16_t port, uint16_t v)
{
	__asm volatile("outw %0, %1" : : "a" (v), "Nd" (port));
}

static inline void
outl(uint16_t port, uint32_t v)
{
	__asm volatile("outl %0, %1" : : "a" (v), "Nd" (port));
}

static inline uint32_t
inl(uint16_t port)
{
	uint32_t v;

	__asm volatile("inl %1, %0" : "=a" (v) : "Nd" (port));
	return (v);
}

static inline uint64_t
rdtsc(void)
{
	uint32_t lo, hi;

	__asm volatile("lfence; rdtsc" : "=a" (lo), "=d" (hi) : : "memory");
	return ((uint64_t)hi << 32 | lo);
}

static inline uint64_t
rdmsr(uint32_t msr)
{
	uint32_t lo, hi;

	__asm volatile("rdmsr" : "=a" (lo), "=d" (hi) : "c" (msr));
	return ((uint64_t)hi << 32 | lo);
}

static inline void
wrmsr(uint32_t msr, uint64_t v)
{
	__asm volatile("wrmsr" : : "c" (msr), "a" ((uint32_t)v),
	    "d" ((uint32_t)(v >> 32)) : "memory");
}

static inline void
cpuid(uint32_t leaf, uint32_t sub, uint32_t r[4])
{
	__asm volatile("cpuid" : "=a" (r[0]), "=b" (r[1]), "=c" (r[2]),
	    "=d" (r[3]) : "0" (leaf), "2" (sub));
}

/* apic.c */
void	 apic_init(void);
void	 apic_eoi(void);
void	 apic_oneshot(uint64_t);
int	 ioapic_route(u_int, u_int);
uint64_t apic_msi_address(void);

/* clock.c */
void	 clock_init(void);
uint64_t clock_mono(void);
uint64_t clock_real(void);

/* intr.c */
void	 intr_init(void);
int	 intr_establish(void (*)(void *), void *);
void	 intr_wait(uint64_t);

/* pmem.c */
void	 pmem_init(const struct pvh_memmap *, size_t, const char *);
uint64_t vtophys(const void *);

/* stack.c */
void	 stack_init(void);
int	 stack_is_guard(uint64_t);

/* autoconf.c, pci.c, mmio.c */
void	 amd64_autoconf(const char *);
void	 pci_autoconf(void);
void	 mmio_autoconf(const char *);

/* machdep.c */
void	 amd64_fault(const char *, const struct trapframe *, uint64_t)
	    __attribute__((__noreturn__));
void	 amd64_power_off(int) __attribute__((__noreturn__));

#endif /* _AMD64_H_ */

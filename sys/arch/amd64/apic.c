/*
 * The local and the I/O interrupt controllers (Intel SDM volume 3, chapter
 * 11; 82093AA data sheet).  Both lie in the direct map's first 4 GB.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include <amd64.h>

#define MSR_APICBASE	0x1b
#define APICBASE_ENABLE	0x800

#define LAPIC_ID	0x020
#define LAPIC_TPR	0x080
#define LAPIC_EOI	0x0b0
#define LAPIC_SVR	0x0f0
#define  SVR_ENABLE	0x100
#define LAPIC_LVT_TIMER	0x320
#define LAPIC_LVT_LINT0	0x350
#define LAPIC_LVT_LINT1	0x360
#define  LVT_MASKED	0x10000
#define LAPIC_ICR_TIMER	0x380
#define LAPIC_CCR_TIMER	0x390
#define LAPIC_DCR_TIMER	0x3e0
#define  DCR_DIV1	0xb

#define IOAPIC_PA	0xfec00000
#define IOAPIC2_PA	0xfec10000	/* microvm's second */
#define IOAPIC_VER	1
#define IOAPIC_REDTBL	16
#define IOAPIC_PINS	24

#define PIC1_DATA	0x21
#define PIC2_DATA	0xa1

#define CALIBRATE_NS	5000000

static volatile uint32_t *lapic;
static uint64_t		 timer_mult;	/* timer ticks a ns, 32.32 */

static uint32_t
lapic_read(u_int reg)
{
	return (lapic[reg / 4]);
}

static void
lapic_write(u_int reg, uint32_t v)
{
	lapic[reg / 4] = v;
}

static void
apic_calibrate(void)
{
	uint64_t	 end, ns, start;
	uint32_t	 ticks;

	lapic_write(LAPIC_LVT_TIMER, LVT_MASKED | VEC_TIMER);
	start = clock_mono();
	lapic_write(LAPIC_ICR_TIMER, UINT32_MAX);
	do {
		end = clock_mono();
	} while (end - start < CALIBRATE_NS);
	ticks = UINT32_MAX - lapic_read(LAPIC_CCR_TIMER);
	lapic_write(LAPIC_ICR_TIMER, 0);
	ns = end - start;
	timer_mult = ((uint64_t)ticks << 32) / ns;
	if (timer_mult == 0)
		timer_mult = 1;
}

/*
 * Enable the local controller with its timer in one-shot mode; everything
 * else stays masked.  The clock must be running.
 */
void
apic_init(void)
{
	uint64_t	 base = rdmsr(MSR_APICBASE);

	outb(PIC1_DATA, 0xff);
	outb(PIC2_DATA, 0xff);
	wrmsr(MSR_APICBASE, base | APICBASE_ENABLE);
	lapic = PHYS_TO_DMAP(base & 0xffffff000UL);
	lapic_write(LAPIC_TPR, 0);
	lapic_write(LAPIC_LVT_LINT0, LVT_MASKED);
	lapic_write(LAPIC_LVT_LINT1, LVT_MASKED);
	lapic_write(LAPIC_SVR, SVR_ENABLE | VEC_SPURIOUS);
	lapic_write(LAPIC_DCR_TIMER, DCR_DIV1);
	apic_calibrate();
	lapic_write(LAPIC_LVT_TIMER, VEC_TIMER);
}

/* The vector that was taken is done with. */
void
apic_eoi(void)
{
	lapic_write(LAPIC_EOI, 0);
}

/*
 * One timer interrupt in ns from now, or sooner when that is further away
 * than the counter reaches; it replaces the one before.
 */
void
apic_oneshot(uint64_t ns)
{
	uint64_t	 ticks;

	ns = MIN(ns, 1000000000UL);
	ticks = ((ns >> 8) * timer_mult) >> 24;
	ticks = MAX(MIN(ticks, UINT32_MAX), 1);
	lapic_write(LAPIC_ICR_TIMER, ticks);
}

/* Where a device writes its message-signalled interrupts; the data is the
 * vector. */
uint64_t
apic_msi_address(void)
{
	return (0xfee00000UL | (lapic_read(LAPIC_ID) >> 24) << 12);
}

static uint32_t
ioapic_read(volatile uint32_t *io, u_int reg)
{
	io[0] = reg;
	return (io[4]);
}

static void
ioapic_write(volatile uint32_t *io, u_int reg, uint32_t v)
{
	io[0] = reg;
	io[4] = v;
}

/*
 * Send global interrupt gsi to the vector, edge-triggered, active high.
 * Returns 0, or ENXIO when no controller has that pin.
 */
int
ioapic_route(u_int gsi, u_int vec)
{
	volatile uint32_t *io;
	u_int		 pin = gsi;
	uint32_t	 pa = IOAPIC_PA;

	if (pin >= IOAPIC_PINS) {
		pin -= IOAPIC_PINS;
		pa = IOAPIC2_PA;
	}
	io = PHYS_TO_DMAP(pa);
	if (pin > (ioapic_read(io, IOAPIC_VER) >> 16 & 0xff))
		return (ENXIO);
	ioapic_write(io, IOAPIC_REDTBL + 2 * pin + 1,
	    lapic_read(LAPIC_ID) & 0xff000000);
	ioapic_write(io, IOAPIC_REDTBL + 2 * pin, vec);
	return (0);
}

/*
 * Time: the time stamp counter, measured at boot against channel 0 of the
 * 8254 timer, and the battery-backed clock for the date.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include <amd64.h>

#define PIT_HZ		1193182UL
#define PIT_CH0		0x40
#define PIT_MODE	0x43
#define  PIT_CH0_MODE2	0x34		/* channel 0, both bytes, mode 2 */
#define  PIT_CH0_LATCH	0x00
#define PIT_TICKS	(PIT_HZ / 100)	/* 10 ms */
#define PIT_SPINS	10000000

#define RTC_INDEX	0x70
#define RTC_DATA	0x71
#define RTC_STATUS_A	0x0a
#define  STATUS_A_UIP	0x80
#define RTC_STATUS_B	0x0b
#define  STATUS_B_24H	0x02
#define  STATUS_B_BIN	0x04

static uint64_t	 tsc_boot;
static uint64_t	 tsc_mult;		/* ns a cycle, 32.32 */
static uint64_t	 real_boot;		/* ns since 1970 at tsc_boot */

static uint64_t
mul_shift32(uint64_t a, uint64_t mult)
{
	return ((unsigned __int128)a * mult >> 32);
}

static u_int
pit_count(void)
{
	u_int	 lo;

	outb(PIT_MODE, PIT_CH0_LATCH);
	lo = inb(PIT_CH0);
	return (lo | inb(PIT_CH0) << 8);
}

/* Cycles while the 8254 counts PIT_TICKS down; 0 if it never does. */
static uint64_t
tsc_measure(void)
{
	uint64_t	 start;
	u_int		 first, spin;

	outb(PIT_MODE, PIT_CH0_MODE2);
	outb(PIT_CH0, 0xff);
	outb(PIT_CH0, 0xff);
	first = pit_count();
	start = rdtsc();
	for (spin = 0; spin < PIT_SPINS; spin++)
		if (((first - pit_count()) & 0xffff) >= PIT_TICKS)
			return (rdtsc() - start);
	return (0);
}

static u_int
rtc_read(u_int reg)
{
	outb(RTC_INDEX, reg);
	return (inb(RTC_DATA));
}

static u_int
rtc_field(u_int reg, u_int status)
{
	u_int	 v = rtc_read(reg);

	if (status & STATUS_B_BIN)
		return (v);
	return ((v >> 4) * 10 + (v & 0x0f));
}

/* Days from 1970-01-01 to the given day of the Gregorian calendar. */
static uint64_t
days_since_1970(u_int y, u_int m, u_int d)
{
	static const uint16_t before[] = {
		0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334
	};
	u_int	 leap, past = y - 1;

	leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
	return ((uint64_t)(y - 1970) * 365 + past / 4 - 492 -
	    (past / 100 - 19) + (past / 400 - 4) + before[m - 1] +
	    (leap && m > 2) + d - 1);
}

/* Seconds since 1970, or 0 when there is no such clock. */
static uint64_t
rtc_time(void)
{
	u_int	 b, d, h, m, mo, s, spin, y;

	for (spin = 0; rtc_read(RTC_STATUS_A) & STATUS_A_UIP; spin++)
		if (spin == 100000)
			return (0);
	b = rtc_read(RTC_STATUS_B);
	s = rtc_field(0, b);
	m = rtc_field(2, b);
	h = rtc_field(4, b);
	d = rtc_field(7, b);
	mo = rtc_field(8, b);
	y = 2000 + rtc_field(9, b);
	if (!(b & STATUS_B_24H) || s > 59 || m > 59 || h > 23 || d < 1 ||
	    d > 31 || mo < 1 || mo > 12)
		return (0);
	return (((days_since_1970(y, mo, d) * 24 + h) * 60 + m) * 60 + s);
}

/*
 * Measure the time stamp counter and read the date.  Takes 10 ms.
 */
void
clock_init(void)
{
	uint64_t	 cycles, ns = 1000000000UL * PIT_TICKS / PIT_HZ;

	cycles = tsc_measure();
	if (cycles == 0)
		cycles = ns;		/* no 8254: take it for 1 GHz */
	tsc_mult = (ns << 32) / cycles;
	tsc_boot = rdtsc();
	real_boot = rtc_time() * 1000000000UL;
}

/* ns since clock_init(). */
uint64_t
clock_mono(void)
{
	return (mul_shift32(rdtsc() - tsc_boot, tsc_mult));
}

/* ns since 1970. */
uint64_t
clock_real(void)
{
	return (real_boot + clock_mono());
}

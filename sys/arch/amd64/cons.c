/*
 * The console: the first 16550 serial port, output only.
 */
#include <sys/param.h>
#include <sys/machdep.h>

#include <amd64.h>

#define COM1		0x3f8
#define COM_DATA	(COM1 + 0)
#define COM_IER		(COM1 + 1)
#define COM_FIFO	(COM1 + 2)
#define COM_LCR		(COM1 + 3)
#define  LCR_8N1	0x03
#define COM_LSR		(COM1 + 5)
#define  LSR_TXRDY	0x20
#define TX_SPINS	100000

static void
cons_putc(char c)
{
	u_int	 spin;

	for (spin = 0; spin < TX_SPINS; spin++)
		if (inb(COM_LSR) & LSR_TXRDY)
			break;
	outb(COM_DATA, c);
}

void
md_cons_write(const char *s, size_t len)
{
	static int	 initialized;
	size_t		 i;

	if (!initialized) {
		outb(COM_IER, 0);
		outb(COM_LCR, LCR_8N1);
		outb(COM_FIFO, 0x07);
		initialized = 1;
	}
	for (i = 0; i < len; i++) {
		if (s[i] == '\n')
			cons_putc('\r');
		cons_putc(s[i]);
	}
}

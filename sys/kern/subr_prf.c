/*
 * printf(9), log(9) and panic(9): to the console and the message buffer.
 */
#include <sys/machdep.h>
#include <sys/msgbuf.h>
#include <sys/syslog.h>
#include <sys/systm.h>

#include <lib/libkern/printf.h>

/* Bytes on their way to the console, which likes them in lines. */
struct conbuf {
	char	cb_buf[128];
	size_t	cb_len;
};

const char	*panicstr;

/* Called first by panic(); tests of panics do not come back from it. */
void		(*panic_hook)(const char *);

static void
conbuf_flush(struct conbuf *cb)
{
	if (cb->cb_len > 0)
		md_cons_write(cb->cb_buf, cb->cb_len);
	cb->cb_len = 0;
}

static void
conbuf_put(int c, void *arg)
{
	struct conbuf	*cb = arg;

	msgbuf_putchar(msgbufp, c);
	cb->cb_buf[cb->cb_len++] = c;
	if (cb->cb_len == sizeof(cb->cb_buf))
		conbuf_flush(cb);
}

/*
 * Print.  Returns the number of bytes.
 */
int
vprintf(const char *fmt, va_list ap)
{
	struct conbuf	 cb;
	int		 n;

	cb.cb_len = 0;
	n = kvprintf(conbuf_put, &cb, fmt, ap);
	conbuf_flush(&cb);
	return (n);
}

int
printf(const char *fmt, ...)
{
	va_list	 ap;
	int	 n;

	va_start(ap, fmt);
	n = vprintf(fmt, ap);
	va_end(ap);
	return (n);
}

static void
msgbuf_put(int c, void *arg)
{
	msgbuf_putchar(arg, c);
}

/*
 * Say something of a syslog(3) priority.  Debugging messages go only to the
 * message buffer.
 */
void
log(int level, const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	if (LOG_PRI(level) == LOG_DEBUG)
		kvprintf(msgbuf_put, msgbufp, fmt, ap);
	else
		vprintf(fmt, ap);
	va_end(ap);
}

/*
 * Go on with the line that log() began.
 */
void
addlog(const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
}

/*
 * An invariant is broken: say which and stop the machine.
 */
void
panic(const char *fmt, ...)
{
	static char	 why[256];
	va_list		 ap;

	if (panicstr == NULL) {
		va_start(ap, fmt);
		vsnprintf(why, sizeof(why), fmt, ap);
		va_end(ap);
		if (panic_hook != NULL)
			panic_hook(why);
		panicstr = why;
		printf("panic: %s\n", why);
	}
	md_halt(MD_HALT_PANIC);
}

/*
 * KASSERT() has failed.
 */
void
__assert(const char *type, const char *file, int line, const char *expr)
{
	panic("kernel %sassertion \"%s\" failed: file \"%s\", line %d", type,
	    expr, file, line);
}

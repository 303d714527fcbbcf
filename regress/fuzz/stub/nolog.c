/*
 * Logging for fuzz targets: lines are made, and go nowhere.
 */
#include <sys/types.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "log.h"

static char	line[2048];

#define LINE(fmt)	do {						\
	va_list	ap;							\
									\
	va_start(ap, fmt);						\
	vsnprintf(line, sizeof(line), fmt, ap);				\
	va_end(ap);							\
} while (0)

void
log_init(int debug, int facility)
{
}

void
log_procinit(const char *name)
{
}

void
log_setverbose(int v)
{
}

int
log_getverbose(void)
{
	return (1);
}

void
log_warn(const char *fmt, ...)
{
	LINE(fmt);
}

void
log_warnx(const char *fmt, ...)
{
	LINE(fmt);
}

void
log_info(const char *fmt, ...)
{
	LINE(fmt);
}

void
log_debug(const char *fmt, ...)
{
	LINE(fmt);
}

void
fatal(const char *fmt, ...)
{
	LINE(fmt);
	fprintf(stderr, "fatal: %s\n", line);
	abort();
}

void
fatalx(const char *fmt, ...)
{
	LINE(fmt);
	fprintf(stderr, "fatal: %s\n", line);
	abort();
}

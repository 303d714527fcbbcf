/*
 * Logging of daemons.  In the foreground (debug) a message is one line on
 * the standard error, written in one piece, so that processes that share it
 * do not mix their lines.  Otherwise it goes to syslog(3).  Debug messages
 * are only heard when verbose.
 */
#include <sys/types.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "log.h"

#define LINE	2048

static int		 debug;
static int		 verbose;
static const char	*procname = "";

/*
 * Start logging: n_debug for the foreground, else to the given facility.
 */
void
log_init(int n_debug, int facility)
{
	debug = n_debug;
	verbose = n_debug;
	log_procinit(getprogname());
	if (!debug)
		openlog(getprogname(), LOG_PID | LOG_NDELAY, facility);
	tzset();
}

/*
 * Name this process in fatal messages; the string is kept.
 */
void
log_procinit(const char *name)
{
	if (name != NULL)
		procname = name;
}

/*
 * Choose whether debug messages are heard.
 */
void
log_setverbose(int v)
{
	verbose = v;
}

/*
 * Are debug messages heard?
 */
int
log_getverbose(void)
{
	return (verbose);
}

/* Log a message, with the text of error (0: none) after it. */
static void
vlog(int priority, int error, const char *prefix, const char *fmt, va_list ap)
{
	char	 line[LINE], text[LINE - 128];

	if (fmt == NULL)
		strlcpy(text, error != 0 ? strerror(error) : "",
		    sizeof(text));
	else
		vsnprintf(text, sizeof(text), fmt, ap);
	snprintf(line, sizeof(line), "%s%s%s%s%s", prefix,
	    *prefix != '\0' ? ": " : "", text,
	    error != 0 && fmt != NULL ? ": " : "",
	    error != 0 && fmt != NULL ? strerror(error) : "");
	if (debug) {
		dprintf(STDERR_FILENO, "%s\n", line);
	} else
		syslog(priority, "%s", line);
}

#define LOG_IT(priority, error, prefix, fmt) do {			\
	va_list	 ap;							\
									\
	va_start(ap, fmt);						\
	vlog(priority, error, prefix, fmt, ap);				\
	va_end(ap);							\
} while (0)

/*
 * Something went wrong, and errno says why; it is kept.
 */
void
log_warn(const char *fmt, ...)
{
	int	 error = errno;

	LOG_IT(LOG_ERR, error, "", fmt);
	errno = error;
}

/*
 * Something went wrong.
 */
void
log_warnx(const char *fmt, ...)
{
	LOG_IT(LOG_ERR, 0, "", fmt);
}

/*
 * Something worth knowing.
 */
void
log_info(const char *fmt, ...)
{
	LOG_IT(LOG_INFO, 0, "", fmt);
}

/*
 * Something for who looks for a fault.
 */
void
log_debug(const char *fmt, ...)
{
	if (verbose)
		LOG_IT(LOG_DEBUG, 0, "", fmt);
}

/*
 * Cannot go on, and errno says why.  Does not return.
 */
void
fatal(const char *fmt, ...)
{
	char	 prefix[128];
	int	 error = errno;

	snprintf(prefix, sizeof(prefix), "fatal in %s", procname);
	LOG_IT(LOG_CRIT, error, prefix, fmt);
	exit(1);
}

/*
 * Cannot go on.  Does not return.
 */
void
fatalx(const char *fmt, ...)
{
	char	 prefix[128];

	snprintf(prefix, sizeof(prefix), "fatal in %s", procname);
	LOG_IT(LOG_CRIT, 0, prefix, fmt);
	exit(1);
}

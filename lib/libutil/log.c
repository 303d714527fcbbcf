/*
 * Logging of daemons.  In the foreground (debug) a message is one line on
 * the standard error, written in one piece, so that processes that share it
 * do not mix their lines.  Otherwise it goes to syslogd, as by syslog(3).
 * Debug messages are only heard when verbose.
 *
 * Who has much to say may hold its lines for a moment: they leave together,
 * as a call for each costs more than the line.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

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
#define HELD	4096		/* bytes, which a pipe takes in one piece */
#define LINES	64
#define PATIENCE	200000	/* us that a line may wait for syslogd */
#define SILENCE		5	/* s without lines, when one has */

static int		 debug;
static int		 verbose;
static int		 facility;
static int		 logfd = -1;	/* to syslogd */
static const char	*procname = "";
static int		 holding;
static char		 held[HELD];
static struct iovec	 lines[LINES];	/* in held */
static unsigned int	 nlines;
static size_t		 nheld;

/* A socket to syslogd in place of the one before; not all the time. */
static void
reach(void)
{
	static const struct sockaddr_un	 sun = {
		.sun_family = AF_UNIX, .sun_path = "/dev/log"
	};
	static const struct timeval	 tv = { 0, PATIENCE };
	static time_t			 tried;

	if (time(NULL) == tried)
		return;
	tried = time(NULL);
	if (logfd != -1)
		close(logfd);
	logfd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (logfd != -1)
		(void)setsockopt(logfd, SOL_SOCKET, SO_SNDTIMEO, &tv,
		    sizeof(tv));
	if (logfd != -1 && connect(logfd, (const struct sockaddr *)&sun,
	    sizeof(sun)) == -1) {
		close(logfd);
		logfd = -1;
	}
}

/*
 * Start logging: n_debug for the foreground, else to the given facility.
 */
void
log_init(int n_debug, int n_facility)
{
	debug = n_debug;
	verbose = n_debug;
	facility = n_facility;
	log_procinit(getprogname());
	if (!debug)
		reach();
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

/*
 * Send lines to syslogd; one that has been started anew is looked for, one
 * that does not move is left alone for a while: nobody shall wait for it.
 */
static void
transmit(void)
{
	static time_t	 silent;
	struct mmsghdr	 mm[LINES];
	unsigned int	 i, tries = 0;
	int		 n;

	if (time(NULL) < silent)
		return;
	memset(mm, 0, sizeof(mm));
	for (i = 0; i < nlines; i++) {
		mm[i].msg_hdr.msg_iov = &lines[i];
		mm[i].msg_hdr.msg_iovlen = 1;
	}
	for (i = 0; i < nlines; ) {
		n = logfd == -1 ? -1 : sendmmsg(logfd, mm + i, nlines - i,
		    MSG_NOSIGNAL);
		if (n > 0)
			i += n;
		else if (logfd != -1 && errno == EAGAIN) {
			silent = time(NULL) + SILENCE;
			break;
		} else if (tries++ == 0)
			reach();
		else
			break;
	}
}

/*
 * Let the lines go that were held.
 */
void
log_flush(void)
{
	if (nlines == 0)
		return;
	if (!debug)
		transmit();
	else if (write(STDERR_FILENO, held, nheld) == -1)
		nheld = 0;	/* nobody listens */
	nlines = nheld = 0;
}

/*
 * From now on lines are held until log_flush, or let go at once again.
 */
void
log_hold(int on)
{
	holding = on;
	log_flush();
}

/* A line is complete: on its way, or held. */
static void
say(int priority, const char *line)
{
	struct tm	 tm;
	time_t		 now;
	char		 head[96] = "", stamp[32];
	size_t		 len;

	if (!debug) {
		now = time(NULL);
		strftime(stamp, sizeof(stamp), "%h %e %T",
		    localtime_r(&now, &tm));
		snprintf(head, sizeof(head), "<%d>%s %s[%d]: ",
		    facility | priority, stamp, getprogname(), getpid());
	}
	len = strlen(head) + strlen(line) + 1;
	if (nlines == LINES || nheld + len >= HELD)
		log_flush();
	lines[nlines].iov_base = held + nheld;
	lines[nlines++].iov_len = len - !debug;
	snprintf(held + nheld, HELD - nheld, "%s%s%s", head, line,
	    debug ? "\n" : "");
	nheld += len;
	if (!holding)
		log_flush();
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
	say(priority, line);
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
	log_flush();
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
	log_flush();
	exit(1);
}

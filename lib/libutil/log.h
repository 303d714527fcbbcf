/*
 * Logging of daemons: to syslog(3), or to the standard error while in the
 * foreground.
 */
#ifndef _LOG_H_
#define _LOG_H_

#include <sys/cdefs.h>

void	 log_init(int, int);
void	 log_procinit(const char *);
void	 log_setverbose(int);
int	 log_getverbose(void);
void	 log_hold(int);
void	 log_flush(void);
void	 log_warn(const char *, ...) __attribute__((__format__(printf, 1, 2)));
void	 log_warnx(const char *, ...) __attribute__((__format__(printf, 1, 2)));
void	 log_info(const char *, ...) __attribute__((__format__(printf, 1, 2)));
void	 log_debug(const char *, ...) __attribute__((__format__(printf, 1, 2)));
void __dead fatal(const char *, ...)
	    __attribute__((__format__(printf, 1, 2)));
void __dead fatalx(const char *, ...)
	    __attribute__((__format__(printf, 1, 2)));

#endif /* _LOG_H_ */

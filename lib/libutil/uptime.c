/*
 * Times that the kernel gives as seconds since it started.
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <sys/time.h>

#include <err.h>
#include <stdint.h>
#include <stdio.h>

#include "uptime.h"

/*
 * Seconds since the kernel started, by the clock of the day.  The first of
 * them is 1, as the kernel counts.
 */
int64_t
uptime(void)
{
	struct timeval	 boot, now;
	size_t		 len = sizeof(boot);
	int		 mib[2] = { CTL_KERN, KERN_BOOTTIME };

	if (sysctl(mib, 2, &boot, &len, NULL, 0) == -1)
		err(1, "kern.boottime");
	gettimeofday(&now, NULL);
	return (now.tv_sec - boot.tv_sec + (now.tv_usec >= boot.tv_usec));
}

/*
 * A span of time as days, hours, minutes and seconds, from the first that is
 * not zero: 23h59m58s.  Returns buf.
 */
const char *
uptime_text(int64_t secs, char buf[UPTIME_STRLEN])
{
	long long	 s = secs < 0 ? 0 : secs;
	int		 n = 0;

	if (s >= 86400)
		n = snprintf(buf, UPTIME_STRLEN, "%lldd", s / 86400);
	if (s >= 3600)
		n += snprintf(buf + n, UPTIME_STRLEN - n, "%lldh",
		    s % 86400 / 3600);
	if (s >= 60)
		n += snprintf(buf + n, UPTIME_STRLEN - n, "%lldm",
		    s % 3600 / 60);
	snprintf(buf + n, UPTIME_STRLEN - n, "%llds", s % 60);
	return (buf);
}

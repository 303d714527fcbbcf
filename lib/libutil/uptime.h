/* Times that the kernel gives as seconds since it started. */
#ifndef _UPTIME_H_
#define _UPTIME_H_

#include <sys/types.h>

#define UPTIME_STRLEN	32

int64_t	 uptime(void);
const char *uptime_text(int64_t, char [UPTIME_STRLEN]);

#endif /* _UPTIME_H_ */

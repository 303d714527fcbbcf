/* <sys/cdefs.h> with the words of BSD's that the C library lacks. */
#include_next <sys/cdefs.h>

#ifndef __dead
#define __dead		__attribute__((__noreturn__))
#endif
#ifndef __packed
#define __packed	__attribute__((__packed__))
#endif

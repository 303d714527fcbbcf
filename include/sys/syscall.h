/* The C library's <sys/syscall.h>, and the numbers of BSD's own calls. */
#include_next <sys/syscall.h>
#include "../../sys/sys/syscall.h"

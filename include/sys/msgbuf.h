/* The kernel's <sys/msgbuf.h>, for user land. */
#include "../../sys/sys/msgbuf.h"

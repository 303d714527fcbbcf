/* The kernel's <sys/mbuf.h>, for user land. */
#include "../../sys/sys/mbuf.h"

/* The kernel's <sys/sockio.h>, for user land. */
#include "../../sys/sys/sockio.h"

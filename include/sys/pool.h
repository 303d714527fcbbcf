/* The kernel's <sys/pool.h>, for user land. */
#include "../../sys/sys/pool.h"

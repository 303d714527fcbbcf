/* The kernel's <sys/bsdnum.h>, for user land. */
#include "../../sys/sys/bsdnum.h"

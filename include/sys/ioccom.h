/* The kernel's <sys/ioccom.h>, for user land. */
#include "../../sys/sys/ioccom.h"

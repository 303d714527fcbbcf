/* The kernel's <net/netisr.h>, for user land. */
#include "../../sys/net/netisr.h"

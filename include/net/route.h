/* The kernel's <net/route.h>, for user land. */
#ifndef _WARREN_NET_ROUTE_H_
#define _WARREN_NET_ROUTE_H_

#include <sys/bsd_begin.h>
#include "../../sys/net/route.h"
#include <sys/bsd_end.h>

#endif

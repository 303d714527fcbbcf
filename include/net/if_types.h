/* The kernel's <net/if_types.h>, for user land. */
#ifndef _WARREN_NET_IF_TYPES_H_
#define _WARREN_NET_IF_TYPES_H_

#include <sys/bsd_begin.h>
#include "../../sys/net/if_types.h"
#include <sys/bsd_end.h>

#endif

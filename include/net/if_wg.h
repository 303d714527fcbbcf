/* The kernel's <netwg/if_wg.h>, for user land. */
#ifndef _WARREN_NET_IF_WG_H_
#define _WARREN_NET_IF_WG_H_
#include <sys/bsd_begin.h>
#include "../../sys/netwg/if_wg.h"
#include <sys/bsd_end.h>
#endif

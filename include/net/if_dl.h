/* The kernel's <net/if_dl.h>, for user land. */
#ifndef _WARREN_NET_IF_DL_H_
#define _WARREN_NET_IF_DL_H_

#include <sys/bsd_begin.h>
#include "../../sys/net/if_dl.h"
#include <sys/bsd_end.h>

#endif

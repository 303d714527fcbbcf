/* The kernel's <net/if_media.h>, for user land. */
#ifndef _WARREN_NET_IF_MEDIA_H_
#define _WARREN_NET_IF_MEDIA_H_

#include <sys/bsd_begin.h>
#include "../../sys/net/if_media.h"
#include <sys/bsd_end.h>

#endif

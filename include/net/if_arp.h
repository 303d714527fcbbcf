/* The kernel's <net/if_arp.h>, for user land. */
#ifndef _WARREN_NET_IF_ARP_H_
#define _WARREN_NET_IF_ARP_H_

#include <sys/bsd_begin.h>
#include "../../sys/net/if_arp.h"
#include <sys/bsd_end.h>

#endif

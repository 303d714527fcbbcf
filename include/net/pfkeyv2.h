/* The kernel's PF_KEY interface, for user land. */
#ifndef _WARREN_NET_PFKEYV2_H_
#define _WARREN_NET_PFKEYV2_H_

#include "../../sys/netipsec/pfkeyv2.h"

#endif

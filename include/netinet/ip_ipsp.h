/* What ipsec(4) tells programs: statistics, names, levels. */
#ifndef _WARREN_NETINET_IP_IPSP_H_
#define _WARREN_NETINET_IP_IPSP_H_

#include <stdint.h>

#include "../../sys/netipsec/ipsec_stat.h"

#endif

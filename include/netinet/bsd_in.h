/*
 * What the kernel's Internet headers have over the C library's: the names of
 * sysctl(2) variables, and statistics.
 */
#ifndef _NETINET_BSD_IN_H_
#define _NETINET_BSD_IN_H_

#include <sys/bsd_begin.h>
#undef sockaddr_in			/* <sys/bsd_sockaddr.h> has it */
#include "../../sys/netinet/in.h"
#define sockaddr_in		bsd_sockaddr_in
#include "../../sys/netinet/icmp_var.h"
#include "../../sys/netinet/if_ether.h"
#include "../../sys/netinet/igmp_var.h"
#include "../../sys/netinet/ip_var.h"
#include "../../sys/netinet/tcp_var.h"
#include "../../sys/netinet/udp_var.h"
#include <sys/bsd_end.h>

#endif

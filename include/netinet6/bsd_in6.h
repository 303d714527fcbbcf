/*
 * What the kernel's IPv6 headers have over the C library's: ioctls and their
 * arguments, the names of sysctl(2) variables, and statistics.  The C
 * library's <netinet/in.h>, <netinet/ip6.h> and <netinet/icmp6.h> serve for
 * addresses and packets.
 */
#ifndef _NETINET6_BSD_IN6_H_
#define _NETINET6_BSD_IN6_H_

#include <net/if.h>
#include <netinet/bsd_in.h>

#include <sys/bsd_begin.h>
#undef sockaddr_in6			/* <sys/bsd_sockaddr.h> has it */
#include "../../sys/netinet6/in6.h"
#define sockaddr_in6		bsd_sockaddr_in6
#include "../../sys/netinet6/in6_var.h"
#include "../../sys/netinet6/nd6.h"
#include "../../sys/netinet6/ip6_var.h"
#include "../../sys/netinet6/icmp6_var.h"
#include <sys/bsd_end.h>

#endif

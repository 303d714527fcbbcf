/*
 * Read before a kernel header that speaks of socket addresses; bsd_end.h is
 * read after it.  No guard: each pair brackets one header.
 */
#include <sys/param.h>
#include <sys/time.h>
#include <sys/ioctl.h>
#include <sys/queue.h>
#include <sys/bsd_sockaddr.h>

#include "../../sys/sys/socket.h"	/* NET_RT_* */

#define sa_family_t		bsd_sa_family_t
#define sockaddr		bsd_sockaddr
#define sockaddr_in6		bsd_sockaddr_in6
#define sockaddr_in		bsd_sockaddr_in
#define sockaddr_storage	bsd_sockaddr_storage
#define sockaddr_dl		bsd_sockaddr_dl
#define sockaddr_rtlabel	bsd_sockaddr_rtlabel
#define sockaddr_rtdns		bsd_sockaddr_rtdns

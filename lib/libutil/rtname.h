/* Destinations, gateways and flags of routes as text. */
#ifndef _RTNAME_H_
#define _RTNAME_H_

#include <sys/types.h>
#include <sys/bsd_sockaddr.h>

#define RTNAME_LEN	256

const char *rtname_host(const struct bsd_sockaddr *, int, char *, size_t);
const char *rtname_net(const struct bsd_sockaddr *,
	    const struct bsd_sockaddr *, int, char *, size_t);
const char *rtname_flags(int, char *, size_t);
const char *rtname_label(const struct bsd_sockaddr *, char *, size_t);
const char *rtname_family(int);

#endif /* _RTNAME_H_ */

/*
 * Socket addresses in BSD's layout: to and from the C library's, as text,
 * and masks.
 */
#ifndef _BSDADDR_H_
#define _BSDADDR_H_

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/bsd_sockaddr.h>
#include <netinet/in.h>

#include <stdint.h>

#define ETHER_STRLEN	18		/* xx:xx:xx:xx:xx:xx and NUL */
#define BSDADDR_STRLEN	128

void	 bsdaddr_set_in(struct bsd_sockaddr_in *, struct in_addr);
void	 bsdaddr_set_in6(struct bsd_sockaddr_in6 *, const struct in6_addr *);
int	 bsdaddr_to_libc(const struct bsd_sockaddr *,
	    struct sockaddr_storage *, socklen_t *);
int	 bsdaddr_from_libc(const struct sockaddr *,
	    struct bsd_sockaddr_storage *);
const char *bsdaddr_ntop(const struct bsd_sockaddr *, char *, size_t);

int	 bsdaddr_masklen(const struct bsd_sockaddr *, int);
int	 in_masklen(struct in_addr);
struct in_addr	in_lenmask(int);
void	 in6_lenmask(struct in6_addr *, int);
unsigned int	in6_scope_take(struct in6_addr *);
int	 in6_scope_put(struct in6_addr *, unsigned int);

const char *ether_str(const uint8_t *, char [ETHER_STRLEN]);
int	 ether_parse(const char *, uint8_t [6]);

#endif /* _BSDADDR_H_ */

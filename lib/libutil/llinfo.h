/*
 * Neighbours and their link addresses: the tables of arp(8) and ndp(8).
 */
#ifndef _LLINFO_H_
#define _LLINFO_H_

#include <sys/types.h>
#include <sys/bsd_sockaddr.h>
#include <net/if.h>
#include <net/if_dl.h>

#include <stdint.h>

/* What the kernel knows of one host. */
struct llinfo {
	union {
		struct bsd_sockaddr	lu_sa;
		struct bsd_sockaddr_in	lu_sin;
		struct bsd_sockaddr_in6	lu_sin6;
	}			ll_u;
#define ll_sa	ll_u.lu_sa
#define ll_sin	ll_u.lu_sin
#define ll_sin6	ll_u.lu_sin6
	struct bsd_sockaddr_dl	ll_link;
	int			ll_flags;	/* RTF_* */
	int64_t			ll_expire;	/* seconds since 1970; 0 never */
	unsigned int		ll_ifindex;
};

int	 llinfo_get(int, const struct bsd_sockaddr *, struct llinfo *);
int	 llinfo_set(int, const struct llinfo *, const uint8_t [6], int,
	    int64_t);
int	 llinfo_delete(int, const struct bsd_sockaddr *);
int	 llinfo_walk(int, int, int (*)(const struct llinfo *, void *),
	    void *);

#endif /* _LLINFO_H_ */

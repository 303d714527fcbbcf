/*
 * The interfaces of the machine and their addresses, by sysctl(2).
 */
#ifndef _IFLIST_H_
#define _IFLIST_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <net/if.h>
#include <net/if_dl.h>

struct ifl_addr {
	TAILQ_ENTRY(ifl_addr)		 a_link;
	struct bsd_sockaddr_storage	 a_addr;
	struct bsd_sockaddr_storage	 a_mask;	/* ss_len 0: none */
	struct bsd_sockaddr_storage	 a_brd;		/* or the far end */
	int				 a_metric;
};

struct ifl_if {
	TAILQ_ENTRY(ifl_if)		 i_link;
	char				 i_name[IFNAMSIZ];
	unsigned int			 i_index;
	int				 i_flags;	/* IFF_* */
	int				 i_xflags;	/* IFXF_* */
	struct if_data			 i_data;
	struct bsd_sockaddr_dl		 i_sdl;
	TAILQ_HEAD(, ifl_addr)		 i_addrs;
};

TAILQ_HEAD(iflist, ifl_if);

int	 iflist_get(struct iflist *, unsigned int);
void	 iflist_free(struct iflist *);
struct ifl_if *iflist_find(const struct iflist *, const char *);
struct ifl_if *iflist_byindex(const struct iflist *, unsigned int);

#endif /* _IFLIST_H_ */

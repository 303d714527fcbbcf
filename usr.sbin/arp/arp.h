/*
 * What the files of arp(8) share.
 */
#ifndef _ARP_H_
#define _ARP_H_

#include <sys/types.h>
#include <sys/bsd_sockaddr.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <net/route.h>

#define TEMP_SECONDS	(20 * 60)	/* how long a "temp" entry lives */

struct arp_options {
	int	ao_numeric;		/* -n */
	int	ao_force;		/* -F */
	int	ao_tableid;		/* -V */
};

extern struct arp_options	opt;

/* What the kernel knows of one host. */
struct arp_entry {
	struct bsd_sockaddr_in	ae_addr;
	struct bsd_sockaddr_dl	ae_link;
	int			ae_flags;	/* RTF_* */
	int64_t			ae_expire;	/* seconds since 1970; 0 never */
	unsigned int		ae_ifindex;
};

/* arp.c */
int	 arp_host(const char *, struct in_addr *);

/* text.c */
const char *arp_expire(int64_t, int64_t, char *, size_t);
int	 arp_parse(const char *, char *[6]);

/* table.c */
int	 table_get(struct in_addr, struct arp_entry *);
int	 table_set(const struct arp_entry *, const uint8_t [6], int, int64_t);
int	 table_delete(struct in_addr);
int	 table_walk(int (*)(const struct arp_entry *, void *), void *);

#endif /* _ARP_H_ */

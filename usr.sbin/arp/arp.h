/*
 * What the files of arp(8) share.
 */
#ifndef _ARP_H_
#define _ARP_H_

#include <sys/types.h>
#include <netinet/in.h>

#include <stdint.h>

#define TEMP_SECONDS	(20 * 60)	/* how long a "temp" entry lives */

struct arp_options {
	int	ao_numeric;		/* -n */
	int	ao_force;		/* -F */
	int	ao_tableid;		/* -V */
};

extern struct arp_options	opt;

/* arp.c */
int	 arp_host(const char *, struct in_addr *);

/* text.c */
const char *arp_expire(int64_t, int64_t, char *, size_t);
int	 arp_parse(const char *, char *[6]);

#endif /* _ARP_H_ */

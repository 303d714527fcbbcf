/*
 * What the files of ndp(8) share.
 */
#ifndef _NDP_H_
#define _NDP_H_

#include <sys/types.h>
#include <netinet/in.h>
#include <net/if.h>

#include <stdint.h>

#include "llinfo.h"

#define TEMP_SECONDS	(20 * 60)	/* how long a "temp" entry lives */

struct in6_nbrinfo;

struct ndp_options {
	int		 no_numeric;	/* -n */
	int		 no_stamp;	/* -t */
	int		 no_tableid;	/* -V */
	unsigned int	 no_wait;	/* -A, seconds; 0 once */
};

extern struct ndp_options	opt;

/* ndp.c */
int	 ndp_host(const char *, struct bsd_sockaddr_in6 *);

/* text.c */
char	 state_letter(int);
int	 ndp_parse(char *, char *[5]);

/* show.c */
int	 show_all(void);
int	 show_one(const char *);

/* link.c */
int	 link_show(const char *);
int	 prefixes_show(void);
int	 routers_show(void);
int	 link_nbrinfo(const struct llinfo *, const char *,
	    struct in6_nbrinfo *);

#endif /* _NDP_H_ */

/*
 * The kernel's <net/if.h>, for user land.  The C library's own is hidden:
 * its struct ifreq is another.  What it declares besides is declared here.
 */
#ifndef _WARREN_NET_IF_H_
#define _WARREN_NET_IF_H_
#define _NET_IF_H	1		/* the C library's guard */

#include <sys/bsd_begin.h>
#include "../../sys/net/if.h"
#include <sys/bsd_end.h>

#ifndef IF_NAMESIZE
#define IF_NAMESIZE	16
#endif

struct if_nameindex {
	unsigned int		 if_index;
	char			*if_name;
};

unsigned int		 if_nametoindex(const char *);
char			*if_indextoname(unsigned int, char *);
struct if_nameindex	*if_nameindex(void);
void			 if_freenameindex(struct if_nameindex *);

#endif

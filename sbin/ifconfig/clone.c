/*
 * ifconfig(8): interfaces that are made on demand.
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <net/if.h>

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ifconfig.h"

/*
 * Create the interface.
 */
void
clone_create(struct ifctx *c)
{
	struct ifreq	 ifr;

	ifreq_init(c, &ifr);
	if_ioctl(c, SIOCIFCREATE, "SIOCIFCREATE", &ifr);
}

/*
 * Destroy the interface.
 */
void
clone_destroy(struct ifctx *c)
{
	struct ifreq	 ifr;

	ifreq_init(c, &ifr);
	if_ioctl(c, SIOCIFDESTROY, "SIOCIFDESTROY", &ifr);
}

static int
compare(const void *a, const void *b)
{
	return (strncmp(a, b, IFNAMSIZ));
}

/*
 * Print the names of what can be created, on one line.
 */
void
clone_list(struct ifctx *c)
{
	struct if_clonereq	 ifcr;
	char			*buf;
	int			 i, n;

	memset(&ifcr, 0, sizeof(ifcr));
	if_ioctl(c, SIOCIFGCLONERS, "SIOCIFGCLONERS for count", &ifcr);
	n = ifcr.ifcr_total;
	if ((buf = calloc(n + 1, IFNAMSIZ)) == NULL)
		err(1, NULL);
	ifcr.ifcr_count = n;
	ifcr.ifcr_buffer = buf;
	if_ioctl(c, SIOCIFGCLONERS, "SIOCIFGCLONERS for names", &ifcr);
	if (ifcr.ifcr_total < n)
		n = ifcr.ifcr_total;
	qsort(buf, n, IFNAMSIZ, compare);
	for (i = 0; i < n; i++)
		printf("%s%.*s", i > 0 ? " " : "", IFNAMSIZ,
		    buf + i * IFNAMSIZ);
	putchar('\n');
	free(buf);
}

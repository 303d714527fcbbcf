/*
 * Names of users, hosts and services in a static program.
 *
 * The C library would load what /etc/nsswitch.conf names, and a static
 * program must not load modules of another C library.  Files and the DNS are
 * built in, and a machine needs no more.
 */
#include <nss.h>

#include "lookup.h"

/*
 * Look names up in /etc's files, hosts in the DNS too.  Call it before any
 * function that takes or gives a name.
 */
void
lookup_init(void)
{
	static const char *const	 files[] = {
		"passwd", "group", "networks", "protocols", "services",
		"ethers"
	};
	unsigned int			 i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		__nss_configure_lookup(files[i], "files");
	__nss_configure_lookup("hosts", "files dns");
}

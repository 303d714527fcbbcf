/*
 * netstat(1): routing domains, the interfaces in each and its tables.
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <net/if.h>
#include <net/route.h>

#include <err.h>
#include <stdio.h>
#include <string.h>

#include "iflist.h"
#include "netstat.h"

/* The domain that a table is in, or -1 if there is no such table. */
static int
domain_of(int tableid)
{
	struct rt_tableinfo	 info;
	size_t			 len = sizeof(info);
	int			 mib[6] = { CTL_NET, BSD_AF_ROUTE, 0, 0,
				    NET_RT_TABLE, 0 };

	mib[5] = tableid;
	if (sysctl(mib, 6, &info, &len, NULL, 0) == -1 || len < sizeof(info))
		return (-1);
	return (info.rti_domainid);
}

/*
 * Print every domain.
 */
void
rdomains_show(void)
{
	const struct ifl_if	*i;
	struct iflist		 list;
	int			 domain[RT_TABLEID_MAX + 1];
	int			 n, rdomain, tables;

	if (iflist_get(&list, 0) == -1)
		err(1, "interfaces");
	for (n = 0; n <= RT_TABLEID_MAX; n++)
		domain[n] = domain_of(n);
	for (rdomain = 0; rdomain <= RT_TABLEID_MAX; rdomain++) {
		if (domain[rdomain] != rdomain)
			continue;
		printf("Rdomain %d\n", rdomain);
		printf("  Interfaces:");
		TAILQ_FOREACH(i, &list, i_link)
			if ((int)i->i_data.ifi_rdomain == rdomain)
				printf(" %s", i->i_name);
		for (n = tables = 0; n <= RT_TABLEID_MAX; n++)
			tables += domain[n] == rdomain;
		printf("\n  Routing table%s:", tables == 1 ? "" : "s");
		for (n = 0; n <= RT_TABLEID_MAX; n++)
			if (domain[n] == rdomain)
				printf(" %d", n);
		printf("\n\n");
	}
	iflist_free(&list);
}

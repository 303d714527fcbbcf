/*
 * netstat(1): the memory of the network stack, from kern.mbstat and the
 * pools whose names begin with "mbuf" or "mcl".
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <sys/mbuf.h>
#include <sys/pool.h>

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "netstat.h"

static const char *const	 type_names[MT_NTYPES] = {
	[MT_DATA] = "data",
	[MT_HEADER] = "packet headers",
	[MT_SONAME] = "socket names and addresses",
	[MT_SOOPTS] = "socket options",
	[MT_FTABLE] = "fragment reassembly queue headers",
	[MT_CONTROL] = "extra-data protocol messages",
	[MT_OOBDATA] = "out-of-band data",
};

static void
types_show(const struct mbstat *mb)
{
	uint64_t	 total = 0;
	int		 i;

	for (i = MT_DATA; i < MT_NTYPES; i++)
		total += mb->m_mtypes[i];
	printf("%llu mbuf%s in use:\n", (unsigned long long)total,
	    total == 1 ? "" : "s");
	for (i = MT_DATA; i < MT_NTYPES; i++)
		if (mb->m_mtypes[i] != 0)
			printf("\t%llu mbuf%s allocated to %s\n",
			    (unsigned long long)mb->m_mtypes[i],
			    mb->m_mtypes[i] == 1 ? "" : "s", type_names[i]);
}

/* One pool; returns the bytes of its pages, and of those in use in *used. */
static uint64_t
pool_show(int number, uint64_t *used)
{
	struct kinfo_pool	 kp;
	size_t			 len;
	char			 name[64];
	int			 mib[4] = { CTL_KERN, KERN_POOL, 0, 0 };

	*used = 0;
	mib[3] = number;
	mib[2] = KERN_POOL_NAME;
	len = sizeof(name) - 1;
	memset(name, 0, sizeof(name));
	if (sysctl(mib, 4, name, &len, NULL, 0) == -1)
		return (0);
	if (strncmp(name, "mb", 2) != 0 && strncmp(name, "mcl", 3) != 0)
		return (0);
	mib[2] = KERN_POOL_POOL;
	len = sizeof(kp);
	if (sysctl(mib, 4, &kp, &len, NULL, 0) == -1 || len < sizeof(kp))
		return (0);
	*used = (uint64_t)kp.pr_nout * kp.pr_size;
	if (strncmp(name, "mcl", 3) == 0)
		printf("%u/%u mbuf %u byte clusters in use (current/peak)\n",
		    kp.pr_nout, kp.pr_hiwat * kp.pr_itemsperpage,
		    kp.pr_size);
	return ((uint64_t)kp.pr_npages * kp.pr_pgsize);
}

/*
 * Print mbufs by type, clusters by size, and what could not be had.
 */
void
memory_show(void)
{
	struct mbstat	 mb;
	uint64_t	 held = 0, in_use = 0, used;
	size_t		 len = sizeof(mb);
	int		 i, mib[3] = { CTL_KERN, KERN_MBSTAT, 0 }, npools;

	if (sysctl(mib, 2, &mb, &len, NULL, 0) == -1)
		err(1, "kern.mbstat");
	types_show(&mb);
	mib[1] = KERN_POOL;
	mib[2] = KERN_POOL_NPOOLS;
	len = sizeof(npools);
	if (sysctl(mib, 3, &npools, &len, NULL, 0) == -1)
		err(1, "kern.pool");
	for (i = 1; i <= npools; i++) {
		held += pool_show(i, &used);
		in_use += used;
	}
	printf("%llu foreign buffer%s in use\n",
	    (unsigned long long)mb.m_external, mb.m_external == 1 ? "" : "s");
	printf("%llu Kbytes allocated to network (%llu%% in use)\n",
	    (unsigned long long)held / 1024, held == 0 ? 0ULL :
	    (unsigned long long)(in_use * 100 / held));
	printf("%llu requests for memory denied\n",
	    (unsigned long long)mb.m_drops);
	printf("%llu requests for memory delayed\n",
	    (unsigned long long)mb.m_wait);
}

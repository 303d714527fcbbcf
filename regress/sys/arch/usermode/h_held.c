/*
 * What the kernel holds: open files, and the items of each pool in use, a
 * line each.  Runs inside a machine.
 */
#include <sys/types.h>
#include <sys/sysctl.h>

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "../../../../sys/sys/pool.h"

static int
get(int *mib, u_int len, void *buf, size_t size)
{
	return (sysctl(mib, len, buf, &size, NULL, 0));
}

int
main(void)
{
	struct kinfo_pool	pr;
	char			name[32];
	int			i, mib[4] = { CTL_KERN, KERN_NFILES }, n;

	if (get(mib, 2, &n, sizeof(n)) == -1)
		err(1, "kern.nfiles");
	printf("files %d\n", n);
	mib[1] = KERN_POOL;
	mib[2] = KERN_POOL_NPOOLS;
	if (get(mib, 3, &n, sizeof(n)) == -1)
		err(1, "kern.pool.npools");
	for (i = 0; i <= n; i++) {
		mib[3] = i;
		mib[2] = KERN_POOL_NAME;
		if (get(mib, 4, name, sizeof(name)) == -1)
			continue;
		mib[2] = KERN_POOL_POOL;
		if (get(mib, 4, &pr, sizeof(pr)) == -1)
			continue;
		printf("%s %u\n", name, pr.pr_nout);
	}
	return (0);
}

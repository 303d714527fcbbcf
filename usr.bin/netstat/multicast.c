/*
 * netstat(1): multicast forwarding.  The kernel says by net.inet.ip.mrtproto
 * whether it has a multicast routing protocol.
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <netinet/in.h>
#include <netinet/bsd_in.h>

#include <err.h>
#include <errno.h>
#include <stdio.h>

#include "netstat.h"

/*
 * -g: say what multicast packets are forwarded.
 */
void
multicast_show(void)
{
	size_t	 len;
	int	 mib[4] = { CTL_NET, BSD_AF_INET, IPPROTO_IP, 0 };
	int	 forwarding = 0, protocol = 0;

	mib[3] = IPCTL_MRTPROTO;
	len = sizeof(protocol);
	if (sysctl(mib, 4, &protocol, &len, NULL, 0) == -1 &&
	    errno != EOPNOTSUPP && errno != ENOPROTOOPT)
		err(1, "net.inet.ip.mrtproto");
	mib[3] = IPCTL_MFORWARDING;
	len = sizeof(forwarding);
	if (sysctl(mib, 4, &forwarding, &len, NULL, 0) == -1 &&
	    errno != EOPNOTSUPP && errno != ENOPROTOOPT)
		err(1, "net.inet.ip.mforwarding");
	if (protocol == 0)
		printf("no multicast routing compiled into this system\n");
	else if (!forwarding)
		printf("multicast forwarding is disabled\n");
}

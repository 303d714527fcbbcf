/*
 * route(8): what a destination means.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <atf-c.h>
#include <stdlib.h>
#include <string.h>

#include "bsdaddr.h"
#include "route.h"
#include "rtname.h"

struct options	 opt = { .o_numeric = 1 };

void __dead
usage(const char *word)
{
	abort();
}

int
number(const char *what, const char *s, int low, int high)
{
	abort();
}

int
route_socket(int af)
{
	abort();
}

ATF_TC(networks);
ATF_TC_HEAD(networks, tc)
{
	atf_tc_set_md_var(tc, "descr", "networks with and without a prefix");
}
ATF_TC_BODY(networks, tc)
{
	static const struct {
		const char	*text, *want;		/* NULL: refused */
	} table[] = {
		{ "default",		"default" },
		{ "0/0",		"default" },
		{ "0.0.0.0",		"default" },
		{ "10.20.0.0/24",	"10.20.0/24" },
		{ "10.20/16",		"10.20/16" },
		{ "10.20.30.40/24",	"10.20.30/24" },
		{ "10",			"10/8" },
		{ "10.20",		"10.20/16" },
		{ "10.20.30",		"10.20.30/24" },
		{ "10.20.0.0",		"10.20/16" },
		{ "10.0.30.0",		"10.0.30/24" },
		{ "10.0.0.4",		"10.0.0.4/32" },
		{ "172.16.0.0",		"172.16/16" },
		{ "192.168.0.0",	"192.168.0/24" },
		{ "192.168",		"192.168.0/24" },
		{ "224.0.0.0",		"224/4" },
		{ "10.20.0.0/33",	NULL },
		{ "10.20.0.0/",		NULL },
		{ "10.20.0.0/x",	NULL },
		{ "10.20.0.0.0/8",	NULL },
		{ "10.256/16",		NULL },
		{ "10..0/16",		NULL },
		{ "",			NULL },
	};
	union route_addr	 dst, mask;
	char			 buf[RTNAME_LEN];
	size_t			 i;
	int			 error;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		error = addr_net(table[i].text, BSD_AF_INET, &dst, &mask);
		ATF_CHECK_EQ_MSG(table[i].want == NULL, error == -1, "%s",
		    table[i].text);
		if (error == -1 || table[i].want == NULL)
			continue;
		ATF_CHECK_STREQ(table[i].want, rtname_net(&dst.ra_sa,
		    &mask.ra_sa, 1, buf, sizeof(buf)));
	}
}

/* Is s a host (1) or a network (0) of prefix length *plen? */
static int
judge(const char *s, int net, int host, const char *netmask, int *plen)
{
	struct request	 r;
	int		 is_host;

	memset(&r, 0, sizeof(r));
	r.r_forcenet = net;
	r.r_forcehost = host;
	if (netmask != NULL) {
		ATF_REQUIRE_EQ(0, addr_host(netmask, BSD_AF_INET,
		    &r.r_addr[RTAX_NETMASK]));
		r.r_addrs |= RTA_NETMASK;
	}
	is_host = addr_destination(&r, s);
	ATF_CHECK_EQ(is_host, (r.r_addrs & RTA_NETMASK) == 0);
	*plen = is_host ? 32 : bsdaddr_masklen(&r.r_addr[RTAX_NETMASK].ra_sa,
	    BSD_AF_INET);
	return (is_host);
}

ATF_TC(host_or_network);
ATF_TC_HEAD(host_or_network, tc)
{
	atf_tc_set_md_var(tc, "descr", "when nobody says which");
}
ATF_TC_BODY(host_or_network, tc)
{
	int	 plen;

	ATF_CHECK_EQ(1, judge("10.1.2.3", 0, 0, NULL, &plen));
	ATF_CHECK_EQ(0, judge("10.1.2.3/24", 0, 0, NULL, &plen));
	ATF_CHECK_EQ(24, plen);
	ATF_CHECK_EQ(0, judge("default", 0, 0, NULL, &plen));
	ATF_CHECK_EQ(0, plen);
	ATF_CHECK_EQ(0, judge("0.0.0.0", 0, 0, NULL, &plen));
	ATF_CHECK_EQ(0, plen);
	ATF_CHECK_EQ(0, judge("10.20.0.0", 1, 0, NULL, &plen));
	ATF_CHECK_EQ(16, plen);
	ATF_CHECK_EQ(0, judge("10.20.0.0", 0, 0, "255.255.255.128", &plen));
	ATF_CHECK_EQ(25, plen);
	ATF_CHECK_EQ(1, judge("10.20.0.0", 0, 1, NULL, &plen));
}

ATF_TC(inet6);
ATF_TC_HEAD(inet6, tc)
{
	atf_tc_set_md_var(tc, "descr", "IPv6 networks");
}
ATF_TC_BODY(inet6, tc)
{
	union route_addr	 dst, mask;
	char			 buf[RTNAME_LEN];

	ATF_REQUIRE_EQ(0, addr_net("2001:db8:1::5/48", BSD_AF_UNSPEC, &dst,
	    &mask));
	ATF_CHECK_STREQ("2001:db8:1::/48", rtname_net(&dst.ra_sa, &mask.ra_sa,
	    1, buf, sizeof(buf)));
	ATF_REQUIRE_EQ(0, addr_net("default", BSD_AF_INET6, &dst, &mask));
	ATF_CHECK_STREQ("default", rtname_net(&dst.ra_sa, &mask.ra_sa, 1, buf,
	    sizeof(buf)));
	ATF_CHECK_EQ(-1, addr_net("2001:db8::/129", BSD_AF_INET6, &dst,
	    &mask));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, networks);
	ATF_TP_ADD_TC(tp, host_or_network);
	ATF_TP_ADD_TC(tp, inet6);
	return (atf_no_error());
}

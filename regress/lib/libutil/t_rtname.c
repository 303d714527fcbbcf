/*
 * Routes as text: networks as netstat -rn prints them, and flags.
 */
#include <sys/types.h>
#include <net/if.h>
#include <net/route.h>

#include <arpa/inet.h>
#include <atf-c.h>
#include <string.h>

#include "bsdaddr.h"
#include "rtname.h"

ATF_TC(networks);
ATF_TC_HEAD(networks, tc)
{
	atf_tc_set_md_var(tc, "descr", "bytes beyond the prefix are left out");
}
ATF_TC_BODY(networks, tc)
{
	static const struct {
		const char	*addr;
		int		 plen;
		const char	*want;
	} table[] = {
		{ "0.0.0.0",		0,	"default" },
		{ "0.0.0.0",		8,	"0/8" },
		{ "127.0.0.0",		8,	"127/8" },
		{ "224.0.0.0",		4,	"224/4" },
		{ "172.16.0.0",		12,	"172.16/12" },
		{ "10.20.0.0",		16,	"10.20/16" },
		{ "10.20.0.0",		24,	"10.20.0/24" },
		{ "10.20.30.128",	25,	"10.20.30.128/25" },
		{ "10.20.30.40",	32,	"10.20.30.40/32" },
	};
	struct bsd_sockaddr_in	 mask, sin;
	struct in_addr		 addr;
	char			 buf[RTNAME_LEN];
	size_t			 i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ATF_REQUIRE(inet_pton(AF_INET, table[i].addr, &addr) == 1);
		bsdaddr_set_in(&sin, addr);
		bsdaddr_set_in(&mask, in_lenmask(table[i].plen));
		ATF_CHECK_STREQ(table[i].want, rtname_net((void *)&sin,
		    (void *)&mask, 1, buf, sizeof(buf)));
	}
	mask.sin_addr.s_addr = htonl(0xff00ff00);
	ATF_CHECK_STREQ("10.20.30.40/?", rtname_net((void *)&sin,
	    (void *)&mask, 1, buf, sizeof(buf)));
	ATF_CHECK_STREQ("10.20.30.40", rtname_net((void *)&sin, NULL, 1, buf,
	    sizeof(buf)));
}

ATF_TC(flags);
ATF_TC_HEAD(flags, tc)
{
	atf_tc_set_md_var(tc, "descr", "the letters and their order");
}
ATF_TC_BODY(flags, tc)
{
	char	 buf[32], tiny[3];

	ATF_CHECK_STREQ("UGS", rtname_flags(RTF_UP | RTF_GATEWAY | RTF_STATIC |
	    RTF_DONE, buf, sizeof(buf)));
	ATF_CHECK_STREQ("UHLch", rtname_flags(RTF_UP | RTF_HOST | RTF_LLINFO |
	    RTF_CLONED | RTF_CACHED, buf, sizeof(buf)));
	ATF_CHECK_STREQ("UCn", rtname_flags(RTF_UP | RTF_CLONING |
	    RTF_CONNECTED, buf, sizeof(buf)));
	ATF_CHECK_STREQ("UHLl", rtname_flags(RTF_UP | RTF_HOST | RTF_LOCAL |
	    RTF_LLINFO, buf, sizeof(buf)));
	ATF_CHECK_STREQ("", rtname_flags(0, buf, sizeof(buf)));
	ATF_CHECK_STREQ("UG", rtname_flags(-1, tiny, sizeof(tiny)));
}

ATF_TC(labels);
ATF_TC_HEAD(labels, tc)
{
	atf_tc_set_md_var(tc, "descr", "labels with and without their NUL");
}
ATF_TC_BODY(labels, tc)
{
	struct bsd_sockaddr_rtlabel	 sr;
	char				 buf[64];

	memset(&sr, 0, sizeof(sr));
	sr.sr_len = sizeof(sr);
	strlcpy(sr.sr_label, "wan", sizeof(sr.sr_label));
	ATF_CHECK_STREQ("wan", rtname_label((void *)&sr, buf, sizeof(buf)));
	sr.sr_len = 4;
	ATF_CHECK_STREQ("wa", rtname_label((void *)&sr, buf, sizeof(buf)));
	memset(sr.sr_label, 'x', sizeof(sr.sr_label));
	sr.sr_len = 255;
	ATF_CHECK_EQ(RTLABEL_LEN, strlen(rtname_label((void *)&sr, buf,
	    sizeof(buf))));
	ATF_CHECK_STREQ("", rtname_label(NULL, buf, sizeof(buf)));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, networks);
	ATF_TP_ADD_TC(tp, flags);
	ATF_TP_ADD_TC(tp, labels);
	return (atf_no_error());
}

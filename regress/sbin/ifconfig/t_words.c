/*
 * The words of ifconfig(8) that need no machine: addresses, masks, and how
 * flags are written.
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <net/if.h>

#include <arpa/inet.h>
#include <atf-c.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "ifconfig.h"

/* What inet.c and show.c want of ifconfig.c; no test calls them. */
void
ifreq_init(const struct ifctx *c, struct ifreq *ifr)
{
	abort();
}

void
if_ioctl(const struct ifctx *c, unsigned long request, const char *name,
    void *arg)
{
	abort();
}

long long
word_number(const char *word, const char *arg, long long low, long long high)
{
	abort();
}

ATF_TC(addresses);
ATF_TC_HEAD(addresses, tc)
{
	atf_tc_set_md_var(tc, "descr", "an address and its prefix");
}
ATF_TC_BODY(addresses, tc)
{
	static const struct {
		const char	*text, *addr, *mask;	/* NULL: refused */
	} table[] = {
		{ "10.0.0.1",		"10.0.0.1",	"" },
		{ "10.0.0.1/24",	"10.0.0.1",	"255.255.255.0" },
		{ "10.99.0.1/30",	"10.99.0.1",	"255.255.255.252" },
		{ "10.0.0.1/0",		"10.0.0.1",	"0.0.0.0" },
		{ "10.0.0.1/32",	"10.0.0.1",	"255.255.255.255" },
		{ "10.0.0.1/33",	NULL,		NULL },
		{ "10.0.0.1/-1",	NULL,		NULL },
		{ "10.0.0.1/",		NULL,		NULL },
		{ "10.0.0.1/24x",	NULL,		NULL },
		{ "/24",		NULL,		NULL },
		{ "10.0.0.1.5/24",	NULL,		NULL },
		{ "300.0.0.1/24",	NULL,		NULL },
	};
	struct in_addr	 addr, mask;
	char		 a[INET_ADDRSTRLEN], m[INET_ADDRSTRLEN];
	size_t		 i;
	int		 hasmask, error;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		error = inet_parse(table[i].text, &addr, &mask, &hasmask);
		ATF_CHECK_EQ_MSG(table[i].addr == NULL, error == -1, "%s",
		    table[i].text);
		if (error == -1 || table[i].addr == NULL)
			continue;
		inet_ntop(AF_INET, &addr, a, sizeof(a));
		inet_ntop(AF_INET, &mask, m, sizeof(m));
		ATF_CHECK_STREQ(table[i].addr, a);
		ATF_CHECK_STREQ(table[i].mask, hasmask ? m : "");
	}
}

ATF_TC(masks);
ATF_TC_HEAD(masks, tc)
{
	atf_tc_set_md_var(tc, "descr", "netmasks in both notations");
}
ATF_TC_BODY(masks, tc)
{
	static const char *const	 bad[] = {
		"", "255.0.255.0", "0x00ff0000", "24x", "mask",
		"255.255.255.0 "
	};
	struct in_addr			 mask;
	size_t				 i;

	ATF_REQUIRE_EQ(0, inet_parsemask("255.255.255.0", &mask));
	ATF_CHECK_EQ(htonl(0xffffff00), mask.s_addr);
	ATF_REQUIRE_EQ(0, inet_parsemask("0xfffffffc", &mask));
	ATF_CHECK_EQ(htonl(0xfffffffc), mask.s_addr);
	ATF_REQUIRE_EQ(0, inet_parsemask("0", &mask));
	ATF_CHECK_EQ(0, mask.s_addr);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ATF_CHECK_EQ_MSG(-1, inet_parsemask(bad[i], &mask), "%s",
		    bad[i]);
}

ATF_TC(flags);
ATF_TC_HEAD(flags, tc)
{
	atf_tc_set_md_var(tc, "descr", "the number and the names in it");
}
ATF_TC_BODY(flags, tc)
{
	struct ifl_if	 i;
	char		 buf[256];

	memset(&i, 0, sizeof(i));
	i.i_flags = IFF_UP | IFF_BROADCAST | IFF_RUNNING | IFF_SIMPLEX |
	    IFF_MULTICAST;
	i.i_xflags = IFXF_MPSAFE | IFXF_CLONED;
	flags_format(&i, buf, sizeof(buf));
	ATF_CHECK_STREQ("flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST>",
	    buf);
	i.i_xflags |= IFXF_MONITOR;
	i.i_flags = IFF_UP;
	flags_format(&i, buf, sizeof(buf));
	ATF_CHECK_STREQ("flags=1000001<UP,MONITOR>", buf);
	i.i_flags = i.i_xflags = 0;
	flags_format(&i, buf, sizeof(buf));
	ATF_CHECK_STREQ("flags=0<>", buf);
	i.i_flags = i.i_xflags = 0xffff;
	flags_format(&i, buf, sizeof(buf));
	ATF_CHECK_EQ('>', buf[strlen(buf) - 1]);
}

static void
request(struct ifctx *c, const char *one, const char *two)
{
	memset(c, 0, sizeof(*c));
	inet_address(c, one);
	if (two != NULL)
		inet_address(c, two);
}

ATF_TC(far_end);
ATF_TC_HEAD(far_end, tc)
{
	atf_tc_set_md_var(tc, "descr", "a second address is the far end's");
}
ATF_TC_BODY(far_end, tc)
{
	struct ifctx	 c;

	request(&c, "10.0.0.1/30", "10.0.0.2");
	ATF_CHECK_EQ(1, c.c_inet.r_set);
	ATF_CHECK_EQ(1, c.c_inet.r_hasmask);
	ATF_CHECK_EQ(1, c.c_inet.r_hasdst);
	ATF_CHECK_EQ(htonl(0x0a000002), c.c_inet.r_dst.s_addr);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, addresses);
	ATF_TP_ADD_TC(tp, masks);
	ATF_TP_ADD_TC(tp, flags);
	ATF_TP_ADD_TC(tp, far_end);
	return (atf_no_error());
}

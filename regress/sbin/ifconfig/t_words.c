/*
 * The words of ifconfig(8) that need no machine: addresses, masks, and how
 * flags are written.
 */
#include <sys/types.h>
#include <sys/ioctl.h>
#include <net/if.h>
#include <netinet6/in6_var.h>

#include <arpa/inet.h>
#include <atf-c.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "ifconfig.h"

/* What inet.c, inet6.c and show.c want of ifconfig.c; no test calls them. */
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

void
wg_show(const struct ifctx *c, const char *name, int detail)
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

ATF_TC(addresses6);
ATF_TC_HEAD(addresses6, tc)
{
	atf_tc_set_md_var(tc, "descr", "an IPv6 address, prefix, scope");
}
ATF_TC_BODY(addresses6, tc)
{
	static const struct {
		const char	*text, *addr;	/* NULL: refused */
		int		 plen;
	} table[] = {
		{ "2001:db8::1",	"2001:db8::1",	-1 },
		{ "2001:db8::1/64",	"2001:db8::1",	64 },
		{ "::/0",		"::",		0 },
		{ "::1/128",		"::1",		128 },
		{ "fe80::1%em0",	"fe80::1",	-1 },
		{ "fe80::1%em0/64",	"fe80::1",	64 },
		{ "fe80::1%em1",	NULL,		0 },
		{ "fe80::1%",		NULL,		0 },
		{ "2001:db8::1/129",	NULL,		0 },
		{ "2001:db8::1/-1",	NULL,		0 },
		{ "2001:db8::1/",	NULL,		0 },
		{ "2001:db8::1/64x",	NULL,		0 },
		{ "/64",		NULL,		0 },
		{ "2001:db8:::1/64",	NULL,		0 },
	};
	struct in6_addr	 addr;
	char		 text[INET6_ADDRSTRLEN];
	size_t		 i;
	int		 error, plen;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		error = inet6_parse(table[i].text, "em0", &addr, &plen);
		ATF_CHECK_EQ_MSG(table[i].addr == NULL, error == -1, "%s",
		    table[i].text);
		if (error == -1 || table[i].addr == NULL)
			continue;
		inet_ntop(AF_INET6, &addr, text, sizeof(text));
		ATF_CHECK_STREQ(table[i].addr, text);
		ATF_CHECK_EQ(table[i].plen, plen);
	}
}

ATF_TC(eui64);
ATF_TC_HEAD(eui64, tc)
{
	atf_tc_set_md_var(tc, "descr", "the last half, unless it is there");
}
ATF_TC_BODY(eui64, tc)
{
	struct in6_addr	 addr, ll;
	char		 text[INET6_ADDRSTRLEN];

	inet_pton(AF_INET6, "fe80:2::aff:fe00:1", &ll);
	inet_pton(AF_INET6, "2001:db8:2::", &addr);
	ATF_REQUIRE_EQ(0, inet6_eui64(&addr, &ll));
	inet_ntop(AF_INET6, &addr, text, sizeof(text));
	ATF_CHECK_STREQ("2001:db8:2::aff:fe00:1", text);
	ATF_CHECK_EQ(-1, inet6_eui64(&addr, &ll));
}

ATF_TC(flags6);
ATF_TC_HEAD(flags6, tc)
{
	atf_tc_set_md_var(tc, "descr", "what an address is");
}
ATF_TC_BODY(flags6, tc)
{
	char	 buf[128];

	ATF_CHECK_STREQ("", inet6_flags(0, buf, sizeof(buf)));
	ATF_CHECK_STREQ(" tentative", inet6_flags(IN6_IFF_TENTATIVE |
	    IN6_IFF_NODAD, buf, sizeof(buf)));
	ATF_CHECK_STREQ(" deprecated autoconf temporary",
	    inet6_flags(IN6_IFF_TEMPORARY | IN6_IFF_AUTOCONF |
	    IN6_IFF_DEPRECATED, buf, sizeof(buf)));
}

ATF_TC(far_end6);
ATF_TC_HEAD(far_end6, tc)
{
	atf_tc_set_md_var(tc, "descr", "a second IPv6 address likewise");
}
ATF_TC_BODY(far_end6, tc)
{
	struct ifctx	 c;

	memset(&c, 0, sizeof(c));
	strlcpy(c.c_name, "em0", sizeof(c.c_name));
	inet6_address(&c, "2001:db8::1/128");
	ATF_CHECK_EQ(1, c.c_inet6.r6_set);
	ATF_CHECK_EQ(128, c.c_inet6.r6_plen);
	ATF_CHECK_EQ(0, c.c_inet6.r6_hasdst);
	inet6_address(&c, "2001:db8::2");
	ATF_CHECK_EQ(1, c.c_inet6.r6_hasdst);
	ATF_CHECK_EQ(2, c.c_inet6.r6_dst.s6_addr[15]);
	ATF_CHECK_EQ(1, c.c_inet6.r6_addr.s6_addr[15]);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, addresses);
	ATF_TP_ADD_TC(tp, masks);
	ATF_TP_ADD_TC(tp, flags);
	ATF_TP_ADD_TC(tp, far_end);
	ATF_TP_ADD_TC(tp, addresses6);
	ATF_TP_ADD_TC(tp, eui64);
	ATF_TP_ADD_TC(tp, flags6);
	ATF_TP_ADD_TC(tp, far_end6);
	return (atf_no_error());
}

/*
 * sysctl(8): lists of ports, and structures as text.
 */
#include <sys/types.h>
#include <sys/sysctl.h>

#include <atf-c.h>
#include <stdint.h>
#include <string.h>

#include "sysctl.h"

static uint32_t	 map[65536 / 32];

static int
change(const char *list)
{
	const char	*bad;
	char		 buf[64];

	strlcpy(buf, list, sizeof(buf));
	return (ports_parse(buf, map, sizeof(map), &bad));
}

static const char *
text(void)
{
	static char	 buf[512];

	ports_format(map, sizeof(map), buf, sizeof(buf));
	return (buf);
}

ATF_TC(lists);
ATF_TC_HEAD(lists, tc)
{
	atf_tc_set_md_var(tc, "descr", "replace, add and remove");
}
ATF_TC_BODY(lists, tc)
{
	memset(map, 0, sizeof(map));
	ATF_CHECK_STREQ("", text());
	ATF_CHECK_EQ(0, change("587,749,65535,0"));
	ATF_CHECK_STREQ("0,587,749,65535", text());
	ATF_CHECK_EQ(0, change("+32,-587,-1"));
	ATF_CHECK_STREQ("0,32,749,65535", text());
	ATF_CHECK_EQ(0, change("31"));
	ATF_CHECK_STREQ("31", text());
	ATF_CHECK_EQ(0, change(""));
	ATF_CHECK_STREQ("", text());
}

ATF_TC(nonsense);
ATF_TC_HEAD(nonsense, tc)
{
	atf_tc_set_md_var(tc, "descr", "what is no list of ports");
}
ATF_TC_BODY(nonsense, tc)
{
	ATF_CHECK_EQ(-1, change("65536"));
	ATF_CHECK_EQ(-1, change("80,+81"));
	ATF_CHECK_EQ(-1, change("+80,81"));
	ATF_CHECK_EQ(-1, change("http"));
	ATF_CHECK_EQ(-1, change("--80"));
}

ATF_TC(structures);
ATF_TC_HEAD(structures, tc)
{
	atf_tc_set_md_var(tc, "descr", "kern.clockrate, and the wrong size");
}
ATF_TC_BODY(structures, tc)
{
	struct clockinfo	 ci = { 100, 10000, 100, 200 };
	struct variable		 v;
	char			 buf[128];

	memset(&v, 0, sizeof(v));
	v.v_mib[0] = CTL_KERN;
	v.v_mib[1] = KERN_CLOCKRATE;
	v.v_miblen = 2;
	v.v_type = CTLTYPE_STRUCT;
	ATF_REQUIRE_EQ(0, format_special(&v, &ci, sizeof(ci), buf,
	    sizeof(buf)));
	ATF_CHECK_STREQ("tick = 10000, hz = 100, profhz = 200, stathz = 100",
	    buf);
	ATF_CHECK_EQ(-1, format_special(&v, &ci, sizeof(ci) - 1, buf,
	    sizeof(buf)));
	ATF_CHECK(format_elsewhere(&v) == NULL);
	v.v_mib[1] = KERN_MSGBUF;
	ATF_CHECK_STREQ("dmesg", format_elsewhere(&v));
}

ATF_TC(keys);
ATF_TC_HEAD(keys, tc)
{
	atf_tc_set_md_var(tc, "descr", "32 hexadecimal digits, nothing else");
}
ATF_TC_BODY(keys, tc)
{
	uint8_t	 key[16];

	ATF_CHECK_EQ(16, key_parse("000102030405060708090a0b0c0d0eFf", key));
	ATF_CHECK_EQ(0x0e, key[14]);
	ATF_CHECK_EQ(0xff, key[15]);
	ATF_CHECK_EQ(0, key_parse("", key));
	ATF_CHECK_EQ(0, key_parse("000102030405060708090a0b0c0d0eF", key));
	ATF_CHECK_EQ(0, key_parse("000102030405060708090a0b0c0d0eFff", key));
	ATF_CHECK_EQ(0, key_parse("000102030405060708090a0b0c0d0eFx", key));
	ATF_CHECK_EQ(0, key_parse("0001 2030405060708090a0b0c0d0eff", key));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, lists);
	ATF_TP_ADD_TC(tp, nonsense);
	ATF_TP_ADD_TC(tp, structures);
	ATF_TP_ADD_TC(tp, keys);
	return (atf_no_error());
}

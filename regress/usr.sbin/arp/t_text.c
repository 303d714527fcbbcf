/*
 * arp(8): times until an entry expires, and the lines of a file.
 */
#include <sys/types.h>

#include <atf-c.h>
#include <stdint.h>

#include "arp.h"

ATF_TC(times);
ATF_TC_HEAD(times, tc)
{
	atf_tc_set_md_var(tc, "descr", "permanent, expired and in between");
}
ATF_TC_BODY(times, tc)
{
	static const struct {
		int64_t		 expire;
		const char	*want;
	} table[] = {
		{ 0,			"permanent" },
		{ 999,			"expired" },
		{ 1000,			"expired" },
		{ 1001,			"1s" },
		{ 1059,			"59s" },
		{ 1060,			"1m0s" },
		{ 1000 + 1182,		"19m42s" },
		{ 1000 + 3600,		"1h0m" },
		{ 1000 + 86399,		"23h59m" },
		{ 1000 + 90000,		"1d1h" },
	};
	char	 buf[32];
	size_t	 i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		ATF_CHECK_STREQ(table[i].want, arp_expire(table[i].expire,
		    1000, buf, sizeof(buf)));
}

ATF_TC(lines);
ATF_TC_HEAD(lines, tc)
{
	atf_tc_set_md_var(tc, "descr", "words, comments and too many");
}
ATF_TC_BODY(lines, tc)
{
	char	*word[6];

	ATF_CHECK_EQ(0, arp_parse("", word));
	ATF_CHECK_EQ(0, arp_parse(" \t\n", word));
	ATF_CHECK_EQ(0, arp_parse("# 10.0.0.1 0:1:2:3:4:5\n", word));
	ATF_REQUIRE_EQ(3, arp_parse(" 10.0.0.1\t0:1:2:3:4:5  pub\n", word));
	ATF_CHECK_STREQ("10.0.0.1", word[0]);
	ATF_CHECK_STREQ("0:1:2:3:4:5", word[1]);
	ATF_CHECK_STREQ("pub", word[2]);
	ATF_CHECK(word[3] == NULL);
	ATF_CHECK_EQ(5, arp_parse("a b c d e", word));
	ATF_CHECK_EQ(-1, arp_parse("a b c d e f", word));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, times);
	ATF_TP_ADD_TC(tp, lines);
	return (atf_no_error());
}

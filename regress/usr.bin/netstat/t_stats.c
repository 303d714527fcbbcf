/*
 * netstat(1): plurals of the counters, and the names of protocols.
 */
#include <sys/types.h>

#include <atf-c.h>

#include "netstat.h"

struct options	 opt;

ATF_TC(plurals);
ATF_TC_HEAD(plurals, tc)
{
	atf_tc_set_md_var(tc, "descr", "one, none and many");
}
ATF_TC_BODY(plurals, tc)
{
	static const struct {
		uint64_t	 value;
		const char	*text, *want;
	} table[] = {
		{ 0, "packet# received", "packets received" },
		{ 1, "packet# received", "packet received" },
		{ 2, "packet# received", "packets received" },
		{ 1, "membership quer$", "membership query" },
		{ 3, "membership quer$", "membership queries" },
		{ 1, "address@ probed", "address probed" },
		{ 0, "address@ probed", "addresses probed" },
		{ 1, "it &", "it was" },
		{ UINT64_MAX, "they &", "they were" },
		{ 1, "", "" },
	};
	char	 buf[64], tiny[4];
	size_t	 i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		stats_text(buf, sizeof(buf), table[i].value, table[i].text);
		ATF_CHECK_STREQ(table[i].want, buf);
	}
	stats_text(tiny, sizeof(tiny), 2, "packet#");
	ATF_CHECK_STREQ("pac", tiny);
}

ATF_TC(protocols);
ATF_TC_HEAD(protocols, tc)
{
	atf_tc_set_md_var(tc, "descr", "which names -p takes");
}
ATF_TC_BODY(protocols, tc)
{
	ATF_CHECK(stats_known("ip"));
	ATF_CHECK(stats_known("icmp"));
	ATF_CHECK(stats_known("udp"));
	ATF_CHECK(stats_known("ip6"));
	ATF_CHECK(stats_known("icmp6"));
	ATF_CHECK(stats_known("nd6"));
	ATF_CHECK(!stats_known("i"));
	ATF_CHECK(!stats_known("ipx"));
	ATF_CHECK(!stats_known(""));
	ATF_CHECK_EQ(-1, stats_show("nonsense"));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, plurals);
	ATF_TP_ADD_TC(tp, protocols);
	return (atf_no_error());
}

/*
 * ndp(8): states, and the lines of a file.
 */
#include <sys/types.h>
#include <netinet/in.h>
#include <net/if.h>
#include <netinet6/nd6.h>

#include <atf-c.h>
#include <string.h>

#include "ndp.h"

ATF_TC(states);
ATF_TC_HEAD(states, tc)
{
	atf_tc_set_md_var(tc, "descr", "every state has a letter of its own");
}
ATF_TC_BODY(states, tc)
{
	ATF_CHECK_EQ('N', state_letter(ND6_LLINFO_NOSTATE));
	ATF_CHECK_EQ('I', state_letter(ND6_LLINFO_INCOMPLETE));
	ATF_CHECK_EQ('R', state_letter(ND6_LLINFO_REACHABLE));
	ATF_CHECK_EQ('S', state_letter(ND6_LLINFO_STALE));
	ATF_CHECK_EQ('D', state_letter(ND6_LLINFO_DELAY));
	ATF_CHECK_EQ('P', state_letter(ND6_LLINFO_PROBE));
	ATF_CHECK_EQ('?', state_letter(99));
}

ATF_TC(lines);
ATF_TC_HEAD(lines, tc)
{
	atf_tc_set_md_var(tc, "descr", "words, comments, too many");
}
ATF_TC_BODY(lines, tc)
{
	static const struct {
		const char	*line;
		int		 n;
	} table[] = {
		{ "", 0 },
		{ " \t\n", 0 },
		{ "# 2001:db8::1 02:00:00:00:00:01\n", 0 },
		{ "2001:db8::1 02:00:00:00:00:01\n", 2 },
		{ "  2001:db8::1\t02:00:00:00:00:01 temp proxy", 4 },
		{ "a b c d e", -1 },
		{ "a b c d ", 4 },
	};
	char	 line[128], *word[5];
	size_t	 i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		strlcpy(line, table[i].line, sizeof(line));
		ATF_CHECK_EQ_MSG(table[i].n, ndp_parse(line, word), "%s",
		    table[i].line);
	}
	strlcpy(line, "2001:db8::1 auto # x\n", sizeof(line));
	ATF_REQUIRE_EQ(4, ndp_parse(line, word));
	ATF_CHECK_STREQ("2001:db8::1", word[0]);
	ATF_CHECK_STREQ("x", word[3]);
	ATF_CHECK(word[4] == NULL);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, states);
	ATF_TP_ADD_TC(tp, lines);
	return (atf_no_error());
}

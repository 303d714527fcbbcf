/*
 * sysctl(8): the tree of names.
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <netinet/in.h>
#include <netinet/bsd_in.h>

#include <atf-c.h>
#include <stdio.h>
#include <string.h>

#include "sysctl.h"

ATF_TC(numbers);
ATF_TC_HEAD(numbers, tc)
{
	atf_tc_set_md_var(tc, "descr", "names and the numbers they stand for");
}
ATF_TC_BODY(numbers, tc)
{
	static const struct {
		const char	*name;
		int		 mib[4];
		unsigned int	 n;
		int		 type;
	} table[] = {
		{ "kern.ostype", { 1, 1 }, 2, CTLTYPE_STRING },
		{ "kern.hostname", { 1, 10 }, 2, CTLTYPE_STRING },
		{ "hw.ncpu", { 6, 3 }, 2, CTLTYPE_INT },
		{ "net", { 4 }, 1, CTLTYPE_NODE },
		{ "net.inet", { 4, 2 }, 2, CTLTYPE_NODE },
		{ "net.inet.ip.forwarding", { 4, 2, 0, 1 }, 4, CTLTYPE_INT },
		{ "net.inet.ip.mtudisc", { 4, 2, 0, 27 }, 4, CTLTYPE_INT },
		{ "net.inet.icmp.bmcastecho", { 4, 2, 1, 2 }, 4,
		    CTLTYPE_INT },
		{ "net.inet.udp.stats", { 4, 2, 17, 5 }, 4, CTLTYPE_STRUCT },
		{ "net.inet6.ip6.forwarding", { 4, 24, 41, 1 }, 4,
		    CTLTYPE_INT },
		{ "net.inet6.icmp6.nd6_delay", { 4, 24, 58, 8 }, 4,
		    CTLTYPE_INT },
	};
	struct variable	 v;
	char		 why[256];
	size_t		 i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ATF_REQUIRE_EQ_MSG(NAME_OK, name_parse(table[i].name, &v, why,
		    sizeof(why)), "%s", table[i].name);
		ATF_CHECK_STREQ(table[i].name, v.v_name);
		ATF_CHECK_EQ(table[i].n, v.v_miblen);
		ATF_CHECK_EQ(0, memcmp(table[i].mib, v.v_mib,
		    table[i].n * sizeof(int)));
		ATF_CHECK_EQ(table[i].type, v.v_type);
	}
}

ATF_TC(invalid);
ATF_TC_HEAD(invalid, tc)
{
	atf_tc_set_md_var(tc, "descr", "the message names the wrong word");
}
ATF_TC_BODY(invalid, tc)
{
	static const struct {
		const char	*name, *why;
	} table[] = {
		{ "foo", "top level name foo in foo is invalid" },
		{ "", "top level name  in  is invalid" },
		{ "kern.foo", "second level name foo in kern.foo is invalid" },
		{ "kern.", "second level name  in kern. is invalid" },
		{ "net.inet.foo",
		    "third level name foo in net.inet.foo is invalid" },
		{ "net.inet.ip.forward", "fourth level name forward in "
		    "net.inet.ip.forward is invalid" },
		{ "kern.ostype.x", "name x in kern.ostype.x is invalid" },
	};
	struct variable	 v;
	char		 why[256];
	size_t		 i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ATF_CHECK(name_parse(table[i].name, &v, why, sizeof(why)) !=
		    NAME_OK);
		ATF_CHECK_STREQ(table[i].why, why);
	}
}

ATF_TC(tree);
ATF_TC_HEAD(tree, tc)
{
	atf_tc_set_md_var(tc, "descr", "every node has its level, and all "
	    "names are found again");
}
ATF_TC_BODY(tree, tc)
{
	struct variable	 v;
	char		 name[128], why[256];
	unsigned int	 i;
	int		 j;

	for (i = 0; i < nlevels; i++) {
		for (j = 0; j < levels[i].l_nnames; j++) {
			if (levels[i].l_names[j].ctl_name == NULL)
				continue;
			snprintf(name, sizeof(name), "%s%s%s",
			    levels[i].l_path, i == 0 ? "" : ".",
			    levels[i].l_names[j].ctl_name);
			ATF_REQUIRE_EQ_MSG(NAME_OK, name_parse(name, &v, why,
			    sizeof(why)), "%s", name);
			ATF_CHECK_EQ_MSG(j, v.v_mib[v.v_miblen - 1], "%s",
			    name);
		}
	}
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, numbers);
	ATF_TP_ADD_TC(tp, invalid);
	ATF_TP_ADD_TC(tp, tree);
	return (atf_no_error());
}

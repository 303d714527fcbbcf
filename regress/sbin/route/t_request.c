/*
 * route(8): the words of a command as a routing message.
 */
#include <sys/types.h>
#include <net/if.h>
#include <net/route.h>

#include <atf-c.h>
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bsdaddr.h"
#include "route.h"
#include "rtmsg.h"
#include "rtname.h"

struct options	 opt = { .o_numeric = 1, .o_tableid = 3 };

void __dead
usage(const char *word)
{
	_exit(11);
}

int
number(const char *what, const char *s, int low, int high)
{
	const char	*errstr;
	int		 value;

	value = strtonum(s, low, high, &errstr);
	if (errstr != NULL)
		_exit(12);
	return (value);
}

int
route_socket(int af)
{
	abort();
}

#define WORDS	10

static void
parse(struct request *r, int type, const char *line)
{
	static char	 buf[256];
	char		*argv[WORDS + 1], *p = buf, *w;
	int		 n = 0;

	strlcpy(buf, line, sizeof(buf));
	while ((w = strsep(&p, " ")) != NULL && n < WORDS)
		argv[n++] = w;
	argv[n] = NULL;
	memset(r, 0, sizeof(*r));
	r->r_type = type;
	request_parse(r, argv);
}

ATF_TC(message);
ATF_TC_HEAD(message, tc)
{
	atf_tc_set_md_var(tc, "descr", "the handbook's route, byte for byte");
}
ATF_TC_BODY(message, tc)
{
	const struct bsd_sockaddr	*sa[RTAX_MAX];
	struct rt_msghdr		*rtm;
	struct request			 r;
	char				 msg[RTM_MAXSIZE], buf[RTNAME_LEN];
	size_t				 len;

	parse(&r, RTM_ADD, "-net 10.20.0.0/24 10.99.0.2");
	len = request_message(&r, 42, msg, sizeof(msg));
	rtm = (struct rt_msghdr *)msg;
	ATF_CHECK_EQ(sizeof(*rtm) + 3 * 16, len);
	ATF_CHECK_EQ(len, rtm->rtm_msglen);
	ATF_CHECK_EQ(sizeof(*rtm), rtm->rtm_hdrlen);
	ATF_CHECK_EQ(RTM_VERSION, rtm->rtm_version);
	ATF_CHECK_EQ(RTM_ADD, rtm->rtm_type);
	ATF_CHECK_EQ(3, rtm->rtm_tableid);
	ATF_CHECK_EQ(42, rtm->rtm_seq);
	ATF_CHECK_EQ(RTF_UP | RTF_GATEWAY | RTF_STATIC, rtm->rtm_flags);
	ATF_CHECK_EQ(RTA_DST | RTA_GATEWAY | RTA_NETMASK, rtm->rtm_addrs);
	ATF_REQUIRE_EQ(0, rtmsg_addrs(msg + sizeof(*rtm), len - sizeof(*rtm),
	    rtm->rtm_addrs, sa));
	ATF_CHECK_STREQ("10.20.0/24", rtname_net(sa[RTAX_DST],
	    sa[RTAX_NETMASK], 1, buf, sizeof(buf)));
	ATF_CHECK_STREQ("10.99.0.2", rtname_host(sa[RTAX_GATEWAY], 1, buf,
	    sizeof(buf)));
	ATF_CHECK_EQ(0, request_message(&r, 42, msg, len - 1));
}

ATF_TC(modifiers);
ATF_TC_HEAD(modifiers, tc)
{
	atf_tc_set_md_var(tc, "descr", "each modifier is seen in the request");
}
ATF_TC_BODY(modifiers, tc)
{
	struct request	 r;

	parse(&r, RTM_ADD, "-host 10.1.2.3 127.0.0.1 -blackhole");
	ATF_CHECK_EQ(RTF_UP | RTF_GATEWAY | RTF_STATIC | RTF_HOST |
	    RTF_BLACKHOLE, r.r_flags);
	ATF_CHECK_EQ(RTF_BLACKHOLE, r.r_fmask);
	ATF_CHECK_EQ(RTA_DST | RTA_GATEWAY, r.r_addrs);

	parse(&r, RTM_ADD, "-priority 20 -mpath -label wan default 10.0.0.1");
	ATF_CHECK_EQ(20, r.r_priority);
	ATF_CHECK(r.r_flags & RTF_MPATH);
	ATF_CHECK_STREQ("wan", r.r_addr[RTAX_LABEL].ra_label.sr_label);
	ATF_CHECK(r.r_addrs & RTA_LABEL);

	parse(&r, RTM_ADD, "10.1.0.0/16 -iface 10.0.0.1");
	ATF_CHECK((r.r_flags & RTF_GATEWAY) == 0);

	parse(&r, RTM_CHANGE, "10.1.0.0/16 -lock -mtu 1400");
	ATF_CHECK_EQ(1400, r.r_rmx.rmx_mtu);
	ATF_CHECK_EQ(RTV_MTU, r.r_inits);
	ATF_CHECK_EQ(RTV_MTU, r.r_rmx.rmx_locks);
	ATF_CHECK((r.r_flags & RTF_STATIC) == 0);

	parse(&r, RTM_ADD, "-net 10.1.0.0 10.0.0.1 255.255.255.0");
	ATF_CHECK_EQ(24, bsdaddr_masklen(&r.r_addr[RTAX_NETMASK].ra_sa,
	    BSD_AF_INET));
	parse(&r, RTM_ADD, "-net 10.1.0.0 -prefixlen 20 10.0.0.1");
	ATF_CHECK_EQ(20, bsdaddr_masklen(&r.r_addr[RTAX_NETMASK].ra_sa,
	    BSD_AF_INET));
	parse(&r, RTM_ADD, "-reject 10.1.0.0/16 127.0.0.1 -nostatic");
	ATF_CHECK_EQ(RTF_UP | RTF_GATEWAY | RTF_REJECT, r.r_flags);
}

/* The exit status of a child that parses the line. */
static int
status_of(int type, const char *line)
{
	struct request	 r;
	pid_t		 pid;
	int		 status;

	if ((pid = fork()) == 0) {
		parse(&r, type, line);
		_exit(0);
	}
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	return (WEXITSTATUS(status));
}

ATF_TC(nonsense);
ATF_TC_HEAD(nonsense, tc)
{
	atf_tc_set_md_var(tc, "descr", "what is refused");
}
ATF_TC_BODY(nonsense, tc)
{
	ATF_CHECK_EQ(0, status_of(RTM_DELETE, "10.1.0.0/16"));
	ATF_CHECK_EQ(1, status_of(RTM_ADD, "10.1.0.0/16"));
	ATF_CHECK_EQ(1, status_of(RTM_ADD, "10.1.0.0/64 10.0.0.1"));
	ATF_CHECK_EQ(1, status_of(RTM_ADD, "10.1.0.0/16 nonsense"));
	ATF_CHECK_EQ(1, status_of(RTM_ADD, "-host 10.1.0.0/16 10.0.0.1"));
	ATF_CHECK_EQ(1, status_of(RTM_ADD,
	    "-netmask 255.0.255.0 10.1.0.0 10.0.0.1"));
	ATF_CHECK_EQ(11, status_of(RTM_ADD, "-nonsense 10.1.0.0 10.0.0.1"));
	ATF_CHECK_EQ(11, status_of(RTM_ADD, "10.1.0.0/16 10.0.0.1 -label"));
	ATF_CHECK_EQ(11, status_of(RTM_ADD, "10.1.0.0 1.1.1.1 255.0.0.0 x"));
	ATF_CHECK_EQ(12, status_of(RTM_ADD, "-priority 64 10/8 10.0.0.1"));
	ATF_CHECK_EQ(1, status_of(RTM_ADD, "-label "
	    "a-label-longer-than-thirty-one-bytes 10/8 10.0.0.1"));
}

ATF_TC(errors);
ATF_TC_HEAD(errors, tc)
{
	atf_tc_set_md_var(tc, "descr", "errors in route(8)'s words");
}
ATF_TC_BODY(errors, tc)
{
	ATF_CHECK_STREQ("not in table", request_error(ESRCH));
	ATF_CHECK_STREQ("routing table overflow", request_error(ENOBUFS));
	ATF_CHECK_STREQ("File exists", request_error(EEXIST));
	ATF_CHECK_STREQ("Network is unreachable", request_error(ENETUNREACH));
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, message);
	ATF_TP_ADD_TC(tp, modifiers);
	ATF_TP_ADD_TC(tp, nonsense);
	ATF_TP_ADD_TC(tp, errors);
	return (atf_no_error());
}

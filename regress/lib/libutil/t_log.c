/*
 * Logging in the foreground: lines at once, or held for a moment.
 */
#include <sys/types.h>
#include <sys/wait.h>

#include <atf-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "log.h"

static int	 saved, out[2];

/* From here on the standard error is ours to read. */
static void
watch(void)
{
	ATF_REQUIRE_EQ(0, pipe(out));
	saved = dup(STDERR_FILENO);
	dup2(out[1], STDERR_FILENO);
	close(out[1]);
	log_init(1, LOG_DAEMON);
}

static void
unwatch(void)
{
	dup2(saved, STDERR_FILENO);
	close(saved);
}

/* What was written by now. */
static const char *
heard(void)
{
	static char	 buf[65536];
	ssize_t		 n;

	n = read(out[0], buf, sizeof(buf) - 1);
	ATF_REQUIRE(n > 0);
	buf[n] = '\0';
	return (buf);
}

ATF_TC(hold);
ATF_TC_HEAD(hold, tc)
{
	atf_tc_set_md_var(tc, "descr", "what is held comes later, in order");
}
ATF_TC_BODY(hold, tc)
{
	const char	*got;

	watch();
	log_info("one %d", 1);
	log_hold(1);
	log_info("two");
	log_debug("three");
	log_hold(0);
	got = heard();
	unwatch();
	ATF_CHECK_STREQ("one 1\ntwo\nthree\n", got);
}

ATF_TC(full);
ATF_TC_HEAD(full, tc)
{
	atf_tc_set_md_var(tc, "descr", "more than can be held, and nothing is "
	    "lost or cut");
}
ATF_TC_BODY(full, tc)
{
	static char	 want[60000];
	const char	*got;
	int		 i, n = 0;

	watch();
	log_hold(1);
	for (i = 0; i < 150; i++) {
		/* Short ones, and some of more than a thousand characters. */
		log_info("%d%*s", i, i % 20 == 0 ? 1500 : i % 3, "x");
		n += snprintf(want + n, sizeof(want) - n, "%d%*s\n", i,
		    i % 20 == 0 ? 1500 : i % 3, "x");
	}
	got = heard();
	log_hold(0);
	ATF_REQUIRE(strlen(got) > 4096);
	ATF_CHECK_EQ(0, strncmp(want, got, strlen(got)));
	unwatch();
}

static void
end_badly(void)
{
	log_hold(1);
	log_info("before");
	fatalx("the end");
}

ATF_TC(fatal);
ATF_TC_HEAD(fatal, tc)
{
	atf_tc_set_md_var(tc, "descr", "the last words take along what "
	    "is held");
}
ATF_TC_BODY(fatal, tc)
{
	const char	*got;
	int		 status;
	pid_t		 pid;

	watch();
	log_procinit("test");
	pid = fork();
	if (pid == 0)
		end_badly();
	ATF_REQUIRE_EQ(pid, waitpid(pid, &status, 0));
	got = heard();
	unwatch();
	ATF_CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	ATF_CHECK_STREQ("before\nfatal in test: the end\n", got);
}

ATF_TP_ADD_TCS(tp)
{
	ATF_TP_ADD_TC(tp, hold);
	ATF_TP_ADD_TC(tp, full);
	ATF_TP_ADD_TC(tp, fatal);
	return (atf_no_error());
}

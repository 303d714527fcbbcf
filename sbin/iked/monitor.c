/*
 * ikectl monitor: while somebody looks, every process tells control of each
 * message that it gets, but for those about this.
 */
#include <sys/types.h>

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "iked.h"

static char	 self[16];
static void	(*tell)(const struct ctl_seen *);

static void
seen(const struct imsg_hdr *h)
{
	struct ctl_seen	 se;

	if (h->i_type == IMSG_SEEN || h->i_type == IMSG_CTL_MONITOR)
		return;
	memset(&se, 0, sizeof(se));
	snprintf(se.se_name, sizeof(se.se_name), "%s", self);
	se.se_pid = getpid();
	se.se_type = h->i_type;
	se.se_len = h->i_len;
	se.se_peerid = h->i_peerid;
	se.se_time = time(NULL);
	tell(&se);
}

/*
 * As process name, tell of every message from now on; NULL: of none.
 */
void
monitor_set(const char *name, void (*fn)(const struct ctl_seen *))
{
	snprintf(self, sizeof(self), "%s", name);
	tell = fn;
	pipe_seen = fn != NULL ? seen : NULL;
}

/*
 * netstat(1): the counters of the protocols.
 */
#include <sys/types.h>
#include <sys/sysctl.h>
#include <sys/bsd_sockaddr.h>
#include <net/if.h>
#include <net/route.h>

#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netstat.h"
#include "stats.h"

/*
 * Write the text of a counter, whose plurals depend on its value.
 */
void
stats_text(char *buf, size_t size, uint64_t value, const char *text)
{
	char	 c[2] = "";

	*buf = '\0';
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '#':
			strlcat(buf, value == 1 ? "" : "s", size);
			break;
		case '@':
			strlcat(buf, value == 1 ? "" : "es", size);
			break;
		case '$':
			strlcat(buf, value == 1 ? "y" : "ies", size);
			break;
		case '&':
			strlcat(buf, value == 1 ? "was" : "were", size);
			break;
		default:
			c[0] = *text;
			strlcat(buf, c, size);
			break;
		}
	}
}

/*
 * Print the line of one counter; -ss leaves out what is zero.
 */
void
stats_value(uint64_t value, const char *text)
{
	char	 buf[128];

	if (value == 0 && opt.o_stats > 1)
		return;
	stats_text(buf, sizeof(buf), value, text);
	printf("\t%llu %s\n", (unsigned long long)value, buf);
}

/* Fetch the structure of a protocol; NULL if the kernel does not have it. */
static void *
fetch(const struct protocol *p, size_t *len)
{
	void	*data;

	*len = 0;
	if (sysctl(p->p_mib, p->p_miblen, NULL, len, NULL, 0) == -1)
		return (NULL);
	if ((data = calloc(1, *len + 1)) == NULL)
		err(1, NULL);
	if (sysctl(p->p_mib, p->p_miblen, data, len, NULL, 0) == -1) {
		free(data);
		return (NULL);
	}
	return (data);
}

static void
print(const struct protocol *p)
{
	const struct counter	*c;
	uint64_t		 value;
	size_t			 len;
	char			*data;

	if ((data = fetch(p, &len)) == NULL) {
		if (errno != ENOPROTOOPT && errno != EOPNOTSUPP)
			warn("%s", p->p_name);
		return;
	}
	printf("%s:\n", p->p_name);
	for (c = p->p_counters; c != NULL && c->c_text != NULL; c++) {
		if (c->c_offset + sizeof(value) > len)
			continue;
		memcpy(&value, data + c->c_offset, sizeof(value));
		stats_value(value, c->c_text);
	}
	if (p->p_more != NULL)
		p->p_more(data, len);
	free(data);
}

/*
 * Is there a protocol of this name?
 */
int
stats_known(const char *name)
{
	int	 i;

	for (i = 0; i < nprotocols; i++)
		if (strcmp(protocols[i].p_name, name) == 0)
			return (1);
	return (0);
}

/*
 * Print the counters of a protocol, or of all in the family of -f when name
 * is NULL.  Returns -1 if there is no such protocol.
 */
int
stats_show(const char *name)
{
	int	 i;

	if (name != NULL && !stats_known(name))
		return (-1);
	for (i = 0; i < nprotocols; i++) {
		if (name != NULL && strcmp(protocols[i].p_name, name) != 0)
			continue;
		if (opt.o_af != BSD_AF_UNSPEC &&
		    opt.o_af != protocols[i].p_af)
			continue;
		print(&protocols[i]);
	}
	return (0);
}

/*
 * Print what happened to the routing tables.
 */
void
stats_routing(void)
{
	struct rtstat	 rts;
	size_t		 len = sizeof(rts);
	int		 mib[6] = { CTL_NET, BSD_AF_ROUTE, 0, 0, NET_RT_STATS,
			    0 };

	if (sysctl(mib, 6, &rts, &len, NULL, 0) == -1)
		err(1, "routing statistics");
	printf("routing:\n");
	stats_value(rts.rts_badredirect, "bad routing redirect#");
	stats_value(rts.rts_dynamic, "dynamically created route#");
	stats_value(rts.rts_newgateway, "new gateway# due to redirects");
	stats_value(rts.rts_unreach, "destination# found unreachable");
	stats_value(rts.rts_wildcard, "use# of a wildcard route");
}

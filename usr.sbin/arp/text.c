/*
 * arp(8): times as text, and the lines of a file of entries.
 */
#include <sys/types.h>

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "arp.h"

/*
 * How long until an entry expires, as 1d2h, 19m59s or 5s; returns buf.
 */
const char *
arp_expire(int64_t expire, int64_t now, char *buf, size_t size)
{
	long long	 left = expire - now;

	if (expire == 0)
		strlcpy(buf, "permanent", size);
	else if (left <= 0)
		strlcpy(buf, "expired", size);
	else if (left >= 86400)
		snprintf(buf, size, "%lldd%lldh", left / 86400,
		    left % 86400 / 3600);
	else if (left >= 3600)
		snprintf(buf, size, "%lldh%lldm", left / 3600,
		    left % 3600 / 60);
	else if (left >= 60)
		snprintf(buf, size, "%lldm%llds", left / 60, left % 60);
	else
		snprintf(buf, size, "%llds", left);
	return (buf);
}

/*
 * Split a line at blanks into at most 5 words, ended by NULL.  Returns how
 * many, or -1 if there are more; a line whose first word starts with '#' has
 * none.  The words live in a static buffer.
 */
int
arp_parse(const char *line, char *word[6])
{
	static char	 buf[1024];
	char		*p = buf, *w;
	int		 n = 0;

	strlcpy(buf, line, sizeof(buf));
	while ((w = strsep(&p, " \t\n")) != NULL) {
		if (*w == '\0')
			continue;
		if (n == 0 && *w == '#')
			break;
		if (n == 5)
			return (-1);
		word[n++] = w;
	}
	word[n] = NULL;
	return (n);
}

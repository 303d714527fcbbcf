/*
 * ndp(8): states as text, and the lines of a file of entries.
 */
#include <sys/types.h>
#include <netinet/in.h>
#include <net/if.h>
#include <netinet6/nd6.h>

#include <stdio.h>
#include <string.h>

#include "ndp.h"

/*
 * The state of a neighbour as one letter.
 */
char
state_letter(int state)
{
	switch (state) {
	case ND6_LLINFO_NOSTATE:
		return ('N');
	case ND6_LLINFO_INCOMPLETE:
		return ('I');
	case ND6_LLINFO_REACHABLE:
		return ('R');
	case ND6_LLINFO_STALE:
		return ('S');
	case ND6_LLINFO_DELAY:
		return ('D');
	case ND6_LLINFO_PROBE:
		return ('P');
	default:
		return ('?');
	}
}

/*
 * Split a line at blanks into at most 4 words, ended by NULL; line is
 * changed.  Returns how many, or -1 if there are more; a line whose first
 * word starts with '#' has none.
 */
int
ndp_parse(char *line, char *word[5])
{
	char	*w;
	int	 n = 0;

	while ((w = strsep(&line, " \t\n")) != NULL) {
		if (*w == '\0')
			continue;
		if (n == 0 && *w == '#')
			break;
		if (n == 4)
			return (-1);
		word[n++] = w;
	}
	word[n] = NULL;
	return (n);
}

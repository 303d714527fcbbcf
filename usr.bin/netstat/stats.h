/* The counters of the protocols: counters.c has them, stats.c prints them. */
#ifndef _STATS_H_
#define _STATS_H_

#include <sys/types.h>

struct counter {
	size_t		 c_offset;	/* of a uint64_t */
	const char	*c_text;
};

struct protocol {
	const char		*p_name;
	int			 p_af;		/* BSD_AF_*, for -f */
	int			 p_mib[4];
	unsigned int		 p_miblen;
	const struct counter	*p_counters;
	int			 p_ncounters;
	/* What else its structure of len bytes holds, or NULL. */
	void			(*p_more)(const void *, size_t);
};

extern const struct protocol	 protocols[];
extern const int		 nprotocols;

#endif /* _STATS_H_ */

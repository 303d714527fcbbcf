/* The counters of the protocols: counters.c and counters6.c have them. */
#ifndef _STATS_H_
#define _STATS_H_

#include <sys/types.h>

struct counter {
	size_t		 c_offset;	/* of a uint64_t */
	const char	*c_text;	/* NULL ends a table */
};

struct protocol {
	const char		*p_name;
	int			 p_af;		/* BSD_AF_*, for -f */
	int			 p_mib[4];
	unsigned int		 p_miblen;
	const struct counter	*p_counters;	/* ends without a text */
	/* What else its structure of len bytes holds, or NULL. */
	void			(*p_more)(const void *, size_t);
};

/* counters_ipsec.c */
extern const struct counter	 ipsec_counters[], esp_counters[];
extern const struct counter	 ah_counters[], ipcomp_counters[];

extern const struct protocol	 protocols[];
extern const int		 nprotocols;

/* counters6.c */
extern const struct counter	 ip6_counters[];
extern const struct counter	 icmp6_counters[];
extern const struct counter	 nd6_counters[];
void	 ip6_more(const void *, size_t);
void	 icmp6_more(const void *, size_t);

#endif /* _STATS_H_ */

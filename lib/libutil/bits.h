/* Flags as names. */
#ifndef _BITS_H_
#define _BITS_H_

#include <sys/types.h>

struct bitname {
	unsigned int	 b_bit;
	const char	*b_name;
};

extern const struct bitname	iff_names[];	/* IFF_*, ended by 0 */

int	 bits_names(char *, size_t, const struct bitname *, unsigned int, int);

#endif /* _BITS_H_ */

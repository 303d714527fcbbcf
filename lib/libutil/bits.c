/*
 * Flags as names.
 */
#include <sys/types.h>
#include <net/if.h>

#include <string.h>

#include "bits.h"

const struct bitname	 iff_names[] = {
	{ IFF_UP,		"UP" },
	{ IFF_BROADCAST,	"BROADCAST" },
	{ IFF_DEBUG,		"DEBUG" },
	{ IFF_LOOPBACK,		"LOOPBACK" },
	{ IFF_POINTOPOINT,	"POINTOPOINT" },
	{ IFF_STATICARP,	"STATICARP" },
	{ IFF_RUNNING,		"RUNNING" },
	{ IFF_NOARP,		"NOARP" },
	{ IFF_PROMISC,		"PROMISC" },
	{ IFF_ALLMULTI,		"ALLMULTI" },
	{ IFF_OACTIVE,		"OACTIVE" },
	{ IFF_SIMPLEX,		"SIMPLEX" },
	{ IFF_LINK0,		"LINK0" },
	{ IFF_LINK1,		"LINK1" },
	{ IFF_LINK2,		"LINK2" },
	{ IFF_MULTICAST,	"MULTICAST" },
	{ 0, NULL }
};

/*
 * Append the names of the bits that are set to the string in buf, with
 * commas between; n names came before.  Returns how many there are then.
 */
int
bits_names(char *buf, size_t size, const struct bitname *table,
    unsigned int bits, int n)
{
	const struct bitname	*b;

	for (b = table; b->b_name != NULL; b++) {
		if ((bits & b->b_bit) == 0)
			continue;
		if (n++ > 0)
			strlcat(buf, ",", size);
		strlcat(buf, b->b_name, size);
	}
	return (n);
}

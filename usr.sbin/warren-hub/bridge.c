/*
 * Which member has which Ethernet address (IEEE 802.1D, without the tree).
 * The table is indexed by a hash and forgets an address when another takes
 * its place: then its frames are flooded until it speaks again.
 */
#include <string.h>

#include "hub.h"

#define ADDRLEN		6
#define SLOTS		1024
#define AGE		(300 * 1000000000ULL)	/* an address is believed */

struct station {
	struct port	*st_port;	/* NULL: free */
	uint64_t	 st_seen;
	uint8_t		 st_addr[ADDRLEN];
};

static struct station	 stations[SLOTS];

static struct station *
slot(const uint8_t *addr)
{
	uint64_t	 h = 0;

	memcpy(&h, addr, ADDRLEN);
	h *= 0x9e3779b97f4a7c15ULL;
	return (&stations[h >> 54]);
}

/* Send a frame of that member to whom it is for. */
void
bridge_forward(struct port *from, const uint8_t *data, uint32_t len)
{
	struct station	*st;
	struct port	*p;
	uint64_t	 now = hub_now();

	if (from != NULL && (data[ADDRLEN] & 1) == 0) {
		st = slot(data + ADDRLEN);
		st->st_port = from;
		st->st_seen = now;
		memcpy(st->st_addr, data + ADDRLEN, ADDRLEN);
	}
	st = slot(data);
	if ((data[0] & 1) == 0 && st->st_port != NULL &&
	    memcmp(st->st_addr, data, ADDRLEN) == 0 &&
	    now - st->st_seen < AGE) {
		if (st->st_port != from)
			port_output(st->st_port, data, len);
		return;
	}
	TAILQ_FOREACH(p, &ports, p_list)
		if (p != from)
			port_output(p, data, len);
}

/* A member is gone. */
void
bridge_forget(const struct port *p)
{
	int	 i;

	for (i = 0; i < SLOTS; i++)
		if (stations[i].st_port == p)
			stations[i].st_port = NULL;
}

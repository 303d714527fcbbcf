/*
 * An interface for tests: keeps what it is given to send, and can be made to
 * fail.
 */
#ifndef _REGRESS_TESTIF_H_
#define _REGRESS_TESTIF_H_

#include <sys/mbuf.h>

#include <net/if_var.h>

#include <netinet/if_ether.h>

struct testif {
	struct arpcom	 ti_ac;		/* first: it is the interface */
	struct mbuf_list ti_out;	/* sent */
	u_int		 ti_starts;	/* lists that came to be sent */
	u_int		 ti_ioctls;	/* calls of the driver's ioctl */
	int		 ti_error;	/* that it answers */
};
#define ti_if		ti_ac.ac_if
#define ti_enaddr	ti_ac.ac_enaddr

struct sockaddr_in;
struct sockaddr;

/* name; Ethernet, or a link without a header. Up and running. */
struct testif	*testif_create(const char *, int);
void		 testif_destroy(struct testif *);
/* An IPv4 address (host order) and its routes; under the net lock. */
struct ifaddr	*testif_addr(struct testif *, uint32_t, int);
void		 testif_deladdr(struct testif *, struct ifaddr *);
/* One frame, as if received: length, destination, type. */
struct mbuf	*testif_frame(u_int, const uint8_t *, const uint8_t *,
		    uint16_t);
void		 testif_receive(struct testif *, struct mbuf *);
struct sockaddr	*testif_sin(struct sockaddr_in *, uint32_t);
/* Between these, what the kernel copies out or in is the test's own. */
void		 testif_mem_begin(void);
void		 testif_mem_end(void);

#endif /* _REGRESS_TESTIF_H_ */

/*
 * Addresses, networks and endpoints, without the families' numbers of
 * either side of the kernel's border.
 */
#ifndef _ADDR_H_
#define _ADDR_H_

#include <sys/types.h>
#include <sys/socket.h>

#include <stdint.h>

#define ADDR_STRLEN	64		/* an address, /len or :port, NUL */

struct addr {
	uint8_t		 a_ver;		/* 4, 6, or 0: none */
	uint8_t		 a_bytes[16];	/* the first 4 if a_ver is 4 */
};

struct prefix {
	struct addr	 pf_addr;	/* a_ver 0: any address */
	uint8_t		 pf_len;	/* bits */
};

struct endpoint {
	struct addr	 e_addr;
	uint16_t	 e_port;	/* host order; 0 any */
};

/* From lo to hi, both of one version. */
struct range {
	struct addr	 ra_lo;
	struct addr	 ra_hi;
};

unsigned int addr_bytes(const struct addr *);
int	 addr_cmp(const struct addr *, const struct addr *);
int	 addr_parse(struct addr *, const char *);
const char *addr_str(const struct addr *, char [ADDR_STRLEN]);
void	 addr_from_sockaddr(struct endpoint *, const struct sockaddr *);
socklen_t addr_to_sockaddr(const struct endpoint *,
	    struct sockaddr_storage *);
const char *endpoint_str(const struct endpoint *, char [ADDR_STRLEN]);
int	 endpoint_equal(const struct endpoint *, const struct endpoint *);

void	 prefix_host(struct prefix *, const struct addr *);
int	 prefix_valid(const struct prefix *);
void	 prefix_trim(struct prefix *);
int	 prefix_has(const struct prefix *, const struct addr *);
int	 prefix_cmp(const struct prefix *, const struct prefix *);
int	 prefix_equal(const struct prefix *, const struct prefix *);
int	 prefix_is_host(const struct prefix *);
const char *prefix_str(const struct prefix *, char [ADDR_STRLEN]);

void	 range_of_prefix(struct range *, const struct prefix *);
int	 range_meet(struct range *, const struct range *,
	    const struct range *);
int	 range_within(const struct range *, const struct range *);
int	 range_split(const struct range *, struct prefix *, int);

#endif /* _ADDR_H_ */

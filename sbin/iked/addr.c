/*
 * Addresses, networks, endpoints and ranges.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <arpa/inet.h>

#include <stdio.h>
#include <string.h>

#include "addr.h"

/*
 * How many bytes an address has: 4, 16, or 0 if it is none.
 */
unsigned int
addr_bytes(const struct addr *a)
{
	return (a->a_ver == 4 ? 4 : a->a_ver == 6 ? 16 : 0);
}

/*
 * Order addresses: by version, then by value.
 */
int
addr_cmp(const struct addr *a, const struct addr *b)
{
	if (a->a_ver != b->a_ver)
		return (a->a_ver < b->a_ver ? -1 : 1);
	return (memcmp(a->a_bytes, b->a_bytes, addr_bytes(a)));
}

/*
 * Read a literal address; -1: it is none.
 */
int
addr_parse(struct addr *a, const char *s)
{
	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, s, a->a_bytes) == 1)
		a->a_ver = 4;
	else if (inet_pton(AF_INET6, s, a->a_bytes) == 1)
		a->a_ver = 6;
	return (a->a_ver == 0 ? -1 : 0);
}

/*
 * Write an address; "any" for none.  Returns buf.
 */
const char *
addr_str(const struct addr *a, char buf[ADDR_STRLEN])
{
	if (a->a_ver == 0)
		strlcpy(buf, "any", ADDR_STRLEN);
	else
		inet_ntop(a->a_ver == 4 ? AF_INET : AF_INET6, a->a_bytes, buf,
		    ADDR_STRLEN);
	return (buf);
}

/*
 * Take address and port of a C library's socket address; other families
 * give none.  IPv6's mapped addresses become IPv4.
 */
void
addr_from_sockaddr(struct endpoint *e, const struct sockaddr *sa)
{
	static const uint8_t		 mapped[12] =
	    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	const struct sockaddr_in	*sin = (const void *)sa;
	const struct sockaddr_in6	*sin6 = (const void *)sa;

	memset(e, 0, sizeof(*e));
	if (sa->sa_family == AF_INET) {
		e->e_addr.a_ver = 4;
		memcpy(e->e_addr.a_bytes, &sin->sin_addr, 4);
		e->e_port = ntohs(sin->sin_port);
	} else if (sa->sa_family == AF_INET6) {
		e->e_port = ntohs(sin6->sin6_port);
		if (memcmp(&sin6->sin6_addr, mapped, 12) == 0) {
			e->e_addr.a_ver = 4;
			memcpy(e->e_addr.a_bytes,
			    sin6->sin6_addr.s6_addr + 12, 4);
			return;
		}
		e->e_addr.a_ver = 6;
		memcpy(e->e_addr.a_bytes, &sin6->sin6_addr, 16);
	}
}

/*
 * Make a C library's socket address; returns its length.
 */
socklen_t
addr_to_sockaddr(const struct endpoint *e, struct sockaddr_storage *ss)
{
	struct sockaddr_in	*sin = (void *)ss;
	struct sockaddr_in6	*sin6 = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	if (e->e_addr.a_ver == 6) {
		sin6->sin6_family = AF_INET6;
		sin6->sin6_port = htons(e->e_port);
		memcpy(&sin6->sin6_addr, e->e_addr.a_bytes, 16);
		return (sizeof(*sin6));
	}
	sin->sin_family = AF_INET;
	sin->sin_port = htons(e->e_port);
	memcpy(&sin->sin_addr, e->e_addr.a_bytes, 4);
	return (sizeof(*sin));
}

/*
 * Write address:port, IPv6 as [address]:port; no port if it is 0.
 */
const char *
endpoint_str(const struct endpoint *e, char buf[ADDR_STRLEN])
{
	char	 host[ADDR_STRLEN];

	addr_str(&e->e_addr, host);
	if (e->e_port == 0)
		strlcpy(buf, host, ADDR_STRLEN);
	else
		snprintf(buf, ADDR_STRLEN,
		    e->e_addr.a_ver == 6 ? "[%.46s]:%u" : "%.46s:%u", host,
		    e->e_port);
	return (buf);
}

/*
 * Same address and port?
 */
int
endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	return (addr_cmp(&a->e_addr, &b->e_addr) == 0 &&
	    a->e_port == b->e_port);
}

/*
 * The network of one host.
 */
void
prefix_host(struct prefix *p, const struct addr *a)
{
	p->pf_addr = *a;
	p->pf_len = addr_bytes(a) * 8;
}

/*
 * Does the length fit the address?
 */
int
prefix_valid(const struct prefix *p)
{
	return (p->pf_len <= addr_bytes(&p->pf_addr) * 8);
}

/* The mask of byte i under a length. */
static uint8_t
mask_byte(unsigned int i, unsigned int len)
{
	if (len >= i * 8 + 8)
		return (0xff);
	return (len <= i * 8 ? 0 : 0xff << (8 - (len - i * 8)));
}

/*
 * Clear the bits after the length.
 */
void
prefix_trim(struct prefix *p)
{
	unsigned int	 i;

	for (i = 0; i < 16; i++)
		p->pf_addr.a_bytes[i] &= mask_byte(i, p->pf_len);
}

/*
 * Is the address in the network?  All are in one without an address.
 */
int
prefix_has(const struct prefix *p, const struct addr *a)
{
	unsigned int	 i, n = addr_bytes(a);

	if (p->pf_addr.a_ver == 0)
		return (1);
	if (p->pf_addr.a_ver != a->a_ver)
		return (0);
	for (i = 0; i < n; i++)
		if (((p->pf_addr.a_bytes[i] ^ a->a_bytes[i]) &
		    mask_byte(i, p->pf_len)) != 0)
			return (0);
	return (1);
}

/*
 * Order networks: by address, then by length.
 */
int
prefix_cmp(const struct prefix *a, const struct prefix *b)
{
	int	 d = addr_cmp(&a->pf_addr, &b->pf_addr);

	if (d != 0)
		return (d);
	return (a->pf_len < b->pf_len ? -1 : a->pf_len > b->pf_len);
}

/*
 * The same network?
 */
int
prefix_equal(const struct prefix *a, const struct prefix *b)
{
	return (a->pf_len == b->pf_len &&
	    addr_cmp(&a->pf_addr, &b->pf_addr) == 0);
}

/*
 * A single host?
 */
int
prefix_is_host(const struct prefix *p)
{
	return (p->pf_addr.a_ver != 0 &&
	    p->pf_len == addr_bytes(&p->pf_addr) * 8);
}

/*
 * Write a network: address/len, a host without /len, "any" for any.
 */
const char *
prefix_str(const struct prefix *p, char buf[ADDR_STRLEN])
{
	char	 host[ADDR_STRLEN];

	addr_str(&p->pf_addr, host);
	if (p->pf_addr.a_ver == 0 || prefix_is_host(p))
		strlcpy(buf, host, ADDR_STRLEN);
	else
		snprintf(buf, ADDR_STRLEN, "%.46s/%u", host, p->pf_len);
	return (buf);
}

/*
 * The first and last address of a network that has an address.
 */
void
range_of_prefix(struct range *r, const struct prefix *p)
{
	unsigned int	 i, n = addr_bytes(&p->pf_addr);

	r->ra_lo = r->ra_hi = p->pf_addr;
	for (i = 0; i < n; i++) {
		r->ra_lo.a_bytes[i] &= mask_byte(i, p->pf_len);
		r->ra_hi.a_bytes[i] |= (uint8_t)~mask_byte(i, p->pf_len);
	}
}

/*
 * What two ranges have in common; 0 if nothing, else 1.
 */
int
range_meet(struct range *r, const struct range *a, const struct range *b)
{
	if (a->ra_lo.a_ver != b->ra_lo.a_ver)
		return (0);
	r->ra_lo = addr_cmp(&a->ra_lo, &b->ra_lo) > 0 ? a->ra_lo : b->ra_lo;
	r->ra_hi = addr_cmp(&a->ra_hi, &b->ra_hi) < 0 ? a->ra_hi : b->ra_hi;
	return (addr_cmp(&r->ra_lo, &r->ra_hi) <= 0);
}

/*
 * Is all of a inside b?
 */
int
range_within(const struct range *a, const struct range *b)
{
	return (a->ra_lo.a_ver == b->ra_lo.a_ver &&
	    addr_cmp(&a->ra_lo, &b->ra_lo) >= 0 &&
	    addr_cmp(&a->ra_hi, &b->ra_hi) <= 0);
}

/* The next address; 0 when there is none. */
static int
addr_next(struct addr *a)
{
	unsigned int	 i = addr_bytes(a);

	while (i-- > 0)
		if (++a->a_bytes[i] != 0)
			return (1);
	return (0);
}

/*
 * Cut a range into the fewest networks.  Returns how many, or -1 when
 * there would be more than max.
 */
int
range_split(const struct range *r, struct prefix *p, int max)
{
	struct range	 left = *r, piece;
	struct prefix	 try;
	int		 n = 0;

	for (;;) {
		if (n == max)
			return (-1);
		prefix_host(&p[n], &left.ra_lo);
		for (try = p[n]; try.pf_len > 0; p[n] = try) {
			try.pf_len--;
			range_of_prefix(&piece, &try);
			if (addr_cmp(&piece.ra_lo, &left.ra_lo) != 0 ||
			    addr_cmp(&piece.ra_hi, &left.ra_hi) > 0)
				break;
		}
		range_of_prefix(&piece, &p[n++]);
		if (addr_cmp(&piece.ra_hi, &left.ra_hi) == 0)
			return (n);
		left.ra_lo = piece.ra_hi;
		if (!addr_next(&left.ra_lo))
			return (n);
	}
}

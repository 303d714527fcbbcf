/*
 * For the tests of sys/netinet6: addresses and packets, for the interfaces of
 * ktinet.h.
 *
 *	a = kt_if6("kta0", KTIF_IP);		no DAD, nothing queued
 *	kt_addr6(a, US6, 64);
 *	kt_rx(a, kt_icmp6(PEER6, US6, ICMP6_ECHO_REQUEST, 0, "....", 4));
 *	m = kt_tx(a);
 *	...
 *	kt_if6_free(a);
 */
#ifndef _REGRESS_KTINET6_H_
#define _REGRESS_KTINET6_H_

#include "../netinet/ktinet.h"

#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <netinet6/icmp6_var.h>
#include <netinet6/in6.h>
#include <netinet6/in6_var.h>
#include <netinet6/ip6_var.h>
#include <netinet6/nd6.h>

/* An address of eight words. */
#define IP6(a, b, c, d, e, f, g, h)	((struct in6_addr){ { {		\
	(a) >> 8, (a) & 0xff, (b) >> 8, (b) & 0xff, (c) >> 8, (c) & 0xff, \
	(d) >> 8, (d) & 0xff, (e) >> 8, (e) & 0xff, (f) >> 8, (f) & 0xff, \
	(g) >> 8, (g) & 0xff, (h) >> 8, (h) & 0xff } } })

#define US6	IP6(0x2001, 0xdb8, 1, 0, 0, 0, 0, 1)
#define PEER6	IP6(0x2001, 0xdb8, 1, 0, 0, 0, 0, 2)
#define GW6	IP6(0x2001, 0xdb8, 1, 0, 0, 0, 0, 3)
#define FAR6	IP6(0x2001, 0xdb8, 0xf, 0, 0, 0, 0, 1)
#define LL6	IP6(0xfe80, 0, 0, 0, 0, 0, 0, 2)
#define ALL6	IP6(0xff02, 0, 0, 0, 0, 0, 0, 1)

struct ktif	*kt_if6(const char *, int);
void		 kt_if6_free(struct ktif *);
int		 kt_addr6(struct ktif *, struct in6_addr, int);
int		 kt_addr6_flags(struct ktif *, struct in6_addr, int, int,
		    u_int32_t, u_int32_t);
int		 kt_deladdr6(struct ktif *, struct in6_addr);
int		 kt_route6(struct in6_addr, int, struct in6_addr, int, u_int);
int		 kt_unroute6(struct in6_addr, int, u_int);
int		 kt_eq6(const struct in6_addr *, struct in6_addr);

struct mbuf	*kt_ip6(struct in6_addr, struct in6_addr, int, const void *,
		    u_int);
struct mbuf	*kt_icmp6(struct in6_addr, struct in6_addr, int, int,
		    const void *, u_int);
struct mbuf	*kt_udp6(struct in6_addr, struct in6_addr, u_int, u_int,
		    const void *, u_int);
struct mbuf	*kt_nd6(struct in6_addr, struct in6_addr, int, const void *,
		    u_int);
struct mbuf	*kt_ether6(struct mbuf *, struct ktif *, const uint8_t *);
struct icmp6_hdr *kt_icmp6_of(struct mbuf *);

#endif /* _REGRESS_KTINET6_H_ */

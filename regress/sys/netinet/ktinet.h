/*
 * For the tests of sys/netinet: interfaces without a card, and packets.
 *
 * An interface of kt_if() takes what kt_rx() gives it as a card would, and
 * keeps what is sent until kt_tx() asks for it.  It carries IP packets without
 * a link header (KTIF_IP), so that nobody asks for link addresses, or Ethernet
 * frames (KTIF_ETHER).
 *
 *	a = kt_if("kta0", KTIF_IP);
 *	kt_addr(a, 10, 1, 0, 1, 24);
 *	kt_rx(a, kt_udp(IP(10,1,0,2), IP(10,1,0,1), 7, 9, "x", 1));
 *	m = kt_tx(a);
 *	...
 *	kt_if_free(a);
 */
#ifndef _REGRESS_KTINET_H_
#define _REGRESS_KTINET_H_

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mbuf.h>
#include <sys/rwlock.h>
#include <sys/socket.h>

#include <net/if.h>
#include <net/if_var.h>
#include <net/route.h>

#include <netinet/in.h>
#include <netinet/if_ether.h>
#include <netinet/in_systm.h>
#include <netinet/in_var.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/ip_var.h>
#include <netinet/udp.h>

#include <ktest.h>

#define KTIF_IP		0
#define KTIF_ETHER	1

/* An address in network order. */
#define IP(a, b, c, d)	((struct in_addr){ htonl((uint32_t)(a) << 24 |	\
	(b) << 16 | (c) << 8 | (d)) })

struct ktif {
	struct arpcom	 ki_ac;		/* first */
	struct mbuf_list ki_sent;
};
#define kt_ifp(ki)	(&(ki)->ki_ac.ac_if)

struct ktif	*kt_if(const char *, int);
void		 kt_if_free(struct ktif *);
int		 kt_addr(struct ktif *, struct in_addr, int);
int		 kt_deladdr(struct ktif *, struct in_addr);
int		 kt_route(struct in_addr, int, struct in_addr, int, u_int);
int		 kt_unroute(struct in_addr, int, u_int);
void		 kt_rx(struct ktif *, struct mbuf *);
struct mbuf	*kt_tx(struct ktif *);
u_int		 kt_txlen(struct ktif *);
void		 kt_txdrop(struct ktif *);
void		 kt_settle(void);

struct mbuf	*kt_mbuf(const void *, u_int);
struct mbuf	*kt_ip(struct in_addr, struct in_addr, int, const void *,
		    u_int);
struct mbuf	*kt_udp(struct in_addr, struct in_addr, u_int, u_int,
		    const void *, u_int);
struct mbuf	*kt_icmp(struct in_addr, struct in_addr, int, int,
		    const void *, u_int);
void		 kt_ipsum(struct mbuf *);
struct mbuf	*kt_shatter(struct mbuf *, u_int);
void		 kt_pattern(uint8_t *, u_int, u_int);

#endif /* _REGRESS_KTINET_H_ */

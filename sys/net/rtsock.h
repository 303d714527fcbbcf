/*
 * Routing sockets: what their files share.
 */
#ifndef _NET_RTSOCK_H_
#define _NET_RTSOCK_H_

#ifdef _KERNEL

#include <sys/queue.h>
#include <sys/timeout.h>
#include <sys/types.h>

#include <net/if_dl.h>
#include <net/route.h>

struct mbuf;
struct socket;

/* A routing socket. */
struct rtpcb {
	LIST_ENTRY(rtpcb) rop_list;
	struct socket	*rop_socket;
	struct timeout	 rop_timeout;	/* to try RTM_DESYNC again */
	u_int		 rop_msgfilter;	/* ROUTE_FILTER()s wanted; 0 all */
	u_int		 rop_flagfilter; /* RTF_* not wanted */
	u_int		 rop_rtableid;	/* table wanted, or RTABLE_ANY */
	u_int		 rop_priority;	/* worst priority wanted; 0 all */
	u_int		 rop_flags;	/* ROUTECB_* */
	sa_family_t	 rop_family;	/* wanted; AF_UNSPEC all */
};

#define ROUTECB_DESYNC	0x1	/* has lost messages, and does not know yet */

/* What all messages start with. */
struct rtm_head {
	u_int16_t	rh_msglen;
	u_int8_t	rh_version;
	u_int8_t	rh_type;
	u_int16_t	rh_hdrlen;
};

/* What a message is about, for filters. */
struct rtm_about {
	sa_family_t	 ra_family;	/* AF_UNSPEC: none */
	u_int		 ra_flags;	/* RTF_* of the route */
	u_int8_t	 ra_priority;	/* RTP_*, RTP_NONE: none */
	u_int		 ra_tableid;	/* RTABLE_ANY: none */
};

/* The longest message that the kernel makes. */
#define RTM_MAXKERN	2048

/* Sockaddrs that a message of a route needs, while it is being made. */
struct rtm_room {
	union rtaddr		rr_mask;
	struct sockaddr_rtlabel	rr_label;
};

struct rtstat;

/* rtsock.c */
void	 route_input(struct mbuf *, struct socket *, const struct rtm_about *);
u_int	 route_listeners(void);

/* rtsock_msg.c */
size_t	 rtm_hdrlen(int);
size_t	 rtm_build(int, struct rt_addrinfo *, void *, size_t);
void	 rtm_fill_info(struct rt_addrinfo *, struct rtentry *,
	    struct rtm_room *);
void	 rtm_fill_header(struct rt_msghdr *, const struct rtentry *);
void	 rtm_fill_ifinfo(struct if_msghdr *, struct ifnet *);
void	 rtm_getmetrics(const struct rtentry *, struct rt_metrics *);
void	 rtm_deliver(void *, size_t, struct socket *,
	    const struct rtm_about *);

/* rtsock_output.c */
int	 route_output(struct mbuf *, struct socket *);
int	 rtm_xaddrs(const uint8_t *, const uint8_t *, struct rt_addrinfo *);

/* rtsock_sysctl.c */
int	 route_sysctl(int *, u_int, void *, size_t *, void *, size_t);

#endif /* _KERNEL */
#endif /* _NET_RTSOCK_H_ */

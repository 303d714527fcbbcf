/*
 * Internet addresses of interfaces, multicast memberships, and the ioctls
 * that set them.
 */
#ifndef _NETINET_IN_VAR_H_
#define _NETINET_IN_VAR_H_

#include <sys/types.h>
#ifdef _KERNEL
#include <sys/queue.h>
#include <net/if_var.h>
#include <netinet/in.h>
#endif

/* Argument of SIOCAIFADDR. */
struct in_aliasreq {
	char	ifra_name[IFNAMSIZ];
	union {
		struct sockaddr_in	ifrau_addr;
		int			ifrau_align;
	} ifra_ifrau;
#define ifra_addr	ifra_ifrau.ifrau_addr
	struct sockaddr_in	ifra_dstaddr;
#define ifra_broadaddr	ifra_dstaddr
	struct sockaddr_in	ifra_mask;
};

#ifdef _KERNEL

struct in_multi;
struct proc;
struct socket;

/*
 * An address of an interface.  All members are protected by the net lock;
 * ia_ifa comes first, so that a struct ifaddr of AF_INET is one of these.
 */
struct in_ifaddr {
	struct ifaddr	ia_ifa;
#define ia_ifp		ia_ifa.ifa_ifp
#define ia_flags	ia_ifa.ifa_flags
	uint32_t	ia_net;		/* network order */
	uint32_t	ia_netmask;	/* network order */
	struct in_addr	ia_netbroadcast; /* host part all ones */
	TAILQ_ENTRY(in_ifaddr) ia_list;	/* all of them */
	LIST_ENTRY(in_ifaddr) ia_hash;	/* by address */
	struct sockaddr_in ia_addr;
	struct sockaddr_in ia_dstaddr;	/* far end, or broadcast */
#define ia_broadaddr	ia_dstaddr
	struct sockaddr_in ia_sockmask;
	struct in_multi	*ia_allhosts;	/* membership of 224.0.0.1 */
};

TAILQ_HEAD(in_ifaddrhead, in_ifaddr);
extern struct in_ifaddrhead in_ifaddrlist;

static inline struct in_ifaddr *
ifatoia(struct ifaddr *ifa)
{
	return (struct in_ifaddr *)ifa;
}

/*
 * A group that an interface belongs to (RFC 2236).  Held by an interface's
 * address (224.0.0.1) and by sockets' ip_moptions; the last reference leaves.
 */
struct in_multi {
	struct in_addr	inm_addr;
	unsigned int	inm_ifidx;
	u_int		inm_refcnt;
	u_int		inm_state;	/* IGMP: see igmp.c */
	u_int		inm_timer;	/* IGMP: PR_FASTHZ ticks to report */
	LIST_ENTRY(in_multi) inm_list;	/* of the interface */
};
LIST_HEAD(in_multihead, in_multi);

int		 in_control(struct socket *, u_long, caddr_t, struct ifnet *);
int		 in_ioctl(u_long, caddr_t, struct ifnet *, int);
void		 in_ifdetach(struct ifnet *);
void		 in_ifinit_hash(void);
struct in_ifaddr *in_ifaddr_lookup(struct in_addr, u_int);
struct in_ifaddr *in_ifp2ia(struct ifnet *);
struct in_ifaddr *in_ia4dst(struct ifnet *, struct in_addr);
int		 in_ifaddr_onlink(struct ifnet *, struct in_addr);

struct in_multi	*in_addmulti(const struct in_addr *, struct ifnet *);
void		 in_delmulti(struct in_multi *);
struct in_multi	*in_lookupmulti(struct in_addr, unsigned int);
int		 in_hasmulti(const struct in_addr *, struct ifnet *);
struct in_multihead *in_multilist(unsigned int);
void		 in_multi_purge(struct ifnet *);

#endif /* _KERNEL */

#endif /* _NETINET_IN_VAR_H_ */

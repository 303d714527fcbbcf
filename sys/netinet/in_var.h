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
struct rtentry;
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
	LIST_ENTRY(in_ifaddr) ia_bhash;	/* by broadcast address */
	int		ia_hashed;	/* bits: 1 ia_hash, 2 ia_bhash */
	struct sockaddr_in ia_addr;
	struct sockaddr_in ia_dstaddr;	/* far end, or broadcast */
#define ia_broadaddr	ia_dstaddr
	struct sockaddr_in ia_sockmask;
	struct in_multi	*ia_allhosts;	/* membership of 224.0.0.1 */
	time_t		ia_defended;	/* uptime, ARP (RFC 5227) */
};

TAILQ_HEAD(in_ifaddrhead, in_ifaddr);
extern struct in_ifaddrhead in_ifaddrlist;

static inline struct in_ifaddr *
ifatoia(struct ifaddr *ifa)
{
	return (struct in_ifaddr *)ifa;
}

/*
 * Mix two words under a secret key: for hash tables that outsiders must not
 * be able to fill unevenly.
 */
static inline uint32_t
in_hash(const uint64_t key[2], uint64_t a, uint64_t b)
{
	unsigned __int128	 r;

	r = (unsigned __int128)(a ^ key[0]) * (b ^ key[1]);
	a = (uint64_t)r ^ (uint64_t)(r >> 64);
	return ((uint32_t)a ^ (uint32_t)(a >> 32));
}

/*
 * A group that an interface belongs to (RFC 2236); one of the interface's
 * if_maddrlist.  Held by the interface's addresses (224.0.0.1) and by
 * sockets' memberships; the last reference leaves the group.
 */
struct in_multi {
	struct ifmaddr	inm_ifma;	/* first */
#define inm_ifidx	inm_ifma.ifma_ifidx
#define inm_refcnt	inm_ifma.ifma_refcnt
	struct sockaddr_in inm_sin;
#define inm_addr	inm_sin.sin_addr
	u_int		inm_state;	/* IGMP: see igmp.c */
	u_int		inm_timer;	/* IGMP: ticks to the report, 0 none */
};

static inline struct in_multi *
ifmatoinm(struct ifmaddr *ifma)
{
	return (ifma->ifma_addr->sa_family == AF_INET ?
	    (struct in_multi *)ifma : NULL);
}

/* in.c, in_ifaddr.c */
void		 in_init(void);
int		 in_control(struct socket *, u_long, caddr_t, struct ifnet *);
int		 in_ioctl(u_long, caddr_t, struct ifnet *, int);
int		 in_ifinit(struct ifnet *, struct in_ifaddr *,
		    const struct sockaddr_in *, int);
struct in_ifaddr *in_ifaddr_create(struct ifnet *);
void		 in_ifaddr_hash(struct in_ifaddr *);
void		 in_purgeaddr(struct ifaddr *);
void		 in_ifscrub(struct ifnet *, struct in_ifaddr *);
int		 in_insert_prefix(struct in_ifaddr *);
void		 in_remove_prefix(struct in_ifaddr *);
void		 in_ifdetach(struct ifnet *);
struct in_ifaddr *in_ifaddr_lookup(struct in_addr, u_int);
struct in_ifaddr *in_bcast_lookup(struct in_addr, u_int);
struct in_ifaddr *in_ifp2ia(struct ifnet *);
struct in_ifaddr *in_ia4dst(struct ifnet *, struct in_addr);

/* in_multi.c */
struct in_multi	*in_addmulti(const struct in_addr *, struct ifnet *);
void		 in_delmulti(struct in_multi *);
struct in_multi	*in_lookupmulti(struct in_addr, struct ifnet *);
int		 in_hasmulti(const struct in_addr *, struct ifnet *);
void		 in_multi_detach(struct ifnet *);

#endif /* _KERNEL */

#endif /* _NETINET_IN_VAR_H_ */

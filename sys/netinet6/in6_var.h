/*
 * IPv6 addresses of interfaces, multicast memberships, and the ioctls that
 * set them, with OpenBSD's numbers and layouts.
 */
#ifndef _NETINET6_IN6_VAR_H_
#define _NETINET6_IN6_VAR_H_

#include <sys/types.h>
#include <sys/ioccom.h>
#ifdef _KERNEL
#include <sys/queue.h>
#include <sys/time.h>
#include <sys/timeout.h>
#include <net/if_var.h>
#include <netinet6/in6.h>
#endif

/* Lifetimes of an address; expire and preferred are uptimes in seconds. */
struct in6_addrlifetime {
	time_t		ia6t_expire;	/* valid until, 0 for ever */
	time_t		ia6t_preferred;	/* preferred until, 0 for ever */
	u_int32_t	ia6t_vltime;	/* s, as it was set */
	u_int32_t	ia6t_pltime;
};

#define ND6_INFINITE_LIFETIME	0xffffffff

/* Argument of the ioctls that get something of an address. */
struct in6_ifreq {
	char	ifr_name[IFNAMSIZ];
	union {
		struct sockaddr_in6	ifru_addr;
		struct sockaddr_in6	ifru_dstaddr;
		short			ifru_flags;
		int			ifru_flags6;
		int			ifru_metric;
		caddr_t			ifru_data;
		struct in6_addrlifetime	ifru_lifetime;
	} ifr_ifru;
};
#define ifr_flags6	ifr_ifru.ifru_flags6	/* SIOCGIFAFLAG_IN6 */
#define ifr_lifetime	ifr_ifru.ifru_lifetime	/* SIOCGIFALIFETIME_IN6 */

/* Argument of SIOCAIFADDR_IN6. */
struct in6_aliasreq {
	char	ifra_name[IFNAMSIZ];
	union {
		struct sockaddr_in6	ifrau_addr;
		int			ifrau_align;
	} ifra_ifrau;
#ifndef ifra_addr
#define ifra_addr	ifra_ifrau.ifrau_addr
#endif
	struct sockaddr_in6	ifra_dstaddr;
	struct sockaddr_in6	ifra_prefixmask;
	int			ifra_flags;	/* IN6_IFF_* */
	struct in6_addrlifetime	ifra_lifetime;	/* vltime, pltime */
};

/* ia6_flags; SIOCGIFAFLAG_IN6 */
#define IN6_IFF_ANYCAST		0x01
#define IN6_IFF_TENTATIVE	0x02	/* being probed */
#define IN6_IFF_DUPLICATED	0x04	/* somebody else has it */
#define IN6_IFF_DEPRECATED	0x10	/* not for new conversations */
#define IN6_IFF_NODAD		0x20	/* is not probed */
#define IN6_IFF_AUTOCONF	0x40	/* by a router's advertisement */
#define IN6_IFF_TEMPORARY	0x80	/* RFC 8981 */

/*
 * The ioctls.  SIOCGIFAFLAG_IN6, SIOCGIFALIFETIME_IN6 and kin name the
 * address in ifru_addr.  SIOCAIFADDR_IN6 with an unspecified address only
 * makes the interface speak IPv6 (its link-local address).
 */
#define SIOCDIFADDR_IN6		 _IOW('i', 25, struct in6_ifreq)
#define SIOCAIFADDR_IN6		 _IOW('i', 26, struct in6_aliasreq)
#define SIOCGIFADDR_IN6		_IOWR('i', 33, struct in6_ifreq)
#define SIOCGIFDSTADDR_IN6	_IOWR('i', 34, struct in6_ifreq)
#define SIOCGIFNETMASK_IN6	_IOWR('i', 37, struct in6_ifreq)
#define SIOCGIFAFLAG_IN6	_IOWR('i', 73, struct in6_ifreq)
#define SIOCGNBRINFO_IN6	_IOWR('i', 78, struct in6_nbrinfo)
#define SIOCGIFALIFETIME_IN6	_IOWR('i', 81, struct in6_ifreq)
#define SIOCGIFINFO_IN6		_IOWR('i', 108, struct in6_ndireq)

#ifdef _KERNEL

struct in6_multi;
struct inpcb;
struct mbuf;
struct route;
struct rtentry;
struct socket;

/*
 * An address of an interface.  All members are protected by the net lock;
 * ia_ifa comes first, so that a struct ifaddr of AF_INET6 is one of these.
 */
struct in6_ifaddr {
	struct ifaddr	ia_ifa;
#define ia_ifp		ia_ifa.ifa_ifp
#define ia_flags	ia_ifa.ifa_flags
	TAILQ_ENTRY(in6_ifaddr) ia_list;	/* all of them */
	LIST_ENTRY(in6_ifaddr) ia6_hash;	/* by address */
	int		ia6_hashed;
	struct sockaddr_in6 ia_addr;
	struct sockaddr_in6 ia_dstaddr;		/* far end */
	struct sockaddr_in6 ia_prefixmask;
	int		ia6_flags;		/* IN6_IFF_* */
	struct in6_addrlifetime ia6_lifetime;
	time_t		ia6_updatetime;		/* uptime of the last RA */
	time_t		ia6_createtime;		/* uptime */
	struct in6_multi *ia6_solicited;	/* solicited-node group */
	struct dadq	*ia6_dad;		/* while TENTATIVE */
	struct in6_ifaddr *ia6_public;		/* of a temporary one, or 0 */
};

TAILQ_HEAD(in6_ifaddrhead, in6_ifaddr);
extern struct in6_ifaddrhead in6_ifaddrlist;

#define IA6_IN6(ia)	(&(ia)->ia_addr.sin6_addr)
#define IA6_DSTIN6(ia)	(&(ia)->ia_dstaddr.sin6_addr)
#define IA6_MASKIN6(ia)	(&(ia)->ia_prefixmask.sin6_addr)

static inline struct in6_ifaddr *
ifatoia6(struct ifaddr *ifa)
{
	return (struct in6_ifaddr *)ifa;
}

/* What an interface that speaks IPv6 has: if_afdata[AF_INET6]. */
struct in6_ifextra {
	struct in6_multi *ife_allnodes;	/* ff02::1 */
	struct nd_ifinfo *ife_nd;
	LIST_HEAD(, nd_defrouter) ife_routers;	/* learnt */
	LIST_HEAD(, nd_prefix) ife_prefixes;	/* learnt */
	u_int		 ife_nrouters;
	u_int		 ife_nprefixes;
};

/*
 * A group that an interface belongs to; one of the interface's
 * if_maddrlist.  Held by the interface's addresses and by sockets'
 * memberships; the last reference leaves the group.
 */
struct in6_multi {
	struct ifmaddr	in6m_ifma;	/* first */
#define in6m_ifidx	in6m_ifma.ifma_ifidx
#define in6m_refcnt	in6m_ifma.ifma_refcnt
	struct sockaddr_in6 in6m_sin;
#define in6m_addr	in6m_sin.sin6_addr
	u_int		in6m_state;	/* MLD: see mld6.c */
	u_int		in6m_timer;	/* MLD: ticks to the report, 0 none */
};

static inline struct in6_multi *
ifmatoin6m(struct ifmaddr *ifma)
{
	return (ifma->ifma_addr->sa_family == AF_INET6 ?
	    (struct in6_multi *)ifma : NULL);
}

/* in6.c */
int		 in6_control(struct socket *, u_long, caddr_t, struct ifnet *);
int		 in6_ioctl(u_long, caddr_t, struct ifnet *, int);

/* in6_ifaddr.c */
void		 in6_init(void);
int		 in6_update_ifa(struct ifnet *, struct in6_aliasreq *,
		    struct in6_ifaddr **);
void		 in6_purgeaddr(struct ifaddr *);
struct in6_ifaddr *in6_ifaddr_lookup(const struct in6_addr *, u_int);
struct in6_ifaddr *in6_ifpwithaddr(struct ifnet *, const struct in6_addr *);
struct in6_ifaddr *in6_ifpforlinklocal(struct ifnet *, int);
struct in6_ifaddr *in6_ifaddr_onlink(struct ifnet *,
		    const struct in6_addr *);
void		 in6_ifaddr_lifetime(struct in6_ifaddr *, u_int32_t,
		    u_int32_t);

/* in6_ifattach.c */
int		 in6_ifattach(struct ifnet *);
void		 in6_ifdetach(struct ifnet *);
int		 in6_attached(const struct ifnet *);
void		 in6_ifid(struct ifnet *, struct in6_addr *);

/* in6_multi.c */
struct in6_multi *in6_addmulti(const struct in6_addr *, struct ifnet *);
void		 in6_delmulti(struct in6_multi *);
struct in6_multi *in6_lookupmulti(const struct in6_addr *, struct ifnet *);
int		 in6_hasmulti(const struct in6_addr *, struct ifnet *);
void		 in6_multi_detach(struct ifnet *);
void		 in6_solicited(struct in6_addr *, const struct in6_addr *);

#endif /* _KERNEL */

#endif /* _NETINET6_IN6_VAR_H_ */

/*
 * Interfaces inside the kernel.
 *
 * A driver fills a struct ifnet (an Ethernet one, struct arpcom) and calls
 * if_attach() or, for Ethernet, if_attach() and ether_ifattach().  Received
 * packets go to if_input(), in lists.  What is to be sent arrives in lists
 * at if_start_list.
 *
 * Locks: everything here is protected by the net lock, but if_input(), which
 * only appends to the network thread's queue and may be called from anywhere
 * that does not sleep.
 */
#ifndef _NET_IF_VAR_H_
#define _NET_IF_VAR_H_

#include <sys/types.h>
#include <net/if.h>

#ifdef _KERNEL

#include <sys/mbuf.h>
#include <sys/queue.h>
#include <sys/refcnt.h>
#include <sys/rwlock.h>
#include <sys/task.h>
#include <sys/time.h>
#include <sys/timeout.h>

struct ifnet;
struct ifg_group;
struct proc;
struct rtentry;
struct socket;

/* An address of an interface. */
struct ifaddr {
	struct sockaddr	*ifa_addr;
	struct sockaddr	*ifa_dstaddr;	/* far end of a point-to-point link */
#define ifa_broadaddr	ifa_dstaddr	/* or broadcast address */
	struct sockaddr	*ifa_netmask;
	struct ifnet	*ifa_ifp;
	TAILQ_ENTRY(ifaddr) ifa_list;	/* of the interface */
	u_int		 ifa_flags;	/* IFA_* */
	struct refcnt	 ifa_refcnt;
	int		 ifa_metric;
	void		(*ifa_free)(struct ifaddr *);	/* NULL: free(9) */
	size_t		 ifa_size;	/* bytes, for free(9) */
};
TAILQ_HEAD(ifaddrlist, ifaddr);

#define IFA_ROUTE	0x01		/* its network route is there */

/* A group of the link that somebody listens to; embedded by protocols. */
struct ifmaddr {
	struct sockaddr	*ifma_addr;
	unsigned int	 ifma_ifidx;
	struct refcnt	 ifma_refcnt;
	TAILQ_ENTRY(ifmaddr) ifma_list;
};
TAILQ_HEAD(ifmaddrlist, ifmaddr);

/* Membership of an interface in a group, and a group's in its list. */
struct ifg_list {
	struct ifg_group	*ifgl_group;
	TAILQ_ENTRY(ifg_list)	 ifgl_next;
};

struct ifg_member {
	TAILQ_ENTRY(ifg_member)	 ifgm_next;
	struct ifnet		*ifgm_ifp;
};

struct ifg_group {
	char			 ifg_group[IFNAMSIZ];
	u_int			 ifg_refcnt;
	void			*ifg_pf_kif;	/* pf(4)'s */
	int			 ifg_carp_demoted;
	TAILQ_HEAD(, ifg_member) ifg_members;
	TAILQ_ENTRY(ifg_group)	 ifg_next;
};

#define IFG_ALL		"all"
#define IFG_EGRESS	"egress"

TAILQ_HEAD(ifnet_head, ifnet);

/*
 * An interface.
 *
 *	I	set before if_attach(), then immutable
 *	d	the driver's
 */
struct ifnet {
	void		*if_softc;	/* [I] the driver's */
	TAILQ_ENTRY(ifnet) if_list;	/* all interfaces */
	struct refcnt	 if_refcnt;
	struct ifaddrlist if_addrlist;
	struct ifmaddrlist if_maddrlist;
	TAILQ_HEAD(, ifg_list) if_groups;
	struct task_list if_addrhooks;	/* an address came or went */
	struct task_list if_linkstatehooks;
	struct task_list if_detachhooks;

	char		 if_xname[IFNAMSIZ];	/* [I] driver and unit */
	u_int		 if_index;	/* from 1, never reused while held */
	int		 if_pcount;	/* promiscuous listeners */
	caddr_t		 if_bpf;	/* listeners of bpf(4), or NULL */
	void		*if_pf_kif;	/* pf(4)'s */
	void		*if_afdata[AF_MAX]; /* protocols', by family */
	u_int		 if_dunit;	/* [I] unit of a cloned interface */
	u_short		 if_rtlabelid;	/* label of its routes */
	u_int8_t	 if_priority;	/* added to its routes' */
	u_int8_t	 if_llprio;	/* of packets of its own */
	int		 if_flags;	/* IFF_* */
	int		 if_xflags;	/* IFXF_* */
	u_int		 if_hardmtu;	/* [I] most that if_mtu may be */
	char		 if_description[IFDESCRSIZE];
	struct if_data	 if_data;
	struct sockaddr_dl *if_sadl;	/* its link address */
	struct if_clone	*if_cloner;	/* [I] who made it, or NULL */

	struct mbuf_list if_sndlist;	/* waiting for if_start_list */
	TAILQ_ENTRY(ifnet) if_pending;	/* interfaces with such */
	int		 if_onpending;

	/*
	 * The driver's.  All consume their mbufs.
	 *
	 *	if_output	L3 packet to dst by way of rt (may be NULL)
	 *	if_enqueue	packet, ready for the link (if_enqueue_default)
	 *	if_start_list	[I] packets for the card
	 *	if_input_handler [I] packets of the card, in the network's
	 *			thread, under the net lock
	 *	if_ioctl	[I] SIOCSIFFLAGS, SIOCSIFMTU, SIOCADDMULTI...;
	 *			ENOTTY for what it does not know
	 *	if_rtrequest	a route of this interface came or goes
	 */
	int	(*if_output)(struct ifnet *, struct mbuf *,
		    struct sockaddr *, struct rtentry *);
	int	(*if_ll_output)(struct ifnet *, struct mbuf *,
		    struct sockaddr *, struct rtentry *);
	int	(*if_enqueue)(struct ifnet *, struct mbuf *);
	void	(*if_start_list)(struct ifnet *, struct mbuf_list *);
	void	(*if_input_handler)(struct ifnet *, struct mbuf_list *);
	int	(*if_ioctl)(struct ifnet *, u_long, caddr_t);
	void	(*if_rtrequest)(struct ifnet *, int, struct rtentry *);
};

#define if_mtu		if_data.ifi_mtu
#define if_type		if_data.ifi_type
#define if_addrlen	if_data.ifi_addrlen
#define if_hdrlen	if_data.ifi_hdrlen
#define if_metric	if_data.ifi_metric
#define if_link_state	if_data.ifi_link_state
#define if_baudrate	if_data.ifi_baudrate
#define if_ipackets	if_data.ifi_ipackets
#define if_ierrors	if_data.ifi_ierrors
#define if_opackets	if_data.ifi_opackets
#define if_oerrors	if_data.ifi_oerrors
#define if_collisions	if_data.ifi_collisions
#define if_ibytes	if_data.ifi_ibytes
#define if_obytes	if_data.ifi_obytes
#define if_imcasts	if_data.ifi_imcasts
#define if_omcasts	if_data.ifi_omcasts
#define if_iqdrops	if_data.ifi_iqdrops
#define if_oqdrops	if_data.ifi_oqdrops
#define if_noproto	if_data.ifi_noproto
#define if_lastchange	if_data.ifi_lastchange
#define if_capabilities	if_data.ifi_capabilities
#define if_rdomain	if_data.ifi_rdomain

/* Units of a cloner: "lo", "wg", ... */
struct if_clone {
	LIST_ENTRY(if_clone)	 ifc_list;
	const char		*ifc_name;
	size_t			 ifc_namelen;
	int			(*ifc_create)(struct if_clone *, int);
	int			(*ifc_destroy)(struct ifnet *);
};

#define IF_CLONE_INITIALIZER(name, create, destroy)			\
	{								\
		.ifc_name = (name),					\
		.ifc_namelen = sizeof(name) - 1,			\
		.ifc_create = (create),					\
		.ifc_destroy = (destroy),				\
	}

/* Priorities of interfaces and of mbufs. */
#define IF_PRIORITY_DEFAULT	0
#define IF_WIRED_DEFAULT_PRIORITY	0
#define IF_WIRELESS_DEFAULT_PRIORITY	4

/* Packets that wait for one card before it is started. */
#define IF_TXBATCH		64

/* A packet may pass so many interfaces of our own. */
#define M_MAXLOOP		128

extern struct ifnet_head ifnetlist;
extern struct ifnet_head if_pendinglist;
extern struct task_list	 if_deferred;
extern u_int if_indexlim;

/* if.c, if_attach.c, if_rdomain.c */
void		 ifinit(void);
void		 if_attach(struct ifnet *);
void		 if_detach(struct ifnet *);
void		 if_alloc_sadl(struct ifnet *);
void		 if_free_sadl(struct ifnet *);
int		 if_setlladdr(struct ifnet *, const uint8_t *);
struct ifnet	*if_get(u_int);
void		 if_put(struct ifnet *);
struct ifnet	*if_ref(struct ifnet *);
struct ifnet	*if_unit(const char *);
struct ifnet	*if_unit_noref(const char *);
void		 if_up(struct ifnet *);
void		 if_down(struct ifnet *);
void		 if_link_state_change(struct ifnet *);
int		 if_setrdomain(struct ifnet *, int);
int		 if_createrdomain(int);
void		 if_getdata(struct ifnet *, struct if_data *);
int		 ifpromisc(struct ifnet *, int);

void		 if_addrhook_add(struct ifnet *, struct task *);
void		 if_addrhook_del(struct ifnet *, struct task *);
void		 if_addrhooks_run(struct ifnet *);
void		 if_linkstatehook_add(struct ifnet *, struct task *);
void		 if_linkstatehook_del(struct ifnet *, struct task *);
void		 if_detachhook_add(struct ifnet *, struct task *);
void		 if_detachhook_del(struct ifnet *, struct task *);

/* if_addr.c */
void		 ifa_add(struct ifnet *, struct ifaddr *);
void		 ifa_del(struct ifnet *, struct ifaddr *);
struct ifaddr	*ifaref(struct ifaddr *);
void		 ifafree(struct ifaddr *);
struct ifaddr	*ifa_ifwithaddr(const struct sockaddr *, u_int);
struct ifaddr	*ifa_ifwithdstaddr(const struct sockaddr *, u_int);
struct ifaddr	*ifa_ifwithnet(const struct sockaddr *, u_int);
struct ifaddr	*ifaof_ifpforaddr(const struct sockaddr *, struct ifnet *);

/* if_input.c, if_output.c */
void		 if_input(struct ifnet *, struct mbuf_list *);
void		 if_vinput(struct ifnet *, struct mbuf *);
void		 if_input_process(struct mbuf_list *);
int		 if_input_local(struct ifnet *, struct mbuf *, sa_family_t);
int		 if_enqueue(struct ifnet *, struct mbuf *);
int		 if_enqueue_default(struct ifnet *, struct mbuf *);
void		 if_flush(void);
void		 if_defer(struct task *);
void		 if_output_purge(struct ifnet *);

/*
 * What a network protocol tells the link layers: how its packets are passed
 * up, how Ethernet finds the station for an address, and what happens to an
 * interface's addresses when it goes away or changes its rdomain.
 */
typedef void	 if_af_input(struct ifnet *, struct mbuf *);
typedef int	 ether_resolve_fn(struct ifnet *, struct rtentry *,
		    struct mbuf *, const struct sockaddr *, u_int8_t *);
typedef void	 if_rtrequest_fn(struct ifnet *, int, struct rtentry *);

void		 if_register_af(sa_family_t, if_af_input *);
void		 if_register_detach(sa_family_t, void (*)(struct ifnet *));
void		 if_register_attach(sa_family_t, void (*)(struct ifnet *));
void		 if_register_up(sa_family_t, void (*)(struct ifnet *),
		    void (*)(struct ifnet *));
void		 if_af_deliver(struct ifnet *, struct mbuf *, sa_family_t);
void		 if_af_attach(struct ifnet *);
void		 if_af_detach(struct ifnet *);
void		 if_af_up(struct ifnet *);
void		 if_af_xflags(struct ifnet *);
int		 if_af_attach_one(struct ifnet *, sa_family_t);
int		 if_af_detach_one(struct ifnet *, sa_family_t);
typedef void	 if_af_ahead(const struct mbuf *, u_int, int);
void		 ether_register(u_int16_t, if_af_input *);
void		 ether_register_ahead(u_int16_t, if_af_ahead *);
void		 ether_register_af(sa_family_t, u_int16_t,
		    ether_resolve_fn *, if_rtrequest_fn *);

/* Point-to-point links: IP packets without a link header. */
int		 p2p_output(struct ifnet *, struct mbuf *, struct sockaddr *,
		    struct rtentry *);
void		 p2p_input(struct ifnet *, struct mbuf_list *);

/* if_ethersubr.c */
void		 ether_ifattach(struct ifnet *);
int		 ether_ioctl(struct ifnet *, u_long, caddr_t);
int		 ether_output(struct ifnet *, struct mbuf *,
		    struct sockaddr *, struct rtentry *);
void		 ether_input(struct ifnet *, struct mbuf_list *);
void		 ether_rtrequest(struct ifnet *, int, struct rtentry *);
void		 ether_fakeaddr(struct ifnet *);
char		*ether_sprintf(const u_int8_t *);
struct arpcom;
int		 ether_addmulti(struct ifreq *, struct arpcom *);
int		 ether_delmulti(struct ifreq *, struct arpcom *);

/* if_loop.c */
void		 loopattach(int);
int		 looutput(struct ifnet *, struct mbuf *, struct sockaddr *,
		    struct rtentry *);
extern u_int	 lo0ifidx;

/* if_clone.c */
void		 if_clone_attach(struct if_clone *);
void		 if_clone_detach(struct if_clone *);
int		 if_clone_create(const char *, int);
int		 if_clone_destroy(const char *);
int		 if_clone_list(struct if_clonereq *);
struct if_clone	*if_clone_lookup(const char *, int *);

/* if_group.c */
struct ifg_group *if_creategroup(const char *);
struct ifg_group *if_findgroup(const char *);
int		 if_addgroup(struct ifnet *, const char *);
int		 if_delgroup(struct ifnet *, const char *);
void		 if_group_egress_build(void);
void		 if_group_routechange(const struct sockaddr *,
		    const struct sockaddr *);
int		 if_group_ioctl(u_long, struct ifgroupreq *);

/* if_ioctl.c */
int		 ifioctl(struct socket *, u_long, caddr_t, struct proc *);
int		 ifconf(struct ifconf *);

/*
 * bpf(4), when it is there: called for if_bpf listeners with the direction
 * (BPF_DIRECTION_IN 1, BPF_DIRECTION_OUT 2).
 */
extern int	(*if_bpf_mtap)(caddr_t, const struct mbuf *, u_int);
extern void	(*if_bpf_attach)(struct ifnet *);
extern void	(*if_bpf_detach)(struct ifnet *);

#endif /* _KERNEL */
#endif /* _NET_IF_VAR_H_ */

/*
 * Interfaces as programs see them: flags, statistics, the arguments of the
 * interface ioctls, and the interface messages of a routing socket.  Numbers
 * and layouts are OpenBSD's.  The kernel's own side is <net/if_var.h>.
 */
#ifndef _WARREN_KNET_IF_H_
#define _WARREN_KNET_IF_H_

#include <sys/types.h>
#ifdef _KERNEL
#include <sys/socket.h>
#include <sys/time.h>
#endif

#define IFNAMSIZ	16
#ifndef IF_NAMESIZE
#define IF_NAMESIZE	IFNAMSIZ
#endif

#define IFQ_NQUEUES	8
#define IFQ_MINPRIO	0
#define IFQ_MAXPRIO	(IFQ_NQUEUES - 1)
#define IFQ_DEFPRIO	3

/* ifi_link_state */
#define LINK_STATE_UNKNOWN	0
#define LINK_STATE_INVALID	1
#define LINK_STATE_DOWN		2
#define LINK_STATE_KALIVE_DOWN	3
#define LINK_STATE_UP		4	/* and whatever is larger */
#define LINK_STATE_HALF_DUPLEX	5
#define LINK_STATE_FULL_DUPLEX	6
#define LINK_STATE_IS_UP(s)	\
	((s) >= LINK_STATE_UP || (s) == LINK_STATE_UNKNOWN)

/* Statistics and properties; SIOCGIFDATA, RTM_IFINFO. */
struct if_data {
	u_char		ifi_type;	/* IFT_* */
	u_char		ifi_addrlen;	/* link-layer address, bytes */
	u_char		ifi_hdrlen;	/* link-layer header, bytes */
	u_char		ifi_link_state;	/* LINK_STATE_* */
	u_int32_t	ifi_mtu;	/* bytes */
	u_int32_t	ifi_metric;
	u_int32_t	ifi_rdomain;	/* routing domain */
	u_int64_t	ifi_baudrate;	/* bits per second */
	u_int64_t	ifi_ipackets;
	u_int64_t	ifi_ierrors;
	u_int64_t	ifi_opackets;
	u_int64_t	ifi_oerrors;
	u_int64_t	ifi_collisions;
	u_int64_t	ifi_ibytes;
	u_int64_t	ifi_obytes;
	u_int64_t	ifi_imcasts;
	u_int64_t	ifi_omcasts;
	u_int64_t	ifi_iqdrops;	/* received, but no room */
	u_int64_t	ifi_oqdrops;	/* to be sent, but no room */
	u_int64_t	ifi_noproto;	/* nobody wants this protocol */
	u_int32_t	ifi_capabilities; /* IFCAP_* */
	struct timeval	ifi_lastchange;	/* uptime of last link change */
};

/* Flags; IFF_CANTCHANGE ones are the kernel's. */
#define IFF_UP		0x1
#define IFF_BROADCAST	0x2
#define IFF_DEBUG	0x4
#define IFF_LOOPBACK	0x8
#define IFF_POINTOPOINT	0x10
#define IFF_STATICARP	0x20		/* entries are only set by hand */
#define IFF_RUNNING	0x40		/* resources are there */
#define IFF_NOARP	0x80
#define IFF_PROMISC	0x100
#define IFF_ALLMULTI	0x200
#define IFF_OACTIVE	0x400
#define IFF_SIMPLEX	0x800		/* does not hear itself */
#define IFF_LINK0	0x1000
#define IFF_LINK1	0x2000
#define IFF_LINK2	0x4000
#define IFF_MULTICAST	0x8000

#define IFF_CANTCHANGE \
	(IFF_BROADCAST|IFF_POINTOPOINT|IFF_RUNNING|IFF_OACTIVE|\
	    IFF_SIMPLEX|IFF_MULTICAST|IFF_ALLMULTI)

#define IFXF_MPSAFE		0x1
#define IFXF_CLONED		0x2	/* made by SIOCIFCREATE */
#define IFXF_AUTOCONF6TEMP	0x4
#define IFXF_MPLS		0x8
#define IFXF_WOL		0x10
#define IFXF_AUTOCONF6		0x20
#define IFXF_INET6_NOSOII	0x40
#define IFXF_AUTOCONF4		0x80
#define IFXF_MONITOR		0x100	/* hears, passes nothing up */
#define IFXF_LRO		0x200

#define IFXF_CANTCHANGE \
	(IFXF_MPSAFE|IFXF_CLONED)

/* What a card can do. */
#define IFCAP_CSUM_IPv4		0x00000001
#define IFCAP_CSUM_TCPv4	0x00000002
#define IFCAP_CSUM_UDPv4	0x00000004
#define IFCAP_VLAN_MTU		0x00000010
#define IFCAP_VLAN_HWTAGGING	0x00000020
#define IFCAP_VLAN_HWOFFLOAD	0x00000040
#define IFCAP_CSUM_TCPv6	0x00000080
#define IFCAP_CSUM_UDPv6	0x00000100
#define IFCAP_TSOv4		0x00001000
#define IFCAP_TSOv6		0x00002000
#define IFCAP_LRO		0x00004000
#define IFCAP_WOL		0x00008000
#define IFCAP_USO		0x00010000	/* cuts trains of datagrams */

#define IFCAP_CSUM_MASK	\
	(IFCAP_CSUM_IPv4|IFCAP_CSUM_TCPv4|IFCAP_CSUM_UDPv4|\
	    IFCAP_CSUM_TCPv6|IFCAP_CSUM_UDPv6)

/* Routing messages: RTM_IFINFO. */
struct if_msghdr {
	u_short		ifm_msglen;	/* bytes in all */
	u_char		ifm_version;	/* RTM_VERSION */
	u_char		ifm_type;	/* RTM_IFINFO */
	u_short		ifm_hdrlen;	/* sizeof(if_msghdr) */
	u_short		ifm_index;
	u_short		ifm_tableid;
	u_char		ifm_pad1;
	u_char		ifm_pad2;
	int		ifm_addrs;	/* RTA_* that follow */
	int		ifm_flags;	/* IFF_* */
	int		ifm_xflags;	/* IFXF_* */
	struct if_data	ifm_data;
};

/* RTM_NEWADDR, RTM_DELADDR, RTM_CHGADDRATTR. */
struct ifa_msghdr {
	u_short		ifam_msglen;
	u_char		ifam_version;
	u_char		ifam_type;
	u_short		ifam_hdrlen;
	u_short		ifam_index;
	u_short		ifam_tableid;
	u_char		ifam_pad1;
	u_char		ifam_pad2;
	int		ifam_addrs;
	int		ifam_flags;	/* RTF_* of the address's route */
	int		ifam_metric;
};

/* RTM_IFANNOUNCE. */
struct if_announcemsghdr {
	u_short		ifan_msglen;
	u_char		ifan_version;
	u_char		ifan_type;
	u_short		ifan_hdrlen;
	u_short		ifan_index;
	u_short		ifan_what;	/* IFAN_* */
	char		ifan_name[IFNAMSIZ];
};

#define IFAN_ARRIVAL	0
#define IFAN_DEPARTURE	1

/* sysctl NET_RT_IFNAMES: one for each interface. */
struct if_nameindex_msg {
	unsigned int	if_index;
	char		if_name[IFNAMSIZ];
};

/* The argument of most interface ioctls. */
struct ifreq {
	char	ifr_name[IFNAMSIZ];	/* such as "em0" */
	union {
		struct sockaddr	ifru_addr;
		struct sockaddr	ifru_dstaddr;
		struct sockaddr	ifru_broadaddr;
		short		ifru_flags;
		int		ifru_metric;
		int64_t		ifru_vnetid;
		uint64_t	ifru_media;
		caddr_t		ifru_data;
		unsigned int	ifru_index;
	} ifr_ifru;
#define ifr_addr	ifr_ifru.ifru_addr
#define ifr_dstaddr	ifr_ifru.ifru_dstaddr
#define ifr_broadaddr	ifr_ifru.ifru_broadaddr
#define ifr_flags	ifr_ifru.ifru_flags
#define ifr_metric	ifr_ifru.ifru_metric
#define ifr_mtu		ifr_ifru.ifru_metric
#define ifr_hardmtu	ifr_ifru.ifru_metric
#define ifr_media	ifr_ifru.ifru_media
#define ifr_rdomainid	ifr_ifru.ifru_metric
#define ifr_vnetid	ifr_ifru.ifru_vnetid
#define ifr_ttl		ifr_ifru.ifru_metric
#define ifr_df		ifr_ifru.ifru_metric
#define ifr_data	ifr_ifru.ifru_data
#define ifr_index	ifr_ifru.ifru_index
#define ifr_llprio	ifr_ifru.ifru_metric
#define ifr_hdrprio	ifr_ifru.ifru_metric
};

/* SIOCAIFADDR; room for a struct sockaddr_in. */
struct ifaliasreq {
	char	ifra_name[IFNAMSIZ];
	union {
		struct sockaddr	ifrau_addr;
		int		ifrau_align;
	} ifra_ifrau;
#ifndef ifra_addr
#define ifra_addr	ifra_ifrau.ifrau_addr
#endif
	struct sockaddr	ifra_dstaddr;
#ifndef ifra_broadaddr
#define ifra_broadaddr	ifra_dstaddr
#endif
	struct sockaddr	ifra_mask;
};

/* SIOCGIFMEDIA. */
struct ifmediareq {
	char		 ifm_name[IFNAMSIZ];
	uint64_t	 ifm_current;	/* as set */
	uint64_t	 ifm_mask;
	uint64_t	 ifm_status;
	uint64_t	 ifm_active;	/* as it is */
	int		 ifm_count;	/* entries of ifm_ulist */
	uint64_t	*ifm_ulist;
};

/* SIOCGIFCONF. */
struct ifconf {
	int	ifc_len;		/* bytes of the buffer */
	union {
		caddr_t		 ifcu_buf;
		struct ifreq	*ifcu_req;
	} ifc_ifcu;
#define ifc_buf	ifc_ifcu.ifcu_buf
#define ifc_req	ifc_ifcu.ifcu_req
};

/* SIOCSLIFPHYADDR, SIOCGLIFPHYADDR. */
struct if_laddrreq {
	char			iflr_name[IFNAMSIZ];
	unsigned int		flags;
#define IFLR_PREFIX	0x8000
	unsigned int		prefixlen;
	struct sockaddr_storage	addr;
	struct sockaddr_storage	dstaddr;
};

/* SIOCIFAFATTACH, SIOCIFAFDETACH. */
struct if_afreq {
	char		ifar_name[IFNAMSIZ];
	sa_family_t	ifar_af;
};

/* SIOCSIFPARENT, SIOCGIFPARENT. */
struct if_parent {
	char		ifp_name[IFNAMSIZ];
	char		ifp_parent[IFNAMSIZ];
};

/* SIOCIFGCLONERS. */
struct if_clonereq {
	int	 ifcr_total;		/* out: cloners there are */
	int	 ifcr_count;		/* room for so many names */
	char	*ifcr_buffer;		/* of IFNAMSIZ bytes each */
};

#define IFDESCRSIZE	64		/* interface description, with NUL */

/* SIOCGIFRXR, ifr_data. */
#define IF_RXR_NAMSIZ	16
struct if_rxring {
	u_int	rxr_adjusted;
	u_int	rxr_alive;
	u_int	rxr_cwm;
	u_int	rxr_lwm;
	u_int	rxr_hwm;
};

struct if_rxring_info {
	char		 ifr_name[IF_RXR_NAMSIZ];
	u_int		 ifr_size;
	struct if_rxring ifr_info;
};

struct if_rxrinfo {
	u_int			 ifri_total;
	struct if_rxring_info	*ifri_entries;
};

/* SIOCGIFSFFPAGE. */
struct if_sffpage {
	char		sff_ifname[IFNAMSIZ];
	uint8_t		sff_addr;
	uint8_t		sff_page;
	uint8_t		sff_data[256];
};

/* Interface groups. */
struct ifg_req {
	union {
		char	ifgrqu_group[IFNAMSIZ];
		char	ifgrqu_member[IFNAMSIZ];
	} ifgrq_ifgrqu;
#define ifgrq_group	ifgrq_ifgrqu.ifgrqu_group
#define ifgrq_member	ifgrq_ifgrqu.ifgrqu_member
};

struct ifg_attrib {
	int	ifg_carp_demoted;
};

struct ifgroupreq {
	char	ifgr_name[IFNAMSIZ];
	u_int	ifgr_len;		/* bytes of ifgr_groups */
	union {
		char			 ifgru_group[IFNAMSIZ];
		struct ifg_req		*ifgru_groups;
		struct ifg_attrib	 ifgru_attrib;
	} ifgr_ifgru;
#define ifgr_group	ifgr_ifgru.ifgru_group
#define ifgr_groups	ifgr_ifgru.ifgru_groups
#define ifgr_attrib	ifgr_ifgru.ifgru_attrib
};

#endif /* _WARREN_KNET_IF_H_ */

/*
 * Ethernet headers and addresses (IEEE 802.3), ARP over Ethernet (RFC 826),
 * and what an Ethernet driver embeds.
 */
#ifndef _NETINET_IF_ETHER_H_
#define _NETINET_IF_ETHER_H_

#include <sys/types.h>
#ifdef _KERNEL
#include <sys/queue.h>
#include <net/if_arp.h>
#include <net/if_var.h>
#include <netinet/in.h>
#endif

#ifndef ETHER_ADDR_LEN
#define ETHER_ADDR_LEN	6
#endif
#ifndef ETHER_TYPE_LEN
#define ETHER_TYPE_LEN	2
#endif
#ifndef ETHER_CRC_LEN
#define ETHER_CRC_LEN	4
#endif
#ifndef ETHER_HDR_LEN
#define ETHER_HDR_LEN	(ETHER_ADDR_LEN * 2 + ETHER_TYPE_LEN)
#endif
#ifndef ETHER_MIN_LEN
#define ETHER_MIN_LEN	64		/* with CRC */
#endif
#ifndef ETHER_MAX_LEN
#define ETHER_MAX_LEN	1518		/* with CRC */
#endif
#define ETHER_ALIGN	2		/* makes the payload aligned to 4 */
#define ETHER_VLAN_ENCAP_LEN	4
#define ETHER_MIN_TU	(ETHER_MIN_LEN - ETHER_CRC_LEN)

#ifndef ETHERMTU
#define ETHERMTU	1500
#endif
#ifndef ETHERMIN
#define ETHERMIN	(ETHER_MIN_LEN - ETHER_HDR_LEN - ETHER_CRC_LEN)
#endif
#define ETHER_MAX_HARDMTU_LEN	65435

#ifdef _KERNEL

struct ether_addr {
	u_int8_t	ether_addr_octet[ETHER_ADDR_LEN];
} __attribute__((__packed__));

struct ether_header {
	u_int8_t	ether_dhost[ETHER_ADDR_LEN];
	u_int8_t	ether_shost[ETHER_ADDR_LEN];
	u_int16_t	ether_type;
} __attribute__((__packed__));

struct ether_vlan_header {
	u_int8_t	evl_dhost[ETHER_ADDR_LEN];
	u_int8_t	evl_shost[ETHER_ADDR_LEN];
	u_int16_t	evl_encap_proto;
	u_int16_t	evl_tag;
	u_int16_t	evl_proto;
} __attribute__((__packed__));

#define EVL_VLID_MASK		0x0fff
#define EVL_VLANOFTAG(tag)	((tag) & EVL_VLID_MASK)
#define EVL_PRIOFTAG(tag)	(((tag) >> 13) & 7)

#define ETHERTYPE_IP		0x0800
#define ETHERTYPE_ARP		0x0806
#define ETHERTYPE_REVARP	0x8035
#define ETHERTYPE_VLAN		0x8100
#define ETHERTYPE_IPV6		0x86dd
#define ETHERTYPE_QINQ		0x88a8

#define ETHER_IS_MULTICAST(addr)	((addr)[0] & 0x01)
#define ETHER_IS_BROADCAST(addr) \
	(((addr)[0] & (addr)[1] & (addr)[2] & (addr)[3] & (addr)[4] & \
	(addr)[5]) == 0xff)
#define ETHER_IS_ANYADDR(addr) \
	(((addr)[0] | (addr)[1] | (addr)[2] | (addr)[3] | (addr)[4] | \
	(addr)[5]) == 0x00)
#define ETHER_IS_EQ(a1, a2)	(memcmp((a1), (a2), ETHER_ADDR_LEN) == 0)

/* The group address of an IPv4 multicast: its low 23 bits (RFC 1112 6.4). */
#define ETHER_MAP_IP_MULTICAST(ipaddr, enaddr) do {			\
	const u_int8_t *__ia = (const u_int8_t *)(ipaddr);		\
									\
	(enaddr)[0] = 0x01;						\
	(enaddr)[1] = 0x00;						\
	(enaddr)[2] = 0x5e;						\
	(enaddr)[3] = __ia[1] & 0x7f;					\
	(enaddr)[4] = __ia[2];						\
	(enaddr)[5] = __ia[3];						\
} while (0)

/* The group address of an IPv6 multicast: its low 32 bits (RFC 2464 7). */
#define ETHER_MAP_IPV6_MULTICAST(ip6addr, enaddr) do {			\
	const u_int8_t *__ia = (const u_int8_t *)(ip6addr);		\
									\
	(enaddr)[0] = 0x33;						\
	(enaddr)[1] = 0x33;						\
	(enaddr)[2] = __ia[12];						\
	(enaddr)[3] = __ia[13];						\
	(enaddr)[4] = __ia[14];						\
	(enaddr)[5] = __ia[15];						\
} while (0)

/* ARP for IPv4 over Ethernet. */
struct ether_arp {
	struct arphdr	ea_hdr;
	u_int8_t	arp_sha[ETHER_ADDR_LEN];	/* sender hardware */
	u_int8_t	arp_spa[4];			/* sender protocol */
	u_int8_t	arp_tha[ETHER_ADDR_LEN];	/* target hardware */
	u_int8_t	arp_tpa[4];			/* target protocol */
} __attribute__((__packed__));
#define arp_hrd	ea_hdr.ar_hrd
#define arp_pro	ea_hdr.ar_pro
#define arp_hln	ea_hdr.ar_hln
#define arp_pln	ea_hdr.ar_pln
#define arp_op	ea_hdr.ar_op

/* A range of group addresses that an interface listens to. */
struct ether_multi {
	u_int8_t	enm_addrlo[ETHER_ADDR_LEN];
	u_int8_t	enm_addrhi[ETHER_ADDR_LEN];
	u_int		enm_refcnt;
	LIST_ENTRY(ether_multi) enm_list;
};

/* What an Ethernet driver's softc starts with. */
struct arpcom {
	struct ifnet	ac_if;
	u_int8_t	ac_enaddr[ETHER_ADDR_LEN];
	u_int8_t	ac__pad[2];
	LIST_HEAD(, ether_multi) ac_multiaddrs;
	int		ac_multicnt;
	int		ac_multirangecnt;
};
#endif /* _KERNEL */

/* ARP statistics, sysctl net.inet.ip.arpstats. */
struct arpstat {
	uint64_t as_rcv_total;		/* packets received */
	uint64_t as_rcv_tooshort;	/* shorter than IPv4 over Ethernet */
	uint64_t as_rcv_badhdr;		/* other hardware or protocol */
	uint64_t as_rcv_badop;		/* neither request nor reply */
	uint64_t as_rcv_badsha;		/* sender hardware not one station */
	uint64_t as_rcv_badspa;		/* sender protocol not one host */
	uint64_t as_rcv_noaddr;		/* no address of ours on the link */
	uint64_t as_rcv_requests;
	uint64_t as_rcv_replies;
	uint64_t as_rcv_own;		/* our own, come back */
	uint64_t as_dupaddr;		/* another uses our address */
	uint64_t as_moved;		/* an entry changed its address */
	uint64_t as_permanent;		/* tried to change a permanent entry */
	uint64_t as_otherif;		/* entry belongs to another interface */
	uint64_t as_snd_requests;
	uint64_t as_snd_replies;
	uint64_t as_snd_proxy;		/* of the replies, for another host */
	uint64_t as_nomem;		/* no mbuf or entry */
	uint64_t as_held;		/* packets that waited */
	uint64_t as_holddrop;		/* pushed out of an entry's queue */
	uint64_t as_holdlimit;		/* refused: too many held in all */
	uint64_t as_unresolved;		/* dropped: nobody answered */
	uint64_t as_down;		/* dropped: entry rejected for now */
	uint64_t as_expired;		/* entries that timed out */
	uint64_t as_limit;		/* refused: too many entries */
};

#ifdef _KERNEL
struct ifaddr;
struct mbuf;
struct rtentry;
struct sockaddr;

extern struct arpstat arpstat;
extern int arpt_keep, arpt_down;
extern u_int la_hold_total;
extern const u_int8_t etherbroadcastaddr[ETHER_ADDR_LEN];

void	 arpinit(void);
void	 arpinput(struct ifnet *, struct mbuf *);
int	 arpresolve(struct ifnet *, struct rtentry *, struct mbuf *,
	    const struct sockaddr *, u_int8_t *);
void	 arp_rtrequest(struct ifnet *, int, struct rtentry *);
void	 arp_ifinit(struct ifnet *, struct ifaddr *);
void	 arprequest(struct ifnet *, const struct in_addr *,
	    const struct in_addr *, const u_int8_t *);
#endif /* _KERNEL */

#endif /* _NETINET_IF_ETHER_H_ */

/*
 * Large packets and unfinished checksums.
 *
 * A large packet is one mbuf chain that stands for several packets of the
 * wire: a TCP segment of up to 64 KB (M_TCP_TSO), or a train of UDP datagrams
 * of equal size (M_UDP_SEG).  m_pkthdr.ph_mss says how many payload bytes each
 * piece carries; the last may be shorter.  A large packet has one set of
 * headers, whose lengths describe the whole.
 *
 * An unfinished checksum (M_TCP_CSUM_OUT and its kin) is a transport checksum
 * field that holds the sum of the pseudo header only.
 *
 * Both travel through the kernel as they are, and end in if_tso_prepare(),
 * which leaves to a card what the card can do and does the rest.
 */
#ifndef _NET_IF_TSO_H_
#define _NET_IF_TSO_H_

#ifdef _KERNEL

#include <sys/types.h>

struct ifnet;
struct mbuf;
struct mbuf_list;

/*
 * Why a packet was dropped, and what was done in software; indices of
 * tso_counters[].
 */
enum tso_counter {
	TSOC_BADHDR,		/* no such headers in the packet */
	TSOC_BADMSS,		/* payload size of a piece is 0 */
	TSOC_TOOMANY,		/* would make too many pieces */
	TSOC_NOMEM,		/* no mbuf */
	TSOC_VNET_SHORT,	/* frame shorter than its headers */
	TSOC_VNET_TYPE,		/* unknown kind of large frame */
	TSOC_VNET_PROTO,	/* kind differs from the headers */
	TSOC_VNET_SIZE,		/* size of a piece is 0 or too small */
	TSOC_VNET_NOCSUM,	/* large, but its checksum is finished */
	TSOC_VNET_START,	/* checksum outside of the packet */
	TSOC_DROPS,		/* end of the reasons; the rest are no drops */
	TSOC_SEG_TCP = TSOC_DROPS, /* large TCP segments cut */
	TSOC_SEG_UDP,		/* UDP trains cut */
	TSOC_PIECES,		/* packets made by cutting */
	TSOC_CSUM,		/* checksums finished */
	TSOC_VNET_OTHER,	/* checksums of other protocols finished */
	TSOC_MAX
};

extern uint64_t		 tso_counters[TSOC_MAX];
extern const char	*const tso_counter_names[TSOC_MAX];

/* The most pieces one packet may be cut into. */
#define TSO_MAXPIECES	1024

/*
 * Where the headers of a packet are: offsets from the start of its chain.
 * All of them lie inside the packet, and so does everything between.
 */
struct tso_info {
	u_int		ti_l3;		/* IP header */
	u_int		ti_l4;		/* transport header */
	u_int		ti_payload;	/* first byte after all headers */
	u_int		ti_end;		/* end of the IP packet */
	uint8_t		ti_version;	/* 4 or 6 */
	uint8_t		ti_proto;	/* IPPROTO_*, of the last header */
	uint8_t		ti_frag;	/* a fragment: ti_l4 is no header */
	uint8_t		ti_routing;	/* has a routing header */
};

int		 tso_parse(struct mbuf *, u_int, struct tso_info *);
int		 tso_ether_l3(struct mbuf *, u_int *);
int		 tso_parse_large(struct mbuf *, u_int, struct tso_info *);
void		 tso_piece_headers(uint8_t *, const struct tso_info *, u_int,
		    u_int, u_int, int);

u_int		 m_nsegs(struct mbuf *, u_int);
u_int		 m_wirelen(struct mbuf *, u_int);
int		 m_segment(struct mbuf *, u_int, struct mbuf_list *);
struct mbuf	*m_cksum_finish(struct mbuf *, u_int, uint32_t);

int		 if_tso_prepare(struct ifnet *, struct mbuf *,
		    struct mbuf_list *);

#endif /* _KERNEL */
#endif /* _NET_IF_TSO_H_ */

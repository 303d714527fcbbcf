/*
 * The header that a paravirtual card puts before each frame (Virtual I/O
 * Device 1.2, section 5.1.6, and Linux's TAP and packet sockets): what is
 * unfinished in the frame and how large its pieces are.
 */
#ifndef _NET_IF_VNET_H_
#define _NET_IF_VNET_H_

#ifdef _KERNEL

#include <sys/types.h>

struct ifnet;
struct mbuf;

#define VNET_F_NEEDS_CSUM	0x01	/* sum from vh_csum_start on */
#define VNET_F_DATA_VALID	0x02	/* checksum known to be right */

#define VNET_GSO_NONE		0
#define VNET_GSO_TCPV4		1
#define VNET_GSO_TCPV6		4
#define VNET_GSO_UDP_L4		5	/* a train of datagrams */
#define VNET_GSO_ECN		0x80	/* flag: TCP segment has CWR set */

/* In the byte order of the host. */
struct vnet_hdr {
	uint8_t		vh_flags;
	uint8_t		vh_gso_type;
	uint16_t	vh_hdr_len;	/* a hint: length of all headers */
	uint16_t	vh_gso_size;	/* payload bytes of a piece */
	uint16_t	vh_csum_start;	/* from the start of the frame */
	uint16_t	vh_csum_offset;	/* from vh_csum_start */
};

struct mbuf	*vnet_input(struct ifnet *, struct mbuf *,
		    const struct vnet_hdr *);
void		 vnet_output(struct mbuf *, struct vnet_hdr *);

#endif /* _KERNEL */
#endif /* _NET_IF_VNET_H_ */

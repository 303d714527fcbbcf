/*
 * For the targets about packets: a machine with two interfaces and a few
 * sockets, and inputs that are lists of packets.
 *
 *	peer 10.1.0.2 ---- fza0 (Ethernet) 10.1.0.1
 *			   fzb0 (no link header) 10.2.0.1 ---- 10.2.0.2
 *			   fzc0 (Ethernet) 10.5.0.1
 *
 * An input is a list of records: an octet of FZ_* bits, then
 *
 *	FZ_TIME		nothing: the upper bits are a time, that passes; all of
 *			them set: an octet follows, which knob of fuzz_knob.c is
 *			turned until the input ends
 *	otherwise	two octets of length, and the packet
 *
 * Checksums are made right before a packet enters, unless FZ_RAW is set.
 */
#ifndef _REGRESS_FUZZ_PACKET_H_
#define _REGRESS_FUZZ_PACKET_H_

#include "ktinet.h"
#include "ktsock.h"

#include "fuzz.h"

#define FZ_TIME		0x0f	/* all of the lower bits */
#define FZ_KNOB		0xff	/* no time */
#define FZ_TRAIN	0x01	/* UDP: a train; others: a shared packet */
#define FZ_RAW		0x02	/* checksums as they are */
#define FZ_CUT		0x04	/* in mbufs of few octets: upper bits */
#define FZ_OTHER	0x08	/* by fzb0, or as a target says */
#define FZ_ARG(op)	((op) >> 4)

#define FZ_MAXPKT	9000

/* A packet of at most FZ_MAXPKT octets, being made. */
struct fuzz_pkt {
	uint8_t		 fp_op;
	uint8_t		 fp_buf[FZ_MAXPKT + 64];
	u_int		 fp_len;
	uint32_t	 fp_csum;	/* M_*_CSUM_*, M_UDP_SEG */
};

extern struct ktif	*fza, *fzb, *fzc;

void		 fuzz_net_init(void);
void		 fuzz_net_settled(void);
int		 fuzz_record(struct fuzz_in *, struct fuzz_pkt *);
void		 fuzz_fix(uint8_t *, u_int);
void		 fuzz_fix_frame(uint8_t *, u_int);
void		 fuzz_ether(struct fuzz_pkt *, u_int);
struct mbuf	*fuzz_mbuf(const struct fuzz_pkt *);
void		 fuzz_udp(struct fuzz_pkt *);
void		 fuzz_upcall(struct socket *);
void		 fuzz_rx(const struct fuzz_pkt *);
void		 fuzz_address6(struct ktif *, const struct in6_addr *);
void		 fuzz_entry(struct ktif *, struct in_addr, int);
void		 fuzz_knob_init(void);
void		 fuzz_knob(u_int);
void		 fuzz_knob_back(void);
void		 fuzz_end(void);

#endif /* _REGRESS_FUZZ_PACKET_H_ */

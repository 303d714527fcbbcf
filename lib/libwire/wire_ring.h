/*
 * A wire: two rings in memory that two processes share, and how they meet.
 * Used by the wire card and by warren-hub(8).
 *
 * Meeting.  Whoever connects to the AF_UNIX stream socket makes the memory
 * (a sealed memfd) and two doorbells (eventfds), and sends them with its
 * hello; the listener answers with its own hello, or hangs up.
 *
 * The memory, for each direction a control block and a ring:
 *
 *	0		control of ring 0	(connector to listener)
 *	2048		control of ring 1	(listener to connector)
 *	4096		ring 0, WIRE_RINGSIZE bytes
 *	4096+size	ring 1
 *
 * A frame is a record: a header, the frame, and padding to 16 bytes.  Offsets
 * count bytes since the beginning and never wrap; each ring is mapped twice
 * in a row, so that no record is in two parts.
 *
 *	tail (consumer's)           head (producer's)
 *	  |  record  |  record  |  record  |     room      |
 *
 * Doorbells.  A consumer that goes to sleep sets wc_sleeping and looks again;
 * a producer that finds it set clears it and rings.  Likewise wc_full for a
 * producer that waits for room.  So nobody makes a system call while both are
 * at work.
 *
 * The peer is not trusted: offsets and lengths are read once, checked, and a
 * wire that breaks the rules is dead.
 */
#ifndef _LIBWIRE_WIRE_RING_H_
#define _LIBWIRE_WIRE_RING_H_

#include <sys/uio.h>

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <host_card.h>

#define WIRE_MAGIC	0x57697265U
#define WIRE_VERSION	1
#define WIRE_RINGSIZE	(1U << 20)	/* a power of two */
#define WIRE_FRAMEMAX	(65535 + 64)	/* longest frame, bytes */

#define WIRE_HUB	0x01		/* hello: this end is a hub */

/* The first thing that either side sends. */
struct wire_hello {
	uint32_t	wh_magic;
	uint32_t	wh_version;
	uint32_t	wh_flags;	/* WIRE_HUB */
	uint32_t	wh_caps;	/* HOST_CARD_*, what it accepts */
	int32_t		wh_clock;	/* its place in virtual time, or -1 */
	uint32_t	wh_pad;
};

struct wire_ctl {
	_Atomic uint64_t wc_head;	/* producer's */
	char		 wc_pad0[56];
	_Atomic uint64_t wc_tail;	/* consumer's */
	char		 wc_pad1[56];
	_Atomic uint32_t wc_sleeping;	/* consumer wants the bell */
	char		 wc_pad2[60];
	_Atomic uint32_t wc_full;	/* producer wants the bell */
	char		 wc_pad3[60];
};

struct wire_rec {
	uint32_t	wr_len;		/* of the frame, bytes */
	struct host_vnet wr_vnet;
	uint8_t		wr_pad[2];
};

/* One end of a wire. */
struct wire {
	uint8_t		*w_mem;		/* all of the mapping, or NULL */
	struct wire_ctl	*w_txctl, *w_rxctl;
	uint8_t		*w_tx, *w_rx;	/* rings */
	uint64_t	 w_head, w_tail; /* what we own of either ring */
	uint64_t	 w_room;	/* last seen tail of the peer */
	int		 w_bell;	/* rung for us */
	int		 w_peerbell;
	int		 w_peerclock;	/* virtual time: whom to tell, or -1 */
	uint32_t	 w_peerflags, w_peercaps;
};

/* Called when a bell has been rung: virtual time wants to know. */
extern void	(*wire_rung)(int);

void	 wire_init(struct wire *);
int	 wire_offer(struct wire *, int, const struct wire_hello *);
int	 wire_accept(struct wire *, int, const struct wire_hello *);
int	 wire_answer(struct wire *, int);
void	 wire_close(struct wire *);

int	 wire_put(struct wire *, const struct host_vec *, uint32_t, uint32_t,
	    const struct host_vnet *);
void	 wire_flush(struct wire *, int);
int	 wire_get(struct wire *, const struct host_vec *, uint32_t,
	    struct host_vnet *);
void	 wire_release(struct wire *);
int	 wire_sleep(struct wire *);
void	 wire_wake(struct wire *);
void	 wire_discard(struct wire *);

int	 wire_meet(const char *, int *);

#endif /* _LIBWIRE_WIRE_RING_H_ */

/*
 * Network cards on the host, as the kernel's driver (if_host.c) sees
 * them: tap, packet, xdp and wire.
 *
 * Frames move in batches, each as a vector of buffers that the host's own
 * scatter and gather calls use as it is.  Buffer 0 of each vector belongs to
 * the host side, which puts the frame's metadata there.
 */
#ifndef _DEV_HOST_HOST_CARD_H_
#define _DEV_HOST_HOST_CARD_H_

#include <stddef.h>
#include <stdint.h>

struct host_card;

/* Laid out as the host's struct iovec. */
struct host_vec {
	void		*hv_base;
	uint64_t	 hv_len;
};

/* Laid out as the header of a TAP and as <net/if_vnet.h> has it. */
struct host_vnet {
	uint8_t		 vn_flags;
	uint8_t		 vn_gso_type;
	uint16_t	 vn_hdr_len;
	uint16_t	 vn_gso_size;
	uint16_t	 vn_csum_start;
	uint16_t	 vn_csum_offset;
};

struct host_frame {
	struct host_vec	*hf_vec;	/* [0] is the host side's */
	uint32_t	 hf_nvec;	/* vectors, [0] included */
	uint32_t	 hf_len;	/* bytes of the frame, in and out */
	struct host_vnet hf_vnet;
};

/* What the card takes over in sending. */
#define HOST_CARD_CSUM	0x01		/* TCP and UDP checksums, both IPs */
#define HOST_CARD_TSO	0x02		/* large TCP segments */
#define HOST_CARD_USO	0x04		/* trains of datagrams */

#define HOST_CARD_BATCH	64		/* most frames of one call */

struct host_card_info {
	char		 ci_name[16];	/* em0 */
	char		 ci_what[96];	/* for people: "tap t0 in ns a" */
	uint8_t		 ci_lladdr[6];
	uint32_t	 ci_caps;	/* HOST_CARD_* */
	uint32_t	 ci_mtu;	/* asked for, or 0 */
	uint32_t	 ci_hardmtu;	/* largest, bytes */
	int		 ci_link;	/* the far end is there */
	int		 ci_offload;	/* 0: the owner wants none */
};

/*
 * What the host side calls, out of host_idle(): frames may have come, or a
 * sender may go on; the link or the capabilities have changed.
 */
struct host_card_upcalls {
	void		(*cu_ready)(void *);
	void		(*cu_link)(void *, const struct host_card_info *);
};

/*
 * Live by the clock in this file from now on (virtual time).  0, or -1 with
 * the reason in the buffer.  To be called before the first card is opened.
 */
int	 host_card_clock(const char *, char *, size_t);

/*
 * Open the card that a boot argument describes ("em0,tap,NAME[,NETNS]").
 * NULL on failure, with a sentence in the buffer that says which card, why,
 * and what to do.
 */
struct host_card *host_card_open(const char *, struct host_card_info *,
	    const struct host_card_upcalls *, void *, char *, size_t);
void	 host_card_close(struct host_card *);

/* Start or stop the upcalls. */
int	 host_card_start(struct host_card *, int);

/*
 * Receive up to n frames into the given vectors.  Returns how many, 0 when
 * there are no more; a negative errno when the card is gone.  Frames that
 * did not fit are dropped and counted in host_card_drops().
 */
int	 host_card_recv(struct host_card *, struct host_frame *, int);

/*
 * Send n frames.  Returns how many were taken: fewer when there is no room
 * now, and an upcall comes when there is; a negative errno for the first.
 * A frame that the host refuses counts as taken, and as a drop.
 */
int	 host_card_send(struct host_card *, struct host_frame *, int);

/* Frames lost since the last call: received, sent. */
void	 host_card_drops(struct host_card *, uint64_t[2]);

#endif /* _DEV_HOST_HOST_CARD_H_ */

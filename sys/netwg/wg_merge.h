/*
 * Merging a row of packets into large ones: see wg_merge.c.
 */
#ifndef _NETWG_WG_MERGE_H_
#define _NETWG_WG_MERGE_H_

#include <sys/types.h>

struct ifnet;
struct mbuf;

/* The large packet that is being made. */
struct wg_merge {
	struct ifnet	*g_ifp;		/* that receives it */
	struct mbuf	*g_m;		/* NULL: none */
	struct mbuf	*g_tail;	/* the buffer of its last piece */
	int		 g_owned;	/* and of others to come */
	u_int		 g_len;		/* bytes of the IP packet */
	u_int		 g_n;		/* pieces */
	u_int		 g_mss;		/* payload of the first */
	u_int		 g_l4;		/* offset of the transport header */
	u_int		 g_hlen;	/* bytes of all headers */
	uint32_t	 g_seq;		/* that the next must have */
	uint8_t		 g_tcp;
	uint8_t		 g_closed;	/* nothing may follow */
	uint8_t		 g_push;	/* the last had PSH */
};

void	 wg_merge_begin(struct wg_merge *, struct ifnet *);
void	 wg_merge_add(struct wg_merge *, struct mbuf *, uint8_t *, u_int,
	    int);
void	 wg_merge_end(struct wg_merge *);

#endif /* _NETWG_WG_MERGE_H_ */

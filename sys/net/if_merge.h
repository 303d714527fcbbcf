/*
 * Merging a row of packets into large ones: see if_merge.c.
 */
#ifndef _NET_IF_MERGE_H_
#define _NET_IF_MERGE_H_

#ifdef _KERNEL

#include <sys/types.h>

struct mbuf;

/* Room that is left in front of a packet that had to be copied. */
#define MERGE_HEADROOM	128

/* The large packet that is being made. */
struct if_merge {
	void		(*g_deliver)(void *, struct mbuf *);
	void		*g_arg;
	uint64_t	*g_merged;	/* counter: pieces merged */
	uint64_t	*g_nomem;	/* counter: lost without memory */
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

void	 if_merge_begin(struct if_merge *, void (*)(void *, struct mbuf *),
	    void *, uint64_t *, uint64_t *);
void	 if_merge_add(struct if_merge *, struct mbuf *, uint8_t *, u_int,
	    int);
void	 if_merge_end(struct if_merge *);

#endif /* _KERNEL */
#endif /* _NET_IF_MERGE_H_ */

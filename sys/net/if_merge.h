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

#define MERGE_GROUPS	8		/* flows that may come by turns */

/* A large packet that is being made. */
struct merge_group {
	struct mbuf	*mg_m;		/* NULL: unused */
	struct mbuf	*mg_tail;	/* the last of mg_m */
	u_int		 mg_began;	/* which in turn */
	u_int		 mg_len;	/* bytes of the IP packet */
	u_int		 mg_n;		/* pieces */
	u_int		 mg_mss;	/* payload of the first */
	u_int		 mg_l4;		/* offset of the transport header */
	u_int		 mg_hlen;	/* bytes of all headers */
	uint32_t	 mg_seq;	/* that the next must have */
	uint8_t		 mg_tcp;
	uint8_t		 mg_closed;	/* nothing may follow */
	uint8_t		 mg_push;	/* the last had PSH */
};

struct if_merge {
	void		(*g_deliver)(void *, struct mbuf *);
	void		*g_arg;
	uint64_t	*g_merged;	/* counter: pieces merged */
	uint64_t	*g_nomem;	/* counter: lost without memory */
	u_int		 g_began;
	/* Its last mbuf is that of a buffer of which more is to come. */
	struct merge_group *g_holder;
	struct merge_group g_groups[MERGE_GROUPS];
};

void	 if_merge_begin(struct if_merge *, void (*)(void *, struct mbuf *),
	    void *, uint64_t *, uint64_t *);
void	 if_merge_add(struct if_merge *, struct mbuf *, uint8_t *, u_int,
	    int);
void	 if_merge_end(struct if_merge *);

#endif /* _KERNEL */
#endif /* _NET_IF_MERGE_H_ */

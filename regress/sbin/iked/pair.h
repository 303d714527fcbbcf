/*
 * Two engines and a wire between them, under a fake clock.
 */
#ifndef _PAIR_H_
#define _PAIR_H_

#include "ike.h"

#define PAIR_QUEUE	256
#define PAIR_KIDS	64

/* What a kernel would have. */
struct kid {
	uint32_t	 k_in;
	uint32_t	 k_out;		/* 0: not loaded */
	struct blob	 k_encr[2];
	struct flow	 k_flow;	/* the first */
	unsigned int	 k_nflows;
};

struct side {
	struct engine	*s_e;
	struct endpoint	 s_ep;
	struct side	*s_peer;
	uint32_t	 s_spi;
	unsigned int	 s_nkids;
	struct kid	 s_kids[PAIR_KIDS];
	uint64_t	 s_idle;
};

struct packet {
	struct side	*p_to;
	struct endpoint	 p_from;
	struct blob	 p_data;
};

struct pair {
	struct side	 a;		/* active, 192.0.2.1 */
	struct side	 b;		/* passive, 192.0.2.2 */
	uint64_t	 now;
	unsigned int	 n;
	struct packet	 q[PAIR_QUEUE];
	unsigned int	 sent;		/* all messages so far */
	unsigned int	 moved;		/* children to other addresses */
	unsigned int	 (*lose)(struct pair *);	/* true: lost */
};

extern struct pair	 P;
/* Signatures; NULL: there are none. */
extern void	(*pair_sign)(struct side *, const struct ike_sa *,
		    const struct blob *);
extern void	(*pair_verify)(struct side *, const struct ike_sa *,
		    const struct msg *, const struct blob *);

void	 pair_open(const char *, const char *);
void	 pair_close(void);
void	 pair_deliver(void);
void	 pair_run(uint64_t);
void	 pair_conf(struct side *, const char *);
int	 pair_agree(void);
unsigned int pair_established(const struct side *);
struct ike_sa *pair_sa(const struct side *);

#endif /* _PAIR_H_ */

/*
 * The host side of cards, among its own files.
 */
#ifndef _DEV_HOST_HOST_CARD_VAR_H_
#define _DEV_HOST_HOST_CARD_VAR_H_

#include <sys/uio.h>

#include "host_card.h"

/* What one kind of card implements; the contracts are in host_card.h. */
struct host_card_ops {
	const char	*co_name;
	int		 co_npos;	/* positional words taken, most */
	int		 co_nmust;	/* and least */
	int		(*co_open)(struct host_card *);
	int		(*co_start)(struct host_card *, int);
	int		(*co_recv)(struct host_card *, struct host_frame *,
			    int);
	int		(*co_send)(struct host_card *, struct host_frame *,
			    int);
	/* Frames that the host had no room for since the last call; or NULL. */
	uint64_t	(*co_missed)(struct host_card *);
	void		(*co_close)(struct host_card *);
};

struct host_card {
	const struct host_card_ops *hc_ops;
	struct host_card_info	 hc_info;
	const struct host_card_upcalls *hc_up;
	void			*hc_arg;	/* of the upcalls */
	uint64_t		 hc_drops[2];	/* received, sent */
	int			 hc_fd;		/* tap, packet */
	int			 hc_ask;	/* tap: frames of a batch, */
	int			 hc_full;	/* and full ones in a row */
	int			 hc_long;	/* full batches since missed */
	int			 hc_timer;	/* packet */
	int			 hc_xdp;	/* mode=xdp */
	void			*hc_priv;	/* xdp, wire */
	char			*hc_pos[2];	/* words after the kind */
	char			 hc_words[256];	/* what they point into */
	char			*hc_err;	/* while opening: the reason */
	size_t			 hc_errlen;
};

extern const struct host_card_ops host_tap_ops;
extern const struct host_card_ops host_packet_ops;
extern const struct host_card_ops host_xdp_ops;
extern const struct host_card_ops host_wire_ops;

int	 host_card_fail(struct host_card *, const char *, ...)
	    __attribute__((__format__(__printf__, 2, 3)));
int	 host_ns_enter(struct host_card *, const char *);
void	 host_ns_leave(int);
void	 host_card_ready(void *, uint32_t);

#define DROP_IN		0
#define DROP_OUT	1

#endif /* _DEV_HOST_HOST_CARD_VAR_H_ */

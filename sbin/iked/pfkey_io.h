/*
 * Messages to the kernel and back, for pfkey.c.
 */
#ifndef _PFKEY_IO_H_
#define _PFKEY_IO_H_

#include "iked.h"

#define PATIENCE	1000		/* ms that an answer may take */
#define MSG_SIZE	8192
#define LATER_MAX	1024
#define BATCH_MAX	16

/* A request, and what became of it. */
struct ask {
	struct wbuf	 a_msg;
	uint32_t	 a_seq;		/* 0: answered, or never sent */
	uint64_t	*a_bytes;	/* what the SA has carried; or NULL */
	int		 a_error;
};

struct pfkey {
	int			 pk_fd;
	uint32_t		 pk_pid;	/* ours */
	uint16_t		 pk_port;
	uint32_t		 pk_seq;
	struct event		*pk_ev;
	const struct pfkey_ops	*pk_ops;
	void			*pk_arg;
	struct blob		 pk_later[LATER_MAX];
	unsigned int		 pk_first;	/* of these, in a ring */
	unsigned int		 pk_nlater;
	int			 pk_lost;	/* something was, see pk_ops */
	struct blob		*pk_orphans;
	unsigned int		 pk_norphans;
	struct ask		 pk_asks[BATCH_MAX];
	unsigned int		 pk_nasks;
	int			 pk_batch;	/* begun: asks are collected */
	uint64_t		*pk_bytes;	/* for the next request */
	unsigned int		 pk_done;	/* of the batch, before these */
	uint32_t		 pk_failed;	/* a bit for each of the first */
	uint8_t			 pk_bufs[BATCH_MAX][MSG_SIZE];
};

ssize_t	 pfkey_transact(struct pfkey *, struct wbuf *);
const uint8_t *pfkey_find(const uint8_t *, size_t, uint16_t, size_t);

#endif /* _PFKEY_IO_H_ */

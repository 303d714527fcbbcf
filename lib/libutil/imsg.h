/*
 * Messages between the processes of a daemon, and its control program: a
 * header, data, and perhaps a descriptor, on a stream socket.
 */
#ifndef _IMSG_H_
#define _IMSG_H_

#include <sys/types.h>
#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#define IMSG_MAXLEN	65536		/* with the header */

struct imsg_hdr {
	uint32_t	 i_type;
	uint32_t	 i_len;		/* with the header */
	uint32_t	 i_peerid;
	uint32_t	 i_fd;		/* a descriptor comes with it */
};

struct imsg {
	struct imsg_hdr	 i_hdr;
	int		 i_descr;	/* or -1; the reader's to close */
	size_t		 i_datalen;
	uint8_t		*i_data;	/* until the next imsg_get */
};

struct imsg_out;
TAILQ_HEAD(imsg_queue, imsg_out);

struct imsgbuf {
	int		 ib_fd;
	struct imsg_queue ib_out;
	uint8_t		*ib_in;
	size_t		 ib_have;
	size_t		 ib_used;	/* given out by imsg_get */
	int		 ib_fds[16];	/* received, not given out */
	unsigned int	 ib_nfds;
};

int	 imsg_init(struct imsgbuf *, int);
void	 imsg_clear(struct imsgbuf *);
int	 imsg_compose(struct imsgbuf *, uint32_t, uint32_t, int, const void *,
	    size_t);
int	 imsg_flush(struct imsgbuf *);
int	 imsg_pending(const struct imsgbuf *);
int	 imsg_read(struct imsgbuf *);
int	 imsg_get(struct imsgbuf *, struct imsg *);

#endif /* _IMSG_H_ */

/*
 * Messages between processes.  Memory that held one is wiped: they carry
 * secrets.
 */
#include <sys/types.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "imsg.h"

#define IN_SIZE		(2 * IMSG_MAXLEN)
#define OUT_MAX		32	/* messages sent in one call */

struct imsg_out {
	TAILQ_ENTRY(imsg_out) o_entry;
	int		 o_fd;		/* to pass, or -1 */
	size_t		 o_len;
	size_t		 o_done;
	uint8_t		 o_data[];
};

/*
 * Start with a socket, which stays the caller's.  -1: no memory.
 */
int
imsg_init(struct imsgbuf *ib, int fd)
{
	memset(ib, 0, sizeof(*ib));
	ib->ib_fd = fd;
	TAILQ_INIT(&ib->ib_out);
	ib->ib_in = malloc(IN_SIZE);
	return (ib->ib_in == NULL ? -1 : 0);
}

static void
out_free(struct imsgbuf *ib, struct imsg_out *o)
{
	TAILQ_REMOVE(&ib->ib_out, o, o_entry);
	if (o->o_fd != -1)
		close(o->o_fd);
	explicit_bzero(o->o_data, o->o_len);
	free(o);
}

/*
 * Drop what waits in both directions.
 */
void
imsg_clear(struct imsgbuf *ib)
{
	struct imsg_out	*o;

	while ((o = TAILQ_FIRST(&ib->ib_out)) != NULL)
		out_free(ib, o);
	while (ib->ib_nfds > 0)
		close(ib->ib_fds[--ib->ib_nfds]);
	if (ib->ib_in != NULL)
		explicit_bzero(ib->ib_in, IN_SIZE);
	free(ib->ib_in);
	ib->ib_in = NULL;
}

/*
 * Queue a message with len bytes of data; fd (-1: none) goes with it and is
 * closed once it went.  -1: too long, or no memory; fd is then the caller's.
 */
int
imsg_compose(struct imsgbuf *ib, uint32_t type, uint32_t peerid, int fd,
    const void *data, size_t len)
{
	struct imsg_hdr	 h;
	struct imsg_out	*o;

	if (len > IMSG_MAXLEN - sizeof(h)) {
		errno = EMSGSIZE;
		return (-1);
	}
	o = calloc(1, sizeof(*o) + sizeof(h) + len);
	if (o == NULL)
		return (-1);
	h.i_type = type;
	h.i_len = sizeof(h) + len;
	h.i_peerid = peerid;
	h.i_fd = fd != -1;
	o->o_fd = fd;
	o->o_len = h.i_len;
	memcpy(o->o_data, &h, sizeof(h));
	if (len != 0)
		memcpy(o->o_data + sizeof(h), data, len);
	TAILQ_INSERT_TAIL(&ib->ib_out, o, o_entry);
	return (0);
}

/*
 * Does anything wait to be sent?
 */
int
imsg_pending(const struct imsgbuf *ib)
{
	return (!TAILQ_EMPTY(&ib->ib_out));
}

/*
 * Send the first message and those behind it, up to the next that has a
 * descriptor with it.
 */
static ssize_t
out_send(struct imsgbuf *ib)
{
	struct imsg_out	*o = TAILQ_FIRST(&ib->ib_out);
	union {
		struct cmsghdr	 hdr;
		char		 buf[CMSG_SPACE(sizeof(int))];
	} control;
	struct cmsghdr	*cmsg;
	struct msghdr	 m;
	struct iovec	 iov[OUT_MAX];

	memset(&m, 0, sizeof(m));
	memset(&control, 0, sizeof(control));
	m.msg_iov = iov;
	if (o->o_fd != -1) {
		m.msg_control = control.buf;
		m.msg_controllen = sizeof(control.buf);
		cmsg = CMSG_FIRSTHDR(&m);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cmsg), &o->o_fd, sizeof(int));
	}
	do {
		iov[m.msg_iovlen].iov_base = o->o_data + o->o_done;
		iov[m.msg_iovlen++].iov_len = o->o_len - o->o_done;
		o = TAILQ_NEXT(o, o_entry);
	} while (o != NULL && o->o_fd == -1 && m.msg_iovlen < OUT_MAX);
	return (sendmsg(ib->ib_fd, &m, MSG_NOSIGNAL));
}

/* So many bytes went, and the descriptor of the first message. */
static void
out_sent(struct imsgbuf *ib, size_t n)
{
	struct imsg_out	*o = TAILQ_FIRST(&ib->ib_out);
	size_t		 k;

	if (o->o_fd != -1)
		close(o->o_fd);
	o->o_fd = -1;
	while (n > 0) {
		o = TAILQ_FIRST(&ib->ib_out);
		k = o->o_len - o->o_done;
		k = n < k ? n : k;
		o->o_done += k;
		n -= k;
		if (o->o_done == o->o_len)
			out_free(ib, o);
	}
}

/*
 * Send what waits.  1: all went; 0: the socket is full; -1: it is broken.
 */
int
imsg_flush(struct imsgbuf *ib)
{
	ssize_t		 n;

	while (!TAILQ_EMPTY(&ib->ib_out)) {
		n = out_send(ib);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return (errno == EAGAIN ? 0 : -1);
		out_sent(ib, n);
	}
	return (1);
}

static void
take_fds(struct imsgbuf *ib, struct msghdr *m)
{
	struct cmsghdr	*cmsg;
	size_t		 i, n;
	int		 fd;

	for (cmsg = CMSG_FIRSTHDR(m); cmsg != NULL;
	    cmsg = CMSG_NXTHDR(m, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(int),
			    sizeof(int));
			if (ib->ib_nfds == 16)
				close(fd);
			else
				ib->ib_fds[ib->ib_nfds++] = fd;
		}
	}
}

/*
 * Read once.  1: there may be messages; 0: the other end is gone; -1: error,
 * EAGAIN among them.
 */
int
imsg_read(struct imsgbuf *ib)
{
	union {
		struct cmsghdr	 hdr;
		char		 buf[CMSG_SPACE(sizeof(int) * 4)];
	} control;
	struct msghdr	 m;
	struct iovec	 iov;
	ssize_t		 n;

	memmove(ib->ib_in, ib->ib_in + ib->ib_used,
	    ib->ib_have - ib->ib_used);
	ib->ib_have -= ib->ib_used;
	ib->ib_used = 0;
	memset(&m, 0, sizeof(m));
	iov.iov_base = ib->ib_in + ib->ib_have;
	iov.iov_len = IN_SIZE - ib->ib_have;
	m.msg_iov = &iov;
	m.msg_iovlen = 1;
	m.msg_control = control.buf;
	m.msg_controllen = sizeof(control.buf);
	n = recvmsg(ib->ib_fd, &m, MSG_CMSG_CLOEXEC);
	if (n == -1)
		return (-1);
	take_fds(ib, &m);
	ib->ib_have += n;
	return (n > 0);
}

/*
 * The next message that was read.  1: there; 0: not all of it is; -1: what
 * came is no message.
 */
int
imsg_get(struct imsgbuf *ib, struct imsg *im)
{
	size_t	 left = ib->ib_have - ib->ib_used;

	if (left < sizeof(im->i_hdr))
		return (0);
	memcpy(&im->i_hdr, ib->ib_in + ib->ib_used, sizeof(im->i_hdr));
	if (im->i_hdr.i_len < sizeof(im->i_hdr) ||
	    im->i_hdr.i_len > IMSG_MAXLEN)
		return (-1);
	if (left < im->i_hdr.i_len)
		return (0);
	im->i_data = ib->ib_in + ib->ib_used + sizeof(im->i_hdr);
	im->i_datalen = im->i_hdr.i_len - sizeof(im->i_hdr);
	im->i_descr = -1;
	if (im->i_hdr.i_fd) {
		if (ib->ib_nfds == 0)
			return (-1);
		im->i_descr = ib->ib_fds[0];
		memmove(ib->ib_fds, ib->ib_fds + 1,
		    --ib->ib_nfds * sizeof(int));
	}
	ib->ib_used += im->i_hdr.i_len;
	return (1);
}

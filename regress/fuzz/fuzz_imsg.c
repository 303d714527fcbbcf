/*
 * Messages between the processes of a daemon: what one writes, in pieces, the
 * other reads.  The first octet is the size of a piece; descriptors come with
 * some.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "imsg.h"

#define REQUIRE(e)	do {						\
	if (!(e)) {							\
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,	\
		    __LINE__, #e);					\
		abort();						\
	}								\
} while (0)

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static int
put(int s, const uint8_t *data, size_t len, int fd)
{
	union {
		struct cmsghdr	 hdr;
		char		 buf[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec	 iov = { (void *)data, len };
	struct msghdr	 m;
	struct cmsghdr	*cm;

	memset(&m, 0, sizeof(m));
	memset(&control, 0, sizeof(control));
	m.msg_iov = &iov;
	m.msg_iovlen = 1;
	if (fd != -1) {
		m.msg_control = control.buf;
		m.msg_controllen = sizeof(control.buf);
		cm = CMSG_FIRSTHDR(&m);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(cm), &fd, sizeof(int));
	}
	return (sendmsg(s, &m, 0) == (ssize_t)len ? 0 : -1);
}

/* What is read is sent on, and comes as it was; -1: nonsense. */
static int
take(struct imsgbuf *in, struct imsgbuf *out)
{
	struct imsg	 im;
	int		 n;

	n = imsg_read(in);
	if (n == 0)
		return (-1);
	while ((n = imsg_get(in, &im)) == 1) {
		REQUIRE(im.i_datalen <= IMSG_MAXLEN);
		REQUIRE(im.i_hdr.i_len == im.i_datalen + sizeof(im.i_hdr));
		if (im.i_descr != -1)
			REQUIRE(fcntl(im.i_descr, F_GETFD) != -1);
		REQUIRE(imsg_compose(out, im.i_hdr.i_type, im.i_hdr.i_peerid,
		    im.i_descr, im.i_data, im.i_datalen) == 0);
	}
	return (n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imsgbuf	 in, out, back;
	struct imsg	 im;
	size_t		 piece, n;
	int		 a[2], b[2], fds = 0;

	if (size == 0)
		return (0);
	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, a) == 0);
	REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, b) == 0);
	REQUIRE(imsg_init(&in, a[1]) == 0);
	REQUIRE(imsg_init(&out, b[0]) == 0);
	REQUIRE(imsg_init(&back, b[1]) == 0);
	piece = (data[0] & 0x7f) * 8 + 1;
	for (data++, size--; size > 0; data += n, size -= n) {
		n = piece < size ? piece : size;
		if (put(a[0], data, n, data[0] & 1 && fds++ < 40 ?
		    STDERR_FILENO : -1) == -1 || take(&in, &out) == -1)
			break;
		imsg_flush(&out);
		imsg_read(&back);
		while (imsg_get(&back, &im) == 1)
			if (im.i_descr != -1)
				close(im.i_descr);
	}
	close(a[0]);
	take(&in, &out);
	imsg_clear(&in);
	imsg_clear(&out);
	imsg_clear(&back);
	close(b[1]);
	close(b[0]);
	close(a[1]);
	return (0);
}

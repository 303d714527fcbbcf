/*
 * QEMU's members: a stream of frames, each behind its length in four bytes of
 * network order, or datagrams of one frame.
 */
#include <sys/epoll.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "hub.h"

#define STREAM_IN	(4 + HUB_FRAMEMAX)
#define STREAM_OUT	(256 * 1024)	/* bytes that wait for a slow member */

int	 dgram_sock = -1;

/* Hand over the whole frames in the buffer.  -1: no such frame exists. */
static int
stream_frames(struct port *p)
{
	uint32_t	 len, off = 0;

	while (p->p_inlen - off >= 4 && !p->p_dead) {
		memcpy(&len, p->p_in + off, 4);
		len = ntohl(len);
		if (len > HUB_FRAMEMAX)
			return (-1);
		if (p->p_inlen - off - 4 < len)
			break;
		hub_input(p, p->p_in + off + 4, len);
		off += 4 + len;
	}
	p->p_inlen -= off;
	memmove(p->p_in, p->p_in + off, p->p_inlen);
	return (0);
}

/* Send on what waits.  -1: the member is gone. */
static int
stream_write(struct port *p)
{
	ssize_t	 n;

	while (p->p_outlen > 0) {
		n = send(p->p_sock, p->p_out, p->p_outlen,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n == -1)
			return (errno == EAGAIN ? 0 : -1);
		p->p_outlen -= n;
		memmove(p->p_out, p->p_out + n, p->p_outlen);
	}
	return (0);
}

static void
stream_watch(struct port *p)
{
	hub_unwatch(p->p_sock);
	if (hub_watch(p->p_sock, EPOLLIN | (p->p_outlen > 0 ? EPOLLOUT : 0),
	    stream_event, p) == -1)
		port_remove(p);
}

/* Event: bytes, or room for bytes. */
void
stream_event(void *arg, uint32_t events)
{
	struct port	*p = arg;
	ssize_t		 n;

	if (p->p_in == NULL && ((p->p_in = malloc(STREAM_IN)) == NULL ||
	    (p->p_out = malloc(STREAM_OUT)) == NULL)) {
		port_remove(p);
		return;
	}
	if (events & EPOLLOUT) {
		if (stream_write(p) == -1) {
			port_remove(p);
			return;
		}
		if (p->p_outlen == 0)
			stream_watch(p);
	}
	n = recv(p->p_sock, p->p_in + p->p_inlen, STREAM_IN - p->p_inlen,
	    MSG_DONTWAIT);
	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0) {
		port_remove(p);
		return;
	}
	p->p_inlen += n;
	if (stream_frames(p) == -1)
		port_remove(p);
}

/* Send a frame, whole or not at all. */
void
stream_output(struct port *p, const uint8_t *data, uint32_t len)
{
	uint32_t	 be = htonl(len), had = p->p_outlen;

	if (p->p_out == NULL || STREAM_OUT - p->p_outlen < 4 + len) {
		hub_stats.hs_full++;
		return;
	}
	memcpy(p->p_out + p->p_outlen, &be, 4);
	memcpy(p->p_out + p->p_outlen + 4, data, len);
	p->p_outlen += 4 + len;
	if (had > 0)
		return;
	if (stream_write(p) == -1)
		port_remove(p);
	else if (p->p_outlen > 0)
		stream_watch(p);
}

static struct port *
dgram_member(const struct sockaddr_un *sun)
{
	struct port	*p;

	TAILQ_FOREACH(p, &ports, p_list)
		if (p->p_kind == PORT_DGRAM && !p->p_dead &&
		    strncmp(p->p_addr.sun_path, sun->sun_path,
		    sizeof(sun->sun_path)) == 0)
			return (p);
	if ((p = port_add(PORT_DGRAM, -1)) != NULL)
		p->p_addr = *sun;
	return (p);
}

/* Event: datagrams; a sender becomes a member by its first. */
void
dgram_event(void *arg, uint32_t events)
{
	static uint8_t	 buf[HUB_FRAMEMAX];
	struct sockaddr_un sun;
	struct port	*p;
	socklen_t	 slen = sizeof(sun);
	ssize_t		 n;

	memset(&sun, 0, sizeof(sun));
	n = recvfrom(dgram_sock, buf, sizeof(buf), MSG_DONTWAIT,
	    (struct sockaddr *)&sun, &slen);
	if (n <= 0 || sun.sun_path[0] == '\0')
		return;
	if ((p = dgram_member(&sun)) != NULL)
		hub_input(p, buf, n);
}

void
dgram_output(struct port *p, const uint8_t *data, uint32_t len)
{
	if (sendto(dgram_sock, data, len, MSG_DONTWAIT | MSG_NOSIGNAL,
	    (struct sockaddr *)&p->p_addr, sizeof(p->p_addr)) != -1)
		return;
	if (errno == EAGAIN || errno == ENOBUFS)
		hub_stats.hs_full++;
	else
		port_remove(p);
}

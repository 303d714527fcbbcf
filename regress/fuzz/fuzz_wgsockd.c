/*
 * wgsockd(8)'s text protocol.
 *
 * The first octet says in how large pieces the rest comes, as from a client.
 * What the program asks of the kernel is checked and kept here, and told when
 * it is asked for, so that each set can be seen by the next get.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/bsd_sockaddr.h>
#include <netinet/in.h>
#include <net/if.h>
#include <net/if_wg.h>

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wgsockd.h"

#define REQUIRE(e)	do {						\
	if (!(e)) {							\
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,	\
		    __LINE__, #e);					\
		abort();						\
	}								\
} while (0)

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* In place of ioctl(2), recv(2) and send(2). */
int	 fuzz_ioctl(int, unsigned long, ...);
ssize_t	 fuzz_recv(int, void *, size_t, int);
ssize_t	 fuzz_send(int, const void *, size_t, int);

static const uint8_t	*input;
static size_t		 input_left, piece;

static struct wg_interface_io *kept;	/* the last set */
static size_t		 kept_size;

static char		 tail[9];	/* of what was answered */
static int		 answered;	/* 1: whole answers so far */

/* A well-formed SIOCSWG: all counts and the size agree. */
static void
check(const struct wg_data_io *d)
{
	const struct wg_interface_io	*i = d->wgd_interface;
	const struct wg_peer_io		*p = &i->i_peers[0];
	const char			*end = (const char *)i + d->wgd_size;
	size_t				 a, n;

	REQUIRE(strcmp(d->wgd_name, "wg0") == 0);
	REQUIRE(d->wgd_size >= sizeof(*i));
	for (n = 0; n < i->i_peers_count; n++) {
		REQUIRE((const char *)(p + 1) <= end);
		REQUIRE(p->p_flags & WG_PEER_HAS_PUBLIC);
		REQUIRE((size_t)(end - (const char *)(p + 1)) /
		    sizeof(p->p_aips[0]) >= p->p_aips_count);
		if (p->p_flags & WG_PEER_HAS_ENDPOINT)
			REQUIRE(p->p_sa.sa_family == BSD_AF_INET ||
			    p->p_sa.sa_family == BSD_AF_INET6);
		for (a = 0; a < p->p_aips_count; a++)
			REQUIRE(p->p_aips[a].a_cidr >= 0 &&
			    p->p_aips[a].a_cidr <=
			    (p->p_aips[a].a_af == BSD_AF_INET ? 32 : 128));
		p = (const struct wg_peer_io *)&p->p_aips[p->p_aips_count];
	}
	REQUIRE((const char *)p == end);
}

static int
set(const struct wg_data_io *d)
{
	check(d);
	if (d->wgd_interface->i_port == 1) {
		errno = EADDRINUSE;
		return (-1);
	}
	free(kept);
	kept_size = d->wgd_size;
	kept = malloc(kept_size);
	REQUIRE(kept != NULL);
	memcpy(kept, d->wgd_interface, kept_size);
	return (0);
}

static int
get(struct wg_data_io *d)
{
	size_t	 room = d->wgd_size;

	if (kept == NULL) {
		errno = ENXIO;
		return (-1);
	}
	d->wgd_size = kept_size;
	if (room >= kept_size)
		memcpy(d->wgd_interface, kept, kept_size);
	return (0);
}

int
fuzz_ioctl(int fd, unsigned long req, ...)
{
	struct wg_data_io	*d;
	va_list			 ap;

	REQUIRE(fd == 7);
	va_start(ap, req);
	d = va_arg(ap, struct wg_data_io *);
	va_end(ap);
	if (req == SIOCSWG)
		return (set(d));
	REQUIRE(req == SIOCGWG);
	return (get(d));
}

ssize_t
fuzz_recv(int fd, void *buf, size_t len, int flags)
{
	size_t	 n = piece;

	REQUIRE(fd == 3 && flags == 0);
	if (n > input_left)
		n = input_left;
	if (n > len)
		n = len;
	memcpy(buf, input, n);
	input += n;
	input_left -= n;
	return (n);
}

/* Answers are text, and end with errno and an empty line. */
ssize_t
fuzz_send(int fd, const void *buf, size_t len, int flags)
{
	const char	*p = buf;
	size_t		 n = len < sizeof(tail) - 1 ? len : sizeof(tail) - 1;

	REQUIRE(fd == 3 && flags == MSG_NOSIGNAL && len > 0);
	REQUIRE(memchr(p, '\0', len) == NULL);
	memmove(tail, tail + n, sizeof(tail) - 1 - n);
	memcpy(tail + sizeof(tail) - 1 - n, p + len - n, n);
	answered = 1;
	return (len > 1000 ? 1000 : len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct client	 c = { 3, 7, "wg0" };
	struct text	 t = { NULL, 0, 0 };

	if (size == 0)
		return (0);
	piece = data[0] == 255 ? 65536 : data[0] + 1;
	input = data + 1;
	input_left = size - 1;
	answered = 0;
	memset(tail, 0, sizeof(tail));
	while (client_read(&c, &t) == 0)
		continue;
	if (answered)
		REQUIRE(strcmp(tail + sizeof(tail) - 3, "\n\n") == 0);
	text_free(&t);
	free(kept);
	kept = NULL;
	kept_size = 0;
	return (0);
}

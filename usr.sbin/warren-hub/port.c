/*
 * Members of the hub.  Whoever connects to the stream socket says by its
 * first four bytes what it is: a wire says hello, QEMU sends the length of
 * its first frame.
 */
#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vtime.h"
#include "hub.h"

#define WIRE_BATCH	256		/* frames taken of one wire at a time */

struct port_list	 ports = TAILQ_HEAD_INITIALIZER(ports);

static const char	*listen_path;
static int		 listen_sock = -1;
static int		 nports, nextid = 1;
static uint8_t		 wirebuf[HUB_FRAMEMAX];

/* A member on sock (-1 for datagrams); NULL when there are too many. */
struct port *
port_add(enum port_kind kind, int sock)
{
	struct port	*p;

	if (nports == HUB_MAXPORTS || (p = calloc(1, sizeof(*p))) == NULL)
		return (NULL);
	p->p_kind = kind;
	p->p_sock = sock;
	p->p_id = nextid++;
	wire_init(&p->p_wire);
	impair_init(p);
	TAILQ_INSERT_TAIL(&ports, p, p_list);
	nports++;
	return (p);
}

/* The member is gone; its memory goes with port_reap(). */
void
port_remove(struct port *p)
{
	if (p->p_dead)
		return;
	p->p_dead = 1;
	bridge_forget(p);
	impair_forget(p);
	if (p->p_wire.w_bell != -1)
		hub_unwatch(p->p_wire.w_bell);
	wire_close(&p->p_wire);
	if (p->p_sock != -1) {
		hub_unwatch(p->p_sock);
		close(p->p_sock);
	}
}

void
port_reap(void)
{
	struct port	*next, *p;

	for (p = TAILQ_FIRST(&ports); p != NULL; p = next) {
		next = TAILQ_NEXT(p, p_list);
		if (!p->p_dead)
			continue;
		TAILQ_REMOVE(&ports, p, p_list);
		nports--;
		free(p->p_in);
		free(p->p_out);
		free(p);
	}
}

/* Event: a wire's bell. */
static void
wire_bell(void *arg, uint32_t events)
{
	struct host_vnet vnet;
	struct host_vec	 vec = { wirebuf, sizeof(wirebuf) };
	struct port	*p = arg;
	int		 i, len = 0;

	for (i = 0; i < WIRE_BATCH && !p->p_dead; i++) {
		len = wire_get(&p->p_wire, &vec, 1, &vnet);
		if (len < 0)
			break;
		if (len == 0) {
			if (wire_sleep(&p->p_wire))
				break;
		} else if (vnet.vn_flags & 1 || vnet.vn_gso_type != 0)
			hub_stats.hs_bad++;
		else
			hub_input(p, wirebuf, len);
	}
	if (p->p_dead)
		return;
	if (len < 0)
		port_remove(p);
	else
		wire_release(&p->p_wire);
}

/* Event: a wire says hello, or hangs up. */
static void
wire_event(void *arg, uint32_t events)
{
	struct wire_hello wh;
	struct port	*p = arg;
	int		 error = -ECONNRESET;

	memset(&wh, 0, sizeof(wh));
	wh.wh_magic = WIRE_MAGIC;
	wh.wh_version = WIRE_VERSION;
	wh.wh_flags = WIRE_HUB;
	wh.wh_clock = vtime_slot();
	if (p->p_wire.w_mem == NULL &&
	    (error = wire_accept(&p->p_wire, p->p_sock, &wh)) == 0 &&
	    hub_watch(p->p_wire.w_bell, EPOLLIN, wire_bell, p) == -1)
		error = -errno;
	if (error == 0)
		wire_wake(&p->p_wire);
	else if (error != -EAGAIN)
		port_remove(p);
}

/* Event: the first bytes of somebody new. */
static void
new_event(void *arg, uint32_t events)
{
	struct port	*p = arg;
	uint32_t	 word;
	ssize_t		 n;
	void		(*fn)(void *, uint32_t);

	n = recv(p->p_sock, &word, sizeof(word), MSG_PEEK | MSG_DONTWAIT);
	if (n == -1 && errno == EAGAIN)
		return;
	if (n != sizeof(word)) {
		port_remove(p);
		return;
	}
	p->p_kind = word == WIRE_MAGIC ? PORT_WIRE : PORT_STREAM;
	fn = p->p_kind == PORT_WIRE ? wire_event : stream_event;
	hub_unwatch(p->p_sock);
	if (hub_watch(p->p_sock, EPOLLIN, fn, p) == -1)
		port_remove(p);
	else
		fn(p, events);
}

static void
listen_event(void *arg, uint32_t events)
{
	struct port	*p;
	int		 sock;

	sock = accept4(listen_sock, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (sock == -1)
		return;
	if ((p = port_add(PORT_NEW, sock)) == NULL)
		close(sock);
	else if (hub_watch(sock, EPOLLIN, new_event, p) == -1)
		port_remove(p);
}

/* Datagrams come to PATH.dgram. */
static int
listen_dgram(const char *path)
{
	struct sockaddr_un sun;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	if (snprintf(sun.sun_path, sizeof(sun.sun_path), "%s.dgram", path) >=
	    (int)sizeof(sun.sun_path))
		return (-ENAMETOOLONG);
	unlink(sun.sun_path);
	dgram_sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (dgram_sock == -1 || bind(dgram_sock, (struct sockaddr *)&sun,
	    sizeof(sun)) == -1 ||
	    hub_watch(dgram_sock, EPOLLIN, dgram_event, NULL) == -1)
		return (-errno);
	return (0);
}

/*
 * Listen at path and at path.dgram.  0 or a negative errno; -EADDRINUSE when
 * somebody else does.
 */
int
port_listen(const char *path)
{
	int	 error;

	if ((error = wire_meet(path, &listen_sock)) != 0)
		return (error == 1 ? -EADDRINUSE : error);
	listen_path = path;
	if (hub_watch(listen_sock, EPOLLIN, listen_event, NULL) == -1)
		return (-errno);
	return (listen_dgram(path));
}

void
port_cleanup(void)
{
	char	 name[sizeof(((struct sockaddr_un *)0)->sun_path)];

	unlink(listen_path);
	snprintf(name, sizeof(name), "%s.dgram", listen_path);
	unlink(name);
	snprintf(name, sizeof(name), "%s.lock", listen_path);
	unlink(name);
}

/* Send a frame to a member; it is lost when there is no room. */
void
port_output(struct port *p, const uint8_t *data, uint32_t len)
{
	static const struct host_vnet	 vnet;
	struct host_vec			 vec = { (void *)(uintptr_t)data, len };

	switch (p->p_dead ? PORT_NEW : p->p_kind) {
	case PORT_NEW:
		return;
	case PORT_WIRE:
		if (p->p_wire.w_mem == NULL)
			return;
		if (!wire_put(&p->p_wire, &vec, 1, len, &vnet)) {
			hub_stats.hs_full++;
			return;
		}
		break;
	case PORT_STREAM:
		stream_output(p, data, len);
		break;
	case PORT_DGRAM:
		dgram_output(p, data, len);
		break;
	}
	hub_stats.hs_out++;
}

/* Show the wires what this round has put on them. */
void
port_flush(void)
{
	struct port	*p;

	TAILQ_FOREACH(p, &ports, p_list)
		if (!p->p_dead && p->p_wire.w_mem != NULL)
			wire_flush(&p->p_wire, 0);
}

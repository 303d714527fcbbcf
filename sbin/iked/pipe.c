/*
 * Sockets to other processes, in libevent's loop.
 */
#include <sys/types.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "iked.h"
#include "log.h"

/* Called for every message that comes, if set. */
void	(*pipe_seen)(const struct imsg_hdr *);

static void	 pipe_event(evutil_socket_t, short, void *);

static void
arm(struct pipe *p)
{
	short	 what = EV_READ;

	if (imsg_pending(&p->pi_ibuf))
		what |= EV_WRITE;
	event_del(p->pi_ev);
	event_assign(p->pi_ev, p->pi_base, p->pi_ibuf.ib_fd, what, pipe_event,
	    p);
	event_add(p->pi_ev, NULL);
}

static void
pipe_event(evutil_socket_t fd, short what, void *arg)
{
	struct pipe	*p = arg;
	struct imsg	 im;
	int		 n;

	if ((what & EV_WRITE) && imsg_flush(&p->pi_ibuf) == -1) {
		p->pi_gone(p);
		return;
	}
	if (what & EV_READ) {
		n = imsg_read(&p->pi_ibuf);
		if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR)) {
			p->pi_gone(p);
			return;
		}
		while ((n = imsg_get(&p->pi_ibuf, &im)) == 1) {
			if (pipe_seen != NULL)
				pipe_seen(&im.i_hdr);
			p->pi_fn(p, &im);
			if (p->pi_ev == NULL)
				return;
		}
		if (n == -1) {
			p->pi_gone(p);
			return;
		}
	}
	arm(p);
}

/*
 * Read messages from a socket, each of which goes to fn; gone is called
 * once, when the other end is away.  -1: no memory.
 */
int
pipe_open(struct pipe *p, struct event_base *base, int fd,
    void (*fn)(struct pipe *, struct imsg *), void (*gone)(struct pipe *),
    void *arg)
{
	if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1 ||
	    imsg_init(&p->pi_ibuf, fd) == -1)
		return (-1);
	p->pi_base = base;
	p->pi_fn = fn;
	p->pi_gone = gone;
	p->pi_arg = arg;
	p->pi_ev = event_new(base, fd, EV_READ, pipe_event, p);
	if (p->pi_ev == NULL)
		return (-1);
	event_add(p->pi_ev, NULL);
	return (0);
}

/*
 * Close the socket, and drop what waits.
 */
void
pipe_close(struct pipe *p)
{
	event_free(p->pi_ev);
	p->pi_ev = NULL;
	close(p->pi_ibuf.ib_fd);
	imsg_clear(&p->pi_ibuf);
}

/*
 * Send a message; a failure to do so is the end of the process.
 */
void
pipe_send(struct pipe *p, uint32_t type, uint32_t peerid, int fd,
    const void *data, size_t len)
{
	if (imsg_compose(&p->pi_ibuf, type, peerid, fd, data, len) == -1)
		fatal("imsg_compose");
	imsg_flush(&p->pi_ibuf);
	arm(p);
}

/*
 * The same for one of many: it goes with others, a little later.
 */
void
pipe_queue(struct pipe *p, uint32_t type, uint32_t peerid, const void *data,
    size_t len)
{
	if (imsg_compose(&p->pi_ibuf, type, peerid, -1, data, len) == -1)
		fatal("imsg_compose");
	arm(p);
}

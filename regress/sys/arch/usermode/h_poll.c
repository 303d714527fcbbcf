/*
 * Waiting for sockets: poll, select, epoll by level and by edge, libevent;
 * beside a pipe of the host's.
 */
#include <sys/epoll.h>
#include <sys/select.h>

#include <event2/event.h>
#include <poll.h>

#include "wayin.h"

static struct sockaddr_in	addr;

static int
poll1(int fd, int events, int timeout)
{
	struct pollfd	pfd = { fd, events, 0 };
	int		n;

	n = poll(&pfd, 1, timeout);
	CHECK(n >= 0);
	return (n == 0 ? 0 : pfd.revents);
}

/* Ready exactly while something waits. */
static void
check_poll(void)
{
	int	s;

	s = udp_open(0, &addr);
	CHECK(poll1(s, POLLIN | POLLOUT, 0) == POLLOUT);
	CHECK(poll1(s, POLLIN, 50) == 0);
	udp_send(s, &addr, "one");
	CHECK(poll1(s, POLLIN, 5000) == POLLIN);
	udp_send(s, &addr, "two");
	udp_expect(s, "one");
	CHECK(poll1(s, POLLIN, 5000) == POLLIN);
	udp_expect(s, "two");
	CHECK(poll1(s, POLLIN | POLLOUT, 0) == POLLOUT);
}

/* An empty datagram is something to read. */
static void
check_empty(void)
{
	char	c;
	int	s;

	s = udp_open(0, &addr);
	udp_send(s, &addr, "");
	CHECK(poll1(s, POLLIN, 5000) == POLLIN);
	CHECK(recv(s, &c, 1, 0) == 0);
	CHECK(poll1(s, POLLIN, 0) == 0);
}

/* Looking at a datagram does not consume it. */
static void
check_peek(void)
{
	char	buf[8];
	int	s;

	s = udp_open(0, &addr);
	udp_send(s, &addr, "look");
	CHECK(recv(s, buf, sizeof(buf), MSG_PEEK) == 4);
	CHECK(poll1(s, POLLIN, 0) == POLLIN);
	udp_expect(s, "look");
	CHECK(poll1(s, POLLIN, 0) == 0);
}

static void
check_select(void)
{
	struct timeval	tv = { 5, 0 };
	fd_set		rd, wr;
	int		p[2], s;

	CHECK(pipe(p) == 0);
	s = udp_open(0, &addr);
	FD_ZERO(&rd);
	FD_SET(s, &rd);
	FD_SET(p[0], &rd);
	udp_send(s, &addr, "x");
	CHECK(select((s > p[1] ? s : p[1]) + 1, &rd, NULL, NULL, &tv) == 1);
	CHECK(FD_ISSET(s, &rd) && !FD_ISSET(p[0], &rd));
	udp_expect(s, "x");
	CHECK(write(p[1], "y", 1) == 1);
	FD_ZERO(&rd);
	FD_SET(s, &rd);
	FD_SET(p[0], &rd);
	FD_ZERO(&wr);
	FD_SET(s, &wr);
	CHECK(select((s > p[1] ? s : p[1]) + 1, &rd, &wr, NULL, &tv) == 2);
	CHECK(!FD_ISSET(s, &rd) && FD_ISSET(p[0], &rd) && FD_ISSET(s, &wr));
}

static int
epoll_one(int ep, int timeout)
{
	struct epoll_event	ee;
	int			n;

	n = epoll_wait(ep, &ee, 1, timeout);
	CHECK(n >= 0);
	return (n);
}

static int
epoll_with(int s, uint32_t events)
{
	struct epoll_event	ee;
	int			ep;

	CHECK((ep = epoll_create1(0)) != -1);
	memset(&ee, 0, sizeof(ee));
	ee.events = events;
	CHECK(epoll_ctl(ep, EPOLL_CTL_ADD, s, &ee) == 0);
	return (ep);
}

static void
check_level(void)
{
	int	ep, s;

	s = udp_open(0, &addr);
	ep = epoll_with(s, EPOLLIN);
	CHECK(epoll_one(ep, 0) == 0);
	udp_send(s, &addr, "a");
	udp_send(s, &addr, "b");
	CHECK(epoll_one(ep, 5000) == 1);
	CHECK(epoll_one(ep, 0) == 1);
	udp_expect(s, "a");
	CHECK(epoll_one(ep, 5000) == 1);
	udp_expect(s, "b");
	CHECK(epoll_one(ep, 0) == 0);
}

/* Each arrival is an edge, whether the ones before were read or not. */
static void
check_edge(void)
{
	char	buf[8];
	int	ep, i, s;

	s = udp_open(SOCK_NONBLOCK, &addr);
	ep = epoll_with(s, EPOLLIN | EPOLLET);
	for (i = 0; i < 20; i++) {
		udp_send(s, &addr, "a");
		CHECK(epoll_one(ep, 5000) == 1);
		CHECK(epoll_one(ep, 0) == 0);
	}
	for (i = 0; i < 20; i++)
		CHECK(recv(s, buf, sizeof(buf), 0) == 1);
	CHECK(recv(s, buf, sizeof(buf), 0) == -1 && errno == EAGAIN);
	CHECK(epoll_one(ep, 0) == 0);
	udp_send(s, &addr, "b");
	CHECK(epoll_one(ep, 5000) == 1);
	udp_expect(s, "b");
}

#define EVENTS	1000

struct loop {
	struct event_base	*l_base;
	int			 l_socket;
	int			 l_pipe[2];
	int			 l_got;		/* datagrams */
	int			 l_bytes;	/* through the pipe */
};

static void
loop_done(struct loop *l)
{
	if (l->l_got == EVENTS && l->l_bytes == EVENTS)
		event_base_loopbreak(l->l_base);
}

/* Each datagram makes the next one, and a byte in the pipe. */
static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct loop	*l = arg;

	udp_expect(fd, "event");
	CHECK(write(l->l_pipe[1], "", 1) == 1);
	if (++l->l_got < EVENTS)
		udp_send(fd, &addr, "event");
	loop_done(l);
}

static void
on_pipe(evutil_socket_t fd, short what, void *arg)
{
	struct loop	*l = arg;
	char		 buf[64];
	ssize_t		 n;

	n = read(fd, buf, sizeof(buf));
	CHECK(n > 0);
	l->l_bytes += n;
	loop_done(l);
}

static void
on_late(evutil_socket_t fd, short what, void *arg)
{
	CHECK(!"the events came in time");
}

static void
check_libevent(void)
{
	struct timeval	tv = { 60, 0 };
	struct loop	l;

	memset(&l, 0, sizeof(l));
	CHECK(pipe(l.l_pipe) == 0);
	l.l_socket = udp_open(SOCK_NONBLOCK, &addr);
	CHECK((l.l_base = event_base_new()) != NULL);
	event_add(event_new(l.l_base, l.l_socket, EV_READ | EV_PERSIST,
	    on_socket, &l), NULL);
	event_add(event_new(l.l_base, l.l_pipe[0], EV_READ | EV_PERSIST,
	    on_pipe, &l), NULL);
	event_add(evtimer_new(l.l_base, on_late, &l), &tv);
	udp_send(l.l_socket, &addr, "event");
	CHECK(event_base_dispatch(l.l_base) == 0);
	CHECK(l.l_got == EVENTS && l.l_bytes == EVENTS);
}

static const struct check checks[] = {
	{ "poll",	check_poll },
	{ "empty",	check_empty },
	{ "peek",	check_peek },
	{ "select",	check_select },
	{ "level",	check_level },
	{ "edge",	check_edge },
	{ "libevent",	check_libevent },
	{ NULL,		NULL }
};

int
main(int argc, char *argv[])
{
	return (wayin_main(argc, argv, checks));
}

/*
 * The event loop and the clocks.
 *
 * Events live in a table by descriptor.  What epoll hands back names the
 * descriptor and the generation of its entry, so that an event which an
 * earlier one of the same batch removed is not delivered to whoever has the
 * number now.
 */
#include <sys/epoll.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <host.h>

#include "host_local.h"

#define BATCH		64
#define NSEC		1000000000ULL

struct event {
	void		(*ev_fn)(void *, uint32_t);
	void		*ev_arg;
	uint32_t	 ev_gen;
	int		 ev_late;
};

static struct event	*events;
static int		 nevents;
static int		 epfd = -1;
static uint64_t		 boot_ns;

static const struct host_vtime *vtime;

static uint64_t
clock_ns(clockid_t id)
{
	struct timespec	ts;

	clock_gettime(id, &ts);
	return (ts.tv_sec * NSEC + ts.tv_nsec);
}

/* Once, before anything else here. */
void
host_event_init(void)
{
	/* From 1 s on: many think of a time of 0 as "never". */
	boot_ns = clock_ns(CLOCK_MONOTONIC) - NSEC;
	if ((epfd = epoll_create1(EPOLL_CLOEXEC)) == -1) {
		perror("epoll_create1");
		exit(1);
	}
}

uint64_t
host_clock(int which)
{
	if (which != 0)
		return (vtime != NULL ? vtime->real() :
		    clock_ns(CLOCK_REALTIME));
	if (vtime != NULL)
		return (vtime->now());
	return (clock_ns(CLOCK_MONOTONIC) - boot_ns);
}

void
host_vtime_set(const struct host_vtime *vt)
{
	vtime = vt;
}

static int
grow(int fd)
{
	struct event	*p;
	int		 n;

	if (fd < nevents)
		return (0);
	for (n = nevents == 0 ? 64 : nevents; n <= fd; n *= 2)
		continue;
	if ((p = realloc(events, n * sizeof(*p))) == NULL)
		return (-ENOMEM);
	memset(p + nevents, 0, (n - nevents) * sizeof(*p));
	events = p;
	nevents = n;
	return (0);
}

static int
control(int op, int fd, uint32_t mask)
{
	struct epoll_event	ee;

	ee.events = mask & ~HOST_EV_LATE;
	ee.data.u64 = (uint64_t)events[fd].ev_gen << 32 | (uint32_t)fd;
	return (epoll_ctl(epfd, op, fd, &ee) == -1 ? -errno : 0);
}

int
host_event_add(int fd, uint32_t mask, void (*fn)(void *, uint32_t), void *arg)
{
	int	error;

	if ((error = grow(fd)) != 0)
		return (error);
	events[fd].ev_fn = fn;
	events[fd].ev_arg = arg;
	events[fd].ev_late = (mask & HOST_EV_LATE) != 0;
	if ((error = control(EPOLL_CTL_ADD, fd, mask)) != 0)
		events[fd].ev_fn = NULL;
	return (error);
}

int
host_event_mod(int fd, uint32_t mask)
{
	return (control(EPOLL_CTL_MOD, fd, mask));
}

void
host_event_del(int fd)
{
	events[fd].ev_fn = NULL;
	events[fd].ev_gen++;
	epoll_ctl(epfd, EPOLL_CTL_DEL, fd, NULL);
}

/*
 * For a descriptor that is about to be closed and has no duplicate: the
 * close itself takes it out of epoll.
 */
void
host_event_forget(int fd)
{
	events[fd].ev_fn = NULL;
	events[fd].ev_gen++;
}

/* Deliver one, if it still is somebody's and its turn is in this pass. */
static void
deliver(const struct epoll_event *ee, int late)
{
	struct event	*ev;

	ev = &events[(uint32_t)ee->data.u64];
	if (ev->ev_fn != NULL && ev->ev_late == late &&
	    ev->ev_gen == ee->data.u64 >> 32)
		ev->ev_fn(ev->ev_arg, ee->events);
}

/* How long until the deadline; NULL is for ever. */
static const struct timespec *
timeleft(uint64_t deadline, struct timespec *ts)
{
	uint64_t	now;

	if (deadline == UINT64_MAX)
		return (NULL);
	now = deadline == 0 ? 0 : host_clock(0);
	deadline = deadline > now ? deadline - now : 0;
	ts->tv_sec = deadline / NSEC;
	ts->tv_nsec = deadline % NSEC;
	return (ts);
}

static int
wait_real(struct epoll_event *ee, uint64_t deadline)
{
	struct timespec	ts;

	return (epoll_pwait2(epfd, ee, BATCH, timeleft(deadline, &ts), NULL));
}

static int
wait_virtual(struct epoll_event *ee, uint64_t deadline)
{
	int	n;

	if ((n = epoll_wait(epfd, ee, BATCH, 0)) != 0)
		return (n);
	if (deadline <= vtime->now() || vtime->idle(deadline))
		return (0);
	n = epoll_wait(epfd, ee, BATCH, -1);
	vtime->busy();
	return (n);
}

void
host_idle(uint64_t deadline)
{
	struct epoll_event	ee[BATCH];
	int			i, n;

	n = vtime == NULL ? wait_real(ee, deadline) :
	    wait_virtual(ee, deadline);
	for (i = 0; i < n; i++)
		deliver(&ee[i], 0);
	for (i = 0; i < n; i++)
		deliver(&ee[i], 1);
}

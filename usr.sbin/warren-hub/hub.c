/*
 * warren-hub: join three or more machines, or impair what two say.
 *
 * One thread: an event loop over the members' sockets and doorbells, whose
 * timeout is the next frame that is due.  See hub.h for the way of a frame.
 */
#include <sys/epoll.h>
#include <sys/signalfd.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vtime.h"
#include "hub.h"

#define EVENTS		32
#define MILLION		1000000
#define NSEC		1000000000ULL

struct watch {
	void		(*wt_fn)(void *, uint32_t);
	void		*wt_arg;
};

struct hub_opts		 hub_opts = { .ho_packets = 1000, .ho_seed = 1 };
struct hub_stats	 hub_stats;

static struct watch	*watches;
static int		 nwatches;
static int		 epfd = -1;
static int		 verbose, running = 1;

static void
usage(void)
{
	fprintf(stderr, "usage: warren-hub [-bv] [-c packets] [-D percent] "
	    "[-d delay] [-l percent]\n\t[-p file] [-r percent] [-s seed] "
	    "[-t clock] path\n");
	exit(1);
}

/* Nanoseconds of the clock that the members live by. */
uint64_t
hub_now(void)
{
	struct timespec	 ts;

	if (vtime_slot() != -1)
		return (vtime_now());
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * NSEC + ts.tv_nsec);
}

/* Nanoseconds since 1970, by the same clock. */
uint64_t
hub_walltime(void)
{
	struct timespec	 ts;

	if (vtime_slot() != -1)
		return (vtime_real());
	clock_gettime(CLOCK_REALTIME, &ts);
	return (ts.tv_sec * NSEC + ts.tv_nsec);
}

/* Call fn(arg, events) when fd is ready.  0, or -1 with errno. */
int
hub_watch(int fd, uint32_t mask, void (*fn)(void *, uint32_t), void *arg)
{
	struct epoll_event	 ee = { .events = mask, .data.fd = fd };
	struct watch		*p;

	if (fd >= nwatches) {
		p = realloc(watches, (fd + 64) * sizeof(*p));
		if (p == NULL)
			return (-1);
		memset(p + nwatches, 0, (fd + 64 - nwatches) * sizeof(*p));
		watches = p;
		nwatches = fd + 64;
	}
	watches[fd].wt_fn = fn;
	watches[fd].wt_arg = arg;
	return (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ee));
}

void
hub_unwatch(int fd)
{
	watches[fd].wt_fn = NULL;
	epoll_ctl(epfd, EPOLL_CTL_DEL, fd, NULL);
}

/* A frame has come from a member. */
void
hub_input(struct port *p, const uint8_t *data, uint32_t len)
{
	if (len < 14 || len > HUB_FRAMEMAX) {
		hub_stats.hs_bad++;
		return;
	}
	hub_stats.hs_in++;
	pcap_add(data, len);
	impair(p, data, len);
}

static void
print_stats(void)
{
	struct port	*p;
	int		 n = 0;

	TAILQ_FOREACH(p, &ports, p_list)
		n += p->p_kind != PORT_NEW;
	printf("members %d, frames in %llu, out %llu, lost %llu, "
	    "duplicated %llu, reordered %llu, bad %llu, no room %llu\n", n,
	    (unsigned long long)hub_stats.hs_in,
	    (unsigned long long)hub_stats.hs_out,
	    (unsigned long long)hub_stats.hs_lost,
	    (unsigned long long)hub_stats.hs_dup,
	    (unsigned long long)hub_stats.hs_reordered,
	    (unsigned long long)hub_stats.hs_bad,
	    (unsigned long long)hub_stats.hs_full);
	fflush(stdout);
}

static void
on_signal(void *arg, uint32_t events)
{
	struct signalfd_siginfo	 si;

	if (read(*(int *)arg, &si, sizeof(si)) != sizeof(si))
		return;
	pcap_write();
	if (verbose)
		print_stats();
	if (si.ssi_signo != SIGUSR1)
		running = 0;
}

static void
watch_signals(void)
{
	static int	 fd;
	sigset_t	 set;

	signal(SIGPIPE, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd == -1 || hub_watch(fd, EPOLLIN, on_signal, &fd) == -1)
		err(1, "signalfd");
}

static void
on_clock(void *arg, uint32_t events)
{
	vtime_event();
}

static void
join_clock(const char *path)
{
	char	 why[256];

	if (vtime_join(path, 1, why, sizeof(why)) == -1)
		errx(1, "%s", why);
	if (hub_watch(vtime_fd(), EPOLLIN, on_clock, NULL) == -1)
		err(1, "%s", path);
	wire_rung = vtime_poke;
	atexit(vtime_leave);
}

/* Wait for events until the next frame is due, by either clock. */
static int
wait_events(struct epoll_event *ee, uint64_t due)
{
	struct timespec	 ts;
	uint64_t	 now;
	int		 n;

	if (vtime_slot() != -1) {
		n = epoll_wait(epfd, ee, EVENTS, 0);
		if (n != 0 || due <= vtime_now() || vtime_idle(due))
			return (n);
		n = epoll_wait(epfd, ee, EVENTS, -1);
		vtime_busy();
		return (n);
	}
	if (due == HUB_NEVER)
		return (epoll_wait(epfd, ee, EVENTS, -1));
	now = hub_now();
	due = due > now ? due - now : 0;
	ts.tv_sec = due / NSEC;
	ts.tv_nsec = due % NSEC;
	return (epoll_pwait2(epfd, ee, EVENTS, &ts, NULL));
}

static void
loop(void)
{
	struct epoll_event	 ee[EVENTS];
	struct watch		*wt;
	int			 i, n;

	while (running) {
		n = wait_events(ee, impair_next());
		for (i = 0; i < n; i++) {
			wt = &watches[ee[i].data.fd];
			if (wt->wt_fn != NULL)
				wt->wt_fn(wt->wt_arg, ee[i].events);
		}
		impair_run(hub_now());
		port_flush();
		port_reap();
	}
}

/* Percent with a fraction, as parts of a million. */
static uint32_t
percent(const char *s, char opt)
{
	char	*end;
	double	 v;

	v = strtod(s, &end);
	if (*s == '\0' || *end != '\0' || !(v >= 0 && v <= 100))
		errx(1, "-%c %s: not a percentage", opt, s);
	return (v * MILLION / 100 + 0.5);
}

/* A time in milliseconds with a fraction, as nanoseconds. */
static uint64_t
milliseconds(const char *s)
{
	char	*end;
	double	 v;

	v = strtod(s, &end);
	if (*s == '\0' || *end != '\0' || !(v >= 0 && v <= 3600000))
		errx(1, "-d %s: not a time in milliseconds", s);
	return (v * 1e6);
}

static uint64_t
number(const char *s, char opt, uint64_t min, uint64_t max)
{
	char			*end;
	unsigned long long	 v;

	errno = 0;
	v = strtoull(s, &end, 0);
	if (*s == '\0' || *s == '-' || *end != '\0' || errno != 0 || v < min ||
	    v > max)
		errx(1, "-%c %s: not a number from %llu to %llu", opt, s,
		    (unsigned long long)min, (unsigned long long)max);
	return (v);
}

/* Go on in a child that has no terminal; the parent says which. */
static void
background(void)
{
	pid_t	 pid;
	int	 fd;

	if ((pid = fork()) == -1)
		err(1, "fork");
	if (pid != 0) {
		printf("%d\n", (int)pid);
		fflush(stdout);
		_exit(0);
	}
	setsid();
	if ((fd = open("/dev/null", O_RDWR)) == -1)
		err(1, "/dev/null");
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
}

int
main(int argc, char *argv[])
{
	const char	*clockpath = NULL;
	int		 ch, error, bflag = 0;

	while ((ch = getopt(argc, argv, "bc:D:d:l:p:r:s:t:v")) != -1) {
		switch (ch) {
		case 'b':
			bflag = 1;
			break;
		case 'c':
			hub_opts.ho_packets = number(optarg, ch, 1, MILLION);
			break;
		case 'D':
			hub_opts.ho_dup = percent(optarg, ch);
			break;
		case 'd':
			hub_opts.ho_delay = milliseconds(optarg);
			break;
		case 'l':
			hub_opts.ho_loss = percent(optarg, ch);
			break;
		case 'p':
			hub_opts.ho_pcap = optarg;
			break;
		case 'r':
			hub_opts.ho_reorder = percent(optarg, ch);
			break;
		case 's':
			hub_opts.ho_seed = number(optarg, ch, 0, UINT64_MAX);
			break;
		case 't':
			clockpath = optarg;
			break;
		case 'v':
			verbose = 1;
			break;
		default:
			usage();
		}
	}
	argc -= optind;
	argv += optind;
	if (argc != 1)
		usage();

	if ((epfd = epoll_create1(EPOLL_CLOEXEC)) == -1)
		err(1, "epoll_create1");
	pcap_init();
	if ((error = port_listen(argv[0])) != 0)
		errx(1, "%s: %s", argv[0], error == -EADDRINUSE ?
		    "somebody listens there already (a hub is to be started "
		    "before its machines)" : strerror(-error));
	if (bflag)
		background();
	watch_signals();
	if (clockpath != NULL)
		join_clock(clockpath);
	loop();
	port_cleanup();
	return (0);
}

/*
 * warren-clock: see and move the clock of machines on virtual time.
 *
 *	warren-clock FILE		print it, in seconds
 *	warren-clock FILE +SECONDS	let so much time pass, and wait for it
 *	warren-clock FILE free		let it run as fast as it can
 *	warren-clock FILE hold		stop it
 *
 * The waiting is a membership like any other: whoever waits for an instant is
 * woken when the clock reaches it, and once more when all others have done
 * what was due at it.
 */
#include <err.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vtime.h"

#define NSEC		1000000000.0
#define MAXSECONDS	1e9

static void
usage(void)
{
	fprintf(stderr, "usage: warren-clock file [+seconds | free | hold]\n");
	exit(1);
}

/* Be idle until that instant, and until everybody else is idle at it. */
static void
wait_for(uint64_t when)
{
	struct pollfd	 pfd;
	int		 settled;

	for (settled = 0; settled < 2;) {
		if (vtime_idle(when)) {
			settled += vtime_now() >= when;
			continue;
		}
		pfd.fd = vtime_fd();
		pfd.events = POLLIN;
		if (poll(&pfd, 1, -1) == 1)
			vtime_event();
		vtime_busy();
	}
}

static void
advance(const char *s)
{
	uint64_t	 when;
	double		 v;
	char		*end;

	v = strtod(s, &end);
	if (*s == '\0' || *end != '\0' || !(v >= 0 && v <= MAXSECONDS))
		errx(1, "+%s: not a number of seconds", s);
	when = vtime_now() + (uint64_t)(v * NSEC + 0.5);
	vtime_limit(when);
	wait_for(when);
}

int
main(int argc, char *argv[])
{
	char	 why[256];

	if (argc != 2 && argc != 3)
		usage();
	if (vtime_join(argv[1], 1, why, sizeof(why)) == -1)
		errx(1, "%s", why);
	if (argc == 2)
		printf("%.9f\n", vtime_age() / NSEC);
	else if (argv[2][0] == '+')
		advance(argv[2] + 1);
	else if (strcmp(argv[2], "free") == 0)
		vtime_limit(VTIME_FOREVER);
	else if (strcmp(argv[2], "hold") == 0)
		vtime_limit(vtime_now());
	else {
		vtime_leave();
		usage();
	}
	vtime_leave();
	return (0);
}

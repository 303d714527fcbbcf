/*
 * The far end of a machine's wire that is always full:
 *
 *	h_full PATH ROUNDS
 *
 * A sender that has no room waits for the bell.  Here the bell rings once for
 * nothing; the machine looks, finds no room and asks again; and right then
 * all the room there is becomes its own.  Whatever it does at that moment, it
 * must not miss the second bell: if it sends nothing more it has.
 */
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "wire_ring.h"

#define FULL_MS		10000
#define ASKED_MS	100
#define GOES_ON_MS	5000

static struct wire	w;

static long
now_ms(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * 1000L + ts.tv_nsec / 1000000);
}

static void
meet(const char *path)
{
	struct wire_hello hello = {
		.wh_magic = WIRE_MAGIC, .wh_version = WIRE_VERSION,
		.wh_clock = -1,
	};
	struct pollfd	 pfd = { .events = POLLIN };
	int		 error;

	wire_init(&w);
	if ((error = wire_meet(path, &pfd.fd)) != 1)
		errx(1, "%s: nobody there (%d)", path, error);
	if ((error = wire_offer(&w, pfd.fd, &hello)) != 0)
		errx(1, "%s: offer: %d", path, error);
	do
		poll(&pfd, 1, 1000);
	while ((error = wire_answer(&w, pfd.fd)) == -EAGAIN);
	if (error != 0)
		errx(1, "%s: answer: %d", path, error);
}

static int
is_full(void)
{
	return (atomic_load(&w.w_rxctl->wc_full) != 0);
}

static int
goes_on(void)
{
	return (atomic_load(&w.w_rxctl->wc_head) != w.w_tail);
}

/* Wait until something is so, asleep between looks or not. */
static int
until(int (*is)(void), int ms, int asleep)
{
	long	 end = now_ms() + ms;

	while (!is()) {
		if (now_ms() > end)
			return (0);
		if (asleep)
			usleep(200);
	}
	return (1);
}

int
main(int argc, char *argv[])
{
	uint64_t	 one = 1;
	int		 i;

	if (argc != 3)
		errx(2, "usage: h_full PATH ROUNDS");
	meet(argv[1]);
	for (i = 0; i < atoi(argv[2]); i++) {
		if (!until(is_full, FULL_MS, 1))
			errx(1, "round %d: nothing fills the wire", i);
		atomic_store(&w.w_rxctl->wc_full, 0);
		if (write(w.w_peerbell, &one, sizeof(one)) == -1)
			err(1, "bell");
		until(is_full, ASKED_MS, 0);
		wire_discard(&w);
		if (!until(goes_on, GOES_ON_MS, 1))
			errx(1, "round %d: it sleeps, and there is room", i);
	}
	return (0);
}

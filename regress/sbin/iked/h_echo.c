/*
 * h_echo serve PORT: send UDP datagrams back.
 * h_echo run ADDRESS PORT SECONDS RATE: send RATE numbered datagrams a second,
 * but no more than WINDOW that are not back yet, so that nothing is lost
 * because a machine is busy; say how many never came back.
 */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WINDOW	128
#define SIZE	64
#define GIVE_UP	3000		/* ms of silence */

static int		 s;
static uint64_t		 sent, back;
static uint8_t		*seen;

static uint64_t
now_us(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * 1000000ULL + ts.tv_nsec / 1000);
}

static void
serve(void)
{
	struct sockaddr_in	 sin;
	socklen_t		 len;
	char			 buf[2048];
	ssize_t			 n;

	for (;;) {
		len = sizeof(sin);
		n = recvfrom(s, buf, sizeof(buf), 0, (struct sockaddr *)&sin,
		    &len);
		if (n > 0)
			sendto(s, buf, n, 0, (struct sockaddr *)&sin, len);
	}
}

/* Take what is there, each number once; 0: nothing was. */
static int
take(uint64_t all)
{
	uint64_t	 n;
	char		 buf[SIZE];
	int		 any = 0;

	while (recv(s, buf, sizeof(buf), MSG_DONTWAIT) == SIZE) {
		memcpy(&n, buf, sizeof(n));
		if (n < all && !seen[n]) {
			seen[n] = 1;
			back++;
		}
		any = 1;
	}
	return (any);
}

/* Wait for the other side. */
static void
meet(struct pollfd *pfd)
{
	char	 buf[SIZE];
	int	 i;

	memset(buf, 0xff, sizeof(buf));
	for (i = 0; i < 200; i++) {
		(void)send(s, buf, SIZE, 0);
		if (poll(pfd, 1, 100) == 1 && recv(s, buf, SIZE, 0) == SIZE)
			return;
	}
	errx(1, "nobody answers");
}

static void
run(uint64_t all, uint64_t rate)
{
	struct pollfd	 pfd = { s, POLLIN, 0 };
	uint64_t	 start, heard, us;
	char		 buf[SIZE] = { 0 };

	seen = calloc(all, 1);
	if (seen == NULL)
		err(1, NULL);
	meet(&pfd);
	start = heard = now_us();
	while (back < all) {
		us = now_us();
		if (take(all))
			heard = us;
		if (us - heard > GIVE_UP * 1000)
			break;
		if (sent < all && sent - back < WINDOW &&
		    (us - start) * rate / 1000000 > sent) {
			memcpy(buf, &sent, sizeof(sent));
			if (send(s, buf, SIZE, 0) == SIZE)
				sent++;
			else if (errno != ECONNREFUSED && errno != EAGAIN)
				err(1, "send");
		} else
			poll(&pfd, 1, 1);
	}
	printf("sent %llu lost %llu in %llu ms\n", (unsigned long long)sent,
	    (unsigned long long)(sent - back),
	    (unsigned long long)(now_us() - start) / 1000);
	exit(sent == all && back == all ? 0 : 1);
}

int
main(int argc, char *argv[])
{
	struct sockaddr_in	 sin;

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	s = socket(AF_INET, SOCK_DGRAM, 0);
	if (s == -1)
		err(1, "socket");
	if (argc == 3 && strcmp(argv[1], "serve") == 0) {
		sin.sin_port = htons(atoi(argv[2]));
		if (bind(s, (struct sockaddr *)&sin, sizeof(sin)) == -1)
			err(1, "bind");
		serve();
	}
	if (argc != 6 || strcmp(argv[1], "run") != 0)
		errx(2, "usage: h_echo serve port | run address port seconds "
		    "rate");
	sin.sin_port = htons(atoi(argv[3]));
	if (inet_pton(AF_INET, argv[2], &sin.sin_addr) != 1 ||
	    connect(s, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		err(1, "%s", argv[2]);
	run(strtoull(argv[4], NULL, 10) * strtoull(argv[5], NULL, 10),
	    strtoull(argv[5], NULL, 10));
	return (0);
}

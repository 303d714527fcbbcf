/*
 * What the programs of these tests share.  Each takes the name of a check,
 * runs it and exits 0, or says what did not hold and exits 1.  They know
 * nothing of the kernel under them: they are ordinary Linux programs, and
 * pass on the host's own network as well, where noted otherwise.
 */
#ifndef _WAYIN_H_
#define _WAYIN_H_

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define CHECK(e)							\
	((e) ? (void)0 : wayin_fail(__FILE__, __LINE__, #e))

static inline void __attribute__((__noreturn__))
wayin_fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: %s: errno %d (%s)\n", file, line, what, errno,
	    strerror(errno));
	_exit(1);
}

/* A check by name. */
struct check {
	const char	*c_name;
	void		(*c_fn)(void);
};

static inline int
wayin_main(int argc, char *argv[], const struct check *checks)
{
	const struct check	*c;

	if (argc != 2) {
		fprintf(stderr, "usage: %s check\n", argv[0]);
		return (2);
	}
	for (c = checks; c->c_name != NULL; c++)
		if (strcmp(c->c_name, argv[1]) == 0) {
			c->c_fn();
			return (0);
		}
	fprintf(stderr, "%s: no check %s\n", argv[0], argv[1]);
	return (2);
}

/* A socket for datagrams on the loopback address, any port. */
static inline int
udp_open(int flags, struct sockaddr_in *sin)
{
	socklen_t	len = sizeof(*sin);
	int		s;

	s = socket(AF_INET, SOCK_DGRAM | flags, 0);
	CHECK(s != -1);
	memset(sin, 0, sizeof(*sin));
	sin->sin_family = AF_INET;
	sin->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(bind(s, (struct sockaddr *)sin, sizeof(*sin)) == 0);
	CHECK(getsockname(s, (struct sockaddr *)sin, &len) == 0);
	CHECK(len == sizeof(*sin) && sin->sin_family == AF_INET);
	CHECK(sin->sin_port != 0);
	return (s);
}

static inline void
udp_send(int s, const struct sockaddr_in *to, const char *text)
{
	size_t	len = strlen(text);

	CHECK(sendto(s, text, len, 0, (const struct sockaddr *)to,
	    sizeof(*to)) == (ssize_t)len);
}

/* The next datagram must be this. */
static inline void
udp_expect(int s, const char *text)
{
	char	buf[2048];
	ssize_t	n;

	n = recv(s, buf, sizeof(buf), 0);
	CHECK(n == (ssize_t)strlen(text));
	CHECK(memcmp(buf, text, n) == 0);
}

static inline void
msleep(int ms)
{
	struct timespec	ts = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&ts, &ts) == -1 && errno == EINTR)
		continue;
}

static inline int64_t
now_ms(void)
{
	struct timespec	ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (ts.tv_sec * 1000LL + ts.tv_nsec / 1000000);
}

#endif /* _WAYIN_H_ */

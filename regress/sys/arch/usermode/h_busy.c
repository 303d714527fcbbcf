/*
 * A client that does all that it can until it is killed: opens, closes,
 * forks, passes, sleeps in calls.  With an argument "dead" it waits in calls
 * for the kernel to go, and every call must then end with ENOSYS.
 */
#include <sys/wait.h>

#include <pthread.h>
#include <signal.h>

#include "wayin.h"

static struct sockaddr_in	addr;

static void *
receiver(void *arg)
{
	char	buf[64];
	int	s = (int)(intptr_t)arg;

	while (recv(s, buf, sizeof(buf), 0) >= 0)
		continue;
	return (NULL);
}

static void
busy(void)
{
	pthread_t	t;
	char		buf[64];
	int		chan[2], i, s, u;

	s = udp_open(0, &addr);
	CHECK(pthread_create(&t, NULL, receiver, (void *)(intptr_t)s) == 0);
	for (i = 0;; i++) {
		u = udp_open(i & 1 ? SOCK_NONBLOCK : 0, &addr);
		udp_send(s, &addr, "to another");
		recv(u, buf, sizeof(buf), 0);
		if (i % 8 == 0 && fork() == 0) {
			signal(SIGALRM, SIG_DFL);
			alarm(5);
			recv(s, buf, sizeof(buf), 0);
			_exit(0);
		}
		if (i % 8 == 4) {
			CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, chan) == 0);
			close(chan[0]);
			close(chan[1]);
		}
		close(u);
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue;
	}
}

/* A receive that sleeps, and one call after another. */
static void *
dead_sleeper(void *arg)
{
	char	c;

	CHECK(recv((int)(intptr_t)arg, &c, 1, 0) == -1 && errno == ENOSYS);
	return (NULL);
}

static void
dead(void)
{
	pthread_t	t[4];
	int		i, s;

	s = udp_open(0, &addr);
	for (i = 0; i < 4; i++)
		CHECK(pthread_create(&t[i], NULL, dead_sleeper,
		    (void *)(intptr_t)s) == 0);
	CHECK(dprintf(STDOUT_FILENO, "waiting\n") == 8);
	while (socket(AF_INET, SOCK_DGRAM, 0) != -1)
		msleep(1);
	CHECK(errno == ENOSYS);
	for (i = 0; i < 4; i++)
		CHECK(pthread_join(t[i], NULL) == 0);
	CHECK(send(s, "x", 1, 0) == -1 && errno == ENOSYS);
	CHECK(close(s) == 0);
}

int
main(int argc, char *argv[])
{
	if (argc == 2 && strcmp(argv[1], "dead") == 0)
		dead();
	else
		busy();
	return (0);
}

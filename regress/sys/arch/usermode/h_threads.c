/*
 * Threads of one process that call at once.
 */
#include <sys/syscall.h>

#include <pthread.h>
#include <signal.h>

#include "wayin.h"

#define THREADS	16
#define ROUNDS	500

/* Each sends to itself and receives, by numbers of its own. */
static void *
echo(void *arg)
{
	struct sockaddr_in	sin;
	uint64_t		n, want;
	int			i, s;

	s = udp_open(0, &sin);
	for (i = 0; i < ROUNDS; i++) {
		want = (uint64_t)(uintptr_t)arg << 32 | i;
		CHECK(sendto(s, &want, sizeof(want), 0, (void *)&sin,
		    sizeof(sin)) == sizeof(want));
		CHECK(recv(s, &n, sizeof(n), 0) == sizeof(n));
		CHECK(n == want);
	}
	close(s);
	return (NULL);
}

static void
check_echo(void)
{
	pthread_t	t[THREADS];
	uintptr_t	i;

	for (i = 0; i < THREADS; i++)
		CHECK(pthread_create(&t[i], NULL, echo, (void *)i) == 0);
	for (i = 0; i < THREADS; i++)
		CHECK(pthread_join(t[i], NULL) == 0);
}

static int	shared;

static void *
take(void *arg)
{
	uint32_t	n;
	uint64_t	sum;

	for (sum = 0;; sum += n) {
		CHECK(recv(shared, &n, sizeof(n), 0) == sizeof(n));
		if (n == 0)
			return ((void *)(uintptr_t)sum);
	}
}

/* All wait on one socket: each datagram goes to one of them. */
static void
check_share(void)
{
	struct sockaddr_in	sin;
	pthread_t		t[THREADS];
	uint64_t		sum;
	uint32_t		n;
	void			*part;
	int			i;

	shared = udp_open(0, &sin);
	for (i = 0; i < THREADS; i++)
		CHECK(pthread_create(&t[i], NULL, take, NULL) == 0);
	for (n = 1; n <= ROUNDS; n++) {
		CHECK(sendto(shared, &n, sizeof(n), 0, (void *)&sin,
		    sizeof(sin)) == sizeof(n));
		if (n % 16 == 0)
			msleep(1);
	}
	for (i = 0; i < THREADS; i++) {
		msleep(2);
		n = 0;
		CHECK(sendto(shared, &n, sizeof(n), 0, (void *)&sin,
		    sizeof(sin)) == sizeof(n));
	}
	for (i = 0, sum = 0; i < THREADS; i++) {
		CHECK(pthread_join(t[i], &part) == 0);
		sum += (uintptr_t)part;
	}
	CHECK(sum == (uint64_t)ROUNDS * (ROUNDS + 1) / 2);
}

static void *
sleeper(void *arg)
{
	char	c;

	recv(shared, &c, 1, 0);
	return (NULL);
}

/* A process whose threads sleep in calls can end. */
static void
check_exit(void)
{
	struct sockaddr_in	sin;
	pthread_t		t;
	int			i;

	shared = udp_open(0, &sin);
	for (i = 0; i < THREADS; i++)
		CHECK(pthread_create(&t, NULL, sleeper, NULL) == 0);
	msleep(50);
	exit(0);
}

/* And it can exec. */
static void
check_exec(void)
{
	struct sockaddr_in	sin;
	pthread_t		t;
	int			i;

	shared = udp_open(0, &sin);
	for (i = 0; i < THREADS; i++)
		CHECK(pthread_create(&t, NULL, sleeper, NULL) == 0);
	msleep(50);
	execl("/proc/self/exe", "h_threads", "echo", NULL);
	CHECK(!"exec");
}

static void
on_usr1(int sig)
{
}

static void *
interrupted(void *arg)
{
	char	c;

	CHECK(recv(shared, &c, 1, 0) == -1 && errno == EINTR);
	return (NULL);
}

/* A signal to one thread ends that one's sleep alone. */
static void
check_signal(void)
{
	struct sockaddr_in	sin;
	struct sigaction	sa;
	pthread_t		a, b;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_usr1;
	CHECK(sigaction(SIGUSR1, &sa, NULL) == 0);
	shared = udp_open(0, &sin);
	CHECK(pthread_create(&a, NULL, interrupted, NULL) == 0);
	CHECK(pthread_create(&b, NULL, sleeper, NULL) == 0);
	msleep(50);
	CHECK(pthread_kill(a, SIGUSR1) == 0);
	CHECK(pthread_join(a, NULL) == 0);
	CHECK(pthread_tryjoin_np(b, NULL) == EBUSY);
	udp_send(shared, &sin, "x");
	CHECK(pthread_join(b, NULL) == 0);
}

static const struct check checks[] = {
	{ "echo",	check_echo },
	{ "share",	check_share },
	{ "exit",	check_exit },
	{ "exec",	check_exec },
	{ "signal",	check_signal },
	{ NULL,		NULL }
};

int
main(int argc, char *argv[])
{
	return (wayin_main(argc, argv, checks));
}

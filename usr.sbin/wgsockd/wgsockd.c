/*
 * wgsockd(8): wg(4) interfaces for programs that speak WireGuard's
 * cross-platform userspace protocol, as wg(8) does.
 *
 *	wg(8) -- /var/run/wireguard/wgN.sock --> wgsockd -- SIOCSWG --> wgN
 *
 * There is a socket for each wg interface; interfaces that come and go are
 * heard of by the routing socket.  A request is lines of key=value that end
 * with an empty one; so is the answer, whose last key is errno.
 *
 *	wgsockd.c	sockets and clients
 *	request.c	requests and answers
 *	get.c		get=1
 *	set.c		set=1
 */
#include <sys/types.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/bsd_sockaddr.h>
#include <net/if.h>

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "iflist.h"
#include "log.h"
#include "wgsockd.h"

#define SOCKDIR		"/var/run/wireguard"
#define NFDS		256		/* interfaces and clients */

/* What a descriptor is for. */
struct conn {
	char		 c_name[IFNAMSIZ];	/* of the interface */
	int		 c_listener;
	int		 c_seen;		/* the interface is there */
	struct text	 c_request;
};

/* The first is the routing socket. */
static struct pollfd	 fds[NFDS];
static struct conn	 conns[NFDS];
static int		 nfds;
static int		 route_sock;	/* for ioctls, too */
static volatile sig_atomic_t quit;

static void __dead
usage(void)
{
	fprintf(stderr, "usage: wgsockd [-d]\n");
	exit(1);
}

static void
on_signal(int sig)
{
	(void)sig;
	quit = 1;
}

/* Poll another descriptor; -1 when there are too many. */
static int
conn_add(int fd, const char *name, int listener)
{
	if (nfds == NFDS) {
		log_warnx("too many clients");
		close(fd);
		return (-1);
	}
	memset(&conns[nfds], 0, sizeof(conns[nfds]));
	strlcpy(conns[nfds].c_name, name, sizeof(conns[nfds].c_name));
	conns[nfds].c_listener = listener;
	conns[nfds].c_seen = 1;
	fds[nfds].fd = fd;
	fds[nfds].events = POLLIN;
	fds[nfds].revents = 0;
	nfds++;
	return (0);
}

static void
socket_path(const char *name, char *path, size_t size)
{
	snprintf(path, size, SOCKDIR "/%s.sock", name);
}

/* The last one takes its place. */
static void
conn_del(int i)
{
	char	 path[64];

	close(fds[i].fd);
	if (conns[i].c_listener) {
		socket_path(conns[i].c_name, path, sizeof(path));
		unlink(path);
	}
	text_free(&conns[i].c_request);
	nfds--;
	fds[i] = fds[nfds];
	conns[i] = conns[nfds];
}

static void
listen_for(const char *name)
{
	struct sockaddr_un	 sun;
	mode_t			 mask;
	int			 fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	socket_path(name, sun.sun_path, sizeof(sun.sun_path));
	if ((fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1)
		fatal("socket");
	unlink(sun.sun_path);
	mask = umask(077);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    listen(fd, 8) == -1)
		log_warn("%s", sun.sun_path);
	else
		conn_add(fd, name, 1);
	umask(mask);
}

static int
is_wg(const char *name)
{
	size_t	 n;

	if (strncmp(name, "wg", 2) != 0 || name[2] == '\0')
		return (0);
	n = strspn(name + 2, "0123456789");
	return (name[2 + n] == '\0');
}

/* Have a socket for each interface that there is, and no other. */
static void
interfaces_sync(void)
{
	struct iflist	 list;
	struct ifl_if	*ifl;
	int		 i;

	if (iflist_get(&list, 0) == -1) {
		log_warn("sysctl");
		return;
	}
	for (i = 1; i < nfds; i++)
		conns[i].c_seen = 0;
	TAILQ_FOREACH(ifl, &list, i_link) {
		if (!is_wg(ifl->i_name))
			continue;
		for (i = 1; i < nfds; i++)
			if (conns[i].c_listener &&
			    strcmp(conns[i].c_name, ifl->i_name) == 0)
				break;
		if (i < nfds)
			conns[i].c_seen = 1;
		else
			listen_for(ifl->i_name);
	}
	iflist_free(&list);
	for (i = nfds - 1; i > 0; i--)
		if (conns[i].c_listener && !conns[i].c_seen)
			conn_del(i);
}

/* A client has something to say, or has gone. */
static int
client_ready(int i)
{
	struct client	 c = { fds[i].fd, route_sock, conns[i].c_name };

	return (client_read(&c, &conns[i].c_request));
}

static void
client_accept(int i)
{
	struct timeval	 tv = { 5, 0 };
	int		 fd;

	fd = accept4(fds[i].fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd == -1)
		return;
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv));
	conn_add(fd, conns[i].c_name, 0);
}

static void
loop(void)
{
	char	 buf[2048];
	int	 i;

	while (!quit) {
		if (poll(fds, nfds, -1) == -1) {
			if (errno == EINTR)
				continue;
			fatal("poll");
		}
		for (i = nfds - 1; i > 0; i--) {
			if (fds[i].revents == 0)
				continue;
			if (conns[i].c_listener)
				client_accept(i);
			else if (client_ready(i) == -1)
				conn_del(i);
		}
		if (fds[0].revents != 0) {
			if (recv(fds[0].fd, buf, sizeof(buf), 0) == -1 &&
			    errno != EINTR && errno != ENOBUFS)
				fatal("routing socket");
			interfaces_sync();
		}
	}
	while (nfds > 1)
		conn_del(1);
}

/* The directory of the sockets, which the only one of us holds. */
static void
claim(void)
{
	int	 fd;

	if (mkdir(SOCKDIR, 0700) == -1 && errno != EEXIST)
		err(1, SOCKDIR);
	if ((fd = open(SOCKDIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		err(1, SOCKDIR);
	if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		if (errno == EWOULDBLOCK)
			errx(1, "already running");
		err(1, SOCKDIR);
	}
}

int
main(int argc, char *argv[])
{
	struct sigaction	 sa;
	int			 ch, debug = 0;

	while ((ch = getopt(argc, argv, "d")) != -1) {
		if (ch != 'd')
			usage();
		debug = 1;
	}
	if (argc != optind)
		usage();
	if (geteuid() != 0)
		errx(1, "need root privileges");
	claim();
	route_sock = socket(BSD_PF_ROUTE, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (route_sock == -1)
		err(1, "routing socket");
	conn_add(route_sock, "", 0);
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_signal;
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	log_init(debug, LOG_DAEMON);
	interfaces_sync();
	if (!debug && daemon(0, 0) == -1)
		err(1, "daemon");
	/* Sockets come and go; interfaces are looked at, and changed. */
	if (pledge("stdio cpath unix route wroute", NULL) == -1)
		fatal("pledge");
	loop();
	return (0);
}

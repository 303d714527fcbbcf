/*
 * Control messages: text over AF_UNIX SOCK_SEQPACKET, descriptors beside it.
 *
 * To the monitor:		from it:
 *	enter			"ok DIR" + pidfd of init, or "error TEXT"
 *	info			"ok" and lines of NAME VALUE
 *	halt			"ok" when all has ended
 *
 * The kernel's own socket takes the listener of a system call filter
 * (kernel.c).
 */
#include <sys/socket.h>
#include <sys/un.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "warren.h"

#define FDS_MAX	4

static int
sock_addr(struct sockaddr_un *sun, const char *path)
{
	memset(sun, 0, sizeof(*sun));
	sun->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(sun->sun_path)) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	strcpy(sun->sun_path, path);
	return (0);
}

/* A listening socket at path, replacing what was there; -1 with errno. */
int
sock_listen(const char *path)
{
	struct sockaddr_un sun;
	int s;

	if (sock_addr(&sun, path) == -1)
		return (-1);
	s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s == -1)
		return (-1);
	unlink(path);
	if (bind(s, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    listen(s, 64) == -1) {
		close(s);
		return (-1);
	}
	return (s);
}

/* A connection to the socket at path; -1 with errno. */
int
sock_connect(const char *path)
{
	struct sockaddr_un sun;
	int s;

	if (sock_addr(&sun, path) == -1)
		return (-1);
	s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (s == -1)
		return (-1);
	if (connect(s, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		close(s);
		return (-1);
	}
	return (s);
}

/* Send one message with nfds (at most 4) descriptors; 0, or -1 with errno. */
int
msg_send(int s, const char *buf, size_t len, const int *fds, size_t nfds)
{
	union {
		struct cmsghdr	hdr;
		char		buf[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} cb;
	struct cmsghdr *cm;
	struct msghdr mh;
	struct iovec iov;
	ssize_t n;

	memset(&mh, 0, sizeof(mh));
	memset(&cb, 0, sizeof(cb));
	iov.iov_base = (void *)(uintptr_t)buf;
	iov.iov_len = len;
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	if (nfds > 0) {
		mh.msg_control = cb.buf;
		mh.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		cm = CMSG_FIRSTHDR(&mh);
		cm->cmsg_level = SOL_SOCKET;
		cm->cmsg_type = SCM_RIGHTS;
		cm->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(cm), fds, nfds * sizeof(int));
	}
	do
		n = sendmsg(s, &mh, MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	return (n == -1 ? -1 : 0);
}

/*
 * Receive one message as a string and up to max (at most 4) descriptors,
 * their number in *nfds.  Its length, 0 at the end, or -1 with errno.
 */
ssize_t
msg_recv(int s, char *buf, size_t size, int *fds, size_t max, size_t *nfds)
{
	union {
		struct cmsghdr	hdr;
		char		buf[CMSG_SPACE(FDS_MAX * sizeof(int))];
	} cb;
	struct cmsghdr *cm;
	struct msghdr mh;
	struct iovec iov;
	size_t i, have;
	ssize_t n;
	int fd;

	memset(&mh, 0, sizeof(mh));
	iov.iov_base = buf;
	iov.iov_len = size - 1;
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	mh.msg_control = cb.buf;
	mh.msg_controllen = sizeof(cb.buf);
	do
		n = recvmsg(s, &mh, MSG_CMSG_CLOEXEC);
	while (n == -1 && errno == EINTR);
	if (nfds != NULL)
		*nfds = 0;
	if (n == -1)
		return (-1);
	buf[n] = '\0';
	for (cm = CMSG_FIRSTHDR(&mh); cm != NULL; cm = CMSG_NXTHDR(&mh, cm)) {
		if (cm->cmsg_level != SOL_SOCKET ||
		    cm->cmsg_type != SCM_RIGHTS)
			continue;
		have = (cm->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < have; i++) {
			memcpy(&fd, CMSG_DATA(cm) + i * sizeof(int),
			    sizeof(fd));
			if (nfds != NULL && *nfds < max)
				fds[(*nfds)++] = fd;
			else
				close(fd);
		}
	}
	return (n);
}

/*
 * Ask the monitor of machine `name' and wait for its answer, of which what
 * follows the first word is left in buf; a descriptor that comes with it is
 * stored in *fdp (-1: none) when fdp is not NULL.  0, 1 when the answer is an
 * error, -1 when no such machine runs or it ended without an answer.
 */
int
ask(const char *name, const char *what, char *buf, size_t size, int *fdp)
{
	char *path, *rest;
	size_t nfds;
	ssize_t n;
	int bad, fd = -1, s;

	path = run_path(name, "control");
	s = sock_connect(path);
	free(path);
	if (s == -1)
		return (-1);
	if (msg_send(s, what, strlen(what), NULL, 0) == -1) {
		close(s);
		return (-1);
	}
	n = msg_recv(s, buf, size, &fd, fdp != NULL, &nfds);
	close(s);
	if (n <= 0)
		return (-1);
	bad = strncmp(buf, "ok", 2) != 0;
	rest = buf + strcspn(buf, " \n");
	if (*rest != '\0')
		rest++;
	memmove(buf, rest, strlen(rest) + 1);
	if (fdp != NULL)
		*fdp = nfds == 1 ? fd : -1;
	return (bad);
}

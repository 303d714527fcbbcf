/*
 * The control socket: what warren(8) asks of a running machine.  The
 * protocol is in host_ctl.h.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <host.h>
#include <host_ctl.h>

#include "host_local.h"

#define MAXCLIENTS	32

static int	 clients[MAXCLIENTS];	/* descriptors; -1: free */
static int	 listenfd = -1;
static char	*sockpath;

static void
client_close(int *cl)
{
	host_event_del(*cl);
	close(*cl);
	*cl = -1;
}

/* The machine is about to go: its socket goes first. */
void
host_ctl_bye(void)
{
	if (sockpath != NULL)
		unlink(sockpath);
}

/* The first descriptor of a message, the others closed; -1 for none. */
static int
take_fd(struct msghdr *mh)
{
	struct cmsghdr	*cm;
	int		 fd, fds[8], i, n;

	fd = -1;
	for (cm = CMSG_FIRSTHDR(mh); cm != NULL; cm = CMSG_NXTHDR(mh, cm)) {
		if (cm->cmsg_level != SOL_SOCKET ||
		    cm->cmsg_type != SCM_RIGHTS)
			continue;
		n = (cm->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		if (n > 8)
			n = 8;
		memcpy(fds, CMSG_DATA(cm), n * sizeof(int));
		for (i = 0; i < n; i++) {
			if (fd == -1)
				fd = fds[i];
			else
				close(fds[i]);
		}
	}
	return (fd);
}

/* Answer one request; fd came with it, and is -1 when it has been used. */
static void
request(int *cl, struct um_ctl_msg *cm, int *fd)
{
	cm->cm_error = 0;
	switch (cm->cm_type) {
	case UM_CTL_LISTEN:
		cm->cm_error = *fd == -1 ? EBADF : -um_listener_attach(*fd);
		if (cm->cm_error == 0)
			*fd = -1;
		break;
	case UM_CTL_HALT:
		um_halt_request();
		break;
	default:
		cm->cm_error = EINVAL;
	}
	if (send(*cl, cm, sizeof(*cm), MSG_DONTWAIT | MSG_NOSIGNAL) == -1)
		client_close(cl);
}

static void
on_client(void *arg, uint32_t events)
{
	struct um_ctl_msg	 cm;
	struct msghdr		 mh;
	struct iovec		 iov;
	union {
		struct cmsghdr	align;
		char		buf[CMSG_SPACE(8 * sizeof(int))];
	} control;
	ssize_t			 n;
	int			*cl = arg, fd;

	iov.iov_base = &cm;
	iov.iov_len = sizeof(cm);
	memset(&mh, 0, sizeof(mh));
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	mh.msg_control = control.buf;
	mh.msg_controllen = sizeof(control.buf);
	n = recvmsg(*cl, &mh, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	fd = n > 0 ? take_fd(&mh) : -1;
	if (n != sizeof(cm))
		client_close(cl);
	else
		request(cl, &cm, &fd);
	if (fd != -1)
		close(fd);
}

/* Only the owner and root may give orders. */
static int
may_control(int fd)
{
	struct ucred	uc;
	socklen_t	len;

	len = sizeof(uc);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &uc, &len) == -1)
		return (0);
	return (uc.uid == 0 || uc.uid == geteuid());
}

static void
on_connect(void *arg, uint32_t events)
{
	int	*cl, fd;

	fd = accept4(listenfd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd == -1)
		return;
	for (cl = clients; cl < &clients[MAXCLIENTS]; cl++)
		if (*cl == -1)
			break;
	if (cl == &clients[MAXCLIENTS] || !may_control(fd) ||
	    host_event_add(fd, HOST_EV_IN, on_client, cl) != 0) {
		close(fd);
		return;
	}
	*cl = fd;
}

int
host_ctl_open(const char *path)
{
	struct sockaddr_un	sun;
	mode_t			old;
	int			error, i;

	for (i = 0; i < MAXCLIENTS; i++)
		clients[i] = -1;
	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(sun.sun_path)) {
		errno = ENAMETOOLONG;
		return (-1);
	}
	strcpy(sun.sun_path, path);
	if ((sockpath = realpath(path, NULL)) != NULL) {
		unlink(sockpath);
		free(sockpath);
	}
	listenfd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	if (listenfd == -1)
		return (-1);
	old = umask(077);
	error = bind(listenfd, (struct sockaddr *)&sun, sizeof(sun));
	umask(old);
	if (error == -1 || listen(listenfd, MAXCLIENTS) == -1)
		return (-1);
	if ((sockpath = realpath(path, NULL)) == NULL)
		return (-1);
	if ((error = host_event_add(listenfd, HOST_EV_IN, on_connect,
	    NULL)) != 0) {
		errno = -error;
		return (-1);
	}
	return (0);
}

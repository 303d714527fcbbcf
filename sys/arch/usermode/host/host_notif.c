/*
 * Seccomp user notifications: the system calls of programs.
 */
#include <sys/ioctl.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <host.h>
#include <host_linux.h>
#include <host_sys.h>

/*
 * A listener answers NOTIF_ID_VALID for an id that cannot be with ENOENT; any
 * other file knows nothing of it.  The flag makes calls faster where the host
 * has it.
 */
int
host_notif_setup(int fd)
{
	uint64_t	id;

	id = 0;
	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) != -1 ||
	    errno != ENOENT)
		return (-EINVAL);
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1)
		return (-errno);
	(void)ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
	    SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP);
	return (0);
}

int
host_notif_recv(int fd, struct host_notif *hn)
{
	struct seccomp_notif	sn;
	int			i;

	memset(&sn, 0, sizeof(sn));
	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &sn) == -1)
		return (-errno);
	hn->hn_id = sn.id;
	hn->hn_tid = sn.pid;
	hn->hn_nr = sn.data.nr;
	for (i = 0; i < 6; i++)
		hn->hn_args[i] = sn.data.args[i];
	return (0);
}

static int
respond(int fd, uint64_t id, int64_t val, int error, uint32_t flags)
{
	struct seccomp_notif_resp	sr;

	sr.id = id;
	sr.val = val;
	sr.error = error;
	sr.flags = flags;
	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &sr) == -1)
		return (-errno);
	return (0);
}

int
host_notif_send(int fd, uint64_t id, int64_t val)
{
	if (val < 0 && val >= -4095)
		return (respond(fd, id, 0, val, 0));
	return (respond(fd, id, val, 0, 0));
}

int
host_notif_resume(int fd, uint64_t id)
{
	return (respond(fd, id, 0, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE));
}

int
host_notif_addfd(int fd, uint64_t id, int src, int cloexec)
{
	struct seccomp_notif_addfd	sa;

	memset(&sa, 0, sizeof(sa));
	sa.id = id;
	sa.flags = SECCOMP_ADDFD_FLAG_SEND;
	sa.srcfd = src;
	sa.newfd_flags = cloexec ? O_CLOEXEC : 0;
	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &sa) == -1)
		return (-errno);
	return (0);
}

int
host_notif_valid(int fd, uint64_t id)
{
	return (ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0);
}

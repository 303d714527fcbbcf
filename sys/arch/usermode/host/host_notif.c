/*
 * Seccomp user notifications: the system calls of programs.
 */
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <host.h>
#include <host_ctl.h>
#include <host_linux.h>
#include <host_sys.h>

#include "host_local.h"

static uint32_t	features;

/*
 * A listener answers NOTIF_ID_VALID for an id that cannot be with ENOENT;
 * any other file knows nothing of it.
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
	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS,
	    SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP) == 0)
		features |= UM_FEAT_SYNC_WAKE;
	return (0);
}

/* What one does not know before the first listener is filled in by it. */
uint32_t
host_features(void)
{
	struct linux_pidfd_info	info;
	uint32_t		action;
	int			pidfd;

	action = SECCOMP_RET_USER_NOTIF;
	if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0 &&
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER |
	    SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, NULL) == -1 &&
	    errno == EFAULT)
		features |= UM_FEAT_WAIT_KILLABLE;
	pidfd = syscall(SYS_pidfd_open, getpid(), PIDFD_THREAD);
	if (pidfd != -1)
		features |= UM_FEAT_PIDFD_THREAD;
	else
		pidfd = syscall(SYS_pidfd_open, getpid(), 0);
	memset(&info, 0, sizeof(info));
	info.mask = LINUX_PIDFD_INFO_CREDS;
	if (pidfd != -1 && ioctl(pidfd, LINUX_PIDFD_GET_INFO, &info) == 0)
		features |= UM_FEAT_PIDFD_INFO;
	if (pidfd != -1)
		close(pidfd);
	return (features);
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

/*
 * The processes that make system calls: who they are, their memory and their
 * descriptors.
 *
 * Where the host cannot give a pidfd of a single thread (before 6.9) it is
 * its group's; where it cannot say who a pidfd is (before 6.13) the process's
 * own folder in /proc is kept open instead, which fails with ESRCH once the
 * process has gone, whoever has its number then.
 */
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <host.h>
#include <host_linux.h>
#include <host_sys.h>

/* The mark lives in the soft limit of RLIMIT_MSGQUEUE, from here up. */
#define MARK_BASE	(819200 - 4096)

static int	no_thread;	/* no PIDFD_THREAD */
static int	no_info;	/* no PIDFD_GET_INFO */

static int
open_pidfd(int tid, int pid)
{
	int	fd;

	if (!no_thread) {
		fd = syscall(SYS_pidfd_open, tid, PIDFD_THREAD);
		if (fd != -1 || errno != EINVAL)
			return (fd == -1 ? -errno : fd);
		no_thread = 1;
	}
	fd = syscall(SYS_pidfd_open, pid, 0);
	return (fd == -1 ? -errno : fd);
}

/* Read a file of /proc whole, up to len - 1 bytes, NUL-terminated. */
static int
slurp(int dirfd, const char *path, char *buf, size_t len)
{
	ssize_t	n;
	int	fd;

	if ((fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC)) == -1)
		return (errno == ENOENT ? -ESRCH : -errno);
	n = read(fd, buf, len - 1);
	if (n == -1)
		n = -errno;
	close(fd);
	if (n < 0)
		return (n);
	buf[n] = '\0';
	return (n);
}

/* The text after a line's label, or "". */
static const char *
field(const char *buf, const char *label)
{
	const char	*p;

	p = strstr(buf, label);
	return (p == NULL ? "" : p + strlen(label));
}

static int
info_status(struct host_proc *hp)
{
	char	buf[4096];
	int	error;

	if ((error = slurp(hp->hp_procfd, "status", buf, sizeof(buf))) < 0)
		return (error);
	hp->hp_pid = atoi(field(buf, "\nTgid:"));
	sscanf(field(buf, "\nUid:"), "%u %u %u", &hp->hp_uid[0],
	    &hp->hp_uid[1], &hp->hp_uid[2]);
	sscanf(field(buf, "\nGid:"), "%u %u %u", &hp->hp_gid[0],
	    &hp->hp_gid[1], &hp->hp_gid[2]);
	return (0);
}

static int
info_pidfd(struct host_proc *hp)
{
	struct linux_pidfd_info	pi;

	pi.mask = LINUX_PIDFD_INFO_PID | LINUX_PIDFD_INFO_CREDS;
	if (ioctl(hp->hp_pidfd, LINUX_PIDFD_GET_INFO, &pi) == -1)
		return (-errno);
	hp->hp_pid = pi.tgid;
	hp->hp_uid[0] = pi.ruid;
	hp->hp_uid[1] = pi.euid;
	hp->hp_uid[2] = pi.suid;
	hp->hp_gid[0] = pi.rgid;
	hp->hp_gid[1] = pi.egid;
	hp->hp_gid[2] = pi.sgid;
	return (0);
}

int
host_proc_cred(struct host_proc *hp)
{
	if (hp->hp_procfd == -1)
		return (info_pidfd(hp));
	return (info_status(hp));
}

static int
open_proc(struct host_proc *hp)
{
	char	path[32];
	int	error;

	snprintf(path, sizeof(path), "/proc/%d", hp->hp_tid);
	hp->hp_procfd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (hp->hp_procfd == -1)
		return (errno == ENOENT ? -ESRCH : -errno);
	if ((error = info_status(hp)) == 0) {
		hp->hp_pidfd = open_pidfd(hp->hp_tid, hp->hp_pid);
		error = hp->hp_pidfd < 0 ? hp->hp_pidfd : 0;
	}
	return (error);
}

static int
open_info(struct host_proc *hp)
{
	int	error;

	if ((hp->hp_pidfd = open_pidfd(hp->hp_tid, hp->hp_tid)) < 0)
		return (hp->hp_pidfd);
	error = info_pidfd(hp);
	if (error == -ENOTTY || error == -EINVAL) {
		no_info = 1;
		close(hp->hp_pidfd);
		hp->hp_pidfd = -1;
	}
	return (error);
}

/*
 * What getpid(2) tells the process: the number in the innermost of its
 * namespaces, the last of a line of them.
 */
static int
inner_pid(const struct host_proc *hp)
{
	const char	*p;
	char		 buf[4096], path[32], *end;
	int		 pid = hp->hp_pid;

	snprintf(path, sizeof(path), "/proc/%d/status", hp->hp_tid);
	if (slurp(AT_FDCWD, path, buf, sizeof(buf)) < 0)
		return (pid);
	for (p = field(buf, "\nNStgid:"); *p == '\t' || *p == ' '; p = end)
		pid = strtol(p, &end, 10);
	return (pid);
}

int
host_proc_open(int tid, struct host_proc *hp)
{
	char	path[32], *p;
	int	error;

	memset(hp, 0, sizeof(*hp));
	hp->hp_tid = tid;
	hp->hp_pidfd = hp->hp_procfd = -1;
	error = -ENOTTY;
	if (!no_info)
		error = open_info(hp);
	if (no_info || no_thread)
		error = open_proc(hp);
	if (error != 0) {
		host_proc_close(hp);
		return (error);
	}
	hp->hp_nspid = inner_pid(hp);
	snprintf(path, sizeof(path), "/proc/%d/comm", tid);
	if (slurp(AT_FDCWD, path, hp->hp_comm, sizeof(hp->hp_comm)) > 0 &&
	    (p = strchr(hp->hp_comm, '\n')) != NULL)
		*p = '\0';
	return (0);
}

void
host_proc_close(struct host_proc *hp)
{
	if (hp->hp_pidfd >= 0)
		close(hp->hp_pidfd);
	if (hp->hp_procfd >= 0)
		close(hp->hp_procfd);
	hp->hp_pidfd = hp->hp_procfd = -1;
}

int
host_proc_check(const struct host_proc *hp)
{
	if (!no_thread || hp->hp_tid == hp->hp_pid)
		return (0);
	return (syscall(SYS_tgkill, hp->hp_pid, hp->hp_tid, 0) == -1 ?
	    -ESRCH : 0);
}

void
host_proc_kill(const struct host_proc *hp, int sig)
{
	syscall(SYS_pidfd_send_signal, hp->hp_pidfd, sig, NULL, 0);
}

/*
 * SigPnd and ShdPnd less SigBlk: what is in one of the first two and not in
 * the third will run a handler, stop or end the thread.
 */
int
host_proc_signalled(int tid)
{
	char		buf[4096], path[32];
	uint64_t	blocked, own, shared;

	snprintf(path, sizeof(path), "/proc/%d/status", tid);
	if (slurp(AT_FDCWD, path, buf, sizeof(buf)) < 0)
		return (0);
	own = strtoull(field(buf, "\nSigPnd:"), NULL, 16);
	shared = strtoull(field(buf, "\nShdPnd:"), NULL, 16);
	blocked = strtoull(field(buf, "\nSigBlk:"), NULL, 16);
	return (((own | shared) & ~blocked) != 0);
}

/* Field 28 of /proc/PID/stat; the name in field 2 may hold anything. */
uint64_t
host_proc_image(int tid)
{
	char	buf[1024], path[32], *p;
	int	i;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	if (slurp(AT_FDCWD, path, buf, sizeof(buf)) < 0 ||
	    (p = strrchr(buf, ')')) == NULL)
		return (0);
	for (i = 2; i < 28 && (p = strchr(p + 1, ' ')) != NULL; i++)
		continue;
	return (p == NULL ? 0 : strtoull(p, NULL, 10));
}

/*
 * The limit that keeps the mark.  Who lacks CAP_SYS_RESOURCE, as root of some
 * containers does, may touch it only under the process's own ids: then they
 * are borrowed, as real ids, which take no privilege away.
 */
static int
mark_limit(int tid, const struct rlimit *set, struct rlimit *get)
{
	struct host_proc	hp;
	char			path[32];
	uid_t			uid = getuid();
	gid_t			gid = getgid();
	int			error;

	if (prlimit(tid, RLIMIT_MSGQUEUE, set, get) == 0)
		return (0);
	if (errno != EPERM)
		return (-errno);
	snprintf(path, sizeof(path), "/proc/%d", tid);
	hp.hp_procfd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (hp.hp_procfd == -1)
		return (-errno);
	error = info_status(&hp);
	close(hp.hp_procfd);
	if (error != 0)
		return (error);
	if (syscall(SYS_setresgid, hp.hp_gid[0], -1, -1) == -1 ||
	    syscall(SYS_setresuid, hp.hp_uid[0], -1, -1) == -1 ||
	    prlimit(tid, RLIMIT_MSGQUEUE, set, get) == -1)
		error = -errno;
	syscall(SYS_setresuid, uid, -1, -1);
	syscall(SYS_setresgid, gid, -1, -1);
	return (error);
}

int
host_proc_mark(int tid)
{
	struct rlimit	rl;
	int		error;

	if ((error = mark_limit(tid, NULL, &rl)) != 0)
		return (error);
	if (rl.rlim_cur <= MARK_BASE ||
	    rl.rlim_cur > MARK_BASE + HOST_MARK_MAX)
		return (0);
	return (rl.rlim_cur - MARK_BASE);
}

int
host_proc_setmark(int tid, int mark)
{
	struct rlimit	rl;
	int		error;

	if ((error = mark_limit(tid, NULL, &rl)) != 0)
		return (error);
	rl.rlim_cur = MARK_BASE + mark;
	if (mark == 0 && rl.rlim_max >= MARK_BASE + 4096)
		rl.rlim_cur = MARK_BASE + 4096;
	return (mark_limit(tid, &rl, NULL));
}

void
host_proc_root(int tid, struct host_root *hr)
{
	char		path[32];
	struct stat	st;

	memset(hr, 0, sizeof(*hr));
	snprintf(path, sizeof(path), "/proc/%d/root", tid);
	if (stat(path, &st) == -1)
		return;
	hr->hr_dev = st.st_dev;
	hr->hr_ino = st.st_ino;
}

int
host_proc_root_is(int tid, const struct host_root *want)
{
	struct host_root	hr;

	host_proc_root(tid, &hr);
	return (hr.hr_ino != 0 && hr.hr_dev == want->hr_dev &&
	    hr.hr_ino == want->hr_ino);
}

static uint64_t
vm_iovs(const struct host_vm *hv, int n, struct iovec *local,
    struct iovec *remote)
{
	uint64_t	sum;
	int		i;

	for (i = 0, sum = 0; i < n; i++) {
		local[i].iov_base = hv[i].hv_buf;
		remote[i].iov_base = (void *)(uintptr_t)hv[i].hv_addr;
		local[i].iov_len = remote[i].iov_len = hv[i].hv_len;
		sum += hv[i].hv_len;
	}
	return (sum);
}

int
host_vm_read(int tid, const struct host_vm *hv, int n)
{
	struct iovec	local[HOST_VM_MAX], remote[HOST_VM_MAX];
	uint64_t	sum;

	sum = vm_iovs(hv, n, local, remote);
	return (process_vm_readv(tid, local, n, remote, n, 0) == (ssize_t)sum ?
	    0 : -EFAULT);
}

int
host_vm_write(int tid, const struct host_vm *hv, int n)
{
	struct iovec	local[HOST_VM_MAX], remote[HOST_VM_MAX];
	uint64_t	sum;

	sum = vm_iovs(hv, n, local, remote);
	return (process_vm_writev(tid, local, n, remote, n, 0) ==
	    (ssize_t)sum ? 0 : -EFAULT);
}

/* In two pieces, at a page's edge: one that is not there spoils neither. */
int64_t
host_vm_read_some(int tid, uint64_t addr, void *buf, uint64_t len)
{
	struct iovec	local, remote[2];
	uint64_t	first;
	ssize_t		n;

	first = 4096 - (addr & 4095);
	if (first > len)
		first = len;
	local.iov_base = buf;
	local.iov_len = len;
	remote[0].iov_base = (void *)(uintptr_t)addr;
	remote[0].iov_len = first;
	remote[1].iov_base = (void *)(uintptr_t)(addr + first);
	remote[1].iov_len = len - first;
	n = process_vm_readv(tid, &local, 1, remote, 2, 0);
	return (n <= 0 ? -EFAULT : n);
}

/*
 * Constants and structures of Linux that Debian 12's headers lack.  Host side
 * only.  What is newer than its 6.1 kernel is probed before use.
 */
#ifndef _USERMODE_HOST_LINUX_H_
#define _USERMODE_HOST_LINUX_H_

#include <sys/ioctl.h>

#include <linux/seccomp.h>
#include <stdint.h>

/* 6.6: the caller is woken on the supervisor's own CPU. */
#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS	SECCOMP_IOW(4, __u64)
#define SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP (1UL << 0)
#endif

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif

/* 6.9: pidfd_open(2) of any thread. */
#ifndef PIDFD_THREAD
#define PIDFD_THREAD		O_EXCL
#endif

/* 6.13: what /proc/PID/status says, of a pidfd. */
struct linux_pidfd_info {
	uint64_t	mask;
	uint64_t	cgroupid;
	uint32_t	pid;
	uint32_t	tgid;
	uint32_t	ppid;
	uint32_t	ruid;
	uint32_t	rgid;
	uint32_t	euid;
	uint32_t	egid;
	uint32_t	suid;
	uint32_t	sgid;
	uint32_t	fsuid;
	uint32_t	fsgid;
	int32_t		exit_code;
};
#define LINUX_PIDFD_INFO_PID	(1UL << 0)
#define LINUX_PIDFD_INFO_CREDS	(1UL << 1)
#define LINUX_PIDFD_GET_INFO	_IOWR(0xFF, 11, struct linux_pidfd_info)

/* 5.11 and later; numbers that a C library may not name. */
#ifndef SO_COOKIE
#define SO_COOKIE		57
#endif

/* 6.2: a TAP passes trains of UDP datagrams. */
#ifndef TUN_F_USO4
#define TUN_F_USO4		0x20
#define TUN_F_USO6		0x40
#endif

#endif /* _USERMODE_HOST_LINUX_H_ */

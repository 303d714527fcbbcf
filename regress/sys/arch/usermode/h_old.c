/*
 * Run a machine's kernel as on a host of Linux 6.1: what came later is
 * refused as it would be there.
 *
 *	6.6	SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP	EINVAL
 *	6.9	PIDFD_THREAD				EINVAL
 *	6.13	PIDFD_GET_INFO				ENOTTY
 *
 * Named as a machine's kernel by WARREN_KERNEL; the real one is OLD_KERNEL.
 */
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

#include "wayin.h"

#define NOTIF_SET_FLAGS	SECCOMP_IOW(4, __u64)
#define PIDFD_GET_INFO	_IOWR(0xFF, 11, char[64])

#define LOAD(m)							\
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, m))
#define IS(k, t, f)	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, k, t, f)
#define RET(v)		BPF_STMT(BPF_RET | BPF_K, v)

int
main(int argc, char *argv[])
{
	struct sock_filter	insns[] = {
		LOAD(nr),
		IS(SYS_pidfd_open, 0, 3),
		LOAD(args[1]),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_EXCL, 5, 0),
		RET(SECCOMP_RET_ALLOW),
		IS(SYS_ioctl, 0, 5),
		LOAD(args[1]),
		IS((uint32_t)NOTIF_SET_FLAGS, 1, 0),
		IS((uint32_t)PIDFD_GET_INFO, 1, 2),
		RET(SECCOMP_RET_ERRNO | EINVAL),
		RET(SECCOMP_RET_ERRNO | ENOTTY),
		RET(SECCOMP_RET_ALLOW)
	};
	struct sock_fprog	prog = { 12, insns };

	CHECK(getenv("OLD_KERNEL") != NULL);
	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == 0);
	execv(getenv("OLD_KERNEL"), argv);
	CHECK(!"exec");
	return (1);
}

/*
 * A program's own seccomp filter, on top of the machine's.
 */
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

#include "wayin.h"

static void
refuse(int nr, int error)
{
	struct sock_filter	insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
	};
	struct sock_fprog	prog = { 4, insns };

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) == 0);
}

/* What it allows still reaches the kernel; what it refuses is hidden. */
static void
check_stacked(void)
{
	struct sockaddr_in	sin;
	int			s;

	s = udp_open(0, &sin);
	refuse(SYS_getppid, EXDEV);
	CHECK(syscall(SYS_getppid) == -1 && errno == EXDEV);
	udp_send(s, &sin, "through both");
	udp_expect(s, "through both");
	refuse(SYS_sendto, ELOOP);
	CHECK(sendto(s, "x", 1, 0, (void *)&sin, sizeof(sin)) == -1);
	CHECK(errno == ELOOP);
	CHECK(recv(s, &sin, 1, MSG_DONTWAIT) == -1 && errno == EAGAIN);
}

/* One listener a tree: a program cannot put itself before the kernel. */
static void
check_listener(void)
{
	struct sock_filter	insn = BPF_STMT(BPF_RET | BPF_K,
				    SECCOMP_RET_ALLOW);
	struct sock_fprog	prog = { 1, &insn };

	CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
	CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog) == -1);
	CHECK(errno == EBUSY);
}

static const struct check checks[] = {
	{ "stacked",	check_stacked },
	{ "listener",	check_listener },
	{ NULL,		NULL }
};

int
main(int argc, char *argv[])
{
	return (wayin_main(argc, argv, checks));
}
